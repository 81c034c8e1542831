/* Products of bfloat16 numbers with sums in float, on the processor's own instructions, and the layouts they want.
 *
 * Everything is counted in pairs: two neighbours along the summed index k, side by side in 32 bits, the lower k in the
 * lower half. Two layouts carry them:
 *
 *   rows    [N][D]            a plain row-major matrix, summed along its columns: pair k of row i at i*D/2 + k
 *   panels  [D/64][K2][64]    summed along its rows (or a transposed one along its columns): pair k of column j stands
 *                             at (j/64)*64*K2 + k*w + j%64, w = 64, but for the last panel of fewer columns w is their
 *                             number. K2 = ceil(K/2); an odd K is filled up with zero.
 *
 * A product takes its left side as rows, or as panels of its transpose (for gradients of weights), its right side as
 * panels. Each element of a result is the sum over k in rising order of pairs, the same whatever the number of rows
 * computed at a time; so cutting work by rows never changes a byte. Kinds of processor round differently.
 *
 * Source of the layout: the operands of VDPBF16PS and TDPBF16PS (Intel SDM, vol. 2), which both multiply pairs. */
#ifndef TRM_MAT_BF16_H
#define TRM_MAT_BF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t trm_bf16;

#define TRM_MAT_PANEL 64 /* columns of a panel: four vectors of 16, or two tiles of 16 by two */

/* A road that bfloat16 products can take. */
struct trm_mat_bf16 {
    const char *name;   /* "amx", "avx512_bf16", "plain" */
    size_t at_a_time;   /* samples of a micro-batch worth computing together */
    size_t tile_rows;   /* rows that its instructions like to come in */
    size_t chunk_rows;  /* most rows whose element-wise work is done a panel at a time, while they are in cache */
    bool avx512;        /* whether its processors have AVX512-BF16 vectors too */
    bool wants_rows;    /* whether it wants a left side as rows rather than as panels of its transpose */
    /* c [rows,cols] (rows ldc apart) = or += sum over k of a(i,k) b(k,j).
     * a: pair k of row i at a[i*a_row + k*a_pair], where one of the two strides is 1
     * b: pair k of column j at b[k*b_pair + j]; cols a multiple of 16, at most TRM_MAT_PANEL
     * k2: pairs summed; add: whether to add to what c holds. Cannot fail. */
    void (*block)(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b,
                  size_t b_pair, size_t rows, size_t cols, size_t k2, bool add);
};

/* The best road of this processor that agrees with the plain one on a trial product; NULL when it has none. */
const struct trm_mat_bf16 *trm_mat_bf16_best(void);
/* Whether a road is faster than float32 in training: AMX is; AVX512-BF16 on AMD's processors (2.1 times), not on Intel's,
 * which take the instruction apart (0.6 to 0.75 times; tests/bench/LOG.md). */
bool trm_mat_bf16_pays(const struct trm_mat_bf16 *road);
/* A road by name, for tests and --backend; NULL when this processor (or system) has not got it. "plain" is always
 * there: the definition in C, slow, the reference of the others. */
const struct trm_mat_bf16 *trm_mat_bf16_named(const char *name);

/* bfloat16 of a float, rounded to nearest even; NaN stays NaN. */
static inline trm_bf16
trm_bf16_of(float x)
{
    union { float f; uint32_t u; } v = {.f = x};
    if ((v.u & 0x7fffffffu) > 0x7f800000u)
        return (trm_bf16)(v.u >> 16 | 64);
    return (trm_bf16)((v.u + 0x7fffu + (v.u >> 16 & 1)) >> 16);
}
static inline float
trm_bf16_to(trm_bf16 x)
{
    union { uint32_t u; float f; } v = {.u = (uint32_t)x << 16};
    return v.f;
}

/* Pairs in panels of a matrix of D columns and K rows. */
static inline size_t
trm_mat_panels_size(size_t k, size_t d)
{
    return (k + 1) / 2 * d;
}
/* Where panel p of a matrix of K rows starts. */
static inline size_t
trm_mat_panel_at(size_t p, size_t k)
{
    return p * TRM_MAT_PANEL * ((k + 1) / 2);
}
/* Columns of the panel that starts at column j. */
static inline size_t
trm_mat_panel_cols(size_t j, size_t d)
{
    return d - j < TRM_MAT_PANEL ? d - j : TRM_MAT_PANEL;
}

/* Panels of x [K,D] (rows ld apart), summed along its rows: p [ceil(D/64)][K2][64]. D even. */
void trm_mat_panels(uint32_t *p, const trm_bf16 *x, size_t ld, size_t k, size_t d);
/* Panels of the transpose of x [D,K] (rows ld apart, K even, rows 4-byte aligned), columns d..D-1 zero, D >= d. */
void trm_mat_panels_t(uint32_t *p, const trm_bf16 *x, size_t ld, size_t d, size_t wide, size_t k);
/* Rows of the transpose of x [K,D] (rows ld apart): pair k of column j of x at p[j*K2 + k]. */
void trm_mat_rows_t(uint32_t *p, const trm_bf16 *x, size_t ld, size_t k, size_t d);
/* y [cols,rows] (rows ldy apart) = the transpose of x [rows,cols] (rows ldx apart), in pairs. */
void trm_mat_turn(uint32_t *y, size_t ldy, const uint32_t *x, size_t ldx, size_t rows, size_t cols);
/* n floats to bfloat16. */
void trm_mat_to_bf16(trm_bf16 *y, const float *x, size_t n);

#endif
