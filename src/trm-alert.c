/* trm-alert: what of the last night somebody should look at.
 *
 * in   records of kind night (trm-night(5)), oldest first; the last one is judged by the median of those before it
 * out  one record of kind alert for each threshold that is crossed (trm-alert(5))
 * Thresholds are percent, and crossed when the figure is beyond them, not when it meets them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/cli/cli.h"

enum { MOST_NIGHTS = 4096, MOST_FIGURES = 8 };

/* One figure of a night, and when it is too bad. */
enum rule {
    FALLS,  /* below the median of the nights before by more than the threshold, in percent of that median */
    RISES,  /* above it by more than that */
    ABOVE,  /* above the threshold itself */
};
struct watch {
    const char *what; /* the member of the record; also the alert's id */
    enum rule rule;
    double percent;
};
struct night {
    char id[64];
    double figure[MOST_FIGURES]; /* NAN: not said */
    bool failed;
};
struct alert {
    struct watch watch[MOST_FIGURES];
    size_t n_watch;
    long last; /* how many nights before count */
    bool gate;
    struct night *night; /* [n] */
    size_t n;
};

static int
read_night(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct alert *a = ctx;
    const char *kind, *id;
    (void)c;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    if (strcmp(kind, "night"))
        return trm_err_set(err, TRM_DATA, "kind \"%.40s\": expected night", kind);
    if (trm_json_need_str(rec, "id", &id, err))
        return -1;
    if (a->n == MOST_NIGHTS) { /* the oldest do not count anyway */
        memmove(a->night, a->night + 1, (MOST_NIGHTS - 1) * sizeof *a->night);
        a->n--;
    }
    struct night *n = &a->night[a->n++];
    snprintf(n->id, sizeof n->id, "%s", id);
    n->failed = !strcmp(trm_json_str(trm_json_get(rec, "state"), ""), "failed");
    for (size_t i = 0; i < a->n_watch; i++)
        n->figure[i] = trm_json_num(trm_json_get(rec, a->watch[i].what), NAN);
    return 0;
}

static int
compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* Median of figure i over the nights before the last that ended and say it, at most `last` of them; NAN when there is none. */
static double
median_before(const struct alert *a, size_t i)
{
    double v[MOST_NIGHTS];
    size_t n = 0;
    for (size_t k = a->n - 1; k-- > 0 && n < (size_t)a->last;)
        if (!a->night[k].failed && !isnan(a->night[k].figure[i]))
            v[n++] = a->night[k].figure[i];
    if (!n)
        return NAN;
    qsort(v, n, sizeof *v, compare);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void
put(struct alert *a, struct trm_cli *c, const char *what, double found, double expected, double limit)
{
    struct trm_buf b = {0}, id = {0};
    struct trm_jw w = {.out = &b};
    const char *night = a->night[a->n - 1].id;
    trm_buf_addf(&id, "%s/%s", what, night);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "alert");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id.data);
    trm_jw_kstr(&w, "alert", what);
    trm_jw_kstr(&w, "of", night);
    if (!isnan(found)) {
        trm_jw_knum(&w, "found", found);
        trm_jw_knum(&w, "expected", expected);
        trm_jw_knum(&w, "limit", limit);
    }
    trm_jw_end(&w);
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&id);
    trm_buf_release(&b);
    c->verdict_failed |= a->gate;
}

static void
judge(struct alert *a, struct trm_cli *c)
{
    const struct night *n = &a->night[a->n - 1];
    if (n->failed)
        put(a, c, "failed", NAN, NAN, 0);
    for (size_t i = 0; i < a->n_watch; i++) {
        const struct watch *w = &a->watch[i];
        double now = n->figure[i], before = w->rule == ABOVE ? 0 : median_before(a, i), share = w->percent / 100;
        double limit = w->rule == ABOVE ? share : w->rule == FALLS ? before * (1 - share) : before * (1 + share);
        double slack = 1e-9 * (1 + fabs(now)); /* a figure that meets its limit is not beyond it by rounding */
        if (w->rule == FALLS ? now < limit - slack : now > limit + slack) /* comparisons with NAN are false */
            put(a, c, w->what, now, before, round(limit * 1e9) / 1e9);
    }
}

int
main(int argc, char **argv)
{
    double accuracy = 10, timeouts = 5, broken = 20, cost = 20, labels = 5;
    struct alert a = {.last = 7};
    const struct trm_cli_opt opts[] = {
        {'a', "accuracy", "PERCENT", "alert when the accuracy is below its median by more", &accuracy, 0, 100, TRM_OPT_NUM},
        {'t', "timeouts", "PERCENT", "alert when more of the models took too long", &timeouts, 0, 100, TRM_OPT_NUM},
        {'b', "broken", "PERCENT", "alert when more of the models could not be read", &broken, 0, 100, TRM_OPT_NUM},
        {'c', "cost", "PERCENT", "alert when the cost is above its median by more", &cost, 0, 1e6, TRM_OPT_NUM},
        {'l', "labels", "PERCENT", "alert when more of the known labels changed", &labels, 0, 100, TRM_OPT_NUM},
        {'n', "nights", "N", "nights before that the median is taken of", &a.last, 1, MOST_NIGHTS - 1, TRM_OPT_INT},
        {'e', "exit", NULL, "exit status 4 when an alert rose", &a.gate, 0, 0, TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-alert", .purpose = "Say what of the last night somebody should look at.",
                        .operands = "[FILE...]", .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    const struct watch all[] = {{"accuracy", FALLS, accuracy}, {"timeouts", ABOVE, timeouts}, {"broken", ABOVE, broken},
                                {"cost", RISES, cost},         {"labels_changed", ABOVE, labels}};
    a.n_watch = sizeof all / sizeof *all;
    memcpy(a.watch, all, sizeof all);
    a.night = calloc(MOST_NIGHTS, sizeof *a.night);
    if (!a.night)
        trm_cli_die(&c, (trm_err_set(&err, TRM_SYS, "out of memory"), &err));
    if (trm_cli_read(&c, read_night, &a) == 0 && a.n)
        judge(&a, &c);
    free(a.night);
    return trm_cli_end(&c);
}
