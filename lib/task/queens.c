/* Queens: n on an n x n board, none attacking another, completed from what is given: some queens, some squares kept
 * free. Tokens: 1 unknown, 2 empty, 3 queen. */
#include <string.h>

#include "inner.h"

enum { EMPTY = 2, QUEEN = 3, MOST = 12 };

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = t->w = (size_t)t->size;
    t->vocab = 4;
    return 0;
}

static void
pose(struct trm_mrv *m, uint8_t peers[MOST][MOST], const uint8_t *input, int n)
{
    *m = (struct trm_mrv){.n = n, .want = 2, .queens = true};
    for (int r = 0; r < n; r++) {
        unsigned free = 0, queens = 0;
        for (int c = 0; c < n; c++) {
            free |= input[r * n + c] == BLANK ? 1u << c : 0;
            queens |= input[r * n + c] == QUEEN ? 1u << c : 0;
        }
        m->dom[r] = (uint16_t)(queens ? queens : free); /* two queens in a row: the check refuses that */
        m->n_peers[r] = 0;
        for (int other = 0; other < n; other++)
            if (other != r)
                peers[r][m->n_peers[r]++] = (uint8_t)other;
        m->peers[r] = peers[r];
    }
}

/* A square where another answer has a queen and ours has none is kept free, until ours is the only one. */
static void
bar_others(uint8_t *input, const uint8_t *ours, int n, struct trm_rng *rng)
{
    struct trm_mrv m;
    uint8_t peers[MOST][MOST];
    for (;;) {
        pose(&m, peers, input, n);
        m.rng = rng;
        trm_mrv_run(&m);
        const uint8_t *other = memcmp(m.first, ours, (size_t)n) ? m.first : m.last;
        if (m.found < 2)
            return;
        int r = (int)trm_rng_below(rng, (uint64_t)n);
        while (other[r] == ours[r])
            r = (r + 1) % n;
        input[r * n + other[r]] = EMPTY;
    }
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct trm_mrv m;
    uint8_t peers[MOST][MOST];
    int n = t->size, rows[MOST];
    memset(t->input, BLANK, t->n);
    pose(&m, peers, t->input, n);
    m.rng = rng;
    m.want = 1;
    if (trm_mrv_run(&m) != 1)
        return false;
    int most = level == 1 ? n / 2 : level == 2 ? 3 : level == 0 ? n / 2 : 1;
    int given = (int)trm_rng_below(rng, (uint64_t)most + 1);
    trm_task_shuffled(rows, n, rng);
    for (int i = 0; i < given; i++)
        t->input[rows[i] * n + m.first[rows[i]]] = QUEEN;
    bar_others(t->input, m.first, n, rng);
    return true;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    int n = t->size, queens = 0, at[MOST * MOST];
    for (int i = 0; i < n * n && v->right; i++) {
        if (answer[i] != QUEEN)
            continue;
        for (int k = 0; k < queens && v->right; k++) {
            int dr = i / n - at[k] / n, dc = i % n - at[k] % n;
            if (dr == 0 || dc == 0 || dr == dc || dr == -dc)
                trm_task_wrong(v, TRM_TASK_ATTACKED, i / n, i % n, -1);
        }
        at[queens++] = i;
    }
    if (v->right && queens != n)
        trm_task_wrong(v, TRM_TASK_COUNT, -1, -1, queens);
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    struct trm_task_verdict v = {.right = true};
    for (size_t i = 0; i < t->n; i++)
        if (t->input[i] == PAD)
            return trm_task_fault(err, t, i, "expected unknown (1), empty (2) or queen (3)");
    judge(&v, t, t->input);
    if (v.reason == TRM_TASK_ATTACKED)
        return trm_err_set(err, TRM_DATA, "input: row %d, column %d: a given queen attacks another", v.row, v.column);
    return 0;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct trm_mrv m;
    uint8_t peers[MOST][MOST];
    int n = t->size, given = 0;
    pose(&m, peers, t->input, n);
    m.most = 50 * 1000 * 1000;
    if (trm_mrv_run(&m) < 0)
        return trm_err_set(err, TRM_DATA, "no second answer found and none excluded in %ld nodes", m.most);
    for (int i = 0; i < n * n; i++)
        given += t->input[i] == QUEEN;
    for (int i = 0; i < n * n && m.found; i++)
        t->answer[i] = m.first[i / n] == i % n ? QUEEN : EMPTY;
    t->nodes = m.nodes - given;
    t->difficulty = trm_task_level_of((double)t->nodes / n, 1.01, 2, 4, 8);
    return m.found;
}

static const int suite[] = {8, 0};

const struct trm_task_family trm_task_queens = {
    .facts = {"queens", "constraint", "as many queens as rows, none attacking another, some given", "mrv", 4, MOST, 8,
              5, suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .judge = judge, .answer_lo = EMPTY, .answer_hi = QUEEN,
    .givens = true, .n_acts = trm_task_square_n, .act = trm_task_square_whole,
};
