#!/bin/bash
# Every model of a list read and checked, one job each through GNU parallel; one broken model does not stop the others.
# usage: read.sh BIN RULES JOBS LIST DIR OUT
#   LIST  one path a line    DIR  a folder for the pieces, DIR/joblog and DIR/*.log among them
#   OUT   all checked records, model records and the merged summaries, whole or not at all
#   OUT.broken  a model record with `error` for every model that could not be read
# Status: 0 done (broken models are named on stderr), 2 or 3 as the program that failed, 1 when no model could be read.
set -eu -o pipefail
export LC_ALL=C.UTF-8

broken_status=10 # of a job whose model could not be read; no program of ours ends with it

# One model: NNNNN-NAME.elements.ndjson and NNNNN-NAME.checked.ndjson in DIR.
one() {
    local bin=$1 rules=$2 dir=$3 number=$4 model=$5 base status=0
    base=$dir/$(printf '%05d' "$number")
    "$bin/trm-ifc" -- "$model" > "$base.elements.part" 2> "$base.log" || status=$?
    [ $status -ne 2 ] || return 2
    if ! tail -n 1 "$base.elements.part" | grep -q '"kind":"model"' || [ $status -gt 1 ]; then
        rm -f "$base.elements.part"
        [ $status -le 3 ] || echo "trm-ifc ended with status $status" >> "$base.log"
        return $broken_status
    fi
    mv "$base.elements.part" "$base.elements.ndjson"
    local checked=0
    "$bin/trm-check" -r "$rules" "$base.elements.ndjson" > "$base.checked.part" 2>> "$base.log" || checked=$?
    [ $checked -le 1 ] || return $checked
    mv "$base.checked.part" "$base.checked.ndjson"
    return $((status > checked ? status : checked))
}

# Text as the inside of a JSON string: UTF-8, no control characters, backslash and quote escaped.
json_text() { iconv -c -f UTF-8 -t UTF-8 | tr -d '\000-\037\177' | sed 's/[\\"]/\\&/g'; }

if [ "${1:-}" = one ]; then
    shift
    one "$@"
    exit
fi

bin=$1 rules=$2 jobs=$3 list=$4 dir=$5 out=$6
rm -rf "$dir"
mkdir -p "$dir"
rm -f "$out" "$out.broken" "$out.part" "$out.broken.part"
[ -s "$list" ] || {
    echo "read.sh: no model to read: $list is empty" >&2
    exit 2
}
parallel --will-cite -a "$list" -j "$jobs" --joblog "$dir/joblog" "$0" one "$bin" "$rules" "$dir" '{#}' '{}' < /dev/null || true

# Seq is column 1 of the joblog, the job's status column 7. Numbers only: the models' names stand in the list.
cut -f 1,7 "$dir/joblog" | tail -n +2 | sort -n > "$dir/status"
[ "$(wc -l < "$dir/status")" -eq "$(wc -l < "$list")" ] || {
    echo "read.sh: $(wc -l < "$dir/status") of $(wc -l < "$list") models were tried; the run was cut short" >&2
    exit 3
}
refused=0
while read -r number status; do
    base=$dir/$(printf '%05d' "$number") model=$(sed -n "${number}p" "$list")
    case $status in
    0) ;;
    1) refused=$((refused + 1)) ;;
    "$broken_status")
        reason=$(tail -n 1 "$base.log")
        reason=${reason#trm-ifc: }
        while [ "$reason" != "${reason#"$model: "}" ]; do reason=${reason#"$model: "}; done
        echo "${reason:-it holds no elements}" > "$base.reason"
        printf '{"kind":"model","v":1,"id":"%s","file":"%s","error":"%s"}\n' "$(json_text <<< "$model")" \
            "$(basename "$model" | json_text)" "$(json_text < "$base.reason")" >> "$out.broken.part"
        ;;
    *) # the rules are wrong, or the system failed: no model would do better
        cat "$base.log" >&2
        echo "read.sh: $model: stopped with status $status" >&2
        exit $((status == 2 ? 2 : 3))
        ;;
    esac
done < "$dir/status"

pieces=("$dir"/*.checked.ndjson)
[ -e "${pieces[0]}" ] || {
    cat "$dir"/*.log >&2
    echo "read.sh: none of $(wc -l < "$list") models could be read" >&2
    exit 1
}
merged=0
"$bin/trm-check" --merge "${pieces[@]}" > "$out.part" || merged=$?
[ $merged -le 1 ] || exit $merged
touch "$out.broken.part"
mv "$out.broken.part" "$out.broken"
mv "$out.part" "$out"
[ $refused -eq 0 ] || echo "read.sh: records of $refused models were refused; see $dir/*.log" >&2
if [ -s "$out.broken" ]; then
    echo "read.sh: $(wc -l < "$out.broken") of $(wc -l < "$list") models could not be read:" >&2
    while read -r number status; do
        [ "$status" != "$broken_status" ] ||
            echo "  $(sed -n "${number}p" "$list"): $(cat "$dir/$(printf '%05d' "$number").reason")" >&2
    done < "$dir/status"
fi
