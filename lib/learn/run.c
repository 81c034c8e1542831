/* The core of a training; see run.h. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/hash.h"
#include "../ckpt/ckpt.h"

struct trm_rng
trm_run_rng(uint64_t seed, char what, uint64_t k)
{
    struct trm_rng rng;
    uint64_t name[2] = {(uint64_t)what, k};
    trm_rng_seed(&rng, trm_hash64(name, sizeof name, seed));
    return rng;
}

static void
first_weights(struct trm_run *r, double embed_scale)
{
    const struct trm_net *net = r->net;
    const struct trm_net_config *c = &net->config;
    trm_net_weights(net, r->params, r->config.seed);
    for (size_t i = 0; i < (size_t)c->vocab_in * c->width; i++)
        r->params[net->at_ids + i] *= (trm_real)embed_scale;
    for (size_t i = 0; i < (size_t)c->features * c->width; i++)
        r->params[net->at_features + i] *= (trm_real)embed_scale;
    memcpy(r->ema, r->params, net->n_params * sizeof *r->ema);
    memcpy(r->best, r->params, net->n_params * sizeof *r->best);
}

int
trm_run_init(struct trm_run *r, struct trm_net *net, const struct trm_run_config *c, double embed_scale, struct trm_err *err)
{
    size_t n = net->n_params;
    *r = (struct trm_run){.config = *c, .net = net, .n = net->config.n, .T = net->config.T};
    r->params = calloc(n, sizeof *r->params);
    r->ema = calloc(n, sizeof *r->ema);
    r->best = calloc(n, sizeof *r->best);
    r->grad = calloc(n, sizeof *r->grad);
    if (!r->params || !r->ema || !r->best || !r->grad)
        return trm_err_set(err, TRM_SYS, "out of memory for %zu parameters", n);
    if (trm_opt_init(&r->opt, &c->opt, net->n_trained, err) != 0 ||
        trm_slots_init(&r->slots, net, c->batch, TRM_SLOTS_TRAIN, c->threads, c->seed, err) != 0)
        return -1;
    first_weights(r, embed_scale);
    return 0;
}

void
trm_run_release(struct trm_run *r)
{
    trm_slots_release(&r->slots);
    trm_opt_release(&r->opt);
    free(r->params);
    free(r->ema);
    free(r->best);
    free(r->grad);
    *r = (struct trm_run){0};
}

/* --- steps and epochs ------------------------------------------------------------------------------------------------- */

int
trm_run_phase(const struct trm_run *r, uint64_t steps)
{
    double share = r->config.ramp ? (double)steps / (double)r->config.ramp : 1;
    return share < 0.3 ? 0 : share < 0.6 ? 1 : 2;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void
trm_run_deepen(struct trm_run *r, int phase)
{
    static const uint32_t n[3] = {2, 4, UINT32_MAX}, T[3] = {1, 2, UINT32_MAX};
    r->net->config.n = least(n[phase], r->n);
    r->net->config.T = least(T[phase], r->T);
}

int
trm_run_step(struct trm_run *r, struct trm_err *err)
{
    struct trm_net_stats st;
    trm_run_deepen(r, trm_run_phase(r, r->opt.steps));
    if (trm_net_train(r->net, r->params, &r->slots, r->grad, &st, err) != 0)
        return -1;
    trm_opt_step(&r->opt, r->params, r->grad);
    trm_opt_average(&r->opt, r->ema, r->params);
    r->sum.loss += st.loss, r->sum.halt += st.halt;
    r->count.labelled += st.labelled, r->count.right += st.right;
    r->count.exact += st.exact, r->count.seen += r->config.batch;
    r->count.halted += st.halted, r->count.halted_steps += st.halted_steps;
    r->count.step_of_epoch++;
    return 0;
}

bool
trm_run_end_epoch(struct trm_run *r, bool better, double loss, double accuracy)
{
    uint64_t before = r->opt.steps - r->count.step_of_epoch;
    struct trm_run_count *c = &r->count;
    bool deeper = before > 0 && trm_run_phase(r, r->opt.steps - 1) != trm_run_phase(r, before - 1);
    c->epoch++;
    better |= c->best_epoch == 0 || deeper;
    if (better) {
        c->best_epoch = c->epoch;
        r->sum.best_loss = loss, r->sum.best_accuracy = accuracy;
        memcpy(r->best, r->ema, r->net->n_params * sizeof *r->best);
    }
    c->step_of_epoch = c->labelled = c->right = c->halted = c->halted_steps = c->exact = c->seen = 0;
    r->sum.loss = r->sum.halt = 0;
    return better;
}

/* --- as a file -------------------------------------------------------------------------------------------------------- */

enum { COUNTS = sizeof(struct trm_run_count) / sizeof(uint64_t), SUMS = sizeof(struct trm_run_sum) / sizeof(double) };

void
trm_run_settings(const struct trm_run *r, struct trm_buf *b)
{
    struct trm_net_config net = r->net->config;
    const struct trm_opt_config *o = &r->config.opt;
    char value[40];
    net.n = r->n, net.T = r->T;
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        trm_net_config_text(&net, i, value);
        trm_buf_addf(b, "%s ", value);
    }
    trm_buf_addf(b, "%d %.17g %.17g %.17g %.17g %.17g %llu %.17g %.17g %d ", o->kind, o->lr, o->beta1, o->beta2, o->eps,
                 o->weight_decay, (unsigned long long)o->warmup, o->clip, o->ema, o->ema_warmup);
    trm_buf_addf(b, "%zu %llu %llu ", r->config.batch, (unsigned long long)r->config.seed, (unsigned long long)r->config.ramp);
}

/* Every array of the state, in a fixed order. */
static size_t
parts_of(struct trm_run *r, struct trm_slots_part *p)
{
    size_t n = r->net->n_params, t = r->net->n_trained, k = 0;
    p[k++] = (struct trm_slots_part){"params", TRM_DTYPE_REAL, r->params, n};
    p[k++] = (struct trm_slots_part){"ema", TRM_DTYPE_REAL, r->ema, n};
    p[k++] = (struct trm_slots_part){"best", TRM_DTYPE_REAL, r->best, n};
    p[k++] = (struct trm_slots_part){"opt.m", TRM_DTYPE_REAL, r->opt.m, t};
    p[k++] = (struct trm_slots_part){"opt.v", TRM_DTYPE_REAL, r->opt.v, t};
    p[k++] = (struct trm_slots_part){"opt.steps", TRM_U64, &r->opt.steps, 1};
    p[k++] = (struct trm_slots_part){"count", TRM_U64, &r->count, COUNTS};
    p[k++] = (struct trm_slots_part){"sum", TRM_F64, &r->sum, SUMS};
    return k + trm_slots_parts(&r->slots, r->net, p + k);
}

enum { PARTS = 8 + TRM_SLOTS_PARTS };

int
trm_run_save(const struct trm_run *r, const char *path, const char *fingerprint, struct trm_err *err)
{
    struct trm_slots_part part[PARTS];
    struct trm_ckpt_tensor t[PARTS] = {0};
    size_t n = parts_of((struct trm_run *)(uintptr_t)r, part); /* hands out writable pointers, which are only read here */
    for (size_t i = 0; i < n; i++)
        t[i] = (struct trm_ckpt_tensor){.name = part[i].name, .dtype = part[i].dtype, .rank = 1, .shape = {part[i].count},
                                        .data = part[i].data};
    struct trm_ckpt_meta meta[] = {{"trm.state", fingerprint}};
    return trm_ckpt_write(path, t, n, meta, 1, NULL, err);
}

static int
read_parts(struct trm_run *r, const struct trm_ckpt *f, struct trm_err *err)
{
    struct trm_slots_part part[PARTS];
    size_t n = parts_of(r, part);
    for (size_t i = 0; i < n; i++)
        if (trm_ckpt_read(f, part[i].name, part[i].dtype, part[i].data, part[i].count, err) != 0)
            return -1;
    return trm_slots_check(&r->slots, r->net, err);
}

int
trm_run_resume(struct trm_run *r, const char *path, const char *fingerprint, struct trm_err *err)
{
    struct trm_ckpt f;
    if (trm_ckpt_open(&f, path, false, err) != 0)
        return -1;
    const char *theirs = trm_ckpt_get(&f, "trm.state");
    int rc = !theirs ? trm_err_set(err, TRM_DATA, "%s: no training state", path)
             : strcmp(theirs, fingerprint) != 0
                 ? trm_err_set(err, TRM_DATA, "%s: the state of a run with other samples or other settings", path)
                 : read_parts(r, &f, err);
    if (rc == 0 && (r->count.step_of_epoch > r->steps_per_epoch || r->count.best_epoch > r->count.epoch))
        rc = trm_err_set(err, TRM_DATA, "%s: counts that cannot be", path);
    trm_ckpt_release(&f);
    return rc;
}
