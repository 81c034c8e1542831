#!/bin/bash
# Each fuzz target for N seconds, from its corpus in tests/fuzz/corpus/NAME (seeds) and .build/fuzz/NAME.corpus (found).
# usage: run.sh SECONDS TARGET...
set -eu
seconds=$1
shift
[ $# -gt 0 ] || { echo "fuzz: no targets" >&2; exit 1; }
status=0
for target in "$@"; do
    name=$(basename "$target")
    mkdir -p "$target.corpus" "tests/fuzz/corpus/$name"
    echo "fuzz: $name for $seconds s"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="$target.found-" -print_final_stats=1 \
        "$target.corpus" "tests/fuzz/corpus/$name" > "$target.log" 2>&1 || { status=1; tail -n 25 "$target.log"; }
    grep -E 'stat::number_of_executed_units' "$target.log" || true
done
exit $status
