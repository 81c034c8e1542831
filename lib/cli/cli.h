/* What every program does the same way: options, the record loop, diagnostics, progress, signals, exit status.
 *
 * The only room that prints, exits, or reads the clock or the environment. A program's main reads as a list:
 *
 *     struct trm_cli c = {.name = "trm-x", .purpose = "...", .operands = "[FILE...]", .opts = opts};
 *     trm_cli_begin(&c, argc, argv);
 *     return trm_cli_each(&c, one_record, &state);
 */
#ifndef TRM_CLI_CLI_H
#define TRM_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../base/buf.h"
#include "../base/err.h"
#include "../rec/rec.h"

#define TRM_VERSION "0.1.0"

enum trm_opt_type {
    TRM_OPT_INT = 0, /* long *, bounded by lo..hi (both inclusive) */
    TRM_OPT_NUM,     /* double *, bounded by lo..hi */
    TRM_OPT_STR,     /* const char **, the text of argv */
    TRM_OPT_FLAG,    /* bool *, takes no argument */
    TRM_OPT_LIST,    /* struct trm_list *, may be given again */
};
struct trm_list {
    const char *item[64];
    size_t n;
};
/* One option. A zeroed entry ends the table. --help is made of it. The default shown in --help is what *to holds at
 * trm_cli_begin. */
struct trm_cli_opt {
    char letter;      /* 0: long form only */
    const char *name; /* "seed", for --seed */
    const char *arg;  /* "N", shown in --help; NULL for flags */
    const char *help;
    void *to;
    double lo, hi; /* both 0: no bound */
    enum trm_opt_type type;
};

enum { TRM_CLI_SLOTS = 12 }; /* pieces of input in hand at a time, see make: three for each of at most four threads */

struct trm_cli {
    /* set by the program */
    const char *name, *purpose, *operands; /* operands: as shown in --help; NULL: none are allowed */
    /* Work that need not wait for the next line: called again and again before input is waited for, until input is there or it
     * returns 0 (no more to do); -1 with *err filled ends the run. What it writes goes out at once. NULL: none. */
    int (*idle)(void *ctx, struct trm_cli *c, struct trm_err *err);
    /* What can be done with a record without those before it: called for each before fn, on some thread, beside others but for those with
     * the same slot (below TRM_CLI_SLOTS). What it writes to out, whole lines, is written in the order of the input. 1: that is all; 0: fn
     * is to be called; -1 with *err filled, as fn. NULL: fn does everything. */
    int (*make)(void *ctx, size_t slot, const char *line, size_t n, trm_json *rec, struct trm_buf *out, struct trm_err *err);
    /* On the caller's thread, when what was made in the slot comes to its turn, all before it being done; 0, or -1 with *err filled. */
    int (*settle)(void *ctx, size_t slot, struct trm_err *err);
    const struct trm_cli_opt *opts;        /* --help, --version, --refused FILE (where each is used) come by themselves */
    /* filled by trm_cli_begin */
    char **files; /* operands, borrowed from argv */
    size_t n_files;
    /* where the record loop stands, for diagnostics and provenance */
    const char *file; /* "-" for stdin */
    size_t line;      /* from 1 */
    const char *id;   /* of the record in hand, or NULL */
    /* what was refused so far, and the worst that happened */
    size_t n_refused;
    enum trm_err_kind worst;
    bool verdict_failed; /* set by a program on -e LEVEL: exit status 4 when nothing worse happened */
    /* internal */
    void *ctx;            /* of the record loop */
    char id_text[128];    /* what id points to */
    const char *text;     /* the line in hand */
    size_t text_len;
    struct trm_buf out;   /* not yet on stdout */
    FILE *refused;        /* --refused FILE */
    const char *refused_path;
    double progress_at;   /* when the bar was last drawn */
    double progress_from; /* when it was first drawn */
};

/* Parse the command line: fills the targets of c->opts, c->files, c->n_files. --help, --version and a wrong command line
 * (status 2) exit here. Operands and "--" as POSIX says; options may stand after operands. Installs signal handling. */
void trm_cli_begin(struct trm_cli *c, int argc, char **argv);

/* Call fn for every record (line) of every operand (none: stdin), in order; blank lines are skipped. fn gets the parsed
 * object, which is freed after the call: what fn wants to keep it copies. fn is called on the caller's thread. fn returns 0, or -1 with *err filled:
 * TRM_DATA refuses the record (diagnostic, --refused, the run goes on), anything worse ends the run.
 * Returns the exit status by way of trm_cli_end. */
typedef int trm_cli_fn(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err);
int trm_cli_each(struct trm_cli *c, trm_cli_fn *fn, void *ctx);
/* The same without trm_cli_end, for programs with work after the last record: 0, or -1 when the run must end (the cause is
 * already reported; return trm_cli_end). */
int trm_cli_read(struct trm_cli *c, trm_cli_fn *fn, void *ctx);
/* As trm_cli_read for one named file ("-": stdin), whatever the operands. */
int trm_cli_read_file(struct trm_cli *c, const char *path, trm_cli_fn *fn, void *ctx);
/* A file that an option names and the run cannot do without: ends the program with 2 when it cannot be opened for reading. */
void trm_cli_need_file(struct trm_cli *c, const char *path);
/* Inside fn: the bytes of the line in hand, without newline; borrowed until fn returns. */
const char *trm_cli_line(const struct trm_cli *c, size_t *n);
/* For programs that read something other than records: the place in hand, and its text (borrowed until the next call), for
 * diagnostics and --refused. file NULL: nowhere. */
void trm_cli_at(struct trm_cli *c, const char *file, size_t line, const char *text, size_t n);

/* Write one record and a newline to stdout. Buffered, and flushed before the program waits for input, so that a line typed
 * gets its answer at once. On a full disk the program ends here with 3, when the reader went away by SIGPIPE. */
void trm_cli_put(struct trm_cli *c, const trm_json *rec);
void trm_cli_put_text(struct trm_cli *c, const char *text, size_t n); /* one line already written; newline is added */
void trm_cli_put_raw(struct trm_cli *c, const void *bytes, size_t n); /* bytes as they are */
/* Everything written so far goes to stdout, for records that come minutes apart; ends the program with 3 when it cannot. */
void trm_cli_flush(struct trm_cli *c);

/* Diagnostics on stderr: "name: file:line: id: text". Never on stdout. */
void trm_cli_warn(struct trm_cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Report *err and note how bad; the run goes on. Resets *err. */
void trm_cli_fail(struct trm_cli *c, struct trm_err *err);
/* Report the line in hand as refused, keep it in --refused. Resets *err. trm_cli_read does this by itself. */
void trm_cli_refuse(struct trm_cli *c, struct trm_err *err);
/* Report and exit with status 2 or 3, as err->kind says (TRM_DATA counts as 2: for configuration files). */
_Noreturn void trm_cli_die(struct trm_cli *c, struct trm_err *err);

/* A bar with rate and time left on stderr, only when that is a terminal; at most ten times a second. total 0: unknown. */
void trm_cli_progress(struct trm_cli *c, const char *what, double done, double total);
/* SIGINT or SIGTERM has come (a second one kills). Long work looks at this between steps. */
bool trm_cli_interrupted(void);
/* By default SIGINT and SIGTERM end the program at once, unlinking unfinished outputs. A program that wants to finish its
 * step first calls this, and then looks at trm_cli_interrupted. */
void trm_cli_catch_signals(struct trm_cli *c);
/* Seconds on a steady clock; wall-clock time as UTC "2026-11-21T20:00:00Z" (SOURCE_DATE_EPOCH, when set, instead). */
double trm_cli_now(void);
/* Seconds of processor that this process has used so far, all threads together. */
double trm_cli_processor(void);
void trm_cli_utc(char out[32]);
/* Threads to begin with: the processors that this process may use, or what TRM_THREADS says, but at most `most`. */
long trm_cli_processors(long most);
/* An environment variable, or NULL; empty counts as unset. */
const char *trm_cli_env(const char *name);

/* Flush stdout and return the exit status: 0, 1 (records refused), 3, or 4 (c->verdict_failed). */
int trm_cli_end(struct trm_cli *c);

#endif
