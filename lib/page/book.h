/* What a report gathers from the records: counts per rule, failures with evidence, gaps in the data, verdicts of the
 * model, figures. Inside the room only. All memory is one arena; texts are interned, so equal texts are equal pointers. */
#ifndef TRM_PAGE_BOOK_H
#define TRM_PAGE_BOOK_H

#include <stdint.h>

#include "../base/arena.h"
#include "page.h"

enum {
    PAGE_EXAMPLES = 4,     /* elements named as examples of a gap */
    PAGE_LINES = 4,        /* verdicts of one element drawn in one chart; more are in the tables */
    PAGE_STEPS = 64,       /* steps drawn of a trace; one with more is cut, and says so */
    PAGE_STEP_TEXT = 1024, /* bytes of a step's text */
};

/* A growing array: item i of struct trm_vec v is ((struct x *)v.data)[i]. */
struct trm_vec {
    void *data; /* malloc'd */
    size_t n, cap;
};

/* Keys to pointers; keys are interned texts or any bytes kept by the caller. */
struct trm_map64 {
    uint64_t *hash; /* malloc'd, [cap], 0: empty */
    void **value;   /* malloc'd, [cap] */
    size_t n, cap;
};

/* A value as a rule saw it. */
struct page_value {
    enum { VALUE_NONE, VALUE_NUM, VALUE_TEXT } type;
    double num;
    const char *text; /* of anything that is no number, as JSON would write it without quotes */
};

struct page_elem {
    const char *id, *guid, *cls, *name, *storey, *file, *type; /* type: name of the type object; "" when not known */
};

/* A failure with its evidence. */
struct page_fail {
    const struct page_elem *elem;
    const char *field, *reason, *alias, *op, *unit; /* "" when absent */
    struct page_value value, limit, nearest;
    double shortfall; /* NAN: none */
    long step;        /* 0: none */
    int tier;         /* enum page_tier, by trm_page_advise */
};

/* Verdicts of a rule, or of all rules, in one file. */
struct page_tally {
    const char *file;
    size_t pass, fail, unknown;
    size_t errors; /* failures of severity ERROR */
    size_t absent; /* failures because a value is missing (trm_say_is_absence) */
};
/* Tallies by file. */
struct page_tallies {
    struct trm_vec all; /* struct page_tally, as files came */
    size_t last;        /* the one counted in last */
};

/* One reason why a verdict is unknown. */
struct page_want {
    struct page_rule *rule;
    const char *reason, *field; /* field "": nothing was found, the rule's definition tells what was looked for */
};

/* Elements with the same gaps, at the same place. */
struct page_gap {
    struct page_want *wants; /* [n_wants] in the arena */
    size_t n_wants;
    const char *file, *storey;
    size_t n; /* elements */
    const struct page_elem *example[PAGE_EXAMPLES];
    size_t n_examples;
};

/* A verdict of the model. */
struct page_judged {
    const struct page_elem *elem;
    const char *verdict, *abstained; /* abstained "": it did not */
    const char *why;                 /* fields that moved it, as text; "" when not asked for */
    double p_pass;                   /* NAN: none */
    long support;                    /* -1: not said */
    size_t steps;                    /* steps taken */
};

/* A trace that is shown step by step. */
struct page_trace {
    const struct page_elem *elem;
    trm_json *rec; /* owned: `verdicts` of the model and `steps` to draw, `more` and `more_steps`: how many are left out */
    double weight; /* higher: more worth looking at */
    size_t seq;    /* order of arrival */
};

struct page_rule {
    const char *id, *name, *severity; /* "" when not known yet */
    size_t seq;
    size_t pass, fail, unknown; /* counted from checked records */
    struct page_tallies files;  /* the same by file */
    size_t place;               /* in the order of trm_page_rules: its anchor on the page */
    struct {
        bool seen, no_element;
        size_t applicable, pass, fail, unknown;
    } sum; /* from its summary record */
    const trm_json *definition; /* owned by the book, or NULL */
    const char **absent;        /* properties that nobody in the input has [n_absent] */
    size_t n_absent;
    /* as the first result says it */
    const char *op, *unit;
    struct page_value limit;
    bool limit_varies;
    struct trm_vec fails;  /* struct page_fail, at most max_rows; fail counts all */
    struct trm_vec judged; /* struct page_judged, at most max_rows */
    size_t model_pass, model_fail, abstained, judged_all;
    long support; /* largest seen */
};

/* What became of verdicts since the run before; trm-diff(5). In the order in which they are told. */
enum page_state {
    STATE_NEW, STATE_REGRESSED, STATE_EXPIRED, STATE_UNREAD, STATE_LOST, STATE_STILL, STATE_WAIVED, STATE_FIXED, STATE_KNOWN,
    STATE_GONE, STATE_ADDED, STATE_SAME, N_STATES
};
struct page_change {
    const struct page_elem *elem;
    const char *rule; /* id */
    const char *severity, *before, *after, *reason, *paired_by, *owner, *why, *expires, *follows; /* "" when absent */
};
struct page_changes {
    bool seen, complete;                       /* complete: its closing record came in */
    size_t n[N_STATES], elements_new, elements_gone, by_likeness;
    struct trm_vec rows[N_STATES];             /* struct page_change, at most max_rows each; n counts all */
    struct trm_vec redefined;                  /* const char *: rules whose definition changed */
};

struct page_model { /* a building model that was read */
    const char *id, *file, *project, *schema, *exporter, *sha256;
    const char *error; /* why it could not be read, or "" */
    size_t elements, instances, warnings;
};

struct page_spec { /* an IDS specification, over all files */
    const char *ids, *name, *cardinality;
    bool met, undecided; /* undecided: its file has flaws, or what it asks for was not read */
    bool miscounted;     /* miscounted: see trm_page_spec_miscounted */
    size_t applicable, failed;
};

struct trm_page {
    struct trm_page_opts o;
    struct trm_arena mem;
    struct trm_map64 texts, rules_by_id, elems_by_id, gaps_by_key;
    struct trm_vec rules;   /* struct page_rule * in order of arrival */
    struct trm_vec models;  /* struct page_model */
    struct trm_vec specs;   /* struct page_spec */
    struct page_tallies files; /* verdicts of all rules by file */
    struct page_changes changes;
    struct trm_vec gaps;    /* struct page_gap * */
    struct trm_vec traces;  /* struct page_trace, at most max_traces, a heap with the least weight on top */
    struct trm_vec evals;   /* trm_json *, owned */
    struct trm_vec epochs;  /* trm_json *, owned */
    struct trm_vec learned; /* const char *: models (sha256) that gave verdicts */
    struct trm_vec extracted; /* trm_json *, owned: what was learned from */
    /* n_weighed: traces with a verdict of the model that could be shown step by step */
    size_t n_checked, n_elems_failed, n_weighed, n_gaps_lost, seq;
};

/* The interned copy of s ("" for NULL). NULL when memory is out. */
const char *trm_page_intern(struct trm_page *p, const char *s);
/* A text member interned, cut to what a page can show; "" when it is absent. NULL when memory is out. */
const char *trm_page_member(struct trm_page *p, const trm_json *rec, const char *key);
/* The element of a record that has this id, filled with what rec says beyond what is known. NULL when memory is out. */
struct page_elem *trm_page_elem(struct trm_page *p, const trm_json *rec, const char *id);
/* Take in a record of kind diff, or the diffed one at their end; as trm_page_add. */
int trm_page_take_diff(struct trm_page *p, const trm_json *rec, struct trm_err *err);
int trm_page_take_diffed(struct trm_page *p, const trm_json *rec, struct trm_err *err);
/* "new", "regressed", as in the records. */
const char *trm_page_state_name(enum page_state state);
/* Grow v by one item of `size` bytes, zeroed; NULL when memory is out. */
void *trm_vec_push(struct trm_vec *v, size_t size);
struct page_rule *trm_page_rule(struct trm_page *p, const char *id);

/* Pointers to all rules, worst severity first, then most failures, then as they came: owned by the caller (free). */
struct page_rule **trm_page_rules(const struct trm_page *p);
/* Verdicts of a rule: the counted ones, or its summary's where no result came in. */
size_t trm_page_n_pass(const struct page_rule *r);
size_t trm_page_n_fail(const struct page_rule *r);
size_t trm_page_n_unknown(const struct page_rule *r);
/* A count from outside: anything that is no number from 0 to 2^53 is 0. */
size_t trm_page_count(const trm_json *v);
/* Whether a specification record says that it is not met by the number of its elements alone (none is applicable though one
 * must be, or some are though none may be): then no result of an element failed. */
bool trm_page_spec_miscounted(const trm_json *rec);
/* Models that could be read. */
size_t trm_page_n_read(const struct trm_page *p);
/* 3 ERROR, 2 WARNING, 1 INFO, 0 anything else. */
int trm_page_rank(const char *severity);

/* What is missing, by property: one entry of the shopping list. */
struct page_item {
    const char *field;     /* "Pset_DoorCommon.ClearWidth"; owned by the page's caller through the arena below */
    const char *others;    /* other places that would do, as text, or "" */
    const char *unit;      /* what a number there is measured in, or "" */
    size_t elements;       /* that lack it */
    size_t verdicts;       /* that wait for it */
    struct trm_vec rules;  /* struct page_rule * */
    struct trm_vec places; /* struct page_place, most elements first */
    struct trm_vec why;    /* struct page_count: reason and verdicts */
    const struct page_elem *example[PAGE_EXAMPLES];
    size_t n_examples;
    bool nobody; /* no element in the input has it */
};
struct page_place {
    const char *file, *storey;
    size_t n;
};
struct page_count {
    const char *what;
    size_t n;
};
/* The list, most verdicts first: items of struct page_item, texts in mem. Release with trm_page_missing_free. */
struct trm_vec trm_page_missing(const struct trm_page *p, struct trm_arena *mem);
void trm_page_missing_free(struct trm_vec *items);

/* What to do, in tiers: the broadest change that takes a failure away. Every failure that is kept is in just one advice; so
 * the failures of all of them add up. Unknown verdicts are settled by filling in what they wait for. */
enum page_tier { TIER_EXPORT, TIER_MODEL, TIER_TYPE, TIER_ELEMENT, N_TIERS };
struct page_advice {
    const struct page_rule *rule;  /* of first */
    const struct page_fail *first; /* the failure that says what to do, the one furthest off; NULL: fill in `item` */
    const struct page_item *item;
    size_t failures, errors, unknowns, rules;
};
struct page_advices {
    struct trm_vec tier[N_TIERS];  /* struct page_advice, most failures first, then most unknowns */
    size_t failures[N_TIERS], errors[N_TIERS], unknowns[N_TIERS];
    struct trm_vec items;          /* of trm_page_missing */
    struct trm_arena mem;
};
/* Release with trm_page_advices_free. Sets the tier of every failure. */
void trm_page_advise(struct page_advices *a, const struct trm_page *p);
void trm_page_advices_free(struct page_advices *a);

/* An element that fails, with its failures: `from` and `n` in the fails of the list. */
struct page_failing {
    const struct page_elem *elem;
    size_t from, n, errors;
};
struct page_failings {
    struct trm_vec fails;    /* struct page_case, an element's together */
    struct trm_vec elements; /* struct page_failing, most errors first, then most failures, then as they came */
};
struct page_case {
    struct page_rule *rule;
    struct page_fail *fail;
};
/* free() both data when done. */
struct page_failings trm_page_failing(const struct trm_page *p);

/* Order of failures by type, field and value; 0: one cause. */
int trm_page_compare_cause(const struct page_fail *a, const struct page_fail *b);
/* Failures of one rule that share type and value: struct page_cause, most first. free(v.data) when done. */
struct page_cause {
    const struct page_fail *first;
    size_t n;
};
struct trm_vec trm_page_causes(const struct page_rule *r);

#endif
