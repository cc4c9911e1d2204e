#!/usr/bin/env python3
"""Hundreds of workers in a long poll, results coming in meanwhile: every one is answered when a round opens, and memory stays bounded.

    polls_test.py [WORKERS]
"""
import json
import pathlib
import re
import selectors
import socket
import sys
import tempfile

sys.dont_write_bytecode = True
from fragagg_process import BINARY, Fragagg, call, job, weights_file

NUMBERS = [1.0, 2.0]
SANITIZED = re.search(r"/[at]san/", BINARY)  # which takes several times the memory


class Poll:
    """One request on a socket of its own, read as it comes."""

    def __init__(self, port, session):
        body = b'{"wait_s": 25}'
        self.session, self.answer = session, b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(b"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + session.encode() +
                            b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def read(self):
        """True at the end."""
        piece = self.socket.recv(65536)
        self.answer += piece
        if not piece:
            self.socket.close()
        return not piece

    def state(self):
        return json.loads(self.answer.partition(b"\r\n\r\n")[2])


def finish(polls):
    """The answers of all."""
    selector = selectors.DefaultSelector()
    for poll in polls:
        selector.register(poll.socket, selectors.EVENT_READ, poll)
    while selector.get_map():
        ready = selector.select(timeout=60)
        assert ready, "a poll was never answered"
        for key, _ in ready:
            if key.data.read():
                selector.unregister(key.fileobj)
    return [poll.state() for poll in polls]


def kib_of(process, name):
    return int(re.search(rf"^{name}:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text(), re.M).group(1))


def send(port, lease, session):
    return call(port, "PUT", f"/v1/tasks/{lease['task']}/result", weights_file(NUMBERS), session)


def main():
    idle = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    busy = 20
    with tempfile.TemporaryDirectory() as directory:
        aggregator = Fragagg(pathlib.Path(directory) / "state", "--threads", "512")
        try:
            port = aggregator.port
            sessions = [call(port, "POST", "/v1/workers", {"name": f"w{n}"})["token"] for n in range(idle + busy)]
            # Every worker has a part, and `busy` results close a round.
            call(port, "POST", "/v1/jobs", job(idle + busy, 2, busy / (idle + busy), 60.0))
            call(port, "PUT", "/v1/jobs/1/weights", weights_file(NUMBERS))
            leases = [call(port, "POST", "/v1/tasks", {"wait_s": 5}, session)["lease"] for session in sessions]
            polls = []
            for lease, session in zip(leases[:busy - 1], sessions[:busy - 1]):
                send(port, lease, session)
                polls.append(Poll(port, session))  # its part is taken: it waits
            extra = [call(port, "POST", "/v1/workers", {"name": f"x{n}"})["token"] for n in range(idle)]
            polls += [Poll(port, session) for session in extra]
            send(port, leases[busy - 1], sessions[busy - 1])
            answers = finish(polls)
            tasks = [answer["lease"]["task"] for answer in answers if answer["state"] == "task"]
            assert len(tasks) == len(set(tasks)) == len(polls), (len(tasks), len(polls))
            assert all(answer["lease"]["round"] == 2 for answer in answers)
            threads, memory = kib_of(aggregator.process, "Threads"), kib_of(aggregator.process, "VmHWM")
            print(f"{len(polls)} polls answered; {threads} threads, {memory // 1024} MiB at most")
            assert memory < 256 * 1024 or SANITIZED, memory
        finally:
            aggregator.stop()


if __name__ == "__main__":
    main()
