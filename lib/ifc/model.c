/* Opening a model, and putting one element together. */
#include <stdlib.h>
#include <string.h>

#include "room.h"

enum { GUID_LENGTH = 22 };

static bool
has_record(const struct trm_ifc_class *c)
{
    return c->role == ROLE_OBJECT || c->also;
}

static int
find_elements(struct trm_ifc *f)
{
    size_t n = 0, rows = f->step.n_inst;
    for (size_t i = 0; i < rows; i++)
        n += has_record(trm_ifc_class(f, (uint32_t)i));
    f->elements = malloc((n + 1) * sizeof *f->elements);
    f->guid_repeats = calloc(n / 8 + 1, 1);
    if (!f->elements || !f->guid_repeats)
        return trm_err_set(f->err, TRM_SYS, "no memory for %zu elements", n);
    for (size_t i = 0; i < rows; i++)
        if (has_record(trm_ifc_class(f, (uint32_t)i)))
            f->elements[f->n_elements++] = (uint32_t)i;
    return 0;
}

/* The GUID of an element as it stands; always the first value. n 0 when there is none. */
static struct trm_ifc_text
raw_guid(const struct trm_ifc *f, size_t i)
{
    struct trm_step_val v;
    uint32_t row = f->elements[i];
    if (trm_ifc_class(f, row)->guid != 0 || !trm_step_arg(&f->step, row, 0, &v) || v.type != TRM_STEP_STRING)
        return (struct trm_ifc_text){0};
    return (struct trm_ifc_text){v.s, v.n};
}

static bool
good_guid(struct trm_ifc_text g)
{
    if (g.n != GUID_LENGTH)
        return false;
    for (size_t i = 0; i < g.n; i++) {
        char c = g.s[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '$'))
            return false;
    }
    return g.s[0] >= '0' && g.s[0] <= '3';
}

static void
mark_repeat(struct trm_ifc *f, size_t i)
{
    f->guid_repeats[i / 8] |= (uint8_t)(1u << i % 8);
}

/* Bits for elements whose GUID another element has too, or that have none. */
static int
find_repeats(struct trm_ifc *f)
{
    struct trm_ifc_text *guids = trm_arena_calloc(&f->scratch, f->n_elements + 1, sizeof *guids);
    if (!guids)
        return trm_err_set(f->err, TRM_SYS, "no memory for %zu elements", f->n_elements);
    for (size_t i = 0; i < f->n_elements; i++)
        guids[i] = raw_guid(f, i);
    const uint32_t *first = trm_ifc_first_equal(f, guids, f->n_elements);
    if (!first)
        return -1;
    for (size_t i = 0; i < f->n_elements; i++) {
        if (guids[i].n == 0) {
            if (trm_ifc_class(f, f->elements[i])->guid == 0)
                trm_ifc_warn(f, "no_guid", f->elements[i]);
            mark_repeat(f, i);
            continue;
        }
        if (!good_guid(guids[i]))
            trm_ifc_warn(f, "bad_guid", f->elements[i]);
        if (first[i] == i)
            continue;
        trm_ifc_warn(f, "repeated_guid", f->elements[i]);
        mark_repeat(f, i);
        mark_repeat(f, first[i]);
    }
    return 0;
}

static struct trm_ifc_text
keep_text(struct trm_ifc *f, struct trm_ifc_text t)
{
    if (t.s)
        t.s = trm_arena_strndup(&f->keep, t.s, t.n);
    if (!t.s)
        t.n = 0;
    return t;
}

static void
find_project(struct trm_ifc *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_elements; i++) {
        if (!trm_ifc_element_is_a(f, i, "IfcProject"))
            continue;
        if (n++ > 0) {
            trm_ifc_warn(f, "several_projects", f->elements[i]);
            continue;
        }
        struct args a;
        trm_ifc_args(f, f->elements[i], &a);
        f->project_guid = keep_text(f, trm_ifc_slot_text(f, &a, SLOT_GUID));
        f->project_name = keep_text(f, trm_ifc_slot_text(f, &a, SLOT_NAME));
        if (!f->project_name.s)
            f->project_name = keep_text(f, trm_ifc_slot_text(f, &a, SLOT_LONG_NAME));
    }
    if (n == 0)
        trm_step_warn(&f->step, "no_project", 0);
}

/* "ArchiCAD 14.0", not "ArchiCAD 14.0 14.0". NULL when memory is out. */
static const char *
with_version(struct trm_ifc *f, struct trm_ifc_text name, struct trm_ifc_text version)
{
    bool said = version.n == 0 || (name.n >= version.n && memcmp(name.s + name.n - version.n, version.s, version.n) == 0);
    return trm_arena_printf(&f->keep, "%.*s%s%.*s", (int)(name.n & 0xFFFF), name.s, said ? "" : " ",
                            said ? 0 : (int)(version.n & 0xFFFF), said ? "" : version.s);
}

/* The program that wrote the file: IfcApplication, else originating_system of the header. */
static void
find_exporter(struct trm_ifc *f)
{
    struct trm_step_val v;
    for (size_t i = 0; i < f->step.n_inst; i++) {
        if (trm_ifc_class(f, (uint32_t)i)->role != ROLE_APPLICATION)
            continue;
        struct args a;
        trm_ifc_args(f, (uint32_t)i, &a);
        struct trm_ifc_text name = trm_ifc_slot_text(f, &a, 0), version = trm_ifc_slot_text(f, &a, 1);
        if (name.s) {
            f->exporter = trm_ifc_lit(with_version(f, name, version));
            return;
        }
    }
    if (f->step.file_name == 0)
        return;
    struct trm_step_cur c = trm_step_args_at(&f->step, f->step.file_name);
    for (int i = 0; trm_step_next(&c, &v); i++)
        if (i == 5 && v.type == TRM_STEP_STRING)
            f->exporter = keep_text(f, trm_ifc_text(f, &v));
}

/* What FILE_SCHEMA must be. */
static int
check_schema(struct trm_ifc *f)
{
    struct trm_step *st = &f->step;
    if (f->schema)
        return 0;
    if (f->file_schema.s)
        return trm_err_set(f->err, TRM_DATA, "line %zu: schema \"%.*s\", expected IFC2X3, IFC4 or IFC4X3",
                           trm_step_line(st, st->file_schema), (int)(f->file_schema.n < 60 ? f->file_schema.n : 60),
                           f->file_schema.s);
    if (st->n_instances == 0)
        return trm_err_set(f->err, TRM_DATA, "line %zu: no instances, expected a DATA section with some",
                           trm_step_line(st, st->truncated ? st->end_off : st->size));
    return trm_err_set(f->err, TRM_DATA, "no FILE_SCHEMA in the header, expected IFC2X3, IFC4 or IFC4X3");
}

/* Names that no schema has, and names that only another schema has. */
static void
count_strangers(struct trm_ifc *f)
{
    for (size_t i = 0; i < f->step.n_keywords; i++) {
        const struct trm_step_keyword *k = &f->step.keywords[i];
        size_t off = (size_t)(k->name - f->step.data);
        if (f->classes[i].entity < 0)
            trm_step_warn_many(&f->step, "unknown_entity", off, k->count);
        else if (f->classes[i].schema != f->schema)
            trm_step_warn_many(&f->step, "entity_of_other_schema", off, k->count);
    }
}

int
trm_ifc_open(struct trm_ifc *f, const char *data, size_t size, struct trm_err *err)
{
    return trm_ifc_open_also(f, data, size, NULL, 0, NULL, err);
}

int
trm_ifc_open_also(struct trm_ifc *f, const char *data, size_t size, const char *const *also, size_t n_also, struct trm_sha256 *sha,
                  struct trm_err *err)
{
    *f = (struct trm_ifc){.err = err, .budget = 100000, .also = also, .n_also = n_also};
    if (trm_ifc_wrappers_init(f) != 0 || trm_step_open_summed(&f->step, data, size, trm_ifc_want, f, sha, err) != 0 ||
        check_schema(f) != 0 || find_elements(f) != 0 || find_repeats(f) != 0 || trm_ifc_gather_links(f) != 0)
        return -1;
    count_strangers(f);
    find_project(f);
    find_exporter(f);
    if (trm_ifc_gather_units(f) != 0)
        return -1;
    trm_arena_release(&f->scratch);
    f->err = NULL;
    return err->kind == TRM_OK ? 0 : -1;
}

void
trm_ifc_release(struct trm_ifc *f)
{
    trm_step_release(&f->step);
    trm_arena_release(&f->keep);
    trm_arena_release(&f->scratch);
    free(f->classes);
    free(f->elements);
    free(f->guid_repeats);
    if (f->links) {
        free(f->links->row);
        free(f->links->start);
    }
    free(f->links);
    *f = (struct trm_ifc){0};
}

int
trm_ifc_share(struct trm_ifc *copy, const struct trm_ifc *f, struct trm_err *err)
{
    *copy = *f;
    copy->keep = copy->scratch = (struct trm_arena){0};
    copy->err = err;
    copy->step.n_warnings = 0;
    copy->classes = malloc(f->cap_classes * sizeof *copy->classes + 1); /* plans are made when first needed */
    if (!copy->classes)
        return trm_err_set(err, TRM_SYS, "no memory for %zu entity names", f->cap_classes);
    memcpy(copy->classes, f->classes, f->step.n_keywords * sizeof *copy->classes);
    return trm_ifc_wrappers_init(copy);
}

void
trm_ifc_unshare(struct trm_ifc *copy)
{
    trm_arena_release(&copy->keep);
    trm_arena_release(&copy->scratch);
    free(copy->classes);
    *copy = (struct trm_ifc){0};
}

/* The type object an element is an occurrence of. */
uint32_t
trm_ifc_type_of(const struct trm_ifc *f, uint32_t row)
{
    size_t at = 0;
    for (uint32_t t; (t = trm_ifc_link(f, row, LINK_TYPE, &at)) != TRM_STEP_NONE;)
        if (trm_ifc_class(f, t)->role == ROLE_TYPE)
            return t;
    return TRM_STEP_NONE;
}

static void
fill_type(struct trm_ifc *f, uint32_t row, struct trm_ifc_type_object *t)
{
    struct args a;
    trm_ifc_args(f, row, &a);
    t->cls = a.c->name;
    t->step = f->step.inst[row].id;
    t->guid = trm_ifc_slot_text(f, &a, SLOT_GUID);
    t->name = trm_ifc_slot_text(f, &a, SLOT_NAME);
    t->description = trm_ifc_slot_text(f, &a, SLOT_DESCRIPTION);
    t->tag = trm_ifc_slot_text(f, &a, SLOT_TAG);
    t->predefined_type = trm_ifc_slot_enum(&a, SLOT_PREDEFINED);
    t->attributes = trm_ifc_attributes(f, &a, &t->n_attributes);
}

/* An instance that is no element: what stands in it, its properties, its classifications. */
static void
fill_resource(struct trm_ifc *f, const struct args *a, struct trm_ifc_element *e)
{
    int n;
    const struct plan *plan = trm_ifc_whole_plan(f, a->c, &n);
    e->guid = trm_ifc_arg_text(f, a, a->c->guid);
    e->name = trm_ifc_arg_text(f, a, a->c->title);
    e->description = trm_ifc_arg_text(f, a, a->c->description);
    e->attributes = trm_ifc_planned(f, a, plan, n, &e->n_attributes);
    e->psets = trm_ifc_resource_sets(f, a->row, &e->n_psets);
}

static void
fill_object(struct trm_ifc *f, const struct args *a, struct trm_ifc_element *e)
{
    bool object = e->is == TRM_IFC_IS_ELEMENT;
    uint32_t row = a->row, type = object ? trm_ifc_type_of(f, row) : TRM_STEP_NONE;
    e->guid = trm_ifc_slot_text(f, a, SLOT_GUID);
    e->name = trm_ifc_slot_text(f, a, SLOT_NAME);
    e->description = trm_ifc_slot_text(f, a, SLOT_DESCRIPTION);
    e->tag = trm_ifc_slot_text(f, a, SLOT_TAG);
    e->object_type = object ? trm_ifc_slot_text(f, a, SLOT_OBJECT_TYPE) : (struct trm_ifc_text){0};
    e->predefined_type = trm_ifc_slot_enum(a, SLOT_PREDEFINED);
    e->attributes = trm_ifc_attributes(f, a, &e->n_attributes);
    if (type != TRM_STEP_NONE)
        fill_type(f, type, &e->type);
    trm_ifc_sets(f, row, type, e);
    trm_ifc_materials(f, row, type, e);
    trm_ifc_place(f, row, e);
    trm_ifc_classifications(f, row, type, e);
}

int
trm_ifc_element(struct trm_ifc *f, size_t i, struct trm_ifc_element *e, struct trm_err *err)
{
    struct args a;
    uint32_t row = f->elements[i];
    trm_arena_reset(&f->scratch);
    f->err = err;
    trm_ifc_args(f, row, &a);
    *e = (struct trm_ifc_element){
        .cls = a.c->name,
        .is = trm_ifc_element_what(f, i),
        .step = f->step.inst[row].id,
        .guid_unique = !(f->guid_repeats[i / 8] >> i % 8 & 1),
    };
    if (e->is == TRM_IFC_IS_RESOURCE) {
        fill_resource(f, &a, e);
        trm_ifc_classifications(f, row, TRM_STEP_NONE, e);
    } else {
        fill_object(f, &a, e);
    }
    trm_ifc_holding(f, &a, e);
    f->err = NULL;
    return err->kind == TRM_OK ? 0 : -1;
}

enum trm_ifc_is
trm_ifc_element_what(const struct trm_ifc *f, size_t i)
{
    enum role role = trm_ifc_class(f, f->elements[i])->role;
    return role == ROLE_OBJECT ? TRM_IFC_IS_ELEMENT : role == ROLE_TYPE ? TRM_IFC_IS_TYPE : TRM_IFC_IS_RESOURCE;
}

const char *
trm_ifc_element_class(const struct trm_ifc *f, size_t i)
{
    return trm_ifc_class(f, f->elements[i])->name;
}

bool
trm_ifc_element_is_a(const struct trm_ifc *f, size_t i, const char *cls)
{
    const struct trm_ifc_class *c = trm_ifc_class(f, f->elements[i]);
    return trm_schema_is_a(c->schema, c->entity, trm_schema_entity(c->schema, cls));
}

const char *
trm_ifc_keyword_class(const struct trm_ifc *f, size_t i)
{
    return f->classes[i].entity >= 0 ? f->classes[i].name : NULL;
}

bool
trm_ifc_keyword_written(const struct trm_ifc *f, size_t i)
{
    return has_record(&f->classes[i]);
}
