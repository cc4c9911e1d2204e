#!/usr/bin/env bash
# A whole source out as fragments: frag pack on two threads against the script that a lab writes today (rotate with
# OpenCV, crop, imwrite), both in one run. Measured, never asserted.
#
#   tests/benchmarks/pack_benchmark.sh [IMAGE]     FRAG_BIN_DIR and FRAG_TEST_PEERS say where the programs are
#
# Without an image: a synthetic grey micrograph of 2272x1704, and the first blood smear of FRAG_TEST_DATA in colour.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${FRAG_BIN_DIR:-$root/build/release/bin}:$PATH
peer=${FRAG_TEST_PEERS:-$root/../shared/peers}/cut_opencv.py
data=${FRAG_TEST_DATA:-$root/../shared/data}
[[ -f $peer ]] || { echo "SKIPPED: no $peer" >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One source in the split that is packed: two copies of the image, one a side.
compare() { # IMAGE
  rm -rf "$work"/*
  mkdir -p "$work/images/class"
  cp "$1" "$work/images/class/one.${1##*.}"
  cp "$1" "$work/images/class/two.${1##*.}"
  frag cut "$work/images" "$work/set" --fit inscribed --angles 0:355:5 --tile 256 --overlap 0.5 --split 50/50 >"$work/cut.out"
  echo "$1"
  for format in jpg png; do
    local began ended tiles ours theirs
    began=$(date +%s%N)
    frag --threads 2 pack "$work/set" -o "$work/$format" --format "$format" --split train >"$work/pack.out"
    ended=$(date +%s%N)
    tiles=$(wc -l <"$work/$format/train-000000.index.jsonl")
    ours=$((tiles * 1000000000 / (ended - began)))
    theirs=$(/usr/bin/python3 "$peer" "$1" "$work/peer-$format" "$format" | sed -n 's/.* \([0-9]*\) tiles\/s/\1/p')
    printf '  %s  frag pack %6d tiles/s (%s tiles, %s MiB)   OpenCV script %6d tiles/s (%s MiB)   %s.%sx\n' "$format" "$ours" "$tiles" \
      "$(du -sm "$work/$format" | cut -f1)" "$theirs" "$(du -sm --apparent-size "$work/peer-$format" | cut -f1)" \
      $((ours / theirs)) $((ours * 10 / theirs % 10))
  done
}

if (($# > 0)); then
  compare "$1"
else
  frag synth "$work.synth" --size 2272x1704 --per-class 1 >/dev/null
  trap 'rm -rf "$work" "$work.synth"' EXIT
  compare "$work.synth/cells/cells-000.png"
  smear=$(find "$data/blood-smears" -name '*.JPG' 2>/dev/null | sort | head -n 1)
  [[ -z $smear ]] || compare "$smear"
fi
