/* The overview: what a manager reads in a minute. */
#include "html.h"

#include <string.h>

static void
figure(struct trm_buf *out, const char *class, const char *mark, const char *word, size_t n, const char *more)
{
    trm_buf_addf(out, "<div class=\"%s\"><dt><span aria-hidden=\"true\">%s</span> %s</dt><dd>", class, mark, word);
    trm_say_count(out, n);
    trm_buf_addf(out, "<small>%s</small></dd></div>", more);
}

static void
figures(struct trm_buf *out, const struct trm_page *p, const struct page_sums *s)
{
    struct trm_buf more = {0};
    trm_buf_adds(out, "<dl class=\"figs\">");
    trm_buf_adds(&more, "on ");
    trm_say_n(&more, p->n_elems_failed, "element", NULL);
    figure(out, "cf", "\xE2\x9C\x95", "verdicts fail", s->fail, more.data ? more.data : "");
    figure(out, "cu", "?", "verdicts unknown", s->unknown, "data missing or unusable");
    figure(out, "cp", "\xE2\x9C\x93", "verdicts pass", s->pass, "decided by the rules");
    if (s->model_pass + s->model_fail + s->abstained) {
        trm_buf_reset(&more);
        trm_buf_adds(&more, "of ");
        trm_say_count(&more, s->model_pass + s->model_fail + s->abstained);
        trm_buf_adds(&more, " judged by the model");
        figure(out, "cm", "\xE2\x89\x88", "unknowns likely fail", s->model_fail, more.data ? more.data : "");
    }
    trm_buf_adds(out, "</dl>\n");
    trm_buf_release(&more);
}

static void
key(struct trm_buf *out)
{
    static const char *const words[][2] = {{"f", "fails"}, {"u", "unknown"}, {"p", "passes"}};
    trm_buf_adds(out, "<p class=\"key\">");
    for (int i = 0; i < 3; i++)
        trm_buf_addf(out, "<span><svg viewBox=\"0 0 75 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\""
                          "%s\" width=\"75\" height=\"10\"/></svg>%s</span>", words[i][0], words[i][1]);
    trm_buf_adds(out, "</p>\n");
}

void
trm_html_count_head(struct trm_buf *out, const char *what)
{
    trm_buf_addf(out, "<table class=\"stack by\" aria-label=\"%s: fail, unknown, pass\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"barcol\">Share</th>"
                      "<th scope=\"col\" class=\"n\">Fail</th><th scope=\"col\" class=\"n\">Unknown</th><th scope=\"col\" "
                      "class=\"n\">Pass</th></tr></thead><tbody>\n", what, what);
}

void
trm_html_counts(struct trm_buf *out, const size_t n[3])
{
    trm_buf_adds(out, "<td class=\"barcol\">");
    trm_html_bar(out, n, n[0] + n[1] + n[2]);
    trm_buf_adds(out, "</td>");
    for (int i = 0; i < 3; i++) {
        trm_buf_adds(out, "<td class=\"n\">");
        trm_say_count(out, n[i == 2 ? 0 : i + 1]);
        trm_buf_adds(out, "</td>");
    }
}

static void
by_severity(struct trm_buf *out, const struct page_sums *s)
{
    static const char *const names[] = {"", "INFO", "WARNING", "ERROR"};
    trm_buf_adds(out, "<h3>By severity</h3>\n");
    trm_html_count_head(out, "Severity");
    for (int rank = 3; rank >= 0; rank--) {
        const size_t *n = s->by_severity[rank];
        if (n[0] + n[1] + n[2] == 0)
            continue;
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_html_severity(out, names[rank]);
        trm_buf_adds(out, "</th>");
        trm_html_counts(out, n);
        trm_buf_adds(out, "</tr>\n");
    }
    trm_buf_adds(out, "</tbody></table>\n");
}

static void
rule_row(struct trm_buf *out, const struct page_rule *r, size_t place)
{
    size_t n[3] = {trm_page_n_pass(r), trm_page_n_fail(r), trm_page_n_unknown(r)};
    trm_buf_adds(out, "<tr><th scope=\"row\">");
    trm_html_severity(out, r->severity);
    trm_buf_adds(out, " ");
    if (r->fails.n)
        trm_buf_addf(out, "<a href=\"#r%zu\">", place);
    trm_html_bdi(out, trm_say_rule(r));
    trm_buf_adds(out, r->fails.n ? "</a>" : "");
    if (*r->name) {
        trm_buf_adds(out, "<small><code>");
        trm_esc_html(out, r->id);
        trm_buf_adds(out, "</code></small>");
    }
    trm_buf_adds(out, "</th>");
    trm_html_counts(out, n);
    trm_buf_adds(out, "</tr>\n");
}

static bool
silent(const struct page_rule *r)
{
    return trm_page_n_pass(r) + trm_page_n_fail(r) + trm_page_n_unknown(r) == 0;
}

static void
by_rule(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
{
    trm_buf_adds(out, "<h3>By rule</h3>\n");
    key(out);
    trm_html_count_head(out, "Rule");
    for (size_t i = 0; i < p->rules.n; i++)
        if (!silent(rules[i]))
            rule_row(out, rules[i], i);
    trm_buf_adds(out, "</tbody></table>\n");
}

/* Models that could not be read: nothing on this page speaks of them. */
static void
unread(struct trm_buf *out, const struct trm_page *p)
{
    const struct page_model *m = p->models.data;
    size_t n = 0;
    for (size_t i = 0; i < p->models.n; i++)
        n += *m[i].error != 0;
    if (!n)
        return;
    trm_buf_adds(out, "<p class=\"note\"><b>");
    trm_say_n(out, n, "model", NULL);
    trm_buf_adds(out, " could not be read</b>; nothing on this page is about ");
    trm_buf_adds(out, n == 1 ? "it" : "them");
    for (size_t i = 0, k = 0; i < p->models.n && k < 20; i++)
        if (*m[i].error) {
            trm_buf_adds(out, k++ ? "; " : ": ");
            trm_html_bdi(out, m[i].file);
            trm_buf_adds(out, " (");
            trm_esc_html(out, m[i].error);
            trm_buf_adds(out, ")");
        }
    trm_buf_adds(out, n > 20 ? "; and others, see Files.</p>\n" : ".</p>\n");
}

/* What a reader must not overlook: rules that looked at nothing, counts that disagree. */
static void
notes(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
{
    size_t n = 0;
    for (size_t i = 0; i < p->rules.n; i++)
        n += silent(rules[i]);
    if (n) {
        trm_buf_adds(out, "<p class=\"note\"><b>");
        trm_say_n(out, n, "rule found", "rules found");
        trm_buf_adds(out, " no element</b> to judge, so nothing was checked by ");
        trm_buf_adds(out, n == 1 ? "it: " : "them: ");
        for (size_t i = 0, k = 0; i < p->rules.n; i++)
            if (silent(rules[i])) {
                trm_buf_adds(out, k++ ? ", " : "");
                trm_html_bdi(out, trm_say_rule(rules[i]));
            }
        trm_buf_adds(out, ".</p>\n");
    }
    for (size_t i = 0; i < p->rules.n; i++) {
        const struct page_rule *r = rules[i];
        if (!r->sum.seen || silent(r) || r->pass + r->fail + r->unknown == 0 ||
            (r->sum.pass == r->pass && r->sum.fail == r->fail && r->sum.unknown == r->unknown))
            continue;
        trm_buf_adds(out, "<p class=\"note\"><b>The summary of ");
        trm_html_bdi(out, trm_say_rule(r));
        trm_buf_adds(out, " speaks of other counts</b> than the results in the input; this page counts the results.</p>\n");
    }
}

void
trm_html_overview(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, const struct page_advices *a)
{
    struct page_sums s;
    struct trm_buf said = {0};
    trm_page_sums(&s, p);
    trm_buf_adds(out, "<section id=\"overview\" aria-labelledby=\"h-overview\">\n<h2 id=\"h-overview\">Overview</h2>\n"
                      "<p class=\"lead\">");
    trm_say_lead(&said, p);
    trm_html_said(out, &said);
    trm_buf_adds(out, "</p>\n");
    if (p->o.note) {
        trm_buf_adds(out, "<p class=\"note\">");
        trm_esc_html(out, p->o.note);
        trm_buf_adds(out, "</p>\n");
    }
    trm_say_changes(&said, p);
    if (said.len)
        trm_buf_adds(out, "<p class=\"lead\">");
    bool changed = said.len > 0;
    trm_html_said(out, &said);
    trm_buf_adds(out, changed ? " <a href=\"#changes\">What changed</a></p>\n" : "");
    unread(out, p);
    if (s.pass + s.fail + s.unknown) {
        figures(out, p, &s);
        trm_html_tiers(out, a);
        by_severity(out, &s);
        by_rule(out, p, rules);
        trm_html_by_file(out, p);
    }
    trm_html_specs(out, p);
    notes(out, p, rules);
    trm_buf_adds(out, "</section>\n");
}
