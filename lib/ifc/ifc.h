/* IFC instances to elements: every fact about a door, a wall, a space, a storey, a project in one struct, whichever of the
 * twenty kinds of relation it hangs on, and every measured number in SI.
 *
 * A model is opened over bytes that stay where they are (a mapped file). Opening indexes the instances, gathers the relations
 * and the units; elements are put together one at a time, when asked for, in an arena that the next one reuses. */
#ifndef TRM_IFC_IFC_H
#define TRM_IFC_IFC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../schema/schema.h"
#include "../step/step.h"

/* UTF-8 text; s is NULL where there is none, and not zero-terminated. */
struct trm_ifc_text {
    const char *s;
    size_t n;
};

/* --- values --- */
enum trm_ifc_scalar_type { TRM_IFC_NULL, TRM_IFC_BOOL, TRM_IFC_NUM, TRM_IFC_TEXT };
struct trm_ifc_scalar {
    enum trm_ifc_scalar_type type;
    union {
        bool b;
        double num; /* SI where it is measured and its unit is known, else as in the file */
        struct trm_ifc_text text;
    };
};
struct trm_ifc_list {
    struct trm_ifc_scalar *item;
    size_t n;
};

enum trm_ifc_shape {
    TRM_IFC_SINGLE,
    TRM_IFC_LIST,    /* more->list: enumerated and list values */
    TRM_IFC_BOUNDED, /* value: set point; more->lower, more->upper */
    TRM_IFC_TABLE,   /* more->list: defining values; more->defined */
    TRM_IFC_COMPLEX, /* more->props, more->n_props */
    TRM_IFC_REFERENCE, /* value: a text that stands for what is referred to, or null */
};
struct trm_ifc_prop;
struct trm_ifc_more {
    struct trm_ifc_list list, defined;
    struct trm_ifc_scalar lower, upper;
    struct trm_ifc_prop *props;
    size_t n_props;
    const char *defined_type; /* of a table's second column, with its unit */
    const char *defined_unit;
    bool defined_measured;
};
/* A property, a quantity or an attribute. */
struct trm_ifc_prop {
    struct trm_ifc_text name;
    enum trm_ifc_shape shape;
    bool measured;    /* the value has a unit... */
    bool from_type;   /* inherited from the type object */
    const char *unit; /* ...this one in SI; NULL when it cannot be known */
    const char *type; /* "IfcLabel"; NULL when the file does not say */
    struct trm_ifc_scalar value;
    struct trm_ifc_more *more; /* NULL for single values */
    uint64_t step;             /* of the property's instance; 0 for attributes */
};
/* A property set or a set of quantities. */
struct trm_ifc_set {
    struct trm_ifc_text name;
    struct trm_ifc_prop *props;
    size_t n;
};

struct trm_ifc_material {
    struct trm_ifc_text name, category;           /* of the material */
    const char *role;                             /* "material", "list", "layer", "constituent", "profile" */
    struct trm_ifc_text item, item_category, set; /* names of the layer (constituent, profile) and of the set it is in */
    struct trm_ifc_prop thickness;                /* of a layer; type NULL where there is none */
    uint64_t step;
    struct trm_ifc_set *psets; /* properties of the material */
    size_t n_psets;
};
struct trm_ifc_class_code { /* one step of a classification */
    struct trm_ifc_text code, name;
};
struct trm_ifc_classification {
    struct trm_ifc_text system, code, name;
    struct trm_ifc_class_code *parents; /* nearest first */
    size_t n_parents;
    bool from_type;
};
struct trm_ifc_container {
    const char *cls, *relation; /* "IfcBuildingStorey", by "IfcRelContainedInSpatialStructure" */
    struct trm_ifc_text guid, name, predefined_type, object_type;
    const char *type_cls; /* of its type object, in IFC2X3 where that alone says what it is ("IfcAirTerminalType"); else NULL */
    uint64_t step;
};
struct trm_ifc_type_object {
    const char *cls; /* NULL: it has none */
    struct trm_ifc_text guid, name, description, tag, predefined_type;
    uint64_t step;
    struct trm_ifc_prop *attributes;
    size_t n_attributes;
};

/* What a record is about: an element, or one of the instances that were asked for besides. */
enum trm_ifc_is { TRM_IFC_IS_ELEMENT, TRM_IFC_IS_TYPE, TRM_IFC_IS_RESOURCE };

/* Everything points into the file or into the model's arena, and is gone with the next element. */
struct trm_ifc_element {
    const char *cls;
    enum trm_ifc_is is;
    uint64_t step;
    struct trm_ifc_text guid;
    bool guid_unique; /* it has a GUID that no other element of the file has */
    struct trm_ifc_text name, description, tag, object_type, predefined_type;
    struct trm_ifc_prop *attributes;
    size_t n_attributes;
    struct trm_ifc_set *psets, *qtos;
    size_t n_psets, n_qtos;
    struct trm_ifc_type_object type;
    struct trm_ifc_material *materials;
    size_t n_materials;
    bool materials_from_type;
    struct trm_ifc_classification *classifications;
    size_t n_classifications;
    struct trm_ifc_container *containers, *groups; /* containers: nearest first, up to the project */
    size_t n_containers, n_groups;
    struct trm_ifc_container *part_of; /* further wholes: see trm_ifc_place; relation NULL when several kinds led there */
    size_t n_part_of;
    const char **refers, **empty; /* names of attributes that hold references or nested lists; an empty text or list */
    size_t n_refers, n_empty;
    struct trm_ifc_text storey;
};

/* A unit that the project assigns. SI value = number * mul / div + offset (mul or div is 1 for decimal prefixes, so that
 * 2010.25 mm is the double nearest 2.01025 m). */
struct trm_ifc_unit {
    const char *kind; /* "LENGTHUNIT" */
    const char *si;   /* NULL: cannot be known */
    double mul, div, offset;
    char name[80]; /* as the file names it: "MILLI METRE", "FOOT" */
};

struct trm_ifc_links; /* internal */
struct trm_ifc_class; /* internal */
struct trm_ifc_wrapper; /* internal */
struct trm_ifc {
    struct trm_step step;
    const struct trm_schema *schema;
    struct trm_ifc_text file_schema; /* as the file says */
    struct trm_ifc_text project_guid, project_name, exporter;
    uint32_t *elements; /* rows of st.inst, in the order of the file; also of instances asked for besides */
    size_t n_elements;
    const char *const *also; /* [n_also] classes asked for besides, borrowed */
    size_t n_also;
    struct trm_ifc_unit units[96];
    size_t n_units;
    /* internal */
    struct trm_arena keep, scratch; /* lifetimes: the model, the element in hand */
    struct trm_ifc_class *classes; /* by keyword */
    size_t cap_classes;
    struct trm_ifc_links *links;
    struct trm_ifc_wrapper *wrappers;
    uint8_t *guid_repeats; /* a bit per element */
    int ancestors[3][80];
    bool schema_refused;
    size_t budget;         /* steps left in units, which may branch */
    size_t complex_budget; /* and in complex properties of the element in hand */
    struct trm_err *err;
};

/* Open the model in the size bytes at data, which stay the caller's. 0; -1 with TRM_DATA (not STEP, no FILE_SCHEMA, a schema
 * that is none of IFC's) or TRM_SYS. A file cut short opens as far as it goes, with f->step.truncated. Release also after
 * failure. What is odd is counted in f->step.warnings; more is found while elements are read. */
int trm_ifc_open(struct trm_ifc *f, const char *data, size_t size, struct trm_err *err);
/* The same, with instances of further classes among the elements: types, materials, whatever the schema has, geometry too.
 * also [n_also]: names in any case, exact (no subtypes), borrowed until the release. sha: see trm_step_open_summed. */
int trm_ifc_open_also(struct trm_ifc *f, const char *data, size_t size, const char *const *also, size_t n_also, struct trm_sha256 *sha,
                      struct trm_err *err);
void trm_ifc_release(struct trm_ifc *f);

/* A second reader of the open model f, for another thread: *copy shares what f has indexed, and has memory and warnings (none
 * yet) of its own. f must outlive it. 0, or -1 when memory is out (TRM_SYS); release with trm_ifc_unshare also then. */
int trm_ifc_share(struct trm_ifc *copy, const struct trm_ifc *f, struct trm_err *err);
void trm_ifc_unshare(struct trm_ifc *copy);

/* Element number i (of f->n_elements) into *e. 0, or -1 when memory is out (TRM_SYS). */
int trm_ifc_element(struct trm_ifc *f, size_t i, struct trm_ifc_element *e, struct trm_err *err);
/* Class of element i ("IfcDoor") and what it is, without reading it. */
const char *trm_ifc_element_class(const struct trm_ifc *f, size_t i);
enum trm_ifc_is trm_ifc_element_what(const struct trm_ifc *f, size_t i);
/* Class of f->step.keywords[i], NULL when no schema has it; and whether its instances are among the elements. */
const char *trm_ifc_keyword_class(const struct trm_ifc *f, size_t i);
bool trm_ifc_keyword_written(const struct trm_ifc *f, size_t i);
/* Whether element i is of that class or a subtype of it; class in any case. */
bool trm_ifc_element_is_a(const struct trm_ifc *f, size_t i, const char *cls);

#endif
