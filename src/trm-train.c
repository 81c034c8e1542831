/* trm-train: samples or tasks in, a model file out, one epoch record a line on the way.
 *
 * The sides are those that trm-split named: learns from train, chooses on val, never looks at test. What learns is in
 * lib/learn: verdicts from samples (learn.h), solving from tasks (drill.h); here are the command line, the clock, the signals,
 * and what people see. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/base/file.h"
#include "../lib/base/text.h"
#include "../lib/cli/cli.h"
#include "../lib/cli/core.h"
#include "../lib/learn/drill.h"
#include "../lib/learn/learn.h"
#include "../lib/mat/mat.h"

struct train {
    /* as given */
    const char *out, *arch_name, *preset, *status, *label, *parent, *from, *backend, *optimiser, *form, *pos, *loss;
    struct trm_list rules, fresh;
    bool resume, places, first_use, stages, plain, ramp;
    long epochs, patience, batch, grad_calls, width, heads, prefix, layers, n, T, max_steps, positions, warmup, seed, threads, val_asks,
        val_steps, memory, min_count, inner_multiple, epoch_steps, micro, lanes;
    double max_minutes, lr, steps_ramp, cooldown, weight_decay, dropout, ema, clip, expansion, embed_scale, explore, halt_weight, varied, halt, jitter;
    struct trm_hide_opt hide;
    /* made of it */
    struct trm_cli *cli;
    struct trm_team team; /* the first rank reads and writes as one alone would; the others only train with it */
    bool drill; /* tasks, not samples */
    enum trm_arch arch;
    struct trm_set set;
    struct trm_kept tasks;
    struct trm_fresh lots[sizeof((struct trm_list *)0)->item / sizeof(char *)]; /* [fresh.n] */
    struct trm_side_rule rule;
    char *state_path, *lock_path;
    int lock;
    char rules_sha[65], samples_sha[65], from_sha[65];
    trm_json *rules_json; /* [{"path","text"}] or NULL */
    double started, status_at;
};

static _Noreturn void
die(struct train *t, enum trm_err_kind kind, const char *what, const char *expected)
{
    struct trm_err err = {0};
    trm_err_set(&err, kind, "%s: expected %s", what, expected);
    trm_cli_die(t->cli, &err);
}

/* --- what is read --------------------------------------------------------------------------------------------------- */

static int
read_sample(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct train *t = ctx;
    const char *kind;
    size_t n;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0)
        return -1;
    if (!strcmp(kind, "extracted") || !strcmp(kind, "split")) /* the counts behind the samples */
        return 0;
    const char *line = trm_cli_line(c, &n);
    bool task = !strcmp(kind, "task");
    if (task != t->drill)
        return trm_err_set(err, TRM_DATA, "kind: %.40s, but the preset %s learns from %s", kind, t->preset,
                           t->drill ? "tasks" : "samples; the other presets are for tasks");
    return task ? trm_kept_add(&t->tasks, rec, line, n, t->fresh.n ? &t->rule : NULL, err) : trm_set_add(&t->set, rec, line, n, err);
}

/* The rule files, whole, to travel in the model; read and judged now, so that a bad one costs no training. */
static void
read_rules(struct train *t)
{
    struct trm_err err = {0};
    struct trm_rules *rules = trm_rules_new();
    if (t->rules.n)
        t->rules_json = trm_json_array();
    for (size_t i = 0; i < t->rules.n; i++) {
        struct trm_map m;
        const char *path = t->rules.item[i], *base = strrchr(path, '/');
        trm_json *file = trm_json_object();
        if (!rules || trm_map_open(&m, path, 64 << 20, &err) != 0 || trm_rules_add(rules, path, m.data, m.size, &err) != 0)
            trm_cli_die(t->cli, &err);
        trm_json_set_str(file, "path", base ? base + 1 : path);
        trm_json_set(file, "text", trm_json_of_strn(m.data, m.size));
        if (trm_json_add(t->rules_json, file) != 0)
            die(t, TRM_USAGE, path, "a rule file in UTF-8");
        trm_map_release(&m);
    }
    if (t->rules.n)
        snprintf(t->rules_sha, sizeof t->rules_sha, "%s", trm_rules_sha256(rules));
    trm_rules_free(rules);
}

/* --- settings ------------------------------------------------------------------------------------------------------- */

static struct trm_net_config
net_of(struct train *t)
{
    struct trm_net_config net = trm_net_config_default();
    if (strcmp(t->form, "attention") != 0 && strcmp(t->form, "mixer") != 0)
        die(t, TRM_USAGE, "--form", "attention or mixer");
    if (strcmp(t->pos, "rope") != 0 && strcmp(t->pos, "none") != 0 && strcmp(t->pos, "learned") != 0)
        die(t, TRM_USAGE, "--pos", "none, rope or learned");
    if (strcmp(t->loss, "softmax") != 0 && strcmp(t->loss, "stablemax") != 0)
        die(t, TRM_USAGE, "--loss", "softmax or stablemax");
    net.form = !strcmp(t->form, "mixer") ? TRM_NET_MIXER : TRM_NET_ATTENTION;
    net.pos = !strcmp(t->pos, "rope") ? TRM_NET_ROPE : !strcmp(t->pos, "learned") ? TRM_NET_LEARNED : TRM_NET_NONE;
    net.loss = !strcmp(t->loss, "stablemax") ? TRM_NET_STABLEMAX : TRM_NET_SOFTMAX;
    net.width = (uint32_t)t->width, net.heads = (uint32_t)t->heads, net.prefix = (uint32_t)t->prefix;
    net.layers = (uint32_t)t->layers, net.n = (uint32_t)t->n, net.T = (uint32_t)t->T, net.max_steps = (uint32_t)t->max_steps;
    net.grad_calls = (uint32_t)t->grad_calls, net.micro = (uint32_t)t->micro, net.lanes = (uint32_t)t->lanes;
    net.expansion = t->expansion, net.inner_multiple = (uint32_t)t->inner_multiple, net.dropout = t->dropout;
    net.explore = t->explore, net.halt_weight = t->halt_weight;
    return net;
}

static struct trm_opt_config
opt_of(struct train *t)
{
    struct trm_opt_config opt = trm_opt_config_default();
    if (strcmp(t->optimiser, "adamw") != 0 && strcmp(t->optimiser, "adam-atan2") != 0)
        die(t, TRM_USAGE, "--optimiser", "adamw or adam-atan2");
    opt.kind = !strcmp(t->optimiser, "adam-atan2") ? TRM_OPT_ADAM_ATAN2 : TRM_OPT_ADAMW;
    opt.lr = t->lr, opt.weight_decay = t->weight_decay, opt.warmup = (uint64_t)t->warmup, opt.clip = t->clip;
    opt.ema = t->ema, opt.ema_warmup = true;
    return opt;
}

static double
stop_q(const struct train *t)
{
    return log(t->halt / (1 - t->halt));
}

static void
config_of(struct train *t, struct trm_learn_config *c)
{
    *c = (struct trm_learn_config){
        .net = net_of(t), .opt = opt_of(t), .hide = t->hide, .batch = (size_t)t->batch, .threads = (size_t)t->threads,
        .team = t->team, .backend = t->backend, .seed = (uint64_t)t->seed, .val_steps = (size_t)t->val_steps, .val_asks = (size_t)t->val_asks,
        .embed_scale = t->embed_scale, .varied = t->varied, .jitter = t->jitter, .stop_q = stop_q(t),
    };
}

static void
drill_config_of(struct train *t, struct trm_drill_config *c)
{
    *c = (struct trm_drill_config){
        .net = net_of(t), .opt = opt_of(t), .batch = (size_t)t->batch, .threads = (size_t)t->threads, .team = t->team,
        .backend = t->backend, .seed = (uint64_t)t->seed, .fresh = t->lots, .n_fresh = t->fresh.n, .rule = t->rule,
        .places = t->places, .first_use = t->first_use, .stages = t->stages, .augment = !t->plain, .ramp = t->ramp, .steps_ramp = t->steps_ramp, .cooldown = t->cooldown,
        .epochs = (size_t)t->epochs, .epoch_steps = (size_t)t->epoch_steps, .val_tasks = (size_t)t->val_asks,
        .val_steps = (size_t)t->val_steps, .stop_q = stop_q(t),
    };
}

/* Settings to start from, by the names of the options; what is not named is as --help says without a preset. Those for tasks
 * are what learned most in a second of processor (tests/bench/LOG.md): shallow cycles, a high rate, one supervision step at first.
 * `paper` is as published. See trm-train(1) for what each gives. */
#define FOR_TASKS "dropout=0 explore=0.1 ema=0.995 weight-decay=0.1 halt=0.9 patience=1000000 "
#define SHALLOW   FOR_TASKS "loss=softmax epoch-steps=100 val-asks=128 warmup=50 cooldown=0.3 steps-ramp=0.5 "
static const struct preset {
    const char *name, *settings;
} presets[] = {
    {"verdict", ""},
    {"micro", FOR_TASKS "form=mixer width=32 prefix=0 n=2 T=1 max-steps=4 val-steps=4 batch=64 lr=2e-3 warmup=20 loss=stablemax "
                        "epoch-steps=200 val-asks=256 epochs=10"},
    {"sudoku4", SHALLOW "form=mixer width=64 prefix=0 n=3 T=2 max-steps=6 val-steps=6 batch=256 lr=1e-3 epochs=6"},
    {"sudoku6", SHALLOW "form=mixer width=128 prefix=0 n=2 T=1 max-steps=6 val-steps=6 batch=64 lr=1.5e-3 epochs=20"},
    {"maze9", SHALLOW "form=mixer width=128 prefix=0 n=2 T=1 max-steps=6 val-steps=6 batch=64 lr=1.5e-3 steps-ramp=0.4 epochs=35"},
    {"grid10", SHALLOW "form=attention pos=rope heads=4 width=128 prefix=8 n=1 T=1 max-steps=2 val-steps=2 batch=64 lr=1.5e-3 "
                       "warmup=100 steps-ramp=1 epochs=75 places=1"},
    {"sudoku9", SHALLOW "form=mixer width=128 prefix=0 n=2 T=1 max-steps=6 val-steps=6 batch=64 lr=1.5e-3 steps-ramp=0.4 epochs=30"},
    {"paper", FOR_TASKS "form=mixer width=512 heads=8 prefix=16 n=6 T=3 max-steps=16 val-steps=16 batch=768 lr=1e-4 warmup=2000 "
                        "weight-decay=1 clip=0 halt=0.5 ema=0.999 optimiser=adam-atan2 inner-multiple=256 loss=stablemax "
                        "epoch-steps=200 val-asks=256 epochs=1000"},
};

/* --- what people see ------------------------------------------------------------------------------------------------ */

struct where { /* how far a run is */
    const char *state;
    size_t epoch, step, steps;
    double loss, val_loss, val_accuracy;
};

static void
write_status(struct train *t, const struct where *w)
{
    struct trm_buf b = {0};
    struct trm_jw j = {.out = &b};
    struct trm_out o;
    struct trm_err err = {0};
    char utc[32];
    double seconds = trm_cli_now() - t->started, share = w->steps ? (double)w->step / (double)w->steps : 0;
    if (!t->status || t->team.rank)
        return;
    t->status_at = trm_cli_now();
    trm_cli_utc(utc);
    trm_jw_object(&j);
    trm_jw_kstr(&j, "kind", "status");
    trm_jw_knum(&j, "v", 1);
    trm_jw_kstr(&j, "id", t->out);
    trm_jw_kstr(&j, "state", w->state);
    trm_jw_knum(&j, "epoch", (double)w->epoch);
    trm_jw_knum(&j, "epochs", (double)t->epochs);
    trm_jw_knum(&j, "step", (double)w->step);
    trm_jw_knum(&j, "steps", (double)w->steps);
    trm_jw_knum(&j, "share", share);
    trm_jw_knum(&j, "loss", w->loss);
    trm_jw_knum(&j, "val_loss", w->val_loss);
    trm_jw_knum(&j, "val_accuracy", w->val_accuracy);
    trm_jw_knum(&j, "seconds", seconds);
    trm_jw_kstr(&j, "at", utc);
    trm_jw_end(&j);
    trm_buf_addc(&b, '\n');
    if (trm_out_open(&o, t->status, &err) != 0)
        trm_cli_fail(t->cli, &err);
    else {
        fwrite(b.data, 1, b.len, o.f);
        if (trm_out_commit(&o, &err) != 0)
            trm_cli_fail(t->cli, &err);
    }
    trm_buf_release(&b);
}

static const char *
arch_name(const struct train *t)
{
    return t->drill ? TRM_ARCH_SOLVER : trm_arch_name(t->arch);
}

static void
begin_epoch(struct train *t, struct trm_jw *j, size_t epoch, uint64_t steps)
{
    char id[32];
    snprintf(id, sizeof id, "epoch-%zu", epoch);
    trm_jw_object(j);
    trm_jw_kstr(j, "kind", "epoch");
    trm_jw_knum(j, "v", 1);
    trm_jw_kstr(j, "id", id);
    trm_jw_kstr(j, "arch", arch_name(t));
    trm_jw_knum(j, "epoch", (double)epoch);
    trm_jw_knum(j, "steps", (double)steps);
}

static void
finish_epoch(struct train *t, struct trm_jw *j, bool best)
{
    trm_jw_kbool(j, "best", best);
    trm_jw_knum(j, "seconds", (double)(long)((trm_cli_now() - t->started) * 1000) / 1000);
    trm_jw_end(j);
    trm_cli_put_text(t->cli, j->out->data, j->out->len);
    trm_cli_flush(t->cli);
    trm_buf_release(j->out);
}

static void
put_epoch(struct train *t, const struct trm_epoch *e, bool trained)
{
    struct trm_buf b = {0};
    struct trm_jw j = {.out = &b};
    begin_epoch(t, &j, e->epoch, e->steps);
    if (trained) {
        trm_jw_knum(&j, "loss", e->loss);
        trm_jw_knum(&j, "halt_loss", e->halt_loss);
        trm_jw_knum(&j, "accuracy", e->accuracy);
        trm_jw_knum(&j, "halt_steps", e->halt_steps);
        trm_jw_knum(&j, "lr", e->lr);
    }
    if (e->val.n) {
        trm_jw_knum(&j, "val_n", (double)e->val.n);
        trm_jw_knum(&j, "val_loss", e->val.loss);
        trm_jw_knum(&j, "val_nll", e->val.nll);
        trm_jw_knum(&j, "val_accuracy", e->val.accuracy);
        trm_jw_knum(&j, "val_known", e->val.known_accuracy);
        trm_jw_knum(&j, "val_ece", e->val.ece);
        trm_jw_knum(&j, "val_steps", e->val_steps);
    }
    finish_epoch(t, &j, e->best);
}

static void
put_drill_epoch(struct train *t, const struct trm_drill_epoch *e)
{
    struct trm_buf b = {0};
    struct trm_jw j = {.out = &b};
    begin_epoch(t, &j, e->epoch, e->steps);
    trm_jw_knum(&j, "loss", e->loss);
    trm_jw_knum(&j, "halt_loss", e->halt_loss);
    trm_jw_knum(&j, "accuracy", e->accuracy);
    trm_jw_knum(&j, "exact", e->exact);
    trm_jw_knum(&j, "halt_steps", e->halt_steps);
    trm_jw_knum(&j, "lr", e->lr);
    trm_jw_knum(&j, "updates", e->depth.n);
    trm_jw_knum(&j, "cycles", e->depth.T);
    trm_jw_knum(&j, "max_steps", e->depth.max_steps);
    if (e->val.n) {
        trm_jw_knum(&j, "val_n", (double)e->val.n);
        trm_jw_knum(&j, "val_exact", e->val.exact);
        trm_jw_knum(&j, "val_accuracy", e->val.accuracy);
        trm_jw_knum(&j, "val_steps", e->val.steps);
    }
    finish_epoch(t, &j, e->best);
}

/* --- the model file ------------------------------------------------------------------------------------------------- */

static void
say_figures(trm_json *o, const char *key, const struct trm_figures *f)
{
    trm_json *v = trm_json_object();
    trm_json_set_num(v, "n", (double)f->n);
    trm_json_set_num(v, "loss", f->loss);
    trm_json_set_num(v, "accuracy", f->accuracy);
    trm_json_set_num(v, "ece", f->ece);
    trm_json_set(o, key, v);
}

/* What it follows, by the sha256 that the file of that model says of itself, and whether it began with its weights. */
static void
say_parent(struct train *t, trm_json *o)
{
    struct trm_ckpt parent;
    struct trm_err err = {0};
    trm_json_set_str(o, "start", t->from ? "parent" : "fresh");
    if (t->from)
        trm_json_set_str(o, "parent", t->from_sha);
    if (!t->parent)
        return;
    if (trm_ckpt_open(&parent, t->parent, false, &err) != 0)
        trm_cli_die(t->cli, &err);
    trm_json_set_str(o, "parent", parent.sha256);
    trm_ckpt_release(&parent);
}

static void
say_look(trm_json *o, const char *key, const struct trm_drill_look *f)
{
    trm_json *v = trm_json_object();
    trm_json_set_num(v, "n", (double)f->n);
    trm_json_set_num(v, "exact", f->exact);
    trm_json_set_num(v, "accuracy", f->accuracy);
    trm_json_set_num(v, "steps", f->steps);
    trm_json_set(o, key, v);
}

static void
say_fresh(struct train *t, trm_json *o)
{
    trm_json *list = t->fresh.n ? trm_json_array() : NULL;
    for (size_t i = 0; i < t->fresh.n; i++)
        trm_json_add(list, trm_json_of_str(t->fresh.item[i]));
    if (list)
        trm_json_set(o, "fresh", list);
}

/* How the model was made. Nothing in it hangs on the number of threads, so neither do the model's bytes. */
static char *
lineage(struct train *t, const struct trm_figures *val, const struct trm_drill_look *solved, size_t epochs, size_t best_epoch,
        uint64_t steps)
{
    const size_t *count = t->drill ? t->tasks.count : t->set.count;
    trm_json *o = trm_json_object(), *samples = trm_json_object();
    struct trm_buf b = {0};
    char utc[32];
    trm_cli_utc(utc);
    trm_json_set_str(o, "program", "trm-train " TRM_VERSION);
    trm_json_set_str(o, "created", utc);
    trm_json_set_str(o, "arch", arch_name(t));
    trm_json_set_str(o, "preset", t->drill ? t->preset : NULL);
    trm_json_set_num(o, "seed", (double)t->seed);
    trm_json_set_str(o, "processor", trm_mat_core());
    trm_json_set_str(o, "backend", t->arch == TRM_ARCH_TRM ? t->backend : NULL);
    trm_json_set_num(o, "threads_per_product", 1);
    trm_json_set_num(samples, "train", (double)count[TRM_TRAIN]);
    trm_json_set_num(samples, "val", (double)count[TRM_VAL]);
    trm_json_set_num(samples, "test", (double)count[TRM_TEST]);
    trm_json_set_str(samples, "sha256", t->samples_sha);
    trm_json_set(o, t->drill ? "tasks" : "samples", samples);
    say_fresh(t, o);
    if (t->rules_sha[0])
        trm_json_set_str(o, "rules_sha256", t->rules_sha);
    say_parent(t, o);
    trm_json_set_num(o, "epochs", (double)epochs);
    trm_json_set_num(o, "best_epoch", (double)best_epoch);
    trm_json_set_num(o, "steps", (double)steps);
    if (val)
        say_figures(o, "val", val);
    else
        say_look(o, "val", solved);
    trm_json_dump(&b, o);
    trm_json_free(o);
    return b.data; /* freed by the caller */
}

/* A model of verdicts or a solver. */
static void
write_model(struct train *t, const struct trm_model *m, const struct trm_solver *s, char *lineage_text)
{
    struct trm_err err = {0};
    struct trm_buf rules = {0};
    if (t->team.rank) {
        free(lineage_text);
        return;
    }
    struct trm_ckpt_meta meta[3] = {{TRM_META_LINEAGE, lineage_text}};
    size_t n = 1;
    if (t->rules_json) {
        trm_json_dump(&rules, t->rules_json);
        meta[n++] = (struct trm_ckpt_meta){TRM_META_RULES, rules.data};
    }
    if (t->label)
        meta[n++] = (struct trm_ckpt_meta){TRM_META_LABEL, t->label};
    if (!lineage_text || (m ? trm_model_write(m, t->out, meta, n, NULL, &err) : trm_solver_write(s, t->out, meta, n, &err))) {
        trm_err_set(&err, TRM_SYS, "out of memory");
        trm_cli_fail(t->cli, &err);
    }
    trm_buf_release(&rules);
    free(lineage_text);
}

/* --- training ------------------------------------------------------------------------------------------------------- */

static bool
out_of_time(const struct train *t)
{
    return t->max_minutes > 0 && trm_cli_now() - t->started > 60 * t->max_minutes;
}

/* A training of either sort. */
struct pupil {
    struct trm_run *run;
    struct trm_learn *learn; /* one of these two */
    struct trm_drill *drill;
};

static void
show(struct train *t, const struct pupil *p, struct where *w, bool now)
{
    const struct trm_run *r = p->run;
    w->epoch = r->count.epoch, w->step = r->count.epoch * r->steps_per_epoch + r->count.step_of_epoch;
    w->steps = (size_t)t->epochs * r->steps_per_epoch;
    trm_cli_progress(t->cli, "steps", (double)w->step, (double)w->steps);
    if (now || trm_cli_now() - t->status_at >= 1)
        write_status(t, w);
}

static int
save(struct train *t, const struct pupil *p, struct trm_err *err)
{
    return p->learn ? trm_learn_save(p->learn, t->state_path, err) : trm_drill_save(p->drill, t->state_path, err);
}

static int
end_epoch(struct train *t, const struct pupil *p, struct where *w, struct trm_err *err)
{
    struct trm_epoch e;
    struct trm_drill_epoch d;
    if (p->learn ? trm_learn_epoch(p->learn, &e, err) : trm_drill_end_epoch(p->drill, &d, err))
        return -1;
    if (p->learn) {
        put_epoch(t, &e, true);
        w->loss = e.loss, w->val_loss = e.val.loss, w->val_accuracy = e.val.accuracy;
    } else {
        put_drill_epoch(t, &d);
        w->loss = d.loss, w->val_loss = d.val.loss, w->val_accuracy = d.val.exact;
    }
    show(t, p, w, true);
    return save(t, p, err);
}

/* Patience has no say while a depth curriculum is not yet at full depth. */
static bool
is_done(const struct train *t, const struct trm_run *r)
{
    bool tired = r->count.epoch - r->count.best_epoch >= (uint64_t)t->patience &&
                 trm_run_same_depth(trm_run_depth(r, r->opt.steps), r->full);
    return r->count.epoch >= (uint64_t)t->epochs || tired;
}

/* Steps until the epochs, the patience, the minutes or the user's are at an end. 1: interrupted, the state is kept. */
static int
run_epochs(struct train *t, const struct pupil *p, struct trm_err *err)
{
    struct where w = {.state = "training", .val_loss = p->run->sum.best_loss, .val_accuracy = p->run->sum.best_accuracy};
    bool stop = false;
    while (!stop && !is_done(t, p->run)) {
        if (trm_team_most(&t->team, trm_cli_interrupted())) {
            w.state = "interrupted";
            show(t, p, &w, true);
            return save(t, p, err) == 0 ? 1 : -1;
        }
        if (p->learn ? trm_learn_step(p->learn, err) : trm_drill_step(p->drill, err))
            return -1;
        stop = trm_team_say(&t->team, out_of_time(t));
        if ((p->run->count.step_of_epoch >= p->run->steps_per_epoch || stop) && end_epoch(t, p, &w, err) != 0)
            return -1;
        show(t, p, &w, false);
    }
    return 0;
}

/* From the start or from where the state is, to the end. */
static int
run_all(struct train *t, const struct pupil *p, struct trm_err *err)
{
    bool begun = trm_team_say(&t->team, t->resume && access(t->state_path, F_OK) == 0);
    if (t->resume && !begun && t->team.rank == 0)
        trm_cli_warn(t->cli, "%s is not there: beginning at the start", t->state_path);
    int rc = !begun ? 0 : p->learn ? trm_learn_resume(p->learn, t->state_path, err) : trm_drill_resume(p->drill, t->state_path, err);
    rc = rc == 0 ? run_epochs(t, p, err) : rc;
    if (rc == 1)
        rc = trm_err_set(err, TRM_SYS, "interrupted after %llu steps: go on with --resume",
                         (unsigned long long)p->run->opt.steps);
    return rc;
}

static void
say_done(struct train *t, const struct trm_run *r, double accuracy)
{
    struct where w = {.state = "done", .epoch = r->count.epoch, .val_loss = r->sum.best_loss, .val_accuracy = accuracy, .step = 1,
                      .steps = 1};
    write_status(t, &w);
}

/* Weights of the model that --from names, for the one or the other. */
static int
begin_with(struct train *t, struct trm_learn *l, struct trm_drill *d, struct trm_err *err)
{
    struct trm_ckpt file;
    struct trm_model m = {0};
    struct trm_solver s = {0};
    if (!t->from)
        return 0;
    if (trm_ckpt_open(&file, t->from, false, err) != 0)
        return -1;
    snprintf(t->from_sha, sizeof t->from_sha, "%s", file.sha256);
    int rc;
    if (l)
        rc = trm_model_of(&m, &file, t->from, err) || trm_learn_from(l, &m, err);
    else
        rc = trm_solver_of(&s, &file, t->from, err) || trm_drill_from(d, &s, err);
    trm_model_release(&m);
    trm_solver_release(&s);
    return rc == 0 ? 0 : trm_err_at(err, "--from");
}

static int
train_trm(struct train *t, struct trm_vocab *vocab, struct trm_err *err)
{
    struct trm_learn_config c;
    struct trm_learn l;
    struct trm_figures f;
    config_of(t, &c);
    if (trm_learn_init(&l, &c, &t->set, vocab, err) != 0)
        return -1;
    if (l.n_all_val == 0)
        trm_cli_warn(t->cli, "no labelled sample on the val side: no early stopping, probabilities are not calibrated");
    int rc = begin_with(t, &l, NULL, err);
    rc = rc == 0 ? run_all(t, &(struct pupil){.run = &l.run, .learn = &l}, err) : rc;
    if (rc == 0)
        rc = trm_learn_finish(&l, &f, err);
    if (rc == 0) {
        t->backend = trm_net_backend_name(&l.model.net);
        write_model(t, &l.model, NULL, lineage(t, &f, NULL, l.run.count.epoch, l.run.count.best_epoch, l.run.opt.steps));
        say_done(t, &l.run, f.accuracy);
    }
    trm_learn_release(&l);
    return rc;
}

static int
train_drill(struct train *t, struct trm_err *err)
{
    struct trm_drill_config c;
    struct trm_drill d;
    struct trm_drill_look val;
    drill_config_of(t, &c);
    if (trm_drill_init(&d, &c, &t->tasks, err) != 0)
        return -1;
    if (d.n_val == 0)
        trm_cli_warn(t->cli, "no task on the val side: the last weights are the model");
    int rc = begin_with(t, NULL, &d, err);
    rc = rc == 0 ? run_all(t, &(struct pupil){.run = &d.run, .drill = &d}, err) : rc;
    if (rc == 0)
        rc = trm_drill_finish(&d, &val, err);
    if (rc == 0) {
        t->backend = trm_net_backend_name(&d.solver.net);
        write_model(t, NULL, &d.solver, lineage(t, NULL, &val, d.run.count.epoch, d.run.count.best_epoch, d.run.opt.steps));
        say_done(t, &d.run, val.exact);
    }
    trm_drill_release(&d);
    return rc;
}

static int
train_baseline(struct train *t, struct trm_vocab *vocab, struct trm_err *err)
{
    struct trm_model m = {.arch = t->arch};
    struct trm_epoch e = {.epoch = 1, .best = true};
    int rc = trm_learn_baseline(&m, &e.val, &t->set, vocab, &t->hide, (uint64_t)t->seed, (size_t)t->threads, err);
    if (rc == 0) {
        struct where w = {.state = "done", .epoch = 1, .step = 1, .steps = 1, .val_loss = e.val.loss,
                          .val_accuracy = e.val.accuracy};
        put_epoch(t, &e, false);
        write_model(t, &m, NULL, lineage(t, &e.val, NULL, 1, 1, 0));
        write_status(t, &w);
    }
    trm_model_release(&m);
    return rc;
}

/* --- the program ---------------------------------------------------------------------------------------------------- */

/* Two trainings of one model file would overwrite each other's state: the second is told. */
static void
take_lock(struct train *t)
{
    struct trm_err err = {0};
    t->lock = -1;
    if (t->team.rank)
        return;
    struct stat st = {0};
    while (st.st_nlink == 0) { /* whoever held it before may have taken the file away after it was opened here: once more */
        if (t->lock >= 0)
            close(t->lock);
        t->lock = open(t->lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
        if (t->lock < 0) {
            trm_err_set(&err, TRM_SYS, "%s cannot be written: %m", t->lock_path);
            trm_cli_die(t->cli, &err);
        }
        if (flock(t->lock, LOCK_EX | LOCK_NB) != 0 || fstat(t->lock, &st) != 0) {
            trm_err_set(&err, TRM_SYS, "%s: another training is writing this model; wait for it, or choose another name", t->out);
            trm_cli_die(t->cli, &err);
        }
    }
}

static char *
beside(struct train *t, const char *ending)
{
    char *path = malloc(strlen(t->out) + strlen(ending) + 1);
    if (!path)
        die(t, TRM_SYS, "memory", "a few bytes");
    return strcat(strcpy(path, t->out), ending);
}

static void
prepare(struct train *t)
{
    if (!t->out || !*t->out)
        die(t, TRM_USAGE, "-o MODEL is missing", "the name of the model file to write");
    if (trm_arch_parse(t->arch_name, &t->arch) != 0)
        die(t, TRM_USAGE, "--arch", "trm, prior, logistic or name");
    t->drill = strcmp(t->preset, "verdict") != 0;
    if (t->drill && t->arch != TRM_ARCH_TRM)
        die(t, TRM_USAGE, "--arch with a preset for tasks", "trm");
    if (t->from && (t->parent || t->arch != TRM_ARCH_TRM))
        die(t, TRM_USAGE, "--from", t->parent ? "no --parent beside it: the model it begins with is the parent" : "--arch trm");
    if (!t->drill && t->fresh.n)
        die(t, TRM_USAGE, "--fresh", "a preset for tasks with it, as --preset sudoku4");
    net_of(t), opt_of(t); /* a wrong setting is told before anything is read */
    for (size_t i = 0; i < t->fresh.n; i++) {
        struct trm_err err = {0};
        if (trm_fresh_parse(&t->lots[i], t->fresh.item[i], &err) != 0)
            trm_cli_die(t->cli, &err);
    }
    t->state_path = beside(t, ".state");
    t->lock_path = beside(t, ".lock");
    t->set.arena.limit = t->tasks.shelf.mem.limit = (size_t)t->memory << 20;
    t->tasks.places = t->places;
    t->started = trm_cli_now();
    read_rules(t);
    take_lock(t);
    trm_cli_catch_signals(t->cli);
}

static int
train_samples(struct train *t, struct trm_err *err)
{
    struct trm_vocab_opt shape = {.positions = (size_t)t->positions, .min_count = (size_t)t->min_count};
    struct trm_vocab *vocab = trm_set_vocab(&t->set, &shape, err);
    return !vocab ? -1 : t->arch == TRM_ARCH_TRM ? train_trm(t, vocab, err) : train_baseline(t, vocab, err);
}

static int
train(struct train *t)
{
    struct trm_err err = {0};
    write_status(t, &(struct where){.state = "reading"});
    bool enough = t->fresh.n && t->cli->n_files == 0; /* tasks made afresh are */
    if (!enough && t->team.size > 1 && (t->cli->n_files == 0 || !strcmp(t->cli->files[0], "-")))
        die(t, TRM_USAGE, "standard input with several ranks", "files, which every rank reads");
    if (!enough && trm_cli_read(t->cli, read_sample, t) != 0)
        return trm_cli_end(t->cli);
    struct trm_sha256 sha = t->drill ? t->tasks.sha : t->set.sha;
    if (t->drill ? t->tasks.begun : t->set.begun)
        trm_sha256_hex(&sha, t->samples_sha);
    if ((t->drill ? train_drill(t, &err) : train_samples(t, &err)) != 0) {
        if (!trm_cli_interrupted())
            write_status(t, &(struct where){.state = "failed"});
        trm_cli_fail(t->cli, &err);
    }
    return trm_cli_end(t->cli);
}

static void
release(struct train *t)
{
    if (t->lock >= 0) {
        unlink(t->lock_path);
        close(t->lock);
    }
    trm_set_release(&t->set);
    trm_kept_release(&t->tasks);
    trm_json_free(t->rules_json);
    free(t->state_path);
    free(t->lock_path);
}

/* Only the first rank is heard. */
static void
join_team(struct train *t)
{
    struct trm_err err = {0};
    if (trm_team_begin(&t->team, &err) != 0)
        trm_cli_die(t->cli, &err);
    if (t->team.rank == 0)
        return;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
}

static long
processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : n;
}

/* --- presets --------------------------------------------------------------------------------------------------------- */

/* One setting "name=value" of n bytes into the option of that name; presets name no lists. */
static void
set_default(const struct trm_cli_opt *opts, const char *word, size_t n)
{
    static char texts[256]; /* the presets' longest list of texts has some 40 letters */
    static size_t used;
    const char *equals = memchr(word, '=', n);
    size_t n_name = (size_t)(equals - word), n_text = n - n_name - 1;
    for (const struct trm_cli_opt *o = opts; o->name; o++) {
        bool letter = n_name == 1 && o->letter == *word;
        if (!letter && (strlen(o->name) != n_name || memcmp(o->name, word, n_name) != 0))
            continue;
        if (o->type == TRM_OPT_INT)
            *(long *)o->to = strtol(equals + 1, NULL, 10);
        else if (o->type == TRM_OPT_NUM)
            *(double *)o->to = strtod(equals + 1, NULL);
        else if (o->type == TRM_OPT_FLAG)
            *(bool *)o->to = equals[1] == '1';
        else if (used + n_text < sizeof texts) {
            *(const char **)o->to = memcpy(texts + used, equals + 1, n_text);
            used += n_text + 1;
        }
    }
}

/* The preset that the command line names becomes what options start from, before they are read. */
static void
apply_preset(const struct trm_cli_opt *opts, int argc, char **argv)
{
    const char *name = NULL;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (!strcmp(argv[i], "--preset") && i + 1 < argc)
            name = argv[i + 1];
        else if (!strncmp(argv[i], "--preset=", 9))
            name = argv[i] + 9;
    }
    for (size_t i = 0; name && i < sizeof presets / sizeof *presets; i++)
        if (!strcmp(presets[i].name, name))
            for (const char *p = presets[i].settings; *p; p += strspn(p, " ")) {
                size_t n = strcspn(p, " ");
                set_default(opts, p, n);
                p += n;
            }
}

static bool
is_preset(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (!strcmp(presets[i].name, name))
            return true;
    return false;
}

/* What options start from without a preset. */
static struct train
defaults(void)
{
    return (struct train){
        .arch_name = "trm", .preset = "verdict", .backend = "auto", .optimiser = "adamw", .form = "attention", .pos = "none", .loss = "softmax",
        .epochs = 50, .patience = 15, .batch = 32, .micro = trm_net_config_default().micro, .lanes = trm_net_config_default().lanes,
        .width = 64, .heads = 4, .prefix = 4, .layers = 2, .n = 1, .T = 1,
        .max_steps = 16, .positions = 48, .warmup = 100, .seed = 1, .threads = processors(), .val_asks = 400, .val_steps = 4,
        .memory = 4096, .min_count = 12, .inner_multiple = 32, .rule = TRM_SIDE_DEFAULT, .lr = 5e-4, .weight_decay = 0.1, .dropout = 0.1, .ema = 0.998, .clip = 1,
        .expansion = 4, .embed_scale = 0.4, .explore = 0.3, .halt_weight = 0.5, .halt = 0.9, .jitter = 0.1, .varied = 0.15,
        .hide = {.tested = 0.9, .bounds = 0.1, .named = 0.5, .other = 0.15},
    };
}

/* Options over the preset's over the environment's over the defaults. */
static void
begin(struct train *t, int argc, char **argv)
{
    if (trm_cli_env("TRM_BACKEND"))
        t->backend = trm_cli_env("TRM_BACKEND");
    apply_preset(t->cli->opts, argc, argv);
    trm_cli_begin(t->cli, argc, argv);
    if (!is_preset(t->preset))
        die(t, TRM_USAGE, "--preset", "verdict, micro, sudoku4, sudoku6, maze9, grid10, sudoku9 or paper");
}

int
main(int argc, char **argv)
{
    trm_cli_blas_core(trm_mat_core_wanted());
    struct train t = defaults();
    const struct trm_cli_opt opts[] = {
        {'o', "output", "MODEL", "the model file to write; MODEL.state beside it is for --resume", &t.out, 0, 0, TRM_OPT_STR},
        {'r', "rules", "RULES", "rule file that travels in the model, so that trm-infer can check elements; may be given again",
         &t.rules, 0, 0, TRM_OPT_LIST},
        {0, "arch", "KIND", "trm, or a baseline: prior, logistic, name", &t.arch_name, 0, 0, TRM_OPT_STR},
        {0, "preset", "NAME", "settings to start from: verdict for samples; for tasks micro, sudoku4, sudoku6, maze9, grid10, "
         "sudoku9, paper", &t.preset, 0, 0, TRM_OPT_STR},
        {'f', "fresh", "FAMILY", "tasks: draw new ones of this family, as sudoku6 or sudoku9d1; may be given again", &t.fresh, 0, 0,
         TRM_OPT_LIST},
        {0, "resume", NULL, "go on from MODEL.state, bit for bit", &t.resume, 0, 0, TRM_OPT_FLAG},
        {'e', "epochs", "N", "at most; an epoch is samples/batch optimiser steps", &t.epochs, 1, 1000000, TRM_OPT_INT},
        {0, "patience", "N", "stop after so many epochs without a better loss on val", &t.patience, 1, 1000000, TRM_OPT_INT},
        {0, "max-minutes", "M", "end training as if the epochs were done; 0: no bound", &t.max_minutes, 0, 1e6, TRM_OPT_NUM},
        {'b', "batch", "N", "slots", &t.batch, 1, 65536, TRM_OPT_INT},
        {'s', "seed", "N", "of weights, order, hiding and halting", &t.seed, 0, 1L << 31, TRM_OPT_INT},
        {'j', "threads", "N", "the bytes do not depend on it", &t.threads, 1, 1024, TRM_OPT_INT},
        {0, "micro-batch", "N", "slots that a thread computes before it takes others", &t.micro, 1, 4096, TRM_OPT_INT},
        {0, "lanes", "N", "partial sums of the gradient, each made by one thread: so many threads can be of use", &t.lanes, 1, 4096, TRM_OPT_INT},
        {0, "backend", "NAME", "auto, float32, bfloat16, amx, avx512_bf16 or plain; also by TRM_BACKEND", &t.backend, 0, 0, TRM_OPT_STR},
        {0, "status", "FILE", "where the run stands, replaced whole every second", &t.status, 0, 0, TRM_OPT_STR},
        {0, "label", "TEXT", "what you call the model", &t.label, 0, 0, TRM_OPT_STR},
        {0, "parent", "MODEL", "the model that this one follows, for its lineage", &t.parent, 0, 0, TRM_OPT_STR},
        {0, "from", "MODEL", "begin with the weights of this model, its parent, rather than with those of the seed", &t.from, 0, 0,
         TRM_OPT_STR},
        {0, "memory", "MIB", "most memory for samples", &t.memory, 1, 1 << 20, TRM_OPT_INT},
        {0, "form", "FORM", "attention or mixer", &t.form, 0, 0, TRM_OPT_STR},
        {0, "pos", "KIND", "how a token knows its place: none (fields are a set), rope or learned", &t.pos, 0, 0, TRM_OPT_STR},
        {0, "width", "N", "of every token", &t.width, 2, 16384, TRM_OPT_INT},
        {0, "heads", "N", "of attention", &t.heads, 1, 1024, TRM_OPT_INT},
        {0, "prefix", "N", "tokens before the sample's", &t.prefix, 0, 1024, TRM_OPT_INT},
        {0, "layers", "N", "blocks of the net", &t.layers, 1, 64, TRM_OPT_INT},
        {0, "inner-multiple", "N", "the inner size of SwiGLU is rounded up to a multiple of it", &t.inner_multiple, 1, 65536,
         TRM_OPT_INT},
        {0, "places", NULL, "tasks: tokens carry their row and column", &t.places, 0, 0, TRM_OPT_FLAG},
        {0, "first-use", NULL, "tasks: colours and letters are named by order of first use", &t.first_use, 0, 0, TRM_OPT_FLAG},
        {0, "stages", NULL, "tasks: each supervision step is asked for a stage of the way, where the family has one", &t.stages, 0, 0, TRM_OPT_FLAG},
        {0, "plain", NULL, "tasks: leave those read as they are; by themselves symmetries change them at each draw", &t.plain, 0, 0,
         TRM_OPT_FLAG},
        {0, "ramp", NULL, "tasks: depth curriculum: (n,T) (2,1) to 30 % of all steps, (4,2) to 60 %, then full", &t.ramp, 0, 0,
         TRM_OPT_FLAG},
        {0, "steps-ramp", "P", "tasks: share of all steps, at their beginning, in which supervision steps rise from 1 to all", &t.steps_ramp,
         0, 1, TRM_OPT_NUM},
        {0, "epoch-steps", "N", "tasks: optimiser steps an epoch; 0: tasks/batch", &t.epoch_steps, 0, 1000000, TRM_OPT_INT},
        {0, "expansion", "X", "of SwiGLU", &t.expansion, 0.1, 64, TRM_OPT_NUM},
        {0, "positions", "N", "tokens of a sample; fields beyond are left out", &t.positions, 8, 4096, TRM_OPT_INT},
        {'n', "updates", "N", "latent updates a cycle (n)", &t.n, 1, 1000, TRM_OPT_INT},
        {'T', "cycles", "N", "cycles a supervision step (T)", &t.T, 1, 1000, TRM_OPT_INT},
        {0, "grad-calls", "N", "last calls of f that are differentiated; 0: the whole last cycle, 2: HRM's one-step gradient", &t.grad_calls, 0, 1001,
         TRM_OPT_INT},
        {0, "max-steps", "N", "supervision steps a sample at most", &t.max_steps, 1, 1000, TRM_OPT_INT},
        {0, "explore", "P", "share of halts that must think on", &t.explore, 0, 1, TRM_OPT_NUM},
        {0, "halt", "P", "halting value above which the model in use stops", &t.halt, 0.01, 0.9999, TRM_OPT_NUM},
        {0, "halt-weight", "X", "of the halting loss", &t.halt_weight, 0, 100, TRM_OPT_NUM},
        {0, "loss", "KIND", "softmax or stablemax", &t.loss, 0, 0, TRM_OPT_STR},
        {0, "optimiser", "KIND", "adamw or adam-atan2", &t.optimiser, 0, 0, TRM_OPT_STR},
        {0, "lr", "X", "learning rate after the warm-up", &t.lr, 1e-9, 10, TRM_OPT_NUM},
        {0, "warmup", "N", "steps of linear rise", &t.warmup, 0, 1000000, TRM_OPT_INT},
        {0, "cooldown", "P", "tasks: share of all steps, at their end, in which the learning rate falls to none", &t.cooldown, 0, 1,
         TRM_OPT_NUM},
        {0, "weight-decay", "X", "decoupled, on every parameter", &t.weight_decay, 0, 100, TRM_OPT_NUM},
        {0, "clip", "X", "longest gradient; 0: no bound", &t.clip, 0, 1e6, TRM_OPT_NUM},
        {0, "dropout", "P", "share of a sublayer's output left out", &t.dropout, 0, 0.9, TRM_OPT_NUM},
        {0, "ema", "X", "decay of the averaged weights, which are the model", &t.ema, 0, 0.999999, TRM_OPT_NUM},
        {0, "embed-scale", "X", "of the initial embedding", &t.embed_scale, 1e-3, 10, TRM_OPT_NUM},
        {0, "hide-tested", "P", "chance that all that decides a rule is hidden", &t.hide.tested, 0, 1, TRM_OPT_NUM},
        {0, "hide-bounds", "P", "then, chance that what only bounds it stays", &t.hide.bounds, 0, 1, TRM_OPT_NUM},
        {0, "hide-named", "P", "then, chance that it stays in names", &t.hide.named, 0, 1, TRM_OPT_NUM},
        {0, "hide-other", "P", "chance of every other field to be hidden", &t.hide.other, 0, 1, TRM_OPT_NUM},
        {0, "jitter", "X", "relative deviation given to measures that no rule tests", &t.jitter, 0, 0.3, TRM_OPT_NUM},
        {0, "varied", "P", "share of varied samples among those drawn", &t.varied, 0, 1, TRM_OPT_NUM},
        {0, "min-count", "N", "a category seen less often has no row of its own", &t.min_count, 1, 1000000, TRM_OPT_INT},
        {0, "val-asks", "N", "samples or tasks looked at after each epoch", &t.val_asks, 2, 1000000, TRM_OPT_INT},
        {0, "val-steps", "N", "supervision steps of that look at most", &t.val_steps, 1, 1000, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-train", .purpose = "Train a model on samples or tasks.", .operands = "[FILE...]", .opts = opts};
    t.cli = &c;
    begin(&t, argc, argv);
    join_team(&t);
    prepare(&t);
    int status = train(&t);
    release(&t);
    trm_team_end(&t.team, status > 1 ? status : 0);
    return status;
}
