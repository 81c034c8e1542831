/* Any lines as records of a report: refused or taken, never a crash, and no text from them becomes markup: the page has one
 * script, one style and no image, whatever came in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/page/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
occurrences(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char time[] = "1970-01-01T00:00:00Z";
    struct trm_page *page = trm_page_new(&(struct trm_page_opts){.max_rows = 20, .max_traces = 3});
    struct trm_junit *junit = trm_junit_new(NULL, time);
    struct trm_buf html = {0}, rest = {0};
    for (size_t from = 0, to; page && junit && from < size; from = to + 1) {
        const uint8_t *end = memchr(data + from, '\n', size - from);
        to = end ? (size_t)(end - data) : size;
        struct trm_err err = {0};
        trm_json *rec = trm_json_parse((const char *)data + from, to - from, &err);
        if (rec) {
            trm_page_add(page, rec, &err);
            trm_page_csv(&rest, rec, &err);
            trm_junit_add(junit, rec, &err);
            trm_page_failed(rec, "INFO");
        }
        trm_json_free(rec);
    }
    if (page) {
        trm_page_html(&html, page);
        trm_page_text(&rest, page);
        for (int v3 = 0; v3 < 2; v3++) {
            char *zip = NULL;
            size_t n = 0;
            struct trm_err err = {0};
            trm_page_bcf(&zip, &n, page, v3, time, &err);
            free(zip);
        }
        trm_junit_write(&rest, junit);
        if (!html.failed && (occurrences(html.data, "<script") != 1 || occurrences(html.data, "<style") != 1 ||
                             occurrences(html.data, "<img") != 0))
            abort();
    }
    trm_buf_release(&html), trm_buf_release(&rest);
    trm_page_free(page);
    trm_junit_free(junit);
    return 0;
}
