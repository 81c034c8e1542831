/* Which classes a specification of IDS can speak of: what a reader must give records of, and what it left out. */
#include <string.h>

#include "ids.h"

#include "../base/text.h"
#include "../schema/schema.h"

static bool
any_of(const struct trm_schema *s, int entity, const char *const *names)
{
    for (; *names; names++)
        if (trm_schema_is_a(s, entity, trm_schema_entity(s, *names)))
            return true;
    return false;
}

/* Whether an entity is a member of a select, or of a select in it. */
static bool
in_select(const struct trm_schema *s, int select, int entity, int depth)
{
    int item;
    for (size_t i = 0; depth < 5 && (item = trm_schema_select_item(s, select, i)) >= 0; i++)
        if (item < trm_schema_n_entities(s) ? trm_schema_is_a(s, entity, item) : in_select(s, item, entity, depth + 1))
            return true;
    return false;
}

static bool
has_attribute(const struct ids_value *name, const struct trm_schema *s, int entity)
{
    struct trm_attr a;
    for (int i = 0; trm_schema_attr(s, entity, i, &a); i++)
        if (!a.derived && trm_ids_text_matches(name, a.name))
            return true;
    return false;
}

/* Whether an instance of the class can meet the facet at all. */
static bool
can_meet(const struct ids_facet *f, const struct trm_schema *s, int entity)
{
    static const char *const objects[] = {"IfcObjectDefinition", NULL}, *const classified[] = {"IfcObjectDefinition", "IfcPropertyDefinition", NULL};
    static const char *const holders[] = {"IfcObjectDefinition", "IfcMaterialDefinition", "IfcMaterial", "IfcProfileDef", NULL};
    int resources;
    switch (f->kind) {
    case IDS_ENTITY:
        return trm_ids_class_matches(&f->name, trm_schema_decl_name(s, entity));
    case IDS_ATTRIBUTE:
        return has_attribute(&f->name, s, entity);
    case IDS_PROPERTY:
        return any_of(s, entity, holders);
    case IDS_CLASSIFICATION:
        resources = trm_schema_decl(s, "IfcResourceObjectSelect");
        return any_of(s, entity, classified) || (resources >= 0 && in_select(s, resources, entity, 0));
    case IDS_PART_OF:
    case IDS_MATERIAL:
        break;
    }
    return any_of(s, entity, objects);
}

bool
trm_ids_asks_for(const struct ids_specification *spec, const struct trm_schema *s, int entity)
{
    static const char *const elements[] = {"IfcObject", "IfcContext", NULL};
    if (!spec->applicability || any_of(s, entity, elements)) /* nothing is said of what: elements are meant, which are always there */
        return false;
    for (const struct ids_facet *f = spec->applicability; f; f = f->next)
        if (!can_meet(f, s, entity))
            return false;
    return true;
}

/* Whether a rule of the set asks for it; rules of one specification ask for the same. */
static bool
asked_for(const struct trm_rules *rules, const struct trm_schema *s, int entity)
{
    const struct ids_specification *last = NULL;
    for (size_t i = 0; i < rules->n; i++) {
        const struct ids_rule *ids = rules->rules[i].body->ids;
        if (!ids || ids->specification == last)
            continue;
        last = ids->specification;
        if (trm_ids_asks_for(last, s, entity))
            return true;
    }
    return false;
}

/* Whether an earlier schema has the class too, and it was told there. */
static bool
told_before(const struct trm_rules *rules, size_t schema, const char *name)
{
    for (size_t i = 0; i < schema; i++) {
        const struct trm_schema *s = trm_schema_at(i);
        int entity = trm_schema_entity(s, name);
        if (entity >= 0 && !trm_schema_is_abstract(s, entity) && asked_for(rules, s, entity))
            return true;
    }
    return false;
}

void
trm_rules_classes(struct trm_buf *b, const struct trm_rules *rules)
{
    size_t n = 0;
    for (size_t k = 0; trm_schema_at(k); k++) {
        const struct trm_schema *s = trm_schema_at(k);
        for (int i = 0; i < trm_schema_n_entities(s); i++) {
            const char *name = trm_schema_decl_name(s, i);
            if (!trm_schema_is_abstract(s, i) && asked_for(rules, s, i) && !told_before(rules, k, name))
                trm_buf_addf(b, "%s%s", n++ ? "," : "", name);
        }
    }
}
