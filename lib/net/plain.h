/* The plain road in trm_real: what block.c and plain.c share. */
#ifndef TRM_NET_PLAIN_H
#define TRM_NET_PLAIN_H

#include "inner.h"

/* What one call of one block leaves behind for its backward pass. In a micro-batch of m slots, N = L*m rows of D, row
 * l*m + i being position l of slot i. In this order both mixers are plain products: over D of the matrix [N,D], over L
 * of the same memory seen as [L,m*D]. */
struct trm_trace {
    trm_real *x;      /* [N,D] input */
    trm_real *qkv;    /* attention: [N,3D] with q and k turned; mixer: [2A,m*D] gate over up */
    trm_real *prob;   /* attention: [m,h,L,L] */
    trm_real *ctx;    /* attention: [N,D] what the heads read */
    trm_real *mid;    /* [N,D] after the token mixer's norm */
    trm_real *mid_r;  /* attention: [N], mixer: [m*D] */
    trm_real *gate_up; /* [N,2I] */
    trm_real *r;      /* [N] of the last norm */
};

/* Memory of one thread. */
struct trm_plain {
    struct trm_trace *plain; /* [layers] for calls that nothing comes back through: all but x is shared */
    trm_real *hidden;        /* [max(N*I, A*m*D)] silu(gate) * up */
    /* training only */
    struct trm_trace *traces; /* [(n+1) * layers] */
    trm_real *outs;           /* [n+1][N,D] what each call of f gave */
    trm_real *dy;             /* [N,D] gradient of a call's output; the bench's, borrowed for a backward pass */
    trm_real *du;             /* [N,D] gradient of a sublayer's output, behind dropout */
    trm_real *d_wide;         /* [max(N*2I, N*3D, 2A*m*D)] */
    trm_real *d_hidden;       /* [max(N*I, N*D, A*m*D)] */
    trm_real *d_prob;         /* [L,L] */
    trm_real *cols;           /* [m*D] */
    void *memory;             /* owned: all numbers above are cut from it */
};

/* --- block.c --- */
/* out [N,D] = f(traces[0].x). traces: [layers]. mask NULL: no dropout. */
void trm_block_forward(const struct trm_net *net, const trm_real *params, struct trm_plain *w, struct trm_trace *traces,
                       size_t m, const trm_real *mask, trm_real *out);
/* Gradient of f: w->dy [N,D] is that of out when called and that of traces[0].x on return; the weights' gradients are
 * added to grad [n_trained]. out: as the forward pass left it. */
void trm_block_backward(const struct trm_net *net, const trm_real *params, struct trm_plain *w,
                        const struct trm_trace *traces, size_t m, const trm_real *mask, const trm_real *out,
                        trm_real *grad);

#endif
