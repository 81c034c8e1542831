# The rooms of lib/ and their order, asked of the object files; see DESIGN: a room calls only those it may use.
load ../cli/helper

# room: what it may call (base for all); cli is the highest.
declare -gA MAY=(
    [base]="" [rec]="base" [pack]="base" [stat]="base" [schema]="base" [step]="base" [ifc]="base schema step"
    [fact]="base rec" [rule]="base rec schema fact" [task]="base rec" [code]="base rec schema fact rule task"
    [mat]="base" [net]="base mat" [opt]="base" [ckpt]="base rec" [torch]="base pack ckpt" [store]="base rec ckpt" [page]="base rec pack stat fact"
    [lint]="base" [score]="base rec stat task" [build]="base rec" [model]="base rec stat fact rule task code net mat ckpt" [cli]="base rec"
    [team]="base" [learn]="base rec stat code net opt mat ckpt rule task fact model team"
)

setup_file() {
    export SYMBOLS=$BATS_FILE_TMPDIR
    local archive room
    for archive in "$ROOT/${UNITS%unit}"lib/*.a; do
        room=$(basename "$archive" .a)
        nm -A --defined-only "$archive" 2>/dev/null | awk 'NF>=3 && $(NF-1) ~ /^[TDRBVW]$/ && !/ __odr_asan/ {print $NF}' | sort -u > "$SYMBOLS/$room.has"
        nm -A --undefined-only "$archive" 2>/dev/null | awk '{print $NF}' | sort -u > "$SYMBOLS/$room.wants"
    done
}

@test "every room has its place in the table" {
    for folder in "$ROOT"/lib/*/; do
        room=$(basename "$folder")
        [ -n "${MAY[$room]+set}" ] || { echo "$room is in no table"; false; }
    done
}

@test "a room calls only the rooms it may use" {
    # one line for each name of another room that a room calls: room, other, name
    awk '{room = FILENAME; sub(/.*\//, "", room); sub(/\.[a-z]*$/, "", room)} FILENAME ~ /has$/ {of[$1] = room; next}
        of[$1] != "" && of[$1] != room {print room, of[$1], $1}' "$SYMBOLS"/*.has "$SYMBOLS"/*.wants > "$SYMBOLS/calls"
    seen=0
    while read -r room other name; do
        seen=$((seen + 1))
        case " ${MAY[$room]} base " in *" $other "*) ;; *) echo "$room calls $other: $name" && false ;; esac
    done < "$SYMBOLS/calls"
    [ "$seen" -gt 20 ]
}

@test "every name that a room gives out begins with trm_" {
    [ "$(cat "$SYMBOLS"/*.has | wc -l)" -gt 50 ]
    run grep -hv '^trm_' "$SYMBOLS"/*.has
    [ -z "$output" ]
}

@test "nothing below cli prints, exits, or reads the clock or the environment" {
    for wants in "$SYMBOLS"/*.wants; do
        [ "$(basename "$wants" .wants)" = cli ] && continue
        run grep -xE 'printf|puts|putchar|perror|exit|_exit|abort|time|clock_gettime|gettimeofday|getenv|secure_getenv|stdout|stderr' "$wants"
        [ -z "$output" ] || { echo "$wants: $output"; false; }
    done
}

@test "only rec speaks to jansson, only mat to OpenBLAS, only pack to libzip" {
    for wants in "$SYMBOLS"/*.wants; do
        room=$(basename "$wants" .wants)
        [ "$room" = rec ] || run ! grep -E '^json_' "$wants"
        [ "$room" = mat ] || run ! grep -E '^(cblas_|openblas_|dnnl_)' "$wants"
        [ "$room" = pack ] || run ! grep -E '^zip_' "$wants"
    done
}

@test "reading and checking link no arithmetic, inference no optimiser" {
    for p in trm-ifc trm-check trm-report; do
        run ! grep -qE 'cblas_|trm_net_' <(nm -D "$BIN/$p"; nm "$BIN/$p")
    done
    run ! grep -q 'trm_opt_' <(nm "$BIN/trm-infer")
}
