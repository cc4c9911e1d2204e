#!/usr/bin/env python3
"""Milliseconds from the deciding result to the tasks of the next round, with many workers in a long poll and a small model. Measured, never
asserted.

    tests/benchmarks/handout_benchmark.py build/release/bin [WORKERS 50] [ROUNDS 40] [PARAMETERS 10000]
"""
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["FRAG_BIN_DIR"] = sys.argv[1]
sys.path.insert(0, str(ROOT / "tests" / "aggregator"))
sys.dont_write_bytecode = True
import selectors

from fragagg_process import Fragagg, call, job, weights_file
from polls_test import Poll


def hand_out(port, sessions, leases, result):
    """One round: all results but the last, everybody waits, the last; (first, last) milliseconds and the new leases."""
    for session, lease in zip(sessions[:-1], leases[:-1]):
        call(port, "PUT", f"/v1/tasks/{lease['task']}/result", result, session)
    polls = [Poll(port, session) for session in sessions[:-1]]
    time.sleep(0.1)
    selector = selectors.DefaultSelector()
    for poll in polls:
        selector.register(poll.socket, selectors.EVENT_READ, poll)
    began = time.monotonic()
    call(port, "PUT", f"/v1/tasks/{leases[-1]['task']}/result", result, sessions[-1])
    times = []
    while selector.get_map():
        for key, _ in selector.select():
            if key.data.read():
                times.append((time.monotonic() - began) * 1000)
                selector.unregister(key.fileobj)
    leases = [poll.state().get("lease") for poll in polls]
    leases.append(call(port, "POST", "/v1/tasks", {"wait_s": 5}, sessions[-1]).get("lease"))
    return times[0], times[-1], leases


def main():
    workers, rounds, parameters = (int(sys.argv[i]) if len(sys.argv) > i else value for i, value in ((2, 50), (3, 40), (4, 10000)))
    result = weights_file([1e-6] * parameters)
    with tempfile.TemporaryDirectory(dir=".") as directory:
        aggregator = Fragagg(pathlib.Path(directory) / "state", "--threads", "256")
        port = aggregator.port
        sessions = [call(port, "POST", "/v1/workers", {"name": f"w{n}"})["token"] for n in range(workers)]
        call(port, "POST", "/v1/jobs", job(workers, rounds + 1, 1.0, 60.0))
        call(port, "PUT", "/v1/jobs/1/weights", result)
        leases = [call(port, "POST", "/v1/tasks", {"wait_s": 5}, session)["lease"] for session in sessions]
        first, last = [], []
        for _ in range(rounds):
            one, all_of_them, leases = hand_out(port, sessions, leases, result)
            first.append(one)
            last.append(all_of_them)
        aggregator.stop()
    for what, values in (("first task", first), (f"all {workers - 1}", last)):
        print(f"{what:<12} median {statistics.median(values):6.1f} ms   90% {sorted(values)[int(len(values) * 0.9)]:6.1f} ms   "
              f"most {max(values):6.1f} ms")


if __name__ == "__main__":
    main()
