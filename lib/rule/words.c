/* The words that records use for verdicts, reasons, operators, severities and relations. */
#include "rule.h"

#include "../base/text.h"

const char *
trm_verdict_name(enum trm_verdict v)
{
    static const char *const names[] = {"pass", "fail", "unknown"};
    return names[v];
}

const char *
trm_reason_name(enum trm_reason r)
{
    static const char *const names[TRM_N_REASONS] = {
        [TRM_HOLDS] = "holds",
        [TRM_BOUND] = "bound",
        [TRM_VALUE] = "value",
        [TRM_PATTERN] = "pattern",
        [TRM_ABSENT] = "absent",
        [TRM_WHY_NO_SET] = "no_set",
        [TRM_WHY_NO_PROPERTY] = "no_property",
        [TRM_WHY_NO_VALUE] = "no_value",
        [TRM_WHY_PLACEHOLDER] = "placeholder",
        [TRM_WHY_NO_UNIT] = "no_unit",
        [TRM_WHY_WRONG_TYPE] = "wrong_type",
        [TRM_WHY_BOUND_ONLY] = "bound_only",
        [TRM_WHY_CLASS] = "class",
        [TRM_WHY_PREDEFINED] = "predefined_type",
        [TRM_WHY_DATA_TYPE] = "data_type",
        [TRM_WHY_LENGTH] = "length",
        [TRM_WHY_SYSTEM] = "system",
        [TRM_WHY_RELATION] = "relation",
        [TRM_WHY_PROHIBITED] = "prohibited",
    };
    return names[r];
}

const char *
trm_op_name(enum trm_op op)
{
    static const char *const names[] = {"<", "<=", ">", ">=", "==", "!=", "exists", "in", "matches"};
    return names[op];
}

const char *
trm_severity_name(enum trm_severity s)
{
    static const char *const names[] = {"INFO", "WARNING", "ERROR"};
    return names[s];
}

const char *
trm_relation_name(enum trm_relation r)
{
    static const char *const names[] = {"same", "upper", "lower"};
    return names[r];
}

int
trm_severity_parse(const char *name, enum trm_severity *out)
{
    for (int s = TRM_INFO; s <= TRM_ERROR; s++)
        if (trm_text_casecmp(trm_severity_name((enum trm_severity)s), name) == 0) {
            *out = (enum trm_severity)s;
            return 0;
        }
    return -1;
}
