#!/usr/bin/env python3
"""The tables of docs/results.md on rounds: jobs that `fragtrain simulate` runs in virtual time, with fixed seeds.

    tests/benchmarks/rounds_results.py [--write] [--short] [--tune] [--folder DIR] [SECTION...]

Sections are rules, compression and published; without any, all. --write puts each table into docs/results.md; --short runs every job on
next to nothing; --folder works in a folder that stays, with the jobs' files and what their commands were; --tune measures on pictures held out of the training side instead, which is what settings may be chosen by. The
environment is that of results.py. Times are virtual, so a busy machine changes no figure.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from results import ROOT, commit, surroundings, write

THREADS = 2  # part of the settings: other numbers of threads round differently
FLEET = '--workers 10 --speeds "1*8, 0.2*2" --rate 200 --seed 1'
HEADER = ("| job | rounds | results | late | accuracy | received | a result, at last | virtual time | commit |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
# Local work of 300 fragments in 19 batches of 16, for rules with rounds and for those that take results as they come.
ROUNDS = {"rounds": 20, "epochs": 1}
STEPS = {"rounds": 200, "steps": 19}
WINDOW = {"rounds": 380, "steps": 10}  # of 10 batches: as many batches in all


class Bench:
    """A folder with datasets and job files, and what was run in it."""

    def __init__(self, folder, environment, described, given):
        self.folder, self.environment, self.commit, self.given = Path(folder), environment, described, given
        self.commands = []
        (self.folder / "manifests").symlink_to(ROOT / "manifests")

    def run(self, command, quiet=False):
        print(f"$ {command}", file=sys.stderr, flush=True)
        self.commands.append(command)
        done = subprocess.run(["bash", "-euc", command], cwd=self.folder, env=self.environment, check=True,
                              stdout=subprocess.PIPE if quiet else sys.stderr, text=True)
        return done.stdout

    def job(self, name, dataset, *, model="small", rule="", wire="", nodes=10, rounds, epochs=1, steps=0, rate=0.05, batch=16, count=300, quorum=1.0, fleet=FLEET,
            input_edge=28, tested=10000, optimizer="nesterov", extra_local=""):
        """Simulates it and gives the line of the table."""
        if self.given.short:
            rounds, count, tested, steps = min(rounds, 2), 40, 40, min(steps, 2)
        if self.given.tune:
            tested = min(tested, 6000)  # a tenth of Fashion-MNIST's training side
        side = 'split = "train"\nholdout = 0.1\nseed = 1\nside = "test"' if self.given.tune else 'split = "test"'
        file = name.replace(" ", "-").replace("%", "").replace(",", "") + ".toml"
        (self.folder / file).write_text(
            f'model = "{model}"\ninput = {input_edge}\nmirrors = ["http://127.0.0.1:8080"]\nnodes = {nodes}\nrounds = {rounds}\nquorum = {quorum}\n'
            f'deadline_s = 100000\n[local]\nepochs = {epochs}\nsteps = {steps}\nbatch = {batch}\noptimizer = "{optimizer}"\n'
            f'learning_rate = {rate}\naugment = "none"\n{extra_local}'
            f'[sample]\ncount = {count}\nseed = 1\n' + ("holdout = 0.1\n" if self.given.tune else "") +
            (f"[rule]\n{rule}\n" if rule else "") + (f"[compression]\n{wire}\n" if wire else "") +
            f"[evaluation]\nevery = {rounds}\n[evaluation.sample]\n{side}\ncount = {tested}\n")
        began = time.monotonic()
        job, = json.loads(self.run(f"fragtrain simulate {file} --data {dataset} {fleet} --threads {THREADS} --json", quiet=True))
        print(f"{name}: accuracy {job['accuracy']:.4f}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        return self.line(name, job)

    def line(self, name, job):
        last = [entry for entry in job["history"] if entry["state"] == "closed"][-1]  # compressions have warmed up
        cells = [name, job["rounds"], job["taken"], job["late"], f"{job['accuracy']:.3f}", f"{job['received'] / 1e6:,.1f} MB",
                 f"{last['received'] / last['taken'] / 1e3:,.1f} kB", f"{job['seconds']:,.0f} s", self.commit]
        return "| " + " | ".join(map(str, cells)) + " |\n"


def cut_fashion(bench):
    bench.run("frag cut $FRAG_FASHION_MNIST fashion.frag --recipe manifests/fashion-mnist.toml")


def rules(bench):
    cut_fashion(bench)
    jobs = [("mean, quorum 1.0", dict(ROUNDS)), ("mean, quorum 0.8", dict(ROUNDS, quorum=0.8)),
            ("fedavgm", dict(ROUNDS, rule='name = "fedavgm"\nmomentum = 0.7')),
            ("async, rate 0.1", dict(STEPS, rule='name = "async"\nrate = 0.1')),
            ("fedbuff of 5", dict(STEPS, rounds=40, rule='name = "fedbuff"\nbuffer = 5')),
            ("dynsgd", dict(STEPS, rule='name = "dynsgd"')),
            ("downpour", dict(WINDOW, rule='name = "downpour"', optimizer="sgd", rate=0.02, extra_local="momentum = 0\n")),
            ("adag", dict(WINDOW, rule='name = "adag"')),
            ("aeasgd, rho 2", dict(WINDOW, rule='name = "aeasgd"\nrho = 2', optimizer="sgd", extra_local="momentum = 0\n")),
            ("eamsgd, rho 2", dict(WINDOW, rule='name = "eamsgd"\nrho = 2'))]
    return "".join(bench.job(name, "fashion.frag", **settings) for name, settings in jobs)


def compression(bench):
    cut_fashion(bench)
    wires = [("fp32", ""), ("fp16", 'wire = "fp16"'), ("dgc, ratio 0.001", 'wire = "dgc"\nmomentum = 0.5\nwarmup = 12')]
    return "".join(bench.job(name, "fashion.frag", model="mlp", wire=wire, rounds=40, count=600) for name, wire in wires)


def published(bench):
    """Five nodes, 18 rounds, 15 classes, all grey, beside a training on one machine that sees as many fragments."""
    bench.run("frag synth synth --size 640x480 --per-class 12")
    bench.run("mkdir images && cp -r $FRAG_TEST_DATA/kth-tips-gray/*/ $FRAG_TEST_DATA/blood-smears/*/ images/ && cd images && "
              "mkdir synth && for f in ../synth/*; do [[ -d $f ]] && cp $f/* synth/ && break; done && cd synth && "
              "for f in *.png; do mv $f synth_$f; done")
    bench.run("frag cut images published.frag --tile 96 --overlap 0.5 --angles 0:345:15 --fit cover --channels gray --contrast stretch "
              "--group '(?P<group>im_\\d+|[\\w-]+\\.(jpg|JPG)|synth_[\\w-]+)' --split 60/20/20 --seed 1")
    settings = dict(nodes=5, rounds=18, epochs=1, count=600, batch=32, rate=0.05, input_edge=64, tested=3000, extra_local="clip = 1\n",
                    fleet="--workers 5 --rate 100 --seed 1")
    rows = bench.job("5 nodes, quorum 0.8", "published.frag", quorum=0.8, **settings)
    rows += bench.job("5 nodes, quorum 1.0", "published.frag", **settings)
    return rows + central(bench)


def central(bench):
    count, epochs, tested = (40, 1, 40) if bench.given.short else (3000, 18, 3000)
    bench.run(f"fragtrain fit published.frag --model small --augment none --optimizer nesterov --lr 0.05 --batch 32 --clip 1 --epochs {epochs} "
              f"--count {count} --seed 1 --threads {THREADS} -o central")
    accuracy = json.loads(bench.run(f"fragtrain eval central published.frag --count {tested} --threads {THREADS} --json", quiet=True))["accuracy"]
    print(f"central: accuracy {accuracy:.4f}", file=sys.stderr)
    return f"| one machine | - | - | - | {accuracy:.3f} | - | - | - | {bench.commit} |\n"


SECTIONS = {"rules": rules, "compression": compression, "published": published}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    for flag in ("--write", "--short", "--tune"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    environment, described = surroundings(), commit()
    for section in given.sections or SECTIONS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = given.folder / section if given.folder else Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            bench = Bench(folder, environment, described, given)
            text = HEADER + SECTIONS[section](bench)
            (folder / "commands.txt").write_text("\n".join(bench.commands) + "\n")
        print(text, flush=True)
        if given.write:
            write(section, text)


if __name__ == "__main__":
    main()
