#!/bin/bash
# A week of nights on real exports: some more come each night, one changes, one is cut short, one goes. Says how each night ended.
# usage: week.sh BIN IFC OUT [NIGHTLY-SETTING...]     IFC: a folder of exports, which is only read
# Status: 0 every night done and the report is there; 1 not.
set -eu -o pipefail
bin=$1 ifc=$2 out=$3
shift 3
here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$out/in"
mapfile -t exports < <(find "$ifc" -maxdepth 1 -type f \( -iname '*.ifc' -o -iname '*.ifczip' \) | LC_ALL=C sort)
[ ${#exports[@]} -gt 6 ] || {
    echo "week.sh: fewer than seven exports in $ifc" >&2
    exit 2
}

night() {
    make --no-print-directory -f "$here/pipelines/nightly.mk" BIN="$bin" IFC="$out/in" OUT="$out/night" NIGHT="2027-03-0$1" "${@:2}"
}

for day in 1 2 3 4 5 6 7; do
    for i in "${!exports[@]}"; do [ $((i % 7 + 1)) -ne $day ] || cp "${exports[i]}" "$out/in/"; done
    case $day in
    3) echo "/* touched */" >> "$out/in/$(basename "${exports[0]}")" ;;
    4) head -c 20000 "${exports[1]}" > "$out/in/$(basename "${exports[1]}")" ;;
    5) cp "${exports[1]}" "$out/in/" && rm "$out/in/$(basename "${exports[2]}")" ;;
    esac
    way=fresh
    [ $day -lt 3 ] || way=current
    night $day START=$way "$@" || echo "week.sh: night $day ended with status $?" >&2
    tail -n 1 "$out/night/nights.ndjson"
done
[ -s "$out/night/report.html" ] && [ "$(grep -c '"state":"done"' "$out/night/nights.ndjson")" -eq 7 ]
