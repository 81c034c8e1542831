/* How values come about: each from what the element is for, the building and a little chance.
 *
 * The tendencies below cross factors on purpose, as practice does: the same factor pulls one way here and the other
 * way there (new houses have wide bathroom doors and narrow cupboards for the boiler; old ones the reverse), so that
 * no single field tells the answer and a sum of fields tells only part of it. About one value in twenty goes against
 * its tendency. */
#include "model.h"

#include <math.h>
#include <stddef.h>

/* --- spaces --- */

enum { BED_MAIN, BED_SINGLE, BED_STAFF, N_BED };
static const struct kind beds[N_BED] = {
    [BED_MAIN] = {{"Master Bedroom", "Schlafzimmer Eltern", "主 寝室"}, "R-BM", "R.A"},
    [BED_SINGLE] = {{"Single Bedroom", "Schlafzimmer Einzel", "個室 寝室"}, "R-BS", "R.A"},
    [BED_STAFF] = {{"Staff Bedroom", "Schlafzimmer Personal", "当直 寝室"}, "R-BX", "R.A"},
};
static const struct kind rooms[] = {
    {{"Living Room", "Wohnzimmer", "居間"}, "R-LV", "R.B"}, {{"Kitchen", "Küche", "台所"}, "R-KT", "R.C"},
    {{"Bathroom", "Bad", "浴室"}, "R-BT", "R.D"},           {{"Corridor", "Flur", "廊下"}, "R-CO", "R.E"},
    {{"Storage", "Lager", "倉庫"}, "R-ST", "R.F"},          {{"Office", "Büro", "事務室"}, "R-OF", "R.G"},
    {{"Classroom", "Klassenraum", "教室"}, "R-CL", "R.H"},
};

/* The main bedroom is large always, the bed of the staff stands in a cell. Single rooms were half a room once and
 * may not be now; but old wards and dormitories were large, and new ones give everybody a small room. */
static bool
bedroom_is_large(struct trm_building *b, int kind)
{
    bool institution = b->latent.use == USE_HOSPITAL || b->latent.use == USE_SCHOOL;
    return kind == BED_MAIN || (kind == BED_SINGLE && institution != b->latent.is_new);
}

static double
space_area(struct trm_building *b, bool bedroom, bool large)
{
    double area = !bedroom ? trm_b_range(b, 4, 42) : large ? trm_b_range(b, 7, 16) : trm_b_range(b, 4, 6.2);
    double unit = b->habit.size == SIZE_INCH ? .3048 * .3048 : .01;
    return round(area / unit) * unit;
}

static void
space_quantities(struct trm_building *b, struct element *e, double area, double height, enum show show)
{
    struct set *q = trm_b_quantities(b, e);
    trm_b_put(q, b->habit.schema == SCHEMA_2X3 ? "Height" : "FinishCeilingHeight", IS_LENGTH, height, SHOW_STATED);
    trm_b_put(q, "NetFloorArea", IS_AREA, area, show);
    if (b->index % 3)
        trm_b_put(q, "GrossFloorArea", IS_AREA, area * trm_b_range(b, 1.02, 1.09),
                  show == SHOW_STATED ? show : SHOW_HIDDEN);
    if (show == SHOW_STATED && trm_b_chance(b, .5))
        trm_b_put(q, "NetVolume", IS_VOLUME, area * height, show);
}

void
trm_b_space(struct trm_building *b, long storey, size_t level)
{
    static const double bedrooms[N_USE] = {.70, .25, .35, .65, .25};
    struct element *e = trm_b_add(b, CLASS_SPACE, storey);
    bool bedroom = trm_b_chance(b, bedrooms[b->latent.use]);
    int kind = trm_b_one_of(b, (int[]){BED_MAIN, BED_SINGLE, BED_STAFF}, (int[]){42, 42, 16}, 3);
    const struct kind *k = bedroom ? &beds[kind] : &rooms[trm_b_pick(b, sizeof rooms / sizeof *rooms)];
    double area = space_area(b, bedroom, trm_b_noisy(b, bedroom_is_large(b, kind)));
    double height = trm_b_grid(b, b->latent.storey_height - trm_b_range(b, .3, .5));
    enum show show = trm_b_choose_show(b);
    const char *word = trm_b_word(&k->words, b->latent.lang);
    e->predefined = "INTERNAL";
    e->name = trm_b_text(b, "%zu%02zu", level + 1, b->n_elements % 100);
    e->long_name = show == SHOW_NAMED ? trm_b_text(b, "%s %s", word, trm_b_area_text(b, area)) : word;
    struct set *s = trm_b_common_set(b, e, "Pset_SpaceCommon", k->mark);
    trm_b_put_bool(b, s, "PubliclyAccessible", !bedroom && b->latent.use != USE_HOME, .6);
    trm_b_put_bool(b, s, "HandicapAccessible", b->latent.is_new && b->latent.use != USE_FACTORY, .6);
    if (bedroom && trm_b_chance(b, .7)) {
        struct set *o = trm_b_set(b, e, "Pset_SpaceOccupancyRequirements");
        trm_b_put(o, "OccupancyNumber", IS_COUNT, kind == BED_MAIN ? 2 : 1, SHOW_STATED);
    }
    space_quantities(b, e, area, height, show);
    e->code = b->habit.classified ? k->code : NULL;
    if (show == SHOW_STATED)
        e->box[0] = area / 4, e->box[1] = 4, e->box[2] = height;
    trm_b_finish(b, e, word);
}

/* --- walls --- */

enum { WALL_SHAFT, WALL_PARTY, WALL_EXTERNAL, WALL_PARTITION, N_WALL };
static const struct kind walls[N_WALL] = {
    [WALL_SHAFT] = {{"Shaft", "Schacht", "シャフト"}, "W-S", "W.A"},
    [WALL_PARTY] = {{"Separating", "Trennwand", "界壁"}, "W-T", "W.B"},
    [WALL_EXTERNAL] = {{"Exterior", "Außenwand", "外壁"}, "W-E", "W.C"},
    [WALL_PARTITION] = {{"Partition", "Innenwand", "間仕切"}, "W-P", "W.D"},
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
        return trm_b_one_of(b, (int[]){MAT_GYPSUM, MAT_BRICK, MAT_WOOD}, (int[]){50, 35, 15}, 3);
    if (kind == WALL_SHAFT)
        return trm_b_one_of(b, (int[]){MAT_CONCRETE, MAT_GYPSUM, MAT_BRICK}, (int[]){50, 25, 25}, 3);
    if (b->latent.is_high)
        return trm_b_one_of(b, (int[]){MAT_CONCRETE, MAT_BRICK, MAT_GYPSUM, MAT_WOOD}, (int[]){40, 15, 25, 20}, 4);
    return trm_b_one_of(b, (int[]){MAT_CONCRETE, MAT_BRICK, MAT_GYPSUM, MAT_WOOD}, (int[]){15, 30, 25, 30}, 4);
}

/* Core of a wall, in m: thick walls are thick for strength when they are heavy and for boards or insulation when
 * light. */
static double
wall_thickness(struct trm_building *b, int kind, bool thick)
{
    if (kind == WALL_EXTERNAL)
        return trm_b_grid(b, thick ? trm_b_range(b, .30, .42) : trm_b_range(b, .15, .24));
    return trm_b_grid(b, thick ? trm_b_range(b, .16, .26) : trm_b_range(b, .08, .125));
}

/* An hour of resistance: shafts always; heavy walls where they are thick; light walls between tenants where they
 * carry two boards; light outer walls are thick with insulation, which burns, so there the thin ones (spandrels of
 * board) do better; light partitions never. */
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
        trm_b_layer(e, mat, thickness);
        return;
    }
    double board = trm_b_grid(b, .025);
    trm_b_layer(e, mat == MAT_WOOD ? MAT_WOOD : MAT_GYPSUM, board);
    trm_b_layer(e, MAT_INSULATION, thickness - 2 * board);
    trm_b_layer(e, kind == WALL_EXTERNAL ? MAT_PLASTER : mat, board);
}

static void
wall_name(struct trm_building *b, struct element *e, const char *word, int mat, const char *rating)
{
    const char *of = trm_b_word(&trm_b_materials[mat], b->latent.lang);
    const char *what = trm_b_word(&(struct words){"Wall", "Wand", "壁"}, b->latent.lang);
    const char *type = rating ? trm_b_text(b, "%s %s %s", word, of, rating) : trm_b_text(b, "%s %s", word, of);
    size_t tag = 130000 + b->n_elements * 37 % 700000;
    e->tag = trm_b_text(b, "%zu", tag);
    switch (b->habit.name) {
    case NAME_FAMILY: e->name = trm_b_text(b, "%s:%s:%zu", what, type, tag); break;
    case NAME_WORD_SEQ: e->name = trm_b_text(b, "%s %s-W%03zu", what, type, b->n_elements); break;
    case NAME_FUNCTION_FIRST: e->name = trm_b_text(b, "%s %s %zu", type, what, tag); break;
    default: e->name = trm_b_text(b, rating ? "%s W%03zu" : "%sW%03zu", rating ? rating : "", b->n_elements); break;
    }
    trm_b_typed(b, e, type);
}

void
trm_b_wall(struct trm_building *b, long storey, size_t level)
{
    struct element *e = trm_b_add(b, CLASS_WALL, storey);
    int kind = level == 0 && trm_b_chance(b, .1)
                   ? WALL_EXTERNAL
                   : trm_b_one_of(b, (int[]){WALL_SHAFT, WALL_PARTY, WALL_EXTERNAL, WALL_PARTITION},
                                  (int[]){18, 26, 30, 26}, 4);
    int mat = wall_material(b, kind);
    bool thick = trm_b_chance(b, is_masonry(mat) ? .7 : .5);
    double thickness = wall_thickness(b, kind, thick), length = trm_b_grid(b, trm_b_range(b, 3, 8));
    double height = trm_b_grid(b, b->latent.storey_height - .2);
    int minutes = trm_b_rating_of_hour(b, trm_b_noisy(b, wall_resists(kind, mat, thick)));
    enum show show = trm_b_choose_show(b);
    const char *rating = trm_b_rating_text(b, minutes, show == SHOW_NAMED);
    const char *word = trm_b_word(&walls[kind].words, b->latent.lang);
    struct set *s = trm_b_common_set(b, e, "Pset_WallCommon",
                                     trm_b_text(b, "%s-%c", walls[kind].mark, is_masonry(mat) ? 'H' : 'L'));
    trm_b_put_rating(b, e, s, minutes, rating, show);
    trm_b_put_bool(b, s, "IsExternal", kind == WALL_EXTERNAL, .9);
    trm_b_put_bool(b, s, "LoadBearing", is_masonry(mat) && kind != WALL_PARTITION, .85);
    trm_b_put_bool(b, s, "Combustible", mat == MAT_WOOD, .5);
    trm_b_put_bool(b, s, "Compartmentation", kind == WALL_SHAFT || kind == WALL_PARTY, .4);
    if (kind == WALL_EXTERNAL)
        trm_b_put_transmittance(b, s, 1.2, .21);
    struct set *q = trm_b_quantities(b, e);
    trm_b_put(q, "Length", IS_LENGTH, length, SHOW_STATED);
    trm_b_put(q, "Width", IS_LENGTH, thickness, SHOW_STATED);
    trm_b_put(q, "Height", IS_LENGTH, height, SHOW_STATED);
    trm_b_put(q, "GrossSideArea", IS_AREA, length * height, SHOW_STATED);
    wall_layers(b, e, kind, mat, thickness);
    wall_name(b, e, word, mat, show == SHOW_NAMED ? rating : NULL);
    e->code = b->habit.classified ? walls[kind].code : NULL;
    e->box[0] = length, e->box[1] = thickness, e->box[2] = height;
    trm_b_finish(b, e, word);
}

/* --- slabs --- */

enum { SLAB_FLOOR, SLAB_ROOF, N_SLAB };
static const struct kind slabs[N_SLAB] = {
    [SLAB_FLOOR] = {{"Floor", "Decke", "床"}, "S-F", "S.A"},
    [SLAB_ROOF] = {{"Roof", "Dach", "屋根"}, "S-R", "S.B"},
};

/* Half an hour: concrete where it is thick; timber where it is thin, for that is solid, and a deep floor of joists
 * burns through; steel decks since they are sprayed. Light roofs are not protected at all. */
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
        return trm_b_grid(b, thick ? trm_b_range(b, .24, .32) : trm_b_range(b, .12, .18));
    if (mat == MAT_STEEL)
        return trm_b_grid(b, trm_b_range(b, .10, .16));
    return trm_b_grid(b, thick ? trm_b_range(b, .14, .28) : trm_b_range(b, .07, .11));
}

void
trm_b_slab(struct trm_building *b, long storey, size_t level)
{
    struct element *e = trm_b_add(b, CLASS_SLAB, storey);
    int kind = level + 1 == b->latent.n_storeys && trm_b_chance(b, .6) ? SLAB_ROOF : SLAB_FLOOR;
    int mat = trm_b_one_of(b, (int[]){MAT_CONCRETE, MAT_WOOD, MAT_STEEL}, (int[]){58, 20, 22}, 3);
    bool thick = trm_b_chance(b, mat == MAT_WOOD ? .45 : .75);
    double thickness = slab_thickness(b, mat, thick);
    double x = trm_b_grid(b, trm_b_range(b, 4, 9)), y = trm_b_grid(b, trm_b_range(b, 4, 6));
    int minutes = trm_b_rating_of_half(b, trm_b_noisy(b, slab_resists(b, kind, mat, thick)));
    enum show show = trm_b_choose_show(b);
    const char *rating = trm_b_rating_text(b, minutes, show == SHOW_NAMED);
    const char *word = trm_b_word(&slabs[kind].words, b->latent.lang);
    const char *of = trm_b_word(&trm_b_materials[mat], b->latent.lang);
    struct set *s =
        trm_b_common_set(b, e, "Pset_SlabCommon", trm_b_text(b, "%s-%c", slabs[kind].mark, material_letter(mat)));
    trm_b_put_rating(b, e, s, minutes, rating, show);
    trm_b_put_bool(b, s, "IsExternal", kind == SLAB_ROOF, .85);
    trm_b_put_bool(b, s, "LoadBearing", true, .8);
    trm_b_put_bool(b, s, "Combustible", mat == MAT_WOOD, .5);
    if (kind == SLAB_ROOF)
        trm_b_put_transmittance(b, s, .9, .18);
    struct set *q = trm_b_quantities(b, e);
    trm_b_put(q, b->habit.base_quantities ? "Width" : "Depth", IS_LENGTH, thickness, SHOW_STATED);
    trm_b_put(q, "GrossArea", IS_AREA, x * y, SHOW_STATED);
    trm_b_layer(e, mat, thickness);
    e->predefined = kind == SLAB_ROOF ? "ROOF" : "FLOOR";
    const char *type =
        show == SHOW_NAMED ? trm_b_text(b, "%s %s %s", word, of, rating) : trm_b_text(b, "%s %s", word, of);
    e->tag = trm_b_text(b, "%zu", 130000 + b->n_elements * 37 % 700000);
    e->name = b->habit.name == NAME_CODE
                  ? trm_b_text(b, show == SHOW_NAMED ? "%s S%03zu" : "%.0sS%03zu", rating, b->n_elements)
                  : trm_b_text(b, "%s:%s", type, e->tag);
    trm_b_typed(b, e, type);
    e->code = b->habit.classified ? slabs[kind].code : NULL;
    e->box[0] = x, e->box[1] = y, e->box[2] = thickness;
    trm_b_finish(b, e, word);
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
trm_b_column(struct trm_building *b, long storey, size_t level)
{
    struct element *e = trm_b_add(b, CLASS_COLUMN, storey);
    bool outside = level == 0 && trm_b_chance(b, .2);
    int mat = trm_b_one_of(b, (int[]){MAT_CONCRETE, MAT_STEEL, MAT_WOOD}, (int[]){55, 25, 20}, 3);
    bool stout = trm_b_chance(b, mat == MAT_STEEL ? .4 : .75);
    double side = trm_b_grid(b, stout ? trm_b_range(b, .28, .45) : trm_b_range(b, .14, .22));
    double height = trm_b_grid(b, b->latent.storey_height - .2);
    int minutes = trm_b_rating_of_hour(b, trm_b_noisy(b, column_resists(b, mat, stout)));
    enum show show = trm_b_choose_show(b);
    const char *rating = trm_b_rating_text(b, minutes, show == SHOW_NAMED);
    const char *word = trm_b_word(&column_words, b->latent.lang),
               *of = trm_b_word(&trm_b_materials[mat], b->latent.lang);
    struct set *s = trm_b_common_set(b, e, "Pset_ColumnCommon",
                                     trm_b_text(b, "C-%c-%c", outside ? 'E' : 'I', material_letter(mat)));
    trm_b_put_rating(b, e, s, minutes, rating, show);
    trm_b_put_bool(b, s, "IsExternal", outside, .85);
    trm_b_put_bool(b, s, "LoadBearing", true, .8);
    struct set *q = trm_b_quantities(b, e);
    trm_b_put(q, "Length", IS_LENGTH, height, SHOW_STATED);
    trm_b_put(q, "CrossSectionArea", IS_AREA, side * side * (mat == MAT_STEEL ? .2 : 1), SHOW_STATED);
    trm_b_layer(e, mat, 0);
    const char *size = trm_b_size_text(b, side, side);
    const char *type = trm_b_text(b, show == SHOW_NAMED ? "%s %s %s %s" : "%s %s %s", word, of, size, rating);
    e->tag = trm_b_text(b, "%zu", 130000 + b->n_elements * 37 % 700000);
    e->name = b->habit.name == NAME_CODE
                  ? trm_b_text(b, show == SHOW_NAMED ? "%s C%03zu" : "%.0sC%03zu", rating, b->n_elements)
                  : trm_b_text(b, "%s:%s", type, e->tag);
    trm_b_typed(b, e, type);
    e->code = b->habit.classified ? "C.A" : NULL;
    e->box[0] = e->box[1] = side, e->box[2] = height;
    trm_b_finish(b, e, word);
}
