/* Inside the room task only: coloured grids on a canvas, and the rules that change them. */
#ifndef TRM_TASK_GRID_H
#define TRM_TASK_GRID_H

#include "inner.h"

/* Tokens of the geometric families. A grid stands at the top left of its canvas, the rest of which is OUTSIDE. */
enum {
    OUTSIDE = 1,
    GROUND = 2,           /* colour 0, the background */
    COLOUR_1 = 3,         /* colours 1..9 */
    COLOUR_9 = 11,
    TURN_RIGHT = 12, TURN_HALF, TURN_LEFT,
    MIRROR_SIDES = 15,    /* left and right change places */
    MIRROR_ENDS,          /* top and bottom change places */
    TRANSPOSE = 17, TRANSPOSE_ANTI,
    RECOLOUR = 19,        /* behind it two colours: from, to */
    SHIFT_UP = 20, SHIFT_RIGHT, SHIFT_DOWN, SHIFT_LEFT, /* behind it an amount */
    FALL_UP = 24, FALL_RIGHT, FALL_DOWN, FALL_LEFT,
    CROP = 28,
    COMPLETE_SIDES = 29,  /* background cells take the colour of their mirror image */
    COMPLETE_ENDS, COMPLETE_TRANSPOSE, COMPLETE_ANTI, COMPLETE_HALF,
    AMOUNT_1 = 34, AMOUNT_2, AMOUNT_3,
    EXCHANGE = 37,        /* behind it two colours, which change places */
    GRID_VOCAB = 38,
    GRID_SIDE = 30,
    RULE_TOKENS = 3,      /* op, a, b; unused ones are PAD */
};

struct grid {
    int h, w;
    uint8_t c[GRID_SIDE * GRID_SIDE]; /* [h,w] GROUND..COLOUR_9 */
};
struct rule {
    uint8_t op, a, b;
};

/* The grid on a canvas of side x side tokens; false when that holds none. */
bool trm_grid_load(struct grid *g, const uint8_t *canvas, int side);
void trm_grid_store(uint8_t *canvas, int side, const struct grid *g);
bool trm_grid_same(const struct grid *a, const struct grid *b);
/* out = rule(in); out is not in. Total: every rule does something to every grid, if only nothing. */
void trm_grid_apply(struct grid *out, const struct grid *in, struct rule rule);
/* The rule seen through a symmetry of the square; an exchange, whose colours have no order, stays. */
struct rule trm_rule_seen(struct rule rule, unsigned g);
bool trm_rule_valid(struct rule rule);
/* A random grid of h x w whose colours are palette[1..n-1] on palette[0]. */
void trm_grid_random(struct grid *g, int h, int w, const uint8_t *palette, int n, struct trm_rng *rng);
/* palette[0] is the background, then n-1 colours in random order. */
void trm_grid_palette(uint8_t *palette, int n, struct trm_rng *rng);
/* A random rule of the kinds whose first op is named; colours from the palette. */
struct rule trm_rule_random(int kind, const uint8_t *palette, int n, struct trm_rng *rng);

#endif
