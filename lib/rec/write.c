/* Writing: a value tree, or a stream of keys and values without one. */
#include "rec.h"

#include <jansson.h>
#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "../base/text.h"

static const char HEX[] = "0123456789abcdef";

/* Length of the run at s that needs no escape: printable ASCII without quote and backslash. */
static size_t
plain_run(const char *s, size_t n)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; n - i >= 16; i += 16) { /* as signed bytes, what is beyond ASCII is below a blank too */
        __m128i v = _mm_loadu_si128((const __m128i *)(s + i));
        __m128i odd = _mm_or_si128(_mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F))),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
        unsigned mask = (unsigned)_mm_movemask_epi8(odd);
        if (mask != 0)
            return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < n && (unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x7F && s[i] != '"' && s[i] != '\\')
        i++;
    return i;
}

static void
add_escape(struct trm_buf *b, unsigned char ch)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = shorts; *p; p += 2)
        if ((unsigned char)*p == ch) {
            char two[2] = {'\\', p[1]};
            trm_buf_add(b, two, 2);
            return;
        }
    char six[6] = {'\\', 'u', '0', '0', HEX[ch >> 4], HEX[ch & 15]};
    trm_buf_add(b, six, 6);
}

#ifdef __SSE2__
/* Whether a byte of v is no plain one: a control character, a quote, a backslash, or beyond ASCII (as signed bytes that is
 * below a blank too). */
static inline bool
any_odd(__m128i v)
{
    __m128i odd = _mm_or_si128(_mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F))),
                               _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
    return _mm_movemask_epi8(odd) != 0;
}

static inline bool
copy_16(char *out, const char *s)
{
    __m128i v = _mm_loadu_si128((const __m128i *)s);
    _mm_storeu_si128((__m128i *)out, v);
    return !any_odd(v);
}

/* In two halves that overlap. */
static inline bool
copy_4_to_15(char *out, const char *s, size_t n)
{
    uint64_t a, b;
    if (n >= 8) {
        memcpy(&a, s, 8), memcpy(&b, s + n - 8, 8);
        memcpy(out, &a, 8), memcpy(out + n - 8, &b, 8);
    } else {
        uint32_t c, d;
        memcpy(&c, s, 4), memcpy(&d, s + n - 4, 4);
        memcpy(out, &c, 4), memcpy(out + n - 4, &d, 4);
        a = b = (uint64_t)d << 32 | c;
    }
    return !any_odd(_mm_set_epi64x((long long)b, (long long)a));
}
#endif

/* The n bytes at s to out; false, and out whatever it is, when one of them is not plain. */
static inline bool
copy_plain(char *out, const char *s, size_t n)
{
#ifdef __SSE2__
    if (n >= 16) {
        for (size_t i = 0; i < n - 16; i += 16)
            if (!copy_16(out + i, s + i))
                return false;
        return copy_16(out + n - 16, s + n - 16);
    }
    if (n >= 4)
        return copy_4_to_15(out, s, n);
#endif
    for (size_t i = 0; i < n; i++)
        out[i] = s[i];
    return plain_run(s, n) == n;
}

static void
add_text(struct trm_buf *b, const char *s, size_t n)
{
    char *room = trm_buf_room(b, n + 2);
    if (room && copy_plain(room + 1, s, n)) { /* most text is plain */
        room[0] = room[n + 1] = '"';
        trm_buf_used(b, n + 2);
        return;
    }
    trm_buf_addc(b, '"');
    for (size_t i = 0; i < n;) {
        size_t run = plain_run(s + i, n - i);
        if (run) {
            trm_buf_add(b, s + i, run);
            i += run;
            continue;
        }
        if ((unsigned char)s[i] < 0x80) {
            add_escape(b, (unsigned char)s[i++]);
            continue;
        }
        size_t from = i;
        if (trm_utf8_next(s, n, &i) < 0)
            trm_buf_adds(b, "\xEF\xBF\xBD");
        else
            trm_buf_add(b, s + from, i - from);
    }
    trm_buf_addc(b, '"');
}

/* --- stream ------------------------------------------------------------------------------------------------------ */

static uint64_t
level(const struct trm_jw *w)
{
    return (uint64_t)1 << w->depth;
}

/* A comma where one belongs, before a key or an array's value. */
static void
before_value(struct trm_jw *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->depth && w->filled_bits & level(w))
        trm_buf_addc(w->out, ',');
    w->filled_bits |= level(w);
}

static void
open_level(struct trm_jw *w, char ch, bool array)
{
    before_value(w);
    trm_buf_addc(w->out, ch);
    if (w->depth >= 62) {
        w->out->failed = true;
        return;
    }
    w->depth++;
    w->filled_bits &= ~level(w);
    w->array_bits = array ? w->array_bits | level(w) : w->array_bits & ~level(w);
}

void
trm_jw_object(struct trm_jw *w)
{
    open_level(w, '{', false);
}

void
trm_jw_array(struct trm_jw *w)
{
    open_level(w, '[', true);
}

void
trm_jw_end(struct trm_jw *w)
{
    trm_buf_addc(w->out, w->array_bits & level(w) ? ']' : '}');
    w->depth--;
}

void
trm_jw_key(struct trm_jw *w, const char *key)
{
    trm_jw_keyn(w, key, strlen(key));
}

void
trm_jw_keyn(struct trm_jw *w, const char *key, size_t n)
{
    before_value(w);
    add_text(w->out, key, n);
    trm_buf_addc(w->out, ':');
    w->after_key = true;
}

void
trm_jw_strn(struct trm_jw *w, const char *s, size_t n)
{
    before_value(w);
    add_text(w->out, s, n);
}

void
trm_jw_str(struct trm_jw *w, const char *s)
{
    trm_jw_strn(w, s, strlen(s));
}

void
trm_jw_num(struct trm_jw *w, double x)
{
    before_value(w);
    if (isfinite(x))
        trm_buf_addnum(w->out, x);
    else
        trm_buf_adds(w->out, "null");
}

void
trm_jw_bool(struct trm_jw *w, bool b)
{
    before_value(w);
    trm_buf_adds(w->out, b ? "true" : "false");
}

void
trm_jw_null(struct trm_jw *w)
{
    before_value(w);
    trm_buf_adds(w->out, "null");
}

void
trm_jw_raw(struct trm_jw *w, const char *json, size_t n)
{
    before_value(w);
    trm_buf_add(w->out, json, n);
}

/* At p, which has room for 2 + 6 * n bytes and a zero; returns where it ends. */
static inline char *
put_text(char *p, const char *s, size_t n)
{
    if (copy_plain(p + 1, s, n)) {
        p[0] = p[n + 1] = '"';
        return p + n + 2;
    }
    struct trm_buf b = {.data = p, .cap = 6 * n + 4};
    add_text(&b, s, n);
    return p + b.len;
}

static inline char *
put_member(char *p, const struct trm_jw_member *m)
{
    memcpy(p, m->key, TRM_JW_KEY);
    p += m->key_n;
    switch (m->is) {
    case TRM_JW_TEXT:
        return put_text(p, m->text, m->n);
    case TRM_JW_NUM:
        return p + trm_text_of_num(p, m->num);
    case TRM_JW_TRUE:
        memcpy(p, "true", 4);
        return p + 4;
    case TRM_JW_FALSE:
        memcpy(p, "false", 5);
        return p + 5;
    case TRM_JW_NULL:
        break;
    }
    memcpy(p, "null", 4);
    return p + 4;
}

void
trm_jw_members(struct trm_jw *w, const char *key, size_t key_n, const struct trm_jw_member *m, size_t n)
{
    size_t most = 6 * key_n + 8;
    for (size_t i = 0; i < n; i++)
        most += TRM_JW_KEY + 1 + (m[i].is == TRM_JW_TEXT ? 6 * m[i].n + 4 : 32);
    before_value(w);
    char *room = trm_buf_room(w->out, most), *p = room;
    if (!room)
        return;
    p = put_text(p, key, key_n);
    *p++ = ':';
    *p++ = '{';
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *p++ = ',';
        p = put_member(p, &m[i]);
    }
    *p++ = '}';
    trm_buf_used(w->out, (size_t)(p - room));
}

void
trm_jw_kstr(struct trm_jw *w, const char *key, const char *s)
{
    if (!s)
        return;
    trm_jw_key(w, key);
    trm_jw_str(w, s);
}

void
trm_jw_knum(struct trm_jw *w, const char *key, double x)
{
    trm_jw_key(w, key);
    trm_jw_num(w, x);
}

void
trm_jw_kbool(struct trm_jw *w, const char *key, bool b)
{
    trm_jw_key(w, key);
    trm_jw_bool(w, b);
}

/* --- tree -------------------------------------------------------------------------------------------------------- */

/* Depth is bounded by trm_json_parse and by what programs build. */
static void
dump(struct trm_jw *w, const json_t *v)
{
    size_t i;
    const char *key;
    json_t *child;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        trm_jw_object(w);
        json_object_foreach((json_t *)v, key, child) {
            trm_jw_key(w, key);
            dump(w, child);
        }
        trm_jw_end(w);
        break;
    case JSON_ARRAY:
        trm_jw_array(w);
        json_array_foreach(v, i, child)
            dump(w, child);
        trm_jw_end(w);
        break;
    case JSON_STRING: trm_jw_strn(w, json_string_value(v), json_string_length(v)); break;
    case JSON_INTEGER:
    case JSON_REAL: trm_jw_num(w, json_number_value(v)); break;
    case JSON_TRUE: trm_jw_bool(w, true); break;
    case JSON_FALSE: trm_jw_bool(w, false); break;
    case JSON_NULL: trm_jw_null(w); break;
    }
}

void
trm_json_dump(struct trm_buf *b, const trm_json *v)
{
    struct trm_jw w = {.out = b};
    dump(&w, v);
}
