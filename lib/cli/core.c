#include "core.h"

#include <stdlib.h>
#include <unistd.h>

void
trm_cli_blas_core(const char *core, bool (*reload)(void), char **argv)
{
    const char *have = getenv("OPENBLAS_CORETYPE");
    if (!core || (have && have[0]) || setenv("OPENBLAS_CORETYPE", core, 1) != 0 || (reload && reload()))
        return;
    char path[4096]; /* the name itself, not the link, so that the process keeps its name */
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return;
    path[n] = 0;
    execv(path, argv);
}
