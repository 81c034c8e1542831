/* Any bytes as a rule file: refused with a reason, or rules whose verdict on an element can be written and whose definition
 * makes the same rule again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/rule/rule.h"
#include "../../lib/rule/tally.h"

static const char ELEMENT[] =
    "{\"kind\":\"element\",\"v\":1,\"id\":\"M/G\",\"guid\":\"G\",\"class\":\"IfcDoor\",\"schema\":\"IFC4\",\"name\":\"Door\",\"attributes\":{"
    "\"OverallWidth\":{\"value\":0.9,\"unit\":\"m\"}},\"psets\":{\"P\":{\"W\":{\"value\":0.8,\"unit\":\"m\"},\"T\":{\"value\":\"F 90-A\"},\"B\":{\"value\":true},"
    "\"L\":{\"value\":[1,2]},\"N\":{\"value\":null},\"U\":{\"value\":5,\"unit\":null}}},\"qtos\":{\"Q\":{\"W\":{\"value\":0.7,\"unit\":\"m\"}}}}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check(struct trm_rules *rules, const struct trm_element *e)
{
    struct trm_tally *t = trm_tally_new(rules);
    struct trm_buf b = {0};
    for (size_t i = 0; t && i < trm_rules_count(rules); i++) {
        const struct trm_rule *r = trm_rules_at(rules, i);
        struct trm_result result = {0};
        struct trm_jw w = {.out = &b};
        enum trm_applies a = trm_rule_applies(r, e);
        trm_rule_judge(&result, r, e, NULL);
        trm_result_write(&w, &result);
        trm_tally_add(t, r, e, a, &result);
        trm_buf_reset(&b);
        trm_tally_write(&b, t, i, "fuzz");
        trm_buf_reset(&b);
    }
    trm_buf_release(&b);
    trm_tally_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct trm_err err = {0};
    struct trm_element e;
    struct trm_rules *rules = trm_rules_new(), *again = trm_rules_new();
    trm_json *rec = trm_json_parse(ELEMENT, sizeof ELEMENT - 1, &err);
    if (!rules || !again || !rec || trm_element_read(&e, rec, &err) < 0)
        abort();
    if (trm_rules_add(rules, "fuzz", (const char *)bytes, n, &err) == 0) {
        check(rules, &e);
        if (trm_rules_add_definition(again, trm_rules_at(rules, 0)->definition, &err) < 0)
            abort();
    } else if (!err.text[0]) {
        abort();
    }
    trm_json_free(rec);
    trm_rules_free(rules);
    trm_rules_free(again);
    return 0;
}
