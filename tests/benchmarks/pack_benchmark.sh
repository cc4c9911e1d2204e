#!/usr/bin/env bash
# A whole source out as fragments: frag pack on two threads against the script that a lab writes today (rotate with
# OpenCV, crop, imwrite), in one run, medians of three. Measured, never asserted.
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

median() { sort -n | sed -n '2p'; } # of three

ours() { # FORMAT -> tiles/s
  local began ended
  rm -rf "$work/$1"
  began=$(date +%s%N)
  frag --threads 2 pack "$work/set" -o "$work/$1" --format "$1" --split train >"$work/pack.out"
  ended=$(date +%s%N)
  echo $(($(wc -l <"$work/$1/train-000000.index.jsonl") * 1000000000 / (ended - began)))
}

theirs() { # FORMAT IMAGE -> tiles/s
  /usr/bin/python3 "$peer" "$2" "$work/peer-$1" "$1" | sed -n 's/.* \([0-9]*\) tiles\/s/\1/p'
}

# One source in the split that is packed: two copies of the image, one a side. The sides take turns.
compare() { # IMAGE
  local format a b
  rm -rf "${work:?}"/*
  mkdir -p "$work/images/class"
  cp "$1" "$work/images/class/one.${1##*.}"
  cp "$1" "$work/images/class/two.${1##*.}"
  frag cut "$work/images" "$work/set" --fit inscribed --angles 0:355:5 --tile 256 --overlap 0.5 --split 50/50 >"$work/cut.out"
  echo "$1"
  for format in jpg png; do
    for _ in 1 2 3; do
      ours "$format" >>"$work/ours-$format"
      theirs "$format" "$1" >>"$work/theirs-$format"
    done
    a=$(median <"$work/ours-$format") b=$(median <"$work/theirs-$format")
    printf '  %s  frag pack %6d tiles/s (%s MiB)   OpenCV script %6d tiles/s (%s MiB)   %s.%sx\n' "$format" "$a" \
      "$(du -sm "$work/$format" | cut -f1)" "$b" "$(du -sm --apparent-size "$work/peer-$format" | cut -f1)" $((a / b)) $((a * 10 / b % 10))
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
