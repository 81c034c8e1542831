/* Habits of made-up exporters: schema, units, where values stand and how they are written. None is a real product. */
#include "model.h"

#include <math.h>
#include <string.h>

#define INCH 0.0254
#define FOOT 0.3048

static const struct habit habits[] = {
    {.exporter = "Made-up exporter A",
     .schema = SCHEMA_2X3,
     .length_m = .001,
     .area_m2 = 1,
     .volume_m3 = 1,
     .base_quantities = true,
     .name = NAME_FAMILY,
     .size = SIZE_MM,
     .rating = {RATING_HR, RATING_MINUTES},
     .placeholder = "",
     .type_sets = true,
     .hidden = .22,
     .named = .16,
     .boxes = .6},
    {.exporter = "Made-up exporter B",
     .schema = SCHEMA_2X3,
     .length_m = 1,
     .area_m2 = 1,
     .volume_m3 = 1,
     .base_quantities = true,
     .name = NAME_WORD_SEQ,
     .size = SIZE_M,
     .rating = {RATING_F, RATING_MINUTES},
     .placeholder = "_FIRE-RATING_",
     .classified = true,
     .clear = CLEAR_QUANTITIES,
     .hidden = .20,
     .named = .10,
     .boxes = .8},
    {.exporter = "Made-up exporter C",
     .schema = SCHEMA_4,
     .length_m = .001,
     .area_m2 = 1,
     .volume_m3 = 1,
     .name = NAME_FAMILY,
     .size = SIZE_MM_TIGHT,
     .rating = {RATING_REI, RATING_EI},
     .placeholder = "n/a",
     .type_sets = true,
     .classified = true,
     .clear = CLEAR_OPENING_PSET,
     .hidden = .20,
     .named = .12,
     .boxes = .5},
    {.exporter = "Made-up exporter D",
     .schema = SCHEMA_4,
     .length_m = 1,
     .area_m2 = 1,
     .volume_m3 = 1,
     .raw_utf8 = true,
     .name = NAME_FUNCTION_FIRST,
     .size = SIZE_M,
     .rating = {RATING_MINUTES, RATING_F},
     .placeholder = "--FIRE_CODE--",
     .fire = RATING_OWN_SET,
     .hidden = .24,
     .named = .08,
     .boxes = .7},
    {.exporter = "Made-up exporter E",
     .schema = SCHEMA_4X3,
     .length_m = 1,
     .area_m2 = 1,
     .volume_m3 = 1,
     .name = NAME_WORD_SEQ,
     .size = SIZE_MM_TIGHT,
     .rating = {RATING_REI, RATING_H},
     .placeholder = "FireRating",
     .classified = true,
     .clear = CLEAR_QUANTITIES,
     .hidden = .20,
     .named = .12,
     .boxes = .6},
    {.exporter = "Made-up exporter F",
     .schema = SCHEMA_2X3,
     .length_m = INCH,
     .area_m2 = FOOT * FOOT,
     .volume_m3 = FOOT * FOOT * FOOT,
     .base_quantities = true,
     .name = NAME_FAMILY,
     .size = SIZE_INCH,
     .rating = {RATING_HR, RATING_H},
     .placeholder = "n/a",
     .classified = true,
     .fire = RATING_IDENTITY,
     .hidden = .22,
     .named = .14,
     .boxes = .5},
    {.exporter = "Made-up exporter G",
     .schema = SCHEMA_4,
     .length_m = .001,
     .area_m2 = 1,
     .volume_m3 = 1,
     .raw_utf8 = true,
     .name = NAME_CODE,
     .size = SIZE_MM,
     .rating = {RATING_EI, RATING_MINUTES},
     .placeholder = "_FIRE-RATING_",
     .classified = true,
     .clear = CLEAR_QUANTITIES,
     .hidden = .24,
     .named = .20,
     .boxes = .3},
    {.exporter = "Made-up exporter H",
     .schema = SCHEMA_4X3,
     .length_m = .001,
     .area_m2 = 1,
     .volume_m3 = 1,
     .name = NAME_FUNCTION_FIRST,
     .size = SIZE_MM,
     .rating = {RATING_H, RATING_MINUTES},
     .placeholder = "",
     .type_sets = true,
     .clear = CLEAR_OPENING_PSET,
     .hidden = .34,
     .named = .06,
     .boxes = .4},
};

/* Which exporters are met in a country, by letter; a letter twice is met twice as often. */
static const char *const met[N_COUNTRY] = {
    [COUNTRY_US] = "AFCFHF", [COUNTRY_UK] = "ACEGH", [COUNTRY_DE] = "BDECGB", [COUNTRY_JP] = "BDAGC"};

void
trm_b_choose_habit(struct trm_building *b, size_t turn)
{
    const char *letters = met[b->latent.country];
    b->habit = habits[letters[turn % strlen(letters)] - 'A'];
    /* people differ too: some fill in everything, some hardly anything */
    double care = trm_b_range(b, .6, 1.4);
    b->p_hidden = 1.1 * b->habit.hidden * care;
    b->p_named = b->habit.named * trm_b_range(b, .6, 1.4);
}

enum show
trm_b_choose_show(struct trm_building *b)
{
    double u = trm_rng_uniform(&b->rng);
    if (u < b->p_hidden)
        return SHOW_HIDDEN;
    return u < b->p_hidden + b->p_named ? SHOW_NAMED : SHOW_STATED;
}

const char *
trm_b_rating_text(struct trm_building *b, int minutes, bool in_name)
{
    enum rating_style style = b->habit.rating[trm_b_chance(b, .2)];
    double hours = minutes / 60.0;
    switch (style) {
    case RATING_F: return trm_b_text(b, b->index % 2 ? "F%d" : "F %d", minutes);
    case RATING_REI: return trm_b_text(b, "REI %d", minutes);
    case RATING_EI: return trm_b_text(b, "EI%d", minutes);
    case RATING_H: return trm_b_text(b, "%gh", hours);
    case RATING_HR: return trm_b_text(b, b->index % 2 ? "%gHR" : "%g HR", hours);
    default: return trm_b_text(b, in_name ? "%d min" : "%d", minutes); /* a bare number in a name would say nothing */
    }
}

/* A length in m with a comma for the decimal point in German. */
static const char *
metres(struct trm_building *b, double x)
{
    char *s = trm_b_text(b, "%.3f", x);
    size_t n = strlen(s);
    if (n && s[n - 1] == '0')
        s[n - 1] = 0;
    for (char *p = s; b->latent.lang == LANG_DE && *p; p++)
        if (*p == '.')
            *p = ',';
    return s;
}

const char *
trm_b_size_text(struct trm_building *b, double width, double height)
{
    switch (b->habit.size) {
    case SIZE_MM: return trm_b_text(b, "%04.0f x %04.0fmm", width * 1e3, height * 1e3);
    case SIZE_MM_TIGHT: return trm_b_text(b, "%04.0fx%04.0f", width * 1e3, height * 1e3);
    case SIZE_INCH: return trm_b_text(b, "%.0f\" x %.0f\"", width / INCH, height / INCH);
    default: return trm_b_text(b, "%s x %s", metres(b, width), metres(b, height));
    }
}

const char *
trm_b_length_text(struct trm_building *b, double length)
{
    switch (b->habit.size) {
    case SIZE_INCH: return trm_b_text(b, "%.0f\"", length / INCH);
    case SIZE_M: return trm_b_text(b, "%s m", metres(b, length));
    default: return trm_b_text(b, "%.0f mm", length * 1e3);
    }
}

const char *
trm_b_area_text(struct trm_building *b, double area)
{
    if (b->habit.size == SIZE_INCH)
        return trm_b_text(b, "%.0f SF", area / (FOOT * FOOT));
    return trm_b_text(b, "%s m²", metres(b, area));
}

double
trm_b_grid(const struct trm_building *b, double x)
{
    return b->habit.size == SIZE_INCH ? round(x / INCH) * INCH : round(x / .005) * .005;
}
