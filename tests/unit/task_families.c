/* The room task: what holds for every family. */
#include "t.h"

#include "../../lib/task/task.h"

enum { TASKS = 12 };

static int staged_tasks; /* met, with more than one stage */

/* Call fn for TASKS tasks of every family and size of its suite. */
static int
for_all(void (*fn)(const struct trm_task *t))
{
    const struct trm_task_family *f;
    int n = 0;
    for (size_t i = 0; (f = trm_task_family_at(i)); i++) {
        struct trm_task_facts k;
        trm_task_facts(&k, f);
        for (const int *size = k.suite; k.levels && *size; size++)
            for (uint64_t index = 0; index < TASKS; index++, n++) {
                struct trm_err err = {0};
                struct trm_task t;
                CHECK(trm_task_make(&t, f, *size, 0, 7, index, &err) == 0);
                if (err.kind)
                    printf("# %s\n", err.text);
                fn(&t);
            }
    }
    return n;
}

static const char *
name_of(const struct trm_task *t)
{
    struct trm_task_facts k;
    trm_task_facts(&k, t->family);
    return k.name;
}

static bool
judged_right(const struct trm_task *t)
{
    struct trm_task_verdict v;
    trm_task_judge(&v, t, t->answer, t->n);
    if (!v.right)
        printf("# %s: %s at %d, %d: %d\n", t->id, trm_task_reason_name(v.reason), v.row, v.column, v.value);
    return v.right;
}

static void
own_answer_is_right(const struct trm_task *t)
{
    struct trm_err err = {0};
    CHECK(t->solved && t->n == t->prefix + t->h * t->w && t->vocab <= TRM_TASK_VOCAB);
    CHECK(trm_task_check(t, &err) == 0);
    if (err.kind)
        printf("# %s: %s\n", t->id, err.text);
    CHECK(judged_right(t));
}

static void
solving_gives_the_same(const struct trm_task *t)
{
    struct trm_task copy = *t;
    struct trm_err err = {0};
    copy.solved = false;
    memset(copy.answer, 0xAA, sizeof copy.answer);
    CHECK(trm_task_solve(&copy, &err) == 1 && copy.solved);
    CHECK(memcmp(copy.answer, t->answer, t->n) == 0);
    CHECK(copy.nodes == t->nodes && copy.difficulty == t->difficulty && t->difficulty >= 1);
}

static void
same_again(const struct trm_task *t)
{
    struct trm_task again;
    struct trm_err err = {0};
    const char *index = strrchr(t->id, '/') + 1;
    memset(&again, 0x55, sizeof again);
    CHECK(trm_task_make(&again, t->family, t->size, 0, 7, (uint64_t)atoi(index), &err) == 0);
    CHECK_STR(again.id, t->id);
    CHECK(again.n == t->n && memcmp(again.input, t->input, t->n) == 0 && memcmp(again.answer, t->answer, t->n) == 0);
}

/* Every token of every position in turn; for the slow referee of infer every third. */
static void
corruption_is_seen(const struct trm_task *t)
{
    uint8_t answer[TRM_TASK_MOST];
    size_t stride = strcmp(name_of(t), "infer") == 0 ? 17 : 1, missed = 0;
    memcpy(answer, t->answer, t->n);
    for (size_t i = 0; i < t->n * (size_t)t->vocab; i += stride) {
        struct trm_task_verdict v;
        size_t at = i / (size_t)t->vocab;
        uint8_t token = (uint8_t)(i % (size_t)t->vocab);
        if (token == t->answer[at])
            continue;
        answer[at] = token;
        trm_task_judge(&v, t, answer, t->n);
        missed += v.right || v.reason == TRM_TASK_RIGHT;
        answer[at] = t->answer[at];
    }
    CHECK(missed == 0);
}

static void
what_is_asked_is_answered(const struct trm_task *t)
{
    bool asked[TRM_TASK_MOST];
    size_t wrong = 0, n = 0;
    trm_task_asked(asked, t);
    for (size_t i = 0; i < t->n; i++) {
        wrong += asked[i] != (t->answer[i] != 0);
        n += asked[i];
    }
    CHECK(wrong == 0 && n > 0);
}

static void
symmetries_keep_answer_and_key(const struct trm_task *t)
{
    struct trm_rng rng;
    char key[17], other[17];
    int moved = 0;
    trm_task_key(key, t);
    trm_rng_seed(&rng, 3);
    for (int i = 0; i < 25; i++) {
        struct trm_task seen = *t;
        struct trm_err err = {0};
        trm_task_augment(&seen, &rng);
        trm_task_key(other, &seen);
        CHECK_STR(other, key);
        CHECK(trm_task_check(&seen, &err) == 0);
        CHECK(judged_right(&seen));
        moved += memcmp(seen.input, t->input, t->n) != 0;
    }
    CHECK(moved > 0 || t->size == 2); /* an expression of two numbers may be its own mirror image */
}

static void
answers_come_back_from_views(const struct trm_task *t)
{
    char key[17], other[17];
    uint8_t answer[TRM_TASK_MOST];
    int moved = 0;
    trm_task_key(key, t);
    for (size_t k = 0; k < 40; k++) {
        struct trm_task seen, again;
        struct trm_task_view view;
        struct trm_err err = {0};
        trm_task_see(&seen, &view, t, k, 11);
        trm_task_see(&again, &view, t, k, 11);
        CHECK(!seen.solved && memcmp(seen.input, again.input, t->n) == 0);
        trm_task_key(other, &seen);
        CHECK_STR(other, key);
        CHECK(trm_task_check(&seen, &err) == 0 && trm_task_solve(&seen, &err) == 1);
        trm_task_unsee(answer, &view, t, seen.answer);
        CHECK(memcmp(answer, t->answer, t->n) == 0);
        for (size_t i = t->n - 1, tries = 0; tries < 20; i = i ? i - 1 : t->n - 1, tries++) {
            uint8_t was = seen.answer[i];
            if (was == 0)
                continue;
            seen.answer[i] = (uint8_t)(was > 1 ? was - 1 : 2);
            trm_task_unsee(answer, &view, t, seen.answer);
            CHECK(memcmp(answer, t->answer, t->n) != 0);
            seen.answer[i] = was;
        }
        CHECK(k > 0 || memcmp(seen.input, t->input, t->n) == 0);
        moved += memcmp(seen.input, t->input, t->n) != 0;
    }
    struct trm_task_facts f;
    trm_task_facts(&f, t->family);
    bool as_it_is = !strcmp(f.name, "latin") || !strcmp(f.name, "colouring") || !strcmp(f.name, "modular");
    CHECK(as_it_is ? moved == 0 : moved > 20);
}

/* Every stage is another one, the last is the answer, and from each the rest of the way leads there. */
static void
stages_lead_to_the_answer(const struct trm_task *t)
{
    uint8_t stage[TRM_TASK_MOST], before[TRM_TASK_MOST];
    bool compose = !strcmp(name_of(t), "compose"), last = false;
    size_t k, grid = t->n - t->h * t->w;
    for (k = 1; k < 100 && !last; k++) {
        last = trm_task_stage(stage, t, k);
        CHECK(last == (memcmp(stage, t->answer, t->n) == 0));
        CHECK(k == 1 || memcmp(stage, before, t->n) != 0);
        memcpy(before, stage, t->n);
        if (last)
            continue;
        struct trm_task rest = *t;
        struct trm_err err = {0};
        for (size_t i = 0; i < t->n; i++)
            CHECK((stage[i] != 0) == (t->answer[i] != 0));
        memcpy(rest.input, t->input + 3, 3); /* the second rule, of the grid that the first has left */
        memset(rest.input + 3, 0, 3);
        memcpy(rest.input + grid, stage + grid, t->n - grid);
        CHECK(trm_task_solve(&rest, &err) == 1 && memcmp(rest.answer, t->answer, t->n) == 0);
    }
    CHECK(last && trm_task_stage(stage, t, k) && memcmp(stage, t->answer, t->n) == 0);
    CHECK(k == (compose ? 3 : 2));
    staged_tasks += compose;
}

static void
symmetries_do_not_need_the_answer(const struct trm_task *t)
{
    struct trm_rng a, b;
    struct trm_task with = *t, without = *t;
    without.solved = false;
    memset(without.answer, 0xAA, sizeof without.answer);
    trm_rng_seed(&a, 5);
    trm_rng_seed(&b, 5);
    trm_task_augment(&with, &a);
    trm_task_augment(&without, &b);
    CHECK(memcmp(with.input, without.input, t->n) == 0);
}

static void
records_come_back(const struct trm_task *t)
{
    struct trm_buf b = {0};
    struct trm_err err = {0};
    struct trm_task back;
    char key[17];
    trm_task_key(key, t);
    trm_task_write(&b, t, key, true, "\"more\":1");
    trm_json *rec = trm_json_parse(b.data, b.len, &err);
    CHECK(rec != NULL && trm_task_read(&back, rec, &err) == 0);
    if (err.kind)
        printf("# %s: %s\n", t->id, err.text);
    CHECK(back.solved && back.family == t->family && back.size == t->size && back.difficulty == t->difficulty &&
          back.nodes == t->nodes);
    CHECK(back.n == t->n && memcmp(back.input, t->input, t->n) == 0 && memcmp(back.answer, t->answer, t->n) == 0);
    CHECK_STR(back.id, t->id);
    trm_json_free(rec);
    trm_buf_release(&b);
}

static void
levels_are_kept(void)
{
    const struct trm_task_family *f;
    for (size_t i = 0; (f = trm_task_family_at(i)); i++) {
        struct trm_task_facts k;
        trm_task_facts(&k, f);
        for (int level = 1; level <= k.levels; level++) {
            struct trm_err err = {0};
            struct trm_task t;
            int size = strcmp(k.name, "latin") == 0 ? 9 : 0; /* small latin squares are never hard */
            CHECK(trm_task_make(&t, f, size, level, 1, 1, &err) == 0 && t.difficulty == level);
            if (err.kind)
                printf("# %s\n", err.text);
        }
    }
}

T_MAIN
{
    T("there are families of all four domains, each found by its name and by name and size") {
        const struct trm_task_family *f;
        int n = 0, size;
        for (size_t i = 0; (f = trm_task_family_at(i)); i++, n++) {
            struct trm_task_facts k;
            trm_task_facts(&k, f);
            CHECK(trm_task_family_find(k.name, &size) == f && size == 0);
            CHECK(k.levels == 0 || trm_task_size_ok(f, k.size));
        }
        CHECK(n == 22);
        CHECK(trm_task_family_find("sudoku6", &size) && size == 6);
        CHECK(!trm_task_family_find("sudoku6x", &size) && !trm_task_family_find("", &size) &&
              !trm_task_family_find("6", &size));
    }
    T("every task made keeps the rules of its family, and so does its answer")
        CHECK(for_all(own_answer_is_right) >= 24 * TASKS);
    T("solving from the input alone gives one answer, the same, with the same work")
        for_all(solving_gives_the_same);
    T("the same seed and number give the same task")
        for_all(same_again);
    T("the referee sees every single wrong token")
        for_all(corruption_is_seen);
    T("a token is asked exactly where the answer has one")
        for_all(what_is_asked_is_answered);
    T("symmetries keep the answer right and the key the same")
        for_all(symmetries_keep_answer_and_key);
    T("an answer to what is seen through a symmetry, right or wrong, is that answer to the task itself")
        for_all(answers_come_back_from_views);
    T("the stages of a task lead to its answer") {
        for_all(stages_lead_to_the_answer);
        CHECK(staged_tasks == TASKS);
    }
    T("symmetries do the same to a task whose answer is hidden")
        for_all(symmetries_do_not_need_the_answer);
    T("a task written and read is the same task")
        for_all(records_come_back);
    T("a task of a wished difficulty has that difficulty, at every family's own size")
        levels_are_kept();
    T("sizes, difficulties and families that do not exist are refused by name") {
        struct trm_err err = {0};
        struct trm_task t;
        CHECK(trm_task_make(&t, trm_task_family_find("sudoku", NULL), 5, 0, 1, 1, &err) == -1 && err.kind == TRM_USAGE);
        CHECK(strstr(err.text, "sudoku: no tasks of size 5") != NULL);
        trm_err_reset(&err);
        CHECK(trm_task_make(&t, trm_task_family_find("turn", NULL), 5, 4, 1, 1, &err) == -1 && strstr(err.text,
                                                                                                      "no difficulty 4"));
        trm_err_reset(&err);
        CHECK(trm_task_make(&t, trm_task_family_find("arc", NULL), 5, 0, 1, 1, &err) == -1 && strstr(err.text,
                                                                                                     "read, not made"));
    }
}
