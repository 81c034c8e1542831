/* Number features; private to the room. */
#ifndef TRM_CODE_NUMBER_H
#define TRM_CODE_NUMBER_H

#include "code.h"

#define TRM_NUMBER_FEATURES 32
#define TRM_MARGIN_FEATURES 16
#define TRM_COARSE_FEATURES 5

/* Relative margin by which x holds (> 0, or 0 when equality is enough) or breaks (< 0) a limit: (x-limit)/|limit|, turned
 * for "<" and "<="; for == and != minus or plus the distance. Finite. Cannot fail. */
double trm_margin(const char *op, double x, double limit);
/* Features of a margin; every one in [-1,1]. f must be zeroed where nothing is known. Cannot fail. */
void trm_margin_fine(float f[TRM_MARGIN_FEATURES], double m);
void trm_margin_coarse(float f[TRM_COARSE_FEATURES], double m);

#endif
