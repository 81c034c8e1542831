/* Text to a tree and back to fields; the only file that includes jansson, with make.c and write.c beside it. */
#include "rec.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

enum { DEEPEST = 64 };
static const json_int_t LARGEST_EXACT = 9007199254740992; /* 2^53: beyond it a double skips integers */

/* What the parser lets through and we do not. Integers that a double cannot hold exactly, with the first one found; and
 * depth. (The parser recurses to 2048 levels by itself and refuses what is deeper.) */
enum flaw { NO_FLAW, INEXACT, DEEP };
static enum flaw
flaw_of(const json_t *v, size_t depth, json_int_t *found)
{
    size_t i;
    json_t *child;
    const char *key;
    enum flaw flaw = NO_FLAW;
    if (json_is_integer(v)) {
        *found = json_integer_value(v);
        return *found > LARGEST_EXACT || *found < -LARGEST_EXACT ? INEXACT : NO_FLAW;
    }
    if (!json_is_array(v) && !json_is_object(v))
        return NO_FLAW;
    if (depth == DEEPEST)
        return DEEP;
    if (json_is_array(v))
        json_array_foreach(v, i, child)
            if ((flaw = flaw_of(child, depth + 1, found)) != NO_FLAW)
                return flaw;
    if (json_is_object(v))
        json_object_foreach((json_t *)v, key, child)
            if ((flaw = flaw_of(child, depth + 1, found)) != NO_FLAW)
                return flaw;
    return NO_FLAW;
}

/* Memory of trees: of an arena while one is made of text in it, where it is given back by nobody but the arena; else malloc's. The word
 * before each piece says which. */
static _Thread_local struct trm_arena *making;

static void *
tree_alloc(size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    uint64_t *p = making ? trm_arena_alloc(making, n + sizeof *p) : malloc(n + 2 * sizeof *p);
    if (!p)
        return NULL;
    p += !making; /* what malloc gives stays aligned to 16 */
    *p = making != NULL;
    return p + 1;
}

static void
tree_free(void *p)
{
    uint64_t *word = p;
    if (p && !word[-1])
        free(word - 2);
}

void
trm_json_begin(void)
{
    json_set_alloc_funcs(tree_alloc, tree_free);
    json_object_seed(0);
}

trm_json *
trm_json_parse_in(struct trm_arena *a, const char *text, size_t n, struct trm_err *err)
{
    making = a;
    trm_json *v = trm_json_parse(text, n, err);
    making = NULL;
    return v;
}

trm_json *
trm_json_parse(const char *text, size_t n, struct trm_err *err)
{
    while (n > 0 && strchr("\r\n", text[n - 1]))
        n--;
    json_error_t why;
    json_t *v = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    json_int_t found = 0;
    enum flaw flaw = v ? flaw_of(v, 0, &found) : json_error_code(&why) == json_error_stack_overflow ? DEEP : NO_FLAW;
    if (flaw == DEEP)
        trm_err_set(err, TRM_DATA, "nested deeper than %d levels", DEEPEST);
    else if (flaw == INEXACT)
        trm_err_set(err, TRM_DATA, "the integer %lld is beyond 2^53", (long long)found);
    else if (!v)
        trm_err_set(err, TRM_DATA, "not JSON: line %d, column %d: %s", why.line, why.column, why.text);
    if (v && flaw != NO_FLAW) {
        json_decref(v);
        v = NULL;
    }
    return v;
}

void
trm_json_free(trm_json *v)
{
    json_decref(v);
}

trm_json *
trm_json_copy(const trm_json *v)
{
    return json_deep_copy(v);
}

enum trm_json_type
trm_json_type(const trm_json *v)
{
    if (!v)
        return TRM_JSON_NULL;
    switch (json_typeof(v)) {
    case JSON_OBJECT: return TRM_JSON_OBJECT;
    case JSON_ARRAY: return TRM_JSON_ARRAY;
    case JSON_STRING: return TRM_JSON_STR;
    case JSON_INTEGER:
    case JSON_REAL: return TRM_JSON_NUM;
    case JSON_TRUE: return TRM_JSON_TRUE;
    case JSON_FALSE: return TRM_JSON_FALSE;
    case JSON_NULL: break;
    }
    return TRM_JSON_NULL;
}

trm_json *
trm_json_get(const trm_json *v, const char *key)
{
    return v ? json_object_get(v, key) : NULL;
}

const char *
trm_json_str(const trm_json *v, const char *fallback)
{
    return json_is_string(v) ? json_string_value(v) : fallback;
}

double
trm_json_num(const trm_json *v, double fallback)
{
    return json_is_number(v) ? json_number_value(v) : fallback;
}

bool
trm_json_bool(const trm_json *v, bool fallback)
{
    return json_is_boolean(v) ? json_is_true(v) : fallback;
}

size_t
trm_json_len(const trm_json *v)
{
    return json_is_array(v) ? json_array_size(v) : json_is_object(v) ? json_object_size(v) : 0;
}

trm_json *
trm_json_at(const trm_json *v, size_t i)
{
    return v ? json_array_get(v, i) : NULL;
}

void *
trm_json_first(const trm_json *object)
{
    return object ? json_object_iter((json_t *)object) : NULL;
}

void *
trm_json_next(const trm_json *object, void *it)
{
    return json_object_iter_next((json_t *)object, it);
}

const char *
trm_json_key(void *it)
{
    return json_object_iter_key(it);
}

trm_json *
trm_json_value(void *it)
{
    return json_object_iter_value(it);
}

/* --- required members -------------------------------------------------------------------------------------------- */

static const char *
type_name(const trm_json *v)
{
    static const char *const names[] = {"null", "false", "true", "a number", "text", "a list", "an object"};
    return v ? names[trm_json_type(v)] : "nothing";
}

static trm_json *
need(const trm_json *v, const char *key, enum trm_json_type type, const char *expected, struct trm_err *err)
{
    trm_json *m = trm_json_get(v, key);
    if (m && trm_json_type(m) == type)
        return m;
    trm_err_set(err, TRM_DATA, "\"%s\": found %s, expected %s", key, type_name(m), expected);
    return NULL;
}

int
trm_json_need_str(const trm_json *v, const char *key, const char **out, struct trm_err *err)
{
    trm_json *m = need(v, key, TRM_JSON_STR, "text", err);
    if (!m)
        return -1;
    *out = json_string_value(m);
    return 0;
}

int
trm_json_need_num(const trm_json *v, const char *key, double *out, struct trm_err *err)
{
    trm_json *m = need(v, key, TRM_JSON_NUM, "a number", err);
    if (!m)
        return -1;
    *out = json_number_value(m);
    return 0;
}

int
trm_json_need_int(const trm_json *v, const char *key, int64_t lo, int64_t hi, int64_t *out, struct trm_err *err)
{
    double x;
    if (trm_json_need_num(v, key, &x, err) != 0)
        return -1;
    if (x != floor(x) || x < (double)lo || x > (double)hi) {
        char text[32];
        text[trm_text_of_num(text, x)] = '\0';
        return trm_err_set(err, TRM_DATA, "\"%s\": found %s, expected an integer from %lld to %lld", key, text, (long long)lo,
                           (long long)hi);
    }
    *out = (int64_t)x;
    return 0;
}

int
trm_json_need_array(const trm_json *v, const char *key, trm_json **out, struct trm_err *err)
{
    return (*out = need(v, key, TRM_JSON_ARRAY, "a list", err)) ? 0 : -1;
}

int
trm_json_need_object(const trm_json *v, const char *key, trm_json **out, struct trm_err *err)
{
    return (*out = need(v, key, TRM_JSON_OBJECT, "an object", err)) ? 0 : -1;
}
