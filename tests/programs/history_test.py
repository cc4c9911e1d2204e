"""What `fragtrain fit` writes while it trains, history.csv and TensorBoard's events, read with struct and csv alone: both say the
same, and the learning rates are those that the schedule means."""
import csv
import math
import os
import subprocess
import tempfile
import time
from pathlib import Path

from event_reader import read_events

PROGRAMS = Path(os.environ["FRAG_BIN_DIR"])
EPOCHS = 4
RATE = 0.01


def expected_rate(step, steps):
    """Cosine after a rise over the first quarter, from a tenth."""
    done = step / steps
    if done < 0.25:
        return RATE * (0.1 + 0.9 * done / 0.25)
    return RATE * (1 + math.cos(math.pi * (done - 0.25) / 0.75)) / 2


def main():
    started = time.time() - 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for arguments in (["frag", "synth", "images", "--size", "284x213", "--per-class", "4"],
                          ["frag", "cut", "images", "gels.frag", "--tile", "64", "--angles", "0:330:90", "--split", "50/25/25"],
                          ["fragtrain", "fit", "gels.frag", "--epochs", str(EPOCHS), "--count", "48", "--batch", "16", "--lr", str(RATE),
                           "--warmup", "25%", "--threads", "1", "-o", "run"]):
            subprocess.run([PROGRAMS / arguments[0], *arguments[1:]], check=True, cwd=folder, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        version, events = read_events(folder / "run/events.out.tfevents.fragtrain", started)
        with open(folder / "run/history.csv", encoding="utf-8", newline="") as file:
            history = list(csv.DictReader(file))
    assert version == "brain.Event:2", version
    assert [step for step, _ in events] == [int(line["epoch"]) for line in history] == list(range(1, EPOCHS + 1))
    names = {"loss/train": "loss", "accuracy/train": "train_accuracy", "loss/validation": "val_loss", "accuracy/validation": "val_accuracy",
             "learning_rate": "learning_rate", "images_per_second": "images_per_second"}
    for (_, values), line in zip(events, history):
        assert set(values) == set(names), values
        for event_name, column in names.items():
            # The table rounds: speeds to a decimal, which is coarse where a machine trains a few pictures a second.
            rounding = 0.051 if column == "images_per_second" else 1e-6
            assert math.isclose(values[event_name], float(line[column]), rel_tol=1e-6, abs_tol=rounding), (event_name, values, line)
    for epoch, line in enumerate(history):  # 48 / 16 = 3 steps an epoch; the last one's rate
        assert math.isclose(float(line["learning_rate"]), expected_rate(3 * epoch + 2, 3 * EPOCHS), rel_tol=1e-6), (epoch, line)


main()
