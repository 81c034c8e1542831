/* Two solvers' answers to the same tasks, compared blind: accept, choose, escalate. In: the first solver's answers, then the
 * second's, which solved on its own. Out: a decision for each task, then one record of figures.
 *
 * What decides sees two rows of tokens in an order that hangs on the task's id alone: no name, no model, no time, no
 * confidence. Whose row it was is looked up afterwards. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/hash.h"
#include "../lib/cli/cli.h"
#include "../lib/stat/stat.h"
#include "../lib/task/shelf.h"

enum who { FIRST, SECOND, THIRD, INFORMED, N_WHO };
enum judge { NOBODY, BY_THIRD, BY_REFEREE };
enum decision { ACCEPT, CHOOSE, ESCALATE, N_DECISIONS };
static const char *const decision_name[N_DECISIONS] = {"accept", "choose", "escalate"};

struct row { /* tokens and nothing else */
    const uint8_t *tokens; /* NULL: no answer */
    size_t n;
};
struct item { /* one task */
    struct row row[N_WHO];
    signed char right[N_WHO]; /* by the referee: 1, 0; -1 when it cannot say, or there is no answer */
    bool fault;
    enum decision decision;
    enum who chosen; /* of CHOOSE; FIRST of ACCEPT */
    const char *reason;
};
struct audit {
    const char *tasks_path, *third_path, *informed_path, *judge_name;
    double faults; /* percent */
    long seed, draws;
    bool quiet;
    enum judge judge;
    struct trm_shelf shelf;
    struct trm_names ids;
    struct item *item; /* [cap] owned */
    size_t cap;
    struct trm_arena mem;
    struct trm_answer hand;
    struct trm_task task;
    enum who reading;
    struct trm_buf line;
};

/* --- reading --------------------------------------------------------------------------------------------------------- */

static int
read_task(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct audit *a = ctx;
    (void)c;
    return trm_task_read(&a->task, rec, err) != 0 ? -1 : trm_shelf_put(&a->shelf, NULL, &a->task, err);
}

static struct item *
item_of(struct audit *a, const char *id, struct trm_err *err)
{
    size_t before = a->ids.n;
    long i = trm_names_put(&a->ids, id);
    if (i >= 0 && a->ids.n > a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 1024;
        struct item *grown = realloc(a->item, cap * sizeof *grown);
        if (!grown)
            i = -1;
        else
            a->item = grown, a->cap = cap;
    }
    if (i < 0)
        return trm_err_set(err, TRM_SYS, "out of memory"), NULL;
    if ((size_t)i == before)
        a->item[i] = (struct item){.right = {-1, -1, -1, -1}};
    return &a->item[i];
}

static int
read_answer(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct audit *a = ctx;
    (void)c;
    if (strcmp(trm_json_str(trm_json_get(rec, "kind"), ""), "verified") == 0)
        return 0;
    if (trm_answer_read(&a->hand, rec, err) != 0)
        return -1;
    if (a->reading > SECOND && trm_names_find(&a->ids, a->hand.id) < 0)
        return 0; /* nobody was asked to compare this */
    struct item *x = item_of(a, a->hand.id, err);
    if (!x)
        return -1;
    struct row *r = &x->row[a->reading];
    if (r->tokens)
        return trm_err_set(err, TRM_DATA, "a second answer to this task by the same solver");
    if (!a->hand.given)
        return 0;
    uint8_t *tokens = trm_arena_alloc(&a->mem, a->hand.n + 1);
    if (!tokens)
        return trm_err_set(err, TRM_SYS, "out of memory");
    memcpy(tokens, a->hand.tokens, a->hand.n);
    *r = (struct row){tokens, a->hand.n};
    return 0;
}

/* --- the referee, and faults ----------------------------------------------------------------------------------------- */

static void
referee(struct audit *a, size_t i)
{
    struct item *x = &a->item[i];
    long at = trm_shelf_find(&a->shelf, a->ids.name[i]);
    if (at < 0)
        return;
    trm_shelf_get(&a->task, &a->shelf, (size_t)at);
    for (int who = 0; who < N_WHO; who++) {
        struct trm_task_verdict v;
        if (!x->row[who].tokens || x->row[who].n > TRM_TASK_MOST)
            continue;
        a->hand.given = true;
        a->hand.n = x->row[who].n;
        memcpy(a->hand.tokens, x->row[who].tokens, a->hand.n);
        trm_answer_judge(&v, &a->task, &a->hand);
        x->right[who] = v.reason == TRM_TASK_NO_REFEREE ? -1 : v.right;
    }
}

/* One asked token of the first answer becomes another that stands elsewhere in it, so that it looks like an answer. Only of
 * answers that are right: the others are faults already. The task is in hand. */
static void
put_fault(struct audit *a, size_t i, struct trm_rng *rng)
{
    struct item *x = &a->item[i];
    bool asked[TRM_TASK_MOST];
    size_t n = x->row[FIRST].n;
    uint8_t *tokens = (uint8_t *)x->row[FIRST].tokens; /* ours, in the arena */
    if (x->right[FIRST] != 1 || trm_rng_uniform(rng) * 100 >= a->faults)
        return;
    trm_task_asked(asked, &a->task);
    for (int tries = 0; tries < 1000; tries++) {
        size_t at = trm_rng_below(rng, n), from = trm_rng_below(rng, n);
        if (!asked[at] || !asked[from] || (tokens[at] == tokens[from] && tries < 900))
            continue;
        tokens[at] = tokens[at] != tokens[from] ? tokens[from] : (uint8_t)((tokens[at] + 1) % a->task.vocab);
        x->fault = true;
        x->right[FIRST] = 0;
        return;
    }
}

/* --- deciding, blind ------------------------------------------------------------------------------------------------- */

static bool
same(const struct row *a, const struct row *b)
{
    return a->tokens && b->tokens && a->n == b->n && memcmp(a->tokens, b->tokens, a->n) == 0;
}

/* What one who does not know whose they are makes of two rows: 0 or 1, the row to take, 2 both, -1 neither.
 * right: what the referee says of each, -1 nothing. */
static int
compare(const char **reason, const struct row *const row[2], const int right[2], const struct row *third, enum judge judge)
{
    bool agree = same(row[0], row[1]), referee = judge == BY_REFEREE && (right[0] >= 0 || right[1] >= 0);
    if (!row[0]->tokens && !row[1]->tokens)
        return *reason = "no_answer", -1;
    if (agree && referee && right[0] == 0)
        return *reason = "both_wrong", -1;
    if (agree)
        return *reason = "agree", 2;
    *reason = !row[0]->tokens || !row[1]->tokens ? "one_answer" : "differ";
    if (referee) {
        int take = right[0] == 1 ? 0 : right[1] == 1 ? 1 : -1;
        *reason = take >= 0 ? "referee" : "both_wrong";
        return take;
    }
    if (judge == NOBODY || !third->tokens)
        return -1;
    int take = same(row[0], third) ? 0 : same(row[1], third) ? 1 : -1;
    *reason = take >= 0 ? "third" : "third_differs";
    return take;
}

static void
decide(struct audit *a, size_t i)
{
    struct item *x = &a->item[i];
    int left = (int)(trm_hash64(a->ids.name[i], strlen(a->ids.name[i]), (uint64_t)a->seed) >> 63);
    const struct row *row[2] = {&x->row[left], &x->row[!left]};
    int right[2] = {x->right[left], x->right[!left]};
    int take = compare(&x->reason, row, right, &x->row[THIRD], a->judge);
    x->decision = take == 2 ? ACCEPT : take >= 0 ? CHOOSE : ESCALATE;
    x->chosen = take == 0 ? (enum who)left : take == 1 ? (enum who)!left : FIRST;
}

/* --- what comes out -------------------------------------------------------------------------------------------------- */

static void
put_item(struct audit *a, struct trm_cli *c, size_t i)
{
    const struct item *x = &a->item[i];
    struct trm_jw w = {.out = &a->line};
    trm_buf_reset(&a->line);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "audit");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", a->ids.name[i]);
    trm_jw_kstr(&w, "decision", decision_name[x->decision]);
    trm_jw_kstr(&w, "reason", x->reason);
    if (x->decision == CHOOSE)
        trm_jw_kstr(&w, "chosen", x->chosen == FIRST ? "first" : "second");
    if (x->fault)
        trm_jw_kbool(&w, "fault", true);
    if (x->decision != ESCALATE) {
        trm_jw_key(&w, "answer");
        trm_jw_array(&w);
        for (size_t k = 0; k < x->row[x->chosen].n; k++)
            trm_jw_num(&w, x->row[x->chosen].tokens[k]);
        trm_jw_end(&w);
    }
    trm_jw_end(&w);
    trm_cli_put_text(c, a->line.data, a->line.len);
}

static double
round6(double x)
{
    return round(x * 1e6) / 1e6;
}

/* {"n":..,"rate":..,"lo":..,"hi":..}, open after it. */
static void
open_rate(struct trm_jw *w, const char *key, const char *what, size_t k, size_t n)
{
    struct trm_interval ci = trm_stat_wilson((double)k, (double)n, TRM_STAT_Z95);
    trm_jw_key(w, key);
    trm_jw_object(w);
    trm_jw_knum(w, "n", (double)n);
    trm_jw_knum(w, what, (double)k);
    if (n)
        trm_jw_knum(w, "rate", round6((double)k / (double)n));
    trm_jw_knum(w, "lo", round6(ci.lo));
    trm_jw_knum(w, "hi", round6(ci.hi));
}

static void
put_rate(struct trm_jw *w, const char *key, const char *what, size_t k, size_t n)
{
    open_rate(w, key, what, k, n);
    trm_jw_end(w);
}

/* Of the tasks that both answered; above 80 % the first solver is to be relied on, below 50 % the second is to be preferred. */
static void
put_agreement(const struct audit *a, struct trm_jw *w)
{
    size_t n = 0, agree = 0;
    for (size_t i = 0; i < a->ids.n; i++) {
        const struct item *x = &a->item[i];
        n += x->row[FIRST].tokens && x->row[SECOND].tokens;
        agree += same(&x->row[FIRST], &x->row[SECOND]);
    }
    open_rate(w, "agreement", "agree", agree, n);
    if (n)
        trm_jw_kstr(w, "band", 5 * agree > 4 * n ? "high" : 2 * agree < n ? "low" : "between");
    trm_jw_end(w);
}

static void
put_scores(const struct audit *a, struct trm_jw *w)
{
    size_t n[3] = {0}, right[3] = {0};
    for (size_t i = 0; i < a->ids.n; i++) {
        const struct item *x = &a->item[i];
        int said = x->decision == ESCALATE ? -1 : x->right[x->chosen];
        for (int k = 0; k < 2; k++)
            n[k] += x->right[k] >= 0, right[k] += x->right[k] == 1;
        n[2] += said >= 0, right[2] += said == 1;
    }
    put_rate(w, "first", "right", right[0], n[0]);
    put_rate(w, "second", "right", right[1], n[1]);
    put_rate(w, "decided", "right", right[2], n[2]);
}

/* What the second solver gains by not knowing what the first said: its score alone less its score informed, paired. */
static int
put_objectivity(const struct audit *a, struct trm_jw *w, struct trm_err *err)
{
    double *top = calloc(a->ids.n + 1, sizeof *top), *bottom = calloc(a->ids.n + 1, sizeof *bottom);
    size_t n = 0, blind = 0, informed = 0;
    struct trm_interval ci = {-1, 1};
    for (size_t i = 0; top && bottom && i < a->ids.n; i++) {
        const struct item *x = &a->item[i];
        if (x->right[SECOND] < 0 || x->right[INFORMED] < 0)
            continue;
        blind += x->right[SECOND] == 1;
        informed += x->right[INFORMED] == 1;
        top[n] = x->right[SECOND] - x->right[INFORMED];
        bottom[n++] = 1;
    }
    int rc = !top || !bottom ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
    if (rc == 0 && n >= 2)
        rc = trm_stat_bootstrap(&ci, top, bottom, n, (size_t)a->draws, 0.95, (uint64_t)a->seed, err);
    trm_jw_key(w, "objectivity");
    trm_jw_object(w);
    trm_jw_knum(w, "n", (double)n);
    if (n) {
        trm_jw_knum(w, "blind", round6((double)blind / (double)n));
        trm_jw_knum(w, "informed", round6((double)informed / (double)n));
        trm_jw_knum(w, "gain", round6(((double)blind - (double)informed) / (double)n));
        trm_jw_knum(w, "lo", round6(ci.lo));
        trm_jw_knum(w, "hi", round6(ci.hi));
    }
    trm_jw_end(w);
    free(top);
    free(bottom);
    return rc;
}

/* The first answer was passed on. */
static bool
passed(const struct item *x)
{
    return x->decision == ACCEPT || (x->decision == CHOOSE && x->chosen == FIRST);
}

/* Faults put in, errors that were there, and right answers not passed on. */
static void
put_detection(const struct audit *a, struct trm_jw *w)
{
    size_t faults = 0, caught = 0, errors = 0, found = 0, clean = 0, alarms = 0;
    for (size_t i = 0; i < a->ids.n; i++) {
        const struct item *x = &a->item[i];
        bool error = x->right[FIRST] == 0 && !x->fault;
        faults += x->fault, caught += x->fault && !passed(x);
        errors += error, found += error && !passed(x);
        clean += x->right[FIRST] == 1, alarms += x->right[FIRST] == 1 && !passed(x);
    }
    if (a->faults > 0)
        put_rate(w, "faults", "detected", caught, faults);
    put_rate(w, "errors", "detected", found, errors);
    put_rate(w, "false_alarms", "alarms", alarms, clean);
}

static void
put_figures(struct audit *a, struct trm_cli *c)
{
    struct trm_err err = {0};
    struct trm_jw w = {.out = &a->line};
    static const char *const judges[] = {"none", "third", "referee"};
    size_t n[N_DECISIONS] = {0};
    for (size_t i = 0; i < a->ids.n; i++)
        n[a->item[i].decision]++;
    trm_buf_reset(&a->line);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "audited");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", "audited");
    trm_jw_knum(&w, "tasks", (double)a->ids.n);
    trm_jw_kstr(&w, "judge", judges[a->judge]);
    for (int d = 0; d < N_DECISIONS; d++)
        trm_jw_knum(&w, decision_name[d], (double)n[d]);
    put_agreement(a, &w);
    if (a->tasks_path) {
        put_scores(a, &w);
        put_detection(a, &w);
    }
    if (a->informed_path && put_objectivity(a, &w, &err) != 0)
        trm_cli_die(c, &err);
    trm_jw_end(&w);
    trm_cli_put_text(c, a->line.data, a->line.len);
}

/* --- the program ------------------------------------------------------------------------------------------------------ */

static void
check_command(struct audit *a, struct trm_cli *c)
{
    struct trm_err err = {0};
    const char *j = a->judge_name;
    a->judge = a->tasks_path ? BY_REFEREE : a->third_path ? BY_THIRD : NOBODY;
    if (j && strcmp(j, "none") != 0 && strcmp(j, "third") != 0 && strcmp(j, "referee") != 0)
        trm_err_set(&err, TRM_USAGE, "--judge: found '%.40s', expected referee, third or none", j);
    else if (j)
        a->judge = strcmp(j, "none") == 0 ? NOBODY : strcmp(j, "third") == 0 ? BY_THIRD : BY_REFEREE;
    if (a->judge == BY_REFEREE && !a->tasks_path)
        trm_err_set(&err, TRM_USAGE, "--judge referee wants --tasks");
    else if (a->judge == BY_THIRD && !a->third_path)
        trm_err_set(&err, TRM_USAGE, "--judge third wants --third");
    else if ((a->faults > 0 || a->informed_path) && !a->tasks_path)
        trm_err_set(&err, TRM_USAGE, "--faults and --informed want --tasks, to know what is right");
    else if (c->n_files < 1 || c->n_files > 2)
        trm_err_set(&err, TRM_USAGE, "expected a file of answers, then at most one of a second solver's");
    else if (strcmp(c->files[0], "-") == 0 && (c->n_files == 1 || strcmp(c->files[1], "-") == 0))
        trm_err_set(&err, TRM_USAGE, "both answers cannot be stdin");
    if (err.kind != TRM_OK)
        trm_cli_die(c, &err);
}

static int
read_all(struct audit *a, struct trm_cli *c)
{
    const char *path[N_WHO] = {c->files[0], c->n_files > 1 ? c->files[1] : "-", a->third_path, a->informed_path};
    for (int i = 2; i < N_WHO; i++)
        if (path[i])
            trm_cli_need_file(c, path[i]);
    if (a->tasks_path)
        trm_cli_need_file(c, a->tasks_path);
    if (a->tasks_path && trm_cli_read_file(c, a->tasks_path, read_task, a) != 0)
        return -1;
    for (int i = 0; i < N_WHO; i++) {
        a->reading = (enum who)i;
        if (path[i] && trm_cli_read_file(c, path[i], read_answer, a) != 0)
            return -1;
    }
    return 0;
}

static void
audit_all(struct audit *a, struct trm_cli *c)
{
    struct trm_rng rng;
    trm_rng_seed(&rng, (uint64_t)a->seed);
    for (size_t i = 0; i < a->ids.n; i++) {
        referee(a, i);
        if (a->faults > 0)
            put_fault(a, i, &rng);
        decide(a, i);
        if (!a->quiet)
            put_item(a, c, i);
    }
    put_figures(a, c);
}

int
main(int argc, char **argv)
{
    struct audit a = {.seed = 1, .draws = 2000};
    const struct trm_cli_opt opts[] = {
        {'t', "tasks", "FILE", "the tasks, for the referee and for the figures", &a.tasks_path, 0, 0, TRM_OPT_STR},
        {'3', "third", "FILE", "answers of a third solver, which judges where the first two differ", &a.third_path, 0, 0, TRM_OPT_STR},
        {'j', "judge", "WHO", "who chooses: referee (with --tasks the default), third or none", &a.judge_name, 0, 0, TRM_OPT_STR},
        {'i', "informed", "FILE", "the second solver's answers when it was shown the first's", &a.informed_path, 0, 0, TRM_OPT_STR},
        {'f', "faults", "PERCENT", "of the first's right answers to spoil, to see whether that is detected", &a.faults, 0, 100, TRM_OPT_NUM},
        {'q', "figures", NULL, "only the record of figures", &a.quiet, 0, 0, TRM_OPT_FLAG},
        {0, "draws", "N", "bootstrap draws", &a.draws, 100, 1000000, TRM_OPT_INT},
        {'s', "seed", "N", "of faults, of the order of rows and of the bootstrap", &a.seed, 0, 1L << 31, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-audit", .purpose = "Compare two solvers' answers blind: accept, choose or escalate.",
                        .operands = "FIRST [SECOND]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    check_command(&a, &c);
    if (read_all(&a, &c) == 0)
        audit_all(&a, &c);
    free(a.item);
    trm_names_release(&a.ids);
    trm_shelf_release(&a.shelf);
    trm_arena_release(&a.mem);
    trm_buf_release(&a.line);
    return trm_cli_end(&c);
}
