#include "rng.h"

#include <math.h>

static uint64_t
turn(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

void
trm_rng_seed(struct trm_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        r->s[i] = z ^ z >> 31;
    }
}

uint64_t
trm_rng_u64(struct trm_rng *r)
{
    uint64_t *s = r->s, out = turn(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = turn(s[3], 45);
    return out;
}

double
trm_rng_uniform(struct trm_rng *r)
{
    return (double)(trm_rng_u64(r) >> 11) * 0x1p-53;
}

uint64_t
trm_rng_below(struct trm_rng *r, uint64_t n)
{
    uint64_t skip = -n % n; /* 2^64 mod n: numbers below it would make small results more likely */
    for (;;) {
        uint64_t x = trm_rng_u64(r);
        if (x >= skip)
            return x % n;
    }
}

double
trm_rng_normal(struct trm_rng *r)
{
    for (;;) {
        double u = 2 * trm_rng_uniform(r) - 1, v = 2 * trm_rng_uniform(r) - 1, q = u * u + v * v;
        if (q > 0 && q < 1)
            return u * sqrt(-2 * log(q) / q);
    }
}
