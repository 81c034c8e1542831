/* Opening a solver. */
#include "solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../rec/rec.h"
#include "inside.h"
#include "model.h"

bool
trm_solver_is(const struct trm_ckpt *file)
{
    const char *arch = trm_ckpt_get(file, TRM_META_ARCH);
    return arch && !strcmp(arch, TRM_ARCH_SOLVER);
}

void
trm_solver_shape(struct trm_net_config *c, const struct trm_board *b)
{
    c->seq = (uint32_t)trm_board_positions(b);
    c->vocab_in = (uint32_t)trm_board_ids(b);
    c->vocab_out = (uint32_t)b->vocab;
    c->id_columns = (uint32_t)trm_board_id_columns(b);
    c->features = c->puzzles = 0;
}

static int
open_board(struct trm_solver *s, struct trm_err *err)
{
    trm_json *v = trm_model_need_json(&s->file, TRM_META_BOARD, err);
    int rc = v ? trm_board_load(&s->board, v, err) : -1;
    trm_json_free(v);
    return rc;
}

static int
open_parts(struct trm_solver *s, struct trm_err *err)
{
    struct trm_net_config c, shape;
    const char *stop;
    if (!trm_solver_is(&s->file))
        return trm_err_set(err, TRM_DATA, "no solver: expected a model that trm-train made of tasks");
    if (open_board(s, err) != 0 || trm_model_need_text(&s->file, TRM_META_STOP, &stop, err) != 0 ||
        trm_model_net_config(&c, &s->file, err) != 0)
        return -1;
    if (!trm_text_num(stop, &s->stop_q))
        return trm_err_set(err, TRM_DATA, TRM_META_STOP " \"%.40s\": expected a number", stop);
    shape = c;
    trm_solver_shape(&shape, &s->board);
    if (shape.seq != c.seq || shape.vocab_in != c.vocab_in || shape.vocab_out != c.vocab_out ||
        shape.id_columns != c.id_columns || c.features != 0) /* a table of puzzles, as published models have: its row 0 is used */
        return trm_err_set(err, TRM_DATA, "net and board disagree: %u positions and %u", c.seq, shape.seq);
    if (trm_net_init(&s->net, &c, err) != 0 ||
        trm_ckpt_vector(&s->file, "", s->net.tensors, s->net.n_tensors, s->net.n_params, &s->params, &s->owned_params, err) != 0)
        return -1;
    return trm_model_finite(s->params, s->net.n_params) ? 0 : trm_err_set(err, TRM_DATA, "weights that are not finite");
}

int
trm_solver_of(struct trm_solver *s, struct trm_ckpt *file, const char *path, struct trm_err *err)
{
    *s = (struct trm_solver){.file = *file};
    if (open_parts(s, err) == 0)
        return 0;
    trm_solver_release(s);
    if (err && err->kind == TRM_USAGE)
        err->kind = TRM_DATA;
    return trm_err_at(err, "%s", path);
}

void
trm_solver_release(struct trm_solver *s)
{
    trm_net_release(&s->net);
    trm_ckpt_release(&s->file);
    free(s->owned_params);
    *s = (struct trm_solver){0};
}
