# trm-gen: the same tasks every time, and the sets of others.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; }
# member NAME of every line that holds a plain number or text of that name
member() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",]*\)"\{0,1\}[,}].*/\1/p'; }

@test "every family of every domain gives its tasks, each a record with its answer" {
    trm-gen --all -n 5 > all
    [ "$(wc -l < all)" -eq $((24 * 5)) ]
    [ "$(member domain < all | sort -u | tr '\n' ' ')" = "constraint geometric logical symbolic " ]
    [ "$(member family < all | sort -u | wc -l)" -eq 21 ]
    [ "$(grep -c '"answer":\[' all)" -eq $((24 * 5)) ]
    [ "$(member id < all | sort -u | wc -l)" -eq $((24 * 5)) ]
    for d in geometric logical constraint symbolic; do trm-gen -d $d -n 5; done > parts
    cmp all parts
}
@test "the same seed gives the same bytes, another seed others, a later start the rest" {
    trm-gen -f sudoku6 -n 20 --seed 3 > a
    trm-gen -f sudoku --size 6 -n 20 --seed 3 > b
    cmp a b
    run -1 cmp -s a <(trm-gen -f sudoku6 -n 20 --seed 4)
    cmp <(tail -n 5 a) <(trm-gen -f sudoku6 -n 5 --seed 3 --start 15)
    [ "$(head -n 1 a | member id)" = sudoku6/3/0 ]
}
@test "what the families gave once they give today" {
    run -0 bash -c "trm-gen --all -n 3 --seed 7 | sed 's/,\"solver\":.*//' | sha256sum"
    [ "$output" = "ea59fd23ebfde014bedb5824da9f05da1e9598be617d1912ab6982e2a4cfa690  -" ]
}
@test "with --distinct no key comes twice, and the numbers of repeats are passed over" {
    trm-gen -f sudoku4 -n 1500 --distinct > a
    [ "$(wc -l < a)" -eq 1500 ]
    [ -z "$(member key < a | sort | uniq -d)" ]
    trm-gen -f sudoku4 -n 1500 > b
    [ -n "$(member key < b | sort | uniq -d)" ]
    [ "$(head -n 1 a)" = "$(head -n 1 b)" ]
}
@test "when there are not so many distinct tasks it says so, keeps what there is, and is no success" {
    run -1 --separate-stderr trm-gen -f latin3 -n 5000 --distinct
    n=$(wc -l <<< "$output")
    [ "$n" -gt 5 ] && [ "$n" -lt 500 ]
    [[ "$stderr" == "trm-gen: latin3: found $n distinct tasks, expected 5000"* ]]
}
@test "a difficulty asked for is the difficulty of every task" {
    trm-gen -f sudoku9 -n 5 --difficulty 5 > hard
    [ "$(member difficulty < hard | sort -u)" = 5 ]
    [ "$(head -n 1 hard | member id)" = sudoku9d5/1/0 ]
    trm-gen -d geometric -n 2 --difficulty 3 > three
    [ "$(member difficulty < three | sort -u)" = 3 ]
    run -1 trm-gen -f sudoku4 -n 1 --difficulty 4
    [[ "$output" == "trm-gen: sudoku4d4: no task of difficulty 4 in 20000 draws" ]]
}
@test "hidden answers are hidden and nothing else changes" {
    trm-gen --all -n 3 > a
    trm-gen --all -n 3 --answers-hidden > b
    run ! grep '"answer"' b
    cmp <(sed 's/,"answer":\[[0-9,]*\]//' a) b
}
@test "--list names every family that --family takes" {
    trm-gen --list > list
    [ "$(wc -l < list)" -eq 22 ]
    [ "$(cut -f 1 list | sort -u | wc -l)" -eq 4 ]
    while IFS=$'\t' read -r _ family _ size levels _; do
        [ "$levels" -eq 0 ] || [ "$(trm-gen -f "$family$size" -n 1 | member size)" = "$size" ]
    done < list
}
@test "wishes that cannot be are refused by name" {
    run -2 trm-gen
    [[ "$output" == "trm-gen: expected one of --family F, --domain D and --all"* ]]
    run -2 trm-gen -f sudoku5
    [[ "$output" == *"sudoku: no tasks of size 5"* ]]
    run -2 trm-gen -f nothing
    [[ "$output" == *"no family 'nothing'"* ]]
    run -2 trm-gen -f arc
    [[ "$output" == *"read, not made"* ]]
    run -2 trm-gen -f maze8
    run -2 trm-gen -f turn --difficulty 5
    run -2 trm-gen -f sudoku6 --size 9
    run -2 trm-gen -d nothing
    run -2 trm-gen --all -f turn
    run -2 trm-gen --from x
    run -2 trm-gen --from x --format yaml
    run -2 trm-gen --from gone --format arc
    [[ "$output" == *"gone"* ]]
    run -2 trm-gen -f turn --format arc
    run -2 trm-gen operand
}
@test "a sudoku set written as CSV is read back as the same puzzles" {
    { echo source,question,answer,rating; trm-gen -f sudoku9 -n 20 --format sudoku-csv; } > set.csv
    [ "$(sed -n 2p set.csv | cut -d , -f 2 | tr -d '\n' | wc -c)" -eq 81 ]
    trm-gen --from set.csv --format sudoku-csv > read
    cmp <(member input < read) <(trm-gen -f sudoku9 -n 20 | member input)
    cmp <(sed 's/.*"input"/"input"/; s/,"source".*//' read) <(trm-gen -f sudoku9 -n 20 | sed 's/.*"input"/"input"/; s/}$//')
    [ "$(head -n 1 read | member id)" = sudoku9/set/2 ]
    grep -q '"source":"sudoku9/1/0","rating":' read
}
@test "mazes and rules to be inferred go to text and JSON and back" {
    trm-gen -f maze9 -n 20 --format maze > mazes.txt
    trm-gen --from mazes.txt --format maze > read
    cmp <(sed 's/.*"input"/"input"/' read) <(trm-gen -f maze9 -n 20 | sed 's/.*"input"/"input"/')
    trm-gen -f infer5 -n 1 --format arc > one.json
    trm-gen --from one.json --format arc > read
    [ "$(member id < read)" = arc/one/0 ]
    [ "$(sed 's/.*"train"//' one.json | tr -dc '[' | wc -c)" -gt 10 ]
    { printf '{"a":'; cat one.json; printf ',"b":'; cat one.json; printf '}'; } > two.json
    [ "$(trm-gen --from two.json --format arc | member id | tr '\n' ' ')" = "arc/a/0 arc/b/0 " ]
    [ "$(trm-gen --from two.json --format arc --distinct | wc -l)" -eq 1 ]
}
@test "broken lines of a set are refused with file and line, kept, and the others are read" {
    { trm-gen -f sudoku4 -n 2 --format sudoku-csv; echo 'x,12,,'; echo; printf 'x,\xff\n'; trm-gen -f sudoku4 -n 1 --start 2 --format sudoku-csv; } > set.csv
    run -1 --separate-stderr trm-gen --from set.csv --format sudoku-csv --refused no
    [ "$(wc -l <<< "$output")" -eq 3 ]
    [[ "$stderr" == *"trm-gen: set.csv:3: "*"found 2 cells"* && "$stderr" == *"set.csv:5: "* ]]
    [ "$(wc -l < no)" -eq 2 ]
    grep -q '"line":3.*"text":"x,12,,"' no
    printf 'S.G\n\nS?G\n\n\n\nS#G\n\nSG' > mazes
    run -1 --separate-stderr trm-gen --from mazes --format maze
    [ "$(wc -l <<< "$output")" -eq 2 ]
    [[ "$stderr" == *"mazes:3: row 1, column 2"* && "$stderr" == *"mazes:7: found no answer"* ]]
    echo '{"train":[' > broken.json
    run -1 --separate-stderr trm-gen --from broken.json --format arc
    [[ "$stderr" == "trm-gen: broken.json: not JSON"* && -z "$output" ]]
    head -c 100000 /dev/urandom > noise
    for f in sudoku-csv maze arc; do run -1 trm-gen --from noise --format $f; done
    : > empty
    for f in sudoku-csv maze; do run -0 trm-gen --from empty --format $f; [ -z "$output" ]; done
}
@test "a full disk is never a success, a reader that goes away ends it quietly" {
    run -3 bash -c 'trm-gen -f turn -n 10 > /dev/full'
    run -0 bash -c 'trm-gen -f turn -n 1000000 | head -n 1 | wc -l; [ "${PIPESTATUS[0]}" = 141 ]'
    [ "$output" = 1 ]
}
@test "the page of tasks tells every family, the page of answers every reason" {
    while IFS=$'\t' read -r _ family _ own _; do
        awk -v f="$family" '$1 == ".It" && $2 == "Sy" && $3 == f {found = 1} END {exit !found}' "$ROOT/man/man5/trm-task.5" || { echo "$family"; false; }
        [ -n "$own" ]
    done < <(trm-gen --list)
    for reason in $(sed -n 's/.*\[TRM_TASK_[A-Z_]*\] = "\([a-z_]*\)".*/&/p' "$ROOT/lib/task/task.c" | grep -o '"[a-z_]*"' | tr -d '"'); do
        [ "$reason" = right ] || grep -q "^.It Sy $reason$" "$ROOT/man/man5/trm-answer.5" || { echo "$reason"; false; }
    done
}
