/* A portfolio of made-up buildings: DIR/NAME.ifc as a made-up exporter would write it, DIR/NAME.truth.ndjson with
 * every value. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/base/file.h"
#include "../lib/build/build.h"
#include "../lib/cli/cli.h"

struct portfolio {
    long n, elements, seed;
    const char *dir;
    bool list;
};

static int
write_file(const char *dir, const char *name, const char *suffix, const struct trm_buf *bytes, struct trm_err *err)
{
    struct trm_buf path = {0};
    struct trm_out out;
    trm_buf_addf(&path, "%s/%s%s", dir, name, suffix);
    if (path.failed)
        return trm_err_set(err, TRM_SYS, "out of memory");
    int rc = trm_out_open(&out, path.data, err);
    if (rc == 0 && fwrite(bytes->data, 1, bytes->len, out.f) != bytes->len) {
        rc = trm_err_set(err, TRM_SYS, "%s: %s", path.data, strerror(errno));
        trm_out_abort(&out);
    }
    if (rc == 0)
        rc = trm_out_commit(&out, err);
    trm_buf_release(&path);
    return rc;
}

static int
write_building(const struct portfolio *p, struct trm_building *b, struct trm_err *err)
{
    struct trm_buf ifc = {0}, truth = {0};
    struct trm_build_facts f;
    trm_build_facts(&f, b);
    int rc = trm_build_write_ifc(&ifc, b, err);
    if (rc == 0)
        rc = trm_build_write_truth(&truth, b, err);
    if (rc == 0)
        rc = write_file(p->dir, f.name, ".truth.ndjson", &truth, err);
    if (rc == 0)
        rc = write_file(p->dir, f.name, ".ifc", &ifc, err);
    trm_buf_release(&ifc);
    trm_buf_release(&truth);
    return rc;
}

static void
put_heads(struct trm_cli *c)
{
    static const char heads[] =
        "#name\tschema\texporter\tuse\tlanguage\tlength\tstoreys\telements\tstated\thidden\tnamed";
    trm_cli_put_text(c, heads, sizeof heads - 1);
}

static void
list_building(struct trm_cli *c, const struct trm_building *b)
{
    struct trm_build_facts f;
    struct trm_buf line = {0};
    trm_build_facts(&f, b);
    trm_buf_addf(&line, "%s\t%s\t%s\t%s\t%s\t%s\t%zu\t%zu\t%zu\t%zu\t%zu", f.name, f.schema, f.exporter, f.use,
                 f.language, f.length_unit, f.n_storeys, f.n_elements, f.n_stated, f.n_hidden, f.n_named);
    trm_cli_put_text(c, line.data, line.len);
    trm_buf_release(&line);
}

static int
one_building(struct trm_cli *c, const struct portfolio *p, size_t i, struct trm_err *err)
{
    struct trm_arena mem = {0};
    size_t share = trm_build_share((uint64_t)p->seed, i, (size_t)p->n, (size_t)p->elements);
    struct trm_building *b = trm_build_make(&mem, (uint64_t)p->seed, i, share, err);
    int rc = b ? 0 : -1;
    if (b && p->list)
        list_building(c, b);
    else if (b)
        rc = write_building(p, b, err);
    trm_arena_release(&mem);
    return rc;
}

static int
make_dir(const char *dir, struct trm_err *err)
{
    if (mkdir(dir, 0777) == 0 || errno == EEXIST)
        return 0;
    return trm_err_set(err, TRM_SYS, "%s: %s", dir, strerror(errno));
}

int
main(int argc, char **argv)
{
    struct portfolio p = {.n = 20, .elements = 2000, .seed = 1, .dir = "buildings"};
    const struct trm_cli_opt opts[] = {
        {'n', "buildings", "N", "how many buildings", &p.n, 1, 100000, TRM_OPT_INT},
        {'N', "elements", "N", "walls, slabs, columns, doors, windows, stair flights and spaces in all", &p.elements, 1,
         1e9, TRM_OPT_INT},
        {'o', "output", "DIR", "folder for the files; made when it is not there", &p.dir, 0, 0, TRM_OPT_STR},
        {0, "seed", "N", "which of the many portfolios", &p.seed, 0, 1L << 31, TRM_OPT_INT},
        {0, "list", NULL, "write no files; print a line about each building", &p.list, 0, 0, TRM_OPT_FLAG},
        {0},
    };
    struct trm_cli c = {.name = "trm-buildings",
                        .purpose = "Write made-up buildings as IFC files, and the truth about them.",
                        .opts = opts};
    struct trm_err err = {0};
    trm_cli_begin(&c, argc, argv);
    if (p.elements / p.n < TRM_BUILD_MIN_ELEMENTS || p.elements / p.n > TRM_BUILD_MAX_ELEMENTS / 2) {
        trm_err_set(&err, TRM_USAGE, "%ld elements in %ld buildings: expected %d to %d for each", p.elements, p.n,
                    TRM_BUILD_MIN_ELEMENTS, TRM_BUILD_MAX_ELEMENTS / 2);
        trm_cli_die(&c, &err);
    }
    if (!p.list && make_dir(p.dir, &err) < 0)
        trm_cli_die(&c, &err);
    if (p.list)
        put_heads(&c);
    for (long i = 0; i < p.n; i++) {
        if (one_building(&c, &p, (size_t)i, &err) < 0)
            trm_cli_die(&c, &err);
        trm_cli_progress(&c, "buildings", (double)(i + 1), (double)p.n);
    }
    return trm_cli_end(&c);
}
