/* Draws of the halting rule that belong to slots elsewhere. */
#include "net.h"

void
trm_slots_pass(struct trm_slots *s, const struct trm_net *net, size_t n)
{
    const struct trm_net_config *c = &net->config;
    for (size_t i = 0; i < n; i++) /* as in the halting rule of step.c: what is drawn hangs on no result */
        if (trm_rng_uniform(&s->rng) < c->explore && c->max_steps >= 2)
            trm_rng_below(&s->rng, c->max_steps - 1);
}
