#include "shapes.h"

#include <stdio.h>
#include <string.h>

#include "inner.h"

struct shapes {
    struct trm_net_config *c;
    bool *given;
    const struct trm_tensor *tensors;
    size_t n;
    struct trm_err *err;
};

static size_t
setting(const char *key)
{
    size_t i = 0;
    while (strcmp(trm_net_config_key(i), key) != 0)
        i++;
    return i;
}

static bool
is_given(const struct shapes *s, const char *key)
{
    return s->given[setting(key)];
}

/* Fill in one whole number. */
static void
fill(struct shapes *s, const char *key, uint32_t *field, size_t value)
{
    if (is_given(s, key))
        return;
    *field = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value; /* beyond every setting's range, and refused as such */
    s->given[setting(key)] = true;
}

static const struct trm_tensor *
find(const struct shapes *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->tensors[i].name, name) == 0)
            return &s->tensors[i];
    return NULL;
}

/* The tensor of block `layer`, or NULL. */
static const struct trm_tensor *
of_block(const struct shapes *s, size_t layer, const char *part)
{
    char name[96];
    snprintf(name, sizeof name, "inner.L_level.layers.%zu.%s.weight", layer, part);
    return find(s, name);
}

static size_t
rows_of(const struct trm_tensor *t)
{
    return t ? t->shape[0] : 0;
}

static int
fill_tables(struct shapes *s)
{
    const struct trm_tensor *head = find(s, "inner.lm_head.weight"), *words = find(s, "inner.embed_tokens.embedding_weight");
    const struct trm_tensor *mixer = of_block(s, 0, "mlp_t.gate_up_proj"), *attention = of_block(s, 0, "self_attn.qkv_proj");
    if (!head || !of_block(s, 0, "mlp.gate_up_proj") || (!mixer && !attention))
        return trm_err_set(s->err, TRM_DATA, "tensor %s is missing: no Tiny Recursive Model",
                           head ? "inner.L_level.layers.0..." : "inner.lm_head.weight");
    struct trm_net_config *c = s->c;
    size_t layers = 1;
    while (layers < s->n && of_block(s, layers, "mlp.gate_up_proj"))
        layers++;
    fill(s, "width", &c->width, head->shape[1]);
    fill(s, "vocab_out", &c->vocab_out, head->shape[0]);
    fill(s, "vocab_in", &c->vocab_in, rows_of(words));
    fill(s, "id_columns", &c->id_columns, words != NULL);
    fill(s, "features", &c->features, rows_of(find(s, "inner.embed_features.weight")));
    fill(s, "puzzles", &c->puzzles, rows_of(find(s, "inner.puzzle_emb.weights")));
    fill(s, "layers", &c->layers, layers);
    fill(s, "form", (uint32_t *)&c->form, mixer ? TRM_NET_MIXER : TRM_NET_ATTENTION);
    enum trm_net_pos pos = find(s, "inner.embed_pos.embedding_weight") ? TRM_NET_LEARNED : mixer ? TRM_NET_NONE : TRM_NET_ROPE;
    fill(s, "pos", (uint32_t *)&c->pos, pos);
    return 0;
}

/* seq and prefix, whose sum the mixer and a table of positions know. */
static void
fill_length(struct shapes *s)
{
    const struct trm_tensor *mixer = of_block(s, 0, "mlp_t.gate_up_proj"), *pos = find(s, "inner.embed_pos.embedding_weight");
    size_t length = mixer ? mixer->shape[1] : rows_of(pos);
    if (is_given(s, "prefix") && length > s->c->prefix)
        fill(s, "seq", &s->c->seq, length - s->c->prefix);
    if (is_given(s, "seq") && length >= s->c->seq)
        fill(s, "prefix", &s->c->prefix, length - s->c->seq);
}

/* Whether these settings give the inner sizes of the tensors: inner of D, mix of L (0: attention). */
static bool
fits(const struct trm_net_config *c, size_t inner, size_t mix)
{
    return trm_net_inner_size(c, c->width) == inner && (!mix || trm_net_inner_size(c, (size_t)c->seq + c->prefix) == mix);
}

/* The published pair first, then likely ones, then the one that gives `inner` without rounding. */
static int
fill_expansion(struct shapes *s)
{
    static const double expansions[] = {4, 2, 3, 1, 8, 6, 5};
    static const uint32_t multiples[] = {256, 128, 64, 32, 16, 8, 4, 2, 1};
    size_t inner = of_block(s, 0, "mlp.gate_up_proj")->shape[0] / 2, mix = rows_of(of_block(s, 0, "mlp_t.gate_up_proj")) / 2;
    struct trm_net_config c = *s->c;
    bool has_expansion = is_given(s, "expansion"), has_multiple = is_given(s, "inner_multiple"), found = fits(&c, inner, mix);
    for (size_t m = 0; !found && m < sizeof multiples / sizeof *multiples; m++)
        for (size_t e = 0; !found && e < sizeof expansions / sizeof *expansions; e++) {
            c.expansion = has_expansion ? s->c->expansion : expansions[e];
            c.inner_multiple = has_multiple ? s->c->inner_multiple : multiples[m];
            found = fits(&c, inner, mix);
        }
    if (!found && !has_expansion && !has_multiple) {
        c.expansion = 1.5 * (double)inner / c.width, c.inner_multiple = 1;
        found = c.expansion < 64 && fits(&c, inner, mix);
    }
    if (!found)
        return trm_err_set(s->err, TRM_DATA, "inner sizes %zu and %zu: expected expansion and inner_multiple to be given", inner, mix);
    *s->c = c;
    s->given[setting("expansion")] = s->given[setting("inner_multiple")] = true;
    return 0;
}

int
trm_net_config_shapes(struct trm_net_config *c, bool *given, const struct trm_tensor *tensors, size_t n, struct trm_err *err)
{
    struct shapes s = {c, given, tensors, n, err};
    static const char *const needed[] = {"heads", "n", "T", "seq", "prefix"};
    if (fill_tables(&s) != 0)
        return -1;
    fill_length(&s);
    if (c->form == TRM_NET_MIXER)
        given[setting("heads")] = true; /* it has none */
    char missing[64] = "";
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!is_given(&s, needed[i]))
            snprintf(missing + strlen(missing), sizeof missing - strlen(missing), "%s%s", *missing ? ", " : "", needed[i]);
    if (*missing)
        return trm_err_set(err, TRM_DATA, "shapes do not tell %s: expected to be given", missing);
    return trm_net_config_check(c, err) == 0 ? fill_expansion(&s) : -1;
}
