#define TRM_XML_TABLE_ONLY
#include "xml.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#define SONAME (LIBXML_VERSION < 21400 ? "libxml2.so.2" : "libxml2.so.16")

struct trm_xml_table trm_xml;
static char why[200]; /* it could not be opened; empty: it could */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
open_once(void)
{
    void *lib = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    bool all = lib != NULL;
#define TAKE(name) all = all && (*(void **)&trm_xml.name = dlsym(lib, #name)) != NULL;
    TRM_XML_NAMES(TAKE)
    if (!all) {
        const char *said = dlerror();
        snprintf(why, sizeof why, "%s", said ? said : "libxml2 lacks what is needed of it");
    }
}

int
trm_xml_open(struct trm_err *err)
{
    pthread_once(&once, open_once);
    return why[0] ? trm_err_set(err, TRM_SYS, "%s", why) : 0;
}
