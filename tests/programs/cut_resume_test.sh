# An interrupted cut goes on: after SIGINT and SIGKILL at many moments, and after its journal or its store was torn, the same command gives
# the bytes that an uninterrupted one gives.
source "$(dirname "$0")/lib.sh"

frag synth images --size 640x480 --classes 3 --per-class 12 --seed 3 >/dev/null
recipe=(--tile 128 --angles 0:315:45 --min-detail 2 --contrast stretch --split 60/20/20)
frag cut images whole "${recipe[@]}" >/dev/null

# same NAME: every file of it is a file of the uninterrupted one.
same() {
  diff -r "$1" whole >difference || fail "$2: $(head -3 difference)"
  [[ ! -e $1.part ]] || fail "$2: its folder is still there"
}

# interrupt SIGNAL DELAY: a cut that gets the signal after so many seconds; true where it was still at work.
interrupt() {
  frag --threads 2 cut images d "${recipe[@]}" >cut.out 2>cut.err & local cut=$! status=0
  sleep "$2"; kill "-$1" $cut 2>/dev/null || true
  wait $cut 2>/dev/null || status=$?
  [[ $1 != INT || $status == 0 ]] || { equal $status 130 "status"; grep -q "the same command goes on" cut.err || fail "$(<cut.err)"; }
  [[ $status != 0 && ! -e d ]]
}

# signals, one after the other on one cut, until it is through
RANDOM=7
for signal in INT KILL; do
  for _ in 1 2 3; do
    interrupt $signal "0.$((RANDOM % 25 + 3))" || true
    [[ -e d ]] || interrupt $signal "0.$((RANDOM % 25 + 3))" || true
    [[ -e d ]] || frag cut images d "${recipe[@]}" >/dev/null
    same d "after SIG$signal"
    rm -rf d
  done
done

# A cut that stands still near its end: no image may be larger than a limit that the last one breaks.
stopped() {
  rm -rf d d.part
  local limit=$(($(stat -c %s whole/store/00000.tar) * 8 / 10 / 1024))
  expect 5 bash -c 'trap "" XFSZ; ulimit -f '$limit'; exec "$@"' - frag cut images d "${recipe[@]}"
  [[ -s d.part/journal.jsonl ]] || fail "no journal"
}
went_on() {
  frag cut images d "${recipe[@]}" >cut.out
  same d "$1"
}
taken() { sed -n 's/.*, \([0-9,]*\) images taken over.*/\1/p' cut.out; }

stopped; cp -r d.part kept.part
went_on "after a full disk"
(($(taken) > 18)) || fail "only $(taken) images were taken over"

# the journal torn at any byte, also within its first line
size=$(stat -c %s kept.part/journal.jsonl)
for at in 0 1 100 $((size / 3)) $((size / 2 + 1)) $((size - 1)); do
  rm -rf d d.part && cp -r kept.part d.part && truncate -s $at d.part/journal.jsonl
  went_on "a journal torn at byte $at"
done
# and overwritten with nonsense
rm -rf d d.part && cp -r kept.part d.part
printf '{"name":7}\n\xff\xfe' | dd of=d.part/journal.jsonl bs=1 seek=$((size / 2)) conv=notrunc status=none
went_on "nonsense in the journal"

# the store torn: cut short, a byte of a picture changed, a header lost, gone
tar=d.part/store/00000.tar
length=$(stat -c %s kept.part/store/00000.tar)
for tear in "truncate -s $((length / 2)) $tar" "truncate -s 0 $tar" "rm $tar" "truncate -s +1000000 $tar" \
  "dd if=/dev/zero of=$tar bs=1 seek=$((length / 2)) count=700 conv=notrunc status=none" \
  "dd if=/dev/zero of=$tar bs=1 seek=20 count=5 conv=notrunc status=none"; do
  rm -rf d d.part && cp -r kept.part d.part && $tear
  went_on "$tear"
done

# an image changed, and one added, between the two runs: as if cut in one go
stopped
cp images/cells/cells-001.png images/cells/cells-000.png
cp images/fibres/fibres-003.png images/cells/cells-005b.png
frag cut images d "${recipe[@]}" >/dev/null
rm -rf whole && frag cut images whole "${recipe[@]}" >/dev/null
same d "after changed images"

# another recipe in between starts over
stopped
frag cut images d "${recipe[@]:2}" --tile 96 >cut.out
[[ -z $(taken) ]] || fail "another recipe took over images"
frag cut images other "${recipe[@]:2}" --tile 96 >/dev/null
diff -r d other || fail "another recipe after an interrupted cut"

# a bad image that was passed over before the interruption stops a strict cut after it
rm -rf d other whole && frag cut images whole "${recipe[@]}" >/dev/null
echo nothing >images/cells/aaa.png
stopped
expect 3 frag cut images d "${recipe[@]}" --strict; says "cells/aaa.png"
[[ ! -e d && ! -e d.part ]] || fail "--strict left something"
rm images/cells/aaa.png

# two at a time: the second is refused
rm -rf d other
mkdir -p d.part/store
(exec 9<d.part; flock 9; exec sleep 30) & lock=$!
for _ in $(seq 100); do flock -n d.part true && sleep 0.02 || break; done
expect 2 frag cut images d "${recipe[@]}"; says "another frag cut"
kill $lock
