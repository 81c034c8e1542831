/* Facets of IDS: each requirement on walls of one specification, and what an element must hold to meet it. */
#include "../../lib/rule/rule.h"

#include "t.h"

static struct trm_err err;

#define S(x) "<simpleValue>" x "</simpleValue>"
#define R(x) "<xs:restriction base=\"xs:string\">" x "</xs:restriction>"
#define PROPERTY(more, set, name, value) \
    "<property " more "><propertySet>" set "</propertySet><baseName>" name "</baseName>" value "</property>"
#define ATTRIBUTE(more, name, value) "<attribute " more "><name>" name "</name>" value "</attribute>"
#define VALUE(x) "<value>" x "</value>"
#define W(type, value) "\"psets\":{\"P\":{\"W\":{\"value\":" value ",\"type\":\"" type "\"}}}"

/* "pass holds" and the like for the requirement on a wall with these members; "refused" with the reason printed. */
static const char *
said(const char *requirement, const char *members)
{
    static char text[100];
    char ids[4000], record[2000];
    struct trm_rules *rules = trm_rules_new();
    struct trm_element e;
    snprintf(ids, sizeof ids,
             "<ids xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><specifications><specification name=\"s\"><applicability minOccurs=\"0\">"
             "<entity><name><simpleValue>IFCWALL</simpleValue></name></entity></applicability><requirements>%s</requirements></specification>"
             "</specifications></ids>", requirement);
    snprintf(record, sizeof record, "{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcWall\",\"schema\":\"IFC4\"%s%s}", members[0] ? "," : "", members);
    trm_err_reset(&err);
    trm_json *rec = trm_json_parse(record, strlen(record), &err);
    snprintf(text, sizeof text, "refused");
    if (rec && trm_element_read(&e, rec, &err) == 0 && trm_rules_add(rules, "t.ids", ids, strlen(ids), &err) == 0) {
        struct trm_result r = {0};
        const struct trm_rule *rule = trm_rules_at(rules, 0);
        trm_rule_judge(&r, rule, &e, NULL);
        snprintf(text, sizeof text, "%s %s", trm_verdict_name(r.verdict), trm_reason_name(r.reason));
        if (trm_rule_applies(rule, &e) != TRM_APPLIES)
            snprintf(text, sizeof text, "applies_not");
    } else {
        printf("# %s\n", err.text);
    }
    trm_json_free(rec);
    trm_rules_free(rules);
    return text;
}

T_MAIN {
    T("attributes: there, filled, and of the value asked for")
    {
        CHECK_STR(said(ATTRIBUTE("", S("Name"), ""), "\"name\":\"a\""), "pass holds");
        CHECK_STR(said(ATTRIBUTE("", S("Name"), ""), "\"name\":\"\""), "fail no_value");
        CHECK_STR(said(ATTRIBUTE("", S("Name"), ""), ""), "fail absent");
        CHECK_STR(said(ATTRIBUTE("", S("Name"), VALUE(S("a"))), "\"name\":\"A\""), "fail value");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"optional\"", S("Name"), VALUE(S("a"))), ""), "pass holds");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"optional\"", S("Name"), VALUE(S("a"))), "\"name\":\"b\""), "fail value");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"prohibited\"", S("Name"), VALUE(S("a"))), "\"name\":\"b\""), "pass holds");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"prohibited\"", S("Name"), VALUE(S("a"))), "\"name\":\"a\""), "fail prohibited");
        CHECK_STR(said(ATTRIBUTE("", R("<xs:pattern value=\"Name|Tag\"/>"), VALUE(S("a"))), "\"name\":\"a\",\"tag\":null"), "pass holds");
        CHECK_STR(said(ATTRIBUTE("", R("<xs:pattern value=\"Name|Tag\"/>"), VALUE(S("a"))), "\"name\":\"a\",\"tag\":\"b\""), "fail value");
    }
    T("numbers: tolerance of equality, exact ranges, integers without a decimal mark")
    {
#define NUMBER(type, literal, x) said(PROPERTY("", S("P"), S("W"), VALUE(S(literal))), W(type, x))
        CHECK_STR(NUMBER("IfcReal", "42", "42"), "pass holds");
        CHECK_STR(NUMBER("IfcReal", "42.", "42"), "pass holds");
        CHECK_STR(NUMBER("IfcReal", "4.2E1", "42"), "pass holds");
        CHECK_STR(NUMBER("IfcReal", "42", "42.00004"), "pass holds");
        CHECK_STR(NUMBER("IfcReal", "42", "42.00005"), "fail value");
        CHECK_STR(NUMBER("IfcReal", "42,0", "42"), "fail value");
        CHECK_STR(NUMBER("IfcReal", " 42", "42"), "fail value");
        CHECK_STR(NUMBER("IfcReal", "0x2A", "42"), "fail value");
        CHECK_STR(NUMBER("IfcInteger", "42", "42"), "pass holds");
        CHECK_STR(NUMBER("IfcInteger", "42.0", "42"), "fail value");
        CHECK_STR(NUMBER("IfcLabel", "1", "\"1\""), "pass holds");
        CHECK_STR(NUMBER("IfcLabel", "1", "\"1.0\""), "fail value");
        CHECK_STR(NUMBER("IfcBoolean", "true", "true"), "pass holds");
        CHECK_STR(NUMBER("IfcBoolean", "TRUE", "true"), "fail value");
#define BOUNDS(x, value) said(PROPERTY("", S("P"), S("W"), VALUE("<xs:restriction base=\"xs:double\">" x "</xs:restriction>")), W("IfcReal", value))
        CHECK_STR(BOUNDS("<xs:minInclusive value=\"1\"/><xs:maxExclusive value=\"2\"/>", "1"), "pass holds");
        CHECK_STR(BOUNDS("<xs:minInclusive value=\"1\"/><xs:maxExclusive value=\"2\"/>", "2"), "fail bound");
        CHECK_STR(BOUNDS("<xs:minInclusive value=\"1\"/>", "0.9999999"), "fail bound");
        CHECK_STR(BOUNDS("<xs:enumeration value=\"1\"/><xs:enumeration value=\"3\"/>", "3.000001"), "pass holds");
        CHECK_STR(BOUNDS("<xs:pattern value=\".*\"/>", "1"), "fail pattern");
    }
    T("texts: enumerations, patterns of which any may match, lengths in characters")
    {
#define TEXT(x, value) said(PROPERTY("", S("P"), S("W"), VALUE(R(x))), W("IfcLabel", "\"" value "\""))
        CHECK_STR(TEXT("<xs:enumeration value=\"a\"/><xs:enumeration value=\"b\"/>", "b"), "pass holds");
        CHECK_STR(TEXT("<xs:enumeration value=\"a\"/><xs:enumeration value=\"b\"/>", "B"), "fail value");
        CHECK_STR(TEXT("<xs:pattern value=\"[0-9]\"/><xs:pattern value=\"[a-z]\"/>", "q"), "pass holds");
        CHECK_STR(TEXT("<xs:pattern value=\"[0-9]\"/><xs:pattern value=\"[a-z]\"/>", "qq"), "fail pattern");
        CHECK_STR(TEXT("<xs:length value=\"2\"/>", "\xC3\xA9\xC3\xA9"), "pass holds");
        CHECK_STR(TEXT("<xs:minLength value=\"2\"/><xs:maxLength value=\"3\"/>", "abcd"), "fail length");
        CHECK_STR(TEXT("<xs:minLength value=\"2\"/><xs:maxLength value=\"3\"/>", "abc"), "pass holds");
    }
    T("properties: every set and property that matches must do, lists and bounds with any value")
    {
        static const char two[] = "\"psets\":{\"P1\":{\"W\":{\"value\":\"a\",\"type\":\"IfcLabel\"}},\"P2\":{\"W\":{\"value\":\"b\",\"type\":\"IfcLabel\"}}}";
        static const char half[] = "\"psets\":{\"P1\":{\"W\":{\"value\":\"a\",\"type\":\"IfcLabel\"}},\"P2\":{}}";
        static const char list[] = "\"psets\":{\"P\":{\"W\":{\"value\":[\"a\",\"b\"],\"type\":\"IfcLabel\"}}}";
        static const char bounded[] = "\"psets\":{\"P\":{\"W\":{\"value\":null,\"lower\":1,\"upper\":5,\"type\":\"IfcReal\"}}}";
        CHECK_STR(said(PROPERTY("", R("<xs:pattern value=\"P.\"/>"), S("W"), ""), two), "pass holds");
        CHECK_STR(said(PROPERTY("", R("<xs:pattern value=\"P.\"/>"), S("W"), VALUE(S("a"))), two), "fail value");
        CHECK_STR(said(PROPERTY("", R("<xs:pattern value=\"P.\"/>"), S("W"), ""), half), "fail no_property");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), VALUE(S("b"))), list), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), VALUE(S("c"))), list), "fail value");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), VALUE(S("5"))), bounded), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), VALUE(S("6"))), bounded), "fail value");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), ""), ""), "fail no_set");
        CHECK_STR(said(PROPERTY("", S("P"), S("X"), ""), W("IfcLabel", "\"a\"")), "fail no_property");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), ""), W("IfcLabel", "null")), "fail no_value");
        CHECK_STR(said(PROPERTY("dataType=\"IFCLABEL\"", S("P"), S("W"), ""), W("IfcLabel", "\"a\"")), "pass holds");
        CHECK_STR(said(PROPERTY("dataType=\"IFCTEXT\"", S("P"), S("W"), ""), W("IfcLabel", "\"a\"")), "fail data_type");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), ""), "\"psets\":{\"P\":{\"W\":{\"properties\":{}}}}"), "fail wrong_type");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), ""), W("IfcBoolean", "false")), "pass holds");
        CHECK_STR(said(PROPERTY("cardinality=\"optional\"", S("P"), S("W"), VALUE(S("a"))), ""), "pass holds");
        CHECK_STR(said(PROPERTY("cardinality=\"optional\"", S("P"), S("W"), VALUE(S("a"))), W("IfcLabel", "\"b\"")), "fail value");
        CHECK_STR(said(PROPERTY("cardinality=\"prohibited\"", S("P"), S("W"), ""), W("IfcLabel", "\"b\"")), "fail prohibited");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), VALUE(S("none"))), W("IfcLabel", "\"none\"")), "pass holds"); /* no placeholders in IDS */
    }
    T("tables and bounds: only what has the data type asked for can match; complex and reference values never do")
    {
        static const char table[] = "\"psets\":{\"P\":{\"W\":{\"value\":[\"X\",\"1\"],\"type\":\"IfcLabel\",\"defined\":[1,2],\"defined_type\":\"IfcLengthMeasure\"}}}";
        CHECK_STR(said(PROPERTY("dataType=\"IFCLABEL\"", S("P"), S("W"), VALUE(S("X"))), table), "pass holds");
        CHECK_STR(said(PROPERTY("dataType=\"IFCLENGTHMEASURE\"", S("P"), S("W"), VALUE(S("2"))), table), "pass holds");
        CHECK_STR(said(PROPERTY("dataType=\"IFCLABEL\"", S("P"), S("W"), VALUE(S("2"))), table), "fail value");
        CHECK_STR(said(PROPERTY("dataType=\"IFCREAL\"", S("P"), S("W"), ""), table), "fail data_type");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), ""), "\"psets\":{\"P\":{\"W\":{\"value\":\"Oak\",\"reference\":true}}}"), "fail wrong_type");
    }
    T("optional: unset is absent and passes, an empty text or an unknown LOGICAL is there and fails, in properties as in attributes")
    {
#define OPTIONAL_PROPERTY PROPERTY("cardinality=\"optional\"", S("P"), S("W"), VALUE(S("a")))
        CHECK_STR(said(OPTIONAL_PROPERTY, "\"psets\":{\"P\":{\"W\":{\"value\":null}}}"), "pass holds");
        CHECK_STR(said(OPTIONAL_PROPERTY, "\"psets\":{\"P\":{}}"), "pass holds");
        CHECK_STR(said(OPTIONAL_PROPERTY, W("IfcLabel", "\"\"")), "fail no_value");
        CHECK_STR(said(OPTIONAL_PROPERTY, W("IfcLogical", "null")), "fail no_value");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), ""), "\"psets\":{\"P\":{\"W\":{\"value\":null}}}"), "fail no_value");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"optional\"", S("Name"), VALUE(S("a"))), ""), "pass holds");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"optional\"", S("Name"), VALUE(S("a"))), "\"empty\":[\"Name\"]"), "fail no_value");
    }
    T("attributes: references and lists are values without a value, empty lists are none, whole numbers have no decimal mark")
    {
        CHECK_STR(said(ATTRIBUTE("", S("Representation"), ""), "\"refers\":[\"OwnerHistory\",\"Representation\"]"), "pass holds");
        CHECK_STR(said(ATTRIBUTE("", S("Representation"), VALUE(S("a"))), "\"refers\":[\"Representation\"]"), "fail value");
        CHECK_STR(said(ATTRIBUTE("cardinality=\"prohibited\"", S("Representation"), ""), "\"refers\":[\"Representation\"]"), "fail prohibited");
        CHECK_STR(said(ATTRIBUTE("", S("L"), VALUE(S("a"))), "\"attributes\":{\"L\":{\"value\":[\"a\"],\"type\":\"IfcLabel\"}}"), "fail value");
        CHECK_STR(said(ATTRIBUTE("", S("L"), ""), "\"attributes\":{\"L\":{\"value\":[\"a\"],\"type\":\"IfcLabel\"}}"), "pass holds");
        CHECK_STR(said(ATTRIBUTE("", S("L"), ""), "\"empty\":[\"L\"]"), "fail no_value");
        CHECK_STR(said(ATTRIBUTE("", S("N"), VALUE(S("42"))), "\"attributes\":{\"N\":{\"value\":42,\"type\":\"IfcInteger\"}}"), "pass holds");
        CHECK_STR(said(ATTRIBUTE("", S("N"), VALUE(S("42.0"))), "\"attributes\":{\"N\":{\"value\":42,\"type\":\"IfcInteger\"}}"), "fail value");
        CHECK_STR(said(ATTRIBUTE("", S("Inverse"), ""), "\"name\":\"x\""), "fail absent");
    }
    T("bounds are of numbers and dates, not of texts that look like numbers")
    {
#define BASED(base, x) "<value><xs:restriction base=\"xs:" base "\">" x "</xs:restriction></value>"
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), BASED("double", "<xs:minInclusive value=\"1\"/>")), W("IfcLabel", "\"5\"")), "fail bound");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), BASED("date", "<xs:minInclusive value=\"2022-01-01\"/>")), W("IfcDate", "\"2022-02-01\"")), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), BASED("date", "<xs:maxExclusive value=\"2022-01-01\"/>")), W("IfcDate", "\"2022-02-01\"")), "fail bound");
    }
    T("a range must hold for every value of a list and for both ends of a bounded value, as far as the range has them")
    {
#define RANGE BASED("double", "<xs:minExclusive value=\"2\"/><xs:maxInclusive value=\"5\"/>")
#define BOUNDED(lower, upper) "\"psets\":{\"P\":{\"W\":{\"value\":null,\"lower\":" lower ",\"upper\":" upper ",\"type\":\"IfcReal\"}}}"
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), BOUNDED("3", "4")), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), BOUNDED("3", "5")), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), BOUNDED("2", "3")), "fail bound");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), BOUNDED("null", "4")), "fail bound");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), BOUNDED("null", "null")), "fail no_value");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), BASED("double", "<xs:minInclusive value=\"2\"/>")), BOUNDED("3", "null")), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), W("IfcReal", "[3,4]")), "pass holds");
        CHECK_STR(said(PROPERTY("", S("P"), S("W"), RANGE), W("IfcReal", "[3,6]")), "fail bound");
    }
    T("prohibited: nothing may be there that meets the facet, in no set, not even empty where no value is named")
    {
        static const char second[] = "\"psets\":{\"P1\":{\"W\":{\"value\":\"a\",\"type\":\"IfcLabel\"}},\"P2\":{\"W\":{\"value\":\"b\",\"type\":\"IfcLabel\"}}}";
#define NOT "cardinality=\"prohibited\""
        CHECK_STR(said(PROPERTY(NOT, R("<xs:pattern value=\"P.\"/>"), S("W"), VALUE(S("b"))), second), "fail prohibited");
        CHECK_STR(said(PROPERTY(NOT, R("<xs:pattern value=\"P.\"/>"), S("W"), VALUE(S("c"))), second), "pass holds");
        CHECK_STR(said(PROPERTY(NOT, S("P"), S("W"), ""), W("IfcLabel", "\"\"")), "fail prohibited");
        CHECK_STR(said(PROPERTY(NOT, S("P"), S("W"), ""), "\"psets\":{\"P\":{}}"), "pass holds");
        CHECK_STR(said(ATTRIBUTE(NOT, S("Name"), ""), "\"empty\":[\"Name\"]"), "fail prohibited");
        CHECK_STR(said(ATTRIBUTE(NOT, S("Name"), ""), ""), "pass holds");
        CHECK_STR(said(ATTRIBUTE(NOT, S("Name"), VALUE(S("a"))), "\"name\":\"b\""), "pass holds");
    }
    T("classifications: system and value of the same one, parents count, the occurrence wins")
    {
#define CLASSES(x) "\"classifications\":[" x "]"
#define CODE(system, value) "<classification><value>" S(value) "</value><system>" S(system) "</system></classification>"
        CHECK_STR(said(CODE("U", "1"), CLASSES("{\"system\":\"U\",\"code\":\"1\"}")), "pass holds");
        CHECK_STR(said(CODE("U", "1"), CLASSES("{\"system\":\"V\",\"code\":\"1\"}")), "fail system");
        CHECK_STR(said(CODE("U", "1"), CLASSES("{\"system\":\"U\",\"code\":\"2\"},{\"system\":\"V\",\"code\":\"1\"}")), "fail value");
        CHECK_STR(said(CODE("U", "1"), CLASSES("{\"system\":\"U\",\"code\":\"1.1\",\"parents\":[{\"code\":\"1\"}]}")), "pass holds");
        CHECK_STR(said(CODE("U", "1"), CLASSES("{\"system\":\"U\",\"code\":\"2\"},{\"system\":\"U\",\"code\":\"1\",\"from\":\"type\"}")), "fail value");
        CHECK_STR(said(CODE("U", "1"), CLASSES("{\"system\":\"V\",\"code\":\"2\"},{\"system\":\"U\",\"code\":\"1\",\"from\":\"type\"}")), "pass holds");
        CHECK_STR(said(CODE("U", "1"), ""), "fail absent");
    }
    T("materials: a name or category of any of them")
    {
        static const char layers[] = "\"materials\":[{\"name\":\"Wood\",\"category\":\"c\",\"role\":\"layer\",\"item\":\"L1\",\"set\":\"S\"},{\"name\":\"Brick\"}]";
        CHECK_STR(said("<material/>", layers), "pass holds");
        CHECK_STR(said("<material/>", ""), "fail absent");
        CHECK_STR(said("<material><value>" S("Brick") "</value></material>", layers), "pass holds");
        CHECK_STR(said("<material><value>" S("L1") "</value></material>", layers), "pass holds");
        CHECK_STR(said("<material><value>" S("Steel") "</value></material>", layers), "fail value");
    }
    T("partOf: the relation asked for, followed upwards, or any")
    {
        static const char in[] = "\"containers\":[{\"class\":\"IfcElementAssembly\",\"relation\":\"IfcRelAggregates\",\"predefined_type\":\"TRUSS\"},"
                                 "{\"class\":\"IfcBuildingStorey\",\"relation\":\"IfcRelContainedInSpatialStructure\"}],\"groups\":[{\"class\":\"IfcGroup\"}]";
#define PART(relation, entity) "<partOf " relation "><entity><name>" S(entity) "</name></entity></partOf>"
        CHECK_STR(said(PART("relation=\"IFCRELAGGREGATES\"", "IFCELEMENTASSEMBLY"), in), "pass holds");
        CHECK_STR(said(PART("relation=\"IFCRELAGGREGATES\"", "IFCBUILDINGSTOREY"), in), "fail relation");
        CHECK_STR(said(PART("", "IFCBUILDINGSTOREY"), in), "pass holds");
        CHECK_STR(said(PART("", "IFCGROUP"), in), "pass holds");
        CHECK_STR(said(PART("relation=\"IFCRELASSIGNSTOGROUP\"", "IFCGROUP"), in), "pass holds");
        CHECK_STR(said(PART("", "IFCSPACE"), in), "fail relation");
        CHECK_STR(said("<partOf><entity><name>" S("IFCELEMENTASSEMBLY") "</name><predefinedType>" S("TRUSS") "</predefinedType></entity></partOf>", in), "pass holds");
        static const char more[] = "\"containers\":[{\"class\":\"IfcBuildingStorey\",\"relation\":\"IfcRelContainedInSpatialStructure\"},"
                                   "{\"class\":\"IfcProject\",\"relation\":\"IfcRelDeclares\"}],"
                                   "\"part_of\":[{\"class\":\"IfcWall\",\"relation\":\"IfcRelVoidsElement\"},{\"class\":\"IfcSystem\",\"predefined_type\":\"USERDEFINED\","
                                   "\"object_type\":\"S\"}]";
        CHECK_STR(said(PART("relation=\"IFCRELVOIDSELEMENT IFCRELFILLSELEMENT\"", "IFCWALL"), more), "pass holds");
        CHECK_STR(said(PART("", "IFCWALL"), more), "pass holds");
        CHECK_STR(said(PART("", "IFCSYSTEM"), more), "pass holds");
        CHECK_STR(said("<partOf><entity><name>" S("IFCSYSTEM") "</name><predefinedType>" S("S") "</predefinedType></entity></partOf>", more), "pass holds");
        CHECK_STR(said(PART("relation=\"IFCRELASSIGNSTOGROUP\"", "IFCSYSTEM"), more), "fail relation"); /* not by that relation alone */
        CHECK_STR(said(PART("", "IFCPROJECT"), more), "fail relation"); /* declared, which is none of the six */
        CHECK_STR(said(PART("cardinality=\"prohibited\" relation=\"IFCRELNESTS\"", "IFCWALL"), more), "pass holds");
        CHECK_STR(said(PART("relation=\"IFCRELVOIDSELEMENT IFCRELFILLSELEMENT\"", "IFCWALL"),
                       "\"containers\":[{\"class\":\"IfcOpeningElement\",\"relation\":\"IfcRelFillsElement\"},{\"class\":\"IfcWall\",\"relation\":\"IfcRelVoidsElement\"}]"),
                  "pass holds");
    }
    T("entities: the class exactly, the predefined type of the type first")
    {
#define ENTITY(name, predefined) "<entity><name>" S(name) "</name><predefinedType>" S(predefined) "</predefinedType></entity>"
        CHECK_STR(said(ENTITY("IFCWALL", "SOLIDWALL"), "\"predefined_type\":\"SOLIDWALL\""), "pass holds");
        CHECK_STR(said(ENTITY("IFCWALL", "SOLIDWALL"), ""), "fail predefined_type");
        CHECK_STR(said(ENTITY("IFCWALL", "SOLIDWALL"), "\"predefined_type\":\"X\",\"type_object\":{\"class\":\"IfcWallType\",\"predefined_type\":\"SOLIDWALL\"}"), "pass holds");
        CHECK_STR(said(ENTITY("IFCWALL", "A"), "\"predefined_type\":\"USERDEFINED\",\"object_type\":\"A\""), "pass holds");
        CHECK_STR(said(ENTITY("IFCWALL", "USERDEFINED"), "\"predefined_type\":\"USERDEFINED\",\"object_type\":\"A\""), "pass holds");
        CHECK_STR(said(ENTITY("IFCDOOR", "A"), ""), "fail class");
        CHECK_STR(said(ENTITY("IFCWALL", "A"), "\"object_type\":\"A\""), "fail predefined_type");
        CHECK_STR(said(ENTITY("IFCWALL", "X"), "\"predefined_type\":\"USERDEFINED\",\"object_type\":\"X\",\"type_object\":{\"class\":\"IfcWallType\",\"predefined_type\":\"NOTDEFINED\"}"), "pass holds");
        CHECK_STR(said(ENTITY("IFCWALL", "X"), "\"is\":\"type\",\"predefined_type\":\"USERDEFINED\",\"attributes\":{\"ElementType\":{\"value\":\"X\"}}"), "pass holds");
    }
    T("IFC2X3 has no IfcAirTerminal: the type object names what a flow terminal is")
    {
        static const char ids[] = "<ids><specifications><specification name=\"s\"><applicability><entity><name><simpleValue>IFCAIRTERMINAL</simpleValue></name></entity>"
                                  "</applicability><requirements/></specification></specifications></ids>";
        static const char record[] = "{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcFlowTerminal\",\"schema\":\"IFC2X3\",\"type_object\":{\"class\":\"IfcAirTerminalType\"}}";
        struct trm_rules *rules = trm_rules_new();
        struct trm_element e;
        trm_json *rec = trm_json_parse(record, sizeof record - 1, &err);
        CHECK(rec && trm_element_read(&e, rec, &err) == 0 && trm_rules_add(rules, "t.ids", ids, sizeof ids - 1, &err) == 0);
        CHECK(trm_rule_applies(trm_rules_at(rules, 0), &e) == TRM_APPLIES);
        e.class = "IfcFlowController"; /* another occurrence than the table of the standard has */
        CHECK(trm_rule_applies(trm_rules_at(rules, 0), &e) == TRM_APPLIES_NOT);
        trm_json_free(rec);
        trm_rules_free(rules);
    }
    T("and what a whole is")
    {
        static const char *const types[] = {"", ",\"type_class\":\"IfcAirTerminalType\"", ",\"type_class\":\"IfcFireSuppressionTerminalType\""};
        static const char *const expected[] = {"fail", "pass", "fail"};
        static const char ids[] = "<ids><specifications><specification name=\"s\"><applicability><entity><name><simpleValue>IFCBEAM</simpleValue></name></entity>"
                                  "</applicability><requirements><partOf relation=\"IFCRELAGGREGATES\"><entity><name><simpleValue>IFCAIRTERMINAL</simpleValue></name>"
                                  "</entity></partOf></requirements></specification></specifications></ids>";
        struct trm_rules *rules = trm_rules_new();
        CHECK(trm_rules_add(rules, "t.ids", ids, sizeof ids - 1, &err) == 0);
        for (size_t i = 0; i < 3; i++) {
            char record[400];
            struct trm_element e;
            struct trm_result r = {0};
            snprintf(record, sizeof record, "{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcBeam\",\"schema\":\"IFC2X3\","
                     "\"containers\":[{\"class\":\"IfcFlowTerminal\"%s,\"relation\":\"IfcRelAggregates\"}]}", types[i]);
            trm_json *rec = trm_json_parse(record, strlen(record), &err);
            CHECK(rec && trm_element_read(&e, rec, &err) == 0);
            trm_rule_judge(&r, trm_rules_at(rules, 0), &e, NULL);
            CHECK_STR(trm_verdict_name(r.verdict), expected[i]);
            trm_json_free(rec);
        }
        trm_rules_free(rules);
    }
}
