/* What the name baseline reads out of names, and what counts as known. */
#include "../../lib/learn/learn.h"
#include "t.h"

static struct trm_sample_field fields[] = {
    {.name = "attribute.Class", .value = {.type = TRM_SCALAR_TEXT, .text = "IfcDoor"}},
    {.name = "attribute.Name", .value = {.type = TRM_SCALAR_TEXT, .text = "Door 0915 x 2134mm"}},
    {.name = "Pset.ClearWidth", .value = {.type = TRM_SCALAR_NUM, .num = 0.9}, .unit = "m"},
    {.name = "attribute.OverallWidth", .value = {.type = TRM_SCALAR_NUM, .num = 1.0}, .unit = "m"},
};
static const char *tests[] = {"Pset.ClearWidth", "attribute.OverallWidth"}, *bounds[] = {"attribute.OverallWidth"};
static struct trm_sample_rule rule = {
    .rule = "R", .tests = tests, .n_tests = 2, .bounds = bounds, .n_bounds = 1, .op = ">=",
    .limit = {.type = TRM_SCALAR_NUM, .num = 0.915}, .unit = "m", .label = TRM_LABEL_PASS,
};
static struct trm_sample sample = {.id = "a", .building = "b", .fields = fields, .n_fields = 4, .rules = &rule, .n_rules = 1};

T_MAIN
{
    T("a size in a name is read in its own unit and compared with the limit")
    {
        struct trm_name_rule first = {"attribute.Name", 0, 1}, second = {"attribute.Name", 1, 1}, third = {"attribute.Name", 2, 1};
        CHECK(trm_name_says(&first, &sample, NULL, 0) == 1); /* 915 mm >= 0.915 m, though 0.915 is no double */
        rule.limit.num = 2.2;
        CHECK(trm_name_says(&second, &sample, NULL, 0) == 0);
        CHECK(trm_name_says(&third, &sample, NULL, 0) == 2);
        rule.limit.num = 0.915;
    }
    T("a name that is hidden, or whose numbers are, says nothing")
    {
        struct trm_name_rule first = {"attribute.Name", 0, 1}, none = {0};
        uint8_t hide[4] = {0, TRM_HIDDEN, 0, 0};
        CHECK(trm_name_says(&first, &sample, hide, 0) == 2);
        hide[1] = TRM_NUMBERS_HIDDEN;
        CHECK(trm_name_says(&first, &sample, hide, 0) == 2);
        CHECK(trm_name_says(&none, &sample, NULL, 0) == 2);
    }
    T("a value is known when a field that decides is shown; a bound does not count")
    {
        uint8_t hide[4] = {0};
        struct trm_ask ask = {.sample = &sample, .hide = hide};
        CHECK(trm_ask_known(&ask, 0));
        hide[2] = TRM_HIDDEN;
        CHECK(!trm_ask_known(&ask, 0));
    }
    T("in use nothing that decides is shown, and the same draw hides the same")
    {
        struct trm_ask ask = {.sample = &sample}, a, b;
        struct trm_hide_opt opt = TRM_HIDE_DEFAULT;
        struct trm_arena mem = {0};
        CHECK(trm_view_asks(&a, &ask, 1, TRM_VIEW_USE, &opt, 7, 3, &mem, NULL) == 0);
        CHECK(trm_view_asks(&b, &ask, 1, TRM_VIEW_USE, &opt, 7, 3, &mem, NULL) == 0);
        CHECK(!trm_ask_known(&a, 0));
        CHECK(memcmp(a.hide, b.hide, 4) == 0);
        CHECK(trm_view_asks(&a, &ask, 1, TRM_VIEW_WHOLE, &opt, 7, 3, &mem, NULL) == 0);
        CHECK(trm_ask_known(&a, 0) && a.hide == NULL);
        trm_arena_release(&mem);
    }
}
