/* An element record as a view, and finding values in it. */
#include <string.h>

#include "fact.h"

/* Members that are texts of their own, by the name IFC gives them; Class and Storey are words of ours. */
static const struct {
    const char *attribute, *member;
} plain[] = {
    {"Name", "name"},
    {"Description", "description"},
    {"Tag", "tag"},
    {"ObjectType", "object_type"},
    {"PredefinedType", "predefined_type"},
    {"GlobalId", "guid"},
    {"Class", "class"},
    {"Storey", "storey"},
};
enum { N_PLAIN = sizeof plain / sizeof *plain };

/* Text member `key`, NULL when absent or null; -1 when it is something else. */
static int
opt_text(const char **out, const trm_json *rec, const char *key, struct trm_err *err)
{
    const trm_json *v = trm_json_get(rec, key);
    *out = trm_json_str(v, NULL);
    if (v && !*out && trm_json_type(v) != TRM_JSON_NULL)
        return trm_err_set(err, TRM_DATA, "%s: expected a text or null", key);
    return 0;
}

static int
opt_tree(const trm_json **out, const trm_json *rec, const char *key, enum trm_json_type type, struct trm_err *err)
{
    const trm_json *v = trm_json_get(rec, key);
    *out = v && trm_json_type(v) == type ? v : NULL;
    if (v && !*out && trm_json_type(v) != TRM_JSON_NULL)
        return trm_err_set(err, TRM_DATA, "%s: expected an %s or null", key, type == TRM_JSON_ARRAY ? "array" : "object");
    return 0;
}

/* Every member of sets must be an object, so that finding need not look again. */
static int
sets_are_objects(const trm_json *sets, const char *key, struct trm_err *err)
{
    for (void *it = trm_json_first(sets); it; it = trm_json_next(sets, it))
        if (trm_json_type(trm_json_value(it)) != TRM_JSON_OBJECT)
            return trm_err_set(err, TRM_DATA, "%s.%.80s: expected an object", key, trm_json_key(it));
    return 0;
}

int
trm_element_read(struct trm_element *e, const trm_json *rec, struct trm_err *err)
{
    memset(e, 0, sizeof *e);
    e->rec = rec;
    if (trm_fact_kind(rec, NULL, err) < 0)
        return -1;
    if (trm_json_need_str(rec, "id", &e->id, err) < 0 || trm_json_need_str(rec, "class", &e->class, err) < 0)
        return -1;
    if (opt_text(&e->guid, rec, "guid", err) < 0 || opt_text(&e->name, rec, "name", err) < 0 ||
        opt_text(&e->model, rec, "model", err) < 0 || opt_text(&e->file, rec, "file", err) < 0 ||
        opt_text(&e->schema, rec, "schema", err) < 0 || opt_text(&e->description, rec, "description", err) < 0 ||
        opt_text(&e->tag, rec, "tag", err) < 0 || opt_text(&e->object_type, rec, "object_type", err) < 0 ||
        opt_text(&e->predefined_type, rec, "predefined_type", err) < 0 || opt_text(&e->storey, rec, "storey", err) < 0)
        return -1;
    if (opt_tree(&e->attributes, rec, "attributes", TRM_JSON_OBJECT, err) < 0 ||
        opt_tree(&e->psets, rec, "psets", TRM_JSON_OBJECT, err) < 0 ||
        opt_tree(&e->qtos, rec, "qtos", TRM_JSON_OBJECT, err) < 0 ||
        opt_tree(&e->type_object, rec, "type_object", TRM_JSON_OBJECT, err) < 0 ||
        opt_tree(&e->materials, rec, "materials", TRM_JSON_ARRAY, err) < 0 ||
        opt_tree(&e->classifications, rec, "classifications", TRM_JSON_ARRAY, err) < 0 ||
        opt_tree(&e->containers, rec, "containers", TRM_JSON_ARRAY, err) < 0)
        return -1;
    if (sets_are_objects(e->psets, "psets", err) < 0 || sets_are_objects(e->qtos, "qtos", err) < 0)
        return -1;
    double step = trm_json_num(trm_json_get(rec, "step"), 0);
    e->step = step >= 1 && step < 1e15 ? (long)step : 0;
    return 0;
}

static const char *
plain_member(const char *attribute)
{
    for (size_t i = 0; i < N_PLAIN; i++)
        if (strcmp(plain[i].attribute, attribute) == 0)
            return plain[i].member;
    return NULL;
}

/* A value of an object that is an element or a type object: one of the plain texts, else of its `attributes`. */
static enum trm_found
find_attribute(const trm_json *owner, const char *name, struct trm_value *v)
{
    const char *member = plain_member(name);
    const trm_json *found = member ? trm_json_get(owner, member) : NULL;
    if (!found)
        found = trm_json_get(trm_json_get(owner, "attributes"), name);
    *v = trm_value_of(found);
    return found ? TRM_FOUND : TRM_NO_PROPERTY;
}

/* The first set, in the order of the record, that holds the property; NULL when none does. */
static const trm_json *
find_in_any(const trm_json *sets, const char *name)
{
    for (void *it = trm_json_first(sets); it; it = trm_json_next(sets, it)) {
        const trm_json *found = trm_json_get(trm_json_value(it), name);
        if (found)
            return found;
    }
    return NULL;
}

static enum trm_found
find_in_sets(const trm_json *first, const trm_json *second, const char *set, const char *name, struct trm_value *v)
{
    bool any = strcmp(set, "*") == 0;
    const trm_json *a = any ? first : trm_json_get(first, set), *b = any ? second : trm_json_get(second, set);
    const trm_json *found = any ? find_in_any(a, name) : a ? trm_json_get(a, name) : NULL;
    if (!found && b)
        found = any ? find_in_any(b, name) : trm_json_get(b, name);
    *v = trm_value_of(found);
    if (found)
        return TRM_FOUND;
    return a || b ? TRM_NO_PROPERTY : TRM_NO_SET;
}

enum trm_found
trm_element_find(const struct trm_element *e, enum trm_place place, const char *set, const char *name, struct trm_value *v)
{
    switch (place) {
    case TRM_IN_PSET:
        return find_in_sets(e->psets, e->qtos, set, name, v);
    case TRM_IN_QTO:
        return find_in_sets(e->qtos, e->psets, set, name, v);
    case TRM_IN_ATTRIBUTE: {
        enum trm_found found = find_attribute(e->rec, name, v);
        if (found == TRM_FOUND && !v->step)
            v->step = e->step;
        return found;
    }
    case TRM_IN_TYPE:
        break;
    }
    if (!e->type_object) {
        *v = trm_value_of(NULL);
        return TRM_NO_SET;
    }
    enum trm_found found = find_attribute(e->type_object, name, v);
    double step = trm_json_num(trm_json_get(e->type_object, "step"), 0);
    if (found == TRM_FOUND && !v->step && step >= 1 && step < 1e15)
        v->step = (long)step;
    return found;
}

void
trm_field_name(struct trm_buf *b, enum trm_place place, const char *set, const char *name)
{
    trm_buf_adds(b, place == TRM_IN_ATTRIBUTE ? "attribute" : place == TRM_IN_TYPE ? "type_object" : set);
    trm_buf_addc(b, '.');
    trm_buf_adds(b, name);
}

/* The field split at its dot number `dot` from the right; a set's name may hold dots, so the longest set comes first. */
static enum trm_found
find_split(const struct trm_element *e, const char *field, size_t at, struct trm_value *v)
{
    char set[512];
    if (at >= sizeof set)
        return TRM_NO_SET;
    memcpy(set, field, at);
    set[at] = 0;
    return trm_element_find(e, TRM_IN_PSET, set, field + at + 1, v);
}

enum trm_found
trm_element_field(const struct trm_element *e, const char *field, struct trm_value *v)
{
    *v = trm_value_of(NULL);
    if (strncmp(field, "attribute.", 10) == 0)
        return trm_element_find(e, TRM_IN_ATTRIBUTE, NULL, field + 10, v);
    if (strncmp(field, "type_object.", 12) == 0)
        return trm_element_find(e, TRM_IN_TYPE, NULL, field + 12, v);
    enum trm_found best = TRM_NO_SET;
    for (size_t at = strlen(field); at-- > 0;) {
        if (field[at] != '.')
            continue;
        enum trm_found found = find_split(e, field, at, v);
        if (found == TRM_FOUND)
            return found;
        if (found == TRM_NO_PROPERTY)
            best = found;
    }
    *v = trm_value_of(NULL);
    return best;
}

static int
each_in_sets(const trm_json *sets, enum trm_place place, trm_field_fn *fn, void *ctx)
{
    for (void *s = trm_json_first(sets); s; s = trm_json_next(sets, s)) {
        const trm_json *set = trm_json_value(s);
        for (void *it = trm_json_first(set); it; it = trm_json_next(set, it)) {
            struct trm_value v = trm_value_of(trm_json_value(it));
            int stop = fn(ctx, place, trm_json_key(s), trm_json_key(it), &v);
            if (stop)
                return stop;
        }
    }
    return 0;
}

static int
each_attribute(const trm_json *owner, enum trm_place place, trm_field_fn *fn, void *ctx)
{
    for (size_t i = 0; i < N_PLAIN; i++) {
        const trm_json *v = trm_json_get(owner, plain[i].member);
        if (!v || strcmp(plain[i].attribute, "GlobalId") == 0 || strcmp(plain[i].attribute, "Class") == 0)
            continue;
        struct trm_value value = trm_value_of(v);
        int stop = fn(ctx, place, NULL, plain[i].attribute, &value);
        if (stop)
            return stop;
    }
    const trm_json *attributes = trm_json_get(owner, "attributes");
    for (void *it = trm_json_first(attributes); it; it = trm_json_next(attributes, it)) {
        struct trm_value v = trm_value_of(trm_json_value(it));
        int stop = fn(ctx, place, NULL, trm_json_key(it), &v);
        if (stop)
            return stop;
    }
    return 0;
}

int
trm_element_each(const struct trm_element *e, trm_field_fn *fn, void *ctx)
{
    int stop = each_attribute(e->rec, TRM_IN_ATTRIBUTE, fn, ctx);
    if (!stop)
        stop = each_in_sets(e->psets, TRM_IN_PSET, fn, ctx);
    if (!stop)
        stop = each_in_sets(e->qtos, TRM_IN_QTO, fn, ctx);
    if (!stop && e->type_object)
        stop = each_attribute(e->type_object, TRM_IN_TYPE, fn, ctx);
    return stop;
}
