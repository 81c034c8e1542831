# trm-eval: figures from traces that are worked out by hand.
bats_require_minimum_version 1.5.0
load helper

# trace ID BUILDING RULE SOURCE P LABEL [HALTED_AT [MS]]
trace() {
    printf '{"kind":"trace","v":1,"id":"%s","building":"%s","model":{"sha256":"aa","arch":"trm"},' "$1" "$2"
    printf '"verdicts":[{"rule":"%s","source":"%s","verdict":"x","p_pass":%s,"support":100,"prior":0.75,"label":"%s"}],' \
        "$3" "$4" "$5" "$6"
    printf '"steps":[],"halted_at":%s,"ms":%s}\n' "${7:-1}" "${8:-2.5}"
}
# Four buildings, ten cases each of rule R; in building b4 half are wrong.
forty() {
    for b in b1 b2 b3 b4; do
        for i in 0 1 2 3 4 5 6 7 8 9; do
            p=0.9
            [ $b = b4 ] && [ $i -ge 5 ] && p=0.1
            trace "$b/$i" $b R model $p pass $((1 + i % 2)) "$i"
        done
    done
}
value() { # FILE ID PATH: one figure of one record; objects as sorted JSON
    perl -MJSON::PP -e 'my ($file, $id, $path) = @ARGV; my $j = JSON::PP->new->canonical->allow_nonref;
        open my $f, "<", $file or die; while (<$f>) { my $r = $j->decode($_); next if $r->{id} ne $id;
        $r = $r->{$_} for split /\./, $path; print $j->encode($r) =~ s/^"|"$//gr, "\n" }' "$@"
}

setup() { cd "$BATS_TEST_TMPDIR" || return; }

@test "accuracy, intervals, base rate, steps and latency are those worked out by hand" {
    forty > in
    trm-eval < in > out
    [ "$(value out all n)" = 40 ]
    [ "$(value out all accuracy)" = 0.875 ]
    [ "$(value out all base_rate)" = 1 ]
    [ "$(value out all interval)" = bootstrap ]
    [ "$(value out all wilson.lo)" = 0.738879 ]   # by the formula, in double
    [ "$(value out all wilson.hi)" = 0.945405 ]
    [ "$(value out all hi)" = 1 ]
    [ "$(value out all steps)" = '{"1":20,"2":20}' ]
    [ "$(value out all ms.p50)" = 4.5 ]
    [ "$(value out all ece)" = 0.025 ]            # 40 cases said .9, .875 were right
    [ "$(value out all/R n)" = 40 ]
    [ "$(value out complete/R n)" = 40 ]
}

@test "the same traces give the same bytes" {
    forty > in
    trm-eval < in > a
    trm-eval in > b
    cmp a b
}

@test "one building alone gives Wilson's interval, and says so" {
    forty | head -n 10 > in
    trm-eval < in > out
    [ "$(value out all interval)" = wilson ]
    [ "$(value out all lo)" = "$(value out all wilson.lo)" ]
}

@test "truth puts cases into groups by where the deciding value stood" {
    truth() { # ID FIELD
        printf '{"kind":"checked","v":1,"id":"%s","class":"IfcDoor","results":[{"rule":"R","verdict":"pass",' "$1"
        printf '"field":"%s"}],"truth":{"hidden":["Q.W"],"named":["Q.N"]}}\n' "$2"
    }
    { trace e1 b1 R model 0.9 '' ; trace e2 b2 R model 0.2 ''; trace e3 b1 R rule 0.8 ''; trace e4 b2 R model 0.7 ''; trace e5 b2 R model 0.7 ''; } > in
    { truth e1 Q.W; truth e2 Q.N; truth e3 Q.W; truth e4 Q.X; echo '{"kind":"summary","v":1,"id":"R"}'; } > truth
    trm-eval --truth truth < in > out
    [ "$(value out hidden n)" = 1 ]
    [ "$(value out hidden accuracy)" = 1 ]
    [ "$(value out named n)" = 1 ]
    [ "$(value out named accuracy)" = 0 ]
    [ "$(value out complete n)" = 1 ]
    [ "$(value out other n)" = 1 ]
    [ "$(value out all n)" = 4 ]
    [ "$(value out all unpaired)" = 1 ]
}

@test "a baseline is judged on the same cases, with a paired difference" {
    forty > in
    sed 's/"p_pass":0.9/"p_pass":0.4/' in > worse
    trm-eval --baseline "zero=worse" < in > out
    [ "$(value out all baselines.zero.accuracy)" = 0 ]
    [ "$(value out all baselines.zero.n)" = 40 ]
    [ "$(value out all baselines.zero.better.by)" = 0.875 ]
    [ "$(value out all baselines.zero.better.lo)" = 0.625 ]
}

@test "a baseline that is silent on some cases is said aloud" {
    forty > in
    head -n 30 in > short
    run --separate-stderr trm-eval -b short=short in
    [ "$status" -eq 0 ]
    [[ "$stderr" == *"baseline short is silent on 10 of 40 cases"* ]]
}

@test "abstained verdicts and verdicts without a probability are counted, not judged" {
    forty > in
    trace x b1 R model 0.5 pass | sed 's/"p_pass":0.5,/"p_pass":0.5,"abstained":"support",/' >> in
    trace y b1 R model 0.5 pass | sed 's/"p_pass":0.5,//' >> in
    trm-eval < in > out
    [ "$(value out all n)" = 40 ]
    [ "$(value out all abstained)" = 1 ]
    [ "$(value out all silent)" = 1 ]
}

@test "no case at all is said aloud and is not a success" {
    run -1 --separate-stderr trm-eval < /dev/null
    [[ "$stderr" == *"0 cases"* ]]
    [[ "$output" == *'"n":0'* ]]
}

@test "a broken line and a trace without verdicts are refused with their place, the rest is judged" {
    { forty | head -n 3; echo '{"kind":"trace","v":1,'; echo '{"kind":"trace","v":1,"id":"q"}'; forty | tail -n +4; } > in
    run -1 --separate-stderr trm-eval in
    [[ "$stderr" == *"in:4"* ]]
    [[ "$stderr" == *"in:5"* ]]
    [[ "$output" == *'"n":40'* ]]
}

@test "a wrong command line is refused with status 2" {
    run -2 trm-eval --baseline nofile < /dev/null
    run -2 trm-eval --bins 0 < /dev/null
    run ! trm-eval --truth /nonexistent < /dev/null
}

@test "the table for people has a row for every group and rule" {
    forty > in
    run trm-eval --text in
    [ "$status" -eq 0 ]
    [[ "${lines[0]}" == group/rule* ]]
    [[ "$output" == *"complete/R"* ]]
}

@test "a full disk is never a success" {
    forty > in
    run -3 bash -c 'trm-eval in > /dev/full'
}

# --- answers to tasks

# Ten sudokus, one answer wrong, one missing; steps, times and confidence worked out by hand.
ten_answers() {
    trm-gen -f sudoku4 -n 10 > tasks
    trm-search tasks | sed 's/"confidence":1/"confidence":0.9/; s/}$/,"halted_at":2,"ms":10}/' > answers
    sed -i '1s/"answer":\[\([0-9]*\),/"answer":[9,/; 2s/"answer":\[[0-9,]*\]/"answer":null/; 3s/"halted_at":2,"ms":10/"halted_at":5,"ms":20/' answers
}

@test "answers to tasks: exact match, cells, interval, calibration, steps, latency" {
    ten_answers
    trm-eval --tasks tasks answers > out
    [ "$(value out tasks n)" = 10 ]
    [ "$(value out tasks answered)" = 9 ]
    [ "$(value out tasks exact)" = 8 ]
    [ "$(value out tasks accuracy)" = 0.8 ]
    [ "$(value out tasks lo)" = 0.490162 ] # Wilson, by the formula
    [ "$(value out tasks hi)" = 0.943318 ]
    [ "$(value out tasks cells)" = 0.89375 ] # 160 asked for, 16 missing, 1 wrong
    [ "$(value out tasks ece)" = 0.011111 ]  # nine said .9, eight were right
    [ "$(value out tasks steps)" = '{"2":9,"5":1}' ]
    [ "$(value out tasks mean_steps)" = 2.3 ]
    [ "$(value out tasks ms.p50)" = 10 ]
    [ "$(value out tasks ms.p95)" = 15.5 ]
    [ "$(value out tasks timeouts.n)" = 0 ]
    [ "$(value out tasks/sudoku4 n)" = 10 ]
}

@test "answers to tasks: time-outs, and cost by price" {
    ten_answers
    trm-eval --tasks tasks --limit 10 --price 3600 answers > out
    [ "$(value out tasks timeouts)" = '{"n":1,"rate":0.1}' ]
    [ "$(value out tasks cost)" = '{"n":10,"task":0.011,"total":0.11}' ]
    trm-eval --tasks tasks --price 3600 --seconds 5 answers > out
    [ "$(value out tasks cost.task)" = 0.5 ]
    sed 's/}$/,"cost":2,"timeout":true}/' answers | trm-eval --tasks tasks > out
    [ "$(value out tasks cost.total)" = 20 ]
    [ "$(value out tasks timeouts.rate)" = 1 ]
}

@test "answers to tasks: figures by family and difficulty add up to those of all" {
    trm-gen --all -n 10 > tasks
    trm-search tasks | trm-eval --tasks tasks > out
    [ "$(value out tasks n)" = 240 ]
    sum() { grep -E "\"id\":\"$1\"" out | grep -oE '"n":[0-9]+,"answered"' | grep -oE '[0-9]+' | paste -sd+ | bc; }
    [ "$(sum 'tasks/[a-z0-9]*')" = 240 ]
    [ "$(sum 'tasks/[a-z0-9]*/[1-5]')" = 240 ]
    [ "$(value out tasks accuracy)" = 1 ]
}

@test "answers to tasks: baselines are those worked out by hand" {
    # all turned right: the best rule for all is that one; of the input one of four is its own answer
    for grid in 3,4,2,2 3,3,3,3 2,2,2,3 2,4,3,2; do
        a=${grid//,/}
        n=$((n + 1))
        echo "{\"kind\":\"task\",\"v\":1,\"id\":\"t$n\",\"family\":\"turn\",\"size\":3,\"shape\":[3,3],\"input\":[12,0,0,0,0,0,${a:0:1},${a:1:1},1,${a:2:1},${a:3:1},1,1,1,1]}"
    done > tasks
    trm-search tasks > answers
    trm-eval --tasks tasks answers > out
    [ "$(value out tasks accuracy)" = 1 ]
    [ "$(value out tasks baselines.constant.accuracy)" = 1 ]
    [ "$(value out tasks baselines.copy.accuracy)" = 0.25 ]
    # latin squares with one answer in common three times, and one other
    one='[2,3,4,3,4,2,4,2,3]' other='[2,4,3,4,3,2,3,2,4]'
    for i in 1 2 3 4; do
        a=$one && [ $i = 4 ] && a=$other
        echo "{\"kind\":\"task\",\"v\":1,\"id\":\"l$i\",\"family\":\"latin\",\"size\":3,\"shape\":[3,3],\"input\":[2,${a:3:1},1,1,1,1,${a:13:1},1,1],\"answer\":$a}"
    done > tasks
    trm-search tasks | trm-eval --tasks tasks > out
    [ "$(value out tasks baselines.constant.accuracy)" = 0.75 ]
    [ "$(value out tasks baselines.majority.accuracy)" = 0.75 ] # of the others, at each place
    [ "$(value out tasks baselines.copy.accuracy)" = 0 ]
}

@test "answers to tasks: traces count as answers, and what fits no task is refused" {
    ten_answers
    sed 's/"kind":"answer"/"kind":"trace"/' answers > traces
    cmp <(trm-eval --tasks tasks traces) <(trm-eval --tasks tasks answers)
    { cat answers; head -n 1 answers; sed 's/sudoku4/maze9/' answers | head -n 1; } > in
    run -1 --separate-stderr trm-eval --tasks tasks in
    [[ "$stderr" == *"in:11: sudoku4/1/0: a second answer to this task"*"in:12: maze9/1/0: no task has this id"* ]]
    run -1 --separate-stderr trm-eval --tasks tasks < /dev/null
    [[ "$stderr" == *"0 answers to 10 tasks"* ]]
    run -2 trm-eval --tasks gone answers
    run -0 trm-eval --tasks tasks --text answers
    [[ "${lines[0]}" == family/difficulty* && "${lines[1]}" == "tasks  "*"10   0.8000"* ]]
    run -3 bash -c 'trm-eval --tasks tasks answers > /dev/full'
}

@test "epoch records become a curve" {
    printf '{"kind":"epoch","v":1,"id":"epoch-%s","epoch":%s,"steps":%s00,"loss":0.5,"val_accuracy":0.%s,"best":true,"seconds":3,"arch":"trm"}\n' 1 1 1 6 2 2 2 7 > epochs
    run -0 trm-eval --epochs epochs
    [ "$output" = '{"kind":"eval","v":1,"id":"curve/epochs","group":"curve","n":2,"points":[{"epoch":1,"steps":100,"seconds":3,"loss":0.5,"val_accuracy":0.6,"best":true},{"epoch":2,"steps":200,"seconds":3,"loss":0.5,"val_accuracy":0.7,"best":true}]}' ]
}
