/* Any bytes as a building model: every element is put together. Bytes that are no STEP file are taken for the DATA section
 * of one, the first byte choosing its schema, so that the fuzzer need not find the header by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/ifc/ifc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
wrapped(const uint8_t *data, size_t size, size_t *n)
{
    static const char *const schemas[] = {"IFC2X3", "IFC4", "IFC4X3"};
    char *text = malloc(size + 200);
    if (!text)
        abort();
    *n = (size_t)sprintf(text, "ISO-10303-21;HEADER;FILE_SCHEMA(('%s'));ENDSEC;DATA;\n", schemas[size ? data[0] % 3 : 0]);
    if (size > 1)
        memcpy(text + *n, data + 1, size - 1);
    *n += size > 1 ? size - 1 : 0;
    return text;
}

static void
read_model(const char *data, size_t size)
{
    struct trm_ifc f;
    struct trm_err err = {0};
    if (trm_ifc_open(&f, data, size, &err) == 0) {
        for (size_t i = 0; i < f.n_elements; i++) {
            struct trm_ifc_element e;
            if (trm_ifc_element(&f, i, &e, &err) != 0 && err.kind == TRM_OK)
                abort();
            if (!e.cls)
                abort();
            trm_ifc_element_is_a(&f, i, "IfcDoor");
        }
    } else if (err.kind == TRM_OK) {
        abort();
    }
    trm_ifc_release(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 3 && memcmp(data, "ISO", 3) == 0) {
        char *copy = malloc(size);
        if (!copy)
            abort();
        memcpy(copy, data, size);
        read_model(copy, size);
        free(copy);
        return 0;
    }
    size_t n;
    char *text = wrapped(data, size, &n);
    read_model(text, n);
    free(text);
    return 0;
}
