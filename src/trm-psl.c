/* Contracts in PSL to records and back. In: text, one contract or more a file. Out: a task for each of which one can be made,
 * else the contract as a record. With --write the other way, filled with what solvers answered when --answers names that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/cli/cli.h"
#include "../lib/task/psl.h"

/* An answer that waits for its record. */
struct said {
    const char *solver;
    uint8_t *tokens; /* [n] */
    size_t n;
    bool given;
    long steps;
    double confidence;
};
struct psl {
    bool write;
    const char *answers_path;
    struct trm_names ids;      /* of the answers */
    struct said *said;         /* [cap] answer of each id */
    size_t cap;
    struct trm_arena kept;     /* their tokens */
    struct trm_answer hand;
    struct trm_arena mem; /* of the contract in hand */
    struct trm_buf line;
    struct trm_task task;
    size_t n;             /* contracts of the file so far */
};

static void
put_contract(struct psl *s, const struct trm_psl *p, const char *why)
{
    struct trm_jw w = {.out = &s->line};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "contract");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", p->id);
    trm_jw_kstr(&w, "why", why);
    trm_psl_members(&w, p, NULL, &s->mem);
    trm_jw_end(&w);
}

/* The members as extra ones of a task record: without the braces. */
static void
put_task(struct psl *s, const struct trm_psl *p)
{
    char key[17];
    struct trm_buf extra = {0};
    struct trm_jw w = {.out = &extra};
    trm_jw_object(&w);
    trm_psl_members(&w, p, &s->task, &s->mem);
    trm_jw_end(&w);
    trm_task_key(key, &s->task);
    if (extra.failed || extra.len < 2)
        s->line.failed = true;
    else {
        extra.data[extra.len - 1] = 0;
        trm_task_write(&s->line, &s->task, key, true, extra.data + 1);
    }
    trm_buf_release(&extra);
}

static int
convert(struct psl *s, struct trm_cli *c, const char *id, const char *text, size_t len, size_t first, struct trm_err *err)
{
    struct trm_psl p;
    const char *why;
    trm_arena_reset(&s->mem);
    trm_buf_reset(&s->line);
    if (trm_psl_read(&p, &s->mem, text, len, id, first, err) != 0)
        return -1;
    int is = trm_psl_task(&s->task, &why, &p, &s->mem, err);
    if (is < 0)
        return trm_err_at(err, "%.80s", p.id);
    if (is)
        put_task(s, &p);
    else
        put_contract(s, &p, why);
    if (s->line.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_cli_put_text(c, s->line.data, s->line.len);
    return 0;
}

static void
one_contract(struct psl *s, struct trm_cli *c, const char *file, const char *text, size_t len, size_t first)
{
    struct trm_err err = {0};
    char id[128];
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    s->n++;
    snprintf(id, sizeof id, s->n == 1 ? "%.100s" : "%.100s:%zu", strcmp(file, "-") ? name : "stdin", s->n);
    trm_cli_at(c, file, first, text, len);
    if (convert(s, c, id, text, len, first, &err) == 0)
        return;
    if (err.kind != TRM_DATA)
        trm_cli_die(c, &err);
    trm_cli_refuse(c, &err);
}

/* Contracts begin at lines "!psl"; what stands before the first is comment. */
static void
read_text(struct psl *s, struct trm_cli *c, const char *file)
{
    struct trm_map m;
    struct trm_err err = {0};
    if (trm_map_open(&m, file, (size_t)64 << 20, &err) != 0) {
        trm_cli_fail(c, &err);
        return;
    }
    size_t start = m.size, first = 0, line = 0;
    s->n = 0;
    for (size_t at = 0; at < m.size;) {
        const char *newline = memchr(m.data + at, '\n', m.size - at);
        size_t n = newline ? (size_t)(newline - m.data) - at : m.size - at;
        line++;
        if (trm_psl_begins(m.data + at, n)) {
            if (start < at)
                one_contract(s, c, file, m.data + start, at - start, first);
            start = at;
            first = line;
        }
        at += n + 1;
    }
    if (start < m.size)
        one_contract(s, c, file, m.data + start, m.size - start, first);
    trm_cli_at(c, file, 1, m.data ? m.data : "", m.size < 200 ? m.size : 200);
    if (s->n == 0 && m.size) {
        trm_err_set(&err, TRM_DATA, "no contract: expected a line '!psl v0.1'");
        trm_cli_refuse(c, &err);
    }
    trm_cli_at(c, NULL, 0, NULL, 0);
    trm_map_release(&m);
}

/* --- the other way ---------------------------------------------------------------------------------------------------- */

static int
keep_answer(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct psl *s = ctx;
    struct trm_answer *a = &s->hand;
    (void)c;
    if (strcmp(trm_json_str(trm_json_get(rec, "kind"), ""), "verified") == 0)
        return 0;
    if (trm_answer_read(a, rec, err) != 0)
        return -1;
    size_t before = s->ids.n;
    long i = trm_names_put(&s->ids, a->id);
    if (i >= 0 && (size_t)i < before)
        return trm_err_set(err, TRM_DATA, "a second answer to this task");
    if (i >= 0 && s->ids.n > s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 256;
        struct said *grown = realloc(s->said, cap * sizeof *grown);
        s->said = grown ? grown : s->said;
        s->cap = grown ? cap : s->cap;
    }
    struct said said = {.solver = trm_arena_strdup(&s->kept, a->solver), .tokens = trm_arena_alloc(&s->kept, a->n + 1), .n = a->n,
                        .given = a->given, .steps = a->steps, .confidence = a->confidence};
    if (i < 0 || s->ids.n > s->cap || !said.solver || !said.tokens)
        return trm_err_set(err, TRM_SYS, "out of memory");
    memcpy(said.tokens, a->tokens, a->n);
    s->said[i] = said;
    return 0;
}

/* The contract of a record, filled where there is an answer. */
static int
write_one(struct psl *s, const trm_json *rec, struct trm_err *err)
{
    const char *id = trm_json_str(trm_json_get(rec, "id"), "");
    long i = trm_names_find(&s->ids, id);
    if (i < 0)
        return trm_psl_write(&s->line, rec, &s->mem, err);
    const struct said *said = &s->said[i];
    s->hand.solver = said->solver, s->hand.n = said->n, s->hand.given = said->given, s->hand.steps = said->steps;
    s->hand.confidence = said->confidence;
    memcpy(s->hand.tokens, said->tokens, said->n);
    return trm_psl_fill(&s->line, rec, &s->hand, &s->mem, err);
}

static int
write_text(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct psl *s = ctx;
    trm_arena_reset(&s->mem);
    trm_buf_reset(&s->line);
    if (s->n++)
        trm_buf_addc(&s->line, '\n');
    if (write_one(s, rec, err) != 0)
        return s->n--, -1;
    if (s->line.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_cli_put_raw(c, s->line.data, s->line.len);
    return 0;
}

int
main(int argc, char **argv)
{
    struct psl s = {0};
    const struct trm_cli_opt opts[] = {
        {'w', "write", NULL, "records in, contracts out", &s.write, 0, 0, TRM_OPT_FLAG},
        {0, "answers", "FILE", "with --write: answers or traces, which fill evidence and checklist", &s.answers_path, 0, 0, TRM_OPT_STR},
        {0},
    };
    struct trm_cli c = {.name = "trm-psl", .purpose = "Turn contracts in PSL into records of tasks, held against their own rule, and back.",
                        .operands = "[FILE...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    if (s.answers_path && !s.write) {
        struct trm_err err = {0};
        trm_err_set(&err, TRM_USAGE, "--answers: expected --write with it");
        trm_cli_die(&c, &err);
    }
    if (s.answers_path)
        trm_cli_read_file(&c, s.answers_path, keep_answer, &s);
    if (s.write)
        trm_cli_read(&c, write_text, &s);
    else if (c.n_files == 0)
        read_text(&s, &c, "-");
    for (size_t i = 0; i < c.n_files && !s.write; i++)
        read_text(&s, &c, c.files[i]);
    trm_buf_release(&s.line);
    trm_names_release(&s.ids);
    free(s.said);
    trm_arena_release(&s.kept);
    trm_arena_release(&s.mem);
    return trm_cli_end(&c);
}
