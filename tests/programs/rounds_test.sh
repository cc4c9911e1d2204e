# A job goes through although a worker dies in the middle of a round, a mirror dies, and the aggregator is killed and restarted.
source "$(dirname "$0")/lib.sh"

small_dataset set
serve a fragd set --port 0; a=$url a_pid=$pid
serve b fragd set --port 0; b=$url
serve agg fragagg --state state --port 0; agg=$url agg_pid=$pid

cat >job.toml <<TOML
mirrors = ["$a", "$b"]
nodes = 3
rounds = 4
quorum = 1.0
deadline_s = 300
lease_s = 3
[local]
epochs = 2
[sample]
count = 60
seed = 1
TOML

status() { fragtrain status --aggregator "$agg" --json 2>/dev/null | jq -r "$1"; }
wait_for() { # FILTER: until the job's status answers true
  for _ in $(seq 1200); do
    [[ $(status "$1") == true ]] && return 0
    sleep 0.1
  done
  fail "the job never came to $1: $(status .)"
}

workers=()
for n in 1 2 3; do
  slow=(); ((n < 3)) || slow=(--throttle 0.02)
  fragtrain worker --aggregator "$agg" --mirror "$a" --name "w$n" --threads 1 "${slow[@]}" >"w$n.log" 2>&1 &
  workers+=($!)
done
fragtrain submit job.toml --aggregator "$agg" >submit.out

# the worker dies while it trains: its part must go to another
wait_for '.workers | any(.name == "w3" and .state == "training")'
sleep 0.5; kill -9 "${workers[2]}"
wait_for '.history | length >= 2'

# the mirror that every worker asks first dies
kill -9 $a_pid

# the aggregator dies in the middle of a round and comes back on its port
wait_for '.history | length >= 3'
kill -9 $agg_pid; wait $agg_pid 2>/dev/null || true
serve agg-again fragagg --state state --port "${agg##*:}"
equal "$url" "$agg" "the aggregator's address"

for n in 0 1; do wait "${workers[n]}" || fail "worker w$((n + 1)): $(tail -n 3 "w$((n + 1)).log")"; done
status . >final.json
jq -e '.state == "finished" and (.history | length == 4 and all(.taken == 3 and .state == "closed"))' final.json >/dev/null ||
  fail "the job's end: $(<final.json)"
jq -e '[.history[].reissued] | add >= 1' final.json >/dev/null || fail "no lease was issued again: $(<final.json)"

fragtrain status --aggregator "$agg" --weights w.safetensors >/dev/null
fragtrain eval w.safetensors set --json | jq -e '.accuracy >= 0 and .sources == 3' >/dev/null || fail "eval"
kill -TERM $pid; wait $pid || fail "SIGTERM of the aggregator"
