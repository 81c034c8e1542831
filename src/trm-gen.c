/* Benchmark tasks: made from a seed, or read from the sets of others. */
#include <stdlib.h>
#include <string.h>

#include "../lib/cli/cli.h"
#include "../lib/task/task.h"

#include "../lib/base/file.h"

/* Keys seen so far, for --distinct: open addressing over 64 bits. */
struct seen {
    uint64_t *slot; /* owned; 0: free */
    size_t n, cap;
};

struct gen {
    const char *family, *domain, *from, *format;
    bool all, list, distinct, hidden;
    long n, seed, start, size, difficulty;
    struct seen seen;
    struct trm_buf line;
    struct trm_task task;
};

/* A family to draw from, at a size. */
struct lot {
    const struct trm_task_family *family;
    int size;
};
enum { MOST_LOTS = 64, GIVE_UP = 2000 };

/* --- keys -------------------------------------------------------------------------------------------------------- */

static int
seen_grow(struct seen *s, struct trm_err *err)
{
    struct seen larger = {.cap = s->cap ? 2 * s->cap : 1024, .n = s->n};
    larger.slot = calloc(larger.cap, sizeof *larger.slot);
    if (!larger.slot)
        return trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < s->cap; i++)
        if (s->slot[i]) {
            size_t at = s->slot[i] & (larger.cap - 1);
            while (larger.slot[at])
                at = (at + 1) & (larger.cap - 1);
            larger.slot[at] = s->slot[i];
        }
    free(s->slot);
    *s = larger;
    return 0;
}

/* 1 when the key is new, 0 when not, -1 when memory is out. */
static int
seen_add(struct seen *s, const char *key, struct trm_err *err)
{
    uint64_t x = strtoull(key, NULL, 16);
    x += x == 0;
    if (2 * s->n >= s->cap && seen_grow(s, err) != 0)
        return -1;
    size_t at = x & (s->cap - 1);
    for (; s->slot[at]; at = (at + 1) & (s->cap - 1))
        if (s->slot[at] == x)
            return 0;
    s->slot[at] = x;
    s->n++;
    return 1;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

static int
write_task(struct gen *g, const char *key, const char *extra, struct trm_err *err)
{
    const char *format = g->from ? NULL : g->format;
    if (format && strcmp(format, "sudoku-csv") == 0)
        return trm_task_to_sudoku_csv(&g->line, &g->task, err);
    if (format && strcmp(format, "maze") == 0)
        return trm_task_to_maze(&g->line, &g->task, err);
    if (format)
        return trm_task_to_arc(&g->line, &g->task, err);
    trm_task_write(&g->line, &g->task, key, !g->hidden, extra);
    trm_buf_addc(&g->line, '\n');
    return 0;
}

/* The task in hand to stdout; with --distinct only if none like it was. 1 written, 0 not, -1 failed. */
static int
put_task(struct gen *g, struct trm_cli *c, const char *extra, struct trm_err *err)
{
    char key[17];
    trm_task_key(key, &g->task);
    int fresh = g->distinct ? seen_add(&g->seen, key, err) : 1;
    if (fresh <= 0)
        return fresh;
    trm_buf_reset(&g->line);
    if (write_task(g, key, extra, err) != 0)
        return -1;
    if (g->line.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_cli_put_raw(c, g->line.data, g->line.len);
    return 1;
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static void
add_lot(struct lot *lots, size_t *n, const struct trm_task_family *f, int size)
{
    if (*n < MOST_LOTS)
        lots[(*n)++] = (struct lot){f, size};
}

/* Every family of the domain (NULL: of all) at the sizes of its suite, or at --size where it has that. */
static void
add_suite(struct lot *lots, size_t *n, const char *domain, int size)
{
    const struct trm_task_family *f;
    for (size_t i = 0; (f = trm_task_family_at(i)); i++) {
        struct trm_task_facts facts;
        trm_task_facts(&facts, f);
        if (facts.levels == 0 || (domain && strcmp(domain, facts.domain) != 0))
            continue;
        for (const int *s = facts.suite; *s && !size; s++)
            add_lot(lots, n, f, *s);
        if (size && trm_task_size_ok(f, size))
            add_lot(lots, n, f, size);
    }
}

static size_t
choose_lots(struct lot *lots, const struct gen *g, struct trm_err *err)
{
    size_t n = 0;
    int size;
    if (g->all + (g->family != NULL) + (g->domain != NULL) != 1) {
        trm_err_set(err, TRM_USAGE, "expected one of --family F, --domain D and --all; --list shows them");
        return 0;
    }
    if (!g->family) {
        add_suite(lots, &n, g->domain, (int)g->size);
        if (n == 0)
            trm_err_set(err, TRM_USAGE, "no family of domain '%.60s' and size %ld; --list shows them", g->domain
                        ? g->domain : "any",
                        g->size);
        return n;
    }
    const struct trm_task_family *f = trm_task_family_find(g->family, &size);
    if (!f)
        trm_err_set(err, TRM_USAGE, "--family: no family '%.60s'; --list shows them", g->family);
    else if (size && g->size && size != g->size)
        trm_err_set(err, TRM_USAGE, "--family %.60s and --size %ld disagree", g->family, g->size);
    else
        add_lot(lots, &n, f, size ? size : (int)g->size);
    return n;
}

/* n tasks of one lot. With --distinct numbers of tasks that repeat others are passed over. */
static int
make_lot(struct gen *g, struct trm_cli *c, struct lot lot, struct trm_err *err)
{
    long made = 0, repeats = 0;
    for (uint64_t i = (uint64_t)g->start; made < g->n; i++) {
        if (trm_task_make(&g->task, lot.family, lot.size, (int)g->difficulty, (uint64_t)g->seed, i, err) != 0)
            return -1;
        int put = put_task(g, c, NULL, err);
        if (put < 0)
            return -1;
        made += put;
        repeats = put ? 0 : repeats + 1;
        if (repeats == GIVE_UP)
            return trm_err_set(err, TRM_DATA, "%.*s: found %ld distinct tasks, expected %ld; "
                               "the last %d drawn were repeats",
                               (int)strcspn(g->task.id, "/"), g->task.id, made, g->n, GIVE_UP);
        trm_cli_progress(c, "tasks", (double)made, (double)g->n);
    }
    return 0;
}

/* Difficulties that one family of many does not have are passed over; of one family they are an error. */
static void
make_all(struct gen *g, struct trm_cli *c)
{
    struct trm_err err = {0};
    struct lot lots[MOST_LOTS];
    size_t n = choose_lots(lots, g, &err);
    if (err.kind != TRM_OK)
        trm_cli_die(c, &err);
    for (size_t i = 0; i < n; i++) {
        struct trm_task_facts facts;
        trm_task_facts(&facts, lots[i].family);
        if (!g->family && g->difficulty > facts.levels)
            continue;
        if (make_lot(g, c, lots[i], &err) == 0)
            continue;
        if (err.kind != TRM_DATA)
            trm_cli_die(c, &err);
        trm_cli_fail(c, &err);
    }
}

static void
list_sizes(struct trm_buf *line, const struct trm_task_family *f, const struct trm_task_facts *k)
{
    bool few = k->size_max - k->size_min < 12;
    const char *comma = "";
    for (int s = k->size_min; s <= k->size_max; s++)
        if (few ? trm_task_size_ok(f, s) : s == k->size_min || s == k->size_max) {
            trm_buf_addf(line, "%s%d", comma, s);
            comma = few ? "," : "-";
        }
}

static void
list_families(struct trm_cli *c)
{
    const struct trm_task_family *f;
    struct trm_buf line = {0};
    for (size_t i = 0; (f = trm_task_family_at(i)); i++) {
        struct trm_task_facts k;
        trm_task_facts(&k, f);
        trm_buf_reset(&line);
        trm_buf_addf(&line, "%s\t%s\t", k.domain, k.name);
        list_sizes(&line, f, &k);
        trm_buf_addf(&line, "\t%d\t%d\t%s\t%s", k.size, k.levels, k.solver, k.purpose);
        trm_cli_put_text(c, line.data, line.len);
    }
    trm_buf_release(&line);
}

/* --- reading the sets of others ---------------------------------------------------------------------------------- */

/* Write the task just read (rc 0), or refuse the text in hand. */
static void
take(struct gen *g, struct trm_cli *c, int rc, const char *extra, struct trm_err *err)
{
    if (rc == 0 && put_task(g, c, extra, err) >= 0)
        return;
    if (err->kind != TRM_DATA)
        trm_cli_die(c, err);
    trm_cli_refuse(c, err);
}

/* Line by line; the first may be the names of the columns. */
static void
read_csv(struct gen *g, struct trm_cli *c, const char *name, const char *p, size_t size)
{
    struct trm_buf extra = {0};
    struct trm_err err = {0};
    size_t line = 0;
    for (const char *end = p + size; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        size_t len = (size_t)(stop - p);
        len -= len && p[len - 1] == '\r';
        trm_cli_at(c, g->from, ++line, p, len);
        trm_buf_reset(&extra);
        bool names = line == 1 && len >= 7 && memcmp(p, "source,", 7) == 0;
        if (len && !names) {
            int rc = trm_task_of_sudoku_csv(&g->task, &extra, p, len, name, line, &err);
            take(g, c, rc, extra.data, &err);
        }
        p = newline ? newline + 1 : end;
    }
    trm_buf_release(&extra);
}

static void
take_maze(struct gen *g, struct trm_cli *c, const char *name, const char *text, size_t len, size_t line)
{
    struct trm_err err = {0};
    trm_cli_at(c, g->from, line, text, len);
    take(g, c, trm_task_of_maze(&g->task, text, len, name, line, &err), NULL, &err);
}

/* Blocks of lines with an empty line between them. */
static void
read_mazes(struct gen *g, struct trm_cli *c, const char *name, const char *p, size_t size)
{
    const char *end = p + size, *block = NULL;
    size_t line = 0, first = 0;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        bool empty = stop == p || (stop == p + 1 && *p == '\r');
        line++;
        if (empty && block)
            take_maze(g, c, name, block, (size_t)(p - block), first);
        if (empty) {
            block = NULL;
        } else if (!block) {
            block = p;
            first = line;
        }
        p = newline ? newline + 1 : end;
    }
    if (block)
        take_maze(g, c, name, block, (size_t)(end - block), first);
}

static void
read_arc_task(struct gen *g, struct trm_cli *c, const char *name, const trm_json *arc)
{
    struct trm_err err = {0};
    size_t n = trm_json_len(trm_json_get(arc, "test"));
    for (size_t i = 0; i < (n ? n : 1); i++) /* none: the first attempt says what is missing */
        take(g, c, trm_task_of_arc(&g->task, arc, i, name, &err), NULL, &err);
}

/* One task, or an object of tasks by name, as the sets of later years are. */
static void
read_arc(struct gen *g, struct trm_cli *c, const char *name, const char *p, size_t size)
{
    struct trm_err err = {0};
    trm_json *v = trm_json_parse(p ? p : "", size, &err);
    trm_cli_at(c, g->from, 0, NULL, 0);
    if (v && trm_json_type(v) != TRM_JSON_OBJECT)
        trm_err_set(&err, TRM_DATA, "expected an object with train and test");
    if (err.kind != TRM_OK)
        take(g, c, -1, NULL, &err);
    else if (trm_json_get(v, "train") || trm_json_get(v, "test") || trm_json_len(v) == 0)
        read_arc_task(g, c, name, v);
    else
        for (void *it = trm_json_first(v); it; it = trm_json_next(v, it))
            read_arc_task(g, c, trm_json_key(it), trm_json_value(it));
    trm_json_free(v);
}

/* The file's name without folders and ending. */
static void
base_name(char out[64], const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    size_t len = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    if (strcmp(path, "-") == 0)
        snprintf(out, 64, "stdin");
    else
        snprintf(out, 64, "%.*s", (int)(len < 60 ? len : 60), name);
}

static void
read_set(struct gen *g, struct trm_cli *c)
{
    struct trm_map m;
    struct trm_err err = {0};
    char name[64];
    base_name(name, g->from);
    if (trm_map_open(&m, g->from, 0, &err) != 0)
        trm_cli_die(c, &err);
    if (strcmp(g->format, "sudoku-csv") == 0)
        read_csv(g, c, name, m.data, m.size);
    else if (strcmp(g->format, "maze") == 0)
        read_mazes(g, c, name, m.data, m.size);
    else
        read_arc(g, c, name, m.data, m.size);
    trm_cli_at(c, NULL, 0, NULL, 0);
    trm_map_release(&m);
}

static void
check_format(const struct gen *g, struct trm_cli *c)
{
    struct trm_err err = {0};
    const char *f = g->format;
    if (g->from && !f)
        trm_err_set(&err, TRM_USAGE, "--from wants --format: sudoku-csv, arc or maze");
    else if (f && strcmp(f, "sudoku-csv") != 0 && strcmp(f, "arc") != 0 && strcmp(f, "maze") != 0)
        trm_err_set(&err, TRM_USAGE, "--format: found '%.40s', expected sudoku-csv, arc or maze", f);
    else if (g->from && (g->family || g->domain || g->all))
        trm_err_set(&err, TRM_USAGE, "--from reads tasks, --family, --domain and --all make them: expected one");
    if (err.kind != TRM_OK)
        trm_cli_die(c, &err);
}

int
main(int argc, char **argv)
{
    struct gen g = {.n = 1000, .seed = 1};
    const struct trm_cli_opt opts[] = {
        {'f', "family", "F", "tasks of this family; a number behind the name is the size: sudoku6", &g.family, 0, 0,
            TRM_OPT_STR},
        {'d', "domain", "D", "every family of a domain: geometric, logical, constraint, symbolic", &g.domain, 0, 0,
            TRM_OPT_STR},
        {0, "all", NULL, "every family", &g.all, 0, 0, TRM_OPT_FLAG},
        {'n', "tasks", "N", "how many of each family", &g.n, 1, 1e9, TRM_OPT_INT},
        {0, "seed", "N", "which of the many sets", &g.seed, 0, 1L << 53, TRM_OPT_INT},
        {0, "start", "N", "number of the first task of the set", &g.start, 0, 1L << 53, TRM_OPT_INT},
        {'s', "size", "N", "size of the tasks; 0: the family's own", &g.size, 0, 1000, TRM_OPT_INT},
        {0, "difficulty", "N", "only tasks of this difficulty, 1 to 5; 0: as they come", &g.difficulty, 0,
            TRM_TASK_LEVELS, TRM_OPT_INT},
        {0, "distinct", NULL, "no two tasks that a symmetry carries into each other", &g.distinct, 0, 0, TRM_OPT_FLAG},
        {0, "answers-hidden", NULL, "leave the answers out", &g.hidden, 0, 0, TRM_OPT_FLAG},
        {0, "from", "FILE", "read tasks from a set of others instead", &g.from, 0, 0, TRM_OPT_STR},
        {0, "format", "F", "of --from: sudoku-csv, arc, maze; without --from, write that format", &g.format, 0, 0,
            TRM_OPT_STR},
        {0, "list", NULL, "domain, family, sizes, own size, difficulties, solver and purpose of every family",
            &g.list, 0, 0, TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-gen", .purpose = "Write tasks with one right answer each, of every domain.",
                        .opts = opts};
    trm_cli_begin(&c, argc, argv);
    check_format(&g, &c);
    if (g.list)
        list_families(&c);
    else if (g.from)
        read_set(&g, &c);
    else
        make_all(&g, &c);
    free(g.seen.slot);
    trm_buf_release(&g.line);
    return trm_cli_end(&c);
}
