/* How OpenBLAS is made to see its core type, and when it is opened. */
#include "../../lib/cli/core.h"
#include "../../lib/mat/mat.h"
#include "t.h"

/* Whether OpenBLAS is in this process. */
static bool
is_open(void)
{
    char line[4096];
    bool found = false;
    FILE *f = fopen("/proc/self/maps", "r");
    while (f && fgets(line, sizeof line, f))
        found |= strstr(line, "openblas") != NULL;
    if (f)
        fclose(f);
    return found;
}

T_MAIN
{
    struct trm_err err = {0};
    T("without a wish the core type stays what it was, and the user's choice stands against one")
    {
        unsetenv("OPENBLAS_CORETYPE");
        trm_cli_blas_core(NULL);
        CHECK(!getenv("OPENBLAS_CORETYPE"));
        setenv("OPENBLAS_CORETYPE", "Haswell", 1);
        trm_cli_blas_core("SkylakeX");
        CHECK_STR(getenv("OPENBLAS_CORETYPE"), "Haswell");
    }
    T("OpenBLAS comes when it is asked for, with the kernels wished for, and is right")
    {
        unsetenv("OPENBLAS_CORETYPE");
        trm_cli_blas_core("Prescott");
        CHECK(!is_open());
        CHECK(trm_mat_open(&err) == 0 && trm_mat_open(&err) == 0);
        CHECK(is_open());
#if defined(__x86_64__)
        CHECK_STR(trm_mat_core(), "Prescott");
#endif
        enum { N = 37 };
        static trm_real a[N * N], b[N * N], fast[N * N], plain[N * N];
        for (int i = 0; i < N * N; i++)
            a[i] = (trm_real)(i % 7 - 3), b[i] = (trm_real)(i % 5 - 2); /* whole numbers: every order of sums is exact */
        trm_mat_nt(fast, N, a, N, b, N, N, N, N, 0);
        trm_mat_plain(plain, N, 'n', a, N, 't', b, N, N, N, N, 0);
        CHECK(memcmp(fast, plain, sizeof fast) == 0);
    }
    T("the wish is a processor kind that OpenBLAS knows, or none")
    {
        const char *core = trm_mat_core_wanted();
        CHECK(!core || strcmp(core, "SkylakeX") == 0 || strcmp(core, "Haswell") == 0);
    }
}
