# The corpus of every fuzz target goes through it once; the fuzzers themselves are run by `make fuzz`.
bats_require_minimum_version 1.5.0
ROOT=${ROOT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
FUZZ=$ROOT/${UNITS:-.build/std/unit}/../fuzz

@test "every fuzz target has seeds, and none of them is a finding" {
    cd "$ROOT"
    n=0
    for source in tests/fuzz/*.c; do
        name=$(basename "$source" .c)
        seeds=(tests/fuzz/corpus/"$name"/*)
        [ -e "${seeds[0]}" ] || { echo "$name has no seeds"; false; }
        run timeout 60 "$FUZZ/$name" "${seeds[@]}"
        [ "$status" -eq 0 ] || { echo "$name: status $status"; printf '%s\n' "${lines[@]}" | tail -n 20; false; }
        [ "${#lines[@]}" -ge "${#seeds[@]}" ]
        n=$((n + ${#seeds[@]}))
    done
    [ "$n" -ge 50 ]
}
