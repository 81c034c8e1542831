/* Settings told from shapes: networks laid out, asked, and laid out again. */
#include <stdbool.h>

#include "../../lib/net/shapes.h"
#include "t.h"

enum { MOST_SETTINGS = 64 };

static void
give(bool *given, const char *key)
{
    for (size_t i = 0; i < trm_net_config_n(); i++)
        given[i] |= strcmp(trm_net_config_key(i), key) == 0;
}

/* The layout of *c is found again by its tensors when only `keys` (a NULL at the end) are given. */
static void
found_again(const struct trm_net_config *c, const char *const *keys)
{
    struct trm_net net, again;
    struct trm_err err = {0};
    bool given[MOST_SETTINGS] = {false};
    struct trm_net_config d = trm_net_config_default();
    for (; *keys; keys++)
        for (size_t i = 0; i < trm_net_config_n(); i++) {
            char value[40];
            if (strcmp(trm_net_config_key(i), *keys) != 0)
                continue;
            trm_net_config_text(c, i, value);
            CHECK(trm_net_config_set(&d, *keys, value, &err) == 0);
            give(given, *keys);
        }
    CHECK(trm_net_init(&net, c, &err) == 0);
    int status = trm_net_config_shapes(&d, given, net.tensors, net.n_tensors, &err);
    CHECK(status == 0);
    if (status != 0)
        printf("# said: %s\n", err.text);
    CHECK(trm_net_init(&again, &d, &err) == 0);
    CHECK(again.n_params == net.n_params && again.n_tensors == net.n_tensors && again.length == net.length);
    CHECK(d.form == c->form && d.pos == c->pos && d.prefix == c->prefix && d.heads == c->heads && d.n == c->n && d.T == c->T);
    for (size_t i = 0; i < net.n_tensors && i < again.n_tensors; i++) {
        CHECK_STR(again.tensors[i].name, net.tensors[i].name);
        CHECK(again.tensors[i].offset == net.tensors[i].offset && again.tensors[i].count == net.tensors[i].count);
    }
    trm_net_release(&net), trm_net_release(&again);
}

static struct trm_net_config
config(enum trm_net_form form, enum trm_net_pos pos, uint32_t width, double expansion, uint32_t multiple)
{
    struct trm_net_config c = trm_net_config_default();
    c.form = form, c.pos = pos, c.width = width, c.expansion = expansion, c.inner_multiple = multiple;
    c.n = 5, c.T = 2, c.heads = 4, c.puzzles = 3, c.vocab_out = 7, c.layers = 3;
    return c;
}

static const char *const all[] = {"heads", "n", "T", "seq", "prefix", NULL}, *const by_seq[] = {"heads", "n", "T", "seq", NULL},
                  *const by_prefix[] = {"n", "T", "prefix", NULL};

/* As found_again, but the settings are missing: which, is said. */
static void
missing(const struct trm_net_config *c, const char *words)
{
    struct trm_net net;
    struct trm_err err = {0};
    bool given[MOST_SETTINGS] = {false};
    struct trm_net_config d = trm_net_config_default();
    CHECK(trm_net_init(&net, c, &err) == 0);
    CHECK(trm_net_config_shapes(&d, given, net.tensors, net.n_tensors, &err) == -1 && err.kind == TRM_DATA);
    if (!strstr(err.text, words))
        printf("# said: %s\n", err.text);
    CHECK(strstr(err.text, words) != NULL);
    trm_net_release(&net);
}

T_MAIN
{
    T("there is room for all settings") CHECK(trm_net_config_n() <= MOST_SETTINGS);
    T("the published sizes are told by their shapes") {
        struct trm_net_config c = trm_net_config_default();
        found_again(&c, all);
        c.form = TRM_NET_MIXER, c.pos = TRM_NET_NONE;
        found_again(&c, by_seq);
    }
    T("inner sizes are found for other expansions and multiples, in both forms") {
        static const double expansions[] = {4, 2, 1, 3, 2.5, 1.75};
        static const uint32_t multiples[] = {256, 32, 8, 1}, widths[] = {32, 48, 128, 512};
        for (size_t e = 0; e < 6; e++)
            for (size_t m = 0; m < 4; m++)
                for (size_t w = 0; w < 4; w++) {
                    struct trm_net_config c = config(TRM_NET_ATTENTION, TRM_NET_ROPE, widths[w], expansions[e], multiples[m]);
                    found_again(&c, all);
                    c = config(TRM_NET_MIXER, TRM_NET_NONE, widths[w], expansions[e < 4 ? e : 0], multiples[m]);
                    c.heads = 8; /* has no meaning there, and stays what it was */
                    found_again(&c, by_prefix);
                }
    }
    T("learned positions and the mixer know their length, and one of seq and prefix tells the other") {
        struct trm_net_config c = config(TRM_NET_ATTENTION, TRM_NET_LEARNED, 64, 4, 256);
        found_again(&c, by_seq);
        c.puzzles = 0, c.prefix = 0;
        found_again(&c, by_seq);
        c = config(TRM_NET_MIXER, TRM_NET_LEARNED, 64, 4, 256);
        c.heads = 8;
        found_again(&c, by_prefix);
    }
    T("networks with features, or without words, are told") {
        struct trm_net_config c = config(TRM_NET_ATTENTION, TRM_NET_ROPE, 64, 4, 32);
        c.features = 9;
        found_again(&c, all);
        c.id_columns = 0, c.vocab_in = 0;
        found_again(&c, all);
    }
    T("what shapes cannot tell is asked for") {
        struct trm_net_config c = config(TRM_NET_ATTENTION, TRM_NET_ROPE, 64, 4, 256);
        missing(&c, "heads, n, T, seq, prefix");
        c = config(TRM_NET_MIXER, TRM_NET_NONE, 64, 4, 256);
        missing(&c, "tell n, T, seq, prefix");
    }
    T("shapes that are no network of ours are refused") {
        struct trm_net_config d = trm_net_config_default();
        bool given[MOST_SETTINGS] = {false};
        struct trm_err err = {0};
        struct trm_tensor t[] = {
            {"inner.lm_head.weight", 0, 2, {4, 8}, 32}, {"inner.L_level.layers.0.mlp.gate_up_proj.weight", 0, 2, {14, 8}, 112},
            {"inner.L_level.layers.0.mlp_t.gate_up_proj.weight", 0, 2, {1000, 9}, 9000},
            {"inner.embed_tokens.embedding_weight", 0, 2, {4, 8}, 32},
        };
        for (size_t n = 0; n < 3; n++) {
            CHECK(trm_net_config_shapes(&d, given, t, n, &err) == -1 && strstr(err.text, "is missing"));
            trm_err_reset(&err);
        }
        for (size_t i = 0; all[i]; i++)
            give(given, all[i]);
        d.seq = 5, d.prefix = 4; /* inner sizes 7 of 8 and 500 of 9: no expansion has both */
        CHECK(trm_net_config_shapes(&d, given, t, 4, &err) == -1 && strstr(err.text, "inner sizes 7 and 500"));
    }
}
