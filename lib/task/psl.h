/* PSL contracts: text that states a problem, what is known, what is planned and what must hold; to tasks and back.
 *
 * The form is told in trm-contract(5). A contract of which a task can be made is held against its own rule exactly: what
 * it expects, its constraints, and what its checklist claims. */
#ifndef TRM_TASK_PSL_H
#define TRM_TASK_PSL_H

#include "shelf.h"

/* Something stated: `name: value` or `name = value`, rows of a grid joined. */
struct trm_psl_entry {
    const char *section; /* "FACT"; "" in the head */
    const char *name, *value;
    size_t line; /* of the file, from 1 */
};
struct trm_psl_section {
    const char *name;
    const char **lines;
    size_t n;
};
/* All text is the arena's. */
struct trm_psl {
    const char *id, *version, *context, *goal; /* context and goal "" when not stated */
    const char **constraints;
    struct trm_psl_entry *entries; /* of head and sections, in the order of the text */
    struct trm_psl_section *sections;
    size_t n_constraints, n_entries, n_sections;
};

/* Whether a line begins a contract: "!psl v0.1". */
bool trm_psl_begins(const char *line, size_t len);
/* The contract in the text [len], which begins at line `first` of its file. id: where the text states none.
 * TRM_DATA: no head, another version, too large; names the line. */
int trm_psl_read(struct trm_psl *p, struct trm_arena *mem, const char *text, size_t len, const char *id, size_t first,
                 struct trm_err *err);
/* The value of the first entry of this name in that section (NULL: in any); NULL when there is none. Cannot fail. */
const char *trm_psl_get(const struct trm_psl *p, const char *section, const char *name);

/* 1: *t is the task that the contract states, solved by its rule. 0: no task can be made of it, *why (of the arena) says
 * why. -1 (TRM_DATA): the contract is wrong: it contradicts itself, or expects what its rule does not give. */
int trm_psl_task(struct trm_task *t, const char **why, const struct trm_psl *p, struct trm_arena *mem, struct trm_err *err);

/* The contract as members of a record that is open in w: `contract`, and, of a task, `evidence`, `checklist`, `unchecked`,
 * `max_cycles`, `critical`, as far as it states them. t: as from trm_psl_task, or NULL. */
void trm_psl_members(struct trm_jw *w, const struct trm_psl *p, const struct trm_task *t, struct trm_arena *mem);
/* The text of the contract that a record carries, at the end of b; of a task without one, the contract that states it.
 * TRM_DATA names the member that is wrong. */
int trm_psl_write(struct trm_buf *b, const trm_json *rec, struct trm_arena *mem, struct trm_err *err);

/* The same with what a solver answered: under [EVIDENCE] who, in how many steps, how sure, the answer and the verdict of the
 * referee; in [CHECKLIST] marks where there was a question, as far as anybody can say. */
int trm_psl_fill(struct trm_buf *b, const trm_json *rec, const struct trm_answer *a, struct trm_arena *mem, struct trm_err *err);

#endif
