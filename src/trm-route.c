/* Which solver should take a problem, and why. In: records of any kind that has an id, tasks and contracts above all; out:
 * the same with `route`. Rules stand in a file, see trm-routes(5); the order of the classes stands here. */
#include <string.h>

#include "../lib/base/file.h"
#include "../lib/cli/cli.h"

enum { CRITICAL, STRUCTURED, OPEN_ENDED, N_CLASSES };
static const char *const class_name[N_CLASSES] = {"critical", "structured", "open_ended"};

enum holds { NO, YES, WRONG_TYPE };

struct route {
    const char *rules_path;
    trm_json *rules;
    struct trm_buf why;    /* of the record in hand */
    size_t n_whys;
    bool only_doubts;      /* why keeps only what is of a type that says nothing */
};

/* --- the rules ----------------------------------------------------------------------------------------------------- */

static bool
scalar(const trm_json *v)
{
    enum trm_json_type t = trm_json_type(v);
    return t == TRM_JSON_STR || t == TRM_JSON_NUM || t == TRM_JSON_TRUE || t == TRM_JSON_FALSE;
}

/* A value, a list of values, or {"min":..,"max":..}. */
static bool
expectation_ok(const trm_json *v)
{
    if (trm_json_type(v) == TRM_JSON_OBJECT) {
        size_t known = (trm_json_type(trm_json_get(v, "min")) == TRM_JSON_NUM) + (trm_json_type(trm_json_get(v, "max")) == TRM_JSON_NUM);
        return known > 0 && known == trm_json_len(v);
    }
    for (size_t i = 0; i < trm_json_len(v); i++)
        if (!scalar(trm_json_at(v, i)))
            return false;
    return scalar(v) || trm_json_len(v) > 0;
}

static int
check_condition(const trm_json *when, const char *class, size_t i, struct trm_err *err)
{
    if (trm_json_type(when) != TRM_JSON_OBJECT || trm_json_len(when) == 0)
        return trm_err_set(err, TRM_USAGE, "%s.when[%zu]: expected an object of members and what they must be", class, i);
    for (void *it = trm_json_first((trm_json *)when); it; it = trm_json_next(when, it))
        if (!expectation_ok(trm_json_value(it)))
            return trm_err_set(err, TRM_USAGE, "%s.when[%zu].%s: expected a value, a list of values, or min and max", class, i,
                               trm_json_key(it));
    return 0;
}

static int
check_class(const trm_json *rule, const char *class, struct trm_err *err)
{
    const trm_json *to = trm_json_get(rule, "to"), *when = trm_json_get(rule, "when");
    if (trm_json_type(to) != TRM_JSON_ARRAY || trm_json_len(to) == 0)
        return trm_err_set(err, TRM_USAGE, "%s.to: expected a list of solvers", class);
    for (size_t i = 0; i < trm_json_len(to); i++)
        if (trm_json_type(trm_json_at(to, i)) != TRM_JSON_STR)
            return trm_err_set(err, TRM_USAGE, "%s.to[%zu]: expected the name of a solver", class, i);
    if (trm_json_type(when) != TRM_JSON_ARRAY || trm_json_len(when) == 0)
        return trm_err_set(err, TRM_USAGE, "%s.when: expected a list of conditions", class);
    for (size_t i = 0; i < trm_json_len(when); i++)
        if (check_condition(trm_json_at(when, i), class, i, err) != 0)
            return -1;
    return 0;
}

static int
check_rules(const trm_json *rules, struct trm_err *err)
{
    if (trm_json_type(rules) != TRM_JSON_OBJECT)
        return trm_err_set(err, TRM_USAGE, "expected an object with critical, structured and open_ended");
    if (trm_json_num(trm_json_get(rules, "v"), 0) != 1)
        return trm_err_set(err, TRM_USAGE, "v: expected version 1");
    for (void *it = trm_json_first((trm_json *)rules); it; it = trm_json_next(rules, it)) {
        const char *key = trm_json_key(it);
        bool known = strcmp(key, "v") == 0 || strcmp(key, "note") == 0;
        for (int c = 0; c < N_CLASSES; c++)
            known |= strcmp(key, class_name[c]) == 0;
        if (!known)
            return trm_err_set(err, TRM_USAGE, "%.40s: expected v, note, critical, structured or open_ended", key);
    }
    for (int c = 0; c < N_CLASSES; c++) {
        if (!trm_json_get(rules, class_name[c]))
            return trm_err_set(err, TRM_USAGE, "%s is missing", class_name[c]);
        if (check_class(trm_json_get(rules, class_name[c]), class_name[c], err) != 0)
            return -1;
    }
    return 0;
}

static void
open_rules(struct route *r, struct trm_cli *c)
{
    struct trm_map m;
    struct trm_err err = {0};
    if (!r->rules_path) {
        trm_err_set(&err, TRM_USAGE, "expected -r RULES; pipelines/rules/routes.json is one");
        trm_cli_die(c, &err);
    }
    if (trm_map_open(&m, r->rules_path, (size_t)1 << 20, &err) == 0) {
        r->rules = trm_json_parse(m.data ? m.data : "", m.size, &err);
        trm_map_release(&m);
    }
    if (err.kind == TRM_OK && check_rules(r->rules, &err) == 0)
        return;
    trm_err_at(&err, "%s", r->rules_path);
    trm_cli_die(c, &err);
}

/* --- one record ---------------------------------------------------------------------------------------------------- */

/* The member of a dotted name: "contract.head.type". */
static const trm_json *
member(const trm_json *rec, const char *path)
{
    char key[128];
    while (rec) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = 0;
        rec = trm_json_get(rec, key);
        if (!path[n])
            break;
        path += n + 1;
    }
    return trm_json_type(rec) == TRM_JSON_NULL ? NULL : rec;
}

static bool
is_bool(const trm_json *v)
{
    return trm_json_type(v) == TRM_JSON_TRUE || trm_json_type(v) == TRM_JSON_FALSE;
}

static enum holds
equal(const trm_json *found, const trm_json *expected)
{
    if (is_bool(expected))
        return !is_bool(found) ? WRONG_TYPE : trm_json_type(found) == trm_json_type(expected) ? YES : NO;
    if (trm_json_type(found) != trm_json_type(expected))
        return WRONG_TYPE;
    if (trm_json_type(expected) == TRM_JSON_NUM)
        return trm_json_num(found, 0) == trm_json_num(expected, 0) ? YES : NO;
    return strcmp(trm_json_str(found, ""), trm_json_str(expected, "")) == 0 ? YES : NO;
}

static enum holds
meets(const trm_json *found, const trm_json *expected)
{
    if (trm_json_type(expected) == TRM_JSON_OBJECT) {
        if (trm_json_type(found) != TRM_JSON_NUM)
            return WRONG_TYPE;
        double x = trm_json_num(found, 0);
        return x >= trm_json_num(trm_json_get(expected, "min"), x) && x <= trm_json_num(trm_json_get(expected, "max"), x) ? YES : NO;
    }
    if (trm_json_type(expected) != TRM_JSON_ARRAY)
        return equal(found, expected);
    enum holds all = WRONG_TYPE;
    for (size_t i = 0; i < trm_json_len(expected); i++) {
        enum holds h = equal(found, trm_json_at(expected, i));
        if (h == YES)
            return YES;
        all = h == NO ? NO : all;
    }
    return all;
}

/* A reason, once. */
static void
say(struct route *r, const char *path, const trm_json *found, const char *what)
{
    struct trm_buf one = {0};
    trm_buf_addf(&one, "%.60s ", path);
    if (found && scalar(found))
        trm_json_dump(&one, found);
    if (one.len > 120)
        one.len = 120;
    trm_buf_addf(&one, "%s%s", found && scalar(found) ? " " : "", what);
    if (!one.failed && (!r->why.len || !strstr(r->why.data, one.data)) && ++r->n_whys <= 6)
        trm_buf_addf(&r->why, "%s%s", r->why.len ? "; " : "", one.data);
    trm_buf_release(&one);
}

/* All members of a condition; where one fails, why goes to r->why. */
static enum holds
condition(struct route *r, const trm_json *rec, const trm_json *when)
{
    for (void *it = trm_json_first((trm_json *)when); it; it = trm_json_next(when, it)) {
        const char *path = trm_json_key(it);
        const trm_json *found = member(rec, path);
        enum holds h = found ? meets(found, trm_json_value(it)) : NO;
        if (h == YES)
            continue;
        if (h == WRONG_TYPE || !r->only_doubts)
            say(r, path, found, !found ? "is missing" : h == WRONG_TYPE ? "is of another type than the rules expect"
                                                             : "is in no rule");
        return h;
    }
    return YES;
}

/* The first condition of the class that holds, from 1; 0: none; -1: none, but a member was of a type that says nothing. */
static int
place(struct route *r, const trm_json *rec, int class)
{
    const trm_json *when = trm_json_get(trm_json_get(r->rules, class_name[class]), "when");
    bool doubt = false;
    for (size_t i = 0; i < trm_json_len(when); i++) {
        enum holds h = condition(r, rec, trm_json_at(when, i));
        if (h == YES)
            return (int)i + 1;
        doubt |= h == WRONG_TYPE;
    }
    return doubt ? -1 : 0;
}

/* "kind = "task", family = "sudoku"" of the condition that held. */
static void
say_held(struct route *r, const trm_json *rec, const trm_json *when)
{
    trm_buf_reset(&r->why);
    for (void *it = trm_json_first((trm_json *)when); it; it = trm_json_next(when, it)) {
        trm_buf_addf(&r->why, "%s%s = ", r->why.len ? ", " : "", trm_json_key(it));
        trm_json_dump(&r->why, member(rec, trm_json_key(it)));
    }
}

static int
put_route(struct route *r, struct trm_cli *c, trm_json *rec, const char *class, const trm_json *rule, int at, struct trm_err *err)
{
    trm_json *route = trm_json_object();
    const trm_json *consensus = trm_json_get(rule, "consensus");
    if (rule)
        say_held(r, rec, trm_json_at(trm_json_get(rule, "when"), (size_t)at - 1));
    int rc = route ? trm_json_set_str(route, "class", class) : -1;
    rc |= trm_json_set(route, "to", rule ? trm_json_copy(trm_json_get(rule, "to")) : trm_json_array());
    if (consensus)
        rc |= trm_json_set_bool(route, "consensus", trm_json_bool(consensus, false));
    if (rule)
        rc |= trm_json_set_num(route, "condition", at);
    rc |= trm_json_set_str(route, "reason", r->why.data ? r->why.data : "");
    rc |= trm_json_set(rec, "route", route);
    if (rc || r->why.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    trm_cli_put(c, rec);
    return 0;
}

/* Critical first: whether it is must be known before anything else counts. */
static int
decide(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    struct route *r = ctx;
    const char *id;
    if (trm_json_need_str(rec, "id", &id, err) != 0)
        return -1;
    trm_buf_reset(&r->why);
    r->n_whys = 0;
    for (int class = 0; class < N_CLASSES; class++) {
        r->only_doubts = class == CRITICAL; /* that a problem is not critical is no reason */
        int at = place(r, rec, class);
        if (at > 0)
            return put_route(r, c, rec, class_name[class], trm_json_get(r->rules, class_name[class]), at, err);
        if (at < 0 && class == CRITICAL)
            break;
    }
    return put_route(r, c, rec, "unrouted", NULL, 0, err);
}

int
main(int argc, char **argv)
{
    struct route r = {0};
    const struct trm_cli_opt opts[] = {
        {'r', "rules", "FILE", "which solver takes what", &r.rules_path, 0, 0, TRM_OPT_STR},
        {0},
    };
    struct trm_cli c = {.name = "trm-route", .purpose = "Say of every problem which solver should take it, and why.",
                        .operands = "[FILE...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    open_rules(&r, &c);
    trm_cli_read(&c, decide, &r);
    trm_buf_release(&r.why);
    trm_json_free(r.rules);
    return trm_cli_end(&c);
}
