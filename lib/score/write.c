/* Cases to figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../stat/stat.h"
#include "inner.h"

enum { MOST_STEPS = 4096 };
static const char *const baseline_name[TRM_SCORE_BASELINES] = {"majority", "copy", "constant"};

struct sums {
    size_t n, answered, right, timeouts, n_steps, n_conf, n_ms, n_cost;
    double cells, cells_right, cost;
    size_t base[TRM_SCORE_BASELINES];
    double base_cells[TRM_SCORE_BASELINES];
    size_t *steps;      /* [MOST_STEPS] owned */
    double *ms, *conf;  /* [n_ms], [n_conf] owned */
    bool *conf_right;
};

static bool
chosen(const struct trm_score_case *c, long family, int difficulty)
{
    return (family < 0 || c->family == (uint32_t)family) && (difficulty < 0 || c->difficulty == difficulty);
}

static void
add_case(struct sums *f, const struct trm_score_case *c, const struct trm_score_opts *o)
{
    f->n++;
    f->answered += c->given;
    f->right += c->right;
    f->timeouts += c->timed_out || (o->limit_ms > 0 && c->ms > o->limit_ms);
    f->cells += c->cells;
    f->cells_right += c->cells_right;
    for (int b = 0; b < TRM_SCORE_BASELINES; b++) {
        f->base[b] += c->base[b];
        f->base_cells[b] += c->base_cells[b];
    }
    if (c->steps > 0) {
        f->n_steps++;
        f->steps[c->steps < MOST_STEPS ? c->steps : MOST_STEPS - 1]++;
    }
    if (c->ms >= 0)
        f->ms[f->n_ms++] = c->ms;
    double cost = c->cost >= 0 ? c->cost : o->price > 0 && o->seconds <= 0 && c->ms >= 0 ? c->ms / 3.6e6 * o->price : -1;
    f->n_cost += cost >= 0;
    f->cost += cost >= 0 ? cost : 0;
    if (c->given && c->conf >= 0) {
        f->conf[f->n_conf] = c->conf;
        f->conf_right[f->n_conf++] = c->right;
    }
}

static int
sum(struct sums *f, const struct trm_scores *s, long family, int difficulty, const struct trm_score_opts *o, struct trm_err *err)
{
    *f = (struct sums){0};
    f->steps = calloc(MOST_STEPS, sizeof *f->steps);
    f->ms = calloc(s->n + 1, sizeof *f->ms);
    f->conf = calloc(s->n + 1, sizeof *f->conf);
    f->conf_right = calloc(s->n + 1, sizeof *f->conf_right);
    if (!f->steps || !f->ms || !f->conf || !f->conf_right)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < s->n; i++)
        if (chosen(&s->c[i], family, difficulty))
            add_case(f, &s->c[i], o);
    trm_stat_sort(f->ms, f->n_ms);
    if (o->price > 0 && o->seconds > 0 && s->n) { /* of all, shared out evenly */
        f->cost = o->seconds / 3600 * o->price * (double)f->n / (double)s->n;
        f->n_cost = f->n;
    }
    return 0;
}

static void
release(struct sums *f)
{
    free(f->steps);
    free(f->ms);
    free(f->conf);
    free(f->conf_right);
}

static double
round6(double x)
{
    return round(x * 1e6) / 1e6;
}

/* Nine digits that count: costs are small, and sums of them end in dust. */
static double
digits9(double x)
{
    double scale = x > 0 ? pow(10, 8 - floor(log10(x))) : 1;
    return round(x * scale) / scale;
}

static void
put_share(struct trm_jw *w, const char *key, double k, double n)
{
    if (n > 0)
        trm_jw_knum(w, key, round6(k / n));
}

static void
put_baselines(struct trm_jw *w, const struct sums *f)
{
    trm_jw_key(w, "baselines");
    trm_jw_object(w);
    for (int b = 0; b < TRM_SCORE_BASELINES; b++) {
        trm_jw_key(w, baseline_name[b]);
        trm_jw_object(w);
        put_share(w, "accuracy", (double)f->base[b], (double)f->n);
        put_share(w, "cells", f->base_cells[b], f->cells);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_steps(struct trm_jw *w, const struct sums *f)
{
    double all = 0;
    trm_jw_key(w, "steps");
    trm_jw_object(w);
    for (size_t i = 1; i < MOST_STEPS; i++) {
        char key[24];
        snprintf(key, sizeof key, "%zu", i);
        all += (double)(i * f->steps[i]);
        if (f->steps[i])
            trm_jw_knum(w, key, (double)f->steps[i]);
    }
    trm_jw_end(w);
    put_share(w, "mean_steps", all, (double)f->n_steps);
}

static void
put_time(struct trm_jw *w, const struct sums *f)
{
    trm_jw_key(w, "timeouts");
    trm_jw_object(w);
    trm_jw_knum(w, "n", (double)f->timeouts);
    put_share(w, "rate", (double)f->timeouts, (double)f->n);
    trm_jw_end(w);
    if (f->n_ms) {
        trm_jw_key(w, "ms");
        trm_jw_object(w);
        trm_jw_knum(w, "p50", round6(trm_stat_quantile(f->ms, f->n_ms, 0.5)));
        trm_jw_knum(w, "p95", round6(trm_stat_quantile(f->ms, f->n_ms, 0.95)));
        trm_jw_knum(w, "p99", round6(trm_stat_quantile(f->ms, f->n_ms, 0.99)));
        trm_jw_end(w);
    }
    if (f->n_cost) {
        trm_jw_key(w, "cost");
        trm_jw_object(w);
        trm_jw_knum(w, "n", (double)f->n_cost);
        trm_jw_knum(w, "total", digits9(f->cost));
        trm_jw_knum(w, "task", digits9(f->cost / (double)f->n_cost));
        trm_jw_end(w);
    }
}

static int
put_calibration(struct trm_jw *w, const struct sums *f, const struct trm_score_opts *o, struct trm_err *err)
{
    if (f->n_conf == 0)
        return 0;
    double even = trm_stat_ece(f->conf, f->conf_right, f->n_conf, o->bins, false);
    double adaptive = trm_stat_ece(f->conf, f->conf_right, f->n_conf, o->bins, true);
    if (even < 0 || adaptive < 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_jw_knum(w, "ece", round6(even));
    trm_jw_knum(w, "ece_adaptive", round6(adaptive));
    return 0;
}

static void
id_of(char id[128], const struct trm_scores *s, long family, int difficulty)
{
    int n = snprintf(id, 128, "tasks%s%s", family < 0 ? "" : "/", family < 0 ? "" : s->families.name[family]);
    if (difficulty >= 0)
        snprintf(id + n, 128 - (size_t)n, "/%d", difficulty);
}

static int
write_record(struct trm_buf *b, const struct trm_scores *s, const struct sums *f, long family, int difficulty,
             const struct trm_score_opts *o, struct trm_err *err)
{
    struct trm_jw w = {.out = b};
    char id[128];
    id_of(id, s, family, difficulty);
    struct trm_interval ci = trm_stat_wilson((double)f->right, (double)f->n, trm_stat_z(o->level));
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "eval");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id);
    trm_jw_kstr(&w, "group", "tasks");
    trm_jw_kstr(&w, "family", family < 0 ? NULL : s->families.name[family]);
    if (difficulty >= 0)
        trm_jw_knum(&w, "difficulty", difficulty);
    trm_jw_knum(&w, "n", (double)f->n);
    trm_jw_knum(&w, "answered", (double)f->answered);
    trm_jw_knum(&w, "exact", (double)f->right);
    put_share(&w, "accuracy", (double)f->right, (double)f->n);
    trm_jw_knum(&w, "lo", round6(ci.lo));
    trm_jw_knum(&w, "hi", round6(ci.hi));
    trm_jw_kstr(&w, "interval", "wilson");
    put_share(&w, "cells", f->cells_right, f->cells);
    put_baselines(&w, f);
    if (put_calibration(&w, f, o, err) != 0)
        return -1;
    if (f->n_steps)
        put_steps(&w, f);
    put_time(&w, f);
    trm_jw_end(&w);
    return 0;
}

void
trm_scores_head(struct trm_buf *b)
{
    trm_buf_addf(b, "%-28s %7s %8s %17s %7s %8s %7s %8s %6s %6s %9s", "family/difficulty", "tasks", "exact", "interval", "cells",
                 "majority", "copy", "constant", "ece", "steps", "p95 ms");
}

static void
write_row(struct trm_buf *b, const struct trm_scores *s, const struct sums *f, long family, int difficulty,
          const struct trm_score_opts *o)
{
    char id[128];
    double n = (double)f->n, steps = 0;
    id_of(id, s, family, difficulty);
    struct trm_interval ci = trm_stat_wilson((double)f->right, n, trm_stat_z(o->level));
    for (size_t i = 1; i < MOST_STEPS; i++)
        steps += (double)(i * f->steps[i]);
    trm_buf_addf(b, "%-28s %7zu %8.4f [%.4f, %.4f]", id, f->n, (double)f->right / n, ci.lo, ci.hi);
    trm_buf_addf(b, " %7.4f", f->cells > 0 ? f->cells_right / f->cells : 0);
    for (int k = 0; k < TRM_SCORE_BASELINES; k++)
        trm_buf_addf(b, " %*.4f", k == TRM_SCORE_COPY ? 7 : 8, (double)f->base[k] / n);
    if (f->n_conf)
        trm_buf_addf(b, " %6.4f", trm_stat_ece(f->conf, f->conf_right, f->n_conf, o->bins, false));
    else
        trm_buf_addf(b, " %6s", "-");
    if (f->n_steps)
        trm_buf_addf(b, " %6.2f", steps / (double)f->n_steps);
    else
        trm_buf_addf(b, " %6s", "-");
    if (f->n_ms)
        trm_buf_addf(b, " %9.3f", trm_stat_quantile(f->ms, f->n_ms, 0.95));
    else
        trm_buf_addf(b, " %9s", "-");
}

bool
trm_scores_write(struct trm_buf *b, const struct trm_scores *s, long family, int difficulty,
                 const struct trm_score_opts *opts, bool text, struct trm_err *err)
{
    struct sums f;
    bool wrote = false;
    if (sum(&f, s, family, difficulty, opts, err) == 0 && f.n) {
        if (text)
            write_row(b, s, &f, family, difficulty, opts);
        else
            write_record(b, s, &f, family, difficulty, opts, err);
        wrote = err->kind == TRM_OK;
    }
    release(&f);
    return wrote;
}
