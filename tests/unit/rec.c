/* The room rec: lines in, fields with reasons, lines out. */
#include "t.h"

#include "../../lib/rec/rec.h"

static void
refused(const char *text, const char *reason)
{
    struct trm_err err = {0};
    trm_json *v = trm_json_parse(text, strlen(text), &err);
    CHECK(v == NULL && err.kind == TRM_DATA);
    if (!strstr(err.text, reason))
        printf("# %s: %s\n", text, err.text);
    CHECK(strstr(err.text, reason) != NULL);
    trm_json_free(v);
}

T_MAIN
{
    T("what is no JSON is refused with its place") {
        refused("{\"a\":1,}", "column 8");
        refused("", "not JSON");
        refused("{\"a\":NaN}", "not JSON");
        refused("{\"a\":1,\"a\":2}", "duplicate");
        refused("{\"a\":\"\xFF\"}", "decode byte");
        refused("{\"a\":\"\\u0000\"}", "not JSON");
        refused("{\"a\":9007199254740993}", "2^53");
        refused("{\"a\":[1,[9007199254740994]]}", "2^53");
        refused("{\"a\":1e999}", "not JSON");
        refused("{} {}", "not JSON");
    }
    T("nesting is bounded, closed or not") {
        static char deep[2000001];
        struct trm_err err = {0};
        static const size_t levels[] = {65, 1000, 2048, 2049, 5000, 1000000};
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            memset(deep, '[', levels[i]);
            memset(deep + levels[i], ']', levels[i]);
            deep[2 * levels[i]] = '\0';
            refused(deep, "nested deeper than 64 levels");
        }
        refused(deep + 999990, "not JSON");
        deep[1000000] = '\0';
        refused(deep, "nested deeper than 64 levels");
        memset(deep, '[', 64);
        memset(deep + 64, ']', 64);
        trm_json *v = trm_json_parse(deep, 128, &err);
        CHECK(v != NULL);
        trm_json_free(v);
    }
    T("a record survives being read and written, members in order, numbers short") {
        static const char *const line =
            "{\"b\":0.885,\"a\":[1,-2.5,1e-05,true,false,null],\"t\":\"T\xC3\xBCr \\\"x\\\" \\n\\u0001\",\"o\":{}}";
        struct trm_err err = {0};
        trm_json *v = trm_json_parse(line, strlen(line), &err);
        struct trm_buf b = {0};
        CHECK(v != NULL);
        trm_json_dump(&b, v);
        CHECK_STR(b.data, line);
        trm_buf_release(&b);
        trm_json_free(v);
    }
    T("the writer without a tree writes what the tree would") {
        struct trm_buf b = {0};
        struct trm_jw w = {.out = &b};
        trm_jw_object(&w);
        trm_jw_kstr(&w, "id", "a\"b");
        trm_jw_kstr(&w, "none", NULL);
        trm_jw_key(&w, "list");
        trm_jw_array(&w);
        trm_jw_num(&w, 1);
        trm_jw_object(&w);
        trm_jw_end(&w);
        trm_jw_num(&w, 0.0 / 0.0);
        trm_jw_end(&w);
        trm_jw_kbool(&w, "ok", true);
        trm_jw_key(&w, "raw");
        trm_jw_raw(&w, "[1]", 3);
        trm_jw_kstr(&w, "bad", "\xFF");
        trm_jw_end(&w);
        CHECK_STR(b.data, "{\"id\":\"a\\\"b\",\"list\":[1,{},null],\"ok\":true,\"raw\":[1],\"bad\":\"\xEF\xBF\xBD\"}");
        trm_buf_release(&b);
    }
    T("an object of plain members in one go is what member by member gives, whatever the texts") {
        static const char *const texts[] = {"", "a", "abc", "abcd", "seven77", "eight888", "fifteen letters", "sixteen letters.", "a longer text with \"quotes\" inside",
                                            "\\", "tab\t", "\x7F", "\xC3\xA4", "fifteen letter\xFF", "a text of seventeen\x01", "\xE2\x82"};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            struct trm_buf one = {0}, each = {0};
            struct trm_jw a = {.out = &one}, b = {.out = &each};
            size_t n = strlen(texts[i]);
            const struct trm_jw_member m[] = {TRM_JW_MEMBER("value", .is = TRM_JW_TEXT, .text = texts[i], .n = n), TRM_JW_MEMBER("n", .is = TRM_JW_NUM, .num = -0.25),
                                              TRM_JW_MEMBER("yes", .is = TRM_JW_TRUE), TRM_JW_MEMBER("no", .is = TRM_JW_FALSE), TRM_JW_MEMBER("exactly_13_xx", .is = TRM_JW_NULL)};
            trm_jw_object(&a), trm_jw_object(&b);
            for (int twice = 0; twice < 2; twice++) {
                trm_jw_members(&a, texts[i], n, m, sizeof m / sizeof *m);
                trm_jw_keyn(&b, texts[i], n);
                trm_jw_object(&b);
                trm_jw_key(&b, "value");
                trm_jw_strn(&b, texts[i], n);
                trm_jw_knum(&b, "n", -0.25);
                trm_jw_kbool(&b, "yes", true);
                trm_jw_kbool(&b, "no", false);
                trm_jw_key(&b, "exactly_13_xx");
                trm_jw_null(&b);
                trm_jw_end(&b);
            }
            trm_jw_end(&a), trm_jw_end(&b);
            CHECK_STR(one.data, each.data);
            trm_buf_release(&one), trm_buf_release(&each);
        }
    }
    T("a tree made in an arena reads, grows and is given back like any other")
    {
        struct trm_arena a = {0};
        struct trm_buf plain = {0}, again = {0};
        struct trm_err err = {0};
        static const char text[] = "{\"a\":[1,2.5,\"x\\u00e9\",null,true],\"b\":{\"c\":\"d\"}}";
        trm_json_begin();
        for (int turn = 0; turn < 3; turn++) {
            trm_json *v = trm_json_parse_in(&a, text, sizeof text - 1, &err);
            trm_json *w = trm_json_parse(text, sizeof text - 1, &err);
            CHECK(v && w && a.used > 0);
            CHECK(trm_json_set_str(v, "new", "from elsewhere") == 0 && trm_json_set_str(w, "new", "from elsewhere") == 0);
            CHECK(trm_json_set_num(trm_json_get(v, "b"), "c", 7) == 0 && trm_json_set_num(trm_json_get(w, "b"), "c", 7) == 0);
            CHECK(trm_json_del(v, "a") == 0 && trm_json_del(w, "a") == 0);
            trm_json *kept = trm_json_copy(v);
            trm_json_free(v);
            trm_arena_reset(&a);
            trm_buf_reset(&plain), trm_buf_reset(&again);
            trm_json_dump(&plain, w), trm_json_dump(&again, kept);
            CHECK_STR(again.data, plain.data);
            trm_json_free(kept), trm_json_free(w);
        }
        CHECK(trm_json_parse_in(&a, "{\"a\":[1,", 8, &err) == NULL && err.kind == TRM_DATA);
        trm_arena_release(&a);
        trm_buf_release(&plain), trm_buf_release(&again);
    }
    T("a required member that is missing or of another type is named") {
        struct trm_err err = {0};
        trm_json *v = trm_json_parse("{\"n\":1.5,\"s\":\"x\"}", 17, &err);
        const char *s;
        double x;
        int64_t i;
        CHECK(v && trm_json_need_str(v, "s", &s, &err) == 0 && strcmp(s, "x") == 0);
        CHECK(trm_json_need_num(v, "s", &x, &err) == -1);
        CHECK_STR(err.text, "\"s\": found text, expected a number");
        trm_err_reset(&err);
        CHECK(trm_json_need_int(v, "n", 0, 9, &i, &err) == -1);
        CHECK_STR(err.text, "\"n\": found 1.5, expected an integer from 0 to 9");
        trm_err_reset(&err);
        CHECK(trm_json_need_str(v, "gone", &s, &err) == -1);
        CHECK_STR(err.text, "\"gone\": found nothing, expected text");
        trm_json_free(v);
    }
}
