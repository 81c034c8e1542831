/* The few things of libzip that this room uses, under their own names. The library is opened when the first archive is met: with
 * the libraries that it brings (a whole one of cryptography among them) it takes longer to start than a small model to read,
 * and most models are not packed. Only for lib/pack. */
#ifndef TRM_PACK_ZIP_H
#define TRM_PACK_ZIP_H

#include <zip.h>

#include "../base/err.h"

/* Before the first use of a name below; any number of times, from any thread. TRM_SYS: it is not installed. */
int trm_zip_open(struct trm_err *err);

#define TRM_ZIP_NAMES(X) \
    X(zip_close) X(zip_discard) X(zip_error_code_zip) X(zip_error_fini) X(zip_error_init) X(zip_error_strerror) \
    X(zip_fclose) X(zip_file_add) X(zip_file_get_error) X(zip_file_set_dostime) X(zip_fopen_index) X(zip_fread) \
    X(zip_get_name) X(zip_get_num_entries) X(zip_name_locate) X(zip_open_from_source) X(zip_set_file_compression) \
    X(zip_source_buffer) X(zip_source_buffer_create) X(zip_source_close) X(zip_source_free) X(zip_source_keep) \
    X(zip_source_open) X(zip_source_read) X(zip_source_stat) X(zip_stat_index) X(zip_stat_init) X(zip_strerror)

struct trm_zip_table {
#define TRM_ZIP_MEMBER(name) __typeof__(name) *name;
    TRM_ZIP_NAMES(TRM_ZIP_MEMBER)
};
extern struct trm_zip_table trm_zip;

#ifndef TRM_ZIP_TABLE_ONLY
#define zip_close (*trm_zip.zip_close)
#define zip_discard (*trm_zip.zip_discard)
#define zip_error_code_zip (*trm_zip.zip_error_code_zip)
#define zip_error_fini (*trm_zip.zip_error_fini)
#define zip_error_init (*trm_zip.zip_error_init)
#define zip_error_strerror (*trm_zip.zip_error_strerror)
#define zip_fclose (*trm_zip.zip_fclose)
#define zip_file_add (*trm_zip.zip_file_add)
#define zip_file_get_error (*trm_zip.zip_file_get_error)
#define zip_file_set_dostime (*trm_zip.zip_file_set_dostime)
#define zip_fopen_index (*trm_zip.zip_fopen_index)
#define zip_fread (*trm_zip.zip_fread)
#define zip_get_name (*trm_zip.zip_get_name)
#define zip_get_num_entries (*trm_zip.zip_get_num_entries)
#define zip_name_locate (*trm_zip.zip_name_locate)
#define zip_open_from_source (*trm_zip.zip_open_from_source)
#define zip_set_file_compression (*trm_zip.zip_set_file_compression)
#define zip_source_buffer (*trm_zip.zip_source_buffer)
#define zip_source_buffer_create (*trm_zip.zip_source_buffer_create)
#define zip_source_close (*trm_zip.zip_source_close)
#define zip_source_free (*trm_zip.zip_source_free)
#define zip_source_keep (*trm_zip.zip_source_keep)
#define zip_source_open (*trm_zip.zip_source_open)
#define zip_source_read (*trm_zip.zip_source_read)
#define zip_source_stat (*trm_zip.zip_source_stat)
#define zip_stat_index (*trm_zip.zip_stat_index)
#define zip_stat_init (*trm_zip.zip_stat_init)
#define zip_strerror (*trm_zip.zip_strerror)
#endif

#endif
