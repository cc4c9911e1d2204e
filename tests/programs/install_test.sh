# cmake --install puts the programs, recipes and documents in place, and the programs run from there.
source "$(dirname "$0")/lib.sh"
cmake --install "$(dirname "$FRAG_BIN_DIR")" --prefix "$work/usr" >install.out
for program in frag fragd fragagg; do "usr/bin/$program" --version >/dev/null || fail "$program does not run"; done
[[ -s usr/share/libfrag/manifests/pva-cryogel.toml && -s usr/share/doc/libfrag/sampling.md ]] || fail "recipes or documents are missing"
[[ -s usr/share/libfrag/manifests/slurm/worker.sbatch ]] || fail "the scripts for Slurm are missing"
[[ -s usr/lib/systemd/system/frag-mirror@.service && -s usr/lib/systemd/system/frag-mirror@.timer ]] || fail "the units of frag mirror are missing"
[[ -s usr/lib/systemd/system/fragd.service && -s usr/share/libfrag/server/nginx.conf ]] || fail "fragd's unit or nginx.conf is missing"
[[ -s usr/lib/systemd/system/fragagg.service && -s usr/share/libfrag/aggregator/nginx.conf && -s usr/share/libfrag/aggregator/fragagg.toml ]] || fail "fragagg's unit or configuration is missing"
frag plan usr/share/libfrag/manifests/pva-cryogel.toml --size 2272x1704 --json | jq -e '.fragments == 6972' >/dev/null || fail "the recipe"

if [[ -x usr/bin/fragtrain ]]; then
  usr/bin/fragtrain models --json | jq -e 'length > 5' >/dev/null || fail "fragtrain does not start what computes"
  rm usr/libexec/libfrag/fragtrain-learn
  usr/bin/fragtrain --help >/dev/null || fail "fragtrain does not run by itself"
  expect 5 usr/bin/fragtrain models; says "usr/libexec/libfrag/fragtrain-learn"
fi
