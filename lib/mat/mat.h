/* Matrices, row-major, and the only talk with OpenBLAS.
 *
 * Every product runs on the calling thread alone (OpenBLAS is told to use one thread), so the bytes of a result do not
 * depend on how many threads a program has. Sizes are counts of elements; ld is the distance between rows, at least the
 * number of columns. No product fails or allocates. Operands of one call may not overlap. */
#ifndef TRM_MAT_MAT_H
#define TRM_MAT_MAT_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/tensor.h"

/* The value OPENBLAS_CORETYPE should have on this processor, or NULL when the library's own choice is all there is.
 * OpenBLAS reads it when it is opened, so a program sets it first thing: trm_cli_blas_core(trm_mat_core_wanted())
 * (lib/cli/core.h). Debian's 0.3.21 takes processors newer than itself for older ones, a Sapphire Rapids for Haswell or, under
 * some hypervisors, for Prescott (SSE3), and a training step takes 1.9 or 4.2 times as long. Cannot fail. */
const char *trm_mat_core_wanted(void);
/* Open OpenBLAS, which runs on one thread: before the first of trm_mat_nt, _nn, _tn; any number of times, from any thread.
 * 6 ms the first time. TRM_SYS: it is not installed. trm_slots_init calls it where it is needed. */
int trm_mat_open(struct trm_err *err);
/* The kind of processor whose kernels OpenBLAS runs ("SkylakeX"), "none" where it cannot be opened; static. Goes into the lineage of a model. */
const char *trm_mat_core(void);
/* Most threads that may be in products at once: Debian's OpenBLAS has buffers for 64 callers and ends the process
 * beyond twice that. */
#define TRM_MAT_MOST_THREADS 64

/* c [M,N] = a [M,K] b[N,K]^T + beta c. A linear layer forward: a the rows, b the weights [out,in]. */
void trm_mat_nt(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m,
                size_t n, size_t k, trm_real beta);
/* c [M,N] = a [M,K] b[K,N] + beta c. A linear layer's gradient by its input: a the gradient of its output, b the
 * weights. */
void trm_mat_nn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m,
                size_t n, size_t k, trm_real beta);
/* c [M,N] = a [K,M]^T b[K,N] + beta c. A linear layer's gradient by its weights. */
void trm_mat_tn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m,
                size_t n, size_t k, trm_real beta);

/* The same without OpenBLAS, for products of which one side is small, the heads': _nt sets c, _nn and _tn add to it. */
void trm_mat_few_nt(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m,
                    size_t n, size_t k);
void trm_mat_few_nn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m,
                    size_t n, size_t k);
void trm_mat_few_tn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m,
                    size_t n, size_t k);

/* The first three by the definition, k summed in rising order: the reference that the fast ones are tested against.
 * trans: 'n' or 't' for each of a and b, as the names above. */
void trm_mat_plain(trm_real *c, size_t ldc, char trans_a, const trm_real *a, size_t lda, char trans_b,
                   const trm_real *b, size_t ldb, size_t m, size_t n, size_t k, trm_real beta);

#endif
