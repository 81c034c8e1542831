/* How good the model is, how it was trained, and which files were read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"

/* --- evaluation ------------------------------------------------------------------------------------------------- */

static double
num(const trm_json *rec, const char *key)
{
    return trm_json_num(trm_json_get(rec, key), NAN);
}

static void
percent_1(struct trm_buf *out, double x)
{
    if (isnan(x))
        trm_buf_adds(out, "\xE2\x80\x93");
    else
        trm_buf_addf(out, "%.1f\xC2\xA0%%", 100 * x);
}

static double
plot_x(double accuracy)
{
    return 10 + 180 * fmin(fmax(accuracy, 0), 1);
}

/* Accuracy with its interval on a line from 0 to 100 %, the base rate as a hollow circle, baselines as hollow diamonds. */
static void
interval_plot(struct trm_buf *out, const trm_json *rec)
{
    double a = num(rec, "accuracy"), lo = num(rec, "lo"), hi = num(rec, "hi"), base = num(rec, "base_rate");
    const trm_json *others = trm_json_get(rec, "baselines");
    trm_buf_adds(out, "<svg class=\"plot\" width=\"200\" height=\"22\" viewBox=\"0 0 200 22\" aria-hidden=\"true\"><path "
                      "class=\"ax\" d=\"M10 11H190M10 6V16M190 6V16M100 8V14\"/>");
    if (!isnan(base))
        trm_buf_addf(out, "<circle class=\"b0\" cx=\"%.1f\" cy=\"11\" r=\"4\"/>", plot_x(base));
    for (void *it = others ? trm_json_first(others) : NULL; it; it = trm_json_next(others, it)) {
        double x = num(trm_json_value(it), "accuracy");
        if (!isnan(x))
            trm_buf_addf(out, "<path class=\"b0\" d=\"M%.1f 6l5 5-5 5-5-5z\"/>", plot_x(x));
    }
    if (!isnan(lo) && !isnan(hi))
        trm_buf_addf(out, "<path class=\"iv\" d=\"M%.1f 11H%.1f\"/>", plot_x(lo), plot_x(hi));
    if (!isnan(a))
        trm_buf_addf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"11\" r=\"4\"/>", plot_x(a));
    trm_buf_adds(out, "</svg>");
}

static void
baselines_cell(struct trm_buf *out, const trm_json *rec)
{
    const trm_json *others = trm_json_get(rec, "baselines");
    bool first = true;
    for (void *it = others ? trm_json_first(others) : NULL; it; it = trm_json_next(others, it)) {
        double x = num(trm_json_value(it), "accuracy");
        if (isnan(x))
            continue;
        trm_buf_adds(out, first ? "" : "<br>");
        trm_esc_html(out, trm_json_key(it));
        trm_buf_addc(out, ' ');
        percent_1(out, x);
        first = false;
    }
    if (first)
        trm_buf_adds(out, "\xE2\x80\x93");
}

/* What a group of test verdicts is, in words. */
static const char *
group_words(const char *group)
{
    static const char *const words[][2] = {
        {"complete", "data complete"},
        {"hidden", "deciding value absent"},
        {"named", "value only in a name"},
        {"all", "all together"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(group, words[i][0]) == 0)
            return words[i][1];
    return group;
}

static const char *
text(const trm_json *rec, const char *key)
{
    return trm_json_str(trm_json_get(rec, key), "");
}

static bool
about_all(const trm_json *rec)
{
    return !*text(rec, "rule") || strcmp(text(rec, "id"), "all") == 0;
}

static void
eval_row(struct trm_buf *out, const struct trm_page *p, const trm_json *rec)
{
    trm_buf_adds(out, "<tr><th scope=\"row\">");
    if (about_all(rec)) {
        trm_esc_html(out, group_words(*text(rec, "group") ? text(rec, "group") : text(rec, "id")));
    } else {
        trm_html_bdi(out, trm_say_rule_of(p, text(rec, "rule")));
        trm_buf_adds(out, "<small>");
        trm_esc_html(out, group_words(text(rec, "group")));
        trm_buf_adds(out, "</small>");
    }
    trm_buf_adds(out, "</th><td class=\"n\">");
    trm_say_count(out, trm_page_count(trm_json_get(rec, "n")));
    if (!isnan(num(rec, "buildings"))) {
        trm_buf_adds(out, "<small>");
        trm_say_n(out, trm_page_count(trm_json_get(rec, "buildings")), "building", NULL);
        trm_buf_adds(out, "</small>");
    }
    trm_buf_adds(out, "</td><td>");
    interval_plot(out, rec);
    trm_buf_adds(out, "</td><td class=\"n\"><b>");
    percent_1(out, num(rec, "accuracy"));
    trm_buf_adds(out, "</b><small>");
    percent_1(out, num(rec, "lo"));
    trm_buf_adds(out, " to ");
    percent_1(out, num(rec, "hi"));
    trm_buf_adds(out, "</small></td><td class=\"n\">");
    percent_1(out, num(rec, "base_rate"));
    trm_buf_adds(out, "</td><td class=\"n\">");
    baselines_cell(out, rec);
    trm_buf_adds(out, "</td><td class=\"n\">");
    if (isnan(num(rec, "ece")))
        trm_buf_adds(out, "\xE2\x80\x93");
    else
        trm_buf_addf(out, "%.3f", num(rec, "ece"));
    trm_buf_adds(out, "</td></tr>\n");
}

static void
eval_table(struct trm_buf *out, const struct trm_page *p, bool all)
{
    trm_json *const *evals = p->evals.data;
    trm_buf_adds(out, "<div class=\"scroll\"><table aria-label=\"Accuracy\"><thead><tr><th scope=\"col\">Verdicts</th><th scope=\"col\" class=\"n\">"
                      "Number</th><th scope=\"col\">0 to 100 %</th><th scope=\"col\" class=\"n\">Right</th><th scope=\"col\" "
                      "class=\"n\">Base rate</th><th scope=\"col\" class=\"n\">Simpler methods</th><th scope=\"col\" "
                      "class=\"n\">Calibration error</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < p->evals.n; i++)
        if (about_all(evals[i]) == all)
            eval_row(out, p, evals[i]);
    trm_buf_adds(out, "</tbody></table></div>\n");
}

/* Steps taken and time spent, where an evaluation says so. */
static void
eval_cost(struct trm_buf *out, const struct trm_page *p)
{
    trm_json *const *evals = p->evals.data;
    for (size_t i = 0; i < p->evals.n; i++) {
        const trm_json *steps = trm_json_get(evals[i], "steps"), *ms = trm_json_get(evals[i], "ms");
        if (!about_all(evals[i]) || (!trm_json_len(steps) && !trm_json_len(ms)))
            continue;
        trm_buf_adds(out, "<p class=\"soft\">");
        trm_esc_html(out, group_words(text(evals[i], "group")));
        trm_buf_adds(out, ": ");
        for (void *it = trm_json_len(steps) ? trm_json_first(steps) : NULL; it; it = trm_json_next(steps, it)) {
            trm_esc_html(out, trm_json_key(it));
            trm_buf_adds(out, strcmp(trm_json_key(it), "1") == 0 ? " step " : " steps ");
            trm_say_count(out, trm_page_count(trm_json_value(it)));
            trm_buf_adds(out, "\xC3\x97; ");
        }
        if (trm_json_len(ms))
            trm_buf_addf(out, "half of the elements within %.1f ms, 95 %% within %.1f ms", num(ms, "p50"), num(ms, "p95"));
        trm_buf_adds(out, "</p>\n");
        return;
    }
}

void
trm_html_figures(struct trm_buf *out, const struct trm_page *p)
{
    trm_json *const *evals = p->evals.data;
    size_t rules = 0;
    if (!p->evals.n)
        return;
    for (size_t i = 0; i < p->evals.n; i++)
        rules += !about_all(evals[i]);
    trm_buf_adds(out, "<section id=\"figures\" aria-labelledby=\"h-figures\">\n<h2 id=\"h-figures\">How good is the model</h2>\n"
                      "<p>Measured on buildings it never saw in training. Filled dot: the model, with its 95\xC2\xA0% interval. "
                      "Hollow circle: the base rate, always saying what is commonest. Hollow diamonds: simpler methods. A model "
                      "that is no better than those is not worth asking.</p>\n");
    if (rules < p->evals.n)
        eval_table(out, p, true);
    eval_cost(out, p);
    if (rules) {
        trm_buf_adds(out, rules < p->evals.n ? "<details><summary><span class=\"t\">By rule</span></summary>\n" : "");
        eval_table(out, p, false);
        trm_buf_adds(out, rules < p->evals.n ? "</details>\n" : "");
    }
    trm_buf_adds(out, "</section>\n");
}

/* --- training --------------------------------------------------------------------------------------------------- */

/* A line of figures over epochs. */
struct curve {
    const char *key, *label, *class;
};

struct frame {
    double lo, hi;    /* of the figures, bottom and top of the plot */
    double last;      /* last epoch */
    const char *unit; /* "%" or "" */
};

static double
frame_x(const struct frame *f, double epoch)
{
    return 40 + 220 * (f->last > 1 ? (epoch - 1) / (f->last - 1) : 0.5);
}

static double
frame_y(const struct frame *f, double value)
{
    return 12 + 110 * (1 - (value - f->lo) / (f->hi - f->lo));
}

static struct frame
frame_of(const struct trm_page *p, const struct curve *curves, size_t n, bool percent)
{
    struct frame f = {.lo = percent ? 1 : 0, .hi = percent ? 1 : 0, .last = 1, .unit = percent ? "\xC2\xA0%" : ""};
    trm_json *const *epochs = p->epochs.data;
    for (size_t i = 0; i < p->epochs.n; i++) {
        f.last = fmax(f.last, num(epochs[i], "epoch"));
        for (size_t k = 0; k < n; k++) {
            double y = num(epochs[i], curves[k].key);
            if (isfinite(y))
                f.lo = fmin(f.lo, y), f.hi = fmax(f.hi, y);
        }
    }
    if (percent)
        f.lo = floor(f.lo * 10) / 10;
    if (!(f.hi > f.lo))
        f.hi = f.lo + 1;
    return f;
}

static void
curve_path(struct trm_buf *out, const struct trm_page *p, const struct frame *f, const struct curve *c)
{
    trm_json *const *epochs = p->epochs.data;
    double x = 0, y = NAN;
    bool pen = false;
    trm_buf_addf(out, "<path class=\"%s\" d=\"", c->class);
    for (size_t i = 0; i < p->epochs.n; i++) {
        double value = num(epochs[i], c->key);
        if (!isfinite(value)) {
            pen = false;
            continue;
        }
        x = frame_x(f, num(epochs[i], "epoch")), y = frame_y(f, value);
        trm_buf_addf(out, "%c%.1f %.1f", pen ? 'L' : 'M', x, y);
        pen = true;
    }
    trm_buf_adds(out, "\"/>");
    if (!isnan(y))
        trm_buf_addf(out, "<text x=\"%.0f\" y=\"%.0f\">%s</text>", x + 5, y + (strstr(c->class, "l1") ? 11 : -4), c->label);
}

static double
best_epoch(const struct trm_page *p)
{
    trm_json *const *epochs = p->epochs.data;
    double best = NAN;
    for (size_t i = 0; i < p->epochs.n; i++)
        if (trm_json_bool(trm_json_get(epochs[i], "best"), false))
            best = num(epochs[i], "epoch");
    return best;
}

static void
training_chart(struct trm_buf *out, const struct trm_page *p, const struct curve *curves, size_t n, bool percent,
               const char *title)
{
    struct frame f = frame_of(p, curves, n, percent);
    double best = best_epoch(p), scale = percent ? 100 : 1;
    trm_buf_addf(out, "<figure><figcaption>%s</figcaption><svg class=\"chart\" viewBox=\"0 0 330 145\" role=\"img\" "
                      "aria-label=\"%s by epoch\"><path class=\"ax\" d=\"M40 12H260M40 67H260M40 122H260\"/>", title, title);
    for (int i = 0; i < 3; i++)
        trm_buf_addf(out, "<text x=\"36\" y=\"%d\" text-anchor=\"end\">%.3g%s</text>", 16 + 55 * i,
                     scale * (f.hi - (f.hi - f.lo) * i / 2), f.unit);
    trm_buf_addf(out, "<text x=\"40\" y=\"138\" text-anchor=\"middle\">1</text><text x=\"260\" y=\"138\" text-anchor=\"middle\">"
                      "%.0f</text><text x=\"150\" y=\"138\" text-anchor=\"middle\">epoch</text>", f.last);
    if (!isnan(best))
        trm_buf_addf(out, "<path class=\"best\" d=\"M%.1f 12V122\"/>", frame_x(&f, best));
    for (size_t k = 0; k < n; k++)
        curve_path(out, p, &f, &curves[k]);
    trm_buf_adds(out, "</svg></figure>");
}

static void
training_words(struct trm_buf *out, const struct trm_page *p)
{
    trm_json *const *epochs = p->epochs.data;
    double best = best_epoch(p);
    trm_buf_adds(out, "<p>");
    trm_say_n(out, p->epochs.n, "epoch", NULL);
    for (size_t i = 0; i < p->epochs.n; i++) {
        if (num(epochs[i], "epoch") != best)
            continue;
        trm_buf_addf(out, "; the best on the validation side was epoch %.0f (dashed line)", best);
        if (!isnan(num(epochs[i], "val_loss")))
            trm_buf_addf(out, ", with a loss of %.3f", num(epochs[i], "val_loss"));
        if (!isnan(num(epochs[i], "val_accuracy")))
            trm_buf_addf(out, " and %.1f\xC2\xA0%% right", 100 * num(epochs[i], "val_accuracy"));
        break;
    }
    trm_buf_adds(out, ".</p>\n");
}

/* The entry of a rule in an extracted record, or NULL. */
static const trm_json *
learned_of(const trm_json *rec, const char *rule)
{
    const trm_json *rules = trm_json_get(rec, "rules");
    for (size_t i = 0; i < trm_json_len(rules); i++)
        if (strcmp(text(trm_json_at(rules, i), "rule"), rule) == 0)
            return trm_json_at(rules, i);
    return NULL;
}

static size_t
count_of(const trm_json *rec, const char *key)
{
    return trm_page_count(trm_json_get(rec, key));
}

static void
learned_row(struct trm_buf *out, const struct trm_page *p, const char *rule)
{
    trm_json *const *recs = p->extracted.data;
    trm_buf_adds(out, "<tr><th scope=\"row\">");
    trm_html_bdi(out, trm_say_rule_of(p, rule));
    trm_buf_adds(out, "</th>");
    for (size_t i = 0; i < p->extracted.n; i++) {
        const trm_json *r = learned_of(recs[i], rule);
        trm_buf_adds(out, "<td class=\"n\">");
        trm_say_count(out, count_of(r, "pass"));
        trm_buf_adds(out, " / ");
        trm_say_count(out, count_of(r, "fail"));
        trm_buf_adds(out, "</td>");
    }
    trm_buf_adds(out, "</tr>\n");
}

/* Labels per rule, a column for each source that samples were drawn from. */
static void
training_data(struct trm_buf *out, const struct trm_page *p)
{
    trm_json *const *recs = p->extracted.data;
    if (!p->extracted.n)
        return;
    trm_buf_adds(out, "<h3>What it learned from</h3>\n<div class=\"scroll\"><table><caption>Verdicts of the rules on complete "
                      "data, passes / failures. Verdicts that are unknown are never learned from.</caption><thead><tr><th "
                      "scope=\"col\">Rule</th>");
    for (size_t i = 0; i < p->extracted.n; i++) {
        trm_buf_adds(out, "<th scope=\"col\" class=\"n\">");
        trm_html_bdi(out, strcmp(text(recs[i], "id"), "extracted") == 0 ? "samples" : text(recs[i], "id"));
        trm_buf_adds(out, "<small>");
        trm_say_n(out, count_of(recs[i], "samples"), "sample", NULL);
        trm_buf_adds(out, "</small></th>");
    }
    trm_buf_adds(out, "</tr></thead><tbody>\n");
    const trm_json *rules = trm_json_get(recs[0], "rules");
    for (size_t i = 0; i < trm_json_len(rules); i++)
        learned_row(out, p, text(trm_json_at(rules, i), "rule"));
    trm_buf_adds(out, "</tbody></table></div>\n");
}

void
trm_html_training(struct trm_buf *out, const struct trm_page *p)
{
    static const struct curve losses[] = {{"val_loss", "validation", "ln l0"}, {"loss", "training", "ln l1"}};
    static const struct curve right[] = {{"val_accuracy", "validation", "ln l0"}};
    if (!p->epochs.n)
        return;
    trm_buf_adds(out, "<section id=\"training\" aria-labelledby=\"h-training\">\n<h2 id=\"h-training\">Training</h2>\n");
    training_words(out, p);
    trm_buf_adds(out, "<div class=\"pair\">");
    training_chart(out, p, losses, 2, false, "Loss");
    training_chart(out, p, right, 1, true, "Right on the validation side");
    trm_buf_adds(out, "</div>\n");
    training_data(out, p);
    trm_buf_adds(out, "</section>\n");
}

/* --- files ------------------------------------------------------------------------------------------------------ */

void
trm_html_files(struct trm_buf *out, const struct trm_page *p)
{
    const struct page_model *m = p->models.data;
    const char *const *learned = p->learned.data;
    if (!p->models.n && !p->learned.n)
        return;
    trm_buf_adds(out, "<section id=\"files\" aria-labelledby=\"h-files\">\n<h2 id=\"h-files\">Files</h2>\n");
    if (p->models.n)
        trm_buf_adds(out, "<div class=\"scroll\"><table aria-label=\"Files\"><thead><tr><th scope=\"col\">File</th><th scope=\"col\">Project</th><th "
                          "scope=\"col\">Schema</th><th scope=\"col\">Written by</th><th scope=\"col\" class=\"n\">Elements</th>"
                          "<th scope=\"col\" class=\"n\">Warnings</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < p->models.n; i++) {
        trm_buf_adds(out, "<tr><th scope=\"row\">");
        trm_html_bdi(out, *m[i].file ? m[i].file : m[i].id);
        if (*m[i].error) {
            trm_buf_adds(out, "</th><td colspan=\"5\"><b>not read:</b> ");
            trm_esc_html(out, m[i].error);
            trm_buf_adds(out, "</td></tr>\n");
            continue;
        }
        if (*m[i].sha256) {
            trm_buf_adds(out, "<small><code title=\"sha256\">");
            for (int k = 0; k < 16 && m[i].sha256[k]; k++)
                trm_esc_html(out, (char[]){m[i].sha256[k], 0});
            trm_buf_adds(out, "</code></small>");
        }
        trm_buf_adds(out, "</th><td>");
        trm_html_bdi(out, m[i].project);
        trm_buf_adds(out, "</td><td>");
        trm_esc_html(out, m[i].schema);
        trm_buf_adds(out, "</td><td>");
        trm_html_bdi(out, m[i].exporter);
        trm_buf_adds(out, "</td><td class=\"n\">");
        trm_say_count(out, m[i].elements);
        trm_buf_adds(out, "</td><td class=\"n\">");
        trm_say_count(out, m[i].warnings);
        trm_buf_adds(out, "</td></tr>\n");
    }
    trm_buf_adds(out, p->models.n ? "</tbody></table></div>\n" : "");
    for (size_t i = 0; i < p->learned.n; i++) {
        trm_buf_adds(out, i ? ", <code>" : "<p class=\"soft\">Verdicts on unknowns by the trained model <code>");
        trm_esc_html(out, learned[i]);
        trm_buf_adds(out, "</code>");
    }
    trm_buf_adds(out, p->learned.n ? ".</p>\n</section>\n" : "</section>\n");
}
