# trm-psl: contracts to tasks and back, and contracts that contradict themselves.
load helper

setup() { cd "$BATS_TEST_TMPDIR" || exit; cp "$ROOT/tests/data/psl/turn-and-invert.psl" .; }
# A contract of one line each, with the facts given.
contract() { printf '!psl v0.1\ncontext: geometric_reasoning\ngoal: solve\n%s\n[FACT]\n' "${HEAD:-}"; printf '%s\n' "$@"; }

@test "a grid turned by a quarter and inverted has the right answer" {
    run -0 --separate-stderr trm-psl turn-and-invert.psl
    [ -z "$stderr" ]
    [[ "$output" == *'"family":"compose","size":3,'*'"input":[12,0,0,37,3,4,3,3,4,3,4,3,4,3,3],"answer":[0,0,0,0,0,0,3,4,4,4,3,4,4,4,3],'* ]]
    contract 'grid = BBR/BRB/RBB' 'transform = rotate_90_invert' 'expected = BRR/RBR/RRB' > c.psl
    run -0 trm-psl c.psl
}
@test "a contract that expects another answer is refused with that reason" {
    contract 'input_grid = [[B,B,R], [B,R,B], [R,B,B]]' 'transformation_rule: "rotate_90_clockwise_then_invert_colors"' \
        'expected_output:' '  - [R, B, R]' '  - [B, R, B]' '  - [B, B, R]' > wrong.psl
    run -1 --separate-stderr trm-psl wrong.psl --refused refused
    [ -z "$output" ]
    [[ "$stderr" == *"line 8: expected_output: row 1, column 1: found R, expected B; by the rule of the contract the answer is BRR/RBR/RRB"* ]]
    [ "$(grep -c '"kind":"refused"' refused)" -eq 1 ]
}
@test "evidence that is wrong is judged, not refused" {
    run -0 trm-psl turn-and-invert.psl
    [[ "$output" == *'"evidence":[{"name":"intermediate_after_rotation","holds":false,"text":"row 3, column 1: found R, expected B"},{"name":"final_after_inversion","holds":true}]'* ]]
    [[ "$output" == *'"checklist":[{"name":"grid_size","claimed":true,"holds":true},'* ]]
    [[ "$output" == *'"max_cycles":8,'* ]]
}
@test "contracts come back as they were, and every task goes there and back" {
    trm-psl turn-and-invert.psl > one
    trm-psl --write one > text
    trm-psl text | cmp - one
    trm-gen --all -n 5 > tasks
    trm-psl --write tasks > tasks.psl
    trm-psl tasks.psl | sed 's/,"max_cycles.*//; s/,"evidence.*/}/; s/,"unchecked.*/}/' | cmp - tasks
    { printf '{"train":['; for i in 1 2 3 4 5 6 7 8 9 10; do printf '%s{"input":[[%s]],"output":[[%s]]}' "$([ $i = 1 ] || echo ,)" \
        "$(seq -s, 30 | sed 's/[0-9]*/1/g')" 2; done; printf '],"test":[{"input":[[3]],"output":[[4]]}]}\n'; } > big.json
    trm-gen --from big.json --format arc > tasks.arc
    printf '#####\n#S G#\n#####\n' > maze.txt
    trm-gen --from maze.txt --format maze >> tasks.arc
    trm-psl --write tasks.arc | trm-psl | sed 's/,"unchecked.*/}/' | cmp - tasks.arc
    sed '/^expected/,/^$/d' tasks.psl > hidden.psl
    trm-psl hidden.psl | sed 's/,"max_cycles.*//; s/,"evidence.*/}/; s/,"unchecked.*/}/' | cmp - tasks
}
@test "a task's wrong answer is found by its referee" {
    trm-gen -f sudoku4 -n 1 | trm-psl --write | sed '/^expected_tokens/s/2, /3, /' > wrong.psl
    run -1 trm-psl wrong.psl
    [[ "$output" == *"expected_tokens: not the answer: "* ]]
}
@test "constraints are checked on the answer of the rule" {
    HEAD='constraints: grid_size_preserved' contract 'grid = BRR/RBR' 'rule = rotate_90' > a.psl
    run -1 trm-psl a.psl
    [[ "$output" == *"constraint grid_size_preserved: the answer of the rule, RB/BR/RR, breaks it"* ]]
    HEAD='constraints: grid_size_preserved' contract 'grid = BRR/RBR' 'rule = rotate_180' | trm-psl
    HEAD='constraints: colors_valid' contract 'grid = 12/21' 'rule = recolour_1_to_3' > b.psl
    run -1 trm-psl b.psl
    [[ "$output" == *"colors_valid"*"32/23"* ]]
    HEAD='constraints: rows<=2; columns<3; colors=2; steps=1' contract 'grid = 12/21' 'rule = transpose' | trm-psl
    for c in 'rows<2' 'columns>2' 'colors=3' 'steps>=2' 'cells<=3'; do
        HEAD="constraints: $c" contract 'grid = 12/21' 'rule = transpose' > c.psl
        run -1 trm-psl c.psl
        [[ "$output" == *"constraint $c"* ]]
    done
}
@test "constraints that nobody can check are said to be unchecked" {
    HEAD='constraints: grid_size_preserved; budget<=8usd' contract 'grid = 12/21' 'rule = transpose' > c.psl
    run -0 trm-psl c.psl
    [[ "$output" == *'"unchecked":["budget<=8usd"]'* ]]
}
@test "a claim in the checklist that does not hold is refused" {
    sed 's/grid_size: 3x3/grid_size: 4x4/' turn-and-invert.psl > c.psl
    run -1 trm-psl c.psl
    [[ "$output" == *"grid_size: claimed '4x4 ✓', which does not hold"* ]]
}
@test "facts and plan that state different rules are refused" {
    sed 's/apply_rule: rotate_90_clockwise/apply_rule: rotate_180/' turn-and-invert.psl > c.psl
    run -1 trm-psl c.psl
    [[ "$output" == *"transformation_rule says"*"the plan applies 'rotate_180_then_invert_colors'"* ]]
}
@test "what a solver answered fills evidence and checklist, and can be read again" {
    trm-psl turn-and-invert.psl > one
    trm-search one > answers
    trm-psl --write --answers answers one > filled
    grep -A 4 '^.EVIDENCE.$' filled > evidence
    diff - evidence <<< "[EVIDENCE]
- solved_by: search/direct
- confidence: 1.000
- final_answer = BRR/RBR/RRB
- verdict: right"
    [ "$(grep -c '^- \(rotation_applied\|matches_expected\): ✓$' filled)" = 2 ]
    run -0 trm-psl filled
    [[ "$output" == *'{"name":"final_answer","holds":true}'* && "$output" != *solved_by\",\"holds* ]]
    trm-psl filled | trm-psl --write --answers answers | cmp - filled
}
@test "a wrong answer and a missing one are told as that, and a contract without an answer stays as it is" {
    trm-psl turn-and-invert.psl > one
    sed 's/.*"id":"\([^"]*\)".*/{"kind":"answer","v":1,"id":"\1","solver":"me","answer":[0,0,0,0,0,0,4,4,4,4,3,4,4,4,3]}/' one > wrong
    trm-psl --write --answers wrong one > filled
    grep -qx -- '- final_answer = RRR/RBR/RRB' filled
    grep -qx -- '- verdict: wrong, rule, row 1, column 1' filled
    grep -q 'matches_expected: ✗$' filled && grep -q 'rotation_applied: ?$' filled
    trm-psl filled | grep -q '"name":"final_answer","holds":false'
    sed 's/"answer":\[.*\]/"answer":null/' wrong | trm-psl --write --answers - one | grep -qx -- '- verdict: wrong, missing, row 0, column 0'
    trm-psl --write --answers /dev/null one | cmp - <(trm-psl --write one)
    trm-gen -f sudoku4 -n 1 > s
    trm-search s | trm-psl --write --answers - s | grep -q '^- final_answer = \[[2-5], '
    run -2 trm-psl --answers wrong turn-and-invert.psl
}
@test "a rule told by examples: one answer by the rules of infer, or what was expected" {
    trm-gen -f infer5 -n 1 > task
    trm-psl --write task > infer.psl
    grep -q '^example_2_output:$' infer.psl
    sed '/^family/d' infer.psl > unnamed.psl
    sed '/^expected/,/^$/d' unnamed.psl > hidden.psl
    for f in infer unnamed hidden; do trm-psl $f.psl | sed 's/,"unchecked.*/}/' | cmp - task; done
    sed '/^expected/,/^$/s/  - \[[0-9]/  - [4/' unnamed.psl > arc.psl
    trm-psl arc.psl > arc
    [[ "$(cat arc)" == *'"family":"arc","size":5,'*'"answer":[0,'* ]]
    trm-psl --write arc | trm-psl | cmp <(sed 's/,"unchecked.*//' arc) <(sed 's/,"unchecked.*//')
    sed '/^expected/,/^$/s/  - \[[0-9]/  - [4/' infer.psl > wrong.psl
    run -1 trm-psl wrong.psl
    [[ "$output" == *'expected_output: by the rules that explain the examples the answer is 000/998/'* ]]
}
@test "examples that say too little make a task without an answer, and examples that are not whole are refused" {
    # a turn explains them, but so do two steps that say something else of the question
    examples=('example_1_input = BR./..R' 'example_1_output = .B/.R/R.' 'example_2_input = RB/BB/.R' 'example_2_output = .BR/RBB')
    contract "${examples[@]}" 'input_grid = RRB/BB./RB.' > e.psl
    run -0 trm-psl e.psl
    [[ "$output" == *'"family":"arc","size":3,'* && "$output" != *'"answer"'* ]]
    contract 'family: infer' "${examples[@]}" 'input_grid = RRB/BB./RB.' > e.psl
    run -1 trm-psl e.psl
    [[ "$output" == *'family infer: its rules do not give exactly one answer'* ]]
    contract "${examples[@]}" > none.psl
    run -1 trm-psl none.psl
    [[ "$output" == *'no input_grid'* ]]
    contract 'example_1_input = BR' 'input_grid = RB' > half.psl
    run -1 trm-psl half.psl
    [[ "$output" == *'example 1: expected example_1_input and example_1_output'* ]]
    contract 'family: turn' "${examples[@]}" 'input_grid = RB/BR' > other.psl
    run -1 trm-psl other.psl
    [[ "$output" == *'expected infer or arc'* ]]
}
@test "every step in words does what it says" {
    while read -r rule answer; do
        contract 'grid = 120/003' "rule = $rule" "expected = $answer" > c.psl
        run -0 trm-psl c.psl
    done <<- END
	rotate_90 01/02/30
	rotate_270_clockwise 03/20/10
	rotate_90_counterclockwise 03/20/10
	rotate_180 300/021
	mirror_horizontal 021/300
	flip_vertical 003/120
	transpose 10/20/03
	transpose_anti 30/02/01
	recolour_1_to_3 320/003
	exchange_1_and_2 210/003
	shift_down 000/120
	shift_left_by_2 000/300
	fall_down 000/123
	gravity_right 012/003
	complete_half 120/023
	shift_right_then_crop [1,2]
	END
}
@test "what is no task becomes a contract that says why, with nothing lost" {
    printf '!psl v0.1\ncontext: kitchen\ngoal: sugar <= 50 g\nconstraints: sugar<=50g\nskill: novice\ncritical: maybe\n\n[FACT]\n1) Eggs\n   - 150 g\n[3C] clear: yes\n' > k.psl
    run -0 trm-psl k.psl
    [[ "$output" == '{"kind":"contract","v":1,"id":"k.psl","why":"no grid is stated","critical":"maybe","unchecked":["sugar<=50g"],'* ]]
    trm-psl k.psl > one
    trm-psl --write one | trm-psl | cmp - one
    contract 'grid = BR/RB' 'rule = fold_in_half' > f.psl
    run -0 trm-psl f.psl
    [[ "$output" == *"'fold' is no step that can be carried out on this grid"* ]]
    contract 'grid = BRG/RBG' 'rule = invert' > g.psl
    run -0 trm-psl g.psl
    [[ "$output" == *"'invert' is no step"* ]]
}
@test "broken contracts are refused with their line, and the others are done" {
    { cat turn-and-invert.psl; echo '!psl v0.2'; contract 'grid = [[B, R], [R]]' 'rule = transpose'
      contract 'grid = [[B, R], [R, B]' 'rule = transpose'; contract 'grid = BR/RB' 'rule = transpose'; } > many.psl
    run -1 --separate-stderr trm-psl many.psl
    [ "$(wc -l <<< "$output")" -eq 2 ]
    [[ "$output" == *'"id":"many.psl:5"'* ]]
    [[ "$stderr" == *"found version '0.2' of PSL, expected 0.1"* ]]
    [[ "$stderr" == *"row 2 has 1 cells, expected 2"* ]]
    [[ "$stderr" == *"a bracket is not closed"* ]]
    run -1 trm-psl <<< 'no contract'
    run -0 trm-psl < /dev/null
    printf '!psl v0.1\nconstraints: a\nconstraints: b; c; d; e; f; g; h; i; j; k\n' > twice.psl
    run -1 trm-psl twice.psl
    [[ "$output" == *"line 3: constraints: stated before, in line 2"* ]]
    printf '!psl v0.1\ngoal: \xff\n' > bytes.psl
    run -1 trm-psl bytes.psl
    run -1 trm-psl --write <<< '{"kind":"contract","v":1,"id":"x","contract":{"version":"0.1"}}'
    [[ "$output" == *"contract: context: expected text of one line"* ]]
    run -1 trm-psl --write <<< '{"kind":"answer","v":1,"id":"x"}'
    run -3 bash -c 'trm-psl turn-and-invert.psl > /dev/full'
}
