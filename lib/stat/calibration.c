/* Calibration error and the temperature that mends it. */
#include "stat.h"

#include <math.h>
#include <stdlib.h>

double
trm_stat_softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double
trm_stat_sigmoid(double x)
{
    if (x >= 0)
        return 1 / (1 + exp(-x));
    double e = exp(x);
    return e / (1 + e);
}

double
trm_stat_nll(const double *logit, const bool *label, size_t n, double temperature)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double x = logit[i] / temperature;
        sum += trm_stat_softplus(label[i] ? -x : x);
    }
    return n ? sum / (double)n : 0;
}

double
trm_stat_brier(const double *logit, const bool *label, size_t n, double temperature)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double off = trm_stat_sigmoid(logit[i] / temperature) - (label[i] ? 1 : 0);
        sum += off * off;
    }
    return n ? sum / (double)n : 0;
}

/* First and second derivative of the summed loss in s = 1/T. */
static double
slope(const double *logit, const bool *label, size_t n, double s, double *curve)
{
    double d1 = 0, d2 = 0;
    for (size_t i = 0; i < n; i++) {
        double p = trm_stat_sigmoid(s * logit[i]);
        d1 += (p - (label[i] ? 1 : 0)) * logit[i];
        d2 += p * (1 - p) * logit[i] * logit[i];
    }
    *curve = d2;
    return d1;
}

double
trm_stat_temperature(const double *logit, const bool *label, size_t n)
{
    if (n == 0)
        return 1;
    double lo = 1 / TRM_STAT_T_HI, hi = 1 / TRM_STAT_T_LO, s = 1, curve;
    if (slope(logit, label, n, hi, &curve) <= 0)
        return TRM_STAT_T_LO;
    if (slope(logit, label, n, lo, &curve) >= 0)
        return TRM_STAT_T_HI;
    /* 60 halvings take the range below 1e-16; Newton usually needs six steps */
    for (int i = 0; i < 60 && hi - lo > 1e-12; i++) {
        double d = slope(logit, label, n, s, &curve);
        if (d > 0)
            hi = s;
        else
            lo = s;
        double next = curve > 0 ? s - d / curve : lo;
        next = next > lo && next < hi ? next : (lo + hi) / 2;
        if (fabs(next - s) < 1e-13)
            break;
        s = next;
    }
    return 1 / s;
}

struct bin {
    double conf, right, n;
};

static double
gap_of_bins(const struct bin *b, size_t bins, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < bins; i++)
        if (b[i].n > 0)
            sum += fabs(b[i].conf - b[i].right); /* n_b cancels: n_b/n * |conf/n_b - right/n_b| */
    return n ? sum / (double)n : 0;
}

struct seen {
    double conf;
    bool right;
};

static int
compare_seen(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    return x->conf != y->conf ? (x->conf > y->conf) - (x->conf < y->conf) : x->right - y->right;
}

/* [i] in rising confidence; which order equal ones had in the input does not matter */
static struct seen *
by_confidence(const double *conf, const bool *right, size_t n)
{
    struct seen *s = calloc(n ? n : 1, sizeof *s);
    for (size_t i = 0; s && i < n; i++)
        s[i] = (struct seen){conf[i], right[i]};
    if (s)
        qsort(s, n, sizeof *s, compare_seen);
    return s;
}

double
trm_stat_ece(const double *conf, const bool *right, size_t n, size_t bins, bool adaptive)
{
    struct bin *b = calloc(bins, sizeof *b);
    struct seen *s = by_confidence(conf, right, n);
    double gap = -1;
    if (b && s) {
        for (size_t i = 0; i < n; i++) {
            /* equal width: (k/bins, (k+1)/bins], as in the reference code of Guo et al. */
            double at = adaptive ? (double)i / (double)n : nextafter(s[i].conf, 0);
            size_t k = (size_t)(fmax(0, at) * (double)bins);
            k = k < bins ? k : bins - 1;
            b[k].conf += s[i].conf, b[k].right += s[i].right, b[k].n += 1;
        }
        gap = gap_of_bins(b, bins, n);
    }
    free(s);
    free(b);
    return gap;
}
