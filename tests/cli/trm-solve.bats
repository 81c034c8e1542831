# Tasks learned and solved: trm-train and trm-infer on records of kind task, with trm-gen, trm-split and trm-verify around them.
load helper

MICRO="--preset micro --epoch-steps 12 --val-asks 16 --batch 16"
export SOURCE_DATE_EPOCH=1700000000

setup_file() {
    load helper
    export SOURCE_DATE_EPOCH=1700000000
    cd "$BATS_FILE_TMPDIR" || return
    trm-gen -f sudoku4 -n 400 --seed 3 > plain
    trm-split plain > tasks
    trm-gen -f sudoku4 -n 60 --seed 4 > exam
    trm-train $MICRO -e 2 -o m.trm tasks > epochs
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

json() { perl -MJSON::PP -ne "my \$r = decode_json(\$_); $1" "${@:2}"; }
without_seconds() { sed 's/,"seconds":[0-9.e-]*//' "$@"; }

# --- sides ---

@test "the side of a task is that of its key, so symmetric tasks share it" {
    # the same puzzles with digits 2 and 3 renamed have the same keys and sides, in any order
    perl -MJSON::PP -ne 'my $r = decode_json($_); for my $k ("input", "answer") { $_ = $_ == 2 ? 3 : $_ == 3 ? 2 : $_ for @{$r->{$k}} }
        $r->{id} .= "x"; print JSON::PP->new->canonical->encode($r), "\n"' plain > renamed
    # keys as trm-gen would write them for the renamed ones: by solving from the set of others
    trm-split renamed | json 'my $id = $r->{id}; $id =~ s/x$//; print "$id $r->{side}\n"' | sort > a
    json 'print "$r->{id} $r->{side}\n"' tasks | sort > b
    cmp a b
    perl -MJSON::PP -ne 'my $r = decode_json($_); $s{$r->{key}}{$r->{side}} = 1; END { for (values %s) { die "two sides" if keys %$_ > 1 } die "all on one" unless 3 == keys %{{map {$_ => 1} map {keys %$_} values %s}} }' tasks
}

@test "a task without a key is refused by trm-split" {
    run -1 --separate-stderr trm-split <<< '{"kind":"task","v":1,"id":"t"}'
    [[ "$stderr" == *key* ]]
}

# --- solving within bounds ---

@test "a task that bounds its cycles is not thought about longer, and one that bounds them by nonsense is refused" {
    head -n 3 exam | sed 's/"key"/"max_cycles":2,"key"/' > bounded
    head -n 3 exam | trm-infer -m m.trm --halt 1 --max-steps 5 | json 'print "$r->{halted_at} "' > free
    # by itself as many as in training, which are four
    [ "$(head -n 3 exam | trm-infer -m m.trm --halt 1 | json 'print "$r->{halted_at} "')" = "4 4 4 " ]
    trm-infer -m m.trm --halt 1 --max-steps 5 bounded | json 'print "$r->{halted_at}/$r->{max_cycles} "' > two
    trm-infer -m m.trm --halt 1 --max-steps 1 bounded | json 'print "$r->{halted_at} "' > one
    [ "$(cat free two one)" = "5 5 5 2/2 2/2 2/2 1 1 1 " ]
    for n in 0 -1 1.5 '"8"' 1e99; do
        head -n 1 exam | sed "s/\"key\"/\"max_cycles\":$n,\"key\"/" > nonsense
        run -1 --separate-stderr trm-infer -m m.trm nonsense
        [[ "$stderr" == *max_cycles* ]]
    done
}

# --- training ---

@test "epochs of a solver, then its model, and it answers in the form that the referee judges" {
    [ "$(grep -c '"arch":"solver".*"val_exact":' epochs)" = 2 ]
    trm-infer -m m.trm exam > traces
    cmp <(json 'print "$r->{id}\n"' exam) <(json 'print "$r->{id}\n"' traces)
    trm-verify exam traces > judged
    tail -n 1 judged | grep -q '"id":"all","tasks":60,"answers":60,"right":[0-9]*,"wrong":[0-9]*,"missing":0'
    run ! grep -E '"reason":"(length|not_asked)"' judged
}

@test "threads change no byte; another seed does; the test side is never looked at" {
    trm-train $MICRO -e 2 -j 3 -o three.trm tasks > three
    cmp m.trm three.trm
    cmp <(without_seconds epochs) <(without_seconds three)
    trm-train $MICRO -e 2 -s 9 -o nine.trm tasks > nine
    run ! cmp -s m.trm nine.trm
    sed '/"side":"test"/s/"answer":\[[0-9,]*\]/"answer":[9]/' tasks > other
    trm-train $MICRO -e 2 -o other.trm other > epochs2
    cmp <(without_seconds epochs) <(without_seconds epochs2)
}

@test "with a cooldown the rate falls at the end, and no run of other epochs goes on with its state" {
    trm-train $MICRO -e 4 --cooldown 0.5 -o c.trm tasks > c
    json 'print "$r->{lr} "' c | awk '{exit !($1 > 0 && $2 == 2e-3 && $3 < $2 && $4 < $3 / 2 && $4 > 0)}'
    run -1 --separate-stderr trm-train $MICRO -e 5 --cooldown 0.5 --resume -o c.trm tasks
    [[ "$stderr" == *'other settings'* ]]
}

@test "a small model learns a small family: cells go from chance to better" {
    trm-train --preset micro --fresh sudoku4 --lr 4e-3 --batch 32 --epoch-steps 60 -e 4 --val-asks 64 -o l.trm > l
    first=$(head -n 1 l | grep -o '"val_accuracy":[0-9.]*' | cut -d: -f2)
    last=$(tail -n 1 l | grep -o '"val_accuracy":[0-9.]*' | cut -d: -f2)
    awk -v a="$first" -v b="$last" 'BEGIN {exit !(b > 0.5 && b > a + 0.1)}' || { echo "$first $last"; false; }
}

@test "tasks made afresh, symmetries, ramp and several families: killed at any moment and resumed ends in the same bytes" {
    settings="$MICRO --ramp --fresh latin4 --fresh sudoku4 -e 10 --threads 2"
    began=$(date +%s%N)
    trm-train $settings -o whole.trm tasks > whole
    took=$((($(date +%s%N) - began) / 1000000))
    killed=0
    for round in 1 2 3 4; do
        rm -f k.trm*
        trm-train $settings -o k.trm tasks > first 2> /dev/null 3>&- &
        pid=$!
        sleep "$(awk -v ms="$took" -v r="$RANDOM" 'BEGIN {printf "%.3f", ms / 1000 * 0.8 * r / 32768}')"
        if kill -KILL $pid 2> /dev/null; then killed=$((killed + 1)); fi
        wait $pid || true
        [ -e k.trm ] || trm-train $settings --resume --threads 1 -o k.trm tasks > second 2> /dev/null
        cmp whole.trm k.trm || { echo "round $round of $took ms"; false; }
    done
    [ "$killed" -ge 1 ]
    # the depth did change on the way: micro is (2,1), a ramp needs more
    trm-train $MICRO --ramp -n 4 -T 2 -e 10 --epoch-steps 3 -o r.trm tasks | json 'print "$r->{updates}$r->{cycles}\n"' | uniq | tr '\n' ' ' > depths
    [ "$(cat depths)" = "21 42 " ]
}

@test "supervision steps rise from one to all, the last epochs have them all, and a run that was stopped on the way ends the same" {
    settings="$MICRO --steps-ramp 0.8 --max-steps 3 --epoch-steps 5"
    trm-train $settings -e 10 -o rise.trm tasks > rise
    # of 50 steps 40 in three stairs: an epoch tells the last step's
    [ "$(json 'print $r->{max_steps}' rise)" = 1122233333 ]
    # a slot that thinks once wants a fresh sample at every step
    [ "$(json 'print $r->{halt_steps} if $r->{epoch} == 1' rise)" = 1 ]
    json 'print $r->{best} ? 1 : 0' rise | grep -q '^1.1..1'
    trm-train $settings -e 10 -o rising.trm tasks > rising 3>&- & pid=$!
    for _ in $(seq 1000); do grep -q '"epoch":3' rising && break; sleep 0.01; done
    kill $pid || true # it may have been faster
    wait $pid || true
    trm-train $settings -e 10 --resume -o rising.trm tasks > second
    cmp rise.trm rising.trm
    run -1 --separate-stderr trm-train $settings -e 11 --resume -o rising.trm tasks
    [[ "$stderr" == *'other settings'* ]]
    run -1 --separate-stderr trm-train $settings -e 10 --steps-ramp 0.7 --resume -o rising.trm tasks
    [[ "$stderr" == *'other settings'* ]]
}

@test "a state of other families, or of tasks that are not the same, is refused" {
    trm-train $MICRO --fresh sudoku4 -e 1 -o s.trm
    run ! trm-train $MICRO --fresh latin4 -e 2 --resume -o s.trm
    [[ "$output" == *"other samples or other settings"* ]]
    head -n 300 tasks > fewer
    cp m.trm.state f.trm.state
    run ! trm-train $MICRO -e 3 --resume -o f.trm fewer
    [[ "$output" == *"other samples or other settings"* ]]
}

@test "tasks made afresh never meet those that are held out" {
    # read tasks that are held out must be so by the rule that draws new ones
    trm-split --seed 5 plain | grep -v '"side":"train"' > elsewhere
    run -1 --separate-stderr trm-train $MICRO --fresh sudoku4 -e 1 -o x.trm elsewhere
    [[ "$stderr" == *"tasks made afresh"* ]]
    run -0 --separate-stderr trm-train $MICRO --fresh sudoku4 -e 1 -o x.trm tasks
    [ -z "$stderr" ]
}

@test "a model that names colours by first use answers a task in other colours in other colours, and goes on as it began" {
    trm-gen -f infer3 -n 20 --seed 5 > colours
    perl -MJSON::PP -ne 'my $r = decode_json($_); for my $k ("input", "answer") { $_ = $_ > 2 ? 3 + ($_ - 2) % 9 : $_ for @{$r->{$k}} }
        print JSON::PP->new->canonical->encode($r), "\n"' colours > others
    # what an untrained model says, but for colours that its task does not have, whose order is their own
    said() {
        trm-infer -m f.trm "$1" | paste -d '\n' "$1" - | perl -MJSON::PP -ne 'my $r = decode_json($_); if ($r->{input}) { %has = map { $_ => 1 } @{$r->{input}} }
            else { print join(" ", map { $_ < 3 || $has{$_} ? $_ : "-" } @{$r->{answer}}), "\n" }'
    }
    for how in --first-use ''; do
        trm-train $MICRO --places $how -e 2 -f infer3 -o f.trm > f.epochs
        said others > others.said
        said colours | perl -ape '$_ = join(" ", map { $_ ne "-" && $_ > 2 ? 3 + ($_ - 2) % 9 : $_ } @F) . "\n"' > want
        grep -q '[4-9]' want
        if [ "$how" ]; then cmp want others.said; else run -1 cmp -s want others.said; fi
    done
    trm-train $MICRO --places --first-use -e 1 -f infer3 -o g.trm > g.epochs
    run ! trm-train $MICRO --places -e 2 -f infer3 --resume -o g.trm
    [[ "$output" == *"other settings"* ]]
    trm-train $MICRO --places --first-use -e 2 -f infer3 --resume -o g.trm >> g.epochs
    without_seconds g.epochs | tail -1 > g.last
    trm-train $MICRO --places --first-use -e 2 -f infer3 -o h.trm | without_seconds | tail -1 | cmp - g.last
}

@test "a training by stages goes on as it began, is another one than without, and of families without stages the same" {
    trm-train $MICRO --places --stages -e 1 -f compose4 -o g.trm > g.epochs
    run ! trm-train $MICRO --places -e 2 -f compose4 --resume -o g.trm
    [[ "$output" == *"other settings"* ]]
    trm-train $MICRO --places --stages -e 2 -f compose4 --resume -o g.trm >> g.epochs
    without_seconds g.epochs | tail -1 > g.last
    trm-train $MICRO --places --stages -e 2 -f compose4 -o h.trm | without_seconds | tail -1 | cmp - g.last
    trm-train $MICRO --places -e 2 -f compose4 -o h.trm | without_seconds | tail -1 | run -1 cmp -s - g.last
    trm-train $MICRO --stages -e 1 -f sudoku4 -o h.trm | without_seconds > h.last
    trm-train $MICRO -e 1 -f sudoku4 -o h.trm | without_seconds | cmp - h.last
}

@test "a long task with canvases is learned from with places, where they lie on each other, and refused alone without" {
    # three examples of 30x30: 6,300 tokens, 900 positions
    perl -MJSON::PP -e 'srand 1; sub g { [map { [map { int rand 10 } 1 .. 30] } 1 .. 30] }
        print encode_json({train => [map { {input => g(), output => g()} } 1 .. 3], test => [{input => g(), output => g()}]})' > long.json
    trm-gen --from long.json --format arc | trm-split --train 100 --val 0 > long
    cat tasks long > mixed
    run -1 --separate-stderr trm-train $MICRO -e 1 -o l.trm mixed
    [[ "$stderr" == *"a task of 6300 positions: expected fewer than 4096"* ]]
    trm-train $MICRO --places --batch 2 --epoch-steps 1 -e 1 -o l.trm long > l.epochs
    trm-infer -m l.trm long | trm-verify long - | grep -q '"answers":1'
}

@test "wrong wishes are refused before anything is learned" {
    run -2 trm-train --preset sudoku5 -o w.trm tasks
    run -2 trm-train $MICRO --fresh sudoku5 -o w.trm
    [[ "$output" == *sudoku5* ]]
    run -2 trm-train $MICRO --fresh pigeon -o w.trm
    run -2 trm-train --fresh sudoku4 -o w.trm
    [[ "$output" == *preset* ]]
    run -2 trm-train $MICRO --arch prior -o w.trm tasks
    run -1 --separate-stderr trm-train -o w.trm <(head -n 1 tasks)
    [[ "$stderr" == *"samples"* ]]
    awk -v n=4 -v seed=1 -f "$ROOT/tests/cli/samples.awk" > samples
    run -1 --separate-stderr trm-train $MICRO -o w.trm samples
    [[ "$stderr" == *"learns from tasks"* ]]
    [ ! -e w.trm ]
}

@test "every preset is one that its page names, and its settings are what it starts from" {
    for preset in micro sudoku4 sudoku6 maze9 grid10 sudoku9 paper; do
        trm-train --preset $preset --help > help
        row=$(grep "^.It $preset Ta " "$ROOT/man/man1/trm-train.1")
        IFS='|' read -r form width depth steps batch rate <<< "$(sed -e 's/^.It [a-z0-9]* Ta //' -e 's/ Ta /|/g' <<< "$row")"
        grep -qE -- "--form .*\[$form\]" help
        grep -qE -- "--width .*\[$width\]" help
        grep -qE -- "--updates .*\[$(cut -c2 <<< "$depth")\]" help
        grep -qE -- "--cycles .*\[$(cut -c4 <<< "$depth")\]" help
        grep -qE -- "--max-steps .*\[$steps\]" help
        grep -qE -- "--batch .*\[$batch\]" help
        lr=$(grep -oE -- '--lr .*\[[0-9.e-]+\]' help | grep -oE '[0-9.e-]+\]$' | tr -d ']')
        awk -v a="$lr" -v b="$rate" 'BEGIN {exit !(a == b)}' || { echo "$preset: $lr $rate"; false; }
    done
}

# --- solving ---

@test "a trace of a task has the same bytes alone, among others, with slots, threads, workers, and rollouts" {
    for more in "" "--rollouts 3 --noise 1" "--views 4"; do
        trm-infer -m m.trm $more exam > all
        sed -n 17p exam | trm-infer -m m.trm $more > alone
        cmp alone <(sed -n 17p all)
        trm-infer -m m.trm $more --slots 7 -j 3 exam | cmp all -
        parallel --pipe -k -N 9 -j 3 trm-infer -m m.trm $more --slots 4 < exam | cmp all -
    done
    grep -qE '"views":4,"view":[0-3],"votes":[1-4],"total_steps":' all
    trm-infer -m m.trm --rollouts 3 --noise 1 exam | grep -q '"rollouts":3,"rollout":[12],'
}

@test "views that agree are right more often, more of them right than one, and go with no rollouts" {
    trm-gen -f sudoku4 -n 300 --seed 6 > many
    trm-train --preset micro --fresh sudoku4 --lr 4e-3 --batch 32 --epoch-steps 60 -e 2 --val-asks 64 -o v.trm > /dev/null
    trm-infer -m v.trm many > one
    trm-infer -m v.trm --views 6 many > six
    right() { trm-verify many "$1" | tail -n 1 | json 'print $r->{right}'; }
    [ "$(right six)" -gt "$(right one)" ]
    json 'print "$_\n" if $r->{votes} == 6' six > sure
    json 'print "$_\n" if $r->{votes} < 5' six > unsure
    [ "$(wc -l < sure)" -gt 20 ] && [ "$(wc -l < unsure)" -gt 20 ]
    awk -v a="$(right sure)" -v n="$(wc -l < sure)" -v b="$(right unsure)" -v m="$(wc -l < unsure)" 'BEGIN {print a, n, b, m; exit !(a / n > b / m)}'
    run -2 --separate-stderr trm-infer -m m.trm --views 2 --rollouts 2 exam
    [[ "$stderr" == *"--views and --rollouts"* ]]
}

@test "rollouts answer with the highest halting value, which is no lower than without" {
    trm-infer -m m.trm --halt 1 exam | json 'print "$r->{confidence}\n"' > one
    trm-infer -m m.trm --halt 1 --rollouts 4 --noise 1 exam | json 'print "$r->{confidence}\n"; die if $r->{total_steps} != 4 * $r->{halted_at}' > four
    paste one four | awk '$2 < $1 {bad++} $2 > $1 {more++} END {exit bad || !more}'
}

@test "more steps than in training begin with the same ones, and the steps tell how the answer took shape" {
    trm-infer -m m.trm --halt 1 --max-steps 3 exam | json 'print map {"$_->{text}\n"} @{$r->{steps}}' > three
    trm-infer -m m.trm --halt 1 --max-steps 40 exam > forty
    json 'die $r->{halted_at} if $r->{halted_at} != 40; print map {"$_->{text}\n"} @{$r->{steps}}[0..2]' forty | cmp three -
    # what changed, applied to the input, is the answer
    paste -d '\n' exam forty | perl -MJSON::PP -ne 'my $r = decode_json($_); if ($r->{kind} eq "task") { $t = $r; next }
        my @x = @{$t->{input}}; for my $s (@{$r->{steps}}) { $x[($_->[0] - 1) * 4 + $_->[1] - 1] = $_->[2] for @{$s->{changed}} }
        die "$r->{id}" if "@x" ne "@{$r->{answer}}"; $n++; END { die unless $n == 60 }'
}

@test "a task in gives its trace at once, though slots are free for more" {
    coproc INFER { trm-infer -m m.trm --slots 8 -j 2 2> /dev/null; }
    for i in 1 2 3; do
        sed -n ${i}p exam >&"${INFER[1]}"
        read -r -t 10 line <&"${INFER[0]}"
        [[ "$line" == '{"kind":"trace"'* ]]
    done
    # and several at once come in order
    head -n 5 exam >&"${INFER[1]}"
    for i in 1 2 3 4 5; do
        read -r -t 10 line <&"${INFER[0]}"
        [[ "$line" == "{\"kind\":\"trace\",\"v\":1,\"id\":\"sudoku4/4/$((i - 1))\""* ]]
    done
    eval "exec ${INFER[1]}>&-"
    wait "$INFER_PID" || true
}

@test "a task that is not for the model, a broken one and a record of another kind are refused with their place" {
    { head -n 1 exam; trm-gen -f sudoku6 -n 1; echo '{"kind":'; sed -n 2p exam | sed 's/"input":\[/"input":[99,/'; echo '{"kind":"element","v":1,"id":"e","class":"IfcDoor"}'; tail -n 1 exam; } > in
    run -1 --separate-stderr trm-infer -m m.trm in
    [ "$(grep -c '"kind":"trace"' <<< "$output")" = 2 ]
    for line in 2 3 4 5; do [[ "$stderr" == *"in:$line:"* ]]; done
    [[ "$stderr" == *"sudoku of size 6"* && "$stderr" == *"solves tasks"* ]]
}

@test "--stats tells quantiles and speed in a record of its own, and the traces stay as they are" {
    trm-infer -m m.trm --stats stats exam > traces
    trm-infer -m m.trm exam | cmp traces -
    json 'die unless $r->{kind} eq "speed" and $r->{records} == 60 and $r->{p50_ms} > 0 and $r->{p50_ms} <= $r->{p95_ms} and $r->{p95_ms} <= $r->{p99_ms} and $r->{per_second} > 0' stats
    trm-infer -m m.trm --timing exam | json 'die unless $r->{ms} > 0'
}

@test "a solver cut short or with a flipped bit stops with status 2 and its name" {
    head -c 3000 m.trm > cut.trm
    perl -0777 -pe 'substr($_, length($_) - 100, 1) ^= "\x01"' m.trm > bit.trm
    cp m.trm.state state.trm
    for bad in cut bit state; do
        run -2 --separate-stderr trm-infer -m $bad.trm exam
        [[ -z "$output" && "$stderr" == *"$bad.trm"* ]] || { echo "$bad: $stderr"; false; }
    done
}
