/* Units that people write in rules and records, and their factor to SI.
 *
 * SI here: m, m2, m3, kg, s, rad, K, A, cd, Pa, W, ... ; a time rating stays in minutes only inside rule files ("min"). */
#ifndef TRM_BASE_UNIT_H
#define TRM_BASE_UNIT_H

#include <stdbool.h>

struct trm_unit {
    const char *name; /* as written: "mm", "in", "ft2", "min", ... */
    const char *si;   /* its SI unit: "m", "m2", "s", ... */
    double factor;    /* si value = value * factor + offset */
    double offset;    /* not 0 only for temperatures */
};

/* The unit called `name` (also with a superscript two or three, and "sqm", "inch", "feet", ...); NULL when unknown.
 * Static data, never freed. */
const struct trm_unit *trm_unit_find(const char *name);

#endif
