/* Inside of regex.c and charset.c: sets of characters as XML Schema patterns write them. */
#ifndef TRM_RULE_REGEX_H
#define TRM_RULE_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"

enum charset_kind {
    CHARSET_RANGE, /* lo..hi */
    CHARSET_CLASS, /* one of the letters s i c d w, or . */
    CHARSET_CATEGORY, /* \p{Lu} */
    CHARSET_BLOCK,    /* \p{IsCyrillic} */
};
struct charset_item {
    enum charset_kind kind;
    bool negated;
    int32_t lo, hi;
    char class;
    const char *name;
    struct charset_item *next;
};
struct charset {
    bool negated;
    struct charset_item *items;
    const struct charset *minus; /* [a-z-[aeiou]]; or NULL */
};

/* Read a set at *s: a single character, an escape, a dot or [...]; steps behind it. NULL: it is none, or memory is out. */
const struct charset *trm_charset_read(struct trm_arena *a, const char **s, const char *end);
bool trm_charset_has(const struct charset *set, int32_t c);

#endif
