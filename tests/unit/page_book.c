/* Gathering: counts, evidence, gaps, and what bounded memory leaves out. */
#include "t.h"

#include <stdarg.h>

#include "../../lib/page/book.h"
#include "../../lib/page/html.h"

static struct trm_page *page;

static int
put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int
put(const char *fmt, ...)
{
    static char text[8192];
    struct trm_err err = {0};
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    trm_json *rec = trm_json_parse(text, strlen(text), &err);
    if (!rec) {
        printf("# %s\n", err.text);
        return -2;
    }
    int rc = trm_page_add(page, rec, &err);
    trm_json_free(rec);
    return rc;
}

static void
start(size_t rows, size_t traces)
{
    trm_page_free(page);
    page = trm_page_new(&(struct trm_page_opts){.max_rows = rows, .max_traces = traces});
}

static int
fail(int i, const char *rule, double value)
{
    return put("{\"kind\":\"checked\",\"v\":1,\"id\":\"m/%d\",\"class\":\"IfcDoor\",\"name\":\"D%d\",\"file\":\"a.ifc\",\"results\":[{"
               "\"rule\":\"%s\",\"severity\":\"ERROR\",\"verdict\":\"fail\",\"reason\":\"bound\",\"field\":\"P.W\",\"value\":%g,"
               "\"unit\":\"m\",\"op\":\">=\",\"limit\":0.8,\"shortfall\":0.1,\"nearest\":0.8}]}", i, i, rule, value);
}

static int
unknown(const char *id, const char *file, const char *storey, const char *results)
{
    return put("{\"kind\":\"checked\",\"v\":1,\"id\":\"%s\",\"name\":\"%s\",\"file\":\"%s\",\"storey\":\"%s\",\"results\":[%s]}", id, id,
               file, storey, results);
}

static int
trace(const char *id, double p, const char *severity)
{
    return put("{\"kind\":\"trace\",\"v\":1,\"id\":\"%s\",\"verdicts\":[{\"rule\":\"R\",\"severity\":\"%s\",\"source\":\"model\","
               "\"verdict\":\"%s\",\"p_pass\":%g,\"support\":99}],\"steps\":[{\"step\":1,\"halt\":0.9,\"p\":{\"R\":%g},\"text\":\"t\"}],"
               "\"halted_at\":1}", id, severity, p >= 0.5 ? "pass" : "fail", p, p);
}

static char *
html(void)
{
    struct trm_buf out = {0};
    trm_page_html(&out, page);
    CHECK(!out.failed && out.data);
    return out.data;
}

static void
counts_beyond_rows(void)
{
    start(3, 3);
    for (int i = 0; i < 10; i++)
        CHECK(fail(i, "R", 0.7) == 0);
    struct page_rule **r = page->rules.data;
    CHECK(r[0]->fail == 10 && r[0]->fails.n == 3);
    char *s = html();
    CHECK(strstr(s, "10 failures") && strstr(s, "7 more failures"));
    free(s);
}

static void
refused_whole(void)
{
    start(9, 9);
    CHECK(put("{\"kind\":\"checked\",\"id\":\"a\",\"results\":[{\"rule\":\"R\",\"verdict\":\"pass\"},{\"rule\":\"R\",\"verdict\":\"maybe\"}]}") == -1);
    CHECK(page->rules.n == 0 && page->n_checked == 0);
    CHECK(put("{\"kind\":\"sample\",\"id\":\"a\"}") == -1);
    CHECK(put("{\"id\":\"a\"}") == -1);
    CHECK(put("{\"kind\":\"summary\",\"id\":\"R\",\"rule\":\"R\",\"applicable\":-1,\"pass\":0,\"fail\":0,\"unknown\":0}") == -1);
    CHECK(put("{\"kind\":\"trace\",\"id\":\"a\",\"verdicts\":[{\"rule\":7}]}") == -1);
    CHECK(put("{\"kind\":\"eval\",\"id\":\"all\"}") == -1);
}

static void
missing_by_property(void)
{
    struct trm_arena mem = {0};
    const char *two = "{\"rule\":\"A\",\"verdict\":\"unknown\",\"reason\":\"no_set\"},{\"rule\":\"B\",\"verdict\":\"unknown\",\"reason\":\"bound_only\",\"field\":\"attribute.OverallWidth\"}";
    start(9, 9);
    unknown("m/1", "a.ifc", "L1", two), unknown("m/2", "a.ifc", "L1", two), unknown("m/3", "b.ifc", "L2", two);
    for (int i = 0; i < 2; i++)
        CHECK(put("{\"kind\":\"summary\",\"id\":\"%c\",\"rule\":\"%c\",\"applicable\":3,\"pass\":0,\"fail\":0,\"unknown\":3,\"absent\":[\"P.W\"],"
                  "\"definition\":{\"condition\":{\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"}}}}", 'A' + i, 'A' + i) == 0);
    struct trm_vec items = trm_page_missing(page, &mem);
    struct page_item *item = items.data;
    CHECK(items.n == 1);
    CHECK_STR(item->field, "P.W");
    CHECK(item->elements == 3 && item->verdicts == 6 && item->rules.n == 2 && item->nobody);
    struct page_place *place = item->places.data;
    CHECK(item->places.n == 2 && place[0].n == 2);
    CHECK_STR(place[0].storey, "L1");
    trm_page_missing_free(&items);
    trm_arena_release(&mem);
}

static void
unusable_where_it_stands(void)
{
    struct trm_arena mem = {0};
    start(9, 9);
    unknown("m/1", "a", "", "{\"rule\":\"A\",\"verdict\":\"unknown\",\"reason\":\"no_unit\",\"field\":\"Q.Area\"}");
    put("{\"kind\":\"summary\",\"id\":\"A\",\"rule\":\"A\",\"applicable\":1,\"pass\":0,\"fail\":0,\"unknown\":1,"
        "\"definition\":{\"condition\":{\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"}}}}");
    struct trm_vec items = trm_page_missing(page, &mem);
    CHECK(items.n == 1);
    CHECK_STR(((struct page_item *)items.data)->field, "Q.Area");
    trm_page_missing_free(&items);
    trm_arena_release(&mem);
}

static void
least_certain_kept(void)
{
    start(9, 2);
    trace("sure", 0.99, "ERROR"), trace("torn", 0.5, "ERROR"), trace("warn", 0.5, "WARNING"), trace("half", 0.6, "ERROR");
    char *s = html();
    CHECK(page->traces.n == 2 && page->n_weighed == 4);
    char *torn = strstr(s, "id=\"t0\""), *half = strstr(s, "id=\"t1\"");
    CHECK(torn && half && !strstr(s, "id=\"t2\""));
    CHECK(torn && strstr(torn, "torn") < half);
    CHECK(strstr(s, "the 2 elements most worth a look") != NULL);
    free(s);
}

static void
roads_apart(void)
{
    start(9, 9);
    fail(1, "R", 0.7);
    trace("m/2", 0.1, "ERROR");
    CHECK(put("{\"kind\":\"trace\",\"id\":\"m/1\",\"verdicts\":[{\"rule\":\"R\",\"source\":\"rule\",\"verdict\":\"fail\",\"p_pass\":0.2}],\"steps\":[]}") == 0);
    CHECK(put("{\"kind\":\"trace\",\"id\":\"m/3\",\"verdicts\":[{\"rule\":\"Q\",\"source\":\"rule\",\"verdict\":\"fail\"},{\"rule\":\"R\","
              "\"source\":\"model\",\"verdict\":\"pass\",\"p_pass\":0.9}],\"steps\":[{\"step\":1,\"p\":{\"Q\":0.1,\"R\":0.9},\"text\":\"t\"}]}") == 0);
    char *s = html();
    CHECK(!strstr(s, ">Q<") && !strstr(s, " Q<")); /* what a rule decided is not drawn as the model's */
    free(s);
    struct page_rule **r = page->rules.data;
    CHECK(page->rules.n == 1 && r[0]->fail == 1 && r[0]->model_fail == 1 && r[0]->judged_all == 2);
}

static void
same_guid_two_files(void)
{
    start(9, 9);
    const char *one = "{\"rule\":\"A\",\"verdict\":\"unknown\",\"reason\":\"no_set\"}";
    unknown("m/1", "a.ifc", "L1", one), unknown("m/1", "b.ifc", "L7", one);
    struct page_gap **g = page->gaps.data;
    CHECK(page->gaps.n == 2);
    CHECK_STR(g[0]->storey, "L1");
    CHECK_STR(g[1]->storey, "L7");
}

static void
causes_grouped(void)
{
    start(99, 9);
    for (int i = 0; i < 9; i++)
        fail(i, "R", i % 3 ? 0.7 : 0.6);
    struct page_rule **r = page->rules.data;
    struct trm_vec causes = trm_page_causes(r[0]);
    struct page_cause *c = causes.data;
    CHECK(causes.n == 2 && c[0].n == 6 && c[1].n == 3);
    CHECK_NEAR(c[0].first->value.num, 0.7, 0);
    free(causes.data);
}

/* A failure of `rule` on element i of a type in a file. */
static void
fail_of(int i, const char *rule, const char *file, const char *type, double value, const char *reason)
{
    CHECK(put("{\"kind\":\"checked\",\"id\":\"m/%d\",\"name\":\"D%d\",\"file\":\"%s\",\"object_type\":\"%s\",\"results\":[{\"rule\":\"%s\",\"severity\":\"ERROR\","
              "\"verdict\":\"fail\",\"reason\":\"%s\",\"field\":\"P.W\",\"value\":%g,\"unit\":\"m\",\"op\":\">=\",\"limit\":0.9,\"shortfall\":%g,\"nearest\":0.9}]}",
              i, i, file, type, rule, reason, value, 0.9 - value) == 0);
}

static void
pass_of(int i, const char *rule, const char *file)
{
    CHECK(put("{\"kind\":\"checked\",\"id\":\"m/%d\",\"file\":\"%s\",\"results\":[{\"rule\":\"%s\",\"verdict\":\"pass\"}]}", i, file, rule) == 0);
}

/* Ten failures, each in the tier of the broadest change that takes it away. */
static void
tiers_partition(void)
{
    struct page_advices a;
    start(99, 9);
    for (int i = 0; i < 3; i++) /* never exported: nothing passes, the value is absent throughout */
        fail_of(i, "EXPORT", "a.ifc", "T", 0.1, "absent");
    fail_of(10, "WHOLE", "a.ifc", "T", 0.5, "bound"), fail_of(11, "WHOLE", "a.ifc", "U", 0.6, "bound");
    fail_of(12, "WHOLE", "a.ifc", "V", 0.7, "bound"), pass_of(13, "WHOLE", "b.ifc");
    fail_of(20, "SOME", "b.ifc", "T", 0.8, "bound"), fail_of(21, "SOME", "b.ifc", "T", 0.8, "bound");
    pass_of(22, "SOME", "b.ifc");
    fail_of(30, "SOME", "b.ifc", "U", 0.4, "bound"), fail_of(30, "OTHER", "b.ifc", "U", 0.4, "bound");
    pass_of(31, "OTHER", "b.ifc");
    trm_page_advise(&a, page);
    CHECK(a.failures[TIER_EXPORT] == 3 && a.tier[TIER_EXPORT].n == 1);
    CHECK(a.failures[TIER_MODEL] == 3 && a.tier[TIER_MODEL].n == 1);
    CHECK(a.failures[TIER_TYPE] == 2 && a.tier[TIER_TYPE].n == 1);
    CHECK(a.failures[TIER_ELEMENT] == 2 && a.tier[TIER_ELEMENT].n == 1); /* one element, two rules, one change */
    const struct page_advice *whole = a.tier[TIER_MODEL].data, *one = a.tier[TIER_ELEMENT].data;
    CHECK(whole && whole->first->value.num == 0.5); /* the one furthest off: what mends it mends the others */
    CHECK(one && one->rules == 2 && one->errors == 2);
    trm_page_advices_free(&a);
    struct page_failings f = trm_page_failing(page);
    const struct page_failing *e = f.elements.data;
    CHECK(f.elements.n == 9 && e[0].n == 2);
    CHECK_STR(e[0].elem->id, "m/30");
    free(f.fails.data), free(f.elements.data);
}

static int
change(const char *state, int i, const char *more)
{
    return put("{\"kind\":\"diff\",\"v\":1,\"id\":\"m/%d:R\",\"element\":\"m/%d\",\"name\":\"D%d\",\"rule\":\"R\",\"severity\":\"ERROR\",\"state\":\"%s\",\"before\":"
               "\"pass\",\"after\":\"fail\"%s}", i, i, i, state, more);
}

static void
changes_told(void)
{
    start(2, 9);
    CHECK(change("regressed", 1, "") == 0);
    CHECK(change("expired", 2, ",\"waiver\":{\"owner\":\"Ann\",\"reason\":\"agreed\",\"expires\":\"2026-01-31\"}") == 0);
    for (int i = 0; i < 5; i++)
        CHECK(change("still", 10 + i, "") == 0);
    CHECK(change("better", 3, "") == -1);
    CHECK(put("{\"kind\":\"diffed\",\"id\":\"diffed\",\"elements\":{\"new\":3,\"gone\":1,\"by_tag\":2},\"rules\":[{\"rule\":\"R\",\"changed\":true}]}") == 0);
    CHECK(page->changes.n[STATE_STILL] == 5 && page->changes.rows[STATE_STILL].n == 2);
    CHECK(page->rules.n == 0); /* a change is no result */
    char *s = html();
    CHECK(strstr(s, "0 new failures, 1 failure of what passed before, 1 expired waiver, 5 failures as before.") != NULL);
    CHECK(strstr(s, "waived by Ann until 2026-01-31: agreed") != NULL);
    CHECK(strstr(s, "3 elements are new, 1 is gone.") && strstr(s, "2 elements were found again by name"));
    CHECK(strstr(s, "Rules that were changed themselves since then: R.") != NULL);
    free(s);
    struct trm_buf out = {0};
    trm_page_text(&out, page);
    CHECK(out.data && strstr(out.data, "expired: D2") && strstr(out.data, "waived by Ann until 2026-01-31"));
    trm_buf_release(&out);
}

/* Rows and steps that would fill far more than a browser shows at once. */
static void
page_is_bounded(void)
{
    start(100000, 400);
    for (int i = 0; i < 14000; i++)
        fail(i, i % 2 ? "R" : "Q", 0.7);
    for (int i = 0; i < 14000; i++) {
        char id[16];
        snprintf(id, sizeof id, "n/%d", i);
        trace(id, 0.4, "ERROR");
    }
    char *s = html();
    CHECK(strlen(s) < 5000000);
    CHECK(strstr(s, "more failures of this rule are counted but not listed here") != NULL);
    CHECK(strstr(s, "more verdicts are counted but not listed here") != NULL);
    CHECK(strstr(s, "id=\"t0\"") != NULL);
    free(s);
}

static void
hostile_everywhere(void)
{
    static const char bad[] = "</script><img src=x onerror=alert(1)>";
    start(9, 9);
    put("{\"kind\":\"checked\",\"id\":\"%s\",\"guid\":\"%s\",\"class\":\"%s\",\"name\":\"%s\",\"storey\":\"%s\",\"file\":\"%s\",\"object_type\":\"%s\","
        "\"results\":[{\"rule\":\"%s\",\"severity\":\"%s\",\"verdict\":\"fail\",\"reason\":\"%s\",\"field\":\"%s\",\"value\":\"%s\",\"unit\":\"%s\",\"op\":\"%s\",\"limit\":\"%s\",\"alias\":\"%s\"},"
        "{\"rule\":\"%s2\",\"verdict\":\"unknown\",\"reason\":\"%s\",\"field\":\"%s\"}]}", bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad,
        bad, bad, bad, bad, bad, bad, bad, bad);
    put("{\"kind\":\"model\",\"id\":\"%s\",\"file\":\"%s\",\"project\":\"%s\",\"schema\":\"%s\",\"exporter\":\"%s\",\"sha256\":\"<b>\",\"error\":\"\"}", bad, bad, bad, bad, bad);
    put("{\"kind\":\"model\",\"id\":\"x\",\"file\":\"%s\",\"error\":\"%s\"}", bad, bad);
    put("{\"kind\":\"summary\",\"id\":\"R\",\"rule\":\"%s\",\"name\":\"%s\",\"severity\":\"%s\",\"applicable\":1,\"pass\":0,\"fail\":1,\"unknown\":0,\"absent\":[\"%s\"],"
        "\"definition\":{\"description\":\"%s\",\"condition\":{\"lhs\":{\"source\":\"pset\",\"pset\":\"%s\",\"property\":\"%s\",\"unit\":\"%s\"}},\"explanation\":{\"on_fail\":\"%s\"},"
        "\"provenance\":{\"regulation\":\"%s\",\"source_link\":\"javascript:alert(1)//%s\"}}}", bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad);
    put("{\"kind\":\"trace\",\"id\":\"%s\",\"name\":\"%s\",\"class\":\"%s\",\"model\":{\"sha256\":\"%s\"},\"verdicts\":[{\"rule\":\"%s\",\"source\":\"model\",\"verdict\":\"fail\",\"p_pass\":0.4,\"why\":[{\"field\":\"%s\",\"value\":\"%s\"}]}],"
        "\"steps\":[{\"step\":1,\"halt\":0.5,\"p\":{\"%s\":0.4},\"text\":\"%s\"}]}", bad, bad, bad, bad, bad, bad, bad, bad, bad);
    put("{\"kind\":\"eval\",\"id\":\"%s\",\"group\":\"%s\",\"rule\":\"%s\",\"n\":1,\"accuracy\":1,\"baselines\":{\"%s\":{\"accuracy\":1}},\"steps\":{\"%s\":1}}", bad, bad, bad, bad, bad);
    put("{\"kind\":\"extracted\",\"id\":\"%s\",\"rules\":[{\"rule\":\"%s\",\"pass\":1}]}", bad, bad);
    put("{\"kind\":\"epoch\",\"id\":\"e\",\"epoch\":1,\"loss\":1}");
    put("{\"kind\":\"diff\",\"id\":\"d\",\"element\":\"%s\",\"name\":\"%s\",\"class\":\"%s\",\"file\":\"%s\",\"storey\":\"%s\",\"rule\":\"%s\",\"severity\":\"%s\",\"state\":\"waived\","
        "\"before\":\"%s\",\"after\":\"%s\",\"after_reason\":\"%s\",\"paired_by\":\"%s\",\"waiver\":{\"owner\":\"%s\",\"reason\":\"%s\",\"expires\":\"%s\"}}", bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad, bad);
    put("{\"kind\":\"diffed\",\"id\":\"d\",\"elements\":{},\"rules\":[{\"rule\":\"%s\",\"changed\":true}]}", bad);
    put("{\"kind\":\"specification\",\"id\":\"%s\",\"ids\":\"%s\",\"name\":\"%s\",\"cardinality\":\"%s\",\"status\":\"fail\"}", bad, bad, bad, bad);
    put("{\"kind\":\"summary\",\"id\":\"F\",\"rule\":\"F\",\"applicable\":1,\"pass\":0,\"fail\":1,\"unknown\":0,\"definition\":{\"requirement\":\"<a:property cardinality='%s'><b><value><simpleValue>&lt;/script&gt;&lt;img src=x&gt;%s\"}}", bad, bad);
    put("{\"kind\":\"checked\",\"id\":\"f\",\"results\":[{\"rule\":\"F\",\"verdict\":\"fail\",\"reason\":\"absent\"}]}");
    page->o.title = page->o.note = page->o.date = page->o.program = bad;
    char *s = html();
    CHECK(!strstr(s, "<img"));
    CHECK(!strstr(s, "<b>\""));
    CHECK(!strstr(s, "href=\"javascript"));
    CHECK(strstr(s, "&lt;img") != NULL);
    int scripts = 0;
    for (char *at = s; (at = strstr(at, "</script>")); at++)
        scripts++;
    CHECK(scripts == 1);
    free(s);
}

/* A name of a million letters, a trace of a thousand steps over a thousand rules: the page stays small. */
static void
large_is_cut(void)
{
    struct trm_buf b = {0};
    struct trm_err err = {0};
    start(9, 9);
    trm_buf_adds(&b, "{\"kind\":\"trace\",\"id\":\"m/1\",\"name\":\"");
    for (int i = 0; i < 500000; i++)
        trm_buf_adds(&b, "\xC3\xBC");
    trm_buf_adds(&b, "\",\"verdicts\":[");
    for (int i = 0; i < 1000; i++)
        trm_buf_addf(&b, "%s{\"rule\":\"R%d\",\"source\":\"model\",\"verdict\":\"fail\",\"p_pass\":0.4}", i ? "," : "", i);
    trm_buf_adds(&b, "],\"steps\":[");
    for (int i = 0; i < 1000; i++)
        trm_buf_addf(&b, "%s{\"step\":1,\"halt\":0.1,\"p\":{\"R0\":0.4},\"text\":\"%01500d\"}", i ? "," : "", 0);
    trm_buf_adds(&b, "]}");
    trm_json *rec = trm_json_parse(b.data, b.len, &err);
    CHECK(rec && trm_page_add(page, rec, &err) == 0);
    trm_json_free(rec);
    trm_buf_release(&b);
    char *s = html();
    CHECK(strlen(s) < 1500000);
    CHECK(strstr(s, "Drawn are the first 64 steps and 4 verdicts") != NULL);
    free(s);
}

static void
share_is_fair(void)
{
    CHECK(trm_page_share((size_t[]){5, 5, 5}, 3, 15) >= 5);
    CHECK(trm_page_share((size_t[]){100, 2, 100}, 3, 12) == 5);
    CHECK(trm_page_share((size_t[]){3}, 1, 0) == 0);
}

static void
empty_is_fine(void)
{
    start(9, 9);
    char *s = html();
    CHECK(strstr(s, "No rule gave a verdict") != NULL);
    CHECK(strstr(s, "</html>") != NULL);
    free(s);
    struct trm_buf out = {0};
    trm_page_text(&out, page);
    CHECK(out.data && strstr(out.data, "No rule gave a verdict"));
    trm_buf_release(&out);
}

T_MAIN
{
    T("counts are exact beyond the rows that are kept, and the page says what it left out") counts_beyond_rows();
    T("a record that is wrong anywhere counts nowhere") refused_whole();
    T("missing data are listed once by what the rules ask for first") missing_by_property();
    T("a value that cannot be used is to be mended where it stands") unusable_where_it_stands();
    T("the least certain verdicts are shown step by step, errors before warnings") least_certain_kept();
    T("verdicts of rules and of the model are never added up") roads_apart();
    T("one GUID in two files is two elements") same_guid_two_files();
    T("failures of one type and value are one cause") causes_grouped();
    T("every failure is in one tier, that of the broadest change that takes it away") tiers_partition();
    T("what changed is told, and a change is no result") changes_told();
    T("a page of any number of results stays below 5 MB") page_is_bounded();
    T("no text from outside becomes markup, wherever it stands") hostile_everywhere();
    T("long names and long traces are cut, and the page says so") large_is_cut();
    T("rows are shared out fairly") share_is_fair();
    T("a report over nothing says so") empty_is_fine();
    trm_page_free(page);
}
