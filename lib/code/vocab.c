/* Vocabulary: categories of the training side and the rows they own. In: samples, or the JSON object of a model file. */
#include "vocab.h"

#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "layout.h"

#define VERSION 1
/* A hostile model file cannot ask for more. */
#define MOST_ROWS 1000000
#define MOST_POSITIONS 4096

/* Categories of the code itself: always there, whatever training saw. */
static const struct {
    char space;
    const char *text;
} fixed[] = {{'k', "field"}, {'k', "word"},  {'k', "number"}, {'k', "rule"}, {'c', "tested"}, {'c', "none"},
             {'c', "asked"}, {'c', "alias"}, {'c', "bound"},  {'c', "first"}, {'c', "second"},
             {'c', "single"}, {'c', "attached"},  {'o', "0"},    {'o', "1"},      {'o', "2"},
             {'o', "3"},     {'o', "4"},     {'o', "5"},      {'o', "6"},    {'o', "7"}};
#define N_FIXED (sizeof fixed / sizeof *fixed)

static uint64_t
hash_of(char space, const char *text, size_t n)
{
    return trm_hash64(text, n, (uint64_t)(unsigned char)space * 0x9E3779B97F4A7C15u);
}

/* --- the table of categories --- */

static size_t
find_slot(const struct trm_vocab *v, uint64_t hash, char space, const char *text, size_t n)
{
    size_t mask = v->n_slots - 1, i = hash & mask;
    for (; v->slot[i]; i = (i + 1) & mask) {
        const struct trm_category *c = &v->cat[v->slot[i] - 1];
        if (c->hash == hash && c->space == space && c->n == n && !memcmp(c->text, text, n))
            break;
    }
    return i;
}

static int
grow_slots(struct trm_vocab *v)
{
    size_t n = v->n_slots ? 2 * v->n_slots : 1024;
    uint32_t *slot = calloc(n, sizeof *slot);
    if (!slot)
        return -1;
    free(v->slot);
    v->slot = slot, v->n_slots = n;
    for (size_t c = 0; c < v->n_cat; c++) {
        size_t i = v->cat[c].hash & (n - 1);
        while (slot[i])
            i = (i + 1) & (n - 1);
        slot[i] = (uint32_t)(c + 1);
    }
    return 0;
}

/* The category, made when it is new; NULL when memory is out. */
static struct trm_category *
category_of(struct trm_vocab *v, char space, const char *text, size_t n)
{
    if (2 * (v->n_cat + 1) > v->n_slots && grow_slots(v))
        return NULL;
    uint64_t hash = hash_of(space, text, n);
    size_t i = find_slot(v, hash, space, text, n);
    if (v->slot[i])
        return &v->cat[v->slot[i] - 1];
    if (v->n_cat == v->cap_cat) {
        size_t cap = v->cap_cat ? 2 * v->cap_cat : 512;
        struct trm_category *grown = realloc(v->cat, cap * sizeof *grown);
        if (!grown)
            return NULL;
        v->cat = grown, v->cap_cat = cap;
    }
    struct trm_category *c = &v->cat[v->n_cat];
    *c = (struct trm_category){.space = space, .text = strndup(text, n), .n = n, .hash = hash, .row = -1};
    if (!c->text)
        return NULL;
    v->slot[i] = (uint32_t)++v->n_cat;
    return c;
}

/* --- life --- */

static int
check_options(struct trm_vocab_opt *o, const struct trm_vocab_opt *opt, struct trm_err *err)
{
    *o = opt ? *opt : (struct trm_vocab_opt){0};
    o->positions = o->positions ? o->positions : 96;
    o->max_rules = o->max_rules ? o->max_rules : o->positions / 3;
    o->min_count = o->min_count ? o->min_count : 4;
    o->max_rows = o->max_rows ? o->max_rows : 4096;
    o->buckets = o->buckets ? o->buckets : 256;
    if (o->positions < 4 || o->positions > MOST_POSITIONS)
        return trm_err_set(err, TRM_USAGE, "positions: found %zu, expected 4 to %d", o->positions, MOST_POSITIONS);
    if (o->max_rules < 1 || o->max_rules >= o->positions)
        return trm_err_set(err, TRM_USAGE, "rule positions: found %zu, expected 1 to %zu", o->max_rules, o->positions - 1);
    if (o->max_rows < N_FIXED || o->max_rows > MOST_ROWS || o->buckets > MOST_ROWS)
        return trm_err_set(err, TRM_USAGE, "rows: found %zu and %zu hashed, expected %zu to %d", o->max_rows, o->buckets, N_FIXED,
                           MOST_ROWS);
    return 0;
}

struct trm_vocab *
trm_vocab_new(const struct trm_vocab_opt *opt, struct trm_err *err)
{
    struct trm_vocab_opt checked;
    if (check_options(&checked, opt, err))
        return NULL;
    struct trm_vocab *v = calloc(1, sizeof *v);
    if (v)
        v->opt = checked;
    for (size_t i = 0; v && i < N_FIXED; i++)
        v->failed |= !category_of(v, fixed[i].space, fixed[i].text, strlen(fixed[i].text));
    if (v && !v->failed)
        return v;
    trm_err_set(err, TRM_SYS, "out of memory");
    trm_vocab_free(v);
    return NULL;
}

void
trm_vocab_free(struct trm_vocab *v)
{
    if (!v)
        return;
    for (size_t i = 0; i < v->n_cat; i++)
        free(v->cat[i].text);
    for (size_t i = 0; i < v->n_rules; i++)
        free(v->rule[i].rule);
    free(v->cat);
    free(v->slot);
    free(v->rule);
    free(v);
}

/* --- counting --- */

static void
count_category(void *ctx, int column, char space, const char *text, size_t n)
{
    struct trm_vocab *v = ctx;
    (void)column;
    struct trm_category *c = category_of(v, space, text, n);
    if (!c)
        v->failed = true;
    else if (c->last != v->n_samples)
        c->last = v->n_samples, c->count++;
}

static struct trm_seen_rule *
seen_rule(struct trm_vocab *v, const char *rule)
{
    for (size_t i = 0; i < v->n_rules; i++)
        if (!strcmp(v->rule[i].rule, rule))
            return &v->rule[i];
    if (v->n_rules == v->cap_rules) {
        size_t cap = v->cap_rules ? 2 * v->cap_rules : 64;
        struct trm_seen_rule *grown = realloc(v->rule, cap * sizeof *grown);
        if (!grown)
            return NULL;
        v->rule = grown, v->cap_rules = cap;
    }
    struct trm_seen_rule *r = &v->rule[v->n_rules];
    *r = (struct trm_seen_rule){.rule = strdup(rule)};
    if (!r->rule)
        return NULL;
    v->n_rules++;
    return r;
}

static void
count_label(struct trm_vocab *v, const struct trm_sample *s, const struct trm_sample_rule *r)
{
    struct trm_seen_rule *seen = seen_rule(v, r->rule);
    bool varied = s->origin && !strcmp(s->origin, "varied");
    if (!seen)
        v->failed = true;
    else if (r->label == TRM_LABEL_PASS)
        ++*(varied ? &seen->support.varied_pass : &seen->support.pass);
    else if (r->label == TRM_LABEL_FAIL)
        ++*(varied ? &seen->support.varied_fail : &seen->support.fail);
}

int
trm_vocab_count(struct trm_vocab *v, const struct trm_sample *s, struct trm_err *err)
{
    struct trm_items items = {0};
    if (v->closed)
        return trm_err_set(err, TRM_USAGE, "the vocabulary is closed");
    v->n_samples++;
    v->failed |= trm_items_of(&items, s, NULL) != 0;
    for (size_t i = 0; i < items.n; i++)
        trm_item_categories(s, &items.item[i], count_category, v);
    for (size_t r = 0; r < s->n_rules; r++) {
        trm_rule_categories(s, &s->rules[r], NULL, count_category, v);
        count_label(v, s, &s->rules[r]);
    }
    free(items.item);
    return v->failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

/* --- closing --- */

/* Fixed ones first, in their order; then by count, most first; then by space and text. */
static int
compare_categories(const void *a, const void *b)
{
    const struct trm_category *x = a, *y = b;
    if (x->row != y->row)
        return x->row > y->row ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->space != y->space)
        return x->space < y->space ? -1 : 1;
    int order = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

static int
compare_rules(const void *a, const void *b)
{
    return strcmp(((const struct trm_seen_rule *)a)->rule, ((const struct trm_seen_rule *)b)->rule);
}

/* Give rows to the first of the sorted categories and forget the others. */
static void
give_rows(struct trm_vocab *v)
{
    size_t keep = 0;
    for (; keep < v->n_cat && keep < v->opt.max_rows; keep++) {
        if (keep >= N_FIXED && v->cat[keep].count < v->opt.min_count)
            break;
        v->cat[keep].row = (int32_t)(v->opt.buckets + keep);
    }
    for (size_t i = keep; i < v->n_cat; i++)
        free(v->cat[i].text);
    v->n_cat = keep;
    v->n_rows = v->opt.buckets + keep;
}

int
trm_vocab_close(struct trm_vocab *v, struct trm_err *err)
{
    for (size_t i = 0; i < N_FIXED; i++)
        v->cat[i].row = (int32_t)(N_FIXED - i); /* for the order only */
    qsort(v->cat, v->n_cat, sizeof *v->cat, compare_categories);
    if (v->n_rules)
        qsort(v->rule, v->n_rules, sizeof *v->rule, compare_rules);
    give_rows(v);
    v->n_slots /= 2; /* grow_slots doubles it again: the old size with the kept ones */
    v->closed = true;
    return grow_slots(v) ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

/* --- asking --- */

static const struct trm_category *
find_category(const struct trm_vocab *v, uint64_t hash, char space, const char *text, size_t n)
{
    size_t i = find_slot(v, hash, space, text, n);
    return v->slot[i] ? &v->cat[v->slot[i] - 1] : NULL;
}

int32_t
trm_vocab_row(const struct trm_vocab *v, char space, const char *text, size_t n)
{
    uint64_t hash = hash_of(space, text, n);
    const struct trm_category *c = find_category(v, hash, space, text, n);
    if (c)
        return c->row;
    bool has_hashed = v->opt.buckets && !strchr("kcov", space);
    return has_hashed ? (int32_t)(hash % v->opt.buckets) : -1;
}

uint64_t
trm_vocab_seen(const struct trm_vocab *v, char space, const char *text, size_t n)
{
    const struct trm_category *c = find_category(v, hash_of(space, text, n), space, text, n);
    return c ? c->count : 0;
}

void
trm_vocab_follow(int32_t *rows, const struct trm_vocab *v, const struct trm_vocab *old)
{
    size_t buckets = v->opt.buckets;
    for (size_t i = 0; i < buckets; i++)
        rows[i] = buckets == old->opt.buckets ? (int32_t)i : -1;
    for (size_t i = 0; i < v->n_cat; i++)
        rows[buckets + i] = trm_vocab_row(old, v->cat[i].space, v->cat[i].text, v->cat[i].n);
}

size_t
trm_vocab_rows(const struct trm_vocab *v)
{
    return v->n_rows;
}

size_t
trm_vocab_positions(const struct trm_vocab *v)
{
    return v->opt.positions;
}

size_t
trm_vocab_max_rules(const struct trm_vocab *v)
{
    return v->opt.max_rules;
}

size_t
trm_vocab_n_rules(const struct trm_vocab *v)
{
    return v->n_rules;
}

const char *
trm_vocab_rule(const struct trm_vocab *v, size_t i)
{
    return i < v->n_rules ? v->rule[i].rule : NULL;
}

struct trm_support
trm_vocab_support(const struct trm_vocab *v, const char *rule)
{
    for (size_t i = 0; i < v->n_rules; i++)
        if (!strcmp(v->rule[i].rule, rule))
            return v->rule[i].support;
    return (struct trm_support){0};
}

/* --- as JSON --- */

static int
add_row(trm_json *rows, const struct trm_category *c)
{
    trm_json *row = trm_json_array();
    int bad = !row || trm_json_add(row, trm_json_of_strn(&c->space, 1)) || trm_json_add(row, trm_json_of_strn(c->text, c->n)) ||
              trm_json_add(row, trm_json_of_num((double)c->count));
    if (!bad)
        return trm_json_add(rows, row);
    trm_json_free(row);
    return -1;
}

static int
add_rule(trm_json *rules, const struct trm_seen_rule *r)
{
    trm_json *rule = trm_json_object();
    int bad = !rule || trm_json_set_str(rule, "rule", r->rule) || trm_json_set_num(rule, "pass", (double)r->support.pass) ||
              trm_json_set_num(rule, "fail", (double)r->support.fail) ||
              trm_json_set_num(rule, "varied_pass", (double)r->support.varied_pass) ||
              trm_json_set_num(rule, "varied_fail", (double)r->support.varied_fail);
    if (!bad)
        return trm_json_add(rules, rule);
    trm_json_free(rule);
    return -1;
}

trm_json *
trm_vocab_save(const struct trm_vocab *v)
{
    trm_json *out = trm_json_object(), *rows = trm_json_array(), *rules = trm_json_array();
    int bad = !v->closed || !out || !rows || !rules;
    for (size_t i = 0; i < v->n_cat && !bad; i++)
        bad = add_row(rows, &v->cat[i]);
    for (size_t i = 0; i < v->n_rules && !bad; i++)
        bad = add_rule(rules, &v->rule[i]);
    if (bad) {
        trm_json_free(out);
        trm_json_free(rows);
        trm_json_free(rules);
        return NULL;
    }
    bad = trm_json_set_num(out, "v", VERSION) | trm_json_set_num(out, "columns", TRM_CODE_COLUMNS) |
          trm_json_set_num(out, "features", TRM_CODE_FEATURES) | trm_json_set_num(out, "positions", (double)v->opt.positions) |
          trm_json_set_num(out, "max_rules", (double)v->opt.max_rules) |
          trm_json_set_num(out, "buckets", (double)v->opt.buckets) | trm_json_set_num(out, "samples", (double)v->n_samples) |
          trm_json_set(out, "rows", rows) | trm_json_set(out, "rules", rules);
    if (!bad)
        return out;
    trm_json_free(out);
    return NULL;
}

static int
load_row(struct trm_vocab *v, const trm_json *row, size_t i, struct trm_err *err)
{
    const char *space = trm_json_str(trm_json_at(row, 0), ""), *text = trm_json_str(trm_json_at(row, 1), NULL);
    double count = trm_json_num(trm_json_at(row, 2), -1);
    if (!text || !space[0] || space[1] || !(count >= 0 && count <= 0x1p53))
        return trm_err_set(err, TRM_DATA, "rows[%zu]: expected [space, text, count]", i);
    struct trm_category *c = category_of(v, space[0], text, strlen(text));
    if (!c)
        return trm_err_set(err, TRM_SYS, "out of memory");
    bool is_fixed = i < N_FIXED;
    if (is_fixed ? c != &v->cat[i] : c != &v->cat[v->n_cat - 1] || v->n_cat != i + 1)
        return trm_err_set(err, TRM_DATA, "rows[%zu]: \"%.40s\" is not in its place or stands twice", i, text);
    c->count = (uint64_t)count;
    c->row = (int32_t)(v->opt.buckets + i);
    return 0;
}

static int
load_rule(struct trm_vocab *v, const trm_json *rule, size_t i, struct trm_err *err)
{
    const char *id;
    int64_t n[4];
    static const char *const keys[4] = {"pass", "fail", "varied_pass", "varied_fail"};
    if (trm_json_need_str(rule, "rule", &id, err))
        return trm_err_at(err, "rules[%zu]", i);
    for (int k = 0; k < 4; k++)
        if (trm_json_need_int(rule, keys[k], 0, INT64_C(1) << 53, &n[k], err))
            return trm_err_at(err, "rules[%zu]", i);
    struct trm_seen_rule *r = seen_rule(v, id);
    if (!r)
        return trm_err_set(err, TRM_SYS, "out of memory");
    r->support = (struct trm_support){(size_t)n[0], (size_t)n[1], (size_t)n[2], (size_t)n[3]};
    return 0;
}

static int
load_shape(struct trm_vocab_opt *opt, const trm_json *json, struct trm_err *err)
{
    int64_t n[6];
    if (trm_json_need_int(json, "v", VERSION, VERSION, &n[0], err) ||
        trm_json_need_int(json, "columns", TRM_CODE_COLUMNS, TRM_CODE_COLUMNS, &n[1], err) ||
        trm_json_need_int(json, "features", TRM_CODE_FEATURES, TRM_CODE_FEATURES, &n[2], err) ||
        trm_json_need_int(json, "positions", 4, MOST_POSITIONS, &n[3], err) ||
        trm_json_need_int(json, "max_rules", 1, n[3] - 1, &n[4], err) ||
        trm_json_need_int(json, "buckets", 1, MOST_ROWS, &n[5], err))
        return -1;
    *opt = (struct trm_vocab_opt){.positions = (size_t)n[3], .max_rules = (size_t)n[4], .buckets = (size_t)n[5]};
    return 0;
}

static int
load_lists(struct trm_vocab *v, const trm_json *json, struct trm_err *err)
{
    trm_json *rows, *rules;
    if (trm_json_need_array(json, "rows", &rows, err) || trm_json_need_array(json, "rules", &rules, err))
        return -1;
    size_t n = trm_json_len(rows);
    if (n < N_FIXED || n > MOST_ROWS)
        return trm_err_set(err, TRM_DATA, "rows: found %zu, expected %zu to %d", n, N_FIXED, MOST_ROWS);
    for (size_t i = 0; i < n; i++)
        if (load_row(v, trm_json_at(rows, i), i, err))
            return -1;
    for (size_t i = 0; i < trm_json_len(rules); i++)
        if (load_rule(v, trm_json_at(rules, i), i, err))
            return -1;
    v->n_rows = v->opt.buckets + n;
    v->closed = true;
    return 0;
}

struct trm_vocab *
trm_vocab_load(const trm_json *json, struct trm_err *err)
{
    struct trm_vocab_opt opt;
    struct trm_vocab *v = load_shape(&opt, json, err) ? NULL : trm_vocab_new(&opt, err);
    if (v && !load_lists(v, json, err)) {
        v->n_samples = (uint64_t)trm_json_num(trm_json_get(json, "samples"), 0);
        return v;
    }
    trm_vocab_free(v);
    trm_err_at(err, "vocabulary");
    return NULL;
}
