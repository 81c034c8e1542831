# trm-verify: the referee.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-gen --all -n 20 > tasks
    trm-gen --all -n 20 --answers-hidden > hidden
    answers < tasks > answers
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }
# Tasks to answers that say what the tasks say.
answers() { sed 's/^{"kind":"task","v":1,\("id":"[^"]*"\).*\("answer":\[[0-9,]*\]\).*/{"kind":"answer","v":1,\1,"solver":"copy",\2,"ms":1.5}/'; }
last() { tail -n 1 <<< "$output"; }

@test "right answers are right, with the answers of the tasks and without" {
    for t in tasks hidden; do
        run -0 --separate-stderr trm-verify $t answers
        [ "$(grep -c '"right":true}$' <<< "$output")" -eq 480 ]
        [[ "$(last)" == '{"kind":"verified","v":1,"id":"all","tasks":480,"answers":480,"right":480,"wrong":0,"missing":0,"reasons":{}}' ]]
        [ -z "$stderr" ]
    done
}
@test "every answer with one token changed is wrong, with a reason" {
    sed 's/"answer":\[\([0-9,]*\),\([0-9]*\)\]/"answer":[\1,63]/' answers > wrong
    run -0 trm-verify hidden wrong
    [ "$(grep -c '"right":false,"reason":"[a-z_]*","place":{"row":[0-9]*,"column":[0-9]*,"value":63}}$' <<< "$output")" -eq 480 ]
}
@test "a wrong answer has its reason and its place" {
    echo '{"kind":"task","v":1,"id":"t","family":"sudoku","size":4,"shape":[4,4],"input":[2,3,4,5,4,5,2,3,3,2,5,4,1,1,1,1]}' > t
    run -0 trm-verify t - <<< '{"kind":"answer","v":1,"id":"t","answer":[2,3,4,5,4,5,2,3,3,2,5,4,5,4,3,5],"more":[1]}'
    [ "${lines[0]}" = '{"kind":"answer","v":1,"id":"t","answer":[2,3,4,5,4,5,2,3,3,2,5,4,5,4,3,5],"more":[1],"right":false,"reason":"row_repeats","place":{"row":4,"column":4,"value":4}}' ]
    [ "${lines[1]}" = '{"kind":"verified","v":1,"id":"sudoku4","tasks":1,"answers":1,"right":0,"wrong":1,"missing":0,"reasons":{"row_repeats":1}}' ]
}
@test "missing answers are counted, and written on request in the order of the tasks" {
    head -n 475 answers > some
    echo '{"kind":"answer","v":1,"id":"linear3/1/15","answer":null}' >> some
    run -0 trm-verify tasks some
    [[ "$(last)" == *'"tasks":480,"answers":475,"right":475,"wrong":0,"missing":5,"reasons":{}}' ]]
    grep -q '"id":"linear3/1/15","answer":null,"right":false,"reason":"missing"}' <<< "$output"
    run -0 trm-verify --missing tasks some
    [ "$(grep -c '^{"kind":"answer","v":1,"id":"linear3/1/1[5-9]","right":false,"reason":"missing"}$' <<< "$output")" -eq 5 ]
}
@test "status 4 only on request" {
    sed '3s/"answer":\[0/"answer":[1/' answers > wrong
    run -0 trm-verify tasks wrong
    run -4 trm-verify -e wrong tasks wrong
    run -0 trm-verify -e missing tasks answers
    head -n 5 answers > some
    run -0 trm-verify -e wrong tasks some
    run -4 trm-verify -e missing tasks some
}
@test "an answer that keeps all rules but is not the stored one is a fault of the task" {
    echo '{"kind":"task","v":1,"id":"t","family":"latin","size":3,"shape":[3,3],"input":[1,1,1,1,1,1,1,1,1],"answer":[2,3,4,3,4,2,4,2,3]}' > two
    run -0 trm-verify two - <<< '{"kind":"answer","v":1,"id":"t","answer":[3,2,4,2,4,3,4,3,2]}'
    [[ "${lines[0]}" == *'"right":false,"reason":"disagrees"}' ]]
}
@test "tasks with a wrong stored answer are refused, and so are answers without a task" {
    sed '1s/"answer":\[0,0,0,0,0,0,[0-9]*/"answer":[0,0,0,0,0,0,2,2/' tasks > bad
    run -1 --separate-stderr trm-verify bad answers
    [[ "$stderr" == *"trm-verify: bad:1: turn10/1/0: answer: the stored answer is wrong"* ]]
    [[ "$stderr" == *"trm-verify: answers:1: turn10/1/0: no task has this id"* ]]
    [[ "$(last)" == *'"tasks":479,"answers":479,"right":479'* ]]
}
@test "a canvas larger than any grid is refused; it was once read, and broke the stack" {
    { printf '{"kind":"task","v":1,"id":"x","family":"arc","size":81,"shape":[243,81],"input":[2'; printf ',2%.0s' $(seq 19682); echo ']}'; } > large
    run -1 --separate-stderr trm-verify large /dev/null
    [[ "$stderr" == "trm-verify: large:1: x: shape: arc of size 81 has no 243x81" ]]
}
@test "records that are no answers are refused with their line, and the others are judged" {
    { head -n 1 answers; echo '{"kind":'; echo '[1]'; printf '\xff\n'; echo '{"kind":"answer","v":9,"id":"turn10/1/1"}'; echo '{"kind":"task","v":1,"id":"x"}'
      echo '{"kind":"answer","v":1,"id":"turn10/1/1","answer":[1,-1]}'; echo '{"kind":"answer","v":1,"id":"turn10/1/1","answer":"2"}'; sed -n 3p answers; } > in
    run -1 --separate-stderr trm-verify tasks in
    for line in 2 3 4 5 6 7 8; do grep -q "^trm-verify: in:$line: " <<< "$stderr"; done
    [[ "$(last)" == *'"answers":2,"right":2'* ]]
    head -n 1 answers | sed 's/"answer":\[0,/"answer":[/' > short
    run -0 trm-verify tasks short
    [[ "${lines[0]}" == *'"right":false,"reason":"length","place":{"value":105}}' ]]
}
@test "the same task twice is refused, two answers to one task are both judged" {
    cat tasks tasks > twice
    run -1 --separate-stderr trm-verify twice answers
    [[ "$stderr" == *"twice:481: turn10/1/0: a task with this id stands before it"* ]]
    cat answers answers > double
    run -0 trm-verify tasks double
    [[ "$(last)" == *'"tasks":480,"answers":960,"right":960,"wrong":0,"missing":0'* ]]
}
@test "four workers write the bytes that one writes, but for the figures at the end" {
    trm-verify tasks answers | grep -v '"kind":"verified"' > one
    parallel --pipe -k -N 37 -j 4 trm-verify tasks < answers | grep -v '"kind":"verified"' > four
    cmp one four
}
@test "wrong command lines are refused" {
    run -2 trm-verify
    run -2 trm-verify -
    run -2 trm-verify a b c
    run -2 trm-verify - -
    run -2 trm-verify -e never tasks answers
    run -3 bash -c 'trm-verify tasks answers > /dev/full'
    run -1 trm-verify gone answers
}
