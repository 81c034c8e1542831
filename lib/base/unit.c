#include "unit.h"

#include <stddef.h>

#include "text.h"

/* Exact by definition: the international foot and inch (1959), the pound (avoirdupois), the degree as pi/180. */
static const struct trm_unit units[] = {
    {"m", "m", 1, 0},           {"metre", "m", 1, 0},       {"meter", "m", 1, 0},        {"mm", "m", 1e-3, 0},
    {"millimetre", "m", 1e-3, 0}, {"millimeter", "m", 1e-3, 0}, {"cm", "m", 1e-2, 0},    {"dm", "m", 1e-1, 0},
    {"km", "m", 1e3, 0},        {"in", "m", 0.0254, 0},     {"inch", "m", 0.0254, 0},    {"inches", "m", 0.0254, 0},
    {"\"", "m", 0.0254, 0},     {"ft", "m", 0.3048, 0},     {"foot", "m", 0.3048, 0},    {"feet", "m", 0.3048, 0},
    {"'", "m", 0.3048, 0},      {"yd", "m", 0.9144, 0},     {"m2", "m2", 1, 0},          {"m\xC2\xB2", "m2", 1, 0},
    {"m^2", "m2", 1, 0},        {"sqm", "m2", 1, 0},        {"mm2", "m2", 1e-6, 0},      {"mm\xC2\xB2", "m2", 1e-6, 0},
    {"cm2", "m2", 1e-4, 0},     {"cm\xC2\xB2", "m2", 1e-4, 0}, {"ft2", "m2", 0.09290304, 0}, {"ft\xC2\xB2", "m2", 0.09290304, 0},
    {"sqft", "m2", 0.09290304, 0}, {"in2", "m2", 0.00064516, 0}, {"m3", "m3", 1, 0},     {"m\xC2\xB3", "m3", 1, 0},
    {"m^3", "m3", 1, 0},        {"l", "m3", 1e-3, 0},       {"litre", "m3", 1e-3, 0},    {"mm3", "m3", 1e-9, 0},
    {"ft3", "m3", 0.028316846592, 0}, {"kg", "kg", 1, 0},   {"g", "kg", 1e-3, 0},        {"t", "kg", 1e3, 0},
    {"lb", "kg", 0.45359237, 0}, {"s", "s", 1, 0},          {"min", "s", 60, 0},         {"minute", "s", 60, 0},
    {"minutes", "s", 60, 0},    {"h", "s", 3600, 0},        {"hr", "s", 3600, 0},        {"hour", "s", 3600, 0},
    {"hours", "s", 3600, 0},    {"d", "s", 86400, 0},       {"rad", "rad", 1, 0},        {"deg", "rad", 0.017453292519943295, 0},
    {"degree", "rad", 0.017453292519943295, 0}, {"\xC2\xB0", "rad", 0.017453292519943295, 0}, {"K", "K", 1, 0},
    {"C", "K", 1, 273.15},      {"\xC2\xB0" "C", "K", 1, 273.15}, {"F", "K", 5.0 / 9, 459.67 * 5 / 9},
    {"Pa", "Pa", 1, 0},         {"kPa", "Pa", 1e3, 0},      {"MPa", "Pa", 1e6, 0},       {"N", "N", 1, 0},
    {"kN", "N", 1e3, 0},        {"W", "W", 1, 0},           {"kW", "W", 1e3, 0},         {"A", "A", 1, 0},
    {"V", "V", 1, 0},           {"Hz", "Hz", 1, 0},         {"lx", "lx", 1, 0},          {"lm", "lm", 1, 0},
    {"cd", "cd", 1, 0},         {"m/s", "m/s", 1, 0},       {"m3/s", "m3/s", 1, 0},      {"W/(m2K)", "W/(m2 K)", 1, 0},
    {"W/(m2.K)", "W/(m2 K)", 1, 0}, {"W/m2K", "W/(m2 K)", 1, 0}, {"1", "1", 1, 0},       {"%", "1", 1e-2, 0},
};

/* "M" is no metre and "k" no kelvin: case counts where both are units, so the exact name is tried first. */
const struct trm_unit *
trm_unit_find(const char *name)
{
    size_t n = sizeof units / sizeof *units;
    for (size_t i = 0; i < n; i++)
        if (__builtin_strcmp(units[i].name, name) == 0)
            return &units[i];
    for (size_t i = 0; i < n; i++)
        if (units[i].name[0] && units[i].name[1] && trm_text_casecmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}
