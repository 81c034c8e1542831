/* Reading: a pickle lists the tensors, members of the zip hold their numbers. */
#include "torch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../pack/pack.h"
#include "pickle.h"

enum {
    MOST_PICKLE = 1 << 20, /* bytes of data.pkl: 100 a tensor are usual. Reading takes about 80 times as much memory */
    EXPAND = 8,            /* tensors may share storage, and be views that repeat it, up to this many times the file's bytes */
    SMALL = 1 << 20,       /* and up to here whatever the file */
    MOST_NAME = 255,       /* bytes: texts of a pickle are shared, copies of them are not */
};

struct reader {
    struct trm_ckpt *c;
    struct trm_unpack zip;
    const char *folder; /* "archive/", of data.pkl */
    const char **loaded; /* [members] the bytes of those read, so that each is read once */
    size_t file_size, members; /* bytes of the file; of the members read so far */
    size_t expanded;           /* bytes of the tensors so far */
    struct trm_arena scratch;  /* the pickle's values */
    struct trm_err *err;
};

static int
no_memory(struct trm_err *err, size_t n)
{
    return trm_err_set(err, TRM_SYS, "no memory for %zu bytes", n);
}

/* --- members of the zip ------------------------------------------------------------------------------------------ */

/* Read member i, `size` bytes by its own word, into the arena. */
static const char *
read_member(struct reader *r, struct trm_arena *a, size_t i, size_t size)
{
    if (size > r->file_size || (r->members += size) > r->file_size) {
        trm_err_set(r->err, TRM_DATA, "its members hold more bytes than the file of %zu: they overlap or are packed, torch.save does neither",
                    r->file_size);
        return NULL;
    }
    char *data = trm_arena_alloc(a, size + 1);
    if (!data) {
        no_memory(r->err, size);
        return NULL;
    }
    data[size] = 0;
    return trm_unpack_read(&r->zip, i, data, size, r->err) == 0 ? data : NULL;
}

/* The folder that data.pkl stands in, and its number. */
static int
find_pickle(struct reader *r, size_t *at)
{
    static const char file[] = "/data.pkl";
    for (size_t i = 0; i < trm_unpack_count(&r->zip); i++) {
        const char *name = trm_unpack_name(&r->zip, i), *slash = name ? strchr(name, '/') : NULL;
        if (!slash || strcmp(slash, file) != 0)
            continue;
        r->folder = trm_arena_strndup(&r->scratch, name, (size_t)(slash + 1 - name));
        *at = i;
        return r->folder ? 0 : no_memory(r->err, strlen(name));
    }
    return trm_err_set(r->err, TRM_DATA, "a zip without data.pkl, expected what torch.save writes");
}

static long
member(struct reader *r, const char *name)
{
    char *path = trm_arena_printf(&r->scratch, "%s%s", r->folder, name);
    return path ? trm_unpack_find(&r->zip, path) : -1;
}

/* What the other members say of the whole. */
static int
check_kind(struct reader *r)
{
    if (member(r, "constants.pkl") >= 0)
        return trm_err_set(r->err, TRM_DATA, "a TorchScript archive, expected a state dict: torch.save(model.state_dict(), ...)");
    long i = member(r, "byteorder");
    size_t size;
    if (i < 0)
        return 0;
    if (trm_unpack_size(&r->zip, (size_t)i, &size, r->err) != 0)
        return -1;
    const char *order = read_member(r, &r->scratch, (size_t)i, size);
    if (!order)
        return -1;
    return strncmp(order, "little", 6) == 0 ? 0 : trm_err_set(r->err, TRM_DATA, "byte order %.20s, expected little", order);
}

static const struct trm_pickle_value *
read_pickle(struct reader *r)
{
    size_t at = 0, size;
    if (find_pickle(r, &at) != 0 || check_kind(r) != 0 || trm_unpack_size(&r->zip, at, &size, r->err) != 0)
        return NULL;
    if (size > MOST_PICKLE) {
        trm_err_set(r->err, TRM_DATA, "data.pkl has %zu bytes, more than %d", size, MOST_PICKLE);
        return NULL;
    }
    const char *bytes = read_member(r, &r->scratch, at, size);
    return bytes ? trm_pickle_read(&r->scratch, bytes, size, r->err) : NULL;
}

/* The bytes of a storage; NULL with err. */
static const char *
load_storage(struct reader *r, const struct trm_pickle_storage *s)
{
    char name[64];
    size_t want, size;
    if (__builtin_mul_overflow(s->count, trm_dtype_size(s->dtype), &want)) {
        trm_err_set(r->err, TRM_DATA, "storage data/%.40s of %zu numbers: no size that fits", s->key, s->count);
        return NULL;
    }
    long i = snprintf(name, sizeof name, "data/%s", s->key) < (int)sizeof name ? member(r, name) : -1;
    if (i < 0) {
        trm_err_set(r->err, TRM_DATA, "storage data/%.40s is not in the file", s->key);
        return NULL;
    }
    if (trm_unpack_size(&r->zip, (size_t)i, &size, r->err) != 0)
        return NULL;
    if (size != want) {
        trm_err_set(r->err, TRM_DATA, "storage %s has %zu bytes, expected %zu", name, size, want);
        return NULL;
    }
    if (!r->loaded[i])
        r->loaded[i] = read_member(r, &r->c->arena, (size_t)i, want);
    return r->loaded[i];
}

/* --- tensors ----------------------------------------------------------------------------------------------------- */

/* rank, shape and count; sizes come as numbers that are not below 0. */
static int
read_shape(struct trm_ckpt_tensor *t, const struct trm_pickle_tensor *p, struct trm_err *err)
{
    if (p->size->n_items > TRM_CKPT_MAX_RANK)
        return trm_err_set(err, TRM_DATA, "%zu dimensions, expected at most %d", p->size->n_items, TRM_CKPT_MAX_RANK);
    t->rank = p->size->n_items;
    t->count = 1;
    for (size_t i = 0; i < t->rank; i++) {
        t->shape[i] = (size_t)p->size->items[i]->num;
        if (__builtin_mul_overflow(t->count, t->shape[i], &t->count) || t->count > (size_t)1 << 53)
            return trm_err_set(err, TRM_DATA, "shape is no size that fits");
    }
    return 0;
}

/* Whether every element stands within the storage. */
static int
check_reach(const struct trm_ckpt_tensor *t, const struct trm_pickle_tensor *p, struct trm_err *err)
{
    uint64_t last = p->offset, way;
    if (t->count == 0)
        return 0;
    for (size_t i = 0; i < t->rank; i++)
        if (__builtin_mul_overflow((uint64_t)p->stride->items[i]->num, (uint64_t)t->shape[i] - 1, &way)
            || __builtin_add_overflow(last, way, &last))
            return trm_err_set(err, TRM_DATA, "its strides reach beyond all storage");
    if (last >= p->storage->count)
        return trm_err_set(err, TRM_DATA, "reaches number %llu of storage data/%.40s, which has %zu", (unsigned long long)last,
                           p->storage->key, p->storage->count);
    return 0;
}

static bool
is_contiguous(const struct trm_ckpt_tensor *t, const struct trm_pickle_tensor *p)
{
    uint64_t expected = 1;
    for (size_t i = t->rank; i-- > 0; expected *= t->shape[i])
        if (t->shape[i] != 1 && (uint64_t)p->stride->items[i]->num != expected)
            return false;
    return true;
}

/* The elements in order, whatever their strides. */
static void
gather(char *out, const struct trm_ckpt_tensor *t, const struct trm_pickle_tensor *p, const char *from)
{
    size_t index[TRM_CKPT_MAX_RANK] = {0}, size = trm_dtype_size(t->dtype), at = (size_t)p->offset;
    for (size_t n = 0; n < t->count; n++) {
        memcpy(out + n * size, from + at * size, size);
        for (size_t i = t->rank; i-- > 0;) {
            size_t stride = (size_t)p->stride->items[i]->num;
            at += stride;
            if (++index[i] < t->shape[i])
                break;
            at -= stride * t->shape[i], index[i] = 0;
        }
    }
}

static int
read_tensor(struct reader *r, struct trm_ckpt_tensor *t, const struct trm_pickle_tensor *p)
{
    t->dtype = p->storage->dtype;
    if (read_shape(t, p, r->err) != 0 || check_reach(t, p, r->err) != 0)
        return -1;
    size_t bytes = t->count * trm_dtype_size(t->dtype), most = EXPAND * r->file_size + SMALL; /* count is below 2^53 */
    if (bytes > most || (r->expanded += bytes) > most)
        return trm_err_set(r->err, TRM_DATA, "tensors of more than %zu bytes out of a file of %zu: views that repeat its numbers", most,
                           r->file_size);
    const char *from = load_storage(r, p->storage);
    if (!from)
        return -1;
    if (t->count == 0)
        t->data = from;
    else if (is_contiguous(t, p))
        t->data = from + p->offset * trm_dtype_size(t->dtype);
    else {
        char *own = trm_arena_alloc(&r->c->arena, bytes);
        if (!own)
            return no_memory(r->err, bytes);
        gather(own, t, p, from);
        t->data = own;
    }
    return 0;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
check_names(struct reader *r)
{
    const char **names = trm_arena_calloc(&r->scratch, r->c->n + 1, sizeof *names);
    if (!names)
        return no_memory(r->err, r->c->n);
    for (size_t i = 0; i < r->c->n; i++)
        names[i] = r->c->tensors[i].name;
    qsort(names, r->c->n, sizeof *names, by_text);
    for (size_t i = 1; i < r->c->n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return trm_err_set(r->err, TRM_DATA, "%.80s stands twice", names[i]);
    return 0;
}

static int
read_dict(struct reader *r, const struct trm_pickle_value *dict)
{
    if (dict->type != TRM_PICKLE_DICT)
        return trm_err_set(r->err, TRM_DATA, "holds %s, expected a state dict: names and tensors", trm_pickle_type_name(dict->type));
    struct trm_ckpt_tensor *t = trm_arena_calloc(&r->c->arena, dict->n_pairs + 1, sizeof *t);
    r->loaded = trm_arena_calloc(&r->scratch, trm_unpack_count(&r->zip) + 1, sizeof *r->loaded);
    r->c->tensors = t;
    if (!t || !r->loaded)
        return no_memory(r->err, dict->n_pairs * sizeof *t);
    for (const struct trm_pickle_pair *pair = dict->first; pair; pair = pair->next, t++) {
        if (pair->key->type != TRM_PICKLE_TEXT)
            return trm_err_set(r->err, TRM_DATA, "its dict has %s as a key, expected names", trm_pickle_type_name(pair->key->type));
        if (pair->value->type != TRM_PICKLE_TENSOR)
            return trm_err_set(r->err, TRM_DATA, "%.80s is %s, expected a tensor: is the state dict one level down?", pair->key->text,
                               trm_pickle_type_name(pair->value->type));
        if (pair->key->n > MOST_NAME)
            return trm_err_set(r->err, TRM_DATA, "%.40s...: a name of %zu bytes, expected at most %d", pair->key->text, pair->key->n, MOST_NAME);
        t->name = trm_arena_strdup(&r->c->arena, pair->key->text);
        if (!t->name)
            return no_memory(r->err, pair->key->n);
        if (read_tensor(r, t, &pair->value->tensor) != 0)
            return trm_err_at(r->err, "%.80s", t->name);
        r->c->n++;
    }
    return check_names(r);
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

static int
read_file(struct reader *r, const struct trm_map *map)
{
    /* PyTorch before 1.6: a pickle of the number 0x1950a86a20f9469cfc6c comes first */
    static const char old[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    if (map->size >= sizeof old - 1 && memcmp(map->data, old, sizeof old - 1) == 0)
        return trm_err_set(r->err, TRM_DATA, "written by PyTorch before 1.6, or in its form: load it there and save it again");
    if (!trm_pack_is_zip(map->data, map->size))
        return trm_err_set(r->err, TRM_DATA, "no zip, expected what torch.save writes");
    if (trm_unpack_open(&r->zip, map->data, map->size, r->err) != 0)
        return -1;
    const struct trm_pickle_value *v = read_pickle(r);
    if (!v || read_dict(r, v) != 0)
        return -1;
    struct trm_sha256 s;
    trm_sha256_init(&s);
    trm_sha256_add(&s, map->data, map->size);
    trm_sha256_hex(&s, r->c->sha256);
    return 0;
}

int
trm_torch_open(struct trm_ckpt *c, const char *path, struct trm_err *err)
{
    *c = (struct trm_ckpt){0};
    struct trm_map map;
    if (trm_map_open(&map, path, 0, err) != 0)
        return -1;
    struct reader r = {.c = c, .file_size = map.size, .err = err};
    int status = read_file(&r, &map);
    trm_unpack_release(&r.zip);
    trm_arena_release(&r.scratch);
    trm_map_release(&map);
    if (status == 0)
        return 0;
    trm_ckpt_release(c);
    return trm_err_at(err, "%s", path);
}
