/* trm-check: exact verdicts of rules on elements.
 *
 * in   element or checked records (trm-element(5), trm-checked(5)); model records pass through; old summaries are dropped
 * out  checked records in the order of the input, then one summary a rule (trm-summary(5))
 * With --merge it reads checked streams of several runs and adds up their summaries. */
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/cli/cli.h"
#include "../lib/fact/fact.h"
#include "../lib/rule/rule.h"
#include "../lib/rule/tally.h"

static const char PROGRAM[] = "trm-check " TRM_VERSION;
static const size_t LARGEST_RULE_FILE = (size_t)256 << 20;

/* What elements are judged with, side by side. */
struct hand {
    struct trm_fit *fit;
    struct trm_tally *tally;
    struct trm_buf results;
    struct trm_arena scratch;
    bool judged; /* an element since its counts were taken */
};

struct check {
    bool strict;
    size_t undecided; /* specifications that are neither passed nor failed */
    struct trm_rules *rules;
    struct trm_tally *tally;
    bool flat, merge, quiet;
    bool each, summed; /* summaries of each model; nothing was judged since the last ones */
    int exit_level;    /* a severity, or -1 */
    bool show[3]; /* by verdict: whether its results are written */
    bool all_shown;
    struct trm_buf line;
    struct hand hand[TRM_CLI_SLOTS];
};

/* --- rules ---------------------------------------------------------------------------------------------------------- */

static int
read_rules(struct trm_rules *rules, const char *path, struct trm_err *err)
{
    struct trm_map map;
    if (trm_map_open(&map, path, LARGEST_RULE_FILE, err) < 0) {
        if (err->kind == TRM_DATA) /* too large a rule file is a wrong command line, not a refused record */
            err->kind = TRM_USAGE;
        return -1;
    }
    int rc = trm_rules_add(rules, path, map.data ? map.data : "", map.size, err);
    trm_map_release(&map);
    return rc;
}

/* One line of what is wrong with the files of rules; with --strict they are refused. */
static void
say_flaws(struct check *k, struct trm_cli *c)
{
    size_t n, errors = 0;
    bool more;
    const struct trm_flaw *flaws = trm_rules_flaws(k->rules, &n, &more), *first = NULL;
    for (size_t i = 0; i < n; i++) {
        errors += flaws[i].severity == TRM_ERROR;
        if (!first && flaws[i].severity == TRM_ERROR)
            first = &flaws[i];
    }
    if (!errors)
        return;
    struct trm_err err = {0};
    trm_err_set(&err, TRM_USAGE, "%s:%ld:%ld: found %s, expected %s; %zu flaws in all, see --audit", first->file, first->line, first->column,
                first->found, first->expected, errors);
    if (k->strict)
        trm_cli_die(c, &err);
    trm_cli_warn(c, "warning: %s", err.text);
}

static void
load(struct check *k, struct trm_cli *c, const struct trm_list *files)
{
    struct trm_err err = {0};
    k->rules = trm_rules_new();
    if (!k->rules)
        trm_err_set(&err, TRM_SYS, "out of memory");
    for (size_t i = 0; err.kind == TRM_OK && i < files->n; i++)
        read_rules(k->rules, files->item[i], &err);
    if (err.kind == TRM_OK && !k->merge && files->n == 0)
        trm_err_set(&err, TRM_USAGE, "found no rules, expected -r FILE");
    if (err.kind == TRM_OK && k->merge && k->each)
        trm_err_set(&err, TRM_USAGE, "found --each beside --merge, expected one of them");
    if (err.kind == TRM_OK && k->merge && files->n > 0)
        trm_err_set(&err, TRM_USAGE, "found -r beside --merge, expected one of them: summaries carry their rules");
    if (err.kind == TRM_OK) {
        k->tally = trm_tally_new(k->merge ? NULL : k->rules);
        if (!k->tally)
            trm_err_set(&err, TRM_SYS, "out of memory");
    }
    if (err.kind != TRM_OK)
        trm_cli_die(c, &err);
    say_flaws(k, c);
}

/* --- looking at rules alone ------------------------------------------------------------------------------------------ */

static void
put_flaw(struct trm_cli *c, const struct trm_flaw *f, size_t number)
{
    struct trm_buf line = {0};
    struct trm_jw w = {.out = &line};
    struct trm_buf id = {0};
    trm_buf_addf(&id, "%s:%zu", f->file, number);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "flaw");
    trm_jw_knum(&w, "v", TRM_FACT_VERSION);
    trm_jw_kstr(&w, "id", id.data);
    trm_jw_kstr(&w, "rules", f->file);
    trm_jw_kstr(&w, "severity", trm_severity_name(f->severity));
    trm_jw_kstr(&w, "code", f->code);
    if (f->line > 0)
        trm_jw_knum(&w, "line", (double)f->line);
    if (f->column > 0)
        trm_jw_knum(&w, "column", (double)f->column);
    if (f->specification)
        trm_jw_knum(&w, "specification", (double)f->specification);
    if (f->requirement)
        trm_jw_knum(&w, "requirement", (double)f->requirement);
    trm_jw_kstr(&w, "schema", f->schema);
    trm_jw_kstr(&w, "found", f->found);
    trm_jw_kstr(&w, "expected", f->expected);
    trm_jw_end(&w);
    trm_cli_put_text(c, line.data, line.len);
    trm_buf_release(&line);
    trm_buf_release(&id);
}

/* The flaws of one file, which cannot spoil those of the next. Returns how many are errors. */
static size_t
audit_file(struct check *k, struct trm_cli *c, const char *path)
{
    struct trm_err err = {0};
    struct trm_rules *rules = trm_rules_new();
    size_t n = 0, errors = 0;
    bool more = false;
    const char *slash = strrchr(path, '/');
    if (!rules)
        trm_err_set(&err, TRM_SYS, "out of memory");
    else
        read_rules(rules, path, &err);
    if (err.kind == TRM_SYS)
        trm_cli_die(c, &err);
    const struct trm_flaw *flaws = rules ? trm_rules_flaws(rules, &n, &more) : NULL;
    for (size_t i = 0; i < n; i++) {
        errors += flaws[i].severity == TRM_ERROR;
        if (!k->quiet)
            put_flaw(c, &flaws[i], i + 1);
    }
    if (err.kind != TRM_OK && errors == 0) {
        struct trm_flaw f = {.severity = TRM_ERROR, .code = "unreadable", .file = slash ? slash + 1 : path, .found = err.text,
                             .expected = "rules that can be run"};
        put_flaw(c, &f, n + 1);
        errors++;
    }
    if (more)
        trm_cli_warn(c, "warning: %s: more flaws than are told", path);
    trm_rules_free(rules);
    return errors;
}

static int
audit(struct check *k, struct trm_cli *c, const struct trm_list *files)
{
    struct trm_err err = {0};
    size_t errors = 0;
    if (files->n == 0) {
        trm_err_set(&err, TRM_USAGE, "found no rules, expected -r FILE");
        trm_cli_die(c, &err);
    }
    for (size_t i = 0; i < files->n; i++)
        errors += audit_file(k, c, files->item[i]);
    if (k->strict && errors)
        c->verdict_failed = true;
    return trm_cli_end(c);
}

/* The classes that a reader must be told to give records of, on one line. */
static int
put_wanted(struct check *k, struct trm_cli *c)
{
    trm_buf_reset(&k->line);
    trm_rules_classes(&k->line, k->rules);
    trm_cli_put_text(c, k->line.len ? k->line.data : "", k->line.len);
    return trm_cli_end(c);
}

/* "fail,unknown" to the verdicts that are written. */
static void
choose(struct check *k, struct trm_cli *c, const char *only)
{
    k->all_shown = !only;
    for (int v = TRM_PASS; v <= TRM_UNKNOWN; v++)
        k->show[v] = !only;
    for (const char *s = only; s && *s;) {
        size_t n = strcspn(s, ",");
        int v = TRM_PASS;
        while (v <= TRM_UNKNOWN && !(strncmp(trm_verdict_name(v), s, n) == 0 && trm_verdict_name(v)[n] == 0))
            v++;
        if (v > TRM_UNKNOWN) {
            struct trm_err err = {0};
            trm_err_set(&err, TRM_USAGE, "--only: found \"%s\", expected some of pass,fail,unknown", only);
            trm_cli_die(c, &err);
        }
        k->show[v] = true;
        s += n + (s[n] == ',');
    }
}

/* --- one element ---------------------------------------------------------------------------------------------------- */

/* {"kind":"result",...}: one line a result, with what names the element. */
static void
put_flat(struct trm_buf *out, const struct trm_element *e, const struct trm_result *r)
{
    struct trm_jw w = {.out = out};
    struct trm_buf id = {0};
    trm_buf_addf(&id, "%s:%s", e->id, r->rule->id);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "result");
    trm_jw_knum(&w, "v", TRM_FACT_VERSION);
    trm_jw_kstr(&w, "id", id.data);
    trm_jw_kstr(&w, "element", e->id);
    trm_jw_kstr(&w, "guid", e->guid);
    trm_jw_kstr(&w, "class", e->class);
    trm_jw_kstr(&w, "name", e->name);
    trm_jw_kstr(&w, "model", e->model);
    trm_jw_kstr(&w, "file", e->file);
    trm_jw_kstr(&w, "storey", e->storey);
    trm_result_write_members(&w, r);
    trm_jw_end(&w);
    trm_buf_addc(out, '\n');
    out->failed |= id.failed;
    trm_buf_release(&id);
}

/* Judge the element by every rule of its class; results of the wanted verdicts go to h->results (or out, when flat).
 * Returns how many were written, -1 when memory is out. */
static long
judge(const struct check *k, struct hand *h, const struct trm_element *e, struct trm_buf *out)
{
    struct trm_jw w = {.out = &h->results};
    long written = 0;
    size_t n;
    const struct trm_rule *before = NULL;
    enum trm_applies applies = TRM_APPLIES_NOT;
    const size_t *fit = trm_fit_for(h->fit, e, &n);
    if (!fit)
        return -1;
    trm_jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        const struct trm_rule *rule = trm_rules_at(k->rules, fit[i]);
        struct trm_result r = {0};
        if (!(before && trm_rule_selects_as(before, rule)))
            applies = trm_rule_selects(rule, e);
        before = rule;
        if (applies == TRM_APPLIES)
            trm_rule_judge(&r, rule, e, &h->scratch);
        trm_tally_add(h->tally, rule, e, applies, &r);
        if (applies != TRM_APPLIES || !k->show[r.verdict])
            continue;
        written++;
        if (k->quiet)
            continue;
        if (k->flat)
            put_flat(out, e, &r);
        else
            trm_result_write(&w, &r);
    }
    trm_jw_end(&w);
    return written;
}

/* The line as it came, with its kind and results put in: what the record holds beside them is not written anew. */
static bool
splice(const struct hand *h, const char *line, size_t n, struct trm_buf *out)
{
    static const char head[] = "{\"kind\":\"element\"", tail[] = ",\"results\":";
    while (n && (line[n - 1] == ' ' || line[n - 1] == '\r' || line[n - 1] == '\t'))
        n--;
    if (n <= sizeof head || memcmp(line, head, sizeof head - 1) != 0 || line[n - 1] != '}')
        return false;
    trm_buf_adds(out, "{\"kind\":\"checked\"");
    trm_buf_add(out, line + sizeof head - 1, n - sizeof head);
    trm_buf_adds(out, tail);
    trm_buf_add(out, h->results.data, h->results.len);
    trm_buf_adds(out, "}\n");
    return true;
}

/* The same by way of the tree, for records that hold results already or are written another way. */
static int
rebuild(const struct hand *h, trm_json *rec, struct trm_buf *out, struct trm_err *err)
{
    if (trm_json_set_str(rec, "kind", "checked") < 0 || (trm_json_get(rec, "results") && trm_json_del(rec, "results") < 0))
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_json_dump(out, rec);
    if (out->failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    out->len--; /* the closing brace */
    trm_buf_adds(out, ",\"results\":");
    trm_buf_add(out, h->results.data, h->results.len);
    trm_buf_adds(out, "}\n");
    return 0;
}

static int
check_element(const struct check *k, struct hand *h, const char *line, size_t n, trm_json *rec, struct trm_buf *out, struct trm_err *err)
{
    struct trm_element e;
    if (trm_element_read(&e, rec, err) < 0)
        return -1;
    trm_buf_reset(&h->results);
    trm_arena_reset(&h->scratch);
    long written = judge(k, h, &e, out);
    if (written < 0 || h->results.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    h->judged = true;
    if (k->flat || k->quiet || (!written && !k->all_shown))
        return 0;
    return (trm_json_get(rec, "results") || !splice(h, line, n, out)) ? rebuild(h, rec, out, err) : 0;
}

static bool
is_element(const char *kind)
{
    return strcmp(kind, "element") == 0 || strcmp(kind, "checked") == 0;
}

/* Elements, by several threads; all else is left to one_record. */
static int
make(void *ctx, size_t slot, const char *line, size_t n, trm_json *rec, struct trm_buf *out, struct trm_err *err)
{
    struct check *k = ctx;
    struct hand *h = &k->hand[slot];
    const char *kind;
    if (trm_fact_kind(rec, &kind, err) < 0)
        return -1;
    if (!is_element(kind))
        return 0;
    if ((!h->fit && !(h->fit = trm_fit_new(k->rules))) || (!h->tally && !(h->tally = trm_tally_new(k->rules))))
        return trm_err_set(err, TRM_SYS, "out of memory");
    return check_element(k, h, line, n, rec, out, err) < 0 ? -1 : 1;
}

static int
settle(void *ctx, size_t slot, struct trm_err *err)
{
    struct check *k = ctx;
    struct hand *h = &k->hand[slot];
    (void)err;
    if (h->judged) {
        trm_tally_move(k->tally, h->tally);
        k->summed = h->judged = false;
    }
    return 0;
}

static void
pass_on(struct trm_cli *c)
{
    size_t n;
    const char *line = trm_cli_line(c, &n);
    trm_cli_put_text(c, line, n);
}

/* --- the end -------------------------------------------------------------------------------------------------------- */

/* Write what stands in k->line. */
static void
put_line(struct check *k, struct trm_cli *c)
{
    struct trm_err err = {0};
    if (k->line.failed) {
        trm_err_set(&err, TRM_SYS, "out of memory");
        trm_cli_die(c, &err);
    }
    trm_cli_put_text(c, k->line.data, k->line.len);
}

/* Specifications that nothing failed but that did not pass: on -e that is no success. */
static void
say_undecided(struct check *k, struct trm_cli *c, int level)
{
    struct trm_err err = {0};
    if (!k->undecided)
        return;
    c->file = NULL, c->id = NULL, c->line = 0;
    trm_err_set(&err, TRM_DATA, "found %zu specifications that are invalid or ask for instances without a record (see \"unread\"), expected "
                "none; trm-ifc --also \"$(trm-check --classes -r FILE)\" gives the records", k->undecided);
    if (level >= 0 && !c->verdict_failed)
        trm_cli_fail(c, &err);
    else
        trm_cli_warn(c, "warning: %s", err.text);
}

static void
put_summaries(struct check *k, struct trm_cli *c, int level)
{
    for (size_t i = 0; i < trm_tally_count(k->tally); i++) {
        enum trm_severity severity;
        trm_buf_reset(&k->line);
        trm_tally_write(&k->line, k->tally, i, PROGRAM);
        put_line(k, c);
        if (trm_tally_failed(k->tally, i, &severity) > 0 && level >= 0 && (int)severity >= level)
            c->verdict_failed = true;
    }
    for (size_t i = 0; i < trm_tally_count(k->tally); i++) {
        trm_buf_reset(&k->line);
        enum trm_specification_status status = trm_tally_write_specification(&k->line, k->tally, i, PROGRAM);
        if (status == TRM_SPECIFICATION_NONE)
            continue;
        put_line(k, c);
        k->undecided += status == TRM_SPECIFICATION_INVALID || status == TRM_SPECIFICATION_UNREAD;
        if (status == TRM_SPECIFICATION_FAIL && level >= 0)
            c->verdict_failed = true;
    }
}

/* With --each: the summaries of this model, and the next one is counted from nothing. */
static int
end_model(struct check *k, struct trm_cli *c, struct trm_err *err)
{
    put_summaries(k, c, k->exit_level);
    trm_tally_free(k->tally);
    k->tally = trm_tally_new(k->rules);
    k->summed = true;
    return k->tally ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
}

static int
one_record(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct check *k = ctx;
    const char *kind;
    if (trm_fact_kind(rec, &kind, err) < 0)
        return -1;
    if (strcmp(kind, "specification") == 0)
        return 0; /* made anew */
    if (strcmp(kind, "summary") == 0)
        return k->merge ? trm_tally_merge(k->tally, rec, err) : 0;
    if (strcmp(kind, "model") == 0 && !k->merge && trm_tally_left_out(k->tally, k->rules, rec) < 0)
        return trm_err_set(err, TRM_SYS, "out of memory");
    if (strcmp(kind, "model") == 0 || (k->merge && (is_element(kind) || strcmp(kind, "result") == 0))) {
        if (!k->quiet || strcmp(kind, "model") == 0)
            pass_on(c);
        return k->each && strcmp(kind, "model") == 0 ? end_model(k, c, err) : 0;
    }
    return trm_err_set(err, TRM_DATA, "kind: found \"%.60s\", expected element, checked, model or summary", kind);
}

static int
exit_level(struct trm_cli *c, const char *name)
{
    enum trm_severity level;
    struct trm_err err = {0};
    if (!name)
        return -1;
    if (trm_severity_parse(name, &level) == 0)
        return (int)level;
    trm_err_set(&err, TRM_USAGE, "-e: found \"%s\", expected ERROR, WARNING or INFO", name);
    trm_cli_die(c, &err);
}

int
main(int argc, char **argv)
{
    struct check k = {0};
    struct trm_list files = {0};
    const char *level_name = NULL, *only = NULL;
    bool look = false, classes = false;
    const struct trm_cli_opt opts[] = {
        {'r', "rules", "FILE", "rules to check, a JSON catalogue or an IDS file; may be given again", &files, .type = TRM_OPT_LIST},
        {'e', "exit-level", "LEVEL", "exit status 4 when a rule of severity LEVEL or worse failed", &level_name, .type = TRM_OPT_STR},
        {'o', "only", "VERDICTS", "write only results with these verdicts, as in fail,unknown", &only, .type = TRM_OPT_STR},
        {'q', "quiet", NULL, "write summaries and model records only", &k.quiet, .type = TRM_OPT_FLAG},
        {'f', "flat", NULL, "one result a line instead of one element a line", &k.flat, .type = TRM_OPT_FLAG},
        {'a', "audit", NULL, "say what is wrong with the rules, check nothing", &look, .type = TRM_OPT_FLAG},
        {'s', "strict", NULL, "refuse rules with flaws; with --audit: exit status 4 when there are some", &k.strict, .type = TRM_OPT_FLAG},
        {'c', "classes", NULL, "print the classes beside elements that the rules ask for", &classes, .type = TRM_OPT_FLAG},
        {0, "each", NULL, "write summaries behind each model record, of that model alone", &k.each, .type = TRM_OPT_FLAG},
        {'m', "merge", NULL, "add up the summaries of checked streams, check nothing", &k.merge, .type = TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {
        .name = "trm-check", .purpose = "Check elements against rules.", .operands = "[FILE...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    k.exit_level = exit_level(&c, level_name);
    choose(&k, &c, only);
    if (look)
        return audit(&k, &c, &files);
    load(&k, &c, &files);
    if (!k.merge)
        c.make = make, c.settle = settle;
    if (classes) {
        put_wanted(&k, &c);
    } else if (trm_cli_read(&c, one_record, &k) == 0) {
        if (!k.summed) /* also when there was nothing */
            put_summaries(&k, &c, k.exit_level);
        say_undecided(&k, &c, k.exit_level);
    }
    trm_tally_free(k.tally);
    trm_rules_free(k.rules);
    trm_buf_release(&k.line);
    for (size_t i = 0; i < TRM_CLI_SLOTS; i++) {
        trm_fit_free(k.hand[i].fit);
        trm_tally_free(k.hand[i].tally);
        trm_buf_release(&k.hand[i].results);
        trm_arena_release(&k.hand[i].scratch);
    }
    return trm_cli_end(&c);
}
