/* trm-models: the versions of a model in a folder. Lists, shows, adds, promotes, rolls back, compares, prunes. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/base/text.h"
#include "../lib/ckpt/ckpt.h"
#include "../lib/cli/cli.h"
#include "../lib/store/store.h"

struct models {
    struct trm_cli *c;
    struct trm_store store;
    /* as given */
    const char *dir, *note;
    struct trm_list evals; /* of --if */
    long keep, parent;
    bool json, promote;
    char kept_out[240]; /* why the version was not promoted; "": it was, or was not to be */
};

static int
version_number(int *out, const char *word, struct trm_err *err)
{
    long long n;
    if (strcmp(word, "current") == 0) {
        *out = 0;
        return 0;
    }
    if (!trm_text_int(word, 1, 999999, &n))
        return trm_err_set(err, TRM_USAGE, "\"%s\" is no version, expected a number from 1 or current", word);
    *out = (int)n;
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static void
put_version(struct models *m, const struct trm_version *v)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    char id[16];
    snprintf(id, sizeof id, "%04d", v->n);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "version");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id);
    trm_jw_knum(&w, "version", v->n);
    trm_jw_kbool(&w, "current", v->current);
    trm_jw_knum(&w, "parent", v->parent);
    trm_jw_knum(&w, "after", v->after);
    trm_jw_kstr(&w, "sha256", v->sha256);
    trm_jw_knum(&w, "bytes", (double)v->bytes);
    trm_jw_kstr(&w, "added", *v->added ? v->added : NULL);
    trm_jw_kstr(&w, "note", *v->note ? v->note : NULL);
    trm_jw_kstr(&w, "kept_out", *m->kept_out ? m->kept_out : NULL);
    trm_jw_end(&w);
    trm_cli_put_text(m->c, b.data, b.len);
    trm_buf_release(&b);
}

/* One line of text, printf's, control characters masked. */
static void say(struct models *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void
say(struct models *m, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    trm_cli_put_text(m->c, text, strlen(text));
}

static const char *
or_dash(char *text, size_t size, int n)
{
    snprintf(text, size, n ? "%d" : "-", n);
    return text;
}

static int
list(struct models *m, char **words, struct trm_err *err)
{
    (void)words;
    struct trm_version *v;
    size_t n;
    char parent[16], after[16];
    if (trm_store_list(&m->store, &v, &n, err))
        return -1;
    if (!m->json)
        say(m, "  %7s %7s %6s %10s  %-20s  %-12s  %s", "version", "parent", "after", "bytes", "added", "sha256", "note");
    for (size_t i = 0; i < n; i++) {
        if (m->json)
            put_version(m, &v[i]);
        else
            say(m, "%c %7d %7s %6s %10llu  %-20s  %-12.12s  %s", v[i].current ? '*' : ' ', v[i].n,
                or_dash(parent, sizeof parent, v[i].parent), or_dash(after, sizeof after, v[i].after),
                (unsigned long long)v[i].bytes, *v[i].added ? v[i].added : "-", v[i].sha256, v[i].note);
    }
    free(v);
    return 0;
}

/* --- looking into a model --------------------------------------------------------------------------------------- */

static int
open_version(struct trm_ckpt *c, struct trm_version *v, const struct models *m, const char *word, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    int n;
    if (version_number(&n, word, err) || trm_store_get(&m->store, n, v, err) ||
        trm_store_find(path, NULL, m->dir, v->n, err))
        return -1;
    return trm_ckpt_open(c, path, false, err);
}

/* Called for every single value of a metadata text: itself, or its leaves when it is JSON. */
typedef void leaf_fn(void *ctx, const char *path, const char *value);

static void
each_leaf(const trm_json *v, const char *path, leaf_fn *fn, void *ctx)
{
    char deeper[512];
    if (trm_json_type(v) == TRM_JSON_OBJECT) {
        for (void *it = trm_json_first(v); it; it = trm_json_next(v, it)) {
            snprintf(deeper, sizeof deeper, "%s.%s", path, trm_json_key(it));
            each_leaf(trm_json_value(it), deeper, fn, ctx);
        }
        return;
    }
    struct trm_buf b = {0};
    trm_json_dump(&b, v);
    fn(ctx, path, trm_json_type(v) == TRM_JSON_STR ? trm_json_str(v, "") : b.data ? b.data : "");
    trm_buf_release(&b);
}

static void
each_meta(const struct trm_ckpt *c, leaf_fn *fn, void *ctx)
{
    for (size_t i = 0; i < c->n_meta; i++) {
        const char *value = c->meta[i].value;
        trm_json *v = *value == '{' ? trm_json_parse(value, strlen(value), NULL) : NULL;
        if (v)
            each_leaf(v, c->meta[i].key, fn, ctx);
        else
            fn(ctx, c->meta[i].key, value);
        trm_json_free(v);
    }
}

static void
show_leaf(void *ctx, const char *path, const char *value)
{
    say(ctx, "%-32s %.200s%s", path, value, strlen(value) > 200 ? "..." : "");
}

static size_t
parameters(const struct trm_ckpt *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->tensors[i].count;
    return n;
}

static int
show(struct models *m, char **words, struct trm_err *err)
{
    struct trm_ckpt c;
    struct trm_version v;
    if (open_version(&c, &v, m, words[0], err))
        return -1;
    if (m->json) {
        put_version(m, &v);
    } else {
        say(m, "%-32s %d%s", "version", v.n, v.current ? " (current)" : "");
        say(m, "%-32s %s", "sha256", v.sha256);
        say(m, "%-32s %s", "added", *v.added ? v.added : "-");
        say(m, "%-32s %s", "note", *v.note ? v.note : "-");
        say(m, "%-32s %d", "parent", v.parent);
        say(m, "%-32s %d", "after", v.after);
        say(m, "%-32s %llu", "bytes", (unsigned long long)v.bytes);
        say(m, "%-32s %zu in %zu tensors", "numbers", parameters(&c), c.n);
        each_meta(&c, show_leaf, m);
    }
    trm_ckpt_release(&c);
    return 0;
}

/* --- diff ------------------------------------------------------------------------------------------------------- */

struct leaf {
    char *path, *value;
};
struct leaves {
    struct leaf *item; /* owned */
    size_t n, cap;
    bool failed;
};

static void
keep_leaf(void *ctx, const char *path, const char *value)
{
    struct leaves *l = ctx;
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct leaf *item = realloc(l->item, cap * sizeof *item);
        if (!item) {
            l->failed = true;
            return;
        }
        l->item = item, l->cap = cap;
    }
    l->item[l->n] = (struct leaf){strdup(path), strdup(value)};
    l->failed |= !l->item[l->n].path || !l->item[l->n].value;
    l->n++;
}

static int
by_path(const void *x, const void *y)
{
    return strcmp(((const struct leaf *)x)->path, ((const struct leaf *)y)->path);
}

static void
release_leaves(struct leaves *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->item[i].path), free(l->item[i].value);
    free(l->item);
}

static void
put_change(struct models *m, const char *what, const char *a, const char *b)
{
    struct trm_buf out = {0};
    struct trm_jw w = {.out = &out};
    if (!m->json) {
        say(m, "%-32s %.160s%s -> %.160s%s", what, a ? a : "(none)", a && strlen(a) > 160 ? "..." : "", b ? b : "(none)",
            b && strlen(b) > 160 ? "..." : "");
        return;
    }
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "change");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", what);
    trm_jw_kstr(&w, "from", a);
    trm_jw_kstr(&w, "to", b);
    trm_jw_end(&w);
    trm_cli_put_text(m->c, out.data, out.len);
    trm_buf_release(&out);
}

static void
diff_meta(struct models *m, struct leaves *a, struct leaves *b)
{
    qsort(a->item, a->n, sizeof *a->item, by_path);
    qsort(b->item, b->n, sizeof *b->item, by_path);
    for (size_t i = 0, k = 0; i < a->n || k < b->n;) {
        int d = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->item[i].path, b->item[k].path);
        if (d < 0)
            put_change(m, a->item[i].path, a->item[i].value, NULL), i++;
        else if (d > 0)
            put_change(m, b->item[k].path, NULL, b->item[k].value), k++;
        else {
            if (strcmp(a->item[i].value, b->item[k].value) != 0)
                put_change(m, a->item[i].path, a->item[i].value, b->item[k].value);
            i++, k++;
        }
    }
}

/* "largest 0.25, root mean square 0.01": how far two float32 tensors of one shape are apart; "" when they are the same. */
static void
distance(char *text, size_t size, const struct trm_ckpt_tensor *a, const struct trm_ckpt_tensor *b)
{
    *text = 0;
    if (a->count != b->count || a->dtype != b->dtype) {
        snprintf(text, size, "%zu numbers, and %zu", a->count, b->count);
        return;
    }
    if (memcmp(a->data, b->data, a->count * trm_dtype_size(a->dtype)) == 0)
        return;
    if (a->dtype != TRM_F32) {
        snprintf(text, size, "other bytes");
        return;
    }
    double largest = 0, sum = 0;
    for (size_t i = 0; i < a->count; i++) {
        float x, y; /* data may stand at any address in a foreign file */
        memcpy(&x, (const char *)a->data + i * sizeof x, sizeof x);
        memcpy(&y, (const char *)b->data + i * sizeof y, sizeof y);
        double d = fabs((double)x - (double)y);
        largest = fmax(largest, d), sum += d * d;
    }
    snprintf(text, size, "apart by at most %.3g, root mean square %.3g", largest, sqrt(sum / (double)a->count));
}

static void
diff_tensors(struct models *m, const struct trm_ckpt *a, const struct trm_ckpt *b)
{
    char text[160];
    for (size_t i = 0; i < a->n; i++) {
        const struct trm_ckpt_tensor *other = trm_ckpt_find(b, a->tensors[i].name);
        if (!other) {
            put_change(m, a->tensors[i].name, "a tensor", NULL);
            continue;
        }
        distance(text, sizeof text, &a->tensors[i], other);
        if (*text)
            put_change(m, a->tensors[i].name, "a tensor", text);
    }
    for (size_t i = 0; i < b->n; i++)
        if (!trm_ckpt_find(a, b->tensors[i].name))
            put_change(m, b->tensors[i].name, NULL, "a tensor");
}

static int
diff(struct models *m, char **words, struct trm_err *err)
{
    struct trm_ckpt a = {0}, b = {0};
    struct trm_version va, vb;
    struct leaves la = {0}, lb = {0};
    int rc = open_version(&a, &va, m, words[0], err);
    if (rc == 0 && (rc = open_version(&b, &vb, m, words[1], err)) == 0) {
        each_meta(&a, keep_leaf, &la);
        each_meta(&b, keep_leaf, &lb);
        if (la.failed || lb.failed)
            rc = trm_err_set(err, TRM_SYS, "out of memory");
        else
            diff_meta(m, &la, &lb), diff_tensors(m, &a, &b);
        trm_ckpt_release(&b);
    }
    if (a.map.data)
        trm_ckpt_release(&a);
    release_leaves(&la), release_leaves(&lb);
    return rc;
}

/* --- promotion on evidence -------------------------------------------------------------------------------------- */

struct evidence {
    const char *path;
    bool first; /* the one that must be better; the others must only not be worse */
    bool found;
    char *kept_out; /* [240] */
};

/* The record of all cases in an evaluation of the new model with the baseline `current`. */
static int
weigh(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct evidence *e = ctx;
    (void)c;
    if (strcmp(trm_json_str(trm_json_get(rec, "kind"), ""), "eval") != 0)
        return trm_err_set(err, TRM_DATA, "kind: expected eval");
    if (strcmp(trm_json_str(trm_json_get(rec, "id"), ""), "all") != 0)
        return 0;
    const trm_json *better = trm_json_get(trm_json_get(trm_json_get(rec, "baselines"), "current"), "better");
    double by = trm_json_num(trm_json_get(better, "by"), 0);
    double lo = trm_json_num(trm_json_get(better, "lo"), -1), hi = trm_json_num(trm_json_get(better, "hi"), 1);
    bool told = trm_json_get(better, "lo") && trm_json_get(better, "hi");
    e->found = true;
    if (!told && e->first)
        snprintf(e->kept_out, 240, "%.100s: no interval, too few buildings to tell it from the current one", e->path);
    else if (e->first && lo <= 0)
        snprintf(e->kept_out, 240, "%.100s: by %.4g [%.4g, %.4g], not better than the current one", e->path, by, lo, hi);
    else if (told && hi < 0)
        snprintf(e->kept_out, 240, "%.100s: by %.4g [%.4g, %.4g], worse than the current one", e->path, by, lo, hi);
    return 0;
}

/* Whether a version may become the current one: always without --if, and where there is no current one yet. */
static bool
may_promote(struct models *m)
{
    for (size_t i = 0; i < m->evals.n && !*m->kept_out && trm_store_current(&m->store); i++) {
        struct evidence e = {.path = m->evals.item[i], .first = i == 0, .kept_out = m->kept_out};
        trm_cli_need_file(m->c, e.path);
        if ((trm_cli_read_file(m->c, e.path, weigh, &e) != 0 || !e.found) && !*m->kept_out)
            snprintf(m->kept_out, sizeof m->kept_out, "%.100s: holds no evaluation of all cases", e.path);
    }
    return !*m->kept_out;
}

/* --- changing --------------------------------------------------------------------------------------------------- */

static int
after_change(struct models *m, int n, struct trm_err *err)
{
    struct trm_version v;
    if (trm_store_get(&m->store, n, &v, err))
        return -1;
    if (m->json)
        put_version(m, &v);
    else
        say(m, "%d", v.n);
    return 0;
}

static int
add(struct models *m, char **words, struct trm_err *err)
{
    char utc[32];
    int n;
    bool known;
    trm_cli_utc(utc);
    if (trm_store_add(&m->store, words[0], (int)m->parent, utc, m->note, &n, &known, err))
        return -1;
    if (known)
        trm_cli_warn(m->c, "%s: is here already as version %d", words[0], n);
    if (m->promote && may_promote(m) && trm_store_promote(&m->store, n, err))
        return -1;
    return after_change(m, n, err);
}

static int
promote(struct models *m, char **words, struct trm_err *err)
{
    int n;
    if (version_number(&n, words[0], err))
        return -1;
    if (n == 0)
        return trm_err_set(err, TRM_USAGE, "promote: expected the number of a version");
    return may_promote(m) && trm_store_promote(&m->store, n, err) ? -1 : after_change(m, n, err);
}

static int
rollback(struct models *m, char **words, struct trm_err *err)
{
    (void)words;
    int n;
    return trm_store_rollback(&m->store, &n, err) ? -1 : after_change(m, n, err);
}

static int
prune(struct models *m, char **words, struct trm_err *err)
{
    (void)words;
    int removed;
    if (trm_store_prune(&m->store, (int)m->keep, &removed, err))
        return -1;
    if (!m->json)
        say(m, "%d", removed);
    return 0;
}

/* --- the command line ------------------------------------------------------------------------------------------- */

static const struct verb {
    const char *name, *operands;
    size_t n;
    bool writes;
    int (*run)(struct models *m, char **words, struct trm_err *err);
} verbs[] = {
    {"list", "", 0, false, list},         {"show", " N", 1, false, show},       {"diff", " A B", 2, false, diff},
    {"add", " FILE", 1, true, add},       {"promote", " N", 1, true, promote},  {"rollback", "", 0, true, rollback},
    {"prune", "", 0, true, prune},
};

static const struct verb *
verb_of(const struct trm_cli *c, struct trm_err *err)
{
    const char *name = c->n_files ? c->files[0] : "";
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(name, verbs[i].name) != 0)
            continue;
        if (c->n_files - 1 == verbs[i].n)
            return &verbs[i];
        trm_err_set(err, TRM_USAGE, "%s: expected %s%s", name, name, verbs[i].operands);
        return NULL;
    }
    trm_err_set(err, TRM_USAGE, "%s%s%s, expected list, show, diff, add, promote, rollback or prune",
                *name ? "\"" : "no command given", name, *name ? "\" is no command" : "");
    return NULL;
}

int
main(int argc, char **argv)
{
    struct models m = {.keep = 3, .parent = -1};
    const struct trm_cli_opt opts[] = {
        {'s', "store", "DIR", "the folder of versions; made by the first add", &m.dir, .type = TRM_OPT_STR},
        {'j', "json", NULL, "records instead of a table", &m.json, .type = TRM_OPT_FLAG},
        {'k', "keep", "N", "prune: how many of the last versions stay, beside the current", &m.keep, .lo = 1, .hi = 999999},
        {'n', "note", "TEXT", "add: a word on this version", &m.note, .type = TRM_OPT_STR},
        {'p', "promote", NULL, "add: make it the current version at once", &m.promote, .type = TRM_OPT_FLAG},
        {0, "if", "EVAL", "add -p, promote: only when this evaluation says better than `current` by more than its interval; given again: and "
                          "these do not say worse", &m.evals, .type = TRM_OPT_LIST},
        {0, "parent", "N", "add: the version it was trained from; 0: none; -1: as its lineage says", &m.parent, .lo = -1,
         .hi = 999999},
        {0},
    };
    struct trm_cli c = {.name = "trm-models",
                        .purpose = "Keep versions of a model: list, show N, diff A B, add FILE, promote N, rollback, prune.",
                        .operands = "COMMAND [ARGUMENT...]",
                        .opts = opts};
    struct trm_err err = {0};
    char who[80];
    trm_cli_begin(&c, argc, argv);
    m.c = &c;
    const struct verb *verb = verb_of(&c, &err);
    if (!verb || (!m.dir && trm_err_set(&err, TRM_USAGE, "--store is missing: which folder?")))
        trm_cli_die(&c, &err);
    snprintf(who, sizeof who, "trm-models %s, process %ld", verb->name, (long)getpid());
    if (trm_store_open(&m.store, m.dir, verb->writes, who, &err) || verb->run(&m, c.files + 1, &err)) {
        trm_store_close(&m.store);
        trm_cli_die(&c, &err);
    }
    trm_store_close(&m.store);
    return trm_cli_end(&c);
}
