/* A small model for tests of lib/ifc: text to elements, and look-ups by name. */
#ifndef IFC_MODEL_H
#define IFC_MODEL_H

#include "../../lib/ifc/ifc.h"
#include "t.h"

static struct trm_ifc model;
static struct trm_err err;
static char model_text[1 << 18];
static const char *const *model_also; /* classes asked for besides the elements */
static size_t model_n_also;

/* A model of that schema, with a project (#1) in metres, square metres and radians, and body behind it. */
#define UNITS "#2=IFCUNITASSIGNMENT((#3,#4,#5,#6));#3=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);" \
              "#4=IFCSIUNIT(*,.AREAUNIT.,$,.SQUARE_METRE.);#5=IFCSIUNIT(*,.VOLUMEUNIT.,$,.CUBIC_METRE.);" \
              "#6=IFCSIUNIT(*,.PLANEANGLEUNIT.,$,.RADIAN.);"
static int
open_body(const char *schema, const char *units, const char *body)
{
    trm_ifc_release(&model);
    trm_err_reset(&err);
    int n = snprintf(model_text, sizeof model_text,
                     "ISO-10303-21;HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','exporter','');"
                     "FILE_SCHEMA(('%s'));ENDSEC;DATA;#1=IFCPROJECT('0Project0000000000000A',$,'P',$,$,$,$,$,#2);%s%s"
                     "ENDSEC;END-ISO-10303-21;",
                     schema, units, body);
    return trm_ifc_open_also(&model, model_text, (size_t)n, model_also, model_n_also, NULL, &err);
}

/* The element with that STEP number; cls NULL when there is none. */
static struct trm_ifc_element
element(uint64_t step)
{
    struct trm_ifc_element e = {0};
    for (size_t i = 0; i < model.n_elements; i++)
        if (model.step.inst[model.elements[i]].id == step)
            if (trm_ifc_element(&model, i, &e, &err) == 0)
                return e;
    return (struct trm_ifc_element){0};
}

static const char *
str(struct trm_ifc_text t)
{
    static char out[4][200];
    static int k;
    k = (k + 1) % 4;
    snprintf(out[k], sizeof out[k], "%.*s", (int)t.n, t.s ? t.s : "");
    return t.s ? out[k] : "(none)";
}

__attribute__((unused)) static const struct trm_ifc_prop *
find_prop(const struct trm_ifc_prop *p, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(str(p[i].name), name) == 0)
            return &p[i];
    return NULL;
}

__attribute__((unused)) static const struct trm_ifc_set *
find_set(const struct trm_ifc_set *s, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(str(s[i].name), name) == 0)
            return &s[i];
    return NULL;
}

/* Property `name` of the first property set. An empty one when there is none. */
__attribute__((unused)) static struct trm_ifc_prop
prop(uint64_t step, const char *name)
{
    struct trm_ifc_element e = element(step);
    const struct trm_ifc_prop *p = e.n_psets ? find_prop(e.psets[0].props, e.psets[0].n, name) : NULL;
    return p ? *p : (struct trm_ifc_prop){.type = "no such property"};
}

__attribute__((unused)) static double
num(struct trm_ifc_prop p)
{
    return p.value.type == TRM_IFC_NUM ? p.value.num : NAN;
}

__attribute__((unused)) static uint64_t
warnings(const char *code)
{
    for (size_t i = 0; i < model.step.n_warnings; i++)
        if (strcmp(model.step.warnings[i].code, code) == 0)
            return model.step.warnings[i].count;
    return 0;
}

#endif
