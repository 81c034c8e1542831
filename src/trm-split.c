/* trm-split: names the side of every sample or task. In: records of kind sample (others that trm-extract writes pass) or task. Out: the same
 * with `side`; with --report one record of kind split at the end.
 *
 * The side hangs on a hash of the key alone, so it is the same in any order, beside any other samples, under any number of
 * workers; adding data moves nothing. */
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/base/hash.h"
#include "../lib/base/table.h"
#include "../lib/cli/cli.h"
#include "../lib/fact/side.h"

struct rule_count {
    char *rule; /* owned */
    size_t n[TRM_N_SIDES][2];
};

struct split {
    long train, val, seed;
    const char *by, *keys_path;
    bool report;
    struct trm_arena arena;
    struct trm_table keys;          /* digest of a name -> index into key + 1 */
    const char **key;               /* [n_keys] in the arena */
    size_t n_keys, cap_keys;
    struct trm_table buildings;     /* digest of a key: seen */
    size_t n_buildings[TRM_N_SIDES], n_samples[TRM_N_SIDES], n_varied[TRM_N_SIDES];
    struct rule_count *rule;        /* [n_rules] owned */
    size_t n_rules, cap_rules;
    struct trm_table rules;         /* digest of a rule -> index into rule + 1 */
};

/* --- the key file --- */

static int
add_key(struct split *s, const char *name, size_t n_name, const char *key, size_t n_key)
{
    uint64_t *at = trm_table_at(&s->keys, trm_digest_of(name, n_name), NULL);
    if (s->n_keys == s->cap_keys) {
        size_t cap = s->cap_keys ? 2 * s->cap_keys : 64;
        const char **grown = realloc(s->key, cap * sizeof *grown);
        if (!grown)
            return -1;
        s->key = grown, s->cap_keys = cap;
    }
    if (!at || !(s->key[s->n_keys] = trm_arena_strndup(&s->arena, key, n_key)))
        return -1;
    *at = ++s->n_keys;
    return 0;
}

/* One line "name TAB key" of n bytes; blank lines and # comments say nothing. */
static int
read_key_line(struct split *s, const char *line, size_t n, size_t number, struct trm_err *err)
{
    if (n && line[n - 1] == '\r')
        n--;
    if (!n || *line == '#')
        return 0;
    const char *tab = memchr(line, '\t', n);
    size_t n_name = tab ? (size_t)(tab - line) : 0, n_key = tab ? n - n_name - 1 : 0;
    if (!n_name || !n_key || memchr(tab + 1, '\t', n_key))
        return trm_err_set(err, TRM_USAGE, "%s:%zu: expected a name, one tab and a key", s->keys_path, number);
    return add_key(s, line, n_name, tab + 1, n_key) ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

static int
read_keys(struct split *s, struct trm_err *err)
{
    struct trm_map map = {0};
    if (!s->keys_path)
        return 0;
    if (trm_map_open(&map, s->keys_path, (size_t)64 << 20, err)) {
        err->kind = err->kind == TRM_DATA ? TRM_USAGE : err->kind;
        return -1;
    }
    int bad = 0;
    size_t number = 0;
    for (size_t at = 0; at < map.size && !bad;) {
        const char *newline = memchr(map.data + at, '\n', map.size - at);
        size_t n = newline ? (size_t)(newline - map.data) - at : map.size - at;
        bad = read_key_line(s, map.data + at, n, ++number, err);
        at += n + 1;
    }
    trm_map_release(&map);
    return bad;
}

/* The key that the file gives to a name, or NULL. */
static const char *
listed_key(struct split *s, const char *name)
{
    if (!name || !s->n_keys)
        return NULL;
    uint64_t *at = trm_table_at(&s->keys, trm_digest_of(name, strlen(name)), NULL);
    return at && *at ? s->key[*at - 1] : NULL;
}

/* --- one sample --- */

static const char *
file_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* The key that decides the side: by building its listed key (the file's before the project's), else the project; by sample
 * the element that it came from. */
static int
key_of(const char **key, struct split *s, const trm_json *rec, struct trm_err *err)
{
    const char *building, *id;
    if (trm_json_need_str(rec, "id", &id, err) || trm_json_need_str(rec, "building", &building, err))
        return -1;
    if (!strcmp(s->by, "sample")) {
        *key = trm_json_str(trm_json_get(rec, "parent"), id);
        return 0;
    }
    *key = listed_key(s, file_name(trm_json_str(trm_json_get(rec, "file"), NULL)));
    if (!*key)
        *key = listed_key(s, building);
    if (!*key)
        *key = building;
    return **key ? 0 : trm_err_set(err, TRM_DATA, "building: found empty text, expected the key of a building");
}

static struct rule_count *
count_of(struct split *s, const char *rule)
{
    uint64_t *at = trm_table_at(&s->rules, trm_digest_of(rule, strlen(rule)), NULL);
    if (!at)
        return NULL;
    if (*at)
        return &s->rule[*at - 1];
    if (s->n_rules == s->cap_rules) {
        size_t cap = s->cap_rules ? 2 * s->cap_rules : 64;
        struct rule_count *grown = realloc(s->rule, cap * sizeof *grown);
        if (!grown)
            return NULL;
        s->rule = grown, s->cap_rules = cap;
    }
    struct rule_count *r = &s->rule[s->n_rules];
    *r = (struct rule_count){.rule = strdup(rule)};
    if (!r->rule)
        return NULL;
    *at = ++s->n_rules;
    return r;
}

/* Add the labels of a sample to the report; refuses what is no list of rules. */
static int
count_labels(struct split *s, const trm_json *rec, int side, struct trm_err *err)
{
    trm_json *rules;
    if (trm_json_need_array(rec, "rules", &rules, err))
        return -1;
    for (size_t i = 0; i < trm_json_len(rules); i++) {
        const char *rule, *label = trm_json_str(trm_json_get(trm_json_at(rules, i), "label"), "");
        if (trm_json_need_str(trm_json_at(rules, i), "rule", &rule, err))
            return trm_err_at(err, "rules[%zu]", i);
        struct rule_count *r = count_of(s, rule);
        if (!r)
            return trm_err_set(err, TRM_SYS, "out of memory");
        r->n[side][0] += !strcmp(label, "pass");
        r->n[side][1] += !strcmp(label, "fail");
    }
    return 0;
}

static int
name_side(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct split *s = ctx;
    const char *kind, *key;
    bool is_new;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    if (!strcmp(kind, "extracted")) {
        trm_cli_put(c, rec);
        return 0;
    }
    bool task = !strcmp(kind, "task");
    if (strcmp(kind, "sample") && !task)
        return trm_err_set(err, TRM_DATA, "kind: found \"%.40s\", expected \"sample\" or \"task\"", kind);
    /* a task's key is that of its canonical form, so no two that a symmetry carries into each other part */
    if (task ? trm_json_need_str(rec, "key", &key, err) : key_of(&key, s, rec, err))
        return -1;
    struct trm_side_rule rule = {.train = s->train, .val = s->val, .seed = (uint64_t)s->seed};
    enum trm_side side = trm_side_of(&rule, key);
    if (!task && count_labels(s, rec, side, err))
        return -1;
    if (!trm_table_at(&s->buildings, trm_digest_of(key, strlen(key)), &is_new) ||
        trm_json_set_str(rec, "side", trm_side_name(side)))
        return trm_err_set(err, TRM_SYS, "out of memory");
    s->n_buildings[side] += is_new;
    s->n_samples[side]++;
    s->n_varied[side] += !strcmp(trm_json_str(trm_json_get(rec, "origin"), ""), "varied");
    trm_cli_put(c, rec);
    return 0;
}

/* --- the report --- */

static void
put_counts(struct trm_jw *w, const char *key, const size_t n[TRM_N_SIDES])
{
    trm_jw_key(w, key);
    trm_jw_object(w);
    for (int i = 0; i < TRM_N_SIDES; i++)
        trm_jw_knum(w, trm_side_name(i), (double)n[i]);
    trm_jw_end(w);
}

static int
compare_counts(const void *a, const void *b)
{
    return strcmp(((const struct rule_count *)a)->rule, ((const struct rule_count *)b)->rule);
}

static void
put_rule(struct trm_jw *w, const struct rule_count *r)
{
    trm_jw_object(w);
    trm_jw_kstr(w, "rule", r->rule);
    for (int i = 0; i < TRM_N_SIDES; i++) {
        trm_jw_key(w, trm_side_name(i));
        trm_jw_object(w);
        trm_jw_knum(w, "pass", (double)r->n[i][0]);
        trm_jw_knum(w, "fail", (double)r->n[i][1]);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_report(struct split *s, struct trm_cli *c)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    if (s->n_rules)
        qsort(s->rule, s->n_rules, sizeof *s->rule, compare_counts);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "split");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", "split");
    trm_jw_kstr(&w, "by", s->by);
    trm_jw_knum(&w, "seed", (double)s->seed);
    trm_jw_knum(&w, "train", (double)s->train);
    trm_jw_knum(&w, "val", (double)s->val);
    put_counts(&w, "samples", s->n_samples);
    put_counts(&w, "varied", s->n_varied);
    put_counts(&w, "keys", s->n_buildings);
    trm_jw_key(&w, "rules");
    trm_jw_array(&w);
    for (size_t i = 0; i < s->n_rules; i++)
        put_rule(&w, &s->rule[i]);
    trm_jw_end(&w);
    trm_jw_kstr(&w, "program", "trm-split " TRM_VERSION);
    trm_jw_end(&w);
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&b);
}

/* A side that was asked for and got nothing is said aloud; only when anything was split at all. */
static void
warn_empty(struct split *s, struct trm_cli *c)
{
    const long share[TRM_N_SIDES] = {s->train, s->val, 100 - s->train - s->val};
    size_t keys = s->n_buildings[TRM_TRAIN] + s->n_buildings[TRM_VAL] + s->n_buildings[TRM_TEST];
    for (int i = 0; i < TRM_N_SIDES && keys; i++)
        if (share[i] && !s->n_samples[i])
            trm_cli_warn(c, "no sample is on the side \"%s\": all %zu %s hash to the others; add data, or choose another --seed",
                         trm_side_name(i), keys, strcmp(s->by, "sample") ? "buildings" : "elements");
}

static void
release(struct split *s)
{
    for (size_t i = 0; i < s->n_rules; i++)
        free(s->rule[i].rule);
    free(s->rule);
    free(s->key);
    trm_table_release(&s->keys);
    trm_table_release(&s->buildings);
    trm_table_release(&s->rules);
    trm_arena_release(&s->arena);
}

int
main(int argc, char **argv)
{
    struct split s = {.train = 80, .val = 10, .seed = 1, .by = "building"};
    const struct trm_cli_opt opts[] = {
        {'t', "train", "PERCENT", "of the keys on the side \"train\"", &s.train, 0, 100, TRM_OPT_INT},
        {'V', "val", "PERCENT", "on the side \"val\"; the rest is \"test\"", &s.val, 0, 100, TRM_OPT_INT},
        {'b', "by", "WHAT", "what stays together: building or sample", &s.by, 0, 0, TRM_OPT_STR},
        {'k', "keys", "FILE", "lines \"file or project TAB key\": one building exported twice", &s.keys_path, 0, 0, TRM_OPT_STR},
        {'s', "seed", "N", "which of the many ways to split", &s.seed, 0, 9007199254740992.0, TRM_OPT_INT},
        {0, "report", NULL, "a record of kind split at the end: counts by side, rule and label", &s.report, 0, 0, TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-split", .purpose = "Name the side of every sample or task: train, val or test.",
                        .operands = "[FILE...]", .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    if (strcmp(s.by, "building") && strcmp(s.by, "sample"))
        trm_err_set(&err, TRM_USAGE, "--by: found \"%.40s\", expected building or sample", s.by);
    else if (s.train + s.val > 100)
        trm_err_set(&err, TRM_USAGE, "--train and --val: found %ld and %ld, more than 100 together", s.train, s.val);
    else
        read_keys(&s, &err);
    if (err.kind)
        trm_cli_die(&c, &err);
    if (!trm_cli_read(&c, name_side, &s)) {
        if (s.report)
            put_report(&s, &c);
        warn_empty(&s, &c);
    }
    int status = trm_cli_end(&c);
    release(&s);
    return status;
}
