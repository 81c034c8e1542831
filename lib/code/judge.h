/* From records and rules to samples: what trm-extract and trm-infer share. */
#ifndef TRM_CODE_JUDGE_H
#define TRM_CODE_JUDGE_H

#include "sample.h"

struct trm_rules; /* the catalogue, lib/rule/rule.h */

/* A sample of an element or checked record and the rules of the catalogue that apply to it. A checked record's own results
 * give the labels (pass, fail; unknown gives none); an element is judged here first, by the rule room. A result for a rule
 * that the catalogue does not hold is refused (TRM_DATA). */
int trm_sample_of_checked(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, const struct trm_rules *rules,
                          struct trm_err *err);

#endif
