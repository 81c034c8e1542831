/* What stands between the parentheses of one instance, value by value. Nothing recurses: a list is a place that can be gone
 * into, and its end is found by counting. */
#define _GNU_SOURCE /* memmem */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"
#include "quick.h"
#include "step.h"

/* How far the end of a comment inside an instance is looked for: a bound on work, not on sense. */
enum { MAX_COMMENT = 1 << 16 };

static const char *
skip_blank_slow(const char *p, const char *end)
{
    while (p < end) {
        if (lex_is_blank(*p)) {
            p++;
        } else if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
            size_t left = (size_t)(end - p - 2);
            const char *close = memmem(p + 2, left < MAX_COMMENT ? left : MAX_COMMENT, "*/", 2);
            p = close ? close + 2 : p + 2;
        } else {
            break;
        }
    }
    return p;
}

static inline const char *
skip_blank(const char *p, const char *end)
{
    return p < end && *p != '/' && !lex_is_blank(*p) ? p : skip_blank_slow(p, end);
}

/* p behind an opening quote: behind the closing one (doubled quotes are inside), or end. */
static const char *
string_end(const char *p, const char *end)
{
    const char *start = p;
    for (;;) {
        p = memchr(p, '\'', (size_t)(end - p));
        if (!p)
            return end;
        if (lex_shifted_quote(start, p))
            p = lex_after_shifted(p, end);
        else if (p + 1 < end && p[1] == '\'')
            p += 2;
        else
            return p + 1;
    }
}

/* p behind an opening parenthesis: at the one that closes it, or NULL when a semicolon or the end comes first. */
static const char *
list_end(const char *p, const char *end)
{
    size_t depth = 1;
    while ((p = lex_find(p, end, "()';/")) < end) {
        switch (*p) {
        case '(':
            depth++;
            break;
        case ')':
            if (--depth == 0)
                return p;
            break;
        case '\'':
            p = string_end(p + 1, end);
            continue;
        case ';':
            return NULL;
        case '/':
            if (p + 1 < end && p[1] == '*') {
                p = skip_blank(p, end);
                continue;
            }
            break;
        default:
            break;
        }
        p++;
    }
    return NULL;
}

struct trm_step_cur
trm_step_args_at(const struct trm_step *st, size_t off)
{
    if (off >= st->size)
        return (struct trm_step_cur){.p = st->data + st->size, .end = st->data + st->size};
    return (struct trm_step_cur){.p = st->data + off + 1, .end = st->data + st->size};
}

struct trm_step_cur
trm_step_args(const struct trm_step *st, uint32_t i)
{
    return trm_step_args_at(st, st->inst[i].off);
}

struct trm_step_cur
trm_step_inside(const struct trm_step_val *v)
{
    return (struct trm_step_cur){.p = v->in, .end = v->in ? v->in + v->in_n : NULL};
}

/* The rest up to the next comma or parenthesis is no value. */
static const char *
bad_value(const char *p, const char *end, struct trm_step_val *v)
{
    v->type = TRM_STEP_BAD;
    v->s = p;
    while (p < end && *p != ',' && *p != ')' && *p != ';') {
        if (*p == '\'')
            p = string_end(p + 1, end);
        else
            p++;
    }
    v->n = (size_t)(p - v->s);
    return p;
}

static const char *
list_value(const char *p, const char *end, enum trm_step_type type, struct trm_step_val *v)
{
    const char *close = list_end(p + 1, end);
    if (!close)
        return bad_value(p, end, v);
    v->type = type;
    v->in = p + 1;
    v->in_n = (size_t)(close - v->in);
    return close + 1;
}

static const char *
ref_value(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = p + 1;
    uint64_t n = 0;
    while (q < end && lex_is_digit(*q) && n < (UINT64_C(1) << 59))
        n = n * 10 + (uint64_t)(*q++ - '0');
    if (q == p + 1 || (q < end && lex_is_digit(*q)))
        return bad_value(p, end, v);
    v->type = TRM_STEP_REF;
    v->s = p;
    v->n = (size_t)(q - p);
    v->ref = n;
    return q;
}

static const char *
number_value(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = p;
    bool real = false, digits = false;
    for (; q < end; q++) {
        if (lex_is_digit(*q))
            digits = true;
        else if (*q == '.' || *q == 'E' || *q == 'e')
            real = true;
        else if (*q != '+' && *q != '-')
            break;
    }
    if (!digits || (q < end && *q != ',' && *q != ')' && !lex_is_blank(*q) && *q != '/'))
        return bad_value(p, end, v);
    v->type = real ? TRM_STEP_REAL : TRM_STEP_INT;
    v->s = p;
    v->n = (size_t)(q - p);
    return q;
}

/* .T. .NOTDEFINED. */
static const char *
enum_value(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = p + 1;
    while (q < end && ((*q >= 'A' && *q <= 'Z') || (*q >= 'a' && *q <= 'z') || lex_is_digit(*q) || *q == '_'))
        q++;
    if (q == end || *q != '.' || q == p + 1)
        return bad_value(p, end, v);
    v->type = TRM_STEP_ENUM;
    v->s = p + 1;
    v->n = (size_t)(q - p - 1);
    return q + 1;
}

static const char *
word_value(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = p;
    while (q < end && ((*q >= 'A' && *q <= 'Z') || (*q >= 'a' && *q <= 'z') || lex_is_digit(*q) || *q == '_'))
        q++;
    v->s = p;
    v->n = (size_t)(q - p);
    const char *paren = skip_blank(q, end);
    if (q == p || paren == end || *paren != '(')
        return bad_value(p, end, v);
    return list_value(paren, end, TRM_STEP_TYPED, v);
}

static const char *
quoted_value(const char *p, const char *end, struct trm_step_val *v)
{
    const char *q = *p == '\'' ? string_end(p + 1, end) : memchr(p + 1, '"', (size_t)(end - p - 1));
    if (*p == '"' && q)
        q++;
    if (!q || q - p < 2 || q[-1] != *p)
        return bad_value(p, end, v);
    v->type = *p == '\'' ? TRM_STEP_STRING : TRM_STEP_BINARY;
    v->s = p + 1;
    v->n = (size_t)(q - p - 2);
    return q;
}

static const char *
one_value(const char *p, const char *end, struct trm_step_val *v)
{
    switch (*p) {
    case '$':
        v->type = TRM_STEP_NULL;
        return p + 1;
    case '*':
        v->type = TRM_STEP_DERIVED;
        return p + 1;
    case '#':
        return ref_value(p, end, v);
    case '\'':
    case '"':
        return quoted_value(p, end, v);
    case '(':
        return list_value(p, end, TRM_STEP_LIST, v);
    case '.':
        return p + 1 < end && lex_is_digit(p[1]) ? number_value(p, end, v) : enum_value(p, end, v);
    case '+':
    case '-':
        return number_value(p, end, v);
    default:
        return lex_is_digit(*p) ? number_value(p, end, v) : word_value(p, end, v);
    }
}

/* The next of a list of references, ",#12" with a comma or the end of the list behind it. False, and nothing done, for all else. */
static inline bool
next_reference(struct trm_step_cur *c, struct trm_step_val *v)
{
    const char *p = c->p + 1, *q = p + 1;
    uint64_t n = 0;
    if (!c->after_value || c->end - c->p < 24 || *c->p != ',' || *p != '#')
        return false;
    while (q - p < 18 && lex_is_digit(*q))
        n = n * 10 + (uint64_t)(*q++ - '0');
    if (q == p + 1 || *q != ',')
        return false;
    v->type = TRM_STEP_REF;
    v->s = p;
    v->n = (size_t)(q - p);
    v->ref = n;
    c->p = q;
    return true;
}

bool
trm_step_next(struct trm_step_cur *c, struct trm_step_val *v)
{
    *v = (struct trm_step_val){.type = TRM_STEP_NULL};
    if (next_reference(c, v))
        return true;
    const char *p = skip_blank(c->p, c->end);
    bool comma = c->after_value && p < c->end && *p == ',';
    if (comma)
        p = skip_blank(p + 1, c->end);
    if (p >= c->end || *p == ')' || *p == ';') {
        c->p = c->end = p;
        if (comma) /* "(1,)": something is missing */
            v->type = TRM_STEP_BAD, v->s = p;
        return comma;
    }
    p = one_value(p, c->end, v);
    p = skip_blank(p, c->end);
    if (p < c->end && *p != ',' && *p != ')') /* two values without a comma between them, or a semicolon */
        p = bad_value(p, c->end, v);
    if (p < c->end && *p == ';')
        c->end = p;
    c->p = p;
    c->after_value = true;
    return true;
}

bool
trm_step_arg(const struct trm_step *st, uint32_t i, size_t k, struct trm_step_val *v)
{
    struct trm_step_cur c = trm_step_args(st, i);
    for (size_t at = 0; trm_step_next(&c, v); at++)
        if (at == k)
            return true;
    *v = (struct trm_step_val){.type = TRM_STEP_NULL};
    return false;
}

bool
trm_step_first(const struct trm_step_val *v, struct trm_step_val *inside)
{
    size_t mark = v->inner == TRM_STEP_STRING || v->inner == TRM_STEP_ENUM; /* a quote or a dot on either side */
    if (v->inner != 0) {
        *inside = (struct trm_step_val){.type = v->inner, .s = v->in + mark, .n = v->in_n - 2 * mark, .plain = v->plain};
        return true;
    }
    struct trm_step_cur c = trm_step_inside(v);
    return trm_step_next(&c, inside);
}

size_t
trm_step_all(const struct trm_step *st, uint32_t i, struct trm_step_val *v, size_t max)
{
    struct trm_step_cur c = trm_step_args(st, i);
    struct trm_step_val beyond;
    size_t n = trm_step_quick(&c, v, max);
    if (n > 0 && *c.p == ')')
        return n;
    while (trm_step_next(&c, n < max ? &v[n] : &beyond))
        n++;
    return n;
}

/* Exact when the digits make a whole number up to 2^53 and the power of ten is exact too (Clinger's fast case: one correctly
 * rounded operation); false otherwise. */
static bool
fast_num(const char *s, size_t n, double *out)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    size_t i = 0, digits = 0;
    bool minus = n > 0 && s[0] == '-';
    uint64_t m = 0;
    int point = 0, behind = 0;
    for (i = minus || (n > 0 && s[0] == '+'); i < n; i++) {
        if (lex_is_digit(s[i])) {
            m = m * 10 + (uint64_t)(s[i] - '0');
            digits += m != 0;
            behind += point;
        } else if (s[i] == '.' && !point) {
            point = 1;
        } else {
            return false;
        }
        if (digits > 18)
            return false;
    }
    if (m > UINT64_C(1) << 53 || behind > 22)
        return false;
    *out = (double)m / ten[behind];
    if (minus)
        *out = -*out;
    return true;
}

bool
trm_step_num(const struct trm_step_val *v, double *out)
{
    char text[400];
    if (v->type != TRM_STEP_INT && v->type != TRM_STEP_REAL)
        return false;
    if (fast_num(v->s, v->n, out))
        return true;
    if (v->n >= sizeof text)
        return false;
    memcpy(text, v->s, v->n);
    text[v->n] = '\0';
    char *end;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}
