/* The restart that makes OpenBLAS see its core type. */
#include <unistd.h>

#include "../../lib/cli/core.h"
#include "../../lib/mat/mat.h"
#include "t.h"

T_MAIN
{
    char *argv[] = {"core", NULL};
    T("a program starts again with the core type it asked for, once")
    {
        if (!getenv("TRM_TEST_STARTED")) {
            setenv("TRM_TEST_STARTED", "1", 1);
            unsetenv("OPENBLAS_CORETYPE");
            trm_cli_blas_core("Haswell", argv);
            CHECK(!"still the first start");
        }
        CHECK_STR(getenv("OPENBLAS_CORETYPE"), "Haswell");
        trm_cli_blas_core("SkylakeX", argv);
        CHECK_STR(getenv("OPENBLAS_CORETYPE"), "Haswell");
    }
    T("without a wish nothing happens")
    {
        unsetenv("OPENBLAS_CORETYPE");
        trm_cli_blas_core(NULL, argv);
        CHECK(!getenv("OPENBLAS_CORETYPE"));
    }
    T("the wish is a processor kind that OpenBLAS knows, or none")
    {
        const char *core = trm_mat_core_wanted();
        CHECK(!core || strcmp(core, "SkylakeX") == 0 || strcmp(core, "Haswell") == 0);
    }
}
