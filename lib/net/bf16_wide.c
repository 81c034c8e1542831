/* The heavier element-wise work of the bf16 road on AVX-512 vectors, for roads whose processors have them. Formulas and
 * shapes as the functions of the same names in bf16_ops.c, which these are tested against. */
#include "bf16_ops.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,prefer-vector-width=512")))
#define INLINE static inline __attribute__((always_inline))
#define HALF 32

/* exp(x): x = n ln 2 + r, a polynomial of r (Cephes's expf), n to the exponent; 0 and infinity at the ends. */
AVX512 INLINE __m512
exp16(__m512 x)
{
    x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-150)), _mm512_set1_ps(150));
    __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504088896341f)), 8);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x);
    r = _mm512_fmadd_ps(n, _mm512_set1_ps(2.12194440e-4f), r);
    __m512 p = _mm512_set1_ps(1.3981999507e-3f);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
    p = _mm512_fmadd_ps(p, _mm512_mul_ps(r, r), _mm512_add_ps(r, _mm512_set1_ps(1)));
    return _mm512_scalef_ps(p, n);
}

AVX512 INLINE __m512
sigmoid16(__m512 x)
{
    __m512 one = _mm512_set1_ps(1);
    return _mm512_div_ps(one, _mm512_add_ps(one, exp16(_mm512_sub_ps(_mm512_setzero_ps(), x))));
}

AVX512 INLINE void
put(trm_bf16 *y, __m512 x)
{
    __m256bh h = _mm512_cvtneps_pbh(x);
    memcpy(y, &h, sizeof h);
}

AVX512 INLINE __m512
get(const trm_bf16 *x)
{
    __m256i h;
    memcpy(&h, x, sizeof h);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}

AVX512 static void
swiglu(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *piece, size_t rows)
{
    for (size_t i = 0; i < rows; i++, piece += 2 * HALF, h += ldh) {
        for (size_t j = 0; j < HALF; j += 16) {
            __m512 g = _mm512_loadu_ps(piece + j), u = _mm512_loadu_ps(piece + HALF + j);
            put(h + j, _mm512_mul_ps(_mm512_mul_ps(g, sigmoid16(g)), u));
            if (gu) {
                put(gu + i * ldg + j, g);
                put(gu + i * ldg + HALF + j, u);
            }
        }
    }
}

/* Sixteen hidden numbers: g and u become their gradients. */
AVX512 INLINE void
back16(trm_bf16 *h, trm_bf16 *g, trm_bf16 *u, __m512 d)
{
    __m512 x = get(g), up = get(u), s = sigmoid16(x), silu = _mm512_mul_ps(x, s);
    put(h, _mm512_mul_ps(silu, up));
    __m512 slope = _mm512_fmadd_ps(silu, _mm512_sub_ps(_mm512_set1_ps(1), s), s);
    put(g, _mm512_mul_ps(_mm512_mul_ps(d, up), slope));
    put(u, _mm512_mul_ps(d, silu));
}

AVX512 static void
swiglu_back(trm_bf16 *h, size_t ldh, trm_bf16 *gu, size_t ldg, const float *dh, size_t ld, size_t rows)
{
    for (size_t i = 0; i < rows; i++, h += ldh, gu += ldg, dh += ld)
        for (size_t j = 0; j < HALF; j += 16)
            back16(h + j, gu + j, gu + HALF + j, _mm512_loadu_ps(dh + j));
}

AVX512 static void
mix_swiglu(uint32_t *hp, trm_bf16 *gu, size_t ldg, const float *piece, size_t w)
{
    for (size_t j = 0; j < w; j += 16) {
        for (size_t i = 0; i < 16; i += 2) {
            __m512i pair[2];
            for (size_t k = 0; k < 2; k++) {
                __m512 g = _mm512_loadu_ps(piece + (i + k) * TRM_MAT_PANEL + j);
                __m512 u = _mm512_loadu_ps(piece + (i + k + 16) * TRM_MAT_PANEL + j);
                __m256bh h = _mm512_cvtneps_pbh(_mm512_mul_ps(_mm512_mul_ps(g, sigmoid16(g)), u));
                pair[k] = _mm512_cvtepu16_epi32((__m256i)h);
            }
            _mm512_storeu_si512(hp + i / 2 * w + j, _mm512_or_si512(pair[0], _mm512_slli_epi32(pair[1], 16)));
        }
        for (size_t i = 0; gu && i < 32; i++)
            put(gu + i * ldg + j, _mm512_loadu_ps(piece + i * TRM_MAT_PANEL + j));
    }
}

AVX512 static void
mix_swiglu_back(trm_bf16 *h, trm_bf16 *gu, size_t ldg, const float *dh, size_t w)
{
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < w; j += 16)
            back16(h + i * ldg + j, gu + i * ldg + j, gu + (i + 16) * ldg + j, _mm512_loadu_ps(dh + i * TRM_MAT_PANEL + j));
}

/* Lanes below n of the vector at j. */
AVX512 INLINE __mmask16
below(size_t j, size_t n)
{
    return j + 16 <= n ? 0xffff : j >= n ? 0 : (__mmask16)((1u << (n - j)) - 1);
}

AVX512 static void
softmax(trm_bf16 *p, float *s, size_t ld, size_t rows, size_t n, float scale)
{
    __m512 by = _mm512_set1_ps(scale);
    for (size_t i = 0; i < rows; i++, s += ld, p += ld) {
        __m512 most = _mm512_set1_ps(s[0]), sum = _mm512_setzero_ps();
        for (size_t j = 0; j < n; j += 16)
            most = _mm512_mask_max_ps(most, below(j, n), most, _mm512_loadu_ps(s + j));
        __m512 top = _mm512_mul_ps(_mm512_set1_ps(_mm512_reduce_max_ps(most)), by);
        for (size_t j = 0; j < ld; j += 16) {
            __m512 e = _mm512_maskz_mov_ps(below(j, n), exp16(_mm512_fmsub_ps(_mm512_loadu_ps(s + j), by, top)));
            _mm512_storeu_ps(s + j, e);
            sum = _mm512_add_ps(sum, e);
        }
        __m512 inverse = _mm512_set1_ps(1 / _mm512_reduce_add_ps(sum));
        for (size_t j = 0; j < ld; j += 16)
            put(p + j, _mm512_mul_ps(_mm512_loadu_ps(s + j), inverse));
    }
}

const struct trm_bf_ops trm_bf_ops_wide = {swiglu, swiglu_back, mix_swiglu, mix_swiglu_back, softmax};
#else
const struct trm_bf_ops trm_bf_ops_wide = {trm_bf_swiglu, trm_bf_swiglu_back, trm_bf_mix_swiglu, trm_bf_mix_swiglu_back,
                                           trm_bf_softmax};
#endif
