/* Moving one value of an element record and all that hangs on it. In: a record and the result that rests on the value.
 * Out: the record, changed in place. */
#include "vary.h"

#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "layout.h"

#define MOST_LENGTHS 64  /* values of one element that may be factors of an area or a volume */
#define PRODUCT_TOL 0.02 /* relative: an area is its sides' product, but for rounding and reveals */

struct mover {
    const struct trm_result *result;
    double from, to, factor;
    const char *unit;
    bool rewrite;
    double other[MOST_LENGTHS]; /* numbers of the element in metres or square metres */
    size_t n_other;
    bool failed;
};

bool
trm_vary_can(const struct trm_result *r)
{
    return r->has_value && r->has_limit && r->source && r->value > 0 && r->limit > 0 && isfinite(r->value) &&
           r->rule->op <= TRM_OP_NE;
}

double
trm_vary_draw(const struct trm_result *r, struct trm_rng *rng)
{
    static const double minutes[] = {15, 20, 30, 45, 60, 90, 120, 180, 240};
    double u = trm_rng_uniform(rng), sign = trm_rng_uniform(rng) < 0.5 ? -1 : 1, at_limit = trm_rng_uniform(rng);
    if (r->unit && !strcmp(r->unit, "s"))
        return 60 * minutes[(size_t)(u * 9)];
    double d = at_limit < 0.1 ? 0 : sign * 0.002 * pow(300, u);
    double to = r->limit * (1 + d);
    if (r->unit && !strcmp(r->unit, "m"))
        to = round(to * 1000) / 1000;
    else if (r->unit && !strcmp(r->unit, "m2"))
        to = round(to * 100) / 100;
    return to > 0 ? to : r->limit;
}

/* --- every value of a record --- */

typedef void node_fn(struct mover *m, trm_json *parent, const char *key, const char *property);

static void
each_member(struct mover *m, trm_json *object, node_fn *fn)
{
    for (void *it = trm_json_first(object); it; it = trm_json_next(object, it))
        fn(m, object, trm_json_key(it), trm_json_key(it));
}

static void
each_set(struct mover *m, trm_json *sets, node_fn *fn)
{
    for (void *it = trm_json_first(sets); it; it = trm_json_next(sets, it))
        each_member(m, trm_json_value(it), fn);
}

static void
each_text(struct mover *m, trm_json *object, node_fn *fn)
{
    static const char *const keys[] = {"name", "description", "object_type", "tag"};
    static const char *const properties[] = {"Name", "Description", "ObjectType", "Tag"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (trm_json_get(object, keys[i]))
            fn(m, object, keys[i], properties[i]);
}

static void
each_node(struct mover *m, trm_json *rec, node_fn *fn)
{
    trm_json *type = trm_json_get(rec, "type_object"), *materials = trm_json_get(rec, "materials");
    each_text(m, rec, fn);
    each_member(m, trm_json_get(rec, "attributes"), fn);
    each_set(m, trm_json_get(rec, "psets"), fn);
    each_set(m, trm_json_get(rec, "qtos"), fn);
    each_text(m, type, fn);
    each_member(m, trm_json_get(type, "attributes"), fn);
    each_set(m, trm_json_get(type, "psets"), fn);
    for (size_t i = 0; i < trm_json_len(materials); i++) {
        each_text(m, trm_json_at(materials, i), fn);
        if (trm_json_get(trm_json_at(materials, i), "thickness"))
            fn(m, trm_json_at(materials, i), "thickness", "Thickness");
    }
}

static void
set_value(struct mover *m, trm_json *parent, const char *key, trm_json *value)
{
    trm_json *node = trm_json_get(parent, key);
    bool whole = trm_json_type(node) == TRM_JSON_OBJECT;
    m->failed |= trm_json_set(whole ? node : parent, whole ? "value" : key, value) != 0;
}

/* --- numbers --- */

static bool
is_unit(const char *unit, const char *wanted)
{
    return unit && wanted && !strcmp(unit, wanted);
}

static void
note_other(struct mover *m, trm_json *parent, const char *key, const char *property)
{
    struct trm_value v = trm_value_of(trm_json_get(parent, key));
    (void)property;
    bool is_factor = v.kind == TRM_VALUE_NUM && (is_unit(v.unit, "m") || is_unit(v.unit, "m2"));
    if (is_factor && m->n_other < MOST_LENGTHS)
        m->other[m->n_other++] = v.num;
}

/* An area or volume that is the moved value times another of the element, or a length of it times a moved area. */
static bool
is_product(const struct mover *m, const struct trm_value *v)
{
    bool larger = (is_unit(m->unit, "m") && (is_unit(v->unit, "m2") || is_unit(v->unit, "m3"))) ||
                  (is_unit(m->unit, "m2") && is_unit(v->unit, "m3"));
    for (size_t i = 0; larger && i < m->n_other; i++)
        if (fabs(m->from * m->other[i] - v->num) <= PRODUCT_TOL * fabs(v->num))
            return true;
    return false;
}

/* Net and gross of one thing: the same property but for that word. */
static bool
same_stem(const char *a, const char *b)
{
    a += !strncmp(a, "Gross", 5) ? 5 : !strncmp(a, "Net", 3) ? 3 : 0;
    b += !strncmp(b, "Gross", 5) ? 5 : !strncmp(b, "Net", 3) ? 3 : 0;
    return !strcmp(a, b);
}

static bool
is_looked_at(const struct mover *m, const char *property)
{
    const struct trm_rule *r = m->result->rule;
    for (size_t i = 0; i < r->n_sources; i++)
        if (trm_same_property(trm_field_last(r->sources[i].field), property))
            return true;
    return false;
}

static void
move_number(struct mover *m, trm_json *parent, const char *key, const char *property, const struct trm_value *v)
{
    bool unit_fits = is_unit(v->unit, m->unit) || (!v->unit && (!m->unit || !strcmp(m->unit, "s")));
    bool equal = unit_fits && fabs(v->num - m->from) <= 1e-6 * m->from;
    bool linked = equal || is_product(m, v) ||
                  (unit_fits && (is_looked_at(m, property) || same_stem(property, m->result->source->name)));
    if (linked)
        set_value(m, parent, key, trm_json_of_num(equal ? m->to : v->num * m->factor));
}

/* --- texts --- */

/* x in the style of the digits it replaces: as many decimals, as many leading zeros. false: it would have to be rounded. */
static bool
format_like(char out[40], const char *digits, size_t n, double x)
{
    const char *point = memchr(digits, '.', n);
    if (!point)
        point = memchr(digits, ',', n);
    int decimals = point ? (int)(n - (size_t)(point - digits) - 1) : 0;
    int width = digits[0] == '0' ? (int)n : 0;
    if (n > 20 || x > 1e9)
        return false;
    int len = snprintf(out, 40, "%0*.*f", width, decimals, x);
    double back = len > 0 && trm_text_num(out, &back) ? back : -1;
    if (fabs(back - x) > 1e-6 * x)
        return false;
    char *dot = point && *point == ',' ? strchr(out, '.') : NULL;
    if (dot)
        *dot = ',';
    return true;
}

static bool
pair_says(const struct mover *m, const struct trm_name_part *p, const struct trm_name_part *end)
{
    double area = p + 1 < end && p[1].is_number ? p->number * p[1].number : 0;
    return is_unit(m->unit, "m2") && area > 0 &&
           (fabs(area / 1e6 - m->from) <= PRODUCT_TOL * m->from || fabs(area - m->from) <= PRODUCT_TOL * m->from);
}

/* text with the numbers that say the old value moved or taken out, at the end of b; true when there were any. */
static bool
move_in_text(struct trm_buf *b, const struct mover *m, const char *text)
{
    struct trm_name_part parts[64];
    size_t n = trm_name_split(parts, 64, text), done = 0;
    bool changed = false, second_of_pair = false;
    for (size_t i = 0; i < n; i++) {
        const struct trm_name_part *p = &parts[i];
        bool pair = p->is_number && pair_says(m, p, parts + n);
        bool says = p->is_number && (pair || second_of_pair || trm_part_says(p, m->from, m->unit));
        bool drop = pair || second_of_pair || !m->rewrite;
        char digits[40];
        second_of_pair = pair;
        if (!says)
            continue;
        trm_buf_add(b, text + done, p->at - done);
        if (!drop && format_like(digits, text + p->at, p->len, p->number * m->factor))
            trm_buf_adds(b, digits);
        done = p->at + p->len;
        changed = true;
    }
    trm_buf_adds(b, text + done);
    return changed;
}

/* A rating the rule looks at is always rewritten; elsewhere as asked. */
static void
move_text(struct mover *m, trm_json *parent, const char *key, const char *property, const char *text)
{
    struct trm_buf b = {0};
    bool rewrite = m->rewrite;
    m->rewrite |= is_looked_at(m, property);
    if (move_in_text(&b, m, text)) {
        m->failed |= b.failed;
        set_value(m, parent, key, b.len ? trm_json_of_str(b.data) : trm_json_of_null());
    }
    m->rewrite = rewrite;
    trm_buf_release(&b);
}

static void
move_node(struct mover *m, trm_json *parent, const char *key, const char *property)
{
    struct trm_value v = trm_value_of(trm_json_get(parent, key));
    if (v.kind == TRM_VALUE_NUM)
        move_number(m, parent, key, property, &v);
    else if (v.kind == TRM_VALUE_TEXT)
        move_text(m, parent, key, property, v.text);
}

int
trm_vary_record(trm_json *rec, const struct trm_result *result, double to, bool rewrite, struct trm_err *err)
{
    struct mover m = {.result = result, .from = result->value, .to = to, .factor = to / result->value, .unit = result->unit,
                      .rewrite = rewrite};
    each_node(&m, rec, note_other);
    each_node(&m, rec, move_node);
    return m.failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}
