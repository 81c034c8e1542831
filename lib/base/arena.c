#include "arena.h"
#include "big.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_STEP = (2 << 20) - 64 }; /* with its head a large page */

static struct trm_arena_block *
grow(struct trm_arena *a, size_t n)
{
    size_t size = a->head ? a->head->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP / 2)
        size = LARGEST_STEP;
    if (size < n)
        size = n;
    struct trm_arena_block *b = trm_big_alloc(sizeof *b + size);
    if (!b)
        return NULL;
    *b = (struct trm_arena_block){.older = a->head, .size = size};
    a->head = b;
    return b;
}

void *
trm_arena_alloc_more(struct trm_arena *a, size_t n)
{
    if (n > SIZE_MAX / 4)
        return NULL;
    n = n ? (n + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    if (a->limit && (a->used > a->limit || n > a->limit - a->used))
        return NULL;
    struct trm_arena_block *b = a->head;
    if (!b || b->size - b->used < n)
        if (!(b = grow(a, n)))
            return NULL;
    void *p = b->bytes + b->used;
    b->used += n;
    a->used += n;
    return p;
}

void *
trm_arena_calloc(struct trm_arena *a, size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        return NULL;
    void *p = trm_arena_alloc(a, n);
    if (p)
        memset(p, 0, n);
    return p;
}

char *
trm_arena_strndup(struct trm_arena *a, const char *s, size_t n)
{
    char *p = n < SIZE_MAX ? trm_arena_alloc(a, n + 1) : NULL;
    if (p) {
        if (n)
            memcpy(p, s, n);
        p[n] = '\0';
    }
    return p;
}

char *
trm_arena_strdup(struct trm_arena *a, const char *s)
{
    return trm_arena_strndup(a, s, strlen(s));
}

char *
trm_arena_printf(struct trm_arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : trm_arena_alloc(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

/* Free every block but `keep` (which may be NULL). */
static void
free_blocks(struct trm_arena *a, struct trm_arena_block *keep)
{
    for (struct trm_arena_block *b = a->head, *older; b; b = older) {
        older = b->older;
        if (b != keep)
            free(b);
    }
    a->head = keep;
    a->used = 0;
    if (keep)
        keep->older = NULL, keep->used = 0;
}

void
trm_arena_reset(struct trm_arena *a)
{
    struct trm_arena_block *largest = a->head;
    for (struct trm_arena_block *b = a->head; b; b = b->older)
        if (b->size > largest->size)
            largest = b;
    free_blocks(a, largest);
}

void
trm_arena_release(struct trm_arena *a)
{
    free_blocks(a, NULL);
}
