#!/bin/bash
# Benchmarks, each as one JSON line: bench, ours, peer, ratio, goal. Seconds, less is better; ratio is peer / ours, the median
# over turns (ours, peer, ours, peer, ...), because machines are noisy and only one run can be compared with itself.
# What has no peer has a bound in seconds. A peer that is not installed gives "peer":null, and stderr says how to install it. usage: run.sh BIN UNITDIR
set -euo pipefail
cd "$(dirname "$0")/../.."
BIN=$PWD/$1
bench=$PWD/$2
shared=${TRM_SHARED:-../shared}
peers=$PWD/.build/peers
turns=${TURNS:-3}
work=$(mktemp -d)
unset OPENBLAS_CORETYPE # our programs choose; the peer is told below
trap 'rm -rf "$work"' EXIT

seconds() { # of a command, by the shell's clock
    local TIMEFORMAT=%R
    { time "$@" > "$work/out" 2> "$work/err"; } 2>&1 | tail -n 1
}
median() { sort -g | awk '{x[NR] = $1} END {print NR % 2 ? x[(NR + 1) / 2] : (x[NR / 2] + x[NR / 2 + 1]) / 2}'; }

# turns NAME GOAL OURS PEER: two commands that print seconds; PEER empty when there is none.
in_turn() {
    local name=$1 goal=$2 ours=$3 peer=$4 i a b
    : > "$work/a"; : > "$work/b"; : > "$work/r"
    for ((i = 0; i < turns; i++)); do
        a=$($ours)
        echo "$a" >> "$work/a"
        [ -n "$peer" ] || continue
        b=$($peer)
        echo "$b" >> "$work/b"
        awk -v a="$a" -v b="$b" 'BEGIN {print b / a}' >> "$work/r"
    done
    if [ -n "$peer" ]; then
        printf '{"bench":"%s","ours":%s,"peer":%s,"ratio":%.3g,"goal":%s,"best_ours":%s,"best_peer":%s,"turns":%d}\n' "$name" "$(median < "$work/a")" \
            "$(median < "$work/b")" "$(median < "$work/r")" "$goal" "$(sort -g "$work/a" | head -n 1)" "$(sort -g "$work/b" | head -n 1)" "$turns"
    else
        printf '{"bench":"%s","ours":%s,"peer":null,"ratio":null,"goal":%s,"turns":%d}\n' "$name" "$(median < "$work/a")" "$goal" "$turns"
    fi
}

within() { # NAME SECONDS COMMAND that prints seconds
    local name=$1 bound=$2 i
    : > "$work/a"
    for ((i = 0; i < turns; i++)); do $3 >> "$work/a"; done
    printf '{"bench":"%s","ours":%s,"bound":%s,"best_ours":%s,"turns":%d}\n' "$name" "$(median < "$work/a")" "$bound" \
        "$(sort -g "$work/a" | head -n 1)" "$turns"
}

# --- reading a model: elements with property sets out -------------------------------------------------------------
model=$work/model.ifc
if [ -e "$shared/bench/amplify.pl" ] && [ -e "$shared/ifc/Schependomlaan-houten_kozijnen.ifc" ]; then
    perl "$shared/bench/amplify.pl" 4 "$shared/ifc/Schependomlaan-houten_kozijnen.ifc" > "$model"
else
    echo "bench: no shared models; reading a made-up one" >&2
    "$BIN/trm-buildings" -n 1 -N 20000 -o "$work/made"
    mv "$work"/made/*.ifc "$model"
fi
read_ours() { seconds "$BIN/trm-ifc" "$model"; }
read_peer() { seconds node "$peers/web_ifc.mjs" "$model" "$work/peer.ndjson"; }
peer=
if [ -e "$peers/node_modules/web-ifc" ] && [ -e "$shared/bench/web_ifc.mjs" ]; then
    cp "$shared/bench/web_ifc.mjs" "$peers/"
    peer=read_peer
else
    echo "bench: no web-ifc; install it with: npm --prefix .build/peers i web-ifc" >&2
fi
bytes=$(stat -c %s "$model")
in_turn "read-$((bytes / 1000000))MB-vs-web-ifc" 12 read_ours "$peer"
# one thread on one core: 300 MB/s
one_core() {
    # shellcheck disable=SC2016 # the inner shell's
    taskset -c 0 bash -c 'TIMEFORMAT=%R; time for k in {1..20}; do "$0" -q -j 1 "$1" > /dev/null; done' "$BIN/trm-ifc" "$model" 2>&1 | awk '{print $1 / 20}'
}
within "read-$((bytes / 1000000))MB-one-core" "$(awk -v b="$bytes" 'BEGIN {print b / 300e6}')" one_core

# --- the engine against PyTorch on the same work -------------------------------------------------------------------
# torch MODE ARGUMENTS: seconds of one training step, or of 16 supervision steps of a batch.
python=
for p in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import torch' 2> /dev/null; then python=$p; fi
done
[ -e "$shared/bench/trm_torch.py" ] || python=
torch() {
    OPENBLAS_CORETYPE=SkylakeX "$python" "$shared/bench/trm_torch.py" --repeat 2 --mode "$@" |
        sed 's/.*"seconds": *\([0-9.e-]*\).*/\1/'
}
better() { { torch "$@" --dtype float32; torch "$@" --dtype bfloat16; } | sort -g | head -n 1; }
engine() { "$bench/engine" --seconds "$@"; }
engine_f32() { TRM_BACKEND=float32 "$bench/engine" --seconds "$@"; }
# against NAME GOAL 'our words' 'the peer's words'
against() {
    ours_words=$3 peer_words=$4
    in_turn "$1" "$2" ours_said ${python:+peer_said}
}
ours_said() { $ours_words; }
peer_said() { $peer_words; }

if [ -z "$python" ]; then
    echo "bench: no PyTorch; install it with: apt-get install -y python3-torch" >&2
fi
small='--hidden 128 --heads 4 --seq 48 --prefix 16'
against train-w512-b32-vs-pytorch-bf16 4 'engine train 512 8 81 16 6 3 32' 'torch train --batch 32 --dtype bfloat16'
against train-w512-b32-vs-pytorch-f32 10 'engine train 512 8 81 16 6 3 32' 'torch train --batch 32 --dtype float32'
against train-w512-b32-f32-vs-pytorch-f32 1.15 'engine_f32 train 512 8 81 16 6 3 32' 'torch train --batch 32 --dtype float32'
against train-w128-b32-vs-better-pytorch 5 'engine train 128 4 48 16 6 3 32' "better train --batch 32 $small"
against infer-w512-b16-vs-pytorch-bf16 6 'engine infer 512 8 81 16 6 3 16' 'torch infer --batch 16 --dtype bfloat16 --cast-once'
against infer-w512-b1-vs-pytorch-bf16 5 'engine infer 512 8 81 16 6 3 1' 'torch infer --batch 1 --dtype bfloat16 --cast-once'
against infer-w128-b1-vs-better-pytorch 10 'engine infer 128 4 48 16 6 3 1' "better infer --batch 1 $small"

# --- products alone, one thread ------------------------------------------------------------------------------------
one() { OMP_NUM_THREADS=1 "$bench/products" "$@"; }
for what in '512 97' '128 64'; do
    ours_words="one ours $what" peer_words="one onednn $what"
    if $peer_words > /dev/null 2> "$work/peer.err"; then
        in_turn "products-w${what%% *}-vs-onednn" 0.9 ours_said peer_said
    else
        cat "$work/peer.err" >&2
        in_turn "products-w${what%% *}-vs-onednn" 0.9 ours_said ''
    fi
done

# --- further bounds: start to end with a model of 26 MB and nothing to read; one element at a time by a
# trained network of width 128, full depth, halting on --------------------------------------------------------------
rules=pipelines/rules/building-code.json
samples() { # of N elements in M buildings
    "$BIN/trm-buildings" -n "$2" -N "$1" --seed 3 -o "$work/few" && "$BIN/trm-ifc" "$work"/few/*.ifc > "$work/few.e"
    "$BIN/trm-check" -r $rules "$work/few.e" | "$BIN/trm-extract" -r $rules --vary 1 | "$BIN/trm-split" > "$work/few.s" 2> "$work/err"
    rm -r "$work/few"
}
train() { "$BIN/trm-train" -r $rules "$@" "$work/few.s" > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; exit 1; }; }
twenty() { for ((k = 0; k < 20; k++)); do "$@" < /dev/null; done; }
start() { seconds twenty "$BIN/trm-infer" -m "$work/big.trm" | awk '{print $1 / 20}'; }
one_by_one() { # p95 of seconds an element, halting by the published rule
    grep -m 400 '"side":"test"' "$work/few.s" | "$BIN/trm-infer" -m "$work/w128.trm" -j 2 --halt 0.5 --stats "$work/stats" > "$work/out" 2> "$work/err" || [ $? -eq 1 ]
    sed 's/.*"p95_ms": *\([0-9.]*\).*/\1/' "$work/stats" | awk '{print $1 / 1000}'
}
samples 100 2
train --epochs 1 --width 512 --heads 8 -o "$work/big.trm"
within "start-to-end-$(($(stat -c %s "$work/big.trm") / 1000000))MB-model-nothing-to-read" 0.030 start
samples 6000 60
train --epochs 2 --width 128 --heads 4 --prefix 16 --positions 48 -n 6 -T 3 --lr 1e-3 --explore 0.3 -o "$work/w128.trm"
within infer-w128-trained-halting-p95 0.010 one_by_one
