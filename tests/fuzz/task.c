/* Any bytes as a task record, a line of a sudoku set, a maze, an ARC task: refused or read, never a crash; what was
 * read can be written, seen through a symmetry, keyed and judged. The first byte chooses the reader. */
#include <stdlib.h>
#include <string.h>

#include "../../lib/task/task.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
use(struct trm_task *t)
{
    struct trm_task_verdict v;
    struct trm_rng rng;
    struct trm_buf b = {0};
    char before[17], after[17];
    trm_rng_seed(&rng, t->n);
    trm_task_judge(&v, t, t->answer, t->n);
    if (t->solved && !v.right)
        abort();
    trm_task_key(before, t);
    trm_task_augment(t, &rng);
    trm_task_key(after, t);
    if (strcmp(before, after) != 0)
        abort();
    trm_task_write(&b, t, after, true, NULL);
    trm_buf_release(&b);
}

static int
read_json(struct trm_task *t, const char *text, size_t n, int arc, struct trm_err *err)
{
    trm_json *v = trm_json_parse(text, n, err);
    int rc = !v ? -1 : arc ? trm_task_of_arc(t, v, 0, "f", err) : trm_task_read(t, v, err);
    trm_json_free(v);
    return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trm_task t;
    struct trm_err err = {0};
    struct trm_buf extra = {0};
    const char *text = (const char *)data + 1;
    int rc = -1;
    if (size == 0 || size > 1 << 16)
        return 0;
    size--;
    switch (data[0] % 4) {
    case 0: rc = read_json(&t, text, size, 0, &err); break;
    case 1: rc = read_json(&t, text, size, 1, &err); break;
    case 2: rc = trm_task_of_sudoku_csv(&t, &extra, text, size, "f", 1, &err); break;
    default: rc = trm_task_of_maze(&t, text, size, "f", 1, &err); break;
    }
    if (rc == 0)
        use(&t);
    trm_buf_release(&extra);
    return 0;
}
