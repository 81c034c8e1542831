/* trm-diff: what changed between two runs of trm-check.
 *
 * in   two streams of checked records (trm-checked(5)), the run before and the run after; summaries and broken models count
 * out  one diff record for each verdict that changed or is still a failure (trm-diff(5)), then one of kind diffed
 * A verdict is one rule on one element. Elements pair by id; in a model most of whose ids are new they pair by what they look like,
 * and that is said. Waivers (trm-waiver(5)) turn a failure into a state of its own, until they expire. */
#include <stdlib.h>
#include <string.h>

#include "../lib/base/names.h"
#include "../lib/base/table.h"
#include "../lib/cli/cli.h"
#include "../lib/fact/fact.h"

enum verdict { NONE, PASS, FAIL, UNKNOWN, N_VERDICTS };
static const char *const verdict_name[N_VERDICTS] = {"none", "pass", "fail", "unknown"};

enum state { SAME, NEW, REGRESSED, KNOWN, STILL, FIXED, LOST, ADDED, GONE, UNREAD, WAIVED, EXPIRED, N_STATES };
static const char *const state_name[N_STATES] = {"same", "new",  "regressed", "known",  "still",  "fixed",
                                                 "lost", "added", "gone", "unread", "waived", "expired"};
/* What a verdict before and a verdict after make. */
static const enum state state_of[N_VERDICTS][N_VERDICTS] = {
    [NONE] = {SAME, ADDED, NEW, ADDED},
    [PASS] = {GONE, SAME, REGRESSED, LOST},
    [FAIL] = {GONE, FIXED, STILL, LOST},
    [UNKNOWN] = {GONE, KNOWN, KNOWN, SAME},
};

/* How two elements were found to be one, in the order of trying. */
enum pairing { ALONE, BY_ID, BY_TAG, BY_NAME, N_PAIRINGS };
static const char *const pairing_name[N_PAIRINGS] = {"none", "id", "tag", "name"};

struct result {
    uint32_t rule;
    uint8_t verdict, severity;
    uint32_t reason; /* number in words */
};
struct item {                  /* one element */
    const char *id, *guid;     /* in the arena; guid may be NULL */
    uint32_t class, name, file, storey, model; /* numbers in words */
    struct trm_digest by[N_PAIRINGS];          /* what it is known by; a and b 0: not by this */
    struct trm_digest verdicts;                /* of its results, to prefer alike ones */
    size_t first, n;           /* its results */
    size_t pair;               /* index in the other run + 1 */
    enum pairing how;
};
struct run {
    struct item *item;
    size_t n, cap;
    struct result *result;
    size_t n_results, cap_results;
    struct trm_table ids, broken; /* broken: digests of the files that could not be read */
    size_t n_broken;
    const char *rules_sha256;
};
struct rule {
    uint8_t severity;
    struct trm_digest definition[2];
    size_t count[N_STATES];
};
struct model { /* one building in both runs */
    size_t n[2], paired[N_PAIRINGS];
    uint32_t partner[2]; /* the model of the other run that it is, + 1 */
    uint32_t file;
    bool by_likeness;
};
struct waiver {
    const char *owner, *reason, *expires;
    bool used;
};

struct diff {
    /* as given */
    struct trm_list waiver_files;
    const char *date, *level_name;
    bool all, quiet, by_id;
    int level;
    /* read */
    struct run run[2];
    int now; /* which run is being read */
    struct trm_arena arena;
    struct trm_names words, rules;
    struct rule *rule; /* [rules.n] */
    size_t cap_rules;
    struct model *model; /* [words.n], by the word of a model's key */
    struct waiver *waiver;
    size_t n_waivers, cap_waivers, n_expired;
    struct trm_table waived; /* digest of element and rule -> waiver + 1 */
    /* counted */
    size_t moves[N_VERDICTS][N_VERDICTS], states[N_STATES];
    struct trm_buf line;
};

static int
no_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

/* Room for one more of `size` bytes in *p. */
static int
reserve(void *p, size_t *cap, size_t n, size_t size, struct trm_err *err)
{
    void **at = p;
    if (n < *cap)
        return 0;
    size_t more = *cap ? 2 * *cap : 256;
    void *q = realloc(*at, more * size);
    if (!q)
        return no_memory(err);
    *at = q, *cap = more;
    return 0;
}

static bool
is_no_digest(struct trm_digest d)
{
    return d.a == 0 && d.b == 0;
}

/* Digest of texts, each closed by a zero so that no two lists read alike; NULL counts as empty. */
static struct trm_digest
digest_texts(struct trm_buf *b, const char *const *text, size_t n)
{
    trm_buf_reset(b);
    for (size_t i = 0; i < n; i++)
        trm_buf_add(b, text[i] ? text[i] : "", (text[i] ? strlen(text[i]) : 0) + 1);
    return trm_digest_of(b->data, b->len);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static int
severity_of(const char *name)
{
    static const char *const names[] = {"INFO", "WARNING", "ERROR"};
    for (int i = 0; i < 3; i++)
        if (name && !strcmp(name, names[i]))
            return i;
    return -1;
}

static int
word(struct diff *d, uint32_t *out, const char *s, struct trm_err *err)
{
    long n = trm_names_put(&d->words, s ? s : "");
    *out = n < 0 ? 0 : (uint32_t)n;
    return n < 0 ? no_memory(err) : 0;
}

static struct rule *
rule_of(struct diff *d, const char *id, uint32_t *number, struct trm_err *err)
{
    size_t before = d->rules.n;
    long n = trm_names_put(&d->rules, id);
    if (n < 0 || reserve(&d->rule, &d->cap_rules, (size_t)n, sizeof *d->rule, err) != 0) {
        no_memory(err);
        return NULL;
    }
    if ((size_t)n == before)
        d->rule[n] = (struct rule){0};
    *number = (uint32_t)n;
    return &d->rule[n];
}

static int
read_result(struct diff *d, const trm_json *r, struct trm_err *err)
{
    struct run *run = &d->run[d->now];
    const char *id, *name;
    struct result x = {0};
    if (trm_json_need_str(r, "rule", &id, err) || trm_json_need_str(r, "verdict", &name, err))
        return -1;
    while (x.verdict < N_VERDICTS && (x.verdict == NONE || strcmp(name, verdict_name[x.verdict])))
        x.verdict++;
    int severity = severity_of(trm_json_str(trm_json_get(r, "severity"), "ERROR"));
    if (x.verdict == N_VERDICTS || severity < 0)
        return trm_err_set(err, TRM_DATA, "verdict \"%.40s\" of severity \"%.40s\": expected pass, fail or unknown of ERROR, WARNING or INFO",
                           name, trm_json_str(trm_json_get(r, "severity"), ""));
    struct rule *rule = rule_of(d, id, &x.rule, err);
    if (!rule || word(d, &x.reason, trm_json_str(trm_json_get(r, "reason"), NULL), err) ||
        reserve(&run->result, &run->cap_results, run->n_results, sizeof *run->result, err))
        return -1;
    x.severity = rule->severity = (uint8_t)severity;
    run->result[run->n_results++] = x;
    return 0;
}

static const char *
nearest_container(const struct trm_element *e)
{
    return trm_json_str(trm_json_get(trm_json_at(e->containers, 0), "name"), NULL);
}

/* What an element is known by when its id is new: class, name, type and place, with its tag or without. One that has neither
 * name nor tag looks like too many others. */
static void
note_likeness(struct diff *d, struct item *x, const struct trm_element *e)
{
    const char *type = trm_json_str(trm_json_get(e->type_object, "name"), e->object_type);
    const char *const like[] = {e->class, e->name, type, e->storey, nearest_container(e), e->tag};
    x->by[BY_ID] = trm_digest_of(e->id, strlen(e->id));
    if (e->tag && *e->tag)
        x->by[BY_TAG] = digest_texts(&d->line, like, 6);
    if (e->name && *e->name)
        x->by[BY_NAME] = digest_texts(&d->line, like, 5);
}

static void
note_verdicts(struct diff *d, struct item *x)
{
    const struct result *r = d->run[d->now].result + x->first;
    trm_buf_reset(&d->line);
    for (size_t i = 0; i < x->n; i++)
        trm_buf_addf(&d->line, "%u %u ", (unsigned)r[i].rule, (unsigned)r[i].verdict);
    x->verdicts = trm_digest_of(d->line.len ? d->line.data : "", d->line.len);
}

static int
read_element(struct diff *d, const trm_json *rec, struct trm_err *err)
{
    struct run *run = &d->run[d->now];
    struct item x = {.first = run->n_results};
    struct trm_element e;
    trm_json *results;
    bool is_new;
    if (trm_element_read(&e, rec, err) || trm_json_need_array(rec, "results", &results, err))
        return -1;
    const char *const which[] = {e.id, e.file};
    if (!trm_table_at(&run->ids, digest_texts(&d->line, which, 2), &is_new))
        return no_memory(err);
    if (!is_new)
        return trm_err_set(err, TRM_DATA, "this id came before in the same file: expected every element once");
    for (size_t i = 0; i < trm_json_len(results); i++)
        if (read_result(d, trm_json_at(results, i), err)) {
            run->n_results = x.first;
            return trm_err_at(err, "results[%zu]", i);
        }
    x.n = run->n_results - x.first;
    x.id = trm_arena_strdup(&d->arena, e.id);
    x.guid = e.guid ? trm_arena_strdup(&d->arena, e.guid) : NULL;
    if (!x.id || word(d, &x.class, e.class, err) || word(d, &x.name, e.name, err) || word(d, &x.file, e.file, err) ||
        word(d, &x.storey, e.storey, err) || word(d, &x.model, e.model, err) ||
        reserve(&run->item, &run->cap, run->n, sizeof *run->item, err))
        return no_memory(err);
    note_likeness(d, &x, &e);
    note_verdicts(d, &x);
    run->item[run->n++] = x;
    return d->line.failed ? no_memory(err) : 0;
}

/* A rule's definition, to say when it is not the one of the other run. */
static int
read_summary(struct diff *d, const trm_json *rec, struct trm_err *err)
{
    const char *id;
    uint32_t number;
    if (trm_json_need_str(rec, "rule", &id, err))
        return -1;
    struct rule *rule = rule_of(d, id, &number, err);
    if (!rule)
        return -1;
    int severity = severity_of(trm_json_str(trm_json_get(rec, "severity"), "ERROR"));
    rule->severity = severity < 0 ? rule->severity : (uint8_t)severity;
    trm_buf_reset(&d->line);
    if (trm_json_get(rec, "definition")) {
        trm_json_dump(&d->line, trm_json_get(rec, "definition"));
        rule->definition[d->now] = trm_digest_of(d->line.data, d->line.len);
    }
    return 0;
}

static int
read_record(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct diff *d = ctx;
    const char *kind;
    (void)c;
    if (trm_fact_kind(rec, &kind, err))
        return -1;
    if (!strcmp(kind, "checked"))
        return read_element(d, rec, err);
    if (!strcmp(kind, "summary"))
        return read_summary(d, rec, err);
    if (!strcmp(kind, "specification"))
        return 0;
    if (strcmp(kind, "model"))
        return trm_err_set(err, TRM_DATA, "kind \"%.40s\": expected checked, model or summary", kind);
    const char *file = trm_json_str(trm_json_get(rec, "file"), NULL);
    if (!trm_json_get(rec, "error") || !file)
        return 0;
    uint64_t *known = trm_table_at(&d->run[d->now].broken, trm_digest_of(file, strlen(file)), NULL);
    if (!known)
        return no_memory(err);
    d->run[d->now].n_broken += !*known;
    *known = 1;
    return 0;
}

/* --- waivers -------------------------------------------------------------------------------------------------------- */

static bool
is_date(const char *s)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
            return false;
    int month = (s[5] - '0') * 10 + s[6] - '0', day = (s[8] - '0') * 10 + s[9] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static struct trm_digest
waiver_key(struct trm_buf *b, const char *element, const char *rule)
{
    return digest_texts(b, (const char *const[]){element, rule}, 2);
}

static int
need_text(struct diff *d, const trm_json *rec, const char *key, const char **out, struct trm_err *err)
{
    const char *text;
    if (trm_json_need_str(rec, key, &text, err))
        return -1;
    if (!*text)
        return trm_err_set(err, TRM_DATA, "%s: found empty text, expected something", key);
    *out = trm_arena_strdup(&d->arena, text);
    return *out ? 0 : no_memory(err);
}

static int
read_waiver(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct diff *d = ctx;
    struct waiver w = {0};
    const char *kind, *rule, *element;
    bool is_new;
    (void)c;
    if (trm_json_need_str(rec, "kind", &kind, err))
        return -1;
    if (strcmp(kind, "waiver"))
        return trm_err_set(err, TRM_DATA, "kind \"%.40s\": expected waiver", kind);
    if (need_text(d, rec, "rule", &rule, err) || need_text(d, rec, "element", &element, err) ||
        need_text(d, rec, "owner", &w.owner, err) || need_text(d, rec, "reason", &w.reason, err) ||
        need_text(d, rec, "expires", &w.expires, err))
        return -1;
    if (!is_date(w.expires))
        return trm_err_set(err, TRM_DATA, "expires: found \"%.40s\", expected a day as 2027-03-31", w.expires);
    if (reserve(&d->waiver, &d->cap_waivers, d->n_waivers, sizeof *d->waiver, err))
        return -1;
    uint64_t *at = trm_table_at(&d->waived, waiver_key(&d->line, element, rule), &is_new);
    if (!at)
        return no_memory(err);
    if (!is_new)
        return trm_err_set(err, TRM_DATA, "%.60s is waived for this element already: expected one waiver each", rule);
    d->waiver[d->n_waivers++] = w;
    *at = d->n_waivers;
    return 0;
}

/* The waivers are configuration: one wrong line, and nobody could say what is waived. */
static int
read_waivers(struct diff *d, struct trm_cli *c)
{
    for (size_t i = 0; i < d->waiver_files.n; i++) {
        trm_cli_need_file(c, d->waiver_files.item[i]);
        if (trm_cli_read_file(c, d->waiver_files.item[i], read_waiver, d) || c->worst != TRM_OK) {
            c->worst = c->worst == TRM_SYS ? TRM_SYS : TRM_USAGE;
            return -1;
        }
    }
    return 0;
}

static struct waiver *
find_waiver(struct diff *d, const struct item *x, const char *rule)
{
    const char *const names[] = {x ? x->id : NULL, x ? x->guid : NULL};
    for (size_t i = 0; i < 2; i++) {
        uint64_t *at = names[i] ? trm_table_at(&d->waived, waiver_key(&d->line, names[i], rule), NULL) : NULL;
        if (at && *at)
            return &d->waiver[*at - 1];
    }
    return NULL;
}

/* --- pairing -------------------------------------------------------------------------------------------------------- */

/* What an item is looked up by: how it is known, and where. Alike: with the same verdicts; by id, in the same file, since one
 * building may lie there twice. */
static struct trm_digest
pair_key(const struct item *x, enum pairing how, uint32_t place, bool alike)
{
    struct trm_digest key[2] = {x->by[how], {place, how}};
    if (!alike)
        return trm_digest_of(key, sizeof key);
    struct trm_digest file = {x->file, 1}, more[3] = {key[0], key[1], how == BY_ID ? file : x->verdicts};
    return trm_digest_of(more, sizeof more);
}

/* The model of the run before that the model of item x is, + 1; 0: none. */
static uint32_t
place_of(const struct diff *d, const struct item *x, int run, enum pairing how)
{
    if (how == BY_ID)
        return 1;
    return run == 0 ? x->model + 1 : d->model[x->model].partner[1];
}

static bool
is_open(const struct diff *d, const struct item *x, int run, enum pairing how)
{
    if (x->how != ALONE || is_no_digest(x->by[how]))
        return false;
    if (how == BY_ID)
        return true;
    return place_of(d, x, run, how) && (run == 0 ? d->model[x->model].partner[0] : 1) &&
           d->model[place_of(d, x, run, how) - 1].by_likeness;
}

/* Join what is still alone in both runs: the k-th of a key with the k-th. `alike` first, so that among elements that nothing tells
 * apart the least change is assumed. */
static int
join(struct diff *d, enum pairing how, bool alike, struct trm_err *err)
{
    struct run *a = &d->run[0], *b = &d->run[1];
    struct trm_table first = {0}; /* key -> index of the first open item of it + 1 */
    size_t *next = calloc(a->n + 1, sizeof *next); /* the next one of the same key + 1 */
    int rc = next ? 0 : -1;
    for (size_t i = a->n; i-- > 0 && rc == 0;) { /* backwards, so that chains run forwards */
        if (!is_open(d, &a->item[i], 0, how))
            continue;
        uint64_t *at = trm_table_at(&first, pair_key(&a->item[i], how, place_of(d, &a->item[i], 0, how), alike), NULL);
        if (!at) {
            rc = -1;
            break;
        }
        next[i] = (size_t)*at;
        *at = i + 1;
    }
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        struct item *x = &b->item[i];
        if (!is_open(d, x, 1, how))
            continue;
        uint64_t *at = trm_table_at(&first, pair_key(x, how, place_of(d, x, 1, how), alike), NULL);
        if (!at)
            rc = -1;
        if (!at || !*at)
            continue;
        size_t k = (size_t)*at - 1;
        *at = next[k];
        x->how = a->item[k].how = how;
        x->pair = k + 1, a->item[k].pair = i + 1;
        d->model[a->item[k].model].paired[how]++;
    }
    trm_table_release(&first);
    free(next);
    return rc ? no_memory(err) : 0;
}

static void
marry(struct diff *d, uint32_t before, uint32_t after)
{
    d->model[before].partner[0] = after + 1;
    d->model[after].partner[1] = before + 1;
}

/* Which model of the run after is which of the run before: of the same key, else of the same file, else the only one left. */
static int
pair_models(struct diff *d, struct trm_err *err)
{
    d->model = calloc(d->words.n + 1, sizeof *d->model);
    uint32_t *of_file = calloc(d->words.n + 1, sizeof *of_file); /* file -> model of the run before + 1 */
    size_t left[2] = {0};
    uint32_t last[2] = {0};
    if (!d->model || !of_file) {
        free(of_file);
        return no_memory(err);
    }
    for (int r = 0; r < 2; r++)
        for (size_t i = 0; i < d->run[r].n; i++) {
            d->model[d->run[r].item[i].model].n[r]++;
            d->model[d->run[r].item[i].model].file = d->run[r].item[i].file;
        }
    for (uint32_t m = 0; m < d->words.n; m++) {
        if (d->model[m].n[0] && d->model[m].n[1])
            marry(d, m, m);
        else if (d->model[m].n[0])
            of_file[d->model[m].file] = m + 1;
    }
    for (uint32_t m = 0; m < d->words.n; m++) {
        uint32_t old = d->model[m].n[1] && !d->model[m].partner[1] ? of_file[d->model[m].file] : 0;
        if (old && !d->model[old - 1].partner[0])
            marry(d, old - 1, m);
    }
    for (int r = 0; r < 2; r++)
        for (uint32_t m = 0; m < d->words.n; m++)
            if (d->model[m].n[r] && !d->model[m].partner[r])
                left[r]++, last[r] = m;
    if (left[0] == 1 && left[1] == 1)
        marry(d, last[0], last[1]);
    free(of_file);
    return 0;
}

static int
pair(struct diff *d, struct trm_err *err)
{
    if (pair_models(d, err) || join(d, BY_ID, true, err) || join(d, BY_ID, false, err))
        return -1;
    for (uint32_t m = 0; m < d->words.n && !d->by_id; m++) {
        struct model *x = &d->model[m];
        if (!x->n[0] || !x->partner[0])
            continue;
        size_t n = d->model[x->partner[0] - 1].n[1];
        x->by_likeness = 2 * x->paired[BY_ID] < (x->n[0] < n ? x->n[0] : n);
    }
    for (enum pairing how = BY_TAG; how < N_PAIRINGS; how++)
        if (join(d, how, true, err) || join(d, how, false, err))
            return -1;
    return 0;
}

/* --- writing -------------------------------------------------------------------------------------------------------- */

/* One verdict in both runs; either side may be missing. */
struct move {
    const struct item *before, *after;
    const struct result *was, *is;
    enum state state, underlying;
    const struct waiver *waiver;
    bool followed; /* it names the element before */
};

static void
write_waiver(struct trm_jw *w, const struct waiver *x, const char *follows)
{
    trm_jw_key(w, "waiver");
    trm_jw_object(w);
    trm_jw_kstr(w, "owner", x->owner);
    trm_jw_kstr(w, "reason", x->reason);
    trm_jw_kstr(w, "expires", x->expires);
    trm_jw_kstr(w, "follows", follows);
    trm_jw_end(w);
}

static const char *
text_of(const struct diff *d, uint32_t word)
{
    return *d->words.name[word] ? d->words.name[word] : NULL;
}

static void
write_move(struct diff *d, struct trm_cli *c, const struct move *m)
{
    struct trm_jw w = {.out = &d->line};
    const struct item *x = m->after ? m->after : m->before;
    const struct result *r = m->is ? m->is : m->was;
    static const char *const severities[] = {"INFO", "WARNING", "ERROR"};
    struct trm_buf id = {0};
    trm_buf_addf(&id, "%s:%s", x->id, d->rules.name[r->rule]);
    trm_buf_reset(&d->line);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "diff");
    trm_jw_knum(&w, "v", TRM_FACT_VERSION);
    trm_jw_kstr(&w, "id", id.data);
    trm_jw_kstr(&w, "element", x->id);
    trm_jw_kstr(&w, "guid", x->guid);
    trm_jw_kstr(&w, "class", text_of(d, x->class));
    trm_jw_kstr(&w, "name", text_of(d, x->name));
    trm_jw_kstr(&w, "model", text_of(d, x->model));
    trm_jw_kstr(&w, "file", text_of(d, x->file));
    trm_jw_kstr(&w, "storey", text_of(d, x->storey));
    trm_jw_kstr(&w, "rule", d->rules.name[r->rule]);
    trm_jw_kstr(&w, "severity", severities[r->severity]);
    trm_jw_kstr(&w, "state", state_name[m->state]);
    if (m->state != m->underlying)
        trm_jw_kstr(&w, "otherwise", state_name[m->underlying]);
    trm_jw_kstr(&w, "before", m->was ? verdict_name[m->was->verdict] : NULL);
    trm_jw_kstr(&w, "before_reason", m->was ? text_of(d, m->was->reason) : NULL);
    trm_jw_kstr(&w, "after", m->is ? verdict_name[m->is->verdict] : NULL);
    trm_jw_kstr(&w, "after_reason", m->is ? text_of(d, m->is->reason) : NULL);
    if (x->how > BY_ID) {
        trm_jw_kstr(&w, "paired_by", pairing_name[x->how]);
        trm_jw_kstr(&w, "element_before", m->before ? m->before->id : NULL);
    }
    if (m->waiver)
        write_waiver(&w, m->waiver, m->followed ? m->before->id : NULL);
    trm_jw_end(&w);
    trm_buf_release(&id);
    trm_cli_put_text(c, d->line.data, d->line.len);
}

/* A failure that somebody answers for is waived, until the day is past: then it is expired, and said aloud. So is that a waiver was found by
 * what the element was called before, since the next run will not know that. */
static void
apply_waiver(struct diff *d, struct trm_cli *c, struct move *m)
{
    const char *rule = d->rules.name[m->is->rule];
    struct waiver *x = d->n_waivers ? find_waiver(d, m->after, rule) : NULL;
    if (!x && d->n_waivers && m->before) {
        x = find_waiver(d, m->before, rule);
        m->followed = x != NULL;
    }
    if (!x)
        return;
    x->used = true;
    m->waiver = x;
    m->state = strcmp(d->date, x->expires) > 0 ? EXPIRED : WAIVED;
    if (m->followed)
        trm_cli_warn(c, "waiver of %.80s by %.80s: its element %.80s is %.80s now; write that into the waiver, or it ends with this run", rule,
                     x->owner, m->before->id, m->after->id);
    if (m->state == EXPIRED)
        trm_cli_warn(c, "waiver expired on %.10s: %.80s fails on %.80s; %.80s answered for it (%.120s)", x->expires, rule,
                     m->after->id, x->owner, x->reason);
}

static void
settle(struct diff *d, struct trm_cli *c, struct move *m)
{
    enum verdict was = m->was ? m->was->verdict : NONE, is = m->is ? m->is->verdict : NONE;
    m->state = m->underlying = state_of[was][is];
    if (m->state == GONE && m->before && !m->after) {
        const char *file = d->words.name[m->before->file];
        uint64_t *broken = d->run[1].n_broken ? trm_table_at(&d->run[1].broken, trm_digest_of(file, strlen(file)), NULL) : NULL;
        if (broken && *broken)
            m->state = m->underlying = UNREAD;
    }
    if (is == FAIL)
        apply_waiver(d, c, m);
    d->moves[was][is]++;
    d->states[m->state]++;
    d->rule[m->is ? m->is->rule : m->was->rule].count[m->state]++;
    bool rose = is == FAIL && (m->state == NEW || m->state == REGRESSED || m->state == KNOWN || m->state == EXPIRED);
    if (rose && d->level >= 0 && m->is->severity >= d->level)
        c->verdict_failed = true;
    /* what passed or was unknown and is gone with its element is counted only */
    bool silent = m->state == SAME || m->state == ADDED || ((m->state == GONE || m->state == UNREAD) && was != FAIL);
    if (!d->quiet && (!silent || d->all))
        write_move(d, c, m);
}

static const struct result *
result_for(const struct run *run, const struct item *x, uint32_t rule, size_t guess)
{
    if (!x)
        return NULL;
    const struct result *r = run->result + x->first;
    if (guess < x->n && r[guess].rule == rule)
        return &r[guess];
    for (size_t i = 0; i < x->n; i++)
        if (r[i].rule == rule)
            return &r[i];
    return NULL;
}

/* Everything in the order of the run after, an element's lost rules behind its own; then the elements that are gone. */
static void
compare(struct diff *d, struct trm_cli *c)
{
    const struct run *a = &d->run[0], *b = &d->run[1];
    for (size_t i = 0; i < b->n; i++) {
        const struct item *x = &b->item[i], *old = x->pair ? &a->item[x->pair - 1] : NULL;
        for (size_t k = 0; k < x->n; k++) {
            const struct result *is = &b->result[x->first + k];
            struct move m = {.before = old, .after = x, .is = is, .was = result_for(a, old, is->rule, k)};
            settle(d, c, &m);
        }
        for (size_t k = 0; old && k < old->n; k++) {
            const struct result *was = &a->result[old->first + k];
            struct move m = {.before = old, .after = x, .was = was};
            if (!result_for(b, x, was->rule, k))
                settle(d, c, &m);
        }
    }
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; !a->item[i].pair && k < a->item[i].n; k++) {
            struct move m = {.before = &a->item[i], .was = &a->result[a->item[i].first + k]};
            settle(d, c, &m);
        }
}

static void
write_states(struct trm_jw *w, const size_t count[N_STATES], bool zeros)
{
    for (int s = NEW; s < N_STATES; s++)
        if (zeros || count[s])
            trm_jw_knum(w, state_name[s], (double)count[s]);
}

static void
write_moves(struct diff *d, struct trm_jw *w)
{
    trm_jw_key(w, "verdicts");
    trm_jw_object(w);
    for (int a = 0; a < N_VERDICTS; a++) {
        trm_jw_key(w, verdict_name[a]);
        trm_jw_object(w);
        for (int b = 0; b < N_VERDICTS; b++)
            if (a != NONE || b != NONE)
                trm_jw_knum(w, verdict_name[b], (double)d->moves[a][b]);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
write_elements(struct diff *d, struct trm_jw *w)
{
    size_t n[N_PAIRINGS] = {0};
    for (size_t i = 0; i < d->run[1].n; i++)
        n[d->run[1].item[i].how]++;
    size_t paired = d->run[1].n - n[ALONE];
    trm_jw_key(w, "elements");
    trm_jw_object(w);
    trm_jw_knum(w, "before", (double)d->run[0].n);
    trm_jw_knum(w, "after", (double)d->run[1].n);
    trm_jw_knum(w, "by_id", (double)n[BY_ID]);
    trm_jw_knum(w, "by_tag", (double)n[BY_TAG]);
    trm_jw_knum(w, "by_name", (double)n[BY_NAME]);
    trm_jw_knum(w, "new", (double)n[ALONE]);
    trm_jw_knum(w, "gone", (double)(d->run[0].n - paired));
    trm_jw_end(w);
}

static void
write_rules(struct diff *d, struct trm_jw *w)
{
    trm_jw_key(w, "rules");
    trm_jw_array(w);
    for (size_t i = 0; i < d->rules.n; i++) {
        const struct rule *r = &d->rule[i];
        const struct trm_digest *x = r->definition;
        bool both = !is_no_digest(x[0]) && !is_no_digest(x[1]);
        trm_jw_object(w);
        trm_jw_kstr(w, "rule", d->rules.name[i]);
        write_states(w, r->count, false);
        if (both && (x[0].a != x[1].a || x[0].b != x[1].b))
            trm_jw_kbool(w, "changed", true);
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

/* Models whose elements were paired by what they look like, said in the record and aloud. */
static void
write_likeness(struct diff *d, struct trm_cli *c, struct trm_jw *w)
{
    trm_jw_key(w, "likeness");
    trm_jw_array(w);
    for (uint32_t m = 0; m < d->words.n; m++) {
        const struct model *x = &d->model[m];
        if (!x->by_likeness || !(x->paired[BY_TAG] + x->paired[BY_NAME]))
            continue;
        trm_jw_object(w);
        trm_jw_kstr(w, "model", d->words.name[m]);
        trm_jw_kstr(w, "file", text_of(d, x->file));
        trm_jw_knum(w, "before", (double)x->n[0]);
        trm_jw_knum(w, "by_id", (double)x->paired[BY_ID]);
        trm_jw_knum(w, "by_tag", (double)x->paired[BY_TAG]);
        trm_jw_knum(w, "by_name", (double)x->paired[BY_NAME]);
        trm_jw_end(w);
        trm_cli_warn(c, "%.120s: %zu of %zu elements were paired by name, tag, type and place: their ids changed",
                     d->words.name[x->file], x->paired[BY_TAG] + x->paired[BY_NAME], x->n[0]);
    }
    trm_jw_end(w);
}

static void
write_end(struct diff *d, struct trm_cli *c)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    size_t used = 0;
    for (size_t i = 0; i < d->n_waivers; i++)
        used += d->waiver[i].used;
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "diffed");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", "diffed");
    write_elements(d, &w);
    trm_jw_key(&w, "states");
    trm_jw_object(&w);
    write_states(&w, d->states, true);
    trm_jw_end(&w);
    write_moves(d, &w);
    write_rules(d, &w);
    write_likeness(d, c, &w);
    trm_jw_knum(&w, "broken_before", (double)d->run[0].n_broken);
    trm_jw_knum(&w, "broken_after", (double)d->run[1].n_broken);
    if (d->waiver_files.n) {
        trm_jw_key(&w, "waivers");
        trm_jw_object(&w);
        trm_jw_knum(&w, "given", (double)d->n_waivers);
        trm_jw_knum(&w, "used", (double)used);
        trm_jw_kstr(&w, "date", d->date);
        trm_jw_end(&w);
    }
    trm_jw_kstr(&w, "program", "trm-diff " TRM_VERSION);
    trm_jw_end(&w);
    trm_cli_put_text(c, b.data, b.len);
    trm_buf_release(&b);
}

/* --- the program ---------------------------------------------------------------------------------------------------- */

static void
check_command(struct diff *d, struct trm_cli *c, char today[32])
{
    struct trm_err err = {0};
    if (!d->date) {
        trm_cli_utc(today);
        today[10] = '\0';
        d->date = today;
    }
    d->level = severity_of(d->level_name);
    if (d->level_name && d->level < 0)
        trm_err_set(&err, TRM_USAGE, "-e: found \"%.40s\", expected ERROR, WARNING or INFO", d->level_name);
    else if (!is_date(d->date))
        trm_err_set(&err, TRM_USAGE, "--date: found \"%.40s\", expected a day as 2027-03-31", d->date);
    else if (c->n_files < 1 || c->n_files > 2)
        trm_err_set(&err, TRM_USAGE, "expected the run before, then at most one file of the run after; see trm-diff --help");
    else if (!strcmp(c->files[0], "-") && (c->n_files == 1 || !strcmp(c->files[1], "-")))
        trm_err_set(&err, TRM_USAGE, "the runs before and after cannot both be stdin");
    if (err.kind)
        trm_cli_die(c, &err);
    trm_cli_need_file(c, c->files[0]);
    if (c->n_files == 2)
        trm_cli_need_file(c, c->files[1]);
}

static int
read_runs(struct diff *d, struct trm_cli *c)
{
    for (d->now = 0; d->now < 2; d->now++)
        if (trm_cli_read_file(c, (size_t)d->now < c->n_files ? c->files[d->now] : "-", read_record, d))
            return -1;
    return 0;
}

static void
release(struct diff *d)
{
    for (int r = 0; r < 2; r++) {
        free(d->run[r].item);
        free(d->run[r].result);
        trm_table_release(&d->run[r].ids);
        trm_table_release(&d->run[r].broken);
    }
    free(d->rule);
    free(d->model);
    free(d->waiver);
    trm_table_release(&d->waived);
    trm_names_release(&d->words);
    trm_names_release(&d->rules);
    trm_arena_release(&d->arena);
    trm_buf_release(&d->line);
}

int
main(int argc, char **argv)
{
    struct diff d = {0};
    char today[32];
    const struct trm_cli_opt opts[] = {
        {'w', "waivers", "FILE", "failures that somebody answers for; may be given again", &d.waiver_files, .type = TRM_OPT_LIST},
        {'d', "date", "DAY", "the day that waivers are measured by, instead of today", &d.date, .type = TRM_OPT_STR},
        {'e', "exit-level", "LEVEL", "exit status 4 when a rule of severity LEVEL or worse fails that did not before, or whose waiver expired",
         &d.level_name, .type = TRM_OPT_STR},
        {'a', "all", NULL, "write what did not change as well", &d.all, .type = TRM_OPT_FLAG},
        {'q', "quiet", NULL, "write the last record only", &d.quiet, .type = TRM_OPT_FLAG},
        {'i', "by-id", NULL, "pair by id only, whatever the elements look like", &d.by_id, .type = TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-diff", .purpose = "Say what changed between two runs of trm-check.",
                        .operands = "BEFORE [AFTER]", .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    check_command(&d, &c, today);
    if (read_waivers(&d, &c) == 0 && read_runs(&d, &c) == 0) {
        if (pair(&d, &err))
            trm_cli_die(&c, &err);
        compare(&d, &c);
        write_end(&d, &c);
    }
    int status = trm_cli_end(&c);
    release(&d);
    return status;
}
