#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "big.h"
#include "buf.h"

/* --- reading ----------------------------------------------------------------------------------------------------- */

/* A larger file is mapped even so: its pages can be given back when memory is short. */
enum { MOST_READ = 1 << 30 };

/* All of fd into memory, for what cannot be mapped. */
static int
read_all(struct trm_map *m, int fd, const char *path, size_t max, struct trm_err *err)
{
    struct trm_buf b = {0};
    static const size_t chunk = 1 << 16;
    char *space = malloc(chunk);
    ssize_t n = -1;
    while (space && (n = read(fd, space, chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        trm_buf_add(&b, space, (size_t)n);
        if (b.failed || (max && b.len > max))
            break;
    }
    int why = errno;
    free(space);
    if (max && b.len > max)
        trm_err_set(err, TRM_DATA, "%s: more than %zu bytes", path, max);
    else if (b.failed || !space)
        trm_err_set(err, TRM_SYS, "%s: out of memory", path);
    else if (n < 0)
        trm_err_set(err, TRM_SYS, "%s: %s", path, strerror(why));
    else {
        *m = (struct trm_map){.data = b.data, .size = b.len};
        return 0;
    }
    trm_buf_release(&b);
    return -1;
}

/* The size bytes of a file into m, in large pages. A file that shrinks meanwhile is as long as it was found. */
static int
read_file(struct trm_map *m, int fd, const char *path, size_t size, struct trm_err *err)
{
    char *p = trm_big_alloc(size);
    size_t at = 0;
    ssize_t n = 1;
    while (p && at < size && n != 0) {
        n = read(fd, p + at, size - at);
        if (n < 0 && errno != EINTR)
            break;
        at += n > 0 ? (size_t)n : 0;
    }
    if (!p || n < 0) {
        int why = p ? errno : ENOMEM;
        free(p);
        return trm_err_set(err, TRM_SYS, "%s: %s", path, strerror(why));
    }
    *m = (struct trm_map){.data = p, .size = at};
    return 0;
}

/* An open file into m; takes nothing. */
static int
map_fd(struct trm_map *m, int fd, const char *path, size_t max, bool whole, struct trm_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return trm_err_set(err, TRM_SYS, "%s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return trm_err_set(err, TRM_DATA, "%s: is a folder, expected a file", path);
    if (!S_ISREG(st.st_mode) || lseek(fd, 0, SEEK_CUR) != 0)
        return read_all(m, fd, path, max, err);
    if (max && (uintmax_t)st.st_size > max)
        return trm_err_set(err, TRM_DATA, "%s: %jd bytes, more than %zu", path, (intmax_t)st.st_size, max);
    if (st.st_size == 0)
        return 0;
    if (whole && st.st_size <= MOST_READ)
        return read_file(m, fd, path, (size_t)st.st_size, err);
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return trm_err_set(err, TRM_SYS, "%s: %s", path, strerror(errno));
    *m = (struct trm_map){.data = p, .size = (size_t)st.st_size, .mapped = true};
    return 0;
}

static int
open_at(struct trm_map *m, const char *path, size_t max, bool whole, struct trm_err *err)
{
    *m = (struct trm_map){0};
    if (strcmp(path, "-") == 0)
        return map_fd(m, STDIN_FILENO, path, max, whole, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return trm_err_set(err, errno == ENOENT || errno == ENOTDIR ? TRM_DATA : TRM_SYS, "%s: %s", path, strerror(errno));
    int status = map_fd(m, fd, path, max, whole, err);
    close(fd);
    return status;
}

int
trm_map_open(struct trm_map *m, const char *path, size_t max, struct trm_err *err)
{
    return open_at(m, path, max, false, err);
}

int
trm_map_read(struct trm_map *m, const char *path, size_t max, struct trm_err *err)
{
    return open_at(m, path, max, true, err);
}

void
trm_map_release(struct trm_map *m)
{
    if (m->mapped)
        munmap((void *)(uintptr_t)m->data, m->size);
    else
        free((void *)(uintptr_t)m->data);
    *m = (struct trm_map){0};
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

/* Names of the temporaries now open, for a signal handler: the one thing here that outlives a call. */
enum { MOST_OPEN = 16 };
static char *volatile open_temps[MOST_OPEN];

static void
remember(char *was, char *is)
{
    for (int i = 0; i < MOST_OPEN; i++)
        if (open_temps[i] == was) {
            open_temps[i] = is;
            return;
        }
}

void
trm_out_unlink_all(void)
{
    for (int i = 0; i < MOST_OPEN; i++)
        if (open_temps[i])
            unlink(open_temps[i]);
}

/* ".NAME.XXXXXX" in the folder of path; owned by the caller, NULL when memory is out. */
static char *
temp_beside(const char *path)
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    struct trm_buf b = {0};
    trm_buf_addf(&b, "%.*s.%s.XXXXXX", folder, path, path + folder);
    if (b.failed)
        trm_buf_release(&b);
    return b.data;
}

int
trm_out_open(struct trm_out *o, const char *path, struct trm_err *err)
{
    *o = (struct trm_out){.path = strdup(path), .temp = temp_beside(path)};
    if (!o->path || !o->temp) {
        trm_out_abort(o);
        return trm_err_set(err, TRM_SYS, "%s: out of memory", path);
    }
    int fd = mkstemp(o->temp);
    if (fd >= 0) {
        mode_t mask = umask(0);
        umask(mask);
        fchmod(fd, 0666 & ~mask);
        o->f = fdopen(fd, "wb");
    }
    if (!o->f) {
        trm_err_set(err, TRM_SYS, "%s: cannot be written: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
            unlink(o->temp);
        }
        trm_out_abort(o);
        return -1;
    }
    remember(NULL, o->temp);
    return 0;
}

int
trm_out_commit(struct trm_out *o, struct trm_err *err)
{
    bool bad = ferror(o->f) != 0;
    errno = 0;
    bad |= fflush(o->f) != 0 || fsync(fileno(o->f)) != 0;
    int why = errno;
    bad |= fclose(o->f) != 0;
    o->f = NULL;
    if (!bad && rename(o->temp, o->path) != 0)
        bad = true, why = errno;
    if (bad) {
        trm_err_set(err, TRM_SYS, "%s: cannot be written: %s", o->path, why ? strerror(why) : "write error");
    } else {
        remember(o->temp, NULL);
        free(o->temp);
        o->temp = NULL;
    }
    trm_out_abort(o);
    return bad ? -1 : 0;
}

void
trm_out_abort(struct trm_out *o)
{
    if (o->f)
        fclose(o->f);
    if (o->temp) {
        remember(o->temp, NULL);
        unlink(o->temp);
    }
    free(o->temp);
    free(o->path);
    *o = (struct trm_out){0};
}
