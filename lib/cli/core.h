/* What OpenBLAS is told through the environment, which it reads when it is opened. */
#ifndef TRM_CLI_CORE_H
#define TRM_CLI_CORE_H

/* OPENBLAS_CORETYPE is `core`, unless it is NULL or the user's choice stands there; and one thread, so that OpenBLAS starts no
 * others only to be told so. First thing in main: trm_cli_blas_core(trm_mat_core_wanted()). */
void trm_cli_blas_core(const char *core);

#endif
