/* Products on AMX tiles. A tile is 16 rows of 64 bytes; TDPBF16PS adds to a tile C of 16x16 floats the product of A, 16
 * rows of 16 pairs, and B, 16 pairs of 16 columns. Panels (bf16.h) hold B as the instruction wants it.
 *
 * Work goes in squares of 32 rows and 32 columns: four tiles of C stay in registers while two of A and two of B stream
 * by. For the last rows the tiles are set up anew with so many rows, so that nothing is read or written beside them; pairs
 * less than a whole tile are copied beside zeros.
 *
 * The instructions are written out, as the compiler's own (gcc 12's amxtileintrin.h) do not say which memory they read: it
 * then drops what was stored there. tests/unit/amx.h runs them on every x86-64 processor. */
#include "amx.h"

#if defined(__x86_64__) && defined(__linux__)
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIDE 16 /* rows of a tile, pairs of a row, columns */

#define tile_load(t, p, stride)                                                                                        \
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #t ::"r"(p), "r"((size_t)(stride)) : "memory")
#define tile_store(t, p, stride)                                                                                       \
    __asm__ volatile("tilestored %%tmm" #t ", (%0,%1,1)" ::"r"(p), "r"((size_t)(stride)) : "memory")
#define tile_zero(t) __asm__ volatile("tilezero %tmm" #t)
#define tile_dp(c, a, b) __asm__ volatile("tdpbf16ps %tmm" #b ", %tmm" #a ", %tmm" #c)

#define ARCH_REQ_XCOMP_PERM 0x1023 /* arch_prctl(2) */
#define XFEATURE_XTILEDATA 18

/* Whether the processor has the tiles and the system lets this process use them; the first use in a thread sets them up. */
static bool
granted(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") && __builtin_cpu_supports("avx512bf16")
           && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
           && syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

/* Palette 1 (Intel SDM, vol. 1, 18.2): of each tile its rows and their bytes; tiles without rows cannot be used. */
struct palette {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
};
static __thread size_t height; /* rows of a left side that this thread's tiles are set up for; 0: not yet */

/* Tiles 0 to 3 are C, two rows of two; 4 and 5 A, one below the other; 6 and 7 B, side by side. */
static void
set_up(size_t rows)
{
    if (rows == height)
        return;
    size_t upper = rows < SIDE ? rows : SIDE, lower = rows - upper;
    size_t of[8] = {upper, upper, lower, lower, upper, lower, SIDE, SIDE};
    struct palette p = {.palette = 1};
    for (int t = 0; t < 8; t++)
        p.rows[t] = (uint8_t)of[t], p.bytes[t] = of[t] ? 4 * SIDE : 0;
    __asm__ volatile("ldtilecfg %0" ::"m"(p));
    height = rows;
}

/* A product's two sides for one square: whole steps of k where they are, what is left of it in copies. */
struct sides {
    const uint32_t *a, *b;
    size_t a_row, b_pair, steps;
    const uint32_t *last_a, *last_b; /* [32][16] and [16][TRM_MAT_PANEL], or NULL */
};

/* One step of k: one or two tiles of A (tall), one or two of B (wide). */
#define STEP(a, a_row, b, b_pair)                                                                                      \
    do {                                                                                                               \
        tile_load(6, (b), (b_pair) * 4);                                                                               \
        tile_load(4, (a), (a_row) * 4);                                                                                \
        tile_dp(0, 4, 6);                                                                                              \
        if (wide) {                                                                                                    \
            tile_load(7, (b) + SIDE, (b_pair) * 4);                                                                    \
            tile_dp(1, 4, 7);                                                                                          \
        }                                                                                                              \
        if (tall) {                                                                                                    \
            tile_load(5, (a) + SIDE * (a_row), (a_row) * 4);                                                           \
            tile_dp(2, 5, 6);                                                                                          \
        }                                                                                                              \
        if (tall && wide)                                                                                              \
            tile_dp(3, 5, 7);                                                                                          \
    } while (0)

/* c [32,32] (as many rows as are set up, 16 columns when not wide): = or += a b. tall and wide are constants where this is
 * called, so nothing is asked inside the loop. */
static inline __attribute__((always_inline)) void
square(float *c, size_t ldc, const struct sides *s, bool add, const bool tall, const bool wide)
{
    float *below = c + SIDE * ldc;
    if (add) {
        tile_load(0, c, ldc * 4);
        if (wide)
            tile_load(1, c + SIDE, ldc * 4);
        if (tall)
            tile_load(2, below, ldc * 4);
        if (tall && wide)
            tile_load(3, below + SIDE, ldc * 4);
    } else {
        tile_zero(0);
        if (wide)
            tile_zero(1);
        if (tall)
            tile_zero(2);
        if (tall && wide)
            tile_zero(3);
    }
    const uint32_t *a = s->a, *b = s->b;
    for (size_t k = 0; k < s->steps; k++, a += SIDE, b += SIDE * s->b_pair)
        STEP(a, s->a_row, b, s->b_pair);
    if (s->last_a)
        STEP(s->last_a, (size_t)SIDE, s->last_b, (size_t)TRM_MAT_PANEL);
    tile_store(0, c, ldc * 4);
    if (wide)
        tile_store(1, c + SIDE, ldc * 4);
    if (tall)
        tile_store(2, below, ldc * 4);
    if (tall && wide)
        tile_store(3, below + SIDE, ldc * 4);
}

static void
any_square(float *c, size_t ldc, const struct sides *s, bool add, size_t rows, bool wide)
{
    set_up(rows == SIDE ? 2 * SIDE : rows); /* the upper tiles are the same */
    if (rows > SIDE && wide)
        square(c, ldc, s, add, true, true);
    else if (rows > SIDE)
        square(c, ldc, s, add, true, false);
    else if (wide)
        square(c, ldc, s, add, false, true);
    else
        square(c, ldc, s, add, false, false);
}

/* c [rows,cols] = or += over k2 pairs of a left side in rows; last_b: its last pairs beside zeros, or NULL. */
static void
strip(float *c, size_t ldc, struct sides s, size_t rows, size_t cols, size_t k2, bool add)
{
    uint32_t last_a[2 * SIDE * SIDE] = {0};
    size_t rest = k2 % SIDE;
    for (size_t i = 0; i < rows; i += 2 * SIDE) {
        struct sides at = s;
        size_t n = rows - i < 2 * SIDE ? rows - i : 2 * SIDE;
        at.a = s.a + i * s.a_row;
        for (size_t l = 0; rest && l < n; l++)
            memcpy(last_a + l * SIDE, at.a + l * s.a_row + s.steps * SIDE, rest * sizeof *last_a);
        at.last_a = rest ? last_a : NULL;
        for (size_t j = 0; j < cols; j += 2 * SIDE, at.b += 2 * SIDE, at.last_b += 2 * SIDE)
            any_square(c + i * ldc + j, ldc, &at, add, n, cols - j > SIDE);
    }
}

#define TURNED 512 /* pairs of 32 rows that are turned about at once: what the nearest cache holds */

static void
block_amx(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b, size_t b_pair,
          size_t rows, size_t cols, size_t k2, bool add)
{
    uint32_t last_b[SIDE * TRM_MAT_PANEL], turned[2 * SIDE * TURNED];
    size_t whole = k2 / SIDE * SIDE;
    if (whole < k2) {
        memset(last_b, 0, sizeof last_b);
        for (size_t k = whole; k < k2; k++)
            memcpy(last_b + (k - whole) * TRM_MAT_PANEL, b + k * b_pair, cols * sizeof *b);
    }
    struct sides s = {a, b, a_row, b_pair, whole / SIDE, NULL, last_b};
    if (a_pair == 1) {
        strip(c, ldc, s, rows, cols, k2, add);
        return;
    }
    s.a = turned, s.a_row = TURNED;
    for (size_t i = 0; i < rows; i += 2 * SIDE)
        for (size_t k = 0; k < k2; k += TURNED) {
            size_t n = rows - i < 2 * SIDE ? rows - i : 2 * SIDE, some = k2 - k < TURNED ? k2 - k : TURNED;
            trm_mat_turn(turned, TURNED, a + k * a_pair + i, a_pair, some, n);
            s.b = b + k * b_pair, s.steps = some / SIDE;
            strip(c + i * ldc, ldc, s, n, cols, some, add || k > 0);
        }
}

static const struct trm_mat_bf16 amx = {
    .name = "amx", .at_a_time = 4, .tile_rows = 16, .chunk_rows = 400, .avx512 = true, .wants_rows = true, .block = block_amx};

const struct trm_mat_bf16 *
trm_mat_amx(void)
{
    return granted() ? &amx : NULL;
}
#else
const struct trm_mat_bf16 *
trm_mat_amx(void)
{
    return NULL;
}
#endif
