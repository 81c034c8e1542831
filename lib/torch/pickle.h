/* The pickle of a PyTorch state dict, read without running anything.
 *
 * A pickle is a program for a stack machine that may call any function by name. This one knows the opcodes that a state dict
 * is written with and five kinds of names: collections.OrderedDict, torch._utils._rebuild_tensor_v2,
 * torch._utils._rebuild_parameter, torch.*Storage, and no other; each of them stands for building one of the values below,
 * never for a call. Anything else is refused with its name and its byte offset.
 *
 * Bounds: every opcode takes at least one byte and makes at most one value, whose items it takes off the stack; memo entries
 * are numbered in order; values are shared, never copied; nothing recurses. So time and memory are linear in the bytes.
 *
 * Source: Python's pickletools.py (opcodes of protocols 2 to 5); torch/serialization.py and torch/_utils.py of PyTorch. */
#ifndef TRM_TORCH_PICKLE_H
#define TRM_TORCH_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/tensor.h"

enum trm_pickle_type {
    TRM_PICKLE_NONE,
    TRM_PICKLE_BOOL,    /* num */
    TRM_PICKLE_INT,     /* num */
    TRM_PICKLE_FLOAT,   /* its number is not kept: no state dict says anything with it */
    TRM_PICKLE_TEXT,    /* text, n bytes and a zero */
    TRM_PICKLE_TUPLE,   /* items [n] */
    TRM_PICKLE_DICT,    /* pairs */
    TRM_PICKLE_GLOBAL,  /* one of the names above */
    TRM_PICKLE_STORAGE, /* storage */
    TRM_PICKLE_TENSOR,  /* tensor */
    TRM_PICKLE_MARK,    /* on the stack only */
};
/* What a name may stand for. */
enum trm_pickle_global { TRM_PICKLE_ORDERED_DICT, TRM_PICKLE_REBUILD_TENSOR, TRM_PICKLE_REBUILD_PARAMETER, TRM_PICKLE_STORAGE_TYPE };

struct trm_pickle_value;
struct trm_pickle_pair {
    const struct trm_pickle_value *key, *value;
    struct trm_pickle_pair *next; /* NULL: the last */
};
/* A piece of raw numbers, kept in the archive as data/KEY. */
struct trm_pickle_storage {
    enum trm_dtype dtype;
    const char *key;
    size_t count; /* elements */
};
#define TRM_PICKLE_MAX_RANK 64 /* dimensions; PyTorch's own bound */
/* A view of a storage: element (i, j, ...) stands at offset + i * stride[0] + j * stride[1] + ... */
struct trm_pickle_tensor {
    const struct trm_pickle_storage *storage;
    uint64_t offset;
    const struct trm_pickle_value *size, *stride; /* tuples of equal length, of numbers that are not below 0 */
};
struct trm_pickle_value {
    enum trm_pickle_type type;
    size_t at; /* byte offset of the opcode that made it */
    union {
        int64_t num;
        struct {
            const char *text;
            size_t n;
        };
        struct {
            const struct trm_pickle_value **items;
            size_t n_items;
        };
        struct {
            struct trm_pickle_pair *first, **last;
            size_t n_pairs;
        };
        struct {
            enum trm_pickle_global global;
            enum trm_dtype dtype; /* of a storage type */
        };
        struct trm_pickle_storage storage;
        struct trm_pickle_tensor tensor;
    };
};

/* Run the n bytes at `bytes` up to STOP and give back the value that is left. Values live in the arena; text too. NULL with
 * TRM_DATA: an opcode or a name that no state dict needs, with its offset; cut short; a stack or memo that does not fit;
 * arguments of the wrong kind. TRM_SYS: memory. What shapes say is not judged here. */
const struct trm_pickle_value *trm_pickle_read(struct trm_arena *a, const void *bytes, size_t n, struct trm_err *err);
/* "a tensor", "a number", ...; static. */
const char *trm_pickle_type_name(enum trm_pickle_type t);

#endif
