/* The network as a whole: sizes, start, threads, neighbours, halting, resume, refusals. */
#include "../../lib/net/net.h"
#include "../../lib/opt/opt.h"
#include "t.h"

static struct trm_net_config
small(void)
{
    struct trm_net_config c = trm_net_config_default();
    c.seq = 12, c.prefix = 3, c.width = 32, c.heads = 4, c.inner_multiple = 32, c.vocab_in = 9, c.vocab_out = 5;
    c.id_columns = 2, c.features = 3, c.puzzles = 4, c.n = 2, c.T = 2, c.max_steps = 4, c.micro = 3, c.lanes = 3;
    c.dropout = .1;
    return c;
}

/* A run of training on samples made from a counter, and all that it holds. */
struct rig {
    struct trm_net net;
    struct trm_slots slots;
    struct trm_opt opt;
    trm_real *p, *grad, *ema;
    uint64_t next;
    struct trm_net_stats stats;
    struct trm_err err;
};

static void
put(struct rig *r, size_t slot, uint64_t key)
{
    const struct trm_net_config *c = &r->net.config;
    struct trm_rng rng;
    int32_t ids[64], labels[16];
    float features[64];
    trm_rng_seed(&rng, key);
    for (size_t j = 0; j < (size_t)c->seq * c->id_columns; j++)
        ids[j] = (int32_t)trm_rng_below(&rng, c->vocab_in + 1) - 1;
    for (size_t j = 0; j < (size_t)c->seq * c->features; j++)
        features[j] = (float)trm_rng_normal(&rng);
    for (size_t j = 0; j < c->seq; j++) /* the answer stands in the question */
        labels[j] = c->id_columns && ids[j * c->id_columns] >= 0 ? ids[j * c->id_columns] % (int32_t)c->vocab_out : 0;
    struct trm_net_task s = {ids, features, labels, c->puzzles ? (int32_t)trm_rng_below(&rng, c->puzzles) : 0};
    CHECK(trm_slots_put(&r->slots, &r->net, r->p, slot, &s, key, &r->err) == 0);
}

static void
begin(struct rig *r, struct trm_net_config c, size_t batch, enum trm_slots_use use, size_t threads)
{
    struct trm_opt_config o = trm_opt_config_default();
    *r = (struct rig){.next = 1};
    o.lr = 3e-3, o.warmup = 10, o.weight_decay = 0;
    CHECK(trm_net_init(&r->net, &c, &r->err) == 0);
    r->p = calloc(r->net.n_params, sizeof *r->p);
    r->ema = calloc(r->net.n_params, sizeof *r->ema);
    r->grad = calloc(r->net.n_params, sizeof *r->grad);
    trm_net_weights(&r->net, r->p, 1);
    CHECK(trm_opt_init(&r->opt, &o, r->net.n_trained, &r->err) == 0);
    CHECK(trm_slots_init(&r->slots, &r->net, batch, use, threads, 5, &r->err) == 0);
}

static void
end(struct rig *r)
{
    trm_slots_release(&r->slots);
    trm_opt_release(&r->opt);
    trm_net_release(&r->net);
    free(r->p), free(r->grad), free(r->ema);
}

static void
train(struct rig *r, int steps)
{
    for (int k = 0; k < steps; k++) {
        for (size_t i = 0; i < r->slots.count; i++)
            if (r->slots.halted[i])
                put(r, i, r->next++);
        CHECK(trm_net_train(&r->net, r->p, &r->slots, r->grad, &r->stats, &r->err) == 0);
        trm_opt_step(&r->opt, r->p, r->grad);
        if (r->net.config.puzzles)
            trm_opt_rows(&r->opt, r->p + r->net.at_puzzle, r->net.config.width, r->slots.puzzle, r->slots.puzzle_grad,
                         r->slots.count);
        trm_opt_average(&r->opt, r->ema, r->p);
    }
}

static size_t
count_of(struct trm_net_config c)
{
    struct trm_net net;
    struct trm_err err = {0};
    CHECK(trm_net_init(&net, &c, &err) == 0);
    size_t n = net.n_trained;
    trm_net_release(&net);
    return n;
}

static void
published_counts(void)
{
    struct trm_net_config c = trm_net_config_default();
    CHECK(count_of(c) == 6828034);
    c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE;
    CHECK(count_of(c) == 5028866);
}

/* Deviation and cut of what stands at [at, at+n). With n draws the deviation errs by about std / sqrt(2n) (less for a
 * cut normal); four of that. */
static void
check_spread(const trm_real *w, size_t n, double std)
{
    double sum = 0, squares = 0, most = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i], squares += (double)w[i] * w[i], most = fmax(most, fabs(w[i]));
    double tol = 4 * std / sqrt(2. * (double)n);
    CHECK_NEAR(sqrt(squares / (double)n), std, tol);
    CHECK_NEAR(sum / (double)n, 0, 6 * std / sqrt((double)n));
    CHECK(most <= 2 * 1.1368472 * std * (1 + 1e-6));
    if (n > 10000)
        CHECK(most > 1.9 * 1.1368472 * std);
}

static void
initial_weights(void)
{
    struct trm_net_config c = trm_net_config_default();
    struct trm_net net;
    struct trm_err err = {0};
    c.width = 128, c.vocab_in = 300, c.features = 200, c.puzzles = 2;
    CHECK(trm_net_init(&net, &c, &err) == 0);
    trm_real *p = calloc(net.n_params, sizeof *p);
    trm_net_weights(&net, p, 9);
    double d = 1 / sqrt(128.);
    check_spread(p + net.at_ids, 300 * 128, d);
    check_spread(p + net.at_features, 200 * 128, d);
    check_spread(p + net.at_out, 11 * 128, d);
    check_spread(p + net.at_y0, 128, 1);
    check_spread(p + net.at_z0, 128, 1);
    for (int i = 0; i < 2; i++) {
        check_spread(p + net.blocks[i].qkv, 3 * 128 * 128, d);
        check_spread(p + net.blocks[i].o, 128 * 128, d);
        check_spread(p + net.blocks[i].gate_up, 2 * net.inner * 128, d);
        check_spread(p + net.blocks[i].down, 128 * net.inner, 1 / sqrt((double)net.inner));
    }
    for (size_t i = 0; i < 256; i++)
        CHECK(p[net.at_q + i] == 0 && p[net.at_puzzle + i] == 0);
    CHECK(p[net.at_q_bias] == -5 && p[net.at_q_bias + 1] == -5);
    CHECK(memcmp(p + net.at_y0, p + net.at_z0, 128 * sizeof *p) != 0);
    free(p);
    trm_net_release(&net);
}

static void
threads(struct trm_net_config c)
{
    struct rig one, more;
    begin(&one, c, 8, TRM_SLOTS_TRAIN, 1);
    train(&one, 6);
    for (size_t n = 2; n <= 3; n++) {
        begin(&more, c, 8, TRM_SLOTS_TRAIN, n);
        train(&more, 6);
        CHECK(memcmp(one.p, more.p, one.net.n_params * sizeof *one.p) == 0);
        CHECK(memcmp(one.grad, more.grad, one.net.n_trained * sizeof *one.p) == 0);
        CHECK(memcmp(one.ema, more.ema, one.net.n_trained * sizeof *one.p) == 0);
        CHECK(memcmp(one.slots.logits, more.slots.logits, 8 * c.seq * c.vocab_out * sizeof *one.p) == 0);
        CHECK(one.stats.loss == more.stats.loss);
        end(&more);
    }
    end(&one);
}

/* Logits and q of the sample `key` after three steps, in slot `at` of `count`, beside others. */
static void
alone_or_not(struct trm_net_config c, size_t count, size_t at, size_t n_threads, trm_real *logits, double *q)
{
    struct rig r;
    begin(&r, c, count, TRM_SLOTS_INFER, n_threads);
    for (size_t i = 0; i < c.width; i++)
        r.p[r.net.at_q + i] = (trm_real)(.01 * (double)i);
    for (size_t i = 0; i < count; i++)
        put(&r, i, i == at ? 77 : 100 + i);
    for (int k = 0; k < 3; k++) {
        trm_net_infer(&r.net, r.p, &r.slots);
        if (k == 0 && count > 1) /* a neighbour leaves, later another comes */
            r.slots.halted[at ? 0 : 1] = 1;
        if (k == 1 && count > 1)
            put(&r, at ? 0 : 1, 999);
    }
    memcpy(logits, r.slots.logits + at * c.seq * c.vocab_out, c.seq * c.vocab_out * sizeof *logits);
    *q = r.slots.q[at];
    CHECK(r.slots.steps[at] == 3);
    end(&r);
}

static void
neighbours(struct trm_net_config c)
{
    trm_real want[64], got[64];
    double q, q2;
    size_t bytes = c.seq * c.vocab_out * sizeof *want;
    alone_or_not(c, 1, 0, 1, want, &q);
    CHECK(q != -5);
    for (size_t count = 2; count < 8; count += 2)
        for (size_t at = 0; at < count; at++) {
            alone_or_not(c, count, at, 1 + at % 2, got, &q2);
            CHECK(memcmp(want, got, bytes) == 0 && q == q2);
        }
}

static void
resume(struct trm_net_config c)
{
    struct rig whole, first, second;
    begin(&whole, c, 5, TRM_SLOTS_TRAIN, 2);
    train(&whole, 9);
    begin(&first, c, 5, TRM_SLOTS_TRAIN, 1);
    train(&first, 4);
    begin(&second, c, 5, TRM_SLOTS_TRAIN, 2);
    struct trm_slots_part from[TRM_SLOTS_PARTS], to[TRM_SLOTS_PARTS];
    size_t n = trm_slots_parts(&first.slots, &first.net, from);
    CHECK(n == trm_slots_parts(&second.slots, &second.net, to));
    static const size_t size[TRM_N_DTYPES] = {4, 8, 2, 2, 4, 8, 1, 8};
    for (size_t i = 0; i < n; i++) {
        CHECK(strcmp(from[i].name, to[i].name) == 0 && from[i].count == to[i].count);
        memcpy(to[i].data, from[i].data, from[i].count * size[from[i].dtype]);
    }
    CHECK(trm_slots_check(&second.slots, &second.net, &second.err) == 0);
    size_t bytes = first.net.n_params * sizeof *first.p;
    memcpy(second.p, first.p, bytes), memcpy(second.ema, first.ema, bytes);
    memcpy(second.opt.m, first.opt.m, first.net.n_trained * sizeof *first.p);
    memcpy(second.opt.v, first.opt.v, first.net.n_trained * sizeof *first.p);
    second.opt.steps = first.opt.steps, second.next = first.next;
    train(&second, 5);
    CHECK(memcmp(whole.p, second.p, bytes) == 0 && memcmp(whole.ema, second.ema, bytes) == 0);
    CHECK(whole.stats.loss == second.stats.loss && whole.next == second.next);
    second.slots.ids[3] = 9;
    CHECK(trm_slots_check(&second.slots, &second.net, &second.err) == -1 && strstr(second.err.text, "slot 0"));
    end(&whole), end(&first), end(&second);
}

/* q as asked for, the same for every slot: W_q stays 0. */
static void
with_q(struct rig *r, double q, double explore)
{
    struct trm_net_config c = small();
    c.explore = explore, c.max_steps = 5;
    begin(r, c, 200, TRM_SLOTS_TRAIN, 2);
    r->p[r->net.at_q_bias] = (trm_real)q;
    for (size_t i = 0; i < 200; i++)
        put(r, i, r->next++);
}

static void
halting(void)
{
    struct rig r;
    with_q(&r, 1, 0);
    CHECK(trm_net_train(&r.net, r.p, &r.slots, r.grad, &r.stats, &r.err) == 0);
    CHECK(r.stats.halted == 200 && r.stats.halted_steps == 200);
    end(&r);
    with_q(&r, -1, 1);
    for (int k = 1; k <= 5; k++) {
        CHECK(trm_net_train(&r.net, r.p, &r.slots, r.grad, &r.stats, &r.err) == 0);
        CHECK(r.stats.halted == (k == 5 ? 200 : 0));
    }
    end(&r);
    with_q(&r, 1, 1); /* every slot needs a minimum of 2..5, drawn at each step anew */
    CHECK(trm_net_train(&r.net, r.p, &r.slots, r.grad, &r.stats, &r.err) == 0);
    CHECK(r.stats.halted == 0);
    for (size_t i = 0; i < 200; i++)
        r.slots.halted[i] = 0;
    CHECK(trm_net_train(&r.net, r.p, &r.slots, r.grad, &r.stats, &r.err) == 0);
    CHECK(r.stats.halted > 25 && r.stats.halted < 75); /* a quarter draws 2: 50, deviation 6 */
    end(&r);
    with_q(&r, 1, .1);
    CHECK(trm_net_train(&r.net, r.p, &r.slots, r.grad, &r.stats, &r.err) == 0);
    CHECK(r.stats.halted > 160 && r.stats.halted < 198); /* all but a tenth: 180, deviation 4 */
    end(&r);
}

/* Supervision step k is asked for row k of the labels, the last for all that follow, and nothing is right before the last. */
static void
staged(struct trm_net_config c)
{
    enum { STAGES = 2 };
    struct rig one[STAGES], both;
    int32_t ids[64], labels[STAGES][16];
    struct trm_err err = {0};
    c.max_steps = 3, c.explore = 0;
    for (size_t j = 0; j < (size_t)c.seq * c.id_columns; j++)
        ids[j] = (int32_t)j % (int32_t)c.vocab_in;
    for (size_t j = 0; j < c.seq; j++)
        labels[0][j] = j < 3 ? (int32_t)j % 2 : TRM_NET_NO_LABEL, labels[1][j] = (int32_t)(j + 1) % (int32_t)c.vocab_out;
    begin(&both, c, 2, TRM_SLOTS_TRAIN, 1);
    CHECK(trm_slots_stages(&both.slots, &both.net, STAGES, &err) == 0);
    for (int k = 0; k < STAGES; k++)
        begin(&one[k], c, 2, TRM_SLOTS_TRAIN, 1);
    for (size_t i = 0; i < 2; i++) {
        struct trm_net_task s = {.ids = ids, .labels = labels[0]};
        /* contiguous rows: the tensor of both stages */
        int32_t rows[STAGES * 16];
        for (int k = 0; k < STAGES; k++)
            memcpy(rows + (size_t)k * c.seq, labels[k], c.seq * sizeof *rows);
        for (int k = 0; k < STAGES; k++) {
            s.labels = labels[k];
            CHECK(trm_slots_put(&one[k].slots, &one[k].net, one[k].p, i, &s, 1, &err) == 0);
        }
        s.labels = rows;
        CHECK(trm_slots_put(&both.slots, &both.net, both.p, i, &s, 1, &err) == 0);
        rows[c.seq + 2] = (int32_t)c.vocab_out;
        CHECK(trm_slots_put(&both.slots, &both.net, both.p, i, &s, 1, &err) == -1 && strstr(err.text, "at position 2"));
        trm_err_reset(&err);
    }
    for (int step = 0; step < 3; step++) {
        struct rig *same = &one[step ? 1 : 0], *other = &one[step ? 0 : 1];
        for (int k = 0; k < STAGES; k++)
            CHECK(trm_net_train(&one[k].net, one[k].p, &one[k].slots, one[k].grad, &one[k].stats, &err) == 0);
        CHECK(trm_net_train(&both.net, both.p, &both.slots, both.grad, &both.stats, &err) == 0);
        CHECK(both.stats.ce == same->stats.ce && both.stats.ce != other->stats.ce && both.stats.labelled == same->stats.labelled);
    }
    end(&both);
    for (int k = 0; k < STAGES; k++)
        end(&one[k]);
    /* nothing asked at the first stage: all of it right, and yet not the answer */
    begin(&both, c, 1, TRM_SLOTS_TRAIN, 1);
    CHECK(trm_slots_stages(&both.slots, &both.net, STAGES, &err) == 0);
    int32_t rows[STAGES * 16];
    for (size_t j = 0; j < STAGES * (size_t)c.seq; j++)
        rows[j] = TRM_NET_NO_LABEL;
    for (int answered = 0; answered < 2; answered++) {
        rows[c.seq] = answered ? TRM_NET_NO_LABEL : 1;
        both.slots.halted[0] = 1;
        CHECK(trm_slots_put(&both.slots, &both.net, both.p, 0, &(struct trm_net_task){.ids = ids, .labels = rows}, 1, &err) == 0);
        CHECK(trm_net_train(&both.net, both.p, &both.slots, both.grad, &both.stats, &err) == 0);
        CHECK(both.stats.exact == (size_t)answered);
        CHECK((both.slots.halt_loss[0] > log(2)) == (answered != (both.slots.q[0] > 0)));
    }
    end(&both);
}

/* n and T lowered under way are n and T from the start. */
static void
curriculum(struct trm_net_config c)
{
    struct rig low, high;
    begin(&high, c, 5, TRM_SLOTS_TRAIN, 2);
    c.n = 1, c.T = 1;
    begin(&low, c, 5, TRM_SLOTS_TRAIN, 2);
    high.net.config.n = high.net.config.T = 1;
    train(&low, 2), train(&high, 2);
    CHECK(memcmp(low.p, high.p, low.net.n_params * sizeof *low.p) == 0 && low.stats.loss == high.stats.loss);
    high.net.config.n = high.net.config.T = 2;
    train(&low, 1), train(&high, 1);
    CHECK(low.stats.loss != high.stats.loss);
    end(&low), end(&high);
}

static void
refusals(void)
{
    struct rig r;
    begin(&r, small(), 2, TRM_SLOTS_TRAIN, 1);
    CHECK(trm_net_train(&r.net, r.p, &r.slots, r.grad, &r.stats, &r.err) == -1 && r.err.kind == TRM_USAGE);
    CHECK(strstr(r.err.text, "slot 0"));
    trm_err_reset(&r.err);
    int32_t ids[24] = {0}, labels[12] = {0};
    float features[36] = {0};
    struct trm_net_task s = {ids, features, labels, 0};
    ids[5] = 9;
    CHECK(trm_slots_put(&r.slots, &r.net, r.p, 0, &s, 1, &r.err) == -1 && strstr(r.err.text, "id 9 at position 2"));
    ids[5] = -2, trm_err_reset(&r.err);
    CHECK(trm_slots_put(&r.slots, &r.net, r.p, 0, &s, 1, &r.err) == -1);
    ids[5] = 0, features[4] = NAN, trm_err_reset(&r.err);
    CHECK(trm_slots_put(&r.slots, &r.net, r.p, 0, &s, 1, &r.err) == -1 && strstr(r.err.text,
                                                                                 "feature 1 at position 1"));
    features[4] = 0, labels[7] = 5, trm_err_reset(&r.err);
    CHECK(trm_slots_put(&r.slots, &r.net, r.p, 0, &s, 1, &r.err) == -1 && strstr(r.err.text, "label 5 at position 7"));
    labels[7] = TRM_NET_NO_LABEL, s.puzzle = 4, trm_err_reset(&r.err);
    CHECK(trm_slots_put(&r.slots, &r.net, r.p, 0, &s, 1, &r.err) == -1 && strstr(r.err.text, "puzzle 4"));
    CHECK(r.slots.halted[0] == 1);
    s.puzzle = 3, trm_err_reset(&r.err);
    CHECK(trm_slots_put(&r.slots, &r.net, r.p, 0, &s, 1, &r.err) == 0 && r.slots.halted[0] == 0);
    end(&r);
}

static void
settings(void)
{
    struct trm_net_config c = small(), back = {0};
    struct trm_err err = {0};
    char text[40];
    c.form = TRM_NET_MIXER, c.pos = TRM_NET_LEARNED, c.loss = TRM_NET_SOFTMAX, c.dropout = 1. / 3;
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        trm_net_config_text(&c, i, text);
        CHECK(trm_net_config_set(&back, trm_net_config_key(i), text, &err) == 0);
    }
    CHECK(memcmp(&c, &back, sizeof c) == 0);
    CHECK(trm_net_config_set(&c, "width", "-1", &err) == -1 && strstr(err.text, "width"));
    trm_err_reset(&err);
    CHECK(trm_net_config_set(&c, "form", "lstm", &err) == -1 && strstr(err.text, "attention"));
    trm_err_reset(&err);
    CHECK(trm_net_config_set(&c, "colour", "1", &err) == -1 && strstr(err.text, "colour"));
    const struct {
        const char *key, *value, *says;
    } bad[] = {{"heads", "3", "heads"}, {"width", "0", "width"}, {"dropout", "1", "dropout"}, {"prefix", "0", "prefix"},
               {"vocab_in", "0", "vocab_in"}, {"pos", "none", NULL}, {"width", "2048", NULL}, {"width", "16384",
                                                                                               "2^31"}, {"seq",
                                                                                                         "65536",
                                                                                                         "2^31"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct trm_net net;
        c = small(), c.lanes = 1;
        trm_err_reset(&err);
        CHECK(trm_net_config_set(&c, bad[i].key, bad[i].value, &err) == 0);
        int status = trm_net_init(&net, &c, &err);
        CHECK(status == (bad[i].says ? -1 : 0));
        CHECK(!bad[i].says || (err.kind == TRM_USAGE && strstr(err.text, bad[i].says)));
        trm_net_release(&net);
    }
}

static void
learning(struct trm_net_config c)
{
    struct rig r;
    double early = 0, late = 0, right = 0;
    c.explore = .1, c.dropout = 0, c.id_columns = 1, c.features = 0;
    begin(&r, c, 24, TRM_SLOTS_TRAIN, 2);
    for (int k = 0; k < 150; k++) {
        train(&r, 1);
        early += k < 10 ? r.stats.ce / 10 : 0;
        late += k >= 140 ? r.stats.ce / 10 : 0;
        right += k >= 140 ? (double)r.stats.right / (double)r.stats.labelled / 10 : 0;
    }
    if (!(late < .5 * early && right > .8))
        printf("# cross-entropy %g, then %g; %g right\n", early, late, right);
    CHECK(late < .5 * early && right > .8);
    end(&r);
}

static void
dropout(void)
{
    struct rig with, without;
    struct trm_net_config c = small();
    trm_real logits[64], same[64];
    double q;
    c.dropout = .5;
    alone_or_not(c, 1, 0, 1, logits, &q);
    c.dropout = 0;
    alone_or_not(c, 1, 0, 1, same, &q);
    CHECK(memcmp(logits, same, c.seq * c.vocab_out * sizeof *same) == 0);
    begin(&without, c, 3, TRM_SLOTS_TRAIN, 1);
    c.dropout = .5;
    begin(&with, c, 3, TRM_SLOTS_TRAIN, 1);
    train(&with, 1), train(&without, 1);
    CHECK(with.stats.ce != without.stats.ce);
    end(&with), end(&without);
}

T_MAIN
{
    struct trm_net_config attention = small(), mixer = small();
    mixer.form = TRM_NET_MIXER, mixer.pos = TRM_NET_NONE;
    T("parameter counts are the published ones") published_counts();
    T("initial weights have their deviation and their cut") initial_weights();
    T("one thread, two and three train to the same bytes") threads(attention), threads(mixer);
    T("a sample's numbers do not depend on its neighbours, its place or the threads") neighbours(attention),
    neighbours(mixer);
    T("training goes on from what was kept, byte for byte") resume(attention), resume(mixer);
    T("cycles may grow on the way") curriculum(attention), curriculum(mixer);
    T("slots halt by the rule") halting();
    T("a sample may bring labels for each supervision step, of which the last are the answer") staged(small());
    T("what is out of range is refused with its place, and changes nothing") refusals();
    T("settings are text and back, and wrong ones are named") settings();
    T("both forms learn what stands before them") learning(attention), learning(mixer);
    T("dropout acts in training and not in inference") dropout();
}
