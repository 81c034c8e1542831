/* The building as an exchange file (ISO 10303-21), in the schema, the units and the ways of its exporter.
 *
 * Argument lists follow the EXPRESS schemas IFC2X3 TC1, IFC4 ADD2 TC1 and IFC4X3 ADD2. An instance is written after
 * those it points to. */
#include "model.h"

#include <stdio.h>
#include <string.h>

#include "../base/text.h"

struct pen {
    struct trm_buf *out;
    struct trm_building *b;
    uint32_t next;
    bool first; /* no comma before the next argument */
    /* shared instances */
    uint32_t owner, context, axis, up, metre, materials[N_MAT], list; /* list: the classification */
};

/* --- arguments --- */

static uint32_t
pen_open(struct pen *p, const char *entity)
{
    trm_buf_addf(p->out, "#%u= %s(", ++p->next, entity);
    p->first = true;
    return p->next;
}

static void
pen_comma(struct pen *p)
{
    if (!p->first)
        trm_buf_addc(p->out, ',');
    p->first = false;
}

static void
pen_close(struct pen *p)
{
    trm_buf_adds(p->out, ");\r\n");
}

/* Text as it stands: $ * .T. .ENUM. #12 and lists of such. */
static void
pen_raw(struct pen *p, const char *text)
{
    pen_comma(p);
    trm_buf_adds(p->out, text);
}

static void
pen_ref(struct pen *p, uint32_t id)
{
    pen_comma(p);
    if (id)
        trm_buf_addf(p->out, "#%u", id);
    else
        trm_buf_addc(p->out, '$');
}

static void
pen_refs(struct pen *p, const uint32_t *ids, size_t n)
{
    pen_comma(p);
    trm_buf_addc(p->out, '(');
    for (size_t i = 0; i < n; i++)
        trm_buf_addf(p->out, i ? ",#%u" : "#%u", ids[i]);
    trm_buf_addc(p->out, ')');
}

static void
pen_enum(struct pen *p, const char *name)
{
    pen_comma(p);
    if (name)
        trm_buf_addf(p->out, ".%s.", name);
    else
        trm_buf_addc(p->out, '$');
}

/* A REAL has a point always: 885 is 885., 1e-05 is 1.E-05. Twelve digits: nobody measures finer, and no tails of
 * binary. */
static void
add_real(struct trm_buf *out, double x)
{
    char text[40];
    double digits = 0;
    snprintf(text, sizeof text, "%.12g", x);
    trm_text_num(text, &digits);
    trm_text_of_num(text, digits);
    char *e = strpbrk(text, "eE");
    if (e)
        *e = 0;
    trm_buf_adds(out, text);
    if (!strchr(text, '.'))
        trm_buf_addc(out, '.');
    if (e)
        trm_buf_addf(out, "E%s", e + 1);
}

static void
pen_real(struct pen *p, double x)
{
    pen_comma(p);
    add_real(p->out, x);
}

static void
close_run(struct trm_buf *out, bool *open)
{
    if (*open)
        trm_buf_adds(out, "\\X0\\");
    *open = false;
}

/* A string: quotes and backslashes doubled; beyond ASCII as \X2\ (\X4\) runs, or as it is where the exporter does
 * so. */
static void
add_string(struct pen *p, const char *s)
{
    size_t n = strlen(s), i = 0;
    bool open = false;
    trm_buf_addc(p->out, '\'');
    while (i < n) {
        size_t from = i;
        int32_t cp = trm_utf8_next(s, n, &i);
        if (cp < 0x80 || p->b->habit.raw_utf8) {
            close_run(p->out, &open);
            if (cp == '\'' || cp == '\\')
                trm_buf_addc(p->out, (char)cp);
            trm_buf_add(p->out, s + from, i - from);
        } else {
            if (!open)
                trm_buf_adds(p->out, "\\X2\\");
            open = true;
            trm_buf_addf(p->out, "%04X", (unsigned)cp);
        }
    }
    close_run(p->out, &open);
    trm_buf_addc(p->out, '\'');
}

static void
pen_text(struct pen *p, const char *s)
{
    pen_comma(p);
    if (s)
        add_string(p, s);
    else
        trm_buf_addc(p->out, '$');
}

static void
pen_nulls(struct pen *p, int n)
{
    while (n-- > 0)
        pen_raw(p, "$");
}

/* The arguments of IfcRoot. */
static uint32_t
pen_root(struct pen *p, const char *entity, const char *guid, const char *name)
{
    uint32_t id = pen_open(p, entity);
    pen_text(p, guid);
    pen_ref(p, p->owner);
    pen_text(p, name);
    pen_raw(p, "$");
    return id;
}

static uint32_t
pen_relation(struct pen *p, const char *entity)
{
    return pen_root(p, entity, trm_b_guid(p->b), NULL);
}

static double
lengths(const struct pen *p, double m)
{
    return m / p->b->habit.length_m;
}

/* --- what stands before the elements --- */

static void
write_header(struct pen *p)
{
    static const char *const schema[] = {"IFC2X3", "IFC4", "IFC4X3_ADD2"}, *const view[] = {"CoordinationView_V2.0",
                                                                                            "ReferenceView_V1.2",
                                                                                            "ReferenceView"};
    const struct trm_building *b = p->b;
    trm_buf_addf(p->out, "ISO-10303-21;\r\nHEADER;\r\nFILE_DESCRIPTION(('ViewDefinition [%s]'),'2;1');\r\n",
                 view[b->habit.schema]);
    trm_buf_addf(p->out, "FILE_NAME('%s.ifc','2024-01-01T00:00:00',(''),(''),'%s','%s 1.0','');\r\n", b->name,
                 b->habit.exporter, b->habit.exporter);
    trm_buf_addf(p->out, "FILE_SCHEMA(('%s'));\r\nENDSEC;\r\nDATA;\r\n", schema[b->habit.schema]);
}

static void
write_owner(struct pen *p)
{
    const struct trm_building *b = p->b;
    uint32_t person = pen_open(p, "IFCPERSON");
    pen_raw(p, "$"), pen_text(p, "Nobody"), pen_nulls(p, 6), pen_close(p);
    uint32_t org = pen_open(p, "IFCORGANIZATION");
    pen_raw(p, "$"), pen_text(p, "Made-up office"), pen_nulls(p, 3), pen_close(p);
    uint32_t both = pen_open(p, "IFCPERSONANDORGANIZATION");
    pen_ref(p, person), pen_ref(p, org), pen_raw(p, "$"), pen_close(p);
    uint32_t app = pen_open(p, "IFCAPPLICATION");
    pen_ref(p, org), pen_text(p, "1.0"), pen_text(p, b->habit.exporter), pen_text(p, "MADE-UP"), pen_close(p);
    p->owner = pen_open(p, "IFCOWNERHISTORY");
    pen_ref(p, both), pen_ref(p, app), pen_raw(p, "$,.ADDED.,$,$,$,1704067200"), pen_close(p);
}

static uint32_t
si_unit(struct pen *p, const char *kind, const char *prefix, const char *name)
{
    uint32_t id = pen_open(p, "IFCSIUNIT");
    pen_raw(p, "*"), pen_enum(p, kind), pen_enum(p, prefix), pen_enum(p, name), pen_close(p);
    return id;
}

/* A unit that is `factor` times another: measure is IfcLengthMeasure, IfcAreaMeasure or IfcVolumeMeasure. */
static uint32_t
conversion_unit(struct pen *p, const char *kind, const char *name, const char *measure, double factor, uint32_t of,
                int power)
{
    uint32_t dims = pen_open(p, "IFCDIMENSIONALEXPONENTS");
    trm_buf_addf(p->out, "%d,0,0,0,0,0,0", power), pen_close(p);
    uint32_t with = pen_open(p, "IFCMEASUREWITHUNIT");
    trm_buf_addf(p->out, "%s(", measure);
    add_real(p->out, factor);
    trm_buf_addf(p->out, "),#%u", of), pen_close(p);
    uint32_t id = pen_open(p, "IFCCONVERSIONBASEDUNIT");
    pen_ref(p, dims), pen_enum(p, kind), pen_text(p, name), pen_ref(p, with), pen_close(p);
    return id;
}

/* W/(m2 K) = kg / (s3 K) */
static uint32_t
transmittance_unit(struct pen *p)
{
    const uint32_t of[3] = {si_unit(p, "MASSUNIT", "KILO", "GRAM"), si_unit(p, "TIMEUNIT", NULL, "SECOND"),
                            si_unit(p, "THERMODYNAMICTEMPERATUREUNIT", NULL, "KELVIN")};
    static const int power[3] = {1, -3, -1};
    uint32_t parts[3];
    for (int i = 0; i < 3; i++) {
        parts[i] = pen_open(p, "IFCDERIVEDUNITELEMENT");
        trm_buf_addf(p->out, "#%u,%d", of[i], power[i]), pen_close(p);
    }
    uint32_t id = pen_open(p, "IFCDERIVEDUNIT");
    pen_refs(p, parts, 3), pen_enum(p, "THERMALTRANSMITTANCEUNIT"), pen_raw(p, "$");
    pen_nulls(p, p->b->habit.schema == SCHEMA_4X3), pen_close(p);
    return id;
}

static uint32_t
write_units(struct pen *p)
{
    const struct habit *h = &p->b->habit;
    uint32_t u[5], m = si_unit(p, "LENGTHUNIT", h->size != SIZE_INCH && h->length_m < 1 ? "MILLI" : NULL, "METRE");
    uint32_t m2 = si_unit(p, "AREAUNIT", NULL, "SQUARE_METRE"), m3 = si_unit(p, "VOLUMEUNIT", NULL, "CUBIC_METRE");
    u[0] = m, u[1] = m2, u[2] = m3;
    if (h->size == SIZE_INCH) {
        u[0] = conversion_unit(p, "LENGTHUNIT", "INCH", "IFCLENGTHMEASURE", h->length_m, m, 1);
        u[1] = conversion_unit(p, "AREAUNIT", "SQUARE FOOT", "IFCAREAMEASURE", h->area_m2, m2, 2);
        u[2] = conversion_unit(p, "VOLUMEUNIT", "CUBIC FOOT", "IFCVOLUMEMEASURE", h->volume_m3, m3, 3);
    }
    u[3] = si_unit(p, "PLANEANGLEUNIT", NULL, "RADIAN");
    u[4] = transmittance_unit(p);
    uint32_t id = pen_open(p, "IFCUNITASSIGNMENT");
    pen_refs(p, u, 5), pen_close(p);
    return id;
}

static uint32_t
point(struct pen *p, const double *x, size_t n)
{
    uint32_t id = pen_open(p, "IFCCARTESIANPOINT");
    trm_buf_addc(p->out, '(');
    for (size_t i = 0; i < n; i++) {
        if (i)
            trm_buf_addc(p->out, ',');
        add_real(p->out, lengths(p, x[i]));
    }
    trm_buf_addc(p->out, ')');
    pen_close(p);
    return id;
}

static uint32_t
axes(struct pen *p, const double at[3])
{
    uint32_t o = point(p, at, 3), id = pen_open(p, "IFCAXIS2PLACEMENT3D");
    pen_ref(p, o), pen_nulls(p, 2), pen_close(p);
    return id;
}

static uint32_t
write_context(struct pen *p)
{
    p->up = pen_open(p, "IFCDIRECTION");
    trm_buf_adds(p->out, "(0.,0.,1.)"), pen_close(p);
    p->axis = axes(p, (double[]){0, 0, 0});
    uint32_t id = pen_open(p, "IFCGEOMETRICREPRESENTATIONCONTEXT");
    pen_raw(p, "$,'Model',3,1.E-05"), pen_ref(p, p->axis), pen_raw(p, "$"), pen_close(p);
    p->context = pen_open(p, "IFCGEOMETRICREPRESENTATIONSUBCONTEXT");
    pen_raw(p, "'Body','Model',*,*,*,*"), pen_ref(p, id), pen_raw(p, "$,.MODEL_VIEW.,$"), pen_close(p);
    return id;
}

/* --- geometry --- */

static uint32_t
placement(struct pen *p, uint32_t relative_to, const double at[3])
{
    uint32_t a = axes(p, at), id = pen_open(p, "IFCLOCALPLACEMENT");
    pen_ref(p, relative_to), pen_ref(p, a), pen_close(p);
    return id;
}

/* A box that stands on its placement, its corner there; 0 when there is none. */
static uint32_t
shape(struct pen *p, const double box[3])
{
    if (!(box[0] > 0 && box[1] > 0 && box[2] > 0))
        return 0;
    uint32_t o = point(p, (double[]){box[0] / 2, box[1] / 2}, 2), a = pen_open(p, "IFCAXIS2PLACEMENT2D");
    pen_ref(p, o), pen_raw(p, "$"), pen_close(p);
    uint32_t profile = pen_open(p, "IFCRECTANGLEPROFILEDEF");
    pen_raw(p, ".AREA.,$"), pen_ref(p, a), pen_real(p, lengths(p, box[0])), pen_real(p, lengths(p, box[1])),
        pen_close(p);
    uint32_t solid = pen_open(p, "IFCEXTRUDEDAREASOLID");
    pen_ref(p, profile), pen_ref(p, p->axis), pen_ref(p, p->up), pen_real(p, lengths(p, box[2])), pen_close(p);
    uint32_t rep = pen_open(p, "IFCSHAPEREPRESENTATION");
    pen_ref(p, p->context), pen_raw(p, "'Body','SweptSolid'"), pen_refs(p, &solid, 1), pen_close(p);
    uint32_t id = pen_open(p, "IFCPRODUCTDEFINITIONSHAPE");
    pen_nulls(p, 2), pen_refs(p, &rep, 1), pen_close(p);
    return id;
}

/* --- elements --- */

static const struct value *
attribute(const struct element *e, const char *name)
{
    for (size_t i = 0; e->attributes && i < e->attributes->n; i++)
        if (strcmp(e->attributes->v[i].name, name) == 0 && e->attributes->v[i].show == SHOW_STATED)
            return &e->attributes->v[i];
    return NULL;
}

static void
pen_length_attribute(struct pen *p, const struct element *e, const char *name)
{
    const struct value *v = attribute(e, name);
    if (v)
        pen_real(p, lengths(p, v->num));
    else
        pen_raw(p, "$");
}

static void
pen_int_attribute(struct pen *p, const struct element *e, const char *name)
{
    const struct value *v = attribute(e, name);
    pen_comma(p);
    if (v)
        trm_buf_addf(p->out, "%.0f", v->num);
    else
        trm_buf_addc(p->out, '$');
}

/* Behind Tag of the IfcElements, and behind Representation of the others. */
static void
pen_own_arguments(struct pen *p, const struct element *e)
{
    bool old = p->b->habit.schema == SCHEMA_2X3;
    switch (e->class) {
    case CLASS_SITE: pen_raw(p, "$,.ELEMENT.,$,$,0.,$,$"); break;
    case CLASS_BUILDING: pen_raw(p, "$,.ELEMENT.,$,$,$"); break;
    case CLASS_STOREY: pen_raw(p, "$,.ELEMENT."), pen_real(p, lengths(p, e->at[2])); break;
    case CLASS_SPACE:
        pen_text(p, e->long_name), pen_raw(p, ".ELEMENT."), pen_enum(p, e->predefined), pen_raw(p, "$");
        break;
    case CLASS_DOOR: /* and */
    case CLASS_WINDOW:
        pen_length_attribute(p, e, "OverallHeight"), pen_length_attribute(p, e, "OverallWidth");
        if (!old)
            pen_enum(p, e->predefined), pen_nulls(p, 2);
        break;
    case CLASS_FLIGHT:
        pen_int_attribute(p, e, old ? "NumberOfRiser" : "NumberOfRisers"), pen_int_attribute(p, e, "NumberOfTreads");
        pen_length_attribute(p, e, "RiserHeight"), pen_length_attribute(p, e, "TreadLength");
        if (!old)
            pen_enum(p, e->predefined);
        break;
    case CLASS_SLAB: /* and */
    case CLASS_STAIR: pen_enum(p, e->predefined); break;
    default:
        if (!old)
            pen_raw(p, "$");
    }
}

static const char *
entity_of(const struct pen *p, const struct element *e)
{
    static const char *const entity[N_CLASS] = {
        [CLASS_SITE] = "IFCSITE",          [CLASS_BUILDING] = "IFCBUILDING", [CLASS_STOREY] = "IFCBUILDINGSTOREY",
        [CLASS_SPACE] = "IFCSPACE",        [CLASS_WALL] = "IFCWALL",         [CLASS_SLAB] = "IFCSLAB",
        [CLASS_COLUMN] = "IFCCOLUMN",      [CLASS_DOOR] = "IFCDOOR",         [CLASS_WINDOW] = "IFCWINDOW",
        [CLASS_FLIGHT] = "IFCSTAIRFLIGHT", [CLASS_STAIR] = "IFCSTAIR",       [CLASS_OPENING] = "IFCOPENINGELEMENT"};
    return e->class == CLASS_WALL && p->b->habit.schema == SCHEMA_2X3 ? "IFCWALLSTANDARDCASE" : entity[e->class];
}

static bool
is_spatial(int class)
{
    return class <= CLASS_SPACE;
}

/* Placement of what the element stands in: a door stands in its opening, an element in its storey. */
static uint32_t
placement_of_parent(const struct pen *p, const struct element *e)
{
    const struct element *all = p->b->elements;
    return e->fills >= 0 && all[e->fills].placement ? all[e->fills].placement
           : e->parent >= 0                         ? all[e->parent].placement
                                                    : 0;
}

static void
write_element(struct pen *p, struct element *e)
{
    static const double here[3] = {0};
    bool in_opening = e->fills >= 0;
    e->placement = placement(p, placement_of_parent(p, e), in_opening ? here : e->at);
    uint32_t body = shape(p, e->box);
    e->step = pen_open(p, entity_of(p, e));
    pen_text(p, e->guid), pen_ref(p, p->owner), pen_text(p, e->name), pen_text(p, e->description);
    pen_text(p, e->object_type), pen_ref(p, e->placement), pen_ref(p, body);
    if (!is_spatial(e->class))
        pen_text(p, e->tag);
    pen_own_arguments(p, e);
    pen_close(p);
}

static void
write_project(struct pen *p, struct element *e, uint32_t context, uint32_t units)
{
    e->step = pen_root(p, "IFCPROJECT", e->guid, e->name);
    pen_nulls(p, 3), pen_refs(p, &context, 1), pen_ref(p, units), pen_close(p);
}

/* --- property sets and quantities --- */

static void
pen_value(struct pen *p, const struct value *v)
{
    const struct habit *h = &p->b->habit;
    const char *text = v->show == SHOW_PLACEHOLDER ? h->placeholder : v->text;
    pen_comma(p);
    switch (v->is) {
    case IS_LABEL: trm_buf_adds(p->out, "IFCLABEL("), add_string(p, text); break;
    case IS_IDENTIFIER: trm_buf_adds(p->out, "IFCIDENTIFIER("), add_string(p, text); break;
    case IS_BOOL: trm_buf_addf(p->out, "IFCBOOLEAN(.%c.", v->num ? 'T' : 'F'); break;
    case IS_INTEGER: trm_buf_addf(p->out, "IFCINTEGER(%.0f", v->num); break;
    case IS_COUNT: trm_buf_addf(p->out, "IFCCOUNTMEASURE(%.0f", v->num); break;
    case IS_POSITIVE_LENGTH:
        trm_buf_adds(p->out, "IFCPOSITIVELENGTHMEASURE("), add_real(p->out, lengths(p, v->num));
        break;
    case IS_LENGTH: trm_buf_adds(p->out, "IFCLENGTHMEASURE("), add_real(p->out, lengths(p, v->num)); break;
    case IS_AREA: trm_buf_adds(p->out, "IFCAREAMEASURE("), add_real(p->out, v->num / h->area_m2); break;
    case IS_VOLUME: trm_buf_adds(p->out, "IFCVOLUMEMEASURE("), add_real(p->out, v->num / h->volume_m3); break;
    case IS_THERMAL: trm_buf_adds(p->out, "IFCTHERMALTRANSMITTANCEMEASURE("), add_real(p->out, v->num); break;
    case IS_STATUS: trm_buf_adds(p->out, "(IFCLABEL("), add_string(p, text), trm_buf_addc(p->out, ')'); break;
    }
    trm_buf_addc(p->out, ')');
}

static uint32_t
write_property(struct pen *p, const struct value *v)
{
    uint32_t id = pen_open(p, v->is == IS_STATUS ? "IFCPROPERTYENUMERATEDVALUE" : "IFCPROPERTYSINGLEVALUE");
    pen_text(p, v->name), pen_raw(p, "$"), pen_value(p, v), pen_raw(p, "$"), pen_close(p);
    return id;
}

static uint32_t
write_quantity(struct pen *p, const struct value *v)
{
    const struct habit *h = &p->b->habit;
    double unit = v->is == IS_AREA ? h->area_m2 : v->is == IS_VOLUME ? h->volume_m3 : h->length_m;
    uint32_t id = pen_open(p, v->is == IS_AREA     ? "IFCQUANTITYAREA"
                              : v->is == IS_VOLUME ? "IFCQUANTITYVOLUME"
                                                   : "IFCQUANTITYLENGTH");
    pen_text(p, v->name), pen_nulls(p, 2), pen_real(p, v->num / unit), pen_nulls(p, h->schema != SCHEMA_2X3),
        pen_close(p);
    return id;
}

/* The set with what the file may hold of it; 0 when that is nothing. */
static uint32_t
write_set(struct pen *p, const struct set *s)
{
    uint32_t parts[VALUES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].show == SHOW_STATED || s->v[i].show == SHOW_PLACEHOLDER)
            parts[n++] = s->quantities ? write_quantity(p, &s->v[i]) : write_property(p, &s->v[i]);
    if (n == 0)
        return 0;
    uint32_t id = pen_root(p, s->quantities ? "IFCELEMENTQUANTITY" : "IFCPROPERTYSET", trm_b_guid(p->b), s->name);
    pen_nulls(p, s->quantities), pen_refs(p, parts, n), pen_close(p);
    return id;
}

static void
write_sets(struct pen *p, const struct element *e)
{
    for (size_t i = 0; i < e->n_sets; i++) {
        uint32_t set = write_set(p, e->sets[i]);
        if (!set)
            continue;
        pen_relation(p, "IFCRELDEFINESBYPROPERTIES");
        pen_refs(p, &e->step, 1), pen_ref(p, set), pen_close(p);
    }
}

/* --- types --- */

static const char *
type_entity(const struct pen *p, int class)
{
    static const char *const entity[N_CLASS] = {
        [CLASS_WALL] = "IFCWALLTYPE", [CLASS_SLAB] = "IFCSLABTYPE",     [CLASS_COLUMN] = "IFCCOLUMNTYPE",
        [CLASS_DOOR] = "IFCDOORTYPE", [CLASS_WINDOW] = "IFCWINDOWTYPE", [CLASS_FLIGHT] = "IFCSTAIRFLIGHTTYPE"};
    if (p->b->habit.schema == SCHEMA_2X3 && class == CLASS_DOOR)
        return "IFCDOORSTYLE";
    if (p->b->habit.schema == SCHEMA_2X3 && class == CLASS_WINDOW)
        return "IFCWINDOWSTYLE";
    return entity[class];
}

static void
pen_type_arguments(struct pen *p, const struct type *t)
{
    bool filling = t->class == CLASS_DOOR || t->class == CLASS_WINDOW;
    if (filling && p->b->habit.schema == SCHEMA_2X3) {
        /* a door style names operation before construction, a window style construction before operation */
        pen_enum(p, t->class == CLASS_DOOR ? t->operation : "NOTDEFINED");
        pen_enum(p, t->class == CLASS_DOOR ? "NOTDEFINED" : t->operation);
        pen_raw(p, ".F.,.F.");
        return;
    }
    pen_raw(p, "$"), pen_enum(p, t->predefined);
    if (filling)
        pen_enum(p, t->operation), pen_raw(p, "$,$");
}

static void
write_type(struct pen *p, size_t index)
{
    struct type *t = &p->b->types[index];
    uint32_t set = t->set ? write_set(p, t->set) : 0;
    t->step = pen_root(p, type_entity(p, t->class), t->guid, t->name);
    pen_raw(p, "$");
    if (set)
        pen_refs(p, &set, 1);
    else
        pen_raw(p, "$");
    pen_nulls(p, 2), pen_type_arguments(p, t), pen_close(p);
}

/* Room for the STEP numbers of all elements, in the arena; NULL when memory is out. */
static uint32_t *
room_for_all(struct trm_building *b)
{
    uint32_t *ids = trm_arena_calloc(b->mem, b->n_elements + 1, sizeof *ids);
    if (!ids)
        b->out_of_memory = true;
    return ids;
}

/* Elements that pass `fits`, in order, into ids; their number. */
static size_t
gather(uint32_t *ids, const struct trm_building *b, bool (*fits)(const struct element *e, long key), long key)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_elements; i++)
        if (fits(&b->elements[i], key))
            ids[n++] = b->elements[i].step;
    return n;
}

static bool
is_of_type(const struct element *e, long type)
{
    return e->type == type;
}

static void
write_types(struct pen *p)
{
    struct trm_building *b = p->b;
    uint32_t *ids = room_for_all(b);
    for (size_t t = 0; ids && t < b->n_types; t++) {
        size_t n = gather(ids, b, is_of_type, (long)t);
        write_type(p, t);
        pen_relation(p, "IFCRELDEFINESBYTYPE");
        pen_refs(p, ids, n), pen_ref(p, b->types[t].step), pen_close(p);
    }
}

/* --- materials and classifications --- */

static uint32_t
material(struct pen *p, int mat)
{
    if (p->materials[mat])
        return p->materials[mat];
    p->materials[mat] = pen_open(p, "IFCMATERIAL");
    pen_text(p, trm_b_word(&trm_b_materials[mat], p->b->latent.lang));
    if (p->b->habit.schema != SCHEMA_2X3)
        pen_raw(p, "$"), pen_text(p, trm_b_material_category[mat]);
    pen_close(p);
    return p->materials[mat];
}

static uint32_t
layer_usage(struct pen *p, const struct element *e)
{
    bool old = p->b->habit.schema == SCHEMA_2X3;
    uint32_t layers[LAYERS_MAX];
    for (size_t i = 0; i < e->n_layers; i++) {
        uint32_t m = material(p, e->layers[i].mat);
        layers[i] = pen_open(p, "IFCMATERIALLAYER");
        pen_ref(p, m), pen_real(p, lengths(p, e->layers[i].thickness)), pen_raw(p, "$"), pen_nulls(p, old ? 0 : 4),
            pen_close(p);
    }
    uint32_t set = pen_open(p, "IFCMATERIALLAYERSET");
    pen_refs(p, layers, e->n_layers), pen_raw(p, "$"), pen_nulls(p, !old), pen_close(p);
    uint32_t id = pen_open(p, "IFCMATERIALLAYERSETUSAGE");
    pen_ref(p, set), pen_enum(p, e->class == CLASS_WALL ? "AXIS2" : "AXIS3"), pen_raw(p, ".POSITIVE.,0."),
        pen_nulls(p, !old);
    pen_close(p);
    return id;
}

static void
write_material(struct pen *p, const struct element *e)
{
    if (e->n_layers == 0)
        return;
    uint32_t m = e->layers[0].thickness > 0 ? layer_usage(p, e) : material(p, e->layers[0].mat);
    pen_relation(p, "IFCRELASSOCIATESMATERIAL");
    pen_refs(p, &e->step, 1), pen_ref(p, m), pen_close(p);
}

static void
write_classification(struct pen *p, const struct element *e)
{
    bool old = p->b->habit.schema == SCHEMA_2X3;
    if (!e->code)
        return;
    if (!p->list) {
        p->list = pen_open(p, "IFCCLASSIFICATION");
        pen_raw(p, "'Nobody','1',$,'Made-up list of parts'"), pen_nulls(p, old ? 0 : 3), pen_close(p);
    }
    uint32_t ref = pen_open(p, "IFCCLASSIFICATIONREFERENCE");
    pen_raw(p, "$"), pen_text(p, e->code), pen_raw(p, "$"), pen_ref(p, p->list), pen_nulls(p, old ? 0 : 2),
        pen_close(p);
    pen_relation(p, "IFCRELASSOCIATESCLASSIFICATION");
    pen_refs(p, &e->step, 1), pen_ref(p, ref), pen_close(p);
}

/* --- who stands in whom --- */

static bool
is_part(const struct element *e, long whole)
{
    return e->parent == whole && (is_spatial(e->class) || e->class == CLASS_FLIGHT);
}

static bool
is_contained(const struct element *e, long storey)
{
    return e->parent == storey && e->class > CLASS_SPACE && e->class != CLASS_FLIGHT && e->class != CLASS_OPENING;
}

static void
write_tree(struct pen *p)
{
    struct trm_building *b = p->b;
    uint32_t *ids = room_for_all(b);
    for (size_t i = 0; ids && i < b->n_elements; i++) {
        const struct element *e = &b->elements[i];
        if (e->class >= CLASS_SPACE && e->class != CLASS_STAIR)
            continue;
        size_t n = gather(ids, b, is_part, (long)i);
        if (n) {
            pen_relation(p, "IFCRELAGGREGATES");
            pen_ref(p, e->step), pen_refs(p, ids, n), pen_close(p);
        }
        n = e->class == CLASS_STOREY ? gather(ids, b, is_contained, (long)i) : 0;
        if (n) {
            pen_relation(p, "IFCRELCONTAINEDINSPATIALSTRUCTURE");
            pen_refs(p, ids, n), pen_ref(p, e->step), pen_close(p);
        }
    }
}

static void
write_openings(struct pen *p)
{
    struct trm_building *b = p->b;
    for (size_t i = 0; i < b->n_elements; i++) {
        const struct element *e = &b->elements[i];
        if (e->fills < 0)
            continue;
        const struct element *o = &b->elements[e->fills];
        pen_relation(p, "IFCRELVOIDSELEMENT");
        pen_ref(p, b->elements[o->parent].step), pen_ref(p, o->step), pen_close(p);
        pen_relation(p, "IFCRELFILLSELEMENT");
        pen_ref(p, o->step), pen_ref(p, e->step), pen_close(p);
    }
}

/* Openings stand at the end of the array and are written before what fills them, whose placement hangs on theirs. */
static void
write_elements(struct pen *p)
{
    struct trm_building *b = p->b;
    for (size_t i = 1; i < b->n_elements; i++)
        if (b->elements[i].class != CLASS_OPENING && b->elements[i].fills < 0)
            write_element(p, &b->elements[i]);
    for (size_t i = 1; i < b->n_elements; i++)
        if (b->elements[i].class == CLASS_OPENING)
            write_element(p, &b->elements[i]);
    for (size_t i = 1; i < b->n_elements; i++)
        if (b->elements[i].fills >= 0)
            write_element(p, &b->elements[i]);
}

int
trm_build_write_ifc(struct trm_buf *out, struct trm_building *b, struct trm_err *err)
{
    struct pen p = {.out = out, .b = b};
    size_t n_guids = b->n_guids; /* written twice, a building names its relations alike */
    write_header(&p);
    if (b->habit.schema != SCHEMA_4X3)
        write_owner(&p); /* mandatory in IFC2X3 only; the newest exporters leave it out */
    uint32_t units = write_units(&p), context = write_context(&p);
    write_project(&p, &b->elements[0], context, units);
    write_elements(&p);
    for (size_t i = 0; i < b->n_elements; i++) {
        write_sets(&p, &b->elements[i]);
        write_material(&p, &b->elements[i]);
        write_classification(&p, &b->elements[i]);
    }
    write_types(&p);
    write_tree(&p);
    write_openings(&p);
    trm_buf_adds(out, "ENDSEC;\r\nEND-ISO-10303-21;\r\n");
    b->n_guids = n_guids;
    if (out->failed || b->out_of_memory)
        return trm_err_set(err, TRM_SYS, "out of memory for the file of %s", b->name);
    return 0;
}
