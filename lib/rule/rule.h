/* Rules and their verdict on one element.
 *
 * A trm_rules holds the rules of one or more files, validated and compiled once. Judging reads nothing but the rule and
 * the element: no verdict depends on another element. Two kinds of rule share the struct: those of the JSON catalogue
 * (trm-rules(5)) and one per requirement of an IDS specification. */
#ifndef TRM_RULE_RULE_H
#define TRM_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../fact/fact.h"
#include "../rec/rec.h"

enum trm_severity { TRM_INFO = 0, TRM_WARNING, TRM_ERROR };
enum trm_rule_kind { TRM_RULE_JSON = 0, TRM_RULE_IDS };
enum trm_op {
    TRM_OP_LT, TRM_OP_LE, TRM_OP_GT, TRM_OP_GE, TRM_OP_EQ, TRM_OP_NE, TRM_OP_EXISTS, TRM_OP_IN, TRM_OP_MATCHES,
};
/* What an alias is to the thing the rule means: the same under another name, or a bound of it. */
enum trm_relation { TRM_SAME = 0, TRM_UPPER, TRM_LOWER };

/* One place where a rule looks for its value: the first is what the rule means, the others are aliases, in order. */
struct trm_source {
    enum trm_place place;
    const char *set, *name; /* set: NULL for attribute and type_object */
    const char *field;      /* as trm_field_name writes it */
    enum trm_relation relation;
};

/* A rule as others may read it. All text is borrowed from the trm_rules. */
struct trm_rule {
    enum trm_rule_kind kind;
    size_t index; /* in its trm_rules */
    const char *id, *name;
    const char *class;   /* target class as written, "IfcDoor"; "*" any; NULL: see definition (IDS) */
    enum trm_severity severity;
    enum trm_op op;
    const struct trm_source *sources; /* [n_sources]; a bound follows all that are the same; 0 for IDS facets without a field */
    size_t n_sources;
    bool has_limit;      /* op is an order, == or != on a number that the rule itself holds (value, parameter) */
    double limit;        /* in SI (seconds for ratings) */
    const char *si;      /* SI unit of limit; NULL: a plain number */
    double limit_written;/* the number as the rule says it, in `unit` */
    const char *unit;    /* as the rule says it: "mm"; NULL: a plain number */
    bool rating;         /* the value is a fire rating: texts are read by trm_rating_minutes */
    const char *section; /* provenance.section, or NULL */
    const trm_json *definition; /* the rule as in the catalogue (IDS: an equivalent object) */
    const struct trm_rule_body *body; /* internal */
};

struct trm_rules;
/* An empty set; NULL when memory is out. */
struct trm_rules *trm_rules_new(void);
void trm_rules_free(struct trm_rules *rules); /* NULL is allowed */
/* Add the rules of one file: `bytes` as read, `path` for messages only. The JSON catalogue is an array of rules or an object
 * {"rules":[...]}; IDS is known by its content. Refused with TRM_USAGE, and then `rules` must be freed: bad syntax, a rule
 * that is wrong (the message names file, rule by id or number, place as a JSON path, what was found, what was expected), an
 * id that an earlier rule has. */
int trm_rules_add(struct trm_rules *rules, const char *path, const char *bytes, size_t n, struct trm_err *err);
/* One rule from its definition (as samples and model files carry it). Errors as trm_rules_add. */
int trm_rules_add_definition(struct trm_rules *rules, const trm_json *definition, struct trm_err *err);
size_t trm_rules_count(const struct trm_rules *rules);
const struct trm_rule *trm_rules_at(const struct trm_rules *rules, size_t i);
const struct trm_rule *trm_rules_find(const struct trm_rules *rules, const char *id); /* NULL: no such rule */
/* The classes of instances that rules of IDS ask for and that are no elements, at the end of b: "IfcMaterial,IfcWallType". A reader
 * gives records of these only when told to (trm-ifc --also). */
void trm_rules_classes(struct trm_buf *b, const struct trm_rules *rules);
/* What is wrong with a file of rules: against its standard, or so that it can never be met. Found while a file of IDS is added; all text
 * is borrowed from the rules. */
struct trm_flaw {
    enum trm_severity severity; /* ERROR: the file is invalid there */
    const char *code;           /* "class", "data_type", ...: see trm-flaw(5) */
    const char *file;           /* last part of the path */
    long line, column;          /* from 1; column 0: not known */
    size_t specification, requirement; /* from 1; 0: the file, the applicability */
    const char *schema;         /* "IFC4" when it holds for that one only; else NULL */
    const char *found, *expected;
};
/* All flaws so far, in the order they were found, [*n]; more_there: there were too many to keep. Also after trm_rules_add refused a file. */
const struct trm_flaw *trm_rules_flaws(const struct trm_rules *rules, size_t *n, bool *more_there);
/* SHA-256 over all bytes added, in order, as hex; borrowed. */
const char *trm_rules_sha256(struct trm_rules *rules);

/* --- verdicts --- */
enum trm_verdict { TRM_PASS = 0, TRM_FAIL, TRM_UNKNOWN };
enum trm_applies { TRM_APPLIES = 0, TRM_APPLIES_NOT, TRM_APPLIES_UNKNOWN /* the selector's data are missing or unusable */ };
enum trm_reason {
    TRM_HOLDS = 0,                                                        /* pass */
    TRM_BOUND, TRM_VALUE, TRM_PATTERN, TRM_ABSENT,                        /* fail */
    TRM_WHY_NO_SET, TRM_WHY_NO_PROPERTY, TRM_WHY_NO_VALUE, TRM_WHY_PLACEHOLDER, TRM_WHY_NO_UNIT, TRM_WHY_WRONG_TYPE,
    TRM_WHY_BOUND_ONLY,                                                   /* unknown; in IDS most of these fail */
    TRM_WHY_CLASS, TRM_WHY_PREDEFINED, TRM_WHY_DATA_TYPE, TRM_WHY_LENGTH, TRM_WHY_SYSTEM, TRM_WHY_RELATION, TRM_WHY_PROHIBITED, /* fail, IDS only */
    TRM_N_REASONS
};
/* Why a verdict is what it is. All text is borrowed from the rule, the element or the arena. */
struct trm_result {
    const struct trm_rule *rule;
    enum trm_verdict verdict;
    enum trm_reason reason;
    const struct trm_source *source; /* where the value that decided (or came nearest) stood; NULL: nothing was found */
    struct trm_source place;         /* IDS: the same, where source is NULL; name NULL: nothing was found */
    struct trm_value found;          /* as found there; NONE when nothing was found */
    bool has_value;                  /* value was a number that could be brought to `unit` */
    double value;                    /* in SI, comparable with limit */
    bool has_limit;
    double limit;                    /* in SI; from the rule, or from another value of the element */
    const struct trm_source *limit_source; /* where that other value stood; NULL when the rule itself says the limit */
    const char *unit;                /* SI unit of value and limit; NULL: plain numbers */
    bool has_shortfall;              /* fail against one number */
    double shortfall;                /* |limit - value| in SI, to 12 digits; of a bound: at least so much */
    double nearest;                  /* nearest passing value in SI, with has_shortfall */
};

/* Whether the rule speaks about the element, by class and selector. The element's class is looked up in its schema. */
enum trm_applies trm_rule_applies(const struct trm_rule *r, const struct trm_element *e);
/* The same for a rule whose class is known to fit (from trm_rules_for): the selector alone. */
enum trm_applies trm_rule_selects(const struct trm_rule *r, const struct trm_element *e);
/* Whether two rules select the same elements by construction (requirements of one IDS specification): what applies to one
 * applies to the other. */
bool trm_rule_selects_as(const struct trm_rule *a, const struct trm_rule *b);
/* The verdict of a rule that applies. scratch may be NULL for rules of the JSON catalogue. Cannot fail. */
void trm_rule_judge(struct trm_result *out, const struct trm_rule *r, const struct trm_element *e, struct trm_arena *scratch);
/* Indices of the rules whose class fits the element's class, rising; *n their count. A fast filter before
 * trm_rule_applies; remembered by schema and class. Borrowed until the next call; NULL only when memory is out. */
const size_t *trm_rules_for(struct trm_rules *rules, const struct trm_element *e, size_t *n);
/* The same with what is remembered apart from the rules, which are only read: one for each thread that judges by them. NULL: memory is out. */
struct trm_fit;
struct trm_fit *trm_fit_new(const struct trm_rules *rules);
void trm_fit_free(struct trm_fit *f); /* NULL is allowed */
const size_t *trm_fit_for(struct trm_fit *f, const struct trm_element *e, size_t *n);

/* The result as the `results` of a checked record hold it (trm-checked(5)): an object, or only its members. */
void trm_result_write(struct trm_jw *w, const struct trm_result *r);
void trm_result_write_members(struct trm_jw *w, const struct trm_result *r);

/* --- words --- */
const char *trm_verdict_name(enum trm_verdict v);   /* "pass" */
const char *trm_reason_name(enum trm_reason r);     /* "no_set" */
const char *trm_op_name(enum trm_op op);            /* ">=" */
const char *trm_severity_name(enum trm_severity s); /* "ERROR" */
const char *trm_relation_name(enum trm_relation r); /* "upper" */
int trm_severity_parse(const char *name, enum trm_severity *out); /* any case; -1: no such */

/* Minutes of a fire rating: "F30", "F 90-A", "REI 60", "T30-RS", "0.5h", "2HR", "60 min", "30". bare: minutes that a number without
 * a letter stands for (1: minutes, 60: hours). -1 when it is no rating or not clearly one. Source: classes of EN 13501-2 and DIN 4102-2, hours as in ASTM E119. */
double trm_rating_minutes(const char *text, double bare);

/* Two numbers are the same: |x-v| <= 1e-6*(1+|v|) + 16*DBL_EPSILON*max(|x|,|v|,1) (IDS 1.0). For == and !=. */
bool trm_same_number(double x, double v);

#endif
