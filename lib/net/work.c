/* Workspaces: all memory of a step, made once. */
#include <stdint.h>
#include <stdlib.h>

#include "../mat/mat.h"
#include "inner.h"

/* A region measured first (base NULL), then cut. Pieces start at multiples of 64 bytes. */
struct cut {
    trm_real *base;
    size_t used;
};

static trm_real *
take(struct cut *c, size_t n)
{
    trm_real *p = c->base ? c->base + c->used : NULL;
    c->used += (n + 15) / 16 * 16;
    return p;
}

static size_t
most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void
take_trace(const struct trm_net *net, struct cut *c, size_t m, struct trm_trace *t)
{
    size_t d = net->config.width, n = net->length * m;
    bool attention = net->config.form == TRM_NET_ATTENTION;
    *t = (struct trm_trace){
        .x = take(c, n * d),
        .qkv = take(c, attention ? n * 3 * d : 2 * net->inner_mix * m * d),
        .prob = take(c, attention ? m * net->config.heads * net->length * net->length : 0),
        .ctx = take(c, attention ? n * d : 0),
        .mid = take(c, n * d),
        .mid_r = take(c, attention ? n : m * d),
        .gate_up = take(c, n * 2 * net->inner),
        .r = take(c, n),
    };
}

static void
take_training(const struct trm_net *net, struct cut *c, size_t m, struct trm_bench *b)
{
    size_t d = net->config.width, n = net->length * m, calls = net->config.n + 1, layers = net->config.layers;
    for (size_t i = 0; i < calls * layers; i++)
        take_trace(net, c, m, &b->traces[i]);
    b->outs = take(c, calls * n * d);
    b->mask = net->config.dropout > 0 ? take(c, layers * 2 * n * d) : NULL;
    b->dy = take(c, n * d);
    b->du = take(c, n * d);
    b->dx = take(c, n * d);
    b->d_wide = take(c, most(most(n * 2 * net->inner, n * 3 * d), 2 * net->inner_mix * m * d));
    b->d_hidden = take(c, most(most(n * net->inner, n * d), net->inner_mix * m * d));
    b->d_prob = take(c, net->length * net->length);
    b->cols = take(c, m * d);
}

static void
take_bench(const struct trm_net *net, struct cut *c, size_t m, bool train, struct trm_bench *b)
{
    size_t d = net->config.width, n = net->length * m;
    b->x = take(c, n * d);
    b->features = take(c, (size_t)net->config.seq * m * net->config.features);
    b->hidden = take(c, most(n * net->inner, net->inner_mix * m * d));
    b->logits = take(c, (size_t)net->config.seq * m * net->config.vocab_out);
    take_trace(net, c, m, &b->plain[0]);
    for (size_t i = 1; i < net->config.layers; i++) {
        b->plain[i] = b->plain[0];
        b->plain[i].x = take(c, n * d);
    }
    if (train)
        take_training(net, c, m, b);
}

static int
bench_init(const struct trm_net *net, size_t m, bool train, struct trm_bench *b)
{
    size_t layers = net->config.layers;
    b->plain = calloc(layers, sizeof *b->plain);
    b->wide_row = calloc(net->config.vocab_out, sizeof *b->wide_row);
    b->traces = calloc(train ? (net->config.n + 1) * layers : 1, sizeof *b->traces);
    if (!b->plain || !b->wide_row || !b->traces)
        return -1;
    struct cut c = {0};
    take_bench(net, &c, m, train, b);
    if (c.used > SIZE_MAX / 64 / sizeof(trm_real))
        return -1;
    b->memory = c.base = aligned_alloc(64, (c.used + 16) * sizeof(trm_real) / 64 * 64);
    if (!b->memory)
        return -1;
    c.used = 0;
    take_bench(net, &c, m, train, b);
    return 0;
}

struct trm_work *
trm_work_new(const struct trm_net *net, size_t count, size_t micro, bool train, size_t threads)
{
    size_t batches = (count + micro - 1) / micro;
    struct trm_work *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->n_lanes = batches < net->config.lanes ? batches : net->config.lanes;
    w->threads = threads < batches ? threads : batches;
    if (w->threads > TRM_MAT_MOST_THREADS)
        w->threads = TRM_MAT_MOST_THREADS;
    if (train && w->threads > w->n_lanes)
        w->threads = w->n_lanes;
    w->benches = calloc(w->threads, sizeof *w->benches);
    if (!w->benches)
        goto fail;
    for (size_t i = 0; i < w->threads; i++)
        if (bench_init(net, micro < count ? micro : count, train, &w->benches[i]) != 0)
            goto fail;
    if (train && !(w->lanes = calloc(w->n_lanes, net->n_trained * sizeof *w->lanes)))
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
        free(w->benches[i].plain);
        free(w->benches[i].wide_row);
        free(w->benches[i].traces);
    }
    free(w->benches);
    free(w->lanes);
    free(w);
}
