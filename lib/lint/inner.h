/* Between the files of lint only. */
#ifndef TRM_LINT_INNER_H
#define TRM_LINT_INNER_H

#include "lint.h"

struct trm_lint_cell {
    uint32_t column, value;
    bool number;
    double num;
};
struct trm_lint_row {
    uint32_t sample, rule;
    bool pass;
    struct trm_digest facts;
};
/* The labels of one rule. */
struct lint_rows {
    const struct trm_lint *l;
    const struct trm_lint_row **row; /* [n] */
    bool *half;                      /* [n] which half judges; samples with the same facts stay together */
    size_t n, pass;
};

/* Fills what out says of explaining: base_rate, best, best_accuracy, z, unexplained. */
int trm_lint_explain(struct trm_lint_rule *out, const struct lint_rows *rows, struct trm_err *err);

#endif
