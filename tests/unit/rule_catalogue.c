/* Rule files: good ones are read as they stand, bad ones are named with their place. */
#include "../../lib/rule/rule.h"

#include "t.h"

static const char GOOD[] = "{\"id\":\"R\",\"target\":{\"ifc_class\":\"IfcDoor\"},\"condition\":{\"op\":\">=\",\"lhs\":{\"source\":\"qto\","
                           "\"qto_name\":\"Q\",\"quantity\":\"W\",\"unit\":\"mm\"},\"rhs\":{\"source\":\"parameter\",\"param\":\"w_mm\"}},"
                           "\"parameters\":{\"w_mm\":815}}";

static int
add(struct trm_rules *rules, const char *text, struct trm_err *err)
{
    trm_err_reset(err);
    return trm_rules_add(rules, "rules.json", text, strlen(text), err);
}

/* A rule like GOOD with one member of it replaced. */
static const char *
with(const char *member, const char *value)
{
    static char text[2000];
    static const struct {
        const char *key, *value;
    } members[] = {
        {"id", "\"R\""},
        {"target", "{\"ifc_class\":\"IfcDoor\"}"},
        {"condition", "{\"op\":\">=\",\"lhs\":{\"source\":\"qto\",\"qto_name\":\"Q\",\"quantity\":\"W\",\"unit\":\"mm\"},"
                      "\"rhs\":{\"source\":\"parameter\",\"param\":\"w_mm\"}}"},
        {"parameters", "{\"w_mm\":815}"},
    };
    size_t n = 0;
    int known = 0;
    n += (size_t)snprintf(text + n, sizeof text - n, "[%s,{", GOOD);
    text[0] = '[';
    for (size_t i = 0; i < 4; i++) {
        int it = strcmp(members[i].key, member) == 0;
        known |= it;
        const char *v = it ? value : i == 0 ? "\"S\"" : members[i].value;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\"%s\":%s", i ? "," : "", members[i].key, v);
    }
    if (!known)
        n += (size_t)snprintf(text + n, sizeof text - n, ",\"%s\":%s", member, value);
    snprintf(text + n, sizeof text - n, "}]");
    return text;
}

#define COND(op, lhs, rhs) "{\"op\":" op ",\"lhs\":" lhs ",\"rhs\":" rhs "}"
#define LHS "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\"}"
#define PLAIN "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"}"
#define VALUE(v) "{\"source\":\"value\",\"value\":" v "}"

T_MAIN {
    struct trm_err err = {0};

    T("a rule is read with its limit in SI and its sources")
    {
        struct trm_rules *rules = trm_rules_new();
        char text[2000];
        snprintf(text, sizeof text, "{\"rules\":[%s],\"aliases\":{\"Q.W\":[{\"source\":\"attribute\",\"attribute\":\"OverallWidth\",\"relation\":\"upper\"},"
                                    "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\"}]}}", GOOD);
        CHECK(add(rules, text, &err) == 0 && trm_rules_count(rules) == 1);
        const struct trm_rule *r = trm_rules_at(rules, 0);
        CHECK(r && r->has_limit && r->limit == 0.815 && r->limit_written == 815 && r->op == TRM_OP_GE && r->severity == TRM_ERROR);
        CHECK_STR(r->unit, "mm");
        CHECK_STR(r->si, "m");
        CHECK_STR(r->class, "IfcDoor");
        CHECK_STR(r->name, "R");
        CHECK(r->n_sources == 3 && r->sources[2].relation == TRM_UPPER);
        CHECK_STR(r->sources[0].field, "Q.W");
        CHECK_STR(r->sources[1].field, "P.W");
        CHECK_STR(r->sources[2].field, "attribute.OverallWidth");
        CHECK(trm_rules_find(rules, "R") == r && !trm_rules_find(rules, "X") && !trm_rules_at(rules, 1));

        /* its definition, aliases taken in, makes the same rule again */
        struct trm_rules *again = trm_rules_new();
        CHECK(trm_rules_add_definition(again, r->definition, &err) == 0);
        const struct trm_rule *s = trm_rules_at(again, 0);
        CHECK(s && s->n_sources == 3 && s->limit == r->limit && s->sources[2].relation == TRM_UPPER);
        trm_rules_free(again);
        trm_rules_free(rules);
    }
    T("several files make one set, and its digest is that of their bytes")
    {
        struct trm_rules *rules = trm_rules_new();
        CHECK(add(rules, with("name", "\"x\""), &err) == 0 && trm_rules_count(rules) == 2);
        char before[65];
        strcpy(before, trm_rules_sha256(rules));
        CHECK(strlen(before) == 64);
        CHECK(add(rules, "[{\"id\":\"T\",\"target\":{\"ifc_class\":\"IfcWall\"},\"condition\":{\"op\":\"exists\",\"lhs\":" PLAIN "}}]", &err) == 0);
        CHECK(trm_rules_count(rules) == 3 && strcmp(before, trm_rules_sha256(rules)) != 0);
        CHECK(add(rules, with("name", "\"x\""), &err) == -1 && err.kind == TRM_USAGE && strstr(err.text, "again"));
        trm_rules_free(rules);
    }
    T("a bad rule is named with file, number, id, place, what was found and what was expected")
    {
        static const struct {
            const char *member, *value;
            const char *says[3];
        } bad[] = {
            {"condition", COND("\">>\"", LHS, VALUE("1")), {"rules.json: rule 2 \"S\": condition.op: ", "\">>\"", "< <= > >= = == != exists in matches"}},
            {"condition", COND("null", LHS, VALUE("1")), {"condition.op", "null", ">="}},
            {"condition", "[]", {"condition: ", "[]", "an object"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"property\":\"W\"}", VALUE("1")), {"condition.lhs.pset", "nothing", "a text"}},
            {"condition", COND("\">=\"", "{\"source\":\"geometry\"}", VALUE("1")), {"condition.lhs.source", "geometry", "qto pset attribute type"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"\"}", VALUE("1")), {"condition.lhs.property", "\"\"", "a text"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"furlong\"}", VALUE("1")), {"condition.lhs.unit", "furlong", "a unit"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"fallback\":[]}", VALUE("1")), {"condition.lhs: ", "unknown key \"fallback\"", "fallback_sources"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\",\"fallback_sources\":[{\"source\":\"attribute\",\"attribute\":\"W\",\"relation\":\"above\"}]}", VALUE("1")), {"condition.lhs.fallback_sources[0].relation", "above", "same upper lower"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"mm\",\"fallback_sources\":[{\"source\":\"attribute\",\"attribute\":\"W\",\"unit\":\"m2\"}]}", VALUE("1")), {"fallback_sources[0].unit", "m2", "same kind"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"fallback_sources\":{}}", VALUE("1")), {"condition.lhs.fallback_sources", "{}", "an array of sources"}},
            {"condition", COND("\"matches\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"fallback_sources\":[{\"source\":\"attribute\",\"attribute\":\"W\",\"relation\":\"upper\"}]}", VALUE("\"a\"")), {"condition.lhs", "\"upper\"", "same"}},
            {"condition", COND("\">=\"", LHS, "{\"source\":\"parameter\",\"param\":\"nope\"}"), {"condition.rhs", "\"nope\"", "parameters"}},
            {"condition", COND("\">=\"", LHS, "{\"source\":\"nowhere\"}"), {"condition.rhs.source", "nowhere", "parameter value attribute"}},
            {"condition", COND("\">=\"", LHS, VALUE("\"815\"")), {"condition.rhs.value", "\"815\"", "a number in mm"}},
            {"condition", COND("\">=\"", PLAIN, VALUE("true")), {"condition.rhs.value", "true", "a number"}},
            {"condition", COND("\">=\"", LHS, "{\"source\":\"value\",\"value\":1,\"unit\":\"kg\"}"), {"condition.rhs.value", "\"kg\"", "same kind"}},
            {"condition", COND("\"in\"", PLAIN, VALUE("\"A\"")), {"condition.rhs.value", "\"A\"", "an array"}},
            {"condition", COND("\"in\"", PLAIN, VALUE("[]")), {"condition.rhs.value", "[]", "an array"}},
            {"condition", COND("\"in\"", PLAIN, VALUE("[\"A\",{}]")), {"condition.rhs.value[1]", "{}", "a number, a text"}},
            {"condition", COND("\"=\"", PLAIN, VALUE("\"\"")), {"condition.rhs.value", "empty text", "exists"}},
            {"condition", COND("\"matches\"", PLAIN, VALUE("\"a(b\"")), {"condition.rhs.value", "a(b", "regular expression"}},
            {"condition", COND("\"matches\"", PLAIN, VALUE("\"^ab$\"")), {"condition.rhs.value", "^ab$", "without ^ and $"}},
            {"condition", COND("\"matches\"", PLAIN, VALUE("\"(a{1,900}){1,900}\"")), {"condition.rhs.value", "counts", "8000"}},
            {"condition", COND("\"exists\"", PLAIN, VALUE("true")), {"condition.rhs", "true", "nothing beside"}},
            {"condition", COND("\">=\"", "{\"source\":\"pset\",\"pset\":\"P\",\"property\":\"W\",\"unit\":\"min\"}", VALUE("\"strong\"")), {"condition.rhs.value", "strong", "fire rating"}},
            {"condition", COND("\"in\"", PLAIN, "{\"source\":\"attribute\",\"attribute\":\"Name\"}"), {"condition.rhs", "another value", "\"in\""}},
            {"parameters", "{\"w_mm\":\"815\"}", {"parameters.w_mm", "\"815\"", "a number in mm"}},
            {"parameters", "{\"w_mm\":{\"value\":815,\"unit\":\"mm\",\"x\":1}}", {"parameters.w_mm", "unknown key \"x\"", "value unit"}},
            {"parameters", "7", {"parameters", "7", "an object"}},
            {"condition", "{\"op\":\">=\",\"lhs\":{\"source\":\"qto\",\"qto_name\":\"Q\",\"quantity\":\"W\",\"unit\":\"m\"},\"rhs\":{\"source\":\"parameter\",\"param\":\"w_mm\"}}", {"parameters.w_mm", "in the unit m", "rhs.unit"}},
            {"id", "\"R\"", {"rule 2: id: ", "again", "no other rule"}},
            {"id", "5", {"rule 2: id", "5", "a text"}},
            {"severity", "\"FATAL\"", {"severity", "FATAL", "ERROR WARNING INFO"}},
            {"rule_type", "\"script\"", {"rule_type", "script", "attribute_comparison"}},
            {"target", "{}", {"target.ifc_class", "nothing", "IfcDoor"}},
            {"target", "{\"ifc_class\":\"IfcDor\"}", {"target.ifc_class", "IfcDor", "IFC2X3, IFC4 or IFC4X3"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"class\":1}", {"target: ", "unknown key \"class\"", "ifc_class selector"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[{\"pset\":\"P\",\"property\":\"X\",\"op\":\"like\",\"value\":1}]}}", {"target.selector.filters[0].op", "like", "matches"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[{\"any\":[{\"pset\":\"P\",\"op\":\"=\",\"value\":1}]}]}}", {"target.selector.filters[0].any[0].property", "nothing", "a text"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[{\"pset\":\"P\",\"property\":\"X\",\"op\":\"=\",\"value\":1,\"missing\":\"maybe\"}]}}", {"filters[0].missing", "maybe", "no or unknown"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[{\"property\":\"X\",\"op\":\"=\",\"value\":1}]}}", {"filters[0].source", "nothing", "qto pset attribute type"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[],\"match\":\"some\"}}", {"target.selector.match", "some", "all or any"}},
            {"target", "{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":{}}}", {"target.selector.filters", "{}", "an array"}},
            {"explanation", "{\"short\":\"{lhs} of {guis}\"}", {"explanation.short", "{guis}", "guid lhs rhs"}},
            {"explanation", "{\"on_fail\":\"{lhs\"}", {"explanation.on_fail", "{lhs", "}"}},
            {"explanation", "{\"long\":\"x\"}", {"explanation", "unknown key \"long\"", "short on_pass on_fail"}},
            {"provenance", "{\"section\":{}}", {"provenance.section", "{}", "a text"}},
            {"serverity", "\"ERROR\"", {"rule 2 \"S\"", "unknown key \"serverity\"", "severity"}},
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            struct trm_rules *rules = trm_rules_new();
            CHECK(add(rules, with(bad[i].member, bad[i].value), &err) == -1);
            CHECK(err.kind == TRM_USAGE);
            for (size_t k = 0; k < 3; k++) {
                CHECK(strstr(err.text, bad[i].says[k]) != NULL);
                if (!strstr(err.text, bad[i].says[k]))
                    printf("# %s: no \"%s\" in: %s\n", bad[i].value, bad[i].says[k], err.text);
            }
            trm_rules_free(rules);
        }
    }
    T("a file that is no catalogue is refused with its name")
    {
        static const struct {
            const char *text, *says;
        } bad[] = {
            {"", "rules.json"}, {"{", "line 1"}, {"[1,2", "line 1"}, {"5", "array of rules"}, {"[]", "at least one"}, {"{\"rules\":5}", "rules: found 5"},
            {"{\"rule\":[]}", "unknown key \"rule\""}, {"[5]", "rule 1: found 5"}, {"[{\"id\":\"a\",\"id\":\"b\"}]", "uplicate"},
            {"{\"rules\":[{}],\"aliases\":[]}", "aliases"}, {"{\"rules\":[{}],\"aliases\":{\"A.B\":[{\"source\":\"x\"}]}}", "aliases.A.B[0].source"},
            {"\x00\xff\xfe", "rules.json"}, {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "rules.json"},
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            struct trm_rules *rules = trm_rules_new();
            CHECK(add(rules, bad[i].text, &err) == -1 && err.kind == TRM_USAGE);
            CHECK(strstr(err.text, bad[i].says) != NULL);
            if (!strstr(err.text, bad[i].says))
                printf("# %s: %s\n", bad[i].text, err.text);
            trm_rules_free(rules);
        }
    }
    T("groups in groups without end are refused")
    {
        char text[4000] = "[{\"id\":\"R\",\"target\":{\"ifc_class\":\"IfcDoor\",\"selector\":{\"filters\":[";
        for (int i = 0; i < 20; i++)
            strcat(text, "{\"any\":[");
        for (int i = 0; i < 20; i++)
            strcat(text, "]}");
        strcat(text, "]}},\"condition\":{\"op\":\"exists\",\"lhs\":" PLAIN "}}]");
        struct trm_rules *rules = trm_rules_new();
        CHECK(add(rules, text, &err) == -1 && strstr(err.text, "depth"));
        trm_rules_free(rules);
    }
}
