/* Any bytes as a zip archive: refused with a reason, or a member no larger than was allowed. */
#include <stdint.h>
#include <stdlib.h>

#include "../../lib/pack/pack.h"

enum { MOST = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trm_pack_file f;
    struct trm_err err = {0};
    trm_pack_is_zip(data, size);
    if (trm_pack_read(&f, data, size, ".ifc", MOST, &err) != 0) {
        if (err.kind == TRM_OK || f.data)
            abort();
        return 0;
    }
    if (f.size > MOST)
        abort();
    trm_pack_file_release(&f);
    return 0;
}
