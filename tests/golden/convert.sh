#!/bin/bash
# Published weights through trm-convert, by both roads: OUT/safetensors/NAME.trm straight from NAME/weights.safetensors,
# OUT/torch/NAME.trm by way of a PyTorch state dict. usage: convert.sh BIN GOLDEN OUT
set -eu
bin=$1 golden=$2 out=$3
mkdir -p "$out/safetensors" "$out/torch"
n=0
for config in "$golden"/*/config.json; do
    [ -e "$config" ] || continue
    folder=${config%/*}
    name=${folder##*/}
    "$bin/trm-convert" -c "$config" -o "$out/safetensors/$name.trm" "$folder/weights.safetensors"
    perl "$(dirname "$0")/state_dict.pl" "$folder/weights.safetensors" "$out/$name.pt"
    "$bin/trm-convert" -c "$config" -o "$out/torch/$name.trm" "$out/$name.pt"
    n=$((n + 1))
done
[ "$n" -gt 0 ] || echo "convert: no golden folder under $golden" >&2
