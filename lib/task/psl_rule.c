/* Grids, colours and rules as contracts write them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "psl_inner.h"

/* --- grids ------------------------------------------------------------------------------------------------------- */

static int
wrong_grid(struct trm_err *err, const char *what)
{
    return trm_err_set(err, TRM_DATA, "%s", what);
}

static bool
cell_char(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_';
}

/* End of a row: as long as the others. */
static int
end_row(struct psl_grid *g, int cells, struct trm_err *err)
{
    if (cells == 0 || (g->h > 0 && cells != g->w))
        return trm_err_set(err, TRM_DATA, "row %d has %d cells, expected %d", g->h + 1, cells, g->h ? g->w : 1);
    g->w = cells;
    g->h++;
    return 0;
}

static int
add_cell(struct psl_grid *g, int *cells, const char *s, size_t n, struct trm_err *err)
{
    if (g->h == GRID_SIDE || *cells == GRID_SIDE)
        return trm_err_set(err, TRM_DATA, "a grid larger than %d by %d", GRID_SIDE, GRID_SIDE);
    if (n >= sizeof g->cell[0])
        return trm_err_set(err, TRM_DATA, "row %d: '%.20s' is too long for a cell", g->h + 1, s);
    int at = g->h * (g->h ? g->w : 0) + *cells;
    if (g->h && *cells >= g->w)
        return trm_err_set(err, TRM_DATA, "row %d has more than %d cells", g->h + 1, g->w);
    memcpy(g->cell[at], s, n);
    g->cell[at][n] = 0;
    ++*cells;
    return 0;
}

/* [[B, R], [R, B]] or [B, R] [R, B]. */
static int
read_brackets(struct psl_grid *g, const char *s, struct trm_err *err)
{
    int depth = 0, cells = 0, rows_at = s[strspn(s + 1, " \t") + 1] == '[' ? 2 : 1;
    for (; *s; s++) {
        if (*s == '[' && ++depth > rows_at)
            return wrong_grid(err, "brackets in a row of the grid");
        if (*s == ']' && (depth-- == rows_at ? end_row(g, cells, err) != 0 : depth < 0))
            return wrong_grid(err, "a bracket too many");
        if (*s == ']')
            cells = 0;
        if (!cell_char(*s) && !strchr("[], \t\"'", *s))
            return trm_err_set(err, TRM_DATA, "'%c' in a grid", *s);
        if (!cell_char(*s))
            continue;
        size_t n = 1;
        while (cell_char(s[n]))
            n++;
        if (depth != rows_at)
            return wrong_grid(err, "a cell outside of the rows");
        if (add_cell(g, &cells, s, n, err) != 0)
            return -1;
        s += n - 1;
    }
    return depth ? wrong_grid(err, "a bracket is not closed") : g->h ? 1 : wrong_grid(err, "no rows");
}

/* BR/RB: one letter or digit a cell. 0 when it is no such thing. */
static int
read_slashes(struct psl_grid *g, const char *s, struct trm_err *err)
{
    int cells = 0;
    if (!strchr(s, '/') || strspn(s, "/._ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != strlen(s))
        return 0;
    for (; *s; s++)
        if (*s != '/' ? add_cell(g, &cells, s, 1, err) != 0 : end_row(g, cells, err) != 0)
            return -1;
        else if (*s == '/')
            cells = 0;
    return end_row(g, cells, err) == 0 ? 1 : -1;
}

int
trm_psl_grid_read(struct psl_grid *g, const char *text, struct trm_err *err)
{
    g->h = g->w = 0;
    return *text == '[' ? read_brackets(g, text, err) : read_slashes(g, text, err);
}

/* --- colours ----------------------------------------------------------------------------------------------------- */

uint8_t
trm_psl_token(const struct psl_colours *c, const char *name)
{
    if (!c->digits && (strcmp(name, ".") == 0 || strcmp(name, "_") == 0))
        return GROUND;
    if (c->digits)
        return isdigit((unsigned char)name[0]) && !name[1] && c->base + name[0] - '0' <= COLOUR_9
                   ? (uint8_t)(c->base + name[0] - '0')
                   : 0;
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->name[i], name) == 0)
            return (uint8_t)(COLOUR_1 + i);
    return 0;
}

static void
put_colour(struct trm_buf *b, uint8_t token, const struct psl_colours *c)
{
    if (c->digits)
        trm_buf_addf(b, "%d", token - c->base);
    else if (token == GROUND)
        trm_buf_addc(b, '.');
    else
        trm_buf_adds(b, c->name[token - COLOUR_1]);
}

bool
trm_psl_grid_tokens(struct grid *out, int *at, const struct psl_grid *g, const struct psl_colours *c)
{
    out->h = g->h;
    out->w = g->w;
    for (int i = 0; i < g->h * g->w; i++)
        if (!(out->c[i] = trm_psl_token(c, g->cell[i]))) {
            *at = i;
            return false;
        }
    return true;
}

void
trm_psl_grid_text(struct trm_buf *b, const struct grid *g, const struct psl_colours *c)
{
    bool wide = false;
    for (int i = 0; i < c->n; i++)
        wide |= strlen(c->name[i]) > 1;
    for (int i = 0; i < g->h * g->w; i++) {
        if (i)
            trm_buf_adds(b, i % g->w == 0 ? "/" : wide ? "," : "");
        put_colour(b, g->c[i], c);
    }
}

void
trm_psl_row_text(struct trm_buf *b, const struct grid *g, int row, const struct psl_colours *c)
{
    for (int i = 0; i < g->w; i++) {
        trm_buf_adds(b, i ? ", " : "[");
        put_colour(b, g->c[row * g->w + i], c);
    }
    trm_buf_addc(b, ']');
}

/* --- rules in words ---------------------------------------------------------------------------------------------- */

enum { MOST_WORDS = 64 };
struct words {
    char w[MOST_WORDS][16]; /* lower case; colours keep theirs in raw */
    char raw[MOST_WORDS][16];
    int n, at;
};

static void
split_words(struct words *words, const char *text)
{
    *words = (struct words){0};
    while (*text && words->n < MOST_WORDS) {
        size_t n = 0;
        while (isalnum((unsigned char)text[n]))
            n++;
        if (n) {
            snprintf(words->raw[words->n], sizeof words->raw[0], "%.*s", (int)n, text);
            for (int i = 0; words->raw[words->n][i]; i++)
                words->w[words->n][i] = (char)tolower((unsigned char)words->raw[words->n][i]);
            words->n++;
        }
        text += n ? n : 1;
    }
}

static bool
one_of(const char *word, const char *list)
{
    size_t n = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == 0))
            return n > 0;
    return false;
}

/* The next word if it is one of the list. */
static bool
take(struct words *s, const char *list)
{
    if (s->at < s->n && one_of(s->w[s->at], list)) {
        s->at++;
        return true;
    }
    return false;
}

static bool
ahead(const struct words *s, const char *list)
{
    return s->at < s->n && one_of(s->w[s->at], list);
}

static struct rule
turn(struct words *s)
{
    int quarter = 1;
    if (ahead(s, "90 180 270"))
        quarter = atoi(s->w[s->at++]) / 90;
    take(s, "degrees degree deg");
    if (take(s, "half halfround round"))
        quarter = 2;
    else if (take(s, "counterclockwise anticlockwise ccw left"))
        quarter = 4 - quarter;
    else if (take(s, "counter anti") && take(s, "clockwise"))
        quarter = 4 - quarter;
    else
        take(s, "clockwise cw right");
    return (struct rule){(uint8_t)(TURN_RIGHT + quarter - 1), 0, 0};
}

/* Direction 0 up, 1 right, 2 down, 3 left, or -1. */
static int
direction(struct words *s)
{
    static const char *const names[] = {"up top", "right", "down bottom", "left"};
    for (int d = 0; d < 4; d++)
        if (take(s, names[d]))
            return d;
    return -1;
}

/* Two colours, with a word between them. */
static bool
two_colours(struct rule *r, struct words *s, const struct psl_colours *c)
{
    uint8_t t[2] = {0, 0};
    take(s, "colour color colours colors");
    for (int i = 0; i < 2; i++) {
        if (s->at < s->n)
            t[i] = trm_psl_token(c, s->raw[s->at]);
        s->at += t[i] != 0;
        if (i == 0)
            take(s, "to with and into by");
    }
    r->a = t[0];
    r->b = t[1];
    return t[0] && t[1];
}

/* The two colours there are change places. */
static bool
inversion(struct rule *r, struct words *s, const struct psl_colours *c)
{
    take(s, "the");
    take(s, "colours colors colour color");
    if (s->at + 1 < s->n && trm_psl_token(c, s->raw[s->at]) && !ahead(s, "and then"))
        return two_colours(r, s, c);
    if (c->n != 2)
        return false;
    r->a = trm_psl_token(c, c->name[0]);
    r->b = trm_psl_token(c, c->name[1]);
    return r->a && r->b;
}

static bool
axis(struct rule *r, struct words *s, int sides, int ends, int diagonal, int anti, int half)
{
    if (take(s, "horizontally horizontal sides") || (ahead(s, "left") && (s->at++, take(s, "right"))))
        r->op = (uint8_t)sides;
    else if (take(s, "vertically vertical ends") || (ahead(s, "top") && (s->at++, take(s, "bottom"))))
        r->op = (uint8_t)ends;
    else if (diagonal && take(s, "diagonally diagonal main"))
        r->op = (uint8_t)diagonal;
    else if (anti && take(s, "antidiagonal antidiagonally anti"))
        r->op = (uint8_t)anti;
    else if (half && take(s, "half point halfround"))
        r->op = (uint8_t)half;
    else
        return false;
    return true;
}

/* One step from the words at s->at. */
static bool
step(struct rule *r, struct words *s, const struct psl_colours *c)
{
    int d;
    *r = (struct rule){0, 0, 0};
    if (take(s, "rotate rotation turn"))
        *r = turn(s);
    else if (take(s, "mirror flip reflect"))
        return axis(r, s, MIRROR_SIDES, MIRROR_ENDS, TRANSPOSE, TRANSPOSE_ANTI, 0);
    else if (take(s, "transpose"))
        r->op = take(s, "anti antidiagonal") ? TRANSPOSE_ANTI : TRANSPOSE;
    else if (take(s, "invert inversion"))
        return r->op = EXCHANGE, inversion(r, s, c);
    else if (take(s, "exchange swap"))
        return r->op = EXCHANGE, two_colours(r, s, c);
    else if (take(s, "recolour recolor replace change"))
        return r->op = RECOLOUR, two_colours(r, s, c);
    else if (take(s, "crop"))
        r->op = CROP, take(s, "to"), take(s, "content");
    else if (take(s, "gravity fall drop"))
        return take(s, "to"), (d = direction(s)) >= 0 && (r->op = (uint8_t)(FALL_UP + d));
    else if (take(s, "complete"))
        return take(s, "the"), take(s, "symmetry"), axis(r, s, COMPLETE_SIDES, COMPLETE_ENDS, COMPLETE_TRANSPOSE, COMPLETE_ANTI, COMPLETE_HALF);
    else if (take(s, "shift move") && (d = direction(s)) >= 0) {
        take(s, "by");
        int by = s->at < s->n && one_of(s->w[s->at], "1 2 3") ? atoi(s->w[s->at++]) : 1;
        take(s, "cells cell");
        *r = (struct rule){(uint8_t)(SHIFT_UP + d), (uint8_t)(AMOUNT_1 + by - 1), 0};
    } else
        return false;
    return true;
}

int
trm_psl_rules_read(struct rule rules[2], const char **why, const char *text, const struct psl_colours *c,
               struct trm_arena *mem)
{
    struct words s;
    int n = 0;
    split_words(&s, text);
    *why = "the rule is empty";
    memset(rules, 0, 2 * sizeof *rules);
    while (s.at < s.n) {
        if (take(&s, "then and grid the it"))
            continue;
        struct rule r;
        int from = s.at;
        if (n == 2) {
            *why = trm_arena_printf(mem, "rule '%.80s': more than two steps", text);
            return 0;
        }
        if (!step(&r, &s, c) || !trm_rule_valid(r)) {
            *why = trm_arena_printf(mem, "rule '%.80s': '%s' is no step that can be carried out on this grid", text, s.w[from]);
            return 0;
        }
        rules[n++] = r;
    }
    return n;
}

bool
trm_psl_rules_need_ground(const char *text)
{
    struct words s;
    split_words(&s, text);
    for (int i = 0; i < s.n; i++)
        if (one_of(s.w[i], "shift move gravity fall drop complete crop"))
            return true;
    return false;
}

void
trm_psl_rule_text(struct trm_buf *b, struct rule r)
{
    static const char *const plain[] = {
        "rotate_90_clockwise", "rotate_180", "rotate_270_clockwise", "mirror_horizontal", "mirror_vertical", "transpose",
        "transpose_anti", NULL, "shift_up", "shift_right", "shift_down", "shift_left", "fall_up", "fall_right", "fall_down",
        "fall_left", "crop", "complete_horizontal", "complete_vertical", "complete_diagonal", "complete_anti",
        "complete_half",
    };
    if (r.op == RECOLOUR)
        trm_buf_addf(b, "recolour_%d_to_%d", r.a - GROUND, r.b - GROUND);
    else if (r.op == EXCHANGE)
        trm_buf_addf(b, "exchange_%d_and_%d", r.a - GROUND, r.b - GROUND);
    else
        trm_buf_adds(b, plain[r.op - TURN_RIGHT]);
    if (r.op >= SHIFT_UP && r.op <= SHIFT_LEFT)
        trm_buf_addf(b, "_by_%d", r.a - AMOUNT_1 + 1);
}
