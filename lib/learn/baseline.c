/* Baselines that the TRM must beat: base rates, sizes in names, logistic regression. */
#include "learn.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "../base/names.h"
#include "../stat/stat.h"

/* Logit of a share with half a case added to each side (Haldane and Anscombe), so that it is always finite. */
static double
logit_of(double pass, double fail)
{
    return log((pass + 0.5) / (fail + 0.5));
}

static int
alloc_weights(struct trm_model *m, size_t width, struct trm_err *err)
{
    size_t n = trm_vocab_n_rules(m->vocab);
    m->width = width;
    m->owned_weights = calloc(n * width + 1, sizeof *m->owned_weights);
    m->weights = m->owned_weights;
    return m->owned_weights ? 0 : trm_err_set(err, TRM_SYS, "out of memory for %zu rules", n);
}

static double
prior_of(const struct trm_model *m, size_t rule)
{
    struct trm_support s = trm_vocab_support(m->vocab, trm_vocab_rule(m->vocab, rule));
    return logit_of((double)s.pass, (double)s.fail);
}

static int
fit_prior(struct trm_model *m, struct trm_err *err)
{
    if (alloc_weights(m, 1, err) != 0)
        return -1;
    for (size_t r = 0; r < trm_vocab_n_rules(m->vocab); r++)
        m->owned_weights[r] = (float)prior_of(m, r);
    return 0;
}

/* --- names ---------------------------------------------------------------------------------------------------------- */

/* Units that numbers in names are meant in, to SI: lengths, then minutes and hours of ratings. */
static const double scales[] = {0.001, 1, 0.01, 0.0254, 0.3048, 60, 3600};
enum { SCALES = sizeof scales / sizeof *scales, PLACES = 4 };

struct tally {
    double n[3][2]; /* what the name says (fails, passes, nothing) by label (fail, pass) */
};

static void
tally_name(struct tally *t, const struct trm_name_rule *n, const struct trm_ask *asks, size_t n_asks, const char *rule)
{
    *t = (struct tally){0};
    for (size_t i = 0; i < n_asks; i++) {
        const struct trm_sample *s = asks[i].sample;
        for (size_t r = 0; r < s->n_rules; r++)
            if (s->rules[r].label != TRM_LABEL_NONE && !strcmp(s->rules[r].rule, rule))
                t->n[trm_name_says(n, s, NULL, r)][s->rules[r].label == TRM_LABEL_PASS]++;
    }
}

/* Right answers when the name is believed, and the more frequent label is said where it says nothing. */
static double
right_of(const struct tally *t)
{
    return t->n[0][0] + t->n[1][1] + fmax(t->n[2][0], t->n[2][1]);
}

static void
fit_name(struct trm_model *m, size_t rule, const struct trm_ask *asks, size_t n, const struct trm_names *fields)
{
    const char *id = trm_vocab_rule(m->vocab, rule);
    struct trm_name_rule best = {0};
    struct tally t, best_tally;
    tally_name(&best_tally, &best, asks, n, id);
    for (size_t f = 0; f < fields->n; f++)
        for (size_t at = 0; at < PLACES; at++)
            for (size_t s = 0; s < SCALES; s++) {
                struct trm_name_rule c = {fields->name[f], at, scales[s]};
                tally_name(&t, &c, asks, n, id);
                if (right_of(&t) > right_of(&best_tally))
                    best = c, best_tally = t;
            }
    m->names[rule] = best;
    if (best.field)
        m->names[rule].field = trm_arena_strdup(&m->arena, best.field);
    float *w = m->owned_weights + rule * TRM_NAME_WIDTH;
    for (int says = 0; says < 3; says++)
        w[says] = (float)logit_of(best_tally.n[says][1], best_tally.n[says][0]);
    if (best_tally.n[2][0] + best_tally.n[2][1] == 0)
        w[2] = (float)prior_of(m, rule);
}

static int
fit_names(struct trm_model *m, const struct trm_ask *asks, size_t n, struct trm_err *err)
{
    struct trm_names fields = {0};
    size_t rules = trm_vocab_n_rules(m->vocab);
    m->names = trm_arena_calloc(&m->arena, rules + 1, sizeof *m->names);
    if (!m->names || alloc_weights(m, TRM_NAME_WIDTH, err) != 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < asks[i].sample->n_fields && fields.n < 12; f++)
            if (trm_field_is_name(asks[i].sample->fields[f].name))
                trm_names_put(&fields, asks[i].sample->fields[f].name);
    for (size_t r = 0; r < rules; r++)
        fit_name(m, r, asks, n, &fields);
    trm_names_release(&fields);
    return 0;
}

/* --- logistic regression -------------------------------------------------------------------------------------------- */

enum { DRAWS = 6 /* of the hidden fields for each sample */ };

struct rows { /* of one rule */
    struct trm_term *terms;
    size_t *at; /* [n + 1] */
    bool *label;
    bool *known;
    size_t n, n_terms, cap, cap_terms;
};

static int
add_row(struct rows *x, const struct trm_term *terms, size_t n, bool label, bool known, struct trm_err *err)
{
    if (x->n + 1 >= x->cap) {
        size_t cap = x->cap ? 2 * x->cap : 256;
        size_t *at = realloc(x->at, cap * sizeof *at);
        x->at = at ? at : x->at;
        bool *l = realloc(x->label, cap), *k = realloc(x->known, cap);
        x->label = l ? l : x->label, x->known = k ? k : x->known;
        if (!at || !l || !k)
            return trm_err_set(err, TRM_SYS, "out of memory");
        x->cap = cap;
    }
    if (x->n_terms + n > x->cap_terms) {
        size_t cap = 2 * (x->n_terms + n);
        struct trm_term *t = realloc(x->terms, cap * sizeof *t);
        if (!t)
            return trm_err_set(err, TRM_SYS, "out of memory for %zu terms", cap);
        x->terms = t, x->cap_terms = cap;
    }
    memcpy(x->terms + x->n_terms, terms, n * sizeof *terms);
    x->at[x->n] = x->n_terms;
    x->label[x->n] = label, x->known[x->n] = known;
    x->n_terms += n, x->at[++x->n] = x->n_terms;
    return 0;
}

static void
release_rows(struct rows *x)
{
    free(x->terms);
    free(x->at);
    free(x->label);
    free(x->known);
    *x = (struct rows){0};
}

/* Rows of one rule from the asks as they are seen. */
static int
add_view(struct rows *x, const struct trm_model *m, struct trm_coded *coded, struct trm_term *terms, const struct trm_ask *asks,
         size_t n, const char *rule, struct trm_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct trm_ask *q = &asks[i];
        size_t end = q->first_rule + trm_vocab_max_rules(m->vocab);
        for (size_t r = q->first_rule; r < q->sample->n_rules && r < end; r++) {
            if (q->sample->rules[r].label == TRM_LABEL_NONE || strcmp(q->sample->rules[r].rule, rule) != 0)
                continue;
            if (trm_encode(coded, m->vocab, q->sample, q->hide, q->first_rule, err) != 0)
                return -1;
            if (r - q->first_rule >= coded->n_rules)
                continue;
            size_t k = trm_logistic_terms(terms, TRM_TERMS_MAX, m->vocab, q->sample, q->hide, coded, q->first_rule, r);
            bool pass = q->sample->rules[r].label == TRM_LABEL_PASS;
            if (add_row(x, terms, k, pass, trm_ask_known(q, r), err) != 0)
                return -1;
        }
    }
    return 0;
}

static double
loss_of(const double *w, const struct rows *x)
{
    double sum = 0;
    for (size_t i = 0; i < x->n; i++) {
        double z = 0;
        for (size_t t = x->at[i]; t < x->at[i + 1]; t++)
            z += w[x->terms[t].at] * x->terms[t].x;
        sum += trm_stat_softplus(x->label[i] ? -z : z);
    }
    return x->n ? sum / (double)x->n : 0;
}

/* The strength of regularisation with the least loss on the validation rows; each fit starts from the one before, and the
 * path ends where two in a row were no better: from there on the fit only learns the training rows by heart. */
static int
fit_rows(float *out, const struct rows *train, const struct rows *val, struct trm_err *err)
{
    static const double l2s[] = {0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001};
    double *w = calloc(TRM_LOGISTIC_WIDTH, sizeof *w), best = INFINITY;
    int worse = 0;
    if (!w)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t k = 0; k < sizeof l2s / sizeof *l2s && worse < 2; k++) {
        if (trm_logistic_fit(w, TRM_LOGISTIC_WIDTH, train->terms, train->at, train->label, train->n, l2s[k], 150) < 0) {
            free(w);
            return trm_err_set(err, TRM_SYS, "out of memory");
        }
        double loss = val->n ? loss_of(w, val) : 0;
        worse = loss >= best ? worse + 1 : 0;
        if (worse)
            continue;
        best = loss;
        for (size_t i = 0; i < TRM_LOGISTIC_WIDTH; i++)
            out[i] = (float)w[i];
    }
    free(w);
    return 0;
}

struct logistic {
    struct trm_model *m;
    struct trm_ask *train, *val; /* views */
    size_t n_train, n_val;
};
/* What one thread works in. */
struct desk {
    struct trm_coded coded;
    struct trm_term *terms;
    struct trm_err err;
};

static int
fit_rule(const struct logistic *x, struct desk *d, size_t r)
{
    const char *rule = trm_vocab_rule(x->m->vocab, r);
    struct rows train = {0}, val = {0};
    int rc = add_view(&train, x->m, &d->coded, d->terms, x->train, x->n_train, rule, &d->err);
    rc = rc == 0 ? add_view(&val, x->m, &d->coded, d->terms, x->val, x->n_val, rule, &d->err) : rc;
    if (rc == 0 && train.n)
        rc = fit_rows(x->m->owned_weights + r * TRM_LOGISTIC_WIDTH, &train, &val, &d->err);
    release_rows(&train);
    release_rows(&val);
    return rc;
}

/* A rule's fit hangs on no other rule's, so the bytes do not depend on the number of threads. */
static int
fit_logistic(struct logistic *x, struct desk *desks, size_t threads, struct trm_err *err)
{
    int rc = 0;
#pragma omp parallel for schedule(dynamic) num_threads((int)threads)
    for (size_t r = 0; r < trm_vocab_n_rules(x->m->vocab); r++)
        fit_rule(x, &desks[omp_get_thread_num()], r);
    for (size_t i = 0; i < threads && rc == 0; i++)
        if (desks[i].err.kind != TRM_OK)
            rc = trm_err_set(err, desks[i].err.kind, "%s", desks[i].err.text);
    return rc;
}

/* Every draw of every ask: once whole, otherwise as in use. */
static int
draw_views(struct trm_ask **out, const struct trm_ask *asks, size_t n, const struct trm_hide_opt *opt, uint64_t seed,
           uint64_t from, struct trm_arena *a, struct trm_err *err)
{
    *out = trm_arena_calloc(a, n * DRAWS + 1, sizeof **out);
    if (!*out)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (uint64_t k = 0; k < DRAWS; k++) {
        enum trm_view view = k == 0 ? TRM_VIEW_WHOLE : TRM_VIEW_USE;
        if (trm_view_asks(*out + k * n, asks, n, view, opt, seed, from + k, a, err) != 0)
            return -1;
    }
    return 0;
}

static int
learn_logistic(struct trm_model *m, const struct trm_ask *train, size_t n_train, const struct trm_ask *val, size_t n_val,
               const struct trm_hide_opt *hide, uint64_t seed, size_t threads, struct trm_err *err)
{
    struct trm_arena a = {0};
    struct logistic x = {.m = m, .n_train = n_train * DRAWS, .n_val = n_val * DRAWS};
    struct desk *desks = trm_arena_calloc(&a, threads, sizeof *desks);
    int rc = desks ? alloc_weights(m, TRM_LOGISTIC_WIDTH, err) : trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < threads && rc == 0; i++) {
        desks[i].terms = trm_arena_calloc(&a, TRM_TERMS_MAX, sizeof *desks[i].terms);
        rc = desks[i].terms ? trm_coded_alloc(&desks[i].coded, m->vocab, false, &a, err) : trm_err_set(err, TRM_SYS, "out of memory");
    }
    rc = rc == 0 ? draw_views(&x.train, train, n_train, hide, seed, 0, &a, err) : rc;
    rc = rc == 0 ? draw_views(&x.val, val, n_val, hide, seed, 100, &a, err) : rc;
    rc = rc == 0 ? fit_logistic(&x, desks, threads, err) : rc;
    trm_arena_release(&a);
    return rc;
}

int
trm_learn_baseline(struct trm_model *m, struct trm_figures *f, const struct trm_set *set, struct trm_vocab *vocab,
                   const struct trm_hide_opt *hide, uint64_t seed, size_t threads, struct trm_err *err)
{
    struct trm_arena a = {0};
    struct trm_ask *train, *val;
    size_t n_train, n_val, max = trm_vocab_max_rules(vocab);
    m->vocab = vocab, m->temperature = 1;
    int rc = trm_set_asks(&train, &n_train, set, TRM_TRAIN, max, false, &a, err);
    rc = rc == 0 ? trm_set_asks(&val, &n_val, set, TRM_VAL, max, true, &a, err) : rc;
    if (rc == 0)
        rc = m->arch == TRM_ARCH_PRIOR ? fit_prior(m, err)
             : m->arch == TRM_ARCH_NAME
                 ? fit_names(m, train, n_train, err)
                 : learn_logistic(m, train, n_train, val, n_val, hide, seed, threads, err);
    struct trm_judge *j = rc == 0 ? trm_judge_new(m, 1, 1, err) : NULL;
    if (rc == 0)
        rc = j ? trm_fit_temperature(&m->temperature, f, j, val, n_val, hide, seed, 1, 0, err) : -1;
    trm_judge_free(j);
    trm_arena_release(&a);
    return rc;
}
