# trm-watch: limits, just below and just above.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }
# figures ACCURACY TIMEOUTS COST
figures() { printf '{"kind":"eval","v":1,"id":"tasks","accuracy":%s,"timeouts":{"n":1,"rate":%s},"cost":{"n":1,"total":1,"task":%s}}\n' "$@"; }
alerts() { sed -n 's/.*"alert":"\([a-z]*\)".*/\1/p' | tr '\n' ' '; }

@test "accuracy is an alert when it is down by more than a tenth of what it was" {
    figures 0.8 0 0 > before
    for x in 0.8 0.9 0.7201 0.72; do
        run -0 trm-watch -b before -e <(figures $x 0 0)
        [ -z "$output" ]
    done
    run -4 trm-watch -b before -e <(figures 0.7199 0 0)
    [ "$output" = '{"kind":"alert","v":1,"id":"accuracy/tasks","alert":"accuracy","of":"tasks","found":0.7199,"expected":0.8,"limit":0.72}' ]
    run -0 trm-watch -b before <(figures 0.7199 0 0)
    [ -n "$output" ]
    run -0 trm-watch -b before --drop 20 -e <(figures 0.64 0 0)
    run -4 trm-watch -b before --drop 20 -e <(figures 0.639 0 0)
}
@test "time-outs are an alert above 5 percent" {
    for x in 0 0.0499 0.05; do run -0 trm-watch -e <(figures 1 $x 0); [ -z "$output" ]; done
    run -4 trm-watch -e <(figures 1 0.0501 0)
    [ "$(alerts <<< "$output")" = "timeouts " ]
    run -0 trm-watch -e --timeouts 10 <(figures 1 0.1 0)
}
@test "cost is an alert more than 20 percent above the plan" {
    for x in 0.0001 0.00011999 0.00012; do run -0 trm-watch -e --plan 0.0001 <(figures 1 0 $x); [ -z "$output" ]; done
    run -4 trm-watch -e --plan 0.0001 <(figures 1 0 0.00012001)
    [ "$(alerts <<< "$output")" = "cost " ]
    run -0 trm-watch -e --plan 0.0001 --over 50 <(figures 1 0 0.00015)
    run -0 trm-watch -e <(figures 1 0 100)
}
@test "several figures raise several alerts, and only records of one id are compared" {
    figures 0.8 0 0 > before
    run -4 trm-watch -b before -e --plan 1 <(figures 0.5 0.5 5)
    [ "$(alerts <<< "$output")" = "accuracy timeouts cost " ]
    run -0 trm-watch -b before -e <(figures 0.5 0 0 | sed 's/"tasks"/"tasks\/sudoku4"/')
}
@test "figures of real runs are watched" {
    trm-gen -f latin4 -n 100 > tasks
    trm-search -t tasks > answers
    trm-eval --tasks tasks answers > before
    head -n 85 answers | trm-eval --tasks tasks > after
    run -4 trm-watch -b before -e after
    [[ "$output" == *'"alert":"accuracy","of":"tasks","found":0.85,"expected":1,"limit":0.9}'* ]]
    sed '1,6s/"ms":[0-9.]*/"ms":900/' answers | trm-eval --tasks tasks --limit 800 > late
    run -4 trm-watch -e late
    [[ "$output" == *'"alert":"timeouts","of":"tasks","found":0.06,"expected":0,"limit":0.05}'* ]]
    sed '1,5s/"ms":[0-9.]*/"ms":900/' answers | trm-eval --tasks tasks --limit 800 | head -n 1 > late
    run -0 trm-watch -e late
}
@test "nothing to watch is said, and records that are no figures are refused" {
    run -1 --separate-stderr trm-watch < /dev/null
    [[ "$stderr" == "trm-watch: nothing to watch"* ]]
    run -2 trm-watch -b gone < /dev/null
    run -1 --separate-stderr trm-watch <<< '{"kind":"trace","v":1,"id":"x"}'
    [[ "$stderr" == *"-:1: x: kind: found 'trace', expected eval"* ]]
}
