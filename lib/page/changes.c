/* What became of verdicts since the run before: records of trm-diff gathered. */
#include <string.h>

#include "book.h"

static const char *const names[N_STATES] = {"new",    "regressed", "expired", "unread", "lost",  "still",
                                            "waived", "fixed",     "known",   "gone",   "added", "same"};

const char *
trm_page_state_name(enum page_state state)
{
    return names[state];
}

static int
no_memory(struct trm_err *err)
{
    return trm_err_set(err, TRM_SYS, "out of memory");
}

static int
keep_row(struct trm_page *p, struct trm_vec *rows, const trm_json *rec, const char *element)
{
    const trm_json *waiver = trm_json_get(rec, "waiver");
    const char *reason = trm_page_member(p, rec, "after_reason");
    struct page_change *c = trm_vec_push(rows, sizeof *c);
    if (!c)
        return -1;
    *c = (struct page_change){.elem = trm_page_elem(p, rec, element),
                              .rule = trm_page_member(p, rec, "rule"),
                              .severity = trm_page_member(p, rec, "severity"),
                              .before = trm_page_member(p, rec, "before"),
                              .after = trm_page_member(p, rec, "after"),
                              .reason = reason && !*reason ? trm_page_member(p, rec, "before_reason") : reason,
                              .paired_by = trm_page_member(p, rec, "paired_by"),
                              .owner = trm_page_member(p, waiver, "owner"),
                              .why = trm_page_member(p, waiver, "reason"),
                              .expires = trm_page_member(p, waiver, "expires"),
                              .follows = trm_page_member(p, waiver, "follows")};
    bool whole = c->elem && c->rule && c->severity && c->before && c->after && c->reason && c->paired_by && c->owner && c->why &&
                 c->expires && c->follows;
    rows->n -= !whole;
    return whole ? 0 : -1;
}

int
trm_page_take_diff(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    const char *state, *rule, *element;
    int i = 0;
    if (trm_json_need_str(rec, "state", &state, err) || trm_json_need_str(rec, "rule", &rule, err) ||
        trm_json_need_str(rec, "element", &element, err))
        return -1;
    while (i < N_STATES && strcmp(names[i], state) != 0)
        i++;
    if (i == N_STATES)
        return trm_err_set(err, TRM_DATA, "state is \"%.40s\", expected one of those of trm-diff(5)", state);
    struct page_changes *c = &p->changes;
    if (c->rows[i].n < p->o.max_rows && i != STATE_SAME && keep_row(p, &c->rows[i], rec, element))
        return no_memory(err);
    c->seen = true;
    c->n[i]++;
    return 0;
}

int
trm_page_take_diffed(struct trm_page *p, const trm_json *rec, struct trm_err *err)
{
    struct page_changes *c = &p->changes;
    trm_json *elements;
    if (trm_json_need_object(rec, "elements", &elements, err))
        return -1;
    c->seen = c->complete = true;
    c->elements_new += trm_page_count(trm_json_get(elements, "new"));
    c->elements_gone += trm_page_count(trm_json_get(elements, "gone"));
    c->by_likeness += trm_page_count(trm_json_get(elements, "by_tag")) + trm_page_count(trm_json_get(elements, "by_name"));
    const trm_json *rules = trm_json_get(rec, "rules");
    for (size_t i = 0; i < trm_json_len(rules); i++) {
        const trm_json *r = trm_json_at(rules, i);
        if (!trm_json_bool(trm_json_get(r, "changed"), false))
            continue;
        const char **slot = trm_vec_push(&c->redefined, sizeof *slot);
        if (!slot || !(*slot = trm_page_member(p, r, "rule")))
            return c->redefined.n -= slot != NULL, no_memory(err);
    }
    return 0;
}
