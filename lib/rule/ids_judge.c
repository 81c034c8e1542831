/* Facets of IDS on one element, made into verdicts. */
#include <string.h>

#include "ids_facet.h"

#include "../schema/schema.h"

/* Where something was found; the last that was wrong stays. */
void
trm_ids_note(struct ids_search *s, enum trm_place place, const char *set, const char *name, const struct trm_value *v, bool wrong)
{
    if (!s->out || (s->out->place.name && !wrong))
        return;
    s->out->found = *v;
    s->out->place = (struct trm_source){.place = place, .set = set, .name = name};
}

/* The facet on the element: TRM_HOLDS, or the reason why not. */
static enum trm_reason
facet(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found, struct trm_result *out)
{
    enum trm_reason why = TRM_HOLDS;
    *found = (struct ids_found){0};
    switch (f->kind) {
    case IDS_ENTITY:
        why = trm_ids_entity(f, e);
        break;
    case IDS_PART_OF:
        why = trm_ids_part_of(f, e, found);
        break;
    case IDS_CLASSIFICATION:
        why = trm_ids_classification(f, e, found);
        break;
    case IDS_ATTRIBUTE:
        return trm_ids_attribute(f, e, found, out);
    case IDS_PROPERTY:
        return trm_ids_property(f, e, found, out);
    case IDS_MATERIAL:
        why = trm_ids_material(f, e, found);
        break;
    }
    found->any = why == TRM_HOLDS;
    return why;
}

bool
trm_ids_applies(const struct ids_rule *r, const struct trm_element *e)
{
    struct ids_found found;
    for (const struct ids_facet *f = r->specification->applicability; f; f = f->next)
        if (facet(f, e, &found, NULL) != TRM_HOLDS)
            return false;
    return true;
}

/* Whether the name is a literal that the schema knows as an entity, so that no type object can stand for it. */
static bool
is_entity_of(const struct ids_value *name, const struct trm_schema *s)
{
    return name->simple && trm_schema_entity(s, name->simple) >= 0;
}

bool
trm_ids_class_fits(const struct ids_rule *r, const char *schema, const char *class)
{
    const struct trm_schema *s = schema ? trm_schema_find(schema, strlen(schema)) : NULL;
    if (!s)
        return true;
    bool old = strcmp(trm_schema_name(s), "IFC2X3") == 0;
    for (const struct ids_facet *f = r->specification->applicability; f; f = f->next)
        if (f->kind == IDS_ENTITY && !(old && !is_entity_of(&f->name, s)) && !trm_ids_is_class(&f->name, class, schema, NULL))
            return false;
    return true;
}

/* required: as it is; optional: what is absent passes; prohibited: nothing may be there that meets the facet, not even an empty
 * property or attribute where no value is named. */
void
trm_ids_judge(struct trm_result *out, const struct ids_rule *r, const struct trm_element *e)
{
    const struct trm_rule *rule = out->rule;
    const struct ids_facet *f = r->requirement;
    struct ids_found found;
    *out = (struct trm_result){.rule = rule};
    if (!f) {
        bool prohibited = r->specification->most == 0;
        out->verdict = prohibited ? TRM_FAIL : TRM_PASS;
        out->reason = prohibited ? TRM_WHY_PROHIBITED : TRM_HOLDS;
        return;
    }
    enum trm_reason why = facet(f, e, &found, out);
    if (f->cardinality == IDS_PROHIBITED)
        why = found.any ? TRM_WHY_PROHIBITED : TRM_HOLDS;
    else if (f->cardinality == IDS_OPTIONAL && found.absent)
        why = TRM_HOLDS;
    if (r->specification->most == 0)
        why = TRM_WHY_PROHIBITED; /* whatever is asked: there must be no such element */
    out->verdict = why == TRM_HOLDS ? TRM_PASS : TRM_FAIL;
    out->reason = why;
}
