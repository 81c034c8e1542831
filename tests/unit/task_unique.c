/* The room task: one right answer, found by trying all of them against the referee, on small sizes. */
#include "t.h"

#include "../../lib/task/task.h"

/* Every filling of the asked positions that the task leaves open, with tokens lo..hi, through the referee. */
struct trial {
    const struct trm_task *t;
    size_t open[64];
    int n_open, lo, hi, step, right;
    uint8_t answer[TRM_TASK_MOST];
};

static void
fill(struct trial *b, int i)
{
    struct trm_task_verdict v;
    if (i == b->n_open) {
        trm_task_judge(&v, b->t, b->answer, b->t->n);
        b->right += v.right;
        return;
    }
    for (int x = b->lo; x <= b->hi; x += b->step) {
        b->answer[b->open[i]] = (uint8_t)x;
        fill(b, i + 1);
    }
}

/* Right answers; -1 when there are more than `most` fillings. free_token: input tokens that leave a position open. */
static int
count_right(const struct trm_task *t, int lo, int hi, int free_token, double most)
{
    struct trial b = {.t = t, .lo = lo, .hi = hi, .step = free_token == 2 ? 3
                      : 1} /* of an open cell of a maze: open or way */;
    bool asked[TRM_TASK_MOST];
    double fillings = 1;
    trm_task_asked(asked, t);
    for (size_t i = 0; i < t->n; i++) {
        b.answer[i] = asked[i] ? t->input[i] : 0;
        if (asked[i] && (free_token < 0 || t->input[i] == free_token)) {
            fillings *= (hi - lo) / b.step + 1;
            if (fillings > most)
                return -1;
            b.open[b.n_open++] = i;
        }
    }
    fill(&b, 0);
    return b.right;
}

/* Tasks of the family until `want` were small enough to try everything. */
static void
only_one(const char *name, int lo, int hi, int free_token, double most, int want)
{
    int size, tried = 0;
    const struct trm_task_family *f = trm_task_family_find(name, &size);
    for (uint64_t i = 0; i < 3000 && tried < want; i++) {
        struct trm_task t;
        struct trm_err err = {0};
        CHECK(trm_task_make(&t, f, size, 0, 11, i, &err) == 0);
        int right = count_right(&t, lo, hi, free_token, most);
        if (right < 0)
            continue;
        if (right != 1)
            printf("# %s: %d right answers\n", t.id, right);
        CHECK(right == 1);
        tried++;
    }
    if (tried < want)
        printf("# %s: only %d tried\n", name, tried);
    CHECK(tried == want);
}

/* Boards with one queen in every row and column that the referee takes. */
static int
right_permutations(const struct trm_task *t)
{
    int n = (int)t->w, right = 0, column[12] = {0};
    uint8_t answer[TRM_TASK_MOST];
    for (long code = 0;; code++) {
        long rest = code;
        unsigned used = 0;
        for (int r = 0; r < n; r++, rest /= n)
            used |= 1u << (column[r] = (int)(rest % n));
        if (rest)
            return right;
        if (used != (1u << n) - 1)
            continue;
        memset(answer, 2, t->n);
        for (int r = 0; r < n; r++)
            answer[r * n + column[r]] = 3;
        struct trm_task_verdict v;
        trm_task_judge(&v, t, answer, t->n);
        right += v.right;
    }
}

/* Ways from cell `at` to the goal that use no cell twice. */
static int
simple_ways(const struct trm_task *t, uint8_t *used, int at)
{
    int n = 0, h = (int)t->h, w = (int)t->w;
    static const int dr[4] = {-1, 0, 0, 1}, dc[4] = {0, -1, 1, 0};
    if (t->input[at] == 4)
        return 1;
    used[at] = 1;
    for (int k = 0; k < 4; k++) {
        int r = at / w + dr[k], c = at % w + dc[k];
        if (r >= 0 && r < h && c >= 0 && c < w && !used[r * w + c] && t->input[r * w + c] != 1)
            n += simple_ways(t, used, r * w + c);
    }
    used[at] = 0;
    return n;
}

T_MAIN
{
    T("sudoku 4 has one answer") only_one("sudoku4", 2, 5, 1, 70000, 12);
    T("latin squares have one answer") {
        only_one("latin3", 2, 4, 1, 20000, 20);
        only_one("latin4", 2, 5, 1, 70000, 12);
    }
    T("binairo has one answer") only_one("binairo4", 2, 3, 1, 70000, 20);
    T("nonograms have one answer") {
        only_one("nonogram3", 2, 3, -1, 600, 60);
        only_one("nonogram4", 2, 3, -1, 70000, 6);
    }
    T("queens have one answer") {
        only_one("queens4", 2, 3, 1, 70000, 12);
        for (uint64_t i = 0; i < 4; i++) {
            struct trm_task t;
            struct trm_err err = {0};
            CHECK(trm_task_make(&t, trm_task_family_find("queens", NULL), 7, 0, 1, i, &err) == 0);
            CHECK(right_permutations(&t) == 1);
        }
    }
    T("colourings have one answer, counting names") {
        only_one("colouring4", 2, 5, -1, 5000, 40);
        only_one("colouring6", 2, 5, -1, 5000, 20);
    }
    T("mazes have one answer, and one way at all") {
        only_one("maze5", 2, 5, 2, 70000, 6);
        for (uint64_t i = 0; i < 40; i++) {
            struct trm_task t;
            struct trm_err err = {0};
            uint8_t used[TRM_TASK_MOST] = {0};
            CHECK(trm_task_make(&t, trm_task_family_find("maze", NULL), 15, 0, 2, i, &err) == 0);
            CHECK(simple_ways(&t, used, (int)((uint8_t *)memchr(t.input, 3, t.n) - t.input)) == 1);
        }
    }
    T("words have one end") only_one("rewrite4", 1, 6, -1, 2000, 12);
    T("sequences have one filling") only_one("sequence6", 2, 12, 1, 1400, 6);
    T("expressions have one value in every part") only_one("modular3", 2, 11, -1, 1e9, 1), only_one("modular2", 2, 11,
                                                                                                    -1, 200, 20);
    T("equations have one solution") {
        only_one("linear2", 2, 11, -1, 200, 40);
        only_one("linear3", 2, 11, -1, 2000, 20);
    }
    T("examples that leave two rules open are seen: turning right or left, when the question tells them apart") {
        /* both examples look alike turned right and left; the question does not */
        static const uint8_t in[9] = {2, 3, 2, 2, 2, 2, 2, 3, 2}, out[9] = {2, 2, 2, 3, 2, 3, 2, 2, 2}, ask[9] = {3,
                                                                                                                  2,
                                                                                                                      2, 2, 2, 2, 2, 2, 2};
        struct trm_task t;
        struct trm_err err = {0};
        CHECK(trm_task_make(&t, trm_task_family_find("infer", NULL), 3, 0, 1, 1, &err) == 0);
        for (int i = 0; i < 2; i++) {
            memcpy(t.input + 18 * i, in, 9);
            memcpy(t.input + 18 * i + 9, out, 9);
        }
        memcpy(t.input + 36, ask, 9);
        CHECK(trm_task_check(&t, &err) == 0 && trm_task_solve(&t, &err) == 2 && !t.solved);
    }
    T("puzzles with two answers or none are counted so") {
        struct trm_task t;
        struct trm_err err = {0};
        CHECK(trm_task_make(&t, trm_task_family_find("sudoku", NULL), 4, 0, 1, 1, &err) == 0);
        memset(t.input, 1, t.n);
        CHECK(trm_task_solve(&t, &err) == 2 && !t.solved);
        static const uint8_t none[16] = {2, 3, 4, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1};
        memcpy(t.input, none, 16);
        CHECK(trm_task_check(&t, &err) == 0 && trm_task_solve(&t, &err) == 0 && !t.solved);
    }
}
