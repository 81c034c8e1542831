/* Between the files of score only. */
#ifndef TRM_SCORE_INNER_H
#define TRM_SCORE_INNER_H

#include "score.h"

struct trm_score_case { /* one task */
    uint32_t family, cells, cells_right; /* cells asked for; 0 when nobody knows the right answer */
    uint32_t base_cells[TRM_SCORE_BASELINES];
    signed char difficulty;
    bool given, said, right, timed_out; /* said: an answer came, if only null */
    bool base[TRM_SCORE_BASELINES];
    double conf, ms, cost; /* -1: not said */
    long steps;
};

/* Task i into s->task, with its right answer if that can be known. */
void trm_scores_take(struct trm_scores *s, size_t i);
/* Fills base and base_cells of all cases. */
int trm_score_baselines(struct trm_scores *s, struct trm_err *err);
/* Of n tokens how many asked for are right; all: whether all are, and nothing stands elsewhere. */
uint32_t trm_score_cells(bool *all, const struct trm_task *t, const uint8_t *answer);

#endif
