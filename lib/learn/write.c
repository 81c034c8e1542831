/* A model as a file. */
#include "learn.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "drill.h"

enum { MAX_META = 96 };

struct metas {
    struct trm_ckpt_meta m[MAX_META];
    size_t n;
    struct trm_arena a;
    bool failed;
};

/* Both are copied. */
static void
put(struct metas *x, const char *key, const char *value)
{
    char *k = trm_arena_strdup(&x->a, key), *v = value ? trm_arena_strdup(&x->a, value) : NULL;
    if (!k || !v || x->n == MAX_META)
        x->failed = true;
    else
        x->m[x->n++] = (struct trm_ckpt_meta){k, v};
}

static void
put_json(struct metas *x, const char *key, trm_json *v) /* v is taken */
{
    struct trm_buf b = {0};
    if (v)
        trm_json_dump(&b, v);
    put(x, key, v && !b.failed ? b.data : NULL);
    trm_buf_release(&b);
    trm_json_free(v);
}

static trm_json *
names_json(const struct trm_model *m)
{
    trm_json *list = trm_json_array();
    for (size_t i = 0; list && i < trm_vocab_n_rules(m->vocab); i++) {
        trm_json *o = trm_json_object();
        if (o && m->names[i].field) {
            trm_json_set_str(o, "field", m->names[i].field);
            trm_json_set_num(o, "at", (double)m->names[i].at);
            trm_json_set_num(o, "scale", m->names[i].scale);
        }
        if (trm_json_add(list, o) != 0) {
            trm_json_free(list);
            return NULL;
        }
    }
    return list;
}

static void
put_net(struct metas *x, const struct trm_net_config *c)
{
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        char key[80], value[40];
        snprintf(key, sizeof key, TRM_META_NET "%s", trm_net_config_key(i));
        trm_net_config_text(c, i, value);
        put(x, key, value);
    }
}

static void
put_all(struct metas *x, const struct trm_model *m, const struct trm_ckpt_meta *meta, size_t n)
{
    char text[64];
    put(x, TRM_META_ARCH, trm_arch_name(m->arch));
    trm_text_of_num(text, m->temperature);
    put(x, TRM_META_TEMPERATURE, text);
    trm_text_of_num(text, m->stop_q);
    put(x, TRM_META_STOP, text);
    if (m->arch == TRM_ARCH_TRM)
        put_net(x, &m->net.config);
    put_json(x, TRM_META_VOCAB, trm_vocab_save(m->vocab));
    if (m->arch == TRM_ARCH_NAME)
        put_json(x, TRM_META_NAMES, names_json(m));
    for (size_t i = 0; i < n; i++)
        put(x, meta[i].key, meta[i].value);
}

int
trm_model_write(const struct trm_model *m, const char *path, const struct trm_ckpt_meta *meta, size_t n, char sha256[65],
                struct trm_err *err)
{
    struct metas x = {0};
    put_all(&x, m, meta, n);
    size_t n_tensors = m->arch == TRM_ARCH_TRM ? m->net.n_tensors : 1;
    struct trm_ckpt_tensor *t = calloc(n_tensors, sizeof *t);
    int rc = t && !x.failed ? 0 : trm_err_set(err, TRM_SYS, "out of memory for the metadata of %s", path);
    if (rc == 0 && m->arch == TRM_ARCH_TRM)
        trm_ckpt_of_table(t, m->net.tensors, n_tensors, m->params);
    else if (rc == 0)
        t[0] = (struct trm_ckpt_tensor){.name = "baseline.weights", .dtype = TRM_F32, .rank = 2,
                                        .shape = {trm_vocab_n_rules(m->vocab), m->width}, .data = m->weights};
    if (rc == 0)
        rc = trm_ckpt_write(path, t, n_tensors, x.m, x.n, sha256, err);
    free(t);
    trm_arena_release(&x.a);
    return rc;
}

int
trm_solver_write(const struct trm_solver *s, const char *path, const struct trm_ckpt_meta *meta, size_t n, struct trm_err *err)
{
    struct metas x = {0};
    char text[64];
    put(&x, TRM_META_ARCH, TRM_ARCH_SOLVER);
    trm_text_of_num(text, s->stop_q);
    put(&x, TRM_META_STOP, text);
    put_net(&x, &s->net.config);
    put_json(&x, TRM_META_BOARD, trm_board_save(&s->board));
    for (size_t i = 0; i < n; i++)
        put(&x, meta[i].key, meta[i].value);
    struct trm_ckpt_tensor *t = calloc(s->net.n_tensors, sizeof *t);
    int rc = t && !x.failed ? 0 : trm_err_set(err, TRM_SYS, "out of memory for the metadata of %s", path);
    if (rc == 0) {
        trm_ckpt_of_table(t, s->net.tensors, s->net.n_tensors, s->params);
        rc = trm_ckpt_write(path, t, s->net.n_tensors, x.m, x.n, NULL, err);
    }
    free(t);
    trm_arena_release(&x.a);
    return rc;
}
