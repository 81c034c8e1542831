/* Any bytes as a contract: refused, or read, and then it comes back from its record as it was, and with an answer filled in it is still
 * a contract of the same task. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/task/psl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The record of a contract; NULL when memory is out. */
static trm_json *
record(struct trm_buf *b, const struct trm_psl *p, const struct trm_task *t, struct trm_arena *mem)
{
    struct trm_jw w = {.out = b};
    struct trm_err err = {0};
    trm_buf_reset(b);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "id", p->id);
    trm_psl_members(&w, p, t, mem);
    trm_jw_end(&w);
    trm_json *rec = trm_json_parse(b->data, b->len, &err);
    if (!rec)
        abort();
    return rec;
}

/* t: the task of the record, which has an answer or not; the solver says the same, or says nothing. */
static void
filled(const trm_json *rec, const struct trm_task *t, struct trm_arena *mem)
{
    static struct trm_task back;
    static struct trm_answer answer;
    struct trm_buf line = {0}, text = {0};
    char key[17];
    struct trm_err err = {0};
    struct trm_psl p;
    const char *why;
    trm_task_key(key, t);
    trm_task_write(&line, t, key, true, NULL);
    trm_json *task = trm_json_parse(line.data, line.len, &err), *contract = trm_json_get(rec, "contract");
    struct trm_buf carried = {0};
    trm_json_dump(&carried, contract);
    trm_json_set(task, "contract", trm_json_parse(carried.data, carried.len, &err));
    answer = (struct trm_answer){.solver = "a/b", .given = t->solved, .n = t->solved ? t->n : 0, .confidence = 0.5, .steps = 3};
    memcpy(answer.tokens, t->answer, answer.n);
    if (trm_psl_fill(&text, task, &answer, mem, &err) == 0 &&
        (trm_psl_read(&p, mem, text.data, text.len, "f", 1, &err) != 0 || trm_psl_task(&back, &why, &p, mem, &err) != 1 ||
         back.n != t->n || memcmp(back.input, t->input, t->n) != 0))
        abort();
    trm_json_free(task);
    trm_buf_release(&line);
    trm_buf_release(&text);
    trm_buf_release(&carried);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trm_task t;
    struct trm_arena mem = {0};
    struct trm_buf line = {0}, text = {0}, again = {0};
    struct trm_psl p, back;
    struct trm_err err = {0};
    const char *why;
    if (size <= 1 << 14 && trm_psl_read(&p, &mem, (const char *)data, size, "f", 1, &err) == 0) {
        int is = trm_psl_task(&t, &why, &p, &mem, &err);
        trm_json *rec = is >= 0 ? record(&line, &p, is ? &t : NULL, &mem) : NULL;
        if (rec && trm_psl_write(&text, rec, &mem, &err) == 0) {
            if (trm_psl_read(&back, &mem, text.data, text.len, "f", 1, &err) != 0 || trm_psl_task(&t, &why, &back, &mem, &err) != is)
                abort();
            if (is)
                filled(rec, &t, &mem);
            trm_json_free(record(&again, &back, is ? &t : NULL, &mem));
            if (again.len != line.len || memcmp(again.data, line.data, line.len) != 0)
                abort();
        }
        trm_json_free(rec);
    }
    trm_buf_release(&line);
    trm_buf_release(&text);
    trm_buf_release(&again);
    trm_arena_release(&mem);
    return 0;
}
