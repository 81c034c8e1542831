/* An element record and the rules of a catalogue to a sample. */
#include "judge.h"

#include <string.h>

#include "../base/buf.h"
#include "../base/text.h"
#include "../fact/fact.h"

#define LONGEST_TEXT 200 /* bytes kept of a text; rules judge the whole one */

struct filler {
    struct trm_sample *s;
    struct trm_arena *a;
    struct trm_buf name;
    size_t cap;
    bool failed;
};

static struct trm_sample_field *
new_field(struct filler *f, const char *name)
{
    struct trm_sample *s = f->s;
    if (s->n_fields == f->cap) {
        size_t cap = f->cap ? 2 * f->cap : 64;
        struct trm_sample_field *grown = trm_arena_calloc(f->a, cap, sizeof *grown);
        if (!grown)
            return NULL;
        if (s->n_fields)
            memcpy(grown, s->fields, s->n_fields * sizeof *grown);
        s->fields = grown, f->cap = cap;
    }
    struct trm_sample_field *field = &s->fields[s->n_fields];
    *field = (struct trm_sample_field){.name = name};
    s->n_fields++;
    return field;
}

static const char *
short_text(struct trm_arena *a, const char *text)
{
    size_t n = strnlen(text, LONGEST_TEXT);
    while (n && !trm_utf8_valid(text, n))
        n--;
    return trm_arena_strndup(a, text, n);
}

/* One plain value as a field; name is in the arena already. property: its last part, for placeholders. */
static void
add_scalar(struct filler *f, const char *name, const char *property, const struct trm_value *v)
{
    bool known = v->kind == TRM_VALUE_NUM || v->kind == TRM_VALUE_BOOL ||
                 (v->kind == TRM_VALUE_TEXT && !trm_fact_placeholder(v->text, property));
    if (!known || f->failed || f->s->n_fields >= TRM_SAMPLE_MAX_FIELDS)
        return;
    struct trm_sample_field *field = new_field(f, name);
    if (!field) {
        f->failed = true;
        return;
    }
    field->unit = v->unit && *v->unit ? trm_arena_strdup(f->a, v->unit) : NULL;
    if (v->kind == TRM_VALUE_TEXT)
        field->value = (struct trm_scalar){.type = TRM_SCALAR_TEXT, .text = short_text(f->a, v->text)};
    else
        field->value = (struct trm_scalar){.type = v->kind == TRM_VALUE_NUM ? TRM_SCALAR_NUM : TRM_SCALAR_BOOL,
                                           .num = v->kind == TRM_VALUE_NUM ? v->num : v->flag};
    f->failed |= (field->value.type == TRM_SCALAR_TEXT && !field->value.text) || (v->unit && *v->unit && !field->unit);
}

static int
add_value(void *ctx, enum trm_place place, const char *set, const char *property, const struct trm_value *v)
{
    struct filler *f = ctx;
    size_t n = trm_value_count(v);
    if (!n || !property || !*property || f->failed)
        return f->failed;
    trm_buf_reset(&f->name);
    trm_field_name(&f->name, place, set, property);
    const char *name = f->name.failed ? NULL : trm_arena_strndup(f->a, f->name.data, f->name.len);
    f->failed |= !name;
    for (size_t i = 0; i < n && !f->failed && f->s->n_fields < TRM_SAMPLE_MAX_FIELDS; i++) {
        struct trm_value item = trm_value_item(v, i);
        add_scalar(f, name, property, &item);
    }
    return f->failed;
}

static void
add_text(struct filler *f, const char *name, const char *text)
{
    struct trm_value v = {.kind = TRM_VALUE_TEXT, .text = text};
    if (text && *text)
        add_scalar(f, name, NULL, &v);
}

/* Members of each object of a list, as fields "PREFIX.Key". */
static void
add_list(struct filler *f, const trm_json *list, const char *const (*members)[2], size_t n_members)
{
    for (size_t i = 0; i < trm_json_len(list); i++)
        for (size_t m = 0; m < n_members; m++) {
            struct trm_value v = trm_value_of(trm_json_get(trm_json_at(list, i), members[m][0]));
            add_scalar(f, members[m][1], NULL, &v);
        }
}

static int
copy_texts(struct trm_sample *s, struct trm_arena *a, const struct trm_element *e, struct trm_err *err)
{
    const char *from[] = {e->id, e->model ? e->model : e->file ? e->file : "", e->file, e->id, e->class, e->name};
    const char **to[] = {&s->id, &s->building, &s->file, &s->parent, &s->cls, &s->name};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        if (from[i] && !(*to[i] = trm_arena_strdup(a, from[i])))
            return trm_err_set(err, TRM_SYS, "out of memory");
    s->origin = "observed";
    return 0;
}

/* Fields of the view e, in the order of the record, the class first. */
static int
fill_fields(struct trm_sample *s, struct trm_arena *a, const struct trm_element *e, struct trm_err *err)
{
    static const char *const material[][2] = {
        {"name", "material.Name"}, {"category", "material.Category"}, {"role", "material.Role"}, {"thickness", "material.Thickness"}};
    static const char *const classification[][2] = {
        {"system", "classification.System"}, {"code", "classification.Code"}, {"name", "classification.Name"}};
    struct filler f = {.s = s, .a = a};
    add_text(&f, "attribute.Class", e->class);
    trm_element_each(e, add_value, &f);
    add_list(&f, e->materials, material, sizeof material / sizeof *material);
    add_list(&f, e->classifications, classification, sizeof classification / sizeof *classification);
    trm_buf_release(&f.name);
    return f.failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

int
trm_sample_of_element(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, struct trm_err *err)
{
    struct trm_element e;
    *s = (struct trm_sample){0};
    if (trm_element_read(&e, rec, err) || copy_texts(s, a, &e, err))
        return -1;
    return fill_fields(s, a, &e, err);
}

/* --- rules --- */

/* Fields that r looks at, each once, into *tests; those that only bound into *bounds. */
static int
list_sources(struct trm_sample_rule *out, struct trm_arena *a, const struct trm_rule *r)
{
    size_t most = r->n_sources < TRM_SAMPLE_MAX_TESTS ? r->n_sources : TRM_SAMPLE_MAX_TESTS;
    out->tests = trm_arena_calloc(a, most, sizeof *out->tests);
    out->bounds = trm_arena_calloc(a, most, sizeof *out->bounds);
    if (!out->tests || !out->bounds)
        return -1;
    for (size_t i = 0; i < most; i++) {
        const char *field = r->sources[i].field;
        bool again = false;
        for (size_t k = 0; k < out->n_tests; k++)
            again |= !strcmp(out->tests[k], field);
        if (again)
            continue;
        out->tests[out->n_tests++] = field;
        if (r->sources[i].relation != TRM_SAME)
            out->bounds[out->n_bounds++] = field;
    }
    return 0;
}

int
trm_sample_rule_of(struct trm_sample_rule *out, struct trm_arena *a, const struct trm_result *result, struct trm_err *err)
{
    const struct trm_rule *r = result->rule;
    *out = (struct trm_sample_rule){.rule = r->id, .op = trm_op_name(r->op), .severity = trm_severity_name(r->severity),
                                    .section = r->section, .label = TRM_LABEL_NONE};
    if (list_sources(out, a, r))
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (result->has_limit) {
        out->limit = (struct trm_scalar){.type = TRM_SCALAR_NUM, .num = result->limit};
        out->unit = result->unit;
    } else if (r->has_limit) {
        out->limit = (struct trm_scalar){.type = TRM_SCALAR_NUM, .num = r->limit};
        out->unit = r->si;
    }
    return 0;
}

int
trm_unlabelled_why(const struct trm_result *result)
{
    if (result->verdict == TRM_UNKNOWN)
        return TRM_UNLABELLED_UNKNOWN;
    if (result->rule->op == TRM_OP_EXISTS)
        return TRM_UNLABELLED_EXISTS;
    if (result->source && result->source->relation != TRM_SAME)
        return TRM_UNLABELLED_BOUND;
    return result->verdict == TRM_FAIL && result->reason == TRM_ABSENT ? TRM_UNLABELLED_ABSENT : -1;
}

static int
judge_rule(struct trm_sample *s, struct trm_result *result, struct trm_arena *a, const struct trm_rule *r,
           const struct trm_element *e, struct trm_err *err)
{
    struct trm_sample_rule *out = &s->rules[s->n_rules];
    trm_rule_judge(result, r, e, a);
    if (trm_sample_rule_of(out, a, result, err))
        return -1;
    if (trm_unlabelled_why(result) < 0) {
        out->label = result->verdict == TRM_PASS ? TRM_LABEL_PASS : TRM_LABEL_FAIL;
        out->field = result->source ? result->source->field : NULL;
    }
    s->n_rules++;
    return 0;
}

int
trm_sample_judge(struct trm_sample *s, const struct trm_result **results, struct trm_arena *a, const trm_json *rec,
                 struct trm_rules *rules, struct trm_err *err)
{
    struct trm_element e;
    size_t n;
    if (trm_sample_of_element(s, a, rec, err) || trm_element_read(&e, rec, err))
        return -1;
    const size_t *fit = trm_rules_for(rules, &e, &n);
    struct trm_result *list = trm_arena_calloc(a, n, sizeof *list);
    s->rules = trm_arena_calloc(a, n, sizeof *s->rules);
    if (!list || !s->rules)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const struct trm_rule *r = trm_rules_at(rules, fit[i]);
        if (trm_rule_applies(r, &e) != TRM_APPLIES)
            continue;
        if (s->n_rules == TRM_SAMPLE_MAX_RULES)
            return trm_err_set(err, TRM_DATA, "more than %d rules apply", TRM_SAMPLE_MAX_RULES);
        if (judge_rule(s, &list[s->n_rules], a, r, &e, err))
            return -1;
    }
    if (results)
        *results = list;
    return 0;
}
