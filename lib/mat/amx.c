/* Products on AMX tiles. A tile is 16 rows of 64 bytes; TDPBF16PS adds to a tile C of 16x16 floats the product of A, 16
 * rows of 16 pairs, and B, 16 pairs of 16 columns. Panels (bf16.h) hold B as the instruction wants it.
 *
 * Work goes in blocks of 32 rows and 32 columns: four tiles of C stay in registers while two of A and two of B stream by.
 * What is less than a whole tile is copied beside zeros, so that one configuration serves everything.
 *
 * The file is compiled a second time by a test with TRM_AMX_IN_C, the instructions being C there, so that the walk over
 * tiles is tested on every processor. */
#include "amx.h"

#include <string.h>

#if defined(TRM_AMX_IN_C)
/* The instructions, from the Intel SDM, vol. 2: TILELOADD, TILEZERO, TILESTORED, TDPBF16PS. */
static uint32_t tile_in_c[8][16][16];
#define AMX
#define tile_load(t, p, stride)                                                                                        \
    for (size_t i_ = 0; i_ < 16; i_++)                                                                                 \
    memcpy(tile_in_c[t][i_], (const char *)(p) + i_ * (stride), 64)
#define tile_store(t, p, stride)                                                                                       \
    for (size_t i_ = 0; i_ < 16; i_++)                                                                                 \
    memcpy((char *)(p) + i_ * (stride), tile_in_c[t][i_], 64)
#define tile_zero(t) memset(tile_in_c[t], 0, sizeof tile_in_c[t])
static void
tile_dp(int c, int a, int b)
{
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < 16; k++)
            for (int j = 0; j < 16; j++) {
                float x;
                memcpy(&x, &tile_in_c[c][i][j], 4);
                for (int h = 0; h < 32; h += 16)
                    x += trm_bf16_to((trm_bf16)(tile_in_c[a][i][k] >> h)) * trm_bf16_to((trm_bf16)(tile_in_c[b][k][j] >> h));
                memcpy(&tile_in_c[c][i][j], &x, 4);
            }
}
static bool
ready(void)
{
    return true;
}
#elif defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#define AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw")))
#define tile_load(t, p, stride) _tile_loadd(t, p, stride)
#define tile_store(t, p, stride) _tile_stored(t, p, stride)
#define tile_zero(t) _tile_zero(t)
#define tile_dp(c, a, b) _tile_dpbf16ps(c, a, b)

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

/* Palette 1, eight tiles of 16 rows of 64 bytes. */
struct palette {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
};
static __thread bool configured;

AMX static bool
ready(void)
{
    if (!configured) {
        struct palette p = {.palette = 1};
        for (int t = 0; t < 8; t++)
            p.bytes[t] = 64, p.rows[t] = 16;
        _tile_loadconfig(&p);
        configured = true;
    }
    return true;
}
#else
#define NO_AMX
#endif

#ifdef NO_AMX
const struct trm_mat_bf16 *
trm_mat_amx(void)
{
    return NULL;
}
#else
#define SIDE 16                  /* rows of a tile, pairs of a row, columns */
#define LONGEST 1024             /* pairs summed at once: 32 rows of them fit the second cache beside a panel */

/* A left side of at most 32 rows as rows: where it is when whole, else a copy filled up with zeros. */
struct left {
    const uint32_t *at;
    size_t row; /* pairs between rows */
};

static struct left
left_rows(uint32_t *copy, const uint32_t *a, size_t a_row, size_t a_pair, size_t rows, size_t k2)
{
    if (a_pair == 1 && rows == 2 * SIDE && k2 % SIDE == 0)
        return (struct left){a, a_row};
    size_t wide = (k2 + SIDE - 1) / SIDE * SIDE;
    for (size_t i = 0; i < 2 * SIDE; i++)
        memset(copy + i * wide + (i < rows ? k2 : 0), 0, (wide - (i < rows ? k2 : 0)) * sizeof *copy);
    if (a_pair == 1)
        for (size_t i = 0; i < rows; i++)
            memcpy(copy + i * wide, a + i * a_row, k2 * sizeof *copy);
    else
        for (size_t k = 0; k < k2; k++)
            for (size_t i = 0; i < rows; i++)
                copy[i * wide + k] = a[i * a_row + k * a_pair];
    return (struct left){copy, wide};
}

/* The last, less than whole, pairs of a panel beside zeros. */
static void
last_pairs(uint32_t *copy, const uint32_t *b, size_t b_pair, size_t cols, size_t left)
{
    memset(copy, 0, SIDE * TRM_MAT_PANEL * sizeof *copy);
    for (size_t k = 0; k < left; k++)
        memcpy(copy + k * TRM_MAT_PANEL, b + k * b_pair, cols * sizeof *copy);
}

/* One step of k: one or two tiles of A (tall), one or two of B (wide). */
#define STEP(a, a_row, b, b_pair, tall, wide)                                                                          \
    do {                                                                                                               \
        tile_load(4, (a), (a_row) * 4);                                                                                \
        tile_load(6, (b), (b_pair) * 4);                                                                               \
        tile_dp(0, 4, 6);                                                                                              \
        if (tall) {                                                                                                    \
            tile_load(5, (a) + SIDE * (a_row), (a_row) * 4);                                                           \
            tile_dp(2, 5, 6);                                                                                          \
        }                                                                                                              \
        if (wide) {                                                                                                    \
            tile_load(7, (b) + SIDE, (b_pair) * 4);                                                                    \
            tile_dp(1, 4, 7);                                                                                          \
        }                                                                                                              \
        if ((tall) && (wide))                                                                                          \
            tile_dp(3, 5, 7);                                                                                          \
    } while (0)

/* c [32,32] (16 rows when not tall, 16 columns when not wide): = or += a b over k2 pairs, the last ones in `rest`. tall
 * and wide are constants where this is called, so nothing is asked inside the loop. */
AMX static inline __attribute__((always_inline)) void
square(float *c, size_t ldc, struct left a, const uint32_t *b, size_t b_pair, const uint32_t *rest, size_t k2, bool add,
       const bool tall, const bool wide)
{
    tile_zero(0);
    tile_zero(1);
    tile_zero(2);
    tile_zero(3);
    if (add) {
        tile_load(0, c, ldc * 4);
        if (wide)
            tile_load(1, c + SIDE, ldc * 4);
        if (tall)
            tile_load(2, c + SIDE * ldc, ldc * 4);
        if (tall && wide)
            tile_load(3, c + SIDE * ldc + SIDE, ldc * 4);
    }
    size_t k = 0;
    for (; k + SIDE <= k2; k += SIDE)
        STEP(a.at + k, a.row, b + k * b_pair, b_pair, tall, wide);
    if (k < k2)
        STEP(a.at + k, a.row, rest, (size_t)TRM_MAT_PANEL, tall, wide);
    tile_store(0, c, ldc * 4);
    if (wide)
        tile_store(1, c + SIDE, ldc * 4);
    if (tall)
        tile_store(2, c + SIDE * ldc, ldc * 4);
    if (tall && wide)
        tile_store(3, c + SIDE * ldc + SIDE, ldc * 4);
}

AMX static void
any_square(float *c, size_t ldc, struct left a, const uint32_t *b, size_t b_pair, const uint32_t *rest, size_t k2,
           bool add, bool tall, bool wide)
{
    if (tall && wide)
        square(c, ldc, a, b, b_pair, rest, k2, add, true, true);
    else if (tall)
        square(c, ldc, a, b, b_pair, rest, k2, add, true, false);
    else if (wide)
        square(c, ldc, a, b, b_pair, rest, k2, add, false, true);
    else
        square(c, ldc, a, b, b_pair, rest, k2, add, false, false);
}

/* Of fewer rows than 32: in a square of its own, and what counts of it out. */
static void
square_part(float *c, size_t ldc, struct left a, const uint32_t *b, size_t b_pair, const uint32_t *rest, size_t rows,
            size_t k2, bool wide, bool add)
{
    float part[2 * SIDE * 2 * SIDE];
    size_t cols = wide ? 2 * SIDE : SIDE;
    for (size_t i = 0; add && i < 2 * SIDE; i++)
        for (size_t j = 0; j < cols; j++)
            part[i * 2 * SIDE + j] = i < rows ? c[i * ldc + j] : 0;
    any_square(part, 2 * SIDE, a, b, b_pair, rest, k2, add, rows > SIDE, wide);
    for (size_t i = 0; i < rows; i++)
        memcpy(c + i * ldc, part + i * 2 * SIDE, cols * sizeof *c);
}

/* Over at most LONGEST pairs. */
static void
block_some(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b, size_t b_pair,
           size_t rows, size_t cols, size_t k2, bool add)
{
    uint32_t copy[2 * SIDE * LONGEST], rest[SIDE * TRM_MAT_PANEL];
    if (k2 % SIDE)
        last_pairs(rest, b + k2 / SIDE * SIDE * b_pair, b_pair, cols, k2 % SIDE);
    for (size_t i = 0; i < rows; i += 2 * SIDE) {
        size_t n = rows - i < 2 * SIDE ? rows - i : 2 * SIDE;
        struct left left = left_rows(copy, a + i * a_row, a_row, a_pair, n, k2);
        for (size_t j = 0; j < cols; j += 2 * SIDE) {
            bool wide = cols - j >= 2 * SIDE;
            if (n == 2 * SIDE)
                any_square(c + i * ldc + j, ldc, left, b + j, b_pair, rest + j, k2, add, true, wide);
            else
                square_part(c + i * ldc + j, ldc, left, b + j, b_pair, rest + j, n, k2, wide, add);
        }
    }
}

static void
block_amx(float *c, size_t ldc, const uint32_t *a, size_t a_row, size_t a_pair, const uint32_t *b, size_t b_pair,
          size_t rows, size_t cols, size_t k2, bool add)
{
    if (!ready())
        return;
    for (size_t k = 0; k < k2 || k == 0; k += LONGEST) {
        size_t n = k2 - k < LONGEST ? k2 - k : LONGEST;
        block_some(c, ldc, a + k * a_pair, a_row, a_pair, b + k * b_pair, b_pair, rows, cols, n, add || k > 0);
    }
}

#ifdef TRM_AMX_IN_C
static const struct trm_mat_bf16 amx_in_c = {"amx in C", 2, 16, false, block_amx};
#else
static const struct trm_mat_bf16 amx = {"amx", 2, 16, true, block_amx};

const struct trm_mat_bf16 *
trm_mat_amx(void)
{
    return granted() ? &amx : NULL;
}
#endif
#endif
