/* Number features: bounded everywhere, fine enough at every limit. */
#include "../../lib/base/rng.h"
#include "../../lib/code/number.h"
#include "t.h"

T_MAIN
{
    T("features of any finite number lie in [-1,1]") {
        struct trm_rng rng;
        trm_rng_seed(&rng, 7);
        const double hard[] = {0, -0.0, 1, -1, 1e308, -1e308, 5e-324, 1e-3, 1e6};
        for (int i = 0; i < 2000; i++) {
            double x = i < 9 ? hard[i] : trm_rng_normal(&rng) * pow(10, 300 * trm_rng_uniform(&rng) - 150);
            float f[TRM_NUMBER_FEATURES];
            bool good = true;
            trm_code_number(f, x);
            for (int k = 0; k < TRM_NUMBER_FEATURES; k++)
                good &= f[k] >= -1 && f[k] <= 1;
            CHECK(good);
        }
    }
    T("half a percent moves a feature by 0.3 at least, wherever the number is") {
        for (double x = 1e-3; x < 1e6; x *= 1.37) {
            float f[TRM_NUMBER_FEATURES], g[TRM_NUMBER_FEATURES];
            double most = 0;
            trm_code_number(f, x), trm_code_number(g, 1.005 * x);
            for (int k = 0; k < TRM_NUMBER_FEATURES; k++)
                most = fmax(most, fabs(f[k] - g[k]));
            CHECK(most > 0.3);
        }
    }
    T("close numbers look alike: the coarse features hardly move") {
        float f[TRM_NUMBER_FEATURES], g[TRM_NUMBER_FEATURES];
        trm_code_number(f, 0.9), trm_code_number(g, 0.905);
        for (int k = 0; k < 8; k++)
            CHECK_NEAR(f[k], g[k], 0.03);
    }
    T("the margin is positive where the rule holds") {
        CHECK(trm_margin(">=", 0.82, 0.815) > 0 && trm_margin(">=", 0.81, 0.815) < 0 && trm_margin(">=", 0.815, 0.815) == 0);
        CHECK(trm_margin("<=", 0.81, 0.815) > 0 && trm_margin("<", 0.82, 0.815) < 0);
        CHECK(trm_margin("==", 1, 1) == 0 && trm_margin("==", 1.1, 1) < 0 && trm_margin("!=", 1.1, 1) > 0 && trm_margin("!=", 1, 1) < 0);
    }
    T("features of any margin lie in [-1,1]") {
        const double all[] = {0, 1e-9, -1e-9, 0.002, -0.5, 3, -3, 1e6, -1e6, trm_margin(">=", 1e308, 1e-300), trm_margin("<", -1e308, 0)};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            float f[TRM_MARGIN_FEATURES], g[TRM_COARSE_FEATURES];
            trm_margin_fine(f, all[i]), trm_margin_coarse(g, all[i]);
            bool good = true;
            for (int k = 0; k < TRM_MARGIN_FEATURES; k++)
                good &= f[k] >= -1 && f[k] <= 1;
            for (int k = 0; k < TRM_COARSE_FEATURES; k++)
                good &= g[k] >= -1 && g[k] <= 1;
            CHECK(good);
        }
    }
}
