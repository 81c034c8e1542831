/* Products through OpenBLAS, and the plain reference beside them. */
#include "mat.h"

#include <cblas.h>

#ifdef TRM_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
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

/* What OpenBLAS's own start calls (driver/others/dynamic.c); in no header, and only there when it was built for many kinds. */
void gotoblas_dynamic_init(void) __attribute__((weak));
void gotoblas_dynamic_quit(void) __attribute__((weak));

bool
trm_mat_core_reload(void)
{
    if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit)
        return false;
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    return true;
}

const char *
trm_mat_core(void)
{
    return openblas_get_corename();
}

void
trm_mat_one_thread(void)
{
    openblas_set_num_threads(1);
}

void
trm_mat_nt(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
           size_t k, trm_real beta)
{
    GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, beta, c,
         (int)ldc);
}

void
trm_mat_nn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
           size_t k, trm_real beta)
{
    GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, beta, c,
         (int)ldc);
}

void
trm_mat_tn(trm_real *c, size_t ldc, const trm_real *a, size_t lda, const trm_real *b, size_t ldb, size_t m, size_t n,
           size_t k, trm_real beta)
{
    GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a, (int)lda, b, (int)ldb, beta, c,
         (int)ldc);
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
