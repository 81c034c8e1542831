/* Instances that are no elements but may be asked for; attributes that hold no plain value; wholes that containers do not tell. */
#include "ifc_model.h"

#define WALL "#40=IFCWALL('0Wall000000000000000A1',$,'W',$,$,$,$,$,$);"

static int
open_with(const char *schema, const char *const *also, size_t n, const char *body)
{
    model_also = also, model_n_also = n;
    return open_body(schema, UNITS, body);
}

/* Names joined with blanks. */
static const char *
joined(const char **names, size_t n)
{
    static char out[400];
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < n && len < 300; i++)
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%s", i ? " " : "", names[i]);
    return out;
}

/* "Wall:IfcRelVoidsElement Building:(mixed)" of part_of. */
static const char *
wholes(uint64_t step)
{
    static char out[600];
    struct trm_ifc_element e = element(step);
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < e.n_part_of && len < 500; i++)
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%s:%s", i ? " " : "", e.part_of[i].cls + 3,
                                e.part_of[i].relation ? e.part_of[i].relation + 3 : "(mixed)");
    return out;
}

T_MAIN
{
    struct trm_ifc_element e;

    T("a type that was asked for has its own sets, attributes and material, and does not count as inherited")
    {
        static const char *const also[] = {"IFCWALLTYPE"};
        CHECK(open_with("IFC4", also, 1,
                        WALL "#41=IFCWALLTYPE('0Type000000000000000A1',$,'T',$,$,(#42),$,'tag','X',.USERDEFINED.);"
                             "#42=IFCPROPERTYSET('0Set0000000000000000A1',$,'S',$,(#43));#43=IFCPROPERTYSINGLEVALUE('A',$,IFCREAL(1.),$);"
                             "#44=IFCRELASSOCIATESMATERIAL('0Rel0000000000000000A1',$,$,$,(#41),#45);#45=IFCMATERIAL('M',$,$);") == 0);
        e = element(41);
        CHECK(e.is == TRM_IFC_IS_TYPE);
        CHECK_STR(str(e.name), "T");
        CHECK_STR(str(e.predefined_type), "USERDEFINED");
        CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "ElementType")->value.text), "X");
        CHECK(e.n_psets == 1 && !e.psets[0].props[0].from_type);
        CHECK(e.n_materials == 1 && !e.materials_from_type);
        CHECK(element(40).is == TRM_IFC_IS_ELEMENT);
        CHECK(element(45).cls == NULL);
    }
    T("a resource has all its attributes, its references by name, and no complaint about a missing GUID")
    {
        static const char *const also[] = {"IfcTaskTime", "IfcCartesianPoint", "IfcSIUnit", "IfcTask"};
        CHECK(open_with("IFC4", also, 4,
                        "#20=IFCTASKTIME('Name',$,$,$,'P0D',$,$,$,$,$,$,$,$,.F.,$,$,$,$,$,$);#21=IFCCARTESIANPOINT((0.,1.,2.));"
                        "#22=IFCTASK('0Task000000000000000A1',$,'',$,$,$,$,$,$,.F.,$,#20,$);") == 0);
        e = element(20);
        CHECK(e.is == TRM_IFC_IS_RESOURCE && !e.guid_unique && e.guid.s == NULL);
        CHECK_STR(str(e.name), "Name");
        CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "ScheduleDuration")->value.text), "P0D");
        CHECK(find_prop(e.attributes, e.n_attributes, "IsCritical")->value.type == TRM_IFC_BOOL);
        CHECK(find_prop(e.attributes, e.n_attributes, "Completion") == NULL);
        CHECK(element(21).attributes[0].more->list.n == 3);
        CHECK_STR(str(find_prop(element(3).attributes, element(3).n_attributes, "Name")->value.text), "METRE");
        e = element(22);
        CHECK_STR(joined(e.refers, e.n_refers), "TaskTime");
        CHECK_STR(joined(e.empty, e.n_empty), "Name");
        CHECK(warnings("no_guid") == 0);
    }
    T("empty lists and lists of references are told apart from unset attributes, on relations too")
    {
        static const char *const also[] = {"IfcRelConnectsPathElements", "IfcMaterialLayerSet"};
        CHECK(open_with("IFC4", also, 2,
                        WALL "#41=IFCRELCONNECTSPATHELEMENTS('0Rel0000000000000000A1',$,$,$,$,#40,#40,(),(1),.ATSTART.,.ATEND.);"
                             "#42=IFCMATERIALLAYERSET((#43),'Foo',$);#43=IFCMATERIALLAYER($,1.,$,$,$,$,$);") == 0);
        e = element(41);
        CHECK_STR(str(e.guid), "0Rel0000000000000000A1");
        CHECK_STR(joined(e.refers, e.n_refers), "RelatingElement RelatedElement");
        CHECK_STR(joined(e.empty, e.n_empty), "RelatingPriorities");
        CHECK(find_prop(e.attributes, e.n_attributes, "RelatedPriorities")->more->list.n == 1);
        e = element(42);
        CHECK_STR(joined(e.refers, e.n_refers), "MaterialLayers");
        CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "LayerSetName")->value.text), "Foo");
    }
    T("materials and profiles have their properties as sets, and their classifications")
    {
        static const char *const also[] = {"IfcMaterial", "IfcCircleProfileDef"};
        CHECK(open_with("IFC4", also, 2,
                        "#20=IFCMATERIAL('M',$,$);#21=IFCMATERIALPROPERTIES('S',$,(#22),#20);#22=IFCPROPERTYSINGLEVALUE('A',$,IFCREAL(1.),$);"
                        "#23=IFCCIRCLEPROFILEDEF(.AREA.,'P',$,1000.);#24=IFCPROFILEPROPERTIES('Q',$,(#22),#23);"
                        "#25=IFCEXTERNALREFERENCERELATIONSHIP($,$,#26,(#20));#26=IFCCLASSIFICATIONREFERENCE($,'1',$,#27,$,$);"
                        "#27=IFCCLASSIFICATION($,$,$,'C',$,$,$);") == 0);
        e = element(20);
        CHECK(e.n_psets == 1 && num(*find_prop(e.psets[0].props, e.psets[0].n, "A")) == 1);
        CHECK(e.n_classifications == 1);
        CHECK_STR(str(e.classifications[0].code), "1");
        e = element(23);
        CHECK(e.n_psets == 1);
        CHECK_STR(str(e.psets[0].name), "Q");
        CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "ProfileName")->value.text), "P");
        CHECK(num(*find_prop(e.attributes, e.n_attributes, "Radius")) == 1);
    }
    T("a contained door is also part of the opening it fills and the wall behind it, and a grouped group is followed")
    {
        CHECK(open_with("IFC4", NULL, 0,
                        WALL "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,$,$,$,$,$,$);#21=IFCOPENINGELEMENT('0Open000000000000000A1',$,$,$,$,$,$,$,$);"
                             "#22=IFCRELFILLSELEMENT('0Rel0000000000000000A1',$,$,$,#21,#20);#23=IFCRELVOIDSELEMENT('0Rel0000000000000000A2',$,$,$,#40,#21);"
                             "#24=IFCBUILDINGSTOREY('0Stor000000000000000A1',$,'S',$,$,$,$,$,$,$);"
                             "#25=IFCRELCONTAINEDINSPATIALSTRUCTURE('0Rel0000000000000000A3',$,$,$,(#20,#40),#24);"
                             "#26=IFCRELAGGREGATES('0Rel0000000000000000A4',$,$,$,#1,(#24));"
                             "#27=IFCGROUP('0Grou000000000000000A1',$,'G',$,$);#28=IFCSYSTEM('0Grou000000000000000A2',$,'H',$,$);"
                             "#29=IFCRELASSIGNSTOGROUP('0Rel0000000000000000A5',$,$,$,(#20),$,#27);"
                             "#30=IFCRELASSIGNSTOGROUP('0Rel0000000000000000A6',$,$,$,(#27),$,#28);") == 0);
        CHECK_STR(wholes(20), "OpeningElement:RelFillsElement Wall:RelVoidsElement System:RelAssignsToGroup");
        CHECK_STR(wholes(40), "");
        CHECK_STR(wholes(27), "");
        e = element(20);
        CHECK(e.n_containers == 2 && e.n_groups == 1);
    }
    T("wholes that contain each other end, and the predefined type of a whole is its type's")
    {
        CHECK(open_with("IFC4", NULL, 0,
                        WALL "#41=IFCSLAB('0Slab000000000000000A1',$,$,$,$,$,$,$,.FLOOR.);#42=IFCSLABTYPE('0Type000000000000000A1',$,$,$,$,$,$,$,'Deck',.USERDEFINED.);"
                             "#43=IFCRELDEFINESBYTYPE('0Rel0000000000000000A1',$,$,$,(#41),#42);#44=IFCRELNESTS('0Rel0000000000000000A2',$,$,$,#41,(#40));"
                             "#45=IFCRELNESTS('0Rel0000000000000000A3',$,$,$,#40,(#41));") == 0);
        e = element(40);
        CHECK(e.n_containers == 1);
        CHECK_STR(str(e.containers[0].predefined_type), "USERDEFINED");
        CHECK_STR(str(e.containers[0].object_type), "Deck");
        CHECK_STR(wholes(40), "");
    }
    trm_ifc_release(&model);
}
