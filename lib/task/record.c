/* Tasks as lines of JSON and back; trm-task(5) tells the members. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "inner.h"

enum { VERSION = 1 };

/* --- writing ----------------------------------------------------------------------------------------------------- */

static void
put_number(struct trm_buf *b, unsigned long x)
{
    char digits[24];
    int n = 0;
    do
        digits[sizeof digits - 1 - (size_t)n++] = (char)('0' + x % 10);
    while (x /= 10);
    trm_buf_add(b, digits + sizeof digits - n, (size_t)n);
}

static void
put_tokens(struct trm_buf *b, const char *key, const uint8_t *tokens, size_t n)
{
    trm_buf_addf(b, ",\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        if (i)
            trm_buf_addc(b, ',');
        put_number(b, tokens[i]);
    }
    trm_buf_addc(b, ']');
}

void
trm_task_write(struct trm_buf *b, const struct trm_task *t, const char *key, bool with_answer, const char *extra)
{
    const struct trm_task_facts *f = &t->family->facts;
    struct trm_jw w = {.out = b};
    trm_buf_adds(b, "{\"kind\":\"task\",\"v\":1,\"id\":");
    trm_jw_str(&w, t->id);
    trm_buf_addf(b, ",\"domain\":\"%s\",\"family\":\"%s\",\"size\":%d", f->domain, f->name, t->size);
    if (t->difficulty)
        trm_buf_addf(b, ",\"difficulty\":%d", t->difficulty);
    trm_buf_addf(b, ",\"shape\":[%zu,%zu],\"prefix\":%zu,\"vocab\":%d", t->h, t->w, t->prefix, t->vocab);
    put_tokens(b, "input", t->input, t->n);
    if (with_answer && t->solved)
        put_tokens(b, "answer", t->answer, t->n);
    trm_buf_addf(b, ",\"key\":\"%s\"", key);
    if (t->family->solve)
        trm_buf_addf(b, ",\"solver\":\"%s\",\"solver_nodes\":%ld", f->solver, t->nodes);
    if (extra && *extra) {
        trm_buf_addc(b, ',');
        trm_buf_adds(b, extra);
    }
    trm_buf_addc(b, '}');
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

int
trm_task_read_tokens(uint8_t *out, size_t *n, const trm_json *v, const char *key, size_t most, struct trm_err *err)
{
    *n = trm_json_len(v);
    if (trm_json_type(v) != TRM_JSON_ARRAY)
        return trm_err_set(err, TRM_DATA, "%s: expected an array of tokens", key);
    if (*n > most)
        return trm_err_set(err, TRM_DATA, "%s: found %zu tokens, expected at most %zu", key, *n, most);
    for (size_t i = 0; i < *n; i++) {
        double x = trm_json_num(trm_json_at(v, i), -1);
        if (!(x >= 0 && x <= 255 && x == floor(x)))
            return trm_err_set(err, TRM_DATA, "%s[%zu]: expected a token, an integer from 0 to 255", key, i);
        out[i] = (uint8_t)x;
    }
    return 0;
}

static int
read_family(struct trm_task *t, const trm_json *rec, struct trm_err *err)
{
    const char *kind, *id, *family;
    int64_t version, size;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0)
        return -1;
    if (strcmp(kind, "task") != 0)
        return trm_err_set(err, TRM_DATA, "kind: found '%.40s', expected task", kind);
    if (trm_json_need_int(rec, "v", 0, 1 << 30, &version, err) != 0)
        return -1;
    if (version != VERSION)
        return trm_err_set(err, TRM_DATA, "v: found version %lld of task, expected %d", (long long)version, VERSION);
    if (trm_json_need_str(rec, "id", &id, err) != 0 || trm_json_need_str(rec, "family", &family, err) != 0 ||
        trm_json_need_int(rec, "size", 1, 1000, &size, err) != 0)
        return -1;
    if (strlen(id) >= sizeof t->id)
        return trm_err_set(err, TRM_DATA, "id: longer than %zu bytes", sizeof t->id - 1);
    snprintf(t->id, sizeof t->id, "%s", id);
    t->family = trm_task_family_find(family, NULL);
    if (!t->family || strcmp(t->family->facts.name, family) != 0)
        return trm_err_set(err, TRM_DATA, "family: no family '%.40s'", family);
    t->size = (int)size;
    if (!t->family->free_shape && !trm_task_size_ok(t->family, t->size))
        return trm_err_set(err, TRM_DATA, "size: %s has no size %d", family, t->size);
    return 0;
}

/* The shape must be what the family says of the size; a vocabulary and a prefix may be left out, but not be wrong. */
static int
read_layout(struct trm_task *t, const trm_json *rec, struct trm_err *err)
{
    const trm_json *shape = trm_json_get(rec, "shape");
    double h = trm_json_num(trm_json_at(shape, 0), 0), w = trm_json_num(trm_json_at(shape, 1), 0);
    bool told = trm_json_len(shape) == 2 && h >= 1 && w >= 1 && h <= TRM_TASK_MOST && w <= TRM_TASK_MOST &&
        h == floor(h) && w == floor(w);
    if (!told)
        return trm_err_set(err, TRM_DATA, "shape: expected [rows,columns]");
    t->h = (size_t)h;
    t->w = (size_t)w;
    if (t->h * t->w > TRM_TASK_MOST || t->family->lay(t) != 0 || t->h != (size_t)h || t->w != (size_t)w)
        return trm_err_set(err, TRM_DATA, "shape: %s of size %d has no %gx%g", t->family->facts.name, t->size, h, w);
    t->n = t->prefix + t->h * t->w;
    if (t->n > TRM_TASK_MOST)
        return trm_err_set(err, TRM_DATA, "shape: more than %d tokens", TRM_TASK_MOST);
    if (trm_json_num(trm_json_get(rec, "prefix"), (double)t->prefix) != (double)t->prefix)
        return trm_err_set(err, TRM_DATA, "prefix: expected %zu", t->prefix);
    if (trm_json_num(trm_json_get(rec, "vocab"), t->vocab) != t->vocab)
        return trm_err_set(err, TRM_DATA, "vocab: expected %d", t->vocab);
    return 0;
}

static int
read_answer(struct trm_task *t, const trm_json *rec, struct trm_err *err)
{
    const trm_json *v = trm_json_get(rec, "answer");
    struct trm_task_verdict verdict;
    size_t n;
    t->solved = false;
    if (trm_json_type(v) == TRM_JSON_NULL)
        return 0;
    if (trm_task_read_tokens(t->answer, &n, v, "answer", TRM_TASK_MOST, err) != 0)
        return -1;
    t->solved = t->family->solve == NULL; /* arc: the stored answer is all there is */
    trm_task_judge(&verdict, t, t->answer, n);
    if (!verdict.right)
        return trm_err_set(err, TRM_DATA, "answer: the stored answer is wrong: %s, row %d, column %d, value %d",
                           trm_task_reason_name(verdict.reason), verdict.row, verdict.column, verdict.value);
    t->solved = true;
    return 0;
}

int
trm_task_read(struct trm_task *t, const trm_json *rec, struct trm_err *err)
{
    size_t n;
    if (read_family(t, rec, err) != 0 || read_layout(t, rec, err) != 0 ||
        trm_task_read_tokens(t->input, &n, trm_json_get(rec, "input"), "input", TRM_TASK_MOST, err) != 0)
        return -1;
    if (n != t->n)
        return trm_err_set(err, TRM_DATA, "input: found %zu tokens, expected %zu", n, t->n);
    t->difficulty = (int)fmin(fmax(trm_json_num(trm_json_get(rec, "difficulty"), 0), 0), TRM_TASK_LEVELS);
    t->nodes = (long)fmin(fmax(trm_json_num(trm_json_get(rec, "solver_nodes"), 0), 0), 1e15);
    memset(t->answer, PAD, t->n);
    return trm_task_check(t, err) != 0 ? -1 : read_answer(t, rec, err);
}
