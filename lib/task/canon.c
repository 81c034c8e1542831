/* Canonical forms by individualisation and refinement, after McKay and Piperno, "Practical graph isomorphism, II"
 * (2014), in its plainest form: points are coloured until the colours tell no more apart, then one point of the
 * smallest cell is singled out, each in turn; of all the orders found, the least list of tuples is the canonical form.
 * Automorphisms met on the way prune siblings that they carry into each other. */
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "inner.h"

enum { AUTOMORPHISMS = 48 };

struct search {
    const struct trm_canon *c;
    bool any;                               /* a leaf was reached */
    uint32_t best[CANON_TUPLES];            /* its tuples in canonical order */
    uint8_t best_at[CANON_POINTS];          /* its point of each rank */
    uint8_t moves[AUTOMORPHISMS][CANON_POINTS];
    int n_moves;
    uint8_t prefix[CANON_POINTS];           /* points singled out on the way here */
    uint8_t best_prefix[CANON_POINTS];      /* and on the way to the best leaf */
    int back_to;                            /* depth to return to: what is left below is like what was seen */
};

void
trm_canon_tuple(struct trm_canon *c, int type, int a, int b, int d)
{
    int i = c->n_tuples++;
    c->tuple[i].type = (uint8_t)type;
    c->tuple[i].len = d < 0 ? 2 : 3;
    c->tuple[i].p[0] = (uint8_t)a;
    c->tuple[i].p[1] = (uint8_t)b;
    c->tuple[i].p[2] = (uint8_t)(d < 0 ? 0 : d);
}

static uint64_t
mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static int
distinct(const uint64_t *colour, int n)
{
    uint64_t sorted[CANON_POINTS];
    int count = 0;
    for (int i = 0; i < n; i++) {
        int at = i;
        for (; at > 0 && sorted[at - 1] > colour[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = colour[i];
    }
    for (int i = 0; i < n; i++)
        count += i == 0 || sorted[i] != sorted[i - 1];
    return count;
}

/* Colours after looking once at the neighbours. Sums, so that no order matters. */
static void
look_around(const struct trm_canon *c, uint64_t *colour)
{
    uint64_t heard[CANON_POINTS] = {0}, said[CANON_POINTS];
    for (int p = 0; p < c->n; p++)
        said[p] = mix(colour[p]);
    for (int i = 0; i < c->n_tuples; i++) {
        const uint8_t *p = c->tuple[i].p;
        int len = c->tuple[i].len;
        uint64_t all = said[p[0]] + said[p[1]] + (len == 3 ? said[p[2]] : 0);
        for (int k = 0; k < len; k++)
            heard[p[k]] += mix(all - said[p[k]] + c->tuple[i].type);
    }
    for (int p = 0; p < c->n; p++)
        colour[p] = mix(colour[p] ^ mix(heard[p]));
}

/* Refine until nothing more is told apart; a number that is the same for isomorphic ones. */
static uint64_t
refine(const struct trm_canon *c, uint64_t *colour, int *n_cells)
{
    int before = distinct(colour, c->n);
    for (;;) {
        look_around(c, colour);
        int now = distinct(colour, c->n);
        if (now <= before)
            break;
        before = now;
    }
    *n_cells = before;
    uint64_t trace = 0;
    for (int p = 0; p < c->n; p++)
        trace += mix(colour[p] + 1);
    return trace;
}

static int
rising32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The tuples when every point is called by its rank, in order. */
static void
form(const struct trm_canon *c, const uint8_t *rank, uint32_t *list)
{
    for (int i = 0; i < c->n_tuples; i++) {
        const uint8_t *p = c->tuple[i].p;
        uint32_t a = rank[p[0]], b = rank[p[1]], d = c->tuple[i].len == 3 ? rank[p[2]] : 255, t;
        if (a > b)
            t = a, a = b, b = t;
        if (b > d)
            t = b, b = d, d = t;
        if (a > b)
            t = a, a = b, b = t;
        list[i] = (uint32_t)c->tuple[i].type << 24 | a << 16 | b << 8 | d;
    }
    qsort(list, (size_t)c->n_tuples, sizeof *list, rising32);
}

/* The same form by another order of points: an automorphism. It carries the branch that holds the best leaf, which was
 * seen whole, to the branch we are in, so nothing new is left here below the point where the two part. */
static void
found_alike(struct search *s, const uint8_t *at)
{
    int d = 0;
    while (s->prefix[d] == s->best_prefix[d])
        d++;
    s->back_to = d;
    if (s->n_moves == AUTOMORPHISMS)
        return;
    for (int i = 0; i < s->c->n; i++)
        s->moves[s->n_moves][s->best_at[i]] = at[i];
    s->n_moves++;
}

static void
leaf(struct search *s, const uint64_t *colour)
{
    const struct trm_canon *c = s->c;
    uint8_t rank[CANON_POINTS] = {0}, at[CANON_POINTS];
    uint32_t list[CANON_TUPLES];
    for (int p = 0; p < c->n; p++) {
        for (int q = 0; q < c->n; q++)
            rank[p] = (uint8_t)(rank[p] + (colour[q] < colour[p]));
        at[rank[p]] = (uint8_t)p;
    }
    form(c, rank, list);
    int order = s->any ? memcmp(list, s->best, (size_t)c->n_tuples * sizeof *list) : -1;
    if (order == 0) {
        found_alike(s, at);
    } else if (order < 0) { /* any total order of forms will do, memcmp's too */
        memcpy(s->best, list, sizeof list);
        memcpy(s->best_prefix, s->prefix, sizeof s->prefix);
        memcpy(s->best_at, at, sizeof at);
        s->any = true;
    }
}

/* The colour of the smallest cell with more than one point, the least colour of those. */
static uint64_t
choose_cell(const struct trm_canon *c, const uint64_t *colour)
{
    int fewest = CANON_POINTS + 1;
    uint64_t best = 0;
    for (int p = 0; p < c->n; p++) {
        int size = 0;
        for (int q = 0; q < c->n; q++)
            size += colour[q] == colour[p];
        if (size > 1 && (size < fewest || (size == fewest && colour[p] < best))) {
            fewest = size;
            best = colour[p];
        }
    }
    return best;
}

/* Whether a known automorphism that leaves the prefix alone takes v to one of those done already. */
static bool
seen_alike(const struct search *s, int depth, int v, const uint8_t *done, int n_done)
{
    uint8_t root[CANON_POINTS];
    for (int p = 0; p < s->c->n; p++)
        root[p] = (uint8_t)p;
    for (int m = 0; m < s->n_moves; m++) {
        const uint8_t *move = s->moves[m];
        bool fixes = true;
        for (int i = 0; i < depth && fixes; i++)
            fixes = move[s->prefix[i]] == s->prefix[i];
        for (int p = 0; fixes && p < s->c->n; p++) {
            uint8_t a = root[p], b = root[move[p]];
            for (int q = 0; a != b && q < s->c->n; q++)
                if (root[q] == b)
                    root[q] = a;
        }
    }
    for (int i = 0; i < n_done; i++)
        if (root[done[i]] == root[v])
            return true;
    return false;
}

static uint64_t
single_out(const struct search *s, uint64_t *child, const uint64_t *colour, int v, int *n_cells)
{
    memcpy(child, colour, (size_t)s->c->n * sizeof *child);
    child[v] = mix(child[v] ^ 0x5851F42D4C957F2Du);
    return refine(s->c, child, n_cells);
}

/* Depth is bounded by the number of points: each level tells one more apart. */
static void
descend(struct search *s, const uint64_t *colour, int n_cells, int depth)
{
    if (n_cells == s->c->n) {
        leaf(s, colour);
        return;
    }
    uint64_t child[CANON_POINTS], cell = choose_cell(s->c, colour), least = UINT64_MAX, trace[CANON_POINTS];
    int child_cells, n_done = 0;
    uint8_t done[CANON_POINTS];
    for (int v = 0; v < s->c->n; v++)
        if (colour[v] == cell && (trace[v] = single_out(s, child, colour, v, &child_cells)) < least)
            least = trace[v];
    for (int v = 0; v < s->c->n; v++) {
        if (colour[v] != cell || trace[v] != least || seen_alike(s, depth, v, done, n_done))
            continue;
        single_out(s, child, colour, v, &child_cells);
        s->prefix[depth] = (uint8_t)v;
        descend(s, child, child_cells, depth + 1);
        if (s->back_to < depth)
            return;
        s->back_to = CANON_POINTS;
        done[n_done++] = (uint8_t)v;
    }
}

uint64_t
trm_canon_hash(const struct trm_canon *c)
{
    struct search s = {.c = c, .back_to = CANON_POINTS};
    uint64_t colour[CANON_POINTS], h;
    int n_cells;
    memcpy(colour, c->colour, sizeof colour);
    h = refine(c, colour, &n_cells);
    descend(&s, colour, n_cells, 0);
    for (int i = 0; i < c->n; i++)
        h = mix(h ^ c->colour[s.best_at[i]]);
    return trm_hash64(s.best, (size_t)c->n_tuples * sizeof *s.best, h);
}
