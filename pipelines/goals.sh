#!/bin/bash
# What was asked for beside what was measured, one row of GOALS a line; a row that was not trained says so.
# usage: goals.sh GOALS STEPS TABLE     STEPS: folder with NAME.epochs.seconds and NAME.speed.ndjson; TABLE: table.ndjson of geobench.mk
set -eu -o pipefail
goals=$1 steps=$2 table=$3

field() { # NAME of the record on stdin, a number
    grep -oE "\"$1\":-?[0-9.e+-]+" | head -n 1 | cut -d: -f2
}
baseline() {
    grep -oE "\"$1\":\{\"accuracy\":[0-9.e-]+" | grep -oE '[0-9.e-]+$'
}

printf '%-52s %-11s %6s %8s %18s %6s %8s %8s %8s %8s %9s %8s\n' row family goal exact interval tasks majority copy constant \
    'cpu s' 'of goal s' 'p95 ms'
while IFS=$'\t' read -r family goal minutes model row; do
    case $family in '#'*) continue ;; esac
    line=$(grep -F "\"model\":\"$model\"" "$table" | grep -F "\"id\":\"tasks/$family\"" || true)
    if [ -z "$line" ]; then
        printf '%-52s %-11s %5s%% not trained: make -f pipelines/geobench.mk ONLY=%s\n' "$row" "$family" "$goal" "$model"
        continue
    fi
    seconds=$(cat "$steps/$model.epochs.seconds" 2> /dev/null || echo -)
    p95=$(field p95_ms < "$steps/$model.speed.ndjson" | cut -c1-6 || true)
    printf '%-52s %-11s %5s%% %8.4f [%.4f, %.4f] %7d %8.4f %8.4f %8.4f %8s %9d %8s\n' "$row" "$family" "$goal" \
        "$(field accuracy <<< "$line")" "$(field lo <<< "$line")" "$(field hi <<< "$line")" "$(field n <<< "$line")" \
        "$(baseline majority <<< "$line")" "$(baseline copy <<< "$line")" "$(baseline constant <<< "$line")" "$seconds" \
        $((minutes * 120)) "$p95"
done < "$goals"
