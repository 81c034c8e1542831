/* The logistic baseline's fit: the gradient vanishes where it stops, and known answers come out. */
#include "../../lib/learn/learn.h"
#include "../../lib/stat/stat.h"
#include "t.h"

/* Slope of the penalised mean loss by weight k, as the header writes it. */
static double
slope(const double *w, size_t k, const struct trm_term *t, const size_t *at, const bool *label, size_t n, double l2)
{
    double g = k ? l2 * w[k] : 0;
    for (size_t i = 0; i < n; i++) {
        double z = 0, x = 0;
        for (size_t j = at[i]; j < at[i + 1]; j++) {
            z += w[t[j].at] * t[j].x;
            x += t[j].at == k ? t[j].x : 0;
        }
        g += (trm_stat_sigmoid(z) - label[i]) * x / (double)n;
    }
    return g;
}

T_MAIN
{
    T("a constant alone becomes the log-odds")
    {
        struct trm_term t[] = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
        size_t at[] = {0, 1, 2, 3, 4};
        bool label[] = {true, true, true, false};
        double w[1] = {0};
        CHECK(trm_logistic_fit(w, 1, t, at, label, 4, 0.1, 100) > 0);
        CHECK_NEAR(w[0], log(3), 1e-3);
    }
    T("where it stops the gradient is nearly nothing, with any strength of regularisation")
    {
        enum { N = 200, W = 6 };
        static struct trm_term t[N * W];
        static size_t at[N + 1];
        static bool label[N];
        struct trm_rng rng;
        trm_rng_seed(&rng, 3);
        for (size_t i = 0; i < N; i++) {
            double z = 0.3;
            t[i * W] = (struct trm_term){0, 1};
            for (uint32_t k = 1; k < W; k++) {
                float x = (float)(2 * trm_rng_uniform(&rng) - 1);
                t[i * W + k] = (struct trm_term){k, x};
                z += (k - 3.0) * x;
            }
            label[i] = trm_rng_uniform(&rng) < trm_stat_sigmoid(z);
            at[i + 1] = (i + 1) * W;
        }
        for (double l2 = 1; l2 > 1e-4; l2 /= 10) {
            double w[W] = {0};
            trm_logistic_fit(w, W, t, at, label, N, l2, 500);
            for (size_t k = 0; k < W; k++)
                CHECK_NEAR(slope(w, k, t, at, label, N, l2), 0, 2e-3);
        }
    }
    T("stronger regularisation gives smaller weights")
    {
        struct trm_term t[] = {{0, 1}, {1, 1}, {0, 1}, {1, -1}, {0, 1}, {1, 0.5}, {0, 1}, {1, -0.5}};
        size_t at[] = {0, 2, 4, 6, 8};
        bool label[] = {true, false, true, false};
        double weak[2] = {0}, strong[2] = {0};
        trm_logistic_fit(weak, 2, t, at, label, 4, 0.001, 200);
        trm_logistic_fit(strong, 2, t, at, label, 4, 1, 200);
        CHECK(weak[1] > 2 * strong[1] && strong[1] > 0);
    }
    T("no rows leave the weights as they are")
    {
        double w[2] = {0.5, -1};
        size_t at[] = {0};
        CHECK(trm_logistic_fit(w, 2, NULL, at, NULL, 0, 1, 10) == 0);
        CHECK(w[0] == 0.5 && w[1] == -1);
    }
}
