/* Mazes: the way from S to G. Made ones are perfect mazes (exactly one way without turning back) whose rooms are the
 * cells of even row and column; read ones may have loops when the shortest way is the only one so short. The rule is
 * the same: the shortest way.
 *
 * Tokens, as the published sets have them: 1 wall, 2 open, 3 start, 4 goal, and in the answer 5 the way between. */
#include <string.h>

#include "inner.h"

enum { WALL = 1, OPEN, START, GOAL, WAY, MOST_SIDE = 101, MOST_CELLS = MOST_SIDE * MOST_SIDE };

static bool
odd_size(int n)
{
    return n % 2 == 1;
}

/* Made mazes are size x size; read ones bring their h and w, and size is the greater. */
static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->vocab = 6;
    if (t->h == 0 && t->w == 0)
        t->h = t->w = (size_t)t->size;
    return t->h >= 1 && t->w >= 1 && (t->h > t->w ? t->h : t->w) == (size_t)t->size && t->size <= MOST_SIDE ? 0 : -1;
}

/* The up to four neighbours of cell i. */
static int
neighbours(int *out, int i, int h, int w)
{
    int n = 0;
    if (i >= w)
        out[n++] = i - w;
    if (i % w > 0)
        out[n++] = i - 1;
    if (i % w < w - 1)
        out[n++] = i + 1;
    if (i / w < h - 1)
        out[n++] = i + w;
    return n;
}

/* --- making: a growing tree; from its newest room (long corridors) or any (short dead ends) ---------------------- */

/* Rooms two away from cell i that are still walled in. */
static int
unreached(int *out, const uint8_t *cells, int i, int side)
{
    int n = 0, r = i / side, c = i % side;
    if (r >= 2 && cells[i - 2 * side] == WALL)
        out[n++] = i - 2 * side;
    if (c >= 2 && cells[i - 2] == WALL)
        out[n++] = i - 2;
    if (c + 2 < side && cells[i + 2] == WALL)
        out[n++] = i + 2;
    if (r + 2 < side && cells[i + 2 * side] == WALL)
        out[n++] = i + 2 * side;
    return n;
}

static void
grow(uint8_t *cells, int side, int newest_percent, struct trm_rng *rng)
{
    int rooms[(MOST_SIDE / 2 + 1) * (MOST_SIDE / 2 + 1)], n = 0, half = side / 2 + 1;
    memset(cells, WALL, (size_t)(side * side));
    rooms[n++] = 2 * (int)trm_rng_below(rng, (uint64_t)half) * side + 2 * (int)trm_rng_below(rng, (uint64_t)half);
    cells[rooms[0]] = OPEN;
    while (n > 0) {
        int next[4], k = (int)trm_rng_below(rng, 100) < newest_percent ? n - 1 : (int)trm_rng_below(rng, (uint64_t)n);
        int from = rooms[k], ways = unreached(next, cells, from, side);
        if (ways == 0) {
            memmove(rooms + k, rooms + k + 1, (size_t)(--n - k) * sizeof *rooms);
            continue;
        }
        int to = next[trm_rng_below(rng, (uint64_t)ways)];
        cells[to] = cells[(from + to) / 2] = OPEN;
        rooms[n++] = to;
    }
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    int side = t->size, half = side / 2 + 1;
    int newest = level == 1 ? 20 : level >= 4 ? 100 : (int)trm_rng_below(rng, 101);
    grow(t->input, side, newest, rng);
    int ends[2];
    for (int i = 0; i < 2; i++)
        ends[i] = 2 * (int)trm_rng_below(rng, (uint64_t)half) * side + 2 * (int)trm_rng_below(rng, (uint64_t)half);
    t->input[ends[0]] = START;
    t->input[ends[1]] = GOAL;
    return ends[0] != ends[1];
}

/* --- solving ----------------------------------------------------------------------------------------------------- */

static int
find(const struct trm_task *t, int token)
{
    const uint8_t *p = memchr(t->input, token, t->n);
    return p ? (int)(p - t->input) : -1;
}

struct flood {
    int steps[MOST_CELLS];     /* from the start; -1: not reached */
    uint8_t ways[MOST_CELLS];  /* shortest ways there, counted up to two */
    int came_from[MOST_CELLS];
    long visited;
};

/* Breadth first from the start, until the goal's turn comes. */
static void
flood(struct flood *f, const struct trm_task *t, int start, int goal)
{
    int queue[MOST_CELLS], head = 0, tail = 0, next[4], h = (int)t->h, w = (int)t->w;
    for (size_t i = 0; i < t->n; i++)
        f->steps[i] = -1;
    f->steps[start] = 0;
    f->ways[start] = 1;
    f->visited = 0;
    queue[tail++] = start;
    while (head < tail && queue[head] != goal) {
        int i = queue[head++], n = neighbours(next, i, h, w);
        f->visited++;
        for (int k = 0; k < n; k++) {
            int to = next[k];
            if (t->input[to] == WALL)
                continue;
            if (f->steps[to] < 0) {
                f->steps[to] = f->steps[i] + 1;
                f->ways[to] = f->ways[i];
                f->came_from[to] = i;
                queue[tail++] = to;
            } else if (f->steps[to] == f->steps[i] + 1) {
                f->ways[to] = 2;
            }
        }
    }
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct flood f;
    int start = find(t, START), goal = find(t, GOAL);
    (void)err;
    if (start < 0 || goal < 0)
        return 0;
    flood(&f, t, start, goal);
    t->nodes = f.visited;
    if (f.steps[goal] < 0)
        return 0;
    memcpy(t->answer, t->input, t->n);
    for (int i = f.came_from[goal]; i != start; i = f.came_from[i])
        t->answer[i] = WAY;
    t->difficulty = trm_task_level_of((double)f.steps[goal] / t->size, 1, 1.8, 2.6, 3.6);
    return f.ways[goal];
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    int starts = 0, goals = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->input[i] < WALL || t->input[i] > GOAL)
            return trm_task_fault(err, t, i, "expected wall (1), open (2), start (3) or goal (4)");
        starts += t->input[i] == START;
        goals += t->input[i] == GOAL;
        if (starts > 1 || goals > 1)
            return trm_task_fault(err, t, i, "expected one start and one goal");
    }
    return starts && goals ? 0 : trm_err_set(err, TRM_DATA, "input: no %s", starts ? "goal" : "start");
}

/* --- judging ----------------------------------------------------------------------------------------------------- */

/* Follow the way from the start, taking its marks away; its steps, or -1 and the verdict where it ends or branches. */
static int
follow(struct trm_task_verdict *v, const struct trm_task *t, uint8_t *answer, int start)
{
    int at = start, before = -1, steps = 0, next[4];
    while (answer[at] != GOAL) {
        int n = neighbours(next, at, (int)t->h, (int)t->w), to = -1, ways = 0;
        for (int k = 0; k < n; k++)
            if (next[k] != before && (answer[next[k]] == WAY || answer[next[k]] == GOAL)) {
                to = next[k];
                ways++;
            }
        if (ways != 1) {
            trm_task_wrong(v, TRM_TASK_BROKEN_PATH, at / (int)t->w, at % (int)t->w, ways);
            return -1;
        }
        if (answer[at] == WAY)
            answer[at] = OPEN;
        before = at;
        at = to;
        steps++;
    }
    return steps;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct flood f;
    uint8_t rest[MOST_CELLS];
    int start = find(t, START), goal = find(t, GOAL), w = (int)t->w;
    for (size_t i = 0; i < t->n && v->right; i++)
        if (answer[i] != t->input[i] && !(t->input[i] == OPEN && answer[i] == WAY))
            trm_task_wrong(v, TRM_TASK_GIVEN, (int)i / w, (int)i % w, answer[i]);
    memcpy(rest, answer, t->n);
    int steps = v->right ? follow(v, t, rest, start) : -1;
    if (!v->right)
        return;
    const uint8_t *stray = memchr(rest, WAY, t->n);
    flood(&f, t, start, goal);
    if (stray)
        trm_task_wrong(v, TRM_TASK_BROKEN_PATH, (int)(stray - rest) / w, (int)(stray - rest) % w, -1);
    else if (steps != f.steps[goal])
        trm_task_wrong(v, TRM_TASK_LONG_PATH, -1, -1, steps - f.steps[goal]);
}

static const int suite[] = {9, 0};

/* Start and goal may change places: they are labels. */
const struct trm_task_family trm_task_maze = {
    .facts = {"maze", "constraint", "the only way from the start to the goal", "bfs", 5, MOST_SIDE, 9, 5, suite},
    .size_ok = odd_size, .lay = lay, .free_shape = true, .draw = draw, .check = check, .solve = solve, .judge = judge,
        .answer_lo = WALL,
    .n_acts = trm_task_square_n, .act = trm_task_square_whole, .label_lo = START, .label_hi = GOAL,
};
