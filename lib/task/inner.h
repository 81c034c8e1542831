/* Inside the room task only: what a family is, and the searches that families share. */
#ifndef TRM_TASK_INNER_H
#define TRM_TASK_INNER_H

#include "task.h"

enum { PAD = 0, BLANK = 1 };

/* A family is a table of functions. Those that fill a verdict get one that says right. */
struct trm_task_family {
    struct trm_task_facts facts;
    bool (*size_ok)(int size); /* NULL: every size between min and max */
    /* prefix, h, w, vocab from t->size; -1 when the h and w that the record brought cannot be (only where they are
     * free) */
    int (*lay)(struct trm_task *t);
    bool free_shape; /* h and w are not told by the size alone */
    bool canvases;   /* the grid is canvases of size x size above each other, a rectangle at the top left of each */
    /* Fill the input of a laid-out task; level 0: any, else a hint. False: nothing came of it, draw again. */
    bool (*draw)(struct trm_task *t, struct trm_rng *rng, int level);
    int (*check)(const struct trm_task *t, struct trm_err *err);
    /* As trm_task_solve, but returns the count in 0..2 (-1: given up) and sets answer, nodes and difficulty. */
    int (*solve)(struct trm_task *t, struct trm_err *err);
    /* answer [n], where asked: what stands after k >= 1 steps of a way to the right one; true when that is the last. NULL: no such way */
    bool (*stage)(uint8_t *answer, const struct trm_task *t, size_t k);
    void (*asked)(bool *asked, const struct trm_task *t); /* NULL: everything behind the prefix */
    int answer_lo, answer_hi; /* tokens of answers; hi 0: vocab-1 */
    bool givens;              /* an asked position whose input is above BLANK keeps its token */
    void (*judge)(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer);
    /* Symmetries: acts 0..n-1 in a fixed order, 0 the identity, and tokens label_lo..label_hi that may be renamed
     * freely; or key and augment of its own. act fills out->input, out->answer, h and w; the rest is copied before. */
    unsigned (*n_acts)(const struct trm_task *t);
    void (*act)(struct trm_task *out, const struct trm_task *t, unsigned g);
    int label_lo, label_hi;
    /* Tokens that acts rename, so that they are the same for all acts: trm_task_first_use. table comes as the identity. */
    void (*name)(uint8_t *table, const struct trm_task *t);
    uint64_t (*key)(const struct trm_task *t);
    void (*augment)(struct trm_task *t, struct trm_rng *rng);
    /* answer [n]: what said, an answer right or wrong to the augmented task, is to t itself; rng as augment had it. NULL: no way back
     * is known. */
    void (*unaugment)(uint8_t *answer, const struct trm_task *t, const uint8_t *said, struct trm_rng *rng);
};

extern const struct trm_task_family trm_task_turn, trm_task_mirror, trm_task_transpose, trm_task_recolour,
    trm_task_shift, trm_task_crop, trm_task_symmetry, trm_task_gravity, trm_task_compose, trm_task_infer, trm_task_arc,
    trm_task_sudoku, trm_task_latin, trm_task_binairo, trm_task_maze, trm_task_nonogram, trm_task_queens,
    trm_task_colouring, trm_task_rewrite, trm_task_sequence, trm_task_modular, trm_task_linear;

/* --- task.c --- */

/* Everything but the tokens. */
void trm_task_copy_head(struct trm_task *out, const struct trm_task *t);
/* Labels of both rows named anew, as drawn; table [TRM_TASK_VOCAB]: what each token has become. Without labels nothing is drawn. */
void trm_task_rename(struct trm_task *t, uint8_t *table, struct trm_rng *rng);
/* Cell (r, c) of the grid behind the prefix; its index in input and answer. */
size_t trm_task_cell(const struct trm_task *t, int r, int c);
/* *v says wrong, at row and column of the grid from 0 (-1: none). */
void trm_task_wrong(struct trm_task_verdict *v, enum trm_task_reason reason, int row, int column, int value);
/* Wrong with TRM_TASK_RULE at the first of n tokens where answer is not right. */
void trm_task_compare(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *right,
                      const uint8_t *answer);
/* Cause at a place of the input, both from 0. Always -1. */
int trm_task_fault(struct trm_err *err, const struct trm_task *t, size_t i, const char *what);
int trm_task_shuffled(int *order, int n, struct trm_rng *rng); /* 0..n-1 in random order; returns n */
/* 1..5 by how many of the four bounds x reaches. */
int trm_task_level_of(double x, double b2, double b3, double b4, double b5);

/* --- square.c: the eight symmetries of the square, as acts g: transpose if g&4, then turn rows over if g&1, columns if
 * g&2 --- */

/* out [h',w'] = g(in [h,w]); h' = w, w' = h when g&4. out is not in. */
void trm_task_square_act(uint8_t *out, const uint8_t *in, int h, int w, unsigned g);
/* g applied after f is another of the eight. */
unsigned trm_task_square_after(unsigned g, unsigned f);
unsigned trm_task_square_inverse(unsigned g);
/* g e g^-1: what e becomes when everything is seen through g. */
unsigned trm_task_square_conjugate(unsigned g, unsigned e);
/* Direction 0 up, 1 right, 2 down, 3 left, seen through g. */
int trm_task_square_direction(unsigned g, int direction);
/* act and n_acts of families that are one square grid, without a prefix, and nothing else. */
unsigned trm_task_square_n(const struct trm_task *t);
void trm_task_square_whole(struct trm_task *out, const struct trm_task *t, unsigned g);

/* --- mrv.c: the named solver "mrv" --- */

/* Variables with small domains; the one with fewest values first (ties: the first), values in rising order, each tried
 * value one node, forward checking. Two variables that are peers may not be equal, or, for queens, not attack each
 * other. */
enum { MRV_VARS = 81 };
struct trm_mrv {
    int n;
    uint16_t dom[MRV_VARS];         /* bits of values still possible */
    const uint8_t *peers[MRV_VARS]; /* of each variable, its peers */
    int n_peers[MRV_VARS];
    bool queens;                    /* variables are rows, values columns */
    /* [n_units, unit_len] variables; n_units 0: the named solver. Else it also looks for the only place that a value
     * has left in a unit: fewer nodes, the same answers. */
    const uint8_t *units;
    int n_units, unit_len;
    struct trm_rng *rng;            /* values in random order; NULL: rising */
    long nodes, most;               /* values tried; give up beyond most (0: never) */
    int found, want;                /* solutions seen, and after how many to stop */
    uint8_t first[MRV_VARS];        /* the first solution, values from 0 */
    uint8_t last[MRV_VARS];         /* the last one seen */
};
/* Returns found; -1 when given up. */
int trm_mrv_run(struct trm_mrv *m);

/* --- lines.c: the named solver "lines" --- */

/* A grid of two colours whose rows and columns each have a list of possible patterns (bit c = cell c of the line). */
enum { LINES_MOST = 12 };
struct trm_lines {
    int n;                                    /* n rows and n columns */
    const uint16_t *patterns[2 * LINES_MOST]; /* rows, then columns; borrowed */
    int n_patterns[2 * LINES_MOST];
    uint16_t known[2 * LINES_MOST], value[2 * LINES_MOST];
    bool differ;                              /* no two rows alike, no two columns alike */
    struct trm_rng *rng;                      /* patterns tried in random order; NULL: in the order of the list */
    long nodes, most;                         /* lines looked at; give up beyond most (0: never) */
    int found, want;
    uint16_t first[LINES_MOST];               /* rows of the first solution */
};
int trm_lines_run(struct trm_lines *l);
void trm_lines_set(struct trm_lines *l, int r, int c, bool on);
/* Forget cell (r, c). */
void trm_lines_clear(struct trm_lines *l, int r, int c);

/* --- canon.c --- */

/* Points with colours, and tuples of one to three points, each with a type; neither points nor members have an
 * order. */
enum { CANON_POINTS = 64, CANON_TUPLES = 160 };
struct trm_canon {
    int n, n_tuples;
    uint64_t colour[CANON_POINTS];
    struct {
        uint8_t type, len, p[3];
    } tuple[CANON_TUPLES];
};
void trm_canon_tuple(struct trm_canon *c, int type, int a, int b, int d); /* d < 0: a pair */
/* A hash of the canonical form: equal for isomorphic structures, and different for others but for collisions of 64
 * bits. */
uint64_t trm_canon_hash(const struct trm_canon *c);

#endif
