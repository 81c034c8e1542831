/* The set of rules: reading files into it, finding the rules of a class, applying one. */
#include <stdlib.h>
#include <string.h>

#include "ids.h"
#include "inside.h"

#include "../base/hash.h"
#include "../base/text.h"
#include "../schema/schema.h"

enum { MAX_RULES = 20000, MAX_CLASSES = 4096 };

/* What trm_fit_for found for one schema and class. */
struct class_list {
    const char *schema, *class; /* class NULL: an empty slot */
    const size_t *index;
    size_t n;
};

struct trm_rules *
trm_rules_new(void)
{
    struct trm_rules *rules = calloc(1, sizeof *rules);
    if (rules) {
        trm_sha256_init(&rules->digest);
        rules->fit.rules = rules;
    }
    return rules;
}

static void
empty_fit(struct trm_fit *f)
{
    trm_arena_release(&f->arena);
    free(f->classes);
    *f = (struct trm_fit){.rules = f->rules};
}

void
trm_rules_free(struct trm_rules *rules)
{
    if (!rules)
        return;
    for (size_t i = 0; i < rules->n_trees; i++)
        trm_json_free(rules->trees[i]);
    for (size_t i = 0; i < rules->n_regexes; i++)
        trm_regex_free(rules->regexes[i]);
    trm_arena_release(&rules->arena);
    free(rules->trees);
    free(rules->regexes);
    free(rules->flaws);
    free(rules->rules);
    empty_fit(&rules->fit);
    free(rules);
}

struct trm_rule *
trm_rules_more(struct trm_rules *rules)
{
    if (rules->n == rules->cap) {
        size_t cap = rules->cap ? 2 * rules->cap : 16;
        struct trm_rule *more = cap <= MAX_RULES * 2 ? realloc(rules->rules, cap * sizeof *more) : NULL;
        if (!more)
            return NULL;
        rules->rules = more;
        rules->cap = cap;
    }
    struct trm_rule *r = &rules->rules[rules->n];
    *r = (struct trm_rule){.index = rules->n++};
    return r;
}

/* One more pointer at the end of *list. */
static int
keep(void ***list, size_t *n, void *item)
{
    void **more = realloc(*list, (*n + 1) * sizeof *more);
    if (!more)
        return -1;
    *list = more;
    more[(*n)++] = item;
    return 0;
}

int
trm_rules_keep_tree(struct trm_rules *rules, trm_json *tree, struct trm_err *err)
{
    if (tree && keep((void ***)&rules->trees, &rules->n_trees, tree) == 0)
        return 0;
    trm_json_free(tree);
    return trm_err_set(err, TRM_SYS, "out of memory");
}

int
trm_rules_keep_regex(struct trm_rules *rules, struct trm_regex *regex, struct trm_err *err)
{
    if (keep((void ***)&rules->regexes, &rules->n_regexes, regex) == 0)
        return 0;
    trm_regex_free(regex);
    return trm_err_set(err, TRM_SYS, "out of memory");
}

int
trm_rules_add(struct trm_rules *rules, const char *path, const char *bytes, size_t n, struct trm_err *err)
{
    trm_sha256_add(&rules->digest, bytes, n);
    empty_fit(&rules->fit); /* what was found for a class no longer holds */
    rules->sha256[0] = 0;
    if (trm_ids_is(bytes, n))
        return trm_ids_read(rules, path, bytes, n, err);
    struct trm_err why = {0};
    trm_json *root = trm_json_parse(bytes, n, &why);
    if (!root)
        return trm_err_set(err, why.kind == TRM_SYS ? TRM_SYS : TRM_USAGE, "%.200s: %s", path, why.text);
    if (trm_rules_keep_tree(rules, root, err) < 0)
        return -1;
    return trm_catalogue_read(rules, path, root, err);
}

int
trm_rules_add_definition(struct trm_rules *rules, const trm_json *definition, struct trm_err *err)
{
    struct trm_buf b = {0};
    trm_json_dump(&b, definition);
    trm_sha256_add(&rules->digest, b.data ? b.data : "", b.len);
    trm_buf_release(&b);
    empty_fit(&rules->fit);
    trm_json *list = trm_json_array(), *copy = trm_json_copy(definition);
    if (!list || !copy || trm_json_add(list, copy) < 0) {
        trm_json_free(list);
        return trm_err_set(err, TRM_SYS, "out of memory");
    }
    if (trm_rules_keep_tree(rules, list, err) < 0)
        return -1;
    return trm_catalogue_read(rules, "definition", list, err);
}

size_t
trm_rules_count(const struct trm_rules *rules)
{
    return rules->n;
}

const struct trm_rule *
trm_rules_at(const struct trm_rules *rules, size_t i)
{
    return i < rules->n ? &rules->rules[i] : NULL;
}

const struct trm_rule *
trm_rules_find(const struct trm_rules *rules, const char *id)
{
    for (size_t i = 0; i < rules->n; i++)
        if (strcmp(rules->rules[i].id, id) == 0)
            return &rules->rules[i];
    return NULL;
}

const char *
trm_rules_sha256(struct trm_rules *rules)
{
    if (!rules->sha256[0]) {
        struct trm_sha256 so_far = rules->digest;
        trm_sha256_hex(&so_far, rules->sha256);
    }
    return rules->sha256;
}

/* --- classes -------------------------------------------------------------------------------------------------------- */

/* Whether class is wanted or a subtype of it, by the element's schema; by any schema that knows the class when the
 * element's is not known or does not know it. */
static bool
is_a(const char *schema, const char *class, const char *wanted)
{
    if (strcmp(wanted, "*") == 0 || trm_text_casecmp(class, wanted) == 0)
        return true;
    const struct trm_schema *s = schema ? trm_schema_find(schema, strlen(schema)) : NULL;
    if (s && trm_schema_entity(s, class) >= 0)
        return trm_schema_name_is_a(s, class, wanted);
    for (size_t i = 0; trm_schema_at(i); i++)
        if (trm_schema_name_is_a(trm_schema_at(i), class, wanted))
            return true;
    return false;
}

static bool
class_fits(const struct trm_rule *r, const char *schema, const char *class)
{
    if (r->body->ids)
        return trm_ids_class_fits(r->body->ids, schema, class);
    for (size_t i = 0; i < r->body->n_classes; i++)
        if (is_a(schema, class, r->body->classes[i]))
            return true;
    return false;
}

static struct class_list *
slot_of(struct trm_fit *f, const char *schema, const char *class)
{
    uint64_t h = trm_hash64(class, strlen(class), trm_hash64(schema, strlen(schema), 0));
    for (size_t i = h & (f->n_slots - 1);; i = (i + 1) & (f->n_slots - 1)) {
        struct class_list *slot = &f->classes[i];
        if (!slot->class || (strcmp(slot->class, class) == 0 && strcmp(slot->schema, schema) == 0))
            return slot;
    }
}

static int
fill_slot(struct trm_fit *f, struct class_list *slot, const char *schema, const char *class)
{
    const struct trm_rules *rules = f->rules;
    size_t *index = trm_arena_calloc(&f->arena, rules->n ? rules->n : 1, sizeof *index);
    const char *kept_schema = trm_arena_strdup(&f->arena, schema), *kept_class = trm_arena_strdup(&f->arena, class);
    if (!index || !kept_schema || !kept_class)
        return -1;
    size_t n = 0;
    for (size_t i = 0; i < rules->n; i++)
        if (class_fits(&rules->rules[i], schema[0] ? schema : NULL, class))
            index[n++] = i;
    *slot = (struct class_list){.schema = kept_schema, .class = kept_class, .index = index, .n = n};
    f->n_used++;
    return 0;
}

const size_t *
trm_fit_for(struct trm_fit *f, const struct trm_element *e, size_t *n)
{
    *n = 0;
    if (!f->classes) {
        f->n_slots = MAX_CLASSES;
        f->classes = calloc(f->n_slots, sizeof *f->classes);
        if (!f->classes)
            return NULL;
    }
    const char *schema = e->schema ? e->schema : "";
    struct class_list *slot = slot_of(f, schema, e->class);
    if (!slot->class) {
        if (f->n_used > MAX_CLASSES / 2) { /* classes made up to fill the table: start anew */
            memset(f->classes, 0, f->n_slots * sizeof *f->classes);
            trm_arena_reset(&f->arena);
            f->n_used = 0;
            slot = slot_of(f, schema, e->class);
        }
        if (fill_slot(f, slot, schema, e->class) < 0)
            return NULL;
    }
    *n = slot->n;
    return slot->index;
}

struct trm_fit *
trm_fit_new(const struct trm_rules *rules)
{
    struct trm_fit *f = calloc(1, sizeof *f);
    if (f)
        f->rules = rules;
    return f;
}

void
trm_fit_free(struct trm_fit *f)
{
    if (f)
        empty_fit(f);
    free(f);
}

const size_t *
trm_rules_for(struct trm_rules *rules, const struct trm_element *e, size_t *n)
{
    return trm_fit_for(&rules->fit, e, n);
}

/* --- one rule ------------------------------------------------------------------------------------------------------- */

enum trm_applies
trm_rule_applies(const struct trm_rule *r, const struct trm_element *e)
{
    if (!class_fits(r, e->schema, e->class))
        return TRM_APPLIES_NOT;
    return trm_rule_selects(r, e);
}

enum trm_applies
trm_rule_selects(const struct trm_rule *r, const struct trm_element *e)
{
    if (r->body->ids)
        return trm_ids_applies(r->body->ids, e) ? TRM_APPLIES : TRM_APPLIES_NOT;
    if (trm_json_get(e->rec, "is"))
        return TRM_APPLIES_NOT; /* a type or a resource: the catalogue speaks of elements */
    return r->body->selector ? trm_filter_holds(r->body->selector, e) : TRM_APPLIES;
}

bool
trm_rule_selects_as(const struct trm_rule *a, const struct trm_rule *b)
{
    return a->body->ids && b->body->ids && a->body->ids->specification == b->body->ids->specification;
}

void
trm_rule_judge(struct trm_result *out, const struct trm_rule *r, const struct trm_element *e, struct trm_arena *scratch)
{
    (void)scratch;
    *out = (struct trm_result){.rule = r};
    if (r->body->ids)
        trm_ids_judge(out, r->body->ids, e);
    else
        trm_condition_judge(out, &r->body->condition, e);
}

static void
filter_sources(const struct filter *f, trm_source_fn *fn, void *ctx)
{
    for (size_t i = 0; i < f->condition.n_sources; i++)
        fn(ctx, &f->condition.sources[i], true);
    for (size_t i = 0; i < f->n_parts; i++)
        filter_sources(&f->parts[i], fn, ctx);
}

void
trm_rule_sources(const struct trm_rule *r, trm_source_fn *fn, void *ctx)
{
    const struct condition *c = &r->body->condition;
    for (size_t i = 0; i < c->n_sources; i++)
        fn(ctx, &c->sources[i], false);
    for (size_t i = 0; i < c->n_fields; i++)
        fn(ctx, &c->fields[i], false);
    if (r->body->selector)
        filter_sources(r->body->selector, fn, ctx);
}
