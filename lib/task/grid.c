/* Coloured grids and the rules that change them. */
#include "grid.h"

#include <string.h>

bool
trm_grid_load(struct grid *g, const uint8_t *canvas, int side)
{
    g->h = g->w = 0;
    while (g->h < side && canvas[g->h * side] != OUTSIDE)
        g->h++;
    while (g->w < side && canvas[g->w] != OUTSIDE)
        g->w++;
    for (int r = 0; r < side; r++)
        for (int c = 0; c < side; c++) {
            uint8_t x = canvas[r * side + c];
            bool inside = r < g->h && c < g->w;
            if (inside ? x < GROUND || x > COLOUR_9 : x != OUTSIDE)
                return false;
            if (inside)
                g->c[r * g->w + c] = x;
        }
    return g->h > 0 && g->w > 0;
}

void
trm_grid_store(uint8_t *canvas, int side, const struct grid *g)
{
    memset(canvas, OUTSIDE, (size_t)(side * side));
    for (int r = 0; r < g->h; r++)
        memcpy(canvas + r * side, g->c + r * g->w, (size_t)g->w);
}

bool
trm_grid_same(const struct grid *a, const struct grid *b)
{
    return a->h == b->h && a->w == b->w && memcmp(a->c, b->c, (size_t)(a->h * a->w)) == 0;
}

/* --- rules ------------------------------------------------------------------------------------------------------- */

/* Acts of the square that the ops TURN_RIGHT..TRANSPOSE_ANTI and COMPLETE_SIDES..COMPLETE_HALF stand for. */
static const unsigned TURNS[] = {6, 3, 5, 2, 1, 4, 7}, MIRRORS[] = {2, 1, 4, 7, 3};

static void
shift(struct grid *out, const struct grid *in, int direction, int amount)
{
    static const int row[4] = {-1, 0, 1, 0}, column[4] = {0, 1, 0, -1};
    memset(out->c, GROUND, (size_t)(in->h * in->w));
    for (int r = 0; r < in->h; r++)
        for (int c = 0; c < in->w; c++) {
            int to_r = r + amount * row[direction], to_c = c + amount * column[direction];
            if (to_r >= 0 && to_r < in->h && to_c >= 0 && to_c < in->w)
                out->c[to_r * in->w + to_c] = in->c[r * in->w + c];
        }
}

/* Cells that are not background slide to that side, each line for itself, keeping their order. */
static void
fall(struct grid *out, const struct grid *in, int direction)
{
    bool upright = direction == 0 || direction == 2, forward = direction == 0 || direction == 3;
    int n_lines = upright ? in->w : in->h, len = upright ? in->h : in->w;
    memset(out->c, GROUND, (size_t)(in->h * in->w));
    for (int line = 0; line < n_lines; line++) {
        int to = forward ? 0 : len - 1;
        for (int i = 0; i < len; i++) {
            int k = forward ? i : len - 1 - i, at = upright ? k * in->w + line : line * in->w + k;
            if (in->c[at] == GROUND)
                continue;
            out->c[upright ? to * in->w + line : line * in->w + to] = in->c[at];
            to += forward ? 1 : -1;
        }
    }
}

static void
crop(struct grid *out, const struct grid *in)
{
    int top = in->h, bottom = -1, left = in->w, right = -1;
    for (int i = 0; i < in->h * in->w; i++) {
        int r = i / in->w, c = i % in->w;
        if (in->c[i] == GROUND)
            continue;
        top = r < top ? r : top, bottom = r > bottom ? r : bottom;
        left = c < left ? c : left, right = c > right ? c : right;
    }
    if (bottom < 0) /* nothing to crop to */
        top = left = 0, bottom = in->h - 1, right = in->w - 1;
    out->h = bottom - top + 1;
    out->w = right - left + 1;
    for (int r = 0; r < out->h; r++)
        memcpy(out->c + r * out->w, in->c + (top + r) * in->w + left, (size_t)out->w);
}

/* Background cells take the colour of the cell that the act g brings to their place; where that lies outside,
 * nothing. */
static void
complete(struct grid *out, const struct grid *in, unsigned g)
{
    uint8_t image[GRID_SIDE * GRID_SIDE];
    memcpy(out->c, in->c, (size_t)(in->h * in->w));
    if (g & 4 && in->h != in->w)
        return;
    trm_task_square_act(image, in->c, in->h, in->w, g);
    for (int i = 0; i < in->h * in->w; i++)
        if (out->c[i] == GROUND)
            out->c[i] = image[i];
}

void
trm_grid_apply(struct grid *out, const struct grid *in, struct rule rule)
{
    int op = rule.op;
    out->h = in->h;
    out->w = in->w;
    if (op >= TURN_RIGHT && op <= TRANSPOSE_ANTI) {
        unsigned g = TURNS[op - TURN_RIGHT];
        out->h = g & 4 ? in->w : in->h;
        out->w = g & 4 ? in->h : in->w;
        trm_task_square_act(out->c, in->c, in->h, in->w, g);
    } else if (op == RECOLOUR) {
        for (int i = 0; i < in->h * in->w; i++)
            out->c[i] = in->c[i] == rule.a ? rule.b : in->c[i];
    } else if (op == EXCHANGE) {
        for (int i = 0; i < in->h * in->w; i++)
            out->c[i] = in->c[i] == rule.a ? rule.b : in->c[i] == rule.b ? rule.a : in->c[i];
    } else if (op >= SHIFT_UP && op <= SHIFT_LEFT) {
        shift(out, in, op - SHIFT_UP, rule.a - AMOUNT_1 + 1);
    } else if (op >= FALL_UP && op <= FALL_LEFT) {
        fall(out, in, op - FALL_UP);
    } else if (op == CROP) {
        crop(out, in);
    } else if (op >= COMPLETE_SIDES && op <= COMPLETE_HALF) {
        complete(out, in, MIRRORS[op - COMPLETE_SIDES]);
    } else {
        memcpy(out->c, in->c, (size_t)(in->h * in->w));
    }
}

/* The op of a table that stands for act e. */
static uint8_t
op_of(const unsigned *table, int n, int first, unsigned e)
{
    for (int i = 0; i < n; i++)
        if (table[i] == e)
            return (uint8_t)(first + i);
    return (uint8_t)first; /* not reached: conjugates of turns are turns, of mirrors mirrors */
}

struct rule
trm_rule_seen(struct rule rule, unsigned g)
{
    int op = rule.op;
    if (op >= TURN_RIGHT && op <= TRANSPOSE_ANTI)
        rule.op = op_of(TURNS, 7, TURN_RIGHT, trm_task_square_conjugate(g, TURNS[op - TURN_RIGHT]));
    else if (op >= COMPLETE_SIDES && op <= COMPLETE_HALF)
        rule.op = op_of(MIRRORS, 5, COMPLETE_SIDES, trm_task_square_conjugate(g, MIRRORS[op - COMPLETE_SIDES]));
    else if (op >= SHIFT_UP && op <= SHIFT_LEFT)
        rule.op = (uint8_t)(SHIFT_UP + trm_task_square_direction(g, op - SHIFT_UP));
    else if (op >= FALL_UP && op <= FALL_LEFT)
        rule.op = (uint8_t)(FALL_UP + trm_task_square_direction(g, op - FALL_UP));
    return rule;
}

bool
trm_rule_valid(struct rule rule)
{
    if (rule.op == RECOLOUR)
        return rule.a >= COLOUR_1 && rule.a <= COLOUR_9 && rule.b >= GROUND && rule.b <= COLOUR_9;
    if (rule.op == EXCHANGE)
        return rule.a >= COLOUR_1 && rule.a <= COLOUR_9 && rule.b >= COLOUR_1 && rule.b <= COLOUR_9 && rule.a != rule.b;
    if (rule.op >= SHIFT_UP && rule.op <= SHIFT_LEFT)
        return rule.a >= AMOUNT_1 && rule.a <= AMOUNT_3 && rule.b == PAD;
    return rule.op >= TURN_RIGHT && rule.op <= COMPLETE_HALF && rule.a == PAD && rule.b == PAD;
}

/* --- drawing ----------------------------------------------------------------------------------------------------- */

void
trm_grid_palette(uint8_t *palette, int n, struct trm_rng *rng)
{
    int order[9];
    trm_task_shuffled(order, 9, rng);
    palette[0] = GROUND;
    for (int i = 1; i < n; i++)
        palette[i] = (uint8_t)(COLOUR_1 + order[i - 1]);
}

static int
between(struct trm_rng *rng, int lo, int hi)
{
    return lo + (int)trm_rng_below(rng, (uint64_t)(hi - lo + 1));
}

/* A few boxes over the background, then specks. */
void
trm_grid_random(struct grid *g, int h, int w, const uint8_t *palette, int n, struct trm_rng *rng)
{
    g->h = h;
    g->w = w;
    memset(g->c, palette[0], (size_t)(h * w));
    for (int boxes = between(rng, 0, 3); boxes > 0; boxes--) {
        int top = between(rng, 0, h - 1), left = between(rng, 0, w - 1);
        int bottom = between(rng, top, h - 1), right = between(rng, left, w - 1);
        uint8_t colour = palette[between(rng, 1, n - 1)];
        for (int r = top; r <= bottom; r++)
            memset(g->c + r * w + left, colour, (size_t)(right - left + 1));
    }
    int specks = between(rng, 0, 50); /* percent */
    for (int i = 0; i < h * w; i++)
        if (between(rng, 0, 99) < specks)
            g->c[i] = palette[between(rng, 0, n - 1)];
}

/* A colour becomes another, or two change places. n >= 3. */
static struct rule
recolouring(const uint8_t *palette, int n, struct trm_rng *rng)
{
    int from = between(rng, 1, n - 1), to = between(rng, 0, n - 1), other = 1 + (from + between(rng, 0, n - 3)) % (n - 1);
    if (trm_rng_below(rng, 2))
        return (struct rule){EXCHANGE, palette[from], palette[other]};
    return (struct rule){RECOLOUR, palette[from], palette[to]};
}

struct rule
trm_rule_random(int kind, const uint8_t *palette, int n, struct trm_rng *rng)
{
    switch (kind) {
    case TURN_RIGHT: return (struct rule){(uint8_t)between(rng, TURN_RIGHT, TURN_LEFT), 0, 0};
    case MIRROR_SIDES: return (struct rule){(uint8_t)between(rng, MIRROR_SIDES, MIRROR_ENDS), 0, 0};
    case TRANSPOSE: return (struct rule){(uint8_t)between(rng, TRANSPOSE, TRANSPOSE_ANTI), 0, 0};
    case RECOLOUR: return recolouring(palette, n, rng);
    case SHIFT_UP:
        return (struct rule){(uint8_t)between(rng, SHIFT_UP, SHIFT_LEFT), (uint8_t)between(rng, AMOUNT_1, AMOUNT_3), 0};
    case FALL_UP: return (struct rule){(uint8_t)between(rng, FALL_UP, FALL_LEFT), 0, 0};
    case CROP: return (struct rule){CROP, 0, 0};
    default: return (struct rule){(uint8_t)between(rng, COMPLETE_SIDES, COMPLETE_HALF), 0, 0};
    }
}
