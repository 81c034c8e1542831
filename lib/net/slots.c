/* Slots: samples on their way, what they carry, what a resume needs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../mat/mat.h"
#include "inner.h"

/* Where slot i's block of state starts, and its place and stride in it: y[block + (l * m + place) * D]. */
static size_t
block_of(const struct trm_slots *s, const struct trm_net *net, size_t i, size_t *place, size_t *m)
{
    size_t first = i / s->micro * s->micro;
    *place = i - first;
    *m = s->count - first < s->micro ? s->count - first : s->micro;
    return first * net->length * net->config.width;
}

int
trm_slots_init(struct trm_slots *s, const struct trm_net *net, size_t count, enum trm_slots_use use, size_t threads,
               uint64_t seed, struct trm_err *err)
{
    const struct trm_net_config *c = &net->config;
    *s = (struct trm_slots){.count = count, .micro = use == TRM_SLOTS_TRAIN ? c->micro : 1, .stages = 1, .use = use};
    if (count == 0 || count > 1 << 20 || threads == 0 || threads > 4096)
        return trm_err_set(err, TRM_USAGE, "%zu slots on %zu threads, expected 1 to 2^20 on 1 to 4096", count, threads);
    if (!net->road && trm_mat_open(err) != 0)
        return -1;
    trm_rng_seed(&s->rng, seed);
    s->clock[1] = trm_hash64("dropout", 7, seed);
    size_t state = net->length * c->width;
    s->y = calloc(count, state * sizeof *s->y);
    s->z = calloc(count, state * sizeof *s->z);
    s->ids = calloc(count, ((size_t)c->seq * c->id_columns + 1) * sizeof *s->ids);
    s->features = calloc(count, ((size_t)c->seq * c->features + 1) * sizeof *s->features);
    s->labels = calloc(count, c->seq * sizeof *s->labels);
    s->puzzle = calloc(count, sizeof *s->puzzle);
    s->steps = calloc(count, sizeof *s->steps);
    s->halted = malloc(count);
    s->key = calloc(count, sizeof *s->key);
    s->logits = calloc(count, (size_t)c->seq * c->vocab_out * sizeof *s->logits);
    s->q = calloc(count, sizeof *s->q);
    s->ce = calloc(count, sizeof *s->ce);
    s->halt_loss = calloc(count, sizeof *s->halt_loss);
    s->labelled = calloc(count, sizeof *s->labelled);
    s->right = calloc(count, sizeof *s->right);
    bool rows = use == TRM_SLOTS_TRAIN && c->puzzles;
    s->puzzle_grad = rows ? calloc(count, c->width * sizeof *s->puzzle_grad) : NULL;
    s->work = trm_work_new(net, count, s->micro, use == TRM_SLOTS_TRAIN, threads);
    if (!s->y || !s->z || !s->ids || !s->features || !s->labels || !s->puzzle || !s->steps || !s->halted || !s->key
        || !s->logits || !s->q || !s->ce || !s->halt_loss || !s->labelled || !s->right || (rows && !s->puzzle_grad)
        || !s->work) {
        trm_slots_release(s);
        return trm_err_set(err, TRM_SYS, "no memory for %zu slots", count);
    }
    memset(s->halted, 1, count);
    return 0;
}

void
trm_slots_release(struct trm_slots *s)
{
    void *owned[] = {s->y,      s->z, s->ids, s->features,  s->labels,   s->puzzle, s->steps,      s->halted, s->key,
                     s->logits, s->q, s->ce,  s->halt_loss, s->labelled, s->right,  s->puzzle_grad};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free(owned[i]);
    trm_work_free(s->work);
    *s = (struct trm_slots){0};
}

int
trm_slots_stages(struct trm_slots *s, const struct trm_net *net, size_t stages, struct trm_err *err)
{
    int32_t *labels = calloc(s->count, stages * net->config.seq * sizeof *labels);
    if (!labels)
        return trm_err_set(err, TRM_SYS, "no memory for %zu labels a slot", stages * net->config.seq);
    free(s->labels);
    s->labels = labels, s->stages = stages;
    return 0;
}

static int
check_sample(const struct trm_net_config *c, size_t stages, const struct trm_net_task *sample, struct trm_err *err)
{
    for (size_t j = 0; j < (size_t)c->seq * c->id_columns; j++)
        if (sample->ids[j] != TRM_ID_NONE && (sample->ids[j] < 0 || (uint32_t)sample->ids[j] >= c->vocab_in))
            return trm_err_set(err, TRM_DATA, "id %d at position %zu, expected below %u", sample->ids[j],
                               j / c->id_columns, c->vocab_in);
    for (size_t j = 0; sample->features && j < (size_t)c->seq * c->features; j++)
        if (!isfinite(sample->features[j]))
            return trm_err_set(err, TRM_DATA, "feature %zu at position %zu is not finite", j % c->features,
                               j / c->features);
    for (size_t j = 0; sample->labels && j < stages * c->seq; j++)
        if (sample->labels[j] != TRM_NET_NO_LABEL
            && (sample->labels[j] < 0 || (uint32_t)sample->labels[j] >= c->vocab_out))
            return trm_err_set(err, TRM_DATA, "label %d at position %zu, expected below %u", sample->labels[j], j % c->seq,
                               c->vocab_out);
    if (sample->puzzle < 0 || (uint32_t)sample->puzzle >= (c->puzzles ? c->puzzles : 1))
        return trm_err_set(err, TRM_DATA, "puzzle %d, expected below %u", sample->puzzle, c->puzzles ? c->puzzles : 1);
    return 0;
}

int
trm_slots_put(struct trm_slots *s, const struct trm_net *net, const trm_real *params, size_t i,
              const struct trm_net_task *sample, uint64_t key, struct trm_err *err)
{
    const struct trm_net_config *c = &net->config;
    if (check_sample(c, s->stages, sample, err) != 0)
        return -1;
    size_t seq = c->seq, n_labels = seq * s->stages, n_ids = seq * c->id_columns, n_features = seq * c->features;
    if (n_ids)
        memcpy(s->ids + i * n_ids, sample->ids, n_ids * sizeof *s->ids);
    for (size_t j = 0; j < n_features; j++)
        s->features[i * n_features + j] = sample->features ? sample->features[j] : 0;
    for (size_t j = 0; j < n_labels; j++)
        s->labels[i * n_labels + j] = sample->labels ? sample->labels[j] : TRM_NET_NO_LABEL;
    size_t place, m, at = block_of(s, net, i, &place, &m), width = c->width;
    for (size_t l = 0; l < net->length; l++) {
        memcpy(s->y + at + (l * m + place) * width, params + net->at_y0, width * sizeof *s->y);
        memcpy(s->z + at + (l * m + place) * width, params + net->at_z0, width * sizeof *s->z);
    }
    s->puzzle[i] = sample->puzzle;
    s->steps[i] = 0;
    s->halted[i] = 0;
    s->key[i] = key;
    return 0;
}

void
trm_slots_weights_changed(struct trm_slots *s)
{
    s->work->packed = NULL;
}

size_t
trm_slots_parts(struct trm_slots *s, const struct trm_net *net, struct trm_slots_part part[TRM_SLOTS_PARTS])
{
    const struct trm_net_config *c = &net->config;
    size_t b = s->count, state = b * net->length * c->width;
    struct trm_slots_part all[TRM_SLOTS_PARTS] = {
        {"slots.y", TRM_DTYPE_REAL, s->y, state},
        {"slots.z", TRM_DTYPE_REAL, s->z, state},
        {"slots.ids", TRM_I32, s->ids, b * c->seq * c->id_columns},
        {"slots.features", TRM_F32, s->features, b * c->seq * c->features},
        {"slots.labels", TRM_I32, s->labels, b * s->stages * c->seq},
        {"slots.puzzle", TRM_I32, s->puzzle, b},
        {"slots.steps", TRM_I32, s->steps, b},
        {"slots.halted", TRM_U8, s->halted, b},
        {"slots.key", TRM_U64, s->key, b},
        {"slots.rng", TRM_U64, s->rng.s, 4},
        {"slots.clock", TRM_U64, s->clock, 2},
    };
    memcpy(part, all, sizeof all);
    return TRM_SLOTS_PARTS;
}

int
trm_slots_check(const struct trm_slots *s, const struct trm_net *net, struct trm_err *err)
{
    const struct trm_net_config *c = &net->config;
    for (size_t i = 0; i < s->count; i++) {
        struct trm_net_task sample = {
            .ids = s->ids + i * c->seq * c->id_columns,
            .features = s->features + i * c->seq * c->features,
            .labels = s->labels + i * s->stages * c->seq,
            .puzzle = s->puzzle[i],
        };
        if (check_sample(c, s->stages, &sample, err) != 0)
            return trm_err_at(err, "slot %zu", i);
        if (s->halted[i] > 1 || s->steps[i] > c->max_steps)
            return trm_err_set(err, TRM_DATA, "slot %zu has had %u steps, halted %u", i, s->steps[i], s->halted[i]);
    }
    return 0;
}
