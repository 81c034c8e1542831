/* Graph colouring made canonical: colour the nodes so that joined nodes differ, colours numbered in the order in which
 * nodes first use them. The graphs made have, but for the names of colours, one colouring.
 *
 *   prefix  the number of colours k, as the token of the last colour
 *   grid    who is joined to whom [size,size]: 6 not joined, 7 joined; on the diagonal 1, where the node's colour is
 * asked
 *
 * Tokens of colours: 1+k, k = 1..4. */
#include <string.h>

#include "inner.h"

enum { COLOUR = 2, APART = 6, JOINED = 7, MOST = 12 };

struct graph {
    int n, k;
    bool joined[MOST][MOST];
};

static int
lay(struct trm_task *t)
{
    t->prefix = 1;
    t->h = t->w = (size_t)t->size;
    t->vocab = 8;
    return 0;
}

static void
read_graph(struct graph *g, const struct trm_task *t)
{
    g->n = t->size;
    g->k = t->input[0] - COLOUR + 1;
    for (int i = 0; i < g->n; i++)
        for (int k = 0; k < g->n; k++)
            g->joined[i][k] = t->input[trm_task_cell(t, i, k)] == JOINED;
}

static void
write_graph(struct trm_task *t, const struct graph *g)
{
    t->input[0] = (uint8_t)(COLOUR + g->k - 1);
    for (int i = 0; i < g->n; i++)
        for (int k = 0; k < g->n; k++)
            t->input[trm_task_cell(t, i, k)] = i == k ? BLANK : g->joined[i][k] ? JOINED : APART;
}

struct search {
    const struct graph *g;
    int colour[MOST], first[MOST], found;
    long nodes;
};

static bool
may_have(const struct search *s, int node, int colour)
{
    for (int i = 0; i < node; i++)
        if (s->g->joined[node][i] && s->colour[i] == colour)
            return false;
    return true;
}

/* Nodes in order, each in a colour used before or the next new one: every colouring once, under its canonical name. */
static void
search(struct search *s, int node, int used)
{
    if (node == s->g->n) {
        if (s->found++ == 0)
            memcpy(s->first, s->colour, sizeof s->first);
        return;
    }
    for (int c = 0; c <= used && c < s->g->k && s->found < 2; c++) {
        s->nodes++;
        if (!may_have(s, node, c))
            continue;
        s->colour[node] = c;
        search(s, node + 1, c == used ? used + 1 : used);
    }
}

static int
count(struct search *s, const struct graph *g)
{
    *s = (struct search){.g = g};
    search(s, 0, 0);
    return s->found;
}

/* Join all nodes of different classes, then cut while the colouring stays the only one. */
static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    struct graph g = {.n = t->size, .k = level == 1 || t->size < 5 ? 3 : 3 + (int)trm_rng_below(rng, 2)};
    struct search s;
    int class[MOST], order[MOST * MOST], cuts = 0;
    for (int i = 0; i < g.n; i++)
        class[i] = (int)trm_rng_below(rng, (uint64_t)g.k);
    for (int i = 0; i < g.n * g.n; i++)
        g.joined[i / g.n][i % g.n] = class[i / g.n] != class[i % g.n];
    if (count(&s, &g) != 1)
        return false;
    for (int i = 0; i < g.n * g.n; i++)
        cuts += i / g.n < i % g.n && g.joined[i / g.n][i % g.n];
    cuts -= (g.k - 1) * g.n - g.k * (g.k - 1) / 2; /* so many edges a graph with one colouring has at least */
    if (level < 4 && cuts > 0)
        cuts = (int)trm_rng_below(rng, (uint64_t)cuts + 1);
    trm_task_shuffled(order, g.n * g.n, rng);
    for (int i = 0; i < g.n * g.n && cuts > 0; i++) {
        int a = order[i] / g.n, b = order[i] % g.n;
        if (a >= b || !g.joined[a][b])
            continue;
        g.joined[a][b] = g.joined[b][a] = false;
        cuts--;
        if (count(&s, &g) != 1)
            g.joined[a][b] = g.joined[b][a] = true;
    }
    write_graph(t, &g);
    return true;
}

static void
asked(bool *ask, const struct trm_task *t)
{
    memset(ask, 0, t->n * sizeof *ask);
    for (int i = 0; i < t->size; i++)
        ask[trm_task_cell(t, i, i)] = true;
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    if (t->input[0] < COLOUR || t->input[0] >= APART)
        return trm_task_fault(err, t, 0, "expected a number of colours (2 to 5)");
    for (int i = 0; i < t->size; i++)
        for (int k = 0; k < t->size; k++) {
            size_t at = trm_task_cell(t, i, k);
            int x = t->input[at];
            if (i == k ? x != BLANK : x != APART && x != JOINED)
                return trm_task_fault(err, t, at, i == k ? "expected 1 on the diagonal"
                                      : "expected not joined (6) or joined (7)");
            if (x != t->input[trm_task_cell(t, k, i)])
                return trm_task_fault(err, t, at, "expected the same at the mirrored place");
        }
    return 0;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct graph g;
    struct search s;
    (void)err;
    read_graph(&g, t);
    count(&s, &g);
    for (int i = 0; i < g.n && s.found; i++)
        t->answer[trm_task_cell(t, i, i)] = (uint8_t)(COLOUR + s.first[i]);
    t->nodes = s.nodes;
    t->difficulty = trm_task_level_of((double)s.nodes / g.n, 3, 4, 6, 9);
    return s.found;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct graph g;
    int colour[MOST], used = 0;
    read_graph(&g, t);
    for (int i = 0; i < g.n && v->right; i++) {
        colour[i] = answer[trm_task_cell(t, i, i)] - COLOUR;
        if (colour[i] >= g.k)
            trm_task_wrong(v, TRM_TASK_TOKEN, i, i, answer[trm_task_cell(t, i, i)]);
        for (int k = 0; k < i && v->right; k++)
            if (g.joined[i][k] && colour[i] == colour[k])
                trm_task_wrong(v, TRM_TASK_EDGE, i, k, colour[i] + 1);
    }
    for (int i = 0; i < g.n && v->right; i++) {
        if (colour[i] > used)
            trm_task_wrong(v, TRM_TASK_NAMES, i, i, colour[i] + 1);
        used += colour[i] == used;
    }
}

static void
augment(struct trm_task *t, struct trm_rng *rng)
{
    struct graph g, to;
    int order[MOST], name[MOST], used = 0;
    uint8_t old[MOST];
    read_graph(&g, t);
    to = g;
    trm_task_shuffled(order, g.n, rng);
    for (int i = 0; i < g.n; i++) {
        old[i] = t->answer[trm_task_cell(t, order[i], order[i])];
        for (int k = 0; k < g.n; k++)
            to.joined[i][k] = g.joined[order[i]][order[k]];
    }
    write_graph(t, &to);
    memset(name, -1, sizeof name);
    for (int i = 0; i < g.n && t->solved; i++) {
        int c = old[i] - COLOUR;
        if (name[c] < 0)
            name[c] = used++;
        t->answer[trm_task_cell(t, i, i)] = (uint8_t)(COLOUR + name[c]);
    }
}

static uint64_t
key(const struct trm_task *t)
{
    struct trm_canon c = {.n = t->size};
    for (int i = 0; i < t->size; i++) {
        c.colour[i] = t->input[0];
        for (int k = 0; k < i; k++)
            if (t->input[trm_task_cell(t, i, k)] == JOINED)
                trm_canon_tuple(&c, 1, i, k, -1);
    }
    return trm_canon_hash(&c);
}

static const int suite[] = {10, 0};

const struct trm_task_family trm_task_colouring = {
    .facts = {"colouring", "constraint", "colour a graph; colours numbered in the order of first use", "order", 4,
              MOST, 10, 5, suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .asked = asked, .judge = judge, .answer_lo = COLOUR,
    .answer_hi = APART - 1, .key = key, .augment = augment,
};
