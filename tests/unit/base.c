/* The room base: errors, arenas, buffers, text, hashes, random numbers, units, files. */
#include "t.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/base/arena.h"
#include "../../lib/base/buf.h"
#include "../../lib/base/err.h"
#include "../../lib/base/file.h"
#include "../../lib/base/hash.h"
#include "../../lib/base/rng.h"
#include "../../lib/base/text.h"
#include "../../lib/base/unit.h"

static void
sha(char hex[65], const char *s, size_t n, size_t piece)
{
    struct trm_sha256 h;
    trm_sha256_init(&h);
    for (size_t i = 0; i < n; i += piece)
        trm_sha256_add(&h, s + i, n - i < piece ? n - i : piece);
    trm_sha256_hex(&h, hex);
}

static void
text_tests(void)
{
    T("a number's text is the shortest that reads back") {
        static const double xs[] = {0.885, 1e-5, 0.1 + 0.2, 74.5092415823, 5e-324, 1.7976931348623157e308, -2.5, 123456789012345678.0};
        char s[32];
        for (size_t i = 0; i < sizeof xs / sizeof *xs; i++) {
            s[trm_text_of_num(s, xs[i])] = '\0';
            CHECK(strtod(s, NULL) == xs[i]);
        }
        s[trm_text_of_num(s, 0.885)] = '\0';
        CHECK_STR(s, "0.885");
        s[trm_text_of_num(s, -0.0)] = '\0';
        CHECK_STR(s, "0");
    }
    T("a whole number that no integer of 53 bits holds is not written as an integer")
    {
        char s[32];
        s[trm_text_of_num(s, 9007199254740992)] = '\0';
        CHECK_STR(s, "9007199254740992");
        s[trm_text_of_num(s, 9007199254740994)] = '\0';
        CHECK_STR(s, "9007199254740994.0");
        s[trm_text_of_num(s, -66667666666666664.0)] = '\0';
        CHECK_STR(s, "-66667666666666664.0");
        s[trm_text_of_num(s, 1e17)] = '\0';
        CHECK_STR(s, "1e+17");
    }
    T("a number is written in the bytes that printf's fewest digits have")
    {
        struct trm_rng rng;
        trm_rng_seed(&rng, 3);
        for (int i = 0; i < 200000; i++) {
            static const double ten[] = {1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
            double x = (double)(trm_rng_u64(&rng) >> (10 + trm_rng_below(&rng, 54))) / ten[trm_rng_below(&rng, 20)];
            x = trm_rng_below(&rng, 2) ? -x : x;
            char ours[40], theirs[400];
            int digits = 15;
            do
                snprintf(theirs, sizeof theirs, "%.*g", digits++, x == 0 ? 0 : x);
            while (strtod(theirs, NULL) != x);
            if ((x > 0x1p53 || x < -0x1p53) && !strpbrk(theirs, ".e"))
                strcat(theirs, ".0");
            ours[trm_text_of_num(ours, x)] = '\0';
            CHECK_STR(ours, theirs);
        }
    }
    T("only finite decimal numbers are numbers") {
        double x;
        CHECK(trm_text_num(" 1.E-05 ", &x) && x == 1e-5);
        CHECK(!trm_text_num("inf", &x) && !trm_text_num("nan", &x) && !trm_text_num("0x10", &x));
        CHECK(!trm_text_num("", &x) && !trm_text_num("1 2", &x) && !trm_text_num("1e999", &x) && !trm_text_num("12mm", &x));
    }
    T("UTF-8 that is overlong, cut, a surrogate or too large is not UTF-8") {
        CHECK(trm_utf8_valid("T\xC3\xBCr \xF0\x9F\x9A\xAA", 9));
        CHECK(!trm_utf8_valid("\xC0\xAF", 2) && !trm_utf8_valid("\xE2\x82", 2) && !trm_utf8_valid("\xED\xA0\x80", 3));
        CHECK(!trm_utf8_valid("\xF4\x90\x80\x80", 4) && !trm_utf8_valid("\xFF", 1));
    }
    T("code points survive being written and read") {
        static const uint32_t cps[] = {'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0x10000, 0x10FFFF};
        for (size_t i = 0; i < sizeof cps / sizeof *cps; i++) {
            char s[4];
            size_t n = trm_utf8_put(s, cps[i]), at = 0;
            CHECK(n > 0 && trm_utf8_next(s, n, &at) == (int32_t)cps[i] && at == n);
        }
        char s[4];
        CHECK(trm_utf8_put(s, 0xD800) == 0 && trm_utf8_put(s, 0x110000) == 0);
    }
}

static void
file_tests(void)
{
    char folder[] = "/tmp/trm-base-XXXXXX", path[64];
    if (!mkdtemp(folder))
        exit(3);
    snprintf(path, sizeof path, "%s/out", folder);
    struct trm_err err = {0};
    struct trm_out o;
    struct trm_map m;
    T("an output appears only when it is committed") {
        CHECK(trm_out_open(&o, path, &err) == 0);
        fputs("new", o.f);
        CHECK(access(path, F_OK) != 0);
        CHECK(trm_out_commit(&o, &err) == 0);
        CHECK(trm_map_open(&m, path, 0, &err) == 0 && m.size == 3 && memcmp(m.data, "new", 3) == 0);
        trm_map_release(&m);
    }
    T("an aborted output leaves the older file and no other") {
        CHECK(trm_out_open(&o, path, &err) == 0);
        char temp[128];
        snprintf(temp, sizeof temp, "%s", o.temp);
        fputs("half", o.f);
        trm_out_abort(&o);
        CHECK(access(temp, F_OK) != 0);
        CHECK(trm_map_open(&m, path, 0, &err) == 0 && m.size == 3);
        trm_map_release(&m);
    }
    T("unlinking all removes what a signal would leave") {
        CHECK(trm_out_open(&o, path, &err) == 0);
        trm_out_unlink_all();
        CHECK(access(o.temp, F_OK) != 0);
        trm_out_abort(&o);
    }
    T("a file larger than allowed is refused as data, a folder too") {
        CHECK(trm_map_open(&m, path, 2, &err) == -1 && err.kind == TRM_DATA);
        trm_err_reset(&err);
        CHECK(trm_map_open(&m, folder, 0, &err) == -1 && err.kind == TRM_DATA);
        trm_err_reset(&err);
    }
    unlink(path);
    rmdir(folder);
}

T_MAIN
{
    T("the first cause wins and control characters are masked") {
        struct trm_err e = {0};
        CHECK(trm_err_set(&e, TRM_DATA, "bad\n\033[2Jname %d", 7) == -1);
        trm_err_set(&e, TRM_SYS, "later");
        CHECK(e.kind == TRM_DATA);
        CHECK_STR(e.text, "bad??[2Jname 7");
        trm_err_at(&e, "file:%d", 3);
        CHECK_STR(e.text, "file:3: bad??[2Jname 7");
    }
    T("a text cut in an error ends between characters") {
        struct trm_err e = {0};
        char long_text[600];
        for (size_t i = 0; i + 2 < sizeof long_text; i += 2)
            memcpy(long_text + i, "\xC3\xBC", 2);
        long_text[598] = '\0';
        trm_err_set(&e, TRM_DATA, "x%s", long_text);
        CHECK(trm_utf8_valid(e.text, strlen(e.text)));
        CHECK(strlen(e.text) > 400);
    }
    T("an arena keeps to its limit and can be used again") {
        struct trm_arena a = {.limit = 100};
        CHECK(trm_arena_alloc(&a, 64) != NULL && trm_arena_alloc(&a, 64) == NULL);
        trm_arena_reset(&a);
        CHECK(trm_arena_alloc(&a, 64) != NULL);
        CHECK(trm_arena_calloc(&a, SIZE_MAX / 2, 3) == NULL);
        trm_arena_release(&a);
        CHECK(trm_arena_alloc(&a, SIZE_MAX) == NULL);
        trm_arena_release(&a);
    }
    T("arena memory is aligned and does not overlap") {
        struct trm_arena a = {0};
        char *p[200];
        for (int i = 0; i < 200; i++) {
            p[i] = trm_arena_alloc(&a, (size_t)i * 50);
            CHECK(((uintptr_t)p[i] & 15) == 0);
            memset(p[i], i, (size_t)i * 50);
        }
        for (int i = 1; i < 200; i++)
            CHECK(p[i][0] == (char)i && p[i][i * 50 - 1] == (char)i);
        trm_arena_release(&a);
    }
    T("a buffer grows and always ends in zero") {
        struct trm_buf b = {0};
        for (int i = 0; i < 1000; i++)
            trm_buf_addf(&b, "%d,", i);
        CHECK(b.len == 3890 && b.data[b.len] == '\0' && !b.failed);
        trm_buf_release(&b);
    }
    text_tests();
    T("SHA-256 gives the published digests, whatever the pieces") {
        char hex[65], million[1000];
        sha(hex, "abc", 3, 1);
        CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        sha(hex, "", 0, 1);
        CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        struct trm_sha256 h;
        trm_sha256_init(&h);
        memset(million, 'a', sizeof million);
        for (int i = 0; i < 1000; i++)
            trm_sha256_add(&h, million, sizeof million);
        trm_sha256_hex(&h, hex);
        CHECK_STR(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    T("XXH64 gives its published values, whatever the pieces") {
        static const char *const text = "Nobody inspects the spammish repetition";
        static const struct { size_t n; uint64_t value; } want[] = {{0, 0xEF46DB3751D8E999u}, {39, 0xFBCEA83C8A378BF1u}};
        for (size_t k = 0; k < 2; k++)
            for (size_t piece = 1; piece <= 40; piece++) {
                struct trm_xxh64 x;
                trm_xxh64_init(&x);
                for (size_t i = 0; i < want[k].n; i += piece)
                    trm_xxh64_add(&x, text + i, want[k].n - i < piece ? want[k].n - i : piece);
                CHECK(trm_xxh64_value(&x) == want[k].value);
            }
        struct trm_xxh64 x;
        trm_xxh64_init(&x);
        trm_xxh64_add(&x, "abc", 3);
        CHECK(trm_xxh64_value(&x) == 0x44BC2CF5AD770999u);
    }
    T("the 64-bit hash never changes: sides of splits hang on it") {
        CHECK(trm_hash64("", 0, 0) == 0xF52A15E9A9B5E89Bu);
        CHECK(trm_hash64("IfcDoor", 7, 1) != trm_hash64("IfcDoor", 7, 2));
    }
    T("random numbers repeat with the seed and have the moments they should") {
        struct trm_rng a, b;
        trm_rng_seed(&a, 42);
        trm_rng_seed(&b, 42);
        double sum = 0, squares = 0, uniform = 0;
        int n = 100000;
        for (int i = 0; i < n; i++)
            CHECK(trm_rng_u64(&a) == trm_rng_u64(&b));
        for (int i = 0; i < n; i++) {
            double x = trm_rng_normal(&a);
            sum += x, squares += x * x, uniform += trm_rng_uniform(&a);
        }
        CHECK_NEAR(sum / n, 0, 5 / sqrt(n)); /* five standard errors */
        CHECK_NEAR(squares / n, 1, 5 * sqrt(2.0 / n));
        CHECK_NEAR(uniform / n, 0.5, 5 * sqrt(1.0 / 12 / n));
        int seen[7] = {0};
        for (int i = 0; i < 7000; i++)
            seen[trm_rng_below(&a, 7)]++;
        for (int i = 0; i < 7; i++)
            CHECK_NEAR(seen[i], 1000, 150);
    }
    T("units go to SI") {
        CHECK(trm_unit_find("mm")->factor == 1e-3 && trm_unit_find("in")->factor == 0.0254);
        CHECK_STR(trm_unit_find("ft\xC2\xB2")->si, "m2");
        CHECK(trm_unit_find("h")->factor == 3600 && trm_unit_find("furlong") == NULL && trm_unit_find("") == NULL);
        CHECK(trm_unit_find("M") == NULL);
    }
    file_tests();
}
