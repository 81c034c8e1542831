# trm-split: the side hangs on the key alone.
load helper

setup_file() {
    load helper
    cd "$BATS_FILE_TMPDIR" || exit
    for b in {1..60}; do
        for e in 1 2 3; do
            for suffix in '' '!1' '!2' '~2'; do
                printf '{"kind":"sample","v":1,"id":"B%d/%d%s","building":"B%d","file":"f%d.ifc","parent":"B%d/%d","origin":"%s","fields":[],"rules":[{"rule":"R","op":"<","label":"%s","x":[1,{"y":"ü"}]}],"more":1}\n' \
                    "$b" "$e" "$suffix" "$b" "$b" "$b" "$e" "$([[ $suffix == !* ]] && echo varied || echo observed)" "$([ "$e" = 1 ] && echo pass || echo fail)"
            done
        done
    done > samples.ndjson
    echo '{"kind":"extracted","v":1,"id":"extracted","samples":3}' >> samples.ndjson
}
setup() { cd "$BATS_FILE_TMPDIR" || exit; }
# sides MEMBER: lines "value side" of each sample
sides() { sed -n 's/^{"kind":"sample".*"'"$1"'":"\([^"]*\)".*"side":"\([a-z]*\)"}$/\1 \2/p'; }

@test "four workers write the bytes that one writes" {
    trm-split samples.ndjson > one
    parallel --pipe -k -N 37 -j 4 trm-split < samples.ndjson > four 2> /dev/null
    cmp one four
    [ "$(wc -l < one)" -eq 721 ]
}

@test "no building stands on two sides, and every side has its share" {
    trm-split samples.ndjson | sides building | sort -u > pairs
    [ "$(wc -l < pairs)" -eq 60 ]
    [ "$(cut -d' ' -f2 pairs | sort | uniq -c | awk '{print $2}' | tr '\n' ' ')" = "test train val " ]
    n=$(grep -c train pairs)
    [ "$n" -ge 38 ] && [ "$n" -le 56 ]
}

@test "variants and pieces stay with their parent, by building and by sample" {
    for by in building sample; do
        trm-split --by $by samples.ndjson | sides parent | sort -u > pairs
        [ "$(wc -l < pairs)" -eq 180 ]
    done
    trm-split --by sample samples.ndjson | sides building | sort -u > pairs
    [ "$(wc -l < pairs)" -gt 60 ] # a building may now stand on several
}

@test "a sample never changes side as data grow, nor with their order" {
    trm-split samples.ndjson | grep '"sample"' | sort > all
    head -n 100 samples.ndjson | trm-split 2> /dev/null | sort > few
    [ "$(wc -l < all)" -eq 720 ] && [ "$(wc -l < few)" -eq 100 ]
    [ "$(comm -13 all few | wc -l)" -eq 0 ]
    tac samples.ndjson | trm-split | grep '"sample"' | sort | cmp - all
}

@test "lines keep their order and all their members" {
    trm-split samples.ndjson | sed -E 's/,"side":"(train|val|test)"//' | cmp - samples.ndjson
}

@test "a key file joins what was exported twice and parts what shares a GUID; a file counts before a project" {
    printf '# c\n\nB1\thouse\r\nf2.ifc\thouse\nf3.ifc\tother\nB3\thouse\n' > keys
    for seed in {1..20}; do
        head -n 36 samples.ndjson | trm-split --keys keys --seed "$seed" 2> /dev/null | sides building | sort -u > "s$seed"
        [ "$(awk '$1=="B1"||$1=="B2"{print $2}' "s$seed" | sort -u | wc -l)" -eq 1 ]
    done
    [ "$(wc -l < s1)" -eq 3 ]
    parted=0
    for seed in {1..20}; do [ "$(awk '$1=="B2"||$1=="B3"{print $2}' "s$seed" | sort -u | wc -l)" -eq 1 ] || parted=1; done
    [ $parted = 1 ]
}

@test "the shipped keys know one house of two exports and three buildings of one GUID" {
    line() { echo '{"kind":"sample","v":1,"id":"'"$1$2"'","building":"'"$1"'","file":"'"$2"'","fields":[],"rules":[]}'; }
    { line G14 AC14-FZK-Haus.ifc; line G20 models/AC20-FZK-Haus.ifc; line G LargeBuilding.ifc; line G TallBuilding.ifc; line G ManySimpleWalls.ifc; } > known
    parted=0
    for seed in {1..30}; do
        trm-split -k "$ROOT/pipelines/keys.tsv" --seed "$seed" known 2> /dev/null | sides id | cut -d' ' -f2 > s
        [ "$(head -n 2 s | sort -u | wc -l)" -eq 1 ]
        [ "$(tail -n 3 s | sort -u | wc -l)" -eq 1 ] || parted=1
    done
    [ $parted = 1 ]
}

@test "a wrong key file or share ends with status 2 and its place" {
    printf 'a\tb\nno tab\n' > bad
    run -2 --separate-stderr trm-split --keys bad samples.ndjson
    [[ "$stderr" == *"bad:2: expected a name, one tab and a key"* ]]
    run -2 trm-split --train 80 --val 30 samples.ndjson
    run -2 trm-split --by moon samples.ndjson
    run -2 trm-split --train 101 samples.ndjson
}

@test "--report ends with counts by side, rule and label that add up" {
    trm-split --report samples.ndjson | tail -n 1 > report
    grep -q '^{"kind":"split","v":1,"id":"split","by":"building","seed":1,"train":80,"val":10,' report
    sum() { grep -o "$1" report | grep -oE '[0-9]+' | awk '{s += $1} END {print s}'; }
    [ "$(sum '"samples":{[^}]*}')" -eq 720 ]
    [ "$(sum '"varied":{[^}]*}')" -eq 360 ]
    [ "$(sum '"keys":{[^}]*}')" -eq 60 ]
    [ "$(sum '"pass":[0-9]*')" -eq 240 ]
    [ "$(sum '"fail":[0-9]*')" -eq 480 ]
}

@test "an empty side is said aloud, and only then anything" {
    run -0 --separate-stderr trm-split samples.ndjson
    [ -z "$stderr" ]
    run -0 --separate-stderr bash -c 'head -n 12 samples.ndjson | trm-split'
    [[ "$stderr" == *'no sample is on the side "'* ]]
}

@test "hostile samples are refused with their place, the rest is done" {
    {
        echo '{"kind":"sample","v":1,"id":"x"}'
        echo '{"kind":"sample","v":1,"id":"x","building":"","rules":[]}'
        echo '{"kind":"sample","v":1,"id":"x","building":7,"rules":[]}'
        echo '{"kind":"sample","v":1,"id":"x","building":"b","rules":{}}'
        echo '{"kind":"sample","v":1,"id":"x","building":"b","rules":[1]}'
        echo '{"kind":"element","v":1,"id":"x"}'
        echo '{"kind":"sample"'
        head -n 1 samples.ndjson
    } > hostile
    run -1 --separate-stderr trm-split --refused refused hostile
    [ "$(wc -l < refused)" -eq 7 ]
    [[ "$stderr" == *"hostile:5: x: rules[0]: "* && "$output" == *'"B1/1"'* ]]
}
