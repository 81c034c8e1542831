/* Many tasks by id, and the answers to them. */
#include "shelf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

/* A task without the room that tasks in hand have. */
struct trm_shelved {
    const struct trm_task_family *family;
    int size, vocab, difficulty;
    size_t prefix, h, w, n;
    long nodes;
    bool solved;
    uint8_t *input, *answer; /* [n] each, in the arena */
};

int
trm_shelf_put(struct trm_shelf *s, size_t *i, const struct trm_task *t, struct trm_err *err)
{
    if (trm_names_find(&s->ids, t->id) >= 0)
        return trm_err_set(err, TRM_DATA, "a task with this id stands before it");
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 1024;
        struct trm_shelved *grown = realloc(s->task, cap * sizeof *grown);
        if (!grown)
            return trm_err_set(err, TRM_SYS, "out of memory");
        s->task = grown;
        s->cap = cap;
    }
    struct trm_shelved k = {t->family, t->size, t->vocab, t->difficulty, t->prefix, t->h, t->w, t->n, t->nodes, t->solved,
                            trm_arena_alloc(&s->mem, t->n), trm_arena_alloc(&s->mem, t->n)};
    if (!k.input || !k.answer || trm_names_put(&s->ids, t->id) < 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    memcpy(k.input, t->input, t->n);
    memcpy(k.answer, t->answer, t->n);
    if (i)
        *i = s->n;
    s->task[s->n++] = k;
    return 0;
}

long
trm_shelf_find(const struct trm_shelf *s, const char *id)
{
    return trm_names_find(&s->ids, id);
}

void
trm_shelf_get(struct trm_task *t, const struct trm_shelf *s, size_t i)
{
    const struct trm_shelved *k = &s->task[i];
    struct trm_task head = {.family = k->family, .size = k->size, .difficulty = k->difficulty, .prefix = k->prefix,
                            .h = k->h, .w = k->w, .n = k->n, .vocab = k->vocab, .nodes = k->nodes, .solved = k->solved};
    snprintf(head.id, sizeof head.id, "%s", s->ids.name[i]);
    trm_task_copy_head(t, &head);
    memcpy(t->input, k->input, k->n);
    memcpy(t->answer, k->answer, k->n);
}

const char *
trm_shelf_id(const struct trm_shelf *s, size_t i)
{
    return s->ids.name[i];
}

void
trm_shelf_release(struct trm_shelf *s)
{
    free(s->task);
    trm_names_release(&s->ids);
    trm_arena_release(&s->mem);
    *s = (struct trm_shelf){0};
}

/* --- answers ----------------------------------------------------------------------------------------------------- */

/* A number that is not negative, or -1 when the member is not there. */
static int
read_number(double *x, const trm_json *rec, const char *key, double most, struct trm_err *err)
{
    const trm_json *v = trm_json_get(rec, key);
    *x = -1;
    if (trm_json_type(v) == TRM_JSON_NULL)
        return 0;
    *x = trm_json_num(v, -1);
    return *x >= 0 && *x <= most ? 0 : trm_err_set(err, TRM_DATA, "%s: expected a number from 0 to %g", key, most);
}

static int
read_kind(struct trm_answer *a, const trm_json *rec, struct trm_err *err)
{
    const char *kind;
    int64_t version;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0)
        return -1;
    if (strcmp(kind, "answer") != 0 && strcmp(kind, "trace") != 0)
        return trm_err_set(err, TRM_DATA, "kind: found '%.40s', expected answer or trace", kind);
    if (trm_json_need_int(rec, "v", 0, 1 << 30, &version, err) != 0 || trm_json_need_str(rec, "id", &a->id, err) != 0)
        return -1;
    return version == 1 ? 0 : trm_err_set(err, TRM_DATA, "v: found version %lld of %s, expected 1", (long long)version,
                                          kind);
}

int
trm_answer_read(struct trm_answer *a, const trm_json *rec, struct trm_err *err)
{
    double steps;
    const trm_json *tokens = trm_json_get(rec, "answer");
    a->solver = trm_json_str(trm_json_get(rec, "solver"), "");
    a->timed_out = trm_json_bool(trm_json_get(rec, "timeout"), false);
    a->given = trm_json_type(tokens) != TRM_JSON_NULL;
    a->n = 0;
    if (read_kind(a, rec, err) != 0 || read_number(&a->confidence, rec, "confidence", 1, err) != 0 ||
        read_number(&a->ms, rec, "ms", 1e15, err) != 0 || read_number(&a->cost, rec, "cost", 1e15, err) != 0 ||
        read_number(&steps, rec, "halted_at", 1e6, err) != 0)
        return -1;
    a->steps = steps < 0 ? 0 : (long)steps;
    return a->given ? trm_task_read_tokens(a->tokens, &a->n, tokens, "answer", TRM_TASK_MOST, err) : 0;
}

void
trm_answer_judge(struct trm_task_verdict *v, const struct trm_task *t, const struct trm_answer *a)
{
    *v = (struct trm_task_verdict){.reason = TRM_TASK_MISSING, .value = -1};
    if (!a->given)
        return;
    trm_task_judge(v, t, a->tokens, a->n);
    if (v->right && t->solved && memcmp(a->tokens, t->answer, t->n) != 0)
        *v = (struct trm_task_verdict){.reason = TRM_TASK_DISAGREES, .value = -1};
}
