/* Memory for arrays of megabytes, in pages as large as the system gives: a page of 4 KiB met for the first time costs up to
 * 15 microseconds on a virtual machine, which is more than filling it. */
#ifndef TRM_BASE_BIG_H
#define TRM_BASE_BIG_H

#include <stddef.h>

/* n bytes, not zeroed, at a multiple of 64; give them back with free(). NULL when memory is out. What is never touched takes
 * no room, but for the rest of the last large page (2 MiB). */
void *trm_big_alloc(size_t n);
/* The same zeroed, for count things of that size. */
void *trm_big_calloc(size_t count, size_t size);
/* p's first `used` bytes in a new array of n; p is freed, unless memory is out: then NULL, and p stays. */
void *trm_big_grow(void *p, size_t used, size_t n);

#endif
