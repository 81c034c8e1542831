/* The smallest frame for unit tests: each file in tests/unit is a program; each TEST is a sentence that is true.
 *
 *     #include "t.h"
 *     T_MAIN {
 *         T("an empty arena can be released") { ...; CHECK(x == 1); CHECK_NEAR(a, b, 1e-9); }
 *     }
 * Prints TAP-like lines ("ok - sentence", "not ok - sentence") and exits 1 when one failed or none looked at anything. */
#ifndef T_H
#define T_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *t_name;
static int t_checks, t_bad, t_n, t_failed;

static inline void
t_close(void)
{
    if (!t_name)
        return;
    if (t_checks == 0)
        t_bad = 1, printf("# looked at nothing\n");
    printf("%s - %s\n", t_bad ? "not ok" : "ok", t_name);
    t_n++, t_failed += t_bad;
    t_name = NULL;
}

static inline int
t_open(const char *name)
{
    t_close();
    t_name = name, t_checks = t_bad = 0;
    return 1;
}

static inline int
t_skip(const char *why)
{
    printf("ok - %s # skip %s\n", t_name, why);
    t_name = NULL, t_n++;
    return 1;
}

#define T(name) if (t_open(name))
#define SKIP(why) t_skip(why)
#define CHECK(x)                                                                 \
    do {                                                                         \
        t_checks++;                                                              \
        if (!(x))                                                                \
            t_bad = 1, printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #x); \
    } while (0)
#define CHECK_NEAR(a, b, tol)                                                                                      \
    do {                                                                                                           \
        double t_a = (a), t_b = (b);                                                                               \
        t_checks++;                                                                                                \
        if (!(fabs(t_a - t_b) <= (tol)))                                                                           \
            t_bad = 1, printf("# %s:%d: %s = %.17g, %s = %.17g\n", __FILE__, __LINE__, #a, t_a, #b, t_b);           \
    } while (0)
#define CHECK_STR(a, b)                                                                                            \
    do {                                                                                                           \
        const char *t_a = (a), *t_b = (b);                                                                         \
        t_checks++;                                                                                                \
        if (!t_a || !t_b || strcmp(t_a, t_b) != 0)                                                                 \
            t_bad = 1, printf("# %s:%d: %s = \"%s\", not \"%s\"\n", __FILE__, __LINE__, #a, t_a ? t_a : "(null)",   \
                              t_b ? t_b : "(null)");                                                               \
    } while (0)
#define T_MAIN                                   \
    static void t_main(void);                    \
    int main(void)                               \
    {                                            \
        t_main();                                \
        t_close();                               \
        if (t_n == 0)                            \
            printf("not ok - no test ran\n");    \
        return t_failed || t_n == 0;             \
    }                                            \
    static void t_main(void)

#endif
