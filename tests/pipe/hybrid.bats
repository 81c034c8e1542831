# pipelines/hybrid.mk: model, outside solver, and both, with solvers that are commands and recordings.
load ../cli/helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }
hybrid() { make -s -f "$ROOT/pipelines/hybrid.mk" BIN="$BIN" OUT=out TASKS=40 "$@"; }
figure() { sed -n "s/.*\"id\":\"$1\",.*\"$2\":\([0-9.e-]*\)[,}].*/\1/p" out/table.ndjson; }
# a solver that has every fourth answer wrong
LAME='trm-search --timing | sed "1~4s/\"answer\":\[[0-9]*,/\"answer\":[9,/"'

@test "what the model has wrong goes to the outside solver, and both together are right" {
    run -0 hybrid TRM="$LAME" CHARGE=0.02
    [ "$(figure trm exact)" = 30 ]
    [ "$(figure solver exact)" = 40 ]
    [ "$(figure both exact)" = 40 ]
    [ "$(wc -l < out/steps/rest.ndjson)" -eq 10 ]
    [ "$(figure solver task)" = 0.02 ]
    awk -v c="$(figure both task)" 'BEGIN {exit !(c > 0.005 && c < 0.0051)}'
    run ! grep '"answer"' out/steps/asked.ndjson
}
@test "a recording replays an outside solver, and what it does not hold is missing" {
    hybrid TRM="$LAME" CHARGE=0.02 > /dev/null
    head -n 20 out/steps/solver.ndjson > recorded.ndjson
    run -0 hybrid TRM="$LAME" CHARGE=0.02 SOLVER="$ROOT/pipelines/replay.sh $PWD/recorded.ndjson"
    [ "$(figure solver answered)" = 20 ]
    [ "$(figure both exact)" = 35 ]
    run -2 "$ROOT/pipelines/replay.sh" gone < /dev/null
}
@test "a solver that fails stops the run, and nothing half done is left" {
    run ! hybrid TRM="$LAME" SOLVER='cat > /dev/null; exit 3'
    [ ! -e out/table.txt ] && [ ! -e out/steps/solver.ndjson ]
}
@test "a changed setting makes again what hangs on it" {
    hybrid TRM="$LAME" > /dev/null
    run -0 hybrid TRM="$LAME"
    [[ "$output" != *"alone"* ]]
    run -0 hybrid TRM="$LAME" SOLVER='trm-search'
    [[ "$output" == *"the outside solver alone"* && "$output" != *"the model alone"* ]]
}
@test "a small model is trained where none is given" {
    run -0 hybrid TRAIN='--preset micro --epochs 1 --epoch-steps 3'
    [ -s out/steps/model.trm ]
    [ "$(figure trm n)" = 40 ]
    [ "$(figure both exact)" = 40 ]
}
