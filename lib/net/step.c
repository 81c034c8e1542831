/* One supervision step: embedding, recursion, heads, losses; backward under forward; threads; the halting rule. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "../base/hash.h"
#include "../mat/mat.h"
#include "inner.h"
#include "ops.h"

/* A micro-batch in hand: m slots from `first` on, the memory to work in, and where its state stands. */
struct micro {
    const struct trm_net *net;
    const trm_real *p; /* parameters */
    struct trm_slots *s;
    struct trm_bench *w;
    size_t first, m, rows; /* rows = L*m = N */
    trm_real *y, *z;       /* [N,D] */
    trm_real *grad;        /* [n_trained] lane to add to; NULL: inference */
    double weight;         /* of a slot in the loss, 1/B */
};

static struct micro
micro_of(const struct trm_net *net, const trm_real *p, struct trm_slots *s, size_t j, struct trm_bench *w)
{
    size_t first = j * s->micro, m = s->count - first < s->micro ? s->count - first : s->micro;
    size_t at = first * net->length * net->config.width;
    return (struct micro){.net = net, .p = p, .s = s, .w = w, .first = first, .m = m, .rows = net->length * m,
                          .y = s->y + at, .z = s->z + at, .weight = 1 / (double)s->count};
}

/* Row of position l (prefix counted) of the micro-batch's slot i. */
static trm_real *
row_at(const struct micro *b, trm_real *rows, size_t l, size_t i)
{
    return rows + (l * b->m + i) * b->net->config.width;
}

/* What the sum of embeddings is multiplied by: sqrt(D), and 0.707106781 when a learned position is part of the sum. */
static trm_real
embed_scale(const struct trm_net *net)
{
    return (trm_real)(sqrt((double)net->config.width) * (net->config.pos == TRM_NET_LEARNED ? 0.707106781 : 1));
}

static void
add_row(trm_real *y, const trm_real *x, size_t n)
{
    trm_ops_add2(y, y, x, n);
}

/* w->features [S*m,F] from the slots' [S,F]. */
static void
gather_features(const struct micro *b)
{
    size_t f = b->net->config.features, seq = b->net->config.seq;
    for (size_t i = 0; i < b->m; i++)
        for (size_t t = 0; t < seq; t++)
            for (size_t j = 0; j < f; j++)
                b->w->features[(t * b->m + i) * f + j] = b->s->features[((b->first + i) * seq + t) * f + j];
}

/* The ids of position t of slot i: K of them. */
static const int32_t *
ids_at(const struct micro *b, size_t t, size_t i)
{
    const struct trm_net_config *c = &b->net->config;
    return b->s->ids + ((b->first + i) * c->seq + t) * c->id_columns;
}

/* w->x = embed(inputs) */
static void
embed(const struct micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    size_t d = c->width;
    trm_real *x = b->w->x, scale = embed_scale(net);
    memset(x, 0, b->rows * d * sizeof *x);
    for (size_t i = 0; c->puzzles && i < b->m; i++)
        add_row(row_at(b, x, 0, i), b->p + net->at_puzzle + (size_t)b->s->puzzle[b->first + i] * d, d);
    for (size_t t = 0; t < c->seq; t++)
        for (size_t i = 0; i < b->m; i++)
            for (size_t k = 0; k < c->id_columns; k++)
                if (ids_at(b, t, i)[k] != TRM_ID_NONE)
                    add_row(row_at(b, x, c->prefix + t, i), b->p + net->at_ids + (size_t)ids_at(b, t, i)[k] * d, d);
    if (c->features) {
        gather_features(b);
        trm_mat_nn(row_at(b, x, c->prefix, 0), d, b->w->features, c->features, b->p + net->at_features, d,
                   c->seq * b->m, d, c->features, 1);
    }
    for (size_t l = 0; c->pos == TRM_NET_LEARNED && l < net->length; l++)
        for (size_t i = 0; i < b->m; i++)
            add_row(row_at(b, x, l, i), b->p + net->at_pos + l * d, d);
    for (size_t j = 0; j < b->rows * d; j++)
        x[j] *= scale;
}

/* w->dx is the gradient of w->x. */
static void
embed_back(const struct micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    size_t d = c->width;
    trm_real *dx = b->w->dx, scale = embed_scale(net);
    for (size_t j = 0; j < b->rows * d; j++)
        dx[j] *= scale;
    for (size_t i = 0; c->puzzles && i < b->m; i++)
        memcpy(b->s->puzzle_grad + (b->first + i) * d, row_at(b, dx, 0, i), d * sizeof *dx);
    for (size_t t = 0; t < c->seq; t++)
        for (size_t i = 0; i < b->m; i++)
            for (size_t k = 0; k < c->id_columns; k++)
                if (ids_at(b, t, i)[k] != TRM_ID_NONE)
                    add_row(b->grad + net->at_ids + (size_t)ids_at(b, t, i)[k] * d, row_at(b, dx, c->prefix + t, i), d);
    if (c->features)
        trm_mat_tn(b->grad + net->at_features, d, b->w->features, c->features, row_at(b, dx, c->prefix, 0), d,
                   c->features, d, c->seq * b->m, 1);
    for (size_t l = 0; c->pos == TRM_NET_LEARNED && l < net->length; l++)
        for (size_t i = 0; i < b->m; i++)
            add_row(b->grad + net->at_pos + l * d, row_at(b, dx, l, i), d);
}

/* A call of f without a way back: out = f(a + b), and + c if there is one. */
static void
call_plain(const struct micro *b, const trm_real *mask, trm_real *out, const trm_real *a, const trm_real *c,
           const trm_real *e)
{
    struct trm_bench *w = b->w;
    size_t n = b->rows * b->net->config.width;
    if (e)
        trm_ops_add3(w->plain[0].x, a, c, e, n);
    else
        trm_ops_add2(w->plain[0].x, a, c, n);
    trm_block_forward(b->net, b->p, w, w->plain, b->m, mask, out);
}

/* `cycles` times: n times z = f(z, y+x); y = f(y, z). */
static void
recurse(const struct micro *b, const trm_real *mask, uint32_t cycles)
{
    for (uint32_t t = 0; t < cycles; t++) {
        for (uint32_t k = 0; k < b->net->config.n; k++)
            call_plain(b, mask, b->z, b->z, b->y, b->w->x);
        call_plain(b, mask, b->y, b->y, b->z, NULL);
    }
}

/* The last cycle, remembered: call k's input and insides in traces, its output in outs; y and z are left as they were.
 * */
static void
recurse_traced(const struct micro *b)
{
    struct trm_bench *w = b->w;
    const struct trm_net_config *c = &b->net->config;
    size_t nd = b->rows * c->width;
    const trm_real *z = b->z;
    for (uint32_t k = 0; k <= c->n; k++) {
        struct trm_trace *t = w->traces + (size_t)k * c->layers;
        if (k < c->n)
            trm_ops_add3(t->x, z, b->y, w->x, nd);
        else
            trm_ops_add2(t->x, b->y, z, nd);
        trm_real *out = w->outs + k * nd;
        trm_block_forward(b->net, b->p, w, t, b->m, w->mask, out);
        z = out;
    }
}

/* w->dy, the gradient of y's last value, goes back through the last cycle: into grad, and into w->dx. */
static void
recurse_back(const struct micro *b)
{
    struct trm_bench *w = b->w;
    const struct trm_net_config *c = &b->net->config;
    size_t nd = b->rows * c->width;
    memset(w->dx, 0, nd * sizeof *w->dx);
    for (uint32_t k = c->n + 1; k-- > 0;) {
        trm_block_backward(b->net, b->p, w, w->traces + (size_t)k * c->layers, b->m, w->mask, w->outs + k * nd,
                           b->grad);
        if (k < c->n)
            trm_ops_add2(w->dx, w->dx, w->dy, nd);
    }
}

/* Logits and q of the state y: into the slots, logits also in w->logits [S*m,V]. */
static void
read_heads(const struct micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    size_t d = c->width, v = c->vocab_out, seq = c->seq;
    trm_mat_nt(b->w->logits, v, row_at(b, b->y, c->prefix, 0), d, b->p + net->at_out, d, seq * b->m, v, d, 0);
    for (size_t i = 0; i < b->m; i++) {
        for (size_t t = 0; t < seq; t++)
            memcpy(b->s->logits + ((b->first + i) * seq + t) * v, b->w->logits + (t * b->m + i) * v,
                   v * sizeof(trm_real));
        double q = b->p[net->at_q_bias];
        const trm_real *y0 = row_at(b, b->y, 0, i), *wq = b->p + net->at_q;
        for (size_t j = 0; j < d; j++)
            q += (double)y0[j] * (double)wq[j];
        b->s->q[b->first + i] = q;
    }
}

static bool
is_right(const trm_real *logits, size_t v, int32_t label)
{
    size_t top = 0;
    for (size_t j = 1; j < v; j++)
        if (logits[j] > logits[top])
            top = j;
    return top == (size_t)label;
}

/* Losses of the micro-batch's slot i; in training w->logits becomes the gradient of the batch's loss by them. */
static void
score(const struct micro *b, size_t i)
{
    const struct trm_net_config *c = &b->net->config;
    struct trm_slots *s = b->s;
    size_t v = c->vocab_out, slot = b->first + i;
    const int32_t *labels = s->labels + slot * c->seq;
    uint32_t labelled = 0, right = 0;
    for (size_t t = 0; t < c->seq; t++)
        labelled += labels[t] != TRM_NET_NO_LABEL;
    double sum = 0, share = labelled ? 1. / labelled : 0;
    for (size_t t = 0; t < c->seq; t++) {
        trm_real *row = b->w->logits + (t * b->m + i) * v, *d = b->grad ? row : NULL;
        if (labels[t] != TRM_NET_NO_LABEL) {
            right += is_right(row, v, labels[t]);
            sum += trm_loss_row(c->loss, row, v, labels[t], share * b->weight, d, b->w->wide_row);
        } else if (d)
            memset(d, 0, v * sizeof *d);
    }
    s->labelled[slot] = labelled;
    s->right[slot] = right;
    s->ce[slot] = sum * share;
    s->halt_loss[slot] = trm_loss_halt(s->q[slot], right == labelled);
}

/* From w->logits (now a gradient) and the halting loss to w->dy, and the heads' own gradients. */
static void
heads_back(const struct micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    struct trm_slots *s = b->s;
    size_t d = c->width, v = c->vocab_out, rows = c->seq * b->m;
    trm_real *dy = b->w->dy;
    memset(dy, 0, b->rows * d * sizeof *dy);
    trm_mat_nn(row_at(b, dy, c->prefix, 0), d, b->w->logits, v, b->p + net->at_out, d, rows, d, v, 0);
    trm_mat_tn(b->grad + net->at_out, d, b->w->logits, v, row_at(b, b->y, c->prefix, 0), d, v, d, rows, 1);
    for (size_t i = 0; i < b->m; i++) {
        size_t slot = b->first + i;
        double target = s->right[slot] == s->labelled[slot];
        trm_real dq = (trm_real)(b->weight * c->halt_weight * (1 / (1 + exp(-s->q[slot])) - target));
        trm_real *y0 = row_at(b, b->y, 0, i), *dy0 = row_at(b, dy, 0, i);
        for (size_t j = 0; j < d; j++) {
            dy0[j] += dq * b->p[net->at_q + j];
            b->grad[net->at_q + j] += dq * y0[j];
        }
        b->grad[net->at_q_bias] += dq;
    }
}

/* One mask for each slot, layer and sublayer, the same in all calls of this step (see net.h). */
static void
draw_masks(const struct micro *b)
{
    const struct trm_net_config *c = &b->net->config;
    size_t d = c->width;
    for (size_t k = 0; k < 2 * (size_t)c->layers; k++)
        for (size_t i = 0; i < b->m; i++)
            for (size_t l = 0; l < b->net->length; l++) {
                uint64_t place[4] = {b->s->clock[0], b->first + i, k, l};
                trm_ops_mask(row_at(b, b->w->mask + k * b->rows * d, l, i), d,
                             trm_hash64(place, sizeof place, b->s->clock[1]), c->dropout);
            }
}

/* One supervision step of one micro-batch with its gradient. */
static void
train_micro(const struct micro *b)
{
    const struct trm_net_config *c = &b->net->config;
    size_t nd = b->rows * c->width;
    if (b->w->mask)
        draw_masks(b);
    embed(b);
    recurse(b, b->w->mask, c->T - 1);
    recurse_traced(b);
    memcpy(b->z, b->w->outs + (c->n - 1) * nd, nd * sizeof *b->z);
    memcpy(b->y, b->w->outs + c->n * nd, nd * sizeof *b->y);
    read_heads(b);
    for (size_t i = 0; i < b->m; i++)
        score(b, i);
    heads_back(b);
    recurse_back(b);
    embed_back(b);
}

/* Micro-batches lane, lane + lanes, ... one after the other into one partial sum. */
static void
train_lane(const struct trm_net *net, const trm_real *p, struct trm_slots *s, size_t lane, struct trm_bench *w)
{
    trm_real *grad = s->work->lanes + lane * net->n_trained;
    memset(grad, 0, net->n_trained * sizeof *grad);
    for (size_t j = lane; j * s->micro < s->count; j += s->work->n_lanes) {
        struct micro b = micro_of(net, p, s, j, w);
        b.grad = grad;
        train_micro(&b);
    }
}

/* Let slots halt by the rule of net.h, and count. */
static void
halt(const struct trm_net_config *c, struct trm_slots *s, struct trm_net_stats *stats)
{
    for (size_t i = 0; i < s->count; i++) {
        uint32_t least = 0;
        s->steps[i]++;
        if (trm_rng_uniform(&s->rng) < c->explore && c->max_steps >= 2)
            least = 2 + (uint32_t)trm_rng_below(&s->rng, c->max_steps - 1);
        s->halted[i] = (s->steps[i] >= c->max_steps || s->q[i] > 0) && s->steps[i] >= least;
        bool exact = s->right[i] == s->labelled[i];
        stats->ce += s->ce[i] / (double)s->count;
        stats->halt += s->halt_loss[i] / (double)s->count;
        stats->labelled += s->labelled[i];
        stats->right += s->right[i];
        stats->exact += exact;
        stats->halted += s->halted[i];
        stats->halted_exact += s->halted[i] && exact;
        stats->halted_steps += s->halted[i] ? s->steps[i] : 0;
    }
    stats->loss = stats->ce + c->halt_weight * stats->halt;
}

#define CHUNK 4096 /* elements of the gradient added up at a time, so that all lanes' pieces stay in cache */

int
trm_net_train(const struct trm_net *net, const trm_real *params, struct trm_slots *s, trm_real *grad,
              struct trm_net_stats *stats, struct trm_err *err)
{
    struct trm_work *work = s->work;
    if (s->use != TRM_SLOTS_TRAIN)
        return trm_err_set(err, TRM_USAGE, "these slots were made for inference");
    for (size_t i = 0; i < s->count; i++)
        if (s->halted[i])
            return trm_err_set(err, TRM_USAGE, "slot %zu was given no sample", i);
#pragma omp parallel for schedule(dynamic, 1) num_threads(work->threads)
    for (size_t lane = 0; lane < work->n_lanes; lane++)
        train_lane(net, params, s, lane, &work->benches[omp_get_thread_num()]);
#pragma omp parallel for schedule(static) num_threads(work->threads)
    for (size_t at = 0; at < net->n_trained; at += CHUNK) {
        size_t n = net->n_trained - at < CHUNK ? net->n_trained - at : CHUNK;
        memcpy(grad + at, work->lanes + at, n * sizeof *grad);
        for (size_t lane = 1; lane < work->n_lanes; lane++)
            trm_ops_add2(grad + at, grad + at, work->lanes + lane * net->n_trained + at, n);
    }
    s->clock[0]++;
    *stats = (struct trm_net_stats){0};
    halt(&net->config, s, stats);
    return 0;
}

void
trm_net_infer(const struct trm_net *net, const trm_real *params, struct trm_slots *s)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(s->work->threads)
    for (size_t i = 0; i < s->count; i++) {
        if (s->halted[i])
            continue;
        struct micro b = micro_of(net, params, s, i, &s->work->benches[omp_get_thread_num()]);
        embed(&b);
        recurse(&b, NULL, net->config.T);
        read_heads(&b);
        score(&b, 0);
        s->steps[i]++;
    }
}
