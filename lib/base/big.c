#include "big.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LARGE_PAGE = 2 << 20, FROM = 1 << 20 }; /* of x86-64 and most of arm64; below FROM the last page would be mostly waste */

void *
trm_big_alloc(size_t n)
{
    if (n < FROM || n > SIZE_MAX - LARGE_PAGE)
        return n > SIZE_MAX - 127 ? NULL : aligned_alloc(64, (n + 127) / 64 * 64);
    n = (n + LARGE_PAGE - 1) & ~(size_t)(LARGE_PAGE - 1);
    void *p = aligned_alloc(LARGE_PAGE, n);
    if (p)
        madvise(p, n, MADV_HUGEPAGE); /* advice: where it is not taken, small pages do */
    return p;
}

void *
trm_big_calloc(size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        return NULL;
    void *p = trm_big_alloc(n);
    if (p)
        memset(p, 0, n);
    return p;
}

void *
trm_big_grow(void *p, size_t used, size_t n)
{
    void *grown = trm_big_alloc(n);
    if (!grown)
        return NULL;
    if (used)
        memcpy(grown, p, used);
    free(p);
    return grown;
}
