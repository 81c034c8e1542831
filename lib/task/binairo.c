/* Binairo: zeros and ones; no three alike in a row or column, as many of one as of the other in every line, no two rows
 * alike, no two columns alike. Tokens: 1 blank, 2 zero, 3 one. */
#include <string.h>

#include "inner.h"

enum { ZERO = 2, ONE = 3, MOST_PATTERNS = 208 }; /* 208 lines of 12 are balanced without three alike */

static bool
even_size(int n)
{
    return n % 2 == 0;
}

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = t->w = (size_t)t->size;
    t->vocab = 4;
    return 0;
}

static bool
has_triple(unsigned bits, unsigned n)
{
    unsigned zeros = ~bits & ((1u << n) - 1);
    return (bits & bits >> 1 & bits >> 2) || (zeros & zeros >> 1 & zeros >> 2);
}

static int
all_patterns(uint16_t *patterns, int n)
{
    int k = 0;
    for (unsigned bits = 0; bits < 1u << n; bits++)
        if (__builtin_popcount(bits) == n / 2 && !has_triple(bits, (unsigned)n))
            patterns[k++] = (uint16_t)bits;
    return k;
}

static void
pose(struct trm_lines *l, const uint16_t *patterns, int n_patterns, int n)
{
    *l = (struct trm_lines){.n = n, .differ = true, .want = 2};
    for (int line = 0; line < 2 * n; line++) {
        l->patterns[line] = patterns;
        l->n_patterns[line] = n_patterns;
    }
}

/* How many givens to leave; 0: as few as can be. */
static int
givens_wanted(int cells, struct trm_rng *rng, int level)
{
    if (level == 0)
        level = 1 + (int)trm_rng_below(rng, 4);
    if (level >= 3)
        return 0;
    int low = cells * (level == 1 ? 40 : 25) / 100;
    return low + (int)trm_rng_below(rng, (uint64_t)(cells / 5 + 1));
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    uint16_t patterns[MOST_PATTERNS];
    struct trm_lines l, probe;
    int n = t->size, order[LINES_MOST * LINES_MOST];
    pose(&l, patterns, all_patterns(patterns, n), n);
    l.rng = rng;
    l.want = 1;
    l.most = 20000;
    if (trm_lines_run(&l) != 1)
        return false;
    for (int i = 0; i < n * n; i++)
        trm_lines_set(&l, i / n, i % n, l.first[i / n] >> i % n & 1);
    l.rng = NULL;
    int left = trm_task_shuffled(order, n * n, rng), wanted = givens_wanted(n * n, rng, level);
    for (int i = 0; i < n * n && left > wanted; i++) { /* a given may go when its opposite leads nowhere */
        int r = order[i] / n, c = order[i] % n;
        bool held = l.value[r] >> c & 1;
        probe = l;
        trm_lines_set(&probe, r, c, !held);
        if (trm_lines_run(&probe) != 0)
            continue;
        trm_lines_clear(&l, r, c);
        left--;
    }
    for (int i = 0; i < n * n; i++)
        t->input[i] = l.known[i / n] >> i % n & 1 ? l.value[i / n] >> i % n & 1 ? ONE : ZERO : BLANK;
    return true;
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->input[i] == PAD)
            return trm_task_fault(err, t, i, "expected blank (1), zero (2) or one (3)");
    return 0;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    uint16_t patterns[MOST_PATTERNS];
    struct trm_lines l;
    int n = t->size;
    pose(&l, patterns, all_patterns(patterns, n), n);
    l.most = 10 * 1000 * 1000;
    for (int i = 0; i < n * n; i++)
        if (t->input[i] > BLANK)
            trm_lines_set(&l, i / n, i % n, t->input[i] == ONE);
    if (trm_lines_run(&l) < 0)
        return trm_err_set(err, TRM_DATA, "no second answer found and none excluded after looking at %ld lines",
                           l.most);
    for (int i = 0; i < n * n && l.found; i++)
        t->answer[i] = l.first[i / n] >> i % n & 1 ? ONE : ZERO;
    t->nodes = l.nodes;
    t->difficulty = trm_task_level_of((double)l.nodes / (2 * n), 2.9, 3.7, 4.9, 7);
    return l.found;
}

static void
find_triple(struct trm_task_verdict *v, const uint8_t *a, int n)
{
    for (int i = 0; i < n * n && v->right; i++) {
        bool across = i % n >= 2 && a[i] == a[i - 1] && a[i] == a[i - 2];
        bool down = i / n >= 2 && a[i] == a[i - n] && a[i] == a[i - 2 * n];
        if (across || down)
            trm_task_wrong(v, TRM_TASK_TRIPLE, i / n, i % n, a[i] - ZERO);
    }
}

static void
lines_as_bits(unsigned *rows, unsigned *columns, const uint8_t *a, int n)
{
    for (int i = 0; i < n; i++)
        rows[i] = columns[i] = 0;
    for (int i = 0; i < n * n; i++)
        if (a[i] == ONE) {
            rows[i / n] |= 1u << i % n;
            columns[i % n] |= 1u << i / n;
        }
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    int n = t->size;
    unsigned rows[LINES_MOST], columns[LINES_MOST];
    lines_as_bits(rows, columns, answer, n);
    find_triple(v, answer, n);
    for (int i = 0; i < n && v->right; i++)
        if (__builtin_popcount(rows[i]) != n / 2)
            trm_task_wrong(v, TRM_TASK_COUNT, i, -1, __builtin_popcount(rows[i]));
        else if (__builtin_popcount(columns[i]) != n / 2)
            trm_task_wrong(v, TRM_TASK_COUNT, -1, i, __builtin_popcount(columns[i]));
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i && v->right; k++)
            if (rows[i] == rows[k])
                trm_task_wrong(v, TRM_TASK_SAME_ROWS, i, -1, k + 1);
            else if (columns[i] == columns[k])
                trm_task_wrong(v, TRM_TASK_SAME_COLUMNS, -1, i, k + 1);
}

static const int suite[] = {6, 0};

const struct trm_task_family trm_task_binairo = {
    .facts = {"binairo", "logical", "zeros and ones, balanced, never three alike, no two lines alike", "lines", 4, 12,
              6, 5, suite},
    .size_ok = even_size, .lay = lay, .draw = draw, .check = check, .solve = solve, .judge = judge, .answer_lo = ZERO,
    .givens = true, .n_acts = trm_task_square_n, .act = trm_task_square_whole, .label_lo = ZERO, .label_hi = ONE,
};
