/* Summaries: what they count, and that those of pieces add up to that of the whole. */
#include "../../lib/rule/tally.h"

#include "t.h"

static const char RULES[] =
    "[{\"id\":\"W\",\"severity\":\"WARNING\",\"target\":{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[{\"pset\":\"P\",\"property\":\"Use\",\"op\":\"=\","
    "\"value\":true}]}},\"condition\":{\"op\":\">=\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\",\"fallback_sources\":["
    "{\"source\":\"pset\",\"pset\":\"Q\",\"property\":\"W\"}]},\"rhs\":{\"source\":\"value\",\"value\":800}}},"
    "{\"id\":\"N\",\"target\":{\"ifc_class\":\"IfcStair\"},\"condition\":{\"op\":\"exists\",\"lhs\":{\"source\":\"attribute\",\"attribute\":\"Name\"}}}]";

static const char *const ELEMENTS[] = {
    "{\"kind\":\"element\",\"v\":1,\"id\":\"1\",\"class\":\"IfcDoor\",\"psets\":{\"P\":{\"Use\":{\"value\":true},\"W\":{\"value\":0.9,\"unit\":\"m\"}}}}",
    "{\"kind\":\"element\",\"v\":1,\"id\":\"2\",\"class\":\"IfcDoor\",\"psets\":{\"P\":{\"Use\":{\"value\":true},\"W\":{\"value\":0.7,\"unit\":\"m\"}}}}",
    "{\"kind\":\"element\",\"v\":1,\"id\":\"3\",\"class\":\"IfcDoor\",\"psets\":{\"P\":{\"Use\":{\"value\":true},\"W\":{\"value\":\"n/a\"}}}}",
    "{\"kind\":\"element\",\"v\":1,\"id\":\"4\",\"class\":\"IfcDoor\",\"psets\":{\"P\":{\"Use\":{\"value\":false}}}}",
    "{\"kind\":\"element\",\"v\":1,\"id\":\"5\",\"class\":\"IfcDoor\",\"psets\":{\"P\":{}}}",
    "{\"kind\":\"element\",\"v\":1,\"id\":\"6\",\"class\":\"IfcWall\",\"psets\":{\"Q\":{\"W\":{\"value\":1}}}}",
};

static trm_json *
parse(const char *text, size_t n)
{
    struct trm_err err = {0};
    trm_json *v = trm_json_parse(text, n, &err);
    if (!v)
        printf("# %s\n", err.text);
    return v;
}

/* The summaries of elements from..to, one a line, into b; hands: how many tallies count them in turn, each taken by the last of its turn. */
static void
run_in(struct trm_buf *b, size_t from, size_t to, size_t hands)
{
    struct trm_err err = {0};
    struct trm_rules *rules = trm_rules_new();
    CHECK(trm_rules_add(rules, "t", RULES, strlen(RULES), &err) == 0);
    struct trm_tally *t = trm_tally_new(rules), *hand[3] = {trm_tally_new(rules), trm_tally_new(rules), trm_tally_new(rules)};
    struct trm_fit *fits = trm_fit_new(rules);
    for (size_t i = from; i < to; i++) {
        struct trm_tally *counts = hands ? hand[i % hands] : t;
        trm_json *rec = parse(ELEMENTS[i], strlen(ELEMENTS[i]));
        struct trm_element e;
        size_t n;
        CHECK(trm_element_read(&e, rec, &err) == 0);
        const size_t *fit = hands ? trm_fit_for(fits, &e, &n) : trm_rules_for(rules, &e, &n);
        for (size_t k = 0; fit && k < n; k++) {
            const struct trm_rule *r = trm_rules_at(rules, fit[k]);
            struct trm_result result = {0};
            enum trm_applies a = trm_rule_selects(r, &e);
            if (a == TRM_APPLIES)
                trm_rule_judge(&result, r, &e, NULL);
            trm_tally_add(counts, r, &e, a, &result);
        }
        trm_json_free(rec);
        if (hands > 1 && i % hands == hands - 1)
            for (size_t k = 0; k < hands; k++)
                trm_tally_move(t, hand[k]);
    }
    for (size_t k = 0; k < 3; k++) {
        trm_tally_move(t, hand[k]);
        trm_tally_free(hand[k]);
    }
    trm_fit_free(fits);
    for (size_t i = 0; i < trm_tally_count(t); i++) {
        trm_tally_write(b, t, i, "p 1");
        trm_buf_addc(b, '\n');
    }
    trm_tally_free(t);
    trm_rules_free(rules);
}

static void
run(struct trm_buf *b, size_t from, size_t to)
{
    run_in(b, from, to, 0);
}

static int
merge(struct trm_tally *t, const struct trm_buf *b, struct trm_err *err)
{
    const char *s = b->data, *end;
    for (int rc; (end = strchr(s, '\n')); s = end + 1) {
        trm_json *rec = parse(s, (size_t)(end - s));
        rc = trm_tally_merge(t, rec, err);
        trm_json_free(rec);
        if (rc < 0)
            return -1;
    }
    return 0;
}

T_MAIN {
    struct trm_err err = {0};
    struct trm_buf whole = {0};
    run(&whole, 0, 6);

    T("a summary counts verdicts, reasons and elements that could not be selected")
    {
        trm_json *s = parse(whole.data, strcspn(whole.data, "\n"));
        CHECK_STR(trm_json_str(trm_json_get(s, "rule"), ""), "W");
        CHECK_STR(trm_json_str(trm_json_get(s, "severity"), ""), "WARNING");
        CHECK(trm_json_num(trm_json_get(s, "applicable"), -1) == 3 && trm_json_num(trm_json_get(s, "pass"), -1) == 1);
        CHECK(trm_json_num(trm_json_get(s, "fail"), -1) == 1 && trm_json_num(trm_json_get(s, "unknown"), -1) == 1);
        CHECK(trm_json_num(trm_json_get(trm_json_get(s, "why_unknown"), "placeholder"), -1) == 1);
        CHECK(trm_json_num(trm_json_get(s, "selector_unknown"), -1) == 1);
        CHECK(!trm_json_get(s, "no_element") && !trm_json_get(s, "selector_nowhere"));
        trm_json_free(s);
    }
    T("properties that no element of the class has are named, those of other classes do not count")
    {
        trm_json *s = parse(whole.data, strcspn(whole.data, "\n"));
        const trm_json *absent = trm_json_get(s, "absent");
        CHECK(trm_json_len(absent) == 1);
        CHECK_STR(trm_json_str(trm_json_at(absent, 0), ""), "Q.W");
        trm_json_free(s);
    }
    T("a rule that found no element says so")
    {
        const char *second = strchr(whole.data, '\n') + 1;
        trm_json *s = parse(second, strcspn(second, "\n"));
        CHECK(trm_json_bool(trm_json_get(s, "no_element"), false));
        trm_json_free(s);
    }
    T("a selector whose property occurs nowhere is said aloud")
    {
        struct trm_buf none = {0};
        run(&none, 4, 6);
        CHECK(strstr(none.data, "\"selector_absent\":[\"P.Use\"],\"selector_nowhere\":true,\"no_element\":true") != NULL);
        trm_buf_release(&none);
    }
    T("summaries of pieces add up to the summary of the whole, wherever it is cut")
    {
        for (size_t cut = 0; cut <= 6; cut++) {
            struct trm_buf a = {0}, sum = {0};
            run(&a, 0, cut);
            run(&a, cut, 6);
            struct trm_tally *t = trm_tally_new(NULL);
            CHECK(merge(t, &a, &err) == 0);
            for (size_t i = 0; i < trm_tally_count(t); i++) {
                trm_tally_write(&sum, t, i, "p 1");
                trm_buf_addc(&sum, '\n');
            }
            CHECK_STR(sum.data, whole.data);
            trm_tally_free(t);
            trm_buf_release(&a);
            trm_buf_release(&sum);
        }
    }
    T("what several tallies counted adds up to what one would have")
    {
        for (size_t hands = 1; hands <= 3; hands++) {
            struct trm_buf sum = {0};
            run_in(&sum, 0, 6, hands);
            CHECK_STR(sum.data, whole.data);
            trm_buf_release(&sum);
        }
    }
    T("summaries of other rules, or broken ones, are refused and change nothing")
    {
        static const char *const bad[] = {
            "{\"rule\":\"W\"}",
            "{\"rule\":\"W\",\"definition\":{},\"absent\":[],\"applicable\":-1}",
            "{\"rule\":\"W\",\"definition\":{},\"absent\":[],\"applicable\":1,\"pass\":1,\"fail\":0,\"unknown\":0,\"selector_unknown\":0,\"rules_sha256\":\"x\"}",
            "{\"rule\":5,\"definition\":{},\"absent\":[]}",
        };
        struct trm_tally *t = trm_tally_new(NULL);
        CHECK(merge(t, &whole, &err) == 0);
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            trm_json *rec = parse(bad[i], strlen(bad[i]));
            trm_err_reset(&err);
            CHECK(trm_tally_merge(t, rec, &err) == -1 && err.kind == TRM_DATA);
            trm_json_free(rec);
        }
        struct trm_buf sum = {0};
        trm_tally_write(&sum, t, 0, "p 1");
        CHECK(strncmp(sum.data, whole.data, sum.len) == 0);
        CHECK(trm_tally_count(t) == 2);
        trm_buf_release(&sum);
        trm_tally_free(t);
    }
    trm_buf_release(&whole);
}
