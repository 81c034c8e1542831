/* Values where nothing is odd: most of a model's values are $, references, short texts and numbers, wrapped or not, with a comma
 * or parenthesis right behind them. */
#include "quick.h"

#include "lex.h"

enum { AHEAD = 64 }; /* bytes that can be read without asking for the end: no word or number is longer, and texts ask */

/* Letters, digits and the underscore; what numbers are made of. */
enum { WORD = 1, NUMBER = 2 };
static const unsigned char kind[256] = {
    ['0' ... '9'] = WORD | NUMBER, ['A' ... 'D'] = WORD, ['E'] = WORD | NUMBER, ['F' ... 'Z'] = WORD, ['a' ... 'd'] = WORD,
    ['e'] = WORD | NUMBER,         ['f' ... 'z'] = WORD, ['_'] = WORD,          ['.'] = NUMBER,       ['+'] = NUMBER,
    ['-'] = NUMBER,
};

static inline bool
is(char c, unsigned char what)
{
    return kind[(unsigned char)c] & what;
}

/* p behind an opening quote: behind the closing one. */
static inline const char *
text(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = p;
    bool plain = true;
#ifdef __SSE2__
    unsigned quote = 0, odd;
    for (; end - q >= AHEAD && quote == 0; q += 16) { /* as signed bytes, what is beyond ASCII is below a blank too */
        const __m128i b = _mm_loadu_si128((const __m128i *)q);
        quote = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(b, _mm_set1_epi8('\'')));
        odd = (unsigned)_mm_movemask_epi8(_mm_or_si128(
            _mm_or_si128(_mm_cmplt_epi8(b, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(b, _mm_set1_epi8(0x7F))), _mm_cmpeq_epi8(b, _mm_set1_epi8('\\'))));
        plain &= ((quote ? (quote - 1) & ~quote : ~0u) & odd) == 0;
    }
    if (quote == 0)
        return 0;
    q += __builtin_ctz(quote) - 16;
#else
    for (; end - q >= AHEAD && *q != '\''; q++)
        plain &= *q >= 0x20 && *q < 0x7F && *q != '\\';
    if (end - q < AHEAD)
        return 0;
#endif
    if (q[1] == '\'' || (q > p && q[-1] == '\\'))
        return 0;
    v->type = TRM_STEP_STRING;
    v->s = p;
    v->n = (size_t)(q - p);
    v->plain = plain;
    return q + 1;
}

static inline const char *
number(const char *p, struct trm_step_val *v)
{
    const char *q = p;
    bool digits = false, real = false;
    for (; q - p < AHEAD - 2 && is(*q, NUMBER); q++) {
        digits |= lex_is_digit(*q);
        real |= *q == '.' || (*q | 32) == 'e';
    }
    if (!digits)
        return 0;
    v->type = real ? TRM_STEP_REAL : TRM_STEP_INT;
    v->s = p;
    v->n = (size_t)(q - p);
    return q;
}

static inline const char *
enumeration(const char *p, struct trm_step_val *v)
{
    const char *q = p + 1;
    while (q - p < AHEAD - 2 && is(*q, WORD))
        q++;
    if (*q != '.' || q == p + 1)
        return 0;
    v->type = TRM_STEP_ENUM;
    v->s = p + 1;
    v->n = (size_t)(q - p - 1);
    return q + 1;
}

static inline const char *
reference(const char *p, struct trm_step_val *v)
{
    const char *q = p + 1;
    uint64_t n = 0;
    while (q - p < 18 && lex_is_digit(*q))
        n = n * 10 + (uint64_t)(*q++ - '0');
    if (q == p + 1)
        return 0;
    v->type = TRM_STEP_REF;
    v->s = p;
    v->n = (size_t)(q - p);
    v->ref = n;
    return q;
}

/* What may stand inside of a wrapper, too. */
static inline const char *
plain_value(const char *p, const char *end, struct trm_step_val *v)
{
    if (*p == '\'')
        return text(p + 1, end, v);
    if (*p == '.')
        return is(p[1], NUMBER) ? 0 : enumeration(p, v);
    return lex_is_digit(*p) || *p == '-' ? number(p, v) : 0;
}

/* IFCLABEL('x') */
static inline const char *
wrapped(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = p;
    while (q - p < AHEAD / 2 && is(*q, WORD))
        q++;
    if (q == p || *q != '(' || end - q < AHEAD)
        return 0;
    const char *close = plain_value(q + 1, end, v);
    if (!close || end - close < 2 || *close != ')')
        return 0;
    v->inner = v->type;
    v->type = TRM_STEP_TYPED;
    v->s = p;
    v->n = (size_t)(q - p);
    v->in = q + 1;
    v->in_n = (size_t)(close - v->in);
    return close + 1;
}

/* Behind the value at p, a comma or a closing parenthesis; or NULL, and *v whatever it is. */
static inline const char *
one(const char *p, const char *end, struct trm_step_val *v)
{
    *v = (struct trm_step_val){.type = TRM_STEP_NULL};
    if (end - p < 2 * AHEAD)
        return 0;
    const char *q;
    if (*p == '$') {
        q = p + 1;
    } else if (*p == '*') {
        v->type = TRM_STEP_DERIVED;
        q = p + 1;
    } else if (*p == '#') {
        q = reference(p, v);
    } else {
        q = is(*p, WORD) && !lex_is_digit(*p) ? wrapped(p, end, v) : plain_value(p, end, v);
    }
    return q && end - q >= 1 && (*q == ',' || *q == ')') ? q : 0;
}

size_t
trm_step_quick(struct trm_step_cur *c, struct trm_step_val *v, size_t max)
{
    size_t n = 0;
    for (const char *p = c->p, *q; n < max && (q = one(p, c->end, &v[n])) != NULL; p = q + 1) {
        c->p = q, c->after_value = true;
        n++;
        if (*q == ')')
            break;
    }
    return n;
}
