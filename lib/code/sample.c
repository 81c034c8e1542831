/* A line of kind "sample" into a struct and back. In: a parsed record. Out: struct trm_sample in an arena, or JSON text. */
#include "sample.h"

#include <math.h>
#include <string.h>

/* A copy of member `key`; *out NULL when the member is absent or null. Refuses any other type than text. */
static int
optional_text(const char **out, struct trm_arena *a, const trm_json *v, const char *key, struct trm_err *err)
{
    trm_json *m = trm_json_get(v, key);
    *out = NULL;
    if (!m || trm_json_type(m) == TRM_JSON_NULL)
        return 0;
    if (trm_json_type(m) != TRM_JSON_STR)
        return trm_err_set(err, TRM_DATA, "%s: expected text", key);
    *out = trm_arena_strdup(a, trm_json_str(m, ""));
    return *out ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
}

static int
needed_text(const char **out, struct trm_arena *a, const trm_json *v, const char *key, struct trm_err *err)
{
    if (optional_text(out, a, v, key, err))
        return -1;
    return *out ? 0 : trm_err_set(err, TRM_DATA, "%s: missing, expected text", key);
}

/* A number, truth value or text; anything else becomes NONE. */
static int
read_scalar(struct trm_scalar *s, struct trm_arena *a, const trm_json *v, struct trm_err *err)
{
    *s = (struct trm_scalar){0};
    switch (trm_json_type(v)) {
    case TRM_JSON_NUM:
        s->type = TRM_SCALAR_NUM, s->num = trm_json_num(v, 0);
        return isfinite(s->num) ? 0 : trm_err_set(err, TRM_DATA, "number is not finite");
    case TRM_JSON_TRUE:
    case TRM_JSON_FALSE:
        s->type = TRM_SCALAR_BOOL, s->num = trm_json_type(v) == TRM_JSON_TRUE;
        return 0;
    case TRM_JSON_STR:
        s->type = TRM_SCALAR_TEXT, s->text = trm_arena_strdup(a, trm_json_str(v, ""));
        return s->text ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    default:
        return 0;
    }
}

/* ["name", value] or ["name", value, "unit"] */
static int
read_field(struct trm_sample_field *f, struct trm_arena *a, const trm_json *v, struct trm_err *err)
{
    size_t n = trm_json_len(v);
    if (trm_json_type(v) != TRM_JSON_ARRAY || n < 2 || n > 3)
        return trm_err_set(err, TRM_DATA, "expected [name, value] or [name, value, unit]");
    const char *name = trm_json_str(trm_json_at(v, 0), NULL);
    const char *unit = trm_json_str(trm_json_at(v, 2), NULL);
    if (!name || !*name)
        return trm_err_set(err, TRM_DATA, "expected a name that is text and not empty");
    if (n == 3 && !unit)
        return trm_err_set(err, TRM_DATA, "%s: expected a unit that is text", name);
    f->name = trm_arena_strdup(a, name);
    f->unit = unit ? trm_arena_strdup(a, unit) : NULL;
    if (!f->name || (unit && !f->unit))
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (read_scalar(&f->value, a, trm_json_at(v, 1), err))
        return trm_err_at(err, "%s", name);
    if (f->value.type == TRM_SCALAR_NONE)
        return trm_err_set(err, TRM_DATA, "%s: expected a number, truth value or text", name);
    return 0;
}

static int
read_texts(const char ***out, size_t *n_out, struct trm_arena *a, const trm_json *v, const char *key, struct trm_err *err)
{
    trm_json *list = trm_json_get(v, key);
    *out = NULL, *n_out = 0;
    if (!list)
        return 0;
    size_t n = trm_json_len(list);
    if (trm_json_type(list) != TRM_JSON_ARRAY || n > TRM_SAMPLE_MAX_TESTS)
        return trm_err_set(err, TRM_DATA, "%s: expected a list of at most %d texts", key, TRM_SAMPLE_MAX_TESTS);
    if (!(*out = trm_arena_calloc(a, n, sizeof **out)))
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const char *text = trm_json_str(trm_json_at(list, i), NULL);
        if (!text || !*text)
            return trm_err_set(err, TRM_DATA, "%s[%zu]: expected text", key, i);
        if (!((*out)[i] = trm_arena_strdup(a, text)))
            return trm_err_set(err, TRM_SYS, "out of memory");
    }
    *n_out = n;
    return 0;
}

static int
read_label(enum trm_label *out, const trm_json *v, struct trm_err *err)
{
    trm_json *m = trm_json_get(v, "label");
    const char *s = trm_json_str(m, "");
    if (trm_json_type(m) == TRM_JSON_NULL)
        *out = TRM_LABEL_NONE;
    else if (!strcmp(s, "pass"))
        *out = TRM_LABEL_PASS;
    else if (!strcmp(s, "fail"))
        *out = TRM_LABEL_FAIL;
    else
        return trm_err_set(err, TRM_DATA, "label: found \"%.40s\", expected pass, fail or null", s);
    return 0;
}

static int
read_rule(struct trm_sample_rule *r, struct trm_arena *a, const trm_json *v, struct trm_err *err)
{
    if (trm_json_type(v) != TRM_JSON_OBJECT)
        return trm_err_set(err, TRM_DATA, "expected an object");
    if (needed_text(&r->rule, a, v, "rule", err) || needed_text(&r->op, a, v, "op", err) ||
        optional_text(&r->unit, a, v, "unit", err) || optional_text(&r->severity, a, v, "severity", err) ||
        optional_text(&r->section, a, v, "section", err) || optional_text(&r->field, a, v, "field", err) ||
        read_texts(&r->tests, &r->n_tests, a, v, "tests", err) ||
        read_texts(&r->bounds, &r->n_bounds, a, v, "bounds", err) || read_label(&r->label, v, err))
        return -1;
    return read_scalar(&r->limit, a, trm_json_get(v, "limit"), err) ? trm_err_at(err, "limit") : 0;
}

static int
read_fields(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, struct trm_err *err)
{
    trm_json *list;
    if (trm_json_need_array(rec, "fields", &list, err))
        return -1;
    size_t n = trm_json_len(list);
    if (n > TRM_SAMPLE_MAX_FIELDS)
        return trm_err_set(err, TRM_DATA, "fields: found %zu, expected at most %d", n, TRM_SAMPLE_MAX_FIELDS);
    if (!(s->fields = trm_arena_calloc(a, n, sizeof *s->fields)))
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (; s->n_fields < n; s->n_fields++)
        if (read_field(&s->fields[s->n_fields], a, trm_json_at(list, s->n_fields), err))
            return trm_err_at(err, "fields[%zu]", s->n_fields);
    return 0;
}

static int
read_rules(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, struct trm_err *err)
{
    trm_json *list;
    if (trm_json_need_array(rec, "rules", &list, err))
        return -1;
    size_t n = trm_json_len(list);
    if (n > TRM_SAMPLE_MAX_RULES)
        return trm_err_set(err, TRM_DATA, "rules: found %zu, expected at most %d", n, TRM_SAMPLE_MAX_RULES);
    if (!(s->rules = trm_arena_calloc(a, n, sizeof *s->rules)))
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (; s->n_rules < n; s->n_rules++)
        if (read_rule(&s->rules[s->n_rules], a, trm_json_at(list, s->n_rules), err))
            return trm_err_at(err, "rules[%zu]", s->n_rules);
    return 0;
}

static int
check_kind(const trm_json *rec, struct trm_err *err)
{
    const char *kind;
    int64_t version;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    if (strcmp(kind, "sample"))
        return trm_err_set(err, TRM_DATA, "kind: found \"%.40s\", expected \"sample\"", kind);
    return trm_json_need_int(rec, "v", 1, 1, &version, err);
}

int
trm_sample_read(struct trm_sample *s, struct trm_arena *a, const trm_json *rec, struct trm_err *err)
{
    *s = (struct trm_sample){0};
    if (check_kind(rec, err) || needed_text(&s->id, a, rec, "id", err) ||
        needed_text(&s->building, a, rec, "building", err) || optional_text(&s->file, a, rec, "file", err) ||
        optional_text(&s->parent, a, rec, "parent", err) || optional_text(&s->origin, a, rec, "origin", err) ||
        optional_text(&s->cls, a, rec, "class", err) || optional_text(&s->name, a, rec, "name", err) ||
        optional_text(&s->side, a, rec, "side", err) || read_fields(s, a, rec, err) || read_rules(s, a, rec, err))
        return -1;
    if (s->origin && strcmp(s->origin, "observed") && strcmp(s->origin, "varied"))
        return trm_err_set(err, TRM_DATA, "origin: found \"%.40s\", expected observed or varied", s->origin);
    return 0;
}

static void
write_scalar(struct trm_jw *w, const struct trm_scalar *s)
{
    switch (s->type) {
    case TRM_SCALAR_NUM:
        trm_jw_num(w, s->num);
        break;
    case TRM_SCALAR_BOOL:
        trm_jw_bool(w, s->num != 0);
        break;
    case TRM_SCALAR_TEXT:
        trm_jw_str(w, s->text);
        break;
    default:
        trm_jw_null(w);
    }
}

static void
write_field(struct trm_jw *w, const struct trm_sample_field *f)
{
    trm_jw_array(w);
    trm_jw_str(w, f->name);
    write_scalar(w, &f->value);
    if (f->unit)
        trm_jw_str(w, f->unit);
    trm_jw_end(w);
}

static void
write_texts(struct trm_jw *w, const char *key, const char *const *texts, size_t n)
{
    trm_jw_key(w, key);
    trm_jw_array(w);
    for (size_t i = 0; i < n; i++)
        trm_jw_str(w, texts[i]);
    trm_jw_end(w);
}

static void
write_rule(struct trm_jw *w, const struct trm_sample_rule *r)
{
    trm_jw_object(w);
    trm_jw_kstr(w, "rule", r->rule);
    write_texts(w, "tests", r->tests, r->n_tests);
    if (r->n_bounds)
        write_texts(w, "bounds", r->bounds, r->n_bounds);
    trm_jw_kstr(w, "op", r->op);
    if (r->limit.type != TRM_SCALAR_NONE) {
        trm_jw_key(w, "limit");
        write_scalar(w, &r->limit);
    }
    trm_jw_kstr(w, "unit", r->unit);
    trm_jw_kstr(w, "severity", r->severity);
    trm_jw_kstr(w, "section", r->section);
    trm_jw_key(w, "label");
    if (r->label == TRM_LABEL_NONE)
        trm_jw_null(w);
    else
        trm_jw_str(w, r->label == TRM_LABEL_PASS ? "pass" : "fail");
    trm_jw_kstr(w, "field", r->field);
    trm_jw_end(w);
}

void
trm_sample_write(struct trm_buf *b, const struct trm_sample *s)
{
    struct trm_jw w = {.out = b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "sample");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", s->id);
    trm_jw_kstr(&w, "building", s->building);
    trm_jw_kstr(&w, "file", s->file);
    trm_jw_kstr(&w, "parent", s->parent);
    trm_jw_kstr(&w, "origin", s->origin);
    trm_jw_kstr(&w, "class", s->cls);
    trm_jw_kstr(&w, "name", s->name);
    trm_jw_key(&w, "fields");
    trm_jw_array(&w);
    for (size_t i = 0; i < s->n_fields; i++)
        write_field(&w, &s->fields[i]);
    trm_jw_end(&w);
    trm_jw_key(&w, "rules");
    trm_jw_array(&w);
    for (size_t i = 0; i < s->n_rules; i++)
        write_rule(&w, &s->rules[i]);
    trm_jw_end(&w);
    trm_jw_kstr(&w, "side", s->side);
    trm_jw_end(&w);
}
