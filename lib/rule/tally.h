/* Counting verdicts per rule, and the summary record (trm-summary(5)) made of the counts. Summaries of pieces add up to the
 * summary of the whole: everything in one is a sum or an intersection. */
#ifndef TRM_RULE_TALLY_H
#define TRM_RULE_TALLY_H

#include "rule.h"

struct trm_tally;
/* rules: borrowed as long as the tally lives; NULL for one that only merges. NULL when memory is out. */
struct trm_tally *trm_tally_new(struct trm_rules *rules);
void trm_tally_free(struct trm_tally *t); /* NULL is allowed */

/* Count one element whose class fits the rule. r: the result when `applies` is TRM_APPLIES, else not looked at. */
void trm_tally_add(struct trm_tally *t, const struct trm_rule *rule, const struct trm_element *e, enum trm_applies applies,
                   const struct trm_result *r);
/* Add what `from`, a tally of the same rules that only counted elements, has counted, and count it no more there. */
void trm_tally_move(struct trm_tally *t, struct trm_tally *from);
/* Take note of the instances that a model record says have no record, where specifications ask for them. -1: memory is out. */
int trm_tally_left_out(struct trm_tally *t, const struct trm_rules *rules, const trm_json *model);
/* Add the counts of a summary record; the first of each rule gives name and definition. Refused (TRM_DATA): members of the
 * wrong type, another definition or rule file than the summaries before. */
int trm_tally_merge(struct trm_tally *t, const trm_json *summary, struct trm_err *err);

size_t trm_tally_count(const struct trm_tally *t);
/* Summary i, in the order of the rules (of first appearance, when merging), at the end of b without newline.
 * program: "trm-check 0.1.0". */
void trm_tally_write(struct trm_buf *b, const struct trm_tally *t, size_t i, const char *program);
/* How a specification of IDS came out. INVALID: nothing failed, but its file has flaws in it; UNREAD: nothing failed, but instances
 * that it asks for have no record. NONE: the rule is not the first of a specification. */
enum trm_specification_status {
    TRM_SPECIFICATION_PASS, TRM_SPECIFICATION_FAIL, TRM_SPECIFICATION_INVALID, TRM_SPECIFICATION_UNREAD, TRM_SPECIFICATION_NONE,
};
/* The specification record of the IDS specification whose first requirement is rule i, at the end of b without newline.
 * Nothing is written for NONE. */
enum trm_specification_status trm_tally_write_specification(struct trm_buf *b, const struct trm_tally *t, size_t i, const char *program);
/* How many results of rule i failed, and its severity: for the exit status. */
size_t trm_tally_failed(const struct trm_tally *t, size_t i, enum trm_severity *severity);

#endif
