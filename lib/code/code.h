/* The hybrid code: a sample as S positions of K category ids and F number features, which the net embeds as
 *
 *   e[p] = sum_k Table[ids[p,k]] + feats[p,:] . W        Table [V,D], W [F,D]; an id of -1 adds nothing
 *
 * and back: which position answers which rule, which position came from which field.
 *
 * Positions, in order: known fields (a name gives one position per word and per number in it), then one per rule, then
 * empty ones (all ids -1, all features 0). Only rule positions carry labels.
 *
 * One table serves all columns: ids of different meaning are different rows. Categories seen often enough in training have
 * a row of their own; all others share hashed rows (trm_hash64 without salt, so the same everywhere, forever).
 *
 * Number features, all in [-1,1]:
 *   0..31   the number itself: sign, zero, x/(1+|x|), log|x|, waves of log10|x| from 1/2 to 64 a decade, 12 soft bins.
 *           At rule positions: the limit.
 *   32..47  rule positions: the margin m by which the first known tested field holds (m >= 0) or breaks (m < 0) the limit,
 *           m = +-(x/limit - 1), as tanh at six widths from 0.1 % to 50 %, exact equality, soft bins; 0 when none is known
 *   48..63  rule positions: the same, coarser, for three numbers of the element's names: the first and the second of a pair
 *           ("0915 x 2134mm"; for areas their product), and a single one that could be what the rule asks for. In the unit that the
 *           name gives, else millimetres from 10 on, metres below, minutes; W030 and the like are no sizes
 * So 0.5 % of a limit moves several features by a good part of their range (test: code_number). */
#ifndef TRM_CODE_CODE_H
#define TRM_CODE_CODE_H

#include <stdint.h>

#include "../base/rng.h"
#include "sample.h"

#define TRM_CODE_COLUMNS 10  /* K */
#define TRM_CODE_FEATURES 64 /* F */

/* --- vocabulary --- */

struct trm_vocab_opt {
    size_t positions; /* S; 0: 96 */
    size_t max_rules; /* rule positions at most; 0: a third of S */
    size_t min_count; /* a category seen in fewer training samples goes to a hashed row; 0: 4 */
    size_t max_rows;  /* most rows with a meaning of their own, the most frequent first; 0: 4096 */
    size_t buckets;   /* hashed rows; 0: 256 */
};

struct trm_vocab; /* what was learned from the training side: opaque, immutable once closed, then shared by threads */

/* A new open vocabulary, owned by the caller; NULL (TRM_SYS) when memory is out, TRM_USAGE when an option is out of range.
 * opt may be NULL: defaults. */
struct trm_vocab *trm_vocab_new(const struct trm_vocab_opt *opt, struct trm_err *err);
void trm_vocab_free(struct trm_vocab *v); /* NULL is allowed */
/* Count one sample of the training side (and only of that side: nothing may be learned from the others). */
int trm_vocab_count(struct trm_vocab *v, const struct trm_sample *s, struct trm_err *err);
/* Counting is done: rows are given in order of count, then of text, so the order of samples does not matter. */
int trm_vocab_close(struct trm_vocab *v, struct trm_err *err);

/* As one JSON object for the model file, and back. Load refuses (TRM_DATA) a version or shapes it does not know. */
trm_json *trm_vocab_save(const struct trm_vocab *v);
struct trm_vocab *trm_vocab_load(const trm_json *json, struct trm_err *err);

size_t trm_vocab_rows(const struct trm_vocab *v);      /* V */
/* rows [V of v]: for each row of v the row of `old` that meant the same there, so that a table of weights can go over to a new
 * vocabulary: its own, else the hashed one that it shared; -1 for what `old` had no row for. Both closed. Cannot fail. */
void trm_vocab_follow(int32_t *rows, const struct trm_vocab *v, const struct trm_vocab *old);
size_t trm_vocab_positions(const struct trm_vocab *v); /* S */
size_t trm_vocab_max_rules(const struct trm_vocab *v);
/* Rules seen in training: how many, their ids in byte order (borrowed from v), and how often each was labelled. */
size_t trm_vocab_n_rules(const struct trm_vocab *v);
const char *trm_vocab_rule(const struct trm_vocab *v, size_t i);
struct trm_support {
    size_t pass, fail;     /* observed samples with that label: pass + fail is the support a verdict carries */
    size_t varied_pass, varied_fail;
};
/* All zero for a rule that training never saw. */
struct trm_support trm_vocab_support(const struct trm_vocab *v, const char *rule);

/* --- hiding --- */

/* What of a field is hidden; one byte for each field of a sample. */
enum trm_hide {
    TRM_SHOWN = 0,
    TRM_HIDDEN = 1,         /* no position comes from the field */
    TRM_NUMBERS_HIDDEN = 2, /* of a name: the words stay, the numbers go */
};

struct trm_hide_opt {
    double tested; /* probability that all that decides a rule is hidden; rules that ask for one field share the draw, and
                    * in half of the samples all rules do: exporters leave out all sizes, or none */
    double bounds; /* given that, probability that what bounds the asked field, or derives it with others, stays (a common real
                    * case: the overall width, the area) */
    double named;  /* given that, probability that numbers in names that equal the hidden value stay as well */
    double other;  /* probability for every other field, each on its own */
};
/* Start values: tested 0.5, bounds 0.25, named 0.5, other 0.1. To be measured. */
#define TRM_HIDE_DEFAULT {.tested = 0.5, .bounds = 0.25, .named = 0.5, .other = 0.1}

/* Fill hide[n_fields] at random. With a rule go all fields that it tests, all fields of the same property name in other sets
 * or in the type object, all fields with the same value (numbers of one unit within 1e-6, equal texts, equal ratings), and areas,
 * volumes and sides from which it follows: each would tell. The class always stays; rules whose op is "exists" hide nothing.
 * In a varied sample what a rule tests is hidden only when a name says it, and then the name stays: its value was made up, so
 * without it the label is chance, and learning it would spoil what other fields say about real elements. Takes 2 + n_fields
 * numbers from rng, whatever the options. Cannot fail. */
void trm_hide_draw(uint8_t *hide, const struct trm_sample *s, const struct trm_hide_opt *opt, struct trm_rng *rng);
/* Hide field i and, with it, every field that tells the same, as above; the others as they are. For --why. Cannot fail. */
void trm_hide_field(uint8_t *hide, const struct trm_sample *s, size_t i);
/* Hide all that decides rule r, bounds included; numbers in names that equal it too. For the figures on hidden data. */
void trm_hide_rule(uint8_t *hide, const struct trm_sample *s, size_t r);

/* --- encoding --- */

enum trm_code_what { TRM_AT_NOTHING = 0, TRM_AT_FIELD, TRM_AT_WORD, TRM_AT_NUMBER, TRM_AT_RULE };
struct trm_code_at {
    enum trm_code_what what;
    uint32_t index; /* into s->fields, or into s->rules for TRM_AT_RULE */
};

/* One encoded sample; the arrays are the caller's, at least as large as said (so a batch is B of them side by side). */
struct trm_coded {
    int32_t *ids;           /* [S,K] rows of the table, -1 none */
    float *feats;           /* [S,F] in [-1,1] */
    int32_t *labels;        /* [S]   TRM_LABEL_NONE, _FAIL, _PASS */
    struct trm_code_at *at; /* [S]   or NULL when nobody will read answers back */
    /* filled as well */
    size_t n_used;    /* positions before the first empty one */
    size_t rule_at;   /* position of the first rule */
    size_t n_rules;   /* rules encoded, first_rule on: the answer for rule first_rule+j stands at position rule_at+j */
    size_t n_dropped; /* field positions that did not fit */
};

/* Encode the rules from first_rule on (max_rules at most; go on at first_rule + n_rules for the rest) with the fields that
 * are not hidden. hide: [n_fields] or NULL for none. Positions stand in this order, and what does not fit is dropped from
 * its end: what the rules test; class; predefined type; numbers, then words of names; all others, those that training saw
 * most first, then by name (numbers and words of descriptions and storeys are among them); tags. A rule position says
 * whether a field that decides it is known, and that is the same whether it is missing or was hidden.
 * Deterministic; fails only when memory is out (TRM_SYS). v must be closed. */
int trm_encode(struct trm_coded *out, const struct trm_vocab *v, const struct trm_sample *s, const uint8_t *hide,
               size_t first_rule, struct trm_err *err);

/* --- parts, for tests and for baselines --- */

/* Features 0..31 of x (finite) into f[32]. Cannot fail. */
void trm_code_number(float f[32], double x);

/* The words and numbers of a name, in order. */
struct trm_name_part {
    bool is_number;
    double number;    /* as written: 0915 is 915 */
    const char *unit; /* of a number: "mm", "m", "cm", "in", "ft", "min", "h", "m2", "ft2" as the name gives it, also for the first
                       * of "0915 x 2134mm"; else NULL. Static. */
    int pair;         /* of a number: 1 the first, 2 the second of "0915 x 2134"; else 0 */
    bool attached;    /* a number written right behind letters: W030, EI60 */
    char word[48];    /* lower case; of a number: the word right before it ("rei" of REI60), or "" */
    size_t at, len;   /* of a number: where its digits stand in the name, in bytes */
};
/* At most max parts into parts; returns how many. Blanks, punctuation and the x between numbers are dropped. Cannot fail. */
size_t trm_name_split(struct trm_name_part *parts, size_t max, const char *name);
/* Whether a field holds a name, which is split, rather than a category: name, description, object type, long name, reference,
 * tag and the like, by its last part. */
bool trm_field_is_name(const char *field);

#endif
