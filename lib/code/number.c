/* A number as features in [-1,1]: coarse ones to generalise by, fine ones to tell 0.5 % apart. */
#include <math.h>
#include <string.h>

#include "number.h"

#define WAVES 8  /* 1/2, 1, ... 64 a decade: at 64, 0.5 % is a seventh of a turn */
#define BINS 12  /* centres from 1e-3 to 1e6 */

/*   f[0] sign · f[1] is zero · f[2] x/(1+|x|) · f[3] log10|x|/6 cut to [-1,1]
 *   f[4+2k], f[5+2k] sin, cos of 2 pi 2^(k-1) log10|x|, k = 0..7
 *   f[20+b] exp(-((log10|x| - c_b)/w)^2/2), c_b = -3 + 9b/11, w = 9/11 */
void
trm_code_number(float f[TRM_NUMBER_FEATURES], double x)
{
    memset(f, 0, TRM_NUMBER_FEATURES * sizeof *f);
    f[0] = (float)((x > 0) - (x < 0));
    f[1] = x == 0;
    f[2] = (float)(x / (1 + fabs(x)));
    if (x == 0)
        return;
    double l = log10(fabs(x)), width = 9.0 / (BINS - 1);
    f[3] = (float)fmax(-1, fmin(1, l / 6));
    for (int k = 0; k < WAVES; k++) {
        double turn = 2 * M_PI * ldexp(l, k - 1);
        f[4 + 2 * k] = (float)sin(turn);
        f[5 + 2 * k] = (float)cos(turn);
    }
    for (int b = 0; b < BINS; b++) {
        double d = (l - (-3 + b * width)) / width;
        f[20 + b] = (float)exp(-d * d / 2);
    }
}

double
trm_margin(const char *op, double x, double limit)
{
    double m = fmax(-1e6, fmin(1e6, x / fmax(fabs(limit), 1e-9) - limit / fmax(fabs(limit), 1e-9)));
    if (op[0] == '<')
        return -m;
    if (op[0] == '=' || op[0] == '!')
        return (fabs(m) <= 1e-6) == (op[0] == '=') ? fabs(m) : -fabs(m) - 1e-3;
    return m;
}

/* f[0] known · f[1..6] tanh(m/w), w = .001 .004 .02 .1 .25 .5 · f[7] m is 0 · f[8..15] soft bins at +-.005 .03 .15 .6 */
void
trm_margin_fine(float f[TRM_MARGIN_FEATURES], double m)
{
    static const double width[6] = {0.001, 0.004, 0.02, 0.1, 0.25, 0.5};
    static const double centre[4] = {0.005, 0.03, 0.15, 0.6};
    f[0] = 1;
    for (int i = 0; i < 6; i++)
        f[1 + i] = (float)tanh(m / width[i]);
    f[7] = fabs(m) < 1e-9;
    for (int i = 0; i < 8; i++) {
        double c = centre[i / 2], d = ((i & 1 ? -m : m) - c) / (0.6 * c);
        f[8 + i] = (float)exp(-d * d / 2);
    }
}

void
trm_margin_coarse(float f[TRM_COARSE_FEATURES], double m)
{
    f[0] = 1;
    f[1] = (float)tanh(m / 0.003);
    f[2] = (float)tanh(m / 0.03);
    f[3] = (float)tanh(m / 0.3);
    f[4] = fabs(m) < 1e-9;
}
