#!/usr/bin/env bash
# 6,000 balanced fragments of 256x256 grey from a mirror to a tar, beside the usual way: a file a fragment from an FTP or HTTP server. Both
# sides in one run, medians of three. Measured, never asserted.
#
#   tests/benchmarks/fetch_benchmark.sh     FRAG_BIN_DIR and FRAG_TEST_PEERS say where the programs are
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${FRAG_BIN_DIR:-$root/build/release/bin}:$PATH
peer=${FRAG_TEST_PEERS:-$root/../shared/peers}/serve_files.sh
[[ -f $peer ]] || { echo "SKIPPED: no $peer" >&2; exit 77; }
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
export XDG_CACHE_HOME=$work/cache

frag synth images --size 2272x1704 --per-class 8 >/dev/null
frag cut images set --tile 256 --angles 0:355:5 --split 80/20 >/dev/null
fragd set --port 8083 >fragd.log &
until curl -sf http://127.0.0.1:8083/readyz >/dev/null; do sleep 0.1; done
url=http://127.0.0.1:8083

# seconds WORDS COMMAND...: the median of three
seconds() {
  local words=$1 began
  shift
  for seed in 1 2 3; do
    began=$EPOCHREALTIME
    "$@" --seed $seed >>out.txt
    echo "$EPOCHREALTIME - $began" | bc
  done | sort -n | sed -n 2p >median
  printf '%-44s %6.2f s\n' "$words" "$(<median)"
}

seconds 'frag fetch, raw' frag fetch $url --by fragments --split train --count 6000 -o raw.tar
seconds 'frag fetch, JPEG q90' frag fetch $url --by fragments --split train --count 6000 --format jpg -o jpg.tar
seconds 'frag fetch, PNG' frag fetch $url --by fragments --split train --count 6000 --format png -o png.tar
frag fetch $url --by sources --split train --count 6000 -o raw.tar >/dev/null
seconds 'frag fetch, raw, rendered here' frag fetch $url --by sources --split train --count 6000 -o raw.tar
bash "$peer"

id=$(curl -s $url/v1/dataset | jq -r .id)
printf 'first byte, warm                  '
for seed in 11 12 13; do curl -s -o /dev/null --max-time 10 -w '%{time_starttransfer} s  ' "$url/v1/sample?split=train&count=6000&seed=$seed&dataset=$id"; done
echo

# a run of 18 rounds: bytes over the wire by sources, and as PNG fragments
rm -rf cache
bytes=0
for round in $(seq 0 17); do
  bytes=$((bytes + $(frag fetch $url --by sources --split train --count 6000 --round "$round" --json -o raw.tar | jq .source_bytes)))
done
png=$(($(stat -c %s png.tar) * 18))
printf '18 rounds x 6,000: %d bytes of sources, %d of PNG fragments: 1/%d\n' "$bytes" "$png" $((png / bytes))
