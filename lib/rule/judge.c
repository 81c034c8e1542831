/* The verdict of one condition on one element.
 *
 * Sources are tried in order, those that are the thing itself first: the first usable value decides. Only if none is usable
 * are bounds asked, and a bound decides only what follows from it. What cannot be decided is unknown, with the reason of
 * the source that came nearest; nothing is ever taken for a pass. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

#include "../base/text.h"

/* --- numbers -------------------------------------------------------------------------------------------------------- */

/* A factor that is one over a whole number divides exactly: 815 mm is 815/1000 m, not 815*0.001. */
static double
whole_inverse(double factor)
{
    if (factor <= 0 || factor >= 1)
        return 0;
    double inverse = floor(1 / factor + 0.5);
    return fabs(inverse * factor - 1) < 1e-12 ? inverse : 0;
}

double
trm_rule_to_si(const struct trm_unit *u, double x)
{
    if (!u)
        return x;
    double inverse = whole_inverse(u->factor);
    return (inverse > 0 ? x / inverse : x * u->factor) + u->offset;
}

double
trm_rule_from_si(const struct trm_unit *u, double x)
{
    if (!u)
        return x;
    double inverse = whole_inverse(u->factor);
    x -= u->offset;
    return inverse > 0 ? x * inverse : x / u->factor;
}

double
trm_rule_round(double x)
{
    char text[40];
    snprintf(text, sizeof text, "%.12g", x);
    return strtod(text, NULL);
}

bool
trm_same_number(double x, double v)
{
    double largest = fmax(fmax(fabs(x), fabs(v)), 1);
    return fabs(x - v) <= 1e-6 * (1 + fabs(v)) + 16 * DBL_EPSILON * largest;
}

/* Numbers that differ by less than a billionth count as the same number where order is asked: 0.81499999999999995 m is 815 mm.
 * Exporters print 14 or 15 digits and compute in feet, which leaves errors up to some 1e-12; no building is measured to 1e-9. */
static bool
touch(double x, double v)
{
    return fabs(x - v) <= 1e-9 * fmax(fabs(x), fabs(v));
}

static bool
number_holds(enum trm_op op, double x, double v)
{
    switch (op) {
    case TRM_OP_LT:
        return x < v && !touch(x, v);
    case TRM_OP_LE:
        return x <= v || touch(x, v);
    case TRM_OP_GT:
        return x > v && !touch(x, v);
    case TRM_OP_GE:
        return x >= v || touch(x, v);
    case TRM_OP_NE:
        return !trm_same_number(x, v);
    default:
        return trm_same_number(x, v);
    }
}

static bool
is_order(enum trm_op op)
{
    return op <= TRM_OP_GE;
}

/* What a bound of x says about "x op v": 1 it holds, 0 it does not, -1 nothing. */
static int
bound_holds(enum trm_op op, enum trm_relation relation, double bound, double v)
{
    bool upper = relation == TRM_UPPER; /* x <= bound */
    bool holds = number_holds(op, bound, v);
    switch (op) {
    case TRM_OP_GT:
    case TRM_OP_GE:
        return upper ? (holds ? -1 : 0) : (holds ? 1 : -1);
    case TRM_OP_LT:
    case TRM_OP_LE:
        return upper ? (holds ? 1 : -1) : (holds ? -1 : 0);
    case TRM_OP_EQ:
    case TRM_OP_NE:
        if (trm_same_number(bound, v) || (upper ? bound > v : bound < v))
            return -1;
        return op == TRM_OP_NE;
    default:
        return -1;
    }
}

/* --- values --------------------------------------------------------------------------------------------------------- */

/* The number of v in `si`, the SI unit that both sides have ("1": plain numbers); TRM_HOLDS and *x, or why not. */
static enum trm_reason
number_of(double *x, const struct condition *c, const char *si, const struct trm_value *v)
{
    if (v->kind == TRM_VALUE_TEXT && c->rating) {
        double minutes = trm_rating_minutes(v->text, c->unit->factor / 60);
        *x = minutes * 60;
        return minutes < 0 ? TRM_WHY_WRONG_TYPE : TRM_HOLDS;
    }
    if (v->kind != TRM_VALUE_NUM)
        return TRM_WHY_WRONG_TYPE;
    *x = v->num;
    if (v->unit_unknown)
        return TRM_WHY_NO_UNIT;
    if (!v->unit) {
        if (strcmp(si, "1") == 0)
            return TRM_HOLDS;
        if (!c->rating)
            return TRM_WHY_NO_UNIT;
        char text[32]; /* a bare number in a rating: read as the text would be */
        trm_text_of_num(text, v->num);
        double minutes = trm_rating_minutes(text, c->unit->factor / 60);
        *x = minutes * 60;
        return minutes < 0 ? TRM_WHY_WRONG_TYPE : TRM_HOLDS;
    }
    if (strcmp(v->unit, si) == 0)
        return TRM_HOLDS;
    if (strcmp(si, "1") == 0 && !c->unit)
        return TRM_WHY_NO_UNIT; /* the rule says no unit for a measured value */
    const struct trm_unit *u = trm_unit_find(v->unit);
    if (!u || strcmp(u->si, si) != 0)
        return TRM_WHY_WRONG_TYPE;
    *x = trm_rule_to_si(u, v->num);
    return TRM_HOLDS;
}

/* What is compared with: the rule's own items, or those taken from another value of the element. */
struct other {
    const struct scalar *items;
    size_t n;
    const char *si; /* the unit that numbers on both sides have; "1": none */
    struct scalar own;
};

/* One scalar of an element against the rule: 1, 0, or -1 with *why. *x: its number in SI, when it is one. */
static int
scalar_holds(const struct condition *c, const struct other *o, const struct trm_value *v, double *x, bool *has_x,
             enum trm_reason *why)
{
    bool comparable = false, found = false;
    *why = TRM_WHY_WRONG_TYPE;
    for (size_t i = 0; i < o->n && !found; i++) {
        const struct scalar *item = &o->items[i];
        if (item->kind == TRM_VALUE_NUM) {
            enum trm_reason reason = number_of(x, c, o->si, v);
            if (reason != TRM_HOLDS) {
                *why = v->kind == TRM_VALUE_NUM ? reason : *why;
                continue;
            }
            *has_x = comparable = true;
            found = number_holds(is_order(c->op) ? c->op : TRM_OP_EQ, *x, item->num);
        } else if (item->kind == v->kind) {
            comparable = true;
            found = item->kind == TRM_VALUE_TEXT ? strcmp(item->text, v->text) == 0 : item->flag == v->flag;
        }
    }
    if (!comparable)
        return -1;
    return found != (c->op == TRM_OP_NE);
}

static int
pattern_holds(const struct condition *c, const struct trm_value *v, enum trm_reason *why)
{
    *why = TRM_WHY_WRONG_TYPE;
    return v->kind == TRM_VALUE_TEXT ? trm_regex_match(c->pattern, v->text) : -1;
}

/* A text that the rule itself names is taken at its word, also "none". */
static bool
is_named(const struct scalar *items, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].kind == TRM_VALUE_TEXT && strcmp(items[i].text, text) == 0)
            return true;
    return false;
}

/* --- one source ----------------------------------------------------------------------------------------------------- */

struct trial {
    int holds;             /* 1, 0, -1 */
    enum trm_reason why;   /* when -1 */
    struct trm_value found;
    bool has_x;
    double x;
};

/* Every item of the value decides alike, or nothing is decided. */
static void
try_items(struct trial *t, const struct condition *c, const struct other *o)
{
    size_t n = trm_value_count(&t->found);
    for (size_t i = 0; i < n; i++) {
        struct trm_value item = trm_value_item(&t->found, i);
        enum trm_reason why = TRM_WHY_WRONG_TYPE;
        int holds;
        if (item.kind == TRM_VALUE_NULL)
            holds = -1, why = TRM_WHY_NO_VALUE;
        else if (c->rhs == RHS_PATTERN)
            holds = pattern_holds(c, &item, &why);
        else
            holds = scalar_holds(c, o, &item, &t->x, &t->has_x, &why);
        if (i > 0 && holds != t->holds)
            holds = -1, why = TRM_WHY_WRONG_TYPE;
        t->holds = holds;
        t->why = why;
        if (holds < 0)
            break;
    }
    if (n > 1)
        t->has_x = false;
}

static bool
all_placeholders(const struct trm_value *v, const char *property, const struct other *o)
{
    size_t n = trm_value_count(v);
    for (size_t i = 0; i < n; i++) {
        struct trm_value item = trm_value_item(v, i);
        if (item.kind != TRM_VALUE_TEXT || is_named(o->items, o->n, item.text) ||
            !trm_fact_placeholder(item.text, property))
            return false;
    }
    return n > 0;
}

static void
try_source(struct trial *t, const struct condition *c, const struct trm_source *s, const struct other *o,
           const struct trm_element *e)
{
    memset(t, 0, sizeof *t);
    t->holds = -1;
    enum trm_found found = trm_element_find(e, s->place, s->set, s->name, &t->found);
    if (found != TRM_FOUND)
        t->why = found == TRM_NO_SET ? TRM_WHY_NO_SET : TRM_WHY_NO_PROPERTY;
    else if (t->found.kind == TRM_VALUE_NULL)
        t->why = TRM_WHY_NO_VALUE;
    else if (all_placeholders(&t->found, s->name, o))
        t->why = TRM_WHY_PLACEHOLDER;
    else if (c->rhs == RHS_NONE)
        t->holds = s->relation == TRM_SAME, t->why = TRM_WHY_NO_PROPERTY;
    else
        try_items(t, c, o);
    if (t->holds < 0 || s->relation == TRM_SAME || c->rhs == RHS_NONE)
        return;
    /* a bound: what is found speaks of it, not of the thing itself */
    t->holds = t->has_x && o->n == 1 ? bound_holds(c->op, s->relation, t->x, o->items[0].num) : -1;
    t->why = TRM_WHY_BOUND_ONLY;
}

/* How near a source came to deciding; sources that found nothing all stand at 0. */
static int
nearness(enum trm_reason why)
{
    switch (why) {
    case TRM_WHY_BOUND_ONLY:
        return 4;
    case TRM_WHY_NO_UNIT:
    case TRM_WHY_WRONG_TYPE:
        return 3;
    case TRM_WHY_PLACEHOLDER:
        return 2;
    case TRM_WHY_NO_VALUE:
        return 1;
    default:
        return 0;
    }
}

/* --- the condition -------------------------------------------------------------------------------------------------- */

static void
note_source(struct trm_result *out, const struct other *o, const struct trm_source *s, const struct trial *t)
{
    out->source = s;
    out->found = t->found;
    out->has_value = t->has_x;
    out->value = t->x;
    out->unit = strcmp(o->si, "1") == 0 ? NULL : o->si;
}

/* The other side's value as something to compare with; TRM_HOLDS, or why not. */
static enum trm_reason
take_other(struct other *o, const struct condition *c, const struct trm_source *s, const struct trm_value *v)
{
    o->own = (struct scalar){.kind = v->kind, .text = v->text, .flag = v->flag};
    if (v->kind == TRM_VALUE_NULL)
        return TRM_WHY_NO_VALUE;
    if (v->kind == TRM_VALUE_TEXT && trm_fact_placeholder(v->text, s->name))
        return TRM_WHY_PLACEHOLDER;
    if (v->kind == TRM_VALUE_LIST)
        return TRM_WHY_WRONG_TYPE;
    if (v->kind != TRM_VALUE_NUM && !is_order(c->op))
        return TRM_HOLDS;
    o->own.kind = TRM_VALUE_NUM;
    if (!c->unit && v->unit)
        o->si = v->unit; /* both sides are measured alike */
    return number_of(&o->own.num, c, o->si, v);
}

/* The other side, when it is a value of the element. -1: there is none, and *out says why. */
static int
read_other(struct other *o, struct trm_result *out, const struct condition *c, const struct trm_element *e)
{
    int best = -1;
    for (size_t i = 0; i < c->n_fields; i++) {
        const struct trm_source *s = &c->fields[i];
        struct trial t = {0};
        enum trm_found found = trm_element_find(e, s->place, s->set, s->name, &t.found);
        enum trm_reason why = found == TRM_FOUND    ? take_other(o, c, s, &t.found)
                              : found == TRM_NO_SET ? TRM_WHY_NO_SET
                                                    : TRM_WHY_NO_PROPERTY;
        if (why == TRM_HOLDS) {
            o->items = &o->own;
            o->n = 1;
            out->limit_source = s;
            return 0;
        }
        if (nearness(why) > best) {
            best = nearness(why);
            out->reason = why;
            if (found == TRM_FOUND)
                note_source(out, o, s, &t);
        }
    }
    out->verdict = TRM_UNKNOWN;
    return -1;
}

static enum trm_reason
fail_reason(const struct condition *c)
{
    if (c->rhs == RHS_PATTERN)
        return TRM_PATTERN;
    return is_order(c->op) ? TRM_BOUND : TRM_VALUE;
}

/* The number that the thing is measured against, and how far it is off. */
static void
note_limit(struct trm_result *out, const struct condition *c, const struct other *o)
{
    if (c->op > TRM_OP_NE || o->n != 1 || o->items[0].kind != TRM_VALUE_NUM)
        return;
    out->has_limit = true;
    out->limit = o->items[0].num;
    out->unit = strcmp(o->si, "1") == 0 ? NULL : o->si;
    if (out->verdict != TRM_FAIL || !out->has_value || c->op == TRM_OP_NE)
        return;
    out->has_shortfall = true;
    out->shortfall = trm_rule_round(fabs(out->limit - out->value));
    double step = 2e-9 * (fabs(out->limit) > 0 ? fabs(out->limit) : 1); /* just beyond what touches the limit */
    out->nearest = c->op == TRM_OP_LT ? out->limit - step : c->op == TRM_OP_GT ? out->limit + step : out->limit;
}

static void
decide(struct trm_result *out, const struct condition *c, const struct other *o, const struct trm_source *s,
       const struct trial *t)
{
    note_source(out, o, s, t);
    out->verdict = t->holds ? TRM_PASS : TRM_FAIL;
    out->reason = t->holds ? TRM_HOLDS : fail_reason(c);
}

/* No source decided: unknown, or for `exists` the absence that fails. */
static void
leave_open(struct trm_result *out, const struct condition *c)
{
    out->verdict = TRM_UNKNOWN;
    if (c->rhs != RHS_NONE)
        return;
    out->verdict = TRM_FAIL;
    out->reason = TRM_ABSENT;
}

void
trm_condition_judge(struct trm_result *out, const struct condition *c, const struct trm_element *e)
{
    const struct trm_rule *rule = out->rule;
    *out = (struct trm_result){.rule = rule};
    struct other o = {.items = c->items, .n = c->n_items, .si = c->unit ? c->unit->si : "1"};
    if (c->rhs == RHS_FIELD && read_other(&o, out, c, e) < 0)
        return;
    int best = -1;
    bool decided = false;
    for (size_t i = 0; i < c->n_sources && !decided; i++) {
        struct trial t;
        try_source(&t, c, &c->sources[i], &o, e);
        decided = t.holds == 1 || (t.holds == 0 && c->rhs != RHS_NONE);
        if (decided) {
            decide(out, c, &o, &c->sources[i], &t);
        } else if (nearness(t.why) > best) {
            best = nearness(t.why);
            out->reason = t.why;
            if (t.found.kind != TRM_VALUE_NONE && t.holds < 0)
                note_source(out, &o, &c->sources[i], &t);
        }
    }
    if (!decided)
        leave_open(out, c);
    note_limit(out, c, &o);
}

/* --- selectors ------------------------------------------------------------------------------------------------------ */

static enum trm_applies
condition_holds(const struct filter *f, const struct trm_element *e)
{
    struct trm_result r = {0};
    trm_condition_judge(&r, &f->condition, e);
    if (r.verdict != TRM_UNKNOWN)
        return r.verdict == TRM_PASS ? TRM_APPLIES : TRM_APPLIES_NOT;
    bool missing = r.reason == TRM_WHY_NO_SET || r.reason == TRM_WHY_NO_PROPERTY || r.reason == TRM_WHY_NO_VALUE ||
                   r.reason == TRM_WHY_PLACEHOLDER;
    return missing && f->missing_is_no ? TRM_APPLIES_NOT : TRM_APPLIES_UNKNOWN;
}

/* Kleene's three-valued logic: an unknown part matters only where the others leave the answer open. */
enum trm_applies
trm_filter_holds(const struct filter *f, const struct trm_element *e)
{
    if (f->kind == FILTER_CONDITION)
        return condition_holds(f, e);
    bool unknown = false;
    enum trm_applies stop = f->kind == FILTER_ALL ? TRM_APPLIES_NOT : TRM_APPLIES;
    enum trm_applies stopped = f->kind == FILTER_ANY ? TRM_APPLIES : TRM_APPLIES_NOT;
    for (size_t i = 0; i < f->n_parts; i++) {
        enum trm_applies a = trm_filter_holds(&f->parts[i], e);
        if (a == stop)
            return stopped;
        unknown = unknown || a == TRM_APPLIES_UNKNOWN;
    }
    if (unknown)
        return TRM_APPLIES_UNKNOWN;
    return f->kind == FILTER_ANY ? TRM_APPLIES_NOT : TRM_APPLIES;
}
