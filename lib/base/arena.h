/* Arenas: memory with one lifetime. Free regions, not items.
 *
 * A zeroed struct trm_arena is a valid empty arena without limit. Not thread safe: one arena a thread. */
#ifndef TRM_BASE_ARENA_H
#define TRM_BASE_ARENA_H

#include <stddef.h>

struct trm_arena_block { /* internal */
    struct trm_arena_block *older;
    size_t size, used;
    _Alignas(16) char bytes[];
};
struct trm_arena {
    struct trm_arena_block *head; /* newest block */
    size_t used;                  /* bytes handed out since the last reset */
    size_t limit;                 /* most bytes to hand out; 0 means no limit */
};

void *trm_arena_alloc_more(struct trm_arena *a, size_t n); /* internal: the slow half */
/* n bytes, aligned to 16, not zeroed; NULL when memory or the limit is exhausted. n may be 0. */
static inline void *
trm_arena_alloc(struct trm_arena *a, size_t n)
{
    struct trm_arena_block *b = a->head;
    size_t whole = n ? (n + 15) & ~(size_t)15 : 16;
    if (!b || whole > b->size - b->used || whole < n || a->limit)
        return trm_arena_alloc_more(a, n);
    void *p = b->bytes + b->used;
    b->used += whole;
    a->used += whole;
    return p;
}
/* count * size bytes, zeroed; NULL also when the product overflows. */
void *trm_arena_calloc(struct trm_arena *a, size_t count, size_t size);
/* A copy of the n bytes at s, and a zero behind it; NULL as trm_arena_alloc. */
char *trm_arena_strndup(struct trm_arena *a, const char *s, size_t n);
char *trm_arena_strdup(struct trm_arena *a, const char *s);
/* printf into the arena; NULL as trm_arena_alloc. */
char *trm_arena_printf(struct trm_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* All that was handed out is gone; the largest block is kept for the next lifetime. Cannot fail. */
void trm_arena_reset(struct trm_arena *a);
/* As reset, and the memory goes back. The arena is then empty and may be used again. Cannot fail. */
void trm_arena_release(struct trm_arena *a);

#endif
