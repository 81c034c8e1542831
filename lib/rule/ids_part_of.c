/* The partOf facet: wholes that an instance is part of, directly or not. */
#include <string.h>

#include "ids_facet.h"

/* Whether a relation is among the words of the asked one ("IFCRELVOIDSELEMENT IFCRELFILLSELEMENT" is one value). */
static bool
relation_asked(const char *asked, const char *relation)
{
    size_t n = strlen(relation);
    for (const char *p = asked; p && *p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
        size_t len = strcspn(p, " ");
        char word[IDS_MAX_NAME];
        trm_ids_upper(word, relation, n);
        if (len == strlen(word) && strncmp(p, word, len) == 0)
            return true;
    }
    return false;
}

static bool
whole_matches(const struct ids_facet *f, const struct trm_element *e, const trm_json *whole)
{
    const char *class = trm_ids_text_at(whole, "class");
    if (!class || !trm_ids_is_class(&f->name, class, e->schema, trm_ids_text_at(whole, "type_class")))
        return false;
    return !f->predefined.given || trm_ids_predefined_matches(&f->predefined, trm_ids_text_at(whole, "predefined_type"), trm_ids_text_at(whole, "object_type"));
}

/* Whether IDS knows the relation; trm-ifc also tells of places that it does not. */
static bool
is_known(const char *relation)
{
    return relation_asked("IFCRELCONTAINEDINSPATIALSTRUCTURE IFCRELAGGREGATES IFCRELNESTS IFCRELVOIDSELEMENT IFCRELFILLSELEMENT "
                          "IFCRELASSIGNSTOGROUP", relation);
}

/* The wholes of an array of the record. Of containers each sits in the next, so that a step of another relation ends them. */
static bool
any_whole(const struct ids_facet *f, const struct trm_element *e, const char *key, struct ids_found *found)
{
    const trm_json *wholes = trm_json_get(e->rec, key);
    bool chain = strcmp(key, "containers") == 0, groups = strcmp(key, "groups") == 0;
    for (size_t i = 0; i < trm_json_len(wholes); i++) {
        const trm_json *whole = trm_json_at(wholes, i);
        const char *relation = groups ? "IfcRelAssignsToGroup" : trm_ids_text_at(whole, "relation");
        bool fits = relation ? (f->relation ? relation_asked(f->relation, relation) : is_known(relation)) : !f->relation;
        if (!fits && chain)
            return false;
        found->absent = found->absent && !fits;
        if (fits && whole_matches(f, e, whole))
            return true;
    }
    return false;
}

enum trm_reason
trm_ids_part_of(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found)
{
    found->absent = true;
    bool fits = any_whole(f, e, "containers", found) || any_whole(f, e, "groups", found) || any_whole(f, e, "part_of", found);
    return fits ? TRM_HOLDS : TRM_WHY_RELATION;
}
