/* The bf16 road: the recursion with products in bfloat16, forward, and backward under forward.
 *
 * One call of f goes through its blocks product by product. A product walks the panels of its weights, so that these
 * stream past once, and does the element-wise work on a piece of its result while that is in the nearest cache. Rows
 * are independent but for the token mixer; so threads that share a sample take ranges of rows, and heads or columns in
 * the token mixer, and meet twice a layer.
 *
 * The backward pass leaves behind, for every call, what the weights' gradients are products of; one product for each
 * matrix then sums over all calls at once. */
#include "bf16.h"

#ifdef TRM_DOUBLE
/* No such road in double: trm_net_can_bf16 says so, and nothing here is reached. */
const struct trm_road trm_road_bf16 = {0};
struct trm_bf *
trm_bf_new(const struct trm_net *net, size_t m, bool train)
{
    (void)net, (void)m, (void)train;
    return NULL;
}
void
trm_bf_free(struct trm_bf *b)
{
    (void)b;
}
#else
#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bf16_ops.h"

/* --- memory ------------------------------------------------------------------------------------------------------ */

static size_t
most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t
up16(size_t n)
{
    return (n + 15) / 16 * 16;
}

static size_t
head_dim(const struct trm_net *net)
{
    return net->config.form == TRM_NET_ATTENTION ? net->config.width / net->config.heads : 0;
}

/* `calls` 1 and untraced, or the arrays of all calls. */
static void
take_trace(const struct trm_net *net, struct trm_cut *c, size_t m, size_t calls, bool traced, struct trm_bf_trace *t)
{
    const struct trm_net_config *g = &net->config;
    size_t d = g->width, n = net->length * m * calls, one = sizeof(trm_bf16);
    bool attention = g->form == TRM_NET_ATTENTION;
    *t = (struct trm_bf_trace){.x = trm_cut(c, n * d, one),
                               .mid = trm_cut(c, n * d, one),
                               .hidden = trm_cut(c, n * net->inner, one),
                               .mid_r = trm_cut(c, attention ? n : m * calls * d, sizeof(float)),
                               .r = trm_cut(c, n, sizeof(float))};
    if (attention) {
        t->ctx = trm_cut(c, n * d, one);
        t->qkv = trm_cut(c, n * 3 * d, one);
    }
    if (!traced)
        return;
    if (attention)
        t->prob = trm_cut(c, calls * m * g->heads * net->length * up16(net->length), one);
    else
        t->mix = trm_cut(c, calls * m * 2 * net->inner_mix * d, one);
    t->gate_up = trm_cut(c, n * 2 * net->inner, one);
    t->d_token = trm_cut(c, n * d, one);
    t->d_channel = trm_cut(c, n * d, one);
}

/* Of a chunk of n rows. */
static size_t
most_rows(const struct trm_net *net, size_t n)
{
    return n < net->road->chunk_rows ? n : net->road->chunk_rows;
}

/* Pairs that the panels of one head, one sample or (training) all calls need. */
static size_t
panel_room(const struct trm_net *net, size_t m, bool train)
{
    size_t d = net->config.width, len = net->length, l16 = up16(len), calls = trm_net_traced(net), a = net->inner_mix;
    size_t room = most(l16 * most(head_dim(net), l16), (len + 1) / 2 * d);
    room = most(room, most(a * TRM_MAT_PANEL, l16 * d));
    if (train)
        room = most(room, most(trm_mat_panels_size(calls * len * m, most(d, net->inner)), a * d));
    return room;
}

static void
take(const struct trm_net *net, struct trm_cut *c, size_t m, bool train, struct trm_bf *b)
{
    size_t d = net->config.width, len = net->length, n = len * m, l16 = up16(len), calls = trm_net_traced(net);
    size_t real = sizeof(float), one = sizeof(trm_bf16), pair = sizeof(uint32_t);
    b->y = trm_cut(c, n * d, real);
    b->z = trm_cut(c, n * d, real);
    b->x = trm_cut(c, n * d, real);
    b->sum = trm_cut(c, n * d, real);
    b->mid = trm_cut(c, n * d, real);
    take_trace(net, c, m, 1, false, &b->plain);
    b->chunk = trm_cut(c, most(most_rows(net, n) * most(TRM_MAT_PANEL, head_dim(net)), 32 * most(l16, TRM_MAT_PANEL)), real);
    b->score = trm_cut(c, most(len * l16, d), real);
    b->head = trm_cut(c, len * most(head_dim(net), 1), real);
    b->share = trm_cut(c, len * l16, one);
    size_t room = panel_room(net, m, train);
    b->right = trm_cut(c, room, pair);
    b->left = trm_cut(c, most(room, trm_mat_panels_size(calls * n, TRM_MAT_PANEL)), pair);
    b->more = trm_cut(c, l16 * most(head_dim(net), 1), pair);
    if (!train)
        return;
    for (size_t i = 0; i < net->config.layers; i++)
        take_trace(net, c, m, calls, true, &b->traces[i]);
    b->outs = trm_cut(c, calls * n * d, one);
    b->ds = trm_cut(c, n * d, real);
    b->d_ctx = trm_cut(c, most(n, net->inner_mix) * d, one);
}

struct trm_bf *
trm_bf_new(const struct trm_net *net, size_t m, bool train)
{
    struct trm_bf *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->traces = calloc(net->config.layers, sizeof *b->traces);
    struct trm_cut c = {0};
    if (b->traces) {
        take(net, &c, m, train, b);
        b->memory = c.base = trm_big_alloc(c.used);
    }
    if (!b->memory) {
        trm_bf_free(b);
        return NULL;
    }
    c.used = 0;
    take(net, &c, m, train, b);
    return b;
}

void
trm_bf_free(struct trm_bf *b)
{
    if (!b)
        return;
    free(b->memory);
    free(b->traces);
    free(b);
}

/* --- what is in hand --------------------------------------------------------------------------------------------- */

#define PATIENCE 4096 /* looks, some ten microseconds: several times what a meeting takes */

/* A thread's part of a pass through f. */
struct run {
    const struct trm_net *net;
    const struct trm_mat_bf16 *mat;
    const struct trm_bf_ops *ops;
    const struct trm_bf_layer *layers;
    struct trm_bf *b, *own;  /* buffers of the micro-batch; scratch of this thread */
    const float *mask;       /* [layers][2][N,D] or NULL */
    size_t m, len, n, d, inner, hd, mix;
    size_t r0, r1;           /* rows of this thread */
    size_t h0, h1;           /* attention: its heads */
    size_t c0, c1;           /* mixer: its columns */
    struct trm_meeting *meeting; /* of threads that share the micro-batch; NULL: one thread */
    size_t threads;
};

static struct run
run_of(const struct trm_micro *b, size_t thread, size_t t)
{
    const struct trm_net *net = b->net;
    size_t d = net->config.width, panels = (d + TRM_MAT_PANEL - 1) / TRM_MAT_PANEL;
    struct run r = {.net = net, .mat = net->road,
                    .ops = net->road->avx512 ? &trm_bf_ops_wide : &trm_bf_ops_plain, .layers = b->s->work->weights->layers, .b = b->w->bf,
                    .own = b->s->work->benches[thread].bf, .mask = b->w->mask, .m = b->m, .len = net->length,
                    .n = b->rows, .d = d, .inner = net->inner, .hd = head_dim(net), .mix = net->inner_mix,
                    .r0 = b->rows * thread / t, .r1 = b->rows * (thread + 1) / t,
                    .h0 = net->config.heads * thread / t, .h1 = net->config.heads * (thread + 1) / t,
                    .c0 = panels * thread / t * TRM_MAT_PANEL, .c1 = panels * (thread + 1) / t * TRM_MAT_PANEL,
                    .meeting = t > 1 ? &b->s->work->meeting : NULL, .threads = t};
    if (t == 1)
        r.own = r.b;
    if (r.c1 > d)
        r.c1 = d;
    return r;
}

/* Wait until all threads of the sample are here. They meet thousands of times a second, so they wait awake, and give way
 * only when one is long in coming because others use its processor. */
static void
meet(const struct run *r)
{
    struct trm_meeting *m = r->meeting;
    if (!m)
        return;
    unsigned round = atomic_load_explicit(&m->round, memory_order_acquire);
    if (atomic_fetch_add_explicit(&m->here, 1, memory_order_acq_rel) + 1 == r->threads) {
        atomic_store_explicit(&m->here, 0, memory_order_relaxed);
        atomic_store_explicit(&m->round, round + 1, memory_order_release);
        return;
    }
    for (unsigned spins = 0; atomic_load_explicit(&m->round, memory_order_acquire) == round; spins++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
        if (spins > PATIENCE)
            sched_yield();
    }
}

static const float *
mask_of(const struct run *r, size_t layer, size_t sublayer)
{
    return r->mask ? r->mask + ((2 * layer + sublayer) * r->n + r->r0) * r->d : NULL;
}

/* Insides of traced call k in layer i, in training. */
static struct trm_bf_trace
trace_of(const struct run *r, size_t i, size_t k)
{
    struct trm_bf_trace t = r->b->traces[i];
    size_t n = k * r->n;
    bool attention = r->net->config.form == TRM_NET_ATTENTION;
    t.x += n * r->d, t.mid += n * r->d, t.hidden += n * r->inner, t.r += n;
    t.mid_r += attention ? n : k * r->m * r->d;
    t.gate_up += n * 2 * r->inner, t.d_token += n * r->d, t.d_channel += n * r->d;
    if (attention) {
        t.ctx += n * r->d, t.qkv += n * 3 * r->d;
        t.prob += k * r->m * r->net->config.heads * r->len * up16(r->len);
    } else
        t.mix += k * r->m * 2 * r->mix * r->d;
    return t;
}

/* Left side from row `row` on of a matrix of `width` columns. */
static const uint32_t *
pairs_at(const trm_bf16 *a, size_t row, size_t width)
{
    return (const uint32_t *)(const void *)(a + row * width);
}

/* out [N,D'] = or += a [N,K] W for this thread's rows; w: panels of K, width columns of them. */
static void
product(const struct run *r, float *out, size_t width, const trm_bf16 *a, size_t k, const uint32_t *w, bool add)
{
    for (size_t j = 0; j < width; j += TRM_MAT_PANEL) {
        size_t cols = trm_mat_panel_cols(j, width);
        r->mat->block(out + r->r0 * width + j, width, pairs_at(a, r->r0, k), k / 2, 1, w + j * (k / 2), cols, r->r1 - r->r0,
                      cols, k / 2, add);
    }
}

/* At most the road's chunk, whole tiles but for the last, and as even as can be: a last row by itself costs as much as three. */
static size_t
chunk_rows(const struct run *r, size_t at)
{
    size_t left = r->r1 - at, limit = r->mat->chunk_rows, chunks = (left + limit - 1) / limit, tile = r->mat->tile_rows;
    size_t rows = ((left + chunks - 1) / chunks + tile - 1) / tile * tile;
    return rows < left ? rows : left;
}

/* A chunk of rows of one panel's worth of columns: own->chunk + at [rows, ld] = a W[:, j..]. */
static void
chunk(const struct run *r, size_t at, size_t ld, size_t row, size_t rows, const trm_bf16 *a, size_t k, const uint32_t *w,
      size_t j, size_t cols)
{
    r->mat->block(r->own->chunk + at, ld, pairs_at(a, row, k), k / 2, 1, w + j * (k / 2), cols, rows, cols, k / 2, false);
}

/* --- attention --------------------------------------------------------------------------------------------------- */

/* Columns of q, k and v computed together: whole heads, whole panels. */
static size_t
qkv_step(const struct run *r)
{
    return most(TRM_MAT_PANEL, r->hd);
}

static void
turn(const struct run *r, float *v, size_t ld, size_t rows, size_t cols, size_t first, float sign)
{
    if (r->net->config.pos == TRM_NET_ROPE)
        trm_bf_turn_rows(v, ld, rows, cols, r->hd / 2, r->net->cos, r->net->sin, first, r->len, sign);
}

/* qkv = x W_qkv, q and k turned. */
static void
make_qkv(const struct run *r, const struct trm_bf_layer *w, trm_bf16 *qkv, const trm_bf16 *x)
{
    size_t wide = 3 * r->d, step = qkv_step(r), rows;
    for (size_t j = 0; j < wide; j += step)
        for (size_t at = r->r0; at < r->r1; at += rows) {
            size_t cols = wide - j < step ? wide - j : step;
            rows = chunk_rows(r, at);
            for (size_t p = 0; p < cols; p += TRM_MAT_PANEL)
                chunk(r, p, step, at, rows, x, r->d, w->qkv, j + p, trm_mat_panel_cols(j + p, wide));
            if (j < 2 * r->d)
                turn(r, r->own->chunk, step, rows, cols, at, 1);
            trm_bf_store(qkv + at * wide + j, wide, r->own->chunk, step, rows, cols);
        }
}

/* out [rows,cols] (ld apart) = a [rows, 2*k2] b, all of b's panels. a rows a_row pairs apart. */
static void
small(const struct run *r, float *out, size_t ld, const uint32_t *a, size_t a_row, const uint32_t *b, size_t rows,
      size_t cols, size_t k2)
{
    for (size_t j = 0; j < cols; j += TRM_MAT_PANEL) {
        size_t w = trm_mat_panel_cols(j, cols);
        r->mat->block(out + j, ld, a, a_row, 1, b + j * k2, w, rows, w, k2, false);
    }
}

/* The same with panels of a's transpose on the left: out [rows,cols] = a^T b over k2 pairs of rows. */
static void
small_t(const struct run *r, float *out, size_t ld, const uint32_t *a, const uint32_t *b, size_t rows, size_t cols,
        size_t width, size_t k2)
{
    for (size_t i = 0; i < rows; i += TRM_MAT_PANEL) {
        size_t v = trm_mat_panel_cols(i, width), n = rows - i < v ? rows - i : v;
        for (size_t j = 0; j < cols; j += TRM_MAT_PANEL) {
            size_t w = trm_mat_panel_cols(j, cols);
            r->mat->block(out + i * ld + j, ld, a + i * k2, 1, v, b + j * k2, w, n, w, k2, false);
        }
    }
}

/* ctx of one head of sample i; prob [L,Lp] of the head or NULL. */
static void
attend_head(const struct run *r, trm_bf16 *ctx, const trm_bf16 *qkv, trm_bf16 *prob, size_t i, size_t h)
{
    struct trm_bf *own = r->own;
    size_t wide = 3 * r->d, len = r->len, l16 = up16(len), k2 = (len + 1) / 2, first = i * len;
    const trm_bf16 *head = qkv + first * wide + h * r->hd;
    trm_bf16 *p = prob ? prob : own->share;
    trm_mat_panels_t(own->right, head + r->d, wide, len, l16, r->hd);
    small(r, own->score, l16, pairs_at(head, 0, wide), wide / 2, own->right, len, l16, r->hd / 2);
    r->ops->softmax(p, own->score, l16, len, len, (float)(1 / sqrt((double)r->hd)));
    trm_mat_panels(own->right, head + 2 * r->d, wide, len, r->hd);
    small(r, own->head, r->hd, pairs_at(p, 0, l16), l16 / 2, own->right, len, r->hd, k2);
    trm_bf_store(ctx + first * r->d + h * r->hd, r->d, own->head, r->hd, len, r->hd);
}

/* mid = norm(x + drop(softmax(q k^T / sqrt(D/h)) v W_o)). Threads that share a sample take heads in the middle. */
static void
attend(const struct run *r, size_t layer, const struct trm_bf_trace *t)
{
    const struct trm_bf_layer *w = &r->layers[layer];
    size_t heads = r->net->config.heads, per_head = r->len * up16(r->len), at = r->r0 * r->d;
    make_qkv(r, w, t->qkv, t->x);
    meet(r);
    for (size_t i = 0; i < r->m; i++)
        for (size_t h = r->h0; h < r->h1; h++)
            attend_head(r, t->ctx, t->qkv, t->prob ? t->prob + (i * heads + h) * per_head : NULL, i, h);
    meet(r);
    product(r, r->b->sum, r->d, t->ctx, r->d, w->o, false);
    trm_bf_norm(r->b->mid + at, t->mid + at, t->mid_r + r->r0, r->b->x + at, r->b->sum + at, mask_of(r, layer, 0),
                r->r1 - r->r0, r->d, r->net->config.eps);
}

/* The gradient of one head: d_ctx in, qkv's of the head becomes its gradient. */
static void
attend_head_back(const struct run *r, trm_bf16 *qkv, const trm_bf16 *d_ctx, const trm_bf16 *prob, size_t i, size_t h)
{
    struct trm_bf *own = r->own;
    size_t wide = 3 * r->d, len = r->len, l16 = up16(len), k2 = (len + 1) / 2, first = i * len, hd = r->hd;
    trm_bf16 *q = qkv + first * wide + h * hd, *k = q + r->d, *v = k + r->d;
    const trm_bf16 *dc = d_ctx + first * r->d + h * hd;
    trm_mat_panels_t(own->right, v, wide, len, l16, hd);
    small(r, own->score, l16, pairs_at(dc, 0, r->d), r->d / 2, own->right, len, l16, hd / 2);
    trm_bf_softmax_back(own->share, own->score, prob, l16, len, (float)(1 / sqrt((double)hd)));
    trm_mat_panels(own->more, q, wide, len, hd);
    trm_mat_panels(own->right, k, wide, len, hd);
    small(r, own->head, hd, pairs_at(own->share, 0, l16), l16 / 2, own->right, len, hd, k2);
    turn(r, own->head, hd, len, hd, 0, -1);
    trm_bf_store(q, wide, own->head, hd, len, hd);
    trm_mat_panels(own->left, own->share, l16, len, l16);
    small_t(r, own->head, hd, own->left, own->more, len, hd, l16, k2);
    turn(r, own->head, hd, len, hd, 0, -1);
    trm_bf_store(k, wide, own->head, hd, len, hd);
    trm_mat_panels(own->left, prob, l16, len, l16);
    trm_mat_panels(own->right, dc, r->d, len, hd);
    small_t(r, own->head, hd, own->left, own->right, len, hd, l16, k2);
    trm_bf_store(v, wide, own->head, hd, len, hd);
}

/* b->ds: gradient of x + drop(...) in, of x out; t->d_token the same behind dropout. */
static void
attend_back(const struct run *r, size_t layer, const struct trm_bf_trace *t)
{
    const struct trm_bf_layer *w = &r->layers[layer];
    size_t heads = r->net->config.heads, per_head = r->len * up16(r->len), rows;
    for (size_t j = 0; j < r->d; j += TRM_MAT_PANEL)
        for (size_t at = 0; at < r->n; at += rows) {
            size_t cols = trm_mat_panel_cols(j, r->d);
            rows = chunk_rows(r, at);
            chunk(r, 0, TRM_MAT_PANEL, at, rows, t->d_token, r->d, w->o_back, j, cols);
            trm_bf_store(r->b->d_ctx + at * r->d + j, r->d, r->own->chunk, TRM_MAT_PANEL, rows, cols);
        }
    for (size_t i = 0; i < r->m; i++)
        for (size_t h = 0; h < heads; h++)
            attend_head_back(r, t->qkv, r->b->d_ctx, t->prob + (i * heads + h) * per_head, i, h);
    product(r, r->b->ds, r->d, t->qkv, 3 * r->d, w->qkv_back, true);
}

/* --- mixing over positions --------------------------------------------------------------------------------------- */

/* mid = norm over L of (x + drop(SwiGLU_L(x))) of sample i, this thread's columns. */
static void
mix_sample(const struct run *r, size_t layer, const struct trm_bf_trace *t, size_t i)
{
    const struct trm_bf_layer *w = &r->layers[layer];
    size_t len = r->len, k2 = (len + 1) / 2, first = i * len * r->d, wide = 2 * r->mix;
    float *piece = r->own->chunk, *sum = r->b->sum + first;
    for (size_t j = r->c0; j < r->c1; j += TRM_MAT_PANEL) {
        size_t cols = trm_mat_panel_cols(j, r->d);
        trm_mat_panels(r->own->right, t->x + first + j, r->d, len, cols);
        for (size_t a = 0; a < wide; a += 32) {
            trm_bf16 *gu = t->mix ? t->mix + (i * wide + a) * r->d + j : NULL;
            r->mat->block(piece, TRM_MAT_PANEL, pairs_at(w->mix_in, a, 2 * k2), k2, 1, r->own->right, cols, 32, cols, k2,
                          false);
            r->ops->mix_swiglu(r->own->left + a / 4 * cols, gu, r->d, piece, cols);
        }
        r->mat->block(sum + j, r->d, pairs_at(w->mix_out, 0, r->mix), r->mix / 2, 1, r->own->left, cols, len, cols,
                      r->mix / 2, false);
    }
    if (r->c0 == r->c1)
        return;
    size_t at = first + r->c0;
    const float *mask = r->mask ? r->mask + 2 * layer * r->n * r->d + at : NULL;
    trm_bf_norm_cols(r->b->mid + at, t->mid + at, t->mid_r + i * r->d + r->c0, r->b->x + at, sum + r->c0, mask, r->d, len,
                     r->c1 - r->c0, r->net->config.eps);
}

static void
mix(const struct run *r, size_t layer, const struct trm_bf_trace *t)
{
    meet(r);
    for (size_t i = 0; i < r->m; i++)
        mix_sample(r, layer, t, i);
    meet(r);
}

/* b->ds as in attend_back, of sample i; the weights' gradients into grad. */
static void
mix_sample_back(const struct run *r, size_t layer, const struct trm_bf_trace *t, size_t i, trm_real *grad)
{
    const struct trm_bf_layer *w = &r->layers[layer];
    const struct trm_net_block *block = &r->net->blocks[layer];
    size_t len = r->len, k2 = (len + 1) / 2, first = i * len * r->d, d = r->d, wide = 2 * r->mix, l16 = up16(len);
    trm_bf16 *gu = t->mix + i * wide * d, *hidden = r->b->d_ctx;
    float *piece = r->own->chunk;
    for (size_t j = 0; j < d; j += TRM_MAT_PANEL) {
        size_t cols = trm_mat_panel_cols(j, d);
        trm_mat_panels(r->own->right, t->d_token + first + j, d, len, cols);
        for (size_t a = 0; a < r->mix; a += 16) {
            r->mat->block(piece, TRM_MAT_PANEL, pairs_at(w->mix_out_back, a, 2 * k2), k2, 1, r->own->right, cols, 16, cols,
                          k2, false);
            r->ops->mix_swiglu_back(hidden + a * d + j, gu + 2 * a * d + j, d, piece, cols);
        }
        trm_mat_panels(r->own->left, gu + j, d, wide, cols);
        r->mat->block(r->b->ds + first + j, d, pairs_at(w->mix_in_back, 0, wide), r->mix, 1, r->own->left, cols, len, cols,
                      r->mix, true);
    }
    trm_mat_panels_t(r->own->right, hidden, d, r->mix, r->mix, d);
    for (size_t j = 0; j < r->mix; j += TRM_MAT_PANEL) {
        size_t cols = trm_mat_panel_cols(j, r->mix);
        r->mat->block(grad + block->mix_out + j, r->mix, pairs_at(t->d_token + first, 0, d), d / 2, 1,
                      r->own->right + j * (d / 2), cols, len, cols, d / 2, true);
    }
    trm_mat_panels_t(r->own->right, t->x + first, d, len, l16, d);
    for (size_t a = 0; a < wide; a += 16) {
        trm_real *to = grad + block->mix_in + trm_bf_turn(a, r->mix, 16) * len;
        small(r, piece, l16, pairs_at(gu, a, d), d / 2, r->own->right, 16, l16, d / 2);
        for (size_t k = 0; k < 16; k++)
            for (size_t l = 0; l < len; l++)
                to[k * len + l] += piece[k * l16 + l];
    }
}

/* --- mixing over channels ---------------------------------------------------------------------------------------- */

/* out = norm(mid + drop(SwiGLU_D(mid))), in bfloat16 too unless outb is NULL. */
static void
widen(const struct run *r, size_t layer, const struct trm_bf_trace *t, float *out, trm_bf16 *outb)
{
    const struct trm_bf_layer *w = &r->layers[layer];
    size_t wide = 2 * r->inner, rows;
    for (size_t j = 0; j < wide; j += TRM_MAT_PANEL)
        for (size_t at = r->r0; at < r->r1; at += rows) {
            rows = chunk_rows(r, at);
            chunk(r, 0, TRM_MAT_PANEL, at, rows, t->mid, r->d, w->gate_up, j, TRM_MAT_PANEL);
            r->ops->swiglu(t->hidden + at * r->inner + j / 2, r->inner, t->gate_up ? t->gate_up + at * wide + j : NULL, wide,
                          r->own->chunk, rows);
        }
    product(r, r->b->sum, r->d, t->hidden, r->inner, w->down, false);
    size_t at = r->r0 * r->d;
    trm_bf_norm(out + at, outb ? outb + at : NULL, t->r + r->r0, r->b->mid + at, r->b->sum + at, mask_of(r, layer, 1),
                r->r1 - r->r0, r->d, r->net->config.eps);
}

/* b->ds: gradient of mid + drop(...) in, of mid out. */
static void
widen_back(const struct run *r, size_t layer, const struct trm_bf_trace *t)
{
    const struct trm_bf_layer *w = &r->layers[layer];
    size_t rows;
    for (size_t j = 0; j < r->inner; j += TRM_MAT_PANEL)
        for (size_t at = 0; at < r->n; at += rows) {
            size_t cols = trm_mat_panel_cols(j, r->inner);
            rows = chunk_rows(r, at);
            chunk(r, 0, TRM_MAT_PANEL, at, rows, t->d_channel, r->d, w->down_back, j, cols);
            for (size_t half = 0; half < cols; half += 32)
                r->ops->swiglu_back(t->hidden + at * r->inner + j + half, r->inner,
                                   t->gate_up + at * 2 * r->inner + 2 * (j + half), 2 * r->inner, r->own->chunk + half,
                                   TRM_MAT_PANEL, rows);
        }
    product(r, r->b->ds, r->d, t->gate_up, 2 * r->inner, w->gate_up_back, true);
}

/* --- calls of f -------------------------------------------------------------------------------------------------- */

/* out = f(a + c), and + e if there is one; traced: insides of call k are kept, and its output in outs. */
static void
call(const struct run *r, float *out, const float *a, const float *c, const float *e, bool traced, size_t k)
{
    size_t layers = r->net->config.layers, at = r->r0 * r->d, n = (r->r1 - r->r0) * r->d;
    struct trm_bf_trace t = traced ? trace_of(r, 0, k) : r->b->plain, next = t;
    trm_bf_sum(r->b->x + at, t.x + at, a + at, c + at, e ? e + at : NULL, n);
    for (size_t i = 0; i < layers; i++, t = next) {
        bool last = i + 1 == layers;
        if (traced && !last)
            next = trace_of(r, i + 1, k);
        if (r->net->config.form == TRM_NET_ATTENTION)
            attend(r, i, &t);
        else
            mix(r, i, &t);
        if (last)
            widen(r, i, &t, out, traced ? r->b->outs + k * r->n * r->d : NULL);
        else
            widen(r, i, &t, r->b->x, next.x);
    }
}

static void
cycles(const struct run *r, const float *x, uint32_t n)
{
    float *y = r->b->y, *z = r->b->z;
    for (uint32_t t = 0; t < n; t++) {
        for (uint32_t k = 0; k < r->net->config.n; k++)
            call(r, z, z, y, x, false, 0);
        call(r, y, y, z, NULL, false, 0);
    }
}

/* Gradient of call k: b->ds is that of its output when called, that of its input on return. */
static void
call_back(const struct run *r, size_t k, trm_real *grad)
{
    const trm_bf16 *y = r->b->outs + k * r->n * r->d;
    for (size_t i = r->net->config.layers; i-- > 0;) {
        struct trm_bf_trace t = trace_of(r, i, k);
        trm_bf_norm_back(r->b->ds, t.d_channel, r->b->ds, y, t.r, mask_of(r, i, 1), r->n, r->d);
        widen_back(r, i, &t);
        if (r->net->config.form == TRM_NET_ATTENTION) {
            trm_bf_norm_back(r->b->ds, t.d_token, r->b->ds, t.mid, t.mid_r, mask_of(r, i, 0), r->n, r->d);
            attend_back(r, i, &t);
        } else
            for (size_t s = 0; s < r->m; s++) {
                size_t at = s * r->len * r->d;
                const float *mask = r->mask ? r->mask + 2 * i * r->n * r->d + at : NULL;
                trm_bf_norm_cols_back(r->b->ds + at, t.d_token + at, r->b->ds + at, t.mid + at, t.mid_r + s * r->d, mask,
                                      r->d, r->len, r->d, r->own->score);
                mix_sample_back(r, i, &t, s, grad);
            }
        y = t.x;
    }
}

/* grad [n_left,n_right] += left^T right over all rows of all calls; half: left's columns stand in turn. */
static void
add_gradient(const struct run *r, trm_real *grad, const trm_bf16 *left, size_t n_left, const trm_bf16 *right,
             size_t n_right, size_t half)
{
    size_t k = trm_net_traced(r->net) * r->n, k2 = (k + 1) / 2;
    trm_mat_panels(r->own->right, right, n_right, k, n_right);
    for (size_t j = 0; j < n_left; j += TRM_MAT_PANEL) {
        size_t rows = trm_mat_panel_cols(j, n_left), step = half ? 32 : rows;
        size_t a_row = r->mat->wants_rows ? k2 : 1, a_pair = r->mat->wants_rows ? 1 : rows;
        if (r->mat->wants_rows)
            trm_mat_rows_t(r->own->left, left + j, n_left, k, rows);
        else
            trm_mat_panels(r->own->left, left + j, n_left, k, rows);
        for (size_t p = 0; p < n_right; p += TRM_MAT_PANEL)
            for (size_t i = 0; i < rows; i += step) {
                size_t cols = trm_mat_panel_cols(p, n_right), row = half ? trm_bf_turn(j + i, half, 32) : j + i;
                r->mat->block(grad + row * n_right + p, n_right, r->own->left + i * a_row, a_row, a_pair,
                              r->own->right + p * k2, cols, step, cols, k2, true);
            }
    }
}

static void
weights_gradients(const struct run *r, trm_real *grad)
{
    for (size_t i = 0; i < r->net->config.layers; i++) {
        const struct trm_net_block *b = &r->net->blocks[i];
        const struct trm_bf_trace *t = &r->b->traces[i];
        add_gradient(r, grad + b->down, t->d_channel, r->d, t->hidden, r->inner, 0);
        add_gradient(r, grad + b->gate_up, t->gate_up, 2 * r->inner, t->mid, r->d, r->inner);
        if (r->net->config.form != TRM_NET_ATTENTION)
            continue;
        add_gradient(r, grad + b->o, t->d_token, r->d, t->ctx, r->d, 0);
        add_gradient(r, grad + b->qkv, t->qkv, 3 * r->d, t->x, r->d, 0);
    }
}

/* --- the road ---------------------------------------------------------------------------------------------------- */

/* Between the slots' order, [B/micro][L][slots][D], and [m][L][D]. */
static void
carry(const struct trm_micro *b, bool in)
{
    const struct trm_slots *s = b->s;
    struct trm_bf *w = b->w->bf;
    size_t d = b->net->config.width, len = b->net->length, block = b->first / s->micro * s->micro;
    size_t beside = s->count - block < s->micro ? s->count - block : s->micro;
    for (size_t i = 0; i < b->m; i++)
        for (size_t l = 0; l < len; l++) {
            size_t there = (block * len + l * beside + b->first - block + i) * d, here = (i * len + l) * d;
            memcpy(in ? w->y + here : s->y + there, in ? s->y + there : w->y + here, d * sizeof *w->y);
            memcpy(in ? w->z + here : s->z + there, in ? s->z + there : w->z + here, d * sizeof *w->z);
        }
}

static void
begin(struct trm_micro *b)
{
    b->by_pos = 1, b->by_slot = b->net->length;
    b->y = b->w->bf->y, b->z = b->w->bf->z;
    carry(b, true);
}

static void
end(struct trm_micro *b)
{
    carry(b, false);
}

static void
recurse(struct trm_micro *b, uint32_t n)
{
    if (b->threads == 1) {
        struct run r = run_of(b, 0, 1);
        cycles(&r, b->w->x, n);
        return;
    }
#pragma omp parallel num_threads(b->threads)
    {
        struct run r = run_of(b, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());
        cycles(&r, b->w->x, n);
    }
}

static void
recurse_traced(struct trm_micro *b)
{
    struct run r = run_of(b, 0, 1);
    uint32_t n = b->net->config.n, first = n + 1 - trm_net_traced(b->net);
    for (uint32_t k = 0; k < n; k++)
        call(&r, r.b->z, r.b->z, r.b->y, b->w->x, k >= first, k >= first ? k - first : 0);
    call(&r, r.b->y, r.b->y, r.b->z, NULL, true, n - first);
}

static void
recurse_back(struct trm_micro *b)
{
    struct run r = run_of(b, 0, 1);
    size_t nd = r.n * r.d;
    uint32_t last = trm_net_traced(b->net) - 1;
    memset(b->w->dx, 0, nd * sizeof *b->w->dx);
    memcpy(r.b->ds, b->w->dy, nd * sizeof *r.b->ds);
    for (uint32_t k = last + 1; k-- > 0;) {
        call_back(&r, k, b->grad);
        for (size_t i = 0; k < last && i < nd; i++)
            b->w->dx[i] += r.b->ds[i];
    }
    weights_gradients(&r, b->grad);
}

const struct trm_road trm_road_bf16 = {begin, end, recurse, recurse_traced, recurse_back};
#endif
