/* trm-report: what people look at. Records of a check in, one HTML page, text, CSV, JUnit XML or BCF out. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/cli/cli.h"
#include "../lib/page/page.h"

enum format { HTML, TEXT, CSV, JUNIT, BCF21, BCF30 };

struct report {
    struct trm_page_opts o;
    enum format format;
    const char *format_name, *level, *path;
    long rows, traces;
    char utc[24];            /* --date for JUnit and BCF, "2026-11-21T20:00:00Z" */
    struct trm_page *page;   /* HTML, text and BCF: everything is gathered first */
    struct trm_junit *junit; /* JUnit */
    struct trm_out file;     /* with -o */
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
        rc = trm_junit_add(r->junit, rec, err);
    else
        rc = trm_page_add(r->page, rec, err);
    if (rc == 0 && r->level && trm_page_failed(rec, r->level))
        c->verdict_failed = true;
    return rc == 0 && r->text.len > 1 << 16 ? flush_text(r, c, err) : rc;
}

static int
finish(struct report *r, struct trm_cli *c, struct trm_err *err)
{
    char *zip = NULL;
    size_t n = 0;
    if (r->format == HTML)
        trm_page_html(&r->text, r->page);
    else if (r->format == TEXT)
        trm_page_text(&r->text, r->page);
    else if (r->format == JUNIT)
        trm_junit_write(&r->text, r->junit);
    else if (r->format >= BCF21 && trm_page_bcf(&zip, &n, r->page, r->format == BCF30, r->utc, err))
        return -1;
    trm_buf_add(&r->text, zip ? zip : "", n);
    free(zip);
    return flush_text(r, c, err);
}

/* A word of the command line that must be one of a few. */
static int
word_of(const char *word, const char *const *words, const char *what, struct trm_err *err)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    struct trm_buf list = {0};
    for (int i = 0; words[i]; i++)
        trm_buf_addf(&list, "%s%s", i ? ", " : "", words[i]);
    trm_err_set(err, TRM_USAGE, "%s is \"%s\", expected one of %s", what, word, list.data ? list.data : "");
    trm_buf_release(&list);
    return -1;
}

/* Two digits at s as a number. */
static int
two(const char *s)
{
    return 10 * (s[0] - '0') + s[1] - '0';
}

/* A date as JUnit and BCF want it: "2026-11-21" or "2026-11-21T20:00:00Z", UTC; none is the first second of 1970, so that the
 * same records give the same bytes. */
static int
utc_of(char utc[24], const char *date, struct trm_err *err)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    memcpy(utc, "1970-01-01T00:00:00Z", sizeof form);
    size_t n = date ? strlen(date) : 0;
    bool right = !date || n == 10 || n == 20;
    for (size_t i = 0; right && i < n; i++)
        right = form[i] == '0' ? isdigit((unsigned char)date[i]) : date[i] == form[i];
    if (right)
        memcpy(utc, date ? date : utc, n);
    int month = two(utc + 5), day = two(utc + 8);
    if (right && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] && two(utc + 11) < 24 && two(utc + 14) < 60 &&
        two(utc + 17) < 60)
        return 0;
    return trm_err_set(err, TRM_USAGE, "--date is \"%s\", expected one as 2026-11-21 or 2026-11-21T20:00:00Z for this format", date);
}

static void
begin(struct report *r, struct trm_cli *c)
{
    static const char *const formats[] = {"html", "text", "csv", "junit", "bcf2.1", "bcf3.0", NULL};
    static const char *const levels[] = {"INFO", "WARNING", "ERROR", NULL};
    struct trm_err err = {0};
    int format = word_of(r->format_name, formats, "--format", &err);
    if (format < 0 || (r->level && word_of(r->level, levels, "--exit", &err) < 0))
        trm_cli_die(c, &err);
    r->format = (enum format)format;
    if (r->format >= JUNIT && utc_of(r->utc, r->o.date, &err))
        trm_cli_die(c, &err);
    r->o.max_rows = (size_t)r->rows, r->o.max_traces = (size_t)r->traces;
    if (r->path && trm_out_open(&r->file, r->path, &err))
        trm_cli_die(c, &err);
    if (r->format == CSV)
        trm_page_csv_head(&r->text);
    else if (r->format == JUNIT)
        r->junit = trm_junit_new(r->o.title, r->utc);
    else
        r->page = trm_page_new(&r->o);
    if (r->format != CSV && !r->junit && !r->page)
        trm_cli_die(c, (trm_err_set(&err, TRM_SYS, "out of memory"), &err));
}

int
main(int argc, char **argv)
{
    struct report r = {.o = {.program = "trm-report " TRM_VERSION}, .format_name = "html", .rows = 10000, .traces = 400};
    const struct trm_cli_opt opts[] = {
        {'f', "format", "NAME", "html, text, csv (one row a result), junit, bcf2.1 or bcf3.0", &r.format_name, .type = TRM_OPT_STR},
        {'o', "output", "FILE", "write there, whole or not at all, instead of to stdout", &r.path, .type = TRM_OPT_STR},
        {'t', "title", "TEXT", "heading of the report", &r.o.title, .type = TRM_OPT_STR},
        {'n', "note", "TEXT", "a paragraph for the top, such as what the model learned from", &r.o.note, .type = TRM_OPT_STR},
        {0, "date", "TEXT", "a date to show, or when the topics of BCF were created; without it the report holds none", &r.o.date, .type = TRM_OPT_STR},
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
    if (whole && (finish(&r, &c, &err) || (r.path && trm_out_commit(&r.file, &err))))
        trm_cli_fail(&c, &err);
    if (r.path)
        trm_out_abort(&r.file);
    trm_page_free(r.page);
    trm_junit_free(r.junit);
    trm_buf_release(&r.text);
    return trm_cli_end(&c);
}
