/* A table from 128-bit digests to numbers: what was seen before, in 24 bytes an entry, whatever the size of what was seen.
 *
 * A zeroed struct trm_table is a valid empty table. */
#ifndef TRM_BASE_TABLE_H
#define TRM_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trm_digest {
    uint64_t a, b;
};
struct trm_table_entry;
struct trm_table {
    struct trm_table_entry *slot; /* owned */
    size_t n, n_slots;            /* entries; a power of two, at most half full */
};

/* Digest of n bytes: trm_hash64 with two seeds. Two different texts share one by accident only. Cannot fail. */
struct trm_digest trm_digest_of(const void *bytes, size_t n);
/* The number of a digest; a new one is entered with 0 and *is_new (may be NULL) says so. NULL when memory is out. The
 * pointer is good until the next call. */
uint64_t *trm_table_at(struct trm_table *t, struct trm_digest d, bool *is_new);
/* Memory back; the table is empty and usable. */
void trm_table_release(struct trm_table *t);

#endif
