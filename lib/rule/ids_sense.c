/* The sense of IDS specifications: names that the schemas do not have, types and values that do not go together, facets that
 * contradict each other. What is told as an error can never be met, or is none of what IDS 1.0 allows. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ids_flaw.h"

#include "../base/text.h"
#include "../schema/schema.h"

enum { MAX_ENTITIES = 1500 };
static const size_t MOST_WORK = 50000000; /* instructions times names, of all files of a set: some two seconds */

/* One specification as one schema sees it. */
struct view {
    struct flaw_place p;
    const struct trm_schema *s;
    bool applies[MAX_ENTITIES]; /* entities that the applicability's class facets leave */
    bool any_class;             /* it has such a facet */
};

static void
at(struct view *v, const struct ids_place *place)
{
    v->p.line = place->line;
    v->p.column = place->column;
}

/* --- classes --------------------------------------------------------------------------------------------------------- */

/* In IFC2X3 the name of an entity that only its type has: IFCAIRTERMINAL. */
static bool
is_by_type(const struct trm_schema *s, const char *name)
{
    char type[130];
    snprintf(type, sizeof type, "%.120sTYPE", name);
    return trm_schema_entity(trm_schema_at(1), name) >= 0 && strcmp(trm_schema_name(s), "IFC2X3") == 0 && trm_schema_entity(s, type) >= 0;
}

static bool
is_upper(const char *s)
{
    for (; *s; s++)
        if (islower((unsigned char)*s))
            return false;
    return true;
}

/* A literal of a class name. known_elsewhere: it is one of several, of which another may fit. */
static void
check_class_name(struct view *v, const char *name, bool one_of_many)
{
    int entity = trm_schema_entity(v->s, name);
    if (entity < 0 && is_by_type(v->s, name))
        return;
    if (entity < 0 || !is_upper(name))
        trm_flaw_add(&v->p, one_of_many ? TRM_WARNING : TRM_ERROR, "class", "an entity of the schema, in capitals", "\"%.80s\"", name);
    else if (trm_schema_is_abstract(v->s, entity))
        trm_flaw_add(&v->p, TRM_WARNING, "class", "a class that is not abstract: subclasses do not match", "\"%.80s\"", name);
}

/* Whether there is work left to hold n names against the value. Patterns made to be slow use it up; then flaws are left out. */
static bool
may_match(struct view *v, const struct ids_value *value, size_t n)
{
    struct trm_rules *rules = v->p.rules;
    size_t steps = 0;
    for (const struct ids_text *p = value->patterns; p; p = p->next)
        steps += trm_regex_size(p->pattern);
    if (!steps)
        return true;
    if (rules->audit_work > MOST_WORK)
        rules->flaws_left_out = true;
    else
        rules->audit_work += steps * n;
    return rules->audit_work <= MOST_WORK;
}

/* Which entities a class facet names, into set; how many. */
static size_t
classes_named(struct view *v, const struct ids_value *name, bool set[MAX_ENTITIES])
{
    size_t n = 0;
    bool may = may_match(v, name, (size_t)trm_schema_n_entities(v->s));
    memset(set, !may, MAX_ENTITIES * sizeof *set);
    if (!may)
        return MAX_ENTITIES;
    for (int i = 0; i < trm_schema_n_entities(v->s) && i < MAX_ENTITIES; i++) {
        set[i] = trm_ids_class_matches(name, trm_schema_decl_name(v->s, i));
        n += set[i];
    }
    return n;
}

static bool
names_by_type(struct view *v, const struct ids_value *name)
{
    if (name->simple)
        return is_by_type(v->s, name->simple);
    for (const struct ids_text *e = name->enumeration; e; e = e->next)
        if (is_by_type(v->s, e->text))
            return true;
    return false;
}

/* The words of an enumeration of the predefined type of an entity; -1: it has no such attribute. */
static int
predefined_enum(const struct trm_schema *s, int entity)
{
    struct trm_attr a;
    int i = trm_schema_attr_find(s, entity, "PredefinedType");
    return i >= 0 && trm_schema_attr(s, entity, i, &a) && a.kind == TRM_KIND_ENUM ? a.decl : -1;
}

static bool
enum_has(const struct trm_schema *s, int type, const char *word)
{
    const char *item;
    for (size_t i = 0; (item = trm_schema_enum_item(s, type, i)); i++)
        if (strcmp(item, word) == 0)
            return true;
    return false;
}

/* Some class of the set must have a predefined type that can be the one asked for. */
static void
check_predefined(struct view *v, const struct ids_facet *f, const bool set[MAX_ENTITIES])
{
    bool any = false, fits = false;
    at(v, &f->predefined.place);
    for (int i = 0; i < trm_schema_n_entities(v->s) && i < MAX_ENTITIES && !fits; i++) {
        int type = set[i] ? predefined_enum(v->s, i) : -1;
        const char *item;
        any |= type >= 0;
        fits = type >= 0 && enum_has(v->s, type, "USERDEFINED");
        for (size_t k = 0; type >= 0 && !fits && (item = trm_schema_enum_item(v->s, type, k)); k++)
            fits = trm_ids_text_matches(&f->predefined, item);
    }
    const char *text = f->predefined.simple ? f->predefined.simple : "a restriction";
    if (!any)
        trm_flaw_add(&v->p, TRM_ERROR, "predefined_type", "a class that has a predefined type in the schema", "\"%.80s\"", text);
    else if (!fits)
        trm_flaw_add(&v->p, TRM_ERROR, "predefined_type", "a predefined type that the schema has for the class", "\"%.80s\"", text);
}

/* A class facet; set gets what it names. */
static void
check_class(struct view *v, const struct ids_facet *f, bool set[MAX_ENTITIES])
{
    at(v, &f->name.place);
    bool by_type = names_by_type(v, &f->name);
    size_t n = classes_named(v, &f->name, set);
    if (f->name.simple)
        check_class_name(v, f->name.simple, false);
    for (const struct ids_text *e = f->name.enumeration; e; e = e->next)
        check_class_name(v, e->text, n > 0 || by_type);
    if (!n && !by_type && !f->name.simple && !f->name.enumeration)
        trm_flaw_add(&v->p, TRM_ERROR, "class", "a pattern that an entity of the schema matches", "a pattern that none does");
    if (f->predefined.given && n)
        check_predefined(v, f, set);
}

/* What the applicability leaves; facets after the first narrow it. */
static void
check_applicability(struct view *v, const struct ids_specification *s)
{
    bool set[MAX_ENTITIES], by_type = false;
    memset(v->applies, 1, sizeof v->applies);
    for (const struct ids_facet *f = s->applicability; f; f = f->next) {
        if (f->kind != IDS_ENTITY)
            continue;
        check_class(v, f, set);
        v->any_class = true;
        by_type |= names_by_type(v, &f->name);
        for (size_t i = 0; i < MAX_ENTITIES; i++)
            v->applies[i] = v->applies[i] && set[i];
    }
    if (by_type) { /* any class of IFC2X3 may stand for it */
        v->any_class = false;
        memset(v->applies, 1, sizeof v->applies);
    }
}

static void
check_required_class(struct view *v, const struct ids_facet *f)
{
    bool set[MAX_ENTITIES], common = false, any = false;
    check_class(v, f, set);
    for (int i = 0; i < trm_schema_n_entities(v->s) && i < MAX_ENTITIES && !common; i++) {
        any |= set[i];
        common = set[i] && v->applies[i];
    }
    at(v, &f->place);
    if (any && !common && v->any_class && !names_by_type(v, &f->name))
        trm_flaw_add(&v->p, TRM_ERROR, "contradiction", "a class that the applicability has too", "a class that no applicable element has");
}

/* --- values ---------------------------------------------------------------------------------------------------------- */

static bool
is_integer_text(const char *s)
{
    s += *s == '-' || *s == '+';
    return *s && strspn(s, "0123456789") == strlen(s);
}

static bool
is_boolean_text(const char *s, enum trm_kind kind)
{
    return strcmp(s, "true") == 0 || strcmp(s, "false") == 0 || strcmp(s, "1") == 0 || strcmp(s, "0") == 0 || (kind == TRM_KIND_LOGICAL && strcmp(s, "unknown") == 0);
}

/* base: of dates and times, or NULL. */
static bool
literal_fits(const char *s, enum trm_kind kind, const char *base)
{
    double x;
    if (base)
        return trm_ids_literal_of(base, s);
    switch (kind) {
    case TRM_KIND_INTEGER:
        return is_integer_text(s);
    case TRM_KIND_REAL:
    case TRM_KIND_NUMBER:
        return trm_ids_real(s, &x);
    case TRM_KIND_BOOLEAN:
    case TRM_KIND_LOGICAL:
        return is_boolean_text(s, kind);
    default:
        return true;
    }
}

static const char *
literal_form(enum trm_kind kind, const char *base)
{
    if (base)
        return strcmp(base, "date") == 0       ? "a date as 2026-11-25"
               : strcmp(base, "time") == 0     ? "a time as 13:20:00"
               : strcmp(base, "duration") == 0 ? "a duration as P1DT2H"
                                               : "a date and time as 2026-11-25T13:20:00";
    return kind == TRM_KIND_INTEGER                                       ? "a whole number without a decimal mark"
           : kind == TRM_KIND_BOOLEAN || kind == TRM_KIND_LOGICAL         ? "true or false, in small letters"
                                                                          : "a number as 42, 42., 4.2 or 4.2E1";
}

static bool
is_number(enum trm_kind kind)
{
    return kind == TRM_KIND_INTEGER || kind == TRM_KIND_REAL || kind == TRM_KIND_NUMBER;
}

static bool
base_is_number(const char *base)
{
    return base && (trm_ids_base_is_integer(base) || strcmp(base, "double") == 0 || strcmp(base, "float") == 0 || strcmp(base, "decimal") == 0);
}

/* The base of a restriction of values of that kind. */
static void
check_base(struct view *v, const char *base, enum trm_kind kind, const char *wanted)
{
    if (is_number(kind) && !base_is_number(base))
        trm_flaw_add(&v->p, TRM_ERROR, "restriction", "a base of numbers, as xs:double or xs:integer", "base \"%.40s\"", base);
    else if (kind == TRM_KIND_INTEGER && !trm_ids_base_is_integer(base))
        trm_flaw_add(&v->p, TRM_WARNING, "restriction", "xs:integer, as the values are whole numbers", "base \"%.40s\"", base);
    else if (kind == TRM_KIND_REAL && trm_ids_base_is_integer(base))
        trm_flaw_add(&v->p, TRM_WARNING, "restriction", "xs:double, as the values need not be whole numbers", "base \"%.40s\"", base);
    else if (kind == TRM_KIND_STRING && base_is_number(base))
        trm_flaw_add(&v->p, TRM_ERROR, "restriction", "xs:string or a date, as the values are texts", "base \"%.40s\"", base);
    else if (wanted && strcmp(base, wanted) != 0 && strcmp(base, "string") != 0)
        trm_flaw_add(&v->p, TRM_WARNING, "restriction", wanted, "base \"%.40s\"", base);
}

/* A restriction or a literal of values of that kind; type: as IFC names it, or NULL. */
static void
check_value(struct view *v, const struct ids_value *value, enum trm_kind kind, const char *type)
{
    const char *wanted = trm_ids_base_of(type);
    if (!value->given)
        return;
    at(v, &value->place);
    if (value->simple && !literal_fits(value->simple, kind, wanted))
        trm_flaw_add(&v->p, TRM_ERROR, "value", literal_form(kind, wanted), "\"%.80s\"", value->simple);
    for (const struct ids_text *e = value->enumeration; e; e = e->next)
        if (!literal_fits(e->text, kind, wanted)) {
            trm_flaw_add(&v->p, TRM_ERROR, "value", literal_form(kind, wanted), "\"%.80s\"", e->text);
            return;
        }
    if (!value->simple && value->base)
        check_base(v, value->base, kind, wanted);
}

/* What a restriction names must be written as its base has it. */
static void
check_literals(struct flaw_place *p, const struct ids_value *v)
{
    const char *const bounds[] = {v->min_inclusive, v->max_inclusive, v->min_exclusive, v->max_exclusive};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (bounds[i] && !base_is_number(v->base) && !trm_ids_literal_of(v->base, bounds[i])) /* numbers: see bounds */
            trm_flaw_add(p, TRM_ERROR, "restriction", "bounds as the base has them", "\"%.80s\" with base \"%.40s\"", bounds[i], v->base);
    for (const struct ids_text *e = v->enumeration; e; e = e->next)
        if (!trm_ids_literal_of(v->base, e->text)) {
            trm_flaw_add(p, TRM_ERROR, "restriction", "values as the base has them", "\"%.80s\" with base \"%.40s\"", e->text, v->base);
            return;
        }
}

/* What does not depend on whose value it is: the restriction's own parts. */
static void
check_restriction(struct flaw_place *p, const struct ids_value *v, bool name)
{
    const char *lo = v->min_inclusive ? v->min_inclusive : v->min_exclusive, *hi = v->max_inclusive ? v->max_inclusive : v->max_exclusive;
    bool number = base_is_number(v->base), text = v->base && strcmp(v->base, "string") == 0;
    double a, b;
    p->line = v->place.line, p->column = v->place.column;
    if (!v->given)
        return;
    if (v->simple) {
        if (!v->simple[0])
            trm_flaw_add(p, TRM_WARNING, "value", "a text", "an empty simpleValue, which nothing equals");
        return;
    }
    if (!v->enumeration && !v->patterns && !lo && !hi && v->length < 0 && v->min_length < 0 && v->max_length < 0)
        trm_flaw_add(p, TRM_WARNING, "restriction", "an enumeration, a pattern, bounds or a length", "a restriction without any");
    if (v->unsupported)
        trm_flaw_add(p, TRM_ERROR, "restriction", "one that IDS 1.0 defines: enumeration, pattern, bounds, length", "%.40s", v->unsupported);
    if (name && number)
        trm_flaw_add(p, TRM_ERROR, "restriction", "xs:string, as names are texts", "base \"%.40s\"", v->base);
    if (number && (v->length >= 0 || v->min_length >= 0 || v->max_length >= 0))
        trm_flaw_add(p, TRM_ERROR, "restriction", "bounds or an enumeration: lengths are of texts", "base \"%.40s\"", v->base);
    if (number && v->patterns)
        trm_flaw_add(p, TRM_WARNING, "restriction", "bounds or an enumeration: no number matches a pattern", "base \"%.40s\"", v->base);
    if (text && (lo || hi))
        trm_flaw_add(p, TRM_ERROR, "restriction", "a base of numbers or dates: bounds are not of texts", "base \"string\"");
    if (number && ((lo && !trm_ids_real(lo, &a)) || (hi && !trm_ids_real(hi, &a))))
        trm_flaw_add(p, TRM_ERROR, "restriction", "numbers as bounds", "\"%.40s\" and \"%.40s\"", lo ? lo : "", hi ? hi : "");
    else if (number && lo && hi && trm_ids_real(lo, &a) && trm_ids_real(hi, &b) &&
             (a > b || (a == b && (v->min_exclusive || v->max_exclusive))))
        trm_flaw_add(p, TRM_ERROR, "contradiction", "bounds with something between them", "\"%.40s\" and \"%.40s\"", lo, hi);
    if (v->min_length >= 0 && v->max_length >= 0 && v->min_length > v->max_length)
        trm_flaw_add(p, TRM_ERROR, "contradiction", "a minLength up to maxLength", "%ld and %ld", v->min_length, v->max_length);
    check_literals(p, v);
}

/* --- attributes ------------------------------------------------------------------------------------------------------ */

/* Whether a select has a member that is a value, and of such a kind that the literal can be one (NULL: any). */
static bool
select_holds(const struct trm_schema *s, int select, const char *literal, int depth)
{
    int item;
    for (size_t i = 0; depth < 5 && (item = trm_schema_select_item(s, select, i)) >= 0; i++) {
        enum trm_kind kind = item < trm_schema_n_entities(s) ? TRM_KIND_ENTITY : trm_schema_kind(s, item, NULL);
        if (kind == TRM_KIND_SELECT ? select_holds(s, item, literal, depth + 1)
                                    : kind != TRM_KIND_ENTITY && (!literal || literal_fits(literal, kind, NULL)))
            return true;
    }
    return false;
}

/* Whether an attribute can have no value of its own: an object, a list, a select of such. */
static bool
holds_objects(const struct trm_schema *s, const struct trm_attr *a, const char *literal)
{
    return a->kind == TRM_KIND_ENTITY || a->rank > 0 || (a->kind == TRM_KIND_SELECT && !select_holds(s, a->decl, literal, 0));
}

/* The attributes of applicable classes that the name means: how many, the last of them, and whether none can have the value. */
static size_t
attributes_meant(struct view *v, const struct ids_value *name, const char *literal, struct trm_attr *last, bool *all_objects)
{
    size_t n = 0;
    *all_objects = true;
    if (!may_match(v, name, (size_t)trm_schema_n_entities(v->s) * 10)) { /* about so many attributes each */
        *all_objects = false;
        return 2;
    }
    for (int i = 0; i < trm_schema_n_entities(v->s) && i < MAX_ENTITIES; i++) {
        struct trm_attr a;
        for (int k = 0; v->applies[i] && trm_schema_attr(v->s, i, k, &a); k++) {
            if (a.derived || !trm_ids_text_matches(name, a.name))
                continue;
            n++;
            *last = a;
            *all_objects = *all_objects && holds_objects(v->s, &a, literal);
        }
    }
    return n;
}

static void
check_attribute(struct view *v, const struct ids_facet *f)
{
    struct trm_attr a = {0};
    bool objects;
    size_t n = attributes_meant(v, &f->name, f->value.simple, &a, &objects);
    at(v, &f->name.place);
    if (n == 0) {
        trm_flaw_add(&v->p, TRM_ERROR, "attribute", "an attribute of an applicable class; derived and inverse ones cannot be asked for", "\"%.80s\"",
                     f->name.simple ? f->name.simple : "a restriction");
        return;
    }
    if (f->value.given && objects) {
        at(v, &f->value.place);
        trm_flaw_add(&v->p, TRM_ERROR, "value", "none: the attribute holds objects, a list or other values", "a value");
    } else if (!objects && (f->name.simple || n == 1)) {
        check_value(v, &f->value, a.kind, trm_schema_decl_name(v->s, a.decl));
    }
}

/* --- properties ------------------------------------------------------------------------------------------------------ */

static int
type_named(const struct trm_schema *s, const char *name)
{
    int decl = trm_schema_decl(s, name);
    return decl >= trm_schema_n_entities(s) && trm_schema_kind(s, decl, NULL) != TRM_KIND_SELECT ? decl : -1;
}

/* The kind of the values of a type: a count is a whole number for IDS, in all versions. */
static enum trm_kind
value_kind(const struct trm_schema *s, int type)
{
    return strcmp(trm_schema_decl_name(s, type), "IfcCountMeasure") == 0 ? TRM_KIND_INTEGER : trm_schema_kind(s, type, NULL);
}

/* Whether a list of classes ("IfcDoor,IfcDoorType") has the entity, one of its supertypes, or that of which it is the type. */
static bool
set_is_for(const struct trm_schema *s, const char *classes, int entity)
{
    char name[120];
    const char *own = trm_schema_decl_name(s, entity);
    size_t len = strlen(own);
    int occurrence = -1;
    if (len > 4 && len < sizeof name && strcmp(own + len - 4, "Type") == 0) {
        snprintf(name, sizeof name, "%.*s", (int)len - 4, own);
        occurrence = trm_schema_entity(s, name);
    }
    for (const char *p = classes; *p; p += strcspn(p, ","), p += *p == ',') {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ",/"), p);
        int wanted = trm_schema_entity(s, name);
        if (wanted < 0 || trm_schema_is_a(s, entity, wanted) || (occurrence >= 0 && trm_schema_is_a(s, occurrence, wanted)))
            return true;
        if (occurrence < 0 && len + 5 < sizeof name) { /* sets of a type are also its occurrences' */
            snprintf(name, sizeof name, "%sType", own);
            int type = trm_schema_entity(s, name);
            if (type >= 0 && trm_schema_is_a(s, type, wanted))
                return true;
        }
    }
    return !classes[0];
}

static void
check_set_classes(struct view *v, const struct ids_facet *f, int set)
{
    const char *classes = trm_schema_set_classes(v->s, set);
    for (int i = 0; i < trm_schema_n_entities(v->s) && i < MAX_ENTITIES; i++)
        if (v->applies[i] && set_is_for(v->s, classes, i))
            return;
    at(v, &f->set.place);
    trm_flaw_add(&v->p, TRM_WARNING, "set", "a set that the standard has for an applicable class", "\"%.80s\"", f->set.simple);
}

/* A set in the reserved name space must be a standard one, and hold the property with its type. */
static void
check_standard(struct view *v, const struct ids_facet *f)
{
    const char *name = f->set.simple, *property, *type = "", *found = NULL;
    if (!name || (strncmp(name, "Pset_", 5) != 0 && strncmp(name, "Qto_", 4) != 0))
        return;
    int set = trm_schema_set(v->s, name);
    at(v, &f->set.place);
    if (set < 0) {
        trm_flaw_add(&v->p, TRM_ERROR, "set", "a standard set of the schema: Pset_ and Qto_ are reserved", "\"%.80s\"", name);
        return;
    }
    if (v->any_class)
        check_set_classes(v, f, set);
    for (int i = 0; !found && (property = trm_schema_set_property(v->s, set, i, &type)); i++)
        found = trm_ids_text_matches(&f->name, property) ? property : NULL;
    at(v, &f->name.place);
    if (!found)
        trm_flaw_add(&v->p, TRM_ERROR, "property", "a property that the standard set has", "\"%.80s\"", f->name.simple ? f->name.simple : "a restriction");
    else if (f->name.simple && f->data_type && type[0] && trm_text_casecmp(type, f->data_type) != 0)
        trm_flaw_add(&v->p, TRM_ERROR, "data_type", type, "dataType \"%.80s\" for %.80s", f->data_type, found);
}

static void
check_property(struct view *v, const struct ids_facet *f)
{
    at(v, &f->place);
    if (f->data_type) {
        int type = type_named(v->s, f->data_type);
        if (type < 0)
            trm_flaw_add(&v->p, TRM_ERROR, "data_type", "a defined type of the schema, in capitals", "dataType \"%.80s\"", f->data_type);
        else
            check_value(v, &f->value, value_kind(v->s, type), trm_schema_decl_name(v->s, type));
    } else if (f->value.given) {
        trm_flaw_add(&v->p, TRM_WARNING, "data_type", "a dataType beside the value", "none");
    }
    check_standard(v, f);
}

/* --- partOf ---------------------------------------------------------------------------------------------------------- */

static void
check_part_of(struct view *v, const struct ids_facet *f)
{
    static const struct {
        const char *relation, *wholes[3];
    } ends[] = {{"IFCRELASSIGNSTOGROUP", {"IfcGroup"}},
                {"IFCRELCONTAINEDINSPATIALSTRUCTURE", {"IfcSpatialElement", "IfcSpatialStructureElement"}},
                {"IFCRELVOIDSELEMENT IFCRELFILLSELEMENT", {"IfcElement"}}};
    bool set[MAX_ENTITIES];
    check_class(v, f, set);
    for (size_t k = 0; f->relation && k < sizeof ends / sizeof *ends; k++) {
        bool can = strcmp(f->relation, ends[k].relation) != 0;
        for (int i = 0; i < trm_schema_n_entities(v->s) && i < MAX_ENTITIES && !can; i++)
            for (size_t w = 0; set[i] && ends[k].wholes[w] && !can; w++)
                can = trm_schema_is_a(v->s, i, trm_schema_entity(v->s, ends[k].wholes[w]));
        at(v, &f->name.place);
        if (!can && !names_by_type(v, &f->name))
            trm_flaw_add(&v->p, TRM_WARNING, "contradiction", "a class that the relation can lead to", "a class that %s never leads to", f->relation);
    }
}

/* --- a specification ------------------------------------------------------------------------------------------------- */

static void
check_facet(struct view *v, const struct ids_facet *f)
{
    if (f->kind == IDS_ATTRIBUTE)
        check_attribute(v, f);
    else if (f->kind == IDS_PROPERTY)
        check_property(v, f);
    else if (f->kind == IDS_PART_OF)
        check_part_of(v, f);
}

static void
check_restrictions(struct flaw_place p, const struct ids_facet *f)
{
    check_restriction(&p, &f->name, true);
    check_restriction(&p, &f->predefined, true);
    check_restriction(&p, &f->set, true);
    check_restriction(&p, &f->value, f->kind == IDS_CLASSIFICATION || f->kind == IDS_MATERIAL);
}

/* The schema of a word of ifcVersion; NULL for none. */
static const struct trm_schema *
version_of(const char *word, size_t n)
{
    static const char *const words[] = {"IFC2X3", "IFC4", "IFC4X3_ADD2"};
    for (size_t i = 0; i < 3; i++)
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
            return trm_schema_at(i);
    return NULL;
}

static void
check_in(const struct flaw_place *p, const struct trm_schema *schema, const struct ids_specification *s, const struct ids_facet *requirements)
{
    struct view v = {.p = *p, .s = schema};
    v.p.schema = trm_schema_name(schema);
    check_applicability(&v, s);
    for (const struct ids_facet *f = s->applicability; f; f = f->next)
        check_facet(&v, f);
    for (const struct ids_facet *f = requirements; f; f = f->next) {
        v.p.requirement++;
        if (f->kind == IDS_ENTITY)
            check_required_class(&v, f);
        else
            check_facet(&v, f);
    }
}

void
trm_ids_check_sense(const struct flaw_place *where, const struct ids_specification *s, const struct ids_facet *requirements, const char *versions)
{
    struct flaw_place p = *where;
    for (const struct ids_facet *f = s->applicability; f; f = f->next)
        check_restrictions(p, f);
    if (!s->applicability)
        trm_flaw_add(&p, TRM_WARNING, "contradiction", "facets that say what is meant", "an empty applicability");
    if (s->most == 0 && requirements)
        trm_flaw_add(&p, TRM_ERROR, "cardinality", "no requirements in a prohibited specification", "some");
    for (const struct ids_facet *f = requirements; f; f = f->next) {
        p.requirement++;
        check_restrictions(p, f);
    }
    p = *where;
    for (const char *w = versions; w && *w;) {
        w += strspn(w, " \t\r\n");
        size_t n = strcspn(w, " \t\r\n");
        const struct trm_schema *schema = n ? version_of(w, n) : NULL;
        if (schema)
            check_in(&p, schema, s, requirements);
        w += n;
    }
}
