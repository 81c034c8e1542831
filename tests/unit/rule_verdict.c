/* The verdict of one rule on one element: every operator with values below, at and above the limit, and every way of missing. */
#include "../../lib/rule/rule.h"

#include "t.h"

static struct trm_err err;

/* The one rule of condition and (optional) selector texts; NULL when refused. */
static struct trm_rules *
rule(const char *condition, const char *selector)
{
    char text[4000];
    struct trm_rules *rules = trm_rules_new();
    snprintf(text, sizeof text,
             "[{\"id\":\"R\",\"target\":{\"ifc_class\":\"IfcDoor\"%s%s},\"condition\":%s,\"parameters\":{\"p\":815,\"q_mm\":815}}]",
             selector ? ",\"selector\":" : "", selector ? selector : "", condition);
    trm_err_reset(&err);
    if (trm_rules_add(rules, "t", text, strlen(text), &err) == 0)
        return rules;
    printf("# %s\n", err.text);
    trm_rules_free(rules);
    return NULL;
}

static trm_json *
element(const char *members)
{
    char text[4000];
    snprintf(text, sizeof text, "{\"kind\":\"element\",\"v\":1,\"id\":\"M/G\",\"class\":\"IfcDoor\",\"schema\":\"IFC4\"%s%s}",
             members[0] ? "," : "", members);
    trm_json *rec = trm_json_parse(text, strlen(text), &err);
    if (!rec)
        printf("# %s: %s\n", text, err.text);
    return rec;
}

/* "fail bound" for the rule on the element, or "applies_not", "applies_unknown"; the result itself in *out. */
static const char *
said(const char *condition, const char *selector, const char *members, struct trm_result *out)
{
    static char text[80];
    struct trm_result own;
    struct trm_element e;
    struct trm_rules *rules = rule(condition, selector);
    trm_json *rec = element(members);
    snprintf(text, sizeof text, "refused");
    if (rules && rec && trm_element_read(&e, rec, &err) == 0) {
        enum trm_applies a = trm_rule_applies(trm_rules_at(rules, 0), &e);
        trm_rule_judge(out ? out : &own, trm_rules_at(rules, 0), &e, NULL);
        const struct trm_result *r = out ? out : &own;
        if (a != TRM_APPLIES)
            snprintf(text, sizeof text, a == TRM_APPLIES_NOT ? "applies_not" : "applies_unknown");
        else
            snprintf(text, sizeof text, "%s %s", trm_verdict_name(r->verdict), trm_reason_name(r->reason));
        if (out)
            out->rule = NULL, out->source = NULL, out->found = (struct trm_value){0}, out->unit = NULL, out->limit_source = NULL;
    }
    trm_json_free(rec);
    trm_rules_free(rules);
    return text;
}

/* P.W of the element is `value` (a JSON member), the condition compares it by op with a value in a unit. */
static const char *
compare(const char *op, const char *rhs, const char *unit, const char *value, struct trm_result *out)
{
    char condition[600], members[400];
    snprintf(condition, sizeof condition,
             "{\"op\":\"%s\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"%s%s%s},\"rhs\":{\"source\":\"value\",\"value\":%s}}", op,
             unit[0] ? ",\"unit\":\"" : "", unit, unit[0] ? "\"" : "", rhs);
    snprintf(members, sizeof members, "\"psets\":{\"P\":{\"W\":%s}}", value);
    return said(condition, NULL, members, out);
}

#define WITH_ALIAS(op, relation)                                                                                     \
    "{\"op\":\"" op "\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\",\"fallback_sources\":["   \
    "{\"source\":\"attribute\",\"attribute\":\"OverallWidth\",\"relation\":\"" relation "\"},"                            \
    "{\"source\":\"qto\",\"qto_name\":\"Q\",\"quantity\":\"W\"}]},\"rhs\":{\"source\":\"parameter\",\"param\":\"p\"}}"
#define OVERALL(x) "\"attributes\":{\"OverallWidth\":{\"value\":" x ",\"unit\":\"m\"}}"

T_MAIN {
    struct trm_result r;

    T("every operator holds below, at and above its limit as it should")
    {
        static const struct {
            const char *op, *below, *at, *above;
        } table[] = {
            {"<", "pass holds", "fail bound", "fail bound"},  {"<=", "pass holds", "pass holds", "fail bound"},
            {">", "fail bound", "fail bound", "pass holds"},  {">=", "fail bound", "pass holds", "pass holds"},
            {"=", "fail value", "pass holds", "fail value"},  {"==", "fail value", "pass holds", "fail value"},
            {"!=", "pass holds", "fail value", "pass holds"},
        };
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            CHECK_STR(compare(table[i].op, "815", "mm", "{\"value\":0.81,\"unit\":\"m\"}", NULL), table[i].below);
            CHECK_STR(compare(table[i].op, "815", "mm", "{\"value\":0.815,\"unit\":\"m\"}", NULL), table[i].at);
            CHECK_STR(compare(table[i].op, "815", "mm", "{\"value\":0.82,\"unit\":\"m\"}", NULL), table[i].above);
            CHECK_STR(compare(table[i].op, "5", "", "{\"value\":4}", NULL), table[i].below);
            CHECK_STR(compare(table[i].op, "5", "", "{\"value\":5}", NULL), table[i].at);
            CHECK_STR(compare(table[i].op, "5", "", "{\"value\":6}", NULL), table[i].above);
        }
    }
    T("a value that rounding moved off its limit is at its limit, one that is short is short")
    {
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.81499999999999995,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.8149999999999,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare("<=", "815", "mm", "{\"value\":0.81500000000000017,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare(">", "815", "mm", "{\"value\":0.81500000000000017,\"unit\":\"m\"}", NULL), "fail bound");
        CHECK_STR(compare("<", "815", "mm", "{\"value\":0.81499999999999995,\"unit\":\"m\"}", NULL), "fail bound");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.81499999,\"unit\":\"m\"}", NULL), "fail bound");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.814999,\"unit\":\"m\"}", NULL), "fail bound");
        CHECK_STR(compare(">=", "32", "in", "{\"value\":0.8128,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "0", "mm", "{\"value\":0,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare(">", "0", "mm", "{\"value\":1e-12,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare("=", "42", "", "{\"value\":42.00001}", NULL), "pass holds"); /* 1e-6*(1+42) */
        CHECK_STR(compare("=", "42", "", "{\"value\":42.00005}", NULL), "fail value");
    }
    T("every limit in mm from 1 to 5000 is met by the same length in m")
    {
        for (int mm = 1; mm <= 5000; mm += 7) {
            char limit[16], value[64];
            snprintf(limit, sizeof limit, "%d", mm);
            snprintf(value, sizeof value, "{\"value\":%.17g,\"unit\":\"m\"}", mm / 1000.0);
            CHECK(strcmp(compare(">=", limit, "mm", value, &r), "pass holds") == 0);
            CHECK(r.limit == mm / 1000.0);
            CHECK(strcmp(compare(">", limit, "mm", value, NULL), "fail bound") == 0);
        }
    }
    T("shortfall and nearest passing value are told in SI, and the nearest value passes")
    {
        static const char *const ops[] = {"<", "<=", ">", ">=", "="};
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.7,\"unit\":\"m\"}", &r), "fail bound");
        CHECK(r.has_shortfall && r.shortfall == 0.115 && r.nearest == 0.815 && r.value == 0.7 && r.limit == 0.815);
        for (size_t i = 0; i < 5; i++) {
            char value[64];
            CHECK(compare(ops[i], "815", "mm", i < 2 ? "{\"value\":0.9,\"unit\":\"m\"}" : "{\"value\":0.1,\"unit\":\"m\"}", &r) != NULL);
            CHECK(r.has_shortfall);
            snprintf(value, sizeof value, "{\"value\":%.17g,\"unit\":\"m\"}", r.nearest);
            CHECK_STR(compare(ops[i], "815", "mm", value, NULL), "pass holds");
        }
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.9,\"unit\":\"m\"}", &r), "pass holds");
        CHECK(!r.has_shortfall);
    }
    T("what is missing or unusable is unknown, with the reason")
    {
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":null,\"unit\":\"m\"}", NULL), "unknown no_value");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":\"\"}", NULL), "unknown no_value");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":[]}", NULL), "unknown no_value");
        CHECK_STR(compare(">=", "815", "mm", "{\"properties\":{}}", NULL), "unknown no_value");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":\"n/a\"}", NULL), "unknown placeholder");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":\"815\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":true}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":900}", NULL), "unknown no_unit");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":900,\"unit\":null}", NULL), "unknown no_unit");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.9,\"unit\":\"m2\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":0.9,\"unit\":\"furlong\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":900,\"unit\":\"mm\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "815", "", "{\"value\":900,\"unit\":\"m\"}", NULL), "unknown no_unit");
        CHECK_STR(said("{\"op\":\">=\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\"},\"rhs\":{\"source\":\"value\",\"value\":1}}", NULL, "", NULL), "unknown no_set");
        CHECK_STR(said("{\"op\":\">=\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\"},\"rhs\":{\"source\":\"value\",\"value\":1}}", NULL, "\"psets\":{\"P\":{}}", NULL), "unknown no_property");
    }
    T("texts, truth values and numbers compare only with their kind")
    {
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":\"NEW\"}", NULL), "pass holds");
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":\"new\"}", NULL), "fail value");
        CHECK_STR(compare("!=", "\"NEW\"", "", "{\"value\":\"OLD\"}", NULL), "pass holds");
        CHECK_STR(compare("!=", "\"NEW\"", "", "{\"value\":\"NEW\"}", NULL), "fail value");
        CHECK_STR(compare("=", "\"1\"", "", "{\"value\":1}", NULL), "unknown wrong_type");
        CHECK_STR(compare("=", "1", "", "{\"value\":\"1\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare("!=", "1", "", "{\"value\":\"1\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare("=", "true", "", "{\"value\":true}", NULL), "pass holds");
        CHECK_STR(compare("=", "true", "", "{\"value\":false}", NULL), "fail value");
        CHECK_STR(compare("=", "true", "", "{\"value\":\"TRUE\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare("=", "true", "", "{\"value\":1}", NULL), "unknown wrong_type");
        CHECK_STR(compare("=", "\"none\"", "", "{\"value\":\"none\"}", NULL), "pass holds");
        CHECK_STR(compare("=", "\"F30\"", "", "{\"value\":\"none\"}", NULL), "unknown placeholder");
    }
    T("in asks for one of several, matches for a pattern of the whole text")
    {
        CHECK_STR(compare("in", "[\"A\",\"B\"]", "", "{\"value\":\"B\"}", NULL), "pass holds");
        CHECK_STR(compare("in", "[\"A\",\"B\"]", "", "{\"value\":\"C\"}", NULL), "fail value");
        CHECK_STR(compare("in", "[\"A\",5]", "", "{\"value\":5}", NULL), "pass holds");
        CHECK_STR(compare("in", "[\"A\",5]", "", "{\"value\":true}", NULL), "unknown wrong_type");
        CHECK_STR(compare("in", "[100,200]", "mm", "{\"value\":0.2,\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare("in", "[100,200]", "mm", "{\"value\":0.3,\"unit\":\"m\"}", NULL), "fail value");
        CHECK_STR(compare("matches", "\"[A-Z]{2}-\\\\d+\"", "", "{\"value\":\"AB-12\"}", NULL), "pass holds");
        CHECK_STR(compare("matches", "\"[A-Z]{2}-\\\\d+\"", "", "{\"value\":\"xAB-12\"}", NULL), "fail pattern");
        CHECK_STR(compare("matches", "\"[A-Z]{2}\"", "", "{\"value\":5}", NULL), "unknown wrong_type");
        CHECK_STR(compare("matches", "\"\\u00dc.*\"", "", "{\"value\":\"\\u00dcber\"}", NULL), "pass holds");
    }
    T("a pattern made to blow up ends, and never as a pass")
    {
        char value[400], *p = value + sprintf(value, "{\"value\":\"");
        memset(p, 'a', 40), p += 40;
        strcpy(p, "!\"}");
        const char *got = compare("matches", "\"(a*)*b\"", "", value, NULL);
        CHECK(strcmp(got, "pass holds") != 0);
        got = compare("matches", "\"(a|aa)+b\"", "", value, NULL);
        CHECK(strcmp(got, "pass holds") != 0);
    }
    T("lists pass when every item does, fail when none does, and are unknown between")
    {
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":[\"NEW\"]}", NULL), "pass holds");
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":[\"NEW\",\"NEW\"]}", NULL), "pass holds");
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":[\"OLD\",\"OLDER\"]}", NULL), "fail value");
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":[\"NEW\",\"OLD\"]}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":[0.9,0.8],\"unit\":\"m\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "815", "mm", "{\"value\":[0.9,0.95],\"unit\":\"m\"}", NULL), "pass holds");
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":[\"NEW\",null]}", NULL), "unknown wrong_type");
        CHECK_STR(compare("=", "\"NEW\"", "", "{\"value\":[[\"NEW\"]]}", NULL), "unknown no_value");
    }
    T("exists holds for a value, fails for none, and a placeholder is none")
    {
        static const char c[] = "{\"op\":\"exists\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"}}";
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":0}}}", NULL), "pass holds");
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":false}}}", NULL), "pass holds");
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":5,\"unit\":null}}}", NULL), "pass holds");
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":null}}}", NULL), "fail absent");
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":\"TBD\"}}}", NULL), "fail absent");
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{}}", NULL), "fail absent");
        CHECK_STR(said(c, NULL, "", NULL), "fail absent");
    }
    T("an upper bound may fail a minimum, never pass it; it may pass a maximum")
    {
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, OVERALL("0.7"), NULL), "fail bound");
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, OVERALL("0.815"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, OVERALL("2"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS(">", "upper"), NULL, OVERALL("0.815"), NULL), "fail bound");
        CHECK_STR(said(WITH_ALIAS("<=", "upper"), NULL, OVERALL("0.815"), NULL), "pass holds");
        CHECK_STR(said(WITH_ALIAS("<=", "upper"), NULL, OVERALL("0.9"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS("<", "upper"), NULL, OVERALL("0.8"), NULL), "pass holds");
        CHECK_STR(said(WITH_ALIAS("=", "upper"), NULL, OVERALL("0.7"), NULL), "fail value");
        CHECK_STR(said(WITH_ALIAS("=", "upper"), NULL, OVERALL("0.815"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS("=", "upper"), NULL, OVERALL("0.9"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS("!=", "upper"), NULL, OVERALL("0.7"), NULL), "pass holds");
    }
    T("a lower bound may fail a maximum, never pass it; it may pass a minimum")
    {
        CHECK_STR(said(WITH_ALIAS("<=", "lower"), NULL, OVERALL("0.9"), NULL), "fail bound");
        CHECK_STR(said(WITH_ALIAS("<=", "lower"), NULL, OVERALL("0.8"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS(">=", "lower"), NULL, OVERALL("0.815"), NULL), "pass holds");
        CHECK_STR(said(WITH_ALIAS(">=", "lower"), NULL, OVERALL("0.7"), NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS("=", "lower"), NULL, OVERALL("0.9"), NULL), "fail value");
    }
    T("the thing itself is asked before any bound, and the first usable source decides")
    {
        static const char q[] = ",\"qtos\":{\"Q\":{\"W\":{\"value\":0.9,\"unit\":\"m\"}}}";
        char members[400];
        snprintf(members, sizeof members, "%s%s", OVERALL("0.7"), q); /* the bound stands first in the file */
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, members, &r), "pass holds");
        CHECK(r.value == 0.9);
        snprintf(members, sizeof members, "\"psets\":{\"P\":{\"W\":{\"value\":0.8,\"unit\":\"m\"}}}%s", q);
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, members, NULL), "fail bound");
        snprintf(members, sizeof members, "\"psets\":{\"P\":{\"W\":{\"value\":\"n/a\"}}}%s", q);
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, members, NULL), "pass holds");
        snprintf(members, sizeof members, "\"psets\":{\"P\":{\"W\":{\"value\":\"n/a\"}}},%s", OVERALL("0.9"));
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, members, NULL), "unknown bound_only");
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, "\"psets\":{\"P\":{\"W\":{\"value\":\"n/a\"}}},\"qtos\":{\"Q\":{\"W\":{\"value\":5}}}", NULL), "unknown no_unit");
        CHECK_STR(said(WITH_ALIAS(">=", "upper"), NULL, "\"qtos\":{\"Q\":{}}", NULL), "unknown no_set");
    }
    T("fire ratings compare in time, whatever they are written as")
    {
        CHECK_STR(compare(">=", "60", "min", "{\"value\":\"F90-A\"}", &r), "pass holds");
        CHECK(r.value == 5400 && r.limit == 3600);
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"REI 60\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"REI 30\"}", NULL), "fail bound");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"1 HR\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "60", "min", "{\"value\":\"30\"}", NULL), "fail bound");
        CHECK_STR(compare(">=", "60", "min", "{\"value\":30}", NULL), "fail bound");
        CHECK_STR(compare(">=", "60", "min", "{\"value\":\"90\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "60", "min", "{\"value\":\"1\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"1\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"30\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":30}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":3600,\"unit\":\"s\"}", NULL), "pass holds");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"Zelfsluitend\"}", NULL), "unknown wrong_type");
        CHECK_STR(compare(">=", "1", "h", "{\"value\":\"_FIRE-RATING_\"}", NULL), "unknown placeholder");
        CHECK_STR(compare("=", "\"F30\"", "min", "{\"value\":\"T30-RS\"}", NULL), "pass holds");
        CHECK_STR(compare("in", "[\"F30\",\"F90\"]", "min", "{\"value\":\"1.5 h\"}", NULL), "pass holds");
    }
    T("the other side may be another value of the element")
    {
        static const char c[] = "{\"op\":\"<=\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\"},"
                                "\"rhs\":{\"source\":\"attribute\",\"attribute\":\"OverallWidth\"}}";
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":0.7,\"unit\":\"m\"}}}," OVERALL("0.8"), &r), "pass holds");
        CHECK(r.has_limit && r.limit == 0.8);
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":0.9,\"unit\":\"m\"}}}," OVERALL("0.8"), NULL), "fail bound");
        CHECK_STR(said(c, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":0.9,\"unit\":\"m\"}}}", NULL), "unknown no_property");
        CHECK_STR(said(c, NULL, OVERALL("0.8"), NULL), "unknown no_set");
        static const char plain[] = "{\"op\":\"=\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"},\"rhs\":{\"source\":\"attribute\",\"attribute\":\"Name\"}}";
        CHECK_STR(said(plain, NULL, "\"name\":\"x\",\"psets\":{\"P\":{\"W\":{\"value\":\"x\"}}}", NULL), "pass holds");
        CHECK_STR(said(plain, NULL, "\"name\":\"x\",\"psets\":{\"P\":{\"W\":{\"value\":\"y\"}}}", NULL), "fail value");
        static const char alike[] = "{\"op\":\"<=\",\"lhs\":{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"},\"rhs\":{\"source\":\"attribute\",\"attribute\":\"OverallWidth\"}}";
        CHECK_STR(said(alike, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":0.7,\"unit\":\"m\"}}}," OVERALL("0.8"), NULL), "pass holds");
        CHECK_STR(said(alike, NULL, "\"psets\":{\"P\":{\"W\":{\"value\":0.7,\"unit\":\"m2\"}}}," OVERALL("0.8"), NULL), "unknown wrong_type");
    }
    T("selectors say yes, no, or that they cannot be decided")
    {
        static const char c[] = "{\"op\":\"exists\",\"lhs\":{\"source\":\"attribute\",\"attribute\":\"Name\"}}";
#define F(v) "{\"pset\":\"P\",\"property\":\"X\",\"op\":\"=\",\"value\":" v "}"
#define X(v) "\"name\":\"n\",\"psets\":{\"P\":{\"X\":{\"value\":" v "}}}"
        CHECK_STR(said(c, "{\"filters\":[" F("true") "]}", X("true"), NULL), "pass holds");
        CHECK_STR(said(c, "{\"filters\":[" F("true") "]}", X("false"), NULL), "applies_not");
        CHECK_STR(said(c, "{\"filters\":[" F("true") "]}", X("null"), NULL), "applies_unknown");
        CHECK_STR(said(c, "{\"filters\":[" F("true") "]}", X("\"yes\""), NULL), "applies_unknown");
        CHECK_STR(said(c, "{\"filters\":[" F("true") "]}", "\"name\":\"n\"", NULL), "applies_unknown");
        CHECK_STR(said(c, "{\"filters\":[{\"pset\":\"P\",\"property\":\"X\",\"op\":\"=\",\"value\":true,\"missing\":\"no\"}]}", "\"name\":\"n\"", NULL), "applies_not");
        CHECK_STR(said(c, "{\"filters\":[" F("true") "," F("false") "]}", X("true"), NULL), "applies_not");
        CHECK_STR(said(c, "{\"filters\":[" F("true") "," F("false") "],\"match\":\"any\"}", X("true"), NULL), "pass holds");
        CHECK_STR(said(c, "{\"filters\":[{\"any\":[" F("1") "," F("true") "]}]}", X("true"), NULL), "pass holds");
        CHECK_STR(said(c, "{\"filters\":[{\"any\":[" F("1") "," F("false") "]}]}", X("true"), NULL), "applies_unknown");
        CHECK_STR(said(c, "{\"filters\":[{\"none\":[" F("true") "]}]}", X("true"), NULL), "applies_not");
        CHECK_STR(said(c, "{\"filters\":[{\"none\":[" F("true") "]}]}", X("false"), NULL), "pass holds");
        CHECK_STR(said(c, "{\"filters\":[{\"none\":[" F("true") "]}]}", X("null"), NULL), "applies_unknown");
        CHECK_STR(said(c, "{\"filters\":[{\"none\":[{\"all\":[" F("true") "," F("false") "]}]}]}", X("true"), NULL), "pass holds");
        CHECK_STR(said(c, "{\"filters\":[]}", "\"name\":\"n\"", NULL), "pass holds");
    }
    T("a class takes its subtypes in, by the schema of the element, and no other class")
    {
        static const struct {
            const char *rule, *schema, *class;
            bool fits;
        } table[] = {
            {"IfcWall", "\"IFC2X3\"", "IfcWallStandardCase", true}, {"IfcWall", "\"IFC4\"", "IfcWallStandardCase", true},
            {"IfcWall", "\"IFC4X3\"", "IfcWall", true},              {"IfcWallStandardCase", "\"IFC4\"", "IfcWall", false},
            {"IfcWall", "null", "IfcWallStandardCase", true},        {"IfcWall", "\"IFC9\"", "IfcWallStandardCase", true},
            {"IfcDoor", "\"IFC4\"", "IfcWall", false},               {"IfcElement", "\"IFC4\"", "IfcDoor", true},
            {"IfcDoor", "\"IFC4\"", "IfcDoorType", false},           {"*", "\"IFC4\"", "IfcDoor", true},
            {"IfcDoor", "\"IFC4\"", "IfcNonsense", false},           {"IfcBuiltElement", "\"IFC4X3\"", "IfcDoor", true},
        };
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            char text[400];
            struct trm_rules *rules = trm_rules_new();
            snprintf(text, sizeof text, "[{\"id\":\"R\",\"target\":{\"ifc_class\":\"%s\"},\"condition\":{\"op\":\"exists\",\"lhs\":{\"source\":\"attribute\",\"attribute\":\"Name\"}}}]", table[i].rule);
            CHECK(trm_rules_add(rules, "t", text, strlen(text), &err) == 0);
            snprintf(text, sizeof text, "{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"%s\",\"schema\":%s}", table[i].class, table[i].schema);
            trm_json *rec = trm_json_parse(text, strlen(text), &err);
            struct trm_element e;
            size_t n = 9;
            CHECK(rec && trm_element_read(&e, rec, &err) == 0);
            CHECK((trm_rule_applies(trm_rules_at(rules, 0), &e) == TRM_APPLIES) == table[i].fits);
            CHECK(trm_rules_for(rules, &e, &n) != NULL && (n == 1) == table[i].fits);
            CHECK(trm_rules_for(rules, &e, &n) != NULL && (n == 1) == table[i].fits); /* remembered */
            trm_json_free(rec);
            trm_rules_free(rules);
        }
    }
}
