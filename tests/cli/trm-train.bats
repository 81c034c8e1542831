# trm-train: what comes out, what survives an interruption, what is refused.
load helper

SMALL="--width 16 --heads 2 --prefix 4 --positions 24 -n 1 -T 1 --max-steps 4 --val-asks 16"
export SOURCE_DATE_EPOCH=1700000000

setup_file() {
    load helper
    awk -v n=240 -v seed=1 -f "$ROOT/tests/cli/samples.awk" > "$BATS_FILE_TMPDIR/samples"
}
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    ln -s "$BATS_FILE_TMPDIR/samples" samples
}
without_seconds() { sed 's/,"seconds":[0-9.e-]*//' "$@"; }

@test "one epoch record a line, then a model file and its state" {
    trm-train $SMALL -e 3 -o m.trm samples > epochs
    [ "$(grep -c '^{"kind":"epoch","v":1,"id":"epoch-[123]",' epochs)" = 3 ]
    grep -q '"best":true' epochs
    [ -s m.trm ] && [ -s m.trm.state ] && [ ! -e m.trm.lock ]
}

@test "the number of threads does not change a byte of the model" {
    trm-train $SMALL -e 2 -j 1 -o one.trm samples > one
    trm-train $SMALL -e 2 -j 3 -o three.trm samples > three
    cmp one.trm three.trm
    cmp <(without_seconds one) <(without_seconds three)
}

@test "nor with other micro-batches and lanes, which a resumed run keeps to" {
    trm-train $SMALL -e 2 -j 1 --micro-batch 2 --lanes 16 -o one.trm samples > one
    trm-train $SMALL -e 2 -j 5 --micro-batch 2 --lanes 16 -o five.trm samples > five
    cmp one.trm five.trm
    trm-train $SMALL -e 2 -o eight.trm samples > eight
    run ! cmp -s one.trm eight.trm # the sums are added up in another order
    run -1 trm-train $SMALL -e 3 --lanes 8 --micro-batch 2 --resume -o one.trm samples
    [[ "$output" == *"other settings"* ]]
}

@test "another seed gives another model" {
    trm-train $SMALL -e 1 -s 1 -o one.trm samples > one
    trm-train $SMALL -e 1 -s 2 -o two.trm samples > two
    run ! cmp -s one.trm two.trm
}

@test "a run stopped by SIGINT and resumed ends in the bytes of one left alone" {
    trm-train $SMALL -e 12 -o whole.trm samples > whole
    trm-train $SMALL -e 12 -o m.trm samples > first 2> err 3>&- &
    pid=$!
    while [ ! -s first ]; do sleep 0.01; done
    kill -INT $pid 2> /dev/null || true # over already: skipped below
    status=0
    wait $pid || status=$?
    if [ -e m.trm ]; then skip "the run was over before the signal"; fi
    [ "$status" -eq 3 ]
    grep -q 'interrupted after [0-9]* steps: go on with --resume' err
    trm-train $SMALL -e 12 --resume -o m.trm samples > second
    cmp whole.trm m.trm
    cmp <(without_seconds whole) <(without_seconds first second)
}

@test "a run killed at any moment and resumed ends in the bytes of one left alone" {
    began=$(date +%s%N)
    trm-train $SMALL -e 12 -o whole.trm samples > whole
    took=$((($(date +%s%N) - began) / 1000000)) # ms: moments are chosen within it, however fast the machine
    killed=0
    for round in 1 2 3; do
        rm -f m.trm*
        trm-train $SMALL -e 12 -o m.trm samples > first 2> /dev/null 3>&- &
        pid=$!
        sleep "$(awk -v ms="$took" -v r="$RANDOM" 'BEGIN {printf "%.3f", ms / 1000 * 0.7 * r / 32768}')"
        # a run that was over before is no fault, but does not count
        if kill -KILL $pid 2> /dev/null; then killed=$((killed + 1)); fi
        wait $pid || true
        [ -e m.trm ] || trm-train $SMALL -e 12 --resume -o m.trm samples > second
        cmp whole.trm m.trm || { echo "round $round of $took ms"; false; }
    done
    [ "$killed" -ge 1 ]
}

@test "a finished run goes on to more epochs as if it had been asked for them at once" {
    trm-train $SMALL -e 6 --patience 99 -o whole.trm samples > whole
    trm-train $SMALL -e 2 --patience 99 -o m.trm samples > first
    trm-train $SMALL -e 6 --patience 99 --resume -o m.trm samples > second
    cmp whole.trm m.trm
}

@test "a state of other samples or settings, or a broken one, is refused" {
    trm-train $SMALL -e 1 -o m.trm samples > epochs
    run ! trm-train $SMALL -e 2 --lr 0.5 --resume -o m.trm samples
    [[ "$output" == *"other samples or other settings"* ]]
    head -n 100 samples > fewer
    run ! trm-train $SMALL -e 2 --resume -o m.trm fewer
    [[ "$output" == *"other samples or other settings"* ]]
    head -c 1000 m.trm.state > cut && mv cut m.trm.state
    run ! trm-train $SMALL -e 2 --resume -o m.trm samples
    [[ "$output" == *"m.trm.state"* ]]
}

val_of() { sed -nE "1s/.*\"$1\":([0-9.e+-]*).*/\1/p" "$2"; }

@test "--from begins with the weights of a model, whatever rows its words had, and says so" {
    SMALL="$SMALL --hide-tested 0.5 --hide-other 0"
    trm-train $SMALL -e 40 --patience 99 --lr 4e-3 --warmup 20 --ema 0.95 -o old.trm samples > learned
    best=$(grep '"best":true' learned | tail -n 1 | grep -o '"val_loss":[0-9.e+-]*' | cut -d: -f2)
    # nothing is learned any more: what it says is what it said
    trm-train $SMALL -e 1 --lr 1e-9 --weight-decay 0 --ema 0 --from old.trm -o same.trm samples > same
    awk -v a="$best" -v b="$(val_of val_loss same)" 'BEGIN {exit !(b < a + 1e-4 && b > a - 1e-4)}'
    # other samples, in which a frequent word is rare, and rare ones have rows: other rows
    awk -v n=300 -v seed=5 -f "$ROOT/tests/cli/samples.awk" | awk '!/office/ || NR % 8 == 0' > others
    trm-train $SMALL -e 1 --lr 1e-9 --ema 0 --min-count 2 --from old.trm -o warm.trm others > warm
    trm-train $SMALL -e 1 --lr 1e-9 --ema 0 --min-count 2 --parent old.trm -o cold.trm others > cold
    awk -v w="$(val_of val_loss warm)" -v c="$(val_of val_loss cold)" 'BEGIN {exit !(w < 0.8 * c)}' || { cat warm cold; false; }
    trm-models -s store add old.trm
    for m in warm:parent cold:fresh; do
        n=$(trm-models -s store add ${m%:*}.trm)
        trm-models -s store show "$n" > shown
        grep -qE "lineage.start +${m#*:}$" shown && grep -qE "^parent +1$" shown
    done
}

@test "a run that began with a model resumes to the bytes of one left alone, and only with that model" {
    trm-train $SMALL -e 2 -o old.trm samples > epochs
    trm-train $SMALL -e 4 --patience 99 --from old.trm -o whole.trm samples > epochs
    trm-train $SMALL -e 2 --patience 99 --from old.trm -o m.trm samples > epochs
    run ! trm-train $SMALL -e 4 --patience 99 --resume -o m.trm samples
    [[ "$output" == *"other samples or other settings"* ]]
    trm-train $SMALL -e 4 --patience 99 --from old.trm --resume -o m.trm samples > epochs
    cmp whole.trm m.trm
}

@test "--from refuses a model of another shape, a baseline, a solver, and a second parent" {
    trm-train $SMALL -e 1 -o old.trm samples > epochs
    run -2 trm-train $SMALL --width 32 -e 1 --from old.trm -o m.trm samples
    [[ "$output" == *"--from: the model to begin with has width 16, this one 32"* ]]
    trm-train $SMALL -n 2 --grad-calls 2 --max-steps 6 -e 1 --from old.trm -o m.trm samples > epochs # deeper is the same shape
    trm-train --arch prior -o prior.trm samples > epochs
    run -1 trm-train $SMALL -e 1 --from prior.trm -o m2.trm samples
    [[ "$output" == *"a baseline of kind prior"* ]]
    trm-train --preset micro -f latin4 -e 1 --epoch-steps 1 -o solver.trm > epochs
    run -1 trm-train $SMALL -e 1 --from solver.trm -o m2.trm samples
    trm-train --preset micro -f latin4 -e 1 --epoch-steps 1 --from solver.trm -o m3.trm > epochs
    run -2 trm-train --preset micro -f sudoku4 -e 1 --epoch-steps 1 --from solver.trm -o m2.trm
    [[ "$output" == *"other kinds of task"* ]]
    run -2 trm-train $SMALL -e 1 --from old.trm --parent old.trm -o m2.trm samples
    run -2 trm-train --arch prior --from old.trm -o m2.trm samples
    [ ! -e m2.trm ]
}

@test "--resume without a state begins at the start and says so" {
    trm-train $SMALL -e 1 -o a.trm samples > epochs
    run -0 --separate-stderr trm-train $SMALL -e 1 --resume -o b.trm samples
    [[ "$stderr" == *"b.trm.state is not there"* ]]
    cmp a.trm b.trm
}

@test "the test side is never looked at" {
    trm-train $SMALL -e 2 -o a.trm samples > a
    sed '/"side":"test"/s/"label":"pass"/"label":"fail"/g' samples > other
    run ! cmp -s samples other
    trm-train $SMALL -e 2 -o b.trm other > b
    cmp <(without_seconds a) <(without_seconds b)
}

@test "the loss falls and what is shown is learned" {
    trm-train $SMALL -e 40 --patience 99 --lr 4e-3 --warmup 20 --ema 0.95 --hide-tested 0.5 --hide-other 0 -o m.trm samples > epochs
    first=$(head -n 1 epochs | grep -o '"val_loss":[0-9.]*' | cut -d: -f2)
    best=$(grep -o '"val_loss":[0-9.]*' epochs | cut -d: -f2 | sort -g | head -n 1)
    known=$(grep '"best":true' epochs | tail -n 1 | grep -o '"val_known":[0-9.]*' | cut -d: -f2)
    awk -v a="$first" -v b="$best" -v k="$known" 'BEGIN {exit !(b < 0.7 * a && k > 0.85)}' || { echo "$first $best $known"; false; }
}

@test "early stopping stops" {
    trm-train $SMALL -e 50 --patience 1 --lr 1e-9 --ema 0 -o m.trm samples > epochs
    [ "$(wc -l < epochs)" -lt 50 ]
}

@test "the clock ends a run as if its epochs were done" {
    trm-train $SMALL -e 100000 --patience 100000 --max-minutes 0.02 -o m.trm samples > epochs
    [ -s m.trm ]
}

@test "the status file is one whole record and ends with done" {
    trm-train $SMALL -e 2 --status status -o m.trm samples > epochs
    [ "$(wc -l < status)" = 1 ]
    grep -q '^{"kind":"status","v":1,"id":"m.trm","state":"done",' status
}

@test "baselines write model files of the same kind, and the regression is better than the other two" {
    for arch in prior name logistic; do
        trm-train --arch $arch -o $arch.trm samples > $arch
        [ -s $arch.trm ]
        grep -q "\"arch\":\"$arch\"" $arch
    done
    loss() { grep -o '"val_loss":[0-9.]*' "$1" | cut -d: -f2; }
    awk -v p="$(loss prior)" -v n="$(loss name)" -v l="$(loss logistic)" 'BEGIN {exit !(l < n && l < p)}'
}

@test "the rule file travels in the model, and a bad one stops the run before the samples are read" {
    cp "$ROOT/pipelines/rules/building-code.json" rules.json
    trm-train --arch prior -r rules.json -o m.trm samples > epochs
    grep -qa 'ADA_DOOR_CLEAR_WIDTH' m.trm
    echo '[{"id":"R"}]' > bad.json
    run -2 trm-train --arch prior -r bad.json -o n.trm samples
    [[ "$output" == *"bad.json"* ]]
    [ ! -e n.trm ]
}

@test "samples without a side, broken lines and other kinds are refused, the rest is learned from" {
    { echo '{"kind":"sample","v":1,"id":"x","fields":[],"rules":[]}'; echo '{"kind":'; echo '{"kind":"pigeon","v":1,"id":"y","side":"train"}'; cat samples; } > in
    run -1 --separate-stderr trm-train --arch prior -o m.trm in
    [[ "$stderr" == *"in:1:"*"expected train, val or test"* ]]
    [[ "$stderr" == *"in:2:"* && "$stderr" == *"in:3:"* ]]
    [ -s m.trm ]
}

@test "nothing to learn from is no model" {
    run -1 trm-train --arch prior -o m.trm < /dev/null
    grep '"side":"test"' samples > tests
    run -1 trm-train --arch prior -o m.trm tests
    [[ "$output" == *"no sample on the train side"* ]]
    [ ! -e m.trm ]
}

@test "more samples than the memory allows are refused with a message" {
    run -3 trm-train --memory 1 -o m.trm $(for i in 1 2 3 4 5 6 7 8 9; do echo samples; done)
    [[ "$output" == *"raise --memory"* ]]
    [ ! -e m.trm ]
}

@test "two trainings of one model: the second is told and changes nothing" {
    trm-train $SMALL -e 100000 --patience 100000 -o m.trm samples > first 2> /dev/null 3>&- &
    pid=$!
    while [ ! -s first ]; do sleep 0.01; done
    run -3 trm-train --arch prior -o m.trm samples
    [[ "$output" == *"another training"* ]]
    kill -INT $pid
    wait $pid || true
    [ ! -e m.trm ]
}

@test "a place that cannot be written is told before anything is learned, and leaves nothing" {
    run -3 trm-train --arch prior -o no/such/folder/m.trm samples
    [[ "$output" == *"no/such/folder"* ]]
}

@test "a wrong command line is refused with status 2" {
    run -2 trm-train samples
    run -2 trm-train --arch forest -o m.trm samples
    run -2 trm-train --width 30 --heads 4 -o m.trm samples
    run -2 trm-train --dropout 1.5 -o m.trm samples
    run -2 trm-train --form round -o m.trm samples
    [ ! -e m.trm ]
}

@test "the mixer, stablemax and Adam-atan2 train too" {
    trm-train $SMALL -e 1 --form mixer --loss stablemax --optimiser adam-atan2 -o m.trm samples > epochs
    trm-infer --support 0 -m m.trm samples | head -n 1 | grep -q '"p_pass"'
}

@test "a model without a validation side is made, with a warning" {
    grep '"side":"train"' samples > only
    run -0 --separate-stderr trm-train $SMALL -e 1 -o m.trm only
    [[ "$stderr" == *"not calibrated"* ]]
    [ -s m.trm ]
}
