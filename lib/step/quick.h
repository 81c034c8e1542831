/* The fast way over values, for what most of them are. Only for lib/step. */
#ifndef TRM_STEP_QUICK_H
#define TRM_STEP_QUICK_H

#include "step.h"

/* c stands at the first byte of a value inside a statement. Fills v [max] with the values from there, up to the one before the first
 * that is unusual in anything: a blank, a comment, a doubled quote, a backslash before a quote, a list, fewer than 64 bytes left.
 * Returns how many, and leaves c behind the last of them, at a comma or a closing parenthesis. What it reads trm_step_next reads
 * too, and alike. */
size_t trm_step_quick(struct trm_step_cur *c, struct trm_step_val *v, size_t max);

#endif
