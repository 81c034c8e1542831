/* What the files of ckpt share. */
#ifndef TRM_CKPT_INNER_H
#define TRM_CKPT_INNER_H

#include "ckpt.h"

#define FORMAT_KEY "trm.format"
#define DIGEST_KEY "trm.sha256"
#define DIGEST_MARK "\"" DIGEST_KEY "\":\"" /* stands before the 64 digits, once, as our writer writes it */
#define MOST_HEADER (64u << 20)             /* bytes; the format's own bound is 100 MB */
#define DATA_ALIGN 64

/* As safetensors spells it: "F32". */
const char *trm_dtype_name(enum trm_dtype t);

#endif
