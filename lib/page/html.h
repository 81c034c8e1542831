/* Parts of the HTML page, one function a section. Inside the room only. A section that has nothing to show writes nothing,
 * except failures and missing data, which say so. */
#ifndef TRM_PAGE_HTML_H
#define TRM_PAGE_HTML_H

#include "book.h"
#include "say.h"

extern const char trm_page_css[], trm_page_js[];

void trm_html_overview(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules);
void trm_html_failures(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules);
void trm_html_missing(struct trm_buf *out, const struct trm_page *p);
void trm_html_judged(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules);
void trm_html_figures(struct trm_buf *out, const struct trm_page *p);
void trm_html_training(struct trm_buf *out, const struct trm_page *p);
void trm_html_files(struct trm_buf *out, const struct trm_page *p);

/* Text from outside, escaped and kept from turning its neighbours around: <bdi>...</bdi>. */
void trm_html_bdi(struct trm_buf *out, const char *s);
/* A text that one of the trm_say_ functions made, escaped. */
void trm_html_said(struct trm_buf *out, struct trm_buf *said);
/* <span> with the severity's mark and word. */
void trm_html_severity(struct trm_buf *out, const char *severity);
/* Name, class and GUID of an element. */
void trm_html_elem(struct trm_buf *out, const struct page_elem *e);
/* "file, storey"; the file only when the page is about several. */
void trm_html_place(struct trm_buf *out, const struct trm_page *p, const char *file, const char *storey);
/* A horizontal bar of parts (classes p, f, u: pass, fail, unknown), width in proportion to total; decoration only. */
void trm_html_bar(struct trm_buf *out, const size_t parts[3], size_t total);
/* Rows a rule may have so that all together stay within max: the largest limit that fits. */
size_t trm_page_share(const size_t *n, size_t count, size_t max);

#endif
