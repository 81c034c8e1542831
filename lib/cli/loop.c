/* The record loop: lines of stdin or of files, one parsed object at a time, with refusals kept. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/text.h"
#include "talk.h"

/* A line longer than this is refused: one element of a building is a few kilobytes, a monstrous one a few megabytes. */
static const size_t LONGEST_LINE = (size_t)64 << 20;
enum { CHUNK = 1 << 16 };

struct lines {
    int fd;
    bool slow;       /* not a regular file: flush what is written before waiting */
    bool ended;      /* no more bytes */
    struct trm_buf b;
    size_t from;     /* first byte of b not yet handed out */
    size_t searched; /* no newline before this */
};

/* --- refusing ---------------------------------------------------------------------------------------------------- */

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
put_base64(FILE *f, const char *bytes, size_t n)
{
    const unsigned char *p = (const unsigned char *)bytes;
    for (size_t i = 0; i < n; i += 3) {
        unsigned v = (unsigned)p[i] << 16 | (i + 1 < n ? (unsigned)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        putc(BASE64[v >> 18], f);
        putc(BASE64[v >> 12 & 63], f);
        putc(i + 1 < n ? BASE64[v >> 6 & 63] : '=', f);
        putc(i + 2 < n ? BASE64[v & 63] : '=', f);
    }
}

/* {"kind":"refused",...,"text":"the line"} or "base64" where the line is no UTF-8; see trm-refused(5). */
static void
keep_refused(struct trm_cli *c, const char *reason, bool whole)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    char id[300];
    snprintf(id, sizeof id, "%.250s:%zu", c->file ? c->file : "-", c->line);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "refused");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id);
    trm_jw_kstr(&w, "program", c->name);
    trm_jw_kstr(&w, "file", c->file ? c->file : "-");
    trm_jw_knum(&w, "line", (double)c->line);
    trm_jw_kstr(&w, "reason", reason);
    if (whole && trm_utf8_valid(c->text, c->text_len) && !memchr(c->text, 0, c->text_len)) {
        trm_jw_key(&w, "text");
        trm_jw_strn(&w, c->text, c->text_len);
        trm_jw_end(&w);
        fwrite(b.data, 1, b.len, c->refused);
        putc('\n', c->refused);
    } else {
        fwrite(b.data, 1, b.len, c->refused);
        fputs(",\"base64\":\"", c->refused);
        put_base64(c->refused, c->text, c->text_len);
        if (whole)
            fputs("\"}\n", c->refused);
    }
    if (b.failed)
        c->worst = TRM_SYS;
    trm_buf_release(&b);
}

void
trm_cli_refuse(struct trm_cli *c, struct trm_err *err)
{
    c->n_refused++;
    if (c->refused && c->text)
        keep_refused(c, err->text, true);
    trm_cli_fail(c, err);
}

/* --- lines ------------------------------------------------------------------------------------------------------- */

static bool
input_is_there(const struct lines *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLIN};
    return poll(&p, 1, 0) != 0; /* an error is for read to tell */
}

/* Work while there is nothing to read. */
static int
while_waiting(struct trm_cli *c, const struct lines *l, struct trm_err *err)
{
    int more = 1;
    while (c->idle && more > 0 && !input_is_there(l)) {
        more = c->idle(c->ctx, c, err);
        trm_cli_flush(c);
    }
    return more < 0 ? -1 : 0;
}

/* One more chunk into l->b; -1 with err filled. */
static int
fill(struct trm_cli *c, struct lines *l, struct trm_err *err)
{
    if (while_waiting(c, l, err) != 0)
        return -1;
    if (l->from > 0) {
        l->b.len -= l->from;
        l->searched -= l->from;
        memmove(l->b.data, l->b.data + l->from, l->b.len);
        l->from = 0;
    }
    if (l->slow)
        trm_cli_flush(c);
    char chunk[CHUNK];
    ssize_t n;
    while ((n = read(l->fd, chunk, sizeof chunk)) < 0 && errno == EINTR)
        if (trm_cli_interrupted())
            return trm_err_set(err, TRM_SYS, "interrupted");
    if (n < 0)
        return trm_err_set(err, TRM_SYS, "%s: %s", c->file, strerror(errno));
    l->ended = n == 0;
    trm_buf_add(&l->b, chunk, (size_t)n);
    return l->b.failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

/* A line beyond all bounds: refused, its bytes kept piece by piece, none of it in memory at once. */
static int
skip_long_line(struct trm_cli *c, struct lines *l, struct trm_err *err)
{
    struct trm_err why = {0};
    trm_err_set(&why, TRM_DATA, "line longer than %zu bytes", LONGEST_LINE);
    c->n_refused++;
    c->text = l->b.data + l->from;
    c->text_len = 0;
    if (c->refused)
        keep_refused(c, why.text, false);
    trm_cli_fail(c, &why);
    for (;;) {
        char *start = l->b.data + l->from;
        size_t have = l->b.len - l->from;
        char *newline = memchr(start, '\n', have);
        size_t n = newline ? (size_t)(newline - start) : l->ended ? have : have - have % 3; /* base64 in whole triples */
        if (c->refused)
            put_base64(c->refused, start, n);
        l->from += n + (newline != NULL);
        l->searched = l->from;
        if (newline || l->ended)
            break;
        if (fill(c, l, err) != 0)
            return -1;
    }
    if (c->refused)
        fputs("\"}\n", c->refused);
    return 0;
}

/* The next line in c->text (1), no more (0), or -1. */
static int
next_line(struct trm_cli *c, struct lines *l, struct trm_err *err)
{
    for (;;) {
        size_t left = l->b.len - l->searched;
        char *newline = left ? memchr(l->b.data + l->searched, '\n', left) : NULL;
        if (newline || (l->ended && l->b.len > l->from)) {
            size_t end = newline ? (size_t)(newline - l->b.data) : l->b.len;
            c->text = l->b.data + l->from;
            c->text_len = end - l->from;
            l->from = l->searched = newline ? end + 1 : end;
            c->line++;
            return 1;
        }
        l->searched = l->b.len;
        if (l->ended)
            return 0;
        if (l->b.len - l->from > LONGEST_LINE) {
            c->line++;
            if (skip_long_line(c, l, err) != 0)
                return -1;
            continue;
        }
        if (fill(c, l, err) != 0)
            return -1;
    }
}

static bool
blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r", s[i]) || s[i] == '\0')
            return false;
    return true;
}

/* --- records ----------------------------------------------------------------------------------------------------- */

/* The line in hand through fn; -1 when the run must end. */
static int
one_line(struct trm_cli *c, trm_cli_fn *fn, void *ctx)
{
    struct trm_err err = {0};
    int status = -1;
    c->record = trm_json_parse(c->text, c->text_len, &err);
    if (c->record && trm_json_type(c->record) != TRM_JSON_OBJECT) {
        trm_err_set(&err, TRM_DATA, "found JSON that is no object, expected a record");
    } else if (c->record) {
        trm_json *mine = c->record;
        const char *id = trm_json_str(trm_json_get(mine, "id"), NULL);
        if (id) /* a copy: fn may have freed the record before its error is said */
            snprintf(c->id_text, sizeof c->id_text, "%s", id);
        c->id = id ? c->id_text : NULL;
        status = fn(ctx, c, mine, &err);
    }
    if (status != 0 && err.kind == TRM_DATA) {
        trm_cli_refuse(c, &err);
        status = 0;
    } else if (status != 0) {
        trm_cli_fail(c, &err);
    }
    trm_json_free(c->record);
    c->record = NULL;
    c->id = NULL;
    return status;
}

static int
open_lines(struct trm_cli *c, struct lines *l, const char *path, struct trm_err *err)
{
    struct stat st;
    *l = (struct lines){.fd = STDIN_FILENO};
    if (strcmp(path, "-") != 0)
        l->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0 || fstat(l->fd, &st) != 0)
        return trm_err_set(err, errno == ENOENT || errno == ENOTDIR ? TRM_DATA : TRM_SYS, "%s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return trm_err_set(err, TRM_DATA, "is a folder, expected a file");
    l->slow = !S_ISREG(st.st_mode);
    c->line = 0;
    return 0;
}

int
trm_cli_read_file(struct trm_cli *c, const char *path, trm_cli_fn *fn, void *ctx)
{
    struct trm_err err = {0};
    struct lines l;
    int got = -1, status = 0;
    c->file = path;
    c->line = 0;
    c->ctx = ctx;
    if (open_lines(c, &l, path, &err) == 0) {
        while (status == 0 && (got = next_line(c, &l, &err)) > 0)
            if (!blank(c->text, c->text_len))
                status = one_line(c, fn, ctx);
    }
    if (err.kind != TRM_OK) {
        status = err.kind == TRM_DATA ? 0 : -1; /* a file that is not there is refused, and the next is read */
        c->n_refused += err.kind == TRM_DATA;
        c->line = 0;
        trm_cli_fail(c, &err);
    }
    if (l.fd > STDIN_FILENO)
        close(l.fd);
    trm_buf_release(&l.b);
    c->text = NULL;
    c->text_len = 0;
    c->file = NULL;
    c->line = 0;
    return status;
}

void
trm_cli_need_file(struct trm_cli *c, const char *path)
{
    struct trm_err err = {0};
    if (strcmp(path, "-") == 0 || access(path, R_OK) == 0)
        return;
    trm_err_set(&err, TRM_USAGE, "%s: %s", path, strerror(errno));
    trm_cli_die(c, &err);
}

int
trm_cli_read(struct trm_cli *c, trm_cli_fn *fn, void *ctx)
{
    if (c->n_files == 0)
        return trm_cli_read_file(c, "-", fn, ctx);
    for (size_t i = 0; i < c->n_files; i++)
        if (trm_cli_read_file(c, c->files[i], fn, ctx) != 0)
            return -1;
    return 0;
}

int
trm_cli_each(struct trm_cli *c, trm_cli_fn *fn, void *ctx)
{
    trm_cli_read(c, fn, ctx);
    return trm_cli_end(c);
}

trm_json *
trm_cli_keep(struct trm_cli *c)
{
    trm_json *v = c->record;
    c->record = NULL;
    return v;
}

const char *
trm_cli_line(const struct trm_cli *c, size_t *n)
{
    *n = c->text_len;
    return c->text;
}

void
trm_cli_at(struct trm_cli *c, const char *file, size_t line, const char *text, size_t n)
{
    c->file = file;
    c->line = line;
    c->text = text;
    c->text_len = n;
}
