/* How sure one may be of a figure: intervals, bootstrap over groups, calibration, temperature, quantiles.
 *
 * Every function is a function of its arguments; sums run in the order of the arrays, so the same input gives the same
 * bytes. Nothing here prints, and random numbers come from a seed that is handed in. */
#ifndef TRM_STAT_STAT_H
#define TRM_STAT_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

/* z of a two-sided interval of 95 %, and of any level in (0,1): the normal quantile, by bisection on erfc. Cannot fail. */
#define TRM_STAT_Z95 1.959963984540054
double trm_stat_z(double level);

struct trm_interval {
    double lo, hi;
};

/* Wilson score interval of a share of k in n cases, for independent cases.
 *
 *   centre = (p + z^2/2n) / (1 + z^2/n),  half = z/(1 + z^2/n) * sqrt(p(1-p)/n + z^2/4n^2),  p = k/n
 *
 * k  0..n, n >= 0    n 0 gives [0,1]: nothing is known
 * z  > 0             1.959964 for 95 %
 * Cannot fail. Source: Wilson 1927; Brown, Cai, DasGupta 2001, "Interval estimation for a binomial proportion". */
struct trm_interval trm_stat_wilson(double k, double n, double z);

/* Percentile bootstrap of the ratio sum(top)/sum(bottom), drawing whole groups with replacement: cases of one building hang
 * together, so buildings are drawn, not cases. A paired difference of two models is the same call with
 * top = (right of a) - (right of b) in each group.
 *
 * top, bottom  [n_groups]   sums over the cases of each group; bottom >= 0 and not all 0
 * n_groups     >= 2         fewer say nothing about other groups: TRM_DATA
 * draws        >= 1         2000 is usual; the interval's own noise falls with its root
 * level        in (0,1)     0.95: the ends are the 2.5 % and 97.5 % quantiles
 * Fails with TRM_DATA on the above, TRM_SYS when memory is out. A draw whose bottom is 0 is drawn again.
 * When every group has the same ratio the interval has no width; give Wilson's beside it.
 * Source: Efron and Tibshirani 1993, chapters 13 and 8 (groups as units). */
int trm_stat_bootstrap(struct trm_interval *ci, const double *top, const double *bottom, size_t n_groups, size_t draws,
                       double level, uint64_t seed, struct trm_err *err);

/* Quantile q in [0,1] of n > 0 values in rising order, linear between neighbours (type 7 of Hyndman and Fan 1996).
 * Cannot fail; NaN when n is 0. */
double trm_stat_quantile(const double *sorted, size_t n, double q);
/* Sort x [n] into rising order, in place. No NaN. Cannot fail. */
void trm_stat_sort(double *x, size_t n);

/* Expected calibration error: over bins, the gap between mean confidence and share right, weighted with the cases in it.
 *
 *   sum_b n_b/n * | mean_b(conf) - mean_b(right) |
 *
 * conf   [n]  probability given to the answer that was given, in [0,1]
 * right  [n]  whether that answer was right
 * bins   > 0  15 in the literature
 * adaptive    bins of equal count (cases of equal confidence may fall in two bins) instead of equal width
 * Returns the error in [0,1], 0 when n is 0; a negative number when memory is out.
 * Source: Guo et al. 2017, arXiv:1706.04599; adaptive: Nixon et al. 2019, arXiv:1904.01685. */
double trm_stat_ece(const double *conf, const bool *right, size_t n, size_t bins, bool adaptive);

/* Mean negative log-likelihood, in nats, of labels under sigmoid(logit/temperature). 0 when n is 0. Cannot fail. */
double trm_stat_nll(const double *logit, const bool *label, size_t n, double temperature);

/* Mean squared distance of sigmoid(logit/temperature) from the label (0 or 1), in [0,1]. 0 when n is 0. Cannot fail.
 * Source: Brier 1950. */
double trm_stat_brier(const double *logit, const bool *label, size_t n, double temperature);

/* The temperature in [TRM_STAT_T_LO, TRM_STAT_T_HI] that minimises trm_stat_nll: bisection guarded Newton on s = 1/T, in
 * which the loss is convex. 1 when n is 0; an end of the range when the labels are separable by sign. Cannot fail.
 * Source: Guo et al. 2017, section 4.2. */
#define TRM_STAT_T_LO 0.1
#define TRM_STAT_T_HI 20.0
double trm_stat_temperature(const double *logit, const bool *label, size_t n);

/* log(1 + exp(x)) and 1/(1 + exp(-x)) without overflow. Cannot fail. */
double trm_stat_softplus(double x);
double trm_stat_sigmoid(double x);

#endif
