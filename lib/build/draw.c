/* Small draws, and the parts of an element. Running out of memory is kept in the building; the writers then refuse. */
#include "model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/hash.h"

bool
trm_b_chance(struct trm_building *b, double p)
{
    return trm_rng_uniform(&b->rng) < p;
}

double
trm_b_range(struct trm_building *b, double lo, double hi)
{
    return lo + (hi - lo) * trm_rng_uniform(&b->rng);
}

size_t
trm_b_pick(struct trm_building *b, size_t n)
{
    return (size_t)trm_rng_below(&b->rng, n);
}

char *
trm_b_text(struct trm_building *b, const char *fmt, ...)
{
    char buf[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    char *s = n < 0 || n >= (int)sizeof buf ? NULL : trm_arena_strndup(b->mem, buf, (size_t)n);
    if (!s)
        b->out_of_memory = true;
    return s ? s : b->no_text;
}

/* 128 bits from (seed, building, how many were asked before) in the 64 letters of IFC's short form; the first letter
 * holds two bits. IFC4, IfcGloballyUniqueId. */
const char *
trm_b_guid(struct trm_building *b)
{
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$";
    uint64_t key[2] = {b->index, b->n_guids++};
    uint64_t hi = trm_hash64(key, sizeof key, b->seed), lo = trm_hash64(key, sizeof key, hi);
    char out[23] = {0};
    for (int i = 21; i > 0; i--) {
        out[i] = letters[lo & 63];
        lo = lo >> 6 | hi << 58;
        hi >>= 6;
    }
    out[0] = letters[lo & 3];
    return trm_b_text(b, "%s", out);
}

struct element *
trm_b_add(struct trm_building *b, int class, long parent)
{
    struct element *e = &b->elements[b->n_elements < b->cap_elements ? b->n_elements++ : b->cap_elements - 1];
    *e = (struct element){.class = class, .parent = parent, .type = -1, .fills = -1, .guid = trm_b_guid(b)};
    return e;
}

struct set *
trm_b_set(struct trm_building *b, struct element *e, const char *name)
{
    struct set *s = trm_arena_calloc(b->mem, 1, sizeof *s);
    if (!s || e->n_sets == SETS_MAX) {
        b->out_of_memory = true;
        return &b->no_set;
    }
    s->name = name;
    e->sets[e->n_sets++] = s;
    return s;
}

struct set *
trm_b_quantities(struct trm_building *b, struct element *e)
{
    static const char *const qto[N_CLASS] = {
        [CLASS_SPACE] = "Qto_SpaceBaseQuantities",        [CLASS_WALL] = "Qto_WallBaseQuantities",
        [CLASS_SLAB] = "Qto_SlabBaseQuantities",          [CLASS_COLUMN] = "Qto_ColumnBaseQuantities",
        [CLASS_DOOR] = "Qto_DoorBaseQuantities",          [CLASS_WINDOW] = "Qto_WindowBaseQuantities",
        [CLASS_FLIGHT] = "Qto_StairFlightBaseQuantities",
    };
    struct set *s = trm_b_set(b, e, b->habit.base_quantities ? "BaseQuantities" : qto[e->class]);
    s->quantities = true;
    return s;
}

struct value *
trm_b_put(struct set *s, const char *name, enum measure is, double num, enum show show)
{
    struct value *v = &s->v[s->n < VALUES_MAX ? s->n++ : VALUES_MAX - 1];
    /* nine decimals: what is left is the nearest double to a number that people write */
    *v = (struct value){.name = name, .is = is, .num = round(num * 1e9) / 1e9, .show = show};
    return v;
}

struct value *
trm_b_put_text(struct set *s, const char *name, enum measure is, const char *text, enum show show)
{
    struct value *v = trm_b_put(s, name, is, 0, show);
    v->text = text;
    return v;
}

void
trm_b_layer(struct element *e, int mat, double thickness)
{
    if (e->n_layers < LAYERS_MAX)
        e->layers[e->n_layers++] = (struct layer){mat, round(thickness * 1e9) / 1e9};
}

static const struct set *
take_type_set(struct element *e)
{
    for (size_t i = 0; i < e->n_sets; i++)
        if (e->sets[i]->on_type) {
            const struct set *s = e->sets[i];
            e->sets[i] = e->sets[--e->n_sets];
            return s;
        }
    return NULL;
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_type(const struct type *t, int class, const char *name, const struct set *set)
{
    if (t->class != class || !same_text(t->name, name) || !t->set != !set)
        return false;
    return !set || same_text(t->set->v[0].text, set->v[0].text);
}

/* A type must name its kind where an occurrence may leave it open. */
static const char *
type_predefined(const struct element *e)
{
    return e->predefined ? e->predefined : e->class == CLASS_WALL ? "STANDARD" : "COLUMN";
}

void
trm_b_typed(struct trm_building *b, struct element *e, const char *name)
{
    const struct set *set = take_type_set(e);
    if (b->habit.name == NAME_FAMILY)
        e->object_type = name;
    for (size_t i = 0; i < b->n_types; i++)
        if (same_type(&b->types[i], e->class, name, set)) {
            e->type = (long)i;
            return;
        }
    if (b->n_types == b->cap_types)
        return;
    b->types[b->n_types] = (struct type){
        .class = e->class, .name = name, .guid = trm_b_guid(b), .predefined = type_predefined(e), .set = set};
    e->type = (long)b->n_types++;
}
