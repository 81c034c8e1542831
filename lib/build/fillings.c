/* Doors, windows and stair flights: how their sizes come about. See facts.c. */
#include "model.h"

#include <math.h>
#include <stddef.h>

/* --- doors --- */

enum { GROUP_PUBLIC, GROUP_PRIVATE, GROUP_PLANT, GROUP_STORE };
struct door_kind {
    struct kind kind;
    int group;
    int use; /* the only use that has it, or -1 */
};
static const struct door_kind doors[] = {
    {{{"Entrance", "Eingang", "玄関"}, "D-A", "D.AA"}, GROUP_PUBLIC, -1},
    {{{"Corridor", "Flur", "廊下"}, "D-A", "D.AB"}, GROUP_PUBLIC, -1},
    {{{"Stair", "Treppenhaus", "階段室"}, "D-A", "D.AC"}, GROUP_PUBLIC, -1},
    {{{"Bathroom", "Bad", "浴室"}, "D-B", "D.BA"}, GROUP_PRIVATE, -1},
    {{{"Toilet", "WC", "便所"}, "D-B", "D.BF"}, GROUP_PRIVATE, -1},
    {{{"Bedroom", "Schlafzimmer", "寝室"}, "D-B", "D.BB"}, GROUP_PRIVATE, USE_HOME},
    {{{"Office", "Büro", "事務室"}, "D-B", "D.BC"}, GROUP_PRIVATE, USE_OFFICE},
    {{{"Classroom", "Klassenraum", "教室"}, "D-B", "D.BD"}, GROUP_PRIVATE, USE_SCHOOL},
    {{{"Ward", "Krankenzimmer", "病室"}, "D-B", "D.BE"}, GROUP_PRIVATE, USE_HOSPITAL},
    {{{"Office", "Büro", "事務室"}, "D-B", "D.BC"}, GROUP_PRIVATE, USE_FACTORY},
    {{{"Plant", "Technik", "機械室"}, "D-C", "D.CA"}, GROUP_PLANT, -1},
    {{{"Storage", "Lager", "倉庫"}, "D-S", "D.DA"}, GROUP_STORE, -1},
    {{{"Boiler", "Heizraum", "ボイラー 室"}, "D-C", "D.CB"}, GROUP_PLANT, -1},
};

static const struct door_kind *
door_kind(struct trm_building *b)
{
    for (;;) {
        const struct door_kind *k = &doors[trm_b_pick(b, sizeof doors / sizeof *doors)];
        if (k->use < 0 || k->use == b->latent.use)
            return k;
    }
}

/* Doors for the public are wide and those of cupboards narrow. Rooms have wide doors since somebody thought of
 * wheelchairs. Old boilers needed a wide door; new plant hangs behind a narrow one. */
static bool
door_is_wide(struct trm_building *b, int group)
{
    return group == GROUP_PUBLIC || (group == GROUP_PRIVATE && b->latent.is_new) ||
           (group == GROUP_PLANT && !b->latent.is_new);
}

/* A clear width on the side of its tendency; a little of it between the limits of the three countries. */
static double
door_width(struct trm_building *b, bool wide)
{
    int at = (int)trm_b_pick(b, 100);
    if (at < 4)
        return trm_b_draw(b, .820, .847);
    if (at < 8)
        return trm_b_draw(b, .780, .810);
    return wide ? trm_b_draw(b, .865, 1.26) : trm_b_draw(b, .56, .765);
}

/* Glazed doors in aluminium are tall, for show. Those in wood have grown with the people. Those in steel come off
 * the shelf and are low, save the old ones that plant was carried through. */
static bool
door_is_tall(struct trm_building *b, int group, int mat)
{
    return mat == MAT_ALU || (mat == MAT_WOOD ? b->latent.is_new : group == GROUP_PLANT && !b->latent.is_new);
}

static const char *
door_operation(struct trm_building *b, double width)
{
    static const char *const single[] = {"SINGLE_SWING_LEFT", "SINGLE_SWING_RIGHT"};
    /* the number of leaves would tell the width; so only a fifth of the widest say it */
    return width > 1.1 && trm_b_chance(b, .2) ? "DOUBLE_DOOR_SINGLE_SWING" : single[trm_b_pick(b, 2)];
}

/* Sizes of a door or window: clear, over all, and what follows from them. Whatever bounds or holds a hidden one is
 * hidden. */
static void
put_sizes(struct trm_building *b, struct element *e, struct set *common, const double clear[3], double frame,
          enum show show)
{
    enum show other = show == SHOW_STATED ? show : SHOW_HIDDEN;
    /* some forget the width and not the height */
    bool half = show == SHOW_HIDDEN && trm_b_chance(b, .25);
    enum show tall = half ? SHOW_STATED : show;
    double width = clear[0] + 2 * frame, height = clear[1] + frame;
    trm_b_put(e->attributes, "OverallHeight", IS_POSITIVE_LENGTH, height, half ? SHOW_STATED : other);
    trm_b_put(e->attributes, "OverallWidth", IS_POSITIVE_LENGTH, width, other);
    struct set *q = trm_b_quantities(b, e);
    trm_b_put_clear(b, common, q, clear, (enum show[3]){show, tall, show});
    trm_b_put(q, "Width", IS_LENGTH, width, other);
    trm_b_put(q, "Height", IS_LENGTH, height, half ? SHOW_STATED : other);
    trm_b_put(q, "Area", IS_AREA, width * height, other);
}

/* What a door or window is called, by the exporter's habit of naming, and its type's name. what, family: of its class in the three
 * languages; letter: before its running number; size: as the habit writes it, or NULL. */
static void
name_filling(struct trm_building *b, struct element *e, const struct words *what, const struct words *family, char letter,
             const char *word, int mat, const char *size)
{
    int lang = b->latent.lang;
    const char *of = trm_b_word(&trm_b_materials[mat], lang);
    size_t tag = 130000 + b->n_elements * 37 % 700000;
    const char *type = size ? trm_b_text(b, "%s %s %s", word, of, size) : trm_b_text(b, "%s %s", word, of);
    e->tag = trm_b_text(b, "%zu", tag);
    switch (b->habit.name) {
    case NAME_FAMILY: e->name = trm_b_text(b, "%s:%s:%zu", trm_b_word(family, lang), size ? size : type, tag); break;
    case NAME_WORD_SEQ:
        e->name = trm_b_text(b, "%s %s-%c%03zu", trm_b_word(what, lang), size ? type : word, letter, b->n_elements);
        break;
    case NAME_FUNCTION_FIRST:
        e->name = trm_b_text(b, size ? "%s %s %zu %s" : "%s %s %zu", word, trm_b_word(what, lang), tag, size);
        break;
    default: e->name = trm_b_text(b, size ? "%s %c%03zu" : "%s%c%03zu", size ? size : "", letter, b->n_elements); break;
    }
    trm_b_typed(b, e, type);
}

void
trm_b_door(struct trm_building *b, long storey, size_t level)
{
    struct element *e = trm_b_add(b, CLASS_DOOR, storey);
    const struct latent *l = &b->latent;
    const struct door_kind *k = door_kind(b);
    bool outside = level == 0 && k->kind.code[3] == 'A' && k->group == GROUP_PUBLIC;
    bool fire = k->group != GROUP_PRIVATE && trm_b_chance(b, .4);
    int mat = fire ? trm_b_one_of(b, (int[]){MAT_STEEL, MAT_ALU}, (int[]){55, 45}, 2)
                   : trm_b_one_of(b, (int[]){MAT_WOOD, MAT_ALU, MAT_STEEL}, (int[]){60, 25, 15}, 3);
    double width = door_width(b, trm_b_noisy(b, door_is_wide(b, k->group)));
    double height =
        trm_b_noisy(b, door_is_tall(b, k->group, mat)) ? trm_b_draw(b, 2.06, 2.4) : trm_b_draw(b, 1.95, 2.02);
    enum show show = trm_b_choose_show(b);
    const char *word = trm_b_word(&k->kind.words, l->lang);
    e->attributes = trm_arena_calloc(b->mem, 1, sizeof *e->attributes);
    if (!e->attributes) {
        b->out_of_memory = true;
        return;
    }
    struct set *s = trm_b_common_set(b, e, "Pset_DoorCommon", k->kind.mark);
    trm_b_put(s, "FireExit", IS_BOOL, k->group == GROUP_PUBLIC ? trm_b_chance(b, .75) : trm_b_chance(b, .3),
              SHOW_STATED);
    trm_b_put_bool(b, s, "IsExternal", outside, .9);
    trm_b_put_bool(b, s, "HandicapAccessible", l->is_new && k->group < GROUP_PLANT && l->use != USE_HOME, .5);
    trm_b_put_bool(b, s, "SelfClosing", fire, .4);
    if (trm_b_chance(b, .7))
        trm_b_put_text(s, "FireRating", IS_LABEL, fire ? trm_b_rating_text(b, 30, false) : b->habit.placeholder,
                       SHOW_STATED);
    put_sizes(b, e, s, (double[3]){width, height, 0}, trm_b_grid(b, trm_b_range(b, .03, .08)), show);
    trm_b_layer(e, mat, 0);
    e->predefined = "DOOR";
    name_filling(b, e, &(struct words){"Door", "Tür", "ドア"}, &(struct words){"Single-Flush", "Drehflügel", "片開き"}, 'D',
                 word, mat, show == SHOW_NAMED ? trm_b_size_text(b, width, height) : NULL);
    if (e->type >= 0 && !b->types[e->type].operation)
        b->types[e->type].operation = door_operation(b, width);
    e->code = b->habit.classified ? k->kind.code : NULL;
    if (show == SHOW_STATED)
        e->box[0] = width + .1, e->box[1] = fire ? .06 : .04, e->box[2] = height;
    trm_b_finish(b, e, word);
}

/* --- windows --- */

enum { WINDOW_ROOM, WINDOW_HALL, WINDOW_BASEMENT, WINDOW_ATTIC, N_WINDOW };
static const struct kind windows[N_WINDOW] = {
    [WINDOW_ROOM] = {{"Bedroom", "Schlafzimmer", "寝室"}, "F-R", "F.A"},
    [WINDOW_HALL] = {{"Hall", "Flur", "廊下"}, "F-H", "F.B"},
    [WINDOW_BASEMENT] = {{"Basement", "Keller", "地下"}, "F-B", "F.C"},
    [WINDOW_ATTIC] = {{"Attic", "Dachgeschoss", "屋根裏"}, "F-A", "F.D"},
};

/* Rooms have large windows. Halls had the same ones as the rooms once and save heat now. Basements and attics have
 * holes, save for the new ones in metal: light wells and roof windows to climb out of. */
static bool
window_is_large(struct trm_building *b, int kind, bool metal)
{
    return kind == WINDOW_ROOM || (kind == WINDOW_HALL ? !b->latent.is_new : b->latent.is_new && metal);
}

/* Small ones are narrow in halls and low in basements and attics; in metal they are both. */
static void
window_size(struct trm_building *b, int kind, int mat, bool large, double *width, double *height)
{
    bool metal = mat == MAT_ALU || mat == MAT_STEEL;
    bool narrow = !large && (kind == WINDOW_HALL || metal), low = !large && (kind != WINDOW_HALL || metal);
    *width = narrow ? trm_b_draw(b, .36, .49) : trm_b_draw(b, .72, low ? 1.0 : 1.3);
    *height = low ? trm_b_draw(b, .34, .51) : trm_b_draw(b, .82, narrow ? 1.04 : 1.5);
}

static int
window_kind(struct trm_building *b, size_t level)
{
    if (level == 0 && b->latent.has_basement)
        return trm_b_one_of(b, (int[]){WINDOW_BASEMENT, WINDOW_HALL, WINDOW_ROOM}, (int[]){70, 20, 10}, 3);
    if (level + 1 == b->latent.n_storeys && b->latent.has_attic)
        return trm_b_one_of(b, (int[]){WINDOW_ATTIC, WINDOW_HALL, WINDOW_ROOM}, (int[]){70, 20, 10}, 3);
    return trm_b_one_of(b, (int[]){WINDOW_ROOM, WINDOW_HALL}, (int[]){45, 55}, 2);
}

void
trm_b_window(struct trm_building *b, long storey, size_t level)
{
    struct element *e = trm_b_add(b, CLASS_WINDOW, storey);
    const struct latent *l = &b->latent;
    int kind = window_kind(b, level);
    int mat = l->is_new ? trm_b_one_of(b, (int[]){MAT_PVC, MAT_ALU, MAT_WOOD}, (int[]){45, 40, 15}, 3)
                        : trm_b_one_of(b, (int[]){MAT_WOOD, MAT_STEEL, MAT_PVC}, (int[]){50, 40, 10}, 3);
    double width, height;
    window_size(b, kind, mat, trm_b_noisy(b, window_is_large(b, kind, mat == MAT_ALU || mat == MAT_STEEL)), &width,
                &height);
    enum show show = trm_b_choose_show(b);
    const char *word = trm_b_word(&windows[kind].words, l->lang);
    e->attributes = trm_arena_calloc(b->mem, 1, sizeof *e->attributes);
    if (!e->attributes) {
        b->out_of_memory = true;
        return;
    }
    struct set *s = trm_b_common_set(b, e, "Pset_WindowCommon", windows[kind].mark);
    trm_b_put(s, "FireExit", IS_BOOL, trm_b_chance(b, .8), SHOW_STATED);
    trm_b_put_bool(b, s, "IsExternal", true, .9);
    trm_b_put_transmittance(b, s, 2.7, 1.05);
    put_sizes(b, e, s, (double[3]){width, height, width * height}, trm_b_grid(b, trm_b_range(b, .04, .09)), show);
    trm_b_layer(e, mat, 0);
    e->predefined = "WINDOW";
    name_filling(b, e, &(struct words){"Window", "Fenster", "窓"}, &(struct words){"M_Casement", "Drehkipp", "縦すべり出し"}, 'F',
                 word, mat, show == SHOW_NAMED ? trm_b_size_text(b, width, height) : NULL);
    if (e->type >= 0)
        b->types[e->type].operation = "SINGLE_PANEL";
    e->code = b->habit.classified ? windows[kind].code : NULL;
    if (show == SHOW_STATED)
        e->box[0] = width, e->box[1] = .08, e->box[2] = height;
    trm_b_finish(b, e, word);
}

/* --- stair flights --- */

enum { STAIR_MAIN, STAIR_ESCAPE, STAIR_SERVICE, N_STAIR };
static const struct kind stairs[N_STAIR] = {
    [STAIR_MAIN] = {{"Main Stair", "Haupttreppe", "主 階段"}, "T-M", "T.A"},
    [STAIR_ESCAPE] = {{"Escape Stair", "Fluchttreppe", "避難 階段"}, "T-E", "T.B"},
    [STAIR_SERVICE] = {{"Service Stair", "Nebentreppe", "業務 階段"}, "T-S", "T.C"},
};

/* Main stairs are wide, save in low houses. Escape stairs are wide in tall buildings and schools. Service stairs are
 * narrow, save in works, where everybody takes them. */
static bool
stair_is_wide(struct trm_building *b, int kind)
{
    const struct latent *l = &b->latent;
    if (kind == STAIR_MAIN)
        return l->is_high || l->use != USE_HOME;
    return kind == STAIR_ESCAPE ? l->is_high || l->use == USE_SCHOOL : l->use == USE_FACTORY;
}

void
trm_b_flight(struct trm_building *b, long stair)
{
    struct element *e = trm_b_add(b, CLASS_FLIGHT, stair);
    const struct latent *l = &b->latent;
    int kind = trm_b_one_of(b, (int[]){STAIR_MAIN, STAIR_ESCAPE, STAIR_SERVICE}, (int[]){45, 30, 25}, 3);
    bool wide = trm_b_noisy(b, stair_is_wide(b, kind));
    double width = wide ? trm_b_draw(b, 1.17, 1.8) : trm_b_draw(b, .8, 1.07);
    double rise = l->storey_height / 2;
    int risers = (int)ceil(rise / (kind == STAIR_MAIN ? trm_b_range(b, .160, .180) : trm_b_range(b, .175, .195)));
    int mat = trm_b_one_of(b, (int[]){MAT_CONCRETE, MAT_STEEL, MAT_WOOD}, (int[]){55, 30, 15}, 3);
    enum show show = trm_b_choose_show(b);
    const char *word = trm_b_word(&stairs[kind].words, l->lang), *of = trm_b_word(&trm_b_materials[mat], l->lang);
    e->attributes = trm_arena_calloc(b->mem, 1, sizeof *e->attributes);
    if (!e->attributes) {
        b->out_of_memory = true;
        return;
    }
    const char *n_risers = b->habit.schema == SCHEMA_2X3 ? "NumberOfRiser" : "NumberOfRisers";
    bool bare = b->habit.schema == SCHEMA_2X3;
    trm_b_put(e->attributes, n_risers, IS_INTEGER, risers, SHOW_STATED)->bare = bare;
    trm_b_put(e->attributes, "NumberOfTreads", IS_INTEGER, risers - 1, SHOW_STATED)->bare = bare;
    trm_b_put(e->attributes, "RiserHeight", IS_POSITIVE_LENGTH, rise / risers, SHOW_STATED);
    trm_b_put(e->attributes, "TreadLength", IS_POSITIVE_LENGTH, trm_b_grid(b, .63 - 2 * rise / risers), SHOW_STATED);
    struct set *s = trm_b_common_set(b, e, "Pset_StairFlightCommon", stairs[kind].mark);
    trm_b_put(s, "Headroom", IS_POSITIVE_LENGTH, trm_b_grid(b, trm_b_range(b, 2.0, 2.3)), SHOW_STATED);
    struct set *q = trm_b_quantities(b, e);
    trm_b_put(q, "Length", IS_LENGTH, trm_b_grid(b, risers * .32), SHOW_STATED);
    trm_b_put(q, "Width", IS_LENGTH, width, show);
    trm_b_layer(e, mat, 0);
    const char *size = show == SHOW_NAMED ? trm_b_length_text(b, width) : "";
    e->predefined = "STRAIGHT";
    e->tag = trm_b_text(b, "%zu", 130000 + b->n_elements * 37 % 700000);
    const char *type = trm_b_text(b, *size ? "%s %s %s" : "%s %s%s", word, of, size);
    e->name = b->habit.name == NAME_CODE ? trm_b_text(b, *size ? "%s T%03zu" : "%sT%03zu", size, b->n_elements)
                                         : trm_b_text(b, "%s:%s", type, e->tag);
    trm_b_typed(b, e, type);
    e->code = b->habit.classified ? stairs[kind].code : NULL;
    if (show == SHOW_STATED)
        e->box[0] = risers * .28, e->box[1] = width, e->box[2] = rise;
    trm_b_finish(b, e, word);
}
