# IDS files and models of others, where they are: the official cases, and every model against every published file.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }

@test "all official cases come out as their names say, and the audit says why the invalid ones are" {
    need_shared ids/official
    run -0 bash -c "cd '$ROOT' && tests/ids/suite.sh '${BIN#"$ROOT"/}' '$TRM_SHARED/ids/official'"
    [ "${#lines[@]}" -eq 1 ]
    [[ "${lines[0]}" =~ ^([0-9]+)\ of\ ([0-9]+)\ as\ expected$ ]]
    [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ]
}

@test "the audit finds nothing in official cases that are not named invalid" {
    need_shared ids/official
    n=0
    for f in "$TRM_SHARED"/ids/official/*/pass-*.ids "$TRM_SHARED"/ids/official/*/fail-*.ids; do
        said=$(trm-check --audit -r "$f")
        [ -z "$said" ] || { echo "$f: $said"; false; }
        n=$((n + 1))
    done
    [ "$n" -gt 100 ]
}

@test "every model against every published file: no crash, no hang, a status of every specification, the exit status as they say" {
    need_shared ids/real
    need_shared ifc
    rules=()
    for f in "$TRM_SHARED"/ids/real/*.ids; do
        trm-check --classes -r "$f" > classes 2> said || { [ $? -eq 2 ]; continue; } # an older IDS, which 1.0 refuses
        rules+=(-r "$f")
    done
    [ "${#rules[@]}" -ge 20 ]
    also=$(trm-check --classes "${rules[@]}" 2> said)
    models=0
    for model in "$TRM_SHARED"/ifc/*; do
        status=0
        timeout 300 trm-ifc -q --also "$also" "$model" > elements 2> said || status=$?
        [ "$status" -le 1 ] || { echo "$model: trm-ifc ended with $status"; false; }
        status=0
        timeout 300 trm-check -q -e ERROR "${rules[@]}" elements > out 2> said || status=$?
        count() { grep '"kind":"specification"' out | grep -cE "\"status\":\"($1)\"" || true; }
        expected=0
        [ "$(count 'invalid|unread')" -eq 0 ] || expected=1
        [ "$(count fail)" -eq 0 ] || expected=4
        [ "$status" -eq "$expected" ] || { echo "$model: trm-check ended with $status, not $expected: $(< said)"; false; }
        [ "$(count unread)" -eq 0 ] || { echo "$model: unread"; false; }
        [ "$(count 'pass|fail|invalid')" -gt 100 ]
        models=$((models + 1))
    done
    [ "$models" -gt 20 ]
}
