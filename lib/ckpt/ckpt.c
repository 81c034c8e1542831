/* What both directions know: element types. */
#include "ckpt.h"

#include "inner.h"

static const struct {
    const char *name;
    size_t size;
} dtypes[TRM_N_DTYPES] = {
    [TRM_F32] = {"F32", 4}, [TRM_F64] = {"F64", 8}, [TRM_F16] = {"F16", 2}, [TRM_BF16] = {"BF16", 2},
    [TRM_I32] = {"I32", 4}, [TRM_I64] = {"I64", 8}, [TRM_U8] = {"U8", 1},   [TRM_U64] = {"U64", 8},
};

size_t
trm_dtype_size(enum trm_dtype t)
{
    return dtypes[t].size;
}

const char *
trm_dtype_name(enum trm_dtype t)
{
    return dtypes[t].name;
}

bool
trm_dtype_is_float(enum trm_dtype t)
{
    return t == TRM_F32 || t == TRM_F64 || t == TRM_F16 || t == TRM_BF16;
}
