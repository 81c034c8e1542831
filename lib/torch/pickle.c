#include "pickle.h"

#include <stdlib.h>
#include <string.h>

typedef const struct trm_pickle_value value;

struct machine {
    const unsigned char *bytes;
    size_t n, at; /* at: of the next byte */
    size_t op_at; /* of the opcode in hand */
    struct trm_arena *arena;
    value **stack, **memo; /* [n + 1] room each: one opcode, one entry at most */
    size_t n_stack, n_memo;
    struct trm_err *err;
};

enum opcode {
    MARK = '(', STOP = '.', NONE = 'N', NEWTRUE = 0x88, NEWFALSE = 0x89, BININT = 'J', BININT1 = 'K', BININT2 = 'M', LONG1 = 0x8a,
    BINFLOAT = 'G', BINUNICODE = 'X', SHORT_BINUNICODE = 0x8c, EMPTY_TUPLE = ')', TUPLE = 't', TUPLE1 = 0x85, TUPLE2 = 0x86,
    TUPLE3 = 0x87, EMPTY_DICT = '}', SETITEM = 's', SETITEMS = 'u', GLOBAL = 'c', STACK_GLOBAL = 0x93, REDUCE = 'R', BUILD = 'b',
    BINPERSID = 'Q', BINPUT = 'q', LONG_BINPUT = 'r', MEMOIZE = 0x94, BINGET = 'h', LONG_BINGET = 'j', PROTO = 0x80, FRAME = 0x95,
};

/* Names of opcodes that are refused, for the message. */
static const struct {
    unsigned char code;
    const char *name;
} refused[] = {
    {'i', "INST"}, {'o', "OBJ"}, {0x81, "NEWOBJ"}, {0x92, "NEWOBJ_EX"}, {0x82, "EXT1"}, {0x83, "EXT2"}, {0x84, "EXT4"}, {'P', "PERSID"},
    {'p', "PUT"}, {'g', "GET"}, {'0', "POP"}, {'1', "POP_MARK"}, {'2', "DUP"}, {'I', "INT"}, {'L', "LONG"}, {0x8b, "LONG4"},
    {'F', "FLOAT"}, {'S', "STRING"}, {'T', "BINSTRING"}, {'U', "SHORT_BINSTRING"}, {'V', "UNICODE"}, {0x8d, "BINUNICODE8"},
    {'B', "BINBYTES"}, {'C', "SHORT_BINBYTES"}, {0x8e, "BINBYTES8"}, {0x96, "BYTEARRAY8"}, {0x97, "NEXT_BUFFER"},
    {0x98, "READONLY_BUFFER"}, {']', "EMPTY_LIST"}, {'l', "LIST"}, {'a', "APPEND"}, {'e', "APPENDS"}, {'d', "DICT"},
    {0x8f, "EMPTY_SET"}, {0x90, "ADDITEMS"}, {0x91, "FROZENSET"},
};

static const struct {
    const char *name;
    enum trm_dtype dtype;
} storages[] = {
    {"FloatStorage", TRM_F32}, {"DoubleStorage", TRM_F64}, {"HalfStorage", TRM_F16}, {"BFloat16Storage", TRM_BF16},
    {"IntStorage", TRM_I32}, {"LongStorage", TRM_I64}, {"ByteStorage", TRM_U8},
};

const char *
trm_pickle_type_name(enum trm_pickle_type t)
{
    static const char *const names[] = {"None", "a truth value", "a number", "a number", "text", "a tuple", "a dict",
                                        "a name", "a storage", "a tensor", "a mark"};
    return names[t];
}

/* --- bytes ------------------------------------------------------------------------------------------------------- */

static int
fail(struct machine *m, const char *what)
{
    return trm_err_set(m->err, TRM_DATA, "pickle, byte %zu: %s", m->op_at, what);
}

/* The next n bytes, or NULL. */
static const unsigned char *
take(struct machine *m, size_t n)
{
    if (n > m->n - m->at) {
        fail(m, "cut short");
        return NULL;
    }
    m->at += n;
    return m->bytes + m->at - n;
}

/* A little-endian number of n bytes, at most 8. */
static int
take_number(struct machine *m, size_t n, uint64_t *out)
{
    const unsigned char *p = take(m, n);
    *out = 0;
    for (size_t i = 0; p && i < n; i++)
        *out |= (uint64_t)p[i] << 8 * i;
    return p ? 0 : -1;
}

/* --- stack ------------------------------------------------------------------------------------------------------- */

static struct trm_pickle_value *
new_value(struct machine *m, enum trm_pickle_type type)
{
    struct trm_pickle_value *v = trm_arena_calloc(m->arena, 1, sizeof *v);
    if (!v) {
        trm_err_set(m->err, TRM_SYS, "no memory for a pickle of %zu bytes", m->n);
        return NULL;
    }
    v->type = type, v->at = m->op_at;
    return v;
}

static int
push(struct machine *m, value *v)
{
    if (!v)
        return -1;
    m->stack[m->n_stack++] = v; /* one an opcode at most: there is room */
    return 0;
}

/* The topmost value, taken off; NULL when there is none or it is a mark. */
static value *
pop(struct machine *m)
{
    if (m->n_stack == 0 || m->stack[m->n_stack - 1]->type == TRM_PICKLE_MARK) {
        fail(m, "nothing on the stack");
        return NULL;
    }
    return m->stack[--m->n_stack];
}

static int
push_number(struct machine *m, enum trm_pickle_type type, int64_t num)
{
    struct trm_pickle_value *v = new_value(m, type);
    if (v)
        v->num = num;
    return push(m, v);
}

/* Everything above the topmost mark, in order; the mark goes too. Borrowed from the stack until the next push. */
static int
pop_to_mark(struct machine *m, value ***items, size_t *n)
{
    size_t i = m->n_stack;
    while (i > 0 && m->stack[i - 1]->type != TRM_PICKLE_MARK)
        i--;
    if (i == 0)
        return fail(m, "no mark on the stack");
    *items = m->stack + i, *n = m->n_stack - i;
    m->n_stack = i - 1;
    return 0;
}

/* --- opcodes ----------------------------------------------------------------------------------------------------- */

static int
do_int(struct machine *m, enum opcode op)
{
    uint64_t x, n = op == BININT ? 4 : op == BININT2 ? 2 : 1;
    if (take_number(m, (size_t)n, &x) != 0)
        return -1;
    if (op == LONG1) {
        n = x;
        if (n > 8)
            return fail(m, "a number of more than 64 bits");
        if (take_number(m, (size_t)n, &x) != 0)
            return -1;
    }
    bool is_signed = op == BININT || op == LONG1;
    if (is_signed && n > 0 && n < 8 && x >> (8 * n - 1) & 1)
        x |= ~(uint64_t)0 << 8 * n;
    return push_number(m, TRM_PICKLE_INT, (int64_t)x);
}

static int
do_text(struct machine *m, size_t length_bytes)
{
    uint64_t n;
    if (take_number(m, length_bytes, &n) != 0)
        return -1;
    const unsigned char *p = take(m, (size_t)n);
    struct trm_pickle_value *v = p ? new_value(m, TRM_PICKLE_TEXT) : NULL;
    if (!v)
        return -1;
    if (memchr(p, 0, (size_t)n))
        return fail(m, "text with a zero byte in it");
    v->text = trm_arena_strndup(m->arena, (const char *)p, (size_t)n);
    v->n = (size_t)n;
    return v->text ? push(m, v) : trm_err_set(m->err, TRM_SYS, "no memory for a pickle of %zu bytes", m->n);
}

static int
make_tuple(struct machine *m, value **items, size_t n)
{
    struct trm_pickle_value *v = new_value(m, TRM_PICKLE_TUPLE);
    if (!v)
        return -1;
    v->items = trm_arena_alloc(m->arena, n * sizeof *v->items);
    if (!v->items)
        return trm_err_set(m->err, TRM_SYS, "no memory for a pickle of %zu bytes", m->n);
    if (n)
        memcpy(v->items, items, n * sizeof *v->items);
    v->n_items = n;
    return push(m, v);
}

static int
do_tuple(struct machine *m, size_t n)
{
    value **items;
    if (m->n_stack < n)
        return fail(m, "nothing on the stack");
    items = m->stack + m->n_stack - n;
    for (size_t i = 0; i < n; i++)
        if (items[i]->type == TRM_PICKLE_MARK)
            return fail(m, "nothing on the stack");
    m->n_stack -= n;
    return make_tuple(m, items, n);
}

static int
do_marked_tuple(struct machine *m)
{
    value **items;
    size_t n;
    return pop_to_mark(m, &items, &n) == 0 ? make_tuple(m, items, n) : -1;
}

/* n / 2 pairs into the dict on top of the stack. */
static int
set_items(struct machine *m, value **items, size_t n)
{
    if (n % 2)
        return fail(m, "a key without a value");
    if (m->n_stack == 0 || m->stack[m->n_stack - 1]->type != TRM_PICKLE_DICT)
        return fail(m, "items for what is no dict");
    /* values are const once pushed, dicts excepted: they are filled where they stand */
    struct trm_pickle_value *dict = (struct trm_pickle_value *)(uintptr_t)m->stack[m->n_stack - 1];
    for (size_t i = 0; i < n; i += 2) {
        struct trm_pickle_pair *pair = trm_arena_alloc(m->arena, sizeof *pair);
        if (!pair)
            return trm_err_set(m->err, TRM_SYS, "no memory for a pickle of %zu bytes", m->n);
        *pair = (struct trm_pickle_pair){items[i], items[i + 1], NULL};
        *(dict->last ? dict->last : &dict->first) = pair;
        dict->last = &pair->next;
        dict->n_pairs++;
    }
    return 0;
}

static int
do_set_items(struct machine *m, bool marked)
{
    value **items;
    size_t n;
    if (marked)
        return pop_to_mark(m, &items, &n) == 0 ? set_items(m, items, n) : -1;
    value *v = pop(m), *key = v ? pop(m) : NULL;
    value *pair[2] = {key, v};
    return key ? set_items(m, pair, 2) : -1;
}

/* --- names ------------------------------------------------------------------------------------------------------- */

static int
find_global(struct machine *m, const char *module, const char *name, struct trm_pickle_value *v)
{
    bool utils = strcmp(module, "torch._utils") == 0;
    if (strcmp(module, "collections") == 0 && strcmp(name, "OrderedDict") == 0)
        v->global = TRM_PICKLE_ORDERED_DICT;
    else if (utils && strcmp(name, "_rebuild_tensor_v2") == 0)
        v->global = TRM_PICKLE_REBUILD_TENSOR;
    else if (utils && strcmp(name, "_rebuild_parameter") == 0)
        v->global = TRM_PICKLE_REBUILD_PARAMETER;
    else {
        for (size_t i = 0; strcmp(module, "torch") == 0 && i < sizeof storages / sizeof *storages; i++)
            if (strcmp(name, storages[i].name) == 0) {
                v->global = TRM_PICKLE_STORAGE_TYPE, v->dtype = storages[i].dtype;
                return 0;
            }
        return trm_err_set(m->err, TRM_DATA, "pickle, byte %zu: names %.100s.%.100s, which no state dict of ours needs: refused, and nothing of it was run",
                           m->op_at, module, name);
    }
    return 0;
}

/* A line of text up to a newline, copied into the arena. */
static const char *
take_line(struct machine *m)
{
    const unsigned char *from = m->bytes + m->at, *end = memchr(from, '\n', m->n - m->at);
    if (!end || memchr(from, 0, (size_t)(end - from))) {
        fail(m, end ? "text with a zero byte in it" : "cut short");
        return NULL;
    }
    m->at += (size_t)(end - from) + 1;
    const char *line = trm_arena_strndup(m->arena, (const char *)from, (size_t)(end - from));
    if (!line)
        trm_err_set(m->err, TRM_SYS, "no memory for a pickle of %zu bytes", m->n);
    return line;
}

static int
do_global(struct machine *m, bool from_stack)
{
    const char *module, *name;
    if (from_stack) {
        value *n = pop(m), *mod = n ? pop(m) : NULL;
        if (!mod)
            return -1;
        if (n->type != TRM_PICKLE_TEXT || mod->type != TRM_PICKLE_TEXT)
            return fail(m, "a name that is no text");
        module = mod->text, name = n->text;
    } else {
        module = take_line(m);
        name = module ? take_line(m) : NULL;
        if (!name)
            return -1;
    }
    struct trm_pickle_value *v = new_value(m, TRM_PICKLE_GLOBAL);
    return v && find_global(m, module, name, v) == 0 ? push(m, v) : -1;
}

static bool
is(value *v, enum trm_pickle_type type)
{
    return v->type == type;
}

/* A tuple of numbers, none below 0. Short ones only: one tuple may be asked about as often as there are bytes. */
static bool
is_sizes(value *v)
{
    if (!is(v, TRM_PICKLE_TUPLE) || v->n_items > TRM_PICKLE_MAX_RANK)
        return false;
    for (size_t i = 0; i < v->n_items; i++)
        if (!is(v->items[i], TRM_PICKLE_INT) || v->items[i]->num < 0)
            return false;
    return true;
}

/* ("storage", torch.FloatStorage, key, place, count), the place being of no matter here. */
static int
do_persistent(struct machine *m)
{
    value *id = pop(m);
    if (!id)
        return -1;
    value **x = id->items;
    if (!is(id, TRM_PICKLE_TUPLE) || id->n_items != 5 || !is(x[0], TRM_PICKLE_TEXT) || strcmp(x[0]->text, "storage") != 0
        || !is(x[1], TRM_PICKLE_GLOBAL) || x[1]->global != TRM_PICKLE_STORAGE_TYPE || !is(x[2], TRM_PICKLE_TEXT)
        || !is(x[3], TRM_PICKLE_TEXT) || !is(x[4], TRM_PICKLE_INT) || x[4]->num < 0)
        return fail(m, "a persistent id that is no (\"storage\", torch type, key, place, count)");
    struct trm_pickle_value *v = new_value(m, TRM_PICKLE_STORAGE);
    if (v)
        v->storage = (struct trm_pickle_storage){x[1]->dtype, x[2]->text, (size_t)x[4]->num};
    return push(m, v);
}

/* _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata]); the last ones change no number. */
static int
rebuild_tensor(struct machine *m, value *args)
{
    value **x = args->items;
    if ((args->n_items != 6 && args->n_items != 7) || !is(x[0], TRM_PICKLE_STORAGE) || !is(x[1], TRM_PICKLE_INT) || x[1]->num < 0
        || !is_sizes(x[2]) || !is_sizes(x[3]) || x[2]->n_items != x[3]->n_items)
        return fail(m, "_rebuild_tensor_v2 without (storage, offset, size, stride, ...)");
    struct trm_pickle_value *v = new_value(m, TRM_PICKLE_TENSOR);
    if (v)
        v->tensor = (struct trm_pickle_tensor){&x[0]->storage, (uint64_t)x[1]->num, x[2], x[3]};
    return push(m, v);
}

/* What a name and its arguments stand for. No function is called. */
static int
do_reduce(struct machine *m)
{
    value *args = pop(m), *f = args ? pop(m) : NULL;
    if (!f)
        return -1;
    if (!is(f, TRM_PICKLE_GLOBAL) || !is(args, TRM_PICKLE_TUPLE))
        return fail(m, "REDUCE of what is no name with a tuple");
    switch (f->global) {
    case TRM_PICKLE_ORDERED_DICT:
        return args->n_items == 0 ? push(m, new_value(m, TRM_PICKLE_DICT)) : fail(m, "OrderedDict with arguments");
    case TRM_PICKLE_REBUILD_TENSOR:
        return rebuild_tensor(m, args);
    case TRM_PICKLE_REBUILD_PARAMETER:
        if (args->n_items != 3 || !is(args->items[0], TRM_PICKLE_TENSOR))
            return fail(m, "_rebuild_parameter without (tensor, requires_grad, hooks)");
        return push(m, args->items[0]);
    default:
        return fail(m, "a storage type is called as a function");
    }
}

/* Attributes of a dict, as _metadata of a module's state dict: looked at by nobody. */
static int
do_build(struct machine *m)
{
    value *state = pop(m);
    if (!state)
        return -1;
    if (!is(state, TRM_PICKLE_DICT) || m->n_stack == 0 || !is(m->stack[m->n_stack - 1], TRM_PICKLE_DICT))
        return fail(m, "BUILD of what is no dict");
    return 0;
}

/* --- memo -------------------------------------------------------------------------------------------------------- */

/* index_bytes 0: the next free one. */
static int
do_put(struct machine *m, size_t index_bytes)
{
    uint64_t i = m->n_memo;
    if (index_bytes && take_number(m, index_bytes, &i) != 0)
        return -1;
    if (m->n_stack == 0 || is(m->stack[m->n_stack - 1], TRM_PICKLE_MARK))
        return fail(m, "nothing on the stack");
    if (i > m->n_memo)
        return trm_err_set(m->err, TRM_DATA, "pickle, byte %zu: memo %llu, expected at most %zu", m->op_at, (unsigned long long)i, m->n_memo);
    m->memo[i] = m->stack[m->n_stack - 1];
    m->n_memo += i == m->n_memo;
    return 0;
}

static int
do_get(struct machine *m, size_t index_bytes)
{
    uint64_t i;
    if (take_number(m, index_bytes, &i) != 0)
        return -1;
    if (i >= m->n_memo)
        return trm_err_set(m->err, TRM_DATA, "pickle, byte %zu: memo %llu was never kept", m->op_at, (unsigned long long)i);
    return push(m, m->memo[i]);
}

/* --- the machine ------------------------------------------------------------------------------------------------- */

static int
refuse(struct machine *m, unsigned char op)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (refused[i].code == op)
            return trm_err_set(m->err, TRM_DATA, "pickle, byte %zu: opcode %s, which no state dict needs: refused", m->op_at, refused[i].name);
    return trm_err_set(m->err, TRM_DATA, "pickle, byte %zu: 0x%02x is no opcode", m->op_at, op);
}

static int
do_proto(struct machine *m)
{
    uint64_t version;
    if (take_number(m, 1, &version) != 0)
        return -1;
    return version <= 5 ? 0 : trm_err_set(m->err, TRM_DATA, "pickle protocol %u, expected at most 5", (unsigned)version);
}

static int
step(struct machine *m, unsigned char op)
{
    uint64_t ignored;
    switch (op) {
    case PROTO: return do_proto(m);
    case FRAME: return take_number(m, 8, &ignored);
    case MARK: return push(m, new_value(m, TRM_PICKLE_MARK));
    case NONE: return push(m, new_value(m, TRM_PICKLE_NONE));
    case NEWTRUE: return push_number(m, TRM_PICKLE_BOOL, 1);
    case NEWFALSE: return push_number(m, TRM_PICKLE_BOOL, 0);
    case BININT: case BININT1: case BININT2: case LONG1: return do_int(m, op);
    case BINFLOAT: return take(m, 8) ? push(m, new_value(m, TRM_PICKLE_FLOAT)) : -1;
    case BINUNICODE: return do_text(m, 4);
    case SHORT_BINUNICODE: return do_text(m, 1);
    case EMPTY_TUPLE: return do_tuple(m, 0);
    case TUPLE1: case TUPLE2: case TUPLE3: return do_tuple(m, op - TUPLE1 + 1u);
    case TUPLE: return do_marked_tuple(m);
    case EMPTY_DICT: return push(m, new_value(m, TRM_PICKLE_DICT));
    case SETITEM: case SETITEMS: return do_set_items(m, op == SETITEMS);
    case GLOBAL: case STACK_GLOBAL: return do_global(m, op == STACK_GLOBAL);
    case REDUCE: return do_reduce(m);
    case BUILD: return do_build(m);
    case BINPERSID: return do_persistent(m);
    case BINPUT: case LONG_BINPUT: return do_put(m, op == BINPUT ? 1 : 4);
    case MEMOIZE: return do_put(m, 0);
    case BINGET: case LONG_BINGET: return do_get(m, op == BINGET ? 1 : 4);
    default: return refuse(m, op);
    }
}

static value *
run(struct machine *m)
{
    while (m->at < m->n) {
        m->op_at = m->at++;
        if (m->bytes[m->op_at] != STOP) {
            if (step(m, m->bytes[m->op_at]) != 0)
                return NULL;
            continue;
        }
        value *v = pop(m);
        if (v && m->n_stack > 0)
            return fail(m, "more than one value is left"), NULL;
        return v;
    }
    m->op_at = m->at;
    fail(m, "cut short");
    return NULL;
}

const struct trm_pickle_value *
trm_pickle_read(struct trm_arena *a, const void *bytes, size_t n, struct trm_err *err)
{
    struct machine m = {.bytes = bytes, .n = n, .arena = a, .err = err};
    m.stack = calloc(n + 1, sizeof *m.stack);
    m.memo = calloc(n + 1, sizeof *m.memo);
    value *v = NULL;
    if (m.stack && m.memo)
        v = run(&m);
    else
        trm_err_set(err, TRM_SYS, "no memory for a pickle of %zu bytes", n);
    free(m.stack);
    free(m.memo);
    return v;
}
