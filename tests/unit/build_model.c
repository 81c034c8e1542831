/* The room build: same bytes, escapes and numbers of STEP, GUIDs, shares, memory that runs out. */
#include "t.h"

#include "../../lib/build/model.h"

static struct trm_building *
made(struct trm_arena *mem, uint64_t seed, size_t index, size_t n)
{
    struct trm_err err = {0};
    return trm_build_make(mem, seed, index, n, &err);
}

/* The two files of a building as one text; empty when it could not be made. */
static void
text_of(struct trm_buf *out, uint64_t seed, size_t index, size_t n)
{
    struct trm_arena mem = {0};
    struct trm_err err = {0};
    struct trm_building *b = made(&mem, seed, index, n);
    if (b && trm_build_write_ifc(out, b, &err) == 0)
        trm_build_write_truth(out, b, &err);
    trm_arena_release(&mem);
}

static int
same(const struct trm_buf *a, const struct trm_buf *b)
{
    return a->len > 1000 && a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static size_t
count_of(const struct trm_building *b, int class)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_elements; i++)
        n += b->elements[i].class == class;
    return n;
}

/* Deciding widths of doors on the side of the limit that the tendency of their group and age names. */
static double
share_as_expected(size_t n_buildings)
{
    size_t seen = 0, fit = 0;
    for (size_t k = 0; k < n_buildings; k++) {
        struct trm_arena mem = {0};
        struct trm_building *b = made(&mem, 9, k, 100);
        for (size_t i = 0; b && i < b->n_elements; i++) {
            const struct element *e = &b->elements[i];
            const char *mark = e->class == CLASS_DOOR && !strcmp(e->sets[0]->v[0].name, "Reference")
                ? e->sets[0]->v[0].text : NULL;
            if (!mark)
                continue;
            int wide = mark[2] == 'A' || (mark[2] == 'B' && b->latent.is_new) || (mark[2] == 'C' && !b->latent.is_new);
            for (size_t s = 0; s < e->n_sets; s++)
                for (size_t v = 0; v < e->sets[s]->n; v++)
                    if (!strncmp(e->sets[s]->v[v].name, "Clear", 5) && strstr(e->sets[s]->v[v].name, "Width"))
                        seen++, fit += (e->sets[s]->v[v].num >= .815) == wide;
        }
        trm_arena_release(&mem);
    }
    return seen > 200 ? (double)fit / (double)seen : 0;
}

T_MAIN
{
    T("the same seed, index and size give the same bytes, each of the three gives others")
    {
        struct trm_buf t[5] = {{0}};
        text_of(&t[0], 1, 4, 80), text_of(&t[1], 1, 4, 80);
        text_of(&t[2], 2, 4, 80), text_of(&t[3], 1, 5, 80), text_of(&t[4], 1, 4, 81);
        CHECK(same(&t[0], &t[1]));
        for (int i = 2; i < 5; i++)
            CHECK(!same(&t[0], &t[i]));
        for (int i = 0; i < 5; i++)
            trm_buf_release(&t[i]);
    }
    T("a building written twice has the same bytes")
    {
        struct trm_arena mem = {0};
        struct trm_err err = {0};
        struct trm_buf one = {0}, two = {0};
        struct trm_building *b = made(&mem, 3, 0, 60);
        CHECK(b && trm_build_write_ifc(&one, b, &err) == 0 && trm_build_write_ifc(&two, b, &err) == 0);
        CHECK(same(&one, &two));
        trm_buf_release(&one), trm_buf_release(&two), trm_arena_release(&mem);
    }
    T("a building has as many elements that rules concern as asked for, and every class of them")
    {
        for (size_t n = TRM_BUILD_MIN_ELEMENTS; n < 400; n += 37) {
            struct trm_arena mem = {0};
            struct trm_building *b = made(&mem, 7, n, n);
            size_t sum = 0;
            for (int c = CLASS_SPACE; b && c <= CLASS_FLIGHT; c++) {
                CHECK(count_of(b, c) > 0);
                sum += count_of(b, c);
            }
            CHECK(sum == n);
            trm_arena_release(&mem);
        }
    }
    T("shares add up to the total, are never too small, and differ")
    {
        for (size_t n = 1; n < 30; n++) {
            size_t sum = 0, least = SIZE_MAX, most = 0, total = n * 90 + 13;
            for (size_t i = 0; i < n; i++) {
                size_t s = trm_build_share(5, i, n, total);
                sum += s, least = s < least ? s : least, most = s > most ? s : most;
            }
            CHECK(sum == total && least >= TRM_BUILD_MIN_ELEMENTS && (n < 4 || most > least));
        }
    }
    T("too few or too many elements are refused, and so is too little memory, by name")
    {
        struct trm_arena mem = {0}, small = {.limit = 300000};
        struct trm_err err = {0};
        CHECK(!trm_build_make(&mem, 1, 0, TRM_BUILD_MIN_ELEMENTS - 1, &err) && err.kind == TRM_USAGE);
        trm_err_reset(&err);
        CHECK(!trm_build_make(&mem, 1, 0, TRM_BUILD_MAX_ELEMENTS + 1, &err) && err.kind == TRM_USAGE);
        trm_err_reset(&err);
        CHECK(!trm_build_make(&small, 1, 0, 500, &err) && err.kind == TRM_SYS && strstr(err.text, "out of memory"));
        trm_arena_release(&mem), trm_arena_release(&small);
    }
    T("memory may run out at any place")
    {
        int refused = 0;
        for (size_t limit = 1000; limit < 400000; limit += 7919) {
            struct trm_arena mem = {.limit = limit};
            struct trm_err err = {0};
            struct trm_buf out = {0};
            struct trm_building *b = trm_build_make(&mem, 1, 1, 60, &err);
            if (!b || trm_build_write_ifc(&out, b, &err) < 0)
                refused += err.kind == TRM_SYS;
            trm_buf_release(&out), trm_arena_release(&mem);
        }
        CHECK(refused > 10);
    }
    T("text beyond ASCII is escaped or left as it is, by habit, and never both")
    {
        int escaped = 0, raw = 0;
        for (size_t i = 0; i < 20; i++) {
            struct trm_arena mem = {0};
            struct trm_err err = {0};
            struct trm_buf out = {0};
            struct trm_building *b = made(&mem, 1, i, 50);
            CHECK(b && trm_build_write_ifc(&out, b, &err) == 0);
            int high = 0;
            for (size_t k = 0; k < out.len; k++)
                high |= (unsigned char)out.data[k] >= 0x80;
            CHECK(!high || b->habit.raw_utf8);
            CHECK(!(b->habit.raw_utf8 && strstr(out.data, "\\X2\\")));
            raw += high, escaped += strstr(out.data, "\\X2\\") != NULL;
            trm_buf_release(&out), trm_arena_release(&mem);
        }
        CHECK(raw > 1 && escaped > 3);
    }
    T("most doors are as wide as their group and age say, and not all")
    {
        double share = share_as_expected(40);
        CHECK(share > .88 && share < .98);
    }
    T("no deciding size lies at a limit of the rules")
    {
        static const double limits[] = {.508, .61, .775, .815, .85, 1.118, 2.032};
        struct trm_arena mem = {0};
        struct trm_building *b = NULL;
        for (size_t k = 0; k < 20; k++) {
            b = made(&mem, 4, k, 100);
            for (size_t i = 0; b && i < b->n_elements; i++)
                for (size_t s = 0; s < b->elements[i].n_sets; s++)
                    for (size_t v = 0; v < b->elements[i].sets[s]->n; v++) {
                        const struct value *x = &b->elements[i].sets[s]->v[v];
                        int decides = !strncmp(x->name, "Clear", 5) && x->is != IS_AREA;
                        for (int l = 0; decides && l < 7; l++)
                            CHECK(fabs(x->num - limits[l]) > .0019);
                    }
        }
        trm_arena_release(&mem);
    }
    T("a value that equals a hidden one in another unit is hidden with it, and a name that tells it becomes a word")
    {
        struct set common = {.name = "Pset_DoorCommon"}, other = {.name = "Other"};
        struct element e = {.class = CLASS_DOOR, .name = "Door 0915 A", .tag = "1234", .sets = {&common, &other},
                            .n_sets = 2};
        trm_b_put(&common, "ClearWidth", IS_LENGTH, .915, SHOW_HIDDEN);
        trm_b_put(&other, "Size", IS_INTEGER, 915, SHOW_STATED);
        trm_b_put(&other, "Year", IS_INTEGER, 1915, SHOW_STATED);
        trm_b_put_text(&other, "Remark", IS_LABEL, "91,5 cm", SHOW_STATED);
        trm_b_scrub(&e, "Entrance");
        CHECK(other.v[0].show == SHOW_HIDDEN && other.v[1].show == SHOW_STATED && other.v[2].show == SHOW_HIDDEN);
        CHECK_STR(e.name, "Entrance");
        CHECK_STR(e.tag, "1234");
    }
}
