/* What the files of net share and nobody else sees. */
#ifndef TRM_NET_INNER_H
#define TRM_NET_INNER_H

#include "net.h"

/* Whether the settings are in range and agree; TRM_USAGE names the one that does not. */
int trm_net_config_check(const struct trm_net_config *c, struct trm_err *err);
/* Inner size of a SwiGLU over `width` (published code: hidden_size * expansion * 2/3, then rounded up). */
size_t trm_net_inner_size(const struct trm_net_config *c, size_t width);

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

/* Memory of one thread for one micro-batch of at most m slots. */
struct trm_bench {
    trm_real *x;            /* [N,D] embedded input */
    trm_real *features;     /* [S*m,F] in row order */
    struct trm_trace *plain; /* [layers] for calls that nothing comes back through: all but x is shared */
    trm_real *hidden;       /* [max(N*I, A*m*D)] silu(gate) * up */
    trm_real *logits;       /* [S*m,V]; in the backward pass their gradient */
    double *wide_row;       /* [V] one row of logits in double */
    /* training only */
    struct trm_trace *traces; /* [(n+1) * layers] */
    trm_real *outs;         /* [n+1][N,D] what each call of f gave */
    trm_real *mask;         /* [layers][2][N,D] 0 or 1/(1-p); NULL without dropout */
    trm_real *dy, *du, *dx; /* [N,D] gradient of a call's output; of a sublayer's, behind dropout; of x */
    trm_real *d_wide;       /* [max(N*2I, N*3D, 2A*m*D)] */
    trm_real *d_hidden;     /* [max(N*I, N*D, A*m*D)] */
    trm_real *d_prob;       /* [L,L] */
    trm_real *cols;         /* [m*D] */
    trm_real *memory;       /* owned: all numbers above are cut from it */
};
struct trm_work {
    size_t threads;
    struct trm_bench *benches; /* [threads] */
    trm_real *lanes;           /* [lanes][n_trained]; NULL in inference */
    size_t n_lanes;            /* in use: at most the number of micro-batches */
};

/* --- work.c --- */
/* NULL: no memory. */
struct trm_work *trm_work_new(const struct trm_net *net, size_t count, size_t micro, bool train, size_t threads);
void trm_work_free(struct trm_work *w);

/* --- block.c --- */
/* out [N,D] = f(traces[0].x). traces: [layers]. mask NULL: no dropout. */
void trm_block_forward(const struct trm_net *net, const trm_real *params, struct trm_bench *w, struct trm_trace *traces,
                       size_t m, const trm_real *mask, trm_real *out);
/* Gradient of f: w->dy [N,D] is that of out when called and that of traces[0].x on return; the weights' gradients are
 * added to grad [n_trained]. out: as the forward pass left it. */
void trm_block_backward(const struct trm_net *net, const trm_real *params, struct trm_bench *w,
                        const struct trm_trace *traces, size_t m, const trm_real *mask, const trm_real *out,
                        trm_real *grad);

/* --- loss.c --- */
/* Cross-entropy of one row of logits [V] at `label` in double, and its gradient by the logits times `weight` into d [V]
 * (may be logits itself; NULL: only the value). wide: [V] for use inside. */
double trm_loss_row(enum trm_net_loss kind, const trm_real *logits, size_t v, int32_t label, double weight, trm_real *d,
                    double *wide);
/* Binary cross-entropy of a logit against 0 or 1. */
double trm_loss_halt(double q, bool target);

#endif
