/* Words and escapes: what a report makes of codes, numbers and hostile names. */
#include "t.h"

#include "../../lib/page/say.h"

static struct trm_buf b;

static const char *
text(void)
{
    return b.data ? b.data : "";
}

static const char *
html(const char *s)
{
    trm_buf_reset(&b);
    trm_esc_html(&b, s);
    return text();
}

static const char *
terminal(const char *s)
{
    trm_buf_reset(&b);
    trm_esc_text(&b, s);
    return text();
}

static const char *
xml(const char *s)
{
    trm_buf_reset(&b);
    trm_esc_xml(&b, s);
    return text();
}

static const char *
num(double x, const char *unit)
{
    trm_buf_reset(&b);
    trm_say_num(&b, x, unit);
    return text();
}

static const char *
percent(double p)
{
    trm_buf_reset(&b);
    trm_say_percent(&b, p);
    return text();
}

static const char *
count(size_t n)
{
    trm_buf_reset(&b);
    trm_say_count(&b, n);
    return text();
}

#define NBSP "\xC2\xA0"

/* A door 0.0000001 m too narrow, under a rule with its own sentence. */
static const char *
why(const char *on_fail, const char *unit, double value)
{
    static struct page_elem e = {"m/g", "GUID", "IfcDoor", "Door", "", "", ""};
    char json[512];
    struct page_rule r = {.id = "R", .name = "", .severity = "ERROR"};
    snprintf(json, sizeof json, "{\"condition\":{\"lhs\":{\"unit\":\"%s\"}},\"explanation\":{\"on_fail\":\"%s\"}}", unit, on_fail);
    trm_json *definition = trm_json_parse(json, strlen(json), NULL);
    r.definition = definition;
    struct page_fail f = {.elem = &e, .field = "Pset.ClearWidth", .reason = "bound", .alias = "", .op = ">=", .unit = "m",
                          .value = {VALUE_NUM, value, ""}, .limit = {VALUE_NUM, 0.815, ""},
                          .nearest = {VALUE_NUM, 0.815, ""}, .shortfall = 0.815 - value};
    trm_buf_reset(&b);
    trm_say_why(&b, &r, &f);
    trm_json_free(definition);
    return text();
}

T_MAIN
{
    T("markup in a name stays text")
    {
        CHECK_STR(html("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
        CHECK_STR(html("a\" onload=\"x & y"), "a&quot; onload=&quot;x &amp; y");
    }
    T("control characters are shown as pictures, direction overrides as a replacement, honest right-to-left text stays")
    {
        CHECK_STR(html("a\x01\x7f" "b"), "a\xE2\x90\x81\xE2\x90\xA1" "b");
        CHECK_STR(html("\xE2\x80\xAE" "evil"), "\xEF\xBF\xBD" "evil");
        CHECK_STR(html("\xE2\x81\xA6x"), "\xEF\xBF\xBDx");
        CHECK_STR(html("\xE2\x80\x8F\xD7\x93\xD7\x9C\xD7\xAA"), "\xE2\x80\x8F\xD7\x93\xD7\x9C\xD7\xAA");
        CHECK_STR(html("\xE2\x82\xAC"), "\xE2\x82\xAC");
    }
    T("an incomplete multibyte character at the end of a text is not read past")
    {
        CHECK_STR(html("a\xE2"), "a\xE2");
        CHECK_STR(html("a\xE2\x80"), "a\xE2\x80");
    }
    T("a terminal gets no control characters and no overrides")
    {
        CHECK_STR(terminal("a\x1b[31mb\xE2\x80\xAE" "c"), "a?[31mb?c");
        CHECK_STR(terminal("T\xC3\xBCr"), "T\xC3\xBCr");
    }
    T("XML gets only what XML 1.0 can hold")
    {
        CHECK_STR(xml("a\x01<b>\xEF\xBF\xBE"), "a\xEF\xBF\xBD&lt;b&gt;\xEF\xBF\xBD");
    }
    T("SI numbers are shown in the units of the trade")
    {
        CHECK_STR(num(0.815, "m"), "815" NBSP "mm");
        CHECK_STR(num(0.0254, "m"), "25.4" NBSP "mm");
        CHECK_STR(num(3600, "s"), "60" NBSP "min");
        CHECK_STR(num(21.410325, "m2"), "21.41" NBSP "m\xC2\xB2");
        CHECK_STR(num(3, ""), "3");
        CHECK_STR(num(-0.0, "m"), "0" NBSP "mm");
        CHECK_STR(num(400, "lx"), "400" NBSP "lx");
        CHECK_STR(num(1e300, ""), "1e+300");
    }
    T("percentages never claim a certainty that is not there")
    {
        CHECK_STR(percent(0.5), "50" NBSP "%");
        CHECK_STR(percent(0.9999), ">99" NBSP "%");
        CHECK_STR(percent(0.0001), "<1" NBSP "%");
        CHECK_STR(percent(1), "100" NBSP "%");
    }
    T("counts are grouped by thousands")
    {
        CHECK_STR(count(0), "0");
        CHECK_STR(count(999), "999");
        CHECK_STR(count(1234567), "1,234,567");
    }
    T("the rule's own sentence is filled in the rule's own unit")
    {
        CHECK_STR(why("Door {guid}: {lhs} {unit}, {shortfall} {unit} short of {rhs} {unit}.", "mm", 0.7),
                  "Door GUID: 700 mm, 115 mm short of 815 mm.");
        CHECK_STR(why("{lhs} where {rhs} is required", "mm", 0.7), "700" NBSP "mm where 815" NBSP "mm is required");
        CHECK_STR(why("{lhs} mm of {name}", "mm", 0.7), "700 mm of Door");
    }
    T("a slot that is not known, and a brace that never closes, stay as they are")
    {
        CHECK_STR(why("{foo} {lhs", "mm", 0.7), "{foo} {lhs");
    }
    T("a value that fails by a hair does not read like the limit")
    {
        CHECK_STR(why("{lhs} {unit} < {rhs} {unit}", "mm", 0.8149999), "814.9999 mm < 815 mm");
    }
    T("without a sentence of its own a rule gets one")
    {
        CHECK_STR(why("", "mm", 0.7), "Found 700" NBSP "mm, required is at least 815" NBSP "mm.");
    }
    trm_buf_release(&b);
}
