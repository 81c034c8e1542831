/* The training loop of the TRM: slots that carry samples through supervision steps, one optimiser step at a time. */
#include "learn.h"

#include <stdlib.h>
#include <string.h>

/* --- setting up ----------------------------------------------------------------------------------------------------- */

static int
alloc_vectors(struct trm_learn *l, struct trm_err *err)
{
    size_t n = l->model.net.n_params;
    l->params = calloc(n, sizeof *l->params);
    l->ema = calloc(n, sizeof *l->ema);
    l->best = calloc(n, sizeof *l->best);
    l->grad = calloc(n, sizeof *l->grad);
    l->hide = calloc(TRM_SAMPLE_MAX_FIELDS, 1);
    l->fields = calloc(TRM_SAMPLE_MAX_FIELDS, sizeof *l->fields);
    return l->params && l->ema && l->best && l->grad && l->hide && l->fields
               ? 0
               : trm_err_set(err, TRM_SYS, "out of memory for %zu parameters", n);
}

/* Initial weights; the embedding scaled down, because K columns and F features add up where one word did as published. */
static void
first_weights(struct trm_learn *l)
{
    const struct trm_net *net = &l->model.net;
    const struct trm_net_config *c = &net->config;
    trm_net_weights(net, l->params, l->config.seed);
    for (size_t i = 0; i < (size_t)c->vocab_in * c->width; i++)
        l->params[net->at_ids + i] *= (trm_real)l->config.embed_scale;
    for (size_t i = 0; i < (size_t)c->features * c->width; i++)
        l->params[net->at_features + i] *= (trm_real)l->config.embed_scale;
    memcpy(l->ema, l->params, net->n_params * sizeof *l->ema);
    memcpy(l->best, l->params, net->n_params * sizeof *l->best);
    l->model.params = l->ema;
}

/* The asks of both sides; of the validation side a few, each whole and as in use, for the look after every epoch. */
static int
choose_asks(struct trm_learn *l, struct trm_err *err)
{
    size_t max = trm_vocab_max_rules(l->model.vocab), seen;
    if (trm_set_asks(&l->train, &seen, l->set, TRM_TRAIN, max, true, &l->arena, err) != 0)
        return -1;
    l->n_observed = seen;
    if (trm_set_asks(&l->train, &l->n_train, l->set, TRM_TRAIN, max, false, &l->arena, err) != 0 ||
        trm_set_asks(&l->all_val, &l->n_all_val, l->set, TRM_VAL, max, true, &l->arena, err) != 0)
        return -1;
    if (l->n_train == 0)
        return trm_err_set(err, TRM_DATA, "no labelled sample on the train side: nothing to learn from");
    size_t few = l->config.val_asks / 2 < l->n_all_val ? l->config.val_asks / 2 : l->n_all_val;
    struct trm_ask *pick = trm_arena_calloc(&l->arena, few + 1, sizeof *pick);
    l->val = trm_arena_calloc(&l->arena, 2 * few + 1, sizeof *l->val);
    l->order = trm_arena_calloc(&l->arena, l->n_train, sizeof *l->order);
    if (!pick || !l->val || !l->order)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < few; i++) /* spread over all of them */
        pick[i] = l->all_val[i * l->n_all_val / few];
    l->n_val = 2 * few;
    if (trm_view_asks(l->val, pick, few, TRM_VIEW_WHOLE, &l->config.hide, l->config.seed, 0, &l->arena, err) != 0)
        return -1;
    return trm_view_asks(l->val + few, pick, few, TRM_VIEW_USE, &l->config.hide, l->config.seed, 0, &l->arena, err);
}

static int
init_parts(struct trm_learn *l, struct trm_err *err)
{
    struct trm_net_config net = l->config.net;
    if (trm_model_shape(&net, l->model.vocab, err) != 0 || trm_net_init(&l->model.net, &net, err) != 0)
        return -1;
    l->config.net = net;
    if (alloc_vectors(l, err) != 0 || trm_opt_init(&l->opt, &l->config.opt, l->model.net.n_trained, err) != 0)
        return -1;
    if (trm_slots_init(&l->slots, &l->model.net, l->config.batch, TRM_SLOTS_TRAIN, l->config.threads, l->config.seed, err) != 0)
        return -1;
    first_weights(l);
    if (trm_coded_alloc(&l->coded, l->model.vocab, false, &l->arena, err) != 0 || choose_asks(l, err) != 0)
        return -1;
    l->judge = trm_judge_new(&l->model, l->config.threads > 1 ? 8 * l->config.threads : 8, l->config.threads, err);
    return l->judge ? 0 : -1;
}

int
trm_learn_init(struct trm_learn *l, const struct trm_learn_config *c, const struct trm_set *set, struct trm_vocab *vocab,
               struct trm_err *err)
{
    *l = (struct trm_learn){.config = *c, .set = set};
    l->model.arch = TRM_ARCH_TRM, l->model.vocab = vocab, l->model.temperature = 1, l->model.stop_q = c->stop_q;
    if (init_parts(l, err) != 0) {
        trm_learn_release(l);
        return -1;
    }
    l->steps_per_epoch = (l->n_train + c->batch - 1) / c->batch;
    return 0;
}

void
trm_learn_release(struct trm_learn *l)
{
    trm_judge_free(l->judge);
    trm_slots_release(&l->slots);
    trm_opt_release(&l->opt);
    trm_model_release(&l->model);
    trm_arena_release(&l->arena);
    free(l->params);
    free(l->ema);
    free(l->best);
    free(l->grad);
    free(l->hide);
    free(l->fields);
    *l = (struct trm_learn){0};
}

/* --- drawing samples ------------------------------------------------------------------------------------------------ */

/* Every draw has random numbers of its own, made from the seed and the count of draws, so a resume needs the count only. */
static struct trm_rng
rng_of(const struct trm_learn *l, char what, uint64_t k)
{
    struct trm_rng rng;
    uint64_t name[2] = {(uint64_t)what, k};
    trm_rng_seed(&rng, trm_hash64(name, sizeof name, l->config.seed));
    return rng;
}

static void
shuffle(struct trm_learn *l, uint64_t pass, size_t n)
{
    struct trm_rng rng = rng_of(l, 'o', pass);
    for (size_t i = 0; i < n; i++)
        l->order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        size_t k = trm_rng_below(&rng, i);
        uint32_t t = l->order[i - 1];
        l->order[i - 1] = l->order[k], l->order[k] = t;
    }
    l->order_of = pass + 1;
}

/* Passes over the observed samples, each in an order of its own; with chance `varied` a varied one instead. */
static const struct trm_ask *
next_ask(struct trm_learn *l, struct trm_rng *rng)
{
    size_t n_varied = l->n_train - l->n_observed;
    double u = trm_rng_uniform(rng);
    uint64_t any = trm_rng_u64(rng);
    if (n_varied && (u < l->config.varied || !l->n_observed))
        return &l->train[l->n_observed + any % n_varied];
    uint64_t pass = l->count.drawn / l->n_observed;
    if (l->order_of != pass + 1)
        shuffle(l, pass, l->n_observed);
    return &l->train[l->order[l->count.drawn % l->n_observed]];
}

static bool
is_tested(const struct trm_sample *s, const char *field)
{
    for (size_t r = 0; r < s->n_rules; r++)
        for (size_t t = 0; t < s->rules[r].n_tests; t++)
            if (!strcmp(s->rules[r].tests[t], field))
                return true;
    return false;
}

/* A number without a unit is a count or a year: a tenth off would be another age of building. */
#define PLAIN_JITTER 0.03

/* The sample with numbers a little off, so that no element is known by its exact sizes and no building by its exact year. What a
 * rule tests stays exact. */
static void
jitter(struct trm_learn *l, struct trm_sample *s, struct trm_rng *rng)
{
    memcpy(l->fields, s->fields, s->n_fields * sizeof *l->fields);
    s->fields = l->fields;
    for (size_t i = 0; i < s->n_fields; i++) {
        struct trm_sample_field *f = &s->fields[i];
        double off = 1 + l->config.jitter * (f->unit ? 1 : PLAIN_JITTER) * trm_rng_normal(rng);
        if (f->value.type == TRM_SCALAR_NUM && !is_tested(s, f->name))
            f->value.num *= off > 0.5 ? off : 0.5;
    }
}

/* Numbers in names of observed elements count them more often than not ("W029"): half of the time they go. Varied samples keep
 * theirs, which teach to read sizes. */
static void
hide_numbers(struct trm_learn *l, const struct trm_sample *s, struct trm_rng *rng)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        bool go = trm_rng_uniform(rng) < 0.5;
        if (go && l->hide[i] == TRM_SHOWN && s->fields[i].value.type == TRM_SCALAR_TEXT && trm_field_is_name(s->fields[i].name))
            l->hide[i] = TRM_NUMBERS_HIDDEN;
    }
}

static int
fill_slot(struct trm_learn *l, size_t slot, struct trm_err *err)
{
    struct trm_rng rng = rng_of(l, 'd', l->count.drawn);
    const struct trm_ask *ask = next_ask(l, &rng);
    trm_hide_draw(l->hide, ask->sample, &l->config.hide, &rng);
    struct trm_sample s = *ask->sample;
    jitter(l, &s, &rng);
    if (ask < l->train + l->n_observed)
        hide_numbers(l, &s, &rng);
    l->count.drawn++;
    if (trm_encode(&l->coded, l->model.vocab, &s, l->hide, ask->first_rule, err) != 0)
        return -1;
    struct trm_net_task task = {.ids = l->coded.ids, .features = l->coded.feats, .labels = l->coded.labels};
    if (trm_slots_put(&l->slots, &l->model.net, l->params, slot, &task, (uint64_t)(ask - l->train), err) != 0)
        return trm_err_at(err, "%s", ask->sample->id);
    return 0;
}

/* --- steps and epochs ----------------------------------------------------------------------------------------------- */

int
trm_learn_step(struct trm_learn *l, struct trm_err *err)
{
    struct trm_net_stats st;
    for (size_t i = 0; i < l->config.batch; i++)
        if (l->slots.halted[i] && fill_slot(l, i, err) != 0)
            return -1;
    if (trm_net_train(&l->model.net, l->params, &l->slots, l->grad, &st, err) != 0)
        return -1;
    trm_opt_step(&l->opt, l->params, l->grad);
    trm_opt_average(&l->opt, l->ema, l->params);
    l->sum.loss += st.loss, l->sum.halt += st.halt;
    l->count.labelled += st.labelled, l->count.right += st.right;
    l->count.halted += st.halted, l->count.halted_steps += st.halted_steps;
    l->count.step_of_epoch++;
    return 0;
}

bool
trm_learn_epoch_done(const struct trm_learn *l)
{
    return l->count.step_of_epoch >= l->steps_per_epoch;
}

static int
look_at_val(struct trm_learn *l, struct trm_epoch *out, struct trm_err *err)
{
    struct trm_arena a = {0};
    struct trm_seen seen;
    int rc = trm_look(&seen, l->judge, l->val, l->n_val, l->config.val_steps, l->config.stop_q, &a, err);
    if (rc == 0)
        rc = trm_figures_of(&out->val, &seen, trm_seen_temperature(&seen), err);
    out->val_steps = seen.steps;
    trm_arena_release(&a);
    return rc;
}

int
trm_learn_epoch(struct trm_learn *l, struct trm_epoch *out, struct trm_err *err)
{
    double steps = (double)l->count.step_of_epoch;
    *out = (struct trm_epoch){.epoch = l->count.epoch + 1, .steps = l->opt.steps};
    out->loss = l->sum.loss / steps, out->halt_loss = l->sum.halt / steps;
    out->accuracy = l->count.labelled ? (double)l->count.right / (double)l->count.labelled : 0;
    out->halt_steps = l->count.halted ? (double)l->count.halted_steps / (double)l->count.halted : 0;
    out->lr = trm_opt_lr(&l->opt.config, l->opt.config.lr, l->opt.steps);
    if (look_at_val(l, out, err) != 0)
        return -1;
    l->count.epoch++;
    out->best = l->count.best_epoch == 0 || l->n_val == 0 || out->val.loss < l->sum.best_loss;
    if (out->best) {
        l->count.best_epoch = l->count.epoch;
        l->sum.best_loss = out->val.loss, l->sum.best_accuracy = out->val.accuracy;
        memcpy(l->best, l->ema, l->model.net.n_params * sizeof *l->best);
    }
    out->since_best = l->count.epoch - l->count.best_epoch;
    l->count.step_of_epoch = l->count.labelled = l->count.right = l->count.halted = l->count.halted_steps = 0;
    l->sum.loss = l->sum.halt = 0;
    return 0;
}

int
trm_learn_finish(struct trm_learn *l, struct trm_figures *f, struct trm_err *err)
{
    memcpy(l->ema, l->best, l->model.net.n_params * sizeof *l->ema);
    return trm_fit_temperature(&l->model.temperature, f, l->judge, l->all_val, l->n_all_val, &l->config.hide, l->config.seed,
                               l->config.net.max_steps, l->config.stop_q, err);
}
