/* Facts: what the record kinds share, and how a value is found in an element.
 *
 * A record stays the trm_json it came as; the structs here are views into it. Nothing is copied: every text and every
 * tree in a view is borrowed from the record and lives as long as it does. Works on every record that has an element's
 * members: element, checked, and the elements of trm-buildings' truth. */
#ifndef TRM_FACT_FACT_H
#define TRM_FACT_FACT_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/buf.h"
#include "../base/err.h"
#include "../rec/rec.h"

/* Version of the record kinds that this source reads and writes (`v`). */
#define TRM_FACT_VERSION 1

/* Whether rec is an object with a text `kind`, with `v` equal to TRM_FACT_VERSION (absent counts as 1), and with a text
 * `id`; *kind (may be NULL) gets the kind, borrowed. Refused: TRM_DATA, naming the member, what it held, what was expected. */
int trm_fact_kind(const trm_json *rec, const char **kind, struct trm_err *err);

/* --- a value ---------------------------------------------------------------------------------------------------------- */

enum trm_value_kind {
    TRM_VALUE_NONE = 0, /* there is no such property or attribute */
    TRM_VALUE_NULL,     /* it is there, and empty: null, "", [], complex without a value */
    TRM_VALUE_NUM,
    TRM_VALUE_TEXT, /* never empty */
    TRM_VALUE_BOOL,
    TRM_VALUE_LIST, /* several values: items[0..n) in `array` */
};

struct trm_value {
    enum trm_value_kind kind;
    double num;            /* NUM: in `unit` */
    const char *text;      /* TEXT */
    bool flag;             /* BOOL */
    const trm_json *array; /* LIST: plain JSON scalars (list, enumerated and table values), never empty */
    const char *unit;      /* SI unit as in the record; NULL: none, or not known (see unit_unknown) */
    bool unit_unknown;     /* measured, but in no known unit ("unit":null): num is the number of the file */
    const char *type;      /* "IfcLengthMeasure"; NULL: not said */
    const char *from;      /* "type" when inherited from the type object, else NULL */
    long step;             /* STEP number it came from; 0: not said */
    const trm_json *json;  /* the member as it stands in the record; NULL when NONE or for the plain texts (name, ...) */
};

/* A value of the record's form ({"value":..,"unit":..,..} or a plain scalar). v may be NULL: NONE. Cannot fail. */
struct trm_value trm_value_of(const trm_json *v);
/* Item i of a LIST as a value of its own, with the unit, type, from and step of the list; i < trm_json_len(v->array).
 * Item 0 of a scalar is the scalar. Cannot fail. */
struct trm_value trm_value_item(const struct trm_value *v, size_t i);
/* How many items: 1 for a scalar, 0 for NONE and NULL. */
size_t trm_value_count(const struct trm_value *v);
/* The value as text at the end of b: numbers as short as they read back, true/false, items joined with ", ". */
void trm_value_text(struct trm_buf *b, const struct trm_value *v);

/* Whether text says that there is nothing: blanks only, "n/a", "none", "-", "TBD", "_FIRE-RATING_", "--FIRE_CODE--", the
 * property's own name ("FireRating", "Fire Rating", "Inside door: Fire Rating"), "notdefined", ... `property` may be NULL.
 * The list stands in placeholder.c. Cannot fail. */
bool trm_fact_placeholder(const char *text, const char *property);

/* --- an element ------------------------------------------------------------------------------------------------------- */

struct trm_element {
    const trm_json *rec;
    const char *id, *class;                     /* never NULL */
    const char *guid, *name, *model, *file;     /* NULL when absent or null */
    const char *schema;                         /* "IFC4"; NULL when absent */
    const char *description, *tag, *object_type, *predefined_type, *storey;
    const trm_json *attributes, *psets, *qtos, *type_object, *materials, *classifications, *containers; /* or NULL */
    long step; /* 0: not said */
};
/* View of an element or checked record. Refused (TRM_DATA): as trm_fact_kind, no `class`, or a member of the wrong JSON type. */
int trm_element_read(struct trm_element *e, const trm_json *rec, struct trm_err *err);

/* Where a value stands. */
enum trm_place {
    TRM_IN_PSET,      /* psets[set][name], then qtos[set][name] (some exporters write a quantity as a property, and back) */
    TRM_IN_QTO,       /* qtos[set][name], then psets[set][name] */
    TRM_IN_ATTRIBUTE, /* an attribute as IFC spells it: Name, Description, Tag, ObjectType, PredefinedType, GlobalId, or one of
                         `attributes` (OverallWidth, LongName, ...); set is NULL. Two words of ours: Class, Storey */
    TRM_IN_TYPE,      /* the same of the type object */
};
enum trm_found { TRM_FOUND = 0, TRM_NO_SET, TRM_NO_PROPERTY };
/* Find a value; names compare exactly; the set "*" is any set, and the first in the order of the record that holds the
 * property counts (exporters name sets after library objects). *v is NONE unless TRM_FOUND (then it may still be NULL: an empty property).
 * Attributes and types have no sets: an absent attribute is TRM_NO_PROPERTY, an absent type object TRM_NO_SET. Cannot fail. */
enum trm_found trm_element_find(const struct trm_element *e, enum trm_place place, const char *set, const char *name,
                                struct trm_value *v);

/* The name of a field as results and samples write it, at the end of b:
 *   "Pset_DoorCommon.FireRating", "attribute.OverallWidth", "type_object.Name"; name, class and the like are attributes
 *   ("attribute.Name"). */
void trm_field_name(struct trm_buf *b, enum trm_place place, const char *set, const char *name);
/* Find the value of a field by such a name (a set's name may hold dots: the longest one that exists wins). */
enum trm_found trm_element_field(const struct trm_element *e, const char *field, struct trm_value *v);

/* Call fn for every value of the element, in the order of the record: attributes (first Name, Description, Tag, ObjectType,
 * PredefinedType, Storey where present), then psets, qtos, the type object's attributes. Empty values come too (kind NULL). set is NULL for
 * attributes. fn returns nonzero to stop; that is returned. */
typedef int trm_field_fn(void *ctx, enum trm_place place, const char *set, const char *name, const struct trm_value *v);
int trm_element_each(const struct trm_element *e, trm_field_fn *fn, void *ctx);

#endif
