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
    static int32_t ids[3 * 256], labels[256], other[3 * 256];
    make("turn10", 1);
    trm_board_add(&b, &task, &err);
    make("latin5", 1);
    trm_board_add(&b, &task, &err);
    size_t s = trm_board_positions(&b);
    CHECK(s == 1 + 106);
    CHECK(trm_board_encode(ids, labels, &b, &task, &err) == 0);
    CHECK(ids[0] == b.vocab + 1 && labels[0] == TRM_BOARD_NO_LABEL);
    CHECK(ids[3 * 26] == TRM_BOARD_NONE && ids[3 * 26 + 2] == TRM_BOARD_NONE && labels[26] == TRM_BOARD_NO_LABEL);
    int32_t most = 0;
    for (size_t j = 0; j < 3 * s; j++)
        most = ids[j] > most ? ids[j] : most;
    CHECK((size_t)most < trm_board_ids(&b));
    /* cell (2,3) of both kinds has the same row and column ids, and they are no other cell's */
    size_t here = 3 * (1 + 2 * 5 + 3);
    make("turn10", 2);
    trm_board_encode(other, labels, &b, &task, &err);
    size_t there = 3 * (1 + 6 + 2 * 10 + 3);
    CHECK(ids[here + 1] == other[there + 1] && ids[here + 2] == other[there + 2]);
    CHECK(other[there + 1] != other[there + 31] && other[there + 2] != other[there + 5]);
    size_t unasked = 0;
    for (size_t i = 0; i < 6; i++)
        unasked += labels[1 + i] == TRM_BOARD_NO_LABEL;
    CHECK(unasked == 6);
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
    T("a board goes to JSON and back, and refuses what cannot be")
        as_json();
}
