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

static size_t
ranks(const struct trm_run_config *c)
{
    return c->team.size > 1 ? (size_t)c->team.size : 1;
}

static int
check_team(const struct trm_net *net, const struct trm_run_config *c, struct trm_err *err)
{
    if (ranks(c) == 1)
        return 0;
    if (c->batch % (ranks(c) * net->config.micro))
        return trm_err_set(err, TRM_USAGE, "batch is %zu, expected a multiple of %zu ranks times %u", c->batch, ranks(c),
                           net->config.micro);
    return 0;
}

int
trm_run_init(struct trm_run *r, struct trm_net *net, const struct trm_run_config *c, double embed_scale, struct trm_err *err)
{
    size_t n = net->n_params;
    *r = (struct trm_run){.config = *c, .net = net, .full = {net->config.n, net->config.T, net->config.max_steps}};
    if (check_team(net, c, err) != 0)
        return -1;
    r->params = calloc(n, sizeof *r->params);
    r->ema = calloc(n, sizeof *r->ema);
    r->best = calloc(n, sizeof *r->best);
    r->grad = calloc(n, sizeof *r->grad);
    if (!r->params || !r->ema || !r->best || !r->grad)
        return trm_err_set(err, TRM_SYS, "out of memory for %zu parameters", n);
    if (trm_opt_init(&r->opt, &c->opt, net->n_trained, err) != 0 ||
        trm_slots_init(&r->slots, net, c->batch / ranks(c), TRM_SLOTS_TRAIN, c->threads, c->seed, err) != 0 ||
        (c->stages > 1 && trm_slots_stages(&r->slots, net, c->stages, err) != 0))
        return -1;
    r->slots.first = (size_t)c->team.rank * r->slots.count;
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

/* --- going on from another model's weights ---------------------------------------------------------------------------- */

/* Settings that are no part of what the weights mean: the net may be applied more or less often, or trained in another way. */
static bool
may_differ(const char *key, bool other_rows)
{
    static const char *const keys[] = {"n", "T", "grad_calls", "max_steps", "explore", "halt_weight", "dropout", "micro", "lanes"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i]))
            return true;
    return other_rows && !strcmp(key, "vocab_in");
}

static int
check_same_net(const struct trm_net *mine, const struct trm_net *theirs, bool other_rows, struct trm_err *err)
{
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        char a[40], b[40];
        const char *key = trm_net_config_key(i);
        trm_net_config_text(&mine->config, i, a);
        trm_net_config_text(&theirs->config, i, b);
        if (strcmp(a, b) != 0 && !may_differ(key, other_rows))
            return trm_err_set(err, TRM_USAGE, "the model to begin with has %s %s, this one %s", key, b, a);
    }
    return 0;
}

int
trm_run_from(struct trm_run *r, const struct trm_net *net, const trm_real *params, const int32_t *rows, const char *sha256,
             struct trm_err *err)
{
    size_t width = net->config.width, bytes = width * sizeof *params;
    if (check_same_net(r->net, net, rows != NULL, err) != 0)
        return -1;
    for (size_t i = 0; i < net->n_tensors; i++) { /* the same ones in the same order; behind the table they stand elsewhere */
        const struct trm_tensor *to = &r->net->tensors[i], *of = &net->tensors[i];
        if (!rows || of->offset != net->at_ids)
            memcpy(r->params + to->offset, params + of->offset, of->count * sizeof *params);
    }
    for (size_t i = 0; rows && i < r->net->config.vocab_in; i++)
        if (rows[i] >= 0)
            memcpy(r->params + r->net->at_ids + i * width, params + net->at_ids + (size_t)rows[i] * width, bytes);
    memcpy(r->ema, r->params, r->net->n_params * sizeof *r->ema);
    memcpy(r->best, r->params, r->net->n_params * sizeof *r->best);
    snprintf(r->from, sizeof r->from, "%s", sha256);
    return 0;
}

/* --- steps and epochs ------------------------------------------------------------------------------------------------- */

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

struct trm_run_depth
trm_run_depth(const struct trm_run *r, uint64_t steps)
{
    static const uint32_t n[3] = {2, 4, UINT32_MAX}, T[3] = {1, 2, UINT32_MAX};
    double share = r->config.ramp ? (double)steps / (double)r->config.ramp : 1;
    int phase = share < 0.3 ? 0 : share < 0.6 ? 1 : 2;
    struct trm_run_depth d = {least(n[phase], r->full.n), least(T[phase], r->full.T), r->full.max_steps};
    if (steps < r->config.steps_ramp)
        d.max_steps = 1 + (uint32_t)((double)d.max_steps * (double)steps / (double)r->config.steps_ramp);
    d.max_steps = least(d.max_steps, r->full.max_steps);
    return d;
}

bool
trm_run_same_depth(struct trm_run_depth a, struct trm_run_depth b)
{
    return a.n == b.n && a.T == b.T && a.max_steps == b.max_steps;
}

void
trm_run_deepen(struct trm_run *r, struct trm_run_depth d)
{
    r->net->config.n = d.n, r->net->config.T = d.T, r->net->config.max_steps = d.max_steps;
}

uint64_t
trm_run_draws(struct trm_run *r, size_t n)
{
    uint64_t all, first = r->count.drawn + trm_team_before(&r->config.team, n, &all);
    r->count.drawn += all;
    return first;
}

/* What all ranks found together. */
static void
add_stats(struct trm_run *r, const struct trm_net_stats *st)
{
    double x[] = {st->loss / (double)ranks(&r->config), st->halt / (double)ranks(&r->config), (double)st->labelled,
                  (double)st->right, (double)st->exact, (double)st->halted, (double)st->halted_steps};
    trm_team_sum(&r->config.team, x, sizeof x / sizeof *x);
    r->sum.loss += x[0], r->sum.halt += x[1];
    r->count.labelled += (uint64_t)x[2], r->count.right += (uint64_t)x[3], r->count.exact += (uint64_t)x[4];
    r->count.halted += (uint64_t)x[5], r->count.halted_steps += (uint64_t)x[6];
    r->count.seen += r->config.batch;
    r->count.step_of_epoch++;
}

int
trm_run_step(struct trm_run *r, struct trm_err *err)
{
    struct trm_net_stats st;
    size_t rank = (size_t)r->config.team.rank, mine = r->slots.count;
    trm_run_deepen(r, trm_run_depth(r, r->opt.steps));
    trm_slots_pass(&r->slots, r->net, rank * mine);
    if (trm_net_train(r->net, r->params, &r->slots, r->grad, &st, err) != 0)
        return -1;
    trm_slots_pass(&r->slots, r->net, (ranks(&r->config) - 1 - rank) * mine);
    trm_team_mean(&r->config.team, r->grad, r->net->n_trained, (double)ranks(&r->config));
    trm_opt_step(&r->opt, r->params, r->grad);
    trm_opt_average(&r->opt, r->ema, r->params);
    add_stats(r, &st);
    return 0;
}

bool
trm_run_end_epoch(struct trm_run *r, bool better, double loss, double accuracy)
{
    uint64_t before = r->opt.steps - r->count.step_of_epoch;
    struct trm_run_count *c = &r->count;
    bool deeper = before > 0 && !trm_run_same_depth(trm_run_depth(r, r->opt.steps - 1), trm_run_depth(r, before - 1));
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
    net.n = r->full.n, net.T = r->full.T, net.max_steps = r->full.max_steps;
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        trm_net_config_text(&net, i, value);
        trm_buf_addf(b, "%s ", value);
    }
    trm_buf_addf(b, "%s ", trm_net_backend_name(r->net));
    trm_buf_addf(b, "%d %.17g %.17g %.17g %.17g %.17g %llu %.17g %.17g %d ", o->kind, o->lr, o->beta1, o->beta2, o->eps,
                 o->weight_decay, (unsigned long long)o->warmup, o->clip, o->ema, o->ema_warmup);
    if (o->end)
        trm_buf_addf(b, "%llu %llu ", (unsigned long long)o->fall, (unsigned long long)o->end);
    trm_buf_addf(b, "%zu %llu %llu ", r->config.batch, (unsigned long long)r->config.seed, (unsigned long long)r->config.ramp);
    if (r->config.steps_ramp)
        trm_buf_addf(b, "steps_ramp %llu ", (unsigned long long)r->config.steps_ramp);
    if (r->from[0])
        trm_buf_addf(b, "from %s ", r->from);
}

enum { SHARED = 8,              /* parts that are the same on every rank */
       PARTS = SHARED + TRM_SLOTS_PARTS };

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

/* Whether each rank has its own, a share of slots. */
static bool
is_shared_out(const struct trm_run *r, const struct trm_slots_part *p, size_t i)
{
    return ranks(&r->config) > 1 && i >= SHARED && strcmp(p->name, "slots.rng") != 0 && strcmp(p->name, "slots.clock") != 0;
}

/* The tensors of all ranks on the first of them; gathered: [PARTS] what is to be freed. */
static int
gather(struct trm_run *r, struct trm_ckpt_tensor *t, void **gathered, size_t *n_parts)
{
    struct trm_slots_part part[PARTS];
    size_t n = *n_parts = parts_of(r, part);
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        size_t share = is_shared_out(r, &part[i], i) ? ranks(&r->config) : 1, bytes = part[i].count * trm_dtype_size(part[i].dtype);
        t[i] = (struct trm_ckpt_tensor){.name = part[i].name, .dtype = part[i].dtype, .rank = 1, .shape = {share * part[i].count},
                                        .data = part[i].data};
        if (share == 1)
            continue;
        if (r->config.team.rank == 0)
            t[i].data = gathered[i] = malloc(share * bytes + 1);
        bad |= r->config.team.rank == 0 && !gathered[i];
    }
    if (trm_team_most(&r->config.team, bad))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (is_shared_out(r, &part[i], i))
            trm_team_gather(&r->config.team, gathered[i], part[i].data, part[i].count * trm_dtype_size(part[i].dtype));
    return 0;
}

int
trm_run_save(const struct trm_run *r, const char *path, const char *fingerprint, struct trm_err *err)
{
    struct trm_ckpt_tensor t[PARTS] = {0};
    struct trm_ckpt_meta meta[] = {{"trm.state", fingerprint}};
    void *gathered[PARTS] = {0};
    size_t n;
    /* hands out writable pointers, which are only read here */
    int rc = gather((struct trm_run *)(uintptr_t)r, t, gathered, &n) ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
    if (rc == 0 && r->config.team.rank == 0)
        rc = trm_ckpt_write(path, t, n, meta, 1, NULL, err);
    for (size_t i = 0; i < PARTS; i++)
        free(gathered[i]);
    return rc;
}

static int
read_share(const struct trm_run *r, const struct trm_ckpt *f, const struct trm_slots_part *p, struct trm_err *err)
{
    size_t bytes = p->count * trm_dtype_size(p->dtype);
    char *all = malloc(ranks(&r->config) * bytes + 1);
    int rc = !all ? trm_err_set(err, TRM_SYS, "out of memory")
                  : trm_ckpt_read(f, p->name, p->dtype, all, ranks(&r->config) * p->count, err);
    if (rc == 0)
        memcpy(p->data, all + (size_t)r->config.team.rank * bytes, bytes);
    free(all);
    return rc;
}

static int
read_parts(struct trm_run *r, const struct trm_ckpt *f, struct trm_err *err)
{
    struct trm_slots_part part[PARTS];
    size_t n = parts_of(r, part);
    for (size_t i = 0; i < n; i++)
        if (is_shared_out(r, &part[i], i) ? read_share(r, f, &part[i], err)
                                          : trm_ckpt_read(f, part[i].name, part[i].dtype, part[i].data, part[i].count, err))
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
