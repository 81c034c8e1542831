/* trm-infer: elements, checked elements, samples or tasks in; a trace of each out, in the same order.
 *
 * Two roads to a verdict, kept apart: what a rule decides from the data stands as it is (source rule); what it cannot decide
 * gets the model's verdict with a probability (source model), and every step on the way there. One record is thought about
 * alone, so its trace does not depend on its neighbours. Tasks are solved by a solver, several side by side, each alone all the
 * same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/cli/cli.h"
#include "../lib/cli/core.h"
#include "../lib/code/judge.h"
#include "../lib/mat/mat.h"
#include "../lib/model/desk.h"
#include "../lib/model/model.h"
#include "../lib/stat/stat.h"
#include "../lib/store/store.h"

enum { MOST_WHY = 5,  /* fields named by --why */
       MOST_STEPS = 10000, /* supervision steps */
       FEW_OF_A_SIDE = 5 /* labels of the rarer side below which nothing was learned about it */ };

struct infer {
    /* as given */
    const char *model_path, *store, *stats, *backend;
    struct trm_list rule_files;
    long max_steps, support, threads, slots, rollouts, views;
    double halt, noise; /* halt 0: as the model says */
    bool why, all, timing;
    /* opened; a model of verdicts, or a solver at its desk */
    struct trm_model model;
    struct trm_solver solver;
    struct trm_desk *desk; /* NULL: model is the one */
    double *ms;            /* [n_ms] of all records, for --stats; owned */
    size_t n_ms, cap_ms;
    double started;
    struct trm_rules *rules; /* NULL: no catalogue, only samples can be read */
    struct trm_judge *judge;
    double stop_q;
    struct trm_arena arena; /* of the record in hand */
    struct trm_buf out;
};

/* One rule of the record in hand. */
struct verdict {
    const char *rule, *severity;
    const trm_json *result; /* of the rule room; NULL for samples */
    bool decided;           /* by the rule */
    const char *label;      /* samples: the truth, or NULL */
    long at;                /* in the sample's rules; -1: the catalogue does not hold it */
    struct trm_support support;
    const char *abstained;  /* why the model may not say, or NULL */
    bool asked;             /* the model was asked, and may say */
    double p;
};
struct subject { /* the record in hand */
    const trm_json *rec;
    struct trm_sample s;
    struct verdict *v; /* [n] */
    size_t n;
    struct trm_say *say; /* [n_say] what the model said, a window of rules each */
    struct trm_ask *ask;
    size_t n_say, steps; /* steps: of the window that took longest */
};

static int
no_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* --- who is asked about ---------------------------------------------------------------------------------------------- */

static size_t
support_of(const struct verdict *v)
{
    return v->support.pass + v->support.fail;
}

static const char *
why_abstain(const struct infer *t, const struct verdict *v)
{
    const struct trm_support *s = &v->support;
    if (v->at < 0)
        return "rule";
    if (t->support == 0)
        return NULL;
    if (support_of(v) < (size_t)t->support)
        return "support";
    return s->pass + s->varied_pass < FEW_OF_A_SIDE || s->fail + s->varied_fail < FEW_OF_A_SIDE ? "one-sided" : NULL;
}

static int
alloc_verdicts(struct infer *t, struct subject *x, size_t n, struct trm_err *err)
{
    x->v = trm_arena_calloc(&t->arena, n + 1, sizeof *x->v);
    x->n = n;
    return x->v ? 0 : no_memory(err);
}

/* A sample's rules: all are the model's to say; the label goes along. */
static int
take_sample(struct infer *t, struct subject *x, struct trm_err *err)
{
    if (trm_sample_read(&x->s, &t->arena, x->rec, err) != 0 || alloc_verdicts(t, x, x->s.n_rules, err) != 0)
        return -1;
    for (size_t i = 0; i < x->n; i++) {
        const struct trm_sample_rule *r = &x->s.rules[i];
        const char *label = r->label == TRM_LABEL_PASS ? "pass" : r->label == TRM_LABEL_FAIL ? "fail" : NULL;
        x->v[i] = (struct verdict){.rule = r->rule, .severity = r->severity, .label = label, .at = (long)i};
    }
    return 0;
}

/* Results of the rule room as JSON, for an element that nobody has checked yet. */
static int
judge_element(struct subject *x, const struct trm_result *results, size_t n, struct trm_err *err)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_array(&w);
    for (size_t i = 0; i < n; i++)
        trm_result_write(&w, &results[i]);
    trm_jw_end(&w);
    trm_json *list = b.failed ? NULL : trm_json_parse(b.data, b.len, err);
    trm_buf_release(&b);
    if (!list)
        return no_memory(err);
    /* the record owns the results as if trm-check had written them */
    if (trm_json_set((trm_json *)x->rec, "results", list) != 0)
        return no_memory(err);
    return 0;
}

static long
rule_at(const struct trm_sample *s, const char *rule, size_t guess)
{
    if (guess < s->n_rules && !strcmp(s->rules[guess].rule, rule))
        return (long)guess;
    for (size_t i = 0; i < s->n_rules; i++)
        if (!strcmp(s->rules[i].rule, rule))
            return (long)i;
    return -1;
}

/* An element's rules: those of its results, decided or not. */
static int
take_element(struct infer *t, struct subject *x, bool checked, struct trm_err *err)
{
    const struct trm_result *results;
    trm_json *list;
    if (!t->rules)
        return trm_err_set(err, TRM_USAGE, "the model carries no rules to check elements with: give them with -r RULES");
    if (trm_sample_judge(&x->s, &results, &t->arena, x->rec, t->rules, err) != 0)
        return -1;
    if (!checked && judge_element(x, results, x->s.n_rules, err) != 0)
        return -1;
    if (trm_json_need_array(x->rec, "results", &list, err) != 0 || alloc_verdicts(t, x, trm_json_len(list), err) != 0)
        return -1;
    for (size_t i = 0; i < x->n; i++) {
        const trm_json *r = trm_json_at(list, i);
        const char *rule, *verdict;
        if (trm_json_need_str(r, "rule", &rule, err) != 0 || trm_json_need_str(r, "verdict", &verdict, err) != 0)
            return trm_err_at(err, "results[%zu]", i);
        x->v[i] = (struct verdict){.rule = rule, .severity = trm_json_str(trm_json_get(r, "severity"), NULL), .result = r,
                                   .decided = strcmp(verdict, "unknown") != 0, .at = rule_at(&x->s, rule, i)};
    }
    return 0;
}

/* --- asking ---------------------------------------------------------------------------------------------------------- */

/* Windows of max_rules rules that hold one the model is to speak about. */
static int
choose_windows(struct infer *t, struct subject *x, struct trm_err *err)
{
    size_t max = trm_vocab_max_rules(t->model.vocab), windows = x->s.n_rules / max + 1;
    bool *wanted = trm_arena_calloc(&t->arena, windows, sizeof *wanted);
    x->ask = trm_arena_calloc(&t->arena, windows, sizeof *x->ask);
    x->say = trm_arena_calloc(&t->arena, windows, sizeof *x->say);
    if (!wanted || !x->ask || !x->say)
        return no_memory(err);
    for (size_t i = 0; i < x->n; i++) {
        struct verdict *v = &x->v[i];
        v->support = trm_vocab_support(t->model.vocab, v->rule);
        v->abstained = why_abstain(t, v);
        v->asked = !v->abstained && (!v->decided || t->all);
        if (v->asked)
            wanted[(size_t)v->at / max] = true;
    }
    for (size_t w = 0; w < windows; w++)
        if (wanted[w])
            x->ask[x->n_say++] = (struct trm_ask){.sample = &x->s, .first_rule = w * max};
    return 0;
}

/* What was said about rule `at` after `step` steps (from 1; a window that stopped earlier keeps its last word); before the first
 * step nothing is known and p is a half. */
static double
p_at(const struct infer *t, const struct trm_ask *ask, const struct trm_say *say, size_t n_say, long at, size_t step)
{
    for (size_t w = 0; w < n_say; w++) {
        size_t first = ask[w].first_rule;
        if (step == 0 || (size_t)at < first || (size_t)at >= first + say[w].n_rules)
            continue;
        size_t k = step < say[w].steps ? step : say[w].steps;
        return trm_model_p(&t->model, say[w].logit[(k - 1) * say[w].n_rules + (size_t)at - first]);
    }
    return 0.5;
}

/* The halting value of a step: of the window that is least sure. */
static double
halt_at(const struct subject *x, size_t step)
{
    double least = 1;
    for (size_t w = 0; w < x->n_say; w++) {
        size_t k = step < x->say[w].steps ? step : x->say[w].steps;
        least = fmin(least, 1 / (1 + exp(-x->say[w].q[k - 1])));
    }
    return least;
}

static int
ask_model(struct infer *t, struct subject *x, struct trm_err *err)
{
    if (choose_windows(t, x, err) != 0 ||
        trm_judge_ask(t->judge, x->say, x->ask, x->n_say, (size_t)t->max_steps, t->stop_q, &t->arena, err) != 0)
        return -1;
    for (size_t w = 0; w < x->n_say; w++)
        x->steps = x->say[w].steps > x->steps ? x->say[w].steps : x->steps;
    for (size_t i = 0; i < x->n; i++)
        if (x->v[i].asked)
            x->v[i].p = p_at(t, x->ask, x->say, x->n_say, x->v[i].at, x->steps);
    return 0;
}

/* --- why ------------------------------------------------------------------------------------------------------------- */

struct reason {
    size_t field;
    double delta;
};

static int
compare_reason(const void *a, const void *b)
{
    const struct reason *x = a, *y = b;
    double dx = fabs(x->delta), dy = fabs(y->delta);
    return dx != dy ? (dx < dy) - (dx > dy) : (x->field > y->field) - (x->field < y->field);
}

/* Everything that the model said, once more for each field without it: without [n_fields][n_say]. The same number of steps,
 * so that only the field makes the difference. */
static int
ask_without(struct infer *t, struct subject *x, struct trm_ask *ask, struct trm_say *without, struct trm_err *err)
{
    for (size_t f = 0; f < x->s.n_fields; f++) {
        uint8_t *hide = trm_arena_calloc(&t->arena, x->s.n_fields + 1, 1);
        if (!hide)
            return no_memory(err);
        trm_hide_field(hide, &x->s, f);
        for (size_t w = 0; w < x->n_say; w++) {
            struct trm_ask *q = &ask[f * x->n_say + w];
            *q = x->ask[w];
            q->hide = hide;
        }
    }
    return trm_judge_ask(t->judge, without, ask, x->s.n_fields * x->n_say, x->steps, INFINITY, &t->arena, err);
}

static void
write_field_value(struct trm_jw *w, const struct trm_scalar *v)
{
    if (v->type == TRM_SCALAR_TEXT)
        trm_jw_str(w, v->text);
    else if (v->type == TRM_SCALAR_BOOL)
        trm_jw_bool(w, v->num != 0);
    else
        trm_jw_num(w, v->num);
}

static double
round_to(double x, double unit)
{
    return round(x / unit) * unit;
}

static void
write_p(struct trm_jw *w, const char *key, double p)
{
    trm_jw_knum(w, key, round(p * 1e6) / 1e6);
}

static void
write_why(struct infer *t, const struct subject *x, const struct verdict *v, const struct trm_ask *ask,
          const struct trm_say *without, struct reason *r, struct trm_jw *w)
{
    size_t n = 0;
    for (size_t f = 0; f < x->s.n_fields; f++) {
        const struct trm_say *say = without + f * x->n_say;
        double p = p_at(t, ask + f * x->n_say, say, x->n_say, v->at, x->steps);
        if (fabs(v->p - p) >= 0.005)
            r[n++] = (struct reason){f, v->p - p};
    }
    qsort(r, n, sizeof *r, compare_reason);
    trm_jw_key(w, "why");
    trm_jw_array(w);
    for (size_t i = 0; i < n && i < MOST_WHY; i++) {
        const struct trm_sample_field *f = &x->s.fields[r[i].field];
        trm_jw_object(w);
        trm_jw_kstr(w, "field", f->name);
        trm_jw_key(w, "value");
        write_field_value(w, &f->value);
        trm_jw_kstr(w, "unit", f->unit);
        write_p(w, "delta", r[i].delta);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

/* --- the trace ------------------------------------------------------------------------------------------------------- */

static const char *
side_of(double p)
{
    return p >= 0.5 ? "pass" : "fail";
}

/* A step is news when a verdict turned, or moved by a twentieth. */
static bool
moved(double before, double now)
{
    return fabs(now - before) >= 0.05 || (before >= 0.5) != (now >= 0.5);
}

static void
step_text(struct infer *t, const struct subject *x, size_t step, struct trm_buf *b)
{
    size_t n = 0;
    trm_buf_addf(b, "step %zu: ", step);
    for (size_t i = 0; i < x->n; i++) {
        const struct verdict *v = &x->v[i];
        if (!v->asked)
            continue;
        double before = p_at(t, x->ask, x->say, x->n_say, v->at, step - 1);
        double now = p_at(t, x->ask, x->say, x->n_say, v->at, step);
        if (moved(before, now))
            trm_buf_addf(b, "%s%s %.2f -> %.2f %s", n++ ? ", " : "", v->rule, before, now, side_of(now));
    }
    trm_buf_addf(b, "%s; halting %.2f", n ? "" : "nothing moved", halt_at(x, step));
}

static void
write_steps(struct infer *t, const struct subject *x, struct trm_jw *w)
{
    struct trm_buf text = {0};
    trm_jw_key(w, "steps");
    trm_jw_array(w);
    for (size_t step = 1; step <= x->steps; step++) {
        trm_jw_object(w);
        trm_jw_knum(w, "step", (double)step);
        write_p(w, "halt", halt_at(x, step));
        trm_jw_key(w, "p");
        trm_jw_object(w);
        for (size_t i = 0; i < x->n; i++)
            if (x->v[i].asked)
                write_p(w, x->v[i].rule, p_at(t, x->ask, x->say, x->n_say, x->v[i].at, step));
        trm_jw_end(w);
        trm_jw_key(w, "changed");
        trm_jw_array(w);
        for (size_t i = 0; i < x->n; i++)
            if (x->v[i].asked && moved(p_at(t, x->ask, x->say, x->n_say, x->v[i].at, step - 1),
                                       p_at(t, x->ask, x->say, x->n_say, x->v[i].at, step)))
                trm_jw_str(w, x->v[i].rule);
        trm_jw_end(w);
        trm_buf_reset(&text);
        step_text(t, x, step, &text);
        trm_jw_kstr(w, "text", text.data);
        trm_jw_end(w);
    }
    trm_jw_end(w);
    trm_jw_knum(w, "halted_at", (double)x->steps);
    trm_buf_release(&text);
}

/* What the rule room found goes along, with verdict and reason as they are. */
static void
write_result(const trm_json *result, struct trm_jw *w)
{
    struct trm_buf b = {0};
    for (void *it = trm_json_first((trm_json *)result); it; it = trm_json_next((trm_json *)result, it)) {
        const char *key = trm_json_key(it);
        if (!strcmp(key, "rule") || !strcmp(key, "severity") || !strcmp(key, "verdict"))
            continue;
        trm_buf_reset(&b);
        trm_json_dump(&b, trm_json_value(it));
        trm_jw_key(w, key);
        trm_jw_raw(w, b.data, b.len);
    }
    trm_buf_release(&b);
}

static void
write_verdict(const struct verdict *v, struct trm_jw *w)
{
    size_t support = support_of(v);
    const char *verdict = v->decided  ? trm_json_str(trm_json_get(v->result, "verdict"), "unknown")
                          : v->asked ? side_of(v->p)
                                     : "unknown";
    trm_jw_kstr(w, "rule", v->rule);
    trm_jw_kstr(w, "severity", v->severity);
    trm_jw_kstr(w, "source", v->decided ? "rule" : "model");
    trm_jw_kstr(w, "verdict", verdict);
    if (v->result)
        write_result(v->result, w);
    if (v->asked)
        write_p(w, "p_pass", v->p);
    if (v->asked || !v->decided)
        trm_jw_knum(w, "support", (double)support);
    if ((v->asked || !v->decided) && support)
        write_p(w, "prior", (double)v->support.pass / (double)support);
    if (!v->decided)
        trm_jw_kstr(w, "abstained", v->abstained);
    trm_jw_kstr(w, "label", v->label);
}

static int
write_verdicts(struct infer *t, struct subject *x, struct trm_jw *w, struct trm_err *err)
{
    struct trm_ask *ask = NULL;
    struct trm_say *without = NULL;
    struct reason *room = NULL;
    if (t->why && x->n_say) {
        size_t n = x->s.n_fields * x->n_say + 1;
        ask = trm_arena_calloc(&t->arena, n, sizeof *ask);
        without = trm_arena_calloc(&t->arena, n, sizeof *without);
        room = trm_arena_calloc(&t->arena, x->s.n_fields + 1, sizeof *room);
        if (!ask || !without || !room || ask_without(t, x, ask, without, err) != 0)
            return no_memory(err);
    }
    trm_jw_key(w, "verdicts");
    trm_jw_array(w);
    for (size_t i = 0; i < x->n; i++) {
        trm_jw_object(w);
        write_verdict(&x->v[i], w);
        if (without && x->v[i].asked && !x->v[i].decided)
            write_why(t, x, &x->v[i], ask, without, room, w);
        trm_jw_end(w);
    }
    trm_jw_end(w);
    return 0;
}

static void
write_head(struct infer *t, const struct subject *x, struct trm_jw *w)
{
    static const char *const passed[] = {"guid", "class", "name"};
    trm_jw_kstr(w, "kind", "trace");
    trm_jw_knum(w, "v", 1);
    trm_jw_kstr(w, "id", trm_json_str(trm_json_get(x->rec, "id"), NULL));
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        trm_jw_kstr(w, passed[i], trm_json_str(trm_json_get(x->rec, passed[i]), NULL));
    trm_jw_kstr(w, "building", x->s.building);
    trm_jw_kstr(w, "file", x->s.file);
    trm_jw_kstr(w, "storey", trm_json_str(trm_json_get(x->rec, "storey"), NULL));
    trm_jw_kstr(w, "origin", x->rec && x->v && x->n && !x->v[0].result ? x->s.origin : NULL);
    trm_jw_kstr(w, "side", x->s.side);
    trm_jw_key(w, "model");
    trm_jw_object(w);
    trm_jw_kstr(w, "sha256", t->model.file.sha256);
    trm_jw_kstr(w, "version", trm_ckpt_get(&t->model.file, TRM_META_LABEL));
    trm_jw_kstr(w, "arch", trm_arch_name(t->model.arch));
    trm_jw_end(w);
}

/* Milliseconds since `started`, noted for --stats. */
static double
ms_since(struct infer *t, double started)
{
    double ms = round_to((trm_cli_now() - started) * 1e3, 1e-3);
    if (t->stats && t->n_ms == t->cap_ms) {
        size_t cap = t->cap_ms ? 2 * t->cap_ms : 1024;
        double *more = realloc(t->ms, cap * sizeof *more);
        if (!more)
            return ms; /* the figures are of those that fit */
        t->ms = more, t->cap_ms = cap;
    }
    if (t->stats)
        t->ms[t->n_ms++] = ms;
    return ms;
}

static int
write_trace(struct infer *t, struct subject *x, double started, struct trm_err *err)
{
    struct trm_jw w = {.out = &t->out};
    trm_buf_reset(&t->out);
    trm_jw_object(&w);
    write_head(t, x, &w);
    if (write_verdicts(t, x, &w, err) != 0)
        return -1;
    write_steps(t, x, &w);
    double ms = ms_since(t, started);
    if (t->timing)
        trm_jw_knum(&w, "ms", ms);
    trm_jw_end(&w);
    return t->out.failed ? no_memory(err) : 0;
}

/* --- tasks ----------------------------------------------------------------------------------------------------------- */

/* Traces that are ready and whose turn it is. */
static void
put_ready(struct infer *t, struct trm_cli *c)
{
    const struct trm_buf *text;
    double started;
    while ((text = trm_desk_next(t->desk, &started))) {
        double ms = ms_since(t, started);
        trm_buf_reset(&t->out);
        trm_buf_add(&t->out, text->data, text->len);
        if (t->timing) {
            trm_buf_adds(&t->out, ",\"ms\":");
            trm_buf_addnum(&t->out, ms);
        }
        trm_buf_addc(&t->out, '}');
        trm_cli_put_text(c, t->out.data, t->out.len);
    }
}

/* One step for all tasks at the desk: 1 when there is more to do, 0 when not, -1 with err. */
static int
work(void *ctx, struct trm_cli *c, struct trm_err *err)
{
    struct infer *t = ctx;
    if (!t->desk || !trm_desk_busy(t->desk))
        return 0;
    if (trm_desk_step(t->desk, err) != 0)
        return -1;
    put_ready(t, c);
    return trm_desk_busy(t->desk);
}

static int
infer_task(struct infer *t, struct trm_cli *c, const trm_json *rec, double started, struct trm_err *err)
{
    if (!t->desk)
        return trm_err_set(err, TRM_DATA, "kind: task, but the model judges elements: expected one that learned from tasks");
    double waited = trm_cli_now(); /* for those before it: not this task's time */
    while (!trm_desk_room(t->desk))
        if (work(t, c, err) < 0)
            return -1;
    return trm_desk_put(t->desk, rec, started + (trm_cli_now() - waited), err);
}

/* Those still at the desk when the last line was read. */
static void
finish_tasks(struct infer *t, struct trm_cli *c)
{
    struct trm_err err = {0};
    int more;
    while ((more = work(t, c, &err)) > 0)
        ;
    if (more < 0)
        trm_cli_fail(c, &err);
}

/* --- the program ----------------------------------------------------------------------------------------------------- */

/* 1: a record to think about, 0: one to leave out, -1 with err. */
static int
take(struct infer *t, struct subject *x, const char *kind, struct trm_err *err)
{
    bool known = !strcmp(kind, "sample") || !strcmp(kind, "element") || !strcmp(kind, "checked");
    if (t->desk && known)
        return trm_err_set(err, TRM_DATA, "kind: %.40s, but the model solves tasks: expected one that learned from samples", kind);
    if (!strcmp(kind, "sample"))
        return take_sample(t, x, err) == 0 ? 1 : -1;
    if (!strcmp(kind, "element") || !strcmp(kind, "checked"))
        return take_element(t, x, !strcmp(kind, "checked"), err) == 0 ? 1 : -1;
    static const char *const dropped[] = {"model", "summary", "specification", "extracted", "split"};
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        if (!strcmp(kind, dropped[i]))
            return 0;
    return trm_err_set(err, TRM_DATA, "kind \"%.40s\": expected element, checked, sample or task", kind);
}

static int
infer(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct infer *t = ctx;
    struct subject x = {.rec = rec};
    const char *kind;
    double started = trm_cli_now();
    trm_arena_reset(&t->arena);
    if (trm_fact_kind(rec, &kind, err) != 0)
        return -1;
    if (!strcmp(kind, "task"))
        return infer_task(t, c, rec, started, err);
    int is = take(t, &x, kind, err);
    if (is <= 0)
        return is;
    trm_sample_strip(&x.s);
    if (ask_model(t, &x, err) != 0 || write_trace(t, &x, started, err) != 0)
        return -1;
    trm_cli_put_text(c, t->out.data, t->out.len);
    return 0;
}

static void
open_rules(struct infer *t, struct trm_cli *c)
{
    struct trm_err err = {0};
    if (t->rule_files.n == 0) {
        t->rules = trm_model_rules(&t->model, &err);
        if (err.kind)
            trm_cli_die(c, &err);
        return;
    }
    t->rules = trm_rules_new();
    for (size_t i = 0; t->rules && i < t->rule_files.n; i++) {
        struct trm_map m;
        if (trm_map_open(&m, t->rule_files.item[i], 64 << 20, &err) != 0 ||
            trm_rules_add(t->rules, t->rule_files.item[i], m.data, m.size, &err) != 0)
            trm_cli_die(c, &err);
        trm_map_release(&m);
    }
}

static void
open_judge(struct infer *t, struct trm_cli *c)
{
    struct trm_err err = {0};
    open_rules(t, c);
    t->judge = trm_judge_new(&t->model, (size_t)t->threads, (size_t)t->threads, &err);
    if (!t->judge)
        trm_cli_die(c, &err);
}

/* Slots for whole tasks: as many as asked for, and no fewer than one task's tries. */
static void
open_desk(struct infer *t, struct trm_cli *c)
{
    struct trm_err err = {0};
    long tries = t->views > 1 ? t->views : t->rollouts;
    if (t->slots == 0)
        t->slots = t->threads;
    if (t->slots < tries)
        t->slots = tries;
    struct trm_solve_opt opt = {.slots = (size_t)t->slots, .threads = (size_t)t->threads, .max_steps = (size_t)t->max_steps,
                                .stop_q = t->stop_q, .rollouts = (size_t)tries, .noise = t->noise, .views = t->views > 1};
    t->desk = trm_desk_new(&t->solver, &opt, &err);
    if (!t->desk)
        trm_cli_die(c, &err);
}

static void
open_model(struct infer *t, struct trm_cli *c)
{
    struct trm_err err = {0};
    char current[TRM_STORE_PATH];
    struct trm_ckpt file;
    if (t->views > 1 && t->rollouts > 1)
        trm_err_set(&err, TRM_USAGE, "--views and --rollouts: expected one of them");
    else if (!t->model_path == !t->store)
        trm_err_set(&err, TRM_USAGE, "%s: expected -m MODEL or --store DIR", t->store ? "two models" : "no model");
    if (err.kind || (t->store && trm_store_find(current, NULL, t->store, 0, &err) != 0))
        trm_cli_die(c, &err);
    const char *path = t->store ? current : t->model_path;
    if (trm_ckpt_open(&file, path, false, &err) != 0)
        trm_cli_die(c, &err);
    bool solver = trm_solver_is(&file);
    if (solver ? trm_solver_of(&t->solver, &file, path, &err) : trm_model_of(&t->model, &file, path, &err))
        trm_cli_die(c, &err);
    double own = solver ? t->solver.stop_q : t->model.stop_q;
    if (t->max_steps == 0) { /* as many as in training, as published; baselines answer at once */
        const struct trm_net *net = solver ? &t->solver.net : &t->model.net;
        uint32_t trained = solver || t->model.arch == TRM_ARCH_TRM ? net->config.max_steps : 1;
        t->max_steps = trained < MOST_STEPS ? trained : MOST_STEPS;
    }
    t->stop_q = t->halt <= 0 ? own : t->halt >= 1 ? INFINITY : log(t->halt / (1 - t->halt));
    if ((solver || t->model.arch == TRM_ARCH_TRM) &&
        trm_net_backend(solver ? &t->solver.net : &t->model.net, t->backend, &err) != 0)
        trm_cli_die(c, &err);
    if (solver)
        open_desk(t, c);
    else
        open_judge(t, c);
}

static const double quantiles[] = {0.5, 0.95, 0.99};

/* How long records took, as one record in a file of its own, so that the traces stay what they are. */
static void
write_stats(struct infer *t, struct trm_cli *c)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    struct trm_out o;
    struct trm_err err = {0};
    double seconds = trm_cli_now() - t->started;
    if (!t->stats)
        return;
    trm_stat_sort(t->ms, t->n_ms);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "speed");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", t->desk ? t->solver.file.sha256 : t->model.file.sha256);
    trm_jw_knum(&w, "records", (double)t->n_ms);
    for (size_t i = 0; i < 3 && t->n_ms; i++) {
        char key[16];
        snprintf(key, sizeof key, "p%.0f_ms", 100 * quantiles[i]);
        trm_jw_knum(&w, key, trm_stat_quantile(t->ms, t->n_ms, quantiles[i]));
    }
    trm_jw_knum(&w, "seconds", round_to(seconds, 1e-6));
    trm_jw_knum(&w, "per_second", seconds > 0 ? round_to((double)t->n_ms / seconds, 1e-3) : 0);
    if (t->desk || t->model.arch == TRM_ARCH_TRM)
        trm_jw_kstr(&w, "backend", trm_net_backend_name(t->desk ? &t->solver.net : &t->model.net));
    trm_jw_knum(&w, "slots", (double)t->slots);
    trm_jw_knum(&w, "threads", (double)t->threads);
    trm_jw_knum(&w, "rollouts", (double)t->rollouts);
    trm_jw_knum(&w, "views", (double)t->views);
    trm_jw_end(&w);
    trm_buf_addc(&b, '\n');
    if (trm_out_open(&o, t->stats, &err) == 0) {
        fwrite(b.data, 1, b.len, o.f);
        trm_out_commit(&o, &err);
    }
    if (err.kind)
        trm_cli_fail(c, &err);
    trm_buf_release(&b);
}

int
main(int argc, char **argv)
{
    trm_cli_blas_core(trm_mat_core_wanted());
    struct infer t = {.support = 50, .threads = 1, .rollouts = 1, .views = 1, .noise = 0.5, .backend = "auto"};
    const struct trm_cli_opt opts[] = {
        {'m', "model", "MODEL", "the model file", &t.model_path, 0, 0, TRM_OPT_STR},
        {0, "store", "DIR", "use the current model of this folder", &t.store, 0, 0, TRM_OPT_STR},
        {'r', "rules", "RULES", "check elements with these instead of the model's own; may be given again", &t.rule_files, 0,
         0, TRM_OPT_LIST},
        {0, "max-steps", "N", "supervision steps at most; 0: as many as in training", &t.max_steps, 0, MOST_STEPS, TRM_OPT_INT},
        {0, "halt", "P", "stop once the halting value is above it; 1: never; 0: as the model says", &t.halt, 0, 1, TRM_OPT_NUM},
        {0, "support", "N", "abstain where training had fewer labels of a rule", &t.support, 0, 1L << 31, TRM_OPT_INT},
        {'w', "why", NULL, "name the fields that moved each verdict, by hiding each in turn", &t.why, 0, 0, TRM_OPT_FLAG},
        {'a', "all", NULL, "the model's probability beside decided verdicts as well", &t.all, 0, 0, TRM_OPT_FLAG},
        {0, "rollouts", "K", "tasks: think K times, all but the first with noise; the highest halting value wins", &t.rollouts, 1,
         4096, TRM_OPT_INT},
        {0, "noise", "S", "deviation of what is added to the latent state before each step of a rollout", &t.noise, 0, 100,
         TRM_OPT_NUM},
        {0, "views", "K", "tasks: look at each through K of its family's symmetries; what most come to is the answer", &t.views, 1,
         4096, TRM_OPT_INT},
        {0, "slots", "N", "tries at tasks thought about side by side; 0: as many as threads", &t.slots, 0, 65536, TRM_OPT_INT},
        {0, "backend", "NAME", "auto, float32, bfloat16, amx, avx512_bf16 or plain; also by TRM_BACKEND", &t.backend, 0, 0, TRM_OPT_STR},
        {0, "timing", NULL, "add the milliseconds that each record took", &t.timing, 0, 0, TRM_OPT_FLAG},
        {0, "stats", "FILE", "p50, p95, p99 and records a second, as one record in a file", &t.stats, 0, 0, TRM_OPT_STR},
        {'j', "threads", "N", "for tasks, --why and long lists of rules; the bytes do not depend on it", &t.threads, 1, 256,
         TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-infer",
                        .purpose = "Judge what rules cannot decide, and show every step.",
                        .operands = "[FILE...]",
                        .opts = opts};
    c.idle = work;
    if (trm_cli_env("TRM_BACKEND"))
        t.backend = trm_cli_env("TRM_BACKEND");
    trm_cli_begin(&c, argc, argv);
    open_model(&t, &c);
    t.started = trm_cli_now();
    if (trm_cli_read(&c, infer, &t) == 0)
        finish_tasks(&t, &c);
    write_stats(&t, &c);
    int status = trm_cli_end(&c);
    trm_desk_free(t.desk);
    trm_judge_free(t.judge);
    trm_rules_free(t.rules);
    trm_model_release(&t.model);
    trm_solver_release(&t.solver);
    trm_arena_release(&t.arena);
    trm_buf_release(&t.out);
    free(t.ms);
    return status;
}
