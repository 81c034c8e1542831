/* Learning: samples in memory, the training loop of the TRM, the baselines, the temperature, and the model file that comes of
 * it. The room knows no clock, no signals and no screen: its caller decides when to stop.
 *
 * The test side is counted and thrown away here, before anything can look at it. */
#ifndef TRM_LEARN_LEARN_H
#define TRM_LEARN_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/hash.h"
#include "../fact/side.h"
#include "../model/model.h"
#include "../opt/opt.h"
#include "run.h"

/* --- samples in memory --- */

struct trm_set {
    struct trm_arena arena;     /* all of it; set .limit before the first sample to bound the memory */
    struct trm_sample *samples; /* [n] of the train and val sides, in the order they came */
    uint8_t *side;              /* [n] enum trm_side */
    size_t n, cap;
    size_t count[TRM_N_SIDES];
    struct trm_sha256 sha; /* of all sample lines, test side included */
    bool begun;
};
/* Add one record of kind "sample"; line: its bytes, for the digest. TRM_DATA: no sample, no side. TRM_SYS: the bound on memory
 * is reached. */
int trm_set_add(struct trm_set *set, const trm_json *rec, const char *line, size_t n, struct trm_err *err);
void trm_set_release(struct trm_set *set);

/* A vocabulary of the train side, closed, owned by the caller; NULL with err: also when the train side is empty (TRM_DATA). */
struct trm_vocab *trm_set_vocab(const struct trm_set *set, const struct trm_vocab_opt *opt, struct trm_err *err);

/* The questions of one side: one for each run of max_rules rules of each sample that holds a label. observed: varied samples
 * stay out. *out from the arena. TRM_SYS. */
int trm_set_asks(struct trm_ask **out, size_t *n, const struct trm_set *set, enum trm_side side, size_t max_rules, bool observed,
                 struct trm_arena *a, struct trm_err *err);

/* Ways to look at a sample in validation. */
enum trm_view {
    TRM_VIEW_WHOLE, /* nothing hidden */
    TRM_VIEW_USE,   /* as in use: all that decides or bounds a rule is hidden, in names too, and some of the rest at random */
};
/* out [n] are the asks seen in that way; draw k of seed decides what is hidden. TRM_SYS. */
int trm_view_asks(struct trm_ask *out, const struct trm_ask *asks, size_t n, enum trm_view view, const struct trm_hide_opt *opt,
                  uint64_t seed, uint64_t k, struct trm_arena *a, struct trm_err *err);

/* Whether a field that decides rule r (not one that only bounds it) is shown. */
bool trm_ask_known(const struct trm_ask *ask, size_t r);

/* --- looking --- */

/* What a model says at every labelled rule of some asks. */
struct trm_seen {
    double *logit; /* [n] of pass, before the temperature */
    bool *label;   /* [n] */
    bool *known;   /* [n] the deciding value was shown */
    size_t n;
    double steps; /* mean steps of an ask */
};
int trm_look(struct trm_seen *out, struct trm_judge *j, const struct trm_ask *asks, size_t n, size_t max_steps, double stop_q,
             struct trm_arena *a, struct trm_err *err);
struct trm_figures {
    double loss;                     /* mean squared error of the probability (Brier), over all: bounded, so that a few labels
                                      * that no data explain do not outweigh the rest */
    double nll;                      /* mean negative log-likelihood, nats, over all */
    double accuracy, known_accuracy; /* of those not known, of those known; 0 when there are none */
    double ece;                      /* of those not known, 15 bins, at the temperature given */
    size_t n, n_known;
};
/* The temperature that fits the labels whose value was not known; reorders *s. Cannot fail. */
double trm_seen_temperature(struct trm_seen *s);
int trm_figures_of(struct trm_figures *f, const struct trm_seen *s, double temperature, struct trm_err *err);
/* The temperature that fits the labels whose value was not known, several draws of the asks; 1 when there are none. */
int trm_fit_temperature(double *temperature, struct trm_figures *f, struct trm_judge *j, const struct trm_ask *asks, size_t n,
                        const struct trm_hide_opt *opt, uint64_t seed, size_t max_steps, double stop_q, struct trm_err *err);

/* --- training the TRM --- */

struct trm_learn_config {
    struct trm_net_config net;
    struct trm_opt_config opt;
    struct trm_hide_opt hide;
    size_t batch, threads;
    struct trm_team team;
    const char *backend; /* as trm_net_backend takes it */
    uint64_t seed;
    size_t val_steps, val_asks; /* supervision steps at most, and asks at most, of the look after each epoch */
    double embed_scale;         /* the initial embedding is multiplied by it: ten columns add up at each position */
    double stop_q;              /* halting logit above which the model in use stops */
    double jitter;              /* relative deviation given to measures that no rule of the sample tests */
    double varied;              /* share of the samples drawn that may be varied ones, 0..1 */
};

struct trm_epoch {
    size_t epoch; /* from 1 */
    uint64_t steps;
    double loss, halt_loss, accuracy, halt_steps; /* training: means over the epoch; steps of those that halted */
    double lr;
    struct trm_figures val;
    double val_steps;
    bool best;
    size_t since_best; /* epochs */
};

struct trm_learn {
    struct trm_learn_config config;
    const struct trm_set *set; /* borrowed */
    struct trm_model model;    /* vocab and net owned; params: the averaged weights */
    struct trm_run run;
    struct trm_arena arena;
    struct trm_ask *train; /* [n_train] */
    struct trm_ask *val;   /* [n_val] views of a few, for the look after each epoch */
    struct trm_ask *all_val; /* [n_all_val] every one, whole */
    size_t n_train, n_val, n_all_val, n_observed; /* observed ones come first in train */
    uint32_t *order;       /* [n_train] of the pass in hand */
    struct trm_coded coded;
    struct trm_judge *judge;
    uint8_t *hide; /* [TRM_SAMPLE_MAX_FIELDS] */
    struct trm_sample_field *fields; /* [TRM_SAMPLE_MAX_FIELDS] of the sample drawn, jittered */
    uint64_t order_of; /* pass + 1 that `order` holds; 0: none */
};
/* vocab is taken (also on failure). Without a validation side the last weights count as the best. TRM_DATA: a train side without
 * labels; TRM_USAGE: a setting out of range; TRM_SYS. */
int trm_learn_init(struct trm_learn *l, const struct trm_learn_config *c, const struct trm_set *set, struct trm_vocab *vocab,
                   struct trm_err *err);
void trm_learn_release(struct trm_learn *l);
/* Before the first step or a resume: begin with the weights of a model in use rather than with those of the seed. The vocabulary stays
 * that of these samples, so counts and support are theirs: each category takes over the row that it had, a category that had none
 * of its own the hashed row it shared, and only what the old model had no row for begins as drawn. TRM_USAGE: as trm_run_from;
 * TRM_DATA: a baseline; TRM_SYS. */
int trm_learn_from(struct trm_learn *l, const struct trm_model *m, struct trm_err *err);
/* One optimiser step. */
int trm_learn_step(struct trm_learn *l, struct trm_err *err);
/* When run.count.step_of_epoch has reached run.steps_per_epoch, or sooner: look at the validation side, keep the best weights, begin
 * the next epoch. */
int trm_learn_epoch(struct trm_learn *l, struct trm_epoch *out, struct trm_err *err);
/* All that the rest of the run hangs on, whole or not at all; and back, bit for bit. Resume refuses (TRM_DATA) a state of other
 * samples or settings (epochs, patience, threads may differ). */
int trm_learn_save(const struct trm_learn *l, const char *path, struct trm_err *err);
int trm_learn_resume(struct trm_learn *l, const char *path, struct trm_err *err);
/* The best weights so far become the model's, and its temperature is fitted. At least one epoch must be done. */
int trm_learn_finish(struct trm_learn *l, struct trm_figures *f, struct trm_err *err);

/* --- training the baselines --- */

/* m->arch says which; vocab is taken (also on failure). Fills weights, names, temperature. f: figures of the validation side, as
 * in use. hide: for the logistic regression, which is trained on several draws of each sample, regularisation chosen on
 * the validation side. The bytes do not depend on threads (at least 1). */
int trm_learn_baseline(struct trm_model *m, struct trm_figures *f, const struct trm_set *set, struct trm_vocab *vocab,
                       const struct trm_hide_opt *hide, uint64_t seed, size_t threads, struct trm_err *err);
/* Minimise mean log-loss + l2/2 |w|^2 (constant not penalised) by L-BFGS from w as it stands, deterministic.
 * rows: CSR, terms [at[n]], row i is terms at[i]..at[i+1]-1. Returns the iterations taken, -1 out of memory.
 * Source: Nocedal and Wright 2006, algorithms 7.4, 7.5, with backtracking. */
int trm_logistic_fit(double *w, size_t width, const struct trm_term *terms, const size_t *at, const bool *label, size_t n,
                     double l2, size_t max_iterations);

/* --- the model file --- */

/* Write the model whole or not at all. meta [n]: further metadata (lineage, rules, label). sha256 may be NULL. */
int trm_model_write(const struct trm_model *m, const char *path, const struct trm_ckpt_meta *meta, size_t n, char sha256[65],
                    struct trm_err *err);

#endif
