#!/bin/bash
# A recorded solver: reads tasks from stdin, writes the answers that a file holds to them, in the order of the tasks.
# usage: replay.sh RECORDED < TASKS
set -eu -o pipefail
[ $# -eq 1 ] || { echo "usage: replay.sh RECORDED < TASKS" >&2; exit 2; }
[ -r "$1" ] || { echo "replay.sh: $1: cannot be read" >&2; exit 2; }
awk '
    function id_of(line) {
        if (!match(line, /"id":"([^"\\]|\\.)*"/))
            return ""
        return substr(line, RSTART, RLENGTH)
    }
    FILENAME == ARGV[1] { if ($0 ~ /"kind":"(answer|trace)"/) answer[id_of($0)] = $0; next }
    id_of($0) in answer { print answer[id_of($0)] }
' "$1" -
