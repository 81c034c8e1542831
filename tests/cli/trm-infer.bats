# trm-infer: two roads to a verdict, kept apart; the same bytes whatever stands around a record.
load helper

setup_file() {
    load helper
    export SOURCE_DATE_EPOCH=1700000000
    cd "$BATS_FILE_TMPDIR" || return
    cp "$ROOT/pipelines/rules/building-code.json" rules.json
    trm-buildings -n 4 -N 400 --seed 9 -o models
    trm-ifc models/*.ifc > elements 2> /dev/null
    trm-check -r rules.json elements > checked
    trm-extract -r rules.json checked | trm-split 2> /dev/null > samples
    trm-train --width 16 --heads 2 --prefix 4 -n 1 -T 1 -e 2 --val-asks 8 -r rules.json -o m.trm samples > epochs 2> /dev/null
    trm-train --arch prior -o bare.trm samples > epochs 2> /dev/null
}
setup() { cd "$BATS_FILE_TMPDIR" || return; }

json() { perl -MJSON::PP -ne "my \$r = decode_json(\$_); $1" "${@:2}"; }

@test "every record has its trace, in order" {
    trm-infer -m m.trm checked > traces
    cmp <(grep '"kind":"checked"' checked | json 'print "$r->{id}\n"') <(json 'print "$r->{id}\n"' traces)
}

@test "a decided verdict is never changed, and one that is not carries the model's source" {
    trm-infer -m m.trm --all --support 0 checked > traces
    cmp <(grep '"kind":"checked"' checked | json 'for (@{$r->{results}}) {print "$r->{id} $_->{rule} $_->{verdict}\n" if $_->{verdict} ne "unknown"}') \
        <(json 'for (@{$r->{verdicts}}) {print "$r->{id} $_->{rule} $_->{verdict}\n" if $_->{source} eq "rule"}' traces)
    cmp <(grep '"kind":"checked"' checked | json 'for (@{$r->{results}}) {print "$r->{id} $_->{rule} $_->{reason}\n" if $_->{verdict} eq "unknown"}') \
        <(json 'for (@{$r->{verdicts}}) {print "$r->{id} $_->{rule} $_->{reason}\n" if $_->{source} eq "model" and $_->{verdict} =~ /^(pass|fail)$/}' traces)
}

@test "elements are checked with the model's own rules and give the traces of checked ones" {
    cmp <(trm-infer -m m.trm elements) <(trm-infer -m m.trm checked)
}

@test "a model without rules says so, and takes them with -r" {
    run -2 --separate-stderr trm-infer -m bare.trm checked
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ "$stderr" == *"-r RULES"* ]]
    trm-infer -m bare.trm -r rules.json checked > traces
    [ -s traces ]
}

@test "a trace has the same bytes alone, among others, with threads and with workers" {
    trm-infer -m m.trm --support 0 checked > all
    sed -n 30p checked | trm-infer -m m.trm --support 0 > alone
    cmp alone <(sed -n 30p all)
    trm-infer -m m.trm --support 0 -j 3 checked | cmp all -
    parallel --pipe -k -N 50 -j 3 trm-infer -m m.trm --support 0 < checked | cmp all -
    head -n 40 checked > few
    cmp <(trm-infer -m m.trm --support 0 --why few) <(trm-infer -m m.trm --support 0 --why -j 3 few)
}

@test "every step is told in words and numbers that agree" {
    trm-infer -m m.trm --support 0 --max-steps 3 samples > traces
    json 'die "$r->{id}: steps" if @{$r->{steps}} != $r->{halted_at} or $r->{halted_at} > 3 or $r->{halted_at} < 1;
        for my $s (@{$r->{steps}}) {
            die $s->{text} if $s->{text} !~ /^step $s->{step}: (nothing moved|([A-Z_]+ \d\.\d\d -> \d\.\d\d (pass|fail)(, )?)+); halting \d\.\d\d$/;
            die "$r->{id}: $_ is not told" for grep {index($s->{text}, "$_ ") < 0} @{$s->{changed}}; }
        my $last = $r->{steps}[-1]{p};
        for (@{$r->{verdicts}}) { die "$r->{id}: p" if $_->{p_pass} != $last->{$_->{rule}} or ($_->{p_pass} >= 0.5) != ($_->{verdict} eq "pass") }' traces
}

@test "--max-steps 1 takes one step, and more steps begin with the same ones" {
    head -n 20 samples > few
    trm-infer -m m.trm --support 0 --max-steps 1 few | json 'die if $r->{halted_at} != 1; print $r->{steps}[0]{text}, "\n"' > one
    trm-infer -m m.trm --support 0 few | json 'print $r->{steps}[0]{text}, "\n"' | cmp one -
}

@test "below the support asked for it abstains, and says why" {
    trm-infer -m m.trm --support 100000 checked |
        json 'for (@{$r->{verdicts}}) {die "$r->{id}" if $_->{source} eq "model" and ($_->{verdict} ne "unknown" or $_->{abstained} ne "support" or exists $_->{p_pass})}'
    trm-infer -m m.trm checked | grep -q '"abstained":"support"'
}

@test "a rule whose labels were all of one side is not judged" {
    awk -v n=200 -v seed=3 -f "$ROOT/tests/cli/samples.awk" > both
    sed 's/"section":"716","label":"fail"/"section":"716","label":"pass"/' both > one
    for s in both one; do
        trm-train --arch prior -o $s.trm $s > epochs
        trm-infer -m $s.trm $s > $s.traces
    done
    run ! grep one-sided both.traces
    [ "$(grep -c '"rule":"DOOR_FIRE"[^}]*"abstained":"one-sided"' one.traces)" = 200 ]
    run ! grep '"rule":"DOOR_WIDTH"[^}]*"abstained"' one.traces
}

@test "--why names fields that the record has, the strongest first" {
    trm-infer -m m.trm --support 0 --why samples | head -n 40 > traces
    json 'for my $v (@{$r->{verdicts}}) { die "no why" if ref $v->{why} ne "ARRAY"; my $last = 1;
        for (@{$v->{why}}) { die if abs($_->{delta}) > $last or !length $_->{field}; $last = abs $_->{delta}; $n++ } }
        END { die "no field at all" unless $n }' traces
}

@test "samples keep their label, origin and side" {
    trm-infer -m m.trm samples > traces
    json 'die unless $r->{side} =~ /^(train|val|test)$/ and $r->{origin} eq "observed"; $n += grep {$_->{label}} @{$r->{verdicts}}; END {die unless $n > 50}' traces
}

@test "--timing adds milliseconds and nothing else" {
    head -n 20 checked > few
    trm-infer -m m.trm --timing few > timed
    [ "$(grep -c '"ms":[0-9.]*}$' timed)" = 20 ]
    sed 's/,"ms":[0-9.e-]*}$/}/' timed | cmp - <(trm-infer -m m.trm few)
}

@test "a line in gives its trace at once" {
    coproc INFER { trm-infer -m m.trm 2> /dev/null; }
    for i in 1 2 3; do
        sed -n ${i}p samples >&"${INFER[1]}"
        read -r -t 10 line <&"${INFER[0]}"
        [[ "$line" == '{"kind":"trace"'* ]]
    done
    eval "exec ${INFER[1]}>&-"
    wait "$INFER_PID" || true
}

@test "a model cut short, with a flipped bit, of a later version or of another kind stops with status 2 and its name" {
    head -c 5000 m.trm > cut.trm
    perl -0777 -pe 'substr($_, length($_) - 100, 1) ^= "\x01"' m.trm > bit.trm
    sed 's/"trm.format":"2"/"trm.format":"9"/' m.trm > later.trm
    cp m.trm.state state.trm
    : > empty.trm
    for bad in cut bit later state empty none; do
        run -2 --separate-stderr trm-infer -m $bad.trm checked
        [[ -z "$output" && "$stderr" == *"$bad.trm"* ]] || { echo "$bad: $stderr"; false; }
    done
    run -2 trm-infer checked
    run -2 trm-infer -m m.trm --store x checked
}

@test "broken lines and other kinds are refused with their place, the rest is done" {
    { head -n 1 checked; echo '{"kind":'; echo '{"kind":"pigeon","v":1,"id":"p"}'; echo '{"kind":"sample","v":1,"id":"s"}'; head -n 3 checked; } > in
    run -1 --separate-stderr trm-infer -m m.trm in
    [ "$(grep -c '"kind":"trace"' <<< "$output")" = 4 ]
    for line in 2 3 4; do [[ "$stderr" == *"in:$line:"* ]]; done
}

@test "what was checked as a whole is passed over in silence: records of models, specifications and summaries" {
    cat > doors.ids << 'END'
<ids xmlns="http://standards.buildingsmart.org/IDS" xmlns:xs="http://www.w3.org/2001/XMLSchema"><info><title>t</title></info><specifications>
<specification name="s" ifcVersion="IFC4 IFC4X3_ADD2"><applicability minOccurs="1" maxOccurs="unbounded"><entity><name><simpleValue>IFCDOOR</simpleValue></name></entity>
</applicability><requirements><attribute><name><simpleValue>Name</simpleValue></name></attribute></requirements></specification></specifications></ids>
END
    trm-check -r rules.json -r doors.ids elements > both
    for kind in model specification summary; do grep -q "\"kind\":\"$kind\"" both; done
    trm-infer -m m.trm both > traces 2> said
    [ ! -s said ]
    [ "$(grep -c '"kind":"trace"' traces)" = "$(grep -c '"kind":"checked"' both)" ]
}
