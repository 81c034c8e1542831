#include "ifc_model.h"

#include "../../lib/ifc/where.h"

/* Whether the door #20 of a small model meets the condition; -1 when it cannot be read. */
static int
door_is(const char *text)
{
    struct trm_ifc_where w;
    struct trm_err e = {0};
    struct trm_ifc_element door = element(20);
    return trm_ifc_where_read(&w, text, &e) == 0 ? trm_ifc_where_holds(&w, &door) : -1;
}

T_MAIN
{
    T("a condition holds for the exact value of a set's property, an attribute, the type")
    {
        CHECK(open_body("IFC4", UNITS,
                        "#20=IFCDOOR('0Door000000000000000A1',$,'T\\X2\\00FC\\X0\\r',$,$,$,$,'7',2010.,885.,.DOOR.,$,$);"
                        "#21=IFCDOORTYPE('0Type000000000000000A1',$,'T1',$,$,(#22),$,$,$,.GATE.,.SINGLE_SWING_LEFT.,$,$);"
                        "#22=IFCPROPERTYSET('0Set0000000000000000A1',$,'Set.with dots',$,(#24,#25,#26,#27,#28));"
                        "#24=IFCPROPERTYSINGLEVALUE('IsExternal',$,IFCBOOLEAN(.F.),$);#25=IFCPROPERTYLISTVALUE('Rooms',$,(IFCLABEL('A'),IFCLABEL('B')),$);"
                        "#26=IFCPROPERTYSINGLEVALUE('Empty',$,IFCLABEL(''),$);#27=IFCPROPERTYSINGLEVALUE('Code',$,IFCLABEL('5'),$);"
                        "#28=IFCPROPERTYSINGLEVALUE('A.B',$,IFCLABEL('x=y'),$);#29=IFCRELDEFINESBYTYPE('b',$,$,$,(#20),#21);"
                        "#30=IFCELEMENTQUANTITY('0Set0000000000000000A2',$,'Q',$,$,(#31));#31=IFCQUANTITYAREA('Area',$,$,1.5,$);"
                        "#32=IFCRELDEFINESBYPROPERTIES('c',$,$,$,(#20),#30);") == 0);
        static const char *const yes[] = {"Set.with dots.IsExternal=false", "Set.with dots.IsExternal", "Set.with dots.Rooms=B", "Set.with dots.Code=5",
                                          "Set.with dots.A.B=x=y", "Q.Area=1.5", "Q.Area=15e-1", "attribute.OverallWidth=0.885", "attribute.Tag=7",
                                          "attribute.Name=T\xC3\xBCr", "attribute.PredefinedType=DOOR", "type_object.Name=T1", "type_object.PredefinedType=GATE",
                                          "type_object.OperationType=SINGLE_SWING_LEFT", "attribute.GlobalId=0Door000000000000000A1"};
        static const char *const no[] = {"Set.with dots.IsExternal=true", "Set.with dots.Empty", "Set.with dots.Rooms=C", "Set.with dots.Code=5.0", "Set.IsExternal",
                                         "Set.with dots.isexternal", "Q.Area=1.50001", "Q.Area=x", "Q.Area=", "attribute.OverallWidth=885", "attribute.Name=T",
                                         "attribute.Description", "type_object.Tag", "None.Area"};
        for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
            CHECK(door_is(yes[i]) == 1);
        for (size_t i = 0; i < sizeof no / sizeof *no; i++)
            CHECK(door_is(no[i]) == 0);
    }
    T("a condition without a set and a property is refused")
    {
        CHECK(door_is("Width=1") == -1 && door_is("=1") == -1 && door_is(".x") == -1 && door_is("x.=1") == -1 && door_is("") == -1);
        CHECK(door_is("Width=0.5") == -1); /* a dot behind the equals sign is none of the field */
    }
    trm_ifc_release(&model);
}
