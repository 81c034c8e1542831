#include "../../lib/step/step.h"
#include "../../lib/base/rng.h"
#include "t.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 16 };

static bool
want_all(void *ctx, struct trm_step *st, struct trm_step_keyword *kw)
{
    (void)ctx, (void)st, (void)kw;
    return true;
}

/* What both ways must say alike; plain and inner are shortcuts of the fast one. */
static bool
same(const struct trm_step_val *a, const struct trm_step_val *b)
{
    return a->type == b->type && a->s == b->s && a->n == b->n && a->in == b->in && a->in_n == b->in_n && a->ref == b->ref;
}

/* A value's shortcuts against what the careful way finds. */
static bool
shortcuts_hold(struct trm_step *st, const struct trm_step_val *v)
{
    struct trm_step_val first, slow = *v;
    slow.inner = 0, slow.plain = false;
    if (v->type == TRM_STEP_TYPED) {
        struct trm_step_val slow_first;
        bool has = trm_step_first(v, &first);
        if (has != trm_step_first(&slow, &slow_first))
            return false;
        return !has || (same(&first, &slow_first) && (first.type == TRM_STEP_TYPED || shortcuts_hold(st, &first)));
    }
    if (v->type != TRM_STEP_STRING)
        return true;
    struct trm_arena a = {0};
    struct trm_err err = {0};
    const char *s, *t;
    size_t n, m;
    bool alike = trm_step_text(st, &a, v, &s, &n, &err) == 0 && trm_step_text(st, &a, &slow, &t, &m, &err) == 0 && n == m &&
                 (n == 0 || memcmp(s, t, n) == 0);
    trm_arena_release(&a);
    return alike;
}

/* Every row of the file by trm_step_all and value by value. The number of values, or -1 where the two differ. */
static long
both_ways(const char *text, size_t size, size_t *shortcuts)
{
    struct trm_step st;
    struct trm_err err = {0};
    long values = 0;
    if (trm_step_open(&st, text, size, want_all, NULL, &err) == 0)
        for (size_t i = 0; i < st.n_inst && values >= 0; i++) {
            struct trm_step_val v[MOST], slow;
            size_t n = trm_step_all(&st, (uint32_t)i, v, MOST), k = 0;
            struct trm_step_cur c = trm_step_args(&st, (uint32_t)i);
            for (; values >= 0 && trm_step_next(&c, &slow); k++) {
                bool alike = k >= MOST || (same(&v[k], &slow) && shortcuts_hold(&st, &v[k]));
                *shortcuts += k < MOST && (v[k].plain || v[k].inner);
                values = alike ? values + 1 : -1;
            }
            values = k == n ? values : -1;
        }
    trm_step_release(&st);
    return values;
}

T_MAIN
{
    static const char *const pieces[] = {
        "$", "*", "#12", "'text'", "''", "'it''s'", "'M\\X\\FCller'", "'\\S\\''", "12", "-1.5", "1.E-05", ".T.", ".NOTDEFINED.", ".5", "IFCLABEL('x')",
        "IFCLABEL('a\\X2\\00E4\\X0\\b')", "IFCREAL(1.)", "IFCBOOLEAN(.F.)", "IFCLABEL()", "IFCX(IFCY('z'))", "IFCLABEL('a','b')", "(#1,#2,#3)",
        "('a',(1,2),#4)", "()", " $ ", "/* c */ 7", "\"0F\"", "1 2", "IFC LABEL('x')", "IFCLABEL ('x')", "'\xC3\xA4'", "'\xE4'", "'tab\tin'", "#", ".X",
        "IFCLABEL('a long text that takes more than one block of sixteen bytes, and more than three')", "#123456789012345678901", "+3", "IFCREAL(+3)", "",
    };
    T("the fast way over values agrees with the careful one")
    {
        struct trm_rng rng;
        trm_rng_seed(&rng, 11);
        size_t shortcuts = 0;
        long values = 0;
        for (int round = 0; round < 3000; round++) {
            char text[4096] = "ISO-10303-21;HEADER;ENDSEC;DATA;";
            for (int row = 1; row < 5; row++) {
                sprintf(text + strlen(text), "\n#%d=IFCTHING(", row);
                size_t n = trm_rng_below(&rng, 7);
                for (size_t i = 0; i < n; i++) {
                    strcat(text, i ? "," : "");
                    strcat(text, pieces[trm_rng_below(&rng, sizeof pieces / sizeof *pieces)]);
                }
                strcat(text, ");");
            }
            strcat(text, trm_rng_below(&rng, 2) ? "\nENDSEC;END-ISO-10303-21;" : "\n");
            if (trm_rng_below(&rng, 3) == 0) /* and once spoilt */
                text[33 + trm_rng_below(&rng, strlen(text) - 33)] = "'(),;#.\\"[trm_rng_below(&rng, 8)];
            if (trm_rng_below(&rng, 4) > 0) /* the fast way is for what is not near the end */
                sprintf(text + strlen(text), "%150s", "");
            size_t size = strlen(text);
            char *exact = malloc(size); /* of that size, so that the sanitizer sees a byte too far */
            memcpy(exact, text, size);
            long n = both_ways(exact, size, &shortcuts);
            CHECK(n >= 0);
            values += n;
            free(exact);
        }
        CHECK(values > 20000 && shortcuts > 2000);
    }
    T("a row is found by the one before it, and where that says nothing by its number")
    {
        static const char text[] = "ISO-10303-21;HEADER;ENDSEC;DATA;#3=A();#4=A();#4=A();#9=A();ENDSEC;END-ISO-10303-21;";
        struct trm_step st;
        struct trm_err err = {0};
        CHECK(trm_step_open(&st, text, strlen(text), want_all, NULL, &err) == 0);
        for (uint64_t id = 0; id < 12; id++)
            for (uint32_t after = 0; after < 6; after++)
                CHECK(trm_step_find_after(&st, id, after) == trm_step_find(&st, id));
        CHECK(trm_step_find_after(&st, 9, TRM_STEP_NONE) == 3);
        trm_step_release(&st);
    }
}
