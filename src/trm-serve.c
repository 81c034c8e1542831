/* trm-serve: many clients on a socket, few long-lived filters behind it.
 *
 * A client writes one record a line and gets one line for each, in its order. Each line goes to a free worker, which is any
 * program that writes one line for one line, as trm-infer does; so a worker that crashes takes one request with it, which another
 * then answers, and a new model is a new set of workers beside the old one. Metrics go out on a second socket as Prometheus text.
 *
 * One process, one poll loop, no threads: a request is only handed on here, the work is in the workers. */
#define _GNU_SOURCE /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/base/text.h"
#include "../lib/cli/cli.h"

enum { MOST_CLIENTS = 1024, MOST_WORKERS = 128, MOST_HTTP = 4096, MOST_COMPLAINT = 1 << 16, FIRST_HANDED = 3 };
static const double SETTLE_S = 0.5; /* a worker that lived so long has opened its model */

static const double BUCKET_S[] = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
enum { N_BUCKETS = sizeof BUCKET_S / sizeof *BUCKET_S };

enum outcome { ANSWERED, REFUSED, FAILED, N_OUTCOMES };
static const char *const outcome_name[N_OUTCOMES] = {"answered", "refused", "failed"};

struct request {
    struct trm_buf line; /* with its newline */
    char id[256];        /* of the record, to know its answer by; longer ones are refused */
    double since;        /* when it was whole here */
    int tries;
};
struct client {
    int fd; /* -1: no client here */
    bool http, waiting, ended; /* waiting: its request is queued or at a worker; ended: it sends no more */
    struct trm_buf in, out;
    size_t sent;
    double active;
    struct request r;
};
struct worker {
    pid_t pid; /* 0: none here */
    int in, out, err;
    int client; /* whose request it has, -1: none */
    size_t written;
    struct trm_buf said, complained;
    double born, since;
    unsigned generation;
};
struct serve {
    struct trm_cli *c;
    /* as given */
    const char *listen, *metrics, *watch, *kinds;
    long n_workers, max_line, max_clients;
    double timeout, idle;
    /* at work */
    int sock, http;
    struct client client[MOST_CLIENTS];
    struct worker worker[MOST_WORKERS];
    unsigned generation, proven; /* newest, and the newest that has lived */
    struct stat seen;
    double looked, now;
    int next; /* client to be served first: turns */
    int early_deaths;
    bool ending;
    size_t outcomes[N_OUTCOMES], bucket[N_BUCKETS + 1], restarts, changes, changes_refused, turned_away;
    double seconds;
};

static int
not_blocking(int fd)
{
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC) ? -1 : fd;
}

/* --- sockets -------------------------------------------------------------------------------------------------------- */

static int
listen_unix(const char *path, struct trm_err *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof a.sun_path)
        return trm_err_set(err, TRM_USAGE, "%s: too long a path for a socket", path);
    strcpy(a.sun_path, path);
    struct stat st; /* a socket that an earlier server left is taken away, and nothing else */
    if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
        return trm_err_set(err, TRM_USAGE, "%s: there is a file that is no socket", path);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 128))
        return trm_err_set(err, TRM_SYS, "%s: %s", path, strerror(errno));
    return not_blocking(fd);
}

/* "127.0.0.1:7070", "[::1]:7070" or "unix:/run/trm.sock" */
static int
listen_at(const char *where, struct trm_err *err)
{
    char host[256];
    const char *colon = strrchr(where, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV}, *a = NULL;
    if (!strncmp(where, "unix:", 5))
        return listen_unix(where + 5, err);
    if (!colon || (size_t)(colon - where) >= sizeof host)
        return trm_err_set(err, TRM_USAGE, "%s: expected ADDRESS:PORT or unix:PATH", where);
    snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
    size_t n = strlen(host);
    bool six = n > 2 && host[0] == '[' && host[n - 1] == ']';
    if (six)
        host[n - 1] = '\0';
    int bad = getaddrinfo(host + six, colon + 1, &hints, &a), on = 1;
    if (bad)
        return trm_err_set(err, TRM_USAGE, "%s: %s", where, gai_strerror(bad));
    int fd = socket(a->ai_family, SOCK_STREAM, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bad = fd < 0 || bind(fd, a->ai_addr, a->ai_addrlen) || listen(fd, 128);
    freeaddrinfo(a);
    return bad ? trm_err_set(err, TRM_SYS, "%s: %s", where, strerror(errno)) : not_blocking(fd);
}

/* Sockets as systemd hands them: the first for records, the second for metrics. How many there are. */
static int
handed(void)
{
    long long pid, n;
    const char *whose = trm_cli_env("LISTEN_PID"), *how_many = trm_cli_env("LISTEN_FDS");
    if (!whose || !how_many || !trm_text_int(whose, 1, 1LL << 31, &pid) || pid != getpid() || !trm_text_int(how_many, 0, 2, &n))
        return 0;
    for (int i = 0; i < n; i++)
        not_blocking(FIRST_HANDED + i);
    return (int)n;
}

/* --- workers -------------------------------------------------------------------------------------------------------- */

static void
become(struct serve *s, int in, int out, int err)
{
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(127);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* a terminal's interrupt is for the server, which ends its workers itself */
    execvp(s->c->files[0], s->c->files);
    _exit(127);
}

static int
start_worker(struct serve *s)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1}, k = 0;
    while (k < MOST_WORKERS && s->worker[k].pid)
        k++;
    if (k == MOST_WORKERS || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        become(s, in[0], out[1], err[1]);
    close(in[0]), close(out[1]), close(err[1]);
    struct worker *w = &s->worker[k];
    struct trm_buf said = w->said, complained = w->complained;
    trm_buf_reset(&said), trm_buf_reset(&complained);
    *w = (struct worker){.pid = pid > 0 ? pid : 0, .in = not_blocking(in[1]), .out = not_blocking(out[0]), .err = not_blocking(err[0]),
                         .client = -1, .born = s->now, .generation = s->generation, .said = said, .complained = complained};
    return pid > 0 ? 0 : -1;
}

static void answer(struct serve *s, int k, enum outcome how, const char *text, size_t n);
static void refuse(struct serve *s, int k, enum outcome how, const char *reason);

/* The worker is gone or must go; what it had in hand is tried once more. */
static void
drop_worker(struct serve *s, struct worker *w, bool kill_it, const char *why)
{
    int k = w->client;
    if (kill_it)
        kill(w->pid, SIGKILL);
    close(w->in), close(w->out), close(w->err);
    waitpid(w->pid, NULL, kill_it ? 0 : WNOHANG); /* one that ends by itself is reaped later */
    w->pid = 0, w->client = -1;
    if (k < 0)
        return;
    if (s->client[k].r.tries > 1)
        refuse(s, k, FAILED, why);
    else
        s->client[k].r.tries++; /* still waiting, and at no worker: it is handed on again */
}

static bool
at_worker(const struct serve *s, int k)
{
    for (int i = 0; i < MOST_WORKERS; i++)
        if (s->worker[i].pid && s->worker[i].client == k)
            return true;
    return false;
}

/* As many workers of the newest generation as asked for; the old ones go once a new one has lived long enough to be believed. */
static void
keep_workers(struct serve *s)
{
    long n = 0;
    bool lived = false;
    for (int i = 0; i < MOST_WORKERS; i++) {
        struct worker *w = &s->worker[i];
        n += w->pid && w->generation == s->generation;
        lived |= w->pid && w->generation == s->generation && s->now - w->born > SETTLE_S;
    }
    if (lived)
        s->proven = s->generation, s->early_deaths = 0;
    while (n < s->n_workers && !s->ending && !start_worker(s))
        n++;
    for (int i = 0; i < MOST_WORKERS; i++) {
        struct worker *w = &s->worker[i];
        if (w->pid && w->generation < s->proven && w->client < 0)
            drop_worker(s, w, false, "");
    }
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

/* A worker ended by itself. Of a new generation that dies young the old one stays in use. One that dies over a record is the
 * record's fault: no client can end the server with those. */
static void
mourn(struct serve *s, struct worker *w)
{
    bool young = s->now - w->born <= SETTLE_S, unasked = w->client < 0;
    unsigned generation = w->generation;
    if (w->complained.len)
        trm_cli_warn(s->c, "worker: %.400s", w->complained.data);
    drop_worker(s, w, true, "the worker ended twice over this record");
    s->restarts++;
    if (young && generation > s->proven && s->proven) {
        for (int i = 0; i < MOST_WORKERS; i++)
            if (s->worker[i].pid && s->worker[i].generation == generation)
                drop_worker(s, &s->worker[i], true, "");
        s->generation = s->proven;
        s->changes_refused++;
        trm_cli_warn(s->c, "workers with the new %s end at once: the old ones stay", s->watch);
    } else if (young && unasked && ++s->early_deaths > 10) {
        struct trm_err err = {0};
        trm_err_set(&err, TRM_SYS, "%s ends as soon as it begins", s->c->files[0]);
        trm_cli_die(s->c, &err);
    }
}

/* Once a second: whether the watched file is another one now. */
static void
look(struct serve *s)
{
    struct stat st;
    if (!s->watch || s->now - s->looked < 1)
        return;
    s->looked = s->now;
    if (stat(s->watch, &st))
        return; /* between two models, or gone: what is open stays */
    bool other = st.st_ino != s->seen.st_ino || st.st_dev != s->seen.st_dev || st.st_mtim.tv_sec != s->seen.st_mtim.tv_sec ||
                 st.st_mtim.tv_nsec != s->seen.st_mtim.tv_nsec || st.st_size != s->seen.st_size;
    if (other)
        s->generation++, s->changes++;
    s->seen = st;
}

/* --- requests ------------------------------------------------------------------------------------------------------- */

static void
answer(struct serve *s, int k, enum outcome how, const char *text, size_t n)
{
    struct client *x = &s->client[k];
    double took = s->now - x->r.since;
    size_t b = 0;
    trm_buf_add(&x->out, text, n);
    trm_buf_addc(&x->out, '\n');
    x->waiting = false;
    x->active = s->now;
    s->outcomes[how]++;
    s->seconds += took;
    while (b < N_BUCKETS && took > BUCKET_S[b])
        b++;
    s->bucket[b]++;
}

static void
refuse(struct serve *s, int k, enum outcome how, const char *reason)
{
    struct trm_buf b = {0};
    struct trm_jw w = {.out = &b};
    trm_jw_object(&w);
    trm_jw_kstr(&w, "kind", "refused");
    trm_jw_knum(&w, "v", 1);
    trm_jw_kstr(&w, "id", *s->client[k].r.id ? s->client[k].r.id : "-");
    trm_jw_kstr(&w, "program", "trm-serve");
    trm_jw_kstr(&w, "reason", reason);
    trm_jw_end(&w);
    answer(s, k, how, b.data, b.len);
    trm_buf_release(&b);
}

/* The id of a record in text; false when it is none or has none that fits. */
static bool
id_of(char id[256], const char *text, size_t n, const char **kind, trm_json **tree, struct trm_err *err)
{
    const char *found;
    *tree = trm_json_parse(text, n, err);
    *id = '\0';
    if (!*tree || trm_json_need_str(*tree, "id", &found, err))
        return false;
    if (strlen(found) >= 256) {
        trm_err_set(err, TRM_DATA, "id: longer than 255 bytes");
        return false;
    }
    strcpy(id, found);
    *kind = trm_json_str(trm_json_get(*tree, "kind"), "");
    return true;
}

static bool
in_list(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; n && (at = strstr(at, word)); at += n)
        if ((at == list || at[-1] == ',') && (at[n] == ',' || !at[n]))
            return true;
    return false;
}

/* A whole line has come: it waits for a worker, or is refused here. */
static void
take_line(struct serve *s, int k, size_t n)
{
    struct client *x = &s->client[k];
    struct trm_err err = {0};
    const char *kind = "";
    trm_json *tree = NULL;
    trm_buf_reset(&x->r.line);
    trm_buf_add(&x->r.line, x->in.data, n);
    trm_buf_addc(&x->r.line, '\n');
    memmove(x->in.data, x->in.data + n + 1, x->in.len - n - 1);
    x->in.len -= n + 1;
    x->r.since = s->now, x->r.tries = 1, x->waiting = true;
    if (!id_of(x->r.id, x->r.line.data, n, &kind, &tree, &err))
        refuse(s, k, REFUSED, err.text);
    else if (!in_list(s->kinds, kind))
        refuse(s, k, REFUSED, "no such kind is served here");
    trm_json_free(tree);
}

static void
close_client(struct serve *s, int k)
{
    struct client *x = &s->client[k];
    for (int i = 0; i < MOST_WORKERS; i++)
        if (s->worker[i].pid && s->worker[i].client == k) /* its answer would be nobody's, and half of the question may be written */
            s->worker[i].client = -1, drop_worker(s, &s->worker[i], true, "");
    close(x->fd);
    trm_buf_release(&x->in), trm_buf_release(&x->out), trm_buf_release(&x->r.line);
    *x = (struct client){.fd = -1};
}

static void metrics_text(struct serve *s, struct trm_buf *b);

/* Lines that have come, one at a time; one that grows too long ends the client. */
static void
advance(struct serve *s, int k)
{
    struct client *x = &s->client[k];
    while (!x->waiting && !x->http && x->in.len) {
        const char *newline = memchr(x->in.data, '\n', x->in.len);
        if (!newline && x->in.len <= (size_t)s->max_line)
            return;
        if (!newline || (size_t)(newline - x->in.data) > (size_t)s->max_line) {
            *x->r.id = '\0', x->r.since = s->now;
            refuse(s, k, REFUSED, "the line is too long");
            x->ended = true;
            trm_buf_reset(&x->in);
            return;
        }
        if (newline == x->in.data) { /* a blank line says nothing */
            memmove(x->in.data, x->in.data + 1, --x->in.len);
            continue;
        }
        take_line(s, k, (size_t)(newline - x->in.data));
    }
    if (x->http && !x->ended && x->in.len >= 4 && (strstr(x->in.data, "\r\n\r\n") || x->in.len >= MOST_HTTP)) {
        metrics_text(s, &x->out);
        x->ended = true;
    }
}

static void
read_client(struct serve *s, int k)
{
    struct client *x = &s->client[k];
    char *room = trm_buf_room(&x->in, 1 << 16);
    ssize_t n = room ? read(x->fd, room, 1 << 16) : -1;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        close_client(s, k);
        return;
    }
    if (n == 0)
        x->ended = true;
    else
        trm_buf_used(&x->in, (size_t)n);
    x->active = s->now;
    advance(s, k);
}

static void
write_client(struct serve *s, int k)
{
    struct client *x = &s->client[k];
    ssize_t n = send(x->fd, x->out.data + x->sent, x->out.len - x->sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        close_client(s, k);
        return;
    }
    x->sent += n > 0 ? (size_t)n : 0;
    if (x->sent == x->out.len)
        trm_buf_reset(&x->out), x->sent = 0;
}

static void
accept_client(struct serve *s, int listener, bool http)
{
    int fd = accept(listener, NULL, NULL), k = 0, n = 0;
    if (fd < 0)
        return;
    for (int i = 0; i < MOST_CLIENTS; i++)
        n += s->client[i].fd >= 0 && !s->client[i].http;
    while (k < MOST_CLIENTS && s->client[k].fd >= 0)
        k++;
    if (k == MOST_CLIENTS || (!http && n >= s->max_clients) || not_blocking(fd) < 0) {
        static const char busy[] = "{\"kind\":\"refused\",\"v\":1,\"id\":\"-\",\"program\":\"trm-serve\",\"reason\":\"too many clients\"}\n";
        s->turned_away++;
        if (!http && send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            n = 0; /* it will see the end of the connection */
        close(fd);
        return;
    }
    s->client[k] = (struct client){.fd = fd, .http = http, .active = s->now};
}

/* --- between the two ------------------------------------------------------------------------------------------------ */

/* The next line of whoever has had its answer; then requests to free workers, the clients in turn. */
static void
hand_on(struct serve *s)
{
    for (int k = 0; k < MOST_CLIENTS; k++)
        if (s->client[k].fd >= 0 && !s->client[k].waiting)
            advance(s, k);
    for (int i = 0; i < MOST_CLIENTS; i++) {
        int k = (s->next + i) % MOST_CLIENTS, w = 0;
        if (s->client[k].fd < 0 || !s->client[k].waiting || at_worker(s, k))
            continue;
        while (w < MOST_WORKERS && !(s->worker[w].pid && s->worker[w].client < 0 && s->worker[w].generation >= s->proven))
            w++;
        if (w == MOST_WORKERS)
            return;
        s->worker[w].client = k, s->worker[w].written = 0, s->worker[w].since = s->now;
        s->next = (k + 1) % MOST_CLIENTS;
    }
}

static void
write_worker(struct serve *s, struct worker *w)
{
    const struct trm_buf *line = &s->client[w->client].r.line;
    ssize_t n = write(w->in, line->data + w->written, line->len - w->written);
    w->written += n > 0 ? (size_t)n : 0; /* a broken pipe is seen as its end on the reading side */
}

/* What a worker wrote is the answer to what it was asked, or it is not to be trusted. */
static void
read_answer(struct serve *s, struct worker *w)
{
    char *room = trm_buf_room(&w->said, 1 << 16);
    ssize_t n = room ? read(w->out, room, 1 << 16) : -1;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        mourn(s, w);
        return;
    }
    trm_buf_used(&w->said, (size_t)n);
    const char *newline = memchr(w->said.data, '\n', w->said.len);
    if (!newline)
        return;
    size_t len = (size_t)(newline - w->said.data);
    char id[256];
    const char *kind;
    trm_json *tree;
    bool ok = w->client >= 0 && len + 1 == w->said.len && id_of(id, w->said.data, len, &kind, &tree, NULL) &&
              !strcmp(id, s->client[w->client].r.id);
    if (w->client >= 0 && len + 1 == w->said.len)
        trm_json_free(tree);
    if (!ok) {
        drop_worker(s, w, true, "the worker's answer is not to this record");
        s->restarts++;
        return;
    }
    int k = w->client;
    w->client = -1;
    answer(s, k, ANSWERED, w->said.data, len);
    trm_buf_reset(&w->said);
}

/* A worker that complains of its record has refused it: "program: -:LINE: id: reason". */
static void
read_complaint(struct serve *s, struct worker *w)
{
    if (w->complained.len > MOST_COMPLAINT) /* the last words count */
        trm_buf_reset(&w->complained);
    char *room = trm_buf_room(&w->complained, 4096);
    ssize_t n = room ? read(w->err, room, 4096) : -1;
    if (n <= 0)
        return; /* its end is seen on the other side */
    trm_buf_used(&w->complained, (size_t)n);
    const char *reason = strstr(w->complained.data, ": -:");
    char *newline = reason ? strchr(reason, '\n') : NULL; /* the whole line */
    if (!newline || w->client < 0)
        return;
    *newline = '\0';
    int k = w->client;
    size_t n_id = strlen(s->client[k].r.id);
    reason = strstr(reason + 4, ": ");
    reason = reason ? reason + 2 : w->complained.data;
    if (n_id && !strncmp(reason, s->client[k].r.id, n_id) && !strncmp(reason + n_id, ": ", 2))
        reason += n_id + 2;
    w->client = -1;
    refuse(s, k, REFUSED, reason);
    trm_buf_reset(&w->complained);
}

/* --- metrics -------------------------------------------------------------------------------------------------------- */

static void
metric(struct trm_buf *b, const char *name, const char *type, const char *help, double value)
{
    trm_buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n%s ", name, help, name, type, name);
    trm_buf_addnum(b, value);
    trm_buf_addc(b, '\n');
}

static void
metrics_text(struct serve *s, struct trm_buf *out)
{
    struct trm_buf b = {0};
    size_t n = 0, clients = 0, waiting = 0, workers = 0, busy = 0;
    for (int i = 0; i < MOST_CLIENTS; i++)
        clients += s->client[i].fd >= 0 && !s->client[i].http, waiting += s->client[i].fd >= 0 && s->client[i].waiting;
    for (int i = 0; i < MOST_WORKERS; i++)
        workers += s->worker[i].pid > 0, busy += s->worker[i].pid > 0 && s->worker[i].client >= 0;
    trm_buf_adds(&b, "# HELP trm_requests_total Requests by outcome.\n# TYPE trm_requests_total counter\n");
    for (int i = 0; i < N_OUTCOMES; i++)
        trm_buf_addf(&b, "trm_requests_total{outcome=\"%s\"} %zu\n", outcome_name[i], s->outcomes[i]);
    trm_buf_adds(&b, "# HELP trm_request_seconds From a whole line to its answer.\n# TYPE trm_request_seconds histogram\n");
    for (int i = 0; i < N_BUCKETS; i++)
        trm_buf_addf(&b, "trm_request_seconds_bucket{le=\"%g\"} %zu\n", BUCKET_S[i], n += s->bucket[i]);
    n += s->bucket[N_BUCKETS];
    trm_buf_addf(&b, "trm_request_seconds_bucket{le=\"+Inf\"} %zu\ntrm_request_seconds_sum %.6f\ntrm_request_seconds_count %zu\n", n,
                 s->seconds, n);
    metric(&b, "trm_clients", "gauge", "Open connections.", (double)clients);
    metric(&b, "trm_requests_waiting", "gauge", "Requests not yet answered.", (double)waiting);
    metric(&b, "trm_workers", "gauge", "Workers alive.", (double)workers);
    metric(&b, "trm_workers_busy", "gauge", "Workers with a request.", (double)busy);
    metric(&b, "trm_clients_turned_away_total", "counter", "Connections beyond the limit.", (double)s->turned_away);
    metric(&b, "trm_worker_restarts_total", "counter", "Workers that ended or were ended.", (double)s->restarts);
    metric(&b, "trm_model_changes_total", "counter", "Changes of the watched file.", (double)s->changes);
    metric(&b, "trm_model_changes_refused_total", "counter", "Changes after which the old workers stayed.", (double)s->changes_refused);
    trm_buf_addf(out, "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: %zu\r\n\r\n", b.len);
    trm_buf_add(out, b.data, b.len);
    trm_buf_release(&b);
}

/* --- the loop ------------------------------------------------------------------------------------------------------- */

/* Who is done, idle for too long, or late. */
static void
clear_up(struct serve *s)
{
    for (int k = 0; k < MOST_CLIENTS; k++) {
        struct client *x = &s->client[k];
        if (x->fd < 0)
            continue;
        bool quiet = !x->waiting && x->out.len == 0 && !(x->in.len && !x->http && memchr(x->in.data, '\n', x->in.len));
        if (x->out.failed || x->in.failed || (quiet && (x->ended || s->ending)) ||
            (!x->waiting && s->now - x->active > s->idle))
            close_client(s, k);
    }
    for (int i = 0; i < MOST_WORKERS; i++)
        if (s->worker[i].pid && s->worker[i].client >= 0 && s->now - s->worker[i].since > s->timeout) {
            s->client[s->worker[i].client].r.tries = 2; /* it would take as long again */
            drop_worker(s, &s->worker[i], true, "it took too long");
            s->restarts++;
        }
}

/* What to wait for; who[] says whose each entry is: clients from 0, workers behind them (out, err, in). Returns how many. */
static nfds_t
gather(struct serve *s, struct pollfd *p, int *who)
{
    nfds_t n = 0;
    if (!s->ending) {
        p[n] = (struct pollfd){s->sock, POLLIN, 0}, who[n++] = -1;
        if (s->http >= 0)
            p[n] = (struct pollfd){s->http, POLLIN, 0}, who[n++] = -2;
    }
    for (int k = 0; k < MOST_CLIENTS; k++) {
        const struct client *x = &s->client[k];
        short events = (short)((!x->waiting && !x->ended && !x->out.len ? POLLIN : 0) | (x->out.len ? POLLOUT : 0));
        if (x->fd >= 0) /* with no events a broken connection is still told */
            p[n] = (struct pollfd){x->fd, events, 0}, who[n++] = k;
    }
    for (int i = 0; i < MOST_WORKERS; i++) {
        const struct worker *w = &s->worker[i];
        if (!w->pid)
            continue;
        p[n] = (struct pollfd){w->err, POLLIN, 0}, who[n++] = MOST_CLIENTS + 3 * i + 1;
        p[n] = (struct pollfd){w->out, POLLIN, 0}, who[n++] = MOST_CLIENTS + 3 * i;
        if (w->client >= 0 && w->written < s->client[w->client].r.line.len)
            p[n] = (struct pollfd){w->in, POLLOUT, 0}, who[n++] = MOST_CLIENTS + 3 * i + 2;
    }
    return n;
}

static void
serve_one(struct serve *s, const struct pollfd *p, int who)
{
    if (!p->revents)
        return;
    if (who < 0) {
        accept_client(s, p->fd, who == -2);
    } else if (who < MOST_CLIENTS) {
        if (s->client[who].fd != p->fd)
            return;
        if (p->revents & POLLOUT)
            write_client(s, who);
        else if (p->revents & POLLIN)
            read_client(s, who);
        else
            close_client(s, who);
    } else {
        struct worker *w = &s->worker[(who - MOST_CLIENTS) / 3];
        int what = (who - MOST_CLIENTS) % 3;
        if (!w->pid || p->fd != (what == 0 ? w->out : what == 1 ? w->err : w->in))
            return;
        if (what == 0)
            read_answer(s, w);
        else if (what == 1)
            read_complaint(s, w);
        else if (w->client >= 0)
            write_worker(s, w);
    }
}

static void
run(struct serve *s)
{
    static struct pollfd p[2 + MOST_CLIENTS + 3 * MOST_WORKERS];
    static int who[2 + MOST_CLIENTS + 3 * MOST_WORKERS];
    bool busy = true;
    double ended = 0;
    while (!s->ending || busy) {
        s->now = trm_cli_now();
        if (trm_cli_interrupted() && !s->ending) { /* what was asked is answered; whoever holds the socket goes on listening */
            s->ending = true;
            ended = s->now;
        }
        look(s);
        keep_workers(s);
        hand_on(s);
        nfds_t n = gather(s, p, who);
        if (poll(p, n, s->ending ? 50 : 200) < 0 && errno != EINTR)
            return;
        s->now = trm_cli_now();
        for (nfds_t i = 0; i < n; i++)
            serve_one(s, &p[i], who[i]);
        clear_up(s);
        busy = false;
        for (int k = 0; k < MOST_CLIENTS; k++)
            busy |= s->client[k].fd >= 0;
        busy &= !s->ending || s->now - ended < s->timeout;
    }
}

/* A file for each client, as many beside them for those who read metrics, three for each worker and its successor. */
static void
allow_files(struct serve *s, struct trm_err *err)
{
    struct rlimit r;
    rlim_t want = 2 * (rlim_t)s->max_clients + 6 * (rlim_t)s->n_workers + 32;
    if (getrlimit(RLIMIT_NOFILE, &r))
        return;
    if (r.rlim_cur < want) {
        r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
    if (r.rlim_cur < want)
        trm_err_set(err, TRM_USAGE, "%ld clients and %ld workers need %llu open files, and %llu are allowed (ulimit -n)", s->max_clients,
                    s->n_workers, (unsigned long long)want, (unsigned long long)r.rlim_max);
}

static void
open_sockets(struct serve *s)
{
    struct trm_err err = {0};
    if (!s->c->n_files)
        trm_err_set(&err, TRM_USAGE, "no command: expected -- PROGRAM [ARGUMENT...] behind the options");
    else
        allow_files(s, &err);
    if (err.kind) /* before a socket is made that would stay behind */
        trm_cli_die(s->c, &err);
    int n = handed();
    s->sock = n > 0 ? FIRST_HANDED : s->listen ? listen_at(s->listen, &err) : -1;
    s->http = n > 1 ? FIRST_HANDED + 1 : s->metrics ? listen_at(s->metrics, &err) : -1;
    if (s->sock < 0 && !err.kind)
        trm_err_set(&err, TRM_USAGE, "no socket: expected --listen ADDRESS:PORT, or one handed over as systemd does");
    if (err.kind)
        trm_cli_die(s->c, &err);
}

int
main(int argc, char **argv)
{
    static struct serve s = {.n_workers = 2, .max_line = 1 << 20, .max_clients = 64, .timeout = 10, .idle = 300, .http = -1,
                             .kinds = "element,checked,sample,task"};
    const struct trm_cli_opt opts[] = {
        {'l', "listen", "ADDRESS", "where clients come: 127.0.0.1:7070 or unix:PATH; without it the socket is handed over as systemd does",
         &s.listen, .type = TRM_OPT_STR},
        {'m', "metrics", "ADDRESS", "where Prometheus reads figures, over HTTP", &s.metrics, .type = TRM_OPT_STR},
        {'w', "workers", "N", "copies of the command at a time", &s.n_workers, 1, MOST_WORKERS / 4, TRM_OPT_INT},
        {0, "watch", "FILE", "new workers when this is another file: a store's current", &s.watch, .type = TRM_OPT_STR},
        {'k', "kinds", "LIST", "kinds of records that are served", &s.kinds, .type = TRM_OPT_STR},
        {0, "max-line", "BYTES", "longest line of a client", &s.max_line, 64, 1 << 28, TRM_OPT_INT},
        {0, "max-clients", "N", "clients at a time; more are turned away", &s.max_clients, 1, MOST_CLIENTS - 16, TRM_OPT_INT},
        {'t', "timeout", "SECONDS", "longest work on one request", &s.timeout, 0.01, 3600, TRM_OPT_NUM},
        {0, "idle", "SECONDS", "a client that says nothing so long is let go", &s.idle, 0.01, 86400, TRM_OPT_NUM},
        {0},
    };
    struct trm_cli c = {.name = "trm-serve", .purpose = "Serve a filter to many clients on a socket.",
                        .operands = "-- PROGRAM [ARGUMENT...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    s.c = &c;
    s.now = trm_cli_now();
    s.looked = -1e9;
    s.generation = 1;
    for (int k = 0; k < MOST_CLIENTS; k++)
        s.client[k].fd = -1;
    open_sockets(&s);
    signal(SIGPIPE, SIG_IGN);
    trm_cli_catch_signals(&c);
    if (s.watch && stat(s.watch, &s.seen))
        memset(&s.seen, 0, sizeof s.seen);
    s.looked = s.now;
    run(&s);
    for (int i = 0; i < MOST_WORKERS; i++) {
        if (s.worker[i].pid)
            drop_worker(&s, &s.worker[i], true, "");
        trm_buf_release(&s.worker[i].said), trm_buf_release(&s.worker[i].complained);
    }
    for (int k = 0; k < MOST_CLIENTS; k++)
        if (s.client[k].fd >= 0)
            close_client(&s, k);
    return trm_cli_end(&c);
}
