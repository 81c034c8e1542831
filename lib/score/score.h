/* How right answers to tasks are: figures by family and difficulty, with baselines beside them.
 *
 * A zeroed struct trm_scores is a valid empty one: begin with the tasks, then each answer, then write groups. */
#ifndef TRM_SCORE_SCORE_H
#define TRM_SCORE_SCORE_H

#include "../base/table.h"
#include "../rec/rec.h"
#include "../task/shelf.h"

/* What one gets without a model. MAJORITY: at each place the token most frequent there in the other tasks of the family and
 * size. COPY: the input. CONSTANT: the one rule of trm_task_constant that is right most often; of families that have none
 * the answer most frequent in the other tasks. */
enum { TRM_SCORE_MAJORITY, TRM_SCORE_COPY, TRM_SCORE_CONSTANT, TRM_SCORE_BASELINES };

struct trm_score_case;
struct trm_scores {
    struct trm_names families;   /* "sudoku6" */
    size_t n, n_answers;         /* tasks, answers */
    /* internal */
    const struct trm_shelf *shelf; /* borrowed */
    struct trm_score_case *c;      /* [n] owned */
    struct trm_task task;
    struct trm_answer right;       /* room */
};
struct trm_score_opts {
    size_t bins;     /* of the calibration error */
    double level;    /* of Wilson's interval */
    double limit_ms; /* an answer that took longer is a time-out; 0: only those that say so */
    double price;    /* of an hour of processor; 0: none */
    double seconds;  /* of processor that all answers took together; 0: ms of each counts, unless it brings its cost */
};

/* The tasks, which must outlive s; those without an answer are solved. TRM_SYS when memory is out. */
int trm_scores_begin(struct trm_scores *s, const struct trm_shelf *shelf, struct trm_err *err);
/* An answer. TRM_DATA: no such task, or one that has an answer. */
int trm_scores_answer(struct trm_scores *s, const struct trm_answer *a, struct trm_err *err);
/* A record of kind eval, of one family (-1: all) and difficulty (-1: all), at the end of b; see trm-eval(5). False, and
 * nothing, when there is no such task. text: a row of a table instead. */
bool trm_scores_write(struct trm_buf *b, const struct trm_scores *s, long family, int difficulty,
                      const struct trm_score_opts *opts, bool text, struct trm_err *err);
/* The head of that table. */
void trm_scores_head(struct trm_buf *b);
void trm_scores_release(struct trm_scores *s);

#endif
