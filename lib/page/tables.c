/* CSV and JUnit XML: the rows of one record, nothing kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static const char *
text(const trm_json *rec, const char *key)
{
    return trm_json_str(trm_json_get(rec, key), "");
}

/* --- CSV -------------------------------------------------------------------------------------------------------- */

/* A cell. Texts that a spreadsheet would run as a formula get an apostrophe; control characters go. */
static void
cell(struct trm_buf *out, const char *s, bool first)
{
    trm_buf_adds(out, first ? "" : ",");
    bool formula = *s && strchr("=+-@\t\r", *s);
    if (!formula && !s[strcspn(s, ",\"\r\n")]) {
        trm_esc_text(out, s);
        return;
    }
    trm_buf_adds(out, formula ? "\"'" : "\"");
    struct trm_buf clean = {0};
    trm_esc_text(&clean, s);
    for (const char *c = clean.data ? clean.data : ""; *c; c++)
        trm_buf_adds(out, *c == '"' ? "\"\"" : (char[]){*c, 0});
    out->failed |= clean.failed;
    trm_buf_release(&clean);
    trm_buf_addc(out, '"');
}

/* A number as it is, anything else as text. */
static void
cell_value(struct trm_buf *out, const trm_json *v)
{
    struct trm_buf b = {0};
    if (trm_json_type(v) == TRM_JSON_NUM) {
        trm_buf_addc(out, ',');
        trm_buf_addnum(out, trm_json_num(v, 0));
    } else if (trm_json_type(v) == TRM_JSON_NULL) {
        trm_buf_addc(out, ',');
    } else if (trm_json_type(v) == TRM_JSON_STR) {
        cell(out, trm_json_str(v, ""), false);
    } else {
        trm_json_dump(&b, v);
        cell(out, b.data ? b.data : "", false);
        trm_buf_release(&b);
    }
}

static const char *const columns[] = {"file",   "storey", "id",    "guid",  "class", "name",  "rule",
                                      "severity", "source", "verdict", "reason", "field", "step", "value",
                                      "unit",   "op",     "limit", "shortfall", "nearest", "p_pass", "support"};

void
trm_page_csv_head(struct trm_buf *out)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        trm_buf_addf(out, "%s%s", i ? "," : "", columns[i]);
    trm_buf_adds(out, "\r\n");
}

static void
csv_row(struct trm_buf *out, const trm_json *rec, const trm_json *r, const char *source)
{
    static const char *const of_rec[] = {"file", "storey", "id", "guid", "class", "name"};
    static const char *const rest[] = {"step", "value", "unit", "op", "limit", "shortfall", "nearest", "p_pass", "support"};
    for (size_t i = 0; i < sizeof of_rec / sizeof *of_rec; i++)
        cell(out, text(rec, of_rec[i]), i == 0);
    cell(out, text(r, "rule"), false);
    cell(out, text(r, "severity"), false);
    cell(out, source, false);
    cell(out, text(r, "verdict"), false);
    cell(out, *text(r, "abstained") ? text(r, "abstained") : text(r, "reason"), false);
    cell(out, text(r, "field"), false);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        cell_value(out, trm_json_get(r, rest[i]));
    trm_buf_adds(out, "\r\n");
}

int
trm_page_csv(struct trm_buf *out, const trm_json *rec, struct trm_err *err)
{
    trm_json *list;
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    bool trace = strcmp(kind, "trace") == 0;
    if (!trace && strcmp(kind, "checked") != 0)
        return 0;
    if (trm_json_need_array(rec, trace ? "verdicts" : "results", &list, err))
        return -1;
    for (size_t i = 0; i < trm_json_len(list); i++) {
        const trm_json *r = trm_json_at(list, i);
        if (!trace)
            csv_row(out, rec, r, "rule");
        else if (strcmp(text(r, "source"), "model") == 0)
            csv_row(out, rec, r, "model");
    }
    return 0;
}

/* --- JUnit ------------------------------------------------------------------------------------------------------ */

void
trm_page_junit_head(struct trm_buf *out, const char *title)
{
    trm_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"");
    trm_esc_xml(out, title ? title : "Model check");
    trm_buf_adds(out, "\">\n");
}

void
trm_page_junit_tail(struct trm_buf *out)
{
    trm_buf_adds(out, "</testsuite>\n</testsuites>\n");
}

static void
attribute(struct trm_buf *out, const char *name, const char *value)
{
    trm_buf_addf(out, " %s=\"", name);
    trm_esc_xml(out, value);
    trm_buf_addc(out, '"');
}

/* What was required and found, in SI, for the log of a build server. */
static void
junit_evidence(struct trm_buf *out, const trm_json *r)
{
    static const char *const keys[] = {"field", "value", "op", "limit", "unit", "shortfall", "nearest", "step"};
    struct trm_buf b = {0};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const trm_json *v = trm_json_get(r, keys[i]);
        if (!v)
            continue;
        trm_buf_addf(&b, "%s%s: ", b.len ? "\n" : "", keys[i]);
        trm_json_dump(&b, v);
    }
    trm_esc_xml(out, b.data ? b.data : "");
    out->failed |= b.failed;
    trm_buf_release(&b);
}

static void
junit_case(struct trm_buf *out, const trm_json *rec, const trm_json *r)
{
    const char *verdict = text(r, "verdict"), *name = text(rec, "name");
    struct trm_buf full = {0};
    trm_buf_addf(&full, "%s %s", *name ? name : text(rec, "class"), text(rec, "id"));
    trm_buf_adds(out, "<testcase");
    attribute(out, "classname", text(r, "rule"));
    attribute(out, "name", full.data ? full.data : "");
    out->failed |= full.failed;
    trm_buf_release(&full);
    if (strcmp(verdict, "pass") == 0) {
        trm_buf_adds(out, "/>\n");
        return;
    }
    bool fail = strcmp(verdict, "fail") == 0;
    trm_buf_adds(out, fail ? "><failure" : "><skipped");
    attribute(out, "message", trm_say_reason(text(r, "reason")));
    if (fail) {
        attribute(out, "type", text(r, "severity"));
        trm_buf_addc(out, '>');
        junit_evidence(out, r);
        trm_buf_adds(out, "</failure></testcase>\n");
    } else {
        trm_buf_adds(out, "/></testcase>\n");
    }
}

int
trm_page_junit(struct trm_buf *out, const trm_json *rec, struct trm_err *err)
{
    trm_json *results;
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    if (strcmp(kind, "checked") != 0)
        return 0;
    if (trm_json_need_array(rec, "results", &results, err))
        return -1;
    for (size_t i = 0; i < trm_json_len(results); i++)
        junit_case(out, rec, trm_json_at(results, i));
    return 0;
}
