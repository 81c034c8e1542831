/* Inside of a vocabulary; private to the room. */
#ifndef TRM_CODE_VOCAB_H
#define TRM_CODE_VOCAB_H

#include "code.h"

struct trm_category {
    char space;
    char *text; /* owned; n bytes and a zero */
    size_t n;
    uint64_t hash;
    uint64_t count; /* training samples that have it */
    uint64_t last;  /* number of the last sample counted, from 1 */
    int32_t row;    /* -1: none of its own */
};
struct trm_seen_rule {
    char *rule; /* owned */
    struct trm_support support;
};

struct trm_vocab {
    struct trm_vocab_opt opt;
    bool closed, failed;
    uint64_t n_samples;
    struct trm_category *cat; /* [n_cat] */
    size_t n_cat, cap_cat;
    uint32_t *slot; /* [n_slots] index into cat + 1; 0 empty; n_slots a power of two, at most half full */
    size_t n_slots;
    struct trm_seen_rule *rule; /* [n_rules]; in byte order once closed */
    size_t n_rules, cap_rules;
    size_t n_rows; /* V; 0 while open */
};

/* The row of a category: its own, else a hashed one, else -1 (spaces k, c, o, v have no hashed rows). */
int32_t trm_vocab_row(const struct trm_vocab *v, char space, const char *text, size_t n);
/* How many training samples had it, 0 when it has no row of its own. */
uint64_t trm_vocab_seen(const struct trm_vocab *v, char space, const char *text, size_t n);

#endif
