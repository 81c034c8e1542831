/* Tasks on their way: rollouts in slots, refilled as they halt. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../stat/stat.h"
#include "solver.h"

/* One rollout, in the slot of its number. */
struct rollout {
    struct seat *seat; /* NULL: the slot is free */
    size_t number;
    struct trm_solved found;
    size_t room; /* steps that found's arrays have room for */
    struct trm_task_view view;
    uint8_t token[TRM_TASK_VOCAB]; /* that the model's stands for */
    int32_t *at; /* [n_tokens] position of each token of the answer; -1: not asked */
};
/* A task on its way. */
struct seat {
    struct seat *next; /* in the list of free, or of finished ones */
    uint64_t tag, name; /* name: hash of its id */
    size_t n, left;    /* tokens; rollouts that still think */
    size_t most;       /* steps of each */
    struct trm_task *task; /* a copy, for views; else NULL */
    size_t total_steps;
    size_t won;        /* slot of the best rollout, once all have ended */
    size_t *slot;      /* [rollouts] where they sit */
};
struct trm_solving {
    const struct trm_solver *solver;
    struct trm_solve_opt opt;
    struct trm_slots slots;
    struct rollout *rollout; /* [slots] */
    struct seat *seats;      /* [n_seats] owned */
    struct seat *free, *done, **done_end, *taken;
    size_t n_seats, busy;
    int32_t *ids;
    uint8_t *said;  /* [n_tokens] */
    double *weight; /* [vocab] */
    struct trm_arena arena;
};

/* --- setting up ------------------------------------------------------------------------------------------------------- */

static int
make_room(struct trm_solving *v, struct trm_err *err)
{
    const struct trm_net_config *c = &v->solver->net.config;
    v->rollout = trm_arena_calloc(&v->arena, v->opt.slots, sizeof *v->rollout);
    v->seats = trm_arena_calloc(&v->arena, v->n_seats, sizeof *v->seats);
    v->ids = trm_arena_calloc(&v->arena, (size_t)c->seq * c->id_columns, sizeof *v->ids);
    v->said = trm_arena_calloc(&v->arena, v->solver->board.tokens, sizeof *v->said);
    v->weight = trm_arena_calloc(&v->arena, c->vocab_out, sizeof *v->weight);
    if (!v->rollout || !v->seats || !v->ids || !v->said || !v->weight)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < v->opt.slots; i++)
        if (!(v->rollout[i].at = trm_arena_calloc(&v->arena, v->solver->board.tokens, sizeof *v->rollout[i].at)))
            return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < v->n_seats; i++) {
        struct seat *s = &v->seats[i];
        s->slot = trm_arena_calloc(&v->arena, v->opt.rollouts, sizeof *s->slot);
        s->task = v->opt.views ? trm_arena_calloc(&v->arena, 1, sizeof *s->task) : NULL;
        if (!s->slot || (v->opt.views && !s->task))
            return trm_err_set(err, TRM_SYS, "out of memory");
        s->next = v->free, v->free = s;
    }
    return trm_slots_init(&v->slots, &v->solver->net, v->opt.slots, TRM_SLOTS_INFER, v->opt.threads, 0, err);
}

struct trm_solving *
trm_solving_new(const struct trm_solver *s, const struct trm_solve_opt *opt, struct trm_err *err)
{
    struct trm_solving *v = calloc(1, sizeof *v);
    if (!v) {
        trm_err_set(err, TRM_SYS, "out of memory");
        return NULL;
    }
    *v = (struct trm_solving){.solver = s, .opt = *opt, .n_seats = opt->rollouts ? opt->slots / opt->rollouts : 0};
    v->done_end = &v->done;
    if (v->n_seats == 0 || opt->max_steps == 0 || !(opt->noise >= 0))
        trm_err_set(err, TRM_USAGE, "%zu rollouts in %zu slots: expected at least as many slots, and both above 0", opt->rollouts,
                    opt->slots);
    else if (make_room(v, err) == 0)
        return v;
    trm_solving_free(v);
    return NULL;
}

void
trm_solving_free(struct trm_solving *v)
{
    if (!v)
        return;
    for (size_t i = 0; v->rollout && i < v->opt.slots; i++) {
        free(v->rollout[i].found.answer);
        free(v->rollout[i].found.halt);
    }
    trm_slots_release(&v->slots);
    trm_arena_release(&v->arena);
    free(v);
}

/* --- seats ------------------------------------------------------------------------------------------------------------ */

/* The seat whose task was taken is free again, with its slots. */
static void
clear_taken(struct trm_solving *v)
{
    struct seat *s = v->taken;
    if (!s)
        return;
    for (size_t k = 0; k < v->opt.rollouts; k++)
        v->rollout[s->slot[k]].seat = NULL;
    s->next = v->free, v->free = s;
    v->taken = NULL;
}

void
trm_solving_weights_changed(struct trm_solving *v)
{
    trm_slots_weights_changed(&v->slots);
}

bool
trm_solving_room(const struct trm_solving *v)
{
    return v->free || v->taken;
}

bool
trm_solving_busy(const struct trm_solving *v)
{
    return v->busy > 0;
}

/* Rollout k of the task into slot i; with views it is its view k, or the task itself where the model has no room for the view's shape. */
static int
sit(struct trm_solving *v, struct seat *s, size_t i, size_t k, const struct trm_task *t, struct trm_err *err)
{
    const struct trm_solver *m = v->solver;
    struct rollout *r = &v->rollout[i];
    struct trm_net_task task = {.ids = v->ids};
    struct trm_task seen;
    uint8_t name[TRM_TASK_VOCAB];
    if (v->opt.views) {
        trm_task_see(&seen, &r->view, t, k, s->name);
        if (trm_board_kind(&m->board, &seen) < 0)
            trm_task_see(&seen, &r->view, t, 0, s->name);
        t = &seen;
    }
    if (trm_board_encode(v->ids, &m->board, t, err) != 0 ||
        trm_slots_put(&v->slots, &m->net, m->params, i, &task, s->tag, err) != 0)
        return -1;
    r->seat = s, r->number = k, r->found.n = t->n, r->found.steps = 0, r->found.rollout = k, r->found.tag = s->tag;
    trm_board_asked(r->at, &m->board, t);
    trm_board_names(name, &m->board, t);
    for (int x = 0; x < TRM_TASK_VOCAB; x++)
        r->token[name[x]] = (uint8_t)x;
    s->slot[k] = i;
    return 0;
}

/* What views are mapped back to. */
static void
keep(struct trm_task *copy, const struct trm_task *t)
{
    memcpy(copy, t, offsetof(struct trm_task, input));
    memcpy(copy->input, t->input, t->n);
    memset(copy->answer, 0, t->n);
}

int
trm_solving_put(struct trm_solving *v, const struct trm_task *t, size_t most, uint64_t tag, struct trm_err *err)
{
    clear_taken(v);
    if (!v->free)
        return trm_err_set(err, TRM_USAGE, "no room for another task");
    struct seat *s = v->free;
    s->tag = tag, s->name = trm_hash64(t->id, strlen(t->id), 0), s->n = t->n;
    s->total_steps = 0;
    s->most = most && most < v->opt.max_steps ? most : v->opt.max_steps;
    size_t k = 0;
    for (size_t i = 0; i < v->opt.slots && k < v->opt.rollouts; i++)
        if (!v->rollout[i].seat && sit(v, s, i, k++, t, err) != 0) {
            while (--k)
                v->rollout[s->slot[k - 1]].seat = NULL, v->slots.halted[s->slot[k - 1]] = 1;
            return -1;
        }
    if (s->task)
        keep(s->task, t);
    s->left = k;
    v->free = s->next;
    v->busy++;
    return 0;
}

/* --- steps ------------------------------------------------------------------------------------------------------------ */

static int
grow(struct rollout *r, size_t tokens, struct trm_err *err)
{
    if (r->found.steps < r->room)
        return 0;
    size_t room = r->room ? 2 * r->room : 16;
    uint8_t *answer = realloc(r->found.answer, room * tokens);
    r->found.answer = answer ? answer : r->found.answer;
    double *halt = answer ? calloc(3 * room, sizeof *halt) : NULL;
    if (!halt)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < r->found.steps; i++)
        halt[i] = r->found.halt[i], halt[room + i] = r->found.p[i], halt[2 * room + i] = r->found.least[i];
    free(r->found.halt);
    r->found.halt = halt, r->found.p = halt + room, r->found.least = halt + 2 * room;
    r->room = room;
    return 0;
}

/* The greatest logit, first of equals, and its probability by the loss's own measure. Never token 0: it is right only where nothing
 * is asked. */
static uint8_t
choose(const struct trm_solving *v, const trm_real *x, double *p)
{
    const struct trm_net_config *c = &v->solver->net.config;
    size_t top = 1;
    double sum = 0;
    for (size_t j = 2; j < c->vocab_out; j++)
        top = x[j] > x[top] ? j : top;
    for (size_t j = 0; j < c->vocab_out; j++) {
        double z = x[j];
        v->weight[j] = c->loss == TRM_NET_SOFTMAX ? exp(z - (double)x[top]) : z >= 0 ? z + 1 : 1 / (1 - z);
        sum += v->weight[j];
    }
    *p = v->weight[top] / sum;
    return (uint8_t)top;
}

/* What slot i says after its step. */
static int
hear(struct trm_solving *v, size_t i, struct trm_err *err)
{
    const struct trm_net_config *c = &v->solver->net.config;
    struct rollout *r = &v->rollout[i];
    struct trm_solved *f = &r->found;
    const struct seat *s = r->seat;
    if (grow(r, v->solver->board.tokens, err) != 0)
        return -1;
    const trm_real *logits = v->slots.logits + i * c->seq * c->vocab_out;
    uint8_t *answer = f->answer + f->steps * s->n;
    double sum = 0, least = 1;
    size_t asked = 0;
    for (size_t k = 0; k < s->n; k++) {
        double p;
        answer[k] = 0;
        if (r->at[k] < 0)
            continue;
        answer[k] = r->token[choose(v, logits + (size_t)r->at[k] * c->vocab_out, &p)];
        sum += p, least = p < least ? p : least, asked++;
    }
    if (s->task) {
        memcpy(v->said, answer, s->n);
        trm_task_unsee(answer, &r->view, s->task, v->said);
    }
    f->p[f->steps] = asked ? sum / (double)asked : 1;
    f->least[f->steps] = least;
    f->q = f->halt[f->steps++] = v->slots.q[i];
    return 0;
}

static const uint8_t *
last_answer(const struct rollout *r)
{
    return r->found.answer + (r->found.steps - 1) * r->found.n;
}

/* The slot of the best of all that have ended, see trm_solve_opt. */
static size_t
elect(struct trm_solving *v, const struct seat *s)
{
    size_t won = s->slot[0];
    double most = -INFINITY;
    for (size_t k = 0; k < v->opt.rollouts; k++) {
        struct rollout *r = &v->rollout[s->slot[k]];
        const struct trm_solved *best = &v->rollout[won].found;
        double sum = 0;
        r->found.votes = 0;
        for (size_t j = 0; v->opt.views && j < v->opt.rollouts; j++) {
            const struct rollout *other = &v->rollout[s->slot[j]];
            if (memcmp(last_answer(r), last_answer(other), s->n) == 0)
                sum += trm_stat_sigmoid(other->found.q), r->found.votes++;
        }
        if (k == 0 || sum > most || (sum == most && r->found.q > best->q))
            won = s->slot[k], most = sum;
    }
    return won;
}

/* Rollout i has ended. Whether its task has, too. */
static bool
end_rollout(struct trm_solving *v, size_t i)
{
    struct seat *s = v->rollout[i].seat;
    v->slots.halted[i] = 1;
    s->total_steps += v->rollout[i].found.steps;
    if (--s->left)
        return false;
    s->won = elect(v, s);
    v->rollout[s->won].found.total_steps = s->total_steps;
    s->next = NULL;
    *v->done_end = s, v->done_end = &s->next;
    v->busy--;
    return true;
}

static void
shake(struct trm_solving *v, size_t i)
{
    const struct rollout *r = &v->rollout[i];
    uint64_t name[3] = {r->seat->name, r->number, r->found.steps};
    struct trm_rng rng;
    if (r->number == 0 || v->opt.noise == 0 || v->opt.views)
        return;
    trm_rng_seed(&rng, trm_hash64(name, sizeof name, 'z'));
    trm_slots_noise(&v->slots, &v->solver->net, i, v->opt.noise, &rng);
}

int
trm_solving_step(struct trm_solving *v, struct trm_err *err)
{
    int ended = 0;
    clear_taken(v);
    for (size_t i = 0; i < v->opt.slots; i++)
        if (!v->slots.halted[i])
            shake(v, i);
    trm_net_infer(&v->solver->net, v->solver->params, &v->slots);
    for (size_t i = 0; i < v->opt.slots; i++) {
        if (v->slots.halted[i])
            continue;
        if (hear(v, i, err) != 0)
            return -1;
        const struct trm_solved *f = &v->rollout[i].found;
        if (f->steps >= v->rollout[i].seat->most || f->q > v->opt.stop_q)
            ended += end_rollout(v, i);
    }
    return ended;
}

const struct trm_solved *
trm_solving_take(struct trm_solving *v)
{
    struct seat *s = v->done;
    clear_taken(v);
    if (!s)
        return NULL;
    v->done = s->next;
    if (!v->done)
        v->done_end = &v->done;
    v->taken = s;
    return &v->rollout[s->won].found;
}
