#!/bin/bash
# The work of batch.mk, which holds the settings (they come as environment variables) and says what this does.
# usage: batch.sh all|prepare|collect
#   prepare  lists what is missing, as jobs in OUT/steps/run.XXXXXX/jobs
#   collect  takes what jobs have done into OUT/pieces, and makes OUT/*.ndjson of the pieces
#   all      prepare, the jobs under GNU parallel, collect
# Status: 0 done, broken models named on stderr; 1 no model could be done; 2 wrong settings; 3 the system failed.
set -eu -o pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)

die() {
    local status=$1
    shift
    echo "batch: $*" >&2
    exit "$status"
}

# --- what there is --------------------------------------------------------------------------------------------------
# One digest for what a piece of this stage hangs on beside its model: digest FILE-OR-TEXT...
digest() {
    for x in "$@"; do
        if [ -f "$x" ]; then sha256sum < "$x"; else sha256sum <<< "$x"; fi
    done | sha256sum | cut -c 1-32
}

make_keys() {
    local check_stage infer_stage=none
    # shellcheck disable=SC2086 # words are wanted: several rule files
    check_stage=$(digest $RULES "$BIN/trm-ifc" "$BIN/trm-check")
    [ -z "$model" ] || infer_stage=$(digest "$model" "$BIN/trm-infer" "options $INFER")
    "$here/batch.pl" keys "$check_stage" "$infer_stage"
}

# --- jobs -----------------------------------------------------------------------------------------------------------
# What every job needs: links here, copies for other hosts.
make_kit() {
    local kit=$run/kit rule put="ln -s"
    [ -z "$HOSTS" ] || put="cp -L"
    mkdir -p "$kit/bin" "$kit/rules"
    for p in trm-ifc trm-check trm-infer; do
        $put "$(realpath "$BIN/$p")" "$kit/bin/$p"
    done
    for rule in $RULES; do
        $put "$(realpath "$rule")" "$kit/rules/$(basename "$rule")"
    done
    cp "$here/batch-one.sh" "$kit/one.sh"
    [ -z "$model" ] || $put "$model" "$kit/model.trm"
    # shellcheck disable=SC2086 # words are wanted
    printf '%s=%q\n' LIMIT_S "$LIMIT_S" LIMIT_MB "$LIMIT_MB" INFER "$INFER" RULES "$(basename -a $RULES | tr '\n' ' ')" > "$kit/settings"
}

# Jobs at a time, all hosts together.
slots() {
    local n
    case $JOBS in
    '' | *[!0-9]* | 0) n=$(nproc) ;;
    *) n=$JOBS ;;
    esac
    [ -z "$HOSTS" ] || n=$((n * $(grep -vcE '^[[:space:]]*(#|$)' "$HOSTS" || true)))
    echo $((n > 0 ? n : 1))
}

# What jobs have done becomes pieces, and what they leave goes: two files and more a model, beside what comes next.
adopt() {
    "$here/batch.pl" adopt
    local -a gone=("$w"/gone.*)
    rm -rf -- "${gone[@]}" 9>&- &
    trap wait EXIT
}

# A folder for this run, with all that jobs need but their models.
begin() {
    rm -f "$w/stop"
    run=$(mktemp -d "$w/run.XXXXXX")
    mkdir "$run/jobs"
    make_kit
}

# Jobs for all that is missing, their names on stdout.
prepare() {
    make_keys
    "$here/batch.pl" jobs "$run" "$(slots)"
}

# The jobs under GNU parallel, which takes half a second to start: beside prepare, whose jobs it reads as they come. The lock (descriptor 9)
# is this script's alone: jobs that outlive a killed run keep nobody waiting, and find their folder gone.
work() {
    local log=$OUT/joblog
    local -a how=(-j "${JOBS:-100%}" --joblog "$(realpath "$OUT")/joblog" --retries "$((RETRIES + 1))") ends lines
    rm -f "$w/joblog"
    [ ! -e "$log" ] || mv "$log" "$w/joblog"
    [ ! -t 2 ] || how+=(--bar)
    if [ -n "$HOSTS" ]; then
        how+=(--sshloginfile "$(realpath "$HOSTS")" --workdir ".cache/trm-batch/${run##*/}" --transferfile "jobs/{}.job" --return "jobs/{}.result" --cleanup)
        while IFS= read -r file; do how+=(--basefile "$file"); done < <(cd "$run" && find kit -type f)
    fi
    set +e
    { set -e; prepare; } | (cd "$run" && parallel --will-cite "${how[@]}" bash kit/one.sh '{}' 9>&-)
    ends=("${PIPESTATUS[@]}") # parallel's is the number of failed jobs; each job's own end says why
    set -e
    [ "${ends[0]}" -eq 0 ] || exit "${ends[0]}"
    mapfile -n 2 lines < "$log"
    [ ${#lines[@]} -lt 2 ] || return 0
    rm "$log" # its head alone: there was no job, and the log of those before stays
    [ ! -e "$w/joblog" ] || mv "$w/joblog" "$log"
}

# --- results --------------------------------------------------------------------------------------------------------
# Wrong rules or options: no model would do better, and nothing is made of what there is.
stop_or_go() {
    [ -e "$w/stop" ] || return 0
    cat "$w/stop" >&2
    exit 2
}

# Records of all pieces, then the summaries added up: what trm-check --merge writes, which would read every record for it.
assemble() {
    local traces=
    "$here/batch.pl" lists
    if [ ! -s "$w/checked.pieces" ]; then
        mv "$OUT/broken.part" "$OUT/broken.ndjson"
        die 1 "none of $(cat "$w/models") models could be done"
    fi
    if [ -n "$model" ]; then
        xargs -0 cat < "$w/traces.pieces" > "$OUT/traces.part" &
        traces=$!
    fi
    { "$here/batch.pl" records 3>&1 > "$OUT/checked.part" | "$BIN/trm-check" --merge; } > "$w/summaries"
    cat "$w/summaries" >> "$OUT/checked.part"
    [ -z "$traces" ] || wait "$traces"
    [ -z "$model" ] || mv "$OUT/traces.part" "$OUT/traces.ndjson"
    mv "$OUT/checked.part" "$OUT/checked.ndjson"
    mv "$OUT/broken.part" "$OUT/broken.ndjson"
    find "$pieces" -type f -mtime +"$KEEP_DAYS" -delete
}

# --- the run --------------------------------------------------------------------------------------------------------
check_settings() {
    local x
    # shellcheck disable=SC2086 # words are wanted: several rule files
    for x in $RULES; do [ -r "$x" ] || die 2 "RULES: $x cannot be read"; done
    [ -n "$IFC" ] || die 2 "which models? IFC=folder"
    [ -z "$HOSTS" ] || [ -r "$HOSTS" ] || die 2 "HOSTS=$HOSTS cannot be read"
    [ -z "$HOSTS" ] || command -v rsync > /dev/null || die 2 "HOSTS= needs rsync, here and on the hosts"
    model=
    export WITH_MODEL=
    [ -n "$MODEL" ] || return 0
    model=$MODEL WITH_MODEL=1
    [ ! -d "$model" ] || model=$MODEL/current
    model=$(realpath -e "$model" 2> /dev/null) || die 2 "MODEL=$MODEL: no model, and no store with a current one"
}

main() {
    w=$OUT/steps pieces=$OUT/pieces
    mkdir -p "$w" "$pieces"
    exec 9> "$w/lock"
    flock -w 10 9 || die 3 "another run is at work in $OUT; try again when it has ended"
    check_settings
    case $1 in
    prepare)
        adopt
        begin
        prepare > "$run/todo"
        echo "$(wc -l < "$run/todo") jobs in $run"
        ;;
    collect)
        make_keys
        adopt
        stop_or_go
        assemble
        ;;
    all)
        rm -rf "$w/failed"
        adopt
        begin
        work
        adopt
        stop_or_go
        assemble
        ;;
    *) die 2 "usage: batch.sh all|prepare|collect" ;;
    esac
}
main "$@"
