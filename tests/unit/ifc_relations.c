#include "ifc_model.h"

#define DOOR "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,$,$,$,$,$,$);"
#define WALL "#40=IFCWALL('0Wall000000000000000A1',$,'W',$,$,$,$,$,$);"

static int
open4(const char *body)
{
    return open_body("IFC4", UNITS, body);
}

/* "IfcWall/IfcBuildingStorey/..." of an element's containers. */
static const char *
chain(uint64_t step)
{
    static char out[1000];
    struct trm_ifc_element e = element(step);
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < e.n_containers && n < 900; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "/" : "", e.containers[i].cls + 3);
    return out;
}

/* "role:name:item:set " of an element's materials. */
static const char *
materials(uint64_t step)
{
    static char out[2000];
    struct trm_ifc_element e = element(step);
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < e.n_materials && n < 1800; i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s:%s:%s:%s", i ? " " : "", e.materials[i].role,
                              str(e.materials[i].name), str(e.materials[i].item), str(e.materials[i].set));
    return out;
}

T_MAIN
{
    struct trm_ifc_element e;

    T("the occurrence's property wins over the type's, property by property, and the rest is inherited")
    {
        CHECK(open4(DOOR "#21=IFCDOORTYPE('0Type000000000000000A1',$,'T1',$,$,(#22,#23),$,'tag',$,.DOOR.,.SINGLE_SWING_LEFT.,$,$);"
                    "#22=IFCPROPERTYSET('0Set0000000000000000A1',$,'S',$,(#24,#25));#23=IFCPROPERTYSET('0Set0000000000000000A2',$,'Only',$,(#24));"
                    "#24=IFCPROPERTYSINGLEVALUE('A',$,IFCREAL(1.),$);#25=IFCPROPERTYSINGLEVALUE('B',$,IFCREAL(2.),$);"
                    "#26=IFCPROPERTYSET('0Set0000000000000000A3',$,'S',$,(#27));#27=IFCPROPERTYSINGLEVALUE('B',$,IFCREAL(3.),$);"
                    "#28=IFCRELDEFINESBYPROPERTIES('0Rel0000000000000000A1',$,$,$,(#20),#26);"
                    "#29=IFCRELDEFINESBYTYPE('0Rel0000000000000000A2',$,$,$,(#20),#21);") == 0);
        e = element(20);
        CHECK(e.n_psets == 2);
        const struct trm_ifc_set *s = find_set(e.psets, e.n_psets, "S");
        CHECK(s && s->n == 2);
        CHECK(num(*find_prop(s->props, s->n, "B")) == 3 && !find_prop(s->props, s->n, "B")->from_type);
        CHECK(num(*find_prop(s->props, s->n, "A")) == 1 && find_prop(s->props, s->n, "A")->from_type);
        CHECK(find_set(e.psets, e.n_psets, "Only")->props[0].from_type);
        CHECK_STR(e.type.cls, "IfcDoorType");
        CHECK_STR(str(e.type.name), "T1");
        CHECK_STR(str(e.type.predefined_type), "DOOR");
        CHECK(e.type.step == 21 && find_prop(e.type.attributes, e.type.n_attributes, "OperationType"));
        CHECK(warnings("repeated_property") == 0);
    }
    T("IFC2X3: one set a relation, IfcDoorStyle as type, lining properties by their attributes")
    {
        CHECK(open_body("IFC2X3", UNITS,
                        "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,$,2000.,900.);"
                        "#21=IFCDOORSTYLE('0Type000000000000000A1',$,'T1',$,$,(#22),$,$,.SINGLE_SWING_LEFT.,.WOOD.,.F.,.F.);"
                        "#22=IFCDOORLININGPROPERTIES('0Set0000000000000000A1',$,$,$,50.,$,$,$,$,$,$,$,$,$,$);"
                        "#23=IFCRELDEFINESBYTYPE('0Rel0000000000000000A2',$,$,$,(#20),#21);"
                        "#24=IFCELEMENTQUANTITY('0Set0000000000000000A2',$,'BaseQuantities',$,$,(#25,#26));"
                        "#25=IFCQUANTITYLENGTH('Width',$,$,900.);#26=IFCQUANTITYAREA('Area',$,#27,1.8E6);"
                        "#27=IFCSIUNIT(*,.AREAUNIT.,.MILLI.,.SQUARE_METRE.);"
                        "#28=IFCRELDEFINESBYPROPERTIES('0Rel0000000000000000A1',$,$,$,(#20),#24);") == 0);
        e = element(20);
        CHECK_STR(e.type.cls, "IfcDoorStyle");
        CHECK(e.n_qtos == 1 && e.n_psets == 1);
        CHECK_STR(str(e.psets[0].name), "IfcDoorLiningProperties");
        CHECK(num(*find_prop(e.psets[0].props, e.psets[0].n, "LiningDepth")) == 0.05);
        CHECK(num(*find_prop(e.qtos[0].props, 2, "Width")) == 0.9 && num(*find_prop(e.qtos[0].props, 2, "Area")) == 1.8);
        CHECK_STR(find_prop(e.qtos[0].props, 2, "Area")->unit, "m2");
        CHECK_STR(find_prop(e.qtos[0].props, 2, "Area")->type, "IfcAreaMeasure");
    }
    T("a relation may give a set of property sets")
    {
        CHECK(open4(DOOR "#22=IFCPROPERTYSET('0Set0000000000000000A1',$,'S1',$,(#24));#23=IFCPROPERTYSET('0Set0000000000000000A2',$,'S2',$,(#24));"
                    "#24=IFCPROPERTYSINGLEVALUE('A',$,IFCREAL(1.),$);"
                    "#28=IFCRELDEFINESBYPROPERTIES('0Rel0000000000000000A1',$,$,$,(#20),IFCPROPERTYSETDEFINITIONSET((#22,#23)));") == 0);
        CHECK(element(20).n_psets == 2);
    }
    T("a door sits where the wall sits whose opening it fills")
    {
        CHECK(open4(DOOR WALL "#30=IFCOPENINGELEMENT('0Open000000000000000A1',$,$,$,$,$,$,$,$);#31=IFCRELFILLSELEMENT('a',$,$,$,#30,#20);"
                    "#32=IFCRELVOIDSELEMENT('b',$,$,$,#40,#30);#33=IFCBUILDINGSTOREY('0Stor000000000000000A1',$,'EG',$,$,$,$,$,.ELEMENT.,0.);"
                    "#34=IFCRELCONTAINEDINSPATIALSTRUCTURE('c',$,$,$,(#40),#33);#35=IFCBUILDING('0Bldg000000000000000A1',$,'B',$,$,$,$,$,.ELEMENT.,$,$,$);"
                    "#36=IFCRELAGGREGATES('d',$,$,$,#35,(#33));#37=IFCRELAGGREGATES('e',$,$,$,#1,(#35));") == 0);
        CHECK_STR(chain(20), "OpeningElement/Wall/BuildingStorey/Building/Project");
        CHECK_STR(chain(40), "BuildingStorey/Building/Project");
        CHECK_STR(chain(33), "Building/Project");
        CHECK_STR(chain(1), "");
        CHECK_STR(str(element(20).storey), "EG");
        CHECK_STR(element(20).containers[0].relation, "IfcRelFillsElement");
        CHECK(element(33).storey.s == NULL);
    }
    T("parts take the place of the whole they are aggregated or nested in; own containment comes first")
    {
        CHECK(open4(DOOR WALL "#33=IFCBUILDINGSTOREY('0Stor000000000000000A1',$,'EG',$,$,$,$,$,.ELEMENT.,0.);"
                    "#34=IFCRELCONTAINEDINSPATIALSTRUCTURE('c',$,$,$,(#40),#33);#35=IFCRELNESTS('d',$,$,$,#40,(#20));"
                    "#36=IFCBUILDINGSTOREY('0Stor000000000000000A2',$,'OG',$,$,$,$,$,.ELEMENT.,0.);#37=IFCCOVERING('0Cov0000000000000000A1',$,'C',$,$,$,$,$,$);"
                    "#38=IFCRELAGGREGATES('e',$,$,$,#40,(#37));#39=IFCRELCONTAINEDINSPATIALSTRUCTURE('f',$,$,$,(#37),#36);") == 0);
        CHECK_STR(chain(20), "Wall/BuildingStorey");
        CHECK_STR(str(element(37).storey), "OG");
    }
    T("elements that contain each other do not hang")
    {
        CHECK(open4(DOOR WALL "#30=IFCRELAGGREGATES('a',$,$,$,#20,(#40));#31=IFCRELAGGREGATES('b',$,$,$,#40,(#20));") == 0);
        CHECK_STR(chain(20), "Wall");
        CHECK(warnings("cycle") == 1);
        CHECK(open4(DOOR "#30=IFCRELAGGREGATES('a',$,$,$,#20,(#20));") == 0);
        CHECK_STR(chain(20), "");
    }
    T("groups and systems are elements, and their members name them")
    {
        CHECK(open4(DOOR "#30=IFCZONE('0Zone000000000000000A1',$,'Z','d','kind',$);#31=IFCRELASSIGNSTOGROUP('a',$,$,$,(#20),$,#30);") == 0);
        CHECK_STR(element(30).cls, "IfcZone");
        e = element(20);
        CHECK(e.n_groups == 1);
        CHECK_STR(str(e.groups[0].name), "Z");
        CHECK_STR(str(e.groups[0].object_type), "kind");
    }
    T("materials are found in every form they come in")
    {
        static const char *const forms[][2] = {
            {"#50=IFCMATERIAL('Oak',$,'wood')", "material:Oak:(none):(none)"},
            {"#50=IFCMATERIALLIST((#51,#52))", "list:Oak:(none):(none) list:Glass:(none):(none)"},
            {"#50=IFCMATERIALLAYERSETUSAGE(#53,.AXIS2.,.POSITIVE.,0.,$)", "layer:Oak:core:Set layer:(none):(none):Set"},
            {"#50=IFCMATERIALLAYERSET((#54),'Set',$)", "layer:Oak:core:Set"},
            {"#50=IFCMATERIALLAYER(#52,20.,$,'pane',$,$,$)", "layer:Glass:pane:(none)"},
            {"#50=IFCMATERIALCONSTITUENTSET('CS',$,(#56))", "constituent:Glass:Glazing:CS"},
            {"#50=IFCMATERIALPROFILESETUSAGE(#57,$,$)", "profile:Oak:Beam:PS"},
            {"#50=IFCMATERIALPROFILE('lone',$,#51,$,$,$)", "profile:Oak:lone:(none)"},
        };
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            char body[2000];
            snprintf(body, sizeof body,
                     DOOR "%s;#51=IFCMATERIAL('Oak',$,'wood');#52=IFCMATERIAL('Glass',$,$);#53=IFCMATERIALLAYERSET((#54,#55),'Set',$);"
                     "#54=IFCMATERIALLAYER(#51,40.,$,'core',$,'LoadBearing',$);#55=IFCMATERIALLAYER($,20.,.T.,$,$,$,$);"
                     "#56=IFCMATERIALCONSTITUENT('Glazing',$,#52,$,$);#57=IFCMATERIALPROFILESET('PS',$,(#58),$);"
                     "#58=IFCMATERIALPROFILE('Beam',$,#51,$,$,$);#59=IFCRELASSOCIATESMATERIAL('a',$,$,$,(#20),#50);",
                     forms[i][0]);
            CHECK(open4(body) == 0);
            CHECK_STR(materials(20), forms[i][1]);
        }
        CHECK(open4(DOOR "#50=IFCMATERIALLAYER(#51,40.,$,'core',$,'LoadBearing',$);#51=IFCMATERIAL('Oak',$,'wood');"
                    "#59=IFCRELASSOCIATESMATERIAL('a',$,$,$,(#20),#50);#60=IFCMATERIALPROPERTIES('Pset_M',$,(#61),#51);"
                    "#61=IFCPROPERTYSINGLEVALUE('X',$,IFCREAL(1.),$);") == 0);
        e = element(20);
        CHECK(e.materials[0].thickness.value.num == 0.04);
        CHECK_STR(e.materials[0].thickness.unit, "m");
        CHECK_STR(str(e.materials[0].category), "wood");
        CHECK_STR(str(e.materials[0].item_category), "LoadBearing");
        CHECK(e.materials[0].n_psets == 1 && num(e.materials[0].psets[0].props[0]) == 1);
    }
    T("the type's material counts where the occurrence has none")
    {
        CHECK(open4(DOOR WALL "#21=IFCDOORTYPE('0Type000000000000000A1',$,'T1',$,$,$,$,$,$,.DOOR.,$,$,$);#29=IFCRELDEFINESBYTYPE('b',$,$,$,(#20),#21);"
                    "#51=IFCMATERIAL('Oak',$,$);#52=IFCMATERIAL('Ash',$,$);#53=IFCRELASSOCIATESMATERIAL('a',$,$,$,(#21,#40),#51);"
                    "#60=IFCDOOR('0Door000000000000000A2',$,'E',$,$,$,$,$,$,$,$,$,$);#61=IFCRELDEFINESBYTYPE('c',$,$,$,(#60),#21);"
                    "#62=IFCRELASSOCIATESMATERIAL('d',$,$,$,(#60),#52);") == 0);
        CHECK_STR(materials(20), "material:Oak:(none):(none)");
        CHECK_STR(materials(60), "material:Ash:(none):(none)");
        CHECK(element(20).materials_from_type && !element(40).materials_from_type);
    }
    T("a material list that holds itself ends")
    {
        CHECK(open4(DOOR "#50=IFCMATERIALLIST((#50,#50,#51));#51=IFCMATERIAL('Oak',$,$);#53=IFCRELASSOCIATESMATERIAL('a',$,$,$,(#20),#50);") == 0);
        CHECK(element(20).n_materials > 0);
    }
    T("classifications come with system and parents, from the type too")
    {
        CHECK(open4(DOOR "#21=IFCDOORTYPE('0Type000000000000000A1',$,'T1',$,$,$,$,$,$,.DOOR.,$,$,$);#29=IFCRELDEFINESBYTYPE('b',$,$,$,(#20),#21);"
                    "#50=IFCCLASSIFICATION($,$,$,'Uniclass',$,$,$);#51=IFCCLASSIFICATIONREFERENCE($,'Ss','Systems',#50,$,$);"
                    "#52=IFCCLASSIFICATIONREFERENCE($,'Ss_25','Walls',#51,$,$);#53=IFCRELASSOCIATESCLASSIFICATION('a',$,$,$,(#20),#52);"
                    "#54=IFCRELASSOCIATESCLASSIFICATION('c',$,$,$,(#21),#50);#55=IFCCLASSIFICATIONREFERENCE($,'loop',$,#55,$,$);"
                    "#56=IFCRELASSOCIATESCLASSIFICATION('d',$,$,$,(#21),#55);") == 0);
        e = element(20);
        CHECK(e.n_classifications == 3);
        CHECK_STR(str(e.classifications[0].system), "Uniclass");
        CHECK_STR(str(e.classifications[0].code), "Ss_25");
        CHECK_STR(str(e.classifications[0].name), "Walls");
        CHECK(e.classifications[0].n_parents == 1 && !e.classifications[0].from_type);
        CHECK_STR(str(e.classifications[0].parents[0].code), "Ss");
        CHECK(e.classifications[1].from_type && e.classifications[1].code.s == NULL);
        CHECK_STR(str(e.classifications[2].code), "loop");
    }
    T("IFC2X3 classification references keep their item reference, notations their facets")
    {
        CHECK(open_body("IFC2X3", UNITS,
                        "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,$,2000.,900.);#50=IFCCLASSIFICATION('s','e',$,'OmniClass');"
                        "#51=IFCCLASSIFICATIONREFERENCE($,'23-17 11','Doors',#50);#53=IFCRELASSOCIATESCLASSIFICATION('a',$,$,$,(#20),#51);"
                        "#60=IFCCLASSIFICATIONNOTATION((#61,#62));#61=IFCCLASSIFICATIONNOTATIONFACET('L6');#62=IFCCLASSIFICATIONNOTATIONFACET('814');"
                        "#63=IFCRELASSOCIATESCLASSIFICATION('b',$,$,$,(#20),#60);") == 0);
        e = element(20);
        CHECK(e.n_classifications == 2);
        CHECK_STR(str(e.classifications[0].code), "23-17 11");
        CHECK_STR(str(e.classifications[0].system), "OmniClass");
        CHECK_STR(str(e.classifications[1].code), "L6814");
    }
    T("an element is in the space it is referenced in, and in the project that declares it, where it has no place of its own")
    {
        CHECK(open4(DOOR WALL "#33=IFCSPACE('0Spac000000000000000A1',$,'R',$,$,$,$,$,.ELEMENT.,$,$);"
                    "#34=IFCRELREFERENCEDINSPATIALSTRUCTURE('c',$,$,$,(#20),#33);#35=IFCRELDECLARES('d',$,$,$,#1,(#40));") == 0);
        CHECK_STR(chain(20), "Space");
        CHECK_STR(element(20).containers[0].relation, "IfcRelReferencedInSpatialStructure");
        CHECK_STR(chain(40), "Project");
        CHECK_STR(element(40).containers[0].relation, "IfcRelDeclares");
    }
    T("a classification that hangs on an external reference relationship is found, without a warning for what is not in the index")
    {
        CHECK(open4(DOOR "#50=IFCCLASSIFICATION($,$,$,'Uniclass',$,$,$);#51=IFCCLASSIFICATIONREFERENCE($,'Pr',$,#50,$,$);#52=IFCMATERIAL('Oak',$,$);"
                    "#53=IFCEXTERNALREFERENCERELATIONSHIP($,$,#51,(#52));#54=IFCRELASSOCIATESMATERIAL('a',$,$,$,(#20),#52);"
                    "#55=IFCEXTERNALREFERENCERELATIONSHIP($,$,#56,(#52));#56=IFCDOCUMENTREFERENCE($,$,'doc',$,$);") == 0);
        CHECK(warnings("dangling_reference") == 0);
        CHECK_STR(materials(20), "material:Oak:(none):(none)");
    }
    T("relations that would multiply into more links than the file has bytes are cut and said")
    {
        static char body[1 << 17];
        size_t n = (size_t)snprintf(body, sizeof body, DOOR "#22=IFCPROPERTYSET('c',$,'S',$,());#28=IFCRELDEFINESBYPROPERTIES('b',$,$,$,(#20");
        for (int i = 0; i < 9000; i++)
            n += (size_t)snprintf(body + n, sizeof body - n, ",#20");
        n += (size_t)snprintf(body + n, sizeof body - n, "),IFCPROPERTYSETDEFINITIONSET((#22");
        for (int i = 0; i < 9000; i++)
            n += (size_t)snprintf(body + n, sizeof body - n, ",#22");
        snprintf(body + n, sizeof body - n, ")));");
        CHECK(open4(body) == 0);
        CHECK(warnings("too_many_relations") == 1 && element(20).n_psets == 1);
    }
    T("GUIDs that repeat or are missing are marked and counted")
    {
        CHECK(open4(DOOR "#21=IFCDOOR('0Door000000000000000A1',$,'E',$,$,$,$,$,$,$,$,$,$);#22=IFCDOOR($,$,'F',$,$,$,$,$,$,$,$,$,$);"
                    "#23=IFCDOOR('short',$,'G',$,$,$,$,$,$,$,$,$,$);") == 0);
        CHECK(!element(20).guid_unique && !element(21).guid_unique && !element(22).guid_unique && element(23).guid_unique);
        CHECK(warnings("repeated_guid") == 1 && warnings("no_guid") == 1 && warnings("bad_guid") == 1);
        CHECK(element(22).guid.s == NULL);
    }
    T("relations that lead nowhere, or hold nothing, are counted and skipped")
    {
        CHECK(open4(DOOR "#30=IFCRELAGGREGATES('a',$,$,$,#99,(#20));#31=IFCRELDEFINESBYPROPERTIES('b',$,$,$,(#98),#22);#22=IFCPROPERTYSET('c',$,'S',$,());"
                    "#32=IFCRELDEFINESBYTYPE('d',$,$,$,$,#20);#33=IFCRELAGGREGATES();") == 0);
        CHECK(warnings("dangling_reference") == 2 && warnings("empty_relation") == 2 && element(20).n_psets == 0);
    }
    T("names that no schema has are counted, names of another schema are read by that one")
    {
        CHECK(open_body("IFC4", UNITS, DOOR "#30=IFCNEVERHEARD(1);#31=IFCNEVERHEARD(2);#32=IFCROAD('0Road000000000000000A1',$,'R',$,$,$,$,$,$,$);") == 0);
        CHECK(warnings("unknown_entity") == 2 && warnings("entity_of_other_schema") == 1);
        CHECK_STR(element(32).cls, "IfcRoad");
    }
    T("attributes that stood elsewhere before IFC4X3_ADD2 are read where they stood")
    { /* a part of a road had the usage ROADWAYPLATEAU and no predefined type */
        static const char *const older[] = {"IFC4X3_RC1", "IFC4X3_RC2", "IFC4X3_RC3", "IFC4X3_RC4"};
        for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
            CHECK(open_body(older[i], UNITS,
                            "#20=IFCFACILITYPART('0Part000000000000000A1',$,'Plateau',$,$,$,$,'long',.ELEMENT.,IFCROADPARTTYPEENUM(.ROADWAYPLATEAU.),.LATERAL.);"
                            "#21=IFCALIGNMENT('0Alig000000000000000A1',$,'A',$,$,$,$,#22,.USERDEFINED.);#22=IFCPOLYLINE(());") == 0);
            CHECK_STR(trm_schema_name(model.schema), "IFC4X3");
            e = element(20);
            CHECK_STR(str(e.predefined_type), "ROADWAYPLATEAU");
            CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "UsageType")->value.text), "LATERAL");
            CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "LongName")->value.text), "long");
            CHECK_STR(str(element(21).predefined_type), "USERDEFINED");
            CHECK(warnings("attribute_count") == 0);
        }
        CHECK(open_body("IFC4X1", UNITS, "#21=IFCALIGNMENT('0Alig000000000000000A1',$,'A',$,$,$,$,#22,.USERDEFINED.);#22=IFCALIGNMENTCURVE($,$,$);") == 0);
        CHECK_STR(str(element(21).predefined_type), "USERDEFINED");
        CHECK(open_body("IFC4X2", UNITS, "#20=IFCBRIDGEPART('0Part000000000000000A1',$,'Deck',$,$,$,$,$,.ELEMENT.,.DECK.);") == 0);
        CHECK_STR(str(element(20).predefined_type), "DECK");
        CHECK(find_prop(element(20).attributes, element(20).n_attributes, "UsageType") == NULL);
    }
    T("IFC4X3_ADD2 and IFC4X3 are read as they are written")
    {
        static const char *const now[] = {"IFC4X3_ADD2", "IFC4X3", "IFC4X3_ADD1", "IFC4X3_TC1"};
        for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
            CHECK(open_body(now[i], UNITS,
                            "#20=IFCROADPART('0Part000000000000000A1',$,'Plateau',$,$,$,$,'long',.ELEMENT.,.LATERAL.,.ROADWAYPLATEAU.);"
                            "#21=IFCALIGNMENT('0Alig000000000000000A1',$,'A',$,$,$,$,.USERDEFINED.);"
                            "#22=IFCBRIDGEPART('0Part000000000000000A2',$,'Deck',$,$,$,$,$,.ELEMENT.,.LATERAL.,.DECK.);") == 0);
            e = element(20);
            CHECK_STR(str(e.predefined_type), "ROADWAYPLATEAU");
            CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "UsageType")->value.text), "LATERAL");
            CHECK_STR(str(element(21).predefined_type), "USERDEFINED");
            CHECK_STR(str(element(22).predefined_type), "DECK");
            CHECK(warnings("attribute_count") == 0);
        }
    }
    T("in IFC2X3 a whole says its type's class where that alone tells what it is")
    {
        CHECK(open_body("IFC2X3", UNITS,
                        "#20=IFCFLOWTERMINAL('0Flow000000000000000A1',$,'F',$,$,$,$,$);#21=IFCAIRTERMINALTYPE('b',$,'T',$,$,$,$,$,$,.GRILLE.);"
                        "#22=IFCRELDEFINESBYTYPE('c',$,$,$,(#20),#21);#23=IFCBEAM('0Beam000000000000000A1',$,'B',$,$,$,$,$);"
                        "#24=IFCRELAGGREGATES('d',$,$,$,#20,(#23));#25=IFCWALL('0Wall000000000000000A1',$,'W',$,$,$,$,$);"
                        "#26=IFCWALLTYPE('e',$,'T',$,$,$,$,$,$,.STANDARD.);#27=IFCRELDEFINESBYTYPE('f',$,$,$,(#25),#26);"
                        "#28=IFCBEAM('0Beam000000000000000A2',$,'B',$,$,$,$,$);#29=IFCRELAGGREGATES('g',$,$,$,#25,(#28));") == 0);
        e = element(23);
        CHECK(e.n_containers == 1);
        CHECK_STR(e.containers[0].type_cls, "IfcAirTerminalType");
        e = element(28);
        CHECK(e.n_containers == 1 && e.containers[0].type_cls == NULL);
    }
    T("IFC2X_FINAL and IFC2X2_FINAL are read as IFC2X3, which kept their attributes")
    {
        static const char *const old[] = {"IFC2X_FINAL", "IFC2X2_FINAL", "IFC2X3_TC1"};
        for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
            CHECK(open_body(old[i], UNITS,
                            "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,'tag',2000.,900.);#22=IFCPROPERTYSET('c',$,'S',$,(#23));"
                            "#23=IFCPROPERTYSINGLEVALUE('X',$,IFCLABEL('x'),$);#24=IFCRELDEFINESBYPROPERTIES('b',$,$,$,(#20),#22);"
                            "#25=IFCBUILDINGSTOREY('0Stor000000000000000A1',$,'EG',$,$,$,$,$,.ELEMENT.,0.);"
                            "#26=IFCRELCONTAINEDINSPATIALSTRUCTURE('d',$,$,$,(#20),#25);") == 0);
            e = element(20);
            CHECK_STR(trm_schema_name(model.schema), "IFC2X3");
            CHECK(num(*find_prop(e.attributes, e.n_attributes, "OverallWidth")) == 0.9);
            CHECK_STR(str(prop(20, "X").value.text), "x");
            CHECK_STR(str(element(20).storey), "EG");
            CHECK(warnings("attribute_count") == 0);
        }
    }
    T("a file of another schema, or of none, is refused by name")
    {
        CHECK(open_body("AUTOMOTIVE_DESIGN", UNITS, DOOR) == -1);
        CHECK(err.kind == TRM_DATA && strstr(err.text, "AUTOMOTIVE_DESIGN") && strstr(err.text, "IFC2X3"));
        trm_ifc_release(&model);
        trm_err_reset(&err);
        const char *none = "ISO-10303-21;HEADER;ENDSEC;DATA;#1=IFCDOOR();ENDSEC;END-ISO-10303-21;";
        CHECK(trm_ifc_open(&model, none, strlen(none), &err) == -1 && strstr(err.text, "FILE_SCHEMA"));
    }
    T("project, exporter and schema are known")
    {
        CHECK(open4("#30=IFCAPPLICATION($,'14.0','ArchiCAD 14.0','ArchiCAD');") == 0);
        CHECK_STR(str(model.project_guid), "0Project0000000000000A");
        CHECK_STR(str(model.project_name), "P");
        CHECK_STR(str(model.exporter), "ArchiCAD 14.0");
        CHECK_STR(str(model.file_schema), "IFC4");
        CHECK(open4("#30=IFCAPPLICATION($,'2.1','Maker','m');") == 0);
        CHECK_STR(str(model.exporter), "Maker 2.1");
        CHECK(open4("") == 0);
        CHECK_STR(str(model.exporter), "exporter");
        CHECK(trm_ifc_element_is_a(&model, 0, "ifccontext") && !trm_ifc_element_is_a(&model, 0, "IfcProduct"));
    }
    trm_ifc_release(&model);
}
