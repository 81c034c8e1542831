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

/* A task that there is room for, and its answer. */
static bool
encode(int32_t *ids, int32_t *labels, const struct trm_board *b)
{
    struct trm_err err = {0};
    if (trm_board_encode(ids, b, &task, &err) != 0)
        return false;
    trm_board_labels(labels, b, &task, task.answer);
    return true;
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
    CHECK(encode(ids, labels, &b));
    size_t wrong = 0;
    for (size_t i = 0; i < 16; i++)
        wrong += ids[i] != task.input[i] || labels[i] != task.answer[i];
    CHECK(wrong == 0);
    uint8_t other[16] = {2, 3};
    trm_board_labels(labels, &b, &task, other);
    CHECK(labels[0] == 2 && labels[1] == 3 && labels[2] == 0);
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
    CHECK(encode(ids, labels, &b));
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
    CHECK(encode(other, labels, &b));
    size_t there = K * (1 + 6 + 2 * 10 + 3);
    for (size_t j = 1; j <= 3; j++)
        CHECK(ids[here + j] == other[there + j]);
    CHECK(other[there + 2] != other[there + K * 10 + 2] && other[there + 3] != other[there + K + 3]);
    size_t unasked = 0;
    for (size_t i = 0; i < 6; i++)
        unasked += labels[1 + i] == TRM_BOARD_NO_LABEL;
    CHECK(unasked == 6);
}

/* Ids of canvas k of 5 at cell c: the token, row and column from the other end; the last canvas has them elsewhere. */
static void
seen(int32_t out[3], const struct trm_board *b, const int32_t *ids, int k, int c)
{
    const int32_t *here = ids + trm_board_id_columns(b) * (size_t)c;
    const int at = k == 4 ? 0 : 6 + 3 * (3 - k), next = k == 4 ? 4 : at + 1;
    out[0] = here[at], out[1] = here[next], out[2] = here[next + 1];
}

/* The five canvases of 5x5 lie on each other; grids of other sizes stand on the first and the last. */
static void
canvases(void)
{
    enum { K = 6 + 4 * 3, S = 25 };
    struct trm_board b = {.places = true};
    struct trm_err err = {0};
    static int32_t ids[K * S], labels[S], at[125];
    static struct trm_task_place place[125];
    int32_t a[3], z[3];
    make("infer5", 0);
    memset(task.input, 1, task.n);
    for (int i = 0; i < 15; i++) { /* 3 rows of 5, and 2 of 4 */
        task.input[i] = 2;
        if (i < 10 && i % 5 < 4)
            task.input[100 + i] = 3;
    }
    memset(task.answer, 0, task.n);
    for (int i = 0; i < S; i++)
        task.answer[100 + i] = (uint8_t)(1 + i % 7);
    CHECK(trm_task_canvases(&task) == 5 && trm_board_add(&b, &task, &err) == 0);
    CHECK(b.rows == 5 && b.columns == 5 && b.canvases == 5 && b.tokens == 125 && b.cells == S);
    CHECK(trm_board_positions(&b) == S && trm_board_id_columns(&b) == K);
    trm_task_places(place, &task);
    CHECK(place[11].canvas == 0 && place[11].row == 2 && place[11].from_bottom == 0 && place[11].from_right == 3);
    CHECK(place[106].canvas == 4 && place[106].row == 1 && place[106].from_bottom == 0 && place[106].from_right == 2);
    CHECK(place[104].column == 4 && place[104].from_right == -1 && place[15].from_bottom == -1);
    CHECK(encode(ids, labels, &b));
    /* the last row of a grid has the same id wherever it is, another one on another canvas */
    seen(a, &b, ids, 0, 11), seen(z, &b, ids, 0, 12);
    CHECK(a[0] == z[0] && a[1] == z[1] && a[2] != z[2]);
    seen(z, &b, ids, 0, 6);
    CHECK(a[1] != z[1] && a[2] == z[2]);
    seen(a, &b, ids, 4, 6), seen(z, &b, ids, 0, 11);
    CHECK(a[0] == 3 && a[1] != z[1] && z[0] > b.vocab);
    seen(a, &b, ids, 1, 6), seen(z, &b, ids, 2, 6);
    CHECK(a[0] != z[0] && a[0] - z[0] == a[1] - z[1]);
    /* every id is of the table, and no row of it belongs to two columns */
    static int owner[4096];
    size_t shared = 0;
    CHECK(trm_board_ids(&b) < 4096);
    for (size_t j = 0; j < K * S; j++) {
        CHECK(ids[j] >= 0 && (size_t)ids[j] < trm_board_ids(&b));
        shared += owner[ids[j]] != 0 && owner[ids[j]] != 1 + (int)(j % K);
        owner[ids[j]] = 1 + (int)(j % K);
    }
    CHECK(shared == 0);
    /* the answer's tokens are asked for where the last canvas lies */
    trm_board_asked(at, &b, &task);
    size_t wrong = 0;
    for (int i = 0; i < 125; i++)
        wrong += at[i] != (i < 100 ? -1 : i - 100) || (i >= 100 && labels[at[i]] != task.answer[i]);
    CHECK(wrong == 0);
    /* without places every token has its own position */
    struct trm_board flat = {0};
    CHECK(trm_board_add(&flat, &task, &err) == 0 && trm_board_positions(&flat) == 125);
    trm_board_asked(at, &flat, &task);
    CHECK(at[99] == -1 && at[100] == 100 && at[124] == 124);
}

/* Names by order of first use: a renamed task has the same ids and labels, and the table leads back. */
static void
first_use(void)
{
    enum { K = 18, S = 25 };
    struct trm_board b = {.places = true, .first_use = true}, plain = {.places = true};
    struct trm_err err = {0};
    static int32_t ids[K * S], labels[S], ids2[K * S], labels2[S], other[K * S];
    uint8_t table[TRM_TASK_VOCAB];
    bool met[TRM_TASK_VOCAB] = {false};
    make("infer5", 2);
    CHECK(trm_board_add(&b, &task, &err) == 0 && trm_board_add(&plain, &task, &err) == 0);
    CHECK(encode(ids, labels, &b) && trm_board_encode(other, &plain, &task, &err) == 0);
    for (size_t i = 0; i < task.n; i++) { /* nine colours, 3 to 11: the next one */
        task.input[i] = task.input[i] < 3 ? task.input[i] : 3 + (task.input[i] - 2) % 9;
        task.answer[i] = task.answer[i] < 3 ? task.answer[i] : 3 + (task.answer[i] - 2) % 9;
    }
    CHECK(encode(ids2, labels2, &b));
    CHECK(memcmp(ids, ids2, sizeof ids) == 0 && memcmp(labels, labels2, sizeof labels) == 0);
    CHECK(trm_board_encode(ids2, &plain, &task, &err) == 0 && memcmp(other, ids2, sizeof other) != 0);
    trm_board_names(table, &b, &task);
    size_t wrong = 0;
    for (int x = 0; x < TRM_TASK_VOCAB; x++)
        wrong += met[table[x]] || (x < 3 && table[x] != x), met[table[x]] = true;
    for (size_t i = 100; i < 125; i++)
        wrong += labels[i - 100] != table[task.answer[i]];
    for (size_t i = 0, most = 2; i < task.n; i++) {
        wrong += table[task.input[i]] > most + 1;
        most = table[task.input[i]] > most ? table[task.input[i]] : most;
    }
    CHECK(wrong == 0);
}

/* Sequences: 0 comes first and 1 is the first other one, and any symmetry of the task has the same ids and labels. */
static void
first_numbers(void)
{
    enum { S = 10 };
    struct trm_board b = {.first_use = true};
    struct trm_err err = {0};
    static int32_t ids[S], labels[S], ids2[S], labels2[S];
    struct trm_rng rng;
    size_t wrong = 0, moved = 0;
    trm_rng_seed(&rng, 4);
    for (unsigned i = 0; i < 50; i++) {
        make("sequence10", i);
        CHECK(trm_board_add(&b, &task, &err) == 0 && encode(ids, labels, &b));
        int next = 2;
        for (size_t k = 0; k < S && next < 4; k++) /* token 2 is the number 0 */
            if (ids[k] > 1 && ids[k] != 2)
                wrong += next == 2 || ids[k] != 3, next = 4;
            else if (ids[k] == 2)
                next = 3;
        struct trm_task was = task;
        trm_task_augment(&task, &rng);
        moved += memcmp(was.input, task.input, task.n) != 0;
        CHECK(encode(ids2, labels2, &b));
        wrong += memcmp(ids, ids2, sizeof ids) != 0 || memcmp(labels, labels2, sizeof labels) != 0;
    }
    CHECK(wrong == 0 && moved > 40);
}

static void
as_json(void)
{
    struct trm_board b = {.places = true, .first_use = true}, back;
    struct trm_err err = {0};
    make("maze9", 1);
    trm_board_add(&b, &task, &err);
    trm_json *v = trm_board_save(&b);
    CHECK(v && trm_board_load(&back, v, &err) == 0);
    CHECK(memcmp(&b, &back, sizeof b) == 0);
    static const char before[] = "{\"tokens\":81,\"rows\":9,\"columns\":9,\"vocab\":11,\"places\":false,"
                                 "\"kinds\":[{\"family\":\"sudoku\",\"size\":9}]}";
    trm_json *old = trm_json_parse(before, sizeof before - 1, &err);
    CHECK(old && trm_board_load(&back, old, &err) == 0 && back.cells == 81 && back.canvases == 1);
    trm_json_free(old);
    trm_json_set_num(v, "cells", 5000);
    CHECK(trm_board_load(&back, v, &err) != 0 && err.kind == TRM_DATA);
    trm_json_set_num(v, "cells", 81);
    trm_json_set_num(v, "vocab", 1000);
    CHECK(trm_board_load(&back, v, &err) != 0 && err.kind == TRM_DATA);
    trm_json_free(v);
    err = (struct trm_err){0};
    make("sudoku4", 1);
    CHECK(trm_board_kind(&b, &task) < 0);
    CHECK(trm_board_encode((int32_t[512]){0}, &b, &task, &err) != 0 && strstr(err.text, "sudoku"));
}

T_MAIN
{
    T("a board of one kind holds the tokens as they are")
        one_kind();
    T("a board of several kinds says which one, and where each token stands")
        several_kinds_with_places();
    T("canvases lie on each other, and places count from both ends of what stands on each")
        canvases();
    T("colours named by order of first use are the same for renamed tasks")
        first_use();
    T("numbers of sequences by the map that makes the first 0 and the first other one 1")
        first_numbers();
    T("a board goes to JSON and back, and refuses what cannot be")
        as_json();
}
