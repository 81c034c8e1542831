/* Files of named tensors: round trip, and every way in which one can be bad. */
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/base/hash.h"
#include "../../lib/ckpt/ckpt.h"
#include "t.h"

static char folder[64] = "/tmp/trm-ckpt-XXXXXX";

static const char *
in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* The whole file; *n its size. Freed by the caller. */
static char *
slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *b = malloc(1 << 16);
    *n = fread(b, 1, 1 << 16, f);
    fclose(f);
    return b;
}

static void
spill(const char *path, const void *b, size_t n)
{
    FILE *f = fopen(path, "wb");
    fwrite(b, 1, n, f);
    fclose(f);
}

static const float weights[6] = {1, -2, 3.5f, 0, 1e-30f, 7};
static const uint64_t rng[4] = {1, 2, UINT64_MAX, 4};
static const int32_t ids[3] = {-1, 5, 2147483647};

static int
write_sample(const char *path, char sha[65], struct trm_err *err)
{
    const struct trm_ckpt_tensor t[] = {
        {.name = "inner.a", .dtype = TRM_F32, .rank = 2, .shape = {2, 2}, .data = weights},
        {.name = "inner.b", .dtype = TRM_F32, .rank = 1, .shape = {2}, .data = weights + 4},
        {.name = "rng", .dtype = TRM_U64, .rank = 1, .shape = {4}, .data = rng},
        {.name = "ids", .dtype = TRM_I32, .rank = 1, .shape = {3}, .data = ids},
        {.name = "empty", .dtype = TRM_U8, .rank = 1, .shape = {0}, .data = NULL},
    };
    const struct trm_ckpt_meta m[] = {{"net.width", "128"}, {"name", "T\xc3\xbcr \"30\"\n"}};
    return trm_ckpt_write(path, t, 5, m, 2, sha, err);
}

/* A file with this header text and n zero bytes behind it. */
static const char *
with_header(const char *header, size_t n)
{
    static char b[4096];
    size_t len = strlen(header);
    memset(b, 0, sizeof b);
    for (int i = 0; i < 8; i++)
        b[i] = (char)(len >> 8 * i);
    memcpy(b + 8, header, len);
    spill(in_folder("made"), b, 8 + len + n);
    return in_folder("made");
}

/* The file is refused as data, with its path and these words. */
static void
refused(const char *path, bool foreign, const char *words)
{
    struct trm_ckpt c;
    struct trm_err err = {0};
    int status = trm_ckpt_open(&c, path, foreign, &err);
    CHECK(status == -1 && err.kind == TRM_DATA);
    CHECK(strstr(err.text, path) != NULL);
    if (!strstr(err.text, words))
        printf("# said: %s\n", err.text);
    CHECK(strstr(err.text, words) != NULL);
    CHECK(c.n == 0 && !c.map.data);
    if (status == 0)
        trm_ckpt_release(&c);
}

static void
round_trip(void)
{
    struct trm_err err = {0};
    struct trm_ckpt c;
    char sha[65];
    CHECK(write_sample(in_folder("m"), sha, &err) == 0);
    CHECK(trm_ckpt_open(&c, in_folder("m"), false, &err) == 0);
    CHECK_STR(c.sha256, sha);
    CHECK(c.n == 5);
    CHECK_STR(trm_ckpt_get(&c, "name"), "T\xc3\xbcr \"30\"\n");
    CHECK_STR(trm_ckpt_get(&c, "net.width"), "128");
    CHECK(!trm_ckpt_get(&c, "nothing") && !trm_ckpt_find(&c, "nothing"));
    uint64_t r[4];
    int32_t i[3];
    double d[4];
    CHECK(trm_ckpt_read(&c, "rng", TRM_U64, r, 4, &err) == 0 && memcmp(r, rng, sizeof r) == 0);
    CHECK(trm_ckpt_read(&c, "ids", TRM_I32, i, 3, &err) == 0 && memcmp(i, ids, sizeof i) == 0);
    CHECK(trm_ckpt_read(&c, "inner.a", TRM_F64, d, 4, &err) == 0 && d[2] == 3.5);
    CHECK(trm_ckpt_read(&c, "rng", TRM_I64, r, 4, &err) == -1 && strstr(err.text, "does not fit"));
    trm_err_reset(&err);
    CHECK(trm_ckpt_read(&c, "ids", TRM_F32, d, 3, &err) == -1 && strstr(err.text, "expected F32"));
    trm_err_reset(&err);
    CHECK(trm_ckpt_read(&c, "ids", TRM_I32, i, 2, &err) == -1 && strstr(err.text, "3 elements"));
    trm_ckpt_release(&c);
}

static void
vectors(void)
{
    const struct trm_tensor table[] = {{"a", 0, 2, {2, 2}, 4}, {"b", 4, 1, {2, 1}, 2}};
    struct trm_err err = {0};
    struct trm_ckpt c;
    const trm_real *vec;
    trm_real *owned;
    CHECK(write_sample(in_folder("m"), NULL, &err) == 0 && trm_ckpt_open(&c, in_folder("m"), false, &err) == 0);
    CHECK(trm_ckpt_vector(&c, "inner.", table, 2, 6, &vec, &owned, &err) == 0);
    CHECK(!owned && (const char *)vec >= c.map.data && (const char *)(vec + 6) <= c.map.data + c.map.size);
    CHECK((uintptr_t)vec % 64 == 0 && memcmp(vec, weights, sizeof weights) == 0);
    struct trm_tensor other[] = {table[1], table[0]};
    other[0].offset = 0, other[1].offset = 2;
    CHECK(trm_ckpt_vector(&c, "inner.", other, 2, 6, &vec, &owned, &err) == 0);
    CHECK(owned == vec && vec[0] == weights[4] && vec[2] == weights[0]);
    free(owned);
    other[0].shape[0] = 3;
    CHECK(trm_ckpt_vector(&c, "inner.", other, 2, 6, &vec, &owned, &err) == -1 && strstr(err.text, "inner.b"));
    trm_err_reset(&err);
    CHECK(trm_ckpt_vector(&c, "", table, 2, 6, &vec, &owned, &err) == -1 && strstr(err.text, "missing"));
    trm_ckpt_release(&c);
}

static void
foreign_types(void)
{
    static const char header[] =
        "{\"h\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]},"
        "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]},"
        "\"i\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[12,20]}}";
    with_header(header, 20);
    size_t n;
    char *b = slurp(in_folder("made"), &n);
    const uint16_t half[4] = {0x3c00, 0xc100, 0x0001, 0x7bff}, brain[2] = {0x3f80, 0xc0a0};
    const int64_t minus = -7;
    memcpy(b + n - 20, half, 8), memcpy(b + n - 12, brain, 4), memcpy(b + n - 8, &minus, 8);
    spill(in_folder("made"), b, n);
    free(b);
    struct trm_ckpt c;
    struct trm_err err = {0};
    float f[4];
    int32_t i;
    CHECK(trm_ckpt_open(&c, in_folder("made"), true, &err) == 0);
    CHECK(trm_ckpt_read(&c, "h", TRM_F32, f, 4, &err) == 0);
    CHECK(f[0] == 1 && f[1] == -2.5f && f[2] == 0x1p-24f && f[3] == 65504);
    CHECK(trm_ckpt_read(&c, "b", TRM_F32, f, 2, &err) == 0 && f[0] == 1 && f[1] == -5);
    CHECK(trm_ckpt_read(&c, "i", TRM_I32, &i, 1, &err) == 0 && i == -7);
    uint8_t u;
    CHECK(trm_ckpt_read(&c, "i", TRM_U8, &u, 1, &err) == -1);
    trm_ckpt_release(&c);
    refused(in_folder("made"), false, "trm.format");
}

static void
convert(void *out, enum trm_dtype as, const void *in, enum trm_dtype is, size_t n)
{
    const struct trm_ckpt_tensor t = {.name = "t", .dtype = is, .rank = 1, .shape = {n}, .count = n, .data = in};
    struct trm_err err = {0};
    CHECK(trm_ckpt_convert(&t, as, out, &err) == 0);
}

/* All 65536 numbers of a 16-bit type, to float and double and back. Not-a-numbers stay such, but not which. */
static void
narrow_types(enum trm_dtype type)
{
    enum { N = 65536 };
    static uint16_t all[N], back[N];
    static float f[N];
    static double d[N];
    for (unsigned i = 0; i < N; i++)
        all[i] = (uint16_t)i;
    convert(f, TRM_F32, all, type, N);
    convert(d, TRM_F64, all, type, N);
    size_t same = 0;
    for (int k = 0; k < 2; k++) {
        if (k)
            convert(back, type, d, TRM_F64, N);
        else
            convert(back, type, f, TRM_F32, N);
        for (unsigned i = 0; i < N; i++)
            same += isnan(f[i]) ? (double)f[i] != d[i] : back[i] == all[i] && f[i] == (float)d[i];
    }
    CHECK(same == 2 * N);
    /* halfway between two neighbours the even one is taken; a little beside it, the nearer one */
    uint16_t finite = type == TRM_F16 ? 0x7bff : 0x7f7f;
    size_t right = 0;
    for (uint16_t i = 0; i < finite; i++) {
        double half = d[i] + (d[i + 1] - d[i]) / 2;
        const double x[3] = {half, nextafter(half, -INFINITY), -nextafter(half, INFINITY)};
        uint16_t y[3];
        convert(y, type, x, TRM_F64, 3);
        right += y[0] == i + (i & 1) && y[1] == i && y[2] == (0x8000 | (i + 1));
    }
    CHECK(right == finite);
}

static void
too_large(void)
{
    static const struct { double x; enum trm_dtype as; bool fits; } cases[] = {
        {65519, TRM_F16, true}, {65520, TRM_F16, false}, {-65520, TRM_F16, false}, {3.3962e38, TRM_BF16, false}, {3.3961e38, TRM_BF16, true},
        {1e39, TRM_F32, false}, {3.4e38, TRM_F32, true}, {INFINITY, TRM_F16, true}, {-INFINITY, TRM_BF16, true}, {NAN, TRM_F32, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct trm_ckpt_tensor t = {.name = "big", .dtype = TRM_F64, .rank = 0, .count = 1, .data = &cases[i].x};
        struct trm_err err = {0};
        float out[2];
        CHECK((trm_ckpt_convert(&t, cases[i].as, out, &err) == 0) == cases[i].fits);
        CHECK(cases[i].fits || strstr(err.text, "big: element 0 does not fit"));
    }
}

/* A valid file cut at every length, and with a bit changed in every byte. */
static void
cut_and_flip(void)
{
    struct trm_err err = {0};
    struct trm_ckpt c;
    size_t n;
    CHECK(write_sample(in_folder("m"), NULL, &err) == 0);
    char *b = slurp(in_folder("m"), &n);
    for (size_t cut = 0; cut < n; cut++) {
        spill(in_folder("bad"), b, cut);
        CHECK(trm_ckpt_open(&c, in_folder("bad"), false, &err) == -1 && err.kind == TRM_DATA);
        trm_err_reset(&err);
    }
    for (size_t i = 0; i < n; i++) {
        b[i] ^= 1 << i % 8;
        spill(in_folder("bad"), b, n);
        b[i] ^= 1 << i % 8;
        CHECK(trm_ckpt_open(&c, in_folder("bad"), false, &err) == -1 && err.kind == TRM_DATA);
        trm_err_reset(&err);
    }
    b = realloc(b, n + 1);
    b[n] = 0;
    spill(in_folder("bad"), b, n + 1);
    refused(in_folder("bad"), false, "behind the last tensor");
    spill(in_folder("bad"), b, n - 1);
    refused(in_folder("bad"), false, "cut short");
    spill(in_folder("bad"), b, 40);
    refused(in_folder("bad"), false, "cut short");
    b[n - 1] ^= 1;
    spill(in_folder("bad"), b, n);
    refused(in_folder("bad"), false, "checksum is wrong");
    free(b);
}

/* Zeros over the n digits behind the mark. */
static void
clear_digits(char *b, const char *mark, size_t n)
{
    memset(strstr(b + 8, mark) + strlen(mark), '0', n);
}

/* The digest is that of the bytes, by hand; one that is not is found by who asks, and not by who only opens. */
static void
digests(void)
{
    struct trm_err err = {0};
    struct trm_ckpt c;
    struct trm_sha256 s;
    char sha[65], hex[65];
    size_t n;
    CHECK(write_sample(in_folder("m"), sha, &err) == 0 && trm_ckpt_open(&c, in_folder("m"), false, &err) == 0);
    CHECK(trm_ckpt_verify(&c, &err) == 0);
    trm_ckpt_release(&c);
    char *b = slurp(in_folder("m"), &n);
    clear_digits(b, "\"trm.sha256\":\"", 64), clear_digits(b, "\"trm.xxh64\":\"", 16);
    trm_sha256_init(&s);
    trm_sha256_add(&s, b + 8, n - 8);
    trm_sha256_hex(&s, hex);
    CHECK_STR(hex, sha);
    /* another digest under a right checksum: only trm_ckpt_verify sees it */
    struct trm_xxh64 x;
    char check[17];
    trm_xxh64_init(&x);
    trm_xxh64_add(&x, b + 8, n - 8);
    snprintf(check, sizeof check, "%016llx", (unsigned long long)trm_xxh64_value(&x));
    memcpy(strstr(b + 8, "\"trm.xxh64\":\"") + 13, check, 16);
    spill(in_folder("bad"), b, n);
    CHECK(trm_ckpt_open(&c, in_folder("bad"), false, &err) == 0);
    CHECK(trm_ckpt_verify(&c, &err) == -1 && err.kind == TRM_DATA && strstr(err.text, "checksum is wrong"));
    trm_ckpt_release(&c);
    free(b);
}

/* A file of version 1, which has only the digest. */
static void
version_1(void)
{
    static const char header[] = "{\"__metadata__\":{\"trm.sha256\":\"%s\",\"trm.format\":\"1\"},"
                                 "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    char text[512], hex[65], zeros[65] = "";
    struct trm_sha256 s;
    struct trm_ckpt c;
    struct trm_err err = {0};
    memset(zeros, '0', 64);
    snprintf(text, sizeof text, header, zeros);
    trm_sha256_init(&s);
    trm_sha256_add(&s, text, strlen(text));
    trm_sha256_add(&s, "\0\0\0\0", 4);
    trm_sha256_hex(&s, hex);
    snprintf(text, sizeof text, header, hex);
    CHECK(trm_ckpt_open(&c, with_header(text, 4), false, &err) == 0);
    CHECK_STR(c.sha256, hex);
    trm_ckpt_release(&c);
    hex[5] = hex[5] == 'a' ? 'b' : 'a';
    snprintf(text, sizeof text, header, hex);
    refused(with_header(text, 4), false, "checksum is wrong");
}

static void
later_version(void)
{
    struct trm_err err = {0};
    size_t n;
    CHECK(write_sample(in_folder("m"), NULL, &err) == 0);
    char *b = slurp(in_folder("m"), &n), *at = strstr(b + 8, "\"trm.format\":\"2\"");
    CHECK(at != NULL);
    at[14] = '7';
    spill(in_folder("bad"), b, n);
    refused(in_folder("bad"), false, "a later version: format 7");
    free(b);
}

static void
bad_headers(void)
{
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}", 8), true, "header");
    refused(with_header("[1,2]", 0), true, "no object");
    refused(with_header("{\"a\":{\"dtype\":\"F9\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8), true, "dtype F9");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8), true,
            "its shape says 12");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8), true, "no size");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", 8), true, "no size");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[9007199254740991,9007199254740991],"
                        "\"data_offsets\":[0,8]}}", 8), true, "no size");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8), true, "outside");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 8), true, "outside");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8), true, "outside");
    refused(with_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8), true, "data_offsets");
    refused(with_header("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6), true, "overlaps");
    refused(with_header("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[5,9]}}", 9), true, "gap");
    refused(with_header("{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1), true,
            "at most 8");
    refused(with_header("{\"__metadata__\":{\"a\":1}}", 0), true, "no text");
    refused(with_header("{\"a\":{},\"a\":{}}", 0), true, "header");
    spill(in_folder("bad"), "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
    refused(in_folder("bad"), true, "header length");
    spill(in_folder("bad"), "\0\0\0\0\0\0\0\0", 8);
    refused(in_folder("bad"), true, "header length");
    spill(in_folder("bad"), "", 0);
    refused(in_folder("bad"), true, "0 bytes");
}

static void
writing(void)
{
    struct trm_err err = {0};
    const struct trm_ckpt_tensor t[2] = {{.name = "x", .dtype = TRM_U8}, {.name = "x", .dtype = TRM_U8}};
    const struct trm_ckpt_meta m[1] = {{"trm.sha256", "0"}};
    CHECK(trm_ckpt_write(in_folder("w"), t, 2, NULL, 0, NULL, &err) == -1 && err.kind == TRM_USAGE);
    trm_err_reset(&err);
    CHECK(trm_ckpt_write(in_folder("w"), t, 1, m, 1, NULL, &err) == -1 && err.kind == TRM_USAGE);
    trm_err_reset(&err);
    CHECK(access(in_folder("w"), F_OK) != 0);
    CHECK(trm_ckpt_write("/nowhere/at/all", t, 0, NULL, 0, NULL, &err) == -1 && err.kind == TRM_SYS);
    trm_err_reset(&err);
    CHECK(write_sample(in_folder("one"), NULL, &err) == 0 && write_sample(in_folder("two"), NULL, &err) == 0);
    size_t n1, n2;
    char *one = slurp(in_folder("one"), &n1), *two = slurp(in_folder("two"), &n2);
    CHECK(n1 == n2 && memcmp(one, two, n1) == 0);
    free(one), free(two);
    struct trm_ckpt c;
    CHECK(trm_ckpt_open(&c, in_folder("none"), false, &err) == -1 && strstr(err.text, "none"));
}

T_MAIN
{
    T("a folder to work in") CHECK(mkdtemp(folder) != NULL);
    T("what was written is read back, digest and all") round_trip();
    T("a vector is used where it is mapped, or copied when the file holds it otherwise") vectors();
    T("half, bfloat16 and 64-bit integers of foreign files are read") foreign_types();
    T("float16 to wider types and back is exact, and rounding is to the nearest, ties to even") narrow_types(TRM_F16);
    T("bfloat16 to wider types and back is exact, and rounding is to the nearest, ties to even") narrow_types(TRM_BF16);
    T("a number that is too large for a type is refused, not made infinite") too_large();
    T("a file cut anywhere or with one bit changed anywhere is refused") cut_and_flip();
    T("the digest is that of the bytes, and is looked at by who asks") digests();
    T("files of version 1 are read, and their digest is looked at") version_1();
    T("a later format version is refused by name") later_version();
    T("headers that lie are refused with the reason") bad_headers();
    T("writing: same bytes again, names once, nothing left after failure") writing();
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        return;
}
