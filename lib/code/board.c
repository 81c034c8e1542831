/* Tasks as tokens, see board.h. */
#include "board.h"

#include <string.h>

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool
has_room(const struct trm_board *b, const struct trm_task *t)
{
    return t->n <= b->tokens && t->h <= b->rows && t->w <= b->columns && t->prefix <= b->columns && t->vocab <= b->vocab;
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
    if (t->n >= TRM_BOARD_POSITIONS)
        return trm_err_set(err, TRM_DATA, "a task of %zu tokens: expected fewer than %d", t->n, TRM_BOARD_POSITIONS);
    if (find(b, t) < 0) {
        if (b->n_kinds == TRM_BOARD_KINDS)
            return trm_err_set(err, TRM_DATA, "more than %d families and sizes: expected fewer in one model", TRM_BOARD_KINDS);
        b->kind[b->n_kinds++] = (struct trm_board_kind){t->family, t->size};
    }
    b->tokens = larger(b->tokens, t->n);
    b->rows = larger(b->rows, t->h);
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
    return lead(b) + b->tokens;
}

size_t
trm_board_id_columns(const struct trm_board *b)
{
    return b->places ? 3 : 1;
}

size_t
trm_board_ids(const struct trm_board *b)
{
    return (size_t)b->vocab + (lead(b) ? b->n_kinds : 0) + (b->places ? 1 + b->rows + b->columns : 0);
}

size_t
trm_board_at(const struct trm_board *b, size_t i)
{
    return lead(b) + i;
}

int
trm_board_encode(int32_t *ids, int32_t *labels, const struct trm_board *b, const struct trm_task *t, struct trm_err *err)
{
    size_t s = trm_board_positions(b), k = trm_board_id_columns(b);
    int kind = trm_board_kind(b, t);
    bool asked[TRM_TASK_MOST];
    if (kind < 0) {
        struct trm_task_facts f;
        trm_task_facts(&f, t->family);
        return trm_err_set(err, TRM_DATA, "%s of size %d, %zux%zu: the model is not for such tasks", f.name, t->size, t->h, t->w);
    }
    for (size_t j = 0; j < s * k; j++)
        ids[j] = TRM_BOARD_NONE;
    for (size_t p = 0; labels && p < s; p++)
        labels[p] = TRM_BOARD_NO_LABEL;
    if (lead(b))
        ids[0] = b->vocab + kind;
    int32_t row = b->vocab + (lead(b) ? (int32_t)b->n_kinds : 0), column = row + 1 + (int32_t)b->rows;
    trm_task_asked(asked, t);
    for (size_t i = 0; i < t->n; i++) {
        size_t p = lead(b) + i, cell = i - t->prefix;
        bool grid = i >= t->prefix;
        ids[p * k] = t->input[i];
        if (b->places) {
            ids[p * k + 1] = row + (grid ? 1 + (int32_t)(cell / t->w) : 0);
            ids[p * k + 2] = column + (int32_t)(grid ? cell % t->w : i);
        }
        if (labels && t->solved && asked[i])
            labels[p] = t->answer[i];
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
    rc |= trm_json_set_num(o, "tokens", (double)b->tokens) | trm_json_set_num(o, "rows", (double)b->rows);
    rc |= trm_json_set_num(o, "columns", (double)b->columns) | trm_json_set_num(o, "vocab", b->vocab);
    rc |= trm_json_set_bool(o, "places", b->places) | trm_json_set(o, "kinds", kinds);
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
    int64_t tokens, rows, columns, vocab;
    trm_json *kinds;
    *b = (struct trm_board){0};
    if (trm_json_need_int(json, "tokens", 1, TRM_BOARD_POSITIONS - 1, &tokens, err) != 0 ||
        trm_json_need_int(json, "rows", 1, TRM_BOARD_POSITIONS, &rows, err) != 0 ||
        trm_json_need_int(json, "columns", 1, TRM_BOARD_POSITIONS, &columns, err) != 0 ||
        trm_json_need_int(json, "vocab", 2, TRM_TASK_VOCAB, &vocab, err) != 0 ||
        trm_json_need_array(json, "kinds", &kinds, err) != 0)
        return -1;
    b->tokens = (size_t)tokens, b->rows = (size_t)rows, b->columns = (size_t)columns, b->vocab = (int)vocab;
    b->places = trm_json_bool(trm_json_get(json, "places"), false);
    if (trm_json_len(kinds) == 0 || trm_json_len(kinds) > TRM_BOARD_KINDS)
        return trm_err_set(err, TRM_DATA, "kinds: found %zu, expected 1 to %d", trm_json_len(kinds), TRM_BOARD_KINDS);
    for (size_t i = 0; i < trm_json_len(kinds); i++)
        if (load_kind(b, trm_json_at(kinds, i), err) != 0)
            return trm_err_at(err, "kinds[%zu]", i);
    return 0;
}
