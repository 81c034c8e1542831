/* A result as records hold it: codes and numbers, no sentences (trm-report makes those). */
#include <string.h>

#include "inside.h"

static void
write_scalar(struct trm_jw *w, const struct scalar *s)
{
    if (s->kind == TRM_VALUE_NUM)
        trm_jw_num(w, s->num);
    else if (s->kind == TRM_VALUE_BOOL)
        trm_jw_bool(w, s->flag);
    else
        trm_jw_str(w, s->text);
}

static void
write_json(struct trm_jw *w, const trm_json *v)
{
    struct trm_buf b = {0};
    trm_json_dump(&b, v);
    if (b.data && !b.failed)
        trm_jw_raw(w, b.data, b.len);
    else
        trm_jw_null(w);
    trm_buf_release(&b);
}

/* value, unit, and the text that a rating was read from. */
static void
write_value(struct trm_jw *w, const struct trm_result *r)
{
    const struct trm_value *v = &r->found;
    if (r->has_value) {
        trm_jw_knum(w, "value", r->value);
        trm_jw_kstr(w, "unit", r->unit);
        if (v->kind == TRM_VALUE_TEXT)
            trm_jw_kstr(w, "written", v->text);
        return;
    }
    if (v->kind == TRM_VALUE_NONE)
        return;
    trm_jw_key(w, "value");
    if (v->kind == TRM_VALUE_NUM)
        trm_jw_num(w, v->num);
    else if (v->kind == TRM_VALUE_TEXT)
        trm_jw_str(w, v->text);
    else if (v->kind == TRM_VALUE_BOOL)
        trm_jw_bool(w, v->flag);
    else if (v->kind == TRM_VALUE_LIST)
        write_json(w, v->array);
    else
        trm_jw_null(w);
    trm_jw_kstr(w, "unit", v->unit);
    if (v->unit_unknown) {
        trm_jw_key(w, "unit");
        trm_jw_null(w);
    }
}

/* What was asked for: a number in SI, a text, a pattern, the members of a list. */
static void
write_limit(struct trm_jw *w, const struct trm_result *r)
{
    const struct condition *c = &r->rule->body->condition;
    if (r->limit_source)
        trm_jw_kstr(w, "limit_field", r->limit_source->field);
    if (r->has_limit) {
        trm_jw_knum(w, "limit", r->limit);
    } else if (c->rhs == RHS_PATTERN) {
        trm_jw_key(w, "limit");
        write_json(w, trm_rule_limit_json(r->rule));
    } else if (c->rhs == RHS_ITEMS) {
        trm_jw_key(w, "limit");
        if (c->op == TRM_OP_IN)
            trm_jw_array(w);
        for (size_t i = 0; i < c->n_items; i++)
            write_scalar(w, &c->items[i]);
        if (c->op == TRM_OP_IN)
            trm_jw_end(w);
    }
    if (r->has_shortfall) {
        trm_jw_knum(w, "shortfall", r->shortfall);
        trm_jw_knum(w, "nearest", r->nearest);
    }
}

/* The same numbers as the rule's author wrote them. */
static void
write_in_rule_unit(struct trm_jw *w, const struct trm_result *r)
{
    const struct trm_unit *u = r->rule->body->condition.unit;
    if (!u || (u->factor == 1 && u->offset == 0) || !(r->has_limit || r->has_value))
        return;
    trm_jw_key(w, "in_rule_unit");
    trm_jw_object(w);
    trm_jw_kstr(w, "unit", u->name);
    if (r->has_value)
        trm_jw_knum(w, "value", trm_rule_round(trm_rule_from_si(u, r->value)));
    if (r->has_limit)
        trm_jw_knum(w, "limit", trm_rule_round(trm_rule_from_si(u, r->limit)));
    if (r->has_shortfall) {
        trm_jw_knum(w, "shortfall", trm_rule_round(r->shortfall / u->factor));
        trm_jw_knum(w, "nearest", trm_rule_round(trm_rule_from_si(u, r->nearest)));
    }
    trm_jw_end(w);
}

/* What to do about it. */
static const char *
mending(const struct trm_result *r)
{
    switch (r->reason) {
    case TRM_BOUND:
    case TRM_VALUE:
    case TRM_PATTERN:
        return "change";
    case TRM_WHY_NO_UNIT:
        return r->rule->body->condition.unit ? "give_unit" : "give_rule_unit";
    case TRM_WHY_WRONG_TYPE:
        return "retype";
    case TRM_WHY_BOUND_ONLY:
        return "measure";
    default:
        return "fill";
    }
}

/* Where: the value that was looked at, where it is the thing itself; else the place that the rule asks for first. */
static const char *
mending_field(const struct trm_result *r)
{
    if (r->source && r->source->relation == TRM_SAME)
        return r->source->field;
    return r->rule->n_sources ? r->rule->sources[0].field : NULL;
}

static void
write_mend(struct trm_jw *w, const struct trm_result *r)
{
    const struct condition *c = &r->rule->body->condition;
    if (r->verdict == TRM_PASS)
        return;
    trm_jw_key(w, "mend");
    trm_jw_object(w);
    trm_jw_kstr(w, "do", mending(r));
    trm_jw_kstr(w, "field", mending_field(r));
    if (r->has_shortfall || (r->has_limit && c->op != TRM_OP_NE && c->op != TRM_OP_LT && c->op != TRM_OP_GT)) {
        trm_jw_knum(w, "to", r->has_shortfall ? r->nearest : r->limit);
        trm_jw_kstr(w, "unit", r->unit);
    } else if (c->op == TRM_OP_EQ && c->rhs == RHS_ITEMS) {
        trm_jw_key(w, "to");
        write_scalar(w, &c->items[0]);
    }
    trm_jw_end(w);
}

static void
write_field(struct trm_jw *w, const struct trm_result *r)
{
    struct trm_buf b = {0};
    if (!r->source)
        trm_field_name(&b, r->place.place, r->place.set, r->place.name);
    trm_jw_kstr(w, "field", r->source ? r->source->field : b.data);
    trm_buf_release(&b);
}

void
trm_result_write_members(struct trm_jw *w, const struct trm_result *r)
{
    trm_jw_kstr(w, "rule", r->rule->id);
    trm_jw_kstr(w, "severity", trm_severity_name(r->rule->severity));
    trm_jw_kstr(w, "verdict", trm_verdict_name(r->verdict));
    trm_jw_kstr(w, "reason", trm_reason_name(r->reason));
    if (r->source || r->place.name) {
        write_field(w, r);
        if (r->found.step)
            trm_jw_knum(w, "step", (double)r->found.step);
        trm_jw_kstr(w, "from", r->found.from);
    }
    write_value(w, r);
    if (r->source && r->source != &r->rule->sources[0] && r->source != r->limit_source)
        trm_jw_kstr(w, "alias", trm_relation_name(r->source->relation));
    if (r->rule->kind == TRM_RULE_IDS)
        return;
    trm_jw_kstr(w, "op", trm_op_name(r->rule->op));
    write_limit(w, r);
    write_in_rule_unit(w, r);
    write_mend(w, r);
}

void
trm_result_write(struct trm_jw *w, const struct trm_result *r)
{
    trm_jw_object(w);
    trm_result_write_members(w, r);
    trm_jw_end(w);
}
