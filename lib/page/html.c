/* The page's frame and its overview, and the small pieces that all sections share. */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"

/* --- pieces ----------------------------------------------------------------------------------------------------- */

void
trm_html_bdi(struct trm_buf *out, const char *s)
{
    trm_buf_adds(out, "<bdi>");
    trm_esc_html(out, s);
    trm_buf_adds(out, "</bdi>");
}

void
trm_html_said(struct trm_buf *out, struct trm_buf *said)
{
    if (said->data)
        trm_esc_html(out, said->data);
    out->failed |= said->failed;
    trm_buf_release(said);
}

void
trm_html_severity(struct trm_buf *out, const char *severity)
{
    static const char *const words[] = {"\xE2\x80\x93", "info", "! warning", "\xE2\x9C\x95 error"};
    int rank = trm_page_rank(severity);
    trm_buf_addf(out, "<span class=\"sev s%d\">", rank);
    trm_esc_html(out, rank || !*severity ? words[rank] : severity);
    trm_buf_adds(out, "</span>");
}

void
trm_html_elem(struct trm_buf *out, const struct page_elem *e)
{
    trm_html_bdi(out, trm_say_elem(e));
    trm_buf_adds(out, "<small>");
    trm_esc_html(out, e->cls);
    trm_buf_adds(out, " <code>");
    trm_esc_html(out, *e->guid ? e->guid : e->id);
    trm_buf_adds(out, "</code></small>");
}

void
trm_html_place(struct trm_buf *out, const struct trm_page *p, const char *file, const char *storey)
{
    bool several = p->models.n != 1 && *file;
    if (*storey)
        trm_html_bdi(out, storey);
    else if (!several)
        trm_buf_adds(out, "\xE2\x80\x93");
    if (several) {
        trm_buf_adds(out, *storey ? "<small>" : "");
        trm_html_bdi(out, file);
        trm_buf_adds(out, *storey ? "</small>" : "");
    }
}

void
trm_html_bar(struct trm_buf *out, const size_t parts[3], size_t total)
{
    static const char *const classes[] = {"f", "u", "p"};
    static const int order[] = {1, 2, 0}; /* fail, unknown, pass: what needs work stands first */
    double x = 0;
    trm_buf_adds(out, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    for (int i = 0; i < 3; i++) {
        double w = total ? 1000.0 * (double)parts[order[i]] / (double)total : 0;
        if (parts[order[i]] && w < 6)
            w = 6; /* one failure among thousands must still be seen */
        if (w > 0)
            trm_buf_addf(out, "<rect class=\"%s\" x=\"%.0f\" width=\"%.0f\" height=\"10\"/>", classes[i], x, w);
        x += w;
    }
    trm_buf_adds(out, "</svg>");
}

size_t
trm_page_share(const size_t *n, size_t count, size_t max)
{
    size_t lo = 0, hi = max;
    while (lo < hi) {
        size_t mid = lo + (hi - lo + 1) / 2, sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += n[i] < mid ? n[i] : mid;
        if (sum <= max)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}

/* --- the frame -------------------------------------------------------------------------------------------------- */

/* 'sha256-...' of a text, as a content security policy names it. */
static void
add_hash(struct trm_buf *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct trm_sha256 s;
    char hex[65], pair[3] = "";
    unsigned bits = 0, n_bits = 0;
    trm_sha256_init(&s);
    trm_sha256_add(&s, text, strlen(text));
    trm_sha256_hex(&s, hex);
    trm_buf_adds(out, "'sha256-");
    for (int i = 0; i < 64; i += 2) {
        memcpy(pair, hex + i, 2);
        bits = bits << 8 | (unsigned)strtoul(pair, NULL, 16), n_bits += 8;
        for (; n_bits >= 6; n_bits -= 6)
            trm_buf_addc(out, digits[bits >> (n_bits - 6) & 63]);
    }
    trm_buf_addc(out, digits[bits << (6 - n_bits) & 63]); /* 256 bits: 4 are left over */
    trm_buf_adds(out, "='");
}

static const char *
title_of(const struct trm_page *p)
{
    return p->o.title ? p->o.title : "Model check";
}

static void
head(struct trm_buf *out, const struct trm_page *p)
{
    trm_buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\""
                      "Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src ");
    add_hash(out, trm_page_css);
    trm_buf_adds(out, "; script-src ");
    add_hash(out, trm_page_js);
    trm_buf_adds(out, "; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    trm_esc_html(out, title_of(p));
    trm_buf_addf(out, "</title>\n<style>%s</style>\n</head>\n", trm_page_css);
}

static void
header(struct trm_buf *out, const struct trm_page *p)
{
    trm_buf_adds(out, "<header>\n<h1>");
    trm_html_bdi(out, title_of(p));
    trm_buf_adds(out, "</h1>\n<p class=\"sub\">");
    if (p->models.n == 1) {
        const struct page_model *m = p->models.data;
        trm_html_bdi(out, *m->file ? m->file : m->id);
        trm_buf_adds(out, " \xC2\xB7 ");
    } else if (p->models.n) {
        trm_say_n(out, trm_page_n_read(p), "model", NULL);
        trm_buf_adds(out, " \xC2\xB7 ");
    }
    trm_say_n(out, p->n_checked, "element", NULL);
    trm_buf_adds(out, " \xC2\xB7 ");
    trm_say_n(out, p->rules.n, "rule", NULL);
    if (p->o.date) {
        trm_buf_adds(out, " \xC2\xB7 ");
        trm_html_bdi(out, p->o.date);
    }
    trm_buf_adds(out, "</p>\n</header>\n");
}

static void
nav_entry(struct trm_buf *out, const char *id, const char *word, size_t n, bool show_n)
{
    trm_buf_addf(out, "<li><a href=\"#%s\">%s", id, word);
    if (show_n) {
        trm_buf_adds(out, " <b>");
        trm_say_count(out, n);
        trm_buf_adds(out, "</b>");
    }
    trm_buf_adds(out, "</a></li>");
}

static void
nav(struct trm_buf *out, const struct trm_page *p)
{
    struct page_sums s;
    trm_page_sums(&s, p);
    size_t judged = s.model_pass + s.model_fail + s.abstained;
    trm_buf_adds(out, "<nav aria-label=\"Sections\"><ul>");
    nav_entry(out, "overview", "Overview", 0, false);
    nav_entry(out, "failures", "Failures", s.fail, true);
    nav_entry(out, "missing", "Missing data", s.unknown, true);
    if (judged)
        nav_entry(out, "judged", "Model\xE2\x80\x99s verdicts", judged, true);
    if (p->evals.n)
        nav_entry(out, "figures", "How good is the model", 0, false);
    if (p->epochs.n)
        nav_entry(out, "training", "Training", 0, false);
    if (p->models.n)
        nav_entry(out, "files", "Files", p->models.n, true);
    trm_buf_adds(out, "</ul></nav>\n");
}

void
trm_page_html(struct trm_buf *out, const struct trm_page *p)
{
    struct page_rule **rules = trm_page_rules(p);
    if (!rules) {
        out->failed = true;
        return;
    }
    head(out, p);
    trm_buf_adds(out, "<body>\n<a class=\"skip\" href=\"#overview\">Skip to the overview</a>\n"
                      "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs><pattern id=\"hatch\" "
                      "width=\"16\" height=\"10\" patternUnits=\"userSpaceOnUse\"><rect width=\"16\" height=\"10\" "
                      "fill=\"var(--unkbg)\"/><rect width=\"5\" height=\"10\" fill=\"var(--hatch)\"/></pattern></defs></svg>\n");
    header(out, p);
    nav(out, p);
    trm_buf_adds(out, "<main>\n");
    trm_html_overview(out, p, rules);
    trm_html_failures(out, p, rules);
    trm_html_missing(out, p);
    trm_html_judged(out, p, rules);
    trm_html_figures(out, p);
    trm_html_training(out, p);
    trm_html_files(out, p);
    trm_buf_adds(out, "</main>\n<footer>Made by ");
    trm_esc_html(out, p->o.program ? p->o.program : "trm-report");
    trm_buf_adds(out, ". The rules\xE2\x80\x99 verdicts are exact; the model\xE2\x80\x99s are likelihoods and are kept apart "
                      "from them.</footer>\n");
    trm_buf_addf(out, "<script>%s</script>\n</body>\n</html>\n", trm_page_js);
    free(rules);
}

/* --- overview --------------------------------------------------------------------------------------------------- */

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

/* What takes most away with one mending: properties to deliver, then types to mend. */
struct step {
    size_t n;
    const struct page_item *item;
    const struct page_cause *cause;
    const struct page_rule *rule;
};

static int
bigger_step(const void *x, const void *y)
{
    const struct step *a = x, *b = y;
    if (!a->item != !b->item)
        return a->item ? 1 : -1; /* failures first: they are certain */
    return a->n != b->n ? (a->n < b->n ? 1 : -1) : 0;
}

static void
write_step(struct trm_buf *out, const struct step *s)
{
    struct trm_buf said = {0};
    trm_buf_adds(out, "<li>");
    if (s->item) {
        trm_say_deliver(&said, s->item);
    } else {
        trm_say_mend(&said, s->rule, s->cause->first);
        trm_buf_adds(&said, *s->cause->first->elem->type ? " In type \xE2\x80\x9C" : "");
        trm_buf_adds(&said, s->cause->first->elem->type);
        trm_buf_adds(&said, *s->cause->first->elem->type ? "\xE2\x80\x9D this settles " : " This settles ");
        trm_say_n(&said, s->n, "failure", NULL);
        trm_buf_addf(&said, " of %s.", trm_say_rule(s->rule));
    }
    trm_html_said(out, &said);
    trm_buf_adds(out, "</li>\n");
}

static void
first_steps(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
{
    struct trm_arena mem = {0};
    struct trm_vec items = trm_page_missing(p, &mem), steps = {0}, lists = {0};
    struct step *s;
    for (size_t i = 0; i < p->rules.n; i++) {
        struct trm_vec *causes = trm_vec_push(&lists, sizeof *causes);
        if (!causes)
            continue;
        *causes = trm_page_causes(rules[i]);
        const struct page_cause *c = causes->data;
        for (size_t k = 0; k < causes->n && k < 2; k++)
            if (c[k].n > 1 && (s = trm_vec_push(&steps, sizeof *s)))
                *s = (struct step){c[k].n, NULL, &c[k], rules[i]};
    }
    size_t n_causes = steps.n;
    if (n_causes)
        qsort(steps.data, steps.n, sizeof *s, bigger_step);
    steps.n = n_causes > 3 ? 3 : n_causes;
    for (size_t i = 0; i < items.n && i < 3; i++)
        if ((s = trm_vec_push(&steps, sizeof *s)))
            *s = (struct step){((struct page_item *)items.data)[i].verdicts, (struct page_item *)items.data + i, NULL, NULL};
    s = steps.data;
    if (steps.n)
        trm_buf_adds(out, "<h3>What settles most</h3>\n<ol class=\"todo\">\n");
    for (size_t i = 0; i < steps.n; i++)
        write_step(out, &s[i]);
    if (steps.n)
        trm_buf_adds(out, "</ol>\n");
    struct trm_vec *list = lists.data;
    for (size_t i = 0; i < lists.n; i++)
        free(list[i].data);
    free(lists.data), free(steps.data);
    trm_page_missing_free(&items);
    trm_arena_release(&mem);
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

static void
counts(struct trm_buf *out, const size_t n[3])
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
    trm_buf_adds(out, "<h3>By severity</h3>\n<table class=\"stack by\"><thead><tr><th scope=\"col\">Severity</th><th "
                      "scope=\"col\" class=\"barcol\">Share</th><th scope=\"col\" class=\"n\">Fail</th><th scope=\"col\" "
                      "class=\"n\">Unknown</th><th scope=\"col\" class=\"n\">Pass</th></tr></thead><tbody>\n");
    for (int rank = 3; rank >= 0; rank--) {
        const size_t *n = s->by_severity[rank];
        if (n[0] + n[1] + n[2] == 0)
            continue;
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_html_severity(out, names[rank]);
        trm_buf_adds(out, "</th>");
        counts(out, n);
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
    counts(out, n);
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
    trm_buf_adds(out, "<table class=\"stack by\"><thead><tr><th scope=\"col\">Rule</th><th scope=\"col\" class=\"barcol\">"
                      "Share</th><th scope=\"col\" class=\"n\">Fail</th><th scope=\"col\" class=\"n\">Unknown</th>"
                      "<th scope=\"col\" class=\"n\">Pass</th></tr></thead><tbody>\n");
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
trm_html_overview(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules)
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
    unread(out, p);
    if (s.pass + s.fail + s.unknown) {
        figures(out, p, &s);
        first_steps(out, p, rules);
        by_rule(out, p, rules);
        by_severity(out, &s);
    }
    notes(out, p, rules);
    trm_buf_adds(out, "</section>\n");
}
