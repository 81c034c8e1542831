/* The attribute facet: explicit attributes of the instance itself. */
#include <string.h>

#include "ids_facet.h"

#include "../schema/schema.h"

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
attribute_is(struct ids_search *s, const char *name, struct trm_value v)
{
    const struct ids_value *asked = &s->f->value;
    name_plain_type(&v, s->e, name);
    /* lists and references are there, but no value is theirs */
    bool wrong = asked->given && (v.kind == TRM_VALUE_LIST || v.kind == TRM_VALUE_NULL || !trm_ids_any_item(asked, &v));
    s->filled++;
    s->wrong += wrong;
    s->held += !wrong;
    trm_ids_note(s, TRM_IN_ATTRIBUTE, NULL, name, &v, wrong);
}

static int
try_attribute(void *ctx, enum trm_place place, const char *set, const char *name, const struct trm_value *v)
{
    struct ids_search *s = ctx;
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
try_named(struct ids_search *s, const char *key, bool filled)
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

enum trm_reason
trm_ids_attribute(const struct ids_facet *f, const struct trm_element *e, struct ids_found *found, struct trm_result *out)
{
    struct ids_search s = {.f = f, .e = e, .out = out};
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
    return s.wrong ? trm_ids_value_reason(&f->value) : TRM_HOLDS;
}
