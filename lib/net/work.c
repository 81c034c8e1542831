/* Workspaces: all memory of a step, made once. */
#include <stdint.h>
#include <stdlib.h>

#include "../mat/mat.h"
#include "bf16.h"
#include "inner.h"

static void
take_bench(const struct trm_net *net, struct trm_cut *c, size_t m, bool train, struct trm_bench *b)
{
    size_t d = net->config.width, n = net->length * m, layers = net->config.layers;
    b->x = trm_cut(c, n * d, sizeof *b->x);
    b->features = trm_cut(c, (size_t)net->config.seq * net->config.features, sizeof *b->features);
    b->wide_row = trm_cut(c, net->config.vocab_out, sizeof *b->wide_row);
    if (!train)
        return;
    b->d_logits = trm_cut(c, (size_t)net->config.seq * m * net->config.vocab_out, sizeof *b->d_logits);
    b->mask = net->config.dropout > 0 ? trm_cut(c, layers * 2 * n * d, sizeof *b->mask) : NULL;
    b->dy = trm_cut(c, n * d, sizeof *b->dy);
    b->dx = trm_cut(c, n * d, sizeof *b->dx);
}

static int
bench_init(const struct trm_net *net, size_t m, bool train, struct trm_bench *b)
{
    struct trm_cut c = {0};
    take_bench(net, &c, m, train, b);
    b->memory = c.base = trm_big_alloc(c.used);
    if (!b->memory)
        return -1;
    c.used = 0;
    take_bench(net, &c, m, train, b);
    if (net->road)
        b->bf = trm_bf_new(net, m, train);
    else
        b->plain = trm_plain_new(net, m, train);
    return b->bf || b->plain ? 0 : -1;
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct trm_work *
trm_work_new(const struct trm_net *net, size_t count, size_t micro, bool train, size_t threads)
{
    size_t batches = (count + micro - 1) / micro;
    struct trm_work *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->n_lanes = least(batches, net->config.lanes);
    w->road = net->road ? &trm_road_bf16 : &trm_road_plain;
    w->together = least(least(micro, count), net->road ? net->road->at_a_time : micro);
    /* in training a lane has one thread; in inference the bf16 road shares one sample among threads */
    w->threads = least(threads, train ? w->n_lanes : net->road ? threads : batches);
    w->threads = least(w->threads, TRM_MAT_MOST_THREADS);
    w->benches = calloc(w->threads, sizeof *w->benches);
    if (!w->benches)
        goto fail;
    for (size_t i = 0; i < w->threads; i++)
        if (bench_init(net, w->together, train, &w->benches[i]) != 0)
            goto fail;
    if (train && !(w->lanes = trm_big_alloc(w->n_lanes * net->n_trained * sizeof *w->lanes)))
        goto fail;
    if (net->road && !(w->weights = trm_bf_weights_new(net, train)))
        goto fail;
    return w;
fail:
    trm_work_free(w);
    return NULL;
}

void
trm_work_free(struct trm_work *w)
{
    if (!w)
        return;
    for (size_t i = 0; w->benches && i < w->threads; i++) {
        free(w->benches[i].memory);
        trm_plain_free(w->benches[i].plain);
        trm_bf_free(w->benches[i].bf);
    }
    free(w->benches);
    free(w->lanes);
    trm_bf_weights_free(w->weights);
    free(w);
}
