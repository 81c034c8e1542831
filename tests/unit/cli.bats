# The room cli, through the smallest program that uses it.
load ../cli/helper

setup_file() {
    cat > "$BATS_FILE_TMPDIR/p.c" <<'C'
#include <string.h>
#include "cli/cli.h"
/* Writes each record back; refuses those with "bad"; ends on "sys". */
static int
echo(void *ctx, struct trm_cli *c, trm_json *rec, struct trm_err *err)
{
    (void)ctx;
    if (trm_json_get(rec, "bad"))
        return trm_err_set(err, TRM_DATA, "bad is set");
    if (trm_json_get(rec, "sys"))
        return trm_err_set(err, TRM_SYS, "no more");
    trm_cli_put(c, rec);
    return 0;
}
int
main(int argc, char **argv)
{
    long n = 3;
    double x = 0.5;
    bool flag = false;
    const char *s = NULL;
    struct trm_list list = {{0}, 0};
    const struct trm_cli_opt opts[] = {
        {'n', "number", "N", "a number", &n, 1, 9, TRM_OPT_INT},
        {'x', "ratio", "X", "a ratio", &x, 0, 1, TRM_OPT_NUM},
        {'f', "flag", NULL, "a flag", &flag, 0, 0, TRM_OPT_FLAG},
        {'s', "string", "S", "a text", &s, 0, 0, TRM_OPT_STR},
        {'r', "repeat", "R", "again and again", &list, 0, 0, TRM_OPT_LIST},
        {0},
    };
    struct trm_cli c = {.name = "p", .purpose = "Echo records.", .operands = "[FILE...]", .opts = opts};
    trm_cli_begin(&c, argc, argv);
    if (s)
        fprintf(stderr, "n=%ld x=%g f=%d s=%s r=%zu\n", n, x, flag, s, list.n);
    return trm_cli_each(&c, echo, NULL);
}
C
    cc -std=gnu11 -I"$ROOT/lib" -o "$BATS_FILE_TMPDIR/p" "$BATS_FILE_TMPDIR/p.c" \
        "$ROOT"/lib/cli/*.c "$ROOT"/lib/rec/*.c "$ROOT"/lib/base/*.c -ljansson -lm
}
setup() { PATH=$BATS_FILE_TMPDIR:$PATH; cd "$BATS_TEST_TMPDIR" || exit; }

@test "records go through in order, blank lines are skipped, the last newline may be missing" {
    run -0 p <<< $'{"id":"a"}\n\n{"id":"b"}'
    [ "$output" = $'{"id":"a"}\n{"id":"b"}' ]
    run -0 bash -c 'printf "{\"id\":\"a\"}" | p'
    [ "$output" = '{"id":"a"}' ]
}
@test "broken JSON in the middle is refused with its place and the rest is done" {
    printf '{"id":"a"}\n{"id":\n{"id":"c"}\n' > in
    run -1 --separate-stderr p in
    [ "$output" = $'{"id":"a"}\n{"id":"c"}' ]
    [[ "$stderr" == "p: in:2: not JSON"* ]]
}
@test "a refused record is named by its id and kept whole" {
    printf '{"id":"a","bad":1}\n{"id":"b"}\n\xff\xfe\n' > in
    run -1 --separate-stderr p --refused no in
    [ "$output" = '{"id":"b"}' ]
    [[ "$stderr" == "p: in:1: a: bad is set"* ]]
    [ "$(wc -l < no)" -eq 2 ]
    grep -q '"line":1,"reason":"bad is set","text":"{\\"id\\":\\"a\\",\\"bad\\":1}"' no
    [ "$(tail -n 1 no | sed 's/.*"base64":"\([^"]*\)".*/\1/' | base64 -d | od -An -tx1 | tr -d ' ')" = fffe ]
}
@test "a line beyond all bounds is refused without being held, its bytes kept" {
    { echo '{"id":"a"}'; head -c 70000000 /dev/zero | tr '\0' x; echo; echo '{"id":"b"}'; } > in
    run -1 --separate-stderr p --refused no in
    [ "$output" = $'{"id":"a"}\n{"id":"b"}' ]
    [[ "$stderr" == "p: in:2: line longer than"* ]]
    [ "$(sed 's/.*"base64":"\([^"]*\)".*/\1/' no | base64 -d | wc -c)" -eq 70000000 ]
}
@test "a file that is not there is refused and the next is read" {
    echo '{"id":"b"}' > b
    run -1 --separate-stderr p gone b
    [ "$output" = '{"id":"b"}' ]
    [[ "$stderr" == "p: gone: No such file"* ]]
}
@test "a system failure ends the run with 3" {
    run -3 --separate-stderr p <<< $'{"id":"a"}\n{"sys":1}\n{"id":"b"}'
    [ "$output" = '{"id":"a"}' ]
}
@test "a full disk is never a success" {
    run -3 bash -c 'echo "{\"id\":1}" | p > /dev/full'
    run -3 bash -c 'p --help > /dev/full'
}
@test "a reader that goes away ends the program by SIGPIPE and quietly" {
    run -0 bash -c 'yes "{\"id\":1}" | p | head -n 1; [ "${PIPESTATUS[1]}" = 141 ]'
    [ "$output" = '{"id":1}' ]
}
@test "options are read in every form, bounded, and named when wrong" {
    run -0 p -n 4 --ratio=0.25 -f -sx --repeat a -r b <<< ''
    [ "$output" = "n=4 x=0.25 f=1 s=x r=2" ]
    run -2 p -n 10
    [[ "$output" == "p: --number: found '10', expected an integer from 1 to 9; see p --help" ]]
    run -2 p --ratio nan
    run -2 p --nothing
    [[ "$output" == "p: unknown option '--nothing'; see p --help" ]]
    run -2 p -n
}
@test "help shows every option with its default, version the version" {
    run -0 p --help
    [[ "$output" == *"-n, --number N"*"[3]"* && "$output" == *"--refused FILE"* ]]
    run -0 p --version
    [[ "$output" == "p "[0-9]* ]]
}
@test "a line typed gets its answer at once" {
    mkfifo in
    p < in > out &
    exec 7> in
    echo '{"id":"a"}' >&7
    for _ in $(seq 50); do [ -s out ] && break; sleep 0.1; done
    [ "$(cat out)" = '{"id":"a"}' ]
    exec 7>&-
    wait
}
@test "- is stdin and -- ends options" {
    echo '{"id":"f"}' > ./-n
    run -0 p -- -n - <<< '{"id":"s"}'
    [ "$output" = $'{"id":"f"}\n{"id":"s"}' ]
}
