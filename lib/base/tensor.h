/* Named tensors in one flat vector: what net lays out, opt walks over and ckpt stores, without knowing each other.
 *
 * A table is an array of struct trm_tensor; element (i, j) of a tensor [R,C] stands at vec[offset + i * C + j]. */
#ifndef TRM_BASE_TENSOR_H
#define TRM_BASE_TENSOR_H

#include <stddef.h>

/* The number type of parameters and activations. float in every program; double in the second set of objects that the
 * golden and gradient tests are built from (-DTRM_DOUBLE). */
#ifdef TRM_DOUBLE
typedef double trm_real;
#else
typedef float trm_real;
#endif

/* Element types of what is kept in files. */
enum trm_dtype { TRM_F32, TRM_F64, TRM_F16, TRM_BF16, TRM_I32, TRM_I64, TRM_U8, TRM_U64, TRM_N_DTYPES };
#ifdef TRM_DOUBLE
#define TRM_DTYPE_REAL TRM_F64
#else
#define TRM_DTYPE_REAL TRM_F32
#endif

struct trm_tensor {
    char name[80];   /* as in the published checkpoints: "inner.lm_head.weight" */
    size_t offset;   /* of its first element in the vector */
    size_t rank;     /* 1 or 2 */
    size_t shape[2]; /* rows, columns; shape[1] is 1 for rank 1 */
    size_t count;    /* shape[0] * shape[1] */
};

#endif
