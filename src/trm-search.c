/* The outside solver that comes with the house: classical search, one solver a family, as told in trm-task(5). In: tasks;
 * out: an answer to each, in the same order. No model, and nothing learned. */
#include <math.h>

#include "../lib/cli/cli.h"
#include "../lib/task/shelf.h"

struct search {
    bool timing;
    double price; /* of an hour of processor */
    struct trm_buf line;
    struct trm_task task;
};

static void
write_answer(struct search *s, bool found, double seconds, double processor)
{
    struct trm_task_facts facts;
    struct trm_jw w = {.out = &s->line};
    char solver[64];
    trm_task_facts(&facts, s->task.family);
    snprintf(solver, sizeof solver, "search/%s", facts.solver);
    trm_buf_reset(&s->line);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "answer");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", s->task.id);
    trm_jw_kstr(&w, "solver", solver);
    trm_jw_key(&w, "answer");
    if (found) {
        trm_jw_array(&w);
        for (size_t i = 0; i < s->task.n; i++)
            trm_jw_num(&w, s->task.answer[i]);
        trm_jw_end(&w);
        trm_jw_knum(&w, "confidence", 1);
        trm_jw_knum(&w, "nodes", (double)s->task.nodes);
    } else {
        trm_jw_null(&w);
    }
    if (s->timing)
        trm_jw_knum(&w, "ms", round(seconds * 1e6) / 1e3);
    if (s->timing && s->price > 0)
        trm_jw_knum(&w, "cost", processor / 3600 * s->price);
    trm_jw_end(&w);
}

/* A task with no answer, or two, or of which nobody knows the rule, gets none: the solver gave up. */
static int
solve(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct search *s = ctx;
    struct trm_err why = {0};
    if (trm_task_read(&s->task, rec, err) != 0)
        return -1;
    double from = trm_cli_now(), worked = trm_cli_processor();
    int found = trm_task_solve(&s->task, &why);
    write_answer(s, found == 1, trm_cli_now() - from, trm_cli_processor() - worked);
    if (s->line.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_cli_put_text(c, s->line.data, s->line.len);
    return 0;
}

int
main(int argc, char **argv)
{
    struct search s = {0};
    const struct trm_cli_opt opts[] = {
        {'t', "timing", NULL, "say in each answer how long it took, and what it cost", &s.timing, 0, 0, TRM_OPT_FLAG},
        {'p', "price", "X", "of an hour of processor, for the cost", &s.price, 0, 1e9, TRM_OPT_NUM},
        {0},
    };
    struct trm_cli c = {.name = "trm-search", .purpose = "Solve tasks by classical search, without any model.",
                        .operands = "[TASKS...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    trm_cli_read(&c, solve, &s);
    trm_buf_release(&s.line);
    return trm_cli_end(&c);
}
