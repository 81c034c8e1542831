/* How values come about: each from what the element is for, the building and a little chance.
 *
 * The tendencies below cross factors on purpose, as practice does: the same factor pulls one way here and the other way
 * there (new houses have wide bathroom doors and narrow cupboards for the boiler; old ones the reverse), so that no single
 * field tells the answer and a sum of fields tells only part of it. About one value in twenty goes against its tendency. */
#include "model.h"

#include <math.h>
#include <stddef.h>

/* --- spaces --- */

enum { BED_MAIN, BED_SINGLE, BED_STAFF, N_BED };
static const struct kind beds[N_BED] = {
    [BED_MAIN] = {{"Master Bedroom", "Schlafzimmer Eltern", "主 寝室"}, "R-BM", "R.11"},
    [BED_SINGLE] = {{"Single Bedroom", "Schlafzimmer Einzel", "個室 寝室"}, "R-BS", "R.12"},
    [BED_STAFF] = {{"Staff Bedroom", "Schlafzimmer Personal", "当直 寝室"}, "R-BX", "R.13"},
};
static const struct kind rooms[] = {
    {{"Living Room", "Wohnzimmer", "居間"}, "R-LV", "R.20"},   {{"Kitchen", "Küche", "台所"}, "R-KT", "R.30"},
    {{"Bathroom", "Bad", "浴室"}, "R-BT", "R.40"},             {{"Corridor", "Flur", "廊下"}, "R-CO", "R.50"},
    {{"Storage", "Lager", "倉庫"}, "R-ST", "R.60"},            {{"Office", "Büro", "事務室"}, "R-OF", "R.70"},
    {{"Classroom", "Klassenraum", "教室"}, "R-CL", "R.80"},
};

/* The main bedroom is large always, the bed of the staff stands in a cell. Single rooms were half a room once and may not be
 * now; but old wards and dormitories were large, and new ones give everybody a small room. */
static bool
bedroom_is_large(struct trm_building *b, int kind)
{
    bool institution = b->latent.use == USE_HOSPITAL || b->latent.use == USE_SCHOOL;
    return kind == BED_MAIN || (kind == BED_SINGLE && institution != b->latent.is_new);
}

static double
space_area(struct trm_building *b, bool bedroom, bool large)
{
    double area = !bedroom ? build_range(b, 4, 42) : large ? build_range(b, 7, 16) : build_range(b, 4, 6.2);
    double unit = b->habit.size == SIZE_INCH ? .3048 * .3048 : .01;
    return round(area / unit) * unit;
}

static void
space_quantities(struct trm_building *b, struct element *e, double area, double height, enum show show)
{
    struct set *q = build_quantities(b, e);
    build_put(q, b->habit.schema == SCHEMA_2X3 ? "Height" : "FinishCeilingHeight", IS_LENGTH, height, SHOW_STATED);
    build_put(q, "NetFloorArea", IS_AREA, area, show);
    if (b->index % 3)
        build_put(q, "GrossFloorArea", IS_AREA, area * build_range(b, 1.02, 1.09), show == SHOW_STATED ? show : SHOW_HIDDEN);
    if (show == SHOW_STATED && build_chance(b, .5))
        build_put(q, "NetVolume", IS_VOLUME, area * height, show);
}

void
build_space(struct trm_building *b, long storey, size_t level)
{
    static const double bedrooms[N_USE] = {.70, .25, .35, .65, .25};
    struct element *e = build_add(b, CLASS_SPACE, storey);
    bool bedroom = build_chance(b, bedrooms[b->latent.use]);
    int kind = build_one_of(b, (int[]){BED_MAIN, BED_SINGLE, BED_STAFF}, (int[]){35, 45, 20}, 3);
    const struct kind *k = bedroom ? &beds[kind] : &rooms[build_pick(b, sizeof rooms / sizeof *rooms)];
    double area = space_area(b, bedroom, build_noisy(b, bedroom_is_large(b, kind)));
    double height = build_grid(b, b->latent.storey_height - build_range(b, .3, .5));
    enum show show = build_choose_show(b);
    const char *word = build_word(&k->words, b->latent.lang);
    e->predefined = "INTERNAL";
    e->name = build_text(b, "%zu%02zu", level + 1, b->n_elements % 100);
    e->long_name = show == SHOW_NAMED ? build_text(b, "%s %s", word, build_area_text(b, area)) : word;
    struct set *s = build_common_set(b, e, "Pset_SpaceCommon", k->mark);
    build_put_bool(b, s, "PubliclyAccessible", !bedroom && b->latent.use != USE_HOME, .6);
    build_put_bool(b, s, "HandicapAccessible", b->latent.is_new && b->latent.use != USE_FACTORY, .6);
    if (bedroom && build_chance(b, .7)) {
        struct set *o = build_set(b, e, "Pset_SpaceOccupancyRequirements");
        build_put(o, "OccupancyNumber", IS_COUNT, kind == BED_MAIN ? 2 : 1, SHOW_STATED);
    }
    space_quantities(b, e, area, height, show);
    e->code = b->habit.classified ? k->code : NULL;
    if (show == SHOW_STATED)
        e->box[0] = area / 4, e->box[1] = 4, e->box[2] = height;
    build_finish(b, e, word);
}

/* --- walls --- */

enum { WALL_SHAFT, WALL_PARTY, WALL_EXTERNAL, WALL_PARTITION, N_WALL };
static const struct kind walls[N_WALL] = {
    [WALL_SHAFT] = {{"Shaft", "Schacht", "シャフト"}, "W-S", "W.10"},
    [WALL_PARTY] = {{"Separating", "Trennwand", "界壁"}, "W-T", "W.20"},
    [WALL_EXTERNAL] = {{"Exterior", "Außenwand", "外壁"}, "W-E", "W.30"},
    [WALL_PARTITION] = {{"Partition", "Innenwand", "間仕切"}, "W-P", "W.40"},
};

static bool
is_masonry(int mat)
{
    return mat == MAT_CONCRETE || mat == MAT_BRICK;
}

/* Material of a wall: old houses of brick, tall ones of concrete, light ones of boards or timber. */
static int
wall_material(struct trm_building *b, int kind)
{
    if (kind == WALL_PARTITION)
        return build_one_of(b, (int[]){MAT_GYPSUM, MAT_BRICK, MAT_WOOD}, (int[]){50, 35, 15}, 3);
    if (kind == WALL_SHAFT)
        return build_one_of(b, (int[]){MAT_CONCRETE, MAT_GYPSUM, MAT_BRICK}, (int[]){50, 25, 25}, 3);
    if (b->latent.is_high)
        return build_one_of(b, (int[]){MAT_CONCRETE, MAT_BRICK, MAT_GYPSUM, MAT_WOOD}, (int[]){40, 15, 25, 20}, 4);
    return build_one_of(b, (int[]){MAT_CONCRETE, MAT_BRICK, MAT_GYPSUM, MAT_WOOD}, (int[]){15, 30, 25, 30}, 4);
}

/* Core of a wall, in m: thick walls are thick for strength when they are heavy and for boards or insulation when light. */
static double
wall_thickness(struct trm_building *b, int kind, bool thick)
{
    if (kind == WALL_EXTERNAL)
        return build_grid(b, thick ? build_range(b, .30, .42) : build_range(b, .15, .24));
    return build_grid(b, thick ? build_range(b, .16, .26) : build_range(b, .08, .125));
}

/* An hour of resistance: shafts always; heavy walls where they are thick; light walls between tenants where they carry two
 * boards; light outer walls are thick with insulation, which burns, so there the thin ones (spandrels of board) do better;
 * light partitions never. */
static bool
wall_resists(int kind, int mat, bool thick)
{
    if (kind == WALL_SHAFT)
        return true;
    if (is_masonry(mat))
        return thick;
    return kind != WALL_PARTITION && thick == (kind == WALL_PARTY);
}

static char
material_letter(int mat)
{
    return mat == MAT_CONCRETE ? 'C' : mat == MAT_STEEL ? 'S' : 'T';
}

static void
wall_layers(struct trm_building *b, struct element *e, int kind, int mat, double thickness)
{
    if (is_masonry(mat) || thickness < .09) {
        build_layer(e, mat, thickness);
        return;
    }
    double board = build_grid(b, .025);
    build_layer(e, mat == MAT_WOOD ? MAT_WOOD : MAT_GYPSUM, board);
    build_layer(e, MAT_INSULATION, thickness - 2 * board);
    build_layer(e, kind == WALL_EXTERNAL ? MAT_PLASTER : mat, board);
}

static void
wall_name(struct trm_building *b, struct element *e, const char *word, int mat, const char *rating)
{
    const char *of = build_word(&build_materials[mat], b->latent.lang);
    const char *what = build_word(&(struct words){"Wall", "Wand", "壁"}, b->latent.lang);
    const char *type = rating ? build_text(b, "%s %s %s", word, of, rating) : build_text(b, "%s %s", word, of);
    size_t tag = 130000 + b->n_elements * 37 % 700000;
    e->tag = build_text(b, "%zu", tag);
    switch (b->habit.name) {
    case NAME_FAMILY: e->name = build_text(b, "%s:%s:%zu", what, type, tag); break;
    case NAME_WORD_SEQ: e->name = build_text(b, "%s %s-W%03zu", what, type, b->n_elements); break;
    case NAME_FUNCTION_FIRST: e->name = build_text(b, "%s %s %zu", type, what, tag); break;
    default: e->name = build_text(b, rating ? "W%03zu %s" : "W%03zu", b->n_elements, rating); break;
    }
    build_typed(b, e, type);
}

void
build_wall(struct trm_building *b, long storey, size_t level)
{
    struct element *e = build_add(b, CLASS_WALL, storey);
    int kind = level == 0 && build_chance(b, .1) ? WALL_EXTERNAL
               : build_one_of(b, (int[]){WALL_SHAFT, WALL_PARTY, WALL_EXTERNAL, WALL_PARTITION}, (int[]){18, 26, 30, 26}, 4);
    int mat = wall_material(b, kind);
    bool thick = build_chance(b, is_masonry(mat) ? .6 : .5);
    double thickness = wall_thickness(b, kind, thick), length = build_grid(b, build_range(b, 3, 8));
    double height = build_grid(b, b->latent.storey_height - .2);
    int minutes = build_rating_of_hour(b, build_noisy(b, wall_resists(kind, mat, thick)));
    const char *rating = build_rating_text(b, minutes);
    enum show show = build_choose_show(b);
    const char *word = build_word(&walls[kind].words, b->latent.lang);
    struct set *s = build_common_set(b, e, "Pset_WallCommon", build_text(b, "%s-%c", walls[kind].mark, is_masonry(mat) ? 'H' : 'L'));
    build_put_rating(b, e, s, minutes, rating, show);
    build_put_bool(b, s, "IsExternal", kind == WALL_EXTERNAL, .9);
    build_put_bool(b, s, "LoadBearing", is_masonry(mat) && kind != WALL_PARTITION, .85);
    build_put_bool(b, s, "Combustible", mat == MAT_WOOD, .5);
    build_put_bool(b, s, "Compartmentation", kind == WALL_SHAFT || kind == WALL_PARTY, .4);
    if (kind == WALL_EXTERNAL)
        build_put_transmittance(b, s, 1.2, .21);
    struct set *q = build_quantities(b, e);
    build_put(q, "Length", IS_LENGTH, length, SHOW_STATED);
    build_put(q, "Width", IS_LENGTH, thickness, SHOW_STATED);
    build_put(q, "Height", IS_LENGTH, height, SHOW_STATED);
    build_put(q, "GrossSideArea", IS_AREA, length * height, SHOW_STATED);
    wall_layers(b, e, kind, mat, thickness);
    wall_name(b, e, word, mat, show == SHOW_NAMED ? rating : NULL);
    e->code = b->habit.classified ? walls[kind].code : NULL;
    e->box[0] = length, e->box[1] = thickness, e->box[2] = height;
    build_finish(b, e, word);
}

/* --- slabs --- */

enum { SLAB_FLOOR, SLAB_ROOF, N_SLAB };
static const struct kind slabs[N_SLAB] = {
    [SLAB_FLOOR] = {{"Floor", "Decke", "床"}, "S-F", "S.10"},
    [SLAB_ROOF] = {{"Roof", "Dach", "屋根"}, "S-R", "S.20"},
};

/* Half an hour: concrete where it is thick; timber where it is thin, for that is solid, and a deep floor of joists burns
 * through; steel decks since they are sprayed. Light roofs are not protected at all. */
static bool
slab_resists(struct trm_building *b, int kind, int mat, bool thick)
{
    if (mat == MAT_CONCRETE)
        return thick;
    return kind == SLAB_FLOOR && (mat == MAT_WOOD ? !thick : b->latent.is_new);
}

static double
slab_thickness(struct trm_building *b, int mat, bool thick)
{
    if (mat == MAT_WOOD)
        return build_grid(b, thick ? build_range(b, .24, .32) : build_range(b, .12, .18));
    if (mat == MAT_STEEL)
        return build_grid(b, build_range(b, .10, .16));
    return build_grid(b, thick ? build_range(b, .14, .28) : build_range(b, .07, .11));
}

void
build_slab(struct trm_building *b, long storey, size_t level)
{
    struct element *e = build_add(b, CLASS_SLAB, storey);
    int kind = level + 1 == b->latent.n_storeys && build_chance(b, .6) ? SLAB_ROOF : SLAB_FLOOR;
    int mat = build_one_of(b, (int[]){MAT_CONCRETE, MAT_WOOD, MAT_STEEL}, (int[]){58, 20, 22}, 3);
    bool thick = build_chance(b, mat == MAT_WOOD ? .5 : .65);
    double thickness = slab_thickness(b, mat, thick);
    double x = build_grid(b, build_range(b, 4, 9)), y = build_grid(b, build_range(b, 4, 6));
    int minutes = build_rating_of_half(b, build_noisy(b, slab_resists(b, kind, mat, thick)));
    const char *rating = build_rating_text(b, minutes);
    enum show show = build_choose_show(b);
    const char *word = build_word(&slabs[kind].words, b->latent.lang);
    const char *of = build_word(&build_materials[mat], b->latent.lang);
    struct set *s = build_common_set(b, e, "Pset_SlabCommon", build_text(b, "%s-%c", slabs[kind].mark, material_letter(mat)));
    build_put_rating(b, e, s, minutes, rating, show);
    build_put_bool(b, s, "IsExternal", kind == SLAB_ROOF, .85);
    build_put_bool(b, s, "LoadBearing", true, .8);
    build_put_bool(b, s, "Combustible", mat == MAT_WOOD, .5);
    if (kind == SLAB_ROOF)
        build_put_transmittance(b, s, .9, .18);
    struct set *q = build_quantities(b, e);
    build_put(q, b->habit.base_quantities ? "Width" : "Depth", IS_LENGTH, thickness, SHOW_STATED);
    build_put(q, "GrossArea", IS_AREA, x * y, SHOW_STATED);
    build_layer(e, mat, thickness);
    e->predefined = kind == SLAB_ROOF ? "ROOF" : "FLOOR";
    const char *type = show == SHOW_NAMED ? build_text(b, "%s %s %s", word, of, rating) : build_text(b, "%s %s", word, of);
    e->tag = build_text(b, "%zu", 130000 + b->n_elements * 37 % 700000);
    e->name = b->habit.name == NAME_CODE ? build_text(b, show == SHOW_NAMED ? "S%03zu %s" : "S%03zu", b->n_elements, rating)
                                         : build_text(b, "%s:%s", type, e->tag);
    build_typed(b, e, type);
    e->code = b->habit.classified ? slabs[kind].code : NULL;
    e->box[0] = x, e->box[1] = y, e->box[2] = thickness;
    build_finish(b, e, word);
}

/* --- columns --- */

static const struct words column_words = {"Column", "Stütze", "柱"};

/* An hour: stout concrete; steel since it is cased; timber as long as posts were massive and chars slowly. */
static bool
column_resists(struct trm_building *b, int mat, bool stout)
{
    return mat == MAT_CONCRETE ? stout : (mat == MAT_STEEL) == b->latent.is_new;
}

void
build_column(struct trm_building *b, long storey, size_t level)
{
    struct element *e = build_add(b, CLASS_COLUMN, storey);
    bool outside = level == 0 && build_chance(b, .2);
    int mat = build_one_of(b, (int[]){MAT_CONCRETE, MAT_STEEL, MAT_WOOD}, (int[]){55, 25, 20}, 3);
    bool stout = build_chance(b, mat == MAT_STEEL ? .4 : .65);
    double side = build_grid(b, stout ? build_range(b, .28, .45) : build_range(b, .14, .22));
    double height = build_grid(b, b->latent.storey_height - .2);
    int minutes = build_rating_of_hour(b, build_noisy(b, column_resists(b, mat, stout)));
    const char *rating = build_rating_text(b, minutes);
    enum show show = build_choose_show(b);
    const char *word = build_word(&column_words, b->latent.lang), *of = build_word(&build_materials[mat], b->latent.lang);
    struct set *s = build_common_set(b, e, "Pset_ColumnCommon", build_text(b, "C-%c-%c", outside ? 'E' : 'I', material_letter(mat)));
    build_put_rating(b, e, s, minutes, rating, show);
    build_put_bool(b, s, "IsExternal", outside, .85);
    build_put_bool(b, s, "LoadBearing", true, .8);
    struct set *q = build_quantities(b, e);
    build_put(q, "Length", IS_LENGTH, height, SHOW_STATED);
    build_put(q, "CrossSectionArea", IS_AREA, side * side * (mat == MAT_STEEL ? .2 : 1), SHOW_STATED);
    build_layer(e, mat, 0);
    const char *size = build_size_text(b, side, side);
    const char *type = build_text(b, show == SHOW_NAMED ? "%s %s %s %s" : "%s %s %s", word, of, size, rating);
    e->tag = build_text(b, "%zu", 130000 + b->n_elements * 37 % 700000);
    e->name = b->habit.name == NAME_CODE ? build_text(b, show == SHOW_NAMED ? "C%03zu %s" : "C%03zu", b->n_elements, rating)
                                         : build_text(b, "%s:%s", type, e->tag);
    build_typed(b, e, type);
    e->code = b->habit.classified ? "C.10" : NULL;
    e->box[0] = e->box[1] = side, e->box[2] = height;
    build_finish(b, e, word);
}
