/* Counts per rule and their summaries. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "ids.h"

#include "../schema/schema.h"

/* Instances that a specification asks for and that have no record, by class. */
struct unread {
    const char *class;
    uint64_t n;
    struct unread *next;
};

/* A field that the rule names, and whether an element of its class has it. */
struct seen {
    const char *field;
    const struct trm_source *source; /* NULL when merged */
    bool selector, seen;
};

struct entry {
    const char *id, *name, *sha256;
    enum trm_severity severity;
    const trm_json *definition;
    uint64_t applicable, pass, fail, unknown, selector_unknown;
    uint64_t why[TRM_N_REASONS];
    struct seen *fields; /* [n_fields] */
    size_t n_fields;
    bool nowhere; /* merged: no piece had a property of the selector */
    struct unread *unread; /* of the first requirement of a specification; by rising class */
};

struct trm_tally {
    struct trm_arena arena;
    struct entry *entries; /* [n], malloc'd */
    size_t n;
    trm_json **kept; /* [n]: definitions of merged summaries, owned */
    size_t n_kept;
};

static struct entry *
more(struct trm_tally *t)
{
    struct entry *entries = realloc(t->entries, (t->n + 1) * sizeof *entries);
    if (!entries)
        return NULL;
    t->entries = entries;
    entries[t->n] = (struct entry){0};
    return &entries[t->n++];
}

/* --- from rules ----------------------------------------------------------------------------------------------------- */

struct gather {
    struct trm_tally *t;
    struct entry *e;
    bool failed;
};

static void
gather_field(void *ctx, const struct trm_source *s, bool selector)
{
    struct gather *g = ctx;
    for (size_t i = 0; i < g->e->n_fields; i++)
        if (strcmp(g->e->fields[i].field, s->field) == 0) {
            g->e->fields[i].selector |= selector;
            return;
        }
    struct seen *fields = trm_arena_calloc(&g->t->arena, g->e->n_fields + 1, sizeof *fields);
    if (!fields) {
        g->failed = true;
        return;
    }
    if (g->e->n_fields)
        memcpy(fields, g->e->fields, g->e->n_fields * sizeof *fields);
    fields[g->e->n_fields++] = (struct seen){.field = s->field, .source = s, .selector = selector};
    g->e->fields = fields;
}

static int
take_rule(struct trm_tally *t, const struct trm_rule *r, const char *sha256)
{
    struct entry *e = more(t);
    if (!e)
        return -1;
    *e = (struct entry){.id = r->id, .name = r->name, .severity = r->severity, .definition = r->definition, .sha256 = sha256};
    struct gather g = {.t = t, .e = e};
    trm_rule_sources(r, gather_field, &g);
    return g.failed ? -1 : 0;
}

struct trm_tally *
trm_tally_new(struct trm_rules *rules)
{
    struct trm_tally *t = calloc(1, sizeof *t);
    for (size_t i = 0; t && rules && i < trm_rules_count(rules); i++)
        if (take_rule(t, trm_rules_at(rules, i), trm_rules_sha256(rules)) < 0) {
            trm_tally_free(t);
            return NULL;
        }
    return t;
}

void
trm_tally_free(struct trm_tally *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n_kept; i++)
        trm_json_free(t->kept[i]);
    trm_arena_release(&t->arena);
    free(t->kept);
    free(t->entries);
    free(t);
}

void
trm_tally_add(struct trm_tally *t, const struct trm_rule *rule, const struct trm_element *e, enum trm_applies applies,
              const struct trm_result *r)
{
    struct entry *n = &t->entries[rule->index];
    for (size_t i = 0; i < n->n_fields; i++) {
        const struct trm_source *s = n->fields[i].source;
        struct trm_value v;
        if (!n->fields[i].seen)
            n->fields[i].seen = trm_element_find(e, s->place, s->set, s->name, &v) == TRM_FOUND;
    }
    n->selector_unknown += applies == TRM_APPLIES_UNKNOWN;
    if (applies != TRM_APPLIES)
        return;
    n->applicable++;
    n->pass += r->verdict == TRM_PASS;
    n->fail += r->verdict == TRM_FAIL;
    n->unknown += r->verdict == TRM_UNKNOWN;
    if (r->verdict == TRM_UNKNOWN)
        n->why[r->reason]++;
}

void
trm_tally_move(struct trm_tally *t, struct trm_tally *from)
{
    for (size_t i = 0; i < from->n; i++) {
        struct entry *a = &t->entries[i], *b = &from->entries[i];
        a->applicable += b->applicable, a->pass += b->pass, a->fail += b->fail, a->unknown += b->unknown;
        a->selector_unknown += b->selector_unknown;
        b->applicable = b->pass = b->fail = b->unknown = b->selector_unknown = 0;
        for (size_t k = 0; k < TRM_N_REASONS; k++)
            a->why[k] += b->why[k], b->why[k] = 0;
        for (size_t k = 0; k < a->n_fields; k++) {
            a->fields[k].seen |= b->fields[k].seen;
            b->fields[k].seen = false;
        }
    }
}

/* n more instances of the class; -1: memory is out. */
static int
add_unread(struct trm_tally *t, struct entry *e, const char *class, uint64_t n)
{
    struct unread **at = &e->unread;
    while (*at && strcmp((*at)->class, class) < 0)
        at = &(*at)->next;
    if (!*at || strcmp((*at)->class, class) != 0) {
        struct unread *u = trm_arena_calloc(&t->arena, 1, sizeof *u);
        if (!u || !(u->class = trm_arena_strdup(&t->arena, class)))
            return -1;
        u->next = *at;
        *at = u;
    }
    (*at)->n += n;
    return 0;
}

static bool goes_on(const struct trm_tally *t, size_t i);

/* Whether the model has properties of materials, or of profiles: what holds none cannot meet a property facet. */
static bool
has_sets_of(const trm_json *left, const char *what)
{
    for (void *it = trm_json_first(left); it; it = trm_json_next(left, it)) {
        size_t n = strlen(trm_json_key(it)), len = strlen(what);
        if (n >= len && strcmp(trm_json_key(it) + n - len, what) == 0)
            return true;
    }
    return false;
}

/* Whether instances of the entity may be meant by the specification, as far as the model tells. */
static bool
may_be_meant(const struct ids_specification *spec, const struct trm_schema *s, int entity, const trm_json *left)
{
    bool property = false;
    for (const struct ids_facet *f = spec->applicability; f; f = f->next)
        property |= f->kind == IDS_PROPERTY;
    const char *name = trm_schema_decl_name(s, entity);
    if (property && trm_schema_name_is_a(s, name, "IfcProfileDef") && !has_sets_of(left, "ProfileProperties"))
        return false;
    if (property && !trm_schema_name_is_a(s, name, "IfcProfileDef") && !trm_schema_name_is_a(s, name, "IfcObjectDefinition") &&
        !has_sets_of(left, "MaterialProperties"))
        return false;
    return trm_ids_asks_for(spec, s, entity);
}

int
trm_tally_left_out(struct trm_tally *t, const struct trm_rules *rules, const trm_json *model)
{
    const char *schema = trm_json_str(trm_json_get(model, "schema"), "");
    const struct trm_schema *s = trm_schema_find(schema, strlen(schema));
    const trm_json *left = trm_json_get(model, "left_out");
    for (void *it = s ? trm_json_first(left) : NULL; it; it = trm_json_next(left, it)) {
        int entity = trm_schema_entity(s, trm_json_key(it));
        double n = trm_json_num(trm_json_value(it), 0);
        for (size_t i = 0; entity >= 0 && n >= 1 && n < 1e15 && i < trm_rules_count(rules); i++) {
            const struct ids_rule *ids = trm_rules_at(rules, i)->body->ids;
            if (ids && !goes_on(t, i) && may_be_meant(ids->specification, s, entity, left) &&
                add_unread(t, &t->entries[i], trm_json_key(it), (uint64_t)n) < 0)
                return -1;
        }
    }
    return 0;
}

/* --- from summaries ------------------------------------------------------------------------------------------------- */

static struct entry *
find(struct trm_tally *t, const char *id)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->entries[i].id, id) == 0)
            return &t->entries[i];
    return NULL;
}

static bool
lists(const trm_json *array, const char *text)
{
    for (size_t i = 0; i < trm_json_len(array); i++)
        if (strcmp(trm_json_str(trm_json_at(array, i), ""), text) == 0)
            return true;
    return false;
}

/* A summary's definition, name and absent fields become those of a new entry. */
static int
take_summary(struct trm_tally *t, const trm_json *s, const char *id, struct trm_err *err)
{
    const trm_json *absent = trm_json_get(s, "absent"), *selector = trm_json_get(s, "selector_absent");
    trm_json **kept = realloc(t->kept, (t->n_kept + 1) * sizeof *kept);
    if (kept)
        t->kept = kept;
    trm_json *definition = kept ? trm_json_copy(trm_json_get(s, "definition")) : NULL;
    struct entry *e = definition ? more(t) : NULL;
    if (!e) {
        trm_json_free(definition);
        return trm_err_set(err, TRM_SYS, "out of memory");
    }
    t->kept[t->n_kept++] = definition;
    e->definition = definition;
    e->id = trm_arena_strdup(&t->arena, id);
    e->name = trm_arena_strdup(&t->arena, trm_json_str(trm_json_get(s, "name"), id));
    e->sha256 = trm_arena_strdup(&t->arena, trm_json_str(trm_json_get(s, "rules_sha256"), ""));
    trm_severity_parse(trm_json_str(trm_json_get(s, "severity"), "ERROR"), &e->severity);
    e->fields = trm_arena_calloc(&t->arena, trm_json_len(absent), sizeof *e->fields);
    e->nowhere = true;
    if (!e->id || !e->name || !e->sha256 || !e->fields)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < trm_json_len(absent); i++) {
        const char *field = trm_arena_strdup(&t->arena, trm_json_str(trm_json_at(absent, i), ""));
        if (!field)
            return trm_err_set(err, TRM_SYS, "out of memory");
        e->fields[e->n_fields++] = (struct seen){.field = field, .selector = lists(selector, field)};
    }
    return 0;
}

static int
same_rule(const struct entry *e, const trm_json *s, struct trm_err *err)
{
    struct trm_buf a = {0}, b = {0};
    trm_json_dump(&a, e->definition);
    trm_json_dump(&b, trm_json_get(s, "definition"));
    bool same = !a.failed && !b.failed && a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
    trm_buf_release(&a);
    trm_buf_release(&b);
    if (!same || strcmp(e->sha256, trm_json_str(trm_json_get(s, "rules_sha256"), "")) != 0)
        return trm_err_set(err, TRM_DATA, "summary of %.80s: found another definition or rule file than in the summaries before, expected the same",
                           e->id);
    return 0;
}

static int
count_at(const trm_json *s, const char *key, uint64_t *out, struct trm_err *err)
{
    int64_t n;
    if (trm_json_need_int(s, key, 0, (int64_t)1 << 52, &n, err) < 0)
        return -1;
    *out = (uint64_t)n;
    return 0;
}

/* The counts of a summary, whole or not at all. */
static int
read_counts(struct entry *c, const trm_json *s, struct trm_err *err)
{
    const trm_json *why = trm_json_get(s, "why_unknown");
    if (count_at(s, "applicable", &c->applicable, err) < 0 || count_at(s, "pass", &c->pass, err) < 0 ||
        count_at(s, "fail", &c->fail, err) < 0 || count_at(s, "unknown", &c->unknown, err) < 0 ||
        count_at(s, "selector_unknown", &c->selector_unknown, err) < 0)
        return -1;
    for (int k = TRM_WHY_NO_SET; k < TRM_N_REASONS; k++)
        if (trm_json_get(why, trm_reason_name(k)) && count_at(why, trm_reason_name(k), &c->why[k], err) < 0)
            return -1;
    return 0;
}

int
trm_tally_merge(struct trm_tally *t, const trm_json *summary, struct trm_err *err)
{
    const char *id;
    trm_json *definition, *absent;
    struct entry c = {0};
    if (trm_json_need_str(summary, "rule", &id, err) < 0 || trm_json_need_object(summary, "definition", &definition, err) < 0 ||
        trm_json_need_array(summary, "absent", &absent, err) < 0 || read_counts(&c, summary, err) < 0)
        return -1;
    struct entry *e = find(t, id);
    if (e && same_rule(e, summary, err) < 0)
        return -1;
    if (!e) {
        if (take_summary(t, summary, id, err) < 0)
            return -1;
        e = &t->entries[t->n - 1];
    }
    e->applicable += c.applicable;
    e->pass += c.pass;
    e->fail += c.fail;
    e->unknown += c.unknown;
    e->selector_unknown += c.selector_unknown;
    for (int k = 0; k < TRM_N_REASONS; k++)
        e->why[k] += c.why[k];
    const trm_json *unread = trm_json_get(summary, "unread");
    for (void *it = trm_json_first(unread); it; it = trm_json_next(unread, it)) {
        double n = trm_json_num(trm_json_value(it), 0);
        if (n >= 1 && n < 1e15 && add_unread(t, e, trm_json_key(it), (uint64_t)n) < 0)
            return trm_err_set(err, TRM_SYS, "out of memory");
    }
    for (size_t i = 0; i < e->n_fields; i++)
        e->fields[i].seen |= !lists(absent, e->fields[i].field);
    e->nowhere = e->nowhere && trm_json_bool(trm_json_get(summary, "selector_nowhere"), false);
    return 0;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

size_t
trm_tally_count(const struct trm_tally *t)
{
    return t->n;
}

static void
write_absent(struct trm_jw *w, const struct entry *e, const char *key, bool selector_only)
{
    trm_jw_key(w, key);
    trm_jw_array(w);
    for (size_t i = 0; i < e->n_fields; i++)
        if (!e->fields[i].seen && (e->fields[i].selector || !selector_only))
            trm_jw_str(w, e->fields[i].field);
    trm_jw_end(w);
}

/* Whether the rule selects by properties, and no element of its class has any of them. */
static bool
selector_nowhere(const struct entry *e)
{
    bool any = e->nowhere;
    for (size_t i = 0; i < e->n_fields; i++) {
        if (e->fields[i].selector && e->fields[i].seen && e->fields[i].source)
            return false;
        any |= e->fields[i].selector && e->fields[i].source;
    }
    return any;
}

static void
write_why(struct trm_jw *w, const struct entry *e)
{
    trm_jw_key(w, "why_unknown");
    trm_jw_object(w);
    for (int k = TRM_WHY_NO_SET; k < TRM_N_REASONS; k++)
        if (e->why[k])
            trm_jw_knum(w, trm_reason_name(k), (double)e->why[k]);
    trm_jw_end(w);
}

static void
write_unread(struct trm_jw *w, const struct entry *e)
{
    if (!e->unread)
        return;
    trm_jw_key(w, "unread");
    trm_jw_object(w);
    for (const struct unread *u = e->unread; u; u = u->next)
        trm_jw_knum(w, u->class, (double)u->n);
    trm_jw_end(w);
}

void
trm_tally_write(struct trm_buf *b, const struct trm_tally *t, size_t i, const char *program)
{
    const struct entry *e = &t->entries[i];
    struct trm_jw w = {.out = b};
    struct trm_buf definition = {0};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "summary");
    trm_jw_knum(&w, "v", TRM_FACT_VERSION);
    trm_jw_kstr(&w, "id", e->id);
    trm_jw_kstr(&w, "rule", e->id);
    trm_jw_kstr(&w, "name", e->name);
    trm_jw_kstr(&w, "severity", trm_severity_name(e->severity));
    trm_jw_knum(&w, "applicable", (double)e->applicable);
    trm_jw_knum(&w, "pass", (double)e->pass);
    trm_jw_knum(&w, "fail", (double)e->fail);
    trm_jw_knum(&w, "unknown", (double)e->unknown);
    write_why(&w, e);
    trm_jw_knum(&w, "selector_unknown", (double)e->selector_unknown);
    write_absent(&w, e, "absent", false);
    write_absent(&w, e, "selector_absent", true);
    if (selector_nowhere(e))
        trm_jw_kbool(&w, "selector_nowhere", true);
    if (e->applicable == 0)
        trm_jw_kbool(&w, "no_element", true);
    write_unread(&w, e);
    trm_json_dump(&definition, e->definition);
    trm_jw_key(&w, "definition");
    trm_jw_raw(&w, definition.data ? definition.data : "null", definition.data ? definition.len : 4);
    trm_buf_release(&definition);
    trm_jw_kstr(&w, "rules_sha256", e->sha256);
    trm_jw_kstr(&w, "program", program);
    trm_jw_end(&w);
}

/* --- specifications of IDS ------------------------------------------------------------------------------------------ */

static const trm_json *
specification_of(const struct entry *e)
{
    return trm_json_get(e->definition, "specification");
}

/* Whether entries i and i-1 are requirements of the same specification; they stand together. */
static bool
goes_on(const struct trm_tally *t, size_t i)
{
    if (i == 0)
        return false;
    const char *a = trm_json_str(trm_json_get(t->entries[i].definition, "ids"), ""), *b = trm_json_str(trm_json_get(t->entries[i - 1].definition, "ids"), "");
    return strcmp(a, b) == 0 && trm_json_num(trm_json_get(specification_of(&t->entries[i]), "number"), -1) ==
                                    trm_json_num(trm_json_get(specification_of(&t->entries[i - 1]), "number"), -2);
}

/* Whether the specification of entries i to the last of it has passed. A failure is one whatever else is wrong; a pass, and that
 * nothing was found, is worth nothing when its file is invalid or what it asks for was not read. */
static enum trm_specification_status
status_of(const struct entry *first, uint64_t fails, double least, double most, bool invalid)
{
    double applicable = (double)first->applicable;
    if (fails > 0 || (most >= 0 && applicable > most))
        return TRM_SPECIFICATION_FAIL;
    if (invalid)
        return TRM_SPECIFICATION_INVALID;
    if (first->unread)
        return TRM_SPECIFICATION_UNREAD;
    return applicable >= least ? TRM_SPECIFICATION_PASS : TRM_SPECIFICATION_FAIL;
}

enum trm_specification_status
trm_tally_write_specification(struct trm_buf *b, const struct trm_tally *t, size_t i, const char *program)
{
    static const char *const names[] = {"pass", "fail", "invalid", "unread"};
    const struct entry *e = &t->entries[i];
    const trm_json *s = specification_of(e);
    if (!s || goes_on(t, i))
        return TRM_SPECIFICATION_NONE;
    uint64_t fails = 0;
    for (size_t k = i; k < t->n && (k == i || goes_on(t, k)); k++)
        fails += t->entries[k].fail;
    double least = trm_json_num(trm_json_get(s, "min_occurs"), 1), most = trm_json_num(trm_json_get(s, "max_occurs"), -1);
    double invalid = trm_json_num(trm_json_get(s, "invalid"), 0);
    enum trm_specification_status status = status_of(e, fails, least, most, invalid > 0);
    const char *file = trm_json_str(trm_json_get(e->definition, "ids"), "");
    struct trm_buf id = {0};
    struct trm_jw w = {.out = b};
    trm_buf_addf(&id, "%s:%.0f", file, trm_json_num(trm_json_get(s, "number"), 0));
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "specification");
    trm_jw_knum(&w, "v", TRM_FACT_VERSION);
    trm_jw_kstr(&w, "id", id.data);
    trm_jw_kstr(&w, "ids", file);
    trm_jw_kstr(&w, "name", trm_json_str(trm_json_get(s, "name"), ""));
    trm_jw_knum(&w, "line", trm_json_num(trm_json_get(s, "line"), 0));
    trm_jw_knum(&w, "column", trm_json_num(trm_json_get(s, "column"), 0));
    trm_jw_kstr(&w, "cardinality", most == 0 ? "prohibited" : least > 0 ? "required" : "optional");
    trm_jw_knum(&w, "applicable", (double)e->applicable);
    trm_jw_knum(&w, "failed_results", (double)fails);
    trm_jw_kstr(&w, "status", names[status]);
    if (invalid > 0)
        trm_jw_knum(&w, "invalid", invalid);
    write_unread(&w, e);
    trm_jw_kstr(&w, "rules_sha256", e->sha256);
    trm_jw_kstr(&w, "program", program);
    trm_jw_end(&w);
    trm_buf_release(&id);
    return status;
}

size_t
trm_tally_failed(const struct trm_tally *t, size_t i, enum trm_severity *severity)
{
    *severity = t->entries[i].severity;
    return t->entries[i].fail;
}
