/* The record loop: lines of stdin or of files, one parsed object at a time, with refusals kept.
 *
 * Where a program has work on a record that needs none of those before it (struct trm_cli, make) and more lines are there already,
 * threads parse them and do that work; nobody waits for a further line before the first is answered. Trees stay with the thread
 * that made them: handed over, they cost as much to fetch as to make (tests/bench/LOG.md). */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/crew.h"
#include "../base/text.h"
#include "talk.h"

/* A line longer than this is refused: one element of a building is a few kilobytes, a monstrous one a few megabytes. */
static const size_t LONGEST_LINE = (size_t)64 << 20;
enum {
    CHUNK = 1 << 16,
    MOST_LINES = 1024,  /* in hand at a time */
    ENOUGH = 1 << 22,   /* bytes in hand at a time */
    WORTH = 1 << 17,    /* bytes that take longer to parse than threads to begin */
    PIPE = 1 << 20,     /* bytes that wait in a pipe */
    A_PIECE = 1 << 16,  /* bytes for one thread at a time */
    MOST_THREADS = TRM_CLI_SLOTS / TRM_CREW_AHEAD,
};

/* A line in hand. */
struct line {
    size_t off, n, number; /* off: behind `held` */
    bool tried, made; /* to make it; and it needs no fn */
    struct trm_err err;
};

struct lines {
    int fd;
    bool slow;       /* not a regular file: flush what is written before waiting */
    bool ended;      /* no more bytes */
    struct trm_buf b;
    size_t held;     /* first byte of b that is still needed */
    size_t from;     /* first byte of b not yet handed out */
    size_t searched; /* no newline before this */
    size_t number;   /* of the line handed out last */
    /* in hand */
    struct line *line; /* [MOST_LINES], or [1] without threads */
    size_t n, bytes;
    size_t *piece; /* as many and one: where pieces begin, and their end */
    struct trm_arena trees[MOST_THREADS + 1]; /* by thread; of the caller's own last */
    struct trm_buf made[TRM_CLI_SLOTS]; /* what make wrote */
    /* what is done with them */
    struct trm_cli *c;
    trm_cli_fn *fn;
    void *ctx;
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
    if (l->held > 0) {
        l->b.len -= l->held;
        l->searched -= l->held;
        l->from -= l->held;
        memmove(l->b.data, l->b.data + l->held, l->b.len);
        l->held = 0;
    }
    if (l->slow && !input_is_there(l))
        trm_cli_flush(c);
    char *room = trm_buf_room(&l->b, CHUNK);
    ssize_t n;
    if (!room)
        return trm_err_set(err, TRM_SYS, "out of memory");
    while ((n = read(l->fd, room, CHUNK)) < 0 && errno == EINTR)
        if (trm_cli_interrupted())
            return trm_err_set(err, TRM_SYS, "interrupted");
    if (n < 0)
        return trm_err_set(err, TRM_SYS, "%s: %s", c->file, strerror(errno));
    l->ended = n == 0;
    trm_buf_used(&l->b, (size_t)n);
    return 0;
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
        l->held = l->searched = l->from;
        if (newline || l->ended)
            break;
        if (fill(c, l, err) != 0)
            return -1;
    }
    if (c->refused)
        fputs("\"}\n", c->refused);
    return 0;
}

/* The next line into hand (1), no more (0), or -1. */
static int
next_line(struct trm_cli *c, struct lines *l, struct trm_err *err)
{
    for (;;) {
        size_t left = l->b.len - l->searched;
        char *newline = left ? memchr(l->b.data + l->searched, '\n', left) : NULL;
        if (newline || (l->ended && l->b.len > l->from)) {
            size_t end = newline ? (size_t)(newline - l->b.data) : l->b.len;
            l->line[l->n++] = (struct line){.off = l->from - l->held, .n = end - l->from, .number = ++l->number};
            l->bytes += end - l->from;
            l->from = l->searched = newline ? end + 1 : end;
            return 1;
        }
        l->searched = l->b.len;
        if (l->ended)
            return 0;
        if (l->b.len - l->from > LONGEST_LINE) {
            c->line = ++l->number;
            if (skip_long_line(c, l, err) != 0)
                return -1;
            continue;
        }
        if (fill(c, l, err) != 0)
            return -1;
    }
}

/* Whether next_line would not have to wait, nor skip a line; *err when bytes could not be read. */
static bool
line_is_here(struct trm_cli *c, struct lines *l, struct trm_err *err)
{
    for (;;) {
        size_t left = l->b.len - l->searched;
        if (left && memchr(l->b.data + l->searched, '\n', left))
            return true;
        l->searched = l->b.len;
        if (l->ended)
            return l->b.len > l->from;
        if (l->b.len - l->from > LONGEST_LINE || !input_is_there(l) || fill(c, l, err) != 0)
            return false;
    }
}

/* The next lines into hand: one, waiting for it, and with threads those behind it that are there. 1, no more (0), or -1. */
static int
next_lines(struct trm_cli *c, struct lines *l, size_t threads, struct trm_err *err)
{
    l->held = l->from;
    l->n = l->bytes = 0;
    if (err->kind != TRM_OK)
        return -1;
    int got = next_line(c, l, err);
    while (got > 0 && threads > 1 && l->n < MOST_LINES && l->bytes < ENOUGH && line_is_here(c, l, err))
        next_line(c, l, err);
    return got;
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

/* The record of a line; NULL for a blank one, and when x->err says why not. */
static trm_json *
record(struct lines *l, struct line *x, struct trm_arena *trees)
{
    const char *text = l->b.data + l->held + x->off;
    if (blank(text, x->n))
        return NULL;
    trm_arena_reset(trees);
    trm_json *rec = trm_json_parse_in(trees, text, x->n, &x->err);
    if (rec && trm_json_type(rec) != TRM_JSON_OBJECT)
        trm_err_set(&x->err, TRM_DATA, "found JSON that is no object, expected a record");
    return rec;
}

/* Make of the line what can be made of it alone; false when it is left to fn, and those behind it have to wait. */
static bool
try(struct lines *l, struct line *x, size_t slot, struct trm_arena *trees)
{
    struct trm_buf *out = &l->made[slot];
    size_t before = out->len;
    trm_json *rec = record(l, x, trees);
    int got = 1;
    if (rec && x->err.kind == TRM_OK)
        got = l->c->make(l->ctx, slot, l->b.data + l->held + x->off, x->n, rec, out, &x->err);
    if (out->failed)
        trm_err_set(&x->err, TRM_SYS, "out of memory");
    if (x->err.kind != TRM_OK)
        out->len = before;
    x->tried = true;
    x->made = got > 0 && x->err.kind == TRM_OK;
    trm_json_free(rec);
    return got != 0;
}

/* What was made so far in the slot is done. */
static int
settle(struct lines *l, size_t slot, struct trm_err *err)
{
    if (!l->c->make)
        return 0;
    trm_cli_put_raw(l->c, l->made[slot].data, l->made[slot].len);
    trm_buf_reset(&l->made[slot]);
    return l->c->settle(l->ctx, slot, err);
}

/* A line through fn; -1 when the run must end. */
static int
use(struct lines *l, struct line *x, size_t slot)
{
    struct trm_cli *c = l->c;
    trm_json *rec = record(l, x, &l->trees[MOST_THREADS]);
    int status = x->err.kind == TRM_OK ? 0 : -1;
    c->line = x->number;
    c->text = l->b.data + l->held + x->off;
    c->text_len = x->n;
    if (rec) {
        const char *id = trm_json_str(trm_json_get(rec, "id"), NULL);
        if (id) /* a copy: fn may have changed the record before its error is said */
            snprintf(c->id_text, sizeof c->id_text, "%s", id);
        c->id = id ? c->id_text : NULL;
    }
    if (rec && status == 0 && (status = settle(l, slot, &x->err)) == 0)
        status = l->fn(l->ctx, c, rec, &x->err);
    if (status != 0 && x->err.kind == TRM_DATA) {
        trm_cli_refuse(c, &x->err);
        status = 0;
    } else if (status != 0) {
        trm_cli_fail(c, &x->err);
    }
    trm_json_free(rec);
    c->id = NULL;
    return status;
}

static int
make_piece(void *ctx, size_t thread, size_t slot, size_t piece, struct trm_err *err)
{
    struct lines *l = ctx;
    (void)err;
    for (size_t i = l->piece[piece]; l->c->make && i < l->piece[piece + 1]; i++)
        if (!try(l, &l->line[i], slot, &l->trees[thread]))
            break;
    return 0;
}

static int
use_piece(void *ctx, size_t slot, size_t piece, struct trm_err *err)
{
    struct lines *l = ctx;
    for (size_t i = l->piece[piece]; i < l->piece[piece + 1]; i++) {
        struct line *x = &l->line[i];
        if (l->c->make && !x->tried)
            try(l, x, slot, &l->trees[MOST_THREADS]);
        if (!x->made && use(l, x, slot) != 0)
            return trm_err_set(err, TRM_SYS, "said already");
    }
    struct trm_err why = {0};
    if (settle(l, slot, &why) != 0) {
        trm_cli_fail(l->c, &why);
        return trm_err_set(err, TRM_SYS, "said already");
    }
    return 0;
}

/* The lines in hand through fn; -1 when the run must end. */
static int
use_lines(struct lines *l, size_t threads)
{
    struct trm_err err = {0};
    struct trm_crew crew = {.threads = l->bytes < WORTH ? 1 : threads, .make = make_piece, .take = use_piece};
    size_t most = crew.threads > 1 ? A_PIECE : 0, bytes = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (i == 0 || bytes >= most) {
            l->piece[crew.pieces++] = i;
            bytes = 0;
        }
        bytes += l->line[i].n;
    }
    l->piece[crew.pieces] = l->n;
    return trm_crew_run(&crew, l, &err);
}

static int
open_lines(struct lines *l, const char *path, size_t threads, struct trm_err *err)
{
    struct stat st;
    size_t most = threads > 1 ? MOST_LINES : 1;
    *l = (struct lines){.fd = STDIN_FILENO, .line = malloc(most * sizeof *l->line), .piece = malloc((most + 1) * sizeof *l->piece)};
    if (!l->line || !l->piece)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (strcmp(path, "-") != 0)
        l->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0 || fstat(l->fd, &st) != 0)
        return trm_err_set(err, errno == ENOENT || errno == ENOTDIR ? TRM_DATA : TRM_SYS, "%s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return trm_err_set(err, TRM_DATA, "is a folder, expected a file");
    l->slow = !S_ISREG(st.st_mode);
    if (threads > 1 && S_ISFIFO(st.st_mode))
        fcntl(l->fd, F_SETPIPE_SZ, PIPE); /* a wish: so that there is work for all */
    return 0;
}

int
trm_cli_read_file(struct trm_cli *c, const char *path, trm_cli_fn *fn, void *ctx)
{
    struct trm_err err = {0};
    struct lines l;
    size_t threads = c->make ? (size_t)trm_cli_processors(MOST_THREADS) : 1;
    int status = 0;
    c->file = path;
    c->line = 0;
    c->ctx = ctx;
    if (open_lines(&l, path, threads, &err) == 0) {
        l.c = c, l.fn = fn, l.ctx = ctx;
        while (status == 0 && next_lines(c, &l, threads, &err) > 0)
            status = use_lines(&l, threads);
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
    free(l.line);
    free(l.piece);
    for (size_t i = 0; i <= MOST_THREADS; i++)
        trm_arena_release(&l.trees[i]);
    for (size_t i = 0; i < TRM_CLI_SLOTS; i++)
        trm_buf_release(&l.made[i]);
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
