/* Panels, the plain road, the road of AVX512-BF16, and which one to take. */
#include "bf16.h"

#include <string.h>

#include "../base/wide.h"
#include "amx.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#define INLINE static inline __attribute__((always_inline))

/* --- layouts ----------------------------------------------------------------------------------------------------- */

TRM_WIDE void
trm_mat_to_bf16(trm_bf16 *restrict y, const float *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = trm_bf16_of(x[i]);
}

/* One panel; w is a constant in the calls that matter, so that the loops over it unroll. */
INLINE void
panel(uint32_t *restrict p, const trm_bf16 *restrict x, size_t ld, size_t k, size_t w)
{
    for (size_t r = 0; r + 1 < k; r += 2, p += w) {
        const trm_bf16 *a = x + r * ld, *b = a + ld;
        for (size_t i = 0; i < w; i++)
            p[i] = (uint32_t)a[i] | (uint32_t)b[i] << 16;
    }
    for (size_t i = 0; k % 2 && i < w; i++)
        p[i] = x[(k - 1) * ld + i];
}

TRM_WIDE void
trm_mat_panels(uint32_t *p, const trm_bf16 *x, size_t ld, size_t k, size_t d)
{
    for (size_t j = 0; j < d; j += TRM_MAT_PANEL) {
        size_t w = trm_mat_panel_cols(j, d);
        if (w == 64)
            panel(p, x + j, ld, k, 64);
        else if (w == 32)
            panel(p, x + j, ld, k, 32);
        else
            panel(p, x + j, ld, k, w);
        p += w * ((k + 1) / 2);
    }
}

typedef uint32_t v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t v16_which __attribute__((vector_size(64)));

/* One step of turning 16 by 16 about: blocks of `by` change sides. */
INLINE void
swap_blocks(v16 x[16], const unsigned by)
{
    v16_which lo, hi;
    for (unsigned j = 0; j < 16; j++)
        lo[j] = j & by ? 16 + j - by : j, hi[j] = j & by ? 16 + j : j + by;
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; i++)
        if (!(i & by)) {
            v16 a = x[i], b = x[i + by];
            x[i] = __builtin_shuffle(a, b, lo), x[i + by] = __builtin_shuffle(a, b, hi);
        }
}

/* Sixteen columns of a panel, of which `have` exist, and sixteen pairs of each. */
INLINE void
square_t(uint32_t *restrict p, const trm_bf16 *x, size_t ld, size_t have, size_t w)
{
    v16 v[16];
#pragma GCC unroll 16
    for (size_t i = 0; i < 16; i++)
        v[i] = i < have ? *(const v16 *)(const void *)(x + i * ld) : (v16){0};
    swap_blocks(v, 1), swap_blocks(v, 2), swap_blocks(v, 4), swap_blocks(v, 8);
#pragma GCC unroll 16
    for (size_t r = 0; r < 16; r++)
        *(v16 *)(void *)(p + r * w) = v[r];
}

/* One panel of w columns of which `have` exist. */
TRM_WIDE static void
panel_t(uint32_t *restrict p, const trm_bf16 *x, size_t ld, size_t have, size_t w, size_t k2)
{
    for (size_t i = 0; i < w; i += 16, x += 16 * ld, p += 16) {
        size_t n = have > i ? have - i : 0, r = 0;
        for (; r + 16 <= k2; r += 16)
            if (n >= 16)
                square_t(p + r * w, x + 2 * r, ld, 16, w);
            else
                square_t(p + r * w, x + 2 * r, ld, n, w);
        for (; r < k2; r++)
            for (size_t j = 0; j < 16; j++)
                p[r * w + j] = j < n ? ((const uint32_t *)(const void *)(x + j * ld))[r] : 0;
    }
}

void
trm_mat_panels_t(uint32_t *p, const trm_bf16 *x, size_t ld, size_t d, size_t wide, size_t k)
{
    for (size_t j = 0; j < wide; j += TRM_MAT_PANEL) {
        size_t w = trm_mat_panel_cols(j, wide), have = d > j ? d - j : 0;
        panel_t(p, x + j * ld, ld, have < w ? have : w, w, k / 2);
        p += w * (k / 2);
    }
}

TRM_WIDE void
trm_mat_turn(uint32_t *y, size_t ldy, const uint32_t *x, size_t ldx, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i += 16)
        for (size_t j = 0; j < cols; j += 16) {
            const uint32_t *from = x + i * ldx + j;
            uint32_t *to = y + j * ldy + i;
            if (rows - i >= 16 && cols - j >= 16)
                square_t(to, (const trm_bf16 *)(const void *)from, 2 * ldx, 16, ldy);
            else
                for (size_t r = 0; r < 16 && i + r < rows; r++)
                    for (size_t c = 0; c < 16 && j + c < cols; c++)
                        to[c * ldy + r] = from[r * ldx + c];
        }
}

void
trm_mat_rows_t(uint32_t *p, const trm_bf16 *x, size_t ld, size_t k, size_t d)
{
    uint32_t some[16 * TRM_MAT_PANEL];
    size_t k2 = (k + 1) / 2;
    for (size_t j = 0; j < d; j += TRM_MAT_PANEL)
        for (size_t r = 0; r < k; r += 32) {
            size_t w = trm_mat_panel_cols(j, d), n = k - r < 32 ? k - r : 32;
            trm_mat_panels(some, x + r * ld + j, ld, n, w);
            trm_mat_turn(p + j * k2 + r / 2, k2, some, w, (n + 1) / 2, w);
        }
}

/* --- the plain road ---------------------------------------------------------------------------------------------- */

static void
block_plain(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b, size_t b_pair,
            size_t rows, size_t cols, size_t k2, bool add)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            float sum = add ? c[i * ldc + j] : 0;
            for (size_t k = 0; k < k2; k++) {
                uint32_t x = a[i * a_row + k * a_pair], y = b[k * b_pair + j];
                sum += trm_bf16_to((trm_bf16)(x >> 16)) * trm_bf16_to((trm_bf16)(y >> 16));
                sum += trm_bf16_to((trm_bf16)x) * trm_bf16_to((trm_bf16)y);
            }
            c[i * ldc + j] = sum;
        }
}

static const struct trm_mat_bf16 plain = {.name = "plain", .at_a_time = 1, .tile_rows = 1, .chunk_rows = 48, .block = block_plain};

/* --- AVX512-BF16 ------------------------------------------------------------------------------------------------- */
#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,prefer-vector-width=512")))

/* rows x vecs accumulators, at most 24 of the 32 registers; with all loops unrolled they stay there. */
AVX512 INLINE void
tile(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b, size_t b_pair, size_t k2,
     bool add, const int rows, const int vecs)
{
    __m512 acc[12][4];
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vecs; j++)
            acc[i][j] = add ? _mm512_loadu_ps(c + (size_t)i * ldc + 16 * j) : _mm512_setzero_ps();
    for (size_t k = 0; k < k2; k++) {
        __m512bh bk[4];
#pragma GCC unroll 4
        for (int j = 0; j < vecs; j++)
            bk[j] = (__m512bh)_mm512_loadu_si512(b + k * b_pair + 16 * j);
#pragma GCC unroll 12
        for (int i = 0; i < rows; i++) {
            __m512bh ai = (__m512bh)_mm512_set1_epi32((int)a[(size_t)i * a_row + k * a_pair]);
#pragma GCC unroll 4
            for (int j = 0; j < vecs; j++)
                acc[i][j] = _mm512_dpbf16_ps(acc[i][j], ai, bk[j]);
        }
    }
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vecs; j++)
            _mm512_storeu_ps(c + (size_t)i * ldc + 16 * j, acc[i][j]);
}

/* The two forms of the left side: rows (pairs side by side) and panels (rows side by side). */
#define TILE(r, v)                                                                                                     \
    AVX512 static void tile_##r##_##v(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair,            \
                                      const uint32_t *b, size_t b_pair, size_t k2, bool add)                           \
    {                                                                                                                  \
        if (a_pair == 1)                                                                                               \
            tile(c, ldc, a, a_row, 1, b, b_pair, k2, add, r, v);                                                       \
        else                                                                                                           \
            tile(c, ldc, a, 1, a_pair, b, b_pair, k2, add, r, v);                                                      \
    }
#define TILES_1_6(v) TILE(1, v) TILE(2, v) TILE(3, v) TILE(4, v) TILE(5, v) TILE(6, v)
#define TILES_7_12(v) TILE(9, v) TILE(10, v) TILE(11, v) TILE(12, v)
TILES_1_6(4)
TILES_1_6(3) TILE(7, 3) TILE(8, 3)
TILES_1_6(2) TILE(7, 2) TILE(8, 2) TILES_7_12(2)
TILES_1_6(1) TILE(7, 1) TILE(8, 1) TILES_7_12(1)

typedef void tile_fn(float *, size_t, const uint32_t *, size_t, size_t, const uint32_t *, size_t, size_t, bool);
#define SIX(v) tile_1_##v, tile_2_##v, tile_3_##v, tile_4_##v, tile_5_##v, tile_6_##v
#define TWELVE(v) SIX(v), tile_7_##v, tile_8_##v, tile_9_##v, tile_10_##v, tile_11_##v, tile_12_##v
static tile_fn *const tiles[4][12] = {{TWELVE(1)}, {TWELVE(2)}, {SIX(3), tile_7_3, tile_8_3}, {SIX(4)}};
static const size_t most_rows[4] = {12, 12, 8, 6};

static void
block_avx512(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b, size_t b_pair,
             size_t rows, size_t cols, size_t k2, bool add)
{
    size_t v = cols / 16 - 1, groups = (rows + most_rows[v] - 1) / most_rows[v];
    for (size_t g = 0, i = 0; g < groups; g++) {
        size_t n = (rows - i + (groups - g) - 1) / (groups - g); /* as even as can be */
        tiles[v][n - 1](c + i * ldc, ldc, a + i * a_row, a_row, a_pair, b, b_pair, k2, add);
        i += n;
    }
}

static const struct trm_mat_bf16 avx512 = {
    .name = "avx512_bf16", .at_a_time = 1, .tile_rows = 6, .chunk_rows = 48, .avx512 = true, .block = block_avx512};

static bool
has_avx512(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
#else
static const struct trm_mat_bf16 avx512 = {.name = "avx512_bf16", .block = block_plain}; /* never taken */

static bool
has_avx512(void)
{
    return false;
}
#endif

/* --- which ------------------------------------------------------------------------------------------------------- */

/* Whether a road gives what the definition gives, on small whole numbers, which every order of sums gives exactly. */
static bool
agrees(const struct trm_mat_bf16 *road)
{
    enum { M = 37, N = 48, K2 = 19 };
    static const int left[2] = {7, 11};
    uint32_t a[M * K2], at[K2 * M], b[K2 * N];
    float want[M * N], got[M * N];
    for (size_t i = 0; i < M; i++)
        for (size_t k = 0; k < K2; k++)
            a[i * K2 + k] = at[k * M + i]
                = (uint32_t)trm_bf16_of((float)((int)(i * (size_t)left[0] + k) % 9 - 4))
                  | (uint32_t)trm_bf16_of((float)((int)(i + k * (size_t)left[1]) % 5 - 2)) << 16;
    for (size_t i = 0; i < K2 * N; i++)
        b[i] = (uint32_t)trm_bf16_of((float)((int)(i % 13) - 6)) | (uint32_t)trm_bf16_of((float)((int)(i % 7) - 3)) << 16;
    memset(want, 0, sizeof want);
    memset(got, 0, sizeof got);
    block_plain(want, N, a, K2, 1, b, N, M, N, K2, false);
    road->block(got, N, a, K2, 1, b, N, M, N, K2, false);
    if (memcmp(want, got, sizeof want) != 0)
        return false;
    block_plain(want, N, at, 1, M, b, N, M, N, K2, true);
    road->block(got, N, at, 1, M, b, N, M, N, K2, true);
    return memcmp(want, got, sizeof want) == 0;
}

const struct trm_mat_bf16 *
trm_mat_bf16_named(const char *name)
{
    if (strcmp(name, "plain") == 0)
        return &plain;
    if (strcmp(name, "avx512_bf16") == 0)
        return has_avx512() && agrees(&avx512) ? &avx512 : NULL;
    const struct trm_mat_bf16 *amx = strcmp(name, "amx") == 0 ? trm_mat_amx() : NULL;
    return amx && agrees(amx) ? amx : NULL;
}

const struct trm_mat_bf16 *
trm_mat_bf16_best(void)
{
    const struct trm_mat_bf16 *road = trm_mat_bf16_named("amx");
    return road ? road : trm_mat_bf16_named("avx512_bf16");
}

bool
trm_mat_bf16_pays(const struct trm_mat_bf16 *road)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    return road != &plain && (road != &avx512 || __builtin_cpu_is("amd"));
#else
    return road != &plain;
#endif
}
