/* Intervals, bootstrap, quantiles. */
#include "stat.h"

#include <math.h>
#include <stdlib.h>

#include "../base/rng.h"

struct trm_interval
trm_stat_wilson(double k, double n, double z)
{
    if (!(n > 0))
        return (struct trm_interval){0, 1};
    double p = k / n, zz = z * z / n;
    double centre = (p + zz / 2) / (1 + zz);
    double half = z / (1 + zz) * sqrt(p * (1 - p) / n + zz / (4 * n));
    /* exact at the ends, where rounding would leave 1e-17 */
    return (struct trm_interval){k <= 0 ? 0 : fmax(0, centre - half), k >= n ? 1 : fmin(1, centre + half)};
}

double
trm_stat_z(double level)
{
    double lo = 0, hi = 40;
    for (int i = 0; level != 0.95 && i < 200; i++)
        *(erfc((lo + hi) / 2 / sqrt(2)) > 1 - level ? &lo : &hi) = (lo + hi) / 2;
    return level == 0.95 ? TRM_STAT_Z95 : lo;
}

static int
compare_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void
trm_stat_sort(double *x, size_t n)
{
    if (n > 1)
        qsort(x, n, sizeof *x, compare_double);
}

double
trm_stat_quantile(const double *sorted, size_t n, double q)
{
    if (n == 0)
        return NAN;
    double at = q * (double)(n - 1);
    size_t i = at <= 0 ? 0 : (size_t)at;
    if (i >= n - 1)
        return sorted[n - 1];
    return sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]);
}

/* One draw: as many groups as there are, with replacement. */
static double
draw_ratio(struct trm_rng *rng, const double *top, const double *bottom, size_t n)
{
    double t, b;
    do {
        t = b = 0;
        for (size_t i = 0; i < n; i++) {
            size_t g = trm_rng_below(rng, n);
            t += top[g], b += bottom[g];
        }
    } while (!(b > 0));
    return t / b;
}

int
trm_stat_bootstrap(struct trm_interval *ci, const double *top, const double *bottom, size_t n_groups, size_t draws,
                   double level, uint64_t seed, struct trm_err *err)
{
    double all = 0;
    for (size_t g = 0; g < n_groups; g++)
        all += bottom[g];
    if (n_groups < 2 || draws < 1 || !(all > 0) || !(level > 0 && level < 1))
        return trm_err_set(err, TRM_DATA, "bootstrap over %zu groups with %g cases: expected 2 groups or more", n_groups,
                           all);
    double *ratio = calloc(draws, sizeof *ratio);
    if (!ratio)
        return trm_err_set(err, TRM_SYS, "out of memory for %zu bootstrap draws", draws);
    struct trm_rng rng;
    trm_rng_seed(&rng, seed);
    for (size_t d = 0; d < draws; d++)
        ratio[d] = draw_ratio(&rng, top, bottom, n_groups);
    trm_stat_sort(ratio, draws);
    ci->lo = trm_stat_quantile(ratio, draws, (1 - level) / 2);
    ci->hi = trm_stat_quantile(ratio, draws, (1 + level) / 2);
    free(ratio);
    return 0;
}
