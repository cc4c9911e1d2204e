# What the shell tests share: a temporary folder, the built programs, and words for what is expected.
set -euo pipefail
PATH=$FRAG_BIN_DIR:$PATH
work=$(mktemp -d)
cleanup() {
  local running
  running=$(jobs -p)
  [[ -z $running ]] || kill -9 $running 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

fail() { echo "FAILED: $*" >&2; exit 1; }

# expect STATUS COMMAND...: runs it, keeps its output in $out and $err, and checks its exit status.
expect() {
  local wanted=$1 status=0
  shift
  "$@" >stdout 2>stderr || status=$?
  out=$(<stdout) err=$(<stderr)
  [[ $status == "$wanted" ]] || fail "$* exited with $status, not $wanted: $err"
}

# says TEXT: the last command's standard error holds it.
says() { [[ $err == *"$1"* ]] || fail "\"$1\" is not in: $err"; }

# wait_until COMMAND...: within 20 seconds it succeeds.
wait_until() {
  for _ in $(seq 400); do if "$@"; then return 0; fi; sleep 0.05; done
  fail "not in time: $*"
}

equal() { [[ $1 == "$2" ]] || fail "$3: $1 is not $2"; }

# serve NAME COMMAND...: starts a server in the background; its address is in $url and its process in $pid once it is ready.
serve() {
  local name=$1
  shift
  : >"$name.log"
  "$@" >"$name.log" 2>"$name.err" &
  pid=$!
  for _ in $(seq 600); do
    url=$(sed -n 's/.*listening on //p' "$name.log")
    [[ -z $url ]] || return 0
    kill -0 $pid 2>/dev/null || fail "$name ended: $(<"$name.err")"
    sleep 0.05
  done
  fail "$name does not start"
}

# Small pictures, three classes of four, and a dataset of them.
small_dataset() { # NAME [SEED]
  frag synth "$1.images" --size 320x240 --per-class 4 --seed "${2:-1}" >synth.out
  frag cut "$1.images" "$1" --tile 64 --angles 0:330:110 --split 50/25/25 >cut.out
}
