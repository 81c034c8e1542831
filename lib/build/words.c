/* Words of the made-up exporters' users, and what stands for them in every language. */
#include "model.h"

#include <stddef.h>

const char *
trm_b_word(const struct words *w, int lang)
{
    return lang == LANG_DE ? w->de : lang == LANG_JA ? w->ja : w->en;
}

const struct words trm_b_uses[N_USE] = {
    [USE_HOME] = {"Residential", "Wohnen", "共同住宅"},  [USE_OFFICE] = {"Office", "Büro", "事務所"},
    [USE_SCHOOL] = {"School", "Schule", "学校"},         [USE_HOSPITAL] = {"Hospital", "Krankenhaus", "病院"},
    [USE_FACTORY] = {"Industrial", "Industrie", "工場"},
};

/* Occupancy groups as the International Building Code, chapter 3, letters them. */
const char *const trm_b_use_group[N_USE] = {"R-2", "B", "E", "I-2", "F-1"};

const struct words trm_b_materials[N_MAT] = {
    [MAT_CONCRETE] = {"Concrete", "Stahlbeton", "コンクリート"},
    [MAT_BRICK] = {"Brick", "Ziegel", "れんが"},
    [MAT_GYPSUM] = {"Gypsum Board", "Gipskarton", "石膏ボード"},
    [MAT_WOOD] = {"Timber", "Holz", "木"},
    [MAT_STEEL] = {"Steel", "Stahl", "鋼"},
    [MAT_ALU] = {"Aluminium", "Aluminium", "アルミ"},
    [MAT_GLASS] = {"Glass", "Glas", "ガラス"},
    [MAT_PVC] = {"PVC", "Kunststoff", "樹脂"},
    [MAT_INSULATION] = {"Insulation", "Dämmung", "断熱材"},
    [MAT_PLASTER] = {"Plaster", "Putz", "モルタル"},
};

/* IfcMaterial.Category, as its documentation suggests them (IFC4 and later). */
const char *const trm_b_material_category[N_MAT] = {
    [MAT_CONCRETE] = "concrete",     [MAT_BRICK] = "brick",     [MAT_GYPSUM] = "gypsum", [MAT_WOOD] = "wood",
    [MAT_STEEL] = "steel",           [MAT_ALU] = "aluminium",   [MAT_GLASS] = "glass",   [MAT_PVC] = "plastic",
    [MAT_INSULATION] = "insulation", [MAT_PLASTER] = "plaster",
};

const char *const trm_b_class_name[N_CLASS] = {
    [CLASS_PROJECT] = "IfcProject",
    [CLASS_SITE] = "IfcSite",
    [CLASS_BUILDING] = "IfcBuilding",
    [CLASS_STOREY] = "IfcBuildingStorey",
    [CLASS_SPACE] = "IfcSpace",
    [CLASS_WALL] = "IfcWall",
    [CLASS_SLAB] = "IfcSlab",
    [CLASS_COLUMN] = "IfcColumn",
    [CLASS_DOOR] = "IfcDoor",
    [CLASS_WINDOW] = "IfcWindow",
    [CLASS_FLIGHT] = "IfcStairFlight",
    [CLASS_STAIR] = "IfcStair",
    [CLASS_OPENING] = "IfcOpeningElement",
};
