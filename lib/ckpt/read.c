/* Reading: every size and place is checked before it is used. */
#define _GNU_SOURCE
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../rec/rec.h"
#include "inner.h"

/* A JSON number that is a whole one in 0..2^53. */
static bool
whole(const trm_json *v, size_t *out)
{
    double x = trm_json_num(v, -1);
    if (!(x >= 0 && x <= 9007199254740992.) || x != floor(x))
        return false;
    *out = (size_t)x;
    return true;
}

static bool
find_dtype(const char *name, enum trm_dtype *out)
{
    for (int i = 0; i < TRM_N_DTYPES; i++)
        if (strcmp(name, trm_dtype_name((enum trm_dtype)i)) == 0)
            return *out = (enum trm_dtype)i, true;
    return false;
}

/* rank, shape and count from the array `v`; the product is held below 2^53. */
static int
read_shape(struct trm_ckpt_tensor *t, const trm_json *v, struct trm_err *err)
{
    if (trm_json_type(v) != TRM_JSON_ARRAY || trm_json_len(v) > TRM_CKPT_MAX_RANK)
        return trm_err_set(err, TRM_DATA, "%s: shape is no array of at most %d numbers", t->name, TRM_CKPT_MAX_RANK);
    t->rank = trm_json_len(v);
    t->count = 1;
    for (size_t i = 0; i < t->rank; i++)
        if (!whole(trm_json_at(v, i), &t->shape[i]) || __builtin_mul_overflow(t->count, t->shape[i], &t->count)
            || t->count > (size_t)1 << 53)
            return trm_err_set(err, TRM_DATA, "%s: shape is no size that fits", t->name);
    return 0;
}

/* One member of the header; `data` and `size` are the data section. */
static int
read_entry(struct trm_ckpt_tensor *t, const trm_json *v, const char *data, size_t size, struct trm_err *err)
{
    const char *dtype;
    trm_json *shape, *place;
    size_t from, to;
    if (trm_json_need_str(v, "dtype", &dtype, err) || trm_json_need_array(v, "shape", &shape, err)
        || trm_json_need_array(v, "data_offsets", &place, err))
        return trm_err_at(err, "%s", t->name);
    if (!find_dtype(dtype, &t->dtype))
        return trm_err_set(err, TRM_DATA, "%s: dtype %.20s is not known", t->name, dtype);
    if (read_shape(t, shape, err) != 0)
        return -1;
    if (trm_json_len(place) != 2 || !whole(trm_json_at(place, 0), &from) || !whole(trm_json_at(place, 1), &to)
        || from > to || to > size)
        return trm_err_set(err, TRM_DATA, "%s: stands outside the %zu bytes of data: the file is cut short or damaged",
                           t->name, size);
    if (to - from != t->count * trm_dtype_size(t->dtype))
        return trm_err_set(err, TRM_DATA, "%s: has %zu bytes, its shape says %zu", t->name, to - from,
                           t->count * trm_dtype_size(t->dtype));
    t->data = data + from;
    return 0;
}

static int
by_place(const void *a, const void *b)
{
    const struct trm_ckpt_tensor *x = a, *y = b;
    if (x->data != y->data)
        return (const char *)x->data < (const char *)y->data ? -1 : 1;
    return (x->count > y->count) - (x->count < y->count); /* empty ones first */
}

/* Tensors must lie one behind the other and fill the data section. */
static int
check_cover(const struct trm_ckpt_tensor *t, size_t n, const char *data, size_t size, struct trm_err *err)
{
    const char *at = data;
    for (size_t i = 0; i < n; i++) {
        if (t[i].data != at)
            return trm_err_set(err, TRM_DATA, "%s: %s its neighbour in the file", t[i].name,
                               (const char *)t[i].data < at ? "overlaps" : "leaves a gap to");
        at += t[i].count * trm_dtype_size(t[i].dtype);
    }
    if (at != data + size)
        return trm_err_set(err, TRM_DATA, "%zu bytes behind the last tensor", (size_t)(data + size - at));
    return 0;
}

static int
read_tensors(struct trm_ckpt *c, const trm_json *head, const char *data, size_t size, struct trm_err *err)
{
    struct trm_ckpt_tensor *t = trm_arena_calloc(&c->arena, trm_json_len(head) + 1, sizeof *t);
    if (!t)
        return trm_err_set(err, TRM_SYS, "no memory for %zu tensors", trm_json_len(head));
    for (void *it = trm_json_first(head); it; it = trm_json_next(head, it)) {
        if (strcmp(trm_json_key(it), "__metadata__") == 0)
            continue;
        t[c->n].name = trm_arena_strdup(&c->arena, trm_json_key(it));
        if (!t[c->n].name)
            return trm_err_set(err, TRM_SYS, "no memory for tensor names");
        if (read_entry(&t[c->n], trm_json_value(it), data, size, err) != 0)
            return -1;
        c->n++;
    }
    qsort(t, c->n, sizeof *t, by_place);
    c->tensors = t;
    return check_cover(t, c->n, data, size, err);
}

static int
read_meta(struct trm_ckpt *c, const trm_json *meta, struct trm_err *err)
{
    if (!meta)
        return 0;
    if (trm_json_type(meta) != TRM_JSON_OBJECT)
        return trm_err_set(err, TRM_DATA, "__metadata__ is no object");
    struct trm_ckpt_meta *m = trm_arena_calloc(&c->arena, trm_json_len(meta) + 1, sizeof *m);
    for (void *it = trm_json_first(meta); m && it; it = trm_json_next(meta, it)) {
        const char *text = trm_json_str(trm_json_value(it), NULL);
        if (!text)
            return trm_err_set(err, TRM_DATA, "__metadata__ %.60s is no text", trm_json_key(it));
        m[c->n_meta].key = trm_arena_strdup(&c->arena, trm_json_key(it));
        m[c->n_meta].value = trm_arena_strdup(&c->arena, text);
        if (!m[c->n_meta].key || !m[c->n_meta].value)
            m = NULL;
        else
            c->n_meta++;
    }
    c->meta = m;
    return m ? 0 : trm_err_set(err, TRM_SYS, "no memory for metadata");
}

/* The header's text and all that follows, as they stand in the map. */
struct parts {
    const char *head, *end; /* end: of the data */
    size_t head_size;
};

static struct parts
parts_of(const struct trm_ckpt *c)
{
    uint64_t length = 0;
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)(unsigned char)c->map.data[i] << 8 * i;
    return (struct parts){c->map.data + 8, c->map.data + c->map.size, (size_t)length};
}

/* Where in the header the n digits `said` stand behind their mark; NULL: not there. */
static const char *
find_digits(const struct parts *p, const char *mark, const char *said, size_t n)
{
    const char *at = memmem(p->head, p->head_size, mark, strlen(mark));
    if (!at || strlen(said) != n || (size_t)(p->head + p->head_size - at) < strlen(mark) + n)
        return NULL;
    at += strlen(mark);
    return memcmp(at, said, n) == 0 ? at : NULL;
}

static int
damaged(struct trm_err *err)
{
    return trm_err_set(err, TRM_DATA, "the checksum is wrong: the file is damaged");
}

static int
misplaced(struct trm_err *err)
{
    return trm_err_set(err, TRM_DATA, "the checksum is not where it should be: the file is damaged");
}

int
trm_ckpt_verify(const struct trm_ckpt *c, struct trm_err *err)
{
    const struct parts p = parts_of(c);
    const char *said = trm_ckpt_get(c, DIGEST_KEY), *check = trm_ckpt_get(c, CHECK_KEY);
    const char *digits[2] = {find_digits(&p, DIGEST_MARK, said ? said : "", DIGEST_DIGITS),
                             check ? find_digits(&p, CHECK_MARK, check, CHECK_DIGITS) : NULL};
    const size_t n[2] = {DIGEST_DIGITS, CHECK_DIGITS};
    if (!digits[0] || (check && !digits[1]))
        return misplaced(err);
    struct trm_sha256 s;
    char hex[65];
    const char *at = p.head;
    bool swapped = digits[1] && digits[1] < digits[0];
    trm_sha256_init(&s);
    for (int k = 0; k < 2; k++) {
        int i = k ^ swapped;
        if (!digits[i])
            continue;
        trm_sha256_add(&s, at, (size_t)(digits[i] - at));
        trm_sha256_add(&s, ZEROS, n[i]);
        at = digits[i] + n[i];
    }
    trm_sha256_add(&s, at, (size_t)(p.end - at));
    trm_sha256_hex(&s, hex);
    return memcmp(hex, said, DIGEST_DIGITS) == 0 ? 0 : damaged(err);
}

/* Version 2: the fast checksum; the digest is taken at its word. */
static int
check_fast(const struct trm_ckpt *c, struct trm_err *err)
{
    const struct parts p = parts_of(c);
    const char *said = trm_ckpt_get(c, CHECK_KEY), *digits = said ? find_digits(&p, CHECK_MARK, said, CHECK_DIGITS) : NULL;
    if (!digits)
        return misplaced(err);
    struct trm_xxh64 x;
    char hex[CHECK_DIGITS + 1];
    trm_xxh64_init(&x);
    trm_xxh64_add(&x, p.head, (size_t)(digits - p.head));
    trm_xxh64_add(&x, ZEROS, CHECK_DIGITS);
    trm_xxh64_add(&x, digits + CHECK_DIGITS, (size_t)(p.end - digits - CHECK_DIGITS));
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)trm_xxh64_value(&x));
    return memcmp(hex, said, CHECK_DIGITS) == 0 ? 0 : damaged(err);
}

/* Ours only: format version, then the checksum. */
static int
check_ours(struct trm_ckpt *c, struct trm_err *err)
{
    const char *format = trm_ckpt_get(c, FORMAT_KEY), *said = trm_ckpt_get(c, DIGEST_KEY);
    if (!format || !said)
        return trm_err_set(err, TRM_DATA, "no model of ours: metadata %s is missing", format ? DIGEST_KEY : FORMAT_KEY);
    char *end;
    long version = strtol(format, &end, 10);
    if (*end || end == format || version < 1)
        return trm_err_set(err, TRM_DATA, "format version is %.20s, expected a number from 1", format);
    if (version > TRM_CKPT_FORMAT)
        return trm_err_set(err, TRM_DATA, "a later version: format %ld, this program knows up to %d", version,
                           TRM_CKPT_FORMAT);
    if (strlen(said) != DIGEST_DIGITS)
        return misplaced(err);
    memcpy(c->sha256, said, DIGEST_DIGITS + 1);
    return version == 1 ? trm_ckpt_verify(c, err) : check_fast(c, err);
}

static int
read_all(struct trm_ckpt *c, bool foreign, struct trm_err *err)
{
    const unsigned char *b = (const unsigned char *)c->map.data;
    uint64_t length = 0;
    if (c->map.size < 8)
        return trm_err_set(err, TRM_DATA, "%zu bytes are no safetensors file", c->map.size);
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)b[i] << 8 * i;
    if (length < 2 || length > MOST_HEADER)
        return trm_err_set(err, TRM_DATA, "header length %llu: no safetensors file, or damaged",
                           (unsigned long long)length);
    if (length > c->map.size - 8)
        return trm_err_set(err, TRM_DATA, "cut short: %zu bytes, its header alone has %llu", c->map.size,
                           (unsigned long long)length);
    const char *head = c->map.data + 8, *data = head + length;
    size_t size = c->map.size - 8 - (size_t)length;
    trm_json *v = trm_json_parse(head, (size_t)length, err);
    if (!v)
        return trm_err_at(err, "header");
    int status = -1;
    if (trm_json_type(v) != TRM_JSON_OBJECT)
        trm_err_set(err, TRM_DATA, "the header is no object");
    else if (read_meta(c, trm_json_get(v, "__metadata__"), err) == 0 && read_tensors(c, v, data, size, err) == 0)
        status = foreign ? 0 : check_ours(c, err);
    trm_json_free(v);
    return status;
}

int
trm_ckpt_open(struct trm_ckpt *c, const char *path, bool foreign, struct trm_err *err)
{
    *c = (struct trm_ckpt){0};
    if (trm_map_read(&c->map, path, 0, err) != 0)
        return -1;
    if (read_all(c, foreign, err) == 0)
        return 0;
    trm_ckpt_release(c);
    return trm_err_at(err, "%s", path);
}

void
trm_ckpt_release(struct trm_ckpt *c)
{
    trm_map_release(&c->map);
    trm_arena_release(&c->arena);
    *c = (struct trm_ckpt){0};
}

const struct trm_ckpt_tensor *
trm_ckpt_find(const struct trm_ckpt *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->tensors[i].name, name) == 0)
            return &c->tensors[i];
    return NULL;
}

const char *
trm_ckpt_get(const struct trm_ckpt *c, const char *key)
{
    for (size_t i = 0; i < c->n_meta; i++)
        if (strcmp(c->meta[i].key, key) == 0)
            return c->meta[i].value;
    return NULL;
}

/* IEEE 754 half precision. */
static double
of_half(uint16_t h)
{
    int exponent = h >> 10 & 31, fraction = h & 1023;
    double x = exponent == 31 ? (fraction ? NAN : INFINITY)
               : exponent     ? ldexp(1024 + fraction, exponent - 25)
                              : ldexp(fraction, -24);
    return h & 0x8000 ? -x : x;
}

static double
float_at(const struct trm_ckpt_tensor *t, size_t i)
{
    const char *p = (const char *)t->data + i * trm_dtype_size(t->dtype);
    double d;
    float f;
    uint16_t h;
    uint32_t bits;
    switch (t->dtype) {
    case TRM_F64:
        return memcpy(&d, p, 8), d;
    case TRM_F32:
        return memcpy(&f, p, 4), f;
    case TRM_F16:
        return memcpy(&h, p, 2), of_half(h);
    default: /* bfloat16: the upper half of a float */
        memcpy(&h, p, 2);
        bits = (uint32_t)h << 16;
        return memcpy(&f, &bits, 4), f;
    }
}

/* Element i as magnitude and sign. */
static bool
int_at(const struct trm_ckpt_tensor *t, size_t i, uint64_t *magnitude)
{
    const char *p = (const char *)t->data + i * trm_dtype_size(t->dtype);
    int32_t x;
    int64_t y;
    switch (t->dtype) {
    case TRM_U8:
        *magnitude = *(const uint8_t *)p;
        return false;
    case TRM_U64:
        memcpy(magnitude, p, 8);
        return false;
    case TRM_I32:
        memcpy(&x, p, 4);
        y = x;
        break;
    default:
        memcpy(&y, p, 8);
    }
    *magnitude = y < 0 ? -(uint64_t)y : (uint64_t)y;
    return y < 0;
}

/* Put an integer where it fits. */
static bool
put_int(void *out, enum trm_dtype as, size_t i, uint64_t magnitude, bool negative)
{
    uint64_t most = as == TRM_U8 ? UINT8_MAX : as == TRM_U64 ? UINT64_MAX : as == TRM_I32 ? INT32_MAX : INT64_MAX;
    if (negative && (as == TRM_U8 || as == TRM_U64))
        return false;
    if (magnitude > most + negative && !(as == TRM_U64))
        return false;
    uint64_t x = negative ? -magnitude : magnitude;
    if (as == TRM_U8)
        ((uint8_t *)out)[i] = (uint8_t)x;
    else if (as == TRM_I32)
        ((int32_t *)out)[i] = (int32_t)(uint32_t)x;
    else
        ((uint64_t *)out)[i] = x;
    return true;
}

/* x to `digits` binary digits, none of them below 2^least: to the nearest, ties to even. */
static double
round_to(double x, int digits, int least)
{
    int e;
    frexp(x, &e);
    int q = e - digits > least ? e - digits : least;
    return ldexp(rint(ldexp(x, -q)), q);
}

/* The half precision number of a value that is one, or not finite. */
static uint16_t
to_half(double x)
{
    int e;
    double y = fabs(x);
    unsigned sign = signbit(x) ? 0x8000 : 0;
    if (isnan(x))
        return (uint16_t)(sign | 0x7e00);
    if (isinf(x))
        return (uint16_t)(sign | 0x7c00);
    frexp(y, &e);
    if (y < 0x1p-14) /* no leading one is implied */
        return (uint16_t)(sign | (unsigned)ldexp(y, 24));
    return (uint16_t)(sign | (unsigned)(e + 14) << 10 | ((unsigned)ldexp(y, 11 - e) & 1023));
}

/* Put a number, rounded; false: it is finite and the type holds nothing so large. */
static bool
put_float(void *out, enum trm_dtype as, size_t i, double x)
{
    if (as == TRM_F64)
        return ((double *)out)[i] = x, true;
    if (as == TRM_F16) {
        double y = isfinite(x) ? round_to(x, 11, -24) : x;
        return ((uint16_t *)out)[i] = to_half(y), !(isfinite(x) && fabs(y) > 65504);
    }
    float f = (float)(as == TRM_BF16 && isfinite(x) ? round_to(x, 8, -133) : x);
    if (as == TRM_F32)
        ((float *)out)[i] = f;
    else { /* bfloat16: the upper half of a float */
        uint32_t bits;
        memcpy(&bits, &f, 4);
        ((uint16_t *)out)[i] = (uint16_t)(bits >> 16);
    }
    return isfinite(f) || !isfinite(x);
}

int
trm_ckpt_convert(const struct trm_ckpt_tensor *t, enum trm_dtype as, void *out, struct trm_err *err)
{
    if (t->dtype == as) {
        if (t->count)
            memcpy(out, t->data, t->count * trm_dtype_size(as));
        return 0;
    }
    if (trm_dtype_is_float(t->dtype) != trm_dtype_is_float(as))
        return trm_err_set(err, TRM_DATA, "%s is %s, expected %s", t->name, trm_dtype_name(t->dtype), trm_dtype_name(as));
    for (size_t i = 0; i < t->count; i++) {
        uint64_t magnitude = 0;
        bool negative = !trm_dtype_is_float(as) && int_at(t, i, &magnitude);
        if (!(trm_dtype_is_float(as) ? put_float(out, as, i, float_at(t, i)) : put_int(out, as, i, magnitude, negative)))
            return trm_err_set(err, TRM_DATA, "%s: element %zu does not fit %s", t->name, i, trm_dtype_name(as));
    }
    return 0;
}

int
trm_ckpt_read(const struct trm_ckpt *c, const char *name, enum trm_dtype as, void *out, size_t count,
              struct trm_err *err)
{
    const struct trm_ckpt_tensor *t = trm_ckpt_find(c, name);
    if (!t)
        return trm_err_set(err, TRM_DATA, "no tensor is called %s", name);
    if (t->count != count)
        return trm_err_set(err, TRM_DATA, "%s has %zu elements, expected %zu", name, t->count, count);
    return trm_ckpt_convert(t, as, out, err);
}

/* The file's tensor for table entry e, of its shape. */
static const struct trm_ckpt_tensor *
entry_of(const struct trm_ckpt *c, const char *prefix, const struct trm_tensor *e, struct trm_err *err)
{
    char name[256];
    snprintf(name, sizeof name, "%s%s", prefix, e->name);
    const struct trm_ckpt_tensor *t = trm_ckpt_find(c, name);
    if (!t) {
        trm_err_set(err, TRM_DATA, "tensor %s is missing", name);
        return NULL;
    }
    bool same = t->rank == e->rank && t->shape[0] == e->shape[0] && (e->rank == 1 || t->shape[1] == e->shape[1]);
    if (!same || !trm_dtype_is_float(t->dtype)) {
        trm_err_set(err, TRM_DATA, "tensor %s is %s of rank %zu [%zu,%zu], expected [%zu,%zu]", name,
                    trm_dtype_name(t->dtype), t->rank, t->shape[0], t->rank > 1 ? t->shape[1] : 1, e->shape[0],
                    e->shape[1]);
        return NULL;
    }
    return t;
}

int
trm_ckpt_vector(const struct trm_ckpt *c, const char *prefix, const struct trm_tensor *table, size_t n, size_t total,
                const trm_real **vec, trm_real **owned, struct trm_err *err)
{
    *vec = *owned = NULL;
    const char *base = NULL;
    bool as_it_is = true;
    for (size_t i = 0; i < n; i++) {
        const struct trm_ckpt_tensor *t = entry_of(c, prefix, &table[i], err);
        if (!t)
            return -1;
        if (i == 0)
            base = (const char *)t->data - table[0].offset * sizeof(trm_real);
        as_it_is = as_it_is && t->dtype == TRM_DTYPE_REAL
                   && (uintptr_t)t->data == (uintptr_t)base + table[i].offset * sizeof(trm_real);
    }
    if (as_it_is && (uintptr_t)base % sizeof(trm_real) == 0) {
        *vec = (const trm_real *)base;
        return 0;
    }
    trm_real *copy = calloc(total + 1, sizeof *copy);
    if (!copy)
        return trm_err_set(err, TRM_SYS, "no memory for %zu parameters", total);
    for (size_t i = 0; i < n; i++) {
        const struct trm_ckpt_tensor *t = entry_of(c, prefix, &table[i], err);
        if (trm_ckpt_read(c, t->name, TRM_DTYPE_REAL, copy + table[i].offset, table[i].count, err) != 0) {
            free(copy);
            return -1;
        }
    }
    *vec = *owned = copy;
    return 0;
}
