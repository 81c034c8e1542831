/* All relations of the file turned round, in one pass: from the object to what hangs on it.
 *
 * A link is three words. They are counted into place by the row they hang on, so that those of one object stand side by
 * side, in the order of the file. */
#include <stdlib.h>
#include <string.h>

#include "../base/big.h"
#include "room.h"

static int
add_link(struct trm_ifc *f, uint32_t from, uint32_t to, enum link kind)
{
    struct trm_ifc_links *l = f->links;
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap + l->cap / 2 : 1024;
        struct link_row *grown = cap < UINT32_MAX ? trm_big_grow(l->row, l->n * sizeof *grown, cap * sizeof *grown) : NULL;
        if (!grown)
            return trm_err_set(f->err, TRM_SYS, "no memory for %zu relations", cap);
        l->row = grown, l->cap = cap;
    }
    l->row[l->n++] = (struct link_row){.from = from, .to = to, .kind = kind};
    return 0;
}

/* The references in a value: one, a list of them, or a typed list (IFCPROPERTYSETDEFINITIONSET((#1,#2))). */
struct refs {
    struct trm_step_cur c;
    struct trm_step_val v;
    bool single;
};

static void
refs_begin(struct refs *r, const struct trm_step_val *v)
{
    struct trm_step_val inner = *v;
    if (inner.type == TRM_STEP_TYPED && !trm_step_first(v, &inner))
        inner.type = TRM_STEP_NULL;
    *r = (struct refs){.v = inner, .single = inner.type == TRM_STEP_REF};
    if (inner.type == TRM_STEP_LIST)
        r->c = trm_step_inside(&inner);
}

/* The next row; false at the end. TRM_STEP_NONE for a reference that leads nowhere in the index. */
static bool
refs_next(struct trm_ifc *f, struct refs *r, uint32_t *row)
{
    if (r->single) {
        r->single = false;
        *row = trm_ifc_ref(f, &r->v);
        return true;
    }
    while (r->c.p && trm_step_next(&r->c, &r->v))
        if (r->v.type == TRM_STEP_REF) {
            *row = trm_ifc_ref(f, &r->v);
            return true;
        }
    return false;
}

/* Definitions and documents are not in the index; with these two that is no fault of the file. */
static bool
must_lead_somewhere(enum link kind)
{
    return kind != LINK_DECLARED && kind != LINK_CLASS;
}

/* Everything on the one side with everything on the other. Only sets of property sets have more than one on the right, so
 * more links than bytes in the file mean that someone wants memory. */
static int
link_relation(struct trm_ifc *f, uint32_t row, const struct trm_ifc_class *c)
{
    struct args a;
    trm_ifc_args(f, row, &a);
    const struct trm_step_val *left = trm_ifc_slot(&a, 0), *right = trm_ifc_slot(&a, 1);
    if (!left || !right) {
        trm_ifc_warn(f, "empty_relation", row);
        return 0;
    }
    struct refs to, from;
    uint32_t t, o;
    for (refs_begin(&to, right); refs_next(f, &to, &t);) {
        if (t == TRM_STEP_NONE) {
            if (must_lead_somewhere(c->link))
                trm_ifc_warn(f, "dangling_reference", row);
            continue;
        }
        for (refs_begin(&from, left); refs_next(f, &from, &o);) {
            if (o != TRM_STEP_NONE) {
                if (f->links->n > f->step.size) {
                    trm_ifc_warn(f, "too_many_relations", row);
                    return 0;
                }
                if (add_link(f, o, t, c->link) != 0)
                    return -1;
            } else if (must_lead_somewhere(c->link)) {
                trm_ifc_warn(f, "dangling_reference", row);
            }
        }
    }
    return 0;
}

static int
link_material_properties(struct trm_ifc *f, uint32_t row)
{
    struct args a;
    trm_ifc_args(f, row, &a);
    uint32_t material = trm_ifc_slot_ref(f, &a, 2);
    return material == TRM_STEP_NONE ? 0 : add_link(f, material, row, LINK_MATERIAL_PROPERTIES);
}

/* Rows into place by counting; the order of the file stays among equals. */
static int
sort_links(struct trm_ifc *f)
{
    struct trm_ifc_links *l = f->links;
    size_t rows = f->step.n_inst;
    l->start = trm_big_calloc(rows + 1, sizeof *l->start);
    struct link_row *sorted = trm_big_alloc((l->n + 1) * sizeof *sorted);
    if (!l->start || !sorted) {
        free(sorted);
        return trm_err_set(f->err, TRM_SYS, "no memory for %zu relations", l->n);
    }
    for (size_t i = 0; i < l->n; i++)
        l->start[l->row[i].from + 1]++;
    for (size_t r = 0; r < rows; r++)
        l->start[r + 1] += l->start[r];
    for (size_t i = 0; i < l->n; i++)
        sorted[l->start[l->row[i].from]++] = l->row[i];
    for (size_t r = rows; r > 0; r--)
        l->start[r] = l->start[r - 1];
    l->start[0] = 0;
    free(l->row);
    l->row = sorted;
    l->cap = l->n;
    return 0;
}

int
trm_ifc_gather_links(struct trm_ifc *f)
{
    f->links = calloc(1, sizeof *f->links);
    if (!f->links)
        return trm_err_set(f->err, TRM_SYS, "no memory");
    for (size_t i = 0; i < f->step.n_inst; i++) {
        const struct trm_ifc_class *c = trm_ifc_class(f, (uint32_t)i);
        if (c->role == ROLE_RELATION) {
            if (link_relation(f, (uint32_t)i, c) != 0)
                return -1;
        } else if (c->role == ROLE_MATERIAL_PROPERTIES || c->role == ROLE_OLD_MATERIAL_PROPERTIES) {
            if (link_material_properties(f, (uint32_t)i) != 0)
                return -1;
        }
    }
    return sort_links(f);
}

uint32_t
trm_ifc_link(const struct trm_ifc *f, uint32_t row, enum link kind, size_t *at)
{
    const struct trm_ifc_links *l = f->links;
    size_t first = l->start[row], n = l->start[row + 1] - first;
    while (*at < n) {
        const struct link_row *r = &l->row[first + (*at)++];
        if (r->kind == kind)
            return r->to;
    }
    return TRM_STEP_NONE;
}

uint32_t
trm_ifc_first_link(const struct trm_ifc *f, uint32_t row, enum link kind)
{
    size_t at = 0;
    return trm_ifc_link(f, row, kind, &at);
}
