/* The Tiny Recursive Model: layout, initial weights, forward, backward, loss, halting. Knows no file.
 *
 * Source: Jolicoeur-Martineau, "Less is More: Recursive Reasoning with Tiny Networks", arXiv:2510.04871, and its
 * published code. Letters: S tokens of a task, P prefix tokens, L = P+S, D width, V output vocabulary, B slots, m slots
 * of one micro-batch, K id columns, F features.
 *
 *     x = embed(inputs);  T times: n times z = f(z, y+x), then y = f(y, z);  logits = W_out y[P:];  q = W_q y[0] + b_q
 *
 * Only the last of the T cycles is differentiated, or less of it: with grad_calls 2 its last z and its y, the one-step
 * gradient of Wang et al., "Hierarchical Reasoning Model", arXiv:2506.21734. f is `layers` blocks, each token mixing (attention, or a SwiGLU over
 * the L positions), channel mixing (SwiGLU over D), both added to their input and normed behind (post-norm, no gains).
 *
 * How a caller trains (infers: without grad, opt and with trm_net_infer):
 *
 *     trm_net_init(&net, &config, err);  params = calloc(net.n_params, ...);  trm_net_weights(&net, params, seed);
 *     trm_slots_init(&s, &net, batch, TRM_SLOTS_TRAIN, threads, seed, err);
 *     every step: for each i with s.halted[i]: trm_slots_put(&s, &net, params, i, &sample, key, err);
 *                 trm_net_train(&net, params, &s, grad, &stats, err);
 *                 trm_opt_step(&opt, params, grad);  trm_opt_average(&opt, ema, params);
 *
 * Bytes: the same for any number of threads. A batch is cut into micro-batches of config.micro slots, each computed by
 * one thread; gradients are added up in config.lanes partial sums (micro-batch j in lane j mod lanes, j rising), the
 * lanes in rising order. So micro and lanes are part of what defines a run; threads are not. */
#ifndef TRM_NET_NET_H
#define TRM_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../base/rng.h"
#include "../base/tensor.h"
#include "../mat/bf16.h"

#define TRM_NET_NO_LABEL (-100) /* a label that is ignored */
#define TRM_ID_NONE (-1)         /* an id column that adds nothing */

enum trm_net_form { TRM_NET_ATTENTION = 0, TRM_NET_MIXER };
enum trm_net_pos { TRM_NET_ROPE = 0, TRM_NET_NONE, TRM_NET_LEARNED }; /* the mixer allows none and learned */
enum trm_net_loss { TRM_NET_STABLEMAX = 0, TRM_NET_SOFTMAX };

struct trm_net_config {
    enum trm_net_form form;
    enum trm_net_pos pos;
    enum trm_net_loss loss;
    uint32_t seq, prefix, width, heads, layers; /* S, P, D, h (divides D; D/h even with rope), blocks of f */
    double expansion;                           /* of SwiGLU; inner size = round(expansion * width * 2/3) ... */
    uint32_t inner_multiple;                    /* ... rounded up to a multiple of this; 256 as published */
    uint32_t vocab_in;                          /* rows of the one embedding table that all id columns look up */
    uint32_t vocab_out;                         /* V */
    uint32_t id_columns, features;              /* K, F; published: 1, 0 */
    uint32_t puzzles;                           /* rows of the puzzle embedding, 0: none; needs prefix >= 1 */
    uint32_t n, T;                              /* latent updates a cycle, cycles a supervision step */
    uint32_t grad_calls;                        /* last calls of f that are differentiated, of n+1; 0: all of a cycle */
    uint32_t max_steps;                         /* N_sup, supervision steps a sample at most in training */
    double explore;                             /* share of halts that must first reach a random minimum; .1 */
    double halt_weight;                         /* of the halting loss; .5 */
    double dropout;                             /* share of a sublayer's outputs zeroed */
    double eps, rope_theta;                     /* 1e-5, 10000 */
    uint32_t micro, lanes;                      /* slots a micro-batch in training; partial sums of the gradient */
};
/* The published attention form at paper size for sudoku: S 81, P 16, D 512, h 8, 2 layers, expansion 4, multiple 256,
 * 11 words in and out, K 1, F 0, no puzzles, n 6, T 3, 16 steps, explore .1, halting .5, dropout 0; micro 4, lanes 8
 * are our own. */
struct trm_net_config trm_net_config_default(void);

/* A configuration as text, for metadata: key i ("form", "width", "dropout", ...) for i in 0..trm_net_config_n()-1. */
size_t trm_net_config_n(void);
const char *trm_net_config_key(size_t i);
/* Value of key i as text that trm_net_config_set reads back exactly. */
void trm_net_config_text(const struct trm_net_config *c, size_t i, char out[40]);
/* TRM_DATA: no such key, or a value that is no number or name of it. Ranges are judged by trm_net_init. */
int trm_net_config_set(struct trm_net_config *c, const char *key, const char *value, struct trm_err *err);

/* Where the tensors of one block stand in the parameter vector. */
struct trm_net_block {
    size_t qkv, o;          /* attention form: [3D,D], [D,D] */
    size_t mix_in, mix_out; /* mixer form: [2A,L], [L,A] */
    size_t gate_up, down;   /* [2I,D], [D,I] */
};
struct trm_net {
    struct trm_net_config config; /* n and T may be lowered between steps (a depth curriculum), not raised */
    size_t length;                /* L */
    size_t inner, inner_mix;      /* I; A of the mixer, else 0 */
    struct trm_tensor *tensors;   /* [n_tensors] owned; names as published, and inner.embed_features.weight [F,D] */
    size_t n_tensors;
    /* The vector: first what the optimiser trains and EMA averages, then puzzle rows, then H_init and L_init. */
    size_t n_trained; /* published count of parameters */
    size_t n_params;  /* the whole vector */
    size_t at_ids, at_features, at_pos, at_out, at_q, at_q_bias, at_puzzle, at_y0, at_z0; /* unused: n_params */
    struct trm_net_block *blocks; /* [layers] owned */
    trm_real *cos, *sin;          /* [L, D/h/2] owned; rotary tables */
    const struct trm_mat_bf16 *road; /* products in bfloat16 by this road; NULL (after init): in trm_real */
};
/* TRM_USAGE: a setting outside its range, naming it; TRM_SYS: memory. On failure *net is empty. */
int trm_net_init(struct trm_net *net, const struct trm_net_config *c, struct trm_err *err);
void trm_net_release(struct trm_net *net);
/* Whether this net can be computed in bfloat16: width and inner sizes multiples of 32, in the attention form heads of
 * 16, 32, 64, 128, ... A net that can is computed so when its field `road` is set before slots are made for it. The
 * weights, their gradients, the state, sums, norms, softmax and losses stay in float; what is multiplied is rounded to
 * bfloat16. Always false in the double build. */
bool trm_net_can_bf16(const struct trm_net *net);
/* Sets net->road by name, before slots are made: "auto" bfloat16 where the net can and that is faster on this processor
 * (trm_mat_bf16_pays), else float32; "float32"; "bfloat16" by the best road; or one road: "amx", "avx512_bf16", "plain"
 * (slow, anywhere). TRM_USAGE: no such name, or it cannot be had here. */
int trm_net_backend(struct trm_net *net, const char *name, struct trm_err *err);
/* Static: the road's name, or "float32". */
const char *trm_net_backend_name(const struct trm_net *net);
/* Initial weights into params [n_params]: truncated normals (a normal of 1.1368472 s cut at two of its own standard
 * deviations has standard deviation s), s = 1/sqrt(fan_in) for linear maps, 1/sqrt(D) for tables; W_q 0, b_q -5, puzzle
 * rows 0; H_init, L_init such normals with s = 1, never trained. Cannot fail. */
void trm_net_weights(const struct trm_net *net, trm_real *params, uint64_t seed);

/* One task for a slot; copied by trm_slots_put. */
struct trm_net_task {
    const int32_t *ids;    /* [S,K] rows of the table, TRM_ID_NONE adds nothing */
    const float *features; /* [S,F] finite; NULL: all zero */
    const int32_t *labels; /* [stages,S] (see trm_slots_stages) 0..V-1 or TRM_NET_NO_LABEL; NULL: none is labelled */
    int32_t puzzle;        /* row of the puzzle embedding, 0 when there is none */
};

enum trm_slots_use { TRM_SLOTS_INFER = 0, TRM_SLOTS_TRAIN };
struct trm_work;
/* B slots, each with a sample on its way through supervision steps. All that a resume needs is in trm_slots_parts. */
struct trm_slots {
    size_t count, micro; /* B, m; the last micro-batch may be smaller */
    size_t stages;       /* rows of labels that a sample has; 1 */
    size_t first;        /* place of slot 0 among the slots of all processes that train together; 0 alone */
    enum trm_slots_use use;
    /* state, owned */
    trm_real *y, *z;   /* [B/m][L][m][D] carried answer and latent, a block for each micro-batch */
    int32_t *ids;      /* [B,S,K] */
    float *features;   /* [B,S,F] */
    int32_t *labels;   /* [B,stages,S] */
    int32_t *puzzle;   /* [B] */
    uint32_t *steps;   /* [B] supervision steps this sample has had */
    uint8_t *halted;   /* [B] 1: wants a fresh sample (so at the start); takes no part in trm_net_infer */
    uint64_t *key;     /* [B] the caller's name for the sample */
    struct trm_rng rng; /* draws of the halting rule */
    uint64_t clock[2];  /* steps of trm_net_train done, seed of dropout */
    /* results of the last step, owned */
    trm_real *logits;             /* [B,S,V] */
    double *q;                    /* [B] halting logit, positive: halt */
    double *ce, *halt_loss;       /* [B] cross-entropy averaged over labelled positions; halting BCE (unweighted) */
    uint32_t *labelled, *right;   /* [B] labelled positions; those whose greatest logit (first of equals) is right */
    trm_real *puzzle_grad;        /* [B,D] in training with puzzles: by each slot's puzzle row, for trm_opt_rows */
    struct trm_work *work;        /* internal: a workspace a thread, gradient lanes */
};
/* Inference slots are computed one by one (m = 1), so a sample's numbers do not depend on its neighbours, on count or
 * on its place. threads >= 1. seed: of exploration and dropout. TRM_SYS: memory; then *s is empty. Borrows nothing. */
int trm_slots_init(struct trm_slots *s, const struct trm_net *net, size_t count, enum trm_slots_use use, size_t threads,
                   uint64_t seed, struct trm_err *err);
void trm_slots_release(struct trm_slots *s);
/* Before the first sample: a sample brings so many rows of labels, row k for its supervision step k, the last for all that follow. What
 * is to be right for halting is the last row. TRM_SYS: memory; then the slots are as they were. */
int trm_slots_stages(struct trm_slots *s, const struct trm_net *net, size_t stages, struct trm_err *err);
/* Give slot i a fresh sample and the initial state; steps 0, not halted. TRM_DATA: an id, label, puzzle out of range or
 * a feature that is not finite; the slot is then as it was. params: for H_init and L_init. */
int trm_slots_put(struct trm_slots *s, const struct trm_net *net, const trm_real *params, size_t i,
                  const struct trm_net_task *sample, uint64_t key, struct trm_err *err);
/* Draw what the halting rule of trm_net_train would draw for n more slots, and forget it: so that slots shared out over several
 * processes draw as they would in one (those before mine, train, those behind). Cannot fail. */
void trm_slots_pass(struct trm_slots *s, const struct trm_net *net, size_t n);
/* Add scale times a standard normal to every number of slot i's latent state z, position by position. Cannot fail. */
void trm_slots_noise(struct trm_slots *s, const struct trm_net *net, size_t i, double scale, struct trm_rng *rng);
/* The state as plain arrays, to be kept by ckpt and filled again at resume (into slots of equal count and config). */
struct trm_slots_part {
    const char *name; /* "slots.y" */
    enum trm_dtype dtype;
    void *data;   /* borrowed from *s */
    size_t count; /* elements */
};
#define TRM_SLOTS_PARTS 11
/* Fills part[], returns how many. */
size_t trm_slots_parts(struct trm_slots *s, const struct trm_net *net, struct trm_slots_part part[TRM_SLOTS_PARTS]);
/* After parts were filled from a file: whether every id, label, puzzle, feature and step count is one that put and
 * train could have left. TRM_DATA names the first that is not. */
int trm_slots_check(const struct trm_slots *s, const struct trm_net *net, struct trm_err *err);

/* One supervision step for every slot (made with TRM_SLOTS_INFER) that has not halted: fills logits, q and, where
 * labelled, ce, halt_loss, labelled, right; counts steps. The caller decides who halts (sets halted[i]; puts a fresh
 * sample). No dropout. Cannot fail. In bfloat16 the weights are rounded and laid out at the first call with these
 * params: after changing them in place, call trm_slots_weights_changed. */
void trm_net_infer(const struct trm_net *net, const trm_real *params, struct trm_slots *s);

void trm_slots_weights_changed(struct trm_slots *s);

/* What one training step found; means are over the B slots. */
struct trm_net_stats {
    double loss;                 /* ce + halt_weight * halt */
    double ce, halt;             /* means of s->ce, s->halt_loss */
    size_t labelled, right;      /* positions over the batch */
    size_t exact;                /* slots with every labelled position right */
    size_t halted, halted_exact; /* slots that halted at this step; of them those all right */
    uint64_t halted_steps;       /* sum of the steps of those */
};
/* One training step: forward, loss, backward, then the halting rule. A slot halts when its steps reach max_steps or its
 * q is above 0; with probability `explore`, drawn anew each step for each slot, only from a random minimum of
 * 2..max_steps steps on. grad [n_trained] is overwritten with the gradient of the mean loss. The parameters are not
 * changed.
 *
 * BCE's target is whether all labelled positions are right, by labels that are those of the last stage; it carries no gradient. A slot without labels has no
 * cross-entropy. Dropout: one mask for each slot, step, layer and sublayer, over [L,D], the same in all calls of f of
 * that step (Gal and Ghahramani 2016, arXiv:1512.05287), made from (seed, step, first + slot, place), so nothing of it needs
 * keeping. TRM_USAGE: a slot is halted, i.e. was not given a sample; or the slots are not for training. */
int trm_net_train(const struct trm_net *net, const trm_real *params, struct trm_slots *s, trm_real *grad,
                  struct trm_net_stats *stats, struct trm_err *err);

#endif
