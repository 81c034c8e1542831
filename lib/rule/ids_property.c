/* The property facet: every property that matches, in every set that matches, quantities too. */
#include <string.h>

#include "ids_facet.h"

#include "../base/text.h"

/* One of the value's parts as a value of its own: the value itself, an end of its bounds, a table's second column. */
static struct trm_value
part_of_value(const struct trm_value *v, const char *key)
{
    struct trm_value part = trm_value_of(trm_json_get(v->json, key));
    const char *type = strcmp(key, "defined") == 0 ? trm_ids_text_at(v->json, "defined_type") : NULL;
    part.type = type ? type : v->type;
    part.json = v->json;
    return part;
}

static bool
all_items(const struct ids_value *asked, const struct trm_value *v)
{
    for (size_t i = 0; i < trm_value_count(v); i++) {
        struct trm_value item = trm_value_item(v, i);
        if (!trm_ids_item_matches(asked, &item))
            return false;
    }
    return true;
}

/* A bounded value that is open where the range is not may lie outside it. */
static bool
ends_are_known(const struct ids_value *range, const struct trm_value *v)
{
    bool lower = trm_value_of(trm_json_get(v->json, "lower")).kind > TRM_VALUE_NULL;
    bool upper = trm_value_of(trm_json_get(v->json, "upper")).kind > TRM_VALUE_NULL;
    if (!trm_json_get(v->json, "lower") && !trm_json_get(v->json, "upper"))
        return true;
    return (lower || !(range->min_inclusive || range->min_exclusive)) && (upper || !(range->max_inclusive || range->max_exclusive));
}

/* A value: any part of the data type asked for will do - the value or its items, the ends of its bounds, both columns of a table.
 * A range: all of them must be in it (IDS 1.0, property facet, supported types of properties). */
static enum trm_reason
property_fits(const struct ids_facet *f, const struct trm_value *v)
{
    static const char *const keys[] = {"value", "lower", "upper", "defined"};
    bool plain = trm_json_type(v->json) != TRM_JSON_OBJECT, filled = false, typed = false, every = trm_ids_is_range(&f->value), wrong = false;
    if (trm_json_get(v->json, "properties") || trm_json_get(v->json, "reference"))
        return TRM_WHY_WRONG_TYPE;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && (i == 0 || !plain); i++) {
        struct trm_value part = plain ? *v : part_of_value(v, keys[i]);
        if (trm_value_count(&part) == 0)
            continue;
        filled = true;
        if (f->data_type && !(part.type && trm_text_casecmp(part.type, f->data_type) == 0))
            continue;
        typed = true;
        if (!f->value.given || (!every && trm_ids_any_item(&f->value, &part)))
            return TRM_HOLDS;
        wrong |= !every || !all_items(&f->value, &part);
    }
    if (typed && !wrong && ends_are_known(&f->value, v))
        return TRM_HOLDS;
    return !filled ? TRM_WHY_NO_VALUE : !typed ? TRM_WHY_DATA_TYPE : trm_ids_value_reason(&f->value);
}

/* Whether the file says nothing at all where the value should be; an empty text or an unknown LOGICAL says something. */
static bool
is_unset(const struct trm_value *v)
{
    return v->kind == TRM_VALUE_NULL && !v->type && !trm_json_get(v->json, "properties") && !trm_json_get(v->json, "reference");
}

static void
try_set(struct ids_search *s, const char *set_name, const trm_json *set)
{
    size_t matched = 0;
    for (void *it = trm_json_first(set); it; it = trm_json_next(set, it)) {
        if (!trm_ids_text_matches(&s->f->name, trm_json_key(it)))
            continue;
        struct trm_value v = trm_value_of(trm_json_value(it));
        enum trm_reason why = property_fits(s->f, &v);
        matched++;
        s->held += why == TRM_HOLDS;
        if (is_unset(&v)) {
            s->unset++;
            trm_ids_note(s, TRM_IN_PSET, set_name, trm_json_key(it), &v, false);
            continue;
        }
        s->there++;
        trm_ids_note(s, TRM_IN_PSET, set_name, trm_json_key(it), &v, why != TRM_HOLDS);
        if (why != TRM_HOLDS) {
            s->wrong++;
            s->why = why;
        }
    }
    s->sets++;
    s->empty_sets += matched == 0;
}

/* Every property that matches, in every set that matches, must fit; what is optional may be missing in any of them. */
enum trm_reason
trm_ids_property(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found, struct trm_result *out)
{
    struct ids_search s = {.f = f, .e = e, .out = out};
    const trm_json *both[] = {e->psets, e->qtos};
    for (size_t i = 0; i < 2; i++)
        for (void *it = trm_json_first(both[i]); it; it = trm_json_next(both[i], it))
            if (trm_ids_text_matches(&f->set, trm_json_key(it)))
                try_set(&s, trm_json_key(it), trm_json_value(it));
    found->any = f->value.given || f->data_type ? s.held > 0 : s.there + s.unset > 0;
    if (s.wrong)
        return s.why;
    found->absent = s.there == 0 || f->cardinality == IDS_OPTIONAL;
    if (!s.sets)
        return TRM_WHY_NO_SET;
    return s.unset ? TRM_WHY_NO_VALUE : s.empty_sets ? TRM_WHY_NO_PROPERTY : TRM_HOLDS;
}
