/* Speaking and ending: stdout, diagnostics, progress, signals, time, processors. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "talk.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/text.h"

enum { FLUSH_AT = 1 << 16 };

/* --- stdout ------------------------------------------------------------------------------------------------------ */

static void
write_out(struct trm_cli *c, const char *bytes, size_t n)
{
    struct trm_err err = {0};
    for (size_t at = 0; at < n;) {
        ssize_t done = write(STDOUT_FILENO, bytes + at, n - at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            trm_err_set(&err, TRM_SYS, "stdout: %s", strerror(errno));
            trm_cli_die(c, &err);
        }
        at += (size_t)done;
    }
}

void
trm_cli_flush(struct trm_cli *c)
{
    struct trm_err err = {0};
    if (c->out.failed) {
        trm_err_set(&err, TRM_SYS, "out of memory");
        trm_cli_die(c, &err);
    }
    write_out(c, c->out.data, c->out.len);
    trm_buf_reset(&c->out);
}

static void
flush_when_full(struct trm_cli *c)
{
    if (c->out.len >= FLUSH_AT || c->out.failed)
        trm_cli_flush(c);
}

void
trm_cli_put(struct trm_cli *c, const trm_json *rec)
{
    trm_json_dump(&c->out, rec);
    trm_buf_addc(&c->out, '\n');
    flush_when_full(c);
}

void
trm_cli_put_text(struct trm_cli *c, const char *text, size_t n)
{
    trm_buf_add(&c->out, text, n);
    trm_buf_addc(&c->out, '\n');
    flush_when_full(c);
}

void
trm_cli_put_raw(struct trm_cli *c, const void *bytes, size_t n)
{
    if (n < FLUSH_AT / 4) {
        trm_buf_add(&c->out, bytes, n);
        flush_when_full(c);
        return;
    }
    trm_cli_flush(c); /* not copied first */
    write_out(c, bytes, n);
}

/* --- stderr ------------------------------------------------------------------------------------------------------ */

/* One write for one line, so that lines of several workers do not mix. */
void
trm_cli_say(struct trm_cli *c, const char *text)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "%s%s: ", c->progress_at > 0 ? "\r\033[K" : "", c->name);
    if (c->file && c->line)
        n += snprintf(line + n, sizeof line - (size_t)n, "%.200s:%zu: ", c->file, c->line);
    else if (c->file)
        n += snprintf(line + n, sizeof line - (size_t)n, "%.200s: ", c->file);
    if (c->id)
        n += snprintf(line + n, sizeof line - (size_t)n, "%.120s: ", c->id);
    n += snprintf(line + n, sizeof line - (size_t)n, "%.500s\n", text);
    for (int i = 0; i < n - 1; i++)
        if ((unsigned char)line[i] < 0x20 && !(c->progress_at > 0 && i < 4))
            line[i] = '?';
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return; /* nowhere left to say it */
}

void
trm_cli_warn(struct trm_cli *c, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    trm_cli_say(c, text);
}

void
trm_cli_fail(struct trm_cli *c, struct trm_err *err)
{
    trm_cli_say(c, err->text);
    if (err->kind > c->worst)
        c->worst = err->kind;
    trm_err_reset(err);
}

_Noreturn void
trm_cli_die(struct trm_cli *c, struct trm_err *err)
{
    trm_cli_say(c, err->text);
    trm_out_unlink_all();
    exit(err->kind == TRM_SYS ? TRM_SYS : TRM_USAGE);
}

int
trm_cli_end(struct trm_cli *c)
{
    struct trm_err err = {0};
    trm_cli_flush(c);
    trm_buf_release(&c->out);
    if (c->progress_at > 0)
        fputs("\r\033[K", stderr);
    if (c->refused && (fflush(c->refused) != 0 || ferror(c->refused))) {
        c->file = NULL, c->id = NULL;
        trm_err_set(&err, TRM_SYS, "%s: cannot be written: %s", c->refused_path, strerror(errno));
        trm_cli_fail(c, &err);
    }
    if (c->refused)
        fclose(c->refused);
    c->refused = NULL;
    if (c->worst != TRM_OK)
        return (int)c->worst;
    return c->verdict_failed ? 4 : 0;
}

/* --- progress ---------------------------------------------------------------------------------------------------- */

static void
time_text(char out[24], double s)
{
    long whole = (long)s;
    if (whole < 100)
        snprintf(out, 24, "%lds", whole);
    else if (whole < 6000)
        snprintf(out, 24, "%ldm%02lds", whole / 60, whole % 60);
    else
        snprintf(out, 24, "%ldh%02ldm", whole / 3600, whole / 60 % 60);
}

void
trm_cli_progress(struct trm_cli *c, const char *what, double done, double total)
{
    if (!isatty(STDERR_FILENO))
        return;
    double now = trm_cli_now();
    if (c->progress_from == 0)
        c->progress_from = now;
    if (c->progress_at > 0 && now - c->progress_at < 0.1)
        return;
    c->progress_at = now;
    double spent = now - c->progress_from, rate = spent > 0 ? done / spent : 0;
    char bar[33], left[24] = "";
    int full = total > 0 ? (int)(32 * (done < total ? done / total : 1)) : 0;
    memset(bar, '.', 32);
    memset(bar, '#', (size_t)full);
    bar[32] = '\0';
    if (total > 0 && rate > 0)
        time_text(left, (total - done) / rate);
    if (total > 0)
        fprintf(stderr, "\r\033[K%s [%s] %3.0f%% %.3g/s, %s left", what, bar, 100 * done / total, rate, left);
    else
        fprintf(stderr, "\r\033[K%s %.0f, %.3g/s", what, done, rate);
}

/* --- signals, time, environment ---------------------------------------------------------------------------------- */

static volatile sig_atomic_t caught;

static void
end_now(int sig)
{
    trm_out_unlink_all();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void
note_it(int sig)
{
    if (caught)
        end_now(sig);
    caught = 1;
}

static void
on_signals(void (*handler)(int))
{
    struct sigaction a = {.sa_handler = handler};
    sigemptyset(&a.sa_mask);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

void
trm_cli_signals_default(void)
{
    on_signals(end_now);
}

void
trm_cli_catch_signals(struct trm_cli *c)
{
    (void)c;
    on_signals(note_it);
}

bool
trm_cli_interrupted(void)
{
    return caught != 0;
}

double
trm_cli_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double
trm_cli_processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
trm_cli_utc(char out[32])
{
    const char *epoch = trm_cli_env("SOURCE_DATE_EPOCH");
    time_t t = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm tm;
    if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        strcpy(out, "1970-01-01T00:00:00Z");
}

long
trm_cli_processors(long most)
{
    cpu_set_t set;
    long long n;
    const char *given = trm_cli_env("TRM_THREADS");
    CPU_ZERO(&set);
    if (!given || !trm_text_int(given, 1, 1024, &n))
        n = sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0 ? CPU_COUNT(&set) : 1;
    return n < most ? (long)n : most;
}

const char *
trm_cli_env(const char *name)
{
    const char *s = getenv(name);
    return s && *s ? s : NULL;
}
