#!/bin/bash
# One job of a batch, a few models or one, in the folder of a run, on whatever machine: see batch.sh.
# usage: one.sh JOB
#   kit/             programs, rules, settings, a model or none
#   jobs/JOB/KEY/    in: in/NAME, a model, or checked.ndjson; `tkey` when verdicts are wanted. Or all that in jobs/JOB.job, a tar
#   jobs/JOB.result  out: a folder (of JOB.job: a tar of one), whole or not at all; in KEY/: `end`, `log`, `checked`, `traces`, `refused`
# `end` is one line: done | broken REASON (in itself) | failed REASON (trying again may help) | stop REASON (no job would do better).
# All models of a job go through one start of each program, which costs more than a small model does; when anything at all is odd
# about that, each goes by itself, so that what one of them does is its own.
# Status: 3 when it is worth another try at once, else 0.
set -u -o pipefail
shopt -s nullglob dotglob
export LC_ALL=C.UTF-8 TRM_THREADS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
job=$1 from=$PWD
if [ -e "jobs/$job.job" ]; then
    rm -rf "jobs/$job" "jobs/$job.part"
    mkdir "jobs/$job" && tar -xf "jobs/$job.job" -C "jobs/$job" || exit 3
fi
[ -d "jobs/$job" ] || exit 0 # the run that asked for it is over
# shellcheck source=/dev/null
. kit/settings
kit=$from/kit out=$from/jobs/$job.part
cd "jobs/$job" || exit 3
# of this process and all that it starts
[ "$LIMIT_MB" = 0 ] || ulimit -v $((LIMIT_MB * 1024)) || exit 3
rules=()
# shellcheck disable=SC2153 # the settings say it
for rule in $RULES; do rules+=(-r "$kit/rules/$rule"); done
seconds=$LIMIT_S

limited() { timeout -k 5 "$seconds" "$@"; }

# --- all of them together -------------------------------------------------------------------------------------------
# together KEY...: whether all went through without a word
together() {
    local -a models=() reading=() checked=()
    local key
    for key in "$@"; do
        if [ -e "$key/checked.ndjson" ]; then
            checked+=("$key/checked.ndjson")
        else
            models+=("$key"/in/*) reading+=("$key") checked+=("$out/$key/checked")
        fi
    done
    if [ ${#models[@]} -gt 0 ]; then
        limited "$kit/bin/trm-ifc" -- "${models[@]}" 2> "$out/log" | limited "$kit/bin/trm-check" --each "${rules[@]}" > "$out/all" 2>> "$out/log" || return 1
        if grep -aq ': cut short: ' "$out/log" || ! cut_checked "${reading[@]}"; then return 1; fi
    fi
    [ -e "$1/tkey" ] || return 0
    # shellcheck disable=SC2086 # words are wanted: options
    limited "$kit/bin/trm-infer" -m "$kit/model.trm" $INFER "${checked[@]}" > "$out/all" 2> "$out/log" || return 1
    cut_traces "${checked[@]}"
}

# A model's records end with its model record and the summaries behind it.
cut_checked() {
    awk -v keys="$*" -v out="$out" 'BEGIN { n = split(keys, key, " ") }
        /^[{]"kind":"(summary|specification)"/ { print > file; next }
        ended || NR == 1 { if (file) close(file); file = out "/" key[++i] "/checked"; ended = 0 }
        { print > file }
        /^[{]"kind":"model"/ { ended = 1 }
        END { exit !(i == n && ended) }' "$out/all"
}

# One trace each for the elements, in their order.
cut_traces() {
    local key
    for key in "${keys[@]}"; do : > "$out/$key/traces"; done
    awk -v keys="${keys[*]}" -v out="$out" -v last=$(($# + 1)) 'BEGIN { split(keys, key, " "); i = 1 }
        FNR == 1 { file++ }
        file < last { if (/^[{]"kind":"checked"/) { count[file]++; wanted++ } next }
        { while (i < last && !count[i]) i++; count[i]--; wanted--; print > (out "/" key[i] "/traces") }
        END { exit wanted != 0 }' "$@" "$out/all"
}

# --- one by itself, in its folder -----------------------------------------------------------------------------------
# The last line of the log as a reason, without the names of program and file.
reason() { grep -av "^kit/one.sh: " "$to/log" | tail -n 1 | sed -E 's/^trm-[a-z]+: //' | sed "s|^in/[^:]*: ||"; }

# Status of a program that ended the job: its word and reason.
ended() {
    local program=$1 status=$2 text
    text=$(reason)
    case $status in
    1) echo "broken ${text:-it holds no elements}" ;;
    2) echo "stop $program: ${text:-wrong settings}" ;;
    124 | 137) echo "failed $program took longer than $LIMIT_S s" ;;
    3)
        [ "$LIMIT_MB" = 0 ] || text="${text:-the system failed}, with at most $LIMIT_MB MiB"
        echo "failed $program: ${text:-the system failed}"
        ;;
    *) echo "failed $program ended with status $status${text:+: $text}" ;;
    esac > "$to/end"
}

read_model() {
    local status
    local -a ends
    limited "$kit/bin/trm-ifc" -- in/* 2>> "$to/log" | limited "$kit/bin/trm-check" "${rules[@]}" > "$to/checked" 2>> "$to/log"
    ends=("${PIPESTATUS[@]}")
    status=${ends[0]}
    if [ "$status" -ne 124 ] && [ "$status" -ne 137 ] && [ "${ends[1]}" -gt 1 ]; then
        ended trm-check "${ends[1]}"
    elif [ "$status" -gt 1 ] || ! grep -q '^{"kind":"model"' "$to/checked"; then
        ended trm-ifc "$((status == 0 ? 1 : status))"
    elif grep -aq ': cut short: ' "$to/log"; then
        ended trm-ifc 1 # an export half copied: what is missing in it would look gone
    else
        [ "$status" -eq 0 ] && [ "${ends[1]}" -eq 0 ] || echo "some records were refused: $(reason)" >> "$to/refused"
        return 0
    fi
    rm -f "$to/checked"
    return 1
}

infer() {
    local status=0
    # shellcheck disable=SC2086 # words are wanted: options
    limited "$kit/bin/trm-infer" -m "$kit/model.trm" $INFER "$1" > "$to/traces" 2>> "$to/log" || status=$?
    [ $status -ne 0 ] || return 0
    if [ $status -eq 1 ]; then
        echo "some records were refused: $(reason)" >> "$to/refused"
        return 0
    fi
    ended trm-infer $status
    rm -f "$to/traces"
    return 1
}

alone() {
    local records=checked.ndjson to=$out/$1
    rm -rf "$to"
    mkdir "$to" && : > "$to/log" || return 1
    cd "$1" || return 1
    if [ -e checked.ndjson ] || { records=$to/checked && read_model; }; then
        [ -e tkey ] && ! infer "$records" || echo "done" > "$to/end"
    fi
    [ ! -e tkey ] || cp tkey "$to/"
    cd ..
}

# --- the job --------------------------------------------------------------------------------------------------------
keys=(*)
if [ -d "../$job.result" ]; then # the try before left what it had done
    mv "../$job.result" "$out" || exit 3
fi
if [ ! -d "$out" ] && [ ${#keys[@]} -gt 1 ]; then
    mkdir "$out" "${keys[@]/#/$out/}" || exit 3
    # small models: what takes a quarter of what one may take is endless, and will be found to be
    seconds=$((LIMIT_S / 4 + 1))
    if together "${keys[@]}"; then
        for key in "${keys[@]}"; do
            [ ! -e "$key/tkey" ] || { read -r tkey < "$key/tkey" && echo "$tkey" > "$out/$key/tkey"; }
            echo "done" > "$out/$key/end"
        done
    fi
    rm -f "$out/all" "$out/log"
    seconds=$LIMIT_S
fi
again=0
[ -d "$out" ] || mkdir "$out" || exit 3 # never the folders above it: a run that is over has none
for key in "${keys[@]}"; do
    read -r word what 2> /dev/null < "$out/$key/end" || word=none what=
    case "$word $what" in
    "failed "*"took longer than"*) continue ;;
    failed* | none*) alone "$key" || exit 3 ;;
    *) continue ;;
    esac
    read -r word what < "$out/$key/end" || exit 3
    case "$word $what" in
    "failed "*"took longer than"*) ;;
    failed*) again=3 ;;
    esac
done
cd "$from/jobs" || exit 3
if [ -e "$job.job" ]; then
    tar -cf "$job.tar" -C "$out" . && mv "$job.tar" "$job.result" || exit 3
    rm -rf "$job" "$out" # on another host nothing stays
else
    mv -T "$out" "$job.result" || exit 3
    [ $again -ne 0 ] || rm -rf "$job"
fi
exit $again
