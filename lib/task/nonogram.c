/* Nonograms: which cells are filled, told by the lengths of the runs in every row and column.
 *
 * A size x size grid behind and below its clues: (size+k) rows and columns, k = (size+1)/2 the most runs a line can
 * have. Row clues end at the grid's left edge, column clues at its top; PAD before them and in the corner. Tokens: 1
 * unknown, 2 empty, 3 filled, run of length l = 3+l. Asked are the grid's cells. */
#include <string.h>

#include "inner.h"

enum { EMPTY = 2, FILLED = 3, MOST_RUNS = 5, MOST = 10, LINE_PATTERNS = 256 };

struct clues {
    int n, k;
    int n_runs[2 * MOST]; /* of rows, then columns */
    int run[2 * MOST][MOST_RUNS];
};

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = t->w = (size_t)(t->size + (t->size + 1) / 2);
    t->vocab = FILLED + t->size + 1;
    return 0;
}

/* Where run i, counted from the grid outwards, of a line is written. */
static size_t
clue_at(const struct trm_task *t, int line, int from_grid)
{
    int n = t->size, k = (n + 1) / 2;
    return line < n ? trm_task_cell(t, k + line, k - 1 - from_grid) : trm_task_cell(t, k - 1 - from_grid, k + line - n);
}

static size_t
grid_at(const struct trm_task *t, int r, int c)
{
    int k = (t->size + 1) / 2;
    return trm_task_cell(t, k + r, k + c);
}

static void
write_clues(struct trm_task *t, const struct clues *q)
{
    for (int line = 0; line < 2 * q->n; line++)
        for (int i = 0; i < q->k; i++) {
            int run = i < q->n_runs[line] ? q->run[line][q->n_runs[line] - 1 - i] : 0;
            t->input[clue_at(t, line, i)] = run ? (uint8_t)(FILLED + run) : PAD;
        }
    for (int i = 0; i < q->n * q->n; i++)
        t->input[grid_at(t, i / q->n, i % q->n)] = BLANK;
}

static void
read_clues(struct clues *q, const struct trm_task *t)
{
    *q = (struct clues){.n = t->size, .k = (t->size + 1) / 2};
    for (int line = 0; line < 2 * q->n; line++)
        for (int i = q->k - 1; i >= 0; i--) {
            int token = t->input[clue_at(t, line, i)];
            if (token > FILLED)
                q->run[line][q->n_runs[line]++] = token - FILLED;
        }
}

static int
runs_of(int *run, unsigned bits)
{
    int n = 0;
    for (; bits; n++) {
        bits >>= __builtin_ctz(bits);
        run[n] = __builtin_ctz(~bits);
        bits >>= run[n];
    }
    return n;
}

static bool
same_runs(const struct clues *q, int line, unsigned bits)
{
    int run[MOST_RUNS + 1], n = runs_of(run, bits);
    return n == q->n_runs[line] && memcmp(run, q->run[line], (size_t)n * sizeof *run) == 0;
}

/* All lines with these runs; at most 252 for 10 cells. */
static int
patterns_of(uint16_t *patterns, const struct clues *q, int line, unsigned from, int run)
{
    int n = 0, len = run < q->n_runs[line] ? q->run[line][run] : 0;
    if (run == q->n_runs[line]) {
        patterns[0] = 0;
        return 1;
    }
    for (int at = (int)from; at + len <= q->n; at++) {
        int more = patterns_of(patterns + n, q, line, (unsigned)(at + len + 1), run + 1);
        for (int i = 0; i < more; i++)
            patterns[n + i] |= (uint16_t)(((1u << len) - 1) << at);
        n += more;
    }
    return n;
}

struct room_for_patterns {
    uint16_t p[2 * MOST][LINE_PATTERNS];
};

static void
pose(struct trm_lines *l, struct room_for_patterns *room, const struct clues *q)
{
    *l = (struct trm_lines){.n = q->n, .want = 2, .most = 10 * 1000 * 1000};
    for (int line = 0; line < 2 * q->n; line++) {
        l->patterns[line] = room->p[line];
        l->n_patterns[line] = patterns_of(room->p[line], q, line, 0, 0);
    }
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct clues q = {.n = t->size, .k = (t->size + 1) / 2};
    unsigned rows[MOST] = {0}, columns[MOST] = {0};
    int percent = 40 + (int)trm_rng_below(rng, level >= 4 ? 21 : 31);
    for (int i = 0; i < q.n * q.n; i++)
        if ((int)trm_rng_below(rng, 100) < percent) {
            rows[i / q.n] |= 1u << i % q.n;
            columns[i % q.n] |= 1u << i / q.n;
        }
    for (int i = 0; i < q.n; i++) {
        q.n_runs[i] = runs_of(q.run[i], rows[i]);
        q.n_runs[q.n + i] = runs_of(q.run[q.n + i], columns[i]);
    }
    write_clues(t, &q);
    return true;
}

static void
asked(bool *ask, const struct trm_task *t)
{
    memset(ask, 0, t->n * sizeof *ask);
    for (int i = 0; i < t->size * t->size; i++)
        ask[grid_at(t, i / t->size, i % t->size)] = true;
}

static int
check_line(const struct trm_task *t, const struct clues *q, int line, struct trm_err *err)
{
    int room = q->n_runs[line] - 1;
    bool gap = false;
    for (int i = 0; i < q->k; i++) {
        size_t at = clue_at(t, line, i);
        bool run = t->input[at] > FILLED;
        if (t->input[at] != PAD && (!run || gap))
            return trm_task_fault(err, t, at, "expected runs (4 and above) next to the grid and pads before them");
        gap |= !run;
        room += run ? t->input[at] - FILLED : 0;
    }
    return room <= q->n ? 0 : trm_err_set(err, TRM_DATA, "input: the runs of %s %d need %d cells, it has %d",
                                          line < q->n ? "row" : "column",
                                          line % q->n + 1, room, q->n);
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    struct clues q;
    read_clues(&q, t);
    for (int i = 0; i < q.k * q.k; i++)
        if (t->input[trm_task_cell(t, i / q.k, i % q.k)] != PAD)
            return trm_task_fault(err, t, trm_task_cell(t, i / q.k, i % q.k), "expected pads in the corner");
    for (int i = 0; i < q.n * q.n; i++)
        if (t->input[grid_at(t, i / q.n, i % q.n)] != BLANK)
            return trm_task_fault(err, t, grid_at(t, i / q.n, i % q.n), "expected unknown (1) in the grid");
    for (int line = 0; line < 2 * q.n; line++)
        if (check_line(t, &q, line, err) != 0)
            return -1;
    return 0;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct clues q;
    struct room_for_patterns room;
    struct trm_lines l;
    read_clues(&q, t);
    pose(&l, &room, &q);
    if (trm_lines_run(&l) < 0)
        return trm_err_set(err, TRM_DATA, "no second answer found and none excluded after looking at %ld lines",
                           l.most);
    for (int i = 0; i < q.n * q.n && l.found; i++)
        t->answer[grid_at(t, i / q.n, i % q.n)] = l.first[i / q.n] >> i % q.n & 1 ? FILLED : EMPTY;
    t->nodes = l.nodes;
    t->difficulty = trm_task_level_of((double)l.nodes / (2 * q.n), 2.3, 3, 3.7, 5);
    return l.found;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct clues q;
    unsigned rows[MOST] = {0}, columns[MOST] = {0};
    read_clues(&q, t);
    for (int i = 0; i < q.n * q.n; i++)
        if (answer[grid_at(t, i / q.n, i % q.n)] == FILLED) {
            rows[i / q.n] |= 1u << i % q.n;
            columns[i % q.n] |= 1u << i / q.n;
        }
    for (int i = 0; i < q.n && v->right; i++) /* places are of the whole, clues included, as everywhere */
        if (!same_runs(&q, i, rows[i]))
            trm_task_wrong(v, TRM_TASK_ROW_CLUE, q.k + i, -1, i + 1);
        else if (!same_runs(&q, q.n + i, columns[i]))
            trm_task_wrong(v, TRM_TASK_COLUMN_CLUE, -1, q.k + i, i + 1);
}

/* Line `line` as it stands after the act; *turned: its runs now come in the other order. */
static int
line_before(int n, int line, unsigned g, bool *turned)
{
    bool row = line < n;
    int i = row ? line : line - n;
    *turned = row ? g & 2 : g & 1; /* along a row columns are turned over, along a column rows */
    if (row ? g & 1 : g & 2)
        i = n - 1 - i;
    return (g & 4 ? !row : row) ? i : n + i;
}

static void
act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    struct clues from, to;
    uint8_t grid[MOST * MOST], seen[MOST * MOST];
    int n = t->size;
    read_clues(&from, t);
    to = from;
    for (int line = 0; line < 2 * n; line++) {
        bool turned;
        int old = line_before(n, line, g, &turned);
        to.n_runs[line] = from.n_runs[old];
        for (int i = 0; i < from.n_runs[old]; i++)
            to.run[line][i] = from.run[old][turned ? from.n_runs[old] - 1 - i : i];
    }
    memset(out->input, PAD, t->n);
    memset(out->answer, PAD, t->n);
    write_clues(out, &to);
    for (int i = 0; i < n * n; i++)
        grid[i] = t->answer[grid_at(t, i / n, i % n)];
    trm_task_square_act(seen, grid, n, n, g);
    for (int i = 0; i < n * n; i++)
        out->answer[grid_at(t, i / n, i % n)] = seen[i];
}

static const int suite[] = {5, 0};

const struct trm_task_family trm_task_nonogram = {
    .facts = {"nonogram", "constraint", "which cells are filled, from the runs of every row and column", "lines", 3,
              MOST, 5, 5, suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .asked = asked, .judge = judge, .answer_lo = EMPTY,
    .answer_hi = FILLED, .n_acts = trm_task_square_n, .act = act,
};
