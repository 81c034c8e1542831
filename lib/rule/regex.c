/* Patterns: XML Schema regular expressions, anchored and Unicode, matched in time that grows with pattern times text.
 *
 * Not libxml2's matcher, tried first: it backtracks, so that (a|aa)+b on forty letters takes a second and
 * b{0,2}|((a*){0,2}(a{0,2}){0,2}){2,} on three minutes, and it is wrong where counted groups may be empty - ([ab]?){2} does
 * not match "" there - and on \w+[^a]+|\d with "1" (2.9.14). Here the pattern becomes a small program that is run for all ways
 * at once (Thompson 1968; Pike's machine without captures): after each character the set of reachable instructions is at most
 * the program. What is bounded besides is the size of the program, and program times text. Unicode's tables are libxml2's. */
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "regex.h"

#include "../base/text.h"

enum {
    LONGEST_PATTERN = 8000, /* bytes; the longest in published IDS files is under 500 */
    LARGEST_COUNT = 1000,   /* in {n,m} */
    LARGEST_PROGRAM = 8000, /* instructions; counts are written out */
    DEEPEST = 100,          /* groups in groups */
    MOST_WORK = 50000000,   /* program times bytes of text: about a fifth of a second */
};

enum code { CODE_SET, CODE_SPLIT, CODE_JUMP, CODE_MATCH };
struct instruction {
    enum code code;
    const struct charset *set; /* SET: then goes on behind itself */
    uint32_t to, or_to;        /* SPLIT: both; JUMP: to */
};

struct trm_regex {
    struct trm_arena arena;
    struct instruction *program; /* [n], malloc'd */
    size_t n, cap;
};

/* --- parsing -------------------------------------------------------------------------------------------------------- */

enum node_kind { NODE_SET, NODE_SEQUENCE, NODE_CHOICE };
struct node {
    enum node_kind kind;
    const struct charset *set;
    struct node *first, *next; /* parts; the next part of the same sequence or choice */
    int least, most;           /* how often; most -1: without end */
};

struct parser {
    struct trm_arena *arena;
    const char *s, *end;
    int depth;
};

static struct node *parse_choice(struct parser *p);

static struct node *
new_node(struct parser *p, enum node_kind kind)
{
    struct node *n = trm_arena_calloc(p->arena, 1, sizeof *n);
    if (n)
        *n = (struct node){.kind = kind, .least = 1, .most = 1};
    return n;
}

/* Digits at p->s; -1 when there are none or they are too large. */
static int
parse_count(struct parser *p)
{
    int n = -1;
    for (; p->s < p->end && *p->s >= '0' && *p->s <= '9'; p->s++) {
        n = (n < 0 ? 0 : n) * 10 + (*p->s - '0');
        if (n > LARGEST_COUNT)
            return -1;
    }
    return n;
}

static bool
parse_braces(struct parser *p, struct node *n)
{
    p->s++;
    n->least = n->most = parse_count(p);
    if (n->least < 0)
        return false;
    if (p->s < p->end && *p->s == ',') {
        p->s++;
        n->most = p->s < p->end && *p->s == '}' ? -1 : parse_count(p);
        if (n->most < 0 && *p->s != '}')
            return false;
        if (n->most >= 0 && n->most < n->least)
            return false;
    }
    return p->s < p->end && *p->s++ == '}';
}

static bool
parse_quantifier(struct parser *p, struct node *n)
{
    if (p->s == p->end || !strchr("?*+{", *p->s))
        return true;
    if (*p->s == '{')
        return parse_braces(p, n);
    n->least = *p->s == '+';
    n->most = *p->s == '?' ? 1 : -1;
    p->s++;
    return true;
}

static struct node *
parse_piece(struct parser *p)
{
    struct node *n;
    if (*p->s == '(') {
        p->s++;
        if (++p->depth > DEEPEST)
            return NULL;
        struct node *inner = parse_choice(p);
        p->depth--;
        if (!inner || p->s == p->end || *p->s++ != ')')
            return NULL;
        n = new_node(p, NODE_SEQUENCE); /* a shell of its own, for the quantifier */
        if (n)
            n->first = inner;
    } else {
        n = new_node(p, NODE_SET);
        if (n && !(n->set = trm_charset_read(p->arena, &p->s, p->end)))
            return NULL;
    }
    return n && parse_quantifier(p, n) ? n : NULL;
}

static struct node *
parse_sequence(struct parser *p)
{
    struct node *n = new_node(p, NODE_SEQUENCE), **tail = n ? &n->first : NULL;
    while (n && p->s < p->end && *p->s != '|' && *p->s != ')') {
        *tail = parse_piece(p);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
    }
    return n;
}

static struct node *
parse_choice(struct parser *p)
{
    struct node *n = new_node(p, NODE_CHOICE), **tail = n ? &n->first : NULL;
    while (n) {
        *tail = parse_sequence(p);
        if (!*tail)
            return NULL;
        tail = &(*tail)->next;
        if (p->s == p->end || *p->s != '|')
            return n;
        p->s++;
    }
    return NULL;
}

/* --- compiling ------------------------------------------------------------------------------------------------------ */

/* One more instruction; its index, or -1 when the program is full or memory is out. */
static long
emit(struct trm_regex *r, struct instruction i)
{
    if (r->n == LARGEST_PROGRAM)
        return -1;
    if (r->n == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 32;
        struct instruction *more = realloc(r->program, cap * sizeof *more);
        if (!more)
            return -1;
        r->program = more;
        r->cap = cap;
    }
    r->program[r->n] = i;
    return (long)r->n++;
}

static int emit_node(struct trm_regex *r, const struct node *n);

static int
emit_choice(struct trm_regex *r, const struct node *n)
{
    long jumps = -1; /* those to the end, chained through `to` */
    for (const struct node *part = n->first; part; part = part->next) {
        long split = part->next ? emit(r, (struct instruction){.code = CODE_SPLIT}) : 0;
        if (split < 0 || emit_node(r, part) < 0)
            return -1;
        if (!part->next)
            break;
        long jump = emit(r, (struct instruction){.code = CODE_JUMP, .to = (uint32_t)jumps});
        if (jump < 0)
            return -1;
        jumps = jump;
        r->program[split].to = (uint32_t)split + 1;
        r->program[split].or_to = (uint32_t)r->n;
    }
    while (jumps >= 0) {
        long next = (int32_t)r->program[jumps].to;
        r->program[jumps].to = (uint32_t)r->n;
        jumps = next;
    }
    return 0;
}

static int
emit_once(struct trm_regex *r, const struct node *n)
{
    if (n->kind == NODE_SET)
        return emit(r, (struct instruction){.code = CODE_SET, .set = n->set}) < 0 ? -1 : 0;
    if (n->kind == NODE_CHOICE)
        return emit_choice(r, n);
    for (const struct node *part = n->first; part; part = part->next)
        if (emit_node(r, part) < 0)
            return -1;
    return 0;
}

/* least times, then most-least times perhaps, or a loop. */
static int
emit_node(struct trm_regex *r, const struct node *n)
{
    for (int i = 0; i < n->least; i++)
        if (emit_once(r, n) < 0)
            return -1;
    if (n->most < 0) {
        long split = emit(r, (struct instruction){.code = CODE_SPLIT});
        if (split < 0 || emit_once(r, n) < 0 || emit(r, (struct instruction){.code = CODE_JUMP, .to = (uint32_t)split}) < 0)
            return -1;
        r->program[split].to = (uint32_t)split + 1;
        r->program[split].or_to = (uint32_t)r->n;
        return 0;
    }
    for (int i = n->least; i < n->most; i++) {
        /* each "perhaps" skips itself alone: the same texts, and no chain of jumps to mend */
        long split = emit(r, (struct instruction){.code = CODE_SPLIT});
        if (split < 0 || emit_once(r, n) < 0)
            return -1;
        r->program[split].to = (uint32_t)split + 1;
        r->program[split].or_to = (uint32_t)r->n;
    }
    return 0;
}

/* Parse and emit. -1: too large; otherwise how far the pattern is one, all of it when it is whole. */
static long
build(struct trm_regex *r, const char *pattern)
{
    struct parser p = {.arena = &r->arena, .s = pattern, .end = pattern + strlen(pattern)};
    struct node *root = parse_choice(&p);
    if (!root || p.s != p.end)
        return p.s == p.end && p.s > pattern ? p.s - pattern - 1 : p.s - pattern;
    return emit_node(r, root) < 0 || emit(r, (struct instruction){.code = CODE_MATCH}) < 0 ? -1 : p.s - pattern;
}

struct trm_regex *
trm_regex_new(const char *pattern, struct trm_err *err)
{
    if (strlen(pattern) > LONGEST_PATTERN) {
        trm_err_set(err, TRM_USAGE, "pattern: found %zu bytes, expected at most %d", strlen(pattern), LONGEST_PATTERN);
        return NULL;
    }
    struct trm_regex *r = calloc(1, sizeof *r);
    if (!r) {
        trm_err_set(err, TRM_SYS, "out of memory");
        return NULL;
    }
    long whole = build(r, pattern);
    if (whole == (long)strlen(pattern) && r->n)
        return r;
    trm_regex_free(r);
    if (whole < 0)
        trm_err_set(err, TRM_USAGE, "pattern: found \"%.100s\", expected counts that multiply to less (at most %d steps)", pattern,
                    LARGEST_PROGRAM);
    else
        trm_err_set(err, TRM_USAGE, "pattern: found \"%.100s\", expected an XML Schema regular expression; it is none from \"%.20s\" on",
                    pattern, pattern + whole);
    return NULL;
}

void
trm_regex_free(struct trm_regex *r)
{
    if (!r)
        return;
    trm_arena_release(&r->arena);
    free(r->program);
    free(r);
}

size_t
trm_regex_size(const struct trm_regex *r)
{
    return r->n;
}

/* --- matching ------------------------------------------------------------------------------------------------------- */

/* A set of instructions that are to read the next character, each once. */
struct threads {
    uint32_t *list; /* [n] */
    size_t n;
    bool matched;
};

/* Follow splits and jumps from `start`; instructions seen in this step are marked with its number. */
static void
follow(struct threads *t, const struct trm_regex *r, uint32_t start, uint32_t *seen, uint32_t step, uint32_t *stack)
{
    size_t n = 0;
    stack[n++] = start;
    while (n) {
        uint32_t at = stack[--n];
        if (seen[at] == step)
            continue;
        seen[at] = step;
        const struct instruction *i = &r->program[at];
        if (i->code == CODE_SET) {
            t->list[t->n++] = at;
        } else if (i->code == CODE_MATCH) {
            t->matched = true;
        } else {
            if (i->code == CODE_SPLIT)
                stack[n++] = i->or_to;
            stack[n++] = i->to;
        }
    }
}

/* The run of the program over the text, in scratch of 5 n + 8 numbers. */
static int
run(const struct trm_regex *r, const char *text, size_t len, uint32_t *scratch)
{
    uint32_t *seen = scratch, *stack = seen + r->n, step = 1;
    struct threads now = {.list = stack + 2 * r->n + 2}, next = {.list = now.list + r->n};
    follow(&now, r, 0, seen, step, stack);
    for (size_t i = 0; i < len && now.n;) {
        int32_t c = trm_utf8_next(text, len, &i);
        next.n = 0;
        next.matched = false;
        step++;
        for (size_t k = 0; k < now.n; k++)
            if (trm_charset_has(r->program[now.list[k]].set, c))
                follow(&next, r, now.list[k] + 1, seen, step, stack);
        struct threads swap = now;
        now = next;
        next = swap;
        if (i == len)
            return now.matched;
    }
    return len == 0 && now.matched;
}

int
trm_regex_match(const struct trm_regex *r, const char *text)
{
    size_t len = strlen(text);
    if (len > MOST_WORK / r->n)
        return -1;
    uint32_t *scratch = calloc(5 * r->n + 8, sizeof *scratch);
    if (!scratch)
        return -1;
    int matched = run(r, text, len, scratch);
    free(scratch);
    return matched;
}
