/* From records and rules to samples: what trm-extract and trm-infer share. */
#ifndef TRM_CODE_JUDGE_H
#define TRM_CODE_JUDGE_H

#include "../rule/rule.h"
#include "sample.h"

/* Why a verdict gave no label. */
enum trm_unlabelled {
    TRM_UNLABELLED_UNKNOWN = 0, /* the verdict is unknown */
    TRM_UNLABELLED_ABSENT,      /* it failed only because there is no value: the rule decides that by itself, always */
    TRM_UNLABELLED_EXISTS,      /* the rule asks only whether there is a value */
    TRM_UNLABELLED_BOUND,       /* a bound decided, and a bound can only decide one way: such labels would teach that way */
    TRM_N_UNLABELLED
};

/* Why a result gives no label, or -1 when it gives one. Cannot fail. */
int trm_unlabelled_why(const struct trm_result *result);

/* The sample of an element (kinds element, checked): all its known facts, and every rule of the catalogue that applies, judged
 * by the rule room on the element as it stands, in the order of the catalogue. Labels are the verdicts pass and fail; unknown
 * never is one. results (or NULL): [n_rules] the rule room's results in the same order, in the arena.
 * Errors: as trm_element_read; more than TRM_SAMPLE_MAX_RULES rules. */
int trm_sample_judge(struct trm_sample *s, const struct trm_result **results, struct trm_arena *a, const trm_json *rec,
                     struct trm_rules *rules, struct trm_err *err);

/* The rule as a sample holds it, without a label; limit as the result says it. Texts are borrowed from the rule. */
int trm_sample_rule_of(struct trm_sample_rule *out, struct trm_arena *a, const struct trm_result *result, struct trm_err *err);

#endif
