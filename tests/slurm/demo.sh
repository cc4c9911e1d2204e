#!/usr/bin/env bash
# The scripts of manifests/slurm/ under a real Slurm on loopback, as docs/slurm.md tells it: a job whose workers are requeued in the
# middle, one by its signal and one by force, a task that is carried, and a dataset's shards. No part of ./check.
#
#   tests/slurm/demo.sh     FRAG_BIN_DIR says where the programs are; needs the Debian packages slurm-wlm and munge
PATH=$PATH:/usr/sbin
for program in slurmctld slurmd sbatch munged; do
  command -v "$program" >/dev/null || { echo "SKIPPED: no $program; apt-get install slurm-wlm munge" >&2; exit 77; }
done
root=$(cd "$(dirname "$0")/../.." && pwd)
export FRAG_BIN_DIR=${FRAG_BIN_DIR:-$root/build/release/bin}
source "$root/tests/programs/lib.sh"
unset "${!SLURM_@}"
scripts=$root/manifests/slurm

# Jobs first, as they are no children of this shell; and never those of a Slurm that is not ours.
end() {
  if [[ -n ${SLURM_CONF:-} ]]; then
    scancel --user="$(id -un)" 2>/dev/null || true
    for _ in $(seq 100); do [[ -n $(squeue --noheader 2>/dev/null) ]] || break; sleep 0.1; done
  fi
  cleanup
}
trap end EXIT
say() { printf '\n== %s\n' "$*"; }

# within SECONDS COMMAND...: it succeeds in that time.
within() {
  local last=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < last)) || fail "not in time: $*; $(squeue 2>&1)"
    sleep 0.2
  done
}

# One node that claims four cores, whatever the machine has, so that three workers run at a time. Slurm keeps a requeued job back until
# the credentials of its last start have ended: two minutes, here ten seconds.
start_slurm() {
  local host port=$((20000 + RANDOM % 9000))
  host=$(hostname -s)
  chmod 711 "$work" # munged wants its socket to be reached by all
  mkdir "$work/slurm-state" "$work/slurm-spool"
  (umask 077 && head -c 1024 /dev/urandom >munge.key)
  munged --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
    --seed-file="$work/munge.seed" >munged.log 2>&1 &
  cat >slurm.conf <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket,cred_expire=10
StateSaveLocation=$work/slurm-state
SlurmdSpoolDir=$work/slurm-spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 CoresPerSocket=4 RealMemory=16000
PartitionName=demo Nodes=$host Default=YES MaxTime=01:00:00 State=UP
CONF
  export SLURM_CONF=$work/slurm.conf
  within 20 test -S munge.socket
  slurmctld -D >slurmctld.log 2>&1 &
  slurmd -D -N "$host" >slurmd.log 2>&1 &
  within 60 node_is_idle
}
node_is_idle() { sinfo --noheader --format=%T 2>/dev/null | grep -q '^idle'; }

start_servers() {
  small_dataset gels.frag
  serve mirror fragd gels.frag --port 0; mirror=$url
  worker_token=$(fragagg token add cluster --state rounds)
  submit_token=$(fragagg token add somebody --role submit --state rounds)
  serve aggregator fragagg --state rounds --port 0; aggregator=$url
  cat >job.toml <<TOML
mirrors = ["$mirror"]
nodes = 3
rounds = 8
quorum = 1.0
lease_s = 3
[sample]
split = "train"
count = 120
[compression]
wire = "dgc"
ratio = 0.05
warmup = 2
TOML
  FRAG_TOKEN=$submit_token fragtrain submit job.toml --aggregator "$aggregator"
  cat >frag.env <<ENV
FRAG_AGGREGATOR=$aggregator
FRAG_TOKEN=$worker_token
FRAG_KEEP=$work/keep
PATH=$FRAG_BIN_DIR:$PATH
ENV
  chmod 600 frag.env
  export FRAG_ENV=$work/frag.env
}

status() { FRAG_TOKEN=$worker_token fragtrain status --aggregator "$aggregator" "$@"; }
closed_rounds() { status --json | jq '[.history[] | select(.state == "closed")] | length'; }
has_closed() { (($(closed_rounds) >= $1)); }
is_over() { [[ -z $(squeue --noheader --jobs="$1" 2>/dev/null) ]]; }
joins() { grep -c ': joined ' "frag-worker-$1.log" || true; }
has_joined() { (($(joins "$1") >= $2)); }

comes_back() { within 60 has_joined "$1" 2; } # ELEMENT

say "Slurm $(slurmctld -V | cut -d' ' -f2): munged, slurmctld, slurmd on loopback"
start_slurm
sinfo

say "A mirror, an aggregator with tokens, a job of eight rounds and three nodes"
start_servers

say "sbatch: three workers, one core each"
workers=$(sbatch --parsable --array=0-2 --cpus-per-task=1 --mem=1G --time=00:20:00 "$scripts/worker.sbatch" --throttle 0.1)
within 60 has_closed 1
squeue

say "Element 0 is told that its wall time is near, element 1 is requeued by force; both come back under their names"
scancel --batch --signal=USR1 "${workers}_0"
scontrol requeue "${workers}_1"
comes_back "${workers}_0"
comes_back "${workers}_1"
echo "back with $(closed_rounds) of 8 rounds closed"
within 300 is_over "$workers"
status
status --json | jq -e '.state == "finished" and (.history | length == 8 and all(.state == "closed" and .taken == 3)) and
  ([.workers[].name] | sort == ["frag-worker-0", "frag-worker-1", "frag-worker-2"])' >/dev/null || fail "the job's end"
tail -n 50 frag-worker-"${workers}"_*.log

say "An element that starts when the job has ended does not wait for the next"
late=$(sbatch --parsable --array=3 --cpus-per-task=1 --mem=1G --time=00:10:00 "$scripts/worker.sbatch")
within 60 is_over "$late"
grep "the newest job has ended" "frag-worker-${late}_3.log" || fail "a late worker"

say "A task of a second job, carried: taken and given back here, done by Slurm with no network"
sed -e 's/^nodes = .*/nodes = 1/' -e 's/^rounds = .*/rounds = 1/' -e 's/^lease_s = .*/lease_s = 600/' job.toml >carried.toml
FRAG_TOKEN=$submit_token fragtrain submit carried.toml --aggregator "$aggregator"
session=$(curl -fs -H "Authorization: Bearer $worker_token" "$aggregator/v1/workers" -d '{"name": "carried"}' | jq -r .token)
curl -fs -H "Authorization: Bearer $session" "$aggregator/v1/tasks" -d '{}' >task.json
curl -fs -H "Authorization: Bearer $session" -o start.safetensors "$aggregator/v1/weights/$(jq .lease.weights task.json)"
PATH=$FRAG_BIN_DIR:$PATH sbatch --wait --cpus-per-task=1 --output=task.log --wrap \
  'fragtrain task task.json --weights start.safetensors --data gels.frag --keep keep/carried --threads $SLURM_CPUS_PER_TASK -o result.safetensors' ||
  fail "the task: $(<task.log)"
cat task.log
curl -fs -H "Authorization: Bearer $session" -T result.safetensors "$aggregator/v1/tasks/$(jq -r .lease.task task.json)/result"
within 20 has_closed 1
status

say "sbatch: shards in three parts, and frag verify behind them"
pack=$(PATH=$FRAG_BIN_DIR:$PATH sbatch --parsable --array=1-3 --cpus-per-task=1 --mem=1G --time=00:10:00 \
  "$scripts/pack.sbatch" 3 gels.frag shards --format jpg)
check=$(sbatch --parsable --dependency="afterok:$pack" --output=verify.log --wrap "$FRAG_BIN_DIR/frag verify shards")
within 120 is_over "$check"
cat frag-pack-"${pack}"_*.log verify.log
ls shards
frag verify shards >/dev/null || fail "the shards are damaged"
equal "$(cat shards/*.index.jsonl | wc -l)" "$(frag info gels.frag --json | jq .fragments)" "fragments in the shards"

say "All of it went as docs/slurm.md says."
