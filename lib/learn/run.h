/* What every training of the net is made of, whatever it learns: weights, their average, the optimiser, the slots, counts,
 * and all of that as a file and back, bit for bit. */
#ifndef TRM_LEARN_RUN_H
#define TRM_LEARN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/rng.h"
#include "../net/net.h"
#include "../opt/opt.h"
#include "../team/team.h"

struct trm_run_config {
    struct trm_opt_config opt;
    size_t batch, threads; /* batch: slots of all ranks together, a multiple of ranks times net.micro when there are several */
    struct trm_team team;  /* each rank holds batch/size slots, in the order of ranks */
    uint64_t seed;
    size_t stages;         /* rows of labels that a sample has; 0 as 1 */
    /* 0: none; see trm_run_depth */
    uint64_t ramp;       /* optimiser steps that a depth curriculum is spread over */
    uint64_t steps_ramp; /* optimiser steps in which the supervision steps of a sample rise from one to all */
};
/* How long the net thinks about a sample. */
struct trm_run_depth {
    uint32_t n, T, max_steps;
};
/* A zeroed struct may be released. */
struct trm_run {
    struct trm_run_config config;
    struct trm_net *net; /* borrowed */
    struct trm_run_depth full;
    char from[65];       /* whose weights it began with, as 64 hex digits; empty: with weights of its seed */
    struct trm_opt opt;
    struct trm_slots slots;
    trm_real *params, *ema, *best, *grad; /* [net.n_params] owned (grad [n_trained]) */
    size_t steps_per_epoch;
    /* what a resume needs beside vectors and slots */
    struct trm_run_count {
        uint64_t drawn, step_of_epoch, epoch, best_epoch, halted, labelled, right, halted_steps, exact, seen;
    } count;
    struct trm_run_sum {
        double loss, halt, best_loss, best_accuracy;
    } sum;
};

/* Initial weights of the seed; the embedding multiplied by embed_scale, for inputs that are sums of several rows. The net must
 * outlive the run, and is changed by a depth curriculum. TRM_USAGE: a setting out of range; TRM_SYS: memory. */
int trm_run_init(struct trm_run *r, struct trm_net *net, const struct trm_run_config *c, double embed_scale, struct trm_err *err);
void trm_run_release(struct trm_run *r);
/* Before the first step or a resume: begin with the weights of a trained net of the same form and sizes. Row i of the table of
 * ids is their row rows[i], or stays as it was drawn where that is -1; NULL: the same rows. sha256: of the model they are from, 64
 * digits; a resume asks for the same. TRM_USAGE names a setting of the net that differs; depths, halting and dropout may. */
int trm_run_from(struct trm_run *r, const struct trm_net *net, const trm_real *params, const int32_t *rows, const char *sha256,
                 struct trm_err *err);

/* Number of the first of n draws that this rank takes now; the draws of all ranks are counted. */
uint64_t trm_run_draws(struct trm_run *r, size_t n);
/* One optimiser step, at the depth of this step; every slot that had halted must have a fresh sample. */
int trm_run_step(struct trm_run *r, struct trm_err *err);
/* The depth that the step after `steps` runs at. With a ramp of R steps (n,T) is at most (2,1) before 0.3 R, (4,2) before 0.6 R,
 * then what was set (TRM.md: 1.7 times faster for 0.6 points). With a steps_ramp of R a sample has one supervision step at
 * first and, in stairs of equal length, all of them from R on: a slot asks for a fresh sample that much more often, and what can be
 * seen in one step is learned from many samples rather than from each again and again (tests/bench/LOG.md). */
struct trm_run_depth trm_run_depth(const struct trm_run *r, uint64_t steps);
bool trm_run_same_depth(struct trm_run_depth a, struct trm_run_depth b);
/* Set the net to a depth; trm_run_step does so by itself. */
void trm_run_deepen(struct trm_run *r, struct trm_run_depth depth);
/* The averaged weights of this epoch become the best ones when they are: better says so, or there were none, or the net was
 * shallower then. Ends the epoch: counts it, and begins the next. Returns whether they did. */
bool trm_run_end_epoch(struct trm_run *r, bool better, double loss, double accuracy);

/* A random number generator of its own for every draw, made from the seed, what it is for, and a count. */
struct trm_rng trm_run_rng(uint64_t seed, char what, uint64_t k);

/* Of several ranks the first writes the state of all, in the form of one rank: any number of them may go on from it.
 * fingerprint: 64 hex digits, made of all that must be equal for a run to go on as if it had not stopped. */
int trm_run_save(const struct trm_run *r, const char *path, const char *fingerprint, struct trm_err *err);
/* TRM_DATA: not a training state, of another fingerprint, or numbers that cannot be. */
int trm_run_resume(struct trm_run *r, const char *path, const char *fingerprint, struct trm_err *err);
/* The part of a fingerprint that stands in the run's own settings, at the end of b. */
struct trm_buf;
void trm_run_settings(const struct trm_run *r, struct trm_buf *b);

#endif
