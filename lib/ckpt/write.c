/* Writing: the header is made first, with zeros for the digests, then hashed with the data, then filled in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/hash.h"
#include "../rec/rec.h"
#include "inner.h"

static size_t
count_of(const struct trm_ckpt_tensor *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->rank; i++)
        count *= t->shape[i];
    return count;
}

/* Bytes of a tensor's data. */
static size_t
size_of(const struct trm_ckpt_tensor *t)
{
    return count_of(t) * trm_dtype_size(t->dtype);
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first name that stands twice in names [n], or NULL. Sorts them. */
static const char *
twice(const char **names, size_t n)
{
    qsort(names, n, sizeof *names, by_text);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return names[i];
    return NULL;
}

static int
check_names(const struct trm_ckpt_tensor *tensors, size_t n, const struct trm_ckpt_meta *meta, size_t n_meta,
            struct trm_err *err)
{
    const char **names = calloc(n + n_meta + 4, sizeof *names);
    if (!names)
        return trm_err_set(err, TRM_SYS, "no memory for %zu names", n + n_meta);
    for (size_t i = 0; i < n; i++)
        names[i] = tensors[i].name;
    names[n] = "__metadata__";
    const char *bad = twice(names, n + 1);
    for (size_t i = 0; i < n_meta; i++)
        names[i] = meta[i].key;
    names[n_meta] = FORMAT_KEY, names[n_meta + 1] = DIGEST_KEY, names[n_meta + 2] = CHECK_KEY;
    if (!bad)
        bad = twice(names, n_meta + 3);
    free(names);
    return bad ? trm_err_set(err, TRM_USAGE, "%s would stand twice", bad) : 0;
}

static void
put_tensor(struct trm_jw *w, const struct trm_ckpt_tensor *t, size_t at)
{
    trm_jw_key(w, t->name);
    trm_jw_object(w);
    trm_jw_kstr(w, "dtype", trm_dtype_name(t->dtype));
    trm_jw_key(w, "shape");
    trm_jw_array(w);
    for (size_t i = 0; i < t->rank; i++)
        trm_jw_num(w, (double)t->shape[i]);
    trm_jw_end(w);
    trm_jw_key(w, "data_offsets");
    trm_jw_array(w);
    trm_jw_num(w, (double)at);
    trm_jw_num(w, (double)(at + size_of(t)));
    trm_jw_end(w);
    trm_jw_end(w);
}

/* The header, padded with blanks so that the data behind it start at a multiple of DATA_ALIGN. */
static void
put_header(struct trm_buf *b, const struct trm_ckpt_tensor *tensors, size_t n, const struct trm_ckpt_meta *meta,
           size_t n_meta)
{
    struct trm_jw w = {.out = b};
    trm_jw_object(&w);
    trm_jw_key(&w, "__metadata__");
    trm_jw_object(&w);
    trm_jw_kstr(&w, DIGEST_KEY, ZEROS);
    trm_jw_kstr(&w, CHECK_KEY, ZEROS + DIGEST_DIGITS - CHECK_DIGITS);
    char format[16];
    snprintf(format, sizeof format, "%d", TRM_CKPT_FORMAT);
    trm_jw_kstr(&w, FORMAT_KEY, format);
    for (size_t i = 0; i < n_meta; i++)
        trm_jw_kstr(&w, meta[i].key, meta[i].value);
    trm_jw_end(&w);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        put_tensor(&w, &tensors[i], at);
        at += size_of(&tensors[i]);
    }
    trm_jw_end(&w);
    while ((8 + b->len) % DATA_ALIGN)
        trm_buf_addc(b, ' ');
}

/* Both digests, into the header; hex: that of SHA-256. */
static void
seal(struct trm_buf *header, const struct trm_ckpt_tensor *tensors, size_t n, char hex[DIGEST_DIGITS + 1])
{
    struct trm_sha256 s;
    struct trm_xxh64 x;
    char check[CHECK_DIGITS + 1];
    trm_sha256_init(&s);
    trm_sha256_add(&s, header->data, header->len);
    for (size_t i = 0; i < n; i++)
        if (size_of(&tensors[i]))
            trm_sha256_add(&s, tensors[i].data, size_of(&tensors[i]));
    trm_sha256_hex(&s, hex);
    memcpy(strstr(header->data, DIGEST_MARK) + strlen(DIGEST_MARK), hex, DIGEST_DIGITS);
    trm_xxh64_init(&x);
    trm_xxh64_add(&x, header->data, header->len);
    for (size_t i = 0; i < n; i++)
        if (size_of(&tensors[i]))
            trm_xxh64_add(&x, tensors[i].data, size_of(&tensors[i]));
    snprintf(check, sizeof check, "%016llx", (unsigned long long)trm_xxh64_value(&x));
    memcpy(strstr(header->data, CHECK_MARK) + strlen(CHECK_MARK), check, CHECK_DIGITS);
}

/* All bytes, to f; errors stay in f, for trm_out_commit to find. */
static void
put_file(FILE *f, const struct trm_buf *header, const struct trm_ckpt_tensor *tensors, size_t n)
{
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)header->len >> 8 * i);
    fwrite(length, 1, 8, f);
    fwrite(header->data, 1, header->len, f);
    for (size_t i = 0; i < n; i++)
        if (count_of(&tensors[i]))
            fwrite(tensors[i].data, trm_dtype_size(tensors[i].dtype), count_of(&tensors[i]), f);
}

int
trm_ckpt_write(const char *path, const struct trm_ckpt_tensor *tensors, size_t n, const struct trm_ckpt_meta *meta,
               size_t n_meta, char sha256[65], struct trm_err *err)
{
    if (check_names(tensors, n, meta, n_meta, err) != 0)
        return trm_err_at(err, "%s", path);
    struct trm_buf header = {0};
    struct trm_out out;
    char hex[DIGEST_DIGITS + 1];
    int status = -1;
    put_header(&header, tensors, n, meta, n_meta);
    if (header.failed || header.len > MOST_HEADER) {
        trm_err_set(err, TRM_SYS, "%s: no room for a header of %zu bytes", path, header.len);
        goto done;
    }
    seal(&header, tensors, n, hex);
    if (sha256)
        memcpy(sha256, hex, sizeof hex);
    if (trm_out_open(&out, path, err) != 0)
        goto done;
    put_file(out.f, &header, tensors, n);
    status = trm_out_commit(&out, err);
done:
    trm_buf_release(&header);
    return status;
}

void
trm_ckpt_of_table(struct trm_ckpt_tensor *out, const struct trm_tensor *table, size_t n, const trm_real *vec)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (struct trm_ckpt_tensor){
            .name = table[i].name, .dtype = TRM_DTYPE_REAL, .rank = table[i].rank,
            .shape = {table[i].shape[0], table[i].shape[1]}, .count = table[i].count, .data = vec + table[i].offset,
        };
}
