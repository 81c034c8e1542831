/* Names to numbers: open addressing with linear steps, at most half full. */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

static size_t
slot_of(const struct trm_names *t, const char *s)
{
    size_t i = trm_hash64(s, strlen(s), 0) & (t->n_slots - 1);
    while (t->slot[i] && strcmp(t->name[t->slot[i] - 1], s) != 0)
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

long
trm_names_find(const struct trm_names *t, const char *s)
{
    return t->n ? (long)t->slot[slot_of(t, s)] - 1 : -1;
}

static int
grow(struct trm_names *t)
{
    size_t cap = t->cap ? 2 * t->cap : 32;
    const char **name = realloc(t->name, cap * sizeof *name);
    if (!name)
        return -1;
    t->name = name;
    uint32_t *slot = calloc(2 * cap, sizeof *slot);
    if (!slot || cap > UINT32_MAX / 4) {
        free(slot);
        return -1;
    }
    free(t->slot);
    t->slot = slot, t->cap = cap, t->n_slots = 2 * cap;
    for (size_t i = 0; i < t->n; i++)
        t->slot[slot_of(t, t->name[i])] = (uint32_t)i + 1;
    return 0;
}

long
trm_names_put(struct trm_names *t, const char *s)
{
    long found = trm_names_find(t, s);
    if (found >= 0)
        return found;
    if (t->n == t->cap && grow(t) != 0)
        return -1;
    char *copy = trm_arena_strdup(&t->text, s);
    if (!copy)
        return -1;
    size_t i = slot_of(t, s);
    t->name[t->n] = copy;
    t->slot[i] = (uint32_t)++t->n;
    return (long)t->n - 1;
}

void
trm_names_release(struct trm_names *t)
{
    free(t->name);
    free(t->slot);
    trm_arena_release(&t->text);
    memset(t, 0, sizeof *t);
}
