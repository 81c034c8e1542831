# trm-lint: faults put into samples and tasks are found, and honest ones have none.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 8 -N 800 --seed 5 -o models
    trm-ifc models/*.ifc | trm-check -r "$ROOT/pipelines/rules/building-code.json" > checked
    trm-extract -r "$ROOT/pipelines/rules/building-code.json" --vary 2 checked | trm-split > samples 2> /dev/null
    awk -v n=400 -v seed=1 -f "$ROOT/tests/cli/samples.awk" > made
    perl -pe 'BEGIN { srand 7 } s/"label":"(pass|fail)"/"\"label\":\"" . (rand() < .5 ? "pass" : "fail") . "\""/ge' made > coins
    trm-gen --all -n 30 --distinct > tasks
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }
finding() { grep '"kind":"finding"' <<< "$output" | grep "\"id\":\"$1\""; }
last() { tail -n 1 <<< "$output"; }

@test "honest samples have no findings above INFO" {
    run -0 --separate-stderr trm-lint -e WARNING samples
    [ -z "$stderr" ]
    [[ "$(last)" == '{"kind":"linted","v":1,"id":"linted","samples":'*'"WARNING":0,"ERROR":0}}' ]]
    [ "$(grep -c '"kind":"sample"' samples)" -eq "$(last | sed 's/.*"samples":\([0-9]*\).*/\1/')" ]
}
@test "labels by coin flips are explained by nothing, rule by rule, and it says so" {
    run -4 trm-lint -e ERROR coins
    for rule in DOOR_WIDTH DOOR_FIRE; do
        [[ "$(finding unexplained_labels/$rule)" == *'"severity":"ERROR","rule":"'$rule'","n":400,"base_rate":0.5'*'"best":"'*'"z":'* ]]
    done
    run -0 trm-lint made
    run ! finding 'unexplained_labels/.*'
}
@test "conflicting labels are counted, and the ceiling is what they leave" {
    { head -n 60 made; head -n 10 made | sed 's/"id":"/"id":"again-/; s/"label":"pass"/"label":"X"/g; s/"label":"fail"/"label":"pass"/g; s/"label":"X"/"label":"fail"/g'; } > in
    run -0 trm-lint in
    n=$(finding conflicting_labels/DOOR_FIRE | sed 's/.*"n":\([0-9]*\).*/\1/')
    [ "$n" -ge 8 ] && [ "$n" -le 10 ]
    [[ "$(finding conflicting_labels/DOOR_FIRE)" == *'"of":70,"ceiling":0.8'* ]]
    [[ "$(last)" == *'"ceiling":0.8'* ]]
}
@test "the same sample on two sides is an error, on one side a remark" {
    head -n 1 made | sed 's/"side":"[a-z]*"/"side":"train"/' > in
    sed 's/"id":"/"id":"copy-/' in > copy
    cat in copy > twice
    run -0 trm-lint twice
    [[ "$(finding duplicate/sample)" == *'"n":1,"of":2}' ]]
    run ! finding duplicate_sides/sample
    { cat in; sed 's/"side":"train"/"side":"test"/' copy; } > apart
    run -4 trm-lint -e ERROR apart
    [[ "$(finding duplicate_sides/sample)" == *'"n":1,"of":2,"examples":[["b'*'","copy-b'*'"]]}' ]]
}
@test "a column that equals the label is found, the columns that decide the rule are not taken for it" {
    sed 's/\(.*"rule":"DOOR_FIRE".*"label":"\)\(pass\|fail\)\(.*\)/\1\2\3/; s/^\(.*\)"fields":\[\(.*\)"rule":"DOOR_FIRE"\(.*\)"label":"\(pass\|fail\)"/\1"fields":[["Status","\4"],\2"rule":"DOOR_FIRE"\3"label":"\4"/' made > leak
    run -4 trm-lint -e ERROR leak
    [[ "$(finding telling_column/DOOR_FIRE)" == *'"column":"Status","n":400,"values":2}'* ]]
    run ! grep '"column":"Pset_DoorCommon.FireRating"' <<< "$(finding telling_column/DOOR_FIRE)"
}
@test "a constant column is a remark" {
    run -0 trm-lint made
    [[ "$(finding constant_column/class)" == *'"severity":"INFO","column":"class","n":400,"of":400}' ]]
}
@test "honest tasks of every family have no findings above INFO, and share no key across sides" {
    trm-split tasks > split 2> /dev/null
    run -0 --separate-stderr trm-lint -e WARNING split
    [ -z "$stderr" ]
    [[ "$(last)" == *'"tasks":720,"task_ceiling":1,'*'"WARNING":0,"ERROR":0}}' ]]
}
@test "tasks that a symmetry carries into each other are one: apart on two sides is an error" {
    echo '{"kind":"task","v":1,"id":"a","family":"latin","size":3,"shape":[3,3],"input":[2,3,4,1,1,1,1,1,3],"side":"train"}' > in
    echo '{"kind":"task","v":1,"id":"b","family":"latin","size":3,"shape":[3,3],"input":[4,2,3,1,1,1,1,1,2],"side":"test"}' >> in
    run -4 trm-lint -e ERROR in
    [[ "$(finding duplicate_sides/task)" == *'"n":1,"of":2,"examples":[["a","b"]]}' ]]
}
@test "answers that break the rules, keys that are wrong, and answers that the input shows are found" {
    sed 's/"id":"sudoku4\(.*\)"answer":\[\([0-9]*\),\([0-9]*\),/"id":"sudoku4\1"answer":[\3,\2,/' tasks > swapped
    run -4 trm-lint -e ERROR swapped
    [[ "$(finding unexplained_labels/sudoku4)" == *'"n":30,"of":30,"examples":[["sudoku4/1/'* ]]
    sed '1s/"key":"[0-9a-f]*"/"key":"0000000000000000"/' tasks > key
    run -4 trm-lint -e ERROR key
    [[ "$(finding wrong_key/turn10)" == *'"n":1,"of":30,"examples":[["turn10/1/0"]]}' ]]
    grep '"id":"sudoku4' tasks | sed 's/"input":\[[0-9,]*\],"answer":\(\[[0-9,]*\]\),"key":"[0-9a-f]*"/"input":\1,"answer":\1/' > shown
    run -4 trm-lint -e ERROR shown
    [[ "$(finding telling_column/sudoku4)" == *'"n":480,"of":480}' ]]
}
@test "one question with two answers is a conflict" {
    echo '{"kind":"task","v":1,"id":"a","family":"arc","size":1,"shape":[3,1],"input":[2,3,2],"answer":[0,0,3]}' > in
    echo '{"kind":"task","v":1,"id":"b","family":"arc","size":1,"shape":[3,1],"input":[2,3,2],"answer":[0,0,4]}' >> in
    run -0 trm-lint in
    [[ "$(finding conflicting_labels/task)" == *'"n":1,"of":2,"examples":[["a","b"]]}' ]]
    [[ "$(last)" == *'"task_ceiling":0.5,'* ]]
}
@test "records that are neither, ids that repeat and broken lines are refused" {
    { head -n 1 made; head -n 1 made; echo '{"kind":"trace","v":1,"id":"x"}'; echo '{'; echo '{"kind":"sample","v":1,"id":"y","fields":[1],"rules":[]}'; } > in
    run -1 --separate-stderr trm-lint in
    for line in 2 3 4 5; do grep -q "^trm-lint: in:$line: " <<< "$stderr"; done
    run -2 trm-lint -e LOUD made
    run -3 bash -c 'trm-lint made > /dev/full'
}
