/* CSV: the rows of one record, nothing kept. */
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

/* Whether a spreadsheet may take s for a formula: it begins with one of = + - @, or their full-width forms, which some take
 * for the same (U+FF1D, U+FF0B, U+FF0D, U+FF20). */
static bool
is_formula(const char *s)
{
    static const char *const signs[] = {"=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
    s += strspn(s, " ");
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strncmp(s, signs[i], strlen(signs[i])) == 0)
            return true;
    return false;
}

/* A cell. What could be run as a formula gets an apostrophe in front, also behind a semicolon, where a cell begins for a
 * spreadsheet that splits there; control characters become '?'. */
static void
cell(struct trm_buf *out, const char *s, bool first)
{
    struct trm_buf clean = {0};
    trm_esc_text(&clean, s);
    const char *c = clean.data ? clean.data : "";
    bool quoted = is_formula(c) || c[strcspn(c, ",;\"")];
    trm_buf_adds(out, first ? "" : ",");
    trm_buf_adds(out, quoted ? "\"" : "");
    trm_buf_adds(out, is_formula(c) ? "'" : "");
    for (; *c; c++) {
        trm_buf_adds(out, *c == '"' ? "\"\"" : (char[]){*c, 0});
        if (*c == ';' && is_formula(c + 1))
            trm_buf_addc(out, '\'');
    }
    trm_buf_adds(out, quoted ? "\"" : "");
    out->failed |= clean.failed;
    trm_buf_release(&clean);
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

/* An IDS specification that is not met by the number of its elements. */
static void
spec_row(struct trm_buf *out, const trm_json *rec)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const char *key = columns[i];
        const char *value = strcmp(key, "rule") == 0 ? text(rec, "id") : strcmp(key, "severity") == 0 ? "ERROR"
                          : strcmp(key, "source") == 0 ? "rule" : strcmp(key, "verdict") == 0 ? "fail"
                          : strcmp(key, "reason") == 0 ? text(rec, "cardinality")
                          : strcmp(key, "id") == 0 || strcmp(key, "name") == 0 ? text(rec, key) : "";
        cell(out, value, i == 0);
    }
    trm_buf_adds(out, "\r\n");
}

int
trm_page_csv(struct trm_buf *out, const trm_json *rec, struct trm_err *err)
{
    trm_json *list;
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    if (strcmp(kind, "specification") == 0 && trm_page_spec_miscounted(rec))
        spec_row(out, rec);
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
