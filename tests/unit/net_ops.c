/* Element-wise work against its formulas, written out plainly in double. */
#include <stdbool.h>

#include "../../lib/net/ops.h"
#include "../../lib/base/rng.h"
#include "t.h"

enum { ROWS = 7, WIDTH = 53, N = ROWS * WIDTH }; /* no multiple of any vector */

static void
fill(trm_real *x, size_t n, uint64_t seed)
{
    struct trm_rng rng;
    trm_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = (trm_real)(2 * trm_rng_normal(&rng));
}

/* Sums of 53 products of numbers of about 2 round by some 1e-6; outputs are of about 1. */
#define TOL 4e-6

static void
norms(bool masked)
{
    trm_real x[N], u[N], mask[N], y[N], r[WIDTH], dy[N], ds[N], acc[WIDTH];
    fill(x, N, 1), fill(u, N, 2), fill(mask, N, 3), fill(dy, N, 4);
    trm_ops_norm_rows(y, r, x, u, masked ? mask : NULL, ROWS, WIDTH, 1e-5);
    trm_ops_norm_rows_back(ds, dy, y, r, ROWS, WIDTH);
    for (int i = 0; i < ROWS; i++) {
        double sum = 0, inner = 0;
        for (int j = i * WIDTH; j < (i + 1) * WIDTH; j++)
            sum += pow(x[j] + (double)u[j] * (masked ? mask[j] : 1), 2);
        double scale = 1 / sqrt(sum / WIDTH + 1e-5);
        CHECK_NEAR(r[i], scale, TOL);
        for (int j = i * WIDTH; j < (i + 1) * WIDTH; j++)
            inner += (double)dy[j] * y[j];
        for (int j = i * WIDTH; j < (i + 1) * WIDTH; j++) {
            CHECK_NEAR(y[j], scale * (x[j] + (double)u[j] * (masked ? mask[j] : 1)), TOL);
            CHECK_NEAR(ds[j], scale * (dy[j] - y[j] * inner / WIDTH), TOL);
        }
    }
    trm_ops_norm_cols(y, r, x, u, masked ? mask : NULL, ROWS, WIDTH, 1e-5);
    trm_ops_norm_cols_back(ds, dy, y, r, ROWS, WIDTH, acc);
    for (int j = 0; j < WIDTH; j++) {
        double sum = 0, inner = 0;
        for (int i = j; i < N; i += WIDTH)
            sum += pow(x[i] + (double)u[i] * (masked ? mask[i] : 1), 2), inner += (double)dy[i] * y[i];
        double scale = 1 / sqrt(sum / ROWS + 1e-5);
        for (int i = j; i < N; i += WIDTH) {
            CHECK_NEAR(y[i], scale * (x[i] + (double)u[i] * (masked ? mask[i] : 1)), TOL);
            CHECK_NEAR(ds[i], scale * (dy[i] - y[i] * inner / ROWS), 2 * TOL);
        }
    }
}

static void
swiglu(void)
{
    trm_real gu[2 * N], h[N], again[N], dh[N], dgu[2 * N];
    fill(gu, 2 * N, 1), fill(dh, N, 2);
    trm_ops_swiglu(h, gu, gu + WIDTH, 2 * WIDTH, ROWS, WIDTH);
    trm_ops_swiglu_back(again, dgu, dgu + WIDTH, dh, gu, gu + WIDTH, 2 * WIDTH, ROWS, WIDTH);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < WIDTH; j++) {
            double g = gu[2 * i * WIDTH + j], u = gu[(2 * i + 1) * WIDTH + j], d = dh[i * WIDTH + j];
            double s = 1 / (1 + exp(-g)), want = g * s * u;
            CHECK_NEAR(h[i * WIDTH + j], want, 1e-6 * (1 + fabs(want)));
            CHECK_NEAR(again[i * WIDTH + j], want, 1e-6 * (1 + fabs(want)));
            CHECK_NEAR(dgu[2 * i * WIDTH + j], d * u * s * (1 + g * (1 - s)), 1e-5);
            CHECK_NEAR(dgu[(2 * i + 1) * WIDTH + j], d * g * s, 1e-5);
        }
}

static void
softmax(void)
{
    trm_real s[N], p[N], dp[N], ds[N];
    fill(s, N, 1), fill(dp, N, 2);
    s[3] = 90, s[WIDTH + 5] = -500;
    memcpy(p, s, sizeof s), memcpy(ds, dp, sizeof dp);
    trm_ops_softmax(p, ROWS, WIDTH, .25f);
    trm_ops_softmax_back(ds, p, ROWS, WIDTH, .25f);
    for (int i = 0; i < ROWS; i++) {
        double sum = 0, inner = 0, top = -INFINITY;
        for (int j = i * WIDTH; j < (i + 1) * WIDTH; j++)
            top = fmax(top, s[j]);
        for (int j = i * WIDTH; j < (i + 1) * WIDTH; j++)
            sum += exp(.25 * (s[j] - top)), inner += (double)dp[j] * p[j];
        for (int j = i * WIDTH; j < (i + 1) * WIDTH; j++) {
            CHECK_NEAR(p[j], exp(.25 * (s[j] - top)) / sum, 1e-6);
            CHECK_NEAR(ds[j], .25 * p[j] * (dp[j] - inner), 1e-6);
        }
    }
}

/* Rotate-half as published: v * cos + concat(-v2, v1) * sin. */
static void
rope(void)
{
    enum { HALF = 5, HEADS = 3, LD = 40, M = 2, LEN = 3 };
    trm_real v[LEN * M * LD], was[LEN * M * LD], cos_of[LEN * HALF], sin_of[LEN * HALF];
    fill(v, LEN * M * LD, 1);
    memcpy(was, v, sizeof v);
    for (int l = 0; l < LEN; l++)
        for (int j = 0; j < HALF; j++) {
            double angle = l * pow(10000, -(double)j / HALF);
            cos_of[l * HALF + j] = (trm_real)cos(angle), sin_of[l * HALF + j] = (trm_real)sin(angle);
        }
    trm_ops_turn(v, LEN * M, LD, HEADS, HALF, cos_of, sin_of, M, 1);
    for (int r = 0; r < LEN * M; r++)
        for (int k = 0; k < LD; k++) {
            int j = k % (2 * HALF) % HALF;
            bool second = k % (2 * HALF) >= HALF;
            double angle = r / M * pow(10000, -(double)j / HALF), other = second ? was[r * LD + k - HALF]
                                                                   : k + HALF < LD ? -was[r * LD + k + HALF] : 0;
            CHECK_NEAR(v[r * LD + k], k < HEADS * 2 * HALF ? was[r * LD + k] * cos(angle) + other * sin(angle)
                                                           : was[r * LD + k], 2e-6);
        }
    trm_ops_turn(v, LEN * M, LD, HEADS, HALF, cos_of, sin_of, M, -1);
    for (int i = 0; i < LEN * M * LD; i++)
        CHECK_NEAR(v[i], was[i], 2e-6);
}

static void
exponential(void)
{
    enum { MANY = 20000 };
    static trm_real x[MANY], y[MANY];
    for (int i = 0; i < MANY; i++)
        x[i] = (trm_real)(-87 + 175. * i / MANY);
    trm_ops_exp(y, x, MANY);
    double worst = 0;
    for (int i = 0; i < MANY; i++)
        worst = fmax(worst, fabs(y[i] / exp(x[i]) - 1));
    CHECK(worst < 2.4e-7); /* two units in the last place */
    trm_real far[3] = {-1e30f, 1e30f, 0}, out[3];
    trm_ops_exp(out, far, 3);
    CHECK(out[0] > 0 && out[0] < 2e-38 && out[1] > 1e38 && isfinite(out[1]) && out[2] == 1);
}

static void
masks(void)
{
    enum { MANY = 100000 };
    static trm_real a[MANY], b[MANY];
    trm_ops_mask(a, MANY, 12345, .1);
    trm_ops_mask(b, MANY, 12345, .1);
    CHECK(memcmp(a, b, sizeof a) == 0);
    trm_ops_mask(b, MANY, 12346, .1);
    size_t zeros = 0, both = 0, pairs = 0;
    for (int i = 0; i < MANY; i++) {
        zeros += a[i] == 0, both += a[i] == 0 && b[i] == 0, pairs += i && a[i] == 0 && a[i - 1] == 0;
        CHECK(a[i] == 0 || fabs(a[i] - 1 / .9) < 1e-6);
    }
    CHECK_NEAR(zeros / (double)MANY, .1, .004); /* four deviations of a share of 100,000 */
    CHECK_NEAR(both / (double)MANY, .01, .0013);
    CHECK_NEAR(pairs / (double)MANY, .01, .0013);
}

T_MAIN
{
    T("the norm over rows and over columns, and back, are their formulas") norms(false);
    T("so behind a mask") norms(true);
    T("SwiGLU and its slope are their formulas") swiglu();
    T("softmax and its slope are their formulas, also far out") softmax();
    T("rotary positions turn q and k as published, and turn back") rope();
    T("exp is within two units in the last place, and bounded outside") exponential();
    T("masks drop their share, by key and place alone, without a pattern") masks();
}
