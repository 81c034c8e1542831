/* Layout of the parameter vector, rotary tables, initial weights. */
#include "net.h"

#include <math.h>
#include <stdlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inner.h"

size_t
trm_net_inner_size(const struct trm_net_config *c, size_t width)
{
    size_t plain = (size_t)rint(c->expansion * (double)width * 2 / 3);
    size_t k = (plain + c->inner_multiple - 1) / c->inner_multiple;
    return (k ? k : 1) * c->inner_multiple;
}

/* Add a tensor at the end of the vector; returns its offset. cols 0: rank 1. */
__attribute__((format(printf, 4, 5))) static size_t
add(struct trm_net *net, size_t rows, size_t cols, const char *fmt, ...)
{
    struct trm_tensor *t = &net->tensors[net->n_tensors++];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t->name, sizeof t->name, fmt, ap);
    va_end(ap);
    t->offset = net->n_params;
    t->rank = cols ? 2 : 1;
    t->shape[0] = rows, t->shape[1] = cols ? cols : 1;
    t->count = t->shape[0] * t->shape[1];
    net->n_params += t->count;
    return t->offset;
}

static void
add_block(struct trm_net *net, struct trm_net_block *b, unsigned i)
{
    const struct trm_net_config *c = &net->config;
    size_t d = c->width, len = net->length;
    if (c->form == TRM_NET_ATTENTION) {
        b->qkv = add(net, 3 * d, d, "inner.L_level.layers.%u.self_attn.qkv_proj.weight", i);
        b->o = add(net, d, d, "inner.L_level.layers.%u.self_attn.o_proj.weight", i);
    } else {
        b->mix_in = add(net, 2 * net->inner_mix, len, "inner.L_level.layers.%u.mlp_t.gate_up_proj.weight", i);
        b->mix_out = add(net, len, net->inner_mix, "inner.L_level.layers.%u.mlp_t.down_proj.weight", i);
    }
    b->gate_up = add(net, 2 * net->inner, d, "inner.L_level.layers.%u.mlp.gate_up_proj.weight", i);
    b->down = add(net, d, net->inner, "inner.L_level.layers.%u.mlp.down_proj.weight", i);
}

/* Trained tensors first, then puzzle rows (their own optimiser), then the initial states (never trained). */
static void
lay_out(struct trm_net *net)
{
    const struct trm_net_config *c = &net->config;
    size_t d = c->width;
    if (c->id_columns)
        net->at_ids = add(net, c->vocab_in, d, "inner.embed_tokens.embedding_weight");
    if (c->features)
        net->at_features = add(net, c->features, d, "inner.embed_features.weight");
    if (c->pos == TRM_NET_LEARNED)
        net->at_pos = add(net, net->length, d, "inner.embed_pos.embedding_weight");
    net->at_out = add(net, c->vocab_out, d, "inner.lm_head.weight");
    net->at_q = add(net, 2, d, "inner.q_head.weight");
    net->at_q_bias = add(net, 2, 0, "inner.q_head.bias");
    for (unsigned i = 0; i < c->layers; i++)
        add_block(net, &net->blocks[i], i);
    net->n_trained = net->n_params;
    if (c->puzzles)
        net->at_puzzle = add(net, c->puzzles, d, "inner.puzzle_emb.weights");
    net->at_y0 = add(net, d, 0, "inner.H_init");
    net->at_z0 = add(net, d, 0, "inner.L_init");
    size_t *at[] = {&net->at_ids, &net->at_features, &net->at_pos, &net->at_puzzle};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        if (*at[i] == SIZE_MAX)
            *at[i] = net->n_params;
}

/* cos, sin [L, D/h/2]: angle of position l and pair j is l * theta^(-2j/(D/h)) (Su et al. 2021, arXiv:2104.09864). */
static void
fill_rope(struct trm_net *net)
{
    size_t half = net->config.width / net->config.heads / 2;
    for (size_t l = 0; l < net->length; l++)
        for (size_t j = 0; j < half; j++) {
            double angle = (double)l * pow(net->config.rope_theta, -(double)j / (double)half);
            net->cos[l * half + j] = (trm_real)cos(angle);
            net->sin[l * half + j] = (trm_real)sin(angle);
        }
}

/* The bound on memory: no vector, table or micro-batch of a configuration may pass 2^31 elements, so that every size
 * fits the int of the BLAS and no product of sizes overflows. */
static int
check_size(const struct trm_net *net, struct trm_err *err)
{
    const struct trm_net_config *c = &net->config;
    double d = c->width, len = (double)net->length, most = 2147483648.;
    double block = 4 * d * d + 3 * d * (double)net->inner + 3 * len * (double)net->inner_mix;
    double params = c->layers * block + (2. * c->vocab_in + c->features + c->puzzles + len + 2. * c->vocab_out) * d;
    double rows = len * c->micro, wide = 2 * (double)net->inner + 3 * d;
    if (params >= most || rows * wide >= most || 2 * (double)net->inner_mix * d * c->micro >= most
        || len * len * c->heads * c->micro >= most || rows * c->vocab_out >= most || rows * c->features >= most)
        return trm_err_set(err, TRM_USAGE, "a network of these sizes has more than 2^31 numbers in one piece");
    return 0;
}

int
trm_net_init(struct trm_net *net, const struct trm_net_config *c, struct trm_err *err)
{
    *net = (struct trm_net){.config = *c, .at_ids = SIZE_MAX, .at_features = SIZE_MAX, .at_pos = SIZE_MAX,
                            .at_puzzle = SIZE_MAX};
    if (trm_net_config_check(c, err) != 0)
        goto fail;
    net->length = (size_t)c->seq + c->prefix;
    net->inner = trm_net_inner_size(c, c->width);
    net->inner_mix = c->form == TRM_NET_MIXER ? trm_net_inner_size(c, net->length) : 0;
    if (check_size(net, err) != 0)
        goto fail;
    size_t rope = c->form == TRM_NET_ATTENTION && c->pos == TRM_NET_ROPE ? net->length * (c->width / c->heads / 2) : 0;
    net->tensors = calloc(16 + 4 * (size_t)c->layers, sizeof *net->tensors);
    net->blocks = calloc(c->layers, sizeof *net->blocks);
    net->cos = calloc(rope + 1, sizeof *net->cos);
    net->sin = calloc(rope + 1, sizeof *net->sin);
    if (!net->tensors || !net->blocks || !net->cos || !net->sin) {
        trm_err_set(err, TRM_SYS, "no memory for a network");
        goto fail;
    }
    lay_out(net);
    if (rope)
        fill_rope(net);
    return 0;
fail:
    trm_net_release(net);
    return -1;
}

void
trm_net_release(struct trm_net *net)
{
    free(net->tensors);
    free(net->blocks);
    free(net->cos);
    free(net->sin);
    *net = (struct trm_net){0};
}

/* count draws of a normal cut at two of its standard deviations, widened so that what is left has deviation `std`. */
static void
fill_truncated(trm_real *w, size_t count, double std, struct trm_rng *rng)
{
    for (size_t i = 0; i < count; i++) {
        double x;
        do
            x = trm_rng_normal(rng);
        while (fabs(x) > 2);
        w[i] = (trm_real)(x * 1.1368472 * std);
    }
}

void
trm_net_weights(const struct trm_net *net, trm_real *params, uint64_t seed)
{
    struct trm_rng rng;
    trm_rng_seed(&rng, seed);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const struct trm_tensor *t = &net->tensors[i];
        trm_real *w = params + t->offset;
        if (t->offset == net->at_q || t->offset == net->at_puzzle)
            memset(w, 0, t->count * sizeof *w);
        else if (t->offset == net->at_q_bias)
            w[0] = w[1] = -5;
        else if (t->offset == net->at_y0 || t->offset == net->at_z0)
            fill_truncated(w, t->count, 1, &rng);
        else /* columns are the fan-in of a linear map and the width of a table alike; features are rows of a table */
            fill_truncated(w, t->count, 1 / sqrt((double)t->shape[1]), &rng);
    }
}
