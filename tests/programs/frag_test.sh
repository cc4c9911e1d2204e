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
planned=$(frag plan one.images --tile 64 --angles 0:330:30 --json | jq .fragments)
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

# split: a new table, the same fragments.
before=$(frag info one --json)
frag split one --folds 4 --seed 2 >split.out
equal "$(frag info one --json | jq -c '.splits | keys')" '["fold0","fold1","fold2","fold3"]' "folds"
equal "$(frag info one --json | jq -r .parent)" "$(jq -r .id <<<"$before")" "parent"
equal "$(frag info one --json | jq .fragments)" "$(jq .fragments <<<"$before")" "fragments after a split"

# preview: a PNG.
frag preview one -o picture.png >/dev/null
equal "$(head -c 8 picture.png | od -An -tx1 | tr -d ' \n')" 89504e470d0a1a0a "preview"
