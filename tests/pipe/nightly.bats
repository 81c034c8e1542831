# pipelines/nightly.mk: ten nights, of which one is poisoned, one meets a full disk and one is killed.
load ../cli/helper

RULES=$ROOT/pipelines/rules/building-code.json
# night DAY [SETTING...]; nights of seconds beside other work cost what they like (the limit itself is tested in tests/cli/trm-alert.bats)
night() {
    local day=$1
    shift
    make --no-print-directory -f "$ROOT/pipelines/nightly.mk" BIN="$BIN" IFC=in OUT=out NIGHT="2027-03-$day" JOBS=2 LEARN_BUILDINGS=12 \
        LEARN_ELEMENTS=520 EXAM_BUILDINGS=8 EXAM_ELEMENTS=400 VARY=0 INFER="--support 1" KEEP_NIGHTS=4 ALERT="--cost 1000" \
        TRAIN="--epochs 2 --width 16 --heads 2 --prefix 2 --val-asks 10 --lr 3e-3" "$@"
}
# one more export comes in
export_one() { cp "$(ls made/*.ifc | sed -n "${1}p")" in/; }
member() { sed -nE "s/.*\"$2\":\"?([^,\"}]*).*/\1/p" "out/nights/2027-03-$1/night.ndjson"; }
# accuracy of the current model on the exam, measured here and not taken from the night
exam_accuracy() {
    trm-infer --support 1 -m out/models/current out/exam/checked.ndjson | trm-eval --truth out/exam/truth.ndjson |
        grep '"id":"all"' | sed -E 's/.*"accuracy":([0-9.]+).*/\1/'
}
not_worse() { awk "BEGIN {exit !($2 >= $1)}"; }

setup() { cd "$BATS_FILE_TMPDIR" || exit; }
setup_file() {
    load ../cli/helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 12 -N 500 --seed 77 -o made
    rm -f made/*.truth.ndjson
    mkdir in
}

@test "the first night leaves a report, a model, and a record" {
    export_one 1
    export_one 2
    run night 01
    [ "$status" -eq 0 ] || { echo "$output"; cat out/nights/*/log; false; }
    for f in report.html report.txt nights.ndjson alerts.ndjson models/current last/diff.ndjson last/traces.ndjson last/eval.ndjson; do
        [ -e "out/$f" ] || { echo "no $f"; false; }
    done
    [ ! -s out/alerts.ndjson ]
    # the topics are those of this night, whenever they are made
    trm-report -f bcf2.1 -t "Building code check" --date 2027-03-01 out/last/{checked,broken,traces,diff,eval,epochs}.ndjson | cmp - out/topics.bcf
    [ "$(member 01 state)" = done ] && [ "$(member 01 models)" = 2 ] && [ "$(member 01 promoted)" = true ]
    [ "$(member 01 version)" = 1 ]
    [ "$(member 01 accuracy)" = "$(exam_accuracy)" ]
    [ "$(grep -c '"kind":"step"' out/last/steps.ndjson)" -eq 9 ]
    # the lineage of the model says that it follows none
    run ! grep -q '"parent":[1-9]' out/last/version.ndjson
}

@test "a night on which nothing came trains nothing and changes nothing" {
    before=$(exam_accuracy)
    run -0 night 02
    [ "$(member 02 trained)" = false ] && [ "$(member 02 promoted)" = false ]
    [ "$(member 02 new)" = 0 ] && [ "$(member 02 regressed)" = 0 ]
    grep -q "Since last time" out/report.html
    [ "$(member 02 accuracy)" = "$before" ]
    [ "$(exam_accuracy)" = "$before" ]
}

@test "new exports are learned from, and the model is taken only when it is better" {
    for day in 03 04; do
        export_one "$((10#$day))"
        before=$(exam_accuracy)
        was=$(readlink out/models/current)
        run -0 night $day TRAIN="--epochs $((10#$day * 3)) --width 32 --heads 2 --prefix 2 --val-asks 10 --lr 3e-3"
        [ "$(member $day trained)" = true ]
        not_worse "$before" "$(exam_accuracy)"
        better=$(grep '"id":"all"' out/last/eval.ndjson | sed -nE 's/.*"better":\{"by":[-0-9.]*,"lo":([-0-9.]*).*/\1/p')
        if [ "$(member $day promoted)" = true ]; then
            awk "BEGIN {exit !($better > 0)}"
            grep -q '"parent":[1-9]' out/last/version.ndjson # it follows the one before
        else
            [ "$(readlink out/models/current)" = "$was" ]
            grep -q '"kept_out"' out/last/version.ndjson
        fi
        [ "$(member $day new)" -gt 0 ]
    done
}

@test "a poisoned night leaves the current model alone" {
    export_one 5
    before=$(exam_accuracy)
    was=$(readlink out/models/current)
    run -0 night 05 SAMPLES_THROUGH='sed -E "s/\"label\":\"pass\"/\"label\":\"FAIL\"/g; s/\"label\":\"fail\"/\"label\":\"pass\"/g; s/\"label\":\"FAIL\"/\"label\":\"fail\"/g"' \
        TRAIN="--epochs 12 --width 32 --heads 2 --prefix 2 --val-asks 10 --lr 3e-3"
    [ "$(member 05 trained)" = true ] && [ "$(member 05 promoted)" = false ]
    grep -qE '"kept_out":"[^"]*(not better|worse)' out/last/version.ndjson
    [ "$(readlink out/models/current)" = "$was" ]
    [ "$(exam_accuracy)" = "$before" ]
}

@test "a full disk fails the night aloud, loses nothing, and the night goes on when there is room" {
    export_one 6
    before=$(exam_accuracy)
    cp out/report.html kept.html
    run ! bash -c "trap '' XFSZ; ulimit -f 200; $(declare -f night); ROOT='$ROOT' BIN='$BIN' night 06"
    [[ "$output" == *"failed with status"*"trm-runbook(7)"* ]]
    [ "$(member 06 state)" = failed ]
    grep -q '"alert":"failed"' out/alerts.ndjson
    [ "$(readlink out/last)" = nights/2027-03-05 ]
    [ "$(exam_accuracy)" = "$before" ]
    cmp kept.html out/report.html
    run -0 night 06
    [ "$(member 06 state)" = done ]
    not_worse "$before" "$(exam_accuracy)"
    [ ! -s out/alerts.ndjson ] || { cat out/alerts.ndjson; cat out/nights.ndjson; false; }
}

@test "a killed night goes on where it stopped, and says what one left alone would" {
    export_one 7
    cp -a out alone
    before=$(exam_accuracy)
    night 07 OUT=alone > /dev/null 2>&1
    for after in 0.4 1.5 3; do
        setsid bash -c "$(declare -f night); ROOT='$ROOT' BIN='$BIN' night 07" > /dev/null 2>&1 &
        sleep $after
        kill -9 -- -$! 2> /dev/null || true
        wait $! 2> /dev/null || true
        [ -s out/models/current ]
    done
    run -0 night 07
    for f in checked traces diff samples held; do cmp "alone/last/$f.ndjson" "out/last/$f.ndjson"; done
    cmp alone/models/current out/models/current
    not_worse "$before" "$(exam_accuracy)"
    rm -rf alone
}

@test "an export that is broken, and elements that change, are told" {
    echo no > in/zz-broken.ifc
    victim=$(ls in/b*.ifc | head -n 1)
    sed -E 's/^(#[0-9]+ ?= ?IFCDOOR\(.*,)[0-9.]+,[0-9.]+/\10.3,0.3/' "$victim" > in/x && mv in/x "$victim"
    run night 08 TELL='cat > told'
    [ "$status" -eq 0 ] || { echo "$output"; false; }
    [ "$(member 08 not_done)" = 1 ]
    [[ "$output" == *'"alert":"broken"'* || "$(member 08 broken)" < 0.2 ]]
    grep -q "could not be read" out/report.html
    rm in/zz-broken.ifc
}

@test "a model that could not be read for two nights is not all new when it can be read again" {
    victim=$(ls in/b*.ifc | sed -n 2p)
    cp -r out again
    cp -r in in2
    nights() { # DAY: the check and the difference alone
        mkdir -p "again/nights/2027-04-$1"
        make --no-print-directory -f "$ROOT/pipelines/nightly.mk" BIN="$BIN" IFC=in2 OUT=again NIGHT="2027-04-$1" JOBS=2 LEARN_BUILDINGS=12 LEARN_ELEMENTS=520 \
            EXAM_BUILDINGS=8 EXAM_ELEMENTS=400 VARY=0 INFER="--support 1" KEEP_NIGHTS=4 ALERT="--cost 1000" \
            TRAIN="--epochs 1 --width 16 --heads 2 --prefix 2 --val-asks 10 --lr 3e-3"
    }
    counted() { sed -nE "s/.*\"states\":\{[^}]*\"$2\":([0-9]+).*/\1/p" "again/nights/2027-04-$1/diff.ndjson"; }
    nights 01
    still=$(counted 01 still)
    echo no > "in2/$(basename "$victim")"
    nights 02
    unread=$(counted 02 unread)
    failed=$(grep -c '"state":"unread"' again/nights/2027-04-02/diff.ndjson)
    [ "$failed" -gt 0 ] && [ "$(counted 02 still)" -eq $((still - failed)) ]
    nights 03
    [ "$(counted 03 unread)" -eq "$unread" ] && [ "$(counted 03 gone)" -eq 0 ]
    cp "$victim" in2/
    nights 04
    [ "$(counted 04 new)" -eq 0 ] && [ "$(counted 04 still)" -eq "$still" ] && [ "$(counted 04 unread)" -eq 0 ]
    rm -rf again in2
}

@test "ten nights: every one has its record, old ones keep what is small, the store its last three and the current" {
    for day in 09 10; do
        export_one "$((10#$day))"
        before=$(exam_accuracy)
        run -0 night $day
        not_worse "$before" "$(exam_accuracy)"
    done
    [ "$(wc -l < out/nights.ndjson)" -eq 10 ]
    [ "$(grep -c '"state":"done"' out/nights.ndjson)" -eq 10 ]
    [ "$(ls out/models/versions/*.trm | wc -l)" -le 4 ]
    [ ! -e out/nights/2027-03-01/samples.ndjson ] && [ -e out/nights/2027-03-01/report.html ] && [ -e out/nights/2027-03-08/samples.ndjson ]
    # all exports are in the last night's records
    [ "$(grep -c '"kind":"model"' out/last/checked.ndjson)" -eq "$(ls in/*.ifc | wc -l)" ]
}

@test "by choice a night goes on from the weights of the current model, and record and lineage say so" {
    cp -a out fresh
    export_one 11
    before=$(exam_accuracy)
    was=$(readlink out/models/current | sed 's|.*/0*||; s|\.trm||')
    width=$(trm-models --store out/models show "$was" | sed -nE 's/^trm.net.width +//p')
    for way in fresh current; do
        [ $way = fresh ] && to=fresh || to=out
        # so little training that one from nothing cannot be as good
        run -0 night 11 OUT=$to START=$way TRAIN="--epochs 1 --width $width --heads 2 --prefix 2 --val-asks 10 --lr 1e-4"
        grep -q "\"trained\":true,\"start\":\"$way\"" $to/last/night.ndjson
        trm-models --store $to/models show "$(sed -nE 's/.*"version":([0-9]+).*/\1/p' $to/last/version.ndjson)" > $way.model
        grep -qE "lineage.start +$([ $way = fresh ] && echo fresh || echo parent)$" $way.model
        grep -qE "^parent +$was$" $way.model
    done
    accuracy_of() { grep '"id":"all"' "$1/last/eval.ndjson" | sed -E 's/.*"id":"all"[^}]*"accuracy":([0-9.]+).*/\1/'; }
    [ "$(exam_accuracy)" = "$before" ] || not_worse "$before" "$(exam_accuracy)"
    awk "BEGIN {exit !($(accuracy_of out) > $(accuracy_of fresh))}" || { accuracy_of out; accuracy_of fresh; false; }
    rm -rf fresh
}

@test "wrong settings and a second run are said" {
    run ! night 12 START=warm
    [[ "$output" == *"expected fresh or current"* ]]
    run ! night 11 RULES=nowhere
    run ! night eleven
    [[ "$output" == *"expected a day"* ]]
    exec 8> out/lock
    flock 8
    run ! night 10 8>&-
    exec 8>&-
    [[ "$output" == *"another run is at work"* ]]
}
