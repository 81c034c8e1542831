/* Property sets and quantities of one element: its own and its type's, merged by name, its own first, so that per property
 * the occurrence wins. */
#include <string.h>

#include "room.h"

enum { FEW = 8 }; /* up to so many texts are compared one by one, more go through a table */

static uint64_t
hash_text(struct trm_ifc_text t)
{
    uint64_t h = t.n, eight;
    size_t i = 0;
    for (; t.n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, t.s + i, sizeof eight);
        h = (h ^ eight) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    for (; i < t.n; i++)
        h = (h ^ (unsigned char)t.s[i]) * 0x100000001B3u;
    return h ^ h >> 32;
}

static void
first_equal_hashed(const struct trm_ifc_text *t, size_t n, uint32_t *slot, size_t n_slots, uint32_t *first)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = hash_text(t[i]) & (n_slots - 1);
        while (slot[k] != 0 && !trm_ifc_text_eq(t[slot[k] - 1], t[i]))
            k = (k + 1) & (n_slots - 1);
        if (slot[k] == 0)
            slot[k] = (uint32_t)i + 1;
        first[i] = slot[k] - 1;
    }
}

uint32_t *
trm_ifc_first_equal(struct trm_ifc *f, const struct trm_ifc_text *t, size_t n)
{
    uint32_t *first = trm_ifc_alloc(f, n, sizeof *first);
    if (!first || n >= UINT32_MAX / 4)
        return NULL;
    if (n > FEW) {
        size_t n_slots = 64;
        while (n_slots < 2 * n)
            n_slots *= 2;
        uint32_t *slot = trm_ifc_alloc(f, n_slots, sizeof *slot);
        if (!slot)
            return NULL;
        first_equal_hashed(t, n, slot, n_slots, first);
        return first;
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (!trm_ifc_text_eq(t[k], t[i]))
            k++;
        first[i] = (uint32_t)k;
    }
    return first;
}

/* --- properties of one set --- */

/* The properties a list refers to, behind those in out. */
static void
collect(struct trm_ifc *f, const struct trm_step_val *list, int depth, bool from_type, struct vec *out)
{
    struct trm_step_val v;
    uint32_t row = TRM_STEP_NONE - 1;
    if (!list || list->type != TRM_STEP_LIST)
        return;
    trm_ifc_reserve(f, out, list->in_n / 8 + 1, sizeof(struct trm_ifc_prop)); /* a reference takes some eight bytes */
    for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v);) {
        struct trm_ifc_prop p;
        row = v.type == TRM_STEP_REF ? trm_step_find_after(&f->step, v.ref, row) : TRM_STEP_NONE;
        if (row == TRM_STEP_NONE || !trm_ifc_property(f, row, depth, &p)) {
            trm_step_warn(&f->step, "dangling_property", (size_t)(v.s ? v.s - f->step.data : 0));
            continue;
        }
        p.from_type = from_type;
        struct trm_ifc_prop *to = trm_ifc_push(f, out, sizeof p);
        if (!to)
            return;
        *to = p;
    }
}

/* Of properties with the same name the first stays. Returns how many are left. */
static size_t
once_by_name(struct trm_ifc *f, struct trm_ifc_prop *p, size_t n)
{
    struct trm_ifc_text *names = trm_ifc_alloc(f, n, sizeof *names);
    if (!names)
        return 0;
    for (size_t i = 0; i < n; i++)
        names[i] = p[i].name;
    const uint32_t *first = trm_ifc_first_equal(f, names, n);
    if (!first)
        return 0;
    size_t left = 0;
    bool *type = trm_ifc_alloc(f, n, sizeof *type);
    if (!type)
        return 0;
    for (size_t i = 0; i < n; i++)
        type[i] = p[i].from_type;
    for (size_t i = 0; i < n; i++) {
        if (first[i] == i)
            p[left++] = p[i];
        else if (type[first[i]] == type[i] && trm_step_find(&f->step, p[i].step) != TRM_STEP_NONE)
            trm_ifc_warn(f, "repeated_property", trm_step_find(&f->step, p[i].step));
    }
    return left;
}

struct trm_ifc_prop *
trm_ifc_property_list(struct trm_ifc *f, const struct trm_step_val *list, int depth, size_t *n)
{
    struct vec out = {0};
    collect(f, list, depth, false, &out);
    *n = once_by_name(f, out.data, out.n);
    return out.data;
}

/* --- sets of one element --- */

struct source {
    uint32_t row;
    bool from_type, quantities;
};

static void
add_source(struct trm_ifc *f, struct vec *out, uint32_t row, bool from_type)
{
    enum role role = trm_ifc_class(f, row)->role;
    if (role != ROLE_PSET && role != ROLE_QSET && role != ROLE_PREDEFINED_SET)
        return;
    struct source *s = trm_ifc_push(f, out, sizeof *s);
    if (s)
        *s = (struct source){.row = row, .from_type = from_type, .quantities = role == ROLE_QSET};
}

static void
linked_sources(struct trm_ifc *f, uint32_t row, bool from_type, struct vec *out)
{
    size_t at = 0;
    for (uint32_t set; (set = trm_ifc_link(f, row, LINK_PROPERTIES, &at)) != TRM_STEP_NONE;)
        add_source(f, out, set, from_type);
}

static void
type_sources(struct trm_ifc *f, uint32_t type, bool from_type, struct vec *out)
{
    struct args a;
    struct trm_step_val v;
    trm_ifc_args(f, type, &a);
    const struct trm_step_val *list = a.c->role == ROLE_TYPE ? trm_ifc_slot(&a, SLOT_TYPE_SETS) : NULL;
    if (list && list->type == TRM_STEP_LIST)
        for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v);) {
            uint32_t set = trm_ifc_ref(f, &v);
            if (set != TRM_STEP_NONE)
                add_source(f, out, set, from_type);
            else
                trm_ifc_warn(f, "dangling_reference", type);
        }
    linked_sources(f, type, from_type, out);
}

/* The properties of one source behind those in out. */
static void
read_source(struct trm_ifc *f, const struct source *s, struct vec *out)
{
    struct args a;
    trm_ifc_args(f, s->row, &a);
    if (a.c->role != ROLE_PREDEFINED_SET) {
        collect(f, trm_ifc_slot(&a, 2), 0, s->from_type, out);
        return;
    }
    size_t n;
    const struct trm_ifc_prop *p = trm_ifc_attributes(f, &a, &n);
    for (size_t i = 0; i < n; i++) {
        struct trm_ifc_prop *to = trm_ifc_push(f, out, sizeof *p);
        if (!to)
            return;
        *to = p[i];
        to->from_type = s->from_type;
        to->step = f->step.inst[s->row].id;
    }
}

/* A set without a name is known by its class. */
static struct trm_ifc_text
source_name(struct trm_ifc *f, const struct source *s)
{
    struct args a;
    trm_ifc_args(f, s->row, &a);
    struct trm_ifc_text t = trm_ifc_slot_text(f, &a, 1);
    return t.s ? t : trm_ifc_lit(a.c->name);
}

/* All sources of one kind merged into sets. */
static struct trm_ifc_set *
merge(struct trm_ifc *f, const struct source *s, size_t n, size_t *n_sets)
{
    *n_sets = 0;
    struct trm_ifc_text *names = trm_ifc_alloc(f, n, sizeof *names);
    struct trm_ifc_set *sets = trm_ifc_alloc(f, n, sizeof *sets);
    if (!names || !sets)
        return NULL;
    for (size_t i = 0; i < n; i++)
        names[i] = source_name(f, &s[i]);
    const uint32_t *first = trm_ifc_first_equal(f, names, n);
    if (!first)
        return NULL;
    struct vec *props = trm_ifc_alloc(f, n, sizeof *props);
    if (!props)
        return NULL;
    for (size_t i = 0; i < n; i++)
        read_source(f, &s[i], &props[first[i]]);
    for (size_t i = 0; i < n; i++)
        if (first[i] == i)
            sets[(*n_sets)++] = (struct trm_ifc_set){
                .name = names[i], .props = props[i].data, .n = once_by_name(f, props[i].data, props[i].n)};
    return sets;
}

void
trm_ifc_sets(struct trm_ifc *f, uint32_t row, uint32_t type, struct trm_ifc_element *e)
{
    struct vec all = {0}, psets = {0}, qtos = {0};
    f->complex_budget = 20000;
    if (trm_ifc_class(f, row)->role == ROLE_TYPE)
        type_sources(f, row, false, &all);
    else
        linked_sources(f, row, false, &all);
    if (type != TRM_STEP_NONE)
        type_sources(f, type, true, &all);
    const struct source *s = all.data;
    for (size_t i = 0; i < all.n; i++) {
        struct source *to = trm_ifc_push(f, s[i].quantities ? &qtos : &psets, sizeof *s);
        if (!to)
            return;
        *to = s[i];
    }
    e->psets = merge(f, psets.data, psets.n, &e->n_psets);
    e->qtos = merge(f, qtos.data, qtos.n, &e->n_qtos);
}
