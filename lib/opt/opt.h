/* Optimisers, learning-rate schedule and moving average over one flat vector. Knows no layer.
 *
 * Everything is element by element in a fixed order: the same bytes for any number of threads. Published setting and
 * formulas: TRM (arXiv:2510.04871) and its code; AdamW: Loshchilov and Hutter 2019, arXiv:1711.05101; Adam-atan2:
 * Everett et al. 2024, arXiv:2407.05872, with both its constants 1. */
#ifndef TRM_OPT_OPT_H
#define TRM_OPT_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../base/tensor.h"

enum trm_opt_kind { TRM_OPT_ADAMW = 0, TRM_OPT_ADAM_ATAN2 };

struct trm_opt_config {
    enum trm_opt_kind kind;
    double lr;           /* after warm-up */
    double beta1, beta2; /* .9, .95 */
    double eps;          /* AdamW's, 1e-8; Adam-atan2 has none */
    double weight_decay; /* decoupled, times the learning rate, on every parameter */
    uint64_t warmup;     /* steps of linear rise: step s (from 1) runs at lr * min(1, s / warmup); 0: none */
    uint64_t fall, end;  /* from step `fall` on it falls linearly, so that step end + 1 would have none; end 0: it never does */
    double clip;         /* longest gradient, Euclidean over the vector; 0: no bound */
    double ema;          /* decay of the moving average, e.g. .999 */
    bool ema_warmup;     /* decay at step s is min(ema, (1 + s) / (10 + s)), so short runs forget their random start */
    double rows_lr;      /* sign-SGD of puzzle embeddings, after warm-up */
    double rows_weight_decay;
};
/* The published setting: AdamW, lr 1e-4, .9, .95, 1e-8, decay .1, warm-up 100, no clip, EMA .999 without warm-up, rows
 * 1e-2 with decay .1. */
struct trm_opt_config trm_opt_config_default(void);

/* All that a resume needs beside the vectors themselves is m, v and steps. A zeroed struct may be released. */
struct trm_opt {
    struct trm_opt_config config;
    size_t n;        /* length of the vectors */
    trm_real *m, *v; /* [n] owned; first and second moments, zero at the start */
    uint64_t steps;  /* updates done */
    size_t threads;  /* that share an update, 0 as 1; no byte depends on it */
    double norm;     /* length of the last gradient before clipping; 0 when config.clip is 0 */
};
/* TRM_USAGE: a setting outside its range (lr, decay, eps not negative; betas and ema in [0,1)); TRM_SYS: memory. */
int trm_opt_init(struct trm_opt *o, const struct trm_opt_config *config, size_t n, struct trm_err *err);
void trm_opt_release(struct trm_opt *o);

/* One update of p [n] by its gradient g [n]; counts the step. With t = steps, lr as the schedule says:
 *   m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;  mh = m / (1-b1^t);  vh = v / (1-b2^t)
 *   p = p (1 - lr wd);    AdamW: p -= lr mh / (sqrt(vh) + eps);   Adam-atan2: p -= lr atan2(mh, sqrt(vh))
 * Moments below the least normal number become 0. Cannot fail. */
void trm_opt_step(struct trm_opt *o, trm_real *p, const trm_real *g);

/* Sign-SGD on the touched rows of a table w [rows,width], after trm_opt_step (uses its step count for the schedule):
 *   w[r] = w[r] (1 - lr wd) - lr sign(sum of g over the samples with ids == r)
 * ids [n] in 0..rows-1, g [n,width] one gradient a sample; gradients of equal ids are summed, in rising order, before
 * the sign is taken, and such a row decays once. g is overwritten. Cannot fail. */
void trm_opt_rows(const struct trm_opt *o, trm_real *w, size_t width, const int32_t *ids, trm_real *g, size_t n);

/* Learning rate of step `step` (from 1) when the rate after warm-up is lr. */
double trm_opt_lr(const struct trm_opt_config *c, double lr, uint64_t step);
/* ema [n] = d ema + (1-d) p, with the decay of the step just done. Cannot fail. */
void trm_opt_average(const struct trm_opt *o, trm_real *ema, const trm_real *p);

#endif
