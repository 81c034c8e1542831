#define TRM_XML_TABLE_ONLY
#include "xml.h"

#include "../base/late.h"

struct trm_xml_table trm_xml;
#define NAME(name) {#name, &trm_xml.name},
static const struct trm_late_name names[] = {TRM_XML_NAMES(NAME)};
static struct trm_late lib = {.files = {LIBXML_VERSION < 21400 ? "libxml2.so.2" : "libxml2.so.16"}, .package = "libxml2",
                              .names = names, .n_names = sizeof names / sizeof *names, .lock = PTHREAD_MUTEX_INITIALIZER};

int
trm_xml_open(struct trm_err *err)
{
    return trm_late_open(&lib, err);
}
