/* One function body for every kind of x86-64 processor: the compiler makes it for v4 (AVX-512), v3 (AVX2) and any, and the
 * program chooses when it loads. With contraction to FMA off and sums of a fixed shape all give the same bytes. Sanitizers
 * cannot run before the resolver that chooses, hence one version under them. */
#ifndef TRM_BASE_WIDE_H
#define TRM_BASE_WIDE_H

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define TRM_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TRM_WIDE
#endif

#endif
