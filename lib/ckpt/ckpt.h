/* Named tensors and text metadata in one safetensors file, whole or not at all.
 *
 * Format: safetensors (8 bytes little-endian header length, a JSON header, the data). Files of ours start their data at a
 * multiple of 64 bytes with the tensors in the order they were given, so that a whole parameter vector is used where the
 * file stands in memory, and add to `__metadata__`
 *     "trm.format"  version, now 2
 *     "trm.sha256"  the file's name for itself: SHA-256 of header and data, the digits of both digests taken as zeros
 *     "trm.xxh64"   against damage, looked at whenever a file is opened: XXH64 of header and data, its own digits as zeros
 * Version 1 had no "trm.xxh64", and opening 28 MB took 30 ms for the SHA-256 instead of 2. Model file and training state
 * are two files of this one format. */
#ifndef TRM_CKPT_CKPT_H
#define TRM_CKPT_CKPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/file.h"
#include "../base/tensor.h"

#define TRM_CKPT_FORMAT 2
#define TRM_CKPT_MAX_RANK 8

/* Bytes of one element. */
size_t trm_dtype_size(enum trm_dtype t);
/* As safetensors spells it: "F32"; static. */
const char *trm_dtype_name(enum trm_dtype t);
/* Whether it holds F32, F64, F16 or BF16 numbers. */
bool trm_dtype_is_float(enum trm_dtype t);

/* A tensor in a file, or to be written. */
struct trm_ckpt_tensor {
    const char *name;
    enum trm_dtype dtype;
    size_t rank, shape[TRM_CKPT_MAX_RANK];
    size_t count;     /* elements: product of shape (1 for rank 0). Writers may leave it 0: it is worked out */
    const void *data; /* little-endian, borrowed (from the map, until release; when writing, from the caller) */
};
struct trm_ckpt_meta {
    const char *key, *value; /* UTF-8 text */
};

/* --- reading --- */
struct trm_ckpt {
    const struct trm_ckpt_tensor *tensors; /* [n] sorted by place in the file */
    size_t n;
    const struct trm_ckpt_meta *meta; /* [n_meta] */
    size_t n_meta;
    char sha256[65]; /* "trm.sha256" of ours; empty for foreign files */
    struct trm_map map;
    struct trm_arena arena;
};
/* Map the file at path. foreign: files without our metadata are allowed (published weights, golden numbers); otherwise
 * "trm.format" and a right checksum are required. Refused (TRM_DATA) with path and reason: cut short, header length or
 * JSON wrong, unknown dtype, shape and size disagreeing, tensors overlapping, leaving gaps or outside, checksum wrong,
 * a later format version. TRM_SYS: cannot be opened. On failure *c is empty. */
int trm_ckpt_open(struct trm_ckpt *c, const char *path, bool foreign, struct trm_err *err);
/* Whether "trm.sha256" of an open file of ours is that of its bytes: for who keeps files by that name. TRM_DATA: it is not. */
int trm_ckpt_verify(const struct trm_ckpt *c, struct trm_err *err);
void trm_ckpt_release(struct trm_ckpt *c);
/* NULL when there is none. Borrowed from *c. */
const struct trm_ckpt_tensor *trm_ckpt_find(const struct trm_ckpt *c, const char *name);
const char *trm_ckpt_get(const struct trm_ckpt *c, const char *key);
/* Copy the elements of t to out [t->count] of type `as`, aligned for it. Between float types each is rounded to the nearest,
 * ties to even, so what a wider type was made from comes back exactly; between integer types they stay as they are.
 * TRM_DATA: one does not fit; float to integer or the other way. */
int trm_ckpt_convert(const struct trm_ckpt_tensor *t, enum trm_dtype as, void *out, struct trm_err *err);
/* The same for the tensor called `name`, which must have `count` elements. TRM_DATA also: no such tensor, another count. */
int trm_ckpt_read(const struct trm_ckpt *c, const char *name, enum trm_dtype as, void *out, size_t count,
                  struct trm_err *err);
/* The vector that a table of n tensors describes (`total` elements), tensor names in the file being prefix + name.
 * *vec: into the map when the file holds the vector as it is (our own files), then *owned is NULL; otherwise a
 * converted copy, *owned == *vec, to be freed by the caller. TRM_DATA: a tensor is missing or has another shape. */
int trm_ckpt_vector(const struct trm_ckpt *c, const char *prefix, const struct trm_tensor *table, size_t n,
                    size_t total, const trm_real **vec, trm_real **owned, struct trm_err *err);

/* --- writing --- */
/* Write n tensors and n_meta texts ("trm.format" and the digests are added by itself) to path,
 * whole or not at all. sha256 (may be NULL): the digest. TRM_SYS: disk; TRM_USAGE: a name twice, a key twice. */
int trm_ckpt_write(const char *path, const struct trm_ckpt_tensor *tensors, size_t n, const struct trm_ckpt_meta *meta,
                   size_t n_meta, char sha256[65], struct trm_err *err);
/* Fill out [n] with the tensors of a table over vec, for trm_ckpt_write; names are borrowed from the table. */
void trm_ckpt_of_table(struct trm_ckpt_tensor *out, const struct trm_tensor *table, size_t n, const trm_real *vec);

#endif
