/* Failures with their evidence, and what is missing as a list to hand on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

enum {
    CAUSES_SHOWN = 5, /* groups of failures with one cause, named above the rows */
    PLACES_SHOWN = 12,
    OPEN_BELOW = 30, /* the first fold is open from the start when it has fewer rows than this */
};

/* --- pieces ----------------------------------------------------------------------------------------------------- */

static void
provenance(struct trm_buf *out, const struct page_rule *r)
{
    struct trm_buf said = {0};
    const char *link = trm_say_link(r);
    trm_say_provenance(&said, r);
    if (!said.len) {
        trm_buf_release(&said);
        return;
    }
    trm_buf_adds(out, " <span class=\"soft\">Source: ");
    if (link) {
        trm_buf_adds(out, "<a rel=\"noopener noreferrer\" href=\"");
        trm_esc_html(out, link);
        trm_buf_adds(out, "\">");
    }
    trm_html_said(out, &said);
    trm_buf_adds(out, link ? "</a></span>" : "</span>");
}

/* What the rule asks for, in one paragraph. */
static void
requirement(struct trm_buf *out, const struct page_rule *r)
{
    struct trm_buf said = {0}, others = {0};
    const char *about = trm_say_about(r);
    trm_say_sources(r, NULL, &others);
    trm_buf_adds(out, "<p class=\"req\">");
    if (*about) {
        trm_esc_html(out, about);
        trm_buf_adds(out, "<br>");
    }
    trm_buf_adds(&said, "Required: ");
    trm_say_asked(&said, r);
    trm_buf_adds(&said, ".");
    if (others.len)
        trm_buf_addf(&said, " Taken instead where that is missing: %s.", others.data);
    trm_html_said(out, &said);
    provenance(out, r);
    trm_buf_adds(out, "</p>\n");
    trm_buf_release(&others);
}

/* --- failures --------------------------------------------------------------------------------------------------- */

static void
causes(struct trm_buf *out, const struct page_rule *r)
{
    struct trm_vec list = trm_page_causes(r);
    const struct page_cause *c = list.data;
    size_t shown = 0;
    for (size_t i = 0; i < list.n && shown < CAUSES_SHOWN && c[i].n > 2; i++) {
        struct trm_buf said = {0};
        trm_buf_adds(out, shown++ ? "<li>" : "<h4>Shared causes</h4><ul class=\"todo\"><li>");
        trm_say_n(&said, c[i].n, "element", NULL);
        if (*c[i].first->elem->type)
            trm_buf_addf(&said, " of type \xE2\x80\x9C%s\xE2\x80\x9D", c[i].first->elem->type);
        trm_buf_adds(&said, " with ");
        trm_say_found(&said, c[i].first);
        if (*c[i].first->field)
            trm_buf_addf(&said, " in %s", c[i].first->field);
        trm_html_said(out, &said);
        trm_buf_adds(out, "</li>");
    }
    trm_buf_adds(out, shown ? "</ul>\n" : "");
    free(list.data);
}

static void
fail_row(struct trm_buf *out, const struct trm_page *p, const struct page_rule *r, const struct page_fail *f)
{
    struct trm_buf said = {0};
    trm_buf_adds(out, "<tr class=\"r\"><th scope=\"row\">");
    trm_html_elem(out, f->elem);
    trm_buf_adds(out, "</th><td>");
    trm_html_place(out, p, f->elem->file, f->elem->storey);
    trm_buf_adds(out, "</td><td>");
    trm_say_found(&said, f);
    trm_html_said(out, &said);
    if (r->limit_varies) {
        trm_buf_adds(&said, "required: ");
        trm_say_required(&said, f->op, &f->limit, f->unit);
        trm_buf_adds(out, "<small>");
        trm_html_said(out, &said);
        trm_buf_adds(out, "</small>");
    }
    trm_buf_adds(out, "<small><code>");
    trm_esc_html(out, f->field);
    trm_buf_adds(out, "</code>");
    if (f->step > 0)
        trm_buf_addf(out, " <code>#%ld</code>", f->step);
    trm_buf_adds(out, "</small></td><td>");
    trm_say_short(&said, f);
    trm_html_said(out, &said);
    trm_buf_adds(out, "</td><td>");
    trm_say_why(&said, r, f);
    trm_html_said(out, &said);
    trm_buf_adds(out, "<small>");
    trm_say_mend(&said, r, f);
    trm_html_said(out, &said);
    trm_buf_adds(out, "</small></td></tr>\n");
}

static void
fail_table(struct trm_buf *out, const struct trm_page *p, const struct page_rule *r, size_t rows)
{
    const struct page_fail *fails = r->fails.data;
    trm_buf_adds(out, "<div class=\"scroll\"><table class=\"stack fl\" aria-label=\"Failures\"><thead><tr><th scope=\"col\">Element</th><th "
                      "scope=\"col\">Where</th><th scope=\"col\">Found</th><th scope=\"col\">Off by</th><th scope=\"col\">"
                      "Why, and what would pass</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < rows; i++)
        fail_row(out, p, r, &fails[i]);
    trm_buf_adds(out, "</tbody></table></div>\n");
    if (rows < trm_page_n_fail(r)) {
        trm_buf_adds(out, "<p class=\"note\">");
        trm_say_count(out, trm_page_n_fail(r) - rows);
        trm_buf_adds(out, " more failures of this rule are counted but not listed here, to keep the page small. The CSV "
                          "report lists every one.</p>\n");
    }
}

static void
fail_rule(struct trm_buf *out, const struct trm_page *p, const struct page_rule *r, size_t place, size_t rows, bool open)
{
    trm_buf_addf(out, "<details id=\"r%zu\"%s data-t=\"", place, open ? " open" : "");
    trm_esc_html(out, r->id);
    trm_buf_addc(out, ' ');
    trm_esc_html(out, r->name);
    trm_buf_adds(out, "\"><summary>");
    trm_html_severity(out, r->severity);
    trm_buf_adds(out, "<span class=\"t\">");
    trm_html_bdi(out, trm_say_rule(r));
    trm_buf_adds(out, "</span><span class=\"r\">");
    trm_say_n(out, trm_page_n_fail(r), "failure", NULL);
    trm_buf_adds(out, "</span></summary>\n");
    requirement(out, r);
    causes(out, r);
    fail_table(out, p, r, rows);
    trm_buf_adds(out, "</details>\n");
}

size_t
trm_html_fail_bytes(const struct trm_page *p, const struct page_rule *r)
{
    struct trm_buf row = {0};
    const struct page_fail *fails = r->fails.data;
    size_t looked = 0;
    for (size_t i = 0; i < r->fails.n; i += r->fails.n / 8 + 1, looked++)
        fail_row(&row, p, r, &fails[i]);
    size_t bytes = looked ? row.len / looked * r->fails.n : 0;
    trm_buf_release(&row);
    return bytes;
}

void
trm_html_failures(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, size_t max)
{
    struct page_sums s;
    trm_page_sums(&s, p);
    trm_buf_adds(out, "<section id=\"failures\" aria-labelledby=\"h-failures\">\n<h2 id=\"h-failures\">Failures</h2>\n");
    if (!s.fail) {
        trm_buf_adds(out, s.pass + s.unknown ? "<p>No verdict failed.</p>\n" : "<p>Nothing was judged.</p>\n");
        trm_buf_adds(out, "</section>\n");
        return;
    }
    trm_buf_adds(out, "<p>By rule, then by element, with the evidence the rule saw. These verdicts are exact.</p>\n");
    size_t *n = calloc(p->rules.n + 1, sizeof *n);
    bool first = true;
    for (size_t i = 0; n && i < p->rules.n; i++)
        n[i] = rules[i]->fails.n;
    size_t most = n ? trm_page_share(n, p->rules.n, max) : 0;
    trm_html_finder(out, "failures", "Search failures by name, GUID, class, storey, value");
    for (size_t i = 0; n && i < p->rules.n; i++)
        if (trm_page_n_fail(rules[i]))
            fail_rule(out, p, rules[i], i, n[i] < most ? n[i] : most, first && n[i] < OPEN_BELOW), first = false;
    free(n);
    trm_buf_adds(out, "</section>\n");
}

/* --- missing ---------------------------------------------------------------------------------------------------- */

static void
item_rules(struct trm_buf *out, const struct page_item *item)
{
    struct page_rule *const *rules = item->rules.data;
    trm_buf_adds(out, "<p>Waiting for it: ");
    for (size_t i = 0; i < item->rules.n; i++) {
        trm_buf_adds(out, i ? "; " : "");
        trm_html_bdi(out, trm_say_rule(rules[i]));
    }
    trm_buf_adds(out, ".");
    if (*item->others) {
        trm_buf_adds(out, " <span class=\"soft\">Also looked for, in vain: <code>");
        trm_esc_html(out, item->others);
        trm_buf_adds(out, "</code></span>");
    }
    trm_buf_adds(out, "</p>\n");
}

static void
item_why(struct trm_buf *out, const struct page_item *item)
{
    const struct page_count *why = item->why.data;
    trm_buf_adds(out, "<p>Why: ");
    for (size_t i = 0; i < item->why.n; i++) {
        trm_buf_adds(out, i ? "; " : "");
        trm_esc_html(out, trm_say_reason(why[i].what));
        trm_buf_adds(out, " (");
        trm_say_count(out, why[i].n);
        trm_buf_adds(out, ")");
    }
    trm_buf_adds(out, ".</p>\n");
}

static void
item_places(struct trm_buf *out, const struct trm_page *p, const struct page_item *item)
{
    const struct page_place *places = item->places.data;
    size_t rest = 0;
    trm_buf_adds(out, "<div class=\"scroll\"><table class=\"slim\"><caption>Where</caption><thead><tr><th scope=\"col\">Storey and model"
                      "</th><th scope=\"col\" class=\"n\">Elements</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < item->places.n; i++) {
        if (i >= PLACES_SHOWN) {
            rest += places[i].n;
            continue;
        }
        trm_buf_adds(out, "<tr><td>");
        trm_html_place(out, p, places[i].file, places[i].storey);
        trm_buf_adds(out, "</td><td class=\"n\">");
        trm_say_count(out, places[i].n);
        trm_buf_adds(out, "</td></tr>\n");
    }
    if (rest) {
        trm_buf_adds(out, "<tr><td>in ");
        trm_say_n(out, item->places.n - PLACES_SHOWN, "other place", NULL);
        trm_buf_adds(out, "</td><td class=\"n\">");
        trm_say_count(out, rest);
        trm_buf_adds(out, "</td></tr>\n");
    }
    trm_buf_adds(out, "</tbody></table></div>\n");
}

static void
item_examples(struct trm_buf *out, const struct page_item *item)
{
    trm_buf_adds(out, "<p class=\"soft\">For example: ");
    for (size_t i = 0; i < item->n_examples; i++) {
        trm_buf_adds(out, i ? ", " : "");
        trm_html_bdi(out, trm_say_elem(item->example[i]));
        trm_buf_adds(out, " <code>");
        trm_esc_html(out, *item->example[i]->guid ? item->example[i]->guid : item->example[i]->id);
        trm_buf_adds(out, "</code>");
    }
    trm_buf_adds(out, ".</p>\n");
}

static void
missing_item(struct trm_buf *out, const struct trm_page *p, const struct page_item *item)
{
    trm_buf_adds(out, "<details class=\"r\"><summary><span class=\"t\"><code>");
    trm_esc_html(out, item->field);
    trm_buf_adds(out, "</code></span><span class=\"r\">");
    trm_say_n(out, item->elements, "element", NULL);
    trm_buf_adds(out, " \xC2\xB7 ");
    trm_say_n(out, item->verdicts, "verdict", NULL);
    trm_buf_adds(out, item->nobody ? " \xC2\xB7 <b>in no model</b>" : "");
    trm_buf_adds(out, "</span></summary>\n");
    item_rules(out, item);
    item_why(out, item);
    item_places(out, p, item);
    item_examples(out, item);
    trm_buf_adds(out, "</details>\n");
}

void
trm_html_missing(struct trm_buf *out, const struct trm_page *p)
{
    struct page_sums s;
    struct trm_arena mem = {0};
    struct trm_vec items = trm_page_missing(p, &mem);
    const struct page_item *item = items.data;
    trm_page_sums(&s, p);
    trm_buf_adds(out, "<section id=\"missing\" aria-labelledby=\"h-missing\">\n<h2 id=\"h-missing\">Missing data</h2>\n");
    if (!items.n) {
        trm_buf_adds(out, s.unknown ? "<p>The input holds no results, so what is missing cannot be listed.</p>\n"
                                    : "<p>Nothing is missing: every rule that applies found its data.</p>\n");
    } else {
        trm_buf_adds(out, "<p>A list to hand to whoever makes the model: each entry is one property to fill in, the one that "
                          "settles most verdicts first. Until then these verdicts stay unknown; the rules guess nothing.</p>\n");
        trm_html_finder(out, "missing", "Search missing data by property, rule, storey, element");
        for (size_t i = 0; i < items.n; i++)
            missing_item(out, p, &item[i]);
    }
    if (p->n_gaps_lost) {
        trm_buf_adds(out, "<p class=\"note\">");
        trm_say_n(out, p->n_gaps_lost, "element", NULL);
        trm_buf_adds(out, " with missing data came after the list was full and are not in it; the counts by rule above do "
                          "hold them.</p>\n");
    }
    trm_buf_adds(out, "</section>\n");
    trm_page_missing_free(&items);
    trm_arena_release(&mem);
}
