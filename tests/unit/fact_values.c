/* Values and elements as views, and what counts as a placeholder. */
#include "../../lib/fact/fact.h"

#include "t.h"

static trm_json *
parse(const char *text)
{
    struct trm_err err = {0};
    trm_json *v = trm_json_parse(text, strlen(text), &err);
    if (!v)
        printf("# %s\n", err.text);
    return v;
}

static const char ELEMENT[] =
    "{\"kind\":\"element\",\"v\":1,\"id\":\"M/G\",\"guid\":\"G\",\"class\":\"IfcDoor\",\"name\":\"Door 1\",\"step\":5,\"schema\":\"IFC4\","
    "\"tag\":null,\"attributes\":{\"OverallWidth\":{\"value\":0.9,\"unit\":\"m\",\"type\":\"IfcPositiveLengthMeasure\"},"
    "\"LongName\":{\"value\":null}},"
    "\"psets\":{\"Pset_DoorCommon\":{\"FireRating\":{\"value\":\"T30\",\"type\":\"IfcLabel\",\"step\":77,\"from\":\"type\"},"
    "\"Width\":{\"value\":900,\"unit\":null,\"type\":\"IfcLengthMeasure\"},\"Status\":{\"value\":[\"NEW\",\"OLD\"]},\"None\":{\"value\":[]}},"
    "\"A.B\":{\"C.D\":{\"value\":1}},\"A\":{\"B.C.D\":{\"value\":2}}},"
    "\"qtos\":{\"BaseQuantities\":{\"Width\":{\"value\":0.885,\"unit\":\"m\",\"step\":78}}},"
    "\"type_object\":{\"class\":\"IfcDoorType\",\"name\":\"T\",\"step\":9,\"attributes\":{\"OperationType\":{\"value\":\"SINGLE\"}}}}";

static int
count(void *ctx, enum trm_place place, const char *set, const char *name, const struct trm_value *v)
{
    struct trm_buf *b = ctx;
    (void)v;
    if (b->len)
        trm_buf_addc(b, ' ');
    trm_field_name(b, place, set, name);
    return 0;
}

T_MAIN {
    struct trm_err err = {0};
    trm_json *rec = parse(ELEMENT);
    struct trm_element e;
    struct trm_value v;

    T("an element record is read into a view")
    {
        CHECK(trm_element_read(&e, rec, &err) == 0);
        CHECK_STR(e.id, "M/G");
        CHECK_STR(e.class, "IfcDoor");
        CHECK_STR(e.name, "Door 1");
        CHECK(e.tag == NULL && e.description == NULL && e.step == 5);
    }
    T("values are found with kind, unit, type, step and origin")
    {
        CHECK(trm_element_find(&e, TRM_IN_PSET, "Pset_DoorCommon", "FireRating", &v) == TRM_FOUND);
        CHECK(v.kind == TRM_VALUE_TEXT && v.step == 77 && !v.unit && !v.unit_unknown);
        CHECK_STR(v.text, "T30");
        CHECK_STR(v.from, "type");
        CHECK(trm_element_find(&e, TRM_IN_QTO, "BaseQuantities", "Width", &v) == TRM_FOUND);
        CHECK(v.kind == TRM_VALUE_NUM && v.num == 0.885 && v.step == 78);
        CHECK_STR(v.unit, "m");
        CHECK(trm_element_find(&e, TRM_IN_PSET, "Pset_DoorCommon", "Width", &v) == TRM_FOUND && v.unit_unknown && !v.unit);
        CHECK(trm_element_find(&e, TRM_IN_ATTRIBUTE, NULL, "OverallWidth", &v) == TRM_FOUND && v.num == 0.9 && v.step == 5);
        CHECK(trm_element_find(&e, TRM_IN_TYPE, NULL, "Name", &v) == TRM_FOUND && v.step == 9);
        CHECK(trm_element_find(&e, TRM_IN_TYPE, NULL, "OperationType", &v) == TRM_FOUND);
    }
    T("a quantity is also found as a property, and a property as a quantity")
    {
        CHECK(trm_element_find(&e, TRM_IN_PSET, "BaseQuantities", "Width", &v) == TRM_FOUND && v.num == 0.885);
        CHECK(trm_element_find(&e, TRM_IN_QTO, "Pset_DoorCommon", "FireRating", &v) == TRM_FOUND);
    }
    T("what is not there is told apart: no set, no property, no value")
    {
        CHECK(trm_element_find(&e, TRM_IN_PSET, "Pset_Door", "FireRating", &v) == TRM_NO_SET && v.kind == TRM_VALUE_NONE);
        CHECK(trm_element_find(&e, TRM_IN_PSET, "Pset_DoorCommon", "fireRating", &v) == TRM_NO_PROPERTY);
        CHECK(trm_element_find(&e, TRM_IN_ATTRIBUTE, NULL, "LongName", &v) == TRM_FOUND && v.kind == TRM_VALUE_NULL);
        CHECK(trm_element_find(&e, TRM_IN_ATTRIBUTE, NULL, "Tag", &v) == TRM_FOUND && v.kind == TRM_VALUE_NULL);
        CHECK(trm_element_find(&e, TRM_IN_PSET, "Pset_DoorCommon", "None", &v) == TRM_FOUND && v.kind == TRM_VALUE_NULL);
    }
    T("lists are seen item by item")
    {
        struct trm_buf b = {0};
        CHECK(trm_element_find(&e, TRM_IN_PSET, "Pset_DoorCommon", "Status", &v) == TRM_FOUND && trm_value_count(&v) == 2);
        struct trm_value second = trm_value_item(&v, 1);
        CHECK(second.kind == TRM_VALUE_TEXT);
        CHECK_STR(second.text, "OLD");
        trm_value_text(&b, &v);
        CHECK_STR(b.data, "NEW, OLD");
        trm_buf_release(&b);
    }
    T("field names lead back to their values, the longest set name first")
    {
        CHECK(trm_element_field(&e, "Pset_DoorCommon.FireRating", &v) == TRM_FOUND && v.step == 77);
        CHECK(trm_element_field(&e, "attribute.OverallWidth", &v) == TRM_FOUND && v.num == 0.9);
        CHECK(trm_element_field(&e, "type_object.Name", &v) == TRM_FOUND);
        CHECK(trm_element_field(&e, "A.B.C.D", &v) == TRM_FOUND && v.num == 1);
        CHECK(trm_element_field(&e, "Pset_DoorCommon.Nothing", &v) == TRM_NO_PROPERTY);
        CHECK(trm_element_field(&e, "Nothing", &v) == TRM_NO_SET);
        CHECK(trm_element_field(&e, "", &v) == TRM_NO_SET);
    }
    T("every value is visited in the order of the record")
    {
        struct trm_buf b = {0};
        CHECK(trm_element_each(&e, count, &b) == 0);
        CHECK_STR(b.data, "attribute.Name attribute.Tag attribute.OverallWidth attribute.LongName Pset_DoorCommon.FireRating "
                          "Pset_DoorCommon.Width Pset_DoorCommon.Status Pset_DoorCommon.None A.B.C.D A.B.C.D "
                          "BaseQuantities.Width type_object.Name type_object.OperationType");
        trm_buf_release(&b);
    }
    trm_json_free(rec);

    T("records that are no elements are refused by name")
    {
        static const struct {
            const char *text, *says;
        } bad[] = {
            {"[]", "not an object"},
            {"{\"v\":1,\"id\":\"x\"}", "kind"},
            {"{\"kind\":\"element\",\"v\":99,\"id\":\"x\",\"class\":\"IfcDoor\"}", "99"},
            {"{\"kind\":\"element\",\"v\":1,\"class\":\"IfcDoor\"}", "id"},
            {"{\"kind\":\"element\",\"v\":1,\"id\":\"x\"}", "class"},
            {"{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcDoor\",\"psets\":[]}", "psets"},
            {"{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcDoor\",\"qtos\":{\"Q\":5}}", "qtos.Q"},
            {"{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcDoor\",\"name\":5}", "name"},
        };
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            trm_json *r = parse(bad[i].text);
            trm_err_reset(&err);
            CHECK(trm_element_read(&e, r, &err) == -1 && err.kind == TRM_DATA);
            CHECK(strstr(err.text, bad[i].says) != NULL);
            trm_json_free(r);
        }
    }
    T("placeholders say nothing")
    {
        static const char *const empty[] = {"", " ", "-", "--", "...", "???", "n/a", "N/A", "NA", "none", "None", "TBD", "tbc",
                                            "unknown", "Undefined", "NOTDEFINED", "not defined", "_FIRE-RATING_", "--FIRE_CODE--",
                                            "FireRating", "Fire Rating", "fire rating", "Inside door: Fire Rating",
                                            "Special wall: Fire Rating", "<rating>", "{rating}", "%RATING%", "Geen", "keine Angabe",
                                            "xxx", "\xE3\x81\xAA\xE3\x81\x97"};
        for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
            CHECK(trm_fact_placeholder(empty[i], "FireRating"));
            if (!trm_fact_placeholder(empty[i], "FireRating"))
                printf("# %s\n", empty[i]);
        }
    }
    T("the set * is the first set that holds the property")
    {
        static const char line[] = "{\"kind\":\"element\",\"v\":1,\"id\":\"x\",\"class\":\"IfcDoor\",\"qtos\":{\"A\":{\"W\":{\"value\":1}},"
                                   "\"B\":{\"H\":{\"value\":2}},\"C\":{\"H\":{\"value\":3}}},\"psets\":{\"P\":{\"T\":{\"value\":4}}}}";
        struct trm_err why = {0};
        trm_json *door = trm_json_parse(line, sizeof line - 1, &why);
        struct trm_element any;
        struct trm_value w;
        CHECK(door && trm_element_read(&any, door, &why) == 0);
        CHECK(trm_element_find(&any, TRM_IN_QTO, "*", "H", &w) == TRM_FOUND && w.num == 2);
        CHECK(trm_element_find(&any, TRM_IN_QTO, "*", "T", &w) == TRM_FOUND && w.num == 4);
        CHECK(trm_element_find(&any, TRM_IN_PSET, "*", "gone", &w) == TRM_NO_PROPERTY);
        trm_json_free(door);
    }
    T("values are no placeholders")
    {
        static const char *const full[] = {"30", "F30", "_F30_", "--F30--", "REI 60", "0", "0.5h", "Zelfsluitend", "a", "no", "nein", "Default",
                                           "Fire Rating: F30", "<30>", "X", "Fire", "\xE8\x80\x90\xE7\x81\xAB"};
        for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
            CHECK(!trm_fact_placeholder(full[i], "FireRating"));
            if (trm_fact_placeholder(full[i], "FireRating"))
                printf("# %s\n", full[i]);
        }
        CHECK(!trm_fact_placeholder("FireRating", "Name"));
        CHECK(!trm_fact_placeholder("FireRating", NULL));
    }
}
