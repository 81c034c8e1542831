/* Text to contract. */
#include "psl.h"

#include <string.h>

#include "../base/text.h"

enum { MOST_BYTES = 1 << 20, MOST_LINES = 20000, MOST_SECTIONS = 64, MOST_HEAD = 256 };

struct line {
    const char *s; /* blanks around it gone, comment gone */
    size_t n;
    const char *raw; /* as written, blanks behind it gone */
    size_t raw_n;
};
struct reader {
    struct trm_psl *p;
    struct trm_arena *mem;
    struct line *lines;
    size_t n, first;
    const char *section;
    struct trm_err *err;
};

static bool
blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* A comment begins with # at the start or behind a blank, outside quotes. */
static size_t
comment_at(const char *s, size_t n)
{
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            quoted = !quoted;
        if (s[i] == '#' && !quoted && (i == 0 || blank(s[i - 1])))
            return i;
    }
    return n;
}

static struct line
line_of(const char *s, size_t n)
{
    while (n && blank(s[n - 1]))
        n--;
    struct line l = {.raw = s, .raw_n = n};
    size_t from = 0, to = comment_at(s, n);
    while (from < to && blank(s[from]))
        from++;
    while (to > from && blank(s[to - 1]))
        to--;
    l.s = s + from;
    l.n = to - from;
    return l;
}

static bool
starts(const struct line *l, const char *with)
{
    return l->n >= strlen(with) && memcmp(l->s, with, strlen(with)) == 0;
}

bool
trm_psl_begins(const char *line, size_t len)
{
    struct line l = line_of(line, len);
    return starts(&l, "!psl") && (l.n == 4 || blank(l.s[4]));
}

static int
out_of_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

static const char *
keep(struct reader *r, const char *s, size_t n)
{
    while (n && blank(*s))
        s++, n--;
    while (n && blank(s[n - 1]))
        n--;
    if (n >= 2 && s[0] == '"' && s[n - 1] == '"')
        s++, n -= 2;
    return trm_arena_strndup(r->mem, s, n);
}

/* "[FACT]" with what may stand behind it: the length of the whole head, else 0. Two letters or more, so that a row of a
 * grid with one cell is none. */
static size_t
section_head(const struct line *l)
{
    if (!l->n || l->s[0] != '[')
        return 0;
    size_t i = 1;
    while (i < l->n && ((l->s[i] >= 'A' && l->s[i] <= 'Z') || (l->s[i] >= '0' && l->s[i] <= '9') || l->s[i] == '_'))
        i++;
    return i >= 3 && i < l->n && l->s[i] == ']' ? i + 1 : 0;
}

/* Where the name of an entry ends: at ':' or '=' behind a word of letters, digits, blanks, '_' and '-'; else 0. */
static size_t
name_end(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && ((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
                     s[i] == '_' || s[i] == '-' || s[i] == ' '))
        i++;
    return i && i < n && (s[i] == ':' || s[i] == '=') ? i : 0;
}

static int
depth_of(const char *s, size_t n)
{
    int depth = 0;
    for (size_t i = 0; i < n; i++)
        depth += (s[i] == '[') - (s[i] == ']');
    return depth;
}

/* Rows that belong to an entry: lines with brackets while some are open, or "- [...]" below an empty value. Returns the
 * number of lines taken. */
static size_t
take_rows(struct reader *r, size_t at, struct trm_buf *value)
{
    int depth = value->len ? depth_of(value->data, value->len) : 0;
    bool rows = value->len == 0;
    size_t i = at;
    for (; i < r->n && (rows || depth > 0); i++) {
        struct line *l = &r->lines[i];
        if (l->n == 0)
            continue;
        size_t from = l->s[0] == '-' ? 1 : 0;
        while (from < l->n && blank(l->s[from]))
            from++;
        if (from == l->n || (l->s[from] != '[' && (l->s[from] != ']' || depth <= 0)) || section_head(l))
            break;
        trm_buf_addc(value, ' ');
        trm_buf_add(value, l->s + from, l->n - from);
        depth += depth_of(l->s + from, l->n - from);
    }
    return i - at;
}

static int
add_entry(struct reader *r, const char *s, size_t n, size_t *at)
{
    struct trm_psl_entry *e = &r->p->entries[r->p->n_entries];
    struct trm_buf value = {0};
    size_t line = *at + r->first, dash = n && s[0] == '-' ? 1 : 0;
    while (dash < n && blank(s[dash]))
        dash++;
    s += dash, n -= dash;
    size_t end = name_end(s, n), from = end ? end + 1 : n;
    ++*at;
    if (!end)
        return 0; /* prose; it stays in the lines of its section */
    while (from < n && blank(s[from]))
        from++;
    trm_buf_add(&value, s + from, n - from);
    *at += take_rows(r, *at, &value);
    *e = (struct trm_psl_entry){r->section, keep(r, s, end), keep(r, value.data ? value.data : "", value.len), line};
    bool failed = value.failed || !e->name || !e->value;
    trm_buf_release(&value);
    r->p->n_entries++;
    return failed ? out_of_memory(r->err) : 0;
}

/* "[a, b]", "a; b; c<=3", or "- a" lines below. */
static int
read_constraints(struct reader *r, const char *value, size_t *at)
{
    struct trm_buf all = {0};
    trm_buf_adds(&all, value);
    for (; *at < r->n && !*value && (r->lines[*at].n == 0 || r->lines[*at].s[0] == '-'); ++*at)
        if (r->lines[*at].n) {
            trm_buf_addc(&all, ';');
            trm_buf_add(&all, r->lines[*at].s + 1, r->lines[*at].n - 1);
        }
    size_t n = all.len, from = 0, cap = 1;
    for (size_t i = 0; i < n; i++)
        cap += all.data[i] == ';' || all.data[i] == ',';
    r->p->constraints = trm_arena_calloc(r->mem, cap, sizeof *r->p->constraints);
    bool listed = n >= 2 && all.data[0] == '[' && all.data[n - 1] == ']', failed = all.failed || !r->p->constraints;
    from += listed, n -= listed;
    for (size_t i = from; i <= n && !failed; i++) {
        if (i < n && all.data[i] != ';' && !(listed && all.data[i] == ','))
            continue;
        const char *one = keep(r, all.data + from, i - from);
        failed = !one;
        if (one && *one)
            r->p->constraints[r->p->n_constraints++] = one;
        from = i + 1;
    }
    trm_buf_release(&all);
    return failed ? out_of_memory(r->err) : 0;
}

static int
read_head_line(struct reader *r, size_t *at)
{
    size_t before = r->p->n_entries, line = *at + r->first;
    if (r->lines[*at].n == 0)
        return ++*at, 0;
    if (add_entry(r, r->lines[*at].s, r->lines[*at].n, at) != 0)
        return -1;
    if (r->p->n_entries == before)
        return trm_err_set(r->err, TRM_DATA, "line %zu: expected 'name: value' or a section as [FACT]", line);
    struct trm_psl_entry *e = &r->p->entries[before];
    for (size_t i = 0; i < before; i++)
        if (strcmp(r->p->entries[i].name, e->name) == 0)
            return trm_err_set(r->err, TRM_DATA, "line %zu: %.40s: stated before, in line %zu", line, e->name,
                               r->p->entries[i].line);
    if (before == MOST_HEAD)
        return trm_err_set(r->err, TRM_DATA, "line %zu: more than %d entries in the head", line, MOST_HEAD);
    if (strcmp(e->name, "context") == 0)
        r->p->context = e->value;
    else if (strcmp(e->name, "goal") == 0)
        r->p->goal = e->value;
    else if (strcmp(e->name, "id") == 0)
        r->p->id = e->value;
    else if (strcmp(e->name, "constraints") == 0)
        return read_constraints(r, e->value, at);
    return 0;
}

static int
read_section(struct reader *r, size_t *at)
{
    struct line *l = &r->lines[*at];
    size_t head = section_head(l), from = *at + 1;
    if (r->p->n_sections == MOST_SECTIONS)
        return trm_err_set(r->err, TRM_DATA, "line %zu: more than %d sections", *at + r->first, MOST_SECTIONS);
    struct trm_psl_section *s = &r->p->sections[r->p->n_sections++];
    s->name = r->section = trm_arena_strndup(r->mem, l->s + 1, head - 2);
    s->lines = trm_arena_calloc(r->mem, r->n - *at + 1, sizeof *s->lines);
    if (!s->name || !s->lines)
        return out_of_memory(r->err);
    if (head < l->n) { /* "[3C] clear: yes" */
        size_t one = *at;
        s->lines[s->n++] = keep(r, l->s + head, l->n - head);
        while (head < l->n && blank(l->s[head]))
            head++;
        if (add_entry(r, l->s + head, l->n - head, &one) != 0)
            return -1;
        from = one;
    }
    size_t end = *at + 1;
    for (; end < r->n && !section_head(&r->lines[end]); end++) {
        const struct line *x = &r->lines[end];
        if (!(s->lines[s->n++] = trm_arena_strndup(r->mem, x->raw, x->raw_n)))
            return out_of_memory(r->err);
    }
    while (s->n && !*s->lines[s->n - 1])
        s->n--;
    for (*at = from; *at < end;)
        if (r->lines[*at].n == 0)
            ++*at;
        else if (add_entry(r, r->lines[*at].s, r->lines[*at].n, at) != 0)
            return -1;
    return 0;
}

static int
read_version(struct reader *r)
{
    const struct line *l = &r->lines[0];
    size_t i = 4;
    while (i < l->n && blank(l->s[i]))
        i++;
    if (i < l->n && l->s[i] == 'v')
        i++;
    r->p->version = trm_arena_strndup(r->mem, l->s + i, l->n - i);
    if (!r->p->version)
        return out_of_memory(r->err);
    return strcmp(r->p->version, "0.1") == 0
               ? 0
               : trm_err_set(r->err, TRM_DATA, "line %zu: found version '%.20s' of PSL, expected 0.1", r->first,
                             r->p->version);
}

/* Lines of the text; fences of code blocks around it are no lines. */
static void
split(struct reader *r, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        const char *newline = memchr(text + at, '\n', len - at);
        size_t n = newline ? (size_t)(newline - text) - at : len - at;
        r->lines[r->n] = line_of(text + at, n);
        if (starts(&r->lines[r->n], "```"))
            r->lines[r->n] = line_of("", 0);
        r->n++;
        at += n + 1;
    }
}

int
trm_psl_read(struct trm_psl *p, struct trm_arena *mem, const char *text, size_t len, const char *id, size_t first,
             struct trm_err *err)
{
    *p = (struct trm_psl){.context = "", .goal = ""};
    if (len > MOST_BYTES)
        return trm_err_set(err, TRM_DATA, "a contract of %zu bytes, expected at most %d", len, MOST_BYTES);
    if (memchr(text, 0, len) || !trm_utf8_valid(text, len))
        return trm_err_set(err, TRM_DATA, "line %zu: the contract is not text in UTF-8", first);
    size_t most = 2;
    for (size_t i = 0; i < len; i++)
        most += text[i] == '\n';
    if (most > MOST_LINES)
        return trm_err_set(err, TRM_DATA, "more than %d lines", MOST_LINES);
    struct reader r = {.p = p, .mem = mem, .first = first, .section = "", .err = err};
    r.lines = trm_arena_calloc(mem, most, sizeof *r.lines);
    p->entries = trm_arena_calloc(mem, 2 * most, sizeof *p->entries);
    p->sections = trm_arena_calloc(mem, MOST_SECTIONS, sizeof *p->sections);
    p->id = trm_arena_strdup(mem, id);
    if (!r.lines || !p->entries || !p->sections || !p->id)
        return out_of_memory(err);
    split(&r, text, len);
    if (r.n == 0 || !starts(&r.lines[0], "!psl"))
        return trm_err_set(err, TRM_DATA, "line %zu: expected '!psl v0.1'", first);
    if (read_version(&r) != 0)
        return -1;
    size_t at = 1;
    while (at < r.n && !section_head(&r.lines[at]))
        if (read_head_line(&r, &at) != 0)
            return -1;
    while (at < r.n)
        if (read_section(&r, &at) != 0)
            return -1;
    return 0;
}

const char *
trm_psl_get(const struct trm_psl *p, const char *section, const char *name)
{
    for (size_t i = 0; i < p->n_entries; i++)
        if (strcmp(p->entries[i].name, name) == 0 && (!section || strcmp(p->entries[i].section, section) == 0))
            return p->entries[i].value;
    return NULL;
}
