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
# $w/list: a path a line, absolute
list_models() {
    if [ -d "$IFC" ]; then
        find -L "$IFC" -type f \( -iname '*.ifc' -o -iname '*.ifczip' \) -print
    elif [[ "${IFC,,}" == *.ifc || "${IFC,,}" == *.ifczip ]]; then
        printf '%s\n' "$IFC"
    elif [ -f "$IFC" ]; then
        grep -v '^$' "$IFC" || true
    else
        die 2 "IFC=$IFC: no such folder, model or list"
    fi | awk '{print (/^\// ? "" : ENVIRON["PWD"] "/") $0}' | LC_ALL=C sort -u > "$w/list"
    [ -s "$w/list" ] || die 2 "no model to read in IFC=$IFC"
}

# One digest for what a piece of this stage hangs on beside its model: digest FILE-OR-TEXT...
digest() {
    for x in "$@"; do
        if [ -f "$x" ]; then sha256sum < "$x"; else sha256sum <<< "$x"; fi
    done | sha256sum | cut -c 1-32
}

# $w/keys: "KEY TKEY PATH" for each model that is a readable file, $w/absent: the others.
make_keys() {
    local check_stage infer_stage=none
    # shellcheck disable=SC2086 # words are wanted: several rule files
    check_stage=$(digest $RULES "$BIN/trm-ifc" "$BIN/trm-check")
    [ -z "$model" ] || infer_stage=$(digest "$model" "$BIN/trm-infer" "options $INFER")
    : > "$w/absent"
    while IFS= read -r path; do
        if [ -f "$path" ] && [ -r "$path" ]; then printf '%s\n' "$path"; else printf '%s\n' "$path" >> "$w/absent"; fi
    done < "$w/list" > "$w/present"
    parallel --will-cite -k -j "${JOBS:-100%}" -n 16 -a "$w/present" sha256sum --zero -- 9>&- | tr '\0' '\n' |
        perl -MDigest::SHA=sha256_hex -e '
            my ($check, $infer) = @ARGV;
            while (<STDIN>) {
                chomp;
                my ($sum, $path) = /^([0-9a-f]{64}) [ *](.*)$/ or die "batch: cannot read a checksum: $_\n";
                my $name = $path =~ s|.*/||sr;
                my $key = substr(sha256_hex("$check\n$sum\n$name"), 0, 40);
                print "$key ", substr(sha256_hex("$key\n$infer"), 0, 40), " $path\n";
            }' "$check_stage" "$infer_stage" > "$w/keys"
    [ "$(wc -l < "$w/keys")" -eq "$(wc -l < "$w/present")" ] || die 3 "a model vanished while it was read; try again"
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

# One folder a job (a tar of it for other hosts): the model and its name, or the checked records that only the verdicts are missing to.
make_job() {
    local job=$run/jobs/$1 tkey=$2 path=$3
    mkdir "$job"
    [ -z "$model" ] || echo "$tkey" > "$job/tkey"
    if [ -e "$pieces/$1.checked" ]; then
        ln -s "$(realpath "$pieces/$1.checked")" "$job/checked.ndjson"
    else
        printf '%s' "${path##*/}" > "$job/name"
        ln -s "$path" "$job/model"
    fi
    if [ -n "$HOSTS" ]; then
        tar -chf "$job.job" -C "$job" .
        rm -rf "$job"
    fi
    echo "$1"
}

prepare() {
    local key tkey path
    local -A seen=()
    adopt
    rm -f "$w/stop"
    run=$(mktemp -d "$w/run.XXXXXX")
    mkdir "$run/jobs"
    make_kit
    while read -r key tkey path; do
        [ -z "${seen[$key]-}" ] || continue
        seen[$key]=1
        [ -z "$RETRY" ] || rm -f "$pieces/$key.broken"
        [ -e "$pieces/$key.broken" ] && continue
        [ -e "$pieces/$key.checked" ] && { [ -z "$model" ] || [ -e "$pieces/$tkey.traces" ]; } && continue
        make_job "$key" "$tkey" "$path"
    done < "$w/keys" > "$run/todo"
}

# The lock (descriptor 9) is this script's alone: jobs that outlive a killed run keep nobody waiting, and find their folder gone.
work() {
    local -a how=(-j "${JOBS:-100%}" --joblog "$(realpath "$OUT")/joblog" --retries "$((RETRIES + 1))")
    [ -s "$run/todo" ] || return 0
    [ ! -t 2 ] || how+=(--bar)
    if [ -n "$HOSTS" ]; then
        how+=(--sshloginfile "$(realpath "$HOSTS")" --workdir ".cache/trm-batch/${run##*/}" --transferfile "jobs/{}.job" --return "jobs/{}.result" --cleanup)
        while IFS= read -r file; do how+=(--basefile "$file"); done < <(cd "$run" && find kit -type f)
    fi
    # its status is the number of failed jobs; each job's own end says why
    (cd "$run" && parallel --will-cite "${how[@]}" -a todo bash kit/one.sh '{}' < /dev/null 9>&-) || true
}

# --- results --------------------------------------------------------------------------------------------------------
# What one finished job leaves becomes pieces; a piece appears by a rename.
adopt_one() {
    local result=$1 key word reason new
    key=$(basename "$1" .result)
    new=$(mktemp -d "$w/new.XXXXXX")
    tar -xf "$result" -C "$new" || { rm -rf "$new"; return 0; }
    read -r word reason < "$new/end" || true
    # what was checked stays so, also when the verdicts of the model are still missing
    [ ! -e "$new/checked" ] || mv "$new/checked" "$pieces/$key.checked"
    case $word in
    done)
        [ ! -e "$new/traces" ] || mv "$new/traces" "$pieces/$(cat "$new/tkey").traces"
        [ ! -s "$new/refused" ] || mv "$new/refused" "$pieces/$key.refused"
        ;;
    broken) printf '%s\n' "$reason" > "$new/text" && mv "$new/text" "$pieces/$key.broken" ;;
    stop) cat "$new/log" <(echo "batch: $reason") > "$w/stop" ;;
    *) printf '%s\n' "$reason" > "$w/failed/$key" ;;
    esac
    rm -rf "$new"
}

# Everything that jobs of this run and of those before have done.
adopt() {
    local result old
    rm -rf "$w"/new.*
    mkdir -p "$w/failed"
    for result in "$w"/run.*/jobs/*.result; do
        [ ! -e "$result" ] || adopt_one "$result"
    done
    for old in "$w"/run.*; do
        [ -e "$old" ] || continue
        # a job that a killed run left behind may still be writing there
        rm -rf "$old" 2> /dev/null || true
    done
}

# Wrong rules or options: no model would do better, and nothing is made of what there is.
stop_or_go() {
    [ -e "$w/stop" ] || return 0
    cat "$w/stop" >&2
    exit 2
}

json_text() { iconv -c -f UTF-8 -t UTF-8 | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g'; }

broken_record() {
    printf '{"kind":"model","v":1,"id":"%s","file":"%s","error":"%s","again":%s}\n' "$(json_text <<< "$1")" \
        "$(basename -- "$1" | json_text)" "$(json_text <<< "$2")" "$3"
}

# Lists of pieces in the order of the models, and what is broken.
sort_out() {
    local key tkey path
    local -A seen=()
    : > "$w/checked.pieces"
    : > "$w/traces.pieces"
    while IFS= read -r path; do
        broken_record "$path" "no such file, or it may not be read" true
    done < "$w/absent"
    while read -r key tkey path; do
        if [ -n "${seen[$key]-}" ]; then
            echo "batch: $path is the same model as ${seen[$key]}; it counts once" >&2
            continue
        fi
        seen[$key]=$path
        if [ -e "$pieces/$key.broken" ]; then
            touch "$pieces/$key.broken"
            broken_record "$path" "$(cat "$pieces/$key.broken")" false
        elif [ -e "$pieces/$key.checked" ] && { [ -z "$model" ] || [ -e "$pieces/$tkey.traces" ]; }; then
            printf '%s\0' "$pieces/$key.checked" >> "$w/checked.pieces"
            [ -z "$model" ] || printf '%s\0' "$pieces/$tkey.traces" >> "$w/traces.pieces"
            [ ! -e "$pieces/$key.refused" ] || echo "batch: $path: $(cat "$pieces/$key.refused")" >&2
        else
            broken_record "$path" "$(cat "$w/failed/$key" 2> /dev/null || echo "its job did not end")" true
        fi
    done < "$w/keys"
}

assemble() {
    local merged=0
    sort_out > "$OUT/broken.part"
    if [ ! -s "$w/checked.pieces" ]; then
        mv "$OUT/broken.part" "$OUT/broken.ndjson"
        name_broken
        die 1 "none of $(wc -l < "$w/list") models could be done"
    fi
    xargs -0 touch -c < "$w/checked.pieces"
    xargs -0 cat < "$w/checked.pieces" | "$BIN/trm-check" --merge > "$OUT/checked.part" || merged=$?
    [ $merged -le 1 ] || exit $merged
    if [ -n "$model" ]; then
        xargs -0 touch -c < "$w/traces.pieces"
        xargs -0 cat < "$w/traces.pieces" > "$OUT/traces.part"
        mv "$OUT/traces.part" "$OUT/traces.ndjson"
    fi
    mv "$OUT/checked.part" "$OUT/checked.ndjson"
    mv "$OUT/broken.part" "$OUT/broken.ndjson"
    find "$pieces" -type f -mtime +"$KEEP_DAYS" -delete
    name_broken
}

name_broken() {
    [ -s "$OUT/broken.ndjson" ] || return 0
    echo "batch: $(wc -l < "$OUT/broken.ndjson") of $(wc -l < "$w/list") models were not done:" >&2
    sed -E 's/.*"id":"(([^"\\]|\\.)*)".*"error":"(([^"\\]|\\.)*)","again":(true|false).*/  \1: \3/; s/\\(["\\])/\1/g' "$OUT/broken.ndjson" >&2
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
    [ -n "$MODEL" ] || return 0
    model=$MODEL
    [ ! -d "$model" ] || model=$MODEL/current
    model=$(realpath -e "$model" 2> /dev/null) || die 2 "MODEL=$MODEL: no model, and no store with a current one"
}

main() {
    w=$OUT/steps pieces=$OUT/pieces
    mkdir -p "$w" "$pieces"
    exec 9> "$w/lock"
    flock -w 10 9 || die 3 "another run is at work in $OUT; try again when it has ended"
    check_settings
    list_models
    make_keys
    case $1 in
    prepare)
        prepare
        echo "$(wc -l < "$run/todo") jobs in $run"
        ;;
    collect)
        adopt
        stop_or_go
        assemble
        ;;
    all)
        rm -rf "$w/failed"
        prepare
        work
        adopt
        stop_or_go
        assemble
        ;;
    *) die 2 "usage: batch.sh all|prepare|collect" ;;
    esac
}
main "$@"
