/* Putting what was gathered in order: rules by weight, gaps by property, failures by cause. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "say.h"

int
trm_page_rank(const char *severity)
{
    static const char *const names[] = {"INFO", "WARNING", "ERROR"};
    for (int i = 0; i < 3; i++)
        if (strcmp(severity, names[i]) == 0)
            return i + 1;
    return 0;
}

/* Results win over summaries: they are what the evidence below the counts comes from. */
static bool
counted(const struct page_rule *r)
{
    return r->pass + r->fail + r->unknown > 0 || !r->sum.seen;
}

size_t
trm_page_n_pass(const struct page_rule *r)
{
    return counted(r) ? r->pass : r->sum.pass;
}

size_t
trm_page_n_fail(const struct page_rule *r)
{
    return counted(r) ? r->fail : r->sum.fail;
}

size_t
trm_page_n_unknown(const struct page_rule *r)
{
    return counted(r) ? r->unknown : r->sum.unknown;
}

size_t
trm_page_count(const trm_json *v)
{
    double x = trm_json_num(v, 0);
    return x >= 0 && x <= 9007199254740992.0 ? (size_t)x : 0;
}

size_t
trm_page_n_read(const struct trm_page *p)
{
    const struct page_model *m = p->models.data;
    size_t n = 0;
    for (size_t i = 0; i < p->models.n; i++)
        n += *m[i].error == 0;
    return n;
}

static int
by_weight(const void *x, const void *y)
{
    const struct page_rule *a = *(struct page_rule *const *)x, *b = *(struct page_rule *const *)y;
    int ra = trm_page_rank(a->severity), rb = trm_page_rank(b->severity);
    size_t fa = trm_page_n_fail(a), fb = trm_page_n_fail(b);
    if (ra != rb)
        return ra < rb ? 1 : -1;
    if (fa != fb)
        return fa < fb ? 1 : -1;
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

struct page_rule **
trm_page_rules(const struct trm_page *p)
{
    struct page_rule **rules = calloc(p->rules.n + 1, sizeof *rules);
    if (!rules)
        return NULL;
    if (p->rules.n)
        memcpy(rules, p->rules.data, p->rules.n * sizeof *rules);
    qsort(rules, p->rules.n, sizeof *rules, by_weight);
    for (size_t i = 0; i < p->rules.n; i++)
        rules[i]->place = i;
    return rules;
}

/* --- what is missing -------------------------------------------------------------------------------------------- */

/* What is to be filled in is what the rule asks for first, wherever a substitute was looked at; but a value that stands there
 * and cannot be used is to be mended where it stands. */
static void
wanted_field(struct trm_buf *field, struct trm_buf *others, const struct page_want *w)
{
    trm_say_sources(w->rule, field, others);
    if (*w->field && (!field->len || strcmp(w->reason, "no_unit") == 0 || strcmp(w->reason, "wrong_type") == 0)) {
        trm_buf_reset(field);
        trm_buf_adds(field, w->field);
    }
    if (!field->len)
        trm_buf_addf(field, "what %s asks for", w->rule->id);
}

static struct page_item *
item_of(struct trm_vec *items, const struct page_want *w, struct trm_arena *mem)
{
    struct trm_buf field = {0}, others = {0};
    wanted_field(&field, &others, w);
    struct page_item *all = items->data, *found = NULL;
    for (size_t i = 0; i < items->n && !found && !field.failed; i++)
        if (strcmp(all[i].field, field.data) == 0)
            found = &all[i];
    if (!found && (found = trm_vec_push(items, sizeof *found))) {
        found->field = trm_arena_strdup(mem, field.failed ? "" : field.data);
        found->others = trm_arena_strdup(mem, others.len && !others.failed ? others.data : "");
        found->unit = w->rule->unit;
        if (!found->field || !found->others)
            items->n--, found = NULL;
    }
    trm_buf_release(&field), trm_buf_release(&others);
    return found;
}

static void
add_rule(struct page_item *item, struct page_rule *r)
{
    struct page_rule **all = item->rules.data, **slot;
    for (size_t i = 0; i < item->rules.n; i++)
        if (all[i] == r)
            return;
    if ((slot = trm_vec_push(&item->rules, sizeof *slot)))
        *slot = r;
}

static void
add_count(struct trm_vec *counts, const char *what, size_t n)
{
    struct page_count *all = counts->data, *slot;
    for (size_t i = 0; i < counts->n; i++)
        if (strcmp(all[i].what, what) == 0) {
            all[i].n += n;
            return;
        }
    if ((slot = trm_vec_push(counts, sizeof *slot)))
        *slot = (struct page_count){what, n};
}

static void
add_place(struct page_item *item, const struct page_gap *g)
{
    struct page_place *all = item->places.data, *slot;
    for (size_t i = 0; i < item->places.n; i++)
        if (all[i].file == g->file && all[i].storey == g->storey) {
            all[i].n += g->n;
            return;
        }
    if ((slot = trm_vec_push(&item->places, sizeof *slot)))
        *slot = (struct page_place){g->file, g->storey, g->n};
}

/* One gap into the list: each property once for its elements, however many rules wait for it. */
static void
add_gap(struct trm_vec *items, const struct page_gap *g, struct trm_arena *mem)
{
    size_t done[64], n_done = 0;
    for (size_t i = 0; i < g->n_wants; i++) {
        struct page_item *item = item_of(items, &g->wants[i], mem);
        if (!item)
            continue;
        size_t place = (size_t)(item - (struct page_item *)items->data), k = 0;
        item->verdicts += g->n;
        add_rule(item, g->wants[i].rule);
        add_count(&item->why, g->wants[i].reason, g->n);
        while (k < n_done && done[k] != place)
            k++;
        if (k < n_done)
            continue;
        if (n_done < 64)
            done[n_done++] = place;
        item->elements += g->n;
        add_place(item, g);
        for (size_t e = 0; e < g->n_examples && item->n_examples < PAGE_EXAMPLES; e++)
            item->example[item->n_examples++] = g->example[e];
    }
}

static int
more_verdicts(const void *x, const void *y)
{
    const struct page_item *a = x, *b = y;
    if (a->verdicts != b->verdicts)
        return a->verdicts < b->verdicts ? 1 : -1;
    return strcmp(a->field, b->field);
}

static int
more_elements(const void *x, const void *y)
{
    const struct page_place *a = x, *b = y;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    int files = strcmp(a->file, b->file);
    return files ? files : strcmp(a->storey, b->storey);
}

static int
more_count(const void *x, const void *y)
{
    const struct page_count *a = x, *b = y;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return strcmp(a->what, b->what);
}

/* Whether a rule's summary says that nobody in the input has this property. */
static bool
is_absent(const struct page_item *item)
{
    struct page_rule *const *rules = item->rules.data;
    for (size_t i = 0; i < item->rules.n; i++)
        for (size_t k = 0; k < rules[i]->n_absent; k++)
            if (strcmp(rules[i]->absent[k], item->field) == 0)
                return true;
    return false;
}

struct trm_vec
trm_page_missing(const struct trm_page *p, struct trm_arena *mem)
{
    struct trm_vec items = {0};
    struct page_gap *const *gaps = p->gaps.data;
    for (size_t i = 0; i < p->gaps.n; i++)
        add_gap(&items, gaps[i], mem);
    if (!items.n)
        return items;
    qsort(items.data, items.n, sizeof(struct page_item), more_verdicts);
    for (size_t i = 0; i < items.n; i++) {
        struct page_item *item = (struct page_item *)items.data + i;
        item->nobody = is_absent(item);
        if (item->places.n)
            qsort(item->places.data, item->places.n, sizeof(struct page_place), more_elements);
        if (item->why.n)
            qsort(item->why.data, item->why.n, sizeof(struct page_count), more_count);
    }
    return items;
}

void
trm_page_missing_free(struct trm_vec *items)
{
    struct page_item *all = items->data;
    for (size_t i = 0; i < items->n; i++)
        free(all[i].rules.data), free(all[i].places.data), free(all[i].why.data);
    free(items->data);
    *items = (struct trm_vec){0};
}

/* --- causes ----------------------------------------------------------------------------------------------------- */

int
trm_page_compare_cause(const struct page_fail *a, const struct page_fail *b)
{
    int d = strcmp(a->elem->type, b->elem->type);
    if (d == 0)
        d = strcmp(a->field, b->field);
    if (d == 0)
        d = (a->value.type > b->value.type) - (a->value.type < b->value.type);
    if (d == 0 && a->value.type == VALUE_NUM)
        d = (a->value.num > b->value.num) - (a->value.num < b->value.num);
    if (d == 0 && a->value.type == VALUE_TEXT)
        d = strcmp(a->value.text, b->value.text);
    return d;
}

static int
by_cause(const void *x, const void *y)
{
    const struct page_fail *a = *(const struct page_fail *const *)x, *b = *(const struct page_fail *const *)y;
    int d = trm_page_compare_cause(a, b);
    return d ? d : (a > b) - (a < b); /* place in the list: order of arrival */
}

static int
more_failures(const void *x, const void *y)
{
    const struct page_cause *a = x, *b = y;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return (a->first > b->first) - (a->first < b->first);
}

struct trm_vec
trm_page_causes(const struct page_rule *r)
{
    struct trm_vec causes = {0};
    const struct page_fail *fails = r->fails.data;
    const struct page_fail **order = calloc(r->fails.n + 1, sizeof *order);
    struct page_cause *c = NULL;
    for (size_t i = 0; order && i < r->fails.n; i++)
        order[i] = &fails[i];
    if (order)
        qsort(order, r->fails.n, sizeof *order, by_cause);
    for (size_t i = 0; order && i < r->fails.n; i++) {
        if (c && trm_page_compare_cause(c->first, order[i]) == 0)
            c->n++;
        else if ((c = trm_vec_push(&causes, sizeof *c)))
            *c = (struct page_cause){order[i], 1};
    }
    free(order);
    if (causes.n)
        qsort(causes.data, causes.n, sizeof *c, more_failures);
    return causes;
}
