/* Element-wise work of the model, fused where data are at hand. Each has its formula; the order of every sum is fixed
 * (16 partial sums, then pairwise), so the bytes do not depend on the width of the processor's vectors. Nothing here
 * fails.
 *
 * Every loop is plain C, compiled for x86-64, v3 and v4 alike and chosen when the program loads. */
#ifndef TRM_NET_OPS_H
#define TRM_NET_OPS_H

#include <stddef.h>
#include <stdint.h>

#include "../base/tensor.h"

/* y = a + b and y = a + b + c, n elements; y may be any of them. */
void trm_ops_add2(trm_real *y, const trm_real *a, const trm_real *b, size_t n);
void trm_ops_add3(trm_real *y, const trm_real *a, const trm_real *b, const trm_real *c, size_t n);

/* y[i,:] = s[i,:] * r[i], s = x + u * mask, r[i] = 1 / sqrt(mean(s[i,:]^2) + eps).
 * x, u, mask, y [rows,width]; r [rows]; mask NULL: all one; y may be u. */
void trm_ops_norm_rows(trm_real *y, trm_real *r, const trm_real *x, const trm_real *u, const trm_real *mask,
                       size_t rows, size_t width, double eps);
/* ds = r * (dy - y * mean(dy * y)) for each row; ds may be dy. */
void trm_ops_norm_rows_back(trm_real *ds, const trm_real *dy, const trm_real *y, const trm_real *r, size_t rows,
                            size_t width);
/* The same with the mean over the rows of each column: r [width]. acc: [width] for use inside. */
void trm_ops_norm_cols(trm_real *y, trm_real *r, const trm_real *x, const trm_real *u, const trm_real *mask,
                       size_t rows, size_t width, double eps);
void trm_ops_norm_cols_back(trm_real *ds, const trm_real *dy, const trm_real *y, const trm_real *r, size_t rows,
                            size_t width, trm_real *acc);

/* h = silu(g) * u, silu(g) = g / (1 + exp(-g)), for rows of `width`; g and u have rows `ld` apart, h is dense. */
void trm_ops_swiglu(trm_real *h, const trm_real *g, const trm_real *u, size_t ld, size_t rows, size_t width);
/* Backward: dh dense in; h again, dg and du out (rows ld apart). */
void trm_ops_swiglu_back(trm_real *h, trm_real *dg, trm_real *du, const trm_real *dh, const trm_real *g,
                         const trm_real *u, size_t ld, size_t rows, size_t width);

/* Each row of s [rows,width] becomes softmax(scale * row); shares under 1e-20 of the greatest become 0. */
void trm_ops_softmax(trm_real *s, size_t rows, size_t width, trm_real scale);
/* ds = scale * p * (dp - sum(dp * p)); dp becomes ds. */
void trm_ops_softmax_back(trm_real *dp, const trm_real *p, size_t rows, size_t width, trm_real scale);

/* Rotary positions: for `heads` heads side by side in each row (rows `ld` apart), turn the pairs (v[j], v[j+half]) by
 * the angle of position row / m, whose tables are cos, sin [L,half]; sign -1 turns back. */
void trm_ops_turn(trm_real *v, size_t rows, size_t ld, size_t heads, size_t half, const trm_real *cos,
                  const trm_real *sin, size_t m, trm_real sign);

/* y = x * mask. */
void trm_ops_mul(trm_real *y, const trm_real *x, const trm_real *mask, size_t n);
/* mask[j] = 0 with probability p, else 1/(1-p), from key and j alone. */
void trm_ops_mask(trm_real *mask, size_t n, uint64_t key, double p);

/* exp of each element, float within 2 units in the last place on [-87, 88]; arguments outside are taken as the bound.
 * */
void trm_ops_exp(trm_real *y, const trm_real *x, size_t n);

#endif
