/* What one gets without a model. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

enum { MOST_RULES = 64 };

static void
note(struct trm_scores *s, size_t i, int baseline, const uint8_t *answer)
{
    bool all;
    s->c[i].base_cells[baseline] = trm_score_cells(&all, &s->task, answer);
    s->c[i].base[baseline] = all;
}

static void
copy_input(struct trm_scores *s, size_t i)
{
    bool asked[TRM_TASK_MOST];
    trm_task_asked(asked, &s->task);
    for (size_t k = 0; k < s->task.n; k++)
        s->right.tokens[k] = asked[k] ? s->task.input[k] : 0;
    note(s, i, TRM_SCORE_COPY, s->right.tokens);
}

/* How often each token is right at each place: count[k][token], in the tasks of one family. */
typedef uint32_t counts[TRM_TASK_VOCAB];

/* The most frequent token but for the task in hand itself; ties to the lowest. */
static uint8_t
most_frequent(const uint32_t *count, uint8_t own)
{
    int best = 0;
    uint32_t most = 0;
    for (int token = 0; token < TRM_TASK_VOCAB; token++) {
        uint32_t n = count[token] - (token == own);
        if (n > most) {
            most = n;
            best = token;
        }
    }
    return (uint8_t)best;
}

/* How often each whole answer is right, by its digest. */
static int
count_answers(struct trm_table *whole, struct trm_scores *s, counts *count, size_t family)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->c[i].family != family || !s->c[i].cells)
            continue;
        trm_scores_take(s, i);
        for (size_t k = 0; k < s->task.n; k++)
            count[k][s->task.answer[k] % TRM_TASK_VOCAB]++;
        uint64_t *n = trm_table_at(whole, trm_digest_of(s->task.answer, s->task.n), NULL);
        if (!n)
            return -1;
        ++*n;
    }
    return 0;
}

/* The digest that stands most often, that of the first of them. */
static struct trm_digest
usual_answer(struct trm_table *whole, struct trm_scores *s, size_t family)
{
    struct trm_digest best = {0, 0};
    uint64_t most = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->c[i].family != family || !s->c[i].cells)
            continue;
        trm_scores_take(s, i);
        struct trm_digest d = trm_digest_of(s->task.answer, s->task.n);
        uint64_t *n = trm_table_at(whole, d, NULL);
        if (n && *n > most) {
            most = *n;
            best = d;
        }
    }
    return best;
}

/* The rule for all that is right most often in the family, -1 when it has none. */
static int
best_rule(struct trm_scores *s, size_t family)
{
    size_t right[MOST_RULES] = {0};
    int n = 0, best = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool all;
        if (s->c[i].family != family || !s->c[i].cells)
            continue;
        trm_scores_take(s, i);
        for (int k = 0; k < MOST_RULES && trm_task_constant(s->right.tokens, &s->task, k); k++) {
            trm_score_cells(&all, &s->task, s->right.tokens);
            right[k] += all;
            n = k >= n ? k + 1 : n;
        }
    }
    for (int k = 1; k < n; k++)
        best = right[k] > right[best] ? k : best;
    return n ? best : -1;
}

/* The answer most frequent elsewhere is right here when it is this one's, and this one is not the only one that has it. */
static void
note_constant(struct trm_scores *s, size_t i, int rule, struct trm_digest usual, struct trm_table *whole)
{
    if (rule >= 0 && trm_task_constant(s->right.tokens, &s->task, rule)) {
        note(s, i, TRM_SCORE_CONSTANT, s->right.tokens);
        return;
    }
    struct trm_digest d = trm_digest_of(s->task.answer, s->task.n);
    uint64_t *n = trm_table_at(whole, d, NULL);
    s->c[i].base[TRM_SCORE_CONSTANT] = rule < 0 && d.a == usual.a && d.b == usual.b && n && *n > 1;
    s->c[i].base_cells[TRM_SCORE_CONSTANT] = s->c[i].base[TRM_SCORE_CONSTANT] ? s->c[i].cells : 0;
}

static int
judge_family(struct trm_scores *s, counts *count, size_t family)
{
    struct trm_table whole = {0};
    int rc = count_answers(&whole, s, count, family);
    struct trm_digest usual = rc == 0 ? usual_answer(&whole, s, family) : (struct trm_digest){0, 0};
    int rule = rc == 0 ? best_rule(s, family) : -1;
    for (size_t i = 0; rc == 0 && i < s->n; i++) {
        if (s->c[i].family != family || !s->c[i].cells)
            continue;
        trm_scores_take(s, i);
        for (size_t k = 0; k < s->task.n; k++)
            s->right.tokens[k] = most_frequent(count[k], s->task.answer[k] % TRM_TASK_VOCAB);
        note(s, i, TRM_SCORE_MAJORITY, s->right.tokens);
        copy_input(s, i);
        note_constant(s, i, rule, usual, &whole);
    }
    trm_table_release(&whole);
    return rc;
}

int
trm_score_baselines(struct trm_scores *s, struct trm_err *err)
{
    counts *count = calloc(TRM_TASK_MOST, sizeof *count);
    int rc = count ? 0 : -1;
    for (size_t f = 0; rc == 0 && f < s->families.n; f++) {
        memset(count, 0, TRM_TASK_MOST * sizeof *count);
        rc = judge_family(s, count, f);
    }
    free(count);
    return rc == 0 ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
}
