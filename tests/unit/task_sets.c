/* The room task: records and sets of others, hostile ones too. */
#include "t.h"

#include "../../lib/task/task.h"

#define GOOD                                                                                                        \
    "{\"kind\":\"task\",\"v\":1,\"id\":\"a\",\"family\":\"latin\",\"size\":3,\"shape\":[3,3],"                       \
    "\"input\":[2,1,1,1,1,2,1,1,1],\"answer\":[2,3,4,3,4,2,4,2,3]}"

/* GOOD with `from` replaced by `to` is refused, and the reason holds `why`. */
static void
refused(const char *from, const char *to, const char *why)
{
    struct trm_buf b = {0};
    struct trm_err err = {0};
    struct trm_task t;
    const char *at = strstr(GOOD, from);
    CHECK(at != NULL);
    trm_buf_add(&b, GOOD, (size_t)(at - GOOD));
    trm_buf_adds(&b, to);
    trm_buf_adds(&b, at + strlen(from));
    trm_json *rec = trm_json_parse(b.data, b.len, &err);
    CHECK(rec != NULL && trm_task_read(&t, rec, &err) == -1 && err.kind == TRM_DATA && strstr(err.text, why) != NULL);
    if (!strstr(err.text, why))
        printf("# %s: %s\n", b.data, err.text);
    trm_json_free(rec);
    trm_buf_release(&b);
}

static int
read_csv(struct trm_task *t, const char *line, struct trm_err *err)
{
    struct trm_buf extra = {0};
    trm_err_reset(err);
    int rc = trm_task_of_sudoku_csv(t, &extra, line, strlen(line), "set", 3, err);
    trm_buf_release(&extra);
    return rc;
}

static void
csv_refused(const char *line, const char *why)
{
    struct trm_task t;
    struct trm_err err = {0};
    CHECK(read_csv(&t, line, &err) == -1 && err.kind == TRM_DATA && strstr(err.text, why) != NULL);
    if (!strstr(err.text, why))
        printf("# %s: %s\n", line, err.text);
}

static void
maze_refused(const char *text, const char *why)
{
    struct trm_task t;
    struct trm_err err = {0};
    CHECK(trm_task_of_maze(&t, text, strlen(text), "m", 1, &err) == -1 && err.kind == TRM_DATA && strstr(err.text,
                                                                                                         why) != NULL);
    if (!strstr(err.text, why))
        printf("# %s: %s\n", text, err.text);
}

static int
read_arc(struct trm_task *t, const char *text, size_t test, struct trm_err *err)
{
    trm_err_reset(err);
    trm_json *v = trm_json_parse(text, strlen(text), err);
    int rc = v ? trm_task_of_arc(t, v, test, "x", err) : -1;
    trm_json_free(v);
    return rc;
}

static void
arc_refused(const char *text, const char *why)
{
    struct trm_task t;
    struct trm_err err = {0};
    CHECK(read_arc(&t, text, 0, &err) == -1 && err.kind == TRM_DATA && strstr(err.text, why) != NULL);
    if (!strstr(err.text, why))
        printf("# %s: %s\n", text, err.text);
}

T_MAIN
{
    T("a record that is right is read") {
        struct trm_err err = {0};
        struct trm_task t;
        trm_json *rec = trm_json_parse(GOOD, strlen(GOOD), &err);
        CHECK(trm_task_read(&t, rec, &err) == 0 && t.solved && t.n == 9 && t.vocab == 5);
        trm_json_free(rec);
    }
    T("records that are wrong are refused with the member and the place") {
        refused("\"v\":1", "\"v\":2", "version 2");
        refused("\"kind\":\"task\"", "\"kind\":\"sample\"", "expected task");
        refused("\"id\":\"a\",", "", "id");
        refused("latin", "latin3", "no family");
        refused("latin", "", "no family");
        refused("\"size\":3", "\"size\":99", "no size 99");
        refused("\"size\":3", "\"size\":3.5", "size");
        refused("[3,3]", "[3,4]", "has no 3x4");
        refused("[3,3]", "[1e9,1e9]", "shape");
        refused("[3,3]", "[9]", "shape: expected");
        refused("\"size\":3,", "\"size\":3,\"vocab\":6,", "vocab: expected 5");
        refused("\"size\":3,", "\"size\":3,\"prefix\":1,", "prefix: expected 0");
        refused("[2,1,1,1,1,2,1,1,1]", "[2,1]", "found 2 tokens, expected 9");
        refused("[2,1,1,1,1,2,1,1,1]", "7", "input: expected an array");
        refused("[2,1,1,1,1,2,1,1,1]", "[2,1,1,1,1,2,1,1,-1]", "input[8]");
        refused("[2,1,1,1,1,2,1,1,1]", "[2,1,1,1,1,2,1,1,1.5]", "input[8]");
        refused("[2,1,1,1,1,2,1,1,1]", "[2,1,1,1,1,2,1,1,\"1\"]", "input[8]");
        refused("[2,1,1,1,1,2,1,1,1]", "[2,1,1,1,1,2,1,1,7]", "row 3, column 3: found token 7");
        refused("[2,1,1,1,1,2,1,1,1]", "[2,2,1,1,1,2,1,1,1]", "row 1, column 2: 1 stands twice");
        refused("4,2,3]}", "4,3,2]}", "the stored answer is wrong: column_repeats, row 3, column 2");
        refused("4,2,3]}", "4,2]}", "the stored answer is wrong: length");
        refused("latin", "maze", "no start");
    }
    T("a huge maze and a huge canvas are refused by their size") {
        static const char maze[] = "{\"kind\":\"task\",\"v\":1,\"id\":\"a\",\"family\":\"maze\",\"size\":999,\"shape\":[999,2],\"input\":[]}";
        struct trm_err err = {0};
        struct trm_task t;
        trm_json *rec = trm_json_parse(maze, strlen(maze), &err);
        CHECK(trm_task_read(&t, rec, &err) == -1 && strstr(err.text, "shape"));
        trm_json_free(rec);
    }
    T("a line of the sudoku CSV becomes a task, blanks as dots or zeros, quoted or not") {
        struct trm_task t;
        struct trm_err err = {0};
        struct trm_buf extra = {0};
        static const char line[] = "puzzles0,\"53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79\","
                                   "534678912672195348198342567859761423426853791713924856961537284287419635345286179,12";
        CHECK(trm_task_of_sudoku_csv(&t, &extra, line, strlen(line), "set", 3, &err) == 0 && t.solved && t.size == 9);
        CHECK_STR(extra.data, "\"source\":\"puzzles0\",\"rating\":12");
        CHECK_STR(t.id, "sudoku9/set/3");
        CHECK(t.input[0] == 6 && t.input[2] == 1 && t.answer[2] == 5 && t.difficulty == 1);
        trm_buf_release(&extra);
        CHECK(read_csv(&t, "x,1000000000000000,,", &err) == -1 && strstr(err.text, "more than one answer"));
        CHECK(read_csv(&t, "x,1234341221434300,,", &err) == 0 && t.size == 4 && t.answer[15] == 1 + 1);
        CHECK(read_csv(&t, "x,1234341221434300", &err) == 0);
    }
    T("lines of the sudoku CSV that are wrong are refused with the place") {
        csv_refused("", "too few");
        csv_refused(",,,,,", "more than 4");
        csv_refused("x,123,,", "found 3 cells");
        csv_refused("x,1234341221434300,123,", "answer: found 3 cells");
        csv_refused("x,1234341221434305,,", "question, character 16: found byte 0x35, expected a digit from 1 to 4");
        csv_refused("x,12343412214343.\xff,,", "byte 0xff");
        csv_refused("x,1234341221434300,1234341221434300,", "answer, character 15");
        csv_refused("x,1234341221434300,1234341221434312,", "the stated answer is wrong");
        csv_refused("x,1134341221434300,,", "row 1, column 2: 1 stands twice");
        csv_refused("x,\"1234", "found 5 cells");
    }
    T("a maze as text becomes a task; its way is checked, or found") {
        struct trm_task t;
        struct trm_err err = {0};
        CHECK(trm_task_of_maze(&t, "S #\n  #\r\n# G", 12, "m", 4, &err) == -1 && strstr(err.text,
                                                                                        "more than one answer"));
        trm_err_reset(&err);
        CHECK(trm_task_of_maze(&t, "S##\n..#\r\n#.G\n", 13, "m", 4, &err) == 0 && t.h == 3 && t.w == 3);
        CHECK(t.answer[3] == 5 && t.answer[4] == 5 && t.answer[7] == 5 && t.input[7] == 2);
        CHECK_STR(t.id, "maze3/m/4");
        CHECK(trm_task_of_maze(&t, "Soo.G", 5, "m", 4, &err) == -1 && strstr(err.text, "broken_path, row 1, column 3"));
        trm_err_reset(&err);
        CHECK(trm_task_of_maze(&t, "SoooG", 5, "m", 4, &err) == 0 && t.h == 1 && t.w == 5);
    }
    T("mazes that are wrong are refused with the place") {
        maze_refused("S G\n  ", "row 2 of the maze: found 2 cells, expected 3");
        maze_refused("S?G", "row 1, column 2 of the maze: found byte 0x3f");
        maze_refused("SGG", "one start and one goal");
        maze_refused("S..", "no goal");
        maze_refused("S#G", "no answer");
        maze_refused("", "0 rows");
    }
    T("an ARC task becomes a task for each question, on a canvas of its largest side") {
        static const char text[] = "{\"train\":[{\"input\":[[1,0]],\"output\":[[1],[0]]}],\"test\":[{\"input\":[[2,0,0]]},"
                                   "{\"input\":[[3]],\"output\":[[3]]}]}";
        struct trm_task t;
        struct trm_err err = {0};
        struct trm_task_verdict v;
        CHECK(read_arc(&t, text, 0, &err) == 0 && t.size == 3 && t.h == 9 && t.w == 3 && !t.solved);
        CHECK(t.input[0] == 3 && t.input[1] == 2 && t.input[2] == 1 && t.input[9] == 3 && t.input[12] == 2 &&
              t.input[18] == 4);
        memset(t.answer, 0, t.n);
        memset(t.answer + 18, 2, 9);
        trm_task_judge(&v, &t, t.answer, t.n);
        CHECK(!v.right && v.reason == TRM_TASK_NO_REFEREE);
        CHECK(trm_task_solve(&t, &err) == -1);
        CHECK(read_arc(&t, text, 1, &err) == 0 && t.size == 2 && t.solved);
        trm_task_judge(&v, &t, t.answer, t.n);
        CHECK(v.right);
        t.answer[8] = 5;
        struct trm_task other = t;
        t.answer[8] = 4;
        trm_task_judge(&v, &t, other.answer, t.n);
        CHECK(!v.right && v.reason == TRM_TASK_RULE && v.row == 5 && v.column == 1 && v.value == 4);
    }
    T("an ARC task keeps key and answer under symmetries, and goes there and back") {
        static const char text[] = "{\"train\":[{\"input\":[[1,0],[2,5]],\"output\":[[1],[0]]}],\"test\":[{\"input\":[[2,0,0]],\"output\":[[7]]}]}\n";
        struct trm_task t;
        struct trm_err err = {0};
        struct trm_rng rng;
        struct trm_buf b = {0};
        char key[17], other[17];
        trm_rng_seed(&rng, 1);
        CHECK(read_arc(&t, text, 0, &err) == 0);
        CHECK(trm_task_to_arc(&b, &t, &err) == 0);
        CHECK_STR(b.data, text);
        trm_task_key(key, &t);
        for (int i = 0; i < 20; i++) {
            trm_task_augment(&t, &rng);
            trm_task_key(other, &t);
            CHECK_STR(other, key);
            CHECK(trm_task_check(&t, &err) == 0);
        }
        trm_buf_release(&b);
    }
    T("the largest ARC task fits, and one example more is refused") {
        struct trm_buf grid = {0}, b = {0};
        struct trm_task t;
        struct trm_err err = {0};
        trm_buf_addc(&grid, '[');
        for (int i = 0; i < 900; i++)
            trm_buf_addf(&grid, "%s%d%s", i % 30 ? "," : i ? ",[" : "[", i % 10, i % 30 == 29 ? "]" : "");
        trm_buf_addc(&grid, ']');
        for (int n = 10; n <= 11; n++) {
            trm_buf_reset(&b);
            trm_buf_adds(&b, "{\"train\":[");
            for (int i = 0; i < n; i++)
                trm_buf_addf(&b, "%s{\"input\":%s,\"output\":%s}", i ? "," : "", grid.data, grid.data);
            trm_buf_addf(&b, "],\"test\":[{\"input\":%s}]}", grid.data);
            CHECK((read_arc(&t, b.data, 0, &err) == 0) == (n == 10));
        }
        CHECK(strstr(err.text, "found 11 examples") != NULL);
        trm_buf_release(&grid);
        trm_buf_release(&b);
    }
    T("ARC tasks that are wrong are refused with the place") {
        arc_refused("{}", "train");
        arc_refused("{\"train\":[],\"test\":[]}", "found 0 examples");
        arc_refused("{\"train\":7,\"test\":[]}", "train");
        arc_refused("{\"train\":[{\"input\":[[1]],\"output\":[[1]]}]}", "test: expected an array");
        arc_refused("{\"train\":[{\"input\":[[1]]}],\"test\":[{\"input\":[[1]]}]}", "train[0].output");
        arc_refused("{\"train\":[{\"input\":[[1],[1,2]],\"output\":[[1]]}],\"test\":[{\"input\":[[1]]}]}",
                    "train[0].input: row 2: expected 1 cells");
        arc_refused("{\"train\":[{\"input\":[[10]],\"output\":[[1]]}],\"test\":[{\"input\":[[1]]}]}",
                    "row 1, column 1: expected a colour");
        arc_refused("{\"train\":[{\"input\":[[1]],\"output\":[]}],\"test\":[{\"input\":[[1]]}]}",
                    "train[0].output: expected a grid");
        arc_refused("{\"train\":[{\"input\":[[1]],\"output\":[[1]]}],\"test\":[{\"input\":[[]]}]}",
                    "test[0].input: expected a grid");
        arc_refused("{\"train\":[{\"input\":[[1]],\"output\":[[1]]}],\"test\":[{\"input\":[[1]],\"output\":null}]}",
                    "test[0].output");
    }
    T("what is written in the format of another set is read back the same") {
        struct trm_task t, back;
        struct trm_err err = {0};
        struct trm_buf b = {0};
        CHECK(trm_task_make(&t, trm_task_family_find("sudoku", NULL), 6, 0, 1, 1, &err) == 0);
        CHECK(trm_task_to_sudoku_csv(&b, &t, &err) == 0 && read_csv(&back, (b.data[b.len - 1] = '\0', b.data),
                                                                    &err) == 0);
        CHECK(back.n == t.n && memcmp(back.input, t.input, t.n) == 0 && memcmp(back.answer, t.answer, t.n) == 0);
        trm_buf_reset(&b);
        CHECK(trm_task_make(&t, trm_task_family_find("maze", NULL), 9, 0, 1, 1, &err) == 0 && trm_task_to_maze(&b, &t,
                                                                                                               &err) == 0);
        CHECK(trm_task_of_maze(&back, b.data, b.len - 1, "m", 1, &err) == 0 && memcmp(back.answer, t.answer, t.n) == 0);
        CHECK(memcmp(back.input, t.input, t.n) == 0);
        CHECK(trm_task_to_sudoku_csv(&b, &t, &err) == -1 && err.kind == TRM_USAGE);
        trm_buf_release(&b);
    }
}
