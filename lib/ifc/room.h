/* What the files of this room share: which part an entity plays, where its attributes stand, and how relations are kept.
 * Only for lib/ifc. */
#ifndef TRM_IFC_ROOM_H
#define TRM_IFC_ROOM_H

#include "ifc.h"

/* The part that an entity plays. Order matters where one is a subtype of another: see roles[] in class.c. */
enum role {
    ROLE_NONE, /* geometry, and what nobody asks for: not in the index */
    ROLE_OTHER,
    ROLE_OBJECT,
    ROLE_TYPE,
    ROLE_PSET,
    ROLE_QSET,
    ROLE_PREDEFINED_SET, /* its attributes are its properties: IfcDoorLiningProperties */
    ROLE_SINGLE,
    ROLE_ENUMERATED,
    ROLE_LIST,
    ROLE_BOUNDED,
    ROLE_TABLE,
    ROLE_REFERENCE,
    ROLE_COMPLEX,
    ROLE_QUANTITY,
    ROLE_COMPLEX_QUANTITY,
    ROLE_ENUMERATION,
    ROLE_MATERIAL,
    ROLE_LAYER,
    ROLE_LAYER_SET,
    ROLE_LAYER_USAGE,
    ROLE_MATERIAL_LIST,
    ROLE_CONSTITUENT,
    ROLE_CONSTITUENT_SET,
    ROLE_PROFILE,
    ROLE_PROFILE_SET,
    ROLE_PROFILE_USAGE,
    ROLE_MATERIAL_PROPERTIES,
    ROLE_OLD_MATERIAL_PROPERTIES, /* IFC2X3: IfcExtendedMaterialProperties */
    ROLE_CLASSIFICATION,
    ROLE_CLASS_REFERENCE,
    ROLE_NOTATION,
    ROLE_FACET,
    ROLE_UNIT_ASSIGNMENT,
    ROLE_SI_UNIT,
    ROLE_CONVERSION_UNIT,
    ROLE_CONTEXT_UNIT,
    ROLE_DERIVED_UNIT,
    ROLE_UNIT_ELEMENT,
    ROLE_MONETARY_UNIT,
    ROLE_MEASURE_WITH_UNIT,
    ROLE_APPLICATION,
    ROLE_RELATION, /* slot 0 to slot 1, kind of link in class.link */
    N_ROLES,
};

/* What a link says; from is what it hangs on, to is what it leads to. */
enum link {
    LINK_PROPERTIES, /* object or type -> set */
    LINK_TYPE,       /* object -> type */
    LINK_CONTAINED,  /* element -> spatial element */
    LINK_WHOLE,      /* part -> whole */
    LINK_NEST,       /* nested -> host */
    LINK_FILLS,      /* door -> opening */
    LINK_VOIDS,      /* opening -> wall */
    LINK_PROJECTS,   /* projection -> wall */
    LINK_PORT,       /* port -> element (IFC2X3) */
    LINK_REFERENCED, /* element -> further spatial elements */
    LINK_DECLARED,   /* object -> project */
    LINK_GROUP,      /* object -> group */
    LINK_MATERIAL,   /* object or type -> material in any form */
    LINK_CLASS,      /* object, type, material... -> classification */
    LINK_MATERIAL_PROPERTIES, /* material -> IfcMaterialProperties */
};

/* Slots: the attributes a role reads, in the order of roles[]. */
enum {
    SLOT_GUID = 0, SLOT_NAME = 1, SLOT_DESCRIPTION = 2, SLOT_TAG = 3, SLOT_PREDEFINED = 4, SLOT_OBJECT_TYPE = 5, SLOT_LONG_NAME = 6,
    SLOT_UNITS = 7, SLOT_TYPE_SETS = 5, /* of objects and types */
    N_SLOTS = 8,
    MAX_ARGS = 64,
};

/* An attribute that is handed on as a property. */
struct plan {
    int index;
    struct trm_attr attr;
    const char *type; /* declared type, NULL for plain ones */
    const struct trm_measure *measure;
};

/* One entity name of the file. The number is that of the keyword. */
struct trm_ifc_class {
    const struct trm_schema *schema; /* the model's, or another where only that one knows the name */
    int entity;
    const char *name;
    enum role role;
    enum link link;
    int slot[N_SLOTS]; /* index of the attribute, -1 where the entity has none */
    size_t moved;      /* 0, or how older schemas order its attributes: see trm_ifc_args */
    int n_attrs;
    const char *value_type; /* of a quantity */
    const struct trm_measure *value_measure;
    struct plan *plan; /* made when first needed */
    int n_plan;        /* -1: not yet made */
    bool also;         /* its instances were asked for besides the elements */
    int guid, title, description; /* of those: indices of GlobalId, Name, Description; -1 */
    struct plan *whole; /* of those: all attributes beside the three */
    int n_whole;
    struct trm_attr *attrs; /* [n_attrs], made when first needed */
};

struct trm_ifc_links {
    struct link_row {
        uint32_t from, to;
        uint32_t kind;
    } *row; /* by rising from, then in the order of the file */
    size_t n, cap;
    uint32_t *start; /* [n_inst + 1] */
};

/* --- model.c --- */
/* Row of the type object that the object at row is an occurrence of, or TRM_STEP_NONE. */
uint32_t trm_ifc_type_of(const struct trm_ifc *f, uint32_t row);

/* --- class.c --- */
extern const struct role_row {
    enum role role;
    const char *entity;
    enum link link;
    const char *attrs[N_SLOTS];
} trm_ifc_roles[];
bool trm_ifc_want(void *ctx, struct trm_step *st, struct trm_step_keyword *kw);
/* The class of a row; its role is ROLE_NONE for a dropped one. */
extern const struct trm_ifc_class trm_ifc_no_class;
static inline const struct trm_ifc_class *
trm_ifc_class(const struct trm_ifc *f, uint32_t row)
{
    unsigned kw = f->step.inst[row].kw;
    return kw == TRM_STEP_DROPPED ? &trm_ifc_no_class : &f->classes[kw];
}
/* The same for an id; NULL when there is no such row. *row is set. */
const struct trm_ifc_class *trm_ifc_find(const struct trm_ifc *f, uint64_t id, uint32_t *row);
/* The attributes of a class that are handed on as properties. NULL and n 0 when memory is out. */
const struct plan *trm_ifc_plan(struct trm_ifc *f, const struct trm_ifc_class *c, int *n);

/* The same for an instance that was asked for besides the elements. */
const struct plan *trm_ifc_whole_plan(struct trm_ifc *f, const struct trm_ifc_class *c, int *n);
/* All attributes of a class, [n_attrs]; NULL when memory is out. */
const struct trm_attr *trm_ifc_attrs(struct trm_ifc *f, const struct trm_ifc_class *c);

/* The values of one row, by slot. */
struct args {
    const struct trm_ifc_class *c;
    uint32_t row;
    size_t n;
    struct trm_step_val v[MAX_ARGS];
};
void trm_ifc_args(struct trm_ifc *f, uint32_t row, struct args *a);
/* Value of a slot; NULL where the entity has none, the file gives none, or `$` or `*` stands there. */
const struct trm_step_val *trm_ifc_slot(const struct args *a, int slot);
/* Text of a slot: s NULL for none, empty or not a text. */
struct trm_ifc_text trm_ifc_slot_text(struct trm_ifc *f, const struct args *a, int slot);
struct trm_ifc_text trm_ifc_text(struct trm_ifc *f, const struct trm_step_val *v);
/* The same of attribute number index; -1: none. */
struct trm_ifc_text trm_ifc_arg_text(struct trm_ifc *f, const struct args *a, int index);
/* As trm_ifc_slot_text for an enumeration's word (upper case as it stands). */
struct trm_ifc_text trm_ifc_slot_enum(const struct args *a, int slot);
/* Row a slot refers to, or TRM_STEP_NONE (also for what is not in the index). */
uint32_t trm_ifc_slot_ref(struct trm_ifc *f, const struct args *a, int slot);
uint32_t trm_ifc_ref(struct trm_ifc *f, const struct trm_step_val *v);
void trm_ifc_warn(struct trm_ifc *f, const char *code, uint32_t row);
static inline struct trm_ifc_text
trm_ifc_lit(const char *s)
{
    size_t n = 0;
    while (s && s[n])
        n++;
    return (struct trm_ifc_text){s, n};
}
bool trm_ifc_text_eq(struct trm_ifc_text a, struct trm_ifc_text b);

/* --- links.c --- */
int trm_ifc_gather_links(struct trm_ifc *f);
/* The next link of that kind from row, starting with *at = 0; TRM_STEP_NONE when there is no more. */
uint32_t trm_ifc_link(const struct trm_ifc *f, uint32_t row, enum link kind, size_t *at);
uint32_t trm_ifc_first_link(const struct trm_ifc *f, uint32_t row, enum link kind);

/* --- units.c --- */
int trm_ifc_gather_units(struct trm_ifc *f);
/* The project's unit of a kind (as trm_measure_kind gives it), or NULL. */
const struct trm_ifc_unit *trm_ifc_project_unit(const struct trm_ifc *f, const char *kind);
/* The unit that stands at row into *u; false when it cannot be known. */
bool trm_ifc_unit_at(struct trm_ifc *f, uint32_t row, struct trm_ifc_unit *u);
double trm_ifc_to_si(const struct trm_ifc_unit *u, double x);

/* --- values.c --- */
int trm_ifc_wrappers_init(struct trm_ifc *f);
/* The property, quantity or complex at row into *p. False when it is none of these. */
bool trm_ifc_property(struct trm_ifc *f, uint32_t row, int depth, struct trm_ifc_prop *p);
/* Attribute v of a plan into *p; false when it is unset or means nothing by itself. */
bool trm_ifc_attribute(struct trm_ifc *f, const struct plan *plan, const struct trm_step_val *v, struct trm_ifc_prop *p);
/* All attributes of a row that mean something; of the plan (trm_ifc_plan's by default). */
struct trm_ifc_prop *trm_ifc_attributes(struct trm_ifc *f, const struct args *a, size_t *n);
struct trm_ifc_prop *trm_ifc_planned(struct trm_ifc *f, const struct args *a, const struct plan *plan, int n_plan, size_t *n);
/* Names of attributes that hold references, and of those that hold nothing but are not unset. */
void trm_ifc_holding(struct trm_ifc *f, const struct args *a, struct trm_ifc_element *e);

/* --- sets.c --- */
/* Sets of the object at row and of its type, merged by name. */
void trm_ifc_sets(struct trm_ifc *f, uint32_t row, uint32_t type, struct trm_ifc_element *e);
/* Properties of a list value into a new array, names once. */
struct trm_ifc_prop *trm_ifc_property_list(struct trm_ifc *f, const struct trm_step_val *list, int depth, size_t *n);

/* For each of n texts the number of the first that equals it, in f->scratch; NULL when memory is out. */
uint32_t *trm_ifc_first_equal(struct trm_ifc *f, const struct trm_ifc_text *t, size_t n);

/* --- parts.c --- */
/* Property sets of a material, a profile or another resource, names once; NULL and *n 0 for none. */
struct trm_ifc_set *trm_ifc_resource_sets(struct trm_ifc *f, uint32_t row, size_t *n);
void trm_ifc_materials(struct trm_ifc *f, uint32_t row, uint32_t type, struct trm_ifc_element *e);
void trm_ifc_classifications(struct trm_ifc *f, uint32_t row, uint32_t type, struct trm_ifc_element *e);
/* containers, storey, groups; and part_of: what else it is part of by the six relations that IDS knows, directly or not. Each
 * stands there once for every relation that alone leads to it, or once without one; what containers or groups tell is left out. */
void trm_ifc_place(struct trm_ifc *f, uint32_t row, struct trm_ifc_element *e);

/* An array in f->scratch that grows: room for one more item of `size` bytes, zeroed; NULL when memory is out. */
struct vec {
    void *data;
    size_t n, cap;
};
void *trm_ifc_push(struct trm_ifc *f, struct vec *v, size_t size);
/* Room for that many more items at once; when memory is out, trm_ifc_push says so. */
void trm_ifc_reserve(struct trm_ifc *f, struct vec *v, size_t more, size_t size);
/* Memory from f->scratch. On failure f->err is set and NULL is returned; callers then hand on what they have. */
void *trm_ifc_alloc(struct trm_ifc *f, size_t count, size_t size);

#endif
