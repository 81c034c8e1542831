# What every program keeps, whatever it does; see trm(7).
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 2 -N 100 --seed 3 -o models
    cp "$ROOT/pipelines/rules/building-code.json" rules.json
    trm-ifc models/*.ifc > elements.ndjson
    trm-check -r rules.json elements.ndjson > checked.ndjson
    trm-extract -r rules.json checked.ndjson | trm-split > samples.ndjson
    trm-train --arch prior -r rules.json -o model.trm samples.ndjson > epochs.ndjson
    trm-infer -m model.trm checked.ndjson > traces.ndjson
    trm-gen --all -n 3 > tasks.ndjson
    cp "$ROOT/pipelines/rules/routes.json" .
}

# The program with the options it cannot do without, reading what it is made for.
call() {
    case $1 in
    trm-ifc) shift && trm-ifc "$@" models/*.ifc ;;
    trm-check) shift && trm-check -r rules.json "$@" elements.ndjson ;;
    trm-extract) shift && trm-extract -r rules.json "$@" checked.ndjson ;;
    trm-split) shift && trm-split "$@" samples.ndjson ;;
    trm-train) shift && trm-train --arch prior -r rules.json -o "$BATS_TEST_TMPDIR/new.trm" "$@" samples.ndjson ;;
    trm-infer) shift && trm-infer -m model.trm "$@" checked.ndjson ;;
    trm-eval) shift && trm-infer -m model.trm --support 0 samples.ndjson | trm-eval "$@" ;;
    trm-report) shift && trm-report "$@" checked.ndjson traces.ndjson ;;
    trm-diff) shift && trm-diff "$@" checked.ndjson checked.ndjson ;;
    trm-search) shift && trm-search "$@" tasks.ndjson ;;
    trm-lint) shift && trm-lint "$@" samples.ndjson ;;
    trm-route) shift && trm-route -r routes.json "$@" tasks.ndjson ;;
    *) return 77 ;;
    esac
}
# The same from stdin.
pipe() {
    case $1 in
    trm-check) trm-check -r rules.json ;;
    trm-extract) trm-extract -r rules.json ;;
    trm-train) trm-train --arch prior -r rules.json -o "$BATS_TEST_TMPDIR/new.trm" ;;
    trm-infer) trm-infer -m model.trm ;;
    trm-route) trm-route -r routes.json ;;
    trm-diff) trm-diff checked.ndjson ;;
    *) "$1" ;;
    esac
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }

@test "--help and --version go to stdout with status 0, a wrong option is 2 and goes to stderr" {
    for p in $(programs); do
        run -0 --separate-stderr "$p" --help
        [[ "$output" == "usage: $p"* && -z "$stderr" ]]
        run -0 --separate-stderr "$p" --version
        [[ "$output" == "$p "[0-9]*.[0-9]* ]]
        run -2 --separate-stderr "$p" --no-such-option
        [[ -z "$output" && "$stderr" == "$p: "*"--no-such-option"* ]]
    done
}

@test "what is fine is silent on stderr" {
    for p in $(filters) trm-ifc; do
        run --separate-stderr call "$p"
        [ "$status" -eq 0 ] || { echo "$p: status $status: $stderr"; false; }
        [ -n "$output" ] || { echo "$p wrote nothing"; false; }
        case $p in trm-extract | trm-split | trm-eval | trm-train | trm-ifc) continue ;; esac # may warn of small data
        [ -z "$stderr" ] || { echo "$p: $stderr"; false; }
    done
}

@test "a full disk is never a success" {
    for p in $(filters) trm-ifc; do
        status=0
        call "$p" > /dev/full 2> "$BATS_TEST_TMPDIR/err" || status=$?
        [ "$status" -eq 3 ] || { echo "$p: $status"; cat "$BATS_TEST_TMPDIR/err"; false; }
        grep -q "$p: " "$BATS_TEST_TMPDIR/err"
    done
}

@test "the same input gives the same bytes" {
    for p in $(filters) trm-ifc; do
        [ "$p" = trm-train ] && continue # its records carry seconds
        call "$p" > "$BATS_TEST_TMPDIR/a" 2> /dev/null || { echo "$p"; false; }
        call "$p" > "$BATS_TEST_TMPDIR/b" 2> /dev/null
        cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b" || { echo "$p"; false; }
    done
}

@test "an empty input is no crash" {
    for p in $(filters); do
        status=0
        pipe "$p" < /dev/null > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" || status=$?
        [ "$status" -le 2 ] || { echo "$p: $status"; cat "$BATS_TEST_TMPDIR/err"; false; }
    done
}

@test "lines that are no records are refused with their number, and the others are done" {
    for p in $(filters); do
        case $p in
        trm-check) good=elements.ndjson ;; trm-extract | trm-infer | trm-report | trm-diff) good=checked.ndjson ;; trm-eval) good=traces.ndjson ;; trm-search | trm-route) good=tasks.ndjson ;; *) good=samples.ndjson ;;
        esac
        { head -n 1 "$good"; echo '{"kind":'; echo '[1]'; printf '\xff\xfe\n'; tail -n +2 "$good"; } > "$BATS_TEST_TMPDIR/in"
        status=0
        pipe "$p" < "$BATS_TEST_TMPDIR/in" > "$BATS_TEST_TMPDIR/out" 2> "$BATS_TEST_TMPDIR/err" || status=$?
        [ "$status" -eq 1 ] || { echo "$p: status $status"; cat "$BATS_TEST_TMPDIR/err"; false; }
        for line in 2 3 4; do
            grep -q "^$p: -:$line: " "$BATS_TEST_TMPDIR/err" || { echo "$p: line $line"; cat "$BATS_TEST_TMPDIR/err"; false; }
        done
        [ -s "$BATS_TEST_TMPDIR/out" ] || [ "$p" = trm-eval ] || { echo "$p wrote nothing"; false; }
    done
}

@test "records of a later version are refused by name" {
    sed 's/"v":1/"v":99/' elements.ndjson | head -n 1 > "$BATS_TEST_TMPDIR/in"
    for p in trm-check trm-infer; do
        run -1 --separate-stderr bash -c "$(declare -f pipe); pipe $p < '$BATS_TEST_TMPDIR/in'"
        [[ "$stderr" == *99* ]] || { echo "$p: $stderr"; false; }
    done
}

@test "programs that work line by line write the same bytes whatever the number of workers" {
    grep '"kind":"element"' elements.ndjson > only.ndjson
    trm-check -r rules.json only.ndjson | grep -v '"kind":"summary"' > one
    parallel --pipe -k -N 37 -j 4 "trm-check -r rules.json | grep -v '\"kind\":\"summary\"'" < only.ndjson > four
    cmp one four
    trm-infer -m model.trm checked.ndjson > one
    parallel --pipe -k -N 37 -j 4 trm-infer -m model.trm < checked.ndjson > four
    cmp one four
    grep '"kind":"sample"' samples.ndjson > only.ndjson
    trm-split only.ndjson > one
    parallel --pipe -k -N 37 -j 4 trm-split < only.ndjson > four 2> /dev/null
    grep '"kind":"sample"' one > one.s
    grep '"kind":"sample"' four > four.s
    cmp one.s four.s
    for p in trm-search 'trm-route -r routes.json'; do
        $p tasks.ndjson > one
        parallel --pipe -k -N 37 -j 4 "$p" < tasks.ndjson > four
        cmp one four
    done
}
