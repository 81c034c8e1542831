/* Fire ratings as people write them, to minutes.
 *
 * A text is cut into tokens (runs of letters, numbers, marks). Read are
 *   classes    REI 60 · EI30 · EI2 30-C5 · R 90 · F 90-A · F30 · T30-RS · G30 · FD30S · FRR 60 · A60 · B 30
 *   hours      1 HR · 2HR · 0.5h · 1.5 hours · 1-1/2 HR · 3/4 HR · 1 h 30 · 1 hr fire rated
 *   minutes    60 min · 90 minutes · 30'
 *   triples    60/60/60 · 120/120/120 · -/60/60     (AS 1530.4), where all numbers agree
 *   numbers    30: minutes or hours as the caller says
 * Everything else is no rating, and so is what could mean two things: 60/30, 30-60, EI230 (EI2 30 or EI 230).
 * A rating lies between 5 minutes and 8 hours, or is 0. Sources: EN 13501-2 (classes and their periods), DIN 4102-2 and -5
 * (F, T, G), BS 476-22 (FD), ASTM E119 (hours), AS 1530.4. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_MARK };
struct token {
    enum token_kind kind;
    char word[24]; /* upper case */
    double number;
    bool whole;  /* written without a decimal mark */
    char mark;
    bool glued;  /* nothing stood between it and the token before */
};
enum { MAX_TOKENS = 16 };
struct tokens {
    struct token t[MAX_TOKENS];
    size_t n;
};

static const char *const prefixes[] = {"R",  "E",  "I",  "W",  "EI", "EW", "RE",  "REI", "REW",   "REIM", "F",  "T",     "G", "K",
                                       "S",  "FR", "FD", "FRR", "FRL", "A", "B",   "L",   "WBDBO", "CF",   "PF", "SF",    "REIW"};
static const char *const minutes[] = {"MIN", "MINS", "MINUTE", "MINUTES", "MINUTEN", "MINUTER", "MINUTI", "MINUTOS", "M", "\xE5\x88\x86"};
static const char *const hours[] = {"H",   "HR",  "HRS",    "HOUR",  "HOURS", "STD", "STUNDE", "STUNDEN", "UUR",
                                    "HEURE", "HEURES", "ORA", "ORE", "HORA", "HORAS", "\xE6\x99\x82\xE9\x96\x93"};
/* Words that add nothing to the number. */
static const char *const fillers[] = {"FIRE", "RATED", "RATING", "RESISTANCE", "RESISTANT", "FIRERATED", "FIRERATING", "WALL",
                                      "DOOR", "MINIMUM"};
/* What may stand behind a class: materials (DIN 4102), smoke, self-closing, mechanical impact. */
static const char *const suffixes[] = {"A", "B", "AB", "BA", "BW", "RS", "C", "S", "SA", "SM", "M", "G", "W", "D", "VS", "DS"};

#define IN(word, list) in_list(word, list, sizeof list / sizeof *list)
static bool
in_list(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], word) == 0)
            return true;
    return false;
}

static bool
is_letter(unsigned char c)
{
    return isalpha(c) || c >= 0x80;
}

/* Digits with at most one decimal point or comma at *s; steps behind it. */
static bool
read_number(struct token *t, const char **s)
{
    char digits[16];
    size_t n = 0;
    t->whole = true;
    while (n < sizeof digits - 1 && (isdigit((unsigned char)**s) || ((**s == '.' || **s == ',') && t->whole && isdigit((unsigned char)(*s)[1])))) {
        t->whole = t->whole && isdigit((unsigned char)**s);
        digits[n++] = isdigit((unsigned char)**s) ? **s : '.';
        (*s)++;
    }
    digits[n] = 0;
    t->number = strtod(digits, NULL);
    return !isdigit((unsigned char)**s); /* too many digits: no rating */
}

static bool
read_word(struct token *t, const char **s)
{
    size_t n = 0;
    while (n < sizeof t->word - 1 && is_letter((unsigned char)**s))
        t->word[n++] = (char)toupper((unsigned char)*(*s)++);
    t->word[n] = 0;
    return !is_letter((unsigned char)**s);
}

static bool
cut(struct tokens *ts, const char *s)
{
    bool glued = false;
    memset(ts, 0, sizeof *ts);
    for (;; glued = true) {
        for (; *s == ' ' || *s == '\t' || *s == '_'; s++)
            glued = false;
        if (!*s)
            return ts->n > 0;
        if (ts->n == MAX_TOKENS)
            return false;
        struct token *t = &ts->t[ts->n++];
        t->glued = glued;
        if (isdigit((unsigned char)*s)) {
            t->kind = TOKEN_NUMBER;
            if (!read_number(t, &s))
                return false;
        } else if (is_letter((unsigned char)*s)) {
            t->kind = TOKEN_WORD;
            if (!read_word(t, &s))
                return false;
        } else {
            t->kind = TOKEN_MARK;
            t->mark = *s++;
        }
    }
}

static const struct token *
at(const struct tokens *ts, size_t i)
{
    static const struct token end = {.kind = TOKEN_MARK, .mark = 0};
    return i < ts->n ? &ts->t[i] : &end;
}

static bool
is_mark(const struct token *t, char mark)
{
    return t->kind == TOKEN_MARK && t->mark == mark;
}

/* 60/60/60 and -/60/60: the one number that all parts agree on, or -1. */
static double
triple(const struct tokens *ts)
{
    double x = -1;
    if (ts->n != 5 || !is_mark(at(ts, 1), '/') || !is_mark(at(ts, 3), '/'))
        return -1;
    for (size_t i = 0; i < 5; i += 2) {
        const struct token *t = at(ts, i);
        if (is_mark(t, '-'))
            continue;
        if (t->kind != TOKEN_NUMBER || (x >= 0 && x != t->number))
            return -1;
        x = t->number;
    }
    return x;
}

/* A number at *i, also 1/2, 1 1/2 and 1-1/2; steps behind it. -1: none. */
static double
number_at(const struct tokens *ts, size_t *i)
{
    const struct token *t = at(ts, *i);
    if (t->kind != TOKEN_NUMBER)
        return -1;
    double whole = 0;
    size_t k = *i;
    if (is_mark(at(ts, k + 1), '-') && at(ts, k + 2)->kind == TOKEN_NUMBER && is_mark(at(ts, k + 3), '/'))
        whole = t->number, k += 2;
    else if (at(ts, k + 1)->kind == TOKEN_NUMBER && is_mark(at(ts, k + 2), '/'))
        whole = t->number, k += 1;
    if (!is_mark(at(ts, k + 1), '/')) {
        *i += 1;
        return t->number;
    }
    const struct token *over = at(ts, k), *under = at(ts, k + 2);
    if (under->kind != TOKEN_NUMBER || !(over->number < under->number) || under->number > 4)
        return -1; /* 60/30 is no fraction */
    *i = k + 3;
    return whole + over->number / under->number;
}

/* What may follow a class: -A, -RS, C5, S200. False when a token says more than that. */
static bool
only_suffixes(const struct tokens *ts, size_t i)
{
    for (; i < ts->n; i++) {
        const struct token *t = at(ts, i);
        if (t->kind == TOKEN_WORD && (IN(t->word, suffixes) || IN(t->word, fillers)))
            continue;
        if (t->kind == TOKEN_MARK && strchr("-.,()", t->mark))
            continue;
        const struct token *before = at(ts, i - 1);
        bool c5 = before->kind == TOKEN_WORD && strcmp(before->word, "C") == 0 && t->number <= 5;
        bool s200 = before->kind == TOKEN_WORD && strcmp(before->word, "S") == 0 && t->number == 200;
        if (t->kind == TOKEN_NUMBER && t->glued && t->whole && (c5 || s200))
            continue;
        return false;
    }
    return true;
}

/* Behind hours or minutes: nothing, a full stop, fillers. */
static bool
only_fillers(const struct tokens *ts, size_t i)
{
    for (; i < ts->n; i++) {
        const struct token *t = at(ts, i);
        if (!(t->kind == TOKEN_WORD ? IN(t->word, fillers) : t->kind == TOKEN_MARK && strchr(".-()", t->mark)))
            return false;
    }
    return true;
}

/* The number at i with a unit of time behind it; -1 when there is none. *end: behind both. */
static double
timed(const struct tokens *ts, size_t i, size_t *end)
{
    double x = number_at(ts, &i);
    if (x < 0)
        return -1;
    if (is_mark(at(ts, i), '-') && at(ts, i + 1)->kind == TOKEN_WORD)
        i++; /* 1-HR */
    const struct token *unit = at(ts, i);
    if (is_mark(unit, '\'')) {
        *end = i + 1;
        return x;
    }
    if (unit->kind != TOKEN_WORD)
        return -1;
    if (IN(unit->word, minutes)) {
        *end = i + 1;
        return x;
    }
    if (!IN(unit->word, hours))
        return -1;
    *end = i + 1;
    const struct token *rest = at(ts, i + 1);
    if (rest->kind != TOKEN_NUMBER)
        return x * 60;
    if (!rest->whole || rest->number >= 60 || x != floor(x)) /* 1h30 */
        return -1;
    *end = i + 2;
    if (at(ts, i + 2)->kind == TOKEN_WORD && IN(at(ts, i + 2)->word, minutes))
        *end = i + 3;
    return x * 60 + rest->number;
}

/* The periods of EN 13501-2 above 100 minutes. */
static bool
is_period(double x)
{
    return x == 120 || x == 180 || x == 240 || x == 360;
}

/* A class at token i: prefix, number, suffixes. */
static double
classed(const struct tokens *ts, size_t i)
{
    const struct token *prefix = at(ts, i++);
    if (prefix->kind != TOKEN_WORD || !IN(prefix->word, prefixes))
        return -1;
    const struct token *t = at(ts, i);
    bool ei = strcmp(prefix->word, "EI") == 0;
    if (ei && t->kind == TOKEN_NUMBER && (t->number == 1 || t->number == 2) && t->glued) { /* EI1, EI2 */
        if (is_mark(at(ts, i + 1), '-'))
            i++;
        t = at(ts, ++i);
    } else if (is_mark(t, '-')) {
        t = at(ts, ++i); /* REI-60 */
    }
    if (t->kind != TOKEN_NUMBER)
        return -1;
    size_t end;
    double x = timed(ts, i, &end);
    if (x >= 0 && !(at(ts, end - 1)->kind == TOKEN_WORD && strcmp(at(ts, end - 1)->word, "M") == 0))
        return only_suffixes(ts, end) ? x : -1; /* CF 1h, REI 60 min; in REI 60 M the M is a suffix */
    if (!t->whole || !only_suffixes(ts, i + 1))
        return -1;
    if (ei && t->glued && t->number > 100 && !is_period(t->number))
        return -1; /* EI230: EI2 30 or EI 230 */
    return t->number;
}

static double
plausible(double x)
{
    return x == 0 || (x >= 5 && x <= 480) ? x : -1;
}

double
trm_rating_minutes(const char *text, double bare)
{
    struct tokens ts;
    if (!cut(&ts, text))
        return -1;
    double x = triple(&ts);
    if (x >= 0)
        return plausible(x);
    size_t i = 0;
    while (at(&ts, i)->kind == TOKEN_WORD && IN(at(&ts, i)->word, fillers))
        i++;
    if (at(&ts, i)->kind == TOKEN_WORD)
        return plausible(classed(&ts, i));
    size_t end;
    x = timed(&ts, i, &end);
    if (x >= 0)
        return only_fillers(&ts, end) ? plausible(x) : -1;
    x = number_at(&ts, &i);
    return x >= 0 && i == ts.n ? plausible(x * bare) : -1;
}
