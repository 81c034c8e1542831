/* The report for a terminal: 80 columns and a little, no colour, the same order as the page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum {
    WIDTH = 78,
    FAILURES_SHOWN = 10, /* a rule; the rest is counted */
    ADVICE_SHOWN = 3, /* a tier */
    ITEMS_SHOWN = 12,
    JUDGED_SHOWN = 5,
};

/* A paragraph, masked and wrapped at blanks; every line starts with `indent` blanks, the first with `mark` instead. */
static void
paragraph(struct trm_buf *out, const char *mark, int indent, struct trm_buf *said)
{
    struct trm_buf clean = {0};
    trm_esc_text(&clean, said->data ? said->data : "");
    const char *s = clean.data ? clean.data : "";
    int column = (int)strlen(mark);
    trm_buf_adds(out, mark);
    for (bool first = true; *s; first = false) {
        size_t n = strcspn(s, " ");
        int shown = 0;
        for (size_t i = 0; i < n; i++)
            shown += (s[i] & 0xC0) != 0x80;
        if (!first && column + 1 + shown > WIDTH)
            trm_buf_addf(out, "\n%*s", indent, ""), column = indent;
        else if (!first)
            trm_buf_addc(out, ' '), column++;
        trm_buf_add(out, s, n);
        column += shown;
        s += n + (s[n] == ' ');
    }
    trm_buf_addc(out, '\n');
    out->failed |= clean.failed | said->failed;
    trm_buf_release(&clean), trm_buf_release(said);
}

static void
heading(struct trm_buf *out, const char *words)
{
    trm_buf_addf(out, "\n%s\n", words);
    for (size_t i = 0; words[i]; i++)
        trm_buf_addc(out, '-');
    trm_buf_addc(out, '\n');
}

static void
by_rule(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
{
    heading(out, "By rule");
    trm_buf_addf(out, "%-40s %-8s %8s %8s %8s\n", "rule", "severity", "fail", "unknown", "pass");
    for (size_t i = 0; i < p->rules.n; i++) {
        const struct page_rule *r = rules[i];
        size_t n[3] = {trm_page_n_fail(r), trm_page_n_unknown(r), trm_page_n_pass(r)};
        struct trm_buf id = {0};
        trm_esc_text(&id, r->id);
        trm_buf_addf(out, "%-40s %-8.8s", id.data ? id.data : "", r->severity);
        trm_buf_release(&id);
        if (n[0] + n[1] + n[2])
            trm_buf_addf(out, " %8zu %8zu %8zu\n", n[0], n[1], n[2]);
        else
            trm_buf_adds(out, "   found no element to judge\n");
    }
}

static void
specifications(struct trm_buf *out, const struct trm_page *p)
{
    const struct page_spec *s = p->specs.data;
    size_t met = 0;
    if (!p->specs.n)
        return;
    heading(out, "Specifications that are not met");
    for (size_t i = 0; i < p->specs.n; i++) {
        struct trm_buf said = {0};
        met += s[i].met;
        if (s[i].met)
            continue;
        trm_buf_addf(&said, "%s (%s): ", s[i].name, s[i].ids);
        if (s[i].undecided)
            trm_buf_adds(&said, "not decided: it has flaws, or what it asks for was not read");
        else if (s[i].miscounted)
            trm_buf_adds(&said, s[i].applicable ? "no such element may be, but some are" : "one such element at least must be, but none is");
        else
            trm_say_n(&said, s[i].failed, "failure", NULL);
        paragraph(out, "  - ", 4, &said);
    }
    trm_buf_addf(out, "%zu of %zu are met\n", met, p->specs.n);
}

/* The broadest changes first, a few of each tier. */
static void
advice(struct trm_buf *out, const struct trm_page *p)
{
    struct page_advices a;
    bool any = false;
    trm_page_advise(&a, p);
    for (int t = 0; t < N_TIERS; t++) {
        const struct page_advice *list = a.tier[t].data;
        if (!a.tier[t].n)
            continue;
        if (!any)
            heading(out, "What settles most");
        any = true;
        trm_buf_addf(out, "%s: %zu changes remove %zu failures and settle %zu unknowns\n", trm_say_tier((enum page_tier)t), a.tier[t].n,
                     a.failures[t], a.unknowns[t]);
        for (size_t i = 0; i < a.tier[t].n && i < ADVICE_SHOWN; i++) {
            struct trm_buf said = {0};
            trm_say_advice(&said, (enum page_tier)t, &list[i]);
            trm_buf_addf(&said, " [%zu]", list[i].failures + list[i].unknowns);
            paragraph(out, "  - ", 4, &said);
        }
    }
    trm_page_advices_free(&a);
}

/* What is new and bad, by name; the rest is counted. */
static void
changes(struct trm_buf *out, const struct trm_page *p)
{
    struct trm_buf said = {0};
    if (!p->changes.seen)
        return;
    heading(out, "Since last time");
    trm_say_changes(&said, p);
    paragraph(out, "", 0, &said);
    for (int st = 0; st <= STATE_EXPIRED; st++) {
        const struct page_change *c = p->changes.rows[st].data;
        for (size_t i = 0; i < p->changes.rows[st].n && i < FAILURES_SHOWN; i++) {
            trm_buf_addf(&said, "%s: %s, %s %s: %s", trm_page_state_name((enum page_state)st), trm_say_elem(c[i].elem), c[i].elem->cls,
                         *c[i].elem->guid ? c[i].elem->guid : c[i].elem->id, trm_say_rule_of(p, c[i].rule));
            if (*c[i].owner)
                trm_buf_addf(&said, ", waived by %s until %s", c[i].owner, c[i].expires);
            paragraph(out, "  - ", 4, &said);
        }
        if (p->changes.n[st] > FAILURES_SHOWN)
            trm_buf_addf(out, "  and %zu more that are %s\n", p->changes.n[st] - FAILURES_SHOWN, trm_page_state_name((enum page_state)st));
    }
}

static void
fail_lines(struct trm_buf *out, const struct page_rule *r)
{
    const struct page_fail *fails = r->fails.data;
    size_t n = r->fails.n < FAILURES_SHOWN ? r->fails.n : FAILURES_SHOWN;
    for (size_t i = 0; i < n; i++) {
        const struct page_fail *f = &fails[i];
        struct trm_buf said = {0};
        trm_buf_addf(&said, "%s, %s %s", trm_say_elem(f->elem), f->elem->cls, *f->elem->guid ? f->elem->guid : f->elem->id);
        if (*f->elem->storey)
            trm_buf_addf(&said, ", %s", f->elem->storey);
        if (*f->elem->file)
            trm_buf_addf(&said, " (%s)", f->elem->file);
        trm_buf_adds(&said, ": found ");
        trm_say_found(&said, f);
        if (*f->field)
            trm_buf_addf(&said, " in %s", f->field);
        if (f->step > 0)
            trm_buf_addf(&said, " #%ld", f->step);
        trm_buf_adds(&said, isnan(f->shortfall) ? "" : ", ");
        trm_say_short(&said, f);
        trm_buf_adds(&said, ". ");
        trm_say_mend(&said, r, f);
        paragraph(out, "  - ", 4, &said);
    }
    if (n < trm_page_n_fail(r))
        trm_buf_addf(out, "  and %zu more (-f html and -f csv list them)\n", trm_page_n_fail(r) - n);
}

static void
failures(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
{
    heading(out, "Failures");
    for (size_t i = 0, k = 0; i <= p->rules.n; i++) {
        if (i == p->rules.n) {
            trm_buf_adds(out, k ? "" : "none\n");
            return;
        }
        const struct page_rule *r = rules[i];
        if (!trm_page_n_fail(r))
            continue;
        struct trm_buf said = {0};
        trm_buf_addf(&said, "%s [%s]: ", trm_say_rule(r), r->severity);
        trm_say_n(&said, trm_page_n_fail(r), "failure", NULL);
        trm_buf_adds(&said, "; required: ");
        trm_say_asked(&said, r);
        trm_buf_adds(&said, ". ");
        struct trm_buf source = {0};
        trm_say_provenance(&source, r);
        trm_buf_adds(&said, source.len ? source.data : "");
        trm_buf_release(&source);
        paragraph(out, k++ ? "\n" : "", 0, &said);
        fail_lines(out, r);
    }
}

static void
missing(struct trm_buf *out, const struct trm_page *p)
{
    struct trm_arena mem = {0};
    struct trm_vec items = trm_page_missing(p, &mem);
    const struct page_item *item = items.data;
    if (items.n)
        heading(out, "Missing data, most wanted first");
    for (size_t i = 0; i < items.n && i < ITEMS_SHOWN; i++) {
        struct trm_buf said = {0};
        const struct page_count *why = item[i].why.data;
        trm_say_deliver(&said, &item[i]);
        trm_buf_adds(&said, " Why: ");
        for (size_t k = 0; k < item[i].why.n; k++)
            trm_buf_addf(&said, "%s%s (%zu)", k ? ", " : "", trm_say_reason(why[k].what), why[k].n);
        trm_buf_adds(&said, ".");
        paragraph(out, "  - ", 4, &said);
    }
    if (items.n > ITEMS_SHOWN)
        trm_buf_addf(out, "  and %zu more\n", items.n - ITEMS_SHOWN);
    trm_page_missing_free(&items);
    trm_arena_release(&mem);
}

static int
likeliest_failure(const void *x, const void *y)
{
    const struct page_judged *a = *(const struct page_judged *const *)x, *b = *(const struct page_judged *const *)y;
    if (a->p_pass != b->p_pass)
        return a->p_pass < b->p_pass ? -1 : 1;
    return (a > b) - (a < b);
}

static void
judged_lines(struct trm_buf *out, const struct page_rule *r)
{
    const struct page_judged *all = r->judged.data;
    const struct page_judged **order = calloc(r->judged.n + 1, sizeof *order);
    size_t n = 0;
    for (size_t i = 0; order && i < r->judged.n; i++)
        if (strcmp(all[i].verdict, "fail") == 0 && !isnan(all[i].p_pass))
            order[n++] = &all[i];
    if (order)
        qsort(order, n, sizeof *order, likeliest_failure);
    for (size_t i = 0; i < n && i < JUDGED_SHOWN; i++) {
        struct trm_buf said = {0};
        trm_buf_addf(&said, "%s, %s %s: holds with ", trm_say_elem(order[i]->elem), order[i]->elem->cls,
                     *order[i]->elem->guid ? order[i]->elem->guid : order[i]->elem->id);
        trm_say_percent(&said, order[i]->p_pass);
        paragraph(out, "    - ", 6, &said);
    }
    free(order);
}

static void
judged(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
{
    struct page_sums s;
    trm_page_sums(&s, p);
    if (s.model_pass + s.model_fail + s.abstained == 0)
        return;
    heading(out, "The model's verdicts on what is unknown (likelihoods, no findings)");
    for (size_t i = 0; i < p->rules.n; i++) {
        const struct page_rule *r = rules[i];
        if (!r->judged_all)
            continue;
        struct trm_buf said = {0};
        trm_buf_addf(&said, "%s: %zu likely fail, %zu likely pass, %zu abstained", trm_say_rule(r), r->model_fail,
                     r->model_pass, r->abstained);
        if (r->support >= 0)
            trm_buf_addf(&said, "; learned from %ld examples", r->support);
        paragraph(out, "  ", 4, &said);
        judged_lines(out, r);
    }
}

static void
eval_line(struct trm_buf *out, const trm_json *rec)
{
    const trm_json *base = trm_json_get(rec, "baselines");
    struct trm_buf said = {0};
    trm_buf_addf(&said, "%s: %.1f %% right (%.1f to %.1f), n %.0f, base rate %.1f %%",
                 trm_json_str(trm_json_get(rec, "group"), "all"),
                 100 * trm_json_num(trm_json_get(rec, "accuracy"), 0), 100 * trm_json_num(trm_json_get(rec, "lo"), 0),
                 100 * trm_json_num(trm_json_get(rec, "hi"), 0), trm_json_num(trm_json_get(rec, "n"), 0),
                 100 * trm_json_num(trm_json_get(rec, "base_rate"), 0));
    for (void *it = base ? trm_json_first(base) : NULL; it; it = trm_json_next(base, it))
        trm_buf_addf(&said, ", %s %.1f %%", trm_json_key(it),
                     100 * trm_json_num(trm_json_get(trm_json_value(it), "accuracy"), 0));
    if (trm_json_get(rec, "ece"))
        trm_buf_addf(&said, ", calibration error %.3f", trm_json_num(trm_json_get(rec, "ece"), 0));
    paragraph(out, "  ", 4, &said);
}

void
trm_page_text(struct trm_buf *out, const struct trm_page *p)
{
    struct page_rule **rules = trm_page_rules(p);
    struct trm_buf said = {0};
    if (!rules) {
        out->failed = true;
        return;
    }
    trm_buf_adds(&said, p->o.title ? p->o.title : "Model check");
    if (p->o.date)
        trm_buf_addf(&said, ", %s", p->o.date);
    paragraph(out, "", 0, &said);
    trm_say_n(&said, trm_page_n_read(p), "model", NULL);
    trm_buf_adds(&said, ", ");
    trm_say_n(&said, p->n_checked, "element", NULL);
    trm_buf_adds(&said, ", ");
    trm_say_n(&said, p->rules.n, "rule", NULL);
    trm_buf_adds(&said, ". ");
    trm_say_lead(&said, p);
    trm_buf_addc(out, '\n');
    paragraph(out, "", 0, &said);
    const struct page_model *m = p->models.data;
    for (size_t i = 0; i < p->models.n; i++)
        if (*m[i].error) {
            trm_buf_addf(&said, "Not read: %s: %s", m[i].file, m[i].error);
            paragraph(out, "", 2, &said);
        }
    if (p->o.note) {
        trm_buf_adds(&said, p->o.note);
        paragraph(out, "", 0, &said);
    }
    changes(out, p);
    if (p->rules.n) {
        by_rule(out, p, rules);
        specifications(out, p);
        advice(out, p);
        failures(out, p, rules);
        missing(out, p);
        judged(out, p, rules);
    }
    trm_json *const *evals = p->evals.data;
    if (p->evals.n)
        heading(out, "How good is the model, on buildings it never saw");
    for (size_t i = 0; i < p->evals.n; i++)
        if (!*trm_json_str(trm_json_get(evals[i], "rule"), "")) /* by rule: on the page */
            eval_line(out, evals[i]);
    free(rules);
}
