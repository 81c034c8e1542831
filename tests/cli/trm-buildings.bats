# trm-buildings: same bytes, right counts, files that read back as the truth says, and hidden values that stay hidden.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -o one
    if [ -x "$BIN/trm-ifc" ]; then
        for model in one/*.ifc; do trm-ifc "$model" > "${model%.ifc}.read" 2> "${model%.ifc}.said"; done
    fi
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }
need() { [ -x "$BIN/$1" ] || skip "no $1"; }
TRUTH=$BATS_TEST_DIRNAME/truth.pl

@test "twenty buildings and two thousand elements by default, as asked for otherwise" {
    [ "$(ls one/*.ifc | wc -l)" -eq 20 ]
    [ "$(ls one/*.truth.ndjson | wc -l)" -eq 20 ]
    [ "$(ls -A one | grep -c '^\.')" -eq 0 ]
    concerned='"class":"Ifc(Wall|WallStandardCase|Slab|Column|Door|Window|StairFlight|Space)","name"'
    [ "$(cat one/*.truth.ndjson | grep -cE "$concerned")" -eq 2000 ]
    trm-buildings -n 7 -N 1003 -o seven
    [ "$(cat seven/*.truth.ndjson | grep -cE "$concerned")" -eq 1003 ]
    [ "$(trm-buildings -n 7 -N 1003 --list | awk -F'\t' '!/^#/ {n += $8} END {print n}')" -eq 1003 ]
}

@test "the same options give the same bytes, another seed gives others" {
    trm-buildings -o two
    for file in two/*; do cmp "$file" "one/$(basename "$file")"; done
    trm-buildings --seed 2 -o other
    run -1 bash -c "cat other/*.truth.ndjson | grep -o '\"guid\":\"[^\"]*\"' | sort -u | grep -xFf - <(cat one/*.truth.ndjson | grep -o '\"guid\":\"[^\"]*\"')"
}

@test "a building hangs on seed, index and number of elements, not on the size of the portfolio" {
    elements=$(trm-buildings --list | awk -F'\t' 'NR == 2 {print $8}')
    trm-buildings -n 1 -N "$elements" -o alone
    [ "$(ls alone | wc -l)" -eq 2 ]
    for file in alone/*; do cmp "$file" "one/$(basename "$file")"; done
}

@test "exporters differ: eight of them, three schemas, three units, three languages, escapes and UTF-8, both kinds of quantities" {
    trm-buildings --list -n 40 -N 4000 | tail -n +2 > list
    for column in 2:3 3:8 4:5 5:3 6:3; do
        [ "$(cut -f "${column%:*}" list | sort -u | wc -l)" -eq "${column#*:}" ] || { echo "column $column"; false; }
    done
    grep -lqF '\X2\' one/*.ifc
    grep -lqP '[^\x00-\x7f]' one/*.ifc
    grep -lq "'BaseQuantities'" one/*.ifc
    grep -lq "'Qto_DoorBaseQuantities'" one/*.ifc
    for text in _FIRE-RATING_ --FIRE_CODE-- "'n/a'" "IFCLABEL('')" "'INCH'" IFCDOORSTYLE IFCDOORTYPE IFCWALLSTANDARDCASE; do
        grep -qF -e "$text" one/*.ifc || { echo "$text"; false; }
    done
    for notation in "'F ?[0-9]+'" "'REI [0-9]+'" "'EI[0-9]+'" "'[0-9.]+h'" "'[0-9.]+ ?HR'" "LABEL\('[0-9]+'\)"; do
        grep -qE "$notation" one/*.ifc || { echo "$notation"; false; }
    done
    run -1 grep -liE 'revit|archicad|autodesk|graphisoft|vectorworks|nemetschek|tekla' one/*.ifc
}

@test "every GUID has 22 letters of the short form, begins below 4, and stands once" {
    grep -ohE "IFC[A-Z0-9]+\('[0-9A-Za-z_\$]{22}'," one/*.ifc | grep -oE "'.*'" > guids
    [ "$(wc -l < guids)" -gt 10000 ]
    [ -z "$(sort guids | uniq -d)" ]
    run -1 grep -vE "^'[0-3]" guids
}

@test "trm-ifc reads every model without a warning, and reads what the truth says" {
    need trm-ifc
    for model in one/*.ifc; do
        base=${model%.ifc}
        [ ! -s "$base.said" ] || { cat "$base.said"; false; }
        grep -q '"warnings":{}' "$base.read"
        run -0 perl "$TRUTH" values "$base.read" "$base.truth.ndjson"
        [ "${lines[-1]}" -gt 500 ]
    done
}

@test "no hidden value stands elsewhere in its element, in whatever unit" {
    need trm-ifc
    looked=0
    for model in one/*.ifc; do
        run -0 perl "$TRUTH" leaks "${model%.ifc}.read" "${model%.ifc}.truth.ndjson"
        looked=$((looked + ${lines[-1]}))
    done
    [ "$looked" -gt 800 ]
}

@test "every named value stands in the name" {
    need trm-ifc
    looked=0
    for model in one/*.ifc; do
        run perl "$TRUTH" named "${model%.ifc}.read" "${model%.ifc}.truth.ndjson"
        [ "$status" -eq 0 ] || [ "$output" = 0 ] || { echo "$output"; false; }
        looked=$((looked + ${lines[-1]}))
    done
    [ "$looked" -gt 300 ]
}

@test "verdicts on the truth are never unknown; on the model they are where the value is withheld, and else the same" {
    need trm-ifc
    need trm-check
    looked=0
    for truth in one/*.truth.ndjson; do
        trm-check -r "$ROOT/pipelines/rules/building-code.json" "$truth" > true.checked
        trm-check -r "$ROOT/pipelines/rules/building-code.json" "${truth%.truth.ndjson}.read" > read.checked
        run -0 perl "$TRUTH" verdicts read.checked true.checked
        looked=$((looked + ${lines[-1]}))
    done
    [ "$looked" -gt 2500 ]
}

@test "a fifth to a quarter of what decides is hidden, a tenth or more stands in names, and either verdict is common" {
    trm-buildings --list -n 60 -N 6000 --seed 2 | awk -F'\t' '!/^#/ {s += $9; h += $10; n += $11}
        END {t = s + h + n; print s / t, h / t, n / t; exit !(s / t > .55 && s / t < .70 && h / t > .19 && h / t < .27 && n / t > .09 && n / t < .17)}'
    need trm-check
    cat one/*.truth.ndjson | trm-check -r "$ROOT/pipelines/rules/building-code.json" | grep '"kind":"summary"' > summaries
    [ "$(wc -l < summaries)" -eq 12 ]
    perl -MJSON::PP -ne '$s = decode_json $_; $p = $s->{pass} / $s->{applicable}; print "$s->{rule} $p\n"; $bad++ if $p < .25 || $p > .85 || $s->{applicable} < 100; END {exit !!$bad}' summaries
}

@test "wrong numbers are refused with status 2, and a folder that cannot be made with 3" {
    run -2 --separate-stderr trm-buildings -n 10 -N 100 -o no
    [[ "$stderr" == *"100 elements in 10 buildings"* && ! -e no ]]
    run -2 trm-buildings -n 0 -o no
    run -2 trm-buildings -n many -o no
    : > file
    run -3 --separate-stderr trm-buildings -n 1 -N 50 -o file/no
    [[ "$stderr" == "trm-buildings: "*"file/no"* ]]
    run -3 trm-buildings -n 1 -N 50 -o file
}

@test "a file that stood there is replaced whole" {
    mkdir -p again
    echo old > "again/$(ls one | head -n 1)"
    trm-buildings -o again
    cmp "again/$(ls one/*.ifc | head -n 1 | xargs basename)" "$(ls one/*.ifc | head -n 1)"
}
