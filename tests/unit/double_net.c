/* The gradient of every tensor against difference quotients, in double, for every form the network can take. */
#include "../../lib/net/net.h"
#include "t.h"

/* A tiny network; what varies is set by each test. */
static struct trm_net_config
tiny(void)
{
    struct trm_net_config c = trm_net_config_default();
    c.seq = 5, c.prefix = 2, c.width = 8, c.heads = 2, c.inner_multiple = 8, c.vocab_in = 6, c.vocab_out = 4;
    c.n = 2, c.T = 2, c.max_steps = 3, c.explore = 0, c.micro = 2, c.lanes = 2;
    return c;
}

struct rig {
    struct trm_net net;
    struct trm_slots slots;
    double *p, *grad, *y, *z; /* y, z: the carried state that every evaluation starts from */
    size_t batch;
    struct trm_net_stats stats;
    struct trm_err err;
};

/* The same sample in slot i for the same seed; ids, features and labels all over their ranges, some empty. */
static int
put_random(struct rig *r, size_t i, struct trm_rng *rng)
{
    const struct trm_net_config *c = &r->net.config;
    int32_t ids[64], labels[16];
    float features[64];
    for (size_t j = 0; j < (size_t)c->seq * c->id_columns; j++)
        ids[j] = (int32_t)trm_rng_below(rng, c->vocab_in + 1) - 1;
    for (size_t j = 0; j < (size_t)c->seq * c->features; j++)
        features[j] = (float)trm_rng_normal(rng);
    for (size_t j = 0; j < c->seq; j++)
        labels[j] = trm_rng_below(rng, 3) ? (int32_t)trm_rng_below(rng, c->vocab_out) : TRM_NET_NO_LABEL;
    struct trm_net_task s = {ids, features, labels, c->puzzles ? (int32_t)trm_rng_below(rng, c->puzzles) : 0};
    return trm_slots_put(&r->slots, &r->net, r->p, i, &s, i, &r->err);
}

/* Take the first supervision step and keep what it carries: from there on y and z are no longer the plain initial
 * state. */
static void
begin(struct rig *r)
{
    struct trm_rng rng;
    CHECK(trm_slots_init(&r->slots, &r->net, r->batch, TRM_SLOTS_TRAIN, 1, 7, &r->err) == 0);
    trm_rng_seed(&rng, 11);
    for (size_t i = 0; i < r->batch; i++)
        CHECK(put_random(r, i, &rng) == 0);
    CHECK(trm_net_train(&r->net, r->p, &r->slots, r->grad, &r->stats, &r->err) == 0);
    size_t bytes = r->batch * r->net.length * r->net.config.width * sizeof *r->y;
    r->y = malloc(bytes), r->z = malloc(bytes);
    memcpy(r->y, r->slots.y, bytes);
    memcpy(r->z, r->slots.z, bytes);
}

/* Loss and gradient of the second step with the weights in r->p, from what the first carried. */
static double
loss_at(struct rig *r)
{
    size_t bytes = r->batch * r->net.length * r->net.config.width * sizeof *r->y;
    memcpy(r->slots.y, r->y, bytes);
    memcpy(r->slots.z, r->z, bytes);
    r->slots.clock[0] = 1;
    for (size_t i = 0; i < r->batch; i++)
        r->slots.halted[i] = 0, r->slots.steps[i] = 1;
    CHECK(trm_net_train(&r->net, r->p, &r->slots, r->grad, &r->stats, &r->err) == 0);
    return r->stats.loss;
}

/* With T = 1 nothing before the last cycle hangs on the weights, so the difference quotient of the whole step is the
 * gradient; with T = 2 the first cycle would have to be frozen, which golden numbers cover.
 *
 * Tolerance: central differences of step h err by h^2/6 f''' + eps f / h, with h = 1e-5 and f about 1 near 1e-10 +
 * 1e-11; f''' of these nets is up to hundreds, so 2e-7 beside gradients of about 0.1. */
static void
check_gradient(struct trm_net_config c)
{
    struct rig r = {.batch = 3};
    c.T = 1;
    CHECK(trm_net_init(&r.net, &c, &r.err) == 0);
    size_t n = r.net.n_params;
    r.p = calloc(n, sizeof *r.p), r.grad = calloc(n, sizeof *r.grad);
    double *want = calloc(n, sizeof *want);
    trm_net_weights(&r.net, r.p, 3);
    struct trm_rng rng;
    trm_rng_seed(&rng, 5);
    for (size_t i = r.net.at_q; i < r.net.at_q + 2 * c.width; i++) /* not the zeros they start at */
        r.p[i] = .3 * trm_rng_normal(&rng);
    r.p[r.net.at_q_bias] = -3;
    for (size_t i = 0; i < (size_t)c.puzzles * c.width; i++)
        r.p[r.net.at_puzzle + i] = trm_rng_normal(&rng);
    begin(&r);
    loss_at(&r);
    memcpy(want, r.grad, n * sizeof *want);
    double *rows = calloc(r.batch * c.width + 1, sizeof *rows);
    if (c.puzzles)
        memcpy(rows, r.slots.puzzle_grad, r.batch * c.width * sizeof *rows);
    for (size_t t = 0; t < r.net.n_tensors; t++) {
        const struct trm_tensor *tensor = &r.net.tensors[t];
        bool puzzle = tensor->offset == r.net.at_puzzle, trained = tensor->offset < r.net.n_trained;
        double largest = 0, worst = 0;
        size_t every = tensor->count > 60 ? tensor->count / 40 : 1; /* some 40 of each tensor */
        for (size_t i = 0; (trained || puzzle) && i < tensor->count; i += every) {
            double h = 1e-5, keep = r.p[tensor->offset + i], g = want[tensor->offset + i];
            if (puzzle) {
                g = 0;
                for (size_t slot = 0; slot < r.batch; slot++)
                    if ((size_t)r.slots.puzzle[slot] == i / c.width)
                        g += rows[slot * c.width + i % c.width];
            }
            r.p[tensor->offset + i] = keep + h;
            double up = loss_at(&r);
            r.p[tensor->offset + i] = keep - h;
            double down = loss_at(&r);
            r.p[tensor->offset + i] = keep;
            worst = fmax(worst, fabs((up - down) / (2 * h) - g));
            largest = fmax(largest, fabs(g));
        }
        if (!(worst <= 2e-7))
            printf("# %s: off by %g, largest %g\n", tensor->name, worst, largest);
        CHECK(worst <= 2e-7);
        if (trained || puzzle)
            CHECK(largest > 1e-6); /* a gradient that is nowhere would agree with nothing */
    }
    free(r.p), free(r.grad), free(r.y), free(r.z), free(want), free(rows);
    trm_slots_release(&r.slots);
    trm_net_release(&r.net);
}

T_MAIN
{
    struct trm_net_config c = tiny();
    T("the attention form's gradients are its difference quotients") check_gradient(c);
    T("so with learned positions and no prefix")
    {
        c = tiny(), c.pos = TRM_NET_LEARNED, c.prefix = 0;
        check_gradient(c);
    }
    T("so with attention without positions") c = tiny(), c.pos = TRM_NET_NONE, check_gradient(c);
    T("so in the mixer form") c = tiny(), c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE, check_gradient(c);
    T("so in the mixer form with learned positions")
    {
        c = tiny(), c.form = TRM_NET_MIXER, c.pos = TRM_NET_LEARNED;
        check_gradient(c);
    }
    T("so with several id columns and features")
    {
        c = tiny(), c.id_columns = 3, c.features = 4;
        check_gradient(c);
    }
    T("so with features alone")
    {
        c = tiny(), c.id_columns = 0, c.vocab_in = 0, c.features = 4;
        check_gradient(c);
    }
    T("so with puzzle embeddings") c = tiny(), c.puzzles = 2, check_gradient(c);
    T("so with puzzle embeddings in the mixer form")
    {
        c = tiny(), c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE, c.puzzles = 2;
        check_gradient(c);
    }
    T("so with softmax") c = tiny(), c.loss = TRM_NET_SOFTMAX, check_gradient(c);
    T("so with dropout") c = tiny(), c.dropout = .3, check_gradient(c);
    T("so with dropout in the mixer form")
    {
        c = tiny(), c.dropout = .3, c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE;
        check_gradient(c);
    }
    T("so with one layer, three layers, and a micro-batch for each slot")
    {
        c = tiny(), c.layers = 1, c.micro = 1;
        check_gradient(c);
        c.layers = 3, c.lanes = 1;
        check_gradient(c);
    }
    T("so with other settings of the halting loss") c = tiny(), c.halt_weight = 1, check_gradient(c);
}
