# trm-convert: published weights in and out.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 2 -N 100 --seed 3 -o models
    trm-ifc models/*.ifc > elements.ndjson
    trm-check -r "$ROOT/pipelines/rules/building-code.json" elements.ndjson > checked.ndjson
    trm-extract -r "$ROOT/pipelines/rules/building-code.json" checked.ndjson | trm-split > samples.ndjson
    for form in attention mixer; do
        trm-train --epochs 1 --width 32 --heads 2 --form $form --pos none -r "$ROOT/pipelines/rules/building-code.json" -o $form.trm samples.ndjson > /dev/null
    done 2> warnings
    perl -MJSON::PP -e '
        # a small model as published: 2 words, width 8, 1 head, names with the legacy prefix when asked
        my ($prefix) = @ARGV; my ($data, %head) = "";
        sub t { my ($name, @shape) = @_; my $n = 1; $n *= $_ for @shape;
            $head{"$prefix$name"} = {dtype => "F32", shape => [@shape], data_offsets => [length $data, length($data) + 4 * $n]};
            $data .= pack "(f<)*", map { sin($_ + length $data) / 8 } 1 .. $n }
        t("inner.embed_tokens.embedding_weight", 4, 8); t("inner.lm_head.weight", 4, 8);
        t("inner.q_head.weight", 2, 8); t("inner.q_head.bias", 2);
        for my $l (0, 1) { my $p = "inner.L_level.layers.$l";
            t("$p.self_attn.qkv_proj.weight", 24, 8); t("$p.self_attn.o_proj.weight", 8, 8);
            t("$p.mlp.gate_up_proj.weight", 512, 8); t("$p.mlp.down_proj.weight", 8, 256) }
        t("inner.H_init", 8); t("inner.L_init", 8);
        my $json = JSON::PP->new->canonical->encode(\%head);
        print pack("Q<", length $json), $json, $data' "" > published.safetensors
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    M=$BATS_FILE_TMPDIR
}

sets() { trm-convert -s heads=2 -s n=6 -s T=3 -s seq=9 -s prefix=4 "$@"; }

@test "a model goes to PyTorch and to safetensors and back without a byte changed" {
    for form in attention mixer; do
        trm-convert -t safetensors -o a.safetensors "$M/$form.trm"
        trm-convert -o back.trm a.safetensors
        cmp back.trm "$M/$form.trm"
        trm-convert -t torch --prefix _orig_mod.model. -o a.pt "$M/$form.trm"
        trm-convert -t safetensors -o from.safetensors a.pt
        trm-convert -t torch --prefix _orig_mod.model. -o b.pt from.safetensors
        cmp a.pt b.pt
        [ "$(trm-convert -l a.pt)" = "$(trm-convert -l "$M/$form.trm")" ]
    done
}

@test "a model that has been away says the same" {
    trm-convert -t safetensors -o a.safetensors "$M/attention.trm"
    trm-convert -o back.trm a.safetensors
    trm-infer --support 0 -m back.trm "$M/checked.ndjson" > back
    trm-infer --support 0 -m "$M/attention.trm" "$M/checked.ndjson" > straight
    [ -s back ]
    cmp back straight
}

@test "bfloat16 and float16 to float32 and back are exact, and a model of bfloat16 can be used" {
    for type in bf16 f16; do
        trm-convert -t safetensors -d $type -o half.safetensors "$M/attention.trm"
        [ "$(stat -c %s half.safetensors)" -lt $(($(stat -c %s "$M/attention.trm") * 3 / 4)) ]
        trm-convert -t safetensors -d f32 -o wide.safetensors half.safetensors
        trm-convert -t safetensors -d f64 -o wider.safetensors wide.safetensors
        trm-convert -t safetensors -d $type -o again.safetensors wider.safetensors
        cmp half.safetensors again.safetensors
    done
    trm-convert -d bf16 -o half.trm "$M/attention.trm"
    trm-convert -t safetensors -d bf16 -o bf16.safetensors "$M/attention.trm"
    trm-convert -o wide.trm bf16.safetensors
    trm-infer --support 0 -m half.trm "$M/checked.ndjson" | sed 's/"model":{[^}]*}//' > half
    trm-infer --support 0 -m wide.trm "$M/checked.ndjson" | sed 's/"model":{[^}]*}//' > wide
    [ -s half ]
    cmp half wide
}

@test "published names: what shapes cannot tell must be given, the rest they tell" {
    run -2 --separate-stderr trm-convert -o p.trm "$M/published.safetensors"
    [[ "$stderr" == *"heads, n, T, seq, prefix: expected to be given"* ]]
    [ ! -e p.trm ]
    sets -o p.trm "$M/published.safetensors"
    run -0 strings -n 200 p.trm
    for setting in form:attention pos:rope seq:9 prefix:4 width:8 heads:2 layers:2 expansion:4 inner_multiple:256 vocab_in:4 vocab_out:4 \
        id_columns:1 features:0 puzzles:0 n:6 T:3; do
        [[ "$output" == *"\"trm.net.${setting%:*}\":\"${setting#*:}\""* ]] || { echo "$setting"; false; }
    done
    [[ "$output" == *"published.safetensors"*"$(sha256sum < "$M/published.safetensors" | cut -c 1-64)"* ]]
}

@test "settings come from a published configuration, JSON or YAML, and --set has the last word" {
    echo '{"arch":{"H_cycles":3,"L_cycles":6,"num_heads":2,"hidden_size":8,"expansion":4,"pos_encodings":"rope","mlp_t":false,
        "puzzle_emb_ndim":8,"puzzle_emb_len":4,"loss":{"loss_type":"softmax_cross_entropy"}},"seq_len":9}' > c.json
    printf 'arch:\n  H_cycles: 3\n  L_cycles: 6\n  expansion: 4\n  hidden_size: 8\n  loss:\n    loss_type: softmax_cross_entropy\n' > c.yaml
    printf '  mlp_t: False # no\n  num_heads: 2  # min(2, hidden_size)\n  pos_encodings: rope\n  puzzle_emb_len: 4\n  puzzle_emb_ndim: 8\nlr: 0.0001\n' >> c.yaml
    trm-convert -c c.json -o json.trm "$M/published.safetensors"
    trm-convert -c c.yaml -s seq=9 -o yaml.trm "$M/published.safetensors"
    cmp json.trm yaml.trm
    sets -s loss=softmax -o set.trm "$M/published.safetensors"
    cmp json.trm set.trm
    trm-convert -c c.json -s n=2 -o other.trm "$M/published.safetensors"
    grep -q '"trm.net.n":"2"' other.trm
    run -2 --separate-stderr trm-convert -c c.json -s width=16 -o bad.trm "$M/published.safetensors"
    [[ "$stderr" == *"inner sizes"* || "$stderr" == *"expected ["* ]]
    echo '{"hidden_size":' > c.json
    run -2 --separate-stderr trm-convert -c c.json -o bad.trm "$M/published.safetensors"
    [[ "$stderr" == *c.json* ]]
    [ ! -e bad.trm ]
}

@test "a tensor too many or too few is refused by name" {
    run -2 --separate-stderr sets -s layers=1 -o bad.trm "$M/published.safetensors"
    [[ "$stderr" == *"inner.L_level.layers.1.self_attn.qkv_proj.weight: a network of these settings has none"* ]]
    run -2 --separate-stderr sets -s layers=3 -o bad.trm "$M/published.safetensors"
    [[ "$stderr" == *"inner.L_level.layers.2."*missing* ]]
    run -2 --separate-stderr sets -s puzzles=3 -o bad.trm "$M/published.safetensors"
    [[ "$stderr" == *"inner.puzzle_emb.weights is missing"* ]]
    [ ! -e bad.trm ]
}

@test "wrong commands and settings are status 2 and say what is expected" {
    trm-convert -t torch -o a.pt "$M/published.safetensors"
    for wrong in "-o x" "-l a.pt -o x" "-o x a.pt a.pt" "-o x -" "a.pt" "-t gguf -o x a.pt" "-t torch -d i8 -o x a.pt" "-s heads -o x a.pt" \
        "-s =2 -o x a.pt" "-s colour=2 -o x a.pt" "-s heads=two -o x a.pt" "-m a -o x a.pt" "--prefix p. -o x a.pt" "-o x none.pt"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr trm-convert $wrong
        [[ "$stderr" == trm-convert:* && -z "$output" ]]
        [ ! -e x ] || { echo "$wrong"; false; }
    done
    for wrong in inner_multiple=0 expansion=nan expansion=1e300 heads=3 width=4000000000 seq=0 n=0; do
        run -2 --separate-stderr sets -s $wrong -o x a.pt
        [[ "$stderr" == trm-convert:* ]] || { echo "$wrong"; false; }
    done
}

@test "a pickle that names more than tensors is refused, with the name and its place, and not run" {
    perl -MIO::Compress::Zip=:all -e '
        my $z = IO::Compress::Zip->new("evil.pt", Name => "archive/data.pkl", Method => ZIP_CM_STORE);
        $z->print("\x80\x02cposix\nsystem\nX\x0a\0\0\0touch ownd\x85R."); $z->close'
    run -2 --separate-stderr trm-convert -t safetensors -o x evil.pt
    [[ "$stderr" == *"byte 2: names posix.system"* ]]
    [ ! -e x ]
    [ ! -e ownd ]
}

@test "a model of ours that is damaged is refused" {
    cp "$M/attention.trm" bad.trm
    printf '\x55' | dd of=bad.trm bs=1 seek=$(($(stat -c %s bad.trm) - 5)) conv=notrunc 2> /dev/null
    run -2 --separate-stderr trm-convert -t torch -o x bad.trm
    [[ "$stderr" == *"checksum is wrong"* ]]
    [ ! -e x ]
}

@test "outputs appear whole or not at all, and a full disk is status 3" {
    run -3 --separate-stderr trm-convert -t torch -o "$BATS_TEST_TMPDIR/no/such/folder" "$M/attention.trm"
    run -3 bash -c "trm-convert -l '$M/attention.trm' > /dev/full"
}

@test "PyTorch reads what is written, and what PyTorch writes is read" {
    python=
    for p in python3 /usr/bin/python3; do $p -c 'import torch' 2> /dev/null && python=$p && break; done
    [ -n "$python" ] || skip "no PyTorch: apt-get install python3-torch"
    trm-convert -t torch -o a.pt "$M/attention.trm"
    $python -c '
import torch
sd = torch.load("a.pt", map_location="cpu")
torch.save({k: v.t().contiguous().t() if v.dim() == 2 else v for k, v in sd.items()}, "b.pt")
net = torch.nn.Linear(3, 2)
torch.save(net.state_dict(), "linear.pt")
torch.save(dict(net.named_parameters()), "parameters.pt")
torch.save({k: v.bfloat16() for k, v in sd.items()}, "half.pt")
torch.save({"step": 3, "state": sd}, "nested.pt")
torch.save(net, "module.pt")
torch.save(sd, "old.pt", _use_new_zipfile_serialization=False)'
    for file in a b; do trm-convert -t safetensors -o $file.safetensors $file.pt; done
    cmp a.safetensors b.safetensors
    trm-convert -t safetensors -d bf16 -o half.a a.safetensors
    trm-convert -t safetensors -o half.b half.pt
    cmp half.a half.b
    [ "$(trm-convert -l linear.pt | tail -n 2 | tr '\t\n' '  ')" = "weight F32 2,3 bias F32 2 " ]
    [ "$(trm-convert -l linear.pt)" = "$(trm-convert -l parameters.pt)" ]
    run -2 --separate-stderr trm-convert -l nested.pt
    [[ "$stderr" == *"step is a number, expected a tensor"* ]]
    run -2 --separate-stderr trm-convert -l module.pt
    [[ "$stderr" == *"names torch.nn.modules.linear.Linear"* ]]
    run -2 --separate-stderr trm-convert -l old.pt
    [[ "$stderr" == *"before 1.6"* ]]
}

@test "a solver of tasks goes to PyTorch and back and solves the same; a puzzle embedding of zeros changes nothing" {
    trm-gen -f sudoku4 -n 120 --seed 3 | trm-split > tasks
    trm-train --preset micro --prefix 2 --epoch-steps 6 --val-asks 8 --batch 16 -e 1 -o m.trm tasks > epochs
    board='{"tokens":16,"rows":4,"columns":4,"vocab":6,"places":false,"kinds":[{"family":"sudoku","size":4}]}'
    convert() {
        trm-convert -s seq=16 -s n=2 -s T=1 -s max_steps=4 -m trm.arch=solver -m "trm.board=$board" "$@"
    }
    traces() { trm-infer -m "$1" tasks | sed 's/"model":{[^}]*}//'; }
    trm-convert -t torch --prefix _orig_mod.model. -o m.pt m.trm
    convert -o back.trm m.pt
    trm-convert -t safetensors -o m.safetensors m.trm
    perl -MJSON::PP -e '
        # the same tensors, and a table of one puzzle
        open my $f, "<:raw", "m.safetensors"; my $b = do { local $/; <$f> };
        my $n = unpack "Q<", $b; my $h = decode_json(substr $b, 8, $n); my $data = substr $b, 8 + $n; delete $h->{__metadata__};
        $h->{"inner.puzzle_emb.weights"} = {dtype => "F32", shape => [1, 32], data_offsets => [length $data, length($data) + 128]};
        my $j = encode_json($h); print pack("Q<", length $j), $j, $data, "\0" x 128' > puzzle.safetensors
    convert -o puzzle.trm puzzle.safetensors
    traces m.trm > straight
    [ "$(wc -l < straight)" -eq 120 ]
    cmp straight <(traces back.trm)
    cmp straight <(traces puzzle.trm)
}
