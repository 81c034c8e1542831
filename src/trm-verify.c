/* The referee: is this answer right, by the task's own rules? Tasks are the first operand, answers the second or
 * stdin. */
#include <string.h>

#include "../lib/cli/cli.h"
#include "../lib/task/shelf.h"

/* Figures of one family at one size, or of all. */
struct tally {
    char name[64];
    size_t tasks, answers, right, wrong, missing, reasons[TRM_TASK_N_REASONS];
};
enum { MOST_TALLIES = 256 };

struct verify {
    bool missing;
    const char *gate;
    struct trm_shelf shelf;
    struct trm_names answered; /* ids with an answer */
    struct tally tally[MOST_TALLIES];
    size_t n_tallies;
    struct trm_task hand;
    struct trm_answer answer;
};

/* --- tasks ------------------------------------------------------------------------------------------------------- */

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
    if (trm_task_read(t, rec, err) != 0 || trm_shelf_put(&v->shelf, NULL, t, err) != 0)
        return -1;
    tally_of(v, t->family, t->size)->tasks++;
    return 0;
}

/* --- answers ----------------------------------------------------------------------------------------------------- */

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

static int
count(struct verify *v, const struct trm_task_verdict *verdict, struct trm_err *err)
{
    struct tally *t = tally_of(v, v->hand.family, v->hand.size);
    t->answers++;
    t->right += verdict->right;
    t->wrong += !verdict->right;
    t->reasons[verdict->reason]++;
    return trm_names_put(&v->answered, v->hand.id) < 0 ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

static int
judge_answer(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct verify *v = ctx;
    struct trm_task_verdict verdict;
    if (trm_answer_read(&v->answer, rec, err) != 0)
        return -1;
    long at = trm_shelf_find(&v->shelf, v->answer.id);
    if (at < 0)
        return trm_err_set(err, TRM_DATA, "no task has this id");
    trm_shelf_get(&v->hand, &v->shelf, (size_t)at);
    trm_answer_judge(&verdict, &v->hand, &v->answer);
    if ((v->answer.given && count(v, &verdict, err) != 0) || set_verdict(rec, &verdict, err) != 0)
        return -1;
    trm_cli_put(c, rec);
    return 0;
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

static void
put_missing(struct trm_cli *c, const char *id)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "answer");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id);
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
    for (size_t i = 0; i < v->shelf.n; i++) {
        if (trm_names_find(&v->answered, trm_shelf_id(&v->shelf, i)) >= 0)
            continue;
        trm_shelf_get(&v->hand, &v->shelf, i);
        tally_of(v, v->hand.family, v->hand.size)->missing++;
        if (v->missing)
            put_missing(c, v->hand.id);
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
    trm_names_release(&v.answered);
    trm_shelf_release(&v.shelf);
    return trm_cli_end(&c);
}
