/* Labels and what might explain them: columns that tell, labels that contradict each other, labels that nothing explains.
 *
 * A zeroed struct trm_lint is a valid empty one. Samples come one by one: trm_lint_sample, then its fields, then its labels. */
#ifndef TRM_LINT_LINT_H
#define TRM_LINT_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "../base/err.h"
#include "../base/names.h"
#include "../base/table.h"

/* Fewer than this say nothing: of samples about a column, of tasks about a position. */
enum { TRM_LINT_FEW = 20, TRM_LINT_MOST_TELLING = 8 };

struct trm_lint_cell;
struct trm_lint_row;
struct trm_lint {
    struct trm_names columns, rules;
    size_t n_samples, n_labels;
    /* internal */
    struct trm_names values;       /* column and value */
    struct trm_table decides;      /* rule and column */
    struct trm_lint_cell *cell;    /* [n_cells] owned */
    size_t n_cells, cap_cells;
    size_t *first;                 /* [n_samples + 1] of a sample's cells; owned */
    size_t cap_samples;
    struct trm_lint_row *row;      /* [n_labels] owned */
    size_t cap_rows;
    struct trm_buf key;
};

/* What follows belongs to a new sample. -1: memory is out, here and below. */
int trm_lint_sample(struct trm_lint *l);
/* A field of the sample in hand; value: as text, whatever it is; number: num is it. */
int trm_lint_field(struct trm_lint *l, const char *column, const char *value, size_t len, bool number, double num);
/* A label of the sample in hand. facts: the same for samples that are the same but for labels. */
int trm_lint_label(struct trm_lint *l, const char *rule, struct trm_digest facts, bool pass);
/* The rule is decided by this column, which therefore may tell the label. */
int trm_lint_decides(struct trm_lint *l, const char *rule, const char *column);

/* Samples in which column c stands, when it holds one value in all of them and they are not few; else 0. */
size_t trm_lint_constant(const struct trm_lint *l, size_t c);

struct trm_lint_rule {
    size_t rule, n, conflicts; /* labels; those that contradict the majority of samples with the same facts */
    double ceiling;            /* share that any learner can have right at most */
    struct {
        size_t column, n, values;
    } telling[TRM_LINT_MOST_TELLING]; /* columns that decide nothing and have one label for each of their few values */
    size_t n_telling;
    /* Held-out accuracy, one half of the samples judging the other, of the best of: naive Bayes over all values; the best
     * column by its values; the best threshold on a number; five nearest neighbours by shared values. z: McNemar's
     * statistic against the base rate, (b - c) / sqrt(b + c) over cases that only one of the two has right. */
    double base_rate, best_accuracy, z;
    char best[96];
    bool unexplained; /* there are labels enough of both kinds, and nothing beats the base rate by z of 2.5 */
};
/* What there is to say of rule r. TRM_SYS: memory is out. */
int trm_lint_judge(struct trm_lint_rule *out, const struct trm_lint *l, size_t r, uint64_t seed, struct trm_err *err);
void trm_lint_release(struct trm_lint *l);

#endif
