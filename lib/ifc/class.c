/* Entity names of the file and the part each plays: decided once per name, when the index meets it first. */
#include <stdlib.h>
#include <string.h>

#include "room.h"

#include "../base/text.h"

/* First match wins, so subtypes stand before their supertypes. NULL entries are attributes that some schemas lack. */
const struct role_row trm_ifc_roles[] = {
    /* what is never asked for */
    {ROLE_NONE, "IfcRepresentationItem", 0, {0}},
    {ROLE_NONE, "IfcRepresentation", 0, {0}},
    {ROLE_NONE, "IfcProductRepresentation", 0, {0}},
    {ROLE_NONE, "IfcRepresentationMap", 0, {0}},
    {ROLE_NONE, "IfcObjectPlacement", 0, {0}},
    {ROLE_NONE, "IfcPresentationStyle", 0, {0}},
    {ROLE_NONE, "IfcOwnerHistory", 0, {0}},
    {ROLE_NONE, "IfcGridAxis", 0, {0}},
    {ROLE_NONE, "IfcConnectionGeometry", 0, {0}},
    /* relations: from, to */
    {ROLE_RELATION, "IfcRelDefinesByProperties", LINK_PROPERTIES, {"RelatedObjects", "RelatingPropertyDefinition"}},
    {ROLE_RELATION, "IfcRelDefinesByType", LINK_TYPE, {"RelatedObjects", "RelatingType"}},
    {ROLE_RELATION, "IfcRelContainedInSpatialStructure", LINK_CONTAINED, {"RelatedElements", "RelatingStructure"}},
    {ROLE_RELATION, "IfcRelAggregates", LINK_WHOLE, {"RelatedObjects", "RelatingObject"}},
    {ROLE_RELATION, "IfcRelNests", LINK_NEST, {"RelatedObjects", "RelatingObject"}},
    {ROLE_RELATION, "IfcRelFillsElement", LINK_FILLS, {"RelatedBuildingElement", "RelatingOpeningElement"}},
    {ROLE_RELATION, "IfcRelVoidsElement", LINK_VOIDS, {"RelatedOpeningElement", "RelatingBuildingElement"}},
    {ROLE_RELATION, "IfcRelProjectsElement", LINK_PROJECTS, {"RelatedFeatureElement", "RelatingElement"}},
    {ROLE_RELATION, "IfcRelConnectsPortToElement", LINK_PORT, {"RelatingPort", "RelatedElement"}},
    {ROLE_RELATION, "IfcRelReferencedInSpatialStructure", LINK_REFERENCED, {"RelatedElements", "RelatingStructure"}},
    {ROLE_RELATION, "IfcRelDeclares", LINK_DECLARED, {"RelatedDefinitions", "RelatingContext"}},
    {ROLE_RELATION, "IfcRelAssignsToGroup", LINK_GROUP, {"RelatedObjects", "RelatingGroup"}},
    {ROLE_RELATION, "IfcRelAssociatesMaterial", LINK_MATERIAL, {"RelatedObjects", "RelatingMaterial"}},
    {ROLE_RELATION, "IfcRelAssociatesClassification", LINK_CLASS, {"RelatedObjects", "RelatingClassification"}},
    {ROLE_RELATION, "IfcExternalReferenceRelationship", LINK_CLASS, {"RelatedResourceObjects", "RelatingReference"}},
    {ROLE_NONE, "IfcRelationship", 0, {0}},
    {ROLE_NONE, "IfcResourceLevelRelationship", 0, {0}},
    /* things */
    {ROLE_OBJECT, "IfcObject", 0,
     {"GlobalId", "Name", "Description", "Tag", "PredefinedType", "ObjectType", "LongName", "UnitsInContext"}},
    {ROLE_OBJECT, "IfcContext", 0,
     {"GlobalId", "Name", "Description", "Tag", "PredefinedType", "ObjectType", "LongName", "UnitsInContext"}},
    {ROLE_TYPE, "IfcTypeObject", 0, {"GlobalId", "Name", "Description", "Tag", "PredefinedType", "HasPropertySets"}},
    {ROLE_PSET, "IfcPropertySet", 0, {"GlobalId", "Name", "HasProperties"}},
    {ROLE_QSET, "IfcElementQuantity", 0, {"GlobalId", "Name", "Quantities"}},
    {ROLE_PREDEFINED_SET, "IfcPropertySetDefinition", 0, {"GlobalId", "Name", "Description"}},
    {ROLE_SINGLE, "IfcPropertySingleValue", 0, {"Name", "NominalValue", "Unit"}},
    {ROLE_ENUMERATED, "IfcPropertyEnumeratedValue", 0, {"Name", "EnumerationValues", "EnumerationReference"}},
    {ROLE_LIST, "IfcPropertyListValue", 0, {"Name", "ListValues", "Unit"}},
    {ROLE_BOUNDED, "IfcPropertyBoundedValue", 0, {"Name", "UpperBoundValue", "LowerBoundValue", "Unit", "SetPointValue"}},
    {ROLE_TABLE, "IfcPropertyTableValue", 0, {"Name", "DefiningValues", "DefinedValues", "DefiningUnit", "DefinedUnit"}},
    {ROLE_REFERENCE, "IfcPropertyReferenceValue", 0, {"Name", "PropertyReference", "UsageName"}},
    {ROLE_COMPLEX, "IfcComplexProperty", 0, {"Name", "HasProperties"}},
    {ROLE_QUANTITY, "IfcPhysicalSimpleQuantity", 0, {"Name", "Unit"}},
    {ROLE_COMPLEX_QUANTITY, "IfcPhysicalComplexQuantity", 0, {"Name", "HasQuantities"}},
    {ROLE_ENUMERATION, "IfcPropertyEnumeration", 0, {"Name", "Unit"}},
    /* materials */
    {ROLE_MATERIAL, "IfcMaterial", 0, {"Name", "Category"}},
    {ROLE_LAYER, "IfcMaterialLayer", 0, {"Name", "Category", "Material", "LayerThickness"}},
    {ROLE_LAYER_SET, "IfcMaterialLayerSet", 0, {"LayerSetName", "MaterialLayers"}},
    {ROLE_LAYER_USAGE, "IfcMaterialLayerSetUsage", 0, {"ForLayerSet"}},
    {ROLE_MATERIAL_LIST, "IfcMaterialList", 0, {"Materials"}},
    {ROLE_CONSTITUENT, "IfcMaterialConstituent", 0, {"Name", "Category", "Material"}},
    {ROLE_CONSTITUENT_SET, "IfcMaterialConstituentSet", 0, {"Name", "MaterialConstituents"}},
    {ROLE_PROFILE, "IfcMaterialProfile", 0, {"Name", "Category", "Material"}},
    {ROLE_PROFILE_SET, "IfcMaterialProfileSet", 0, {"Name", "MaterialProfiles"}},
    {ROLE_PROFILE_USAGE, "IfcMaterialProfileSetUsage", 0, {"ForProfileSet"}},
    {ROLE_OLD_MATERIAL_PROPERTIES, "IfcExtendedMaterialProperties", 0, {"Name", "ExtendedProperties", "Material"}},
    {ROLE_MATERIAL_PROPERTIES, "IfcMaterialProperties", 0, {"Name", "Properties", "Material"}},
    {ROLE_MATERIAL_PROPERTIES, "IfcProfileProperties", 0, {"Name", "Properties", "ProfileDefinition"}},
    /* classifications */
    {ROLE_CLASS_REFERENCE, "IfcClassificationReference", 0, {"Identification", "Name", "ReferencedSource", "ItemReference"}},
    {ROLE_CLASSIFICATION, "IfcClassification", 0, {"Name"}},
    {ROLE_NOTATION, "IfcClassificationNotation", 0, {"NotationFacets"}},
    {ROLE_FACET, "IfcClassificationNotationFacet", 0, {"NotationValue"}},
    /* units */
    {ROLE_UNIT_ASSIGNMENT, "IfcUnitAssignment", 0, {"Units"}},
    {ROLE_SI_UNIT, "IfcSIUnit", 0, {"UnitType", "Prefix", "Name"}},
    {ROLE_CONVERSION_UNIT, "IfcConversionBasedUnit", 0, {"UnitType", "Name", "ConversionFactor", "ConversionOffset"}},
    {ROLE_CONTEXT_UNIT, "IfcContextDependentUnit", 0, {"UnitType", "Name"}},
    {ROLE_DERIVED_UNIT, "IfcDerivedUnit", 0, {"UnitType", "Elements", "UserDefinedType"}},
    {ROLE_UNIT_ELEMENT, "IfcDerivedUnitElement", 0, {"Unit", "Exponent"}},
    {ROLE_MONETARY_UNIT, "IfcMonetaryUnit", 0, {"Currency"}},
    {ROLE_MEASURE_WITH_UNIT, "IfcMeasureWithUnit", 0, {"ValueComponent", "UnitComponent"}},
    {ROLE_APPLICATION, "IfcApplication", 0, {"ApplicationFullName", "Version"}},
};
enum { N_ROLES_ROWS = sizeof trm_ifc_roles / sizeof trm_ifc_roles[0] };
_Static_assert(N_ROLES_ROWS <= 80, "room in trm_ifc.ancestors");

/* --- schema --- */

/* The schema that the header names, into f. Called when the first instance is met. */
static void
find_schema(struct trm_ifc *f)
{
    struct trm_step_val v;
    if (f->step.file_schema == 0)
        return;
    struct trm_step_cur c = trm_step_args_at(&f->step, f->step.file_schema);
    if (trm_step_next(&c, &v) && v.type == TRM_STEP_LIST) {
        c = trm_step_inside(&v);
        if (!trm_step_next(&c, &v))
            return;
    }
    if (v.type != TRM_STEP_STRING)
        return;
    f->file_schema = (struct trm_ifc_text){v.s, v.n};
    f->schema = trm_schema_find(v.s, v.n);
}

static void
find_ancestors(struct trm_ifc *f)
{
    for (size_t s = 0; s < 3; s++)
        for (int i = 0; i < N_ROLES_ROWS; i++)
            f->ancestors[s][i] = trm_schema_entity(trm_schema_at(s), trm_ifc_roles[i].entity);
}

static void set_moved(struct trm_ifc_class *c);

/* --- classes --- */

static void
set_role(const struct trm_ifc *f, struct trm_ifc_class *c)
{
    size_t s = 0;
    while (trm_schema_at(s) != c->schema)
        s++;
    c->role = ROLE_OTHER;
    for (int i = 0; i < N_ROLES_ROWS; i++) {
        const struct role_row *r = &trm_ifc_roles[i];
        if (!trm_schema_is_a(c->schema, c->entity, f->ancestors[s][i]))
            continue;
        c->role = r->role;
        c->link = r->link;
        for (int k = 0; k < N_SLOTS; k++)
            c->slot[k] = r->attrs[k] ? trm_schema_attr_find(c->schema, c->entity, r->attrs[k]) : -1;
        return;
    }
}

/* A quantity's value is the attribute behind its unit: LengthValue, an IfcLengthMeasure. */
static void
set_quantity(struct trm_ifc_class *c)
{
    struct trm_attr a;
    c->slot[2] = -1;
    if (!trm_schema_attr(c->schema, c->entity, c->slot[1] + 1, &a))
        return;
    c->slot[2] = c->slot[1] + 1;
    c->value_type = trm_schema_decl_name(c->schema, a.decl);
    c->value_measure = c->value_type ? trm_measure_find(c->value_type) : NULL;
}

/* Whether the class was asked for besides the elements, and where its GUID and texts stand. */
static void
set_also(const struct trm_ifc *f, struct trm_ifc_class *c)
{
    struct trm_attr a;
    c->also = false;
    for (size_t i = 0; i < f->n_also && !c->also; i++)
        c->also = trm_text_casecmp(f->also[i], c->name) == 0;
    c->guid = trm_schema_attr_find(c->schema, c->entity, "GlobalId");
    c->title = trm_schema_attr_find(c->schema, c->entity, "Name");
    c->description = trm_schema_attr_find(c->schema, c->entity, "Description");
    if (c->title >= 0 && trm_schema_attr(c->schema, c->entity, c->title, &a) && a.kind != TRM_KIND_STRING)
        c->title = -1; /* IfcSIUnit's is a word of an enumeration */
}

/* The class of keyword i, which is the next; NULL, and the error set, when memory is out. */
static struct trm_ifc_class *
new_class(struct trm_ifc *f, size_t i)
{
    if (i >= f->cap_classes) {
        size_t cap = f->cap_classes ? f->cap_classes * 2 : 64;
        struct trm_ifc_class *grown = realloc(f->classes, cap * sizeof *grown);
        if (!grown) {
            trm_err_set(f->err, TRM_SYS, "no memory for %zu entity names", cap);
            return NULL;
        }
        f->classes = grown;
        f->cap_classes = cap;
    }
    return &f->classes[i];
}

bool
trm_ifc_want(void *ctx, struct trm_step *st, struct trm_step_keyword *kw)
{
    struct trm_ifc *f = ctx;
    if (!f->schema && !f->schema_refused) {
        find_schema(f);
        f->schema_refused = f->schema == NULL;
        find_ancestors(f);
    }
    struct trm_ifc_class *c = new_class(f, (size_t)(kw - st->keywords));
    if (!c)
        return false;
    *c = (struct trm_ifc_class){.schema = f->schema, .entity = -1, .n_plan = -1, .n_whole = -1};
    memset(c->slot, -1, sizeof c->slot);
    if (f->schema_refused)
        return false;
    c->entity = trm_schema_decl_n(f->schema, kw->name, kw->n);
    for (size_t s = 3; c->entity < 0 && s-- > 0;) { /* release candidates: names that came or went */
        c->schema = trm_schema_at(s);
        c->entity = trm_schema_decl_n(c->schema, kw->name, kw->n);
    }
    if (c->entity < 0 || c->entity >= trm_schema_n_entities(c->schema)) {
        c->entity = -1;
        return false;
    }
    c->name = trm_schema_decl_name(c->schema, c->entity);
    c->n_attrs = trm_schema_n_attrs(c->schema, c->entity);
    set_role(f, c);
    if (c->role == ROLE_QUANTITY)
        set_quantity(c);
    set_moved(c);
    set_also(f, c);
    return c->also || (c->role != ROLE_NONE && c->role != ROLE_OTHER);
}

const struct trm_ifc_class trm_ifc_no_class = {.entity = -1, .slot = {-1, -1, -1, -1, -1, -1, -1, -1}};

const struct trm_ifc_class *
trm_ifc_find(const struct trm_ifc *f, uint64_t id, uint32_t *row)
{
    *row = trm_step_find(&f->step, id);
    return *row == TRM_STEP_NONE ? NULL : trm_ifc_class(f, *row);
}

/* --- attributes that are handed on --- */

static bool
is_slot(const struct trm_ifc_class *c, int index)
{
    int n = c->role == ROLE_OBJECT ? SLOT_LONG_NAME : c->role == ROLE_TYPE ? SLOT_TYPE_SETS + 1 : 3;
    for (int k = 0; k < n; k++)
        if (c->slot[k] == index)
            return true;
    return false;
}

/* References are left out, but for those that may stand for a measured value. */
static bool
has_meaning(const struct trm_ifc_class *c, const struct trm_attr *a)
{
    if (a->derived || a->kind == TRM_KIND_BINARY || a->rank > 1)
        return false;
    if (a->kind == TRM_KIND_ENTITY) {
        const char *type = trm_schema_decl_name(c->schema, a->decl);
        return type && a->rank == 0 && strcmp(type, "IfcMeasureWithUnit") == 0;
    }
    return true;
}

/* The attributes that are handed on, without those that `left` tells; *n -1 when memory is out. */
static struct plan *
make_plan(struct trm_ifc *f, const struct trm_ifc_class *c, bool (*left)(const struct trm_ifc_class *c, int index), int *n)
{
    struct plan *plan = trm_arena_calloc(&f->keep, (size_t)c->n_attrs + 1, sizeof *plan);
    struct trm_attr a;
    if (!plan) {
        trm_err_set(f->err, TRM_SYS, "no memory");
        return NULL;
    }
    *n = 0;
    for (int i = 0; trm_schema_attr(c->schema, c->entity, i, &a); i++) {
        if (left(c, i) || !has_meaning(c, &a))
            continue;
        const char *type = trm_schema_decl_name(c->schema, a.decl);
        plan[(*n)++] = (struct plan){.index = i, .attr = a, .type = type, .measure = type ? trm_measure_find(type) : NULL};
    }
    return plan;
}

const struct plan *
trm_ifc_plan(struct trm_ifc *f, const struct trm_ifc_class *cc, int *n)
{
    struct trm_ifc_class *c = (struct trm_ifc_class *)cc; /* a cache inside f, which is ours */
    if (c->n_plan < 0)
        c->plan = make_plan(f, c, is_slot, &c->n_plan);
    *n = c->plan ? c->n_plan : 0;
    return c->plan;
}

static bool
is_head(const struct trm_ifc_class *c, int index)
{
    return index == c->guid || index == c->title || index == c->description;
}

const struct plan *
trm_ifc_whole_plan(struct trm_ifc *f, const struct trm_ifc_class *cc, int *n)
{
    struct trm_ifc_class *c = (struct trm_ifc_class *)cc;
    if (c->n_whole < 0)
        c->whole = make_plan(f, c, is_head, &c->n_whole);
    *n = c->whole ? c->n_whole : 0;
    return c->whole;
}

const struct trm_attr *
trm_ifc_attrs(struct trm_ifc *f, const struct trm_ifc_class *cc)
{
    struct trm_ifc_class *c = (struct trm_ifc_class *)cc;
    if (c->attrs)
        return c->attrs;
    struct trm_attr *attrs = trm_arena_calloc(&f->keep, (size_t)c->n_attrs + 1, sizeof *attrs);
    for (int i = 0; attrs && i < c->n_attrs; i++)
        trm_schema_attr(c->schema, c->entity, i, &attrs[i]);
    if (!attrs)
        trm_err_set(f->err, TRM_SYS, "no memory");
    return c->attrs = attrs;
}

/* --- reading rows --- */

void
trm_ifc_warn(struct trm_ifc *f, const char *code, uint32_t row)
{
    trm_step_warn(&f->step, code, f->step.inst[row].off);
}

/* Attributes that stood elsewhere before IFC4X3_ADD2, told by the number of values: the first value changes places with the
 * second, which may stand behind all that the entity now has. Facts: the differences that buildingSMART lists between the
 * release candidates and the standard (IFC4.3.x-output), and files of IFC4X1, IFC4X2 and IFC4X3_RC1 to RC4. */
static const struct moved {
    const char *entity;
    size_t n, first, second;
} moved[] = {
    {"IfcFacilityPart", 11, 9, 10}, /* CompositionType, PredefinedType, UsageType */
    {"IfcBridgePart", 10, 9, 10},   /* no UsageType yet */
    {"IfcAlignment", 9, 7, 8},      /* Axis, PredefinedType */
};

/* How the class was written before, when that is what these n values are. */
static bool
put_back(const struct trm_ifc_class *c, struct trm_step_val *v, size_t *n)
{
    const struct moved *m = c->moved > 0 ? &moved[c->moved - 1] : NULL;
    if (!m || *n != m->n)
        return false;
    if (*n <= m->second)
        v[(*n)++] = (struct trm_step_val){.type = TRM_STEP_NULL};
    struct trm_step_val first = v[m->first];
    v[m->first] = v[m->second];
    v[m->second] = first;
    return true;
}

static void
set_moved(struct trm_ifc_class *c)
{
    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
        if (strcmp(c->name, moved[i].entity) == 0)
            c->moved = i + 1;
    if (c->moved > 0 && c->slot[SLOT_PREDEFINED] < 0) /* an attribute that only the older schemas have */
        c->slot[SLOT_PREDEFINED] = (int)moved[c->moved - 1].second;
}

void
trm_ifc_args(struct trm_ifc *f, uint32_t row, struct args *a)
{
    a->c = trm_ifc_class(f, row);
    a->row = row;
    size_t n = trm_step_all(&f->step, row, a->v, MAX_ARGS);
    if (!put_back(a->c, a->v, &n) && a->c->schema == f->schema && n != (size_t)a->c->n_attrs)
        trm_ifc_warn(f, "attribute_count", row);
    a->n = n < MAX_ARGS ? n : MAX_ARGS;
    for (size_t i = 0; i < a->n; i++)
        if (a->v[i].type == TRM_STEP_BAD)
            trm_ifc_warn(f, "bad_value", row);
}

const struct trm_step_val *
trm_ifc_slot(const struct args *a, int slot)
{
    int i = a->c->slot[slot];
    if (i < 0 || (size_t)i >= a->n || a->v[i].type == TRM_STEP_NULL || a->v[i].type == TRM_STEP_DERIVED)
        return NULL;
    return &a->v[i];
}

struct trm_ifc_text
trm_ifc_text(struct trm_ifc *f, const struct trm_step_val *v)
{
    struct trm_ifc_text t = {0};
    struct trm_step_val inner;
    if (v && v->type == TRM_STEP_TYPED) { /* IFCLABEL('x') where 'x' belongs */
        if (!trm_step_first(v, &inner))
            return t;
        v = &inner;
    }
    if (!v || v->type != TRM_STEP_STRING)
        return t;
    if (trm_step_text(&f->step, &f->scratch, v, &t.s, &t.n, f->err) != 0 || t.n == 0)
        return (struct trm_ifc_text){0};
    return t;
}

struct trm_ifc_text
trm_ifc_slot_text(struct trm_ifc *f, const struct args *a, int slot)
{
    return trm_ifc_text(f, trm_ifc_slot(a, slot));
}

struct trm_ifc_text
trm_ifc_arg_text(struct trm_ifc *f, const struct args *a, int index)
{
    return index < 0 || (size_t)index >= a->n ? (struct trm_ifc_text){0} : trm_ifc_text(f, &a->v[index]);
}

struct trm_ifc_text
trm_ifc_slot_enum(const struct args *a, int slot)
{
    const struct trm_step_val *v = trm_ifc_slot(a, slot);
    struct trm_step_val inner;
    if (v && v->type == TRM_STEP_TYPED) { /* IFCROADPARTTYPEENUM(.SHOULDER.), of a select of enumerations */
        v = trm_step_first(v, &inner) ? &inner : NULL;
    }
    if (!v || v->type != TRM_STEP_ENUM)
        return (struct trm_ifc_text){0};
    return (struct trm_ifc_text){v->s, v->n};
}

uint32_t
trm_ifc_ref(struct trm_ifc *f, const struct trm_step_val *v)
{
    if (!v || v->type != TRM_STEP_REF)
        return TRM_STEP_NONE;
    return trm_step_find(&f->step, v->ref);
}

uint32_t
trm_ifc_slot_ref(struct trm_ifc *f, const struct args *a, int slot)
{
    const struct trm_step_val *v = trm_ifc_slot(a, slot);
    return v ? trm_ifc_ref(f, v) : TRM_STEP_NONE;
}

bool
trm_ifc_text_eq(struct trm_ifc_text a, struct trm_ifc_text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

void *
trm_ifc_alloc(struct trm_ifc *f, size_t count, size_t size)
{
    void *p = trm_arena_calloc(&f->scratch, count ? count : 1, size);
    if (!p)
        trm_err_set(f->err, TRM_SYS, "no memory for %zu pieces of an element", count);
    return p;
}

static void
grow(struct trm_ifc *f, struct vec *v, size_t cap, size_t size)
{
    char *grown = trm_ifc_alloc(f, cap, size);
    if (!grown)
        return;
    if (v->n)
        memcpy(grown, v->data, v->n * size);
    v->data = grown, v->cap = cap;
}

void *
trm_ifc_push(struct trm_ifc *f, struct vec *v, size_t size)
{
    if (v->n == v->cap)
        grow(f, v, v->cap ? v->cap * 2 : 4, size);
    return v->n < v->cap ? (char *)v->data + v->n++ * size : NULL;
}

void
trm_ifc_reserve(struct trm_ifc *f, struct vec *v, size_t more, size_t size)
{
    if (v->cap - v->n < more)
        grow(f, v, v->n + more, size);
}
