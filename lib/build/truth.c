/* The truth: element records as a reader of the complete file would give them, and which values the file withholds. */
#include <string.h>

#include "../rec/rec.h"
#include "model.h"

static const char *
unit_of(enum measure is)
{
    switch (is) {
    case IS_LENGTH: /* and */
    case IS_POSITIVE_LENGTH: return "m";
    case IS_AREA: return "m2";
    case IS_VOLUME: return "m3";
    case IS_THERMAL: return "W/(m2.K)";
    default: return NULL;
    }
}

static const char *
type_of(enum measure is)
{
    static const char *const name[] = {
        [IS_LABEL] = "IfcLabel",
        [IS_IDENTIFIER] = "IfcIdentifier",
        [IS_BOOL] = "IfcBoolean",
        [IS_INTEGER] = "IfcInteger",
        [IS_COUNT] = "IfcCountMeasure",
        [IS_LENGTH] = "IfcLengthMeasure",
        [IS_POSITIVE_LENGTH] = "IfcPositiveLengthMeasure",
        [IS_AREA] = "IfcAreaMeasure",
        [IS_VOLUME] = "IfcVolumeMeasure",
        [IS_THERMAL] = "IfcThermalTransmittanceMeasure",
        [IS_STATUS] = "IfcLabel",
    };
    return name[is];
}

static void
put_value(struct trm_jw *w, const struct value *v, bool from_type)
{
    trm_jw_key(w, v->name);
    trm_jw_object(w);
    trm_jw_key(w, "value");
    if (v->is == IS_STATUS)
        trm_jw_array(w), trm_jw_str(w, v->text), trm_jw_end(w);
    else if (v->text && !*v->text)
        trm_jw_null(w); /* an empty text says nothing */
    else if (v->text)
        trm_jw_str(w, v->text);
    else if (v->is == IS_BOOL)
        trm_jw_bool(w, v->num != 0);
    else
        trm_jw_num(w, v->num);
    trm_jw_kstr(w, "unit", unit_of(v->is));
    if (!v->bare)
        trm_jw_kstr(w, "type", type_of(v->is));
    if (from_type)
        trm_jw_kstr(w, "from", "type");
    trm_jw_end(w);
}

static void
put_values(struct trm_jw *w, const struct set *s, bool from_type)
{
    for (size_t i = 0; i < s->n; i++)
        put_value(w, &s->v[i], from_type);
}

/* Sets of properties (or of quantities), each with what its type adds. */
static void
put_sets(struct trm_jw *w, const struct trm_building *b, const struct element *e, bool quantities)
{
    const struct set *more = e->type >= 0 && !quantities ? b->types[e->type].set : NULL;
    trm_jw_key(w, quantities ? "qtos" : "psets");
    trm_jw_object(w);
    for (size_t i = 0; i < e->n_sets; i++) {
        const struct set *s = e->sets[i];
        if (s->quantities != quantities)
            continue;
        trm_jw_key(w, s->name);
        trm_jw_object(w);
        put_values(w, s, false);
        if (more && strcmp(more->name, s->name) == 0) {
            put_values(w, more, true);
            more = NULL;
        }
        trm_jw_end(w);
    }
    if (more) {
        trm_jw_key(w, more->name);
        trm_jw_object(w), put_values(w, more, true), trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_text_attribute(struct trm_jw *w, const char *name, const char *text, const char *type)
{
    if (!text)
        return;
    trm_jw_key(w, name);
    trm_jw_object(w), trm_jw_kstr(w, "value", text), trm_jw_kstr(w, "type", type), trm_jw_end(w);
}

static void
put_attributes(struct trm_jw *w, const struct trm_building *b, const struct element *e)
{
    bool old = b->habit.schema == SCHEMA_2X3;
    trm_jw_key(w, "attributes");
    trm_jw_object(w);
    put_text_attribute(w, "LongName", e->long_name, "IfcLabel");
    if (e->class >= CLASS_SITE && e->class <= CLASS_SPACE)
        put_text_attribute(w, "CompositionType", "ELEMENT", "IfcElementCompositionEnum");
    if (e->class == CLASS_SPACE && old)
        put_text_attribute(w, "InteriorOrExteriorSpace", e->predefined, "IfcInternalOrExternalEnum");
    if (e->class == CLASS_STAIR && old)
        put_text_attribute(w, "ShapeType", e->predefined, "IfcStairTypeEnum");
    if (e->attributes)
        put_values(w, e->attributes, false);
    if (e->class == CLASS_SITE || e->class == CLASS_STOREY)
        put_value(w,
                  &(struct value){
                      .name = e->class == CLASS_SITE ? "RefElevation" : "Elevation", .is = IS_LENGTH, .num = e->at[2]},
                  false);
    trm_jw_end(w);
}

/* IFC2X3 has predefined types of slabs, and knows the others by other names or not at all. */
static const char *
predefined_of(const struct trm_building *b, const struct element *e)
{
    return b->habit.schema != SCHEMA_2X3 || e->class == CLASS_SLAB ? e->predefined : NULL;
}

static const char *
class_of(const struct trm_building *b, const struct element *e)
{
    return e->class == CLASS_WALL && b->habit.schema == SCHEMA_2X3 ? "IfcWallStandardCase" : trm_b_class_name[e->class];
}

static const char *
type_class(const struct trm_building *b, int class)
{
    static const char *const name[N_CLASS] = {
        [CLASS_WALL] = "IfcWallType", [CLASS_SLAB] = "IfcSlabType",     [CLASS_COLUMN] = "IfcColumnType",
        [CLASS_DOOR] = "IfcDoorType", [CLASS_WINDOW] = "IfcWindowType", [CLASS_FLIGHT] = "IfcStairFlightType"};
    if (b->habit.schema == SCHEMA_2X3 && (class == CLASS_DOOR || class == CLASS_WINDOW))
        return class == CLASS_DOOR ? "IfcDoorStyle" : "IfcWindowStyle";
    return name[class];
}

static void
put_type_attributes(struct trm_jw *w, const struct trm_building *b, const struct type *t)
{
    bool door = t->class == CLASS_DOOR, old = b->habit.schema == SCHEMA_2X3;
    if (!door && t->class != CLASS_WINDOW)
        return;
    trm_jw_key(w, "attributes");
    trm_jw_object(w);
    if (old) {
        put_text_attribute(w, "OperationType", t->operation,
                           door ? "IfcDoorStyleOperationEnum" : "IfcWindowStyleOperationEnum");
        put_text_attribute(w, "ConstructionType", "NOTDEFINED",
                           door ? "IfcDoorStyleConstructionEnum" : "IfcWindowStyleConstructionEnum");
        trm_jw_key(w, "ParameterTakesPrecedence"), trm_jw_object(w), trm_jw_kbool(w, "value", false), trm_jw_end(w);
        trm_jw_key(w, "Sizeable"), trm_jw_object(w), trm_jw_kbool(w, "value", false), trm_jw_end(w);
    } else {
        put_text_attribute(w, door ? "OperationType" : "PartitioningType", t->operation,
                           door ? "IfcDoorTypeOperationEnum" : "IfcWindowTypePartitioningEnum");
    }
    trm_jw_end(w);
}

static void
put_type(struct trm_jw *w, const struct trm_building *b, const struct element *e)
{
    if (e->type < 0)
        return;
    const struct type *t = &b->types[e->type];
    bool style = b->habit.schema == SCHEMA_2X3 && (t->class == CLASS_DOOR || t->class == CLASS_WINDOW);
    trm_jw_key(w, "type_object");
    trm_jw_object(w);
    trm_jw_kstr(w, "class", type_class(b, t->class));
    trm_jw_kstr(w, "name", t->name);
    trm_jw_kstr(w, "guid", t->guid);
    trm_jw_knum(w, "step", t->step);
    if (!style)
        trm_jw_kstr(w, "predefined_type", t->predefined);
    put_type_attributes(w, b, t);
    trm_jw_end(w);
}

static void
put_materials(struct trm_jw *w, const struct trm_building *b, const struct element *e)
{
    if (e->n_layers == 0)
        return;
    trm_jw_key(w, "materials");
    trm_jw_array(w);
    for (size_t i = 0; i < e->n_layers; i++) {
        const struct layer *l = &e->layers[i];
        trm_jw_object(w);
        trm_jw_kstr(w, "name", trm_b_word(&trm_b_materials[l->mat], b->latent.lang));
        trm_jw_kstr(w, "role", l->thickness > 0 ? "layer" : "material");
        if (b->habit.schema != SCHEMA_2X3)
            trm_jw_kstr(w, "category", trm_b_material_category[l->mat]);
        if (l->thickness > 0) {
            trm_jw_key(w, "thickness");
            trm_jw_object(w), trm_jw_knum(w, "value", l->thickness), trm_jw_kstr(w, "unit", "m"), trm_jw_end(w);
        }
        trm_jw_end(w);
    }
    trm_jw_end(w);
}

static void
put_classifications(struct trm_jw *w, const struct element *e)
{
    if (!e->code)
        return;
    trm_jw_key(w, "classifications");
    trm_jw_array(w), trm_jw_object(w);
    trm_jw_kstr(w, "system", "Made-up list of parts");
    trm_jw_kstr(w, "code", e->code);
    trm_jw_end(w), trm_jw_end(w);
}

static void
put_containers(struct trm_jw *w, const struct trm_building *b, const struct element *e)
{
    if (e->parent < 0)
        return;
    const struct element *up = &b->elements[e->parent];
    for (const struct element *s = up; s->parent >= 0; s = &b->elements[s->parent])
        if (s->class == CLASS_STOREY)
            trm_jw_kstr(w, "storey", s->name);
    trm_jw_key(w, "containers");
    trm_jw_array(w);
    for (;; up = &b->elements[up->parent]) {
        trm_jw_object(w);
        trm_jw_kstr(w, "class", class_of(b, up));
        trm_jw_kstr(w, "guid", up->guid);
        trm_jw_kstr(w, "name", up->name);
        trm_jw_end(w);
        if (up->parent < 0)
            break;
    }
    trm_jw_end(w);
}

/* --- what the file withholds --- */

static void
list_fields(struct trm_jw *w, const char *set, const struct set *s, bool named)
{
    struct trm_buf field = {0};
    for (size_t i = 0; s && i < s->n; i++) {
        enum show show = s->v[i].show;
        if (show == SHOW_STATED || (show == SHOW_NAMED) != named)
            continue;
        trm_buf_reset(&field);
        trm_buf_addf(&field, "%s.%s", set, s->v[i].name);
        if (field.failed)
            w->out->failed = true;
        else
            trm_jw_str(w, field.data);
    }
    trm_buf_release(&field);
}

static void
put_fields(struct trm_jw *w, const struct element *e, const char *key, bool named)
{
    trm_jw_key(w, key);
    trm_jw_array(w);
    list_fields(w, "attribute", e->attributes, named);
    for (size_t i = 0; i < e->n_sets; i++)
        list_fields(w, e->sets[i]->name, e->sets[i], named);
    trm_jw_end(w);
}

static void
put_head(struct trm_jw *w, const struct trm_building *b, const struct element *e)
{
    static const char *const schema[] = {"IFC2X3", "IFC4", "IFC4X3"};
    struct trm_buf text = {0};
    trm_buf_addf(&text, "%s/%s", b->elements[0].guid, e->guid);
    trm_jw_kstr(w, "kind", "element");
    trm_jw_knum(w, "v", 1);
    trm_jw_kstr(w, "id", text.data);
    trm_jw_kstr(w, "guid", e->guid);
    trm_jw_kstr(w, "class", class_of(b, e));
    trm_jw_kstr(w, "name", e->name);
    trm_jw_knum(w, "step", e->step);
    trm_jw_kstr(w, "model", b->elements[0].guid);
    trm_buf_reset(&text);
    trm_buf_addf(&text, "%s.ifc", b->name);
    trm_jw_kstr(w, "file", text.data);
    trm_jw_kstr(w, "schema", schema[b->habit.schema]);
    w->out->failed |= text.failed;
    trm_buf_release(&text);
}

static void
put_element(struct trm_jw *w, const struct trm_building *b, const struct element *e)
{
    trm_jw_object(w);
    put_head(w, b, e);
    trm_jw_kstr(w, "description", e->description);
    trm_jw_kstr(w, "tag", e->tag);
    trm_jw_kstr(w, "object_type", e->object_type);
    trm_jw_kstr(w, "predefined_type", predefined_of(b, e));
    put_attributes(w, b, e);
    put_sets(w, b, e, false);
    put_sets(w, b, e, true);
    put_type(w, b, e);
    put_materials(w, b, e);
    put_classifications(w, e);
    put_containers(w, b, e);
    trm_jw_key(w, "truth");
    trm_jw_object(w);
    put_fields(w, e, "hidden", false);
    put_fields(w, e, "named", true);
    trm_jw_end(w);
    trm_jw_end(w);
}

int
trm_build_write_truth(struct trm_buf *out, const struct trm_building *b, struct trm_err *err)
{
    for (size_t i = 0; i < b->n_elements; i++) {
        struct trm_jw w = {.out = out};
        put_element(&w, b, &b->elements[i]);
        trm_buf_addc(out, '\n');
    }
    if (out->failed)
        return trm_err_set(err, TRM_SYS, "out of memory for the truth of %s", b->name);
    return 0;
}
