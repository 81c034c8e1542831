/* Texts that say nothing: what exporters and people write where a value is missing. */
#include <ctype.h>
#include <string.h>

#include "fact.h"

/* Compared after squeeze(): ASCII lower case, without blanks, punctuation and control characters. Counted in real exports, or their
 * plain translation. "default" and "standard" are not here: they may be names of real things. */
static const char *const words[] = {
    "na", "none", "null", "nil", "nothing", "empty", "blank", "missing", "tbd", "tbc", "tba", "todo", "tobedetermined",
    "tobedefined", "tobeconfirmed", "unknown", "undefined", "undef", "notdefined", "unset", "notset", "unspecified",
    "notspecified", "notapplicable", "notavailable", "notknown", "notassigned", "unassigned", "novalue", "nan", "xxx",
    "xxxx", "keine", "kein", "keineangabe", "ka", "leer", "unbekannt", "undefiniert", "nichtdefiniert", "nichtfestgelegt",
    "geen", "onbekend", "ntb", "nvt", "aucun", "aucune", "inconnu", "nondefini", "ninguno", "ninguna", "desconocido",
    "nessuno", "nessuna", "ingen", "ukjent", "okand",
    "\xE3\x81\xAA\xE3\x81\x97",                         /* Japanese nashi */
    "\xE6\x9C\xAA\xE5\xAE\x9A",                         /* mitei */
    "\xE6\x9C\xAA\xE5\xAE\x9A\xE7\xBE\xA9",             /* miteigi */
    "\xE4\xB8\x8D\xE6\x98\x8E",                         /* fumei */
};

enum { LONGEST = 96 }; /* a longer text says something */

/* The letters and digits of s[0..n), lower case, into out; bytes beyond ASCII count as letters. */
static void
squeeze(char out[LONGEST + 1], const char *s, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n && len < LONGEST; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x80 || isalnum(c))
            out[len++] = (char)(c < 0x80 ? tolower(c) : c);
    }
    out[len] = 0;
}

static bool
is_word(const char *squeezed)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], squeezed) == 0)
            return true;
    return false;
}

/* A slot that a template left unfilled: --FIRE_CODE--, _FIRE-RATING_, <rating>, {rating}, %RATING%, $RATING$ - and no
 * digit in it, so that _F30_ stays a value. */
static bool
is_slot(const char *s, size_t n)
{
    static const char *const ends[] = {"__", "<>", "{}", "[]", "%%", "$$", "##"};
    if (n < 3)
        return false;
    for (size_t i = 0; i < n; i++)
        if (isdigit((unsigned char)s[i]))
            return false;
    if (n > 4 && memcmp(s, "--", 2) == 0 && memcmp(s + n - 2, "--", 2) == 0)
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (s[0] == ends[i][0] && s[n - 1] == ends[i][1])
            return true;
    return false;
}

/* The property's own name, alone or behind "Inside door: ". */
static bool
is_own_name(const char *s, size_t n, const char *property)
{
    char own[LONGEST + 1], mine[LONGEST + 1];
    squeeze(own, property, strlen(property));
    if (!own[0])
        return false;
    squeeze(mine, s, n);
    if (strcmp(mine, own) == 0)
        return true;
    for (size_t i = n; i-- > 0;)
        if (s[i] == ':') {
            squeeze(mine, s + i + 1, n - i - 1);
            return strcmp(mine, own) == 0;
        }
    return false;
}

bool
trm_fact_placeholder(const char *text, const char *property)
{
    while (*text && (unsigned char)*text <= ' ')
        text++;
    size_t n = strlen(text);
    while (n && (unsigned char)text[n - 1] <= ' ')
        n--;
    if (n > LONGEST)
        return false;
    char squeezed[LONGEST + 1];
    squeeze(squeezed, text, n);
    if (!squeezed[0] || is_word(squeezed) || is_slot(text, n)) /* nothing but punctuation: "-", "???", "..." */
        return true;
    return property && is_own_name(text, n, property);
}
