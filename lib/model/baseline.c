/* What the baselines look at: terms of the logistic regression, sizes in names. */
#include "model.h"

#include <string.h>

#include "../base/hash.h"
#include "../base/unit.h"

struct terms {
    struct trm_term *t;
    size_t n, max;
};

static void
add_term(struct terms *t, uint32_t at, double x)
{
    if (t->n < t->max && x != 0)
        t->t[t->n++] = (struct trm_term){at, (float)x};
}

/* Place of a hashed term; `what` keeps kinds apart, k numbers the features of one number. */
static uint32_t
place(const char *field, char what, const char *text, unsigned k)
{
    uint64_t h = trm_hash64(field, strlen(field), (uint64_t)what << 32 | k);
    h = trm_hash64(text, strlen(text), h);
    return (uint32_t)(1 + TRM_CODE_FEATURES + h % TRM_LOGISTIC_HASHED);
}

static void
add_number(struct terms *t, const char *field, char what, const char *text, double x)
{
    float f[32];
    trm_code_number(f, x);
    for (unsigned k = 0; k < 32; k++)
        add_term(t, place(field, what, text, k), f[k]);
}

static void
add_name(struct terms *t, const char *field, const char *name, bool numbers)
{
    struct trm_name_part part[16];
    size_t n = trm_name_split(part, 16, name);
    unsigned seen = 0;
    for (size_t i = 0; i < n; i++) {
        char which[8] = {(char)('0' + (seen < 8 ? seen : 8))};
        if (!part[i].is_number)
            add_term(t, place(field, 'w', part[i].word, 0), 1);
        else if (numbers)
            add_number(t, field, '#', which, part[i].number);
        seen += part[i].is_number;
    }
}

static void
add_field(struct terms *t, const struct trm_sample_field *f, uint8_t hide)
{
    if (hide == TRM_HIDDEN)
        return;
    add_term(t, place(f->name, 'p', "", 0), 1);
    if (f->value.type == TRM_SCALAR_TEXT && trm_field_is_name(f->name))
        add_name(t, f->name, f->value.text, hide != TRM_NUMBERS_HIDDEN);
    else if (f->value.type == TRM_SCALAR_TEXT)
        add_term(t, place(f->name, '=', f->value.text, 0), 1);
    else if (f->value.type == TRM_SCALAR_BOOL)
        add_term(t, place(f->name, '=', f->value.num != 0 ? "true" : "false", 0), 1);
    else if (f->value.type == TRM_SCALAR_NUM)
        add_number(t, f->name, 'n', "", f->value.num);
}

size_t
trm_logistic_terms(struct trm_term *terms, size_t max, const struct trm_vocab *v, const struct trm_sample *s,
                   const uint8_t *hide, const struct trm_coded *coded, size_t first_rule, size_t r)
{
    (void)v;
    struct terms t = {.t = terms, .max = max};
    add_term(&t, 0, 1);
    const float *at_rule = coded->feats + (coded->rule_at + r - first_rule) * TRM_CODE_FEATURES;
    for (uint32_t k = 0; k < TRM_CODE_FEATURES; k++)
        add_term(&t, 1 + k, at_rule[k]);
    for (size_t i = 0; i < s->n_fields; i++)
        add_field(&t, &s->fields[i], hide ? hide[i] : TRM_SHOWN);
    return t.n;
}

/* Number `at` of the field's name, in SI; false when there is none that is shown. */
static bool
parsed_size(double *x, const struct trm_name_rule *n, const struct trm_sample *s, const uint8_t *hide)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct trm_sample_field *f = &s->fields[i];
        if (strcmp(f->name, n->field) != 0 || f->value.type != TRM_SCALAR_TEXT || (hide && hide[i] != TRM_SHOWN))
            continue;
        struct trm_name_part part[16];
        size_t parts = trm_name_split(part, 16, f->value.text), seen = 0;
        for (size_t p = 0; p < parts; p++) {
            if (!part[p].is_number || seen++ != n->at)
                continue;
            const struct trm_unit *u = part[p].unit ? trm_unit_find(part[p].unit) : NULL;
            *x = part[p].number * (u ? u->factor : n->scale);
            return true;
        }
    }
    return false;
}

int
trm_name_says(const struct trm_name_rule *n, const struct trm_sample *s, const uint8_t *hide, size_t r)
{
    double x, limit = s->rules[r].limit.num;
    const char *op = s->rules[r].op;
    if (!n->field || s->rules[r].limit.type != TRM_SCALAR_NUM || !op || !parsed_size(&x, n, s, hide))
        return 2;
    if (op[0] == '>')
        return op[1] == '=' ? trm_same_number(x, limit) || x > limit : x > limit && !trm_same_number(x, limit);
    if (op[0] == '<')
        return op[1] == '=' ? trm_same_number(x, limit) || x < limit : x < limit && !trm_same_number(x, limit);
    if (op[0] == '=' || op[0] == '!')
        return trm_same_number(x, limit) == (op[0] == '=');
    return 2;
}
