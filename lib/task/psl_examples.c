/* A contract that states its rule by examples, to a task of the families infer or arc. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "psl_inner.h"

enum { MOST_PAIRS = 10, MOST_GRIDS = 2 * MOST_PAIRS + 2 };
struct examples {
    int n;                                     /* grids: in and out of every example, then the question */
    const struct trm_psl_entry *entry[MOST_GRIDS]; /* [n + 1] the last: what is expected, or NULL */
    struct psl_grid stated[MOST_GRIDS];
    struct grid grid[MOST_GRIDS];
    struct psl_colours colours;
};

static const struct trm_psl_entry *
entry(const struct trm_psl *p, const char *name)
{
    for (size_t i = 0; i < p->n_entries; i++)
        if (strcmp(p->entries[i].name, name) == 0 && strcmp(p->entries[i].section, "FACT") == 0)
            return &p->entries[i];
    return NULL;
}

/* Number of examples; TRM_DATA when one has no output, or there are too many. */
static int
find_all(struct examples *x, const struct trm_psl *p, struct trm_err *err)
{
    for (int i = 1;; i++) {
        char in[40], out[40];
        snprintf(in, sizeof in, "example_%d_input", i);
        snprintf(out, sizeof out, "example_%d_output", i);
        const struct trm_psl_entry *a = entry(p, in), *b = entry(p, out);
        if (!a && !b)
            break;
        if (!a || !b)
            return trm_err_set(err, TRM_DATA, "example %d: expected %s and %s", i, in, out);
        if (i > MOST_PAIRS)
            return trm_err_set(err, TRM_DATA, "more than %d examples", MOST_PAIRS);
        x->entry[x->n++] = a, x->entry[x->n++] = b;
    }
    if (x->n == 0)
        return 0;
    x->entry[x->n] = entry(p, "input_grid");
    if (!x->entry[x->n])
        return trm_err_set(err, TRM_DATA, "examples, and no input_grid to answer for");
    x->n++;
    x->entry[x->n] = entry(p, "expected_output");
    return 0;
}

static int
read_grids(struct examples *x, struct trm_err *err)
{
    int n = x->n + (x->entry[x->n] != NULL);
    const struct psl_grid *all[MOST_GRIDS] = {0};
    for (int i = 0; i < n; i++) {
        int is = trm_psl_grid_read(&x->stated[i], x->entry[i]->value, err);
        if (is == 0)
            trm_err_set(err, TRM_DATA, "expected a grid");
        if (is <= 0)
            return trm_err_at(err, "line %zu: %.40s", x->entry[i]->line, x->entry[i]->name);
        all[i] = &x->stated[i];
    }
    if (trm_psl_colours_of(&x->colours, all, (size_t)n, err) != 0)
        return -1;
    for (int i = 0; i < n; i++) {
        int at;
        if (trm_psl_grid_tokens(&x->grid[i], &at, &x->stated[i], &x->colours))
            continue;
        trm_err_set(err, TRM_DATA, "'%s' is no colour that can stand beside the others", x->stated[i].cell[at]);
        return trm_err_at(err, "line %zu: %.40s", x->entry[i]->line, x->entry[i]->name);
    }
    return 0;
}

/* As large as the contract says, else as its largest grid, and as infer wants it. */
static int
canvas_of(const struct examples *x, const struct trm_psl *p)
{
    const struct trm_psl_entry *e = entry(p, "canvas");
    long long size = 1, wish;
    for (int i = 0; i < x->n + (x->entry[x->n] != NULL); i++) {
        size = x->grid[i].h > size ? x->grid[i].h : size;
        size = x->grid[i].w > size ? x->grid[i].w : size;
    }
    return e && trm_text_int(e->value, size, GRID_SIDE, &wish) ? (int)wish : (int)size;
}

static int
lay_out(struct trm_task *t, const struct trm_psl *p, const struct examples *x, const struct trm_task_family *f, int size,
        struct trm_err *err)
{
    struct trm_task head = {.family = f, .size = size, .h = (size_t)(x->n * size), .w = (size_t)size};
    size_t cells = (size_t)(size * size);
    snprintf(head.id, sizeof head.id, "%s", p->id);
    trm_task_copy_head(t, &head);
    if ((!f->free_shape && (!trm_task_size_ok(f, size) || x->n != 5)) || f->lay(t) != 0)
        return trm_err_set(err, TRM_DATA, "family %s: no such task: %d examples on a canvas of %d", f->facts.name, x->n / 2, size);
    t->n = t->h * t->w;
    memset(t->answer, PAD, t->n);
    for (int i = 0; i < x->n; i++)
        trm_grid_store(t->input + (size_t)i * cells, size, &x->grid[i]);
    if (x->entry[x->n])
        trm_grid_store(t->answer + t->n - cells, size, &x->grid[x->n]);
    t->solved = x->entry[x->n] != NULL;
    return 0;
}

/* Whether the rules that infer knows explain the examples, say one thing of the question, and that is what is expected, if
 * anything is. */
static bool
is_inferred(struct trm_task *t, const struct trm_psl *p, const struct examples *x, int size)
{
    struct trm_err err = {0};
    if (x->n != 5 || !trm_task_size_ok(&trm_task_infer, size) || lay_out(t, p, x, &trm_task_infer, size, &err) != 0)
        return false;
    struct grid said;
    size_t cells = (size_t)(size * size);
    return trm_task_solve(t, &err) == 1 && trm_grid_load(&said, t->answer + t->n - cells, size) &&
           (!x->entry[x->n] || trm_grid_same(&said, &x->grid[x->n]));
}

/* A contract that says infer is held against the rules of that family. */
static int
hold_to_rules(struct trm_task *t, const struct examples *x, struct trm_err *err)
{
    size_t cells = (size_t)(t->size * t->size);
    struct grid said;
    if (trm_task_solve(t, err) != 1)
        return err->kind ? -1 : trm_err_set(err, TRM_DATA, "family infer: its rules do not give exactly one answer");
    if (!x->entry[x->n] || (trm_grid_load(&said, t->answer + t->n - cells, t->size) && trm_grid_same(&said, &x->grid[x->n])))
        return 1;
    struct trm_buf b = {0};
    if (trm_grid_load(&said, t->answer + t->n - cells, t->size))
        trm_psl_grid_text(&b, &said, &x->colours);
    trm_err_set(err, TRM_DATA, "by the rules that explain the examples the answer is %s", b.data ? b.data : "another");
    trm_buf_release(&b);
    return trm_err_at(err, "line %zu: %.40s", x->entry[x->n]->line, x->entry[x->n]->name);
}

int
trm_psl_examples(struct trm_task *t, const struct trm_psl *p, struct trm_arena *mem, struct trm_err *err)
{
    const char *name = trm_psl_get(p, "FACT", "family");
    struct examples *x = trm_arena_calloc(mem, 1, sizeof *x);
    if (!x)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (find_all(x, p, err) != 0)
        return -1;
    if (x->n == 0)
        return 0;
    if (read_grids(x, err) != 0)
        return -1;
    int size = canvas_of(x, p);
    if (!name && is_inferred(t, p, x, size < 3 ? 3 : size))
        return 1;
    bool infer = name && strcmp(name, "infer") == 0;
    if (name && !infer && strcmp(name, "arc") != 0)
        return trm_err_set(err, TRM_DATA, "family %.40s: expected infer or arc, where there are examples", name);
    if (lay_out(t, p, x, infer ? &trm_task_infer : &trm_task_arc, size, err) != 0)
        return -1;
    return infer ? hold_to_rules(t, x, err) : 1;
}

void
trm_psl_examples_colours(struct psl_colours *c, const struct trm_psl *p, struct trm_arena *mem)
{
    struct examples *x = trm_arena_calloc(mem, 1, sizeof *x);
    struct trm_err err = {0};
    if (x && find_all(x, p, &err) == 0 && x->n && read_grids(x, &err) == 0)
        *c = x->colours;
}
