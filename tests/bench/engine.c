/* Speed of one training step or one inference with random weights and data.
 *
 * usage: engine [--seconds] [train|infer [D heads S P n T batch]]
 *
 * train: seconds of one optimiser step. infer: of 16 supervision steps of the whole batch. Best of a few. One JSON
 * line, or with --seconds the bare number. cpu_seconds is what all threads took of processors, which a busy machine
 * disturbs less. OMP_NUM_THREADS, TRM_BACKEND and MICRO (slots a micro-batch) from the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <omp.h>

#include "../../lib/cli/core.h"
#include "../../lib/mat/mat.h"
#include "../../lib/net/net.h"
#include "../../lib/opt/opt.h"

struct bench {
    struct trm_net net;
    struct trm_slots slots;
    struct trm_opt opt;
    trm_real *params, *grad, *ema;
    struct trm_err err;
};

static double
now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
fill(struct bench *b)
{
    const struct trm_net_config *c = &b->net.config;
    struct trm_rng rng;
    trm_rng_seed(&rng, 2);
    int32_t *ids = calloc(c->seq, sizeof *ids);
    for (size_t i = 0; i < b->slots.count; i++) {
        for (size_t j = 0; j < c->seq; j++)
            ids[j] = (int32_t)trm_rng_below(&rng, c->vocab_in);
        struct trm_net_task s = {ids, NULL, ids, 0};
        if (b->slots.halted[i])
            trm_slots_put(&b->slots, &b->net, b->params, i, &s, i, &b->err);
    }
    free(ids);
}

static void
step_train(struct bench *b)
{
    struct trm_net_stats stats;
    trm_net_train(&b->net, b->params, &b->slots, b->grad, &stats, &b->err);
    trm_opt_step(&b->opt, b->params, b->grad);
    trm_opt_average(&b->opt, b->ema, b->params);
}

static void
steps_infer(struct bench *b)
{
    for (uint32_t k = 0; k < b->net.config.max_steps; k++)
        trm_net_infer(&b->net, b->params, &b->slots);
}

int
main(int argc, char **argv)
{
    trm_cli_blas_core(trm_mat_core_wanted());
    bool bare = argc > 1 && strcmp(argv[1], "--seconds") == 0;
    char **a = argv + 1 + bare;
    int left = argc - 1 - bare;
    bool train = left == 0 || strcmp(a[0], "train") == 0;
    unsigned v[7] = {128, 4, 48, 8, 3, 2, 32};
    for (int i = 0; i < 7 && i + 1 < left; i++)
        v[i] = (unsigned)strtoul(a[i + 1], NULL, 10);
    struct bench b = {0};
    struct trm_net_config c = trm_net_config_default();
    c.width = v[0], c.heads = v[1], c.seq = v[2], c.prefix = v[3], c.n = v[4], c.T = v[5];
    const char *micro = getenv("MICRO"), *threads = getenv("OMP_NUM_THREADS"), *backend = getenv("TRM_BACKEND");
    if (micro)
        c.micro = (uint32_t)strtoul(micro, NULL, 10);
    struct trm_opt_config oc = trm_opt_config_default();
    size_t n_threads = threads ? strtoul(threads, NULL, 10) : (size_t)omp_get_max_threads();
    if (trm_net_init(&b.net, &c, &b.err)) {
        fprintf(stderr, "engine: %s\n", b.err.text);
        return 2;
    }
    if (trm_net_backend(&b.net, backend ? backend : "auto", &b.err) || trm_opt_init(&b.opt, &oc, b.net.n_trained, &b.err)
        || trm_slots_init(&b.slots, &b.net, v[6], train ? TRM_SLOTS_TRAIN : TRM_SLOTS_INFER, n_threads, 1, &b.err)) {
        fprintf(stderr, "engine: %s\n", b.err.text);
        return 2;
    }
    b.opt.threads = n_threads;
    b.params = calloc(b.net.n_params, sizeof *b.params);
    b.grad = calloc(b.net.n_params, sizeof *b.grad);
    b.ema = calloc(b.net.n_params, sizeof *b.ema);
    trm_net_weights(&b.net, b.params, 1);
    double best = 1e9, best_cpu = 1e9, begin = now(CLOCK_MONOTONIC);
    for (int i = 0; i < 3 || (now(CLOCK_MONOTONIC) - begin < 3 && i < 50); i++) {
        if (!train)
            memset(b.slots.halted, 1, b.slots.count);
        fill(&b);
        double t = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
        (train ? step_train : steps_infer)(&b);
        t = now(CLOCK_MONOTONIC) - t, cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        best = t < best ? t : best, best_cpu = cpu < best_cpu ? cpu : best_cpu;
    }
    if (bare)
        printf("%.6g\n", best);
    else
        printf("{\"bench\":\"engine-%s\",\"width\":%u,\"heads\":%u,\"seq\":%u,\"prefix\":%u,\"n\":%u,\"T\":%u,"
               "\"batch\":%u,\"params\":%zu,\"threads\":%zu,\"micro\":%zu,\"core\":\"%s\",\"backend\":\"%s\",\"seconds\":%.6g,"
               "\"cpu_seconds\":%.6g,\"per_second\":%.4g}\n",
               train ? "train" : "infer", v[0], v[1], v[2], v[3], v[4], v[5], v[6], b.net.n_trained, n_threads,
               b.slots.micro, trm_mat_core(), trm_net_backend_name(&b.net), best, best_cpu,
               1 / best);
    return 0;
}
