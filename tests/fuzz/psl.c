/* Any bytes as a contract: refused, or read, and then it comes back from its record as it was. */
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
