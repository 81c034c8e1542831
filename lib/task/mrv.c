/* The solver "mrv": fewest values first, forward checking. */
#include <string.h>

#include "inner.h"

/* Values of a peer that value x of variable v forbids to variable u. */
static uint16_t
forbids(const struct trm_mrv *m, int v, int u, int x)
{
    if (!m->queens)
        return (uint16_t)(1u << x);
    int d = u > v ? u - v : v - u;
    unsigned below = x >= d ? 1u << (x - d) : 0;
    return (uint16_t)(1u << x | 1u << (x + d) | below);
}

/* Bits of a set, at most 16. */
static int
size_of(unsigned x)
{
    x -= x >> 1 & 0x5555;
    x = (x & 0x3333) + (x >> 2 & 0x3333);
    x = (x + (x >> 4)) & 0x0F0F;
    return (int)((x + (x >> 8)) & 0x1F);
}

/* The unset variable with the fewest values; -1 when all are set. */
static int
choose(const struct trm_mrv *m, const uint16_t *dom, const bool *set)
{
    int best = -1, fewest = 99;
    for (int v = 0; v < m->n; v++) {
        if (set[v])
            continue;
        if ((dom[v] & (dom[v] - 1)) == 0)
            return v;
        int n = size_of(dom[v]);
        if (n < fewest) {
            fewest = n;
            best = v;
        }
    }
    return best;
}

/* A variable that is the only one of a unit for some value: its values are cut to that. v when there is none, -1 when a
 * unit has no place for a value, or two values need one place. */
static int
only_place(const struct trm_mrv *m, uint16_t *dom, const bool *set, int v)
{
    const uint8_t *unit = m->units;
    for (int i = 0; i < m->n_units; i++, unit += m->unit_len) {
        unsigned once = 0, more = 0;
        for (int k = 0; k < m->unit_len; k++) {
            more |= once & dom[unit[k]];
            once |= dom[unit[k]];
        }
        if (once != (1u << m->unit_len) - 1)
            return -1;
        once &= ~more;
        for (int k = 0; once && k < m->unit_len; k++) {
            unsigned here = dom[unit[k]] & once;
            if (!here || set[unit[k]])
                continue;
            if (here & (here - 1))
                return -1;
            dom[unit[k]] = (uint16_t)here;
            return unit[k];
        }
    }
    return v;
}

/* Value x to v in dom; false when a peer has no value left. */
static bool
assign(const struct trm_mrv *m, uint16_t *dom, const bool *set, int v, int x)
{
    dom[v] = (uint16_t)(1u << x);
    for (int i = 0; i < m->n_peers[v]; i++) {
        int u = m->peers[v][i];
        if (!set[u] && !(dom[u] &= (uint16_t)~forbids(m, v, u, x)))
            return false;
    }
    return true;
}

/* A value of the set: the lowest, or any when there is a random source. */
static int
pick(struct trm_rng *rng, unsigned values)
{
    if (rng)
        for (int skip = (int)trm_rng_below(rng, (uint64_t)size_of(values)); skip > 0; skip--)
            values &= values - 1;
    return __builtin_ctz(values);
}

static void
keep(struct trm_mrv *m, const uint16_t *dom)
{
    for (int v = 0; v < m->n; v++)
        m->last[v] = (uint8_t)__builtin_ctz(dom[v]);
    if (m->found++ == 0)
        memcpy(m->first, m->last, (size_t)m->n);
}

/* Depth is bounded by the number of variables. False: given up. */
static bool
search(struct trm_mrv *m, uint16_t *dom, bool *set)
{
    int v = choose(m, dom, set);
    if (v < 0) {
        keep(m, dom);
        return true;
    }
    if (m->n_units && dom[v] & (dom[v] - 1) && (v = only_place(m, dom, set, v)) < 0)
        return true;
    set[v] = true;
    bool fine = true;
    for (unsigned left = dom[v]; left && fine && m->found < m->want;) {
        uint16_t next[MRV_VARS];
        int x = pick(m->rng, left);
        left &= ~(1u << x);
        memcpy(next, dom, (size_t)m->n * sizeof *next);
        m->nodes++;
        if (m->most && m->nodes > m->most)
            fine = false;
        else if (assign(m, next, set, v, x))
            fine = search(m, next, set);
    }
    set[v] = false;
    return fine;
}

int
trm_mrv_run(struct trm_mrv *m)
{
    bool set[MRV_VARS] = {false};
    m->nodes = 0;
    m->found = 0;
    return search(m, m->dom, set) ? m->found : -1;
}
