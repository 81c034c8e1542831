# trm-serve: every line has its answer, whatever becomes of the workers.
load helper

# A worker that needs no model: says trace instead of element, and falls into traps.
worker() {
    cat > worker <<'END'
#!/usr/bin/perl
$| = 1;
while (<STDIN>) {
    my ($id) = /"id":"([^"]*)"/;
    if (/crash-once/ && !-e "crashed") { open F, ">crashed"; exit 9 }
    exit 9 if /crash-always/;
    sleep 60 if /endless/;
    if (/no-good/) { print STDERR "worker: -:$.: $id: it is no good\n"; next }
    $id = "another" if /liar/;
    print qq({"kind":"trace","v":1,"id":"$id","model":"), -e "model" ? readlink("model") : "", qq("}\n);
}
END
    chmod +x worker
}
el() { printf '{"kind":"element","v":1,"id":"%s"}\n' "$@"; }
# ask: lines of stdin to the server at once, its answers to stdout until it closes or all are there
ask() {
    perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new("sock") or die "no server\n"; @l = <STDIN>; print $s @l; $s->flush;
        for (@l) { $a = <$s>; last unless defined $a; print $a }'
}
# start OPTION... -- COMMAND
start() {
    trm-serve -l unix:sock "$@" 2> err 3>&- &
    server=$!
    for _ in {1..200}; do [ -S sock ] && return; sleep 0.05; done
}
setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    worker
    server=
}
teardown() { [ -z "$server" ] || kill "$server" 2> /dev/null || true; }
metric() { perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new("figures"); print $s "GET /metrics HTTP/1.0\r\n\r\n"; print <$s>' | sed -n "s/^$1 //p"; }

@test "answers come in the order of the questions, and a blank line is none" {
    start -w 3 -- ./worker
    { el {1..50}; } > q
    ask < q > a
    [ "$(grep -oE '"id":"[0-9]+"' a | tr -dc '0-9\n' | tr '\n' ' ')" = "$(seq -s ' ' 50) " ]
    # also to a client that has said all and closed its side
    perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new("sock"); print $s <STDIN>; $s->flush; shutdown $s, 1; print <$s>' < q | cmp - a
    { echo; el x; } > q
    [ "$(perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new("sock"); print $s <STDIN>; print scalar <$s>' < q | grep -c '"id":"x"')" -eq 1 ]
}

@test "what is no record, of no kind served, or refused by the worker is answered too" {
    start -- ./worker
    { echo nope; echo '{"kind":"model","v":1,"id":"m"}'; echo '{"kind":"element"}'; el no-good fine; } | ask > a
    [ "$(grep -c '"kind":"refused"' a)" -eq 4 ]
    sed -n 1p a | grep -q 'not JSON'
    sed -n 2p a | grep -q '"id":"m".*no such kind is served here'
    sed -n 4p a | grep -q '"id":"no-good","program":"trm-serve","reason":"it is no good"'
    sed -n 5p a | grep -q '"kind":"trace","v":1,"id":"fine"'
}

@test "a worker that dies over a record costs nothing when another does it, and one answer when none does" {
    start -w 2 -m unix:figures -- ./worker
    el a crash-once b crash-always c | ask > a
    [ "$(grep -c '"kind":"trace"' a)" -eq 4 ]
    sed -n 2p a | grep -q '"kind":"trace","v":1,"id":"crash-once"'
    sed -n 4p a | grep -q '"kind":"refused","v":1,"id":"crash-always".*ended twice over this record'
    [ "$(metric 'trm_requests_total{outcome="answered"}')" = 4 ]
    [ "$(metric 'trm_requests_total{outcome="failed"}')" = 1 ]
    [ "$(metric trm_request_seconds_count)" = 5 ]
    [ "$(metric trm_worker_restarts_total)" = 3 ]
}

@test "records that end every worker at once end no server, and cost the others nothing" {
    start -w 2 -- ./worker
    for i in {1..12}; do el crash-always crash-always crash-always | ask > /dev/null & done
    for i in {1..20}; do el "fine$i"; done | ask > a
    [ "$(grep -c '"kind":"trace"' a)" -eq 20 ]
    el still | ask | grep -q '"kind":"trace","v":1,"id":"still"'
    kill -0 "$server"
}

@test "a worker that talks on and on fills no memory, and its refusals are still understood" {
    printf '%s\n' '#!/usr/bin/perl' '$| = 1; while (<STDIN>) { my ($id) = /"id":"([^"]*)"/; print STDERR "so it goes\n" x 40000;' \
        'if (/no-good/) { print STDERR "worker: -:$.: $id: it is no good\n"; next } print qq({"kind":"trace","v":1,"id":"$id"}\n) }' > talker
    chmod +x talker
    start -w 1 -- ./talker
    el {1..60} no-good last | ask > a
    [ "$(grep -c '"kind":"trace"' a)" -eq 61 ]
    grep -q '"id":"no-good".*it is no good' a
    [ "$(awk '/VmHWM/ {print $2}' "/proc/$server/status")" -lt 20000 ]
}

@test "a worker that is late, or answers another record, is replaced" {
    start -w 1 -t 1 -- ./worker
    el a endless liar b | ask > a
    sed -n 2p a | grep -q '"id":"endless".*it took too long'
    sed -n 3p a | grep -q "\"id\":\"liar\".*not to this record"
    sed -n 4p a | grep -q '"kind":"trace","v":1,"id":"b"'
}

@test "limits: a line, the clients, and silence" {
    start --max-line 100 --max-clients 2 --idle 1 -- ./worker
    { el a; printf '{"kind":"element","id":"%0200d"}\n' 1; el b; } | ask > a
    [ "$(wc -l < a)" -eq 2 ]
    sed -n 2p a | grep -q 'the line is too long'
    # a line without an end is not waited for either
    head -c 300 /dev/zero | tr '\0' x | perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new("sock"); print $s <STDIN>; $s->flush; print <$s>' | grep -q 'too long'
    perl -MIO::Socket::UNIX -e '@s = map { IO::Socket::UNIX->new("sock") } 1 .. 3; print readline $s[2]; $t = time; readline $s[0]; print time - $t, "\n"' > a
    grep -q 'too many clients' a
    [ "$(tail -n 1 a)" -ge 1 ] && [ "$(tail -n 1 a)" -le 20 ]
    el again | ask | grep -q '"id":"again"'
}

@test "a new model is taken up under load, no request is lost, and a model that does not open changes nothing" {
    echo 1 > model1 && echo 2 > model2
    ln -s model1 model
    cat > opens <<'END'
#!/bin/sh
[ "$(cat model)" != bad ] || { echo "opens: the model is bad" >&2; exit 2; }
exec ./worker
END
    chmod +x opens
    start -w 2 --watch model -m unix:figures -- ./opens
    (for i in {1..60}; do el "$i" | ask; sleep 0.02; done > answers) &
    load=$!
    sleep 1
    ln -s model2 new && mv -T new model
    wait $load
    [ "$(grep -c '"kind":"trace"' answers)" -eq 60 ]
    tail -n 1 answers | grep -q '"model":"model2"'
    [ "$(metric trm_model_changes_total)" = 1 ]
    echo bad > model3
    ln -s model3 new && mv -T new model
    for _ in {1..100}; do [ "$(metric trm_model_changes_refused_total)" = 1 ] && break; sleep 0.1; done
    [ "$(metric trm_model_changes_refused_total)" = 1 ]
    el still | ask | grep -q '"kind":"trace"'
    grep -q "the model is bad" err && grep -q "the old ones stay" err
}

@test "told to end it answers what it was asked, and ends with 0" {
    printf '#!/bin/sh\nwhile read -r l; do : > got; sleep 1; echo "$l"; done\n' > slow
    chmod +x slow
    start -w 1 -- ./slow
    el last | ask > a &
    asking=$!
    for _ in {1..600}; do [ -e got ] && break; sleep 0.05; done
    kill $server
    status=0
    wait $server || status=$?
    wait $asking
    server=
    [ "$status" -eq 0 ]
    grep -q '"id":"last"' a
}

@test "with a socket handed over, a restart under load of sixteen clients fails no request" {
    port=17483
    perl "$ROOT/tests/cli/hold.pl" $port trm-serve -w 2 -- ./worker 2> err 3>&- &
    server=$!
    el {1..99} > records
    perl "$ROOT/pipelines/serve/load.pl" --clients 16 --seconds 6 --address 127.0.0.1:$port records > figures &
    load=$!
    sleep 2
    kill -USR1 $server
    sleep 2
    kill -USR1 $server
    wait $load
    grep -q '"failed":0' figures
    [ "$(sed 's/.*"requests":\([0-9]*\).*/\1/' figures)" -gt 50 ]
}

@test "the verdicts are those of trm-infer, to the byte" {
    trm-buildings -n 1 -N 40 --seed 5 -o models
    trm-ifc models/*.ifc | trm-check -r "$ROOT/pipelines/rules/building-code.json" > checked
    trm-extract -r "$ROOT/pipelines/rules/building-code.json" checked 2> /dev/null | trm-split 2> /dev/null > samples
    trm-train --arch prior -r "$ROOT/pipelines/rules/building-code.json" -o m.trm samples > /dev/null
    grep '"kind":"checked"' checked | head -n 20 > q
    trm-infer -m m.trm q > want
    start -w 2 -- trm-infer -m m.trm
    ask < q | cmp - want
}

@test "the solver interface: a task and the most cycles in; solution, confidence, trace and cycles out" {
    trm-train --preset micro --fresh sudoku4 -e 1 --epoch-steps 5 -o s.trm > epochs
    trm-gen --family sudoku4 -n 12 --seed 9 | sed 's/"v":1,/&"max_cycles":3,/' > tasks
    trm-infer -m s.trm tasks > want
    start -w 2 -m unix:figures -- trm-infer -m s.trm
    ask < tasks > got
    cmp want got
    for member in '"answer":\[[0-9,]*\]' '"confidence":[0-9.]*' '"steps":\[{"step":1,' '"halted_at":[123][,}]' '"max_cycles":3'; do
        [ "$(grep -cE "$member" got)" -eq 12 ] || { echo "no $member"; head -n 1 got; false; }
    done
    trm-verify tasks < got | grep -q '"kind":"verified"'
    # several families of clients at once: what is no task of the solver's is refused, and the next is solved
    { sed -n 1p tasks; el no-task; trm-gen --family latin4 -n 1 --seed 1; sed -n 2p tasks; } | ask > mixed
    [ "$(cut -c 1-16 mixed | tr '\n' ' ')" = '{"kind":"trace", {"kind":"refused {"kind":"refused {"kind":"trace", ' ]
    [ "$(metric 'trm_requests_total{outcome="answered"}')" = 14 ]
}

# What clients send is cut into lines here and parsed by the room rec (tests/fuzz/ndjson.c): here is what connections do.
@test "clients that send no text, half a line, a byte at a time, or vanish cost the others nothing" {
    start -w 2 --idle 3 --max-line 2000 -m unix:figures -- ./worker
    perl -MIO::Socket::UNIX -MSocket -e '
        sub c { IO::Socket::UNIX->new($_[0] // "sock") or die "no server\n" }
        srand 7;
        for my $round (1 .. 40) { # anything at all, sometimes with line ends; gone before the answer
            my $s = c();
            syswrite $s, join "", map { chr int rand 256 } 1 .. 1 + rand 3000;
            close $s if $round % 2;
            push @kept, $s;
        }
        my $flood = c(); # never reads its answers
        $flood->blocking(0);
        for (1 .. 2000) { syswrite $flood, qq({"kind":"element","id":"f$_"}\n) }
        for my $s (c(), c("figures")) { syswrite $s, "GET / HTT"; push @kept, $s }
        my $half = c(); # says that it will send no more, and still gets what it asked for
        syswrite $half, qq({"kind":"element","id":"half"}\n{"kind":"element","id":"cut);
        shutdown $half, 1;
        my @a = <$half>;
        print "half: ", scalar @a, " ", $a[0];
        my $drip = c();
        for (split //, qq({"kind":"element","id":"drip"}\n)) { syswrite $drip, $_; select undef, undef, undef, 0.01 }
        print "drip: ", scalar <$drip>;
        my $deep = c();
        syswrite $deep, ("[" x 1900) . "\n" . qq({"kind":"element","id":"\\u0000"}\n) . qq({"kind":"element","id":"last"}\n);
        print "deep: ", scalar <$deep> for 1 .. 3;
    ' > said
    grep -q '^half: [12] {"kind":"trace","v":1,"id":"half"' said
    grep -q '^drip: {"kind":"trace","v":1,"id":"drip"' said
    [ "$(grep -c '^deep: {"kind":"refused"' said)" -ge 1 ] && grep -q '^deep: {"kind":"trace","v":1,"id":"last"' said
    kill -0 "$server"
    el after | ask | grep -q '"id":"after"'
    [ "$(metric trm_workers)" = 2 ]
}

@test "wrong command lines are 2, a command that cannot run is 3" {
    run -2 trm-serve -l unix:sock
    run -2 trm-serve -- ./worker
    run -2 trm-serve -l nowhere -- ./worker
    run -3 trm-serve -l unix:sock -- ./no-such-program
    [[ "$output" == *"ends as soon as it begins"* ]]
    echo dear > model.trm
    run -2 trm-serve -l unix:model.trm -- ./worker # not taken for an old socket
    [[ "$output" == *"model.trm: there is a file that is no socket"* ]]
    [ "$(cat model.trm)" = dear ]
    run -2 bash -c 'ulimit -n 300; exec trm-serve -l unix:sock --max-clients 500 -- ./worker'
    [[ "$output" == *"500 clients and 2 workers need 1044 open files, and 300 are allowed"* ]]
}
