/* The room task: the referee against answers judged by hand, with the reason and the place. */
#include "t.h"

#include "../../lib/task/task.h"

/* A task of that family and size with this input, one digit or letter a token: 0-9, then a = 10, b = 11, ... z = 35, { = 36, | = 37. */
static struct trm_task *
task(const char *name, const char *input)
{
    static struct trm_task t;
    struct trm_err err = {0};
    int size;
    const struct trm_task_family *f = trm_task_family_find(name, &size);
    CHECK(trm_task_make(&t, f, size, 0, 1, 1, &err) == 0);
    CHECK(strlen(input) == t.n);
    for (size_t i = 0; i < t.n; i++)
        t.input[i] = (uint8_t)(input[i] <= '9' ? input[i] - '0' : input[i] - 'a' + 10);
    t.solved = false;
    CHECK(trm_task_check(&t, &err) == 0);
    if (err.kind)
        printf("# %s\n", err.text);
    return &t;
}

/* The referee says this of the answer. row, column, value 0 where it has none (value -1 is none as well). */
static void
says(const struct trm_task *t, const char *text, const char *reason, int row, int column, int value)
{
    struct trm_task_verdict v;
    uint8_t answer[TRM_TASK_MOST] = {0};
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        answer[i] = (uint8_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    trm_task_judge(&v, t, answer, n);
    CHECK_STR(trm_task_reason_name(v.reason), reason);
    CHECK(v.right == (strcmp(reason, "right") == 0));
    CHECK(v.row == row && v.column == column && (v.value == value || (v.value == -1 && value == 0)));
    if (v.row != row || v.column != column)
        printf("# %s: row %d, column %d, value %d\n", text, v.row, v.column, v.value);
}

/* The input that task() would refuse, and a part of the reason. */
static void
refused(const char *name, const char *input, const char *why)
{
    struct trm_task t;
    struct trm_err err = {0};
    int size;
    const struct trm_task_family *f = trm_task_family_find(name, &size);
    CHECK(trm_task_make(&t, f, size, 0, 1, 1, &err) == 0 && strlen(input) == t.n);
    for (size_t i = 0; i < t.n; i++)
        t.input[i] = (uint8_t)(input[i] <= '9' ? input[i] - '0' : input[i] - 'a' + 10);
    CHECK(trm_task_check(&t, &err) == -1 && err.kind == TRM_DATA && strstr(err.text, why) != NULL);
    if (!strstr(err.text, why))
        printf("# %s\n", err.text);
}

/* Geometric families on a canvas of three: rule, grid, and what must come out. */
static void
becomes(const char *name, const char *rule, const char *grid, const char *out)
{
    char input[32], answer[32], family[24];
    struct trm_err err = {0};
    snprintf(input, sizeof input, "%s%s", rule, grid);
    snprintf(answer, sizeof answer, "000000%s", out);
    snprintf(family, sizeof family, "%s3", name);
    struct trm_task *t = task(family, input);
    says(t, answer, "right", 0, 0, 0);
    CHECK(trm_task_solve(t, &err) == 1 && t->answer[6] == answer[6] - '0');
}

T_MAIN
{
    T("sudoku: rows, columns, boxes, givens, blanks, lengths") {
        struct trm_task *t = task("sudoku4", "2111111111111111");
        says(t, "2345452332545432", "right", 0, 0, 0);
        says(t, "2335452332545432", "row_repeats", 1, 3, 2);
        says(t, "2345325445235432", "box_repeats", 2, 1, 2);
        says(t, "2345452323545432", "column_repeats", 3, 1, 1);
        says(t, "3245542323454532", "given_changed", 1, 1, 3);
        says(t, "2345452332545431", "token", 4, 4, 1);
        says(t, "2345452332545436", "token", 4, 4, 6);
        says(t, "234545233254543", "length", 0, 0, 15);
        refused("sudoku4", "2211111111111111", "row 1, column 2: 1 stands twice");
        refused("sudoku4", "2111121111111111", "row 2, column 2: 1 stands twice");
        refused("sudoku4", "0111111111111111", "row 1, column 1: found token 0");
        refused("sudoku4", "6111111111111111", "beyond the vocabulary");
    }
    T("latin squares have no boxes") {
        struct trm_task *t = task("latin3", "211111111");
        says(t, "234342423", "right", 0, 0, 0);
        says(t, "234324432", "column_repeats", 2, 3, 3);
    }
    T("sudoku 6 has boxes of two rows and three columns") {
        struct trm_task *t = task("sudoku6", "211111111111111111111111111111111111");
        says(t, "234567567234342675675342423756756423", "right", 0, 0, 0);
        says(t, "234567342675567234675342423756756423", "box_repeats", 2, 1, 2);
    }
    T("binairo: triples, counts, lines alike") {
        struct trm_task *t = task("binairo4", "2111111111111111");
        says(t, "2233332223233232", "right", 0, 0, 0);
        says(t, "2223332223233232", "three_alike", 1, 3, 0);
        says(t, "2232332223233232", "count", 1, 0, 1);
        says(t, "2332322323323223", "same_rows", 3, 0, 1);
        says(t, "2233332222333322", "same_columns", 0, 2, 1);
        says(t, "3233332223233232", "given_changed", 1, 1, 3);
    }
    T("nonograms: clues of rows and columns, at their place in the whole") {
        struct trm_task *t = task("nonogram3", "0040000444051110411104111");
        says(t, "0000000000003320022300322", "right", 0, 0, 0);
        says(t, "0000000000003230022300322", "row_clue", 3, 0, 1);
        says(t, "0000000000002330022300322", "column_clue", 0, 3, 1);
        says(t, "0000000000003310022300322", "token", 3, 5, 1);
        says(t, "0000000000403320022300322", "not_asked", 3, 1, 4);
        refused("nonogram3", "0040000444551110411104111", "the runs of row 1 need 5 cells, it has 3");
        refused("nonogram3", "0040000444401110411104111", "next to the grid");
        refused("nonogram3", "4040000444051110411104111", "corner");
        refused("nonogram3", "0040000444053110411104111", "unknown (1) in the grid");
    }
    T("queens: attacks, counts, givens") {
        struct trm_task *t = task("queens4", "1311111111111111");
        says(t, "2322222332222232", "right", 0, 0, 0);
        says(t, "2322232232222223", "attacked", 2, 2, 0);
        says(t, "2322322222222223", "attacked", 2, 1, 0);
        says(t, "2322223222222222", "attacked", 2, 3, 0);
        says(t, "2322222332222222", "count", 0, 0, 3);
        says(t, "2232322222232322", "given_changed", 1, 2, 2);
        refused("queens4", "3311111111111111", "row 1, column 2: a given queen attacks another");
    }
    T("mazes: walls, ends, branches, strays, detours") {
        struct trm_task *t = task("maze5", "3212221112222121121222224");
        says(t, "3212251112555121151222554", "right", 0, 0, 0);
        says(t, "3212251112525121151222554", "broken_path", 3, 1, 0);
        says(t, "3512251112555121151222554", "broken_path", 1, 1, 2);
        says(t, "3212251115555121151222554", "broken_path", 2, 5, 0);
        says(t, "3252251112555121151222554", "given_changed", 1, 3, 5);
        says(t, "5212251112555121151222554", "given_changed", 1, 1, 5);
        t = task("maze5", "3242221222222221111111111");
        says(t, "3542221222222221111111111", "right", 0, 0, 0);
        says(t, "3242251522555221111111111", "long_path", 0, 0, 4);
        refused("maze5", "3222221112222222111222222", "no goal");
        refused("maze5", "3322221112222222111222224", "one start and one goal");
    }
    T("colourings: edges, names, colours that there are not") {
        /* 1 and 4 are the only two not joined */
        struct trm_task *t = task("colouring4", "41776717777176771");
        says(t, "02000030000400002", "right", 0, 0, 0);
        says(t, "02000020000400002", "edge", 2, 1, 1);
        says(t, "03000020000400003", "names", 1, 1, 2);
        says(t, "02000030000400005", "token", 4, 4, 5);
        says(t, "02000030000400006", "token", 4, 4, 6);
        refused("colouring4", "41776617777176771", "row 1, column 2: found token 7, expected the same at the mirrored place");
        refused("colouring4", "61776717777176771", "number of colours");
    }
    T("expressions: every part has its value") {
        struct trm_task *t = task("modular3", "7g4d5hf6"); /* modulo 5: (2+3)*4 */
        says(t, "00020020", "right", 0, 0, 0);
        says(t, "00030020", "rule", 1, 3, 2);
        says(t, "00020000", "token", 1, 6, 0);
        says(t, "20020020", "not_asked", 0, 1, 2);
        says(t, "00220020", "not_asked", 1, 2, 2);
        refused("modular3", "7g4d7hf6", "row 1, column 4: found token 7");
        refused("modular3", "7g4d5ff6", "row 1, column 5: found token 15");
        refused("modular3", "3g4d5hf6", "modulus from 2 to 10");
        refused("modular3", "7g4d5hfg", "row 1, column 7: found token 16");
        refused("modular3", "7ggggggg", "row 1, column 7: found token 16");
    }
    T("equations must hold") {
        struct trm_task *t = task("linear2", "3422a5322b11000"); /* x + 2y = 8, 3x + y = 9 */
        says(t, "000000000045000", "right", 0, 0, 0);
        says(t, "000000000055000", "equation", 1, 0, 9);
        says(t, "000000000026000", "equation", 2, 0, 4);
        says(t, "000000000041000", "token", 3, 2, 1);
        refused("linear2", "3422a5322b12000", "row 3, column 2: found token 2");
    }
    T("words are rewritten to their end") {
        struct trm_task *t = task("rewrite4", "2373000000000000000022330"); /* ab -> b; aabb */
        says(t, "0000000000000000000033110", "right", 0, 0, 0);
        says(t, "0000000000000000000023310", "rule", 5, 1, 3);
        says(t, "0000000000000000000033111", "not_asked", 5, 5, 1);
        refused("rewrite4", "2303000000000000000022330", "row 1, column 3: found token 0");
        refused("rewrite4", "2073300000000000000022330", "no longer than the left");
        refused("rewrite4", "2373000000000000000022310", "row 5, column 4");
    }
    T("a word that can end in two ways, or never ends, is no task") {
        struct trm_err err = {0};
        struct trm_task *t = task("rewrite4", "2374023750000000000023230"); /* ab -> c, ab -> d */
        CHECK(trm_task_solve(t, &err) == 2);
        t = task("rewrite4", "2373232723000000000023230"); /* ab -> ba, ba -> ab */
        CHECK(trm_task_solve(t, &err) == 0);
    }
    T("sequences follow one recurrence") {
        struct trm_task *t = task("sequence6", "234561");
        says(t, "234567", "right", 0, 0, 0);
        says(t, "234568", "rule", 1, 6, 7);
        says(t, "334567", "given_changed", 1, 1, 3);
        struct trm_err err = {0};
        t = task("sequence10", "21116789ab"); /* what is shown late decides */
        CHECK(trm_task_solve(t, &err) == 1 && t->answer[1] == 3 && t->answer[3] == 5 && t->difficulty == 2);
        t = task("sequence10", "11116789ab"); /* the first term follows from nothing */
        CHECK(trm_task_solve(t, &err) == 2);
    }
    T("geometric rules do what they say") {
        becomes("turn", "c00000", "345222226", "223224625");
        becomes("turn", "d00000", "345222226", "622222543");
        becomes("turn", "e00000", "345222226", "526422322");
        becomes("mirror", "f00000", "345222226", "543222622");
        becomes("mirror", "g00000", "345222226", "226222345");
        becomes("transpose", "h00000", "345222226", "322422526");
        becomes("transpose", "i00000", "345222226", "625224223");
        becomes("recolour", "j37000", "345222226", "745222226");
        becomes("shift", "my0000", "345222226", "222345222");
        becomes("shift", "lz0000", "345222226", "223222222");
        becomes("gravity", "q00000", "345222226", "222225346");
        becomes("gravity", "r00000", "345222226", "345222622");
        becomes("crop", "s00000", "222234222", "341111111");
        becomes("symmetry", "t00000", "322224252", "323424252");
        becomes("symmetry", "x00000", "322222222", "322222223");
        becomes("compose", "c00j37", "345222226", "227224625");
        becomes("recolour", "|34000", "345222226", "435222226");
        becomes("compose", "c00|34", "334343433", "344434443"); /* turned right, then the two colours change places */
        becomes("turn", "c00000", "341251111", "231541111");
    }
    T("geometric answers are held against the rule cell by cell, and rules and canvases are checked") {
        struct trm_task *t = task("turn3", "c00000345222226");
        says(t, "000000223224624", "rule", 3, 3, 5);
        says(t, "000000223224620", "token", 3, 3, 0);
        refused("recolour3", "j30000345222226", "expected a rule");
        refused("recolour3", "|33000345222226", "expected a rule");
        refused("recolour3", "|32000345222226", "expected a rule");
        refused("turn3", "c00c00345222226", "expected no second rule");
        refused("compose3", "c00000345222226", "expected a second rule");
        refused("turn3", "c00000313222222", "rectangle");
        refused("turn3", "c00000111111111", "rectangle");
    }
}
