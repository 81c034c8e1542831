# trm-check: verdicts, summaries, and what happens when input or rules are wrong.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    CODE=$ROOT/pipelines/rules/building-code.json
    cat > doors.json <<'END'
[{"id":"WIDTH","severity":"ERROR","target":{"ifc_class":"IfcDoor"},
  "condition":{"op":">=","lhs":{"source":"pset","pset":"P","property":"W","unit":"mm"},"rhs":{"source":"value","value":815}}},
 {"id":"NAMED","severity":"WARNING","target":{"ifc_class":"IfcElement"},
  "condition":{"op":"exists","lhs":{"source":"attribute","attribute":"Name"}}}]
END
}

# door ID WIDTH NAME: one element line
door() {
    printf '{"kind":"element","v":1,"id":"M/%s","guid":"%s","class":"IfcDoor","name":%s,"model":"M","schema":"IFC4","psets":{"P":{"W":{"value":%s,"unit":"m","type":"IfcLengthMeasure","step":7}}},"mine":[1,{"x":1.50}]}\n' "$1" "$1" "$3" "$2"
}
# many N: N doors, a tenth of them short, and a model line
many() {
    for ((i = 0; i < $1; i++)); do door "D$i" "0.$((731 + i % 10 * 12))" '"d"'; done
    echo '{"kind":"model","v":1,"id":"M","elements":1}'
}

@test "an element gets one result for every rule that applies, and keeps all it had" {
    door D1 0.7 '"Door 1"' > in
    run -0 --separate-stderr trm-check -r doors.json in
    [ -z "$stderr" ]
    [[ "${lines[0]}" == '{"kind":"checked",'*'"mine":[1,{"x":1.50}],"results":[{"rule":"WIDTH"'*'{"rule":"NAMED"'* ]]
    [[ "${lines[0]}" == *'"verdict":"fail","reason":"bound","field":"P.W","step":7,"value":0.7,"unit":"m","op":">=","limit":0.815,"shortfall":0.115,"nearest":0.815,"in_rule_unit":{"unit":"mm","value":700,"limit":815,"shortfall":115,"nearest":815},"mend":{"do":"change","field":"P.W","to":0.815,"unit":"m"}'* ]]
    [[ "${lines[1]}" == *'"kind":"summary"'*'"rule":"WIDTH"'*'"applicable":1,"pass":0,"fail":1,"unknown":0'* ]]
    [[ "${lines[2]}" == *'"rule":"NAMED"'*'"pass":1,"fail":0'* ]]
    [ "${#lines[@]}" -eq 3 ]
}

@test "elements without a rule are written with no results, model records pass through in their place" {
    { door D1 0.9 '"a"'; echo '{"kind":"model","v":1,"id":"M",  "x":1.50}'; echo '{"kind":"element","v":1,"id":"M/S","class":"IfcSpace"}'; } > in
    run -0 trm-check -r doors.json in
    [ "${lines[1]}" = '{"kind":"model","v":1,"id":"M",  "x":1.50}' ]
    [ "${lines[2]}" = '{"kind":"checked","v":1,"id":"M/S","class":"IfcSpace","results":[]}' ]
}

@test "broken lines are refused with their place, the others are done, and status is 1" {
    { door D1 0.9 '"a"'; echo '{"kind":"element",'; echo '{"kind":"element","v":1,"id":"x"}'; echo '{"kind":"sample","v":1,"id":"x"}'; door D2 0.9 '"b"'; } > in
    run -1 --separate-stderr trm-check --refused bad -r doors.json in
    [[ "${lines[1]}" == *'"id":"M/D2"'* ]]
    [[ "$stderr" == *"trm-check: in:2: "* && "$stderr" == *"in:3: "*class* && "$stderr" == *"in:4: "*sample*element,\ checked* ]]
    [ "$(wc -l < bad)" -eq 3 ]
    [[ "${lines[2]}" == *'"applicable":2,"pass":2'* ]]
}

@test "a rule file with an unknown operator stops the run with its place and status 2" {
    sed 's/">="/"=>"/' doors.json > wrong.json
    door D1 0.9 '"a"' > in
    run -2 --separate-stderr trm-check -r wrong.json in
    [ -z "$output" ]
    [[ "$stderr" == 'trm-check: wrong.json: rule 1 "WIDTH": condition.op: found "=>", expected one of: < <= > >= = == != exists in matches' ]]
}

@test "no rules, missing rule files and unreadable levels are wrong command lines" {
    run -2 --separate-stderr trm-check < /dev/null
    [[ "$stderr" == *"-r FILE"* ]]
    run --separate-stderr trm-check -r nowhere.json < /dev/null
    [ "$status" -ge 2 ] && [[ "$stderr" == *nowhere.json* ]]
    run -2 --separate-stderr trm-check -r doors.json -e BAD < /dev/null
    [[ "$stderr" == *BAD* ]]
    run -2 --separate-stderr trm-check -r doors.json -o maybe < /dev/null
    [[ "$stderr" == *maybe* ]]
    run -2 trm-check --merge -r doors.json < /dev/null
    : > empty.json
    run -2 trm-check -r empty.json < /dev/null
    head -c 100 "$CODE" > cut.json
    run -2 --separate-stderr trm-check -r cut.json < /dev/null
    [[ "$stderr" == *"cut.json"*line* ]]
}

@test "a full disk is status 3" {
    many 50 > in
    run -3 bash -c "trm-check -r doors.json in > /dev/full"
}

@test "-e tells a failed rule of that severity by status 4, and only such" {
    door D1 0.9 '""' > warn
    door D2 0.7 '"b"' > error
    run -0 trm-check -r doors.json error
    run -4 trm-check -r doors.json -e error error
    run -4 trm-check -r doors.json -e WARNING error
    run -4 trm-check -r doors.json -e WARNING warn
    run -0 trm-check -r doors.json -e ERROR warn
    { cat error; echo broken; } > both
    run -1 trm-check -r doors.json -e ERROR both
}

@test "with --each one run over many models is the runs over each, one after the other" {
    cp "$ROOT/tests/data/ids/walls.ids" .
    for m in A B C; do { many 7; door X 0.5 null; } | sed "s|M/|$m/|; s|\"id\":\"M\"|\"id\":\"$m\"|" | sort > $m; done # the model line last
    cat C >> B # two models in one file
    for set in "-r doors.json" "-r doors.json -r walls.ids"; do
        for m in A B C; do trm-check $set --each $m; done > want
        trm-check $set --each A B C | cmp want -
        trm-check $set C > c
        tail -n "$(wc -l < c)" want | cmp c -
    done
    # what follows the last model record has its summaries too; and nothing at all has them once
    head -n 2 A | trm-check -r doors.json --each > some
    head -n 2 A | trm-check -r doors.json | cmp some -
    trm-check -r doors.json --each < /dev/null | cmp <(trm-check -r doors.json < /dev/null) -
    run -2 trm-check --merge --each A
    run -4 trm-check -r doors.json --each -e ERROR -q A
}

@test "four workers write the bytes that one writes, and their merged summaries are those of one run" {
    many 500 > in
    trm-check -r doors.json -r "$CODE" in > one
    parallel --pipe -k -N 37 -j 4 trm-check -r doors.json -r "$CODE" < in > four
    run ! cmp -s one four # fourteen summaries a piece
    trm-check --merge four > merged
    cmp one merged
    trm-check --merge one > again
    cmp one again
}

@test "summaries of other rules do not add up" {
    door D1 0.9 '"a"' | trm-check -r doors.json > a
    sed 's/815/816/' doors.json > other.json
    door D2 0.9 '"a"' | trm-check -r other.json > b
    run -1 --separate-stderr trm-check --merge a b
    [[ "$stderr" == *"b:2: "*WIDTH*definition* ]]
}

@test "a checked stream checked again gives the same bytes" {
    many 20 > in
    trm-check -r doors.json in > one
    trm-check -r doors.json one > two
    sed 's/1\.50/1.5/' one > plain # written anew, numbers are as short as they read back
    cmp plain two
}

@test "--flat writes one result a line that says which element it is of" {
    door D1 0.7 '"Door"' > in
    run -0 trm-check --flat -r doors.json in
    [[ "${lines[0]}" == '{"kind":"result","v":1,"id":"M/D1:WIDTH","element":"M/D1","guid":"D1","class":"IfcDoor","name":"Door","model":"M","rule":"WIDTH","severity":"ERROR","verdict":"fail"'* ]]
    [[ "${lines[1]}" == *'"id":"M/D1:NAMED"'* ]]
    [[ "${lines[2]}" == *'"kind":"summary"'* ]]
}

@test "--only leaves out other verdicts and --quiet all results, and summaries count them all the same" {
    many 20 > in
    trm-check -r doors.json in | grep summary > all
    trm-check -r doors.json -o fail,unknown in > some
    grep summary some | cmp - all
    [ "$(grep -c '"kind":"checked"' some)" -gt 0 ]
    run ! grep -q '"verdict":"pass"' some
    trm-check -q -r doors.json in > quiet
    [ "$(grep -cv summary quiet)" -eq 1 ]
    grep summary quiet | cmp - all
}

@test "summaries say which rules, and two files count as both" {
    door D1 0.9 '"a"' > in
    run -0 trm-check -q -r doors.json in
    sum=$(sha256sum < doors.json | cut -c1-64)
    [[ "${lines[0]}" == *'"definition":{"id":"WIDTH"'*"\"rules_sha256\":\"$sum\",\"program\":\"trm-check 0."* ]]
    run -0 trm-check -q -r doors.json -r "$CODE" in
    [ "${#lines[@]}" -eq 14 ]
    sum=$(cat doors.json "$CODE" | sha256sum | cut -c1-64)
    [[ "${lines[13]}" == *"$sum"* ]]
}

@test "the bytes do not depend on the number of threads: results, refusals, models between, summaries" {
    many 900 > doors
    # more than threads are worth, with what is odd at every place: models, refused lines, blank ones, results that are there already
    { cat doors; echo nonsense; echo; cat doors; echo '{"kind":"what","id":"W"}'; trm-check -r doors.json doors; echo '{"kind":"element","v":1,"id":"x"}'
      sed 's/"v":1,"id"/"v":1, "id"/' doors; echo '[1]'; cat doors; printf '%s' "$(door LAST 0.7 '"no newline"')"; } > in
    [ "$(stat -c %s in)" -gt 700000 ]
    for set in "" --each "--flat" "--only fail" "-q --each" "-e ERROR"; do
        for t in 1 2 3 8; do
            local status=0
            # shellcheck disable=SC2086 # words are wanted
            TRM_THREADS=$t trm-check -r doors.json $set --refused refused.$t in > out.$t 2> err.$t || status=$?
            [ $status -eq 1 ]
            [ "$(wc -l < refused.$t)" -eq 4 ]
            cmp out.1 out.$t && cmp err.1 err.$t && cmp refused.1 refused.$t
        done
        # and in a pipe, where lines come as they come
        # shellcheck disable=SC2086
        (cat in && true) | TRM_THREADS=4 trm-check -r doors.json $set 2> err | cmp - out.1
    done
    grep -q '^trm-check: in:1805: W: kind' err.1
}

@test "with threads a line has its answer before the next one comes" {
    mkfifo asked
    TRM_THREADS=4 trm-check -r doors.json < asked > answered &
    exec 7> asked
    for i in 1 2 3; do
        door "D$i" 0.7 '"d"' >&7
        for ((k = 0; k < 100; k++)); do [ "$(wc -l < answered)" -eq $i ] && break; sleep 0.05; done
        [ "$(wc -l < answered)" -eq $i ]
    done
    exec 7>&-
    wait $!
}

@test "the building code rules are valid, and each says where it comes from" {
    run -0 trm-check -q -r "$CODE" < /dev/null
    [ "${#lines[@]}" -eq 12 ]
    for line in "${lines[@]}"; do
        [[ "$line" == *'"provenance":{"regulation":"'*'"section":"'*'"jurisdiction":"'*'"source_link":"https://'* ]]
        [[ "$line" == *'"no_element":true'* ]]
    done
}

@test "an overall width may fail the clear width, and never passes it" {
    cat > in <<'END'
{"kind":"element","v":1,"id":"a","class":"IfcDoor","schema":"IFC4","attributes":{"OverallWidth":{"value":0.7,"unit":"m"}}}
{"kind":"element","v":1,"id":"b","class":"IfcDoor","schema":"IFC4","attributes":{"OverallWidth":{"value":1.2,"unit":"m"}}}
{"kind":"element","v":1,"id":"c","class":"IfcDoor","schema":"IFC4","psets":{"Pset_DoorCommon":{"ClearWidth":{"value":1.2,"unit":"m"}}}}
END
    run -0 trm-check -r "$CODE" -f in
    [ "$(grep -c '"element":"a".*"verdict":"fail".*"alias":"upper"' <<< "$output")" -eq 3 ]
    [ "$(grep -c '"element":"b".*"verdict":"unknown","reason":"bound_only"' <<< "$output")" -eq 3 ]
    [ "$(grep -c '"element":"c".*"verdict":"pass"' <<< "$output")" -eq 3 ]
}

@test "a bedroom is known by its name in several languages, a room without a name is not decided" {
    for name in "Bedroom 1" "Schlafzimmer" "寝室" "Chambre 2" "Kitchen" "Bedroom Closet" "Bad"; do
        printf '{"kind":"element","v":1,"id":"%s","class":"IfcSpace","schema":"IFC4","name":"4","attributes":{"LongName":{"value":"%s"}},"qtos":{"BaseQuantities":{"NetFloorArea":{"value":6.5,"unit":"m2"}}}}\n' "$name" "$name"
    done > in
    echo '{"kind":"element","v":1,"id":"nameless","class":"IfcSpace","schema":"IFC4","name":"4"}' >> in
    run -0 trm-check -r "$CODE" -f in
    [ "$(grep -c '"rule":"IRC_BEDROOM_MIN_AREA".*"verdict":"pass"' <<< "$output")" -eq 4 ]
    [[ "$output" == *'"rule":"IRC_BEDROOM_MIN_AREA"'*'"applicable":4,"pass":4,"fail":0,"unknown":0,"why_unknown":{},"selector_unknown":1'* ]]
}

@test "two thousand elements and twelve rules take well under a second" {
    many 2000 > in
    start=$(date +%s%N)
    trm-check -r "$CODE" in > out
    [ $(($(date +%s%N) - start)) -lt 3000000000 ]
    [ "$(wc -l < out)" -eq 2013 ]
}

# --- IDS ---

# ids MIN MAX FACETS: one specification about walls
ids() {
    cat <<END
<?xml version="1.0" encoding="UTF-8"?>
<i:ids xmlns:i="http://standards.buildingsmart.org/IDS" xmlns:xs="http://www.w3.org/2001/XMLSchema"><i:info><i:title>t</i:title></i:info><i:specifications>
<i:specification name="Walls" ifcVersion="IFC4"><i:applicability minOccurs="$1" maxOccurs="$2"><i:entity><i:name><i:simpleValue>IFCWALL</i:simpleValue></i:name></i:entity></i:applicability>
<i:requirements>$3</i:requirements></i:specification></i:specifications></i:ids>
END
}
NAME='<i:attribute><i:name><i:simpleValue>Name</i:simpleValue></i:name></i:attribute>'
RATING='<i:property dataType="IFCLABEL"><i:propertySet><i:simpleValue>P</i:simpleValue></i:propertySet><i:baseName><i:simpleValue>R</i:simpleValue></i:baseName><i:value><xs:restriction base="xs:string"><xs:pattern value="[Ff]\d+"/></xs:restriction></i:value></i:property>'
wall() { printf '{"kind":"element","v":1,"id":"%s","class":"IfcWall","schema":"IFC4"%s}\n' "$1" "$2"; }

@test "an IDS file gives one result a requirement and one specification record, with or without a BOM" {
    { printf '\xef\xbb\xbf'; ids 1 unbounded "$NAME$RATING"; } > walls.ids
    { wall a ',"name":"A","psets":{"P":{"R":{"value":"F30","type":"IfcLabel","step":4}}}'; wall b ',"psets":{"P":{"R":{"value":"T30","type":"IfcLabel"}}}'; wall c ',"name":"C"'; } > in
    run -0 --separate-stderr trm-check -f -r walls.ids in
    [ -z "$stderr" ]
    [[ "${lines[0]}" == *'"element":"a"'*'"rule":"walls.ids:1.1"'*'"verdict":"pass","reason":"holds","field":"attribute.Name"'* ]]
    [[ "${lines[1]}" == *'"rule":"walls.ids:1.2"'*'"verdict":"pass"'*'"field":"P.R","step":4,"value":"F30"'* ]]
    [[ "${lines[2]}" == *'"element":"b"'*'"verdict":"fail","reason":"absent"'* ]]
    [[ "${lines[3]}" == *'"verdict":"fail","reason":"pattern","field":"P.R","value":"T30"'* ]]
    [[ "${lines[5]}" == *'"element":"c"'*'"verdict":"fail","reason":"no_set"'* ]]
    [[ "${lines[8]}" == '{"kind":"specification","v":1,"id":"walls.ids:1","ids":"walls.ids","name":"Walls","line":3,"column":1,"cardinality":"required","applicable":3,"failed_results":3,"status":"fail"'* ]]
    run -4 trm-check -q -r walls.ids -e ERROR in
    head -n 1 in > good
    run -0 trm-check -q -r walls.ids -e ERROR good
}

@test "occurrences decide: required needs one, optional none, prohibited must have none" {
    wall a ',"name":"A"' > in
    ids 1 unbounded "$NAME" > required.ids
    ids 0 unbounded "$NAME" > optional.ids
    ids 0 0 "" > prohibited.ids
    run -0 trm-check -q -e ERROR -r required.ids -r optional.ids in
    run -4 trm-check -q -e ERROR -r prohibited.ids in
    run -4 trm-check -q -e ERROR -r required.ids /dev/null
    run -0 trm-check -q -e ERROR -r optional.ids -r prohibited.ids /dev/null
}

@test "specifications survive splitting and merging, mixed with JSON rules" {
    ids 1 unbounded "$NAME$RATING" > walls.ids
    for ((i = 0; i < 60; i++)); do wall "w$i" ",\"name\":\"$i\",\"psets\":{\"P\":{\"R\":{\"value\":\"F$i\",\"type\":\"IfcLabel\"}}}"; done > in
    many 10 >> in
    trm-check -r walls.ids -r doors.json in > one
    parallel --pipe -k -N 7 -j 4 trm-check -r walls.ids -r doors.json < in | trm-check --merge > merged
    cmp one merged
    tail -n 1 one | grep -q '"status":"pass"'
}

@test "an IDS file that is broken, has entities, or a bad pattern is named and stops the run" {
    ids 1 unbounded "$NAME" > good.ids
    head -c 200 good.ids > cut.ids
    run -2 --separate-stderr trm-check -r cut.ids /dev/null
    [[ "$stderr" == "trm-check: cut.ids:"* ]]
    { echo '<!DOCTYPE ids [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'; tail -n +2 good.ids; } > entity.ids
    run -2 --separate-stderr trm-check -r entity.ids /dev/null
    [[ "$stderr" == *entity.ids*"document type"* ]]
    ids 1 unbounded "${RATING/\[Ff\]/(}" > pattern.ids
    run -2 --separate-stderr trm-check -r pattern.ids /dev/null
    [[ "$stderr" == *'pattern.ids:'*'specification "Walls"'*pattern* ]]
    echo '<html/>' > html.ids
    run -2 --separate-stderr trm-check -r html.ids /dev/null
    [[ "$stderr" == *'found <html>, expected <ids>'* ]]
}

@test "files that authorities publish are read, and run on a model" {
    need_shared ids/real
    wall a ',"name":"A"' > in
    n=0
    for f in "$TRM_SHARED"/ids/real/*.ids; do
        run -0 --separate-stderr trm-check -q -r "$f" in
        [[ "$output" == *'"kind":"specification"'* ]] || { echo "$f"; false; }
        n=$((n + 1))
    done
    [ "$n" -ge 10 ]
}

# sound CARDINALITY FACETS REQUIREMENTS: an IDS file without flaws
sound() {
    cat <<END
<ids xmlns="http://standards.buildingsmart.org/IDS" xmlns:xs="http://www.w3.org/2001/XMLSchema"><info><title>t</title></info><specifications>
<specification name="S" ifcVersion="IFC4"><applicability $1>$2</applicability>
$3
</specification></specifications></ids>
END
}
class() { echo "<entity><name><simpleValue>$1</simpleValue></name></entity>"; }
attribute() { echo "<requirements><attribute><name><simpleValue>$1</simpleValue></name></attribute></requirements>"; }

@test "--audit says what is wrong with rules, with line and column, and the model is not looked at" {
    sound 'maxOccurs="unbounded"' "$(class IFCWALL)" "$(attribute Foobar)" > wrong.ids
    sound 'maxOccurs="unbounded"' "$(class IFCWALL)" "$(attribute Name)" > right.ids
    run -0 --separate-stderr trm-check --audit -r wrong.ids -r right.ids
    [ "${#lines[@]}" -eq 1 ]
    [ "${lines[0]}" = '{"kind":"flaw","v":1,"id":"wrong.ids:1","rules":"wrong.ids","severity":"ERROR","code":"attribute","line":3,"column":26,"specification":1,"requirement":1,"schema":"IFC4","found":"\"Foobar\"","expected":"an attribute of an applicable class; derived and inverse ones cannot be asked for"}' ]
    run -4 trm-check --audit --strict -q -r wrong.ids
    [ "$output" = "" ]
    run -0 trm-check --audit --strict -r right.ids
    echo '{"rules":[{}]}' > wrong.json
    head -c 100 right.ids > cut.ids
    run -0 trm-check --audit -r wrong.json -r cut.ids
    [[ "${lines[0]}" == *'"id":"wrong.json:1"'*'"code":"unreadable"'* && "${lines[1]}" == *'"id":"cut.ids:1"'*'"line":1,'* ]]
    run -2 trm-check --audit
}

@test "a file with flaws runs, does not pass, and is refused with --strict" {
    printf '%s\n' '{"kind":"element","v":1,"id":"a","class":"IfcDoor","schema":"IFC4","name":"D"}' > in
    sound 'minOccurs="0" maxOccurs="unbounded"' "$(class IFCWALL)" "$(attribute Foobar)" > wrong.ids
    run -1 --separate-stderr trm-check -q -e ERROR -r wrong.ids in
    [[ "${lines[1]}" == *'"kind":"specification"'*'"status":"invalid","invalid":1,'* ]]
    [[ "$stderr" == *'wrong.ids:3:26: found "Foobar"'* ]]
    trm-check -r wrong.ids in 2> said > out
    trm-check --merge < out > merged 2> said
    cmp out merged
    run -0 --separate-stderr trm-check -q -r wrong.ids in
    run -2 --separate-stderr trm-check --strict -q -r wrong.ids in
    [ "$output" = "" ]
    [[ "$stderr" == *'1 flaws in all'* ]]
}

@test "--classes names what rules ask for beside elements, and what the reader left out is not passed" {
    sound 'minOccurs="0" maxOccurs="unbounded"' "$(class IFCWALLTYPE)" "$(attribute Name)" > type.ids
    sound 'minOccurs="0" maxOccurs="0"' "$(class IFCMATERIAL)" "" > material.ids
    sound 'minOccurs="0" maxOccurs="unbounded"' "$(class IFCDOOR)" "$(attribute Name)" > door.ids
    [ "$(trm-check --classes -r type.ids -r material.ids -r door.ids)" = IfcMaterial,IfcWallType ]
    [ "$(trm-check --classes -r door.ids)" = "" ]
    small=$ROOT/tests/data/ifc/small.ifc
    run -1 --separate-stderr bash -c "set -o pipefail; trm-ifc '$small' | trm-check -q -e ERROR -r material.ids"
    [[ "$output" == *'"status":"unread","unread":{"IfcMaterial":1}'* && "$stderr" == *'--classes'* ]]
    trm-ifc "$small" | trm-check -r material.ids 2> said > out
    trm-check --merge < out 2> said | cmp - out
    run -4 --separate-stderr bash -c "set -o pipefail; trm-ifc --also \"\$(trm-check --classes -r material.ids)\" '$small' | trm-check -q -e ERROR -r material.ids"
    [[ "$output" == *'"applicable":1,'*'"status":"fail"'* ]]
    run -0 bash -c "set -o pipefail; trm-ifc '$small' | trm-check -q -e ERROR -r door.ids"
}

@test "rules of the JSON catalogue leave types and resources alone" {
    echo '[{"id":"n","name":"n","severity":"ERROR","target":{"ifc_class":"*"},"condition":{"lhs":{"source":"attribute","attribute":"Name"},"op":"exists"}}]' > any.json
    printf '%s\n' '{"kind":"element","v":1,"id":"a","class":"IfcMaterial","is":"resource","name":"M"}' '{"kind":"element","v":1,"id":"b","class":"IfcDoor","name":"D"}' > in
    run -0 trm-check -q -r any.json in
    [[ "$output" == *'"applicable":1,'* ]]
}
