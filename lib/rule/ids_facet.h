/* What the facets of IDS share. Each says TRM_HOLDS or why not, and whether anything was there at all. */
#ifndef TRM_RULE_IDS_FACET_H
#define TRM_RULE_IDS_FACET_H

#include "ids.h"

enum { IDS_MAX_NAME = 120 };

/* What a facet met: nothing at all (which `optional` allows); anything that meets it (which `prohibited` does not). */
struct ids_found {
    bool absent, any;
};

/* What was met on the way through attributes or properties. */
struct ids_search {
    const struct ids_facet *f;
    const struct trm_element *e;
    size_t there, filled, wrong, held, unset, sets, empty_sets;
    enum trm_reason why;
    struct trm_result *out;
};

/* Member of an object that is a text and not empty, or NULL. */
static inline const char *
trm_ids_text_at(const trm_json *v, const char *key)
{
    const char *s = trm_json_str(trm_json_get(v, key), NULL);
    return s && s[0] ? s : NULL;
}

/* The first n bytes of s in capitals, cut to fit. */
void trm_ids_upper(char out[IDS_MAX_NAME], const char *s, size_t n);
/* Whether the name asked for is this class's, or in IFC2X3 that of its type's. schema, type_class: NULL where not known. */
bool trm_ids_is_class(const struct ids_value *name, const char *class, const char *schema, const char *type_class);
bool trm_ids_predefined_matches(const struct ids_value *v, const char *predefined, const char *user);
/* Where something was found; the last that was wrong stays. */
void trm_ids_note(struct ids_search *s, enum trm_place place, const char *set, const char *name, const struct trm_value *v, bool wrong);
/* Whether the value, or one of its items, is what is asked for. */
bool trm_ids_any_item(const struct ids_value *asked, const struct trm_value *v);
enum trm_reason trm_ids_value_reason(const struct ids_value *v);

/* The facets. out: where something was found; may be NULL. */
enum trm_reason trm_ids_entity(const struct ids_facet *f, const struct trm_element *e);
enum trm_reason trm_ids_attribute(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found, struct trm_result *out);
enum trm_reason trm_ids_property(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found, struct trm_result *out);
enum trm_reason trm_ids_classification(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found);
enum trm_reason trm_ids_material(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found);
enum trm_reason trm_ids_part_of(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found);

#endif
