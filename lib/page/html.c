/* The page's frame, and the small pieces that all sections share. */
#include "html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"

/* The page stays below 5 MB, so that a browser shows it at once: rows give way first, then the step-by-step detail. */
enum { ROW_BYTES = 4300000, PAGE_BYTES = 4700000 };

/* --- pieces ----------------------------------------------------------------------------------------------------- */

void
trm_html_bdi(struct trm_buf *out, const char *s)
{
    bool plain = true;
    for (const char *c = s; *c && plain; c++)
        plain = (unsigned char)*c < 0x80; /* ASCII runs one way only, and ten thousand names are many */
    trm_buf_adds(out, plain ? "" : "<bdi>");
    trm_esc_html(out, s);
    trm_buf_adds(out, plain ? "" : "</bdi>");
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
trm_html_finder(struct trm_buf *out, const char *section, const char *label)
{
    trm_buf_addf(out, "<div class=\"find\" data-for=\"%s\" role=\"search\" aria-label=\"%s\" hidden><label>%s<input type=\"search\" "
                      "autocomplete=\"off\" spellcheck=\"false\"></label><button type=\"button\" data-open=\"1\">Open all"
                      "</button><button type=\"button\" data-open=\"0\">Close all</button><span class=\"soft\" "
                      "role=\"status\"></span></div>\n", section, label, label);
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
    if (p->changes.seen)
        nav_entry(out, "changes", "Since last time", 0, false);
    if (s.fail + s.unknown)
        nav_entry(out, "todo", "What to do", 0, false);
    nav_entry(out, "failures", "Failures", s.fail, true);
    if (p->n_elems_failed)
        nav_entry(out, "elements", "By element", p->n_elems_failed, true);
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

/* How much of the rows fits: 1 for all of them. */
static double
share_of_rows(const struct trm_page *p, struct page_rule *const *rules)
{
    double bytes = 0;
    for (size_t i = 0; i < p->rules.n; i++)
        bytes += (double)trm_html_fail_bytes(p, rules[i]) + (double)trm_html_judged_bytes(p, rules[i]);
    return bytes > ROW_BYTES ? ROW_BYTES / bytes : 1;
}

static size_t
scaled(size_t n, double share, size_t most)
{
    double rows = floor((double)n * share);
    return rows < (double)most ? (size_t)rows : most;
}

void
trm_page_html(struct trm_buf *out, const struct trm_page *p)
{
    struct page_rule **rules = trm_page_rules(p);
    struct page_advices advices;
    if (!rules) {
        out->failed = true;
        return;
    }
    size_t n_fails = 0, n_judged = 0, start = out->len;
    double share = share_of_rows(p, rules);
    for (size_t i = 0; i < p->rules.n; i++)
        n_fails += rules[i]->fails.n, n_judged += rules[i]->judged.n;
    trm_page_advise(&advices, p);
    head(out, p);
    trm_buf_adds(out, "<body>\n<a class=\"skip\" href=\"#overview\">Skip to the overview</a>\n"
                      "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs><pattern id=\"hatch\" "
                      "width=\"16\" height=\"10\" patternUnits=\"userSpaceOnUse\"><rect width=\"16\" height=\"10\" "
                      "fill=\"var(--unkbg)\"/><rect width=\"5\" height=\"10\" fill=\"var(--hatch)\"/></pattern></defs></svg>\n");
    header(out, p);
    nav(out, p);
    trm_buf_adds(out, "<main>\n");
    trm_html_overview(out, p, rules, &advices);
    trm_html_changes(out, p);
    trm_html_todo(out, p, &advices);
    trm_html_failures(out, p, rules, scaled(n_fails, share, p->o.max_rows));
    trm_html_elements(out, p);
    trm_html_missing(out, p);
    trm_html_judged(out, p, rules, scaled(n_judged, share, p->o.max_rows), PAGE_BYTES - (double)(out->len - start));
    trm_html_figures(out, p);
    trm_html_training(out, p);
    trm_html_files(out, p);
    trm_buf_adds(out, "</main>\n<footer>Made by ");
    trm_esc_html(out, p->o.program ? p->o.program : "trm-report");
    trm_buf_adds(out, ". The rules\xE2\x80\x99 verdicts are exact; the model\xE2\x80\x99s are likelihoods and are kept apart "
                      "from them.</footer>\n");
    trm_buf_addf(out, "<script>%s</script>\n</body>\n</html>\n", trm_page_js);
    trm_page_advices_free(&advices);
    free(rules);
}
