/* Any bytes as an IDS file: refused with a reason, or rules whose verdict on an element can be written. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/rule/rule.h"
#include "../../lib/rule/tally.h"

static const char ELEMENT[] =
    "{\"kind\":\"element\",\"v\":1,\"id\":\"M/G\",\"guid\":\"G\",\"class\":\"IfcWall\",\"schema\":\"IFC4\",\"name\":\"Wall\",\"predefined_type\":\"USERDEFINED\","
    "\"object_type\":\"X\",\"attributes\":{\"Height\":{\"value\":0.9,\"unit\":\"m\",\"type\":\"IfcLengthMeasure\"},\"Empty\":{\"value\":null}},\"psets\":{\"P\":{"
    "\"W\":{\"value\":0.8,\"unit\":\"m\",\"type\":\"IfcLengthMeasure\"},\"T\":{\"value\":\"a\",\"type\":\"IfcLabel\"},\"B\":{\"value\":true,\"type\":\"IfcBoolean\"},"
    "\"L\":{\"value\":[1,2],\"type\":\"IfcInteger\"},\"R\":{\"value\":null,\"lower\":1,\"upper\":2,\"type\":\"IfcReal\"},\"C\":{\"properties\":{}},\"N\":{\"value\":null}}},"
    "\"type_object\":{\"class\":\"IfcWallType\",\"predefined_type\":\"NOTDEFINED\"},\"materials\":[{\"name\":\"Wood\",\"role\":\"material\"}],\"classifications\":["
    "{\"system\":\"S\",\"code\":\"1\",\"parents\":[{\"code\":\"0\"}]},{\"system\":\"S\",\"code\":\"2\",\"from\":\"type\"}],\"containers\":[{\"class\":\"IfcSpace\",\"relation\":"
    "\"IfcRelContainedInSpatialStructure\"}],\"groups\":[{\"class\":\"IfcGroup\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct trm_err err = {0};
    struct trm_element e;
    struct trm_rules *rules = trm_rules_new();
    trm_json *rec = trm_json_parse(ELEMENT, sizeof ELEMENT - 1, &err);
    if (!rules || !rec || trm_element_read(&e, rec, &err) < 0)
        abort();
    if (trm_rules_add(rules, "fuzz.ids", (const char *)bytes, n, &err) == 0) {
        struct trm_tally *t = trm_tally_new(rules);
        struct trm_buf b = {0};
        for (size_t i = 0; t && i < trm_rules_count(rules); i++) {
            struct trm_result result = {0};
            struct trm_jw w = {.out = &b};
            const struct trm_rule *r = trm_rules_at(rules, i);
            enum trm_applies a = trm_rule_applies(r, &e);
            trm_rule_judge(&result, r, &e, NULL);
            trm_result_write(&w, &result);
            trm_tally_add(t, r, &e, a, &result);
            trm_buf_reset(&b);
            trm_tally_write(&b, t, i, "fuzz");
            trm_tally_write_specification(&b, t, i, "fuzz");
            trm_buf_reset(&b);
        }
        trm_buf_release(&b);
        trm_tally_free(t);
    } else if (!err.text[0]) {
        abort();
    }
    trm_json_free(rec);
    trm_rules_free(rules);
    return 0;
}
