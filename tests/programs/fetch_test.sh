# frag fetch, mirror and sign as people use them: interrupted and continued, folders, growth, keys, tokens.
source "$(dirname "$0")/lib.sh"
export XDG_CACHE_HOME=$work/cache
small_dataset set
serve fragd fragd set --port 0
mirror=$url

# a tar cut short by a kill is continued, and equals what the dataset itself gives
expect 0 frag sample set --count 120 --seed 2 -o wanted.tar
head -c 200000 wanted.tar >got.tar.part
expect 0 frag fetch "$mirror" --by fragments --count 120 --seed 2 --json -o got.tar
cmp wanted.tar got.tar || fail "a continued fetch is another"
(($(jq .kept <<<"$out") > 20)) || fail "nothing was kept: $out"
[[ ! -e got.tar.part ]] || fail "a part is left"
# what lies there of another sample is not kept
cp wanted.tar got.tar.part
expect 0 frag fetch "$mirror" --by sources --count 120 --seed 3 --json -o got.tar
equal "$(jq .kept <<<"$out")" 0 "kept of another sample"
expect 0 frag sample set --count 120 --seed 3 -o wanted.tar
cmp wanted.tar got.tar || fail "by sources another sample comes"

# a folder with a folder a class; another sample is not mixed into it
expect 0 frag fetch "$mirror" --count 30 --format png -o out/
equal "$(find out -name '*.png' | wc -l)" 30 "pictures"
equal "$(wc -l <out/fragments.jsonl)" 30 "lines"
expect 0 frag fetch "$mirror" --count 30 --format png --json -o out/
equal "$(jq .kept <<<"$out")" 30 "kept in the folder"
expect 2 frag fetch "$mirror" --count 31 --format png -o out/
says "holds something else"
expect 2 frag fetch "$mirror" --count 5 -o x.zip
says "OUT.tar"
expect 0 frag fetch "$mirror" --count 5 -o -
mv stdout stream.tar
expect 0 tar tf stream.tar

# a copy, up to date, and grown; what the two share is not fetched again
expect 0 frag mirror "$mirror" copy
expect 0 frag verify --pixels copy
expect 0 frag mirror "$mirror" copy
[[ $out == *already* ]] || fail "an equal dataset is copied again: $out"
kill -9 $pid
frag --threads 1 synth more --size 320x240 --per-class 1 --seed 9 >/dev/null
for class in set.images/*; do cp "more/${class##*/}/${class##*/}-000.png" "$class/new.png"; done
expect 0 frag --threads 1 cut set.images set
serve fragd fragd set --port 0
expect 0 frag mirror "$url" copy
[[ $out == *"kept of the older dataset"* ]] || fail "nothing was kept: $out"
expect 0 frag verify copy
equal "$(sha256sum <copy/dataset.json)" "$(sha256sum <set/dataset.json)" "the copy"
mkdir other && touch other/file
expect 2 frag mirror "$url" other
says "no dataset"

# keys
expect 3 frag fetch "$url" --count 5 -o x.tar --trust set/dataset.json
says "no Ed25519 public key"
expect 0 frag sign --new-key lab.key
equal "$(stat -c %a lab.key)" 600 "the mode of the key"
expect 7 frag fetch "$url" --count 5 -o x.tar --trust lab.key.pub
says "signed"
expect 0 frag sign set --key lab.key
expect 0 frag sign set --trust lab.key.pub
kill -9 $pid
serve fragd fragd set --port 0
expect 0 frag fetch "$url" --count 5 -o x.tar --trust lab.key.pub
expect 0 frag mirror "$url" signed --trust lab.key.pub
expect 0 frag sign signed --trust lab.key.pub
expect 0 frag sign --new-key other.key
expect 7 frag fetch "$url" --count 5 -o x.tar --trust other.key.pub
says "signed by somebody else"

# tokens, and addresses that are none
kill -9 $pid
echo secret >tokens
serve fragd fragd set --port 0 --tokens tokens
expect 6 frag fetch "$url" --count 5 -o x.tar
says "401"
expect 0 frag fetch "$url" --count 5 -o x.tar --token tokens
expect 2 frag fetch gopher://x --count 5 -o x.tar
says "not an address"
