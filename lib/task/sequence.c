/* Sequences modulo 11: every term is a x[i-1] + b x[i-2] + c, with a, b, c to be found out; some terms are blank.
 * Whatever a, b, c explain what is shown, the blanks come out the same. Tokens: 1 blank, number x = 2+x. */
#include <string.h>

#include "inner.h"

enum { P = 11, NUMBER = 2, MOST = 16 };

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = 1;
    t->w = (size_t)t->size;
    t->vocab = NUMBER + P;
    return 0;
}

static int
next_term(int a, int b, int c, int one_back, int two_back)
{
    return (a * one_back + b * two_back + c) % P;
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    int n = t->size, order[MOST], x[MOST], class = level == 0 ? 1 + (int)trm_rng_below(rng, 3) : level < 3 ? level : 3;
    int a = class == 1 ? 1 : (int)trm_rng_below(rng, P), b = class == 3 ? 1 + (int)trm_rng_below(rng, P - 1) : 0,
        c = (int)trm_rng_below(rng, P);
    x[0] = (int)trm_rng_below(rng, P);
    x[1] = class == 3 ? (int)trm_rng_below(rng, P) : next_term(a, 0, c, x[0], 0);
    for (int i = 2; i < n; i++)
        x[i] = next_term(a, b, c, x[i - 1], x[i - 2]);
    for (int i = 0; i < n; i++)
        t->input[i] = (uint8_t)(NUMBER + x[i]);
    int blanks = n / 5 + 1 + (int)trm_rng_below(rng, (uint64_t)(n / 2 - n / 5));
    trm_task_shuffled(order, n, rng);
    bool tail = level == 1 || (level != 4 && trm_rng_below(rng, 3) == 0);
    for (int i = 0; i < blanks; i++)
        t->input[tail ? n - 1 - i : order[i]] = BLANK;
    return true;
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->input[i] == PAD)
            return trm_task_fault(err, t, i, "expected a blank (1) or a number (2 to 12)");
    return 0;
}

struct hearing {
    int n, shown[MOST]; /* -1: blank */
    int first[MOST], found;
    long nodes;
};

/* The sequence that a, b, c and its first two terms make, if it agrees with what is shown. */
static void
try(struct hearing *h, int a, int b, int c, int x0, int x1)
{
    int x[MOST] = {x0, x1};
    h->nodes++;
    for (int i = 2; i < h->n; i++) {
        x[i] = next_term(a, b, c, x[i - 1], x[i - 2]);
        if (h->shown[i] >= 0 && h->shown[i] != x[i])
            return;
    }
    if (h->found == 0)
        memcpy(h->first, x, sizeof x);
    if (h->found == 0 || memcmp(h->first, x, (size_t)h->n * sizeof *x) != 0)
        h->found++;
}

static void
try_all(struct hearing *h)
{
    int lo0 = h->shown[0] < 0 ? 0 : h->shown[0], hi0 = h->shown[0] < 0 ? P - 1 : h->shown[0];
    int lo1 = h->shown[1] < 0 ? 0 : h->shown[1], hi1 = h->shown[1] < 0 ? P - 1 : h->shown[1];
    for (int abc = 0; abc < P * P * P; abc++)
        for (int x0 = lo0; x0 <= hi0; x0++)
            for (int x1 = lo1; x1 <= hi1 && h->found < 2; x1++)
                try(h, abc / (P * P), abc / P % P, abc % P, x0, x1);
}

/* 1: equal steps; 2: a term follows from the one before it; 3: from two. */
static int
class_of(const int *x, int n)
{
    for (int class = 1; class <= 2; class++)
        for (int ac = 0; ac < P * P; ac++) {
            int a = class == 1 ? 1 : ac / P, i = 1;
            while (i < n && next_term(a, 0, ac % P, x[i - 1], 0) == x[i])
                i++;
            if (i == n)
                return class;
        }
    return 3;
}

static bool
blank_inside(const struct trm_task *t)
{
    int i = t->size;
    while (i > 0 && t->input[i - 1] == BLANK)
        i--;
    return memchr(t->input, BLANK, (size_t)i) != NULL;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct hearing h = {.n = t->size};
    (void)err;
    for (int i = 0; i < h.n; i++)
        h.shown[i] = t->input[i] - NUMBER;
    try_all(&h);
    for (int i = 0; i < h.n && h.found; i++)
        t->answer[i] = (uint8_t)(NUMBER + h.first[i]);
    t->nodes = h.nodes;
    t->difficulty = h.found ? class_of(h.first, h.n) + blank_inside(t) : 0;
    return h.found;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct trm_task right;
    trm_task_copy_head(&right, t);
    memcpy(right.input, t->input, t->n);
    if (solve(&right, NULL) == 1)
        trm_task_compare(v, t, right.answer, answer);
    else
        trm_task_wrong(v, TRM_TASK_DISAGREES, -1, -1, -1);
}

/* x -> u x + v for u = 1..10, v = 0..10 turns such sequences into such sequences. */
static unsigned
n_acts(const struct trm_task *t)
{
    (void)t;
    return P * (P - 1);
}

static void
act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    int u = 1 + (int)g / P, v = (int)g % P;
    for (size_t i = 0; i < t->n; i++) {
        out->input[i] = t->input[i] < NUMBER ? t->input[i] : (uint8_t)(NUMBER + (u * (t->input[i] - NUMBER) + v) % P);
        out->answer[i] = t->answer[i] < NUMBER ? t->answer[i]
            : (uint8_t)(NUMBER + (u * (t->answer[i] - NUMBER) + v) % P);
    }
}

/* The one of these that makes the first number shown 0 and the first other one 1. */
static void
name(uint8_t *table, const struct trm_task *t)
{
    int first = -1, step = 0, over = 1;
    for (size_t i = 0; i < t->n && step == 0; i++) {
        int x = t->input[i] - NUMBER;
        if (x >= 0 && first < 0)
            first = x;
        else if (x >= 0)
            step = (x - first + P) % P;
    }
    while (step && step * over % P != 1)
        over++;
    for (int x = 0; x < P && first >= 0; x++)
        table[NUMBER + x] = (uint8_t)(NUMBER + (x - first + P) * over % P);
}

static const int suite[] = {10, 0};

const struct trm_task_family trm_task_sequence = {
    .facts = {"sequence", "symbolic", "fill the gaps of a linear recurrence modulo 11", "search", 6, MOST, 10, 4,
              suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .judge = judge, .answer_lo = NUMBER, .givens = true,
    .n_acts = n_acts, .act = act, .name = name,
};
