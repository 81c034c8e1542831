/* Which measure is assigned which kind of unit, and what that is in SI.
 *
 * From the EXPRESS comments of IfcMeasureResource and the dimensions IfcDimensionsForSiUnit and IfcDeriveDimensionalExponents
 * give; the same in IFC2X3, IFC4 and IFC4X3. */
#include "../base/text.h"
#include "schema.h"

/* Sorted by name, upper case first; searched in order of the ASCII case-insensitive compare. */
static const struct trm_measure measures[] = {
    {"IfcAbsorbedDoseMeasure", "ABSORBEDDOSEUNIT", "Gy"},
    {"IfcAccelerationMeasure", "ACCELERATIONUNIT", "m/s2"},
    {"IfcAmountOfSubstanceMeasure", "AMOUNTOFSUBSTANCEUNIT", "mol"},
    {"IfcAngularVelocityMeasure", "ANGULARVELOCITYUNIT", "rad/s"},
    {"IfcAreaDensityMeasure", "AREADENSITYUNIT", "kg/m2"},
    {"IfcAreaMeasure", "AREAUNIT", "m2"},
    {"IfcCurvatureMeasure", "CURVATUREUNIT", "rad/m"},
    {"IfcDoseEquivalentMeasure", "DOSEEQUIVALENTUNIT", "Sv"},
    {"IfcDynamicViscosityMeasure", "DYNAMICVISCOSITYUNIT", "Pa.s"},
    {"IfcElectricCapacitanceMeasure", "ELECTRICCAPACITANCEUNIT", "F"},
    {"IfcElectricChargeMeasure", "ELECTRICCHARGEUNIT", "C"},
    {"IfcElectricConductanceMeasure", "ELECTRICCONDUCTANCEUNIT", "S"},
    {"IfcElectricCurrentMeasure", "ELECTRICCURRENTUNIT", "A"},
    {"IfcElectricResistanceMeasure", "ELECTRICRESISTANCEUNIT", "Ohm"},
    {"IfcElectricVoltageMeasure", "ELECTRICVOLTAGEUNIT", "V"},
    {"IfcEnergyMeasure", "ENERGYUNIT", "J"},
    {"IfcForceMeasure", "FORCEUNIT", "N"},
    {"IfcFrequencyMeasure", "FREQUENCYUNIT", "Hz"},
    {"IfcHeatFluxDensityMeasure", "HEATFLUXDENSITYUNIT", "W/m2"},
    {"IfcHeatingValueMeasure", "HEATINGVALUEUNIT", "J/kg"},
    {"IfcIlluminanceMeasure", "ILLUMINANCEUNIT", "lx"},
    {"IfcInductanceMeasure", "INDUCTANCEUNIT", "H"},
    {"IfcIntegerCountRateMeasure", "INTEGERCOUNTRATEUNIT", "1/s"},
    {"IfcIonConcentrationMeasure", "IONCONCENTRATIONUNIT", "kg/m3"},
    {"IfcIsothermalMoistureCapacityMeasure", "ISOTHERMALMOISTURECAPACITYUNIT", "m3/kg"},
    {"IfcKinematicViscosityMeasure", "KINEMATICVISCOSITYUNIT", "m2/s"},
    {"IfcLengthMeasure", "LENGTHUNIT", "m"},
    {"IfcLinearForceMeasure", "LINEARFORCEUNIT", "N/m"},
    {"IfcLinearMomentMeasure", "LINEARMOMENTUNIT", "N.m/m"},
    {"IfcLinearStiffnessMeasure", "LINEARSTIFFNESSUNIT", "N/m"},
    {"IfcLinearVelocityMeasure", "LINEARVELOCITYUNIT", "m/s"},
    {"IfcLuminousFluxMeasure", "LUMINOUSFLUXUNIT", "lm"},
    {"IfcLuminousIntensityDistributionMeasure", "LUMINOUSINTENSITYDISTRIBUTIONUNIT", "cd/lm"},
    {"IfcLuminousIntensityMeasure", "LUMINOUSINTENSITYUNIT", "cd"},
    {"IfcMagneticFluxDensityMeasure", "MAGNETICFLUXDENSITYUNIT", "T"},
    {"IfcMagneticFluxMeasure", "MAGNETICFLUXUNIT", "Wb"},
    {"IfcMassDensityMeasure", "MASSDENSITYUNIT", "kg/m3"},
    {"IfcMassFlowRateMeasure", "MASSFLOWRATEUNIT", "kg/s"},
    {"IfcMassMeasure", "MASSUNIT", "kg"},
    {"IfcMassPerLengthMeasure", "MASSPERLENGTHUNIT", "kg/m"},
    {"IfcModulusOfElasticityMeasure", "MODULUSOFELASTICITYUNIT", "Pa"},
    {"IfcModulusOfLinearSubgradeReactionMeasure", "MODULUSOFLINEARSUBGRADEREACTIONUNIT", "N/m2"},
    {"IfcModulusOfRotationalSubgradeReactionMeasure", "MODULUSOFROTATIONALSUBGRADEREACTIONUNIT", "N.m/(m.rad)"},
    {"IfcModulusOfSubgradeReactionMeasure", "MODULUSOFSUBGRADEREACTIONUNIT", "N/m3"},
    {"IfcMoistureDiffusivityMeasure", "MOISTUREDIFFUSIVITYUNIT", "m3/s"},
    {"IfcMolecularWeightMeasure", "MOLECULARWEIGHTUNIT", "kg/mol"},
    {"IfcMomentOfInertiaMeasure", "MOMENTOFINERTIAUNIT", "m4"},
    {"IfcMonetaryMeasure", "MONETARYUNIT", NULL},
    {"IfcNonNegativeLengthMeasure", "LENGTHUNIT", "m"},
    {"IfcPlanarForceMeasure", "PLANARFORCEUNIT", "N/m2"},
    {"IfcPlaneAngleMeasure", "PLANEANGLEUNIT", "rad"},
    {"IfcPositiveLengthMeasure", "LENGTHUNIT", "m"},
    {"IfcPositivePlaneAngleMeasure", "PLANEANGLEUNIT", "rad"},
    {"IfcPowerMeasure", "POWERUNIT", "W"},
    {"IfcPressureMeasure", "PRESSUREUNIT", "Pa"},
    {"IfcRadioActivityMeasure", "RADIOACTIVITYUNIT", "Bq"},
    {"IfcRotationalFrequencyMeasure", "ROTATIONALFREQUENCYUNIT", "1/s"},
    {"IfcRotationalMassMeasure", "ROTATIONALMASSUNIT", "kg.m2"},
    {"IfcRotationalStiffnessMeasure", "ROTATIONALSTIFFNESSUNIT", "N.m/rad"},
    {"IfcSectionModulusMeasure", "SECTIONMODULUSUNIT", "m3"},
    {"IfcSectionalAreaIntegralMeasure", "SECTIONAREAINTEGRALUNIT", "m5"},
    {"IfcShearModulusMeasure", "SHEARMODULUSUNIT", "Pa"},
    {"IfcSolidAngleMeasure", "SOLIDANGLEUNIT", "sr"},
    {"IfcSoundPowerLevelMeasure", "SOUNDPOWERLEVELUNIT", "dB"},
    {"IfcSoundPowerMeasure", "SOUNDPOWERUNIT", "W"},
    {"IfcSoundPressureLevelMeasure", "SOUNDPRESSURELEVELUNIT", "dB"},
    {"IfcSoundPressureMeasure", "SOUNDPRESSUREUNIT", "Pa"},
    {"IfcSpecificHeatCapacityMeasure", "SPECIFICHEATCAPACITYUNIT", "J/(kg.K)"},
    {"IfcTemperatureGradientMeasure", "TEMPERATUREGRADIENTUNIT", "K/m"},
    {"IfcTemperatureRateOfChangeMeasure", "TEMPERATURERATEOFCHANGEUNIT", "K/s"},
    {"IfcThermalAdmittanceMeasure", "THERMALADMITTANCEUNIT", "W/(m2.K)"},
    {"IfcThermalConductivityMeasure", "THERMALCONDUCTANCEUNIT", "W/(m.K)"},
    {"IfcThermalExpansionCoefficientMeasure", "THERMALEXPANSIONCOEFFICIENTUNIT", "1/K"},
    {"IfcThermalResistanceMeasure", "THERMALRESISTANCEUNIT", "m2.K/W"},
    {"IfcThermalTransmittanceMeasure", "THERMALTRANSMITTANCEUNIT", "W/(m2.K)"},
    {"IfcThermodynamicTemperatureMeasure", "THERMODYNAMICTEMPERATUREUNIT", "K"},
    {"IfcTimeMeasure", "TIMEUNIT", "s"},
    {"IfcTorqueMeasure", "TORQUEUNIT", "N.m"},
    {"IfcVaporPermeabilityMeasure", "VAPORPERMEABILITYUNIT", "kg/(s.m.Pa)"},
    {"IfcVolumeMeasure", "VOLUMEUNIT", "m3"},
    {"IfcVolumetricFlowRateMeasure", "VOLUMETRICFLOWRATEUNIT", "m3/s"},
    {"IfcWarpingConstantMeasure", "WARPINGCONSTANTUNIT", "m6"},
    {"IfcWarpingMomentMeasure", "WARPINGMOMENTUNIT", "N.m2"},
};
enum { N_MEASURES = sizeof measures / sizeof measures[0] };

const struct trm_measure *
trm_measure_find(const char *type)
{
    int lo = 0, hi = N_MEASURES;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        int d = trm_text_casecmp(type, measures[mid].name);
        if (d == 0)
            return &measures[mid];
        if (d < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const char *
trm_measure_si(const char *kind)
{
    for (int i = 0; i < N_MEASURES; i++)
        if (trm_text_casecmp(kind, measures[i].kind) == 0)
            return measures[i].si;
    return NULL;
}

const char *
trm_measure_kind(const char *kind)
{
    for (int i = 0; i < N_MEASURES; i++)
        if (trm_text_casecmp(kind, measures[i].kind) == 0)
            return measures[i].kind;
    return NULL;
}
