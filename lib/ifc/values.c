/* Values: properties, quantities and attributes, as numbers in SI, texts, booleans. */
#include <math.h>
#include <string.h>

#include "room.h"

enum { MAX_DEPTH = 12, MAX_WRAPS = 4 };

/* What a wrapper's word (IFCLENGTHMEASURE) stands for; a table by hash, newest wins, so that the binary searches in the
 * schema are made once per word and not once per value. */
struct trm_ifc_wrapper {
    const char *word;
    size_t n;
    const char *type;
    const struct trm_measure *measure;
};
enum { N_WRAPPERS = 256 }; /* a power of two */

static const struct trm_ifc_wrapper *
wrapper(struct trm_ifc *f, const char *word, size_t n)
{
    uint64_t h = n, last = 0; /* of the last eight letters: all begin with IFC */
    memcpy(&last, n < sizeof last ? word : word + n - sizeof last, n < sizeof last ? n : sizeof last);
    h = (h ^ last) * 0x9E3779B97F4A7C15u;
    struct trm_ifc_wrapper *w = &f->wrappers[(h ^ h >> 32) & (N_WRAPPERS - 1)], *other = &f->wrappers[h >> 52 & (N_WRAPPERS - 1)];
    if (other->n == n && other->word && memcmp(other->word, word, n) == 0)
        w = other;
    if (w->n == n && w->word && memcmp(w->word, word, n) == 0) {
        if (!w->type)
            trm_step_warn(&f->step, "unknown_type", (size_t)(word - f->step.data));
        return w;
    }
    if (!other->word) /* a word has two places, so that two that are used in turn do not drive each other out */
        w = other;
    *w = (struct trm_ifc_wrapper){.word = word, .n = n};
    int decl = trm_schema_decl_n(f->schema, word, n);
    for (size_t s = 3; decl < 0 && s-- > 0;)
        w->type = trm_schema_decl_name(trm_schema_at(s), decl = trm_schema_decl_n(trm_schema_at(s), word, n));
    if (!w->type)
        w->type = trm_schema_decl_name(f->schema, decl);
    if (!w->type)
        trm_step_warn(&f->step, "unknown_type", (size_t)(word - f->step.data));
    w->measure = w->type ? trm_measure_find(w->type) : NULL;
    return w;
}

int
trm_ifc_wrappers_init(struct trm_ifc *f)
{
    f->wrappers = trm_arena_calloc(&f->keep, N_WRAPPERS, sizeof *f->wrappers);
    return f->wrappers ? 0 : trm_err_set(f->err, TRM_SYS, "no memory");
}

/* --- one value --- */

/* What is known about a value before it is read, and about its unit once it is. */
struct reading {
    const char *type; /* declared, or found as wrapper */
    const struct trm_measure *measure;
    bool is_enum;
    uint32_t own_unit; /* row, or TRM_STEP_NONE */
    bool measured, resolved;
    const struct trm_ifc_unit *unit; /* NULL: unknown */
};

/* Which unit the value has. A unit of its own counts also for a plain number (IFCREAL with a unit beside it), but one of
 * another kind than the measure's makes the unit unknown. */
static void
resolve_unit(struct trm_ifc *f, struct reading *r, const char *at)
{
    if (r->resolved)
        return;
    r->resolved = true;
    r->unit = NULL;
    bool own = r->own_unit != TRM_STEP_NONE;
    r->measured = r->measure || own;
    if (!r->measured)
        return;
    if (own) {
        struct trm_ifc_unit *u = trm_ifc_alloc(f, 1, sizeof *u);
        f->budget = 1000;
        if (!u || !trm_ifc_unit_at(f, r->own_unit, u))
            return;
        if (r->measure && u->kind != r->measure->kind) {
            trm_ifc_warn(f, "unit_of_other_kind", r->own_unit);
            return;
        }
        r->unit = u->si ? u : NULL;
        return;
    }
    const struct trm_ifc_unit *p = trm_ifc_project_unit(f, r->measure->kind);
    if (p && p->si)
        r->unit = p;
    else
        trm_step_warn(&f->step, "unit_not_assigned", (size_t)(at - f->step.data));
}

static struct trm_ifc_scalar
number(struct trm_ifc *f, const struct trm_step_val *v, struct reading *r)
{
    double x;
    if (!trm_step_num(v, &x)) {
        trm_step_warn(&f->step, "bad_number", (size_t)(v->s - f->step.data));
        return (struct trm_ifc_scalar){.type = TRM_IFC_NULL};
    }
    resolve_unit(f, r, v->s);
    if (r->measured && r->unit)
        x = trm_ifc_to_si(r->unit, x);
    if (!isfinite(x))
        return (struct trm_ifc_scalar){.type = TRM_IFC_NULL};
    return (struct trm_ifc_scalar){.type = TRM_IFC_NUM, .num = x};
}

static struct trm_ifc_scalar
word(const struct trm_step_val *v, const struct reading *r)
{
    if (!r->is_enum && v->n == 1) {
        char c = (char)(v->s[0] & ~32);
        if (c == 'T' || c == 'F')
            return (struct trm_ifc_scalar){.type = TRM_IFC_BOOL, .b = c == 'T'};
        if (c == 'U')
            return (struct trm_ifc_scalar){.type = TRM_IFC_NULL};
    }
    return (struct trm_ifc_scalar){.type = TRM_IFC_TEXT, .text = {v->s, v->n}};
}

static struct trm_ifc_scalar
simple(struct trm_ifc *f, const struct trm_step_val *v, struct reading *r)
{
    struct trm_ifc_scalar none = {.type = TRM_IFC_NULL};
    struct trm_ifc_text t;
    switch (v->type) {
    case TRM_STEP_INT:
    case TRM_STEP_REAL:
        return number(f, v, r);
    case TRM_STEP_STRING:
        t = trm_ifc_text(f, v);
        if (v->n == 0)
            t = trm_ifc_lit(""); /* it says that there is nothing, which is more than being unset */
        return t.s ? (struct trm_ifc_scalar){.type = TRM_IFC_TEXT, .text = t} : none;
    case TRM_STEP_BINARY:
        return (struct trm_ifc_scalar){.type = TRM_IFC_TEXT, .text = {v->s, v->n}};
    case TRM_STEP_ENUM:
        return word(v, r);
    case TRM_STEP_BAD:
        trm_step_warn(&f->step, "bad_value", (size_t)(v->s - f->step.data));
        return none;
    default:
        return none;
    }
}

/* Look through wrappers: *v becomes what is inside, r->type what the innermost says. */
static void
unwrap(struct trm_ifc *f, struct trm_step_val *v, struct reading *r)
{
    for (int i = 0; i < MAX_WRAPS && v->type == TRM_STEP_TYPED; i++) {
        const struct trm_ifc_wrapper *w = wrapper(f, v->s, v->n);
        r->type = w->type;
        if (r->measure != w->measure)
            r->resolved = false;
        r->measure = w->measure;
        struct trm_step_val wrapped = *v;
        if (!trm_step_first(&wrapped, v))
            v->type = TRM_STEP_NULL;
    }
}

/* Degrees, minutes, seconds and millionths as radians: the SI value of IfcCompoundPlaneAngleMeasure. */
static bool
compound_angle(const struct trm_step_val *list, double *rad)
{
    static const double part[] = {1, 60, 3600, 3600e6};
    struct trm_step_val v;
    double sum = 0, x;
    size_t n = 0;
    for (struct trm_step_cur c = trm_step_inside(list); n < 4 && trm_step_next(&c, &v); n++) {
        if (!trm_step_num(&v, &x))
            return false;
        sum += x / part[n];
    }
    *rad = sum * (M_PI / 180);
    return n >= 1;
}

static struct trm_ifc_scalar
one(struct trm_ifc *f, const struct trm_step_val *value, struct reading *r)
{
    struct trm_step_val v = *value;
    unwrap(f, &v, r);
    return simple(f, &v, r);
}

static struct trm_ifc_list
many(struct trm_ifc *f, const struct trm_step_val *list, struct reading *r)
{
    struct vec out = {0};
    struct trm_step_val v;
    if (!list || list->type != TRM_STEP_LIST)
        return (struct trm_ifc_list){0};
    for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v);) {
        struct trm_ifc_scalar s = one(f, &v, r), *to = trm_ifc_push(f, &out, sizeof s);
        if (!to)
            break;
        *to = s;
    }
    return (struct trm_ifc_list){out.data, out.n};
}

static void
finish(struct trm_ifc_prop *p, const struct reading *r)
{
    p->type = r->type;
    p->measured = r->resolved && r->measured;
    p->unit = p->measured && r->unit ? r->unit->si : NULL;
}

static struct trm_ifc_more *
more(struct trm_ifc *f, struct trm_ifc_prop *p, enum trm_ifc_shape shape)
{
    p->more = trm_ifc_alloc(f, 1, sizeof *p->more);
    if (p->more)
        p->shape = shape;
    return p->more;
}

/* A value of any form into p. */
static void
value_into(struct trm_ifc *f, const struct trm_step_val *value, struct reading *r, struct trm_ifc_prop *p)
{
    struct trm_step_val v = *value;
    unwrap(f, &v, r);
    if (v.type != TRM_STEP_LIST) {
        p->value = simple(f, &v, r);
        finish(p, r);
        return;
    }
    double rad;
    if (r->type && strcmp(r->type, "IfcCompoundPlaneAngleMeasure") == 0 && compound_angle(&v, &rad)) {
        p->value = (struct trm_ifc_scalar){.type = TRM_IFC_NUM, .num = rad};
        p->type = r->type, p->measured = true, p->unit = "rad";
        return;
    }
    if (more(f, p, TRM_IFC_LIST))
        p->more->list = many(f, &v, r);
    finish(p, r);
}

/* --- properties by role --- */

static void
single(struct trm_ifc *f, const struct args *a, struct trm_ifc_prop *p)
{
    const struct trm_step_val *v = trm_ifc_slot(a, 1);
    struct reading r = {.own_unit = trm_ifc_slot_ref(f, a, 2)};
    if (!v)
        return;
    if (v->type != TRM_STEP_TYPED && v->type != TRM_STEP_BAD)
        trm_ifc_warn(f, "untyped_value", a->row);
    value_into(f, v, &r, p);
}

/* Enumerated values carry their unit in the enumeration they refer to. */
static uint32_t
enumeration_unit(struct trm_ifc *f, const struct args *a)
{
    uint32_t row = trm_ifc_slot_ref(f, a, 2);
    if (row == TRM_STEP_NONE || trm_ifc_class(f, row)->role != ROLE_ENUMERATION)
        return TRM_STEP_NONE;
    struct args e;
    trm_ifc_args(f, row, &e);
    return trm_ifc_slot_ref(f, &e, 1);
}

static void
list(struct trm_ifc *f, const struct args *a, uint32_t unit, struct trm_ifc_prop *p)
{
    struct reading r = {.own_unit = unit};
    if (!more(f, p, TRM_IFC_LIST))
        return;
    p->more->list = many(f, trm_ifc_slot(a, 1), &r);
    finish(p, &r);
}

static void
bounded(struct trm_ifc *f, const struct args *a, struct trm_ifc_prop *p)
{
    struct reading r = {.own_unit = trm_ifc_slot_ref(f, a, 3)};
    if (!more(f, p, TRM_IFC_BOUNDED))
        return;
    if (trm_ifc_slot(a, 1))
        p->more->upper = one(f, trm_ifc_slot(a, 1), &r);
    if (trm_ifc_slot(a, 2))
        p->more->lower = one(f, trm_ifc_slot(a, 2), &r);
    if (trm_ifc_slot(a, 4))
        p->value = one(f, trm_ifc_slot(a, 4), &r);
    finish(p, &r);
}

static void
table(struct trm_ifc *f, const struct args *a, struct trm_ifc_prop *p)
{
    struct reading left = {.own_unit = trm_ifc_slot_ref(f, a, 3)}, right = {.own_unit = trm_ifc_slot_ref(f, a, 4)};
    if (!more(f, p, TRM_IFC_TABLE))
        return;
    p->more->list = many(f, trm_ifc_slot(a, 1), &left);
    p->more->defined = many(f, trm_ifc_slot(a, 2), &right);
    finish(p, &left);
    p->more->defined_type = right.type;
    p->more->defined_measured = right.resolved && right.measured;
    p->more->defined_unit = p->more->defined_measured && right.unit ? right.unit->si : NULL;
}

/* A reference's value is the name of a material; of other things only the class is told. */
static void
reference(struct trm_ifc *f, const struct args *a, struct trm_ifc_prop *p)
{
    p->shape = TRM_IFC_REFERENCE;
    uint32_t row = trm_ifc_slot_ref(f, a, 1);
    if (row == TRM_STEP_NONE)
        return;
    struct args to;
    trm_ifc_args(f, row, &to);
    p->type = to.c->name;
    struct trm_ifc_text t = to.c->role == ROLE_MATERIAL ? trm_ifc_slot_text(f, &to, 0) : (struct trm_ifc_text){0};
    if (t.s)
        p->value = (struct trm_ifc_scalar){.type = TRM_IFC_TEXT, .text = t};
}

static void
complex_property(struct trm_ifc *f, const struct args *a, int depth, struct trm_ifc_prop *p)
{
    if (!more(f, p, TRM_IFC_COMPLEX))
        return;
    if (depth >= MAX_DEPTH || f->complex_budget == 0) {
        trm_ifc_warn(f, "too_deep", a->row);
        return;
    }
    f->complex_budget--;
    p->more->props = trm_ifc_property_list(f, trm_ifc_slot(a, 1), depth + 1, &p->more->n_props);
}

static void
quantity(struct trm_ifc *f, const struct args *a, struct trm_ifc_prop *p)
{
    const struct trm_step_val *v = trm_ifc_slot(a, 2);
    struct reading r = {.type = a->c->value_type, .measure = a->c->value_measure, .own_unit = trm_ifc_slot_ref(f, a, 1)};
    p->type = r.type;
    if (v)
        value_into(f, v, &r, p);
}

bool
trm_ifc_property(struct trm_ifc *f, uint32_t row, int depth, struct trm_ifc_prop *p)
{
    struct args a;
    enum role role = trm_ifc_class(f, row)->role;
    if (role < ROLE_SINGLE || role > ROLE_COMPLEX_QUANTITY)
        return false;
    trm_ifc_args(f, row, &a);
    *p = (struct trm_ifc_prop){.name = trm_ifc_slot_text(f, &a, 0), .step = f->step.inst[row].id};
    switch (role) {
    case ROLE_SINGLE:
        single(f, &a, p);
        break;
    case ROLE_ENUMERATED:
        list(f, &a, enumeration_unit(f, &a), p);
        break;
    case ROLE_LIST:
        list(f, &a, trm_ifc_slot_ref(f, &a, 2), p);
        break;
    case ROLE_BOUNDED:
        bounded(f, &a, p);
        break;
    case ROLE_TABLE:
        table(f, &a, p);
        break;
    case ROLE_REFERENCE:
        reference(f, &a, p);
        break;
    case ROLE_QUANTITY:
        quantity(f, &a, p);
        break;
    default:
        complex_property(f, &a, depth, p);
        break;
    }
    return true;
}

/* --- attributes --- */

/* IfcMeasureWithUnit: its value, counted in its unit. */
static bool
measure_with_unit(struct trm_ifc *f, const struct trm_step_val *v, struct trm_ifc_prop *p)
{
    uint32_t row = trm_ifc_ref(f, v);
    if (row == TRM_STEP_NONE || trm_ifc_class(f, row)->role != ROLE_MEASURE_WITH_UNIT)
        return false;
    struct args a;
    trm_ifc_args(f, row, &a);
    struct reading r = {.own_unit = trm_ifc_slot_ref(f, &a, 1)};
    if (!trm_ifc_slot(&a, 0))
        return false;
    value_into(f, trm_ifc_slot(&a, 0), &r, p);
    p->step = f->step.inst[row].id;
    return true;
}

bool
trm_ifc_attribute(struct trm_ifc *f, const struct plan *plan, const struct trm_step_val *v, struct trm_ifc_prop *p)
{
    if (v->type == TRM_STEP_NULL || v->type == TRM_STEP_DERIVED || v->type == TRM_STEP_BAD)
        return false;
    *p = (struct trm_ifc_prop){.name = trm_ifc_lit(plan->attr.name)};
    if (v->type == TRM_STEP_REF)
        return measure_with_unit(f, v, p);
    struct reading r = {.type = plan->type, .measure = plan->measure, .is_enum = plan->attr.kind == TRM_KIND_ENUM,
                        .own_unit = TRM_STEP_NONE};
    if (plan->attr.kind == TRM_KIND_SELECT)
        r.type = NULL;
    value_into(f, v, &r, p);
    if (p->shape == TRM_IFC_LIST && p->more->list.n == 0)
        return false;
    return !(p->shape == TRM_IFC_LIST && plan->attr.kind == TRM_KIND_SELECT && p->type == NULL);
}

struct trm_ifc_prop *
trm_ifc_planned(struct trm_ifc *f, const struct args *a, const struct plan *plan, int n_plan, size_t *n)
{
    struct trm_ifc_prop *p = trm_ifc_alloc(f, (size_t)n_plan, sizeof *p);
    *n = 0;
    for (int i = 0; p && i < n_plan; i++)
        if ((size_t)plan[i].index < a->n && trm_ifc_attribute(f, &plan[i], &a->v[plan[i].index], &p[*n]))
            ++*n;
    return p;
}

struct trm_ifc_prop *
trm_ifc_attributes(struct trm_ifc *f, const struct args *a, size_t *n)
{
    int n_plan;
    const struct plan *plan = trm_ifc_plan(f, a->c, &n_plan);
    return trm_ifc_planned(f, a, plan, n_plan, n);
}

/* What an attribute holds beside plain values: 'r' references or nested lists, 'e' an empty text or list, 0 neither. */
static char
holds(const struct trm_step_val *value)
{
    struct trm_step_val v = *value, item;
    if (v.type == TRM_STEP_TYPED && !trm_step_first(value, &v))
        return 'e';
    if (v.type == TRM_STEP_STRING)
        return v.n == 0 ? 'e' : 0;
    if (v.type == TRM_STEP_REF || v.type == TRM_STEP_BINARY)
        return 'r';
    if (v.type != TRM_STEP_LIST)
        return 0;
    struct trm_step_cur c = trm_step_inside(&v);
    if (!trm_step_next(&c, &item))
        return 'e';
    return item.type == TRM_STEP_REF || item.type == TRM_STEP_LIST || item.type == TRM_STEP_BINARY ? 'r' : 0;
}

void
trm_ifc_holding(struct trm_ifc *f, const struct args *a, struct trm_ifc_element *e)
{
    const struct trm_attr *attrs = trm_ifc_attrs(f, a->c);
    const char **names = attrs ? trm_ifc_alloc(f, 2 * a->n, sizeof *names) : NULL;
    if (!names)
        return;
    e->refers = names;
    e->empty = names + a->n;
    for (size_t i = 0; i < a->n && i < (size_t)a->c->n_attrs; i++) {
        char what = attrs[i].derived ? 0 : holds(&a->v[i]);
        if (what == 'r')
            e->refers[e->n_refers++] = attrs[i].name;
        else if (what == 'e')
            e->empty[e->n_empty++] = attrs[i].name;
    }
}
