/* Sides by hash of a key. */
#include "side.h"

#include <string.h>

#include "../base/hash.h"

static const char *const names[TRM_N_SIDES] = {"train", "val", "test"};

enum trm_side
trm_side_of(const struct trm_side_rule *r, const char *key)
{
    uint64_t hash = trm_hash64(key, strlen(key), r->seed);
    double percent = (double)(hash >> 11) * 0x1p-53 * 100;
    return percent < (double)r->train ? TRM_TRAIN : percent < (double)(r->train + r->val) ? TRM_VAL : TRM_TEST;
}

const char *
trm_side_name(enum trm_side s)
{
    return names[s];
}

int
trm_side_parse(const char *name)
{
    for (int i = 0; name && i < TRM_N_SIDES; i++)
        if (!strcmp(names[i], name))
            return i;
    return -1;
}
