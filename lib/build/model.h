/* Inside the room only: what a made-up building is before it is written. Lengths m, areas m2, volumes m3, ratings
 * minutes. */
#ifndef TRM_BUILD_MODEL_H
#define TRM_BUILD_MODEL_H

#include <stdbool.h>

#include "../base/rng.h"
#include "build.h"

enum { LANG_EN, LANG_DE, LANG_JA, N_LANG };
enum { USE_HOME, USE_OFFICE, USE_SCHOOL, USE_HOSPITAL, USE_FACTORY, N_USE };
enum { COUNTRY_US, COUNTRY_UK, COUNTRY_DE, COUNTRY_JP, N_COUNTRY };
enum { SCHEMA_2X3, SCHEMA_4, SCHEMA_4X3 };
enum {
    CLASS_PROJECT,
    CLASS_SITE,
    CLASS_BUILDING,
    CLASS_STOREY,
    CLASS_SPACE,
    CLASS_WALL,
    CLASS_SLAB,
    CLASS_COLUMN,
    CLASS_DOOR,
    CLASS_WINDOW,
    CLASS_FLIGHT,
    CLASS_STAIR,
    CLASS_OPENING,
    N_CLASS
};
enum {
    MAT_CONCRETE,
    MAT_BRICK,
    MAT_GYPSUM,
    MAT_WOOD,
    MAT_STEEL,
    MAT_ALU,
    MAT_GLASS,
    MAT_PVC,
    MAT_INSULATION,
    MAT_PLASTER,
    N_MAT
};

/* Where a value stands. */
enum show {
    SHOW_STATED,      /* in the file, under its own name */
    SHOW_NAMED,       /* only in the element's name */
    SHOW_HIDDEN,      /* nowhere in the file */
    SHOW_PLACEHOLDER, /* hidden, and the file holds a filler text in its place */
};

enum measure {
    IS_LABEL,
    IS_IDENTIFIER,
    IS_BOOL,
    IS_INTEGER,
    IS_COUNT,
    IS_LENGTH,
    IS_POSITIVE_LENGTH,
    IS_AREA,
    IS_VOLUME,
    IS_THERMAL,
    IS_STATUS /* enumerated property of labels */
};

struct value {
    const char *name;
    enum measure is;
    double num;       /* SI; 0/1 for IS_BOOL; minutes for a rating, beside its text */
    const char *text; /* for the text kinds */
    enum show show;
    bool bare; /* the schema gives the slot no type of its own (INTEGER) */
};

enum { VALUES_MAX = 16, SETS_MAX = 6, LAYERS_MAX = 4, HIDDEN_MAX = 4 };

struct set {
    const char *name;
    bool quantities, on_type;
    size_t n;
    struct value v[VALUES_MAX];
};

struct layer {
    int mat;
    double thickness; /* 0: the element is of one material without layers */
};

struct type {
    int class;
    const char *name;
    const char *guid;
    const char *predefined, *operation; /* operation: of doors */
    const struct set *set;              /* on the type, or NULL */
    uint32_t step;
};

struct element {
    int class;
    const char *guid, *name, *description, *object_type, *tag, *long_name, *predefined;
    struct set *attributes; /* IFC attributes that the writer puts into their slots */
    struct set *sets[SETS_MAX];
    size_t n_sets;
    struct layer layers[LAYERS_MAX];
    size_t n_layers;
    const char *code;         /* classification, or NULL */
    long type;                /* index into types, or -1 */
    long parent;              /* element it stands in: storey of an element, stair of a flight,
        wall of an opening; -1 for the project */
    long fills;               /* opening that a door or window fills, or -1 */
    double at[3], turn;       /* placement relative to the parent's; turn in quarter turns about z */
    double box[3];            /* extruded solid, x y z; all 0: no geometry */
    uint32_t step, placement; /* STEP numbers, filled by the writer */
    bool exact_class;         /* wall as IfcWallStandardCase */
};

/* How sizes and ratings are written by this exporter. */
enum size_style { SIZE_MM, SIZE_MM_TIGHT, SIZE_M, SIZE_INCH };
enum rating_style { RATING_MINUTES, RATING_F, RATING_REI, RATING_EI, RATING_H, RATING_HR };
/* Where clear openings and fire ratings stand: no schema has a place for the first, and people use several for the
 * second. */
enum clear_place { CLEAR_PSET, CLEAR_QUANTITIES, CLEAR_OPENING_PSET };
enum rating_place { RATING_STANDARD, RATING_OWN_SET, RATING_IDENTITY };
enum name_style { NAME_FAMILY, NAME_WORD_SEQ, NAME_FUNCTION_FIRST, NAME_CODE };

struct habit {
    const char *exporter;
    int schema;
    double length_m; /* one length unit of the file, in m */
    double area_m2, volume_m3;
    bool base_quantities; /* BaseQuantities rather than Qto_* */
    bool raw_utf8;        /* else \X2\ */
    enum name_style name;
    enum size_style size;
    enum rating_style rating[2];
    const char *placeholder; /* for ratings not known */
    enum clear_place clear;
    enum rating_place fire;
    bool type_sets; /* rating stands on the type */
    bool classified;
    double hidden, named; /* shares of deciding values, before the building's own deviation */
    double boxes;         /* share of elements with geometry */
};

/* Factors that hold for a whole building. */
struct latent {
    int use, lang, country;
    int year;
    bool is_new, is_high;
    size_t n_storeys;
    double storey_height;
    bool has_basement, has_attic;
};

struct trm_building {
    struct trm_arena *mem;
    struct trm_rng rng;
    uint64_t seed;
    size_t index;
    bool out_of_memory;
    struct habit habit;
    struct latent latent;
    const char *name;
    struct element *elements;
    size_t n_elements, cap_elements;
    struct type *types;
    size_t n_types, cap_types;
    size_t n_wanted;
    size_t n_guids;
    long *storeys; /* element index of each storey, lowest first */
    size_t n_stated, n_hidden, n_named;
    double p_hidden, p_named; /* of this building */
    char no_text[1];          /* what trm_b_text and trm_b_set hand out once memory is out; never read */
    struct set no_set;
};

/* --- words.c: names in the building's language --- */
struct words {
    const char *en, *de, *ja;
};
const char *trm_b_word(const struct words *w, int lang);
extern const struct words trm_b_uses[N_USE], trm_b_materials[N_MAT];
extern const char *const trm_b_material_category[N_MAT], *const trm_b_use_group[N_USE],
                                                             *const trm_b_class_name[N_CLASS];

/* --- habit.c --- */
/* turn: so that neighbours in a block of twenty differ. */
void trm_b_choose_habit(struct trm_building *b, size_t turn);
enum show trm_b_choose_show(struct trm_building *b);
const char *trm_b_rating_text(struct trm_building *b, int minutes, bool in_name);
const char *trm_b_size_text(struct trm_building *b, double width, double height);
const char *trm_b_length_text(struct trm_building *b, double length);
const char *trm_b_area_text(struct trm_building *b, double area);
/* x to the grid on which this exporter's users design: whole inches or 5 mm. */
double trm_b_grid(const struct trm_building *b, double x);

/* --- draw.c: small draws and the parts of an element --- */
bool trm_b_chance(struct trm_building *b, double p);
double trm_b_range(struct trm_building *b, double lo, double hi);
size_t trm_b_pick(struct trm_building *b, size_t n);
char *trm_b_text(struct trm_building *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *trm_b_guid(struct trm_building *b);
struct element *trm_b_add(struct trm_building *b, int class, long parent);
struct set *trm_b_set(struct trm_building *b, struct element *e, const char *name);
struct set *trm_b_quantities(struct trm_building *b, struct element *e);
struct value *trm_b_put(struct set *s, const char *name, enum measure is, double num, enum show show);
struct value *trm_b_put_text(struct set *s, const char *name, enum measure is, const char *text, enum show show);
void trm_b_layer(struct element *e, int mat, double thickness);
/* Give the element the type of that name (and, on it, the set that was marked on_type), made when it is new. */
void trm_b_typed(struct trm_building *b, struct element *e, const char *name);

/* --- put.c: draws that lean one way, and values that every class carries --- */
struct kind { /* of a room or a part: its word, its type mark and its code in the classification */
    struct words words;
    const char *mark, *code;
};
/* The tendency, or rarely its contrary. */
bool trm_b_noisy(struct trm_building *b, bool tendency);
/* A length in lo..hi on the exporter's grid and off the limits that rules know. */
double trm_b_draw(struct trm_building *b, double lo, double hi);
int trm_b_one_of(struct trm_building *b, const int *values, const int *weights, size_t n);
/* Minutes: at least an hour (half an hour), or less. */
int trm_b_rating_of_hour(struct trm_building *b, bool enough);
int trm_b_rating_of_half(struct trm_building *b, bool enough);
/* A fire rating where this exporter keeps it, perhaps on the type; text: the minutes as this exporter writes them. */
void trm_b_put_rating(struct trm_building *b, struct element *e, struct set *common, int minutes, const char *text,
                      enum show show);
/* Width, height and area (0: none) of the clear opening of a door or window, where this exporter keeps them. */
void trm_b_put_clear(struct trm_building *b, struct set *common, struct set *quantities, const double size[3],
                     const enum show show[3]);
/* The standard set of a class, with a mark for the kind and whether the part is old or new. */
struct set *trm_b_common_set(struct trm_building *b, struct element *e, const char *name, const char *mark);
/* known: share of elements that say it. */
void trm_b_put_bool(struct trm_building *b, struct set *s, const char *name, bool yes, double known);
void trm_b_put_transmittance(struct trm_building *b, struct set *s, double old, double new);
/* The set of shared parameters that every element carries, and the last look at what it must not tell; function:
 * word for the room or the part. To be called last. */
void trm_b_finish(struct trm_building *b, struct element *e, const char *function);

/* --- facts.c: how values come about --- */
void trm_b_space(struct trm_building *b, long storey, size_t level);
void trm_b_wall(struct trm_building *b, long storey, size_t level);
void trm_b_slab(struct trm_building *b, long storey, size_t level);
void trm_b_column(struct trm_building *b, long storey, size_t level);
void trm_b_door(struct trm_building *b, long storey, size_t level);
void trm_b_window(struct trm_building *b, long storey, size_t level);
void trm_b_flight(struct trm_building *b, long stair);

/* --- scrub.c: what a file must not tell about its hidden values --- */
/* Values and names of the element that are the same number as one of its hidden values, in any unit, are dropped
 * from the file (numbers; with a size go the other sizes) or replaced by words (names). */
void trm_b_scrub(struct element *e, const char *word);

#endif
