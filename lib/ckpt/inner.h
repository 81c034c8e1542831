/* What the files of ckpt share. */
#ifndef TRM_CKPT_INNER_H
#define TRM_CKPT_INNER_H

#include "ckpt.h"

#define FORMAT_KEY "trm.format"
#define DIGEST_KEY "trm.sha256"
#define CHECK_KEY "trm.xxh64"
/* What stands before the digits, once, as our writer writes it. */
#define DIGEST_MARK "\"" DIGEST_KEY "\":\""
#define CHECK_MARK "\"" CHECK_KEY "\":\""
enum { DIGEST_DIGITS = 64, CHECK_DIGITS = 16 };
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000" /* 64 */
#define MOST_HEADER (64u << 20)             /* bytes; the format's own bound is 100 MB */
#define DATA_ALIGN 64

#endif
