/* A desk: task records in, traces out in the same order, several thought about side by side. */
#ifndef TRM_MODEL_DESK_H
#define TRM_MODEL_DESK_H

#include "../base/buf.h"
#include "../rec/rec.h"
#include "solver.h"

struct trm_desk;
/* The solver must outlive it. NULL with err: as trm_solving_new. */
struct trm_desk *trm_desk_new(const struct trm_solver *s, const struct trm_solve_opt *opt, struct trm_err *err);
void trm_desk_free(struct trm_desk *d); /* NULL is allowed */
/* Whether another record may be put now; if not, step. */
bool trm_desk_room(const struct trm_desk *d);
/* Whether any record is not yet answered. */
bool trm_desk_busy(const struct trm_desk *d);
/* Take a record of kind task; `at` comes back with its trace. The record is not kept. TRM_DATA: no such task, or one that the
 * solver is not for; TRM_SYS. */
int trm_desk_put(struct trm_desk *d, const trm_json *rec, double at, struct trm_err *err);
/* One supervision step for all. TRM_SYS. */
int trm_desk_step(struct trm_desk *d, struct trm_err *err);
/* The next trace in the order of the records, once it is there: a JSON object without its closing brace, so that the caller may
 * add what only a clock knows. Good until the next call. */
const struct trm_buf *trm_desk_next(struct trm_desk *d, double *at);

#endif
