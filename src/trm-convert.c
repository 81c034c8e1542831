/* trm-convert: weights of PyTorch or safetensors in; a model file of ours, safetensors or a PyTorch state dict out.
 *
 * Names, shapes and numbers stay what they are. A model file of ours needs the network's settings besides: the input's own
 * metadata, a published configuration, --set, and the shapes of the tensors are asked in this order. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../lib/base/file.h"
#include "../lib/base/hash.h"
#include "../lib/base/text.h"
#include "../lib/cli/cli.h"
#include "../lib/ckpt/ckpt.h"
#include "../lib/net/net.h"
#include "../lib/net/shapes.h"
#include "../lib/pack/pack.h"
#include "../lib/rec/rec.h"
#include "../lib/torch/torch.h"

enum form { TO_TRM, TO_SAFETENSORS, TO_TORCH, N_FORMS };
static const char *const form_names[N_FORMS] = {"trm", "safetensors", "torch"};

struct convert {
    /* as given */
    const char *output, *to, *dtype, *config, *prefix;
    struct trm_list set, meta;
    bool list;
    /* the input */
    const char *path, *source; /* source: "torch", "safetensors" or "trm" */
    struct trm_ckpt file;
    char sha256[65];
    /* the output */
    enum form form;
    struct trm_ckpt_tensor *tensors; /* [n], names without the legacy prefix */
    size_t n;
    struct trm_ckpt_meta *texts; /* [n_texts] */
    size_t n_texts;
    struct trm_net net;
    trm_real *owned; /* a vector that is not in the map */
    struct trm_arena arena;
};

static int
no_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

/* The first bytes tell a zip from a safetensors file. */
static int
open_file(struct convert *v, struct trm_err *err)
{
    struct trm_map map;
    struct trm_sha256 s;
    if (trm_map_open(&map, v->path, 0, err) != 0)
        return -1;
    bool zip = trm_pack_is_zip(map.data, map.size) || (map.size > 1 && memcmp(map.data, "\x80\x02", 2) == 0);
    trm_sha256_init(&s);
    trm_sha256_add(&s, map.data, map.size);
    trm_sha256_hex(&s, v->sha256);
    trm_map_release(&map);
    v->source = zip ? "torch" : "safetensors";
    if (zip)
        return trm_torch_open(&v->file, v->path, err);
    if (trm_ckpt_open(&v->file, v->path, true, err) != 0)
        return -1;
    if (!trm_ckpt_get(&v->file, "trm.format"))
        return 0;
    v->source = "trm"; /* ours: then its checksum counts */
    trm_ckpt_release(&v->file);
    return trm_ckpt_open(&v->file, v->path, false, err);
}

/* What torch.compile and a loss head put before the published names. */
static size_t
legacy_prefix(const char *name)
{
    static const char *const parts[] = {"_orig_mod.", "model."};
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strncmp(name + n, parts[i], strlen(parts[i])) == 0)
            n += strlen(parts[i]);
    return strncmp(name + n, "inner.", 6) == 0 ? n : 0;
}

static int
take_tensors(struct convert *v, struct trm_err *err)
{
    v->n = v->file.n;
    v->tensors = trm_arena_calloc(&v->arena, v->n + 1, sizeof *v->tensors);
    if (!v->tensors)
        return no_memory(err);
    for (size_t i = 0; i < v->n; i++) {
        v->tensors[i] = v->file.tensors[i];
        v->tensors[i].name += legacy_prefix(v->tensors[i].name);
    }
    return 0;
}

/* --- metadata ---------------------------------------------------------------------------------------------------- */

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Put a text at a key; an earlier one there is replaced when `replace`, else kept. */
static int
put_text(struct convert *v, const char *key, const char *value, bool replace, struct trm_err *err)
{
    size_t i = 0;
    while (i < v->n_texts && strcmp(v->texts[i].key, key) != 0)
        i++;
    if (i < v->n_texts && !replace)
        return 0;
    key = trm_arena_strdup(&v->arena, key);
    value = trm_arena_strdup(&v->arena, value);
    if (!key || !value)
        return no_memory(err);
    v->texts[i] = (struct trm_ckpt_meta){key, value};
    v->n_texts += i == v->n_texts;
    return 0;
}

/* "KEY=VALUE" in two pieces. */
static int
split(struct convert *v, const char *option, const char *pair, const char **key, const char **value, struct trm_err *err)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair)
        return trm_err_set(err, TRM_USAGE, "--%s %.60s: expected KEY=VALUE", option, pair);
    *key = trm_arena_strndup(&v->arena, pair, (size_t)(equals - pair));
    *value = equals + 1;
    return *key ? 0 : no_memory(err);
}

/* What the input says of itself, but for its digests, and what --meta says. */
static int
take_texts(struct convert *v, struct trm_err *err)
{
    static const char *const by_writer[] = {"trm.format", "trm.sha256", "trm.xxh64"};
    v->texts = trm_arena_calloc(&v->arena, v->file.n_meta + v->meta.n + trm_net_config_n() + 8, sizeof *v->texts);
    if (!v->texts)
        return no_memory(err);
    for (size_t i = 0; i < v->file.n_meta; i++) {
        bool skip = false;
        for (size_t k = 0; k < sizeof by_writer / sizeof *by_writer; k++)
            skip |= strcmp(v->file.meta[i].key, by_writer[k]) == 0;
        if (!skip && put_text(v, v->file.meta[i].key, v->file.meta[i].value, true, err) != 0)
            return -1;
    }
    for (size_t i = 0; i < v->meta.n; i++) {
        const char *key, *value;
        if (split(v, "meta", v->meta.item[i], &key, &value, err) != 0 || put_text(v, key, value, true, err) != 0)
            return -1;
    }
    return 0;
}

/* How the model came about, unless it says so itself. */
static int
put_lineage(struct convert *v, struct trm_err *err)
{
    const char *slash = strrchr(v->path, '/');
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "program", "trm-convert " TRM_VERSION);
    trm_jw_key(&w, "from");
    trm_jw_object(&w);
    trm_jw_kstr(&w, "file", slash ? slash + 1 : v->path);
    trm_jw_kstr(&w, "format", v->source);
    trm_jw_kstr(&w, "sha256", v->sha256);
    trm_jw_end(&w);
    trm_jw_end(&w);
    int status = b.failed ? no_memory(err) : put_text(v, "trm.lineage", b.data, false, err);
    trm_buf_release(&b);
    return status;
}

/* --- the network's settings -------------------------------------------------------------------------------------- */

struct settings {
    struct trm_net_config c;
    bool *given; /* [trm_net_config_n()] */
};

static int
give(struct settings *s, const char *key, const char *value, struct trm_err *err)
{
    if (trm_net_config_set(&s->c, key, value, err) != 0)
        return -1;
    for (size_t i = 0; i < trm_net_config_n(); i++)
        s->given[i] |= strcmp(trm_net_config_key(i), key) == 0;
    return 0;
}

/* A published configuration: JSON, or YAML as the published trainer reads it and leaves it beside its checkpoints, of which one
 * line a setting is read, whatever it stands under. */
struct published {
    trm_json *json; /* NULL: YAML */
    const char *text;
    size_t n;
    char value[80]; /* the last one asked for */
};

/* Text of a setting wherever it stands, or NULL. */
static const char *
json_value(struct published *p, const char *key)
{
    const trm_json *arch = trm_json_get(p->json, "arch"), *places[] = {p->json, arch, trm_json_get(arch, "loss")};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const trm_json *x = trm_json_get(places[i], key);
        switch (trm_json_type(x)) {
        case TRM_JSON_STR:
            return trm_json_str(x, "");
        case TRM_JSON_NUM:
            p->value[trm_text_of_num(p->value, trm_json_num(x, 0))] = 0;
            return p->value;
        case TRM_JSON_TRUE:
            return "true";
        case TRM_JSON_FALSE:
            return "false";
        default:
            break;
        }
    }
    return NULL;
}

static const char *
yaml_value(struct published *p, const char *key)
{
    for (const char *line = p->text, *end = p->text + p->n; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next : end;
        const char *at = line + strspn(line, " ");
        if ((size_t)(next - at) > strlen(key) && begins(at, key) && at[strlen(key)] == ':') {
            at += strlen(key) + 1;
            at += strspn(at, " ");
            size_t n = at < next ? (size_t)(next - at) : 0;
            for (size_t i = 1; i < n; i++)
                if (at[i] == '#' && at[i - 1] == ' ')
                    n = i; /* a comment */
            while (n && (at[n - 1] == ' ' || at[n - 1] == '\r'))
                n--;
            if (n && n < sizeof p->value) {
                memcpy(p->value, at, n);
                p->value[n] = 0;
                return p->value;
            }
        }
        line = next + 1;
    }
    return NULL;
}

static const char *
published_value(struct published *p, const char *key)
{
    return p->json ? json_value(p, key) : yaml_value(p, key);
}

static double
published_number(struct published *p, const char *key)
{
    const char *text = published_value(p, key);
    double x;
    return text && trm_text_num(text, &x) ? x : 0;
}

static int
give_published(struct settings *s, struct published *p, struct trm_err *err)
{
    static const char *const names[][2] = {
        {"seq_len", "seq"}, {"hidden_size", "width"}, {"num_heads", "heads"}, {"L_layers", "layers"}, {"expansion", "expansion"},
        {"vocab_size", "vocab_in"}, {"vocab_size", "vocab_out"}, {"pos_encodings", "pos"}, {"H_cycles", "T"}, {"L_cycles", "n"},
        {"halt_max_steps", "max_steps"}, {"halt_exploration_prob", "explore"}, {"halt_loss_weight", "halt_weight"},
        {"rms_norm_eps", "eps"}, {"rope_theta", "rope_theta"},
    };
    const char *value;
    char text[32];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((value = published_value(p, names[i][0])) && give(s, names[i][1], value, err) != 0)
            return trm_err_at(err, "%s", names[i][0]);
    if ((value = published_value(p, "mlp_t")) && give(s, "form", strcasecmp(value, "true") == 0 ? "mixer" : "attention", err) != 0)
        return -1;
    if (s->c.form == TRM_NET_MIXER && s->c.pos == TRM_NET_ROPE)
        s->c.pos = TRM_NET_NONE; /* tables that the mixer has no use for */
    if (!(value = published_value(p, "loss_type")))
        value = published_value(p, "loss");
    if (value && give(s, "loss", begins(value, "softmax") ? "softmax" : "stablemax", err) != 0)
        return -1;
    /* a length of 0 stands for as many tokens as the embedding's numbers fill */
    double width = published_number(p, "hidden_size"), length = published_number(p, "puzzle_emb_len");
    if (length == 0 && width > 0)
        length = (double)(long)((published_number(p, "puzzle_emb_ndim") + width - 1) / width);
    text[trm_text_of_num(text, length)] = 0;
    return give(s, "prefix", text, err);
}

static int
read_config(struct settings *s, const char *path, struct trm_err *err)
{
    struct trm_map map;
    if (trm_map_open(&map, path, 1 << 20, err) != 0)
        return -1;
    size_t blank = 0;
    while (blank < map.size && strchr(" \t\r\n", map.data[blank]))
        blank++;
    char *copy = strndup(map.data ? map.data : "", map.size); /* ends in a zero */
    struct published p = {.text = copy, .n = copy ? strlen(copy) : 0};
    int status = copy ? 0 : no_memory(err);
    if (status == 0 && blank < map.size && map.data[blank] == '{') {
        p.json = trm_json_parse(map.data, map.size, err);
        status = p.json ? 0 : -1;
    }
    status = status == 0 ? give_published(s, &p, err) : status;
    trm_json_free(p.json);
    free(copy);
    trm_map_release(&map);
    return status == 0 ? 0 : trm_err_at(err, "%s", path);
}

/* Names and shapes of the tensors, for the net room. */
static struct trm_tensor *
table_of(struct convert *v, struct trm_err *err)
{
    struct trm_tensor *table = trm_arena_calloc(&v->arena, v->n + 1, sizeof *table);
    if (!table)
        no_memory(err);
    for (size_t i = 0; table && i < v->n; i++) {
        const struct trm_ckpt_tensor *t = &v->tensors[i];
        if (strlen(t->name) >= sizeof table[i].name || t->rank < 1 || t->rank > 2) {
            trm_err_set(err, TRM_DATA, "tensor %.80s of rank %zu: no network of ours has it", t->name, t->rank);
            return NULL;
        }
        table[i] = (struct trm_tensor){.rank = t->rank, .shape = {t->shape[0], t->rank > 1 ? t->shape[1] : 1}, .count = t->count};
        memcpy(table[i].name, t->name, strlen(t->name));
    }
    return table;
}

static int
settle(struct convert *v, struct settings *s, struct trm_err *err)
{
    *s = (struct settings){.c = trm_net_config_default(), .given = trm_arena_calloc(&v->arena, trm_net_config_n(), sizeof *s->given)};
    if (!s->given)
        return no_memory(err);
    for (size_t i = 0; i < v->n_texts; i++)
        if (begins(v->texts[i].key, "trm.net.") && give(s, v->texts[i].key + strlen("trm.net."), v->texts[i].value, err) != 0)
            return -1;
    if (v->config && read_config(s, v->config, err) != 0)
        return -1;
    for (size_t i = 0; i < v->set.n; i++) {
        const char *key, *value;
        if (split(v, "set", v->set.item[i], &key, &value, err) != 0 || give(s, key, value, err) != 0)
            return trm_err_at(err, "--set");
    }
    struct trm_tensor *table = table_of(v, err);
    return table ? trm_net_config_shapes(&s->c, s->given, table, v->n, err) : -1;
}

/* --- the network itself ------------------------------------------------------------------------------------------ */

static int
check_known(const struct convert *v, struct trm_err *err)
{
    for (size_t i = 0; i < v->n; i++) {
        size_t k = 0;
        while (k < v->net.n_tensors && strcmp(v->net.tensors[k].name, v->tensors[i].name) != 0)
            k++;
        if (k == v->net.n_tensors)
            return trm_err_set(err, TRM_DATA, "tensor %.80s: a network of these settings has none of that name", v->tensors[i].name);
    }
    return 0;
}

/* The tensors in the order of the network, one vector; and its settings in the metadata. */
static int
make_model(struct convert *v, struct trm_err *err)
{
    struct settings s;
    const trm_real *params;
    if (settle(v, &s, err) != 0 || trm_net_init(&v->net, &s.c, err) != 0 || check_known(v, err) != 0)
        return -1;
    struct trm_ckpt renamed = v->file; /* only looked at */
    renamed.tensors = v->tensors;
    if (trm_ckpt_vector(&renamed, "", v->net.tensors, v->net.n_tensors, v->net.n_params, &params, &v->owned, err) != 0)
        return -1;
    v->n = v->net.n_tensors;
    v->tensors = trm_arena_calloc(&v->arena, v->n, sizeof *v->tensors);
    if (!v->tensors)
        return no_memory(err);
    trm_ckpt_of_table(v->tensors, v->net.tensors, v->n, params);
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        char key[80] = "trm.net.", value[40];
        trm_net_config_text(&s.c, i, value);
        strncat(key, trm_net_config_key(i), sizeof key - strlen(key) - 1);
        if (put_text(v, key, value, true, err) != 0)
            return -1;
    }
    /* published halting: stop once q is above 0; no temperature was fitted */
    return put_text(v, "trm.temperature", "1", false, err) || put_text(v, "trm.stop_q", "0", false, err) ? -1 : put_lineage(v, err);
}

/* --- element types ----------------------------------------------------------------------------------------------- */

/* All tensors of float types as `as`. */
static int
retype(struct convert *v, enum trm_dtype as, struct trm_err *err)
{
    for (size_t i = 0; i < v->n; i++) {
        struct trm_ckpt_tensor *t = &v->tensors[i];
        if (!trm_dtype_is_float(t->dtype) || t->dtype == as)
            continue;
        void *out = trm_arena_calloc(&v->arena, t->count + 1, trm_dtype_size(as));
        if (!out)
            return no_memory(err);
        if (trm_ckpt_convert(t, as, out, err) != 0)
            return -1;
        t->dtype = as, t->data = out;
    }
    return 0;
}

/* --dtype, or what it is by itself: float32 in models of ours, which are then used where they are mapped. */
static int
choose_type(struct convert *v, struct trm_err *err)
{
    static const struct {
        const char *name;
        enum trm_dtype dtype;
    } types[] = {{"f32", TRM_F32}, {"f64", TRM_F64}, {"bf16", TRM_BF16}, {"f16", TRM_F16}};
    if (strcmp(v->dtype, "keep") == 0)
        return 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(v->dtype, types[i].name) == 0)
            return retype(v, types[i].dtype, err);
    return trm_err_set(err, TRM_USAGE, "--dtype %.20s: expected keep, f32, f64, bf16 or f16", v->dtype);
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

static int
add_prefix(struct convert *v, struct trm_err *err)
{
    for (size_t i = 0; *v->prefix && i < v->n; i++)
        if (!(v->tensors[i].name = trm_arena_printf(&v->arena, "%s%s", v->prefix, v->tensors[i].name)))
            return no_memory(err);
    return 0;
}

static int
write_output(struct convert *v, struct trm_err *err)
{
    if (v->form == TO_TRM && make_model(v, err) != 0)
        return trm_err_at(err, "%s", v->path);
    if (choose_type(v, err) != 0 || add_prefix(v, err) != 0)
        return -1;
    if (v->form == TO_TORCH)
        return trm_torch_write(v->output, v->tensors, v->n, err);
    return trm_ckpt_write(v->output, v->tensors, v->n, v->texts, v->n_texts, NULL, err);
}

static int
put_list(struct convert *v, struct trm_cli *c, struct trm_err *err)
{
    struct trm_buf b = {0};
    trm_buf_adds(&b, "#name\ttype\tshape\n");
    for (size_t i = 0; i < v->n; i++) {
        const struct trm_ckpt_tensor *t = &v->tensors[i];
        for (const char *p = t->name; *p; p++) /* a name comes from outside */
            trm_buf_addc(&b, (unsigned char)*p < 0x20 || *p == 0x7f ? '?' : *p);
        trm_buf_addf(&b, "\t%s\t", trm_dtype_name(t->dtype));
        for (size_t k = 0; k < t->rank; k++)
            trm_buf_addf(&b, "%s%zu", k ? "," : "", t->shape[k]);
        trm_buf_addc(&b, '\n');
    }
    if (b.failed)
        return no_memory(err);
    trm_cli_put_raw(c, b.data, b.len);
    trm_buf_release(&b);
    return 0;
}

/* --- the program ------------------------------------------------------------------------------------------------- */

static int
check_command(struct convert *v, const struct trm_cli *c, struct trm_err *err)
{
    if (c->n_files != 1 || strcmp(c->files[0], "-") == 0)
        return trm_err_set(err, TRM_USAGE, "expected one file to convert");
    v->path = c->files[0];
    if (!v->output == !v->list)
        return trm_err_set(err, TRM_USAGE, "%s: expected -o FILE or --list", v->list ? "both" : "neither");
    while (v->form < N_FORMS && strcmp(v->to, form_names[v->form]) != 0)
        v->form++;
    if (v->form == N_FORMS)
        return trm_err_set(err, TRM_USAGE, "--to %.20s: expected trm, safetensors or torch", v->to);
    if (v->form == TO_TRM && *v->prefix)
        return trm_err_set(err, TRM_USAGE, "--prefix: models of ours have none; expected --to safetensors or torch");
    return 0;
}

static void
release(struct convert *v)
{
    trm_net_release(&v->net);
    free(v->owned);
    trm_ckpt_release(&v->file);
    trm_arena_release(&v->arena);
}

int
main(int argc, char **argv)
{
    struct convert v = {.to = "trm", .dtype = "keep", .prefix = ""};
    const struct trm_cli_opt opts[] = {
        {'o', "output", "FILE", "what to write", &v.output, .type = TRM_OPT_STR},
        {'t', "to", "FORMAT", "trm (a model file of ours), safetensors or torch (a PyTorch state dict)", &v.to, .type = TRM_OPT_STR},
        {'c', "config", "FILE", "trm: published configuration, JSON or YAML", &v.config, .type = TRM_OPT_STR},
        {'s', "set", "KEY=VALUE", "trm: a setting of the network, as heads=8; may be given again", &v.set, .type = TRM_OPT_LIST},
        {'m', "meta", "KEY=VALUE", "a text to put into the file's metadata; may be given again", &v.meta, .type = TRM_OPT_LIST},
        {'d', "dtype", "TYPE", "type of float tensors: keep (trm: f32), f32, f64, bf16 or f16", &v.dtype, .type = TRM_OPT_STR},
        {0, "prefix", "TEXT", "put before every name, as _orig_mod.model.", &v.prefix, .type = TRM_OPT_STR},
        {'l', "list", NULL, "write nothing; name every tensor with type and shape", &v.list, .type = TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-convert",
                        .purpose = "Convert published weights: PyTorch state dicts, safetensors, model files.",
                        .operands = "FILE",
                        .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    if (check_command(&v, &c, &err) != 0 || open_file(&v, &err) != 0 || take_tensors(&v, &err) != 0 || take_texts(&v, &err) != 0
        || (v.list ? put_list(&v, &c, &err) : write_output(&v, &err)) != 0) {
        release(&v);
        trm_cli_die(&c, &err);
    }
    release(&v);
    return trm_cli_end(&c);
}
