# server/nginx.conf in front of fragd, as docs/mirror-operator.md has it: TLS, addresses, limits, samples that are streamed.
source "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
for program in nginx openssl; do
  command -v $program >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done

small_dataset one
serve fragd fragd one --port 0 --trust-proxy 127.0.0.1 --connections-per-address 2 --access-log access.log
backend=${url##*:} fragd_pid=$pid
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null

# What an operator changes, and a master configuration that runs as anybody.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
tls=$(free_port)
sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$backend/" -e "s/listen 443 ssl/listen 127.0.0.1:$tls ssl/" -e '/listen \[::\]/d' \
  -e 's/mirror\.example\.org;/localhost;/' -e "s#/etc/ssl/certs/.*\.pem#$work/cert.pem#" -e "s#/etc/ssl/private/.*\.key#$work/key.pem#" \
  "$FRAG_SOURCE_DIR/server/nginx.conf" >site.conf
cat >nginx.conf <<END
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http { access_log off; client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4;
       scgi_temp_path $work/t5; include $work/site.conf; }
END
nginx -t -p "$work" -c "$work/nginx.conf" 2>nginx.out || fail "nginx -t: $(<nginx.out)"
nginx -p "$work" -c "$work/nginx.conf" -g 'daemon off; master_process off;' 2>nginx.err & nginx_pid=$!
fetch() { curl -sS --cacert cert.pem --resolve "localhost:$tls:127.0.0.1" "$@"; }
wait_until fetch -s -o /dev/null "https://localhost:$tls/healthz"
base=https://localhost:$tls

equal "$(fetch "$base/healthz")" ok "health through nginx"
query='v1/sample?split=train&count=400&seed=7&repeats=1'
curl -fsS "$url/$query" -o whole
equal "$(fetch "$base/$query" | sha256sum)" "$(sha256sum <whole)" "a sample through TLS"
equal "$(fetch -r 1000-9999 "$base/$query" | sha256sum)" "$(head -c 10000 whole | tail -c 9000 | sha256sum)" "a range through TLS"
equal "$(fetch "$base/$query&format=png" | sha256sum)" "$(curl -fsS "$url/$query&format=png" | sha256sum)" "a chunked sample through TLS"
equal "$(fetch -o /dev/null -w '%{http_code}' "$base/v1/sample?split=nope")" 404 "a refusal passes"
[[ ! -d t2 || -z $(find t2 -type f) ]] || fail "nginx buffered to its disk"

# fragd logs whom nginx names, and counts them: a third stream of one address is refused, others are not
grep -q '^127\.0\.0\.1 .*"GET /healthz' access.log || fail "access log: $(<access.log)"
slow="v1/sample?split=train&count=4000&seed=7&repeats=1"
for n in 1 2; do curl -s --limit-rate 100K -H 'X-Forwarded-For: 203.0.113.7' "$url/$slow" -o "slow$n" & done
for n in 1 2; do wait_until test -s "slow$n"; done
equal "$(curl -s -o answer -D head -w '%{http_code}' -H 'X-Forwarded-For: 203.0.113.7' "$url/v1/dataset")" 503 "a third of one address"
grep -qi '^Retry-After: ' head || fail "503 without Retry-After"
equal "$(curl -s -o answer -w '%{http_code}' -H 'X-Forwarded-For: 203.0.113.8' "$url/v1/dataset")" 200 "another address"
equal "$(curl -s -o answer -w '%{http_code}' -H 'X-Forwarded-For: 203.0.113.7' "$url/healthz")" 200 "health of the same"

# the limit on requests: some of many at once are 429, none is anything else
curl -s --parallel --parallel-max 16 -o /dev/null -w '%{http_code}\n' --cacert cert.pem --resolve "localhost:$tls:127.0.0.1" "$base/v1/fragments/[1-1000]" >codes
grep -q '^429$' codes || fail "no request was limited: $(sort codes | uniq -c)"
! grep -qv '^\(200\|429\|503\)$' codes || fail "codes: $(sort codes | uniq -c)"

kill -TERM $nginx_pid; wait $nginx_pid || fail "nginx: $(<nginx.err)"
kill -9 $(jobs -p | grep -v "^$fragd_pid$") 2>/dev/null || true
kill -TERM $fragd_pid; wait $fragd_pid || fail "SIGTERM"
