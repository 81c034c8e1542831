/* Learning to solve tasks: from tasks kept in memory, or made afresh for every draw, or both. As the rest of the room it
 * knows no clock, no signals and no screen. */
#ifndef TRM_LEARN_DRILL_H
#define TRM_LEARN_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/hash.h"
#include "../ckpt/ckpt.h"
#include "../fact/side.h"
#include "../model/solver.h"
#include "../task/shelf.h"
#include "run.h"

/* --- tasks in memory --- */

struct trm_kept {
    struct trm_shelf shelf; /* those of the train and val sides; set .mem.limit before the first to bound the memory */
    uint8_t *side;          /* [shelf.n] enum trm_side; owned */
    size_t cap;
    size_t count[TRM_N_SIDES];
    struct trm_sha256 sha; /* of all task lines, test side included */
    bool begun;
    bool places; /* of the board that they are for; set before the first */
};
/* Add a record of kind task with the side that trm-split named; line: its bytes, for the digest. TRM_DATA: no task, no side, no
 * answer, more positions than a board has; or, when `rule` is given, a task that is kept from training whose side is not the one that rule gives to its key: then
 * tasks made afresh could be the same. TRM_SYS: the bound on memory is reached. */
int trm_kept_add(struct trm_kept *set, const trm_json *rec, const char *line, size_t n, const struct trm_side_rule *rule,
                 struct trm_err *err);
void trm_kept_release(struct trm_kept *set);

/* --- tasks made afresh --- */

/* A family to draw from: "sudoku6", "turn", "sudoku9d1" (difficulty 1). TRM_USAGE names what is wrong. */
struct trm_fresh {
    const struct trm_task_family *family;
    int size, level; /* 0: the family's own; as they come */
};
int trm_fresh_parse(struct trm_fresh *out, const char *name, struct trm_err *err);

/* --- the training --- */

struct trm_drill_config {
    struct trm_net_config net; /* seq, vocabularies, id columns are filled in */
    struct trm_opt_config opt;
    size_t batch, threads;
    struct trm_team team;
    const char *backend; /* as trm_net_backend takes it */
    uint64_t seed;
    const struct trm_fresh *fresh; /* [n_fresh] borrowed */
    size_t n_fresh;
    struct trm_side_rule rule;  /* what is made afresh is drawn only where this says train; for validation, val */
    bool places, first_use, augment; /* see board.h, twice; symmetries of the family on tasks kept in memory */
    bool stages; /* supervision step k is asked for stage k of the way to the answer: trm_task_stage */
    /* of all steps, epochs * steps of an epoch: */
    bool ramp;                   /* depth curriculum over them */
    double steps_ramp, cooldown; /* share at their beginning in which supervision steps rise, at their end in which the rate falls */
    size_t epochs;               /* for these three */
    size_t epoch_steps;         /* 0: tasks of the train side / batch, or 200 when tasks are only made afresh */
    size_t val_tasks, val_steps; /* looked at after each epoch, and supervision steps at most */
    double stop_q;
};

struct trm_drill_look { /* of the validation side */
    size_t n;
    double exact, accuracy, steps; /* shares of tasks and of asked tokens that are right; mean supervision steps */
    double loss;                   /* 2 - exact - accuracy: what the best epoch has least of */
};
struct trm_drill_epoch {
    size_t epoch; /* from 1 */
    uint64_t steps;
    double loss, halt_loss, accuracy, exact, halt_steps, lr; /* training: means over the epoch */
    struct trm_run_depth depth;                              /* at its end */
    struct trm_drill_look val;
    bool best;
    size_t since_best; /* epochs */
};

struct trm_drill {
    struct trm_drill_config config;
    const struct trm_kept *set; /* borrowed */
    struct trm_solver solver;       /* net owned; params: the averaged weights */
    struct trm_run run;
    struct trm_arena arena;
    uint32_t *train; /* [n_train] tasks of the set */
    size_t n_train;
    const struct trm_shelf *val_shelf; /* the set's, or `made` */
    uint32_t *val;                     /* [n_val] tasks of it */
    size_t n_val;
    struct trm_shelf made;
    uint32_t *order; /* [n_train] of the pass in hand */
    uint64_t order_of; /* pass + 1 that `order` holds; 0: none */
    struct trm_task *hand; /* [threads] */
    size_t *wanting;       /* [batch] slots that want a task */
    size_t stages;         /* rows of labels that a task has */
    int32_t *ids, *labels; /* [batch] boards; labels [batch,stages,S] */
    struct trm_solving *solving;
};
/* Without a validation side the last weights count as the best. TRM_DATA: nothing to learn from; TRM_USAGE: a setting out of
 * range; TRM_SYS. */
int trm_drill_init(struct trm_drill *d, const struct trm_drill_config *c, const struct trm_kept *set, struct trm_err *err);
void trm_drill_release(struct trm_drill *d);
/* Before the first step or a resume: begin with the weights of a solver for the same kinds of task. TRM_USAGE: of others, or as
 * trm_run_from; TRM_SYS. */
int trm_drill_from(struct trm_drill *d, const struct trm_solver *s, struct trm_err *err);
/* One optimiser step. */
int trm_drill_step(struct trm_drill *d, struct trm_err *err);
/* To be called when run.count.step_of_epoch has reached run.steps_per_epoch, or sooner. Look at the validation side at the depth in hand, with the averaged weights, stopping as in use; keep the best weights (more
 * tasks exact, then more tokens right); begin the next epoch. */
int trm_drill_end_epoch(struct trm_drill *d, struct trm_drill_epoch *out, struct trm_err *err);
/* As trm_learn_save and trm_learn_resume. */
int trm_drill_save(const struct trm_drill *d, const char *path, struct trm_err *err);
int trm_drill_resume(struct trm_drill *d, const char *path, struct trm_err *err);
/* The best weights so far become the solver's, at full depth; val: the look of their epoch, once more. */
int trm_drill_finish(struct trm_drill *d, struct trm_drill_look *val, struct trm_err *err);

/* Write the solver whole or not at all. meta [n]: further metadata (lineage, label). */
int trm_solver_write(const struct trm_solver *s, const char *path, const struct trm_ckpt_meta *meta, size_t n, struct trm_err *err);

#endif
