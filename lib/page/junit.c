/* JUnit XML: a suite for each file that was checked, a case for each result of a rule. Suites carry counts in their heads, so
 * the cases are kept as text until all came in: some 150 bytes a result that passed, 600 one that failed.
 *
 * No standard says what JUnit XML is. This keeps to the strictest form in use (that of Ant's reports): every suite has
 * properties, a time, a host and what was printed, empty here, and attributes in no need of them are there. */
#include <stdlib.h>
#include <string.h>

#include "say.h"

struct suite {
    char *name; /* owned */
    struct trm_buf cases;
    size_t tests, failures, skipped;
};

struct trm_junit {
    const char *title, *time; /* borrowed */
    struct trm_vec suites;    /* struct suite */
    size_t last;              /* the suite that was written to last */
};

static const char *
text(const trm_json *rec, const char *key)
{
    return trm_json_str(trm_json_get(rec, key), "");
}

static struct suite *
suite_of(struct trm_junit *j, const char *name)
{
    struct suite *all = j->suites.data;
    for (size_t k = 0; k < j->suites.n; k++) { /* files come one after the other: the first look is nearly always right */
        size_t i = (j->last + k) % j->suites.n;
        if (strcmp(all[i].name, name) == 0)
            return j->last = i, &all[i];
    }
    struct suite *s = trm_vec_push(&j->suites, sizeof *s);
    if (!s || !(s->name = strdup(name))) {
        j->suites.n -= s != NULL;
        return NULL;
    }
    j->last = j->suites.n - 1;
    return s;
}

static void
attribute(struct trm_buf *out, const char *name, const char *value)
{
    trm_buf_addf(out, " %s=\"", name);
    trm_esc_xml(out, value);
    trm_buf_addc(out, '"');
}

/* What was required and found, in SI, and how to mend it, for the log of a build server. */
static void
evidence(struct trm_buf *out, const trm_json *r)
{
    static const char *const keys[] = {"field", "value", "op", "limit", "unit", "shortfall", "nearest", "step", "mend"};
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
case_head(struct trm_buf *out, const char *rule, const char *name, const char *id)
{
    struct trm_buf full = {0};
    trm_buf_addf(&full, "%s %s", name, id);
    trm_buf_adds(out, "<testcase");
    attribute(out, "classname", rule);
    attribute(out, "name", full.data ? full.data : "");
    trm_buf_adds(out, " time=\"0\"");
    out->failed |= full.failed;
    trm_buf_release(&full);
}

static void
one_case(struct suite *s, const trm_json *rec, const trm_json *r)
{
    const char *verdict = text(r, "verdict"), *name = text(rec, "name");
    struct trm_buf *out = &s->cases;
    s->tests++;
    case_head(out, text(r, "rule"), *name ? name : text(rec, "class"), text(rec, "id"));
    if (strcmp(verdict, "pass") == 0) {
        trm_buf_adds(out, "/>\n");
        return;
    }
    if (strcmp(verdict, "fail") != 0) {
        s->skipped++;
        trm_buf_adds(out, "><skipped");
        attribute(out, "message", trm_say_reason(text(r, "reason")));
        trm_buf_adds(out, "/></testcase>\n");
        return;
    }
    s->failures++;
    trm_buf_adds(out, "><failure");
    attribute(out, "message", trm_say_reason(text(r, "reason")));
    attribute(out, "type", text(r, "severity"));
    trm_buf_addc(out, '>');
    evidence(out, r);
    trm_buf_adds(out, "</failure></testcase>\n");
}

/* An IDS specification that is not met by the number of its elements: no result of an element says so. */
static void
one_specification(struct suite *s, const trm_json *rec)
{
    bool none = trm_page_count(trm_json_get(rec, "applicable")) == 0;
    s->tests++, s->failures++;
    case_head(&s->cases, text(rec, "id"), text(rec, "name"), text(rec, "cardinality"));
    trm_buf_addf(&s->cases, "><failure message=\"%s\" type=\"ERROR\"/></testcase>\n",
                 none ? "no element is applicable, one at least is required" : "elements are applicable, none is allowed");
}

struct trm_junit *
trm_junit_new(const char *title, const char *time)
{
    struct trm_junit *j = calloc(1, sizeof *j);
    if (j)
        *j = (struct trm_junit){.title = title ? title : "Model check", .time = time};
    return j;
}

int
trm_junit_add(struct trm_junit *j, const trm_json *rec, struct trm_err *err)
{
    trm_json *results;
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    bool counted = strcmp(kind, "specification") == 0 && trm_page_spec_miscounted(rec);
    if (!counted && strcmp(kind, "checked") != 0)
        return 0;
    if (!counted && trm_json_need_array(rec, "results", &results, err))
        return -1;
    const char *file = text(rec, counted ? "ids" : "file");
    struct suite *s = suite_of(j, *file ? file : j->title);
    if (!s)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (counted)
        one_specification(s, rec);
    for (size_t i = 0; !counted && i < trm_json_len(results); i++)
        one_case(s, rec, trm_json_at(results, i));
    return s->cases.failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

void
trm_junit_write(struct trm_buf *out, const struct trm_junit *j)
{
    const struct suite *all = j->suites.data;
    char stamp[20]; /* the strict form has no zone: UTC is meant */
    snprintf(stamp, sizeof stamp, "%.19s", j->time);
    trm_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (size_t i = 0; i < j->suites.n; i++) {
        trm_buf_adds(out, "<testsuite");
        attribute(out, "name", all[i].name);
        attribute(out, "package", j->title);
        trm_buf_addf(out, " id=\"%zu\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\" timestamp=\"%s\" "
                          "hostname=\"localhost\">\n<properties/>\n", i, all[i].tests, all[i].failures, all[i].skipped, stamp);
        trm_buf_add(out, all[i].cases.data ? all[i].cases.data : "", all[i].cases.len);
        trm_buf_adds(out, "<system-out/>\n<system-err/>\n</testsuite>\n");
    }
    trm_buf_adds(out, "</testsuites>\n");
}

void
trm_junit_free(struct trm_junit *j)
{
    if (!j)
        return;
    struct suite *all = j->suites.data;
    for (size_t i = 0; i < j->suites.n; i++) {
        free(all[i].name);
        trm_buf_release(&all[i].cases);
    }
    free(all);
    free(j);
}
