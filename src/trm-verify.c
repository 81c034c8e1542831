/* The referee: is this answer right, by the task's own rules? Tasks are the first operand, answers the second or
 * stdin. */
#include <stdlib.h>
#include <string.h>

#include "../lib/cli/cli.h"
#include "../lib/task/task.h"

#include "../lib/base/hash.h"

/* A task as it is kept: without the room that tasks in hand have. */
struct kept {
    const char *id;
    const struct trm_task_family *family;
    int size, vocab;
    size_t prefix, h, w, n;
    bool solved;
    bool answered;
    uint8_t *input, *answer; /* [n] each, in the arena */
};

/* Figures of one family at one size, or of all. */
struct tally {
    char name[64];
    size_t tasks, answers, right, wrong, missing, reasons[TRM_TASK_N_REASONS];
};
enum { MOST_TALLIES = 256 };

struct verify {
    bool missing;
    const char *gate;
    struct trm_arena mem;
    struct kept *task; /* owned, [cap] */
    size_t n, cap;
    uint32_t *slot; /* task + 1 by hash of the id, [2 cap]; owned */
    struct tally tally[MOST_TALLIES];
    size_t n_tallies;
    struct trm_task hand;
};

/* --- tasks ------------------------------------------------------------------------------------------------------- */

static size_t
slot_of(const struct verify *v, const char *id)
{
    size_t mask = 2 * v->cap - 1, at = trm_hash64(id, strlen(id), 0) & mask;
    while (v->slot[at] && strcmp(v->task[v->slot[at] - 1].id, id) != 0)
        at = (at + 1) & mask;
    return at;
}

static int
make_room(struct verify *v, struct trm_err *err)
{
    if (v->n < v->cap)
        return 0;
    size_t cap = v->cap ? 2 * v->cap : 1024;
    struct kept *task = realloc(v->task, cap * sizeof *task);
    uint32_t *slot = calloc(2 * cap, sizeof *slot);
    v->task = task ? task : v->task;
    if (!task || !slot) {
        free(slot);
        return trm_err_set(err, TRM_SYS, "out of memory");
    }
    free(v->slot);
    v->slot = slot;
    v->cap = cap;
    for (size_t i = 0; i < v->n; i++)
        v->slot[slot_of(v, v->task[i].id)] = (uint32_t)i + 1;
    return 0;
}

/* The figures of this name, made when new; those of the last when there are too many. */
static struct tally *
tally_of(struct verify *v, const struct trm_task_family *f, int size)
{
    struct trm_task_facts facts;
    char name[64];
    trm_task_facts(&facts, f);
    snprintf(name, sizeof name, "%s%d", facts.name, size);
    for (size_t i = 0; i < v->n_tallies; i++)
        if (strcmp(v->tally[i].name, name) == 0)
            return &v->tally[i];
    if (v->n_tallies == MOST_TALLIES)
        return &v->tally[MOST_TALLIES - 1];
    struct tally *t = &v->tally[v->n_tallies++];
    snprintf(t->name, sizeof t->name, "%s", name);
    return t;
}

static int
keep_task(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct verify *v = ctx;
    struct trm_task *t = &v->hand;
    (void)c;
    if (trm_task_read(t, rec, err) != 0 || make_room(v, err) != 0)
        return -1;
    size_t at = slot_of(v, t->id);
    if (v->slot[at])
        return trm_err_set(err, TRM_DATA, "a task with this id stands before it");
    struct kept k = {trm_arena_strdup(&v->mem, t->id), t->family, t->size, t->vocab, t->prefix, t->h, t->w, t->n,
                     t->solved, false,
                     trm_arena_alloc(&v->mem, t->n), trm_arena_alloc(&v->mem, t->n)};
    if (!k.id || !k.input || !k.answer)
        return trm_err_set(err, TRM_SYS, "out of memory");
    memcpy(k.input, t->input, t->n);
    memcpy(k.answer, t->answer, t->n);
    v->task[v->n++] = k;
    v->slot[at] = (uint32_t)v->n;
    tally_of(v, t->family, t->size)->tasks++;
    return 0;
}

static void
take_in_hand(struct trm_task *t, const struct kept *k)
{
    *t = (struct trm_task){.family = k->family, .size = k->size, .vocab = k->vocab, .prefix = k->prefix, .h = k->h,
                           .w = k->w,
                           .n = k->n, .solved = k->solved};
    memcpy(t->input, k->input, k->n);
    memcpy(t->answer, k->answer, k->n);
}

/* --- answers ----------------------------------------------------------------------------------------------------- */

/* By the rules first; then, where the task brought an answer, by that: two right answers are a fault of the task. */
static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer, size_t n)
{
    trm_task_judge(v, t, answer, n);
    if (v->right && t->solved && memcmp(answer, t->answer, n) != 0)
        *v = (struct trm_task_verdict){.reason = TRM_TASK_DISAGREES, .value = -1};
}

static int
set_place(trm_json *rec, const struct trm_task_verdict *v)
{
    trm_json *place = trm_json_object();
    int rc = place ? 0 : -1;
    if (v->row)
        rc |= trm_json_set_num(place, "row", v->row);
    if (v->column)
        rc |= trm_json_set_num(place, "column", v->column);
    if (v->value >= 0)
        rc |= trm_json_set_num(place, "value", v->value);
    if (trm_json_len(place) == 0) {
        trm_json_free(place);
        return rc;
    }
    return rc | trm_json_set(rec, "place", place);
}

/* right, reason and place into the record; what it said of these before is gone. */
static int
set_verdict(trm_json *rec, const struct trm_task_verdict *v, struct trm_err *err)
{
    trm_json_del(rec, "reason");
    trm_json_del(rec, "place");
    int rc = trm_json_set_bool(rec, "right", v->right);
    if (!v->right)
        rc |= trm_json_set_str(rec, "reason", trm_task_reason_name(v->reason)) | set_place(rec, v);
    return rc ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

static void
count(struct verify *v, struct kept *k, const struct trm_task_verdict *verdict)
{
    struct tally *t = tally_of(v, k->family, k->size);
    t->answers++;
    t->right += verdict->right;
    t->wrong += !verdict->right;
    t->reasons[verdict->reason]++;
    k->answered = true;
}

static int
check_kind(const trm_json *rec, const char **id, struct trm_err *err)
{
    const char *kind;
    int64_t version;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0)
        return -1;
    if (strcmp(kind, "answer") != 0)
        return trm_err_set(err, TRM_DATA, "kind: found '%.40s', expected answer", kind);
    if (trm_json_need_int(rec, "v", 0, 1 << 30, &version, err) != 0 || trm_json_need_str(rec, "id", id, err) != 0)
        return -1;
    return version == 1 ? 0 : trm_err_set(err, TRM_DATA, "v: found version %lld of answer, expected 1",
                                          (long long)version);
}

static int
judge_answer(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct verify *v = ctx;
    struct trm_task_verdict verdict = {.reason = TRM_TASK_MISSING, .value = -1};
    uint8_t answer[TRM_TASK_MOST];
    const char *id;
    size_t n;
    if (check_kind(rec, &id, err) != 0)
        return -1;
    size_t at = v->cap ? slot_of(v, id) : 0;
    if (!v->cap || !v->slot[at])
        return trm_err_set(err, TRM_DATA, "no task has this id");
    struct kept *k = &v->task[v->slot[at] - 1];
    const trm_json *given = trm_json_get(rec, "answer");
    if (trm_json_type(given) != TRM_JSON_NULL) { /* null: the solver gave up, which is an answer missing */
        if (trm_task_read_tokens(answer, &n, given, "answer", sizeof answer, err) != 0)
            return -1;
        take_in_hand(&v->hand, k);
        judge(&verdict, &v->hand, answer, n);
        count(v, k, &verdict);
    }
    if (set_verdict(rec, &verdict, err) != 0)
        return -1;
    trm_cli_put(c, rec);
    return 0;
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

static void
put_missing(struct trm_cli *c, const struct kept *k)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "answer");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", k->id);
    trm_jw_kbool(&w, "right", false);
    trm_jw_kstr(&w, "reason", trm_task_reason_name(TRM_TASK_MISSING));
    trm_jw_end(&w);
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&b);
}

static void
put_tally(struct trm_cli *c, const struct tally *t)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "verified");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", t->name);
    trm_jw_knum(&w, "tasks", (double)t->tasks);
    trm_jw_knum(&w, "answers", (double)t->answers);
    trm_jw_knum(&w, "right", (double)t->right);
    trm_jw_knum(&w, "wrong", (double)t->wrong);
    trm_jw_knum(&w, "missing", (double)t->missing);
    trm_jw_key(&w, "reasons");
    trm_jw_object(&w);
    for (int r = TRM_TASK_RIGHT + 1; r < TRM_TASK_N_REASONS; r++)
        if (t->reasons[r])
            trm_jw_knum(&w, trm_task_reason_name(r), (double)t->reasons[r]);
    trm_jw_end(&w);
    trm_jw_end(&w);
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&b);
}

static void
add_tally(struct tally *to, const struct tally *t)
{
    to->tasks += t->tasks;
    to->answers += t->answers;
    to->right += t->right;
    to->wrong += t->wrong;
    to->missing += t->missing;
    for (int r = 0; r < TRM_TASK_N_REASONS; r++)
        to->reasons[r] += t->reasons[r];
}

/* A record for each family and size, then one for all; before them, on request, one for each task without an answer. */
static void
sum_up(struct verify *v, struct trm_cli *c)
{
    struct tally all = {.name = "all"};
    for (size_t i = 0; i < v->n; i++) {
        if (v->task[i].answered)
            continue;
        tally_of(v, v->task[i].family, v->task[i].size)->missing++;
        if (v->missing)
            put_missing(c, &v->task[i]);
    }
    for (size_t i = 0; i < v->n_tallies; i++) {
        put_tally(c, &v->tally[i]);
        add_tally(&all, &v->tally[i]);
    }
    put_tally(c, &all);
    if (v->gate)
        c->verdict_failed = all.wrong > 0 || (strcmp(v->gate, "missing") == 0 && all.missing > 0);
}

static void
check_command(const struct verify *v, struct trm_cli *c)
{
    struct trm_err err = {0};
    if (v->gate && strcmp(v->gate, "wrong") != 0 && strcmp(v->gate, "missing") != 0)
        trm_err_set(&err, TRM_USAGE, "-e: found '%.40s', expected wrong or missing", v->gate);
    else if (c->n_files < 1 || c->n_files > 2)
        trm_err_set(&err, TRM_USAGE, "expected a file of tasks, then at most one of answers; see trm-verify --help");
    else if (strcmp(c->files[0], "-") == 0 && (c->n_files == 1 || strcmp(c->files[1], "-") == 0))
        trm_err_set(&err, TRM_USAGE, "tasks and answers cannot both be stdin");
    if (err.kind != TRM_OK)
        trm_cli_die(c, &err);
}

int
main(int argc, char **argv)
{
    struct verify v = {0};
    const struct trm_cli_opt opts[] = {
        {'m', "missing", NULL, "write a record for every task without an answer too", &v.missing, 0, 0, TRM_OPT_FLAG},
        {'e', "fail-on", "LEVEL", "status 4 when an answer is wrong, or (missing) wrong or missing", &v.gate, 0, 0,
            TRM_OPT_STR},
        {0},
    };
    struct trm_cli c = {.name = "trm-verify", .purpose = "Judge answers by the rules of their tasks.",
                        .operands = "TASKS [ANSWERS]",
                        .opts = opts};
    trm_cli_begin(&c, argc, argv);
    check_command(&v, &c);
    if (trm_cli_read_file(&c, c.files[0], keep_task, &v) == 0 &&
        trm_cli_read_file(&c, c.n_files > 1 ? c.files[1] : "-", judge_answer, &v) == 0)
        sum_up(&v, &c);
    free(v.task);
    free(v.slot);
    trm_arena_release(&v.mem);
    return trm_cli_end(&c);
}
