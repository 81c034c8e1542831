/* A fuzz target without its fuzzer: every file named goes through it once. A finding is a crash. usage: TARGET FILE... */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../lib/base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct trm_map map;
        struct trm_err err = {0};
        if (trm_map_open(&map, argv[i], 0, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        uint8_t *copy = malloc(map.size + 1); /* as the fuzzer hands it over: of that size, nothing readable behind it */
        if (!copy)
            return 1;
        if (map.size)
            memcpy(copy, map.data, map.size);
        copy = realloc(copy, map.size ? map.size : 1);
        fprintf(stderr, "%s\n", argv[i]);
        if (!copy || LLVMFuzzerTestOneInput(copy, map.size) != 0)
            return 1;
        free(copy);
        trm_map_release(&map);
    }
    return 0;
}
