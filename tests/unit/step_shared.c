/* Every text of a real model, when the shared models are there. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/base/file.h"
#include "../../lib/step/step.h"
#include "t.h"

enum { DEEP = 16 };

struct texts {
    size_t escapes, characters, umlauts; /* \X2\ runs in the file, characters beyond ASCII and letters of German out of them */
};

static bool
want_all(void *ctx, struct trm_step *st, struct trm_step_keyword *kw)
{
    (void)ctx, (void)st, (void)kw;
    return true;
}

static void
count(struct trm_step *st, struct trm_arena *a, const struct trm_step_val *v, struct texts *t)
{
    struct trm_err err = {0};
    const char *s;
    size_t n;
    for (size_t i = 0; i + 4 <= v->n; i++)
        t->escapes += memcmp(v->s + i, "\\X2\\", 4) == 0;
    CHECK(trm_step_text(st, a, v, &s, &n, &err) == 0);
    for (size_t i = 0; i < n; i++) {
        t->characters += ((unsigned char)s[i] & 0xC0) == 0xC0;
        t->umlauts += i + 1 < n && (unsigned char)s[i] == 0xC3 && strchr("\xA4\xB6\xBC\x84\x96\x9C\x9F", s[i + 1]) != NULL;
        CHECK(s[i] != '\\');
    }
}

static void
walk(struct trm_step *st, struct trm_arena *a, uint32_t row, struct texts *t)
{
    struct trm_step_cur stack[DEEP] = {trm_step_args(st, row)};
    struct trm_step_val v;
    for (int top = 0; top >= 0;) {
        if (!trm_step_next(&stack[top], &v))
            top--;
        else if (v.type == TRM_STEP_STRING)
            count(st, a, &v, t);
        else if ((v.type == TRM_STEP_LIST || v.type == TRM_STEP_TYPED) && top + 1 < DEEP)
            stack[++top] = trm_step_inside(&v);
    }
}

T_MAIN
{
    const char *dir = getenv("TRM_SHARED");
    char path[1000];
    snprintf(path, sizeof path, "%s/ifc/AC20-FZK-Haus.ifc", dir ? dir : "../shared");
    struct trm_map map;
    struct trm_err err = {0};
    struct trm_step st = {0};
    struct trm_arena arena = {0};

    T("the 4,307 escapes of AC20-FZK-Haus become umlauts, and its 44,249 instances are found by their ids")
    {
        if (trm_map_open(&map, path, 0, &err) != 0 || map.size == 0)
            SKIP("no shared models");
        else {
            struct texts t = {0};
            CHECK(trm_step_open(&st, map.data, map.size, want_all, NULL, &err) == 0);
            CHECK(st.n_instances == 44249 && st.n_inst == 44249 && st.n_warnings == 0);
            for (size_t i = 0; i < st.n_inst; i++) {
                CHECK(trm_step_find(&st, st.inst[i].id) == i);
                walk(&st, &arena, (uint32_t)i, &t);
                trm_arena_reset(&arena);
            }
            CHECK(t.escapes == 4307);
            CHECK(t.characters == 4410 && t.umlauts == t.characters);
            CHECK(st.n_warnings == 0);
            trm_step_release(&st);
            trm_map_release(&map);
        }
    }
    trm_arena_release(&arena);
}
