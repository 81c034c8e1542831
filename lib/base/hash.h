/* Hashing: a fast 64-bit hash for tables and for choosing sides, XXH64 against damage, and SHA-256 for provenance. */
#ifndef TRM_BASE_HASH_H
#define TRM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64 well mixed bits of n bytes; the same on every machine, forever (splits hang on it). FNV-1a over bytes from the
 * seed, then the finaliser of splitmix64. Cannot fail. */
uint64_t trm_hash64(const void *bytes, size_t n, uint64_t seed);

struct trm_sha256 { /* FIPS 180-4 */
    uint32_t h[8];
    uint64_t n;
    uint8_t block[64];
    int fast; /* the processor has instructions for it; asked once, as asking is dear on a virtual machine */
};
void trm_sha256_init(struct trm_sha256 *s);
void trm_sha256_add(struct trm_sha256 *s, const void *bytes, size_t n);
/* 64 lower-case hex digits and a zero. The state is used up. */
void trm_sha256_hex(struct trm_sha256 *s, char hex[65]);

/* XXH64, for noticing damage in large files: about ten times as fast as SHA-256 with the processor's help. Source: Collet,
 * "xxHash fast digest algorithm", version 0.1.1; seed 0. Add any pieces in turn; the value is that of all of them in one. */
struct trm_xxh64 {
    uint64_t lane[4];
    uint64_t n;
    uint8_t block[32];
};
void trm_xxh64_init(struct trm_xxh64 *s);
void trm_xxh64_add(struct trm_xxh64 *s, const void *bytes, size_t n);
/* Cannot fail; the state may be added to further. */
uint64_t trm_xxh64_value(const struct trm_xxh64 *s);

#endif
