/* Words for people, made of codes and numbers. */
#include "say.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "../base/unit.h"

/* --- escapes ---------------------------------------------------------------------------------------------------- */

/* U+202A to U+202E and U+2066 to U+2069 in UTF-8: they turn the direction of what follows and are good for deceiving only.
 * The marks U+200E and U+200F belong to honest right-to-left names and stay. */
static bool
overrides(const char *s)
{
    unsigned char last = (unsigned char)s[0] == 0xE2 && s[1] ? (unsigned char)s[2] : 0;
    return ((unsigned char)s[1] == 0x80 && last >= 0xAA && last <= 0xAE) ||
           ((unsigned char)s[1] == 0x81 && last >= 0xA6 && last <= 0xA9);
}

void
trm_esc_html(struct trm_buf *out, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == 0xE2 && overrides(s)) {
            trm_buf_adds(out, "\xEF\xBF\xBD");
            s += 2;
            continue;
        }
        if (c == '&')
            trm_buf_adds(out, "&amp;");
        else if (c == '<')
            trm_buf_adds(out, "&lt;");
        else if (c == '>')
            trm_buf_adds(out, "&gt;");
        else if (c == '"')
            trm_buf_adds(out, "&quot;");
        else if (c == '\'')
            trm_buf_adds(out, "&#39;");
        else if (c == 0x7f || (c < 0x20 && c != '\n'))
            trm_buf_addf(out, "\xE2\x90%c", c == 0x7f ? 0xA1 : 0x80 + c); /* U+2400 + c, U+2421 */
        else
            trm_buf_addc(out, (char)c);
    }
}

/* Characters that turn the direction of writing, or that cannot be seen. */
static bool
turns(int32_t cp)
{
    return (cp >= 0x200E && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) ||
           cp == 0x061C || cp == 0x2028 || cp == 0x2029;
}

void
trm_esc_text(struct trm_buf *out, const char *s)
{
    size_t n = strlen(s), i = 0;
    while (i < n) {
        size_t from = i;
        int32_t cp = trm_utf8_next(s, n, &i);
        if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || turns(cp))
            trm_buf_addc(out, '?');
        else
            trm_buf_add(out, s + from, i - from);
    }
}

void
trm_esc_xml(struct trm_buf *out, const char *s)
{
    size_t n = strlen(s), i = 0;
    while (i < n) {
        size_t from = i;
        int32_t cp = trm_utf8_next(s, n, &i);
        char one[8] = "";
        if (cp < 0 || (cp < 0x20 && cp != '\n' && cp != '\t') || cp == 0xFFFE || cp == 0xFFFF) {
            trm_buf_adds(out, "\xEF\xBF\xBD");
        } else {
            memcpy(one, s + from, i - from);
            trm_esc_html(out, cp == '\t' ? " " : one);
        }
    }
}

/* --- numbers ---------------------------------------------------------------------------------------------------- */

void
trm_say_count(struct trm_buf *out, size_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%zu", n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            trm_buf_addc(out, ',');
        trm_buf_addc(out, digits[i]);
    }
}

void
trm_say_n(struct trm_buf *out, size_t n, const char *one, const char *many)
{
    trm_say_count(out, n);
    if (n == 1 || !many)
        trm_buf_addf(out, " %s%s", one, n == 1 ? "" : "s");
    else
        trm_buf_addf(out, " %s", many);
}

/* How SI numbers are shown. Lengths in millimetres: that is how doors and stairs are dimensioned wherever SI is used. */
static const struct {
    const char *si, *shown;
    double factor;
    int decimals;
} shown_units[] = {
    {"m", "mm", 1000, 1},
    {"m2", "m\xC2\xB2", 1, 2},
    {"m3", "m\xC2\xB3", 1, 3},
    {"s", "min", 1 / 60.0, 1},
    {"rad", "\xC2\xB0", 57.29577951308232, 1}, /* 180/pi */
    {"W/(m2.K)", "W/(m\xC2\xB2K)", 1, 3},
};

static void
say_rounded(struct trm_buf *out, double x, int decimals)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, x);
    if (fabs(x) >= 1e15 || (x != 0 && fabs(x) < 0.5 * pow(10, -decimals)))
        snprintf(text, sizeof text, "%.3g", x);
    else if (strchr(text, '.')) {
        size_t n = strlen(text);
        while (text[n - 1] == '0')
            text[--n] = 0;
        if (text[n - 1] == '.')
            text[--n] = 0;
    }
    trm_buf_adds(out, strcmp(text, "-0") == 0 ? "0" : text);
}

static void
say_num(struct trm_buf *out, double x, const char *unit, int more_decimals)
{
    for (size_t i = 0; i < sizeof shown_units / sizeof *shown_units; i++) {
        if (strcmp(unit, shown_units[i].si) != 0)
            continue;
        say_rounded(out, x * shown_units[i].factor, shown_units[i].decimals + more_decimals);
        trm_buf_addf(out, "\xC2\xA0%s", shown_units[i].shown);
        return;
    }
    say_rounded(out, x, 3 + more_decimals);
    if (*unit)
        trm_buf_addf(out, "\xC2\xA0%s", unit);
}

void
trm_say_num(struct trm_buf *out, double x, const char *unit)
{
    say_num(out, x, unit, 0);
}

void
trm_say_num_exact(struct trm_buf *out, double x, const char *unit)
{
    say_num(out, x, unit, 6);
}

void
trm_say_percent(struct trm_buf *out, double p)
{
    if (p > 0 && p < 0.01)
        trm_buf_adds(out, "<1\xC2\xA0%");
    else if (p < 1 && p > 0.99)
        trm_buf_adds(out, ">99\xC2\xA0%");
    else
        trm_buf_addf(out, "%.0f\xC2\xA0%%", 100 * p);
}

void
trm_say_value(struct trm_buf *out, const struct page_value *v, const char *unit)
{
    if (v->type == VALUE_NUM)
        trm_say_num(out, v->num, unit);
    else
        trm_buf_adds(out, v->type == VALUE_NONE ? "nothing" : *v->text ? v->text : "an empty text");
}

/* --- rules ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *op, *words, *low; /* low: what a number that fails it is */
} ops[] = {
    {">=", "at least ", "too little"}, {">", "more than ", "too little"},  {"<=", "at most ", "too much"},
    {"<", "less than ", "too much"},   {"==", "exactly ", "off"},          {"=", "exactly ", "off"},
    {"!=", "anything but ", "off"},    {"in", "one of ", "off"},           {"matches", "a text like ", "off"},
    {"exists", "any value", "off"},
};

void
trm_say_required(struct trm_buf *out, const char *op, const struct page_value *limit, const char *unit)
{
    const char *words = "";
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i].op) == 0)
            words = ops[i].words;
    trm_buf_adds(out, words);
    if (strcmp(op, "exists") != 0)
        trm_say_value(out, limit, unit);
}

static const char *
first_of(const trm_json *v, const char *const *keys)
{
    for (; *keys; keys++) {
        const char *s = trm_json_str(trm_json_get(v, *keys), "");
        if (*s)
            return s;
    }
    return "";
}

/* "Pset_DoorCommon.ClearWidth", "attribute.OverallWidth", "type_object.Name": as `field` in a result. */
static void
say_source(struct trm_buf *out, const trm_json *source)
{
    static const char *const sets[] = {"pset", "qto_name", "qto", "set", NULL};
    static const char *const names[] = {"property", "quantity", "attribute", "name", NULL};
    const char *place = trm_json_str(trm_json_get(source, "source"), "");
    const char *set = first_of(source, sets), *name = first_of(source, names);
    if (!*set && *name)
        set = strcmp(place, "type") == 0 ? "type_object" : strcmp(place, "attribute") == 0 ? "attribute" : place;
    if (*name)
        trm_buf_addf(out, "%s%s%s", set, *set ? "." : "", name);
}

void
trm_say_sources(const struct page_rule *r, struct trm_buf *field, struct trm_buf *others)
{
    const trm_json *lhs = trm_json_get(trm_json_get(r->definition, "condition"), "lhs");
    const trm_json *fallback = trm_json_get(lhs, "fallback_sources");
    if (field && trm_say_is_facet(r))
        trm_say_facet_field(field, r);
    else if (field)
        say_source(field, lhs);
    for (size_t i = 0; others && i < trm_json_len(fallback); i++) {
        trm_buf_adds(others, others->len ? ", " : "");
        say_source(others, trm_json_at(fallback, i));
    }
}

void
trm_say_asked(struct trm_buf *out, const struct page_rule *r)
{
    struct trm_buf field = {0};
    if (trm_say_is_facet(r)) {
        trm_say_facet(out, r);
        return;
    }
    trm_say_sources(r, &field, NULL);
    if (field.len)
        trm_buf_addf(out, "%s ", field.data);
    trm_buf_release(&field);
    if (r->limit_varies)
        trm_buf_adds(out, "as each element\xE2\x80\x99s own row says");
    else
        trm_say_required(out, r->op, &r->limit, r->unit);
}

const char *
trm_say_about(const struct page_rule *r)
{
    const char *text = trm_json_str(trm_json_get(r->definition, "description"), "");
    return *text ? text : trm_json_str(trm_json_get(trm_json_get(r->definition, "explanation"), "short"), "");
}

void
trm_say_provenance(struct trm_buf *out, const struct page_rule *r)
{
    const trm_json *v = trm_json_get(r->definition, "provenance");
    const char *regulation = trm_json_str(trm_json_get(v, "regulation"), "");
    const char *section = trm_json_str(trm_json_get(v, "section"), "");
    const char *title = trm_json_str(trm_json_get(v, "title"), "");
    const char *where = trm_json_str(trm_json_get(v, "jurisdiction"), "");
    trm_buf_adds(out, regulation);
    if (*section)
        trm_buf_addf(out, "%s%s", out->len ? " " : "", section);
    if (*title)
        trm_buf_addf(out, "%s%s", out->len ? ", " : "", title);
    if (*where)
        trm_buf_addf(out, " (%s)", where);
}

const char *
trm_say_link(const struct page_rule *r)
{
    const char *s = trm_json_str(trm_json_get(trm_json_get(r->definition, "provenance"), "source_link"), "");
    return strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0 ? s : NULL;
}

const char *
trm_say_rule(const struct page_rule *r)
{
    return *r->name ? r->name : r->id;
}

const char *
trm_say_rule_of(const struct trm_page *p, const char *id)
{
    struct page_rule *const *rules = p->rules.data;
    for (size_t i = 0; i < p->rules.n; i++)
        if (strcmp(rules[i]->id, id) == 0)
            return trm_say_rule(rules[i]);
    return id;
}

/* --- results ---------------------------------------------------------------------------------------------------- */

/* Whether value and limit, rounded for reading, would look the same though they are not. */
static bool
look_alike(const struct page_fail *f)
{
    struct trm_buf a = {0}, b = {0};
    bool same = false;
    if (f->value.type == VALUE_NUM && f->limit.type == VALUE_NUM && f->value.num != f->limit.num) {
        trm_say_num(&a, f->value.num, f->unit);
        trm_say_num(&b, f->limit.num, f->unit);
        same = a.data && b.data && strcmp(a.data, b.data) == 0;
    }
    trm_buf_release(&a), trm_buf_release(&b);
    return same;
}

void
trm_say_found(struct trm_buf *out, const struct page_fail *f)
{
    if (look_alike(f))
        trm_say_num_exact(out, f->value.num, f->unit);
    else
        trm_say_value(out, &f->value, f->unit);
}

void
trm_say_short(struct trm_buf *out, const struct page_fail *f)
{
    const char *low = "off";
    if (isnan(f->shortfall))
        return;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(f->op, ops[i].op) == 0)
            low = ops[i].low;
    trm_say_num(out, f->shortfall, f->unit);
    trm_buf_addf(out, " %s", low);
}

/* A sentence of the rule with its slots filled. */
struct slots {
    const struct page_fail *f;
    const struct trm_unit *unit; /* the rule's own, or NULL */
    bool exact;                  /* rounding would make found and required look the same */
};

/* The slot is followed by the rule's unit, as {unit} or in letters: then it holds the number alone. */
static bool
unit_follows(const struct slots *s, const char *after)
{
    while (*after == ' ')
        after++;
    if (!s->unit)
        return strncmp(after, "{unit}", 6) == 0;
    size_t n = strlen(s->unit->name);
    return strncmp(after, "{unit}", 6) == 0 || (strncmp(after, s->unit->name, n) == 0 && !isalnum((unsigned char)after[n]));
}

static void
say_slot(struct trm_buf *out, const struct slots *s, const struct page_value *v, const char *after)
{
    bool bare = v->type == VALUE_NUM && unit_follows(s, after);
    if (bare && s->unit)
        say_rounded(out, (v->num - s->unit->offset) / s->unit->factor, s->exact ? 9 : 3);
    else if (bare)
        say_rounded(out, v->num, s->exact ? 9 : 3);
    else if (s->exact && v->type == VALUE_NUM)
        trm_say_num_exact(out, v->num, s->f->unit);
    else
        trm_say_value(out, v, s->f->unit);
}

static void
say_template(struct trm_buf *out, const char *text, const struct slots *s)
{
    const struct page_value shortfall = {isnan(s->f->shortfall) ? VALUE_NONE : VALUE_NUM, s->f->shortfall, ""};
    while (*text) {
        size_t plain = strcspn(text, "{"), slot = strcspn(text + plain, "}");
        trm_buf_add(out, text, plain);
        text += plain;
        const char *after = text + slot + (text[slot] == '}');
        if (strncmp(text, "{guid}", 6) == 0)
            trm_buf_adds(out, s->f->elem->guid);
        else if (strncmp(text, "{name}", 6) == 0)
            trm_buf_adds(out, trm_say_elem(s->f->elem));
        else if (strncmp(text, "{lhs}", 5) == 0)
            say_slot(out, s, &s->f->value, after);
        else if (strncmp(text, "{rhs}", 5) == 0)
            say_slot(out, s, &s->f->limit, after);
        else if (strncmp(text, "{shortfall}", 11) == 0)
            say_slot(out, s, &shortfall, after);
        else if (strncmp(text, "{unit}", 6) == 0)
            trm_buf_adds(out, s->unit ? s->unit->name : s->f->unit);
        else /* a slot that we do not know stays as it is */
            trm_buf_add(out, text, (size_t)(after - text));
        text = after;
    }
}

void
trm_say_why(struct trm_buf *out, const struct page_rule *r, const struct page_fail *f)
{
    const char *on_fail = trm_json_str(trm_json_get(trm_json_get(r->definition, "explanation"), "on_fail"), "");
    if (*on_fail) {
        const trm_json *lhs = trm_json_get(trm_json_get(r->definition, "condition"), "lhs");
        const struct slots slots = {f, trm_unit_find(trm_json_str(trm_json_get(lhs, "unit"), "")), look_alike(f)};
        say_template(out, on_fail, &slots);
        return;
    }
    trm_buf_adds(out, f->value.type == VALUE_NONE ? "Nothing found" : "Found ");
    if (f->value.type != VALUE_NONE)
        trm_say_found(out, f);
    if (trm_say_is_facet(r)) {
        trm_buf_addf(out, ": %s.", trm_say_reason(f->reason));
        return;
    }
    trm_buf_adds(out, ", required is ");
    trm_say_required(out, f->op, &f->limit, f->unit);
    trm_buf_addc(out, '.');
}

bool
trm_say_is_absence(const char *reason)
{
    static const char *const codes[] = {"absent", "no_set", "no_property", "no_value", "placeholder"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(reason, codes[i]) == 0)
            return true;
    return false;
}

void
trm_say_mend(struct trm_buf *out, const struct page_rule *r, const struct page_fail *f)
{
    const char *field = *f->field ? f->field : "the value";
    if (trm_say_is_facet(r)) {
        trm_say_facet_mend(out, r, trm_say_is_absence(f->reason));
        return;
    }
    if (strcmp(f->reason, "absent") == 0) {
        trm_buf_addf(out, "Give %s a value.", field);
    } else if (strcmp(f->reason, "pattern") == 0) {
        trm_buf_addf(out, "Write %s as ", field);
        trm_say_required(out, f->op, &f->limit, f->unit);
        trm_buf_addc(out, '.');
    } else if (f->nearest.type == VALUE_NUM && f->value.type == VALUE_NUM) {
        trm_buf_addf(out, "%s %s to ", f->nearest.num >= f->value.num ? "Raise" : "Lower", field);
        trm_say_value(out, &f->nearest, f->unit);
        trm_buf_adds(out, *f->op == '>' ? " or more." : *f->op == '<' ? " or less." : ".");
    } else {
        trm_buf_addf(out, "Make %s ", field);
        trm_say_required(out, f->op, &f->limit, f->unit);
        trm_buf_addc(out, '.');
    }
    if (strcmp(f->alias, "upper") == 0)
        trm_buf_adds(out, " This value can only be larger than the one the rule means, so the failure is certain.");
    else if (strcmp(f->alias, "lower") == 0)
        trm_buf_adds(out, " This value can only be smaller than the one the rule means, so the failure is certain.");
}

const char *
trm_say_reason(const char *code)
{
    static const char *const words[][2] = {
        {"no_set", "the set is not there"},
        {"no_property", "the property is not there"},
        {"no_value", "the property is empty"},
        {"placeholder", "a placeholder stands there"},
        {"no_unit", "a number without a known unit"},
        {"wrong_type", "a value of the wrong kind"},
        {"bound_only", "only a bound of it is known"},
        {"support", "too few examples to learn from"},
        {"bound", "out of bounds"},
        {"value", "another value"},
        {"pattern", "written otherwise"},
        {"absent", "absent"},
        {"class", "of another class"},
        {"predefined_type", "of another predefined type"},
        {"data_type", "of another data type"},
        {"system", "not classified in that system"},
        {"relation", "not part of such a whole"},
        {"prohibited", "must not be there"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(code, words[i][0]) == 0)
            return words[i][1];
    return *code ? code : "no reason given";
}

const char *
trm_say_elem(const struct page_elem *e)
{
    return *e->name ? e->name : *e->cls ? e->cls : *e->guid ? e->guid : e->id;
}

void
trm_say_deliver(struct trm_buf *out, const struct page_item *item)
{
    trm_buf_addf(out, item->nobody ? "Have the export write %s (nothing in the input has it): " : "Fill in %s: ", item->field);
    trm_say_n(out, item->elements, "element", NULL);
    trm_buf_adds(out, item->elements == 1 ? " lacks it, " : " lack it, ");
    trm_say_n(out, item->verdicts, "verdict", NULL);
    trm_buf_addf(out, " of %s%zu rule%s wait%s for it.", "", item->rules.n, item->rules.n == 1 ? "" : "s",
                 item->verdicts == 1 ? "s" : "");
}

/* --- what to do ------------------------------------------------------------------------------------------------- */

const char *
trm_say_tier(enum page_tier tier)
{
    static const char *const words[N_TIERS] = {"The way of exporting", "The whole model", "One type", "One element"};
    return words[tier];
}

const char *
trm_say_tier_change(enum page_tier tier)
{
    static const char *const words[N_TIERS] = {"change to the export", "change to a whole model", "type to mend", "element to mend"};
    return words[tier];
}

void
trm_say_advice(struct trm_buf *out, enum page_tier tier, const struct page_advice *a)
{
    if (a->item) {
        trm_say_deliver(out, a->item);
        return;
    }
    const struct page_elem *e = a->first->elem;
    if (tier == TIER_EXPORT)
        trm_buf_addf(out, "Nothing in the input passes \xE2\x80\x9C%s\xE2\x80\x9D, for want of the value. ", trm_say_rule(a->rule));
    else if (tier == TIER_MODEL)
        trm_buf_addf(out, "In %s nothing passes \xE2\x80\x9C%s\xE2\x80\x9D. ", *e->file ? e->file : "the model", trm_say_rule(a->rule));
    else if (tier == TIER_TYPE)
        trm_buf_addf(out, "In type \xE2\x80\x9C%s\xE2\x80\x9D: ", e->type);
    else
        trm_buf_addf(out, "%s: ", trm_say_elem(e));
    trm_say_mend(out, a->rule, a->first);
    if (a->rules > 1)
        trm_buf_addf(out, " (%zu rules)", a->rules);
}

/* --- since last time -------------------------------------------------------------------------------------------- */

const char *
trm_say_state(enum page_state state)
{
    static const char *const words[N_STATES] = {
        "New failures", "Failed again that passed before", "Waivers that have expired", "Not read this time",
        "Data lost: verdicts no longer possible", "Still failing", "Failing, and waived", "Fixed", "Now known",
        "Gone with their element", "New verdicts that do not fail", "The same as before",
    };
    return words[state];
}

void
trm_say_changes(struct trm_buf *out, const struct trm_page *p)
{
    static const struct {
        enum page_state state;
        const char *one, *many;
    } told[] = {
        {STATE_NEW, "new failure", "new failures"},
        {STATE_REGRESSED, "failure of what passed before", "failures of what passed before"},
        {STATE_EXPIRED, "expired waiver", "expired waivers"},
        {STATE_FIXED, "failure fixed", "failures fixed"},
        {STATE_STILL, "failure as before", "failures as before"},
        {STATE_WAIVED, "failure waived", "failures waived"},
        {STATE_KNOWN, "unknown now known", "unknowns now known"},
        {STATE_LOST, "verdict lost for want of data", "verdicts lost for want of data"},
    };
    bool first = true;
    if (!p->changes.seen)
        return;
    trm_buf_adds(out, "Since last time: ");
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        size_t n = p->changes.n[told[i].state];
        if (!n && told[i].state != STATE_NEW)
            continue;
        trm_buf_adds(out, first ? "" : ", ");
        trm_say_n(out, n, told[i].one, told[i].many);
        first = false;
    }
    trm_buf_adds(out, ".");
}

/* --- the lead --------------------------------------------------------------------------------------------------- */

void
trm_page_sums(struct page_sums *s, const struct trm_page *p)
{
    struct page_rule *const *rules = p->rules.data;
    *s = (struct page_sums){0};
    for (size_t i = 0; i < p->rules.n; i++) {
        const struct page_rule *r = rules[i];
        size_t *row = s->by_severity[trm_page_rank(r->severity)];
        row[0] += trm_page_n_pass(r), row[1] += trm_page_n_fail(r), row[2] += trm_page_n_unknown(r);
        s->pass += trm_page_n_pass(r), s->fail += trm_page_n_fail(r), s->unknown += trm_page_n_unknown(r);
        s->model_pass += r->model_pass, s->model_fail += r->model_fail, s->abstained += r->abstained;
    }
}

static void
say_model_lead(struct trm_buf *out, const struct page_sums *s)
{
    size_t all = s->model_pass + s->model_fail + s->abstained;
    if (!all)
        return;
    trm_buf_adds(out, " Asked about ");
    trm_say_count(out, all);
    trm_buf_adds(out, " of them, the trained model finds ");
    trm_say_count(out, s->model_fail);
    trm_buf_adds(out, " likely to fail and ");
    trm_say_count(out, s->model_pass);
    trm_buf_adds(out, " likely to pass");
    if (s->abstained) {
        trm_buf_adds(out, ", and abstains on ");
        trm_say_count(out, s->abstained);
    }
    trm_buf_adds(out, ". These are likelihoods, not findings.");
}

void
trm_say_lead(struct trm_buf *out, const struct trm_page *p)
{
    struct page_sums s;
    trm_page_sums(&s, p);
    size_t all = s.pass + s.fail + s.unknown;
    if (!all) {
        trm_buf_adds(out, "No rule gave a verdict: there are no results in the input, or no rule found an element.");
        say_model_lead(out, &s);
        return;
    }
    trm_buf_adds(out, "Of ");
    trm_say_n(out, all, "verdict", NULL);
    trm_buf_adds(out, ", ");
    trm_say_count(out, s.pass);
    trm_buf_adds(out, s.pass == 1 ? " passes, " : " pass, ");
    trm_say_count(out, s.fail);
    trm_buf_adds(out, s.fail == 1 ? " fails" : " fail");
    if (s.by_severity[3][1]) {
        trm_buf_adds(out, " (");
        trm_say_n(out, s.by_severity[3][1], "error", NULL);
        trm_buf_adds(out, ")");
    }
    trm_buf_adds(out, ", and ");
    trm_say_count(out, s.unknown);
    trm_buf_adds(out, s.unknown ? " cannot be given, because the data are missing or unusable." : " are unknown.");
    say_model_lead(out, &s);
}
