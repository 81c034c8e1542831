#!/bin/bash
# A training as one step of a pipeline: goes on where it was broken off, even by kill -9, and ends in the same model.
# usage: train.sh CURVE PROGRAM [ARGUMENT...] -o MODEL
# Leaves MODEL; CURVE, its epoch records; and CURVE with .seconds for .ndjson, seconds of processor (of parts that were killed: none).
# MODEL.state says how far a training got; it must be removed where settings have changed, and is when the model is there.
set -eu -o pipefail
curve=$1 model=${*: -1}
shift
[ -e "$model.state" ] || rm -f "$curve.part" "$curve.spent"
again=()
[ ! -e "$model.state" ] || again=(--resume)
status=0
TIMEFORMAT='%U %S'
{ time "$@" ${again[@]+"${again[@]}"} >> "$curve.part" 2> "$curve.said" || status=$?; } 2>> "$curve.spent"
cat "$curve.said" >&2
rm "$curve.said"
[ "$status" -le 1 ] || exit "$status"
# an epoch whose record was written and whose state was not is there twice: the later one counts
awk '{ id = $0; sub(/.*"id":"/, "", id); sub(/".*/, "", id); if (!(id in line)) order[++n] = id; line[id] = $0 }
  END { for (i = 1; i <= n; i++) print line[order[i]] }' "$curve.part" > "$curve.new"
awk '{ sum += $1 + $2 } END { printf "%.1f\n", sum }' "$curve.spent" > "${curve%.ndjson}.seconds"
mv "$curve.new" "$curve"
rm -f "$curve.part" "$curve.spent" "$model.state"
