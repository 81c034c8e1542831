/* A byte buffer that grows: lines being read, records being written.
 *
 * A zeroed struct trm_buf is a valid empty buffer. Running out of memory is kept in `failed`, and every later call does
 * nothing, so that a writer checks once at the end. `data` always has a zero behind its last byte once anything was added. */
#ifndef TRM_BASE_BUF_H
#define TRM_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct trm_buf {
    char *data; /* owned; NULL while empty */
    size_t len, cap;
    bool failed;
};

void trm_buf_add(struct trm_buf *b, const void *bytes, size_t n);
void trm_buf_adds(struct trm_buf *b, const char *s);
bool trm_buf_grow(struct trm_buf *b, size_t n); /* internal: the slow half */
/* Room for n more bytes: where to write them, or NULL and failed when memory is out. trm_buf_used then says how many were. */
static inline char *
trm_buf_room(struct trm_buf *b, size_t n)
{
    /* strictly: the zero needs one more */
    return (n < b->cap - b->len && !b->failed) || trm_buf_grow(b, n) ? b->data + b->len : NULL;
}
static inline void
trm_buf_used(struct trm_buf *b, size_t n)
{
    b->len += n;
    b->data[b->len] = '\0';
}
static inline void
trm_buf_addc(struct trm_buf *b, char c)
{
    char *p = trm_buf_room(b, 1);
    if (p) {
        *p = c;
        trm_buf_used(b, 1);
    }
}
void trm_buf_addf(struct trm_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Shortest decimal text that reads back as the same double ("0.885", "1e-05", "42"). x must be finite. */
void trm_buf_addnum(struct trm_buf *b, double x);
/* Length 0, memory kept. */
void trm_buf_reset(struct trm_buf *b);
/* Memory back; the buffer is empty and usable. */
void trm_buf_release(struct trm_buf *b);

#endif
