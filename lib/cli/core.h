/* Choosing OpenBLAS's kernels before it loads. */
#ifndef TRM_CLI_CORE_H
#define TRM_CLI_CORE_H

#include <stdbool.h>

/* Set OPENBLAS_CORETYPE to `core` and let `reload` choose the kernels anew; where that is not possible (it says false, or is
 * NULL), start this program again with the same arguments, so that the library, which reads the variable while loading,
 * sees it. Returns when there is nothing to do: core is NULL, or the variable is already set (also to something else: the
 * user's choice stands, and the second start gets here), or the restart is refused by the system. First thing in main:
 *
 *     trm_cli_blas_core(trm_mat_core_wanted(), trm_mat_core_reload, argv);
 */
void trm_cli_blas_core(const char *core, bool (*reload)(void), char **argv);

#endif
