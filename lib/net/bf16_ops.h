/* Element-wise work of the bf16 road, done on pieces that are still in cache. Sums in 16 parts, then pairwise, as in
 * ops.h; multiply-adds may be fused, so kinds of processor differ in last digits. Nothing here fails. */
#ifndef TRM_NET_BF16_OPS_H
#define TRM_NET_BF16_OPS_H

#include <stddef.h>

#include "../mat/bf16.h"

/* y = a + b + c (c NULL: a + b), and in bfloat16; n elements. */
void trm_bf_sum(float *y, trm_bf16 *yb, const float *a, const float *b, const float *c, size_t n);

/* y = s * r, s = x + u * mask, r = 1 / sqrt(mean(s^2) + eps) for each row of width; yb NULL: not wanted. */
void trm_bf_norm(float *y, trm_bf16 *yb, float *r, const float *x, const float *u, const float *mask, size_t rows,
                 size_t width, double eps);
/* ds = r * (dy - y * mean(dy * y)); dsb = ds * mask. ds may be dy. */
void trm_bf_norm_back(float *ds, trm_bf16 *dsb, const float *dy, const trm_bf16 *y, const float *r, const float *mask,
                      size_t rows, size_t width);
/* The same down `rows` rows for each of `width` columns; all matrices have rows ld apart; r, acc [width]. */
void trm_bf_norm_cols(float *y, trm_bf16 *yb, float *r, const float *x, const float *u, const float *mask, size_t ld,
                      size_t rows, size_t width, double eps);
void trm_bf_norm_cols_back(float *ds, trm_bf16 *dsb, const float *dy, const trm_bf16 *y, const float *r,
                           const float *mask, size_t ld, size_t rows, size_t width, float *acc);

/* h [rows,32] = silu(gate) * up of a piece [rows,64], gate in its first 32 columns, up in the others; piece also into
 * gu when it is not NULL. ldh, ldg: distances of rows. */
void trm_bf_swiglu(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *piece, size_t rows);
/* dh [rows,32] (rows ld apart); gu [rows,64] becomes its gradient; h as above. */
void trm_bf_swiglu_back(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *dh, size_t ld, size_t rows);
/* The mixer's: of a piece [32,64] whose first 16 rows are gates; hp [8][w]: pairs of the 16 hidden rows, w columns. */
void trm_bf_mix_swiglu(uint32_t *hp, trm_bf16 *gu, size_t ldg, const float *piece, size_t w);
/* dh [16,64]; gu [32,w] becomes its gradient; h [16,w]. */
void trm_bf_mix_swiglu_back(trm_bf16 *h, trm_bf16 *gu, size_t ldg, const float *dh, size_t w);

/* p = softmax(scale * s) over the first n of each row, zeros behind; rows ld apart in both. s is used up. */
void trm_bf_softmax(trm_bf16 *p, float *s, size_t ld, size_t rows, size_t n, float scale);
/* ds = scale * p * (dp - sum(dp * p)); p is zero behind what counts. */
void trm_bf_softmax_back(trm_bf16 *ds, const float *dp, const trm_bf16 *p, size_t ld, size_t rows, float scale);

/* Turn the pairs (v[j], v[j+half]) of each group of 2*half columns by the angle of position (first + row) % len; sign -1
 * turns back. cols a multiple of 2*half. */
void trm_bf_turn_rows(float *v, size_t ld, size_t rows, size_t cols, size_t half, const float *cos, const float *sin,
                      size_t first, size_t len, float sign);
/* y = x in bfloat16, rows of cols. */
void trm_bf_store(trm_bf16 *y, size_t ldy, const float *x, size_t ldx, size_t rows, size_t cols);

/* The heavier of these in two forms: as above, and on AVX-512 vectors. */
struct trm_bf_ops {
    void (*swiglu)(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *piece, size_t rows);
    void (*swiglu_back)(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *dh, size_t ld, size_t rows);
    void (*mix_swiglu)(uint32_t *hp, trm_bf16 *gu, size_t ldg, const float *piece, size_t w);
    void (*mix_swiglu_back)(trm_bf16 *h, trm_bf16 *gu, size_t ldg, const float *dh, size_t w);
    void (*softmax)(trm_bf16 *p, float *s, size_t ld, size_t rows, size_t n, float scale);
};
extern const struct trm_bf_ops trm_bf_ops_plain, trm_bf_ops_wide;

#endif
