#define TRM_ZIP_TABLE_ONLY
#include "zip.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

/* Debian calls 1.7 and what was before libzip.so.4; others, and what came after, libzip.so.5. */
static const char *const names[] = {"libzip.so.4", "libzip.so.5"};
enum { NEWER = LIBZIP_VERSION_MAJOR > 1 || LIBZIP_VERSION_MINOR > 7 };

struct trm_zip_table trm_zip;
static char why[200]; /* it could not be opened; empty: it could */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
open_once(void)
{
    void *lib = dlopen(names[NEWER], RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        lib = dlopen(names[!NEWER], RTLD_NOW | RTLD_LOCAL);
    bool all = lib != NULL;
#define TAKE(name) all = all && (*(void **)&trm_zip.name = dlsym(lib, #name)) != NULL;
    TRM_ZIP_NAMES(TAKE)
    if (!all) {
        const char *said = dlerror();
        snprintf(why, sizeof why, "%s", said ? said : "libzip lacks what is needed of it");
    }
}

int
trm_zip_open(struct trm_err *err)
{
    pthread_once(&once, open_once);
    return why[0] ? trm_err_set(err, TRM_SYS, "%s", why) : 0;
}
