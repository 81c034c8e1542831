/* Models in use: a model file opened, and what it says about samples. Trains nothing.
 *
 * Four kinds share one file format and one way to ask: the Tiny Recursive Model, and three baselines that it must beat: the
 * share of pass of each rule (prior), a logistic regression for each rule (logistic), and sizes parsed out of names (name).
 *
 * The file: safetensors through the ckpt room. Tensors: of the TRM those of the net room; of baselines "baseline.weights"
 * [rules, width]. Metadata: the keys TRM_META_* below. */
#ifndef TRM_MODEL_MODEL_H
#define TRM_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../ckpt/ckpt.h"
#include "../code/code.h"
#include "../net/net.h"
#include "../rule/rule.h"

enum trm_arch { TRM_ARCH_TRM = 0, TRM_ARCH_LOGISTIC, TRM_ARCH_PRIOR, TRM_ARCH_NAME, TRM_N_ARCHS };
const char *trm_arch_name(enum trm_arch a); /* "trm", "logistic", "prior", "name"; static */
int trm_arch_parse(const char *name, enum trm_arch *out); /* -1: no such */

#define TRM_META_ARCH "trm.arch"
#define TRM_META_VOCAB "trm.vocab"             /* JSON, as trm_vocab_save */
#define TRM_META_TEMPERATURE "trm.temperature" /* decimal number */
#define TRM_META_STOP "trm.stop_q"             /* decimal number */
#define TRM_META_NET "trm.net."                /* + key of trm_net_config_key */
#define TRM_META_RULES "trm.rules"             /* JSON: [{"path":..,"text":..}] rule files, whole */
#define TRM_META_NAMES "trm.names"             /* JSON: [{"field":..,"at":..,"scale":..} or null for each rule] */
#define TRM_META_LINEAGE "trm.lineage"         /* JSON object: how it was made */
#define TRM_META_LABEL "trm.label"             /* what its maker calls it; optional */

/* Where a rule's size stands in a name: number `at` of field `field`, times `scale` unless the name gives a unit itself. */
struct trm_name_rule {
    const char *field; /* NULL: nothing in names tells */
    size_t at;         /* which of the name's numbers, from 0 */
    double scale;      /* to SI */
};
#define TRM_NAME_WIDTH 3 /* logits of pass when the parsed size fails, passes, or is not there */

/* Width of a row of the logistic regression: 1 for the constant, F at the rule's position, the rest hashed. */
#define TRM_LOGISTIC_HASHED 8192
#define TRM_LOGISTIC_WIDTH (1 + TRM_CODE_FEATURES + TRM_LOGISTIC_HASHED)

/* A zeroed struct may be released. Immutable once open; shared by threads. */
struct trm_model {
    enum trm_arch arch;
    struct trm_vocab *vocab; /* owned */
    double temperature;      /* logits are divided by it; > 0 */
    double stop_q;           /* halting logit above which it is sure enough to stop */
    /* TRM */
    struct trm_net net;     /* owned */
    const trm_real *params; /* [net.n_params] */
    /* baselines: row r is rule r of the vocabulary */
    const float *weights;        /* [n_rules, width] */
    size_t width;                /* 1, TRM_LOGISTIC_WIDTH or TRM_NAME_WIDTH */
    struct trm_name_rule *names; /* [n_rules] in `arena`, or NULL */
    /* what the above may stand in */
    struct trm_ckpt file;
    struct trm_arena arena;
    trm_real *owned_params; /* NULL when params stand in the map */
    float *owned_weights;
};
/* Open the file at path. TRM_DATA, with path and reason: as trm_ckpt_open; not a model of ours; an unknown arch; sizes that do
 * not fit together; numbers that are not finite. On failure *m is empty. */
int trm_model_open(struct trm_model *m, const char *path, struct trm_err *err);
/* The same of a file that is open, which is taken (also on failure). */
int trm_model_of(struct trm_model *m, struct trm_ckpt *file, const char *path, struct trm_err *err);
void trm_model_release(struct trm_model *m);
/* The catalogue that travels in the file, owned by the caller; NULL: none travels (err untouched) or it is broken (err). */
struct trm_rules *trm_model_rules(const struct trm_model *m, struct trm_err *err);
/* Number of the rule in the vocabulary, or -1 when training never saw it. */
long trm_model_rule(const struct trm_model *m, const char *rule);
/* sigmoid(logit / temperature) */
double trm_model_p(const struct trm_model *m, double logit);

/* --- asking --- */

/* A question: what of the rules from first_rule on? At most trm_vocab_max_rules are answered; go on behind them. */
struct trm_ask {
    const struct trm_sample *sample; /* borrowed until the call returns */
    const uint8_t *hide;             /* [n_fields] as enum trm_hide, or NULL */
    size_t first_rule;
};
struct trm_say {
    size_t n_rules; /* answered: rules first_rule .. first_rule + n_rules - 1 */
    size_t steps;   /* taken, from 1; baselines take one */
    double *logit;  /* [steps, n_rules] of pass, before the temperature */
    double *q;      /* [steps] halting logit; above 0 it would stop */
};

struct trm_judge; /* room to think in: one a thread */
/* slots: questions thought about side by side, >= 1; threads share them. Answers do not depend on either. The model must
 * outlive it. NULL with err (TRM_SYS). */
struct trm_judge *trm_judge_new(const struct trm_model *m, size_t slots, size_t threads, struct trm_err *err);
void trm_judge_free(struct trm_judge *j); /* NULL is allowed */
/* To be told when the model's weights were changed in place. */
void trm_judge_weights_changed(struct trm_judge *j);
/* Answer n questions into out [n], whose arrays come from the arena. max_steps >= 1; stop_q: stop a question once its q is
 * above it (0 as published; INFINITY never). Fails with TRM_SYS (memory) or TRM_DATA. */
int trm_judge_ask(struct trm_judge *j, struct trm_say *out, const struct trm_ask *asks, size_t n, size_t max_steps, double stop_q,
                  struct trm_arena *a, struct trm_err *err);

/* --- parts that training shares --- */

/* Take out of s, in place, the fields that only name the element and say nothing about it (IfcElement.Tag: "the serial number,
 * or the position number"): a model would learn elements by heart. To be called on every sample before it is asked about
 * or learned from. Cannot fail. */
void trm_sample_strip(struct trm_sample *s);

/* One nonzero input of the logistic regression. */
struct trm_term {
    uint32_t at; /* < TRM_LOGISTIC_WIDTH */
    float x;     /* in [-1,1] */
};
#define TRM_TERMS_MAX 16384
/* The terms of rule r of the sample: the constant, the features of its position in `coded` (an encoding of this sample and
 * hide that holds the rule), and hashed ones for each field that is shown: that it is there, its text, the words of names,
 * the number features of its number. Returns how many, at most max; what does not fit is left out. Cannot fail. */
size_t trm_logistic_terms(struct trm_term *terms, size_t max, const struct trm_vocab *v, const struct trm_sample *s,
                          const uint8_t *hide, const struct trm_coded *coded, size_t first_rule, size_t r);
/* What the name says of rule r: 0 fails, 1 passes, 2 nothing. Cannot fail. */
int trm_name_says(const struct trm_name_rule *n, const struct trm_sample *s, const uint8_t *hide, size_t r);
/* Buffers for one encoding of the vocabulary's shape, from the arena; with_at: also `at`. TRM_SYS. */
int trm_coded_alloc(struct trm_coded *c, const struct trm_vocab *v, bool with_at, struct trm_arena *a, struct trm_err *err);
/* Set up m->net for the vocabulary: seq, vocab_in, vocab_out, id_columns and features are taken from it. TRM_USAGE. */
int trm_model_shape(struct trm_net_config *c, const struct trm_vocab *v, struct trm_err *err);

#endif
