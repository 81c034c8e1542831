/* Sets of characters in XML Schema patterns: XML Schema Part 2, appendix F. Unicode categories and blocks are libxml2's. */
#include "regex.h"

#include <ctype.h>
#include <string.h>

#include "xml.h"

#include "../base/text.h"

/* Whether Unicode's tables are at hand. */
static bool
has_tables(void)
{
    struct trm_err err;
    return trm_xml_open(&err) == 0;
}

static struct charset_item *
add(struct trm_arena *a, struct charset *set, enum charset_kind kind)
{
    struct charset_item *item = trm_arena_calloc(a, 1, sizeof *item);
    if (!item)
        return NULL;
    item->kind = kind;
    item->next = set->items;
    set->items = item;
    return item;
}

/* The name in \p{...} behind *s, which stands on the brace. */
static bool
read_property(struct trm_arena *a, struct charset *set, const char **s, const char *end, bool negated)
{
    const char *close = *s < end && **s == '{' ? memchr(*s, '}', (size_t)(end - *s)) : NULL;
    if (!close || close == *s + 1 || !has_tables())
        return false;
    const char *name = *s + 1;
    bool block = close - name > 2 && memcmp(name, "Is", 2) == 0;
    struct charset_item *item = add(a, set, block ? CHARSET_BLOCK : CHARSET_CATEGORY);
    if (!item)
        return false;
    name += block ? 2 : 0;
    item->name = trm_arena_strndup(a, name, (size_t)(close - name));
    item->negated = negated;
    *s = close + 1;
    /* unknown names: libxml2 answers -1 for every character */
    return item->name && (block ? xmlUCSIsBlock('a', item->name) : xmlUCSIsCat('a', item->name)) >= 0;
}

/* Behind a backslash. *single gets the character when the escape stands for one, else -1. */
static bool
read_escape(struct trm_arena *a, struct charset *set, const char **s, const char *end, int32_t *single)
{
    if (*s == end)
        return false;
    char c = *(*s)++;
    *single = -1;
    if (c == 'p' || c == 'P')
        return read_property(a, set, s, end, c == 'P');
    if (strchr("siscdwSICDW", c)) {
        struct charset_item *item = strchr("sS", c) || has_tables() ? add(a, set, CHARSET_CLASS) : NULL;
        if (!item)
            return false;
        item->negated = c < 'a';
        item->class = (char)(c | 32);
        return true;
    }
    *single = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : ispunct((unsigned char)c) ? c : -1;
    /* any mark may be escaped: XML Schema lists fewer, but published files write \/ and \" */
    return *single >= 0;
}

static bool
add_range(struct trm_arena *a, struct charset *set, int32_t lo, int32_t hi)
{
    struct charset_item *item = lo <= hi ? add(a, set, CHARSET_RANGE) : NULL;
    if (!item)
        return false;
    item->lo = lo;
    item->hi = hi;
    return true;
}

/* One character or escape inside [...]. */
static bool
read_member(struct trm_arena *a, struct charset *set, const char **s, const char *end, int32_t *single)
{
    if (**s == '\\') {
        (*s)++;
        return read_escape(a, set, s, end, single);
    }
    size_t i = 0;
    *single = trm_utf8_next(*s, (size_t)(end - *s), &i);
    *s += i;
    return *single >= 0 && *single != '[' && *single != ']';
}

/* Behind the opening bracket, up to and with the closing one. */
static bool
read_group(struct trm_arena *a, struct charset *set, const char **s, const char *end, int depth)
{
    if (*s < end && **s == '^') {
        set->negated = true;
        (*s)++;
    }
    for (const char *begin = *s; *s < end && (**s != ']' || *s == begin);) {
        if (**s == '-' && *s + 1 < end && (*s)[1] == '[') {
            struct charset *minus = trm_arena_calloc(a, 1, sizeof *minus);
            *s += 2;
            if (!minus || depth > 20 || !read_group(a, minus, s, end, depth + 1))
                return false;
            set->minus = minus;
            break;
        }
        int32_t lo, hi;
        if (!read_member(a, set, s, end, &lo))
            return false;
        if (lo < 0)
            continue;
        hi = lo;
        if (end - *s >= 2 && **s == '-' && (*s)[1] != ']' && (*s)[1] != '[') {
            (*s)++;
            if (!read_member(a, set, s, end, &hi) || hi < 0)
                return false;
        }
        if (!add_range(a, set, lo, hi))
            return false;
    }
    if (*s == end || **s != ']')
        return false;
    (*s)++;
    return true;
}

const struct charset *
trm_charset_read(struct trm_arena *a, const char **s, const char *end)
{
    struct charset *set = trm_arena_calloc(a, 1, sizeof *set);
    if (!set || *s == end)
        return NULL;
    if (**s == '[') {
        (*s)++;
        return read_group(a, set, s, end, 0) ? set : NULL;
    }
    if (**s == '.') {
        (*s)++;
        struct charset_item *item = add(a, set, CHARSET_CLASS);
        if (item)
            item->class = '.';
        return item ? set : NULL;
    }
    int32_t single;
    if (strchr("?*+()|]{}", **s) || !read_member(a, set, s, end, &single))
        return NULL;
    return single < 0 || add_range(a, set, single, single) ? set : NULL;
}

static bool
class_has(char class, int32_t c)
{
    unsigned u = (unsigned)c;
    switch (class) {
    case '.':
        return c != '\n' && c != '\r';
    case 's':
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    case 'd':
        return xmlUCSIsCatNd(c) == 1;
    case 'w':
        return !(xmlUCSIsCatP(c) == 1 || xmlUCSIsCatZ(c) == 1 || xmlUCSIsCatC(c) == 1);
    case 'i':
        return xmlIsBaseChar(u) || xmlIsIdeographic(u) || c == '_' || c == ':';
    default: /* c */
        return xmlIsBaseChar(u) || xmlIsIdeographic(u) || xmlIsDigit(u) || xmlIsCombining(u) || xmlIsExtender(u) ||
               (c > 0 && c < 0x80 && strchr(".-_:", c));
    }
}

static bool
item_has(const struct charset_item *item, int32_t c)
{
    switch (item->kind) {
    case CHARSET_RANGE:
        return c >= item->lo && c <= item->hi;
    case CHARSET_CLASS:
        return class_has(item->class, c) != item->negated;
    case CHARSET_CATEGORY:
        return (xmlUCSIsCat(c, item->name) == 1) != item->negated;
    case CHARSET_BLOCK:
        break;
    }
    return (xmlUCSIsBlock(c, item->name) == 1) != item->negated;
}

bool
trm_charset_has(const struct charset *set, int32_t c)
{
    bool found = false;
    for (const struct charset_item *item = set->items; item && !found; item = item->next)
        found = item_has(item, c);
    if (found == set->negated)
        return false;
    return !set->minus || !trm_charset_has(set->minus, c);
}
