/* Looking at the validation side: loss, accuracy, calibration, temperature. */
#include "learn.h"

#include <math.h>
#include <stdlib.h>

#include "../stat/stat.h"

enum { CHUNK = 64, /* asks answered at a time, so that memory stays small */
       DRAWS = 4 /* of the fields hidden, to fit the temperature on */ };

static size_t
labelled(const struct trm_ask *asks, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += asks[i].sample->n_rules - asks[i].first_rule;
    return sum;
}

static void
keep(struct trm_seen *out, const struct trm_ask *ask, const struct trm_say *say)
{
    for (size_t r = 0; r < say->n_rules; r++) {
        const struct trm_sample_rule *rule = &ask->sample->rules[ask->first_rule + r];
        if (rule->label == TRM_LABEL_NONE)
            continue;
        out->logit[out->n] = say->logit[(say->steps - 1) * say->n_rules + r];
        out->label[out->n] = rule->label == TRM_LABEL_PASS;
        out->known[out->n++] = trm_ask_known(ask, ask->first_rule + r);
    }
    out->steps += (double)say->steps;
}

int
trm_look(struct trm_seen *out, struct trm_judge *j, const struct trm_ask *asks, size_t n, size_t max_steps, double stop_q,
         struct trm_arena *a, struct trm_err *err)
{
    size_t most = labelled(asks, n);
    *out = (struct trm_seen){.logit = trm_arena_calloc(a, most + 1, sizeof *out->logit),
                             .label = trm_arena_calloc(a, most + 1, sizeof *out->label),
                             .known = trm_arena_calloc(a, most + 1, sizeof *out->known)};
    if (!out->logit || !out->label || !out->known)
        return trm_err_set(err, TRM_SYS, "out of memory for %zu verdicts", most);
    struct trm_arena scratch = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i += CHUNK) {
        struct trm_say say[CHUNK];
        size_t k = n - i < CHUNK ? n - i : CHUNK;
        rc = trm_judge_ask(j, say, asks + i, k, max_steps, stop_q, &scratch, err);
        for (size_t c = 0; c < k && rc == 0; c++)
            keep(out, &asks[i + c], &say[c]);
        trm_arena_reset(&scratch);
    }
    trm_arena_release(&scratch);
    out->steps /= n ? (double)n : 1;
    return rc;
}

int
trm_figures_of(struct trm_figures *f, const struct trm_seen *s, double temperature, struct trm_err *err)
{
    *f = (struct trm_figures){.n = s->n};
    double *conf = calloc(s->n + 1, sizeof *conf);
    bool *right = calloc(s->n + 1, sizeof *right);
    size_t n = 0, right_known = 0, right_hidden = 0;
    for (size_t i = 0; conf && right && i < s->n; i++) {
        bool ok = (s->logit[i] >= 0) == s->label[i];
        f->n_known += s->known[i];
        right_known += ok && s->known[i], right_hidden += ok && !s->known[i];
        if (!s->known[i])
            conf[n] = trm_stat_sigmoid(fabs(s->logit[i]) / temperature), right[n++] = ok;
    }
    f->nll = trm_stat_nll(s->logit, s->label, s->n, temperature);
    f->loss = trm_stat_brier(s->logit, s->label, s->n, temperature);
    f->accuracy = n ? (double)right_hidden / (double)n : 0;
    f->known_accuracy = f->n_known ? (double)right_known / (double)f->n_known : 0;
    f->ece = conf && right ? trm_stat_ece(conf, right, n, 15, false) : -1;
    free(conf);
    free(right);
    return f->ece < 0 ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

/* Only what was not known, in front; returns how many. The order of the others is lost. */
static size_t
unknown_first(struct trm_seen *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->known[i])
            continue;
        double logit = s->logit[n];
        bool label = s->label[n], known = s->known[n];
        s->logit[n] = s->logit[i], s->label[n] = s->label[i], s->known[n] = s->known[i];
        s->logit[i] = logit, s->label[i] = label, s->known[i] = known;
        n++;
    }
    return n;
}

double
trm_seen_temperature(struct trm_seen *s)
{
    size_t n = unknown_first(s);
    return trm_stat_temperature(s->logit, s->label, n);
}

int
trm_fit_temperature(double *temperature, struct trm_figures *f, struct trm_judge *j, const struct trm_ask *asks, size_t n,
                    const struct trm_hide_opt *opt, uint64_t seed, size_t max_steps, double stop_q, struct trm_err *err)
{
    struct trm_arena a = {0};
    struct trm_seen seen = {0};
    struct trm_ask *views = trm_arena_calloc(&a, DRAWS * n + 1, sizeof *views);
    int rc = views ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    for (uint64_t k = 0; k < DRAWS && rc == 0; k++)
        rc = trm_view_asks(views + k * n, asks, n, TRM_VIEW_USE, opt, seed, 1000 + k, &a, err);
    if (rc == 0)
        rc = trm_look(&seen, j, views, DRAWS * n, max_steps, stop_q, &a, err);
    if (rc == 0) {
        *temperature = trm_seen_temperature(&seen);
        seen.n = unknown_first(&seen);
        rc = trm_figures_of(f, &seen, *temperature, err);
    }
    trm_arena_release(&a);
    return rc;
}
