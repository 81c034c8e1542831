/* Libraries that are opened when they are needed. */
#include "../../lib/base/late.h"
#include "t.h"

static double (*cosine)(double);
static void *nothing;

T_MAIN
{
    static const struct trm_late_name there[] = {{"cos", &cosine}}, absent[] = {{"cos", &cosine}, {"no_such_name", &nothing}};
    struct trm_err err = {0};
    T("a library is opened once, by its second name where the first is not there")
    {
        struct trm_late l = {.files = {"libnosuch.so.9", "libm.so.6"}, .names = there, .n_names = 1, .lock = PTHREAD_MUTEX_INITIALIZER};
        CHECK(trm_late_open(&l, &err) == 0 && trm_late_open(&l, &err) == 0);
        CHECK(cosine(0) == 1);
    }
    T("one that is not there is named, each time, and the package to install")
    {
        struct trm_late l = {.files = {"libnosuch.so.9"}, .package = "libnosuch9", .names = there, .n_names = 1, .lock = PTHREAD_MUTEX_INITIALIZER};
        for (int again = 0; again < 2; again++) {
            err = (struct trm_err){0};
            CHECK(trm_late_open(&l, &err) != 0);
            CHECK(err.kind == TRM_SYS && strstr(err.text, "libnosuch.so.9") && strstr(err.text, "package libnosuch9"));
        }
    }
    T("so is a name that it lacks")
    {
        struct trm_late l = {.files = {"libm.so.6"}, .package = "libc6", .names = absent, .n_names = 2, .lock = PTHREAD_MUTEX_INITIALIZER};
        err = (struct trm_err){0};
        CHECK(trm_late_open(&l, &err) != 0);
        CHECK(err.kind == TRM_SYS && strstr(err.text, "no_such_name"));
    }
}
