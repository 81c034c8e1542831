/* Errors: one cause, one line, one way to say no.
 *
 * Every function that can fail returns 0 or -1 (or NULL) and fills a struct trm_err once; the first cause wins. */
#ifndef TRM_BASE_ERR_H
#define TRM_BASE_ERR_H

/* How bad, in rising order; the number is also the exit status of a program. */
enum trm_err_kind {
    TRM_OK = 0,
    TRM_DATA = 1,  /* what came in is wrong: the record is refused, the run goes on */
    TRM_USAGE = 2, /* the command line, or a file it names as configuration, is wrong */
    TRM_SYS = 3,   /* the system said no: memory, disk, permission; trying again may help */
};

struct trm_err {
    enum trm_err_kind kind; /* TRM_OK: holds no cause */
    char text[480];         /* one line without a newline, control characters masked */
};

/* Fill *e unless it already holds a cause. Always returns -1, so that `return trm_err_set(...)` reads as the failure
 * it is. fmt: printf's. e may be NULL, then nothing is kept. */
int trm_err_set(struct trm_err *e, enum trm_err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Put "where: " before the text of a cause that *e already holds; nothing if it holds none. Always returns -1. */
int trm_err_at(struct trm_err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Forget the cause. Cannot fail. */
void trm_err_reset(struct trm_err *e);

#endif
