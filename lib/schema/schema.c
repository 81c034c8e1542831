/* Look-ups in the generated tables: names by binary search, everything else by index. */
#include "schema.h"

#include <string.h>

#include "tables.h"

static int
upper(int c)
{
    return c >= 'a' && c <= 'z' ? c - 32 : c;
}

/* Order of the n bytes at a against the text b, whatever their case. */
static int
compare(const char *a, size_t n, const char *b)
{
    for (size_t i = 0; i < n; i++) {
        int d = upper((unsigned char)a[i]) - upper((unsigned char)b[i]);
        if (d != 0)
            return d;
        if (b[i] == '\0')
            return 1;
    }
    return b[n] == '\0' ? 0 : -1;
}

static bool
starts(const char *text, size_t n, const char *prefix)
{
    size_t k = strlen(prefix);
    if (n < k)
        return false;
    for (size_t i = 0; i < k; i++)
        if (upper((unsigned char)text[i]) != prefix[i])
            return false;
    return true;
}

const struct trm_schema *
trm_schema_find(const char *text, size_t n)
{
    while (n > 0 && text[0] == ' ')
        text++, n--;
    if (starts(text, n, "IFC2X"))
        return &trm_schema_ifc2x3;
    if (starts(text, n, "IFC4X3"))
        return &trm_schema_ifc4x3;
    if (starts(text, n, "IFC4"))
        return &trm_schema_ifc4;
    return NULL;
}

const char *
trm_schema_name(const struct trm_schema *s)
{
    return s->name;
}

const struct trm_schema *
trm_schema_at(size_t i)
{
    const struct trm_schema *const all[] = {&trm_schema_ifc2x3, &trm_schema_ifc4, &trm_schema_ifc4x3};
    return i < 3 ? all[i] : NULL;
}

static bool
is_entity(const struct trm_schema *s, int decl)
{
    return decl >= 0 && decl < s->n_entities;
}

static const struct schema_type *
type_row(const struct trm_schema *s, int decl)
{
    return decl >= s->n_entities && decl < s->n_entities + s->n_types ? &s->types[decl - s->n_entities] : NULL;
}

const char *
trm_schema_decl_name(const struct trm_schema *s, int decl)
{
    if (is_entity(s, decl))
        return trm_schema_names + s->entities[decl].name;
    const struct schema_type *t = type_row(s, decl);
    return t ? trm_schema_names + t->name : NULL;
}

/* Binary search for the n bytes at name among the decls lo..hi-1, which are sorted. */
static int
search(const struct trm_schema *s, int lo, int hi, const char *name, size_t n)
{
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        int d = compare(name, n, trm_schema_decl_name(s, mid));
        if (d == 0)
            return mid;
        if (d < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return -1;
}

int
trm_schema_decl_n(const struct trm_schema *s, const char *name, size_t n)
{
    int d = search(s, 0, s->n_entities, name, n);
    return d >= 0 ? d : search(s, s->n_entities, s->n_entities + s->n_types, name, n);
}

int
trm_schema_decl(const struct trm_schema *s, const char *name)
{
    return trm_schema_decl_n(s, name, strlen(name));
}

int
trm_schema_entity(const struct trm_schema *s, const char *name)
{
    return search(s, 0, s->n_entities, name, strlen(name));
}

int
trm_schema_n_entities(const struct trm_schema *s)
{
    return s->n_entities;
}

int
trm_schema_n_decls(const struct trm_schema *s)
{
    return s->n_entities + s->n_types;
}

int
trm_schema_super(const struct trm_schema *s, int entity)
{
    return is_entity(s, entity) ? s->entities[entity].super : -1;
}

bool
trm_schema_is_abstract(const struct trm_schema *s, int entity)
{
    return is_entity(s, entity) && s->entities[entity].abstract;
}

bool
trm_schema_is_a(const struct trm_schema *s, int entity, int ancestor)
{
    if (ancestor < 0)
        return false;
    for (; is_entity(s, entity); entity = s->entities[entity].super)
        if (entity == ancestor)
            return true;
    return false;
}

bool
trm_schema_name_is_a(const struct trm_schema *s, const char *entity, const char *ancestor)
{
    return trm_schema_is_a(s, trm_schema_entity(s, entity), trm_schema_entity(s, ancestor));
}

int
trm_schema_n_attrs(const struct trm_schema *s, int entity)
{
    return is_entity(s, entity) ? s->entities[entity].n_all : 0;
}

bool
trm_schema_attr(const struct trm_schema *s, int entity, int i, struct trm_attr *out)
{
    if (i < 0 || i >= trm_schema_n_attrs(s, entity))
        return false;
    int owner = entity;
    while (i < s->entities[owner].n_all - s->entities[owner].n_own)
        owner = s->entities[owner].super;
    const struct schema_entity *e = &s->entities[owner];
    const struct schema_attr *a = &s->attrs[e->first_attr + i - (e->n_all - e->n_own)];
    *out = (struct trm_attr){
        .name = trm_schema_names + a->name,
        .kind = (enum trm_kind)a->kind,
        .decl = a->decl,
        .owner = owner,
        .rank = a->rank,
        .optional = a->optional,
        .derived = s->entities[entity].derived >> i & 1,
    };
    return true;
}

int
trm_schema_attr_find(const struct trm_schema *s, int entity, const char *name)
{
    struct trm_attr a;
    for (int i = 0; trm_schema_attr(s, entity, i, &a); i++)
        if (compare(name, strlen(name), a.name) == 0)
            return i;
    return -1;
}

enum trm_kind
trm_schema_kind(const struct trm_schema *s, int decl, unsigned *rank)
{
    const struct schema_type *t = type_row(s, decl);
    if (rank)
        *rank = t ? t->rank : 0;
    return t ? (enum trm_kind)t->kind : TRM_KIND_ENTITY;
}

int
trm_schema_base(const struct trm_schema *s, int type)
{
    const struct schema_type *t = type_row(s, type);
    return t ? t->base : -1;
}

const char *
trm_schema_enum_item(const struct trm_schema *s, int type, size_t i)
{
    const struct schema_type *t = type_row(s, type);
    if (!t || t->kind != TRM_KIND_ENUM || i >= t->count)
        return NULL;
    return trm_schema_names + s->items[t->first + i];
}

int
trm_schema_select_item(const struct trm_schema *s, int type, size_t i)
{
    const struct schema_type *t = type_row(s, type);
    if (!t || t->kind != TRM_KIND_SELECT || i >= t->count)
        return -1;
    return (int)s->items[t->first + i];
}
