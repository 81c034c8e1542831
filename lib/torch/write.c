/* Writing: the pickle that lists the tensors, then their numbers, none packed. */
#include "torch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../pack/pack.h"

static const char *const storages[TRM_N_DTYPES] = {
    [TRM_F32] = "FloatStorage", [TRM_F64] = "DoubleStorage", [TRM_F16] = "HalfStorage", [TRM_BF16] = "BFloat16Storage",
    [TRM_I32] = "IntStorage",   [TRM_I64] = "LongStorage",   [TRM_U8] = "ByteStorage",
};

/* Opcodes of the pickle, in the words of pickletools. */
enum { MARK = '(', TUPLE = 't', EMPTY_TUPLE = ')', REDUCE = 'R', SETITEMS = 'u', BINPERSID = 'Q', NEWFALSE = 0x89, LONG1 = 0x8a, STOP = '.' };

static void
put_text(struct trm_buf *b, const char *text)
{
    size_t n = strlen(text);
    trm_buf_addc(b, 'X'); /* BINUNICODE */
    for (int i = 0; i < 4; i++)
        trm_buf_addc(b, (char)(n >> 8 * i));
    trm_buf_add(b, text, n);
}

static void
put_number(struct trm_buf *b, size_t x)
{
    trm_buf_addc(b, (char)LONG1);
    trm_buf_addc(b, 8);
    for (int i = 0; i < 8; i++)
        trm_buf_addc(b, (char)((uint64_t)x >> 8 * i));
}

static void
put_empty_dict(struct trm_buf *b)
{
    trm_buf_adds(b, "ccollections\nOrderedDict\n");
    trm_buf_addc(b, EMPTY_TUPLE);
    trm_buf_addc(b, REDUCE);
}

/* name: _rebuild_tensor_v2(("storage", torch.XStorage, key, "cpu", count), 0, size, stride, False, OrderedDict()) */
static void
put_tensor(struct trm_buf *b, const struct trm_ckpt_tensor *t, const char *key)
{
    put_text(b, t->name);
    trm_buf_adds(b, "ctorch._utils\n_rebuild_tensor_v2\n");
    trm_buf_addc(b, MARK);
    trm_buf_addc(b, MARK);
    put_text(b, "storage");
    trm_buf_addf(b, "ctorch\n%s\n", storages[t->dtype]);
    put_text(b, key);
    put_text(b, "cpu");
    put_number(b, t->count);
    trm_buf_addc(b, TUPLE);
    trm_buf_addc(b, BINPERSID);
    put_number(b, 0);
    trm_buf_addc(b, MARK);
    for (size_t i = 0; i < t->rank; i++)
        put_number(b, t->shape[i]);
    trm_buf_addc(b, TUPLE);
    trm_buf_addc(b, MARK);
    for (size_t i = 0; i < t->rank; i++) {
        size_t stride = 1;
        for (size_t j = i + 1; j < t->rank; j++)
            stride *= t->shape[j];
        put_number(b, stride);
    }
    trm_buf_addc(b, TUPLE);
    trm_buf_addc(b, (char)NEWFALSE);
    put_empty_dict(b);
    trm_buf_addc(b, TUPLE);
    trm_buf_addc(b, REDUCE);
}

static int
put_members(struct trm_pack *p, const struct trm_ckpt_tensor *tensors, size_t n, struct trm_err *err)
{
    struct trm_buf pickle = {0};
    char key[32];
    trm_buf_adds(&pickle, "\x80\x02"); /* PROTO 2 */
    put_empty_dict(&pickle);
    trm_buf_addc(&pickle, MARK);
    for (size_t i = 0; i < n; i++) {
        if (!storages[tensors[i].dtype]) {
            trm_buf_release(&pickle);
            return trm_err_set(err, TRM_USAGE, "%s: PyTorch has no unsigned numbers of 64 bits", tensors[i].name);
        }
        snprintf(key, sizeof key, "%zu", i);
        put_tensor(&pickle, &tensors[i], key);
    }
    trm_buf_addc(&pickle, SETITEMS);
    trm_buf_addc(&pickle, STOP);
    int status = pickle.failed ? trm_err_set(err, TRM_SYS, "no memory for a pickle of %zu tensors", n)
                               : trm_pack_store(p, "archive/data.pkl", pickle.data, pickle.len, err);
    trm_buf_release(&pickle);
    for (size_t i = 0; status == 0 && i < n; i++) {
        char name[64];
        snprintf(name, sizeof name, "archive/data/%zu", i);
        status = trm_pack_store(p, name, tensors[i].data, tensors[i].count * trm_dtype_size(tensors[i].dtype), err);
    }
    return status == 0 ? trm_pack_store(p, "archive/version", "3\n", 2, err) : -1;
}

int
trm_torch_write(const char *path, const struct trm_ckpt_tensor *tensors, size_t n, struct trm_err *err)
{
    struct trm_pack p = {0};
    struct trm_out out;
    char *bytes = NULL;
    size_t size;
    int status = put_members(&p, tensors, n, err);
    status = status == 0 ? trm_pack_finish(&p, &bytes, &size, err) : -1;
    if (status == 0 && (status = trm_out_open(&out, path, err)) == 0) {
        fwrite(bytes, 1, size, out.f); /* errors stay in out.f, for trm_out_commit to find */
        status = trm_out_commit(&out, err);
    }
    free(bytes);
    trm_pack_release(&p);
    return status == 0 ? 0 : trm_err_at(err, "%s", path);
}
