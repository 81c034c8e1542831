/* The folder of versions: numbers, current, rollback, pruning, the lock, and what a killed writer leaves. */
#include "t.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../lib/ckpt/ckpt.h"
#include "../../lib/store/store.h"

static char dir[64];

/* A tiny model whose one number is x; its lineage names `parent` when given. sha256 goes to hex. */
static void
model(const char *path, float x, const char *parent, char hex[65])
{
    struct trm_err err = {0};
    char lineage[128];
    snprintf(lineage, sizeof lineage, "{\"parent\":\"%s\"}", parent ? parent : "");
    struct trm_ckpt_meta meta = {"trm.lineage", lineage};
    struct trm_ckpt_tensor t = {.name = "w", .dtype = TRM_F32, .rank = 1, .shape = {1}, .data = &x};
    CHECK(trm_ckpt_write(path, &t, 1, &meta, 1, hex, &err) == 0);
}

static int
add(struct trm_store *s, float x, const char *parent, char hex[65])
{
    struct trm_err err = {0};
    char path[128];
    int n = 0;
    bool known;
    snprintf(path, sizeof path, "%s.in", dir);
    model(path, x, parent, hex);
    CHECK(trm_store_add(s, path, -1, "2026-11-21T20:00:00Z", "a note", &n, &known, &err) == 0);
    CHECK(!known);
    return n;
}

static int
count(const struct trm_store *s)
{
    struct trm_version *v;
    size_t n = 0;
    CHECK(trm_store_list(s, &v, &n, NULL) == 0);
    free(v);
    return (int)n;
}

static void
fresh(void)
{
    static int k;
    snprintf(dir, sizeof dir, "/tmp/trm-store-%ld-%d", (long)getpid(), k++);
}

static void
clean(void)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s' '%s.in'", dir, dir);
    if (system(command) != 0)
        printf("# cannot clean %s\n", dir);
}

static void
numbers_and_records(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    struct trm_version v;
    char a[65], b[65], path[TRM_STORE_PATH];
    int found;
    fresh();
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    CHECK(add(&s, 1, NULL, a) == 1);
    CHECK(trm_store_current(&s) == 0);
    CHECK(trm_store_promote(&s, 1, &err) == 0);
    CHECK(add(&s, 2, a, b) == 2);
    CHECK(trm_store_get(&s, 2, &v, &err) == 0);
    CHECK(v.parent == 1 && v.after == 1 && !v.current);
    CHECK_STR(v.sha256, b);
    CHECK_STR(v.added, "2026-11-21T20:00:00Z");
    CHECK_STR(v.note, "a note");
    CHECK(trm_store_find(path, &found, dir, 0, &err) == 0 && found == 1);
    CHECK(access(path, R_OK) == 0);
    struct stat st;
    CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0444);
    trm_store_close(&s);
    clean();
}

static void
rollback_walks_back(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    char hex[65];
    int n, removed;
    fresh();
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    for (int i = 1; i <= 4; i++) {
        CHECK(add(&s, (float)i, NULL, hex) == i);
        CHECK(trm_store_promote(&s, i, &err) == 0);
    }
    CHECK(trm_store_rollback(&s, &n, &err) == 0 && n == 3);
    CHECK(trm_store_rollback(&s, &n, &err) == 0 && n == 2);
    CHECK(trm_store_promote(&s, 4, &err) == 0);
    CHECK(trm_store_prune(&s, 2, &removed, &err) == 0 && removed == 2);
    CHECK(trm_store_rollback(&s, &n, &err) == -1 && err.kind == TRM_USAGE); /* 2 and 1 are pruned */
    CHECK(trm_store_current(&s) == 4);
    trm_store_close(&s);
    clean();
}

static void
pruning_keeps_current(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    char hex[65];
    int removed;
    fresh();
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    for (int i = 1; i <= 6; i++)
        add(&s, (float)i, NULL, hex);
    CHECK(trm_store_promote(&s, 1, &err) == 0);
    CHECK(trm_store_prune(&s, 3, &removed, &err) == 0 && removed == 2);
    CHECK(count(&s) == 4);
    CHECK(trm_store_current(&s) == 1);
    CHECK(trm_store_find((char[TRM_STORE_PATH]){0}, NULL, dir, 2, &err) == -1);
    CHECK(add(&s, 7, NULL, hex) == 7);
    trm_store_close(&s);
    clean();
}

static void
second_writer_is_refused(void)
{
    struct trm_store a, b;
    struct trm_err err = {0};
    fresh();
    CHECK(trm_store_open(&a, dir, true, "the first", &err) == 0);
    CHECK(trm_store_open(&b, dir, true, "the second", &err) == -1);
    CHECK(err.kind == TRM_SYS && strstr(err.text, "the first"));
    CHECK(trm_store_open(&b, dir, false, NULL, NULL) == 0); /* reading needs no lock */
    trm_store_close(&b);
    trm_store_close(&a);
    CHECK(trm_store_open(&b, dir, true, "the second", NULL) == 0);
    trm_store_close(&b);
    clean();
}

static void
broken_models_stay_out(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    char path[128], hex[65];
    int n = -1;
    bool known;
    fresh();
    snprintf(path, sizeof path, "%s.in", dir);
    model(path, 1, NULL, hex);
    int fd = open(path, O_WRONLY);
    CHECK(fd >= 0 && pwrite(fd, "\x7f", 1, lseek(fd, 0, SEEK_END) - 2) == 1);
    close(fd);
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    CHECK(trm_store_add(&s, path, -1, NULL, NULL, &n, &known, &err) == -1);
    CHECK(err.kind == TRM_DATA);
    CHECK(count(&s) == 0);
    CHECK(trm_store_add(&s, "/nonexistent.trm", -1, NULL, NULL, &n, &known, NULL) == -1);
    trm_store_close(&s);
    clean();
}

static void
same_bytes_once(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    char path[128], hex[65];
    int n = -1;
    bool known = false;
    fresh();
    snprintf(path, sizeof path, "%s.in", dir);
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    CHECK(add(&s, 5, NULL, hex) == 1);
    CHECK(trm_store_add(&s, path, -1, NULL, NULL, &n, &known, &err) == 0);
    CHECK(known && n == 1 && count(&s) == 1);
    trm_store_close(&s);
    clean();
}

/* What the two files of a switch may look like when the writer dies between them. */
static void
death_between(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    char hex[65], path[128];
    int n;
    fresh();
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    for (int i = 1; i <= 3; i++)
        add(&s, (float)i, NULL, hex);
    CHECK(trm_store_promote(&s, 1, &err) == 0 && trm_store_promote(&s, 2, &err) == 0);
    snprintf(path, sizeof path, "%s/promoted", dir);
    FILE *f = fopen(path, "w"); /* a promotion of 3 that wrote its list and died before the switch */
    fputs("1\n2\n3\n", f);
    fclose(f);
    CHECK(trm_store_current(&s) == 2);
    CHECK(trm_store_rollback(&s, &n, &err) == 0 && n == 1);
    trm_store_close(&s);
    clean();
}

static void
changed_on_disk(void)
{
    struct trm_store s;
    struct trm_err err = {0};
    char hex[65], path[TRM_STORE_PATH];
    fresh();
    CHECK(trm_store_open(&s, dir, true, "test", &err) == 0);
    add(&s, 1, NULL, hex);
    CHECK(trm_store_find(path, NULL, dir, 1, &err) == 0);
    chmod(path, 0644);
    CHECK(truncate(path, 100) == 0);
    CHECK(trm_store_promote(&s, 1, &err) == -1 && err.kind == TRM_DATA);
    CHECK(trm_store_current(&s) == 0);
    trm_store_close(&s);
    clean();
}

T_MAIN
{
    T("a version has a number, a record, a parent from its lineage, and bytes that nobody may write") numbers_and_records();
    T("rollback goes back through what was current, past what is pruned, and says when there is nothing") rollback_walks_back();
    T("pruning keeps the last and the current, and a number is never used again") pruning_keeps_current();
    T("a second writer is refused by name, a reader is not") second_writer_is_refused();
    T("a model with a flipped bit, or none at all, stays out") broken_models_stay_out();
    T("the same bytes are added once") same_bytes_once();
    T("a writer that died between the two files of a switch has harmed nothing") death_between();
    T("a version that was changed on disk cannot become current") changed_on_disk();
}
