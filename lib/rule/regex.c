/* Patterns: XML Schema regular expressions (anchored, Unicode) through libxml2, kept from blowing up.
 *
 * libxml2 turns x{3,900} into as many states and backtracks over the text, so what a pattern may cost is bounded before it is
 * compiled: its length, each count, and the product of nested or repeated counts. A match that takes too many steps ends
 * undecided (libxml2 gives up by itself), never as a match. */
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlerror.h>
#include <libxml/xmlregexp.h>

#include "inside.h"

enum {
    LONGEST_PATTERN = 4000, /* bytes; the longest in published IDS files is under 500 */
    LARGEST_COUNT = 1000,   /* in {n,m} */
    LARGEST_PRODUCT = 4000, /* of all counts in a pattern */
    LONGEST_TEXT = 8192,    /* bytes of a value */
};

struct trm_regex {
    xmlRegexpPtr compiled;
};

/* The first thing libxml2 has to say, instead of its printing it. */
static void
keep_first(void *to, xmlErrorPtr e)
{
    char *text = to;
    if (!text[0] && e && e->message)
        strncat(text, e->str1 ? e->str1 : e->message, 150);
    for (char *p = text; *p; p++)
        if (*p == '\n')
            *p = ' ';
}

/* Product of the {n,m} of the pattern (its larger number, or the smaller where the larger is open). */
static int
check_counts(const char *pattern, struct trm_err *err)
{
    double product = 1;
    for (const char *s = pattern; *s; s++) {
        if (*s == '\\' && s[1]) {
            if (s[1] == 'p' || s[1] == 'P') /* \p{Lu} */
                while (s[1] && *s != '}')
                    s++;
            else
                s++;
            continue;
        }
        if (*s != '{')
            continue;
        double most = 0;
        while (*s && *s != '}') {
            char *end;
            double n = strtod(s + 1, &end);
            most = n > most ? n : most;
            s = end > s + 1 ? end : s + 1;
        }
        if (most > LARGEST_COUNT)
            return trm_err_set(err, TRM_USAGE, "pattern: found a count of %.0f, expected at most %d", most, LARGEST_COUNT);
        product *= most > 1 ? most : 1;
        if (product > LARGEST_PRODUCT)
            return trm_err_set(err, TRM_USAGE, "pattern: its counts multiply to more than %d", LARGEST_PRODUCT);
        if (!*s)
            break;
    }
    return 0;
}

struct trm_regex *
trm_regex_new(const char *pattern, struct trm_err *err)
{
    if (strlen(pattern) > LONGEST_PATTERN) {
        trm_err_set(err, TRM_USAGE, "pattern: found %zu bytes, expected at most %d", strlen(pattern), LONGEST_PATTERN);
        return NULL;
    }
    if (check_counts(pattern, err) < 0)
        return NULL;
    struct trm_regex *r = calloc(1, sizeof *r);
    if (!r) {
        trm_err_set(err, TRM_SYS, "out of memory");
        return NULL;
    }
    char why[200] = "";
    xmlSetStructuredErrorFunc(why, (xmlStructuredErrorFunc)keep_first);
    r->compiled = xmlRegexpCompile((const xmlChar *)pattern);
    xmlSetStructuredErrorFunc(NULL, NULL);
    if (r->compiled)
        return r;
    free(r);
    trm_err_set(err, TRM_USAGE, "pattern: found \"%.100s\", expected an XML Schema regular expression%s%s", pattern,
                why[0] ? ": " : "", why);
    return NULL;
}

void
trm_regex_free(struct trm_regex *r)
{
    if (!r)
        return;
    xmlRegFreeRegexp(r->compiled);
    free(r);
}

int
trm_regex_match(const struct trm_regex *r, const char *text)
{
    if (strlen(text) > LONGEST_TEXT)
        return -1;
    char why[200] = "";
    xmlSetStructuredErrorFunc(why, (xmlStructuredErrorFunc)keep_first);
    int rc = xmlRegexpExec(r->compiled, (const xmlChar *)text);
    xmlSetStructuredErrorFunc(NULL, NULL);
    return rc == 1 ? 1 : rc == 0 ? 0 : -1;
}
