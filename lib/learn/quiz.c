/* Questions made up from known facts: "is Status EXISTING?", "is Length at least 3.4 m?". They stand beside the real rules in
 * training, each with its field hidden, so that the model learns what goes with what from every fact and not from the few
 * labels alone. Nobody asks them in use. */
#include "learn.h"

#include <string.h>

#define QUIZ_RULE "~" /* no real rule is called so; one row of the vocabulary for all questions */

static bool
is_tested(const struct trm_sample *s, const char *field)
{
    for (size_t r = 0; r < s->n_rules; r++)
        for (size_t t = 0; t < s->rules[r].n_tests; t++)
            if (!strcmp(s->rules[r].tests[t], field))
                return true;
    return false;
}

/* The only field of that name, or NULL. */
static const struct trm_sample_field *
only_field(const struct trm_sample *s, const char *name)
{
    const struct trm_sample_field *found = NULL;
    for (size_t i = 0; i < s->n_fields; i++) {
        if (strcmp(s->fields[i].name, name) != 0)
            continue;
        if (found)
            return NULL;
        found = &s->fields[i];
    }
    return found;
}

static bool
may_ask(const struct trm_sample *s, const uint8_t *hide, size_t i)
{
    const struct trm_sample_field *f = &s->fields[i];
    bool text = f->value.type == TRM_SCALAR_TEXT;
    return hide[i] == TRM_SHOWN && f->value.type != TRM_SCALAR_NONE && strcmp(f->name, "attribute.Class") != 0 &&
           !(text && trm_field_is_name(f->name)) && only_field(s, f->name) && !is_tested(s, f->name);
}

/* Another sample's value of the field; false when five tries find none that differs. */
static bool
other_value(struct trm_scalar *v, const struct trm_sample_field *f, const struct trm_ask *asks, size_t n, struct trm_rng *rng)
{
    for (int i = 0; i < 5; i++) {
        const struct trm_sample_field *o = only_field(asks[trm_rng_below(rng, n)].sample, f->name);
        if (!o || o->value.type != f->value.type)
            continue;
        bool same = f->value.type == TRM_SCALAR_TEXT ? !strcmp(o->value.text, f->value.text) : o->value.num == f->value.num;
        *v = o->value;
        if (!same)
            return true;
    }
    return false;
}

size_t
trm_quiz(struct trm_sample_rule *out, const char **tests, size_t most, const struct trm_sample *s, uint8_t *hide,
         const struct trm_ask *asks, size_t n, struct trm_rng *rng)
{
    size_t k = 0;
    for (size_t tries = 0; tries < 4 * most && k < most && s->n_fields; tries++) {
        size_t i = trm_rng_below(rng, s->n_fields);
        const struct trm_sample_field *f = &s->fields[i];
        struct trm_scalar limit = f->value;
        bool number = f->value.type == TRM_SCALAR_NUM, differ = number || trm_rng_uniform(rng) < 0.5;
        if (!may_ask(s, hide, i) || (differ && !other_value(&limit, f, asks, n, rng)))
            continue;
        bool pass = number ? f->value.num >= limit.num : !differ;
        tests[k] = f->name;
        out[k] = (struct trm_sample_rule){.rule = QUIZ_RULE, .tests = &tests[k], .n_tests = 1, .op = number ? ">=" : "==",
                                          .limit = limit, .unit = f->unit, .severity = "INFO",
                                          .label = pass ? TRM_LABEL_PASS : TRM_LABEL_FAIL, .field = f->name};
        trm_hide_field(hide, s, i);
        k++;
    }
    return k;
}
