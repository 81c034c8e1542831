/* BCF 2.1 and 3.0 (buildingSMART, BCF-XML): a topic for each rule and model with failures, its elements selected.
 *
 * The archive: bcf.version, with 3.0 extensions.xml, and a folder a topic with markup.bcf and viewpoint.bcfv. A topic's GUID
 * is made of rule, project and file name, so that a topic keeps its GUID from one night to the next. Geometry is not read:
 * 2.1 needs no camera, 3.0 gets one that looks at the origin from above, and viewers go to the selection. */
#include <stdlib.h>
#include <string.h>

#include "../base/hash.h"
#include "../pack/pack.h"
#include "say.h"

enum {
    CAUSES_NAMED = 5, /* in the description of a topic */
    IFC_GUID = 22,    /* characters of an IfcGloballyUniqueId */
    UUID = 37,        /* 8-4-4-4-12 and a zero */
};

/* A topic: failures of one rule in one file. */
struct topic {
    const struct page_rule *rule;
    const struct page_model *model; /* NULL: no record of it came in */
    struct page_rule part;          /* only `fails` is filled: those of this file, owned */
    const char *file;
    char guid[UUID], view[UUID];
    size_t index;
};

struct archive {
    struct trm_pack *pack;
    bool v3;
    const char *time;
};

/* --- small pieces ----------------------------------------------------------------------------------------------- */

static bool
is_ifc_guid(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (!(s[i] >= '0' && s[i] <= '9') && !(s[i] >= 'A' && s[i] <= 'Z') && !(s[i] >= 'a' && s[i] <= 'z') && s[i] != '_' &&
            s[i] != '$')
            return false;
    return n == IFC_GUID;
}

/* A UUID of four texts: version 8 (of our own making, RFC 9562), from their SHA-256. */
static void
uuid_of(char out[UUID], const char *what, const char *rule, const char *project, const char *file)
{
    const char *texts[] = {what, rule, project, file};
    struct trm_sha256 s;
    char hex[65];
    trm_sha256_init(&s);
    for (size_t i = 0; i < 4; i++)
        trm_sha256_add(&s, texts[i], strlen(texts[i]) + 1);
    trm_sha256_hex(&s, hex);
    hex[12] = '8';
    hex[16] = "89ab"[hex[16] & 3];
    snprintf(out, UUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool
is_blank(const char *s)
{
    return !s[strspn(s, " \t\r\n")];
}

/* <tag>text</tag>, nothing for a blank text: 3.0 has none. */
static void
element(struct trm_buf *out, const char *tag, const char *text)
{
    if (is_blank(text))
        return;
    trm_buf_addf(out, "<%s>", tag);
    trm_esc_xml(out, text);
    trm_buf_addf(out, "</%s>\n", tag);
}

/* The same for a text that was put together; it is released. */
static void
said_element(struct trm_buf *out, const char *tag, struct trm_buf *said)
{
    element(out, tag, said->data ? said->data : "");
    out->failed |= said->failed;
    trm_buf_release(said);
}

static int
add_member(struct archive *a, const char *name, struct trm_buf *text, struct trm_err *err)
{
    int rc = text->failed ? trm_err_set(err, TRM_SYS, "out of memory") : trm_pack_add(a->pack, name, text->data, text->len, err);
    trm_buf_release(text);
    return rc;
}

static const char *
type_of(const struct page_rule *r)
{
    static const char *const words[] = {"Issue", "Info", "Warning", "Error"};
    return words[trm_page_rank(r->severity)];
}

static const char xml_head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/* --- markup ----------------------------------------------------------------------------------------------------- */

/* What is wrong, in words: the requirement, how many, and what to do about the commonest causes. */
static void
describe(struct trm_buf *said, const struct topic *t)
{
    const char *about = trm_say_about(t->rule);
    struct trm_vec list = trm_page_causes(&t->part);
    const struct page_cause *c = list.data;
    size_t n = t->part.fails.n;
    if (!is_blank(about))
        trm_buf_addf(said, "%s\n", about);
    trm_buf_adds(said, "Required: ");
    trm_say_asked(said, t->rule);
    trm_buf_adds(said, ".\n");
    trm_say_n(said, n, "element", NULL);
    trm_buf_adds(said, n == 1 ? " fails it, selected here.\n" : " fail it, selected here.\n");
    for (size_t i = 0; i < list.n && i < CAUSES_NAMED; i++) {
        trm_buf_adds(said, "- ");
        trm_say_count(said, c[i].n);
        trm_buf_adds(said, "\xC3\x97 ");
        if (*c[i].first->elem->type)
            trm_buf_addf(said, "type \xE2\x80\x9C%s\xE2\x80\x9D: ", c[i].first->elem->type);
        trm_say_why(said, t->rule, c[i].first);
        trm_buf_addc(said, ' ');
        trm_say_mend(said, t->rule, c[i].first);
        trm_buf_addc(said, '\n');
    }
    if (list.n > CAUSES_NAMED)
        trm_buf_addf(said, "- and %zu other causes\n", list.n - CAUSES_NAMED);
    if (t->rule->fails.n < t->rule->fail)
        trm_buf_adds(said, "Not every failure of this rule was kept; trm-report --rows keeps more.\n");
    free(list.data);
}

static void
header(struct trm_buf *out, const struct topic *t, bool v3)
{
    trm_buf_adds(out, v3 ? "<Header><Files>\n<File" : "<Header>\n<File");
    if (t->model && is_ifc_guid(t->model->id))
        trm_buf_addf(out, " IfcProject=\"%s\"", t->model->id);
    trm_buf_addf(out, " %s=\"true\">\n", v3 ? "IsExternal" : "isExternal");
    element(out, "Filename", t->file);
    trm_buf_adds(out, v3 ? "</File>\n</Files></Header>\n" : "</File>\n</Header>\n");
}

static void
title_of(struct trm_buf *said, const struct topic *t)
{
    trm_buf_adds(said, trm_say_rule(t->rule));
    if (*t->file)
        trm_buf_addf(said, " (%s)", t->file);
}

static void
topic_members(struct trm_buf *out, const struct archive *a, const struct topic *t)
{
    struct trm_buf said = {0};
    const char *link = trm_say_link(t->rule);
    if (link) {
        trm_buf_adds(out, a->v3 ? "<ReferenceLinks>\n" : "");
        element(out, "ReferenceLink", link);
        trm_buf_adds(out, a->v3 ? "</ReferenceLinks>\n" : "");
    }
    title_of(&said, t);
    said_element(out, "Title", &said);
    element(out, "Priority", t->rule->severity);
    trm_buf_addf(out, "<Index>%zu</Index>\n", t->index);
    trm_buf_adds(out, a->v3 ? "<Labels>\n" : "");
    element(out, a->v3 ? "Label" : "Labels", t->rule->id);
    trm_buf_adds(out, a->v3 ? "</Labels>\n" : "");
    element(out, "CreationDate", a->time);
    element(out, "CreationAuthor", "trm-report");
    describe(&said, t);
    said_element(out, "Description", &said);
}

static void
markup(struct trm_buf *out, const struct archive *a, const struct topic *t)
{
    trm_buf_addf(out, "%s<Markup>\n", xml_head);
    header(out, t, a->v3);
    trm_buf_addf(out, "<Topic Guid=\"%s\" TopicType=\"%s\" TopicStatus=\"Open\">\n", t->guid, type_of(t->rule));
    topic_members(out, a, t);
    if (!a->v3)
        trm_buf_adds(out, "</Topic>\n");
    trm_buf_addf(out, a->v3 ? "<Viewpoints><ViewPoint Guid=\"%s\">" : "<Viewpoints Guid=\"%s\">", t->view);
    trm_buf_adds(out, "<Viewpoint>viewpoint.bcfv</Viewpoint>");
    trm_buf_adds(out, a->v3 ? "</ViewPoint></Viewpoints>\n</Topic>\n</Markup>\n" : "</Viewpoints>\n</Markup>\n");
}

/* --- viewpoint -------------------------------------------------------------------------------------------------- */

/* An element by its GUID; one whose GUID is none is named by our id, for people. */
static void
component(struct trm_buf *out, const struct page_elem *e)
{
    if (is_ifc_guid(e->guid)) {
        trm_buf_addf(out, "<Component IfcGuid=\"%s\"/>\n", e->guid);
        return;
    }
    trm_buf_adds(out, "<Component>");
    element(out, "AuthoringToolId", e->id);
    trm_buf_adds(out, "</Component>\n");
}

static void
viewpoint(struct trm_buf *out, const struct archive *a, const struct topic *t)
{
    const struct page_fail *fails = t->part.fails.data;
    trm_buf_addf(out, "%s<VisualizationInfo Guid=\"%s\">\n<Components>\n<Selection>\n", xml_head, t->view);
    for (size_t i = 0; i < t->part.fails.n; i++)
        component(out, fails[i].elem);
    trm_buf_adds(out, "</Selection>\n<Visibility DefaultVisibility=\"true\"/>\n</Components>\n");
    if (a->v3) /* from south-west above; directions are unit vectors, 1/sqrt(3), and 1/sqrt(6), 2/sqrt(6) */
        trm_buf_adds(out, "<PerspectiveCamera>\n<CameraViewPoint><X>-50</X><Y>-50</Y><Z>50</Z></CameraViewPoint>\n"
                          "<CameraDirection><X>0.57735</X><Y>0.57735</Y><Z>-0.57735</Z></CameraDirection>\n"
                          "<CameraUpVector><X>0.408248</X><Y>0.408248</Y><Z>0.816497</Z></CameraUpVector>\n"
                          "<FieldOfView>60</FieldOfView>\n<AspectRatio>1.5</AspectRatio>\n</PerspectiveCamera>\n");
    trm_buf_adds(out, "</VisualizationInfo>\n");
}

/* --- the whole -------------------------------------------------------------------------------------------------- */

static int
version(struct archive *a, struct trm_err *err)
{
    struct trm_buf out = {0};
    trm_buf_addf(&out, "%s<Version VersionId=\"%s\">", xml_head, a->v3 ? "3.0" : "2.1");
    trm_buf_adds(&out, a->v3 ? "</Version>\n" : "<DetailedVersion>2.1</DetailedVersion></Version>\n");
    return add_member(a, "bcf.version", &out, err);
}

/* The words that topics may use; 3.0 wants them. */
static int
extensions(struct archive *a, struct page_rule *const *rules, size_t n, struct trm_err *err)
{
    struct trm_buf out = {0};
    trm_buf_addf(&out, "%s<Extensions>\n<TopicTypes>\n", xml_head);
    for (const char *const *w = (const char *const[]){"Error", "Warning", "Info", "Issue", NULL}; *w; w++)
        element(&out, "TopicType", *w);
    trm_buf_adds(&out, "</TopicTypes>\n<TopicStatuses>\n<TopicStatus>Open</TopicStatus>\n<TopicStatus>Closed</TopicStatus>\n"
                       "</TopicStatuses>\n<Priorities>\n");
    for (const char *const *w = (const char *const[]){"ERROR", "WARNING", "INFO", NULL}; *w; w++)
        element(&out, "Priority", *w);
    trm_buf_adds(&out, "</Priorities>\n<TopicLabels>\n");
    for (size_t i = 0; i < n; i++)
        if (rules[i]->fails.n)
            element(&out, "TopicLabel", rules[i]->id);
    trm_buf_adds(&out, "</TopicLabels>\n<Users>\n<User>trm-report</User>\n</Users>\n</Extensions>\n");
    return add_member(a, "extensions.xml", &out, err);
}

static int
by_file(const void *x, const void *y)
{
    const struct page_fail *a = *(const struct page_fail *const *)x, *b = *(const struct page_fail *const *)y;
    int d = strcmp(a->elem->file, b->elem->file);
    return d ? d : (a > b) - (a < b); /* place in the list: order of arrival */
}

static int
add_topic(struct archive *a, struct topic *t, struct trm_err *err)
{
    struct trm_buf out = {0};
    char name[UUID + 32];
    const char *project = t->model ? t->model->id : "";
    uuid_of(t->guid, "topic", t->rule->id, project, t->file);
    uuid_of(t->view, "viewpoint", t->rule->id, project, t->file);
    markup(&out, a, t);
    snprintf(name, sizeof name, "%s/markup.bcf", t->guid);
    if (add_member(a, name, &out, err))
        return -1;
    viewpoint(&out, a, t);
    snprintf(name, sizeof name, "%s/viewpoint.bcfv", t->guid);
    return add_member(a, name, &out, err);
}

static const struct page_model *
model_of(const struct trm_page *p, const char *file)
{
    const struct page_model *m = p->models.data;
    for (size_t i = 0; i < p->models.n; i++)
        if (strcmp(m[i].file, file) == 0 && !*m[i].error)
            return &m[i];
    return NULL;
}

/* The topics of one rule, a file each. */
static int
add_rule(struct archive *a, const struct trm_page *p, const struct page_rule *r, size_t *index, struct trm_err *err)
{
    const struct page_fail *fails = r->fails.data;
    const struct page_fail **order = calloc(r->fails.n + 1, sizeof *order);
    int rc = order ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; order && i < r->fails.n; i++)
        order[i] = &fails[i];
    if (order)
        qsort(order, r->fails.n, sizeof *order, by_file);
    for (size_t i = 0, to; i < r->fails.n && rc == 0; i = to) {
        struct topic t = {.rule = r, .file = order[i]->elem->file, .index = (*index)++};
        t.model = model_of(p, t.file);
        for (to = i; to < r->fails.n && rc == 0 && strcmp(order[to]->elem->file, t.file) == 0; to++) {
            struct page_fail *f = trm_vec_push(&t.part.fails, sizeof *f);
            if (f)
                *f = *order[to];
            else
                rc = trm_err_set(err, TRM_SYS, "out of memory");
        }
        if (rc == 0)
            rc = add_topic(a, &t, err);
        free(t.part.fails.data);
    }
    free(order);
    return rc;
}

int
trm_page_bcf(char **bytes, size_t *n, const struct trm_page *p, bool v3, const char *time, struct trm_err *err)
{
    struct trm_pack pack = {0};
    struct archive a = {&pack, v3, time};
    struct page_rule **rules = trm_page_rules(p);
    size_t index = 0;
    int rc = rules ? version(&a, err) : trm_err_set(err, TRM_SYS, "out of memory");
    if (rc == 0 && v3)
        rc = extensions(&a, rules, p->rules.n, err);
    for (size_t i = 0; i < p->rules.n && rc == 0; i++)
        rc = add_rule(&a, p, rules[i], &index, err);
    free(rules);
    if (rc == 0)
        return trm_pack_finish(&pack, bytes, n, err);
    trm_pack_release(&pack);
    return -1;
}
