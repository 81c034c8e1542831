/* The end of a statement, 64 bytes at a time.
 *
 * Of each block four words of bits are made, a bit per byte: quotes, backslashes, line ends, and what ends or upsets a
 * statement (; = /). The quotes' running parity says which bytes are inside a string (a doubled quote leaves and enters, which
 * comes to the same), so the first byte that matters is the lowest bit of what is left, and no byte is looked at twice.
 * Source of the idea: Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019. */
#include "skip.h"

#include <stdint.h>
#if defined __x86_64__ && defined __GNUC__
#include <immintrin.h>
#endif

enum { BLOCK = 64 };

struct bits {
    uint64_t quote, backslash, line, stop;
};

static inline __attribute__((always_inline)) const char *
skip_by(const char *p, const char *end, void (*look)(struct bits *, const char *))
{
    uint64_t inside = 0, backslash = 0; /* all ones in a string; whether the byte before was a backslash */
    for (; end - p >= BLOCK; p += BLOCK) {
        struct bits b;
        look(&b, p);
        uint64_t in = b.quote;
        for (int k = 1; k < BLOCK; k *= 2)
            in ^= in << k;
        in ^= inside;
        uint64_t event = (b.stop & ~in) | (b.line & in) | (b.quote & (b.backslash << 1 | backslash));
        if (event != 0) {
            const char *at = p + __builtin_ctzll(event);
            return *at == ';' ? at : 0;
        }
        inside = (uint64_t)((int64_t)in >> 63);
        backslash = b.backslash >> 63;
    }
    return 0;
}

static inline __attribute__((always_inline)) void
look_plain(struct bits *b, const char *p)
{
    *b = (struct bits){0};
    for (int i = 0; i < BLOCK; i++) {
        b->quote |= (uint64_t)(p[i] == '\'') << i;
        b->backslash |= (uint64_t)(p[i] == '\\') << i;
        b->line |= (uint64_t)(p[i] == '\n' || p[i] == '\r') << i;
        b->stop |= (uint64_t)(p[i] == ';' || p[i] == '=' || p[i] == '/') << i;
    }
}

const char *
trm_step_skip_plain(const char *p, const char *end)
{
    return skip_by(p, end, look_plain);
}

#if defined __x86_64__ && defined __GNUC__
__attribute__((target("avx2"))) static inline __attribute__((always_inline)) void
look_avx2(struct bits *b, const char *p)
{
    *b = (struct bits){0};
    for (int i = 0; i < BLOCK; i += 32) {
        const __m256i v = _mm256_loadu_si256((const __m256i *)(p + i));
#define IS(c) _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c))
#define BITS(m) ((uint64_t)(uint32_t)_mm256_movemask_epi8(m) << i)
        b->quote |= BITS(IS('\''));
        b->backslash |= BITS(IS('\\'));
        b->line |= BITS(_mm256_or_si256(IS('\n'), IS('\r')));
        b->stop |= BITS(_mm256_or_si256(IS(';'), _mm256_or_si256(IS('='), IS('/'))));
#undef IS
#undef BITS
    }
}

__attribute__((target("avx2"))) static const char *
skip_avx2(const char *p, const char *end)
{
    return skip_by(p, end, look_avx2);
}

static inline __attribute__((always_inline)) void
look_sse2(struct bits *b, const char *p)
{
    *b = (struct bits){0};
    for (int i = 0; i < BLOCK; i += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(p + i));
#define IS(c) _mm_cmpeq_epi8(v, _mm_set1_epi8(c))
#define BITS(m) ((uint64_t)(unsigned)_mm_movemask_epi8(m) << i)
        b->quote |= BITS(IS('\''));
        b->backslash |= BITS(IS('\\'));
        b->line |= BITS(_mm_or_si128(IS('\n'), IS('\r')));
        b->stop |= BITS(_mm_or_si128(IS(';'), _mm_or_si128(IS('='), IS('/'))));
#undef IS
#undef BITS
    }
}

static const char *
skip_sse2(const char *p, const char *end)
{
    return skip_by(p, end, look_sse2);
}

const char *
trm_step_skip(const char *p, const char *end)
{
    return __builtin_cpu_supports("avx2") ? skip_avx2(p, end) : skip_sse2(p, end);
}
#else
const char *
trm_step_skip(const char *p, const char *end)
{
    return trm_step_skip_plain(p, end);
}
#endif
