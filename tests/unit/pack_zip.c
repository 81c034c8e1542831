#include "../../lib/pack/pack.h"
#include "t.h"

static struct trm_err err;

/* A zip of the given members; NULL when it failed. free() it. */
static char *
zip_of(const char *const names[], const char *const texts[], size_t members, size_t *n)
{
    struct trm_pack p = {0};
    char *bytes;
    trm_err_reset(&err);
    for (size_t i = 0; i < members; i++)
        if (trm_pack_add(&p, names[i], texts[i], strlen(texts[i]), &err) != 0)
            return NULL;
    return trm_pack_finish(&p, &bytes, n, &err) == 0 ? bytes : NULL;
}

static int
read_back(struct trm_pack_file *f, const void *zip, size_t n, size_t max)
{
    trm_err_reset(&err);
    return trm_pack_read(f, zip, n, ".ifc", max, &err);
}

T_MAIN
{
    const char *const names[] = {"readme.txt", "model/House.IFC", "other.ifc"}, *const texts[] = {"hello", "ISO-10303-21;", "no"};
    size_t n, again_n;
    struct trm_pack_file f;
    char *zip = zip_of(names, texts, 3, &n);

    T("what is packed comes back: the first member with the suffix, in any case")
    {
        CHECK(zip && trm_pack_is_zip(zip, n));
        CHECK(read_back(&f, zip, n, 1000) == 0);
        CHECK(f.size == 13 && memcmp(f.data, "ISO-10303-21;", 13) == 0);
        CHECK_STR(f.name, "model/House.IFC");
        trm_pack_file_release(&f);
    }
    T("the same members give the same bytes")
    {
        char *again = zip_of(names, texts, 3, &again_n);
        CHECK(again && again_n == n && memcmp(zip, again, n) == 0);
        free(again);
    }
    T("a lone member needs no suffix, of several none is taken without it")
    {
        size_t k;
        char *one = zip_of(names, texts, 1, &k);
        CHECK(read_back(&f, one, k, 1000) == 0 && f.size == 5);
        trm_pack_file_release(&f);
        free(one);
        const char *const txt[] = {"a.txt", "b.txt"};
        char *two = zip_of(txt, texts, 2, &k);
        CHECK(read_back(&f, two, k, 1000) == -1 && err.kind == TRM_DATA && strstr(err.text, ".ifc"));
        free(two);
    }
    T("an empty member is an empty file")
    {
        const char *const name[] = {"e.ifc"}, *const text[] = {""};
        size_t k;
        char *e = zip_of(name, text, 1, &k);
        CHECK(read_back(&f, e, k, 1000) == 0 && f.size == 0);
        trm_pack_file_release(&f);
        free(e);
    }
    T("more bytes than allowed are refused, however the archive counts them")
    {
        CHECK(read_back(&f, zip, n, 12) == -1 && err.kind == TRM_DATA && strstr(err.text, "12 bytes"));
        CHECK(f.data == NULL);
    }
    T("what inflates hundreds of times is refused as a bomb")
    {
        size_t big = (size_t)8 << 20, k;
        char *zeros = calloc(big, 1), *bytes;
        struct trm_pack p = {0};
        CHECK(trm_pack_add(&p, "z.ifc", zeros, big, &err) == 0 && trm_pack_finish(&p, &bytes, &k, &err) == 0);
        CHECK(k < big / 900);
        CHECK(read_back(&f, bytes, k, (size_t)1 << 30) == -1 && err.kind == TRM_DATA && strstr(err.text, "300 times"));
        free(bytes);
        free(zeros);
    }
    T("a zip cut short anywhere, or with any byte turned, is refused or read, never worse")
    {
        size_t refused = 0;
        for (size_t k = 0; k < n; k++) {
            char *copy = malloc(n);
            memcpy(copy, zip, n);
            CHECK(k < 4 || read_back(&f, copy, k, 1000) == -1);
            copy[k] = (char)~copy[k];
            if (read_back(&f, copy, n, 1000) == 0)
                trm_pack_file_release(&f);
            else
                refused++;
            free(copy);
        }
        CHECK(refused > n / 4);
        CHECK(!trm_pack_is_zip("PK", 2) && !trm_pack_is_zip("ISO-", 4));
    }
    T("a pack without members is no archive, and one that is dropped leaks nothing")
    {
        struct trm_pack p = {0};
        char *bytes;
        trm_err_reset(&err);
        CHECK(trm_pack_finish(&p, &bytes, &again_n, &err) == -1 && bytes == NULL);
        trm_err_reset(&err);
        CHECK(trm_pack_add(&p, "a", "b", 1, &err) == 0);
        trm_pack_release(&p);
    }
    free(zip);
}
