/* Patterns against texts: a table, the C library's matcher on random small ones, and time that stays bounded. */
#include "../../lib/rule/inside.h"

#include <regex.h>
#include <time.h>

#include "../../lib/base/rng.h"
#include "t.h"

static int
match(const char *pattern, const char *text)
{
    struct trm_err err = {0};
    struct trm_regex *r = trm_regex_new(pattern, &err);
    if (!r)
        return -2;
    int got = trm_regex_match(r, text);
    trm_regex_free(r);
    return got;
}

/* A random pattern of at most `n` atoms over few letters, into out. */
static void
random_pattern(struct trm_rng *g, char *out, int n, int depth)
{
    static const char *const atoms[] = {"a", "b", "c", ".", "[ab]", "[^a]", "[a-c]", "[0-9]", "1"};
    static const char *const many[] = {"", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"};
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (depth < 2 && trm_rng_below(g, 4) == 0) {
            char inner[400];
            random_pattern(g, inner, 1 + (int)trm_rng_below(g, 2), depth + 1);
            strcat(strcat(strcat(out, "("), inner), ")");
        } else {
            strcat(out, atoms[trm_rng_below(g, 9)]);
        }
        strcat(out, many[trm_rng_below(g, 10)]);
        if (trm_rng_below(g, 6) == 0 && i + 1 < n)
            strcat(out, "|");
    }
}

T_MAIN {
    T("patterns match the whole text, as XML Schema says")
    {
        static const struct {
            const char *pattern, *text;
            int match;
        } table[] = {
            {"abc", "abc", 1}, {"abc", "xabc", 0}, {"abc", "abcx", 0}, {"", "", 1}, {"", "a", 0}, {"a*", "", 1}, {"a|b", "b", 1},
            {"a|", "", 1}, {"(a|b)+c", "ababc", 1}, {"[A-Z]{2}[0-9]{2,3}", "AB12", 1}, {"[A-Z]{2}[0-9]{2,3}", "AB1234", 0},
            {".", "\n", 0}, {".", "\xC3\xA9", 1}, {".{2}", "\xC3\xA9\xE5\xAF\x9D", 1}, {"\\d+", "123", 1}, {"\\d", "\xD9\xA3", 1}, {"\\D", "1", 0},
            {"\\s\\S", " x", 1}, {"\\w", "_", 0}, {"\\w+", "a1", 1}, {"\\W", "-", 1}, {"\\i\\c*", "a-b.c", 1}, {"\\i", "1", 0},
            {"\\p{Lu}\\p{Ll}+", "Wand", 1}, {"\\p{Lu}+", "\xC3\x9C", 1}, {"\\P{L}", "1", 1}, {"\\p{IsCyrillic}+", "\xD0\x93\xD0\xB3", 1},
            {"[\xD0\x93\xD0\xB3]\xD0\xB4\xD0\xB5", "\xD0\x93\xD0\xB4\xD0\xB5", 1}, {"[^abc]", "d", 1}, {"[^abc]", "a", 0},
            {"[a-z-[aeiou]]+", "xyz", 1}, {"[a-z-[aeiou]]+", "xaz", 0}, {"[\\-a]", "-", 1}, {"[a-]", "-", 1}, {"[\\]]", "]", 1}, {"\\(\\)", "()", 1},
            {"a.c", "a\xC3\xA9""c", 1}, {"(ab){2}", "abab", 1}, {"(ab){2}", "ab", 0}, {"(a?){3}", "aa", 1}, {"(a*)*", "aaa", 1}, {"(|a)+", "aa", 1},
            {"a{0}b", "b", 1}, {"x{2,}", "xxxx", 1}, {"x{2,}", "x", 0}, {"^a", "^a", 1}, {"a$", "a$", 1}, {"W-\\d{3}", "W-123", 1},
            {"([ab]?){2}", "", 1}, {"\\w+[^a]+|\\d", "1", 1}, {"(\\w+[ac]?)*|\\.*", ".aa", 0}, {"(DT|FT)[1-9][0-9]*", "FT10", 1}, {".*[Bb]ed.*", "Master Bedroom", 1}, {"\\t\\n", "\t\n", 1},
        };
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            int got = match(table[i].pattern, table[i].text);
            CHECK(got == table[i].match);
            if (got != table[i].match)
                printf("# %s on %s: %d\n", table[i].pattern, table[i].text, got);
        }
    }
    T("what is no pattern is refused")
    {
        static const char *const bad[] = {"(", ")", "a)", "(a", "[", "[a", "*", "+a", "?", "a{", "a{2", "a{3,2}", "a{x}", "\\", "\\q", "\\p{Xx}", "\\p",
                                          "[z-a]", "a**", "a{1001}", "[]a]", "]", "}", "(a{1,900}){1,900}", "[]", "(?:a)"};
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            CHECK(match(bad[i], "a") == -2);
            if (match(bad[i], "a") != -2)
                printf("# %s\n", bad[i]);
        }
        char deep[3000];
        memset(deep, '(', 1000), memset(deep + 1000, ')', 1000), deep[2000] = 0;
        CHECK(match(deep, "") == -2);
    }
    T("random patterns match as the C library says")
    {
        struct trm_rng g;
        int matched = 0;
        trm_rng_seed(&g, 7);
        for (int i = 0; i < 4000; i++) {
            char pattern[4000], anchored[4100], text[16] = "";
            regex_t theirs;
            random_pattern(&g, pattern, 1 + (int)trm_rng_below(&g, 4), 0);
            for (uint64_t k = trm_rng_below(&g, 6); k > 0; k--)
                strcat(text, ((const char *[]){"a", "b", "c", "1"})[trm_rng_below(&g, 4)]);
            snprintf(anchored, sizeof anchored, "^(%s)$", pattern);
            CHECK(regcomp(&theirs, anchored, REG_EXTENDED | REG_NOSUB) == 0);
            int got = match(pattern, text), want = regexec(&theirs, text, 0, NULL, 0) == 0;
            regfree(&theirs);
            CHECK(got == want);
            if (got != want)
                printf("# %s on %s: %d, the C library %d\n", pattern, text, got, want);
            matched += got == 1;
        }
        CHECK(matched > 300);
    }
    T("patterns made to blow up end soon")
    {
        static const char *const bombs[] = {"(a*)*b", "(a|aa)+b", "(a|a)*b", "((a{1,30}){1,30})*b", "(.*)*(.*)*(.*)*x", "(a?){500}a{500}", "(\\w|\\w\\w|a)*1"};
        static char text[20001];
        memset(text, 'a', 20000);
        clock_t start = clock();
        for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
            int got = match(bombs[i], text);
            CHECK(got == 0 || got == -1);
        }
        CHECK((double)(clock() - start) / CLOCKS_PER_SEC < 20);
    }
}
