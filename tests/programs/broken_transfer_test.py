"""A line that breaks in the middle of weights and of a result: the worker goes on at the next byte, and the job's weights are those of
a job whose line held."""
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

from programs import BIN, program, server

JOB = """mirrors = ["{mirror}"]
input = 16
nodes = 1
rounds = 2
quorum = 1.0
keep = 0
[local]
batch = 16
[sample]
count = 30
seed = 1
"""
CUT_AT = 150_000  # bytes of a body: about half of the model's


class Proxy:
    """Passes connections on to a server; of the first big body in each direction only CUT_AT bytes."""

    def __init__(self, port):
        self.target, self.requests, self.uncut = port, [], {"up", "down"}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self.target))
            for source, sink, way in ((client, there, "up"), (there, client, "down")):
                threading.Thread(target=self.pump, args=(source, sink, way), daemon=True).start()

    def pump(self, source, sink, way):
        passed = 0
        try:
            while data := source.recv(65536):
                if way == "up":
                    self.requests += re.findall(rb"^(?:GET|PUT|HEAD) .*|^(?:Range|Content-Range): .*", data, re.M)
                passed += len(data)
                if way in self.uncut and passed > CUT_AT:
                    self.uncut.discard(way)
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def final_weights(folder, mirror, through_proxy):
    """The digest of a job's final weights, and what the proxy saw."""
    state = folder / ("cut" if through_proxy else "whole")
    with server(os.path.join(BIN, "fragagg"), "--state", state, "--port", "0", said=r"listening on (\S+)", stream="stdout") as (_, url):
        (folder / "job.toml").write_text(JOB.format(mirror=mirror))
        program("fragtrain", "submit", "job.toml", "--aggregator", url, cwd=folder)
        proxy = Proxy(int(url.rsplit(":", 1)[1])) if through_proxy else None
        done = subprocess.run([os.path.join(BIN, "fragtrain"), "worker", "--aggregator", proxy.url if proxy else url, "--name", "w",
                               "--threads", "1"], capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr
        status = json.loads(program("fragtrain", "status", "--aggregator", url, "--json"))
        assert [entry["taken"] for entry in status["history"]] == [1, 1], status
        program("fragtrain", "status", "--aggregator", url, "--weights", folder / "w.safetensors")
        return (folder / "w.safetensors").read_bytes(), [request.decode().strip() for request in proxy.requests] if proxy else []


def main():
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        program("frag", "synth", "images", "--size", "160x128", "--per-class", 3, cwd=folder)
        program("frag", "cut", "images", "gels.frag", "--tile", 32, "--angles", "0", "--split", "34/33/33", cwd=folder)
        with server(os.path.join(BIN, "fragd"), folder / "gels.frag", "--port", "0", said=r"listening on (\S+)", stream="stdout") as (_, mirror):
            whole, _ = final_weights(folder, mirror, through_proxy=False)
            cut, requests = final_weights(folder, mirror, through_proxy=True)
    assert whole == cut, "the weights of the job whose line broke are others"
    ranges = [request for request in requests if request.startswith("Range: bytes=")]
    assert len(ranges) == 1 and int(re.search(r"\d+", ranges[0])[0]) > 100_000, requests
    pieces = [request for request in requests if request.startswith("Content-Range:")]
    assert len(pieces) == 1 and int(re.search(r"\d+", pieces[0])[0]) > 50_000, requests


if __name__ == "__main__":
    main()
