# pipelines/compliance.mk: the whole way, from models to the report, in a small size.
load ../cli/helper

# A run small enough for a test; more settings may follow.
go() {
    make --no-print-directory -f "$ROOT/pipelines/compliance.mk" BIN="$BIN" OUT=out JOBS=2 LEARN_BUILDINGS=16 LEARN_ELEMENTS=700 \
        EXAM_BUILDINGS=3 EXAM_ELEMENTS=120 TRAIN="--epochs 1 --width 16 --heads 2 --prefix 2 --val-asks 20" \
        INFER="--support 3" "$@"
}

setup_file() {
    load ../cli/helper
    cd "$BATS_FILE_TMPDIR" || exit
    go > first.out 2> first.err
    # a folder of one's own: a made-up one under another name, one that is no model, one that is cut short
    mkdir -p "own models"
    trm-buildings -n 2 -N 80 --seed 77 -o made
    cp made/*.ifc "own models/"
    mv "$(ls "own models"/*.ifc | head -n 1)" "own models/It's a \$house; \"so\".ifc"
    printf 'no model at all' > "own models/broken.ifc"
    head -c 3000 "$(ls made/*.ifc | tail -n 1)" > "own models/short.ifc"
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }

@test "the demo leaves a report, its records and a store" {
    for file in report.html report.txt results.csv checked.ndjson traces.ndjson eval.ndjson models/current; do
        [ -s "out/$file" ] || { echo "no $file"; cat first.err; false; }
    done
    grep -q "How good is the model" out/report.html
    grep -q "The model.*verdicts" out/report.html
    grep -q '"kind":"trace"' out/traces.ndjson
    grep -q '"group":"hidden"' out/eval.ndjson
    # so few buildings may leave a side of the split empty, which is said
    run ! grep -v 'side' first.err
    run -0 trm-models -s out/models list
    [ "${#lines[@]}" -eq 2 ]
}

@test "a second run makes nothing anew" {
    find out -type f ! -name '*.new' -newer out/report.html > before
    touch -r out/steps/model.trm stamp
    run -0 go
    [[ "$output" != *training* && "$output" != *elements\ and* ]]
    [ ! out/steps/model.trm -nt stamp ]
}

@test "a changed setting of the training trains anew, and reads nothing anew" {
    cp -a out copy
    sleep 1.1
    touch stamp
    run -0 go OUT=copy TRAIN="--epochs 1 --width 24 --heads 2 --prefix 2 --val-asks 20"
    [ copy/steps/model.trm -nt stamp ]
    [ copy/report.html -nt stamp ]
    [ ! copy/steps/learn.checked.ndjson -nt stamp ]
    [ ! copy/steps/prior.trm -nt stamp ]
    run -0 trm-models -s copy/models list
    [ "${#lines[@]}" -eq 3 ]
    rm -rf copy
}

@test "one's own folder: broken models are named with their reason and stop nothing" {
    cp -a out mine
    run -0 go OUT=mine IFC="own models"
    [[ "$output" == *"2 of 4 models were not done:"*"broken.ifc: "* ]]
    grep -q "could not be read" mine/report.html
    grep -qF "It&#39;s a \$house; &quot;so&quot;.ifc" mine/report.html
    # the report is about these models only
    run ! grep -q '"file":"b00[0-9]-[^"]*","schema":"[^"]*","instances"' <(grep -v -F "$(ls made | sed 's/.truth.ndjson//' | sort -u)" mine/checked.ndjson)
    grep -q "your models" mine/report.html
    rm -rf mine
}

@test "a wrong rule file stops the run with status 2 of the program and names the place" {
    echo '{"rules":[{"id":"X","condition":{"op":"~"}}]}' > bad.json
    run ! go OUT=bad RULES=bad.json
    [[ "$output" == *bad.json* ]]
    [ ! -e bad/report.html ]
    [ ! -e bad/checked.ndjson ]
    rm -rf bad
}

@test "a folder that is not there, and one without a model, are said" {
    run ! go OUT=none IFC=no-such-folder
    [[ "$output" == *"no such folder, model or list"* ]]
    mkdir -p empty
    run ! go OUT=none IFC=empty
    [[ "$output" == *"no model to read"* ]]
    rm -rf none
}

@test "two runs in one folder exclude each other with a clear word" {
    flock out/steps/lock sleep 5 &
    sleep 0.3
    run ! go
    [[ "$output" == *"another run is at work there"* ]]
    wait
}

@test "killed on the way and started again it ends in the same records" {
    cp -a out again
    rm -rf again/steps/exam again/steps/exam.* again/*.ndjson again/report.html
    setsid bash -c "$(declare -f go); go OUT=again" > /dev/null 2>&1 &
    sleep 0.7
    kill -9 -- -$! || true
    wait $! 2> /dev/null || true
    # jobs of GNU parallel stand in groups of their own and may live a moment longer, holding the lock
    flock again/steps/lock true
    run go OUT=again
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    cmp out/checked.ndjson again/checked.ndjson
    cmp out/traces.ndjson again/traces.ndjson
    cmp out/results.csv again/results.csv
    rm -rf again
}
