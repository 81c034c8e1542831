/* The solver "lines": every line has a list of patterns; what all patterns that still fit agree on is known; when
 * nothing more follows, the line with the fewest is guessed. */
#include <string.h>

#include "inner.h"

static bool
fits(const struct trm_lines *l, int line, uint16_t pattern)
{
    return ((pattern ^ l->value[line]) & l->known[line]) == 0;
}

static uint16_t
full(const struct trm_lines *l)
{
    return (uint16_t)((1u << l->n) - 1);
}

/* Another complete line of the same direction is this pattern. */
static bool
taken(const struct trm_lines *l, int line, uint16_t pattern)
{
    int from = line < l->n ? 0 : l->n;
    for (int i = from; l->differ && i < from + l->n; i++)
        if (i != line && l->known[i] == full(l) && l->value[i] == pattern)
            return true;
    return false;
}

void
trm_lines_set(struct trm_lines *l, int r, int c, bool on)
{
    uint16_t row_bit = (uint16_t)(1u << c), column_bit = (uint16_t)(1u << r);
    trm_lines_clear(l, r, c);
    l->known[r] |= row_bit;
    l->known[l->n + c] |= column_bit;
    if (on) {
        l->value[r] |= row_bit;
        l->value[l->n + c] |= column_bit;
    }
}

void
trm_lines_clear(struct trm_lines *l, int r, int c)
{
    l->known[r] &= (uint16_t)~(1u << c);
    l->value[r] &= (uint16_t)~(1u << c);
    l->known[l->n + c] &= (uint16_t)~(1u << r);
    l->value[l->n + c] &= (uint16_t)~(1u << r);
}

/* How many patterns still fit; what they all share to *ones and *zeros. */
static int
survey(struct trm_lines *l, int line, uint16_t *ones, uint16_t *zeros)
{
    int n = 0;
    uint16_t and = full(l), or = 0;
    l->nodes++;
    for (int i = 0; i < l->n_patterns[line]; i++) {
        uint16_t p = l->patterns[line][i];
        if (!fits(l, line, p) || taken(l, line, p))
            continue;
        and &= p;
        or |= p;
        n++;
    }
    *ones = and;
    *zeros = (uint16_t)(full(l) & ~or);
    return n;
}

/* Write what is now known of a line; crossing lines that changed become dirty. */
static uint32_t
learn(struct trm_lines *l, int line, uint16_t ones, uint16_t zeros)
{
    uint32_t dirty = 0;
    uint16_t fresh = (uint16_t)((ones | zeros) & ~l->known[line]);
    for (; fresh; fresh &= (uint16_t)(fresh - 1)) {
        int at = __builtin_ctz(fresh);
        bool on = ones >> at & 1;
        bool row = line < l->n;
        trm_lines_set(l, row ? line : at, row ? at : line - l->n, on);
        dirty |= 1u << (row ? l->n + at : at);
        dirty |= 1u << line; /* it may now be complete, and then alike another */
    }
    return dirty;
}

/* Everything that follows without guessing; false on a contradiction. */
static bool
follow(struct trm_lines *l, uint32_t dirty)
{
    while (dirty) {
        int line = __builtin_ctz(dirty);
        uint16_t ones, zeros;
        dirty &= dirty - 1;
        if (survey(l, line, &ones, &zeros) == 0)
            return false;
        dirty |= learn(l, line, ones, zeros);
    }
    return true;
}

/* The unfinished line with the fewest patterns that fit; -1 when none is unfinished. */
static int
choose(struct trm_lines *l)
{
    int best = -1, fewest = 1 << 30;
    for (int line = 0; line < 2 * l->n; line++) {
        if (l->known[line] == full(l))
            continue;
        int n = 0;
        for (int i = 0; i < l->n_patterns[line] && n < fewest; i++)
            n += fits(l, line, l->patterns[line][i]);
        if (n < fewest) {
            fewest = n;
            best = line;
        }
    }
    return best;
}

static bool search(struct trm_lines *l, uint32_t dirty);

/* Every pattern of the line in turn, from a random first one when there is a random source. */
static bool
guess(struct trm_lines *l, int line)
{
    int n = l->n_patterns[line], from = l->rng ? (int)trm_rng_below(l->rng, (uint64_t)n) : 0;
    struct trm_lines before = *l;
    for (int i = 0; i < n && l->found < l->want; i++) {
        uint16_t p = l->patterns[line][(from + i) % n];
        if (!fits(l, line, p) || taken(l, line, p))
            continue;
        uint32_t dirty = learn(l, line, p, (uint16_t)(full(l) & ~p));
        if (!search(l, dirty | 1u << line))
            return false;
        memcpy(l->known, before.known, sizeof l->known);
        memcpy(l->value, before.value, sizeof l->value);
    }
    return true;
}

/* Depth is bounded by the number of lines. False: given up. */
static bool
search(struct trm_lines *l, uint32_t dirty)
{
    if (l->most && l->nodes > l->most)
        return false;
    if (!follow(l, dirty))
        return true;
    int line = choose(l);
    if (line >= 0)
        return guess(l, line);
    if (l->found++ == 0)
        memcpy(l->first, l->value, (size_t)l->n * sizeof *l->first);
    return true;
}

int
trm_lines_run(struct trm_lines *l)
{
    struct trm_lines work = *l;
    work.nodes = 0;
    work.found = 0;
    bool fine = search(&work, (uint32_t)((1ull << (2 * l->n)) - 1));
    l->nodes = work.nodes;
    l->found = work.found;
    memcpy(l->first, work.first, sizeof l->first);
    return fine ? l->found : -1;
}
