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

/* IFC2X3 has no IfcAirTerminal: an IfcFlowTerminal typed by an IfcAirTerminalType is one. */
static bool
named_by_type(const struct ids_value *name, const char *schema, const char *type_class)
{
    const struct trm_schema *s = schema ? trm_schema_find(schema, strlen(schema)) : NULL;
    size_t n = type_class ? strlen(type_class) : 0;
    char entity[MAX_NAME];
    if (!s || strcmp(trm_schema_name(s), "IFC2X3") != 0 || n < 5 || strcmp(type_class + n - 4, "Type") != 0)
        return false;
    upper(entity, type_class, n - 4);
    return trm_schema_entity(s, entity) < 0 && trm_ids_text_matches(name, entity);
}

static bool
class_matches(const struct ids_value *name, const char *class, const char *schema, const char *type_class)
{
    char entity[MAX_NAME];
    upper(entity, class, strlen(class));
    return trm_ids_text_matches(name, entity) || named_by_type(name, schema, type_class);
}

/* One predefined type against what is asked for; USERDEFINED also means the text beside it. */
static bool
predefined_matches(const struct ids_value *v, const char *predefined, const char *user)
{
    if (!predefined)
        return user && trm_ids_text_matches(v, user);
    if (trm_ids_text_matches(v, predefined))
        return true;
    return strcmp(predefined, "USERDEFINED") == 0 && user && trm_ids_text_matches(v, user);
}

/* The type object's predefined type counts where it has one, else the occurrence's. */
static bool
predefined_fits(const struct ids_value *v, const struct trm_element *e)
{
    const trm_json *type = e->type_object;
    const char *of_type = text_at(type, "predefined_type");
    const trm_json *attributes = trm_json_get(type, "attributes");
    struct trm_value user = trm_value_of(trm_json_get(attributes, "ElementType"));
    if (user.kind == TRM_VALUE_NONE)
        user = trm_value_of(trm_json_get(attributes, "ProcessType"));
    if (of_type && strcmp(of_type, "NOTDEFINED") != 0)
        return predefined_matches(v, of_type, user.kind == TRM_VALUE_TEXT ? user.text : NULL);
    const char *own = e->predefined_type;
    return own && own[0] ? predefined_matches(v, own, e->object_type) : false;
}

static enum trm_reason
entity(const struct ids_facet *f, const struct trm_element *e)
{
    if (!class_matches(&f->name, e->class, e->schema, text_at(e->type_object, "class")))
        return TRM_WHY_CLASS;
    return f->predefined.given && !predefined_fits(&f->predefined, e) ? TRM_WHY_PREDEFINED : TRM_HOLDS;
}

/* --- attributes ----------------------------------------------------------------------------------------------------- */

struct search {
    const struct ids_facet *f;
    const struct trm_element *e;
    size_t there, filled, wrong, sets, empty_sets, in_set;
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

static int
try_attribute(void *ctx, enum trm_place place, const char *set, const char *name, const struct trm_value *v)
{
    struct search *s = ctx;
    (void)set;
    if (place != TRM_IN_ATTRIBUTE || strcmp(name, "Storey") == 0 || !trm_ids_text_matches(&s->f->name, name))
        return 0;
    s->there++;
    if (v->kind == TRM_VALUE_NULL && !trm_json_bool(trm_json_get(v->json, "reference"), false))
        return 0;
    bool wrong = s->f->value.given && !any_item(&s->f->value, v);
    s->filled++;
    s->wrong += wrong;
    note(s, place, NULL, name, v, wrong);
    return 0;
}

static enum trm_reason
attribute(const struct ids_facet *f, const struct trm_element *e, bool *absent, struct trm_result *out)
{
    struct search s = {.f = f, .e = e, .out = out};
    trm_element_each(e, try_attribute, &s);
    if (e->guid && trm_ids_text_matches(&f->name, "GlobalId")) {
        struct trm_value guid = {.kind = TRM_VALUE_TEXT, .text = e->guid};
        try_attribute(&s, TRM_IN_ATTRIBUTE, NULL, "GlobalId", &guid);
    }
    *absent = s.there == 0;
    if (!s.filled)
        return s.there ? TRM_WHY_NO_VALUE : TRM_ABSENT;
    return s.wrong ? TRM_VALUE : TRM_HOLDS;
}

/* --- properties ----------------------------------------------------------------------------------------------------- */

/* The value, or its bounds, or a table's columns: any will do. */
static bool
value_fits(const struct ids_value *asked, const struct trm_value *v)
{
    static const char *const more[] = {"lower", "upper", "defined"};
    if (any_item(asked, v))
        return true;
    for (size_t i = 0; i < 3; i++) {
        struct trm_value other = *v, plain = trm_value_of(trm_json_get(v->json, more[i]));
        other.kind = plain.kind, other.num = plain.num, other.text = plain.text, other.flag = plain.flag, other.array = plain.array;
        if (i == 2) {
            const char *type = text_at(v->json, "defined_type");
            other.type = type ? type : other.type;
        }
        if (plain.kind > TRM_VALUE_NULL && any_item(asked, &other))
            return true;
    }
    return false;
}

static bool
has_any_value(const struct trm_value *v)
{
    return trm_value_count(v) > 0 ||
           (v->json && (trm_value_of(trm_json_get(v->json, "lower")).kind > TRM_VALUE_NULL ||
                        trm_value_of(trm_json_get(v->json, "upper")).kind > TRM_VALUE_NULL ||
                        trm_value_of(trm_json_get(v->json, "defined")).kind > TRM_VALUE_NULL));
}

static enum trm_reason
property_fits(const struct ids_facet *f, const struct trm_value *v)
{
    if (trm_json_get(v->json, "properties") || trm_json_get(v->json, "reference"))
        return TRM_WHY_WRONG_TYPE;
    if (!has_any_value(v))
        return TRM_WHY_NO_VALUE;
    const char *other = text_at(v->json, "defined_type");
    if (f->data_type && !(v->type && trm_text_casecmp(v->type, f->data_type) == 0) &&
        !(other && trm_text_casecmp(other, f->data_type) == 0))
        return TRM_WHY_DATA_TYPE;
    return !f->value.given || value_fits(&f->value, v) ? TRM_HOLDS : TRM_VALUE;
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

static enum trm_reason
property(const struct ids_facet *f, const struct trm_element *e, bool *absent, struct trm_result *out)
{
    struct search s = {.f = f, .e = e, .out = out};
    const trm_json *both[] = {e->psets, e->qtos};
    for (size_t i = 0; i < 2; i++)
        for (void *it = trm_json_first(both[i]); it; it = trm_json_next(both[i], it))
            if (trm_ids_text_matches(&f->set, trm_json_key(it)))
                try_set(&s, trm_json_key(it), trm_json_value(it));
    *absent = s.there == 0;
    if (!s.sets)
        return TRM_WHY_NO_SET;
    if (s.wrong)
        return s.why;
    return s.empty_sets ? TRM_WHY_NO_PROPERTY : TRM_HOLDS;
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
classification(const struct ids_facet *f, const struct trm_element *e, bool *absent)
{
    bool any_system = false;
    *absent = trm_json_len(e->classifications) == 0;
    for (size_t i = 0; i < trm_json_len(e->classifications); i++) {
        const trm_json *c = trm_json_at(e->classifications, i);
        const char *system = text_at(c, "system");
        if (overridden(e->classifications, c) || (f->set.given && !(system && trm_ids_text_matches(&f->set, system))))
            continue;
        any_system = true;
        if (code_matches(&f->value, c))
            return TRM_HOLDS;
    }
    return *absent ? TRM_ABSENT : any_system ? TRM_VALUE : TRM_WHY_SYSTEM;
}

static enum trm_reason
material(const struct ids_facet *f, const struct trm_element *e, bool *absent)
{
    static const char *const keys[] = {"name", "category", "item", "item_category", "set"};
    *absent = trm_json_len(e->materials) == 0;
    if (*absent)
        return TRM_ABSENT;
    if (!f->value.given)
        return TRM_HOLDS;
    for (size_t i = 0; i < trm_json_len(e->materials); i++)
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const char *text = text_at(trm_json_at(e->materials, i), keys[k]);
            if (text && trm_ids_text_matches(&f->value, text))
                return TRM_HOLDS;
        }
    return TRM_VALUE;
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
    if (!class || !class_matches(&f->name, class, e->schema, NULL))
        return false;
    return !f->predefined.given || predefined_matches(&f->predefined, text_at(whole, "predefined_type"), text_at(whole, "object_type"));
}

static enum trm_reason
part_of(const struct ids_facet *f, const struct trm_element *e, bool *absent)
{
    const trm_json *groups = trm_json_get(e->rec, "groups");
    *absent = true;
    for (size_t i = 0; i < trm_json_len(e->containers); i++) {
        const trm_json *whole = trm_json_at(e->containers, i);
        const char *relation = text_at(whole, "relation");
        if (f->relation && !(relation && relation_asked(f->relation, relation)))
            break;
        *absent = false;
        if (whole_matches(f, e, whole))
            return TRM_HOLDS;
    }
    if (f->relation && !relation_asked(f->relation, "IfcRelAssignsToGroup"))
        return TRM_WHY_RELATION;
    for (size_t i = 0; i < trm_json_len(groups); i++) {
        *absent = false;
        if (whole_matches(f, e, trm_json_at(groups, i)))
            return TRM_HOLDS;
    }
    return TRM_WHY_RELATION;
}

/* --- rules ---------------------------------------------------------------------------------------------------------- */

enum trm_reason
trm_ids_facet(const struct ids_facet *f, const struct trm_element *e, bool *absent, struct trm_result *out)
{
    *absent = false;
    switch (f->kind) {
    case IDS_ENTITY:
        return entity(f, e);
    case IDS_PART_OF:
        return part_of(f, e, absent);
    case IDS_CLASSIFICATION:
        return classification(f, e, absent);
    case IDS_ATTRIBUTE:
        return attribute(f, e, absent, out);
    case IDS_PROPERTY:
        return property(f, e, absent, out);
    case IDS_MATERIAL:
        break;
    }
    return material(f, e, absent);
}

bool
trm_ids_applies(const struct ids_rule *r, const struct trm_element *e)
{
    bool absent;
    for (const struct ids_facet *f = r->specification->applicability; f; f = f->next)
        if (trm_ids_facet(f, e, &absent, NULL) != TRM_HOLDS)
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

/* required: as it is; optional: what is absent passes; prohibited: the opposite. */
void
trm_ids_judge(struct trm_result *out, const struct ids_rule *r, const struct trm_element *e)
{
    const struct trm_rule *rule = out->rule;
    const struct ids_facet *f = r->requirement;
    bool absent;
    *out = (struct trm_result){.rule = rule};
    if (!f) {
        bool prohibited = r->specification->most == 0;
        out->verdict = prohibited ? TRM_FAIL : TRM_PASS;
        out->reason = prohibited ? TRM_WHY_PROHIBITED : TRM_HOLDS;
        return;
    }
    enum trm_reason why = trm_ids_facet(f, e, &absent, out);
    if (f->cardinality == IDS_PROHIBITED)
        why = why == TRM_HOLDS ? TRM_WHY_PROHIBITED : TRM_HOLDS;
    else if (f->cardinality == IDS_OPTIONAL && absent)
        why = TRM_HOLDS;
    if (r->specification->most == 0)
        why = TRM_WHY_PROHIBITED; /* whatever is asked: there must be no such element */
    out->verdict = why == TRM_HOLDS ? TRM_PASS : TRM_FAIL;
    out->reason = why;
}
