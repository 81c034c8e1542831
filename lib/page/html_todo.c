/* What to do, in tiers; failures by element; IDS specifications; verdicts by file; what changed since last time. */
#include <stdlib.h>
#include <string.h>

#include "html.h"

enum {
    ADVICE_SHOWN = 40, /* a tier */
    ELEMENTS_SHOWN = 200,
    FAILS_SHOWN = 6, /* of one element */
    FILES_SHOWN = 10,
    CHANGES_SHOWN = 100, /* a state */
};

/* "and 12 more" below a list that was cut. */
static void
left_out(struct trm_buf *out, size_t n, const char *what, const char *where)
{
    if (!n)
        return;
    trm_buf_adds(out, "<p class=\"note\">");
    trm_say_count(out, n);
    trm_buf_addf(out, " more %s are counted but not listed here%s</p>\n", what, where);
}

static void
count_cell(struct trm_buf *out, size_t n)
{
    trm_buf_adds(out, "<td class=\"n\">");
    if (n) /* an empty cell is left out on a narrow screen */
        trm_say_count(out, n);
    trm_buf_adds(out, "</td>");
}

/* --- what to do ------------------------------------------------------------------------------------------------- */

void
trm_html_tiers(struct trm_buf *out, const struct page_advices *a)
{
    size_t all = 0;
    for (int t = 0; t < N_TIERS; t++)
        all += a->tier[t].n;
    if (!all)
        return;
    trm_buf_adds(out, "<h3>What settles most</h3>\n<table class=\"stack tiers\" aria-label=\"What settles most\"><thead><tr><th scope=\"col\">Mend</th><th "
                      "scope=\"col\" class=\"n\">Changes</th><th scope=\"col\" class=\"n\">Removes failures</th><th scope=\"col\" "
                      "class=\"n\">Settles unknowns</th><th scope=\"col\">First of all</th></tr></thead><tbody>\n");
    for (int t = 0; t < N_TIERS; t++) {
        const struct page_advice *first = a->tier[t].data;
        struct trm_buf said = {0};
        if (!a->tier[t].n)
            continue;
        trm_buf_addf(out, "<tr><th scope=\"row\"><a href=\"#do%d\">%s</a></th>", t, trm_say_tier((enum page_tier)t));
        count_cell(out, a->tier[t].n);
        count_cell(out, a->failures[t]);
        count_cell(out, a->unknowns[t]);
        trm_buf_adds(out, "<td>");
        trm_say_advice(&said, (enum page_tier)t, first);
        trm_html_said(out, &said);
        trm_buf_adds(out, "</td></tr>\n");
    }
    trm_buf_adds(out, "</tbody></table>\n");
}

static void
tier(struct trm_buf *out, const struct page_advices *a, enum page_tier t)
{
    const struct page_advice *list = a->tier[t].data;
    size_t shown = a->tier[t].n < ADVICE_SHOWN ? a->tier[t].n : ADVICE_SHOWN;
    if (!shown)
        return;
    trm_buf_addf(out, "<details id=\"do%d\"%s><summary><span class=\"t\">%s</span><span class=\"r\">", t,
                 t == TIER_EXPORT ? " open" : "", trm_say_tier(t));
    trm_say_n(out, a->tier[t].n, "change", NULL);
    if (a->failures[t]) {
        trm_buf_adds(out, " \xC2\xB7 removes ");
        trm_say_n(out, a->failures[t], "failure", NULL);
    }
    if (a->unknowns[t]) {
        trm_buf_adds(out, " \xC2\xB7 settles ");
        trm_say_n(out, a->unknowns[t], "unknown", NULL);
    }
    trm_buf_adds(out, "</span></summary>\n<div class=\"scroll\"><table class=\"stack td\" aria-label=\"Changes, most failures first\"><thead><tr><th scope=\"col\">Change</th>"
                      "<th scope=\"col\" class=\"n\">Removes failures</th><th scope=\"col\" class=\"n\">of them errors</th><th "
                      "scope=\"col\" class=\"n\">Settles unknowns</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        struct trm_buf said = {0};
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_say_advice(&said, t, &list[i]);
        trm_html_said(out, &said);
        trm_buf_adds(out, "</th>");
        count_cell(out, list[i].failures);
        count_cell(out, list[i].errors);
        count_cell(out, list[i].unknowns);
        trm_buf_adds(out, "</tr>\n");
    }
    trm_buf_adds(out, "</tbody></table></div>\n");
    left_out(out, a->tier[t].n - shown, "changes", "; the failures below name each.");
    trm_buf_adds(out, "</details>\n");
}

void
trm_html_todo(struct trm_buf *out, const struct trm_page *p, const struct page_advices *a)
{
    size_t all = 0, kept = 0;
    struct page_sums s;
    trm_page_sums(&s, p);
    for (int t = 0; t < N_TIERS; t++)
        all += a->tier[t].n, kept += a->failures[t];
    if (!all)
        return;
    trm_buf_adds(out, "<section id=\"todo\" aria-labelledby=\"h-todo\">\n<h2 id=\"h-todo\">What to do</h2>\n<p>The broadest change "
                      "first. Every failure stands with one change only, the broadest that takes it away, so the figures add "
                      "up. An unknown that is settled may turn out to pass or to fail.</p>\n");
    if (kept < s.fail) {
        trm_buf_adds(out, "<p class=\"note\">Of ");
        trm_say_n(out, s.fail, "failure", NULL);
        trm_buf_adds(out, ", ");
        trm_say_count(out, kept);
        trm_buf_adds(out, " were kept with their evidence and are sorted here.</p>\n");
    }
    for (int t = 0; t < N_TIERS; t++)
        tier(out, a, (enum page_tier)t);
    trm_buf_adds(out, "</section>\n");
}

/* --- by element ------------------------------------------------------------------------------------------------- */

static void
element_row(struct trm_buf *out, const struct trm_page *p, const struct page_failings *f, const struct page_failing *e)
{
    const struct page_case *c = (const struct page_case *)f->fails.data + e->from;
    trm_buf_adds(out, "<tr><th scope=\"row\">");
    trm_html_elem(out, e->elem);
    trm_buf_adds(out, "</th><td>");
    trm_html_place(out, p, e->elem->file, e->elem->storey);
    trm_buf_adds(out, "</td>");
    count_cell(out, e->n);
    count_cell(out, e->errors);
    trm_buf_adds(out, "<td><ul class=\"plain\">");
    for (size_t i = 0; i < e->n && i < FAILS_SHOWN; i++) {
        struct trm_buf said = {0};
        trm_buf_addf(out, "<li><a href=\"#r%zu\">", c[i].rule->place);
        trm_html_bdi(out, trm_say_rule(c[i].rule));
        trm_buf_adds(out, "</a>: ");
        trm_say_mend(&said, c[i].rule, c[i].fail);
        trm_html_said(out, &said);
        trm_buf_adds(out, "</li>");
    }
    if (e->n > FAILS_SHOWN)
        trm_buf_addf(out, "<li>and %zu more</li>", e->n - FAILS_SHOWN);
    trm_buf_adds(out, "</ul></td></tr>\n");
}

void
trm_html_elements(struct trm_buf *out, const struct trm_page *p)
{
    struct page_failings f = trm_page_failing(p);
    const struct page_failing *e = f.elements.data;
    size_t shown = f.elements.n < ELEMENTS_SHOWN ? f.elements.n : ELEMENTS_SHOWN;
    if (shown > p->o.max_rows)
        shown = p->o.max_rows;
    if (shown) {
        trm_buf_adds(out, "<section id=\"elements\" aria-labelledby=\"h-elements\">\n<h2 id=\"h-elements\">By element</h2>\n<p>The "
                          "elements with most to mend.</p>\n<details><summary><span class=\"t\">Elements that fail</span><span "
                          "class=\"r\">");
        trm_say_count(out, shown);
        trm_buf_adds(out, " of ");
        trm_say_count(out, f.elements.n);
        trm_buf_adds(out, "</span></summary>\n<div class=\"scroll\"><table class=\"stack el\" aria-label=\"Elements that fail\"><thead><tr><th scope=\"col\">Element</th>"
                          "<th scope=\"col\">Where</th><th scope=\"col\" class=\"n\">Failures</th><th scope=\"col\" class=\"n\">"
                          "Errors</th><th scope=\"col\">How to mend it</th></tr></thead><tbody>\n");
        for (size_t i = 0; i < shown; i++)
            element_row(out, p, &f, &e[i]);
        trm_buf_adds(out, "</tbody></table></div>\n</details>\n");
        left_out(out, f.elements.n - shown, "elements", "; the table by rule names them.");
        trm_buf_adds(out, "</section>\n");
    }
    free(f.fails.data), free(f.elements.data);
}

/* --- by file, by specification ---------------------------------------------------------------------------------- */

static int
worse_file(const void *x, const void *y)
{
    const struct page_tally *a = *(const struct page_tally *const *)x, *b = *(const struct page_tally *const *)y;
    if (a->errors != b->errors)
        return a->errors < b->errors ? 1 : -1;
    if (a->fail != b->fail)
        return a->fail < b->fail ? 1 : -1;
    return (a > b) - (a < b);
}

void
trm_html_by_file(struct trm_buf *out, const struct trm_page *p)
{
    const struct page_tally *t = p->files.all.data;
    size_t n = p->files.all.n, shown = n < FILES_SHOWN ? n : FILES_SHOWN;
    const struct page_tally **order = n > 1 ? calloc(n, sizeof *order) : NULL;
    if (!order)
        return;
    for (size_t i = 0; i < n; i++)
        order[i] = &t[i];
    qsort(order, n, sizeof *order, worse_file);
    trm_buf_adds(out, "<h3>By model</h3>\n");
    trm_html_count_head(out, "Model");
    for (size_t i = 0; i < shown; i++) {
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_html_bdi(out, *order[i]->file ? order[i]->file : "(no file named)");
        trm_buf_adds(out, "</th>");
        trm_html_counts(out, (size_t[]){order[i]->pass, order[i]->fail, order[i]->unknown});
        trm_buf_adds(out, "</tr>\n");
    }
    trm_buf_adds(out, "</tbody></table>\n");
    left_out(out, n - shown, "models, with fewer errors,", ".");
    free(order);
}

void
trm_html_specs(struct trm_buf *out, const struct trm_page *p)
{
    const struct page_spec *s = p->specs.data;
    size_t met = 0;
    for (size_t i = 0; i < p->specs.n; i++)
        met += s[i].met;
    if (!p->specs.n)
        return;
    trm_buf_adds(out, "<h3>By specification</h3>\n<p>");
    trm_say_count(out, met);
    trm_buf_adds(out, " of ");
    trm_say_n(out, p->specs.n, "specification is met", "specifications are met");
    trm_buf_adds(out, ".</p>\n<div class=\"scroll\"><table class=\"stack sp\" aria-label=\"Specifications\"><thead><tr><th scope=\"col\">Specification</th><th scope=\"col\">Outcome</th><th "
                      "scope=\"col\" class=\"n\">Elements</th><th scope=\"col\" class=\"n\">Failures</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < p->specs.n; i++) {
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_html_bdi(out, s[i].name);
        trm_buf_adds(out, "<small>");
        trm_html_bdi(out, s[i].ids);
        trm_buf_adds(out, "</small></th><td>");
        trm_buf_adds(out, s[i].met         ? "<span class=\"v p\">\xE2\x9C\x93 met</span>"
                          : s[i].undecided ? "<span class=\"v u\">? not decided</span><small>it has flaws, or what it asks for was not read</small>"
                                           : "<span class=\"v f\">\xE2\x9C\x95 not met</span>");
        if (s[i].miscounted)
            trm_buf_adds(out, s[i].applicable ? "<small>no such element may be, but some are</small>"
                                              : "<small>one such element at least must be, but none is</small>");
        trm_buf_adds(out, "</td>");
        count_cell(out, s[i].applicable);
        count_cell(out, s[i].failed);
        trm_buf_adds(out, "</tr>\n");
    }
    trm_buf_adds(out, "</tbody></table></div>\n");
}

/* --- since last time -------------------------------------------------------------------------------------------- */

static const char *
or_dash(const char *s)
{
    return *s ? s : "\xE2\x80\x93";
}

static void
change_row(struct trm_buf *out, const struct trm_page *p, const struct page_change *c)
{
    trm_buf_adds(out, "<tr><th scope=\"row\">");
    trm_html_elem(out, c->elem);
    trm_buf_adds(out, "</th><td>");
    trm_html_place(out, p, c->elem->file, c->elem->storey);
    trm_buf_adds(out, "</td><td>");
    trm_html_severity(out, c->severity);
    trm_buf_addc(out, ' ');
    trm_html_bdi(out, trm_say_rule_of(p, c->rule));
    trm_buf_adds(out, "</td><td>");
    trm_esc_html(out, or_dash(c->before));
    trm_buf_adds(out, " \xE2\x86\x92 ");
    trm_esc_html(out, or_dash(c->after));
    if (*c->owner) {
        trm_buf_adds(out, "<small>waived by ");
        trm_html_bdi(out, c->owner);
        trm_buf_adds(out, " until ");
        trm_esc_html(out, c->expires);
        trm_buf_adds(out, ": ");
        trm_html_bdi(out, c->why);
        trm_buf_adds(out, "</small>");
    } else if (*c->reason) {
        trm_buf_adds(out, "<small>");
        trm_esc_html(out, trm_say_reason(c->reason));
        trm_buf_adds(out, "</small>");
    }
    if (*c->paired_by)
        trm_buf_adds(out, "<small>its GUID changed; found again by name, type and place</small>");
    if (*c->follows) {
        trm_buf_adds(out, "<small>its waiver names the GUID of before and ends with this run: write ");
        trm_html_bdi(out, *c->elem->guid ? c->elem->guid : c->elem->id);
        trm_buf_adds(out, " into it</small>");
    }
    trm_buf_adds(out, "</td></tr>\n");
}

static void
state(struct trm_buf *out, const struct trm_page *p, enum page_state st)
{
    const struct page_change *c = p->changes.rows[st].data;
    size_t n = p->changes.n[st], kept = p->changes.rows[st].n, shown = kept < CHANGES_SHOWN ? kept : CHANGES_SHOWN;
    bool alarming = st <= STATE_EXPIRED;
    if (!n)
        return;
    trm_buf_addf(out, "<details%s><summary>%s<span class=\"t\">%s</span><span class=\"r\">", alarming && shown <= 30 ? " open" : "",
                 alarming ? "<span class=\"v f\" aria-hidden=\"true\">\xE2\x9C\x95</span>" : "", trm_say_state(st));
    trm_say_n(out, n, "verdict", NULL);
    trm_buf_adds(out, "</span></summary>\n<div class=\"scroll\"><table class=\"stack ch\" aria-label=\"Verdicts that changed\"><thead><tr><th scope=\"col\">Element</th><th "
                      "scope=\"col\">Where</th><th scope=\"col\">Rule</th><th scope=\"col\">Before \xE2\x86\x92 now</th></tr></thead>"
                      "<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        change_row(out, p, &c[i]);
    trm_buf_adds(out, "</tbody></table></div>\n");
    left_out(out, n - shown, "verdicts", "; trm-diff lists every one.");
    trm_buf_adds(out, "</details>\n");
}

void
trm_html_changes(struct trm_buf *out, const struct trm_page *p)
{
    struct trm_buf said = {0};
    const struct page_changes *c = &p->changes;
    const char *const *rules = c->redefined.data;
    if (!c->seen)
        return;
    trm_buf_adds(out, "<section id=\"changes\" aria-labelledby=\"h-changes\">\n<h2 id=\"h-changes\">Since last time</h2>\n<p>");
    trm_say_changes(&said, p);
    trm_html_said(out, &said);
    if (c->complete) {
        trm_buf_addc(out, ' ');
        trm_say_n(out, c->elements_new, "element is new", "elements are new");
        trm_buf_adds(out, ", ");
        trm_say_n(out, c->elements_gone, "is gone", "are gone");
        trm_buf_addc(out, '.');
    }
    trm_buf_adds(out, "</p>\n");
    if (c->by_likeness) {
        trm_buf_adds(out, "<p class=\"note\">");
        trm_say_n(out, c->by_likeness, "element was", "elements were");
        trm_buf_adds(out, " found again by name, type and place, because the export gave new GUIDs.</p>\n");
    }
    for (size_t i = 0; i < c->redefined.n; i++) {
        trm_buf_adds(out, i ? ", " : "<p class=\"note\">Rules that were changed themselves since then: ");
        trm_html_bdi(out, trm_say_rule_of(p, rules[i]));
    }
    trm_buf_adds(out, c->redefined.n ? ".</p>\n" : "");
    for (int st = 0; st < STATE_SAME; st++)
        state(out, p, (enum page_state)st);
    trm_buf_adds(out, "</section>\n");
}
