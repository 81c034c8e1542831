# trm-diff: what changed between two runs, by id or by likeness, and what is waived.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }

# el MODEL GUID NAME TAG RULE=VERDICT...: a checked record; FILE says where it stands
el() {
    local model=$1 guid=$2 name=$3 tag=$4 results=
    shift 4
    for r in "$@"; do
        results+=",{\"rule\":\"${r%=*}\",\"severity\":\"${SEVERITY:-ERROR}\",\"verdict\":\"${r#*=}\",\"reason\":\"bound\"}"
    done
    printf '{"kind":"checked","v":1,"id":"%s/%s","guid":"%s","class":"IfcDoor","name":"%s",%s"model":"%s","file":"%s","storey":"%s","results":[%s]}\n' \
        "$model" "$guid" "$guid" "$name" "${tag:+\"tag\":\"$tag\",}" "$model" "${FILE:-house.ifc}" "${STOREY:-EG}" "${results:1}"
}
# lines "element rule state" of the diff records
states() { sed -n 's/^{"kind":"diff",.*"element":"\([^"]*\)".*"rule":"\([^"]*\)".*"state":"\([^"]*\)".*/\1 \2 \3/p'; }
# the number under a key of the last record
last() { tail -n 1 "$1" | grep -oE "\"$2\":[0-9]+" | head -n 1 | cut -d: -f2; }
waiver() { printf '{"kind":"waiver","v":1,"rule":"%s","element":"%s","owner":"%s","reason":"%s","expires":"%s"}\n' "$@"; }

@test "every pair of verdicts has its state" {
    for was in pass fail unknown; do
        for is in pass fail unknown; do
            el M "$was-$is" a 1 "R=$was" >> before
            el M "$was-$is" a 1 "R=$is" >> after
        done
        el M "$was-none" a 1 "R=$was" >> before
        el M "none-$was" a 1 "R=$was" >> after
    done
    run -0 --separate-stderr trm-diff --all before after
    [ -z "$stderr" ]
    states <<< "$output" | sort > got
    sort > want <<'END'
M/pass-pass R same
M/pass-fail R regressed
M/pass-unknown R lost
M/pass-none R gone
M/fail-pass R fixed
M/fail-fail R still
M/fail-unknown R lost
M/fail-none R gone
M/unknown-pass R known
M/unknown-fail R known
M/unknown-unknown R same
M/unknown-none R gone
M/none-pass R added
M/none-fail R new
M/none-unknown R added
END
    diff want got
    # without --all only what is or was a failure, or what one now knows or no longer knows
    trm-diff before after | states | sort > got
    grep -vE 'same|added|pass-none|unknown-none' want | diff - got
    trm-diff -q before after > last
    [ "$(wc -l < last)" -eq 1 ]
    [ "$(last last known)" -eq 2 ] && [ "$(last last regressed)" -eq 1 ] && [ "$(last last gone)" -eq 3 ]
    grep -q '"elements":{"before":12,"after":12,"by_id":9,"by_tag":0,"by_name":0,"new":3,"gone":3}' last
    grep -q '"fail":{"none":1,"pass":1,"fail":1,"unknown":1}' last
}

@test "a run against itself has nothing new, and a rule that no longer applies is gone" {
    el M g1 a 1 R=fail S=pass > before
    trm-diff before before | states > got
    [ "$(cat got)" = "M/g1 R still" ]
    el M g1 a 1 S=pass > after
    trm-diff before < after | states > got
    [ "$(cat got)" = "M/g1 R gone" ]
}

@test "elements whose GUIDs changed are paired by tag, then by name, which is said" {
    for i in 1 2 3 4; do
        el M "old$i" "Door $i" "t$i" R=fail >> before
        el N "new$i" "Door $i" "t$i" "R=$([ $i = 1 ] && echo pass || echo fail)" >> after
    done
    el M old5 "Door 5" t5 R=pass >> before
    el N new5 "Door 5" changed R=fail >> after
    run -0 --separate-stderr trm-diff before after
    [[ "$stderr" == *"house.ifc: 5 of 5 elements were paired by name, tag, type and place: their ids changed"* ]]
    echo "$output" > out
    states < out | sort > got
    printf '%s\n' "N/new1 R fixed" "N/new2 R still" "N/new3 R still" "N/new4 R still" "N/new5 R regressed" | diff - got
    grep -q '"element":"N/new1".*"paired_by":"tag","element_before":"M/old1"' out
    grep -q '"element":"N/new5".*"paired_by":"name","element_before":"M/old5"' out
    grep -q '"likeness":\[{"model":"M","file":"house.ifc","before":5,"by_id":0,"by_tag":4,"by_name":1}\]' out
    # and not when it is forbidden
    run -0 --separate-stderr trm-diff --by-id before after
    [ -z "$stderr" ]
    [ "$(states <<< "$output" | grep -c new$)" -eq 4 ]
    [ "$(states <<< "$output" | grep -c gone)" -eq 4 ] # the fifth passed
}

@test "in a model whose ids held, a new element is new however much it looks like one that is gone" {
    for i in 1 2 3; do el M "g$i" "Door $i" "t$i" R=fail; done > before
    { el M g1 "Door 1" t1 R=fail; el M g2 "Door 2" t2 R=fail; el M x "Door 3" t3 R=fail; } > after
    run -0 --separate-stderr trm-diff before after
    [ -z "$stderr" ]
    states <<< "$output" | sort > got
    printf '%s\n' "M/g1 R still" "M/g2 R still" "M/g3 R gone" "M/x R new" | diff - got
}

@test "among elements that nothing tells apart the least change is assumed" {
    { el M a1 Door '' R=pass; el M a2 Door '' R=fail; } > before
    { el M b1 Door '' R=fail; el M b2 Door '' R=pass; el M b3 Door '' R=fail; } > after
    trm-diff before after 2> /dev/null | states | sort > got
    printf '%s\n' "M/b1 R still" "M/b3 R new" | diff - got
}

@test "likeness does not reach from one building into another" {
    { FILE=a.ifc el A a1 "Door 1" 1 R=fail; FILE=b.ifc el B b1 "Door 2" 2 R=fail; } > before
    { FILE=c.ifc el C c1 "Door 2" 2 R=fail; FILE=d.ifc el D d1 "Door 1" 1 R=fail; } > after
    trm-diff before after | states | sort > got
    printf '%s\n' "A/a1 R gone" "B/b1 R gone" "C/c1 R new" "D/d1 R new" | diff - got
    # the same file under a new project GUID is the same building
    { FILE=b.ifc el X x1 "Door 2" 2 R=fail; FILE=a.ifc el Y y1 "Door 1" 1 R=fail; } > after
    trm-diff before after 2> /dev/null | states | sort > got
    printf '%s\n' "X/x1 R still" "Y/y1 R still" | diff - got
}

@test "elements of a model that could not be read are not gone" {
    { FILE=a.ifc el A a1 x 1 R=fail; FILE=b.ifc el B b1 x 1 R=fail; } > before
    { FILE=b.ifc el B b1 x 1 R=pass; echo '{"kind":"model","v":1,"id":"in/a.ifc","file":"a.ifc","error":"it is cut short"}'; } > after
    trm-diff before after > out
    states < out | sort > got
    printf '%s\n' "A/a1 R unread" "B/b1 R fixed" | diff - got
    [ "$(last out broken_after)" -eq 1 ]
}

@test "a waiver makes waived of a failure until its day is past, and then comes back aloud" {
    { el M g1 a 1 R=pass; el M g2 b 2 R=fail; } > before
    { el M g1 a 1 R=fail S=fail; el M g2 b 2 R=fail; } > after
    { waiver R M/g1 Anna 'agreed with the fire officer' 2027-03-31; waiver R g2 Ben 'until the wall is moved' 2027-03-30; } > waivers
    run -0 --separate-stderr trm-diff -w waivers --date 2027-03-30 before after
    [ -z "$stderr" ]
    states <<< "$output" | sort > got
    printf '%s\n' "M/g1 R waived" "M/g1 S new" "M/g2 R waived" | diff - got
    [[ "$output" == *'"state":"waived","otherwise":"regressed"'*'"waiver":{"owner":"Anna","reason":"agreed with the fire officer","expires":"2027-03-31"}'* ]]
    run -0 --separate-stderr trm-diff -w waivers --date 2027-03-31 before after
    [[ "$stderr" == "trm-diff: waiver expired on 2027-03-30: R fails on M/g2; Ben answered for it (until the wall is moved)" ]]
    [[ "$output" == *'"element":"M/g2"'*'"state":"expired","otherwise":"still"'* ]]
    [[ "$output" == *'"waivers":{"given":2,"used":2,"date":"2027-03-31"}'* ]]
}

@test "a waiver follows an element whose GUID changed" {
    el M g1 "Door 1" 1 R=fail > before
    el M h1 "Door 1" 1 R=fail > after
    waiver R M/g1 Anna why 2027-03-31 > waivers
    trm-diff -w waivers -d 2027-01-01 before after 2> err > diff
    [ "$(states < diff)" = "M/h1 R waived" ]
    # for that run: it is said what to write for the next
    grep -q '"waiver":{"owner":"Anna","reason":"why","expires":"2027-03-31","follows":"M/g1"}' diff
    grep -q "^trm-diff: waiver of R by Anna: its element M/g1 is M/h1 now; write that into the waiver" err
    trm-report -f html diff > report.html
    grep -q "its waiver names the GUID of before and ends with this run: write .*h1.* into it" report.html
    el M h1 "Door 1" 1 R=fail | trm-diff -w waivers -d 2027-01-01 after - | states > got
    [ "$(cat got)" = "M/h1 R still" ]
}

@test "without --date today counts, as SOURCE_DATE_EPOCH says" {
    el M g1 a 1 R=fail > r
    waiver R g1 Anna why 2001-09-09 > waivers
    SOURCE_DATE_EPOCH=1000000000 trm-diff -w waivers r r | states > got # 2001-09-09
    [ "$(cat got)" = "M/g1 R waived" ]
    SOURCE_DATE_EPOCH=1000086400 trm-diff -w waivers r r 2> err | states > got
    [ "$(cat got)" = "M/g1 R expired" ]
    grep -q "expired on 2001-09-09" err
}

@test "a wrong waiver ends the run with 2 and its place: nobody could say what is waived" {
    el M g1 a 1 R=fail > r
    waiver R g1 Anna why 2027-03-31 > good
    for bad in '{"kind":"waiver","v":1,"rule":"R"}' 'no json' "$(waiver R g9 Anna why 31.3.2027)" "$(waiver R g9 Anna why 2027-13-01)" \
        "$(waiver R g9 '' why 2027-03-31)" "$(waiver R g1 Ben twice 2027-03-31)" '{"kind":"result","v":1}'; do
        { cat good; echo "$bad"; } > waivers
        run -2 --separate-stderr trm-diff -w waivers r r
        [[ -z "$output" && "$stderr" == *"waivers:2: "* ]] || { echo "$bad: $stderr"; false; }
    done
    run -2 trm-diff -w nowhere r r
}

@test "-e gates on what fails and did not before, at its severity or worse, and on expired waivers" {
    el M g1 a 1 R=pass > good
    SEVERITY=WARNING el M g1 a 1 R=fail > bad
    run -4 trm-diff -e WARNING good bad
    run -4 trm-diff -e INFO good bad
    run -0 trm-diff -e ERROR good bad
    run -0 trm-diff good bad
    run -0 trm-diff -e INFO bad bad # still, not new
    el M g1 a 1 R=unknown > unknown
    run -4 trm-diff -e WARNING unknown bad
    run -0 trm-diff -e WARNING bad good
    waiver R g1 Anna why 2027-03-31 > waivers
    run -0 trm-diff -e INFO -w waivers -d 2027-03-31 good bad
    run -4 trm-diff -e INFO -w waivers -d 2027-04-01 bad bad
    run -2 trm-diff -e LOUD good bad
}

@test "a rule whose definition changed is named" {
    { el M g1 a 1 R=fail S=fail; echo '{"kind":"summary","v":1,"id":"R","rule":"R","definition":{"limit":1}}'
        echo '{"kind":"summary","v":1,"id":"S","rule":"S","definition":{"limit":1}}'; } > before
    { el M g1 a 1 R=fail S=fail; echo '{"kind":"summary","v":1,"id":"R","rule":"R","definition":{"limit":2}}'
        echo '{"kind":"summary","v":1,"id":"S","rule":"S","definition":{"limit":1}}'; } > after
    run -0 trm-diff -q before after
    [[ "$output" == *'{"rule":"R","still":1,"changed":true},{"rule":"S","still":1}'* ]]
}

@test "an element that comes twice is refused, the rest is done" {
    { el M g1 a 1 R=fail; el M g1 a 1 R=fail; el M g2 a 1 R=fail; } > twice
    run -1 --separate-stderr trm-diff --refused no twice twice
    [[ "$stderr" == *"twice:2: M/g1: this id came before in the same file"* ]]
    [ "$(states <<< "$output" | grep -c still)" -eq 2 ]
    [ "$(wc -l < no)" -eq 2 ]
}

@test "one building that lies there under two names is two, each compared with its own" {
    { FILE=a.ifc el M g1 a 1 R=fail; FILE=copy.ifc el M g1 a 1 R=pass; } > before
    { FILE=copy.ifc el M g1 a 1 R=fail; FILE=a.ifc el M g1 a 1 R=fail; } > after
    trm-diff before after | grep -o '"file":"[^"]*"\|"state":"[^"]*"' | paste - - > got
    printf '"file":"%s"\t"state":"%s"\n' copy.ifc regressed a.ifc still | diff - got
    # and under another name it is still the same
    FILE=b.ifc el M g1 a 1 R=fail > after
    trm-diff before after | states | sort > got
    printf '%s\n' "M/g1 R still" | diff - got
}

@test "wrong operands are 2" {
    el M g1 a 1 R=fail > r
    run -2 trm-diff
    run -2 trm-diff r r r
    run -2 trm-diff - -
    run -2 trm-diff r nowhere
    run -2 trm-diff --date tomorrow r r
}

@test "real exports: nothing is new between two readings of one file, and all GUIDs changed pairs all but alike ones" {
    need_shared ifc
    f=$(find -L "$TRM_SHARED/ifc" -name 'AC20-FZK-Haus.ifc' | head -n 1)
    [ -n "$f" ] || skip "no AC20-FZK-Haus.ifc"
    trm-ifc "$f" 2> /dev/null | trm-check -r "$ROOT/pipelines/rules/building-code.json" > run1
    trm-diff --all run1 run1 | states | awk '{print $3}' | sort | uniq -c > got
    [ "$(grep -cvE ' (same|still)$' got)" -eq 0 ]
    sed -E 's/("(id|guid)":")/\1~/g' run1 > run2
    trm-diff run1 run2 > out 2> err
    grep -q "were paired by name, tag, type and place" err
    [ "$(states < out | awk '{print $3}' | grep -cv still)" -eq 0 ]
}
