/* Literals of XML Schema's simple types, as IDS 1.0 has values of IFC's types written (DataTypes, XML base types).
 * Source of the forms: XML Schema Part 2: Datatypes, Second Edition, 3.2. */
#include <ctype.h>
#include <string.h>

#include "ids.h"

#include "../base/text.h"

/* Exactly n digits at *p, as a number between lo and hi. */
static bool
digits(const char **p, size_t n, int lo, int hi)
{
    int x = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)(*p)[i]))
            return false;
        x = x * 10 + ((*p)[i] - '0');
    }
    *p += n;
    return x >= lo && x <= hi;
}

static bool
letter(const char **p, char c)
{
    bool is = **p == c;
    *p += is;
    return is;
}

/* "Z", "+01:00" or nothing, and then the end. */
static bool
zone(const char *p)
{
    if (letter(&p, 'Z'))
        return *p == 0;
    if (*p == '+' || *p == '-') {
        p++;
        const char *hours = p;
        if (!digits(&p, 2, 0, 14) || !letter(&p, ':') || !digits(&p, 2, 0, strncmp(hours, "14", 2) == 0 ? 0 : 59))
            return false;
    }
    return *p == 0;
}

static bool
day(const char **p)
{
    static const int longest[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    letter(p, '-');
    const char *year = *p;
    size_t n = strspn(year, "0123456789");
    if (n < 4 || (n > 4 && *year == '0') || strspn(year, "0") == n)
        return false;
    *p += n;
    if (!letter(p, '-'))
        return false;
    const char *month = *p;
    if (!digits(p, 2, 1, 12) || !letter(p, '-'))
        return false;
    int m = (month[0] - '0') * 10 + month[1] - '0', last = (year[n - 2] - '0') * 10 + year[n - 1] - '0', hundreds = 0;
    for (size_t i = 0; i + 2 < n; i++)
        hundreds = (hundreds * 10 + year[i] - '0') % 4; /* of the years before the last two digits, by four */
    bool leap = last % 4 == 0 && (last != 0 || hundreds == 0);
    return digits(p, 2, 1, longest[m - 1] + (m == 2 && leap));
}

static bool
hour(const char **p)
{
    const char *start = *p;
    if (!digits(p, 2, 0, 24) || !letter(p, ':') || !digits(p, 2, 0, 59) || !letter(p, ':') || !digits(p, 2, 0, 59))
        return false;
    if (letter(p, '.')) {
        size_t n = strspn(*p, "0123456789");
        *p += n;
        if (n == 0)
            return false;
    }
    return strncmp(start, "24", 2) != 0 || strspn(start + 2, ":0.") >= (size_t)(*p - start - 2);
}

/* P1Y2M3DT4H5M6.7S, each part at most once and in this order, at least one, and one behind the T. */
static bool
duration(const char *p)
{
    static const char order[] = "YMDTHMS";
    size_t at = 0, parts = 0, behind = 1;
    letter(&p, '-');
    if (!letter(&p, 'P'))
        return false;
    while (*p) {
        if (letter(&p, 'T')) {
            if (at > 3)
                return false;
            at = 4, behind = 0;
            continue;
        }
        size_t n = strspn(p, "0123456789");
        bool fraction = n > 0 && p[n] == '.';
        if (fraction) {
            size_t more = strspn(p + n + 1, "0123456789");
            n = more ? n + 1 + more : 0;
        }
        while (n > 0 && order[at] && order[at] != p[n] && order[at] != 'T')
            at++;
        if (n == 0 || !order[at] || order[at] != p[n] || (fraction && p[n] != 'S'))
            return false;
        at++, parts++, behind++;
        p += n + 1;
    }
    return parts > 0 && behind > 0;
}

const char *
trm_ids_base_of(const char *type)
{
    static const struct {
        const char *type, *base;
    } bases[] = {{"IfcDate", "date"}, {"IfcDateTime", "dateTime"}, {"IfcTime", "time"}, {"IfcDuration", "duration"}};
    for (size_t i = 0; type && i < sizeof bases / sizeof *bases; i++)
        if (trm_text_casecmp(bases[i].type, type) == 0)
            return bases[i].base;
    return NULL;
}

bool
trm_ids_base_is_integer(const char *base)
{
    static const char *const names[] = {"integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
                                        "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"};
    for (size_t i = 0; base && i < sizeof names / sizeof *names; i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    return false;
}

bool
trm_ids_literal_of(const char *base, const char *text)
{
    const char *p = text;
    double x;
    if (!base)
        return true;
    if (strcmp(base, "date") == 0)
        return day(&p) && zone(p);
    if (strcmp(base, "time") == 0)
        return hour(&p) && zone(p);
    if (strcmp(base, "dateTime") == 0)
        return day(&p) && letter(&p, 'T') && hour(&p) && zone(p);
    if (strcmp(base, "duration") == 0)
        return duration(p);
    if (strcmp(base, "boolean") == 0)
        return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 || strcmp(text, "1") == 0 || strcmp(text, "0") == 0;
    if (trm_ids_base_is_integer(base)) {
        p += *p == '-' || *p == '+';
        return *p && strspn(p, "0123456789") == strlen(p);
    }
    if (strcmp(base, "double") == 0 || strcmp(base, "float") == 0 || strcmp(base, "decimal") == 0)
        return trm_ids_real(text, &x);
    return true;
}
