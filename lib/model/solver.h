/* Solvers in use: a model of tasks opened, and tasks on their way through its supervision steps.
 *
 * The file is that of model.h with arch "solver": tensors of the net room; metadata TRM_META_ARCH, TRM_META_STOP,
 * TRM_META_NET*, TRM_META_LINEAGE, TRM_META_LABEL, and TRM_META_BOARD, the kinds of task it is for. */
#ifndef TRM_MODEL_SOLVER_H
#define TRM_MODEL_SOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../ckpt/ckpt.h"
#include "../code/board.h"
#include "../net/net.h"

#define TRM_ARCH_SOLVER "solver"
#define TRM_META_BOARD "trm.board" /* JSON, as trm_board_save */

/* A zeroed struct may be released. Immutable once open. */
struct trm_solver {
    struct trm_board board;
    double stop_q;          /* halting logit above which it is sure enough to stop */
    struct trm_net net;     /* owned */
    const trm_real *params; /* [net.n_params] */
    struct trm_ckpt file;
    trm_real *owned_params; /* NULL when params stand in the map */
};
/* Whether the open file holds a solver rather than a model of verdicts. */
bool trm_solver_is(const struct trm_ckpt *file);
/* A solver of an open file, which is taken (also on failure); path: for messages. TRM_DATA as trm_model_open. On failure *s is empty. */
int trm_solver_of(struct trm_solver *s, struct trm_ckpt *file, const char *path, struct trm_err *err);
void trm_solver_release(struct trm_solver *s);
/* seq, vocab_in, vocab_out, id_columns, features and puzzles of a net for this board. */
void trm_solver_shape(struct trm_net_config *c, const struct trm_board *b);

/* --- solving --- */

struct trm_solve_opt {
    size_t slots;     /* rollouts thought about side by side; at least rollouts */
    size_t threads;   /* share them; no byte depends on it */
    size_t max_steps; /* supervision steps at most */
    double stop_q;    /* stop a rollout once its halting logit is above it; INFINITY: never */
    size_t rollouts;  /* of each task, >= 1; the one with the highest halting logit at its end wins, of equals the first */
    bool views;       /* rollout k is of the task's view k (trm_task_see) instead, without noise. Each votes for the answer it came to
                       * with its halting value; of those that voted for the winner, the one with the highest stands for it. The
                       * paper's way with ARC, there with equal votes */
    double noise;     /* added to z before every step of every rollout but the first: a normal of this deviation, drawn from
                       * the task's id, the rollout and the step, so that neighbours and threads change nothing */
};

/* What became of a task. */
struct trm_solved {
    uint64_t tag;   /* the caller's */
    size_t n;       /* tokens */
    size_t steps;   /* of the rollout that won */
    size_t rollout; /* which one, from 0 */
    size_t total_steps; /* of all rollouts */
    size_t votes;   /* rollouts that came to this answer, where they are views; else 0 */
    double q;       /* its halting logit at the end */
    uint8_t *answer; /* [steps][n] after each step; 0 where nothing is asked. The last row is the answer */
    double *halt;   /* [steps] halting logit */
    double *p;      /* [steps] mean probability of the tokens chosen, over those asked */
    double *least;  /* [steps] the least of them */
};

struct trm_solving; /* tasks on their way */
/* NULL with err: TRM_USAGE (an option), TRM_SYS. The solver must outlive it, or, in training, its weights may change between
 * tasks. */
struct trm_solving *trm_solving_new(const struct trm_solver *s, const struct trm_solve_opt *opt, struct trm_err *err);
void trm_solving_free(struct trm_solving *v); /* NULL is allowed */
/* To be told when the solver's weights were changed in place; no task may be on its way. */
void trm_solving_weights_changed(struct trm_solving *v);
/* Whether another task can be seated; whether any is on its way. */
bool trm_solving_room(const struct trm_solving *v);
bool trm_solving_busy(const struct trm_solving *v);
/* Seat a task; there must be room. The task is copied. most: supervision steps that it may take itself, where that is fewer
 * than max_steps; 0: it says nothing. TRM_DATA: the solver is not for such tasks; TRM_SYS. */
int trm_solving_put(struct trm_solving *v, const struct trm_task *t, size_t most, uint64_t tag, struct trm_err *err);
/* One supervision step for all. Returns how many tasks it finished; -1 out of memory. */
int trm_solving_step(struct trm_solving *v, struct trm_err *err);
/* The next finished task, in the order of finishing; NULL when there is none. Good until the next call of put or step. */
const struct trm_solved *trm_solving_take(struct trm_solving *v);

#endif
