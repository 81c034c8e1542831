#include "../../lib/base/crew.h"
#include "t.h"

#include <stdint.h>

enum { MOST = 8 };

/* Each piece becomes its number in its slot; taken pieces are written down. */
struct job {
    size_t slot[MOST * TRM_CREW_AHEAD], fail_at, n_taken, order[1000];
    unsigned busy[MOST];
    size_t wrong;
};

static int
make(void *ctx, size_t thread, size_t slot, size_t piece, struct trm_err *err)
{
    struct job *j = ctx;
    if (__atomic_fetch_add(&j->busy[thread], 1, __ATOMIC_SEQ_CST) != 0)
        __atomic_fetch_add(&j->wrong, 1, __ATOMIC_SEQ_CST);
    unsigned x = (unsigned)piece * 2654435761u; /* pieces of different length */
    for (volatile unsigned i = 0; i < x % 5000; i++)
        ;
    j->slot[slot] = piece;
    __atomic_fetch_sub(&j->busy[thread], 1, __ATOMIC_SEQ_CST);
    return piece >= j->fail_at ? trm_err_set(err, TRM_DATA, "piece %zu", piece) : 0;
}

static int
take(void *ctx, size_t slot, size_t piece, struct trm_err *err)
{
    struct job *j = ctx;
    (void)err;
    j->wrong += j->slot[slot] != piece;
    j->order[j->n_taken++] = piece;
    return 0;
}

T_MAIN
{
    T("every piece is taken once, in order, whatever the number of threads")
    {
        for (size_t threads = 0; threads <= MOST; threads++)
            for (size_t pieces = 0; pieces < 1000; pieces = 3 * pieces + 1) {
                struct job j = {.fail_at = SIZE_MAX};
                struct trm_err err = {0};
                struct trm_crew c = {.threads = threads, .pieces = pieces, .make = make, .take = take};
                CHECK(trm_crew_run(&c, &j, &err) == 0 && err.kind == TRM_OK);
                CHECK(j.n_taken == pieces && j.wrong == 0);
                for (size_t i = 0; i < j.n_taken; i++)
                    CHECK(j.order[i] == i);
            }
    }
    T("the first failure in the order of the pieces ends it, and is the one that is told")
    {
        for (size_t threads = 1; threads <= MOST; threads++) {
            struct job j = {.fail_at = 40};
            struct trm_err err = {0};
            struct trm_crew c = {.threads = threads, .pieces = 300, .make = make, .take = take};
            CHECK(trm_crew_run(&c, &j, &err) == -1 && err.kind == TRM_DATA);
            CHECK_STR(err.text, "piece 40");
            CHECK(j.n_taken == 41);
        }
    }
}
