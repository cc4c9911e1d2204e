#!/usr/bin/env bash
# GB of results a second that become the next weights (read from warm files, written and hashed; fsync apart), and the memory that takes,
# beside numpy's averaging of results in memory, in the same run. Measured, never asserted.
#
#   tests/benchmarks/aggregate_benchmark.sh [PARAMETERS]     FRAG_BIN_DIR and FRAG_TEST_PEERS say where the programs are
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=${FRAG_BIN_DIR:-$root/build/release/bin}:$PATH
peer=${FRAG_TEST_PEERS:-$root/../shared/peers}/fedavg_numpy.py
[[ -f $peer ]] || { echo "SKIPPED: no $peer" >&2; exit 77; }
parameters=${1:-20e6}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

aggregate_benchmark make "$work" "$parameters" 12
for _ in 1 2 3; do
  printf 'numpy         12 results: '
  /usr/bin/python3 "$peer" "$parameters" 12
  aggregate_benchmark run "$work" mean 12
done
# The 200 are the same twelve files over and over again: it is the memory that is looked at.
for rule in fedavgm fedadam median trimmed_mean norm_clip; do aggregate_benchmark run "$work" $rule 12; done
for rule in mean fedadam median; do aggregate_benchmark run "$work" $rule 200; done
