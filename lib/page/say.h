/* Words for people, made of codes and numbers; and the escapes that keep words from becoming markup. Inside the room only.
 * All append to `out`; texts are plain, not yet escaped. Cannot fail beyond out->failed. */
#ifndef TRM_PAGE_SAY_H
#define TRM_PAGE_SAY_H

#include "book.h"

/* --- escapes --- */
/* Text between tags or in a quoted attribute: & < > " ' as entities, control characters as their pictures (U+2400...). */
void trm_esc_html(struct trm_buf *out, const char *s);
/* Text for a terminal: control characters and those that turn the direction of writing become '?'. */
void trm_esc_text(struct trm_buf *out, const char *s);
/* Text of XML 1.0: as HTML; what XML cannot hold is U+FFFD. */
void trm_esc_xml(struct trm_buf *out, const char *s);

/* --- numbers --- */
/* "12,345" */
void trm_say_count(struct trm_buf *out, size_t n);
/* "12,345 doors" / "1 door": many is one + "s" when NULL. */
void trm_say_n(struct trm_buf *out, size_t n, const char *one, const char *many);
/* x in SI with its unit as people read it: m as mm, s as minutes, rad as degrees; rounded for reading. unit "": plain. */
void trm_say_num(struct trm_buf *out, double x, const char *unit);
/* As trm_say_num, with all digits that tell it apart; for two numbers that would read the same. */
void trm_say_num_exact(struct trm_buf *out, double x, const char *unit);
/* "42 %", and for what is neither 0 nor 1 never "0 %" or "100 %". */
void trm_say_percent(struct trm_buf *out, double p);
/* A value; "nothing" when there is none. */
void trm_say_value(struct trm_buf *out, const struct page_value *v, const char *unit);

/* --- rules --- */
/* "at least 815 mm", "one of A, B", "must be given" */
void trm_say_required(struct trm_buf *out, const char *op, const struct page_value *limit, const char *unit);
/* Where the rule looks first, and where else (comma between), from its definition; either may be NULL. */
void trm_say_sources(const struct page_rule *r, struct trm_buf *field, struct trm_buf *others);
/* What the rule asks for: "Pset_DoorCommon.ClearWidth at least 815 mm", or its IDS facet in words. */
void trm_say_asked(struct trm_buf *out, const struct page_rule *r);
/* One paragraph: what the rule is for; "" when the definition does not say. Borrowed from the definition. */
const char *trm_say_about(const struct page_rule *r);
/* "IBC 2021, 1011.2 Stairway width (US)"; nothing when there is no provenance. */
void trm_say_provenance(struct trm_buf *out, const struct page_rule *r);
/* Its link when it is http or https, else NULL. */
const char *trm_say_link(const struct page_rule *r);
/* The name to show: the rule's name, else its id. */
const char *trm_say_rule(const struct page_rule *r);
/* The same for an id; the id itself when no such rule came in. */
const char *trm_say_rule_of(const struct trm_page *p, const char *id);

/* --- facets of IDS rules (facet.c) --- */
/* Whether the rule is one of an IDS file; the three below are for such only. */
bool trm_say_is_facet(const struct page_rule *r);
/* "Pset_WallCommon.FireRating", "attribute.Name", "material" */
void trm_say_facet_field(struct trm_buf *out, const struct page_rule *r);
/* "attribute.Name: a text like [0-9]{2}.*" */
void trm_say_facet(struct trm_buf *out, const struct page_rule *r);
/* "Fill in Pset_WallCommon.FireRating with any value." */
void trm_say_facet_mend(struct trm_buf *out, const struct page_rule *r, bool absent);

/* --- results --- */
/* Whether a reason says that a value is missing, not wrong. */
bool trm_say_is_absence(const char *reason);
void trm_say_found(struct trm_buf *out, const struct page_fail *f);
/* "115 mm too little"; nothing when there is no shortfall. */
void trm_say_short(struct trm_buf *out, const struct page_fail *f);
/* The rule's own sentence with {guid} {name} {lhs} {rhs} {unit} {shortfall} filled; when it has none, one of ours. */
void trm_say_why(struct trm_buf *out, const struct page_rule *r, const struct page_fail *f);
/* "Raise Pset_DoorCommon.ClearWidth to 815 mm." */
void trm_say_mend(struct trm_buf *out, const struct page_rule *r, const struct page_fail *f);
/* "the property is not there"; an unknown code is given back as it is. */
const char *trm_say_reason(const char *code);
/* "Door 0915, IfcDoor 1s5u..., ground floor": name, else class. */
const char *trm_say_elem(const struct page_elem *e);
/* What to ask of whoever makes the model, for one missing property. */
void trm_say_deliver(struct trm_buf *out, const struct page_item *item);
/* "The way of exporting"; and what a change there is, as a singular: "export setting". */
const char *trm_say_tier(enum page_tier tier);
const char *trm_say_tier_change(enum page_tier tier);
/* "In type \xE2\x80\x9CD70\xE2\x80\x9D: raise Pset_DoorCommon.ClearWidth to 815 mm or more (3 rules)." */
void trm_say_advice(struct trm_buf *out, enum page_tier tier, const struct page_advice *a);
/* "new", "fails again", ...: what became of a verdict, as a heading. */
const char *trm_say_state(enum page_state state);
/* One sentence over what changed; nothing when no record of a difference came in. */
void trm_say_changes(struct trm_buf *out, const struct trm_page *p);
/* The lead: two or three sentences over everything. */
void trm_say_lead(struct trm_buf *out, const struct trm_page *p);

/* Sums over all rules. */
struct page_sums {
    size_t pass, fail, unknown, model_pass, model_fail, abstained;
    size_t by_severity[4][3]; /* [rank][pass, fail, unknown] */
};
void trm_page_sums(struct page_sums *s, const struct trm_page *p);

#endif
