/* Varied elements: one value of a record moved, and with it all that says the same. */
#ifndef TRM_CODE_VARY_H
#define TRM_CODE_VARY_H

#include "../base/rng.h"
#include "../rule/rule.h"

/* Whether the result rests on a number that can be moved around a limit: a value > 0, a limit > 0, an order, == or != . */
bool trm_vary_can(const struct trm_result *result);

/* A value near the limit of the result, in its unit: limit*(1 +- d) with d from 0.2 % to 60 %, evenly in log d, one in ten the
 * limit itself; lengths rounded to millimetres, one in five to inches, areas to 0.01 m2, ratings one of the usual minutes. Cannot
 * fail. */
double trm_vary_draw(const struct trm_result *result, struct trm_rng *rng);

/* Move the value that decided `result` to `to` in rec, the record it was judged on (or a deep copy of it):
 *   - what the rule looks at, the same property in other sets or in the type object, and every value equal to it, is multiplied
 *     by to/value (so an overall width stays wider than the clear one),
 *   - areas and volumes that are its product with another value are multiplied as well,
 *   - numbers in names and texts that say it are taken out (style NULL), or rewritten in their own style, and where no name says
 *     it, it is written behind the element's and its type's name in one of the styles of exporters ("0915 x 2134mm", "EI60",
 *     "9,38 m2"), drawn from style: real models tell a value in a name just where they do not tell it elsewhere, so nothing else
 *     would teach reading them.
 * -1 with err (TRM_SYS) when memory is out. Whether the rule now finds `to` is for the caller to ask the rule room. */
int trm_vary_record(trm_json *rec, const struct trm_result *result, double to, struct trm_rng *style,
                    struct trm_err *err);

#endif
