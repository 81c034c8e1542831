#include "buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

bool
trm_buf_grow(struct trm_buf *b, size_t n)
{
    if (b->failed)
        return false;
    size_t want = b->cap ? b->cap : 128;
    while (want - b->len <= n) {
        if (want > SIZE_MAX / 2) {
            b->failed = true;
            return false;
        }
        want *= 2;
    }
    char *p = realloc(b->data, want);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->data = p;
    b->cap = want;
    return true;
}

void
trm_buf_add(struct trm_buf *b, const void *bytes, size_t n)
{
    char *p = trm_buf_room(b, n);
    if (!p)
        return;
    if (n)
        memcpy(p, bytes, n);
    trm_buf_used(b, n);
}

void
trm_buf_adds(struct trm_buf *b, const char *s)
{
    trm_buf_add(b, s, strlen(s));
}

void
trm_buf_addf(struct trm_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
    } else if (trm_buf_room(b, (size_t)n)) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void
trm_buf_addnum(struct trm_buf *b, double x)
{
    char text[32];
    trm_buf_add(b, text, trm_text_of_num(text, x));
}

void
trm_buf_reset(struct trm_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void
trm_buf_release(struct trm_buf *b)
{
    free(b->data);
    *b = (struct trm_buf){0};
}
