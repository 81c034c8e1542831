/* Zip archives in and out, in memory: .ifczip and PyTorch's files on the way in, BCF and PyTorch's on the way out. The only talk
 * with libzip. */
#ifndef TRM_PACK_PACK_H
#define TRM_PACK_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

/* Whether the n bytes begin as a zip archive does ("PK", 3, 4 or the mark of an empty one). */
bool trm_pack_is_zip(const void *bytes, size_t n);

/* One file out of an archive. */
struct trm_pack_file {
    char *data; /* owned; free with trm_pack_file_release */
    size_t size;
    char name[256]; /* as in the archive, cut short if longer */
};
/* Inflate the first member whose name ends in suffix (any case), or the only member when none does. zip: the n bytes of the
 * archive. max: most bytes to inflate; besides, what inflates to more than 1 MiB may not exceed 300 times its packed size.
 * 0, or -1 with TRM_DATA (no archive, no such member, encrypted, damaged, too large) or TRM_SYS (memory). */
int trm_pack_read(struct trm_pack_file *out, const void *zip, size_t n, const char *suffix, size_t max, struct trm_err *err);
void trm_pack_file_release(struct trm_pack_file *f);

/* An archive whose members are read one by one. Zeroed is empty. */
struct trm_unpack {
    void *archive; /* internal */
};
/* zip: the n bytes of the archive, borrowed until release. TRM_DATA: no archive, or a damaged one; TRM_SYS: memory. */
int trm_unpack_open(struct trm_unpack *u, const void *zip, size_t n, struct trm_err *err);
void trm_unpack_release(struct trm_unpack *u);
size_t trm_unpack_count(const struct trm_unpack *u);
/* Name of member i, borrowed until release; NULL when the archive gives none. */
const char *trm_unpack_name(const struct trm_unpack *u, size_t i);
/* Number of the member of that name, or -1. */
long trm_unpack_find(const struct trm_unpack *u, const char *name);
/* Bytes of member i, as the archive says it; nothing of it is believed by trm_unpack_read. TRM_DATA: it does not say. */
int trm_unpack_size(const struct trm_unpack *u, size_t i, size_t *size, struct trm_err *err);
/* Read member i into out [size]. TRM_DATA: it has more or fewer bytes than `size`, a wrong checksum, is encrypted or damaged. */
int trm_unpack_read(const struct trm_unpack *u, size_t i, void *out, size_t size, struct trm_err *err);

/* An archive being written. Zeroed is empty. The same members give the same bytes: no clock is read. */
struct trm_pack {
    void *archive, *source; /* internal */
};
/* Add a member; the bytes are copied. Order of adding is the order in the archive. */
int trm_pack_add(struct trm_pack *p, const char *name, const void *bytes, size_t n, struct trm_err *err);
/* The same, not packed: the bytes stand in the archive as they are. */
int trm_pack_store(struct trm_pack *p, const char *name, const void *bytes, size_t n, struct trm_err *err);
/* Close the archive: *bytes (free() it) and *n are the whole file. The pack is empty again, also after failure. */
int trm_pack_finish(struct trm_pack *p, char **bytes, size_t *n, struct trm_err *err);
/* Drop what was added. */
void trm_pack_release(struct trm_pack *p);

#endif
