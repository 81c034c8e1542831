# pipelines/geobench.mk: tasks made, learned, solved, refereed; one model a family and one for a domain.
load ../cli/helper

bench() { # small settings, whatever else is asked
    make -f "$ROOT/pipelines/geobench.mk" OUT="$BATS_FILE_TMPDIR/out" BIN="$BIN" EXAM=120 EFFORT=1 ONLY='sudoku4 logical' \
        sudoku4='sudoku4 | --preset micro | 1' logical='sudoku4 latin4 | --preset micro --batch 16 | 1 | --views 2' "$@"
}

@test "a model for a family and one for a domain are made and judged, on the test side alone" {
    run -0 bench
    cd "$BATS_FILE_TMPDIR/out"
    grep -q '"model":"sudoku4".*"id":"tasks/sudoku4".*"interval":"wilson".*"baselines"' table.ndjson
    grep -q '"model":"logical".*"id":"tasks/latin4"' table.ndjson
    grep -q '^model logical: --preset micro.* asked with --halt 0.9 --views 2$' table.txt
    grep -q '"views":2,' steps/logical.traces.ndjson
    ! grep '"views"' steps/sudoku4.traces.ndjson || false
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

@test "the report has every row of the goals, and says which were not trained" {
    cd "$BATS_FILE_TMPDIR/out" || return
    [ "$(wc -l < report.txt)" = "$(wc -l < "$ROOT/pipelines/goals.tsv")" ]
    grep -qE '^sudoku 4  +sudoku4 +99.5% +[01]\.[0-9]{4} \[0\.[0-9]{4}, [01]\.[0-9]{4}\] +[0-9]+ ' report.txt
    grep -qE '^maze 9x9 +maze9 +93% not trained: make -f pipelines/geobench.mk ONLY=maze9' report.txt
    [ "$(grep -c 'not trained' report.txt)" = $(($(wc -l < report.txt) - 2)) ]
}

@test "rollouts of a model that is there are counted beside its single answers" {
    run -0 bench rollouts ROLLOUTS='--rollouts 2 --noise 1'
    [[ "$output" != *training* ]]
    grep -qE '^sudoku4: [0-9]+ of [0-9]+, with --rollouts 2 --noise 1: [0-9]+ of [0-9]+$' "$BATS_FILE_TMPDIR/out/rollouts.txt"
}

# one model, long enough to be killed: in the folder $1
long() {
    make -f "$ROOT/pipelines/geobench.mk" OUT="$1" BIN="$BIN" EXAM=120 ONLY=sudoku4 sudoku4='sudoku4 | --preset micro | 5' "${@:2}"
}

@test "a training that was killed goes on where it was, and ends in the same bytes" {
    cd "$BATS_FILE_TMPDIR" || return
    export SOURCE_DATE_EPOCH=1700000000
    setsid make -f "$ROOT/pipelines/geobench.mk" OUT=killed BIN="$BIN" EXAM=120 ONLY=sudoku4 sudoku4='sudoku4 | --preset micro | 5' \
        > /dev/null 2>&1 3>&- &
    pid=$!
    for _ in $(seq 1200); do [ ! -e killed/steps/sudoku4.trm.state ] || break; sleep 0.05; done
    kill -KILL -- -$pid
    wait $pid || true
    [ -e killed/steps/sudoku4.trm.state ] && [ ! -e killed/steps/sudoku4.trm ]
    run -0 long killed
    long whole
    cmp killed/steps/sudoku4.trm whole/steps/sudoku4.trm
    cmp killed/table.ndjson whole/table.ndjson
    [ "$(grep -c '"kind":"epoch"' killed/steps/sudoku4.epochs.ndjson)" = 5 ]
    [ ! -e killed/steps/sudoku4.trm.state ]
}

@test "a training that was broken off under other settings begins again" {
    cd "$BATS_FILE_TMPDIR" || return
    : > whole/steps/sudoku4.trm.state
    run -0 long whole SEED=2
    [[ "$output" == *"sudoku4: training"* ]]
}

@test "a domain that is none is refused" {
    run -2 make -f "$ROOT/pipelines/geobench.mk" suite D=culinary
    [[ "$output" == *culinary* ]]
}
