/* Reading IDS files: XML through libxml2, without entities and without the network, into specifications and rules. */
#include <stdlib.h>
#include <string.h>

#include "ids.h"
#include "ids_flaw.h"

#include "../base/text.h"

enum { MAX_SPECIFICATIONS = 20000 };
static const size_t LARGEST_FILE = (size_t)64 << 20; /* the largest published one has 340 kB */

struct ids_reader {
    struct trm_rules *rules;
    struct trm_arena *arena;
    const char *path, *file; /* file: the last part of the path */
    struct ids_specification *specification;
    size_t requirement; /* number of the facet in hand; 0 in the applicability */
    size_t file_flaws;  /* of severity ERROR, in no specification */
    struct trm_err *err;
};

bool
trm_ids_is(const char *bytes, size_t n)
{
    size_t i = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < n && (unsigned char)bytes[i] <= ' ')
        i++;
    return i < n && bytes[i] == '<';
}

static struct flaw_place
place_of(const struct ids_reader *r, const xmlNode *node)
{
    struct flaw_place p = {.rules = r->rules, .file = r->file, .requirement = r->requirement};
    p.specification = r->specification ? r->specification->number : 0;
    trm_place_at(&p, node);
    return p;
}

static struct ids_place
position(const xmlNode *node)
{
    struct flaw_place p = {0};
    trm_place_at(&p, node);
    return (struct ids_place){p.line, p.column};
}

/* The reason why the file cannot be run; it is a flaw too. */
static int
bad(struct ids_reader *r, const xmlNode *node, const char *what, const char *expected)
{
    struct flaw_place p = place_of(r, node);
    const char *kept_expected = trm_arena_strdup(r->arena, expected);
    trm_flaw_add(&p, TRM_ERROR, "unreadable", kept_expected ? kept_expected : "", "%.250s", what);
    return trm_err_set(r->err, TRM_USAGE, "%.160s:%ld: %s%.80s%sfound %.100s, expected %s", r->path, xmlGetLineNo(node),
                       r->specification ? "specification \"" : "", r->specification ? r->specification->name : "",
                       r->specification ? "\": " : "", what, expected);
}

static bool
is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static const xmlNode *
child(const xmlNode *node, const char *name)
{
    for (const xmlNode *c = node ? node->children : NULL; c; c = c->next)
        if (is(c, name))
            return c;
    return NULL;
}

/* Text kept in the arena; NULL for none or when memory is out. */
static const char *
kept(struct ids_reader *r, xmlChar *text)
{
    const char *out = text ? trm_arena_strdup(r->arena, (const char *)text) : NULL;
    xmlFree(text);
    return out;
}

static const char *
attribute(struct ids_reader *r, const xmlNode *node, const char *name)
{
    return kept(r, xmlGetNoNsProp(node, (const xmlChar *)name));
}

static const char *
content(struct ids_reader *r, const xmlNode *node)
{
    return kept(r, xmlNodeGetContent(node));
}

/* --- values --------------------------------------------------------------------------------------------------------- */

static int
push(struct ids_reader *r, struct ids_text **list, const char *text, struct trm_regex *pattern)
{
    struct ids_text *t = trm_arena_calloc(r->arena, 1, sizeof *t);
    if (!t || !text)
        return trm_err_set(r->err, TRM_SYS, "out of memory");
    *t = (struct ids_text){.text = text, .pattern = pattern};
    while (*list)
        list = &(*list)->next;
    *list = t;
    return 0;
}

static int
read_pattern(struct ids_reader *r, const xmlNode *node, struct ids_value *v, const char *text)
{
    struct trm_err why = {0};
    struct trm_regex *pattern = trm_regex_new(text, &why);
    if (!pattern)
        return bad(r, node, why.text, "a pattern");
    if (trm_rules_keep_regex(r->rules, pattern, r->err) < 0)
        return -1;
    return push(r, &v->patterns, text, pattern);
}

static int
read_length(struct ids_reader *r, const xmlNode *node, const char *text, long *out)
{
    long long n;
    if (!trm_text_int(text, 0, 1000000, &n))
        return bad(r, node, text, "a whole number");
    *out = (long)n;
    return 0;
}

static int
read_constraint(struct ids_reader *r, const xmlNode *node, struct ids_value *v)
{
    const char *text = attribute(r, node, "value");
    const struct {
        const char *name, **to;
    } bounds[] = {{"minInclusive", &v->min_inclusive}, {"maxInclusive", &v->max_inclusive},
                  {"minExclusive", &v->min_exclusive}, {"maxExclusive", &v->max_exclusive}};
    const struct {
        const char *name;
        long *to;
    } lengths[] = {{"length", &v->length}, {"minLength", &v->min_length}, {"maxLength", &v->max_length}};
    if (is(node, "annotation"))
        return 0;
    if (!text)
        return bad(r, node, (const char *)node->name, "a value");
    if (is(node, "enumeration"))
        return push(r, &v->enumeration, text, NULL);
    if (is(node, "pattern"))
        return read_pattern(r, node, v, text);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (is(node, bounds[i].name)) {
            *bounds[i].to = text;
            return 0;
        }
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (is(node, lengths[i].name))
            return read_length(r, node, text, lengths[i].to);
    if (!is(node, "totalDigits") && !is(node, "fractionDigits") && !is(node, "whiteSpace"))
        return bad(r, node, (const char *)node->name, "a constraint of XML Schema");
    v->unsupported = trm_arena_strdup(r->arena, (const char *)node->name);
    return 0;
}

/* idsValue: <simpleValue> or <xs:restriction>. node NULL: not given. */
static int
read_value(struct ids_reader *r, const xmlNode *node, struct ids_value *v)
{
    *v = (struct ids_value){.given = node != NULL, .length = -1, .min_length = -1, .max_length = -1, .place = position(node)};
    if (!node)
        return 0;
    const xmlNode *simple = child(node, "simpleValue"), *restriction = child(node, "restriction");
    if (simple) {
        v->simple = content(r, simple);
        return v->simple ? 0 : trm_err_set(r->err, TRM_SYS, "out of memory");
    }
    if (!restriction)
        return bad(r, node, (const char *)node->name, "simpleValue or xs:restriction in it");
    v->base = attribute(r, restriction, "base");
    const char *colon = v->base ? strrchr(v->base, ':') : NULL;
    v->base = colon ? colon + 1 : v->base;
    for (const xmlNode *c = restriction->children; c; c = c->next)
        if (c->type == XML_ELEMENT_NODE && read_constraint(r, c, v) < 0)
            return -1;
    return 0;
}

/* --- facets --------------------------------------------------------------------------------------------------------- */

static int
read_cardinality(struct ids_reader *r, const xmlNode *node, struct ids_facet *f)
{
    static const char *const names[] = {"required", "optional", "prohibited"};
    const char *text = attribute(r, node, "cardinality");
    for (int i = IDS_REQUIRED; text && i <= IDS_PROHIBITED; i++)
        if (strcmp(text, names[i]) == 0) {
            f->cardinality = (enum ids_cardinality)i;
            return 0;
        }
    return text ? bad(r, node, text, "required, optional or prohibited") : 0;
}

static int
read_entity(struct ids_reader *r, const xmlNode *node, struct ids_facet *f)
{
    if (!child(node, "name"))
        return bad(r, node, "an entity", "a name in it");
    return read_value(r, child(node, "name"), &f->name) < 0 ? -1 : read_value(r, child(node, "predefinedType"), &f->predefined);
}

static int
read_facet(struct ids_reader *r, const xmlNode *node, struct ids_facet *f)
{
    if (read_cardinality(r, node, f) < 0)
        return -1;
    if (is(node, "entity")) {
        f->kind = IDS_ENTITY;
        return read_entity(r, node, f);
    }
    if (is(node, "partOf")) {
        f->kind = IDS_PART_OF;
        f->relation = attribute(r, node, "relation");
        return child(node, "entity") ? read_entity(r, child(node, "entity"), f) : bad(r, node, "partOf", "an entity in it");
    }
    if (is(node, "classification")) {
        f->kind = IDS_CLASSIFICATION;
        return read_value(r, child(node, "system"), &f->set) < 0 ? -1 : read_value(r, child(node, "value"), &f->value);
    }
    if (is(node, "attribute")) {
        f->kind = IDS_ATTRIBUTE;
        return read_value(r, child(node, "name"), &f->name) < 0 ? -1 : read_value(r, child(node, "value"), &f->value);
    }
    if (is(node, "material")) {
        f->kind = IDS_MATERIAL;
        return read_value(r, child(node, "value"), &f->value);
    }
    if (!is(node, "property"))
        return bad(r, node, (const char *)node->name, "entity, partOf, classification, attribute, property or material");
    f->kind = IDS_PROPERTY;
    f->data_type = attribute(r, node, "dataType");
    if (read_value(r, child(node, "propertySet"), &f->set) < 0 || read_value(r, child(node, "baseName"), &f->name) < 0)
        return -1;
    return read_value(r, child(node, "value"), &f->value);
}

static int
read_facets(struct ids_reader *r, const xmlNode *node, struct ids_facet **out)
{
    for (const xmlNode *c = node ? node->children : NULL; c; c = c->next) {
        if (c->type != XML_ELEMENT_NODE)
            continue;
        *out = trm_arena_calloc(r->arena, 1, sizeof **out);
        if (!*out)
            return trm_err_set(r->err, TRM_SYS, "out of memory");
        (*out)->place = position(c);
        r->requirement += is(node, "requirements");
        if (read_facet(r, c, *out) < 0)
            return -1;
        out = &(*out)->next;
    }
    return 0;
}

/* --- specifications ------------------------------------------------------------------------------------------------- */

static int
read_occurs(struct ids_reader *r, const xmlNode *node, struct ids_specification *s)
{
    const char *least = attribute(r, node, "minOccurs"), *most = attribute(r, node, "maxOccurs");
    long long n = 1;
    s->most = -1;
    if (least && !trm_text_int(least, 0, 1000000000, &n))
        return bad(r, node, least, "a whole number for minOccurs");
    s->least = (long)n;
    if (most && strcmp(most, "unbounded") != 0) {
        if (!trm_text_int(most, 0, 1000000000, &n))
            return bad(r, node, most, "a whole number or unbounded for maxOccurs");
        s->most = (long)n;
        if (s->most == 0)
            s->least = 0;
    }
    return 0;
}

/* The XML of a facet as it stands, for reports and for the definition. */
static trm_json *
source_of(const xmlNode *node)
{
    xmlBufferPtr b = xmlBufferCreate();
    trm_json *out = NULL;
    if (b && xmlNodeDump(b, node->doc, (xmlNodePtr)(uintptr_t)node, 0, 0) >= 0)
        out = trm_json_of_str((const char *)xmlBufferContent(b));
    xmlBufferFree(b);
    return out;
}

static int
define(struct ids_reader *r, struct trm_rule *rule, const xmlNode *applicability, const xmlNode *requirement)
{
    const struct ids_specification *s = r->specification;
    const struct ids_place place = position(requirement ? requirement : applicability);
    trm_json *d = trm_json_object(), *spec = trm_json_object();
    if (!d || trm_json_set_str(d, "id", rule->id) < 0 || trm_json_set_str(d, "ids", s->file) < 0 || !spec ||
        trm_json_set_num(spec, "number", (double)s->number) < 0 || trm_json_set_str(spec, "name", s->name) < 0 ||
        trm_json_set_num(spec, "line", (double)s->place.line) < 0 || trm_json_set_num(spec, "column", (double)s->place.column) < 0 ||
        trm_json_set_num(spec, "min_occurs", (double)s->least) < 0 ||
        (s->most >= 0 && trm_json_set_num(spec, "max_occurs", (double)s->most) < 0) ||
        (s->invalid && trm_json_set_num(spec, "invalid", (double)s->invalid) < 0) ||
        trm_json_set(d, "specification", trm_json_copy(spec)) < 0 ||
        (applicability && trm_json_set(d, "applicability", source_of(applicability)) < 0) ||
        (requirement && trm_json_set(d, "requirement", source_of(requirement)) < 0) ||
        trm_json_set_num(d, "line", (double)place.line) < 0 || trm_json_set_num(d, "column", (double)place.column) < 0) {
        trm_json_free(spec);
        trm_json_free(d);
        return trm_err_set(r->err, TRM_SYS, "out of memory");
    }
    trm_json_free(spec);
    rule->definition = d;
    return trm_rules_keep_tree(r->rules, d, r->err);
}

static int
add_rule(struct ids_reader *r, size_t n, const struct ids_facet *requirement, const xmlNode *applicability, const xmlNode *node)
{
    struct trm_rule *rule = trm_rules_more(r->rules);
    struct trm_rule_body *body = trm_arena_calloc(r->arena, 1, sizeof *body);
    struct ids_rule *ids = trm_arena_calloc(r->arena, 1, sizeof *ids);
    if (!rule || !body || !ids)
        return trm_err_set(r->err, TRM_SYS, "out of memory");
    *ids = (struct ids_rule){.specification = r->specification, .requirement = requirement};
    body->ids = ids;
    rule->kind = TRM_RULE_IDS;
    rule->id = trm_arena_printf(r->arena, "%s:%zu.%zu", r->file, r->specification->number, n);
    rule->name = r->specification->name;
    rule->severity = TRM_ERROR;
    rule->op = TRM_OP_EXISTS;
    rule->body = body;
    if (!rule->id)
        return trm_err_set(r->err, TRM_SYS, "out of memory");
    for (size_t i = 0; i + 1 < r->rules->n && r->specification->number == 1 && n <= 1; i++)
        if (strcmp(r->rules->rules[i].id, rule->id) == 0)
            return bad(r, applicability, r->file, "a file name that no other IDS file of the run has");
    return define(r, rule, applicability, node);
}

/* Flaws of severity ERROR in specification number `in`. */
static size_t
count_errors(const struct ids_reader *r, size_t in)
{
    size_t n = 0;
    for (size_t i = 0; i < r->rules->n_flaws; i++)
        n += r->rules->flaws[i].severity == TRM_ERROR && r->rules->flaws[i].specification == in && strcmp(r->rules->flaws[i].file, r->file) == 0;
    return n;
}

static void
check_sense(struct ids_reader *r, const xmlNode *node, const struct ids_facet *requirements)
{
    r->requirement = 0;
    struct flaw_place p = place_of(r, node);
    trm_ids_check_sense(&p, r->specification, requirements, attribute(r, node, "ifcVersion"));
    r->specification->invalid = count_errors(r, r->specification->number) + r->file_flaws;
}

static int
read_specification(struct ids_reader *r, const xmlNode *node, size_t number)
{
    struct ids_specification *s = trm_arena_calloc(r->arena, 1, sizeof *s);
    const xmlNode *applicability = child(node, "applicability"), *requirements = child(node, "requirements");
    struct ids_facet *selects = NULL, *asks = NULL;
    if (!s)
        return trm_err_set(r->err, TRM_SYS, "out of memory");
    const char *name = attribute(r, node, "name");
    *s = (struct ids_specification){.name = name ? name : "", .file = r->file, .place = position(node), .number = number};
    r->specification = s;
    r->requirement = 0;
    if (!applicability)
        return bad(r, node, "no applicability", "one");
    if (read_occurs(r, applicability, s) < 0 || read_facets(r, applicability, &selects) < 0 || read_facets(r, requirements, &asks) < 0)
        return -1;
    s->applicability = selects;
    check_sense(r, node, asks);
    const xmlNode *c = requirements ? requirements->children : NULL;
    size_t n = 0;
    for (const struct ids_facet *f = asks; f; f = f->next, c = c->next) {
        while (c->type != XML_ELEMENT_NODE)
            c = c->next;
        if (add_rule(r, ++n, f, applicability, c) < 0)
            return -1;
    }
    return n ? 0 : add_rule(r, 0, NULL, applicability, NULL);
}

static int
read_document(struct ids_reader *r, xmlDoc *doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    size_t number = 0;
    if (doc->intSubset || doc->extSubset)
        return bad(r, root, "a document type", "none: entities are not read");
    if (!root || !is(root, "ids"))
        return trm_err_set(r->err, TRM_USAGE, "%.160s: found <%.40s>, expected <ids>", r->path, root ? (const char *)root->name : "");
    struct flaw_place p = {.rules = r->rules, .file = r->file};
    trm_ids_check_form(&p, root);
    r->file_flaws = count_errors(r, 0);
    const xmlNode *list = child(root, "specifications");
    for (const xmlNode *c = list ? list->children : NULL; c; c = c->next) {
        if (!is(c, "specification"))
            continue;
        if (++number > MAX_SPECIFICATIONS)
            return trm_err_set(r->err, TRM_USAGE, "%.160s: too many specifications", r->path);
        read_specification(r, c, number); /* what cannot be read is kept in err; the others are audited all the same */
    }
    if (!number)
        return trm_err_set(r->err, TRM_USAGE, "%.160s: found no specification, expected at least one", r->path);
    return r->err->kind == TRM_OK ? 0 : -1;
}

int
trm_ids_read(struct trm_rules *rules, const char *path, const char *bytes, size_t n, struct trm_err *err)
{
    const char *slash = strrchr(path, '/');
    struct ids_reader r = {.rules = rules, .arena = &rules->arena, .path = path, .err = err};
    r.file = trm_arena_strdup(&rules->arena, slash ? slash + 1 : path);
    if (n > LARGEST_FILE || !r.file)
        return trm_err_set(err, TRM_USAGE, "%.160s: too large, expected at most %zu bytes", path, LARGEST_FILE);
    if (trm_xml_open(err) != 0)
        return -1;
    xmlParserCtxt *ctxt = xmlNewParserCtxt();
    xmlDoc *doc = ctxt ? xmlCtxtReadMemory(ctxt, bytes, (int)n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING) : NULL;
    int rc;
    if (!doc) {
        const xmlError *e = ctxt ? xmlCtxtGetLastError(ctxt) : NULL;
        struct flaw_place p = {.rules = rules, .file = r.file, .line = e ? e->line : 0, .column = e ? e->int2 : 0};
        const char *why = e && e->message ? e->message : "something else";
        trm_flaw_add(&p, TRM_ERROR, "unreadable", "well-formed XML", "%.*s", (int)strcspn(why, "\n"), why);
        rc = trm_err_set(err, TRM_USAGE, "%.160s:%d: %.200s", path, e ? e->line : 0, e && e->message ? e->message : "not XML");
    } else {
        struct place *places = trm_places_of(doc, bytes, n);
        rc = read_document(&r, doc);
        free(places);
    }
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(ctxt);
    return rc;
}
