/* A whole building: its factors, its storeys, how many of what, and what stands where. */
#include "model.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "../base/hash.h"

/* --- the factors of a building --- */

/* Slot of a building in a block of twenty: a permutation by seed and block, so that each twenty holds every use, old
 * and new. */
static size_t
slot_of(uint64_t seed, size_t index, uint64_t salt)
{
    struct trm_rng r;
    size_t p[20];
    trm_rng_seed(&r, trm_hash64(&(uint64_t[]){index / 20, salt}, 16, seed));
    for (size_t i = 0; i < 20; i++)
        p[i] = i;
    for (size_t i = 19; i > 0; i--) {
        size_t j = (size_t)trm_rng_below(&r, i + 1), t = p[i];
        p[i] = p[j];
        p[j] = t;
    }
    return p[index % 20];
}

static size_t
count_storeys(struct trm_building *b)
{
    static const size_t low[N_USE] = {2, 2, 1, 2, 1}, span[N_USE] = {3, 3, 3, 3, 2};
    if (b->latent.is_high)
        return 5 + trm_b_pick(b, b->latent.use == USE_SCHOOL || b->latent.use == USE_FACTORY ? 2 : 5);
    return low[b->latent.use] + trm_b_pick(b, span[b->latent.use]);
}

static void
choose_factors(struct trm_building *b)
{
    static const int use_of[20] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4};
    static const int country_of[20] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3};
    static const int lang_of[N_COUNTRY] = {LANG_EN, LANG_EN, LANG_DE, LANG_JA};
    size_t slot = slot_of(b->seed, b->index, 1), place = slot_of(b->seed, b->index, 2), block = b->index / 20;
    struct latent *l = &b->latent;
    l->use = use_of[slot];
    l->country = country_of[place];
    l->lang = lang_of[l->country];
    l->is_new = (slot + block) % 2;
    l->is_high = (slot / 2 + block) % 2;
    l->year = (int)(l->is_new ? trm_b_range(b, 1996, 2024) : trm_b_range(b, 1926, 1986));
    l->n_storeys = count_storeys(b);
    l->storey_height = round((l->use == USE_HOME ? trm_b_range(b, 2.7, 3.1) : trm_b_range(b, 3.2, 4.2)) * 20) / 20;
    l->has_basement = trm_b_chance(b, .6);
    l->has_attic = trm_b_chance(b, .6);
}

/* --- the tree --- */

static const char *
storey_name(struct trm_building *b, size_t level)
{
    const struct latent *l = &b->latent;
    bool below = level == 0 && l->has_basement, top = level + 1 == l->n_storeys && l->has_attic && !below;
    size_t floor = level + !l->has_basement;
    if (below)
        return trm_b_word(&(struct words){"Basement", "Kellergeschoss", "地下 1階"}, l->lang);
    if (top)
        return trm_b_word(&(struct words){"Attic", "Dachgeschoss", "屋根裏 階"}, l->lang);
    if (l->lang == LANG_JA)
        return trm_b_text(b, "%zu階", floor);
    if (l->lang == LANG_DE)
        return floor == 1 ? "Erdgeschoss" : trm_b_text(b, "%zu. Obergeschoss", floor - 1);
    return trm_b_text(b, "Level %zu", floor);
}

static void
building_sets(struct trm_building *b, struct element *e)
{
    struct set *s = trm_b_set(b, e, "Pset_BuildingCommon");
    trm_b_put_text(s, "OccupancyType", IS_LABEL, trm_b_word(&trm_b_uses[b->latent.use], b->latent.lang), SHOW_STATED);
    trm_b_put_text(s, "YearOfConstruction", IS_LABEL, trm_b_text(b, "%d", b->latent.year), SHOW_STATED);
    trm_b_put(s, "NumberOfStoreys", IS_INTEGER, (double)b->latent.n_storeys, SHOW_STATED);
}

static void
trm_b_tree(struct trm_building *b)
{
    const char *use = trm_b_word(&trm_b_uses[b->latent.use], b->latent.lang);
    trm_b_add(b, CLASS_PROJECT, -1)->name = trm_b_text(b, "%s %03zu", use, b->index);
    trm_b_add(b, CLASS_SITE, 0)->name = trm_b_word(&(struct words){"Site", "Grundstück", "敷地"}, b->latent.lang);
    struct element *house = trm_b_add(b, CLASS_BUILDING, 1);
    house->name = use;
    building_sets(b, house);
    for (size_t i = 0; i < b->latent.n_storeys; i++) {
        b->storeys[i] = (long)b->n_elements;
        struct element *e = trm_b_add(b, CLASS_STOREY, 2);
        e->name = storey_name(b, i);
        e->at[2] = ((double)i - (b->latent.has_basement ? 1 : 0)) * b->latent.storey_height;
    }
}

/* --- how many of what --- */

typedef void make_fn(struct trm_building *b, long storey, size_t level);
struct quota {
    make_fn *make;
    double share;
};
enum { N_QUOTA = 6 }; /* stair flights get the rest */
static const struct quota quotas[N_QUOTA] = {{trm_b_space, .17},  {trm_b_wall, .19}, {trm_b_slab, .09},
                                             {trm_b_column, .11}, {trm_b_door, .20}, {trm_b_window, .17}};

static void
trm_b_stairs(struct trm_building *b, size_t n)
{
    const char *word = trm_b_word(&(struct words){"Stair", "Treppe", "階段"}, b->latent.lang);
    for (size_t i = 0, level = 0; i < n; level++) {
        long stair = (long)b->n_elements;
        struct element *e = trm_b_add(b, CLASS_STAIR, b->storeys[level % b->latent.n_storeys]);
        e->name = trm_b_text(b, "%s %c", word, 'A' + (int)(level % 26));
        e->predefined = "HALF_TURN_STAIR";
        for (size_t k = 0; k < 2 && i < n; k++, i++)
            trm_b_flight(b, stair);
    }
}

static void
fill_storeys(struct trm_building *b)
{
    size_t left = b->n_wanted;
    for (size_t q = 0; q < N_QUOTA; q++) {
        size_t n = (size_t)(quotas[q].share * (double)b->n_wanted);
        for (size_t i = 0; i < n; i++)
            quotas[q].make(b, b->storeys[i % b->latent.n_storeys], i % b->latent.n_storeys);
        left -= n;
    }
    trm_b_stairs(b, left);
}

/* --- what stands where --- */

/* Rows of 36 m: each thing of a class goes behind the one before it. */
struct row {
    double x, y;
};

static void
put_in_row(struct element *e, struct row *r, double width, double depth)
{
    if (r->x + width > 36)
        *r = (struct row){0, r->y + depth};
    e->at[0] = r->x;
    e->at[1] = r->y;
    r->x += width;
}

static void
place_storey(struct trm_building *b, long storey)
{
    static const double depth[N_CLASS] = {[CLASS_SPACE] = 6, [CLASS_WALL] = 6,   [CLASS_SLAB] = 6, [CLASS_COLUMN] = 6,
                                          [CLASS_DOOR] = 6,  [CLASS_WINDOW] = 6, [CLASS_STAIR] = 6};
    static const double width[N_CLASS] = {[CLASS_SPACE] = 7, [CLASS_WALL] = 8,   [CLASS_SLAB] = 9, [CLASS_COLUMN] = 6,
                                          [CLASS_DOOR] = 2,  [CLASS_WINDOW] = 2, [CLASS_STAIR] = 6};
    struct row rows[N_CLASS] = {{0, 0}};
    for (size_t i = 0; i < b->n_elements; i++) {
        struct element *e = &b->elements[i];
        if (e->parent == storey && e->fills < 0)
            put_in_row(e, &rows[e->class], width[e->class], depth[e->class]);
    }
}

/* The wall of the storey that takes the next door or window; -1 when there is none. Walls take them in turn. */
static long
next_wall(const struct trm_building *b, long storey, size_t turn)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_elements; i++)
        n += b->elements[i].class == CLASS_WALL && b->elements[i].parent == storey;
    if (n == 0)
        return -1;
    turn %= n;
    for (size_t i = 0;; i++)
        if (b->elements[i].class == CLASS_WALL && b->elements[i].parent == storey && turn-- == 0)
            return (long)i;
}

static void
open_walls(struct trm_building *b)
{
    size_t n = b->n_elements, turn = 0;
    for (size_t i = 0; i < n; i++) {
        struct element *e = &b->elements[i];
        if (e->class != CLASS_DOOR && e->class != CLASS_WINDOW)
            continue;
        long wall = next_wall(b, e->parent, turn++);
        if (wall < 0)
            continue;
        struct element *o = trm_b_add(b, CLASS_OPENING, wall);
        o->name = trm_b_text(b, "O%03zu", b->n_elements);
        o->at[0] = .4 + .2 * (double)(turn % 5);
        o->at[2] = e->class == CLASS_WINDOW ? .95 : 0;
        if (e->box[0] > 0)
            o->box[0] = e->box[0], o->box[1] = .5, o->box[2] = e->box[2];
        e->fills = o - b->elements;
    }
}

static void
place_all(struct trm_building *b)
{
    for (size_t i = 0; i < b->latent.n_storeys; i++)
        place_storey(b, b->storeys[i]);
    for (size_t i = 0; i < b->n_elements; i++)
        if (b->elements[i].class == CLASS_SLAB)
            b->elements[i].at[2] = -b->elements[i].box[2];
}

/* --- the whole --- */

static int
make_room(struct trm_building *b)
{
    b->cap_elements = 2 * b->n_wanted + 64;
    b->cap_types = b->n_wanted + 64;
    b->elements = trm_arena_calloc(b->mem, b->cap_elements, sizeof *b->elements);
    b->types = trm_arena_calloc(b->mem, b->cap_types, sizeof *b->types);
    b->storeys = trm_arena_calloc(b->mem, b->latent.n_storeys, sizeof *b->storeys);
    return b->elements && b->types && b->storeys ? 0 : -1;
}

static const char *
file_name(struct trm_building *b)
{
    static const char *const use[N_USE] = {"homes", "office", "school", "hospital", "works"};
    static const char *const lang[N_LANG] = {"en", "de", "ja"};
    return trm_b_text(b, "b%03zu-%s-%s", b->index, use[b->latent.use], lang[b->latent.lang]);
}

size_t
trm_build_share(uint64_t seed, size_t i, size_t n, size_t total)
{
    size_t even = total / n + (i < total % n);
    /* neighbours share unevenly: what one has more, the other has less */
    size_t pair = i / 2, spare = total / n > TRM_BUILD_MIN_ELEMENTS ? total / n - TRM_BUILD_MIN_ELEMENTS : 0;
    uint64_t h = trm_hash64(&(uint64_t[]){pair, 3}, 16, seed);
    size_t shift = spare / 2 ? h % (spare / 2) : 0;
    if (i % 2 == 0 && i + 1 == n)
        return even;
    return i % 2 == 0 ? even + shift : even - shift;
}

struct trm_building *
trm_build_make(struct trm_arena *mem, uint64_t seed, size_t index, size_t n_elements, struct trm_err *err)
{
    if (n_elements < TRM_BUILD_MIN_ELEMENTS || n_elements > TRM_BUILD_MAX_ELEMENTS) {
        trm_err_set(err, TRM_USAGE, "a building of %zu elements: expected %d to %d", n_elements, TRM_BUILD_MIN_ELEMENTS,
                    TRM_BUILD_MAX_ELEMENTS);
        return NULL;
    }
    struct trm_building *b = trm_arena_calloc(mem, 1, sizeof *b);
    if (b) {
        *b = (struct trm_building){.mem = mem, .seed = seed, .index = index, .n_wanted = n_elements};
        trm_rng_seed(&b->rng, trm_hash64(&(uint64_t[]){index, 0}, 16, seed));
        choose_factors(b);
        trm_b_choose_habit(b, slot_of(seed, index, 2) + index / 20);
    }
    if (!b || make_room(b) < 0) {
        trm_err_set(err, TRM_SYS, "out of memory for a building of %zu elements", n_elements);
        return NULL;
    }
    b->name = file_name(b);
    trm_b_tree(b);
    fill_storeys(b);
    open_walls(b);
    place_all(b);
    if (b->out_of_memory) {
        trm_err_set(err, TRM_SYS, "out of memory for a building of %zu elements", n_elements);
        return NULL;
    }
    return b;
}

/* Whether the value decides a rule that ships with this project. */
static bool
decides(int class, const char *name)
{
    switch (class) {
    case CLASS_DOOR: /* and */
    case CLASS_WINDOW: return strncmp(name, "Clear", 5) == 0;
    case CLASS_WALL: /* and */
    case CLASS_SLAB: /* and */
    case CLASS_COLUMN: return strstr(name, "Rating") != NULL;
    case CLASS_FLIGHT: return strcmp(name, "Width") == 0;
    default: return strcmp(name, "NetFloorArea") == 0;
    }
}

static void
count_shows(size_t n[4], int class, const struct set *s)
{
    for (size_t i = 0; s && i < s->n; i++)
        n[s->v[i].show] += decides(class, s->v[i].name);
}

void
trm_build_facts(struct trm_build_facts *out, const struct trm_building *b)
{
    static const char *const schema[] = {"IFC2X3", "IFC4", "IFC4X3_ADD2"}, *const lang[] = {"English", "German",
                                                                                            "Japanese"};
    const struct habit *h = &b->habit;
    *out = (struct trm_build_facts){.name = b->name,
                                    .schema = schema[h->schema],
                                    .exporter = h->exporter,
                                    .use = trm_b_uses[b->latent.use].en,
                                    .language = lang[b->latent.lang],
                                    .n_storeys = b->latent.n_storeys,
                                    .n_elements = b->n_wanted,
                                    .length_unit = h->size == SIZE_INCH ? "inch"
                                                   : h->length_m < 1    ? "millimetre"
                                                                        : "metre"};
    size_t n[4] = {0};
    for (size_t i = 0; i < b->n_elements; i++) {
        const struct element *e = &b->elements[i];
        for (size_t k = 0; k < e->n_sets; k++)
            count_shows(n, e->class, e->sets[k]);
        count_shows(n, e->class, e->type >= 0 ? b->types[e->type].set : NULL);
    }
    out->n_stated = n[SHOW_STATED], out->n_named = n[SHOW_NAMED], out->n_hidden = n[SHOW_HIDDEN] + n[SHOW_PLACEHOLDER];
}
