/* The form of IDS files: what ids.xsd of IDS 1.0 allows, as tables. The facts are taken from the published schema. */
#include <string.h>

#include "ids_flaw.h"

#include "../base/text.h"

static const char IDS_SPACE[] = "http://standards.buildingsmart.org/IDS", XS_SPACE[] = "http://www.w3.org/2001/XMLSchema";

/* What is allowed in an element. children: in this order, with ? (at most one), * (any number), none (exactly one); | in front: in any
 * order. attributes: with ! where required. */
struct form {
    const char *name, *children, *attributes;
};
static const struct form forms[] = {
    {"ids", "info specifications", ""},
    {"info", "title copyright? version? description? author? date? purpose? milestone?", ""},
    {"specifications", "specification*", ""},
    {"specification", "applicability requirements?", "name! ifcVersion! identifier description instructions"},
    {"applicability", "entity? partOf* classification* attribute* property* material*", "minOccurs maxOccurs"},
    {"requirements", "|entity* partOf* classification* attribute* property* material*", "description"},
    {"entity", "name predefinedType?", "instructions"},
    {"partOf", "entity", "relation cardinality instructions"},
    {"classification", "value? system", "uri cardinality instructions"},
    {"attribute", "name value?", "cardinality instructions"},
    {"property", "propertySet baseName value?", "dataType uri cardinality instructions"},
    {"material", "value?", "uri cardinality instructions"},
    {"restriction", "|annotation? enumeration* pattern* minInclusive? maxInclusive? minExclusive? maxExclusive? length? minLength? "
                    "maxLength? totalDigits? fractionDigits? whiteSpace?", "base! id"},
};
/* An idsValue, wherever it stands: one of these two. */
static const struct form value_form = {"value", "|simpleValue? restriction?", ""};

static bool
is(const xmlNode *node, const char *name)
{
    return strcmp((const char *)node->name, name) == 0;
}

static bool
is_value(const xmlNode *node)
{
    static const char *const names[] = {"name", "predefinedType", "system", "value", "propertySet", "baseName"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is(node, names[i]))
            return true;
    return false;
}

static const struct form *
form_of(const xmlNode *node)
{
    if (is_value(node))
        return &value_form;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (is(node, forms[i].name))
            return &forms[i];
    return NULL;
}

/* The word of a list that is name, whatever mark stands behind it; NULL when there is none. */
static const char *
word_of(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = list + (*list == '|'); *p;) {
        size_t n = strcspn(p, " ");
        if (n >= len && memcmp(p, name, len) == 0 && (n == len || (n == len + 1 && strchr("?*!", p[len]))))
            return p;
        p += n + (p[n] == ' ');
    }
    return NULL;
}

/* --- attributes ------------------------------------------------------------------------------------------------------ */

static bool
is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, text) == 0)
            return true;
    return false;
}

static void
check_relation(const struct flaw_place *p, const char *value)
{
    static const char *const relations[] = {"IFCRELAGGREGATES", "IFCRELASSIGNSTOGROUP", "IFCRELCONTAINEDINSPATIALSTRUCTURE", "IFCRELNESTS",
                                            "IFCRELVOIDSELEMENT IFCRELFILLSELEMENT", NULL};
    if (!is_one_of(value, relations))
        trm_flaw_add(p, TRM_ERROR, "relation", "one of the five relations of IDS 1.0, in capitals", "relation \"%.80s\"", value);
}

static void
check_cardinality(const struct flaw_place *p, const xmlNode *node, const char *value)
{
    static const char *const words[] = {"required", "prohibited", "optional", NULL};
    if (!is_one_of(value, words))
        trm_flaw_add(p, TRM_ERROR, "cardinality", "required, optional or prohibited", "cardinality \"%.40s\"", value);
    else if (is(node, "partOf") && strcmp(value, "optional") == 0)
        trm_flaw_add(p, TRM_ERROR, "cardinality", "required or prohibited for partOf", "cardinality \"optional\"");
}

static void
check_data_type_form(const struct flaw_place *p, const char *value)
{
    size_t n = strlen(value);
    if (n == 0 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != n)
        trm_flaw_add(p, TRM_ERROR, "data_type", "the name of an IFC type in capitals", "dataType \"%.80s\"", value);
}

static void
check_versions(const struct flaw_place *p, const char *value)
{
    static const char *const versions[] = {"IFC2X3", "IFC4", "IFC4X3_ADD2", NULL};
    size_t n = 0;
    for (const char *s = value; *s; n++) {
        char word[40];
        size_t len;
        s += strspn(s, " \t\r\n");
        len = strcspn(s, " \t\r\n");
        if (!len)
            break;
        snprintf(word, sizeof word, "%.*s", (int)(len < 39 ? len : 39), s);
        if (!is_one_of(word, versions))
            trm_flaw_add(p, TRM_ERROR, "ifc_version", "IFC2X3, IFC4 or IFC4X3_ADD2", "ifcVersion \"%s\"", word);
        s += len;
    }
    if (!n)
        trm_flaw_add(p, TRM_ERROR, "ifc_version", "IFC2X3, IFC4 or IFC4X3_ADD2", "ifcVersion \"\"");
}

static void
check_occurs(const struct flaw_place *p, const xmlNode *node)
{
    xmlChar *least = xmlGetNoNsProp(node, (const xmlChar *)"minOccurs"), *most = xmlGetNoNsProp(node, (const xmlChar *)"maxOccurs");
    const char *lo = least ? (const char *)least : "1", *hi = most ? (const char *)most : "";
    bool none = strcmp(hi, "0") == 0, unbounded = strcmp(hi, "unbounded") == 0;
    if (!most)
        trm_flaw_add(p, TRM_WARNING, "cardinality", "maxOccurs=\"unbounded\" or \"0\"; it is read as unbounded", "no maxOccurs");
    if (!(none ? strcmp(lo, "0") == 0 : (unbounded || !most) && (strcmp(lo, "0") == 0 || strcmp(lo, "1") == 0)))
        trm_flaw_add(p, TRM_ERROR, "cardinality", "1 to unbounded (required), 0 to unbounded (optional) or 0 to 0 (prohibited)",
                     "minOccurs \"%.20s\", maxOccurs \"%.20s\"", lo, hi);
    xmlFree(least);
    xmlFree(most);
}

static void
check_attribute(const struct flaw_place *p, const xmlNode *node, const char *name, const char *value)
{
    if (strcmp(name, "relation") == 0)
        check_relation(p, value);
    else if (strcmp(name, "cardinality") == 0)
        check_cardinality(p, node, value);
    else if (strcmp(name, "dataType") == 0)
        check_data_type_form(p, value);
    else if (strcmp(name, "ifcVersion") == 0)
        check_versions(p, value);
}

/* Facets of the applicability and the entity of a partOf have no cardinality and no instructions. */
static const char *
allowed_attributes(const xmlNode *node, const struct form *f, bool requirement)
{
    if (is(node, "entity") && node->parent && is(node->parent, "partOf"))
        return "";
    if (requirement || is(node, "specification") || is(node, "applicability") || is(node, "restriction"))
        return f->attributes;
    return is(node, "partOf") ? "relation" : is(node, "property") ? "dataType" : is(node, "requirements") ? f->attributes : "";
}

static void
check_attributes(const struct flaw_place *p, const xmlNode *node, const struct form *f, bool requirement)
{
    const char *allowed = allowed_attributes(node, f, requirement);
    for (const xmlAttr *a = node->properties; a; a = a->next) {
        if (a->ns)
            continue; /* xsi:schemaLocation and the like */
        xmlChar *value = xmlNodeGetContent((const xmlNode *)a);
        if (word_of(allowed, (const char *)a->name))
            check_attribute(p, node, (const char *)a->name, value ? (const char *)value : "");
        else
            trm_flaw_add(p, TRM_ERROR, "xml", "an attribute that IDS 1.0 has there", "attribute %.40s on <%.40s>", (const char *)a->name,
                         (const char *)node->name);
        xmlFree(value);
    }
    for (const char *w = allowed; *w; w += strcspn(w, " "), w += *w == ' ') {
        size_t n = strcspn(w, " ");
        char name[40];
        if (w[n - 1] != '!' || n > sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)n - 1, w);
        if (!xmlHasProp(node, (const xmlChar *)name))
            trm_flaw_add(p, TRM_ERROR, "xml", "an attribute that IDS 1.0 requires", "no %s on <%.40s>", name, (const char *)node->name);
    }
    if (is(node, "applicability"))
        check_occurs(p, node);
}

/* --- children -------------------------------------------------------------------------------------------------------- */

static bool
in_right_space(const xmlNode *node, const struct form *parent)
{
    bool schema = is(node, "restriction") || strcmp(parent->name, "restriction") == 0;
    return node->ns && node->ns->href && strcmp((const char *)node->ns->href, schema ? XS_SPACE : IDS_SPACE) == 0;
}

static size_t
count(const xmlNode *node, const char *name, size_t n)
{
    size_t found = 0;
    for (const xmlNode *c = node->children; c; c = c->next)
        found += c->type == XML_ELEMENT_NODE && strlen((const char *)c->name) == n && memcmp(c->name, name, n) == 0;
    return found;
}

/* How many of each child there are. */
static void
check_numbers(const struct flaw_place *p, const xmlNode *node, const struct form *f)
{
    for (const char *w = f->children + (*f->children == '|'); *w; w += strcspn(w, " "), w += *w == ' ') {
        size_t n = strcspn(w, " ");
        char mark = w[n - 1];
        size_t len = mark == '?' || mark == '*' ? n - 1 : n, there = count(node, w, len);
        if (mark != '?' && mark != '*' && there == 0)
            trm_flaw_add(p, TRM_ERROR, "xml", "an element that IDS 1.0 requires", "no <%.*s> in <%.40s>", (int)len, w, (const char *)node->name);
        else if (mark != '*' && there > 1)
            trm_flaw_add(p, TRM_ERROR, "xml", "one", "%zu times <%.*s> in <%.40s>", there, (int)len, w, (const char *)node->name);
    }
    if (f == &value_form && count(node, "simpleValue", 11) + count(node, "restriction", 11) != 1)
        trm_flaw_add(p, TRM_ERROR, "xml", "one simpleValue or xs:restriction", "<%.40s>", (const char *)node->name);
}

static void check_node(struct flaw_place *p, const xmlNode *node, const struct form *f, bool requirement);

static void
check_children(struct flaw_place *p, const xmlNode *node, const struct form *f, bool requirement)
{
    const char *last = f->children;
    size_t specification = 0, number = 0;
    for (const xmlNode *c = node->children; c; c = c->next) {
        if (c->type != XML_ELEMENT_NODE)
            continue;
        const char *word = word_of(f->children, (const char *)c->name);
        trm_place_at(p, c);
        if (is(c, "specification"))
            p->specification = ++specification;
        if (is(node, "requirements"))
            p->requirement = ++number;
        if (!word || !in_right_space(c, f))
            trm_flaw_add(p, TRM_ERROR, "xml", "an element that IDS 1.0 has there, in its namespace", "<%.60s> in <%.60s>", (const char *)c->name,
                         (const char *)node->name);
        else if (*f->children != '|' && word < last)
            trm_flaw_add(p, TRM_ERROR, "xml", "it earlier: the order is fixed", "<%.60s> in <%.60s>", (const char *)c->name, (const char *)node->name);
        if (word)
            last = word;
        if (word && form_of(c))
            check_node(p, c, form_of(c), requirement || is(node, "requirements"));
    }
    if (is(node, "requirements"))
        p->requirement = 0;
    if (is(node, "specifications"))
        p->specification = 0;
}

static void
check_node(struct flaw_place *p, const xmlNode *node, const struct form *f, bool requirement)
{
    if (f != &value_form || is(node, "value") || is_value(node))
        check_attributes(p, node, f, requirement && f != &value_form);
    check_numbers(p, node, f);
    check_children(p, node, f, requirement && !is(node, "partOf"));
}

/* Title, author and date say nothing about the requirements: what is wrong there is told, and no more. */
static void
check_info(struct flaw_place *p, const xmlNode *root)
{
    for (const xmlNode *info = root->children; info; info = info->next)
        for (const xmlNode *c = info->type == XML_ELEMENT_NODE && is(info, "info") ? info->children : NULL; c; c = c->next) {
            xmlChar *text = c->type == XML_ELEMENT_NODE ? xmlNodeGetContent(c) : NULL;
            const char *s = text ? (const char *)text : "", *at = strchr(s, '@');
            trm_place_at(p, c);
            if (text && is(c, "author") && !(at && at > s && strchr(at, '.') && strchr(at, '.') > at + 1 && strchr(at, '.')[1]))
                trm_flaw_add(p, TRM_WARNING, "xml", "an address of electronic mail", "author \"%.80s\"", s);
            if (text && is(c, "date") && !(strlen(s) >= 10 && s[4] == '-' && s[7] == '-' && strspn(s, "0123456789-+:Z") == strlen(s)))
                trm_flaw_add(p, TRM_WARNING, "xml", "a date as 2026-11-25", "date \"%.40s\"", s);
            xmlFree(text);
        }
}

void
trm_ids_check_form(const struct flaw_place *where, const xmlNode *root)
{
    struct flaw_place p = *where;
    trm_place_at(&p, root);
    if (!is(root, "ids") || !root->ns || strcmp((const char *)root->ns->href, IDS_SPACE) != 0)
        trm_flaw_add(&p, TRM_ERROR, "xml", "<ids> of http://standards.buildingsmart.org/IDS", "<%.60s>", (const char *)root->name);
    check_node(&p, root, &forms[0], false);
    check_info(&p, root);
}
