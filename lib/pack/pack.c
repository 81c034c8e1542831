#include "pack.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "zip.h"

enum {
    SMALL = 1 << 20,  /* up to here any ratio is fine */
    MAX_RATIO = 300,  /* STEP deflates 4 to 12 times; deflate itself ends at 1032 */
    CHUNK = 1 << 18,
};

bool
trm_pack_is_zip(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    return n >= 4 && p[0] == 'P' && p[1] == 'K' && ((p[2] == 3 && p[3] == 4) || (p[2] == 5 && p[3] == 6));
}

static int
fail(struct trm_err *err, const char *what, zip_error_t *e)
{
    int code = zip_error_code_zip(e);
    trm_err_set(err, code == ZIP_ER_MEMORY ? TRM_SYS : TRM_DATA, "%s: %s", what, zip_error_strerror(e));
    zip_error_fini(e);
    return -1;
}

static bool
ends_in(const char *name, const char *suffix)
{
    size_t n = strlen(name), k = strlen(suffix);
    return n >= k && strcasecmp(name + n - k, suffix) == 0;
}

/* Index of the member to read, or -1. */
static zip_int64_t
choose(zip_t *z, const char *suffix)
{
    zip_int64_t n = zip_get_num_entries(z, 0);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *name = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (name && ends_in(name, suffix))
            return i;
    }
    return n == 1 ? 0 : -1;
}

/* Inflate piece by piece: what the archive says about sizes is not believed. */
static int
inflate_member(struct trm_pack_file *out, zip_file_t *f, size_t packed, size_t max, struct trm_err *err)
{
    size_t cap = 0;
    for (;;) {
        if (cap - out->size < CHUNK) {
            cap = cap ? cap * 2 : 4 * CHUNK;
            char *grown = realloc(out->data, cap);
            if (!grown)
                return trm_err_set(err, TRM_SYS, "no memory for %zu bytes of a zip member", cap);
            out->data = grown;
        }
        zip_int64_t got = zip_fread(f, out->data + out->size, CHUNK);
        if (got < 0)
            return trm_err_set(err, TRM_DATA, "damaged zip member \"%s\": %s", out->name, zip_error_strerror(zip_file_get_error(f)));
        if (got == 0)
            return 0;
        out->size += (size_t)got;
        if (out->size > max)
            return trm_err_set(err, TRM_DATA, "zip member \"%s\" inflates to more than %zu bytes", out->name, max);
        if (out->size > SMALL && out->size / MAX_RATIO > packed)
            return trm_err_set(err, TRM_DATA, "zip member \"%s\" inflates more than %d times", out->name, MAX_RATIO);
    }
}

static int
read_member(struct trm_pack_file *out, zip_t *z, const char *suffix, size_t archive, size_t max, struct trm_err *err)
{
    zip_stat_t stat;
    zip_int64_t i = choose(z, suffix);
    if (i < 0)
        return trm_err_set(err, TRM_DATA, "zip of %lld members, none ends in %s", (long long)zip_get_num_entries(z, 0), suffix);
    zip_stat_init(&stat);
    if (zip_stat_index(z, (zip_uint64_t)i, ZIP_FL_ENC_RAW, &stat) != 0)
        return trm_err_set(err, TRM_DATA, "damaged zip");
    snprintf(out->name, sizeof out->name, "%s", stat.name ? stat.name : "");
    size_t packed = (stat.valid & ZIP_STAT_COMP_SIZE) && stat.comp_size < archive ? (size_t)stat.comp_size : archive;
    if ((stat.valid & ZIP_STAT_SIZE) && stat.size > max)
        return trm_err_set(err, TRM_DATA, "zip member \"%s\" inflates to more than %zu bytes", out->name, max);
    zip_file_t *f = zip_fopen_index(z, (zip_uint64_t)i, 0);
    if (!f)
        return trm_err_set(err, TRM_DATA, "zip member \"%s\": %s", out->name, zip_strerror(z));
    int status = inflate_member(out, f, packed, max, err);
    zip_fclose(f);
    return status;
}

int
trm_pack_read(struct trm_pack_file *out, const void *zip, size_t n, const char *suffix, size_t max, struct trm_err *err)
{
    *out = (struct trm_pack_file){0};
    struct trm_unpack u;
    if (trm_unpack_open(&u, zip, n, err) != 0)
        return -1;
    int status = read_member(out, u.archive, suffix, n, max, err);
    trm_unpack_release(&u);
    if (status != 0)
        trm_pack_file_release(out);
    return status;
}

void
trm_pack_file_release(struct trm_pack_file *f)
{
    free(f->data);
    *f = (struct trm_pack_file){0};
}

/* --- reading member by member --- */

int
trm_unpack_open(struct trm_unpack *u, const void *zip, size_t n, struct trm_err *err)
{
    zip_error_t e;
    u->archive = NULL;
    if (trm_zip_open(err) != 0)
        return -1;
    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(zip, n, 0, &e);
    if (!source)
        return fail(err, "zip", &e);
    u->archive = zip_open_from_source(source, ZIP_RDONLY, &e);
    if (!u->archive) {
        zip_source_free(source);
        return fail(err, "damaged zip", &e);
    }
    zip_error_fini(&e);
    return 0;
}

void
trm_unpack_release(struct trm_unpack *u)
{
    if (u->archive)
        zip_discard(u->archive);
    u->archive = NULL;
}

size_t
trm_unpack_count(const struct trm_unpack *u)
{
    zip_int64_t n = zip_get_num_entries(u->archive, 0);
    return n > 0 ? (size_t)n : 0;
}

const char *
trm_unpack_name(const struct trm_unpack *u, size_t i)
{
    return zip_get_name(u->archive, i, ZIP_FL_ENC_RAW);
}

long
trm_unpack_find(const struct trm_unpack *u, const char *name)
{
    return (long)zip_name_locate(u->archive, name, ZIP_FL_ENC_RAW);
}

int
trm_unpack_size(const struct trm_unpack *u, size_t i, size_t *size, struct trm_err *err)
{
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(u->archive, i, ZIP_FL_ENC_RAW, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) || stat.size > SIZE_MAX / 2)
        return trm_err_set(err, TRM_DATA, "zip member %zu: its size is not known", i);
    *size = (size_t)stat.size;
    return 0;
}

int
trm_unpack_read(const struct trm_unpack *u, size_t i, void *out, size_t size, struct trm_err *err)
{
    const char *name = trm_unpack_name(u, i);
    zip_file_t *f = zip_fopen_index(u->archive, i, 0);
    if (!f)
        return trm_err_set(err, TRM_DATA, "zip member \"%s\": %s", name ? name : "", zip_strerror(u->archive));
    size_t at = 0;
    zip_int64_t got = 0;
    char beyond;
    /* one byte more than wanted is asked for at the end: only there does libzip compare the checksum */
    do {
        got = at < size ? zip_fread(f, (char *)out + at, size - at) : zip_fread(f, &beyond, 1);
        at += got > 0 ? (size_t)got : 0;
    } while (got > 0 && at <= size);
    int status = 0;
    if (got < 0)
        status = trm_err_set(err, TRM_DATA, "damaged zip member \"%s\": %s", name, zip_error_strerror(zip_file_get_error(f)));
    else if (at != size)
        status = trm_err_set(err, TRM_DATA, "zip member \"%s\" has %s than %zu bytes", name, at < size ? "fewer" : "more", size);
    zip_fclose(f);
    return status;
}

/* --- writing --- */

static int
begin(struct trm_pack *p, struct trm_err *err)
{
    zip_error_t e;
    if (trm_zip_open(err) != 0)
        return -1;
    zip_error_init(&e);
    p->source = zip_source_buffer_create(NULL, 0, 0, &e);
    if (!p->source)
        return fail(err, "zip", &e);
    p->archive = zip_open_from_source(p->source, ZIP_TRUNCATE, &e);
    if (!p->archive) {
        zip_source_free(p->source);
        p->source = NULL;
        return fail(err, "zip", &e);
    }
    zip_source_keep(p->source); /* read back after closing */
    zip_error_fini(&e);
    return 0;
}

static int
add(struct trm_pack *p, const char *name, const void *bytes, size_t n, zip_int32_t method, struct trm_err *err)
{
    if (!p->archive && begin(p, err) != 0)
        return -1;
    char *copy = n ? malloc(n) : NULL; /* libzip does not free a copy of nothing */
    if (n && !copy)
        return trm_err_set(err, TRM_SYS, "no memory for zip member \"%s\"", name);
    if (n)
        memcpy(copy, bytes, n);
    zip_source_t *s = zip_source_buffer(p->archive, copy, n, n > 0);
    zip_int64_t i = s ? zip_file_add(p->archive, name, s, ZIP_FL_ENC_UTF_8) : -1;
    if (i < 0) {
        if (s)
            zip_source_free(s);
        else
            free(copy);
        return trm_err_set(err, TRM_DATA, "zip member \"%s\": %s", name, zip_strerror(p->archive));
    }
    /* 1 January 1980, the first day zip knows: the bytes hang on nothing but the members */
    zip_file_set_dostime(p->archive, (zip_uint64_t)i, 0, 0x21, 0);
    if (zip_set_file_compression(p->archive, (zip_uint64_t)i, method, 0) != 0)
        return trm_err_set(err, TRM_SYS, "zip member \"%s\": %s", name, zip_strerror(p->archive));
    return 0;
}

int
trm_pack_add(struct trm_pack *p, const char *name, const void *bytes, size_t n, struct trm_err *err)
{
    return add(p, name, bytes, n, ZIP_CM_DEFAULT, err);
}

int
trm_pack_store(struct trm_pack *p, const char *name, const void *bytes, size_t n, struct trm_err *err)
{
    return add(p, name, bytes, n, ZIP_CM_STORE, err);
}

static int
take_bytes(zip_source_t *s, char **bytes, size_t *n, struct trm_err *err)
{
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_source_stat(s, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) || zip_source_open(s) != 0)
        return trm_err_set(err, TRM_SYS, "zip: cannot read back what was written");
    *n = (size_t)stat.size;
    *bytes = malloc(*n + 1);
    bool ok = *bytes && zip_source_read(s, *bytes, *n) == (zip_int64_t)*n;
    zip_source_close(s);
    if (ok)
        return 0;
    free(*bytes);
    *bytes = NULL;
    return trm_err_set(err, TRM_SYS, "no memory for a zip of %zu bytes", *n);
}

int
trm_pack_finish(struct trm_pack *p, char **bytes, size_t *n, struct trm_err *err)
{
    *bytes = NULL, *n = 0;
    if (!p->archive)
        return trm_err_set(err, TRM_DATA, "zip without members");
    if (zip_close(p->archive) != 0) {
        trm_err_set(err, TRM_SYS, "zip: %s", zip_strerror(p->archive));
        trm_pack_release(p);
        return -1;
    }
    p->archive = NULL;
    int status = take_bytes(p->source, bytes, n, err);
    zip_source_free(p->source);
    p->source = NULL;
    return status;
}

void
trm_pack_release(struct trm_pack *p)
{
    if (p->archive)
        zip_discard(p->archive);
    if (p->source)
        zip_source_free(p->source);
    *p = (struct trm_pack){0};
}
