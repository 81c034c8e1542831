#!/bin/bash
# Sixteen clients at once on trm-serve for so many seconds, with a restart after a third and another current model after two
# thirds of them. One JSON line of figures, with what the server says of itself.
# usage: serve.sh BIN MODEL OTHER-MODEL RECORDS SECONDS     two model files; element or checked records
# Status: 0 within the goals (p95 under 100 ms, 99.95 % answered), 4 not.
set -eu -o pipefail
bin=$1 model=$2 other=$3 records=$(realpath "$4") seconds=$5
here=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d)
port=17490
"$bin/trm-models" -s "$dir/store" -p add "$model" > /dev/null
"$bin/trm-models" -s "$dir/store" add "$other" > /dev/null
OMP_NUM_THREADS=1 PATH=$bin:$PATH perl "$here/tests/cli/hold.pl" $port trm-serve -w 2 --watch "$dir/store/current" -m "unix:$dir/figures" -- \
    trm-infer --store "$dir/store" 2> "$dir/err" &
server=$!
trap 'kill $server 2> /dev/null || true; rm -rf "$dir"' EXIT
perl "$here/pipelines/serve/load.pl" --clients 16 --seconds "$seconds" --address 127.0.0.1:$port "$records" > "$dir/load" &
load=$!
sleep "$((seconds / 3))"
kill -USR1 $server
sleep "$((seconds / 3))"
"$bin/trm-models" -s "$dir/store" promote 2 > /dev/null
status=0
wait $load || status=$?
changes=$(perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die; print $s "GET /metrics HTTP/1.0\r\n\r\n"; print <$s>' \
    "$dir/figures" | sed -n 's/^trm_model_changes_total //p')
sed "s/}\$/,\"model_changes\":${changes:-0},\"restarts\":1}/" "$dir/load"
cat "$dir/err" >&2
p95=$(sed -nE 's/.*"p95_ms":([0-9.]+).*/\1/p' "$dir/load")
[ $status -eq 0 ] && [ "${changes:-0}" -eq 1 ] && awk "BEGIN {exit !($p95 < 100)}" || exit 4
