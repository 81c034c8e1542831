/* AMX on processors that have none: a handler of SIGILL that does what the instruction would have done. So the machine
 * code that AMX processors will run is tested everywhere. The road of amx_here() works in this process; where the
 * processor has AMX nothing traps. Strict: what the manual calls #UD or #GP ends the test with a message. A test that
 * includes this defines _GNU_SOURCE first, for the names of registers.
 *
 * Source: Intel SDM, vol. 2, LDTILECFG, TILELOADD, TILESTORED, TILEZERO, TDPBF16PS. */
#ifndef TESTS_UNIT_AMX_H
#define TESTS_UNIT_AMX_H

#include "../../lib/mat/amx.c"

#ifdef SIDE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static __thread struct palette here;
static __thread _Alignas(64) uint8_t tile_here[8][16][64]; /* what is beyond a tile's size stays zero */

static void
amx_refuse(const char *why)
{
    fprintf(stderr, "AMX: %s\n", why);
    abort();
}

/* Register number as instructions count them. */
static uint64_t
amx_register(const ucontext_t *u, unsigned r)
{
    static const int at[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                               REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    return (uint64_t)u->uc_mcontext.gregs[at[r]];
}

/* An operand in memory: where it is, its index register's value, and the instruction's end. */
struct amx_operand {
    uint8_t *at;
    uint64_t stride;
    const uint8_t *end;
};

static struct amx_operand
amx_memory(const ucontext_t *u, const uint8_t *modrm, unsigned ext_x, unsigned ext_b)
{
    unsigned mod = modrm[0] >> 6, rm = modrm[0] & 7;
    const uint8_t *p = modrm + 1;
    uint64_t base = 0, index = 0;
    unsigned scale = 0;
    bool relative = mod == 0 && rm == 5, no_base = false;
    if (rm == 4) {
        unsigned i = (*p >> 3 & 7) | ext_x << 3, b = (*p & 7) | ext_b << 3;
        scale = *p >> 6;
        no_base = mod == 0 && (b & 7) == 5;
        index = i == 4 ? 0 : amx_register(u, i);
        base = no_base ? 0 : amx_register(u, b);
        p++;
    } else if (!relative)
        base = amx_register(u, rm | ext_b << 3);
    int64_t disp = 0;
    if (mod == 1)
        disp = (int8_t)*p, p += 1;
    else if (mod == 2 || relative || no_base) {
        int32_t d;
        memcpy(&d, p, 4);
        disp = d, p += 4;
    }
    if (relative)
        base = (uint64_t)(uintptr_t)p;
    return (struct amx_operand){(uint8_t *)(uintptr_t)(base + (uint64_t)disp), index << scale, p};
}

static void
amx_configure(const uint8_t *from)
{
    memcpy(&here, from, sizeof here);
    memset(tile_here, 0, sizeof tile_here);
    for (int i = 0; i < 14; i++)
        if (here.reserved[i])
            amx_refuse("reserved bytes of the palette are not zero");
    if (here.palette != 1)
        amx_refuse("palette is not 1");
    for (int t = 0; t < 16; t++)
        if (here.rows[t] > 16 || here.bytes[t] > 64 || (!here.rows[t] != !here.bytes[t]) || (t > 7 && here.rows[t]))
            amx_refuse("a tile of a size that cannot be");
}

static void
amx_move(int t, uint8_t *at, uint64_t stride, bool store)
{
    if (!here.rows[t])
        amx_refuse("a tile that is not set up is loaded or stored");
    if (!store)
        memset(tile_here[t], 0, sizeof tile_here[t]);
    for (int i = 0; i < here.rows[t]; i++, at += stride)
        if (store)
            memcpy(at, tile_here[t][i], here.bytes[t]);
        else
            memcpy(tile_here[t][i], at, here.bytes[t]);
}

static void
amx_product(int c, int a, int b)
{
    if (!here.rows[c] || here.rows[c] != here.rows[a] || here.bytes[c] != here.bytes[b] || here.bytes[a] / 4 != here.rows[b]
        || c == a || c == b || a == b)
        amx_refuse("tiles of sizes that do not match are multiplied");
    typedef uint32_t pairs __attribute__((vector_size(64), may_alias));
    typedef float sums __attribute__((vector_size(64), may_alias));
    for (int m = 0; m < here.rows[c]; m++) {
        sums *to = (sums *)(void *)tile_here[c][m];
        for (int k = 0; k < here.bytes[a] / 4; k++) {
            trm_bf16 x[2];
            memcpy(x, tile_here[a][m] + 4 * k, 4);
            pairs y = *(pairs *)(void *)tile_here[b][k];
            *to += trm_bf16_to(x[0]) * (sums)(y << 16);
            *to += trm_bf16_to(x[1]) * (sums)(y & 0xffff0000u);
        }
    }
}

static void
amx_trap(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    ucontext_t *u = context;
    const uint8_t *p = (const uint8_t *)(uintptr_t)u->uc_mcontext.gregs[REG_RIP];
    unsigned reg, rm, vvvv, prefix, op = p[3];
    if (p[0] != 0xc4 || (p[1] & 0x1f) != 2 || (p[2] & 0x84) != 0)
        amx_refuse("an instruction that is not AMX's");
    reg = (p[4] >> 3 & 7), rm = p[4] & 7, vvvv = ~p[2] >> 3 & 15, prefix = p[2] & 3;
    const uint8_t *end = p + 5;
    struct amx_operand m = {0};
    if (p[4] >> 6 != 3)
        m = amx_memory(u, p + 4, !(p[1] & 0x40), !(p[1] & 0x20)), end = m.end;
    if (op == 0x49 && prefix == 0 && m.at && reg == 0)
        amx_configure(m.at);
    else if (op == 0x49 && prefix == 3 && !m.at)
        memset(tile_here[reg], 0, sizeof tile_here[reg]);
    else if (op == 0x4b && (prefix == 3 || prefix == 2) && m.at)
        amx_move((int)reg, m.at, m.stride, prefix == 2);
    else if (op == 0x5c && prefix == 2 && !m.at)
        amx_product((int)reg, (int)rm, (int)vvvv);
    else
        amx_refuse("an instruction unknown here");
    u->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)end;
}

static const struct trm_mat_bf16 *
amx_here(void)
{
    static struct trm_mat_bf16 road;
    struct sigaction a = {.sa_sigaction = amx_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};
    if (!granted())
        sigaction(SIGILL, &a, NULL);
    road = amx;
    road.avx512 = trm_mat_bf16_named("avx512_bf16") != NULL;
    return &road;
}
#else
static const struct trm_mat_bf16 *
amx_here(void)
{
    return NULL;
}
#endif
#endif
