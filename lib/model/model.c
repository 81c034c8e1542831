/* Opening a model file. */
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../rec/rec.h"
#include "../stat/stat.h"
#include "inside.h"

static const char *const arch_names[TRM_N_ARCHS] = {"trm", "logistic", "prior", "name"};

const char *
trm_arch_name(enum trm_arch a)
{
    return arch_names[a];
}

int
trm_arch_parse(const char *name, enum trm_arch *out)
{
    for (int a = 0; a < TRM_N_ARCHS; a++)
        if (!strcmp(name, arch_names[a]))
            return *out = (enum trm_arch)a, 0;
    return -1;
}

int
trm_model_need_text(const struct trm_ckpt *f, const char *key, const char **out, struct trm_err *err)
{
    *out = trm_ckpt_get(f, key);
    return *out ? 0 : trm_err_set(err, TRM_DATA, "no %s in its metadata: expected a model that trm-train wrote", key);
}

trm_json *
trm_model_need_json(const struct trm_ckpt *f, const char *key, struct trm_err *err)
{
    const char *text;
    if (trm_model_need_text(f, key, &text, err) != 0)
        return NULL;
    trm_json *v = trm_json_parse(text, strlen(text), err);
    if (!v)
        trm_err_at(err, "%s", key);
    return v;
}

static int
open_arch(struct trm_model *m, struct trm_err *err)
{
    const char *text;
    if (trm_model_need_text(&m->file, TRM_META_ARCH, &text, err) != 0)
        return -1;
    if (trm_arch_parse(text, &m->arch) != 0)
        return trm_err_set(err, TRM_DATA, "arch \"%.40s\": expected trm, logistic, prior or name", text);
    if (trm_model_need_text(&m->file, TRM_META_TEMPERATURE, &text, err) != 0)
        return -1;
    if (!trm_text_num(text, &m->temperature) || !(m->temperature > 0))
        return trm_err_set(err, TRM_DATA, "temperature \"%.40s\": expected a number above 0", text);
    if (trm_model_need_text(&m->file, TRM_META_STOP, &text, err) != 0)
        return -1;
    if (!trm_text_num(text, &m->stop_q))
        return trm_err_set(err, TRM_DATA, TRM_META_STOP " \"%.40s\": expected a number", text);
    trm_json *v = trm_model_need_json(&m->file, TRM_META_VOCAB, err);
    m->vocab = v ? trm_vocab_load(v, err) : NULL;
    trm_json_free(v);
    return m->vocab ? 0 : trm_err_set(err, TRM_DATA, "vocabulary not readable");
}

int
trm_model_shape(struct trm_net_config *c, const struct trm_vocab *v, struct trm_err *err)
{
    size_t rows = trm_vocab_rows(v), seq = trm_vocab_positions(v);
    if (rows == 0 || rows > 1u << 24 || seq == 0 || seq > 1u << 14)
        return trm_err_set(err, TRM_USAGE, "vocabulary of %zu rows and %zu positions: too large for a net", rows, seq);
    c->seq = (uint32_t)seq, c->vocab_in = (uint32_t)rows, c->vocab_out = 2;
    c->id_columns = TRM_CODE_COLUMNS, c->features = TRM_CODE_FEATURES, c->puzzles = 0;
    return 0;
}

bool
trm_model_finite(const float *x, size_t n)
{
    float sum[16] = {0}; /* 0 * x is NaN exactly for what is not finite; one sum would wait for itself at each addition */
    size_t whole = n / 16 * 16;
    for (size_t i = 0; i < whole; i += 16)
        for (size_t k = 0; k < 16; k++)
            sum[k] += 0 * x[i + k];
    for (size_t i = whole; i < n; i++)
        sum[0] += 0 * x[i];
    for (size_t k = 1; k < 16; k++)
        sum[0] += sum[k];
    return sum[0] == 0;
}

int
trm_model_net_config(struct trm_net_config *c, const struct trm_ckpt *f, struct trm_err *err)
{
    *c = trm_net_config_default();
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        char key[80];
        const char *value;
        snprintf(key, sizeof key, TRM_META_NET "%s", trm_net_config_key(i));
        if (!strcmp(trm_net_config_key(i), "grad_calls") && !trm_ckpt_get(f, key))
            continue; /* models of before it, which were trained through the whole cycle */
        if (trm_model_need_text(f, key, &value, err) != 0 || trm_net_config_set(c, trm_net_config_key(i), value, err) != 0)
            return -1;
    }
    return 0;
}

static int
open_net(struct trm_model *m, struct trm_err *err)
{
    struct trm_net_config c, shape;
    if (trm_model_net_config(&c, &m->file, err) != 0)
        return -1;
    shape = c;
    if (trm_model_shape(&shape, m->vocab, err) != 0)
        return -1;
    if (shape.seq != c.seq || shape.vocab_in != c.vocab_in || c.vocab_out != 2 || c.id_columns != shape.id_columns ||
        c.features != shape.features || c.puzzles != 0)
        return trm_err_set(err, TRM_DATA, "net and vocabulary disagree: seq %u and %u, rows %u and %u", c.seq, shape.seq,
                           c.vocab_in, shape.vocab_in);
    if (trm_net_init(&m->net, &c, err) != 0)
        return -1;
    if (trm_ckpt_vector(&m->file, "", m->net.tensors, m->net.n_tensors, m->net.n_params, &m->params, &m->owned_params, err))
        return -1;
    return trm_model_finite(m->params, m->net.n_params) ? 0 : trm_err_set(err, TRM_DATA, "weights that are not finite");
}

static int
open_names(struct trm_model *m, size_t n_rules, struct trm_err *err)
{
    trm_json *list = trm_model_need_json(&m->file, TRM_META_NAMES, err);
    m->names = list ? trm_arena_calloc(&m->arena, n_rules + 1, sizeof *m->names) : NULL;
    int rc = m->names && trm_json_len(list) == n_rules ? 0 : trm_err_set(err, TRM_DATA, TRM_META_NAMES ": expected one a rule");
    for (size_t i = 0; rc == 0 && i < n_rules; i++) {
        trm_json *o = trm_json_at(list, i);
        const char *field = trm_json_str(trm_json_get(o, "field"), NULL);
        double at = trm_json_num(trm_json_get(o, "at"), 0), scale = trm_json_num(trm_json_get(o, "scale"), 1);
        m->names[i].field = field ? trm_arena_strdup(&m->arena, field) : NULL;
        m->names[i].at = at >= 0 && at < 64 ? (size_t)at : 0;
        m->names[i].scale = scale;
        if (field && !m->names[i].field)
            rc = trm_err_set(err, TRM_SYS, "out of memory");
    }
    trm_json_free(list);
    return rc;
}

static int
open_baseline(struct trm_model *m, struct trm_err *err)
{
    size_t n = trm_vocab_n_rules(m->vocab);
    m->width = m->arch == TRM_ARCH_PRIOR ? 1 : m->arch == TRM_ARCH_NAME ? TRM_NAME_WIDTH : TRM_LOGISTIC_WIDTH;
    m->owned_weights = calloc(n * m->width + 1, sizeof *m->owned_weights);
    if (!m->owned_weights)
        return trm_err_set(err, TRM_SYS, "out of memory for %zu rules", n);
    m->weights = m->owned_weights;
    if (trm_ckpt_read(&m->file, "baseline.weights", TRM_F32, m->owned_weights, n * m->width, err) != 0)
        return -1;
    if (!trm_model_finite(m->weights, n * m->width))
        return trm_err_set(err, TRM_DATA, "weights that are not finite");
    return m->arch == TRM_ARCH_NAME ? open_names(m, n, err) : 0;
}

int
trm_model_open(struct trm_model *m, const char *path, struct trm_err *err)
{
    struct trm_ckpt file;
    *m = (struct trm_model){0};
    return trm_ckpt_open(&file, path, false, err) != 0 ? -1 : trm_model_of(m, &file, path, err);
}

int
trm_model_of(struct trm_model *m, struct trm_ckpt *file, const char *path, struct trm_err *err)
{
    *m = (struct trm_model){.file = *file};
    if (open_arch(m, err) != 0 || (m->arch == TRM_ARCH_TRM ? open_net(m, err) : open_baseline(m, err)) != 0) {
        trm_model_release(m);
        if (err && err->kind == TRM_USAGE)
            err->kind = TRM_DATA;
        return trm_err_at(err, "%s", path);
    }
    return 0;
}

void
trm_model_release(struct trm_model *m)
{
    trm_vocab_free(m->vocab);
    trm_net_release(&m->net);
    trm_ckpt_release(&m->file);
    trm_arena_release(&m->arena);
    free(m->owned_params);
    free(m->owned_weights);
    *m = (struct trm_model){0};
}

struct trm_rules *
trm_model_rules(const struct trm_model *m, struct trm_err *err)
{
    const char *text = trm_ckpt_get(&m->file, TRM_META_RULES);
    if (!text)
        return NULL;
    trm_json *list = trm_json_parse(text, strlen(text), err);
    struct trm_rules *rules = list ? trm_rules_new() : NULL;
    int rc = rules && trm_json_type(list) == TRM_JSON_ARRAY
                 ? 0
                 : trm_err_set(err, TRM_DATA, TRM_META_RULES ": expected a list of rule files");
    for (size_t i = 0; rc == 0 && i < trm_json_len(list); i++) {
        const char *path, *bytes;
        trm_json *file = trm_json_at(list, i);
        rc = trm_json_need_str(file, "path", &path, err);
        rc = rc == 0 ? trm_json_need_str(file, "text", &bytes, err) : rc;
        rc = rc == 0 ? trm_rules_add(rules, path, bytes, strlen(bytes), err) : rc;
    }
    trm_json_free(list);
    if (rc == 0)
        return rules;
    trm_rules_free(rules);
    return NULL;
}

long
trm_model_rule(const struct trm_model *m, const char *rule)
{
    size_t lo = 0, hi = trm_vocab_n_rules(m->vocab); /* in byte order */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(trm_vocab_rule(m->vocab, mid), rule);
        if (c == 0)
            return (long)mid;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

double
trm_model_p(const struct trm_model *m, double logit)
{
    return trm_stat_sigmoid(logit / m->temperature);
}
