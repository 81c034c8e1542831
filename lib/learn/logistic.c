/* Logistic regression by L-BFGS. */
#include "learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../stat/stat.h"

enum { PAIRS = 8 };

struct problem {
    const struct trm_term *terms;
    const size_t *at;
    const bool *label;
    size_t n, width;
    double l2;
};

/* Loss at w, and its gradient g [width]. Sums run over rows, then over terms, in rising order. */
static double
evaluate(const struct problem *p, const double *w, double *g)
{
    double loss = 0, penalty = 0;
    memset(g, 0, p->width * sizeof *g);
    for (size_t i = 0; i < p->n; i++) {
        double z = 0;
        for (size_t t = p->at[i]; t < p->at[i + 1]; t++)
            z += w[p->terms[t].at] * p->terms[t].x;
        loss += trm_stat_softplus(p->label[i] ? -z : z);
        double d = (trm_stat_sigmoid(z) - (p->label[i] ? 1 : 0)) / (double)p->n;
        for (size_t t = p->at[i]; t < p->at[i + 1]; t++)
            g[p->terms[t].at] += d * p->terms[t].x;
    }
    for (size_t k = 1; k < p->width; k++) { /* 0 is the constant */
        penalty += w[k] * w[k];
        g[k] += p->l2 * w[k];
    }
    return loss / (double)p->n + p->l2 / 2 * penalty;
}

static double
dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

struct memory {
    double *s[PAIRS], *y[PAIRS], rho[PAIRS];
    size_t n; /* pairs ever stored; pair k stands at k % PAIRS */
};

/* d = -H g, two loops over the pairs kept (algorithm 7.4). */
static void
direction(double *d, const double *g, const struct memory *m, size_t width)
{
    double alpha[PAIRS];
    size_t first = m->n > PAIRS ? m->n - PAIRS : 0;
    for (size_t i = 0; i < width; i++)
        d[i] = -g[i];
    for (size_t k = m->n; k-- > first;) {
        size_t p = k % PAIRS;
        alpha[p] = m->rho[p] * dot(m->s[p], d, width);
        for (size_t i = 0; i < width; i++)
            d[i] -= alpha[p] * m->y[p][i];
    }
    if (m->n) {
        size_t p = (m->n - 1) % PAIRS;
        double scale = 1 / (m->rho[p] * dot(m->y[p], m->y[p], width));
        for (size_t i = 0; i < width; i++)
            d[i] *= scale;
    }
    for (size_t k = first; k < m->n; k++) {
        size_t p = k % PAIRS;
        double beta = m->rho[p] * dot(m->y[p], d, width);
        for (size_t i = 0; i < width; i++)
            d[i] += (alpha[p] - beta) * m->s[p][i];
    }
}

static void
remember(struct memory *m, const double *w1, const double *w0, const double *g1, const double *g0, size_t width)
{
    size_t p = m->n % PAIRS;
    for (size_t i = 0; i < width; i++)
        m->s[p][i] = w1[i] - w0[i], m->y[p][i] = g1[i] - g0[i];
    double sy = dot(m->s[p], m->y[p], width);
    if (!(sy > 1e-14)) /* flat: the pair says nothing */
        return;
    m->rho[p] = 1 / sy;
    m->n++;
}

/* A point along d that lowers the loss enough (Armijo, halving); false: there is none. */
static bool
step_along(const struct problem *p, double *w1, double *g1, double *f1, const double *w0, double f0, const double *g0,
           const double *d, double t)
{
    double slope = dot(d, g0, p->width);
    for (int i = 0; i < 30; i++, t /= 2) {
        for (size_t k = 0; k < p->width; k++)
            w1[k] = w0[k] + t * d[k];
        *f1 = evaluate(p, w1, g1);
        if (*f1 <= f0 + 1e-4 * t * slope)
            return true;
    }
    return false;
}

static int
iterate(const struct problem *p, double *w0, double *w1, double *g0, double *g1, double *d, struct memory *m, size_t most)
{
    double f0 = evaluate(p, w0, g0), f1;
    size_t it = 0;
    for (; it < most; it++) {
        double norm = sqrt(dot(g0, g0, p->width));
        if (norm < 1e-5)
            break;
        direction(d, g0, m, p->width);
        if (!step_along(p, w1, g1, &f1, w0, f0, g0, d, m->n ? 1 : fmin(1, 1 / norm)))
            break;
        remember(m, w1, w0, g1, g0, p->width);
        memcpy(w0, w1, p->width * sizeof *w0);
        memcpy(g0, g1, p->width * sizeof *g0);
        double gain = f0 - f1;
        f0 = f1;
        if (gain < 1e-7 * fmax(f0, 1e-3))
            break;
    }
    return (int)it;
}

int
trm_logistic_fit(double *w, size_t width, const struct trm_term *terms, const size_t *at, const bool *label, size_t n,
                 double l2, size_t max_iterations)
{
    if (n == 0)
        return 0;
    struct problem p = {terms, at, label, n, width, l2};
    double *room = calloc((4 + 2 * PAIRS) * width, sizeof *room);
    if (!room)
        return -1;
    struct memory m = {.n = 0};
    for (int i = 0; i < PAIRS; i++)
        m.s[i] = room + (4 + 2 * (size_t)i) * width, m.y[i] = m.s[i] + width;
    int it = iterate(&p, w, room, room + width, room + 2 * width, room + 3 * width, &m, max_iterations);
    free(room);
    return it;
}
