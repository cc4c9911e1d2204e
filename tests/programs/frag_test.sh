# frag, from a bare size to a sample: what its commands print and write.
source "$(dirname "$0")/lib.sh"

# plan: the published counts.
for row in inscribed:6972 largest:7296 cover:12508; do
  equal "$(frag plan --size 2272x1704 --fit "${row%:*}" --json | jq .fragments_per_source)" "${row#*:}" "plan ${row%:*}"
done
equal "$(frag plan --size 2272x1704 --sources 654 --fit inscribed --json | jq .fragments)" 4559688 "654 sources"
printf 'tile = 128\nangles = 0\nfit = "largest"\n' >recipe.toml
equal "$(frag plan recipe.toml --size 256x256 --json | jq .fragments)" 9 "a recipe's plan"
equal "$(frag plan recipe.toml --size 256x256 --overlap 0 --json | jq .fragments)" 4 "an option over the recipe"

# synth and cut: equal seeds give equal datasets, and cut makes what plan says.
small_dataset one
small_dataset two
cmp one/SHA256SUMS two/SHA256SUMS || fail "equal images gave another dataset"
planned=$(frag plan one.images --tile 64 --angles 0:330:110 --json | jq .fragments)
equal "$(frag info one --json | jq .fragments)" "$planned" "cut against plan"
(cd one && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS do not hold"
equal "$(frag info one --json | jq -r .id)" "$(sha256sum <one/dataset.json | cut -c1-64)" "the id"

# no group on two sides.
[[ -z $(jq -r '.group + " " + .split' one/sources.jsonl | sort -u | cut -d' ' -f1 | uniq -d) ]] || fail "a group on two sides"

# sample: ids and tars agree, seeds decide.
frag sample one --split train --count 30 --seed 5 --ids >ids
frag sample one --split train --count 30 --seed 5 -o sample.tar
frag sample two --split train --count 30 --seed 5 -o - >again.tar
cmp sample.tar again.tar || fail "equal samples differ"
tar tf sample.tar | sed -n 's/\.raw$//p' | sed 's/^0*//' | cmp - <(sed 's/^0*//' ids) || fail "tar and ids differ"
equal "$(tar xOf sample.tar --wildcards '*.cls' | fold -w1 | sort | uniq -c | tr -s ' ' | tr -d '\n')" " 10 0 10 1 10 2" "balance"
frag sample one --split train --count 30 --seed 6 --ids | cmp -s - ids && fail "another seed drew the same"

# parts: together the split, each fragment once.
for part in 1 2 3; do frag sample one --policy static --part "$part/3" --balance none --ids; done | sort -n >parts
sort -nu parts | cmp - parts || fail "a fragment in two parts"
frag sample one --balance none --ids | sort -n | cmp - parts || fail "the parts are not the split"

# split: a new table, the same fragments.
before=$(frag info one --json)
frag split one --folds 4 --seed 2 >split.out
grep -q '^fold3 ' split.out || fail "split does not print the new table: $(<split.out)"
frag split one --folds 4 --seed 2 | grep -q "has this split already" || fail "the same split again"
frag split one 2>/dev/null && fail "a split of nothing"
equal "$(frag info one --json | jq -c '.splits | keys')" '["fold0","fold1","fold2","fold3"]' "folds"
equal "$(frag info one --json | jq -r .parent)" "$(jq -r .id <<<"$before")" "parent"
equal "$(frag info one --json | jq .fragments)" "$(jq .fragments <<<"$before")" "fragments after a split"

# preview: a PNG.
frag preview one -o picture.png >/dev/null
equal "$(head -c 8 picture.png | od -An -tx1 | tr -d ' \n')" 89504e470d0a1a0a "preview"

# columns hold for letters of two bytes
mkdir wide && cp -r one.images/cells wide/Mäuse && cp -r one.images/fibres wide/Maus
frag cut wide wide.frag --tile 64 --angles 0 --split 50/50 >/dev/null
frag info wide.frag | grep '^train' | LC_ALL=C.UTF-8 python3 -c '
import sys
assert len({len(line) for line in sys.stdin}) == 1' || fail "the columns of: $(frag info wide.frag)"

# --json: one line that programs read
frag cut wide json.frag --tile 64 --angles 0 --split 75/25 --json >out 2>/dev/null
equal "$(jq -c '[.sources, .added, .known, .id != null, .skipped]' out)" '[8,8,0,true,[]]' "cut --json"
frag split json.frag --split test --json >out
equal "$(jq -c '[.changed, (.splits | keys), .splits.test.Maus.sources]' out)" '[true,["test"],4]' "split --json"
frag pack json.frag -o json.pack --json >out
equal "$(jq -c '[.fragments == .written, (.splits | keys), (.shards | length)]' out)" '[true,["test"],1]' "pack --json"
