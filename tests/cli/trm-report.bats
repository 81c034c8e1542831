# trm-report: pages, texts and tables over the records of a check.
load helper

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    cat > records.ndjson << 'END'
{"kind":"checked","v":1,"id":"P/door1","guid":"door1","class":"IfcDoor","name":"Door \"A\" <b>","step":7,"model":"P","file":"house.ifc","storey":"Ground","type_object":{"name":"D70"},"results":[{"rule":"WIDTH","severity":"ERROR","verdict":"fail","reason":"bound","field":"Pset_DoorCommon.ClearWidth","step":12,"value":0.7,"unit":"m","op":">=","limit":0.815,"shortfall":0.115,"nearest":0.815}]}
{"kind":"checked","v":1,"id":"P/door2","guid":"door2","class":"IfcDoor","name":"=cmd()","step":8,"model":"P","file":"house.ifc","storey":"Upper","results":[{"rule":"WIDTH","severity":"ERROR","verdict":"unknown","reason":"no_property","op":">=","limit":0.815,"unit":"m"}]}
{"kind":"checked","v":1,"id":"P/door3","guid":"door3","class":"IfcDoor","name":"Door C","step":9,"model":"P","file":"house.ifc","results":[{"rule":"WIDTH","severity":"ERROR","verdict":"pass","reason":"holds","field":"Pset_DoorCommon.ClearWidth","step":13,"value":0.9,"unit":"m","op":">=","limit":0.815}]}
{"kind":"model","v":1,"id":"P","file":"house.ifc","project":"House","schema":"IFC4","exporter":"pen","sha256":"00","instances":99,"elements":3,"warnings":{}}
{"kind":"summary","v":1,"id":"WIDTH","rule":"WIDTH","name":"Door clear width","severity":"ERROR","applicable":3,"pass":1,"fail":1,"unknown":1,"why_unknown":{"no_property":1},"absent":[],"definition":{"id":"WIDTH","description":"Doors are wide enough.","condition":{"lhs":{"source":"pset","pset":"Pset_DoorCommon","property":"ClearWidth","unit":"mm"},"op":">="},"explanation":{"on_fail":"Door {guid} has {lhs} {unit}, {rhs} {unit} are required."},"provenance":{"regulation":"Code","section":"1.2","source_link":"https://example.org/code"}}}
{"kind":"summary","v":1,"id":"STAIR","rule":"STAIR","name":"Stair width","severity":"WARNING","applicable":0,"pass":0,"fail":0,"unknown":0,"no_element":true}
{"kind":"trace","v":1,"id":"P/door2","guid":"door2","class":"IfcDoor","name":"=cmd()","building":"P","file":"house.ifc","model":{"sha256":"aa"},"verdicts":[{"rule":"WIDTH","severity":"ERROR","source":"model","verdict":"fail","p_pass":0.31,"support":120}],"steps":[{"step":1,"halt":0.1,"p":{"WIDTH":0.45},"changed":[],"text":"step 1: WIDTH 0.50 -> 0.45 fail; halting 0.1"},{"step":2,"halt":0.9,"p":{"WIDTH":0.31},"changed":[],"text":"step 2: WIDTH 0.45 -> 0.31 fail; halting 0.9"}],"halted_at":2}
{"kind":"eval","v":1,"id":"hidden","group":"hidden","n":200,"buildings":60,"accuracy":0.83,"lo":0.78,"hi":0.88,"base_rate":0.6,"baselines":{"logistic":{"accuracy":0.7}},"ece":0.03}
{"kind":"epoch","v":1,"id":"epoch-1","epoch":1,"loss":0.7,"val_loss":0.69,"val_accuracy":0.6,"best":true}
{"kind":"epoch","v":1,"id":"epoch-2","epoch":2,"loss":0.5,"val_loss":0.6,"val_accuracy":0.7,"best":true}
{"kind":"extracted","v":1,"id":"your models","samples":2,"rules":[{"rule":"WIDTH","pass":1,"fail":1}]}
END
}

# 10,000 elements: a third fails, a third is unknown and judged by a model.
many() {
    awk 'BEGIN {
        for (i = 0; i < 10000; i++) {
            head = sprintf("\"v\":1,\"id\":\"P/e%d\",\"guid\":\"e%d\",\"class\":\"IfcWall\",\"name\":\"Basic Wall:Interior - 138mm:%d\",\"file\":\"big.ifc\"", i, i, i)
            verdict = i % 3 == 0 ? "fail" : i % 3 == 1 ? "unknown" : "pass"
            printf "{\"kind\":\"checked\",%s,\"storey\":\"Level %d\",\"results\":[{\"rule\":\"R%d\",\"severity\":\"ERROR\",\"verdict\":\"%s\",\"reason\":\"%s\",\"field\":\"Pset_WallCommon.FireRating\",\"step\":%d,\"value\":%d,\"unit\":\"s\",\"op\":\">=\",\"limit\":3600,\"shortfall\":1800,\"nearest\":3600}]}\n", head, i % 9, i % 7, verdict, verdict == "unknown" ? "placeholder" : "bound", i, i % 2 ? 1800 : 900
            if (verdict != "unknown") continue
            p = (i % 97) / 97
            steps = ""
            for (s = 1; s <= 8; s++) steps = steps sprintf("%s{\"step\":%d,\"halt\":0.1,\"p\":{\"R%d\":%.3f},\"text\":\"step %d: R%d 0.500 -> %.3f; halting 0.1\"}", s > 1 ? "," : "", s, i % 7, p, s, i % 7, p)
            printf "{\"kind\":\"trace\",%s,\"verdicts\":[{\"rule\":\"R%d\",\"severity\":\"ERROR\",\"source\":\"model\",\"verdict\":\"%s\",\"p_pass\":%.3f,\"support\":400}],\"steps\":[%s],\"halted_at\":8}\n", head, i % 7, p < 0.5 ? "fail" : "pass", p, steps
        }
    }'
}

@test "the page names what failed, where, by how much, and what would pass" {
    run -0 --separate-stderr trm-report records.ndjson
    [ -z "$stderr" ]
    [[ "$output" == "<!DOCTYPE html>"*"</html>" ]]
    for words in "Door door1 has 700 mm, 815 mm are required." "Pset_DoorCommon.ClearWidth" "#12" "too little" \
        "Raise Pset_DoorCommon.ClearWidth to" "https://example.org/code" "Stair width" "likely fails" \
        "step 2: WIDTH 0.45 -&gt; 0.31 fail" "deciding value absent" "your models"; do
        grep -qF -- "$words" <<< "$output" || { echo "not there: $words"; false; }
    done
}

@test "the page asks for nothing from a network and runs only its own script" {
    trm-report records.ndjson > page.html
    run ! grep -oE '(src|href)="(https?:)?//[^"]*"' <(sed 's/<a rel="noopener noreferrer" href="https[^"]*"//g' page.html)
    run ! grep -E '@import|url\((https?:)?//' page.html
    [ "$(grep -o '<script' page.html | wc -l)" -eq 1 ]
    run ! grep -E ' on[a-z]+="' page.html
    run ! grep -E ' style="' page.html
    # the policy names the digests of just this style and script
    for tag in script style; do
        want=$(grep -o "<$tag>.*</$tag>" page.html | sed "s/^<$tag>//; s/<.$tag>\$//" | tr -d '\n' | sha256sum | cut -c 1-64)
        want=$(printf '%b' "$(sed 's/../\\x&/g' <<< "$want")" | base64)
        grep -qF "$tag-src 'sha256-$want'" page.html
    done
}

@test "every id that the page links to is there once" {
    trm-report records.ndjson > page.html
    grep -oE ' id="[^"]*"' page.html | sort | uniq -d > doubled
    [ ! -s doubled ]
    for id in $(grep -oE 'href="#[^"]*"' page.html | sed 's/.*#//; s/"//' | sort -u); do
        grep -qF "id=\"$id\"" page.html || { echo "no $id"; false; }
    done
}

@test "the page is well-formed" {
    command -v xmllint > /dev/null || skip "no xmllint"
    trm-report records.ndjson > page.html
    run xmllint --html --noout --nowarning page.html
    # libxml2 knows HTML 4 only
    faults=$(grep -E '^page.html:[0-9]+: ' <<< "$output" | grep -vE 'Tag (bdi|main|nav|header|footer|section|details|summary|figure|figcaption|svg|path|text|rect|circle|defs|pattern) invalid' || true)
    [ -z "$faults" ] || { echo "$faults"; false; }
}

@test "the text report says the same in 80 columns" {
    run -0 trm-report -f text records.ndjson
    awk 'length($0) > 100 {bad = 1; print "too wide: " $0} END {exit bad}' <<< "$output"
    output=$(tr -s '\n ' '  ' <<< "$output")
    [[ "$output" == *"Of 3 verdicts, 1 passes, 1 fails (1 error), and 1 cannot be given"* ]]
    [[ "$output" == *"found no element to judge"* ]]
    [[ "$output" == *"Fill in Pset_DoorCommon.ClearWidth"* ]]
    [[ "$output" == *"holds with 31"* ]]
}

@test "the table has a row for each result and each verdict of a model, and no formula" {
    trm-report -f csv records.ndjson > rows.csv
    [ "$(wc -l < rows.csv)" -eq 5 ]
    [ "$(grep -c $'\r$' rows.csv)" -eq 5 ]
    grep -q '^house.ifc,Ground,P/door1,door1,IfcDoor,"Door ""A"" <b>",WIDTH,ERROR,rule,fail,bound,Pset_DoorCommon.ClearWidth,12,0.7,m,>=,0.815,0.115,0.815,,' rows.csv
    grep -q "\"'=cmd()\"" rows.csv
    run ! grep -E '(^|,)"?[=+@]' <(tail -n +2 rows.csv)
    grep -q ',model,fail,' rows.csv
}

@test "no cell of the table can run as a formula, wherever a spreadsheet splits" {
    n=0
    for name in "=1+1" "+1" "-1" "@SUM(1)" "  =1" "\t=1" "a;=1" "\uff1d1" "\uff0b1" "\uff0d1" "\uff201" "a\r\n=1" '\"=1'; do
        printf '{"kind":"checked","v":1,"id":"x","name":"%s","results":[{"rule":"R","verdict":"fail","reason":"bound"}]}\n' "$name"
        n=$((n + 1))
    done > names.ndjson
    trm-report -f csv names.ndjson > names.csv
    [ "$(wc -l < names.csv)" -eq $((n + 1)) ]
    run ! grep -E $'(^|[,;\t])"? *(=|\+|-|@|\uff1d|\uff0b|\uff0d|\uff20)' <(tail -n +2 names.csv)
}

@test "JUnit has a case for each result: failures with evidence, unknowns skipped" {
    trm-report -f junit records.ndjson > results.xml
    command -v xmllint > /dev/null && xmllint --noout --schema "$ROOT/tests/data/junit.xsd" results.xml
    grep -q 'tests="3" failures="1" errors="0" skipped="1" time="0" timestamp="1970-01-01T00:00:00"' results.xml
    trm-report -f junit --date 2026-11-21 records.ndjson | grep -q 'timestamp="2026-11-21T00:00:00"'
    [ "$(grep -c '<testcase' results.xml)" -eq 3 ]
    [ "$(grep -c '<failure' results.xml)" -eq 1 ]
    [ "$(grep -c '<skipped' results.xml)" -eq 1 ]
    grep -qF 'Door &quot;A&quot; &lt;b&gt; P/door1' results.xml
}

# A topic per rule and model, checked against the schemas of BCF where they are.
bcf() {
    local version=$1
    trm-report -f "bcf$version" --date 2026-11-21T20:00:00Z -o topics.bcf "$2"
    rm -rf bcf
    unzip -q -d bcf topics.bcf
    [ "$(find bcf -name markup.bcf | wc -l)" -eq "$3" ]
    [ "$(find bcf -name viewpoint.bcfv | wc -l)" -eq "$3" ]
    grep -q "VersionId=\"$version\"" bcf/bcf.version
    [ -d "$TRM_SHARED/schemas/bcf$version" ] || return 0
    local xsd=$TRM_SHARED/schemas/bcf$version
    xmllint --noout --schema "$xsd/version.xsd" bcf/bcf.version
    [ ! -e bcf/extensions.xml ] || xmllint --noout --schema "$xsd/extensions.xsd" bcf/extensions.xml
    [ "$3" -gt 0 ] || return 0
    xmllint --noout --schema "$xsd/markup.xsd" bcf/*/markup.bcf
    xmllint --noout --schema "$xsd/visinfo.xsd" bcf/*/viewpoint.bcfv
}

@test "BCF has a topic for each rule and model with failures, and selects the elements" {
    guid=1hOSvn6df7F8_7GcBWlRGQ
    sed "s/door1/$guid/g; s/\"id\":\"P\"/\"id\":\"2hOSvn6df7F8_7GcBWlRGQ\"/" records.ndjson > in.ndjson
    grep '"verdict":"fail","reason"' in.ndjson | sed 's/house.ifc/shed <1>.ifc/; s/"Door[^,]*,/" ",/' >> in.ndjson
    for version in 2.1 3.0; do
        bcf $version in.ndjson 2
        [ "$(cat bcf/*/viewpoint.bcfv | grep -c "<Component IfcGuid=\"$guid\"/>")" -eq 2 ]
        grep -q 'IfcProject="2hOSvn6df7F8_7GcBWlRGQ"' bcf/*/markup.bcf
        grep -q "<CreationDate>2026-11-21T20:00:00Z</CreationDate>" bcf/*/markup.bcf
        grep -q "<Title>Door clear width (shed &lt;1&gt;.ifc)</Title>" bcf/*/markup.bcf
        cat bcf/*/markup.bcf | grep -q "Raise Pset_DoorCommon.ClearWidth to"
    done
    [ -d "$TRM_SHARED/schemas/bcf2.1" ] || skip "made and read, but no schemas of BCF to hold it against"
}

@test "BCF of real and of made-up models keeps to the schemas, whatever names hold" {
    [ -d "$TRM_SHARED/schemas/bcf2.1" ] || skip "no schemas of BCF"
    sed 's/"guid":"door1"/"guid":"too short"/; s/house.ifc/\\u0001 \\u00fc\\"<>\&.ifc/; s/"name":"Door clear width"/"name":"  "/' records.ndjson > odd.ndjson
    trm-buildings -n 2 -N 100 --seed 4 -o models
    trm-ifc models/*.ifc | trm-check -r "$ROOT/pipelines/rules/building-code.json" > many.ndjson
    n=$(grep -o '"file":"[^"]*"\|"rule":"[^"]*","severity":"[A-Z]*","verdict":"fail"' many.ndjson | awk '/^"file/ {f = $0; next} {print f, $0}' | sort -u | wc -l)
    for version in 2.1 3.0; do
        bcf $version odd.ndjson 1
        bcf $version /dev/null 0
        [ "$n" -ge 2 ]
        bcf $version many.ndjson "$n"
    done
}

@test "a topic keeps its GUID from one night to the next, and the same records give the same archive" {
    for date in 2026-11-21 2026-11-22; do
        trm-report -f bcf3.0 --date $date -o $date.bcf records.ndjson
        trm-report -f bcf3.0 --date $date -o again.bcf records.ndjson
        cmp $date.bcf again.bcf
        unzip -Z1 $date.bcf > $date.names
    done
    cmp 2026-11-21.names 2026-11-22.names
    run -2 trm-report -f bcf2.1 --date yesterday records.ndjson
    run -2 trm-report -f bcf2.1 --date 2026-13-01 records.ndjson
}

@test "requirements of IDS files are told in words, and what an element lacks" {
    trm-check -r "$ROOT/tests/data/ids/walls.ids" > ids.ndjson << 'END'
{"kind":"element","v":1,"id":"m/1","guid":"1","class":"IfcWall","name":"W1","file":"a.ifc"}
END
    run -0 --separate-stderr trm-report ids.ndjson
    [ -z "$stderr" ]
    cat > facet.ndjson << 'END'
{"kind":"checked","v":1,"id":"m/1","class":"IfcWall","name":"W1","results":[{"rule":"a.ids:1.1","severity":"ERROR","verdict":"fail","reason":"no_set"}]}
{"kind":"summary","v":1,"id":"a.ids:1.1","rule":"a.ids:1.1","name":"Rated","severity":"ERROR","applicable":1,"pass":0,"fail":1,"unknown":0,"definition":{"id":"a.ids:1.1","requirement":"<ids:property dataType=\"IFCLABEL\" cardinality=\"required\"><ids:propertySet><ids:simpleValue>Pset_WallCommon</ids:simpleValue></ids:propertySet>\n<ids:baseName><ids:simpleValue>FireRating</ids:simpleValue></ids:baseName><ids:value><xs:restriction base=\"xs:string\"><xs:enumeration value=\"R30\"/><xs:enumeration value=\"R&amp;60\"/></xs:restriction></ids:value></ids:property>"}}
{"kind":"specification","v":1,"id":"a.ids:2","ids":"a.ids","name":"Site","cardinality":"required","applicable":0,"failed_results":0,"status":"fail"}
END
    for words in "Pset_WallCommon.FireRating: one of R30, R&amp;60, as IFCLABEL" "Fill in Pset_WallCommon.FireRating with" "the set is not there"; do
        trm-report facet.ndjson | grep -qF -- "$words" || { echo "not there: $words"; false; }
    done
    # not met by the number of its elements: in no result of an element, but in every report, and it gates
    for format in html text csv junit; do trm-report -f $format facet.ndjson | grep -q Site; done
    run -4 trm-report -e ERROR -o p.html <(grep '"kind":"specification"' facet.ndjson)
}

@test "words and marks stand out from what is behind them, by day and in the dark" {
    trm-report records.ndjson > page.html
    run -0 perl "$ROOT/tests/cli/contrast.pl" page.html
    [ "$output" = "44 pairs" ] || { echo "$output"; false; }
    # and a colour that does not is found
    sed 's/--soft:#a3abb3/--soft:#535b63/' page.html > dim.html
    run -0 perl "$ROOT/tests/cli/contrast.pl" dim.html
    [[ "$output" == *"dark: soft on card is "* ]]
}

@test "the same records give the same bytes, and a date only when it is given" {
    trm-report records.ndjson > one.html
    sleep 1.1
    trm-report - < records.ndjson > two.html
    cmp one.html two.html
    trm-report --date "21 November 2026" records.ndjson | grep -q "21 November 2026"
    run ! grep -q "2026" one.html
}

@test "records come in any order" {
    trm-report records.ndjson > one.html
    # elements keep their order among themselves, as do rules
    { grep '"kind":"epoch"' records.ndjson; grep -v '"kind":"epoch"\|"kind":"checked"' records.ndjson; grep '"kind":"checked"' records.ndjson; } > other.ndjson
    trm-report other.ndjson > two.html
    cmp one.html two.html
}

@test "what is no record of a report is refused by name, and the rest is done" {
    { echo '{"kind":"sample","v":1,"id":"s"}'; echo '{"kind":"checked","id":"x","results":7}'; echo '{'; cat records.ndjson; } > mixed.ndjson
    run -1 --separate-stderr trm-report -o page.html --refused refused.ndjson mixed.ndjson
    [[ "$stderr" == *mixed.ndjson:1:*sample* && "$stderr" == *mixed.ndjson:2:*results* && "$stderr" == *mixed.ndjson:3:* ]]
    [ "$(wc -l < refused.ndjson)" -eq 3 ]
    trm-report records.ndjson | cmp - page.html
}

@test "an empty input makes a page that says so" {
    run -0 trm-report /dev/null
    [[ "$output" == *"No rule gave a verdict"* ]]
}

@test "status 4 is given on request only, for rules' verdicts only" {
    run -0 trm-report -o p.html records.ndjson
    run -4 trm-report -e WARNING -o p.html records.ndjson
    [ -s p.html ]
    grep -v '"verdict":"fail","reason"' records.ndjson > none.ndjson
    run -0 trm-report -e INFO -o p.html none.ndjson
    run -2 trm-report -e FATAL records.ndjson
    run -2 trm-report -f pdf records.ndjson
}

@test "an output that cannot be written leaves the older one as it was" {
    echo old > page.html
    run -3 trm-report -o /dev/full/x records.ndjson
    run ! bash -c 'trap "" XFSZ; ulimit -f 4; trm-report -o page.html records.ndjson'
    [ "$(cat page.html)" = old ]
}

@test "10,000 results make a page below 5 MB that says what it leaves out" {
    many > many.ndjson
    trm-report -o page.html many.ndjson
    [ "$(stat -c %s page.html)" -lt 5000000 ]
    grep -qE 'for the [0-9]+ elements most worth a look' page.html
    [ "$(grep -c '<tr class="r">' page.html)" -eq 6667 ]
    trm-report --rows 100 --traces 5 many.ndjson > small.html
    grep -q 'more failures of this rule are counted but not listed' small.html
    [ "$(grep -c '<tr class="r">' small.html)" -le 200 ]
}

@test "a browser draws the page without an error" {
    browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip "no chromium"
    trm-report records.ndjson > page.html
    flags=(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
        --disable-component-update --disable-sync --user-data-dir="$PWD/profile" --window-size=390,800)
    timeout 60 "$browser" "${flags[@]}" --enable-logging=stderr --dump-dom "file://$PWD/page.html" > dom.html 2> log
    run ! grep -E 'CONSOLE.*(Refused|Error|violat)' log
    # the script ran: the search fields are no longer hidden
    grep -q 'class="find"' dom.html
    run ! grep -E 'class="find"[^>]* hidden' dom.html
}

@test "the page is read and used by keyboard: every stop has a role, a name and a ring, in the order of the page" {
    command -v chromedriver > /dev/null || skip "no chromedriver"
    perl -MHTTP::Tiny -MJSON::PP -e 1 2> /dev/null || skip "no HTTP::Tiny or JSON::PP in perl"
    trm-report records.ndjson > page.html
    port=$((20000 + $$ % 20000))
    chromedriver --port=$port > driver.log 2>&1 3>&- &
    driver=$!
    run perl "$ROOT/tests/cli/keys.pl" $port "$PWD/page.html" 40 searchbox 'Level 9'
    kill $driver
    met=$output
    [ "$status" -eq 0 ] || { echo "$met"; false; }
    stops=$(grep -v '^status\|^none' <<< "$met")
    [ "$(head -n 1 <<< "$stops")" = "link | Skip to the overview | 3px" ]
    run ! grep -vE '^(link|button|searchbox|DisclosureTriangle) \| [^|]*[^ |] \| 3px$' <<< "$stops"
    # the folds' triangles are decoration and are not read out
    run ! grep -E '[▸▾]' <<< "$stops"
    grep -q '^searchbox | Search failures by name' <<< "$stops"
    grep -q '^DisclosureTriangle | .*Door clear width 1 verdict' <<< "$stops"
    # sections come one after the other as in the navigation
    order=$(grep -oE 'searchbox \| Search (failures|missing|the)' <<< "$stops" | head -n 3 | awk '{print $NF}' | paste -sd ' ')
    [ "$order" = "failures missing the" ]
    grep -q '^status | 0 of 1 rows match' <<< "$met"
}
