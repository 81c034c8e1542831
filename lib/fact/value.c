/* Values: the record's {"value":..,"unit":..} and plain scalars as one struct. */
#include <string.h>

#include "fact.h"

/* The scalar or array `v` into *out; kind NULL for null, "" and []. */
static void
take(struct trm_value *out, const trm_json *v)
{
    out->kind = TRM_VALUE_NULL;
    switch (trm_json_type(v)) {
    case TRM_JSON_NUM:
        out->kind = TRM_VALUE_NUM;
        out->num = trm_json_num(v, 0);
        break;
    case TRM_JSON_STR:
        out->text = trm_json_str(v, "");
        if (out->text[0])
            out->kind = TRM_VALUE_TEXT;
        break;
    case TRM_JSON_TRUE:
    case TRM_JSON_FALSE:
        out->kind = TRM_VALUE_BOOL;
        out->flag = trm_json_type(v) == TRM_JSON_TRUE;
        break;
    case TRM_JSON_ARRAY:
        if (trm_json_len(v)) {
            out->kind = TRM_VALUE_LIST;
            out->array = v;
        }
        break;
    default:
        break;
    }
}

struct trm_value
trm_value_of(const trm_json *v)
{
    struct trm_value out = {.json = v};
    if (!v)
        return out;
    if (trm_json_type(v) != TRM_JSON_OBJECT) {
        take(&out, v);
        return out;
    }
    take(&out, trm_json_get(v, "value"));
    out.type = trm_json_str(trm_json_get(v, "type"), NULL);
    out.from = trm_json_str(trm_json_get(v, "from"), NULL);
    double step = trm_json_num(trm_json_get(v, "step"), 0);
    out.step = step >= 1 && step < 1e15 ? (long)step : 0;
    const trm_json *unit = trm_json_get(v, "unit");
    out.unit = trm_json_str(unit, NULL);
    out.unit_unknown = unit && !out.unit;
    return out;
}

struct trm_value
trm_value_item(const struct trm_value *v, size_t i)
{
    struct trm_value out = *v;
    if (v->kind != TRM_VALUE_LIST)
        return out;
    out.array = NULL;
    take(&out, trm_json_at(v->array, i));
    if (out.kind == TRM_VALUE_LIST) /* a list in a list: no scalar to compare */
        out.kind = TRM_VALUE_NULL;
    return out;
}

size_t
trm_value_count(const struct trm_value *v)
{
    if (v->kind == TRM_VALUE_NONE || v->kind == TRM_VALUE_NULL)
        return 0;
    return v->kind == TRM_VALUE_LIST ? trm_json_len(v->array) : 1;
}

void
trm_value_text(struct trm_buf *b, const struct trm_value *v)
{
    for (size_t i = 0; i < trm_value_count(v); i++) {
        struct trm_value item = trm_value_item(v, i);
        if (i)
            trm_buf_adds(b, ", ");
        if (item.kind == TRM_VALUE_NUM)
            trm_buf_addnum(b, item.num);
        else if (item.kind == TRM_VALUE_BOOL)
            trm_buf_adds(b, item.flag ? "true" : "false");
        else if (item.kind == TRM_VALUE_TEXT)
            trm_buf_adds(b, item.text);
    }
}
