/* f: the blocks on one micro-batch, forward, and backward under each forward. Shapes as in inner.h. */
#include <math.h>

#include "../mat/mat.h"
#include "ops.h"
#include "plain.h"

/* Sizes that every function here needs. */
struct dims {
    size_t m, len, rows, d, h, hd, inner, mix, cols;
};

static struct dims
dims_of(const struct trm_net *net, size_t m)
{
    size_t d = net->config.width, h = net->config.heads;
    return (struct dims){m, net->length, net->length * m, d, h, d / h, net->inner, net->inner_mix, m * d};
}

/* Where head h of slot i starts in a matrix of rows of `width`; its positions are m * width apart. */
static size_t
head_at(const struct dims *s, size_t i, size_t h, size_t width)
{
    return i * width + h * s->hd;
}

/* mid = norm(x + drop(softmax(q k^T / sqrt(D/h)) v W_o)) */
static void
attend(const struct trm_net *net, const trm_real *p, const struct trm_net_block *b, struct trm_trace *t, struct dims s,
       const trm_real *mask)
{
    size_t ld = s.m * 3 * s.d;
    trm_mat_nt(t->qkv, 3 * s.d, t->x, s.d, p + b->qkv, s.d, s.rows, 3 * s.d, s.d, 0);
    if (net->config.pos == TRM_NET_ROPE)
        trm_ops_turn(t->qkv, s.rows, 3 * s.d, 2 * s.h, s.hd / 2, net->cos, net->sin, s.m, 1);
    trm_real scale = (trm_real)(1 / sqrt((double)s.hd));
    for (size_t i = 0; i < s.m; i++)
        for (size_t h = 0; h < s.h; h++) {
            const trm_real *q = t->qkv + head_at(&s, i, h, 3 * s.d);
            trm_real *prob = t->prob + (i * s.h + h) * s.len * s.len;
            trm_mat_nt(prob, s.len, q, ld, q + s.d, ld, s.len, s.len, s.hd, 0);
            trm_ops_softmax(prob, s.len, s.len, scale);
            trm_mat_nn(t->ctx + head_at(&s, i, h, s.d), s.m * s.d, prob, s.len, q + 2 * s.d, ld, s.len, s.hd, s.len, 0);
        }
    trm_mat_nt(t->mid, s.d, t->ctx, s.d, p + b->o, s.d, s.rows, s.d, s.d, 0);
    trm_ops_norm_rows(t->mid, t->mid_r, t->x, t->mid, mask, s.rows, s.d, net->config.eps);
}

/* dq, dk, dv of one head of one slot, into w->d_wide, from dctx in w->d_hidden. */
static void
attend_head_back(struct trm_plain *w, const struct trm_trace *t, const struct dims *s, size_t i, size_t h)
{
    size_t ld = s->m * 3 * s->d, at = head_at(s, i, h, 3 * s->d);
    const trm_real *q = t->qkv + at, *prob = t->prob + (i * s->h + h) * s->len * s->len;
    const trm_real *dctx = w->d_hidden + head_at(s, i, h, s->d);
    trm_real *dq = w->d_wide + at;
    trm_mat_tn(dq + 2 * s->d, ld, prob, s->len, dctx, s->m * s->d, s->len, s->hd, s->len, 0);
    trm_mat_nt(w->d_prob, s->len, dctx, s->m * s->d, q + 2 * s->d, ld, s->len, s->len, s->hd, 0);
    trm_ops_softmax_back(w->d_prob, prob, s->len, s->len, (trm_real)(1 / sqrt((double)s->hd)));
    trm_mat_nn(dq, ld, w->d_prob, s->len, q + s->d, ld, s->len, s->hd, s->len, 0);
    trm_mat_tn(dq + s->d, ld, w->d_prob, s->len, q, ld, s->len, s->hd, s->len, 0);
}

/* w->dy: gradient of x + drop(...) in, of x out; du: the same behind dropout. */
static void
attend_back(const struct trm_net *net, const trm_real *p, const struct trm_net_block *b, struct trm_plain *w,
            const struct trm_trace *t, struct dims s, const trm_real *du, trm_real *grad)
{
    trm_mat_nn(w->d_hidden, s.d, du, s.d, p + b->o, s.d, s.rows, s.d, s.d, 0);
    trm_mat_tn(grad + b->o, s.d, du, s.d, t->ctx, s.d, s.d, s.d, s.rows, 1);
    for (size_t i = 0; i < s.m; i++)
        for (size_t h = 0; h < s.h; h++)
            attend_head_back(w, t, &s, i, h);
    if (net->config.pos == TRM_NET_ROPE)
        trm_ops_turn(w->d_wide, s.rows, 3 * s.d, 2 * s.h, s.hd / 2, net->cos, net->sin, s.m, -1);
    trm_mat_tn(grad + b->qkv, s.d, w->d_wide, 3 * s.d, t->x, s.d, 3 * s.d, s.d, s.rows, 1);
    trm_mat_nn(w->dy, s.d, w->d_wide, 3 * s.d, p + b->qkv, s.d, s.rows, s.d, 3 * s.d, 1);
}

/* mid = norm over L of (x + drop(SwiGLU_L(x))), all of it on [L,m*D]: the transposes of the formula fall away. */
static void
mix(const struct trm_net *net, const trm_real *p, const struct trm_net_block *b, struct trm_plain *w,
    struct trm_trace *t, struct dims s, const trm_real *mask)
{
    size_t half = s.mix * s.cols;
    trm_mat_nn(t->qkv, s.cols, p + b->mix_in, s.len, t->x, s.cols, 2 * s.mix, s.cols, s.len, 0);
    trm_ops_swiglu(w->hidden, t->qkv, t->qkv + half, half, 1, half);
    trm_mat_nn(t->mid, s.cols, p + b->mix_out, s.mix, w->hidden, s.cols, s.len, s.cols, s.mix, 0);
    trm_ops_norm_cols(t->mid, t->mid_r, t->x, t->mid, mask, s.len, s.cols, net->config.eps);
}

static void
mix_back(const trm_real *p, const struct trm_net_block *b, struct trm_plain *w, const struct trm_trace *t,
         struct dims s, const trm_real *du, trm_real *grad)
{
    size_t half = s.mix * s.cols;
    trm_mat_tn(w->d_hidden, s.cols, p + b->mix_out, s.mix, du, s.cols, s.mix, s.cols, s.len, 0);
    trm_ops_swiglu_back(w->hidden, w->d_wide, w->d_wide + half, w->d_hidden, t->qkv, t->qkv + half, half, 1, half);
    trm_mat_nt(grad + b->mix_out, s.mix, du, s.cols, w->hidden, s.cols, s.len, s.mix, s.cols, 1);
    trm_mat_nt(grad + b->mix_in, s.len, w->d_wide, s.cols, t->x, s.cols, 2 * s.mix, s.len, s.cols, 1);
    trm_mat_tn(w->dy, s.cols, p + b->mix_in, s.len, w->d_wide, s.cols, s.len, s.cols, 2 * s.mix, 1);
}

/* out = norm(mid + drop(SwiGLU_D(mid))) */
static void
widen(const struct trm_net *net, const trm_real *p, const struct trm_net_block *b, struct trm_plain *w,
      struct trm_trace *t, struct dims s, const trm_real *mask, trm_real *out)
{
    trm_mat_nt(t->gate_up, 2 * s.inner, t->mid, s.d, p + b->gate_up, s.d, s.rows, 2 * s.inner, s.d, 0);
    trm_ops_swiglu(w->hidden, t->gate_up, t->gate_up + s.inner, 2 * s.inner, s.rows, s.inner);
    trm_mat_nt(out, s.d, w->hidden, s.inner, p + b->down, s.inner, s.rows, s.d, s.inner, 0);
    trm_ops_norm_rows(out, t->r, t->mid, out, mask, s.rows, s.d, net->config.eps);
}

static void
widen_back(const trm_real *p, const struct trm_net_block *b, struct trm_plain *w, const struct trm_trace *t,
           struct dims s, const trm_real *du, trm_real *grad)
{
    size_t wide = 2 * s.inner;
    trm_mat_nn(w->d_hidden, s.inner, du, s.d, p + b->down, s.inner, s.rows, s.inner, s.d, 0);
    trm_ops_swiglu_back(w->hidden, w->d_wide, w->d_wide + s.inner, w->d_hidden, t->gate_up, t->gate_up + s.inner, wide,
                        s.rows, s.inner);
    trm_mat_tn(grad + b->down, s.inner, du, s.d, w->hidden, s.inner, s.d, s.inner, s.rows, 1);
    trm_mat_tn(grad + b->gate_up, s.d, w->d_wide, wide, t->mid, s.d, wide, s.d, s.rows, 1);
    trm_mat_nn(w->dy, s.d, w->d_wide, wide, p + b->gate_up, s.d, s.rows, s.d, wide, 1);
}

/* Mask of sublayer k (0 token mixer, 1 channel mixer) of block i, or NULL. */
static const trm_real *
mask_of(const trm_real *mask, const struct dims *s, size_t i, size_t k)
{
    return mask ? mask + (2 * i + k) * s->rows * s->d : NULL;
}

void
trm_block_forward(const struct trm_net *net, const trm_real *params, struct trm_plain *w, struct trm_trace *traces,
                  size_t m, const trm_real *mask, trm_real *out)
{
    struct dims s = dims_of(net, m);
    for (size_t i = 0; i < net->config.layers; i++) {
        const struct trm_net_block *b = &net->blocks[i];
        struct trm_trace *t = &traces[i];
        if (net->config.form == TRM_NET_ATTENTION)
            attend(net, params, b, t, s, mask_of(mask, &s, i, 0));
        else
            mix(net, params, b, w, t, s, mask_of(mask, &s, i, 0));
        widen(net, params, b, w, t, s, mask_of(mask, &s, i, 1), i + 1 < net->config.layers ? t[1].x : out);
    }
}

/* Gradient behind dropout: w->dy itself, or w->dy * mask in w->du. */
static const trm_real *
behind(struct trm_plain *w, const struct dims *s, const trm_real *mask)
{
    if (!mask)
        return w->dy;
    trm_ops_mul(w->du, w->dy, mask, s->rows * s->d);
    return w->du;
}

void
trm_block_backward(const struct trm_net *net, const trm_real *params, struct trm_plain *w,
                   const struct trm_trace *traces, size_t m, const trm_real *mask, const trm_real *out, trm_real *grad)
{
    struct dims s = dims_of(net, m);
    for (size_t i = net->config.layers; i-- > 0;) {
        const struct trm_net_block *b = &net->blocks[i];
        const struct trm_trace *t = &traces[i];
        trm_ops_norm_rows_back(w->dy, w->dy, i + 1 < net->config.layers ? t[1].x : out, t->r, s.rows, s.d);
        widen_back(params, b, w, t, s, behind(w, &s, mask_of(mask, &s, i, 1)), grad);
        if (net->config.form == TRM_NET_ATTENTION) {
            trm_ops_norm_rows_back(w->dy, w->dy, t->mid, t->mid_r, s.rows, s.d);
            attend_back(net, params, b, w, t, s, behind(w, &s, mask_of(mask, &s, i, 0)), grad);
        } else {
            trm_ops_norm_cols_back(w->dy, w->dy, t->mid, t->mid_r, s.len, s.cols, w->cols);
            mix_back(params, b, w, t, s, behind(w, &s, mask_of(mask, &s, i, 0)), grad);
        }
    }
}
