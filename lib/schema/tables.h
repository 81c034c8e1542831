/* The rows of the generated tables; only for schema.c and tables_*.c.
 *
 * A name is an offset into trm_schema_names. Entities come first, sorted by upper-case name, then types the same way; a decl
 * counts through both. */
#ifndef TRM_SCHEMA_TABLES_H
#define TRM_SCHEMA_TABLES_H

#include <stdint.h>

struct schema_entity {
    uint32_t name;
    int16_t super;       /* decl, or -1 */
    uint16_t first_attr; /* of its own, in attrs */
    uint8_t n_own, n_all;
    uint8_t abstract;
    uint64_t derived; /* bit i: attribute i, supertypes' first, is derived */
};

struct schema_attr {
    uint32_t name;
    int16_t decl; /* type or entity, or -1 for a plain one */
    uint8_t kind, rank, optional;
};

struct schema_type {
    uint32_t name;
    int16_t base;          /* decl, or -1 */
    uint16_t first, count; /* in items: words of an enumeration, decls of a select */
    uint8_t kind, rank;
};

struct trm_schema {
    const char *name;
    const struct schema_entity *entities;
    const struct schema_attr *attrs;
    const struct schema_type *types;
    const uint32_t *items;
    int n_entities, n_types;
};

/* Standard sets: names are offsets into trm_schema_set_names; sorted by name, properties within their set too. */
struct schema_set {
    uint32_t name, classes; /* classes: "IfcDoor,IfcDoorType" */
    uint16_t first, count;  /* in properties */
};
struct schema_property {
    uint32_t name, type; /* type "" where the standard names none that a single value can have */
};
struct schema_sets {
    const struct schema_set *sets;
    const struct schema_property *properties;
    int n;
};

extern const char trm_schema_set_names[];
extern const struct schema_sets trm_schema_sets_ifc2x3, trm_schema_sets_ifc4, trm_schema_sets_ifc4x3;
extern const char trm_schema_names[];
extern const struct trm_schema trm_schema_ifc2x3, trm_schema_ifc4, trm_schema_ifc4x3;

#endif
