/* Noise on the latent state, for rollouts at test time. */
#include "net.h"

void
trm_slots_noise(struct trm_slots *s, const struct trm_net *net, size_t i, double scale, struct trm_rng *rng)
{
    size_t first = i / s->micro * s->micro, d = net->config.width;
    size_t m = s->count - first < s->micro ? s->count - first : s->micro;
    trm_real *z = s->z + first * net->length * d;
    for (size_t l = 0; l < net->length; l++)
        for (size_t j = 0; j < d; j++)
            z[(l * m + i - first) * d + j] += (trm_real)(scale * trm_rng_normal(rng));
}
