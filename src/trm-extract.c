/* trm-extract: samples for training out of checked records. In: records of kind checked, and the rules they were checked
 * with. Out: records of kind sample, and one of kind extracted at the end that says what gave no sample, and why.
 *
 * Only the verdicts pass and fail become labels. What is kept of a sample is a digest and its id, so memory grows by about a
 * hundred bytes a sample. */
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/base/hash.h"
#include "../lib/base/table.h"
#include "../lib/cli/cli.h"
#include "../lib/code/code.h"
#include "../lib/code/judge.h"
#include "../lib/code/vary.h"

enum { MOST_NAMED = 20, TRIES = 3 };

/* What stays of a sample that was written. */
struct kept {
    const char *id; /* in extract.ids */
    uint64_t labels;
};

struct tally {
    size_t pass, fail, varied_pass, varied_fail, absent, exists, bound;
    size_t unknown[TRM_N_REASONS];
};

struct extract {
    struct trm_list rule_paths;
    long vary, max_rules, seed;
    struct trm_rules *rules;
    struct tally *tally;       /* [rules] */
    struct trm_table seen;     /* digest of building and fields -> index into kept + 1 */
    struct kept *kept;         /* [n_kept] owned */
    size_t n_kept, cap_kept;
    struct trm_arena ids, arena; /* for the run; for the record in hand */
    struct trm_buf text, line;
    size_t n_elements, n_no_rule, n_no_label, n_samples, n_varied, n_duplicates, n_conflicts, n_not_varied;
    const char *conflict[MOST_NAMED][2]; /* ids */
};

/* --- rules --- */

static int
read_rules(struct extract *x, struct trm_err *err)
{
    if (!x->rule_paths.n)
        return trm_err_set(err, TRM_USAGE, "no rules: give the catalogue that the records were checked with by -r FILE");
    if (!(x->rules = trm_rules_new()))
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < x->rule_paths.n; i++) {
        struct trm_map map = {0};
        int bad = trm_map_open(&map, x->rule_paths.item[i], (size_t)64 << 20, err) ||
                  trm_rules_add(x->rules, x->rule_paths.item[i], map.data ? map.data : "", map.size, err);
        trm_map_release(&map);
        if (bad)
            return -1;
    }
    x->tally = calloc(trm_rules_count(x->rules) + 1, sizeof *x->tally);
    return x->tally ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
}

/* The record's own results must be those of the rules in hand: a stale catalogue would give wrong labels in silence. */
static int
compare_results(const struct trm_sample *s, const struct trm_result *judged, const trm_json *rec, struct trm_err *err)
{
    trm_json *results;
    if (trm_json_need_array(rec, "results", &results, err))
        return -1;
    if (trm_json_len(results) != s->n_rules)
        return trm_err_set(err, TRM_DATA, "results: found %zu, but %zu of the rules given apply: not checked with these rules",
                           trm_json_len(results), s->n_rules);
    for (size_t i = 0; i < s->n_rules; i++) {
        const char *rule, *verdict;
        if (trm_json_need_str(trm_json_at(results, i), "rule", &rule, err) ||
            trm_json_need_str(trm_json_at(results, i), "verdict", &verdict, err))
            return trm_err_at(err, "results[%zu]", i);
        const char *ours = trm_verdict_name(judged[i].verdict);
        if (strcmp(rule, s->rules[i].rule) || strcmp(verdict, ours))
            return trm_err_set(err, TRM_DATA,
                               "results[%zu]: found %.60s %.10s, but the rules given say %.60s %s: not checked with these rules", i,
                               rule, verdict, s->rules[i].rule, ours);
    }
    return 0;
}

/* --- duplicates and conflicts --- */

/* A number that only counts things (a tag) or the name's own id must not make two equal elements differ. */
static void
digest_field(struct trm_buf *b, const struct trm_sample_field *f)
{
    const char *dot = strrchr(f->name, '.');
    if (dot && !strcmp(dot, ".Tag"))
        return;
    trm_buf_adds(b, f->name);
    trm_buf_addc(b, '\t');
    if (f->value.type == TRM_SCALAR_TEXT && trm_field_is_name(f->name)) {
        struct trm_name_part parts[64];
        size_t n = trm_name_split(parts, 64, f->value.text);
        for (size_t i = 0; i < n; i++)
            if (parts[i].is_number)
                trm_buf_addf(b, " %.9g%s", parts[i].number, parts[i].unit ? parts[i].unit : "");
            else
                trm_buf_addf(b, " %s", parts[i].word);
    } else if (f->value.type == TRM_SCALAR_TEXT) {
        trm_buf_adds(b, f->value.text);
    } else {
        trm_buf_addf(b, "%.9g%s", f->value.num, f->unit ? f->unit : "");
    }
    trm_buf_addc(b, '\n');
}

/* Digest of what the model would see of the sample, within its building. */
static struct trm_digest
digest_of(struct trm_buf *b, const struct trm_sample *s)
{
    trm_buf_reset(b);
    trm_buf_addf(b, "%s\n%s\n", s->building, s->file ? s->file : "");
    for (size_t i = 0; i < s->n_fields; i++)
        digest_field(b, &s->fields[i]);
    return trm_digest_of(b->data, b->len);
}

static uint64_t
labels_of(const struct trm_sample *s)
{
    uint64_t h = 0;
    for (size_t i = 0; i < s->n_rules; i++)
        h = trm_hash64(s->rules[i].rule, strlen(s->rules[i].rule), h + (uint64_t)(s->rules[i].label + 1000));
    return h;
}

static int
keep(struct extract *x, const struct trm_sample *s, uint64_t *at, uint64_t labels)
{
    if (x->n_kept == x->cap_kept) {
        size_t cap = x->cap_kept ? 2 * x->cap_kept : 1024;
        struct kept *grown = realloc(x->kept, cap * sizeof *grown);
        if (!grown)
            return -1;
        x->kept = grown, x->cap_kept = cap;
    }
    const char *id = trm_arena_strdup(&x->ids, s->id);
    x->kept[x->n_kept] = (struct kept){id, labels};
    *at = ++x->n_kept;
    return id ? 0 : -1;
}

static void
note_conflict(struct extract *x, struct trm_cli *c, const char *before, const char *id)
{
    if (x->n_conflicts < MOST_NAMED) {
        x->conflict[x->n_conflicts][0] = before;
        x->conflict[x->n_conflicts][1] = trm_arena_strdup(&x->ids, id);
        trm_cli_warn(c, "conflict: same fields as %s, other verdicts", before);
    }
    x->n_conflicts++;
}

/* Whether the sample was there before; -1 when memory is out. A conflict is noted and written all the same. */
static int
seen_before(struct extract *x, struct trm_cli *c, const struct trm_sample *s)
{
    bool is_new;
    uint64_t labels = labels_of(s), *at = trm_table_at(&x->seen, digest_of(&x->text, s), &is_new);
    if (!at || x->text.failed)
        return -1;
    if (is_new)
        return keep(x, s, at, labels);
    const struct kept *before = &x->kept[*at - 1];
    if (before->labels == labels)
        return 1;
    note_conflict(x, c, before->id, s->id);
    return 0;
}

/* --- writing --- */

static size_t
count_labels(const struct trm_sample *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_rules; i++)
        n += s->rules[i].label != TRM_LABEL_NONE;
    return n;
}

static void
tally_labels(struct extract *x, const struct trm_sample *s, bool varied)
{
    for (size_t i = 0; i < s->n_rules; i++) {
        const struct trm_rule *r = trm_rules_find(x->rules, s->rules[i].rule);
        struct tally *t = &x->tally[r->index];
        if (s->rules[i].label == TRM_LABEL_PASS)
            ++*(varied ? &t->varied_pass : &t->pass);
        else if (s->rules[i].label == TRM_LABEL_FAIL)
            ++*(varied ? &t->varied_fail : &t->fail);
    }
}

/* The sample, its rules max_rules at a time: "id", "id~2", "id~3". A piece without a label is left out. */
static int
put_sample(struct extract *x, struct trm_cli *c, const struct trm_sample *s)
{
    size_t most = (size_t)x->max_rules;
    for (size_t first = 0; first < s->n_rules; first += most) {
        struct trm_sample piece = *s;
        piece.rules += first;
        piece.n_rules = s->n_rules - first < most ? s->n_rules - first : most;
        if (first)
            piece.id = trm_arena_printf(&x->arena, "%s~%zu", s->id, first / most + 1);
        if (!piece.id)
            return -1;
        if (!count_labels(&piece))
            continue;
        trm_buf_reset(&x->line);
        trm_sample_write(&x->line, &piece);
        if (x->line.failed)
            return -1;
        trm_cli_put_text(c, x->line.data, x->line.len);
        ++*(strcmp(s->origin, "varied") ? &x->n_samples : &x->n_varied);
    }
    return 0;
}

/* --- variants --- */

/* One variant of the record around the limit of result r; 1 when it was written, 0 when not, -1 when memory is out. */
static int
vary_once(struct extract *x, struct trm_cli *c, const trm_json *rec, const struct trm_result *r, size_t k, struct trm_rng *rng,
          struct trm_err *err)
{
    struct trm_sample v;
    const struct trm_result *results;
    double to = trm_vary_draw(r, rng);
    bool named = trm_rng_uniform(rng) < 0.5;
    trm_json *copy = trm_json_copy(rec);
    int written = -1;
    if (!copy || trm_vary_record(copy, r, to, named ? rng : NULL, err) || trm_sample_judge(&v, &results, &x->arena, copy, x->rules, err))
        goto out;
    written = 0;
    for (size_t i = 0; i < v.n_rules; i++)
        if (results[i].rule == r->rule)
            written = v.rules[i].label != TRM_LABEL_NONE && results[i].has_value && trm_same_number(results[i].value, to);
    v.parent = v.id;
    v.origin = "varied";
    v.id = trm_arena_printf(&x->arena, "%s!%zu", v.parent, k);
    if (!written || !v.id)
        goto out;
    int before = seen_before(x, c, &v);
    if (before == 0 && !put_sample(x, c, &v))
        tally_labels(x, &v, true);
    written = before == 0;
out:
    trm_json_free(copy);
    if (written < 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    return written;
}

/* Up to --vary variants for every labelled rule of the sample that rests on a number. Random numbers hang on seed and id, so
 * an element varies alike whatever stands beside it. */
static int
vary(struct extract *x, struct trm_cli *c, const trm_json *rec, const struct trm_sample *s, const struct trm_result *results,
     struct trm_err *err)
{
    struct trm_rng rng;
    size_t k = 0;
    trm_rng_seed(&rng, trm_hash64(s->id, strlen(s->id), (uint64_t)x->seed));
    for (size_t i = 0; i < s->n_rules; i++) {
        if (s->rules[i].label == TRM_LABEL_NONE || !trm_vary_can(&results[i]))
            continue;
        for (long n = 0, tries = 0; n < x->vary && tries < TRIES * x->vary; tries++) {
            int written = vary_once(x, c, rec, &results[i], k + 1, &rng, err);
            if (written < 0)
                return -1;
            x->n_not_varied += !written;
            k += (size_t)written, n += written;
        }
    }
    return 0;
}

/* --- one record --- */

static void
tally_unlabelled(struct extract *x, const struct trm_result *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct tally *t = &x->tally[results[i].rule->index];
        int why = trm_unlabelled_why(&results[i]);
        t->unknown[results[i].reason] += why == TRM_UNLABELLED_UNKNOWN;
        t->absent += why == TRM_UNLABELLED_ABSENT;
        t->exists += why == TRM_UNLABELLED_EXISTS;
        t->bound += why == TRM_UNLABELLED_BOUND;
    }
}

static int
extract_element(struct extract *x, struct trm_cli *c, const trm_json *rec, struct trm_err *err)
{
    struct trm_sample s;
    const struct trm_result *results;
    if (trm_sample_judge(&s, &results, &x->arena, rec, x->rules, err) || compare_results(&s, results, rec, err))
        return -1;
    x->n_elements++;
    tally_unlabelled(x, results, s.n_rules);
    if (!count_labels(&s)) {
        ++*(s.n_rules ? &x->n_no_label : &x->n_no_rule);
        return 0;
    }
    int before = seen_before(x, c, &s);
    if (before < 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (before) {
        x->n_duplicates++;
        return 0;
    }
    if (put_sample(x, c, &s))
        return trm_err_set(err, TRM_SYS, "out of memory");
    tally_labels(x, &s, false);
    return vary(x, c, rec, &s, results, err);
}

static int
one_record(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct extract *x = ctx;
    const char *kind;
    trm_arena_reset(&x->arena);
    if (trm_fact_kind(rec, &kind, err))
        return -1;
    if (!strcmp(kind, "model") || !strcmp(kind, "summary") || !strcmp(kind, "specification"))
        return 0;
    if (strcmp(kind, "checked"))
        return trm_err_set(err, TRM_DATA, "kind: found \"%.40s\", expected \"checked\"", kind);
    return extract_element(x, c, rec, err);
}

/* --- the last record --- */

static void
put_tally(struct trm_jw *w, const struct trm_rule *r, const struct tally *t)
{
    trm_jw_object(w);
    trm_jw_kstr(w, "rule", r->id);
    trm_jw_knum(w, "pass", (double)t->pass);
    trm_jw_knum(w, "fail", (double)t->fail);
    trm_jw_knum(w, "varied_pass", (double)t->varied_pass);
    trm_jw_knum(w, "varied_fail", (double)t->varied_fail);
    trm_jw_key(w, "unlabelled");
    trm_jw_object(w);
    for (int i = 0; i < TRM_N_REASONS; i++)
        if (t->unknown[i])
            trm_jw_knum(w, trm_reason_name((enum trm_reason)i), (double)t->unknown[i]);
    if (t->absent)
        trm_jw_knum(w, "absent", (double)t->absent);
    if (t->exists)
        trm_jw_knum(w, "exists", (double)t->exists);
    if (t->bound)
        trm_jw_knum(w, "bound", (double)t->bound);
    trm_jw_end(w);
    trm_jw_end(w);
}

/* Sums over all rules: labels, and why there was none. */
static void
put_sums(struct trm_jw *w, const struct extract *x)
{
    struct tally sum = {0};
    size_t unknown = 0;
    for (size_t r = 0; r < trm_rules_count(x->rules); r++) {
        const struct tally *t = &x->tally[r];
        sum.pass += t->pass, sum.fail += t->fail, sum.varied_pass += t->varied_pass, sum.varied_fail += t->varied_fail;
        sum.absent += t->absent, sum.exists += t->exists, sum.bound += t->bound;
        for (int i = 0; i < TRM_N_REASONS; i++)
            unknown += t->unknown[i];
    }
    trm_jw_knum(w, "pass", (double)sum.pass);
    trm_jw_knum(w, "fail", (double)sum.fail);
    trm_jw_knum(w, "varied_pass", (double)sum.varied_pass);
    trm_jw_knum(w, "varied_fail", (double)sum.varied_fail);
    trm_jw_knum(w, "unknown", (double)unknown);
    trm_jw_knum(w, "absent", (double)sum.absent);
    trm_jw_knum(w, "exists", (double)sum.exists);
    trm_jw_knum(w, "bound", (double)sum.bound);
}

static void
put_conflicts(struct trm_jw *w, const struct extract *x)
{
    trm_jw_key(w, "conflicting");
    trm_jw_array(w);
    for (size_t i = 0; i < x->n_conflicts && i < MOST_NAMED; i++) {
        trm_jw_array(w);
        trm_jw_str(w, x->conflict[i][0]);
        trm_jw_str(w, x->conflict[i][1] ? x->conflict[i][1] : "");
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_extracted(struct extract *x, struct trm_cli *c)
{
    struct trm_jw w = {.out = &x->line};
    trm_buf_reset(&x->line);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "extracted");
    trm_jw_knum(&w, "v", TRM_FACT_VERSION);
    trm_jw_kstr(&w, "id", "extracted");
    trm_jw_knum(&w, "elements", (double)x->n_elements);
    trm_jw_knum(&w, "samples", (double)x->n_samples);
    trm_jw_knum(&w, "varied", (double)x->n_varied);
    put_sums(&w, x);
    trm_jw_knum(&w, "no_rule", (double)x->n_no_rule);
    trm_jw_knum(&w, "no_label", (double)x->n_no_label);
    trm_jw_knum(&w, "duplicates", (double)x->n_duplicates);
    trm_jw_knum(&w, "conflicts", (double)x->n_conflicts);
    trm_jw_knum(&w, "not_varied", (double)x->n_not_varied);
    put_conflicts(&w, x);
    trm_jw_key(&w, "rules");
    trm_jw_array(&w);
    for (size_t r = 0; r < trm_rules_count(x->rules); r++)
        put_tally(&w, trm_rules_at(x->rules, r), &x->tally[r]);
    trm_jw_end(&w);
    trm_jw_kstr(&w, "rules_sha256", trm_rules_sha256(x->rules));
    trm_jw_kstr(&w, "program", "trm-extract " TRM_VERSION);
    trm_jw_end(&w);
    trm_cli_put_text(c, x->line.data, x->line.len);
}

static void
release(struct extract *x)
{
    trm_rules_free(x->rules);
    free(x->tally);
    free(x->kept);
    trm_table_release(&x->seen);
    trm_arena_release(&x->ids);
    trm_arena_release(&x->arena);
    trm_buf_release(&x->text);
    trm_buf_release(&x->line);
}

int
main(int argc, char **argv)
{
    struct extract x = {.max_rules = 32, .seed = 1};
    const struct trm_cli_opt opts[] = {
        {'r', "rules", "FILE", "the rules that the records were checked with; may be given again", &x.rule_paths, 0, 0, TRM_OPT_LIST},
        {'y', "vary", "N", "for every labelled rule on a number, up to N variants around its limit", &x.vary, 0, 1000, TRM_OPT_INT},
        {'m', "max-rules", "N", "rules of one sample at most; the others go to a second one", &x.max_rules, 1, 1024, TRM_OPT_INT},
        {'s', "seed", "N", "which of the many ways to vary", &x.seed, 0, 9007199254740992.0, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-extract", .purpose = "Make samples for training of checked records.",
                        .operands = "[FILE...]", .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    if (read_rules(&x, &err)) {
        err.kind = err.kind == TRM_DATA ? TRM_USAGE : err.kind;
        trm_cli_die(&c, &err);
    }
    if (!trm_cli_read(&c, one_record, &x))
        put_extracted(&x, &c);
    int status = trm_cli_end(&c);
    release(&x);
    return status;
}
