/* The folder of versions: listing, adding, switching, pruning. See store.h for its layout. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/buf.h"
#include "../base/file.h"
#include "../ckpt/ckpt.h"
#include "../rec/rec.h"

enum { MAX_VERSION = 999999 }; /* six digits; a store that retrains every night fills up in 2,700 years */

/* --- paths ------------------------------------------------------------------------------------------------------ */

static int
join(char path[TRM_STORE_PATH], const char *dir, const char *rest, struct trm_err *err)
{
    int len = snprintf(path, TRM_STORE_PATH, "%s/%s", dir, rest);
    if (len < 0 || len >= TRM_STORE_PATH)
        return trm_err_set(err, TRM_USAGE, "%.60s...: the path of the store is too long", dir);
    return 0;
}

static int
version_path(char path[TRM_STORE_PATH], const char *dir, int n, const char *ext, struct trm_err *err)
{
    char rest[40];
    snprintf(rest, sizeof rest, "versions/%04d.%s", n, ext);
    return join(path, dir, rest, err);
}

/* The number in "versions/0007.trm" or "0007.trm"; 0 when it is no such name. */
static int
number_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *s = slash ? slash + 1 : name;
    size_t digits = strspn(s, "0123456789");
    if (digits < 4 || digits > 6 || strcmp(s + digits, ".trm") != 0)
        return 0;
    return atoi(s);
}

static int
make_dir(const char *path, struct trm_err *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    return trm_err_set(err, TRM_SYS, "%s: cannot make the folder: %s", path, strerror(errno));
}

/* The name of a file is safe on disk only when its folder is. */
static void
sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

/* Who holds the lock, as that writer put it down; "another process" when it did not say. */
static void
read_holder(char *who, size_t size, int fd)
{
    ssize_t n = pread(fd, who, size - 1, 0);
    who[n > 0 ? n : 0] = 0;
    who[strcspn(who, "\n")] = 0;
    if (!*who)
        snprintf(who, size, "another process");
}

static int
take_lock(struct trm_store *s, const char *who, struct trm_err *err)
{
    char path[TRM_STORE_PATH], holder[128];
    if (join(path, s->dir, "lock", err))
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return trm_err_set(err, TRM_SYS, "%s: cannot open the lock: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int e = errno;
        read_holder(holder, sizeof holder, fd);
        close(fd);
        if (e != EWOULDBLOCK)
            return trm_err_set(err, TRM_SYS, "%s: cannot lock: %s", path, strerror(e));
        return trm_err_set(err, TRM_SYS, "%s: the store is locked by %s; try again when it has ended", s->dir, holder);
    }
    s->lock = fd;
    if (ftruncate(fd, 0) != 0 || (who && dprintf(fd, "%s\n", who) < 0))
        return trm_err_set(err, TRM_SYS, "%s: cannot write: %s", path, strerror(errno));
    return 0;
}

int
trm_store_open(struct trm_store *s, const char *dir, bool write, const char *who, struct trm_err *err)
{
    char versions[TRM_STORE_PATH];
    struct stat st;
    *s = (struct trm_store){.dir = dir, .lock = -1};
    if (join(versions, dir, "versions", err))
        return -1;
    if (!write) {
        if (stat(versions, &st) == 0 && S_ISDIR(st.st_mode))
            return 0;
        return trm_err_set(err, TRM_USAGE, "%s: no store of models (it has no folder versions/)", dir);
    }
    if (make_dir(dir, err) || make_dir(versions, err) || take_lock(s, who, err)) {
        trm_store_close(s);
        return -1;
    }
    return 0;
}

void
trm_store_close(struct trm_store *s)
{
    if (s->dir && s->lock >= 0) {
        if (ftruncate(s->lock, 0) != 0) {
            /* only the word on who held it stays behind; the lock itself goes with the descriptor */
        }
        close(s->lock);
    }
    *s = (struct trm_store){.lock = -1};
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static bool
is_there(const char *dir, int n)
{
    char path[TRM_STORE_PATH];
    return n > 0 && version_path(path, dir, n, "trm", NULL) == 0 && access(path, F_OK) == 0;
}

static int
current_of(const char *dir)
{
    char path[TRM_STORE_PATH], target[TRM_STORE_PATH];
    if (join(path, dir, "current", NULL))
        return 0;
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len <= 0)
        return 0;
    target[len] = 0;
    return number_of(target);
}

int
trm_store_current(const struct trm_store *s)
{
    return current_of(s->dir);
}

/* Names that scandir takes: models only. */
static int
is_model(const struct dirent *d)
{
    return number_of(d->d_name) > 0;
}

static int
by_number(const struct dirent **a, const struct dirent **b)
{
    int x = number_of((*a)->d_name), y = number_of((*b)->d_name);
    return (x > y) - (x < y);
}

/* Numbers of all versions, rising: *out is owned by the caller (free). */
static int
numbers(int **out, size_t *n, const char *dir, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    struct dirent **names;
    *out = NULL, *n = 0;
    if (join(path, dir, "versions", err))
        return -1;
    int count = scandir(path, &names, is_model, by_number);
    if (count < 0)
        return trm_err_set(err, TRM_SYS, "%s: cannot list: %s", path, strerror(errno));
    int *list = malloc(((size_t)count + 1) * sizeof *list);
    for (int i = 0; i < count; i++) {
        if (list)
            list[i] = number_of(names[i]->d_name);
        free(names[i]);
    }
    free(names);
    if (!list)
        return trm_err_set(err, TRM_SYS, "out of memory");
    *out = list, *n = (size_t)count;
    return 0;
}

static void
copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

/* What versions/NNNN.json says. A store whose record is lost is still usable: the model file is what counts. */
static int
read_record(struct trm_version *v, const char *dir, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    struct trm_map m;
    struct stat st;
    if (version_path(path, dir, v->n, "trm", err))
        return -1;
    if (stat(path, &st) == 0)
        v->bytes = (uint64_t)st.st_size;
    if (version_path(path, dir, v->n, "json", err))
        return -1;
    if (access(path, F_OK) != 0)
        return 0;
    if (trm_map_open(&m, path, 1 << 20, err))
        return -1;
    trm_json *rec = trm_json_parse(m.data, m.size, err);
    trm_map_release(&m);
    if (!rec)
        return trm_err_at(err, "%s", path);
    v->parent = (int)trm_json_num(trm_json_get(rec, "parent"), 0);
    v->after = (int)trm_json_num(trm_json_get(rec, "after"), 0);
    copy_text(v->sha256, sizeof v->sha256, trm_json_str(trm_json_get(rec, "sha256"), ""));
    copy_text(v->added, sizeof v->added, trm_json_str(trm_json_get(rec, "added"), ""));
    copy_text(v->note, sizeof v->note, trm_json_str(trm_json_get(rec, "note"), ""));
    trm_json_free(rec);
    return 0;
}

int
trm_store_list(const struct trm_store *s, struct trm_version **out, size_t *n, struct trm_err *err)
{
    int *list, current = current_of(s->dir);
    *out = NULL;
    if (numbers(&list, n, s->dir, err))
        return -1;
    struct trm_version *v = calloc(*n + 1, sizeof *v);
    int rc = v ? 0 : trm_err_set(err, TRM_SYS, "out of memory");
    for (size_t i = 0; i < *n && rc == 0; i++) {
        v[i] = (struct trm_version){.n = list[i], .current = list[i] == current};
        rc = read_record(&v[i], s->dir, err);
    }
    free(list);
    if (rc == 0)
        *out = v;
    else
        free(v);
    return rc;
}

int
trm_store_get(const struct trm_store *s, int n, struct trm_version *out, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    int found;
    if (trm_store_find(path, &found, s->dir, n, err))
        return -1;
    *out = (struct trm_version){.n = found, .current = found == current_of(s->dir)};
    return read_record(out, s->dir, err);
}

int
trm_store_find(char path[TRM_STORE_PATH], int *found, const char *dir, int n, struct trm_err *err)
{
    int want = n ? n : current_of(dir);
    if (want <= 0 || want > MAX_VERSION) {
        if (n)
            return trm_err_set(err, TRM_USAGE, "%s: no version %d in this store", dir, n);
        return trm_err_set(err, TRM_USAGE, "%s: no store of models here, or none of its versions is current", dir);
    }
    if (!is_there(dir, want))
        return trm_err_set(err, TRM_USAGE, "%s: no version %d in this store", dir, want);
    if (found)
        *found = want;
    return version_path(path, dir, want, "trm", err);
}

/* --- switching -------------------------------------------------------------------------------------------------- */

static int
point_current_at(const struct trm_store *s, int n, struct trm_err *err)
{
    char target[40], temp[TRM_STORE_PATH], path[TRM_STORE_PATH];
    snprintf(target, sizeof target, "versions/%04d.trm", n);
    if (join(temp, s->dir, ".current.new", err) || join(path, s->dir, "current", err))
        return -1;
    unlink(temp); /* left by a killed writer; the lock says that it is nobody's now */
    if (symlink(target, temp) != 0 || rename(temp, path) != 0) {
        int e = errno;
        unlink(temp);
        return trm_err_set(err, TRM_SYS, "%s: cannot switch to version %d: %s", path, n, strerror(e));
    }
    sync_dir(s->dir);
    return 0;
}

/* What was current, oldest first, the one in use left out: *out is owned by the caller (free). */
static int
read_promoted(int **out, size_t *n, const struct trm_store *s, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    struct trm_map m = {0};
    *out = NULL, *n = 0;
    if (join(path, s->dir, "promoted", err))
        return -1;
    bool have = access(path, F_OK) == 0;
    if (have && trm_map_open(&m, path, 1 << 24, err))
        return -1;
    int *list = calloc(m.size / 2 + 1, sizeof *list);
    size_t count = 0, last = SIZE_MAX;
    int number = 0, current = current_of(s->dir);
    for (size_t i = 0; list && i < m.size; i++) {
        if (m.data[i] >= '0' && m.data[i] <= '9' && number <= MAX_VERSION)
            number = number * 10 + (m.data[i] - '0');
        else if (m.data[i] == '\n' && number > 0) {
            if (number == current)
                last = count;
            list[count++] = number, number = 0;
        }
    }
    if (have)
        trm_map_release(&m);
    if (!list)
        return trm_err_set(err, TRM_SYS, "out of memory");
    *out = list, *n = last == SIZE_MAX ? count : last;
    return 0;
}

static int
write_promoted(const struct trm_store *s, const int *list, size_t n, int top, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    struct trm_out o;
    if (join(path, s->dir, "promoted", err) || trm_out_open(&o, path, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        fprintf(o.f, "%d\n", list[i]);
    fprintf(o.f, "%d\n", top);
    return trm_out_commit(&o, err);
}

/* Open the file as a model, which checks its own checksum; its sha256, which is its name here, goes to hex. */
static int
check_model(char hex[65], const char *path, struct trm_err *err)
{
    struct trm_ckpt c;
    if (trm_ckpt_open(&c, path, false, err))
        return -1;
    int status = trm_ckpt_verify(&c, err);
    copy_text(hex, 65, c.sha256);
    trm_ckpt_release(&c);
    return status == 0 ? 0 : trm_err_at(err, "%s", path);
}

static int
needs_lock(const struct trm_store *s, struct trm_err *err)
{
    return s->lock >= 0 ? 0 : trm_err_set(err, TRM_USAGE, "%s: the store was opened for reading only", s->dir);
}

int
trm_store_promote(struct trm_store *s, int n, struct trm_err *err)
{
    struct trm_version v;
    char path[TRM_STORE_PATH], hex[65];
    if (needs_lock(s, err))
        return -1;
    if (n <= 0)
        return trm_err_set(err, TRM_USAGE, "%s: no version %d in this store", s->dir, n);
    if (trm_store_get(s, n, &v, err) || version_path(path, s->dir, n, "trm", err) || check_model(hex, path, err))
        return -1;
    if (*v.sha256 && strcmp(v.sha256, hex) != 0)
        return trm_err_set(err, TRM_DATA, "%s: not the bytes that were added (sha256 %.12s..., was %.12s...)", path, hex,
                           v.sha256);
    if (v.current)
        return 0;
    int *list;
    size_t count;
    if (read_promoted(&list, &count, s, err))
        return -1;
    int before = current_of(s->dir);
    if (before > 0)
        list[count++] = before; /* read_promoted leaves room: the current one was cut off there */
    int rc = write_promoted(s, list, count, n, err) || point_current_at(s, n, err) ? -1 : 0;
    free(list);
    return rc;
}

int
trm_store_rollback(struct trm_store *s, int *n, struct trm_err *err)
{
    int *list;
    size_t count;
    if (needs_lock(s, err) || read_promoted(&list, &count, s, err))
        return -1;
    while (count > 0 && (!is_there(s->dir, list[count - 1]) || list[count - 1] == current_of(s->dir)))
        count--;
    int rc = -1;
    if (count == 0)
        trm_err_set(err, TRM_USAGE, "%s: nothing to go back to: no other version was current before", s->dir);
    else if (point_current_at(s, list[count - 1], err) == 0) {
        *n = list[count - 1];
        rc = write_promoted(s, list, count - 1, *n, err);
    }
    free(list);
    return rc;
}

/* --- adding ----------------------------------------------------------------------------------------------------- */

static int
copy_file(struct trm_out *o, uint64_t *bytes, const char *from, struct trm_err *err)
{
    struct trm_map m;
    if (trm_map_open(&m, from, 0, err))
        return -1;
    *bytes = m.size;
    bool ok = fwrite(m.data, 1, m.size, o->f) == m.size && fflush(o->f) == 0;
    int e = errno;
    trm_map_release(&m);
    return ok ? 0 : trm_err_set(err, TRM_SYS, "%s: cannot write: %s", o->path, strerror(e));
}

/* The version here that has these bytes, or 0. */
static int
version_of(const struct trm_version *v, size_t n, const char *sha256)
{
    for (size_t i = n; i > 0; i--)
        if (*sha256 && strcmp(v[i - 1].sha256, sha256) == 0)
            return v[i - 1].n;
    return 0;
}

static int
write_record(const struct trm_store *s, const struct trm_version *v, struct trm_err *err)
{
    char path[TRM_STORE_PATH], id[16];
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    struct trm_out o;
    snprintf(id, sizeof id, "%04d", v->n);
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "version");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", id);
    trm_jw_knum(&w, "version", v->n);
    trm_jw_knum(&w, "parent", v->parent);
    trm_jw_knum(&w, "after", v->after);
    trm_jw_kstr(&w, "sha256", v->sha256);
    trm_jw_knum(&w, "bytes", (double)v->bytes);
    trm_jw_kstr(&w, "added", *v->added ? v->added : NULL);
    trm_jw_kstr(&w, "note", *v->note ? v->note : NULL);
    trm_jw_end(&w);
    trm_buf_addc(&b, '\n');
    int rc = b.failed ? trm_err_set(err, TRM_SYS, "out of memory") : 0;
    if (rc == 0 && (version_path(path, s->dir, v->n, "json", err) || trm_out_open(&o, path, err)))
        rc = -1;
    if (rc == 0) {
        fwrite(b.data, 1, b.len, o.f);
        rc = trm_out_commit(&o, err);
    }
    trm_buf_release(&b);
    return rc;
}

/* The next number: behind every model and every record, so that a record whose model never came is not taken over. */
static int
next_number(const struct trm_version *v, size_t n, const char *dir)
{
    char path[TRM_STORE_PATH];
    int next = n ? v[n - 1].n + 1 : 1;
    while (next <= MAX_VERSION && version_path(path, dir, next, "json", NULL) == 0 && access(path, F_OK) == 0)
        next++;
    return next;
}

/* The version that the model's own lineage names as its parent, or 0. */
static int
parent_of(const char *path, const struct trm_version *v, size_t n)
{
    struct trm_ckpt c;
    if (trm_ckpt_open(&c, path, false, NULL))
        return 0;
    const char *text = trm_ckpt_get(&c, "trm.lineage");
    trm_json *lineage = text ? trm_json_parse(text, strlen(text), NULL) : NULL;
    int parent = version_of(v, n, trm_json_str(trm_json_get(lineage, "parent"), ""));
    trm_json_free(lineage);
    trm_ckpt_release(&c);
    return parent;
}

/* Copy, look at the copy, write its record, and only then let it appear. */
static int
add_as(struct trm_store *s, const char *file, struct trm_version *v, struct trm_err *err)
{
    char path[TRM_STORE_PATH], again[65];
    struct trm_out o;
    if (v->n > MAX_VERSION)
        return trm_err_set(err, TRM_USAGE, "%s: the store is full", s->dir);
    if (version_path(path, s->dir, v->n, "trm", err) || trm_out_open(&o, path, err))
        return -1;
    int rc = copy_file(&o, &v->bytes, file, err);
    if (rc == 0 && (rc = check_model(again, o.temp, err)) == 0 && strcmp(again, v->sha256) != 0)
        rc = trm_err_set(err, TRM_DATA, "%s: changed while it was being copied", file);
    if (rc == 0)
        rc = write_record(s, v, err);
    if (rc == 0 && fchmod(fileno(o.f), 0444) != 0)
        rc = trm_err_set(err, TRM_SYS, "%s: cannot make read only: %s", path, strerror(errno));
    if (rc == 0)
        return trm_out_commit(&o, err);
    trm_out_abort(&o);
    return -1;
}

int
trm_store_add(struct trm_store *s, const char *file, int parent, const char *utc, const char *note, int *n,
              bool *known, struct trm_err *err)
{
    struct trm_version v = {0}, *list;
    size_t count;
    *known = false;
    if (needs_lock(s, err) || check_model(v.sha256, file, err) || trm_store_list(s, &list, &count, err))
        return -1;
    int rc = 0;
    *n = version_of(list, count, v.sha256);
    if (*n > 0) {
        *known = true;
    } else if (parent > 0 && !is_there(s->dir, parent)) {
        rc = trm_err_set(err, TRM_USAGE, "%s: no version %d in this store to be the parent", s->dir, parent);
    } else {
        v.n = next_number(list, count, s->dir);
        v.parent = parent >= 0 ? parent : parent_of(file, list, count);
        v.after = current_of(s->dir);
        copy_text(v.added, sizeof v.added, utc ? utc : "");
        copy_text(v.note, sizeof v.note, note ? note : "");
        rc = add_as(s, file, &v, err);
        *n = v.n;
    }
    free(list);
    return rc;
}

/* --- pruning ---------------------------------------------------------------------------------------------------- */

int
trm_store_prune(struct trm_store *s, int keep, int *removed, struct trm_err *err)
{
    char path[TRM_STORE_PATH];
    int *list, current = current_of(s->dir), rc = 0;
    size_t n;
    *removed = 0;
    if (keep < 1)
        return trm_err_set(err, TRM_USAGE, "at least the last version must be kept");
    if (needs_lock(s, err) || numbers(&list, &n, s->dir, err))
        return -1;
    for (size_t i = 0; i + (size_t)keep < n && rc == 0; i++) {
        if (list[i] == current)
            continue;
        rc = version_path(path, s->dir, list[i], "trm", err);
        if (rc == 0 && unlink(path) != 0)
            rc = trm_err_set(err, TRM_SYS, "%s: cannot remove: %s", path, strerror(errno));
        if (rc == 0 && version_path(path, s->dir, list[i], "json", err) == 0)
            unlink(path); /* a record without its model is no version; a leftover harms nobody */
        *removed += rc == 0;
    }
    free(list);
    return rc;
}
