/* Where the tokens of a task stand. */
#include "grid.h"

size_t
trm_task_canvases(const struct trm_task *t)
{
    return t->family->canvases && t->size ? t->h * t->w / (size_t)(t->size * t->size) : 1;
}

/* The cells of canvas k, whose rows are h. */
static void
place_canvas(struct trm_task_place *p, const struct trm_task *t, int k, int h)
{
    int w = (int)t->w, inside_h = h, inside_w = w;
    const uint8_t *cells = t->input + t->prefix + (size_t)(k * h * w);
    struct grid g;
    if (t->family->canvases && trm_grid_load(&g, cells, t->size))
        inside_h = g.h, inside_w = g.w;
    for (int i = 0; i < h * w; i++) {
        int row = i / w, column = i % w;
        p[i] = (struct trm_task_place){k, row, column, row < inside_h ? inside_h - 1 - row : -1,
                                       column < inside_w ? inside_w - 1 - column : -1};
    }
}

void
trm_task_places(struct trm_task_place *places, const struct trm_task *t)
{
    size_t n = trm_task_canvases(t), h = t->h / n;
    for (size_t i = 0; i < t->prefix; i++)
        places[i] = (struct trm_task_place){-1, -1, (int)i, -1, -1};
    for (size_t k = 0; k < n; k++)
        place_canvas(places + t->prefix + k * h * t->w, t, (int)k, (int)h);
}
