#!/usr/bin/env bash
# Images/s of training on fragments rendered on the fly, beside the same steps on tensors in memory, and beside PyTorch's (plain and
# channels last) in the same run. Measured, never asserted.
#
#   tests/benchmarks/training_benchmark.sh     FRAG_BIN_DIR and FRAG_TEST_PEERS say where the programs are
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${FRAG_BIN_DIR:-$root/build/release/bin}:$PATH
peer=${FRAG_TEST_PEERS:-$root/../shared/peers}/train_torch.py
[[ -f $peer ]] || { echo "SKIPPED: no $peer" >&2; exit 77; }
export OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

frag synth images --size 2272x1704 --per-class 5 >/dev/null
frag cut images large --tile 256 --angles 0:355:5 --split 80/20 >/dev/null
frag cut images small --tile 64 --angles 0:355:5 --split 80/20 >/dev/null

side_by_side() { # DATASET MODEL BATCHES PIXELS PEER
  training_benchmark "$1" "$2" "$3" 5
  for channels_last in 0 1; do
    printf 'PyTorch, channels last %s: ' $channels_last
    for _ in 1 2 3; do /usr/bin/python3 "$peer" "$5" "$4" 32 "$3" $channels_last; done | sort -t: -k2 -n | sed -n 2p
  done
}
side_by_side small small 150 64 small
side_by_side large small 150 64 small
side_by_side large tcnn3 12 227 tcnn3
