#!/usr/bin/env python3
"""A full round's results into fragagg, on disk, checked and acknowledged, beside what `curl -T` moves to a sink that writes and syncs to the
same disk; and the most memory that fragagg took for it, the averaging included. Both sides in one run, in turns. Measured, never asserted.

    tests/benchmarks/intake_benchmark.py build/release/bin [FOLDER] [--workers 15] [--parameters 60200000] [--turns 3]

FOLDER (the current one) says which disk. The results are read from memory (/dev/shm).
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request


def call(url, path, body, token=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, method="PUT" if isinstance(body, bytes) else "POST")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def write_weights(path, parameters, tensors=155):
    """As many tensors as ResNet-152 has convolutions, of random numbers that are finite."""
    sizes = [parameters // tensors] * (tensors - 1)
    sizes.append(parameters - sum(sizes))
    header, at = {}, 0
    for number, size in enumerate(sizes):
        header[f"layer{number}"] = {"dtype": "F32", "shape": [size], "data_offsets": [at, at + 4 * size]}
        at += 4 * size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    block = struct.pack("<1024f", *(((i * 37) % 1024 - 512) / 51200 for i in range(1024)))
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.write((block * (at // len(block) + 1))[:at])


def start(*command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process, process.stdout.readline()


def curls(file, targets):
    """Seconds until every upload is answered; each target is (url, header)."""
    began = time.monotonic()
    running = [subprocess.Popen(["curl", "-sS", "-f", "-o", "/dev/null", "-T", file, "-H", header, url]) for url, header in targets]
    if any(process.wait() for process in running):
        sys.exit("an upload failed")
    return time.monotonic() - began


def end(process):
    """Seconds of processor time that it had taken, and the most MB of memory."""
    process.kill()
    usage = os.wait4(process.pid, 0)[2]
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e3


def sink_seconds(binary, folder, file, workers):
    folder.mkdir()
    process, port = start(binary / "upload_sink", folder)
    seconds = curls(file, [(f"http://127.0.0.1:{port.strip()}/{n}", "X: y") for n in range(workers)])
    busy, _ = end(process)
    shutil.rmtree(folder)
    return seconds, busy


def intake_seconds(binary, folder, file, workers):
    process, line = start(binary / "fragagg", "--state", folder, "--port", "0")
    url = line.split()[-1]
    job = {"name": "intake", "model": "none", "dataset": "0" * 64, "nodes": workers, "rounds": 1, "quorum": 1.0}
    number = call(url, "/v1/jobs", job)["job"]
    subprocess.run(["curl", "-sSf", "-o", "/dev/null", "-T", file, f"{url}/v1/jobs/{number}/weights"], check=True)
    targets = []
    for worker in range(workers):
        token = call(url, "/v1/workers", {"name": f"w{worker}"})["token"]
        task = call(url, "/v1/tasks", {"wait_s": 5}, token)["lease"]["task"]
        targets.append((f"{url}/v1/tasks/{task}/result", "Authorization: Bearer " + token))
    os.sync()
    seconds = curls(file, targets)
    while get(f"{url}/v1/jobs/{number}")["state"] != "finished":
        time.sleep(0.1)
    busy, memory = end(process)
    shutil.rmtree(folder)
    return seconds, busy, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("--workers", type=int, default=15)
    parser.add_argument("--parameters", type=int, default=60_200_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory, tempfile.TemporaryDirectory(dir=options.folder) as disk:
        file = pathlib.Path(memory) / "result.safetensors"
        write_weights(file, options.parameters)
        total = options.workers * file.stat().st_size / 1e6
        print(f"{options.workers} results of {file.stat().st_size / 1e6:.0f} MB at once")
        ratios = []
        for turn in range(options.turns):
            os.sync()
            sink, sink_busy = sink_seconds(options.bin, pathlib.Path(disk) / "sink", file, options.workers)
            os.sync()
            intake, busy, peak = intake_seconds(options.bin, pathlib.Path(disk) / "state", file, options.workers)
            ratios.append(sink / intake)
            print(f"turn {turn + 1}: sink {sink:5.2f} s {total / sink:5.0f} MB/s (busy {sink_busy:.1f} s)   "
                  f"fragagg {intake:5.2f} s {total / intake:5.0f} MB/s (busy {busy:.1f} s, {peak:.0f} MB)   ratio {ratios[-1]:.2f}", flush=True)
        print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
