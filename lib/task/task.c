/* Families by name, and what all do the same way: making, asking, judging, symmetries. */
#include "task.h"

#include <stdio.h>
#include <string.h>

#include "../base/hash.h"
#include "../base/text.h"
#include "inner.h"

static const struct trm_task_family *const FAMILIES[] = {
    &trm_task_turn,    &trm_task_mirror, &trm_task_transpose, &trm_task_recolour, &trm_task_shift,    &trm_task_crop,
    &trm_task_symmetry, &trm_task_gravity, &trm_task_compose, &trm_task_infer,     &trm_task_arc,      &trm_task_sudoku,
    &trm_task_latin,   &trm_task_binairo, &trm_task_maze,     &trm_task_nonogram, &trm_task_queens,
          &trm_task_colouring,
    &trm_task_rewrite, &trm_task_sequence, &trm_task_modular, &trm_task_linear,
};
enum { N_FAMILIES = sizeof FAMILIES / sizeof *FAMILIES, DRAWS = 20000 };

/* --- families ---------------------------------------------------------------------------------------------------- */

const struct trm_task_family *
trm_task_family_at(size_t i)
{
    return i < N_FAMILIES ? FAMILIES[i] : NULL;
}

const struct trm_task_family *
trm_task_family_find(const char *name, int *size)
{
    size_t letters = strcspn(name, "0123456789");
    long long number = 0;
    if (name[letters] && !trm_text_int(name + letters, 1, 1000, &number))
        return NULL;
    if (size)
        *size = (int)number;
    for (size_t i = 0; i < N_FAMILIES; i++)
        if (strlen(FAMILIES[i]->facts.name) == letters && strncmp(FAMILIES[i]->facts.name, name, letters) == 0)
            return FAMILIES[i];
    return NULL;
}

void
trm_task_facts(struct trm_task_facts *out, const struct trm_task_family *f)
{
    *out = f->facts;
}

bool
trm_task_size_ok(const struct trm_task_family *f, int size)
{
    return size >= f->facts.size_min && size <= f->facts.size_max && (!f->size_ok || f->size_ok(size));
}

/* --- what families share ----------------------------------------------------------------------------------------- */

void
trm_task_copy_head(struct trm_task *out, const struct trm_task *t)
{
    memcpy(out, t, offsetof(struct trm_task, input));
}

size_t
trm_task_cell(const struct trm_task *t, int r, int c)
{
    return t->prefix + (size_t)r * t->w + (size_t)c;
}

void
trm_task_wrong(struct trm_task_verdict *v, enum trm_task_reason reason, int row, int column, int value)
{
    *v = (struct trm_task_verdict){false, reason, row + 1, column + 1, value};
}

/* The place of position i: row and column of the grid, or row 0 and the position in the prefix. */
static void
wrong_at(struct trm_task_verdict *v, const struct trm_task *t, enum trm_task_reason reason, size_t i, int value)
{
    if (i < t->prefix)
        trm_task_wrong(v, reason, -1, (int)i, value);
    else
        trm_task_wrong(v, reason, (int)((i - t->prefix) / t->w), (int)((i - t->prefix) % t->w), value);
}

void
trm_task_compare(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *right, const uint8_t *answer)
{
    for (size_t i = 0; i < t->n; i++)
        if (answer[i] != right[i]) {
            wrong_at(v, t, TRM_TASK_RULE, i, right[i]);
            return;
        }
}

int
trm_task_fault(struct trm_err *err, const struct trm_task *t, size_t i, const char *what)
{
    if (i < t->prefix)
        return trm_err_set(err, TRM_DATA, "input: prefix %zu: found token %d, %s", i + 1, t->input[i], what);
    return trm_err_set(err, TRM_DATA, "input: row %zu, column %zu: found token %d, %s", (i - t->prefix) / t->w + 1,
                       (i - t->prefix) % t->w + 1, t->input[i], what);
}

int
trm_task_shuffled(int *order, int n, struct trm_rng *rng)
{
    for (int i = 0; i < n; i++) {
        int k = (int)trm_rng_below(rng, (uint64_t)i + 1);
        order[i] = order[k];
        order[k] = i;
    }
    return n;
}

int
trm_task_level_of(double x, double b2, double b3, double b4, double b5)
{
    return 1 + (x >= b2) + (x >= b3) + (x >= b4) + (x >= b5);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static int
lay(struct trm_task *t)
{
    if (t->family->lay(t) != 0)
        return -1;
    t->n = t->prefix + t->h * t->w;
    return t->n <= TRM_TASK_MOST ? 0 : -1;
}

static int
refuse_wish(const struct trm_task_family *f, int size, int level, struct trm_err *err)
{
    const struct trm_task_facts *k = &f->facts;
    if (k->levels == 0)
        return trm_err_set(err, TRM_USAGE, "%s: tasks of this family are read, not made", k->name);
    if (!trm_task_size_ok(f, size))
        return trm_err_set(err, TRM_USAGE, "%s: no tasks of size %d, expected one from %d to %d%s", k->name, size,
                           k->size_min,
                           k->size_max, f->size_ok ? " that the family has" : "");
    if (level < 0 || level > k->levels)
        return trm_err_set(err, TRM_USAGE, "%s: no difficulty %d, expected 1 to %d", k->name, level, k->levels);
    return 0;
}

/* One draw; true when it is a task with one answer, of that level. */
static bool
try(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct trm_err err = {0};
    if (!t->family->draw(t, rng, level) || t->family->solve(t, &err) != 1)
        return false;
    return level == 0 || t->difficulty == level;
}

int
trm_task_make(struct trm_task *t, const struct trm_task_family *f, int size, int level, uint64_t seed, uint64_t index,
              struct trm_err *err)
{
    struct trm_rng rng;
    char name[64];
    size = size ? size : f->facts.size;
    if (refuse_wish(f, size, level, err) != 0)
        return -1;
    t->family = f;
    t->size = size;
    t->difficulty = 0;
    t->nodes = 0;
    t->h = t->w = 0;
    lay(t); /* cannot fail: the size is the family's own */
    int n = snprintf(name, sizeof name, level ? "%s%dd%d" : "%s%d", f->facts.name, size, level);
    snprintf(t->id, sizeof t->id, "%s/%llu/%llu", name, (unsigned long long)seed, (unsigned long long)index);
    uint64_t key[2] = {seed, index};
    trm_rng_seed(&rng, trm_hash64(key, sizeof key, trm_hash64(name, (size_t)n, 0)));
    for (int draws = 0; draws < DRAWS; draws++) {
        memset(t->input, PAD, t->n);
        memset(t->answer, PAD, t->n);
        if (try(t, &rng, level)) {
            t->solved = true;
            return 0;
        }
    }
    return trm_err_set(err, TRM_DATA, "%s: no task of difficulty %d in %d draws", name, level, DRAWS);
}

/* --- symmetries -------------------------------------------------------------------------------------------------- */

void
trm_task_rename(struct trm_task *t, uint8_t *table, struct trm_rng *rng)
{
    int lo = t->family->label_lo, hi = t->family->label_hi, order[TRM_TASK_VOCAB];
    for (int i = 0; i < TRM_TASK_VOCAB; i++)
        table[i] = (uint8_t)i;
    if (!hi)
        return;
    trm_task_shuffled(order, hi - lo + 1, rng);
    for (int i = lo; i <= hi; i++)
        table[i] = (uint8_t)(lo + order[i - lo]);
    for (size_t i = 0; i < t->n; i++) {
        if (t->input[i] >= lo && t->input[i] <= hi)
            t->input[i] = table[t->input[i]];
        if (t->answer[i] >= lo && t->answer[i] <= hi)
            t->answer[i] = table[t->answer[i]];
    }
}

static void
clear_answer(struct trm_task *t)
{
    if (!t->solved)
        memset(t->answer, PAD, t->n);
}

static void
act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    trm_task_copy_head(out, t);
    if (t->family->act) {
        t->family->act(out, t, g);
    } else {
        memcpy(out->input, t->input, t->n);
        memcpy(out->answer, t->answer, t->n);
    }
}

void
trm_task_augment(struct trm_task *t, struct trm_rng *rng)
{
    const struct trm_task_family *f = t->family;
    uint8_t table[TRM_TASK_VOCAB];
    struct trm_task from;
    clear_answer(t);
    if (f->augment) {
        f->augment(t, rng);
        return;
    }
    if (f->act) {
        trm_task_copy_head(&from, t);
        memcpy(from.input, t->input, t->n);
        memcpy(from.answer, t->answer, t->n);
        act(t, &from, (unsigned)trm_rng_below(rng, f->n_acts(t)));
    }
    trm_task_rename(t, table, rng);
}

/* trm_task_first_use where labels have no order of their own. */
static void
name_labels(uint8_t *table, const struct trm_task *t)
{
    int lo = t->family->label_lo, hi = t->family->label_hi, next = lo;
    bool named[TRM_TASK_VOCAB] = {false};
    for (int i = 0; i < TRM_TASK_VOCAB; i++)
        table[i] = (uint8_t)i;
    for (size_t i = 0; hi && i < t->n; i++) {
        int x = t->input[i];
        if (x >= lo && x <= hi && !named[x])
            table[x] = (uint8_t)next++, named[x] = true;
    }
    for (int x = lo; hi && x <= hi; x++)
        if (!named[x])
            table[x] = (uint8_t)next++;
}

void
trm_task_first_use(uint8_t *table, const struct trm_task *t)
{
    name_labels(table, t);
    if (t->family->name)
        t->family->name(table, t);
}

/* So that renaming labels changes nothing. */
static void
name_by_first_use(struct trm_task *t)
{
    uint8_t table[TRM_TASK_VOCAB];
    name_labels(table, t);
    for (size_t i = 0; i < t->n; i++)
        t->input[i] = table[t->input[i]];
}

/* The least of all acts, seen through name_by_first_use. */
static uint64_t
key_of_acts(const struct trm_task *t)
{
    const struct trm_task_family *f = t->family;
    struct trm_task best, other;
    unsigned n = f->act ? f->n_acts(t) : 1;
    for (unsigned g = 0; g < n; g++) {
        struct trm_task *to = g ? &other : &best;
        act(to, t, g);
        name_by_first_use(to);
        int order = g ? (other.h > best.h) - (other.h < best.h) : 0;
        if (g && (order < 0 || (order == 0 && memcmp(other.input, best.input, t->n) < 0))) {
            best.h = other.h;
            memcpy(best.input, other.input, t->n);
        }
    }
    return trm_hash64(best.input, t->n, best.h);
}

void
trm_task_key(char key[17], const struct trm_task *t)
{
    const struct trm_task_family *f = t->family;
    uint64_t inside = f->key ? f->key(t) : key_of_acts(t), all[2] = {inside, (uint64_t)t->size};
    snprintf(key, 17, "%016llx",
             (unsigned long long)trm_hash64(all, sizeof all, trm_hash64(f->facts.name, strlen(f->facts.name), 0)));
}

/* --- refereeing -------------------------------------------------------------------------------------------------- */

bool
trm_task_stage(uint8_t *answer, const struct trm_task *t, size_t k)
{
    if (t->family->stage && !t->family->stage(answer, t, k))
        return false;
    memcpy(answer, t->answer, t->n);
    return true;
}

void
trm_task_asked(bool *asked, const struct trm_task *t)
{
    for (size_t i = 0; i < t->n; i++)
        asked[i] = i >= t->prefix;
    if (t->family->asked)
        t->family->asked(asked, t);
}

int
trm_task_solve(struct trm_task *t, struct trm_err *err)
{
    if (!t->family->solve)
        return trm_err_set(err, TRM_DATA, "%s: the rule is not known, so nothing can be solved from it",
                           t->family->facts.name);
    memset(t->answer, PAD, t->n);
    int found = t->family->solve(t, err);
    t->solved = found == 1;
    return found;
}

int
trm_task_check(const struct trm_task *t, struct trm_err *err)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->input[i] >= t->vocab)
            return trm_task_fault(err, t, i, "beyond the vocabulary of the family");
    return t->family->check(t, err);
}

/* What holds for answers of every family: tokens where they belong, givens kept. */
static void
judge_form(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    const struct trm_task_family *f = t->family;
    int hi = f->answer_hi ? f->answer_hi : t->vocab - 1;
    bool asked[TRM_TASK_MOST];
    trm_task_asked(asked, t);
    for (size_t i = 0; i < t->n && v->right; i++) {
        if (!asked[i] && answer[i] != PAD)
            wrong_at(v, t, TRM_TASK_NOT_ASKED, i, answer[i]);
        else if (asked[i] && (answer[i] < f->answer_lo || answer[i] > hi))
            wrong_at(v, t, TRM_TASK_TOKEN, i, answer[i]);
        else if (asked[i] && f->givens && t->input[i] > BLANK && answer[i] != t->input[i])
            wrong_at(v, t, TRM_TASK_GIVEN, i, answer[i]);
    }
}

void
trm_task_judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer, size_t n)
{
    *v = (struct trm_task_verdict){.right = true, .value = -1};
    if (n != t->n) {
        trm_task_wrong(v, TRM_TASK_LENGTH, -1, -1, (int)n);
        return;
    }
    judge_form(v, t, answer);
    if (v->right)
        t->family->judge(v, t, answer);
}

const char *
trm_task_reason_name(enum trm_task_reason r)
{
    static const char *const names[TRM_TASK_N_REASONS] = {
        [TRM_TASK_RIGHT] = "right", [TRM_TASK_MISSING] = "missing", [TRM_TASK_LENGTH] = "length",
            [TRM_TASK_TOKEN] = "token",
        [TRM_TASK_NOT_ASKED] = "not_asked", [TRM_TASK_GIVEN] = "given_changed", [TRM_TASK_ROW_REPEATS] = "row_repeats",
        [TRM_TASK_COLUMN_REPEATS] = "column_repeats", [TRM_TASK_BOX_REPEATS] = "box_repeats",
            [TRM_TASK_TRIPLE] = "three_alike",
        [TRM_TASK_COUNT] = "count", [TRM_TASK_SAME_ROWS] = "same_rows", [TRM_TASK_SAME_COLUMNS] = "same_columns",
        [TRM_TASK_ATTACKED] = "attacked", [TRM_TASK_EDGE] = "edge", [TRM_TASK_NAMES] = "names",
            [TRM_TASK_ROW_CLUE] = "row_clue",
        [TRM_TASK_COLUMN_CLUE] = "column_clue", [TRM_TASK_BROKEN_PATH] = "broken_path",
            [TRM_TASK_LONG_PATH] = "long_path",
        [TRM_TASK_RULE] = "rule", [TRM_TASK_EQUATION] = "equation", [TRM_TASK_DISAGREES] = "disagrees",
        [TRM_TASK_NO_REFEREE] = "no_referee",
    };
    return r < TRM_TASK_N_REASONS ? names[r] : "unknown";
}
