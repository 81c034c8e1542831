/* Linear equations: size equations in as many unknowns, which are digits; coefficients are digits too.
 *
 * A row for each equation: its coefficients, then the right side in three digits. A last row: blanks where the unknowns
 * are asked, then PAD. Tokens: digit x = 2+x. */
#include <string.h>

#include "inner.h"

enum { DIGIT = 2, MOST = 4 };

struct equations {
    int n, a[MOST][MOST], b[MOST];
};

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = (size_t)t->size + 1;
    t->w = (size_t)t->size + 3;
    t->vocab = DIGIT + 10;
    return 0;
}

static void
read_equations(struct equations *q, const struct trm_task *t)
{
    q->n = t->size;
    for (int r = 0; r < q->n; r++) {
        const uint8_t *p = t->input + trm_task_cell(t, r, 0);
        for (int c = 0; c < q->n; c++)
            q->a[r][c] = p[c] - DIGIT;
        p += q->n;
        q->b[r] = (p[0] - DIGIT) * 100 + (p[1] - DIGIT) * 10 + p[2] - DIGIT;
    }
}

static void
write_equations(struct trm_task *t, const struct equations *q)
{
    memset(t->input, PAD, t->n);
    for (int r = 0; r < q->n; r++) {
        uint8_t *p = t->input + trm_task_cell(t, r, 0);
        for (int c = 0; c < q->n; c++)
            p[c] = (uint8_t)(DIGIT + q->a[r][c]);
        p += q->n;
        p[0] = (uint8_t)(DIGIT + q->b[r] / 100);
        p[1] = (uint8_t)(DIGIT + q->b[r] / 10 % 10);
        p[2] = (uint8_t)(DIGIT + q->b[r] % 10);
    }
    memset(t->input + trm_task_cell(t, q->n, 0), BLANK, (size_t)q->n);
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct equations q = {.n = t->size};
    int x[MOST], most = level ? level == 1 ? 2 : level == 2 ? 5 : 9 : (int[]){2, 5, 9}[trm_rng_below(rng, 3)];
    for (int i = 0; i < q.n; i++)
        x[i] = (int)trm_rng_below(rng, 10);
    for (int r = 0; r < q.n; r++)
        for (int c = 0; c < q.n; c++) {
            q.a[r][c] = (int)trm_rng_below(rng, (uint64_t)most + 1);
            q.b[r] += q.a[r][c] * x[c];
        }
    write_equations(t, &q);
    return true;
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    for (int i = 0; i < (int)t->n; i++) {
        int r = i / (int)t->w, c = i % (int)t->w, x = t->input[i];
        if (r < t->size && x < DIGIT)
            return trm_task_fault(err, t, (size_t)i, "expected a digit (2 to 11)");
        if (r == t->size && x != (c < t->size ? BLANK : PAD))
            return trm_task_fault(err, t, (size_t)i, "expected blanks (1) for the unknowns, then pads");
    }
    return 0;
}

struct search {
    const struct equations *q;
    int x[MOST], first[MOST], found;
    long nodes;
};

/* Whether no equation has yet gone past its right side, or can no longer reach it. */
static bool
possible(const struct search *s, int set)
{
    for (int r = 0; r < s->q->n; r++) {
        int sum = 0, rest = 0;
        for (int c = 0; c < s->q->n; c++)
            if (c < set)
                sum += s->q->a[r][c] * s->x[c];
            else
                rest += s->q->a[r][c] * 9;
        if (sum > s->q->b[r] || sum + rest < s->q->b[r])
            return false;
    }
    return true;
}

static void
search(struct search *s, int set)
{
    if (set == s->q->n) {
        if (s->found++ == 0)
            memcpy(s->first, s->x, sizeof s->x);
        return;
    }
    for (int x = 0; x < 10 && s->found < 2; x++) {
        s->nodes++;
        s->x[set] = x;
        if (possible(s, set + 1))
            search(s, set + 1);
    }
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct equations q;
    struct search s = {.q = &q};
    int most = 0;
    (void)err;
    read_equations(&q, t);
    search(&s, 0);
    for (int i = 0; i < q.n && s.found; i++)
        t->answer[trm_task_cell(t, q.n, i)] = (uint8_t)(DIGIT + s.first[i]);
    for (int i = 0; i < q.n * q.n; i++)
        most = q.a[i / q.n][i % q.n] > most ? q.a[i / q.n][i % q.n] : most;
    t->nodes = s.nodes;
    t->difficulty = trm_task_level_of(most, 3, 6, 99, 99);
    return s.found;
}

static void
asked(bool *ask, const struct trm_task *t)
{
    memset(ask, 0, t->n * sizeof *ask);
    for (int i = 0; i < t->size; i++)
        ask[trm_task_cell(t, t->size, i)] = true;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct equations q;
    read_equations(&q, t);
    for (int r = 0; r < q.n && v->right; r++) {
        int sum = 0;
        for (int c = 0; c < q.n; c++)
            sum += q.a[r][c] * (answer[trm_task_cell(t, q.n, c)] - DIGIT);
        if (sum != q.b[r])
            trm_task_wrong(v, TRM_TASK_EQUATION, r, -1, sum);
    }
}

/* --- symmetries: equations and unknowns in another order --------------------------------------------------------- */

static const unsigned FACTORIAL[] = {1, 1, 2, 6, 24};

static void
permutation(int *order, int n, unsigned code)
{
    int left[MOST] = {0, 1, 2, 3};
    for (int i = 0; i < n; i++) {
        int k = (int)(code % (unsigned)(n - i));
        code /= (unsigned)(n - i);
        order[i] = left[k];
        memmove(left + k, left + k + 1, (size_t)(n - i - 1 - k) * sizeof *left);
    }
}

static unsigned
n_acts(const struct trm_task *t)
{
    return FACTORIAL[t->size] * FACTORIAL[t->size];
}

static void
act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    struct equations from, to;
    int rows[MOST], columns[MOST], n = t->size;
    permutation(rows, n, g % FACTORIAL[n]);
    permutation(columns, n, g / FACTORIAL[n]);
    read_equations(&from, t);
    to.n = n;
    for (int r = 0; r < n; r++) {
        to.b[r] = from.b[rows[r]];
        for (int c = 0; c < n; c++)
            to.a[r][c] = from.a[rows[r]][columns[c]];
    }
    write_equations(out, &to);
    memset(out->answer, PAD, t->n);
    for (int c = 0; c < n; c++)
        out->answer[trm_task_cell(t, n, c)] = t->answer[trm_task_cell(t, n, columns[c])];
}

static const int suite[] = {2, 3, 0};

const struct trm_task_family trm_task_linear = {
    .facts = {"linear", "symbolic", "small linear equations whose unknowns are digits", "search", 2, MOST, 3, 3, suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .asked = asked, .judge = judge, .answer_lo = DIGIT,
        .n_acts = n_acts, .act = act,
};
