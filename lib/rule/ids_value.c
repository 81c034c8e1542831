/* Values of IDS: literals and restrictions against texts and numbers. */
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ids_facet.h"

#include "../base/text.h"
#include "../schema/schema.h"

bool
trm_ids_real(const char *s, double *x)
{
    const char *p = s + (*s == '-' || *s == '+');
    if (!isdigit((unsigned char)*p) && !(*p == '.' && isdigit((unsigned char)p[1])))
        return false;
    char *end;
    if (strspn(s, "0123456789+-.eE") != strlen(s))
        return false;
    *x = strtod(s, &end);
    return *end == 0 && isfinite(*x);
}

static bool
is_integer(const char *s, double *x)
{
    const char *p = s + (*s == '-' || *s == '+');
    if (!*p || strspn(p, "0123456789") != strlen(p))
        return false;
    *x = strtod(s, NULL);
    return true;
}

static size_t
characters(const char *text)
{
    size_t n = 0, len = strlen(text);
    for (size_t i = 0; i < len; n++)
        trm_utf8_next(text, len, &i);
    return n;
}

static bool
length_fits(const struct ids_value *v, const char *text)
{
    if (v->length < 0 && v->min_length < 0 && v->max_length < 0)
        return true;
    long n = (long)characters(text);
    return (v->length < 0 || n == v->length) && n >= v->min_length && (v->max_length < 0 || n <= v->max_length);
}

bool
trm_ids_is_range(const struct ids_value *v)
{
    return v->min_inclusive || v->max_inclusive || v->min_exclusive || v->max_exclusive;
}

/* Ranges compare exactly; a bound that is no number holds for nothing. */
static bool
in_bounds(const struct ids_value *v, double x)
{
    double b;
    return (!v->min_inclusive || (trm_ids_real(v->min_inclusive, &b) && x >= b)) &&
           (!v->max_inclusive || (trm_ids_real(v->max_inclusive, &b) && x <= b)) &&
           (!v->min_exclusive || (trm_ids_real(v->min_exclusive, &b) && x > b)) &&
           (!v->max_exclusive || (trm_ids_real(v->max_exclusive, &b) && x < b));
}

/* Bounds are of numbers; of texts only dates and times have an order, which for ISO 8601 is that of their characters. */
static bool
date_in_bounds(const struct ids_value *v, const char *text)
{
    if (!v->base || !(strcmp(v->base, "date") == 0 || strcmp(v->base, "dateTime") == 0 || strcmp(v->base, "time") == 0))
        return false;
    return (!v->min_inclusive || strcmp(text, v->min_inclusive) >= 0) && (!v->max_inclusive || strcmp(text, v->max_inclusive) <= 0) &&
           (!v->min_exclusive || strcmp(text, v->min_exclusive) > 0) && (!v->max_exclusive || strcmp(text, v->max_exclusive) < 0);
}

/* Several patterns: any may match. */
static bool
pattern_fits(const struct ids_value *v, const char *text)
{
    for (const struct ids_text *p = v->patterns; p; p = p->next)
        if (trm_regex_match(p->pattern, text) == 1)
            return true;
    return !v->patterns;
}

bool
trm_ids_text_matches(const struct ids_value *v, const char *text)
{
    if (!v->given)
        return true;
    if (v->simple)
        return strcmp(v->simple, text) == 0;
    bool listed = !v->enumeration;
    for (const struct ids_text *e = v->enumeration; e && !listed; e = e->next)
        listed = strcmp(e->text, text) == 0;
    return listed && (!trm_ids_is_range(v) || date_in_bounds(v, text)) && pattern_fits(v, text) && length_fits(v, text);
}

/* Whether values of the type are whole numbers; "INTEGER" stands for EXPRESS's own, and a count is one for IDS, though a NUMBER
 * in the older schemas (IDS 1.0, DataTypes). */
static bool
is_integer_type(const char *type)
{
    if (!type || strcmp(type, "INTEGER") == 0 || strcmp(type, "IfcCountMeasure") == 0)
        return type != NULL;
    for (size_t i = 0; trm_schema_at(i); i++) {
        int decl = trm_schema_decl(trm_schema_at(i), type);
        if (decl >= 0)
            return trm_schema_kind(trm_schema_at(i), decl, NULL) == TRM_KIND_INTEGER;
    }
    return false;
}

/* A literal against a number: integers exactly and without a decimal mark, reals with the tolerance of IDS. */
static bool
same_literal(const char *literal, const struct trm_value *item)
{
    double x;
    if (is_integer_type(item->type))
        return is_integer(literal, &x) && x == item->num;
    return trm_ids_real(literal, &x) && trm_same_number(item->num, x);
}

static bool
number_matches(const struct ids_value *v, const struct trm_value *item)
{
    if (v->simple)
        return same_literal(v->simple, item);
    if (v->patterns || v->length >= 0 || v->min_length >= 0 || v->max_length >= 0)
        return false; /* patterns and lengths are of texts */
    bool listed = !v->enumeration;
    for (const struct ids_text *e = v->enumeration; e && !listed; e = e->next)
        listed = same_literal(e->text, item);
    return listed && in_bounds(v, item->num);
}

bool
trm_ids_item_matches(const struct ids_value *v, const struct trm_value *item)
{
    if (!v->given)
        return true;
    if (item->kind == TRM_VALUE_NUM)
        return number_matches(v, item);
    if (item->kind == TRM_VALUE_BOOL)
        return trm_ids_text_matches(v, item->flag ? "true" : "false") || (v->simple && trm_ids_text_matches(v, item->flag ? "1" : "0"));
    return item->kind == TRM_VALUE_TEXT && trm_ids_text_matches(v, item->text);
}

bool
trm_ids_any_item(const struct ids_value *asked, const struct trm_value *v)
{
    for (size_t i = 0; i < trm_value_count(v); i++) {
        struct trm_value item = trm_value_item(v, i);
        if (trm_ids_item_matches(asked, &item))
            return true;
    }
    return false;
}

/* What a value that is there misses of what is asked for. */
enum trm_reason
trm_ids_value_reason(const struct ids_value *v)
{
    if (v->simple || v->enumeration)
        return TRM_VALUE;
    if (v->patterns)
        return TRM_PATTERN;
    return v->length >= 0 || v->min_length >= 0 || v->max_length >= 0 ? TRM_WHY_LENGTH : TRM_BOUND;
}
