/* Judging and varying: labels are the rule room's own, and nothing stale stays behind a moved value. */
#include "../../lib/code/code.h"
#include "../../lib/code/judge.h"
#include "../../lib/code/vary.h"
#include "t.h"

#define RULE(id, rest)                                                                                                  \
    "{\"id\":\"" id "\",\"name\":\"n\",\"description\":\"d\",\"severity\":\"ERROR\",\"target\":{\"ifc_class\":\"IfcDoor\"}," rest \
    ",\"parameters\":{},\"explanation\":{\"short\":\"s\",\"on_pass\":\"p\",\"on_fail\":\"f\"}}"
static const char RULES[] =
    "[" RULE("CLEAR", "\"condition\":{\"lhs\":{\"source\":\"pset\",\"pset\":\"Pset_DoorCommon\",\"property\":\"ClearWidth\",\"unit\":\"mm\","
                      "\"fallback_sources\":[{\"source\":\"attribute\",\"attribute\":\"OverallWidth\",\"relation\":\"upper\"}]},"
                      "\"op\":\">=\",\"rhs\":{\"source\":\"value\",\"value\":815,\"unit\":\"mm\"}}") ","
    RULE("HIGH", "\"condition\":{\"lhs\":{\"source\":\"qto\",\"qto\":\"Qto_DoorBaseQuantities\",\"quantity\":\"Height\",\"unit\":\"mm\","
                 "\"fallback_sources\":[{\"source\":\"attribute\",\"attribute\":\"OverallHeight\"}]},"
                 "\"op\":\">=\",\"rhs\":{\"source\":\"value\",\"value\":2032,\"unit\":\"mm\"}}") ","
    RULE("FIRE", "\"condition\":{\"lhs\":{\"source\":\"pset\",\"pset\":\"Pset_DoorCommon\",\"property\":\"FireRating\",\"unit\":\"min\"},"
                 "\"op\":\">=\",\"rhs\":{\"source\":\"value\",\"value\":60,\"unit\":\"min\"}}") ","
    RULE("NAMED", "\"condition\":{\"lhs\":{\"source\":\"pset\",\"pset\":\"Pset_DoorCommon\",\"property\":\"Reference\"},\"op\":\"exists\"}") "]";

static const char DOOR[] =
    "{\"kind\":\"element\",\"v\":1,\"id\":\"b/1\",\"class\":\"IfcDoor\",\"name\":\"Door 0850 x 2100mm\",\"model\":\"b\",\"schema\":\"IFC4\","
    "\"tag\":\"132812\",\"attributes\":{\"OverallWidth\":{\"value\":0.95,\"unit\":\"m\"},\"OverallHeight\":{\"value\":2.1,\"unit\":\"m\"}},"
    "\"psets\":{\"Pset_DoorCommon\":{\"ClearWidth\":{\"value\":0.85,\"unit\":\"m\"},\"FireRating\":{\"value\":\"T30\"}},"
    "\"Own\":{\"Breite\":{\"value\":0.85,\"unit\":\"m\"},\"Size\":{\"value\":\"850/2100\"},\"Klasse\":{\"value\":\"EI 30\"},\"Weight\":{\"value\":40,\"unit\":\"kg\"}}},"
    "\"qtos\":{\"Qto_DoorBaseQuantities\":{\"Height\":{\"value\":2.1,\"unit\":\"m\"},\"Area\":{\"value\":1.995,\"unit\":\"m2\"}}},"
    "\"type_object\":{\"class\":\"IfcDoorType\",\"name\":\"T30 0.850m\"},\"materials\":[{\"name\":\"Oak\",\"role\":\"material\"}]}";

static const struct trm_sample_field *
field(const struct trm_sample *s, const char *name)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (!strcmp(s->fields[i].name, name))
            return &s->fields[i];
    static const struct trm_sample_field none = {.value.num = -1, .value.text = "(none)"};
    return &none;
}

static trm_json *
parsed(const char *text)
{
    struct trm_err err = {0};
    trm_json *v = trm_json_parse(text, strlen(text), &err);
    if (!v)
        printf("# %s\n", err.text);
    return v;
}

T_MAIN
{
    struct trm_rules *rules = trm_rules_new();
    struct trm_arena a = {0};
    struct trm_rng style;
    trm_rng_seed(&style, 9);
    struct trm_err err = {0};
    trm_json *door = parsed(DOOR);
    struct trm_sample s;
    const struct trm_result *results = NULL;
    bool ready = !trm_rules_add(rules, "rules.json", RULES, strlen(RULES), &err) && !trm_sample_judge(&s, &results, &a, door, rules, &err);

    T("an element becomes its known facts, and every rule that applies, labelled by the rule room") {
        CHECK(ready);
        CHECK_STR(err.text, "");
        if (!ready)
            return;
        CHECK_STR(s.id, "b/1");
        CHECK_STR(s.building, "b");
        CHECK_STR(field(&s, "attribute.Name")->value.text, "Door 0850 x 2100mm");
        CHECK_STR(field(&s, "attribute.Class")->value.text, "IfcDoor");
        CHECK_STR(field(&s, "material.Name")->value.text, "Oak");
        CHECK_NEAR(field(&s, "Pset_DoorCommon.ClearWidth")->value.num, 0.85, 0);
        CHECK_STR(field(&s, "Pset_DoorCommon.ClearWidth")->unit, "m");
        CHECK(s.n_rules == 4);
        CHECK(s.rules[0].label == TRM_LABEL_PASS && s.rules[1].label == TRM_LABEL_PASS && s.rules[2].label == TRM_LABEL_FAIL);
        CHECK(s.rules[0].n_tests == 2 && s.rules[0].n_bounds == 1 && s.rules[0].limit.num == 0.815);
        CHECK_STR(s.rules[0].unit, "m");
        CHECK_STR(s.rules[2].unit, "s");
        CHECK_NEAR(s.rules[2].limit.num, 3600, 0);
    }
    T("unknown, absent and exists give no label") {
        CHECK(s.rules[3].label == TRM_LABEL_NONE && trm_unlabelled_why(&results[3]) == TRM_UNLABELLED_EXISTS);
        trm_json *bare = parsed("{\"kind\":\"element\",\"v\":1,\"id\":\"b/2\",\"class\":\"IfcDoor\",\"model\":\"b\",\"schema\":\"IFC4\"}");
        struct trm_sample t;
        const struct trm_result *r;
        CHECK(trm_sample_judge(&t, &r, &a, bare, rules, &err) == 0 && t.n_rules == 4);
        for (size_t i = 0; i < t.n_rules; i++)
            CHECK(t.rules[i].label == TRM_LABEL_NONE && trm_unlabelled_why(&r[i]) >= 0);
        trm_json_free(bare);
    }
    T("a bound decides for the rule, and labels nothing") {
        trm_json *narrow = parsed("{\"kind\":\"element\",\"v\":1,\"id\":\"b/3\",\"class\":\"IfcDoor\",\"model\":\"b\",\"schema\":\"IFC4\","
                                  "\"attributes\":{\"OverallWidth\":{\"value\":0.6,\"unit\":\"m\"}}}");
        struct trm_sample t;
        const struct trm_result *r;
        CHECK(!trm_sample_judge(&t, &r, &a, narrow, rules, &err) && r[0].verdict == TRM_FAIL);
        CHECK(t.rules[0].label == TRM_LABEL_NONE && trm_unlabelled_why(&r[0]) == TRM_UNLABELLED_BOUND);
        trm_json_free(narrow);
    }
    T("placeholders, empty texts and nulls are no facts") {
        trm_json *bare = parsed("{\"kind\":\"element\",\"v\":1,\"id\":\"b/2\",\"class\":\"IfcDoor\",\"model\":\"b\",\"schema\":\"IFC4\",\"psets\":{\"P\":"
                                "{\"FireRating\":{\"value\":\"_FIRE-RATING_\"},\"A\":{\"value\":null},\"B\":{\"value\":\"n/a\"},\"C\":{\"value\":[1,2]}}}}");
        struct trm_sample t;
        CHECK(trm_sample_of_element(&t, &a, bare, &err) == 0);
        CHECK(t.n_fields == 3); /* class and two values of P.C */
        trm_json_free(bare);
    }
    T("a moved width moves its equals, keeps the overall width wider, and takes names along") {
        trm_json *copy = trm_json_copy(door);
        struct trm_sample t;
        const struct trm_result *r;
        CHECK(trm_vary_can(&results[0]) && !trm_vary_record(copy, &results[0], 0.8, &style, &err));
        CHECK(trm_sample_judge(&t, &r, &a, copy, rules, &err) == 0);
        CHECK(t.rules[0].label == TRM_LABEL_FAIL && t.rules[1].label == TRM_LABEL_PASS);
        CHECK_NEAR(field(&t, "Pset_DoorCommon.ClearWidth")->value.num, 0.8, 0);
        CHECK_NEAR(field(&t, "Own.Breite")->value.num, 0.8, 0);
        CHECK_NEAR(field(&t, "attribute.OverallWidth")->value.num, 0.95 * 0.8 / 0.85, 1e-9);
        CHECK_NEAR(field(&t, "attribute.OverallHeight")->value.num, 2.1, 0);
        CHECK_NEAR(field(&t, "Own.Weight")->value.num, 40, 0);
        CHECK_STR(field(&t, "attribute.Name")->value.text, "Door 0800 x 2100mm");
        CHECK_STR(field(&t, "Own.Size")->value.text, "800/2100");
        CHECK_STR(field(&t, "type_object.Name")->value.text, "T30 0.800m");
        trm_json_free(copy);
    }
    T("without rewriting, and where the style would have to round, the number leaves the name") {
        trm_json *copy = trm_json_copy(door);
        struct trm_sample t;
        CHECK(!trm_vary_record(copy, &results[0], 0.8, NULL, &err) && !trm_sample_of_element(&t, &a, copy, &err));
        CHECK_STR(field(&t, "attribute.Name")->value.text, "Door  x 2100mm");
        trm_json_free(copy);
        copy = trm_json_copy(door);
        CHECK(!trm_vary_record(copy, &results[0], 0.8123, &style, &err) && !trm_sample_of_element(&t, &a, copy, &err));
        CHECK(!strncmp(field(&t, "attribute.Name")->value.text, "Door  x 2100mm", 14));
        CHECK(!strstr(field(&t, "type_object.Name")->value.text, "0.850"));
        trm_json_free(copy);
    }
    T("a moved height moves the area it is a side of") {
        trm_json *copy = trm_json_copy(door);
        struct trm_sample t;
        CHECK(!trm_vary_record(copy, &results[1], 1.05, &style, &err) && !trm_sample_of_element(&t, &a, copy, &err));
        CHECK_NEAR(field(&t, "Qto_DoorBaseQuantities.Area")->value.num, 1.995 / 2, 1e-9);
        CHECK_NEAR(field(&t, "attribute.OverallHeight")->value.num, 1.05, 1e-9);
        trm_json_free(copy);
    }
    T("a moved rating is rewritten in its own style, and so are its likes") {
        trm_json *copy = trm_json_copy(door);
        struct trm_sample t;
        const struct trm_result *r;
        CHECK(trm_vary_can(&results[2]) && !trm_vary_record(copy, &results[2], 5400, &style, &err));
        CHECK(!trm_sample_judge(&t, &r, &a, copy, rules, &err) && t.rules[2].label == TRM_LABEL_PASS);
        CHECK_STR(field(&t, "Pset_DoorCommon.FireRating")->value.text, "T90");
        CHECK_STR(field(&t, "Own.Klasse")->value.text, "EI 90");
        CHECK_STR(field(&t, "type_object.Name")->value.text, "T90 0.850m");
        CHECK_NEAR(field(&t, "Own.Weight")->value.num, 40, 0);
        trm_json_free(copy);
    }
    T("where no name says the value, one does after varying with a style, and reading it gives the value back") {
        size_t read = 0;
        for (int i = 0; i < 200; i++) {
            trm_json *copy = trm_json_copy(door);
            struct trm_sample t;
            trm_json_set_str(copy, "name", "Door"), trm_json_set_str(trm_json_get(copy, "type_object"), "name", "Oak");
            double to = trm_vary_draw(&results[0], &style);
            CHECK(!trm_vary_record(copy, &results[0], to, &style, &err) && !trm_sample_of_element(&t, &a, copy, &err));
            bool found = false;
            for (size_t f = 0; f < t.n_fields; f++) {
                struct trm_name_part p[16];
                size_t n = trm_field_is_name(t.fields[f].name) ? trm_name_split(p, 16, t.fields[f].value.text) : 0;
                for (size_t k = 0; k < n; k++) {
                    double scale = !p[k].unit ? (p[k].number < 10 ? 1 : 0.001) : !strcmp(p[k].unit, "in") ? 0.0254 : !strcmp(p[k].unit, "m") ? 1 : 0.001;
                    found |= p[k].is_number && fabs(p[k].number * scale - to) < 1e-9;
                }
            }
            read += found;
            trm_json_free(copy);
            if (!found)
                printf("# %.6f %s | %s\n", to, field(&t, "attribute.Name")->value.text, field(&t, "type_object.Name")->value.text);
        }
        CHECK(read == 200);
    }
    T("drawn values fall on both sides of the limit, some within a percent, a few on it") {
        struct trm_rng rng;
        size_t below = 0, above = 0, close = 0, on = 0;
        trm_rng_seed(&rng, 4);
        for (int i = 0; i < 1000; i++) {
            double x = trm_vary_draw(&results[0], &rng);
            below += x < 0.815, above += x > 0.815, on += x == 0.815, close += fabs(x - 0.815) < 0.00815;
            CHECK(x > 0.3 && x < 1.4 && (fabs(x * 1000 - round(x * 1000)) < 1e-9 || fabs(x / 0.0254 - round(x / 0.0254)) < 1e-9));
        }
        CHECK(below > 350 && above > 350 && on > 40 && close > 250);
    }
    trm_json_free(door);
    trm_rules_free(rules);
    trm_arena_release(&a);
}
