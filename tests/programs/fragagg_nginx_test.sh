# trainer/aggregator/nginx.conf in front of fragagg, as docs/aggregator.md has it: TLS, polls that are held, uploads that break off and go on.
source "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
for program in nginx openssl; do
  command -v $program >/dev/null || { echo "SKIPPED: $program is not installed"; exit 77; }
done

token=$(fragagg token add all --role worker,submit --state state)
serve fragagg fragagg --state state --port 0 --trust-proxy 127.0.0.1
backend=${url##*:} fragagg_pid=$pid
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
tls=$(free_port)
sed -e "s/127\.0\.0\.1:8090/127.0.0.1:$backend/" -e "s/listen 443 ssl/listen 127.0.0.1:$tls ssl/" -e '/listen \[::\]/d' \
  -e 's/rounds\.example\.org;/localhost;/' -e "s#/etc/ssl/certs/.*\.pem#$work/cert.pem#" -e "s#/etc/ssl/private/.*\.key#$work/key.pem#" \
  "$FRAG_SOURCE_DIR/trainer/aggregator/nginx.conf" >site.conf
cat >nginx.conf <<END
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http { access_log off; client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4;
       scgi_temp_path $work/t5; include $work/site.conf; }
END
nginx -t -p "$work" -c "$work/nginx.conf" 2>nginx.out || fail "nginx -t: $(<nginx.out)"
nginx -p "$work" -c "$work/nginx.conf" -g 'daemon off; master_process off;' 2>nginx.err & nginx_pid=$!
fetch() { curl -sS --cacert cert.pem --resolve "localhost:$tls:127.0.0.1" -H "Authorization: Bearer $who" "$@"; }
who=$token base=https://localhost:$tls
wait_until fetch -s -o /dev/null "$base/healthz"

# a job whose weights are 8 MB of zeros
python3 - <<'END'
import json, struct
header = json.dumps({"w": {"dtype": "F32", "shape": [2000000], "data_offsets": [0, 8000000]}}).encode()
header += b" " * (-len(header) % 8)
open("weights", "wb").write(struct.pack("<Q", len(header)) + header + bytes(8000000))
END
size=$(stat -c %s weights)
fetch -f -d '{"name": "tls", "model": "none", "dataset": "'"$(printf '0%.0s' {1..64})"'", "nodes": 1, "rounds": 1, "quorum": 1.0}' "$base/v1/jobs" >job
who=$(fetch -f -d '{"name": "w"}' "$base/v1/workers" | jq -r .token)

# a poll is held until there is something to do
fetch -f -d '{"wait_s": 20}' "$base/v1/tasks" >task & poll=$!
who=$token fetch -f -T weights "$base/v1/jobs/$(jq .job job)/weights" >/dev/null
wait $poll || fail "a poll through nginx"
result=$base/v1/tasks/$(jq -r .lease.task task)/result

# an upload that breaks off goes on where it was
curl -s --cacert cert.pem --resolve "localhost:$tls:127.0.0.1" -H "Authorization: Bearer $who" -T weights --limit-rate 2M "$result" >/dev/null & sending=$!
has_come() { [[ -n $(find state/incoming -type f -size +1000k) ]]; }
wait_until has_come; kill $sending; wait $sending 2>/dev/null || true
offset() { fetch -I "$result" | tr -d '\r' | sed -n 's/^upload-offset: //Ip'; }
kept() { [[ $(offset) -gt 0 ]]; }
wait_until kept
equal "$(fetch -C "$(offset)" -T weights "$result" | jq -r .state)" accepted "the rest of an upload"
[[ ! -d t1 || -z $(find t1 -type f) ]] || fail "nginx buffered an upload to its disk"

# weights in part
head -c 1000000 weights >part; fetch -f -C - -o part "$base/v1/weights/0"; cmp part weights || fail "the rest of a download"
equal "$(stat -c %s part)" "$size" "its length"
equal "$(who=wrong; fetch -o answer -w '%{http_code}' "$base/v1/status")" 401 "a wrong token through nginx"

kill -TERM $nginx_pid; wait $nginx_pid || fail "nginx: $(<nginx.err)"
kill -TERM $fragagg_pid; wait $fragagg_pid || fail "SIGTERM"

# the unit that systemd starts
if command -v systemd-analyze >/dev/null; then
  sed "s#^ExecStart=[^ ]*#ExecStart=$FRAG_BIN_DIR/fragagg#" "$FRAG_BIN_DIR/../trainer/aggregator/fragagg.service" >fragagg.service
  systemd-analyze verify --man=no ./fragagg.service >verify.out 2>&1 || fail "fragagg.service: $(<verify.out)"
  ! grep -q fragagg.service verify.out || fail "fragagg.service: $(<verify.out)"
fi
