"""fragtrain status --watch: drawn in place on a terminal, a line a change elsewhere, JSON lines, an aggregator that goes and comes back."""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "aggregator"))
from fragagg_process import Fragagg, call, job, weights_file

FRAGTRAIN = os.path.join(os.environ["FRAG_BIN_DIR"], "fragtrain")


def wait_for(check, what):
    until = time.monotonic() + 60
    while not check():
        assert time.monotonic() < until, f"{what()}: not within 60 s"
        time.sleep(0.05)


class Watcher:
    """The command on a terminal of 60 x 12, or on a pipe; what it has written is in `said`."""

    def __init__(self, port, *options, terminal=False):
        command = [FRAGTRAIN, "status", "--aggregator", f"http://127.0.0.1:{port}", "--watch", *options]
        if terminal:
            self.output, theirs = pty.openpty()
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 60, 0, 0))
        else:
            self.output, theirs = os.pipe()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, text=True,
                                        env=dict(os.environ, TERM="xterm"))
        os.close(theirs)
        self.said = ""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while True:
            try:
                piece = os.read(self.output, 65536)
            except OSError:  # a terminal whose other end is closed
                piece = b""
            if not piece:
                return
            self.said += piece.decode()

    def wait(self, text):
        wait_for(lambda: text in self.said, lambda: f"{text!r} in {self.said!r}")

    def end(self):
        """(exit status, standard error) once it has ended."""
        errors = self.process.communicate(timeout=60)[1]
        self.reader.join()
        os.close(self.output)
        return self.process.returncode, errors


def play_round(port, worker):
    task = call(port, "POST", "/v1/tasks", {"wait_s": 20}, token=worker)["lease"]["task"]
    call(port, "PUT", f"/v1/tasks/{task}/result", weights_file([1.0]), token=worker)


def open_job(port, number, rounds):
    call(port, "POST", "/v1/jobs", job(nodes=1, rounds=rounds, quorum=1.0))
    call(port, "PUT", f"/v1/jobs/{number}/weights", weights_file([0.0]))
    return call(port, "POST", "/v1/workers", {"name": "desk"})["token"]


def check_pipes(aggregator):
    """Both end by themselves when the job has."""
    port = aggregator.port
    worker = open_job(port, 1, 2)
    lines, texts = Watcher(port), Watcher(port, "--json")
    lines.wait("0 of 2 rounds closed")
    texts.wait("\n")
    play_round(port, worker)
    lines.wait("round 1: 1 nodes, 1 taken")
    play_round(port, worker)
    assert lines.end() == (0, ""), lines.said
    assert texts.end() == (0, ""), texts.said
    assert "round 2: 1 nodes, 1 taken" in lines.said and "job 1 \"test\": finished" in lines.said, lines.said
    assert "\033" not in lines.said
    statuses = [json.loads(line) for line in texts.said.splitlines()]
    assert statuses[-1]["state"] == "finished" and len(statuses[-1]["history"]) == 2, statuses
    assert len(statuses) == len({json.dumps(status) for status in statuses}), "a line without a change"


def check_terminal(aggregator):
    port = aggregator.port
    worker = open_job(port, 2, 5)
    screen = Watcher(port, terminal=True)
    screen.wait("[........................] 0 of 5 rounds")
    assert screen.said.startswith("\033[?1049h\033[?25l"), screen.said
    play_round(port, worker)
    screen.wait("] 1 of 5 rounds")
    aggregator.kill()
    drawn = len(screen.said)
    wait_for(lambda: f":{port}" in screen.said[drawn:], lambda: f"the outage in {screen.said[drawn:]!r}")
    aggregator.start()
    play_round(port, worker)
    screen.wait("] 2 of 5 rounds")
    screen.process.send_signal(signal.SIGINT)
    assert screen.end() == (0, ""), screen.said
    drawings, rest = screen.said.split("\033[?25h\033[?1049l")
    assert "job 2 \"test\": open, 2 of 5 rounds closed" in rest, rest
    for drawing in drawings.split("\033[H")[1:]:
        rows = [re.sub(r"\033\[[KJ]|\r", "", row) for row in drawing.split("\n")]
        assert len(rows) <= 13 and all(len(row) <= 60 for row in rows), rows  # the last is where what was below is cleared


def main():
    with tempfile.TemporaryDirectory() as work:
        aggregator = Fragagg(os.path.join(work, "state"))
        try:
            check_pipes(aggregator)
            check_terminal(aggregator)
        finally:
            aggregator.kill()


main()
