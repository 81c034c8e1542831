/* The plain road: the recursion in trm_real, products through OpenBLAS. The reference of the bf16 road. */
#include "plain.h"

#include <stdlib.h>
#include <string.h>

#include "ops.h"

/* --- memory ------------------------------------------------------------------------------------------------------ */

static size_t
most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static trm_real *
take(struct trm_cut *c, size_t n)
{
    return trm_cut(c, n, sizeof(trm_real));
}

static void
take_trace(const struct trm_net *net, struct trm_cut *c, size_t m, struct trm_trace *t)
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
take_all(const struct trm_net *net, struct trm_cut *c, size_t m, bool train, struct trm_plain *b)
{
    size_t d = net->config.width, n = net->length * m, calls = trm_net_traced(net), layers = net->config.layers;
    b->hidden = take(c, most(n * net->inner, net->inner_mix * m * d));
    take_trace(net, c, m, &b->plain[0]);
    for (size_t i = 1; i < layers; i++) {
        b->plain[i] = b->plain[0];
        b->plain[i].x = take(c, n * d);
    }
    if (!train)
        return;
    for (size_t i = 0; i < calls * layers; i++)
        take_trace(net, c, m, &b->traces[i]);
    b->outs = take(c, calls * n * d);
    b->du = take(c, n * d);
    b->d_wide = take(c, most(most(n * 2 * net->inner, n * 3 * d), 2 * net->inner_mix * m * d));
    b->d_hidden = take(c, most(most(n * net->inner, n * d), net->inner_mix * m * d));
    b->d_prob = take(c, net->length * net->length);
    b->cols = take(c, m * d);
}

struct trm_plain *
trm_plain_new(const struct trm_net *net, size_t m, bool train)
{
    size_t layers = net->config.layers;
    struct trm_plain *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->plain = calloc(layers, sizeof *b->plain);
    b->traces = calloc(train ? trm_net_traced(net) * layers : 1, sizeof *b->traces);
    struct trm_cut c = {0};
    if (b->plain && b->traces) {
        take_all(net, &c, m, train, b);
        b->memory = c.base = trm_big_alloc(c.used);
    }
    if (!b->memory) {
        trm_plain_free(b);
        return NULL;
    }
    c.used = 0;
    take_all(net, &c, m, train, b);
    return b;
}

void
trm_plain_free(struct trm_plain *b)
{
    if (!b)
        return;
    free(b->memory);
    free(b->plain);
    free(b->traces);
    free(b);
}

/* --- the road ---------------------------------------------------------------------------------------------------- */

/* All slots of the micro-batch are computed together, so its block of state is worked on where it is. */
static void
begin(struct trm_micro *b)
{
    size_t at = b->first * b->net->length * b->net->config.width;
    b->by_pos = b->m, b->by_slot = 1;
    b->y = b->s->y + at, b->z = b->s->z + at;
}

static void
end(struct trm_micro *b)
{
    (void)b;
}

/* A call of f without a way back: out = f(a + c), and + e if there is one. */
static void
call_plain(const struct trm_micro *b, trm_real *out, const trm_real *a, const trm_real *c, const trm_real *e)
{
    struct trm_plain *w = b->w->plain;
    size_t n = b->rows * b->net->config.width;
    if (e)
        trm_ops_add3(w->plain[0].x, a, c, e, n);
    else
        trm_ops_add2(w->plain[0].x, a, c, n);
    trm_block_forward(b->net, b->p, w, w->plain, b->m, b->w->mask, out);
}

static void
recurse(struct trm_micro *b, uint32_t cycles)
{
    for (uint32_t t = 0; t < cycles; t++) {
        for (uint32_t k = 0; k < b->net->config.n; k++)
            call_plain(b, b->z, b->z, b->y, b->w->x);
        call_plain(b, b->y, b->y, b->z, NULL);
    }
}

/* Traced call k is call `first` + k of the cycle: its input and insides in traces, its output in outs. */
static void
recurse_traced(struct trm_micro *b)
{
    struct trm_plain *w = b->w->plain;
    const struct trm_net_config *c = &b->net->config;
    size_t nd = b->rows * c->width;
    uint32_t calls = trm_net_traced(b->net), first = c->n + 1 - calls;
    for (uint32_t k = 0; k < first; k++)
        call_plain(b, b->z, b->z, b->y, b->w->x);
    for (uint32_t k = 0; k < calls; k++) {
        struct trm_trace *t = w->traces + (size_t)k * c->layers;
        bool last = k + 1 == calls;
        trm_real *to = last ? b->y : b->z, *out = w->outs + k * nd;
        if (last)
            trm_ops_add2(t->x, b->y, b->z, nd);
        else
            trm_ops_add3(t->x, b->z, b->y, b->w->x, nd);
        trm_block_forward(b->net, b->p, w, t, b->m, b->w->mask, out);
        memcpy(to, out, nd * sizeof *to);
    }
}

static void
recurse_back(struct trm_micro *b)
{
    struct trm_plain *w = b->w->plain;
    const struct trm_net_config *c = &b->net->config;
    size_t nd = b->rows * c->width;
    uint32_t last = trm_net_traced(b->net) - 1;
    w->dy = b->w->dy;
    memset(b->w->dx, 0, nd * sizeof *b->w->dx);
    for (uint32_t k = last + 1; k-- > 0;) {
        trm_block_backward(b->net, b->p, w, w->traces + (size_t)k * c->layers, b->m, b->w->mask, w->outs + k * nd,
                           b->grad);
        if (k < last)
            trm_ops_add2(b->w->dx, b->w->dx, b->w->dy, nd);
    }
}

const struct trm_road trm_road_plain = {begin, end, recurse, recurse_traced, recurse_back};
