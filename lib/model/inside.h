/* What opening a model of verdicts and a solver share. */
#ifndef TRM_MODEL_INSIDE_H
#define TRM_MODEL_INSIDE_H

#include "../ckpt/ckpt.h"
#include "../net/net.h"
#include "../rec/rec.h"

/* Metadata that must be there; TRM_DATA when it is not, or is no JSON. The tree is the caller's. */
int trm_model_need_text(const struct trm_ckpt *f, const char *key, const char **out, struct trm_err *err);
trm_json *trm_model_need_json(const struct trm_ckpt *f, const char *key, struct trm_err *err);
/* All of TRM_META_NET*. */
int trm_model_net_config(struct trm_net_config *c, const struct trm_ckpt *f, struct trm_err *err);
bool trm_model_finite(const float *x, size_t n);

#endif
