/* ISO 10303-21 ("STEP") bytes to instances. Knows no building: entity names are only words here.
 *
 * One pass over the bytes finds where every instance stands and keeps a row for those whose entity the caller wants; what
 * stands between the parentheses is read when asked for. Bytes are borrowed for as long as the struct lives, and most of
 * what is handed out points into them. Nothing recurses, whatever the nesting.
 *
 * What is wrong in the file is counted by code, with the place where it was first seen, never printed. */
#ifndef TRM_STEP_STEP_H
#define TRM_STEP_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/arena.h"
#include "../base/err.h"
#include "../base/hash.h"

#define TRM_STEP_NONE UINT32_MAX /* no such instance */

/* A row of the index: one wanted instance, in the order of the file. */
struct trm_step_inst {
    uint64_t id;       /* 12 for #12 */
    uint64_t off : 48; /* of its opening parenthesis */
    uint64_t kw : 16;  /* in keywords; TRM_STEP_DROPPED for a repeated id */
};
#define TRM_STEP_DROPPED 0xFFFF

/* An entity name as it stands in the file. */
struct trm_step_keyword {
    const char *name; /* borrowed from the file, not zero-terminated */
    size_t n;
    uint64_t hash;
    uint64_t count; /* instances of it, wanted or not */
    bool wanted;
    int user; /* the caller's, set by its want function */
};

/* Something odd that the file holds. */
struct trm_step_warning {
    const char *code; /* static text such as "bad_escape" */
    uint64_t count;
    size_t off; /* where it was first seen, in bytes from the start */
};

struct trm_step {
    const char *data; /* borrowed */
    size_t size;
    struct trm_step_inst *inst; /* owned */
    size_t n_inst;
    uint64_t n_instances; /* all, wanted or not */
    struct trm_step_keyword *keywords;
    size_t n_keywords;
    struct trm_step_warning warnings[48];
    size_t n_warnings;
    bool truncated; /* the bytes end before END-ISO-10303-21 */
    size_t end_off; /* where reading stopped */
    /* offsets of the opening parentheses of the header's statements; 0 where there is none */
    size_t file_description, file_name, file_schema;
    /* internal: id to row */
    uint16_t *keyword_slots;
    uint32_t *order; /* rows by rising id, NULL where they stand so already */
    uint32_t *bucket;
    size_t n_buckets, cap;
    unsigned shift;
};

/* Called once per distinct entity name: whether its instances shall have rows. May set kw->user. The header has been
 * read by then. */
typedef bool trm_step_want(void *ctx, struct trm_step *st, struct trm_step_keyword *kw);

/* Read the size bytes at data. 0, or -1 with TRM_DATA (not STEP at all, empty, more than 2^32-2 wanted instances) or TRM_SYS
 * (memory). A file cut short is read as far as it goes: 0, with st->truncated. Release also after failure. */
int trm_step_open(struct trm_step *st, const char *data, size_t size, trm_step_want *want, void *ctx, struct trm_err *err);
/* The same, and on success all size bytes are added to *sha (NULL: none): it costs little beside the scan, much after it. */
int trm_step_open_summed(struct trm_step *st, const char *data, size_t size, trm_step_want *want, void *ctx, struct trm_sha256 *sha,
                         struct trm_err *err);
void trm_step_release(struct trm_step *st);

/* Row of the instance with that id, or TRM_STEP_NONE when there is none or it was not wanted. */
uint32_t trm_step_find(const struct trm_step *st, uint64_t id);
/* The same where the row is likely the one behind `after`, as in a list of references that rise by one. */
static inline uint32_t
trm_step_find_after(const struct trm_step *st, uint64_t id, uint32_t after)
{
    size_t next = (size_t)after + 1;
    if (!st->order && next < st->n_inst && st->inst[next].id == id && st->inst[after].id != id)
        return (uint32_t)next;
    return trm_step_find(st, id);
}
/* Count one more of code, first seen at off. code must outlive st. Cannot fail. */
void trm_step_warn(struct trm_step *st, const char *code, size_t off);
void trm_step_warn_many(struct trm_step *st, const char *code, size_t off, uint64_t n);
/* Count what was counted elsewhere, in the order in which it was first seen there. */
void trm_step_warn_all(struct trm_step *st, const struct trm_step_warning *w, size_t n);
/* Line of the byte at off, from 1; lines end in LF, CR or CR LF. Takes time in proportion to off. */
size_t trm_step_line(const struct trm_step *st, size_t off);

/* --- values --- */
enum trm_step_type {
    TRM_STEP_NULL,    /* $ */
    TRM_STEP_DERIVED, /* * */
    TRM_STEP_REF,     /* #12 */
    TRM_STEP_INT,     /* s, n: the digits */
    TRM_STEP_REAL,
    TRM_STEP_STRING, /* s, n: between the quotes, still encoded */
    TRM_STEP_ENUM,   /* s, n: between the dots: T, F, U, NOTDEFINED */
    TRM_STEP_BINARY, /* s, n: between the double quotes */
    TRM_STEP_TYPED,  /* IFCLABEL('x'): s, n: the word; in, in_n: between the parentheses */
    TRM_STEP_LIST,   /* in, in_n: between the parentheses */
    TRM_STEP_BAD,    /* none of these; s, n: what stood there */
};
struct trm_step_val {
    enum trm_step_type type;
    const char *s, *in; /* borrowed from the file */
    size_t n, in_n;
    uint64_t ref;
    bool plain; /* of a string, also inside of a typed value: known to be its text as it stands; false says nothing */
    unsigned char inner; /* of a typed value: the type of what is inside, where that is known to be one simple value; else 0 */
};
/* A place between parentheses. */
struct trm_step_cur {
    const char *p, *end;
    bool after_value;
};

/* The values of row i, or those inside a list or a typed value. */
struct trm_step_cur trm_step_args(const struct trm_step *st, uint32_t i);
struct trm_step_cur trm_step_inside(const struct trm_step_val *v);
/* The first value inside; false when there is none. v may be inside itself. */
bool trm_step_first(const struct trm_step_val *v, struct trm_step_val *inside);
/* The same for a statement of the header, by the offset of its parenthesis. */
struct trm_step_cur trm_step_args_at(const struct trm_step *st, size_t off);
/* The next value into *v; false at the end. What cannot be read comes as TRM_STEP_BAD and reading goes on behind the next
 * comma. */
bool trm_step_next(struct trm_step_cur *c, struct trm_step_val *v);
/* Value number k (from 0) of row i; false, and v TRM_STEP_NULL, when it has fewer. */
bool trm_step_arg(const struct trm_step *st, uint32_t i, size_t k, struct trm_step_val *v);
/* Up to max values of row i into v; returns how many there are in all. */
size_t trm_step_all(const struct trm_step *st, uint32_t i, struct trm_step_val *v, size_t max);

/* Text of a string as UTF-8: *s, *n. Points into the file where nothing had to be decoded, else into the arena. Warnings:
 * bad_escape, latin1, control. -1 when memory is out (TRM_SYS). v must be a TRM_STEP_STRING. */
int trm_step_text(struct trm_step *st, struct trm_arena *a, const struct trm_step_val *v, const char **s, size_t *n,
                  struct trm_err *err);
/* Number of an INT or REAL; false for anything else, for what is no number, and for what is not finite. */
bool trm_step_num(const struct trm_step_val *v, double *out);
/* Whether an ENUM or a word is `word` (upper case), in any case. */
bool trm_step_is(const char *s, size_t n, const char *word);

#endif
