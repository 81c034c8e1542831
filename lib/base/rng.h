/* Random numbers: xoshiro256** (Blackman and Vigna), seeded through splitmix64. The state is plain data, so a checkpoint
 * keeps it by copying. Same seed, same numbers, on every machine. */
#ifndef TRM_BASE_RNG_H
#define TRM_BASE_RNG_H

#include <stdint.h>

struct trm_rng {
    uint64_t s[4];
};

void trm_rng_seed(struct trm_rng *r, uint64_t seed);
uint64_t trm_rng_u64(struct trm_rng *r);
/* Uniform in [0, 1), 53 bits. */
double trm_rng_uniform(struct trm_rng *r);
/* Uniform in 0..n-1, without bias; n > 0. */
uint64_t trm_rng_below(struct trm_rng *r, uint64_t n);
/* Standard normal, by the polar method; keeps no spare, so the state is all there is. */
double trm_rng_normal(struct trm_rng *r);

#endif
