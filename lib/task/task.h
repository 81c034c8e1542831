/* Tasks: puzzles with exactly one right answer, and a referee that is never a model.
 *
 * A task is a row of small integers (tokens) and asks for another of the same length. The same tokens mean the same
 * everywhere:
 *
 *     0       pad: in an input nothing stands here; in an answer nothing is asked here, and 0 is the right token
 *     1       blank: to be found out; in grids of changing size: outside the grid; behind a word: the word has ended
 *     2...    what the family says
 *
 * An input is `prefix` tokens (the rule, the modulus, ...) and then h rows of w tokens, row by row: n = prefix + h*w.
 * The families, their tokens and layouts are told in trm-task(5).
 *
 * Everything here is a function of what it is handed: (family, size, level, seed, index) gives the same task on every
 * machine, so a trainer draws fresh tasks on the fly, from as many threads as it likes. */
#ifndef TRM_TASK_TASK_H
#define TRM_TASK_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "../base/err.h"
#include "../base/rng.h"
#include "../rec/rec.h"

enum {
    TRM_TASK_MOST = 20000, /* tokens of a task; the largest ARC task, 10 pairs and a question of 30x30, has 18,900 */
    TRM_TASK_VOCAB = 64,   /* tokens are below this */
    TRM_TASK_LEVELS = 5,   /* difficulties are 1..5; a family may have fewer */
};

struct trm_task_family; /* opaque; static data */

struct trm_task {
    const struct trm_task_family *family; /* borrowed, static */
    char id[128];
    int size;               /* what it counts is the family's: side of the grid, letters of the word, ... */
    int difficulty;         /* 1..levels of the family, found from the finished task; 0: not known */
    size_t prefix, h, w, n; /* n = prefix + h*w <= TRM_TASK_MOST */
    int vocab;              /* tokens of input and answer are 0..vocab-1 */
    long nodes;             /* work of the family's solver on this task until one answer was found and no second */
    bool solved;            /* answer holds the right answer */
    uint8_t input[TRM_TASK_MOST];  /* [n] */
    uint8_t answer[TRM_TASK_MOST]; /* [n], when solved */
};

/* --- families --- */

/* What a family says of itself; the text is static. */
struct trm_task_facts {
    const char *name, *domain; /* domain: geometric, logical, constraint, symbolic */
    const char *purpose;       /* one line */
    const char *solver;        /* what counted `nodes`: mrv, lines, bfs, search, direct */
    int size_min, size_max;    /* both inclusive; trm_task_size_ok knows the gaps between them */
    int size;                  /* where none is asked for */
    int levels;                /* difficulties 1..levels; 0: the family is only read, not generated */
    const int *suite;          /* sizes that stand for the family in --all; ends with 0 */
};

/* Families 0, 1, 2, ... in the order of their domains; NULL behind the last. */
const struct trm_task_family *trm_task_family_at(size_t i);
/* The family of this name ("sudoku"), or of a name that ends in a size ("sudoku6"), which then goes to *size (else 0).
 * NULL when there is none. size may be NULL. */
const struct trm_task_family *trm_task_family_find(const char *name, int *size);
void trm_task_facts(struct trm_task_facts *out, const struct trm_task_family *f);
bool trm_task_size_ok(const struct trm_task_family *f, int size);

/* --- making --- */

/* Task `index` of the seed: *t filled and solved, id "<family><size>[d<level>]/<seed>/<index>". size 0: the family's
 * own; level 0: as they come. Draws until a task of that level comes.
 * TRM_USAGE: the family has no such size or level, or is only read. TRM_DATA: none of that level came in many draws. */
int trm_task_make(struct trm_task *t, const struct trm_task_family *f, int size, int level, uint64_t seed,
                  uint64_t index,
                  struct trm_err *err);

/* answer [n]: what stands where an answer is asked after stage k = 1, 2, ... of the way to the right one: of compose the grid after its
 * first rule. True when this is the right answer, as it is at once in families without such a way. t is solved. Cannot fail. */
bool trm_task_stage(uint8_t *answer, const struct trm_task *t, size_t k);

/* One of the family's symmetries, drawn from rng, applied to input and (when solved) answer. The id, size and
 * difficulty stay; the shape may be transposed when it is not square. The answer is again the one right answer. Cannot
 * fail. */
void trm_task_augment(struct trm_task *t, struct trm_rng *rng);

/* A task seen through one of its family's symmetries, and the way back for answers. */
struct trm_task_view {
    unsigned act, back;            /* the family's, there and back */
    uint64_t drawn;                /* or the seed of one that is drawn; 0: none */
    uint8_t token[TRM_TASK_VOCAB]; /* what the tokens of the seen task are in the task itself; a permutation */
};
/* View k = 0, 1, ... of t: 0 is t itself; the others go through the family's symmetries in an order drawn from the seed, none again
 * before all have been, with the labels that may be renamed (colours, letters) named anew each time; sudoku's are drawn. seen is not
 * solved. Tasks of latin, colouring and modular are seen as they are, whatever k: no way back for wrong answers. Cannot fail. */
void trm_task_see(struct trm_task *seen, struct trm_task_view *view, const struct trm_task *t, size_t k, uint64_t seed);
/* answer [t->n]: what said [t->n], an answer to the seen task, right or wrong, is as an answer to t. Cannot fail. */
void trm_task_unsee(uint8_t *answer, const struct trm_task_view *view, const struct trm_task *t, const uint8_t *said);

/* The same for all tasks that symmetries of the family carry into each other, 16 hex digits and a zero: a hash of the
 * canonical form of the input, exact but for collisions of 64 bits. For arc the order of the examples counts. Does not
 * look at the answer; wants an input that trm_task_check accepts. Cannot fail. */
void trm_task_key(char key[17], const struct trm_task *t);

/* table [TRM_TASK_VOCAB]: what each token becomes when the labels that symmetries of the family rename freely (colours, letters)
 * are named by order of first use in the input: a permutation; labels that the input does not use come last, in their own order.
 * sequence: by the symmetry that makes its first number 0 and the first other one 1. Cannot fail. */
void trm_task_first_use(uint8_t *table, const struct trm_task *t);

/* Where a token stands: in which canvas (geometric families put grids of changing size on canvases; elsewhere the whole grid
 * is one), row and column from its top left, and from the bottom right of the rectangle that stands on it. All from 0; -1: outside
 * the rectangle; in the prefix all but `column`, which counts its tokens. */
struct trm_task_place {
    int canvas, row, column, from_bottom, from_right;
};
size_t trm_task_canvases(const struct trm_task *t); /* at least 1; all are equally high. Cannot fail */
/* places [n]. Looks at the input alone. Cannot fail. */
void trm_task_places(struct trm_task_place *places, const struct trm_task *t);

/* --- refereeing --- */

/* asked[i]: position i wants a token; elsewhere the right token is 0. [n]. Cannot fail. */
void trm_task_asked(bool *asked, const struct trm_task *t);

/* Solve from the input alone: how many right answers there are, counted up to two; the first goes to t->answer, the
 * work to t->nodes, and t->solved is whether there is exactly one. -1 (TRM_DATA) when the family cannot say from its
 * rules (arc), or the search was given up. */
int trm_task_solve(struct trm_task *t, struct trm_err *err);

/* Whether the input is one that the family can have: layout, tokens, and givens that do not contradict each other.
 * TRM_DATA names the place. Counting the answers is left to trm_task_solve. */
int trm_task_check(const struct trm_task *t, struct trm_err *err);

/* Why an answer is wrong; the names in records are trm_task_reason_name's. */
enum trm_task_reason {
    TRM_TASK_RIGHT = 0,
    TRM_TASK_MISSING,     /* no answer came */
    TRM_TASK_LENGTH,      /* not n tokens; value: how many */
    TRM_TASK_TOKEN,       /* a token that no answer of the family has here; value: the token */
    TRM_TASK_NOT_ASKED,   /* a token where nothing is asked */
    TRM_TASK_GIVEN,       /* a given was changed */
    TRM_TASK_ROW_REPEATS, /* row `row` holds `value` twice, the second time in `column` */
    TRM_TASK_COLUMN_REPEATS,
    TRM_TASK_BOX_REPEATS,
    TRM_TASK_TRIPLE,      /* three alike in a line, the last at the place */
    TRM_TASK_COUNT,       /* a line, or the whole, holds the wrong number of something: value */
    TRM_TASK_SAME_ROWS,   /* two rows alike: `row` and `value` */
    TRM_TASK_SAME_COLUMNS,
    TRM_TASK_ATTACKED,    /* a queen is attacked by another in an earlier row */
    TRM_TASK_EDGE,        /* two joined nodes, `row` and `column`, have one colour: `value` */
    TRM_TASK_NAMES,       /* colours are not numbered in order of first use */
    TRM_TASK_ROW_CLUE,    /* row `row` does not fit its clue */
    TRM_TASK_COLUMN_CLUE,
    TRM_TASK_BROKEN_PATH, /* the path ends, branches or leaves the open cells at the place */
    TRM_TASK_LONG_PATH,   /* a path, but not the shortest; value: cells too many */
    TRM_TASK_RULE,        /* the rule gives another token here: value is the right one */
    TRM_TASK_EQUATION,    /* equation `row` does not hold */
    TRM_TASK_DISAGREES,   /* it keeps every rule and is not the stored answer: the task has two answers */
    TRM_TASK_NO_REFEREE,  /* arc without a stored answer: nobody can say */
    TRM_TASK_N_REASONS,
};

struct trm_task_verdict {
    bool right;
    enum trm_task_reason reason; /* the first found, in the order the family looks */
    int row, column;             /* of the grid, from 1; 0: no such place. Behind row 0, column counts the prefix */
    /* see the reasons; -1: none. A token for TOKEN, NOT_ASKED, GIVEN and RULE, else the family's numbers */
    int value;
};

/* Judge n tokens by the task's rules, not by the stored answer; only arc has nothing but that. Cannot fail. */
void trm_task_judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer, size_t n);
/* "row_repeats"; static. */
const char *trm_task_reason_name(enum trm_task_reason r);

/* The answer that a rule gives which is the same for every task: rule k = 0, 1, ... of those that the geometric families
 * have, recolouring apart, on the grid that is asked about. False, and nothing in answer [n], when there is no such rule or
 * the family is another. For baselines: what one gets without looking at the rule. Cannot fail. */
bool trm_task_constant(uint8_t *answer, const struct trm_task *t, int k);

/* --- records --- */

/* The task as one line of JSON (no newline) at the end of b; key: from trm_task_key. with_answer: else it is left out.
 * extra: members to stand at the end, "\"rating\":3,\"source\":\"x\"" without braces, or NULL. See trm-task(5). */
void trm_task_write(struct trm_buf *b, const struct trm_task *t, const char *key, bool with_answer, const char *extra);
/* Back from a record. Checks kind, version, shape, vocabulary, input (trm_task_check), and a stored answer by the
 * rules: a task whose stored answer is wrong is refused. TRM_DATA names the member and the place. */
int trm_task_read(struct trm_task *t, const trm_json *rec, struct trm_err *err);
/* The array `v` as tokens 0..255 into out [most]; *n: how many. TRM_DATA names what is no such array. */
int trm_task_read_tokens(uint8_t *out, size_t *n, const trm_json *v, const char *key, size_t most, struct trm_err *err);

/* --- sets of others --- */

/* A line of Sudoku-Extreme: source,question,answer,rating; '.' and '0' are blank. Sides 4, 6 and 9 by length. The
 * answer is checked and must be the only one; it may be empty. The id is made of `name` and the line number. source and
 * rating, as extra members for trm_task_write, go to extra. */
int trm_task_of_sudoku_csv(struct trm_task *t, struct trm_buf *extra, const char *line, size_t len, const char *name,
                           size_t line_no, struct trm_err *err);
/* A maze of '#', ' ' (or '.'), S, G, one row a line, with its way as 'o' or without; see trm-task(5). */
int trm_task_of_maze(struct trm_task *t, const char *text, size_t len, const char *name, size_t line_no,
                     struct trm_err *err);
/* Question `test` of an ARC task {"train":[{"input":[[..]],"output":[[..]]}],"test":[..]}. */
int trm_task_of_arc(struct trm_task *t, const trm_json *arc, size_t test, const char *name, struct trm_err *err);

/* The other way: the task in that format at the end of b, newline included. TRM_USAGE for another family's task. */
int trm_task_to_sudoku_csv(struct trm_buf *b, const struct trm_task *t, struct trm_err *err);
int trm_task_to_maze(struct trm_buf *b, const struct trm_task *t, struct trm_err *err);
int trm_task_to_arc(struct trm_buf *b, const struct trm_task *t, struct trm_err *err); /* infer and arc */

#endif
