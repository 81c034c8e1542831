/* Labels that are explained, that contradict each other, that a column tells, and that a coin decided. */
#include "../../lib/lint/lint.h"

#include "../../lib/base/rng.h"
#include "t.h"

enum { SAMPLES = 400 };

/* How the label of a sample hangs on its two numbers, `wide` and `high`, and its `colour`. */
enum law { LIMIT, COIN, COLOUR, LEAK };

static void
field(struct trm_lint *l, const char *column, const char *text, double num, bool number)
{
    CHECK(trm_lint_field(l, column, text, strlen(text), number, num) == 0);
}

static void
add(struct trm_lint *l, int i, enum law law, struct trm_rng *rng)
{
    static const char *const colours[] = {"red", "green", "blue"};
    char wide[16], high[16];
    int x = (int)trm_rng_below(rng, 1000), y = (int)trm_rng_below(rng, 1000), c = (int)trm_rng_below(rng, 3);
    bool coin = trm_rng_below(rng, 2), pass = law == LIMIT ? x >= 500 : law == COLOUR ? c == 1 : coin;
    snprintf(wide, sizeof wide, "%d", x), snprintf(high, sizeof high, "%d", y);
    CHECK(trm_lint_sample(l) == 0);
    field(l, "wide", wide, x, true), field(l, "high", high, y, true), field(l, "colour", colours[c], 0, false);
    field(l, "unit", "mm", 0, false);
    if (law == LEAK)
        field(l, "grade", pass ? "good" : "bad", 0, false);
    struct trm_digest facts = trm_digest_of(&i, sizeof i);
    CHECK(trm_lint_label(l, "rule", facts, pass) == 0);
}

static struct trm_lint_rule
judged(enum law law, const char *decides, struct trm_lint *l)
{
    struct trm_rng rng;
    struct trm_lint_rule out;
    struct trm_err err = {0};
    trm_rng_seed(&rng, 7);
    *l = (struct trm_lint){0};
    for (int i = 0; i < SAMPLES; i++)
        add(l, i, law, &rng);
    if (decides)
        CHECK(trm_lint_decides(l, "rule", decides) == 0);
    CHECK(trm_lint_judge(&out, l, 0, 1, &err) == 0);
    CHECK(out.n == SAMPLES && out.conflicts == 0 && out.ceiling == 1);
    return out;
}

/* Nine samples with the same facts, of which four pass, and one alone. */
static void
conflicts(void)
{
    struct trm_lint l = {0};
    struct trm_lint_rule out;
    struct trm_err err = {0};
    struct trm_digest same = trm_digest_of("same", 4), other = trm_digest_of("other", 5);
    for (int i = 0; i < 10; i++) {
        trm_lint_sample(&l);
        field(&l, "wide", i < 9 ? "900" : "800", i < 9 ? 900 : 800, true);
        trm_lint_label(&l, "rule", i < 9 ? same : other, i < 4);
    }
    CHECK(trm_lint_judge(&out, &l, 0, 1, &err) == 0);
    CHECK(out.n == 10 && out.conflicts == 4);
    CHECK_NEAR(out.ceiling, 0.6, 1e-12);
    CHECK(!out.unexplained); /* ten labels say nothing */
    trm_lint_release(&l);
}

T_MAIN
{
    struct trm_lint l;
    struct trm_lint_rule r;
    T("a limit on a number explains labels, by the column that has it")
    {
        r = judged(LIMIT, "wide", &l);
        CHECK(!r.unexplained && r.best_accuracy > 0.95 && r.base_rate < 0.6 && r.z > 5);
        CHECK(strstr(r.best, "wide"));
        trm_lint_release(&l);
    }
    T("values of a column explain labels")
    {
        r = judged(COLOUR, "colour", &l);
        CHECK(!r.unexplained && r.best_accuracy == 1 && r.n_telling == 0);
        trm_lint_release(&l);
    }
    T("labels by coin flips are explained by nothing")
    {
        r = judged(COIN, "wide", &l);
        CHECK(r.unexplained && r.z < 2.5 && r.best_accuracy < 0.6);
        trm_lint_release(&l);
    }
    T("a column that equals the label tells it, unless the rule is decided by it")
    {
        r = judged(LEAK, "wide", &l);
        CHECK(r.n_telling == 1 && r.telling[0].values == 2 && r.telling[0].n == SAMPLES);
        CHECK_STR(l.columns.name[r.telling[0].column], "grade");
        trm_lint_release(&l);
        r = judged(LEAK, "grade", &l);
        CHECK(r.n_telling == 0);
        trm_lint_release(&l);
    }
    T("a column of one value is constant, one of few samples is not")
    {
        judged(LIMIT, NULL, &l);
        size_t constant = 0;
        for (size_t c = 0; c < l.columns.n; c++)
            if (trm_lint_constant(&l, c)) {
                CHECK_STR(l.columns.name[c], "unit");
                CHECK(trm_lint_constant(&l, c) == SAMPLES);
                constant++;
            }
        CHECK(constant == 1);
        trm_lint_release(&l);
        l = (struct trm_lint){0};
        for (int i = 0; i < TRM_LINT_FEW - 1; i++)
            trm_lint_sample(&l), field(&l, "unit", "mm", 0, false);
        CHECK(trm_lint_constant(&l, 0) == 0);
        trm_lint_release(&l);
    }
    T("labels of equal samples that contradict each other bound what anybody can have right")
        conflicts();
}
