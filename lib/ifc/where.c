#include "where.h"

#include <string.h>

#include "../base/text.h"

int
trm_ifc_where_read(struct trm_ifc_where *w, const char *text, struct trm_err *err)
{
    const char *equals = strchr(text, '=');
    size_t n = equals ? (size_t)(equals - text) : strlen(text);
    const char *dot = memchr(text, '.', n);
    if (!dot || dot == text || dot + 1 == text + n)
        return trm_err_set(err, TRM_USAGE, "found \"%.80s\", expected a field as Pset_DoorCommon.FireRating or attribute.Name, or FIELD=VALUE", text);
    *w = (struct trm_ifc_where){.field = {text, n}, .value = equals ? equals + 1 : NULL};
    w->is_num = equals && trm_text_num(equals + 1, &w->num);
    return 0;
}

static bool
text_is(struct trm_ifc_text t, const char *s, size_t n)
{
    return t.n == n && (n == 0 || memcmp(t.s, s, n) == 0);
}

static bool
scalar_is(const struct trm_ifc_where *w, const struct trm_ifc_scalar *s)
{
    switch (s->type) {
    case TRM_IFC_TEXT:
        return s->text.n > 0 && (!w->value || text_is(s->text, w->value, strlen(w->value)));
    case TRM_IFC_NUM:
        return !w->value || (w->is_num && s->num == w->num);
    case TRM_IFC_BOOL:
        return !w->value || strcmp(w->value, s->b ? "true" : "false") == 0;
    case TRM_IFC_NULL:
        break;
    }
    return false;
}

static bool
text_holds(const struct trm_ifc_where *w, struct trm_ifc_text t)
{
    return scalar_is(w, &(struct trm_ifc_scalar){.type = TRM_IFC_TEXT, .text = t});
}

static bool
list_holds(const struct trm_ifc_where *w, const struct trm_ifc_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (scalar_is(w, &l->item[i]))
            return true;
    return false;
}

/* Whether a property of that name has such a value. */
static bool
props_hold(const struct trm_ifc_where *w, const struct trm_ifc_prop *p, size_t n, const char *name, size_t name_n)
{
    for (size_t i = 0; i < n; i++) {
        if (!text_is(p[i].name, name, name_n))
            continue;
        bool several = p[i].shape == TRM_IFC_LIST || p[i].shape == TRM_IFC_TABLE;
        if (several ? list_holds(w, &p[i].more->list) : scalar_is(w, &p[i].value))
            return true;
    }
    return false;
}

static bool
sets_hold(const struct trm_ifc_where *w, const struct trm_ifc_set *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = s[i].name.n;
        if (k > 0 && k + 1 < w->field.n && w->field.s[k] == '.' && text_is(s[i].name, w->field.s, k) &&
            props_hold(w, s[i].props, s[i].n, w->field.s + k + 1, w->field.n - k - 1))
            return true;
    }
    return false;
}

/* A text that stands outside of the attributes. */
struct plain {
    const char *name;
    struct trm_ifc_text text;
};

static bool
attribute_holds(const struct trm_ifc_where *w, size_t skip, const struct plain *texts, size_t n_texts, const struct trm_ifc_prop *p, size_t n)
{
    const char *name = w->field.s + skip;
    size_t name_n = w->field.n - skip;
    for (size_t i = 0; i < n_texts; i++)
        if (strlen(texts[i].name) == name_n && memcmp(texts[i].name, name, name_n) == 0)
            return text_holds(w, texts[i].text);
    return props_hold(w, p, n, name, name_n);
}

static bool
starts(const struct trm_ifc_where *w, const char *prefix)
{
    return w->field.n > strlen(prefix) && memcmp(w->field.s, prefix, strlen(prefix)) == 0;
}

bool
trm_ifc_where_holds(const struct trm_ifc_where *w, const struct trm_ifc_element *e)
{
    if (starts(w, "attribute.")) {
        const struct plain own[] = {{"GlobalId", e->guid}, {"Name", e->name}, {"Description", e->description}, {"Tag", e->tag},
                                    {"ObjectType", e->object_type}, {"PredefinedType", e->predefined_type}, {"Storey", e->storey}};
        return attribute_holds(w, strlen("attribute."), own, sizeof own / sizeof *own, e->attributes, e->n_attributes);
    }
    if (starts(w, "type_object.")) {
        const struct trm_ifc_type_object *t = &e->type;
        const struct plain type[] = {{"GlobalId", t->guid}, {"Name", t->name}, {"Description", t->description}, {"Tag", t->tag},
                                     {"PredefinedType", t->predefined_type}};
        return t->cls && attribute_holds(w, strlen("type_object."), type, sizeof type / sizeof *type, t->attributes, t->n_attributes);
    }
    return sets_hold(w, e->psets, e->n_psets) || sets_hold(w, e->qtos, e->n_qtos);
}
