/* Names numbered in the order of their first sight. */
#include "../../lib/base/names.h"
#include "t.h"

T_MAIN
{
    T("an empty table finds nothing and can be released twice")
    {
        struct trm_names t = {0};
        CHECK(trm_names_find(&t, "a") == -1);
        trm_names_release(&t);
        trm_names_release(&t);
    }
    T("ten thousand names keep their numbers, in the order they came")
    {
        struct trm_names t = {0};
        char s[32];
        for (int i = 0; i < 10000; i++) {
            snprintf(s, sizeof s, "n%d", i * 7919 % 10000);
            CHECK(trm_names_put(&t, s) == i);
        }
        CHECK(t.n == 10000);
        for (int i = 0; i < 10000; i++) {
            snprintf(s, sizeof s, "n%d", i * 7919 % 10000);
            CHECK(trm_names_find(&t, s) == i && trm_names_put(&t, s) == i);
        }
        CHECK(trm_names_find(&t, "n10000") == -1);
        CHECK_STR(t.name[0], "n0");
        trm_names_release(&t);
    }
    T("the empty name is a name")
    {
        struct trm_names t = {0};
        CHECK(trm_names_put(&t, "") == 0 && trm_names_find(&t, "") == 0);
        trm_names_release(&t);
    }
}
