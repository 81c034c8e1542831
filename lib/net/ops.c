#include "ops.h"

#include <math.h>
#include <string.h>

#include "../base/wide.h"
#include "exp.h"

#define INLINE static inline __attribute__((always_inline))

/* Shares of a softmax below this are 0: far below what the sum can feel, and products with them cannot become denormal
 * numbers, which processors are slow with. */
#define NOTHING 1e-20
#define PART 16 /* partial sums; changes the last digits of every norm when it moves */

/* Sum of 16 partial sums, pairwise. */
INLINE trm_real
fold(trm_real *a)
{
    for (int step = PART / 2; step > 0; step /= 2)
        for (int j = 0; j < step; j++)
            a[j] += a[j + step];
    return a[0];
}

INLINE trm_real
exp1(trm_real x)
{
#ifdef TRM_DOUBLE
    return exp(x);
#else
    return trm_exp(x);
#endif
}

TRM_WIDE void
trm_ops_exp(trm_real *restrict y, const trm_real *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = exp1(x[i]);
}

TRM_WIDE void
trm_ops_add2(trm_real *y, const trm_real *a, const trm_real *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

TRM_WIDE void
trm_ops_add3(trm_real *y, const trm_real *a, const trm_real *b, const trm_real *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i] + c[i];
}

TRM_WIDE void
trm_ops_mul(trm_real *y, const trm_real *x, const trm_real *mask, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * mask[i];
}

/* y = x + u * mask for one row, and the sum of its squares. */
INLINE trm_real
add_row(trm_real *y, const trm_real *x, const trm_real *u, const trm_real *mask, size_t width)
{
    trm_real acc[PART] = {0};
    size_t j = 0;
    if (mask)
        for (size_t i = 0; i < width; i++)
            y[i] = x[i] + u[i] * mask[i];
    else
        for (size_t i = 0; i < width; i++)
            y[i] = x[i] + u[i];
    for (; j + PART <= width; j += PART)
        for (size_t k = 0; k < PART; k++)
            acc[k] += y[j + k] * y[j + k];
    for (size_t k = 0; j + k < width; k++)
        acc[k] += y[j + k] * y[j + k];
    return fold(acc);
}

TRM_WIDE void
trm_ops_norm_rows(trm_real *y, trm_real *r, const trm_real *x, const trm_real *u, const trm_real *mask, size_t rows,
                  size_t width, double eps)
{
    for (size_t i = 0; i < rows; i++) {
        trm_real *row = y + i * width;
        trm_real sum = add_row(row, x + i * width, u + i * width, mask ? mask + i * width : NULL, width);
        trm_real scale = (trm_real)(1 / sqrt((double)sum / (double)width + eps));
        r[i] = scale;
        for (size_t j = 0; j < width; j++)
            row[j] *= scale;
    }
}

/* Sum of a[j] * b[j] in 16 parts. */
INLINE trm_real
dot(const trm_real *a, const trm_real *b, size_t n)
{
    trm_real acc[PART] = {0};
    size_t j = 0;
    for (; j + PART <= n; j += PART)
        for (size_t k = 0; k < PART; k++)
            acc[k] += a[j + k] * b[j + k];
    for (size_t k = 0; j + k < n; k++)
        acc[k] += a[j + k] * b[j + k];
    return fold(acc);
}

TRM_WIDE void
trm_ops_norm_rows_back(trm_real *ds, const trm_real *dy, const trm_real *y, const trm_real *r, size_t rows,
                       size_t width)
{
    for (size_t i = 0; i < rows; i++) {
        const trm_real *dyi = dy + i * width, *yi = y + i * width;
        trm_real mean = dot(dyi, yi, width) / (trm_real)width, scale = r[i];
        for (size_t j = 0; j < width; j++)
            ds[i * width + j] = scale * (dyi[j] - yi[j] * mean);
    }
}

TRM_WIDE void
trm_ops_norm_cols(trm_real *y, trm_real *r, const trm_real *x, const trm_real *u, const trm_real *mask, size_t rows,
                  size_t width, double eps)
{
    for (size_t j = 0; j < width; j++)
        r[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            trm_real v = x[i * width + j] + (mask ? u[i * width + j] * mask[i * width + j] : u[i * width + j]);
            y[i * width + j] = v;
            r[j] += v * v;
        }
    for (size_t j = 0; j < width; j++)
        r[j] = (trm_real)(1 / sqrt((double)r[j] / (double)rows + eps));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            y[i * width + j] *= r[j];
}

TRM_WIDE void
trm_ops_norm_cols_back(trm_real *ds, const trm_real *dy, const trm_real *y, const trm_real *r, size_t rows,
                       size_t width, trm_real *acc)
{
    for (size_t j = 0; j < width; j++)
        acc[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            acc[j] += dy[i * width + j] * y[i * width + j];
    for (size_t j = 0; j < width; j++)
        acc[j] /= (trm_real)rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            ds[i * width + j] = r[j] * (dy[i * width + j] - y[i * width + j] * acc[j]);
}

TRM_WIDE void
trm_ops_swiglu(trm_real *restrict h, const trm_real *restrict g, const trm_real *restrict u, size_t ld, size_t rows,
               size_t width)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            trm_real x = g[i * ld + j];
            h[i * width + j] = x / (1 + exp1(-x)) * u[i * ld + j];
        }
}

TRM_WIDE void
trm_ops_swiglu_back(trm_real *restrict h, trm_real *restrict dg, trm_real *restrict du, const trm_real *restrict dh,
                    const trm_real *restrict g, const trm_real *restrict u, size_t ld, size_t rows, size_t width)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            trm_real x = g[i * ld + j], up = u[i * ld + j], d = dh[i * width + j];
            trm_real s = 1 / (1 + exp1(-x)), silu = x * s;
            h[i * width + j] = silu * up;
            dg[i * ld + j] = d * up * (s + silu * (1 - s));
            du[i * ld + j] = d * silu;
        }
}

/* Greatest of a row; the greatest of 16 parts is that of the row in any order. */
INLINE trm_real
greatest(const trm_real *s, size_t n)
{
    trm_real acc[PART], top = s[0];
    size_t j = 0;
    for (size_t k = 0; k < PART; k++)
        acc[k] = s[0];
    for (; j + PART <= n; j += PART)
        for (size_t k = 0; k < PART; k++)
            acc[k] = s[j + k] > acc[k] ? s[j + k] : acc[k];
    for (; j < n; j++)
        top = s[j] > top ? s[j] : top;
    for (size_t k = 0; k < PART; k++)
        top = acc[k] > top ? acc[k] : top;
    return top;
}

INLINE trm_real
sum(const trm_real *s, size_t n)
{
    trm_real acc[PART] = {0};
    size_t j = 0;
    for (; j + PART <= n; j += PART)
        for (size_t k = 0; k < PART; k++)
            acc[k] += s[j + k];
    for (size_t k = 0; j + k < n; k++)
        acc[k] += s[j + k];
    return fold(acc);
}

TRM_WIDE void
trm_ops_softmax(trm_real *s, size_t rows, size_t width, trm_real scale)
{
    for (size_t i = 0; i < rows; i++) {
        trm_real *row = s + i * width, top = greatest(row, width);
        for (size_t j = 0; j < width; j++) {
            trm_real e = exp1((row[j] - top) * scale);
            row[j] = e < (trm_real)NOTHING ? 0 : e;
        }
        trm_real inverse = 1 / sum(row, width);
        for (size_t j = 0; j < width; j++)
            row[j] *= inverse;
    }
}

TRM_WIDE void
trm_ops_softmax_back(trm_real *dp, const trm_real *p, size_t rows, size_t width, trm_real scale)
{
    for (size_t i = 0; i < rows; i++) {
        trm_real *d = dp + i * width;
        const trm_real *pi = p + i * width;
        trm_real inner = dot(d, pi, width);
        for (size_t j = 0; j < width; j++)
            d[j] = scale * pi[j] * (d[j] - inner);
    }
}

INLINE void
turn_pair(trm_real *v, const trm_real *cos, const trm_real *sin, size_t half, trm_real sign)
{
    trm_real *w = v + half;
    for (size_t j = 0; j < half; j++) {
        trm_real a = v[j], b = w[j], s = sign * sin[j];
        v[j] = a * cos[j] - b * s;
        w[j] = b * cos[j] + a * s;
    }
}

TRM_WIDE void
trm_ops_turn(trm_real *v, size_t rows, size_t ld, size_t heads, size_t half, const trm_real *cos, const trm_real *sin,
             size_t m, trm_real sign)
{
    for (size_t r = 0; r < rows; r++) {
        const trm_real *c = cos + r / m * half, *s = sin + r / m * half;
        for (size_t h = 0; h < heads; h++)
            turn_pair(v + r * ld + h * 2 * half, c, s, half, sign);
    }
}

/* A well mixed 32-bit number of a 32-bit one (Wellons, hash-prospector "lowbias32"). */
INLINE uint32_t
mix32(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ x >> 16;
}

TRM_WIDE void
trm_ops_mask(trm_real *mask, size_t n, uint64_t key, double p)
{
    uint32_t lo = (uint32_t)key, hi = (uint32_t)(key >> 32), below = (uint32_t)(p * 4294967296.);
    trm_real keep = (trm_real)(1 / (1 - p));
    for (size_t j = 0; j < n; j++)
        mask[j] = (mix32(mix32((uint32_t)j + lo) ^ hi) >= below) ? keep : 0;
}
