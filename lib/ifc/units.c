/* Units: what the project assigns, and what a property brings along, as a factor to SI.
 *
 * Rules: ISO 10303-41 as IFC restates it. A prefix is raised to the power of the unit (MILLI SQUARE_METRE is 1e-6 m2); a
 * conversion-based unit is its factor times the unit it is counted in, plus an offset; a derived unit is the product of its
 * elements' powers. Nothing is ever guessed from the size of a value. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "room.h"

enum { MAX_DEPTH = 8, MAX_ELEMENTS = 16 };

static const struct si_unit {
    const char *name, *kind, *si;
    int power; /* the prefix is raised to it */
} si_units[] = {
    {"METRE", "LENGTHUNIT", "m", 1},
    {"SQUARE_METRE", "AREAUNIT", "m2", 2},
    {"CUBIC_METRE", "VOLUMEUNIT", "m3", 3},
    {"GRAM", "MASSUNIT", "kg", 1},
    {"SECOND", "TIMEUNIT", "s", 1},
    {"AMPERE", "ELECTRICCURRENTUNIT", "A", 1},
    {"KELVIN", "THERMODYNAMICTEMPERATUREUNIT", "K", 1},
    {"DEGREE_CELSIUS", "THERMODYNAMICTEMPERATUREUNIT", "K", 1},
    {"MOLE", "AMOUNTOFSUBSTANCEUNIT", "mol", 1},
    {"CANDELA", "LUMINOUSINTENSITYUNIT", "cd", 1},
    {"RADIAN", "PLANEANGLEUNIT", "rad", 1},
    {"STERADIAN", "SOLIDANGLEUNIT", "sr", 1},
    {"HERTZ", "FREQUENCYUNIT", "Hz", 1},
    {"NEWTON", "FORCEUNIT", "N", 1},
    {"PASCAL", "PRESSUREUNIT", "Pa", 1},
    {"JOULE", "ENERGYUNIT", "J", 1},
    {"WATT", "POWERUNIT", "W", 1},
    {"COULOMB", "ELECTRICCHARGEUNIT", "C", 1},
    {"VOLT", "ELECTRICVOLTAGEUNIT", "V", 1},
    {"FARAD", "ELECTRICCAPACITANCEUNIT", "F", 1},
    {"OHM", "ELECTRICRESISTANCEUNIT", "Ohm", 1},
    {"SIEMENS", "ELECTRICCONDUCTANCEUNIT", "S", 1},
    {"WEBER", "MAGNETICFLUXUNIT", "Wb", 1},
    {"TESLA", "MAGNETICFLUXDENSITYUNIT", "T", 1},
    {"HENRY", "INDUCTANCEUNIT", "H", 1},
    {"LUMEN", "LUMINOUSFLUXUNIT", "lm", 1},
    {"LUX", "ILLUMINANCEUNIT", "lx", 1},
    {"BECQUEREL", "RADIOACTIVITYUNIT", "Bq", 1},
    {"GRAY", "ABSORBEDDOSEUNIT", "Gy", 1},
    {"SIEVERT", "DOSEEQUIVALENTUNIT", "Sv", 1},
};

static const struct prefix {
    const char *name;
    int ten;
} prefixes[] = {
    {"EXA", 18},   {"PETA", 15},  {"TERA", 12},  {"GIGA", 9},    {"MEGA", 6},   {"KILO", 3},   {"HECTO", 2}, {"DECA", 1},
    {"DECI", -1},  {"CENTI", -2}, {"MILLI", -3}, {"MICRO", -6},  {"NANO", -9},  {"PICO", -12}, {"FEMTO", -15}, {"ATTO", -18},
};

double
trm_ifc_to_si(const struct trm_ifc_unit *u, double x)
{
    return x * u->mul / u->div + u->offset;
}

static double
factor(const struct trm_ifc_unit *u)
{
    return u->mul / u->div;
}

/* Text of a row's slot as a name in u; ASCII and short, whatever the file holds. */
static void
name_unit(struct trm_ifc_unit *u, struct trm_ifc_text a, struct trm_ifc_text b)
{
    snprintf(u->name, sizeof u->name, "%.*s%s%.*s", (int)(a.n < 30 ? a.n : 30), a.s ? a.s : "", a.n ? " " : "",
             (int)(b.n < 40 ? b.n : 40), b.s ? b.s : "");
    for (char *p = u->name; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E)
            *p = '?';
}

/* The kind an enumeration's word names, as static text; NULL when no measure is counted in it. */
static const char *
kind_of(struct trm_ifc_text t)
{
    char word[64];
    if (t.n == 0 || t.n >= sizeof word)
        return NULL;
    memcpy(word, t.s, t.n);
    word[t.n] = '\0';
    return trm_measure_kind(word);
}

static bool
si_unit(const struct args *a, struct trm_ifc_unit *u)
{
    struct trm_ifc_text name = trm_ifc_slot_enum(a, 2), prefix = trm_ifc_slot_enum(a, 1), kind = trm_ifc_slot_enum(a, 0);
    const struct si_unit *s = NULL;
    int ten = 0;
    name_unit(u, prefix, name);
    for (size_t i = 0; i < sizeof si_units / sizeof *si_units; i++)
        if (name.n && trm_step_is(name.s, name.n, si_units[i].name))
            s = &si_units[i];
    u->kind = kind_of(kind);
    if (!s || (u->kind && strcmp(u->kind, s->kind) != 0))
        return false;
    u->kind = s->kind;
    bool known = prefix.n == 0;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (prefix.n && trm_step_is(prefix.s, prefix.n, prefixes[i].name))
            ten = prefixes[i].ten * s->power, known = true;
    if (strcmp(s->name, "GRAM") == 0)
        ten -= 3;
    if (strcmp(s->name, "DEGREE_CELSIUS") == 0)
        u->offset = 273.15;
    u->mul = ten > 0 ? pow(10, ten) : 1;
    u->div = ten < 0 ? pow(10, -ten) : 1;
    u->si = s->si;
    return known;
}

static bool unit_at(struct trm_ifc *f, uint32_t row, struct trm_ifc_unit *u, int depth);

/* A number with or without a wrapper. */
static bool
number_of(const struct trm_step_val *v, double *x)
{
    struct trm_step_val inner;
    if (!v)
        return false;
    if (v->type == TRM_STEP_TYPED) {
        return trm_step_first(v, &inner) && trm_step_num(&inner, x);
    }
    return trm_step_num(v, x);
}

static bool
conversion_unit(struct trm_ifc *f, const struct args *a, struct trm_ifc_unit *u, int depth)
{
    struct args m;
    struct trm_ifc_unit in;
    double number, offset = 0;
    name_unit(u, (struct trm_ifc_text){0}, trm_ifc_slot_text(f, a, 1));
    u->kind = kind_of(trm_ifc_slot_enum(a, 0));
    uint32_t measure = trm_ifc_slot_ref(f, a, 2);
    if (measure == TRM_STEP_NONE)
        return false;
    trm_ifc_args(f, measure, &m);
    uint32_t base = trm_ifc_slot_ref(f, &m, 1);
    if (m.c->role != ROLE_MEASURE_WITH_UNIT || !number_of(trm_ifc_slot(&m, 0), &number) || number == 0 || base == TRM_STEP_NONE ||
        !unit_at(f, base, &in, depth + 1) || (u->kind && in.kind && strcmp(u->kind, in.kind) != 0))
        return false;
    if (number_of(trm_ifc_slot(a, 3), &offset))
        offset *= factor(&in);
    u->kind = u->kind ? u->kind : in.kind;
    u->si = in.si;
    u->mul = number * in.mul;
    u->div = in.div;
    u->offset = in.offset + offset;
    return true;
}

/* One element of a derived unit: the unit in *in, its power in *power. */
static bool
unit_element(struct trm_ifc *f, const struct trm_step_val *v, int depth, struct trm_ifc_unit *in, double *power)
{
    struct args e;
    uint32_t row = trm_ifc_ref(f, v);
    if (row == TRM_STEP_NONE)
        return false;
    trm_ifc_args(f, row, &e);
    uint32_t unit = trm_ifc_slot_ref(f, &e, 0);
    return e.c->role == ROLE_UNIT_ELEMENT && unit != TRM_STEP_NONE && number_of(trm_ifc_slot(&e, 1), power) &&
           fabs(*power) <= 12 && unit_at(f, unit, in, depth + 1);
}

/* The product of the elements' powers; *text the same in words ("kg.s-3.K-1"), for units that have no name of their own. */
static bool
unit_product(struct trm_ifc *f, const struct trm_step_val *list, int depth, struct trm_ifc_unit *u, const char **text)
{
    struct trm_step_val v;
    size_t n = 0;
    *text = "";
    for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v); n++) {
        struct trm_ifc_unit in;
        double power;
        if (!unit_element(f, &v, depth, &in, &power) || n > MAX_ELEMENTS)
            return false;
        /* what multiplies and what divides is kept apart, so that powers of ten divide exactly */
        u->mul *= power < 0 ? pow(in.div, -power) : pow(in.mul, power);
        u->div *= power < 0 ? pow(in.mul, -power) : pow(in.div, power);
        *text = power == 1 ? trm_arena_printf(&f->scratch, "%s%s%s", *text, n ? "." : "", in.si)
                           : trm_arena_printf(&f->scratch, "%s%s%s%g", *text, n ? "." : "", in.si, power);
        if (!*text)
            return false;
    }
    return n > 0 && isfinite(u->mul) && isfinite(u->div) && u->div != 0;
}

static bool
derived_unit(struct trm_ifc *f, const struct args *a, struct trm_ifc_unit *u, int depth)
{
    const struct trm_step_val *list = trm_ifc_slot(a, 1);
    struct trm_ifc_text kind = trm_ifc_slot_enum(a, 0);
    bool own_name = kind.n && trm_step_is(kind.s, kind.n, "USERDEFINED");
    const char *text;
    name_unit(u, (struct trm_ifc_text){0}, own_name ? trm_ifc_slot_text(f, a, 2) : kind);
    u->kind = kind_of(kind);
    if (!list || list->type != TRM_STEP_LIST || !unit_product(f, list, depth, u, &text))
        return false;
    u->si = u->kind ? trm_measure_si(u->kind) : text;
    return u->kind || own_name;
}

/* No conversion: money and units that only the context explains. */
static bool
monetary_unit(struct trm_ifc *f, const struct args *a, struct trm_ifc_unit *u)
{
    struct trm_ifc_text t = trm_ifc_slot_text(f, a, 0);
    if (!t.s)
        t = trm_ifc_slot_enum(a, 0);
    name_unit(u, (struct trm_ifc_text){0}, t);
    u->kind = "MONETARYUNIT";
    u->si = t.n ? trm_arena_strdup(&f->scratch, u->name) : NULL;
    return u->si != NULL;
}

static bool
unit_at(struct trm_ifc *f, uint32_t row, struct trm_ifc_unit *u, int depth)
{
    *u = (struct trm_ifc_unit){.mul = 1, .div = 1};
    if (depth > MAX_DEPTH || f->budget == 0)
        return false;
    f->budget--;
    struct args a;
    trm_ifc_args(f, row, &a);
    bool known = false;
    switch (a.c->role) {
    case ROLE_SI_UNIT:
        known = si_unit(&a, u);
        break;
    case ROLE_CONVERSION_UNIT:
        known = conversion_unit(f, &a, u, depth);
        break;
    case ROLE_DERIVED_UNIT:
        known = derived_unit(f, &a, u, depth);
        break;
    case ROLE_MONETARY_UNIT:
        known = monetary_unit(f, &a, u);
        break;
    case ROLE_CONTEXT_UNIT:
        u->kind = kind_of(trm_ifc_slot_enum(&a, 0));
        name_unit(u, (struct trm_ifc_text){0}, trm_ifc_slot_text(f, &a, 1));
        return false;
    default:
        break;
    }
    u->kind = u->kind ? trm_measure_kind(u->kind) : NULL;
    if (!known) {
        u->si = NULL;
        trm_ifc_warn(f, "unit_unknown", row);
    }
    return known;
}

bool
trm_ifc_unit_at(struct trm_ifc *f, uint32_t row, struct trm_ifc_unit *u)
{
    return unit_at(f, row, u, 0);
}

/* The first assignment of a kind stands. */
static void
assign(struct trm_ifc *f, uint32_t row)
{
    struct trm_ifc_unit u;
    trm_ifc_unit_at(f, row, &u);
    if (!u.kind) /* of no measure we know: nothing will be counted in it */
        return;
    if (trm_ifc_project_unit(f, u.kind)) {
        trm_ifc_warn(f, "repeated_unit", row);
        return;
    }
    if (u.si && strcmp(u.kind, "MONETARYUNIT") == 0)
        u.si = trm_arena_strdup(&f->keep, u.si); /* the others are static text */
    if (f->n_units < sizeof f->units / sizeof *f->units)
        f->units[f->n_units++] = u;
}

static void
take_assignment(struct trm_ifc *f, uint32_t row)
{
    struct args a;
    struct trm_step_val v;
    trm_ifc_args(f, row, &a);
    const struct trm_step_val *list = a.c->role == ROLE_UNIT_ASSIGNMENT ? trm_ifc_slot(&a, 0) : NULL;
    if (!list || list->type != TRM_STEP_LIST)
        return;
    for (struct trm_step_cur c = trm_step_inside(list); trm_step_next(&c, &v);) {
        uint32_t unit = trm_ifc_ref(f, &v);
        if (unit != TRM_STEP_NONE)
            assign(f, unit);
        else
            trm_ifc_warn(f, "dangling_reference", row);
    }
}

int
trm_ifc_gather_units(struct trm_ifc *f)
{
    for (size_t i = 0; i < f->n_elements; i++) {
        uint32_t row = f->elements[i];
        if (trm_ifc_class(f, row)->slot[SLOT_UNITS] < 0)
            continue;
        struct args a;
        trm_ifc_args(f, row, &a);
        uint32_t units = trm_ifc_slot_ref(f, &a, SLOT_UNITS);
        if (units != TRM_STEP_NONE)
            take_assignment(f, units);
    }
    if (f->n_units == 0)
        trm_step_warn(&f->step, "no_units", 0);
    return f->err->kind == TRM_OK ? 0 : -1;
}

const struct trm_ifc_unit *
trm_ifc_project_unit(const struct trm_ifc *f, const char *kind)
{
    for (size_t i = 0; i < f->n_units; i++)
        if (f->units[i].kind == kind)
            return &f->units[i];
    return NULL;
}
