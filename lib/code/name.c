/* Names into words and numbers: exporters hide sizes in them ("Door 0915 x 2134mm", "M_Fixed:0610x1220", "REI60").
 * In: UTF-8 text of any origin. Out: parts, in order. */
#include <string.h>

#include "../base/text.h"
#include "code.h"

/* Integers with more digits than this and no unit are numbers of things (Revit ids), not sizes: dropped. */
#define LONGEST_SIZE 5

enum shape { BLANK, DIGIT, LOWER, UPPER };

/* What code point c is; *c becomes its lower case, or the ASCII digit. */
static enum shape
shape_of(int32_t *c)
{
    if (*c >= 0xFF10 && *c <= 0xFF19) /* full-width digits of Japanese exporters */
        *c -= 0xFF10 - '0';
    if (*c >= '0' && *c <= '9')
        return DIGIT;
    if (*c >= 'a' && *c <= 'z')
        return LOWER;
    bool upper = (*c >= 'A' && *c <= 'Z') || (*c >= 0xC0 && *c <= 0xDE && *c != 0xD7) || (*c >= 0x391 && *c <= 0x3A9) ||
                 (*c >= 0x410 && *c <= 0x42F);
    if (upper) {
        *c += 0x20;
        return UPPER;
    }
    bool letter = (*c >= 0xDF && *c != 0xF7 && *c < 0x2000) || (*c >= 0x3040 && *c < 0xE000) || (*c >= 0xFF66 && *c <= 0xFF9F) ||
                  *c >= 0x20000;
    return letter ? LOWER : BLANK;
}

/* Digits of the number at s[i], in ASCII, with at most one decimal sign; returns the index behind it. A comma is a decimal sign
 * only behind one or two digits ("0,885"), else it parts two numbers ("900,2100"). */
static size_t
take_number(char out[24], const char *s, size_t n, size_t i)
{
    size_t len = 0, digits = 0;
    bool point = false;
    while (i < n) {
        size_t next = i;
        int32_t c = trm_utf8_next(s, n, &next);
        bool digit = shape_of(&c) == DIGIT;
        bool sign = !point && (c == '.' || (c == ',' && digits <= 2)) && next < n && s[next] >= '0' && s[next] <= '9';
        if (!digit && !sign)
            break;
        if (len < 22)
            out[len++] = digit ? (char)c : '.';
        digits += digit, point |= sign;
        i = next;
    }
    out[len] = 0;
    return i;
}

static char
lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
}

/* The unit written right behind a number, blanks allowed; *end is the index behind it. NULL: none. */
static const char *
unit_behind(const char *s, size_t n, size_t i, size_t *end)
{
    static const struct {
        const char *text, *unit;
        bool word;
    } units[] = {{"m2", "m2", 1},  {"m\xC2\xB2", "m2", 1}, {"sqm", "m2", 1}, {"sf", "ft2", 1}, {"sqft", "ft2", 1},
                 {"mm", "mm", 1},  {"cm", "cm", 1},  {"m", "m", 1},     {"inch", "in", 1}, {"in", "in", 1},
                 {"feet", "ft", 1}, {"ft", "ft", 1},  {"min", "min", 1}, {"hr", "h", 1},    {"hrs", "h", 1},
                 {"h", "h", 1},     {"\"", "in", 0}, {"'", "ft", 0},    {"\xE2\x80\xB3", "in", 0}, {"\xE2\x80\xB2", "ft", 0}};
    while (i < n && s[i] == ' ')
        i++;
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        size_t len = strlen(units[u].text), k = 0;
        while (k < len && i + k < n && lower(s[i + k]) == units[u].text[k])
            k++;
        size_t next = i + len;
        if (k < len)
            continue;
        int32_t c = next < n ? trm_utf8_next(s, n, &next) : ' ';
        enum shape after = shape_of(&c);
        if (units[u].word && (after == LOWER || after == UPPER))
            continue;
        *end = i + len;
        return units[u].unit;
    }
    return NULL;
}

/* A word from s[i] on, in lower case, cut at what fits; ends where letters end or where aB becomes a|B. */
static size_t
take_word(char out[48], const char *s, size_t n, size_t i)
{
    size_t len = 0;
    enum shape before = BLANK;
    while (i < n) {
        size_t next = i;
        int32_t c = trm_utf8_next(s, n, &next);
        enum shape shape = shape_of(&c);
        if (shape < LOWER || (before == LOWER && shape == UPPER && c < 0x80))
            break;
        if (len + 5 < 48)
            len += trm_utf8_put(out + len, (uint32_t)c);
        before = shape;
        i = next;
    }
    out[len] = 0;
    return i;
}

static bool
is_by(const char *word)
{
    return !strcmp(word, "x") || !strcmp(word, "by") || !strcmp(word, "mal");
}

/* Number at s[i] into *p; returns the index behind it and its unit. false: too long to be a size. */
static bool
number_part(struct trm_name_part *p, const char *s, size_t n, size_t *i)
{
    char digits[24];
    size_t end = take_number(digits, s, n, *i);
    *p = (struct trm_name_part){.is_number = true, .at = *i, .len = end - *i};
    p->unit = unit_behind(s, n, end, &end);
    *i = end;
    return trm_text_num(digits, &p->number) && (p->unit || strcspn(digits, ".") <= LONGEST_SIZE);
}

/* Number i stands behind an x behind number i-1: they are a pair, and the unit of the second holds for both. */
static void
join(struct trm_name_part *parts, size_t i)
{
    if (i && parts[i - 1].is_number && !parts[i - 1].pair) {
        parts[i - 1].pair = 1, parts[i].pair = 2;
        if (!parts[i - 1].unit)
            parts[i - 1].unit = parts[i].unit;
    }
}

size_t
trm_name_split(struct trm_name_part *parts, size_t max, const char *name)
{
    size_t n = strlen(name), n_parts = 0, i = 0;
    bool joined = false;   /* an x stood behind the last number */
    char before[48] = "";  /* the word right before a number */
    size_t word_end = 0;   /* index behind that word */
    while (i < n && n_parts < max) {
        size_t next = i;
        int32_t c = trm_utf8_next(name, n, &next);
        enum shape shape = shape_of(&c);
        struct trm_name_part *p = &parts[n_parts];
        if (shape == BLANK) {
            joined |= c == 0xD7 || c == '*';
            i = next;
        } else if (shape == DIGIT) {
            if (!number_part(p, name, n, &i)) {
                joined = false, before[0] = 0;
                continue;
            }
            memcpy(p->word, before, sizeof before);
            p->attached = before[0] && word_end == p->at;
            if (joined)
                join(parts, n_parts);
            n_parts++, joined = false, before[0] = 0;
        } else {
            *p = (struct trm_name_part){0};
            i = take_word(p->word, name, n, i);
            if (is_by(p->word) && n_parts && parts[n_parts - 1].is_number) {
                joined = true;
                continue;
            }
            memcpy(before, p->word, sizeof before);
            word_end = i;
            joined = false;
            n_parts++;
        }
    }
    return n_parts;
}

bool
trm_field_is_name(const char *field)
{
    static const char *const names[] = {"Name",      "Description", "ObjectType", "LongName",    "Reference", "ElementType",
                                        "TypeName",  "Storey",      "Mark",       "Material",    "Keynote",   "Type",
                                        "Family",    "FamilyName",  "Comments",   "ProcessType", "Model"};
    const char *dot = strrchr(field, '.');
    const char *last = dot ? dot + 1 : field;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!trm_text_casecmp(last, names[i]))
            return true;
    return false;
}
