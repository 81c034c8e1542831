/* Records to contracts. */
#include <stdio.h>
#include <string.h>

#include "psl_inner.h"

/* --- the contract that a record carries --------------------------------------------------------------------------- */

/* One line of text, or the reason why it is none. */
static int
line_of(const char **out, const trm_json *v, const char *what, struct trm_err *err)
{
    *out = trm_json_str(v, NULL);
    if (!*out || strpbrk(*out, "\n\r"))
        return trm_err_set(err, TRM_DATA, "contract: %s: expected text of one line", what);
    return 0;
}

static int
write_head(struct trm_buf *b, const trm_json *id, const trm_json *c, struct trm_err *err)
{
    const char *version, *context, *goal, *value;
    trm_json *constraints = trm_json_get(c, "constraints"), *head = trm_json_get(c, "head");
    if (line_of(&version, trm_json_get(c, "version"), "version", err) != 0 ||
        line_of(&context, trm_json_get(c, "context"), "context", err) != 0 ||
        line_of(&goal, trm_json_get(c, "goal"), "goal", err) != 0)
        return -1;
    trm_buf_addf(b, "!psl v%s\n", version);
    if (*context)
        trm_buf_addf(b, "context: %s\n", context);
    if (*goal)
        trm_buf_addf(b, "goal: %s\n", goal);
    if (line_of(&value, id, "id", err) != 0)
        return -1;
    trm_buf_addf(b, "id: %s\n", value);
    for (size_t i = 0; i < trm_json_len(constraints); i++) {
        if (line_of(&value, trm_json_at(constraints, i), "constraints", err) != 0)
            return -1;
        trm_buf_addf(b, "%s%s", i ? "; " : "constraints: ", value);
    }
    if (trm_json_len(constraints))
        trm_buf_addc(b, '\n');
    for (void *it = trm_json_first(head); it; it = trm_json_next(head, it)) {
        if (line_of(&value, trm_json_value(it), trm_json_key(it), err) != 0)
            return -1;
        trm_buf_addf(b, "%s: %s\n", trm_json_key(it), value);
    }
    return 0;
}

static int
write_carried(struct trm_buf *b, const trm_json *rec, const trm_json *c, struct trm_err *err)
{
    trm_json *sections = trm_json_get(c, "sections");
    const char *text;
    if (write_head(b, trm_json_get(rec, "id"), c, err) != 0)
        return -1;
    for (size_t i = 0; i < trm_json_len(sections); i++) {
        trm_json *s = trm_json_at(sections, i), *lines = trm_json_get(s, "lines");
        if (line_of(&text, trm_json_get(s, "name"), "sections", err) != 0)
            return -1;
        trm_buf_addf(b, "\n[%s]\n", text);
        for (size_t k = 0; k < trm_json_len(lines); k++) {
            if (line_of(&text, trm_json_at(lines, k), "lines", err) != 0)
                return -1;
            trm_buf_addf(b, "%s\n", text);
        }
    }
    return 0;
}

/* --- a contract that states a task --------------------------------------------------------------------------------- */

static void
put_grid(struct trm_buf *b, const char *name, const uint8_t *canvas, int side)
{
    struct psl_colours digits = {.digits = true, .base = GROUND};
    struct grid g;
    if (!trm_grid_load(&g, canvas, side))
        return; /* the record was read, so there is a grid */
    trm_buf_addf(b, "%s:\n", name);
    for (int r = 0; r < g.h; r++) {
        trm_buf_adds(b, "  - ");
        trm_psl_row_text(b, &g, r, &digits);
        trm_buf_addc(b, '\n');
    }
}

/* A geometric task with its rule in words. The canvas is stated where the grid alone would make a smaller one. */
static void
put_geometric(struct trm_buf *b, const struct trm_task *t)
{
    const uint8_t *p = t->input;
    trm_buf_addf(b, "canvas: %d\n", t->size);
    put_grid(b, "input_grid", p + t->prefix, t->size);
    trm_buf_adds(b, "transformation_rule: ");
    trm_psl_rule_text(b, (struct rule){p[0], p[1], p[2]});
    if (p[3]) {
        trm_buf_adds(b, "_then_");
        trm_psl_rule_text(b, (struct rule){p[3], p[4], p[5]});
    }
    trm_buf_addc(b, '\n');
    if (t->solved)
        put_grid(b, "expected_output", t->answer + t->prefix, t->size);
}

/* A rule told by examples: the canvases in words. */
static void
put_examples(struct trm_buf *b, const struct trm_task *t)
{
    size_t cells = (size_t)(t->size * t->size), n = trm_task_canvases(t);
    trm_buf_addf(b, "family: %s\ncanvas: %d\n", t->family->facts.name, t->size);
    for (size_t i = 0; i + 1 < n; i++) {
        char name[40];
        snprintf(name, sizeof name, "example_%zu_%s", i / 2 + 1, i % 2 ? "output" : "input");
        put_grid(b, name, t->input + i * cells, t->size);
    }
    put_grid(b, "input_grid", t->input + (n - 1) * cells, t->size);
    if (t->solved)
        put_grid(b, "expected_output", t->answer + (n - 1) * cells, t->size);
}

static void
put_numbers(struct trm_buf *b, const char *name, const uint8_t *x, size_t n)
{
    trm_buf_addf(b, "%s: [", name);
    for (size_t i = 0; i < n; i++)
        trm_buf_addf(b, "%s%d", i ? ", " : "", x[i]);
    trm_buf_adds(b, "]\n");
}

static void
put_named(struct trm_buf *b, const struct trm_task *t)
{
    trm_buf_addf(b, "family: %s\nsize: %d\n", t->family->facts.name, t->size);
    if (t->family->free_shape)
        trm_buf_addf(b, "shape: [%zu, %zu]\n", t->h, t->w);
    put_numbers(b, "tokens", t->input, t->n);
    if (t->solved)
        put_numbers(b, "expected_tokens", t->answer, t->n);
}

/* A geometric task whose rule is given. */
static bool
in_words(const struct trm_task *t)
{
    return strcmp(t->family->facts.domain, "geometric") == 0 && t->prefix == 2 * RULE_TOKENS;
}

static void
write_stated(struct trm_buf *b, const struct trm_task *t)
{
    bool geometric = in_words(t);
    trm_buf_addf(b, "!psl v0.1\ncontext: %s_reasoning\ngoal: solve %s\nconstraints: %s\nid: %s\n\n[FACT]\n", t->family->facts.domain,
                 t->family->facts.name, geometric ? "pattern_consistent" : "rules_kept", t->id);
    if (geometric)
        put_geometric(b, t);
    else if (t->family->canvases)
        put_examples(b, t);
    else
        put_named(b, t);
    trm_buf_adds(b, "\n[PLAN]\n- route_to: trm_agent\n\n[CHECKLIST]\n- constraints_satisfied: ?\n");
}

int
trm_psl_write(struct trm_buf *b, const trm_json *rec, struct trm_arena *mem, struct trm_err *err)
{
    const trm_json *carried = trm_json_get(rec, "contract");
    if (trm_json_type(carried) == TRM_JSON_OBJECT)
        return write_carried(b, rec, carried, err);
    struct trm_task *t = trm_arena_alloc(mem, sizeof *t);
    if (!t)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (trm_task_read(t, rec, err) != 0)
        return -1;
    write_stated(b, t);
    return 0;
}
