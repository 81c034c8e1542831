/* Ranks that train one model together, and the only talk with MPI. Built without it (as by default; make MPI=1 asks for it) a
 * team is one rank alone, every call does nothing and costs nothing.
 *
 * Every rank holds the same weights and a share of the slots. What must be the same everywhere is added up on rank 0 and sent
 * out from there, so all ranks see the same bytes. */
#ifndef TRM_TEAM_TEAM_H
#define TRM_TEAM_TEAM_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../base/tensor.h"

/* A zeroed struct is a rank alone. */
struct trm_team {
    int rank, size; /* size 0 counts as 1 */
};
/* Join those that mpirun started; alone without MPI, or when nobody did. TRM_SYS. */
int trm_team_begin(struct trm_team *t, struct trm_err *err);
/* Leave. Call on every way out; kills the others when failed (they would wait forever). */
void trm_team_end(struct trm_team *t, int failed);

/* In place: x[i] becomes the sum over ranks, divided by `over`. */
void trm_team_mean(const struct trm_team *t, trm_real *x, size_t n, double over);
void trm_team_sum(const struct trm_team *t, double *x, size_t n);
/* Sum of n over the ranks before this one; *all: over all. */
uint64_t trm_team_before(const struct trm_team *t, uint64_t n, uint64_t *all);
/* Rank 0's value, everywhere. */
int trm_team_say(const struct trm_team *t, int value);
/* The greatest of all ranks' values. */
int trm_team_most(const struct trm_team *t, int value);
/* Arrays of `bytes` each (the same on all ranks) one behind the other, in the order of ranks, into all on rank 0 (NULL on the
 * others). */
void trm_team_gather(const struct trm_team *t, void *all, const void *mine, size_t bytes);

#endif
