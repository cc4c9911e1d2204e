# Two mirrors and curl: equal bodies, ranges, refusals, a clean stop.
source "$(dirname "$0")/lib.sh"

small_dataset one
serve a fragd one --port 0; a=$url a_pid=$pid
serve b fragd one --port 0; b=$url b_pid=$pid

# the same raw request on both, and the folder's own sample
query='v1/sample?split=train&count=60&seed=7&format=raw'
equal "$(curl -fsS "$a/$query" | sha256sum)" "$(curl -fsS "$b/$query" | sha256sum)" "two mirrors"
equal "$(curl -fsS "$a/$query" | sha256sum)" "$(frag sample one --count 60 --seed 7 -o - | sha256sum)" "mirror and folder"
equal "$(frag sample "$a" --count 60 --seed 7 --ids | sha256sum)" "$(frag sample one --count 60 --seed 7 --ids | sha256sum)" "ids by mirror"

# every policy by mirror and by folder, and a class whose name needs care in a URL
frag synth made --size 160x160 --per-class 6 >/dev/null
mkdir odd && mv made/cells "odd/a, b: 50%" && mv made/fibres odd/plain
frag cut odd odd.frag --tile 64 --angles 0:90:45 --split 75/25 >/dev/null
serve c fragd odd.frag --port 0; c=$url
agree() {
  equal "$(frag sample "$c" "$@" -o - | sha256sum)" "$(frag sample odd.frag "$@" -o - | sha256sum)" "mirror and folder: $*"
}
agree --policy static --part 2/3
agree --policy dynamic --part 1/3 --round 4 --count 20 --balance none
agree --policy hybrid --part 1/2 --round 4 --count 20 --keep 0.5
agree --holdout 0.3 --count 12 --round 2
agree --holdout 0.3 --side test
agree --balance 'a%2C b%3A 50%25:3,plain:1' --count 24
echo '[{"a, b: 50%": 1, "plain": 0}, {"a, b: 50%": 1, "plain": 2}]' >weights.json
agree --weights weights.json --part 2/2 --count 9
equal "$(frag sample "$c" --weights weights.json --part 1/2 --count 9 -o - | tar xO --wildcards '*.cls')" 000000000 "a part's own weights"

# files: whole, by range, and not again where they are known
for file in dataset.json sources.jsonl SHA256SUMS store/00000.tar; do
  curl -fsS "$a/files/$file" | cmp - "one/$file" || fail "$file differs"
done
size=$(stat -c %s one/store/00000.tar)
for range in 0-0 100-1999 5000- -700 "100-$((size + 5000))"; do
  curl -fsS -r "$range" "$a/files/store/00000.tar" >part
  curl -fsS -r "$range" "file://$PWD/one/store/00000.tar" >expected 2>/dev/null || tail -c +101 one/store/00000.tar >expected
  cmp part expected || fail "range $range"
done
equal "$(curl -s -o /dev/null -w '%{http_code}' -r "$size-" "$a/files/store/00000.tar")" 416 "beyond the end"
etag=$(curl -fsSI "$a/files/store/00000.tar" | tr -d '\r' | sed -n 's/^ETag: //p')
equal "$etag" "\"$(sha256sum <one/store/00000.tar | cut -c1-64)\"" "a content tag"
equal "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag" "$b/files/store/00000.tar")" 304 "known content"
head -c 3000 one/store/00000.tar >resumed
curl -fsS -C - -o resumed "$b/files/store/00000.tar" && cmp resumed one/store/00000.tar || fail "a download resumed elsewhere"

# refusals are problem+json
curl -s "$a/v1/sample?split=nope" -D head | jq -e '.status == 404 and (.detail | contains("nope"))' >/dev/null || fail "problem"
grep -qi '^content-type: application/problem+json' head || fail "the problem's type"
equal "$(curl -s -o /dev/null -w '%{http_code}' --path-as-is "$a/files/../one/dataset.json")" 404 "a climbing path"
equal "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$a/v1/dataset")" 405 "another method"
equal "$(curl -fsS "$a/healthz")" ok "health"

# a client that goes away in the middle, and one that sends nothing, leave the others alone
curl -s --max-time 0.2 "$a/v1/sample?split=train&seed=1&format=png" -o /dev/null || true
exec 7<>"/dev/tcp/127.0.0.1/${a##*:}"; printf 'GET /hea' >&7
equal "$(curl -fsS --max-time 5 "$a/healthz")" ok "health beside a slow sender"
exec 7>&-

# a second server on the port says so; off the dataset says so
expect 6 fragd one --port "${a##*:}"; says "${a##*:}"
expect 4 fragd nowhere --port 0; says "no dataset here"

# SIGTERM: a clean stop, while a sample is being read too
curl -s --limit-rate 200K "$a/$query" -o /dev/null & slow=$!
sleep 0.3; kill -TERM $a_pid; status=0; wait $a_pid || status=$?
equal $status 0 "SIGTERM"
wait $slow || true
kill -TERM $b_pid; wait $b_pid || fail "SIGTERM of an idle mirror"
