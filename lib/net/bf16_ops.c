#include "bf16_ops.h"

#include <math.h>
#include <string.h>

#include "../base/wide.h"
#include "exp.h"

#define INLINE static inline __attribute__((always_inline))
#define PART 16
#define HALF 32

/* Sixteen numbers; the compiler makes of them what the processor has. All that takes or gives them is inlined, so how they
 * would be passed does not matter. */
#pragma GCC diagnostic ignored "-Wpsabi"
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));

INLINE float
fold(v16 a)
{
    float v[PART];
    memcpy(v, &a, sizeof v);
    for (int step = PART / 2; step > 0; step /= 2)
        for (int j = 0; j < step; j++)
            v[j] += v[j + step];
    return v[0];
}

/* Sixteen bfloat16 as floats. */
INLINE v16
wide(const trm_bf16 *x)
{
    typedef uint32_t u16x32 __attribute__((vector_size(64)));
    typedef uint16_t u16x16 __attribute__((vector_size(32), aligned(2), may_alias));
    u16x32 v = __builtin_convertvector(*(const u16x16 *)(const void *)x, u16x32) << 16;
    v16 out;
    memcpy(&out, &v, sizeof out);
    return out;
}
#define AT(p) (*(v16 *)(void *)(p))
#define FROM(p) (*(const v16 *)(const void *)(p))

/* To bfloat16, nearest even; a NaN may become an infinity, which says as much. */
INLINE trm_bf16
to(float x)
{
    uint32_t u;
    memcpy(&u, &x, 4);
    return (trm_bf16)((u + 0x7fffu + (u >> 16 & 1)) >> 16);
}

TRM_WIDE void
trm_bf_sum(float *restrict y, trm_bf16 *restrict yb, const float *restrict a, const float *restrict b,
           const float *restrict c, size_t n)
{
    if (c)
        for (size_t i = 0; i < n; i++) {
            float v = a[i] + b[i] + c[i];
            y[i] = v, yb[i] = to(v);
        }
    else
        for (size_t i = 0; i < n; i++) {
            float v = a[i] + b[i];
            y[i] = v, yb[i] = to(v);
        }
}

/* s = x + u * mask of one row into y, and the sum of its squares. */
INLINE float
add_row(float *y, const float *x, const float *u, const float *mask, size_t width)
{
    v16 acc = {0};
    for (size_t j = 0; j < width; j += PART) {
        v16 v = FROM(u + j);
        if (mask)
            v *= FROM(mask + j);
        v += FROM(x + j);
        AT(y + j) = v;
        acc += v * v;
    }
    return fold(acc);
}

TRM_WIDE void
trm_bf_norm(float *y, trm_bf16 *yb, float *r, const float *x, const float *u, const float *mask, size_t rows,
            size_t width, double eps)
{
    for (size_t i = 0; i < rows; i++) {
        float *row = y + i * width;
        float sum = mask ? add_row(row, x + i * width, u + i * width, mask + i * width, width)
                         : add_row(row, x + i * width, u + i * width, NULL, width);
        float scale = (float)(1 / sqrt((double)sum / (double)width + eps));
        r[i] = scale;
        if (yb) {
            trm_bf16 *b = yb + i * width;
            for (size_t j = 0; j < width; j++) {
                float v = row[j] * scale;
                row[j] = v, b[j] = to(v);
            }
        } else
            for (size_t j = 0; j < width; j++)
                row[j] *= scale;
    }
}

TRM_WIDE void
trm_bf_norm_back(float *ds, trm_bf16 *dsb, const float *dy, const trm_bf16 *y, const float *r, const float *mask,
                 size_t rows, size_t width)
{
    for (size_t i = 0; i < rows; i++) {
        const float *dyi = dy + i * width, *m = mask ? mask + i * width : NULL;
        const trm_bf16 *yi = y + i * width;
        float *out = ds + i * width;
        trm_bf16 *ob = dsb + i * width;
        v16 acc = {0};
        for (size_t j = 0; j < width; j += PART)
            acc += FROM(dyi + j) * wide(yi + j);
        float mean = fold(acc) / (float)width, scale = r[i];
        for (size_t j = 0; j < width; j++)
            out[j] = scale * (dyi[j] - trm_bf16_to(yi[j]) * mean);
        for (size_t j = 0; j < width; j++)
            ob[j] = to(m ? out[j] * m[j] : out[j]);
    }
}

TRM_WIDE void
trm_bf_norm_cols(float *restrict y, trm_bf16 *restrict yb, float *restrict r, const float *x, const float *u,
                 const float *mask, size_t ld, size_t rows, size_t width, double eps)
{
    for (size_t j = 0; j < width; j++)
        r[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            float v = x[i * ld + j] + (mask ? u[i * ld + j] * mask[i * ld + j] : u[i * ld + j]);
            y[i * ld + j] = v;
            r[j] += v * v;
        }
    for (size_t j = 0; j < width; j++)
        r[j] = (float)(1 / sqrt((double)r[j] / (double)rows + eps));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            float v = y[i * ld + j] * r[j];
            y[i * ld + j] = v, yb[i * ld + j] = to(v);
        }
}

TRM_WIDE void
trm_bf_norm_cols_back(float *ds, trm_bf16 *restrict dsb, const float *dy, const trm_bf16 *restrict y, const float *r,
                      const float *mask, size_t ld, size_t rows, size_t width, float *restrict acc)
{
    for (size_t j = 0; j < width; j++)
        acc[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            acc[j] += dy[i * ld + j] * trm_bf16_to(y[i * ld + j]);
    for (size_t j = 0; j < width; j++)
        acc[j] /= (float)rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            size_t at = i * ld + j;
            float v = r[j] * (dy[at] - trm_bf16_to(y[at]) * acc[j]);
            ds[at] = v, dsb[at] = to(mask ? v * mask[at] : v);
        }
}

INLINE float
sigmoid(float x)
{
    return 1.f / (1.f + trm_exp(-x));
}

TRM_WIDE void
trm_bf_swiglu(trm_bf16 *restrict h, size_t ldh, trm_bf16 *restrict gu, size_t ldg, const float *restrict piece,
              size_t rows)
{
    for (size_t i = 0; i < rows; i++, piece += 2 * HALF) {
        for (size_t j = 0; j < HALF; j++)
            h[i * ldh + j] = to(piece[j] * sigmoid(piece[j]) * piece[HALF + j]);
        if (gu)
            for (size_t j = 0; j < 2 * HALF; j++)
                gu[i * ldg + j] = to(piece[j]);
    }
}

/* Of n hidden numbers: g and u become their gradients. */
INLINE void
swiglu_back(trm_bf16 *restrict h, trm_bf16 *restrict g, trm_bf16 *restrict u, const float *restrict dh, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        float x = trm_bf16_to(g[j]), up = trm_bf16_to(u[j]), d = dh[j];
        float s = sigmoid(x), silu = x * s;
        h[j] = to(silu * up);
        g[j] = to(d * up * (s + silu * (1 - s)));
        u[j] = to(d * silu);
    }
}

TRM_WIDE void
trm_bf_swiglu_back(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *dh, size_t ld, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        swiglu_back(h + i * ldh, gu + i * ldg, gu + i * ldg + HALF, dh + i * ld, HALF);
}

TRM_WIDE void
trm_bf_mix_swiglu(uint32_t *restrict hp, trm_bf16 *restrict gu, size_t ldg, const float *restrict piece, size_t w)
{
    for (size_t i = 0; i < 16; i += 2) {
        const float *g = piece + i * TRM_MAT_PANEL, *u = g + 16 * TRM_MAT_PANEL;
        for (size_t j = 0; j < w; j++) {
            float a = g[j] * sigmoid(g[j]) * u[j];
            float b = g[TRM_MAT_PANEL + j] * sigmoid(g[TRM_MAT_PANEL + j]) * u[TRM_MAT_PANEL + j];
            hp[i / 2 * w + j] = (uint32_t)to(a) | (uint32_t)to(b) << 16;
        }
    }
    for (size_t i = 0; gu && i < 32; i++)
        for (size_t j = 0; j < w; j++)
            gu[i * ldg + j] = to(piece[i * TRM_MAT_PANEL + j]);
}

TRM_WIDE void
trm_bf_mix_swiglu_back(trm_bf16 *h, trm_bf16 *gu, size_t ldg, const float *dh, size_t w)
{
    for (size_t i = 0; i < 16; i++)
        swiglu_back(h + i * ldg, gu + i * ldg, gu + (i + 16) * ldg, dh + i * TRM_MAT_PANEL, w);
}

/* The greater of each pair. */
INLINE v16
greater(v16 a, v16 b)
{
    typedef int32_t i16 __attribute__((vector_size(64), may_alias));
    i16 which = a > b;
    return (v16)(((i16)a & which) | ((i16)b & ~which));
}

/* Greatest of the first n of a row. */
INLINE float
greatest(const float *s, size_t n)
{
    float top = s[0], v[PART];
    if (n >= PART) {
        v16 most = FROM(s);
        for (size_t j = PART; j + PART <= n; j += PART)
            most = greater(FROM(s + j), most);
        memcpy(v, &most, sizeof v);
        for (int step = PART / 2; step > 0; step /= 2)
            for (int k = 0; k < step; k++)
                v[k] = v[k + step] > v[k] ? v[k + step] : v[k];
        top = v[0];
    }
    for (size_t j = n / PART * PART; j < n; j++)
        top = s[j] > top ? s[j] : top;
    return top;
}

TRM_WIDE void
trm_bf_softmax(trm_bf16 *restrict p, float *restrict s, size_t ld, size_t rows, size_t n, float scale)
{
    for (size_t i = 0; i < rows; i++, s += ld, p += ld) {
        float top = greatest(s, n) * scale;
        for (size_t j = 0; j < ld; j++)
            s[j] = trm_exp(s[j] * scale - top);
        for (size_t j = n; j < ld; j++)
            s[j] = 0;
        v16 acc = {0};
        for (size_t j = 0; j < ld; j += PART)
            acc += FROM(s + j);
        float inverse = 1.f / fold(acc);
        for (size_t j = 0; j < ld; j++)
            p[j] = to(s[j] * inverse);
    }
}

TRM_WIDE void
trm_bf_softmax_back(trm_bf16 *restrict ds, const float *restrict dp, const trm_bf16 *restrict p, size_t ld, size_t rows,
                    float scale)
{
    for (size_t i = 0; i < rows; i++, ds += ld, dp += ld, p += ld) {
        v16 acc = {0};
        for (size_t j = 0; j < ld; j += PART)
            acc += FROM(dp + j) * wide(p + j);
        float inner = fold(acc);
        for (size_t j = 0; j < ld; j++)
            ds[j] = to(scale * trm_bf16_to(p[j]) * (dp[j] - inner));
    }
}

/* half is a constant in the calls that matter. */
INLINE void
turn_rows(float *v, size_t ld, size_t rows, size_t cols, size_t half, const float *cos, const float *sin, size_t first,
          size_t len, float sign)
{
    for (size_t i = 0; i < rows; i++) {
        size_t l = (first + i) % len;
        const float *c = cos + l * half, *s = sin + l * half;
        for (size_t at = 0; at < cols; at += 2 * half) {
            float *restrict a = v + i * ld + at, *restrict b = a + half;
            for (size_t j = 0; j < half; j++) {
                float x = a[j], y = b[j], t = sign * s[j];
                a[j] = x * c[j] - y * t;
                b[j] = y * c[j] + x * t;
            }
        }
    }
}

TRM_WIDE void
trm_bf_turn_rows(float *v, size_t ld, size_t rows, size_t cols, size_t half, const float *cos, const float *sin,
                 size_t first, size_t len, float sign)
{
    if (half == 16)
        turn_rows(v, ld, rows, cols, 16, cos, sin, first, len, sign);
    else if (half == 32)
        turn_rows(v, ld, rows, cols, 32, cos, sin, first, len, sign);
    else
        turn_rows(v, ld, rows, cols, half, cos, sin, first, len, sign);
}

TRM_WIDE void
trm_bf_store(trm_bf16 *restrict y, size_t ldy, const float *restrict x, size_t ldx, size_t rows, size_t cols)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            y[i * ldy + j] = to(x[i * ldx + j]);
}

const struct trm_bf_ops trm_bf_ops_plain = {trm_bf_swiglu, trm_bf_swiglu_back, trm_bf_mix_swiglu, trm_bf_mix_swiglu_back,
                                            trm_bf_softmax};
