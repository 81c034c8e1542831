/* Any bytes as a STEP file: every value of every instance is gone through, however deep. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/step/skip.h"
#include "../../lib/step/step.h"

enum { DEEP = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
want(void *ctx, struct trm_step *st, struct trm_step_keyword *kw)
{
    (void)ctx, (void)st;
    return !trm_step_is(kw->name, kw->n, "IFCCARTESIANPOINT");
}

static void
use(struct trm_step *st, struct trm_arena *arena, const struct trm_step_val *v)
{
    struct trm_err err = {0};
    const char *s;
    size_t n;
    double x;
    if (v->type == TRM_STEP_STRING && trm_step_text(st, arena, v, &s, &n, &err) == 0 && n > 3 * v->n + 4)
        abort();
    if (v->type == TRM_STEP_REF)
        trm_step_find(st, v->ref);
    if (trm_step_num(v, &x) && v->type != TRM_STEP_INT && v->type != TRM_STEP_REAL)
        abort();
    if (v->n && (v->s < st->data || v->s + v->n > st->data + st->size))
        abort();
}

static void
walk(struct trm_step *st, struct trm_arena *arena, struct trm_step_cur c)
{
    struct trm_step_cur stack[DEEP] = {c};
    int top = 0;
    struct trm_step_val v;
    while (top >= 0) {
        if (!trm_step_next(&stack[top], &v)) {
            top--;
            continue;
        }
        use(st, arena, &v);
        if ((v.type == TRM_STEP_LIST || v.type == TRM_STEP_TYPED) && top + 1 < DEEP)
            stack[++top] = trm_step_inside(&v);
    }
}

/* The fast way over a row's values agrees with the careful one. */
static void
compare_ways(struct trm_step *st, uint32_t i)
{
    struct trm_step_val v[16], slow;
    size_t n = trm_step_all(st, i, v, 16), k = 0;
    for (struct trm_step_cur c = trm_step_args(st, i); trm_step_next(&c, &slow); k++)
        if (k < 16 && (v[k].type != slow.type || v[k].s != slow.s || v[k].n != slow.n || v[k].in != slow.in || v[k].in_n != slow.in_n))
            abort();
    if (k != n)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trm_step st;
    struct trm_err err = {0};
    struct trm_arena arena = {0};
    const char *text = (const char *)data;
    if (trm_step_skip(text, text + size) != trm_step_skip_plain(text, text + size))
        abort();
    if (trm_step_open(&st, (const char *)data, size, want, NULL, &err) == 0) {
        for (size_t i = 0; i < st.n_inst; i++) {
            walk(&st, &arena, trm_step_args(&st, (uint32_t)i));
            compare_ways(&st, (uint32_t)i);
            trm_arena_reset(&arena);
        }
        if (st.file_schema)
            walk(&st, &arena, trm_step_args_at(&st, st.file_schema));
        for (size_t i = 0; i < st.n_warnings; i++)
            trm_step_line(&st, st.warnings[i].off);
    } else if (err.kind == TRM_OK) {
        abort();
    }
    trm_step_release(&st);
    trm_arena_release(&arena);
    return 0;
}
