/* Between the files of psl only. */
#ifndef TRM_TASK_PSL_INNER_H
#define TRM_TASK_PSL_INNER_H

#include "grid.h"
#include "psl.h"

/* Cells as they are written: names of colours, or numbers. */
struct psl_grid {
    int h, w;
    char cell[GRID_SIDE * GRID_SIDE][8]; /* [h,w] */
};
/* How names of colours became tokens. */
struct psl_colours {
    bool digits; /* cells are 0..9; `base` is the token of 0 */
    int base;
    int n;              /* else names, rising; name i is token COLOUR_1 + i */
    char name[9][8];
};
/* A problem of the geometric families, as stated. */
struct psl_problem {
    struct psl_grid input;
    struct psl_colours colours;
    struct rule rule[2];
    int n_rules;
    struct grid state[3]; /* before, after the first rule, after the last */
};

/* Digits are colours 0 to 9, 0 the background; other names get tokens in rising order. Of n grids together. TRM_DATA: more than
 * nine names. */
int trm_psl_colours_of(struct psl_colours *c, const struct psl_grid *const *grid, size_t n, struct trm_err *err);
/* A grid in one of its forms: [[B,R],[R,B]], rows of brackets, or BR/RB. 1 a grid, 0 none, -1 a grid that is wrong. */
int trm_psl_grid_read(struct psl_grid *g, const char *text, struct trm_err *err);
/* "BRR/RBR/RRB", names longer than one letter with commas. */
void trm_psl_grid_text(struct trm_buf *b, const struct grid *g, const struct psl_colours *c);
/* A row as [B, R, R]. */
void trm_psl_row_text(struct trm_buf *b, const struct grid *g, int row, const struct psl_colours *c);
/* Token of a colour as written, or 0. */
uint8_t trm_psl_token(const struct psl_colours *c, const char *name);
/* False where a cell is no colour of the contract: the place to *at. */
bool trm_psl_grid_tokens(struct grid *out, int *at, const struct psl_grid *g, const struct psl_colours *c);
/* Steps named by words, as rotate_90_clockwise_then_invert_colors, to at most two rules. Returns how many, 0 when a word
 * means nothing here (*why), and needs the colours. */
int trm_psl_rules_read(struct rule rules[2], const char **why, const char *text, const struct psl_colours *c,
                   struct trm_arena *mem);
/* Whether the words speak of the background: then 0 is it. */
bool trm_psl_rules_need_ground(const char *text);
/* The rule in words that trm_psl_rules_read reads back. */
void trm_psl_rule_text(struct trm_buf *b, struct rule r);
/* 1: the contract states a geometric problem; 0 (*why): none; -1: a wrong one. */
int trm_psl_problem_read(struct psl_problem *q, const char **why, const struct trm_psl *p, struct trm_arena *mem,
                     struct trm_err *err);

/* As trm_psl_task of a contract that states examples instead of a rule; 0: it states none. */
int trm_psl_examples(struct trm_task *t, const struct trm_psl *p, struct trm_arena *mem, struct trm_err *err);
/* The colours of its grids; *c stays where it has none. */
void trm_psl_examples_colours(struct psl_colours *c, const struct trm_psl *p, struct trm_arena *mem);

#endif
