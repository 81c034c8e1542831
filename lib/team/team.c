/* Ranks by MPI, or one rank alone. */
#include "team.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#ifdef TRM_MPI
#include <mpi.h>

/* MPI counts in int. */
static const size_t PIECE = (size_t)1 << 28;
#endif

static bool
alone(const struct trm_team *t)
{
    return t->size <= 1;
}

int
trm_team_begin(struct trm_team *t, struct trm_err *err)
{
    *t = (struct trm_team){.size = 1};
    (void)err;
#ifdef TRM_MPI
    if (MPI_Init(NULL, NULL) != MPI_SUCCESS)
        return trm_err_set(err, TRM_SYS, "MPI does not start");
    MPI_Comm_rank(MPI_COMM_WORLD, &t->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &t->size);
#endif
    return 0;
}

void
trm_team_end(struct trm_team *t, int failed)
{
#ifdef TRM_MPI
    if (failed && !alone(t))
        MPI_Abort(MPI_COMM_WORLD, failed);
    MPI_Finalize();
#else
    (void)failed;
#endif
    *t = (struct trm_team){.size = 1};
}

void
trm_team_mean(const struct trm_team *t, trm_real *x, size_t n, double over)
{
    if (alone(t))
        return;
#ifdef TRM_MPI
    MPI_Datatype real = sizeof *x == sizeof(float) ? MPI_FLOAT : MPI_DOUBLE;
    for (size_t at = 0; at < n; at += PIECE) {
        int k = (int)(n - at < PIECE ? n - at : PIECE);
        MPI_Reduce(t->rank ? x + at : MPI_IN_PLACE, t->rank ? NULL : x + at, k, real, MPI_SUM, 0, MPI_COMM_WORLD);
        MPI_Bcast(x + at, k, real, 0, MPI_COMM_WORLD);
    }
#endif
    for (size_t i = 0; i < n; i++)
        x[i] = (trm_real)(x[i] / over);
}

void
trm_team_sum(const struct trm_team *t, double *x, size_t n)
{
    if (alone(t))
        return;
    (void)x, (void)n;
#ifdef TRM_MPI
    MPI_Reduce(t->rank ? x : MPI_IN_PLACE, t->rank ? NULL : x, (int)n, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Bcast(x, (int)n, MPI_DOUBLE, 0, MPI_COMM_WORLD);
#endif
}

uint64_t
trm_team_before(const struct trm_team *t, uint64_t n, uint64_t *all)
{
    *all = n;
    if (alone(t))
        return 0;
    uint64_t before = 0;
#ifdef TRM_MPI
    MPI_Exscan(&n, &before, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
    MPI_Allreduce(&n, all, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
#endif
    return t->rank ? before : 0; /* rank 0's is left undefined */
}

int
trm_team_say(const struct trm_team *t, int value)
{
#ifdef TRM_MPI
    if (!alone(t))
        MPI_Bcast(&value, 1, MPI_INT, 0, MPI_COMM_WORLD);
#else
    (void)t;
#endif
    return value;
}

int
trm_team_most(const struct trm_team *t, int value)
{
    int most = value;
#ifdef TRM_MPI
    if (!alone(t))
        MPI_Allreduce(&value, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
#else
    (void)t;
#endif
    return most;
}

void
trm_team_gather(const struct trm_team *t, void *all, const void *mine, size_t bytes)
{
    if (alone(t)) {
        memcpy(all, mine, bytes);
        return;
    }
#ifdef TRM_MPI
    /* piece by piece from each rank, so that no count passes an int */
    for (int r = 0; r < t->size; r++)
        for (size_t at = 0; at < bytes; at += PIECE) {
            int k = (int)(bytes - at < PIECE ? bytes - at : PIECE);
            char *to = t->rank == 0 ? (char *)all + (size_t)r * bytes + at : NULL;
            if (r == 0 && t->rank == 0)
                memcpy(to, (const char *)mine + at, (size_t)k);
            else if (t->rank == r)
                MPI_Send((const char *)mine + at, k, MPI_BYTE, 0, r, MPI_COMM_WORLD);
            else if (t->rank == 0)
                MPI_Recv(to, k, MPI_BYTE, r, r, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
#endif
}
