/* Figures of answers to tasks whose rightness is known by construction. */
#include "../../lib/score/score.h"

#include "t.h"

enum { TASKS = 20 };

static struct trm_task task; /* large */
static struct trm_answer answer;

/* Ten tasks each of two families, one of them without its answer. */
static void
fill(struct trm_shelf *shelf)
{
    struct trm_err err = {0};
    for (uint64_t i = 0; i < TASKS; i++) {
        int size;
        const struct trm_task_family *f = trm_task_family_find(i < TASKS / 2 ? "sudoku4" : "turn3", &size);
        CHECK(trm_task_make(&task, f, size, 0, 5, i, &err) == 0);
        task.solved = i != 3;
        CHECK(trm_shelf_put(shelf, NULL, &task, &err) == 0);
    }
}

/* The right answer of task i, or with its last token turned into another. */
static void
say(struct trm_scores *s, const struct trm_shelf *shelf, size_t i, bool right, double confidence, double ms)
{
    struct trm_err err = {0};
    trm_shelf_get(&task, shelf, i);
    if (!task.solved)
        CHECK(trm_task_solve(&task, &err) == 1);
    answer = (struct trm_answer){.id = task.id, .solver = "me", .given = true, .n = task.n, .confidence = confidence, .ms = ms,
                                 .cost = -1, .steps = 2};
    memcpy(answer.tokens, task.answer, task.n);
    if (!right)
        answer.tokens[task.n - 1] = task.answer[task.n - 1] == 2 ? 3 : 2;
    CHECK(trm_scores_answer(s, &answer, &err) == 0);
}

/* The number behind "key": in the record; NAN when there is none. */
static double
number(const struct trm_buf *b, const char *key)
{
    char name[40];
    snprintf(name, sizeof name, "\"%s\":", key);
    const char *at = strstr(b->data, name);
    return at ? strtod(at + strlen(name), NULL) : (double)NAN;
}

static void
figures(struct trm_buf *b, const struct trm_scores *s, long family)
{
    struct trm_score_opts opts = {.bins = 10, .level = 0.95, .limit_ms = 100, .price = 3.6};
    struct trm_err err = {0};
    trm_buf_reset(b);
    CHECK(trm_scores_write(b, s, family, -1, &opts, false, &err));
}

T_MAIN
{
    struct trm_shelf shelf = {0};
    struct trm_scores s = {0};
    struct trm_buf b = {0};
    struct trm_err err = {0};
    T("right, wrong and missing answers are counted against all tasks, one without a stored answer too")
    {
        fill(&shelf);
        CHECK(trm_scores_begin(&s, &shelf, &err) == 0 && s.n == TASKS && s.families.n == 2);
        for (size_t i = 0; i < TASKS - 2; i++) /* the last two are not answered */
            say(&s, &shelf, i, i != 0 && i != 12, 0.9, i == 5 ? 500 : 10);
        figures(&b, &s, -1);
        CHECK(number(&b, "n") == TASKS && number(&b, "answered") == TASKS - 2 && number(&b, "exact") == TASKS - 4);
        CHECK_NEAR(number(&b, "accuracy"), 0.8, 1e-9);
        CHECK_NEAR(number(&b, "lo"), 0.583983, 2e-6); /* 16 of 20: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) */
        CHECK_NEAR(number(&b, "hi"), 0.919342, 1e-6);
        CHECK(number(&b, "mean_steps") == 2);
    }
    T("a family has its own figures, and an answer beyond the limit is a time-out")
    {
        figures(&b, &s, 0);
        CHECK(strstr(b.data, "\"id\":\"tasks/sudoku4\"") != NULL);
        CHECK(number(&b, "n") == 10 && number(&b, "exact") == 9);
        CHECK_NEAR(number(&b, "rate"), 0.1, 1e-9);
        figures(&b, &s, 1);
        CHECK(strstr(b.data, "\"id\":\"tasks/turn3\"") && number(&b, "exact") == 7 && number(&b, "rate") == 0);
    }
    T("calibration is of what was said: nine tenths sure, 16 of 18 right")
    {
        figures(&b, &s, -1);
        CHECK_NEAR(number(&b, "ece"), fabs(0.9 - 16.0 / 18), 1e-6);
    }
    T("a baseline that copies is right where the question is its own answer, and no sudoku is")
    {
        const char *copy;
        figures(&b, &s, 0);
        CHECK((copy = strstr(b.data, "\"copy\":{\"accuracy\":")) && strtod(copy + 19, NULL) == 0);
        CHECK(strstr(copy, "\"cells\":") && strtod(strstr(copy, "\"cells\":") + 8, NULL) > 0.2);
    }
    T("a second answer and an answer to no task are refused; a difficulty that none has gives nothing")
    {
        struct trm_score_opts opts = {.bins = 10, .level = 0.95};
        CHECK(trm_scores_answer(&s, &answer, &err) != 0 && err.kind == TRM_DATA);
        err = (struct trm_err){0};
        answer.id = "nobody";
        CHECK(trm_scores_answer(&s, &answer, &err) != 0 && err.kind == TRM_DATA);
        err = (struct trm_err){0};
        trm_buf_reset(&b);
        CHECK(!trm_scores_write(&b, &s, 0, 5, &opts, false, &err) && err.kind == TRM_OK && b.len == 0);
    }
    trm_buf_release(&b);
    trm_scores_release(&s);
    trm_shelf_release(&shelf);
}
