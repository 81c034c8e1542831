/* The road of AMX tiles, for bf16.c alone. */
#ifndef TRM_MAT_AMX_H
#define TRM_MAT_AMX_H

#include "bf16.h"

/* NULL where the processor has no AMX-BF16 or the system does not grant its registers. */
const struct trm_mat_bf16 *trm_mat_amx(void);

#endif
