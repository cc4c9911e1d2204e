"""What `fragtrain fit` writes while it trains, history.csv and TensorBoard's events, read with struct and csv alone: both say the
same, and the learning rates are those that the schedule means."""
import csv
import math
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = Path(os.environ["FRAG_BIN_DIR"])
EPOCHS = 4
RATE = 0.01


def crc32c(data):
    """Bit by bit, as a polynomial division: no table to be wrong in the same way."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at < len(data):
        length, check = struct.unpack_from("<QI", data, at)
        assert check == masked(data[at : at + 8]), at
        body = data[at + 12 : at + 12 + length]
        (check,) = struct.unpack_from("<I", data, at + 12 + length)
        assert len(body) == length and check == masked(body), at
        yield body
        at += 16 + length


def fields(message):
    """(number, value) of every field of a Protocol Buffers message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
            continue
        size = {1: 8, 5: 4}.get(key & 7)
        if size is None:
            assert key & 7 == 2, key
            size = varint()
        yield key >> 3, message[at : at + size]
        at += size


def read_events(path):
    """The file version, and a step and its scalars for every event."""
    first, *rest = [list(fields(record)) for record in records(path.read_bytes())]
    scalars = []
    for event in rest:
        event = dict(event)
        (wall,) = struct.unpack("<d", event[1])
        assert time.time() - 3600 < wall <= time.time()
        values = {}
        for number, value in fields(event[5]):
            assert number == 1
            value = dict(value for value in fields(value))
            (values[value[1].decode()],) = struct.unpack("<f", value[2])
        scalars.append((event[2], values))
    return dict(first)[3].decode(), scalars


def expected_rate(step, steps):
    """Cosine after a rise over the first quarter, from a tenth."""
    done = step / steps
    if done < 0.25:
        return RATE * (0.1 + 0.9 * done / 0.25)
    return RATE * (1 + math.cos(math.pi * (done - 0.25) / 0.75)) / 2


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for arguments in (["frag", "synth", "images", "--size", "284x213", "--per-class", "4"],
                          ["frag", "cut", "images", "gels.frag", "--tile", "64", "--angles", "0:330:90", "--split", "50/25/25"],
                          ["fragtrain", "fit", "gels.frag", "--epochs", str(EPOCHS), "--count", "48", "--batch", "16", "--lr", str(RATE),
                           "--warmup", "25%", "--threads", "1", "-o", "run"]):
            subprocess.run([PROGRAMS / arguments[0], *arguments[1:]], check=True, cwd=folder, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        version, events = read_events(folder / "run/events.out.tfevents.fragtrain")
        with open(folder / "run/history.csv", encoding="utf-8", newline="") as file:
            history = list(csv.DictReader(file))
    assert version == "brain.Event:2", version
    assert [step for step, _ in events] == [int(line["epoch"]) for line in history] == list(range(1, EPOCHS + 1))
    names = {"loss/train": "loss", "accuracy/train": "train_accuracy", "loss/validation": "val_loss", "accuracy/validation": "val_accuracy",
             "learning_rate": "learning_rate", "images_per_second": "images_per_second"}
    for (_, values), line in zip(events, history):
        assert set(values) == set(names), values
        for event_name, column in names.items():
            assert math.isclose(values[event_name], float(line[column]), rel_tol=1e-3, abs_tol=1e-6), (event_name, values, line)
    for epoch, line in enumerate(history):  # 48 / 16 = 3 steps an epoch; the last one's rate
        assert math.isclose(float(line["learning_rate"]), expected_rate(3 * epoch + 2, 3 * EPOCHS), rel_tol=1e-6), (epoch, line)


main()
