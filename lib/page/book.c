/* Gathering: records in, counts and evidence out. Nothing here writes a word for people. */
#include "book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/text.h"
#include "say.h"

enum {
    MAX_ELEMS = 200000, /* elements remembered by id, some 40 MB; traces of later ones are shown without their storey */
    MAX_GAPS = 65536,   /* kinds of gap times places; later ones are counted only */
    MAX_RECORDS = 5000, /* evaluation and epoch records */
    MAX_TEXT = 400,     /* bytes of a name or value from a model; longer ones are cut */
};

/* --- containers ------------------------------------------------------------------------------------------------- */

void *
trm_vec_push(struct trm_vec *v, size_t size)
{
    if (v->n == v->cap) {
        size_t cap = v->cap ? v->cap * 2 : 8;
        void *data = cap < SIZE_MAX / size ? realloc(v->data, cap * size) : NULL;
        if (!data)
            return NULL;
        v->data = data, v->cap = cap;
    }
    void *item = (char *)v->data + v->n++ * size;
    memset(item, 0, size);
    return item;
}

/* Slot whose hash is h and whose value `same` accepts, or the empty slot for it; NULL when memory is out. */
typedef bool same_fn(const void *value, const void *key);

static int
map_grow(struct trm_map64 *m)
{
    size_t cap = m->cap ? m->cap * 2 : 256;
    uint64_t *hash = calloc(cap, sizeof *hash);
    void **value = calloc(cap, sizeof *value);
    if (!hash || !value) {
        free(hash), free(value);
        return -1;
    }
    for (size_t i = 0; i < m->cap; i++) {
        if (!m->hash[i])
            continue;
        size_t j = m->hash[i] & (cap - 1);
        while (hash[j])
            j = (j + 1) & (cap - 1);
        hash[j] = m->hash[i], value[j] = m->value[i];
    }
    free(m->hash), free(m->value);
    m->hash = hash, m->value = value, m->cap = cap;
    return 0;
}

static void **
map_slot(struct trm_map64 *m, uint64_t h, same_fn *same, const void *key)
{
    if (m->n * 4 >= m->cap * 3 && map_grow(m))
        return NULL;
    h |= 1; /* 0 means empty */
    size_t i = h & (m->cap - 1);
    while (m->hash[i] && !(m->hash[i] == h && same(m->value[i], key)))
        i = (i + 1) & (m->cap - 1);
    if (!m->hash[i])
        m->hash[i] = h, m->n++;
    return &m->value[i];
}

static void
map_release(struct trm_map64 *m)
{
    free(m->hash), free(m->value);
    *m = (struct trm_map64){0};
}

/* A slot that could not be filled keeps NULL, which equals nothing. */
static bool
same_text(const void *value, const void *key)
{
    return value && strcmp(value, key) == 0;
}

static bool
same_rule(const void *value, const void *key)
{
    return value && strcmp(((const struct page_rule *)value)->id, key) == 0;
}

const char *
trm_page_intern(struct trm_page *p, const char *s)
{
    if (!s || !*s)
        return "";
    size_t n = strlen(s);
    void **slot = map_slot(&p->texts, trm_hash64(s, n, 1), same_text, s);
    if (slot && !*slot)
        *slot = trm_arena_strndup(&p->mem, s, n);
    return slot ? *slot : NULL;
}

/* As trm_page_intern of a text member; "" when it is absent. */
static const char *
text_of(struct trm_page *p, const trm_json *rec, const char *key)
{
    return trm_page_intern(p, trm_json_str(trm_json_get(rec, key), ""));
}

/* The field of a result as people read it: "*.Width", a property of whichever set, is "Width". */
static const char *
field_of(struct trm_page *p, const trm_json *result)
{
    const char *field = text_of(p, result, "field");
    return field && strncmp(field, "*.", 2) == 0 ? field + 2 : field;
}

static int
no_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* --- rules and elements ----------------------------------------------------------------------------------------- */

struct page_rule *
trm_page_rule(struct trm_page *p, const char *id)
{
    void **slot = map_slot(&p->rules_by_id, trm_hash64(id, strlen(id), 2), same_rule, id);
    if (!slot || *slot)
        return slot ? *slot : NULL;
    struct page_rule *r = trm_arena_calloc(&p->mem, 1, sizeof *r);
    struct page_rule **listed = r ? trm_vec_push(&p->rules, sizeof *listed) : NULL;
    if (!listed || !(r->id = trm_page_intern(p, id)))
        return NULL;
    r->name = r->severity = r->op = r->unit = "";
    r->seq = p->rules.n;
    r->support = -1;
    *listed = *slot = r;
    return r;
}

/* As trm_page_intern, cut to what a page can show; a cut text ends in an ellipsis. */
static const char *
intern_clipped(struct trm_page *p, const char *s)
{
    char cut[MAX_TEXT + 8];
    size_t n = strnlen(s, MAX_TEXT + 1);
    if (n <= MAX_TEXT)
        return trm_page_intern(p, s);
    for (n = MAX_TEXT; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;)
        n--; /* not in the middle of a character */
    snprintf(cut, sizeof cut, "%.*s\xE2\x80\xA6", (int)n, s);
    return trm_page_intern(p, cut);
}

/* Fill *slot from a text unless it is filled; -1 when memory is out. */
static int
fill(struct trm_page *p, const char **slot, const char *text)
{
    if (*slot && **slot)
        return 0;
    *slot = intern_clipped(p, text);
    return *slot ? 0 : -1;
}

static const char *
member(const trm_json *rec, const char *key)
{
    return trm_json_str(trm_json_get(rec, key), "");
}

struct elem_key {
    const char *id, *file;
};

/* Two exports of one building share GUIDs and so ids: the file belongs to the key. */
static bool
same_elem(const void *value, const void *key)
{
    const struct page_elem *e = value;
    const struct elem_key *k = key;
    return e && strcmp(e->id, k->id) == 0 && strcmp(e->file, k->file) == 0;
}

/* Remembered while there is room. */
struct page_elem *
trm_page_elem(struct trm_page *p, const trm_json *rec, const char *id)
{
    const char *file = member(rec, "file");
    const struct elem_key key = {id, file};
    uint64_t hash = trm_hash64(file, strlen(file), trm_hash64(id, strlen(id), 3));
    void **slot = NULL;
    if (p->elems_by_id.n < MAX_ELEMS && !(slot = map_slot(&p->elems_by_id, hash, same_elem, &key)))
        return NULL;
    struct page_elem *e = slot ? *slot : NULL;
    if (!e && !(e = trm_arena_calloc(&p->mem, 1, sizeof *e)))
        return NULL;
    const char *type = member(trm_json_get(rec, "type_object"), "name");
    if ((!e->id && !(e->id = trm_page_intern(p, id))) || fill(p, &e->guid, member(rec, "guid")) || fill(p, &e->cls, member(rec, "class")) ||
        fill(p, &e->name, member(rec, "name")) || fill(p, &e->storey, member(rec, "storey")) ||
        fill(p, &e->file, member(rec, "file")) || fill(p, &e->type, *type ? type : member(rec, "object_type")))
        return NULL;
    if (slot)
        *slot = e;
    return e;
}

static struct page_elem *
elem_of(struct trm_page *p, const trm_json *rec)
{
    return trm_page_elem(p, rec, member(rec, "id"));
}

const char *
trm_page_member(struct trm_page *p, const trm_json *rec, const char *key)
{
    return intern_clipped(p, member(rec, key));
}

/* --- values ----------------------------------------------------------------------------------------------------- */

static int
value_of(struct trm_page *p, struct page_value *out, const trm_json *v)
{
    struct trm_buf b = {0};
    *out = (struct page_value){.text = ""};
    switch (trm_json_type(v)) {
    case TRM_JSON_NULL:
        return 0;
    case TRM_JSON_NUM:
        *out = (struct page_value){VALUE_NUM, trm_json_num(v, 0), ""};
        return 0;
    case TRM_JSON_STR:
        trm_buf_adds(&b, trm_json_str(v, ""));
        break;
    default:
        trm_json_dump(&b, v);
    }
    out->type = VALUE_TEXT;
    out->text = b.failed ? NULL : intern_clipped(p, b.data ? b.data : "");
    trm_buf_release(&b);
    return out->text ? 0 : -1;
}

static bool
same_value(const struct page_value *a, const struct page_value *b)
{
    if (a->type != b->type)
        return false;
    return a->type == VALUE_NUM ? a->num == b->num : a->type == VALUE_NONE || strcmp(a->text, b->text) == 0;
}

/* --- checked ---------------------------------------------------------------------------------------------------- */

static int
check_results(const trm_json *results, struct trm_err *err)
{
    const char *text;
    for (size_t i = 0; i < trm_json_len(results); i++) {
        const trm_json *r = trm_json_at(results, i);
        if (trm_json_need_str(r, "rule", &text, err) || trm_json_need_str(r, "verdict", &text, err))
            return trm_err_at(err, "results[%zu]", i);
        if (strcmp(text, "pass") && strcmp(text, "fail") && strcmp(text, "unknown"))
            return trm_err_set(err, TRM_DATA, "results[%zu]: verdict is \"%.40s\", expected pass, fail or unknown", i, text);
    }
    return 0;
}

/* What the rule asks for, as its first result with a limit says it. */
static int
note_limit(struct trm_page *p, struct page_rule *r, const trm_json *result)
{
    struct page_value limit;
    if (value_of(p, &limit, trm_json_get(result, "limit")))
        return -1;
    if (!*r->severity)
        r->severity = text_of(p, result, "severity");
    if (!*r->op)
        r->op = text_of(p, result, "op");
    if (!*r->unit && limit.type == VALUE_NUM)
        r->unit = text_of(p, result, "unit");
    if (r->limit.type == VALUE_NONE)
        r->limit = limit;
    else if (limit.type != VALUE_NONE && !same_value(&limit, &r->limit))
        r->limit_varies = true;
    return r->severity && r->op && r->unit ? 0 : -1;
}

static int
keep_failure(struct trm_page *p, struct page_rule *r, const struct page_elem *e, const trm_json *result)
{
    if (r->fails.n >= p->o.max_rows)
        return 0;
    struct page_fail *f = trm_vec_push(&r->fails, sizeof *f);
    if (!f)
        return -1;
    *f = (struct page_fail){.elem = e,
                            .field = field_of(p, result),
                            .reason = text_of(p, result, "reason"),
                            .alias = text_of(p, result, "alias"),
                            .op = text_of(p, result, "op"),
                            .unit = text_of(p, result, "unit"),
                            .shortfall = trm_json_num(trm_json_get(result, "shortfall"), NAN),
                            .step = (long)trm_page_count(trm_json_get(result, "step"))};
    if (value_of(p, &f->value, trm_json_get(result, "value")) || value_of(p, &f->limit, trm_json_get(result, "limit")) ||
        value_of(p, &f->nearest, trm_json_get(result, "nearest")))
        return -1;
    return f->field && f->reason && f->alias && f->op && f->unit ? 0 : -1;
}

struct gap_key {
    const struct page_want *wants;
    size_t n;
    const char *file, *storey;
};

static bool
same_gap(const void *value, const void *key)
{
    const struct page_gap *g = value;
    const struct gap_key *k = key;
    if (!g || g->n_wants != k->n || g->file != k->file || g->storey != k->storey)
        return false;
    for (size_t i = 0; i < k->n; i++)
        if (g->wants[i].rule != k->wants[i].rule || g->wants[i].reason != k->wants[i].reason ||
            g->wants[i].field != k->wants[i].field)
            return false;
    return true;
}

/* Texts are interned, so their pointers stand for them; the hash never leaves this run. */
static uint64_t
gap_hash(const struct gap_key *k)
{
    uint64_t h = trm_hash64(&k->file, sizeof k->file, 4) ^ trm_hash64(&k->storey, sizeof k->storey, 5);
    for (size_t i = 0; i < k->n; i++) {
        const void *w[3] = {k->wants[i].rule, k->wants[i].reason, k->wants[i].field};
        h = trm_hash64(w, sizeof w, h);
    }
    return h;
}

static int
keep_gap(struct trm_page *p, const struct page_elem *e, const struct page_want *wants, size_t n)
{
    struct gap_key key = {wants, n, e->file, e->storey};
    if (p->gaps.n >= MAX_GAPS) {
        p->n_gaps_lost++;
        return 0;
    }
    void **slot = map_slot(&p->gaps_by_key, gap_hash(&key), same_gap, &key);
    if (!slot)
        return -1;
    struct page_gap *g = *slot;
    if (!g) {
        g = trm_arena_calloc(&p->mem, 1, sizeof *g);
        struct page_want *copy = trm_arena_calloc(&p->mem, n, sizeof *copy);
        struct page_gap **listed = g && copy ? trm_vec_push(&p->gaps, sizeof *listed) : NULL;
        if (!listed)
            return -1;
        memcpy(copy, wants, n * sizeof *copy);
        *g = (struct page_gap){.wants = copy, .n_wants = n, .file = e->file, .storey = e->storey};
        *listed = *slot = g;
    }
    g->n++;
    if (g->n_examples < PAGE_EXAMPLES)
        g->example[g->n_examples++] = e;
    return 0;
}

/* The tally of a file; texts are interned, so equal texts are equal pointers. NULL when memory is out. */
static struct page_tally *
tally_of(struct page_tallies *t, const char *file)
{
    struct page_tally *all = t->all.data;
    for (size_t k = 0; k < t->all.n; k++) { /* files come one after the other: the first look is nearly always right */
        size_t i = (t->last + k) % t->all.n;
        if (all[i].file == file)
            return t->last = i, &all[i];
    }
    struct page_tally *new = trm_vec_push(&t->all, sizeof *new);
    if (!new)
        return NULL;
    new->file = file;
    t->last = t->all.n - 1;
    return new;
}

/* Into the tallies of its file: those of the rule, and those of all rules. */
static int
tally(struct trm_page *p, struct page_rule *r, const trm_json *rec, const trm_json *result)
{
    const char *verdict = member(result, "verdict"), *file = text_of(p, rec, "file");
    for (int i = 0; i < 2; i++) {
        struct page_tally *t = file ? tally_of(i ? &p->files : &r->files, file) : NULL;
        if (!t)
            return -1;
        t->pass += *verdict == 'p';
        t->fail += *verdict == 'f';
        t->unknown += *verdict == 'u';
        t->absent += *verdict == 'f' && trm_say_is_absence(member(result, "reason"));
        t->errors += *verdict == 'f' && trm_page_rank(member(result, "severity")) == 3;
    }
    return 0;
}

/* One result: count it, keep it when it failed, put what it lacks into *wants when it is unknown. */
static int
take_result(struct trm_page *p, const struct page_elem *e, const trm_json *rec, const trm_json *result, struct trm_vec *wants)
{
    struct page_rule *r = trm_page_rule(p, trm_json_str(trm_json_get(result, "rule"), ""));
    if (!r || note_limit(p, r, result) || tally(p, r, rec, result))
        return -1;
    const char *verdict = trm_json_str(trm_json_get(result, "verdict"), "");
    if (strcmp(verdict, "pass") == 0) {
        r->pass++;
    } else if (strcmp(verdict, "fail") == 0) {
        r->fail++;
        return keep_failure(p, r, e, result);
    } else {
        struct page_want *w = trm_vec_push(wants, sizeof *w);
        if (!w)
            return -1;
        r->unknown++;
        *w = (struct page_want){r, text_of(p, result, "reason"), field_of(p, result)};
        return w->reason && w->field ? 0 : -1;
    }
    return 0;
}

static bool
all_pass(const trm_json *results)
{
    for (size_t i = 0; i < trm_json_len(results); i++)
        if (strcmp(trm_json_str(trm_json_get(trm_json_at(results, i), "verdict"), ""), "pass") != 0)
            return false;
    return true;
}

static int
take_checked(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    trm_json *results;
    const char *id;
    struct trm_vec wants = {0};
    if (trm_json_need_str(rec, "id", &id, err) || trm_json_need_array(rec, "results", &results, err) ||
        check_results(results, err))
        return -1;
    static const struct page_elem nobody = {"", "", "", "", "", "", ""};
    const struct page_elem *e = all_pass(results) ? &nobody : elem_of(p, rec);
    int rc = e ? 0 : -1;
    size_t failed = 0;
    for (size_t i = 0; i < trm_json_len(results) && rc == 0; i++) {
        const trm_json *result = trm_json_at(results, i);
        rc = take_result(p, e, rec, result, &wants);
        failed += strcmp(trm_json_str(trm_json_get(result, "verdict"), ""), "fail") == 0;
    }
    if (rc == 0 && wants.n)
        rc = keep_gap(p, e, wants.data, wants.n);
    free(wants.data);
    p->n_checked++;
    p->n_elems_failed += failed > 0;
    return rc ? no_memory(err) : 0;
}

/* --- summary ---------------------------------------------------------------------------------------------------- */

static int
note_absent(struct trm_page *p, struct page_rule *r, const trm_json *absent)
{
    size_t n = trm_json_len(absent);
    r->absent = trm_arena_calloc(&p->mem, n, sizeof *r->absent);
    r->n_absent = 0;
    for (size_t i = 0; i < n && r->absent; i++) {
        const char *s = trm_page_intern(p, trm_json_str(trm_json_at(absent, i), ""));
        if (!s)
            return -1;
        r->absent[r->n_absent++] = s;
    }
    return r->absent ? 0 : -1;
}

static int
take_summary(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    static const char *const counts[] = {"applicable", "pass", "fail", "unknown"};
    const char *id;
    int64_t n[4];
    if (trm_json_need_str(rec, "rule", &id, err))
        return -1;
    for (int i = 0; i < 4; i++)
        if (trm_json_need_int(rec, counts[i], 0, INT64_C(1) << 53, &n[i], err))
            return -1;
    struct page_rule *r = trm_page_rule(p, id);
    if (!r)
        return no_memory(err);
    r->sum.seen = true;
    r->sum.no_element = trm_json_bool(trm_json_get(rec, "no_element"), n[0] == 0);
    r->sum.applicable += (size_t)n[0], r->sum.pass += (size_t)n[1];
    r->sum.fail += (size_t)n[2], r->sum.unknown += (size_t)n[3];
    const char *severity = text_of(p, rec, "severity");
    r->name = text_of(p, rec, "name");
    if (!r->name || !severity || note_absent(p, r, trm_json_get(rec, "absent")))
        return no_memory(err);
    if (*severity)
        r->severity = severity;
    const trm_json *definition = trm_json_get(rec, "definition");
    if (definition && !r->definition && !(r->definition = trm_json_copy(definition)))
        return no_memory(err);
    return 0;
}

/* --- specification ---------------------------------------------------------------------------------------------- */

bool
trm_page_spec_miscounted(const trm_json *rec)
{
    return strcmp(member(rec, "status"), "fail") == 0 && trm_page_count(trm_json_get(rec, "failed_results")) == 0;
}

static int
take_specification(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    const char *id, *status;
    if (trm_json_need_str(rec, "id", &id, err) || trm_json_need_str(rec, "status", &status, err))
        return -1;
    struct page_spec *s = trm_vec_push(&p->specs, sizeof *s);
    if (!s)
        return no_memory(err);
    *s = (struct page_spec){.ids = text_of(p, rec, "ids"),
                            .name = text_of(p, rec, "name"),
                            .cardinality = text_of(p, rec, "cardinality"),
                            .met = strcmp(status, "pass") == 0,
                            .undecided = strcmp(status, "invalid") == 0 || strcmp(status, "unread") == 0,
                            .miscounted = trm_page_spec_miscounted(rec),
                            .applicable = trm_page_count(trm_json_get(rec, "applicable")),
                            .failed = trm_page_count(trm_json_get(rec, "failed_results"))};
    if (s->name && !*s->name)
        s->name = trm_page_intern(p, id);
    return s->ids && s->name && s->cardinality ? 0 : no_memory(err);
}

/* --- model, eval, epoch ----------------------------------------------------------------------------------------- */

static int
take_model(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    const char *id;
    if (trm_json_need_str(rec, "id", &id, err))
        return -1;
    struct page_model *m = trm_vec_push(&p->models, sizeof *m);
    if (!m)
        return no_memory(err);
    *m = (struct page_model){.id = trm_page_intern(p, id),
                             .file = text_of(p, rec, "file"),
                             .project = text_of(p, rec, "project"),
                             .schema = text_of(p, rec, "schema"),
                             .exporter = text_of(p, rec, "exporter"),
                             .sha256 = text_of(p, rec, "sha256"),
                             .error = text_of(p, rec, "error"),
                             .elements = trm_page_count(trm_json_get(rec, "elements")),
                             .instances = trm_page_count(trm_json_get(rec, "instances"))};
    const trm_json *warnings = trm_json_get(rec, "warnings");
    for (void *it = warnings ? trm_json_first(warnings) : NULL; it; it = trm_json_next(warnings, it))
        m->warnings += trm_page_count(trm_json_value(it));
    bool whole = m->id && m->file && m->project && m->schema && m->exporter && m->sha256 && m->error;
    return whole ? 0 : no_memory(err);
}

static int
keep_copy(struct trm_vec *v, const trm_json *rec, struct trm_err *err)
{
    if (v->n >= MAX_RECORDS)
        return trm_err_set(err, TRM_DATA, "more than %d records of this kind", MAX_RECORDS);
    trm_json **slot = trm_vec_push(v, sizeof *slot);
    if (!slot || !(*slot = trm_json_copy(rec)))
        return no_memory(err);
    return 0;
}

static int
take_eval(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    double x;
    if (trm_json_need_num(rec, "n", &x, err))
        return -1;
    return keep_copy(&p->evals, rec, err);
}

static int
take_epoch(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    double x;
    if (trm_json_need_num(rec, "epoch", &x, err))
        return -1;
    return keep_copy(&p->epochs, rec, err);
}

static int
take_extracted(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    return keep_copy(&p->extracted, rec, err);
}

/* --- trace ------------------------------------------------------------------------------------------------------ */

static int
check_verdicts(const trm_json *verdicts, struct trm_err *err)
{
    const char *text;
    for (size_t i = 0; i < trm_json_len(verdicts); i++) {
        const trm_json *v = trm_json_at(verdicts, i);
        if (trm_json_need_str(v, "rule", &text, err) || trm_json_need_str(v, "source", &text, err) ||
            trm_json_need_str(v, "verdict", &text, err))
            return trm_err_at(err, "verdicts[%zu]", i);
    }
    return 0;
}

/* "Qto_DoorBaseQuantities.Width, name": the fields that moved a verdict, most first as the trace has them. */
static const char *
why_of(struct trm_page *p, const trm_json *why)
{
    struct trm_buf b = {0};
    for (size_t i = 0; i < trm_json_len(why) && i < 3; i++) {
        const char *field = trm_json_str(trm_json_get(trm_json_at(why, i), "field"), "");
        trm_buf_addf(&b, "%s%s", i ? ", " : "", field);
    }
    const char *text = b.failed ? NULL : trm_page_intern(p, b.data);
    trm_buf_release(&b);
    return text;
}

static int
take_verdict(struct trm_page *p, const struct page_elem *e, const trm_json *verdict, size_t steps, double *weight)
{
    struct page_rule *r = trm_page_rule(p, trm_json_str(trm_json_get(verdict, "rule"), ""));
    if (!r)
        return -1;
    struct page_judged j = {.elem = e,
                            .verdict = text_of(p, verdict, "verdict"),
                            .abstained = text_of(p, verdict, "abstained"),
                            .why = why_of(p, trm_json_get(verdict, "why")),
                            .p_pass = trm_json_num(trm_json_get(verdict, "p_pass"), NAN),
                            .support = trm_json_get(verdict, "support") ? (long)trm_page_count(trm_json_get(verdict, "support")) : -1,
                            .steps = steps};
    if (!j.verdict || !j.abstained || !j.why)
        return -1;
    if (!*r->severity && !(r->severity = text_of(p, verdict, "severity")))
        return -1;
    if (j.support > r->support)
        r->support = j.support;
    bool unsure = strcmp(j.verdict, "unknown") == 0 || *j.abstained;
    r->judged_all++;
    r->abstained += unsure;
    r->model_pass += strcmp(j.verdict, "pass") == 0;
    r->model_fail += strcmp(j.verdict, "fail") == 0;
    if (!unsure && !isnan(j.p_pass))
        *weight = fmax(*weight, 10.0 * trm_page_rank(r->severity) + 1.0 - 2.0 * fabs(j.p_pass - 0.5));
    if (r->judged.n >= p->o.max_rows)
        return 0;
    struct page_judged *kept = trm_vec_push(&r->judged, sizeof *kept);
    if (kept)
        *kept = j;
    return kept ? 0 : -1;
}

/* Less worth showing: less weight, then later. */
static bool
trace_less(const struct page_trace *a, const struct page_trace *b)
{
    return a->weight != b->weight ? a->weight < b->weight : a->seq > b->seq;
}

static void
sift_down(struct page_trace *heap, size_t n, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;
        if (left < n && trace_less(&heap[left], &heap[least]))
            least = left;
        if (right < n && trace_less(&heap[right], &heap[least]))
            least = right;
        if (least == i)
            return;
        struct page_trace t = heap[i];
        heap[i] = heap[least], heap[least] = t;
        i = least;
    }
}

/* The step of a trace with the probabilities of the drawn verdicts only, owned by the caller. */
static trm_json *
drawn_step(const trm_json *step, const trm_json *verdicts)
{
    char text[PAGE_STEP_TEXT];
    trm_json *out = trm_json_object(), *p = trm_json_object();
    const trm_json *halt = trm_json_get(step, "halt"), *all = trm_json_get(step, "p");
    snprintf(text, sizeof text, "%s", trm_json_str(trm_json_get(step, "text"), ""));
    size_t n = strlen(text);
    while (n && !trm_utf8_valid(text, n))
        text[--n] = 0; /* cut in the middle of a character */
    for (size_t i = 0; p && i < trm_json_len(verdicts); i++) {
        const char *rule = trm_json_str(trm_json_get(trm_json_at(verdicts, i), "rule"), "");
        const trm_json *value = trm_json_get(all, rule);
        if (trm_json_type(value) == TRM_JSON_NUM)
            trm_json_set_num(p, rule, trm_json_num(value, 0));
    }
    if (trm_json_type(halt) == TRM_JSON_NUM)
        trm_json_set_num(out, "halt", trm_json_num(halt, 0));
    if (!out || trm_json_set_str(out, "text", text) || trm_json_set(out, "p", p)) {
        trm_json_free(out);
        return NULL;
    }
    return out;
}

/* What a page can draw of a trace, owned by the caller: PAGE_LINES verdicts of the model, PAGE_STEPS steps, and how many more
 * there are. A trace over a rule file of 700 facets is large, and 400 of them are kept. */
static trm_json *
drawn_part(const trm_json *rec)
{
    trm_json *out = trm_json_object(), *drawn = trm_json_array(), *few = trm_json_array();
    const trm_json *verdicts = trm_json_get(rec, "verdicts"), *steps = trm_json_get(rec, "steps");
    size_t more = 0, n = trm_json_len(steps);
    for (size_t i = 0; drawn && i < trm_json_len(verdicts); i++) {
        const trm_json *v = trm_json_at(verdicts, i);
        if (strcmp(member(v, "source"), "model") != 0)
            continue;
        if (trm_json_len(drawn) >= PAGE_LINES)
            more++;
        else
            trm_json_add(drawn, trm_json_copy(v));
    }
    for (size_t i = 0; few && i < n && i < PAGE_STEPS; i++)
        trm_json_add(few, drawn_step(trm_json_at(steps, i), drawn));
    bool bad = !out || trm_json_set_num(out, "more", (double)more) ||
               trm_json_set_num(out, "more_steps", n > PAGE_STEPS ? (double)(n - PAGE_STEPS) : 0);
    bad |= trm_json_set(out, "verdicts", drawn) != 0;
    bad |= trm_json_set(out, "steps", few) != 0;
    if (!bad)
        return out;
    trm_json_free(out);
    return NULL;
}

/* Keep the trace when it is among the max_traces most worth looking at. */
static int
keep_trace(struct trm_page *p, const struct page_elem *e, const trm_json *rec, double weight)
{
    struct page_trace t = {.elem = e, .weight = weight, .seq = p->seq++};
    struct page_trace *heap = p->traces.data;
    if (p->o.max_traces == 0 || (p->traces.n >= p->o.max_traces && !trace_less(&heap[0], &t)))
        return 0;
    if (!(t.rec = drawn_part(rec)))
        return -1;
    if (p->traces.n >= p->o.max_traces) {
        trm_json_free(heap[0].rec);
        heap[0] = t;
        sift_down(heap, p->traces.n, 0);
        return 0;
    }
    if (!trm_vec_push(&p->traces, sizeof t)) {
        trm_json_free(t.rec);
        return -1;
    }
    heap = p->traces.data;
    size_t i = p->traces.n - 1;
    heap[i] = t;
    for (size_t up; i > 0 && trace_less(&heap[i], &heap[up = (i - 1) / 2]); i = up) {
        t = heap[i];
        heap[i] = heap[up], heap[up] = t;
    }
    return 0;
}

static int
note_learned(struct trm_page *p, const trm_json *rec)
{
    const char *sha = text_of(p, trm_json_get(rec, "model"), "sha256");
    const char **all = p->learned.data;
    if (!sha)
        return -1;
    for (size_t i = 0; i < p->learned.n; i++)
        if (all[i] == sha)
            return 0;
    if (!*sha || p->learned.n >= 16)
        return 0;
    const char **slot = trm_vec_push(&p->learned, sizeof *slot);
    if (slot)
        *slot = sha;
    return slot ? 0 : -1;
}

static int
take_trace(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    const char *id;
    trm_json *verdicts;
    if (trm_json_need_str(rec, "id", &id, err) || trm_json_need_array(rec, "verdicts", &verdicts, err) ||
        check_verdicts(verdicts, err))
        return -1;
    const struct page_elem *e = NULL;
    double weight = -1;
    const trm_json *halted = trm_json_get(rec, "halted_at");
    size_t steps = halted ? trm_page_count(halted) : trm_json_len(trm_json_get(rec, "steps"));
    for (size_t i = 0; i < trm_json_len(verdicts); i++) {
        const trm_json *v = trm_json_at(verdicts, i);
        if (strcmp(trm_json_str(trm_json_get(v, "source"), ""), "model") != 0)
            continue; /* a rule's own verdict comes with the checked record */
        if ((!e && !(e = elem_of(p, rec))) || take_verdict(p, e, v, steps, &weight))
            return no_memory(err);
    }
    p->n_weighed += weight >= 0;
    if (note_learned(p, rec) || (weight >= 0 && keep_trace(p, e, rec, weight)))
        return no_memory(err);
    return 0;
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

struct trm_page *
trm_page_new(const struct trm_page_opts *opts)
{
    struct trm_page *p = calloc(1, sizeof *p);
    if (p)
        p->o = *opts;
    return p;
}

static void
free_all(struct trm_vec *v)
{
    trm_json **recs = v->data;
    for (size_t i = 0; i < v->n; i++)
        trm_json_free(recs[i]);
    free(v->data);
}

void
trm_page_free(struct trm_page *p)
{
    if (!p)
        return;
    struct page_rule **rules = p->rules.data;
    for (size_t i = 0; i < p->rules.n; i++) {
        free(rules[i]->fails.data), free(rules[i]->judged.data), free(rules[i]->files.all.data);
        trm_json_free((trm_json *)rules[i]->definition);
    }
    struct page_trace *traces = p->traces.data;
    for (size_t i = 0; i < p->traces.n; i++)
        trm_json_free(traces[i].rec);
    free_all(&p->evals), free_all(&p->epochs), free_all(&p->extracted);
    free(p->rules.data), free(p->models.data), free(p->specs.data), free(p->files.all.data), free(p->gaps.data), free(p->traces.data), free(p->learned.data);
    for (int i = 0; i < N_STATES; i++)
        free(p->changes.rows[i].data);
    free(p->changes.redefined.data);
    map_release(&p->texts), map_release(&p->rules_by_id), map_release(&p->elems_by_id), map_release(&p->gaps_by_key);
    trm_arena_release(&p->mem);
    free(p);
}

int
trm_page_add(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    static const struct {
        const char *kind;
        int (*take)(struct trm_page *p, const trm_json *rec, struct trm_err *err);
    } kinds[] = {
        {"checked", take_checked}, {"summary", take_summary}, {"specification", take_specification},
        {"model", take_model},     {"trace", take_trace},     {"eval", take_eval},
        {"epoch", take_epoch},     {"extracted", take_extracted}, {"diff", trm_page_take_diff},
        {"diffed", trm_page_take_diffed},
    };
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i].kind) == 0)
            return kinds[i].take(p, rec, err);
    return trm_err_set(err, TRM_DATA,
                       "a record of kind \"%.40s\", expected checked, summary, specification, model, trace, eval, epoch, "
                       "extracted, diff or diffed", kind);
}

bool
trm_page_failed(const trm_json *rec, const char *level)
{
    const trm_json *results = trm_json_get(rec, "results");
    if (strcmp(member(rec, "kind"), "specification") == 0)
        return trm_page_spec_miscounted(rec);
    for (size_t i = 0; i < trm_json_len(results); i++) {
        const trm_json *r = trm_json_at(results, i);
        if (strcmp(trm_json_str(trm_json_get(r, "verdict"), ""), "fail") == 0 &&
            trm_page_rank(trm_json_str(trm_json_get(r, "severity"), "")) >= trm_page_rank(level))
            return true;
    }
    return false;
}
