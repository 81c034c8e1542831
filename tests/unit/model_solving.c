/* Tasks on their way: what is said of one does not hang on its neighbours, slots or threads; rollouts. */
#include "../../lib/model/solver.h"

#include <math.h>

#include "t.h"

enum { TASKS = 9, STEPS = 5 };

static struct trm_task task[TASKS];
static struct trm_solver solver;
static trm_real *params;

static void
make_solver(void)
{
    struct trm_err err = {0};
    struct trm_net_config c = trm_net_config_default();
    const struct trm_task_family *f = trm_task_family_find("sudoku", NULL);
    for (uint64_t i = 0; i < TASKS; i++)
        trm_task_make(&task[i], f, 4, 0, 1, i, &err);
    trm_board_add(&solver.board, &task[0], &err);
    c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE, c.width = 16, c.prefix = 0, c.n = 2, c.T = 1, c.inner_multiple = 16;
    trm_solver_shape(&c, &solver.board);
    CHECK(trm_net_init(&solver.net, &c, &err) == 0);
    params = calloc(solver.net.n_params, sizeof *params);
    trm_net_weights(&solver.net, params, 7);
    for (size_t i = 0; i < c.width; i++) /* a halting value that differs from task to task */
        params[solver.net.at_q + i] = (trm_real)(i % 3) - 1;
    params[solver.net.at_q_bias] = 0;
    solver.params = params;
}

struct said {
    uint8_t answer[STEPS * 16];
    double q;
    size_t steps, rollout, votes;
};

/* Every task through slots; said[i] is of task i. */
static void
solve_within(struct said said[TASKS], struct trm_solve_opt opt, size_t most)
{
    struct trm_err err = {0};
    struct trm_solving *v = trm_solving_new(&solver, &opt, &err);
    const struct trm_solved *f;
    size_t next = 0, ended = 0;
    CHECK(v);
    while (v && ended < TASKS) {
        while (next < TASKS && trm_solving_room(v)) {
            CHECK(trm_solving_put(v, &task[next], most, next, &err) == 0);
            next++;
        }
        trm_solving_step(v, &err);
        while ((f = trm_solving_take(v))) {
            struct said *s = &said[f->tag];
            memset(s, 0, sizeof *s);
            memcpy(s->answer, f->answer, f->steps * f->n);
            s->q = f->q, s->steps = f->steps, s->rollout = f->rollout, s->votes = f->votes;
            ended++;
        }
    }
    trm_solving_free(v);
}

static void
solve(struct said said[TASKS], struct trm_solve_opt opt)
{
    solve_within(said, opt, 0);
}

static bool
same(const struct said *a, const struct said *b)
{
    return memcmp(a->answer, b->answer, sizeof a->answer) == 0 && a->q == b->q && a->steps == b->steps && a->rollout == b->rollout && a->votes == b->votes;
}

static size_t
differing(const struct said *a, const struct said *b)
{
    size_t n = 0;
    for (size_t i = 0; i < TASKS; i++)
        n += !same(&a[i], &b[i]);
    return n;
}

T_MAIN
{
    static struct said one[TASKS], other[TASKS];
    struct trm_solve_opt opt = {.slots = 1, .threads = 1, .max_steps = STEPS, .stop_q = 0, .rollouts = 1};
    T("a task gets the same answer alone, among others and with threads, and slots are filled again as tasks end")
    {
        make_solver();
        solve(one, opt);
        size_t early = 0;
        for (size_t i = 0; i < TASKS; i++)
            early += one[i].steps < STEPS;
        CHECK(early > 0 && early < TASKS); /* or refilling was not seen */
        opt.slots = 4, opt.threads = 3;
        solve(other, opt);
        CHECK(differing(one, other) == 0);
    }
    T("rollouts give the same with any slots and threads, and the one with the highest halting value wins")
    {
        struct trm_solve_opt many = {.slots = 3, .threads = 1, .max_steps = STEPS, .stop_q = INFINITY, .rollouts = 3, .noise = 1};
        static struct said alone[TASKS], three[TASKS], more[TASKS];
        solve(three, many);
        many.slots = 10, many.threads = 2;
        solve(more, many);
        CHECK(differing(three, more) == 0);
        many.rollouts = 1;
        solve(alone, many);
        size_t won = 0;
        for (size_t i = 0; i < TASKS; i++) {
            CHECK(three[i].q >= alone[i].q);
            CHECK(three[i].rollout > 0 || three[i].q == alone[i].q);
            won += three[i].rollout > 0;
        }
        CHECK(won > 0);
    }
    T("without noise rollouts are all the same, and the first wins")
    {
        struct trm_solve_opt many = {.slots = 4, .threads = 1, .max_steps = STEPS, .stop_q = 0, .rollouts = 4};
        solve(other, many);
        CHECK(differing(one, other) == 0);
    }
    T("a task that allows fewer steps ends there with what it has, and one that allows more ends as all do")
    {
        opt.stop_q = INFINITY;
        solve(one, opt);
        solve_within(other, opt, 2);
        for (size_t i = 0; i < TASKS; i++)
            CHECK(other[i].steps == 2 && memcmp(other[i].answer, one[i].answer, 2 * task[i].n) == 0);
        solve_within(other, opt, STEPS + 1);
        CHECK(differing(one, other) == 0);
    }
    T("views give the same with any slots and threads; those that agree have as many votes, and a net that says the same to all wins all")
    {
        struct trm_solve_opt many = {.slots = 4, .threads = 1, .max_steps = STEPS, .stop_q = INFINITY, .rollouts = 4, .noise = 1, .views = true};
        static struct said four[TASKS], more[TASKS];
        size_t others = 0, least = 4, most = 0;
        solve(four, many);
        many.slots = 13, many.threads = 2;
        solve(more, many);
        CHECK(differing(four, more) == 0);
        for (size_t i = 0; i < TASKS; i++) {
            others += four[i].rollout > 0;
            least = four[i].votes < least ? four[i].votes : least, most = four[i].votes > most ? four[i].votes : most;
        }
        CHECK(least >= 1 && most <= 4 && others > 0);
        many.slots = 2, many.rollouts = 1; /* one view is the task itself */
        solve(other, many);
        for (size_t i = 0; i < TASKS; i++)
            CHECK(other[i].q == one[i].q && other[i].votes == 1 && !memcmp(other[i].answer, one[i].answer, sizeof one[i].answer));
        size_t n = solver.net.n_params;
        trm_real *kept = malloc(n * sizeof *kept);
        memcpy(kept, params, n * sizeof *kept);
        memset(params, 0, n * sizeof *params); /* says token 1 everywhere, which every symmetry leaves where it is */
        many.slots = 4, many.rollouts = 4;
        solve(other, many);
        for (size_t i = 0; i < TASKS; i++)
            CHECK(other[i].votes == 4 && other[i].rollout == 0);
        memcpy(params, kept, n * sizeof *kept);
        free(kept);
    }
    T("more rollouts than slots are refused")
    {
        struct trm_err err = {0};
        struct trm_solve_opt bad = {.slots = 2, .threads = 1, .max_steps = 1, .rollouts = 3};
        CHECK(!trm_solving_new(&solver, &bad, &err) && err.kind == TRM_USAGE);
    }
    free(params);
    solver.params = NULL;
    trm_solver_release(&solver);
}
