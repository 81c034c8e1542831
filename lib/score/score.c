/* Tasks and answers to cases. */
#include "score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inner.h"

uint32_t
trm_score_cells(bool *all, const struct trm_task *t, const uint8_t *answer)
{
    bool asked[TRM_TASK_MOST];
    uint32_t right = 0;
    trm_task_asked(asked, t);
    *all = true;
    for (size_t i = 0; i < t->n; i++) {
        right += asked[i] && answer[i] == t->answer[i];
        *all &= answer[i] == t->answer[i];
    }
    return right;
}

static uint32_t
asked_for(const struct trm_task *t)
{
    bool asked[TRM_TASK_MOST];
    uint32_t n = 0;
    trm_task_asked(asked, t);
    for (size_t i = 0; i < t->n; i++)
        n += asked[i];
    return n;
}

void
trm_scores_take(struct trm_scores *s, size_t i)
{
    struct trm_err unknown = {0};
    trm_shelf_get(&s->task, s->shelf, i);
    if (!s->task.solved)
        trm_task_solve(&s->task, &unknown);
}

int
trm_scores_begin(struct trm_scores *s, const struct trm_shelf *shelf, struct trm_err *err)
{
    s->shelf = shelf;
    s->n = shelf->n;
    s->c = calloc(s->n + 1, sizeof *s->c);
    if (!s->c)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < s->n; i++) {
        struct trm_task_facts facts;
        char name[64];
        trm_scores_take(s, i);
        trm_task_facts(&facts, s->task.family);
        snprintf(name, sizeof name, "%s%d", facts.name, s->task.size);
        long f = trm_names_put(&s->families, name);
        if (f < 0)
            return trm_err_set(err, TRM_SYS, "out of memory");
        s->c[i] = (struct trm_score_case){.family = (uint32_t)f, .difficulty = (signed char)s->task.difficulty, .conf = -1,
                                          .ms = -1, .cost = -1, .cells = s->task.solved ? asked_for(&s->task) : 0};
    }
    return trm_score_baselines(s, err);
}

int
trm_scores_answer(struct trm_scores *s, const struct trm_answer *a, struct trm_err *err)
{
    struct trm_task_verdict v;
    bool all;
    long i = trm_shelf_find(s->shelf, a->id);
    if (i < 0)
        return trm_err_set(err, TRM_DATA, "no task has this id");
    struct trm_score_case *c = &s->c[i];
    if (c->said)
        return trm_err_set(err, TRM_DATA, "a second answer to this task");
    trm_scores_take(s, (size_t)i);
    trm_answer_judge(&v, &s->task, a);
    s->n_answers++;
    c->said = true;
    c->given = a->given;
    c->right = v.right;
    c->timed_out = a->timed_out;
    c->conf = a->confidence;
    c->ms = a->ms;
    c->cost = a->cost;
    c->steps = a->steps;
    if (a->given && a->n == s->task.n && c->cells)
        c->cells_right = trm_score_cells(&all, &s->task, a->tokens);
    return 0;
}

void
trm_scores_release(struct trm_scores *s)
{
    trm_names_release(&s->families);
    free(s->c);
    s->c = NULL;
}
