# Weights know no arithmetic: what was trained with one backend is used with another.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 6 -N 400 --seed 3 -o models
    trm-ifc models/*.ifc > elements.ndjson
    trm-check -r "$ROOT/pipelines/rules/building-code.json" elements.ndjson > checked.ndjson
    trm-extract -r "$ROOT/pipelines/rules/building-code.json" checked.ndjson | trm-split > samples.ndjson
    for backend in float32 bfloat16 plain; do
        [ "$backend" = plain ] && [ -e bfloat16.trm ] && break
        trm-train --backend "$backend" --epochs 8 --warmup 5 --lr 0.002 --width 64 --heads 2 -r "$ROOT/pipelines/rules/building-code.json" -o "$backend.trm" samples.ndjson \
            > "$backend.epochs" 2> warnings || [ "$backend" = bfloat16 ] || return
        [ "$backend" = float32 ] || [ ! -e "$backend.trm" ] || echo "$backend" > other
    done
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }

# float32, and bfloat16 by the processor's instructions or, where it has none, by the plain reference.
backends() {
    echo float32
    cat other
}

# Of two files of traces: verdicts of the model in both, how many differ, the largest distance of probabilities.
compare() {
    perl -MJSON::PP -e '
        my @t = map { open my $f, "<", $_ or die; [map { decode_json($_) } <$f>] } @ARGV;
        my ($n, $other, $far) = (0, 0, 0);
        for my $i (0 .. $#{$t[0]}) {
            my ($a, $b) = map { $_->[$i]{verdicts} } @t;
            for my $k (0 .. $#$a) {
                next if !defined $a->[$k]{p_pass};
                my $d = abs $a->[$k]{p_pass} - $b->[$k]{p_pass};
                $n++, $other += $a->[$k]{verdict} ne $b->[$k]{verdict};
                $far = $d if $d > $far;
            }
        }
        print "$n $other $far\n"' "$@"
}

@test "a model trained with one backend gives the same verdicts with the other" {
    for trained in $(backends); do
        for used in $(backends); do
            trm-infer --backend "$used" --halt 1 --max-steps 4 --support 0 -m "$trained.trm" checked.ndjson > "$trained.$used.traces"
        done
        read -r n other far < <(compare "$trained".*.traces)
        echo "$trained: $n verdicts, $other differ, probabilities by at most $far"
        [ "$n" -ge 100 ]
        [ $((other * 50)) -le "$n" ] # those whose probability is a half
        [ "$(perl -e "print $far < 0.1 ? 1 : 0")" = 1 ]
    done
}

@test "both backends learn: the loss falls by a fifth and more, and alike" {
    losses=
    for trained in $(backends); do
        first=$(grep '"kind":"epoch"' "$trained.epochs" | head -n 1 | grep -oE '"loss":[0-9.]+' | cut -d : -f 2)
        last=$(grep '"kind":"epoch"' "$trained.epochs" | tail -n 1 | grep -oE '"loss":[0-9.]+' | cut -d : -f 2)
        perl -e "exit !($last < 0.8 * $first)"
        losses="$losses $last"
    done
    read -r a b <<< "$losses"
    perl -e "exit !(abs($a - $b) < 0.1 * $a)"
}

@test "TRM_BACKEND says what --backend says, and a backend that is none is status 2" {
    trm-infer --backend float32 --support 0 -m float32.trm checked.ndjson > a
    TRM_BACKEND=float32 trm-infer --support 0 -m float32.trm checked.ndjson > b
    [ -s a ]
    cmp a b
    run -2 --separate-stderr trm-infer --backend int4 -m float32.trm checked.ndjson
    [[ "$stderr" == *int4* ]]
    TRM_BACKEND=int4 run -2 --separate-stderr trm-infer -m float32.trm checked.ndjson
    [[ "$stderr" == *int4* ]]
}
