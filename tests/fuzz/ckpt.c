/* Any bytes as a safetensors file: refused or read, never a crash; what was read can be read through. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lib/ckpt/ckpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int foreign = 0; foreign < 2; foreign++) {
        struct trm_ckpt c;
        struct trm_err err = {0};
        if (trm_ckpt_open(&c, path, foreign, &err) != 0)
            continue;
        for (size_t i = 0; i < c.n; i++) {
            double *out = calloc(c.tensors[i].count + 1, sizeof *out);
            if (out && trm_ckpt_read(&c, c.tensors[i].name, TRM_F64, out, c.tensors[i].count, &err) != 0)
                trm_ckpt_read(&c, c.tensors[i].name, TRM_I32, out, c.tensors[i].count, &err);
            free(out);
        }
        trm_ckpt_release(&c);
    }
    close(fd);
    return 0;
}
