/* Fields and rules to positions: which categories and which number features each has.
 *
 * Spaces of categories: k what the position is · c state · o ordinal · f field · p property (last part of a field) · s set ·
 * v property=value · x value or class · w word · u unit · r rule · q operator · g severity */
#include "layout.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../base/unit.h"
#include "../rule/rule.h"
#include "number.h"

#define MOST_PARTS 24 /* words and numbers of one name */
#define VALUE_LEN 64  /* bytes of a text value that make its category */

const char *
trm_field_last(const char *field)
{
    const char *dot = strrchr(field, '.');
    return dot && dot[1] ? dot + 1 : field;
}

size_t
trm_field_set(const char *field)
{
    const char *last = trm_field_last(field);
    return last == field ? 0 : (size_t)(last - field - 1);
}

bool
trm_rule_tests(const struct trm_sample_rule *r, const char *field)
{
    for (size_t i = 0; i < r->n_tests; i++)
        if (!strcmp(r->tests[i], field))
            return true;
    return false;
}

bool
trm_rule_bounds(const struct trm_sample_rule *r, const char *field)
{
    for (size_t i = 0; i < r->n_bounds; i++)
        if (!strcmp(r->bounds[i], field))
            return true;
    return false;
}

size_t
trm_rule_known(const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide)
{
    for (size_t t = 0; t < r->n_tests; t++)
        for (size_t i = 0; i < s->n_fields; i++)
            if (!(hide && hide[i] == TRM_HIDDEN) && !strcmp(s->fields[i].name, r->tests[t]))
                return i;
    return SIZE_MAX;
}

static bool
is_tested(const struct trm_sample *s, const char *field)
{
    for (size_t r = 0; r < s->n_rules; r++)
        if (trm_rule_tests(&s->rules[r], field))
            return true;
    return false;
}

/* --- items --- */

static struct trm_item *
add_item(struct trm_items *items, enum trm_code_what what, size_t index, unsigned rank)
{
    if (items->n == items->cap) {
        size_t cap = items->cap ? 2 * items->cap : 128;
        struct trm_item *grown = realloc(items->item, cap * sizeof *grown);
        if (!grown)
            return NULL;
        items->item = grown, items->cap = cap;
    }
    struct trm_item *item = &items->item[items->n++];
    *item = (struct trm_item){.what = what, .index = (uint32_t)index, .rank = rank};
    return item;
}

/* Tested fields 0, class and predefined type 1, 2, names' numbers 3 and words 4, all others 5, ids of things 6. */
static unsigned
rank_of(const struct trm_sample *s, const char *field)
{
    const char *last = trm_field_last(field);
    if (is_tested(s, field))
        return 0;
    if (!strcmp(last, "Class"))
        return 1;
    if (!strcmp(last, "PredefinedType"))
        return 2;
    return strcmp(last, "Tag") ? 5 : 6;
}

static int
add_name(struct trm_items *items, const struct trm_sample *s, size_t i, uint8_t hide)
{
    struct trm_name_part parts[MOST_PARTS];
    size_t n = trm_name_split(parts, MOST_PARTS, s->fields[i].value.text);
    uint32_t numbers = 0, words = 0;
    bool main_name = strcmp(trm_field_last(s->fields[i].name), "Description") && strcmp(trm_field_last(s->fields[i].name), "Storey");
    for (size_t k = 0; k < n; k++) {
        if (parts[k].is_number && hide == TRM_NUMBERS_HIDDEN)
            continue;
        struct trm_item *item = add_item(items, parts[k].is_number ? TRM_AT_NUMBER : TRM_AT_WORD, i,
                                         (parts[k].is_number ? 3 : 4) + (main_name ? 0 : 2));
        if (!item)
            return -1;
        item->part = parts[k];
        item->ordinal = parts[k].is_number ? numbers++ : words++;
    }
    return 0;
}

int
trm_items_of(struct trm_items *items, const struct trm_sample *s, const uint8_t *hide)
{
    const char *before = "";
    uint32_t ordinal = 0;
    items->n = 0;
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct trm_sample_field *f = &s->fields[i];
        ordinal = strcmp(before, f->name) ? 0 : ordinal + 1;
        before = f->name;
        if (hide && hide[i] == TRM_HIDDEN)
            continue;
        if (f->value.type == TRM_SCALAR_TEXT && trm_field_is_name(f->name)) {
            if (add_name(items, s, i, hide ? hide[i] : TRM_SHOWN))
                return -1;
            continue;
        }
        struct trm_item *item = add_item(items, TRM_AT_FIELD, i, rank_of(s, f->name));
        if (!item)
            return -1;
        item->ordinal = ordinal;
    }
    return 0;
}

/* --- categories --- */

/* Lower case, blanks trimmed, cut at a whole character; returns the length. */
static size_t
normalise(char out[VALUE_LEN], const char *text)
{
    size_t n = strlen(text), len = 0;
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    while (n && isspace((unsigned char)*text))
        text++, n--;
    for (size_t i = 0; i < n && len < VALUE_LEN; i++)
        out[len++] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 0x20 : text[i]);
    while (len && !trm_utf8_valid(out, len))
        len--;
    return len;
}

static void
category(trm_category_fn *fn, void *ctx, int column, char space, const char *text)
{
    if (text)
        fn(ctx, column, space, text, strlen(text));
}

static void
ordinal_category(trm_category_fn *fn, void *ctx, int column, uint32_t ordinal)
{
    char digit = (char)('0' + (ordinal < 7 ? ordinal : 7));
    fn(ctx, column, 'o', &digit, 1);
}

/* A text or truth value by itself, and together with its property. */
static void
value_categories(const struct trm_sample_field *f, trm_category_fn *fn, void *ctx)
{
    char text[VALUE_LEN], both[2 * VALUE_LEN + 1];
    if (f->value.type != TRM_SCALAR_TEXT && f->value.type != TRM_SCALAR_BOOL)
        return;
    size_t n = normalise(text, f->value.type == TRM_SCALAR_TEXT ? f->value.text : f->value.num != 0 ? "true" : "false");
    size_t len = normalise(both, trm_field_last(f->name));
    both[len++] = '=';
    memcpy(both + len, text, n);
    fn(ctx, 4, 'v', both, len + n);
    fn(ctx, 5, 'x', text, n);
}

void
trm_item_categories(const struct trm_sample *s, const struct trm_item *item, trm_category_fn *fn, void *ctx)
{
    const struct trm_sample_field *f = &s->fields[item->index];
    static const char *const what[] = {[TRM_AT_FIELD] = "field", [TRM_AT_WORD] = "word", [TRM_AT_NUMBER] = "number"};
    category(fn, ctx, 0, 'k', what[item->what]);
    category(fn, ctx, 1, 'f', f->name);
    category(fn, ctx, 2, 'p', trm_field_last(f->name));
    if (trm_field_set(f->name))
        fn(ctx, 3, 's', f->name, trm_field_set(f->name));
    if (item->what == TRM_AT_FIELD) {
        value_categories(f, fn, ctx);
        category(fn, ctx, 6, 'u', f->unit);
    } else {
        if (item->part.word[0])
            category(fn, ctx, 5, 'w', item->part.word);
        category(fn, ctx, 6, 'u', item->part.unit);
    }
    if (item->what != TRM_AT_WORD)
        ordinal_category(fn, ctx, 7, item->ordinal);
    if (is_tested(s, f->name))
        category(fn, ctx, 8, 'c', "tested");
    if (item->what == TRM_AT_NUMBER)
        category(fn, ctx, 9, 'c', item->part.pair == 1 ? "first" : item->part.pair ? "second" : item->part.attached ? "attached" : "single");
}

void
trm_rule_categories(const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide, trm_category_fn *fn,
                    void *ctx)
{
    char cls[VALUE_LEN];
    size_t known = trm_rule_known(s, r, hide);
    category(fn, ctx, 0, 'k', "rule");
    category(fn, ctx, 1, 'r', r->rule);
    if (r->n_tests)
        category(fn, ctx, 2, 'p', trm_field_last(r->tests[0]));
    if (known != SIZE_MAX)
        category(fn, ctx, 3, 'p', trm_field_last(s->fields[known].name));
    category(fn, ctx, 4, 'c',
             known == SIZE_MAX                                   ? "none"
             : trm_rule_bounds(r, s->fields[known].name)         ? "bound"
             : r->n_tests && strcmp(s->fields[known].name, r->tests[0]) ? "alias"
                                                                 : "asked");
    category(fn, ctx, 5, 'q', r->op);
    category(fn, ctx, 6, 'u', r->unit);
    category(fn, ctx, 7, 'g', r->severity);
    if (s->cls)
        fn(ctx, 8, 'x', cls, normalise(cls, s->cls));
    if (r->limit.type == TRM_SCALAR_TEXT || r->limit.type == TRM_SCALAR_BOOL) {
        char text[VALUE_LEN];
        fn(ctx, 9, 'x', text, normalise(text, r->limit.type == TRM_SCALAR_TEXT ? r->limit.text : r->limit.num != 0 ? "true" : "false"));
    }
}

/* --- features --- */

/* Seconds of a text that is a fire rating, else -1. */
static double
rating_s(const char *text)
{
    double minutes = trm_rating_minutes(text, 1);
    return minutes < 0 ? -1 : 60 * minutes;
}

void
trm_item_features(float *f, const struct trm_sample *s, const struct trm_item *item)
{
    const struct trm_scalar *v = &s->fields[item->index].value;
    if (item->what == TRM_AT_NUMBER)
        trm_code_number(f, item->part.number);
    else if (item->what == TRM_AT_FIELD && v->type == TRM_SCALAR_NUM)
        trm_code_number(f, v->num);
    else if (item->what == TRM_AT_FIELD && v->type == TRM_SCALAR_TEXT && rating_s(v->text) >= 0)
        trm_code_number(f, rating_s(v->text));
}

/* The value of field i in the unit of rule r; false when they do not compare. */
static bool
comparable(double *x, const struct trm_sample_field *f, const struct trm_sample_rule *r)
{
    bool same_unit = f->unit && r->unit ? !strcmp(f->unit, r->unit) : !f->unit && !r->unit;
    if (f->value.type == TRM_SCALAR_NUM && same_unit) {
        *x = f->value.num;
        return true;
    }
    if (f->value.type != TRM_SCALAR_TEXT || !r->unit || strcmp(r->unit, "s"))
        return false;
    *x = rating_s(f->value.text);
    return *x >= 0;
}

/* Metres of a number in a name: by its unit, else millimetres from 10 on and metres below. */
static double
metres(const struct trm_name_part *p)
{
    const struct trm_unit *u = p->unit ? trm_unit_find(p->unit) : NULL;
    return u ? p->number * u->factor : p->number < 10 ? p->number : p->number / 1000;
}

static bool
is_rating_word(const char *word)
{
    static const char *const words[] = {"f", "t", "r", "e", "ei", "rei", "ew", "rf", "fr"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(word, words[i]))
            return true;
    return false;
}

/* Seconds of a single number of a name: minutes or hours as it says; bare ones only when they are usual minutes; else NAN. */
static double
seconds(const struct trm_name_part *p)
{
    if (p->unit)
        return !strcmp(p->unit, "h") ? p->number * 3600 : !strcmp(p->unit, "min") ? p->number * 60 : NAN;
    bool usual = p->number >= 10 && p->number <= 360 && fmod(p->number, 5) == 0;
    return usual && (!p->attached || is_rating_word(p->word)) ? p->number * 60 : NAN;
}

static bool
is_length_unit(const char *unit)
{
    const struct trm_unit *u = unit ? trm_unit_find(unit) : NULL;
    return u && !strcmp(u->si, "m");
}

/* What a single number of a name would be in the unit of a rule; NAN when it cannot be that. */
static double
single_as(const char *unit, const struct trm_name_part *p)
{
    if (p->pair)
        return NAN;
    if (!unit)
        return p->unit || p->attached ? NAN : p->number;
    if (!strcmp(unit, "s"))
        return seconds(p);
    if (!strcmp(unit, "m")) {
        bool size = p->number >= 100 || p->number != floor(p->number); /* "Flat 2" is no size, "Stair 0.9" and "900" are */
        return is_length_unit(p->unit) || (!p->unit && !p->attached && size) ? metres(p) : NAN;
    }
    const struct trm_unit *u = p->unit ? trm_unit_find(p->unit) : NULL;
    return u && !strcmp(u->si, unit) ? p->number * u->factor : NAN;
}

/* What a number of a pair would be: itself in metres, or for areas the product, told by the first alone. */
static double
pair_as(const char *unit, const struct trm_item *item, const struct trm_item *next)
{
    const struct trm_name_part *p = &item->part;
    if (!unit || (p->unit && !is_length_unit(p->unit)))
        return NAN;
    if (!strcmp(unit, "m"))
        return metres(p);
    bool whole = next && next->index == item->index && next->part.pair == 2;
    return !strcmp(unit, "m2") && p->pair == 1 && whole ? metres(p) * metres(&next->part) : NAN;
}

double
trm_part_as(const char *unit, const struct trm_name_part *p)
{
    bool side = p->pair && unit && !strcmp(unit, "m") && (!p->unit || is_length_unit(p->unit));
    return side ? metres(p) : single_as(unit, p);
}

bool
trm_names_element(const char *field)
{
    return strcmp(trm_field_last(field), "Storey") && strncmp(field, "material.", 9) && strncmp(field, "classification.", 15);
}

/* Margins of up to three numbers of names: first of a pair, second of a pair, a single one; of each kind the first that could be
 * what rule r asks for, within a factor of 20 of its limit. f[15]: how many there are, in quarters. */
static void
name_features(float *f, const struct trm_sample *s, const struct trm_sample_rule *r, const struct trm_items *items)
{
    bool filled[3] = {0};
    for (size_t i = 0; i < items->n; i++) {
        const struct trm_item *item = &items->item[i];
        if (item->what != TRM_AT_NUMBER || !trm_names_element(s->fields[item->index].name))
            continue;
        size_t slot = item->part.pair ? (size_t)item->part.pair - 1 : 2;
        double x = slot < 2 ? pair_as(r->unit, item, i + 1 < items->n ? item + 1 : NULL) : single_as(r->unit, &item->part);
        double ratio = x / r->limit.num;
        if (filled[slot] || !(ratio > 0.05 && ratio < 20))
            continue;
        trm_margin_coarse(f + slot * TRM_COARSE_FEATURES, trm_margin(r->op, x, r->limit.num));
        filled[slot] = true;
    }
    f[3 * TRM_COARSE_FEATURES] = (float)(filled[0] + filled[1] + filled[2]) / 4;
}

void
trm_rule_features(float *f, const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide,
                  const struct trm_items *items)
{
    double x;
    if (r->limit.type != TRM_SCALAR_NUM)
        return;
    trm_code_number(f, r->limit.num);
    size_t known = trm_rule_known(s, r, hide);
    if (known != SIZE_MAX && comparable(&x, &s->fields[known], r))
        trm_margin_fine(f + TRM_NUMBER_FEATURES, trm_margin(r->op, x, r->limit.num));
    name_features(f + TRM_NUMBER_FEATURES + TRM_MARGIN_FEATURES, s, r, items);
}
