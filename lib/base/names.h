/* Names numbered in the order of their first sight: rules, buildings, keys of pairs.
 *
 * A zeroed struct trm_names is a valid empty table. */
#ifndef TRM_BASE_NAMES_H
#define TRM_BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct trm_names {
    const char **name; /* [n] text of each number, owned by the table */
    size_t n;
    /* internal */
    struct trm_arena text;
    size_t cap, n_slots; /* n_slots: a power of two, at least twice n */
    uint32_t *slot;      /* number + 1, or 0 */
};

/* The number of s, which is copied when it is new; -1 when memory is out. */
long trm_names_put(struct trm_names *t, const char *s);
/* The number of s, or -1 when it was never put. Cannot fail. */
long trm_names_find(const struct trm_names *t, const char *s);
/* Memory back; the table is empty and usable. */
void trm_names_release(struct trm_names *t);

#endif
