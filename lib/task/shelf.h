/* Many tasks, kept small and found by id, and the answers that come to them.
 *
 * A zeroed struct trm_shelf is a valid empty shelf. */
#ifndef TRM_TASK_SHELF_H
#define TRM_TASK_SHELF_H

#include "../base/names.h"
#include "task.h"

struct trm_shelved;
struct trm_shelf {
    size_t n;
    /* internal */
    struct trm_shelved *task; /* [cap] owned */
    size_t cap;
    struct trm_names ids;
    struct trm_arena mem;
};

/* Keep a copy of t; its number goes to *i (may be NULL). TRM_DATA when a task of this id is there already, TRM_SYS when
 * memory is out. */
int trm_shelf_put(struct trm_shelf *s, size_t *i, const struct trm_task *t, struct trm_err *err);
/* The number of the task with this id, or -1. Cannot fail. */
long trm_shelf_find(const struct trm_shelf *s, const char *id);
/* Task i < n into *t. Cannot fail. */
void trm_shelf_get(struct trm_task *t, const struct trm_shelf *s, size_t i);
/* Without copying: the id, borrowed from the shelf. */
const char *trm_shelf_id(const struct trm_shelf *s, size_t i);
void trm_shelf_release(struct trm_shelf *s);

/* --- answers --- */

/* What a solver says: a record of kind answer, or a trace that carries an answer. */
struct trm_answer {
    const char *id, *solver; /* borrowed from the record; solver "" when not said */
    bool given;              /* false: null, the solver gave up, which is an answer missing */
    bool timed_out;          /* member timeout is true */
    size_t n;                /* tokens, when given */
    double confidence, ms, cost; /* -1: not said */
    long steps;                  /* supervision steps taken (halted_at); 0: not said */
    uint8_t tokens[TRM_TASK_MOST];
};
/* TRM_DATA: another kind or version, or a member that cannot be; names it. */
int trm_answer_read(struct trm_answer *a, const trm_json *rec, struct trm_err *err);

/* Judge by the rules first; then, where the task brought an answer, by that: two right answers are a fault of the task
 * (TRM_TASK_DISAGREES). An answer that is missing is TRM_TASK_MISSING. Cannot fail. */
void trm_answer_judge(struct trm_task_verdict *v, const struct trm_task *t, const struct trm_answer *a);

#endif
