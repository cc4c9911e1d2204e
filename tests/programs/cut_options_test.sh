# frag cut's options as its users meet them: growing, starting over, what is stored, what it says.
source "$(dirname "$0")/lib.sh"

frag synth images --size 320x240 --per-class 4 >/dev/null
recipe=(--tile 64 --angles 0:330:30 --split 50/25/25)
frag cut images d "${recipe[@]}" >out
grep -q "^12 sources added" out || fail "no word of sources: $(<out)"
grep -q "^report d.report.csv" out || fail "no word of the report"
equal "$(wc -l <d.report.csv)" 13 "the report's lines"

# the same command, and the command without a recipe: nothing changes
id=$(frag info d --json | jq -r .id)
frag cut images d "${recipe[@]}" >out; grep -q "12 images known already" out || fail "$(<out)"
frag cut images d >/dev/null
equal "$(frag info d --json | jq -r .id)" "$id" "the id after nothing new"

# added images: the old rows, byte for byte, and the ids drawn from them
cp d/sources.jsonl before; cp d/store/00000.tar before.tar
frag synth more --size 320x240 --per-class 2 --seed 9 >/dev/null
for class in more/*; do for file in "$class"/*; do cp "$file" "images/$(basename "$class")/new-$(basename "$file")"; done; done
frag cut images d >out
grep -q "^6 sources added, 12 images known already" out || fail "$(<out)"
cmp <(head -12 d/sources.jsonl) before || fail "the old rows changed"
cmp d/store/00000.tar before.tar || fail "the old shard changed"
equal "$(frag info d --json | jq -r .parent)" "$id" "the parent"
(cd d && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS of the grown one"
frag verify d >/dev/null
frag info d | grep -q '^parent' || fail "info does not say the parent"

# --force starts over, and an image's class follows its place
grown=$(frag info d --json | jq -r .id)
frag cut images d "${recipe[@]}" --force >/dev/null
equal "$(frag info d --json | jq -r .parent)" null "the parent of a new one"
[[ $(frag info d --json | jq -r .id) != "$grown" && ! -e d.part ]] || fail "--force"

# what is left out is counted by class
frag cut images kept "${recipe[@]}" --min-detail 12 >out
told=$(frag info kept --json)
equal "$(jq '[.splits[][].fragments] | add' <<<"$told")" "$(jq .kept <<<"$told")" "kept by class"
equal "$(jq '.kept + .left_out' <<<"$told")" "$(jq .fragments <<<"$told")" "kept and left out"

# anonymous: no name anywhere in the folder; the key lies beside it, for its owner
frag cut images hidden "${recipe[@]}" --anonymous --strip >out
grep -q "^key    hidden.key.csv" out || fail "no word of the key"
grep -rqE 'cells-0|new-|fibres-0' hidden && fail "a name in an anonymous dataset"
equal "$(stat -c %a hidden.key.csv)" 600 "the key's rights"
frag info hidden | grep -q "anonymous" || fail "info does not say anonymous"
frag cut images hidden --anonymous --strip >out; grep -q "18 images known already" out || fail "$(<out)"
expect 0 frag check hidden; [[ $out != *"warning   name"* ]] || fail "hashes taken for names: $out"
frag report hidden -o hidden.html >/dev/null; ! grep -qE 'cells-0|new-|fibres-0' hidden.html || fail "a name in the report of an anonymous dataset"
mv hidden.key.csv away; expect 4 frag cut images hidden --anonymous --strip; says "hidden.key.csv: missing"

mv away hidden.key.csv; frag cut images hidden >out; grep -q "18 images known already" out || fail "$(<out)"
expect 2 frag cut images d --anonymous; says "not anonymous"; says "leave out --anonymous"

# notes: a folder too high, shares that do not sum up, sides that are off; the report lists what is no image
mkdir -p high; cp -r images high/smears; echo x >images/notes.txt
expect 0 frag cut high deep --tile 64 --angles 0 --split 70/15; says "note: all images are of one class"; says "cut high/smears"
says "note: the shares 70/15 sum to 85"
expect 0 frag cut images odd --tile 64 --angles 0 --split 90/10; says "note: train/test have"; says "90.0/10.0 were asked for"
grep -q '^notes.txt,not a source' odd.report.csv || fail "the report says nothing of notes.txt"
expect 0 frag plan images --tile 64 --angles 0 --split 90/10; says "note: train/test have"

# in place: nothing is copied, a change is noticed by name, and no mirror serves it
frag cut images place "${recipe[@]}" --in-place >/dev/null
equal "$(frag info place --json | jq -r .in_place)" "$(realpath images)" "in place"
expect 2 fragd place --port 0; says "in place"
frag sample place --split train --count 30 -o /dev/null
for file in images/*/*; do cp images/cells/cells-000.png "$file.new" && mv "$file.new" "$file"; done
expect 3 frag sample place --split train --count 30 -o /dev/null; says "was changed after frag cut"
rm images/cells/cells-001.png; expect 3 frag verify place; says "put the images that are named back"
