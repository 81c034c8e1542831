#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Control characters in names and values must not move a terminal's cursor. Bytes above 0x7F are left: they are UTF-8. */
static void
mask_controls(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            *s = '?';
}

/* Do not end in the middle of a UTF-8 sequence when the text was cut. */
static void
trim_cut_utf8(char *s, size_t n)
{
    size_t i = n;
    while (i > 0 && ((unsigned char)s[i - 1] & 0xC0) == 0x80 && n - i < 3)
        i--;
    if (i > 0 && (unsigned char)s[i - 1] >= 0xC0)
        s[i - 1] = '\0';
}

int
trm_err_set(struct trm_err *e, enum trm_err_kind kind, const char *fmt, ...)
{
    if (!e || e->kind != TRM_OK)
        return -1;
    e->kind = kind;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof e->text)
        trim_cut_utf8(e->text, sizeof e->text - 1);
    mask_controls(e->text);
    return -1;
}

int
trm_err_at(struct trm_err *e, const char *fmt, ...)
{
    if (!e || e->kind == TRM_OK)
        return -1;
    char where[sizeof e->text];
    char rest[sizeof e->text];
    memcpy(rest, e->text, sizeof rest);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(where, sizeof where, fmt, ap);
    va_end(ap);
    enum trm_err_kind kind = e->kind;
    e->kind = TRM_OK;
    return trm_err_set(e, kind, "%.240s: %s", where, rest);
}

void
trm_err_reset(struct trm_err *e)
{
    if (e)
        e->kind = TRM_OK, e->text[0] = '\0';
}
