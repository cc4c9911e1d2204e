#!/bin/bash
# frag cut beside libvips alone on the same files, the same cores, in one run: how many images a second each gets through.
#
#   tests/benchmarks/cut_benchmark.sh build/release/bin [COPIES] [THREADS]
#
# The images are those of FRAG_TEST_DATA/blood-smears, COPIES times (20), each its own file. libvips decodes them in THREADS processes (2) of
# one thread each, which is the most it can make of the cores; frag cut also hashes, measures and stores them.
set -euo pipefail
bin=$(realpath "${1:?the folder of the built programs}") copies=${2:-20} threads=${3:-2}
data=${FRAG_TEST_DATA:?the folder of real images}/blood-smears
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for class in "$data"/*/; do
  for copy in $(seq "$copies"); do
    for file in "$class"*; do
      folder=images/$(basename "$class")
      mkdir -p "$folder" && cp "$file" "$folder/$copy-$(basename "$file")"
    done
  done
done
find images -type f | sort >files
count=$(wc -l <files)

# measured COMMAND...: its wall clock and processor seconds, in $wall and $cpu.
measured() {
  local TIMEFORMAT='%R %U %S'
  { time "$@" >/dev/null 2>&1; } 2>times
  read -r wall user system <times
  cpu=$(awk -v u="$user" -v s="$system" 'BEGIN { print u + s }')
}
decode_alone() {
  local part workers=()
  for part in $(seq "$threads"); do
    awk -v n="$threads" -v k="$part" 'NR % n == k % n' files | "$bin/vips_decode" &
    workers+=($!)
  done
  wait "${workers[@]}"
}
cut() {
  rm -rf d
  "$bin/frag" --threads "$threads" cut images d --angles 0:355:5
}

export VIPS_CONCURRENCY=1
xargs cat <files >/dev/null
for round in 1 2 3; do
  measured decode_alone
  echo "libvips $wall $cpu"
  measured cut
  echo "frag $wall $cpu"
done >rounds
# The best of three, by the wall clock and by what the processor was busy: other work on the machine slows the first only.
awk -v n="$count" '
  { if (!($1 in wall) || $2 < wall[$1]) wall[$1] = $2; if (!($1 in cpu) || $3 < cpu[$1]) cpu[$1] = $3 }
  END {
    printf "%d images on %s\n", n, "'"$threads"' threads"
    printf "wall clock:     libvips %.1f images/s, frag cut %.1f images/s, ratio %.2f\n", n / wall["libvips"], n / wall["frag"], wall["libvips"] / wall["frag"]
    printf "processor time: libvips %.1f ms/image, frag cut %.1f ms/image, ratio %.2f\n", 1000 * cpu["libvips"] / n, 1000 * cpu["frag"] / n, cpu["libvips"] / cpu["frag"]
  }' rounds
