#include "ifc_model.h"

/* A door (#20) with one property set whose only property is `value`, as IFCPROPERTYSINGLEVALUE writes it. */
static struct trm_ifc_prop
value_in(const char *units, const char *value)
{
    char body[4000];
    snprintf(body, sizeof body,
             "#20=IFCDOOR('0Door000000000000000A1',$,'D',$,$,$,$,$,$,$,$,$,$);#21=IFCPROPERTYSINGLEVALUE('X',$,%s);"
             "#22=IFCPROPERTYSET('0Set0000000000000000A1',$,'S',$,(#21));"
             "#23=IFCRELDEFINESBYPROPERTIES('0Rel0000000000000000A1',$,$,$,(#20),#22);",
             value);
    if (open_body("IFC4", units, body) != 0)
        return (struct trm_ifc_prop){.type = err.text};
    return prop(20, "X");
}

/* One unit in the project's assignment. */
static struct trm_ifc_prop
value_by(const char *unit, const char *value)
{
    char units[3000];
    snprintf(units, sizeof units, "#2=IFCUNITASSIGNMENT((#3));#3=%s;", unit);
    return value_in(units, value);
}

#define INCH "IFCCONVERSIONBASEDUNIT(#7,.LENGTHUNIT.,'INCH',#8);#8=IFCMEASUREWITHUNIT(IFCLENGTHMEASURE(25.4),#9);" \
             "#9=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.)"

T_MAIN
{
    struct trm_ifc_prop p;

    T("lengths in metres stay as they are, in millimetres they become the double nearest the decimal")
    {
        p = value_by("IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)", "IFCLENGTHMEASURE(0.885),$");
        CHECK(num(p) == 0.885);
        CHECK_STR(p.unit, "m");
        CHECK_STR(p.type, "IfcLengthMeasure");
        CHECK(p.step == 21);
        CHECK(num(value_by("IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.)", "IFCPOSITIVELENGTHMEASURE(885.),$")) == 0.885);
        CHECK(num(value_by("IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.)", "IFCLENGTHMEASURE(2010.25),$")) == 2.01025);
    }
    T("a prefix is raised to the power of the unit")
    {
        CHECK(num(value_by("IFCSIUNIT(*,.AREAUNIT.,.MILLI.,.SQUARE_METRE.)", "IFCAREAMEASURE(5.E6),$")) == 5);
        CHECK(num(value_by("IFCSIUNIT(*,.AREAUNIT.,.CENTI.,.SQUARE_METRE.)", "IFCAREAMEASURE(10000.),$")) == 1);
        CHECK(num(value_by("IFCSIUNIT(*,.VOLUMEUNIT.,.DECI.,.CUBIC_METRE.)", "IFCVOLUMEMEASURE(1500.),$")) == 1.5);
        CHECK(num(value_by("IFCSIUNIT(*,.LENGTHUNIT.,.KILO.,.METRE.)", "IFCLENGTHMEASURE(2),$")) == 2000);
    }
    T("mass is in kilograms whatever prefix the gram has")
    {
        p = value_by("IFCSIUNIT(*,.MASSUNIT.,.KILO.,.GRAM.)", "IFCMASSMEASURE(7.),$");
        CHECK(num(p) == 7);
        CHECK_STR(p.unit, "kg");
        CHECK(num(value_by("IFCSIUNIT(*,.MASSUNIT.,$,.GRAM.)", "IFCMASSMEASURE(7500.),$")) == 7.5);
    }
    T("inches go by their factor and the unit that is counted in")
    {
        p = value_by(INCH, "IFCLENGTHMEASURE(36.),$");
        CHECK_NEAR(num(p), 0.9144, 1e-15);
        CHECK_STR(p.unit, "m");
        CHECK_STR(model.units[0].name, "INCH");
    }
    T("degrees become radians, in Celsius and Fahrenheit kelvin")
    {
        p = value_by("IFCCONVERSIONBASEDUNIT($,.PLANEANGLEUNIT.,'DEGREE',#8);#8=IFCMEASUREWITHUNIT(IFCPLANEANGLEMEASURE("
                     "0.0174532925199433),#9);#9=IFCSIUNIT(*,.PLANEANGLEUNIT.,$,.RADIAN.)",
                     "IFCPLANEANGLEMEASURE(90.),$");
        CHECK_NEAR(num(p), M_PI / 2, 1e-12);
        CHECK_STR(p.unit, "rad");
        CHECK_NEAR(num(value_by("IFCSIUNIT(*,.THERMODYNAMICTEMPERATUREUNIT.,$,.DEGREE_CELSIUS.)",
                                "IFCTHERMODYNAMICTEMPERATUREMEASURE(20.),$")), 293.15, 1e-12);
        p = value_by("IFCCONVERSIONBASEDUNITWITHOFFSET($,.THERMODYNAMICTEMPERATUREUNIT.,'FAHRENHEIT',#8,255.372222222222);"
                     "#8=IFCMEASUREWITHUNIT(IFCREAL(0.555555555555556),#9);"
                     "#9=IFCSIUNIT(*,.THERMODYNAMICTEMPERATUREUNIT.,$,.KELVIN.)",
                     "IFCTHERMODYNAMICTEMPERATUREMEASURE(68.),$");
        CHECK_NEAR(num(p), 293.15, 1e-9);
        CHECK_STR(p.unit, "K");
    }
    T("a derived unit is the product of its elements' powers")
    { /* kW/(cm2.K) */
        p = value_by("IFCDERIVEDUNIT((#11,#12,#13),.THERMALTRANSMITTANCEUNIT.,$);#11=IFCDERIVEDUNITELEMENT(#14,1);"
                     "#12=IFCDERIVEDUNITELEMENT(#15,-2);#13=IFCDERIVEDUNITELEMENT(#16,-1);"
                     "#14=IFCSIUNIT(*,.POWERUNIT.,.KILO.,.WATT.);#15=IFCSIUNIT(*,.LENGTHUNIT.,.CENTI.,.METRE.);"
                     "#16=IFCSIUNIT(*,.THERMODYNAMICTEMPERATUREUNIT.,$,.DEGREE_CELSIUS.)",
                     "IFCTHERMALTRANSMITTANCEMEASURE(2.),$");
        CHECK_NEAR(num(p), 2e7, 1e-6);
        CHECK_STR(p.unit, "W/(m2.K)");
    }
    T("a property's own unit counts before the project's, and also for a plain number")
    {
        p = value_in(UNITS "#9=IFCSIUNIT(*,.LENGTHUNIT.,.CENTI.,.METRE.);", "IFCLENGTHMEASURE(88.5),#9");
        CHECK(num(p) == 0.885);
        p = value_in(UNITS "#9=IFCSIUNIT(*,.LENGTHUNIT.,.CENTI.,.METRE.);", "IFCREAL(88.5),#9");
        CHECK(num(p) == 0.885);
        CHECK_STR(p.unit, "m");
        CHECK_STR(p.type, "IfcReal");
    }
    T("a user-defined derived unit of a property is told by its parts")
    {
        p = value_in(UNITS "#9=IFCDERIVEDUNIT((#10,#11),.USERDEFINED.,'mm per second2');#10=IFCDERIVEDUNITELEMENT(#3,1);"
                     "#11=IFCDERIVEDUNITELEMENT(#12,-2);#12=IFCSIUNIT(*,.TIMEUNIT.,$,.SECOND.);", "IFCREAL(1500.),#9");
        CHECK(num(p) == 1.5);
        CHECK_STR(p.unit, "m.s-2");
    }
    T("where the unit cannot be known the number stays as it is, and the unit is null")
    {
        p = value_in(UNITS, "IFCMASSMEASURE(7.),$"); /* not assigned */
        CHECK(num(p) == 7 && p.measured && p.unit == NULL && warnings("unit_not_assigned") == 1);
        p = value_in("", "IFCLENGTHMEASURE(885.),$"); /* no assignment at all */
        CHECK(num(p) == 885 && p.measured && p.unit == NULL && warnings("no_units") == 1);
        p = value_in(UNITS, "IFCLENGTHMEASURE(885.),#4"); /* own unit is an area's */
        CHECK(num(p) == 885 && p.measured && p.unit == NULL && warnings("unit_of_other_kind") == 1);
        p = value_by("IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.SQUARE_METRE.)", "IFCLENGTHMEASURE(885.),$"); /* contradicts itself */
        CHECK(num(p) == 885 && p.measured && p.unit == NULL && warnings("unit_unknown") == 1);
        p = value_by("IFCSIUNIT(*,.LENGTHUNIT.,.NEARLY.,.METRE.)", "IFCLENGTHMEASURE(885.),$");
        CHECK(num(p) == 885 && p.unit == NULL);
        p = value_by("IFCCONTEXTDEPENDENTUNIT(#9,.LENGTHUNIT.,'BRICK')", "IFCLENGTHMEASURE(5.),$");
        CHECK(num(p) == 5 && p.unit == NULL);
        p = value_by("IFCCONVERSIONBASEDUNIT(#9,.LENGTHUNIT.,'ELL',#99)", "IFCLENGTHMEASURE(5.),$"); /* dangling */
        CHECK(num(p) == 5 && p.unit == NULL && warnings("unit_unknown") == 1);
    }
    T("units that are counted in themselves end")
    {
        p = value_by("IFCCONVERSIONBASEDUNIT($,.LENGTHUNIT.,'ELL',#8);#8=IFCMEASUREWITHUNIT(IFCLENGTHMEASURE(2.),#3)",
                     "IFCLENGTHMEASURE(5.),$");
        CHECK(num(p) == 5 && p.unit == NULL);
        p = value_by("IFCDERIVEDUNIT((#8,#8,#8,#8,#8,#8,#8,#8),.SPECIFICHEATCAPACITYUNIT.,$);#8=IFCDERIVEDUNITELEMENT(#3,1)",
                     "IFCSPECIFICHEATCAPACITYMEASURE(5.),$");
        CHECK(num(p) == 5 && p.unit == NULL);
    }
    T("money has its currency for a unit and is not converted")
    {
        p = value_by("IFCMONETARYUNIT('EUR')", "IFCMONETARYMEASURE(12.5),$");
        CHECK(num(p) == 12.5);
        CHECK_STR(p.unit, "EUR");
        p = value_in(UNITS, "IFCMONETARYMEASURE(12.5),$");
        CHECK(num(p) == 12.5 && p.unit == NULL);
    }
    T("counts, ratios and labels have no unit")
    {
        CHECK(!value_in(UNITS, "IFCCOUNTMEASURE(5),$").measured);
        CHECK(!value_in(UNITS, "IFCPOSITIVERATIOMEASURE(0.5),$").measured);
        CHECK(!value_in(UNITS, "IFCREAL(0.5),$").measured);
        CHECK(!value_in(UNITS, "IFCLABEL('F30'),$").measured);
    }
    T("the first assignment of a kind stands")
    {
        p = value_in("#2=IFCUNITASSIGNMENT((#3,#4));#3=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);"
                     "#4=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);", "IFCLENGTHMEASURE(885.),$");
        CHECK(num(p) == 0.885 && warnings("repeated_unit") == 1);
    }
    trm_ifc_release(&model);
}
