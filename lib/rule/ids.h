/* Inside of the rule room: specifications of IDS 1.0 (buildingSMART Information Delivery Specification). */
#ifndef TRM_RULE_IDS_H
#define TRM_RULE_IDS_H

#include "inside.h"

#include "../schema/schema.h"

/* Where something stands in its file; column 0: not known. */
struct ids_place {
    long line, column;
};

/* A value asked for: nothing (any will do), a literal, or a restriction. */
struct ids_text {
    const char *text;
    const struct trm_regex *pattern; /* of patterns only */
    struct ids_text *next;
};
struct ids_value {
    bool given;
    const char *simple; /* NULL: a restriction */
    const char *unsupported; /* a constraint of XML Schema that IDS does not define, or NULL */
    struct ids_place place;
    const char *base;   /* "xs:string", "xs:double" without prefix; or NULL */
    struct ids_text *enumeration, *patterns;
    const char *min_inclusive, *max_inclusive, *min_exclusive, *max_exclusive;
    long length, min_length, max_length; /* -1: not asked */
};

enum ids_facet_kind { IDS_ENTITY, IDS_PART_OF, IDS_CLASSIFICATION, IDS_ATTRIBUTE, IDS_PROPERTY, IDS_MATERIAL };
enum ids_cardinality { IDS_REQUIRED, IDS_OPTIONAL, IDS_PROHIBITED };
struct ids_facet {
    enum ids_facet_kind kind;
    enum ids_cardinality cardinality;
    struct ids_value name;       /* of the entity (also partOf's), attribute, or property (baseName) */
    struct ids_value predefined; /* of the entity */
    struct ids_value set;        /* property set, or classification system */
    struct ids_value value;      /* of attribute, property, classification, material */
    const char *data_type;       /* "IFCLABEL"; NULL: any */
    const char *relation;        /* "IFCRELAGGREGATES"; NULL: any of the six */
    struct ids_place place;
    struct ids_facet *next;
};

struct ids_specification {
    const char *name, *file;
    struct ids_place place;
    size_t number; /* in its file, from 1 */
    const struct ids_facet *applicability;
    long least, most; /* occurrences; most -1: unbounded */
    size_t invalid;   /* flaws of severity ERROR in it, or in the file as a whole */
};

/* What an IDS rule tests: one requirement (NULL: none, the specification only counts). */
struct ids_rule {
    const struct ids_specification *specification;
    const struct ids_facet *requirement;
};

/* Whether bytes look like XML. */
bool trm_ids_is(const char *bytes, size_t n);
/* Read the specifications of a file into rules, one rule a requirement. Errors as trm_rules_add. */
int trm_ids_read(struct trm_rules *rules, const char *path, const char *bytes, size_t n, struct trm_err *err);
/* Whether a text, or one item of a value, is what is asked for. */
bool trm_ids_text_matches(const struct ids_value *v, const char *text);
/* A literal for a real: 42, 42., 1.2345E3, -1e-5; no other marks, no blanks. */
bool trm_ids_real(const char *s, double *x);
/* Whether text is a literal of XML Schema's simple type base, without prefix; of a type not known here, and for NULL, all texts are. */
bool trm_ids_literal_of(const char *base, const char *text);
/* The simple type that values of an IFC type of dates and times have ("IfcDate": "date"); NULL for all others. */
const char *trm_ids_base_of(const char *type);
bool trm_ids_base_is_integer(const char *base);
bool trm_ids_item_matches(const struct ids_value *v, const struct trm_value *item);
/* Whether a restriction bounds its values. */
bool trm_ids_is_range(const struct ids_value *v);
bool trm_ids_applies(const struct ids_rule *r, const struct trm_element *e);
/* Whether the name asked for is this class's; class as EXPRESS spells it. */
bool trm_ids_class_matches(const struct ids_value *name, const char *class);
/* Whether instances of an entity that are no elements (IfcObject, IfcContext) may be applicable. */
bool trm_ids_asks_for(const struct ids_specification *spec, const struct trm_schema *s, int entity);
/* Whether an element of this class might be applicable: a quick no. */
bool trm_ids_class_fits(const struct ids_rule *r, const char *schema, const char *class);
void trm_ids_judge(struct trm_result *out, const struct ids_rule *r, const struct trm_element *e);

#endif
