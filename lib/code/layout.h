/* What stands where: the positions of a sample before they become rows and features. Private to the room.
 *
 * Counting a vocabulary and encoding walk the same categories, so that no row is learned which encoding never asks for. */
#ifndef TRM_CODE_LAYOUT_H
#define TRM_CODE_LAYOUT_H

#include "code.h"

/* One position that comes from a field. */
struct trm_item {
    enum trm_code_what what; /* FIELD, WORD or NUMBER */
    uint32_t index;          /* into s->fields */
    uint32_t ordinal;        /* of a number in its name; of a value among the fields of one name */
    unsigned rank;           /* lower stays first when not all fit */
    uint64_t seen;           /* how often training saw the field; higher stays first */
    struct trm_name_part part;
};
struct trm_items {
    struct trm_item *item; /* owned; free */
    size_t n, cap;
};

/* All items of the fields that are shown, in the order of the fields; seen is left 0. -1 when memory is out. */
int trm_items_of(struct trm_items *items, const struct trm_sample *s, const uint8_t *hide);

/* Called for each category of a position. space: which kind of thing `text` (n bytes) names; see layout.c. */
typedef void trm_category_fn(void *ctx, int column, char space, const char *text, size_t n);
void trm_item_categories(const struct trm_sample *s, const struct trm_item *item, trm_category_fn *fn, void *ctx);
void trm_rule_categories(const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide,
                         trm_category_fn *fn, void *ctx);

/* Features of a position; f[TRM_CODE_FEATURES] zeroed before. */
void trm_item_features(float *f, const struct trm_sample *s, const struct trm_item *item);
void trm_rule_features(float *f, const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide,
                       const struct trm_items *items);

/* Index of the first field shown that decides rule r, in the order of its tests; SIZE_MAX when none is known. */
size_t trm_rule_known(const struct trm_sample *s, const struct trm_sample_rule *r, const uint8_t *hide);
/* Whether `field` is one that only bounds what r asks for. */
bool trm_rule_bounds(const struct trm_sample_rule *r, const char *field);
bool trm_rule_tests(const struct trm_sample_rule *r, const char *field);

/* What a number of a name reads as in the unit of a rule, as the features do; NAN when it cannot be that. */
double trm_part_as(const char *unit, const struct trm_name_part *p);

/* Whether a field names the element or its type, not the storey it is on or what it is made of. */
bool trm_names_element(const char *field);

/* --- what tells a value (hide.c) --- */

/* Whether two fields are one property in different sets: letters and digits of their last parts, without case. */
bool trm_same_property(const char *a, const char *b);
/* Whether a number in a name could say x, in unit (SI or NULL), rounded as names are. */
bool trm_part_says(const struct trm_name_part *p, double x, const char *unit);

/* The part of a field's name behind its last dot, and the length of the part before that dot. */
const char *trm_field_last(const char *field);
size_t trm_field_set(const char *field);

#endif
