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
# get EXPRESSION over the last record r and the list of samples s, in Python
get() { python3 -c 'import json,sys; a=[json.loads(l) for l in sys.stdin]; r=a[-1]; s=[x for x in a if x["kind"]=="sample"]; print('"$1"')'; }

@test "only pass and fail become labels, and what did not is counted by rule and reason" {
    trm-extract -r rules.json checked.ndjson > out
    [ "$(get '[(x["id"],[q["label"] for q in x["rules"]]) for x in s]' < out)" = "[('b/1', ['pass', 'fail']), ('b/2', ['fail', None])]" ]
    [ "$(get 'r["kind"],r["pass"],r["fail"],r["unknown"],r["bound"],r["no_rule"],r["no_label"]' < out)" = "('extracted', 1, 2, 6, 1, 1, 3)" ]
    [ "$(get 'r["rules"][1]["unlabelled"]["placeholder"]' < out)" = 1 ]
    [ "$(get 'r["rules"][0]["unlabelled"]["bound_only"]' < out)" = 1 ]
}

@test "an element like an earlier one but for its tag and the id in its name is a duplicate" {
    [ "$(trm-extract -r rules.json checked.ndjson | get 'r["duplicates"],r["samples"]')" = "(1, 2)" ]
}

@test "a sample carries the definition of its rules" {
    rule=$(trm-extract -r rules.json checked.ndjson | get 's[0]["rules"][0]')
    [ "$rule" = "{'rule': 'WIDTH', 'tests': ['Pset_DoorCommon.ClearWidth', 'attribute.OverallWidth'], 'bounds': ['attribute.OverallWidth'], 'op': '>=', 'limit': 0.815, 'unit': 'm', 'severity': 'ERROR', 'section': '404.2.3', 'label': 'pass', 'field': 'Pset_DoorCommon.ClearWidth'}" ]
}

@test "records checked with other rules are refused, with their place" {
    sed 's/815/950/' rules.json > other.json
    run -1 --separate-stderr trm-extract -r other.json checked.ndjson
    [[ "$stderr" == *"checked.ndjson:1: b/1: results[0]: found WIDTH pass, but the rules given say WIDTH fail"* ]]
    grep -v FIRE rules.json | head -c 0
    python3 -c 'import json; json.dump(json.load(open("rules.json"))[:1], open("one.json", "w"))'
    run -1 --separate-stderr trm-extract -r one.json checked.ndjson
    [[ "$stderr" == *"not checked with these rules"* ]]
}

@test "elements that were not checked, and other kinds, are refused; the rest is done" {
    run -1 --separate-stderr trm-extract -r rules.json elements.ndjson
    [[ "$stderr" == *'kind: found "element", expected "checked"'* ]]
    { echo '{"kind":"trace","v":1,"id":"x"}'; echo '{"kind":"checked","v":1,"id":"x"}'; echo '{broken'; cat checked.ndjson; } > mixed
    run -1 --separate-stderr trm-extract -r rules.json --refused refused mixed
    [ "$(wc -l < refused)" -eq 3 ]
    [ "$(get 'r["samples"]' <<< "$output")" = 2 ]
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
    [ "$(get 'all(x["parent"]+"!" == x["id"][:len(x["parent"])+1] and x["building"]=="b" for x in s if x["origin"]=="varied")' < out)" = True ]
    [ "$(get 'r["varied"]==sum(x["origin"]=="varied" for x in s) and r["varied"]>40' < out)" = True ]
    [ "$(get 'all((dict((f[0],f[1]) for f in x["fields"])["Pset_DoorCommon.ClearWidth"] >= 0.815) == (x["rules"][0]["label"]=="pass") for x in s)' < out)" = True ]
    [ "$(get 'len({x["rules"][0]["label"] for x in s if x["parent"]=="b/1"})' < out)" = 2 ]
    # half a percent on both sides of the limit is there
    [ "$(get 'min(abs(dict((f[0],f[1]) for f in x["fields"])["Pset_DoorCommon.ClearWidth"]-0.815) for x in s) < 0.004' < out)" = True ]
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
    [ "$(get '[(x["id"],len(x["rules"])) for x in s]' < out)" = "[('b/1', 1), ('b/1~2', 1), ('b/2', 1)]" ]
}

@test "equal fields with other verdicts are a conflict, named on stderr and in the last record" {
    # a storey is no field of the rules, but the selector may look where the sample does not: simulate by two texts cut at 200 bytes
    long=$(printf 'x%.0s' {1..250})
    cat > cut.json << 'END'
[{"id":"M","name":"n","description":"d","severity":"ERROR","target":{"ifc_class":"IfcDoor"},
  "condition":{"lhs":{"source":"pset","pset":"P","property":"Code"},"op":"matches","rhs":{"source":"value","value":"x*A"}},
  "parameters":{},"explanation":{"short":"s","on_pass":"p","on_fail":"f"}}]
END
    for end in A B; do
        echo '{"kind":"element","v":1,"id":"b/'$end'","class":"IfcDoor","model":"b","schema":"IFC4","psets":{"P":{"Code":{"value":"'"$long$end"'"}}}}'
    done | trm-check -r cut.json > two
    run -0 --separate-stderr trm-extract -r cut.json two
    [[ "$stderr" == *"b/B: conflict: same fields as b/A"* ]]
    [ "$(get 'r["conflicts"],r["conflicting"],r["samples"]' <<< "$output")" = "(1, [['b/A', 'b/B']], 2)" ]
}

@test "the demo portfolio gives more than 500 samples" {
    trm-buildings -o models
    for f in models/*.ifc; do trm-ifc "$f"; done | trm-check -r "$ROOT/pipelines/rules/building-code.json" > portfolio
    [ "$(trm-extract -r "$ROOT/pipelines/rules/building-code.json" portfolio | get 'r["samples"] > 500 and r["pass"] > 300 and r["fail"] > 300')" = True ]
}
