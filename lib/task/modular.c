/* Modular arithmetic: an expression of `size` numbers with +, - and *, fully bracketed; asked is, at every operator,
 * the value of what it joins, modulo m.
 *
 *   prefix  m, 2..10, as a number
 *   grid    one row: 4 size - 5 tokens; no brackets around the whole
 *
 * Tokens: number x = 2+x, 13 plus, 14 minus, 15 times, 16 and 17 brackets. */
#include <string.h>

#include "inner.h"

enum { NUMBER = 2, PLUS = 13, MINUS, TIMES, OPEN, CLOSE, MOST = 8, MOST_TOKENS = 4 * MOST - 5 };

static int
lay(struct trm_task *t)
{
    t->prefix = 1;
    t->h = 1;
    t->w = (size_t)(4 * t->size - 5);
    t->vocab = CLOSE + 1;
    return 0;
}

static int
modulus(const struct trm_task *t)
{
    return t->input[0] - NUMBER;
}

/* A random tree over k numbers, written at p; its length. */
static int
write_random(uint8_t *p, int k, int m, bool root, struct trm_rng *rng)
{
    int n = 0;
    if (k == 1) {
        p[0] = (uint8_t)(NUMBER + trm_rng_below(rng, (uint64_t)m));
        return 1;
    }
    int left = 1 + (int)trm_rng_below(rng, (uint64_t)k - 1);
    if (!root)
        p[n++] = OPEN;
    n += write_random(p + n, left, m, false, rng);
    p[n++] = (uint8_t)(PLUS + trm_rng_below(rng, 3));
    n += write_random(p + n, k - left, m, false, rng);
    if (!root)
        p[n++] = CLOSE;
    return n;
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    int lo = level == 2 ? 5 : level == 3 ? 8 : 2, hi = level == 1 ? 4 : level == 2 ? 7 : 10;
    int m = lo + (int)trm_rng_below(rng, (uint64_t)(hi - lo + 1));
    t->input[0] = (uint8_t)(NUMBER + m);
    write_random(t->input + 1, t->size, m, true, rng);
    return true;
}

/* An expression being read: tokens p[0..n), reading at `at`; values of operators go to value[], tokens of the
 * answer. */
struct reader {
    const uint8_t *p;
    int n, at, m;
    uint8_t *value; /* [n] or NULL */
    int bad;        /* first place that is wrong, -1: none */
};

static int read_pair(struct reader *r);

static int
read_term(struct reader *r)
{
    int token = r->at < r->n ? r->p[r->at] : PAD, x = token - NUMBER;
    if (r->bad >= 0)
        return 0;
    if (token >= NUMBER && x < r->m) {
        r->at++;
        return x;
    }
    if (token != OPEN) {
        r->bad = r->at;
        return 0;
    }
    r->at++;
    x = read_pair(r);
    if (r->bad < 0 && (r->at >= r->n || r->p[r->at] != CLOSE))
        r->bad = r->at;
    r->at++;
    return x;
}

/* Depth is bounded by the brackets, of which the row has less than MOST_TOKENS. */
static int
read_pair(struct reader *r)
{
    int a = read_term(r), op_at = r->at, op = op_at < r->n ? r->p[op_at] : PAD;
    if (r->bad < 0 && (op < PLUS || op > TIMES))
        r->bad = op_at;
    r->at++;
    int b = read_term(r);
    if (r->bad >= 0)
        return 0;
    int x = (op == PLUS ? a + b : op == MINUS ? a - b + r->m : a * b) % r->m;
    if (r->value)
        r->value[op_at] = (uint8_t)(NUMBER + x);
    return x;
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    struct reader r = {.p = t->input + 1, .n = (int)t->w, .m = modulus(t), .bad = -1};
    if (r.m < 2 || r.m > 10)
        return trm_task_fault(err, t, 0, "expected a modulus from 2 to 10");
    read_pair(&r);
    if (r.bad < 0 && r.at != r.n)
        r.bad = r.at;
    return r.bad < 0 ? 0 : trm_task_fault(err, t, 1 + (size_t)(r.bad < r.n ? r.bad : r.n - 1),
                                          "expected a bracketed expression of numbers below the modulus");
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct reader r = {.p = t->input + 1, .n = (int)t->w, .m = modulus(t), .value = t->answer + 1, .bad = -1};
    (void)err;
    memset(t->answer, PAD, t->n);
    read_pair(&r);
    t->nodes = t->size - 1;
    t->difficulty = trm_task_level_of(r.m, 5, 8, 99, 99);
    return r.bad < 0 && r.at == r.n;
}

static void
asked(bool *ask, const struct trm_task *t)
{
    for (size_t i = 0; i < t->n; i++)
        ask[i] = i > 0 && t->input[i] >= PLUS && t->input[i] <= TIMES;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct trm_task right;
    trm_task_copy_head(&right, t);
    memcpy(right.input, t->input, t->n);
    solve(&right, NULL);
    trm_task_compare(v, t, right.answer, answer);
}

/* --- symmetries: the two sides of a plus or times change places -------------------------------------------------- */

/* The term at p[from]; its length. */
static int
term_length(const uint8_t *p, int from)
{
    int depth = 0, at = from;
    do {
        depth += p[at] == OPEN;
        depth -= p[at] == CLOSE;
        at++;
    } while (depth > 0);
    return at - from;
}

/* a before b in a fixed order of terms. */
static bool
goes_before(const uint8_t *a, int n_a, const uint8_t *b, int n_b)
{
    return n_a != n_b ? n_a < n_b : memcmp(a, b, (size_t)n_a) < 0;
}

/* Sides of the pair at p[0..n) changed, innermost first: at random, or, without rng, such that the lesser stands first.
 * q goes along. */
static void
change_sides(uint8_t *p, uint8_t *q, struct trm_rng *rng)
{
    uint8_t old_p[MOST_TOKENS], old_q[MOST_TOKENS];
    int a = term_length(p, 0), b = term_length(p, a + 1), n = a + 1 + b;
    if (a > 1)
        change_sides(p + 1, q + 1, rng);
    if (b > 1)
        change_sides(p + a + 2, q + a + 2, rng);
    bool change = rng ? trm_rng_below(rng, 2) : goes_before(p + a + 1, b, p, a);
    if (p[a] == MINUS || !change)
        return;
    memcpy(old_p, p, (size_t)n);
    memcpy(old_q, q, (size_t)n);
    for (int side = 0; side < 2; side++) {
        uint8_t *to = side ? q : p, *from = side ? old_q : old_p;
        memcpy(to, from + a + 1, (size_t)b);
        to[b] = from[a];
        memcpy(to + b + 1, from, (size_t)a);
    }
}

static void
augment(struct trm_task *t, struct trm_rng *rng)
{
    change_sides(t->input + 1, t->answer + 1, rng);
}

static uint64_t
key(const struct trm_task *t)
{
    struct trm_task least;
    uint64_t h = t->input[0];
    memcpy(least.input, t->input, t->n);
    memset(least.answer, PAD, t->n);
    change_sides(least.input + 1, least.answer + 1, NULL);
    for (size_t i = 1; i < t->n; i++)
        h = (h ^ least.input[i]) * 0x100000001B3u;
    return h;
}

static const int suite[] = {5, 0};

const struct trm_task_family trm_task_modular = {
    .facts = {"modular", "symbolic", "the value of every part of an expression, modulo a number", "direct", 2, MOST,
              5, 3, suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .asked = asked, .judge = judge, .answer_lo = NUMBER,
    .answer_hi = NUMBER + 9, .key = key, .augment = augment,
};
