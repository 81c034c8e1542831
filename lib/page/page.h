/* What people look at: the records of a check gathered, and written as HTML, text, CSV, JUnit XML or BCF.
 *
 * Records come one by one, of mixed kinds, in any order: checked, summary, specification, model, trace, eval, epoch,
 * extracted, diff, diffed. Sentences are made here, from codes and numbers. The rules' verdicts and the model's are never added up. Same records in the same
 * order, same bytes out: no date, no path, no locale.
 *
 * Memory is bounded: counts are exact whatever comes in, evidence is kept for max_rows failures and max_rows verdicts of
 * the model a rule, and steps for max_traces elements; what is left out is counted, and the page says so. */
#ifndef TRM_PAGE_PAGE_H
#define TRM_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/buf.h"
#include "../base/err.h"
#include "../rec/rec.h"

struct trm_page_opts {
    const char *title;   /* heading; NULL: "Model check" */
    const char *date;    /* shown as it stands; NULL: none */
    const char *program; /* who wrote this, "trm-report 0.1.0" */
    const char *note;    /* a paragraph for the top, such as what the model learned from; NULL: none */
    size_t max_rows;     /* rows of failures, and of the model's verdicts, written out */
    size_t max_traces;   /* verdicts of the model shown step by step */
};

struct trm_page; /* all that was gathered; owns copies of what it needs */

/* The texts of opts are borrowed until release. NULL when memory is out. */
struct trm_page *trm_page_new(const struct trm_page_opts *opts);
void trm_page_free(struct trm_page *p);

/* Take in one record. TRM_DATA: of no kind that a report reads, or a member is missing or of the wrong type; nothing of
 * it is then counted. TRM_SYS: out of memory. rec stays the caller's. */
int trm_page_add(struct trm_page *p, const trm_json *rec, struct trm_err *err);

/* The document over all that was taken in, at the end of out (out->failed tells when memory is out). Cannot fail. */
void trm_page_html(struct trm_buf *out, const struct trm_page *p);
void trm_page_text(struct trm_buf *out, const struct trm_page *p);

/* BCF, a zip: a topic for each rule and model with failures, its elements selected; version 2.1, or 3.0 when v3. time: when
 * topics were created, "2026-11-21T20:00:00Z". *bytes (free() it) and *n are the whole file. TRM_SYS: out of memory. */
int trm_page_bcf(char **bytes, size_t *n, const struct trm_page *p, bool v3, const char *time, struct trm_err *err);

/* CSV (RFC 4180, UTF-8, CRLF): a result of trm-check or a verdict of the model a row. Nothing is gathered: the rows of one
 * record, at the end of out; a kind without rows writes nothing. Texts that a spreadsheet would take for a formula get an
 * apostrophe in front. TRM_DATA as in trm_page_add. */
void trm_page_csv_head(struct trm_buf *out);
int trm_page_csv(struct trm_buf *out, const trm_json *rec, struct trm_err *err);
/* JUnit XML: a suite for each file, one test case a result of trm-check; an unknown verdict is a skipped case. time as for
 * BCF. Texts are borrowed until free. NULL when memory is out; errors of add as in trm_page_add. */
struct trm_junit;
struct trm_junit *trm_junit_new(const char *title, const char *time);
int trm_junit_add(struct trm_junit *j, const trm_json *rec, struct trm_err *err);
void trm_junit_write(struct trm_buf *out, const struct trm_junit *j);
void trm_junit_free(struct trm_junit *j);

/* Whether a result of trm-check in rec failed at this severity or a worse one ("INFO" < "WARNING" < "ERROR"); an IDS
 * specification that is not met by the number of its elements is an ERROR. */
bool trm_page_failed(const trm_json *rec, const char *level);

#endif
