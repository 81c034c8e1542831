/* Losses of one row or one logit, in double whatever trm_real is. */
#include <math.h>

#include "inner.h"

/* Softmax: the weights exp(x - top) in `wide`, their sum returned. */
static double
weigh_softmax(const trm_real *x, size_t v, double *wide)
{
    double top = x[0], sum = 0;
    for (size_t j = 1; j < v; j++)
        top = x[j] > top ? x[j] : top;
    for (size_t j = 0; j < v; j++)
        sum += wide[j] = exp(x[j] - top);
    return sum;
}

/* Stablemax (Prieto et al. 2025, arXiv:2501.04697): s(x) = x + 1 from 0 on, 1 / (1 - x) below. */
static double
weigh_stablemax(const trm_real *x, size_t v, double *wide)
{
    double sum = 0;
    for (size_t j = 0; j < v; j++)
        sum += wide[j] = x[j] >= 0 ? (double)x[j] + 1 : 1 / (1 - (double)x[j]);
    return sum;
}

double
trm_loss_row(enum trm_net_loss kind, const trm_real *logits, size_t v, int32_t label, double weight, trm_real *d,
             double *wide)
{
    bool soft = kind == TRM_NET_SOFTMAX;
    double sum = soft ? weigh_softmax(logits, v, wide) : weigh_stablemax(logits, v, wide);
    double loss = log(sum) - log(wide[label]);
    for (size_t j = 0; d && j < v; j++) {
        double s = wide[j];
        double slope = soft ? s : s >= 1 ? 1 : s * s; /* ds/dx; the two branches of stablemax meet at s = 1 */
        d[j] = (trm_real)(weight * (slope / sum - ((int32_t)j == label ? slope / s : 0)));
    }
    return loss;
}

double
trm_loss_halt(double q, bool target)
{
    return (q > 0 ? q : 0) - (target ? q : 0) + log1p(exp(-fabs(q)));
}
