/* A contract to a task: what it states is held against its own rule. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "psl_inner.h"

/* The first of these entries that the contract has. */
static const struct trm_psl_entry *
find(const struct trm_psl *p, const char *section, const char *const *names, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < p->n_entries; i++)
            if (strcmp(p->entries[i].name, names[k]) == 0 &&
                (!section || !p->entries[i].section[0] || strcmp(p->entries[i].section, section) == 0))
                return &p->entries[i];
    return NULL;
}
#define FIND(P, SECTION, ...)                                                                                        \
    find(P, SECTION, (const char *const[]){__VA_ARGS__}, sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *))

static int
at_entry(struct trm_err *err, const struct trm_psl_entry *e)
{
    return trm_err_at(err, "line %zu: %.40s", e->line, e->name);
}

/* --- colours and rules --------------------------------------------------------------------------------------------- */

static int
compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The different cells, rising; ground ('.', '_') is none. -1 when there are more than nine. */
static int
names_of(struct psl_colours *c, const struct psl_grid *g)
{
    for (int i = 0; i < g->h * g->w; i++) {
        bool known = strcmp(g->cell[i], ".") == 0 || strcmp(g->cell[i], "_") == 0;
        for (int k = 0; k < c->n && !known; k++)
            known = strcmp(c->name[k], g->cell[i]) == 0;
        if (known)
            continue;
        if (c->n == 9)
            return -1;
        memcpy(c->name[c->n++], g->cell[i], sizeof c->name[0]);
    }
    qsort(c->name, (size_t)c->n, sizeof c->name[0], compare_names);
    return 0;
}

int
trm_psl_colours_of(struct psl_colours *c, const struct psl_grid *const *grid, size_t n, struct trm_err *err)
{
    int rc = 0;
    *c = (struct psl_colours){.digits = true, .base = GROUND};
    for (size_t k = 0; k < n; k++)
        for (int i = 0; i < grid[k]->h * grid[k]->w; i++)
            c->digits &= isdigit((unsigned char)grid[k]->cell[i][0]) && !grid[k]->cell[i][1];
    for (size_t k = 0; k < n; k++)
        rc |= names_of(c, grid[k]);
    return rc == 0 || c->digits ? 0 : trm_err_set(err, TRM_DATA, "more than nine colours");
}

/* The steps that [PLAN] names one by one, joined. */
static const char *
planned(const struct trm_psl *p, struct trm_arena *mem)
{
    struct trm_buf b = {0};
    for (size_t i = 0; i < p->n_entries; i++)
        if (strcmp(p->entries[i].section, "PLAN") == 0 && strcmp(p->entries[i].name, "apply_rule") == 0)
            trm_buf_addf(&b, "%s%s", b.len ? "_then_" : "", p->entries[i].value);
    const char *text = b.len ? trm_arena_strdup(mem, b.data) : NULL;
    trm_buf_release(&b);
    return text;
}

static int
read_rules(struct psl_problem *q, const char **why, const struct trm_psl *p, struct trm_arena *mem, struct trm_err *err)
{
    const struct trm_psl_entry *stated = FIND(p, "FACT", "transformation_rule", "transform", "transformation", "rule");
    const char *plan = planned(p, mem), *text = stated ? stated->value : plan;
    struct rule other[2];
    const char *unused;
    if (!text)
        return *why = "no rule is stated", 0;
    if (trm_psl_colours_of(&q->colours, &(const struct psl_grid *){&q->input}, 1, err) != 0)
        return -1;
    q->n_rules = trm_psl_rules_read(q->rule, why, text, &q->colours, mem);
    if (q->n_rules == 0 && q->colours.digits && !trm_psl_rules_need_ground(text)) {
        q->colours.base = COLOUR_1; /* 0 exchanged with another, which a background cannot be: 0 is a colour as well */
        q->n_rules = trm_psl_rules_read(q->rule, &unused, text, &q->colours, mem);
    }
    if (q->n_rules == 0)
        return 0;
    int n = stated && plan ? trm_psl_rules_read(other, &unused, plan, &q->colours, mem) : 0;
    if (n > 0 && (n != q->n_rules || memcmp(other, q->rule, sizeof other) != 0))
        return trm_err_set(err, TRM_DATA, "line %zu: %s says '%.80s', the plan applies '%.80s'", stated->line, stated->name,
                           text, plan);
    return 1;
}

int
trm_psl_problem_read(struct psl_problem *q, const char **why, const struct trm_psl *p, struct trm_arena *mem,
                 struct trm_err *err)
{
    const struct trm_psl_entry *in = FIND(p, "FACT", "input_grid", "grid", "input");
    int at;
    memset(q, 0, sizeof *q);
    if (!in)
        return *why = "no grid is stated", 0;
    int is = trm_psl_grid_read(&q->input, in->value, err);
    if (is < 0)
        return at_entry(err, in);
    if (is == 0)
        return *why = "what is stated is no grid", 0;
    int rules = read_rules(q, why, p, mem, err);
    if (rules <= 0)
        return rules;
    if (!trm_psl_grid_tokens(&q->state[0], &at, &q->input, &q->colours)) {
        trm_err_set(err, TRM_DATA, "row %d, column %d: '%s' is no colour that can stand beside the others", at / q->input.w + 1,
                    at % q->input.w + 1, q->input.cell[at]);
        return at_entry(err, in);
    }
    for (int i = 0; i < 2; i++)
        trm_grid_apply(&q->state[i + 1], &q->state[i], q->rule[i]);
    return 1;
}

/* --- what it expects ----------------------------------------------------------------------------------------------- */

/* Where a stated grid differs from the right one; false when it does not. */
static bool
differs(struct trm_buf *says, const struct psl_problem *q, const struct psl_grid *stated, const struct grid *right)
{
    if (stated->h != right->h || stated->w != right->w) {
        trm_buf_addf(says, "found %d by %d, expected %d by %d", stated->h, stated->w, right->h, right->w);
        return true;
    }
    for (int i = 0; i < right->h * right->w; i++)
        if (trm_psl_token(&q->colours, stated->cell[i]) != right->c[i]) {
            struct grid one = {.h = 1, .w = 1, .c = {right->c[i]}};
            trm_buf_addf(says, "row %d, column %d: found %s, expected ", i / right->w + 1, i % right->w + 1, stated->cell[i]);
            trm_psl_grid_text(says, &one, &q->colours);
            return true;
        }
    return false;
}

static int
check_expected(const struct psl_problem *q, const struct trm_psl *p, struct trm_err *err)
{
    const struct trm_psl_entry *e = FIND(p, "FACT", "expected_output", "expected", "answer");
    struct psl_grid stated;
    struct trm_buf says = {0};
    int is = e ? trm_psl_grid_read(&stated, e->value, err) : 0;
    if (is < 0)
        return at_entry(err, e);
    if (is == 1 && differs(&says, q, &stated, &q->state[2])) {
        trm_buf_adds(&says, "; by the rule of the contract the answer is ");
        trm_psl_grid_text(&says, &q->state[2], &q->colours);
        trm_err_set(err, TRM_DATA, "%s", says.data ? says.data : "wrong");
        at_entry(err, e);
    }
    trm_buf_release(&says);
    return err->kind ? -1 : 0;
}

/* --- constraints --------------------------------------------------------------------------------------------------- */

enum holds { FAILS, HOLDS, UNCHECKED };

static bool
same_colours(const struct psl_problem *q)
{
    bool seen[GRID_VOCAB] = {false};
    const struct grid *in = &q->state[0], *out = &q->state[2];
    for (int i = 0; i < in->h * in->w; i++)
        seen[in->c[i]] = true;
    for (int i = 0; i < out->h * out->w; i++)
        if (!seen[out->c[i]])
            return false;
    return true;
}

static int
colours_in(const struct grid *g)
{
    bool seen[GRID_VOCAB] = {false};
    int n = 0;
    for (int i = 0; i < g->h * g->w; i++)
        n += !seen[g->c[i]], seen[g->c[i]] = true;
    return n;
}

/* "rows<=10", "colors=2": a figure of the answer against a number. */
static enum holds
check_figure(const struct psl_problem *q, const char *text)
{
    char name[32];
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");
    const char *op = text + n;
    size_t len = strspn(op, "<>=");
    double limit;
    if (!n || n >= sizeof name || !len || len > 2 || !trm_text_num(op + len, &limit))
        return UNCHECKED;
    memcpy(name, text, n);
    name[n] = 0;
    const struct grid *out = &q->state[2];
    double x = !strcmp(name, "rows")                                      ? out->h
               : !strcmp(name, "columns")                                 ? out->w
               : !strcmp(name, "cells")                                   ? out->h * out->w
               : !strcmp(name, "colors") || !strcmp(name, "colours")      ? colours_in(out)
               : !strcmp(name, "steps")                                   ? q->n_rules
                                                                          : -1;
    if (x < 0)
        return UNCHECKED;
    bool holds = op[0] == '<' ? (len == 2 ? x <= limit : x < limit) : op[0] == '>' ? (len == 2 ? x >= limit : x > limit) : x == limit;
    return holds ? HOLDS : FAILS;
}

static enum holds
check_constraint(const struct psl_problem *q, const char *text)
{
    static const char *const size[] = {"grid_size_preserved", "grid_preserved", "size_preserved"};
    static const char *const colours[] = {"colors_valid", "color_valid", "colours_valid", "colour_valid",
                                          "color_consistency", "colour_consistency"};
    /* the rule itself; expected_output was held against it before */
    static const char *const rule[] = {"pattern_consistent", "pattern_rules", "rule_applied", "grid_constraints"};
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        if (strcmp(text, size[i]) == 0)
            return q->state[0].h == q->state[2].h && q->state[0].w == q->state[2].w ? HOLDS : FAILS;
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strcmp(text, colours[i]) == 0)
            return same_colours(q) ? HOLDS : FAILS;
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++)
        if (strcmp(text, rule[i]) == 0)
            return HOLDS;
    return check_figure(q, text);
}

static int
check_constraints(const struct psl_problem *q, const struct trm_psl *p, struct trm_err *err)
{
    for (size_t i = 0; i < p->n_constraints; i++) {
        if (check_constraint(q, p->constraints[i]) != FAILS)
            continue;
        struct trm_buf b = {0};
        trm_psl_grid_text(&b, &q->state[2], &q->colours);
        trm_err_set(err, TRM_DATA, "constraint %.60s: the answer of the rule, %s, breaks it", p->constraints[i],
                    b.data ? b.data : "");
        trm_buf_release(&b);
        return -1;
    }
    return 0;
}

/* --- checklist ----------------------------------------------------------------------------------------------------- */

/* What the item's mark claims: 1 yes, 0 no, -1 nothing. */
static int
claim_of(const char *value)
{
    static const char *const yes[] = {"\u2713", "\u2714", "yes", "true", "[x]"}, *const no[] = {"\u2717", "\u2718", "no", "false"};
    const char *space = strrchr(value, ' '), *last = space ? space + 1 : value;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcmp(last, yes[i]) == 0)
            return 1;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcmp(last, no[i]) == 0)
            return 0;
    return -1;
}

/* Whether an item holds of the rule's own answer. */
static enum holds
item_holds(const struct psl_problem *q, const struct trm_psl_entry *e)
{
    int h, w;
    if (strcmp(e->name, "grid_size") == 0 && sscanf(e->value, "%dx%d", &h, &w) == 2)
        return h == q->state[2].h && w == q->state[2].w ? HOLDS : FAILS;
    if (strcmp(e->name, "constraints_satisfied") == 0 || strcmp(e->name, "matches_expected") == 0)
        return HOLDS; /* the contract would have been refused */
    for (int i = 0; i < q->n_rules; i++)
        if ((strcmp(e->name, "rotation_applied") == 0 && q->rule[i].op <= TURN_LEFT) ||
            (strcmp(e->name, "inversion_applied") == 0 && q->rule[i].op == EXCHANGE))
            return HOLDS;
    if (strcmp(e->name, "rotation_applied") == 0 || strcmp(e->name, "inversion_applied") == 0)
        return FAILS;
    return check_constraint(q, e->name);
}

static int
check_claims(const struct psl_problem *q, const struct trm_psl *p, struct trm_err *err)
{
    for (size_t i = 0; i < p->n_entries; i++) {
        const struct trm_psl_entry *e = &p->entries[i];
        if (strcmp(e->section, "CHECKLIST") != 0 || claim_of(e->value) != 1 || item_holds(q, e) != FAILS)
            continue;
        trm_err_set(err, TRM_DATA, "claimed '%.60s', which does not hold", e->value);
        return at_entry(err, e);
    }
    return 0;
}

/* --- the task ------------------------------------------------------------------------------------------------------ */

static const struct trm_task_family *
family_of(const struct psl_problem *q)
{
    int op = q->rule[0].op;
    if (q->n_rules == 2)
        return &trm_task_compose;
    return op <= TURN_LEFT          ? &trm_task_turn
           : op <= MIRROR_ENDS      ? &trm_task_mirror
           : op <= TRANSPOSE_ANTI   ? &trm_task_transpose
           : op == RECOLOUR         ? &trm_task_recolour
           : op <= SHIFT_LEFT       ? &trm_task_shift
           : op <= FALL_LEFT        ? &trm_task_gravity
           : op == CROP             ? &trm_task_crop
           : op <= COMPLETE_HALF    ? &trm_task_symmetry
                                    : &trm_task_recolour; /* EXCHANGE */
}

/* The canvas: as large as the contract says (`size`), else as the largest grid on the way. */
static int
canvas_of(const struct psl_problem *q, const struct trm_psl *p)
{
    const struct trm_psl_entry *e = FIND(p, "FACT", "canvas");
    long long size = 3;
    for (int i = 0; i < 3; i++) {
        size = q->state[i].h > size ? q->state[i].h : size;
        size = q->state[i].w > size ? q->state[i].w : size;
    }
    long long wish = 0;
    if (e && trm_text_int(e->value, size, GRID_SIDE, &wish))
        size = wish;
    return (int)size;
}

static void
lay_out(struct trm_task *t, const struct trm_psl *p, const struct trm_task_family *f, int size)
{
    struct trm_task head = {.family = f, .size = size};
    snprintf(head.id, sizeof head.id, "%s", p->id);
    trm_task_copy_head(t, &head);
    f->lay(t);
    t->n = t->prefix + t->h * t->w;
    memset(t->input, PAD, t->n);
    memset(t->answer, PAD, t->n);
}

static int
geometric_task(struct trm_task *t, const char **why, const struct trm_psl *p, struct trm_arena *mem, struct trm_err *err)
{
    struct psl_problem q;
    int is = trm_psl_problem_read(&q, why, p, mem, err);
    if (is <= 0)
        return is;
    if (check_expected(&q, p, err) != 0 || check_constraints(&q, p, err) != 0 || check_claims(&q, p, err) != 0)
        return -1;
    lay_out(t, p, family_of(&q), canvas_of(&q, p));
    for (int i = 0; i < q.n_rules; i++)
        memcpy(t->input + RULE_TOKENS * i, (uint8_t[]){q.rule[i].op, q.rule[i].a, q.rule[i].b}, RULE_TOKENS);
    trm_grid_store(t->input + t->prefix, t->size, &q.state[0]);
    return trm_task_solve(t, err) == 1 ? 1 : trm_err_set(err, TRM_DATA, "the task has no answer");
}

/* Numbers of an entry, however they are put into brackets. */
static int
read_numbers(uint8_t *out, size_t *n, const struct trm_psl_entry *e, struct trm_err *err)
{
    *n = 0;
    for (const char *s = e->value; *s;) {
        size_t digits = strspn(s, "0123456789");
        if (!digits && !strchr("[], \t", *s)) {
            trm_err_set(err, TRM_DATA, "found '%.20s', expected tokens in brackets", s);
            return at_entry(err, e);
        }
        if (!digits) {
            s++;
            continue;
        }
        long x = digits < 4 ? strtol(s, NULL, 10) : 256;
        if (x > 255 || *n == TRM_TASK_MOST) {
            trm_err_set(err, TRM_DATA, "found %.20s, expected at most %d tokens up to 255", s, TRM_TASK_MOST);
            return at_entry(err, e);
        }
        out[(*n)++] = (uint8_t)x;
        s += digits;
    }
    return 0;
}

/* A contract that names a family of ours, and gives tokens. */
static int
named_task(struct trm_task *t, const struct trm_psl *p, const char *name, struct trm_err *err)
{
    const struct trm_psl_entry *in = FIND(p, "FACT", "tokens"), *want = FIND(p, "FACT", "expected_tokens");
    const struct trm_psl_entry *size_entry = FIND(p, "FACT", "size"), *shape = FIND(p, "FACT", "shape");
    struct trm_task_verdict v;
    uint8_t answer[TRM_TASK_MOST];
    size_t n;
    int h, w;
    long long size = 0;
    const struct trm_task_family *f = trm_task_family_find(name, NULL);
    if (!f || !in || !size_entry || !trm_text_int(size_entry->value, 1, 1000, &size) ||
        (!f->free_shape && !trm_task_size_ok(f, (int)size)))
        return trm_err_set(err, TRM_DATA, "family %.40s: expected a family, a size that it has, and tokens", name);
    struct trm_task head = {.family = f, .size = (int)size};
    snprintf(head.id, sizeof head.id, "%s", p->id);
    trm_task_copy_head(t, &head);
    if (read_numbers(t->input, &n, in, err) != 0)
        return -1;
    if (shape && sscanf(shape->value, "[%4d, %4d]", &h, &w) == 2 && h > 0 && w > 0) {
        t->h = (size_t)h;
        t->w = (size_t)w;
    }
    if (f->lay(t) != 0 || t->h * t->w + t->prefix > TRM_TASK_MOST)
        return trm_err_set(err, TRM_DATA, "family %.40s: no such shape", name);
    t->n = t->prefix + t->h * t->w;
    if (n != t->n)
        return trm_err_set(err, TRM_DATA, "tokens: found %zu, expected %zu", n, t->n);
    if (trm_task_check(t, err) != 0)
        return -1;
    if (!want)
        return f->solve ? (trm_task_solve(t, err) == 1 ? 1 : trm_err_set(err, TRM_DATA, "the task has not one answer")) : 1;
    if (read_numbers(answer, &n, want, err) != 0)
        return -1;
    if (!f->solve && n == t->n) { /* arc: what is expected is all there is */
        memcpy(t->answer, answer, n);
        t->solved = true;
    }
    trm_task_judge(&v, t, answer, n);
    if (!v.right) {
        trm_err_set(err, TRM_DATA, "not the answer: %s, row %d, column %d, value %d", trm_task_reason_name(v.reason), v.row,
                    v.column, v.value);
        return at_entry(err, want);
    }
    return t->solved || trm_task_solve(t, err) == 1 ? 1 : trm_err_set(err, TRM_DATA, "the task has not one answer");
}

int
trm_psl_task(struct trm_task *t, const char **why, const struct trm_psl *p, struct trm_arena *mem, struct trm_err *err)
{
    const char *family = trm_psl_get(p, "FACT", "family");
    *why = NULL;
    if (strlen(p->id) >= sizeof t->id)
        return trm_err_set(err, TRM_DATA, "id: longer than %zu bytes", sizeof t->id - 1);
    int is = trm_psl_examples(t, p, mem, err);
    return is ? is : family ? named_task(t, p, family, err) : geometric_task(t, why, p, mem, err);
}

/* --- members of the record ------------------------------------------------------------------------------------------ */

static void
put_holds(struct trm_jw *w, enum holds h)
{
    trm_jw_key(w, "holds");
    if (h == UNCHECKED)
        trm_jw_null(w);
    else
        trm_jw_bool(w, h == HOLDS);
}

/* Grids that the contract gives as evidence: those named intermediate... or after_first... are held against the state
 * after the first step, those named final... against the answer. */
static void
put_evidence(struct trm_jw *w, const struct psl_problem *q, const struct trm_psl *p)
{
    trm_jw_key(w, "evidence");
    trm_jw_array(w);
    for (size_t i = 0; i < p->n_entries; i++) {
        const struct trm_psl_entry *e = &p->entries[i];
        struct psl_grid stated;
        struct trm_err err = {0};
        if (strcmp(e->section, "EVIDENCE") != 0 || strcmp(e->name, "solved_by") == 0 || trm_psl_grid_read(&stated, e->value, &err) == 0)
            continue;
        bool middle = strncmp(e->name, "intermediate", 12) == 0 || strncmp(e->name, "after_first", 11) == 0;
        bool last = strncmp(e->name, "final", 5) == 0;
        struct trm_buf says = {0};
        enum holds h = err.kind ? FAILS : !middle && !last ? UNCHECKED
                       : differs(&says, q, &stated, &q->state[middle ? 1 : 2]) ? FAILS : HOLDS;
        trm_jw_object(w);
        trm_jw_kstr(w, "name", e->name);
        put_holds(w, h);
        trm_jw_kstr(w, "text", err.kind ? err.text : says.data);
        trm_jw_end(w);
        trm_buf_release(&says);
    }
    trm_jw_end(w);
}

static void
put_checklist(struct trm_jw *w, const struct psl_problem *q, const struct trm_psl *p)
{
    trm_jw_key(w, "checklist");
    trm_jw_array(w);
    for (size_t i = 0; i < p->n_entries; i++) {
        const struct trm_psl_entry *e = &p->entries[i];
        if (strcmp(e->section, "CHECKLIST") != 0)
            continue;
        trm_jw_object(w);
        trm_jw_kstr(w, "name", e->name);
        if (claim_of(e->value) >= 0)
            trm_jw_kbool(w, "claimed", claim_of(e->value) == 1);
        put_holds(w, item_holds(q, e));
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

/* Constraints that nobody here can check are said, so that none is taken for kept. */
static void
put_unchecked(struct trm_jw *w, const struct psl_problem *q, const struct trm_psl *p)
{
    trm_jw_key(w, "unchecked");
    trm_jw_array(w);
    for (size_t i = 0; i < p->n_constraints; i++)
        if (!q || check_constraint(q, p->constraints[i]) == UNCHECKED)
            trm_jw_str(w, p->constraints[i]);
    trm_jw_end(w);
}

static void
put_text(struct trm_jw *w, const struct trm_psl *p)
{
    trm_jw_key(w, "contract");
    trm_jw_object(w);
    trm_jw_kstr(w, "version", p->version);
    trm_jw_kstr(w, "context", p->context);
    trm_jw_kstr(w, "goal", p->goal);
    trm_jw_key(w, "constraints");
    trm_jw_array(w);
    for (size_t i = 0; i < p->n_constraints; i++)
        trm_jw_str(w, p->constraints[i]);
    trm_jw_end(w);
    trm_jw_key(w, "head");
    trm_jw_object(w);
    for (size_t i = 0; i < p->n_entries; i++) {
        const struct trm_psl_entry *e = &p->entries[i];
        if (!e->section[0] && strcmp(e->name, "constraints") && strcmp(e->name, "context") &&
            strcmp(e->name, "goal") && strcmp(e->name, "id")) /* the record has it */
            trm_jw_kstr(w, e->name, e->value);
    }
    trm_jw_end(w);
    trm_jw_key(w, "sections");
    trm_jw_array(w);
    for (size_t i = 0; i < p->n_sections; i++) {
        trm_jw_object(w);
        trm_jw_kstr(w, "name", p->sections[i].name);
        trm_jw_key(w, "lines");
        trm_jw_array(w);
        for (size_t k = 0; k < p->sections[i].n; k++)
            trm_jw_str(w, p->sections[i].lines[k]);
        trm_jw_end(w);
        trm_jw_end(w);
    }
    trm_jw_end(w);
    trm_jw_end(w);
}

void
trm_psl_members(struct trm_jw *w, const struct trm_psl *p, const struct trm_task *t, struct trm_arena *mem)
{
    struct psl_problem q;
    struct trm_err err = {0};
    const char *why, *cycles = trm_psl_get(p, "PLAN", "max_cycles"), *critical = trm_psl_get(p, "", "critical");
    bool geometric = t && trm_psl_problem_read(&q, &why, p, mem, &err) == 1;
    long long n;
    if (critical && (strcmp(critical, "true") == 0 || strcmp(critical, "false") == 0))
        trm_jw_kbool(w, "critical", strcmp(critical, "true") == 0);
    else
        trm_jw_kstr(w, "critical", critical); /* as it stands, so that nobody takes it for false */
    if (cycles && trm_text_int(cycles, 1, 1000000, &n))
        trm_jw_knum(w, "max_cycles", (double)n);
    if (geometric) {
        put_evidence(w, &q, p);
        put_checklist(w, &q, p);
    }
    put_unchecked(w, geometric ? &q : NULL, p);
    put_text(w, p);
}
