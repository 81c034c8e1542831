/* A task seen through the symmetries of its family, and answers brought back. */
#include <string.h>

#include "../base/hash.h"
#include "inner.h"

enum { ACTS = 576 }; /* no family has more: linear of four unknowns */

static void
see_by(struct trm_task *seen, const struct trm_task *t, unsigned g)
{
    trm_task_copy_head(seen, t);
    t->family->act(seen, t, g);
}

/* Act k of 0..n-1 in an order of the seed, the identity first. */
static unsigned
kth_act(size_t k, unsigned n, uint64_t seed)
{
    struct trm_rng rng;
    int order[ACTS];
    trm_rng_seed(&rng, seed);
    trm_task_shuffled(order, (int)n, &rng);
    for (unsigned i = 0; i < n; i++)
        if (order[i] == 0)
            order[i] = order[0];
    order[0] = 0;
    return (unsigned)order[k % n];
}

/* The act that carries seen, which came of t, back to it; there is one, as acts are a group. */
static unsigned
way_back(const struct trm_task *seen, const struct trm_task *t, unsigned n)
{
    struct trm_task again;
    for (unsigned g = 0; g < n; g++) {
        see_by(&again, seen, g);
        if (again.h == t->h && memcmp(again.input, t->input, t->n) == 0)
            return g;
    }
    return 0;
}

void
trm_task_see(struct trm_task *seen, struct trm_task_view *view, const struct trm_task *t, size_t k, uint64_t seed)
{
    const struct trm_task_family *f = t->family;
    uint64_t name[2] = {seed, k};
    uint8_t table[TRM_TASK_VOCAB];
    struct trm_rng rng;
    *view = (struct trm_task_view){0};
    for (int i = 0; i < TRM_TASK_VOCAB; i++)
        view->token[i] = (uint8_t)i;
    trm_task_copy_head(seen, t);
    seen->solved = false;
    memcpy(seen->input, t->input, t->n);
    if (k && f->act && (view->act = kth_act(k, f->n_acts(t), seed))) {
        see_by(seen, t, view->act);
        seen->solved = false;
        view->back = way_back(seen, t, f->n_acts(t));
    }
    memset(seen->answer, PAD, t->n);
    trm_rng_seed(&rng, trm_hash64(name, sizeof name, 'v'));
    if (k) {
        trm_task_rename(seen, table, &rng);
        for (int i = 0; i < TRM_TASK_VOCAB; i++)
            view->token[table[i]] = (uint8_t)i;
    }
    if (k && f->unaugment) {
        view->drawn = trm_rng_u64(&rng) | 1;
        trm_rng_seed(&rng, view->drawn);
        f->augment(seen, &rng);
    }
}

void
trm_task_unsee(uint8_t *answer, const struct trm_task_view *view, const struct trm_task *t, const uint8_t *said)
{
    struct trm_task seen, back;
    struct trm_rng rng;
    uint8_t named[TRM_TASK_MOST];
    for (size_t i = 0; i < t->n; i++)
        named[i] = said[i] < TRM_TASK_VOCAB ? view->token[said[i]] : said[i];
    if (view->drawn) {
        trm_rng_seed(&rng, view->drawn);
        t->family->unaugment(answer, t, named, &rng);
    } else if (view->act) {
        see_by(&seen, t, view->act);
        memcpy(seen.answer, named, t->n);
        see_by(&back, &seen, view->back);
        memcpy(answer, back.answer, t->n);
    } else {
        memcpy(answer, named, t->n);
    }
}
