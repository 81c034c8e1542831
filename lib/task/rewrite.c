/* Rewriting: replace parts of a word by the rules until none applies. Whatever is applied first, the end is the same:
 * tasks are kept only when every order ends in one word.
 *
 * Four rows for rules, unused ones PAD: the left side (one or two letters, then PAD), an arrow, the right side (none to
 * two letters, then PAD). Then the word, `size` letters; the answer stands below it, BLANK behind its end. Rows are as
 * wide as the longer of a rule (5) and the word. Tokens: letters 2..6, arrow 7. */
#include <string.h>

#include "../base/hash.h"
#include "inner.h"

enum { LETTER = 2, LETTERS = 5, ARROW = 7, RULES = 4, RULE_WIDTH = 5, MOST = 12, MOST_WORDS = 3000, SLOTS = 8192 };

struct word {
    int n;
    uint8_t s[MOST]; /* tokens */
};
struct system {
    int n;
    struct word left[RULES], right[RULES];
};

static int
lay(struct trm_task *t)
{
    t->prefix = 0;
    t->h = RULES + 1;
    t->w = t->size > RULE_WIDTH ? (size_t)t->size : RULE_WIDTH;
    t->vocab = ARROW + 1;
    return 0;
}

static void
read_side(struct word *w, const uint8_t *p, int most)
{
    for (w->n = 0; w->n < most && p[w->n] != PAD; w->n++)
        w->s[w->n] = p[w->n];
}

static void
read_system(struct system *s, const struct trm_task *t)
{
    s->n = 0;
    for (int i = 0; i < RULES; i++) {
        const uint8_t *p = t->input + (size_t)i * t->w;
        read_side(&s->left[s->n], p, 2);
        read_side(&s->right[s->n], p + 3, 2);
        s->n += s->left[s->n].n > 0;
    }
}

static void
write_rule(struct trm_task *t, int i, const struct word *left, const struct word *right)
{
    uint8_t *p = t->input + (size_t)i * t->w;
    memset(p, PAD, t->w);
    memcpy(p, left->s, (size_t)left->n);
    p[2] = ARROW;
    memcpy(p + 3, right->s, (size_t)right->n);
}

static uint8_t *
word_row(uint8_t *cells, const struct trm_task *t)
{
    return cells + RULES * t->w;
}

/* --- all words that can be reached ------------------------------------------------------------------------------- */

struct reach {
    struct word word[MOST_WORDS];
    int steps[MOST_WORDS]; /* fewest from the first word */
    int n;
    uint16_t slot[SLOTS];  /* word + 1, by hash */
    int ends, end;         /* words that no rule applies to, counted up to two; the first */
};

static bool
same_word(const struct word *a, const struct word *b)
{
    return a->n == b->n && memcmp(a->s, b->s, (size_t)a->n) == 0;
}

/* Remember a word; false when there is no more room. */
static bool
remember(struct reach *r, const struct word *w, int steps)
{
    size_t at = trm_hash64(w->s, (size_t)w->n, 0) % SLOTS;
    for (; r->slot[at]; at = (at + 1) % SLOTS)
        if (same_word(&r->word[r->slot[at] - 1], w))
            return true;
    if (r->n == MOST_WORDS)
        return false;
    r->word[r->n] = *w;
    r->steps[r->n] = steps;
    r->slot[at] = (uint16_t)++r->n;
    return true;
}

/* w with the rule applied at `at`. Sides are at most two letters and the right is never longer, so it fits. */
static struct word
replaced(const struct word *w, int at, const struct word *left, const struct word *right)
{
    struct word out = {.n = w->n - left->n + right->n};
    memcpy(out.s, w->s, (size_t)at);
    memcpy(out.s + at, right->s, (size_t)right->n);
    memcpy(out.s + at + right->n, w->s + at + left->n, (size_t)(w->n - at - left->n));
    return out;
}

/* Every word one step on; *n_next: how many. */
static bool
step(struct reach *r, const struct system *s, int i, int *n_next)
{
    *n_next = 0;
    for (int k = 0; k < s->n; k++)
        for (int at = 0; at + s->left[k].n <= r->word[i].n; at++) {
            if (memcmp(r->word[i].s + at, s->left[k].s, (size_t)s->left[k].n) != 0)
                continue;
            struct word next = replaced(&r->word[i], at, &s->left[k], &s->right[k]);
            ++*n_next;
            if (!remember(r, &next, r->steps[i] + 1))
                return false;
        }
    return true;
}

static int
reach_all(struct reach *r, const struct system *s, const struct word *from)
{
    r->n = r->ends = 0;
    memset(r->slot, 0, sizeof r->slot);
    remember(r, from, 0);
    for (int i = 0; i < r->n && r->ends < 2; i++) {
        int n_next;
        if (!step(r, s, i, &n_next))
            return -1;
        if (n_next == 0 && r->ends++ == 0)
            r->end = i;
    }
    return r->ends;
}

/* --- the family -------------------------------------------------------------------------------------------------- */

static void
random_word(struct word *w, int n, int letters, struct trm_rng *rng)
{
    w->n = n;
    for (int i = 0; i < n; i++)
        w->s[i] = (uint8_t)(LETTER + trm_rng_below(rng, (uint64_t)letters));
}

/* Shorter, or as long and before it in the alphabet: so that rewriting ends. */
static bool
smaller(const struct word *a, const struct word *b)
{
    return a->n != b->n ? a->n < b->n : memcmp(a->s, b->s, (size_t)a->n) < 0;
}

static bool
draw(struct trm_task *t, struct trm_rng *rng, int level)
{
    int letters = 2 + (int)trm_rng_below(rng, LETTERS - 1);
    int rules = level == 1 ? 1 + (int)trm_rng_below(rng, 2) : 2 + (int)trm_rng_below(rng, RULES - 1);
    struct word left[RULES], right, word;
    for (int i = 0; i < rules; i++) {
        random_word(&left[i], trm_rng_below(rng, 6) ? 2 : 1, letters, rng);
        random_word(&right, (int)trm_rng_below(rng, 3), letters, rng);
        if (!smaller(&right, &left[i]))
            return false;
        for (int k = 0; k < i; k++)
            if (same_word(&left[i], &left[k]))
                return false;
        write_rule(t, i, &left[i], &right);
    }
    random_word(&word, t->size, letters, rng);
    memcpy(word_row(t->input, t), word.s, (size_t)word.n);
    return true;
}

static bool
is_letter(int token)
{
    return token >= LETTER && token < LETTER + LETTERS;
}

static int
check_rule(const struct trm_task *t, int i, struct trm_err *err)
{
    const uint8_t *p = t->input + (size_t)i * t->w;
    bool empty = p[0] == PAD;
    for (size_t c = 0; c < t->w; c++) {
        bool letter = c < RULE_WIDTH && c != 2;
        bool fine = p[c] == PAD ? c != 2 || empty : !empty && (c == 2 ? p[c] == ARROW : letter && is_letter(p[c]));
        if (!fine || (c == 4 && p[4] != PAD && p[3] == PAD))
            return trm_task_fault(err, t, (size_t)i * t->w + c,
                                  "expected a rule: one or two letters, an arrow, up to two letters");
    }
    if (!empty && p[4] != PAD && p[1] == PAD)
        return trm_task_fault(err, t, (size_t)i * t->w + 4, "expected a right side that is no longer than the left");
    return 0;
}

static int
check(const struct trm_task *t, struct trm_err *err)
{
    const uint8_t *word = t->input + RULES * t->w;
    for (int i = 0; i < RULES; i++)
        if (check_rule(t, i, err) != 0)
            return -1;
    for (int i = 0; i < (int)t->w; i++)
        if (i < t->size ? !is_letter(word[i]) : word[i] != PAD)
            return trm_task_fault(err, t, RULES * t->w + (size_t)i, i < t->size ? "expected a letter of the word"
                                  : "expected a pad behind the word");
    return 0;
}

static int
solve(struct trm_task *t, struct trm_err *err)
{
    struct system s;
    struct reach r;
    struct word word = {.n = t->size};
    read_system(&s, t);
    memcpy(word.s, word_row(t->input, t), (size_t)word.n);
    if (reach_all(&r, &s, &word) < 0)
        return trm_err_set(err, TRM_DATA, "more than %d words can be reached", MOST_WORDS);
    t->nodes = r.n;
    if (r.ends == 0)
        return 0;
    memset(word_row(t->answer, t), BLANK, (size_t)t->size);
    memcpy(word_row(t->answer, t), r.word[r.end].s, (size_t)r.word[r.end].n);
    t->difficulty = trm_task_level_of(r.steps[r.end], 3, 5, 8, 99);
    return r.end == 0 ? 0 : r.ends; /* a word that no rule applies to is no task */
}

static void
asked(bool *ask, const struct trm_task *t)
{
    memset(ask, 0, t->n * sizeof *ask);
    for (int i = 0; i < t->size; i++)
        ask[RULES * t->w + (size_t)i] = true;
}

static void
judge(struct trm_task_verdict *v, const struct trm_task *t, const uint8_t *answer)
{
    struct trm_task right;
    trm_task_copy_head(&right, t);
    memcpy(right.input, t->input, t->n);
    memset(right.answer, PAD, t->n);
    if (solve(&right, NULL) == 1)
        trm_task_compare(v, t, right.answer, answer);
    else
        trm_task_wrong(v, TRM_TASK_DISAGREES, -1, -1, -1);
}

/* --- symmetries: letters renamed, rules in another order, everything read from behind ---------------------------- */

static void
turn_over(uint8_t *s, int n)
{
    for (int i = 0; i < n / 2; i++) {
        uint8_t x = s[i];
        s[i] = s[n - 1 - i];
        s[n - 1 - i] = x;
    }
}

/* The answer's letters turned over, its end where it was. */
static void
turn_answer_over(uint8_t *s, int size)
{
    int n = 0;
    while (n < size && s[n] > BLANK)
        n++;
    turn_over(s, n);
}

static unsigned
n_acts(const struct trm_task *t)
{
    static const unsigned factorial[] = {1, 1, 2, 6, 24};
    struct system s;
    read_system(&s, t);
    return 2 * factorial[s.n];
}

/* Act g: the order of rules is permutation g/2 (Lehmer code), and g&1 says whether from behind. */
static void
act(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    struct system s;
    int left[RULES] = {0, 1, 2, 3};
    unsigned code = g / 2;
    read_system(&s, t);
    memset(out->input, PAD, t->n);
    memcpy(out->answer, t->answer, t->n);
    memcpy(word_row(out->input, t), t->input + RULES * t->w, t->w);
    for (int i = 0; i < s.n; i++) {
        int radix = s.n - i, k = (int)(code % (unsigned)radix), rule = left[k];
        code /= (unsigned)radix;
        memmove(left + k, left + k + 1, (size_t)(radix - 1 - k) * sizeof *left);
        if (g & 1) {
            turn_over(s.left[rule].s, s.left[rule].n);
            turn_over(s.right[rule].s, s.right[rule].n);
        }
        write_rule(out, i, &s.left[rule], &s.right[rule]);
    }
    if (g & 1) {
        turn_over(word_row(out->input, t), t->size);
        turn_answer_over(word_row(out->answer, t), t->size);
    }
}

static const int suite[] = {8, 0};

const struct trm_task_family trm_task_rewrite = {
    .facts = {"rewrite", "symbolic", "apply rewriting rules to a word until none applies", "search", 4, MOST, 8, 4,
              suite},
    .lay = lay, .draw = draw, .check = check, .solve = solve, .asked = asked, .judge = judge, .answer_lo = BLANK,
    .answer_hi = LETTER + LETTERS - 1, .n_acts = n_acts, .act = act, .label_lo = LETTER,
        .label_hi = LETTER + LETTERS - 1,
};
