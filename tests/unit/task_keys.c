/* The room task: canonical forms, held against counts that are known. */
#include "t.h"

#include "../../lib/task/task.h"

enum { MOST = 4096 };
struct keys {
    char key[MOST][17];
    int n;
};

/* Whether the key is new. */
static bool
add(struct keys *k, const struct trm_task *t)
{
    char key[17];
    trm_task_key(key, t);
    for (int i = 0; i < k->n; i++)
        if (strcmp(k->key[i], key) == 0)
            return false;
    if (k->n < MOST)
        memcpy(k->key[k->n++], key, 17);
    return true;
}

/* Classes among the answers of n tasks, taken as inputs. */
static int
classes_of_answers(const char *name, int n)
{
    static struct keys k;
    int size;
    const struct trm_task_family *f = trm_task_family_find(name, &size);
    k.n = 0;
    for (int i = 0; i < n; i++) {
        struct trm_task t;
        struct trm_err err = {0};
        if (trm_task_make(&t, f, size, 1, 1, (uint64_t)i, &err) != 0)
            return -1;
        memcpy(t.input, t.answer, t.n);
        add(&k, &t);
    }
    return k.n;
}

/* Classes of all graphs with n nodes. */
static int
classes_of_graphs(int n)
{
    static struct keys k;
    struct trm_task t;
    struct trm_err err = {0};
    int pairs = n * (n - 1) / 2;
    k.n = 0;
    if (trm_task_make(&t, trm_task_family_find("colouring", NULL), n, 0, 1, 1, &err) != 0)
        return -1;
    t.input[0] = 4;
    for (unsigned edges = 0; edges < 1u << pairs; edges++) {
        int bit = 0;
        for (int a = 0; a < n; a++)
            for (int b = 0; b < a; b++, bit++)
                t.input[1 + a * n + b] = t.input[1 + b * n + a] = edges >> bit & 1 ? 7 : 6;
        add(&k, &t);
    }
    return k.n;
}

static void
key_of_blank(char key[17], const char *name)
{
    struct trm_task t;
    struct trm_err err = {0};
    int size;
    const struct trm_task_family *f = trm_task_family_find(name, &size);
    CHECK(trm_task_make(&t, f, size, 0, 1, 1, &err) == 0);
    memset(t.input, 1, t.n);
    trm_task_key(key, &t);
}

T_MAIN
{
    T("the 288 sudokus of 4x4 are 2 up to symmetry") CHECK(classes_of_answers("sudoku4", 300) == 2);
    T("the sudokus of 6x6 are at most 49 up to symmetry, and most of these turn up") {
        int n = classes_of_answers("sudoku6", 1500);
        CHECK(n <= 49 && n >= 40);
        printf("# %d of 49 classes met\n", n);
    }
    T("latin squares of order 4 are 2 up to symmetry, of order 5 also, of order 6 at most twelve") {
        CHECK(classes_of_answers("latin4", 200) == 2);
        CHECK(classes_of_answers("latin5", 300) == 2);
        int n = classes_of_answers("latin6", 100);
        CHECK(n <= 12 && n >= 8);
        printf("# %d of 12 classes met\n", n);
    }
    T("the 92 ways to put 8 queens are 12 up to symmetry") CHECK(classes_of_answers("queens8", 1500) == 12);
    T("graphs of 4 nodes are 11 up to names, of 5 nodes 34, of 6 nodes 156") {
        CHECK(classes_of_graphs(4) == 11);
        CHECK(classes_of_graphs(5) == 34);
        CHECK(classes_of_graphs(6) == 156);
    }
    T("boards full of symmetry have a key too, in no time") {
        char a[17], b[17];
        key_of_blank(a, "sudoku9");
        key_of_blank(b, "latin9");
        CHECK(strcmp(a, b) != 0);
        struct trm_task t;
        struct trm_err err = {0};
        CHECK(trm_task_make(&t, trm_task_family_find("colouring", NULL), 12, 0, 1, 1, &err) == 0);
        for (int i = 0; i < 144; i++) /* three classes of four, everybody joined to all of the others */
            t.input[1 + i] = i / 12 == i % 12 ? 1 : i / 12 / 4 == i % 12 / 4 ? 6 : 7;
        trm_task_key(a, &t);
        for (int i = 0; i < 144; i++)
            t.input[1 + i] = i / 12 == i % 12 ? 1 : i / 12 % 3 == i % 12 % 3 ? 6 : 7;
        trm_task_key(b, &t);
        CHECK_STR(a, b);
    }
    T("the colours of an exchange have no order") {
        struct trm_task t;
        struct trm_err err = {0};
        char a[17], b[17];
        CHECK(trm_task_make(&t, trm_task_family_find("compose", NULL), 5, 0, 1, 1, &err) == 0);
        for (int i = 0; i < 25; i++)
            t.input[6 + i] = (uint8_t)(3 + i * i % 3);
        memcpy(t.input, (uint8_t[]){12, 0, 0, 37, 3, 4}, 6);
        trm_task_key(a, &t);
        memcpy(t.input, (uint8_t[]){12, 0, 0, 37, 4, 3}, 6);
        trm_task_key(b, &t);
        CHECK_STR(a, b);
        memcpy(t.input, (uint8_t[]){12, 0, 0, 19, 3, 4}, 6);
        trm_task_key(b, &t);
        CHECK(strcmp(a, b) != 0);
    }
    T("keys tell apart: a given more, another size, another family") {
        struct trm_task t;
        struct trm_err err = {0};
        char a[17], b[17];
        CHECK(trm_task_make(&t, trm_task_family_find("sudoku", NULL), 9, 0, 1, 1, &err) == 0);
        trm_task_key(a, &t);
        size_t i = (size_t)((uint8_t *)memchr(t.input, 1, t.n) - t.input);
        t.input[i] = t.answer[i];
        trm_task_key(b, &t);
        CHECK(strcmp(a, b) != 0);
        key_of_blank(a, "sudoku4");
        key_of_blank(b, "latin4");
        CHECK(strcmp(a, b) != 0);
        key_of_blank(a, "latin5");
        CHECK(strcmp(a, b) != 0);
    }
}
