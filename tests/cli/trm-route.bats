# trm-route: every problem decided, critical first.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; cp "$ROOT/pipelines/rules/routes.json" .; }
route() { trm-route -r routes.json | sed 's/.*"route"://'; }

@test "a task of any family is structured, a critical one is critical whatever else it is" {
    trm-gen --all -n 1 > tasks
    run -0 trm-route -r routes.json tasks
    [ "$(grep -c '"route":{"class":"structured","to":\["trm"\],"condition":1,' <<< "$output")" -eq 24 ]
    [ "$(sed 's/,"route":.*/}/' <<< "$output")" = "$(cat tasks)" ]
    sed 's/"v":1,/"v":1,"critical":true,/' tasks > critical
    run -0 trm-route -r routes.json critical
    [ "$(grep -c '"route":{"class":"critical","to":\["trm","outside","audit"\],"consensus":true,"condition":1,"reason":"critical = true"}' <<< "$output")" -eq 24 ]
    [[ "$(route <<< '{"id":"x","critical":true,"type":"generation"}')" == '{"class":"critical"'* ]]
    [[ "$(route <<< '{"id":"x","critical":true}')" == '{"class":"critical"'* ]]
    [[ "$(route <<< '{"id":"x","critical":false,"type":"generation"}')" == '{"class":"open_ended"'* ]]
}
@test "structured comes before open-ended" {
    [[ "$(route <<< '{"id":"x","type":"generation","kind":"task","domain":"logical"}')" == '{"class":"structured"'* ]]
    [[ "$(route <<< '{"id":"x","type":"reasoning","structure":"well_defined","domain":"constraint_satisfaction"}')" == '{"class":"structured","to":["trm"],"condition":2,'* ]]
    [[ "$(route <<< '{"id":"x","structure":"open_ended"}')" == '{"class":"open_ended","to":["outside"],"condition":1,"reason":"structure = \"open_ended\""}}' ]]
}
@test "what fits nothing is unrouted, and the reason says what is missing or unknown" {
    [[ "$(route <<< '{"id":"x"}')" == '{"class":"unrouted","to":[],"reason":"kind is missing; type is missing; structure is missing'* ]]
    [[ "$(route <<< '{"id":"x","kind":"task","domain":"cooking"}')" == *'"reason":"domain \"cooking\" is in no rule;'* ]]
    trm-psl "$ROOT/tests/data/psl/turn-and-invert.psl" | trm-route -r routes.json | grep -q '"class":"structured"'
}
@test "when it cannot be told whether a problem is critical it is unrouted, not routed by the rest" {
    for critical in '"yes"' 1 '[true]' '{}'; do
        run -0 route <<< '{"id":"x","kind":"task","domain":"logical","critical":'"$critical"'}'
        [[ "$output" == '{"class":"unrouted","to":[],"reason":"critical '*'is of another type than the rules expect"}}' ]]
    done
    [[ "$(route <<< '{"id":"x","kind":"task","domain":"logical","critical":null}')" == '{"class":"structured"'* ]]
}
@test "numbers have bounds, and members of a condition hold together" {
    cat > routes.json <<- 'END'
	{"v":1,"critical":{"to":["a"],"when":[{"size":{"min":9}}]},
	 "structured":{"to":["b"],"when":[{"family":["sudoku","latin"],"size":{"min":4,"max":6}}]},
	 "open_ended":{"to":["c"],"when":[{"n":3}]}}
	END
    [[ "$(route <<< '{"id":"x","family":"sudoku","size":9}')" == '{"class":"critical"'* ]]
    [[ "$(route <<< '{"id":"x","family":"sudoku","size":6}')" == '{"class":"structured"'* ]]
    [[ "$(route <<< '{"id":"x","family":"sudoku","size":3}')" == '{"class":"unrouted"'*'size 3 is in no rule'* ]]
    [[ "$(route <<< '{"id":"x","family":"maze","size":5}')" == '{"class":"unrouted"'* ]]
    [[ "$(route <<< '{"id":"x","n":3}')" == '{"class":"open_ended"'* ]]
    [[ "$(route <<< '{"id":"x","n":"3"}')" == '{"class":"unrouted"'* ]]
}
@test "a file of rules that is wrong is refused by name with status 2" {
    run -2 trm-route < /dev/null
    run -2 trm-route -r gone < /dev/null
    while IFS='|' read -r rules why; do
        printf '%s' "$rules" > bad.json
        run -2 trm-route -r bad.json < /dev/null
        [[ "$output" == "trm-route: bad.json: "*"$why"* ]] || { echo "$output"; false; }
    done <<- 'END'
	[1]|expected an object
	{"v":2}|v: expected version 1
	{"v":1}|critical is missing
	{"v":1,"urgent":{}}|urgent: expected v, note
	{"v":1,"critical":{"to":[],"when":[]}}|critical.to: expected a list of solvers
	{"v":1,"critical":{"to":["a"],"when":[]}}|critical.when: expected a list
	{"v":1,"critical":{"to":["a"],"when":[{}]}}|critical.when[0]: expected an object
	{"v":1,"critical":{"to":["a"],"when":[{"a":{"mn":1}}]}}|critical.when[0].a: expected a value
	{"v":1,
	END
}
@test "a record without an id is refused" {
    run -1 --separate-stderr trm-route -r routes.json <<< '{"kind":"task"}'
    [ -z "$output" ]
}
