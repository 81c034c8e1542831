/* Text: UTF-8, numbers, words. Nothing here depends on a locale. */
#ifndef TRM_BASE_TEXT_H
#define TRM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the n bytes at s are UTF-8 (no overlong forms, no surrogates, at most U+10FFFF). */
bool trm_utf8_valid(const char *s, size_t n);
/* Code point at s[*i] and step *i behind it; -1 at a byte that is not UTF-8 (*i steps one byte). Needs *i < n. */
int32_t trm_utf8_next(const char *s, size_t n, size_t *i);
/* Write cp as UTF-8 to out (4 bytes free); returns its length, 0 for a surrogate or beyond U+10FFFF. */
size_t trm_utf8_put(char *out, uint32_t cp);

/* The whole of s (blanks around it allowed) as a finite decimal number; false when it is anything else. */
bool trm_text_num(const char *s, double *out);
/* The whole of s as an integer in [lo, hi]; false when it is anything else. */
bool trm_text_int(const char *s, long long lo, long long hi, long long *out);
/* Shortest text that reads back as x, into out (32 bytes free); returns its length. x must be finite. Whole numbers beyond 2^53, where
 * doubles skip integers, have a point or an exponent, so that who reads them takes them for what they are. */
size_t trm_text_of_num(char *out, double x);

/* ASCII case-insensitive compare, as strcasecmp but without locale. */
int trm_text_casecmp(const char *a, const char *b);

#endif
