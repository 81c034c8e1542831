/* What to do: failures and gaps put under the broadest change that takes them away.
 *
 *   way of exporting  a rule that no element of the input passes, because the value is missing throughout; a property that no
 *                     element has
 *   whole model       a rule that no element of a file passes, over several types; a property that many elements lack
 *   one type          failures with one value of one type, whichever rules they fail
 *   one element       what is left
 *
 * Every failure is counted once, so the failures of the tiers add up to those that were kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "say.h"

enum { WHOLE = 3 }; /* failures from which on a file that passes none is taken for wrong as a whole, not one by one */

/* All failures that were kept; an element's, a type's or a file's together, as they are sorted. */
static struct page_case *
cases_of(const struct trm_page *p, size_t *n)
{
    struct page_rule *const *rules = p->rules.data;
    *n = 0;
    for (size_t i = 0; i < p->rules.n; i++)
        *n += rules[i]->fails.n;
    struct page_case *all = calloc(*n + 1, sizeof *all), *to = all;
    for (size_t i = 0; all && i < p->rules.n; i++)
        for (size_t k = 0; k < rules[i]->fails.n; k++)
            *to++ = (struct page_case){rules[i], (struct page_fail *)rules[i]->fails.data + k};
    if (!all)
        *n = 0;
    return all;
}

static int
in_order(const struct page_case *a, const struct page_case *b)
{
    if (a->rule != b->rule)
        return a->rule->seq < b->rule->seq ? -1 : 1;
    return (a->fail > b->fail) - (a->fail < b->fail);
}

static int
by_type(const void *x, const void *y)
{
    const struct page_case *a = x, *b = y;
    int d = a->fail->tier - b->fail->tier;
    if (d == 0)
        d = trm_page_compare_cause(a->fail, b->fail);
    return d ? d : in_order(a, b);
}

static int
by_rule_and_file(const void *x, const void *y)
{
    const struct page_case *a = x, *b = y;
    if (a->rule != b->rule)
        return a->rule->seq < b->rule->seq ? -1 : 1;
    int d = strcmp(a->fail->elem->file, b->fail->elem->file);
    return d ? d : in_order(a, b);
}

static int
by_element(const void *x, const void *y)
{
    const struct page_case *a = x, *b = y;
    int d = strcmp(a->fail->elem->file, b->fail->elem->file);
    if (d == 0)
        d = strcmp(a->fail->elem->id, b->fail->elem->id);
    return d ? d : in_order(a, b);
}

/* --- which tier ------------------------------------------------------------------------------------------------- */

static const struct page_tally *
tally_in(const struct page_rule *r, const char *file)
{
    const struct page_tally *t = r->files.all.data;
    for (size_t i = 0; i < r->files.all.n; i++)
        if (strcmp(t[i].file, file) == 0)
            return &t[i];
    return NULL;
}

/* Nothing in the input passes the rule, for want of the value. */
static bool
never_exported(const struct page_rule *r)
{
    const struct page_tally *t = r->files.all.data;
    size_t absent = 0;
    for (size_t i = 0; i < r->files.all.n; i++)
        absent += t[i].absent;
    return r->pass == 0 && r->fail >= WHOLE && absent == r->fail;
}

static bool
several_types(const struct page_case *c, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (strcmp(c[i].fail->elem->type, c->fail->elem->type) != 0)
            return true;
    return false;
}

/* Failures of one rule in one file: all get a tier, element or type for now where the file as a whole is not wrong. */
static void
tier_of_file(struct page_case *c, size_t n)
{
    const struct page_tally *t = tally_in(c->rule, c->fail->elem->file);
    int tier = TIER_ELEMENT;
    if (never_exported(c->rule))
        tier = TIER_EXPORT;
    else if (t && t->pass == 0 && t->fail >= WHOLE && several_types(c, n))
        tier = TIER_MODEL;
    for (size_t i = 0; i < n; i++)
        c[i].fail->tier = tier;
}

/* Failures with one cause that are nobody's yet: a type's when several elements share it. */
static void
tier_of_cause(struct page_case *c, size_t n)
{
    bool several = false;
    for (size_t i = 1; i < n && !several; i++)
        several = c[i].fail->elem != c->fail->elem;
    for (size_t i = 0; i < n; i++)
        c[i].fail->tier = several && *c->fail->elem->type ? TIER_TYPE : TIER_ELEMENT;
}

/* --- advice ----------------------------------------------------------------------------------------------------- */

/* Whether a wants more than b: a mending that satisfies a satisfies b. */
static bool
further_off(const struct page_fail *a, const struct page_fail *b)
{
    if (isnan(a->shortfall) || isnan(b->shortfall) || *a->op != *b->op || strcmp(a->field, b->field) || strcmp(a->unit, b->unit))
        return false;
    return a->shortfall > b->shortfall;
}

static void
advise(struct page_advices *a, enum page_tier tier, const struct page_case *c, size_t n)
{
    struct page_advice *new = trm_vec_push(&a->tier[tier], sizeof *new);
    if (!new)
        return;
    *new = (struct page_advice){.rule = c->rule, .first = c->fail, .failures = n, .rules = 1};
    for (size_t i = 0; i < n; i++) {
        new->errors += trm_page_rank(c[i].rule->severity) == 3;
        new->rules += i > 0 && c[i].rule != c[i - 1].rule;
        if (further_off(c[i].fail, new->first))
            new->first = c[i].fail, new->rule = c[i].rule;
    }
}

typedef bool same_case(const struct page_case *a, const struct page_case *b);

static bool
same_file(const struct page_case *a, const struct page_case *b)
{
    return a->rule == b->rule && strcmp(a->fail->elem->file, b->fail->elem->file) == 0;
}

static bool
same_rule(const struct page_case *a, const struct page_case *b)
{
    return a->rule == b->rule;
}

static bool
same_cause(const struct page_case *a, const struct page_case *b)
{
    return a->fail->tier == b->fail->tier && trm_page_compare_cause(a->fail, b->fail) == 0;
}

static bool
same_element(const struct page_case *a, const struct page_case *b)
{
    return strcmp(a->fail->elem->file, b->fail->elem->file) == 0 && strcmp(a->fail->elem->id, b->fail->elem->id) == 0;
}

/* End of the run of cases that belong together and, tier given, stand in that tier. */
static size_t
run_end(const struct page_case *c, size_t from, size_t n, same_case *same)
{
    size_t to = from + 1;
    while (to < n && same(&c[from], &c[to]))
        to++;
    return to;
}

/* An advice for each run of cases of a tier. */
static void
advise_runs(struct page_advices *a, enum page_tier tier, struct page_case *c, size_t n, same_case *same)
{
    struct page_case *kept = calloc(n + 1, sizeof *kept);
    size_t k = 0;
    for (size_t i = 0; kept && i < n; i++)
        if (c[i].fail->tier == (int)tier)
            kept[k++] = c[i];
    for (size_t i = 0, to; i < k; i = to) {
        to = run_end(kept, i, k, same);
        advise(a, tier, kept + i, to - i);
    }
    free(kept);
}

/* What is missing: to be exported where nobody has it, else to be filled in throughout the models. */
static void
advise_items(struct page_advices *a)
{
    const struct page_item *items = a->items.data;
    for (size_t i = 0; i < a->items.n; i++) {
        struct page_advice *new = trm_vec_push(&a->tier[items[i].nobody ? TIER_EXPORT : TIER_MODEL], sizeof *new);
        if (new)
            *new = (struct page_advice){.item = &items[i], .unknowns = items[i].verdicts, .rules = items[i].rules.n};
    }
}

static int
bigger(const void *x, const void *y)
{
    const struct page_advice *a = x, *b = y;
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    if (a->errors != b->errors)
        return a->errors < b->errors ? 1 : -1;
    if (a->unknowns != b->unknowns)
        return a->unknowns < b->unknowns ? 1 : -1;
    if (a->item || b->item)
        return (a->item > b->item) - (a->item < b->item); /* place in the list */
    return in_order(&(struct page_case){(struct page_rule *)a->rule, (struct page_fail *)a->first},
                    &(struct page_case){(struct page_rule *)b->rule, (struct page_fail *)b->first});
}

static void
sum_up(struct page_advices *a)
{
    for (int t = 0; t < N_TIERS; t++) {
        struct page_advice *all = a->tier[t].data;
        if (all)
            qsort(all, a->tier[t].n, sizeof *all, bigger);
        for (size_t i = 0; i < a->tier[t].n; i++) {
            a->failures[t] += all[i].failures;
            a->errors[t] += all[i].errors;
            a->unknowns[t] += all[i].unknowns;
        }
    }
}

void
trm_page_advise(struct page_advices *a, const struct trm_page *p)
{
    size_t n;
    struct page_case *c = cases_of(p, &n);
    *a = (struct page_advices){0};
    if (n)
        qsort(c, n, sizeof *c, by_rule_and_file);
    for (size_t i = 0, to; i < n; i = to) {
        to = run_end(c, i, n, same_file);
        tier_of_file(c + i, to - i);
    }
    advise_runs(a, TIER_EXPORT, c, n, same_rule);
    advise_runs(a, TIER_MODEL, c, n, same_file);
    if (n)
        qsort(c, n, sizeof *c, by_type);
    for (size_t i = 0, to; i < n; i = to) {
        to = run_end(c, i, n, same_cause);
        if (c[i].fail->tier == TIER_ELEMENT)
            tier_of_cause(c + i, to - i);
    }
    advise_runs(a, TIER_TYPE, c, n, same_cause);
    if (n)
        qsort(c, n, sizeof *c, by_element);
    advise_runs(a, TIER_ELEMENT, c, n, same_element);
    free(c);
    a->items = trm_page_missing(p, &a->mem);
    advise_items(a);
    sum_up(a);
}

void
trm_page_advices_free(struct page_advices *a)
{
    for (int t = 0; t < N_TIERS; t++)
        free(a->tier[t].data);
    trm_page_missing_free(&a->items);
    trm_arena_release(&a->mem);
}

/* --- by element ------------------------------------------------------------------------------------------------- */

static int
worse(const void *x, const void *y)
{
    const struct page_failing *a = x, *b = y;
    if (a->errors != b->errors)
        return a->errors < b->errors ? 1 : -1;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return (a->from > b->from) - (a->from < b->from);
}

struct page_failings
trm_page_failing(const struct trm_page *p)
{
    struct page_failings f = {0};
    size_t n;
    struct page_case *c = cases_of(p, &n);
    if (n)
        qsort(c, n, sizeof *c, by_element);
    f.fails = (struct trm_vec){c, n, n};
    for (size_t i = 0, to; i < n; i = to) {
        struct page_failing *new = trm_vec_push(&f.elements, sizeof *new);
        to = run_end(c, i, n, same_element);
        if (!new)
            continue;
        *new = (struct page_failing){.elem = c[i].fail->elem, .from = i, .n = to - i};
        for (size_t k = i; k < to; k++)
            new->errors += trm_page_rank(c[k].rule->severity) == 3;
    }
    if (f.elements.n)
        qsort(f.elements.data, f.elements.n, sizeof(struct page_failing), worse);
    return f;
}
