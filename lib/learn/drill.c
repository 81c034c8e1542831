/* The training loop over tasks. */
#include "drill.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { ATTEMPTS = 256, /* draws until one of the wished side comes: with a fifth of all keys elsewhere, 2^-590 to fail */
       FRESH_EPOCH = 200 };

static int
no_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* --- tasks ------------------------------------------------------------------------------------------------------------ */

/* Task k of lot f on the side `side`, a function of seed, what and k alone: the first of its own row of tasks that lies there. */
static int
make_fresh(struct trm_task *t, const struct trm_drill *d, const struct trm_fresh *f, char what, uint64_t k, enum trm_side side,
           struct trm_err *err)
{
    uint64_t name[2] = {(uint64_t)what, d->config.seed}, seed = trm_hash64(name, sizeof name, 'f') >> 12; /* below 2^53 */
    for (uint64_t i = 0; i < ATTEMPTS; i++) {
        char key[17];
        if (trm_task_make(t, f->family, f->size, f->level, seed, k * ATTEMPTS + i, err) != 0)
            return -1;
        trm_task_key(key, t);
        if (trm_side_of(&d->config.rule, key) == side)
            return 0;
    }
    return trm_err_set(err, TRM_DATA, "no task on the side %s in %d draws", trm_side_name(side), ATTEMPTS);
}

static void
shuffle(struct trm_drill *d, uint64_t pass)
{
    struct trm_rng rng = trm_run_rng(d->config.seed, 'o', pass);
    for (size_t i = 0; i < d->n_train; i++)
        d->order[i] = (uint32_t)i;
    for (size_t i = d->n_train; i > 1; i--) {
        size_t k = trm_rng_below(&rng, i);
        uint32_t t = d->order[i - 1];
        d->order[i - 1] = d->order[k], d->order[k] = t;
    }
    d->order_of = pass + 1;
}

/* Draw k of the run: each family made afresh, and the tasks in memory as one more, with equal chances. */
static int
draw(struct trm_task *t, const struct trm_drill *d, uint64_t k, struct trm_err *err)
{
    struct trm_rng rng = trm_run_rng(d->config.seed, 'd', k);
    size_t source = trm_rng_below(&rng, d->config.n_fresh + (d->n_train > 0));
    if (source < d->config.n_fresh)
        return make_fresh(t, d, &d->config.fresh[source], 't', k, TRM_TRAIN, err);
    trm_shelf_get(t, &d->set->shelf, d->train[d->order[k % d->n_train]]);
    if (d->config.augment)
        trm_task_augment(t, &rng);
    return 0;
}

/* labels [stages,S] of a task that was made; the last stage is the answer. */
static void
label(int32_t *labels, const struct trm_drill *d, const struct trm_task *t)
{
    size_t s = trm_board_positions(&d->solver.board);
    uint8_t answer[TRM_TASK_MOST];
    for (size_t k = 1; k < d->stages; k++, labels += s) {
        trm_task_stage(answer, t, k);
        trm_board_labels(labels, &d->solver.board, t, answer);
    }
    trm_board_labels(labels, &d->solver.board, t, t->answer);
}

/* Slots that have halted get tasks, made side by side. */
static int
fill_slots(struct trm_drill *d, struct trm_err *err)
{
    size_t n = 0, s = trm_board_positions(&d->solver.board), k = trm_board_id_columns(&d->solver.board);
    struct trm_err *why = err;
    int rc = 0;
    for (size_t i = 0; i < d->run.slots.count; i++)
        if (d->run.slots.halted[i])
            d->wanting[n++] = i;
    uint64_t start = d->run.count.drawn, first = trm_run_draws(&d->run, n);
    if (d->n_train && d->order_of != start / d->n_train + 1)
        shuffle(d, start / d->n_train);
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)d->config.threads)
    for (size_t j = 0; j < n; j++) {
        struct trm_err mine = {0};
        struct trm_task *t = &d->hand[omp_get_thread_num()];
        int bad = draw(t, d, first + j, &mine);
        bad = bad ? bad : trm_board_encode(d->ids + j * s * k, &d->solver.board, t, &mine);
        if (!bad)
            label(d->labels + j * d->stages * s, d, t);
        else {
#pragma omp critical
            {
                rc = -1;
                trm_err_set(why, mine.kind, "%s", mine.text);
            }
        }
    }
    for (size_t j = 0; rc == 0 && j < n; j++) {
        struct trm_net_task task = {.ids = d->ids + j * s * k, .labels = d->labels + j * d->stages * s};
        rc = trm_slots_put(&d->run.slots, &d->solver.net, d->run.params, d->wanting[j], &task, first + j, err);
    }
    return rc;
}

/* --- setting up ------------------------------------------------------------------------------------------------------- */

static int
make_board(struct trm_drill *d, struct trm_err *err)
{
    struct trm_board *b = &d->solver.board;
    struct trm_task *t = d->hand;
    b->places = d->config.places, b->first_use = d->config.first_use;
    for (size_t i = 0; i < d->config.n_fresh; i++) {
        const struct trm_fresh *f = &d->config.fresh[i];
        if (trm_task_make(t, f->family, f->size, f->level, 0, 0, err) != 0 || trm_board_add(b, t, err) != 0)
            return -1;
    }
    for (size_t i = 0; i < d->set->shelf.n; i++) {
        trm_shelf_get(t, &d->set->shelf, i);
        if (d->set->side[i] == TRM_TRAIN && trm_board_add(b, t, err) != 0)
            return trm_err_at(err, "%s", t->id);
    }
    return b->n_kinds ? 0 : trm_err_set(err, TRM_DATA, "no task on the train side: nothing to learn from");
}

/* A few tasks of the validation side that the board has room for, spread over all of them; without any, made afresh. */
static int
choose_val(struct trm_drill *d, struct trm_err *err)
{
    size_t all = 0, most = d->config.val_tasks;
    d->val = trm_arena_calloc(&d->arena, most + 1, sizeof *d->val);
    if (!d->val)
        return no_memory(err);
    for (size_t i = 0; i < d->set->shelf.n; i++)
        all += d->set->side[i] == TRM_VAL;
    d->val_shelf = all ? &d->set->shelf : &d->made;
    for (size_t i = 0, seen = 0; i < d->set->shelf.n; i++) {
        if (d->set->side[i] != TRM_VAL)
            continue;
        trm_shelf_get(d->hand, &d->set->shelf, i);
        bool fits = trm_board_kind(&d->solver.board, d->hand) >= 0;
        if (seen++ * most / all >= d->n_val && fits && d->n_val < most)
            d->val[d->n_val++] = (uint32_t)i;
    }
    for (size_t i = 0; all == 0 && d->config.n_fresh && i < most; i++) {
        if (make_fresh(d->hand, d, &d->config.fresh[i % d->config.n_fresh], 'v', i, TRM_VAL, err) != 0 ||
            trm_shelf_put(&d->made, NULL, d->hand, err) != 0)
            return -1;
        d->val[d->n_val++] = (uint32_t)i;
    }
    return 0;
}

static int
make_room(struct trm_drill *d, struct trm_err *err)
{
    size_t s = trm_board_positions(&d->solver.board), k = trm_board_id_columns(&d->solver.board);
    d->train = trm_arena_calloc(&d->arena, d->set->shelf.n + 1, sizeof *d->train);
    d->order = trm_arena_calloc(&d->arena, d->set->shelf.n + 1, sizeof *d->order);
    d->wanting = trm_arena_calloc(&d->arena, d->config.batch, sizeof *d->wanting);
    d->ids = trm_arena_calloc(&d->arena, d->config.batch * s * k, sizeof *d->ids);
    d->labels = trm_arena_calloc(&d->arena, d->config.batch * d->stages * s, sizeof *d->labels);
    if (!d->train || !d->order || !d->wanting || !d->ids || !d->labels)
        return no_memory(err);
    for (size_t i = 0; i < d->set->shelf.n; i++)
        if (d->set->side[i] == TRM_TRAIN)
            d->train[d->n_train++] = (uint32_t)i;
    return 0;
}

static int
init_parts(struct trm_drill *d, struct trm_err *err)
{
    struct trm_drill_config *c = &d->config;
    d->hand = trm_arena_calloc(&d->arena, c->threads, sizeof *d->hand);
    if (!d->hand)
        return no_memory(err);
    d->stages = c->stages ? c->net.max_steps : 1;
    if (make_board(d, err) != 0 || make_room(d, err) != 0 || choose_val(d, err) != 0)
        return -1;
    trm_solver_shape(&c->net, &d->solver.board);
    if (trm_net_init(&d->solver.net, &c->net, err) != 0 || trm_net_backend(&d->solver.net, c->backend, err) != 0)
        return -1;
    size_t per_epoch = c->epoch_steps ? c->epoch_steps : d->n_train ? (d->n_train + c->batch - 1) / c->batch : FRESH_EPOCH;
    size_t all = c->epochs * per_epoch;
    if (c->cooldown > 0) {
        c->opt.end = all;
        c->opt.fall = (uint64_t)((1 - c->cooldown) * (double)all);
    }
    struct trm_run_config run = {.opt = c->opt, .batch = c->batch, .threads = c->threads, .team = c->team, .seed = c->seed, .stages = d->stages,
                                 .ramp = c->ramp ? all : 0, .steps_ramp = (uint64_t)(c->steps_ramp * (double)all)};
    /* K columns add up where one did as published */
    if (trm_run_init(&d->run, &d->solver.net, &run, 1 / sqrt(c->net.id_columns), err) != 0)
        return -1;
    d->run.steps_per_epoch = per_epoch;
    d->solver.params = d->run.ema, d->solver.stop_q = c->stop_q;
    struct trm_solve_opt look = {.slots = 8 * c->threads, .threads = c->threads, .max_steps = c->val_steps, .stop_q = c->stop_q,
                                 .rollouts = 1};
    d->solving = trm_solving_new(&d->solver, &look, err);
    return d->solving ? 0 : -1;
}

int
trm_drill_init(struct trm_drill *d, const struct trm_drill_config *c, const struct trm_kept *set, struct trm_err *err)
{
    *d = (struct trm_drill){.config = *c, .set = set};
    if (init_parts(d, err) == 0)
        return 0;
    trm_drill_release(d);
    return -1;
}

static bool
same_board(const struct trm_board *a, const struct trm_board *b)
{
    bool same = a->n_kinds == b->n_kinds && a->tokens == b->tokens && a->cells == b->cells && a->canvases == b->canvases && a->rows == b->rows && a->columns == b->columns &&
                a->vocab == b->vocab && a->places == b->places && a->first_use == b->first_use;
    for (size_t i = 0; same && i < a->n_kinds; i++)
        same = a->kind[i].family == b->kind[i].family && a->kind[i].size == b->kind[i].size;
    return same;
}

int
trm_drill_from(struct trm_drill *d, const struct trm_solver *s, struct trm_err *err)
{
    if (!same_board(&d->solver.board, &s->board))
        return trm_err_set(err, TRM_USAGE, "the model to begin with is for other kinds of task, or has other tokens, or in other places");
    return trm_run_from(&d->run, &s->net, s->params, NULL, s->file.sha256, err);
}

void
trm_drill_release(struct trm_drill *d)
{
    trm_solving_free(d->solving);
    trm_run_release(&d->run);
    trm_solver_release(&d->solver);
    trm_shelf_release(&d->made);
    trm_arena_release(&d->arena);
    *d = (struct trm_drill){0};
}

/* --- steps and epochs ------------------------------------------------------------------------------------------------- */

int
trm_drill_step(struct trm_drill *d, struct trm_err *err)
{
    return fill_slots(d, err) != 0 ? -1 : trm_run_step(&d->run, err);
}

/* How right one answer is. */
static void
score(struct trm_drill *d, const struct trm_solved *f, struct trm_drill_look *out, size_t *asked, size_t *right)
{
    struct trm_task *k = d->hand;
    const uint8_t *answer = f->answer + (f->steps - 1) * f->n;
    bool exact = true;
    trm_shelf_get(k, d->val_shelf, d->val[f->tag]);
    for (size_t i = 0; i < f->n; i++) { /* 0 is right where nothing is asked, and never else */
        *asked += k->answer[i] != 0;
        *right += k->answer[i] != 0 && answer[i] == k->answer[i];
        exact &= answer[i] == k->answer[i];
    }
    out->exact += exact, out->steps += (double)f->steps;
}

static int
look(struct trm_drill *d, struct trm_drill_look *out, struct trm_err *err)
{
    size_t next = 0, asked = 0, right = 0;
    const struct trm_solved *f;
    *out = (struct trm_drill_look){.n = d->n_val};
    trm_solving_weights_changed(d->solving);
    while (next < d->n_val || trm_solving_busy(d->solving)) {
        while (next < d->n_val && trm_solving_room(d->solving)) {
            trm_shelf_get(d->hand, d->val_shelf, d->val[next]);
            if (trm_solving_put(d->solving, d->hand, 0, next++, err) != 0)
                return -1;
        }
        if (trm_solving_step(d->solving, err) < 0)
            return -1;
        while ((f = trm_solving_take(d->solving)))
            score(d, f, out, &asked, &right);
    }
    if (d->n_val) {
        out->exact /= (double)d->n_val, out->steps /= (double)d->n_val;
        out->accuracy = asked ? (double)right / (double)asked : 1;
        out->loss = 2 - out->exact - out->accuracy;
    }
    return 0;
}

int
trm_drill_end_epoch(struct trm_drill *d, struct trm_drill_epoch *out, struct trm_err *err)
{
    const struct trm_run_count *c = &d->run.count;
    double steps = (double)c->step_of_epoch;
    *out = (struct trm_drill_epoch){.epoch = c->epoch + 1, .steps = d->run.opt.steps,
                                    .depth = trm_run_depth(&d->run, d->run.opt.steps - 1)};
    out->loss = d->run.sum.loss / steps, out->halt_loss = d->run.sum.halt / steps;
    out->accuracy = c->labelled ? (double)c->right / (double)c->labelled : 0;
    out->exact = c->seen ? (double)c->exact / (double)c->seen : 0;
    out->halt_steps = c->halted ? (double)c->halted_steps / (double)c->halted : 0;
    out->lr = trm_opt_lr(&d->run.opt.config, d->run.opt.config.lr, d->run.opt.steps);
    if (look(d, &out->val, err) != 0)
        return -1;
    out->best = trm_run_end_epoch(&d->run, d->n_val == 0 || out->val.loss < d->run.sum.best_loss, out->val.loss, out->val.exact);
    out->since_best = c->epoch - c->best_epoch;
    return 0;
}

int
trm_drill_finish(struct trm_drill *d, struct trm_drill_look *val, struct trm_err *err)
{
    memcpy(d->run.ema, d->run.best, d->solver.net.n_params * sizeof *d->run.ema);
    trm_run_deepen(&d->run, d->run.full);
    return look(d, val, err);
}

/* --- as a file -------------------------------------------------------------------------------------------------------- */

static void
fingerprint(const struct trm_drill *d, char hex[65])
{
    const struct trm_drill_config *c = &d->config;
    struct trm_sha256 h = d->set->sha;
    struct trm_buf b = {0};
    if (d->set->begun)
        trm_sha256_hex(&h, hex);
    trm_buf_addf(&b, "tasks %s ", d->set->begun ? hex : "");
    trm_run_settings(&d->run, &b);
    for (size_t i = 0; i < c->n_fresh; i++) {
        struct trm_task_facts f;
        trm_task_facts(&f, c->fresh[i].family);
        trm_buf_addf(&b, "%s %d %d ", f.name, c->fresh[i].size, c->fresh[i].level);
    }
    /* the fourth is as it was for boards without first_use and answers without stages: their states go on */
    trm_buf_addf(&b, "%ld %ld %llu %d %d %zu %zu %zu %.17g", c->rule.train, c->rule.val, (unsigned long long)c->rule.seed,
                 c->places + 2 * c->first_use + 4 * c->stages, c->augment, d->run.steps_per_epoch, c->val_tasks, c->val_steps, c->stop_q);
    trm_sha256_init(&h);
    trm_sha256_add(&h, b.data ? b.data : "", b.len);
    trm_buf_release(&b);
    trm_sha256_hex(&h, hex);
}

int
trm_drill_save(const struct trm_drill *d, const char *path, struct trm_err *err)
{
    char hex[65];
    fingerprint(d, hex);
    return trm_run_save(&d->run, path, hex, err);
}

int
trm_drill_resume(struct trm_drill *d, const char *path, struct trm_err *err)
{
    char hex[65];
    fingerprint(d, hex);
    d->order_of = 0;
    return trm_run_resume(&d->run, path, hex, err);
}
