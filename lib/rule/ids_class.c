/* The entity facet: classes and their predefined types, by the names that IDS has for them. */
#include <ctype.h>
#include <string.h>

#include "ids_facet.h"

#include "../base/text.h"
#include "../schema/schema.h"

void
trm_ids_upper(char out[IDS_MAX_NAME], const char *s, size_t n)
{
    size_t len = 0;
    for (; len < n && len + 1 < IDS_MAX_NAME; len++)
        out[len] = (char)toupper((unsigned char)s[len]);
    out[len] = 0;
}

/* IFC2X3 has no IfcAirTerminal: an IfcFlowTerminal typed by an IfcAirTerminalType is one. The standard's table of such names has for
 * each the occurrence's class that IFC4 made its supertype, but for one. */
static bool
named_by_type(const struct ids_value *name, const char *class, const char *schema, const char *type_class)
{
    const struct trm_schema *s = schema ? trm_schema_find(schema, strlen(schema)) : NULL, *later = trm_schema_at(1);
    size_t n = type_class ? strlen(type_class) : 0;
    char entity[IDS_MAX_NAME];
    if (!s || strcmp(trm_schema_name(s), "IFC2X3") != 0 || n < 5 || strcmp(type_class + n - 4, "Type") != 0)
        return false;
    trm_ids_upper(entity, type_class, n - 4);
    int named = trm_schema_entity(later, entity), super = named >= 0 ? trm_schema_super(later, named) : -1;
    if (trm_schema_entity(s, entity) >= 0 || super < 0 || !trm_ids_text_matches(name, entity))
        return false;
    const char *occurrence = strcmp(entity, "IFCVIBRATIONISOLATOR") == 0 ? "IfcEquipmentElement" : trm_schema_decl_name(later, super);
    return trm_text_casecmp(occurrence, class) == 0;
}

bool
trm_ids_class_matches(const struct ids_value *name, const char *class)
{
    char entity[IDS_MAX_NAME];
    trm_ids_upper(entity, class, strlen(class));
    return trm_ids_text_matches(name, entity);
}

bool
trm_ids_is_class(const struct ids_value *name, const char *class, const char *schema, const char *type_class)
{
    return trm_ids_class_matches(name, class) || named_by_type(name, class, schema, type_class);
}

/* One predefined type against what is asked for; USERDEFINED also means the text beside it. */
bool
trm_ids_predefined_matches(const struct ids_value *v, const char *predefined, const char *user)
{
    if (!predefined)
        return false;
    if (trm_ids_text_matches(v, predefined))
        return true;
    return strcmp(predefined, "USERDEFINED") == 0 && user && trm_ids_text_matches(v, user);
}

/* What a type object means by USERDEFINED; NULL when it does not say. */
static const char *
user_text(const trm_json *attributes)
{
    static const char *const names[] = {"ElementType", "ProcessType", "ResourceType"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct trm_value v = trm_value_of(trm_json_get(attributes, names[i]));
        if (v.kind == TRM_VALUE_TEXT)
            return v.text;
    }
    return NULL;
}

/* The type object's predefined type counts where it has one, else the occurrence's. */
static bool
predefined_fits(const struct ids_value *v, const struct trm_element *e)
{
    const char *of_type = trm_ids_text_at(e->type_object, "predefined_type"), *own = e->predefined_type;
    if (of_type && strcmp(of_type, "NOTDEFINED") != 0)
        return trm_ids_predefined_matches(v, of_type, user_text(trm_json_get(e->type_object, "attributes")));
    return own && own[0] ? trm_ids_predefined_matches(v, own, e->object_type ? e->object_type : user_text(e->attributes)) : false;
}

enum trm_reason
trm_ids_entity(const struct ids_facet *f, const struct trm_element *e)
{
    if (!trm_ids_is_class(&f->name, e->class, e->schema, trm_ids_text_at(e->type_object, "class")))
        return TRM_WHY_CLASS;
    return f->predefined.given && !predefined_fits(&f->predefined, e) ? TRM_WHY_PREDEFINED : TRM_HOLDS;
}
