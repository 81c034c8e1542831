/* A folder of immutable versions of models.
 *
 *     DIR/versions/0007.trm      a model, read only once added
 *     DIR/versions/0007.json     its record: version, parent, after, sha256, bytes, added, note
 *     DIR/current                symbolic link to versions/NNNN.trm, switched by one rename
 *     DIR/promoted               numbers that were current, oldest first, one a line: what rollback goes back through
 *     DIR/lock                   held (flock) by whoever writes here; gone with the process, never stale
 *
 * A version exists when its .trm does. Numbers rise from 1 and are never used again: the newest is never pruned. Every
 * change is one rename, so a reader never sees half of it and a killed writer leaves the store as it was or as it
 * should be. `current` is the one truth; `promoted` is read relative to it, so that a kill between the two is harmless. */
#ifndef TRM_STORE_STORE_H
#define TRM_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"

enum { TRM_STORE_PATH = 4096 }; /* bytes for a path, the zero counted; longer ones are refused */

struct trm_store {
    const char *dir; /* borrowed from the opener */
    int lock;        /* descriptor of the lock, -1 when only reading */
};

struct trm_version {
    int n;          /* its number, from 1 */
    int parent;     /* the version it was trained from; 0: trained afresh, or not known */
    int after;      /* the version that was current when this one was added; 0: none */
    bool current;   /* whether it is the one in use */
    uint64_t bytes; /* size of the model file */
    char sha256[65]; /* the model's own, as in its file, in traces and in trm_ckpt (not that of the raw bytes) */
    char added[32]; /* UTC, as the caller of trm_store_add gave it; "" when not known */
    char note[256];
};

/* --- for programs that only want a model --- */

/* Path of version n (0: the current one) of the store at dir, into path; its number into *found (may be NULL).
 * Fails with TRM_USAGE when there is no store, no current version or no such version. Takes no lock: a version once
 * opened stays readable even when it is pruned meanwhile. */
int trm_store_find(char path[TRM_STORE_PATH], int *found, const char *dir, int n, struct trm_err *err);

/* --- for trm-models, and whoever trains into a store --- */

/* Open for reading (write false: the folder must exist) or for writing (made when missing, then locked).
 * who: a word on the writer, kept in the lock for the message of the next one ("trm-models add, process 77").
 * TRM_SYS when somebody else holds the lock: the message says who; trying again may help. */
int trm_store_open(struct trm_store *s, const char *dir, bool write, const char *who, struct trm_err *err);
/* Gives the lock back. Cannot fail; a zeroed or failed store is allowed. */
void trm_store_close(struct trm_store *s);

/* All versions, lowest number first: *out is an array of *n, owned by the caller (free). A store without any is fine. */
int trm_store_list(const struct trm_store *s, struct trm_version **out, size_t *n, struct trm_err *err);
/* One version (0: the current). TRM_USAGE when it is not there. */
int trm_store_get(const struct trm_store *s, int n, struct trm_version *out, struct trm_err *err);
/* Number of the current version, 0 for none; cannot fail. */
int trm_store_current(const struct trm_store *s);

/* Copy the model at `file` in as the next version, whole or not at all; it does not become current. The copy is opened
 * as a model before it is accepted: TRM_DATA names what is wrong with it. A model whose bytes are already there is not
 * added again: *n is then the old number and *known true. parent: as in trm_version; -1: what the model's own lineage
 * says, if it names the sha256 of a version here. utc, note: kept as given; may be NULL. Needs a writing store. */
int trm_store_add(struct trm_store *s, const char *file, int parent, const char *utc, const char *note, int *n,
                  bool *known, struct trm_err *err);
/* Version n is the current one from now on. Its file is checked against its sha256 first (TRM_DATA when it differs). */
int trm_store_promote(struct trm_store *s, int n, struct trm_err *err);
/* Back to what was current before; *n is its number. TRM_USAGE when there is nothing to go back to. Versions pruned
 * since are skipped. */
int trm_store_rollback(struct trm_store *s, int *n, struct trm_err *err);
/* Drop all but the last `keep` (at least 1) and the current. *removed: how many went. */
int trm_store_prune(struct trm_store *s, int keep, int *removed, struct trm_err *err);

#endif
