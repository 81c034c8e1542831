#!/bin/bash
# One step of a pipeline: runs a program, stdout to a file that appears whole or not at all.
# usage: step.sh NOTES OUT PROGRAM [ARGUMENT...]     OUT "-": stdout stays
# Status 1 of the program (some records refused, the rest done) counts as done and is noted in NOTES, to be said at the end;
# 2 and 3 (and a crash) stop the pipeline.
set -eu -o pipefail
notes=$1 out=$2
shift 2
status=0
if [ "$out" = - ]; then
    "$@" || status=$?
else
    "$@" > "$out.part" || status=$?
fi
case $status in
0) ;;
1)
    to=${out##*/}
    [ "$out" = - ] && to="its output"
    echo "${1##*/} refused some records on the way to $to" >> "$notes"
    ;;
*)
    [ "$out" = - ] || rm -f "$out.part"
    exit $status
    ;;
esac
[ "$out" = - ] || mv "$out.part" "$out"
