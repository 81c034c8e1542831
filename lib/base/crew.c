#include "crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* What a piece's slot is waiting for. */
enum state { FREE, MADE, FAILED };

struct yard {
    const struct trm_crew *crew;
    void *ctx;
    pthread_mutex_t lock;
    pthread_cond_t made, freed;
    size_t next, taken, n_slots; /* next piece to make; pieces taken */
    bool stop;
    enum state *state;      /* [n_slots] */
    struct trm_err *errors; /* [n_slots] */
};

struct hand {
    struct yard *yard;
    size_t number;
    pthread_t thread;
};

/* The next piece to make, or false when there is none. */
static bool
next_piece(struct yard *y, size_t *piece)
{
    pthread_mutex_lock(&y->lock);
    while (!y->stop && y->next < y->crew->pieces && y->next >= y->taken + y->n_slots)
        pthread_cond_wait(&y->freed, &y->lock);
    bool more = !y->stop && y->next < y->crew->pieces;
    if (more)
        *piece = y->next++;
    pthread_mutex_unlock(&y->lock);
    return more;
}

static void *
work(void *arg)
{
    struct hand *h = arg;
    struct yard *y = h->yard;
    for (size_t piece; next_piece(y, &piece);) {
        size_t slot = piece % y->n_slots;
        int status = y->crew->make(y->ctx, h->number, slot, piece, &y->errors[slot]);
        pthread_mutex_lock(&y->lock);
        y->state[slot] = status == 0 ? MADE : FAILED;
        pthread_cond_signal(&y->made);
        pthread_mutex_unlock(&y->lock);
    }
    return NULL;
}

/* Take the pieces in order as they are made; -1 after the first failure. */
static int
take_all(struct yard *y, struct trm_err *err)
{
    int status = 0;
    for (size_t piece = 0; status == 0 && piece < y->crew->pieces; piece++) {
        size_t slot = piece % y->n_slots;
        pthread_mutex_lock(&y->lock);
        while (y->state[slot] == FREE)
            pthread_cond_wait(&y->made, &y->lock);
        pthread_mutex_unlock(&y->lock);
        status = y->crew->take(y->ctx, slot, piece, err);
        if (status == 0 && y->state[slot] == FAILED) {
            *err = y->errors[slot];
            status = -1;
        }
        pthread_mutex_lock(&y->lock);
        y->state[slot] = FREE;
        y->taken++;
        y->stop = status != 0;
        pthread_cond_broadcast(&y->freed);
        pthread_mutex_unlock(&y->lock);
    }
    return status;
}

static int
run_alone(const struct trm_crew *crew, void *ctx, struct trm_err *err)
{
    for (size_t piece = 0; piece < crew->pieces; piece++) {
        struct trm_err why = {0};
        int made = crew->make(ctx, 0, 0, piece, &why);
        if (crew->take(ctx, 0, piece, err) != 0)
            return -1;
        if (made != 0) {
            *err = why;
            return -1;
        }
    }
    return 0;
}

static int
run_together(struct yard *y, struct hand *hands, bool *started, struct trm_err *err)
{
    size_t n = 0;
    pthread_mutex_init(&y->lock, NULL);
    pthread_cond_init(&y->made, NULL);
    pthread_cond_init(&y->freed, NULL);
    for (; n < y->crew->threads; n++) {
        hands[n] = (struct hand){.yard = y, .number = n};
        if (pthread_create(&hands[n].thread, NULL, work, &hands[n]) != 0)
            break;
    }
    *started = n > 0;
    int status = n > 0 ? take_all(y, err) : -1;
    for (size_t i = 0; i < n; i++)
        pthread_join(hands[i].thread, NULL);
    pthread_cond_destroy(&y->freed);
    pthread_cond_destroy(&y->made);
    pthread_mutex_destroy(&y->lock);
    return status;
}

int
trm_crew_run(const struct trm_crew *crew, void *ctx, struct trm_err *err)
{
    if (crew->threads < 2 || crew->pieces < 2)
        return run_alone(crew, ctx, err);
    struct yard y = {.crew = crew, .ctx = ctx, .n_slots = crew->threads * TRM_CREW_AHEAD};
    struct hand *hands = calloc(crew->threads, sizeof *hands);
    y.state = calloc(y.n_slots, sizeof *y.state);
    y.errors = calloc(y.n_slots, sizeof *y.errors);
    bool started = false;
    int status = -1;
    if (hands && y.state && y.errors)
        status = run_together(&y, hands, &started, err);
    free(hands);
    free(y.state);
    free(y.errors);
    return started ? status : run_alone(crew, ctx, err);
}
