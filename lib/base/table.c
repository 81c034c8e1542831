/* Open addressing with linear steps; grows at half full, so that a search ends. */
#include "table.h"

#include <stdlib.h>

#include "hash.h"

struct trm_table_entry {
    struct trm_digest key; /* both 0: empty; trm_digest_of never gives that */
    uint64_t value;
};

struct trm_digest
trm_digest_of(const void *bytes, size_t n)
{
    return (struct trm_digest){trm_hash64(bytes, n, 0), trm_hash64(bytes, n, 0x9E3779B97F4A7C15u) | 1};
}

static size_t
find(const struct trm_table *t, struct trm_digest d)
{
    size_t i = d.a & (t->n_slots - 1);
    while (t->slot[i].key.b && (t->slot[i].key.a != d.a || t->slot[i].key.b != d.b))
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

static int
grow(struct trm_table *t)
{
    struct trm_table old = *t;
    size_t n = old.n_slots ? 2 * old.n_slots : 64;
    struct trm_table_entry *slot = calloc(n, sizeof *slot);
    if (!slot)
        return -1;
    t->slot = slot, t->n_slots = n;
    for (size_t i = 0; i < old.n_slots; i++)
        if (old.slot[i].key.b)
            slot[find(t, old.slot[i].key)] = old.slot[i];
    free(old.slot);
    return 0;
}

uint64_t *
trm_table_at(struct trm_table *t, struct trm_digest d, bool *is_new)
{
    if (2 * (t->n + 1) > t->n_slots && grow(t))
        return NULL;
    struct trm_table_entry *e = &t->slot[find(t, d)];
    bool empty = !e->key.b;
    if (empty)
        e->key = d, t->n++;
    if (is_new)
        *is_new = empty;
    return &e->value;
}

void
trm_table_release(struct trm_table *t)
{
    free(t->slot);
    *t = (struct trm_table){0};
}
