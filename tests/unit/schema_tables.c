#include "../../lib/schema/schema.h"
#include "t.h"

static const struct trm_schema *
schema(const char *text)
{
    return trm_schema_find(text, strlen(text));
}

static const char *
name_of(const char *text)
{
    return schema(text) ? trm_schema_name(schema(text)) : "none";
}

static int
count_items(const struct trm_schema *s, const char *type)
{
    int n = 0;
    while (trm_schema_enum_item(s, trm_schema_decl(s, type), (size_t)n))
        n++;
    return n;
}

T_MAIN
{
    const struct trm_schema *old = schema("IFC2X3"), *four = schema("IFC4"), *road = schema("IFC4X3_ADD2");
    struct trm_attr a;

    T("a FILE_SCHEMA text finds its schema, release candidates and old ones too")
    {
        CHECK_STR(name_of("IFC2X3"), "IFC2X3");
        CHECK_STR(name_of("IFC2X_FINAL"), "IFC2X3");
        CHECK_STR(name_of("IFC2X2_FINAL"), "IFC2X3");
        CHECK_STR(name_of("IFC4"), "IFC4");
        CHECK_STR(name_of("IFC4X1"), "IFC4");
        CHECK_STR(name_of(" ifc4 "), "IFC4");
        CHECK_STR(name_of("IFC4X3"), "IFC4X3");
        CHECK_STR(name_of("IFC4X3_RC2"), "IFC4X3");
        CHECK_STR(name_of("AUTOMOTIVE_DESIGN"), "none");
        CHECK_STR(name_of("IFC"), "none");
        CHECK_STR(name_of(""), "none");
    }
    T("all entities and types of the three EXPRESS files are there")
    { /* distinct names behind ENTITY and TYPE at line starts */
        CHECK(trm_schema_n_entities(old) == 653 && trm_schema_n_decls(old) == 653 + 327);
        CHECK(trm_schema_n_entities(four) == 776 && trm_schema_n_decls(four) == 776 + 397);
        CHECK(trm_schema_n_entities(road) == 876 && trm_schema_n_decls(road) == 876 + 436);
    }
    T("every decl is found by its own name")
    {
        for (size_t i = 0; trm_schema_at(i); i++)
            for (int d = 0; d < trm_schema_n_decls(trm_schema_at(i)); d++)
                CHECK(trm_schema_decl(trm_schema_at(i), trm_schema_decl_name(trm_schema_at(i), d)) == d);
    }
    T("names are found in any case and spelled as EXPRESS spells them")
    {
        CHECK_STR(trm_schema_decl_name(four, trm_schema_entity(four, "IFCWALLSTANDARDCASE")), "IfcWallStandardCase");
        CHECK_STR(trm_schema_decl_name(four, trm_schema_decl_n(four, "ifclabel'", 8)), "IfcLabel");
        CHECK(trm_schema_entity(four, "IfcLabel") == -1);
        CHECK(trm_schema_entity(four, "IfcDoo") == -1);
        CHECK(trm_schema_entity(four, "IfcDoorX") == -1);
        CHECK(trm_schema_entity(road, "IfcDoorStyle") == -1);
        CHECK(trm_schema_entity(old, "IfcDoorStyle") >= 0);
        CHECK(trm_schema_decl_name(four, -1) == NULL);
        CHECK(trm_schema_decl_name(four, 100000) == NULL);
    }
    T("subtypes are known at any depth, and nothing is a subtype of what it does not descend from")
    {
        CHECK(trm_schema_name_is_a(four, "IfcWallStandardCase", "IfcWall"));
        CHECK(trm_schema_name_is_a(four, "IFCDOOR", "IfcRoot"));
        CHECK(trm_schema_name_is_a(four, "IfcDoor", "IfcDoor"));
        CHECK(!trm_schema_name_is_a(four, "IfcWall", "IfcWallStandardCase"));
        CHECK(!trm_schema_name_is_a(four, "IfcDoor", "IfcWindow"));
        CHECK(!trm_schema_name_is_a(four, "IfcNothing", "IfcNothing"));
        CHECK(!trm_schema_name_is_a(old, "IfcProject", "IfcContext"));
        CHECK(trm_schema_is_abstract(four, trm_schema_entity(four, "IfcProduct")));
        CHECK(!trm_schema_is_abstract(four, trm_schema_entity(four, "IfcDoor")));
    }
    T("attributes stand in the order of the file, supertypes first")
    {
        int door = trm_schema_entity(four, "IfcDoor");
        CHECK(trm_schema_n_attrs(four, door) == 13);
        CHECK(trm_schema_attr_find(four, door, "GlobalId") == 0);
        CHECK(trm_schema_attr_find(four, door, "tag") == 7);
        CHECK(trm_schema_attr_find(four, door, "OverallWidth") == 9);
        CHECK(trm_schema_attr(four, door, 9, &a));
        CHECK_STR(a.name, "OverallWidth");
        CHECK_STR(trm_schema_decl_name(four, a.decl), "IfcPositiveLengthMeasure");
        CHECK_STR(trm_schema_decl_name(four, a.owner), "IfcDoor");
        CHECK(a.kind == TRM_KIND_REAL && a.rank == 0 && a.optional && !a.derived);
        CHECK(!trm_schema_attr(four, door, 13, &a) && !trm_schema_attr(four, door, -1, &a));
    }
    T("an entity without a supertype keeps its first attribute")
    { /* the generator once took it for the head */
        CHECK(trm_schema_attr(old, trm_schema_entity(old, "IfcApplication"), 0, &a));
        CHECK_STR(a.name, "ApplicationDeveloper");
        CHECK(trm_schema_n_attrs(old, trm_schema_entity(old, "IfcMaterial")) == 1);
        CHECK(trm_schema_n_attrs(old, trm_schema_entity(old, "IfcRoot")) == 4);
    }
    T("derived attributes are known as such in the subtype that derives them")
    {
        CHECK(trm_schema_attr(four, trm_schema_entity(four, "IfcSIUnit"), 0, &a) && a.derived);
        CHECK_STR(a.name, "Dimensions");
        CHECK(trm_schema_attr(four, trm_schema_entity(four, "IfcConversionBasedUnit"), 0, &a) && !a.derived);
    }
    T("lists, references, selects and enumerations have their kinds")
    {
        int rel = trm_schema_entity(four, "IfcRelAggregates"), site = trm_schema_entity(four, "IfcSite");
        CHECK(trm_schema_attr(four, rel, 5, &a) && a.rank == 1 && a.kind == TRM_KIND_ENTITY);
        CHECK(trm_schema_attr(four, site, trm_schema_attr_find(four, site, "RefLatitude"), &a));
        CHECK(a.rank == 1 && a.kind == TRM_KIND_INTEGER);
        CHECK(trm_schema_kind(four, trm_schema_decl(four, "IfcValue"), NULL) == TRM_KIND_SELECT);
        CHECK(trm_schema_kind(four, trm_schema_decl(four, "IfcDoorTypeEnum"), NULL) == TRM_KIND_ENUM);
        CHECK(trm_schema_kind(four, trm_schema_decl(four, "IfcPositiveLengthMeasure"), NULL) == TRM_KIND_REAL);
        CHECK(trm_schema_kind(four, trm_schema_decl(four, "IfcCountMeasure"), NULL) == TRM_KIND_NUMBER);
        CHECK(trm_schema_kind(four, trm_schema_decl(four, "IfcLogical"), NULL) == TRM_KIND_LOGICAL);
        CHECK(trm_schema_base(four, trm_schema_decl(four, "IfcPositiveLengthMeasure")) ==
              trm_schema_decl(four, "IfcLengthMeasure"));
        CHECK(count_items(four, "IfcWindowPanelOperationEnum") == 14);
        CHECK(count_items(four, "IfcValue") == 0);
        CHECK_STR(trm_schema_decl_name(four, trm_schema_select_item(four, trm_schema_decl(four, "IfcValue"), 0)),
                  "IfcDerivedMeasureValue");
        CHECK(trm_schema_select_item(four, trm_schema_decl(four, "IfcValue"), 3) == -1);
    }
    T("measures know their unit, and labels and ratios have none")
    {
        CHECK_STR(trm_measure_find("IFCLENGTHMEASURE")->si, "m");
        CHECK_STR(trm_measure_find("IfcPositiveLengthMeasure")->kind, "LENGTHUNIT");
        CHECK_STR(trm_measure_find("IfcThermalTransmittanceMeasure")->si, "W/(m2.K)");
        CHECK(trm_measure_find("IfcLabel") == NULL && trm_measure_find("IfcRatioMeasure") == NULL);
        CHECK(trm_measure_find("IfcMonetaryMeasure")->si == NULL);
        CHECK_STR(trm_measure_si("areaunit"), "m2");
        CHECK(trm_measure_kind("LENGTHUNIT") == trm_measure_find("IfcLengthMeasure")->kind);
        CHECK(trm_measure_kind("PARSECUNIT") == NULL);
    }
    T("every measure of the schemas that has a unit kind of its own name is in the table")
    { /* IfcXMeasure and XUNIT of IfcUnitEnum or IfcDerivedUnitEnum, where both exist */
        for (size_t i = 0; trm_schema_at(i); i++)
            for (size_t k = 0; trm_schema_enum_item(trm_schema_at(i), trm_schema_decl(trm_schema_at(i), "IfcUnitEnum"), k); k++) {
                const char *kind = trm_schema_enum_item(trm_schema_at(i), trm_schema_decl(trm_schema_at(i), "IfcUnitEnum"), k);
                CHECK(strcmp(kind, "USERDEFINED") == 0 || trm_measure_kind(kind));
            }
    }
}
