/* What the files of net share and nobody else sees. */
#ifndef TRM_NET_INNER_H
#define TRM_NET_INNER_H

#include <stdatomic.h>

#include "../base/big.h"
#include "net.h"

/* Whether the settings are in range and agree; TRM_USAGE names the one that does not. */
int trm_net_config_check(const struct trm_net_config *c, struct trm_err *err);
/* Inner size of a SwiGLU over `width` (published code: hidden_size * expansion * 2/3, then rounded up). */
size_t trm_net_inner_size(const struct trm_net_config *c, size_t width);

/* Calls of f, of the n+1 of the last cycle, that the gradient goes back through. */
static inline uint32_t
trm_net_traced(const struct trm_net *net)
{
    const struct trm_net_config *c = &net->config;
    return c->grad_calls && c->grad_calls <= c->n ? c->grad_calls : c->n + 1;
}

/* A micro-batch in hand: m slots from `first` on, the memory to work in, and where its state stands. Its N = L*m rows
 * of D are in an order that the road chooses: row l*by_pos + i*by_slot is position l of its slot i. */
struct trm_micro {
    const struct trm_net *net;
    const trm_real *p; /* parameters */
    struct trm_slots *s;
    struct trm_bench *w;
    size_t first, m, rows; /* rows = N */
    size_t by_pos, by_slot;
    trm_real *y, *z;       /* [N,D] */
    trm_real *grad;        /* [n_trained] lane to add to; NULL: inference */
    double weight;         /* of a slot in the loss, 1/B */
    size_t threads;        /* that share this micro-batch: their benches are the first of s->work */
};

/* Row of position l (prefix counted) of the micro-batch's slot i. */
static inline trm_real *
trm_row(const struct trm_micro *b, trm_real *rows, size_t l, size_t i)
{
    return rows + (l * b->by_pos + i * b->by_slot) * b->net->config.width;
}

/* How the recursion is computed. Two roads give the same function, each with its own rounding: plain.c in trm_real with
 * OpenBLAS, and bf16.c. A step (step.c) embeds, calls a road, and reads the heads. */
struct trm_road {
    /* y and z of the micro-batch from the slots into b->y and b->z, or only pointed at; and back. */
    void (*begin)(struct trm_micro *b);
    void (*end)(struct trm_micro *b);
    /* `cycles` times: n times z = f(z, y+x); y = f(y, z). x is w->x. */
    void (*recurse)(struct trm_micro *b, uint32_t cycles);
    /* One cycle, its last trm_net_traced calls remembered for recurse_back. */
    void (*recurse_traced)(struct trm_micro *b);
    /* w->dy, the gradient of y's last value, goes back through those calls: into grad, and into w->dx, that of w->x. */
    void (*recurse_back)(struct trm_micro *b);
};

/* Memory of one thread for one micro-batch of at most m slots. */
struct trm_bench {
    trm_real *x;      /* [N,D] embedded input */
    trm_real *features; /* [S,F] of one slot */
    double *wide_row; /* [V] one row of logits in double */
    /* training only */
    trm_real *d_logits; /* [m,S,V] gradient of the logits */
    trm_real *mask;     /* [layers][2][N,D] 0 or 1/(1-p); NULL without dropout */
    trm_real *dy, *dx;  /* [N,D] gradient of a call's output; of x */
    void *memory;       /* owned: the numbers above are cut from it */
    struct trm_plain *plain; /* one of the two, owned */
    struct trm_bf *bf;
};
/* Where threads wait for each other: how many have come, and which round it is. */
struct trm_meeting {
    atomic_uint here, round;
};
struct trm_work {
    size_t threads;
    struct trm_meeting meeting;
    const struct trm_road *road;
    size_t together;           /* slots of a micro-batch that are computed together, at most */
    struct trm_bench *benches; /* [threads] */
    trm_real *lanes;           /* [lanes][n_trained]; NULL in inference */
    size_t n_lanes;            /* in use: at most the number of micro-batches */
    struct trm_bf_weights *weights; /* of the bf16 road */
    const trm_real *packed;    /* what they were made from; NULL: to be made */
};

/* A region measured first (base NULL), made by trm_big_alloc, then cut. Pieces start at multiples of 64 bytes. */
struct trm_cut {
    char *base;
    size_t used;
};
static inline void *
trm_cut(struct trm_cut *c, size_t n, size_t size)
{
    void *p = c->base ? c->base + c->used : NULL;
    c->used += (n * size + 63) / 64 * 64;
    return p;
}

/* --- work.c --- */
/* NULL: no memory. */
struct trm_work *trm_work_new(const struct trm_net *net, size_t count, size_t micro, bool train, size_t threads);
void trm_work_free(struct trm_work *w);

/* --- plain.c --- */
extern const struct trm_road trm_road_plain;
struct trm_plain *trm_plain_new(const struct trm_net *net, size_t m, bool train);
void trm_plain_free(struct trm_plain *w);

/* --- loss.c --- */
/* Cross-entropy of one row of logits [V] at `label` in double, and its gradient by the logits times `weight` into d [V]
 * (may be logits itself; NULL: only the value). wide: [V] for use inside. */
double trm_loss_row(enum trm_net_loss kind, const trm_real *logits, size_t v, int32_t label, double weight, trm_real *d,
                    double *wide);
/* Binary cross-entropy of a logit against 0 or 1. */
double trm_loss_halt(double q, bool target);

#endif
