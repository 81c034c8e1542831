/* Samples in memory, and the ways to look at them. */
#include "learn.h"

#include <stdlib.h>
#include <string.h>

static int
grow(struct trm_set *set, struct trm_err *err)
{
    if (set->n < set->cap)
        return 0;
    size_t cap = set->cap ? 2 * set->cap : 1024;
    struct trm_sample *s = realloc(set->samples, cap * sizeof *s);
    if (s)
        set->samples = s;
    uint8_t *side = s ? realloc(set->side, cap) : NULL;
    if (!side)
        return trm_err_set(err, TRM_SYS, "out of memory after %zu samples", set->n);
    set->side = side, set->cap = cap;
    return 0;
}

int
trm_set_add(struct trm_set *set, const trm_json *rec, const char *line, size_t n, struct trm_err *err)
{
    if (!set->begun) {
        trm_sha256_init(&set->sha);
        set->begun = true;
    }
    int side = trm_side_parse(trm_json_str(trm_json_get(rec, "side"), NULL));
    if (side < 0)
        return trm_err_set(err, TRM_DATA, "side: expected train, val or test, as trm-split writes it");
    if (side != TRM_TEST) {
        struct trm_err why = {0};
        if (grow(set, err) != 0)
            return -1;
        if (trm_sample_read(&set->samples[set->n], &set->arena, rec, &why) != 0) {
            if (why.kind == TRM_SYS && set->arena.limit)
                return trm_err_set(err, TRM_SYS, "more than %zu MiB of samples, after %zu: raise --memory or give fewer",
                                   set->arena.limit >> 20, set->n);
            return trm_err_set(err, why.kind, "%s", why.text);
        }
        trm_sample_strip(&set->samples[set->n]);
        set->side[set->n++] = (uint8_t)side;
    }
    set->count[side]++;
    trm_sha256_add(&set->sha, line, n);
    trm_sha256_add(&set->sha, "\n", 1);
    return 0;
}

void
trm_set_release(struct trm_set *set)
{
    trm_arena_release(&set->arena);
    free(set->samples);
    free(set->side);
    *set = (struct trm_set){0};
}

struct trm_vocab *
trm_set_vocab(const struct trm_set *set, const struct trm_vocab_opt *opt, struct trm_err *err)
{
    if (set->count[TRM_TRAIN] == 0) {
        trm_err_set(err, TRM_DATA, "no sample on the train side (%zu val, %zu test): nothing to learn from", set->count[TRM_VAL],
                    set->count[TRM_TEST]);
        return NULL;
    }
    struct trm_vocab *v = trm_vocab_new(opt, err);
    int rc = v ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < set->n; i++)
        if (set->side[i] == TRM_TRAIN)
            rc = trm_vocab_count(v, &set->samples[i], err);
    if (rc == 0 && trm_vocab_close(v, err) == 0)
        return v;
    trm_vocab_free(v);
    return NULL;
}

static bool
has_label(const struct trm_sample *s, size_t first, size_t max_rules)
{
    for (size_t r = first; r < s->n_rules && r < first + max_rules; r++)
        if (s->rules[r].label != TRM_LABEL_NONE)
            return true;
    return false;
}

static bool
is_varied(const struct trm_sample *s)
{
    return s->origin && !strcmp(s->origin, "varied");
}

int
trm_set_asks(struct trm_ask **out, size_t *n, const struct trm_set *set, enum trm_side side, size_t max_rules, bool observed,
             struct trm_arena *a, struct trm_err *err)
{
    size_t most = 0;
    for (size_t i = 0; i < set->n; i++)
        most += set->side[i] == side ? set->samples[i].n_rules / max_rules + 1 : 0;
    *out = trm_arena_calloc(a, most + 1, sizeof **out);
    *n = 0;
    if (!*out)
        return trm_err_set(err, TRM_SYS, "out of memory for %zu samples", most);
    /* observed ones first, so that a draw can choose between the two kinds */
    for (int varied = 0; varied < (observed ? 1 : 2); varied++)
        for (size_t i = 0; i < set->n; i++) {
            const struct trm_sample *s = &set->samples[i];
            if (set->side[i] != side || is_varied(s) != (bool)varied)
                continue;
            for (size_t r = 0; r < s->n_rules; r += max_rules)
                if (has_label(s, r, max_rules))
                    (*out)[(*n)++] = (struct trm_ask){.sample = s, .first_rule = r};
        }
    return 0;
}

int
trm_view_asks(struct trm_ask *out, const struct trm_ask *asks, size_t n, enum trm_view view, const struct trm_hide_opt *opt,
              uint64_t seed, uint64_t k, struct trm_arena *a, struct trm_err *err)
{
    struct trm_hide_opt use = *opt;
    use.tested = 1, use.bounds = use.named = 0; /* the hardest case, so that figures and temperature do not flatter */
    for (size_t i = 0; i < n; i++) {
        out[i] = asks[i];
        if (view == TRM_VIEW_WHOLE)
            continue;
        uint8_t *hide = trm_arena_calloc(a, asks[i].sample->n_fields + 1, 1);
        if (!hide)
            return trm_err_set(err, TRM_SYS, "out of memory");
        struct trm_rng rng;
        uint64_t name[2] = {k, i};
        trm_rng_seed(&rng, trm_hash64(name, sizeof name, seed));
        trm_hide_draw(hide, asks[i].sample, &use, &rng);
        out[i].hide = hide;
    }
    return 0;
}

static bool
in_list(const char *const *list, size_t n, const char *s)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], s))
            return true;
    return false;
}

bool
trm_ask_known(const struct trm_ask *ask, size_t r)
{
    const struct trm_sample *s = ask->sample;
    const struct trm_sample_rule *rule = &s->rules[r];
    for (size_t i = 0; i < s->n_fields; i++) {
        if (ask->hide && ask->hide[i] != TRM_SHOWN)
            continue;
        const char *f = s->fields[i].name;
        if (in_list((const char *const *)rule->tests, rule->n_tests, f) &&
            !in_list((const char *const *)rule->bounds, rule->n_bounds, f))
            return true;
    }
    return false;
}
