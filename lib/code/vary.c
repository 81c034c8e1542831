/* Moving one value of an element record and all that hangs on it. In: a record and the result that rests on the value.
 * Out: the record, changed in place. */
#include "vary.h"

#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "layout.h"

#define MOST_LENGTHS 64  /* values of one element that may be factors of an area or a volume */
#define INCH 0.0254
#define PRODUCT_TOL 0.02 /* relative: an area is its sides' product, but for rounding and reveals */

struct mover {
    const struct trm_result *result;
    double from, to, factor;
    const char *unit;
    bool rewrite, named; /* numbers in names are rewritten, not taken out; a name says the new value */
    double second;       /* a length of the element that could stand beside the moved one in a name, 0: none */
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
    bool inches = trm_rng_uniform(rng) < 0.2;
    if (r->unit && !strcmp(r->unit, "s"))
        return 60 * minutes[(size_t)(u * 9)];
    double d = at_limit < 0.1 ? 0 : sign * 0.002 * pow(300, u);
    double to = r->limit * (1 + d);
    if (r->unit && !strcmp(r->unit, "m"))
        to = inches ? round(to / INCH) * INCH : round(to * 1000) / 1000;
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
move_in_text(struct trm_buf *b, struct mover *m, const char *text, bool is_name)
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
            trm_buf_adds(b, digits), m->named |= is_name;
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
    if (move_in_text(&b, m, text, trm_field_is_name(property))) {
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

/* --- writing a value into a name --- */

static bool
has_word(const char *property, const char *word)
{
    return strstr(property, word) != NULL;
}

/* The other side of a door or a window: height for a width, width for a height. */
static void
note_second(struct mover *m, trm_json *parent, const char *key, const char *property)
{
    struct trm_value v = trm_value_of(trm_json_get(parent, key));
    bool high = has_word(m->result->source->name, "Height");
    if (v.kind == TRM_VALUE_NUM && is_unit(v.unit, "m") && has_word(property, high ? "Width" : "Height") && v.num > 0.2 && v.num < 9)
        m->second = v.num;
}

/* A decimal number with a comma where asked, at the end of b. */
static void
add_decimal(struct trm_buf *b, const char *format, double x, bool comma)
{
    char text[40];
    if (!strcmp(format, "%g"))
        text[trm_text_of_num(text, x)] = 0;
    else
        snprintf(text, sizeof text, "%.2f", x);
    char *point = comma ? strchr(text, '.') : NULL;
    if (point)
        *point = ',';
    trm_buf_adds(b, text);
}

static void
add_length(struct trm_buf *b, double x, int style)
{
    switch (style) {
    case 0:
        trm_buf_addf(b, "%04.0f", x * 1000);
        break;
    case 1:
        trm_buf_addf(b, "%.0f", x * 1000);
        break;
    case 2:
        add_decimal(b, "%g", round(x * 1000) / 1000, true);
        break;
    default:
        trm_buf_addf(b, "%.0f\"", x / INCH);
    }
}

static void
write_length(struct trm_buf *b, const struct mover *m, struct trm_rng *rng)
{
    static const char *const between[] = {" x ", "x", " x "}, *const behind[] = {"mm", "", " mm"};
    bool inches = fabs(m->to / INCH - round(m->to / INCH)) < 1e-6, high = has_word(m->result->source->name, "Height");
    int style = inches ? 3 : (int)trm_rng_below(rng, 3), way = (int)trm_rng_below(rng, 3);
    if (m->second > 0 && trm_rng_uniform(rng) < 0.85) {
        add_length(b, high ? m->second : m->to, style);
        trm_buf_adds(b, between[way]);
        add_length(b, high ? m->to : m->second, style);
        trm_buf_adds(b, style < 2 ? behind[way] : "");
    } else {
        add_length(b, m->to, style);
        trm_buf_adds(b, style < 2 ? " mm" : style == 2 ? " m" : "");
    }
}

static void
write_rating(struct trm_buf *b, double minutes, struct trm_rng *rng)
{
    static const char *const letters[] = {"EI", "EI ", "REI ", "REI", "F", "F ", "T", "R", "", ""};
    static const char *const hours[] = {"h", " h", "HR", " HR"};
    if (trm_rng_uniform(rng) < 0.3) {
        add_decimal(b, "%g", minutes / 60, false);
        trm_buf_adds(b, hours[trm_rng_below(rng, 4)]);
    } else {
        trm_buf_addf(b, "%s%.0f", letters[trm_rng_below(rng, 10)], minutes);
        trm_buf_adds(b, trm_rng_uniform(rng) < 0.1 ? " min" : "");
    }
}

/* The new value as an exporter would put it into a name; nothing for units that names do not hold. */
static void
write_value(struct trm_buf *b, const struct mover *m, struct trm_rng *rng)
{
    if (is_unit(m->unit, "m"))
        write_length(b, m, rng);
    else if (is_unit(m->unit, "s"))
        write_rating(b, m->to / 60, rng);
    else if (is_unit(m->unit, "m2")) {
        add_decimal(b, "%.2f", m->to, trm_rng_uniform(rng) < 0.4);
        trm_buf_adds(b, trm_rng_uniform(rng) < 0.5 ? " m\xC2\xB2" : " m2");
    }
}

/* Text behind the member `key` of an object; before its last ":", behind which exporters put an id, one time in two. */
static void
append_name(struct mover *m, trm_json *object, const char *key, const char *text, struct trm_rng *rng)
{
    struct trm_buf b = {0};
    struct trm_value v = trm_value_of(trm_json_get(object, key));
    if (v.kind != TRM_VALUE_TEXT)
        return;
    const char *colon = trm_rng_uniform(rng) < 0.5 ? strrchr(v.text, ':') : NULL;
    size_t head = colon && colon > v.text ? (size_t)(colon - v.text) : strlen(v.text);
    trm_buf_add(&b, v.text, head);
    trm_buf_addc(&b, ' ');
    trm_buf_adds(&b, text);
    trm_buf_adds(&b, v.text + head);
    m->failed |= b.failed;
    if (!b.failed)
        set_value(m, object, key, trm_json_of_str(b.data));
    trm_buf_release(&b);
}

/* Spaces carry it in their long name, others in their own and their type's. */
static void
name_value(struct mover *m, trm_json *rec, struct trm_rng *rng)
{
    struct trm_buf text = {0};
    trm_json *attributes = trm_json_get(rec, "attributes"), *type = trm_json_get(rec, "type_object");
    each_node(m, rec, note_second);
    write_value(&text, m, rng);
    m->failed |= text.failed;
    double where = trm_rng_uniform(rng);
    if (text.len && !text.failed) {
        bool has_long = trm_value_of(trm_json_get(attributes, "LongName")).kind == TRM_VALUE_TEXT;
        if (has_long)
            append_name(m, attributes, "LongName", text.data, rng);
        if (!has_long && where < 0.8)
            append_name(m, rec, "name", text.data, rng);
        if (!has_long && where > 0.3) {
            append_name(m, type, "name", text.data, rng);
            append_name(m, rec, "object_type", text.data, rng);
        }
    }
    trm_buf_release(&text);
}

int
trm_vary_record(trm_json *rec, const struct trm_result *result, double to, struct trm_rng *style, struct trm_err *err)
{
    struct mover m = {.result = result, .from = result->value, .to = to, .factor = to / result->value, .unit = result->unit,
                      .rewrite = style != NULL};
    each_node(&m, rec, note_other);
    each_node(&m, rec, move_node);
    if (style && !m.named)
        name_value(&m, rec, style);
    return m.failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}
