/* Whether a run is worse than it should be. In: eval records of the run. Out: an alert for each figure beyond its limit. */
#include <math.h>
#include <string.h>

#include "../lib/base/names.h"
#include "../lib/cli/cli.h"

struct watch {
    const char *before_path;
    double drop, timeouts, over, plan; /* percent, percent, percent, money a task */
    bool gate;
    struct trm_names ids;              /* of eval records before */
    double *accuracy;                  /* [ids.n] owned by mem */
    size_t cap;
    struct trm_arena mem;
    struct trm_buf line;
    size_t n_looked;
};

static int
need_eval(const trm_json *rec, const char **id, struct trm_err *err)
{
    const char *kind;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0 || trm_json_need_str(rec, "id", id, err) != 0)
        return -1;
    return strcmp(kind, "eval") == 0 ? 0 : trm_err_set(err, TRM_DATA, "kind: found '%.40s', expected eval", kind);
}

static int
read_before(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct watch *w = ctx;
    const char *id;
    (void)c;
    if (need_eval(rec, &id, err) != 0)
        return -1;
    long i = trm_names_put(&w->ids, id);
    if (i >= 0 && w->ids.n > w->cap) {
        size_t cap = w->cap ? 2 * w->cap : 256;
        double *grown = trm_arena_calloc(&w->mem, cap, sizeof *grown);
        if (grown && w->accuracy)
            memcpy(grown, w->accuracy, w->cap * sizeof *grown);
        i = grown ? i : -1;
        w->accuracy = grown;
        w->cap = cap;
    }
    if (i < 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    w->accuracy[i] = trm_json_num(trm_json_get(rec, "accuracy"), -1);
    return 0;
}

/* Beyond a limit, and not by the last bits of a quotient only: 0.72 is 10 % below 0.80. */
static bool
beyond(double found, double limit)
{
    return found > limit + 1e-9 * fmax(1, fabs(limit));
}

static void
put_alert(struct watch *w, struct trm_cli *c, const char *id, const char *what, double found, double expected, double limit)
{
    struct trm_jw j = {.out = &w->line};
    char name[256];
    snprintf(name, sizeof name, "%s/%.200s", what, id);
    trm_buf_reset(&w->line);
    trm_jw_object(&j);
    trm_jw_kstr(&j, "kind", "alert");
    trm_jw_knum(&j, "v", 1);
    trm_jw_kstr(&j, "id", name);
    trm_jw_kstr(&j, "alert", what);
    trm_jw_kstr(&j, "of", id);
    trm_jw_knum(&j, "found", found);
    trm_jw_knum(&j, "expected", expected);
    trm_jw_knum(&j, "limit", round(limit * 1e12) / 1e12);
    trm_jw_end(&j);
    trm_cli_put_text(c, w->line.data, w->line.len);
    c->verdict_failed |= w->gate;
}

static int
look(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct watch *w = ctx;
    const char *id;
    if (need_eval(rec, &id, err) != 0)
        return -1;
    long i = trm_names_find(&w->ids, id);
    double before = i >= 0 ? w->accuracy[i] : -1, accuracy = trm_json_num(trm_json_get(rec, "accuracy"), -1);
    double least = before * (1 - w->drop / 100);
    if (before > 0 && accuracy >= 0 && beyond(-accuracy, -least))
        put_alert(w, c, id, "accuracy", accuracy, before, least);
    double late = trm_json_num(trm_json_get(trm_json_get(rec, "timeouts"), "rate"), -1);
    if (late >= 0 && beyond(late, w->timeouts / 100))
        put_alert(w, c, id, "timeouts", late, 0, w->timeouts / 100);
    double cost = trm_json_num(trm_json_get(trm_json_get(rec, "cost"), "task"), -1), most = w->plan * (1 + w->over / 100);
    if (w->plan > 0 && cost >= 0 && beyond(cost / w->plan, most / w->plan))
        put_alert(w, c, id, "cost", cost, w->plan, most);
    w->n_looked += (before > 0 && accuracy >= 0) || late >= 0 || (w->plan > 0 && cost >= 0);
    return 0;
}

int
main(int argc, char **argv)
{
    struct watch w = {.drop = 10, .timeouts = 5, .over = 20};
    const struct trm_cli_opt opts[] = {
        {'b', "before", "FILE", "eval records to compare with, of the same ids", &w.before_path, 0, 0, TRM_OPT_STR},
        {0, "drop", "PERCENT", "alert when accuracy is down by more than this part of what it was", &w.drop, 0, 100, TRM_OPT_NUM},
        {0, "timeouts", "PERCENT", "alert when more answers than this were time-outs", &w.timeouts, 0, 100, TRM_OPT_NUM},
        {'p', "plan", "X", "what a task should cost", &w.plan, 0, 1e12, TRM_OPT_NUM},
        {0, "over", "PERCENT", "alert when a task costs more than this above the plan", &w.over, 0, 1e6, TRM_OPT_NUM},
        {'e', "fail", NULL, "status 4 when there was an alert", &w.gate, 0, 0, TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-watch", .purpose = "Raise alerts when a run is less right, later or dearer than it should be.",
                        .operands = "[FILE...]", .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    if (w.before_path)
        trm_cli_need_file(&c, w.before_path);
    if (!w.before_path || trm_cli_read_file(&c, w.before_path, read_before, &w) == 0)
        trm_cli_read(&c, look, &w);
    if (w.n_looked == 0 && c.worst == TRM_OK) {
        trm_err_set(&err, TRM_DATA, "nothing to watch: no record has a figure that can be compared");
        trm_cli_fail(&c, &err);
    }
    trm_names_release(&w.ids);
    trm_arena_release(&w.mem);
    trm_buf_release(&w.line);
    return trm_cli_end(&c);
}
