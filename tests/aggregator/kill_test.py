#!/usr/bin/env python3
"""kill -9 at seeded instants of a job: nothing that was acknowledged is lost or counted twice.

With quorum 1.0 the final weights are those of an uninterrupted job, bit for bit; with a quorum below, those that follow
from the recorded accepted results. Both are computed here, in Python's doubles, independently of the program. Of rules
with a memory, and of asynchronous ones, `fragagg replay` says the same.

    kill_test.py [SEED [KILLS]]     KILLS: of each job, 25 without
"""
import http.client
import json
import pathlib
import random
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from fragagg_process import BINARY, Fragagg, call, job, numbers_of, request, weights_file

NODES = 3
FIRST = [0.1, -2.5, 1e-3, 1e7, 3.0]
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 25
ROUNDS = KILLS * 8 // 5  # enough that most kills fall within the job


def as_float(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def change(weights, round_number, part):
    """What a worker finds in its part: a pure function, so that any worker finds the same."""
    return [as_float(w * 0.01 * (part + 1) + 0.37 / (round_number + part)) for w in weights]


def average(weights, changes):
    total = [0.0] * len(weights)
    for values in changes:
        total = [t + v for t, v in zip(total, values)]
    return [as_float(w - t / len(changes)) for w, t in zip(weights, total)]


class Worker(threading.Thread):
    """Asks, trains, sends, and tries again whatever a kill cut off."""

    def __init__(self, port, name):
        super().__init__(daemon=True)
        self.port, self.name, self.requests, self.failure = port, name, 0, None

    def insist(self, *arguments):
        while True:
            try:
                self.requests += 1
                return request(self.port, *arguments)
            except (OSError, http.client.HTTPException):
                time.sleep(0.005)

    def run(self):
        try:
            self.work()
        except Exception as failure:  # shown by the main thread
            self.failure = failure

    def work(self):
        token = json.loads(self.insist("POST", "/v1/workers", {"name": self.name})[1])["token"]
        while True:
            status, body = self.insist("POST", "/v1/tasks", {"wait_s": 5}, token)
            assert status == 200, (status, body)
            answer = json.loads(body)
            if answer["state"] == "finished":
                return
            if answer["state"] == "task":
                self.do(answer["lease"], token)

    def do(self, lease, token):
        status, body = self.insist("GET", "/v1/weights/%d" % lease["weights"], None, token)
        assert status == 200, (status, body)
        result = weights_file(change(numbers_of(body), lease["round"], lease["part"]))
        status, body = self.insist("PUT", "/v1/tasks/%s/result" % lease["task"], result, token)
        assert status in (200, 409), (status, body)


def run_job(aggregator, rng, rounds, quorum, rule=None):
    """Runs one job under kills; the version of its first weights and its status at the end."""
    wanted = job(NODES, rounds, quorum) | {"keep": 0, "keep_weights": 0} | ({"rule": rule} if rule else {})
    number = call(aggregator.port, "POST", "/v1/jobs", wanted)["job"]
    call(aggregator.port, "PUT", "/v1/jobs/%d/weights" % number, weights_file(FIRST))
    first = call(aggregator.port, "GET", "/v1/jobs/%d" % number)["weights"]
    workers = [Worker(aggregator.port, "worker%d" % i) for i in range(NODES)]
    for worker in workers:
        worker.start()
    kills = 0
    while kills < KILLS and any(worker.is_alive() for worker in workers):
        # After so many requests more, and a little later: within an upload, a commit, an averaging or an answer.
        target = sum(w.requests for w in workers) + rng.randrange(1, 14)
        while sum(w.requests for w in workers) < target and any(w.is_alive() for w in workers):
            time.sleep(0.0005)
        time.sleep(rng.random() * 0.006)
        aggregator.kill()
        aggregator.start()
        kills += 1
    for worker in workers:
        worker.join()
        if worker.failure:
            raise worker.failure
    print("job %d: %d kills" % (number, kills))
    return first, call(aggregator.port, "GET", "/v1/jobs/%d" % number)


def check_full_quorum(aggregator, rng):
    rounds = ROUNDS
    first, status = run_job(aggregator, rng, rounds, 1.0)
    expected = numbers_of(request(aggregator.port, "GET", "/v1/weights/%d" % first)[1])
    assert expected == list(map(as_float, FIRST)), expected
    for round_number in range(1, rounds + 1):
        expected = average(expected, [change(expected, round_number, part) for part in range(NODES)])
    final = request(aggregator.port, "GET", "/v1/weights/%d" % status["weights"])[1]
    assert final == weights_file_like(final, expected), "the final weights differ from the uninterrupted job's"
    assert [entry["taken"] for entry in status["history"]] == [NODES] * rounds, status


def weights_file_like(file, numbers):
    """`file` with other numbers: equal files are equal to the bit."""
    length, = struct.unpack_from("<Q", file)
    return file[:8 + length] + struct.pack("<%df" % len(numbers), *numbers)


def check_replay(aggregator, state, rng):
    rounds = ROUNDS
    _, status = run_job(aggregator, rng, rounds, 0.6)
    exit_status, _ = aggregator.stop()
    assert exit_status == 0, exit_status
    database = sqlite3.connect(state / "rounds.sqlite")
    expected = list(map(as_float, FIRST))
    for entry in status["history"]:
        rows = database.execute(
            "SELECT id, digest FROM tasks WHERE job=? AND round=? AND state='accepted' ORDER BY part",
            (status["job"], entry["round"])).fetchall()
        assert len(rows) == entry["taken"] == status["needed"] == 2, (rows, entry)
        files = [(state / "results" / ("%s-%s.safetensors" % row)).read_bytes() for row in rows]
        expected = average(expected, [numbers_of(file) for file in files])
    final = (state / "weights" / ("%08d.safetensors" % status["weights"])).read_bytes()
    assert final == weights_file_like(final, expected), "the recorded results do not give the final weights"


def check_program_replays(aggregator, state, rng, rule):
    """Every round of a killed job, made again by the program, gives the recorded weights."""
    aggregator.start()
    _, status = run_job(aggregator, rng, ROUNDS, 0.6, rule)
    assert aggregator.stop()[0] == 0
    replay = subprocess.run([BINARY, "replay", "--state", state, "--job", str(status["job"])], capture_output=True, text=True)
    assert replay.returncode == 0, replay.stdout + replay.stderr
    assert "%d rounds give the recorded weights" % ROUNDS in replay.stdout, replay.stdout
    database = sqlite3.connect(state / "rounds.sqlite")
    orders = database.execute("SELECT \"order\" FROM tasks WHERE job=? AND state='accepted'", (status["job"],)).fetchall()
    assert sorted(order for order, in orders) == list(range(1, len(orders) + 1)), "a result counted twice, or not at all"


def main():
    rng = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    with tempfile.TemporaryDirectory() as directory:
        state = pathlib.Path(directory) / "state"
        aggregator = Fragagg(state)
        try:
            check_full_quorum(aggregator, rng)
            check_replay(aggregator, state, rng)
            check_program_replays(aggregator, state, rng, {"name": "fedadam"})
            check_program_replays(aggregator, state, rng, {"name": "fedbuff", "buffer": 2})
        finally:
            aggregator.process.kill()


if __name__ == "__main__":
    main()
