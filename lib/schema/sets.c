/* Standard property and quantity sets, looked up in generated tables. */
#include <string.h>

#include "schema.h"
#include "tables.h"

static const struct schema_sets *
sets_of(const struct trm_schema *s)
{
    return s == &trm_schema_ifc2x3 ? &trm_schema_sets_ifc2x3 : s == &trm_schema_ifc4 ? &trm_schema_sets_ifc4 : &trm_schema_sets_ifc4x3;
}

static const char *
text(uint32_t offset)
{
    return &trm_schema_set_names[offset];
}

int
trm_schema_set(const struct trm_schema *s, const char *name)
{
    const struct schema_sets *sets = sets_of(s);
    for (int lo = 0, hi = sets->n; lo < hi;) {
        int mid = lo + (hi - lo) / 2, order = strcmp(name, text(sets->sets[mid].name));
        if (order == 0)
            return mid;
        *(order < 0 ? &hi : &lo) = order < 0 ? mid : mid + 1;
    }
    return -1;
}

const char *
trm_schema_set_classes(const struct trm_schema *s, int set)
{
    const struct schema_sets *sets = sets_of(s);
    return set >= 0 && set < sets->n ? text(sets->sets[set].classes) : NULL;
}

const char *
trm_schema_set_property(const struct trm_schema *s, int set, int i, const char **type)
{
    const struct schema_sets *sets = sets_of(s);
    if (set < 0 || set >= sets->n || i < 0 || i >= sets->sets[set].count)
        return NULL;
    const struct schema_property *p = &sets->properties[sets->sets[set].first + i];
    *type = text(p->type);
    return text(p->name);
}
