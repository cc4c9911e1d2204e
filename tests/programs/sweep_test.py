"""`fragtrain sweep`: its runs are those of `fragtrain fit`, whatever is killed and however many processes take from the bag; what
fails is recorded, what is wrong in the file is named before anything is trained, and the table is ranked."""
import csv
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

from programs import BIN, program

FIXED = 'dataset = "gels.frag"\nmodel = "small"\ninput = 16\nepochs = 2\ncount = 30\nbatch = 8\ncheckpoint_every = 1\nthreads = 1\n'
GRID = FIXED + '[grid]\nlr = [0.02, 0.1]\nseed = [1, 2]\n'
RUNS = 4


class Sweeps:
    """Sweep files and their folders, in one folder with the datasets."""

    def __init__(self, folder):
        self.folder = folder

    def words(self, toml, output, *more):
        (self.folder / f"{output}.toml").write_text(toml)
        return ["sweep", f"{output}.toml", "-o", output, *more]

    def sweep(self, toml, output, *more, status=0):
        return program("fragtrain", *self.words(toml, output, *more), status=status, cwd=self.folder)

    def start(self, toml, output):
        return subprocess.Popen([os.path.join(BIN, "fragtrain"), *self.words(toml, output)], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def table(self, output):
        with open(self.folder / output / "sweep.csv", newline="") as file:
            return list(csv.DictReader(file))

    def weights(self, output):
        """{run: its weights and the best ones}"""
        runs = sorted((self.folder / output).glob("run-*"))
        return {run.name: [(run / name).read_bytes() for name in ("weights.safetensors", "best.safetensors")] for run in runs}

    def refused(self, toml, reason, status=3):
        message = self.sweep(toml, "refused", status=status)
        assert reason in message, message
        assert not (self.folder / "refused").exists()


def check_runs(sweeps):
    """A run of a sweep is a run. Returns how many seconds the sweep took."""
    listed = sweeps.sweep(GRID, "whole", "--dry-run").splitlines()
    assert len(listed) == RUNS and listed[0].endswith("lr=0.02 seed=1") and listed[3].endswith("lr=0.1 seed=2"), listed
    assert not (sweeps.folder / "whole").exists()
    started = time.monotonic()
    said = sweeps.sweep(GRID, "whole")
    seconds = time.monotonic() - started
    assert "run 1/4: lr=0.02 seed=1 -> val 0." in said and "epoch" not in said.split("rank")[0], said
    rows = sweeps.table("whole")
    assert len(rows) == RUNS and [row["rank"] for row in rows] == ["1", "2", "3", "4"], rows
    order = [(-float(row["val_accuracy"]), float(row["val_loss"])) for row in rows]
    assert order == sorted(order), rows

    worst = rows[-1]
    program("fragtrain", "fit", "gels.frag", "--model", "small", "--input", 16, "--epochs", 2, "--count", 30, "--batch", 8, "--threads", 1,
            "--lr", worst["lr"], "--seed", worst["seed"], "-o", "alone", cwd=sweeps.folder)
    alone = [(sweeps.folder / "alone" / name).read_bytes() for name in ("weights.safetensors", "best.safetensors")]
    assert sweeps.weights("whole")[worst["run"]] == alone
    results = json.loads((sweeps.folder / "alone/run.json").read_text())["results"]
    assert int(worst["best_epoch"]) == results["best_epoch"] and int(worst["trained_epochs"]) == 2, (worst, results)
    answer = json.loads(program("fragtrain", "eval", Path("whole") / worst["run"], "gels.frag", "--count", 15, "--json", cwd=sweeps.folder))
    assert 0 <= answer["accuracy"] <= 1

    said = sweeps.sweep(GRID, "whole")
    assert "-> " not in said and said.startswith("rank"), said
    told = json.loads(sweeps.sweep(GRID, "whole", "--json"))
    assert [run["run"] for run in told["runs"]] == [row["run"] for row in rows] and told["runs"][0]["settings"]["seed"] in (1, 2), told
    return seconds


def check_kills(sweeps, whole, seconds):
    """kill -9 after a random time, again and again: no run is begun anew, and all end with the same weights."""
    chance = random.Random(3)
    for attempt in range(40):
        process = sweeps.start(GRID, "killed")
        try:
            process.wait(chance.uniform(0.05, 0.6 + 0.05 * attempt) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        said, _ = process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, (process.returncode, said)
    else:
        raise AssertionError("never came to the end")
    assert sweeps.weights("killed") == whole


def check_interrupt(sweeps, whole):
    process = sweeps.start(GRID, "stopped")
    while not list((sweeps.folder / "stopped").glob("run-*/checkpoint.safetensors")):
        time.sleep(0.005)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130 and "To go on:" in said, (process.returncode, said)
    to_go_on = said.strip().splitlines()[-1]
    assert to_go_on.endswith("sweep stopped.toml -o stopped"), said
    subprocess.run(["bash", "-c", to_go_on], cwd=sweeps.folder, check=True, stdout=subprocess.DEVNULL)
    assert sweeps.weights("stopped") == whole


def check_two_at_once(sweeps, whole):
    """Two processes train every run once between them, and the table has all."""
    processes = [sweeps.start(GRID, "shared") for _ in range(2)]
    trained = []
    for process in processes:
        said, problems = process.communicate()
        assert process.returncode == 0, problems
        trained += [line.split(":")[0] for line in said.splitlines() if " -> " in line]
    assert sorted(trained) == [f"run {i}/4" for i in range(1, 5)], trained
    assert sweeps.weights("shared") == whole
    assert [row["status"] for row in sweeps.table("shared")] == ["finished"] * RUNS


def check_failures(sweeps):
    """A run that diverges is recorded with its reason; the others are trained, and the status says so."""
    toml = FIXED.replace('"small"', '"mlp"') + "[grid]\nlr = [1e6, 0.01]\n"
    message = sweeps.sweep(toml, "failing", status=8)
    assert "1 of 2 runs failed; --retry-failed takes them up again" in message, message
    finished, failed = sweeps.table("failing")
    assert finished["status"] == "finished" and finished["lr"] == "0.01", finished
    assert failed["status"] == "failed" and not failed["rank"] and "no longer a number" in failed["reason"], failed
    record = sweeps.folder / "failing/bag" / (failed["run"] + ".json")
    before = record.read_bytes()
    sweeps.sweep(toml, "failing", status=8)
    assert record.read_bytes() == before
    sweeps.sweep(toml, "failing", "--retry-failed", status=8)
    assert record.read_bytes() != before


def check_changes(sweeps):
    """Another file keeps the runs that it still means, and names the others."""
    first = FIXED + "[grid]\nseed = [1, 2]\n"
    sweeps.sweep(first, "changing")
    before = sweeps.weights("changing")
    left = next(row["run"] for row in sweeps.table("changing") if row["seed"] == "1")
    done = subprocess.run([os.path.join(BIN, "fragtrain"), *sweeps.words(FIXED + "[grid]\nseed = [3, 2]\nlr = [0.02]\n", "changing")],
                          cwd=sweeps.folder, capture_output=True, text=True)
    assert done.returncode == 0 and "run 1/2: seed=3" in done.stdout and "run 2/2" not in done.stdout, done
    assert f"1 run here is none of this sweep and is left as it is: {left}" in done.stderr, done.stderr
    assert {run: sweeps.weights("changing")[run] for run in before} == before
    assert len(sweeps.table("changing")) == 2


def check_random(sweeps):
    toml = FIXED + ('[random]\nruns = 3\nseed = 5\n[random.choices]\nlr = { log_uniform = [0.001, 0.1] }\nlabel_smoothing = [0, 0.1]\n'
                    'clip = { uniform = [0.5, 2] }\npatience = { integers = [1, 9] }\n')
    listed = json.loads(sweeps.sweep(toml, "drawn", "--dry-run", "--json"))["runs"]
    assert len({run["run"] for run in listed}) == 3 and {run["status"] for run in listed} == {"open"}, listed
    assert all(0.001 <= run["settings"]["lr"] <= 0.1 and 0.5 <= run["settings"]["clip"] <= 2 for run in listed), listed
    repeated = toml.replace("{ log_uniform = [0.001, 0.1] }", "[0.1]").replace("{ uniform = [0.5, 2] }", "[1]").replace(
        "{ integers = [1, 9] }", "[0]").replace("runs = 3", "runs = 12")
    done = subprocess.run([os.path.join(BIN, "fragtrain"), *sweeps.words(repeated, "drawn", "--dry-run")], cwd=sweeps.folder,
                          capture_output=True, text=True)
    assert len(done.stdout.splitlines()) == 2 and "is the same training as run" in done.stderr, done


def check_folds(sweeps):
    program("frag", "cut", "images", "folds.frag", "--tile", 64, "--angles", "0:330:90", "--split", "2 folds", cwd=sweeps.folder)
    toml = FIXED.replace("gels.frag", "folds.frag") + "folds = 2\n[grid]\nlr = [0.02, 0.1]\n"
    sweeps.sweep(toml, "folded")
    for row in sweeps.table("folded"):
        folds = json.loads((sweeps.folder / "folded" / row["run"] / "folds.json").read_text())
        assert abs(float(row["val_accuracy"]) - folds["mean"]) < 1e-12 and abs(float(row["deviation"]) - folds["deviation"]) < 1e-12
        assert (sweeps.folder / "folded" / row["run"] / "fold1/weights.safetensors").exists()
    sweeps.refused(FIXED.replace("gels.frag", "folds.frag") + "[grid]\nlr = [1]\n", "the splits fold0, fold1, and no val", 2)


def check_refusals(sweeps):
    grid = "[grid]\nlr = [0.1]\n"
    sweeps.refused("epoch = 3\n" + grid, 'refused.toml:1: unknown key "epoch"; did you mean epochs?')
    sweeps.refused("resume = 1\n" + grid, 'refused.toml:1: unknown key "resume"; the keys are dataset, ')
    sweeps.refused(FIXED + "[grid]\nlr = [0.1, -1]\n", 'refused.toml:10: "lr": --lr: Value -1')
    sweeps.refused(FIXED + '[grid]\nlr = ["fast"]\n', 'refused.toml:10: "lr": ')
    sweeps.refused(FIXED + "lr = [0.1, 0.2]\n[grid]\nseed = [1]\n", 'refused.toml:9: "lr": ')
    sweeps.refused(FIXED + "[random]\nruns = 1\n[random.choices]\npatience = { uniform = [1, 5] }\n", 'refused.toml:12: "patience": ')
    sweeps.refused(FIXED + "[grid]\nlr = []\n", 'refused.toml:10: "lr" is an empty list')
    sweeps.refused(FIXED + "[grid]\nbatch = [8]\n", 'refused.toml:10: "batch" is also set in refused.toml:6')
    sweeps.refused(FIXED + 'split = "train"\nfolds = 2\n' + grid, "excludes")
    sweeps.refused("epochs = 2\n" + grid, "dataset is required")
    sweeps.refused(FIXED + '[grid]\nmomentum = [0.5]\noptimizer = ["sgd", "adam"]\n',
                   "refused.toml: run 2/2 (momentum=0.5 optimizer=adam): --momentum belongs to sgd", 2)
    sweeps.refused(FIXED + 'class_weights = "1,2"\n' + grid, "2 numbers, and there are 3 classes", 2)
    program("frag", "split", "gels.frag", "--split", "100/0/0", cwd=sweeps.folder)
    sweeps.refused(FIXED + grid, "there is nothing to rank by: the dataset has the splits train, and no val", 2)
    message = program("fragtrain", *sweeps.words(GRID, "images"), status=2, cwd=sweeps.folder)
    assert "images is not empty and holds no sweep" in message, message


def main():
    with tempfile.TemporaryDirectory() as name:
        sweeps = Sweeps(Path(name))
        program("frag", "synth", "images", "--size", "284x213", "--per-class", 4, cwd=name)
        program("frag", "cut", "images", "gels.frag", "--tile", 64, "--angles", "0:330:90", "--split", "50/25/25", cwd=name)
        seconds = check_runs(sweeps)
        whole = sweeps.weights("whole")
        check_kills(sweeps, whole, seconds)
        check_interrupt(sweeps, whole)
        check_two_at_once(sweeps, whole)
        check_failures(sweeps)
        check_changes(sweeps)
        check_random(sweeps)
        check_folds(sweeps)
        check_refusals(sweeps)


main()
