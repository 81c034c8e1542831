/* One supervision step: embedding, recursion, heads, losses; backward under forward; threads; the halting rule. */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "../base/hash.h"
#include "../mat/mat.h"
#include "bf16.h"
#include "inner.h"
#include "ops.h"

static struct trm_micro
micro_of(const struct trm_net *net, const trm_real *p, struct trm_slots *s, size_t first, size_t m, struct trm_bench *w)
{
    return (struct trm_micro){.net = net, .p = p, .s = s, .w = w, .first = first, .m = m, .rows = net->length * m,
                              .threads = 1, .weight = 1 / (double)s->count};
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

/* The ids of position t of slot i: K of them. */
static const int32_t *
ids_at(const struct trm_micro *b, size_t t, size_t i)
{
    const struct trm_net_config *c = &b->net->config;
    return b->s->ids + ((b->first + i) * c->seq + t) * c->id_columns;
}

/* Features [S,F] of the micro-batch's slot i as numbers of the parameters' type. */
static trm_real *
features_of(const struct trm_micro *b, size_t i)
{
    size_t n = (size_t)b->net->config.seq * b->net->config.features;
    const float *from = b->s->features + (b->first + i) * n;
    for (size_t j = 0; j < n; j++)
        b->w->features[j] = from[j];
    return b->w->features;
}

/* w->x = embed(inputs) */
static void
embed(const struct trm_micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    size_t d = c->width;
    trm_real *x = b->w->x, scale = embed_scale(net);
    memset(x, 0, b->rows * d * sizeof *x);
    for (size_t i = 0; c->puzzles && i < b->m; i++)
        add_row(trm_row(b, x, 0, i), b->p + net->at_puzzle + (size_t)b->s->puzzle[b->first + i] * d, d);
    for (size_t t = 0; t < c->seq; t++)
        for (size_t i = 0; i < b->m; i++)
            for (size_t k = 0; k < c->id_columns; k++)
                if (ids_at(b, t, i)[k] != TRM_ID_NONE)
                    add_row(trm_row(b, x, c->prefix + t, i), b->p + net->at_ids + (size_t)ids_at(b, t, i)[k] * d, d);
    for (size_t i = 0; c->features && i < b->m; i++)
        trm_mat_few_nn(trm_row(b, x, c->prefix, i), b->by_pos * d, features_of(b, i), c->features,
                       b->p + net->at_features, d, c->seq, d, c->features);
    for (size_t l = 0; c->pos == TRM_NET_LEARNED && l < net->length; l++)
        for (size_t i = 0; i < b->m; i++)
            add_row(trm_row(b, x, l, i), b->p + net->at_pos + l * d, d);
    for (size_t j = 0; j < b->rows * d; j++)
        x[j] *= scale;
}

/* w->dx is the gradient of w->x. */
static void
embed_back(const struct trm_micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    size_t d = c->width;
    trm_real *dx = b->w->dx, scale = embed_scale(net);
    for (size_t j = 0; j < b->rows * d; j++)
        dx[j] *= scale;
    for (size_t i = 0; c->puzzles && i < b->m; i++)
        memcpy(b->s->puzzle_grad + (b->first + i) * d, trm_row(b, dx, 0, i), d * sizeof *dx);
    for (size_t t = 0; t < c->seq; t++)
        for (size_t i = 0; i < b->m; i++)
            for (size_t k = 0; k < c->id_columns; k++)
                if (ids_at(b, t, i)[k] != TRM_ID_NONE)
                    add_row(b->grad + net->at_ids + (size_t)ids_at(b, t, i)[k] * d, trm_row(b, dx, c->prefix + t, i), d);
    for (size_t i = 0; c->features && i < b->m; i++)
        trm_mat_few_tn(b->grad + net->at_features, d, features_of(b, i), c->features, trm_row(b, dx, c->prefix, i),
                       b->by_pos * d, c->features, d, c->seq);
    for (size_t l = 0; c->pos == TRM_NET_LEARNED && l < net->length; l++)
        for (size_t i = 0; i < b->m; i++)
            add_row(b->grad + net->at_pos + l * d, trm_row(b, dx, l, i), d);
}

/* [S,V] of the micro-batch's slot i. */
static trm_real *
logits_of(const struct trm_micro *b, size_t i)
{
    return b->s->logits + (b->first + i) * b->net->config.seq * b->net->config.vocab_out;
}

/* Logits and q of the state y, into the slots. */
static void
read_heads(const struct trm_micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    size_t d = c->width, v = c->vocab_out;
    for (size_t i = 0; i < b->m; i++) {
        trm_mat_few_nt(logits_of(b, i), v, trm_row(b, b->y, c->prefix, i), b->by_pos * d, b->p + net->at_out, d, c->seq, v,
                       d);
        double q = b->p[net->at_q_bias];
        const trm_real *y0 = trm_row(b, b->y, 0, i), *wq = b->p + net->at_q;
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

/* Labels of the supervision step that the slot is in. */
static const int32_t *
labels_of(const struct trm_slots *s, size_t slot, size_t seq)
{
    size_t stage = s->steps[slot] < s->stages ? s->steps[slot] : s->stages - 1;
    return s->labels + (slot * s->stages + stage) * seq;
}

/* Whether the slot's answer is all right, and not only as far as its stage has come. */
static bool
all_right(const struct trm_slots *s, size_t slot, size_t seq)
{
    const int32_t *last = s->labels + (slot * s->stages + s->stages - 1) * seq;
    return s->right[slot] == s->labelled[slot] && !memcmp(labels_of(s, slot, seq), last, seq * sizeof *last);
}

/* Losses of the micro-batch's slot i; in training also the gradient of the batch's loss by its logits. */
static void
score(const struct trm_micro *b, size_t i)
{
    const struct trm_net_config *c = &b->net->config;
    struct trm_slots *s = b->s;
    size_t v = c->vocab_out, slot = b->first + i;
    const int32_t *labels = labels_of(s, slot, c->seq);
    uint32_t labelled = 0, right = 0;
    for (size_t t = 0; t < c->seq; t++)
        labelled += labels[t] != TRM_NET_NO_LABEL;
    double sum = 0, share = labelled ? 1. / labelled : 0;
    for (size_t t = 0; t < c->seq; t++) {
        const trm_real *row = logits_of(b, i) + t * v;
        trm_real *d = b->grad ? b->w->d_logits + (i * c->seq + t) * v : NULL;
        if (labels[t] != TRM_NET_NO_LABEL) {
            right += is_right(row, v, labels[t]);
            sum += trm_loss_row(c->loss, row, v, labels[t], share * b->weight, d, b->w->wide_row);
        } else if (d)
            memset(d, 0, v * sizeof *d);
    }
    s->labelled[slot] = labelled;
    s->right[slot] = right;
    s->ce[slot] = sum * share;
    s->halt_loss[slot] = trm_loss_halt(s->q[slot], all_right(s, slot, c->seq));
}

/* From the logits' gradient and the halting loss to w->dy, and the heads' own gradients. */
static void
heads_back(const struct trm_micro *b)
{
    const struct trm_net *net = b->net;
    const struct trm_net_config *c = &net->config;
    struct trm_slots *s = b->s;
    size_t d = c->width, v = c->vocab_out, ld = b->by_pos * d;
    trm_real *dy = b->w->dy;
    memset(dy, 0, b->rows * d * sizeof *dy);
    for (size_t i = 0; i < b->m; i++) {
        const trm_real *d_logits = b->w->d_logits + i * c->seq * v;
        trm_mat_few_nn(trm_row(b, dy, c->prefix, i), ld, d_logits, v, b->p + net->at_out, d, c->seq, d, v);
        trm_mat_few_tn(b->grad + net->at_out, d, d_logits, v, trm_row(b, b->y, c->prefix, i), ld, v, d, c->seq);
        size_t slot = b->first + i;
        double target = all_right(s, slot, c->seq);
        trm_real dq = (trm_real)(b->weight * c->halt_weight * (1 / (1 + exp(-s->q[slot])) - target));
        trm_real *y0 = trm_row(b, b->y, 0, i), *dy0 = trm_row(b, dy, 0, i);
        for (size_t j = 0; j < d; j++) {
            dy0[j] += dq * b->p[net->at_q + j];
            b->grad[net->at_q + j] += dq * y0[j];
        }
        b->grad[net->at_q_bias] += dq;
    }
}

/* One mask for each slot, layer and sublayer, the same in all calls of this step (see net.h). */
static void
draw_masks(const struct trm_micro *b)
{
    const struct trm_net_config *c = &b->net->config;
    size_t d = c->width;
    for (size_t k = 0; k < 2 * (size_t)c->layers; k++)
        for (size_t i = 0; i < b->m; i++)
            for (size_t l = 0; l < b->net->length; l++) {
                uint64_t place[4] = {b->s->clock[0], b->s->first + b->first + i, k, l};
                trm_ops_mask(trm_row(b, b->w->mask + k * b->rows * d, l, i), d,
                             trm_hash64(place, sizeof place, b->s->clock[1]), c->dropout);
            }
}

/* One supervision step of one micro-batch with its gradient. */
static void
train_micro(struct trm_micro *b)
{
    const struct trm_road *road = b->s->work->road;
    road->begin(b);
    if (b->w->mask)
        draw_masks(b);
    embed(b);
    road->recurse(b, b->net->config.T - 1);
    road->recurse_traced(b);
    read_heads(b);
    for (size_t i = 0; i < b->m; i++)
        score(b, i);
    heads_back(b);
    road->recurse_back(b);
    embed_back(b);
    road->end(b);
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Micro-batches lane, lane + lanes, ... one after the other into one partial sum, as many slots together as the road
 * likes. */
static void
train_lane(const struct trm_net *net, const trm_real *p, struct trm_slots *s, size_t lane, struct trm_bench *w)
{
    trm_real *grad = s->work->lanes + lane * net->n_trained;
    memset(grad, 0, net->n_trained * sizeof *grad);
    for (size_t j = lane; j * s->micro < s->count; j += s->work->n_lanes) {
        size_t end = least((j + 1) * s->micro, s->count);
        for (size_t at = j * s->micro; at < end; at += s->work->together) {
            struct trm_micro b = micro_of(net, p, s, at, least(s->work->together, end - at), w);
            b.grad = grad;
            train_micro(&b);
        }
    }
}

/* Let slots halt by the rule of net.h, and count. */
static void
halt(const struct trm_net_config *c, struct trm_slots *s, struct trm_net_stats *stats)
{
    for (size_t i = 0; i < s->count; i++) {
        uint32_t least = 0;
        bool exact = all_right(s, i, c->seq);
        s->steps[i]++;
        if (trm_rng_uniform(&s->rng) < c->explore && c->max_steps >= 2)
            least = 2 + (uint32_t)trm_rng_below(&s->rng, c->max_steps - 1);
        s->halted[i] = (s->steps[i] >= c->max_steps || s->q[i] > 0) && s->steps[i] >= least;
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
    if (net->road)
        trm_bf_weights_pack(work->weights, net, params, work->threads);
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

/* One supervision step of slot i, by one thread or by several together. */
static void
infer_one(const struct trm_net *net, const trm_real *params, struct trm_slots *s, size_t i, size_t thread,
          size_t threads)
{
    const struct trm_road *road = s->work->road;
    struct trm_micro b = micro_of(net, params, s, i, 1, &s->work->benches[thread]);
    b.threads = threads;
    road->begin(&b);
    embed(&b);
    road->recurse(&b, net->config.T);
    read_heads(&b);
    score(&b, 0);
    road->end(&b);
    s->steps[i]++;
}

void
trm_net_infer(const struct trm_net *net, const trm_real *params, struct trm_slots *s)
{
    struct trm_work *work = s->work;
    size_t n = 0, rest = s->count, threads = work->threads;
    for (size_t i = 0; i < s->count; i++)
        n += !s->halted[i];
    if (net->road && work->packed != params) {
        trm_bf_weights_pack(work->weights, net, params, threads);
        work->packed = params;
    }
    /* Samples side by side; those left over when threads do not divide them have all threads one after the other. */
    for (size_t left = net->road ? n % threads : 0; left > 0; left -= !s->halted[rest])
        rest--;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (size_t i = 0; i < rest; i++)
        if (!s->halted[i])
            infer_one(net, params, s, i, (size_t)omp_get_thread_num(), 1);
    for (size_t i = rest; i < s->count; i++)
        if (!s->halted[i])
            infer_one(net, params, s, i, 0, threads);
}
