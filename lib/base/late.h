/* A library that is opened when something of it is first needed: most runs of most programs need none of them, and each, with
 * what it brings, takes as long to start as one of our programs. */
#ifndef TRM_BASE_LATE_H
#define TRM_BASE_LATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* What is wanted of it: a name, and where its address goes. */
struct trm_late_name {
    const char *name;
    void *to; /* a pointer to a function or object */
};
/* One for each library, static: files, package, names and n_names given, the rest zero but for the lock. */
struct trm_late {
    const char *files[2]; /* to be tried in this order; the second may be NULL */
    const char *package;  /* Debian's, for the message */
    const struct trm_late_name *names;
    size_t n_names;
    pthread_mutex_t lock; /* PTHREAD_MUTEX_INITIALIZER */
    bool tried;
    char why[240]; /* it could not be opened; empty: it could */
};
/* Any number of times, from any thread; it stays open. TRM_SYS: it is not installed, naming the
 * package, or lacks one of the names. */
int trm_late_open(struct trm_late *l, struct trm_err *err);

#endif
