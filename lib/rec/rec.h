/* An NDJSON line and its fields, with reasons. The only talk with jansson: nobody else says json_.
 *
 * A trm_json is one JSON value. Values handed out by getters are borrowed from the tree they stand in; values made by
 * trm_json_* constructors are owned by the caller until given to a setter, which takes them (also on failure). */
#ifndef TRM_REC_REC_H
#define TRM_REC_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../base/arena.h"
#include "../base/buf.h"
#include "../base/err.h"

typedef struct json_t trm_json;

enum trm_json_type { TRM_JSON_NULL, TRM_JSON_FALSE, TRM_JSON_TRUE, TRM_JSON_NUM, TRM_JSON_STR, TRM_JSON_ARRAY, TRM_JSON_OBJECT };

/* Parse n bytes holding exactly one JSON value. Refused (TRM_DATA): broken UTF-8, duplicate keys, NaN, integers beyond
 * 2^53, U+0000 in text, nesting beyond 64. The error says line and column. Returns NULL on failure; free with trm_json_free. */
trm_json *trm_json_parse(const char *text, size_t n, struct trm_err *err);
/* The same with the tree's memory taken from *a, once trm_json_begin was called: made and given back in less time, and without other
 * threads having to wait. To be given back with trm_json_free all the same, before a is reset. */
trm_json *trm_json_parse_in(struct trm_arena *a, const char *text, size_t n, struct trm_err *err);
/* Before the first tree of a program that calls trm_json_parse_in, or makes trees in several threads. */
void trm_json_begin(void);
/* Give the value back (a whole tree at its root). NULL is allowed. */
void trm_json_free(trm_json *v);
/* A deep copy, owned by the caller; NULL when memory is out. */
trm_json *trm_json_copy(const trm_json *v);

/* --- reading --- */
enum trm_json_type trm_json_type(const trm_json *v); /* v may be NULL: TRM_JSON_NULL */
/* Member `key`, or NULL (also when v is no object or NULL). */
trm_json *trm_json_get(const trm_json *v, const char *key);
/* Text of a string, number of a number; the fallback when v is NULL or of another type. */
const char *trm_json_str(const trm_json *v, const char *fallback);
double trm_json_num(const trm_json *v, double fallback);
bool trm_json_bool(const trm_json *v, bool fallback);
/* Elements of an array or members of an object, 0 for anything else; element i of an array or NULL. */
size_t trm_json_len(const trm_json *v);
trm_json *trm_json_at(const trm_json *v, size_t i);
/* Members of an object in the order of the file: for (void *it = trm_json_first(o); it; it = trm_json_next(o, it)) */
void *trm_json_first(const trm_json *object);
void *trm_json_next(const trm_json *object, void *it);
const char *trm_json_key(void *it);
trm_json *trm_json_value(void *it);

/* Required members with a reason: 0 and *out filled, or -1 and `err` (TRM_DATA) names the key, what was found, what was
 * expected. The text is borrowed from v. */
int trm_json_need_str(const trm_json *v, const char *key, const char **out, struct trm_err *err);
int trm_json_need_num(const trm_json *v, const char *key, double *out, struct trm_err *err);
int trm_json_need_int(const trm_json *v, const char *key, int64_t lo, int64_t hi, int64_t *out, struct trm_err *err);
int trm_json_need_array(const trm_json *v, const char *key, trm_json **out, struct trm_err *err);
int trm_json_need_object(const trm_json *v, const char *key, trm_json **out, struct trm_err *err);

/* --- making --- NULL when memory is out or text is not UTF-8 / a number not finite */
trm_json *trm_json_object(void);
trm_json *trm_json_array(void);
trm_json *trm_json_of_str(const char *s);
trm_json *trm_json_of_strn(const char *s, size_t n);
trm_json *trm_json_of_num(double x); /* written as an integer when it is one below 2^53 */
trm_json *trm_json_of_bool(bool b);
trm_json *trm_json_of_null(void);
/* Put value (taken, NULL counts as failure) at key, or at the end; -1 when memory is out. An existing member keeps its place. */
int trm_json_set(trm_json *object, const char *key, trm_json *value);
int trm_json_add(trm_json *array, trm_json *value);
int trm_json_del(trm_json *object, const char *key);
int trm_json_set_str(trm_json *object, const char *key, const char *s); /* s NULL: nothing is set */
int trm_json_set_num(trm_json *object, const char *key, double x);
int trm_json_set_bool(trm_json *object, const char *key, bool b);

/* --- writing --- */
/* Compact text of v, members in order, numbers as short as they read back, at the end of b (no newline). */
void trm_json_dump(struct trm_buf *b, const trm_json *v);

/* Writing without a tree. Text is escaped; bytes that are not UTF-8 become U+FFFD. Commas are placed by the writer.
 *   struct trm_jw w = {.out = &buf}; trm_jw_object(&w); trm_jw_key(&w, "id"); trm_jw_str(&w, id); trm_jw_end(&w); */
struct trm_jw {
    struct trm_buf *out;
    uint64_t array_bits;  /* internal: which open levels are arrays */
    uint64_t filled_bits; /* internal: which open levels have a member */
    unsigned depth;       /* internal: open levels, at most 62 */
    bool after_key;       /* internal */
};
void trm_jw_object(struct trm_jw *w);
void trm_jw_array(struct trm_jw *w);
void trm_jw_end(struct trm_jw *w); /* closes the innermost object or array */
void trm_jw_key(struct trm_jw *w, const char *key);
void trm_jw_keyn(struct trm_jw *w, const char *key, size_t n);
void trm_jw_str(struct trm_jw *w, const char *s);
void trm_jw_strn(struct trm_jw *w, const char *s, size_t n);
void trm_jw_num(struct trm_jw *w, double x); /* not finite: null */
void trm_jw_bool(struct trm_jw *w, bool b);
void trm_jw_null(struct trm_jw *w);
void trm_jw_raw(struct trm_jw *w, const char *json, size_t n); /* a value already written as JSON */
/* An object of plain members under a key, in one go: for what is written a hundred thousand times. */
enum trm_jw_is { TRM_JW_TEXT, TRM_JW_NUM, TRM_JW_TRUE, TRM_JW_FALSE, TRM_JW_NULL };
struct trm_jw_member {
    const char *key; /* as it is to stand there, with quotes and colon; made by TRM_JW_MEMBER */
    size_t key_n;
    enum trm_jw_is is;
    double num; /* finite */
    const char *text;
    size_t n;
};
/* Of a key that needs no escape, at most 13 letters: with bytes behind it, so that a fixed number can be copied. */
enum { TRM_JW_KEY = 16 };
#define TRM_JW_MEMBER(name, ...) \
    (struct trm_jw_member) { .key = "\"" name "\":\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", .key_n = sizeof name + 2, __VA_ARGS__ }
void trm_jw_members(struct trm_jw *w, const char *key, size_t key_n, const struct trm_jw_member *m, size_t n);
/* key and value in one call; a NULL text writes nothing. */
void trm_jw_kstr(struct trm_jw *w, const char *key, const char *s);
void trm_jw_knum(struct trm_jw *w, const char *key, double x);
void trm_jw_kbool(struct trm_jw *w, const char *key, bool b);

#endif
