/* Asking a model: encode, think step by step, read the logits back. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

struct trm_judge {
    const struct trm_model *m;
    struct trm_slots slots;  /* TRM only */
    struct trm_coded *coded; /* [slots] what stands in each slot */
    size_t *ask;             /* [slots] which question */
    size_t n_slots;
    struct trm_term *terms; /* [TRM_TERMS_MAX] logistic only */
    struct trm_arena arena;
};

int
trm_coded_alloc(struct trm_coded *c, const struct trm_vocab *v, bool with_at, struct trm_arena *a, struct trm_err *err)
{
    size_t s = trm_vocab_positions(v);
    *c = (struct trm_coded){0};
    c->ids = trm_arena_calloc(a, s * TRM_CODE_COLUMNS, sizeof *c->ids);
    c->feats = trm_arena_calloc(a, s * TRM_CODE_FEATURES, sizeof *c->feats);
    c->labels = trm_arena_calloc(a, s, sizeof *c->labels);
    c->at = with_at ? trm_arena_calloc(a, s, sizeof *c->at) : NULL;
    return c->ids && c->feats && c->labels && (c->at || !with_at) ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
}

void
trm_sample_strip(struct trm_sample *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_fields; i++)
        if (strcmp(s->fields[i].name, "attribute.Tag") != 0)
            s->fields[n++] = s->fields[i];
    s->n_fields = n;
}

struct trm_judge *
trm_judge_new(const struct trm_model *m, size_t slots, size_t threads, struct trm_err *err)
{
    struct trm_judge *j = calloc(1, sizeof *j);
    if (!j) {
        trm_err_set(err, TRM_SYS, "out of memory");
        return NULL;
    }
    j->m = m, j->n_slots = m->arch == TRM_ARCH_TRM ? slots : 1;
    j->coded = trm_arena_calloc(&j->arena, j->n_slots, sizeof *j->coded);
    j->ask = trm_arena_calloc(&j->arena, j->n_slots, sizeof *j->ask);
    j->terms = trm_arena_calloc(&j->arena, m->arch == TRM_ARCH_LOGISTIC ? TRM_TERMS_MAX : 1, sizeof *j->terms);
    int rc = j->coded && j->ask && j->terms ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; rc == 0 && i < j->n_slots; i++)
        rc = trm_coded_alloc(&j->coded[i], m->vocab, false, &j->arena, err);
    if (rc == 0 && m->arch == TRM_ARCH_TRM)
        rc = trm_slots_init(&j->slots, &m->net, j->n_slots, TRM_SLOTS_INFER, threads, 0, err);
    if (rc == 0)
        return j;
    trm_judge_free(j);
    return NULL;
}

void
trm_judge_free(struct trm_judge *j)
{
    if (!j)
        return;
    if (j->m->arch == TRM_ARCH_TRM)
        trm_slots_release(&j->slots);
    trm_arena_release(&j->arena);
    free(j);
}

void
trm_judge_weights_changed(struct trm_judge *j)
{
    if (j->m->arch == TRM_ARCH_TRM)
        trm_slots_weights_changed(&j->slots);
}

static int
alloc_say(struct trm_say *out, size_t n_rules, size_t max_steps, struct trm_arena *a, struct trm_err *err)
{
    *out = (struct trm_say){.n_rules = n_rules};
    out->logit = trm_arena_calloc(a, n_rules * max_steps + 1, sizeof *out->logit);
    out->q = trm_arena_calloc(a, max_steps, sizeof *out->q);
    return out->logit && out->q ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
}

/* --- the TRM --- */

static int
seat(struct trm_judge *j, size_t slot, struct trm_say *out, const struct trm_ask *ask, size_t max_steps, struct trm_arena *a,
     struct trm_err *err)
{
    struct trm_coded *c = &j->coded[slot];
    if (trm_encode(c, j->m->vocab, ask->sample, ask->hide, ask->first_rule, err) != 0)
        return -1;
    struct trm_net_task task = {.ids = c->ids, .features = c->feats};
    if (alloc_say(out, c->n_rules, max_steps, a, err) != 0)
        return -1;
    return trm_slots_put(&j->slots, &j->m->net, j->m->params, slot, &task, 0, err);
}

/* The last step's logits and halting value of one slot. */
static void
hear(const struct trm_judge *j, size_t slot, struct trm_say *out)
{
    const struct trm_coded *c = &j->coded[slot];
    const trm_real *logits = j->slots.logits + (slot * j->m->net.config.seq + c->rule_at) * 2;
    for (size_t r = 0; r < out->n_rules; r++)
        out->logit[out->steps * out->n_rules + r] =
            (double)logits[2 * r + TRM_LABEL_PASS] - (double)logits[2 * r + TRM_LABEL_FAIL];
    out->q[out->steps++] = j->slots.q[slot];
}

static int
think(struct trm_judge *j, struct trm_say *out, const struct trm_ask *asks, size_t n, size_t max_steps, double stop_q,
      struct trm_arena *a, struct trm_err *err)
{
    size_t next = 0, busy = 0;
    for (size_t i = 0; i < j->n_slots; i++)
        j->slots.halted[i] = 1;
    do {
        for (size_t i = 0; i < j->n_slots && next < n; i++) {
            if (!j->slots.halted[i])
                continue;
            j->ask[i] = next;
            if (seat(j, i, &out[next], &asks[next], max_steps, a, err) != 0)
                return -1;
            next++, busy++;
        }
        trm_net_infer(&j->m->net, j->m->params, &j->slots);
        for (size_t i = 0; i < j->n_slots; i++) {
            if (j->slots.halted[i])
                continue;
            struct trm_say *say = &out[j->ask[i]];
            hear(j, i, say);
            j->slots.halted[i] = say->steps >= max_steps || say->q[say->steps - 1] > stop_q;
            busy -= j->slots.halted[i];
        }
    } while (busy || next < n);
    return 0;
}

/* --- the baselines --- */

static double
baseline_logit(struct trm_judge *j, const struct trm_ask *ask, size_t r)
{
    const struct trm_model *m = j->m;
    long rule = trm_model_rule(m, ask->sample->rules[r].rule);
    if (rule < 0)
        return 0;
    const float *w = m->weights + (size_t)rule * m->width;
    if (m->arch == TRM_ARCH_PRIOR)
        return w[0];
    if (m->arch == TRM_ARCH_NAME)
        return w[trm_name_says(&m->names[rule], ask->sample, ask->hide, r)];
    size_t n = trm_logistic_terms(j->terms, TRM_TERMS_MAX, m->vocab, ask->sample, ask->hide, &j->coded[0], ask->first_rule, r);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)w[j->terms[i].at] * j->terms[i].x;
    return sum;
}

static int
answer_at_once(struct trm_judge *j, struct trm_say *out, const struct trm_ask *ask, struct trm_arena *a, struct trm_err *err)
{
    if (trm_encode(&j->coded[0], j->m->vocab, ask->sample, ask->hide, ask->first_rule, err) != 0)
        return -1;
    if (alloc_say(out, j->coded[0].n_rules, 1, a, err) != 0)
        return -1;
    for (size_t r = 0; r < out->n_rules; r++)
        out->logit[r] = baseline_logit(j, ask, ask->first_rule + r);
    out->q[0] = 5; /* they have nothing more to think about */
    out->steps = 1;
    return 0;
}

int
trm_judge_ask(struct trm_judge *j, struct trm_say *out, const struct trm_ask *asks, size_t n, size_t max_steps, double stop_q,
              struct trm_arena *a, struct trm_err *err)
{
    if (n == 0)
        return 0;
    if (j->m->arch == TRM_ARCH_TRM)
        return think(j, out, asks, n, max_steps, stop_q, a, err);
    for (size_t i = 0; i < n; i++)
        if (answer_at_once(j, &out[i], &asks[i], a, err) != 0)
            return -1;
    return 0;
}
