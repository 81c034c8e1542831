/* Sides: which of what there is is learned from, chosen by, or only judged. */
#ifndef TRM_FACT_SIDE_H
#define TRM_FACT_SIDE_H

#include <stdint.h>

enum trm_side { TRM_TRAIN = 0, TRM_VAL, TRM_TEST, TRM_N_SIDES };

/* How trm-split shares out: percent of all keys on the sides train and val (test has the rest), and which of the many ways. */
struct trm_side_rule {
    long train, val;
    uint64_t seed;
};
#define TRM_SIDE_DEFAULT {.train = 80, .val = 10, .seed = 1}

/* The side of a key: a hash of key and seed alone, so the same in any order, beside any other keys. Cannot fail. */
enum trm_side trm_side_of(const struct trm_side_rule *r, const char *key);
const char *trm_side_name(enum trm_side s); /* "train", "val", "test"; static */
int trm_side_parse(const char *name);       /* NULL allowed; -1: no such */

#endif
