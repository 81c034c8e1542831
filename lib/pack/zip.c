#define TRM_ZIP_TABLE_ONLY
#include "zip.h"

#include "../base/late.h"

struct trm_zip_table trm_zip;
#define NAME(name) {#name, &trm_zip.name},
static const struct trm_late_name names[] = {TRM_ZIP_NAMES(NAME)};
/* Debian calls 1.7 and what was before libzip.so.4; others, and what came after, libzip.so.5. */
#define NEWER (LIBZIP_VERSION_MAJOR > 1 || LIBZIP_VERSION_MINOR > 7)
static struct trm_late lib = {.files = {NEWER ? "libzip.so.5" : "libzip.so.4", NEWER ? "libzip.so.4" : "libzip.so.5"},
                              .package = "libzip4", .names = names, .n_names = sizeof names / sizeof *names, .lock = PTHREAD_MUTEX_INITIALIZER};

int
trm_zip_open(struct trm_err *err)
{
    return trm_late_open(&lib, err);
}
