/* Tasks as tokens of a fixed number of positions, and answers back: the code of models that solve tasks.
 *
 * A board is made of the kinds of task (family and size) that a model is for. Position p of S holds, in this order: the
 * kind, when there is more than one; the task's prefix; its grid row by row; nothing (all ids TRM_ID_NONE, no label). Each
 * position has K id columns that the net adds up:
 *
 *     K 1   the token                              (as published; the net's positions tell the place)
 *     K 6   the token; how many canvases there are; row and column, and row and column counted from the other end of what
 *           stands on the canvas (`places`; see trm_task_places): so a turn or a mirror is a matter of equal numbers
 *
 * With places the canvases of a task lie on each other: a position is a cell of all of them, the last one first, and three more
 * columns tell what every other canvas has there: the token, and row and column from its other end. What became of a cell is then to
 * be compared at one position, and a rule that is to be inferred looks from there to where the cell came from, in examples and
 * question alike.
 *
 * Rows of the one table: tokens 0..V-1, kinds, numbers of canvases, rows, columns, rows from the end, columns from the end, each of
 * these five after one for `none`; then for every canvas but the last, from the end, tokens, rows and columns from the end. A label
 * is the answer's token where one is asked. */
#ifndef TRM_CODE_BOARD_H
#define TRM_CODE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../rec/rec.h"
#include "../task/task.h"

enum {
    TRM_BOARD_KINDS = 64,       /* kinds of one model at most */
    TRM_BOARD_POSITIONS = 4096, /* and positions */
    TRM_BOARD_NONE = -1,        /* an id that adds nothing, as TRM_ID_NONE */
    TRM_BOARD_NO_LABEL = -100,  /* as TRM_NET_NO_LABEL */
};

/* A zeroed struct is a board without kinds. Plain data: copy at will. */
struct trm_board {
    struct trm_board_kind {
        const struct trm_task_family *family; /* static */
        int size;
    } kind[TRM_BOARD_KINDS];
    size_t n_kinds;
    size_t tokens;        /* most tokens of a task */
    size_t cells;         /* and most positions that they take */
    size_t rows, columns; /* of the largest canvas; columns also of the longest prefix */
    size_t canvases;      /* most of a task */
    int vocab;            /* V, most of the kinds' */
    bool places;
    bool first_use;       /* labels that may be renamed (colours, letters) are, by order of first use in the task: fewer to learn */
};

/* Make room for tasks like this one. TRM_DATA: too many kinds, or a task longer than a board. */
int trm_board_add(struct trm_board *b, const struct trm_task *t, struct trm_err *err);
/* Number of the task's kind, or -1 when the board has no room for it. */
int trm_board_kind(const struct trm_board *b, const struct trm_task *t);

size_t trm_board_positions(const struct trm_board *b); /* S */
size_t trm_board_id_columns(const struct trm_board *b); /* K */
size_t trm_board_ids(const struct trm_board *b);       /* rows of the table */

/* ids [S,K]. TRM_DATA: a kind that the board has no room for. */
int trm_board_encode(int32_t *ids, const struct trm_board *b, const struct trm_task *t, struct trm_err *err);
/* labels [S] of an answer [t->n], the task's or another, to a task that the board has room for. Cannot fail. */
void trm_board_labels(int32_t *labels, const struct trm_board *b, const struct trm_task *t, const uint8_t *answer);
/* table [TRM_TASK_VOCAB]: what the task's tokens are to the model, see first_use; a permutation, of answers too. */
void trm_board_names(uint8_t *table, const struct trm_board *b, const struct trm_task *t);
/* at [t->n]: the position whose label is token i of the answer, or -1 where none is asked. */
void trm_board_asked(int32_t *at, const struct trm_board *b, const struct trm_task *t);

/* As JSON for a model file, and back. Load refuses (TRM_DATA) families it does not know and numbers that cannot be. */
trm_json *trm_board_save(const struct trm_board *b);
int trm_board_load(struct trm_board *b, const trm_json *json, struct trm_err *err);

#endif
