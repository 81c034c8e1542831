# trm-ifc: models to elements, good files and bad.
load helper

SMALL=$ROOT/tests/data/ifc/small.ifc
setup() { cd "$BATS_TEST_TMPDIR" || exit; }

# A member of the records on stdin, first match on each line: value_of '"NetFloorArea":{"value":'
value_of() { grep -oE -m 1000 "$1[^,}]*" | sed "s/.*://"; }

@test "a door has its attributes in SI, its sets before its type's, its material, and its place through the wall" {
    run -0 --separate-stderr trm-ifc --only IfcDoor "$SMALL"
    [ -z "$stderr" ]
    [ "${#lines[@]}" -eq 2 ]
    door=${lines[0]}
    for part in '"kind":"element","v":1,"id":"2Project00000000000001/2Door00000000000000001"' '"class":"IfcDoor","name":"Tür 1","step":30' \
        '"OverallWidth":{"value":0.885,"unit":"m","type":"IfcPositiveLengthMeasure"}' '"predefined_type":"DOOR"' \
        '"IsExternal":{"value":true,"type":"IfcBoolean","step":44}' '"FireRating":{"value":"T30","type":"IfcLabel","step":41,"from":"type"}' \
        '"Area":{"value":1.77885,"unit":"m2","type":"IfcAreaMeasure","step":48}' '"type_object":{"class":"IfcDoorType","name":"T30 door"' \
        '"materials":[{"name":"Oak","role":"material","category":"wood","step":50}]' '"storey":"Erdgeschoß"' \
        '{"class":"IfcBuilding","guid":"2Building0000000000001","name":"House","relation":"IfcRelAggregates","step":10}'; do
        [[ "$door" == *"$part"* ]] || { echo "not there: $part"; false; }
    done
    [[ "$door" != *'"OwnerHistory":'* && "$door" != *'"GlobalId"'* && "$door" != *'"ObjectPlacement":'* ]]
}

@test "the model record counts, and names units, checksum and program" {
    run -0 trm-ifc -s "$SMALL"
    [ "${#lines[@]}" -eq 1 ]
    sum=$(sha256sum < "$SMALL")
    for part in '"kind":"model","v":1,"id":"2Project00000000000001","file":"small.ifc"' "\"sha256\":\"${sum%% *}\",\"bytes\":$(wc -c < "$SMALL")" \
        '"schema":"IFC4","file_schema":"IFC4"' "\"instances\":$(grep -c '^#' "$SMALL"),\"elements\":6" '"IfcDoor":1' \
        '"LENGTHUNIT":{"name":"MILLI METRE","factor":0.001,"si":"m"}' '"project":"Small"' '"warnings":{}' '"program":"trm-ifc '; do
        [[ "$output" == *"$part"* ]] || { echo "not there: $part"; false; }
    done
}

@test "elements come in the order of the file, the model record last" {
    run -0 trm-ifc "$SMALL"
    [ "$(value_of '"step":' <<< "$(printf '%s\n' "${lines[@]}" | cut -d, -f1-7)" | tr '\n' ' ')" = "1 10 11 20 21 30 " ]
    [[ "${lines[6]}" == '{"kind":"model"'* ]]
}

@test "stdin, a file and a dash give the same elements" {
    trm-ifc "$SMALL" | sed 's/"file":"[^"]*"/"file":""/' > one
    trm-ifc < "$SMALL" | sed 's/"file":"[^"]*"/"file":""/' > two
    cat "$SMALL" | trm-ifc - | sed 's/"file":"[^"]*"/"file":""/' > three
    [ -s one ]
    cmp one two
    cmp one three
}

@test "a zipped model gives the elements of the plain one, from a file and from stdin, whatever its name" {
    need_shared ifc
    zip=$TRM_SHARED/ifc/Schependomlaan-staal.ifczip
    cp "$zip" model.bin
    run -0 --separate-stderr trm-ifc -q model.bin
    [ "${#lines[@]}" -eq 87 ]
    [[ "${lines[86]}" == *"\"sha256\":\"$(sha256sum < "$zip" | cut -c1-64)\""* ]]
    trm-ifc -q - < model.bin | sed 's/"file":"[^"]*"/"file":""/' > piped
    trm-ifc -q model.bin | sed 's/"file":"[^"]*"/"file":""/' | cmp - piped
}

@test "a file that is no model is refused with its place, and the next is done" {
    printf 'hello\n' > text.ifc
    : > empty.ifc
    head -c 5000 /dev/urandom | tr -d 'I#' > noise.ifc
    sed "s/IFC4/AUTOMOTIVE_DESIGN/" "$SMALL" > car.ifc
    for bad in text empty noise car; do
        run -1 --separate-stderr trm-ifc "$bad.ifc" "$SMALL"
        [ "${#lines[@]}" -eq 7 ] || { echo "$bad"; false; }
        [[ "$stderr" == "trm-ifc: $bad.ifc"* && "$stderr" == *expected* ]] || { echo "$stderr"; false; }
    done
}

@test "a file that is not there is refused, and the next is done" {
    run -1 --separate-stderr trm-ifc none.ifc "$SMALL"
    [ "${#lines[@]}" -eq 7 ]
    [[ "$stderr" == *none.ifc* ]]
}

@test "a model cut short gives what was whole, with the line, and status 1" {
    head -n 33 "$SMALL" > cut.ifc # the last line is #42
    printf '#43=IFCPROPERTYSET(' >> cut.ifc
    run -1 --separate-stderr trm-ifc cut.ifc
    [[ "${lines[-1]}" == *'"truncated":1'* ]]
    [[ "$(printf '%s\n' "${lines[@]}" | grep -c '"kind":"element"')" -eq 6 ]]
    [[ "$stderr" == *"line 34"* && "$stderr" == *"cut short"* ]]
}

@test "--refused keeps a record of a refused file" {
    printf 'hello\n' > text.ifc
    run -1 trm-ifc --refused no.ndjson text.ifc "$SMALL"
    grep -q '"kind":"refused".*"file":"text.ifc".*not STEP' no.ndjson
    [ "$(wc -l < no.ndjson)" -eq 1 ]
}

@test "a zip that is damaged, a bomb, or without a model is refused" {
    printf 'PK\003\004nonsense' > bad.ifczip
    run -1 --separate-stderr trm-ifc bad.ifczip "$SMALL"
    [[ "$stderr" == *bad.ifczip*zip* && "${#lines[@]}" -eq 7 ]]
}

@test "a zip bomb is refused by its ratio, and by --max-bytes whatever its ratio" {
    command -v zip > /dev/null || skip "no zip"
    { cat "$SMALL"; head -c 100000000 /dev/zero; } > bomb.ifc
    zip -q -9 bomb.ifczip bomb.ifc
    [ "$(stat -c %s bomb.ifczip)" -lt 200000 ]
    limit='ulimit -v 1000000'
    [[ $BIN != *.build/san/bin ]] || limit=: # a sanitizer takes terabytes of addresses
    run -1 --separate-stderr bash -c "$limit; exec trm-ifc bomb.ifczip '$SMALL'"
    [[ "$stderr" == *bomb.ifczip*"300 times"* && "${#lines[@]}" -eq 7 ]] || { echo "$stderr"; false; }
    run -1 --separate-stderr trm-ifc --max-bytes 1000000 bomb.ifczip
    [[ -z "$output" && "$stderr" == *bomb.ifczip*1000000* ]]
    zip -q small.ifczip "$SMALL"
    run -1 --separate-stderr trm-ifc --max-bytes 2000 small.ifczip
    [[ -z "$output" && "$stderr" == *2000* ]]
}

@test "files beyond --max-bytes are refused, packed by what they hold" {
    run -1 --separate-stderr trm-ifc -m 100 "$SMALL"
    [[ -z "$output" && "$stderr" == *100* ]]
    need_shared ifc
    run -1 --separate-stderr trm-ifc -m 500000 "$TRM_SHARED/ifc/Schependomlaan-staal.ifczip"
    [[ -z "$output" && "$stderr" == *500000* ]]
}

@test "--only takes a class with its subtypes, in any case, and refuses what is none" {
    run -0 trm-ifc --only ifcbuildingelement "$SMALL"
    [ "${#lines[@]}" -eq 3 ]
    run -0 trm-ifc --only IfcSpatialStructureElement "$SMALL"
    [ "${#lines[@]}" -eq 3 ]
    run -2 trm-ifc --only IfcDor "$SMALL"
    run -2 trm-ifc --only IfcLabel "$SMALL"
}

@test "--only may be given again" {
    run -0 trm-ifc --only IfcDoor --only ifcproject "$SMALL"
    [ "${#lines[@]}" -eq 3 ]
    [[ "${lines[0]}" == *'"class":"IfcProject"'* && "${lines[1]}" == *'"class":"IfcDoor"'* && "${lines[2]}" == *'"elements":6'* ]]
    run -2 trm-ifc --only IfcDoor --only IfcDor "$SMALL"
}

@test "--where keeps the elements that have the field, or the very value" {
    run -0 trm-ifc --where Pset_DoorCommon.IsExternal=true "$SMALL"
    [ "${#lines[@]}" -eq 2 ]
    [[ "${lines[0]}" == *'"class":"IfcDoor"'* ]]
    run -0 trm-ifc --where Pset_DoorCommon.IsExternal=false "$SMALL"
    [ "${#lines[@]}" -eq 1 ]
    run -0 trm-ifc -w attribute.OverallWidth=0.885 -w Pset_DoorCommon.FireRating "$SMALL"
    [ "${#lines[@]}" -eq 2 ]
    run -0 trm-ifc -w attribute.OverallWidth=0.885 -w Pset_DoorCommon.FireRating=T90 "$SMALL"
    [ "${#lines[@]}" -eq 1 ]
    run -2 --separate-stderr trm-ifc --where Width=1 "$SMALL"
    [[ "$stderr" == *--where*Pset_DoorCommon.FireRating* ]]
}

@test "any number of threads writes the same bytes and warnings" {
    need_shared ifc
    for f in AC20-FZK-Haus.ifc OIP_bridge_a99_4x3.ifc errorfile.ifc Schependomlaan-staal.ifczip; do
        trm-ifc -j 1 "$TRM_SHARED/ifc/$f" > one 2> one.err
        for j in 2 3 16; do
            trm-ifc --threads $j "$TRM_SHARED/ifc/$f" > many 2> many.err
            cmp one many
            cmp one.err many.err
        done
    done
}

@test "what is odd is said once with its line, counted in the record, and silent with --quiet" {
    sed -e "s/#47,#48/#47,#99/" -e "s/'T30'/'T\\\\Q30'/" "$SMALL" > odd.ifc
    run -0 --separate-stderr trm-ifc odd.ifc
    [[ "$stderr" == *"odd.ifc:26: warning: bad_escape"* ]] || { echo "$stderr"; false; }
    [[ "${lines[-1]}" == *'"dangling_property":1'* ]]
    sed -e "s/'T30'/'T\\\\Q30'/" -e "s/'Oak'/'O\\\\Qak'/" "$SMALL" > twice.ifc
    run -0 --separate-stderr trm-ifc twice.ifc
    [[ "$stderr" == *"twice.ifc:26: warning: bad_escape, the first of 2" ]] || { echo "$stderr"; false; }
    run -0 --separate-stderr trm-ifc -q odd.ifc
    [[ -z "$stderr" && "${lines[-1]}" == *'"bad_escape":1'* ]]
}

@test "GUIDs that repeat have the STEP number in their id" {
    need_shared ifc
    run -0 --separate-stderr trm-ifc "$TRM_SHARED/ifc/doubleguids.ifc"
    [[ "$stderr" == *repeated_guid* ]]
    [ "$(printf '%s\n' "${lines[@]}" | grep -c '^{"kind":"element","v":1,"id":"[^"]*#[0-9]*"')" -ge 2 ]
    ids=$(printf '%s\n' "${lines[@]}" | grep -oE '"id":"[^"]*"')
    [ "$(sort <<< "$ids" | uniq -d | wc -l)" -eq 0 ]
}

@test "facts of AC20-FZK-Haus, counted by another program" {
    need_shared ifc
    trm-ifc -q "$TRM_SHARED/ifc/AC20-FZK-Haus.ifc" > house
    only() { trm-ifc -q --only "$1" "$TRM_SHARED/ifc/AC20-FZK-Haus.ifc" | sed '$d'; }
    grep -q '"instances":44249' house
    [ "$(only IfcBuildingStorey | wc -l)" -eq 2 ]
    [ "$(only IfcSpace | wc -l)" -eq 7 ]
    [ "$(only IfcWall | wc -l)" -eq 13 ]
    [ "$(only IfcWindow | wc -l)" -eq 11 ]
    [ "$(only IfcSlab | wc -l)" -eq 4 ]
    [ "$(only IfcOpeningElement | wc -l)" -eq 17 ]
    [ "$(only IfcDoor | value_of '"OverallWidth":{"value":' | sort -n | tr '\n' ' ')" = "0.885 0.885 0.885 1.01 2.01 " ]
    [ "$(only IfcSpace | value_of '"NetFloorArea":{"value":' | tr '\n' ' ')" = \
        "21.410325 12.127619 12.59545 25.2088935 11.185458 16.30545 74.5092415823 " ]
    grep -q 'Geschützt' house
}

@test "every shared model is read: no crash, whole lines, every instance counted, and warnings where they are due" {
    need_shared ifc
    n=0
    for f in "$TRM_SHARED"/ifc/*; do
        n=$((n + 1))
        run --separate-stderr trm-ifc "$f"
        [ "$status" -eq 0 ] || { echo "$f: $status $stderr"; false; }
        printf '%s\n' "${lines[@]}" > out
        [ "$(grep -cvE '^\{"kind":"(element|model)","v":1,"id":"[^"]+".*\}$' out)" -eq 0 ] || { echo "$f"; false; }
        [[ "${lines[-1]}" == '{"kind":"model"'* ]]
        [[ "${lines[-1]}" == *"\"elements\":$((${#lines[@]} - 1)),"* ]]
        case $f in
        *.ifczip) ;;
        *) count=$(tr '\r' '\n' < "$f" | grep -acE '^ *#[0-9]+ *=')
            [[ "${lines[-1]}" == *"\"instances\":$count,"* ]] || { echo "$f: not $count"; false; } ;;
        esac
        case $f in
        *doubleguids*) [[ "$stderr" == *repeated_guid* ]] ;;
        *errorfile*) [[ "$stderr" == *errorfile.ifc:15:*unterminated_comment* ]] ;;
        *sjis*) [[ "$stderr" == *control_character* ]] ;;
        *OIP_bridge*) [[ "$stderr" == *doubled_header* && "$stderr" == *attribute_count* ]] ;;
        esac || { echo "$f: $stderr"; false; }
    done
    [ "$n" -ge 30 ]
}

@test "a million properties on one element, and cycles everywhere, end" {
    {
        head -n 6 "$SMALL"
        sed -n "/^DATA;/,/^#51/p" "$SMALL"
        awk 'BEGIN {printf "#60=IFCPROPERTYSET(\x27x\x27,$,\x27Big\x27,$,("; for (i = 0; i < 1000000; i++) printf "%s#%d", i ? "," : "", 100 + i; print "));"
            for (i = 0; i < 1000000; i++) printf "#%d=IFCPROPERTYSINGLEVALUE(\x27P%d\x27,$,IFCREAL(%d.),$);\n", 100 + i, i, i}'
        echo "#61=IFCRELDEFINESBYPROPERTIES('y',\$,\$,\$,(#30),#60);"
        echo "#62=IFCRELAGGREGATES('z',\$,\$,\$,#30,(#1,#10,#11,#20,#21,#30));"
        echo "ENDSEC;"
        echo "END-ISO-10303-21;"
    } > big.ifc
    timeout 120 trm-ifc -q big.ifc > big.ndjson
    grep -q '"P999999":{"value":999999,"type":"IfcReal"' big.ndjson
    tail -n 1 big.ndjson | grep -q '"cycle":'
}

@test "--also gives records of types and resources, and the model record counts them and what has no record" {
    run -0 --separate-stderr trm-ifc --also 'ifcdoortype, IfcMaterial' "$SMALL"
    [ "${#lines[@]}" -eq 9 ]
    [[ "$output" == *'"class":"IfcDoorType","is":"type","name":"T30 door"'*'"psets":{"Pset_DoorCommon":{"FireRating":{"value":"T30","type":"IfcLabel","step":41}'* ]]
    [[ "$output" == *'"class":"IfcMaterial","is":"resource","name":"Oak"'*'"attributes":{"Category":{"value":"wood","type":"IfcLabel"}}'* ]]
    [[ "${lines[8]}" == *'"elements":6,'*'"also":{"IfcDoorType":1,"IfcMaterial":1},"left_out":{"IfcElementQuantity":1,'* ]]
    trm-ifc "$SMALL" | head -n 6 > plain
    [ "$(trm-ifc --also '' "$SMALL" | head -n 6)" = "$(< plain)" ]
    run -2 --separate-stderr trm-ifc --also IfcDoorType,IfcDor "$SMALL"
    [[ "$stderr" == *'--also: found "IfcDor", expected an IFC class'* ]]
}
