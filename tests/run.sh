#!/bin/bash
# Runs every test and counts: unit programs, Bats files, golden numbers, pages. The last line is `N passed, N failed`.
# usage: run.sh BIN UNITDIR [name...]   names: only test files whose path holds one of them
set -u
cd "$(dirname "$0")/.." || exit 3
export BIN=$PWD/$1 UNITS=$2 ROOT=$PWD
shift 2
only=("$@")
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

wanted() {
    [ ${#only[@]} -eq 0 ] && return 0
    local word
    for word in "${only[@]}"; do case $1 in *$word*) return 0 ;; esac; done
    return 1
}

# One program or file: its TAP lines to the log; a crash or silence is a failure of its own.
run() {
    local name=$1
    shift
    wanted "$name" || return 0
    echo "# $name"
    "$@" > "$log/one" 2>&1
    local status=$?
    grep -vE '^(1\.\.|ok )' "$log/one"
    local failed
    failed=$(grep -cE '^not ok' "$log/one")
    if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then
        echo "not ok - $name ended with status $status" | tee -a "$log/one"
    elif ! grep -qE '^(not )?ok' "$log/one"; then
        echo "not ok - $name looked at nothing" | tee -a "$log/one"
    fi
    cat "$log/one" >> "$log/all"
}

: > "$log/all"
for file in tests/unit/*.c; do
    name=$(basename "$file" .c)
    run "$file" "$UNITS/$name"
done
for file in tests/unit/*.bats tests/cli/*.bats tests/pipe/*.bats; do
    [ -e "$file" ] && run "$file" bats --tap "$file"
done

skipped=$(grep -cE '^ok .*# skip' "$log/all")
passed=$(($(grep -cE '^ok' "$log/all") - skipped))
failed=$(grep -cE '^not ok' "$log/all")
if [ "$skipped" -gt 0 ]; then
    grep -E '^ok .*# skip' "$log/all" | sed 's/^ok /# skipped: /'
    echo "# $skipped skipped"
fi
[ $((passed + failed)) -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
