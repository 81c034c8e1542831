/* Products against the plain reference. */
#include "../../lib/mat/mat.h"
#include "../../lib/base/rng.h"
#include "t.h"

static void
fill(trm_real *x, size_t n, struct trm_rng *rng)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (trm_real)trm_rng_normal(rng);
}

/* One product of each kind at one size, with rows further apart than their length. Bound: a sum of k products of unit
 * normals rounds by about k^0.5 eps times its size k^0.5; ten times k eps is never reached by chance. */
static void
compare(size_t m, size_t n, size_t k, trm_real beta)
{
    struct trm_rng rng;
    trm_rng_seed(&rng, m * 1000000 + n * 1000 + k);
    size_t most = (m > n ? m : n) > k ? (m > n ? m : n) : k, ld = most + 3;
    trm_real *a = calloc(most * ld, sizeof *a), *b = calloc(most * ld, sizeof *b);
    trm_real *c = calloc(m * ld, sizeof *c), *want = calloc(m * ld, sizeof *want);
    trm_real *first = calloc(m * ld, sizeof *first);
    fill(a, most * ld, &rng), fill(b, most * ld, &rng);
    for (int kind = 0; kind < 3; kind++) {
        fill(c, m * ld, &rng);
        memcpy(want, c, m * ld * sizeof *c);
        memcpy(first, c, m * ld * sizeof *c);
        if (kind == 0)
            trm_mat_nt(c, ld, a, ld, b, ld, m, n, k, beta);
        else if (kind == 1)
            trm_mat_nn(c, ld, a, ld, b, ld, m, n, k, beta);
        else
            trm_mat_tn(c, ld, a, ld, b, ld, m, n, k, beta);
        trm_mat_plain(want, ld, kind == 2 ? 't' : 'n', a, ld, kind == 0 ? 't' : 'n', b, ld, m, n, k, beta);
        double worst = 0;
        for (size_t i = 0; i < m * ld; i++)
            worst = fmax(worst, fabs((double)c[i] - (double)want[i]));
        CHECK(worst <= 10 * (double)k * 6e-8 + 1e-6);
        if (beta == (kind == 0 ? 0 : 1)) { /* what the few do: set, add, add */
            memcpy(c, first, m * ld * sizeof *c);
            (kind == 0 ? trm_mat_few_nt : kind == 1 ? trm_mat_few_nn : trm_mat_few_tn)(c, ld, a, ld, b, ld, m, n, k);
            for (size_t i = 0; i < m * ld; i++)
                worst = fmax(worst, fabs((double)c[i] - (double)want[i]));
            CHECK(worst <= 10 * (double)k * 6e-8 + 1e-6);
        }
    }
    free(a), free(b), free(c), free(want), free(first);
}

T_MAIN
{
    struct trm_err err = {0};
    CHECK(trm_mat_open(&err) == 0);
    T("products of all kinds and odd sizes are the plain ones, and touch nothing beside")
    {
        compare(1, 1, 1, 0);
        compare(7, 5, 3, 1);
        compare(56, 384, 128, 0);
        compare(97, 33, 65, 1);
        compare(128, 56, 224, 1);
        compare(48, 2, 64, 0), compare(48, 64, 2, 1), compare(81, 11, 70, 0), compare(11, 70, 81, 1);
    }
    T("beta 0 does not read what was there")
    {
        trm_real a = 2, b = 3, c = (trm_real)NAN;
        trm_mat_nt(&c, 1, &a, 1, &b, 1, 1, 1, 1, 0);
        CHECK(c == 6);
        c = (trm_real)NAN;
        trm_mat_plain(&c, 1, 'n', &a, 1, 't', &b, 1, 1, 1, 1, 0);
        CHECK(c == 6);
    }
    T("the library says which processor it runs for") CHECK(trm_mat_core() && trm_mat_core()[0]);
}
