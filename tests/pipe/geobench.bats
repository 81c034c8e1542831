# pipelines/geobench.mk: tasks made, learned, solved, refereed; one model a family and one for a domain.
load ../cli/helper

bench() { # small settings, whatever else is asked
    make -f "$ROOT/pipelines/geobench.mk" OUT="$BATS_FILE_TMPDIR/out" BIN="$BIN" EXAM=120 EFFORT=1 ONLY='sudoku4 logical' \
        sudoku4='sudoku4 | --preset micro | 1' logical='sudoku4 latin4 | --preset micro --batch 16 | 1' "$@"
}

@test "a model for a family and one for a domain are made and judged, on the test side alone" {
    run -0 bench
    cd "$BATS_FILE_TMPDIR/out"
    grep -q '"model":"sudoku4".*"id":"tasks/sudoku4".*"interval":"wilson".*"baselines"' table.ndjson
    grep -q '"model":"logical".*"id":"tasks/latin4"' table.ndjson
    grep -q '^model logical: --preset micro' table.txt
    [ "$(cat steps/*.exam.ndjson | wc -l)" = "$(grep -h '"side":"test"' steps/*.exam.ndjson | wc -l)" ]
    [ "$(cat steps/sudoku4.exam.ndjson | wc -l)" -gt 3 ]
    [ "$(grep -c '"kind":"trace"' steps/logical.judged.ndjson)" = "$(wc -l < steps/logical.tasks.ndjson)" ]
    [ -s steps/sudoku4.epochs.ndjson ] && grep -q '"kind":"speed"' steps/sudoku4.speed.ndjson
}

@test "made again it is the same, and what did not change is not made again" {
    cd "$BATS_FILE_TMPDIR/out" || return
    cp table.ndjson before
    run -0 bench
    [[ "$output" != *training* && "$output" != *solving* ]]
    rm steps/sudoku4.trm steps/sudoku4.judged.ndjson
    run -0 bench
    [[ "$output" == *"sudoku4: training"* && "$output" != *"logical: training"* ]]
    cmp table.ndjson before
    run -0 bench INFER=--max-steps\ 1
    [[ "$output" != *training* && "$output" == *"sudoku4: solving"* ]]
}

@test "a domain that is none is refused" {
    run -2 make -f "$ROOT/pipelines/geobench.mk" suite D=culinary
    [[ "$output" == *culinary* ]]
}
