/* What all record kinds share: kind, v, id. */
#include "fact.h"

int
trm_fact_kind(const trm_json *rec, const char **kind, struct trm_err *err)
{
    const char *text;
    if (trm_json_type(rec) != TRM_JSON_OBJECT)
        return trm_err_set(err, TRM_DATA, "the record is not an object");
    if (trm_json_need_str(rec, "kind", &text, err) < 0)
        return -1;
    const trm_json *v = trm_json_get(rec, "v");
    if (v && trm_json_num(v, 0) != TRM_FACT_VERSION)
        return trm_err_set(err, TRM_DATA, "v: found %g, expected %d: a %s record of another version", trm_json_num(v, 0),
                           TRM_FACT_VERSION, text);
    const char *id;
    if (trm_json_need_str(rec, "id", &id, err) < 0)
        return -1;
    if (kind)
        *kind = text;
    return 0;
}
