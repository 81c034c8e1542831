# trm-models: versions of a model in a folder.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    trm-buildings -n 3 -N 150 --seed 5 -o models
    trm-ifc models/*.ifc > elements.ndjson
    trm-check -r "$ROOT/pipelines/rules/building-code.json" elements.ndjson > checked.ndjson
    trm-extract -r "$ROOT/pipelines/rules/building-code.json" checked.ndjson | trm-split > samples.ndjson
    for n in 1 2 3 4 5 6; do
        trm-train --arch prior --label "$n" -o "$n.trm" samples.ndjson > /dev/null
    done
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    M=$BATS_FILE_TMPDIR
}

fill() { for n in "$@"; do trm-models -s st -p add "$M/$n.trm" > /dev/null; done; }
current() { readlink st/current; }

@test "add, promote, list, show: a store from nothing" {
    run -0 trm-models -s st -n "first of all" add "$M/1.trm"
    [ "$output" = 1 ]
    [ ! -e st/current ]
    run -0 trm-models -s st promote 1
    [ "$(current)" = versions/0001.trm ]
    cmp st/current "$M/1.trm"
    run -0 trm-models -s st list
    [[ "${lines[1]}" == "*"*1*"first of all" ]]
    run -0 trm-models -s st show current
    [[ "$output" == *"trm.arch"*prior* ]]
    run -0 trm-models -s st -j list
    [[ "$output" == '{"kind":"version","v":1,"id":"0001","version":1,"current":true,'* ]]
}

@test "rollback goes back, and back again, and then says that there is nothing" {
    fill 1 2 3
    run -0 trm-models -s st rollback
    [ "$output" = 2 ]
    run -0 trm-models -s st rollback
    [ "$(current)" = versions/0001.trm ]
    run -2 --separate-stderr trm-models -s st rollback
    [[ "$stderr" == *"nothing to go back to"* ]]
    [ "$(current)" = versions/0001.trm ]
}

# better BY LO HI: what trm-eval says of a new model beside the current one
better() { printf '{"kind":"eval","v":1,"id":"all","group":"all","n":9,"baselines":{"current":{"n":9,"better":{"by":%s,"lo":%s,"hi":%s}}}}\n{"kind":"eval","v":1,"id":"hidden","baselines":{"current":{"better":{"by":1,"lo":1,"hi":1}}}}\n' "$@"; }

@test "--if promotes only what is better by more than its interval, and nowhere worse" {
    better 0.01 0 0.02 > equal
    better 0.01 0.001 0.02 > good
    better -0.01 -0.02 -0.001 > bad
    better -0.01 -0.02 0 > maybe
    echo '{"kind":"eval","v":1,"id":"all","group":"all","n":9,"baselines":{"current":{"n":9,"better":{"by":0.5}}}}' > few
    echo '{"kind":"eval","v":1,"id":"hidden"}' > none
    run -0 trm-models -s st -p --if bad add "$M/1.trm" # the first of all
    [ "$(current)" = versions/0001.trm ]
    for no in equal bad few none; do
        run -0 trm-models -s st -j -p --if $no add "$M/2.trm"
        [[ "$(current)" = versions/0001.trm && "$output" == *'"current":false'*'"kept_out":"'"$no"': '* ]] || { echo "$no $output"; false; }
    done
    run -0 trm-models -s st -p --if good --if bad add "$M/2.trm"
    [ "$(current)" = versions/0001.trm ]
    run -0 trm-models -s st --if good --if maybe --if few promote 2
    [ "$(current)" = versions/0002.trm ]
    run -2 trm-models -s st --if nowhere promote 1
    [ "$(current)" = versions/0002.trm ]
}

@test "prune keeps the last three and the current" {
    fill 1 2 3 4 5 6
    trm-models -s st promote 2
    run -0 trm-models -s st prune
    [ "$output" = 2 ]
    [ "$(ls st/versions/*.trm | xargs -n 1 basename | tr '\n' ' ')" = "0002.trm 0004.trm 0005.trm 0006.trm " ]
    run -2 trm-models -s st promote 1
}

@test "a version is read only, and its number is never used again" {
    fill 1 2
    [ "$(stat -c %a st/versions/0001.trm)" = 444 ]
    trm-models -s st -k 1 prune
    fill 3
    [ -e st/versions/0003.trm ]
}

@test "the same model is added once" {
    fill 1
    run -0 --separate-stderr trm-models -s st add "$M/1.trm"
    [ "$output" = 1 ]
    [[ "$stderr" == *"already as version 1"* ]]
}

@test "diff names the settings that differ" {
    fill 1 2
    run -0 trm-models -s st diff 1 2
    [[ "$output" == *"1 -> 2"* ]]
    run -0 trm-models -s st -j diff 1 2
    [[ "$output" == *'{"kind":"change","v":1,'* ]]
    run -0 trm-models -s st diff 1 1
    [ -z "$output" ]
}

@test "a model cut short, of other bytes, or absent stays out and nothing is left of it" {
    fill 1
    head -c 1000 "$M/2.trm" > short.trm
    cp "$M/2.trm" flipped.trm && printf 'x' | dd of=flipped.trm bs=1 seek=40000 conv=notrunc status=none
    for file in short.trm flipped.trm /etc/passwd none.trm; do
        run ! --separate-stderr trm-models -s st add "$file"
        [[ "$stderr" == "trm-models: "*"$file"* ]]
    done
    [ "$(ls -A st/versions | tr '\n' ' ')" = "0001.json 0001.trm " ]
}

@test "two writers exclude each other with a clear word, a reader does not wait" {
    fill 1
    exec 9<> st/lock
    flock -n 9
    run -3 --separate-stderr trm-models -s st add "$M/2.trm"
    [[ "$stderr" == *"locked by"* ]]
    run -0 trm-models -s st list
    exec 9>&-
    run -0 trm-models -s st add "$M/2.trm"
}

@test "a writer that was killed leaves nothing that counts" {
    fill 1
    touch st/versions/.0002.trm.abcdef st/versions/0002.json
    run -0 trm-models -s st list
    [ "${#lines[@]}" -eq 2 ]
    fill 2
    run -0 trm-models -s st list
    [ "${#lines[@]}" -eq 3 ]
}

@test "a wrong command line is told so" {
    run -2 trm-models list
    run -2 trm-models -s st frobnicate
    run -2 trm-models -s st add
    run -2 trm-models -s nowhere list
    [ ! -e nowhere ]
    fill 1
    run -2 trm-models -s st promote x
    run -2 trm-models -s st show 7
}

@test "no permission to write is status 3" {
    [ "$(id -u)" != 0 ] || skip "root may write anywhere"
    mkdir ro && chmod 555 ro
    run -3 trm-models -s ro/st add "$M/1.trm"
}
