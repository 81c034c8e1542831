# trm-search: classical search as a solver.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }

@test "it solves every family from the input alone, and the referee agrees with each" {
    trm-gen --all -n 10 > tasks
    trm-gen --all -n 10 --answers-hidden > hidden
    trm-search hidden > answers
    cmp answers <(trm-search tasks)
    run -0 trm-verify -e missing tasks answers
    [[ "${lines[-1]}" == *'"tasks":240,"answers":240,"right":240,"wrong":0,"missing":0'* ]]
}
@test "every answer says which search found it, and none a time unless asked" {
    trm-gen -d logical -n 2 > tasks
    trm-search tasks > answers
    [ "$(grep -o '"solver":"[a-z/]*"' answers | sort -u | tr '\n' ' ')" = '"solver":"search/lines" "solver":"search/mrv" ' ]
    run ! grep -E '"(ms|cost)"' answers
    trm-search -t tasks > timed
    [ "$(grep -cE '"ms":[0-9.]+\}$' timed)" = "$(wc -l < tasks)" ]
    trm-search -t -p 0.05 tasks > priced
    [ "$(grep -cE '"ms":[0-9.]+,"cost":[0-9.e-]+\}$' priced)" = "$(wc -l < tasks)" ]
}
@test "a task with two answers or an unknown rule gets none" {
    echo '{"kind":"task","v":1,"id":"two","family":"latin","size":3,"shape":[3,3],"input":[1,1,1,1,1,1,1,1,1]}' > tasks
    echo '{"kind":"task","v":1,"id":"arc","family":"arc","size":1,"shape":[3,1],"input":[2,3,2]}' >> tasks
    run -0 trm-search tasks
    [ "${lines[0]}" = '{"kind":"answer","v":1,"id":"two","solver":"search/mrv","answer":null}' ]
    [ "${lines[1]}" = '{"kind":"answer","v":1,"id":"arc","solver":"search/none","answer":null}' ]
}
@test "records that are no tasks are refused with their line" {
    trm-gen -f latin4 -n 1 > tasks
    echo '{"kind":"answer","v":1,"id":"x"}' >> tasks
    run -1 --separate-stderr trm-search tasks
    [ "${#lines[@]}" -eq 1 ]
    [[ "$stderr" == "trm-search: tasks:2: x: kind: found 'answer', expected task" ]]
}
