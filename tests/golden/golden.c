/* Compares with golden numbers: folders that hold config.json, weights, eval, train, weights_after and ema_after as
 * safetensors (made by the published PyTorch model in float64). usage: golden DIR [MODELS]
 *
 * With MODELS the weights and the network's settings of folder NAME are those of MODELS/NAME.trm, a model file of ours that
 * trm-convert made of the same weights; everything else is as without.
 *
 * Every golden folder at or under DIR is run; one line each with the largest differences, as a share of each tensor's
 * largest value. Built in double everything is held to 1e-9, or 1e-6 where the mixer's recursion amplifies rounding;
 * built in float the logits of step 1 are held to 1e-4 (absolute). Exit 1 when one differs or none was found. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/ckpt/ckpt.h"
#include "../../lib/net/net.h"
#include "../../lib/opt/opt.h"
#include "../../lib/rec/rec.h"

#ifdef TRM_DOUBLE
#define KIND "f64"
static const bool is_double = true;
#else
#define KIND "f32"
static const bool is_double = false;
#endif

/* What is compared, each with its own bound. */
enum group { FIRST, LATER, LOSSES, GRADIENTS, WEIGHTS, AVERAGED, N_GROUPS };
static const char *const group_names[N_GROUPS] = {"step1", "steps", "losses", "gradients", "weights", "ema"};

struct run {
    const char *folder, *models;
    struct trm_net_config config;
    struct trm_opt_config opt_config;
    size_t batch, steps;
    struct trm_net net;
    trm_real *params, *grad, *ema;
    struct trm_slots slots;
    struct trm_opt opt;
    struct trm_ckpt eval, train;
    double worst[N_GROUPS]; /* relative */
    double worst_logit;     /* absolute, step 1 */
    size_t compared[N_GROUPS], halts, halts_wrong;
    struct trm_err err;
};

static _Noreturn void
die(struct run *r, const char *what)
{
    printf("golden %s %s: %s: %s\n", KIND, r->folder, what, r->err.text);
    exit(1);
}

static void
open_file(struct run *r, const char *name, struct trm_ckpt *c)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.safetensors", r->folder, name);
    if (trm_ckpt_open(c, path, true, &r->err) != 0)
        die(r, name);
}

/* --- settings --- */

static double
num(const trm_json *v, const char *key, double fallback)
{
    return trm_json_num(trm_json_get(v, key), fallback);
}

static void
read_net(struct run *r, const trm_json *v)
{
    struct trm_net_config *c = &r->config;
    *c = trm_net_config_default();
    const char *pos = trm_json_str(trm_json_get(v, "pos_encodings"), "?");
    const char *loss = trm_json_str(trm_json_get(v, "loss"), "?");
    c->form = trm_json_bool(trm_json_get(v, "mlp_t"), false) ? TRM_NET_MIXER : TRM_NET_ATTENTION;
    if (trm_net_config_set(c, "pos", pos, &r->err) != 0)
        die(r, "pos_encodings");
    c->loss = strcmp(loss, "softmax_cross_entropy") == 0 ? TRM_NET_SOFTMAX : TRM_NET_STABLEMAX;
    c->seq = (uint32_t)num(v, "seq_len", 0);
    c->prefix = (uint32_t)num(v, "puzzle_emb_len", 0);
    c->width = (uint32_t)num(v, "hidden_size", 0);
    c->heads = (uint32_t)num(v, "num_heads", 0);
    c->layers = (uint32_t)num(v, "L_layers", 0);
    c->expansion = num(v, "expansion", 0);
    c->vocab_in = c->vocab_out = (uint32_t)num(v, "vocab_size", 0);
    c->puzzles = num(v, "puzzle_emb_ndim", 0) > 0 ? (uint32_t)num(v, "num_puzzle_identifiers", 0) : 0;
    c->n = (uint32_t)num(v, "L_cycles", 0);
    c->T = (uint32_t)num(v, "H_cycles", 0);
    c->max_steps = (uint32_t)num(v, "halt_max_steps", 0);
    c->explore = num(v, "halt_exploration_prob", -1);
    c->halt_weight = num(v, "halt_loss_weight", -1);
    c->eps = num(v, "rms_norm_eps", 0);
    c->rope_theta = num(v, "rope_theta", 0);
    c->micro = 3; /* the last micro-batch of four slots is then a small one */
    c->lanes = 2;
}

static void
read_opt(struct run *r, const trm_json *v)
{
    struct trm_opt_config *c = &r->opt_config;
    const trm_json *o = trm_json_get(v, "optimizer"), *rows = trm_json_get(v, "puzzle_emb_optimizer");
    *c = trm_opt_config_default();
    c->kind = strcmp(trm_json_str(trm_json_get(o, "name"), ""), "adam-atan2") == 0 ? TRM_OPT_ADAM_ATAN2 : TRM_OPT_ADAMW;
    c->lr = num(o, "lr", -1);
    c->beta1 = num(o, "beta1", -1);
    c->beta2 = num(o, "beta2", -1);
    c->eps = num(o, "eps", 1e-8);
    c->weight_decay = num(o, "weight_decay", -1);
    c->warmup = (uint64_t)num(o, "lr_warmup_steps", 0);
    c->ema = num(v, "ema", -1);
    c->rows_lr = num(rows, "lr", 0);
    c->rows_weight_decay = num(rows, "weight_decay", 0);
}

static void
read_settings(struct run *r)
{
    char path[4096];
    struct trm_map m;
    snprintf(path, sizeof path, "%s/config.json", r->folder);
    if (trm_map_open(&m, path, 1 << 20, &r->err) != 0)
        die(r, "config.json");
    trm_json *v = trm_json_parse(m.data, m.size, &r->err);
    if (!v)
        die(r, "config.json");
    read_net(r, v);
    read_opt(r, v);
    r->batch = (size_t)num(v, "batch_size", 0);
    r->steps = (size_t)num(v, "train_steps", 0);
    trm_json_free(v);
    trm_map_release(&m);
}

/* The network's settings as the model file says them; how it is cut up for this test stays. */
static void
read_model_net(struct run *r, const struct trm_ckpt *model)
{
    uint32_t micro = r->config.micro, lanes = r->config.lanes;
    r->config = trm_net_config_default();
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        char key[80];
        snprintf(key, sizeof key, "trm.net.%s", trm_net_config_key(i));
        const char *value = trm_ckpt_get(model, key);
        if (!value || trm_net_config_set(&r->config, trm_net_config_key(i), value, &r->err) != 0)
            die(r, key);
    }
    r->config.micro = micro, r->config.lanes = lanes;
}

static void
open_weights(struct run *r, struct trm_ckpt *weights)
{
    char path[4096];
    const char *slash = strrchr(r->folder, '/');
    if (!r->models) {
        open_file(r, "weights", weights);
        return;
    }
    snprintf(path, sizeof path, "%s/%s.trm", r->models, slash ? slash + 1 : r->folder);
    if (trm_ckpt_open(weights, path, false, &r->err) != 0)
        die(r, "model");
    read_model_net(r, weights);
}

/* --- comparing --- */

/* x [n] against the file's tensor of that name. */
static void
compare(struct run *r, const struct trm_ckpt *c, const char *name, const double *x, size_t n, enum group g)
{
    double *want = calloc(n + 1, sizeof *want), top = 0, diff = 0;
    if (trm_ckpt_read(c, name, TRM_F64, want, n, &r->err) != 0)
        die(r, name);
    for (size_t i = 0; i < n; i++) {
        double d = fabs(x[i] - want[i]);
        top = fmax(top, fabs(want[i]));
        diff = d > diff || isnan(d) ? d : diff;
    }
    double share = isnan(diff) ? INFINITY : diff == 0 ? 0 : diff / top;
    if (is_double && share > 1e-6)
        printf("#   %s %s: %.2e of its largest value\n", r->folder, name, share);
    r->worst[g] = fmax(r->worst[g], share);
    r->compared[g] += n;
    if (strcmp(name, "step1.logits") == 0)
        r->worst_logit = isnan(diff) ? INFINITY : diff;
    free(want);
}

static void
compare_real(struct run *r, const struct trm_ckpt *c, const char *name, const trm_real *x, size_t n, enum group g)
{
    double *wide = calloc(n + 1, sizeof *wide);
    for (size_t i = 0; i < n; i++)
        wide[i] = (double)x[i];
    compare(r, c, name, wide, n, g);
    free(wide);
}

/* --- the two runs --- */

/* Give every halted slot the row of the batch called PREFIX.inputs, .labels, .puzzle_identifiers. */
static void
offer(struct run *r, const struct trm_ckpt *c, const char *prefix)
{
    size_t seq = r->config.seq, n = r->batch * seq;
    int32_t *ids = calloc(n, 4), *labels = calloc(n, 4), *puzzle = calloc(r->batch, 4);
    char name[3][64];
    snprintf(name[0], 64, "%sinputs", prefix);
    snprintf(name[1], 64, "%slabels", prefix);
    snprintf(name[2], 64, "%spuzzle_identifiers", prefix);
    if (trm_ckpt_read(c, name[0], TRM_I32, ids, n, &r->err) || trm_ckpt_read(c, name[1], TRM_I32, labels, n, &r->err)
        || trm_ckpt_read(c, name[2], TRM_I32, puzzle, r->batch, &r->err))
        die(r, prefix);
    for (size_t i = 0; i < r->batch; i++) {
        struct trm_net_task s = {ids + i * seq, NULL, labels + i * seq, r->config.puzzles ? puzzle[i] : 0};
        if (r->slots.halted[i] && trm_slots_put(&r->slots, &r->net, r->params, i, &s, 0, &r->err) != 0)
            die(r, prefix);
    }
    free(ids), free(labels), free(puzzle);
}

static void
run_eval(struct run *r)
{
    char name[64];
    size_t logits = r->batch * r->config.seq * r->config.vocab_out, state = r->batch * r->net.length * r->config.width;
    if (trm_slots_init(&r->slots, &r->net, r->batch, TRM_SLOTS_INFER, 2, 1, &r->err) != 0)
        die(r, "eval");
    offer(r, &r->eval, "");
    for (unsigned k = 1; k <= r->config.max_steps; k++) {
        enum group g = k == 1 ? FIRST : LATER;
        trm_net_infer(&r->net, r->params, &r->slots);
        compare_real(r, &r->eval, (snprintf(name, 64, "step%u.logits", k), name), r->slots.logits, logits, g);
        compare(r, &r->eval, (snprintf(name, 64, "step%u.q_halt_logits", k), name), r->slots.q, r->batch, g);
        if (k == 1 || k == r->config.max_steps) {
            compare_real(r, &r->eval, (snprintf(name, 64, "step%u.z_H", k), name), r->slots.y, state, g);
            compare_real(r, &r->eval, (snprintf(name, 64, "step%u.z_L", k), name), r->slots.z, state, g);
        }
    }
    trm_slots_release(&r->slots);
}

static void
compare_gradients(struct run *r)
{
    char name[128];
    for (size_t i = 0; i < r->net.n_tensors && r->net.tensors[i].offset < r->net.n_trained; i++) {
        const struct trm_tensor *t = &r->net.tensors[i];
        snprintf(name, sizeof name, "train1.grad.%s", t->name);
        compare_real(r, &r->train, name, r->grad + t->offset, t->count, GRADIENTS);
    }
    if (r->config.puzzles)
        compare_real(r, &r->train, "train1.grad.puzzle_emb_rows", r->slots.puzzle_grad, r->batch * r->config.width,
                     GRADIENTS);
}

static void
compare_halting(struct run *r, size_t step)
{
    char name[64];
    int32_t *halted = calloc(r->batch, 4), *steps = calloc(r->batch, 4);
    snprintf(name, 64, "train%zu.halted_after", step);
    if (trm_ckpt_read(&r->train, name, TRM_I32, halted, r->batch, &r->err) != 0)
        die(r, name);
    snprintf(name, 64, "train%zu.steps_after", step);
    if (trm_ckpt_read(&r->train, name, TRM_I32, steps, r->batch, &r->err) != 0)
        die(r, name);
    for (size_t i = 0; i < r->batch; i++) {
        r->halts++;
        r->halts_wrong += halted[i] != r->slots.halted[i] || (uint32_t)steps[i] != r->slots.steps[i];
    }
    free(halted), free(steps);
}

static void
train_step(struct run *r, size_t step)
{
    char name[64];
    struct trm_net_stats stats;
    snprintf(name, 64, "train%zu.", step);
    offer(r, &r->train, name);
    if (trm_net_train(&r->net, r->params, &r->slots, r->grad, &stats, &r->err) != 0)
        die(r, "train");
    const double parts[] = {stats.loss, stats.ce, stats.halt};
    const char *const part_names[] = {"loss", "lm_loss", "q_halt_loss"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, 64, "train%zu.%s", step, part_names[i]);
        compare(r, &r->train, name, &parts[i], 1, LOSSES);
    }
    snprintf(name, 64, "train%zu.q_halt_logits", step);
    compare(r, &r->train, name, r->slots.q, r->batch, LOSSES);
    if (step == 1)
        compare_gradients(r);
    compare_halting(r, step);
    trm_opt_step(&r->opt, r->params, r->grad);
    if (r->config.puzzles)
        trm_opt_rows(&r->opt, r->params + r->net.at_puzzle, r->config.width, r->slots.puzzle, r->slots.puzzle_grad,
                     r->batch);
    trm_opt_average(&r->opt, r->ema, r->params);
}

static void
compare_after(struct run *r, const char *file, const trm_real *vec, size_t upto, enum group g)
{
    struct trm_ckpt c;
    open_file(r, file, &c);
    for (size_t i = 0; i < r->net.n_tensors && r->net.tensors[i].offset < upto; i++)
        compare_real(r, &c, r->net.tensors[i].name, vec + r->net.tensors[i].offset, r->net.tensors[i].count, g);
    trm_ckpt_release(&c);
}

static void
run_train(struct run *r)
{
    if (trm_slots_init(&r->slots, &r->net, r->batch, TRM_SLOTS_TRAIN, 2, 1, &r->err) != 0
        || trm_opt_init(&r->opt, &r->opt_config, r->net.n_trained, &r->err) != 0)
        die(r, "train");
    memcpy(r->ema, r->params, r->net.n_params * sizeof *r->ema);
    for (size_t step = 1; step <= r->steps; step++)
        train_step(r, step);
    compare_after(r, "weights_after", r->params, r->net.n_params, WEIGHTS);
    compare_after(r, "ema_after", r->ema, r->net.n_trained, AVERAGED);
    trm_slots_release(&r->slots);
    trm_opt_release(&r->opt);
}

/* --- one folder, all folders --- */

static double
bound(const struct run *r, enum group g)
{
    if (!is_double)
        return INFINITY;
    return r->config.form == TRM_NET_MIXER && (g == LATER || g == LOSSES) ? 1e-6 : 1e-9;
}

static bool
report(const struct run *r)
{
    bool good = r->halts > 0 && (r->halts_wrong == 0 || !is_double) && r->worst_logit <= (is_double ? 1e-9 : 1e-4);
    printf("golden %s %s%s%s: logits of step 1 %.1e absolute;", KIND, r->folder, r->models ? " by way of " : "",
           r->models ? r->models : "", r->worst_logit);
    for (int g = 0; g < N_GROUPS; g++) {
        printf(" %s %.1e", group_names[g], r->worst[g]);
        good = good && r->compared[g] > 0 && r->worst[g] <= bound(r, (enum group)g);
    }
    printf("; halting %zu of %zu: %s\n", r->halts - r->halts_wrong, r->halts, good ? "ok" : "DIFFERS");
    return good;
}

static bool
run_folder(const char *folder, const char *models)
{
    struct run r = {.folder = folder, .models = models};
    struct trm_ckpt weights;
    read_settings(&r);
    open_weights(&r, &weights);
    if (trm_net_init(&r.net, &r.config, &r.err) != 0)
        die(&r, "config.json");
    r.params = calloc(r.net.n_params, sizeof *r.params);
    r.grad = calloc(r.net.n_params, sizeof *r.grad);
    r.ema = calloc(r.net.n_params, sizeof *r.ema);
    open_file(&r, "eval", &r.eval);
    open_file(&r, "train", &r.train);
    const trm_real *vec;
    trm_real *owned;
    if (trm_ckpt_vector(&weights, "", r.net.tensors, r.net.n_tensors, r.net.n_params, &vec, &owned, &r.err) != 0)
        die(&r, "weights");
    memcpy(r.params, vec, r.net.n_params * sizeof *vec);
    run_eval(&r);
    run_train(&r);
    bool good = report(&r);
    free(owned), free(r.params), free(r.grad), free(r.ema);
    trm_ckpt_release(&weights);
    trm_ckpt_release(&r.eval);
    trm_ckpt_release(&r.train);
    trm_net_release(&r.net);
    return good;
}

static void
walk(const char *folder, const char *models, int depth, size_t *found, size_t *bad)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/weights_after.safetensors", folder);
    if (access(path, R_OK) == 0) {
        ++*found;
        *bad += !run_folder(folder, models);
        return;
    }
    struct dirent **list;
    int n = depth > 0 ? scandir(folder, &list, NULL, alphasort) : 0;
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
        if (list[i]->d_name[0] != '.' && list[i]->d_type != DT_REG)
            walk(path, models, depth - 1, found, bad);
        free(list[i]);
    }
    if (n > 0)
        free(list);
}

int
main(int argc, char **argv)
{
    size_t found = 0, bad = 0;
    if (argc == 2 || argc == 3)
        walk(argv[1], argc == 3 ? argv[2] : NULL, 4, &found, &bad);
    if (found == 0)
        printf("golden %s: no golden folder under %s\n", KIND, argc > 1 ? argv[1] : "(usage: golden DIR [MODELS])");
    return bad > 0 || found == 0;
}
