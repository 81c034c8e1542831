# Golden numbers of the published model, in both precisions. They are too big to be kept here (11 MB).
load ../cli/helper

setup() {
    [ -d "$TRM_SHARED/golden" ] || skip "no golden numbers under $TRM_SHARED"
    PATH=$ROOT/${UNITS:-.build/std/unit}:$PATH
}

@test "in double every golden number is met" {
    run -0 golden-f64 "$TRM_SHARED/golden"
    [ "$(grep -c ': ok$' <<< "$output")" -ge 3 ]
}

@test "in float the logits of the first step are met" {
    run -0 golden-f32 "$TRM_SHARED/golden"
    [ "$(grep -c ': ok$' <<< "$output")" -ge 3 ]
}

@test "weights that came through safetensors or through a PyTorch state dict meet the golden numbers as well" {
    "$ROOT/tests/golden/convert.sh" "$BIN" "$TRM_SHARED/golden" "$BATS_TEST_TMPDIR"
    for road in safetensors torch; do
        for precision in f64 f32; do
            run -0 "golden-$precision" "$TRM_SHARED/golden" "$BATS_TEST_TMPDIR/$road"
            [ "$(grep -c "by way of .*$road.*: ok$" <<< "$output")" -ge 3 ]
        done
    done
}

@test "a model file of other weights is a failure" {
    "$ROOT/tests/golden/convert.sh" "$BIN" "$TRM_SHARED/golden" "$BATS_TEST_TMPDIR"
    trm-convert -d bf16 -o "$BATS_TEST_TMPDIR/torch/learned.trm" "$BATS_TEST_TMPDIR/safetensors/learned.trm"
    run -1 golden-f64 "$TRM_SHARED/golden" "$BATS_TEST_TMPDIR/torch"
    [ "$(grep -c 'learned .*DIFFERS$' <<< "$output")" -eq 1 ]
}

@test "a folder without golden numbers is a failure" {
    run -1 golden-f64 "$BATS_TEST_TMPDIR"
    [[ $output == *"no golden folder"* ]]
}

@test "a golden number that is off is a failure" {
    cp -r "$TRM_SHARED/golden/learned" "$BATS_TEST_TMPDIR/g"
    chmod -R u+w "$BATS_TEST_TMPDIR/g"
    cp "$TRM_SHARED/golden/learned/weights.safetensors" "$BATS_TEST_TMPDIR/g/weights_after.safetensors"
    run -1 golden-f64 "$BATS_TEST_TMPDIR"
    [[ $output == *DIFFERS ]]
}
