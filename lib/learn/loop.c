/* The training loop of the TRM: slots that carry samples through supervision steps, one optimiser step at a time. */
#include "learn.h"

#include <stdlib.h>
#include <string.h>

/* --- setting up ----------------------------------------------------------------------------------------------------- */

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
    if (trm_model_shape(&net, l->model.vocab, err) != 0 || trm_net_init(&l->model.net, &net, err) != 0 ||
        trm_net_backend(&l->model.net, l->config.backend, err) != 0)
        return -1;
    l->config.net = net;
    struct trm_run_config run = {.opt = l->config.opt, .batch = l->config.batch, .threads = l->config.threads,
                                 .team = l->config.team, .seed = l->config.seed};
    /* the embedding scaled down, because K columns and F features add up where one word did as published */
    if (trm_run_init(&l->run, &l->model.net, &run, l->config.embed_scale, err) != 0)
        return -1;
    l->model.params = l->run.ema;
    l->hide = trm_arena_calloc(&l->arena, TRM_SAMPLE_MAX_FIELDS, 1);
    l->fields = trm_arena_calloc(&l->arena, TRM_SAMPLE_MAX_FIELDS, sizeof *l->fields);
    if (!l->hide || !l->fields)
        return trm_err_set(err, TRM_SYS, "out of memory");
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
    l->run.steps_per_epoch = (l->n_train + c->batch - 1) / c->batch;
    return 0;
}

int
trm_learn_from(struct trm_learn *l, const struct trm_model *m, struct trm_err *err)
{
    if (m->arch != TRM_ARCH_TRM)
        return trm_err_set(err, TRM_DATA, "a baseline of kind %s, expected a model of kind trm", trm_arch_name(m->arch));
    int32_t *rows = malloc(trm_vocab_rows(l->model.vocab) * sizeof *rows);
    if (!rows)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_vocab_follow(rows, l->model.vocab, m->vocab);
    int rc = trm_run_from(&l->run, &m->net, m->params, rows, m->file.sha256, err);
    free(rows);
    return rc;
}

void
trm_learn_release(struct trm_learn *l)
{
    trm_judge_free(l->judge);
    trm_run_release(&l->run);
    trm_model_release(&l->model);
    trm_arena_release(&l->arena);
    *l = (struct trm_learn){0};
}

/* --- drawing samples ------------------------------------------------------------------------------------------------ */

/* Every draw has random numbers of its own, so a resume needs the count only. */
static void
shuffle(struct trm_learn *l, uint64_t pass, size_t n)
{
    struct trm_rng rng = trm_run_rng(l->config.seed, 'o', pass);
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
next_ask(struct trm_learn *l, uint64_t drawn, struct trm_rng *rng)
{
    size_t n_varied = l->n_train - l->n_observed;
    double u = trm_rng_uniform(rng);
    uint64_t any = trm_rng_u64(rng);
    if (n_varied && (u < l->config.varied || !l->n_observed))
        return &l->train[l->n_observed + any % n_varied];
    uint64_t pass = drawn / l->n_observed;
    if (l->order_of != pass + 1)
        shuffle(l, pass, l->n_observed);
    return &l->train[l->order[drawn % l->n_observed]];
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
fill_slot(struct trm_learn *l, size_t slot, uint64_t drawn, struct trm_err *err)
{
    struct trm_rng rng = trm_run_rng(l->config.seed, 'd', drawn);
    const struct trm_ask *ask = next_ask(l, drawn, &rng);
    trm_hide_draw(l->hide, ask->sample, &l->config.hide, &rng);
    struct trm_sample s = *ask->sample;
    jitter(l, &s, &rng);
    if (ask < l->train + l->n_observed)
        hide_numbers(l, &s, &rng);
    if (trm_encode(&l->coded, l->model.vocab, &s, l->hide, ask->first_rule, err) != 0)
        return -1;
    struct trm_net_task task = {.ids = l->coded.ids, .features = l->coded.feats, .labels = l->coded.labels};
    if (trm_slots_put(&l->run.slots, &l->model.net, l->run.params, slot, &task, (uint64_t)(ask - l->train), err) != 0)
        return trm_err_at(err, "%s", ask->sample->id);
    return 0;
}

/* --- steps and epochs ----------------------------------------------------------------------------------------------- */

int
trm_learn_step(struct trm_learn *l, struct trm_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < l->run.slots.count; i++)
        n += l->run.slots.halted[i];
    uint64_t drawn = trm_run_draws(&l->run, n);
    for (size_t i = 0; i < l->run.slots.count; i++)
        if (l->run.slots.halted[i] && fill_slot(l, i, drawn++, err) != 0)
            return -1;
    return trm_run_step(&l->run, err);
}

static int
look_at_val(struct trm_learn *l, struct trm_epoch *out, struct trm_err *err)
{
    struct trm_arena a = {0};
    struct trm_seen seen;
    trm_judge_weights_changed(l->judge);
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
    double steps = (double)l->run.count.step_of_epoch;
    *out = (struct trm_epoch){.epoch = l->run.count.epoch + 1, .steps = l->run.opt.steps};
    out->loss = l->run.sum.loss / steps, out->halt_loss = l->run.sum.halt / steps;
    out->accuracy = l->run.count.labelled ? (double)l->run.count.right / (double)l->run.count.labelled : 0;
    out->halt_steps = l->run.count.halted ? (double)l->run.count.halted_steps / (double)l->run.count.halted : 0;
    out->lr = trm_opt_lr(&l->run.opt.config, l->run.opt.config.lr, l->run.opt.steps);
    if (look_at_val(l, out, err) != 0)
        return -1;
    out->best = trm_run_end_epoch(&l->run, l->n_val == 0 || out->val.loss < l->run.sum.best_loss, out->val.loss, out->val.accuracy);
    out->since_best = l->run.count.epoch - l->run.count.best_epoch;
    return 0;
}

int
trm_learn_finish(struct trm_learn *l, struct trm_figures *f, struct trm_err *err)
{
    memcpy(l->run.ema, l->run.best, l->model.net.n_params * sizeof *l->run.ema);
    trm_judge_weights_changed(l->judge);
    return trm_fit_temperature(&l->model.temperature, f, l->judge, l->all_val, l->n_all_val, &l->config.hide, l->config.seed,
                               l->config.net.max_steps, l->config.stop_q, err);
}
