/* The model's verdicts on what the rules could not decide: likelihoods, with their timeline, chart and trace. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

enum {
    DETAIL_BYTES = 2 << 20,  /* most bytes of step-by-step detail */
    DETAIL_LEAST = 1 << 18, /* as many are written even where tables fill the page */
};

/* --- chart ------------------------------------------------------------------------------------------------------ */

struct chart {
    const trm_json *steps;
    size_t n_steps;
    const char *rules[PAGE_LINES]; /* ids, borrowed from the trace */
    size_t n_rules;
    size_t n_more; /* verdicts of the model that are not drawn */
};

static double
p_at(const trm_json *step, const char *rule)
{
    return trm_json_num(trm_json_get(trm_json_get(step, "p"), rule), NAN);
}

/* Chart coordinates: 320 x 132, the plot from x 30 to 250, y 8 (100 %) to 108 (0 %). */
static double
chart_x(const struct chart *c, size_t i)
{
    return c->n_steps > 1 ? 30 + 220.0 * (double)i / (double)(c->n_steps - 1) : 140;
}

static double
chart_y(double p)
{
    return 8 + 100 * (1 - fmin(fmax(p, 0), 1));
}

static void
chart_axes(struct trm_buf *out, const struct chart *c)
{
    trm_buf_adds(out, "<path class=\"ax\" d=\"M30 8H250M30 108H250\"/><path class=\"mid\" d=\"M30 58H250\"/>"
                      "<text x=\"26\" y=\"12\" text-anchor=\"end\">100</text><text x=\"26\" y=\"62\" text-anchor=\"end\">50"
                      "</text><text x=\"26\" y=\"112\" text-anchor=\"end\">0</text>");
    size_t every = c->n_steps > 9 ? 4 : 1;
    for (size_t i = 0; i < c->n_steps; i += every)
        trm_buf_addf(out, "<text x=\"%.0f\" y=\"124\" text-anchor=\"middle\">%zu</text>", chart_x(c, i), i + 1);
}

/* One line and its points; values that are not there leave a gap. */
static void
chart_line(struct trm_buf *out, const struct chart *c, const char *rule, const char *class)
{
    bool pen = false;
    trm_buf_addf(out, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < c->n_steps; i++) {
        const trm_json *step = trm_json_at(c->steps, i);
        double y = rule ? p_at(step, rule) : trm_json_num(trm_json_get(step, "halt"), NAN);
        if (!isnan(y))
            trm_buf_addf(out, "%c%.0f %.1f", pen ? 'L' : 'M', chart_x(c, i), chart_y(y));
        pen = !isnan(y);
    }
    trm_buf_adds(out, "\"/>");
}

/* Labels at the right end of the lines, pushed apart so that they can be read. */
static void
chart_labels(struct trm_buf *out, const struct chart *c)
{
    static const char *const names[] = {"A", "B", "C", "D", "halting"};
    double y[PAGE_LINES + 1];
    size_t order[PAGE_LINES + 1], n = 0;
    const trm_json *last = trm_json_at(c->steps, c->n_steps - 1);
    for (size_t i = 0; i <= c->n_rules; i++) {
        double p = i < c->n_rules ? p_at(last, c->rules[i]) : trm_json_num(trm_json_get(last, "halt"), NAN);
        if (isnan(p))
            continue;
        y[i] = chart_y(p);
        size_t k = n++;
        for (; k > 0 && y[order[k - 1]] > y[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    double at = -INFINITY;
    for (size_t k = 0; k < n; k++) {
        at = fmax(y[order[k]], at + 11);
        double shift = at > 108 + 3 ? 108 + 3 : at;
        bool halting = order[k] == c->n_rules;
        trm_buf_addf(out, "<text x=\"256\" y=\"%.0f\">%s</text>", shift + 3.5,
                     halting ? names[PAGE_LINES] : c->n_rules > 1 ? names[order[k]] : "holds");
    }
}

static void
chart(struct trm_buf *out, const struct chart *c)
{
    trm_buf_adds(out, "<svg class=\"chart\" viewBox=\"0 0 320 132\" role=\"img\" aria-label=\"Probability that the rule holds, "
                      "in percent, by step\">");
    chart_axes(out, c);
    chart_line(out, c, NULL, "ha");
    for (size_t i = 0; i < c->n_rules; i++) {
        char class[32];
        snprintf(class, sizeof class, "ln l%zu", i);
        chart_line(out, c, c->rules[i], class);
    }
    const trm_json *last = trm_json_at(c->steps, c->n_steps - 1);
    for (size_t i = 0; i <= c->n_rules; i++) {
        double p = i < c->n_rules ? p_at(last, c->rules[i]) : trm_json_num(trm_json_get(last, "halt"), NAN);
        if (!isnan(p))
            trm_buf_addf(out, "<circle class=\"d%zu\" cx=\"%.0f\" cy=\"%.1f\" r=\"%d\"/>", i < c->n_rules ? i : 3,
                         chart_x(c, c->n_steps - 1), chart_y(p), i < c->n_rules ? 3 : 2);
    }
    chart_labels(out, c);
    trm_buf_adds(out, "</svg>");
}

/* --- timeline --------------------------------------------------------------------------------------------------- */

static void
timeline_cell(struct trm_buf *out, double p)
{
    if (isnan(p)) {
        trm_buf_adds(out, "<td class=\"ct\">\xE2\x80\x93</td>");
        return;
    }
    trm_buf_addf(out, "<td class=\"%s\">%s ", p >= 0.5 ? "cp" : "cf", p >= 0.5 ? "\xE2\x9C\x93" : "\xE2\x9C\x95");
    trm_say_percent(out, p);
    trm_buf_adds(out, "</td>");
}

static void
timeline(struct trm_buf *out, const struct trm_page *p, const struct chart *c)
{
    trm_buf_adds(out, "<div class=\"scroll\"><table aria-label=\"Timeline\"><thead><tr><th scope=\"col\">Step</th>");
    for (size_t i = 0; i < c->n_steps; i++)
        trm_buf_addf(out, "<th scope=\"col\" class=\"ct\">%zu</th>", i + 1);
    trm_buf_adds(out, "</tr></thead><tbody>");
    for (size_t k = 0; k < c->n_rules; k++) {
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        if (c->n_rules > 1)
            trm_buf_addf(out, "%c: ", (char)('A' + k));
        trm_html_bdi(out, trm_say_rule_of(p, c->rules[k]));
        trm_buf_adds(out, "</th>");
        for (size_t i = 0; i < c->n_steps; i++)
            timeline_cell(out, p_at(trm_json_at(c->steps, i), c->rules[k]));
        trm_buf_adds(out, "</tr>");
    }
    trm_buf_adds(out, "<tr><th scope=\"row\" class=\"soft\">halting</th>");
    for (size_t i = 0; i < c->n_steps; i++) {
        double halt = trm_json_num(trm_json_get(trm_json_at(c->steps, i), "halt"), NAN);
        trm_buf_adds(out, "<td class=\"ct soft\">");
        if (!isnan(halt))
            trm_say_percent(out, halt);
        trm_buf_adds(out, "</td>");
    }
    trm_buf_adds(out, "</tr></tbody></table></div>");
}

static void
trace_text(struct trm_buf *out, const struct chart *c)
{
    trm_buf_adds(out, "<pre>");
    for (size_t i = 0; i < c->n_steps; i++) {
        trm_esc_html(out, trm_json_str(trm_json_get(trm_json_at(c->steps, i), "text"), ""));
        trm_buf_adds(out, i + 1 < c->n_steps ? "\n" : "");
    }
    trm_buf_adds(out, "</pre>");
}

/* --- one element ------------------------------------------------------------------------------------------------ */

static struct chart
chart_of(const trm_json *rec)
{
    struct chart c = {.steps = trm_json_get(rec, "steps")};
    const trm_json *verdicts = trm_json_get(rec, "verdicts");
    c.n_steps = trm_json_len(c.steps);
    for (size_t i = 0; i < trm_json_len(verdicts) && c.n_rules < PAGE_LINES; i++)
        c.rules[c.n_rules++] = trm_json_str(trm_json_get(trm_json_at(verdicts, i), "rule"), "");
    c.n_more = trm_page_count(trm_json_get(rec, "more"));
    return c;
}

static void
verdict_word(struct trm_buf *out, const char *verdict, bool abstained)
{
    if (abstained || (strcmp(verdict, "pass") && strcmp(verdict, "fail")))
        trm_buf_adds(out, "<span class=\"v u\">? abstains</span>");
    else if (*verdict == 'p')
        trm_buf_adds(out, "<span class=\"v p\">\xE2\x9C\x93 likely passes</span>");
    else
        trm_buf_adds(out, "<span class=\"v f\">\xE2\x9C\x95 likely fails</span>");
}

/* The verdicts of one trace as a sentence list, with what moved them. */
static void
detail_verdicts(struct trm_buf *out, const struct trm_page *p, const trm_json *rec)
{
    const trm_json *verdicts = trm_json_get(rec, "verdicts");
    trm_buf_adds(out, "<ul class=\"todo wide\">");
    for (size_t i = 0; i < trm_json_len(verdicts); i++) {
        const trm_json *v = trm_json_at(verdicts, i), *why = trm_json_get(v, "why");
        double holds = trm_json_num(trm_json_get(v, "p_pass"), NAN);
        trm_buf_adds(out, "<li>");
        trm_html_bdi(out, trm_say_rule_of(p, trm_json_str(trm_json_get(v, "rule"), "")));
        trm_buf_adds(out, ": ");
        verdict_word(out, trm_json_str(trm_json_get(v, "verdict"), ""), trm_json_get(v, "abstained") != NULL);
        if (!isnan(holds)) {
            trm_buf_adds(out, ", holds with ");
            trm_say_percent(out, holds);
        }
        for (size_t k = 0; k < trm_json_len(why) && k < 3; k++) {
            const trm_json *w = trm_json_at(why, k);
            struct trm_buf value = {0};
            trm_buf_adds(out, k ? ", " : "<small>moved most by ");
            trm_esc_html(out, trm_json_str(trm_json_get(w, "field"), ""));
            if (trm_json_get(w, "value")) {
                trm_json_dump(&value, trm_json_get(w, "value"));
                trm_buf_adds(out, " = ");
                trm_html_said(out, &value);
            }
            trm_buf_addf(out, " (%+.0f points)", 100 * trm_json_num(trm_json_get(w, "delta"), 0));
            trm_buf_adds(out, k + 1 == trm_json_len(why) || k == 2 ? "</small>" : "");
        }
        trm_buf_adds(out, "</li>");
    }
    trm_buf_adds(out, "</ul>");
}

static void
detail(struct trm_buf *out, const struct trm_page *p, const struct page_trace *t, size_t place)
{
    struct chart c = chart_of(t->rec);
    double least = NAN;
    for (size_t i = 0; i < c.n_rules && c.n_steps; i++)
        least = fmin(p_at(trm_json_at(c.steps, c.n_steps - 1), c.rules[i]), isnan(least) ? INFINITY : least);
    trm_buf_addf(out, "<details class=\"r\" id=\"t%zu\"><summary><span class=\"t\">", place);
    trm_html_bdi(out, trm_say_elem(t->elem));
    trm_buf_adds(out, "</span><span class=\"r\">");
    trm_esc_html(out, t->elem->cls);
    trm_buf_adds(out, " \xC2\xB7 ");
    trm_say_n(out, c.n_rules + c.n_more, "verdict", NULL);
    if (isfinite(least)) {
        trm_buf_adds(out, c.n_rules > 1 ? ", least " : ", ");
        trm_say_percent(out, least);
    }
    trm_buf_adds(out, " \xC2\xB7 ");
    trm_say_n(out, c.n_steps, "step", NULL);
    trm_buf_adds(out, "</span></summary>\n<div class=\"trace\">");
    trm_buf_adds(out, "<p class=\"wide\"><code>");
    trm_esc_html(out, *t->elem->guid ? t->elem->guid : t->elem->id);
    trm_buf_adds(out, "</code> ");
    trm_html_place(out, p, t->elem->file, t->elem->storey);
    trm_buf_adds(out, "</p>");
    detail_verdicts(out, p, t->rec);
    if (c.n_steps) {
        trm_buf_adds(out, "<div><h4>Timeline</h4>");
        timeline(out, p, &c);
        trm_buf_adds(out, "</div><div><h4>Chart</h4>");
        chart(out, &c);
        trm_buf_adds(out, "</div><h4 class=\"wide\">Trace</h4>");
        trace_text(out, &c);
    }
    if (trm_json_num(trm_json_get(t->rec, "more_steps"), 0) > 0 || c.n_more)
        trm_buf_addf(out, "<p class=\"wide soft\">Drawn are the first %zu steps and %zu verdicts.</p>", c.n_steps, c.n_rules);
    trm_buf_adds(out, "</div></details>\n");
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

static int
heavier(const void *x, const void *y)
{
    const struct page_trace *a = *(const struct page_trace *const *)x, *b = *(const struct page_trace *const *)y;
    if (a->weight != b->weight)
        return a->weight < b->weight ? 1 : -1;
    return (a->seq > b->seq) - (a->seq < b->seq);
}

/* Step by step, the most worth looking at first; how many were written. */
static size_t
details(struct trm_buf *out, const struct trm_page *p, double bytes)
{
    const struct page_trace *traces = p->traces.data;
    const struct page_trace **order = calloc(p->traces.n + 1, sizeof *order);
    size_t from = out->len, n = 0;
    for (size_t i = 0; order && i < p->traces.n; i++)
        order[i] = &traces[i];
    if (order)
        qsort(order, p->traces.n, sizeof *order, heavier);
    for (; order && n < p->traces.n && (double)(out->len - from) < bytes; n++)
        detail(out, p, order[n], n);
    free(order);
    return n;
}

static void
judged_counts(struct trm_buf *out, struct page_rule *const *rules, size_t n)
{
    trm_buf_adds(out, "<table class=\"stack by jy\"><caption>What the model finds likely, by rule. Examples: how many labelled "
                      "samples of the rule it learned from.</caption><thead><tr><th scope=\"col\">Rule</th><th scope=\"col\" "
                      "class=\"barcol\">Share</th><th scope=\"col\" class=\"n\">Likely fails</th><th scope=\"col\" "
                      "class=\"n\">Abstains</th><th scope=\"col\" class=\"n\">Likely passes</th><th scope=\"col\" class=\"n\">"
                      "Examples</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        const struct page_rule *r = rules[i];
        size_t parts[3] = {r->model_pass, r->model_fail, r->abstained};
        if (!r->judged_all)
            continue;
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_html_severity(out, r->severity);
        trm_buf_addc(out, ' ');
        trm_html_bdi(out, trm_say_rule(r));
        trm_buf_adds(out, "</th><td class=\"barcol\">");
        trm_html_bar(out, parts, r->judged_all);
        trm_buf_adds(out, "</td>");
        for (int k = 0; k < 3; k++) {
            trm_buf_adds(out, "<td class=\"n\">");
            trm_say_count(out, k == 0 ? r->model_fail : k == 1 ? r->abstained : r->model_pass);
            trm_buf_adds(out, "</td>");
        }
        trm_buf_adds(out, "<td class=\"n\">");
        if (r->support >= 0)
            trm_say_count(out, (size_t)r->support);
        trm_buf_adds(out, "</td></tr>\n");
    }
    trm_buf_adds(out, "</tbody></table>\n");
}

static void
abstentions(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, size_t all)
{
    if (!all)
        return;
    trm_buf_adds(out, "<p class=\"note\"><b>The model abstains on ");
    trm_say_n(out, all, "verdict", NULL);
    trm_buf_adds(out, "</b>, because it has learned from too few examples of the rule to be trusted: ");
    for (size_t i = 0, k = 0; i < p->rules.n; i++) {
        if (!rules[i]->abstained)
            continue;
        trm_buf_adds(out, k++ ? "; " : "");
        trm_html_bdi(out, trm_say_rule(rules[i]));
        trm_buf_adds(out, " (");
        trm_say_count(out, rules[i]->abstained);
        trm_buf_adds(out, rules[i]->support >= 0 ? ", examples: " : "");
        if (rules[i]->support >= 0)
            trm_say_count(out, (size_t)rules[i]->support);
        trm_buf_adds(out, ")");
    }
    trm_buf_adds(out, ".</p>\n");
}

static int
likeliest_failure(const void *x, const void *y)
{
    const struct page_judged *a = *(const struct page_judged *const *)x, *b = *(const struct page_judged *const *)y;
    double pa = isnan(a->p_pass) || *a->abstained ? 2 : a->p_pass, pb = isnan(b->p_pass) || *b->abstained ? 2 : b->p_pass;
    if (pa != pb)
        return pa < pb ? -1 : 1;
    return (a > b) - (a < b);
}

static void
judged_row(struct trm_buf *out, const struct trm_page *p, const struct page_judged *j)
{
    trm_buf_adds(out, "<tr class=\"r\"><th scope=\"row\">");
    trm_html_elem(out, j->elem);
    trm_buf_adds(out, "</th><td>");
    trm_html_place(out, p, j->elem->file, j->elem->storey);
    trm_buf_adds(out, "</td><td>");
    verdict_word(out, j->verdict, *j->abstained);
    if (*j->why) {
        trm_buf_adds(out, "<small>");
        trm_esc_html(out, j->why);
        trm_buf_adds(out, "</small>");
    }
    trm_buf_adds(out, "</td><td class=\"n\">");
    if (!isnan(j->p_pass) && !*j->abstained)
        trm_say_percent(out, j->p_pass);
    trm_buf_addf(out, "</td><td class=\"n\">%zu</td></tr>\n", j->steps);
}

static void
judged_rule(struct trm_buf *out, const struct trm_page *p, const struct page_rule *r, size_t rows)
{
    const struct page_judged *all = r->judged.data;
    const struct page_judged **order = calloc(r->judged.n + 1, sizeof *order);
    for (size_t i = 0; order && i < r->judged.n; i++)
        order[i] = &all[i];
    if (order)
        qsort(order, r->judged.n, sizeof *order, likeliest_failure);
    trm_buf_adds(out, "<details data-t=\"");
    trm_esc_html(out, r->id);
    trm_buf_addc(out, ' ');
    trm_esc_html(out, r->name);
    trm_buf_adds(out, "\"><summary>");
    trm_html_severity(out, r->severity);
    trm_buf_adds(out, "<span class=\"t\">");
    trm_html_bdi(out, trm_say_rule(r));
    trm_buf_adds(out, "</span><span class=\"r\">");
    trm_say_n(out, r->judged_all, "verdict", NULL);
    trm_buf_adds(out, ", ");
    trm_say_count(out, r->model_fail);
    trm_buf_adds(out, " likely fail</span></summary>\n<div class=\"scroll\"><table class=\"stack jt\" aria-label=\"Verdicts of the model\"><thead><tr><th "
                      "scope=\"col\">Element</th><th scope=\"col\">Where</th><th scope=\"col\">Likely verdict</th><th "
                      "scope=\"col\" class=\"n\">Holds with</th><th scope=\"col\" class=\"n\">Steps</th></tr></thead><tbody>\n");
    for (size_t i = 0; order && i < rows; i++)
        judged_row(out, p, order[i]);
    trm_buf_adds(out, "</tbody></table></div>\n");
    if (rows < r->judged_all) {
        trm_buf_adds(out, "<p class=\"note\">");
        trm_say_count(out, r->judged_all - rows);
        trm_buf_adds(out, " more verdicts are counted but not listed here, to keep the page small. The CSV report lists every "
                          "one.</p>\n");
    }
    trm_buf_adds(out, "</details>\n");
    free(order);
}

size_t
trm_html_judged_bytes(const struct trm_page *p, const struct page_rule *r)
{
    struct trm_buf row = {0};
    const struct page_judged *all = r->judged.data;
    size_t looked = 0;
    for (size_t i = 0; i < r->judged.n; i += r->judged.n / 8 + 1, looked++)
        judged_row(&row, p, &all[i]);
    size_t bytes = looked ? row.len / looked * r->judged.n : 0;
    trm_buf_release(&row);
    return bytes;
}

static void
judged_tables(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, size_t max)
{
    size_t *n = calloc(p->rules.n + 1, sizeof *n);
    for (size_t i = 0; n && i < p->rules.n; i++)
        n[i] = rules[i]->judged.n;
    size_t most = n ? trm_page_share(n, p->rules.n, max) : 0;
    trm_buf_adds(out, "<h3>Every verdict</h3>\n<p>Likeliest failures first.</p>\n");
    for (size_t i = 0; n && i < p->rules.n; i++)
        if (rules[i]->judged_all)
            judged_rule(out, p, rules[i], n[i] < most ? n[i] : most);
    free(n);
}

void
trm_html_judged(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, size_t max, double bytes)
{
    struct page_sums s;
    trm_page_sums(&s, p);
    if (s.model_pass + s.model_fail + s.abstained == 0)
        return;
    trm_buf_adds(out, "<section id=\"judged\" aria-labelledby=\"h-judged\">\n<h2 id=\"h-judged\">The model\xE2\x80\x99s verdicts "
                      "on what is unknown</h2>\n<p>A trained model, not a rule, gives these verdicts, from what the element "
                      "does say and what similar elements had. \xE2\x80\x9CHolds with 80\xC2\xA0%\xE2\x80\x9D means that of a "
                      "hundred such verdicts about eighty would pass once the data are there. They tell where to look first; "
                      "they are no proof.</p>\n");
    struct trm_buf tables = {0}; /* first, to know what room is left for the steps */
    judged_tables(&tables, p, rules, max);
    judged_counts(out, rules, p->rules.n);
    abstentions(out, p, rules, s.abstained);
    trm_html_finder(out, "judged", "Search the model\xE2\x80\x99s verdicts");
    if (p->traces.n) {
        size_t n;
        struct trm_buf all = {0};
        double left = fmin(fmax(bytes - (double)tables.len, DETAIL_LEAST), DETAIL_BYTES);
        n = details(&all, p, left);
        trm_buf_adds(out, "<h3>Step by step</h3>\n<p>How the likelihood took shape, for ");
        if (n < p->n_weighed) {
            trm_buf_adds(out, "the ");
            trm_say_n(out, n, "element", NULL);
            trm_buf_adds(out, " most worth a look: errors before warnings, the least certain first. The others are in the "
                              "tables below, without their steps.");
        } else {
            trm_buf_adds(out, "each element, errors before warnings, the least certain first.");
        }
        trm_buf_adds(out, "</p>\n");
        trm_buf_add(out, all.data ? all.data : "", all.len);
        out->failed |= all.failed;
        trm_buf_release(&all);
    }
    trm_buf_add(out, tables.data ? tables.data : "", tables.len);
    out->failed |= tables.failed;
    trm_buf_release(&tables);
    trm_buf_adds(out, "</section>\n");
}
