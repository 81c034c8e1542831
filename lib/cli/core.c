#include "core.h"

#include <stdlib.h>

void
trm_cli_blas_core(const char *core)
{
    const char *have = getenv("OPENBLAS_CORETYPE");
    if (core && !(have && have[0]))
        setenv("OPENBLAS_CORETYPE", core, 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
}
