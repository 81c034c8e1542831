/* A sample to rows and features. In: a closed vocabulary and a sample. Out: the arrays of struct trm_coded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "number.h"
#include "vocab.h"

struct row_sink {
    const struct trm_vocab *v;
    int32_t *ids; /* [K] of the position in hand */
};

static void
put_row(void *ctx, int column, char space, const char *text, size_t n)
{
    struct row_sink *sink = ctx;
    sink->ids[column] = trm_vocab_row(sink->v, space, text, n);
}

struct ranked {
    const struct trm_item *item;
    const char *field;
};

/* The order in which positions stand, and in which they are kept. */
static int
compare_ranked(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    const struct trm_item *x = p->item, *y = q->item;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->seen != y->seen)
        return x->seen > y->seen ? -1 : 1;
    int order = strcmp(p->field, q->field);
    if (order)
        return order;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static void
clear(struct trm_coded *out, size_t S)
{
    for (size_t i = 0; i < S * TRM_CODE_COLUMNS; i++)
        out->ids[i] = -1;
    memset(out->feats, 0, S * TRM_CODE_FEATURES * sizeof *out->feats);
    for (size_t i = 0; i < S; i++)
        out->labels[i] = TRM_LABEL_NONE;
    for (size_t i = 0; out->at && i < S; i++)
        out->at[i] = (struct trm_code_at){0};
}

static void
put_items(struct trm_coded *out, const struct trm_vocab *v, const struct trm_sample *s, const struct ranked *ranked, size_t n)
{
    for (size_t p = 0; p < n; p++) {
        const struct trm_item *item = ranked[p].item;
        struct row_sink sink = {v, out->ids + p * TRM_CODE_COLUMNS};
        trm_item_categories(s, item, put_row, &sink);
        trm_item_features(out->feats + p * TRM_CODE_FEATURES, s, item);
        if (out->at)
            out->at[p] = (struct trm_code_at){item->what, item->index};
    }
}

/* A rule that only asks whether there is a value has no true answer once the value is hidden. */
static enum trm_label
label_of(const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide)
{
    bool asks_existence = hide && !strcmp(r->op, "exists");
    bool was_hidden = asks_existence && trm_rule_known(s, r, NULL) != SIZE_MAX && trm_rule_known(s, r, hide) == SIZE_MAX;
    return was_hidden ? TRM_LABEL_NONE : r->label;
}

static void
put_rules(struct trm_coded *out, const struct trm_vocab *v, const struct trm_sample *s, const uint8_t *hide,
          const struct trm_items *items, size_t first_rule)
{
    for (size_t j = 0; j < out->n_rules; j++) {
        const struct trm_sample_rule *r = &s->rules[first_rule + j];
        size_t p = out->rule_at + j;
        struct row_sink sink = {v, out->ids + p * TRM_CODE_COLUMNS};
        trm_rule_categories(s, r, hide, put_row, &sink);
        trm_rule_features(out->feats + p * TRM_CODE_FEATURES, s, r, hide, items);
        out->labels[p] = label_of(s, r, hide);
        if (out->at)
            out->at[p] = (struct trm_code_at){TRM_AT_RULE, (uint32_t)(first_rule + j)};
    }
}

/* Items in the order of compare_ranked; owned by the caller. NULL when memory is out. */
static struct ranked *
rank_items(struct trm_items *items, const struct trm_vocab *v, const struct trm_sample *s)
{
    struct ranked *ranked = calloc(items->n + 1, sizeof *ranked);
    for (size_t i = 0; ranked && i < items->n; i++) {
        const char *field = s->fields[items->item[i].index].name;
        items->item[i].seen = trm_vocab_seen(v, 'f', field, strlen(field));
        ranked[i] = (struct ranked){&items->item[i], field};
    }
    if (ranked)
        qsort(ranked, items->n, sizeof *ranked, compare_ranked);
    return ranked;
}

int
trm_encode(struct trm_coded *out, const struct trm_vocab *v, const struct trm_sample *s, const uint8_t *hide, size_t first_rule,
           struct trm_err *err)
{
    size_t S = v->opt.positions, left = first_rule < s->n_rules ? s->n_rules - first_rule : 0;
    struct trm_items items = {0};
    struct ranked *ranked = trm_items_of(&items, s, hide) ? NULL : rank_items(&items, v, s);
    if (!ranked) {
        free(items.item);
        return trm_err_set(err, TRM_SYS, "out of memory");
    }
    out->n_rules = left < v->opt.max_rules ? left : v->opt.max_rules;
    out->rule_at = items.n < S - out->n_rules ? items.n : S - out->n_rules;
    out->n_dropped = items.n - out->rule_at;
    out->n_used = out->rule_at + out->n_rules;
    clear(out, S);
    put_items(out, v, s, ranked, out->rule_at);
    put_rules(out, v, s, hide, &items, first_rule);
    free(ranked);
    free(items.item);
    return 0;
}
