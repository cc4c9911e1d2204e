# fragd as its operator runs it: configuration, tokens, logs, several datasets, SIGHUP, drain, the unit that systemd starts.
source "$(dirname "$0")/lib.sh"

small_dataset one
small_dataset two 2
id_one=$(sha256sum <one/dataset.json | cut -c1-64) id_two=$(sha256sum <two/dataset.json | cut -c1-64)
code() { curl -s -o answer -D head -w '%{http_code}' "$@"; }
answers() { [[ $(code "$url/$2") == "$1" ]]; }
ready() { answers 200 readyz; }

# a configuration that is wrong names the line and the way out
printf 'datasets = ["one"]\nport = 0\n\nqueu = 3\n' >wrong.toml
expect 3 fragd --config wrong.toml; says 'wrong.toml:4: "queu" is no setting of fragd'; says queue
printf 'datasets = ["one"]\nrenders = "many"\n' >wrong.toml; expect 3 fragd --config wrong.toml; says wrong.toml:2
printf 'datasets = ["one"]\nport = 70000\n' >wrong.toml; expect 3 fragd --config wrong.toml; says wrong.toml:2
printf 'datasets = [1, 2]\n' >wrong.toml; expect 3 fragd --config wrong.toml; says wrong.toml:1
printf 'datasets = \n' >wrong.toml; expect 3 fragd --config wrong.toml; says wrong.toml:1
printf 'port = 0\n' >wrong.toml; expect 2 fragd --config wrong.toml; says "no dataset"
expect 4 fragd --config nowhere.toml; says nowhere.toml
expect 2 fragd one one --port 0; says "name it once"
printf '# none\n' >none; expect 3 fragd one --port 0 --tokens none; says "no token"

# several datasets, tokens and a log out of a file; a flag wins over it
printf '# people\nalpha\n\nbeta\n' >tokens
cat >fragd.toml <<END
datasets = ["one", "two"]
port = 1                  # not allowed to most, and overridden
tokens = "tokens"
access-log = "access.log"
trust-proxy = ["127.0.0.1"]
connections-per-address = 4
END
serve fragd fragd --config fragd.toml --port 0
wait_until ready
jq -e '.disagreeing == [] and .warmed == .of and .of == 24' answer >/dev/null || fail "readyz: $(<answer)"
equal "$(code "$url/healthz")" 200 "health needs no token"
equal "$(code "$url/v1/datasets")" 401 "no token"
grep -qi '^WWW-Authenticate: Bearer' head || fail "401 without WWW-Authenticate"
jq -e .detail answer >/dev/null || fail "401 is no problem"
equal "$(code -H 'Authorization: Bearer alph' "$url/v1/datasets")" 401 "half a token"
equal "$(code -H 'Authorization: Bearer gamma' "$url/metrics")" 401 "metrics need a token"
alpha=(-H 'Authorization: Bearer alpha')
equal "$(code "${alpha[@]}" "$url/v1/datasets")" 200 "a token"
equal "$(jq -r '.datasets[].id' answer | sort | tr '\n' ' ')" "$(printf '%s\n%s\n' "$id_one" "$id_two" | sort | tr '\n' ' ')" "both datasets"
equal "$(code "${alpha[@]}" "$url/v1/sample?count=3")" 400 "no dataset named"
jq -e --arg id "$id_two" '.detail | contains($id)' answer >/dev/null || fail "the 400 does not list the ids"
equal "$(code "${alpha[@]}" "$url/v1/sample?count=3&dataset=0000")" 409 "an unknown dataset"
equal "$(code "${alpha[@]}" "$url/files/dataset.json?dataset=$id_two")" 200 "a file of the second"
cmp answer two/dataset.json || fail "not its file"
equal "$(code "$url/")" 200 "the page"
grep -q '/web/page.js' answer || fail "the page"

# whom a trusted proxy names is who is logged, and counted
code "${alpha[@]}" -H 'X-Forwarded-For: 10.9.9.9, 203.0.113.7' -H 'User-Agent: a "b"' "$url/v1/dataset?dataset=$id_one" >/dev/null
wait_until grep -q '^203\.0\.113\.7 - - \[.*\] "GET /v1/dataset?dataset=[0-9a-f]* HTTP/1.1" 200 [0-9]* "-" "a \\x22b\\x22" [0-9.]*$' access.log
equal "$(code "${alpha[@]}" "$url/metrics")" 200 "metrics"
grep -q '^fragd_requests_total{route="/v1/sample",status="400"} 1$' answer || fail "metrics: $(grep requests_total answer)"
grep -q '^fragd_cache_misses_total 24$' answer || fail "metrics: $(grep cache answer)"

# SIGHUP: tokens and log anew; a token file that went wrong leaves the tokens as they were, and the log is opened all the same
mv access.log access.log.1; printf 'gamma\n' >tokens; kill -HUP $pid
has_changed() { [[ $(code -H 'Authorization: Bearer gamma' "$url/v1/datasets") == 200 && -s access.log ]]; }
wait_until has_changed
equal "$(code "${alpha[@]}" "$url/v1/datasets")" 401 "a token that was taken out"
mv access.log access.log.2; : >tokens; kill -HUP $pid
wait_until grep -q 'after SIGHUP' fragd.err
equal "$(code -H 'Authorization: Bearer gamma' "$url/v1/datasets")" 200 "the tokens of before"
wait_until test -s access.log
kill -TERM $pid; wait $pid || fail "SIGTERM of an idle fragd"

# drain: a stream under way is finished, new work is refused, readiness says so
serve slow fragd one --port 0 --drain 20
big="$url/v1/sample?split=train&count=4000&seed=7&repeats=1"
curl -fsS "$big" -o whole
curl -fsS --limit-rate 8M "$big" -o part & stream=$!
wait_until test -s part; kill -TERM $pid
wait_until answers 503 readyz
equal "$(code "$url/healthz")" 200 "health while it drains"
equal "$(code "$url/v1/dataset")" 503 "new work while it drains"
grep -qi '^Retry-After: ' head || fail "503 without Retry-After"
wait $stream || fail "the stream was cut"
cmp whole part || fail "the stream is not whole"
wait $pid || fail "status after a drain"

# a drain has an end, and a second signal ends at once
serve short fragd one --port 0 --drain 1
big="$url/v1/sample?split=train&count=4000&seed=7&repeats=1"; curl -s --limit-rate 2M "$big" -o cut & stream=$!
wait_until test -s cut; kill -TERM $pid; wait $pid || fail "status after a drain that was cut short"
! wait $stream || fail "a stream cut short passed for whole"
serve twice fragd one --port 0 --drain 60 --renders 1 --queue 0
wait_until ready
curl -s --limit-rate 200K "$url/v1/sample?split=train&count=4000&seed=7&repeats=1" -o slow & stream=$!
wait_until test -s slow
wait_until answers 200 "v1/sample?split=train&count=50&seed=1"  # a slow reader holds no render
kill -TERM $pid; wait_until answers 503 readyz; kill -TERM $pid
status=0; wait $pid || status=$?; equal $status 143 "a second SIGTERM"
kill $stream; wait $stream || true

# a source that does not decode to the table's pixels is named, and nothing of it is served
cp -r one bad
python3 - <<'END'
import hashlib, json
rows = [json.loads(line) for line in open("bad/sources.jsonl")]
rows[2]["pixels"] = "0" * 32
text = "".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n" for row in rows)
open("bad/sources.jsonl", "w").write(text)
about = json.load(open("bad/dataset.json"))
about["tables"]["sources.jsonl"] = {"bytes": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest()}
open("bad/dataset.json", "w").write(json.dumps(about, indent=1) + "\n")
END
serve bad fragd bad --port 0
wait_until ready
jq -e '.disagreeing | length == 1 and .[0].source == 2 and (.[0].reason | contains("other pixels"))' answer >/dev/null || fail "readyz: $(<answer)"
first=$(sed -n 3p bad/sources.jsonl | jq .first_fragment)
equal "$(code "$url/v1/fragments/$first.png")" 503 "a fragment of it"
jq -e '.detail | contains("source 2")' answer >/dev/null || fail "the source is not named"
equal "$(code "$url/v1/fragments/0.png")" 200 "a fragment of another"
split=$(sed -n 3p bad/sources.jsonl | jq -r .split)
equal "$(code "$url/v1/sample?split=$split")" 503 "a sample that needs it"
kill -TERM $pid; wait $pid || fail "SIGTERM"

# the unit that systemd starts
if command -v systemd-analyze >/dev/null; then
  cp "$FRAG_BIN_DIR/../server/fragd.service" fragd.service
  sed -i "s#^ExecStart=[^ ]*#ExecStart=$FRAG_BIN_DIR/fragd#" fragd.service
  systemd-analyze verify --man=no ./fragd.service >verify.out 2>&1 || fail "fragd.service: $(<verify.out)"
  ! grep -q fragd.service verify.out || fail "fragd.service: $(<verify.out)"
fi
