/* What is wrong with samples and tasks before anybody learns from them. In: records of kind sample or task, the whole stream.
 * Out: findings, then one record of what was looked at, with the ceiling that the labels allow. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/names.h"
#include "../lib/base/table.h"
#include "../lib/cli/cli.h"
#include "../lib/lint/lint.h"
#include "../lib/task/task.h"

enum level { INFO, WARNING, ERROR, N_LEVELS };
static const char *const level_name[N_LEVELS] = {"INFO", "WARNING", "ERROR"};
static const char *const sides[] = {"", "train", "val", "test"};
enum { N_SIDES = 4, MOST_EXAMPLES = 3, MOST_KINDS = 256 };

/* Records that are one but for labels and ids. */
struct seen {
    struct trm_table table; /* digest -> index into group + 1 */
    struct group {
        uint32_t first, n;
        unsigned sides; /* bits */
    } *group;           /* owned, [cap] */
    size_t n, cap;
};
struct examples {
    const char *id[MOST_EXAMPLES][2];
    size_t n;
};
/* Tasks of one family and size, position by position. */
struct family {
    char name[48];
    size_t n, wrong, asked, shown, wrong_key, n_positions;
    bool varies[2][TRM_TASK_MOST];   /* input, answer: not the same in all */
    uint8_t first[2][TRM_TASK_MOST];
    struct examples wrongs, wrong_keys;
};
struct lint {
    const char *gate;
    long seed;
    struct trm_arena mem;
    struct trm_lint rows;      /* labels of samples, for what is found across them */
    struct seen samples, tasks, questions;
    struct trm_names ids;      /* of records, in their order */
    size_t n_samples, n_tasks, n_findings[N_LEVELS];
    struct examples apart_samples, apart_tasks, conflict_tasks;
    size_t conflicts, of_questions;
    struct trm_table answers;  /* of a question: digest of the first answer */
    struct family *family[MOST_KINDS];
    size_t n_families;
    struct trm_task task;
    struct trm_buf text;
};

static int
out_of_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* --- what was seen before ------------------------------------------------------------------------------------------ */

/* The group of a digest, in which record `at` of that side now is; NULL when memory is out. */
static struct group *
see(struct seen *s, struct trm_digest d, uint32_t at, unsigned side)
{
    bool fresh;
    uint64_t *slot = trm_table_at(&s->table, d, &fresh);
    if (slot && fresh && s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 1024;
        struct group *grown = realloc(s->group, cap * sizeof *grown);
        if (!grown)
            return NULL;
        s->group = grown;
        s->cap = cap;
    }
    if (!slot)
        return NULL;
    if (fresh) {
        s->group[s->n] = (struct group){.first = at};
        *slot = ++s->n;
    }
    struct group *g = &s->group[*slot - 1];
    g->n++;
    g->sides |= 1u << side;
    return g;
}

static unsigned
side_of(const trm_json *rec)
{
    const char *side = trm_json_str(trm_json_get(rec, "side"), "");
    for (unsigned i = 1; i < N_SIDES; i++)
        if (strcmp(side, sides[i]) == 0)
            return i;
    return 0;
}

static bool
several_sides(const struct group *g)
{
    unsigned named = g->sides & ~1u;
    return (named & (named - 1)) != 0;
}

static void
note(struct examples *e, const char *a, const char *b)
{
    if (e->n < MOST_EXAMPLES) {
        e->id[e->n][0] = a;
        e->id[e->n][1] = b;
    }
    e->n++;
}

/* The record's id, kept; its number to *at. */
static const char *
keep_id(struct lint *l, const trm_json *rec, uint32_t *at, struct trm_err *err)
{
    const char *id;
    if (trm_json_need_str(rec, "id", &id, err) != 0)
        return NULL;
    size_t before = l->ids.n;
    long i = trm_names_put(&l->ids, id);
    if (i < 0)
        return out_of_memory(err), NULL;
    if ((size_t)i < before)
        return trm_err_set(err, TRM_DATA, "a record with this id stands before it"), NULL;
    *at = (uint32_t)i;
    return l->ids.name[i];
}

/* --- samples ------------------------------------------------------------------------------------------------------- */

/* Digest of what a learner would be shown: fields, and the rules without their labels. */
static int
digest_sample(struct lint *l, struct trm_digest *facts, struct trm_digest *all, const trm_json *fields, const trm_json *rules,
              struct trm_err *err)
{
    const char *rule;
    trm_buf_reset(&l->text);
    trm_json_dump(&l->text, fields);
    *facts = trm_digest_of(l->text.data, l->text.len);
    for (size_t i = 0; i < trm_json_len(rules); i++) {
        if (trm_json_need_str(trm_json_at(rules, i), "rule", &rule, err) != 0)
            return trm_err_at(err, "rules[%zu]", i);
        trm_buf_addc(&l->text, '\n');
        trm_buf_adds(&l->text, rule);
    }
    *all = trm_digest_of(l->text.data, l->text.len);
    return l->text.failed ? out_of_memory(err) : 0;
}

static int
add_fields(struct lint *l, const trm_json *fields, struct trm_err *err)
{
    for (size_t i = 0; i < trm_json_len(fields); i++) {
        const trm_json *f = trm_json_at(fields, i), *value = trm_json_at(f, 1);
        const char *name = trm_json_str(trm_json_at(f, 0), NULL);
        if (!name)
            return trm_err_set(err, TRM_DATA, "fields[%zu]: expected [name, value]", i);
        trm_buf_reset(&l->text);
        trm_json_dump(&l->text, value);
        bool number = trm_json_type(value) == TRM_JSON_NUM;
        if (l->text.failed || trm_lint_field(&l->rows, name, l->text.data, l->text.len, number, trm_json_num(value, 0)) != 0)
            return out_of_memory(err);
    }
    return 0;
}

static int
add_labels(struct lint *l, struct trm_digest facts, const trm_json *rules, struct trm_err *err)
{
    for (size_t i = 0; i < trm_json_len(rules); i++) {
        const trm_json *r = trm_json_at(rules, i), *tests = trm_json_get(r, "tests");
        const char *label = trm_json_str(trm_json_get(r, "label"), ""), *rule = trm_json_str(trm_json_get(r, "rule"), "");
        if (strcmp(label, "pass") != 0 && strcmp(label, "fail") != 0)
            continue;
        if (trm_lint_label(&l->rows, rule, facts, strcmp(label, "pass") == 0) != 0)
            return out_of_memory(err);
        for (size_t k = 0; k < trm_json_len(tests); k++)
            if (trm_lint_decides(&l->rows, rule, trm_json_str(trm_json_at(tests, k), "")) != 0)
                return out_of_memory(err);
        if (trm_lint_decides(&l->rows, rule, trm_json_str(trm_json_get(r, "field"), "")) != 0)
            return out_of_memory(err);
    }
    return 0;
}

static int
take_sample(struct lint *l, const trm_json *rec, struct trm_err *err)
{
    trm_json *fields, *rules;
    struct trm_digest facts, all;
    uint32_t at = 0;
    if (trm_json_need_array(rec, "fields", &fields, err) != 0 || trm_json_need_array(rec, "rules", &rules, err) != 0 ||
        digest_sample(l, &facts, &all, fields, rules, err) != 0)
        return -1;
    const char *id = keep_id(l, rec, &at, err);
    if (!id)
        return -1;
    struct group *g = see(&l->samples, all, at, side_of(rec));
    if (!g || trm_lint_sample(&l->rows) != 0)
        return out_of_memory(err);
    if (several_sides(g) && g->first != at)
        note(&l->apart_samples, l->ids.name[g->first], id);
    l->n_samples++;
    return add_fields(l, fields, err) != 0 ? -1 : add_labels(l, facts, rules, err);
}

/* --- tasks --------------------------------------------------------------------------------------------------------- */

static struct family *
family_of(struct lint *l, const struct trm_task *t)
{
    struct trm_task_facts facts;
    char name[48];
    trm_task_facts(&facts, t->family);
    snprintf(name, sizeof name, "%s%d", facts.name, t->size);
    for (size_t i = 0; i < l->n_families; i++)
        if (strcmp(l->family[i]->name, name) == 0)
            return l->family[i];
    struct family *f = l->n_families < MOST_KINDS ? calloc(1, sizeof *f) : NULL;
    if (f) {
        memcpy(f->name, name, sizeof name);
        l->family[l->n_families++] = f;
    }
    return f;
}

static void
look_at_positions(struct family *f, const struct trm_task *t)
{
    bool asked[TRM_TASK_MOST];
    trm_task_asked(asked, t);
    if (f->n == 0) {
        memcpy(f->first[0], t->input, t->n);
        memcpy(f->first[1], t->answer, t->n);
        f->n_positions = t->n;
    }
    f->n_positions = t->n < f->n_positions ? t->n : f->n_positions; /* only arc has several */
    for (size_t i = 0; i < t->n; i++) {
        f->varies[0][i] |= t->input[i] != f->first[0][i] || !t->input[i];
        f->varies[1][i] |= !t->solved || t->answer[i] != f->first[1][i] || !asked[i];
        f->asked += asked[i] && t->solved;
        f->shown += asked[i] && t->solved && t->answer[i] == t->input[i];
    }
    f->n++;
}

/* The task without its answer, so that one that is wrong can be told, not only refused. */
static int
read_task(struct lint *l, const trm_json *rec, bool *wrong, struct trm_err *err)
{
    struct trm_task *t = &l->task;
    struct trm_task_verdict v;
    size_t n;
    trm_json *bare = trm_json_copy(rec);
    if (!bare)
        return out_of_memory(err);
    trm_json_del(bare, "answer");
    int rc = trm_task_read(t, bare, err);
    trm_json_free(bare);
    const trm_json *answer = trm_json_get(rec, "answer");
    *wrong = false;
    if (rc != 0 || trm_json_type(answer) == TRM_JSON_NULL)
        return rc;
    if (trm_task_read_tokens(t->answer, &n, answer, "answer", TRM_TASK_MOST, err) != 0)
        return -1;
    struct trm_task_facts facts;
    trm_task_facts(&facts, t->family);
    t->solved = facts.levels == 0 && n == t->n; /* read only: the stored answer is all there is */
    trm_task_judge(&v, t, t->answer, n);
    *wrong = !v.right;
    t->solved = n == t->n;
    return 0;
}

/* Whether another task asked the same and was answered differently. */
static int
look_at_answer(struct lint *l, const char *id, uint32_t at, struct trm_err *err)
{
    const struct trm_task *t = &l->task;
    bool fresh;
    struct trm_digest question = trm_digest_of(t->input, t->n), answer = trm_digest_of(t->answer, t->n);
    question.a ^= (uint64_t)t->size << 32 ^ t->h;
    if (!t->solved)
        return 0;
    struct group *g = see(&l->questions, question, at, 0);
    uint64_t *first = trm_table_at(&l->answers, question, &fresh);
    if (!g || !first)
        return out_of_memory(err);
    if (fresh)
        *first = answer.a;
    l->of_questions++;
    if (*first == answer.a)
        return 0;
    l->conflicts++;
    note(&l->conflict_tasks, l->ids.name[g->first], id);
    return 0;
}

static int
take_task(struct lint *l, const trm_json *rec, struct trm_err *err)
{
    struct trm_task *t = &l->task;
    bool wrong = false;
    char key[17];
    uint32_t at = 0;
    if (read_task(l, rec, &wrong, err) != 0)
        return -1;
    const char *id = keep_id(l, rec, &at, err);
    struct family *f = id ? family_of(l, t) : NULL;
    if (!id || !f)
        return err->kind ? -1 : out_of_memory(err);
    trm_task_key(key, t);
    struct group *g = see(&l->tasks, trm_digest_of(key, 16), at, side_of(rec));
    if (!g)
        return out_of_memory(err);
    if (several_sides(g) && g->first != at)
        note(&l->apart_tasks, l->ids.name[g->first], id);
    if (strcmp(trm_json_str(trm_json_get(rec, "key"), key), key) != 0) {
        f->wrong_key++;
        note(&f->wrong_keys, id, NULL);
    }
    l->n_tasks++;
    look_at_positions(f, t);
    if (!wrong)
        return look_at_answer(l, id, at, err);
    f->wrong++;
    note(&f->wrongs, id, NULL);
    return 0;
}

static int
take(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct lint *l = ctx;
    const char *kind;
    (void)c;
    if (trm_json_need_str(rec, "kind", &kind, err) != 0)
        return -1;
    if (strcmp(kind, "extracted") == 0 || strcmp(kind, "split") == 0)
        return 0;
    if (strcmp(kind, "sample") == 0)
        return take_sample(l, rec, err);
    if (strcmp(kind, "task") == 0)
        return take_task(l, rec, err);
    return trm_err_set(err, TRM_DATA, "kind: found '%.40s', expected sample or task", kind);
}

/* --- what comes out -------------------------------------------------------------------------------------------------- */

/* A finding is open in w after this: about `what` (NULL: all). */
static void
begin(struct lint *l, struct trm_jw *w, enum level level, const char *check, const char *key, const char *what)
{
    char id[300];
    snprintf(id, sizeof id, what ? "%s/%.200s" : "%s", check, what);
    trm_buf_reset(&l->text);
    *w = (struct trm_jw){.out = &l->text};
    trm_jw_object(w);
    trm_jw_kstr(w, "kind", "finding");
    trm_jw_knum(w, "v", 1);
    trm_jw_kstr(w, "id", id);
    trm_jw_kstr(w, "check", check);
    trm_jw_kstr(w, "severity", level_name[level]);
    if (what)
        trm_jw_kstr(w, key, what);
    l->n_findings[level]++;
}

static void
put(struct lint *l, struct trm_cli *c, struct trm_jw *w)
{
    trm_jw_end(w);
    trm_cli_put_text(c, l->text.data, l->text.len);
}

static void
put_examples(struct trm_jw *w, const struct examples *e)
{
    trm_jw_key(w, "examples");
    trm_jw_array(w);
    for (size_t i = 0; i < e->n && i < MOST_EXAMPLES; i++) {
        trm_jw_array(w);
        trm_jw_str(w, e->id[i][0]);
        if (e->id[i][1])
            trm_jw_str(w, e->id[i][1]);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_counted(struct lint *l, struct trm_cli *c, enum level level, const char *check, const char *what, size_t n, size_t of,
            const struct examples *e)
{
    struct trm_jw w;
    if (n == 0)
        return;
    begin(l, &w, level, check, "of_kind", what);
    trm_jw_knum(&w, "n", (double)n);
    trm_jw_knum(&w, "of", (double)of);
    if (e)
        put_examples(&w, e);
    put(l, c, &w);
}

static double
round6(double x)
{
    return round(x * 1e6) / 1e6;
}

static void
put_rule(struct lint *l, struct trm_cli *c, const struct trm_lint_rule *r)
{
    struct trm_jw w;
    const char *name = l->rows.rules.name[r->rule];
    if (r->conflicts) {
        begin(l, &w, WARNING, "conflicting_labels", "rule", name);
        trm_jw_knum(&w, "n", (double)r->conflicts);
        trm_jw_knum(&w, "of", (double)r->n);
        trm_jw_knum(&w, "ceiling", round6(r->ceiling));
        put(l, c, &w);
    }
    for (size_t i = 0; i < r->n_telling; i++) {
        begin(l, &w, ERROR, "telling_column", "rule", name);
        trm_jw_kstr(&w, "column", l->rows.columns.name[r->telling[i].column]);
        trm_jw_knum(&w, "n", (double)r->telling[i].n);
        trm_jw_knum(&w, "values", (double)r->telling[i].values);
        put(l, c, &w);
    }
    if (!r->unexplained)
        return;
    begin(l, &w, ERROR, "unexplained_labels", "rule", name);
    trm_jw_knum(&w, "n", (double)r->n);
    trm_jw_knum(&w, "base_rate", round6(r->base_rate));
    trm_jw_kstr(&w, "best", r->best);
    trm_jw_knum(&w, "best_accuracy", round6(r->best_accuracy));
    trm_jw_knum(&w, "z", round6(r->z));
    put(l, c, &w);
}

static void
put_constants(struct lint *l, struct trm_cli *c)
{
    struct trm_jw w;
    for (size_t i = 0; i < l->rows.columns.n; i++) {
        size_t n = trm_lint_constant(&l->rows, i);
        if (!n)
            continue;
        begin(l, &w, INFO, "constant_column", "column", l->rows.columns.name[i]);
        trm_jw_knum(&w, "n", (double)n);
        trm_jw_knum(&w, "of", (double)l->n_samples);
        put(l, c, &w);
    }
}

/* Positions that are one token in all tasks of a family. */
static void
put_positions(struct lint *l, struct trm_cli *c, const struct family *f, int side, enum level level, const char *check)
{
    struct trm_jw w;
    size_t n = 0;
    for (size_t i = 0; i < f->n_positions; i++)
        n += !f->varies[side][i];
    if (n == 0 || f->n < TRM_LINT_FEW)
        return;
    begin(l, &w, level, check, "family", f->name);
    trm_jw_knum(&w, "n", (double)n);
    trm_jw_knum(&w, "of", (double)f->n_positions);
    trm_jw_key(&w, "positions");
    trm_jw_array(&w);
    for (size_t i = 0, some = 0; i < f->n_positions && some < 20; i++)
        if (!f->varies[side][i])
            trm_jw_num(&w, (double)i), some++;
    trm_jw_end(&w);
    put(l, c, &w);
}

static void
put_family(struct lint *l, struct trm_cli *c, const struct family *f)
{
    struct trm_jw w;
    put_counted(l, c, ERROR, "unexplained_labels", f->name, f->wrong, f->n, &f->wrongs);
    put_counted(l, c, ERROR, "wrong_key", f->name, f->wrong_key, f->n, &f->wrong_keys);
    put_positions(l, c, f, 0, INFO, "constant_column");
    put_positions(l, c, f, 1, INFO, "constant_label");
    if (f->asked == 0 || f->shown < f->asked || f->n < TRM_LINT_FEW)
        return;
    begin(l, &w, ERROR, "telling_column", "family", f->name);
    trm_jw_knum(&w, "n", (double)f->shown);
    trm_jw_knum(&w, "of", (double)f->asked);
    put(l, c, &w);
}

static void
put_linted(struct lint *l, struct trm_cli *c, double ceiling)
{
    struct trm_jw w = {.out = &l->text};
    trm_buf_reset(&l->text);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "linted");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", "linted");
    trm_jw_knum(&w, "samples", (double)l->n_samples);
    trm_jw_knum(&w, "labels", (double)l->rows.n_labels);
    trm_jw_knum(&w, "tasks", (double)l->n_tasks);
    if (l->rows.n_labels)
        trm_jw_knum(&w, "ceiling", round6(ceiling));
    if (l->of_questions)
        trm_jw_knum(&w, "task_ceiling", round6(1 - (double)l->conflicts / (double)l->of_questions));
    trm_jw_key(&w, "findings");
    trm_jw_object(&w);
    for (int i = 0; i < N_LEVELS; i++)
        trm_jw_knum(&w, level_name[i], (double)l->n_findings[i]);
    trm_jw_end(&w);
    put(l, c, &w);
}

/* Records beyond the first of each group, where all are on one side. */
static size_t
repeats(const struct seen *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += several_sides(&s->group[i]) ? 0 : s->group[i].n - 1;
    return n;
}

static void
put_all(struct lint *l, struct trm_cli *c)
{
    struct trm_err err = {0};
    double explained = 0;
    put_counted(l, c, ERROR, "duplicate_sides", "sample", l->apart_samples.n, l->n_samples, &l->apart_samples);
    put_counted(l, c, ERROR, "duplicate_sides", "task", l->apart_tasks.n, l->n_tasks, &l->apart_tasks);
    put_counted(l, c, INFO, "duplicate", "sample", repeats(&l->samples), l->n_samples, NULL);
    put_counted(l, c, INFO, "duplicate", "task", repeats(&l->tasks), l->n_tasks, NULL);
    put_counted(l, c, ERROR, "conflicting_labels", "task", l->conflicts, l->of_questions, &l->conflict_tasks);
    put_constants(l, c);
    for (size_t r = 0; r < l->rows.rules.n; r++) {
        struct trm_lint_rule found;
        if (trm_lint_judge(&found, &l->rows, r, (uint64_t)l->seed, &err) != 0)
            trm_cli_die(c, &err);
        put_rule(l, c, &found);
        explained += found.ceiling * (double)found.n;
    }
    for (size_t i = 0; i < l->n_families; i++)
        put_family(l, c, l->family[i]);
    put_linted(l, c, l->rows.n_labels ? explained / (double)l->rows.n_labels : 0);
}

/* --- the program ----------------------------------------------------------------------------------------------------- */

static int
gate_of(const struct lint *l, struct trm_cli *c)
{
    struct trm_err err = {0};
    for (int i = 0; l->gate && i < N_LEVELS; i++)
        if (strcmp(l->gate, level_name[i]) == 0)
            return i;
    if (l->gate) {
        trm_err_set(&err, TRM_USAGE, "-e: found '%.40s', expected INFO, WARNING or ERROR", l->gate);
        trm_cli_die(c, &err);
    }
    return N_LEVELS;
}

int
main(int argc, char **argv)
{
    struct lint *l = calloc(1, sizeof *l);
    if (!l)
        return TRM_SYS;
    l->seed = 1;
    const struct trm_cli_opt opts[] = {
        {'e', "fail-on", "LEVEL", "status 4 when there is a finding at INFO, WARNING or ERROR, or above", &l->gate, 0, 0, TRM_OPT_STR},
        {'s', "seed", "N", "which half of the samples judges the other", &l->seed, 0, 1L << 31, TRM_OPT_INT},
        {0},
    };
    struct trm_cli c = {.name = "trm-lint", .purpose = "Say what is wrong with samples and tasks before anybody learns from them.",
                        .operands = "[FILE...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    int gate = gate_of(l, &c);
    if (trm_cli_read(&c, take, l) == 0)
        put_all(l, &c);
    for (int i = gate; i < N_LEVELS; i++)
        c.verdict_failed |= l->n_findings[i] > 0;
    for (size_t i = 0; i < l->n_families; i++)
        free(l->family[i]);
    trm_lint_release(&l->rows);
    trm_table_release(&l->answers);
    struct seen *all[] = {&l->samples, &l->tasks, &l->questions};
    for (int i = 0; i < 3; i++) {
        trm_table_release(&all[i]->table);
        free(all[i]->group);
    }
    trm_names_release(&l->ids);
    trm_buf_release(&l->text);
    trm_arena_release(&l->mem);
    free(l);
    return trm_cli_end(&c);
}
