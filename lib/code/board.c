/* Tasks as tokens, see board.h. */
#include "board.h"

#include <string.h>

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Positions that the task's tokens take. */
static size_t
cells_of(const struct trm_board *b, const struct trm_task *t)
{
    return b->places ? t->prefix + (t->n - t->prefix) / trm_task_canvases(t) : t->n;
}

static bool
has_room(const struct trm_board *b, const struct trm_task *t)
{
    size_t n = trm_task_canvases(t);
    return t->n <= b->tokens && cells_of(b, t) <= b->cells && n <= b->canvases && t->h / n <= b->rows && t->w <= b->columns &&
           t->prefix <= b->columns && t->vocab <= b->vocab;
}

static int
find(const struct trm_board *b, const struct trm_task *t)
{
    for (size_t i = 0; i < b->n_kinds; i++)
        if (b->kind[i].family == t->family && b->kind[i].size == t->size)
            return (int)i;
    return -1;
}

int
trm_board_kind(const struct trm_board *b, const struct trm_task *t)
{
    return has_room(b, t) ? find(b, t) : -1;
}

int
trm_board_add(struct trm_board *b, const struct trm_task *t, struct trm_err *err)
{
    if (cells_of(b, t) >= TRM_BOARD_POSITIONS)
        return trm_err_set(err, TRM_DATA, "a task of %zu positions: expected fewer than %d", cells_of(b, t), TRM_BOARD_POSITIONS);
    if (find(b, t) < 0) {
        if (b->n_kinds == TRM_BOARD_KINDS)
            return trm_err_set(err, TRM_DATA, "more than %d families and sizes: expected fewer in one model", TRM_BOARD_KINDS);
        b->kind[b->n_kinds++] = (struct trm_board_kind){t->family, t->size};
    }
    b->tokens = larger(b->tokens, t->n);
    b->cells = larger(b->cells, cells_of(b, t));
    b->canvases = larger(b->canvases, trm_task_canvases(t));
    b->rows = larger(b->rows, t->h / trm_task_canvases(t));
    b->columns = larger(b->columns, larger(t->w, t->prefix));
    b->vocab = t->vocab > b->vocab ? t->vocab : b->vocab;
    return 0;
}

static size_t
lead(const struct trm_board *b)
{
    return b->n_kinds > 1;
}

size_t
trm_board_positions(const struct trm_board *b)
{
    return lead(b) + b->cells;
}

/* Columns of the last canvas, and of each beyond it. */
enum { PLACED = 6, BEYOND = 3 };

size_t
trm_board_id_columns(const struct trm_board *b)
{
    return b->places ? PLACED + BEYOND * (b->canvases - 1) : 1;
}

/* Rows of the table before those of canvases beyond the last, and of each of these. */
static size_t
ids_before(const struct trm_board *b)
{
    return (size_t)b->vocab + (lead(b) ? b->n_kinds : 0) + (b->places ? 5 + b->canvases + 2 * (b->rows + b->columns) : 0);
}

static size_t
ids_beyond(const struct trm_board *b)
{
    return (size_t)b->vocab + 1 + b->rows + 1 + b->columns;
}

size_t
trm_board_ids(const struct trm_board *b)
{
    return ids_before(b) + (b->places ? (b->canvases - 1) * ids_beyond(b) : 0);
}

/* Where token i stands. */
static size_t
position_of(const struct trm_board *b, const struct trm_task *t, size_t i)
{
    size_t cells = cells_of(b, t) - t->prefix;
    return lead(b) + (i < t->prefix ? i : t->prefix + (i - t->prefix) % cells);
}

void
trm_board_asked(int32_t *at, const struct trm_board *b, const struct trm_task *t)
{
    bool asked[TRM_TASK_MOST];
    trm_task_asked(asked, t);
    for (size_t i = 0; i < t->n; i++)
        at[i] = asked[i] ? (int32_t)position_of(b, t, i) : -1;
}

/* Columns of a cell of the last canvas, or of a token of the prefix: behind the token, five numbers from -1, each with rows of its own.
 * A number that is the same everywhere adds nothing: its row would only learn what is most frequent, and drown the tokens. */
static void
encode_last(int32_t *ids, const struct trm_board *b, size_t canvases, int token, const struct trm_task_place *p)
{
    int32_t first = b->vocab + (lead(b) ? (int32_t)b->n_kinds : 0);
    const int number[] = {p->canvas < 0 ? -1 : (int)canvases - 1, p->row, p->column, p->from_bottom, p->from_right};
    const size_t most[] = {b->canvases, b->rows, b->columns, b->rows, b->columns};
    ids[0] = token;
    for (int i = 0; i < 5; i++) {
        ids[1 + i] = most[i] > 1 ? first + 1 + number[i] : TRM_BOARD_NONE;
        first += 1 + (int32_t)most[i];
    }
}

/* Columns of a cell of the canvas k before the last. */
static void
encode_beyond(int32_t *ids, const struct trm_board *b, size_t k, int token, const struct trm_task_place *p)
{
    int32_t first = (int32_t)(ids_before(b) + (k - 1) * ids_beyond(b));
    ids += PLACED + BEYOND * (k - 1);
    ids[0] = first + token;
    ids[1] = first + b->vocab + 1 + p->from_bottom;
    ids[2] = first + b->vocab + 1 + (int32_t)b->rows + 1 + p->from_right;
}

void
trm_board_names(uint8_t *table, const struct trm_board *b, const struct trm_task *t)
{
    if (b->first_use)
        trm_task_first_use(table, t);
    for (int i = 0; !b->first_use && i < TRM_TASK_VOCAB; i++)
        table[i] = (uint8_t)i;
}

void
trm_board_labels(int32_t *labels, const struct trm_board *b, const struct trm_task *t, const uint8_t *answer)
{
    int32_t at[TRM_TASK_MOST];
    uint8_t name[TRM_TASK_VOCAB];
    trm_board_names(name, b, t);
    trm_board_asked(at, b, t);
    for (size_t p = 0; p < trm_board_positions(b); p++)
        labels[p] = TRM_BOARD_NO_LABEL;
    for (size_t i = 0; i < t->n; i++)
        if (at[i] >= 0)
            labels[at[i]] = name[answer[i]];
}

int
trm_board_encode(int32_t *ids, const struct trm_board *b, const struct trm_task *t, struct trm_err *err)
{
    size_t s = trm_board_positions(b), k = trm_board_id_columns(b), n = trm_task_canvases(t);
    int kind = trm_board_kind(b, t);
    uint8_t name[TRM_TASK_VOCAB];
    struct trm_task_place place[TRM_TASK_MOST];
    if (kind < 0) {
        struct trm_task_facts f;
        trm_task_facts(&f, t->family);
        return trm_err_set(err, TRM_DATA, "%s of size %d, %zux%zu: the model is not for such tasks", f.name, t->size, t->h, t->w);
    }
    for (size_t j = 0; j < s * k; j++)
        ids[j] = TRM_BOARD_NONE;
    if (lead(b))
        ids[0] = b->vocab + kind;
    trm_board_names(name, b, t);
    if (b->places)
        trm_task_places(place, t);
    for (size_t i = 0; i < t->n; i++) {
        int32_t *here = ids + position_of(b, t, i) * k;
        if (!b->places)
            here[0] = name[t->input[i]];
        else if (place[i].canvas < 0 || (size_t)place[i].canvas == n - 1)
            encode_last(here, b, n, name[t->input[i]], &place[i]);
        else
            encode_beyond(here, b, n - 1 - (size_t)place[i].canvas, name[t->input[i]], &place[i]);
    }
    return 0;
}

trm_json *
trm_board_save(const struct trm_board *b)
{
    trm_json *o = trm_json_object(), *kinds = trm_json_array();
    int rc = 0;
    for (size_t i = 0; i < b->n_kinds; i++) {
        struct trm_task_facts f;
        trm_json *kind = trm_json_object();
        trm_task_facts(&f, b->kind[i].family);
        rc |= trm_json_set_str(kind, "family", f.name) | trm_json_set_num(kind, "size", b->kind[i].size);
        rc |= trm_json_add(kinds, kind);
    }
    rc |= trm_json_set_num(o, "tokens", (double)b->tokens) | trm_json_set_num(o, "cells", (double)b->cells);
    rc |= trm_json_set_num(o, "rows", (double)b->rows);
    rc |= trm_json_set_num(o, "canvases", (double)b->canvases) | trm_json_set_num(o, "columns", (double)b->columns) | trm_json_set_num(o, "vocab", b->vocab);
    rc |= trm_json_set_bool(o, "places", b->places) | trm_json_set_bool(o, "first_use", b->first_use);
    rc |= trm_json_set(o, "kinds", kinds);
    if (rc == 0)
        return o;
    trm_json_free(o);
    return NULL;
}

static int
load_kind(struct trm_board *b, const trm_json *v, struct trm_err *err)
{
    const char *family;
    int64_t size;
    if (trm_json_need_str(v, "family", &family, err) != 0 || trm_json_need_int(v, "size", 1, 1000, &size, err) != 0)
        return -1;
    struct trm_board_kind k = {trm_task_family_find(family, NULL), (int)size};
    if (!k.family)
        return trm_err_set(err, TRM_DATA, "family: no family '%.40s'", family);
    b->kind[b->n_kinds++] = k;
    return 0;
}

int
trm_board_load(struct trm_board *b, const trm_json *json, struct trm_err *err)
{
    int64_t tokens, cells, rows, columns, canvases = 1, vocab;
    trm_json *kinds;
    *b = (struct trm_board){0};
    if (trm_json_need_int(json, "tokens", 1, TRM_TASK_MOST, &tokens, err) != 0 ||
        trm_json_need_int(json, trm_json_get(json, "cells") ? "cells" : "tokens", 1, TRM_BOARD_POSITIONS - 1, &cells, err) != 0 ||
        trm_json_need_int(json, "rows", 1, TRM_BOARD_POSITIONS, &rows, err) != 0 ||
        trm_json_need_int(json, "columns", 1, TRM_BOARD_POSITIONS, &columns, err) != 0 ||
        (trm_json_get(json, "canvases") &&
         trm_json_need_int(json, "canvases", 1, TRM_BOARD_POSITIONS, &canvases, err) != 0) ||
        trm_json_need_int(json, "vocab", 2, TRM_TASK_VOCAB, &vocab, err) != 0 ||
        trm_json_need_array(json, "kinds", &kinds, err) != 0)
        return -1;
    b->tokens = (size_t)tokens, b->cells = (size_t)cells, b->rows = (size_t)rows, b->columns = (size_t)columns;
    b->canvases = (size_t)canvases, b->vocab = (int)vocab;
    b->places = trm_json_bool(trm_json_get(json, "places"), false);
    b->first_use = trm_json_bool(trm_json_get(json, "first_use"), false);
    if (trm_json_len(kinds) == 0 || trm_json_len(kinds) > TRM_BOARD_KINDS)
        return trm_err_set(err, TRM_DATA, "kinds: found %zu, expected 1 to %d", trm_json_len(kinds), TRM_BOARD_KINDS);
    for (size_t i = 0; i < trm_json_len(kinds); i++)
        if (load_kind(b, trm_json_at(kinds, i), err) != 0)
            return trm_err_at(err, "kinds[%zu]", i);
    return 0;
}
