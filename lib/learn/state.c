/* The training state as a file, and back bit for bit. */
#include "learn.h"

#include <stdlib.h>
#include <string.h>

enum { COUNTS = sizeof(struct trm_learn_count) / sizeof(uint64_t), SUMS = sizeof(struct trm_learn_sum) / sizeof(double) };

/* What must be equal for a run to go on as if it had not stopped. */
static void
fingerprint(const struct trm_learn *l, char hex[65])
{
    struct trm_sha256 h, samples = l->set->sha;
    char samples_hex[65], value[40];
    trm_sha256_hex(&samples, samples_hex);
    trm_sha256_init(&h);
    trm_sha256_add(&h, samples_hex, 64);
    for (size_t i = 0; i < trm_net_config_n(); i++) {
        trm_net_config_text(&l->model.net.config, i, value);
        trm_sha256_add(&h, value, strlen(value) + 1);
    }
    const struct trm_learn_config *c = &l->config;
    struct trm_buf b = {0};
    const struct trm_opt_config *o = &c->opt;
    trm_buf_addf(&b, "%d %.17g %.17g %.17g %.17g %.17g %llu %.17g %.17g %d ", o->kind, o->lr, o->beta1, o->beta2, o->eps,
                 o->weight_decay, (unsigned long long)o->warmup, o->clip, o->ema, o->ema_warmup);
    trm_buf_addf(&b, "%.17g %.17g %.17g %.17g ", c->hide.tested, c->hide.bounds, c->hide.named, c->hide.other);
    trm_buf_addf(&b, "%zu %llu %zu %zu %.17g %.17g %.17g %.17g", c->batch, (unsigned long long)c->seed, c->val_steps, c->val_asks,
                 c->embed_scale, c->varied, c->stop_q, c->jitter);
    trm_sha256_add(&h, b.data ? b.data : "", b.len);
    trm_buf_release(&b);
    trm_sha256_hex(&h, hex);
}

/* Every array of the state, in a fixed order. */
static size_t
parts_of(struct trm_learn *l, struct trm_slots_part *p)
{
    size_t n = l->model.net.n_params, t = l->model.net.n_trained, k = 0;
    p[k++] = (struct trm_slots_part){"params", TRM_DTYPE_REAL, l->params, n};
    p[k++] = (struct trm_slots_part){"ema", TRM_DTYPE_REAL, l->ema, n};
    p[k++] = (struct trm_slots_part){"best", TRM_DTYPE_REAL, l->best, n};
    p[k++] = (struct trm_slots_part){"opt.m", TRM_DTYPE_REAL, l->opt.m, t};
    p[k++] = (struct trm_slots_part){"opt.v", TRM_DTYPE_REAL, l->opt.v, t};
    p[k++] = (struct trm_slots_part){"opt.steps", TRM_U64, &l->opt.steps, 1};
    p[k++] = (struct trm_slots_part){"count", TRM_U64, &l->count, COUNTS};
    p[k++] = (struct trm_slots_part){"sum", TRM_F64, &l->sum, SUMS};
    return k + trm_slots_parts(&l->slots, &l->model.net, p + k);
}

enum { PARTS = 8 + TRM_SLOTS_PARTS };

int
trm_learn_save(const struct trm_learn *l, const char *path, struct trm_err *err)
{
    struct trm_slots_part part[PARTS];
    struct trm_ckpt_tensor t[PARTS] = {0};
    struct trm_learn view = *l; /* parts_of hands out writable pointers, which are only read here */
    size_t n = parts_of(&view, part);
    for (size_t i = 0; i < n; i++) {
        const void *data = part[i].data;
        if (data == (void *)&view.count)
            data = &l->count;
        else if (data == (void *)&view.sum)
            data = &l->sum;
        else if (data == (void *)&view.opt.steps)
            data = &l->opt.steps;
        t[i] = (struct trm_ckpt_tensor){.name = part[i].name, .dtype = part[i].dtype, .rank = 1, .shape = {part[i].count},
                                        .data = data};
    }
    char hex[65];
    fingerprint(l, hex);
    struct trm_ckpt_meta meta[] = {{"trm.state", hex}};
    return trm_ckpt_write(path, t, n, meta, 1, NULL, err);
}

static int
read_parts(struct trm_learn *l, const struct trm_ckpt *f, struct trm_err *err)
{
    struct trm_slots_part part[PARTS];
    size_t n = parts_of(l, part);
    for (size_t i = 0; i < n; i++)
        if (trm_ckpt_read(f, part[i].name, part[i].dtype, part[i].data, part[i].count, err) != 0)
            return -1;
    return 0;
}

int
trm_learn_resume(struct trm_learn *l, const char *path, struct trm_err *err)
{
    struct trm_ckpt f;
    char hex[65];
    if (trm_ckpt_open(&f, path, false, err) != 0)
        return -1;
    fingerprint(l, hex);
    const char *theirs = trm_ckpt_get(&f, "trm.state");
    int rc = !theirs ? trm_err_set(err, TRM_DATA, "%s: no training state", path)
             : strcmp(theirs, hex) != 0
                 ? trm_err_set(err, TRM_DATA, "%s: the state of a run with other samples or other settings", path)
                 : read_parts(l, &f, err);
    if (rc == 0 && (l->count.step_of_epoch > l->steps_per_epoch || l->count.best_epoch > l->count.epoch))
        rc = trm_err_set(err, TRM_DATA, "%s: counts that cannot be", path);
    l->order_of = 0;
    trm_ckpt_release(&f);
    return rc;
}
