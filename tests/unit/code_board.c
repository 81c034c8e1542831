/* Tasks as tokens: places, kinds, labels, and a board as JSON. */
#include "../../lib/code/board.h"

#include <string.h>

#include "t.h"

static struct trm_task task; /* large */

static void
make(const char *name, uint64_t index)
{
    int size;
    struct trm_err err = {0};
    const struct trm_task_family *f = trm_task_family_find(name, &size);
    CHECK(f && trm_task_make(&task, f, size, 0, 3, index, &err) == 0);
}

static void
one_kind(void)
{
    struct trm_board b = {0};
    struct trm_err err = {0};
    int32_t ids[64], labels[64];
    make("sudoku4", 1);
    CHECK(trm_board_add(&b, &task, &err) == 0);
    CHECK(trm_board_positions(&b) == 16 && trm_board_id_columns(&b) == 1 && trm_board_ids(&b) == (size_t)task.vocab);
    CHECK(trm_board_encode(ids, labels, &b, &task, &err) == 0);
    size_t wrong = 0;
    for (size_t i = 0; i < 16; i++)
        wrong += ids[i] != task.input[i] || labels[i] != task.answer[i];
    CHECK(wrong == 0);
    task.solved = false;
    trm_board_encode(ids, labels, &b, &task, &err);
    CHECK(labels[0] == TRM_BOARD_NO_LABEL);
}

static void
several_kinds_with_places(void)
{
    struct trm_board b = {.places = true};
    struct trm_err err = {0};
    enum { K = 6 };
    static int32_t ids[K * 256], labels[256], other[K * 256];
    make("turn10", 1);
    trm_board_add(&b, &task, &err);
    make("latin5", 1);
    trm_board_add(&b, &task, &err);
    size_t s = trm_board_positions(&b);
    CHECK(s == 1 + 106);
    CHECK(trm_board_encode(ids, labels, &b, &task, &err) == 0);
    CHECK(ids[0] == b.vocab + 1 && labels[0] == TRM_BOARD_NO_LABEL);
    CHECK(trm_board_id_columns(&b) == K);
    CHECK(ids[K * 26] == TRM_BOARD_NONE && ids[K * 26 + 2] == TRM_BOARD_NONE && labels[26] == TRM_BOARD_NO_LABEL);
    int32_t most = 0;
    for (size_t j = 0; j < K * s; j++)
        most = ids[j] > most ? ids[j] : most;
    CHECK((size_t)most < trm_board_ids(&b));
    /* cell (2,3) of both kinds has the same row and column ids, and they are no other cell's */
    size_t here = K * (1 + 2 * 5 + 3);
    make("turn10", 2);
    trm_board_encode(other, labels, &b, &task, &err);
    size_t there = K * (1 + 6 + 2 * 10 + 3);
    for (size_t j = 1; j <= 3; j++)
        CHECK(ids[here + j] == other[there + j]);
    CHECK(other[there + 2] != other[there + K * 10 + 2] && other[there + 3] != other[there + K + 3]);
    size_t unasked = 0;
    for (size_t i = 0; i < 6; i++)
        unasked += labels[1 + i] == TRM_BOARD_NO_LABEL;
    CHECK(unasked == 6);
}

/* Two canvases of 5x5 hold grids of other sizes; what is the last row of each has the same id, and so have equal rows. */
static void
canvases(void)
{
    enum { K = 6 };
    struct trm_board b = {.places = true};
    struct trm_err err = {0};
    static int32_t ids[K * 256];
    static struct trm_task_place place[256];
    make("infer5", 0);
    memset(task.input, 1, task.n);
    for (int i = 0; i < 15; i++) { /* 3 rows of 5, then 2 of 4 */
        task.input[i] = 2;
        if (i < 10 && i % 5 < 4)
            task.input[25 + i] = 3;
    }
    CHECK(trm_task_canvases(&task) == 5 && trm_board_add(&b, &task, &err) == 0);
    CHECK(b.rows == 5 && b.columns == 5 && b.canvases == 5);
    trm_task_places(place, &task);
    CHECK(place[11].canvas == 0 && place[11].row == 2 && place[11].from_bottom == 0 && place[11].from_right == 3);
    CHECK(place[31].canvas == 1 && place[31].row == 1 && place[31].from_bottom == 0 && place[31].from_right == 2);
    CHECK(place[29].column == 4 && place[29].from_right == -1 && place[15].from_bottom == -1);
    CHECK(trm_board_encode(ids, NULL, &b, &task, &err) == 0);
    CHECK(ids[K * 11 + 4] == ids[K * 31 + 4] && ids[K * 11 + 2] != ids[K * 31 + 2]);
    CHECK(ids[K * 6 + 2] == ids[K * 31 + 2] && ids[K * 6 + 1] != ids[K * 31 + 1]);
}

static void
as_json(void)
{
    struct trm_board b = {.places = true}, back;
    struct trm_err err = {0};
    make("maze9", 1);
    trm_board_add(&b, &task, &err);
    trm_json *v = trm_board_save(&b);
    CHECK(v && trm_board_load(&back, v, &err) == 0);
    CHECK(memcmp(&b, &back, sizeof b) == 0);
    trm_json_set_num(v, "vocab", 1000);
    CHECK(trm_board_load(&back, v, &err) != 0 && err.kind == TRM_DATA);
    trm_json_free(v);
    err = (struct trm_err){0};
    make("sudoku4", 1);
    CHECK(trm_board_kind(&b, &task) < 0);
    CHECK(trm_board_encode((int32_t[512]){0}, NULL, &b, &task, &err) != 0 && strstr(err.text, "sudoku"));
}

T_MAIN
{
    T("a board of one kind holds the tokens as they are")
        one_kind();
    T("a board of several kinds says which one, and where each token stands")
        several_kinds_with_places();
    T("places count from both ends of what stands on a canvas")
        canvases();
    T("a board goes to JSON and back, and refuses what cannot be")
        as_json();
}
