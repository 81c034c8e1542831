#include "../../lib/step/step.h"
#include "t.h"

/* The text of a STEP string between quotes, as a C string; NULL when it failed. The warnings stay in st. */
static struct trm_step st;
static struct trm_arena arena;

static const char *
decode_n(const char *s, size_t len)
{
    const char *out;
    size_t n;
    struct trm_err err = {0};
    st = (struct trm_step){.data = s, .size = len};
    struct trm_step_val v = {.type = TRM_STEP_STRING, .s = s, .n = len};
    if (trm_step_text(&st, &arena, &v, &out, &n, &err) != 0)
        return NULL;
    return trm_arena_strndup(&arena, out, n);
}

static const char *
decode(const char *s)
{
    return decode_n(s, strlen(s));
}

static bool
warned(const char *code)
{
    for (size_t i = 0; i < st.n_warnings; i++)
        if (strcmp(st.warnings[i].code, code) == 0)
            return true;
    return false;
}

T_MAIN
{
    T("plain text stays where it is")
    {
        const char *s = "Wall 24", *out;
        size_t n;
        struct trm_err err = {0};
        struct trm_step_val v = {.type = TRM_STEP_STRING, .s = s, .n = 7};
        CHECK(trm_step_text(&st, &arena, &v, &out, &n, &err) == 0 && out == s && n == 7);
    }
    T("\\X2\\ runs become their characters, in either case of hex, one run after another")
    {
        CHECK_STR(decode("T\\X2\\00FC\\X0\\r"), "T\xC3\xBCr");
        CHECK_STR(decode("\\X2\\00e400F6\\X0\\-\\X2\\00DF\\X0\\"), "\xC3\xA4\xC3\xB6-\xC3\x9F");
        CHECK_STR(decode("\\X2\\30D730ED\\X0\\"), "\xE3\x83\x97\xE3\x83\xAD");
        CHECK(st.n_warnings == 0);
    }
    T("a pair of \\X2\\ halves is one character, half a pair is U+FFFD and counted")
    {
        CHECK_STR(decode("\\X2\\D83DDE00\\X0\\"), "\xF0\x9F\x98\x80");
        CHECK(st.n_warnings == 0);
        CHECK_STR(decode("\\X2\\D83D0041\\X0\\!"), "\xEF\xBF\xBD" "A!");
        CHECK(warned("bad_escape"));
        CHECK_STR(decode("\\X2\\DE00\\X0\\"), "\xEF\xBF\xBD");
        CHECK_STR(decode("\\X2\\D83D\\X0\\"), "\xEF\xBF\xBD");
    }
    T("\\X4\\ runs become their characters")
    {
        CHECK_STR(decode("\\X4\\0001F6000000004B\\X0\\"), "\xF0\x9F\x98\x80K");
        CHECK(st.n_warnings == 0);
        CHECK_STR(decode("\\X4\\FFFFFFFF\\X0\\"), "\xEF\xBF\xBD");
        CHECK(warned("bad_escape"));
    }
    T("\\X\\ is one byte of Latin-1, \\S\\ a character of the code page that \\P?\\ chose")
    {
        CHECK_STR(decode("a\\X\\E4b"), "a\xC3\xA4" "b");
        CHECK_STR(decode("\\S\\d"), "\xC3\xA4");
        CHECK_STR(decode("\\PE\\\\S\\0\\S\\1"), "\xD0\x90\xD0\x91"); /* ISO 8859-5: Cyrillic A, BE */
        CHECK_STR(decode("\\PB\\\\S\\3"), "\xC5\x82");               /* ISO 8859-2: l with stroke */
        CHECK(st.n_warnings == 0);
    }
    T("doubled quotes and backslashes are one")
    {
        CHECK_STR(decode("6'' x 4''"), "6' x 4'");
        CHECK_STR(decode("C:\\\\temp"), "C:\\temp");
        CHECK(st.n_warnings == 0);
    }
    T("a quote that belongs to \\S\\ may stand alone or doubled")
    {
        CHECK_STR(decode("a\\S\\'b"), "a\xC2\xA7" "b");
        CHECK_STR(decode("a\\S\\''b"), "a\xC2\xA7" "b");
    }
    T("a malformed escape is kept as it stands, counted, and spoils nothing behind it")
    {
        CHECK_STR(decode("C:\\temp \\X2\\00FC\\X0\\"), "C:\\temp \xC3\xBC");
        CHECK(warned("bad_escape"));
        CHECK_STR(decode("\\X2\\00FCzz and T\\X2\\00FC\\X0\\r"), "\xC3\xBCzz and T\xC3\xBCr");
        CHECK(warned("bad_escape"));
        CHECK_STR(decode("\\X2\\00F"), "00F");
        CHECK_STR(decode("\\X\\ZZ"), "\\X\\ZZ");
        CHECK_STR(decode("end\\"), "end\\");
        CHECK_STR(decode("\\X0\\x"), "x");
        CHECK(warned("bad_escape"));
    }
    T("raw bytes are UTF-8 when they can be, else Latin-1 with a warning")
    {
        CHECK_STR(decode("T\xC3\xBCr"), "T\xC3\xBCr");
        CHECK(st.n_warnings == 0);
        CHECK_STR(decode("T\xFCr"), "T\xC3\xBCr");
        CHECK(warned("latin1"));
    }
    T("line ends inside a string are not part of it, other control characters are dropped and counted")
    {
        CHECK_STR(decode("one\r\n two"), "one two");
        CHECK(st.n_warnings == 0);
        CHECK_STR(decode("a\x01" "b"), "ab");
        CHECK(warned("control_character"));
        CHECK_STR(decode_n("a\0b", 3), "ab");
        CHECK_STR(decode("\\X2\\0000\\X0\\"), "\xEF\xBF\xBD");
        CHECK(warned("control_character"));
        decode("\\X\\83K");
        CHECK(warned("control_character"));
    }
    trm_arena_release(&arena);
}
