/* Weights rounded to bfloat16 and laid out for the products, once after every update. */
#include <stdlib.h>

#include "bf16.h"

#ifdef TRM_DOUBLE
bool
trm_net_can_bf16(const struct trm_net *net)
{
    (void)net;
    return false;
}
#else
bool
trm_net_can_bf16(const struct trm_net *net)
{
    const struct trm_net_config *c = &net->config;
    size_t hd = c->heads ? c->width / c->heads : 0;
    if (c->width % 32 || net->inner % 32)
        return false;
    if (c->form == TRM_NET_MIXER)
        return net->inner_mix % 32 == 0;
    return hd % 16 == 0 && (hd <= TRM_MAT_PANEL ? TRM_MAT_PANEL % hd == 0 : hd % TRM_MAT_PANEL == 0);
}
#endif

static void
take(struct trm_cut *cut, const struct trm_net *net, bool train, struct trm_bf_layer *l)
{
    size_t d = net->config.width, inner = net->inner, a = net->inner_mix, len = net->length, even = len + len % 2;
    size_t pair = sizeof(uint32_t), one = sizeof(trm_bf16);
    l->gate_up = trm_cut(cut, trm_mat_panels_size(d, 2 * inner), pair);
    l->down = trm_cut(cut, trm_mat_panels_size(inner, d), pair);
    if (train) {
        l->gate_up_back = trm_cut(cut, trm_mat_panels_size(2 * inner, d), pair);
        l->down_back = trm_cut(cut, trm_mat_panels_size(d, inner), pair);
    }
    if (net->config.form == TRM_NET_MIXER) {
        l->mix_in = trm_cut(cut, 2 * a * even, one);
        l->mix_out = trm_cut(cut, len * a, one);
        if (train) {
            l->mix_in_back = trm_cut(cut, len * 2 * a, one);
            l->mix_out_back = trm_cut(cut, a * even, one);
        }
        return;
    }
    l->qkv = trm_cut(cut, trm_mat_panels_size(d, 3 * d), pair);
    l->o = trm_cut(cut, trm_mat_panels_size(d, d), pair);
    if (train) {
        l->qkv_back = trm_cut(cut, trm_mat_panels_size(3 * d, d), pair);
        l->o_back = trm_cut(cut, trm_mat_panels_size(d, d), pair);
    }
}

struct trm_bf_weights *
trm_bf_weights_new(const struct trm_net *net, bool train)
{
    size_t layers = net->config.layers;
    struct trm_bf_weights *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->train = train;
    w->layers = calloc(layers, sizeof *w->layers);
    struct trm_cut cut = {0};
    for (size_t i = 0; w->layers && i < layers; i++)
        take(&cut, net, train, &w->layers[i]);
    w->memory = cut.base = trm_big_alloc(cut.used);
    if (!w->layers || !w->memory) {
        trm_bf_weights_free(w);
        return NULL;
    }
    cut.used = 0;
    for (size_t i = 0; i < layers; i++)
        take(&cut, net, train, &w->layers[i]);
    return w;
}

void
trm_bf_weights_free(struct trm_bf_weights *w)
{
    if (!w)
        return;
    free(w->layers);
    free(w->memory);
    free(w);
}

static uint32_t
pair(trm_real a, trm_real b)
{
    return (uint32_t)trm_bf16_of((float)a) | (uint32_t)trm_bf16_of((float)b) << 16;
}

/* What to do to one matrix: W [out,in] of the parameters. half: rows stand in turn with those `half` below; 0: as they
 * are. */
struct matrix {
    const trm_real *w;
    size_t out, in, half, threads;
};

static size_t
row_of(const struct matrix *m, size_t j, size_t by)
{
    return m->half ? trm_bf_turn(j, m->half, by) : j;
}

/* Panels of W^T, summed over the input. */
static void
forward_panels(uint32_t *p, const struct matrix *m)
{
#pragma omp parallel for schedule(static) num_threads(m->threads)
    for (size_t j = 0; j < m->out; j += TRM_MAT_PANEL) {
        size_t w = trm_mat_panel_cols(j, m->out);
        uint32_t *panel = p + j * (m->in / 2);
        for (size_t i = 0; i < w; i++) {
            const trm_real *row = m->w + row_of(m, j + i, 32) * m->in;
            for (size_t k = 0; k < m->in / 2; k++)
                panel[k * w + i] = pair(row[2 * k], row[2 * k + 1]);
        }
    }
}

/* Panels of W, summed over the output. */
static void
backward_panels(uint32_t *p, const struct matrix *m)
{
#pragma omp parallel for schedule(static) num_threads(m->threads)
    for (size_t j = 0; j < m->in; j += TRM_MAT_PANEL) {
        size_t w = trm_mat_panel_cols(j, m->in);
        uint32_t *panel = p + j * (m->out / 2);
        for (size_t k = 0; k < m->out / 2; k++) {
            const trm_real *a = m->w + row_of(m, 2 * k, 32) * m->in + j, *b = m->w + row_of(m, 2 * k + 1, 32) * m->in + j;
            for (size_t i = 0; i < w; i++)
                panel[k * w + i] = pair(a[i], b[i]);
        }
    }
}

/* W itself, its rows filled up to `wide` with zeros. */
static void
rows(trm_bf16 *p, const struct matrix *m, size_t wide)
{
    for (size_t j = 0; j < m->out; j++)
        for (size_t k = 0; k < wide; k++)
            p[j * wide + k] = k < m->in ? trm_bf16_of((float)m->w[row_of(m, j, 16) * m->in + k]) : 0;
}

/* Its transpose likewise. */
static void
columns(trm_bf16 *p, const struct matrix *m, size_t wide)
{
    for (size_t k = 0; k < m->in; k++)
        for (size_t j = 0; j < wide; j++)
            p[k * wide + j] = j < m->out ? trm_bf16_of((float)m->w[row_of(m, j, 16) * m->in + k]) : 0;
}

void
trm_bf_weights_pack(struct trm_bf_weights *w, const struct trm_net *net, const trm_real *params, size_t threads)
{
    size_t d = net->config.width, inner = net->inner, a = net->inner_mix, len = net->length, even = len + len % 2;
    for (size_t i = 0; i < net->config.layers; i++) {
        const struct trm_net_block *b = &net->blocks[i];
        struct trm_bf_layer *l = &w->layers[i];
        struct matrix gate_up = {params + b->gate_up, 2 * inner, d, inner, threads};
        struct matrix down = {params + b->down, d, inner, 0, threads};
        forward_panels(l->gate_up, &gate_up);
        forward_panels(l->down, &down);
        if (w->train) {
            backward_panels(l->gate_up_back, &gate_up);
            backward_panels(l->down_back, &down);
        }
        if (net->config.form == TRM_NET_MIXER) {
            struct matrix in = {params + b->mix_in, 2 * a, len, a, threads}, out = {params + b->mix_out, len, a, 0, threads};
            rows(l->mix_in, &in, even);
            rows(l->mix_out, &out, a);
            if (w->train) {
                columns(l->mix_in_back, &in, 2 * a);
                columns(l->mix_out_back, &out, even);
            }
            continue;
        }
        struct matrix qkv = {params + b->qkv, 3 * d, d, 0, threads}, o = {params + b->o, d, d, 0, threads};
        forward_panels(l->qkv, &qkv);
        forward_panels(l->o, &o);
        if (w->train) {
            backward_panels(l->qkv_back, &qkv);
            backward_panels(l->o_back, &o);
        }
    }
}
