/* Threads that make numbered pieces of work, handed over in the order of their numbers: what comes out does not depend on how
 * many there are. */
#ifndef TRM_BASE_CREW_H
#define TRM_BASE_CREW_H

#include <stddef.h>

#include "err.h"

/* At most so many pieces a thread are made and not yet taken; a bound on memory. */
enum { TRM_CREW_AHEAD = 3 };

struct trm_crew {
    size_t threads; /* 1 or 0: all is done by the caller's own */
    size_t pieces;
    /* Piece number `piece`, in thread number `thread` (below threads), into what the caller keeps under `slot` (below
     * threads * TRM_CREW_AHEAD). Runs beside others, never two with one slot or one thread number. 0, or -1 with err. */
    int (*make)(void *ctx, size_t thread, size_t slot, size_t piece, struct trm_err *err);
    /* The piece in `slot` is done, all before it were taken; on the caller's thread. Called also for a piece whose making
     * failed. 0, or -1 with err. */
    int (*take)(void *ctx, size_t slot, size_t piece, struct trm_err *err);
};

/* Make and take all pieces. 0; -1 after the first failure in the order of the pieces, nothing behind it is taken then. Where
 * the system gives no threads it is done without. */
int trm_crew_run(const struct trm_crew *crew, void *ctx, struct trm_err *err);

#endif
