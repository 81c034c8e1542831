/* The training state of verdicts as a file, and back bit for bit. */
#include "learn.h"

#include <string.h>

/* What must be equal for a run to go on as if it had not stopped. */
static void
fingerprint(const struct trm_learn *l, char hex[65])
{
    struct trm_sha256 h, samples = l->set->sha;
    const struct trm_learn_config *c = &l->config;
    struct trm_buf b = {0};
    trm_sha256_hex(&samples, hex);
    trm_buf_adds(&b, hex);
    trm_run_settings(&l->run, &b);
    trm_buf_addf(&b, "%.17g %.17g %.17g %.17g ", c->hide.tested, c->hide.bounds, c->hide.named, c->hide.other);
    trm_buf_addf(&b, "%zu %zu %.17g %.17g %.17g %.17g", c->val_steps, c->val_asks, c->embed_scale, c->varied, c->stop_q,
                 c->jitter);
    trm_sha256_init(&h);
    trm_sha256_add(&h, b.data ? b.data : "", b.len);
    trm_buf_release(&b);
    trm_sha256_hex(&h, hex);
}

int
trm_learn_save(const struct trm_learn *l, const char *path, struct trm_err *err)
{
    char hex[65];
    fingerprint(l, hex);
    return trm_run_save(&l->run, path, hex, err);
}

int
trm_learn_resume(struct trm_learn *l, const char *path, struct trm_err *err)
{
    char hex[65];
    fingerprint(l, hex);
    l->order_of = 0;
    return trm_run_resume(&l->run, path, hex, err);
}
