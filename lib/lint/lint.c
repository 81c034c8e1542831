/* Samples as columns and labels; conflicts, constants and telling columns. */
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "inner.h"

/* Room for one more of `size` bytes in *p. */
static int
reserve(void *p, size_t *cap, size_t n, size_t size)
{
    void **at = p;
    if (n < *cap)
        return 0;
    size_t more = *cap ? 2 * *cap : 1024;
    void *q = realloc(*at, more * size);
    if (!q)
        return -1;
    *at = q;
    *cap = more;
    return 0;
}

int
trm_lint_sample(struct trm_lint *l)
{
    if (reserve(&l->first, &l->cap_samples, l->n_samples + 1, sizeof *l->first) != 0)
        return -1;
    l->first[l->n_samples++] = l->n_cells;
    l->first[l->n_samples] = l->n_cells;
    return 0;
}

int
trm_lint_field(struct trm_lint *l, const char *column, const char *value, size_t len, bool number, double num)
{
    long c = trm_names_put(&l->columns, column);
    trm_buf_reset(&l->key);
    trm_buf_addf(&l->key, "%ld ", c);
    trm_buf_add(&l->key, value, len);
    long v = l->key.failed || c < 0 ? -1 : trm_names_put(&l->values, l->key.data);
    if (v < 0 || reserve(&l->cell, &l->cap_cells, l->n_cells, sizeof *l->cell) != 0)
        return -1;
    l->cell[l->n_cells++] = (struct trm_lint_cell){(uint32_t)c, (uint32_t)v, number, num};
    l->first[l->n_samples] = l->n_cells;
    return 0;
}

int
trm_lint_label(struct trm_lint *l, const char *rule, struct trm_digest facts, bool pass)
{
    long r = trm_names_put(&l->rules, rule);
    if (r < 0 || reserve(&l->row, &l->cap_rows, l->n_labels, sizeof *l->row) != 0)
        return -1;
    l->row[l->n_labels++] = (struct trm_lint_row){(uint32_t)l->n_samples - 1, (uint32_t)r, pass, facts};
    return 0;
}

static struct trm_digest
pair_of(size_t rule, size_t column)
{
    uint64_t pair[2] = {rule, column};
    return trm_digest_of(pair, sizeof pair);
}

int
trm_lint_decides(struct trm_lint *l, const char *rule, const char *column)
{
    long r = trm_names_put(&l->rules, rule), c = trm_names_put(&l->columns, column);
    if (r < 0 || c < 0)
        return -1;
    uint64_t *at = trm_table_at(&l->decides, pair_of((size_t)r, (size_t)c), NULL);
    if (at)
        *at = 1;
    return at ? 0 : -1;
}

size_t
trm_lint_constant(const struct trm_lint *l, size_t c)
{
    size_t n = 0;
    uint32_t value = 0;
    for (size_t s = 0; s < l->n_samples; s++) {
        bool here = false;
        for (size_t i = l->first[s]; i < l->first[s + 1]; i++) {
            if (l->cell[i].column != c)
                continue;
            if ((n || here) && l->cell[i].value != value)
                return 0;
            value = l->cell[i].value;
            here = true;
        }
        n += here;
    }
    return n >= TRM_LINT_FEW ? n : 0;
}

/* --- conflicts ----------------------------------------------------------------------------------------------------- */

static int
by_facts(const void *a, const void *b)
{
    const struct trm_digest *x = &(*(const struct trm_lint_row *const *)a)->facts;
    const struct trm_digest *y = &(*(const struct trm_lint_row *const *)b)->facts;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

static void
find_conflicts(struct trm_lint_rule *out, const struct lint_rows *rows)
{
    for (size_t from = 0, to; from < rows->n; from = to) {
        size_t pass = 0;
        for (to = from; to < rows->n && by_facts(&rows->row[from], &rows->row[to]) == 0; to++)
            pass += rows->row[to]->pass;
        size_t fail = to - from - pass;
        out->conflicts += pass < fail ? pass : fail;
    }
    out->ceiling = rows->n ? 1 - (double)out->conflicts / (double)rows->n : 1;
}

/* --- columns that tell --------------------------------------------------------------------------------------------- */

struct told {
    uint32_t column, value, n, pass;
};

static int
by_column(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    return x->column != y->column ? (x->column > y->column) - (x->column < y->column)
                                  : (x->value > y->value) - (x->value < y->value);
}

/* One column's values: told[from..to). */
static void
judge_column(struct trm_lint_rule *out, struct trm_lint *l, const struct told *told, size_t from, size_t to)
{
    size_t n = 0, pass = 0, pure = 0, values = 0;
    for (size_t i = from, end; i < to; i = end) {
        size_t here = 0, passed = 0;
        for (end = i; end < to && told[end].value == told[i].value; end++)
            here++, passed += told[end].pass;
        n += here;
        pass += passed;
        pure += passed == 0 || passed == here;
        values++;
    }
    uint64_t *decides = trm_table_at(&l->decides, pair_of(out->rule, told[from].column), NULL);
    bool both = pass >= TRM_LINT_FEW / 4 && n - pass >= TRM_LINT_FEW / 4;
    if (n < TRM_LINT_FEW || !both || pure < values || 4 * values > n || !decides || *decides ||
        out->n_telling == TRM_LINT_MOST_TELLING)
        return;
    out->telling[out->n_telling].column = told[from].column;
    out->telling[out->n_telling].n = n;
    out->telling[out->n_telling++].values = values;
}

static int
find_telling(struct trm_lint_rule *out, const struct lint_rows *rows, struct trm_err *err)
{
    const struct trm_lint *l = rows->l;
    size_t n = 0, k = 0;
    for (size_t i = 0; i < rows->n; i++)
        n += l->first[rows->row[i]->sample + 1] - l->first[rows->row[i]->sample];
    struct told *told = calloc(n + 1, sizeof *told);
    if (!told)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < rows->n; i++)
        for (size_t c = l->first[rows->row[i]->sample]; c < l->first[rows->row[i]->sample + 1]; c++)
            told[k++] = (struct told){l->cell[c].column, l->cell[c].value, 1, rows->row[i]->pass};
    qsort(told, n, sizeof *told, by_column);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && told[to].column == told[from].column; to++)
            ;
        judge_column(out, (struct trm_lint *)l, told, from, to);
    }
    free(told);
    return 0;
}

/* --- one rule ------------------------------------------------------------------------------------------------------ */

int
trm_lint_judge(struct trm_lint_rule *out, const struct trm_lint *l, size_t r, uint64_t seed, struct trm_err *err)
{
    *out = (struct trm_lint_rule){.rule = r, .ceiling = 1};
    struct lint_rows rows = {.l = l};
    rows.row = calloc(l->n_labels + 1, sizeof *rows.row);
    rows.half = calloc(l->n_labels + 1, sizeof *rows.half);
    int rc = rows.row && rows.half ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; rc == 0 && i < l->n_labels; i++)
        if (l->row[i].rule == r) {
            rows.row[rows.n++] = &l->row[i];
            rows.pass += l->row[i].pass;
        }
    out->n = rows.n;
    if (rc == 0) {
        qsort(rows.row, rows.n, sizeof *rows.row, by_facts);
        for (size_t i = 0; i < rows.n; i++)
            rows.half[i] = trm_hash64(&rows.row[i]->facts, sizeof rows.row[i]->facts, seed) >> 63;
        find_conflicts(out, &rows);
        rc = find_telling(out, &rows, err);
    }
    if (rc == 0)
        rc = trm_lint_explain(out, &rows, err);
    free(rows.row);
    free(rows.half);
    return rc;
}

void
trm_lint_release(struct trm_lint *l)
{
    trm_names_release(&l->columns);
    trm_names_release(&l->rules);
    trm_names_release(&l->values);
    trm_table_release(&l->decides);
    free(l->cell);
    free(l->first);
    free(l->row);
    trm_buf_release(&l->key);
    *l = (struct trm_lint){0};
}
