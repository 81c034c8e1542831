/* Made-up buildings, as exporters would write them, and the truth about them.
 *
 * A building is drawn from a seed, its index and its number of elements, and from nothing else. It is then written
 * twice: as an IFC file, with the habits and the gaps of a made-up exporter, and as element records with every
 * value. */
#ifndef TRM_BUILD_BUILD_H
#define TRM_BUILD_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/buf.h"
#include "../base/err.h"

#define TRM_BUILD_MIN_ELEMENTS 40    /* below this not every class that the rules concern would stand in a building */
#define TRM_BUILD_MAX_ELEMENTS 20000 /* about 100 MB of arena */

struct trm_building;

/* What a list of buildings shows. All text is borrowed from the building. */
struct trm_build_facts {
    const char *name;     /* file name without suffix: "b007-school-de" */
    const char *schema;   /* as in FILE_SCHEMA */
    const char *exporter; /* "Made-up exporter A" */
    const char *use, *language, *length_unit;
    size_t n_storeys, n_elements;       /* n_elements: those that the rules concern, as asked for */
    size_t n_stated, n_hidden, n_named; /* deciding values: in the file, in the truth only, in a name only */
};

/* How many elements building i of n gets, so that all n together have `total`: near total/n, different from building to
 * building, and the same for a given (seed, i, n, total) always. Cannot fail. Needs i < n. */
size_t trm_build_share(uint64_t seed, size_t i, size_t n, size_t total);

/* Draw building `index` with n_elements walls, slabs, columns, doors, windows, stair flights and spaces in all
 * (TRM_BUILD_MIN_ELEMENTS..MAX). Everything lies in `mem`. NULL with err: memory is out, or n_elements out of
 * bounds. */
struct trm_building *trm_build_make(struct trm_arena *mem, uint64_t seed, size_t index, size_t n_elements,
                                    struct trm_err *err);

void trm_build_facts(struct trm_build_facts *out, const struct trm_building *b);

/* The building as a STEP file, at the end of `out`. Fills the STEP number of each element, which the truth repeats. */
int trm_build_write_ifc(struct trm_buf *out, struct trm_building *b, struct trm_err *err);
/* One element record a line, in the order of the file, with every value and `truth` (man page trm-truth(5)). To be
 * called after trm_build_write_ifc. */
int trm_build_write_truth(struct trm_buf *out, const struct trm_building *b, struct trm_err *err);

#endif
