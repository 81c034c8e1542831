/* The fast way over a statement, for the bytes that nothing is odd about. Only for lib/step. */
#ifndef TRM_STEP_SKIP_H
#define TRM_STEP_SKIP_H

/* p stands inside a statement and outside of its strings. Returns the semicolon that ends the statement, or NULL when the
 * careful way must find it: an equals sign or a slash stands before it outside of strings, a line end or a quote behind a
 * backslash inside of one, or the bytes end within the next block of 64. Reads nothing at or behind end. Cannot fail. */
const char *trm_step_skip(const char *p, const char *end);
/* The same without wide instructions, which trm_step_skip must agree with. */
const char *trm_step_skip_plain(const char *p, const char *end);

#endif
