/* The bf16 road against the plain one, and its kinds of processor against the definition. */
#define _GNU_SOURCE
#include "../../lib/net/net.h"
#include "amx.h"
#include "t.h"

/* AMX is trapped where the processor has none, which is slow: two of the forms show what there is to see. */
static const struct trm_mat_bf16 *
road_of(const char *name, int k)
{
    const struct trm_mat_bf16 *road = trm_mat_bf16_named(name);
    return !road && strcmp(name, "amx") == 0 && (k == 0 || k == 3) ? amx_here() : road;
}

struct rig {
    struct trm_net net;
    struct trm_slots slots;
    trm_real *p, *grad;
    struct trm_net_stats stats;
    struct trm_err err;
};

static struct trm_net_config
form(int k)
{
    struct trm_net_config c = trm_net_config_default();
    c.seq = 21, c.prefix = 4, c.width = 64, c.heads = 4, c.inner_multiple = 32, c.vocab_in = 9, c.vocab_out = 5;
    c.n = 2, c.T = 2, c.max_steps = 4, c.micro = 2, c.lanes = 2, c.features = 2, c.puzzles = 3;
    if (k == 1)
        c.width = 96, c.heads = 3, c.pos = TRM_NET_NONE, c.layers = 1, c.dropout = .2, c.seq = 33, c.prefix = 0, c.puzzles = 0;
    if (k == 2)
        c.width = 256, c.heads = 2, c.n = 1;
    if (k == 3)
        c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE, c.dropout = .1;
    if (k == 4)
        c.form = TRM_NET_MIXER, c.pos = TRM_NET_LEARNED, c.seq = 70, c.width = 96, c.layers = 3;
    return c;
}
#define FORMS 5

static void
put(struct rig *r, size_t slot)
{
    const struct trm_net_config *c = &r->net.config;
    struct trm_rng rng;
    int32_t ids[80], labels[80];
    float features[160];
    trm_rng_seed(&rng, slot + 1);
    for (size_t j = 0; j < c->seq; j++)
        ids[j] = (int32_t)trm_rng_below(&rng, c->vocab_in), labels[j] = (int32_t)trm_rng_below(&rng, c->vocab_out);
    for (size_t j = 0; j < 2 * c->seq; j++)
        features[j] = (float)trm_rng_normal(&rng);
    struct trm_net_task s = {ids, features, labels, 0};
    CHECK(trm_slots_put(&r->slots, &r->net, r->p, slot, &s, slot, &r->err) == 0);
}

static void
begin(struct rig *r, const struct trm_net_config *c, const char *road, size_t batch, enum trm_slots_use use,
      size_t threads)
{
    *r = (struct rig){.stats = {0}};
    CHECK(trm_net_init(&r->net, c, &r->err) == 0);
    CHECK(trm_net_can_bf16(&r->net));
    r->net.road = road ? road_of(road, 0) : NULL;
    r->p = calloc(r->net.n_params, sizeof *r->p);
    r->grad = calloc(r->net.n_params, sizeof *r->grad);
    trm_net_weights(&r->net, r->p, 3);
    struct trm_rng rng;
    trm_rng_seed(&rng, 9);
    for (size_t j = 0; j < c->width; j++) /* a head that does not stand at its zeros */
        r->p[r->net.at_q + j] = (float)(trm_rng_normal(&rng) / 8);
    r->p[r->net.at_q_bias] = 0;
    CHECK(trm_slots_init(&r->slots, &r->net, batch, use, threads, 5, &r->err) == 0);
    for (size_t i = 0; i < batch; i++)
        put(r, i);
}

static void
end(struct rig *r)
{
    trm_slots_release(&r->slots);
    trm_net_release(&r->net);
    free(r->p), free(r->grad);
}

/* |a - b| / |b| in the Euclidean norm. */
static double
apart(const trm_real *a, const trm_real *b, size_t n)
{
    double d = 0, s = 0;
    for (size_t i = 0; i < n; i++)
        d += ((double)a[i] - b[i]) * ((double)a[i] - b[i]), s += (double)b[i] * b[i];
    return s > 0 ? sqrt(d / s) : sqrt(d);
}

/* One training step by two roads from the same start. bfloat16 keeps 8 bits: each rounding errs by 2^-9 in the mean,
 * and a few dozen of them in a chain make a percent or two; a structural fault makes an error of the size of the thing.
 * Mixers with random weights multiply small differences more (the golden numbers in double lose four digits a step). */
static void
step_alike(struct trm_net_config c, const char *a, const char *b, double state_tol, double grad_tol)
{
    struct rig x, y;
    begin(&x, &c, a, 5, TRM_SLOTS_TRAIN, 1);
    begin(&y, &c, b, 5, TRM_SLOTS_TRAIN, 1);
    CHECK(trm_net_train(&x.net, x.p, &x.slots, x.grad, &x.stats, &x.err) == 0);
    CHECK(trm_net_train(&y.net, y.p, &y.slots, y.grad, &y.stats, &y.err) == 0);
    size_t state = 5 * x.net.length * c.width;
    CHECK_NEAR(apart(x.slots.y, y.slots.y, state), 0, state_tol);
    CHECK_NEAR(apart(x.slots.z, y.slots.z, state), 0, state_tol);
    CHECK_NEAR(apart(x.slots.logits, y.slots.logits, 5 * c.seq * c.vocab_out), 0, 2 * state_tol);
    for (size_t i = 0; i < x.net.n_tensors; i++) {
        const struct trm_tensor *t = &x.net.tensors[i];
        if (t->offset >= x.net.n_trained)
            continue;
        double d = apart(x.grad + t->offset, y.grad + t->offset, t->count);
        if (!(d <= grad_tol))
            printf("# %s\n", t->name);
        CHECK_NEAR(d, 0, grad_tol);
    }
    end(&x), end(&y);
}

/* A step through the last 2 of n+1 calls is a step with n = 1 from where the calls before them lead. */
static void
last_calls_alike(struct trm_net_config c, const char *road)
{
    struct rig last, whole;
    c.n = 2, c.T = 1;
    begin(&whole, &c, road, 5, TRM_SLOTS_TRAIN, 1);
    size_t state = 5 * whole.net.length * c.width * sizeof(trm_real);
    trm_real *y = malloc(state);
    memcpy(y, whole.slots.y, state);
    whole.net.config.n = 1;
    CHECK(trm_net_train(&whole.net, whole.p, &whole.slots, whole.grad, &whole.stats, &whole.err) == 0);
    memcpy(whole.slots.y, y, state); /* z is one latent update on; all else as at the start */
    whole.slots.clock[0] = 0;
    for (size_t i = 0; i < 5; i++)
        whole.slots.steps[i] = 0, whole.slots.halted[i] = 0;
    CHECK(trm_net_train(&whole.net, whole.p, &whole.slots, whole.grad, &whole.stats, &whole.err) == 0);
    c.grad_calls = 2;
    begin(&last, &c, road, 5, TRM_SLOTS_TRAIN, 1);
    CHECK(trm_net_train(&last.net, last.p, &last.slots, last.grad, &last.stats, &last.err) == 0);
    CHECK(memcmp(last.slots.y, whole.slots.y, state) == 0);
    CHECK(memcmp(last.grad, whole.grad, last.net.n_trained * sizeof *last.grad) == 0);
    free(y), end(&last), end(&whole);
}

static void
infer(struct rig *r, const struct trm_net_config *c, const char *road, size_t batch, size_t threads)
{
    begin(r, c, road, batch, TRM_SLOTS_INFER, threads);
    for (int k = 0; k < 3; k++)
        trm_net_infer(&r->net, r->p, &r->slots);
}

T_MAIN
{
    const char *fast[] = {"plain", "avx512_bf16", "amx"};
    for (int k = 0; k < FORMS; k++) {
        T("in bfloat16 by the definition a training step is the plain road's, rounding apart")
            step_alike(form(k), "plain", NULL, k < 3 ? .03 : .15, k < 3 ? .12 : .3);
        for (int f = 1; f < 3; f++)
            T("a training step by a processor's instructions is the definition's") {
                if (road_of(fast[f], k))
                    step_alike(form(k), fast[f], "plain", k < 3 ? .015 : .08, k < 3 ? .06 : .2);
                else
                    SKIP("not on this processor, or shown by other forms");
            }
        for (int f = 0; f < 3; f++)
            T("samples alone, in company and shared by threads have the same bytes") {
                struct trm_net_config c = form(k);
                struct rig one, many, shared;
                if (road_of(fast[f], k)) {
                    infer(&one, &c, fast[f], 1, 1);
                    infer(&many, &c, fast[f], 5, 2);
                    infer(&shared, &c, fast[f], 1, 3);
                    size_t state = one.net.length * c.width * sizeof(trm_real);
                    CHECK(memcmp(one.slots.y, many.slots.y, state) == 0);
                    CHECK(memcmp(one.slots.y, shared.slots.y, state) == 0);
                    CHECK(memcmp(one.slots.logits, shared.slots.logits, c.seq * c.vocab_out * sizeof(trm_real)) == 0);
                    end(&one), end(&many), end(&shared);
                } else
                    SKIP("not on this processor, or shown by other forms");
            }
        T("a training step has the same bytes with one thread and two") {
            struct trm_net_config c = form(k);
            struct rig one, two;
            begin(&one, &c, "plain", 7, TRM_SLOTS_TRAIN, 1);
            begin(&two, &c, "plain", 7, TRM_SLOTS_TRAIN, 2);
            CHECK(trm_net_train(&one.net, one.p, &one.slots, one.grad, &one.stats, &one.err) == 0);
            CHECK(trm_net_train(&two.net, two.p, &two.slots, two.grad, &two.stats, &two.err) == 0);
            CHECK(memcmp(one.grad, two.grad, one.net.n_trained * sizeof *one.grad) == 0);
            end(&one), end(&two);
        }
    }
    for (int k = 0; k < FORMS; k++) {
        T("a gradient through the last two calls is that of a shorter cycle")
            last_calls_alike(form(k), NULL);
        T("the same in bfloat16")
            last_calls_alike(form(k), "plain");
    }
    T("after a change of the weights in place the next step uses the new ones") {
        struct trm_net_config c = form(0);
        struct rig a, b;
        infer(&a, &c, "plain", 2, 1);
        begin(&b, &c, "plain", 2, TRM_SLOTS_INFER, 1);
        for (size_t i = 0; i < b.net.n_trained; i++)
            b.p[i] *= 2;
        trm_net_infer(&b.net, b.p, &b.slots);
        for (size_t i = 0; i < b.net.n_trained; i++)
            b.p[i] /= 2;
        trm_slots_weights_changed(&b.slots);
        put(&b, 0), put(&b, 1);
        for (int k = 0; k < 3; k++)
            trm_net_infer(&b.net, b.p, &b.slots);
        CHECK(memcmp(a.slots.logits, b.slots.logits, 2 * c.seq * c.vocab_out * sizeof(trm_real)) == 0);
        end(&a), end(&b);
    }
    T("a backend is had by its name or refused by it") {
        struct trm_net_config c = form(0);
        struct trm_net net;
        struct trm_err err = {0};
        CHECK(trm_net_init(&net, &c, &err) == 0);
        CHECK(trm_net_backend(&net, "plain", &err) == 0);
        CHECK_STR(trm_net_backend_name(&net), "plain");
        CHECK(trm_net_backend(&net, "float32", &err) == 0);
        CHECK_STR(trm_net_backend_name(&net), "float32");
        CHECK(trm_net_backend(&net, "int4", &err) != 0);
        CHECK(strstr(err.text, "int4") != NULL);
        trm_net_release(&net);
    }
    T("widths and heads that have no whole vectors are not for bfloat16") {
        struct trm_net_config c = form(0);
        struct trm_net net;
        struct trm_err err = {0};
        c.heads = 8;
        CHECK(trm_net_init(&net, &c, &err) == 0);
        CHECK(!trm_net_can_bf16(&net));
        CHECK(trm_net_backend(&net, "auto", &err) == 0);
        CHECK_STR(trm_net_backend_name(&net), "float32");
        CHECK(trm_net_backend(&net, "plain", &err) != 0);
        CHECK(err.kind == TRM_USAGE);
        trm_net_release(&net);
    }
}
