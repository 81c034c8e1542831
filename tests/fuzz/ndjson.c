/* Any bytes as a line of records: refused with a reason, or a value whose text is read back as the same text; an element's
 * fields are gone through and found again by name. The value's memory is an arena's, as in the record loop. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/fact/fact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct trm_arena trees;

__attribute__((constructor)) static void
begin(void)
{
    trm_json_begin();
}

static int
find_again(void *ctx, enum trm_place place, const char *set, const char *name, const struct trm_value *v)
{
    struct trm_buf b = {0};
    struct trm_value again;
    trm_value_text(&b, v);
    trm_buf_reset(&b);
    trm_field_name(&b, place, set, name);
    if (b.data)
        trm_element_field(ctx, b.data, &again);
    for (size_t i = 0; i < trm_value_count(v); i++)
        trm_value_item(v, i);
    if (v->kind == TRM_VALUE_TEXT)
        trm_fact_placeholder(v->text, name);
    trm_buf_release(&b);
    return 0;
}

static void
write_and_read(const trm_json *v)
{
    struct trm_buf one = {0}, two = {0};
    struct trm_err err = {0};
    trm_json_dump(&one, v);
    trm_json *again = trm_json_parse(one.data, one.len, &err);
    if (!again)
        abort();
    trm_json_dump(&two, again);
    if (one.len != two.len || memcmp(one.data, two.data, one.len) != 0)
        abort();
    trm_json_free(again);
    trm_buf_release(&one), trm_buf_release(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trm_err err = {0};
    struct trm_element e;
    trm_arena_release(&trees); /* so that what points into a tree of before is found */
    trm_json *v = trm_json_parse_in(&trees, (const char *)data, size, &err);
    if (!v && err.kind == TRM_OK)
        abort();
    if (!v)
        return 0;
    write_and_read(v);
    if (trm_element_read(&e, v, &err) == 0)
        trm_element_each(&e, find_again, &e);
    else if (err.kind == TRM_OK)
        abort();
    trm_json_free(v);
    return 0;
}
