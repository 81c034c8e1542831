/* exp in float without branches, for loops that become vectors: Cephes's expf (Moshier), x = n ln 2 + r, a polynomial of r, n
 * to the exponent. Within 2 units in the last place on [-87, 88]; arguments outside are taken as the bound. */
#ifndef TRM_NET_EXP_H
#define TRM_NET_EXP_H

#include <stdint.h>
#include <string.h>

static inline __attribute__((always_inline)) float
trm_exp(float x)
{
    x = x < -87.f ? -87.f : x;
    x = x > 88.f ? 88.f : x;
    float t = x * 1.44269504088896341f + 12582912.f; /* 1.5 * 2^23: rounds to a whole number in the low bits */
    float n = t - 12582912.f;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.f;
    uint32_t bits_t, bits_p;
    memcpy(&bits_t, &t, 4);
    memcpy(&bits_p, &p, 4);
    bits_p += bits_t << 23;
    memcpy(&p, &bits_p, 4);
    return p;
}

#endif
