/* The bf16 road: what its files share. Products in bfloat16 with sums in float (lib/mat/bf16.h); between them a stream
 * of float rows. Letters as in net.h; N = m*L rows, position l of the micro-batch's slot i being row i*L + l. */
#ifndef TRM_NET_BF16_H
#define TRM_NET_BF16_H

#include "../mat/bf16.h"
#include "inner.h"

extern const struct trm_road trm_road_bf16;

/* Weights of one block as products want them. Gate and up columns stand in turn, 32 by 32, so that one panel of 64 has
 * both halves of 32 hidden numbers: column 64p + j is gate 32p + j for j < 32, up 32p + j - 32 else. The mixer's rows
 * stand so 16 by 16. */
struct trm_bf_layer {
    uint32_t *qkv, *o, *gate_up, *down; /* panels of W^T, summed over the input: [D][3D], [D][D], [D][2I], [I][D] */
    uint32_t *qkv_back, *o_back, *gate_up_back, *down_back; /* training: panels of W, summed over the output */
    /* mixer: left sides, rows of pairs; L1 = L + L%2 with zeros behind L */
    trm_bf16 *mix_in, *mix_out;           /* [2A][L1], [L][A] */
    trm_bf16 *mix_in_back, *mix_out_back; /* training: [L][2A], [A][L1] */
};
struct trm_bf_weights {
    struct trm_bf_layer *layers; /* [layers] owned */
    void *memory;                /* owned */
    bool train;
};
/* NULL: no memory. */
struct trm_bf_weights *trm_bf_weights_new(const struct trm_net *net, bool train);
void trm_bf_weights_free(struct trm_bf_weights *w);
void trm_bf_weights_pack(struct trm_bf_weights *w, const struct trm_net *net, const trm_real *params, size_t threads);
/* Row of the published gate_up (or mixer's) matrix that stands at place j, when halves of n stand in turn `by` by `by`. */
static inline size_t
trm_bf_turn(size_t j, size_t n, size_t by)
{
    return (j / by % 2 ? n : 0) + j / (2 * by) * by + j % by;
}

/* What one call of one block leaves behind. Without a way back all calls share one. */
struct trm_bf_trace {
    trm_bf16 *x, *ctx, *mid;  /* [N,D] input; attention: what the heads read; after the token mixer's norm */
    trm_bf16 *qkv;            /* attention: [N,3D] with q and k turned; backward: their gradient */
    trm_bf16 *prob;           /* attention, traced: [m,h,L,Lp], Lp = L rounded up to 16, zeros behind L */
    trm_bf16 *mix;            /* mixer, traced: [m][2A,D] gate and up in turn; backward: their gradient */
    trm_bf16 *gate_up;        /* traced: [N,2I] in turn; backward: their gradient */
    trm_bf16 *hidden;         /* [N,I] silu(gate) * up; traced: filled in the backward pass */
    trm_bf16 *d_token, *d_channel; /* backward: [N,D] gradient of a sublayer's output */
    float *mid_r, *r;         /* [N] (mixer: mid_r [m,D]) scales of the two norms */
};

/* Memory of one thread. */
struct trm_bf {
    float *y, *z;        /* [N,D] the state while a step works on it */
    float *x, *sum, *mid; /* [N,D] input of a block; a product's result; after the token mixer */
    struct trm_bf_trace plain; /* shared by untraced calls and layers */
    /* scratch of one thread */
    float *chunk;        /* [chunk rows, max(64, D/h)] at least */
    float *score;        /* [L, Lp], at least D: products of one head before softmax */
    float *head;         /* [L, D/h] a result of one head */
    trm_bf16 *share;     /* [L, Lp] softmax of one head, or its gradient */
    uint32_t *left, *right, *more; /* panels of one head, of a sample, of a chunk of weights' gradients */
    /* training: [layers], each array [calls] of the trace's, one behind the other, so that one product sums them all */
    struct trm_bf_trace *traces;
    trm_bf16 *outs;      /* [calls][N,D] what each call of f gave */
    float *ds;           /* [N,D] gradient on its way back */
    trm_bf16 *d_ctx;     /* [N,D] of what the heads read; mixer: [A,D] hidden */
    void *memory;        /* owned */
};
/* NULL: no memory. */
struct trm_bf *trm_bf_new(const struct trm_net *net, size_t m, bool train);
void trm_bf_free(struct trm_bf *b);

#endif
