/* Tasks wait, are solved, and leave in the order they came. */
#include "desk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../stat/stat.h"
#include "model.h"

struct waiting {
    struct trm_buf text; /* the trace: its head at first */
    double at;
    bool done;
    uint8_t *input; /* [n] owned */
    size_t n, prefix, w;
};
struct trm_desk {
    const struct trm_solver *solver;
    struct trm_solving *solving;
    size_t rollouts;
    bool views;
    struct waiting *ring; /* [cap] */
    size_t cap, first, n;
    uint64_t put;         /* records taken so far; the tag of a task is its number */
    struct trm_task hand;
};

struct trm_desk *
trm_desk_new(const struct trm_solver *s, const struct trm_solve_opt *opt, struct trm_err *err)
{
    struct trm_desk *d = calloc(1, sizeof *d);
    if (!d) {
        trm_err_set(err, TRM_SYS, "out of memory");
        return NULL;
    }
    d->solver = s, d->rollouts = opt->rollouts, d->views = opt->views;
    d->cap = 4 * opt->slots + 4; /* a slow one holds back so many that are ready */
    d->ring = calloc(d->cap, sizeof *d->ring);
    d->solving = d->ring ? trm_solving_new(s, opt, err) : NULL;
    if (d->solving)
        return d;
    trm_err_set(err, TRM_SYS, "out of memory");
    trm_desk_free(d);
    return NULL;
}

void
trm_desk_free(struct trm_desk *d)
{
    if (!d)
        return;
    for (size_t i = 0; d->ring && i < d->cap; i++) {
        trm_buf_release(&d->ring[i].text);
        free(d->ring[i].input);
    }
    trm_solving_free(d->solving);
    free(d->ring);
    free(d);
}

bool
trm_desk_room(const struct trm_desk *d)
{
    return d->n < d->cap && trm_solving_room(d->solving);
}

bool
trm_desk_busy(const struct trm_desk *d)
{
    return d->n > 0;
}

/* --- the trace -------------------------------------------------------------------------------------------------------- */

static void
write_head(struct trm_buf *out, const struct trm_desk *d, const trm_json *rec, int64_t most)
{
    static const char *const passed[] = {"domain", "family"}, *const numbers[] = {"size", "difficulty"};
    struct trm_jw w = {.out = out};
    trm_buf_reset(out);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "trace");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", trm_json_str(trm_json_get(rec, "id"), NULL));
    for (size_t i = 0; i < 2; i++)
        trm_jw_kstr(&w, passed[i], trm_json_str(trm_json_get(rec, passed[i]), NULL));
    for (size_t i = 0; i < 2; i++)
        if (trm_json_get(rec, numbers[i]))
            trm_jw_knum(&w, numbers[i], trm_json_num(trm_json_get(rec, numbers[i]), 0));
    if (most)
        trm_jw_knum(&w, "max_cycles", (double)most);
    trm_jw_kstr(&w, "side", trm_json_str(trm_json_get(rec, "side"), NULL));
    trm_jw_key(&w, "model");
    trm_jw_object(&w);
    trm_jw_kstr(&w, "sha256", d->solver->file.sha256);
    trm_jw_kstr(&w, "version", trm_ckpt_get(&d->solver->file, TRM_META_LABEL));
    trm_jw_kstr(&w, "arch", TRM_ARCH_SOLVER);
    trm_jw_end(&w);
    /* left open */
}

static double
six(double x)
{
    return round(x * 1e6) / 1e6;
}

static void
number(struct trm_buf *b, const char *key, double x)
{
    struct trm_jw w = {.out = b};
    trm_buf_addf(b, ",\"%s\":", key);
    trm_jw_num(&w, x);
}

static void
tokens(struct trm_buf *b, const char *key, const uint8_t *t, size_t n)
{
    trm_buf_addf(b, ",\"%s\":[", key);
    for (size_t i = 0; i < n; i++)
        trm_buf_addf(b, i ? ",%d" : "%d", t[i]);
    trm_buf_addc(b, ']');
}

/* Row and column from 1 and the token, of each that is another than before; in the prefix row 0. Returns how many. */
static size_t
changes(struct trm_buf *b, const struct waiting *x, const uint8_t *before, const uint8_t *now)
{
    size_t n = 0;
    trm_buf_adds(b, ",\"changed\":[");
    for (size_t i = 0; i < x->n; i++) {
        if (now[i] == before[i] || now[i] == 0)
            continue;
        size_t row = i < x->prefix ? 0 : (i - x->prefix) / x->w + 1, column = i < x->prefix ? i + 1 : (i - x->prefix) % x->w + 1;
        trm_buf_addf(b, n++ ? ",[%zu,%zu,%d]" : "[%zu,%zu,%d]", row, column, now[i]);
    }
    trm_buf_addc(b, ']');
    return n;
}

static void
write_step(struct trm_buf *b, const struct waiting *x, const struct trm_solved *f, size_t k)
{
    const uint8_t *now = f->answer + k * f->n, *before = k ? now - f->n : x->input;
    trm_buf_addf(b, k ? ",{\"step\":%zu" : "{\"step\":%zu", k + 1);
    number(b, "halt", six(trm_stat_sigmoid(f->halt[k])));
    number(b, "p", six(f->p[k]));
    number(b, "least", six(f->least[k]));
    size_t n = changes(b, x, before, now);
    trm_buf_addf(b, ",\"text\":\"step %zu: %zu token%s %s, least sure %.2f; halting %.2f\"}", k + 1, n, n == 1 ? "" : "s",
                 k ? "changed" : "put", f->least[k], trm_stat_sigmoid(f->halt[k]));
}

static int
write_rest(const struct trm_desk *d, struct waiting *x, const struct trm_solved *f, struct trm_err *err)
{
    struct trm_buf *b = &x->text;
    trm_buf_adds(b, ",\"solver\":\"trm\"");
    tokens(b, "answer", f->answer + (f->steps - 1) * f->n, f->n);
    number(b, "confidence", six(trm_stat_sigmoid(f->q)));
    if (d->views)
        trm_buf_addf(b, ",\"views\":%zu,\"view\":%zu,\"votes\":%zu,\"total_steps\":%zu", d->rollouts, f->rollout, f->votes,
                     f->total_steps);
    else if (d->rollouts > 1)
        trm_buf_addf(b, ",\"rollouts\":%zu,\"rollout\":%zu,\"total_steps\":%zu", d->rollouts, f->rollout, f->total_steps);
    trm_buf_adds(b, ",\"steps\":[");
    for (size_t k = 0; k < f->steps; k++)
        write_step(b, x, f, k);
    trm_buf_addf(b, "],\"halted_at\":%zu", f->steps);
    x->done = true;
    return b->failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
}

/* --- in and out ------------------------------------------------------------------------------------------------------- */

int
trm_desk_put(struct trm_desk *d, const trm_json *rec, double at, struct trm_err *err)
{
    struct waiting *x = &d->ring[(d->first + d->n) % d->cap];
    int64_t most = 0;
    if (trm_task_read(&d->hand, rec, err) != 0 ||
        (trm_json_get(rec, "max_cycles") && trm_json_need_int(rec, "max_cycles", 1, 1000000, &most, err) != 0))
        return -1;
    uint8_t *input = realloc(x->input, d->hand.n);
    if (!input)
        return trm_err_set(err, TRM_SYS, "out of memory");
    x->input = input;
    memcpy(input, d->hand.input, d->hand.n);
    x->n = d->hand.n, x->prefix = d->hand.prefix, x->w = d->hand.w, x->at = at, x->done = false;
    if (trm_solving_put(d->solving, &d->hand, (size_t)most, d->put, err) != 0)
        return -1;
    write_head(&x->text, d, rec, most);
    d->put++, d->n++;
    return 0;
}

int
trm_desk_step(struct trm_desk *d, struct trm_err *err)
{
    const struct trm_solved *f;
    if (trm_solving_step(d->solving, err) < 0)
        return -1;
    while ((f = trm_solving_take(d->solving))) {
        size_t place = (size_t)(f->tag - (d->put - d->n)); /* the oldest waiting has number put - n */
        if (write_rest(d, &d->ring[(d->first + place) % d->cap], f, err) != 0)
            return -1;
    }
    return 0;
}

const struct trm_buf *
trm_desk_next(struct trm_desk *d, double *at)
{
    struct waiting *x = &d->ring[d->first];
    if (d->n == 0 || !x->done)
        return NULL;
    d->first = (d->first + 1) % d->cap, d->n--;
    *at = x->at;
    return &x->text;
}
