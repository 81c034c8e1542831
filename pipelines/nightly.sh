#!/bin/bash
# The work of nightly.mk, which holds the settings (they come as environment variables) and says what this does.
# usage: nightly.sh             the night, or what is left of it
#        nightly.sh step NAME   one step, by the script itself: a process of its own, so that whatever fails in it ends it
# Status: 0 fine; 2 wrong settings; 3 a step failed; 4 an alert rose.
set -eu -o pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2153 # they come from nightly.mk
night=$OUT/nights/$NIGHT
steps="exam check diff samples train compare promote verdicts report"

die() {
    local status=$1
    shift
    echo "nightly: $*" >&2
    exit "$status"
}

# A program that refuses some records (1) has done its work; whole or not at all.
# make_file OUT COMMAND...
make_file() {
    local out=$1 status=0
    shift
    "$@" > "$out.part" || status=$?
    [ $status -le 1 ] || return $status
    mv "$out.part" "$out"
}

# --- the steps ------------------------------------------------------------------------------------------------------
# Made-up buildings, once: some to learn from, some to be examined on; anew when a setting or a rule changed.
step_exam() {
    local made x=$OUT/exam
    made="$LEARN_BUILDINGS $LEARN_ELEMENTS $EXAM_BUILDINGS $EXAM_ELEMENTS $SEED $VARY $(sha256sum < "$RULES")"
    [ "$(cat "$x/made" 2> /dev/null || true)" != "$made" ] || return 0
    rm -rf "$x"
    mkdir -p "$x"
    "$BIN/trm-buildings" -n "$LEARN_BUILDINGS" -N "$LEARN_ELEMENTS" --seed "$SEED" -o "$x/learn"
    "$BIN/trm-buildings" -n "$EXAM_BUILDINGS" -N "$EXAM_ELEMENTS" --seed "${SEED}000003" -o "$x/models"
    find "$x/learn" -name '*.ifc' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 "$BIN/trm-ifc" | "$BIN/trm-check" -r "$RULES" > "$x/learn.checked"
    make_file "$x/learn.samples" "$BIN/trm-extract" -r "$RULES" --vary "$VARY" --seed "$SEED" "$x/learn.checked"
    find "$x/models" -name '*.ifc' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 "$BIN/trm-ifc" | "$BIN/trm-check" -r "$RULES" > "$x/checked.ndjson"
    cat "$x"/models/*.truth.ndjson | "$BIN/trm-check" -r "$RULES" > "$x/truth.ndjson"
    rm -rf "$x/learn" "$x/learn.checked" "$x/models"
    echo "$made" > "$x/made"
}

batch() { make -f "$here/batch.mk" --no-print-directory OUT="$OUT/batch" "$@"; }

step_check() {
    batch MODEL= all
    ln -f "$OUT/batch/checked.ndjson" "$OUT/batch/broken.ndjson" "$night/"
    cp "$OUT/batch/steps/models" "$night/"
}

# What was known of models that cannot be read tonight is carried on, so that they are not all new on the night they can be read again.
step_diff() {
    local last=$OUT/last
    local -a waivers=()
    [ -z "$WAIVERS" ] || waivers=(-w "$WAIVERS")
    [ -e "$last/checked.ndjson" ] || last=$night # the first night: everything is as it was
    touch "$last/carried.ndjson"
    make_file "$night/diff.ndjson" "$BIN/trm-diff" "${waivers[@]}" --date "$NIGHT" \
        <(cat "$last/checked.ndjson" "$last/carried.ndjson" "$last/broken.ndjson") <(cat "$night/checked.ndjson" "$night/broken.ndjson")
    carry "$last" > "$night/carried.part"
    mv "$night/carried.part" "$night/carried.ndjson"
}

# grep that may find nothing; what goes wrong, as on a full disk, ends the step.
found() { grep "$@" || [ $? -eq 1 ]; }

# The records of a night whose file is broken in this one; of two files of that name, one of them not broken, nothing is known.
carry() {
    local names=$night/carried.names
    sed -nE 's/.*("file":"([^"\\]|\\.)*").*/\1/p' "$night/broken.ndjson" > "$names"
    found -ohF -f "$names" "$night/checked.ndjson" | LC_ALL=C sort -u > "$names.read"
    found -vxF -f "$names.read" "$names" > "$names.unread"
    found -hF -f "$names.unread" "$1/checked.ndjson" "$1/carried.ndjson"
    rm "$names" "$names.read" "$names.unread"
}

through() { bash -c "$SAMPLES_THROUGH" < "$1"; }

step_samples() {
    make_file "$night/own.samples" "$BIN/trm-extract" -r "$RULES" --vary "$VARY" --seed "$SEED" "$night/checked.ndjson"
    cat "$OUT/exam/learn.samples" "$night/own.samples" | make_file "$night/all.samples" "$BIN/trm-split" --keys "$KEYS"
    make_file "$night/samples.ndjson" through "$night/all.samples"
    rm "$night/all.samples"
    # what is set aside of your own, for the nights to come
    "$BIN/trm-split" --keys "$KEYS" "$night/own.samples" 2> /dev/null | grep '"side":"test"' > "$night/held.ndjson" || true
}

# Nothing new to learn: the samples and settings of the last training.
known() { [ "$(cat "$OUT/learned" 2> /dev/null || true)" = "$(cat "$night/learns")" ] && [ -e "$OUT/models/current" ]; }

step_train() {
    local -a parent=()
    local way=fresh
    { cat "$night/samples.ndjson" "$RULES" && echo "$START $TRAIN"; } | sha256sum > "$night/learns"
    ! known || return 0
    if [ -e "$OUT/models/current" ]; then
        parent=(--parent "$OUT/models/current")
        [ "$START" = fresh ] || { way=current && parent=(--from "$OUT/models/current"); }
    fi
    # shellcheck disable=SC2086 # words are wanted: options
    "$BIN/trm-train" -r "$RULES" $TRAIN --seed "$SEED" --resume "${parent[@]}" --label "$NIGHT" --status "$night/train.status" \
        -o "$night/candidate.trm" "$night/samples.ndjson" > "$night/epochs.ndjson"
    echo "$way" > "$night/start"
    rm -f "$night/candidate.trm.state" "$night/candidate.trm.lock"
}

# says WHAT MODEL RECORDS: traces of the model, nights/DAY/WHAT
says() {
    # shellcheck disable=SC2086 # words are wanted: options
    make_file "$night/$1" "$BIN/trm-infer" -m "$2" $INFER "$3"
}

step_compare() {
    local current=$OUT/models/current held=$OUT/last/held.ndjson
    local -a against=() own=()
    [ -e "$night/candidate.trm" ] || return 0
    says exam.new "$night/candidate.trm" "$OUT/exam/checked.ndjson"
    if [ -e "$current" ]; then
        says exam.current "$current" "$OUT/exam/checked.ndjson"
        against=(-b "current=$night/exam.current")
    fi
    make_file "$night/eval.ndjson" "$BIN/trm-eval" --truth "$OUT/exam/truth.ndjson" "${against[@]}" "$night/exam.new"
    if [ -s "$held" ] && [ -e "$current" ]; then
        says own.new "$night/candidate.trm" "$held"
        says own.current "$current" "$held"
        own=(-b "current=$night/own.current")
        make_file "$night/eval.own" "$BIN/trm-eval" "${own[@]}" "$night/own.new"
    fi
    rm -f "$night"/exam.new "$night"/exam.current "$night"/own.new "$night"/own.current
}

# A candidate is added whatever it is worth, so that it can be looked at; it is promoted on evidence.
step_promote() {
    local -a evidence=()
    if [ -e "$night/candidate.trm" ]; then
        [ ! -e "$night/eval.ndjson" ] || evidence=(--if "$night/eval.ndjson")
        [ ! -e "$night/eval.own" ] || evidence+=(--if "$night/eval.own")
        make_file "$night/version.ndjson" "$BIN/trm-models" -s "$OUT/models" -j -p "${evidence[@]}" -n "night of $NIGHT" add "$night/candidate.trm"
        "$BIN/trm-models" -s "$OUT/models" prune > /dev/null
        cp "$night/learns" "$OUT/learned.part"
        mv "$OUT/learned.part" "$OUT/learned"
    fi
    readlink "$OUT/models/current" > "$night/current"
}

step_verdicts() {
    batch MODEL="$OUT/models" INFER="$INFER" all
    ln -f "$OUT/batch/checked.ndjson" "$OUT/batch/traces.ndjson" "$OUT/batch/broken.ndjson" "$night/"
}

step_report() {
    local -a in=("$night/checked.ndjson" "$night/broken.ndjson" "$night/traces.ndjson")
    for f in diff eval epochs; do
        [ ! -e "$night/$f.ndjson" ] || in+=("$night/$f.ndjson")
    done
    # of the night's date, so that the same night done again is the same bytes
    leave report.html html
    leave report.txt text
    leave topics.bcf bcf2.1
}

# leave NAME FORMAT: a report in the folder of the night, and a copy beside it that is the newest
leave() {
    make_file "$night/$1" "$BIN/trm-report" -f "$2" -t "$TITLE" --date "$NIGHT" "${in[@]}"
    cp "$night/$1" "$OUT/$1.part"
    mv "$OUT/$1.part" "$OUT/$1"
}

# --- the record of the night ----------------------------------------------------------------------------------------
# One step: how long and how much; its marker says that it is done.
run_step() {
    local name=$1 status=0 real user sys TIMEFORMAT='%R %U %S'
    [ ! -e "$night/done.$name" ] || return 0
    { time "$0" step "$name" >> "$night/log" 2>&1; } 2> "$night/time.$name" || status=$?
    read -r real user sys < "$night/time.$name" || true
    printf '{"kind":"step","v":1,"id":"%s/%s","status":%d,"seconds":%s,"cpu_seconds":%s}\n' "$NIGHT" "$name" "$status" "${real:-0}" \
        "$(awk "BEGIN {print ${user:-0} + ${sys:-0}}")" >> "$night/steps.ndjson"
    [ $status -eq 0 ] || return $status
    touch "$night/done.$name"
}

# number FILE PATTERN: the number behind the pattern in the file, or nothing
number() { sed -nE "s/.*$2(-?[0-9.e+-]+).*/\1/p" "$1" 2> /dev/null | head -n 1; }
member() { [ -z "$2" ] || printf ',"%s":%s' "$1" "$2"; }

# Accuracy of the model in use: of the new one when it was promoted, else of the current one beside it, else of the last night.
accuracy() {
    local all
    all=$(grep '"id":"all"' "$night/eval.ndjson" 2> /dev/null | head -n 1 || true)
    if [ -z "$all" ]; then
        number "$OUT/last/night.ndjson" '"accuracy":'
    elif grep -q '"current":true' "$night/version.ndjson" 2> /dev/null; then
        number <(echo "${all%%\"baselines\"*}") '"accuracy":'
    else
        number <(sed 's/.*"baselines":{"current":{//; s/"better".*//' <<< "$all") '"accuracy":'
    fi
}

# The share of verdicts decided both nights that turned; from the last record of trm-diff.
labels_changed() {
    local d
    d=$(tail -n 1 "$night/diff.ndjson" 2> /dev/null | grep '"kind":"diffed"' || true)
    [ -n "$d" ] || return 0
    sed -nE 's/.*"pass":\{"none":[0-9]+,"pass":([0-9]+),"fail":([0-9]+).*"fail":\{"none":[0-9]+,"pass":([0-9]+),"fail":([0-9]+).*/\1 \2 \3 \4/p' <<< "$d" |
        awk '{n = $1 + $2 + $3 + $4; if (n) printf "%.6f", ($2 + $3) / n}'
}

share() { [ -n "$1" ] && [ "$1" -gt 0 ] && awk "BEGIN {printf \"%.6f\", $2 / $1}"; }

write_night() {
    local state=$1 step=${2:-} models broken late version
    models=$(cat "$night/models" 2> /dev/null || echo 0)
    broken=$(grep -c '' "$night/broken.ndjson" 2> /dev/null || true)
    late=$(grep -c 'took longer than' "$night/broken.ndjson" 2> /dev/null || true)
    version=$(sed 's|.*/0*||; s|\.trm||' "$night/current" 2> /dev/null || true)
    {
        printf '{"kind":"night","v":1,"id":"%s","state":"%s"' "$NIGHT" "$state"
        [ -z "$step" ] || printf ',"step":"%s"' "$step"
        member models "$models"
        member not_done "${broken:-0}"
        member broken "$(share "$models" "$((${broken:-0} - ${late:-0}))" || true)"
        member timeouts "$(share "$models" "${late:-0}" || true)"
        for s in new regressed known fixed still waived expired; do member "$s" "$(number <(tail -n 1 "$night/diff.ndjson" 2> /dev/null) "\"states\":\{[^}]*\"$s\":")"; done
        member labels_changed "$(labels_changed)"
        member samples "$(grep -c '"kind":"sample"' "$night/samples.ndjson" 2> /dev/null || true)"
        member accuracy "$(accuracy || true)"
        printf ',"trained":%s' "$([ -e "$night/candidate.trm" ] && echo true || echo false)"
        [ ! -e "$night/start" ] || printf ',"start":"%s"' "$(cat "$night/start")"
        printf ',"promoted":%s' "$(grep -q '"current":true' "$night/version.ndjson" 2> /dev/null && echo true || echo false)"
        member version "$version"
        awk -F'[:,}]' '{for (i = 1; i < NF; i++) {if ($i == "\"seconds\"") s += $(i + 1); if ($i == "\"cpu_seconds\"") c += $(i + 1)}}
            END {printf ",\"seconds\":%.2f,\"cost\":%.2f", s, c}' "$night/steps.ndjson"
        printf ',"program":"%s"}\n' "$("$BIN/trm-check" --version)"
    } > "$night/night.part"
    mv "$night/night.part" "$night/night.ndjson"
    cat "$OUT"/nights/*/night.ndjson > "$OUT/nights.part"
    mv "$OUT/nights.part" "$OUT/nights.ndjson"
}

alerts() {
    local status=0
    # shellcheck disable=SC2086 # words are wanted: options
    grep -B 100000 "\"id\":\"$NIGHT\"" "$OUT/nights.ndjson" | "$BIN/trm-alert" -e $ALERT > "$OUT/alerts.part" || status=$?
    mv "$OUT/alerts.part" "$OUT/alerts.ndjson"
    cp "$OUT/alerts.ndjson" "$night/alerts.ndjson"
    [ $status -ne 0 ] || return 0
    cat "$OUT/alerts.ndjson" >&2
    [ -z "$TELL" ] || bash -c "$TELL" < "$OUT/alerts.ndjson" || echo "nightly: TELL ended with status $?" >&2
    return $status
}

# Of nights long past only what is small stays.
clear_old() {
    local old
    find "$OUT/nights" -mindepth 1 -maxdepth 1 -type d | LC_ALL=C sort | head -n "-$KEEP_NIGHTS" | while IFS= read -r old; do
        rm -f "$old"/*.samples "$old"/samples.ndjson "$old"/traces.ndjson "$old"/checked.ndjson "$old"/carried.ndjson "$old"/candidate.trm* "$old"/held.ndjson
    done
}

main() {
    local step status=0
    [[ "$NIGHT" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || die 2 "NIGHT=$NIGHT: expected a day as 2027-03-31"
    [ -n "$IFC" ] || die 2 "which models? IFC=folder"
    [ -r "$RULES" ] || die 2 "RULES=$RULES cannot be read"
    [[ "$START" = fresh || "$START" = current ]] || die 2 "START=$START: expected fresh or current"
    mkdir -p "$night"
    exec 9> "$OUT/lock"
    flock -w 5 9 || die 3 "another run is at work in $OUT; try again when it has ended"
    for step in $steps; do
        run_step "$step" 9>&- || status=$?
        [ $status -ne 0 ] || continue
        tail -n 5 "$night/log" >&2
        write_night failed "$step"
        alerts || true
        die 3 "step $step failed with status $status; start it again to go on; see $night/log and trm-runbook(7)"
    done
    write_night 'done'
    ln -sfn "nights/$NIGHT" "$OUT/last.new"
    mv -T "$OUT/last.new" "$OUT/last"
    clear_old
    alerts
}

if [ "${1:-}" = step ]; then
    "step_$2"
else
    main
fi
