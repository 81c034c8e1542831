#include "late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void
open_first(struct trm_late *l)
{
    void *lib = dlopen(l->files[0], RTLD_NOW | RTLD_LOCAL);
    if (!lib && l->files[1])
        lib = dlopen(l->files[1], RTLD_NOW | RTLD_LOCAL);
    bool all = lib != NULL;
    for (size_t i = 0; all && i < l->n_names; i++) {
        void *p = dlsym(lib, l->names[i].name);
        memcpy(l->names[i].to, &p, sizeof p);
        all = p != NULL;
    }
    const char *said = all ? NULL : dlerror();
    if (!all)
        snprintf(l->why, sizeof l->why, "%.160s; on Debian it is in the package %s", said ? said : l->files[0], l->package);
}

int
trm_late_open(struct trm_late *l, struct trm_err *err)
{
    pthread_mutex_lock(&l->lock);
    if (!l->tried)
        open_first(l);
    l->tried = true;
    pthread_mutex_unlock(&l->lock);
    return l->why[0] ? trm_err_set(err, TRM_SYS, "%s", l->why) : 0;
}
