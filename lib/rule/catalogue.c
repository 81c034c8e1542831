/* The JSON rule catalogue (trm-rules(5)): every rule validated and compiled before the first element is read.
 *
 * Whatever is wrong is said once, with the file, the rule by number and id, the place as a JSON path, what was found and what
 * was expected. Unknown keys are wrong too: a misspelt "fallback_sources" must not silently change a verdict. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

#include "../base/text.h"
#include "../schema/schema.h"

enum { MAX_DEPTH = 6, MAX_ITEMS = 10000, MAX_SOURCES = 64, MAX_AT = 240 };

struct reader {
    struct trm_rules *rules;
    const char *path;
    size_t number;           /* of the rule in its file, from 1; 0: outside of any */
    const char *id;          /* NULL: not known yet */
    const trm_json *aliases; /* field name -> sources; or NULL */
    struct trm_err *err;
};

/* A place in the file: "condition.lhs.fallback_sources[1]". */
struct at {
    char text[MAX_AT];
};

/* --- saying what is wrong ------------------------------------------------------------------------------------------- */

static int __attribute__((format(printf, 3, 4)))
bad(struct reader *r, const char *at, const char *fmt, ...)
{
    char what[400], rule[120] = "";
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (r->number && r->id)
        snprintf(rule, sizeof rule, "rule %zu \"%.80s\": ", r->number, r->id);
    else if (r->number)
        snprintf(rule, sizeof rule, "rule %zu: ", r->number);
    return trm_err_set(r->err, TRM_USAGE, "%.160s: %s%s%s%s", r->path, rule, at, at[0] ? ": " : "", what);
}

static int
no_memory(struct reader *r)
{
    return trm_err_set(r->err, TRM_SYS, "out of memory");
}

/* What stands there, short enough for a message. */
struct shown {
    char text[64];
};
static struct shown
show(const trm_json *v)
{
    struct shown s;
    struct trm_buf b = {0};
    if (!v) {
        snprintf(s.text, sizeof s.text, "nothing");
        return s;
    }
    trm_json_dump(&b, v);
    if (b.len < sizeof s.text)
        snprintf(s.text, sizeof s.text, "%s", b.data ? b.data : "");
    else
        snprintf(s.text, sizeof s.text, "%.55s...", b.data);
    trm_buf_release(&b);
    return s;
}

static struct at
in(const char *at, const char *key)
{
    struct at out;
    snprintf(out.text, sizeof out.text, "%.120s%s%.60s", at, at[0] ? "." : "", key);
    return out;
}

static struct at
item(const char *at, size_t i)
{
    struct at out;
    snprintf(out.text, sizeof out.text, "%.200s[%zu]", at, i);
    return out;
}

/* --- small readers -------------------------------------------------------------------------------------------------- */

/* Every key of the object is one of `known` (blank-separated). */
static int
only_keys(struct reader *r, const char *at, const trm_json *object, const char *known)
{
    for (void *it = trm_json_first(object); it; it = trm_json_next(object, it)) {
        const char *key = trm_json_key(it), *p = known;
        size_t n = strlen(key);
        while (p && !(strncmp(p, key, n) == 0 && (p[n] == ' ' || p[n] == 0))) {
            p = strchr(p, ' ');
            p = p ? p + 1 : NULL;
        }
        if (!p || n == 0)
            return bad(r, at, "found the unknown key \"%.60s\", expected one of: %s", key, known);
    }
    return 0;
}

static int
need_object(struct reader *r, const char *at, const trm_json *v)
{
    if (trm_json_type(v) == TRM_JSON_OBJECT)
        return 0;
    return bad(r, at, "found %s, expected an object", show(v).text);
}

/* A text of at least one byte at object.key; absent leaves NULL unless needed. */
static int
text_at(struct reader *r, const char *at, const trm_json *object, const char *key, bool needed, const char **out)
{
    const trm_json *v = trm_json_get(object, key);
    *out = trm_json_str(v, NULL);
    if (*out && (*out)[0])
        return 0;
    if (!v && !needed)
        return 0;
    return bad(r, in(at, key).text, "found %s, expected a text", show(v).text);
}

/* The text at the first of several keys that is there ("qto_name qto set"); needed. */
static int
text_at_any(struct reader *r, const char *at, const trm_json *object, const char *keys, const char **out)
{
    char first[32] = "";
    for (const char *p = keys; *p;) {
        char key[32];
        int n = 0;
        sscanf(p, "%31s%n", key, &n);
        if (!first[0])
            snprintf(first, sizeof first, "%s", key);
        if (trm_json_get(object, key))
            return text_at(r, at, object, key, true, out);
        p += n;
        while (*p == ' ')
            p++;
    }
    return bad(r, in(at, first).text, "found nothing, expected a text");
}

static int
unit_at(struct reader *r, const char *at, const trm_json *object, const struct trm_unit **out)
{
    *out = NULL;
    const trm_json *v = trm_json_get(object, "unit");
    if (!v || trm_json_type(v) == TRM_JSON_NULL)
        return 0;
    const char *name = trm_json_str(v, NULL);
    *out = name ? trm_unit_find(name) : NULL;
    if (!*out)
        return bad(r, in(at, "unit").text, "found %s, expected a unit such as mm, m, in, m2, min, h, deg, %%", show(v).text);
    return 0;
}

static int
op_at(struct reader *r, const char *at, const trm_json *object, enum trm_op *out)
{
    const trm_json *v = trm_json_get(object, "op");
    const char *name = trm_json_str(v, "");
    for (int op = TRM_OP_LT; op <= TRM_OP_MATCHES; op++)
        if (strcmp(trm_op_name((enum trm_op)op), name) == 0 || (op == TRM_OP_EQ && strcmp(name, "=") == 0)) {
            *out = (enum trm_op)op;
            return 0;
        }
    return bad(r, in(at, "op").text, "found %s, expected one of: < <= > >= = == != exists in matches", show(v).text);
}

/* --- sources -------------------------------------------------------------------------------------------------------- */

static const char LHS_KEYS[] = "source pset pset_name qto qto_name set property quantity attribute name unit fallback_sources";
static const char FALLBACK_KEYS[] = "source pset pset_name qto qto_name set property quantity attribute name unit relation note";

/* Which kind of place, by "source", or in a filter by the key that is there. */
static int
place_of(struct reader *r, const char *at, const trm_json *v, enum trm_place *out)
{
    static const char *const names[] = {"pset", "qto", "attribute", "type"};
    const trm_json *source = trm_json_get(v, "source");
    if (!source) {
        *out = trm_json_get(v, "pset") || trm_json_get(v, "pset_name") ? TRM_IN_PSET
               : trm_json_get(v, "qto") || trm_json_get(v, "qto_name") ? TRM_IN_QTO
                                                                       : TRM_IN_ATTRIBUTE;
        if (*out != TRM_IN_ATTRIBUTE || trm_json_get(v, "attribute"))
            return 0;
    }
    for (int p = TRM_IN_PSET; p <= TRM_IN_TYPE; p++)
        if (strcmp(trm_json_str(source, ""), names[p]) == 0) {
            *out = (enum trm_place)p;
            return 0;
        }
    return bad(r, in(at, "source").text, "found %s, expected one of: qto pset attribute type", show(source).text);
}

static int
relation_of(struct reader *r, const char *at, const trm_json *v, enum trm_relation *out)
{
    const trm_json *relation = trm_json_get(v, "relation");
    *out = TRM_SAME;
    if (!relation)
        return 0;
    for (int k = TRM_SAME; k <= TRM_LOWER; k++)
        if (strcmp(trm_json_str(relation, ""), trm_relation_name((enum trm_relation)k)) == 0) {
            *out = (enum trm_relation)k;
            return 0;
        }
    return bad(r, in(at, "relation").text, "found %s, expected one of: same upper lower", show(relation).text);
}

/* One source, without its fallbacks. */
static int
read_source(struct reader *r, const char *at, const trm_json *v, struct trm_source *out)
{
    *out = (struct trm_source){0};
    if (need_object(r, at, v) < 0 || place_of(r, at, v, &out->place) < 0)
        return -1;
    if (out->place == TRM_IN_PSET && text_at_any(r, at, v, "pset pset_name set", &out->set) < 0)
        return -1;
    if (out->place == TRM_IN_QTO && text_at_any(r, at, v, "qto_name qto set", &out->set) < 0)
        return -1;
    const char *keys = out->place == TRM_IN_PSET ? "property name" : out->place == TRM_IN_QTO ? "quantity property name" : "attribute property name";
    if (text_at_any(r, at, v, keys, &out->name) < 0)
        return -1;
    struct trm_buf b = {0};
    trm_field_name(&b, out->place, out->set, out->name);
    out->field = b.data ? trm_arena_strdup(&r->rules->arena, b.data) : NULL;
    trm_buf_release(&b);
    return out->field ? 0 : no_memory(r);
}

/* Append what the file's table of aliases says of this field to the object's own fallback_sources, so that the definition
 * of a rule stands alone. */
static int
expand_aliases(struct reader *r, trm_json *v, const char *field)
{
    const trm_json *more = trm_json_get(r->aliases, field);
    if (!more)
        return 0;
    trm_json *list = trm_json_get(v, "fallback_sources");
    if (!list) {
        if (trm_json_set(v, "fallback_sources", trm_json_array()) < 0)
            return no_memory(r);
        list = trm_json_get(v, "fallback_sources");
    }
    for (size_t i = 0; i < trm_json_len(more); i++)
        if (trm_json_add(list, trm_json_copy(trm_json_at(more, i))) < 0)
            return no_memory(r);
    return 0;
}

static int
read_fallback(struct reader *r, const char *at, const trm_json *v, const struct trm_unit *unit, struct trm_source *out)
{
    const struct trm_unit *own;
    if (need_object(r, at, v) < 0 || only_keys(r, at, v, FALLBACK_KEYS) < 0 || read_source(r, at, v, out) < 0 ||
        relation_of(r, at, v, &out->relation) < 0 || unit_at(r, at, v, &own) < 0)
        return -1;
    if (own && (!unit || strcmp(own->si, unit->si) != 0))
        return bad(r, in(at, "unit").text, "found \"%s\", expected a unit of the same kind as the condition's (%s)", own->name,
                   unit ? unit->name : "none");
    return 0;
}

/* A source and its fallbacks: first the same things, then the bounds, each in the order of the file. */
static int
read_sources(struct reader *r, const char *at, trm_json *v, const struct trm_unit *unit, const struct trm_source **out,
             size_t *n_out)
{
    struct trm_source first;
    if (read_source(r, at, v, &first) < 0 || expand_aliases(r, v, first.field) < 0)
        return -1;
    const trm_json *list = trm_json_get(v, "fallback_sources");
    struct at list_at = in(at, "fallback_sources");
    if (list && trm_json_type(list) != TRM_JSON_ARRAY)
        return bad(r, list_at.text, "found %s, expected an array of sources", show(list).text);
    size_t n = trm_json_len(list);
    if (n >= MAX_SOURCES)
        return bad(r, list_at.text, "found %zu sources, expected fewer than %d", n, MAX_SOURCES);
    struct trm_source *sources = trm_arena_calloc(&r->rules->arena, n + 1, sizeof *sources);
    struct trm_source *read = trm_arena_calloc(&r->rules->arena, n + 1, sizeof *read);
    if (!sources || !read)
        return no_memory(r);
    read[0] = first;
    for (size_t i = 0; i < n; i++)
        if (read_fallback(r, item(list_at.text, i).text, trm_json_at(list, i), unit, &read[i + 1]) < 0)
            return -1;
    size_t filled = 0;
    for (int bounds = 0; bounds < 2; bounds++)
        for (size_t i = 0; i <= n; i++)
            if ((read[i].relation != TRM_SAME) == bounds)
                sources[filled++] = read[i];
    *out = sources;
    *n_out = filled;
    return 0;
}

/* --- the other side ------------------------------------------------------------------------------------------------- */

static bool
is_order(enum trm_op op)
{
    return op <= TRM_OP_GE;
}

/* One scalar of the rule, in SI of c->unit. from: the unit it is written in. */
static int
read_scalar(struct reader *r, const char *at, const trm_json *v, const struct condition *c, const struct trm_unit *from,
            struct scalar *out)
{
    switch (trm_json_type(v)) {
    case TRM_JSON_NUM:
        *out = (struct scalar){.kind = TRM_VALUE_NUM, .num = trm_rule_to_si(from, trm_json_num(v, 0))};
        return 0;
    case TRM_JSON_TRUE:
    case TRM_JSON_FALSE:
        *out = (struct scalar){.kind = TRM_VALUE_BOOL, .flag = trm_json_bool(v, false)};
        break;
    case TRM_JSON_STR:
        *out = (struct scalar){.kind = TRM_VALUE_TEXT, .text = trm_json_str(v, "")};
        break;
    default:
        return bad(r, at, "found %s, expected a number, a text, true or false", show(v).text);
    }
    if (c->rating && out->kind == TRM_VALUE_TEXT) {
        double minutes = trm_rating_minutes(out->text, from->factor / 60);
        if (minutes < 0)
            return bad(r, at, "found %s, expected a number of %s or a fire rating", show(v).text, from->name);
        *out = (struct scalar){.kind = TRM_VALUE_NUM, .num = minutes * 60};
        return 0;
    }
    if (is_order(c->op) || c->unit)
        return bad(r, at, "found %s, expected a number%s%s", show(v).text, c->unit ? " in " : "", c->unit ? c->unit->name : "");
    if (out->kind == TRM_VALUE_TEXT && !out->text[0])
        return bad(r, at, "found an empty text, expected one with something in it (use exists to ask for a value)");
    return 0;
}

static int
read_items(struct reader *r, const char *at, const trm_json *v, struct condition *c, const struct trm_unit *from)
{
    bool several = c->op == TRM_OP_IN;
    if (several && (trm_json_type(v) != TRM_JSON_ARRAY || trm_json_len(v) == 0 || trm_json_len(v) > MAX_ITEMS))
        return bad(r, at, "found %s, expected an array of 1 to %d values for \"in\"", show(v).text, MAX_ITEMS);
    c->rhs = RHS_ITEMS;
    c->n_items = several ? trm_json_len(v) : 1;
    struct scalar *items = trm_arena_calloc(&r->rules->arena, c->n_items, sizeof *items);
    if (!items)
        return no_memory(r);
    c->items = items;
    for (size_t i = 0; i < c->n_items; i++) {
        struct at place = several ? item(at, i) : (struct at){{0}};
        if (read_scalar(r, several ? place.text : at, several ? trm_json_at(v, i) : v, c, from, &items[i]) < 0)
            return -1;
    }
    return 0;
}

static int
read_pattern(struct reader *r, const char *at, const trm_json *v, struct condition *c)
{
    const char *pattern = trm_json_str(v, NULL);
    if (!pattern)
        return bad(r, at, "found %s, expected a pattern as text", show(v).text);
    size_t n = strlen(pattern);
    if (pattern[0] == '^' || (n > 1 && pattern[n - 1] == '$' && pattern[n - 2] != '\\'))
        return bad(r, at, "found %s, expected a pattern without ^ and $: it must match the whole text anyway", show(v).text);
    struct trm_err why = {0};
    c->rhs = RHS_PATTERN;
    c->pattern = trm_regex_new(pattern, &why);
    if (!c->pattern)
        return why.kind == TRM_SYS ? trm_err_set(r->err, TRM_SYS, "%s", why.text) : bad(r, at, "%s", why.text);
    return trm_rules_keep_regex(r->rules, c->pattern, r->err);
}

/* A number, text, ... or array that the rule holds. own: the unit said beside it, or NULL. */
static int
read_constant(struct reader *r, const char *at, const trm_json *v, struct condition *c, const struct trm_unit *own)
{
    if (own && c->unit && strcmp(own->si, c->unit->si) != 0)
        return bad(r, at, "found the unit \"%s\", expected one of the same kind as the left side's (%s)", own->name, c->unit->name);
    if (own && !c->unit) {
        c->unit = own;
        c->rating = strcmp(own->si, "s") == 0;
    }
    if (c->op == TRM_OP_MATCHES)
        return read_pattern(r, at, v, c);
    return read_items(r, at, v, c, own ? own : c->unit);
}

/* "min_width_mm" beside the unit m is a contradiction that nobody should resolve by guessing. */
static int
check_name_unit(struct reader *r, const char *at, const char *name, const struct trm_unit *unit)
{
    const char *tail = strrchr(name, '_');
    const struct trm_unit *u = tail && unit ? trm_unit_find(tail + 1) : NULL;
    if (u && strcmp(u->si, unit->si) == 0 && u->factor != unit->factor)
        return bad(r, at, "found the parameter \"%.60s\" in the unit %s, expected the same unit (give rhs.unit)", name, unit->name);
    return 0;
}

static int
read_parameter(struct reader *r, const char *at, const trm_json *rhs, const trm_json *parameters, struct condition *c,
               const struct trm_unit *own)
{
    const char *name;
    if (text_at_any(r, at, rhs, "param parameter name", &name) < 0)
        return -1;
    const trm_json *v = trm_json_get(parameters, name);
    struct at place = in("parameters", name);
    if (!v)
        return bad(r, at, "found the parameter \"%.60s\", expected one of parameters{}", name);
    if (trm_json_type(v) == TRM_JSON_OBJECT) {
        if (only_keys(r, place.text, v, "value unit description") < 0)
            return -1;
        if (!own && unit_at(r, place.text, v, &own) < 0)
            return -1;
        v = trm_json_get(v, "value");
    }
    if (check_name_unit(r, place.text, name, own ? own : c->unit) < 0)
        return -1;
    return read_constant(r, place.text, v, c, own);
}

/* Another value of the element. */
static int
read_field(struct reader *r, const char *at, trm_json *rhs, struct condition *c)
{
    if (c->op == TRM_OP_IN || c->op == TRM_OP_MATCHES)
        return bad(r, at, "found another value of the element, expected a value or a parameter for \"%s\"", trm_op_name(c->op));
    c->rhs = RHS_FIELD;
    if (read_sources(r, at, rhs, c->unit, &c->fields, &c->n_fields) < 0)
        return -1;
    for (size_t i = 0; i < c->n_fields; i++)
        if (c->fields[i].relation != TRM_SAME)
            return bad(r, at, "found a fallback with relation \"%s\", expected same: the other side may not be a bound",
                       trm_relation_name(c->fields[i].relation));
    return 0;
}

static int
read_rhs(struct reader *r, const char *at, trm_json *rhs, const trm_json *parameters, struct condition *c)
{
    const struct trm_unit *own;
    if (need_object(r, at, rhs) < 0 || unit_at(r, at, rhs, &own) < 0)
        return -1;
    const trm_json *source = trm_json_get(rhs, "source");
    const char *name = trm_json_str(source, "");
    if (strcmp(name, "value") == 0 || strcmp(name, "constant") == 0) {
        if (only_keys(r, at, rhs, "source value unit") < 0)
            return -1;
        return read_constant(r, in(at, "value").text, trm_json_get(rhs, "value"), c, own);
    }
    if (strcmp(name, "parameter") == 0) {
        if (only_keys(r, at, rhs, "source param parameter name unit") < 0)
            return -1;
        return read_parameter(r, at, rhs, parameters, c, own);
    }
    if (strcmp(name, "attribute") == 0 || strcmp(name, "pset") == 0 || strcmp(name, "qto") == 0 || strcmp(name, "type") == 0)
        return only_keys(r, at, rhs, LHS_KEYS) < 0 ? -1 : read_field(r, at, rhs, c);
    return bad(r, in(at, "source").text, "found %s, expected one of: parameter value attribute pset qto type", show(source).text);
}

/* --- conditions ----------------------------------------------------------------------------------------------------- */

static int
check_relations(struct reader *r, const char *at, const struct condition *c)
{
    bool bounded = is_order(c->op) || c->op == TRM_OP_EQ || c->op == TRM_OP_NE;
    bool number = c->rhs == RHS_FIELD || (c->rhs == RHS_ITEMS && c->items[0].kind == TRM_VALUE_NUM);
    for (size_t i = 0; i < c->n_sources; i++)
        if (c->sources[i].relation != TRM_SAME && !(bounded && number))
            return bad(r, at, "found the relation \"%s\" of %.80s, expected same: a bound decides nothing for this operator and value",
                       trm_relation_name(c->sources[i].relation), c->sources[i].field);
    return 0;
}

static int
read_condition(struct reader *r, const char *at, const trm_json *v, const trm_json *parameters, struct condition *c)
{
    trm_json *lhs = trm_json_get(v, "lhs"), *rhs = trm_json_get(v, "rhs");
    struct at lhs_at = in(at, "lhs"), rhs_at = in(at, "rhs");
    if (need_object(r, at, v) < 0 || only_keys(r, at, v, "op lhs rhs") < 0 || op_at(r, at, v, &c->op) < 0 ||
        need_object(r, lhs_at.text, lhs) < 0 || only_keys(r, lhs_at.text, lhs, LHS_KEYS) < 0 ||
        unit_at(r, lhs_at.text, lhs, &c->unit) < 0)
        return -1;
    c->rating = c->unit && strcmp(c->unit->si, "s") == 0;
    if (read_sources(r, lhs_at.text, lhs, c->unit, &c->sources, &c->n_sources) < 0)
        return -1;
    if (c->op == TRM_OP_EXISTS) {
        if (rhs)
            return bad(r, rhs_at.text, "found %s, expected nothing beside \"exists\"", show(rhs).text);
    } else if (read_rhs(r, rhs_at.text, rhs, parameters, c) < 0) {
        return -1;
    }
    return check_relations(r, lhs_at.text, c);
}

/* --- selectors ------------------------------------------------------------------------------------------------------ */

static int read_filters(struct reader *r, const char *at, const trm_json *list, enum filter_kind kind, int depth, struct filter *out);

/* {"pset":..,"property":..,"op":..,"value":..} */
static int
read_one_filter(struct reader *r, const char *at, trm_json *v, struct filter *f)
{
    struct condition *c = &f->condition;
    const trm_json *value = trm_json_get(v, "value");
    f->kind = FILTER_CONDITION;
    if (only_keys(r, at, v, "source pset pset_name qto qto_name set property quantity attribute name op value unit missing fallback_sources") < 0 ||
        op_at(r, at, v, &c->op) < 0 || unit_at(r, at, v, &c->unit) < 0)
        return -1;
    c->rating = c->unit && strcmp(c->unit->si, "s") == 0;
    const trm_json *missing = trm_json_get(v, "missing");
    f->missing_is_no = strcmp(trm_json_str(missing, ""), "no") == 0;
    if (missing && !f->missing_is_no && strcmp(trm_json_str(missing, ""), "unknown") != 0)
        return bad(r, in(at, "missing").text, "found %s, expected no or unknown", show(missing).text);
    if (read_sources(r, at, v, c->unit, &c->sources, &c->n_sources) < 0)
        return -1;
    if (c->op == TRM_OP_EXISTS) {
        if (value)
            return bad(r, in(at, "value").text, "found %s, expected nothing beside \"exists\"", show(value).text);
    } else if (read_constant(r, in(at, "value").text, value, c, NULL) < 0) {
        return -1;
    }
    return check_relations(r, at, c);
}

static int
read_filter(struct reader *r, const char *at, trm_json *v, int depth, struct filter *f)
{
    static const struct {
        const char *key;
        enum filter_kind kind;
    } groups[] = {{"all", FILTER_ALL}, {"any", FILTER_ANY}, {"none", FILTER_NONE}};
    if (need_object(r, at, v) < 0)
        return -1;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        const trm_json *list = trm_json_get(v, groups[i].key);
        if (!list)
            continue;
        if (only_keys(r, at, v, groups[i].key) < 0)
            return -1;
        return read_filters(r, in(at, groups[i].key).text, list, groups[i].kind, depth + 1, f);
    }
    return read_one_filter(r, at, v, f);
}

static int
read_filters(struct reader *r, const char *at, const trm_json *list, enum filter_kind kind, int depth, struct filter *out)
{
    if (trm_json_type(list) != TRM_JSON_ARRAY || trm_json_len(list) > MAX_SOURCES)
        return bad(r, at, "found %s, expected an array of at most %d filters", show(list).text, MAX_SOURCES);
    if (depth > MAX_DEPTH)
        return bad(r, at, "found groups in groups in groups, expected a depth of at most %d", MAX_DEPTH);
    size_t n = trm_json_len(list);
    struct filter *parts = trm_arena_calloc(&r->rules->arena, n, sizeof *parts);
    if (!parts)
        return no_memory(r);
    for (size_t i = 0; i < n; i++)
        if (read_filter(r, item(at, i).text, trm_json_at(list, i), depth, &parts[i]) < 0)
            return -1;
    *out = (struct filter){.kind = kind, .parts = parts, .n_parts = n};
    return 0;
}

static int
read_selector(struct reader *r, const char *at, const trm_json *v, struct trm_rule_body *body)
{
    if (!v || trm_json_type(v) == TRM_JSON_NULL)
        return 0;
    if (need_object(r, at, v) < 0 || only_keys(r, at, v, "filters match") < 0)
        return -1;
    const trm_json *list = trm_json_get(v, "filters"), *match = trm_json_get(v, "match");
    const char *word = trm_json_str(match, match ? "" : "all");
    bool any = strcmp(word, "any") == 0;
    if (!any && strcmp(word, "all") != 0)
        return bad(r, in(at, "match").text, "found %s, expected all or any", show(match).text);
    if (!list || (trm_json_type(list) == TRM_JSON_ARRAY && trm_json_len(list) == 0))
        return 0;
    struct filter *f = trm_arena_calloc(&r->rules->arena, 1, sizeof *f);
    if (!f)
        return no_memory(r);
    body->selector = f;
    return read_filters(r, in(at, "filters").text, list, any ? FILTER_ANY : FILTER_ALL, 0, f);
}

static bool
is_known_class(const char *name)
{
    if (strcmp(name, "*") == 0)
        return true;
    for (size_t i = 0; trm_schema_at(i); i++)
        if (trm_schema_entity(trm_schema_at(i), name) >= 0)
            return true;
    return false;
}

static int
read_classes(struct reader *r, const char *at, const trm_json *v, struct trm_rule_body *body)
{
    bool list = trm_json_type(v) == TRM_JSON_ARRAY;
    size_t n = list ? trm_json_len(v) : 1;
    if (n == 0 || n > MAX_SOURCES)
        return bad(r, at, "found %s, expected a class such as IfcDoor", show(v).text);
    const char **classes = trm_arena_calloc(&r->rules->arena, n, sizeof *classes);
    if (!classes)
        return no_memory(r);
    for (size_t i = 0; i < n; i++) {
        const trm_json *one = list ? trm_json_at(v, i) : v;
        classes[i] = trm_json_str(one, NULL);
        if (!classes[i] || !is_known_class(classes[i]))
            return bad(r, at, "found %s, expected a class of IFC2X3, IFC4 or IFC4X3 such as IfcDoor", show(one).text);
    }
    body->classes = classes;
    body->n_classes = n;
    return 0;
}

static int
read_target(struct reader *r, const trm_json *v, struct trm_rule_body *body)
{
    if (need_object(r, "target", v) < 0 || only_keys(r, "target", v, "ifc_class selector") < 0)
        return -1;
    if (read_classes(r, "target.ifc_class", trm_json_get(v, "ifc_class"), body) < 0)
        return -1;
    return read_selector(r, "target.selector", trm_json_get(v, "selector"), body);
}

/* --- explanation ---------------------------------------------------------------------------------------------------- */

/* Every {word} of a template is one that a report can fill. */
static int
check_template(struct reader *r, const char *at, const char *text)
{
    static const char words[] = "guid lhs rhs unit name class storey shortfall nearest";
    for (const char *s = strchr(text, '{'); s; s = strchr(s + 1, '{')) {
        size_t n = strcspn(s + 1, "}");
        const char *p = words;
        if (s[1 + n] != '}')
            return bad(r, at, "found \"%.40s\", expected a } after {", s);
        while (p && !(strncmp(p, s + 1, n) == 0 && (p[n] == ' ' || p[n] == 0))) {
            p = strchr(p, ' ');
            p = p ? p + 1 : NULL;
        }
        if (!p || n == 0)
            return bad(r, at, "found {%.*s}, expected one of: %s", n > 40 ? 40 : (int)n, s + 1, words);
    }
    return 0;
}

static int
check_explanation(struct reader *r, const trm_json *v)
{
    static const char *const keys[] = {"short", "on_pass", "on_fail"};
    if (!v)
        return 0;
    if (need_object(r, "explanation", v) < 0 || only_keys(r, "explanation", v, "short on_pass on_fail") < 0)
        return -1;
    for (size_t i = 0; i < 3; i++) {
        const char *text;
        if (text_at(r, "explanation", v, keys[i], false, &text) < 0)
            return -1;
        if (text && check_template(r, in("explanation", keys[i]).text, text) < 0)
            return -1;
    }
    return 0;
}

static int
check_provenance(struct reader *r, const trm_json *v, const char **section)
{
    if (!v)
        return 0;
    if (need_object(r, "provenance", v) < 0)
        return -1;
    for (void *it = trm_json_first(v); it; it = trm_json_next(v, it)) {
        enum trm_json_type type = trm_json_type(trm_json_value(it));
        if (type == TRM_JSON_OBJECT || type == TRM_JSON_ARRAY)
            return bad(r, in("provenance", trm_json_key(it)).text, "found %s, expected a text", show(trm_json_value(it)).text);
    }
    *section = trm_json_str(trm_json_get(v, "section"), NULL);
    return 0;
}

/* --- rules ---------------------------------------------------------------------------------------------------------- */

static const char *
joined(struct reader *r, const struct trm_rule_body *body)
{
    const char *text = body->classes[0];
    for (size_t i = 1; text && i < body->n_classes; i++)
        text = trm_arena_printf(&r->rules->arena, "%s|%s", text, body->classes[i]);
    return text;
}

/* What others may read of the compiled condition. */
static int
publish(struct reader *r, struct trm_rule *rule, const struct trm_rule_body *body)
{
    const struct condition *c = &body->condition;
    rule->class = joined(r, body);
    rule->op = c->op;
    rule->sources = c->sources;
    rule->n_sources = c->n_sources;
    rule->rating = c->rating;
    rule->si = c->unit && strcmp(c->unit->si, "1") != 0 ? c->unit->si : NULL;
    rule->unit = c->unit ? c->unit->name : NULL;
    rule->has_limit = c->op <= TRM_OP_NE && c->rhs == RHS_ITEMS && c->items[0].kind == TRM_VALUE_NUM;
    if (rule->has_limit) {
        rule->limit = c->items[0].num;
        rule->limit_written = trm_rule_round(trm_rule_from_si(c->unit, rule->limit));
    }
    rule->body = body;
    return rule->class ? 0 : no_memory(r);
}

const trm_json *
trm_rule_limit_json(const struct trm_rule *r)
{
    const trm_json *rhs = trm_json_get(trm_json_get(r->definition, "condition"), "rhs");
    const char *keys[] = {"param", "parameter", "name"};
    if (trm_json_get(rhs, "value"))
        return trm_json_get(rhs, "value");
    for (size_t i = 0; i < 3; i++)
        if (trm_json_get(rhs, keys[i])) {
            const trm_json *v = trm_json_get(trm_json_get(r->definition, "parameters"), trm_json_str(trm_json_get(rhs, keys[i]), ""));
            return trm_json_type(v) == TRM_JSON_OBJECT ? trm_json_get(v, "value") : v;
        }
    return NULL;
}

static int
read_severity(struct reader *r, const trm_json *v, enum trm_severity *out)
{
    *out = TRM_ERROR;
    if (v && trm_severity_parse(trm_json_str(v, ""), out) < 0)
        return bad(r, "severity", "found %s, expected one of: ERROR WARNING INFO", show(v).text);
    return 0;
}

static int
read_id(struct reader *r, const trm_json *v)
{
    const char *id;
    if (need_object(r, "", v) < 0 || text_at(r, "", v, "id", true, &id) < 0)
        return -1;
    if (trm_rules_find(r->rules, id))
        return bad(r, "id", "found \"%.80s\" again, expected an id that no other rule has", id);
    r->id = id;
    return 0;
}

static int
read_rule(struct reader *r, trm_json *v)
{
    static const char keys[] = "id name description severity target condition parameters explanation provenance rule_type version tags note";
    const char *name, *type, *section = NULL;
    enum trm_severity severity;
    const trm_json *parameters = trm_json_get(v, "parameters");
    if (read_id(r, v) < 0 || only_keys(r, "", v, keys) < 0 || text_at(r, "", v, "name", false, &name) < 0 ||
        text_at(r, "", v, "rule_type", false, &type) < 0 || read_severity(r, trm_json_get(v, "severity"), &severity) < 0)
        return -1;
    if (type && strcmp(type, "attribute_comparison") != 0)
        return bad(r, "rule_type", "found \"%.60s\", expected attribute_comparison", type);
    if (parameters && need_object(r, "parameters", parameters) < 0)
        return -1;
    struct trm_rule_body *body = trm_arena_calloc(&r->rules->arena, 1, sizeof *body);
    if (!body)
        return no_memory(r);
    if (read_target(r, trm_json_get(v, "target"), body) < 0 ||
        read_condition(r, "condition", trm_json_get(v, "condition"), parameters, &body->condition) < 0 ||
        check_explanation(r, trm_json_get(v, "explanation")) < 0 ||
        check_provenance(r, trm_json_get(v, "provenance"), &section) < 0)
        return -1;
    struct trm_rule *rule = trm_rules_more(r->rules);
    if (!rule)
        return trm_err_set(r->err, TRM_USAGE, "%.160s: too many rules", r->path);
    rule->id = r->id;
    rule->name = name ? name : r->id;
    rule->severity = severity;
    rule->section = section;
    rule->definition = v;
    return publish(r, rule, body);
}

static int
check_aliases(struct reader *r)
{
    if (!r->aliases)
        return 0;
    if (need_object(r, "aliases", r->aliases) < 0)
        return -1;
    for (void *it = trm_json_first(r->aliases); it; it = trm_json_next(r->aliases, it)) {
        struct at place = in("aliases", trm_json_key(it));
        const trm_json *list = trm_json_value(it);
        if (trm_json_type(list) != TRM_JSON_ARRAY)
            return bad(r, place.text, "found %s, expected an array of sources", show(list).text);
        for (size_t i = 0; i < trm_json_len(list); i++) {
            struct trm_source s;
            struct at one = item(place.text, i);
            if (read_source(r, one.text, trm_json_at(list, i), &s) < 0 ||
                only_keys(r, one.text, trm_json_at(list, i), FALLBACK_KEYS) < 0)
                return -1;
        }
    }
    return 0;
}

int
trm_catalogue_read(struct trm_rules *rules, const char *path, trm_json *root, struct trm_err *err)
{
    struct reader r = {.rules = rules, .path = path, .err = err};
    trm_json *list = root;
    if (trm_json_type(root) == TRM_JSON_OBJECT) {
        if (only_keys(&r, "", root, "rules aliases metadata name description version license source") < 0)
            return -1;
        list = trm_json_get(root, "rules");
        r.aliases = trm_json_get(root, "aliases");
    }
    if (trm_json_type(list) != TRM_JSON_ARRAY)
        return bad(&r, root == list ? "" : "rules", "found %s, expected an array of rules", show(list).text);
    if (trm_json_len(list) == 0)
        return bad(&r, root == list ? "" : "rules", "found no rule, expected at least one");
    if (check_aliases(&r) < 0)
        return -1;
    for (size_t i = 0; i < trm_json_len(list); i++) {
        r.number = i + 1;
        r.id = NULL;
        if (read_rule(&r, trm_json_at(list, i)) < 0)
            return -1;
    }
    return 0;
}
