/* What it saves when a part of the tasks is solved by the model: the arithmetic, and nothing else. */
#include <math.h>

#include "../lib/cli/cli.h"

struct savings {
    double tasks, outside, own, share, once, days;
    bool text;
};

static double
cents(double x)
{
    return round(x * 100) / 100;
}

static void
put_record(struct trm_cli *c, const struct savings *s, double before, double after, double even)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "savings");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", "savings");
    trm_jw_knum(&w, "tasks_a_day", s->tasks);
    trm_jw_knum(&w, "outside", s->outside);
    trm_jw_knum(&w, "own", s->own);
    trm_jw_knum(&w, "share", s->share);
    trm_jw_knum(&w, "once", s->once);
    trm_jw_knum(&w, "days", s->days);
    trm_jw_knum(&w, "before", cents(before));
    trm_jw_knum(&w, "after", cents(after));
    trm_jw_knum(&w, "saving", cents(before - after));
    if (before > 0)
        trm_jw_knum(&w, "saving_share", round((before - after) / before * 1e6) / 1e6);
    if (even >= 0)
        trm_jw_knum(&w, "break_even_days", round(even * 10) / 10);
    trm_jw_end(&w);
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&b);
}

static void
put_text(struct trm_cli *c, const struct savings *s, double before, double after, double even)
{
    struct trm_buf b = {0};
    trm_buf_addf(&b, "%.0f tasks a day at %g: %.2f in %.0f days\n", s->tasks, s->outside, before, s->days);
    trm_buf_addf(&b, "%g %% of them at %g: %.2f\nsaving: %.2f", 100 * s->share, s->own, after, before - after);
    if (even >= 0)
        trm_buf_addf(&b, "\n%.2f at the start is earned back in %.1f days", s->once, even);
    else
        trm_buf_adds(&b, "\nwhat is spent at the start is never earned back");
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&b);
}

int
main(int argc, char **argv)
{
    struct savings s = {.tasks = 10000, .outside = 0.02, .own = 0.0001, .share = 0.8, .once = 5000, .days = 365};
    const struct trm_cli_opt opts[] = {
        {'n', "tasks", "N", "tasks a day", &s.tasks, 0, 1e12, TRM_OPT_NUM},
        {'o', "outside", "X", "price of a task at the outside solver", &s.outside, 0, 1e9, TRM_OPT_NUM},
        {'m', "own", "X", "price of a task at the model", &s.own, 0, 1e9, TRM_OPT_NUM},
        {'s', "share", "P", "part of the tasks that the model takes", &s.share, 0, 1, TRM_OPT_NUM},
        {0, "once", "X", "what is spent at the start", &s.once, 0, 1e12, TRM_OPT_NUM},
        {'d', "days", "N", "days to add up", &s.days, 1, 1e6, TRM_OPT_NUM},
        {0, "text", NULL, "sentences instead of a record", &s.text, 0, 0, TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-savings", .purpose = "Work out what it saves when the model takes a part of the tasks.", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    double before = s.tasks * s.outside, after = s.tasks * (s.share * s.own + (1 - s.share) * s.outside); /* a day */
    double even = before > after ? s.once / (before - after) : -1;
    (s.text ? put_text : put_record)(&c, &s, before * s.days, after * s.days, even);
    return trm_cli_end(&c);
}
