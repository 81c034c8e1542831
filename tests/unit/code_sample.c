/* Samples as lines: there and back, and what is refused. */
#include "code_samples.h"
#include "t.h"

static int
read_text(struct trm_sample *s, struct trm_arena *a, const char *text, struct trm_err *err)
{
    trm_json *rec = trm_json_parse(text, strlen(text), err);
    int bad = !rec || trm_sample_read(s, a, rec, err);
    trm_json_free(rec);
    return bad ? -1 : 0;
}

#define GOOD "{\"kind\":\"sample\",\"v\":1,\"id\":\"b/1\",\"building\":\"b\","

static void
refuse(const char *text, const char *place)
{
    struct trm_sample s;
    struct trm_arena a = {0};
    struct trm_err err = {0};
    CHECK(read_text(&s, &a, text, &err) == -1);
    CHECK(err.kind == TRM_DATA);
    if (!strstr(err.text, place))
        CHECK_STR(err.text, place);
    trm_arena_release(&a);
}

T_MAIN
{
    T("a sample written and read back is written the same") {
        struct trm_arena a = {0};
        struct trm_rng rng;
        trm_rng_seed(&rng, 1);
        for (int i = 0; i < 50; i++) {
            struct trm_sample s = random_sample(&a, &rng), back;
            struct trm_buf one = {0}, two = {0};
            struct trm_err err = {0};
            trm_sample_write(&one, &s);
            CHECK(read_text(&back, &a, one.data, &err) == 0);
            CHECK(back.n_fields == s.n_fields && back.n_rules == s.n_rules && back.rules[0].n_bounds == 3);
            trm_sample_write(&two, &back);
            CHECK_STR(two.data, one.data);
            trm_buf_release(&one);
            trm_buf_release(&two);
        }
        trm_arena_release(&a);
    }
    T("a label is pass, fail or null, and nothing else") {
        struct trm_sample s;
        struct trm_arena a = {0};
        struct trm_err err = {0};
        CHECK(!read_text(&s, &a, GOOD "\"fields\":[],\"rules\":[{\"rule\":\"R\",\"op\":\">=\",\"label\":null}]}", &err));
        CHECK(s.rules[0].label == TRM_LABEL_NONE);
        refuse(GOOD "\"fields\":[],\"rules\":[{\"rule\":\"R\",\"op\":\">=\",\"label\":\"unknown\"}]}", "rules[0]: label");
        refuse(GOOD "\"fields\":[],\"rules\":[{\"rule\":\"R\",\"op\":\">=\",\"label\":1}]}", "rules[0]: label");
        trm_arena_release(&a);
    }
    T("hostile samples are refused with their place") {
        refuse("{\"kind\":\"checked\",\"v\":1,\"id\":\"x\"}", "kind");
        refuse("{\"kind\":\"sample\",\"v\":2,\"id\":\"x\"}", "v");
        refuse("{\"kind\":\"sample\",\"v\":1,\"id\":\"x\",\"fields\":[],\"rules\":[]}", "building");
        refuse(GOOD "\"rules\":[]}", "fields");
        refuse(GOOD "\"fields\":{},\"rules\":[]}", "fields");
        refuse(GOOD "\"fields\":[[\"a\",1],3],\"rules\":[]}", "fields[1]");
        refuse(GOOD "\"fields\":[[\"a\",null]],\"rules\":[]}", "fields[0]: a");
        refuse(GOOD "\"fields\":[[\"a\",[1]]],\"rules\":[]}", "fields[0]: a");
        refuse(GOOD "\"fields\":[[\"\",1]],\"rules\":[]}", "fields[0]");
        refuse(GOOD "\"fields\":[[\"a\",1,2]],\"rules\":[]}", "fields[0]: a");
        refuse(GOOD "\"fields\":[],\"rules\":[[]]}", "rules[0]");
        refuse(GOOD "\"fields\":[],\"rules\":[{\"op\":\"<\"}]}", "rules[0]: rule");
        refuse(GOOD "\"fields\":[],\"rules\":[{\"rule\":\"R\",\"op\":\"<\",\"tests\":[1]}]}", "rules[0]: tests[0]");
        refuse(GOOD "\"origin\":\"dreamt\",\"fields\":[],\"rules\":[]}", "origin");
    }
    T("more fields than the bound are refused") {
        struct trm_buf b = {0};
        trm_buf_adds(&b, GOOD "\"fields\":[");
        for (int i = 0; i <= TRM_SAMPLE_MAX_FIELDS; i++)
            trm_buf_addf(&b, "%s[\"a\",1]", i ? "," : "");
        trm_buf_adds(&b, "],\"rules\":[]}");
        refuse(b.data, "fields: found 4097");
        trm_buf_release(&b);
    }
}
