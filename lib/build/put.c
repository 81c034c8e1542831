/* Draws that lean one way, and the values that elements of every class carry. */
#include "model.h"

#include <math.h>
#include <stddef.h>

/* Share of values that go against their tendency. With this and the fields that are missing, right answers end at 90 to
 * 93 %. */
#define AGAINST .05

bool
trm_b_noisy(struct trm_building *b, bool tendency)
{
    return trm_b_chance(b, AGAINST) ? !tendency : tendency;
}

/* Steps away from every limit that the shipped rules know, so that no verdict hangs on the last bit of a conversion. */
static double
off_limits(const struct trm_building *b, double x)
{
    static const double limits[] = {.508, .610, .775, .815, .850, 1.118, 2.032};
    double step = b->habit.size == SIZE_INCH ? .0254 : .005;
    x = trm_b_grid(b, x);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (fabs(x - limits[i]) < .002)
            x += x < limits[i] ? -step : step;
    return x;
}

double
trm_b_draw(struct trm_building *b, double lo, double hi)
{
    return off_limits(b, trm_b_range(b, lo, hi));
}

int
trm_b_one_of(struct trm_building *b, const int *values, const int *weights, size_t n)
{
    int total = 0;
    for (size_t i = 0; i < n; i++)
        total += weights[i];
    int at = (int)trm_b_pick(b, (size_t)total);
    size_t i = 0;
    while (i + 1 < n && at >= weights[i])
        at -= weights[i++];
    return values[i];
}

/* Nobody writes a sixth of an hour. */
static int
as_written(const struct trm_building *b, int minutes)
{
    bool hours = b->habit.rating[0] >= RATING_H || b->habit.rating[1] >= RATING_H;
    return hours && minutes < 30 ? 15 : minutes;
}

int
trm_b_rating_of_hour(struct trm_building *b, bool enough)
{
    int m = enough ? trm_b_one_of(b, (int[]){60, 90, 120}, (int[]){55, 30, 15}, 3)
                   : trm_b_one_of(b, (int[]){15, 20, 30, 45}, (int[]){10, 10, 65, 15}, 4);
    return as_written(b, m);
}

int
trm_b_rating_of_half(struct trm_building *b, bool enough)
{
    int m = enough ? trm_b_one_of(b, (int[]){30, 45, 60, 90}, (int[]){35, 10, 35, 20}, 4)
                   : trm_b_one_of(b, (int[]){10, 15, 20}, (int[]){20, 50, 30}, 3);
    return as_written(b, m);
}

void
trm_b_put_rating(struct trm_building *b, struct element *e, struct set *common, int minutes, const char *text,
                 enum show show)
{
    static const char *const set[] = {NULL, "Pset_FireRatingProperties", "Identity Data"};
    static const char *const property[] = {"FireRating", "FireResistanceRating", "Fire Rating"};
    enum rating_place at = b->habit.fire;
    bool on_type = show == SHOW_STATED && b->habit.type_sets && trm_b_chance(b, .5);
    struct set *s = at == RATING_STANDARD && !on_type ? common : trm_b_set(b, e, set[at] ? set[at] : common->name);
    s->on_type = on_type;
    if (show == SHOW_HIDDEN && trm_b_chance(b, .45))
        show = SHOW_PLACEHOLDER;
    trm_b_put_text(s, property[at], IS_LABEL, text, show)->num = minutes;
}

void
trm_b_put_clear(struct trm_building *b, struct set *common, struct set *quantities, const double size[3],
                const enum show show[3])
{
    static const char *const name[2][3] = {{"ClearWidth", "ClearHeight", "ClearArea"},
                                           {"ClearOpeningWidth", "ClearOpeningHeight", "ClearOpeningArea"}};
    struct set *s = b->habit.clear == CLEAR_QUANTITIES ? quantities : common;
    for (int i = 0; i < 3; i++)
        if (size[i] > 0)
            trm_b_put(s, name[b->habit.clear == CLEAR_OPENING_PSET][i], i == 2 ? IS_AREA : IS_LENGTH, size[i], show[i]);
}

/* The standard set of a class, with what every element has in it: a mark for its kind and whether it is old or new. */
struct set *
trm_b_common_set(struct trm_building *b, struct element *e, const char *name, const char *mark)
{
    struct set *s = trm_b_set(b, e, name);
    if (mark && trm_b_chance(b, .95))
        trm_b_put_text(s, "Reference", IS_IDENTIFIER, mark, SHOW_STATED);
    if (b->habit.schema != SCHEMA_2X3 && e->class != CLASS_SPACE && trm_b_chance(b, .95))
        trm_b_put_text(s, "Status", IS_STATUS, b->latent.is_new ? "NEW" : "EXISTING", SHOW_STATED);
    return s;
}

void
trm_b_put_bool(struct trm_building *b, struct set *s, const char *name, bool yes, double known)
{
    if (trm_b_chance(b, known))
        trm_b_put(s, name, IS_BOOL, yes, SHOW_STATED);
}

/* Heat transmittance of an outer part: falls with the years. */
static double
transmittance(struct trm_building *b, double old, double new)
{
    return round((b->latent.is_new ? new : old) * trm_b_range(b, .85, 1.15) * 100) / 100;
}

void
trm_b_put_transmittance(struct trm_building *b, struct set *s, double old, double new)
{
    if (trm_b_chance(b, .7))
        trm_b_put(s, "ThermalTransmittance", IS_THERMAL, transmittance(b, old, new), SHOW_STATED);
}

/* Parameters that a whole office shares. What they say is known of most elements, not of all. */
static void
shared_parameters(struct trm_building *b, struct element *e, const char *function)
{
    const struct latent *l = &b->latent;
    struct set *s = trm_b_set(b, e, "Project_Parameters");
    if (trm_b_chance(b, .95))
        trm_b_put_text(s, "OccupancyGroup", IS_LABEL, trm_b_use_group[l->use], SHOW_STATED);
    if (trm_b_chance(b, .5))
        trm_b_put_text(s, "Occupancy", IS_LABEL, trm_b_word(&trm_b_uses[l->use], l->lang), SHOW_STATED);
    if (trm_b_chance(b, .9))
        trm_b_put(s, "YearOfConstruction", IS_INTEGER, l->year, SHOW_STATED);
    if (trm_b_chance(b, .9))
        trm_b_put(s, "NumberOfStoreys", IS_INTEGER, (double)l->n_storeys, SHOW_STATED);
    if (function && trm_b_chance(b, .8))
        trm_b_put_text(s, "Function", IS_LABEL, function, SHOW_STATED);
}

void
trm_b_finish(struct trm_building *b, struct element *e, const char *function)
{
    shared_parameters(b, e, function);
    if (!trm_b_chance(b, b->habit.boxes))
        e->box[0] = e->box[1] = e->box[2] = 0;
    trm_b_scrub(e, function);
}
