#!/bin/bash
# One job of a batch, in the folder of a run, on whatever machine: see batch.sh.
# usage: one.sh KEY
#   kit/       programs, rules, settings, a model or none
#   jobs/KEY/        in: `model` and its `name`, or `checked.ndjson`; `tkey` when verdicts are wanted. Or all that in jobs/KEY.job, a tar
#   jobs/KEY.result  out: a tar, whole or not at all: `end`, `log`, `checked`, `traces`, `refused`
# `end` is one line: done | broken REASON (in itself) | failed REASON (trying again may help) | stop REASON (no job would do better).
# Status: 3 when it is worth another try at once, else 0.
set -u -o pipefail
export LC_ALL=C.UTF-8 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
if [ -e "jobs/$1.job" ]; then
    rm -rf "jobs/$1"
    mkdir "jobs/$1" && tar -xf "jobs/$1.job" -C "jobs/$1" || exit 3
fi
[ -d "jobs/$1" ] || exit 0 # the run that asked for it is over
# shellcheck source=/dev/null
. kit/settings
kit=$PWD/kit
cd "jobs/$1" || exit 3
rm -rf out in
mkdir out in || exit 3

limited() { (ulimit -v $((LIMIT_MB * 1024)) && exec timeout -k 5 "$LIMIT_S" "$@"); }

# The last line of the log as a reason, without the names of program and file.
reason() { grep -v "^kit/one.sh: " out/log | tail -n 1 | sed -E 's/^trm-[a-z]+: //' | sed "s|^in/[^:]*: ||"; }

# Status of a program that ended the job: its word and reason.
ended() {
    local program=$1 status=$2 text
    text=$(reason)
    case $status in
    1) echo "broken ${text:-it holds no elements}" ;;
    2) echo "stop $program: ${text:-wrong settings}" ;;
    124 | 137) echo "failed $program took longer than $LIMIT_S s" ;;
    3) echo "failed $program: ${text:-the system failed}, with at most $LIMIT_MB MiB" ;;
    *) echo "failed $program ended with status $status${text:+: $text}" ;;
    esac > out/end
}

read_model() {
    local name status rule
    local -a rules=() ends
    name=$(cat name)
    ln -s ../model "in/$name" || return 1
    # shellcheck disable=SC2153 # the settings say it
    for rule in $RULES; do rules+=(-r "$kit/rules/$rule"); done
    limited "$kit/bin/trm-ifc" -- "in/$name" 2>> out/log | limited "$kit/bin/trm-check" "${rules[@]}" > out/checked 2>> out/log
    ends=("${PIPESTATUS[@]}")
    status=${ends[0]}
    if [ "$status" -ne 124 ] && [ "$status" -ne 137 ] && [ "${ends[1]}" -gt 1 ]; then
        ended trm-check "${ends[1]}"
    elif [ "$status" -gt 1 ] || ! grep -q '^{"kind":"model"' out/checked; then
        ended trm-ifc "$((status == 0 ? 1 : status))"
    elif grep -q ': cut short: ' out/log; then
        ended trm-ifc 1 # an export half copied: what is missing in it would look gone
    else
        [ "$status" -eq 0 ] && [ "${ends[1]}" -eq 0 ] || echo "some records were refused: $(reason)" >> out/refused
        return 0
    fi
    rm -f out/checked
    return 1
}

infer() {
    local status=0
    # shellcheck disable=SC2086 # words are wanted: options
    limited "$kit/bin/trm-infer" -m "$kit/model.trm" $INFER "$1" > out/traces 2>> out/log || status=$?
    [ $status -ne 0 ] || return 0
    if [ $status -eq 1 ]; then
        echo "some records were refused: $(reason)" >> out/refused
        return 0
    fi
    ended trm-infer $status
    rm -f out/traces
    return 1
}

: > out/log
records=checked.ndjson
if [ -e checked.ndjson ] || { records=out/checked && read_model; }; then
    if [ ! -e tkey ] || { cp tkey out/ && infer "$records"; }; then
        echo "done" > out/end
    fi
fi
end=$(cat out/end)
(cd out && tar -cf "../../$1.part" -- *) || exit 3
mv "../$1.part" "../$1.result" || exit 3
cd .. && rm -rf "$1/out" "$1/in"
[ ! -e "$1.job" ] || rm -rf "$1" # on another host nothing stays
case $end in
"failed "*"took longer than"*) ;;
failed*) exit 3 ;;
esac
exit 0
