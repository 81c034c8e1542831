/* The requirement of an IDS rule in words. Its definition holds the facet as XML, as it stands in the IDS file (trm-rules(5));
 * here it is skimmed for what people want to read, without a parser of XML: what is not understood is left out, never
 * guessed, and any bytes do no harm. */
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum {
    MAX_SLOT = 300, /* bytes of one part that are shown; enumerations of hundreds are cut */
    MAX_MEND = 160, /* bytes of a value in what stands beside every element; the whole stands once, with the rule */
};

enum slot { NAME, PREDEFINED, SET, BASE, VALUE, SYSTEM, N_SLOTS };

struct facet {
    char kind[20], cardinality[12], relation[64], data_type[48];
    struct trm_buf slots[N_SLOTS];
    size_t cut[N_SLOTS]; /* values left out */
};

static const char *const slot_tags[N_SLOTS] = {"name", "predefinedType", "propertySet", "baseName", "value", "system"};

/* --- skimming --------------------------------------------------------------------------------------------------- */

/* A tag: name without prefix, and the text between the brackets. */
struct tag {
    char name[32];
    const char *inner; /* attributes */
    size_t n_inner;
    bool closes, empty;
};

/* The tag at *at, which points to '<'; *at moves behind it. false at the end. */
static bool
next_tag(struct tag *t, const char **at)
{
    const char *s = strchr(*at, '<'), *end = s ? strchr(s, '>') : NULL;
    *t = (struct tag){0};
    if (!end) /* a '>' in an attribute's value is read as an end: the words get shorter, no more */
        return false;
    *at = end + 1;
    s++;
    t->closes = *s == '/';
    t->empty = end[-1] == '/';
    s += t->closes;
    size_t n = strcspn(s, " \t\r\n/>");
    for (size_t i = 0; i < n; i++)
        if (s[i] == ':') {
            s += i + 1, n -= i + 1;
            break;
        }
    snprintf(t->name, sizeof t->name, "%.*s", (int)(n < 31 ? n : 31), s);
    t->inner = s + n, t->n_inner = (size_t)(end - (s + n));
    return true;
}

/* XML text of n bytes with the five named entities resolved. */
static void
add_text(struct trm_buf *out, const char *s, size_t n)
{
    static const struct {
        const char *name, *text;
    } entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}};
    while (n && strchr(" \t\r\n", *s))
        s++, n--;
    while (n && strchr(" \t\r\n", s[n - 1]))
        n--;
    for (size_t i = 0; i < n;) {
        size_t k = 0, len = 0;
        for (; k < sizeof entities / sizeof *entities; k++)
            if ((len = strlen(entities[k].name)) <= n - i && memcmp(s + i, entities[k].name, len) == 0)
                break;
        if (k < sizeof entities / sizeof *entities) {
            trm_buf_adds(out, entities[k].text);
            i += len;
        } else {
            trm_buf_addc(out, s[i++]);
        }
    }
}

/* Value of an attribute of a tag into out, cut to its size; "" when it is not there. */
static void
attribute(char *out, size_t size, const struct tag *t, const char *key)
{
    struct trm_buf text = {0};
    size_t n = strlen(key);
    out[0] = '\0';
    for (const char *s = t->inner, *end = s + t->n_inner; s + n + 2 < end; s++) {
        if (memcmp(s, key, n) != 0 || s[n] != '=' || (s[n + 1] != '"' && s[n + 1] != '\'') || !strchr(" \t\r\n", s[-1]))
            continue;
        const char *from = s + n + 2, *to = memchr(from, s[n + 1], (size_t)(end - from));
        add_text(&text, from, to ? (size_t)(to - from) : 0);
        break;
    }
    if (text.data)
        snprintf(out, size, "%s", text.data);
    trm_buf_release(&text);
}

/* "matching X", "at least 3": one facet of a restriction. */
static void
restriction(struct facet *f, int slot, const struct tag *t)
{
    static const char *const words[][3] = {
        /* element, words before the first, words before the others */
        {"enumeration", "one of ", ", "},      {"pattern", "a text like ", " or like "}, {"minInclusive", "at least ", ", at least "},
        {"minExclusive", "more than ", ", more than "}, {"maxInclusive", "at most ", ", at most "},
        {"maxExclusive", "less than ", ", less than "}, {"length", "of length ", ", of length "},
        {"minLength", "of length at least ", ", of length at least "}, {"maxLength", "of length at most ", ", of length at most "},
    };
    char value[256];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(t->name, words[i][0]) != 0)
            continue;
        if (f->slots[slot].len > MAX_SLOT) {
            f->cut[slot]++;
            return;
        }
        attribute(value, sizeof value, t, "value");
        trm_buf_adds(&f->slots[slot], f->slots[slot].len ? words[i][2] : words[i][1]);
        trm_buf_adds(&f->slots[slot], value);
    }
}

static void
skim(struct facet *f, const char *xml)
{
    struct tag t;
    int slot = -1;
    const char *at = xml;
    *f = (struct facet){0};
    while (next_tag(&t, &at)) {
        if (!*f->kind) {
            snprintf(f->kind, sizeof f->kind, "%.19s", t.name);
            attribute(f->cardinality, sizeof f->cardinality, &t, "cardinality");
            attribute(f->relation, sizeof f->relation, &t, "relation");
            attribute(f->data_type, sizeof f->data_type, &t, "dataType");
            continue;
        }
        for (int k = 0; k < N_SLOTS; k++)
            if (strcmp(t.name, slot_tags[k]) == 0)
                slot = t.closes || t.empty ? -1 : k;
        if (slot < 0 || t.closes)
            continue;
        if (strcmp(t.name, "simpleValue") == 0)
            add_text(&f->slots[slot], at, strcspn(at, "<"));
        else
            restriction(f, slot, &t);
    }
}

static void
release(struct facet *f)
{
    for (int i = 0; i < N_SLOTS; i++)
        trm_buf_release(&f->slots[i]);
}

/* --- words ------------------------------------------------------------------------------------------------------ */

static const char *
part(const struct facet *f, enum slot slot)
{
    return f->slots[slot].len ? f->slots[slot].data : "";
}

static const char *
requirement_of(const struct page_rule *r)
{
    return trm_json_str(trm_json_get(r->definition, "requirement"), "");
}

bool
trm_say_is_facet(const struct page_rule *r)
{
    return *requirement_of(r) != 0;
}

static void
field_words(struct trm_buf *out, const struct facet *f)
{
    if (strcmp(f->kind, "property") == 0)
        trm_buf_addf(out, "%s.%s", part(f, SET), part(f, BASE));
    else if (strcmp(f->kind, "attribute") == 0)
        trm_buf_addf(out, "attribute.%s", part(f, NAME));
    else if (strcmp(f->kind, "classification") == 0 && *part(f, SYSTEM))
        trm_buf_addf(out, "classification in %s", part(f, SYSTEM));
    else if (strcmp(f->kind, "entity") == 0)
        trm_buf_adds(out, *part(f, PREDEFINED) ? "predefined type" : "class");
    else
        trm_buf_adds(out, strcmp(f->kind, "partOf") == 0 ? "what it is part of" : f->kind);
}

void
trm_say_facet_field(struct trm_buf *out, const struct page_rule *r)
{
    struct facet f;
    skim(&f, requirement_of(r));
    field_words(out, &f);
    release(&f);
}

/* The value asked for, or "any value". */
static void
value_words(struct trm_buf *out, const struct facet *f)
{
    bool entity = strcmp(f->kind, "entity") == 0, whole = strcmp(f->kind, "partOf") == 0;
    const char *name = entity || whole ? part(f, NAME) : part(f, VALUE);
    trm_buf_adds(out, whole && !*name ? "any whole" : *name ? name : "any value");
    if (f->cut[VALUE])
        trm_buf_addf(out, " and %zu more", f->cut[VALUE]);
    if (*part(f, PREDEFINED))
        trm_buf_addf(out, " of type %s", part(f, PREDEFINED));
    if (*f->data_type)
        trm_buf_addf(out, ", as %s", f->data_type);
    if (*f->relation)
        trm_buf_addf(out, ", by %s", f->relation);
}

void
trm_say_facet(struct trm_buf *out, const struct page_rule *r)
{
    struct facet f;
    skim(&f, requirement_of(r));
    if (strcmp(f.cardinality, "prohibited") == 0)
        trm_buf_adds(out, "must not be: ");
    else if (strcmp(f.cardinality, "optional") == 0)
        trm_buf_adds(out, "where it is given: ");
    field_words(out, &f);
    trm_buf_adds(out, ": ");
    value_words(out, &f);
    release(&f);
}

void
trm_say_facet_mend(struct trm_buf *out, const struct page_rule *r, bool absent)
{
    struct facet f;
    skim(&f, requirement_of(r));
    bool never = strcmp(f.cardinality, "prohibited") == 0;
    trm_buf_adds(out, never ? "Take away " : absent ? "Fill in " : "Change ");
    field_words(out, &f);
    struct trm_buf value = {0};
    value_words(&value, &f);
    trm_buf_adds(out, never && !*part(&f, VALUE) ? "" : never ? " where it is " : absent ? " with " : " to ");
    if (!never || *part(&f, VALUE))
        trm_buf_adds(out, value.failed || value.len > MAX_MEND ? "one of the values asked for" : value.data);
    trm_buf_release(&value);
    trm_buf_addc(out, '.');
    release(&f);
}
