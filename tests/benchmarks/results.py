#!/usr/bin/env python3
"""The tables of docs/results.md, from the images to the figures, with fixed seeds.

    tests/benchmarks/results.py [--write] [SECTION...]

Sections are fashion-mnist, kth-tips, blood-smears and synth; without any, all. What a section found is printed as Markdown, the commands
that it ran included; --write also puts it in its place in docs/results.md, which is whole at any instant. --short runs every command on
next to nothing, to see that they run. FRAG_BIN_DIR has the programs (default build/release/bin), FRAG_TEST_DATA the images (../shared/data)
and FRAG_FASHION_MNIST the Debian package's (/usr/share/datasets/fashion-mnist). Sections without their images are said to be SKIPPED, with
exit status 77.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # a folder of it would be a change to the commit that the tables name
from pooled_folds import Figures, of_folds, of_split

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/results.md"
HEADER = """\
| model | dataset | split | fragments | sources' votes | mean and variance: fragments | its votes | chance | tested on | epochs | training | commit |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
THREADS = 2  # part of the settings: other numbers of threads round differently
TRAINING = "--optimizer nesterov --lr 0.1 --batch 64"  # chosen on a sixth of Fashion-MNIST's training pictures, for all sections
TEXTURES = ("--clip 1",)  # without it the loss on blood smears in colour is soon no number


class Bench:
    """Runs commands in a folder of its own, where `manifests` is the project's, and keeps them to be shown."""

    def __init__(self, folder, environment, commit, short):
        self.folder, self.environment, self.commit, self.short = folder, environment, commit, short
        self.commands = []
        (folder / "manifests").symlink_to(ROOT / "manifests")

    def run(self, command):
        """Seconds that it took."""
        print(f"$ {command}", file=sys.stderr, flush=True)
        self.commands.append(command)
        began = time.monotonic()
        subprocess.run(["bash", "-euc", command], cwd=self.folder, env=self.environment, stdout=sys.stderr, check=True)
        return time.monotonic() - began

    def cut(self, images, dataset, *options):
        self.run(" ".join(["frag cut", images, dataset, *options]))

    def row(self, dataset, split, *, model="small", options=(), epochs, count, tested, folds=0):
        """Trains, for each of the folds where there are any, measures, and gives the line of the table. `split` is how dataset and
        sides are called there, `count` the fragments of an epoch, `tested` those of each measurement."""
        if self.short:
            epochs, count, tested = 1, 60, 60
        run = f"{Path(dataset).stem}-{model}"
        over = [f"--folds {folds}"] if folds else []
        seconds = self.run(" ".join([f"fragtrain fit {dataset} --model {model}", *over, *options, TRAINING, f"--epochs {epochs}",
                                     f"--count {count} --seed 1 --threads {THREADS} -o {run}"]))
        if folds:
            figures = self.folds(dataset, run, folds, tested)
        else:
            self.run(f"fragtrain eval {run} {dataset} --count {tested} --threads {THREADS} --json > {run}.json")
            figures = of_split(self.folder / f"{run}.json")
        return self.line(model, split, figures, epochs, count, seconds)

    def folds(self, dataset, run, folds, tested):
        numbers = " ".join(map(str, range(folds)))
        self.run(f"for k in {numbers}; do fragtrain eval {run}/fold$k {dataset} --split fold$k --count {tested} --threads {THREADS} "
                 f"--json --predictions {run}/fold$k.csv > {run}/fold$k.json; done")
        return of_folds([self.folder / run / f"fold{k}" for k in range(folds)])

    def line(self, model, split, figures: Figures, epochs, count, seconds):
        dataset, sides = split
        cells = [model, dataset, sides, figures.fragments, figures.votes, figures.baseline, figures.baseline_votes, figures.chance,
                 figures.tested, f"{epochs} of {count:,}", f"{seconds / 60:.1f} min", self.commit]
        return "| " + " | ".join(map(str, cells)) + " |\n"


def fashion_mnist(bench):
    bench.cut("$FRAG_FASHION_MNIST", "fashion.frag", "--recipe manifests/fashion-mnist.toml")
    yield bench.row("fashion.frag", ("Fashion-MNIST, 10 classes", "the publisher's"), epochs=10, count=60000, tested=10000,
                    options=("--input 28", "--augment none"))


def kth_tips(bench):
    recipes = {"kth-tips-gray": "by distance", "kth-tips-gray-by-pose": "by pose", "kth-tips-gray-random": "picture by picture: leaks"}
    for recipe, sides in recipes.items():
        dataset = recipe + ".frag"
        bench.cut("$FRAG_TEST_DATA/kth-tips-gray", dataset, f"--recipe manifests/{recipe}.toml", '--split "3 folds"')
        yield bench.row(dataset, ("KTH-TIPS grey, 10 classes", sides + ", 3 folds"), epochs=10, count=2000, tested=2000, folds=3,
                        options=TEXTURES)


def blood_smears(bench):
    for words, dataset, options in (("in colour", "smears.frag", []),
                                    ("in grey", "smears-gray.frag", ["--channels gray", "--contrast stretch"])):
        bench.cut("$FRAG_TEST_DATA/blood-smears", dataset, "--recipe manifests/blood-smears.toml", '--split "5 folds"', *options)
        yield bench.row(dataset, (f"blood smears {words}, 4 classes", "by image, 5 folds"), epochs=6, count=1000, tested=1000, folds=5,
                        options=TEXTURES)


def synth(bench):
    bench.run("frag synth images --size 1136x852 --per-class 12")
    bench.cut("images", "synth.frag", '--tile 128 --angles 0:345:15 --split "50/50"')
    yield bench.row("synth.frag", ("frag synth, 3 classes", "by image, half and half"), epochs=8, count=2000, tested=2000,
                    options=TEXTURES)


# What a section needs: a variable of the environment that names a folder, and a folder in it.
SECTIONS = {"fashion-mnist": (fashion_mnist, "FRAG_FASHION_MNIST", ""), "kth-tips": (kth_tips, "FRAG_TEST_DATA", "kth-tips-gray"),
            "blood-smears": (blood_smears, "FRAG_TEST_DATA", "blood-smears"), "synth": (synth, None, None)}


def surroundings():
    """The environment of the commands, with whole paths: they run in another folder."""
    variables = dict(os.environ, OMP_WAIT_POLICY="passive")
    places = {"FRAG_BIN_DIR": ROOT / "build/release/bin", "FRAG_TEST_DATA": ROOT.parent / "shared/data",
              "FRAG_FASHION_MNIST": "/usr/share/datasets/fashion-mnist"}
    for name, otherwise in places.items():
        variables[name] = os.path.abspath(variables.get(name, otherwise))
    variables["PATH"] = variables["FRAG_BIN_DIR"] + ":" + variables["PATH"]
    return variables


def commit():
    """As git describes it; the page itself may be changed, since this is what changes it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", ":!docs/results.md")
    return git("describe", "--always", "--tags") + ("-dirty" if changed else "")


def block(section, environment, described, short):
    """The section's table with the commands behind it."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), environment, described, short)
        rows = "".join(SECTIONS[section][0](bench))
    return f"{HEADER}{rows}\n```text\n" + "\n".join(bench.commands) + "\n```\n"


def put(page, section, text):
    """`page` with `text` between the section's two marks."""
    marks = rf"(<!-- results of {section} -->\n).*?(<!-- end of {section} -->)"
    changed, places = re.subn(marks, lambda found: found[1] + text + found[2], page, flags=re.S)
    if places != 1:
        sys.exit(f"results.py: {PAGE} has {places} places for {section}, not one")
    return changed


def write(section, text):
    part = PAGE.with_suffix(".part")
    part.write_text(put(PAGE.read_text(encoding="utf-8"), section, text), encoding="utf-8")
    part.replace(PAGE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    what_for = parser.add_mutually_exclusive_group()
    what_for.add_argument("--write", action="store_true", help="put each table into docs/results.md")
    what_for.add_argument("--short", action="store_true", help="every command on next to nothing")
    given = parser.parse_args()
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    environment, described, skipped = surroundings(), commit(), False
    for section in given.sections or SECTIONS:
        _, variable, folder = SECTIONS[section]
        if variable and not os.path.isdir(os.path.join(environment[variable], folder)):
            print(f"SKIPPED: {section}: no {os.path.join(environment[variable], folder)}; {variable} says where it is", file=sys.stderr)
            skipped = True
            continue
        began = time.monotonic()
        try:
            text = block(section, environment, described, given.short)
        except subprocess.CalledProcessError as error:
            sys.exit(f"results.py: {section}: status {error.returncode} of: {error.cmd[-1]}")
        print(text, flush=True)
        print(f"{section}: {(time.monotonic() - began) / 60:.1f} min", file=sys.stderr)
        if given.write:
            write(section, text)
    sys.exit(77 if skipped else 0)


if __name__ == "__main__":
    main()
