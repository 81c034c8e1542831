# Scripts are clean under shellcheck, and the working tree names no machine.
load ../cli/helper

@test "scripts are clean under shellcheck" {
    scripts=("$ROOT"/pipelines/*.sh "$ROOT"/tests/*.sh "$ROOT"/tests/*/*.sh "$ROOT"/share/*.sh "$ROOT"/.ci/run)
    [ "${#scripts[@]}" -ge 6 ]
    run shellcheck "${scripts[@]}"
    [ "$status" -eq 0 ] || { echo "$output"; false; }
}
