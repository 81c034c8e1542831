/* How OpenBLAS is made to see its core type. */
#include <unistd.h>

#include "../../lib/cli/core.h"
#include "../../lib/mat/mat.h"
#include "t.h"

T_MAIN
{
    char *argv[] = {"core", NULL};
    T("a program starts again with the core type it asked for, once, where nothing can be chosen anew")
    {
        if (!getenv("TRM_TEST_STARTED")) {
            setenv("TRM_TEST_STARTED", "1", 1);
            unsetenv("OPENBLAS_CORETYPE");
            trm_cli_blas_core("Haswell", NULL, argv);
            CHECK(!"still the first start");
        }
        CHECK_STR(getenv("OPENBLAS_CORETYPE"), "Haswell");
        trm_cli_blas_core("SkylakeX", trm_mat_core_reload, argv);
        CHECK_STR(getenv("OPENBLAS_CORETYPE"), "Haswell");
    }
    T("kernels are chosen anew without another start, and are right")
    {
        unsetenv("OPENBLAS_CORETYPE");
        trm_cli_blas_core("Prescott", trm_mat_core_reload, argv);
        CHECK_STR(getenv("OPENBLAS_CORETYPE"), "Prescott");
        CHECK_STR(trm_mat_core(), "Prescott");
        enum { N = 37 };
        static trm_real a[N * N], b[N * N], fast[N * N], plain[N * N];
        for (int i = 0; i < N * N; i++)
            a[i] = (trm_real)(i % 7 - 3), b[i] = (trm_real)(i % 5 - 2); /* whole numbers: every order of sums is exact */
        for (int again = 0; again < 2; again++) {
            memset(fast, 0, sizeof fast);
            trm_mat_nt(fast, N, a, N, b, N, N, N, N, 0);
            trm_mat_plain(plain, N, 'n', a, N, 't', b, N, N, N, N, 0);
            CHECK(memcmp(fast, plain, sizeof fast) == 0);
            unsetenv("OPENBLAS_CORETYPE"); /* and with the library's own choice */
            CHECK(trm_mat_core_reload());
        }
    }
    T("without a wish nothing happens")
    {
        unsetenv("OPENBLAS_CORETYPE");
        trm_cli_blas_core(NULL, trm_mat_core_reload, argv);
        CHECK(!getenv("OPENBLAS_CORETYPE"));
    }
    T("the wish is a processor kind that OpenBLAS knows, or none")
    {
        const char *core = trm_mat_core_wanted();
        CHECK(!core || strcmp(core, "SkylakeX") == 0 || strcmp(core, "Haswell") == 0);
    }
}
