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
