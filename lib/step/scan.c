/* The one pass over a STEP file: where statements begin and end, which instances are wanted, and the index by id.
 *
 * Most bytes of a model are geometry, so the way from the opening parenthesis to the semicolon is what counts: skip.c goes it
 * 64 bytes at a time, and what is odd is gone through again with care (statement_end). */
#define _GNU_SOURCE /* memmem, qsort_r */
#include <stdlib.h>
#include <string.h>

#include "../base/big.h"
#include "../base/hash.h"
#include "lex.h"
#include "skip.h"
#include "step.h"

enum {
    MAX_KEYWORDS = 4000,  /* IFC4X3 has 876 entities; a hostile file is not to fill memory with names */
    KEYWORD_SLOTS = 8192, /* power of two, at least twice MAX_KEYWORDS */
    MAX_WORD = 80,        /* longest entity name looked at; the longest of IFC has 46 */
};

struct scan {
    struct trm_step *st;
    const char *p, *end;
    trm_step_want *want;
    void *ctx;
    struct trm_sha256 *sha; /* of what was passed; NULL: not asked for */
    const char *summed;
    struct trm_err *err;
    size_t keyword_cap;
    bool in_data, data_seen, header_seen, ended;
    bool no_more_comments; /* there is no end of a comment ahead */
};

/* --- warnings and places --- */

void
trm_step_warn_many(struct trm_step *st, const char *code, size_t off, uint64_t n)
{
    for (size_t i = 0; i < st->n_warnings; i++)
        if (st->warnings[i].code == code || strcmp(st->warnings[i].code, code) == 0) {
            st->warnings[i].count += n;
            if (off < st->warnings[i].off)
                st->warnings[i].off = off;
            return;
        }
    if (st->n_warnings < sizeof st->warnings / sizeof st->warnings[0])
        st->warnings[st->n_warnings++] = (struct trm_step_warning){.code = code, .count = n, .off = off};
}

void
trm_step_warn(struct trm_step *st, const char *code, size_t off)
{
    trm_step_warn_many(st, code, off, 1);
}

void
trm_step_warn_all(struct trm_step *st, const struct trm_step_warning *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        trm_step_warn_many(st, w[i].code, w[i].off, w[i].count);
}

size_t
trm_step_line(const struct trm_step *st, size_t off)
{
    enum { BLOCK = 240 }; /* whole vectors of bytes, and no more ends than a byte counts */
    const char *d = st->data;
    size_t line = 1, i = 0;
    if (off > st->size)
        off = st->size;
    for (; i + BLOCK < off; i += BLOCK) {
        unsigned char ends = 0;
        for (int j = 0; j < BLOCK; j++)
            ends += (d[i + j] == '\n') | ((d[i + j] == '\r') & (d[i + j + 1] != '\n'));
        line += ends;
    }
    for (; i < off; i++)
        line += d[i] == '\n' || (d[i] == '\r' && !(i + 1 < st->size && d[i + 1] == '\n'));
    return line;
}

static inline bool
is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || lex_is_digit(c) || c == '_' || c == '-';
}

/* p at the slash of a comment: behind its end. One that never ends is no comment: its first two bytes are skipped, so that
 * the rest of the file is read. */
static const char *
comment_end(struct scan *s, const char *p)
{
    if (!s->no_more_comments) {
        const char *close = memmem(p + 2, (size_t)(s->end - p - 2), "*/", 2);
        if (close)
            return close + 2;
        s->no_more_comments = true;
    }
    trm_step_warn(s->st, "unterminated_comment", (size_t)(p - s->st->data));
    return p + 2;
}

static inline bool
at_comment(const char *p, const char *end)
{
    return end - p >= 2 && p[0] == '/' && p[1] == '*';
}

static inline const char *
skip_blank(struct scan *s, const char *p)
{
    while (p < s->end) {
        if (lex_is_blank(*p))
            p++;
        else if (at_comment(p, s->end))
            p = comment_end(s, p);
        else
            break;
    }
    return p;
}

/* Whether "#12 =" stands at p. */
static bool
begins_instance(const char *p, const char *end)
{
    if (p >= end || *p != '#')
        return false;
    const char *digits = ++p;
    while (p < end && lex_is_digit(*p))
        p++;
    if (p == digits)
        return false;
    while (p < end && lex_is_blank(*p))
        p++;
    return p < end && *p == '=';
}

/* --- ends of strings and statements --- */

enum end { AT_END, AT_NEXT, AT_EOF }; /* behind the semicolon; at the # of an instance begun too soon; bytes are out */

/* *p behind an opening quote: moves it behind the closing one. A line that ends in a semicolon and is followed by a new
 * instance ends the string too (AT_NEXT): someone forgot the quote, and the rest of the file is worth having. */
static enum end
string_end(const char **p, const char *end)
{
    const char *q = *p;
    for (;;) {
        q = lex_find(q, end, "'\n\r");
        if (q == end)
            return AT_EOF;
        if (*q == '\'' && lex_shifted_quote(*p, q)) {
            q = lex_after_shifted(q, end);
            continue;
        }
        if (*q == '\'') {
            *p = q + 1;
            return AT_END;
        }
        const char *before = q, *after = q;
        while (before > *p && lex_is_blank(before[-1]))
            before--;
        while (after < end && lex_is_blank(*after))
            after++;
        if (before > *p && before[-1] == ';' && begins_instance(after, end)) {
            *p = after;
            return AT_NEXT;
        }
        q = after;
    }
}

/* *p at an equals sign inside a statement: where "#12" before it begins, if that is what stands there. */
static bool
step_back(const char **p, const char *start)
{
    const char *q = *p;
    while (q > start && lex_is_blank(q[-1]))
        q--;
    const char *digits = q;
    while (q > start && lex_is_digit(q[-1]))
        q--;
    if (q == digits || q == start || q[-1] != '#')
        return false;
    *p = q - 1;
    return true;
}

/* From *p inside a statement to its end. */
static enum end
statement_end(struct scan *s, const char **p)
{
    const char *start = *p, *q = trm_step_skip(start, s->end);
    if (q) {
        *p = q + 1;
        return AT_END;
    }
    q = start;
    for (;;) {
        q = lex_find(q, s->end, ";'=/");
        if (q == s->end)
            return AT_EOF;
        if (*q == ';') {
            *p = q + 1;
            return AT_END;
        }
        if (*q == '\'') {
            size_t off = (size_t)(q - s->st->data);
            q++;
            enum end e = string_end(&q, s->end);
            if (e == AT_NEXT)
                trm_step_warn(s->st, "unterminated_string", off);
            if (e != AT_END) {
                *p = q;
                return e;
            }
        } else if (*q == '=') {
            *p = q;
            if (step_back(p, start))
                return AT_NEXT;
            q++;
        } else {
            q = at_comment(q, s->end) ? comment_end(s, q) : q + 1;
        }
    }
}

/* --- entity names --- */

static inline uint64_t
load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t
hash_word(const char *w, size_t n)
{
    uint64_t h = n;
    if (n >= 8) {
        h ^= load8(w) * 0x9E3779B97F4A7C15u;
        if (n >= 24)
            h = (h ^ load8(w + 8)) * 0xBF58476D1CE4E5B9u ^ load8(w + 16);
        else if (n > 16)
            h ^= load8(w + 8) * 0xBF58476D1CE4E5B9u;
        h = (h ^ (h >> 29)) + load8(w + n - 8) * 0x94D049BB133111EBu;
    } else {
        for (size_t i = 0; i < n; i++)
            h = (h ^ (unsigned char)w[i]) * 0x100000001B3u;
    }
    h = (h ^ (h >> 32)) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

static bool
all_word(const char *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_word(w[i]) || w[i] == '-')
            return false;
    return n > 0;
}

/* Room for one more entity name; false, and the error set, when memory is out. */
static bool
room_for_keyword(struct scan *s)
{
    struct trm_step *st = s->st;
    if (st->n_keywords < s->keyword_cap)
        return true;
    size_t cap = s->keyword_cap ? s->keyword_cap * 2 : 64;
    struct trm_step_keyword *grown = realloc(st->keywords, cap * sizeof *grown);
    if (!grown) {
        trm_err_set(s->err, TRM_SYS, "no memory for %zu entity names", cap);
        return false;
    }
    st->keywords = grown;
    s->keyword_cap = cap;
    return true;
}

/* Number of an entity name that was met before, or -1; *slot is where it is or would be. */
static inline int
known_keyword(const struct trm_step *st, const char *w, size_t n, uint64_t h, size_t *slot)
{
    size_t k = h & (KEYWORD_SLOTS - 1);
    for (; st->keyword_slots[k] != 0; k = (k + 1) & (KEYWORD_SLOTS - 1)) {
        const struct trm_step_keyword *kw = &st->keywords[st->keyword_slots[k] - 1];
        if (kw->hash == h && kw->n == n && memcmp(kw->name, w, n) == 0)
            break;
    }
    *slot = k;
    return st->keyword_slots[k] - 1;
}

/* Number of the entity name, entered when new; -1 when it is no name or there are too many. */
static int
keyword(struct scan *s, const char *w, size_t n)
{
    struct trm_step *st = s->st;
    uint64_t h = hash_word(w, n);
    size_t slot;
    int known = known_keyword(st, w, n, h, &slot);
    if (known >= 0)
        return known;
    if (st->n_keywords >= MAX_KEYWORDS || !all_word(w, n) || !room_for_keyword(s))
        return -1;
    struct trm_step_keyword *k = &st->keywords[st->n_keywords];
    *k = (struct trm_step_keyword){.name = w, .n = n, .hash = h, .user = -1};
    k->wanted = s->want(s->ctx, st, k);
    st->keyword_slots[slot] = (uint16_t)++st->n_keywords;
    return (int)st->n_keywords - 1;
}

/* --- statements --- */

static int
add_row(struct scan *s, uint64_t id, const char *paren, int kw)
{
    struct trm_step *st = s->st;
    if (st->n_inst == st->cap) {
        size_t cap = st->cap ? st->cap * 2 : st->size / 64 + 64; /* seldom more; what is not used takes no room */
        struct trm_step_inst *grown = cap < TRM_STEP_NONE ? trm_big_grow(st->inst, st->n_inst * sizeof *grown, cap * sizeof *grown) : NULL;
        if (!grown)
            return trm_err_set(s->err, TRM_SYS, "no memory for an index of %zu instances", cap);
        st->inst = grown, st->cap = cap;
    }
    st->inst[st->n_inst++] = (struct trm_step_inst){
        .id = id, .off = (uint64_t)(paren - st->data) & 0xFFFFFFFFFFFFu, .kw = (uint64_t)kw & 0xFFFF};
    return 0;
}

/* "12 = WORD (" from *p behind the #. False when it is something else; *p then stands where that was seen. */
static bool
instance_head(struct scan *s, const char **pp, uint64_t *id, int *kw)
{
    const char *p = *pp, *end = s->end, *digits = p;
    uint64_t n = 0;
    while (p < end && lex_is_digit(*p) && n < (UINT64_C(1) << 59))
        n = n * 10 + (uint64_t)(*p++ - '0');
    bool ok = p > digits && p < end && !lex_is_digit(*p);
    *id = n;
    p = skip_blank(s, p);
    ok = ok && p < end && *p == '=';
    *pp = p;
    if (!ok)
        return false;
    p = skip_blank(s, p + 1);
    const char *word = p;
    while (p < end && p - word < MAX_WORD && is_word(*p))
        p++;
    *pp = p;
    *kw = keyword(s, word, (size_t)(p - word));
    p = skip_blank(s, p);
    if (*kw < 0 || p == end || *p != '(')
        return false;
    *pp = p;
    return true;
}

/* The same for what most instances begin with: up to eight digits, no blank but one, a name met before. False, and *pp as it
 * was, for anything else. */
static bool
usual_head(struct scan *s, const char **pp, uint64_t *id, int *kw)
{
    const char *p = *pp;
    size_t slot, n = 0;
    if (s->end - p < 80)
        return false;
    uint64_t number = 0;
    while (n < 9 && lex_is_digit(p[n]))
        number = number * 10 + (uint64_t)(p[n++] - '0');
    p += n;
    if (n == 0 || n > 8 || *p != '=')
        return false;
    p += 1 + (p[1] == ' ');
    size_t word = (size_t)(lex_find(p, p + 48, "(") - p);
    *kw = known_keyword(s->st, p, word, hash_word(p, word), &slot);
    *id = number;
    if (*kw < 0)
        return false;
    *pp = p + word;
    return true;
}

/* Whether a closing parenthesis is the last that stands before p, which is behind the semicolon. */
static bool
closed(const char *p, const char *start)
{
    for (p--; p > start && lex_is_blank(p[-1]); p--)
        ;
    return p > start && (p[-1] == ')' || p[-1] == '/');
}

/* s->p at a #. 0, or -1 when memory is out. */
static int
instance(struct scan *s)
{
    struct trm_step *st = s->st;
    size_t off = (size_t)(s->p - st->data);
    const char *p = s->p + 1;
    uint64_t id = 0;
    int kw = -1;
    bool ok = usual_head(s, &p, &id, &kw) || instance_head(s, &p, &id, &kw);
    const char *paren = p;
    enum end e = statement_end(s, &p);
    if (e == AT_EOF) {
        s->p = s->end;
        s->ended = false;
        st->end_off = off;
        st->truncated = true;
        return 0;
    }
    s->p = p;
    if (!ok || e == AT_NEXT || !closed(p, paren)) {
        trm_step_warn(st, "bad_instance", off);
        return 0;
    }
    st->n_instances++;
    st->keywords[kw].count++;
    return st->keywords[kw].wanted ? add_row(s, id, paren, kw) : 0;
}

bool
trm_step_is(const char *s, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        char c = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 32) : s[i];
        if (word[i] == '\0' || c != word[i])
            return false;
    }
    return word[n] == '\0';
}

/* What a statement of words says: HEADER; DATA; ENDSEC; FILE_NAME(...); and so on. paren: of its parenthesis, or 0. */
static void
take_word(struct scan *s, const char *w, size_t n, size_t paren)
{
    struct trm_step *st = s->st;
    if (trm_step_is(w, n, "END-ISO-10303-21"))
        s->ended = true;
    else if (trm_step_is(w, n, "DATA"))
        s->in_data = s->data_seen = true;
    else if (trm_step_is(w, n, "ENDSEC"))
        s->in_data = false;
    else if (trm_step_is(w, n, "HEADER")) {
        if (s->header_seen)
            trm_step_warn(st, "doubled_header", (size_t)(w - st->data));
        s->header_seen = true;
    } else if (trm_step_is(w, n, "FILE_DESCRIPTION"))
        st->file_description = st->file_description ? st->file_description : paren;
    else if (trm_step_is(w, n, "FILE_NAME"))
        st->file_name = st->file_name ? st->file_name : paren;
    else if (trm_step_is(w, n, "FILE_SCHEMA"))
        st->file_schema = st->file_schema ? st->file_schema : paren;
    else if (n == 0 || s->in_data)
        trm_step_warn(st, "bad_statement", (size_t)(w - st->data));
}

/* s->p at anything but a #. */
static void
words(struct scan *s)
{
    struct trm_step *st = s->st;
    const char *w = s->p, *p = w;
    while (p < s->end && p - w < MAX_WORD && is_word(*p))
        p++;
    size_t n = (size_t)(p - w);
    p = skip_blank(s, p);
    size_t paren = p < s->end && *p == '(' ? (size_t)(p - st->data) : 0;
    enum end e = statement_end(s, &p);
    bool last = trm_step_is(w, n, "END-ISO-10303-21");
    s->p = e == AT_EOF ? s->end : p;
    if (e == AT_EOF && !last) {
        st->end_off = (size_t)(w - st->data);
        return;
    }
    take_word(s, w, n, paren);
}

/* Behind "ISO-10303-21;", or -1 and err when these bytes are something else. */
static int
begin(struct scan *s)
{
    static const char magic[] = "ISO-10303-21";
    size_t look = s->st->size < 4096 ? s->st->size : 4096;
    if (s->st->size >= 3 && memcmp(s->p, "\xEF\xBB\xBF", 3) == 0)
        s->p += 3;
    s->p = skip_blank(s, s->p);
    if (s->p == s->end)
        return trm_err_set(s->err, TRM_DATA, "empty file, expected STEP (ISO-10303-21)");
    size_t left = (size_t)(s->end - s->p);
    if (left >= sizeof magic - 1 && trm_step_is(s->p, sizeof magic - 1, magic))
        return 0;
    const char *found = memmem(s->st->data, look, magic, sizeof magic - 1);
    if (found) {
        trm_step_warn(s->st, "leading_bytes", 0);
        s->p = found;
        return 0;
    }
    if (memmem(s->st->data, look, "HEADER;", 7) || begins_instance(s->p, s->end)) {
        trm_step_warn(s->st, "no_magic", 0);
        return 0;
    }
    return trm_err_set(s->err, TRM_DATA, "line 1: not STEP: begins with \"%.*s\", expected \"ISO-10303-21;\"",
                       (int)(left < 16 ? left : 16), s->p);
}

/* The checksum of whole blocks up to where the scan is. In small pieces on purpose: a block is one long chain of dependent
 * instructions, and the processor scans the next statement in its gaps. */
static inline void
sum_up(struct scan *s)
{
    size_t n = (size_t)(s->p - s->summed) & ~(size_t)63;
    if (n > 0)
        trm_sha256_add(s->sha, s->summed, n);
    s->summed += n;
}

static int
scan_all(struct scan *s)
{
    while (!s->ended) {
        if (s->sha)
            sum_up(s);
        s->p = skip_blank(s, s->p);
        if (s->p == s->end)
            break;
        if (*s->p == '#') {
            if (instance(s) != 0)
                return -1;
        } else {
            words(s);
        }
    }
    struct trm_step *st = s->st;
    if (!s->ended && !st->truncated) {
        st->end_off = st->end_off ? st->end_off : st->size;
        if (s->in_data || !s->data_seen)
            st->truncated = true;
        else
            trm_step_warn(st, "no_end", st->size);
    }
    if (st->truncated)
        trm_step_warn(st, "truncated", st->end_off);
    else if (!s->data_seen && st->n_instances == 0)
        trm_step_warn(st, "no_data", 0);
    if (s->ended && skip_blank(s, s->p) != s->end)
        trm_step_warn(st, "trailing_bytes", (size_t)(s->p - st->data));
    return 0;
}

/* --- the index by id --- */

static int
by_id(const void *a, const void *b, void *st)
{
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    uint64_t x = ((struct trm_step *)st)->inst[i].id, y = ((struct trm_step *)st)->inst[j].id;
    return x != y ? (x < y ? -1 : 1) : (i < j ? -1 : i > j);
}

static inline uint32_t
row_at(const struct trm_step *st, size_t k)
{
    return st->order ? st->order[k] : (uint32_t)k;
}

static int
sort_rows(struct trm_step *st, struct trm_err *err)
{
    size_t i = 1;
    while (i < st->n_inst && st->inst[i - 1].id <= st->inst[i].id)
        i++;
    if (i >= st->n_inst)
        return 0;
    st->order = trm_big_alloc(st->n_inst * sizeof *st->order);
    if (!st->order)
        return trm_err_set(err, TRM_SYS, "no memory to sort %zu instances", st->n_inst);
    for (i = 0; i < st->n_inst; i++)
        st->order[i] = (uint32_t)i;
    qsort_r(st->order, st->n_inst, sizeof *st->order, by_id, st);
    return 0;
}

/* Rows by rising id, cut into buckets of 2^shift ids, as many as there are rows: a look-up is one step into the buckets and
 * a short binary search, however sparse or huge the ids are. */
static int
build_index(struct trm_step *st, struct trm_err *err)
{
    if (sort_rows(st, err) != 0)
        return -1;
    for (size_t k = 1; k < st->n_inst; k++)
        if (st->inst[row_at(st, k)].id == st->inst[row_at(st, k - 1)].id) {
            trm_step_warn(st, "repeated_id", st->inst[row_at(st, k)].off);
            st->inst[row_at(st, k)].kw = TRM_STEP_DROPPED;
        }
    if (st->n_inst == 0)
        return 0;
    uint64_t max = st->inst[row_at(st, st->n_inst - 1)].id;
    while (max >> st->shift > st->n_inst)
        st->shift++;
    st->n_buckets = (size_t)(max >> st->shift) + 1;
    st->bucket = trm_big_alloc((st->n_buckets + 1) * sizeof *st->bucket);
    if (!st->bucket)
        return trm_err_set(err, TRM_SYS, "no memory for %zu buckets", st->n_buckets);
    size_t b = 0;
    for (size_t k = 0; k < st->n_inst; k++)
        for (size_t mine = (size_t)(st->inst[row_at(st, k)].id >> st->shift); b <= mine; b++)
            st->bucket[b] = (uint32_t)k;
    for (; b <= st->n_buckets; b++)
        st->bucket[b] = (uint32_t)st->n_inst;
    return 0;
}

uint32_t
trm_step_find(const struct trm_step *st, uint64_t id)
{
    uint64_t b = id >> st->shift;
    if (b >= st->n_buckets)
        return TRM_STEP_NONE;
    uint32_t lo = st->bucket[b], hi = st->bucket[b + 1];
    while (lo < hi) { /* the first row not below id */
        uint32_t mid = lo + (hi - lo) / 2;
        if (st->inst[row_at(st, mid)].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == st->n_inst || st->inst[row_at(st, lo)].id != id)
        return TRM_STEP_NONE;
    return row_at(st, lo);
}

int
trm_step_open(struct trm_step *st, const char *data, size_t size, trm_step_want *want, void *ctx, struct trm_err *err)
{
    return trm_step_open_summed(st, data, size, want, ctx, NULL, err);
}

int
trm_step_open_summed(struct trm_step *st, const char *data, size_t size, trm_step_want *want, void *ctx, struct trm_sha256 *sha,
                     struct trm_err *err)
{
    *st = (struct trm_step){.data = data, .size = size};
    if (size == 0)
        return trm_err_set(err, TRM_DATA, "empty file, expected STEP (ISO-10303-21)");
    st->keyword_slots = calloc(KEYWORD_SLOTS, sizeof *st->keyword_slots);
    if (!st->keyword_slots)
        return trm_err_set(err, TRM_SYS, "no memory");
    struct scan s = {.st = st, .p = data, .end = data + size, .want = want, .ctx = ctx, .sha = sha, .summed = data, .err = err};
    if (begin(&s) != 0 || scan_all(&s) != 0)
        return -1;
    if (sha)
        trm_sha256_add(sha, s.summed, (size_t)(s.end - s.summed));
    return s.err->kind == TRM_OK ? build_index(st, err) : -1;
}

void
trm_step_release(struct trm_step *st)
{
    free(st->inst);
    free(st->keywords);
    free(st->keyword_slots);
    free(st->order);
    free(st->bucket);
    *st = (struct trm_step){0};
}
