/* The audit of IDS files: each flaw with its code and place, and no flaw where there is none. */
#include "../../lib/rule/rule.h"

#include "t.h"

static struct trm_err err;

#define S(x) "<simpleValue>" x "</simpleValue>"
#define WALL "<applicability maxOccurs=\"unbounded\"><entity><name>" S("IFCWALL") "</name></entity></applicability>"
#define ASK(x) WALL "<requirements>" x "</requirements>"
#define PROPERTY(more, set, name, value) \
    "<property " more "><propertySet>" S(set) "</propertySet><baseName>" S(name) "</baseName>" value "</property>"
#define ATTRIBUTE(name, value) "<attribute><name>" S(name) "</name>" value "</attribute>"
#define R(base, x) "<xs:restriction base=\"xs:" base "\">" x "</xs:restriction>"
#define VALUE(x) "<value>" x "</value>"

/* "E class 3:40 1.1 IFC4|..." of all flaws of a specification's content for these versions; "" for none. */
static const char *
flaws_in(const char *versions, const char *content)
{
    static char out[2000];
    char ids[6000];
    size_t n, len = 0;
    bool more;
    snprintf(ids, sizeof ids,
             "<ids xmlns=\"http://standards.buildingsmart.org/IDS\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><info><title>t</title></info>\n"
             "<specifications><specification name=\"s\" ifcVersion=\"%s\">\n%s</specification></specifications></ids>", versions, content);
    struct trm_rules *rules = trm_rules_new();
    trm_err_reset(&err);
    int rc = trm_rules_add(rules, "x/t.ids", ids, strlen(ids), &err);
    const struct trm_flaw *f = trm_rules_flaws(rules, &n, &more);
    out[0] = 0;
    for (size_t i = 0; i < n && len < 1800; i++)
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%c %s %ld:%ld %zu.%zu%s%s", i ? "|" : "", f[i].severity == TRM_ERROR ? 'E' : 'w',
                                f[i].code, f[i].line, f[i].column, f[i].specification, f[i].requirement, f[i].schema ? " " : "",
                                f[i].schema ? f[i].schema : "");
    if (rc < 0 && n == 0)
        snprintf(out, sizeof out, "refused without a flaw: %s", err.text);
    trm_rules_free(rules);
    return out;
}

static const char *
flaws(const char *content)
{
    return flaws_in("IFC4", content);
}

/* The codes of errors only, joined with blanks. */
static const char *
codes(const char *content)
{
    static char out[400];
    size_t len = 0;
    out[0] = 0;
    for (const char *p = flaws(content); *p; p += strcspn(p, "|"), p += *p == '|')
        if (*p == 'E')
            len += (size_t)snprintf(out + len, sizeof out - len, "%s%.*s", len ? " " : "", (int)strcspn(p + 2, " "), p + 2);
    return out;
}

T_MAIN
{
    T("a sound specification has no flaw, in all versions at once")
    {
        CHECK_STR(flaws_in("IFC2X3 IFC4 IFC4X3_ADD2",
                           ASK(ATTRIBUTE("Name", VALUE(S("x"))) PROPERTY("dataType=\"IFCBOOLEAN\"", "Pset_WallCommon", "IsExternal", VALUE(S("true")))
                               PROPERTY("dataType=\"IFCREAL\"", "Own", "P", VALUE(R("double", "<xs:minInclusive value=\"1\"/>"))) "<material/>"
                               "<classification><system>" S("U") "</system></classification>"
                               "<partOf relation=\"IFCRELAGGREGATES\"><entity><name>" S("IFCROOF") "</name></entity></partOf>")), "");
    }
    T("the place is line and column of the element, the number that of specification and requirement")
    {
        CHECK_STR(flaws(ASK(ATTRIBUTE("Name", "") "\n  " ATTRIBUTE("Foobar", ""))), "E attribute 4:14 1.2 IFC4");
        CHECK_STR(flaws("<!-- <a> \xc3\xa4 --><applicability maxOccurs=\"unbounded\"><entity><name>" S("IFCDOR") "</name></entity></applicability>"),
                  "E class 3:60 1.0 IFC4");
    }
    T("names that the schema does not have, per version")
    {
        CHECK_STR(flaws_in("IFC2X3 IFC4", ASK("<entity><name>" S("IFCRABBIT") "</name></entity>")), "E class 3:140 1.1 IFC2X3|E class 3:140 1.1 IFC4");
        CHECK_STR(codes("<applicability maxOccurs=\"unbounded\"><entity><name>" S("IfcWall") "</name></entity></applicability>"), "class");
        CHECK_STR(codes("<applicability maxOccurs=\"unbounded\"><entity><name>" R("string", "<xs:pattern value=\"IFCX.*\"/>") "</name></entity></applicability>"), "class");
        CHECK_STR(flaws_in("IFC2X3", "<applicability maxOccurs=\"unbounded\"><entity><name>" S("IFCAIRTERMINAL") "</name></entity></applicability>"), "");
        CHECK_STR(codes(ASK("<entity><name>" S("IFCWALL") "</name><predefinedType>" S("ANYTHING") "</predefinedType></entity>")), "");
        CHECK_STR(codes("<applicability maxOccurs=\"unbounded\"><entity><name>" S("IFCPROJECT") "</name><predefinedType>" S("A") "</predefinedType></entity></applicability>"),
                  "predefined_type");
        CHECK_STR(codes(ASK(ATTRIBUTE("ContainedInStructure", ""))), "attribute"); /* an inverse one */
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCLAVEL\"", "S", "P", ""))), "data_type");
        CHECK_STR(codes(ASK(PROPERTY("", "Pset_WallComon", "P", ""))), "set");
        CHECK_STR(codes(ASK(PROPERTY("", "Pset_WallCommon", "Fire", ""))), "property");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCTEXT\"", "Pset_WallCommon", "FireRating", ""))), "data_type");
        CHECK_STR(flaws(ASK(PROPERTY("", "Pset_DoorCommon", "FireRating", ""))), "w set 3:143 1.1 IFC4");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCLENGTHMEASURE\"", "Qto_WallBaseQuantities", "Width", ""))), "");
        CHECK_STR(flaws_in("IFC4X3 ", ASK(ATTRIBUTE("Name", ""))), "E ifc_version 2:17 1.0");
    }
    T("values that are none of their type, and restrictions that do not go with it")
    {
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCINTEGER\"", "S", "P", VALUE(S("42.0"))))), "value");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCREAL\"", "S", "P", VALUE(S("42,3"))))), "value");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCBOOLEAN\"", "S", "P", VALUE(S("TRUE"))))), "value");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCREAL\"", "S", "P", VALUE(R("string", "<xs:pattern value=\".*\"/>"))))), "restriction");
        CHECK_STR(codes(ASK(ATTRIBUTE("Name", VALUE(R("double", "<xs:minInclusive value=\"1\"/>"))))), "restriction");
        CHECK_STR(codes(ASK(ATTRIBUTE("Representation", VALUE(S("x"))))), "value");
        CHECK_STR(codes(ASK(ATTRIBUTE("Name", VALUE(R("string", "<xs:totalDigits value=\"3\"/>"))))), "restriction");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCREAL\"", "S", "P", VALUE(R("double", "<xs:minInclusive value=\"2\"/><xs:maxInclusive value=\"1\"/>"))))), "contradiction");
        CHECK_STR(codes(ASK(ATTRIBUTE("Name", VALUE(R("string", "<xs:minLength value=\"3\"/><xs:maxLength value=\"2\"/>"))))), "contradiction");
        CHECK_STR(codes(ASK(ATTRIBUTE("Name", VALUE(R("string", "<xs:pattern value=\"(\"/>"))))), "unreadable");
    }
    T("what cannot be met together, and cardinalities that IDS does not have")
    {
        CHECK_STR(codes(ASK("<entity><name>" S("IFCDOOR") "</name></entity>")), "contradiction");
        CHECK_STR(codes("<applicability minOccurs=\"0\" maxOccurs=\"0\"><entity><name>" S("IFCWALL") "</name></entity></applicability>"), "");
        CHECK_STR(codes("<applicability minOccurs=\"0\" maxOccurs=\"0\"><entity><name>" S("IFCWALL") "</name></entity></applicability><requirements>"
                        ATTRIBUTE("Name", "") "</requirements>"), "cardinality");
        CHECK_STR(codes("<applicability minOccurs=\"2\" maxOccurs=\"3\"><entity><name>" S("IFCWALL") "</name></entity></applicability>"), "cardinality");
        CHECK_STR(codes(ASK("<partOf cardinality=\"optional\"><entity><name>" S("IFCROOF") "</name></entity></partOf>")), "cardinality");
    }
    T("the form of IDS 1.0: elements and attributes that are not there, missing, too many or in the wrong order")
    {
        CHECK_STR(codes(WALL "<requirement/>"), "xml");
        CHECK_STR(codes("<applicability maxOccurs=\"unbounded\"><property cardinality=\"optional\"><propertySet>" S("S") "</propertySet><baseName>" S("P")
                        "</baseName></property></applicability>"), "xml");
        CHECK_STR(codes(ASK("<classification><system>" S("U") "</system><value>" S("1") "</value></classification>")), "xml");
        CHECK_STR(codes(ASK(ATTRIBUTE("Name", VALUE(S("a") S("b"))))), "xml xml");
        CHECK_STR(codes(ASK("<attribute><name><restriction base=\"xs:string\"/></name></attribute>")), "xml");
        CHECK_STR(flaws("<requirements/>" WALL), "E xml 3:16 1.0");
    }
    T("patterns made to be slow are matched so far and no further, and the audit ends")
    {
        static char many[200000];
        size_t n = 0;
        bool more = false;
        struct trm_rules *rules = trm_rules_new();
        n += (size_t)snprintf(many, sizeof many, "<ids xmlns=\"http://standards.buildingsmart.org/IDS\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><info><title>t"
                              "</title></info><specifications>");
        for (int i = 0; i < 300; i++)
            n += (size_t)snprintf(many + n, sizeof many - n, "<specification name=\"s\" ifcVersion=\"IFC4\"><applicability maxOccurs=\"unbounded\"><attribute><name>"
                                  R("string", "<xs:pattern value=\"([A-Za-z]{0,49}){0,60}X\"/>") "</name></attribute></applicability></specification>");
        snprintf(many + n, sizeof many - n, "</specifications></ids>");
        trm_err_reset(&err);
        CHECK(trm_rules_add(rules, "slow.ids", many, strlen(many), &err) == 0 && trm_rules_count(rules) == 300);
        trm_rules_flaws(rules, &n, &more);
        CHECK(more);
        trm_rules_free(rules);
    }
    T("one unreadable specification does not hide the flaws of the next, and the file is refused")
    {
        CHECK_STR(codes("</specification><specification name=\"b\" ifcVersion=\"IFC4\">" ASK(ATTRIBUTE("Foobar", ""))), "xml unreadable attribute");
        CHECK(err.kind == TRM_USAGE);
    }
    T("dates, times and durations are written as XML Schema has them")
    {
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCDATE\"", "My", "P", VALUE(S("2026-02-30"))))), "value");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCDATE\"", "My", "P", VALUE(S("2026-02-28"))))), "");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCDURATION\"", "My", "P", VALUE(R("string", "<xs:enumeration value=\"P1D\"/><xs:enumeration value=\"1D\"/>"))))), "value");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCDATETIME\"", "My", "P", VALUE(R("dateTime", "<xs:minInclusive value=\"2026-01-01\"/>"))))), "restriction");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCTIME\"", "My", "P", VALUE(R("time", "<xs:minInclusive value=\"08:00:00\"/>"))))), "");
    }
    T("whole numbers want a base of whole numbers, others one that is not; what a restriction lists is of its base")
    {
        CHECK(strstr(flaws(ASK(PROPERTY("dataType=\"IFCINTEGER\"", "My", "P", VALUE(R("double", "<xs:minInclusive value=\"1\"/>"))))), "w restriction"));
        CHECK(strstr(flaws(ASK(PROPERTY("dataType=\"IFCREAL\"", "My", "P", VALUE(R("integer", "<xs:minInclusive value=\"1\"/>"))))), "w restriction"));
        CHECK_STR(flaws(ASK(PROPERTY("dataType=\"IFCREAL\"", "My", "P", VALUE(R("double", "<xs:minInclusive value=\"1\"/>"))))), "");
        CHECK_STR(flaws(ASK(PROPERTY("dataType=\"IFCINTEGER\"", "My", "P", VALUE(R("integer", "<xs:minInclusive value=\"1\"/>"))))), "");
        CHECK_STR(codes(ASK(PROPERTY("dataType=\"IFCREAL\"", "My", "P", VALUE(R("integer", "<xs:enumeration value=\"1.5\"/>"))))), "restriction");
    }
}
