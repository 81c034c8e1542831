/* What an element is made of, how it is classified, and where it sits. */
#include <string.h>

#include "room.h"

enum { MAX_DEPTH = 6, MAX_CHAIN = 64, MAX_PARTS = 100000 };

/* --- materials --- */

struct materials {
    struct vec out;
    const char *role; /* of what is being gone through */
    struct trm_ifc_text set;
};

/* Two sets of one name would be one name twice in an object: the first stays. */
static size_t
unique_sets(struct trm_ifc *f, struct trm_ifc_set *sets, size_t n)
{
    struct trm_ifc_text *names = trm_ifc_alloc(f, n, sizeof *names);
    for (size_t i = 0; names && i < n; i++)
        names[i] = sets[i].name;
    const uint32_t *first = names ? trm_ifc_first_equal(f, names, n) : NULL;
    size_t left = 0;
    for (size_t i = 0; first && i < n; i++)
        if (first[i] == i)
            sets[left++] = sets[i];
    return left;
}

struct trm_ifc_set *
trm_ifc_resource_sets(struct trm_ifc *f, uint32_t row, size_t *n)
{
    struct vec sets = {0};
    size_t at = 0;
    for (uint32_t p; (p = trm_ifc_link(f, row, LINK_MATERIAL_PROPERTIES, &at)) != TRM_STEP_NONE;) {
        struct args a;
        trm_ifc_args(f, p, &a);
        struct trm_ifc_set *s = trm_ifc_push(f, &sets, sizeof *s);
        if (!s)
            break;
        s->name = trm_ifc_slot_text(f, &a, 0);
        if (!s->name.s)
            s->name = trm_ifc_lit(a.c->name);
        if (trm_ifc_slot(&a, 1))
            s->props = trm_ifc_property_list(f, trm_ifc_slot(&a, 1), 0, &s->n);
        else
            s->props = trm_ifc_attributes(f, &a, &s->n);
    }
    *n = sets.n > 1 ? unique_sets(f, sets.data, sets.n) : sets.n;
    return sets.data;
}

static struct trm_ifc_material *
new_material(struct trm_ifc *f, struct materials *ms, uint32_t row)
{
    if (ms->out.n >= MAX_PARTS)
        return NULL;
    struct trm_ifc_material *m = trm_ifc_push(f, &ms->out, sizeof *m);
    if (m)
        *m = (struct trm_ifc_material){.role = ms->role, .set = ms->set, .step = f->step.inst[row].id};
    return m;
}

/* The IfcMaterial at row into m. */
static void
fill_material(struct trm_ifc *f, uint32_t row, struct trm_ifc_material *m)
{
    struct args a;
    if (row == TRM_STEP_NONE || trm_ifc_class(f, row)->role != ROLE_MATERIAL)
        return;
    trm_ifc_args(f, row, &a);
    m->name = trm_ifc_slot_text(f, &a, 0);
    m->category = trm_ifc_slot_text(f, &a, 1);
    m->step = f->step.inst[row].id;
    m->psets = trm_ifc_resource_sets(f, row, &m->n_psets);
}

/* A layer, constituent or profile. */
static void
add_item(struct trm_ifc *f, const struct args *a, struct materials *ms)
{
    struct trm_ifc_material *m = new_material(f, ms, a->row);
    if (!m)
        return;
    m->role = a->c->role == ROLE_LAYER ? "layer" : a->c->role == ROLE_CONSTITUENT ? "constituent" : "profile";
    m->item = trm_ifc_slot_text(f, a, 0);
    m->item_category = trm_ifc_slot_text(f, a, 1);
    fill_material(f, trm_ifc_slot_ref(f, a, 2), m);
    int n, index = a->c->slot[3];
    const struct plan *plan = trm_ifc_plan(f, a->c, &n);
    for (int i = 0; a->c->role == ROLE_LAYER && i < n; i++)
        if (plan[i].index == index && (size_t)index < a->n)
            trm_ifc_attribute(f, &plan[i], &a->v[index], &m->thickness);
}

static void add_material(struct trm_ifc *f, uint32_t row, int depth, struct materials *ms);

static void
add_materials(struct trm_ifc *f, const struct trm_step_val *list, int depth, struct materials *ms)
{
    struct trm_step_val v;
    if (!list || list->type != TRM_STEP_LIST)
        return;
    for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v) && ms->out.n < MAX_PARTS;) {
        uint32_t row = trm_ifc_ref(f, &v);
        if (row != TRM_STEP_NONE)
            add_material(f, row, depth, ms);
        else
            trm_step_warn(&f->step, "dangling_reference", v.s ? (size_t)(v.s - f->step.data) : 0);
    }
}

/* Whatever form the material at row has. */
static void
add_material(struct trm_ifc *f, uint32_t row, int depth, struct materials *ms)
{
    struct args a;
    struct trm_ifc_material *m;
    if (depth > MAX_DEPTH)
        return;
    trm_ifc_args(f, row, &a);
    switch (a.c->role) {
    case ROLE_MATERIAL:
        if ((m = new_material(f, ms, row)))
            fill_material(f, row, m);
        break;
    case ROLE_LAYER:
    case ROLE_CONSTITUENT:
    case ROLE_PROFILE:
        add_item(f, &a, ms);
        break;
    case ROLE_LAYER_USAGE:
    case ROLE_PROFILE_USAGE:
        if (trm_ifc_slot_ref(f, &a, 0) != TRM_STEP_NONE)
            add_material(f, trm_ifc_slot_ref(f, &a, 0), depth + 1, ms);
        break;
    case ROLE_LAYER_SET:
    case ROLE_CONSTITUENT_SET:
    case ROLE_PROFILE_SET:
        ms->set = trm_ifc_slot_text(f, &a, 0);
        add_materials(f, trm_ifc_slot(&a, 1), depth + 1, ms);
        break;
    case ROLE_MATERIAL_LIST:
        ms->role = "list";
        add_materials(f, trm_ifc_slot(&a, 0), depth + 1, ms);
        break;
    default:
        trm_ifc_warn(f, "not_a_material", row);
        break;
    }
}

static void
materials_of(struct trm_ifc *f, uint32_t row, struct materials *ms)
{
    size_t at = 0;
    for (uint32_t m; (m = trm_ifc_link(f, row, LINK_MATERIAL, &at)) != TRM_STEP_NONE;) {
        ms->role = "material";
        ms->set = (struct trm_ifc_text){0};
        add_material(f, m, 0, ms);
    }
}

void
trm_ifc_materials(struct trm_ifc *f, uint32_t row, uint32_t type, struct trm_ifc_element *e)
{
    struct materials ms = {0};
    materials_of(f, row, &ms);
    if (ms.out.n == 0 && type != TRM_STEP_NONE) {
        materials_of(f, type, &ms);
        e->materials_from_type = ms.out.n > 0;
    }
    e->materials = ms.out.data;
    e->n_materials = ms.out.n;
}

/* --- classifications --- */

/* From a reference upwards, to the system it belongs to. */
static void
classification_chain(struct trm_ifc *f, uint32_t row, struct trm_ifc_classification *out)
{
    struct vec parents = {0};
    struct args a;
    for (int depth = 0; row != TRM_STEP_NONE && depth < MAX_CHAIN; depth++) {
        trm_ifc_args(f, row, &a);
        if (a.c->role == ROLE_CLASSIFICATION) {
            out->system = trm_ifc_slot_text(f, &a, 0);
            break;
        }
        if (a.c->role != ROLE_CLASS_REFERENCE)
            break;
        struct trm_ifc_class_code step = {.code = trm_ifc_slot_text(f, &a, a.c->slot[0] >= 0 ? 0 : 3), .name = trm_ifc_slot_text(f, &a, 1)};
        if (depth == 0) {
            out->code = step.code, out->name = step.name;
        } else {
            struct trm_ifc_class_code *to = trm_ifc_push(f, &parents, sizeof *to);
            if (!to)
                break;
            *to = step;
        }
        row = trm_ifc_slot_ref(f, &a, 2);
    }
    out->parents = parents.data;
    out->n_parents = parents.n;
}

/* IFC2X3's notation: the facets' values, joined. */
static void
notation(struct trm_ifc *f, const struct args *a, struct trm_ifc_classification *out)
{
    const struct trm_step_val *list = trm_ifc_slot(a, 0);
    struct trm_step_val v;
    char *text = NULL;
    if (!list || list->type != TRM_STEP_LIST)
        return;
    size_t n = 0;
    for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v) && n < MAX_CHAIN; n++) {
        struct args facet;
        uint32_t row = trm_ifc_ref(f, &v);
        if (row == TRM_STEP_NONE)
            continue;
        trm_ifc_args(f, row, &facet);
        struct trm_ifc_text t = facet.c->role == ROLE_FACET ? trm_ifc_slot_text(f, &facet, 0) : (struct trm_ifc_text){0};
        text = trm_arena_printf(&f->scratch, "%s%.*s", text ? text : "", (int)t.n, t.s ? t.s : "");
        if (!text)
            return;
    }
    if (text && *text)
        out->code = trm_ifc_lit(text);
}

static void
classifications_of(struct trm_ifc *f, uint32_t row, bool from_type, struct vec *out)
{
    size_t at = 0;
    for (uint32_t c; (c = trm_ifc_link(f, row, LINK_CLASS, &at)) != TRM_STEP_NONE && out->n < MAX_PARTS;) {
        enum role role = trm_ifc_class(f, c)->role;
        if (role != ROLE_CLASS_REFERENCE && role != ROLE_CLASSIFICATION && role != ROLE_NOTATION)
            continue;
        struct trm_ifc_classification *to = trm_ifc_push(f, out, sizeof *to), one = {.from_type = from_type};
        if (!to)
            return;
        if (role == ROLE_NOTATION) {
            struct args a;
            trm_ifc_args(f, c, &a);
            notation(f, &a, &one);
        } else {
            classification_chain(f, c, &one);
        }
        *to = one;
    }
}

void
trm_ifc_classifications(struct trm_ifc *f, uint32_t row, uint32_t type, struct trm_ifc_element *e)
{
    struct vec out = {0};
    classifications_of(f, row, false, &out);
    if (type != TRM_STEP_NONE)
        classifications_of(f, type, true, &out);
    e->classifications = out.data;
    e->n_classifications = out.n;
}

/* --- place --- */

/* One step towards the project: its own place, else its whole, its host, and only then where it is merely mentioned. */
static uint32_t
parent(const struct trm_ifc *f, uint32_t row, const char **relation)
{
    static const struct {
        enum link kind;
        const char *relation;
    } ways[] = {
        {LINK_CONTAINED, "IfcRelContainedInSpatialStructure"}, {LINK_WHOLE, "IfcRelAggregates"}, {LINK_NEST, "IfcRelNests"},
        {LINK_FILLS, "IfcRelFillsElement"},   {LINK_VOIDS, "IfcRelVoidsElement"},
        {LINK_PROJECTS, "IfcRelProjectsElement"}, {LINK_PORT, "IfcRelConnectsPortToElement"},
        {LINK_REFERENCED, "IfcRelReferencedInSpatialStructure"}, {LINK_DECLARED, "IfcRelDeclares"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        uint32_t to = trm_ifc_first_link(f, row, ways[i].kind);
        if (to != TRM_STEP_NONE && trm_ifc_class(f, to)->role == ROLE_OBJECT) {
            *relation = ways[i].relation;
            return to;
        }
    }
    return TRM_STEP_NONE;
}

/* Whether the schema has no occurrence of its own for a type: IfcAirTerminalType of IFC2X3 types an IfcFlowTerminal. */
static bool
only_type_tells(const struct trm_ifc_class *type)
{
    char occurrence[120];
    size_t n = strlen(type->name);
    if (n < 5 || n >= sizeof occurrence || strcmp(type->name + n - 4, "Type") != 0)
        return false;
    memcpy(occurrence, type->name, n - 4);
    occurrence[n - 4] = '\0';
    return strcmp(trm_schema_name(type->schema), "IFC2X3") == 0 && trm_schema_entity(type->schema, occurrence) < 0;
}

/* The predefined type that counts: the type object's, where it says one, else the object's own. */
static void
predefined_of(struct trm_ifc *f, const struct args *a, struct trm_ifc_container *c)
{
    static const char *const texts[] = {"ElementType", "ProcessType", "ResourceType"};
    uint32_t type = trm_ifc_type_of(f, a->row);
    c->predefined_type = trm_ifc_slot_enum(a, SLOT_PREDEFINED);
    c->object_type = trm_ifc_slot_text(f, a, SLOT_OBJECT_TYPE);
    if (type == TRM_STEP_NONE)
        return;
    struct args t;
    trm_ifc_args(f, type, &t);
    c->type_cls = only_type_tells(t.c) ? t.c->name : NULL;
    struct trm_ifc_text of_type = trm_ifc_slot_enum(&t, SLOT_PREDEFINED);
    if (!of_type.s || trm_step_is(of_type.s, of_type.n, "NOTDEFINED"))
        return;
    c->predefined_type = of_type;
    c->object_type = (struct trm_ifc_text){0};
    for (size_t i = 0; i < 3 && !c->object_type.s; i++)
        c->object_type = trm_ifc_arg_text(f, &t, trm_schema_attr_find(t.c->schema, t.c->entity, texts[i]));
}

static void
fill_container(struct trm_ifc *f, const struct args *a, struct trm_ifc_container *c)
{
    c->cls = a->c->name;
    c->guid = trm_ifc_slot_text(f, a, SLOT_GUID);
    c->name = trm_ifc_slot_text(f, a, SLOT_NAME);
    predefined_of(f, a, c);
    c->step = f->step.inst[a->row].id;
}

static void
place_chain(struct trm_ifc *f, uint32_t row, struct trm_ifc_element *e)
{
    struct vec out = {0};
    uint32_t seen[MAX_CHAIN] = {row};
    const char *relation = NULL;
    for (size_t n = 1; (row = parent(f, row, &relation)) != TRM_STEP_NONE && n < MAX_CHAIN; n++) {
        for (size_t i = 0; i < n; i++)
            if (seen[i] == row) {
                trm_ifc_warn(f, "cycle", row);
                n = MAX_CHAIN;
            }
        if (n == MAX_CHAIN)
            break;
        seen[n] = row;
        struct args a;
        trm_ifc_args(f, row, &a);
        struct trm_ifc_container *c = trm_ifc_push(f, &out, sizeof *c);
        if (!c)
            break;
        fill_container(f, &a, c);
        c->relation = relation;
        if (!e->storey.s && strcmp(c->cls, "IfcBuildingStorey") == 0)
            e->storey = c->name.s ? c->name : trm_ifc_slot_text(f, &a, SLOT_LONG_NAME);
    }
    e->containers = out.data;
    e->n_containers = out.n;
}

/* The six relations of IDS; voiding and filling count as one. */
static const struct {
    enum link kind;
    const char *relation;
    int family;
} six[] = {
    {LINK_CONTAINED, "IfcRelContainedInSpatialStructure", 0}, {LINK_WHOLE, "IfcRelAggregates", 1},
    {LINK_NEST, "IfcRelNests", 2}, {LINK_FILLS, "IfcRelFillsElement", 3}, {LINK_VOIDS, "IfcRelVoidsElement", 3},
    {LINK_GROUP, "IfcRelAssignsToGroup", 4},
};
enum { N_SIX = sizeof six / sizeof *six, MIXED = 5, MAX_WHOLES = 512 };

/* A whole that was reached; family: of all relations that led there, or MIXED. */
struct whole {
    uint32_t row;
    int family;
    const char *relation;
    bool told; /* by containers or groups */
};
struct wholes {
    struct whole at[MAX_WHOLES];
    size_t n;
};

/* A whole once for each family, and once for a mixed way where no family leads there. */
static struct whole *
reach(struct wholes *w, uint32_t row, int family, const char *relation)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->at[i].row == row && (w->at[i].family == family || family == MIXED))
            return &w->at[i];
    if (w->n == MAX_WHOLES)
        return NULL;
    w->at[w->n] = (struct whole){.row = row, .family = family, .relation = family == MIXED ? NULL : relation};
    return &w->at[w->n++];
}

static void
reach_from(const struct trm_ifc *f, struct wholes *w, uint32_t row, int family)
{
    for (size_t k = 0; k < N_SIX; k++) {
        size_t at = 0;
        for (uint32_t to; (to = trm_ifc_link(f, row, six[k].kind, &at)) != TRM_STEP_NONE && w->n < MAX_WHOLES;)
            if (trm_ifc_class(f, to)->role == ROLE_OBJECT)
                reach(w, to, family < 0 || family == six[k].family ? six[k].family : MIXED, six[k].relation);
    }
}

static int
family_of(const char *relation)
{
    for (size_t k = 0; k < N_SIX; k++)
        if (strcmp(six[k].relation, relation) == 0)
            return six[k].family;
    return -1;
}

/* Mark what a reader of containers finds there himself: up to the first step that is none of the six. */
static void
mark_told(struct trm_ifc *f, struct wholes *w, const struct trm_ifc_element *e)
{
    int family = -1;
    for (size_t i = 0; i < e->n_containers; i++) {
        int step = family_of(e->containers[i].relation);
        if (step < 0)
            break;
        family = i == 0 || family == step ? step : MIXED;
        uint32_t row = trm_step_find(&f->step, e->containers[i].step);
        for (size_t k = 0; k < w->n; k++)
            if (w->at[k].row == row && (w->at[k].family == family || w->at[k].family == MIXED))
                w->at[k].told = true;
    }
    for (size_t k = 0; k < w->n; k++)
        for (size_t i = 0; i < e->n_groups; i++)
            w->at[k].told |= f->step.inst[w->at[k].row].id == e->groups[i].step && w->at[k].family >= 4;
}

static void
further_wholes(struct trm_ifc *f, uint32_t row, struct trm_ifc_element *e)
{
    struct wholes w = {.n = 0};
    struct vec out = {0};
    reach_from(f, &w, row, -1);
    for (size_t i = 0; i < w.n; i++)
        reach_from(f, &w, w.at[i].row, w.at[i].family);
    mark_told(f, &w, e);
    for (size_t i = 0; i < w.n; i++) {
        if (w.at[i].told || w.at[i].row == row)
            continue;
        struct args a;
        trm_ifc_args(f, w.at[i].row, &a);
        struct trm_ifc_container *c = trm_ifc_push(f, &out, sizeof *c);
        if (!c)
            break;
        fill_container(f, &a, c);
        c->relation = w.at[i].relation;
    }
    e->part_of = out.data;
    e->n_part_of = out.n;
}

void
trm_ifc_place(struct trm_ifc *f, uint32_t row, struct trm_ifc_element *e)
{
    struct vec groups = {0};
    size_t at = 0;
    place_chain(f, row, e);
    for (uint32_t g; (g = trm_ifc_link(f, row, LINK_GROUP, &at)) != TRM_STEP_NONE && groups.n < MAX_PARTS;) {
        struct args a;
        trm_ifc_args(f, g, &a);
        struct trm_ifc_container *c = a.c->role == ROLE_OBJECT ? trm_ifc_push(f, &groups, sizeof *c) : NULL;
        if (!c)
            continue;
        fill_container(f, &a, c);
        c->relation = "IfcRelAssignsToGroup";
    }
    e->groups = groups.data;
    e->n_groups = groups.n;
    further_wholes(f, row, e);
}
