/* Calibration error and temperature against cases whose answer is known. */
#include "../../lib/base/rng.h"
#include "../../lib/stat/stat.h"
#include "t.h"

enum { N = 20000 };

/* labels drawn from sigmoid(logit), so temperature 1 is right */
static void
draw(double *logit, bool *label)
{
    struct trm_rng rng;
    trm_rng_seed(&rng, 5);
    for (int i = 0; i < N; i++) {
        logit[i] = 3 * trm_rng_normal(&rng);
        label[i] = trm_rng_uniform(&rng) < trm_stat_sigmoid(logit[i]);
    }
}

T_MAIN
{
    static double logit[N], conf[N], hot[N];
    static bool label[N], right[N];
    draw(logit, label);

    T("probabilities that are right have temperature one")
    {
        CHECK_NEAR(trm_stat_temperature(logit, label, N), 1, 0.05);
    }
    T("logits three times too large have temperature three, exactly three times the first")
    {
        for (int i = 0; i < N; i++)
            hot[i] = 3 * logit[i];
        CHECK_NEAR(trm_stat_temperature(hot, label, N), 3 * trm_stat_temperature(logit, label, N), 1e-8);
    }
    T("the temperature found is a minimum of the loss")
    {
        double t = trm_stat_temperature(hot, label, N), best = trm_stat_nll(hot, label, N, t);
        CHECK(trm_stat_nll(hot, label, N, t * 1.01) > best);
        CHECK(trm_stat_nll(hot, label, N, t / 1.01) > best);
    }
    T("labels that the sign separates stop at the low end, and labels of the wrong sign at the high end")
    {
        double l[] = {2, -1, 3};
        bool yes[] = {true, false, true}, no[] = {false, true, false};
        CHECK_NEAR(trm_stat_temperature(l, yes, 3), TRM_STAT_T_LO, 0);
        CHECK_NEAR(trm_stat_temperature(l, no, 3), TRM_STAT_T_HI, 0);
        CHECK_NEAR(trm_stat_temperature(l, yes, 0), 1, 0);
    }
    T("the loss at huge logits is finite")
    {
        double l[] = {1e6, -1e6};
        bool wrong[] = {false, true};
        CHECK_NEAR(trm_stat_nll(l, wrong, 2, 1), 1e6, 1e-3);
    }
    T("the Brier score of a coin is a quarter, of a sure answer nothing or all")
    {
        double coin[] = {0, 0}, sure[] = {100, 100};
        bool l[] = {true, false};
        CHECK_NEAR(trm_stat_brier(coin, l, 2, 1), 0.25, 0);
        CHECK_NEAR(trm_stat_brier(sure, l, 2, 1), 0.5, 1e-12);
        CHECK_NEAR(trm_stat_brier(sure, l, 1, 1), 0, 1e-12);
        CHECK(trm_stat_brier(coin, l, 0, 1) == 0);
    }
    T("calibrated confidences have an error near zero, and the temperature lowers that of hot ones")
    {
        for (int pass = 0; pass < 2; pass++) {
            const double *x = pass ? hot : logit;
            for (int i = 0; i < N; i++) {
                double p = trm_stat_sigmoid(x[i]);
                conf[i] = fmax(p, 1 - p), right[i] = (p >= 0.5) == label[i];
            }
            double e = trm_stat_ece(conf, right, N, 15, false), a = trm_stat_ece(conf, right, N, 15, true);
            CHECK(pass ? e > 0.05 : e < 0.015);
            CHECK(pass ? a > 0.05 : a < 0.015);
        }
    }
    T("a hand-made case has the error worked out by hand")
    {
        /* bins of width 1/2: (0,.5] holds .5 wrong; (.5,1] holds .75 right, 1 right: gaps .5 and .25 -> (.5+.25)/3 */
        double c[] = {0.5, 0.75, 1};
        bool r[] = {false, true, true};
        CHECK_NEAR(trm_stat_ece(c, r, 3, 2, false), 0.25, 1e-15);
        /* equal counts, three bins: gaps .5, .25, 0 */
        CHECK_NEAR(trm_stat_ece(c, r, 3, 3, true), 0.25, 1e-15);
        CHECK_NEAR(trm_stat_ece(c, r, 0, 15, true), 0, 0);
    }
    T("the order of the cases does not change the error")
    {
        double c[] = {0.9, 0.6, 0.9, 0.7}, d[] = {0.7, 0.9, 0.6, 0.9};
        bool r[] = {true, false, false, true}, s[] = {true, false, false, true};
        CHECK(trm_stat_ece(c, r, 4, 2, true) == trm_stat_ece(d, s, 4, 2, true));
    }
}
