/* Made-up samples for the tests of room code: seeded, with aliases, bounds, names that tell, ratings and lists. */
#ifndef CODE_SAMPLES_H
#define CODE_SAMPLES_H

#include "../../lib/code/code.h"
#include "../../lib/rec/rec.h"

static struct trm_sample_field
num_field(const char *name, double x, const char *unit)
{
    return (struct trm_sample_field){name, {.type = TRM_SCALAR_NUM, .num = x}, unit};
}

static struct trm_sample_field
text_field(const char *name, const char *text)
{
    return (struct trm_sample_field){name, {.type = TRM_SCALAR_TEXT, .text = text}, NULL};
}

static const char *const door_width[] = {"Pset_DoorCommon.ClearWidth", "Qto_DoorBaseQuantities.Width", "attribute.OverallWidth",
                                         "type_object.OverallWidth"};
static const char *const door_height[] = {"Qto_DoorBaseQuantities.Height", "attribute.OverallHeight"};
static const char *const rating[] = {"Pset_DoorCommon.FireRating", "Custom.Fire Rating"};

/* One door of 3 rules, in the arena; everything hangs on rng. */
static struct trm_sample
random_sample(struct trm_arena *a, struct trm_rng *rng)
{
    struct trm_sample s = {.id = "b/1", .building = "b", .origin = "observed", .cls = "IfcDoor", .name = "Door"};
    s.fields = trm_arena_calloc(a, 32, sizeof *s.fields);
    s.rules = trm_arena_calloc(a, 3, sizeof *s.rules);
    double clear = 0.6 + 0.001 * (double)trm_rng_below(rng, 500), wide = clear + 0.1, high = 1.8 + 0.001 * (double)trm_rng_below(rng, 500);
    int minutes = 30 * (int)trm_rng_below(rng, 4);
    const char *size = trm_arena_printf(a, "Door %04.0f x %.0fmm", clear * 1000, high * 1000);
    struct trm_sample_field all[] = {
        text_field("attribute.Class", "IfcDoor"),
        text_field("attribute.Name", size),
        text_field("type_object.Name", trm_arena_printf(a, "T%d %.3fm", minutes, wide)),
        text_field("Custom.Size", trm_arena_printf(a, "%.0f/%.0f", wide * 1000, high * 1000)),
        num_field("Pset_DoorCommon.ClearWidth", clear, "m"),
        num_field("Custom.Clear Width", clear, "m"),
        num_field("Custom.LichteBreite", clear, "m"),
        num_field("Qto_DoorBaseQuantities.Width", wide, "m"),
        num_field("attribute.OverallWidth", wide, "m"),
        num_field("type_object.OverallWidth", wide, "m"),
        num_field("Qto_DoorBaseQuantities.Height", high, "m"),
        num_field("attribute.OverallHeight", high, "m"),
        text_field("Pset_DoorCommon.FireRating", trm_arena_printf(a, "T%d", minutes)),
        text_field("Custom.Fire Rating", trm_arena_printf(a, "EI %d", minutes)),
        text_field("Custom.Klasse", trm_arena_printf(a, "F%d", minutes)),
        {"Pset_DoorCommon.IsExternal", {.type = TRM_SCALAR_BOOL, .num = (double)trm_rng_below(rng, 2)}, NULL},
        num_field("Custom.Weight", 12.345, "kg"),
        num_field("Qto_DoorBaseQuantities.Area", wide * high, "m2"),
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (i == 0 || trm_rng_below(rng, 5))
            s.fields[s.n_fields++] = all[i];
    s.rules[0] = (struct trm_sample_rule){.rule = "WIDTH", .tests = (const char **)door_width, .n_tests = 4,
                                          .bounds = (const char **)door_width + 1, .n_bounds = 3, .op = ">=",
                                          .limit = {.type = TRM_SCALAR_NUM, .num = 0.815}, .unit = "m", .severity = "ERROR",
                                          .label = clear >= 0.815, .field = door_width[0]};
    s.rules[1] = (struct trm_sample_rule){.rule = "HEIGHT", .tests = (const char **)door_height, .n_tests = 2, .op = ">=",
                                          .limit = {.type = TRM_SCALAR_NUM, .num = 2.032}, .unit = "m", .severity = "ERROR",
                                          .label = high >= 2.032, .field = door_height[0]};
    s.rules[2] = (struct trm_sample_rule){.rule = "RATING", .tests = (const char **)rating, .n_tests = 2, .op = ">=",
                                          .limit = {.type = TRM_SCALAR_NUM, .num = 3600}, .unit = "s", .severity = "WARNING",
                                          .label = minutes >= 60, .field = rating[0]};
    s.n_rules = 3;
    return s;
}

struct code_arrays {
    int32_t ids[96 * TRM_CODE_COLUMNS];
    float feats[96 * TRM_CODE_FEATURES];
    int32_t labels[96];
    struct trm_code_at at[96];
};
static inline struct trm_coded
coded_in(struct code_arrays *m)
{
    return (struct trm_coded){.ids = m->ids, .feats = m->feats, .labels = m->labels, .at = m->at};
}

static inline struct trm_vocab *
random_vocab(size_t n, uint64_t seed)
{
    struct trm_err err = {0};
    struct trm_vocab *v = trm_vocab_new(NULL, &err);
    struct trm_arena a = {0};
    struct trm_rng rng;
    trm_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++) {
        struct trm_sample s = random_sample(&a, &rng);
        trm_vocab_count(v, &s, &err);
    }
    trm_vocab_close(v, &err);
    trm_arena_release(&a);
    return v;
}

#endif
