#include "opt.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/wide.h"

struct trm_opt_config
trm_opt_config_default(void)
{
    return (struct trm_opt_config){
        .kind = TRM_OPT_ADAMW, .lr = 1e-4, .beta1 = .9, .beta2 = .95, .eps = 1e-8, .weight_decay = .1, .warmup = 100,
        .ema = .999, .rows_lr = 1e-2, .rows_weight_decay = .1,
    };
}

static int
check(const struct trm_opt_config *c, struct trm_err *err)
{
    const struct {
        const char *name;
        double value, lo, below; /* lo <= value < below */
    } range[] = {
        {"learning rate", c->lr, 0, 1e3}, {"beta1", c->beta1, 0, 1}, {"beta2", c->beta2, 0, 1}, {"eps", c->eps, 0, 1},
        {"weight decay", c->weight_decay, 0, 1e3}, {"clip", c->clip, 0, INFINITY}, {"ema", c->ema, 0, 1},
        {"rows' learning rate", c->rows_lr, 0, 1e3}, {"rows' weight decay", c->rows_weight_decay, 0, 1e3},
    };
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (!(range[i].value >= range[i].lo && range[i].value < range[i].below))
            return trm_err_set(err, TRM_USAGE, "%s is %g, expected %g or more and below %g", range[i].name,
                               range[i].value, range[i].lo, range[i].below);
    return 0;
}

int
trm_opt_init(struct trm_opt *o, const struct trm_opt_config *config, size_t n, struct trm_err *err)
{
    *o = (struct trm_opt){.config = *config, .n = n};
    if (check(config, err) != 0)
        return -1;
    o->m = calloc(n + 1, sizeof *o->m);
    o->v = calloc(n + 1, sizeof *o->v);
    if (o->m && o->v)
        return 0;
    trm_opt_release(o);
    return trm_err_set(err, TRM_SYS, "no memory for an optimiser of %zu parameters", n);
}

void
trm_opt_release(struct trm_opt *o)
{
    free(o->m);
    free(o->v);
    *o = (struct trm_opt){0};
}

double
trm_opt_lr(const struct trm_opt_config *c, double lr, uint64_t step)
{
    if (step < c->warmup)
        lr *= (double)step / (double)c->warmup;
    if (step > c->fall && c->end > c->fall)
        lr *= step > c->end ? 0 : (double)(c->end + 1 - step) / (double)(c->end + 1 - c->fall);
    return lr;
}

/* Euclidean length, the sum running left to right in double. */
static double
length_of(const trm_real *g, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)g[i] * (double)g[i];
    return sqrt(sum);
}

/* What one update needs of the schedule, worked out once. */
struct rates {
    trm_real b1, b2, c1, c2; /* betas, and 1 - beta */
    trm_real u1, u2;         /* 1 / (1 - beta^t), which undoes the zero start */
    trm_real keep, lr, eps, scale;
};

#ifdef TRM_DOUBLE
#define SMALLEST DBL_MIN
#else
#define SMALLEST FLT_MIN
#endif

/* Moments that no gradient feeds any more shrink to denormal numbers and stay there (the least of them times .9 rounds to
 * itself), and a step on those costs 100 times as much: rows of rare words would slow the whole run down. */
static inline trm_real
no_denormal(trm_real x)
{
    return x < (trm_real)SMALLEST && x > -(trm_real)SMALLEST ? 0 : x;
}

#ifdef TRM_DOUBLE
#define ROOT sqrt
#else
#define ROOT sqrtf
#endif

TRM_WIDE static void
step_adamw(trm_real *restrict p, trm_real *restrict m, trm_real *restrict v, const trm_real *restrict g, size_t n,
           struct rates r)
{
    for (size_t i = 0; i < n; i++) {
        trm_real x = g[i] * r.scale;
        m[i] = no_denormal(r.b1 * m[i] + r.c1 * x);
        v[i] = no_denormal(r.b2 * v[i] + r.c2 * (x * x));
        p[i] = p[i] * r.keep - r.lr * (m[i] * r.u1 / (ROOT(v[i] * r.u2) + r.eps));
    }
}

/* atan2(y, x) for x >= 0. Float: Cephes's atanf (Moshier) without branches, within 3 units in the last place; 0 at 0,0. */
static inline trm_real
turn(trm_real y, trm_real x)
{
#ifdef TRM_DOUBLE
    return atan2(y, x);
#else
    float a = fabsf(y), lo = a < x ? a : x, hi = a < x ? x : a;
    float t = lo / (hi > 0 ? hi : 1);
    bool far = t > 0.414213562373f; /* tan(pi/8) */
    t = far ? (t - 1) / (t + 1) : t;
    float z = t * t;
    float p = (((8.05374449538e-2f * z - 1.38776856032e-1f) * z + 1.99777106478e-1f) * z - 3.33329491539e-1f) * z * t + t;
    p += far ? 0.785398163397f : 0;
    p = a < x ? p : 1.570796326795f - p;
    return copysignf(hi > 0 ? p : 0, y);
#endif
}

TRM_WIDE static void
step_atan2(trm_real *restrict p, trm_real *restrict m, trm_real *restrict v, const trm_real *restrict g, size_t n,
           struct rates r)
{
    for (size_t i = 0; i < n; i++) {
        trm_real x = g[i] * r.scale;
        m[i] = no_denormal(r.b1 * m[i] + r.c1 * x);
        v[i] = no_denormal(r.b2 * v[i] + r.c2 * (x * x));
        p[i] = p[i] * r.keep - r.lr * turn(m[i] * r.u1, ROOT(v[i] * r.u2));
    }
}

#define PIECE 65536 /* elements that a thread takes at a time */

static size_t
piece(const struct trm_opt *o, size_t at)
{
    return o->n - at < PIECE ? o->n - at : PIECE;
}

static int
threads_of(const struct trm_opt *o)
{
    return o->threads ? (int)o->threads : 1;
}

void
trm_opt_step(struct trm_opt *o, trm_real *p, const trm_real *g)
{
    const struct trm_opt_config *c = &o->config;
    o->steps++;
    double lr = trm_opt_lr(c, c->lr, o->steps), t = (double)o->steps;
    o->norm = c->clip > 0 ? length_of(g, o->n) : 0;
    struct rates r = {
        .b1 = (trm_real)c->beta1, .b2 = (trm_real)c->beta2,
        .c1 = (trm_real)(1 - c->beta1), .c2 = (trm_real)(1 - c->beta2),
        .u1 = (trm_real)(1 / (1 - pow(c->beta1, t))), .u2 = (trm_real)(1 / (1 - pow(c->beta2, t))),
        .keep = (trm_real)(1 - lr * c->weight_decay), .lr = (trm_real)lr, .eps = (trm_real)c->eps,
        .scale = (trm_real)(o->norm > c->clip ? c->clip / o->norm : 1),
    };
#pragma omp parallel for schedule(static) num_threads(threads_of(o))
    for (size_t at = 0; at < o->n; at += PIECE)
        (c->kind == TRM_OPT_ADAMW ? step_adamw : step_atan2)(p + at, o->m + at, o->v + at, g + at, piece(o, at), r);
}

void
trm_opt_rows(const struct trm_opt *o, trm_real *w, size_t width, const int32_t *ids, trm_real *g, size_t n)
{
    double lr = trm_opt_lr(&o->config, o->config.rows_lr, o->steps);
    trm_real keep = (trm_real)(1 - lr * o->config.rows_weight_decay), move = (trm_real)lr;
    for (size_t i = 0; i < n; i++) {
        size_t first = 0;
        while (ids[first] != ids[i])
            first++;
        if (first < i) /* the first of equals has taken this one's gradient already */
            continue;
        trm_real *row = w + (size_t)ids[i] * width, *sum = g + i * width;
        for (size_t k = i + 1; k < n; k++)
            for (size_t j = 0; ids[k] == ids[i] && j < width; j++)
                sum[j] += g[k * width + j];
        for (size_t j = 0; j < width; j++)
            row[j] = row[j] * keep - move * (trm_real)((sum[j] > 0) - (sum[j] < 0));
    }
}

void
trm_opt_average(const struct trm_opt *o, trm_real *ema, const trm_real *p)
{
    double d = o->config.ema, s = (double)o->steps;
    if (o->config.ema_warmup && (1 + s) / (10 + s) < d)
        d = (1 + s) / (10 + s);
    trm_real keep = (trm_real)d, take = (trm_real)(1 - d);
#pragma omp parallel for schedule(static) num_threads(threads_of(o))
    for (size_t at = 0; at < o->n; at += PIECE)
        for (size_t i = at; i < at + piece(o, at); i++)
            ema[i] = keep * ema[i] + take * p[i];
}
