/* Inside of the rule room: a compiled rule. Nobody outside lib/rule includes this. */
#ifndef TRM_RULE_INSIDE_H
#define TRM_RULE_INSIDE_H

#include "rule.h"

#include "../base/hash.h"
#include "../base/unit.h"

/* --- patterns --- XML Schema regular expressions through libxml2: anchored, Unicode */
struct trm_regex;
/* Compile; NULL with err (TRM_USAGE) when it is no such pattern, or one made to blow up (too long, counts too large). */
struct trm_regex *trm_regex_new(const char *pattern, struct trm_err *err);
void trm_regex_free(struct trm_regex *r);
/* How many instructions it has: what a character of text costs at most. */
size_t trm_regex_size(const struct trm_regex *r);
/* 1: the whole text matches, 0: it does not, -1: not to be found out within bounds (text too long, too many steps). */
int trm_regex_match(const struct trm_regex *r, const char *text);

/* --- conditions --- */
struct scalar {
    enum trm_value_kind kind; /* NUM, TEXT or BOOL */
    double num;               /* NUM: in SI */
    const char *text;
    bool flag;
};

enum rhs_kind {
    RHS_NONE,    /* exists */
    RHS_ITEMS,   /* one scalar, or several for `in` */
    RHS_PATTERN, /* matches */
    RHS_FIELD,   /* another value of the element */
};

struct condition {
    enum trm_op op;
    const struct trm_source *sources; /* [n_sources], the same things first, then bounds */
    size_t n_sources;
    const struct trm_unit *unit; /* of the numbers in the rule; NULL: plain numbers */
    bool rating;                 /* unit is one of time: texts are read as fire ratings */
    enum rhs_kind rhs;
    const struct scalar *items; /* [n_items] */
    size_t n_items;
    struct trm_regex *pattern; /* owned by the trm_rules */
    const struct trm_source *fields; /* RHS_FIELD: [n_fields], all the same thing */
    size_t n_fields;
};

enum filter_kind { FILTER_CONDITION, FILTER_ALL, FILTER_ANY, FILTER_NONE };
struct filter {
    enum filter_kind kind;
    struct condition condition; /* FILTER_CONDITION */
    bool missing_is_no;         /* no usable value: the filter does not hold, instead of "cannot be decided" */
    const struct filter *parts; /* the groups: [n_parts] */
    size_t n_parts;
};

struct trm_rule_body {
    const char *const *classes; /* [n_classes]; "*" is any */
    size_t n_classes;
    const struct filter *selector; /* NULL: every element of the class */
    struct condition condition;
    const struct ids_rule *ids; /* TRM_RULE_IDS: the rest is empty then */
};

/* The verdict of a condition on an element; out->rule is left alone. */
void trm_condition_judge(struct trm_result *out, const struct condition *c, const struct trm_element *e);
/* Whether the selector holds. */
enum trm_applies trm_filter_holds(const struct filter *f, const struct trm_element *e);

/* The value or parameter that the rule compares with, as its definition has it; NULL when there is none. */
const trm_json *trm_rule_limit_json(const struct trm_rule *r);
/* x in the rule's unit to SI and back; u NULL: x. */
double trm_rule_to_si(const struct trm_unit *u, double x);
double trm_rule_from_si(const struct trm_unit *u, double x);
/* x to 12 significant digits: what a difference of two measured numbers is worth. */
double trm_rule_round(double x);

/* --- the set --- */
struct trm_fit {
    const struct trm_rules *rules;
    struct class_list *classes; /* open hash of what was found; [n_slots] */
    struct trm_arena arena;     /* what the slots point to */
    size_t n_slots, n_used;
};
struct trm_rules {
    struct trm_arena arena;
    struct trm_rule *rules; /* [n], malloc'd */
    size_t n, cap;
    trm_json **trees; /* [n_trees]: parsed files, which definitions point into */
    size_t n_trees;
    struct trm_regex **regexes; /* [n_regexes] */
    size_t n_regexes;
    struct trm_fit fit; /* of trm_rules_for */
    struct trm_flaw *flaws; /* [n_flaws], malloc'd */
    size_t n_flaws;
    bool flaws_left_out;
    size_t audit_work; /* done so far: see ids_sense.c */
    struct trm_sha256 digest; /* of all bytes added so far */
    char sha256[65];
};
/* Room for one more rule, zeroed, with its index; NULL when memory is out. */
struct trm_rule *trm_rules_more(struct trm_rules *rules);
/* Keep tree or regex until the end; on failure they are freed. -1: memory is out. */
int trm_rules_keep_tree(struct trm_rules *rules, trm_json *tree, struct trm_err *err);
int trm_rules_keep_regex(struct trm_rules *rules, struct trm_regex *regex, struct trm_err *err);

/* Rules of a parsed catalogue, which `rules` already keeps. path: for messages. */
int trm_catalogue_read(struct trm_rules *rules, const char *path, trm_json *root, struct trm_err *err);

/* Call fn for every source that the rule names: its condition's, the other side's, and (selector true) its filters'. */
typedef void trm_source_fn(void *ctx, const struct trm_source *s, bool selector);
void trm_rule_sources(const struct trm_rule *r, trm_source_fn *fn, void *ctx);

#endif
