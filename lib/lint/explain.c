/* Whether anything explains the labels of a rule: simple learners, each half of the samples judged by the other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

enum { ENOUGH = 60, ENOUGH_OF_A_KIND = 15, MOST_NEIGHBOURS = 2000, NEIGHBOURS = 5 };
static const double BEATS = 2.5; /* z above which a learner is taken for better than the base rate; p .006, four tries */

struct judge {
    const struct lint_rows *rows;
    bool half;      /* the half that is judged; the other one teaches */
    bool base;      /* the more frequent label of all */
    bool *says;     /* [n] in the judged half */
    uint32_t (*count)[2]; /* [values] fail, pass among the teaching */
    uint32_t taught[2];
};
/* A learner over both halves: against the base rate. */
struct score {
    size_t right, only, only_base;
};

static size_t
first_cell(const struct judge *j, size_t i)
{
    return j->rows->l->first[j->rows->row[i]->sample];
}

static size_t
end_cell(const struct judge *j, size_t i)
{
    return j->rows->l->first[j->rows->row[i]->sample + 1];
}

static void
teach(struct judge *j)
{
    memset(j->count, 0, (j->rows->l->values.n + 1) * sizeof *j->count);
    memset(j->taught, 0, sizeof j->taught);
    for (size_t i = 0; i < j->rows->n; i++) {
        if (j->rows->half[i] == j->half)
            continue;
        j->taught[j->rows->row[i]->pass]++;
        for (size_t c = first_cell(j, i); c < end_cell(j, i); c++)
            j->count[j->rows->l->cell[c].value][j->rows->row[i]->pass]++;
    }
}

static void
add_score(struct score *s, const struct judge *j)
{
    for (size_t i = 0; i < j->rows->n; i++) {
        if (j->rows->half[i] != j->half)
            continue;
        bool right = j->says[i] == j->rows->row[i]->pass, base = j->base == j->rows->row[i]->pass;
        s->right += right;
        s->only += right && !base;
        s->only_base += base && !right;
    }
}

/* log P(pass | values) - log P(fail | values), values taken for independent, half a count added to each. */
static void
naive_bayes(struct judge *j)
{
    double prior = log((j->taught[1] + 0.5) / (j->taught[0] + 0.5));
    for (size_t i = 0; i < j->rows->n; i++) {
        double x = prior;
        for (size_t c = first_cell(j, i); c < end_cell(j, i); c++) {
            const uint32_t *n = j->count[j->rows->l->cell[c].value];
            if (n[0] + n[1])
                x += log((n[1] + 0.5) / (j->taught[1] + 1)) - log((n[0] + 0.5) / (j->taught[0] + 1));
        }
        j->says[i] = x == 0 ? j->base : x > 0;
    }
}

/* Which column, each value telling its more frequent label, is right most often among the teaching; values seen once
 * tell nothing. Returns the column, -1 when there is none. */
static long
best_by_value(struct judge *j, double *gain)
{
    const struct trm_lint *l = j->rows->l;
    for (size_t i = 0; i < j->rows->n; i++)
        for (size_t c = first_cell(j, i); j->rows->half[i] != j->half && c < end_cell(j, i); c++) {
            const uint32_t *n = j->count[l->cell[c].value];
            bool says = n[0] + n[1] < 2 || n[0] == n[1] ? j->base : n[1] > n[0];
            gain[l->cell[c].column] += (says == j->rows->row[i]->pass) - (j->base == j->rows->row[i]->pass);
        }
    long best = -1;
    for (size_t c = 0; c < l->columns.n; c++)
        if (gain[c] > 0 && (best < 0 || gain[c] > gain[best]))
            best = (long)c;
    return best;
}

static long
by_value(struct judge *j, struct trm_err *err)
{
    const struct trm_lint *l = j->rows->l;
    double *gain = calloc(l->columns.n + 1, sizeof *gain);
    if (!gain)
        return trm_err_set(err, TRM_SYS, "out of memory");
    long best = best_by_value(j, gain);
    free(gain);
    for (size_t i = 0; i < j->rows->n; i++) {
        j->says[i] = j->base;
        for (size_t c = first_cell(j, i); c < end_cell(j, i); c++) {
            const uint32_t *n = j->count[l->cell[c].value];
            if (l->cell[c].column == best && n[0] + n[1] >= 2 && n[0] != n[1])
                j->says[i] = n[1] > n[0];
        }
    }
    return best < 0 ? -2 : best;
}

/* --- thresholds ---------------------------------------------------------------------------------------------------- */

struct number {
    uint32_t column;
    bool pass;
    double num;
};
struct cut {
    long column;
    double at;
    bool above; /* what a number at or above it says */
    long gain;  /* cases more than the base rate has right */
};

static int
by_number(const void *a, const void *b)
{
    const struct number *x = a, *y = b;
    if (x->column != y->column)
        return (x->column > y->column) - (x->column < y->column);
    return (x->num > y->num) - (x->num < y->num);
}

/* The best cut of one column's numbers, in rising order. */
static void
cut_column(struct cut *best, const struct number *x, size_t n, bool base)
{
    long right[2] = {0, 0}, base_right = 0; /* right[s]: when all from here on say s and all before say the other */
    for (size_t i = 0; i < n; i++) {
        right[x[i].pass]++;
        base_right += x[i].pass == base;
    }
    for (size_t i = 0; i < n; i++) {
        for (int above = 0; above < 2; above++)
            if ((i == 0 || x[i].num > x[i - 1].num) && right[above] - base_right > best->gain)
                *best = (struct cut){x[i].column, x[i].num, above, right[above] - base_right};
        right[x[i].pass]--;
        right[!x[i].pass]++;
    }
}

static long
threshold(struct judge *j, struct trm_err *err)
{
    const struct trm_lint *l = j->rows->l;
    size_t n = 0, most = 1;
    for (size_t i = 0; i < j->rows->n; i++)
        most += end_cell(j, i) - first_cell(j, i);
    struct number *x = calloc(most, sizeof *x);
    if (!x)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < j->rows->n; i++)
        for (size_t c = first_cell(j, i); j->rows->half[i] != j->half && c < end_cell(j, i); c++)
            if (l->cell[c].number)
                x[n++] = (struct number){l->cell[c].column, j->rows->row[i]->pass, l->cell[c].num};
    qsort(x, n, sizeof *x, by_number);
    struct cut best = {.column = -2};
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && x[to].column == x[from].column; to++)
            ;
        cut_column(&best, x + from, to - from, j->base);
    }
    free(x);
    for (size_t i = 0; i < j->rows->n; i++) {
        j->says[i] = j->base;
        for (size_t c = first_cell(j, i); c < end_cell(j, i); c++)
            if (l->cell[c].number && l->cell[c].column == best.column)
                j->says[i] = (l->cell[c].num >= best.at) == best.above;
    }
    return best.column;
}

/* --- neighbours ---------------------------------------------------------------------------------------------------- */

/* Where each value stands among the teaching: rows at[start[v]..start[v+1]). */
struct index {
    uint32_t *start, *at;
    float *weight; /* by row, of the row in hand */
};

static int
build_index(struct index *x, const struct judge *j, size_t most, struct trm_err *err)
{
    size_t values = j->rows->l->values.n, n = 0;
    x->start = calloc(values + 2, sizeof *x->start);
    x->weight = calloc(j->rows->n + 1, sizeof *x->weight);
    if (x->start)
        for (size_t i = 0; i < most; i++)
            for (size_t c = first_cell(j, i); j->rows->half[i] != j->half && c < end_cell(j, i); c++)
                x->start[j->rows->l->cell[c].value + 2]++, n++;
    x->at = calloc(n + 1, sizeof *x->at);
    if (!x->start || !x->at || !x->weight)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t v = 2; v < values + 2; v++)
        x->start[v] += x->start[v - 1];
    for (size_t i = 0; i < most; i++)
        for (size_t c = first_cell(j, i); j->rows->half[i] != j->half && c < end_cell(j, i); c++)
            x->at[x->start[j->rows->l->cell[c].value + 1]++] = (uint32_t)i;
    return 0;
}

/* More of the nearest pass than fail; ties to the first in order. */
static bool
ask_neighbours(const struct index *x, const struct judge *j, size_t most)
{
    size_t near[NEIGHBOURS], n = 0;
    for (size_t i = 0; i < most; i++) {
        if (!(x->weight[i] > 0))
            continue;
        size_t k = n < NEIGHBOURS ? n++ : NEIGHBOURS;
        if (k == NEIGHBOURS && !(x->weight[i] > x->weight[near[NEIGHBOURS - 1]]))
            continue;
        k = k == NEIGHBOURS ? NEIGHBOURS - 1 : k;
        for (; k > 0 && x->weight[i] > x->weight[near[k - 1]]; k--)
            near[k] = near[k - 1];
        near[k] = i;
    }
    int votes = 0;
    for (size_t k = 0; k < n; k++)
        votes += j->rows->row[near[k]]->pass ? 1 : -1;
    return votes == 0 ? j->base : votes > 0;
}

static int
neighbours(struct judge *j, struct trm_err *err)
{
    struct index x = {0};
    size_t most = j->rows->n < MOST_NEIGHBOURS ? j->rows->n : MOST_NEIGHBOURS;
    int rc = build_index(&x, j, most, err);
    double teachers = j->taught[0] + j->taught[1] + 1.0;
    for (size_t i = 0; rc == 0 && i < j->rows->n; i++) {
        j->says[i] = j->base;
        if (i >= most || j->rows->half[i] != j->half)
            continue;
        memset(x.weight, 0, most * sizeof *x.weight);
        for (size_t c = first_cell(j, i); c < end_cell(j, i); c++) {
            uint32_t v = j->rows->l->cell[c].value, from = x.start[v], to = x.start[v + 1];
            float rare = (float)log(teachers / (1.0 + to - from));
            for (uint32_t k = from; k < to; k++)
                x.weight[x.at[k]] += rare;
        }
        j->says[i] = ask_neighbours(&x, j, most);
    }
    free(x.start);
    free(x.at);
    free(x.weight);
    return rc;
}

/* --- all of them --------------------------------------------------------------------------------------------------- */

static double
z_of(const struct score *s)
{
    double b = (double)s->only, c = (double)s->only_base;
    return b + c > 0 ? (b - c) / sqrt(b + c) : 0;
}

static void
take_best(struct trm_lint_rule *out, const struct score *s, const char *name, long column, const struct lint_rows *rows)
{
    double z = z_of(s);
    if (!(z > out->z))
        return;
    out->z = z;
    out->best_accuracy = (double)s->right / (double)rows->n;
    snprintf(out->best, sizeof out->best, column >= 0 ? "%s %.70s" : "%s", name, column >= 0 ? rows->l->columns.name[column] : "");
}

int
trm_lint_explain(struct trm_lint_rule *out, const struct lint_rows *rows, struct trm_err *err)
{
    struct judge j = {.rows = rows, .base = 2 * rows->pass >= rows->n};
    struct score s[4] = {{0}};
    long column[2] = {-1, -1};
    j.says = calloc(rows->n + 1, sizeof *j.says);
    j.count = calloc(rows->l->values.n + 1, sizeof *j.count);
    int rc = j.says && j.count ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    for (int half = 0; half < 2 && rc == 0; half++) {
        j.half = half;
        teach(&j);
        naive_bayes(&j);
        add_score(&s[0], &j);
        column[0] = by_value(&j, err);
        add_score(&s[1], &j);
        column[1] = threshold(&j, err);
        add_score(&s[2], &j);
        rc = column[0] == -1 || column[1] == -1 ? -1 : neighbours(&j, err);
        add_score(&s[3], &j);
    }
    free(j.says);
    free(j.count);
    if (rc != 0 || rows->n == 0)
        return rc;
    size_t fail = rows->n - rows->pass, few = rows->pass < fail ? rows->pass : fail;
    out->base_rate = out->best_accuracy = (double)(rows->n - few) / (double)rows->n;
    snprintf(out->best, sizeof out->best, "base rate");
    take_best(out, &s[0], "naive bayes", -1, rows);
    take_best(out, &s[1], "value of", column[0], rows);
    take_best(out, &s[2], "threshold on", column[1], rows);
    take_best(out, &s[3], "neighbours", -1, rows);
    out->unexplained = rows->n >= ENOUGH && few >= ENOUGH_OF_A_KIND && out->z < BEATS;
    return 0;
}
