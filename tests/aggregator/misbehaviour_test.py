#!/usr/bin/env python3
"""Workers that are killed, stall, come late, send NaN, wrong shapes, others' results, another job's, or the same twice: the job ends with
the weights that its honest results make, and each event is counted under its name."""
import json
import math
import pathlib
import struct
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from fragagg_process import Fragagg, call, job, numbers_of, request, weights_file

FIRST = [1.0, 2.0, 3.0]
LEASE_S = 1.0


def change(part):
    return [0.5 * (part + 1), -1.0, 0.25 * part]


class Worker:
    def __init__(self, port, name):
        self.port, self.name = port, name
        self.token = call(port, "POST", "/v1/workers", {"name": name})["token"]

    def ask(self, wait_s=5):
        """A lease, or None."""
        return call(self.port, "POST", "/v1/tasks", {"wait_s": wait_s}, self.token).get("lease")

    def send(self, task, body):
        """The status, and the reason where there is one."""
        status, answer = request(self.port, "PUT", f"/v1/tasks/{task}/result", body, self.token)
        return status, json.loads(answer).get("detail", "")

    def deliver(self, lease):
        assert self.send(lease["task"], weights_file(change(lease["part"]))) == (200, ""), lease


def with_report(numbers, task):
    """A result that says of which task it is."""
    file = weights_file(numbers)
    length, = struct.unpack_from("<Q", file)
    header = json.loads(file[8:8 + length])
    header["__metadata__"] = {"frag": json.dumps({"report": {"task": task}})}
    text = json.dumps(header)
    text += " " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text.encode() + file[8 + length:]


def open_job(port):
    number = call(port, "POST", "/v1/jobs", job(4, 1, 1.0, LEASE_S))["job"]
    call(port, "PUT", f"/v1/jobs/{number}/weights", weights_file(FIRST))
    return number


def check_end(port, number, **counts):
    status = call(port, "GET", f"/v1/jobs/{number}")
    final, = status["history"]
    assert status["state"] == "finished" and final["taken"] == 4, status
    assert {name: final[name] for name in counts} == counts, (final, counts)
    expected = [first - sum(change(part)[i] for part in range(4)) / 4 for i, first in enumerate(FIRST)]
    assert numbers_of(request(port, "GET", f"/v1/weights/{status['weights']}")[1]) == expected, expected
    return {event["kind"] for event in status["events"]}


def misbehave(port):
    """One job with all of it; its number, and a task whose result came too late."""
    number = open_job(port)
    liar, shapeless, honest, slow = (Worker(port, name) for name in ("liar", "shapeless", "honest", "slow"))
    leases = {worker.name: worker.ask() for worker in (liar, shapeless, honest, slow)}
    assert sorted(lease["part"] for lease in leases.values()) == [0, 1, 2, 3], leases

    status, why = liar.send(leases["liar"]["task"], weights_file([math.nan, 1.0, 2.0]))
    assert status == 422 and "finite" in why, (status, why)
    status, why = shapeless.send(leases["shapeless"]["task"], weights_file([1.0, 2.0]))
    assert status == 422 and "shape" in why, (status, why)
    status, why = honest.send(leases["slow"]["task"], weights_file(change(leases["slow"]["part"])))
    assert status == 409 and "another worker" in why, (status, why)

    honest.deliver(leases["honest"])
    honest.deliver(leases["honest"])  # again, as after an answer that was lost
    status, why = honest.send(leases["honest"]["task"], weights_file([9.0, 9.0, 9.0]))
    assert status == 409 and "another" in why, (status, why)

    assert Worker(port, "killed").ask()  # and is never heard of again
    time.sleep(LEASE_S * 1.2)  # nor is the slow one, for too long
    confused = Worker(port, "confused")
    lease = confused.ask()
    status, why = confused.send(lease["task"], with_report(change(lease["part"]), "9-9-9-9"))
    assert status == 422 and "9-9-9-9" in why, (status, why)

    for name in ("first", "second", "third"):  # the parts that are left
        helper = Worker(port, name)
        helper.deliver(helper.ask())
    status, why = slow.send(leases["slow"]["task"], weights_file(change(leases["slow"]["part"])))
    assert status == 409 and "late" in why, (status, why)
    return number, leases["slow"]["task"]


def wait_for_end(port, number):
    for _ in range(600):
        if call(port, "GET", f"/v1/jobs/{number}")["state"] == "finished":
            return
        time.sleep(0.05)
    raise AssertionError(call(port, "GET", f"/v1/jobs/{number}"))


def main():
    with tempfile.TemporaryDirectory() as directory:
        aggregator = Fragagg(pathlib.Path(directory) / "state")
        try:
            port = aggregator.port
            bad, task = misbehave(port)
            wait_for_end(port, bad)
            good = open_job(port)
            for n in range(4):
                worker = Worker(port, f"again{n}")
                status, why = worker.send(task, weights_file(FIRST))  # of the job before, and another's
                assert status == 409 and "another worker" in why, (status, why)
                worker.deliver(worker.ask())
            wait_for_end(port, good)
            kinds = check_end(port, bad, refused=3, foreign=5, repeated=2, late=1)
            assert {"refused", "foreign", "late", "silent", "closed", "finished"} <= kinds, kinds
            check_end(port, good, refused=0, foreign=0, repeated=0, late=0, reissued=0)
        finally:
            aggregator.process.kill()


if __name__ == "__main__":
    main()
