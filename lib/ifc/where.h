/* One condition on an element, written FIELD=VALUE, or FIELD alone: it is there and not empty.
 *
 * FIELD is a name as results and samples write it: "Pset_DoorCommon.FireRating" (a set and its property, quantities too),
 * "attribute.OverallWidth", "attribute.Name", "type_object.PredefinedType". Names compare exactly; a set's name may hold dots.
 * VALUE compares exactly: a number with numbers (in SI, 0.885 and 8.85e-1 are one), true and false with truth values, any
 * other text letter by letter; of several values any. A text "5" is met by 5 too. */
#ifndef TRM_IFC_WHERE_H
#define TRM_IFC_WHERE_H

#include "ifc.h"

struct trm_ifc_where {
    struct trm_ifc_text field;
    const char *value; /* NULL: any */
    bool is_num;
    double num;
};
/* Read text, which stays the caller's and must outlive *w. -1 (TRM_USAGE) when its field has no dot with something on both
 * sides. */
int trm_ifc_where_read(struct trm_ifc_where *w, const char *text, struct trm_err *err);
bool trm_ifc_where_holds(const struct trm_ifc_where *w, const struct trm_ifc_element *e);

#endif
