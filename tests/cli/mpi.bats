# Training by several processes (make MPI=1): the losses are those of one process with the same slots in all.
load helper

SETTINGS="--preset micro --epoch-steps 10 --val-asks 16 --batch 16 --fresh sudoku4 --explore 0.3"
# In float32 sums in another order stay near; bfloat16 would round some of them the other way.
export TRM_BACKEND=float32 SOURCE_DATE_EPOCH=1700000000 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

setup_file() {
    load helper
    command -v mpicc > /dev/null && command -v mpirun > /dev/null || return 0
    make -s -C "$ROOT" MPI=1 .build/mpi/bin/trm-train
}
setup() {
    command -v mpicc > /dev/null && command -v mpirun > /dev/null || skip "MPI is not installed; pipelines/setup.sh mpi installs it"
    cd "$BATS_TEST_TMPDIR" || return
}
ranks() { # how many, then options of trm-train
    local n=$1
    shift
    mpirun --oversubscribe -np "$n" "$ROOT/.build/mpi/bin/trm-train" "$@"
}
# Columns of two files of epochs, as near as sums in another order leave them.
near() {
    paste <(grep -o "\"$1\":[0-9.e-]*" "$2" | cut -d: -f2) <(grep -o "\"$1\":[0-9.e-]*" "$3" | cut -d: -f2) |
        awk '{d = $1 - $2; if (d < 0) d = -d; if (d > 1e-4 * ($1 < 0 ? -$1 : $1) + 1e-6) {print; bad = 1} n++} END {exit bad || n < 3}'
}

@test "two ranks have the losses of one, epoch by epoch" {
    trm-train $SETTINGS -e 4 -o one.trm > one
    ranks 2 $SETTINGS -e 4 -o two.trm > two
    [ "$(wc -l < two)" = 4 ]
    near loss one two
    near halt_steps one two
    near accuracy one two
}

@test "samples are learned from by two ranks as by one, and one process alone in a team changes no byte" {
    awk -v n=240 -v seed=1 -f "$ROOT/tests/cli/samples.awk" > samples
    small="--width 16 --heads 2 --prefix 4 --positions 24 -n 1 -T 1 --max-steps 4 --val-asks 16 --dropout 0.2 -e 4 --patience 99"
    trm-train $small -o one.trm samples > one
    ranks 2 $small -o two.trm samples > two
    near loss one two
    "$ROOT/.build/mpi/bin/trm-train" $small -o alone.trm samples > alone
    cmp one.trm alone.trm
}

@test "what two ranks left, one goes on with, and two end in the bytes of two never stopped" {
    ranks 2 $SETTINGS -e 4 -o whole.trm > whole
    ranks 2 $SETTINGS -e 2 -o m.trm > first
    cp m.trm.state one.trm.state
    ranks 2 $SETTINGS -e 4 --resume -o m.trm > second
    cmp whole.trm m.trm
    trm-train $SETTINGS -e 4 --resume -o one.trm > rest
    cat first rest > one
    near loss whole one
}

@test "what cannot be shared out is refused" {
    run ! ranks 2 $SETTINGS -e 1 --batch 12 -o m.trm
    [[ "$output" == *"multiple of 2 ranks"* ]]
    [ ! -e m.trm ]
}
