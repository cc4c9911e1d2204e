# frag pack when it is stopped, when the disk is full, when it is started twice; frag verify on what is left.
source "$(dirname "$0")/lib.sh"

small_dataset set
pack=(frag pack set -o out --shard-fragments 90 --format png)
frag pack set -o whole --shard-fragments 90 --format png >/dev/null
same() { diff -r out whole >/dev/null || fail "$1: not the export that was never stopped"; }
only_whole() { # every tar under its final name is one, with its index
  local tars=(out/*.tar)
  [[ -e ${tars[0]} ]] || return 0
  for tar in "${tars[@]}"; do [[ -e ${tar%.tar}.index.jsonl ]] || fail "$tar has no index"; done
  expect 0 frag verify "${tars[@]}"
}

# a summary, and the same again is there already
expect 0 "${pack[@]}"; [[ $out == *"train"*"shards"* ]] || fail "the summary: $out"
same "a second run"
expect 0 "${pack[@]}"; [[ $out == *"were there already"* ]] || fail "$out"
expect 0 frag verify out; [[ $out == *whole* ]] || fail "$out"

# one thread or many: the same bytes
rm -rf out; frag --threads 1 pack set -o out --shard-fragments 90 --format png >/dev/null; same "one thread"

# interrupted at any moment: status 130, nothing half-written, and the next run finishes it
rm -rf out
for delay in 0.03 0.06 0.1 0.15; do
  "${pack[@]}" >/dev/null 2>stopped.err & interrupted=$!
  sleep $delay; kill -INT $interrupted 2>/dev/null || true; status=0; wait $interrupted || status=$?
  [[ $status == 0 || $status == 130 ]] || fail "an interrupted export's status is $status: $(<stopped.err)"
  [[ $status == 0 ]] || grep -q "goes on from there" stopped.err || fail "$(<stopped.err)"
  [[ ! -d out || -z $(find out -name '*.part') ]] || fail "an interrupted export left $(find out -name '*.part')"
  only_whole
done
"${pack[@]}" >/dev/null; same "after interruptions"

# killed at any moment
rm -rf out
for delay in 0.02 0.05 0.1 0.2; do
  "${pack[@]}" >/dev/null 2>&1 & killed=$!
  sleep $delay; kill -9 $killed 2>/dev/null || true; wait $killed 2>/dev/null || true
  only_whole
done
"${pack[@]}" >/dev/null; same "after kills"
for delay in 0.05 0.1 0.2; do
  frag pack set -o folders --layout imagefolder >/dev/null 2>&1 & killed=$!
  sleep $delay; kill -9 $killed 2>/dev/null || true; wait $killed 2>/dev/null || true
done
frag pack set -o folders --layout imagefolder >/dev/null
frag pack set -o folders-whole --layout imagefolder >/dev/null
diff -r folders folders-whole >/dev/null || fail "a killed image folder"

# a full disk: no file may grow beyond 200 KiB; the way on is to make room and run it again
rm -rf out
expect 5 bash -c 'trap "" XFSZ; ulimit -f 200; exec "$@"' - "${pack[@]}"; says "train-000000.tar"
[[ -z $(find out -name '*.tar' -o -name '*.part') ]] || fail "a full disk left something"
expect 3 frag verify out; says "not finished"; says "run the same frag pack again"; [[ $out == *"NOT FINISHED"* && $err != *damaged* ]] || fail "verify: $out $err"
"${pack[@]}" >/dev/null; same "after a full disk"

# parts in one folder, in any order and at once, are together one export
for part in 3 1 4 2; do frag pack set -o parts --format raw --part $part/4 >/dev/null & done; wait
expect 0 frag verify parts
equal "$(cat parts/*.index.jsonl | jq -r .key | sort -u | wc -l)" "$(frag info set --json | jq .fragments)" "fragments of all parts"
equal "$(cat parts/*.index.jsonl | wc -l)" "$(frag info set --json | jq .fragments)" "no fragment twice"
for sums in parts/SHA256SUMS-*; do (cd parts && sha256sum --quiet -c "${sums#parts/}") || fail "$sums"; done
expect 2 frag pack set -o parts --format raw --part 1/3; says "parts differ"

# another export in the folder, someone's files, wrong names and options
expect 2 "${pack[@]}" --seed 9; says "seed differ"; says "--force"
expect 0 "${pack[@]}" --seed 9 --force; "${pack[@]}" --force >/dev/null; same "started over"
mkdir mine && echo keep >mine/notes.txt
expect 2 frag pack set -o mine; says "notes.txt"
expect 4 frag pack set -o new --split trian; says "train, val, test"
expect 4 frag pack nowhere -o new; says "no dataset here"
expect 3 frag pack set -o new --count 99999999; says "at most"
expect 2 frag pack set -o new --format gif; says "raw, png, jpg"
expect 2 frag pack set -o new --layout tree; says "webdataset, imagefolder, coordinates"
expect 2 frag pack set -o new --layout imagefolder --format raw; says "imagefolder"
expect 2 frag pack set -o new --layout coordinates --format png; says "--format"
expect 2 frag pack set -o new --quality 80; says "--format jpg"
expect 2 frag pack set -o new --part 9/8; says "1/8"
[[ ! -e new ]] || fail "a refused export left its folder"
expect 4 frag verify mine; says "neither a dataset"

# a second run of the same part while one runs
frag pack set -o busy --format raw >/dev/null & first=$!
for _ in $(seq 200); do [[ -e busy/.pack.lock ]] && break; sleep 0.01; done
if status=0; frag pack set -o busy --format raw >/dev/null 2>busy.err || status=$?; [[ $status != 0 ]]; then
  equal $status 6 "the status of a second run"
  grep -q "another frag pack" busy.err || fail "$(<busy.err)"
fi
wait $first
expect 0 frag verify busy
