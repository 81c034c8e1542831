/* trm-eval: how right the traces are, and, with --tasks, answers to tasks.
 *
 * In: trace records, whole stream; truth (checked records of the full elements) by --truth, or labels in the traces; traces
 * of other models by --baseline. Out: one eval record per group and per rule and group, or a table with --text.
 * A case is one rule on one element, about which the model has said something and the truth is known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/names.h"
#include "../lib/cli/cli.h"
#include "../lib/rec/rec.h"
#include "../lib/score/score.h"
#include "../lib/stat/stat.h"

enum group { ALL, COMPLETE, HIDDEN, NAMED, OTHER, N_GROUPS };
static const char *const group_name[N_GROUPS] = {"all", "complete", "hidden", "named", "other"};

/* Verdicts by case: the truth, or what a baseline says. */
struct said {
    bool pass;
    unsigned char group;
};
struct answers {
    struct trm_names key; /* id, newline, rule */
    struct said *said;    /* [key.n] */
    size_t cap;
};
struct baseline {
    char name[64];
    const char *path;
    struct answers a;
};
struct judged { /* one case */
    uint32_t trace, rule, building;
    unsigned char group;
    bool label, pass, has_prior, prior;
    double conf;
    signed char other[16]; /* what each baseline says: 1 pass, 0 fail, -1 nothing */
};
struct eval {
    /* settings */
    struct trm_list truth, baselines, tasks, epochs;
    struct trm_score_opts score;
    long draws, seed, bins;
    double level;
    bool text;
    /* what was read */
    struct answers truths;
    struct baseline base[16];
    size_t n_base;
    struct trm_names rules, buildings;
    struct judged *c;
    size_t n, cap;
    struct {
        double ms; /* negative: not said */
        int steps;
    } *trace;
    size_t n_traces, cap_traces;
    size_t abstained, silent, unpaired, decided, agree;
    struct trm_buf model; /* the first trace's model, as JSON */
    bool mixed;
};

static int
out_of_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* Room for one more of `size` bytes in *p. */
static int
reserve(void *p, size_t *cap, size_t n, size_t size, struct trm_err *err)
{
    void **at = p;
    if (n < *cap)
        return 0;
    size_t more = *cap ? 2 * *cap : 256;
    void *q = realloc(*at, more * size);
    if (!q)
        return out_of_memory(err);
    *at = q, *cap = more;
    return 0;
}

static char *
case_key(struct trm_buf *b, const char *id, const char *rule)
{
    trm_buf_reset(b);
    trm_buf_adds(b, id);
    trm_buf_addc(b, '\n');
    trm_buf_adds(b, rule);
    return b->failed ? NULL : b->data;
}

static int
put_answer(struct answers *a, const char *id, const char *rule, struct said said, struct trm_err *err)
{
    struct trm_buf b = {0};
    char *key = case_key(&b, id, rule);
    size_t before = a->key.n;
    long i = key ? trm_names_put(&a->key, key) : -1;
    trm_buf_release(&b);
    if (i < 0 || reserve(&a->said, &a->cap, (size_t)i, sizeof *a->said, err) != 0)
        return out_of_memory(err);
    if ((size_t)i < before)
        return trm_err_set(err, TRM_DATA, "%s comes twice for this id: expected one verdict a case", rule);
    a->said[i] = said;
    return 0;
}

static const struct said *
find_answer(const struct answers *a, const char *id, const char *rule)
{
    struct trm_buf b = {0};
    char *key = case_key(&b, id, rule);
    long i = key ? trm_names_find(&a->key, key) : -1;
    trm_buf_release(&b);
    return i < 0 ? NULL : &a->said[i];
}

/* 1 pass, 0 fail, -1 neither */
static int
pass_or_fail(const char *s)
{
    return !strcmp(s, "pass") ? 1 : !strcmp(s, "fail") ? 0 : -1;
}

/* --- truth ---------------------------------------------------------------------------------------------------------- */

static bool
list_has(const trm_json *list, const char *s)
{
    for (size_t i = 0; i < trm_json_len(list); i++)
        if (!strcmp(trm_json_str(trm_json_at(list, i), ""), s))
            return true;
    return false;
}

/* By where the value that decides stood in the full data; COMPLETE where nothing was taken away from it. */
static enum group
group_of(const trm_json *truth, const char *field)
{
    if (list_has(trm_json_get(truth, "hidden"), field))
        return HIDDEN;
    return list_has(trm_json_get(truth, "named"), field) ? NAMED : COMPLETE;
}

static int
read_truth(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)c;
    struct eval *e = ctx;
    const char *id, *rule, *verdict;
    trm_json *results;
    if (strcmp(trm_json_str(trm_json_get(rec, "kind"), ""), "checked") != 0)
        return 0; /* model and summary records */
    if (trm_json_need_str(rec, "id", &id, err) != 0 || trm_json_need_array(rec, "results", &results, err) != 0)
        return -1;
    for (size_t i = 0; i < trm_json_len(results); i++) {
        trm_json *r = trm_json_at(results, i);
        if (trm_json_need_str(r, "rule", &rule, err) != 0 || trm_json_need_str(r, "verdict", &verdict, err) != 0)
            return -1;
        int pass = pass_or_fail(verdict);
        enum group g = group_of(trm_json_get(rec, "truth"), trm_json_str(trm_json_get(r, "field"), ""));
        if (pass >= 0 && put_answer(&e->truths, id, rule, (struct said){pass, g}, err) != 0)
            return -1;
    }
    return 0;
}

/* --- traces --------------------------------------------------------------------------------------------------------- */

/* What the model says about this rule: 1 pass, 0 fail, -1 nothing; *p its probability of pass. */
static int
model_says(const trm_json *v, double *p)
{
    trm_json *num = trm_json_get(v, "p_pass");
    if (trm_json_type(num) != TRM_JSON_NUM)
        return -1;
    *p = trm_json_num(num, 0.5);
    return *p >= 0 && *p <= 1 ? *p >= 0.5 : -1;
}

static int
is_trace(const trm_json *rec, const char **id, trm_json **verdicts, struct trm_err *err)
{
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0)
        return -1;
    if (strcmp(kind, "trace") != 0)
        return 0;
    if (trm_json_need_str(rec, "id", id, err) != 0 || trm_json_need_array(rec, "verdicts", verdicts, err) != 0)
        return -1;
    return 1;
}

static int
read_baseline(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)c;
    struct baseline *b = ctx;
    const char *id, *rule;
    trm_json *verdicts;
    int is = is_trace(rec, &id, &verdicts, err);
    for (size_t i = 0; is == 1 && i < trm_json_len(verdicts); i++) {
        double p;
        trm_json *v = trm_json_at(verdicts, i);
        if (trm_json_need_str(v, "rule", &rule, err) != 0)
            return -1;
        int pass = model_says(v, &p);
        if (pass >= 0 && put_answer(&b->a, id, rule, (struct said){pass, ALL}, err) != 0)
            return -1;
    }
    return is < 0 ? -1 : 0;
}

/* The truth of one verdict: with --truth from there, else the label that the trace carries. false: not known. */
static bool
truth_of(const struct eval *e, const char *id, const char *rule, const trm_json *v, struct said *t)
{
    if (e->truth.n) {
        const struct said *found = find_answer(&e->truths, id, rule);
        if (!found)
            return false;
        *t = *found;
        /* decided by the data as they are: complete, whatever else was taken away; not decided, yet nothing was taken
         * from the deciding field: a unit, a placeholder, a wrong type */
        bool by_rule = !strcmp(trm_json_str(trm_json_get(v, "source"), ""), "rule");
        t->group = by_rule ? COMPLETE : t->group == COMPLETE ? OTHER : t->group;
        return true;
    }
    int label = pass_or_fail(trm_json_str(trm_json_get(v, "label"), ""));
    *t = (struct said){label == 1, COMPLETE};
    return label >= 0;
}

static int
add_case(struct eval *e, const char *id, const char *rule, const char *building, const trm_json *v, struct said truth,
         struct trm_err *err)
{
    double p;
    int pass = model_says(v, &p);
    if (trm_json_get(v, "abstained"))
        return e->abstained++, 0;
    if (pass < 0)
        return e->silent++, 0;
    long r = trm_names_put(&e->rules, rule), b = trm_names_put(&e->buildings, building);
    if (r < 0 || b < 0 || reserve(&e->c, &e->cap, e->n, sizeof *e->c, err) != 0)
        return out_of_memory(err);
    trm_json *prior = trm_json_get(v, "prior");
    struct judged *c = &e->c[e->n++];
    *c = (struct judged){.trace = (uint32_t)e->n_traces, .rule = (uint32_t)r, .building = (uint32_t)b, .group = truth.group,
                         .label = truth.pass, .pass = pass, .has_prior = trm_json_type(prior) == TRM_JSON_NUM,
                         .prior = trm_json_num(prior, 0) >= 0.5, .conf = pass ? p : 1 - p};
    for (size_t k = 0; k < e->n_base; k++) {
        const struct said *s = find_answer(&e->base[k].a, id, rule);
        c->other[k] = s ? s->pass : -1;
    }
    return 0;
}

static void
note_decided(struct eval *e, const trm_json *v, struct said truth)
{
    if (strcmp(trm_json_str(trm_json_get(v, "source"), ""), "rule") != 0)
        return;
    int pass = pass_or_fail(trm_json_str(trm_json_get(v, "verdict"), ""));
    e->decided += pass >= 0, e->agree += pass == (int)truth.pass;
}

static void
note_model(struct eval *e, const trm_json *rec)
{
    struct trm_buf b = {0};
    trm_json *m = trm_json_get(rec, "model");
    if (m)
        trm_json_dump(&b, m);
    if (!e->model.len && b.len)
        trm_buf_add(&e->model, b.data, b.len);
    else if (b.len && strcmp(b.data, e->model.data) != 0)
        e->mixed = true;
    trm_buf_release(&b);
}

static int
read_trace(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)c;
    struct eval *e = ctx;
    const char *id, *rule;
    trm_json *verdicts;
    int is = is_trace(rec, &id, &verdicts, err);
    if (is <= 0)
        return is;
    if (reserve(&e->trace, &e->cap_traces, e->n_traces, sizeof *e->trace, err) != 0)
        return -1;
    double steps = trm_json_num(trm_json_get(rec, "halted_at"), 0);
    e->trace[e->n_traces].ms = trm_json_num(trm_json_get(rec, "ms"), -1);
    e->trace[e->n_traces].steps = steps >= 0 && steps <= 100000 ? (int)steps : 0;
    note_model(e, rec);
    const char *building = trm_json_str(trm_json_get(rec, "building"), "");
    for (size_t i = 0; i < trm_json_len(verdicts); i++) {
        trm_json *v = trm_json_at(verdicts, i);
        struct said truth;
        if (trm_json_need_str(v, "rule", &rule, err) != 0)
            return -1;
        if (!truth_of(e, id, rule, v, &truth)) {
            e->unpaired++;
            continue;
        }
        note_decided(e, v, truth);
        if (add_case(e, id, rule, building, v, truth, err) != 0)
            return -1;
    }
    e->n_traces++;
    return 0;
}

/* --- figures -------------------------------------------------------------------------------------------------------- */

struct share { /* right of n, and how sure */
    double n, right;
    bool boot;
    struct trm_interval ci, wilson;
};
struct figures {
    size_t n, buildings, traces;
    struct share model, prior, base[16], better[16]; /* better: paired difference, in model.n */
    double ece, ece_adaptive;
    size_t *steps; /* [n_steps] traces that halted at each step */
    size_t n_steps;
    double p50, p95; /* negative: no latency in the traces */
};

/* One pass over the chosen cases, [n_buildings] sums each. */
struct sums {
    double *n, *right, *other_n, *other_right, *diff;
};

static int
bound(const struct eval *e, struct share *s, const double *top, const double *bottom, struct trm_err *err)
{
    s->wilson = trm_stat_wilson(fmax(0, s->right), s->n, trm_stat_z(e->level));
    size_t with = 0;
    for (size_t b = 0; b < e->buildings.n; b++)
        with += bottom[b] > 0;
    s->boot = with >= 2;
    s->ci = s->wilson;
    return s->boot ? trm_stat_bootstrap(&s->ci, top, bottom, e->buildings.n, (size_t)e->draws, e->level,
                                        (uint64_t)e->seed, err)
                   : 0;
}

static bool
chosen(const struct judged *c, long rule, enum group g)
{
    return (rule < 0 || c->rule == (uint32_t)rule) && (g == ALL || c->group == g);
}

static int
judge_model(const struct eval *e, struct figures *f, struct sums *s, long rule, enum group g, struct trm_err *err)
{
    for (size_t i = 0; i < e->n; i++) {
        const struct judged *c = &e->c[i];
        if (!chosen(c, rule, g))
            continue;
        f->n++;
        f->model.n++, f->model.right += c->pass == c->label;
        s->n[c->building]++, s->right[c->building] += c->pass == c->label;
        f->prior.n += c->has_prior, f->prior.right += c->has_prior && c->prior == c->label;
    }
    for (size_t b = 0; b < e->buildings.n; b++)
        f->buildings += s->n[b] > 0;
    return bound(e, &f->model, s->right, s->n, err);
}

static int
judge_baseline(const struct eval *e, struct figures *f, struct sums *s, size_t k, long rule, enum group g,
               struct trm_err *err)
{
    memset(s->other_n, 0, 3 * e->buildings.n * sizeof *s->other_n);
    for (size_t i = 0; i < e->n; i++) {
        const struct judged *c = &e->c[i];
        if (!chosen(c, rule, g) || c->other[k] < 0)
            continue;
        bool right = (c->other[k] == 1) == c->label;
        f->base[k].n++, f->base[k].right += right;
        f->better[k].right += (c->pass == c->label) - right;
        s->other_n[c->building]++, s->other_right[c->building] += right;
        s->diff[c->building] += (c->pass == c->label) - right;
    }
    f->better[k].n = f->base[k].n;
    if (f->base[k].n == 0)
        return 0;
    if (bound(e, &f->base[k], s->other_right, s->other_n, err) != 0)
        return -1;
    return bound(e, &f->better[k], s->diff, s->other_n, err);
}

static int
calibrate(const struct eval *e, struct figures *f, long rule, enum group g, struct trm_err *err)
{
    double *conf = calloc(f->n + 1, sizeof *conf);
    bool *right = calloc(f->n + 1, sizeof *right);
    size_t n = 0;
    for (size_t i = 0; conf && right && i < e->n; i++)
        if (chosen(&e->c[i], rule, g))
            conf[n] = e->c[i].conf, right[n++] = e->c[i].pass == e->c[i].label;
    f->ece = conf && right ? trm_stat_ece(conf, right, n, (size_t)e->bins, false) : -1;
    f->ece_adaptive = conf && right ? trm_stat_ece(conf, right, n, (size_t)e->bins, true) : -1;
    free(conf);
    free(right);
    return f->ece < 0 || f->ece_adaptive < 0 ? out_of_memory(err) : 0;
}

/* Steps and latency of the traces that hold a chosen case; each trace once. */
static int
time_traces(const struct eval *e, struct figures *f, long rule, enum group g, struct trm_err *err)
{
    double *ms = calloc(e->n_traces + 1, sizeof *ms);
    size_t n = 0;
    for (size_t i = 0; i < e->n_traces; i++)
        f->n_steps = (size_t)e->trace[i].steps >= f->n_steps ? (size_t)e->trace[i].steps + 1 : f->n_steps;
    f->steps = calloc(f->n_steps + 1, sizeof *f->steps);
    if (!ms || !f->steps) {
        free(ms);
        return out_of_memory(err);
    }
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < e->n; i++) {
        uint32_t t = e->c[i].trace;
        if (!chosen(&e->c[i], rule, g) || t == last)
            continue;
        last = t, f->traces++;
        f->steps[e->trace[t].steps]++;
        if (e->trace[t].ms >= 0)
            ms[n++] = e->trace[t].ms;
    }
    trm_stat_sort(ms, n);
    f->p50 = n ? trm_stat_quantile(ms, n, 0.5) : -1;
    f->p95 = n ? trm_stat_quantile(ms, n, 0.95) : -1;
    free(ms);
    return 0;
}

static int
figure(const struct eval *e, struct figures *f, long rule, enum group g, struct trm_err *err)
{
    size_t nb = e->buildings.n;
    double *room = calloc(5 * nb + 1, sizeof *room);
    if (!room)
        return out_of_memory(err);
    struct sums s = {room, room + nb, room + 2 * nb, room + 3 * nb, room + 4 * nb};
    int rc = judge_model(e, f, &s, rule, g, err);
    for (size_t k = 0; k < e->n_base && rc == 0; k++)
        rc = judge_baseline(e, f, &s, k, rule, g, err);
    free(room);
    if (rc == 0)
        rc = calibrate(e, f, rule, g, err);
    return rc == 0 ? time_traces(e, f, rule, g, err) : rc;
}

/* --- what comes out ------------------------------------------------------------------------------------------------- */

static double
round6(double x) /* enough for every figure here, and short to read */
{
    return round(x * 1e6) / 1e6;
}

static void
write_share(struct trm_jw *w, const struct share *s)
{
    trm_jw_knum(w, "accuracy", round6(s->right / s->n));
    trm_jw_knum(w, "lo", round6(s->ci.lo));
    trm_jw_knum(w, "hi", round6(s->ci.hi));
    trm_jw_kstr(w, "interval", s->boot ? "bootstrap" : "wilson");
}

static void
write_baselines(const struct eval *e, const struct figures *f, struct trm_jw *w)
{
    trm_jw_key(w, "baselines");
    trm_jw_object(w);
    for (size_t k = 0; k < e->n_base; k++) {
        if (f->base[k].n == 0)
            continue;
        trm_jw_key(w, e->base[k].name);
        trm_jw_object(w);
        trm_jw_knum(w, "n", f->base[k].n);
        write_share(w, &f->base[k]);
        trm_jw_key(w, "better");
        trm_jw_object(w);
        trm_jw_knum(w, "by", round6(f->better[k].right / f->better[k].n));
        if (f->better[k].boot) {
            trm_jw_knum(w, "lo", round6(f->better[k].ci.lo));
            trm_jw_knum(w, "hi", round6(f->better[k].ci.hi));
        }
        trm_jw_end(w);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
write_steps(const struct figures *f, struct trm_jw *w)
{
    trm_jw_knum(w, "traces", (double)f->traces);
    trm_jw_key(w, "steps");
    trm_jw_object(w);
    for (size_t i = 1; i < f->n_steps; i++) {
        char key[24];
        snprintf(key, sizeof key, "%zu", i);
        if (f->steps[i])
            trm_jw_knum(w, key, (double)f->steps[i]);
    }
    trm_jw_end(w);
    if (f->p50 < 0)
        return;
    trm_jw_key(w, "ms");
    trm_jw_object(w);
    trm_jw_knum(w, "p50", round6(f->p50));
    trm_jw_knum(w, "p95", round6(f->p95));
    trm_jw_end(w);
}

static void
write_counts(const struct eval *e, struct trm_jw *w)
{
    trm_jw_knum(w, "abstained", (double)e->abstained);
    trm_jw_knum(w, "silent", (double)e->silent);
    trm_jw_knum(w, "unpaired", (double)e->unpaired);
    if (e->decided) {
        trm_jw_key(w, "decided");
        trm_jw_object(w);
        trm_jw_knum(w, "n", (double)e->decided);
        trm_jw_knum(w, "agree", (double)e->agree);
        trm_jw_end(w);
    }
    if (e->model.len) {
        trm_jw_key(w, "model");
        trm_jw_raw(w, e->model.data, e->model.len);
    }
    trm_jw_kstr(w, "program", "trm-eval " TRM_VERSION);
}

static void
write_record(const struct eval *e, const struct figures *f, long rule, enum group g, struct trm_buf *b)
{
    struct trm_jw w = {.out = b};
    char id[512];
    snprintf(id, sizeof id, rule < 0 ? "%s" : "%s/%s", group_name[g], rule < 0 ? "" : e->rules.name[rule]);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "eval");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id);
    trm_jw_kstr(&w, "group", group_name[g]);
    trm_jw_kstr(&w, "rule", rule < 0 ? NULL : e->rules.name[rule]);
    trm_jw_knum(&w, "n", (double)f->n);
    trm_jw_knum(&w, "buildings", (double)f->buildings);
    if (f->n) {
        write_share(&w, &f->model);
        trm_jw_key(&w, "wilson");
        trm_jw_object(&w);
        trm_jw_knum(&w, "lo", round6(f->model.wilson.lo));
        trm_jw_knum(&w, "hi", round6(f->model.wilson.hi));
        trm_jw_end(&w);
        if (f->prior.n == f->model.n)
            trm_jw_knum(&w, "base_rate", round6(f->prior.right / f->prior.n));
        write_baselines(e, f, &w);
        trm_jw_knum(&w, "ece", round6(f->ece));
        trm_jw_knum(&w, "ece_adaptive", round6(f->ece_adaptive));
        write_steps(f, &w);
    }
    if (rule < 0 && g == ALL)
        write_counts(e, &w);
    trm_jw_end(&w);
}

static void
text_head(const struct eval *e, struct trm_buf *b)
{
    trm_buf_addf(b, "%-44s %7s %5s %8s %17s %7s", "group/rule", "cases", "bldg", "accuracy", "95 % interval", "base");
    for (size_t k = 0; k < e->n_base; k++)
        trm_buf_addf(b, " %9.9s", e->base[k].name);
    trm_buf_addf(b, " %6s %6s %8s", "ece", "steps", "p95 ms");
}

static void
text_row(const struct eval *e, const struct figures *f, long rule, enum group g, struct trm_buf *b)
{
    char id[512];
    snprintf(id, sizeof id, rule < 0 ? "%s" : "%s/%s", group_name[g], rule < 0 ? "" : e->rules.name[rule]);
    trm_buf_addf(b, "%-44s %7zu %5zu", id, f->n, f->buildings);
    if (!f->n)
        return;
    trm_buf_addf(b, " %8.4f [%.4f, %.4f]", f->model.right / f->model.n, f->model.ci.lo, f->model.ci.hi);
    if (f->prior.n == f->model.n)
        trm_buf_addf(b, " %7.4f", f->prior.right / f->prior.n);
    else
        trm_buf_addf(b, " %7s", "-");
    for (size_t k = 0; k < e->n_base; k++)
        if (f->base[k].n > 0)
            trm_buf_addf(b, " %9.4f", f->base[k].right / f->base[k].n);
        else
            trm_buf_addf(b, " %9s", "-");
    double sum = 0;
    for (size_t i = 0; i < f->n_steps; i++)
        sum += (double)(i * f->steps[i]);
    trm_buf_addf(b, " %6.4f %6.2f", f->ece, sum / (double)f->traces);
    if (f->p95 >= 0)
        trm_buf_addf(b, " %8.2f", f->p95);
}

static void
put_figures(struct eval *e, struct trm_cli *c, long rule, enum group g, bool even_empty)
{
    struct figures f = {0};
    struct trm_err err = {0};
    struct trm_buf b = {0};
    if (figure(e, &f, rule, g, &err) != 0)
        trm_cli_fail(c, &err);
    else if (f.n || even_empty) {
        if (e->text)
            text_row(e, &f, rule, g, &b);
        else
            write_record(e, &f, rule, g, &b);
        trm_cli_put_text(c, b.data, b.len);
    }
    trm_buf_release(&b);
    free(f.steps);
}

static void
put_all(struct eval *e, struct trm_cli *c)
{
    if (e->text) {
        struct trm_buf b = {0};
        text_head(e, &b);
        trm_cli_put_text(c, b.data, b.len);
        trm_buf_release(&b);
    }
    for (int g = 0; g < N_GROUPS; g++)
        put_figures(e, c, -1, g, g == ALL || (e->truth.n && (g == HIDDEN || g == NAMED)));
    for (size_t r = 0; r < e->rules.n; r++)
        for (int g = 0; g < N_GROUPS; g++)
            put_figures(e, c, (long)r, g, false);
}

/* --- tasks ---------------------------------------------------------------------------------------------------------- */

struct tasks {
    struct trm_shelf shelf;
    struct trm_scores scores;
    struct trm_task task;
    struct trm_answer answer;
};

static int
read_task(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)c;
    struct tasks *t = ctx;
    return trm_task_read(&t->task, rec, err) != 0 ? -1 : trm_shelf_put(&t->shelf, NULL, &t->task, err);
}

static int
read_task_answer(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)c;
    struct tasks *t = ctx;
    const char *kind = trm_json_str(trm_json_get(rec, "kind"), "");
    if (strcmp(kind, "verified") == 0 || strcmp(kind, "audited") == 0)
        return 0;
    return trm_answer_read(&t->answer, rec, err) != 0 ? -1 : trm_scores_answer(&t->scores, &t->answer, err);
}

static void
put_score(struct eval *e, struct trm_cli *c, const struct trm_scores *s, long family, int difficulty)
{
    struct trm_buf b = {0};
    struct trm_err err = {0};
    if (trm_scores_write(&b, s, family, difficulty, &e->score, e->text, &err))
        trm_cli_put_text(c, b.data, b.len);
    else if (err.kind)
        trm_cli_fail(c, &err);
    trm_buf_release(&b);
}

/* All, each family, each difficulty of each family. */
static void
put_scores(struct eval *e, struct trm_cli *c, const struct trm_scores *s)
{
    if (e->text) {
        struct trm_buf b = {0};
        trm_scores_head(&b);
        trm_cli_put_text(c, b.data, b.len);
        trm_buf_release(&b);
    }
    put_score(e, c, s, -1, -1);
    for (size_t f = 0; f < s->families.n; f++) {
        put_score(e, c, s, (long)f, -1);
        for (int d = 0; d <= TRM_TASK_LEVELS; d++)
            put_score(e, c, s, (long)f, d);
    }
}

/* Tasks first, then the answers of the operands or of stdin. */
static void
eval_tasks(struct eval *e, struct trm_cli *c)
{
    struct trm_err err = {0};
    struct tasks *t = calloc(1, sizeof *t);
    int rc = t ? 0 : out_of_memory(&err);
    for (size_t i = 0; i < e->tasks.n; i++)
        trm_cli_need_file(c, e->tasks.item[i]);
    for (size_t i = 0; i < e->tasks.n && rc == 0; i++)
        rc = trm_cli_read_file(c, e->tasks.item[i], read_task, t);
    if (rc == 0 && trm_scores_begin(&t->scores, &t->shelf, &err) == 0 && trm_cli_read(c, read_task_answer, t) == 0) {
        if (t->scores.n_answers == 0)
            trm_err_set(&err, TRM_DATA, "0 answers to %zu tasks", t->scores.n);
        put_scores(e, c, &t->scores);
    }
    if (err.kind)
        trm_cli_fail(c, &err);
    if (t) {
        trm_scores_release(&t->scores);
        trm_shelf_release(&t->shelf);
    }
    free(t);
}

/* --- learning curves ------------------------------------------------------------------------------------------------ */

struct curve {
    struct trm_buf points;
    struct trm_jw w;
    size_t n;
};

static int
read_epoch(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)c;
    (void)err;
    static const char *const kept[] = {"epoch", "steps", "seconds", "loss", "accuracy", "exact", "val_accuracy", "val_known", "val_exact",
                                       "val_loss", "val_steps"};
    struct curve *k = ctx;
    if (strcmp(trm_json_str(trm_json_get(rec, "kind"), ""), "epoch") != 0)
        return 0;
    trm_jw_object(&k->w);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (trm_json_type(trm_json_get(rec, kept[i])) == TRM_JSON_NUM)
            trm_jw_knum(&k->w, kept[i], trm_json_num(trm_json_get(rec, kept[i]), 0));
    if (trm_json_bool(trm_json_get(rec, "best"), false))
        trm_jw_kbool(&k->w, "best", true);
    trm_jw_end(&k->w);
    k->n++;
    return 0;
}

/* The epochs of one training, as one record. */
static void
put_curve(struct trm_cli *c, const char *path)
{
    struct curve k = {.n = 0};
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    char id[128];
    const char *slash = strrchr(path, '/');
    snprintf(id, sizeof id, "curve/%.100s", slash ? slash + 1 : path);
    k.w.out = &k.points;
    trm_jw_array(&k.w);
    trm_cli_need_file(c, path);
    if (trm_cli_read_file(c, path, read_epoch, &k) == 0) {
        trm_jw_end(&k.w);
        trm_jw_object(&w);
        trm_jw_kstr(&w, "kind", "eval");
        trm_jw_knum(&w, "v", 1);
        trm_jw_kstr(&w, "id", id);
        trm_jw_kstr(&w, "group", "curve");
        trm_jw_knum(&w, "n", (double)k.n);
        trm_jw_key(&w, "points");
        trm_jw_raw(&w, k.points.data, k.points.len);
        trm_jw_end(&w);
        trm_cli_put_text(c, b.data, b.len);
    }
    trm_buf_release(&b);
    trm_buf_release(&k.points);
}

/* --- the program ---------------------------------------------------------------------------------------------------- */

/* name=path of each --baseline, read whole. */
static void
open_baselines(struct eval *e, struct trm_cli *c)
{
    struct trm_err err = {0};
    if (e->baselines.n > sizeof e->base / sizeof *e->base) {
        trm_err_set(&err, TRM_USAGE, "--baseline given %zu times, expected at most 16", e->baselines.n);
        trm_cli_die(c, &err);
    }
    for (size_t k = 0; k < e->baselines.n; k++) {
        struct baseline *b = &e->base[e->n_base++];
        const char *eq = strchr(e->baselines.item[k], '=');
        size_t n = eq ? (size_t)(eq - e->baselines.item[k]) : 0;
        if (n == 0 || n >= sizeof b->name || !eq[1]) {
            trm_err_set(&err, TRM_USAGE, "--baseline %s: expected NAME=FILE", e->baselines.item[k]);
            trm_cli_die(c, &err);
        }
        memcpy(b->name, e->baselines.item[k], n);
        b->path = eq + 1;
    }
}

/* What a reader would not see in the figures. */
static void
say_aloud(struct eval *e, struct trm_cli *c)
{
    if (e->mixed)
        trm_cli_warn(c, "traces of more than one model: the figures mix them");
    for (size_t k = 0; k < e->n_base; k++) {
        size_t missing = 0;
        for (size_t i = 0; i < e->n; i++)
            missing += e->c[i].other[k] < 0;
        if (missing)
            trm_cli_warn(c, "baseline %s is silent on %zu of %zu cases, which are left out of its figures", e->base[k].name,
                         missing, e->n);
    }
    if (e->n)
        return;
    struct trm_err err = {0};
    trm_err_set(&err, TRM_DATA,
                "0 cases: %zu traces, %zu verdicts without a truth, %zu without a word from the model, %zu abstained",
                e->n_traces, e->unpaired, e->silent, e->abstained);
    trm_cli_fail(c, &err);
}

static void
release(struct eval *e)
{
    for (size_t k = 0; k < e->n_base; k++) {
        trm_names_release(&e->base[k].a.key);
        free(e->base[k].a.said);
    }
    trm_names_release(&e->truths.key);
    free(e->truths.said);
    trm_names_release(&e->rules);
    trm_names_release(&e->buildings);
    trm_buf_release(&e->model);
    free(e->c);
    free(e->trace);
}

int
main(int argc, char **argv)
{
    struct eval e = {.draws = 2000, .seed = 1, .bins = 15, .level = 0.95};
    const struct trm_cli_opt opts[] = {
        {'t', "truth", "FILE", "checked records of the full elements; may be given again", &e.truth, 0, 0, TRM_OPT_LIST},
        {'b', "baseline", "NAME=FILE", "traces of another model on the same input; may be given again", &e.baselines, 0, 0,
         TRM_OPT_LIST},
        {0, "tasks", "FILE", "tasks, to judge answers to them; may be given again", &e.tasks, 0, 0, TRM_OPT_LIST},
        {0, "limit", "MS", "with --tasks: an answer that took longer is a time-out; 0: only one that says so", &e.score.limit_ms, 0, 1e12,
         TRM_OPT_NUM},
        {0, "price", "X", "with --tasks: of an hour of processor, for the cost", &e.score.price, 0, 1e9, TRM_OPT_NUM},
        {0, "seconds", "N", "with --price: seconds of processor that all answers took; 0: by the ms of each", &e.score.seconds, 0, 1e12,
         TRM_OPT_NUM},
        {0, "epochs", "FILE", "epoch records of a training, as a curve; may be given again", &e.epochs, 0, 0, TRM_OPT_LIST},
        {0, "text", NULL, "a table for people instead of records", &e.text, 0, 0, TRM_OPT_FLAG},
        {0, "bins", "N", "bins of the calibration error", &e.bins, 1, 1000, TRM_OPT_INT},
        {0, "draws", "N", "bootstrap draws", &e.draws, 100, 1000000, TRM_OPT_INT},
        {0, "level", "P", "level of the intervals", &e.level, 0.5, 0.9999, TRM_OPT_NUM},
        {'s', "seed", "N", "seed of the bootstrap", &e.seed, 0, 1L << 31, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-eval",
                        .purpose = "How right traces and answers are: accuracy with intervals, calibration, baselines, steps, latency, cost.",
                        .operands = "[FILE...]",
                        .opts = opts};
    trm_cli_begin(&c, argc, argv);
    open_baselines(&e, &c);
    e.score.bins = (size_t)e.bins;
    e.score.level = e.level;
    for (size_t i = 0; i < e.epochs.n; i++)
        put_curve(&c, e.epochs.item[i]);
    if (e.tasks.n)
        eval_tasks(&e, &c);
    if (e.tasks.n || (e.epochs.n && c.n_files == 0)) {
        release(&e);
        return trm_cli_end(&c);
    }
    int rc = 0;
    for (size_t i = 0; i < e.truth.n; i++)
        trm_cli_need_file(&c, e.truth.item[i]);
    for (size_t k = 0; k < e.n_base; k++)
        trm_cli_need_file(&c, e.base[k].path);
    for (size_t i = 0; i < e.truth.n && rc == 0; i++)
        rc = trm_cli_read_file(&c, e.truth.item[i], read_truth, &e);
    for (size_t k = 0; k < e.n_base && rc == 0; k++)
        rc = trm_cli_read_file(&c, e.base[k].path, read_baseline, &e.base[k]);
    if (rc == 0 && trm_cli_read(&c, read_trace, &e) == 0) {
        say_aloud(&e, &c);
        put_all(&e, &c);
    }
    release(&e);
    return trm_cli_end(&c);
}
