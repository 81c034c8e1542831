/* Files: mapped for reading, whole-or-nothing for writing. */
#ifndef TRM_BASE_FILE_H
#define TRM_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"

/* Bytes of a file, read only. */
struct trm_map {
    const char *data; /* borrowed until trm_map_release; not zero-terminated; NULL when size is 0 */
    size_t size;
    bool mapped; /* mmap'd, else read into memory */
};
/* Map the file at path; "-" reads all of stdin into memory. max: refuse more bytes than this (0: no bound). */
int trm_map_open(struct trm_map *m, const char *path, size_t max, struct trm_err *err);
/* The same for a file that will be gone through from end to end, once: up to 1 GiB read into large pages, as meeting mapped
 * pages for the first time costs more than copying them (tests/bench/LOG.md). */
int trm_map_read(struct trm_map *m, const char *path, size_t max, struct trm_err *err);
void trm_map_release(struct trm_map *m);

/* An output file that appears under its name whole or not at all: written beside it as .NAME.XXXXXX, then flushed to disk
 * and renamed. A temporary left by a killed process is never mistaken for the file. */
struct trm_out {
    FILE *f;           /* write here */
    char *path, *temp; /* owned */
};
int trm_out_open(struct trm_out *o, const char *path, struct trm_err *err);
/* Flush, fsync, rename. After failure nothing is left of it and any older file stands untouched. */
int trm_out_commit(struct trm_out *o, struct trm_err *err);
/* Drop it; the older file, if any, stands. Does nothing after commit. */
void trm_out_abort(struct trm_out *o);
/* The temporary files now open are unlinked; safe to call in a signal handler. */
void trm_out_unlink_all(void);

#endif
