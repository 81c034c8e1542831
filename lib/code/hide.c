/* Hiding fields, so that the model learns to judge without them and nothing else gives them away.
 * In: a sample. Out: one byte for each of its fields. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/text.h"
#include "../base/unit.h"
#include "../rule/rule.h"
#include "layout.h"

#define SAME_NUMBER 1e-6 /* relative: one number through two exporters' units */
#define SAME_PRODUCT 0.02 /* relative: an area is its sides' product, but for rounding and reveals */
#define MOST_FACTORS 64   /* fields looked at for that; more are a dump, not an element */
#define TOGETHER 0.5      /* share of draws in which all rules' fields go or stay: exporters leave out all sizes, or none */
#define SAME_SIZE 3e-3   /* relative: a size in a name is rounded to millimetres or inches */

bool
trm_same_property(const char *a, const char *b)
{
    a = trm_field_last(a), b = trm_field_last(b);
    for (;;) {
        while (*a && (unsigned char)*a < 0x80 && !isalnum((unsigned char)*a))
            a++;
        while (*b && (unsigned char)*b < 0x80 && !isalnum((unsigned char)*b))
            b++;
        if (!*a || !*b)
            return *a == *b;
        if (tolower((unsigned char)*a++) != tolower((unsigned char)*b++))
            return false;
    }
}

static bool
same_value(const struct trm_sample_field *a, const struct trm_sample_field *b)
{
    if (a->value.type != b->value.type)
        return false;
    if (a->value.type == TRM_SCALAR_TEXT) {
        double x = trm_rating_minutes(a->value.text, 1), y = trm_rating_minutes(b->value.text, 1);
        return !trm_text_casecmp(a->value.text, b->value.text) || (x >= 0 && fabs(x - y) < 1e-9);
    }
    if (a->value.type != TRM_SCALAR_NUM || (a->unit && b->unit && strcmp(a->unit, b->unit)))
        return false;
    double x = a->value.num, y = b->value.num;
    return fabs(x - y) <= SAME_NUMBER * fmax(fabs(x), fabs(y));
}

static bool
near(double x, double y)
{
    return fabs(x - y) <= SAME_SIZE * fabs(y);
}

bool
trm_part_says(const struct trm_name_part *p, double x, const char *unit)
{
    static const double lengths[] = {1, 0.01, 0.001, 0.0254, 0.3048}, times[] = {1, 60, 3600};
    const struct trm_unit *u = p->unit ? trm_unit_find(p->unit) : NULL;
    if (u && near(p->number * u->factor, x))
        return true;
    if (near(p->number, x))
        return true;
    bool is_time = unit && !strcmp(unit, "s");
    for (size_t i = 0; is_time && i < 3; i++)
        if (near(p->number * times[i], x))
            return true;
    for (size_t i = 0; !is_time && unit && i < 5; i++)
        if (near(p->number * lengths[i], x))
            return true;
    return false;
}

/* Whether the text of field `name` holds the number that field f is. Areas: two numbers that follow each other. */
static bool
name_tells(const struct trm_sample_field *name, const struct trm_sample_field *f)
{
    struct trm_name_part parts[64];
    double x = f->value.num;
    const char *unit = f->unit;
    if (name->value.type != TRM_SCALAR_TEXT)
        return false;
    if (f->value.type == TRM_SCALAR_TEXT) {
        double minutes = trm_rating_minutes(f->value.text, 1);
        x = 60 * minutes, unit = "s";
        if (minutes < 0)
            return false;
    } else if (f->value.type != TRM_SCALAR_NUM) {
        return false;
    }
    size_t n = trm_name_split(parts, 64, name->value.text);
    for (size_t i = 0; i < n; i++) {
        if (!parts[i].is_number)
            continue;
        if (trm_part_says(&parts[i], x, unit))
            return true;
        bool pair = unit && !strcmp(unit, "m2") && i + 1 < n && parts[i + 1].is_number;
        if (pair && (near(parts[i].number * parts[i + 1].number / 1e6, x) || near(parts[i].number * parts[i + 1].number, x)))
            return true;
    }
    return false;
}

/* --- sizes that follow from each other --- */

static bool
is_number_in(const struct trm_sample_field *f, const char *unit)
{
    return f->value.type == TRM_SCALAR_NUM && f->unit && !strcmp(f->unit, unit);
}

static bool
is_product(double x, double y, double product)
{
    return fabs(x * y - product) <= SAME_PRODUCT * fabs(product);
}

/* Whether x times some field in `unit` gives product. */
static bool
has_factor(const struct trm_sample *s, double x, const char *unit, double product)
{
    for (size_t k = 0, looked = 0; k < s->n_fields && looked < MOST_FACTORS; k++) {
        if (!is_number_in(&s->fields[k], unit))
            continue;
        looked++;
        if (is_product(x, s->fields[k].value.num, product))
            return true;
    }
    return false;
}

/* Whether field f gives field h away together with others: areas and volumes that a hidden length is a side of, the sides of a
 * hidden area, and any volume beside it (rooms are all of about one height). */
static bool
derives(const struct trm_sample *s, const struct trm_sample_field *f, const struct trm_sample_field *h)
{
    double x = h->value.num, y = f->value.num;
    if (is_number_in(h, "m2"))
        return is_number_in(f, "m3") || (is_number_in(f, "m") && has_factor(s, y, "m", x));
    if (!is_number_in(h, "m"))
        return false;
    return (is_number_in(f, "m2") && has_factor(s, x, "m", y)) || (is_number_in(f, "m3") && has_factor(s, x, "m2", y));
}

static bool
is_class(const struct trm_sample_field *f)
{
    return !strcmp(trm_field_last(f->name), "Class");
}

/* Hide field i and what else gives it away; names may keep it (keep_names). With keep_bounds_of, what bounds that rule and what
 * derives the field stay. */
static void
hide_telling(uint8_t *hide, const struct trm_sample *s, size_t i, const struct trm_sample_rule *keep_bounds_of, bool keep_names)
{
    hide[i] = TRM_HIDDEN;
    for (size_t j = 0; j < s->n_fields; j++) {
        const struct trm_sample_field *f = &s->fields[j];
        if (hide[j] == TRM_HIDDEN || is_class(f) || (keep_bounds_of && trm_rule_bounds(keep_bounds_of, f->name)))
            continue;
        bool is_name = f->value.type == TRM_SCALAR_TEXT && trm_field_is_name(f->name);
        bool same = trm_same_property(f->name, s->fields[i].name) || same_value(f, &s->fields[i]);
        if (same || (!keep_bounds_of && derives(s, f, &s->fields[i])))
            hide[j] = TRM_HIDDEN;
        else if (!keep_names && name_tells(f, &s->fields[i]))
            hide[j] = is_name ? TRM_NUMBERS_HIDDEN : TRM_HIDDEN;
    }
}

static void
hide_tested(uint8_t *hide, const struct trm_sample *s, const struct trm_sample_rule *r, bool keep_bounds, bool keep_names)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const char *name = s->fields[i].name;
        if (is_class(&s->fields[i]) || !trm_rule_tests(r, name) || (keep_bounds && trm_rule_bounds(r, name)))
            continue;
        hide_telling(hide, s, i, keep_bounds ? r : NULL, keep_names);
    }
}

/* Whether the text of a name reads as field f in the unit of rule r, in the way the features read it. */
static bool
name_reads(const struct trm_sample_field *name, const struct trm_sample_field *f, const char *unit)
{
    struct trm_name_part parts[64];
    double x = f->value.type == TRM_SCALAR_TEXT ? 60 * trm_rating_minutes(f->value.text, 1) : f->value.num;
    size_t n = name->value.type == TRM_SCALAR_TEXT ? trm_name_split(parts, 64, name->value.text) : 0;
    for (size_t i = 0; i < n; i++)
        if (parts[i].is_number && near(trm_part_as(unit, &parts[i]), x))
            return true;
    return false;
}

/* Whether a name that is shown says the value of a field that r asks for. */
static bool
is_named(const uint8_t *hide, const struct trm_sample *s, const struct trm_sample_rule *r)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        bool asked = trm_rule_tests(r, s->fields[i].name) && !trm_rule_bounds(r, s->fields[i].name);
        for (size_t j = 0; j < s->n_fields && asked; j++) {
            bool names = hide[j] == TRM_SHOWN && trm_field_is_name(s->fields[j].name) && trm_names_element(s->fields[j].name);
            if (names && name_reads(&s->fields[j], &s->fields[i], r->unit))
                return true;
        }
    }
    return false;
}

static bool
is_tested(const struct trm_sample *s, const char *field)
{
    for (size_t r = 0; r < s->n_rules; r++)
        if (trm_rule_tests(&s->rules[r], field))
            return true;
    return false;
}

void
trm_hide_draw(uint8_t *hide, const struct trm_sample *s, const struct trm_hide_opt *opt, struct trm_rng *rng)
{
    uint64_t salt = trm_rng_u64(rng);
    bool together = trm_rng_uniform(rng) < TOGETHER;
    bool varied = s->origin && !strcmp(s->origin, "varied");
    for (size_t i = 0; i < s->n_fields; i++) {
        bool drawn = trm_rng_uniform(rng) < opt->other;
        bool may = !is_class(&s->fields[i]) && !(varied && is_tested(s, s->fields[i].name));
        hide[i] = drawn && may ? TRM_HIDDEN : TRM_SHOWN;
    }
    for (size_t k = 0; k < s->n_rules; k++) {
        const struct trm_sample_rule *r = &s->rules[k];
        struct trm_rng own;
        if (!r->n_tests || !strcmp(r->op, "exists"))
            continue;
        trm_rng_seed(&own, salt ^ (together ? 0 : trm_hash64(r->tests[0], strlen(r->tests[0]), 0)));
        bool hidden = trm_rng_uniform(&own) < opt->tested;
        bool bounds = trm_rng_uniform(&own) < opt->bounds, names = trm_rng_uniform(&own) < opt->named;
        if (hidden && (!varied || is_named(hide, s, r)))
            hide_tested(hide, s, r, bounds && !varied, names || varied);
    }
}

void
trm_hide_field(uint8_t *hide, const struct trm_sample *s, size_t i)
{
    hide_telling(hide, s, i, NULL, false);
}

void
trm_hide_rule(uint8_t *hide, const struct trm_sample *s, size_t r)
{
    hide_tested(hide, s, &s->rules[r], false, false);
}
