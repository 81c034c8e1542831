/* Optimisers against the formulas of the header, written out plainly in double. */
#include "../../lib/opt/opt.h"
#include "../../lib/base/rng.h"
#include "t.h"

enum { N = 37 };

/* Steps of one kind beside the plain formula. */
static void
compare(enum trm_opt_kind kind, double clip)
{
    struct trm_opt_config c = trm_opt_config_default();
    struct trm_opt o;
    struct trm_err err = {0};
    c.kind = kind, c.lr = .01, c.weight_decay = .1, c.warmup = 4, c.clip = clip;
    CHECK(trm_opt_init(&o, &c, N, &err) == 0);
    trm_real p[N], g[N];
    double q[N], m[N] = {0}, v[N] = {0};
    struct trm_rng rng;
    trm_rng_seed(&rng, 1);
    for (int i = 0; i < N; i++)
        q[i] = p[i] = (trm_real)trm_rng_normal(&rng);
    for (int t = 1; t <= 10; t++) {
        double norm = 0;
        for (int i = 0; i < N; i++)
            g[i] = i == 0 ? 0 : (trm_real)trm_rng_normal(&rng), norm += (double)g[i] * (double)g[i];
        trm_opt_step(&o, p, g);
        double lr = t < 4 ? .01 * t / 4 : .01, scale = clip > 0 && sqrt(norm) > clip ? clip / sqrt(norm) : 1;
        for (int i = 0; i < N; i++) {
            m[i] = .9 * m[i] + .1 * g[i] * scale;
            v[i] = .95 * v[i] + .05 * pow(g[i] * scale, 2);
            double mh = m[i] / (1 - pow(.9, t)), root = sqrt(v[i] / (1 - pow(.95, t)));
            q[i] *= 1 - lr * .1;
            q[i] -= lr * (kind == TRM_OPT_ADAMW ? mh / (root + 1e-8) : atan2(mh, root));
        }
        if (clip > 0)
            CHECK_NEAR(o.norm, sqrt(norm), 1e-5);
    }
    for (int i = 0; i < N; i++)
        CHECK_NEAR(p[i], q[i], 2e-6); /* ten steps, each rounding at 6e-8 of about 2 */
    CHECK(o.steps == 10);
    trm_opt_release(&o);
}

T_MAIN
{
    struct trm_err err = {0};
    struct trm_opt o;
    T("AdamW is its formula") compare(TRM_OPT_ADAMW, 0);
    T("Adam-atan2 is its formula") compare(TRM_OPT_ADAM_ATAN2, 0);
    T("a long gradient is cut to its bound, a short one left") compare(TRM_OPT_ADAMW, 2), compare(TRM_OPT_ADAMW, 1e6);
    T("a gradient of zero moves nothing but by decay, from the first step on")
    {
        for (int kind = 0; kind < 2; kind++) {
            struct trm_opt_config c = trm_opt_config_default();
            c.kind = (enum trm_opt_kind)kind, c.lr = .5, c.weight_decay = .1, c.warmup = 0;
            trm_real p = 2, g = 0;
            CHECK(trm_opt_init(&o, &c, 1, &err) == 0);
            trm_opt_step(&o, &p, &g);
            CHECK_NEAR(p, 2 * (1 - .05), 1e-6);
            trm_opt_release(&o);
        }
    }
    T("moments that nothing feeds reach zero, and do not stay at denormal numbers")
    {
        struct trm_opt_config c = trm_opt_config_default();
        for (int kind = 0; kind < 2; kind++) {
            trm_real p = 1, g = 1;
            c.kind = (enum trm_opt_kind)kind;
            CHECK(trm_opt_init(&o, &c, 1, &err) == 0);
            for (int i = 0; i < 3000; i++, g = 0)
                trm_opt_step(&o, &p, &g);
            CHECK(o.m[0] == 0 && o.v[0] == 0);
            trm_opt_release(&o);
        }
    }
    T("the learning rate rises linearly and stays")
    {
        struct trm_opt_config c = {.warmup = 4};
        CHECK_NEAR(trm_opt_lr(&c, 8, 1), 2, 0);
        CHECK_NEAR(trm_opt_lr(&c, 8, 4), 8, 0);
        CHECK_NEAR(trm_opt_lr(&c, 8, 400), 8, 0);
        c.fall = 396, c.end = 399;
        CHECK_NEAR(trm_opt_lr(&c, 8, 396), 8, 0);
        CHECK_NEAR(trm_opt_lr(&c, 8, 397), 6, 1e-12);
        CHECK_NEAR(trm_opt_lr(&c, 8, 399), 2, 1e-12);
        CHECK(trm_opt_lr(&c, 8, 400) == 0 && trm_opt_lr(&c, 8, 500) == 0);
        c.fall = c.end = 0;
        c.warmup = 0;
        CHECK_NEAR(trm_opt_lr(&c, 8, 1), 8, 0);
    }
    T("rows: equal ids sum before the sign, decay once, and other rows stay")
    {
        struct trm_opt_config c = trm_opt_config_default();
        c.rows_lr = .5, c.rows_weight_decay = .1, c.warmup = 0;
        CHECK(trm_opt_init(&o, &c, 1, &err) == 0);
        trm_real w[6] = {1, 1, 1, 1, 1, 1}, g[6] = {3, -1, 5, 5, -4, 1};
        int32_t ids[3] = {2, 0, 2};
        trm_opt_rows(&o, w, 2, ids, g, 3);
        CHECK_NEAR(w[0], .95 - .5, 1e-6);
        CHECK_NEAR(w[2], 1, 0);
        CHECK_NEAR(w[4], .95 + .5, 1e-6); /* 3 - 4 < 0 */
        CHECK_NEAR(w[5], .95, 1e-6);      /* -1 + 1 = 0: no sign */
        trm_opt_release(&o);
    }
    T("the average forgets its start by its decay, sooner when warmed up")
    {
        struct trm_opt_config c = trm_opt_config_default();
        c.ema = .999;
        for (int warm = 0; warm < 2; warm++) {
            trm_real ema = 1, p = 0, g = 0;
            c.ema_warmup = warm;
            CHECK(trm_opt_init(&o, &c, 1, &err) == 0);
            for (int i = 0; i < 100; i++) {
                trm_opt_step(&o, &p, &g);
                trm_opt_average(&o, &ema, &p);
            }
            if (warm)
                CHECK(ema < 1e-9);
            else
                CHECK_NEAR(ema, pow(.999, 100), 1e-5);
            trm_opt_release(&o);
        }
    }
    T("settings outside their range are named")
    {
        struct trm_opt_config c = trm_opt_config_default();
        c.beta2 = 1;
        CHECK(trm_opt_init(&o, &c, 1, &err) == -1 && err.kind == TRM_USAGE && strstr(err.text, "beta2"));
        c = trm_opt_config_default(), c.lr = NAN;
        trm_err_reset(&err);
        CHECK(trm_opt_init(&o, &c, 1, &err) == -1 && strstr(err.text, "learning rate"));
    }
}
