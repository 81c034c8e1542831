/* trm-ifc: building models to element records, one line each, and one model record at the end of every file. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/crew.h"
#include "../lib/base/file.h"
#include "../lib/base/hash.h"
#include "../lib/cli/cli.h"
#include "../lib/ifc/ifc.h"
#include "../lib/ifc/where.h"
#include "../lib/pack/pack.h"

enum {
    MAX_ALSO = 2000,  /* more names than the three schemas have entities in common */
    MAX_WHERE = 64,   /* as many as a struct trm_list holds */
    A_PIECE = 2,      /* elements; one with all its sets is some 30 kB of text */
    WORTH_THREADS = 1 << 20, /* bytes of a model that takes longer than a thread to begin */
};

struct run {
    struct trm_list only, where_text;
    struct trm_ifc_where where[MAX_WHERE];
    char *also;            /* option as given, cut into names */
    const char *also_name[MAX_ALSO];
    size_t n_also;
    bool summary, quiet;
    long max_bytes, threads;
    struct trm_cli *c;
};

/* One file in hand. */
struct model {
    struct trm_ifc ifc;
    const char *file; /* name without folders, or "-" */
    const char *key;  /* of the model: GUID of its project, else the file's name */
    size_t key_n;
    struct trm_buf line;
    struct trm_jw w;
};

/* --- values --- */

static void
put_text(struct trm_jw *w, const char *key, struct trm_ifc_text t)
{
    if (!t.s)
        return;
    trm_jw_key(w, key);
    trm_jw_strn(w, t.s, t.n);
}

static void
put_scalar(struct trm_jw *w, const struct trm_ifc_scalar *s)
{
    switch (s->type) {
    case TRM_IFC_BOOL:
        trm_jw_bool(w, s->b);
        break;
    case TRM_IFC_NUM:
        trm_jw_num(w, s->num);
        break;
    case TRM_IFC_TEXT:
        trm_jw_strn(w, s->text.s, s->text.n);
        break;
    case TRM_IFC_NULL:
        trm_jw_null(w);
        break;
    }
}

static void
put_list(struct trm_jw *w, const char *key, const struct trm_ifc_list *l)
{
    trm_jw_key(w, key);
    trm_jw_array(w);
    for (size_t i = 0; i < l->n; i++)
        put_scalar(w, &l->item[i]);
    trm_jw_end(w);
}

static void
put_unit(struct trm_jw *w, const char *key, bool measured, const char *unit)
{
    if (!measured)
        return;
    trm_jw_key(w, key);
    if (unit)
        trm_jw_str(w, unit);
    else
        trm_jw_null(w);
}

static void put_props(struct trm_jw *w, const struct trm_ifc_prop *p, size_t n);

/* The members "value", "lower", "defined", "properties" that the shape asks for. */
static void
put_shape(struct trm_jw *w, const struct trm_ifc_prop *p)
{
    switch (p->shape) {
    case TRM_IFC_LIST:
    case TRM_IFC_TABLE:
        put_list(w, "value", &p->more->list);
        if (p->shape == TRM_IFC_TABLE)
            put_list(w, "defined", &p->more->defined);
        return;
    case TRM_IFC_COMPLEX:
        trm_jw_key(w, "properties");
        put_props(w, p->more->props, p->more->n_props);
        return;
    case TRM_IFC_BOUNDED:
    case TRM_IFC_REFERENCE:
    case TRM_IFC_SINGLE:
        break;
    }
    trm_jw_key(w, "value");
    put_scalar(w, &p->value);
    if (p->shape == TRM_IFC_REFERENCE)
        trm_jw_kbool(w, "reference", true);
    if (p->shape != TRM_IFC_BOUNDED)
        return;
    trm_jw_key(w, "lower");
    put_scalar(w, &p->more->lower);
    trm_jw_key(w, "upper");
    put_scalar(w, &p->more->upper);
}

static void
put_prop(struct trm_jw *w, const struct trm_ifc_prop *p)
{
    trm_jw_object(w);
    put_shape(w, p);
    put_unit(w, "unit", p->measured, p->unit);
    trm_jw_kstr(w, "type", p->type);
    if (p->shape == TRM_IFC_TABLE) {
        put_unit(w, "defined_unit", p->more->defined_measured, p->more->defined_unit);
        trm_jw_kstr(w, "defined_type", p->more->defined_type);
    }
    if (p->step)
        trm_jw_knum(w, "step", (double)p->step);
    if (p->from_type)
        trm_jw_kstr(w, "from", "type");
    trm_jw_end(w);
}

static struct trm_jw_member
value_member(const struct trm_ifc_scalar *s)
{
    switch (s->type) {
    case TRM_IFC_BOOL:
        return TRM_JW_MEMBER("value", .is = s->b ? TRM_JW_TRUE : TRM_JW_FALSE);
    case TRM_IFC_NUM:
        return TRM_JW_MEMBER("value", .is = TRM_JW_NUM, .num = s->num);
    case TRM_IFC_TEXT:
        return TRM_JW_MEMBER("value", .is = TRM_JW_TEXT, .text = s->text.s, .n = s->text.n);
    case TRM_IFC_NULL:
        break;
    }
    return TRM_JW_MEMBER("value", .is = TRM_JW_NULL);
}

/* Most properties: a single value. In one go, as a model has hundreds of thousands. */
static void
put_single(struct trm_jw *w, const struct trm_ifc_prop *p)
{
    struct trm_jw_member m[5];
    size_t n = 0;
    m[n++] = value_member(&p->value);
    if (p->measured && p->unit)
        m[n++] = TRM_JW_MEMBER("unit", .is = TRM_JW_TEXT, .text = p->unit, .n = strlen(p->unit));
    else if (p->measured)
        m[n++] = TRM_JW_MEMBER("unit", .is = TRM_JW_NULL);
    if (p->type)
        m[n++] = TRM_JW_MEMBER("type", .is = TRM_JW_TEXT, .text = p->type, .n = strlen(p->type));
    if (p->step)
        m[n++] = TRM_JW_MEMBER("step", .is = TRM_JW_NUM, .num = (double)p->step);
    if (p->from_type)
        m[n++] = TRM_JW_MEMBER("from", .is = TRM_JW_TEXT, .text = "type", .n = 4);
    trm_jw_members(w, p->name.s ? p->name.s : "", p->name.n, m, n);
}

static void
put_props(struct trm_jw *w, const struct trm_ifc_prop *p, size_t n)
{
    trm_jw_object(w);
    for (size_t i = 0; i < n; i++) {
        if (p[i].shape == TRM_IFC_SINGLE) {
            put_single(w, &p[i]);
            continue;
        }
        trm_jw_keyn(w, p[i].name.s ? p[i].name.s : "", p[i].name.n);
        put_prop(w, &p[i]);
    }
    trm_jw_end(w);
}

static void
put_sets(struct trm_jw *w, const char *key, const struct trm_ifc_set *s, size_t n)
{
    trm_jw_key(w, key);
    trm_jw_object(w);
    for (size_t i = 0; i < n; i++) {
        trm_jw_keyn(w, s[i].name.s ? s[i].name.s : "", s[i].name.n);
        put_props(w, s[i].props, s[i].n);
    }
    trm_jw_end(w);
}

/* --- parts of an element --- */

static void
put_type_object(struct trm_jw *w, const struct trm_ifc_type_object *t)
{
    if (!t->cls)
        return;
    trm_jw_key(w, "type_object");
    trm_jw_object(w);
    trm_jw_kstr(w, "class", t->cls);
    put_text(w, "name", t->name);
    put_text(w, "guid", t->guid);
    trm_jw_knum(w, "step", (double)t->step);
    put_text(w, "description", t->description);
    put_text(w, "tag", t->tag);
    put_text(w, "predefined_type", t->predefined_type);
    trm_jw_key(w, "attributes");
    put_props(w, t->attributes, t->n_attributes);
    trm_jw_end(w);
}

static void
put_material(struct trm_jw *w, const struct trm_ifc_material *m)
{
    trm_jw_object(w);
    put_text(w, "name", m->name);
    trm_jw_kstr(w, "role", m->role);
    put_text(w, "category", m->category);
    put_text(w, "item", m->item);
    put_text(w, "item_category", m->item_category);
    put_text(w, "set", m->set);
    if (m->thickness.type) {
        trm_jw_key(w, "thickness");
        trm_jw_object(w);
        put_shape(w, &m->thickness);
        put_unit(w, "unit", m->thickness.measured, m->thickness.unit);
        trm_jw_end(w);
    }
    trm_jw_knum(w, "step", (double)m->step);
    if (m->n_psets)
        put_sets(w, "psets", m->psets, m->n_psets);
    trm_jw_end(w);
}

static void
put_materials(struct trm_jw *w, const struct trm_ifc_element *e)
{
    trm_jw_key(w, "materials");
    trm_jw_array(w);
    for (size_t i = 0; i < e->n_materials; i++)
        put_material(w, &e->materials[i]);
    trm_jw_end(w);
    if (e->materials_from_type)
        trm_jw_kstr(w, "materials_from", "type");
}

static void
put_classification(struct trm_jw *w, const struct trm_ifc_classification *c)
{
    trm_jw_object(w);
    put_text(w, "system", c->system);
    put_text(w, "code", c->code);
    put_text(w, "name", c->name);
    if (c->n_parents) {
        trm_jw_key(w, "parents");
        trm_jw_array(w);
        for (size_t i = 0; i < c->n_parents; i++) {
            trm_jw_object(w);
            put_text(w, "code", c->parents[i].code);
            put_text(w, "name", c->parents[i].name);
            trm_jw_end(w);
        }
        trm_jw_end(w);
    }
    if (c->from_type)
        trm_jw_kstr(w, "from", "type");
    trm_jw_end(w);
}

static void
put_containers(struct trm_jw *w, const char *key, const struct trm_ifc_container *c, size_t n)
{
    trm_jw_key(w, key);
    trm_jw_array(w);
    for (size_t i = 0; i < n; i++) {
        trm_jw_object(w);
        trm_jw_kstr(w, "class", c[i].cls);
        put_text(w, "guid", c[i].guid);
        put_text(w, "name", c[i].name);
        put_text(w, "predefined_type", c[i].predefined_type);
        put_text(w, "object_type", c[i].object_type);
        trm_jw_kstr(w, "type_class", c[i].type_cls);
        trm_jw_kstr(w, "relation", c[i].relation);
        trm_jw_knum(w, "step", (double)c[i].step);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

/* --- element records --- */

/* "<model>/<GUID>", and "#12" behind it where the GUID is missing or another element has it too. */
static void
put_id(struct model *m, const struct trm_ifc_element *e)
{
    char step[32];
    struct trm_buf id = {0};
    trm_buf_add(&id, m->key, m->key_n);
    trm_buf_addc(&id, '/');
    if (e->guid.s)
        trm_buf_add(&id, e->guid.s, e->guid.n);
    if (!e->guid_unique) {
        snprintf(step, sizeof step, "#%llu", (unsigned long long)e->step);
        trm_buf_adds(&id, step);
    }
    trm_jw_key(&m->w, "id");
    trm_jw_strn(&m->w, id.data, id.len);
    m->line.failed |= id.failed;
    trm_buf_release(&id);
}

static void
put_head(struct model *m, const struct trm_ifc_element *e)
{
    struct trm_jw *w = &m->w;
    trm_jw_kstr(w, "kind", "element");
    trm_jw_knum(w, "v", 1);
    put_id(m, e);
    put_text(w, "guid", e->guid);
    trm_jw_kstr(w, "class", e->cls);
    if (e->is != TRM_IFC_IS_ELEMENT)
        trm_jw_kstr(w, "is", e->is == TRM_IFC_IS_TYPE ? "type" : "resource");
    put_text(w, "name", e->name);
    trm_jw_knum(w, "step", (double)e->step);
    trm_jw_key(w, "model");
    trm_jw_strn(w, m->key, m->key_n);
    trm_jw_kstr(w, "file", m->file);
    trm_jw_kstr(w, "schema", trm_schema_name(m->ifc.schema));
    put_text(w, "description", e->description);
    put_text(w, "tag", e->tag);
    put_text(w, "object_type", e->object_type);
    put_text(w, "predefined_type", e->predefined_type);
}

static void
put_names(struct trm_jw *w, const char *key, const char *const *names, size_t n)
{
    if (!n)
        return;
    trm_jw_key(w, key);
    trm_jw_array(w);
    for (size_t i = 0; i < n; i++)
        trm_jw_str(w, names[i]);
    trm_jw_end(w);
}

static void
put_element(struct model *m, const struct trm_ifc_element *e)
{
    struct trm_jw *w = &m->w;
    trm_jw_object(w);
    put_head(m, e);
    trm_jw_key(w, "attributes");
    put_props(w, e->attributes, e->n_attributes);
    put_names(w, "refers", e->refers, e->n_refers);
    put_names(w, "empty", e->empty, e->n_empty);
    put_sets(w, "psets", e->psets, e->n_psets);
    put_sets(w, "qtos", e->qtos, e->n_qtos);
    put_type_object(w, &e->type);
    put_materials(w, e);
    trm_jw_key(w, "classifications");
    trm_jw_array(w);
    for (size_t i = 0; i < e->n_classifications; i++)
        put_classification(w, &e->classifications[i]);
    trm_jw_end(w);
    put_text(w, "storey", e->storey);
    put_containers(w, "containers", e->containers, e->n_containers);
    if (e->n_groups)
        put_containers(w, "groups", e->groups, e->n_groups);
    if (e->n_part_of)
        put_containers(w, "part_of", e->part_of, e->n_part_of);
    trm_jw_end(w);
}

static int
write_line(struct run *r, struct model *m, struct trm_err *err)
{
    if (m->line.failed)
        return trm_err_set(err, TRM_SYS, "no memory for a record");
    trm_cli_put_text(r->c, m->line.data, m->line.len);
    trm_buf_reset(&m->line);
    m->w = (struct trm_jw){.out = &m->line};
    return 0;
}

/* --- elements, by several threads --- */

/* Some elements as text, and what was odd about them. */
struct piece {
    struct trm_buf text;
    struct trm_step_warning warnings[sizeof ((struct trm_step *)0)->warnings / sizeof(struct trm_step_warning)];
    size_t n_warnings;
};

/* What the threads of one model work with. */
struct shop {
    struct run *r;
    struct model *m;
    struct model *reader; /* [threads], each with a share of the model */
    struct piece *piece;  /* [slots] */
    size_t n_readers, n_pieces;
};

static bool
is_wanted(const struct run *r, const struct trm_ifc *f, size_t i)
{
    bool wanted = r->only.n == 0;
    for (size_t k = 0; k < r->only.n && !wanted; k++)
        wanted = trm_ifc_element_is_a(f, i, r->only.item[k]);
    return wanted;
}

static bool
all_hold(const struct run *r, const struct trm_ifc_element *e)
{
    for (size_t k = 0; k < r->where_text.n; k++)
        if (!trm_ifc_where_holds(&r->where[k], e))
            return false;
    return true;
}

/* Elements A_PIECE * number and following as text. */
static int
make_piece(void *ctx, size_t thread, size_t slot, size_t number, struct trm_err *err)
{
    struct shop *s = ctx;
    struct model *m = &s->reader[thread];
    struct piece *p = &s->piece[slot];
    int status = 0;
    m->w = (struct trm_jw){.out = &p->text};
    for (size_t i = number * A_PIECE; status == 0 && i < m->ifc.n_elements && i < (number + 1) * A_PIECE; i++) {
        struct trm_ifc_element e;
        if (!is_wanted(s->r, &m->ifc, i))
            continue;
        status = trm_ifc_element(&m->ifc, i, &e, err);
        if (status != 0 || !all_hold(s->r, &e))
            continue;
        put_element(m, &e);
        m->w = (struct trm_jw){.out = &p->text};
        trm_buf_addc(&p->text, '\n');
    }
    memcpy(p->warnings, m->ifc.step.warnings, m->ifc.step.n_warnings * sizeof *p->warnings);
    p->n_warnings = m->ifc.step.n_warnings;
    m->ifc.step.n_warnings = 0;
    return status;
}

static int
take_piece(void *ctx, size_t slot, size_t number, struct trm_err *err)
{
    struct shop *s = ctx;
    struct piece *p = &s->piece[slot];
    if (p->text.failed)
        return trm_err_set(err, TRM_SYS, "no memory for a record");
    trm_cli_put_raw(s->r->c, p->text.data, p->text.len);
    trm_buf_reset(&p->text);
    trm_step_warn_all(&s->m->ifc.step, p->warnings, p->n_warnings);
    trm_cli_progress(s->r->c, s->m->file, (double)(number + 1) * A_PIECE, (double)s->m->ifc.n_elements);
    return 0;
}

static int
open_shop(struct shop *s, size_t threads, struct trm_err *err)
{
    s->reader = calloc(threads, sizeof *s->reader);
    s->piece = calloc(threads * TRM_CREW_AHEAD, sizeof *s->piece);
    if (!s->reader || !s->piece)
        return trm_err_set(err, TRM_SYS, "no memory for %zu threads", threads);
    s->n_pieces = threads * TRM_CREW_AHEAD;
    for (; s->n_readers < threads; s->n_readers++) {
        s->reader[s->n_readers] = (struct model){.file = s->m->file, .key = s->m->key, .key_n = s->m->key_n};
        if (trm_ifc_share(&s->reader[s->n_readers].ifc, &s->m->ifc, err) != 0)
            return -1;
    }
    return 0;
}

static int
write_elements(struct run *r, struct model *m, struct trm_err *err)
{
    struct shop s = {.r = r, .m = m};
    struct trm_crew crew = {.threads = m->ifc.step.size < WORTH_THREADS ? 1 : (size_t)r->threads,
                            .pieces = (m->ifc.n_elements + A_PIECE - 1) / A_PIECE, .make = make_piece, .take = take_piece};
    int status = open_shop(&s, crew.threads, err);
    if (status == 0)
        status = trm_crew_run(&crew, &s, err);
    for (size_t i = 0; s.reader && i < crew.threads; i++)
        trm_ifc_unshare(&s.reader[i].ifc);
    for (size_t i = 0; i < s.n_pieces; i++)
        trm_buf_release(&s.piece[i].text);
    free(s.reader);
    free(s.piece);
    return status;
}

/* --- the checksum, beside the reading --- */

/* Of the file as it is. Made by a thread of its own where there are several, else along with the scan. */
struct digest {
    const struct trm_map *map;
    pthread_t thread;
    bool beside, along;
    struct trm_sha256 sha;
    char hex[65];
};

static void *
digest(void *arg)
{
    struct digest *d = arg;
    trm_sha256_add(&d->sha, d->map->data, d->map->size);
    return NULL;
}

/* along: the bytes that will be scanned are the file's. */
static void
digest_begin(struct digest *d, const struct run *r, bool along)
{
    trm_sha256_init(&d->sha);
    d->beside = r->threads > 1 && d->map->size >= WORTH_THREADS && pthread_create(&d->thread, NULL, digest, d) == 0;
    d->along = along && !d->beside;
}

static void
digest_end(struct digest *d, bool needed)
{
    if (d->beside)
        pthread_join(d->thread, NULL);
    else if (needed && !d->along)
        digest(d);
    if (needed)
        trm_sha256_hex(&d->sha, d->hex);
}

/* --- the model record --- */

struct count {
    const char *name;
    size_t n;
};

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const struct count *)a)->name, ((const struct count *)b)->name);
}

/* Names in alphabetical order, each once with the sum of its counts, as an object. */
static void
put_counts(struct trm_jw *w, const char *key, struct count *counts, size_t n)
{
    size_t left = 0;
    qsort(counts, n, sizeof *counts, by_name);
    for (size_t i = 0; i < n; i++) {
        if (left > 0 && strcmp(counts[left - 1].name, counts[i].name) == 0)
            counts[left - 1].n += counts[i].n;
        else
            counts[left++] = counts[i];
    }
    trm_jw_key(w, key);
    trm_jw_object(w);
    for (size_t i = 0; i < left; i++)
        trm_jw_knum(w, counts[i].name, (double)counts[i].n);
    trm_jw_end(w);
}

/* Elements by class; records of other instances by class; instances without a record by class. */
static void
put_classes(struct run *r, struct model *m)
{
    const struct trm_ifc *f = &m->ifc;
    struct count *counts = calloc(f->n_elements + r->n_also + f->step.n_keywords + 1, sizeof *counts);
    size_t elements = 0, also = 0, left = 0;
    if (!counts) {
        m->line.failed = true;
        return;
    }
    for (size_t i = 0; i < f->n_elements; i++)
        if (trm_ifc_element_what(f, i) == TRM_IFC_IS_ELEMENT)
            counts[elements++] = (struct count){trm_ifc_element_class(f, i), 1};
    trm_jw_knum(&m->w, "elements", (double)elements);
    put_counts(&m->w, "classes", counts, elements);
    for (size_t i = 0; i < f->n_elements; i++)
        if (trm_ifc_element_what(f, i) != TRM_IFC_IS_ELEMENT)
            counts[also++] = (struct count){trm_ifc_element_class(f, i), 1};
    if (r->n_also)
        put_counts(&m->w, "also", counts, also);
    for (size_t i = 0; i < f->step.n_keywords; i++)
        if (trm_ifc_keyword_class(f, i) && !trm_ifc_keyword_written(f, i))
            counts[left++] = (struct count){trm_ifc_keyword_class(f, i), (size_t)f->step.keywords[i].count};
    put_counts(&m->w, "left_out", counts, left);
    free(counts);
}

static void
put_units(struct model *m)
{
    struct trm_jw *w = &m->w;
    trm_jw_key(w, "units");
    trm_jw_object(w);
    for (size_t i = 0; i < m->ifc.n_units; i++) {
        const struct trm_ifc_unit *u = &m->ifc.units[i];
        trm_jw_key(w, u->kind);
        trm_jw_object(w);
        trm_jw_kstr(w, "name", u->name);
        if (u->si && strcmp(u->kind, "MONETARYUNIT") != 0) {
            trm_jw_knum(w, "factor", u->mul / u->div);
            if (u->offset != 0)
                trm_jw_knum(w, "offset", u->offset);
        }
        put_unit(w, "si", true, u->si);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_warnings(struct model *m)
{
    trm_jw_key(&m->w, "warnings");
    trm_jw_object(&m->w);
    for (size_t i = 0; i < m->ifc.step.n_warnings; i++)
        trm_jw_knum(&m->w, m->ifc.step.warnings[i].code, (double)m->ifc.step.warnings[i].count);
    trm_jw_end(&m->w);
}

static void
put_model(struct run *r, struct model *m, const struct digest *d)
{
    struct trm_jw *w = &m->w;
    trm_jw_object(w);
    trm_jw_kstr(w, "kind", "model");
    trm_jw_knum(w, "v", 1);
    trm_jw_key(w, "id");
    trm_jw_strn(w, m->key, m->key_n);
    trm_jw_kstr(w, "file", m->file);
    trm_jw_kstr(w, "sha256", d->hex);
    trm_jw_knum(w, "bytes", (double)d->map->size);
    trm_jw_kstr(w, "schema", trm_schema_name(m->ifc.schema));
    put_text(w, "file_schema", m->ifc.file_schema);
    trm_jw_knum(w, "instances", (double)m->ifc.step.n_instances);
    put_classes(r, m);
    put_units(m);
    put_text(w, "project", m->ifc.project_name);
    put_text(w, "exporter", m->ifc.exporter);
    put_warnings(m);
    trm_jw_kstr(w, "program", "trm-ifc " TRM_VERSION);
    trm_jw_end(w);
}

/* --- one file --- */

/* Each kind of oddity once, with its count and the line where it was first seen. */
static void
say_warnings(struct run *r, const struct model *m)
{
    const struct trm_step *st = &m->ifc.step;
    for (size_t i = 0; !r->quiet && i < st->n_warnings; i++) {
        r->c->line = trm_step_line(st, st->warnings[i].off);
        if (st->warnings[i].count > 1)
            trm_cli_warn(r->c, "warning: %s, the first of %llu", st->warnings[i].code, (unsigned long long)st->warnings[i].count);
        else
            trm_cli_warn(r->c, "warning: %s", st->warnings[i].code);
    }
    r->c->line = 0;
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int
one_model(struct run *r, const char *path, const struct trm_map *map, const char *data, size_t size, struct trm_err *err)
{
    struct model m = {.file = base_name(path)};
    struct digest d = {.map = map};
    m.w.out = &m.line;
    digest_begin(&d, r, data == map->data);
    int status = trm_ifc_open_also(&m.ifc, data, size, r->also_name, r->n_also, d.along ? &d.sha : NULL, err);
    if (status == 0) {
        m.key = m.ifc.project_guid.s ? m.ifc.project_guid.s : m.file;
        m.key_n = m.ifc.project_guid.s ? m.ifc.project_guid.n : strlen(m.file);
        if (!r->summary)
            status = write_elements(r, &m, err);
    }
    digest_end(&d, status == 0);
    if (status == 0) {
        put_model(r, &m, &d);
        status = write_line(r, &m, err);
    }
    if (status == 0 && m.ifc.step.truncated)
        status = trm_err_set(err, TRM_DATA, "line %zu: cut short: found the end of the file, expected END-ISO-10303-21",
                             trm_step_line(&m.ifc.step, m.ifc.step.end_off));
    say_warnings(r, &m);
    trm_ifc_release(&m.ifc);
    trm_buf_release(&m.line);
    return status;
}

static int
one_file(struct run *r, const char *path, struct trm_err *err)
{
    struct trm_map map = {0};
    struct trm_pack_file member = {0};
    int status = trm_map_read(&map, path, (size_t)r->max_bytes, err);
    if (status != 0) {
        size_t n = strlen(path);
        if (strncmp(err->text, path, n) == 0 && err->text[n] == ':') /* the diagnostic names the file already */
            memmove(err->text, err->text + n + 2, strlen(err->text + n + 2) + 1);
        return status;
    }
    if (trm_pack_is_zip(map.data, map.size)) {
        status = trm_pack_read(&member, map.data, map.size, ".ifc", (size_t)r->max_bytes, err);
        if (status == 0)
            status = one_model(r, path, &map, member.data, member.size, err);
    } else {
        status = one_model(r, path, &map, map.data, map.size, err);
    }
    trm_pack_file_release(&member);
    trm_map_release(&map);
    return status;
}

/* Every operand; a bad one is said and the next is done. */
static int
all_files(struct run *r)
{
    static char *stdin_only[] = {"-"};
    struct trm_cli *c = r->c;
    char **files = c->n_files ? c->files : stdin_only;
    size_t n = c->n_files ? c->n_files : 1;
    for (size_t i = 0; i < n; i++) {
        struct trm_err err = {0};
        c->file = files[i];
        if (one_file(r, files[i], &err) == 0)
            continue;
        bool give_up = err.kind == TRM_SYS && n == 1;
        c->text = "", c->text_len = 0; /* a whole file is refused, which stands where it stood */
        if (err.kind == TRM_DATA)
            trm_cli_refuse(c, &err);
        else
            trm_cli_fail(c, &err);
        if (give_up)
            break;
    }
    return trm_cli_end(c);
}

/* --also: names of classes, by blanks or commas; a file of rules may ask for none. */
static void
read_also(struct run *r, const char *names)
{
    struct trm_err err = {0};
    r->also = names ? strdup(names) : NULL;
    if (names && !r->also)
        trm_err_set(&err, TRM_SYS, "out of memory");
    for (char *next = NULL, *name = r->also ? strtok_r(r->also, ", \n\t", &next) : NULL; name && err.kind == TRM_OK;
         name = strtok_r(NULL, ", \n\t", &next)) {
        bool known = false;
        for (size_t i = 0; i < 3 && !known; i++)
            known = trm_schema_entity(trm_schema_at(i), name) >= 0;
        if (!known)
            trm_err_set(&err, TRM_USAGE, "--also: found \"%.80s\", expected an IFC class such as IfcMaterial", name);
        else if (r->n_also == MAX_ALSO)
            trm_err_set(&err, TRM_USAGE, "--also: found more than %d classes", MAX_ALSO);
        else
            r->also_name[r->n_also++] = name;
    }
    if (err.kind != TRM_OK)
        trm_cli_die(r->c, &err);
}

/* --only names classes that at least one schema knows. */
static void
check_only(struct run *r)
{
    for (size_t k = 0; k < r->only.n; k++) {
        bool known = false;
        for (size_t i = 0; i < 3 && !known; i++)
            known = trm_schema_entity(trm_schema_at(i), r->only.item[k]) >= 0;
        if (known)
            continue;
        struct trm_err err = {0};
        trm_err_set(&err, TRM_USAGE, "--only: found \"%.80s\", expected an IFC class such as IfcDoor", r->only.item[k]);
        trm_cli_die(r->c, &err);
    }
}

static void
read_where(struct run *r)
{
    for (size_t k = 0; k < r->where_text.n; k++) {
        struct trm_err err = {0};
        if (trm_ifc_where_read(&r->where[k], r->where_text.item[k], &err) != 0) {
            trm_err_at(&err, "--where");
            trm_cli_die(r->c, &err);
        }
    }
}

int
main(int argc, char **argv)
{
    struct run r = {.max_bytes = 4L << 30};
    r.threads = trm_cli_processors(8);
    const char *also = NULL;
    const struct trm_cli_opt opts[] = {
        {'a', "also", "CLASSES", "records of further instances too, by class, as IfcWallType,IfcMaterial", &also, 0, 0, TRM_OPT_STR},
        {'o', "only", "CLASS", "elements of this class and its subtypes only, as IfcDoor; may be given again", &r.only, 0, 0, TRM_OPT_LIST},
        {'w', "where", "FIELD[=VALUE]", "only those that have it, as Pset_DoorCommon.IsExternal=true; may be given again", &r.where_text, 0, 0,
         TRM_OPT_LIST},
        {'s', "summary", NULL, "no elements, only the model record", &r.summary, 0, 0, TRM_OPT_FLAG},
        {'q', "quiet", NULL, "no warnings on stderr; the model record has them", &r.quiet, 0, 0, TRM_OPT_FLAG},
        {'m', "max-bytes", "N", "refuse files, packed or not, of more bytes", &r.max_bytes, 1, 1e15, TRM_OPT_INT},
        {'j', "threads", "N", "threads for large models; the bytes do not depend on it", &r.threads, 1, 64, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {
        .name = "trm-ifc", .purpose = "Read building models; write a record for every element.", .operands = "[FILE...]", .opts = opts};
    r.c = &c;
    trm_cli_begin(&c, argc, argv);
    check_only(&r);
    read_where(&r);
    read_also(&r, also);
    int status = all_files(&r);
    free(r.also);
    return status;
}
