/* What the scan and the reading of values must see alike. Only for lib/step. */
#ifndef TRM_STEP_LEX_H
#define TRM_STEP_LEX_H

#include <stdbool.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first in [p, end) of the characters in of, at least one and few; end when there is none. The plain loop behind the
 * fast one is also what other processors run. */
static inline __attribute__((always_inline)) const char *
lex_find(const char *p, const char *end, const char *of)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)p);
        __m128i m = _mm_setzero_si128();
        for (const char *c = of; *c; c++)
            m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8(*c)));
        unsigned mask = (unsigned)_mm_movemask_epi8(m);
        if (mask != 0)
            return p + __builtin_ctz(mask);
    }
#endif
    for (; p < end; p++)
        for (const char *c = of; *c; c++)
            if (*p == *c)
                return p;
    return end;
}

static inline bool
lex_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\v' || c == '\0';
}

static inline bool
lex_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether the quote at q, in a string whose text begins at start, is the letter of \S\' and no end: some exporters do not
 * double it there. */
static inline bool
lex_shifted_quote(const char *start, const char *q)
{
    return q - start >= 3 && q[-1] == '\\' && (q[-2] == 'S' || q[-2] == 's') && q[-3] == '\\' &&
           !(q - start >= 4 && q[-4] == '\\');
}

/* Behind such a quote: past its double, if it has one. A second quote before a comma or parenthesis ends the string. */
static inline const char *
lex_after_shifted(const char *q, const char *end)
{
    q++;
    if (end - q >= 2 && *q == '\'' && q[1] != ',' && q[1] != ')' && !lex_is_blank(q[1]))
        q++;
    return q;
}

#endif
