/* The eight symmetries of the square. */
#include "inner.h"

void
trm_task_square_act(uint8_t *out, const uint8_t *in, int h, int w, unsigned g)
{
    int out_h = g & 4 ? w : h, out_w = g & 4 ? h : w;
    for (int r = 0; r < out_h; r++)
        for (int c = 0; c < out_w; c++) {
            int r1 = g & 1 ? out_h - 1 - r : r, c1 = g & 2 ? out_w - 1 - c : c;
            *out++ = g & 4 ? in[c1 * w + r1] : in[r1 * w + c1];
        }
}

/* A symmetry as a signed permutation: row' = a row + b column, column' = c row + d column. */
struct matrix {
    int a, b, c, d;
};

static struct matrix
matrix_of(unsigned g)
{
    int rows = g & 1 ? -1 : 1, columns = g & 2 ? -1 : 1;
    return g & 4 ? (struct matrix){0, rows, columns, 0} : (struct matrix){rows, 0, 0, columns};
}

static unsigned
number_of(struct matrix m)
{
    return (m.a == 0 ? 4u : 0u) | (m.a + m.b < 0 ? 1u : 0u) | (m.c + m.d < 0 ? 2u : 0u);
}

unsigned
trm_task_square_after(unsigned g, unsigned f)
{
    struct matrix x = matrix_of(g), y = matrix_of(f);
    return number_of((struct matrix){x.a * y.a + x.b * y.c, x.a * y.b + x.b * y.d, x.c * y.a + x.d * y.c,
                                     x.c * y.b + x.d * y.d});
}

unsigned
trm_task_square_inverse(unsigned g)
{
    struct matrix m = matrix_of(g); /* orthogonal: the inverse is the transpose */
    return number_of((struct matrix){m.a, m.c, m.b, m.d});
}

unsigned
trm_task_square_conjugate(unsigned g, unsigned e)
{
    return trm_task_square_after(trm_task_square_after(g, e), trm_task_square_inverse(g));
}

int
trm_task_square_direction(unsigned g, int direction)
{
    static const int row[4] = {-1, 0, 1, 0}, column[4] = {0, 1, 0, -1};
    struct matrix m = matrix_of(g);
    int r = m.a * row[direction] + m.b * column[direction], c = m.c * row[direction] + m.d * column[direction];
    for (int d = 0; d < 4; d++)
        if (row[d] == r && column[d] == c)
            return d;
    return direction; /* not reached: g permutes the four */
}

unsigned
trm_task_square_n(const struct trm_task *t)
{
    (void)t;
    return 8;
}

void
trm_task_square_whole(struct trm_task *out, const struct trm_task *t, unsigned g)
{
    int h = (int)t->h, w = (int)t->w;
    out->h = (size_t)(g & 4 ? w : h);
    out->w = (size_t)(g & 4 ? h : w);
    trm_task_square_act(out->input, t->input, h, w, g);
    trm_task_square_act(out->answer, t->answer, h, w, g);
}
