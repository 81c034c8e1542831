#include "ifc_model.h"

/* A door (#20) with one set of the properties #30, #31, ...; `list` is what stands between the parentheses. */
static int
open_props(const char *list, const char *props)
{
    static char body[1 << 17];
    snprintf(body, sizeof body,
             "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,$,$,$,$,$,$);%s"
             "#22=IFCPROPERTYSET('0Set0000000000000000A1',$,'S',$,(%s));"
             "#23=IFCRELDEFINESBYPROPERTIES('0Rel0000000000000000A1',$,$,$,(#20),#22);",
             props, list);
    return open_body("IFC4", UNITS, body);
}

static struct trm_ifc_prop
one(const char *instance)
{
    char props[2000];
    snprintf(props, sizeof props, "#30=%s;", instance);
    return open_props("#30", props) == 0 ? prop(20, "X") : (struct trm_ifc_prop){.type = err.text};
}

T_MAIN
{
    struct trm_ifc_prop p;
    struct trm_ifc_element e;

    T("texts, booleans and numbers come as themselves, with the wrapper's name")
    {
        p = one("IFCPROPERTYSINGLEVALUE('X',$,IFCLABEL('T\\X2\\00FC\\X0\\r'),$)");
        CHECK(p.value.type == TRM_IFC_TEXT);
        CHECK_STR(str(p.value.text), "T\xC3\xBCr");
        CHECK_STR(p.type, "IfcLabel");
        p = one("IFCPROPERTYSINGLEVALUE('X',$,IFCBOOLEAN(.T.),$)");
        CHECK(p.value.type == TRM_IFC_BOOL && p.value.b);
        p = one("IFCPROPERTYSINGLEVALUE('X',$,IFCLOGICAL(.F.),$)");
        CHECK(p.value.type == TRM_IFC_BOOL && !p.value.b);
        p = one("IFCPROPERTYSINGLEVALUE('X',$,IFCINTEGER(3),$)");
        CHECK(num(p) == 3);
        p = one("IFCPROPERTYSINGLEVALUE('X',$,IFCREAL(3),$)"); /* an integer in a real's place */
        CHECK(num(p) == 3);
    }
    T("unknown and unset are null, an empty text stays one")
    {
        CHECK(one("IFCPROPERTYSINGLEVALUE('X',$,IFCLOGICAL(.U.),$)").value.type == TRM_IFC_NULL);
        struct trm_ifc_prop empty = one("IFCPROPERTYSINGLEVALUE('X',$,IFCLABEL(''),$)");
        CHECK(empty.value.type == TRM_IFC_TEXT && empty.value.text.n == 0);
        CHECK(one("IFCPROPERTYSINGLEVALUE('X',$,$,$)").value.type == TRM_IFC_NULL);
        CHECK(one("IFCPROPERTYSINGLEVALUE('X',$,IFCLABEL($),$)").value.type == TRM_IFC_NULL);
        CHECK(one("IFCPROPERTYSINGLEVALUE('X')").value.type == TRM_IFC_NULL);
        CHECK(warnings("attribute_count") == 1);
    }
    T("a value without its wrapper is taken and said")
    {
        p = one("IFCPROPERTYSINGLEVALUE('X',$,'F30',$)");
        CHECK_STR(str(p.value.text), "F30");
        CHECK(p.type == NULL && warnings("untyped_value") == 1);
    }
    T("a number that is none is null and said, its neighbours are read")
    {
        CHECK(open_props("#30,#31", "#30=IFCPROPERTYSINGLEVALUE('X',$,IFCREAL(nan),$);"
                                    "#31=IFCPROPERTYSINGLEVALUE('Y',$,IFCREAL(1E999),$);") == 0);
        CHECK(prop(20, "X").value.type == TRM_IFC_NULL && warnings("bad_value") == 1);
        CHECK(prop(20, "Y").value.type == TRM_IFC_NULL && warnings("bad_number") >= 1);
    }
    T("a wrapper that no schema knows gives its value without a type")
    {
        p = one("IFCPROPERTYSINGLEVALUE('X',$,IFCFANCYTHING('a'),$)");
        CHECK_STR(str(p.value.text), "a");
        CHECK(p.type == NULL && warnings("unknown_type") == 1);
    }
    T("enumerated and list values are lists, in SI, with the unit of their own place")
    {
        p = one("IFCPROPERTYENUMERATEDVALUE('X',$,(IFCLABEL('NEW'),IFCLABEL('OLD')),$)");
        CHECK(p.shape == TRM_IFC_LIST && p.more->list.n == 2);
        CHECK_STR(str(p.more->list.item[1].text), "OLD");
        p = one("IFCPROPERTYLISTVALUE('X',$,(IFCLENGTHMEASURE(1.),IFCLENGTHMEASURE(2500.)),$)");
        CHECK(p.more->list.n == 2 && p.more->list.item[1].num == 2.5);
        CHECK_STR(p.unit, "m");
        p = one("IFCPROPERTYENUMERATEDVALUE('X',$,(IFCLENGTHMEASURE(50.)),#31);#31=IFCPROPERTYENUMERATION('E',(IFCLENGTHMEASURE(50.)),#32);"
                "#32=IFCSIUNIT(*,.LENGTHUNIT.,.CENTI.,.METRE.)");
        CHECK(p.more->list.item[0].num == 0.5);
        p = one("IFCPROPERTYLISTVALUE('X',$,(),$)");
        CHECK(p.shape == TRM_IFC_LIST && p.more->list.n == 0);
        p = one("IFCPROPERTYENUMERATEDVALUE('X',$,$,$)");
        CHECK(p.shape == TRM_IFC_LIST && p.more->list.n == 0);
    }
    T("bounded values have a lower and an upper end and a set point, each where it is given")
    {
        p = one("IFCPROPERTYBOUNDEDVALUE('X',$,IFCLENGTHMEASURE(2000.),IFCLENGTHMEASURE(1000.),$,IFCLENGTHMEASURE(1500.))");
        CHECK(p.shape == TRM_IFC_BOUNDED && p.more->lower.num == 1 && p.more->upper.num == 2 && num(p) == 1.5);
        CHECK_STR(p.unit, "m");
        p = one("IFCPROPERTYBOUNDEDVALUE('X',$,$,IFCLENGTHMEASURE(1000.),$,$)");
        CHECK(p.more->lower.num == 1 && p.more->upper.type == TRM_IFC_NULL && p.value.type == TRM_IFC_NULL);
    }
    T("tables have two columns, each with its unit")
    {
        p = one("IFCPROPERTYTABLEVALUE('X',$,(IFCLENGTHMEASURE(1000.),IFCLENGTHMEASURE(2000.)),(IFCAREAMEASURE(3.),IFCAREAMEASURE(4.)),$,$,$,$)");
        CHECK(p.shape == TRM_IFC_TABLE && p.more->list.n == 2 && p.more->defined.n == 2);
        CHECK(p.more->list.item[1].num == 2 && p.more->defined.item[1].num == 4);
        CHECK_STR(p.unit, "m");
        CHECK_STR(p.more->defined_unit, "m2");
        CHECK_STR(p.more->defined_type, "IfcAreaMeasure");
    }
    T("complex properties hold properties; one that holds itself ends")
    {
        p = one("IFCCOMPLEXPROPERTY('X',$,'u',(#31,#32));#31=IFCPROPERTYSINGLEVALUE('A',$,IFCREAL(1.),$);"
                "#32=IFCCOMPLEXPROPERTY('B',$,'u',(#31))");
        CHECK(p.shape == TRM_IFC_COMPLEX && p.more->n_props == 2);
        CHECK(p.more->props[1].shape == TRM_IFC_COMPLEX && p.more->props[1].more->n_props == 1);
        p = one("IFCCOMPLEXPROPERTY('X',$,'u',(#30,#31,#32));#31=IFCCOMPLEXPROPERTY('Y',$,'u',(#30,#31,#32));"
                "#32=IFCCOMPLEXPROPERTY('Z',$,'u',(#30,#31,#32))"); /* would be 3^12 */
        CHECK(p.shape == TRM_IFC_COMPLEX && warnings("too_deep") > 0);
    }
    T("a reference to a material gives its name, to other things only the class is told")
    {
        p = one("IFCPROPERTYREFERENCEVALUE('X',$,$,#31);#31=IFCMATERIAL('Oak',$,$)");
        CHECK(p.shape == TRM_IFC_REFERENCE);
        CHECK_STR(str(p.value.text), "Oak");
        CHECK_STR(p.type, "IfcMaterial");
        CHECK(one("IFCPROPERTYREFERENCEVALUE('X',$,$,#99)").value.type == TRM_IFC_NULL);
    }
    T("the first of two properties with one name stays, and a dangling one is said")
    {
        CHECK(open_props("#30,#31,#99", "#30=IFCPROPERTYSINGLEVALUE('X',$,IFCREAL(1.),$);"
                                        "#31=IFCPROPERTYSINGLEVALUE('X',$,IFCREAL(2.),$);") == 0);
        e = element(20);
        CHECK(e.psets[0].n == 1 && num(e.psets[0].props[0]) == 1);
        CHECK(warnings("repeated_property") == 1 && warnings("dangling_property") == 1);
    }
    T("many properties of one element are told apart by name, in their order")
    {
        static char props[1 << 16], list[1 << 14];
        size_t n = 0, m = 0;
        for (int i = 0; i < 400; i++) {
            n += (size_t)snprintf(props + n, sizeof props - n, "#%d=IFCPROPERTYSINGLEVALUE('P%d',$,IFCREAL(%d.),$);", 100 + i, i % 300, i);
            m += (size_t)snprintf(list + m, sizeof list - m, "%s#%d", i ? "," : "", 100 + i);
        }
        CHECK(open_props(list, props) == 0);
        e = element(20);
        CHECK(e.psets[0].n == 300 && num(e.psets[0].props[299]) == 299 && num(e.psets[0].props[0]) == 0);
        CHECK(warnings("repeated_property") == 100);
    }
    T("attributes are handed on with type and unit; those with a field of their own, references and unset ones are not")
    {
        CHECK(open_body("IFC4", UNITS,
                        "#20=IFCDOOR('0Door000000000000000A1',#9,'D','about','kind',#8,#7,'T1',2010.,885.,.DOOR.,.SINGLE_SWING_LEFT.,$);"
                        "#21=IFCSITE('0Site000000000000000A1',$,'S',$,$,$,$,'',.ELEMENT.,(49,5,59,500000),(-8,-30,0),110.,$,$);") == 0);
        e = element(20);
        CHECK(e.n_attributes == 3);
        CHECK(num(*find_prop(e.attributes, e.n_attributes, "OverallWidth")) == 0.885);
        CHECK_STR(find_prop(e.attributes, e.n_attributes, "OverallHeight")->unit, "m");
        CHECK_STR(find_prop(e.attributes, e.n_attributes, "OverallHeight")->type, "IfcPositiveLengthMeasure");
        CHECK_STR(str(find_prop(e.attributes, e.n_attributes, "OperationType")->value.text), "SINGLE_SWING_LEFT");
        CHECK_STR(str(e.name), "D");
        CHECK_STR(str(e.description), "about");
        CHECK_STR(str(e.object_type), "kind");
        CHECK_STR(str(e.tag), "T1");
        CHECK_STR(str(e.predefined_type), "DOOR");
        CHECK_STR(e.cls, "IfcDoor");
        e = element(21);
        CHECK_NEAR(num(*find_prop(e.attributes, e.n_attributes, "RefLatitude")), (49 + 5 / 60. + 59.5 / 3600) * M_PI / 180, 1e-12);
        CHECK_NEAR(num(*find_prop(e.attributes, e.n_attributes, "RefLongitude")), -8.5 * M_PI / 180, 1e-12);
        CHECK(num(*find_prop(e.attributes, e.n_attributes, "RefElevation")) == 0.11);
        CHECK(find_prop(e.attributes, e.n_attributes, "LongName")->value.text.n == 0);
    }
    trm_ifc_release(&model);
}
