/* Products through OpenBLAS, and the plain reference beside them. */
#include "mat.h"

#include <cblas.h>

#include "../base/late.h"
#include "../base/wide.h"

#ifdef TRM_DOUBLE
#define GEMM cblas_dgemm
#define GEMM_NAME "cblas_dgemm"
#else
#define GEMM cblas_sgemm
#define GEMM_NAME "cblas_sgemm"
#endif

const char *
trm_mat_core_wanted(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell";
#endif
    return NULL;
}

/* OpenBLAS, opened when a product first needs it. */
static struct {
    __typeof__(GEMM) *gemm;
    __typeof__(openblas_get_corename) *core;
    __typeof__(openblas_set_num_threads) *threads;
} blas;
static const struct trm_late_name names[] = {
    {GEMM_NAME, &blas.gemm}, {"openblas_get_corename", &blas.core}, {"openblas_set_num_threads", &blas.threads}};
static struct trm_late lib = {.files = {"libopenblas.so.0"}, .package = "libopenblas0-pthread", .names = names,
                              .n_names = sizeof names / sizeof *names, .lock = PTHREAD_MUTEX_INITIALIZER};

int
trm_mat_open(struct trm_err *err)
{
    if (trm_late_open(&lib, err) != 0)
        return -1;
    blas.threads(1);
    return 0;
}

const char *
trm_mat_core(void)
{
    struct trm_err err;
    return trm_mat_open(&err) == 0 ? blas.core() : "none";
}

void
trm_mat_nt(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
           size_t k, trm_real beta)
{
    blas.gemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, beta, c,
         (int)ldc);
}

void
trm_mat_nn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
           size_t k, trm_real beta)
{
    blas.gemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, beta, c,
         (int)ldc);
}

void
trm_mat_tn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
           size_t k, trm_real beta)
{
    blas.gemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, beta, c,
         (int)ldc);
}

/* y [n] += a x [n] */
static inline __attribute__((always_inline)) void
add_scaled(trm_real *restrict y, trm_real a, const trm_real *restrict x, size_t n)
{
    for (size_t j = 0; j < n; j++)
        y[j] += a * x[j];
}

TRM_WIDE void
trm_mat_few_nt(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
               size_t k)
{
    enum { PART = 16 }; /* sums side by side, so that one addition need not wait for another */
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            const trm_real *x = a + i * lda, *y = b + j * ldb;
            trm_real part[PART] = {0}, sum = 0;
            size_t p = 0;
            for (; p + PART <= k; p += PART)
                for (size_t l = 0; l < PART; l++)
                    part[l] += x[p + l] * y[p + l];
            for (; p < k; p++)
                sum += x[p] * y[p];
            for (size_t l = 0; l < PART; l++)
                sum += part[l];
            c[i * ldc + j] = sum;
        }
}

TRM_WIDE void
trm_mat_few_nn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
               size_t k)
{
    for (size_t i = 0; i < m; i++)
        for (size_t p = 0; p < k; p++)
            add_scaled(c + i * ldc, a[i * lda + p], b + p * ldb, n);
}

TRM_WIDE void
trm_mat_few_tn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
               size_t k)
{
    for (size_t p = 0; p < k; p++)
        for (size_t i = 0; i < m; i++)
            add_scaled(c + i * ldc, a[p * lda + i], b + p * ldb, n);
}

void
trm_mat_plain(trm_real *c, size_t ldc, char trans_a, const trm_real *a, size_t lda, char trans_b, const trm_real *b,
              size_t ldb, size_t m, size_t n, size_t k, trm_real beta)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            trm_real sum = 0;
            for (size_t p = 0; p < k; p++) {
                trm_real x = trans_a == 't' ? a[p * lda + i] : a[i * lda + p];
                sum += x * (trans_b == 't' ? b[j * ldb + p] : b[p * ldb + j]);
            }
            c[i * ldc + j] = sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
        }
}
