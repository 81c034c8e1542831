/* Any bytes as a PyTorch state dict: as the file itself, and as the pickle in an archive of one storage. Refused or read, never a
 * crash; what was read can be read through and written again. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lib/pack/pack.h"
#include "../../lib/torch/pickle.h"
#include "../../lib/torch/torch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_through(const void *bytes, size_t n)
{
    char path[64], again[64];
    struct trm_ckpt c, d;
    struct trm_err err = {0};
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (trm_torch_open(&c, path, &err) == 0) {
        unsigned sum = 0;
        for (size_t i = 0; i < c.n; i++)
            for (size_t k = 0; k < c.tensors[i].count * trm_dtype_size(c.tensors[i].dtype); k++)
                sum += ((const unsigned char *)c.tensors[i].data)[k];
        snprintf(again, sizeof again, "/tmp/trm-fuzz-torch-%d", (int)getpid());
        if (sum % 64 == 1) { /* now and then: writing waits for the disk */
            if (trm_torch_write(again, c.tensors, c.n, &err) != 0 || trm_torch_open(&d, again, &err) != 0 || d.n != c.n)
                abort();
            trm_ckpt_release(&d);
            unlink(again);
        }
        trm_ckpt_release(&c);
    }
    close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trm_pack p = {0};
    struct trm_err err = {0};
    struct trm_arena arena = {0};
    char *zip;
    size_t n;
    bool zipped = trm_pack_is_zip(data, size), good = !zipped && trm_pickle_read(&arena, data, size, &err) != NULL;
    trm_arena_release(&arena);
    if (zipped)
        read_through(data, size);
    if (!good)
        return 0;
    if (trm_pack_store(&p, "a/data.pkl", data, size, &err) == 0 && trm_pack_store(&p, "a/data/0", "0123456789abcdef01234567", 24, &err) == 0
        && trm_pack_finish(&p, &zip, &n, &err) == 0) {
        read_through(zip, n);
        free(zip);
    }
    trm_pack_release(&p);
    return 0;
}
