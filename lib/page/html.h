/* Parts of the HTML page, one function a section. Inside the room only. A section that has nothing to show writes nothing,
 * except failures and missing data, which say so. */
#ifndef TRM_PAGE_HTML_H
#define TRM_PAGE_HTML_H

#include "book.h"
#include "say.h"

extern const char trm_page_css[], trm_page_js[];

void trm_html_overview(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules,
                       const struct page_advices *a);
void trm_html_changes(struct trm_buf *out, const struct trm_page *p);
void trm_html_todo(struct trm_buf *out, const struct trm_page *p, const struct page_advices *a);
void trm_html_elements(struct trm_buf *out, const struct trm_page *p);
/* max: rows at most, over all rules */
void trm_html_failures(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, size_t max);
void trm_html_missing(struct trm_buf *out, const struct trm_page *p);
/* max as above; bytes: what the whole section should not exceed, though it shows a few elements step by step in any case */
void trm_html_judged(struct trm_buf *out, const struct trm_page *p, struct page_rule *const *rules, size_t max, double bytes);
/* About how many bytes the rows of a rule take, all of them. */
size_t trm_html_fail_bytes(const struct trm_page *p, const struct page_rule *r);
size_t trm_html_judged_bytes(const struct trm_page *p, const struct page_rule *r);
void trm_html_figures(struct trm_buf *out, const struct trm_page *p);
void trm_html_training(struct trm_buf *out, const struct trm_page *p);
void trm_html_files(struct trm_buf *out, const struct trm_page *p);

/* Parts of the overview: the tiers at a glance, counts by file, IDS specifications. */
void trm_html_tiers(struct trm_buf *out, const struct page_advices *a);
void trm_html_by_file(struct trm_buf *out, const struct trm_page *p);
void trm_html_specs(struct trm_buf *out, const struct trm_page *p);
/* Head of a table of counts up to <tbody>, what: the word over its first column; and the cells of a row of it: a bar, fail,
 * unknown, pass. n: pass, fail, unknown. */
void trm_html_count_head(struct trm_buf *out, const char *what);
void trm_html_counts(struct trm_buf *out, const size_t n[3]);

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
/* A field of search over the rows of a section, and buttons that open and close its folds; hidden until the script shows it. */
void trm_html_finder(struct trm_buf *out, const char *section, const char *label);
/* Rows a rule may have so that all together stay within max: the largest limit that fits. */
size_t trm_page_share(const size_t *n, size_t count, size_t max);

#endif
