/* What the three IFC schemas say: entities and their ancestors, attributes in the order of the file, defined types,
 * enumerations, selects, and which measure is counted in which unit.
 *
 * The tables are generated from the EXPRESS files by lib/schema/gen.pl and are static data: nothing here allocates, fails
 * half way, or is ever freed. An entity or a type of a schema is an int ("decl"), from 0; -1 stands for "no such". Decls of
 * different schemas must not be mixed. Names are found in any case and given back as EXPRESS spells them (IfcDoor). */
#ifndef TRM_SCHEMA_SCHEMA_H
#define TRM_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct trm_schema;

/* The schema that a FILE_SCHEMA text or a record's "schema" means: IFC2X3 (also IFC2X2_FINAL, IFC2X_FINAL, IFC2X3_TC1...),
 * IFC4 (also IFC4X1, IFC4X2, IFC4_ADD2...), IFC4X3 (also IFC4X3_ADD2, IFC4X3_RC1...). Any case. NULL when it is none of
 * these. text need not end in a zero. */
const struct trm_schema *trm_schema_find(const char *text, size_t n);
/* "IFC2X3", "IFC4" or "IFC4X3". */
const char *trm_schema_name(const struct trm_schema *s);
/* Schema number i, oldest first: 0 IFC2X3, 1 IFC4, 2 IFC4X3; NULL beyond. */
const struct trm_schema *trm_schema_at(size_t i);

/* What a value is in the end, once names of types are looked through. */
enum trm_kind {
    TRM_KIND_STRING,
    TRM_KIND_REAL,
    TRM_KIND_INTEGER,
    TRM_KIND_NUMBER, /* real or integer */
    TRM_KIND_BOOLEAN,
    TRM_KIND_LOGICAL,
    TRM_KIND_BINARY,
    TRM_KIND_ENUM,
    TRM_KIND_SELECT, /* one of several entities or types */
    TRM_KIND_ENTITY, /* a reference */
};

/* --- names --- */
/* The entity or type called name, in any case ("IFCDOOR", "IfcDoor"), or -1. The n form takes text without a zero. */
int trm_schema_decl(const struct trm_schema *s, const char *name);
int trm_schema_decl_n(const struct trm_schema *s, const char *name, size_t n);
/* The same for entities only. */
int trm_schema_entity(const struct trm_schema *s, const char *name);
/* As EXPRESS spells it; NULL for a decl out of range. */
const char *trm_schema_decl_name(const struct trm_schema *s, int decl);
/* Decls below this are entities in alphabetical order, those from it on to trm_schema_n_decls are types. */
int trm_schema_n_entities(const struct trm_schema *s);
int trm_schema_n_decls(const struct trm_schema *s);

/* --- entities --- out-of-range decls: -1, false or 0 */
/* The direct supertype, or -1 at a root. */
int trm_schema_super(const struct trm_schema *s, int entity);
bool trm_schema_is_abstract(const struct trm_schema *s, int entity);
/* Whether entity is ancestor or a subtype of it, at any depth. */
bool trm_schema_is_a(const struct trm_schema *s, int entity, int ancestor);
/* The same by names in any case; false when either is unknown. */
bool trm_schema_name_is_a(const struct trm_schema *s, const char *entity, const char *ancestor);

/* --- attributes --- counted over all supertypes first, as in the file */
struct trm_attr {
    const char *name;  /* "OverallWidth" */
    enum trm_kind kind; /* of one item, when it is a list */
    int decl;          /* the type or entity it is declared as; -1 for plain REAL, STRING... */
    int owner;         /* the entity that declares it */
    unsigned rank;     /* how many LIST, SET, BAG or ARRAY stand around it; 0: a single value */
    bool optional;
    bool derived; /* computed in this entity: `*` stands in the file */
};
int trm_schema_n_attrs(const struct trm_schema *s, int entity);
/* Attribute i of entity into *out; false when there is none. */
bool trm_schema_attr(const struct trm_schema *s, int entity, int i, struct trm_attr *out);
/* Index of the attribute called name (any case), or -1. */
int trm_schema_attr_find(const struct trm_schema *s, int entity, const char *name);

/* --- types --- */
/* Underlying kind of a type, or TRM_KIND_ENTITY for an entity. For lists, of one item; *rank (may be NULL) as above. */
enum trm_kind trm_schema_kind(const struct trm_schema *s, int decl, unsigned *rank);
/* The type it is defined by (IfcPositiveLengthMeasure -> IfcLengthMeasure), or -1. */
int trm_schema_base(const struct trm_schema *s, int type);
/* Enumeration: its words in upper case; NULL beyond the last or when it is none. */
const char *trm_schema_enum_item(const struct trm_schema *s, int type, size_t i);
/* Select: its members as declared (entities, types, further selects); -1 beyond the last or when it is none. */
int trm_schema_select_item(const struct trm_schema *s, int type, size_t i);

/* --- standard sets --- those that buildingSMART publishes with the schema; tables made by gen_sets.pl */
/* The set of exactly this name ("Pset_WallCommon", "Qto_DoorBaseQuantities"), or -1. */
int trm_schema_set(const struct trm_schema *s, const char *name);
/* Classes it is made for, "IfcDoor,IfcDoorType", subtypes included; "" when the standard does not say, NULL for no set. */
const char *trm_schema_set_classes(const struct trm_schema *s, int set);
/* Name of property i of a set, NULL beyond the last; *type its data type ("IfcLabel"), "" where it has none of one value. */
const char *trm_schema_set_property(const struct trm_schema *s, int set, int i, const char **type);

/* --- measures --- the same in all schemas */
struct trm_measure {
    const char *name; /* "IfcLengthMeasure" */
    const char *kind; /* the unit it is assigned by: "LENGTHUNIT", "THERMALTRANSMITTANCEUNIT", "MONETARYUNIT" */
    const char *si;   /* "m", "W/(m2.K)", ...; NULL for money */
};
/* The measure called type in any case ("IFCLENGTHMEASURE"; IfcPositiveLengthMeasure is a length too); NULL when values of
 * that type have no unit (labels, counts, ratios). */
const struct trm_measure *trm_measure_find(const char *type);
/* The SI text of a kind of unit ("LENGTHUNIT" -> "m"); NULL when unknown. */
const char *trm_measure_si(const char *kind);
/* The same text for a kind of unit as in struct trm_measure, for comparing by pointer; NULL when no measure has it. */
const char *trm_measure_kind(const char *kind);

#endif
