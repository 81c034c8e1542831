/* trm-train: samples in, a model file out, one epoch record a line on the way.
 *
 * The sides are those that trm-split named: learns from train, chooses on val, never looks at test. What learns is in
 * lib/learn; here are the command line, the clock, the signals, and what people see. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../lib/base/file.h"
#include "../lib/base/text.h"
#include "../lib/cli/cli.h"
#include "../lib/cli/core.h"
#include "../lib/learn/learn.h"
#include "../lib/mat/mat.h"

struct train {
    /* as given */
    const char *out, *arch_name, *preset, *status, *label, *parent, *optimiser, *form, *pos, *loss;
    struct trm_list rules;
    bool resume;
    long epochs, patience, batch, width, heads, prefix, layers, n, T, max_steps, positions, warmup, seed, threads, val_asks,
        val_steps, memory, min_count;
    double max_minutes, lr, weight_decay, dropout, ema, clip, expansion, embed_scale, explore, halt_weight, varied, halt, jitter;
    struct trm_hide_opt hide;
    /* made of it */
    struct trm_cli *cli;
    enum trm_arch arch;
    struct trm_set set;
    char *state_path, *lock_path;
    int lock;
    char rules_sha[65], samples_sha[65];
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
    return trm_set_add(&t->set, rec, line, n, err);
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

static void
config_of(struct train *t, struct trm_learn_config *c)
{
    struct trm_net_config net = trm_net_config_default();
    struct trm_opt_config opt = trm_opt_config_default();
    if (strcmp(t->form, "attention") != 0 && strcmp(t->form, "mixer") != 0)
        die(t, TRM_USAGE, "--form", "attention or mixer");
    if (strcmp(t->pos, "rope") != 0 && strcmp(t->pos, "none") != 0 && strcmp(t->pos, "learned") != 0)
        die(t, TRM_USAGE, "--pos", "none, rope or learned");
    if (strcmp(t->loss, "softmax") != 0 && strcmp(t->loss, "stablemax") != 0)
        die(t, TRM_USAGE, "--loss", "softmax or stablemax");
    if (strcmp(t->optimiser, "adamw") != 0 && strcmp(t->optimiser, "adam-atan2") != 0)
        die(t, TRM_USAGE, "--optimiser", "adamw or adam-atan2");
    net.form = !strcmp(t->form, "mixer") ? TRM_NET_MIXER : TRM_NET_ATTENTION;
    net.pos = !strcmp(t->pos, "rope") ? TRM_NET_ROPE : !strcmp(t->pos, "learned") ? TRM_NET_LEARNED : TRM_NET_NONE;
    net.loss = !strcmp(t->loss, "stablemax") ? TRM_NET_STABLEMAX : TRM_NET_SOFTMAX;
    net.width = (uint32_t)t->width, net.heads = (uint32_t)t->heads, net.prefix = (uint32_t)t->prefix;
    net.layers = (uint32_t)t->layers, net.n = (uint32_t)t->n, net.T = (uint32_t)t->T, net.max_steps = (uint32_t)t->max_steps;
    net.expansion = t->expansion, net.inner_multiple = 32, net.dropout = t->dropout;
    net.explore = t->explore, net.halt_weight = t->halt_weight;
    opt.kind = !strcmp(t->optimiser, "adam-atan2") ? TRM_OPT_ADAM_ATAN2 : TRM_OPT_ADAMW;
    opt.lr = t->lr, opt.weight_decay = t->weight_decay, opt.warmup = (uint64_t)t->warmup, opt.clip = t->clip;
    opt.ema = t->ema, opt.ema_warmup = true;
    *c = (struct trm_learn_config){
        .net = net, .opt = opt, .hide = t->hide, .batch = (size_t)t->batch, .threads = (size_t)t->threads,
        .seed = (uint64_t)t->seed, .val_steps = (size_t)t->val_steps, .val_asks = (size_t)t->val_asks,
        .embed_scale = t->embed_scale, .varied = t->varied, .jitter = t->jitter, .stop_q = log(t->halt / (1 - t->halt)),
    };
}

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
    if (!t->status)
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

static void
put_epoch(struct train *t, const struct trm_epoch *e, bool trained)
{
    struct trm_buf b = {0};
    struct trm_jw j = {.out = &b};
    char id[32];
    snprintf(id, sizeof id, "epoch-%zu", e->epoch);
    trm_jw_object(&j);
    trm_jw_kstr(&j, "kind", "epoch");
    trm_jw_knum(&j, "v", 1);
    trm_jw_kstr(&j, "id", id);
    trm_jw_kstr(&j, "arch", trm_arch_name(t->arch));
    trm_jw_knum(&j, "epoch", (double)e->epoch);
    trm_jw_knum(&j, "steps", (double)e->steps);
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
    trm_jw_kbool(&j, "best", e->best);
    trm_jw_knum(&j, "seconds", (double)(long)((trm_cli_now() - t->started) * 1000) / 1000);
    trm_jw_end(&j);
    trm_cli_put_text(t->cli, b.data, b.len);
    trm_cli_flush(t->cli);
    trm_buf_release(&b);
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

/* sha256 of the model at path, as its own file says. */
static void
say_parent(struct train *t, trm_json *o)
{
    struct trm_ckpt parent;
    struct trm_err err = {0};
    if (!t->parent)
        return;
    if (trm_ckpt_open(&parent, t->parent, false, &err) != 0)
        trm_cli_die(t->cli, &err);
    trm_json_set_str(o, "parent", parent.sha256);
    trm_ckpt_release(&parent);
}

/* How the model was made. Nothing in it hangs on the number of threads, so neither do the model's bytes. */
static char *
lineage(struct train *t, const struct trm_figures *val, size_t epochs, size_t best_epoch, uint64_t steps)
{
    trm_json *o = trm_json_object(), *samples = trm_json_object();
    struct trm_buf b = {0};
    char utc[32];
    trm_cli_utc(utc);
    trm_json_set_str(o, "program", "trm-train " TRM_VERSION);
    trm_json_set_str(o, "created", utc);
    trm_json_set_str(o, "arch", trm_arch_name(t->arch));
    trm_json_set_num(o, "seed", (double)t->seed);
    trm_json_set_str(o, "processor", trm_mat_core());
    trm_json_set_num(o, "threads_per_product", 1);
    trm_json_set_num(samples, "train", (double)t->set.count[TRM_TRAIN]);
    trm_json_set_num(samples, "val", (double)t->set.count[TRM_VAL]);
    trm_json_set_num(samples, "test", (double)t->set.count[TRM_TEST]);
    trm_json_set_str(samples, "sha256", t->samples_sha);
    trm_json_set(o, "samples", samples);
    if (t->rules_sha[0])
        trm_json_set_str(o, "rules_sha256", t->rules_sha);
    say_parent(t, o);
    trm_json_set_num(o, "epochs", (double)epochs);
    trm_json_set_num(o, "best_epoch", (double)best_epoch);
    trm_json_set_num(o, "steps", (double)steps);
    say_figures(o, "val", val);
    trm_json_dump(&b, o);
    trm_json_free(o);
    return b.data; /* freed by the caller */
}

static void
write_model(struct train *t, const struct trm_model *m, char *lineage_text)
{
    struct trm_err err = {0};
    struct trm_buf rules = {0};
    struct trm_ckpt_meta meta[3] = {{TRM_META_LINEAGE, lineage_text}};
    size_t n = 1;
    if (t->rules_json) {
        trm_json_dump(&rules, t->rules_json);
        meta[n++] = (struct trm_ckpt_meta){TRM_META_RULES, rules.data};
    }
    if (t->label)
        meta[n++] = (struct trm_ckpt_meta){TRM_META_LABEL, t->label};
    if (!lineage_text || trm_model_write(m, t->out, meta, n, NULL, &err) != 0) {
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

static void
show(struct train *t, const struct trm_learn *l, struct where *w, bool now)
{
    size_t done = l->count.epoch * l->steps_per_epoch + l->count.step_of_epoch;
    w->epoch = l->count.epoch, w->step = done, w->steps = (size_t)t->epochs * l->steps_per_epoch;
    trm_cli_progress(t->cli, "steps", (double)w->step, (double)w->steps);
    if (now || trm_cli_now() - t->status_at >= 1)
        write_status(t, w);
}

static int
end_epoch(struct train *t, struct trm_learn *l, struct where *w, struct trm_err *err)
{
    struct trm_epoch e;
    if (trm_learn_epoch(l, &e, err) != 0)
        return -1;
    put_epoch(t, &e, true);
    w->loss = e.loss, w->val_loss = e.val.loss, w->val_accuracy = e.val.accuracy;
    show(t, l, w, true);
    return trm_learn_save(l, t->state_path, err);
}

/* Steps until the epochs, the patience, the minutes or the user's are at an end. 1: interrupted, the state is kept. */
static int
run_epochs(struct train *t, struct trm_learn *l, struct trm_err *err)
{
    struct where w = {.state = "training", .val_loss = l->sum.best_loss, .val_accuracy = l->sum.best_accuracy};
    bool stop = false;
    while (!stop && l->count.epoch < (uint64_t)t->epochs && l->count.epoch - l->count.best_epoch < (uint64_t)t->patience) {
        if (trm_cli_interrupted()) {
            w.state = "interrupted";
            show(t, l, &w, true);
            return trm_learn_save(l, t->state_path, err) == 0 ? 1 : -1;
        }
        if (trm_learn_step(l, err) != 0)
            return -1;
        stop = out_of_time(t);
        if ((trm_learn_epoch_done(l) || stop) && end_epoch(t, l, &w, err) != 0)
            return -1;
        show(t, l, &w, false);
    }
    return 0;
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
    bool begun = t->resume && access(t->state_path, F_OK) == 0;
    if (t->resume && !begun)
        trm_cli_warn(t->cli, "%s is not there: beginning at the start", t->state_path);
    int rc = begun ? trm_learn_resume(&l, t->state_path, err) : 0;
    rc = rc == 0 ? run_epochs(t, &l, err) : rc;
    if (rc == 1)
        rc = trm_err_set(err, TRM_SYS, "interrupted after %llu steps: go on with --resume", (unsigned long long)l.opt.steps);
    if (rc == 0)
        rc = trm_learn_finish(&l, &f, err);
    if (rc == 0) {
        struct where w = {.state = "done", .epoch = l.count.epoch, .val_loss = l.sum.best_loss, .val_accuracy = f.accuracy,
                          .step = 1, .steps = 1};
        write_model(t, &l.model, lineage(t, &f, l.count.epoch, l.count.best_epoch, l.opt.steps));
        write_status(t, &w);
    }
    trm_learn_release(&l);
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
        write_model(t, &m, lineage(t, &e.val, 1, 1, 0));
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
    t->lock = open(t->lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (t->lock < 0) {
        trm_err_set(&err, TRM_SYS, "%s cannot be written: %m", t->lock_path);
        trm_cli_die(t->cli, &err);
    }
    if (flock(t->lock, LOCK_EX | LOCK_NB) != 0) {
        trm_err_set(&err, TRM_SYS, "%s: another training is writing this model; wait for it, or choose another name", t->out);
        trm_cli_die(t->cli, &err);
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
    if (strcmp(t->preset, "verdict") != 0)
        die(t, TRM_USAGE, "--preset", "verdict");
    struct trm_learn_config c;
    config_of(t, &c); /* a wrong setting is told before the samples are read */
    t->state_path = beside(t, ".state");
    t->lock_path = beside(t, ".lock");
    t->set.arena.limit = (size_t)t->memory << 20;
    t->started = trm_cli_now();
    read_rules(t);
    take_lock(t);
    trm_cli_catch_signals(t->cli);
}

static int
train(struct train *t)
{
    struct trm_err err = {0};
    struct trm_vocab_opt shape = {.positions = (size_t)t->positions, .min_count = (size_t)t->min_count};
    write_status(t, &(struct where){.state = "reading"});
    if (trm_cli_read(t->cli, read_sample, t) != 0)
        return trm_cli_end(t->cli);
    struct trm_sha256 sha = t->set.sha;
    if (t->set.begun)
        trm_sha256_hex(&sha, t->samples_sha);
    struct trm_vocab *vocab = trm_set_vocab(&t->set, &shape, &err);
    int rc = !vocab ? -1 : t->arch == TRM_ARCH_TRM ? train_trm(t, vocab, &err) : train_baseline(t, vocab, &err);
    if (rc != 0) {
        if (!trm_cli_interrupted())
            write_status(t, &(struct where){.state = "failed"});
        trm_cli_fail(t->cli, &err);
    }
    return trm_cli_end(t->cli);
}

static void
release(struct train *t)
{
    unlink(t->lock_path);
    close(t->lock);
    trm_set_release(&t->set);
    trm_json_free(t->rules_json);
    free(t->state_path);
    free(t->lock_path);
}

static long
processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : n;
}

int
main(int argc, char **argv)
{
    trm_cli_blas_core(trm_mat_core_wanted(), trm_mat_core_reload, argv);
    struct train t = {
        .arch_name = "trm", .preset = "verdict", .optimiser = "adamw", .form = "attention", .pos = "none", .loss = "softmax",
        .epochs = 50, .patience = 15, .batch = 32, .width = 64, .heads = 4, .prefix = 4, .layers = 2, .n = 1, .T = 1,
        .max_steps = 16, .positions = 48, .warmup = 100, .seed = 1, .threads = processors(), .val_asks = 400, .val_steps = 4,
        .memory = 4096, .min_count = 12, .lr = 5e-4, .weight_decay = 0.1, .dropout = 0.1, .ema = 0.998, .clip = 1,
        .expansion = 4, .embed_scale = 0.4, .explore = 0.3, .halt_weight = 0.5, .halt = 0.9, .jitter = 0.1, .varied = 0.15,
        .hide = {.tested = 0.9, .bounds = 0.1, .named = 0.5, .other = 0.15},
    };
    const struct trm_cli_opt opts[] = {
        {'o', "output", "MODEL", "the model file to write; MODEL.state beside it is for --resume", &t.out, 0, 0, TRM_OPT_STR},
        {'r', "rules", "RULES", "rule file that travels in the model, so that trm-infer can check elements; may be given again",
         &t.rules, 0, 0, TRM_OPT_LIST},
        {0, "arch", "KIND", "trm, or a baseline: prior, logistic, name", &t.arch_name, 0, 0, TRM_OPT_STR},
        {0, "preset", "NAME", "settings to start from: verdict", &t.preset, 0, 0, TRM_OPT_STR},
        {0, "resume", NULL, "go on from MODEL.state, bit for bit", &t.resume, 0, 0, TRM_OPT_FLAG},
        {'e', "epochs", "N", "at most; an epoch is samples/batch optimiser steps", &t.epochs, 1, 1000000, TRM_OPT_INT},
        {0, "patience", "N", "stop after so many epochs without a better loss on val", &t.patience, 1, 1000000, TRM_OPT_INT},
        {0, "max-minutes", "M", "end training as if the epochs were done; 0: no bound", &t.max_minutes, 0, 1e6, TRM_OPT_NUM},
        {'b', "batch", "N", "slots", &t.batch, 1, 65536, TRM_OPT_INT},
        {'s', "seed", "N", "of weights, order, hiding and halting", &t.seed, 0, 1L << 31, TRM_OPT_INT},
        {'j', "threads", "N", "the bytes do not depend on it", &t.threads, 1, 1024, TRM_OPT_INT},
        {0, "status", "FILE", "where the run stands, replaced whole every second", &t.status, 0, 0, TRM_OPT_STR},
        {0, "label", "TEXT", "what you call the model", &t.label, 0, 0, TRM_OPT_STR},
        {0, "parent", "MODEL", "the model that this one follows, for its lineage", &t.parent, 0, 0, TRM_OPT_STR},
        {0, "memory", "MIB", "most memory for samples", &t.memory, 1, 1 << 20, TRM_OPT_INT},
        {0, "form", "FORM", "attention or mixer", &t.form, 0, 0, TRM_OPT_STR},
        {0, "pos", "KIND", "how a token knows its place: none (fields are a set), rope or learned", &t.pos, 0, 0, TRM_OPT_STR},
        {0, "width", "N", "of every token", &t.width, 2, 16384, TRM_OPT_INT},
        {0, "heads", "N", "of attention", &t.heads, 1, 1024, TRM_OPT_INT},
        {0, "prefix", "N", "tokens before the sample's", &t.prefix, 0, 1024, TRM_OPT_INT},
        {0, "layers", "N", "blocks of the net", &t.layers, 1, 64, TRM_OPT_INT},
        {0, "expansion", "X", "of SwiGLU", &t.expansion, 0.1, 64, TRM_OPT_NUM},
        {0, "positions", "N", "tokens of a sample; fields beyond are left out", &t.positions, 8, 4096, TRM_OPT_INT},
        {'n', "updates", "N", "latent updates a cycle (n)", &t.n, 1, 1000, TRM_OPT_INT},
        {'T', "cycles", "N", "cycles a supervision step (T)", &t.T, 1, 1000, TRM_OPT_INT},
        {0, "max-steps", "N", "supervision steps a sample at most", &t.max_steps, 1, 1000, TRM_OPT_INT},
        {0, "explore", "P", "share of halts that must think on", &t.explore, 0, 1, TRM_OPT_NUM},
        {0, "halt", "P", "halting value above which the model in use stops", &t.halt, 0.01, 0.9999, TRM_OPT_NUM},
        {0, "halt-weight", "X", "of the halting loss", &t.halt_weight, 0, 100, TRM_OPT_NUM},
        {0, "loss", "KIND", "softmax or stablemax", &t.loss, 0, 0, TRM_OPT_STR},
        {0, "optimiser", "KIND", "adamw or adam-atan2", &t.optimiser, 0, 0, TRM_OPT_STR},
        {0, "lr", "X", "learning rate after the warm-up", &t.lr, 1e-9, 10, TRM_OPT_NUM},
        {0, "warmup", "N", "steps of linear rise", &t.warmup, 0, 1000000, TRM_OPT_INT},
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
        {0, "val-asks", "N", "samples looked at after each epoch", &t.val_asks, 2, 1000000, TRM_OPT_INT},
        {0, "val-steps", "N", "supervision steps of that look at most", &t.val_steps, 1, 1000, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-train", .purpose = "Train a model on samples.", .operands = "[FILE...]", .opts = opts};
    t.cli = &c;
    trm_cli_begin(&c, argc, argv);
    prepare(&t);
    int status = train(&t);
    release(&t);
    return status;
}
