# frag when things go wrong: a message that names the thing, the exit status of docs/errors.md, nothing half-written.
source "$(dirname "$0")/lib.sh"

frag synth images --size 320x240 --per-class 4 >/dev/null
cut=(frag cut images d --tile 64 --angles 0:330:30 --split 50/25/25)

# bad command lines
expect 2 frag; says "frag --help"
expect 2 frag cut images
expect 2 frag plan --size 2272
expect 2 frag plan --size 2272x1704 --overlap 1.5; says "overlap"
expect 2 frag plan --size 2272x1704 --fit snug; says "inscribed, largest, cover, whole"
expect 2 frag ct images d; says 'no command "ct"; did you mean cut?'
expect 2 frag cut images d --tiel 128; says 'no option --tiel; did you mean --tile?'; says "frag cut --help"
expect 2 frag cut images d --folds 5; says 'no option --folds here; frag split has it'
expect 2 frag cut images d more; says 'more than is wanted: more'
expect 2 frag --tile 5; says 'no option --tile before a command'
expect 2 frag cut images d --angles 0-345; says 'frag: angles "0-345": "0-345" is not'
expect 2 frag cut images d --channels grey; says 'did you mean gray?'

# recipes
printf 'angles = 0:345:15\n' >bare.toml
expect 3 "${cut[@]}" --recipe bare.toml; says 'text stands in quotes: angles = "0:345:15"'
printf 'tile = 64\ntiel = 3\n' >typo.toml
expect 3 "${cut[@]}" --recipe typo.toml; says 'typo.toml:2:'; says '"tiel"'

# places
expect 4 frag cut nowhere d; says nowhere
expect 4 frag info images; says "no dataset here"
expect 4 frag cut images/cells/cells-000.png d; says "is a file"
mkdir later.part; expect 4 frag info later; says "later.part"; says "goes on with it"; rmdir later.part
mkdir empty && expect 3 frag cut empty d && says CLASS

# images that cannot be read are named and left out; --strict stops; nothing stays behind.
head -c 5000 images/cells/cells-000.png >images/cells/half.png
echo nothing >images/fibres/text.jpg
printf 'GIF89a..........' >images/fibres/animation.gif
expect 8 "${cut[@]}"
says "left out cells/half.png"; says "left out fibres/text.jpg"; says "animation.gif: a GIF file that cannot be read"; says "3 images were left out"; says "whole or in part"
equal "$(frag info d --json | jq .sources)" 12 "the rest was cut"
# the same again changes nothing; another recipe is refused by its key; a folder that is no dataset is left alone, --force or not
before=$(frag info d --json | jq -r .id)
expect 8 "${cut[@]}"; equal "$(frag info d --json | jq -r .id)" "$before" "the id after the same cut"
expect 2 frag cut images d --tile 96 --angles 0:330:30 --split 50/25/25; says "exists already and has tile 64, not 96"; says "--force"
expect 2 "${cut[@]}" --in-place; says "leave out --in-place"
expect 2 "${cut[@]}" --strip --in-place
expect 2 frag cut images e --anonymous --in-place; says "anonymous"
mkdir mine && echo precious >mine/thesis
expect 2 frag cut images mine --force; says "no dataset"
mv mine d2.part && expect 2 frag cut images d2 --tile 64; says thesis
equal "$(<d2.part/thesis)" precious "somebody's own folder"
rm -rf d
expect 3 "${cut[@]}" --strict; says "cells/half.png"
[[ ! -e d && ! -e d.part ]] || fail "--strict left something"
rm images/cells/half.png images/fibres/text.jpg images/fibres/animation.gif

# a class that cannot be split says so
mkdir -p few/a few/b && cp images/cells/* few/a && cp images/fibres/fibres-000.png images/fibres/fibres-001.png few/b
expect 3 frag cut few d --tile 64; says '"b" has 2 groups for 3 sides'
[[ ! -e d && ! -e d.part ]] || fail "a failed split left something"

expect 0 frag cut few one --tile 64 --angles 0 --split train; equal "$(frag info one --json | jq -c '.splits | keys')" '["train"]' "one side"
frag check one >/dev/null; frag report one -o one.html >/dev/null; frag pack one -o one.shards >/dev/null; frag preview one -o one.png >/dev/null
{ printf 'P5 256 256 255\n'; head -c 65536 /dev/zero; } >few/b/flat.pgm
expect 3 frag cut few d --tile 64 --min-detail 5; says '"b" has 2 groups for 3 sides'; says "1 left out before, as b/flat.pgm: none of its"; says "min_detail"

expect 4 frag preview one -o nodir/x.png; says "nodir: no such folder"
expect 2 frag preview one -o x.png --angle 31; says "which are 0"
expect 4 frag preview one -o x.png --source nothing.png; says "frag info --sources"
expect 0 frag preview one -o x.PNG --source "$(frag info one --sources | sed -n '3s/.*\t//p')"
expect 0 frag pack one -o one.jpg --format jpeg

# what no person or key may read is left out and named, and the rest is cut
cp "$(command -v frag)" frag.copy; chmod 755 "$work" frag.copy; mkdir -m 777 open; cp -r images open/images; chmod -R a+rX open
chmod 0 open/images/cells/cells-000.png; cp -r images/cells open/images/closed; chmod 0 open/images/closed
nobody=(); [[ $(id -u) != 0 ]] || nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
expect 8 "${nobody[@]}" "$work/frag.copy" cut open/images open/d --tile 64 --angles 0 --split 50/50
says "left out cells/cells-000.png: no permission to read it"; says "left out closed/: no permission"
equal "$(frag info open/d --json | jq .sources)" 11 "the rest without what may not be read"

# a full disk: no file may grow beyond 200 KiB
expect 5 bash -c 'trap "" XFSZ; ulimit -f 200; exec "$@"' - "${cut[@]}"; says "store/00000.tar"; says "the same command goes on"
[[ ! -e d ]] || fail "a full disk left half a dataset"
frag cut images whole --tile 64 --angles 0:330:30 --split 50/25/25 >/dev/null
"${cut[@]}" >cut.out; grep -q "taken over from an interrupted cut" cut.out || fail "it did not go on after a full disk"
cmp d/SHA256SUMS whole/SHA256SUMS || fail "a cut that went on after a full disk differs"
[[ ! -e d.part ]] || fail "a finished cut left its folder"
expect 5 bash -c 'trap "" XFSZ; ulimit -f 20; exec "$@"' - frag sample d --count 300 -o s.tar
[[ ! -e s.tar && ! -e s.tar.part ]] || fail "a full disk left half a sample"
expect 5 frag sample d --split train --count 300 -o /dev/full
rm -rf d

# interrupted: nothing that looks like a dataset is left, and the next run goes through (cut_resume_test.sh has more)
frag synth many --size 640x480 --per-class 40 >/dev/null
frag cut many d --angles 0 2>/dev/null & interrupted=$!
sleep 0.1; kill -INT $interrupted; status=0; wait $interrupted || status=$?
if [[ $status != 0 ]]; then
  equal $status 130 "an interrupted cut's status"
  [[ ! -e d ]] || fail "an interrupted cut left half a dataset"
fi
rm -rf d d.part
for delay in 0.02 0.05 0.1 0.2; do
  frag cut many d --angles 0 >/dev/null 2>&1 & killed=$!
  sleep $delay; kill -9 $killed 2>/dev/null || true; wait $killed 2>/dev/null || true
  if [[ -e d ]]; then (cd d && sha256sum --quiet -c SHA256SUMS) || fail "a killed cut left a broken dataset"; rm -rf d; fi
done
frag cut many d --angles 0 >/dev/null
equal "$(frag info d --json | jq .sources)" 120 "a cut after killed ones"

# asking for too much says the limit; unknown splits say which there are
expect 3 frag sample d --count 999999999 --ids; says "at most"
expect 4 frag sample d --split trian --ids; says "train"
expect 2 frag sample d; says "--ids"
expect 2 frag sample d --ids --part 0/3; says "1/8"
expect 2 frag sample d --ids --policy statik; says "random, static, dynamic, hybrid"
expect 2 frag sample d --ids --side test; says "add a holdout or a fold"
expect 4 frag sample d --ids --fold 7; says "train"
expect 4 frag sample d --ids --balance nowhere:1; says "nowhere"
expect 6 frag sample http://127.0.0.1:1 --count 5 -o s.tar; says "127.0.0.1:1"
[[ ! -e s.tar ]] || fail "a failed fetch left a file"
