/* trm-report: what people look at. Records of a check in, one HTML page, text, CSV or JUnit XML out. */
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/cli/cli.h"
#include "../lib/page/page.h"

enum format { HTML, TEXT, CSV, JUNIT };

struct report {
    struct trm_page_opts o;
    enum format format;
    const char *format_name, *level, *path;
    long rows, traces;
    struct trm_page *page; /* HTML and text: everything is gathered first */
    struct trm_out file;   /* with -o */
    struct trm_buf text;
};

static int
flush_text(struct report *r, struct trm_cli *c, struct trm_err *err)
{
    if (r->text.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (!r->path)
        trm_cli_put_raw(c, r->text.data, r->text.len);
    else if (fwrite(r->text.data, 1, r->text.len, r->file.f) != r->text.len)
        return trm_err_set(err, TRM_SYS, "%s: cannot write", r->path);
    trm_buf_reset(&r->text);
    return 0;
}

static int
one_record(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct report *r = ctx;
    int rc;
    if (r->format == CSV)
        rc = trm_page_csv(&r->text, rec, err);
    else if (r->format == JUNIT)
        rc = trm_page_junit(&r->text, rec, err);
    else
        rc = trm_page_add(r->page, rec, err);
    if (rc == 0 && r->level && trm_page_failed(rec, r->level))
        c->verdict_failed = true;
    return rc == 0 && r->text.len > 1 << 16 ? flush_text(r, c, err) : rc;
}

static void
finish(struct report *r)
{
    if (r->format == HTML)
        trm_page_html(&r->text, r->page);
    else if (r->format == TEXT)
        trm_page_text(&r->text, r->page);
    else if (r->format == JUNIT)
        trm_page_junit_tail(&r->text);
}

/* A word of the command line that must be one of a few. */
static int
word_of(const char *word, const char *const *words, const char *what, struct trm_err *err)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return trm_err_set(err, TRM_USAGE, "%s is \"%s\", expected one of %s, %s, %s%s%s", what, word, words[0], words[1],
                       words[2], words[3] ? ", " : "", words[3] ? words[3] : "");
}

static void
begin(struct report *r, struct trm_cli *c)
{
    static const char *const formats[] = {"html", "text", "csv", "junit", NULL};
    static const char *const levels[] = {"INFO", "WARNING", "ERROR", NULL};
    struct trm_err err = {0};
    int format = word_of(r->format_name, formats, "--format", &err);
    if (format < 0 || (r->level && word_of(r->level, levels, "--exit", &err) < 0))
        trm_cli_die(c, &err);
    r->format = (enum format)format;
    r->o.max_rows = (size_t)r->rows, r->o.max_traces = (size_t)r->traces;
    if (r->path && trm_out_open(&r->file, r->path, &err))
        trm_cli_die(c, &err);
    if (r->format == CSV)
        trm_page_csv_head(&r->text);
    else if (r->format == JUNIT)
        trm_page_junit_head(&r->text, r->o.title);
    else if (!(r->page = trm_page_new(&r->o)))
        trm_cli_die(c, (trm_err_set(&err, TRM_SYS, "out of memory"), &err));
}

int
main(int argc, char **argv)
{
    struct report r = {.o = {.program = "trm-report " TRM_VERSION}, .format_name = "html", .rows = 10000, .traces = 400};
    const struct trm_cli_opt opts[] = {
        {'f', "format", "NAME", "html, text, csv (one row a result) or junit", &r.format_name, .type = TRM_OPT_STR},
        {'o', "output", "FILE", "write there, whole or not at all, instead of to stdout", &r.path, .type = TRM_OPT_STR},
        {'t', "title", "TEXT", "heading of the report", &r.o.title, .type = TRM_OPT_STR},
        {'n', "note", "TEXT", "a paragraph for the top, such as what the model learned from", &r.o.note, .type = TRM_OPT_STR},
        {0, "date", "TEXT", "a date to show; without it the report holds none", &r.o.date, .type = TRM_OPT_STR},
        {0, "rows", "N", "most failures listed, and most verdicts of the model", &r.rows, .lo = 0, .hi = 1e6},
        {0, "traces", "N", "most elements shown step by step", &r.traces, .lo = 0, .hi = 1e5},
        {'e', "exit", "LEVEL", "status 4 when a rule failed at this severity or worse: INFO, WARNING, ERROR", &r.level,
         .type = TRM_OPT_STR},
        {0},
    };
    struct trm_cli c = {.name = "trm-report",
                        .purpose = "Write the records of a check as a page, a text or a table.",
                        .operands = "[FILE...]",
                        .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    begin(&r, &c);
    bool whole = trm_cli_read(&c, one_record, &r) == 0;
    if (whole) {
        finish(&r);
        if (flush_text(&r, &c, &err) || (r.path && trm_out_commit(&r.file, &err)))
            trm_cli_fail(&c, &err);
    }
    if (r.path)
        trm_out_abort(&r.file);
    trm_page_free(r.page);
    trm_buf_release(&r.text);
    return trm_cli_end(&c);
}
