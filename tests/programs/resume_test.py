"""`fragtrain fit` that is killed at any moment, interrupted, or goes wrong: what it keeps, and that --resume ends with the very
weights of a run that was left alone."""
import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"
FRAGTRAIN = Path(os.environ["FRAG_BIN_DIR"]) / "fragtrain"
EPOCHS = 3
SETTINGS = {"--model": "mobilenet_v3_small", "--input": 32, "--optimizer": "adamw", "--epochs": EPOCHS, "--count": 90, "--batch": 4,
            "--label-smoothing": 0.1, "--clip": 1, "--warmup": "1", "--threads": 1}


def command(dataset, run, *more):
    """The settings above, but for those in `more`."""
    words = [word for name, value in SETTINGS.items() if name not in more for word in (name, value)]
    return [str(word) for word in (FRAGTRAIN, "fit", dataset, "-o", run, *words, *more)]


def fit(dataset, run, *more, status=0):
    done = subprocess.run(command(dataset, run, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == status, (more, done.returncode, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stderr


def position(run):
    """(epoch, step) of a run's checkpoint, from the file alone."""
    data = (run / "checkpoint.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    place = json.loads(header["__metadata__"]["frag"])["card"]["position"]
    return place["epoch"], place["step"]


def same(run, whole):
    for name in ("weights.safetensors", "best.safetensors"):
        assert (run / name).read_bytes() == (whole / name).read_bytes(), name
    ended = [(run / "history.csv").read_text().splitlines(), (whole / "history.csv").read_text().splitlines()]
    assert [line.split(",")[:6] for line in ended[0]] == [line.split(",")[:6] for line in ended[1]]  # but for the seconds


def check_kills(dataset, folder, whole, seconds):
    """kill -9 after a random time, again and again, until a process comes to the end."""
    chance = random.Random(5)
    run = folder / "killed"
    seen = set()
    for attempt in range(60):
        process = subprocess.Popen(command(dataset, run, "--resume", "--checkpoint-every", 1), stdout=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0.15, 0.6 + 0.02 * attempt) * seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if (run / "checkpoint.safetensors").exists():
            seen.add(position(run))
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, process.returncode
    else:
        raise AssertionError(f"never came to the end: {sorted(seen)}")
    print("killed at", sorted(seen))
    same(run, whole)
    said = fit(dataset, run, "--resume")
    assert f"going on after {EPOCHS} epochs" in said and "epoch 1/" not in said, said


def check_interrupt(dataset, folder, whole):
    run = folder / "a run's"  # a name that a shell needs quoted
    process = subprocess.Popen(command(dataset, run, "--checkpoint-every", 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (run / "checkpoint.safetensors").exists():
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, (process.returncode, said)
    assert "keeps the state after" in said and position(run) != (0, 0), said
    to_go_on = said.strip().splitlines()[-1]
    assert to_go_on.endswith(" --resume"), said
    subprocess.run(["bash", "-c", to_go_on], check=True, stdout=subprocess.DEVNULL)
    same(run, whole)


def check_differences(dataset, other, folder, whole):
    """Another training is named, and the run stays as it is."""
    run = folder / "kept"
    shutil.copytree(whole, run)
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    for place, more, said in (
            (dataset, ["--lr", 0.5], "learning_rate was 0.001, is 0.5"),
            (dataset, ["--seed", 9, "--schedule", "step"], 'seed was 1, is 9; schedule was "cosine", is "step"'),
            (dataset, ["--model", "small"], 'model was "mobilenet_v3_small", is "small"'),
            (dataset, ["--epochs", 5], "epochs was 3, is 5"),
            (other, [], 'classes was ["cells","fibres","network"], is ["cells","fibres"]')):
        message = fit(place, run, "--resume", *more, status=2)
        assert said in message and "Nothing was changed" in message, message
    message = fit(dataset, run, status=2)
    assert "--resume goes on" in message, message
    fit(dataset, run, "--resume", "--force", status=2)
    data = before["checkpoint.safetensors"]
    (run / "checkpoint.safetensors").write_bytes(data[: len(data) // 2])
    message = fit(dataset, run, "--resume", status=3)
    assert "checkpoint.safetensors: cut short" in message, message
    (run / "checkpoint.safetensors").write_bytes(data)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def check_not_a_number(dataset, folder):
    run = folder / "diverged"
    message = fit(dataset, run, "--model", "small", "--optimizer", "sgd", "--clip", 0, "--lr", 1e5, "--warmup", 0, "--checkpoint-every", 1,
                  "--batch", 8, status=3)
    found = re.search(r"no longer a number in epoch 1, batch (\d+) \(fragments (\d+), \d+, \d+, \d+, \d+ and 3 more\)", message)
    assert found, message
    step = int(found.group(1)) - 1
    assert f"keeps the state after 0 epochs and {step} step" in message and position(run) == (0, step), message


def check_early_stop(dataset, folder):
    run = folder / "patient"
    settings = ["--optimizer", "sgd", "--model", "small", "--clip", 0, "--lr", 0, "--patience", 1]
    said = fit(dataset, run, *settings)
    assert "stopped early: no better validation accuracy than" in said and "of epoch 1 in 1 epoch" in said, said
    results = json.loads((run / "run.json").read_text())["results"]
    assert results["epochs"] == 2 and results["best_epoch"] == 1 and "stopped_early" in results, results
    assert "stopped early" in fit(dataset, run, *settings, "--resume")


def check_folds(dataset, folder):
    """A cross-validation goes on with the fold that it was in; folds that are done are not trained again."""
    subprocess.run([FRAGTRAIN.parent / "frag", "split", dataset, "--split", "2 folds"], check=True, stdout=subprocess.DEVNULL)
    arguments = ["--folds", 2, "--epochs", 1, "--warmup", 0]
    fit(dataset, folder / "folds", *arguments)
    shutil.copytree(folder / "folds/fold0", folder / "half/fold0")
    said = fit(dataset, folder / "half", *arguments, "--resume")
    assert said.count("epoch 1/1") == 1, said
    for name in ("fold0/weights.safetensors", "fold1/weights.safetensors", "folds.json"):
        assert (folder / "half" / name).read_bytes() == (folder / "folds" / name).read_bytes(), name


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frag = FRAGTRAIN.parent / "frag"
        for arguments in (["synth", "images", "--size", "284x213", "--per-class", "6"],
                          ["cut", "images", "gels.frag", "--tile", "64", "--angles", "0:330:90", "--split", "50/25/25"]):
            subprocess.run([frag, *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder / "images/network")
        subprocess.run([frag, "cut", "images", "two.frag", "--tile", "64", "--angles", "0:330:90", "--split", "50/25/25"], check=True, cwd=folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        dataset = folder / "gels.frag"
        start = time.monotonic()
        fit(dataset, folder / "whole")
        check_kills(dataset, folder, folder / "whole", time.monotonic() - start)
        check_interrupt(dataset, folder, folder / "whole")
        check_differences(dataset, folder / "two.frag", folder, folder / "whole")
        check_not_a_number(dataset, folder)
        check_early_stop(dataset, folder)
        check_folds(dataset, folder)


main()
