/* The facets of what is associated with an instance or its type: classifications and materials. */
#include <string.h>

#include "ids_facet.h"

static bool
code_matches(const struct ids_value *v, const trm_json *c)
{
    const char *code = trm_ids_text_at(c, "code");
    if (!v->given || (code && trm_ids_text_matches(v, code)))
        return true;
    const trm_json *parents = trm_json_get(c, "parents");
    for (size_t i = 0; i < trm_json_len(parents); i++) {
        code = trm_ids_text_at(trm_json_at(parents, i), "code");
        if (code && trm_ids_text_matches(v, code))
            return true;
    }
    return false;
}

/* Whether the element itself is classified in this system, so that its type's classification does not count. */
static bool
overridden(const trm_json *list, const trm_json *c)
{
    const char *system = trm_ids_text_at(c, "system");
    if (!trm_ids_text_at(c, "from"))
        return false;
    for (size_t i = 0; i < trm_json_len(list); i++) {
        const trm_json *other = trm_json_at(list, i);
        const char *its = trm_ids_text_at(other, "system");
        if (!trm_ids_text_at(other, "from") && its && system && strcmp(its, system) == 0)
            return true;
    }
    return false;
}

enum trm_reason
trm_ids_classification(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found)
{
    bool any_system = false;
    found->absent = trm_json_len(e->classifications) == 0;
    for (size_t i = 0; i < trm_json_len(e->classifications); i++) {
        const trm_json *c = trm_json_at(e->classifications, i);
        const char *system = trm_ids_text_at(c, "system");
        if (overridden(e->classifications, c) || (f->set.given && !(system && trm_ids_text_matches(&f->set, system))))
            continue;
        any_system = true;
        if (code_matches(&f->value, c))
            return TRM_HOLDS;
    }
    return found->absent ? TRM_ABSENT : any_system ? trm_ids_value_reason(&f->value) : TRM_WHY_SYSTEM;
}

enum trm_reason
trm_ids_material(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found)
{
    static const char *const keys[] = {"name", "category", "item", "item_category", "set"};
    found->absent = trm_json_len(e->materials) == 0;
    if (found->absent)
        return TRM_ABSENT;
    if (!f->value.given)
        return TRM_HOLDS;
    for (size_t i = 0; i < trm_json_len(e->materials); i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const char *text = trm_ids_text_at(trm_json_at(e->materials, i), keys[k]);
            if (text && trm_ids_text_matches(&f->value, text))
                return TRM_HOLDS;
        }
    return trm_ids_value_reason(&f->value);
}
