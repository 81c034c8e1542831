# trm-audit: two solvers compared blind; figures worked out by hand.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-gen -f sudoku4 -n 200 > tasks
    trm-search tasks > right
    # the same, but every fifth wrong: its first two tokens change places
    awk 'NR % 5 == 0 {match($0, /"answer":\[[0-9],[0-9]/); $0 = substr($0, 1, RSTART + 9) substr($0, RSTART + 12, 1) "," substr($0, RSTART + 10, 1) substr($0, RSTART + RLENGTH)} 1' right > fifth
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }
figures() { tail -n 1 <<< "$output"; }
# has TEXT...: the record of figures has each
has() { for text; do [[ "$(figures)" == *"$text"* ]] || { echo "no $text in $(figures)"; false; }; done; }

@test "what both say is accepted, where they differ the referee chooses the right one" {
    run -0 --separate-stderr trm-audit -t tasks fifth right
    [ -z "$stderr" ]
    has '"tasks":200,"judge":"referee","accept":160,"choose":40,"escalate":0' '"agreement":{"n":200,"agree":160,"rate":0.8,' \
        '"first":{"n":200,"right":160,"rate":0.8,' '"second":{"n":200,"right":200,"rate":1,' '"decided":{"n":200,"right":200,"rate":1,'
    [ "$(grep -c '"decision":"choose","reason":"referee","chosen":"second"' <<< "$output")" -eq 40 ]
    run -0 trm-audit -t tasks right fifth
    [ "$(grep -c '"decision":"choose","reason":"referee","chosen":"first"' <<< "$output")" -eq 40 ]
    trm-audit -t tasks right fifth | grep '"kind":"audit"' | sed 's/"kind":"audit"/"kind":"answer"/' | trm-verify -e missing tasks | tail -n 1
}
@test "without a judge what differs is escalated, with a third solver it is chosen" {
    run -0 trm-audit fifth right
    has '"judge":"none","accept":160,"choose":0,"escalate":40'
    [ "$(grep -c '"decision":"escalate","reason":"differ"}' <<< "$output")" -eq 40 ]
    run -0 trm-audit --third right fifth right
    has '"judge":"third","accept":160,"choose":40,"escalate":0'
    head -n 100 right > half
    run -0 trm-audit --third half fifth right
    has '"choose":20,"escalate":20'
}
@test "what both have wrong is not accepted where there is a referee" {
    run -0 trm-audit -t tasks fifth fifth
    has '"accept":160,"choose":0,"escalate":40' '"agreement":{"n":200,"agree":200,"rate":1,'
    [ "$(grep -c '"reason":"both_wrong"' <<< "$output")" -eq 40 ]
}
@test "an answer alone is chosen when the referee finds it right, and escalated else" {
    head -n 190 fifth > some
    sed '1s/"answer":\[[0-9,]*\]/"answer":null/' right > null
    run -0 trm-audit -t tasks some null
    [[ "${lines[0]}" == '{"kind":"audit","v":1,"id":"sudoku4/1/0","decision":"choose","reason":"referee","chosen":"first","answer":'* ]]
    has '"tasks":200,' '"agreement":{"n":189,'
    run -0 trm-audit some null
    [[ "${lines[0]}" == *'"decision":"escalate","reason":"one_answer"}' ]]
    sed 's/"answer":\[[0-9,]*\]/"answer":null/' right > nothing
    run -0 trm-audit nothing nothing
    has '"escalate":200'
    [[ "${lines[0]}" == *'"reason":"no_answer"}' ]]
}
@test "names, models, times, costs and confidence change nothing" {
    sed 's/"solver":"[^"]*"/"solver":"famous","model":{"sha256":"ff"},"ms":9,"cost":3/; s/"confidence":1/"confidence":0.01/' fifth > dressed
    trm-audit --third right fifth right > plain
    trm-audit --third right dressed right | cmp - plain
}
@test "the bands of agreement lie at 80 and 50 percent" {
    for pair in 160:between 161:high 100:between 99:low; do
        same=${pair%:*}
        { head -n "$same" right; tail -n +"$((same + 1))" right | sed 's/"answer":\[[0-9]*,/"answer":[9,/'; } > other
        run -0 trm-audit -q right other
        has "\"agree\":$same," "\"band\":\"${pair#*:}\""
    done
}
@test "faults put in are detected by comparison alone, and right answers raise no alarm" {
    run -0 trm-audit -t tasks --judge none --faults 25 right right
    n=$(grep -c '"fault":true' <<< "$output")
    [ "$n" -gt 30 ] && [ "$n" -lt 70 ]
    has "\"escalate\":$n," "\"faults\":{\"n\":$n,\"detected\":$n,\"rate\":1," "\"false_alarms\":{\"n\":$((200 - n)),\"alarms\":0,\"rate\":0," \
        '"errors":{"n":0,"detected":0,'
    # a second solver that repeats the first's errors detects none of them, and one that errs alone raises alarms
    run -0 trm-audit -q -t tasks --judge none fifth fifth
    has '"errors":{"n":40,"detected":0,"rate":0,' '"false_alarms":{"n":160,"alarms":0,'
    run -0 trm-audit -q -t tasks --judge none right fifth
    has '"errors":{"n":0,' '"false_alarms":{"n":200,"alarms":40,"rate":0.2,'
    cmp <(trm-audit -t tasks -f 25 right right) <(trm-audit -t tasks -f 25 right right)
    run -1 cmp -s <(trm-audit -t tasks -f 25 right right) <(trm-audit -t tasks -f 25 --seed 2 right right)
}
@test "objectivity gain is the blind score less the informed one, with an interval" {
    run -0 trm-audit -q -t tasks --informed fifth right right
    has '"objectivity":{"n":200,"blind":1,"informed":0.8,"gain":0.2,"lo":0.1'
    run -0 trm-audit -q -t tasks --informed right right right
    has '"objectivity":{"n":200,"blind":1,"informed":1,"gain":0,"lo":0,"hi":0}'
    run -0 trm-audit -q -t tasks --informed right right fifth
    has '"gain":-0.2,'
}
@test "answers that are none, or come twice, are refused, and wishes that cannot be are refused" {
    { head -n 2 right; head -n 1 right; echo '{"kind":"task","v":1,"id":"x"}'; echo '{'; } > in
    run -1 --separate-stderr trm-audit in right
    for line in 3 4 5; do grep -q "^trm-audit: in:$line: " <<< "$stderr"; done
    run -2 trm-audit < /dev/null
    run -2 trm-audit -
    run -2 trm-audit - - < /dev/null
    run -2 trm-audit --judge referee right right
    run -2 trm-audit --judge third right right
    run -2 trm-audit --judge me right right
    run -2 trm-audit --faults 10 right right
    run -2 trm-audit --informed right right right
    run -2 trm-audit -t gone right right
    run -3 bash -c 'trm-audit right right > /dev/full'
}
