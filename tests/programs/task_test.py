"""One leased task by files alone: taken from an aggregator and given back to it by this script, done by `fragtrain task`, on mirrors or
on a dataset of one's own; and what stays in --keep between tasks."""
import json
import os
import struct
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from programs import BIN, fragd, program, server

JOB = '''mirrors = ["{mirror}"]
input = 32
nodes = 1
rounds = 2
lease_s = 300
[local]
batch = 10
[sample]
count = 20
seed = 1
'''


def call(url, body=None, method=None, token=None, kind="application/json"):
    headers = {"Content-Type": kind} | ({"Authorization": "Bearer " + token} if token else {})
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
        return answer.read()


def header_of(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8:8 + length])


def numbers_of(path):
    data = Path(path).read_bytes()
    return data[8 + struct.unpack("<Q", data[:8])[0]:]


def report_of(path):
    return json.loads(header_of(path)["__metadata__"]["frag"])["report"]


def task(folder, *words, status=0):
    return program("fragtrain", "task", "task.json", "--weights", "start.safetensors", "--threads", 1, *words, cwd=folder, status=status)


def lease_into(folder, url, token):
    answer = json.loads(call(url + "/v1/tasks", {"wait_s": 20}, token=token))
    assert answer["state"] == "task", answer
    (folder / "task.json").write_text(json.dumps(answer))
    (folder / "start.safetensors").write_bytes(call(f"{url}/v1/weights/{answer['lease']['weights']}", token=token))
    return answer["lease"]


def deliver(folder, url, token, lease):
    answer = call(f"{url}/v1/tasks/{lease['task']}/result", (folder / "result.safetensors").read_bytes(), "PUT", token, "application/octet-stream")
    assert json.loads(answer) == {"state": "accepted"}, answer


def check_job(folder, url):
    """Both rounds of a job, one on the job's mirrors and one on a dataset of another id."""
    token = json.loads(call(url + "/v1/workers", {"name": "by-hand"}))["token"]
    lease = lease_into(folder, url, token)
    said = task(folder, "-o", "result.safetensors")
    assert f"task {lease['task']}, round 1, part 0: 20 fragments" in said, said
    report = report_of(folder / "result.safetensors")
    assert report["task"] == lease["task"] and report["fragments"] == 20 and report["steps"] == 2, report
    (folder / "task.json").write_text(json.dumps(lease))  # the lease by itself means the same
    task(folder, "-o", "again.safetensors", "--data", "gels.frag")  # a copy of the job's dataset, so the same part
    assert numbers_of(folder / "again.safetensors") == numbers_of(folder / "result.safetensors")
    deliver(folder, url, token, lease)

    lease = lease_into(folder, url, token)
    task(folder, "-o", "result.safetensors", "--data", "own.frag")
    assert report_of(folder / "result.safetensors")["fragments"] == 20
    message = task(folder, "-o", "result.safetensors", "--data", "other.frag", status=3)
    assert "its classes are" in message, message
    deliver(folder, url, token, lease)
    answer = json.loads(call(url + "/v1/tasks", {"wait_s": 20}, token=token))
    assert answer == {"state": "finished"}, answer


def check_files(folder):
    """Leases that are none, and what a job needs from task to task."""
    lease = json.loads((folder / "task.json").read_text())["lease"]

    def with_lease(**changes):
        (folder / "task.json").write_text(json.dumps({"state": "task", "lease": lease | changes}))

    def entries(name):
        return header_of(folder / name)["sparse.indices"]["shape"][0]

    dgc = {"wire": "dgc", "ratio": 0.01, "momentum": 0.9, "warmup": 0}
    words = ("--data", "own.frag", "--keep", "kept", "-o")
    with_lease(compression=dgc)
    assert "--keep DIR" in task(folder, "--data", "own.frag", "-o", "x.safetensors", status=2)
    task(folder, *words, "one.safetensors")
    task(folder, *words, "same.safetensors")  # a carrier that lost the file has it made again
    assert numbers_of(folder / "one.safetensors") == numbers_of(folder / "same.safetensors")
    assert 0 < entries("one.safetensors")
    assert len(numbers_of(folder / "one.safetensors")) < len(numbers_of(folder / "start.safetensors")) / 20
    assert [path.name for path in (folder / "kept").iterdir()] == ["fragtrain-kept-of-job-1.safetensors"]

    elastic = {"compression": {"wire": "fp16"}, "rule": {"name": "aeasgd", "rho": 5}, "local": lease["local"] | {"steps": 3, "learning_rate": 0.01}}
    with_lease(**elastic, job=2, task="2-1-0-1")
    task(folder, *words, "elastic.safetensors")
    header = header_of(folder / "elastic.safetensors")
    assert {entry["dtype"] for name, entry in header.items() if name.endswith("weight")} >= {"F16"}, header
    assert report_of(folder / "elastic.safetensors")["steps"] == 3
    assert [path.name for path in (folder / "kept").iterdir()] == ["fragtrain-kept-of-job-2.safetensors"]

    # Another machine, or a folder that is gone: a result counts of which nothing is kept.
    with_lease(compression=dgc, job=3, task="3-2-0-1", accepted="3-1-0-1")
    command = [os.path.join(BIN, "fragtrain"), "task", "task.json", "--weights", "start.safetensors", "--threads", "1", *words, "anew.safetensors"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr
    assert "nothing is kept here of job 3, in which task 3-1-0-1 of this worker counts" in said, said
    assert "give --keep a folder that can be written" in task(folder, "--data", "own.frag", "--keep", "task.json/kept", "-o", "x.safetensors", status=5)

    (folder / "task.json").write_text('{"state": "wait"}')
    assert 'without a lease: its state is "wait"' in task(folder, "-o", "x.safetensors", status=3)
    (folder / "task.json").write_text("[]")
    assert "is no lease" in task(folder, "-o", "x.safetensors", status=3)
    assert not (folder / "x.safetensors").exists()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for images, dataset, seed in (("images", "gels.frag", 1), ("own", "own.frag", 2)):
            program("frag", "synth", images, "--size", "284x213", "--per-class", 3, "--seed", seed, cwd=folder)
            program("frag", "cut", images, dataset, "--tile", 64, "--angles", "0:330:90", "--split", "34/33/33", cwd=folder)
        next(path for path in sorted((folder / "own").iterdir()) if path.is_dir()).rename(folder / "own/another")
        program("frag", "cut", "own", "other.frag", "--tile", 64, "--angles", "0:330:90", "--split", "34/33/33", cwd=folder)
        fragagg = (os.path.join(BIN, "fragagg"), "--state", str(folder / "rounds"), "--port", "0")
        with fragd(str(folder / "gels.frag")) as (_, mirror), server(*fragagg, said=r"listening on (\S+)", stream="stdout") as (_, url):
            (folder / "job.toml").write_text(JOB.format(mirror=mirror))
            program("fragtrain", "submit", "job.toml", "--aggregator", url, cwd=folder)
            check_job(folder, url)
        check_files(folder)


main()
