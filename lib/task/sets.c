/* Sets of others to tasks and back: Sudoku-Extreme's CSV, mazes as text, ARC's JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "grid.h"

/* An empty task of the family, id "<family><size>/<name>/<number>". -1 when its shape cannot be. */
static int
begin(struct trm_task *t, const struct trm_task_family *f, int size, size_t h, size_t w, const char *name,
      size_t number)
{
    t->family = f;
    t->size = size;
    t->h = h;
    t->w = w;
    t->difficulty = 0;
    t->nodes = 0;
    t->solved = false;
    if (f->lay(t) != 0)
        return -1;
    t->n = t->prefix + t->h * t->w;
    if (t->n > TRM_TASK_MOST)
        return -1;
    memset(t->input, PAD, t->n);
    memset(t->answer, PAD, t->n);
    snprintf(t->id, sizeof t->id, "%s%d/%.80s/%zu", f->facts.name, size, name, number);
    return 0;
}

/* Check the input, solve it, and hold a stated answer against it (NULL: none was stated). */
static int
settle(struct trm_task *t, const uint8_t *stated, struct trm_err *err)
{
    struct trm_task_verdict v;
    if (trm_task_check(t, err) != 0)
        return -1;
    if (stated) {
        trm_task_judge(&v, t, stated, t->n);
        if (!v.right)
            return trm_err_set(err, TRM_DATA, "the stated answer is wrong: %s, row %d, column %d, value %d",
                               trm_task_reason_name(v.reason), v.row, v.column, v.value);
    }
    int found = trm_task_solve(t, err);
    if (found < 0)
        return -1;
    return found == 1 ? 0 : trm_err_set(err, TRM_DATA, "found %s, expected exactly one", found
                                        ? "more than one answer" : "no answer");
}

/* --- source,question,answer,rating ------------------------------------------------------------------------------- */

struct field {
    const char *p;
    size_t n;
};

/* Cut at commas; quotes around a field are taken off. How many fields, or -1 when there are more than `most`. */
static int
cut(struct field *f, int most, const char *line, size_t len)
{
    int n = 0;
    for (size_t from = 0; from <= len; n++) {
        size_t to = from;
        if (n == most)
            return -1;
        if (to < len && line[to] == '"') {
            for (to++; to < len && line[to] != '"'; to++)
                ;
            to += to < len;
        }
        while (to < len && line[to] != ',')
            to++;
        f[n] = (struct field){line + from, to - from};
        if (f[n].n >= 2 && f[n].p[0] == '"' && f[n].p[f[n].n - 1] == '"')
            f[n] = (struct field){f[n].p + 1, f[n].n - 2};
        from = to + 1;
    }
    return n;
}

static int
read_cells(uint8_t *cells, struct field f, int side, const char *what, bool blanks, struct trm_err *err)
{
    for (size_t i = 0; i < f.n; i++) {
        char x = f.p[i];
        bool blank = x == '.' || x == '0';
        if (blank ? !blanks : x < '1' || x > '0' + side)
            return trm_err_set(err, TRM_DATA, "%s, character %zu: found byte 0x%02x, expected a digit from 1 to %d%s",
                               what, i + 1,
                               (unsigned char)x, side, blanks ? " or a dot" : "");
        cells[i] = blank ? BLANK : (uint8_t)(x - '0' + 1);
    }
    return 0;
}

static void
write_extra(struct trm_buf *extra, struct field source, struct field rating)
{
    struct trm_jw w = {.out = extra};
    char text[40];
    double x;
    trm_buf_adds(extra, "\"source\":");
    trm_jw_strn(&w, source.p, source.n);
    snprintf(text, sizeof text, "%.*s", rating.n < 39 ? (int)rating.n : 0, rating.p ? rating.p : "");
    if (trm_text_num(text, &x)) {
        trm_buf_adds(extra, ",\"rating\":");
        trm_buf_addnum(extra, x);
    }
}

int
trm_task_of_sudoku_csv(struct trm_task *t, struct trm_buf *extra, const char *line, size_t len, const char *name,
                       size_t line_no,
                       struct trm_err *err)
{
    struct field f[4] = {{NULL, 0}};
    uint8_t stated[MRV_VARS];
    int n = cut(f, 4, line, len);
    if (n < 2)
        return trm_err_set(err, TRM_DATA, "found %s fields, expected source,question,answer,rating", n < 0
                           ? "more than 4" : "too few");
    int side = f[1].n == 81 ? 9 : f[1].n == 36 ? 6 : f[1].n == 16 ? 4 : 0;
    if (side == 0)
        return trm_err_set(err, TRM_DATA, "question: found %zu cells, expected 81, 36 or 16", f[1].n);
    if (f[2].n != 0 && f[2].n != f[1].n)
        return trm_err_set(err, TRM_DATA, "answer: found %zu cells, expected %zu", f[2].n, f[1].n);
    begin(t, &trm_task_sudoku, side, 0, 0, name, line_no);
    if (read_cells(t->input, f[1], side, "question", true, err) != 0 || read_cells(stated, f[2], side, "answer",
                                                                                   false, err) != 0)
        return -1;
    write_extra(extra, f[0], f[3]);
    return settle(t, f[2].n ? stated : NULL, err);
}

int
trm_task_to_sudoku_csv(struct trm_buf *b, const struct trm_task *t, struct trm_err *err)
{
    if (t->family != &trm_task_sudoku)
        return trm_err_set(err, TRM_USAGE, "sudoku-csv holds sudoku, not %s", t->family->facts.name);
    trm_buf_addf(b, "%s,", t->id);
    for (size_t i = 0; i < t->n; i++)
        trm_buf_addc(b, t->input[i] == BLANK ? '.' : (char)('0' + t->input[i] - 1));
    trm_buf_addc(b, ',');
    for (size_t i = 0; t->solved && i < t->n; i++)
        trm_buf_addc(b, (char)('0' + t->answer[i] - 1));
    trm_buf_addf(b, ",%ld\n", t->nodes);
    return 0;
}

/* --- mazes ------------------------------------------------------------------------------------------------------- */

static const char MAZE_SIGNS[] = "?# SGo"; /* by token */

/* Height and width; every line as long as the first. A last newline may be missing, line ends may be CR LF. */
static int
measure(size_t *h, size_t *w, const char *text, size_t len, struct trm_err *err)
{
    *h = *w = 0;
    for (size_t from = 0; from < len;) {
        const char *newline = memchr(text + from, '\n', len - from);
        size_t to = newline ? (size_t)(newline - text) : len, n = to - from;
        n -= n && text[to - 1] == '\r';
        if (*h && n != *w)
            return trm_err_set(err, TRM_DATA, "row %zu of the maze: found %zu cells, expected %zu", *h + 1, n, *w);
        *w = n;
        ++*h;
        from = to + 1;
    }
    return 0;
}

int
trm_task_of_maze(struct trm_task *t, const char *text, size_t len, const char *name, size_t line_no,
                 struct trm_err *err)
{
    size_t h, w, i = 0;
    uint8_t stated[TRM_TASK_MOST];
    bool way = false;
    if (measure(&h, &w, text, len, err) != 0)
        return -1;
    if (begin(t, &trm_task_maze, (int)(h > w ? h < 1000 ? h : 1000 : w < 1000 ? w : 1000), h, w, name, line_no) != 0)
        return trm_err_set(err, TRM_DATA, "found a maze of %zu rows and %zu columns, expected 1 to %d of each", h, w,
                           trm_task_maze.facts.size_max);
    for (size_t k = 0; k < len; k++) {
        const char *sign = strchr(MAZE_SIGNS + 1, text[k] == '.' ? ' ' : text[k]);
        if (text[k] == '\n' || (text[k] == '\r' && (k + 1 == len || text[k + 1] == '\n')))
            continue;
        if (!sign || !*sign)
            return trm_err_set(err, TRM_DATA, "row %zu, column %zu of the maze: found byte 0x%02x, "
                               "expected one of '# .SGo'",
                               i / w + 1,
                               i % w + 1, (unsigned char)text[k]);
        stated[i] = (uint8_t)(sign - MAZE_SIGNS);
        way |= *sign == 'o';
        t->input[i] = *sign == 'o' ? 2 : stated[i];
        i++;
    }
    return settle(t, way ? stated : NULL, err);
}

int
trm_task_to_maze(struct trm_buf *b, const struct trm_task *t, struct trm_err *err)
{
    if (t->family != &trm_task_maze)
        return trm_err_set(err, TRM_USAGE, "the format maze holds mazes, not %s", t->family->facts.name);
    const uint8_t *cells = t->solved ? t->answer : t->input;
    for (size_t i = 0; i < t->n; i++) {
        trm_buf_addc(b, MAZE_SIGNS[cells[i]]);
        if (i % t->w == t->w - 1)
            trm_buf_addc(b, '\n');
    }
    trm_buf_addc(b, '\n');
    return 0;
}

/* --- ARC --------------------------------------------------------------------------------------------------------- */

enum { MOST_PAIRS = 10 };

/* [[0,1],[2,3]] to a grid; colours 0..9. */
static int
arc_grid(struct grid *g, const trm_json *v, const char *where, size_t i, const char *what, struct trm_err *err)
{
    g->h = (int)trm_json_len(v);
    g->w = (int)trm_json_len(trm_json_at(v, 0));
    if (trm_json_type(v) != TRM_JSON_ARRAY || trm_json_len(v) < 1 || trm_json_len(v) > GRID_SIDE ||
        trm_json_len(trm_json_at(v, 0)) < 1 || trm_json_len(trm_json_at(v, 0)) > GRID_SIDE)
        return trm_err_set(err, TRM_DATA, "%s[%zu].%s: expected a grid of 1 to %d rows and columns", where, i, what,
                           GRID_SIDE);
    for (int r = 0; r < g->h; r++) {
        const trm_json *row = trm_json_at(v, (size_t)r);
        if (trm_json_type(row) != TRM_JSON_ARRAY || trm_json_len(row) != (size_t)g->w)
            return trm_err_set(err, TRM_DATA, "%s[%zu].%s: row %d: expected %d cells", where, i, what, r + 1, g->w);
        for (int c = 0; c < g->w; c++) {
            double x = trm_json_num(trm_json_at(row, (size_t)c), -1);
            if (!(x >= 0 && x <= 9 && x == floor(x)))
                return trm_err_set(err, TRM_DATA, "%s[%zu].%s: row %d, column %d: expected a colour from 0 to 9",
                                   where, i, what, r + 1, c + 1);
            g->c[r * g->w + c] = (uint8_t)(GROUND + (int)x);
        }
    }
    return 0;
}

struct arc {
    struct grid grid[2 * MOST_PAIRS + 2]; /* in, out of every example; the question; its answer */
    int pairs, side;
    bool answered;
};

static int
read_pair(struct arc *a, int at, const trm_json *list, const char *where, size_t i, bool out, struct trm_err *err)
{
    const trm_json *pair = trm_json_at(list, i);
    if (arc_grid(&a->grid[at], trm_json_get(pair, "input"), where, i, "input", err) != 0)
        return -1;
    return out ? arc_grid(&a->grid[at + 1], trm_json_get(pair, "output"), where, i, "output", err) : 0;
}

static int
read_arc(struct arc *a, const trm_json *arc, size_t test, struct trm_err *err)
{
    const trm_json *train = trm_json_get(arc, "train"), *tests = trm_json_get(arc, "test");
    size_t n = trm_json_len(train);
    if (trm_json_type(train) != TRM_JSON_ARRAY || n < 1 || n > MOST_PAIRS)
        return trm_err_set(err, TRM_DATA, "train: found %zu examples, expected 1 to %d", n, MOST_PAIRS);
    if (trm_json_type(tests) != TRM_JSON_ARRAY || test >= trm_json_len(tests))
        return trm_err_set(err, TRM_DATA, "test: expected an array of questions");
    a->pairs = (int)n;
    a->answered = trm_json_get(trm_json_at(tests, test), "output") != NULL;
    for (size_t i = 0; i < n; i++)
        if (read_pair(a, 2 * (int)i, train, "train", i, true, err) != 0)
            return -1;
    return read_pair(a, 2 * (int)n, tests, "test", test, a->answered, err);
}

int
trm_task_of_arc(struct trm_task *t, const trm_json *arc, size_t test, const char *name, struct trm_err *err)
{
    struct arc a = {.side = 1};
    if (read_arc(&a, arc, test, err) != 0)
        return -1;
    int n = 2 * a.pairs + 1;
    for (int i = 0; i < n + a.answered; i++) {
        a.side = a.grid[i].h > a.side ? a.grid[i].h : a.side;
        a.side = a.grid[i].w > a.side ? a.grid[i].w : a.side;
    }
    if (begin(t, &trm_task_arc, a.side, (size_t)(a.side * n), (size_t)a.side, name, test) != 0)
        return trm_err_set(err, TRM_DATA, "more than %d tokens", TRM_TASK_MOST);
    snprintf(t->id, sizeof t->id, "arc/%.80s/%zu", name, test);
    for (int i = 0; i < n; i++)
        trm_grid_store(t->input + i * a.side * a.side, a.side, &a.grid[i]);
    if (a.answered)
        trm_grid_store(t->answer + (n - 1) * a.side * a.side, a.side, &a.grid[n]);
    t->solved = a.answered;
    return 0;
}

static void
write_grid(struct trm_buf *b, const char *name, const uint8_t *canvas, int side)
{
    struct grid g = {0};
    trm_grid_load(&g, canvas, side);
    trm_buf_addf(b, "\"%s\":[", name);
    for (int i = 0; i < g.h * g.w; i++)
        trm_buf_addf(b, "%s%d%s", i % g.w ? "," : i ? ",[" : "[", g.c[i] - GROUND, i % g.w == g.w - 1 ? "]" : "");
    trm_buf_addc(b, ']');
}

int
trm_task_to_arc(struct trm_buf *b, const struct trm_task *t, struct trm_err *err)
{
    if (t->family != &trm_task_infer && t->family != &trm_task_arc)
        return trm_err_set(err, TRM_USAGE, "the format arc holds rules to be inferred, not %s", t->family->facts.name);
    int side = t->size, cells = side * side, pairs = ((int)t->h / side - 1) / 2;
    trm_buf_adds(b, "{\"train\":[");
    for (int i = 0; i < pairs; i++) {
        trm_buf_adds(b, i ? ",{" : "{");
        write_grid(b, "input", t->input + 2 * i * cells, side);
        trm_buf_addc(b, ',');
        write_grid(b, "output", t->input + (2 * i + 1) * cells, side);
        trm_buf_addc(b, '}');
    }
    trm_buf_adds(b, "],\"test\":[{");
    write_grid(b, "input", t->input + 2 * pairs * cells, side);
    if (t->solved) {
        trm_buf_addc(b, ',');
        write_grid(b, "output", t->answer + 2 * pairs * cells, side);
    }
    trm_buf_adds(b, "}]}\n");
    return 0;
}
