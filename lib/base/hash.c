#include "hash.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#if defined __x86_64__ && defined __GNUC__
#include <cpuid.h>
#include <immintrin.h>
#endif

uint64_t
trm_hash64(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = 0xCBF29CE484222325u ^ seed;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001B3u;
    h ^= n;
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
    h = (h ^ h >> 27) * 0x94D049BB133111EBu;
    return h ^ h >> 31;
}

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t
turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* n 64-byte blocks into the state; FIPS 180-4, 6.2.2. The plain version: reference for the one below, and what other
 * processors run. */
static void
compress_plain(uint32_t h[8], const uint8_t *p, size_t n)
{
    for (; n > 0; n--, p += 64) {
        uint32_t w[64], s[8];
        for (int i = 0; i < 16; i++)
            w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
        for (int i = 16; i < 64; i++) {
            uint32_t a = w[i - 15], b = w[i - 2];
            w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
        }
        memcpy(s, h, sizeof s);
        for (int i = 0; i < 64; i++) {
            uint32_t *a = &s[-i & 7], *d = &s[(3 - i) & 7], *e = &s[(4 - i) & 7], *last = &s[(7 - i) & 7];
            uint32_t b = s[(1 - i) & 7], c = s[(2 - i) & 7], f = s[(5 - i) & 7], g = s[(6 - i) & 7];
            uint32_t t1 = *last + (turn(*e, 6) ^ turn(*e, 11) ^ turn(*e, 25)) + ((*e & f) ^ (~*e & g)) + K[i] + w[i];
            uint32_t t2 = (turn(*a, 2) ^ turn(*a, 13) ^ turn(*a, 22)) + ((*a & b) ^ (*a & c) ^ (b & c));
            *d += t1;
            *last = t1 + t2; /* the next round's a */
        }
        for (int i = 0; i < 8; i++)
            h[i] += s[i];
    }
}

#if defined __x86_64__ && defined __GNUC__
/* The same with the processor's own instructions, about ten times as fast. State in the order the instructions want:
 * ABEF and CDGH. Source: Intel, "New Instructions Supporting the Secure Hash Algorithm", 2013. */
__attribute__((target("sha,sse4.1,ssse3"))) static void
compress_sha(uint32_t h[8], const uint8_t *p, size_t n)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i t = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)h), 0xB1);
    __m128i cdgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(h + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(t, cdgh, 8);
    cdgh = _mm_blend_epi16(cdgh, t, 0xF0);
    for (; n > 0; n--, p += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
#pragma GCC unroll 16 /* or w goes through memory: half the speed */
        for (int i = 0; i < 16; i++) { /* four rounds each */
            __m128i *now = &w[i & 3];
            if (i < 4) {
                *now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), swap);
            } else {
                __m128i before = w[(i - 1) & 3];
                *now = _mm_sha256msg1_epu32(*now, w[(i - 3) & 3]);
                *now = _mm_add_epi32(*now, _mm_alignr_epi8(before, w[(i - 2) & 3], 4));
                *now = _mm_sha256msg2_epu32(*now, before);
            }
            __m128i k = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(K + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    t = _mm_shuffle_epi32(abef, 0x1B);
    cdgh = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)h, _mm_blend_epi16(t, cdgh, 0xF0));
    _mm_storeu_si128((__m128i *)(h + 4), _mm_alignr_epi8(cdgh, t, 8));
}

/* Whether the processor has them: leaf 7, EBX bit 29; and SSE4.1. */
static int
has_sha(void)
{
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("sse4.1") || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return 0;
    return b >> 29 & 1;
}
#endif

static void
compress(struct trm_sha256 *s, const uint8_t *p, size_t n)
{
#if defined __x86_64__ && defined __GNUC__
    if (s->fast) {
        compress_sha(s->h, p, n);
        return;
    }
#endif
    compress_plain(s->h, p, n);
}

void
trm_sha256_init(struct trm_sha256 *s)
{
    *s = (struct trm_sha256){.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
#if defined __x86_64__ && defined __GNUC__
    s->fast = has_sha();
#endif
}

void
trm_sha256_add(struct trm_sha256 *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t at = s->n % 64;
    s->n += n;
    if (at) {
        size_t take = n < 64 - at ? n : 64 - at;
        memcpy(s->block + at, p, take);
        p += take, n -= take;
        if (at + take < 64)
            return;
        compress(s, s->block, 1);
    }
    if (n >= 64)
        compress(s, p, n / 64);
    p += n / 64 * 64, n %= 64;
    if (n)
        memcpy(s->block, p, n);
}

void
trm_sha256_hex(struct trm_sha256 *s, char hex[65])
{
    uint64_t bits = s->n * 8;
    uint8_t tail[72] = {0x80};
    size_t pad = (s->n % 64 < 56 ? 56 : 120) - s->n % 64;
    for (int i = 0; i < 8; i++)
        tail[pad + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
    trm_sha256_add(s, tail, pad + 8);
    for (int i = 0; i < 8; i++)
        snprintf(hex + 8 * i, 9, "%08x", s->h[i]);
}

/* --- XXH64 ------------------------------------------------------------------------------------------------------- */

static const uint64_t P1 = 0x9E3779B185EBCA87u, P2 = 0xC2B2AE3D27D4EB4Fu, P3 = 0x165667B19E3779F9u, P4 = 0x85EBCA77C2B2AE63u,
                      P5 = 0x27D4EB2F165667C5u;

static uint64_t
turn64(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

/* The next 8 or 4 bytes as a little-endian number. */
static uint64_t
little64(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return le64toh(x);
}
static uint64_t
little32(const uint8_t *p)
{
    uint32_t x;
    memcpy(&x, p, sizeof x);
    return le32toh(x);
}

static uint64_t
xxh64_round(uint64_t lane, uint64_t word)
{
    return turn64(lane + word * P2, 31) * P1;
}

static uint64_t
xxh64_merge(uint64_t h, uint64_t lane)
{
    return (h ^ xxh64_round(0, lane)) * P1 + P4;
}

/* n stripes of 32 bytes. */
static void
xxh64_stripes(uint64_t lane[4], const uint8_t *p, size_t n)
{
    uint64_t a = lane[0], b = lane[1], c = lane[2], d = lane[3];
    for (; n > 0; n--, p += 32) {
        a = xxh64_round(a, little64(p));
        b = xxh64_round(b, little64(p + 8));
        c = xxh64_round(c, little64(p + 16));
        d = xxh64_round(d, little64(p + 24));
    }
    lane[0] = a, lane[1] = b, lane[2] = c, lane[3] = d;
}

void
trm_xxh64_init(struct trm_xxh64 *s)
{
    *s = (struct trm_xxh64){.lane = {P1 + P2, P2, 0, 0 - P1}};
}

void
trm_xxh64_add(struct trm_xxh64 *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    size_t at = s->n % 32;
    s->n += n;
    if (at) {
        size_t take = n < 32 - at ? n : 32 - at;
        memcpy(s->block + at, p, take);
        p += take, n -= take;
        if (at + take < 32)
            return;
        xxh64_stripes(s->lane, s->block, 1);
    }
    xxh64_stripes(s->lane, p, n / 32);
    p += n / 32 * 32, n %= 32;
    if (n)
        memcpy(s->block, p, n);
}

uint64_t
trm_xxh64_value(const struct trm_xxh64 *s)
{
    const uint64_t *l = s->lane;
    const uint8_t *p = s->block;
    size_t left = s->n % 32;
    uint64_t h = P5;
    if (s->n >= 32) {
        h = turn64(l[0], 1) + turn64(l[1], 7) + turn64(l[2], 12) + turn64(l[3], 18);
        for (int i = 0; i < 4; i++)
            h = xxh64_merge(h, l[i]);
    }
    h += s->n;
    for (; left >= 8; left -= 8, p += 8)
        h = turn64(h ^ xxh64_round(0, little64(p)), 27) * P1 + P4;
    for (; left >= 4; left -= 4, p += 4)
        h = turn64(h ^ little32(p) * P1, 23) * P2 + P3;
    for (; left > 0; left--, p++)
        h = turn64(h ^ *p * P5, 11) * P1;
    h = (h ^ h >> 33) * P2;
    h = (h ^ h >> 29) * P3;
    return h ^ h >> 32;
}
