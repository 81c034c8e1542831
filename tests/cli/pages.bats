# Pages and programs say the same, and what pages show works.
load helper

pages() { ls "$ROOT"/man/man?/*; }

# Files that examples may name, made once by the programs themselves.
setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 3 -N 150 --seed 5 -o models
    cp models/*1.ifc house.ifc 2> /dev/null || cp "$(ls models/*.ifc | head -n 1)" house.ifc
    cp "$(ls models/*.truth.ndjson | head -n 1)" truth.ndjson
    cp "$ROOT/pipelines/rules/building-code.json" rules.json
    cp "$ROOT/tests/data/ids/walls.ids" .
    cp "$ROOT/tests/data/psl/turn-and-invert.psl" "$ROOT/pipelines/rules/routes.json" .
    trm-ifc models/*.ifc > elements.ndjson
    trm-check -r rules.json elements.ndjson > checked.ndjson
    cp checked.ndjson yesterday.ndjson
    trm-extract -r rules.json --vary 2 checked.ndjson | trm-split > samples.ndjson
    trm-train --epochs 1 --arch prior -r rules.json -o prior.trm samples.ndjson > epochs.ndjson
    trm-train --epochs 1 --width 32 --heads 2 -r rules.json -o model.trm samples.ndjson > epochs.ndjson
    trm-infer -m model.trm checked.ndjson > traces.ndjson
    trm-check -r rules.json truth.ndjson > truth-checked.ndjson
}

@test "every page is clean under mandoc's lint" {
    [ "$(pages | wc -l)" -ge 3 ]
    run mandoc -Tlint -W warning $(pages)
    # cross references to pages of this project that are not installed are no fault
    faults=$(grep -v 'referenced manual not found' <<< "$output" || true)
    [ -z "$faults" ] || { echo "$faults"; false; }
}

@test "every program has a page that names every option of --help, and every option of the page exists" {
    for p in $(programs); do
        page=$ROOT/man/man1/$p.1
        [ -e "$page" ] || { echo "no page for $p"; false; }
        text=$(mandoc -Tutf8 "$page" | col -b)
        for option in $("$p" --help | grep -oE '^ .*' | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u); do
            case $option in --help | --version | --refused) continue ;; esac
            grep -qF -- "$option" <<< "$text" || { echo "$p: $option is not in its page"; false; }
        done
        for option in $(grep -oE -- '(^| |,)--[a-z][a-z0-9-]*' <<< "$(sed -n '/OPTIONS\|DESCRIPTION/,/EXIT STATUS/p' <<< "$text" | grep -E '^ +(-.,? ?)?--')" | grep -oE -- '--[a-z0-9-]+' | sort -u); do
            "$p" --help | grep -qF -- "$option" || { echo "$p: its page has $option, --help has not"; false; }
        done
    done
}

@test "every kind of record that a program writes has a page" {
    kinds=$(grep -ohE '"kind", "[a-z]+"|"kind\\\\":\\\\"[a-z]+|"kind":"[a-z]+' "$ROOT"/src/*.c "$ROOT"/lib/*/*.c | grep -oE '[a-z]+"?$' | tr -d '"' | sort -u)
    [ "$(wc -w <<< "$kinds")" -ge 12 ]
    for kind in $kinds; do
        [ -e "$ROOT/man/man5/trm-$kind.5" ] || { echo "no page for $kind"; false; }
    done
}

@test "every page of this project that a page refers to exists" {
    for ref in $(cat $(pages) | awk '$1==".Xr" && $2 ~ /^trm/ {print $2"."$3}' | sort -u); do
        ls "$ROOT"/man/man?/"$ref" > /dev/null || { echo "$ref is referred to"; false; }
    done
}

# The commands of a page's EXAMPLES, one a line: literal blocks, lines that begin with "$ ".
examples() {
    awk '/^\.Sh/ {on = /EXAMPLES/} on && /^\.Bd -literal/ {lit = 1; next} /^\.Ed/ {lit = 0} on && lit' "$1" |
        sed -e 's/\\e/\\/g' -e 's/\\-/-/g' -e 's/\\(aq/'"'"'/g' -e 's/\\&//g' |
        awk '/^\$ / {cmd = substr($0, 3); while (cmd ~ /\\$/) {sub(/\\$/, "", cmd); getline more; cmd = cmd more} print cmd}'
}

@test "examples in pages run" {
    cd "$BATS_FILE_TMPDIR"
    n=0
    for page in $(pages); do
        rm -rf try && mkdir try && cp -R models ./*.ndjson ./*.trm ./*.ifc ./*.ids ./*.psl ./*.json try/
        while IFS= read -r command; do
            [ -n "$command" ] || continue
            n=$((n + 1))
            status=0
            (cd try && bash -o pipefail -c "$command") > out 2> err < /dev/null || status=$?
            # 4: a gate in an example did what it is for; 141: head had seen enough
            case $status in 0 | 4 | 141) ;; *) echo "$(basename "$page"): $command"; echo "status $status"; cat err; false ;; esac
        done < <(examples "$page")
    done
    [ "$n" -ge 5 ]
}

@test "examples of the README run" {
    cd "$BATS_FILE_TMPDIR"
    rm -rf try && mkdir try && cp -R models ./*.ndjson ./*.trm ./*.ifc ./*.ids ./*.psl ./*.json try/
    n=0
    while IFS= read -r command; do
        case $command in trm-* | *"| trm-"*) ;; *) continue ;; esac
        n=$((n + 1))
        status=0
        (cd try && bash -o pipefail -c "$command") > out 2> err < /dev/null || status=$?
        case $status in 0 | 4) ;; *) echo "$command"; echo "status $status"; cat err; false ;; esac
    done < <(sed -n '/^```sh/,/^```/p' "$ROOT/README.md" | awk '/^```/ {next} {cmd = $0; while (cmd ~ /\\$/) {sub(/\\$/, "", cmd); getline more; cmd = cmd more} print cmd}')
    [ "$n" -ge 3 ]
}
