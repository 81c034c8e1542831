/* A contract with what a solver found: evidence of the answer, and marks in the checklist. */
#include <math.h>
#include <string.h>

#include "psl_inner.h"

static const char *const YES = "\u2713", *const NO = "\u2717";

/* A line of text [len], without its newline. */
struct line {
    const char *text;
    size_t len;
};

static bool
next_line(struct line *l, const char **at)
{
    if (!**at)
        return false;
    l->text = *at;
    l->len = strcspn(*at, "\n");
    *at += l->len + (l->text[l->len] == '\n');
    return true;
}

static bool
is_section(const struct line *l, const char *name)
{
    size_t n = strlen(name);
    return l->len == n + 2 && l->text[0] == '[' && strncmp(l->text + 1, name, n) == 0 && l->text[n + 1] == ']';
}

/* What an earlier filling wrote, which the new one replaces. */
static bool
is_filled(const struct line *l)
{
    static const char *const names[] = {"- solved_by: ", "- steps: ", "- confidence: ", "- final_answer = ", "- verdict: "};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (l->len >= strlen(names[i]) && strncmp(l->text, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* --- evidence --------------------------------------------------------------------------------------------------------- */

/* The answer as the contract writes grids, or as tokens. */
static void
put_answer(struct trm_buf *b, const struct trm_task *t, const struct trm_answer *a, const struct psl_colours *c)
{
    size_t cells = (size_t)(t->size * t->size);
    struct grid g;
    if (t->family->canvases && a->n == t->n && trm_grid_load(&g, a->tokens + t->n - cells, t->size)) {
        trm_psl_grid_text(b, &g, c);
        return;
    }
    for (size_t i = 0; i < a->n; i++)
        trm_buf_addf(b, i ? ", %d" : "[%d", a->tokens[i]);
    trm_buf_adds(b, a->n ? "]" : "[]");
}

static void
put_evidence(struct trm_buf *b, const struct trm_task *t, const struct trm_answer *a, const struct trm_task_verdict *v,
             const struct psl_colours *c)
{
    trm_buf_addf(b, "- solved_by: %.*s\n", (int)strcspn(a->solver, "\n\r"), *a->solver ? a->solver : "unknown");
    if (a->steps)
        trm_buf_addf(b, "- steps: %ld\n", a->steps);
    if (a->confidence >= 0)
        trm_buf_addf(b, "- confidence: %.3f\n", floor(a->confidence * 1000) / 1000); /* never more than it was */
    if (a->given) {
        trm_buf_adds(b, "- final_answer = ");
        put_answer(b, t, a, c);
        trm_buf_addc(b, '\n');
    }
    if (v->right)
        trm_buf_adds(b, "- verdict: right\n");
    else
        trm_buf_addf(b, "- verdict: wrong, %s, row %d, column %d\n", trm_task_reason_name(v->reason), v->row, v->column);
}

/* --- checklist -------------------------------------------------------------------------------------------------------- */

/* 1, 0 or -1 (nobody knows) for the item of this name. A right answer is the rule's own, of which the record tells what holds. */
static int
holds(const trm_json *rec, const struct trm_task_verdict *v, const char *name, size_t len)
{
    const trm_json *list = trm_json_get(rec, "checklist");
    bool whole = (len == 16 && strncmp(name, "matches_expected", len) == 0) ||
                 (len == 21 && strncmp(name, "constraints_satisfied", len) == 0);
    if (whole || !v->right)
        return whole ? v->right : -1;
    for (size_t i = 0; i < trm_json_len(list); i++) {
        const trm_json *item = trm_json_at(list, i), *is = trm_json_get(item, "holds");
        const char *theirs = trm_json_str(trm_json_get(item, "name"), "");
        if (strlen(theirs) == len && strncmp(theirs, name, len) == 0 && trm_json_type(is) != TRM_JSON_NULL)
            return trm_json_bool(is, false);
    }
    return -1;
}

/* An item whose mark is a question gets the answer. */
static void
put_item(struct trm_buf *b, const trm_json *rec, const struct trm_task_verdict *v, const struct line *l)
{
    size_t from = strspn(l->text, "- \t"), len = strcspn(l->text + from, ":=\n");
    while (len && l->text[from + len - 1] == ' ')
        len--;
    int is = l->len && l->text[l->len - 1] == '?' ? holds(rec, v, l->text + from, len) : -1;
    trm_buf_add(b, l->text, is < 0 ? l->len : l->len - 1);
    if (is >= 0)
        trm_buf_adds(b, is ? YES : NO);
    trm_buf_addc(b, '\n');
}

/* --- the whole -------------------------------------------------------------------------------------------------------- */

/* Colours as the contract writes them; digits where it states no grid. */
static int
colours_of(struct psl_colours *c, const struct trm_buf *text, struct trm_arena *mem, struct trm_err *err)
{
    struct trm_psl p;
    struct psl_problem *q = trm_arena_alloc(mem, sizeof *q);
    const char *why;
    struct trm_err no_grid = {0};
    *c = (struct psl_colours){.digits = true, .base = GROUND};
    if (!q)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (trm_psl_read(&p, mem, text->data, text->len, "", 1, err) != 0)
        return -1;
    if (trm_psl_problem_read(q, &why, &p, mem, &no_grid) == 1)
        *c = q->colours;
    else
        trm_psl_examples_colours(c, &p, mem);
    return 0;
}

static void
fill(struct trm_buf *b, const char *at, const struct trm_buf *evidence, const trm_json *rec, const struct trm_task_verdict *v)
{
    struct line l;
    const char *section = "";
    bool put = false;
    while (next_line(&l, &at)) {
        bool head = l.len && l.text[0] == '[', list = head && is_section(&l, "CHECKLIST");
        if (list && !put) {
            trm_buf_addf(b, "[EVIDENCE]\n%s\n", evidence->data);
            put = true;
        }
        section = head ? list ? "CHECKLIST" : is_section(&l, "EVIDENCE") ? "EVIDENCE" : "" : section;
        if (*section == 'E' && is_filled(&l))
            continue;
        if (*section == 'C' && !head)
            put_item(b, rec, v, &l);
        else
            trm_buf_add(b, l.text, l.len), trm_buf_addc(b, '\n');
        if (head && *section == 'E' && !put)
            trm_buf_adds(b, evidence->data), put = true;
    }
    if (!put)
        trm_buf_addf(b, "\n[EVIDENCE]\n%s", evidence->data);
}

int
trm_psl_fill(struct trm_buf *b, const trm_json *rec, const struct trm_answer *a, struct trm_arena *mem, struct trm_err *err)
{
    struct trm_buf text = {0}, evidence = {0};
    struct psl_colours colours;
    struct trm_task_verdict v;
    struct trm_task *t = trm_arena_alloc(mem, sizeof *t);
    int rc = !t ? trm_err_set(err, TRM_SYS, "out of memory") : trm_task_read(t, rec, err);
    if (rc == 0)
        rc = trm_psl_write(&text, rec, mem, err);
    if (rc == 0 && text.failed)
        rc = trm_err_set(err, TRM_SYS, "out of memory");
    if (rc == 0)
        rc = colours_of(&colours, &text, mem, err);
    if (rc == 0) {
        trm_answer_judge(&v, t, a);
        put_evidence(&evidence, t, a, &v, &colours);
        if (evidence.failed)
            rc = trm_err_set(err, TRM_SYS, "out of memory");
        else
            fill(b, text.data, &evidence, rec, &v);
    }
    trm_buf_release(&text);
    trm_buf_release(&evidence);
    return rc;
}
