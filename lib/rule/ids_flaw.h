/* Inside of the rule room: flaws of IDS files. An audit says what the standard does not allow and what can never be met. */
#ifndef TRM_RULE_IDS_FLAW_H
#define TRM_RULE_IDS_FLAW_H

#include "xml.h"

#include "ids.h"

/* Where in the file; column 0: not known. */
struct place {
    long line, column;
};
/* Where a flaw stands; requirement 0: the applicability, or the specification itself. */
struct flaw_place {
    struct trm_rules *rules;
    const char *file;
    long line, column;
    size_t specification, requirement;
    const char *schema; /* NULL: whatever the schema */
};

/* One more flaw: what was found as printf would write it, cut at 300 bytes, and what was expected (a literal). Cannot fail: when
 * memory or the room for flaws is out it is left out. */
void trm_flaw_add(const struct flaw_place *p, enum trm_severity severity, const char *code, const char *expected, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Give every element of doc its place (node->_private). The array must live as long as the places are asked for; free it. */
struct place *trm_places_of(xmlDoc *doc, const char *bytes, size_t n);
/* The place of a node into *p. */
void trm_place_at(struct flaw_place *p, const xmlNode *node);

/* Against the schema of IDS 1.0: elements and attributes, their order and number, texts of fixed form. p gives rules and file. */
void trm_ids_check_form(const struct flaw_place *p, const xmlNode *root);
/* Against IFC and against themselves: names, types, values, restrictions, contradictions. p gives the specification. */
void trm_ids_check_sense(const struct flaw_place *p, const struct ids_specification *s, const struct ids_facet *requirements,
                         const char *versions);

#endif
