/* PyTorch state dicts: round trips, and every way in which a pickle, a zip or a view can lie. Zips are written here by hand. */
#include <unistd.h>

#include "../../lib/base/buf.h"
#include "../../lib/pack/pack.h"
#include "../../lib/torch/pickle.h"
#include "../../lib/torch/torch.h"
#include "t.h"

static char folder[64] = "/tmp/trm-torch-XXXXXX";

static const char *
in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* --- a zip by hand ------------------------------------------------------------------------------------------------ */

static uint32_t
crc32_of(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint32_t crc = ~0u;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

struct zip {
    struct trm_buf body, central;
    int n;
};

static void
little(struct trm_buf *b, uint64_t x, int n)
{
    for (int i = 0; i < n; i++)
        trm_buf_addc(b, (char)(x >> 8 * i));
}

/* What local and central headers share, from the version on. */
static void
common(struct trm_buf *b, const char *name, const void *bytes, size_t n)
{
    little(b, 20, 2), little(b, 0, 2), little(b, 0, 2), little(b, 0, 2), little(b, 0x21, 2); /* stored, 1 January 1980 */
    little(b, crc32_of(bytes, n), 4), little(b, n, 4), little(b, n, 4), little(b, strlen(name), 2), little(b, 0, 2);
}

/* An entry of the directory that points at the local header at `at`. */
static void
add_entry(struct zip *z, const char *name, const void *bytes, size_t n, size_t at)
{
    trm_buf_add(&z->central, "PK\1\2\x14\0", 6);
    common(&z->central, name, bytes, n);
    little(&z->central, 0, 2), little(&z->central, 0, 2), little(&z->central, 0, 2), little(&z->central, 0, 4);
    little(&z->central, at, 4);
    trm_buf_adds(&z->central, name);
    z->n++;
}

static void
add_member(struct zip *z, const char *name, const void *bytes, size_t n)
{
    add_entry(z, name, bytes, n, z->body.len);
    trm_buf_add(&z->body, "PK\3\4", 4);
    common(&z->body, name, bytes, n);
    trm_buf_adds(&z->body, name);
    trm_buf_add(&z->body, bytes, n);
}

/* The whole file, under `name` in the folder. */
static const char *
finish(struct zip *z, const char *name)
{
    FILE *f = fopen(in_folder(name), "wb");
    struct trm_buf end = {0};
    trm_buf_add(&end, "PK\5\6\0\0\0\0", 8);
    little(&end, (uint64_t)z->n, 2), little(&end, (uint64_t)z->n, 2), little(&end, z->central.len, 4), little(&end, z->body.len, 4);
    little(&end, 0, 2);
    fwrite(z->body.data, 1, z->body.len, f), fwrite(z->central.data, 1, z->central.len, f), fwrite(end.data, 1, end.len, f);
    fclose(f);
    trm_buf_release(&z->body), trm_buf_release(&z->central), trm_buf_release(&end);
    *z = (struct zip){0};
    return in_folder(name);
}

/* --- pickles by hand ---------------------------------------------------------------------------------------------- */

#define DICT "ccollections\nOrderedDict\n)R"
#define REBUILD "ctorch._utils\n_rebuild_tensor_v2\n"

static void
put_text(struct trm_buf *b, const char *s)
{
    trm_buf_addc(b, 'X');
    little(b, strlen(s), 4);
    trm_buf_adds(b, s);
}

static void
put_number(struct trm_buf *b, int64_t x)
{
    trm_buf_add(b, "\x8a\x08", 2);
    little(b, (uint64_t)x, 8);
}

static void
put_tuple(struct trm_buf *b, const int64_t *x, size_t n)
{
    trm_buf_addc(b, '(');
    for (size_t i = 0; i < n; i++)
        put_number(b, x[i]);
    trm_buf_addc(b, 't');
}

struct view {
    const char *name, *storage, *key;
    int64_t count, offset, size[2], stride[2];
    size_t rank;
};

static void
put_view(struct trm_buf *b, const struct view *v)
{
    put_text(b, v->name);
    trm_buf_adds(b, REBUILD "((");
    put_text(b, "storage");
    trm_buf_addf(b, "ctorch\n%s\n", v->storage);
    put_text(b, v->key), put_text(b, "cuda:0");
    put_number(b, v->count);
    trm_buf_adds(b, "tQ");
    put_number(b, v->offset);
    put_tuple(b, v->size, v->rank), put_tuple(b, v->stride, v->rank);
    trm_buf_adds(b, "\x89" DICT "tR");
}

/* A file of one storage, numbers 0..11 in float32, and these views; the last member is extra/NAME when a name is given. */
static const char *
with_views(const struct view *v, size_t n, const char *extra)
{
    struct trm_buf p = {0};
    struct zip z = {0};
    float x[12];
    for (int i = 0; i < 12; i++)
        x[i] = (float)i;
    trm_buf_adds(&p, "\x80\x02" DICT "(");
    for (size_t i = 0; i < n; i++)
        put_view(&p, &v[i]);
    trm_buf_adds(&p, "u.");
    add_member(&z, "archive/data.pkl", p.data, p.len);
    add_member(&z, "archive/data/0", x, sizeof x);
    if (extra)
        add_member(&z, extra, "big", 3);
    trm_buf_release(&p);
    return finish(&z, "made.pt");
}

static const char *
with_pickle(const void *bytes, size_t n)
{
    struct zip z = {0};
    add_member(&z, "archive/data.pkl", bytes, n);
    return finish(&z, "made.pt");
}

static void
refused(const char *path, const char *words)
{
    struct trm_ckpt c;
    struct trm_err err = {0};
    int status = trm_torch_open(&c, path, &err);
    CHECK(status == -1 && err.kind == TRM_DATA && strstr(err.text, path));
    if (!strstr(err.text, words))
        printf("# said: %s\n", err.text);
    CHECK(strstr(err.text, words) != NULL);
    CHECK(c.n == 0 && !c.tensors);
    if (status == 0)
        trm_ckpt_release(&c);
}
#define REFUSED_PICKLE(bytes, words) refused(with_pickle("\x80\x02" bytes, sizeof bytes + 1), words)
/* One view that is like a good one but for what is set (again, which gcc would warn of). */
#pragma GCC diagnostic ignored "-Woverride-init"
#define VIEW(...) ((struct view){.name = "a", .storage = "FloatStorage", .key = "0", .count = 12, .rank = 2, __VA_ARGS__})
static void
refused_view(struct view v, const char *words)
{
    refused(with_views(&v, 1, NULL), words);
}

/* --- what is fine ------------------------------------------------------------------------------------------------- */

static void
views(void)
{
    const struct view v[] = {
        VIEW(.name = "whole", .size = {3, 4}, .stride = {4, 1}), VIEW(.name = "turned", .size = {4, 3}, .stride = {1, 4}),
        VIEW(.name = "part", .offset = 5, .size = {2, 2}, .stride = {4, 1}), VIEW(.name = "again", .size = {2, 3}, .stride = {0, 1}),
        VIEW(.name = "one", .offset = 11, .rank = 0), VIEW(.name = "none", .size = {0, 7}, .stride = {7, 1}, .offset = 99),
    };
    static const float want[][6] = {{0, 1, 2, 3, 4, 5}, {0, 4, 8, 1, 5, 9}, {5, 6, 9, 10}, {0, 1, 2, 0, 1, 2}, {11}};
    static const size_t count[] = {12, 12, 4, 6, 1, 0};
    struct trm_ckpt c;
    struct trm_err err = {0};
    CHECK(trm_torch_open(&c, with_views(v, 6, "archive/version"), &err) == 0 && c.n == 6);
    if (err.kind)
        printf("# said: %s\n", err.text);
    for (size_t i = 0; i < c.n; i++) {
        CHECK_STR(c.tensors[i].name, v[i].name);
        CHECK(c.tensors[i].count == count[i] && c.tensors[i].rank == v[i].rank && c.tensors[i].dtype == TRM_F32);
        CHECK(i == 5 || memcmp(c.tensors[i].data, want[i], (count[i] < 6 ? count[i] : 6) * 4) == 0);
    }
    CHECK(strlen(c.sha256) == 64);
    trm_ckpt_release(&c);
}

static void
round_trip(void)
{
    static const double d[2] = {1e-300, -2};
    static const float f[6] = {1, -2, 3.5f, 0, 1e-30f, 7};
    static const uint16_t half[2] = {0x3c00, 0x8001};
    static const int64_t l[1] = {-7};
    static const int32_t i[3] = {-1, 5, 2147483647};
    const struct trm_ckpt_tensor t[] = {
        {"inner.f", TRM_F32, 2, {3, 2}, 6, f}, {"d", TRM_F64, 1, {2}, 2, d}, {"h", TRM_F16, 1, {2}, 2, half},
        {"b", TRM_BF16, 1, {2}, 2, half}, {"l", TRM_I64, 0, {0}, 1, l}, {"i", TRM_I32, 1, {3}, 3, i}, {"u", TRM_U8, 1, {5}, 5, "bytes"},
        {"none", TRM_F32, 2, {0, 4}, 0, NULL},
    };
    const struct trm_ckpt_tensor unsigned_one = {"x", TRM_U64, 1, {1}, 1, l};
    struct trm_err err = {0};
    struct trm_ckpt c;
    CHECK(trm_torch_write(in_folder("w.pt"), t, 8, &err) == 0 && trm_torch_open(&c, in_folder("w.pt"), &err) == 0 && c.n == 8);
    for (size_t k = 0; k < c.n; k++) {
        CHECK_STR(c.tensors[k].name, t[k].name);
        CHECK(c.tensors[k].dtype == t[k].dtype && c.tensors[k].rank == t[k].rank && c.tensors[k].count == t[k].count);
        CHECK(memcmp(c.tensors[k].shape, t[k].shape, t[k].rank * sizeof t[k].shape[0]) == 0);
        CHECK(!t[k].count || memcmp(c.tensors[k].data, t[k].data, t[k].count * trm_dtype_size(t[k].dtype)) == 0);
    }
    trm_ckpt_release(&c);
    CHECK(trm_torch_write(in_folder("not.pt"), &unsigned_one, 1, &err) == -1 && err.kind == TRM_USAGE);
    CHECK(access(in_folder("not.pt"), F_OK) != 0);
}

/* What newer protocols and modules write: frames, short text, MEMOIZE, STACK_GLOBAL, attributes by BUILD, parameters. */
static void
other_words(void)
{
    static const char bytes[] = "\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x0b" "collections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94"
                                "}\x8c\x09_metadataG\x3f\xf0\0\0\0\0\0\0sb.";
    struct trm_ckpt c;
    struct trm_err err = {0};
    CHECK(trm_torch_open(&c, with_pickle(bytes, sizeof bytes - 1), &err) == 0 && c.n == 0);
    if (err.kind)
        printf("# said: %s\n", err.text);
    trm_ckpt_release(&c);
}

/* --- what is not -------------------------------------------------------------------------------------------------- */

static void
names(void)
{
    REFUSED_PICKLE("cos\nsystem\n(X\x02\0\0\0idtR.", "byte 2: names os.system");
    REFUSED_PICKLE(DICT "(X\x01\0\0\0acposix\nsystem\n.", "byte 36: names posix.system");
    REFUSED_PICKLE("\x8c\x08" "builtins\x8c\x04" "eval\x93.", "names builtins.eval");
    REFUSED_PICKLE("c__builtin__\neval\n.", "names __builtin__.eval");
    REFUSED_PICKLE("ctorch\nload\n.", "names torch.load");
    REFUSED_PICKLE("ctorch._utils\n_rebuild_qtensor\n.", "names torch._utils._rebuild_qtensor");
    REFUSED_PICKLE("ctorch\nComplexFloatStorage\n.", "names torch.ComplexFloatStorage");
    REFUSED_PICKLE("cos\nsys\ttem\x1b[2J\n.", "names os.sys?tem?[2J");
    REFUSED_PICKLE("(ios\nsystem\n.", "byte 3: opcode INST");
    REFUSED_PICKLE("(o.", "opcode OBJ");
    REFUSED_PICKLE(")\x81.", "opcode NEWOBJ");
    REFUSED_PICKLE("\x82\x01.", "opcode EXT1");
    REFUSED_PICKLE("]\x32.", "opcode EMPTY_LIST");
    REFUSED_PICKLE("\xff.", "0xff is no opcode");
    REFUSED_PICKLE("ctorch\nFloatStorage\n)R.", "called as a function");
    REFUSED_PICKLE(DICT ")R.", "no name with a tuple");
    REFUSED_PICKLE("ccollections\nOrderedDict\nK\x01\x85R.", "OrderedDict with arguments");
    REFUSED_PICKLE(REBUILD ")R.", "without (storage, offset");
    REFUSED_PICKLE("ctorch._utils\n_rebuild_parameter\nK\x01\x89" DICT "\x87R.", "without (tensor");
    REFUSED_PICKLE("X\x07\0\0\0storageQ.", "persistent id");
    refused(with_pickle("\x80\x06.", 3), "protocol 6");
}

static void
stack_and_memo(void)
{
    REFUSED_PICKLE("", "cut short");
    REFUSED_PICKLE("X\xff\xff\xff\xff" "a.", "cut short");
    REFUSED_PICKLE("cos", "cut short");
    REFUSED_PICKLE("\x8a\xff.", "more than 64 bits");
    REFUSED_PICKLE(".", "nothing on the stack");
    REFUSED_PICKLE("(.", "nothing on the stack");
    REFUSED_PICKLE("t.", "no mark");
    REFUSED_PICKLE("(\x86.", "nothing on the stack");
    REFUSED_PICKLE("NN.", "more than one value");
    REFUSED_PICKLE("N(NNu.", "no dict");
    REFUSED_PICKLE("}(Nu.", "without a value");
    REFUSED_PICKLE("NNb.", "BUILD");
    REFUSED_PICKLE("Nr\xff\xff\xff\xff.", "memo 4294967295");
    REFUSED_PICKLE("Nq\x01.", "memo 1, expected at most 0");
    REFUSED_PICKLE("h\x05.", "never kept");
    REFUSED_PICKLE("(q\0.", "nothing on the stack");
    REFUSED_PICKLE("X\x02\0\0\0a\0.", "zero byte");
    REFUSED_PICKLE("N.", "holds None");
    REFUSED_PICKLE("}K\x01Ns.", "a number as a key");
    REFUSED_PICKLE("}X\x01\0\0\0a}s.", "a is a dict, expected a tensor");
}

/* Bytes that repeat: nesting, and a memo that is asked for again and again. */
static void
bombs(void)
{
    struct trm_buf p = {0};
    enum { DEEP = 300000 };
    trm_buf_adds(&p, "\x80\x02)");
    for (int i = 0; i < DEEP; i++)
        trm_buf_addc(&p, (char)0x85); /* a tuple of the one before */
    trm_buf_addc(&p, '.');
    refused(with_pickle(p.data, p.len), "holds a tuple");
    trm_buf_reset(&p);
    trm_buf_adds(&p, "\x80\x02");
    for (int i = 0; i < DEEP; i++)
        trm_buf_addc(&p, '(');
    for (int i = 0; i < DEEP; i++)
        trm_buf_addc(&p, 't');
    trm_buf_addc(&p, '.');
    refused(with_pickle(p.data, p.len), "holds a tuple");
    trm_buf_reset(&p); /* each tuple holds the one before twice: 2^80000 items for who follows them */
    trm_buf_adds(&p, "\x80\x04)\x94");
    for (int i = 0; i < 80000; i++) {
        trm_buf_addc(&p, 'j'), little(&p, (uint64_t)i, 4), trm_buf_addc(&p, 'j'), little(&p, (uint64_t)i, 4);
        trm_buf_adds(&p, "\x86\x94");
    }
    trm_buf_addc(&p, '.');
    refused(with_pickle(p.data, p.len), "more than one value");
    trm_buf_release(&p);
    struct view v = VIEW(.size = {3, 4}, .stride = {4, 1});
    char name[300];
    memset(name, 'n', 299), name[299] = 0;
    v.name = name;
    refused_view(v, "a name of 299 bytes");
}

static void
shapes(void)
{
    const int64_t huge = (int64_t)1 << 62;
    refused_view(VIEW(.size = {huge, 4}, .stride = {4, 1}), "no size that fits");
    refused_view(VIEW(.size = {huge, huge}, .stride = {0, 0}), "no size that fits");
    refused_view(VIEW(.size = {1 << 30, 4}, .stride = {0, 1}), "views that repeat");
    refused_view(VIEW(.size = {2, 2}, .stride = {INT64_MAX, INT64_MAX}, .offset = INT64_MAX), "beyond all storage");
    refused_view(VIEW(.size = {3, 5}, .stride = {4, 1}), "reaches number 12 of storage data/0");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .offset = 1), "reaches number 12");
    refused_view(VIEW(.size = {3, -4}, .stride = {4, 1}), "without (storage, offset");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, -1}), "without (storage, offset");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .offset = -1), "without (storage, offset");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .count = -1), "persistent id");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .count = INT64_MAX), "no size that fits");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .count = 13), "has 48 bytes, expected 52");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .storage = "DoubleStorage"), "has 48 bytes, expected 96");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .key = "1"), "data/1 is not in the file");
    refused_view(VIEW(.size = {3, 4}, .stride = {4, 1}, .key = "../data.pkl"), "is not in the file");
    refused_view(VIEW(.size = {0, 4}, .stride = {4, 1}, .count = 5), "has 48 bytes, expected 20");
    const struct view twice[] = {VIEW(.size = {3, 4}, .stride = {4, 1}), VIEW(.size = {1, 4}, .stride = {4, 1})};
    refused(with_views(twice, 2, NULL), "a stands twice");
    struct view many[200];
    for (int i = 0; i < 200; i++)
        many[i] = VIEW(.size = {3000, 4}, .stride = {0, 1});
    refused(with_views(many, 200, NULL), "views that repeat"); /* each alone is small */
}

/* Members that share their bytes, are packed, or are of another kind of file. */
static void
archives(void)
{
    static const char bytes[4000] = "", old[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.more";
    const struct view two[] = {
        {.name = "a", .storage = "ByteStorage", .key = "0", .count = 4000, .size = {4000}, .stride = {1}, .rank = 1},
        {.name = "b", .storage = "ByteStorage", .key = "1", .count = 4000, .size = {4000}, .stride = {1}, .rank = 1},
        {.name = "c", .storage = "ByteStorage", .key = "2", .count = 4000, .size = {4000}, .stride = {1}, .rank = 1},
    };
    struct zip z = {0};
    struct trm_buf p = {0};
    trm_buf_adds(&p, "\x80\x02" DICT "(");
    for (int i = 0; i < 3; i++)
        put_view(&p, &two[i]);
    trm_buf_adds(&p, "u.");
    add_member(&z, "x/data/0", bytes, sizeof bytes);
    add_entry(&z, "x/data/1", bytes, sizeof bytes, 0), add_entry(&z, "x/data/2", bytes, sizeof bytes, 0);
    add_member(&z, "x/data.pkl", p.data, p.len);
    refused(finish(&z, "overlap.pt"), "they overlap or are packed");
    struct trm_pack packed = {0};
    struct trm_err err = {0};
    char *whole;
    size_t n;
    CHECK(trm_pack_add(&packed, "x/data.pkl", p.data, p.len, &err) == 0);
    for (int i = 0; i < 3; i++) {
        char name[] = "x/data/0";
        name[7] = (char)('0' + i);
        CHECK(trm_pack_add(&packed, name, bytes, sizeof bytes, &err) == 0);
    }
    CHECK(trm_pack_finish(&packed, &whole, &n, &err) == 0);
    FILE *f = fopen(in_folder("packed.pt"), "wb");
    fwrite(whole, 1, n, f), fclose(f), free(whole);
    refused(in_folder("packed.pt"), "they overlap or are packed");
    trm_buf_release(&p);
    struct view v = VIEW(.size = {3, 4}, .stride = {4, 1});
    refused(with_views(&v, 1, "archive/constants.pkl"), "TorchScript");
    refused(with_views(&v, 1, "archive/byteorder"), "byte order big");
    add_member(&z, "readme.txt", "hello", 5);
    refused(finish(&z, "other.zip"), "without data.pkl");
    f = fopen(in_folder("old.pt"), "wb");
    fwrite(old, 1, sizeof old - 1, f), fclose(f);
    refused(in_folder("old.pt"), "before 1.6");
    f = fopen(in_folder("none.pt"), "wb"), fclose(f);
    refused(in_folder("none.pt"), "no zip");
}

/* A good file cut at every length is refused; with a bit changed anywhere it is read or refused, and nothing else happens. */
static void
cut_and_flip(void)
{
    struct view v = VIEW(.size = {4, 3}, .stride = {1, 4});
    struct trm_err err = {0};
    struct trm_ckpt c;
    static char b[8192];
    FILE *f = fopen(with_views(&v, 1, NULL), "rb");
    size_t n = fread(b, 1, sizeof b, f), read = 0;
    fclose(f);
    for (size_t i = 0; i < 2 * n; i++) {
        size_t at = i % n;
        f = fopen(in_folder("bad.pt"), "wb");
        b[at] ^= i < n ? 0 : 1 << at % 8;
        fwrite(b, 1, i < n ? at : n, f), fclose(f);
        b[at] ^= i < n ? 0 : 1 << at % 8;
        int status = trm_torch_open(&c, in_folder("bad.pt"), &err);
        CHECK(status == 0 ? i >= n : err.kind == TRM_DATA);
        read += status == 0;
        trm_err_reset(&err);
        if (status == 0)
            trm_ckpt_release(&c);
    }
    CHECK(read < n / 2); /* names, times and versions of the zip may be anything */
}

T_MAIN
{
    T("a folder to work in") CHECK(mkdtemp(folder) != NULL);
    T("views come out as contiguous tensors, whatever their strides, offsets and shared storage") views();
    T("what was written is read back, every type") round_trip();
    T("the words of newer protocols and of modules are understood") other_words();
    T("names that no state dict needs are refused with the name and the place, and so are opcodes") names();
    T("a stack or memo that does not fit is refused") stack_and_memo();
    T("nesting, memo and name bombs take no more than their bytes") bombs();
    T("shapes, strides and storages that lie are refused") shapes();
    T("archives that are none of ours, overlap or are packed are refused") archives();
    T("a file cut or changed anywhere is read or refused") cut_and_flip();
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        return;
}
