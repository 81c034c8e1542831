# For every Bats file: programs under test first on PATH, shared models where they are.
bats_require_minimum_version 1.5.0
ROOT=${ROOT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
BIN=${BIN:-$ROOT/bin}
TRM_SHARED=${TRM_SHARED:-$ROOT/../shared}
[[ $BIN != *.build/san/bin ]] || export LIMIT_MB=0 # sanitizers take terabytes of addresses
export ROOT BIN TRM_SHARED PATH=$BIN:$PATH LC_ALL=C.UTF-8

# Says why and skips when the shared models are not beside the project.
need_shared() {
    [ -d "$TRM_SHARED/${1:-ifc}" ] || skip "no $TRM_SHARED/${1:-ifc}"
}
# Names of all programs.
programs() {
    for source in "$ROOT"/src/*.c; do basename "$source" .c; done
}
# Programs that read records from stdin, line by line or whole.
filters() {
    for p in trm-check trm-extract trm-split trm-train trm-infer trm-eval trm-report trm-diff trm-search trm-route trm-lint; do
        [ -e "$BIN/$p" ] && echo $p
    done
}
