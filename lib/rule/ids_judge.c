/* Facets of IDS on one element. Each says TRM_HOLDS or why not, and whether anything was there at all. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ids.h"

#include "../base/text.h"
#include "../schema/schema.h"

static const char *
text_at(const trm_json *v, const char *key)
{
    const char *s = trm_json_str(trm_json_get(v, key), NULL);
    return s && s[0] ? s : NULL;
}

/* --- entities ------------------------------------------------------------------------------------------------------- */

enum { MAX_NAME = 120 };

static void
upper(char out[MAX_NAME], const char *s, size_t n)
{
    size_t len = 0;
    for (; len < n && len + 1 < MAX_NAME; len++)
        out[len] = (char)toupper((unsigned char)s[len]);
    out[len] = 0;
}

/* IFC2X3 has no IfcAirTerminal: an IfcFlowTerminal typed by an IfcAirTerminalType is one. The standard's table of such names has for
 * each the occurrence's class that IFC4 made its supertype, but for one. */
static bool
named_by_type(const struct ids_value *name, const char *class, const char *schema, const char *type_class)
{
    const struct trm_schema *s = schema ? trm_schema_find(schema, strlen(schema)) : NULL, *later = trm_schema_at(1);
    size_t n = type_class ? strlen(type_class) : 0;
    char entity[MAX_NAME];
    if (!s || strcmp(trm_schema_name(s), "IFC2X3") != 0 || n < 5 || strcmp(type_class + n - 4, "Type") != 0)
        return false;
    upper(entity, type_class, n - 4);
    int named = trm_schema_entity(later, entity), super = named >= 0 ? trm_schema_super(later, named) : -1;
    if (trm_schema_entity(s, entity) >= 0 || super < 0 || !trm_ids_text_matches(name, entity))
        return false;
    const char *occurrence = strcmp(entity, "IFCVIBRATIONISOLATOR") == 0 ? "IfcEquipmentElement" : trm_schema_decl_name(later, super);
    return trm_text_casecmp(occurrence, class) == 0;
}

bool
trm_ids_class_matches(const struct ids_value *name, const char *class)
{
    char entity[MAX_NAME];
    upper(entity, class, strlen(class));
    return trm_ids_text_matches(name, entity);
}

static bool
class_matches(const struct ids_value *name, const char *class, const char *schema, const char *type_class)
{
    return trm_ids_class_matches(name, class) || named_by_type(name, class, schema, type_class);
}

/* One predefined type against what is asked for; USERDEFINED also means the text beside it. */
static bool
predefined_matches(const struct ids_value *v, const char *predefined, const char *user)
{
    if (!predefined)
        return false;
    if (trm_ids_text_matches(v, predefined))
        return true;
    return strcmp(predefined, "USERDEFINED") == 0 && user && trm_ids_text_matches(v, user);
}

/* What a type object means by USERDEFINED; NULL when it does not say. */
static const char *
user_text(const trm_json *attributes)
{
    static const char *const names[] = {"ElementType", "ProcessType", "ResourceType"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct trm_value v = trm_value_of(trm_json_get(attributes, names[i]));
        if (v.kind == TRM_VALUE_TEXT)
            return v.text;
    }
    return NULL;
}

/* The type object's predefined type counts where it has one, else the occurrence's. */
static bool
predefined_fits(const struct ids_value *v, const struct trm_element *e)
{
    const char *of_type = text_at(e->type_object, "predefined_type"), *own = e->predefined_type;
    if (of_type && strcmp(of_type, "NOTDEFINED") != 0)
        return predefined_matches(v, of_type, user_text(trm_json_get(e->type_object, "attributes")));
    return own && own[0] ? predefined_matches(v, own, e->object_type ? e->object_type : user_text(e->attributes)) : false;
}

static enum trm_reason
entity(const struct ids_facet *f, const struct trm_element *e)
{
    if (!class_matches(&f->name, e->class, e->schema, text_at(e->type_object, "class")))
        return TRM_WHY_CLASS;
    return f->predefined.given && !predefined_fits(&f->predefined, e) ? TRM_WHY_PREDEFINED : TRM_HOLDS;
}

/* What a facet met: nothing at all (which `optional` allows); anything that meets it (which `prohibited` does not). */
struct found {
    bool absent, any;
};

/* --- attributes ----------------------------------------------------------------------------------------------------- */

struct search {
    const struct ids_facet *f;
    const struct trm_element *e;
    size_t there, filled, wrong, held, unset, sets, empty_sets;
    enum trm_reason why;
    struct trm_result *out;
};

/* Where something was found; the last that was wrong stays. */
static void
note(struct search *s, enum trm_place place, const char *set, const char *name, const struct trm_value *v, bool wrong)
{
    if (!s->out || (s->out->place.name && !wrong))
        return;
    s->out->found = *v;
    s->out->place = (struct trm_source){.place = place, .set = set, .name = name};
}

static bool
any_item(const struct ids_value *asked, const struct trm_value *v)
{
    for (size_t i = 0; i < trm_value_count(v); i++) {
        struct trm_value item = trm_value_item(v, i);
        if (trm_ids_item_matches(asked, &item))
            return true;
    }
    return false;
}

/* What a value that is there misses of what is asked for. */
static enum trm_reason
value_reason(const struct ids_value *v)
{
    if (v->simple || v->enumeration)
        return TRM_VALUE;
    if (v->patterns)
        return TRM_PATTERN;
    return v->length >= 0 || v->min_length >= 0 || v->max_length >= 0 ? TRM_WHY_LENGTH : TRM_BOUND;
}

/* An attribute whose type the record does not name is a plain one; whether of whole numbers, the schema knows. */
static void
name_plain_type(struct trm_value *v, const struct trm_element *e, const char *name)
{
    struct trm_attr a;
    const struct trm_schema *s = v->kind == TRM_VALUE_NUM && !v->type && e->schema ? trm_schema_find(e->schema, strlen(e->schema)) : NULL;
    int entity = s ? trm_schema_entity(s, e->class) : -1, index = entity >= 0 ? trm_schema_attr_find(s, entity, name) : -1;
    if (index >= 0 && trm_schema_attr(s, entity, index, &a) && a.kind == TRM_KIND_INTEGER)
        v->type = "INTEGER";
}

static void
attribute_is(struct search *s, const char *name, struct trm_value v)
{
    const struct ids_value *asked = &s->f->value;
    name_plain_type(&v, s->e, name);
    /* lists and references are there, but no value is theirs */
    bool wrong = asked->given && (v.kind == TRM_VALUE_LIST || v.kind == TRM_VALUE_NULL || !any_item(asked, &v));
    s->filled++;
    s->wrong += wrong;
    s->held += !wrong;
    note(s, TRM_IN_ATTRIBUTE, NULL, name, &v, wrong);
}

static int
try_attribute(void *ctx, enum trm_place place, const char *set, const char *name, const struct trm_value *v)
{
    struct search *s = ctx;
    (void)set;
    if (place != TRM_IN_ATTRIBUTE || strcmp(name, "Storey") == 0 || !trm_ids_text_matches(&s->f->name, name))
        return 0;
    s->there++;
    if (v->kind != TRM_VALUE_NULL)
        attribute_is(s, name, *v);
    return 0;
}

/* Attributes of which the record has the names only: what refers to other instances, what is empty. */
static void
try_named(struct search *s, const char *key, bool filled)
{
    const trm_json *names = trm_json_get(s->e->rec, key);
    for (size_t i = 0; i < trm_json_len(names); i++) {
        const char *name = trm_json_str(trm_json_at(names, i), "");
        if (!trm_ids_text_matches(&s->f->name, name))
            continue;
        s->there++;
        if (filled)
            attribute_is(s, name, (struct trm_value){.kind = TRM_VALUE_NULL});
    }
}

static enum trm_reason
attribute(const struct ids_facet *f, const struct trm_element *e, struct found *found, struct trm_result *out)
{
    struct search s = {.f = f, .e = e, .out = out};
    trm_element_each(e, try_attribute, &s);
    if (e->guid && trm_ids_text_matches(&f->name, "GlobalId")) {
        struct trm_value guid = {.kind = TRM_VALUE_TEXT, .text = e->guid};
        try_attribute(&s, TRM_IN_ATTRIBUTE, NULL, "GlobalId", &guid);
    }
    try_named(&s, "refers", true);
    try_named(&s, "empty", false);
    found->absent = s.there == 0;
    found->any = f->value.given ? s.held > 0 : s.there > 0;
    if (!s.filled)
        return s.there ? TRM_WHY_NO_VALUE : TRM_ABSENT;
    return s.wrong ? value_reason(&f->value) : TRM_HOLDS;
}

/* --- properties ----------------------------------------------------------------------------------------------------- */

/* One of the value's parts as a value of its own: the value itself, an end of its bounds, a table's second column. */
static struct trm_value
part_of_value(const struct trm_value *v, const char *key)
{
    struct trm_value part = trm_value_of(trm_json_get(v->json, key));
    const char *type = strcmp(key, "defined") == 0 ? text_at(v->json, "defined_type") : NULL;
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
    bool bounded = trm_json_get(v->json, "lower") || trm_json_get(v->json, "upper");
    bool lower = trm_value_of(trm_json_get(v->json, "lower")).kind > TRM_VALUE_NULL, upper = trm_value_of(trm_json_get(v->json, "upper")).kind > TRM_VALUE_NULL;
    return !bounded || ((lower || !(range->min_inclusive || range->min_exclusive)) && (upper || !(range->max_inclusive || range->max_exclusive)));
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
        if (!f->value.given || (!every && any_item(&f->value, &part)))
            return TRM_HOLDS;
        wrong |= !every || !all_items(&f->value, &part);
    }
    if (typed && !wrong && ends_are_known(&f->value, v))
        return TRM_HOLDS;
    return !filled ? TRM_WHY_NO_VALUE : !typed ? TRM_WHY_DATA_TYPE : value_reason(&f->value);
}

/* Whether the file says nothing at all where the value should be; an empty text or an unknown LOGICAL says something. */
static bool
is_unset(const struct trm_value *v)
{
    return v->kind == TRM_VALUE_NULL && !v->type && !trm_json_get(v->json, "properties") && !trm_json_get(v->json, "reference");
}

static void
try_set(struct search *s, const char *set_name, const trm_json *set)
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
            note(s, TRM_IN_PSET, set_name, trm_json_key(it), &v, false);
            continue;
        }
        s->there++;
        note(s, TRM_IN_PSET, set_name, trm_json_key(it), &v, why != TRM_HOLDS);
        if (why != TRM_HOLDS) {
            s->wrong++;
            s->why = why;
        }
    }
    s->sets++;
    s->empty_sets += matched == 0;
}

/* Every property that matches, in every set that matches, must fit; what is optional may be missing in any of them. */
static enum trm_reason
property(const struct ids_facet *f, const struct trm_element *e, struct found *found, struct trm_result *out)
{
    struct search s = {.f = f, .e = e, .out = out};
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

/* --- classifications and materials ---------------------------------------------------------------------------------- */

static bool
code_matches(const struct ids_value *v, const trm_json *c)
{
    const char *code = text_at(c, "code");
    if (!v->given || (code && trm_ids_text_matches(v, code)))
        return true;
    const trm_json *parents = trm_json_get(c, "parents");
    for (size_t i = 0; i < trm_json_len(parents); i++) {
        code = text_at(trm_json_at(parents, i), "code");
        if (code && trm_ids_text_matches(v, code))
            return true;
    }
    return false;
}

/* Whether the element itself is classified in this system, so that its type's classification does not count. */
static bool
overridden(const trm_json *list, const trm_json *c)
{
    const char *system = text_at(c, "system");
    if (!text_at(c, "from"))
        return false;
    for (size_t i = 0; i < trm_json_len(list); i++) {
        const trm_json *other = trm_json_at(list, i);
        const char *its = text_at(other, "system");
        if (!text_at(other, "from") && its && system && strcmp(its, system) == 0)
            return true;
    }
    return false;
}

static enum trm_reason
classification(const struct ids_facet *f, const struct trm_element *e, struct found *found)
{
    bool any_system = false;
    found->absent = trm_json_len(e->classifications) == 0;
    for (size_t i = 0; i < trm_json_len(e->classifications); i++) {
        const trm_json *c = trm_json_at(e->classifications, i);
        const char *system = text_at(c, "system");
        if (overridden(e->classifications, c) || (f->set.given && !(system && trm_ids_text_matches(&f->set, system))))
            continue;
        any_system = true;
        if (code_matches(&f->value, c))
            return TRM_HOLDS;
    }
    return found->absent ? TRM_ABSENT : any_system ? value_reason(&f->value) : TRM_WHY_SYSTEM;
}

static enum trm_reason
material(const struct ids_facet *f, const struct trm_element *e, struct found *found)
{
    static const char *const keys[] = {"name", "category", "item", "item_category", "set"};
    found->absent = trm_json_len(e->materials) == 0;
    if (found->absent)
        return TRM_ABSENT;
    if (!f->value.given)
        return TRM_HOLDS;
    for (size_t i = 0; i < trm_json_len(e->materials); i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const char *text = text_at(trm_json_at(e->materials, i), keys[k]);
            if (text && trm_ids_text_matches(&f->value, text))
                return TRM_HOLDS;
        }
    return value_reason(&f->value);
}

/* --- partOf --------------------------------------------------------------------------------------------------------- */

/* Whether a relation is among the words of the asked one ("IFCRELVOIDSELEMENT IFCRELFILLSELEMENT" is one value). */
static bool
relation_asked(const char *asked, const char *relation)
{
    size_t n = strlen(relation);
    for (const char *p = asked; p && *p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
        size_t len = strcspn(p, " ");
        char word[MAX_NAME];
        upper(word, relation, n);
        if (len == strlen(word) && strncmp(p, word, len) == 0)
            return true;
    }
    return false;
}

static bool
whole_matches(const struct ids_facet *f, const struct trm_element *e, const trm_json *whole)
{
    const char *class = text_at(whole, "class");
    if (!class || !class_matches(&f->name, class, e->schema, text_at(whole, "type_class")))
        return false;
    return !f->predefined.given || predefined_matches(&f->predefined, text_at(whole, "predefined_type"), text_at(whole, "object_type"));
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
any_whole(const struct ids_facet *f, const struct trm_element *e, const char *key, struct found *found)
{
    const trm_json *wholes = trm_json_get(e->rec, key);
    bool chain = strcmp(key, "containers") == 0, groups = strcmp(key, "groups") == 0;
    for (size_t i = 0; i < trm_json_len(wholes); i++) {
        const trm_json *whole = trm_json_at(wholes, i);
        const char *relation = groups ? "IfcRelAssignsToGroup" : text_at(whole, "relation");
        bool fits = relation ? (f->relation ? relation_asked(f->relation, relation) : is_known(relation)) : !f->relation;
        if (!fits && chain)
            return false;
        found->absent = found->absent && !fits;
        if (fits && whole_matches(f, e, whole))
            return true;
    }
    return false;
}

static enum trm_reason
part_of(const struct ids_facet *f, const struct trm_element *e, struct found *found)
{
    found->absent = true;
    bool fits = any_whole(f, e, "containers", found) || any_whole(f, e, "groups", found) || any_whole(f, e, "part_of", found);
    return fits ? TRM_HOLDS : TRM_WHY_RELATION;
}

/* --- rules ---------------------------------------------------------------------------------------------------------- */

/* The facet on the element: TRM_HOLDS, or the reason why not. */
static enum trm_reason
facet(const struct ids_facet *f, const struct trm_element *e, struct found *found, struct trm_result *out)
{
    enum trm_reason why = TRM_HOLDS;
    *found = (struct found){0};
    switch (f->kind) {
    case IDS_ENTITY:
        why = entity(f, e);
        break;
    case IDS_PART_OF:
        why = part_of(f, e, found);
        break;
    case IDS_CLASSIFICATION:
        why = classification(f, e, found);
        break;
    case IDS_ATTRIBUTE:
        return attribute(f, e, found, out);
    case IDS_PROPERTY:
        return property(f, e, found, out);
    case IDS_MATERIAL:
        why = material(f, e, found);
        break;
    }
    found->any = why == TRM_HOLDS;
    return why;
}

bool
trm_ids_applies(const struct ids_rule *r, const struct trm_element *e)
{
    struct found found;
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
        if (f->kind == IDS_ENTITY && !(old && !is_entity_of(&f->name, s)) && !class_matches(&f->name, class, schema, NULL))
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
    struct found found;
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
