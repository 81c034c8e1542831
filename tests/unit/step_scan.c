#include "../../lib/base/rng.h"
#include "../../lib/step/step.h"
#include "t.h"

#define HEAD "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\n" \
             "FILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n"
#define TAIL "ENDSEC;\nEND-ISO-10303-21;\n"

static struct trm_step st;
static struct trm_err err;

static bool
want_all(void *ctx, struct trm_step *s, struct trm_step_keyword *kw)
{
    (void)ctx, (void)s;
    return !trm_step_is(kw->name, kw->n, "IFCCARTESIANPOINT");
}

static int
open_n(const char *text, size_t n)
{
    trm_step_release(&st);
    trm_err_reset(&err);
    return trm_step_open(&st, text, n, want_all, NULL, &err);
}

static int
open_text(const char *text)
{
    return open_n(text, strlen(text));
}

static int
open_data(const char *data)
{
    static char text[1 << 16];
    snprintf(text, sizeof text, HEAD "%s" TAIL, data);
    return open_text(text);
}

static uint64_t
warnings(const char *code)
{
    for (size_t i = 0; i < st.n_warnings; i++)
        if (strcmp(st.warnings[i].code, code) == 0)
            return st.warnings[i].count;
    return 0;
}

/* Keyword of #id as text, or "none". */
static const char *
keyword_of(uint64_t id)
{
    static char out[100];
    uint32_t row = trm_step_find(&st, id);
    if (row == TRM_STEP_NONE || st.inst[row].kw == TRM_STEP_DROPPED)
        return "none";
    const struct trm_step_keyword *k = &st.keywords[st.inst[row].kw];
    snprintf(out, sizeof out, "%.*s", (int)k->n, k->name);
    return out;
}

/* Values of #id as a line of type letters: $ null, * derived, # reference, i, r, s, e, b, t typed, ( list, ? bad. */
static const char *
shape(uint64_t id)
{
    static char out[200];
    static const char letter[] = "$*#irsebt(?";
    struct trm_step_val v;
    size_t n = 0;
    uint32_t row = trm_step_find(&st, id);
    if (row == TRM_STEP_NONE)
        return "none";
    for (struct trm_step_cur c = trm_step_args(&st, row); trm_step_next(&c, &v) && n < 199;)
        out[n++] = letter[v.type];
    out[n] = '\0';
    return out;
}

static struct trm_step_val
arg(uint64_t id, size_t k)
{
    struct trm_step_val v = {0};
    uint32_t row = trm_step_find(&st, id);
    if (row != TRM_STEP_NONE)
        trm_step_arg(&st, row, k, &v);
    return v;
}

static double
num(uint64_t id, size_t k)
{
    struct trm_step_val v = arg(id, k);
    double x;
    return trm_step_num(&v, &x) ? x : NAN;
}

static size_t
count_inside(struct trm_step_val v)
{
    size_t n = 0;
    struct trm_step_val item;
    for (struct trm_step_cur c = trm_step_inside(&v); trm_step_next(&c, &item);)
        n++;
    return n;
}

T_MAIN
{
    T("instances are counted, wanted ones are found by id, the others have no row")
    {
        CHECK(open_data("#1=IFCDOOR('a',$);\n#2= IFCCARTESIANPOINT((0.,0.,0.));\n#30 =IFCWALL('b');\n") == 0);
        CHECK(st.n_instances == 3 && st.n_inst == 2 && st.n_warnings == 0 && !st.truncated);
        CHECK_STR(keyword_of(1), "IFCDOOR");
        CHECK_STR(keyword_of(30), "IFCWALL");
        CHECK_STR(keyword_of(2), "none");
        CHECK_STR(keyword_of(31), "none");
        CHECK(trm_step_find(&st, UINT64_MAX) == TRM_STEP_NONE);
    }
    T("line ends of CR only, blanks anywhere, and an instance over many lines are read")
    {
        CHECK(open_text("ISO-10303-21;\rHEADER;\rFILE_SCHEMA (('IFC4'));\rENDSEC;\rDATA;\r#1=IFCDOOR('a');\r"
                        "  # \r#2 \r=\r IFCWALL \r(\r'b' , \t$\r)\r ;\rENDSEC;\rEND-ISO-10303-21;\r") == 0);
        CHECK_STR(keyword_of(1), "IFCDOOR");
        CHECK_STR(shape(2), "s$");
        CHECK(trm_step_line(&st, st.file_schema) == 3);
    }
    T("comments are skipped in the header, between and inside instances, with quotes and semicolons in them")
    {
        CHECK(open_text("/* it's; a */ISO-10303-21;/*x*/HEADER;/* ' */FILE_SCHEMA(/* no */('IFC4'));ENDSEC;DATA;/* #9=IFCWALL(); */\n"
                        "#1=/* ; */IFCDOOR(/* ' */'a',/*, $*/$/**/)/* end */;\n" TAIL) == 0);
        CHECK(st.n_instances == 1 && st.n_warnings == 0);
        CHECK_STR(shape(1), "s$");
    }
    T("a comment that never ends costs two bytes, not the rest of the file")
    { /* errorfile.ifc: "*", "//", "*" behind an instance; everything after it was lost */
        CHECK(open_data("#1=IFCDOOR('a');\t*//*\n#2=IFCWALL('b');\n") == 0);
        CHECK_STR(keyword_of(2), "IFCWALL");
        CHECK(warnings("unterminated_comment") >= 1 && !st.truncated);
    }
    T("semicolons, quotes, parentheses and line ends inside strings end nothing")
    {
        CHECK(open_data("#1=IFCDOOR('a;b''c)(;',$,'x\ny');\n#2=IFCWALL();\n") == 0);
        CHECK_STR(shape(1), "s$s");
        CHECK_STR(shape(2), "");
        CHECK(arg(1, 0).n == 9);
    }
    T("an undoubled quote behind \\S\\ does not end the string")
    { /* jp_ac16_sjis.ifc writes that; the next instance was lost */
        CHECK(open_data("#1=IFCDOOR('\\X\\93\\S\\'\\X\\96\\S\\>',$);\n#2=IFCWALL('\\S\\'',$);\n#3=IFCSLAB('\\S\\''x',$);\n") == 0);
        CHECK(st.n_inst == 3 && st.n_warnings == 0);
        CHECK_STR(shape(1), "s$");
        CHECK_STR(shape(2), "s$");
        CHECK_STR(shape(3), "s$");
    }
    T("a string without its end costs one instance, not the rest")
    {
        CHECK(open_data("#1=IFCDOOR('a,$);\n#2=IFCWALL('b',$);\n#3=IFCSLAB('c');\n") == 0);
        CHECK_STR(keyword_of(1), "none");
        CHECK_STR(shape(2), "s$");
        CHECK_STR(shape(3), "s");
        CHECK(warnings("unterminated_string") == 1 && warnings("bad_instance") == 1);
    }
    T("an instance without its end costs that instance only")
    {
        CHECK(open_data("#1=IFCDOOR('a',$\n#2=IFCWALL('b');\n#=IFCX();\n#3;\n#4=;\n#5=IFC DOOR();\n#6=IFCSLAB('c')x;\n#7=(IFCA()IFCB());\n#8=IFCROOF('d');\n") == 0);
        CHECK_STR(keyword_of(2), "IFCWALL");
        CHECK_STR(keyword_of(8), "IFCROOF");
        CHECK(st.n_inst == 2 && warnings("bad_instance") == 7);
        CHECK(trm_step_line(&st, st.warnings[0].off) == 8);
    }
    T("every kind of value is told apart")
    {
        CHECK(open_data("#1=IFCX($,*,#12,5,-7,1.E-05,'s',.T.,.NOTDEFINED.,\"0A\",IFCLABEL('x'),(1,(2,3)),(),+.5);\n") == 0);
        CHECK_STR(shape(1), "$*#iirseebt((r");
        CHECK(arg(1, 2).ref == 12);
        CHECK(num(1, 4) == -7 && num(1, 5) == 1e-05 && num(1, 13) == 0.5);
        CHECK(trm_step_is(arg(1, 8).s, arg(1, 8).n, "NOTDEFINED"));
        CHECK(count_inside(arg(1, 10)) == 1 && count_inside(arg(1, 11)) == 2 && count_inside(arg(1, 12)) == 0);
    }
    T("what is no value is marked, and the values behind it are read")
    {
        CHECK(open_data("#1=IFCX(nan,-1.#INF,1 2,,'a'b,.T,#,(1;\n#2=IFCX(1.#IND,5,-nan,);\n") == 0);
        CHECK_STR(shape(2), "?i??");
        CHECK(open_data("#1=IFCX(nan,1 2,,'a'b,.T,#,6);\n") == 0);
        CHECK_STR(shape(1), "??????i");
    }
    T("numbers are exact, and what is not finite is no number")
    {
        CHECK(open_data("#1=IFCX(74.5092415823,0.1,9007199254740993,1.7976931348623157E308,1E999,-0.,123456789012345678901234567890.,1.0e-2,0.12345678901234567,90071992547409.931);\n") == 0);
        CHECK(num(1, 0) == 74.5092415823 && num(1, 1) == 0.1 && num(1, 2) == 9007199254740993.0);
        CHECK(num(1, 3) == 1.7976931348623157e308 && isnan(num(1, 4)) && num(1, 5) == 0);
        CHECK(num(1, 6) == 123456789012345678901234567890. && num(1, 7) == 0.01);
        CHECK(num(1, 8) == 0.12345678901234567 && num(1, 9) == 90071992547409.931);
    }
    T("deep nesting is walked without recursion")
    {
        size_t deep = 200000, n = 0;
        char *text = malloc(3 * deep + 400);
        n += (size_t)sprintf(text, HEAD "#1=IFCX(");
        memset(text + n, '(', deep), n += deep;
        memset(text + n, ')', deep), n += deep;
        n += (size_t)sprintf(text + n, ",7);\n" TAIL);
        CHECK(open_n(text, n) == 0);
        CHECK_STR(shape(1), "(i");
        trm_step_release(&st);
        free(text);
    }
    T("ids may be sparse, huge, out of order")
    {
        CHECK(open_data("#900000000000000=IFCB();\n#5=IFCA();\n#70000=IFCC();\n#6=IFCD();\n#99999999999999999999=IFCE();\n") == 0);
        CHECK_STR(keyword_of(900000000000000), "IFCB");
        CHECK_STR(keyword_of(5), "IFCA");
        CHECK_STR(keyword_of(70000), "IFCC");
        CHECK_STR(keyword_of(6), "IFCD");
        CHECK_STR(keyword_of(7), "none");
        CHECK(warnings("bad_instance") == 1);
        CHECK(st.inst[0].id == 900000000000000);
    }
    T("of a repeated id the first stays and the second is counted")
    {
        CHECK(open_data("#5=IFCA('x');\n#5=IFCB();\n#4=IFCC();\n#5=IFCD();\n") == 0);
        CHECK_STR(keyword_of(5), "IFCA");
        size_t kept = 0;
        for (size_t i = 0; i < st.n_inst; i++)
            kept += st.inst[i].kw != TRM_STEP_DROPPED;
        CHECK(kept == 2);
        CHECK(warnings("repeated_id") == 2);
    }
    T("a doubled header and several DATA sections are read, and said")
    {
        CHECK(open_text("ISO-10303-21;\nHEADER;\nHEADER;\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n#1=IFCA();\nENDSEC;\nDATA('b',('c'));\n"
                        "#2=IFCB();\n" TAIL) == 0);
        CHECK(st.n_inst == 2 && warnings("doubled_header") == 1);
    }
    T("a header without a description, or with everything in it, is read")
    {
        CHECK(open_text("ISO-10303-21;HEADER;FILE_DESCRIPTION($,'2;1');FILE_NAME($,$,$,$,$,$,$);FILE_SCHEMA(('IFC4'));ENDSEC;DATA;#1=IFCA();" TAIL) == 0);
        CHECK(st.n_inst == 1 && st.n_warnings == 0 && st.file_description && st.file_name && st.file_schema);
    }
    T("references lead forwards as well as backwards, and each value of lists in lists is reached")
    {
        CHECK(open_data("#2=IFCA(#9,((1,2),(),(IFCB(IFCC(3)),$)));\n#9=IFCD(#2);\n") == 0);
        CHECK_STR(keyword_of(arg(2, 0).ref), "IFCD");
        CHECK_STR(keyword_of(arg(9, 0).ref), "IFCA");
        struct trm_step_val lists = arg(2, 1), inner;
        struct trm_step_cur c = trm_step_inside(&lists);
        CHECK(trm_step_next(&c, &inner) && count_inside(inner) == 2);
        CHECK(trm_step_next(&c, &inner) && inner.type == TRM_STEP_LIST && count_inside(inner) == 0);
        CHECK(trm_step_next(&c, &inner) && count_inside(inner) == 2);
        CHECK(!trm_step_next(&c, &inner));
    }
    T("thousands of made-up entity names fill no memory: those beyond a bound are bad instances")
    {
        size_t n = 0, cap = 400000;
        char *text = malloc(cap);
        n += (size_t)snprintf(text, cap, HEAD);
        for (int i = 0; i < 6000; i++)
            n += (size_t)snprintf(text + n, cap - n, "#%d=IFCMADEUP%d('a',$);\n", i + 1, i);
        n += (size_t)snprintf(text + n, cap - n, TAIL);
        CHECK(open_n(text, n) == 0);
        CHECK(st.n_keywords == 4000 && st.n_inst == 4000 && warnings("bad_instance") == 2000);
        trm_step_release(&st);
        free(text);
    }
    T("numbers of any length are no instance, no reference and no number, and end")
    {
        size_t n = 0, digits = 300000;
        char *text = malloc(3 * digits + 1000);
        n += (size_t)sprintf(text, HEAD "#");
        memset(text + n, '9', digits), n += digits;
        n += (size_t)sprintf(text + n, "=IFCA();\n#1=IFCB(");
        memset(text + n, '7', digits), n += digits;
        n += (size_t)sprintf(text + n, ",#");
        memset(text + n, '8', digits), n += digits;
        n += (size_t)sprintf(text + n, ",5);\n" TAIL);
        CHECK(open_n(text, n) == 0);
        CHECK_STR(shape(1), "i?i");
        CHECK(isnan(num(1, 0)) && num(1, 2) == 5 && warnings("bad_instance") == 1);
        trm_step_release(&st);
        free(text);
    }
    T("a byte order mark and leading blanks are skipped")
    {
        CHECK(open_text("\xEF\xBB\xBF \n" HEAD "#1=IFCA();" TAIL) == 0);
        CHECK(st.n_inst == 1 && st.n_warnings == 0);
    }
    T("what is no STEP is refused with what it begins with")
    {
        CHECK(open_text("") == -1 && err.kind == TRM_DATA);
        CHECK(open_text(" \n ") == -1 && strstr(err.text, "empty"));
        CHECK(open_text("<html>") == -1 && strstr(err.text, "<html>"));
        CHECK(open_n("\x7F" "ELF\0\0\1\2", 8) == -1 && err.kind == TRM_DATA);
    }
    T("a file cut short gives what was whole, wherever it was cut")
    {
        static const char whole[] = HEAD "#1=IFCDOOR('a',$);\n#2=IFCWALL('b;c',/* x */(1.,2.));\n" TAIL;
        size_t one = (size_t)(strstr(whole, "#2=") - whole), two = (size_t)(strstr(whole, "ENDSEC;\nEND-") - whole);
        for (size_t n = strlen("ISO-10303-21;"); n < sizeof whole - 1; n++) {
            char *copy = malloc(n); /* of that size, so that the sanitizer sees a byte too far */
            memcpy(copy, whole, n);
            CHECK(open_n(copy, n) == 0);
            CHECK(st.n_inst == (n < one - 1 ? 0u : n < two - 1 ? 1u : 2u));
            CHECK(st.truncated == (n < two + strlen("ENDSEC;")));
            trm_step_release(&st);
            free(copy);
        }
    }
    T("an end that is missing behind a whole DATA section is only said")
    {
        CHECK(open_text(HEAD "#1=IFCA();\nENDSEC;\n") == 0);
        CHECK(!st.truncated && warnings("no_end") == 1);
    }
    T("lines are counted for LF, CR and CR LF")
    {
        CHECK(open_text("ISO-10303-21;\r\nHEADER;\rFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n" TAIL) == 0);
        CHECK(trm_step_line(&st, 0) == 1 && trm_step_line(&st, st.file_schema) == 3);
        CHECK(trm_step_line(&st, SIZE_MAX) == 8);
    }
    T("lines are counted by whole vectors as byte by byte, wherever blocks begin and end")
    {
        char text[1000];
        struct trm_step any = {.data = text, .size = sizeof text};
        struct trm_rng rng;
        trm_rng_seed(&rng, 9);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = "x\n\r"[trm_rng_below(&rng, 3)];
        size_t line = 1;
        for (size_t off = 0; off < sizeof text; off++) {
            CHECK(trm_step_line(&any, off) == line);
            line += text[off] == '\n' || (text[off] == '\r' && (off + 1 == sizeof text || text[off + 1] != '\n'));
        }
        CHECK(trm_step_line(&any, sizeof text) == line && line > 250);
    }
    trm_step_release(&st);
}
