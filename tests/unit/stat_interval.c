/* Intervals, bootstrap and quantiles against numbers worked out elsewhere. */
#include "../../lib/stat/stat.h"
#include "t.h"

T_MAIN
{
    T("Wilson's interval has the published ends")
    {
        /* Brown, Cai, DasGupta 2001 and R's prop.test(correct = FALSE): 8 of 10, 0 of 20, 90 of 100 */
        struct trm_interval w = trm_stat_wilson(8, 10, 1.959963984540054);
        CHECK_NEAR(w.lo, 0.4901625, 1e-6);
        CHECK_NEAR(w.hi, 0.9433178, 1e-6);
        w = trm_stat_wilson(0, 20, 1.959963984540054);
        CHECK(w.lo == 0);
        CHECK_NEAR(w.hi, 0.1611252, 1e-6);
        w = trm_stat_wilson(90, 100, 1.959963984540054);
        CHECK_NEAR(w.lo, 0.8256343, 1e-6);
        CHECK_NEAR(w.hi, 0.9447709, 1e-6);
    }
    T("of no cases nothing is known")
    {
        struct trm_interval w = trm_stat_wilson(0, 0, 1.96);
        CHECK(w.lo == 0 && w.hi == 1);
        CHECK(isnan(trm_stat_quantile(NULL, 0, 0.5)));
    }
    T("all right leaves the upper end at exactly one")
    {
        CHECK(trm_stat_wilson(7, 7, 1.959963984540054).hi == 1);
    }
    T("quantiles are those of R's type 7")
    {
        double x[] = {5, 1, 4, 2, 3};
        trm_stat_sort(x, 5);
        CHECK(x[0] == 1 && x[4] == 5);
        CHECK_NEAR(trm_stat_quantile(x, 5, 0.5), 3, 0);
        CHECK_NEAR(trm_stat_quantile(x, 5, 0.95), 4.8, 1e-12);
        CHECK_NEAR(trm_stat_quantile(x, 5, 0), 1, 0);
        CHECK_NEAR(trm_stat_quantile(x, 5, 1), 5, 0);
        CHECK_NEAR(trm_stat_quantile(x, 1, 0.3), 1, 0);
    }
    T("the bootstrap over groups is wider than cases alone say when groups differ")
    {
        double top[20], bottom[20];
        for (int g = 0; g < 20; g++)
            top[g] = g % 2 ? 100 : 60, bottom[g] = 100;
        struct trm_interval ci;
        struct trm_err err = {0};
        CHECK(trm_stat_bootstrap(&ci, top, bottom, 20, 4000, 0.95, 1, &err) == 0);
        /* mean .8, group deviation .2, so the standard error is .2/sqrt(20) = .0447: 95 % is about .8 +- .0877 */
        CHECK_NEAR(ci.lo, 0.8 - 0.0877, 0.015);
        CHECK_NEAR(ci.hi, 0.8 + 0.0877, 0.015);
        CHECK(ci.lo < trm_stat_wilson(1600, 2000, 1.96).lo);
    }
    T("the same seed gives the same interval and another seed another")
    {
        double top[] = {3, 5, 9, 2, 7}, bottom[] = {10, 10, 10, 5, 9};
        struct trm_interval a, b, c;
        struct trm_err err = {0};
        CHECK(!trm_stat_bootstrap(&a, top, bottom, 5, 500, 0.95, 7, &err));
        CHECK(!trm_stat_bootstrap(&b, top, bottom, 5, 500, 0.95, 7, &err));
        CHECK(!trm_stat_bootstrap(&c, top, bottom, 5, 500, 0.95, 8, &err));
        CHECK(a.lo == b.lo && a.hi == b.hi);
        CHECK(a.lo != c.lo || a.hi != c.hi);
    }
    T("a paired difference of equal models is zero, and of a better one is above zero")
    {
        double same[] = {0, 0, 0}, better[] = {3, 2, 4}, n[] = {10, 10, 10};
        struct trm_interval ci;
        struct trm_err err = {0};
        CHECK(!trm_stat_bootstrap(&ci, same, n, 3, 200, 0.95, 1, &err));
        CHECK(ci.lo == 0 && ci.hi == 0);
        CHECK(!trm_stat_bootstrap(&ci, better, n, 3, 200, 0.95, 1, &err));
        CHECK(ci.lo > 0);
    }
    T("one group, or no cases, is refused with a reason")
    {
        double top[] = {3, 0}, bottom[] = {10, 0}, none[] = {0, 0};
        struct trm_interval ci;
        struct trm_err err = {0};
        CHECK(trm_stat_bootstrap(&ci, top, bottom, 1, 100, 0.95, 1, &err) == -1);
        CHECK(err.kind == TRM_DATA && strstr(err.text, "1 groups"));
        CHECK(trm_stat_bootstrap(&ci, none, none, 2, 100, 0.95, 1, NULL) == -1);
    }
    T("groups without cases do not stop a draw")
    {
        double top[] = {1, 0, 0, 0}, bottom[] = {1, 0, 0, 0};
        struct trm_interval ci;
        struct trm_err err = {0};
        CHECK(trm_stat_bootstrap(&ci, top, bottom, 4, 100, 0.95, 1, &err) == 0);
        CHECK(ci.lo == 1 && ci.hi == 1);
    }
}
