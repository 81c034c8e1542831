/* Products alone, in bfloat16 on one thread: ours, and oneDNN's on the same shapes with its weights laid out as it likes.
 *
 * usage: products ours|onednn WIDTH ROWS   the four products of a layer, weights of eight layers in turn
 *
 * Prints seconds for one pass over the eight layers, the best of several. onednn needs libdnnl-dev when this is built. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../lib/mat/bf16.h"

#ifdef HAVE_DNNL
#include <dnnl.h>
#endif

enum { LAYERS = 8, PRODUCTS = 4 };
struct shape {
    size_t k, n;
};

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *
room(size_t n)
{
    void *p = aligned_alloc(64, (n + 63) / 64 * 64);
    memset(p, 0, n);
    return p;
}

static void
shapes_of(struct shape s[PRODUCTS], size_t d)
{
    size_t inner = (d * 8 / 3 + 255) / 256 * 256;
    struct shape all[PRODUCTS] = {{d, 3 * d}, {d, d}, {d, 2 * inner}, {inner, d}};
    memcpy(s, all, sizeof all);
}

static double
ours(size_t d, size_t rows)
{
    const struct trm_mat_bf16 *mat = trm_mat_bf16_best();
    struct shape s[PRODUCTS];
    uint32_t *w[LAYERS][PRODUCTS];
    shapes_of(s, d);
    if (!mat) {
        fprintf(stderr, "products: this processor has no bfloat16 products\n");
        exit(3);
    }
    uint32_t *a = room(rows * 4 * d * 4);
    float *c = room(rows * 8 * d * 4);
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < PRODUCTS; i++)
            w[l][i] = room(s[i].k * s[i].n * 2);
    double best = 1e9;
    for (int r = 0; r < 20; r++) {
        double t = now();
        for (int l = 0; l < LAYERS; l++)
            for (int i = 0; i < PRODUCTS; i++)
                for (size_t j = 0; j < s[i].n; j += TRM_MAT_PANEL)
                    mat->block(c + j, s[i].n, a, s[i].k / 2, 1, w[l][i] + j * (s[i].k / 2), TRM_MAT_PANEL, rows,
                               trm_mat_panel_cols(j, s[i].n), s[i].k / 2, false);
        t = now() - t;
        best = t < best ? t : best;
    }
    return best;
}

#ifdef HAVE_DNNL
static void
must(dnnl_status_t status)
{
    if (status != dnnl_success) {
        fprintf(stderr, "products: oneDNN says %d\n", (int)status);
        exit(3);
    }
}

static double
onednn(size_t d, size_t rows)
{
    struct shape s[PRODUCTS];
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t product[PRODUCTS];
    dnnl_memory_t a[PRODUCTS], c[PRODUCTS], w[LAYERS][PRODUCTS];
    shapes_of(s, d);
    must(dnnl_engine_create(&engine, dnnl_cpu, 0));
    must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
    for (int i = 0; i < PRODUCTS; i++) {
        dnnl_dims_t da = {(dnnl_dim_t)rows, (dnnl_dim_t)s[i].k}, dw = {(dnnl_dim_t)s[i].k, (dnnl_dim_t)s[i].n};
        dnnl_dims_t dc = {(dnnl_dim_t)rows, (dnnl_dim_t)s[i].n};
        dnnl_memory_desc_t ma, mw, mc;
        must(dnnl_memory_desc_init_by_tag(&ma, 2, da, dnnl_bf16, dnnl_ab));
        must(dnnl_memory_desc_init_by_tag(&mw, 2, dw, dnnl_bf16, dnnl_format_tag_any));
        must(dnnl_memory_desc_init_by_tag(&mc, 2, dc, dnnl_f32, dnnl_ab));
        dnnl_matmul_desc_t desc;
        dnnl_primitive_desc_t pd;
        must(dnnl_matmul_desc_init(&desc, &ma, &mw, NULL, &mc));
        must(dnnl_primitive_desc_create(&pd, &desc, NULL, engine, NULL));
        must(dnnl_primitive_create(&product[i], pd));
        const dnnl_memory_desc_t *laid = dnnl_primitive_desc_query_md(pd, dnnl_query_weights_md, 0);
        must(dnnl_memory_create(&a[i], &ma, engine, room(rows * s[i].k * 2)));
        must(dnnl_memory_create(&c[i], &mc, engine, room(rows * s[i].n * 4)));
        for (int l = 0; l < LAYERS; l++)
            must(dnnl_memory_create(&w[l][i], laid, engine, room(dnnl_memory_desc_get_size(laid))));
    }
    double best = 1e9;
    for (int r = 0; r < 20; r++) {
        double t = now();
        for (int l = 0; l < LAYERS; l++)
            for (int i = 0; i < PRODUCTS; i++) {
                dnnl_exec_arg_t arg[] = {{DNNL_ARG_SRC, a[i]}, {DNNL_ARG_WEIGHTS, w[l][i]}, {DNNL_ARG_DST, c[i]}};
                must(dnnl_primitive_execute(product[i], stream, 3, arg));
            }
        must(dnnl_stream_wait(stream));
        t = now() - t;
        best = t < best ? t : best;
    }
    return best;
}
#endif

int
main(int argc, char **argv)
{
    size_t d = argc > 2 ? strtoul(argv[2], NULL, 10) : 512, rows = argc > 3 ? strtoul(argv[3], NULL, 10) : 97;
    bool peer = argc > 1 && strcmp(argv[1], "onednn") == 0;
#ifdef HAVE_DNNL
    printf("%.6g\n", peer ? onednn(d, rows) : ours(d, rows));
#else
    if (peer) {
        fprintf(stderr, "products: built without oneDNN; install it with: apt-get install -y libdnnl-dev\n");
        return 3;
    }
    printf("%.6g\n", ours(d, rows));
#endif
    return 0;
}
