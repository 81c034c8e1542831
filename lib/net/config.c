/* A network's settings: the published ones, as text, and whether they make sense. */
#include "net.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "inner.h"

struct trm_net_config
trm_net_config_default(void)
{
    return (struct trm_net_config){
        .seq = 81, .prefix = 16, .width = 512, .heads = 8, .layers = 2,
        .expansion = 4, .inner_multiple = 256,
        .vocab_in = 11, .vocab_out = 11, .id_columns = 1,
        .n = 6, .T = 3, .max_steps = 16, .explore = .1, .halt_weight = .5,
        .eps = 1e-5, .rope_theta = 10000, .micro = 4, .lanes = 8,
    };
}

/* One setting: where it stands, and how far it may go. */
struct setting {
    const char *key;
    enum { COUNT, NUMBER, NAME } type;
    size_t at;
    double lo, hi;
    const char *names[4];
};
#define AT(field) offsetof(struct trm_net_config, field)

/* Upper bounds keep every product of sizes far from overflow and every int of the BLAS in range. */
static const struct setting settings[] = {
    {"form", NAME, AT(form), 0, 1, {"attention", "mixer"}},
    {"pos", NAME, AT(pos), 0, 2, {"rope", "none", "learned"}},
    {"loss", NAME, AT(loss), 0, 1, {"stablemax", "softmax"}},
    {"seq", COUNT, AT(seq), 1, 65536, {0}},
    {"prefix", COUNT, AT(prefix), 0, 65536, {0}},
    {"width", COUNT, AT(width), 1, 16384, {0}},
    {"heads", COUNT, AT(heads), 1, 1024, {0}},
    {"layers", COUNT, AT(layers), 1, 64, {0}},
    {"expansion", NUMBER, AT(expansion), 1e-3, 64, {0}},
    {"inner_multiple", COUNT, AT(inner_multiple), 1, 65536, {0}},
    {"vocab_in", COUNT, AT(vocab_in), 0, 1 << 24, {0}},
    {"vocab_out", COUNT, AT(vocab_out), 2, 1 << 20, {0}},
    {"id_columns", COUNT, AT(id_columns), 0, 64, {0}},
    {"features", COUNT, AT(features), 0, 4096, {0}},
    {"puzzles", COUNT, AT(puzzles), 0, 1 << 24, {0}},
    {"n", COUNT, AT(n), 1, 1000, {0}},
    {"T", COUNT, AT(T), 1, 1000, {0}},
    {"grad_calls", COUNT, AT(grad_calls), 0, 1001, {0}},
    {"max_steps", COUNT, AT(max_steps), 1, 1 << 20, {0}},
    {"explore", NUMBER, AT(explore), 0, 1, {0}},
    {"halt_weight", NUMBER, AT(halt_weight), 0, 1e6, {0}},
    {"dropout", NUMBER, AT(dropout), 0, .95, {0}},
    {"eps", NUMBER, AT(eps), 1e-12, 1, {0}},
    {"rope_theta", NUMBER, AT(rope_theta), 1, 1e12, {0}},
    {"micro", COUNT, AT(micro), 1, 4096, {0}},
    {"lanes", COUNT, AT(lanes), 1, 4096, {0}},
};

size_t
trm_net_config_n(void)
{
    return sizeof settings / sizeof settings[0];
}

const char *
trm_net_config_key(size_t i)
{
    return settings[i].key;
}

static double
value_of(const struct trm_net_config *c, const struct setting *s)
{
    const void *p = (const char *)c + s->at;
    return s->type == NUMBER ? *(const double *)p : *(const uint32_t *)p;
}

void
trm_net_config_text(const struct trm_net_config *c, size_t i, char out[40])
{
    const struct setting *s = &settings[i];
    double x = value_of(c, s);
    if (s->type == NAME)
        snprintf(out, 40, "%s", x <= s->hi ? s->names[(int)x] : "?");
    else if (s->type == COUNT)
        snprintf(out, 40, "%u", (unsigned)x);
    else
        out[trm_text_of_num(out, x)] = 0;
}

int
trm_net_config_set(struct trm_net_config *c, const char *key, const char *value, struct trm_err *err)
{
    const struct setting *s = settings, *end = settings + trm_net_config_n();
    while (s < end && strcmp(s->key, key) != 0)
        s++;
    if (s == end)
        return trm_err_set(err, TRM_DATA, "no network setting is called %s", key);
    void *p = (char *)c + s->at;
    if (s->type == NAME) {
        for (uint32_t i = 0; i <= s->hi; i++)
            if (strcmp(s->names[i], value) == 0)
                return *(uint32_t *)p = i, 0;
        return trm_err_set(err, TRM_DATA, "%s is %s, expected %s, %s%s%s", key, value, s->names[0], s->names[1],
                           s->names[2] ? " or " : "", s->names[2] ? s->names[2] : "");
    }
    long long whole;
    double x;
    if (s->type == COUNT && trm_text_int(value, 0, UINT32_MAX, &whole))
        return *(uint32_t *)p = (uint32_t)whole, 0;
    if (s->type == NUMBER && trm_text_num(value, &x))
        return *(double *)p = x, 0;
    return trm_err_set(err, TRM_DATA, "%s is %s, expected a %snumber", key, value, s->type == COUNT ? "whole " : "");
}

/* What no single range says. */
static int
check_together(const struct trm_net_config *c, struct trm_err *err)
{
    if (c->form == TRM_NET_ATTENTION && c->width % c->heads)
        return trm_err_set(err, TRM_USAGE, "heads is %u, expected a divisor of width %u", c->heads, c->width);
    if (c->form == TRM_NET_ATTENTION && c->pos == TRM_NET_ROPE && c->width / c->heads % 2)
        return trm_err_set(err, TRM_USAGE, "width / heads is %u, expected an even number for rope",
                           c->width / c->heads);
    if (c->form == TRM_NET_MIXER && c->pos == TRM_NET_ROPE)
        return trm_err_set(err, TRM_USAGE, "pos is rope, expected none or learned for the mixer");
    if (c->puzzles && !c->prefix)
        return trm_err_set(err, TRM_USAGE, "prefix is 0, expected 1 or more with puzzle embeddings");
    if (c->id_columns == 0 && c->features == 0)
        return trm_err_set(err, TRM_USAGE, "id_columns and features are both 0, expected some input");
    if (c->id_columns && !c->vocab_in)
        return trm_err_set(err, TRM_USAGE, "vocab_in is 0, expected 1 or more with id columns");
    return 0;
}

int
trm_net_config_check(const struct trm_net_config *c, struct trm_err *err)
{
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        const struct setting *s = &settings[i];
        double x = value_of(c, s);
        if (!(x >= s->lo && x <= s->hi))
            return trm_err_set(err, TRM_USAGE, "%s is %g, expected %g to %g", s->key, x, s->lo, s->hi);
    }
    return check_together(c, err);
}
