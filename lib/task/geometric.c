/* Geometric families with the rule given: two rules of three tokens each before a square canvas.
 *
 *   prefix  op a b  op a b     the second is all PAD but in compose
 *   grid    the canvas [size,size]; the answer is the canvas of the changed grid */
#include <string.h>

#include "grid.h"

enum { PREFIX = 2 * RULE_TOKENS };

/* The kinds of rule by their first op, in the order of the families. */
static const int KINDS[] = {TURN_RIGHT, MIRROR_SIDES, TRANSPOSE, RECOLOUR, SHIFT_UP, CROP, COMPLETE_SIDES, FALL_UP};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

static int
lay(struct trm_task *t)
{
    t->prefix = PREFIX;
    t->h = t->w = (size_t)t->size;
    t->vocab = GRID_VOCAB;
    return 0;
}

static struct rule
rule_at(const struct trm_task *t, int i)
{
    const uint8_t *p = t->input + RULE_TOKENS * i;
    return (struct rule){p[0], p[1], p[2]};
}

static void
put_rule(struct trm_task *t, int i, struct rule rule)
{
    uint8_t *p = t->input + RULE_TOKENS * i;
    p[0] = rule.op, p[1] = rule.a, p[2] = rule.b;
}

/* Kind of the family's first rule; compose has all. */
static int
kind_of(const struct trm_task_family *f, struct trm_rng *rng)
{
    static const struct trm_task_family *const order[] = {
        &trm_task_turn,  &trm_task_mirror, &trm_task_transpose, &trm_task_recolour,
        &trm_task_shift, &trm_task_crop,   &trm_task_symmetry,  &trm_task_gravity,
    };
    for (int i = 0; i < N_KINDS; i++)
        if (order[i] == f)
            return KINDS[i];
    return KINDS[trm_rng_below(rng, N_KINDS)];
}

/* Side lengths such that the grid covers up to a third, two thirds or all of the canvas. */
static void
draw_sides(int *h, int *w, int size, int level, struct trm_rng *rng)
{
    int least = size < 3 ? size : 3;
    for (int tries = 0; tries < 100; tries++) {
        *h = least + (int)trm_rng_below(rng, (uint64_t)(size - least + 1));
        *w = least + (int)trm_rng_below(rng, (uint64_t)(size - least + 1));
        if (level == 0 || trm_task_level_of((double)(*h * *w) / (size * size), 0.34, 0.67, 2, 2) == level)
            return;
    }
}

/* For the completion of a symmetry: make the grid symmetrical, then rub out some cells. */
static void
make_symmetrical(struct grid *g, struct rule rule, struct trm_rng *rng)
{
    struct grid whole;
    if ((rule.op == COMPLETE_TRANSPOSE || rule.op == COMPLETE_ANTI) && g->h != g->w) {
        g->w = g->h = g->h < g->w ? g->h : g->w; /* the first cells serve as well as any */
    }
    trm_grid_apply(&whole, g, rule);
    for (int i = 0; i < g->h * g->w; i++)
        g->c[i] = trm_rng_below(rng, 4) ? whole.c[i] : GROUND;
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct grid g, one, two;
    uint8_t palette[10];
    int h, w, n = 3 + (int)trm_rng_below(rng, 8);
    bool twice = t->family == &trm_task_compose;
    draw_sides(&h, &w, t->size, level, rng);
    trm_grid_palette(palette, n, rng);
    trm_grid_random(&g, h, w, palette, n, rng);
    struct rule first = trm_rule_random(kind_of(t->family, rng), palette, n, rng);
    struct rule second = trm_rule_random(kind_of(t->family, rng), palette, n, rng);
    if (first.op >= COMPLETE_SIDES && first.op <= COMPLETE_HALF)
        make_symmetrical(&g, first, rng);
    trm_grid_apply(&one, &g, first);
    trm_grid_apply(&two, &one, second);
    put_rule(t, 0, first);
    if (twice)
        put_rule(t, 1, second);
    trm_grid_store(t->input + PREFIX, t->size, &g);
    return !trm_grid_same(&g, &one) && (!twice || (!trm_grid_same(&one, &two) && !trm_grid_same(&g, &two)));
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    struct grid g;
    struct rule second = rule_at(t, 1);
    bool twice = t->family == &trm_task_compose;
    if (!trm_rule_valid(rule_at(t, 0)))
        return trm_task_fault(err, t, 0, "expected a rule and what belongs to it");
    if (twice ? !trm_rule_valid(second) : second.op || second.a || second.b)
        return trm_task_fault(err, t, RULE_TOKENS, twice ? "expected a second rule" : "expected no second rule");
    if (!trm_grid_load(&g, t->input + PREFIX, t->size))
        return trm_err_set(err, TRM_DATA, "input: expected a rectangle of colours (2 to 11) at the top left, "
                                          "outside (1) around it");
    return 0;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct grid g, one, two;
    (void)err;
    if (!trm_grid_load(&g, t->input + PREFIX, t->size))
        return 0;
    trm_grid_apply(&one, &g, rule_at(t, 0));
    trm_grid_apply(&two, &one, rule_at(t, 1));
    memset(t->answer, PAD, PREFIX);
    trm_grid_store(t->answer + PREFIX, t->size, &two);
    t->nodes = t->input[RULE_TOKENS] ? 2 : 1;
    t->difficulty = trm_task_level_of((double)(g.h * g.w) / (t->size * t->size), 0.34, 0.67, 2, 2);
    return 1;
}

/* The grid after the first of two rules. */
static bool
stage(uint8_t *answer, const struct trm_task *t, size_t k)
{
    struct grid g, one;
    if (k > 1 || t->input[RULE_TOKENS] == PAD || !trm_grid_load(&g, t->input + PREFIX, t->size))
        return true;
    trm_grid_apply(&one, &g, rule_at(t, 0));
    memset(answer, PAD, PREFIX);
    trm_grid_store(answer + PREFIX, t->size, &one);
    return false;
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

static void
see_canvas(uint8_t *out, const uint8_t *in, int side, unsigned g)
{
    struct grid from, to;
    if (!trm_grid_load(&from, in, side)) {
        memcpy(out, in, (size_t)(side * side));
        return;
    }
    to.h = g & 4 ? from.w : from.h;
    to.w = g & 4 ? from.h : from.w;
    trm_task_square_act(to.c, from.c, from.h, from.w, g);
    trm_grid_store(out, side, &to);
}

/* The eight of the square, and for each of the two rules its colours the other way round, which only an exchange bears. */
static unsigned
acts(const struct trm_task *t)
{
    return rule_at(t, 0).op == EXCHANGE || rule_at(t, 1).op == EXCHANGE ? 32 : 8;
}

static void
act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    memset(out->answer, PAD, PREFIX);
    for (int i = 0; i < 2; i++) {
        struct rule r = trm_rule_seen(rule_at(t, i), g & 7);
        if (r.op == EXCHANGE && g >> (3 + i) & 1)
            r = (struct rule){EXCHANGE, r.b, r.a};
        put_rule(out, i, r);
    }
    see_canvas(out->input + PREFIX, t->input + PREFIX, t->size, g & 7);
    see_canvas(out->answer + PREFIX, t->answer + PREFIX, t->size, g & 7);
}

static const int suite[] = {10, 0};

#define GEOMETRIC(NAME, PURPOSE)                                                                                  \
    const struct trm_task_family trm_task_##NAME = {                                                             \
        .facts = {#NAME, "geometric", PURPOSE, "direct", 3, GRID_SIDE, 10, 3, suite},                             \
        .lay = lay, .canvases = true, .draw = draw, .check = check, .solve = solve, .stage = stage, .judge = judge,                 \
        .answer_lo = OUTSIDE, .answer_hi = COLOUR_9, .n_acts = acts, .act = act,                                  \
        .label_lo = COLOUR_1, .label_hi = COLOUR_9,                                                               \
    }

GEOMETRIC(turn, "turn a grid right, half round, or left");
GEOMETRIC(mirror, "mirror a grid left to right or top to bottom");
GEOMETRIC(transpose, "transpose a grid along either diagonal");
GEOMETRIC(recolour, "change one colour into another, or let two change places");
GEOMETRIC(shift, "shift a grid by up to three cells; what leaves is lost");
GEOMETRIC(crop, "crop a grid to what is not background");
GEOMETRIC(symmetry, "complete a symmetry: background takes the colour of its mirror image");
GEOMETRIC(gravity, "let what is not background fall to one side");
GEOMETRIC(compose, "two of the other geometric rules, one after the other");

/* --- rules to be inferred ---------------------------------------------------------------------------------------- */

/* infer and arc: canvases above each other, size x size each: in, out of every example, then the question. The answer
 * stands at the question's canvas. */

static int
pairs(const struct trm_task *t)
{
    return ((int)t->h / t->size - 1) / 2;
}

static const uint8_t *
canvas(const struct trm_task *t, const uint8_t *cells, int i)
{
    return cells + (size_t)i * (size_t)t->size * (size_t)t->size;
}

static int
infer_lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = (size_t)t->size * 5;
    t->w = (size_t)t->size;
    t->vocab = COLOUR_9 + 1;
    return 0;
}

static void
infer_asked(bool *asked, const struct trm_task *t)
{
    size_t question = t->n - (size_t)(t->size * t->size);
    memset(asked, 0, question * sizeof *asked);
}

static int
infer_check(const struct trm_task *t, struct trm_err *err)
{
    struct grid g;
    int n = 2 * pairs(t) + 1;
    for (int i = 0; i < n; i++)
        if (!trm_grid_load(&g, canvas(t, t->input, i), t->size))
            return trm_err_set(err, TRM_DATA, "input: canvas %d: expected a rectangle of colours (2 to 11) at the top "
                                              "left, outside (1) around it", i + 1);
    return 0;
}

/* Every rule that can matter where only these colours occur. */
enum { MOST_RULES = 7 + 81 + 12 + 4 + 1 + 5 + 36 };

static int
all_rules(struct rule *rules, const bool *used)
{
    int n = 0;
    for (int op = TURN_RIGHT; op <= COMPLETE_HALF; op++) {
        if (op == RECOLOUR) {
            for (int a = COLOUR_1; a <= COLOUR_9; a++)
                for (int b = GROUND; b <= COLOUR_9; b++)
                    if (used[a] && used[b] && a != b)
                        rules[n++] = (struct rule){RECOLOUR, (uint8_t)a, (uint8_t)b};
        } else if (op >= SHIFT_UP && op <= SHIFT_LEFT) {
            for (int a = AMOUNT_1; a <= AMOUNT_3; a++)
                rules[n++] = (struct rule){(uint8_t)op, (uint8_t)a, 0};
        } else {
            rules[n++] = (struct rule){(uint8_t)op, 0, 0};
        }
    }
    for (int a = COLOUR_1; a <= COLOUR_9; a++)
        for (int b = a + 1; b <= COLOUR_9; b++)
            if (used[a] && used[b])
                rules[n++] = (struct rule){EXCHANGE, (uint8_t)a, (uint8_t)b};
    return n;
}

/* Small grids, so that thousands can be tried: the examples' inputs and the question. */
struct state {
    struct grid g[3];
};

static void
apply_all(struct state *out, const struct state *in, struct rule rule)
{
    for (int i = 0; i < 3; i++)
        trm_grid_apply(&out->g[i], &in->g[i], rule);
}

/* What the hypotheses that explain both examples say of the question. */
struct opinions {
    const struct grid *want; /* the examples' outputs [2] */
    struct grid first;       /* what the first hypothesis said */
    int n;                   /* different answers, counted up to two */
    bool simple, turn;       /* a single rule explains; and it is a turn or mirror */
    long nodes;
};

static void
hear(struct opinions *o, const struct grid *answer)
{
    if (o->n == 0)
        o->first = *answer;
    if (o->n == 0 || (o->n == 1 && !trm_grid_same(answer, &o->first)))
        o->n++;
}

static void
try_second(struct opinions *o, const struct state *s, struct rule rule)
{
    struct grid g;
    o->nodes++;
    for (int i = 0; i < 2; i++) {
        trm_grid_apply(&g, &s->g[i], rule);
        if (!trm_grid_same(&g, &o->want[i]))
            return;
    }
    trm_grid_apply(&g, &s->g[2], rule);
    hear(o, &g);
}

static bool
same_state(const struct state *a, const struct state *b)
{
    return trm_grid_same(&a->g[0], &b->g[0]) && trm_grid_same(&a->g[1], &b->g[1]) && trm_grid_same(&a->g[2], &b->g[2]);
}

/* All single rules, then all pairs of rules, but each state after a first rule once. */
static void
ask_all(struct opinions *o, const struct state *start, const struct rule *rules, int n)
{
    struct state after[MOST_RULES + 1];
    int n_after = 0;
    for (int i = 0; i < n; i++) {
        int before = o->n;
        try_second(o, start, rules[i]);
        o->simple |= o->n > before;
        o->turn |= o->n > before && rules[i].op <= TRANSPOSE_ANTI;
        apply_all(&after[n_after], start, rules[i]);
        bool fresh = !same_state(&after[n_after], start);
        for (int k = 0; k < n_after && fresh; k++)
            fresh = !same_state(&after[n_after], &after[k]);
        n_after += fresh;
    }
    for (int k = 0; k < n_after && o->n < 2; k++)
        for (int i = 0; i < n && o->n < 2; i++)
            try_second(o, &after[k], rules[i]);
}

static void
infer_explain(struct opinions *o, const struct trm_task *t, struct grid want[2])
{
    struct state start;
    struct rule rules[MOST_RULES];
    bool used[GRID_VOCAB] = {[GROUND] = true};
    *o = (struct opinions){.want = want};
    for (int i = 0; i < 5; i++)
        if (!trm_grid_load(i == 4 ? &start.g[2] : i % 2 ? &want[i / 2] : &start.g[i / 2], canvas(t, t->input, i),
                           t->size))
            return;
    for (size_t i = 0; i < t->n; i++)
        used[t->input[i]] = true;
    ask_all(o, &start, rules, all_rules(rules, used));
}

static int
infer_solve(struct trm_task *t, struct trm_err *err)
{
    struct opinions o;
    struct grid want[2];
    (void)err;
    infer_explain(&o, t, want);
    if (o.n > 0) {
        memset(t->answer, PAD, t->n);
        trm_grid_store(t->answer + 4 * t->size * t->size, t->size, &o.first);
    }
    t->nodes = o.nodes;
    t->difficulty = o.turn ? 1 : o.simple ? 2 : 3;
    return o.n;
}

static void
infer_judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct trm_task right;
    trm_task_copy_head(&right, t);
    memcpy(right.input, t->input, t->n);
    if (infer_solve(&right, NULL) == 1)
        trm_task_compare(v, t, right.answer, answer);
    else
        trm_task_wrong(v, TRM_TASK_DISAGREES, -1, -1, -1);
}

static bool
infer_draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct grid g, one, two;
    uint8_t palette[5];
    int n = 3 + (int)trm_rng_below(rng, 3), kinds = level == 1 ? 3 : N_KINDS, cells = t->size * t->size;
    bool twice = level == 3 || (level == 0 && trm_rng_below(rng, 3) == 0);
    trm_grid_palette(palette, n, rng);
    struct rule first = trm_rule_random(KINDS[trm_rng_below(rng, (uint64_t)kinds)], palette, n, rng);
    struct rule second = {0, 0, 0};
    if (twice)
        second = trm_rule_random(KINDS[trm_rng_below(rng, N_KINDS)], palette, n, rng);
    for (int i = 0; i < 3; i++) {
        int h, w;
        draw_sides(&h, &w, t->size, 0, rng);
        trm_grid_random(&g, h, w, palette, n, rng);
        if (first.op >= COMPLETE_SIDES && first.op <= COMPLETE_HALF)
            make_symmetrical(&g, first, rng);
        trm_grid_apply(&one, &g, first);
        trm_grid_apply(&two, &one, second);
        if (trm_grid_same(&g, &two))
            return false;
        trm_grid_store(t->input + 2 * i * cells, t->size, &g);
        if (i < 2)
            trm_grid_store(t->input + (2 * i + 1) * cells, t->size, &two);
    }
    return true;
}

/* The eight symmetries of the square; for infer also the examples the other way round. */
static unsigned
infer_n(const struct trm_task *t)
{
    (void)t;
    return 16;
}

static void
see_all(struct trm_task *out, const struct trm_task *t, unsigned g, bool swap)
{
    int n = 2 * pairs(t) + 1, cells = t->size * t->size;
    for (int i = 0; i < n; i++) {
        int to = swap && i < 4 ? i ^ 2 : i;
        see_canvas(out->input + to * cells, t->input + i * cells, t->size, g & 7);
    }
    memset(out->answer, PAD, t->n);
    see_canvas(out->answer + (n - 1) * cells, t->answer + (n - 1) * cells, t->size, g & 7);
}

static void
infer_act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    see_all(out, t, g, g & 8);
}

static const int infer_suite[] = {5, 0};

const struct trm_task_family trm_task_infer = {
    .facts = {"infer", "geometric", "infer a rule, or two in a row, from two examples", "search", 3, 5, 5, 3,
              infer_suite},
    .lay = infer_lay, .canvases = true, .draw = infer_draw, .check = infer_check, .solve = infer_solve, .asked = infer_asked,
        .judge = infer_judge,
    .answer_lo = OUTSIDE, .n_acts = infer_n, .act = infer_act, .label_lo = COLOUR_1, .label_hi = COLOUR_9,
};

/* --- arc: read, not made; its rule is in nobody's list ----------------------------------------------------------- */

static int
arc_lay(struct trm_task *t)
{
    t->prefix = 0;
    t->vocab = COLOUR_9 + 1;
    bool fits = t->size <= GRID_SIDE && t->w == (size_t)t->size && t->h % t->w == 0 && t->h / t->w % 2 == 1 && t->h / t->w >= 3;
    return fits && t->h / t->w <= 2 * 10 + 1 ? 0 : -1;
}

static void
arc_judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    if (t->solved)
        trm_task_compare(v, t, t->answer, answer);
    else
        trm_task_wrong(v, TRM_TASK_NO_REFEREE, -1, -1, -1);
}

static void
arc_act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    see_all(out, t, g, false);
}

static const int arc_suite[] = {0};

const struct trm_task_family trm_task_arc = {
    .facts = {"arc", "geometric", "infer a rule of any kind from examples; read from ARC files, not made", "none", 1,
              GRID_SIDE,
              GRID_SIDE, 0, arc_suite},
    .lay = arc_lay, .free_shape = true, .canvases = true, .check = infer_check, .asked = infer_asked, .judge = arc_judge,
    .answer_lo = OUTSIDE, .n_acts = trm_task_square_n, .act = arc_act, .label_lo = COLOUR_1, .label_hi = COLOUR_9,
};

/* --- one rule for all -------------------------------------------------------------------------------------------- */

bool
trm_task_constant(uint8_t *answer, const struct trm_task *t, int k)
{
    bool unused[GRID_VOCAB] = {false};
    struct rule rules[MOST_RULES];
    struct grid g, out;
    if (strcmp(t->family->facts.domain, "geometric") != 0 || k >= all_rules(rules, unused))
        return false;
    size_t at = t->n - (size_t)(t->size * t->size); /* the last canvas, with the rule given and with examples */
    if (!trm_grid_load(&g, t->input + at, t->size))
        return false;
    trm_grid_apply(&out, &g, rules[k]);
    if (out.h > t->size || out.w > t->size)
        return false;
    memset(answer, PAD, t->n);
    trm_grid_store(answer + at, t->size, &out);
    return true;
}
