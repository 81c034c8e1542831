# trm-extract: labels only where the rules decided on complete data; variants that hold together.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    cat > rules.json << 'END'
[{"id":"WIDTH","name":"n","description":"d","severity":"ERROR","target":{"ifc_class":"IfcDoor"},
  "condition":{"lhs":{"source":"pset","pset":"Pset_DoorCommon","property":"ClearWidth","unit":"mm",
    "fallback_sources":[{"source":"attribute","attribute":"OverallWidth","relation":"upper"}]},
    "op":">=","rhs":{"source":"value","value":815,"unit":"mm"}},
  "parameters":{},"explanation":{"short":"s","on_pass":"p","on_fail":"f"},
  "provenance":{"regulation":"r","section":"404.2.3","title":"t","jurisdiction":"j","source_link":"l"}},
 {"id":"FIRE","name":"n","description":"d","severity":"WARNING","target":{"ifc_class":"IfcDoor"},
  "condition":{"lhs":{"source":"pset","pset":"Pset_DoorCommon","property":"FireRating","unit":"min"},
    "op":">=","rhs":{"source":"value","value":60,"unit":"min"}},
  "parameters":{},"explanation":{"short":"s","on_pass":"p","on_fail":"f"}}]
END
    {
        door 1 '"ClearWidth":{"value":0.9,"unit":"m"},"FireRating":{"value":"T30"}' # both decided
        door 2 '"ClearWidth":{"value":0.7,"unit":"m"},"FireRating":{"value":"n/a"}' # fire: placeholder
        door 3 ''                                                                   # nothing known
        door 4 '' 0.6                                                               # a bound decides: narrow overall
        door 5 '' 1.2                                                               # a bound that cannot decide
        door 6 '"ClearWidth":{"value":0.9,"unit":"m"},"FireRating":{"value":"T30"}' # as 1 but for its tag
        echo '{"kind":"element","v":1,"id":"b/w","class":"IfcWall","name":"W","model":"b","schema":"IFC4"}'
        echo '{"kind":"model","v":1,"id":"b","file":"b.ifc","elements":7}'
    } > elements.ndjson
    trm-check -r rules.json elements.ndjson > checked.ndjson
}
# door N SET [OVERALL]
door() {
    printf '{"kind":"element","v":1,"id":"b/%d","class":"IfcDoor","name":"Door:%d","tag":"%d","model":"b","file":"b.ifc","schema":"IFC4",' "$1" $((100000 + $1)) $((7000 + $1))
    [ -z "${3-}" ] || printf '"attributes":{"OverallWidth":{"value":%s,"unit":"m"}},' "$3"
    printf '"psets":{"Pset_DoorCommon":{%s}}}\n' "$2"
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }
# The last record has these members, written so and in this order.
last_has() {
    tail -n 1 "$1" | grep -qF -- "$2" || { tail -n 1 "$1"; false; }
}
# Ids of samples, one a line.
ids() { sed -n 's/^{"kind":"sample","v":1,"id":"\([^"]*\)".*/\1/p' "$1"; }
# Of each sample: clear width and the label of WIDTH.
widths() { sed -n 's/.*\["Pset_DoorCommon.ClearWidth",\([0-9.]*\),"m"\].*"rule":"WIDTH","tests[^{]*"label":"\([a-z]*\)".*/\1 \2/p'; }

@test "only pass and fail become labels, and what did not is counted by rule and reason" {
    trm-extract -r rules.json checked.ndjson > out
    [ "$(ids out | tr '\n' ' ')" = "b/1 b/2 " ]
    [ "$(head -n 1 out | grep -o '"label":[^,}]*' | tr '\n' ' ')" = '"label":"pass" "label":"fail" ' ]
    [ "$(sed -n 2p out | grep -o '"label":[^,}]*' | tr '\n' ' ')" = '"label":"fail" "label":null ' ]
    last_has out '{"kind":"extracted","v":1,"id":"extracted","elements":7,"samples":2,"varied":0,"pass":1,"fail":2,"varied_pass":0,"varied_fail":0,"unknown":6,"absent":0,"exists":0,"bound":1,"no_rule":1,"no_label":3,'
    last_has out '"rule":"WIDTH","pass":1,"fail":1,"varied_pass":0,"varied_fail":0,"unlabelled":{"no_property":1,"bound_only":1,"bound":1}'
    last_has out '"rule":"FIRE","pass":0,"fail":1,"varied_pass":0,"varied_fail":0,"unlabelled":{"no_property":3,"placeholder":1}'
}

@test "an element like an earlier one but for its tag and the id in its name is a duplicate" {
    trm-extract -r rules.json checked.ndjson > out
    last_has out '"duplicates":1,"conflicts":0,'
    grep -v '"b/1"' checked.ndjson | trm-extract -r rules.json > out
    last_has out '"duplicates":0,"conflicts":0,'
}

@test "a sample carries the definition of its rules" {
    trm-extract -r rules.json checked.ndjson | head -n 1 | grep -qF '"rules":[{"rule":"WIDTH","tests":["Pset_DoorCommon.ClearWidth","attribute.OverallWidth"],"bounds":["attribute.OverallWidth"],"op":">=","limit":0.815,"unit":"m","severity":"ERROR","section":"404.2.3","label":"pass","field":"Pset_DoorCommon.ClearWidth"},'
}

@test "records checked with other rules are refused, with their place" {
    sed 's/815/950/' rules.json > other.json
    run -1 --separate-stderr trm-extract -r other.json checked.ndjson
    [[ "$stderr" == *"checked.ndjson:1: b/1: results[0]: found WIDTH pass, but the rules given say WIDTH fail"* ]]
    sed 's/"id":"FIRE"/"id":"HOT"/' rules.json > other.json
    run -1 --separate-stderr trm-extract -r other.json checked.ndjson
    [[ "$stderr" == *"not checked with these rules"* ]]
}

@test "elements that were not checked, and other kinds, are refused; the rest is done" {
    run -1 --separate-stderr trm-extract -r rules.json elements.ndjson
    [[ "$stderr" == *'kind: found "element", expected "checked"'* ]]
    { echo '{"kind":"trace","v":1,"id":"x"}'; echo '{"kind":"checked","v":1,"id":"x"}'; echo '{broken'; cat checked.ndjson; } > mixed
    run -1 --separate-stderr trm-extract -r rules.json --refused refused mixed
    [ "$(wc -l < refused)" -eq 3 ]
    [[ "$output" == *'"samples":2,'* ]]
}

@test "records of what was checked as a whole give no sample and are no fault: models, summaries, specifications" {
    cat > walls.ids << 'END'
<ids xmlns="http://standards.buildingsmart.org/IDS" xmlns:xs="http://www.w3.org/2001/XMLSchema"><info><title>t</title></info><specifications>
<specification name="s" ifcVersion="IFC4"><applicability minOccurs="0" maxOccurs="unbounded"><entity><name><simpleValue>IFCWALL</simpleValue></name></entity>
</applicability><requirements><attribute><name><simpleValue>Name</simpleValue></name></attribute></requirements></specification></specifications></ids>
END
    trm-check -r rules.json -r walls.ids elements.ndjson > with_ids.ndjson
    grep -q '"kind":"specification"' with_ids.ndjson
    trm-extract -r rules.json -r walls.ids with_ids.ndjson > out 2> err
    [ ! -s err ]
    last_has out '"elements":7,'
    last_has out '"rule":"walls.ids:1.1","pass":'
}
@test "no rules, or wrong ones, end with status 2" {
    run -2 trm-extract checked.ndjson
    run -2 trm-extract -r /nowhere checked.ndjson
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
    echo '[{"id":"X"}]' > bad.json
    run -2 trm-extract -r bad.json checked.ndjson
}

@test "variants say so, keep parent and building, and are labelled by the rules on the moved value" {
    trm-extract -r rules.json --vary 20 checked.ndjson > out
    n=$(grep -c '"origin":"varied"' out)
    [ "$n" -gt 40 ]
    last_has out "\"varied\":$n,"
    [ "$(grep -cE '"id":"(b/[0-9])![0-9]+","building":"b","file":"b.ifc","parent":"\1","origin":"varied"' out)" -eq "$n" ]
    [ "$(widths < out | wc -l)" -eq $((n + 2)) ]
    [ "$(widths < out | awk '($1 >= 0.815) != ($2 == "pass")' | wc -l)" -eq 0 ]
    [ "$(grep '"parent":"b/1"' out | widths | cut -d' ' -f2 | sort -u | wc -l)" -eq 2 ]
    # less than half a percent off the limit, on both sides
    widths < out | awk '$1 < 0.815 && $1 > 0.81 {below = 1} $1 > 0.815 && $1 < 0.82 {above = 1} END {exit !(below && above)}'
}

@test "an element varies alike whatever stands beside it, and another seed varies otherwise" {
    trm-extract -r rules.json --vary 5 checked.ndjson | grep '"b/2!' > all
    grep '"b/2"' checked.ndjson | trm-extract -r rules.json --vary 5 | grep '"b/2!' > alone
    cmp all alone
    trm-extract -r rules.json --vary 5 --seed 2 checked.ndjson | grep '"b/2!' > other
    run ! cmp -s all other
}

@test "more rules than fit go to a second sample" {
    trm-extract -r rules.json --max-rules 1 checked.ndjson > out
    [ "$(ids out | tr '\n' ' ')" = "b/1 b/1~2 b/2 " ]
    [ "$(grep -c '"limit".*"limit"' out)" -eq 0 ]
}

@test "equal fields with other verdicts are a conflict, named on stderr and in the last record" {
    # two texts that differ behind the 200 bytes that a sample keeps
    long=$(printf 'x%.0s' {1..250})
    cat > cut.json << 'END'
[{"id":"M","name":"n","description":"d","severity":"ERROR","target":{"ifc_class":"IfcDoor"},
  "condition":{"lhs":{"source":"pset","pset":"P","property":"Code"},"op":"matches","rhs":{"source":"value","value":"x*A"}},
  "parameters":{},"explanation":{"short":"s","on_pass":"p","on_fail":"f"}}]
END
    for end in A B; do
        echo '{"kind":"element","v":1,"id":"b/'$end'","class":"IfcDoor","model":"b","schema":"IFC4","psets":{"P":{"Code":{"value":"'"$long$end"'"}}}}'
    done | trm-check -r cut.json > two
    trm-extract -r cut.json two > out 2> err
    grep -q 'b/B: conflict: same fields as b/A' err
    last_has out '"conflicts":1,'
    last_has out '"conflicting":[["b/A","b/B"]]'
    [ "$(ids out | wc -l)" -eq 2 ]
}

@test "the demo portfolio gives more than 500 samples" {
    trm-buildings -o models
    for f in models/*.ifc; do trm-ifc "$f"; done | trm-check -r "$ROOT/pipelines/rules/building-code.json" > portfolio
    trm-extract -r "$ROOT/pipelines/rules/building-code.json" portfolio > out
    [ "$(grep -c '"origin":"observed"' out)" -gt 500 ]
    [ "$(tail -n 1 out | sed -E 's/.*"varied":0,"pass":([0-9]+),"fail":([0-9]+),.*/\1 \2/' | awk '{print ($1 > 300 && $2 > 300)}')" = 1 ]
}
