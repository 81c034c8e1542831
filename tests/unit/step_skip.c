#include "../../lib/step/skip.h"
#include "../../lib/base/big.h"
#include "../../lib/base/rng.h"
#include "t.h"

#include <stdbool.h>
#include <string.h>

/* Byte by byte: the semicolon outside of strings, NULL when something odd or the end comes first. */
static const char *
one_by_one(const char *p, const char *end)
{
    bool inside = false;
    for (const char *q = p; q < end; q++) {
        if (*q == '\'' && q > p && q[-1] == '\\')
            return NULL;
        if (*q == '\'')
            inside = !inside;
        else if (inside ? *q == '\n' || *q == '\r' : *q == '=' || *q == '/')
            return NULL;
        else if (!inside && *q == ';')
            return q;
    }
    return NULL;
}

static const char *
skip(const char *text)
{
    static char room[4096]; /* enough behind the text for whole blocks */
    memset(room, ' ', sizeof room);
    memcpy(room, text, strlen(text));
    const char *at = trm_step_skip(room, room + sizeof room);
    return at ? text + (at - room) : NULL;
}

T_MAIN
{
    T("the end of a statement is the first semicolon outside of its strings")
    {
        const char *s = "('a;''b',$,(1.,2.));";
        CHECK(skip(s) == s + strlen(s) - 1);
        s = "('Building Material / Composite = Profile; Fill, longer than one block of sixty-four bytes',.T.);#2";
        CHECK(skip(s) == strstr(s, ";#2"));
        CHECK(skip(";") != NULL);
    }
    T("what is odd is left to the careful way")
    {
        CHECK(skip("('a',$\n#2=IFCWALL('b');") == NULL);
        CHECK(skip("('a'/* ; */);") == NULL);
        CHECK(skip("('a\n;b');") == NULL);
        CHECK(skip("('\\S\\'');") == NULL);
        CHECK(skip("('never ends;") == NULL);
        const char *s = "('all of it is in the last block');";
        CHECK(trm_step_skip(s, s + strlen(s)) == NULL);
    }
    T("both ways agree with one byte after the other, wherever a block begins")
    {
        static const char letters[] = "''''''\\\\;=/\n\rabcdefghijklmnopqrstuvwxyz0123456789(),.$#";
        struct trm_rng rng;
        trm_rng_seed(&rng, 7);
        size_t ends = 0, odd = 0;
        for (int round = 0; round < 20000; round++) {
            size_t n = 64 * (1 + trm_rng_below(&rng, 4)), plain = trm_rng_below(&rng, 60);
            char *text = malloc(n); /* of that size, so that the sanitizer sees a byte too far */
            for (size_t i = 0; i < n; i++)
                text[i] = letters[trm_rng_below(&rng, 100) < plain ? 13 + trm_rng_below(&rng, 40) : trm_rng_below(&rng, sizeof letters - 1)];
            const char *expected = one_by_one(text, text + n);
            CHECK(trm_step_skip(text, text + n) == expected);
            CHECK(trm_step_skip_plain(text, text + n) == expected);
            ends += expected != NULL;
            odd += expected == NULL;
            free(text);
        }
        CHECK(ends > 2000 && odd > 2000);
    }
    T("an array of megabytes keeps its bytes when it grows, a small one too, and a zeroed one is zero")
    {
        for (size_t n = 1000; n < (size_t)8 << 20; n *= 8) {
            char *p = trm_big_calloc(n, 1);
            CHECK(p && p[0] == 0 && p[n - 1] == 0);
            memset(p, 'x', n);
            p = trm_big_grow(p, n, 3 * n);
            CHECK(p && p[0] == 'x' && p[n - 1] == 'x');
            p[3 * n - 1] = 'y';
            free(p);
        }
        CHECK(trm_big_calloc(SIZE_MAX / 2, 4) == NULL);
    }
}
