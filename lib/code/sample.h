/* Samples: one element with the rules that apply to it, as a struct and as a line of kind "sample" (trm-sample(5)). */
#ifndef TRM_CODE_SAMPLE_H
#define TRM_CODE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../rec/rec.h"

/* Bounds that a hostile line cannot pass. */
#define TRM_SAMPLE_MAX_FIELDS 4096
#define TRM_SAMPLE_MAX_RULES 1024
#define TRM_SAMPLE_MAX_TESTS 64

enum trm_scalar_type { TRM_SCALAR_NONE = 0, TRM_SCALAR_NUM, TRM_SCALAR_BOOL, TRM_SCALAR_TEXT };

/* One value of a field or of a limit. */
struct trm_scalar {
    enum trm_scalar_type type;
    double num;       /* NUM: in SI, finite; BOOL: 0 or 1 */
    const char *text; /* TEXT: UTF-8, never NULL */
};

/* One known fact about the element. A list of values is several fields of one name. */
struct trm_sample_field {
    const char *name; /* as trm_field_name writes it: "Pset_DoorCommon.FireRating", "attribute.OverallWidth", "attribute.Name",
                       * "type_object.Name"; ours: "attribute.Class", "material.Name", "classification.Code" */
    struct trm_scalar value;
    const char *unit; /* SI unit, or NULL: none, or not known */
};

enum trm_label { TRM_LABEL_NONE = -100, TRM_LABEL_FAIL = 0, TRM_LABEL_PASS = 1 };

/* One rule that applies to the element. */
struct trm_sample_rule {
    const char *rule;    /* its id */
    const char **tests;  /* [n_tests] names of all fields that can decide it, the first the one it asks for */
    size_t n_tests;
    const char **bounds; /* [n_bounds] those of `tests` that only bound what is asked for (overall width, clear width) */
    size_t n_bounds;
    const char *op;          /* "<" "<=" ">" ">=" "==" "!=" "exists" "in" "matches", or another of the rule room's */
    struct trm_scalar limit; /* SI; NONE for "exists" and for lists */
    const char *unit, *severity, *section; /* or NULL */
    enum trm_label label;
    const char *field; /* where the value stood that decided the label; NULL without a label */
};

struct trm_sample {
    const char *id, *building; /* never NULL */
    const char *file, *parent, *origin, *cls, *name, *side; /* or NULL; origin "observed" or "varied" */
    struct trm_sample_field *fields; /* [n_fields] */
    size_t n_fields;
    struct trm_sample_rule *rules; /* [n_rules] */
    size_t n_rules;
};

/* Read a record of kind "sample". Everything in *s is copied into the arena and lives as long as it. Refused (TRM_DATA,
 * with the member's place, as "fields[3]: ..."): another kind or version, members of the wrong type, numbers not finite, an
 * unknown label, more than the bounds above. */
int trm_sample_read(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, struct trm_err *err);

/* Write the record without a newline at the end of b; members that are NULL are left out. Reading it back gives the same
 * struct. Out of memory stays in b->failed. */
void trm_sample_write(struct trm_buf *b, const struct trm_sample *s);

/* The known facts of an element record (kinds element, checked, truth): class, predefined type, texts, attributes, sets,
 * quantities, the type object's, materials, classifications, storey. Names as trm_field_name writes them. Null and
 * empty values, and texts that stand for "not set" (the rule room's list of placeholders), give no field. Values whose unit
 * is not known ("unit":null) carry none. Fills fields and n_fields, cls, name, id, building, file, parent, origin
 * ("observed"); no rules. Order: as in the record. */
int trm_sample_of_element(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, struct trm_err *err);

#endif
