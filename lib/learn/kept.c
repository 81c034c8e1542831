/* Tasks in memory, and families to draw from. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drill.h"

static int
keep(struct trm_kept *set, const struct trm_task *t, enum trm_side side, struct trm_err *err)
{
    struct trm_board alone = {.places = set->places};
    if (trm_board_add(&alone, t, err) != 0) /* too long for any board */
        return -1;
    if (set->shelf.n == set->cap) {
        size_t cap = set->cap ? 2 * set->cap : 1024;
        uint8_t *more = realloc(set->side, cap);
        if (!more)
            return trm_err_set(err, TRM_SYS, "out of memory after %zu tasks", set->shelf.n);
        set->side = more, set->cap = cap;
    }
    struct trm_err why = {0};
    if (trm_shelf_put(&set->shelf, NULL, t, &why) == 0)
        return set->side[set->shelf.n - 1] = (uint8_t)side, 0;
    if (why.kind == TRM_SYS)
        return trm_err_set(err, TRM_SYS, "more than %zu MiB of tasks, after %zu: raise --memory or give fewer",
                           set->shelf.mem.limit >> 20, set->shelf.n);
    return trm_err_set(err, why.kind, "%s", why.text);
}

int
trm_kept_add(struct trm_kept *set, const trm_json *rec, const char *line, size_t n, const struct trm_side_rule *rule,
             struct trm_err *err)
{
    struct trm_task t;
    int side = trm_side_parse(trm_json_str(trm_json_get(rec, "side"), NULL));
    if (!set->begun)
        trm_sha256_init(&set->sha);
    set->begun = true;
    if (side < 0)
        return trm_err_set(err, TRM_DATA, "side: expected train, val or test, as trm-split writes it");
    if ((side != TRM_TEST || rule) && trm_task_read(&t, rec, err) != 0)
        return -1;
    if (side != TRM_TEST && !t.solved)
        return trm_err_set(err, TRM_DATA, "answer: a task to learn from needs one");
    if (rule && side != TRM_TRAIN) {
        char key[17];
        trm_task_key(key, &t);
        if (trm_side_of(rule, key) != (enum trm_side)side)
            return trm_err_set(err, TRM_DATA,
                               "side: %s, but by its key %s it is on the side %s of tasks made afresh: split as trm-split does "
                               "by itself", trm_side_name((enum trm_side)side), key, trm_side_name(trm_side_of(rule, key)));
    }
    if (side != TRM_TEST && keep(set, &t, (enum trm_side)side, err) != 0)
        return -1;
    set->count[side]++;
    trm_sha256_add(&set->sha, line, n);
    trm_sha256_add(&set->sha, "\n", 1);
    return 0;
}

void
trm_kept_release(struct trm_kept *set)
{
    trm_shelf_release(&set->shelf);
    free(set->side);
    *set = (struct trm_kept){0};
}

int
trm_fresh_parse(struct trm_fresh *out, const char *name, struct trm_err *err)
{
    char plain[64];
    struct trm_task_facts f;
    size_t n = strlen(name), digits = 0;
    *out = (struct trm_fresh){0};
    if (n >= sizeof plain)
        return trm_err_set(err, TRM_USAGE, "%.40s...: no such family", name);
    memcpy(plain, name, n + 1);
    while (digits < n && isdigit((unsigned char)name[n - 1 - digits]))
        digits++;
    size_t d = n - digits; /* behind the last letter */
    if (digits == 1 && d >= 2 && name[d - 1] == 'd' && isdigit((unsigned char)name[d - 2])) {
        out->level = name[d] - '0';
        plain[d - 1] = 0;
    }
    out->family = trm_task_family_find(plain, &out->size);
    if (!out->family)
        return trm_err_set(err, TRM_USAGE, "%s: no such family; trm-gen --list shows them", name);
    trm_task_facts(&f, out->family);
    out->size = out->size ? out->size : f.size;
    if (f.levels == 0 || !trm_task_size_ok(out->family, out->size) || out->level > f.levels)
        return trm_err_set(err, TRM_USAGE, "%s: the family has no tasks of that size and difficulty to make", name);
    return 0;
}
