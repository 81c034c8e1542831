/* Layouts of bfloat16 products, and the roads against the definition. */
#define _GNU_SOURCE
#include "../../lib/base/rng.h"
#include "amx.h"
#include "t.h"

#define MOST (200 * 1100)
static uint32_t a[MOST], at[MOST], b[MOST];
static float want[200 * 64], got[200 * 64];

static uint32_t
small_pair(struct trm_rng *r)
{
    return (uint32_t)trm_bf16_of((float)trm_rng_below(r, 17) - 8) | (uint32_t)trm_bf16_of((float)trm_rng_below(r, 9) - 4) << 16;
}

/* Whole numbers, so that every order of sums is exact and results must be equal to the last bit. */
static void
same(const struct trm_mat_bf16 *road, size_t rows, size_t cols, size_t k2, bool add)
{
    struct trm_rng r;
    size_t ldc = 64;
    trm_rng_seed(&r, rows * 1000 + cols * 10 + k2);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < k2; k++)
            a[i * k2 + k] = at[k * rows + i] = small_pair(&r);
    for (size_t i = 0; i < k2 * cols; i++)
        b[i] = small_pair(&r);
    for (size_t i = 0; i < rows * ldc; i++)
        want[i] = got[i] = (float)(i % 7);
    trm_mat_bf16_named("plain")->block(want, ldc, a, k2, 1, b, cols, rows, cols, k2, add);
    road->block(got, ldc, a, k2, 1, b, cols, rows, cols, k2, add);
    CHECK(memcmp(want, got, rows * ldc * sizeof *got) == 0);
    for (size_t i = 0; i < rows * ldc; i++)
        got[i] = (float)(i % 7);
    if (rows > 1) {
        road->block(got, ldc, at, 1, rows, b, cols, rows, cols, k2, add);
        CHECK(memcmp(want, got, rows * ldc * sizeof *got) == 0);
    }
}

static void
all_sizes(const struct trm_mat_bf16 *road)
{
    static const size_t rows[] = {1, 2, 5, 6, 7, 16, 31, 32, 33, 48, 97, 194}, pairs[] = {1, 8, 16, 17, 49, 256, 340, 1030};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
            for (size_t cols = 16; cols <= 64; cols += 16)
                same(road, rows[i], cols, pairs[k], (i + k) % 2);
}

T_MAIN
{
    T("AVX512-BF16 gives the definition's products at every size and from both kinds of left side") {
        if (trm_mat_bf16_named("avx512_bf16"))
            all_sizes(trm_mat_bf16_named("avx512_bf16"));
        else
            SKIP("not on this processor");
    }
    T("AMX gives them too, be its instructions the processor's or trapped") {
        if (amx_here())
            all_sizes(amx_here());
        else
            SKIP("not on this kind of machine");
    }
    T("rounding to bfloat16 is to nearest, ties to even, and keeps what is no number") {
        CHECK(trm_bf16_of(1.f) == 0x3f80);
        CHECK(trm_bf16_of(1.00390625f) == 0x3f80); /* halfway: even */
        CHECK(trm_bf16_of(1.01171875f) == 0x3f82); /* halfway: even */
        CHECK(trm_bf16_of(1.00390637f) == 0x3f81);
        CHECK(trm_bf16_of(-3.4e38f) == 0xff80);
        CHECK(isnan(trm_bf16_to(trm_bf16_of(NAN))));
        for (uint32_t x = 0; x < 0x7f80; x++)
            if (trm_bf16_of(trm_bf16_to((trm_bf16)x)) != x)
                CHECK(x == 0);
    }
    T("panels hold pairs of rows where they say") {
        trm_bf16 x[5 * 80];
        uint32_t p[3 * 80];
        for (size_t i = 0; i < 5 * 80; i++)
            x[i] = (trm_bf16)i;
        trm_mat_panels(p, x, 80, 5, 80);
        CHECK(p[0] == (0 | 80 << 16));
        CHECK(p[64 + 3] == (163 | 243 << 16));
        CHECK(p[2 * 64 + 63] == 383);            /* the odd row alone */
        CHECK(p[3 * 64 + 16 + 5] == (229 | 309u << 16)); /* second panel, 16 columns */
    }
    T("rows of a transpose hold pairs of rows, whatever the sizes") {
        trm_bf16 x[75 * 80];
        uint32_t p[80 * 38];
        for (size_t i = 0; i < 75 * 80; i++)
            x[i] = (trm_bf16)i;
        for (size_t k = 1; k <= 75; k += 37)
            for (size_t d = 16; d <= 80; d += 16) {
                size_t bad = 0;
                trm_mat_rows_t(p, x, 80, k, d);
                for (size_t j = 0; j < d; j++)
                    for (size_t r = 0; r < (k + 1) / 2; r++)
                        bad += p[j * ((k + 1) / 2) + r] != (160 * r + j) % 65536 + (2 * r + 1 < k ? (160 * r + 80 + j) % 65536 * 65536 : 0);
                CHECK(bad == 0);
            }
    }
    T("panels of a transpose hold pairs of columns, and zeros where there is no row") {
        _Alignas(4) trm_bf16 x[20 * 6];
        uint32_t p[32 * 3];
        for (size_t i = 0; i < 20 * 6; i++)
            x[i] = (trm_bf16)(i + 1);
        trm_mat_panels_t(p, x, 6, 20, 32, 6);
        CHECK(p[0] == (1 | 2 << 16));
        CHECK(p[32 + 19] == (117 | 118 << 16));
        CHECK(p[2 * 32 + 20] == 0 && p[31] == 0);
    }
}
