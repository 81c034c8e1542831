/* Flaws of rule files: where they stand, and the list of them. */
#define _GNU_SOURCE /* memmem */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ids_flaw.h"

#include "../base/text.h"

enum { MAX_FLAWS = 2000 }; /* of one set of rules; who has more mends these first */

static const char *
formatted(struct trm_arena *a, const char *fmt, va_list args)
{
    char text[300];
    vsnprintf(text, sizeof text, fmt, args);
    return trm_arena_strdup(a, text);
}

static struct trm_flaw *
more(struct trm_rules *rules)
{
    if (rules->n_flaws % 64 == 0) {
        struct trm_flaw *grown = realloc(rules->flaws, (rules->n_flaws + 64) * sizeof *grown);
        if (!grown)
            return NULL;
        rules->flaws = grown;
    }
    return &rules->flaws[rules->n_flaws++];
}

void
trm_flaw_add(const struct flaw_place *p, enum trm_severity severity, const char *code, const char *expected, const char *fmt, ...)
{
    struct trm_rules *rules = p->rules;
    if (rules->n_flaws >= MAX_FLAWS) {
        rules->flaws_left_out = true;
        return;
    }
    va_list args;
    va_start(args, fmt);
    const char *found = formatted(&rules->arena, fmt, args);
    va_end(args);
    struct trm_flaw *f = found ? more(rules) : NULL;
    if (f)
        *f = (struct trm_flaw){.severity = severity, .code = code, .file = p->file, .line = p->line, .column = p->column,
                               .specification = p->specification, .requirement = p->requirement, .schema = p->schema,
                               .found = found, .expected = expected};
}

const struct trm_flaw *
trm_rules_flaws(const struct trm_rules *rules, size_t *n, bool *more_there)
{
    *n = rules->n_flaws;
    *more_there = rules->flaws_left_out;
    return rules->flaws;
}

/* --- places --------------------------------------------------------------------------------------------------------- */

/* Behind the comment, the processing instruction or the CDATA section that begins at i; 0 when none does. */
static size_t
skip_special(const char *s, size_t i, size_t n)
{
    static const struct {
        const char *begin, *end;
    } special[] = {{"<!--", "-->"}, {"<?", "?>"}, {"<![CDATA[", "]]>"}};
    for (size_t k = 0; k < 3; k++) {
        size_t len = strlen(special[k].begin);
        if (n - i < len || memcmp(s + i, special[k].begin, len) != 0)
            continue;
        const char *end = memmem(s + i + len, n - i - len, special[k].end, strlen(special[k].end));
        return end ? (size_t)(end - s) + strlen(special[k].end) : n;
    }
    return 0;
}

/* The places of all start tags in the order of the file, as far as there is room. Line and column count from 1, columns in
 * characters. */
static size_t
find_tags(struct place *out, size_t room, const char *s, size_t n)
{
    size_t found = 0;
    long line = 1, column = 1;
    for (size_t i = 0, next = 0; i < n && found < room; i++) {
        if (s[i] == '<' && i >= next) {
            next = skip_special(s, i, n);
            if (!next && i + 1 < n && s[i + 1] != '/' && s[i + 1] != '!')
                out[found++] = (struct place){line, column};
        }
        if (s[i] == '\n')
            line++, column = 0;
        column += ((unsigned char)s[i] & 0xC0) != 0x80;
    }
    return found;
}

static size_t
count_elements(const xmlNode *node)
{
    size_t n = 0;
    for (; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            n += 1 + count_elements(node->children);
    return n;
}

static void
mark(xmlNode *node, const struct place *places, size_t n, size_t *at)
{
    for (; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE) {
            node->_private = *at < n ? (void *)(uintptr_t)&places[*at] : NULL;
            ++*at;
            mark(node->children, places, n, at);
        }
}

struct place *
trm_places_of(xmlDoc *doc, const char *bytes, size_t n)
{
    xmlNode *root = xmlDocGetRootElement(doc);
    size_t elements = root ? count_elements(root) : 0, at = 0;
    size_t bom = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    struct place *places = elements ? calloc(elements, sizeof *places) : NULL;
    if (places)
        mark(root, places, find_tags(places, elements, bytes + bom, n - bom), &at);
    return places;
}

void
trm_place_at(struct flaw_place *p, const xmlNode *node)
{
    const struct place *at = node ? node->_private : NULL;
    p->line = at ? at->line : node ? xmlGetLineNo(node) : 0;
    p->column = at ? at->column : 0;
}
