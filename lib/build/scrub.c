/* What a file must not tell about its hidden values: the same number somewhere else in the element, in whatever
 * unit. */
#include "model.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

enum { FORMS_MAX = 64 };
struct forms {
    double x[FORMS_MAX];
    size_t n;
};

static void
add_form(struct forms *f, double x)
{
    if (f->n < FORMS_MAX)
        f->x[f->n++] = x;
}

/* The number in every unit that a reader might think of. */
static void
add_forms(struct forms *f, const struct value *v)
{
    static const double length[] = {1, .01, .001, .0254, .3048}, area[] = {1, 1e-4, 1e-6, .0254 * .0254, .3048 * .3048};
    const double *unit = v->is == IS_AREA ? area : length;
    if (v->is == IS_AREA || v->is == IS_LENGTH || v->is == IS_POSITIVE_LENGTH)
        for (int i = 0; i < 5; i++)
            add_form(f, v->num / unit[i]);
    else if (v->is == IS_LABEL && v->num > 0)
        add_form(f, v->num);
}

static bool
tells_number(const struct forms *f, double x)
{
    for (size_t i = 0; i < f->n; i++)
        if (fabs(x - f->x[i]) <= 1e-4 * fmax(1, fabs(f->x[i])))
            return true;
    return false;
}

/* Whether one of the numbers in the text, read with a point or a comma, is one of the forms. */
static bool
tells_text(const struct forms *f, const char *s)
{
    while (s && *s) {
        if (!isdigit((unsigned char)*s)) {
            s++;
            continue;
        }
        double x = 0, unit = 1;
        for (; isdigit((unsigned char)*s); s++)
            x = 10 * x + (*s - '0');
        if (tells_number(f, x))
            return true;
        if ((*s == '.' || *s == ',') && isdigit((unsigned char)s[1]))
            for (s++; isdigit((unsigned char)*s); s++)
                x += (*s - '0') * (unit /= 10);
        if (tells_number(f, x))
            return true;
    }
    return false;
}

static bool
is_hidden(const struct value *v)
{
    return v->show == SHOW_HIDDEN || v->show == SHOW_PLACEHOLDER;
}

static bool
is_size(const struct value *v)
{
    return v->is == IS_LENGTH || v->is == IS_POSITIVE_LENGTH || v->is == IS_AREA;
}

/* Hide what tells; whether a size was among it. */
static bool
scrub_set(const struct forms *f, struct set *s)
{
    bool sizes = false;
    for (size_t i = 0; s && i < s->n; i++) {
        struct value *v = &s->v[i];
        if (v->show != SHOW_STATED || !(v->text ? tells_text(f, v->text) : v->is != IS_BOOL && tells_number(f, v->num)))
            continue;
        v->show = SHOW_HIDDEN;
        sizes |= is_size(v);
    }
    return sizes;
}

static void
hide_sizes(struct set *s)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (is_size(&s->v[i]) && s->v[i].show == SHOW_STATED)
            s->v[i].show = SHOW_HIDDEN;
}

static void
collect(struct forms *f, const struct set *s)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (is_hidden(&s->v[i]))
            add_forms(f, &s->v[i]);
}

static bool
has_named(const struct element *e)
{
    for (size_t i = 0; i < e->n_sets; i++)
        for (size_t k = 0; k < e->sets[i]->n; k++)
            if (e->sets[i]->v[k].show == SHOW_NAMED)
                return true;
    return false;
}

void
trm_b_scrub(struct element *e, const char *word)
{
    struct forms f = {.n = 0};
    collect(&f, e->attributes);
    for (size_t i = 0; i < e->n_sets; i++)
        collect(&f, e->sets[i]);
    if (f.n == 0)
        return;
    bool sizes = scrub_set(&f, e->attributes);
    for (size_t i = 0; i < e->n_sets; i++)
        sizes |= scrub_set(&f, e->sets[i]);
    if (sizes) { /* one size of a part bounds the others */
        hide_sizes(e->attributes);
        for (size_t i = 0; i < e->n_sets; i++)
            hide_sizes(e->sets[i]);
    }
    /* a name that is to hold a value may well hold a number that a hidden bound of it equals */
    if (!has_named(e) && tells_text(&f, e->name))
        e->name = word ? word : "";
    if (tells_text(&f, e->tag))
        e->tag = NULL;
}
