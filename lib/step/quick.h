/* The fast way over one value, for what most values are. Only for lib/step. */
#ifndef TRM_STEP_QUICK_H
#define TRM_STEP_QUICK_H

#include "step.h"

/* p stands at the first byte of a value inside a statement that ends before end. Fills *v and returns what stands behind the value,
 * a comma or a closing parenthesis; or NULL, and *v whatever it is, when anything is unusual: a blank, a comment, a doubled
 * quote, a backslash before a quote, a list, fewer than 64 bytes left. What it reads trm_step_next reads too, and alike. */
const char *trm_step_quick(const char *p, const char *end, struct trm_step_val *v);

#endif
