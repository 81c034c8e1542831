/* Sudoku 4, 6, 9 and Latin squares: each symbol once in every row and column, and for sudoku in every box.
 *
 * Tokens: 1 blank, symbol k = 1+k. Boxes are 2x2, 2x3 (two rows, three columns), 3x3. */
#include <string.h>

#include "inner.h"

/* What of a square is where; boxes 0: a Latin square. */
struct square {
    int n, box_h, box_w;
    int n_peers, n_units;
    uint8_t peers[MRV_VARS][20];
    uint8_t units[27 * 9];
};

static int
box_height(int n)
{
    return n == 9 ? 3 : 2;
}

/* Whether cells a and b, which are not one, may not hold the same. */
static bool
are_peers(const struct square *q, int a, int b)
{
    int ra = a / q->n, ca = a % q->n, rb = b / q->n, cb = b % q->n;
    if (ra == rb || ca == cb)
        return true;
    return q->box_h && ra / q->box_h == rb / q->box_h && ca / q->box_w == cb / q->box_w;
}

static int
peers_of(uint8_t *peers, const struct square *q, int row, int column)
{
    int k = 0;
    for (int i = 0; i < q->n; i++) {
        if (i != column)
            peers[k++] = (uint8_t)(row * q->n + i);
        if (i != row)
            peers[k++] = (uint8_t)(i * q->n + column);
    }
    if (q->box_h == 0)
        return k;
    int top = row / q->box_h * q->box_h, left = column / q->box_w * q->box_w;
    for (int r = top; r < top + q->box_h; r++)
        for (int c = left; c < left + q->box_w; c++)
            if (r != row && c != column)
                peers[k++] = (uint8_t)(r * q->n + c);
    return k;
}

/* Cell i of unit u: rows, then columns, then boxes. */
static uint8_t
unit_cell(const struct square *q, int u, int i)
{
    int n = q->n, box = u - 2 * n;
    if (u < n)
        return (uint8_t)(u * n + i);
    if (u < 2 * n)
        return (uint8_t)(i * n + u - n);
    int top = box / (n / q->box_w) * q->box_h, left = box % (n / q->box_w) * q->box_w;
    return (uint8_t)((top + i / q->box_w) * n + left + i % q->box_w);
}

static void
measure(struct square *q, const struct trm_task *t)
{
    bool boxes = t->family == &trm_task_sudoku;
    q->n = (int)t->w;
    q->box_h = boxes ? box_height(q->n) : 0;
    q->box_w = boxes ? q->n / q->box_h : 0;
    for (int a = 0; a < q->n * q->n; a++)
        q->n_peers = peers_of(q->peers[a], q, a / q->n, a % q->n);
    q->n_units = (boxes ? 3 : 2) * q->n;
    for (int i = 0; i < q->n_units * q->n; i++)
        q->units[i] = unit_cell(q, i / q->n, i % q->n);
}

/* Cells as variables; the givens take their values from all others, so the search starts from what is possible. */
static void
pose(struct trm_mrv *m, const struct square *q, const uint8_t *input)
{
    *m = (struct trm_mrv){.n = q->n * q->n, .want = 2};
    uint16_t all = (uint16_t)((1u << q->n) - 1);
    for (int v = 0; v < m->n; v++) {
        m->dom[v] = input[v] > BLANK ? (uint16_t)(1u << (input[v] - 2)) : all;
        m->peers[v] = q->peers[v];
        m->n_peers[v] = q->n_peers;
    }
    for (int v = 0; v < m->n; v++)
        for (int i = 0; i < q->n_peers && input[v] > BLANK; i++)
            m->dom[q->peers[v][i]] &= (uint16_t)~(1u << (input[v] - 2));
}

static bool
sudoku_size(int n)
{
    return n == 4 || n == 6 || n == 9;
}

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = t->w = (size_t)t->size;
    t->vocab = t->size + 2;
    return 0;
}

static bool
fill_at_random(uint8_t *cells, const struct square *q, struct trm_rng *rng)
{
    struct trm_mrv m;
    memset(cells, BLANK, (size_t)(q->n * q->n));
    pose(&m, q, cells);
    m.rng = rng;
    m.want = 1;
    m.most = 5000; /* a bad beginning: draw anew */
    if (trm_mrv_run(&m) != 1)
        return false;
    for (int v = 0; v < m.n; v++)
        cells[v] = (uint8_t)(m.first[v] + 2);
    return true;
}

/* Whether cell v, now blank, can still hold only what it held: no other value leads to a solution. */
static bool
still_unique(const struct square *q, const uint8_t *cells, int v, uint8_t held)
{
    uint16_t others = (uint16_t)((1u << q->n) - 1);
    for (int i = 0; i < q->n_peers; i++)
        if (cells[q->peers[v][i]] > BLANK)
            others &= (uint16_t)~(1u << (cells[q->peers[v][i]] - 2));
    others &= (uint16_t)~(1u << (held - 2));
    if (others == 0)
        return true;
    struct trm_mrv m;
    pose(&m, q, cells);
    m.dom[v] = others;
    m.want = 1;
    m.n_units = q->n_units;
    m.unit_len = q->n;
    m.units = q->units;
    return trm_mrv_run(&m) == 0;
}

/* How many cells to leave given; 0: as few as can be in the order tried. Levels 3 and above want minimal puzzles. */
static int
givens_wanted(const struct square *q, struct trm_rng *rng, int level)
{
    int cells = q->n * q->n;
    if (level == 0)
        level = (int)trm_rng_below(rng, 4) + 1;
    int low[3] = {0, cells * 45 / 100, cells * 33 / 100}, high[3] = {0, cells * 65 / 100, cells * 45 / 100};
    if (level > 2)
        return 0;
    return low[level] + (int)trm_rng_below(rng, (uint64_t)(high[level] - low[level] + 1));
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct square q;
    int order[MRV_VARS];
    measure(&q, t);
    if (!fill_at_random(t->input, &q, rng))
        return false;
    int left = trm_task_shuffled(order, q.n * q.n, rng), wanted = givens_wanted(&q, rng, level);
    for (int i = 0; i < q.n * q.n && left > wanted; i++) {
        uint8_t held = t->input[order[i]];
        t->input[order[i]] = BLANK;
        if (still_unique(&q, t->input, order[i], held))
            left--;
        else
            t->input[order[i]] = held;
    }
    return left < q.n * q.n;
}

/* Whether cells a and b stand in one row (kind 0), one column (1), one box (2). */
static bool
share(const struct square *q, int a, int b, int kind)
{
    if (kind == 0)
        return a / q->n == b / q->n;
    return kind == 1 ? a % q->n == b % q->n : are_peers(q, a, b);
}

/* The first place that repeats a symbol among the tokens above BLANK: of a row, else of a column, else of a box. */
static void
find_repeat(struct trm_task_verdict *v, const struct square *q, const uint8_t *cells)
{
    static const enum trm_task_reason reasons[3] = {TRM_TASK_ROW_REPEATS, TRM_TASK_COLUMN_REPEATS,
                                                    TRM_TASK_BOX_REPEATS};
    for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < q->n * q->n && v->right; i++)
            for (int k = 0; k < i && v->right && cells[i] > BLANK; k++)
                if (cells[i] == cells[k] && share(q, i, k, kind))
                    trm_task_wrong(v, reasons[kind], i / q->n, i % q->n, cells[i] - 1);
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct square q;
    measure(&q, t);
    find_repeat(v, &q, answer);
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    struct square q;
    struct trm_task_verdict v = {.right = true};
    measure(&q, t);
    for (size_t i = 0; i < t->n; i++)
        if (t->input[i] == PAD)
            return trm_task_fault(err, t, i, "expected a blank (1) or a symbol");
    find_repeat(&v, &q, t->input);
    if (v.right)
        return 0;
    return trm_err_set(err, TRM_DATA, "input: row %d, column %d: %d stands twice in its row, column or box", v.row,
                       v.column, v.value);
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct square q;
    struct trm_mrv m;
    int blanks = 0;
    measure(&q, t);
    pose(&m, &q, t->input);
    m.most = 50 * 1000 * 1000;
    if (trm_mrv_run(&m) < 0)
        return trm_err_set(err, TRM_DATA, "no second answer found and none excluded in %ld nodes", m.most);
    for (int i = 0; i < m.n && m.found; i++)
        t->answer[i] = (uint8_t)(m.first[i] + 2);
    for (int i = 0; i < m.n; i++)
        blanks += t->input[i] == BLANK;
    t->nodes = m.nodes - (m.n - blanks); /* givens are no work */
    t->difficulty = trm_task_level_of((double)t->nodes / (blanks ? blanks : 1), 1.01, 1.5, 3, 10);
    return m.found;
}

/* --- symmetries -------------------------------------------------------------------------------------------------- */

/* A line may go anywhere within its band, and its band anywhere. order[new] = old. */
static void
shuffle_lines(int *order, int n, int thick, struct trm_rng *rng)
{
    int bands[9], inside[9], at = 0;
    trm_task_shuffled(bands, n / thick, rng);
    for (int b = 0; b < n / thick; b++) {
        trm_task_shuffled(inside, thick, rng);
        for (int i = 0; i < thick; i++)
            order[at++] = bands[b] * thick + inside[i];
    }
}

static void
rearrange(uint8_t *cells, int n, const int *rows, const int *columns, const int *symbols, bool transpose)
{
    uint8_t old[MRV_VARS];
    memcpy(old, cells, (size_t)(n * n));
    for (int r = 0; r < n; r++)
        for (int c = 0; c < n; c++) {
            uint8_t x = transpose ? old[columns[c] * n + rows[r]] : old[rows[r] * n + columns[c]];
            cells[r * n + c] = x > BLANK ? (uint8_t)(symbols[x - 2] + 2) : x;
        }
}

struct arrangement {
    int rows[9], columns[9], symbols[9];
    bool transpose;
};

static void
draw_arrangement(struct arrangement *a, const struct trm_task *t, struct trm_rng *rng)
{
    int n = (int)t->w, box_h = box_height(n), box_w = n / box_h;
    shuffle_lines(a->rows, n, box_h, rng);
    shuffle_lines(a->columns, n, box_w, rng);
    trm_task_shuffled(a->symbols, n, rng);
    a->transpose = box_h == box_w && trm_rng_below(rng, 2);
}

static void
sudoku_augment(struct trm_task *t, struct trm_rng *rng)
{
    struct arrangement a;
    draw_arrangement(&a, t, rng);
    rearrange(t->input, (int)t->w, a.rows, a.columns, a.symbols, a.transpose);
    if (t->solved)
        rearrange(t->answer, (int)t->w, a.rows, a.columns, a.symbols, a.transpose);
}

/* What rearrange does, undone. */
static void
sudoku_unaugment(uint8_t *answer, const struct trm_task *t, const uint8_t *said, struct trm_rng *rng)
{
    struct arrangement a;
    int n = (int)t->w, symbol[9];
    draw_arrangement(&a, t, rng);
    for (int i = 0; i < n; i++)
        symbol[a.symbols[i]] = i;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < n; c++) {
            uint8_t x = said[r * n + c];
            int from = a.transpose ? a.columns[c] * n + a.rows[r] : a.rows[r] * n + a.columns[c];
            answer[from] = x > BLANK && x < n + 2 ? (uint8_t)(symbol[x - 2] + 2) : x;
        }
}

/* Points: rows, columns, symbols, bands, stacks, and two sides, which may change places when boxes are square. */
static uint64_t
sudoku_key(const struct trm_task *t)
{
    int n = (int)t->w, box_h = box_height(n), box_w = n / box_h, bands = n / box_h, stacks = n / box_w;
    int band = 3 * n, stack = band + bands, side = stack + stacks;
    bool square = box_h == box_w;
    struct trm_canon c = {.n = side + 2};
    for (int i = 0; i < c.n; i++)
        c.colour[i] = i < 2 * n ? 1 : i < 3 * n ? 2 : i < side ? 3 : i == side || square ? 4 : 5;
    for (int i = 0; i < n; i++) {
        trm_canon_tuple(&c, 1, i, band + i / box_h, -1);
        trm_canon_tuple(&c, 1, n + i, stack + i / box_w, -1);
    }
    for (int i = 0; i < bands; i++)
        trm_canon_tuple(&c, 2, band + i, side, -1);
    for (int i = 0; i < stacks; i++)
        trm_canon_tuple(&c, 2, stack + i, side + 1, -1);
    for (int i = 0; i < n * n; i++)
        if (t->input[i] > BLANK)
            trm_canon_tuple(&c, 3, i / n, n + i % n, 2 * n + t->input[i] - 2);
    return trm_canon_hash(&c);
}

/* A cell is (row, column, symbol), and the three may change places: the paratopisms of Latin squares. Cell triples of
 * one role order are turned into another; only what is given can be carried along, blanks are what is left. */
static void
turn_roles(uint8_t *cells, int n, const int *to)
{
    uint8_t old[MRV_VARS];
    memcpy(old, cells, (size_t)(n * n));
    memset(cells, BLANK, (size_t)(n * n));
    for (int i = 0; i < n * n; i++) {
        int from[3] = {i / n, i % n, old[i] - 2}, now[3];
        if (old[i] <= BLANK)
            continue;
        for (int k = 0; k < 3; k++)
            now[to[k]] = from[k];
        cells[now[0] * n + now[1]] = (uint8_t)(now[2] + 2);
    }
}

static void
latin_augment(struct trm_task *t, struct trm_rng *rng)
{
    int n = (int)t->w, rows[9], columns[9], symbols[9], roles[3];
    trm_task_shuffled(rows, n, rng);
    trm_task_shuffled(columns, n, rng);
    trm_task_shuffled(symbols, n, rng);
    trm_task_shuffled(roles, 3, rng);
    rearrange(t->input, n, rows, columns, symbols, false);
    turn_roles(t->input, n, roles);
    if (!t->solved)
        return;
    rearrange(t->answer, n, rows, columns, symbols, false);
    turn_roles(t->answer, n, roles);
}

static uint64_t
latin_key(const struct trm_task *t)
{
    int n = (int)t->w;
    struct trm_canon c = {.n = 3 * n + 3};
    for (int i = 0; i < c.n; i++)
        c.colour[i] = i < 3 * n ? 1 : 2;
    for (int i = 0; i < 3 * n; i++)
        trm_canon_tuple(&c, 1, i, 3 * n + i / n, -1);
    for (int i = 0; i < n * n; i++)
        if (t->input[i] > BLANK)
            trm_canon_tuple(&c, 2, i / n, n + i % n, 2 * n + t->input[i] - 2);
    return trm_canon_hash(&c);
}

static const int sudoku_suite[] = {4, 6, 9, 0}, latin_suite[] = {5, 0};

const struct trm_task_family trm_task_sudoku = {
    .facts = {"sudoku", "logical", "each symbol once in every row, column and box", "mrv", 4, 9, 9, 5, sudoku_suite},
    .size_ok = sudoku_size, .lay = lay, .draw = draw, .check = check, .solve = solve, .judge = judge, .answer_lo = 2,
    .givens = true, .key = sudoku_key, .augment = sudoku_augment, .unaugment = sudoku_unaugment,
};

const struct trm_task_family trm_task_latin = {
    .facts = {"latin", "logical", "each symbol once in every row and column", "mrv", 3, 9, 5, 5, latin_suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .judge = judge, .answer_lo = 2,
    .givens = true, .key = latin_key, .augment = latin_augment,
};
