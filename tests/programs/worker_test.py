"""A worker on the wire that libfrag/rounds/messages.h describes, with an aggregator and a mirror that do what this script wants: what it
does with a lease that comes to nothing, and what it asks of the mirror meanwhile."""
import http.server
import json
import os
import re
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

from programs import BIN, fragd, program

SOON = 60  # seconds, for what must come


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def log_message(self, *_):
        pass


class Serving:
    """A server on a port of its own, whose handler knows it as `self.server.owner`."""

    def __init__(self, handler):
        self.lock, self.asked = threading.Condition(), []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.owner = self
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, what):
        with self.lock:
            self.asked.append(what)
            self.lock.notify_all()

    def wait_for(self, pattern):
        with self.lock:
            return self.lock.wait_for(lambda: any(re.search(pattern, one) for one in self.asked), SOON)

    def count(self, pattern):
        return sum(re.search(pattern, one) is not None for one in self.asked)


class AggregatorHandler(Handler):
    def do_GET(self):
        aggregator = self.server.owner
        aggregator.note("GET " + self.path)
        if self.path == "/v1/jobs":
            return self.answer(200, {"jobs": [{"job": 3, "state": "open", "closed": 1}]})
        if self.path in aggregator.gone:
            return self.answer(410, {"detail": "no longer kept"})
        aggregator.before_weights()
        self.answer(200, aggregator.weights)

    def do_POST(self):
        aggregator = self.server.owner
        self.body()
        aggregator.note("POST " + self.path)
        if self.path == "/v1/workers":
            return self.answer(201, {"worker": 1, "token": "t"})
        if self.path.endswith("/heartbeat"):
            return self.answer(aggregator.beat, {"lease_s": 30})
        if aggregator.count("POST /v1/(tasks|evaluations)$") > aggregator.asks_taken:
            return self.answer(401, {"detail": "somebody else joined under this name"})
        leases = aggregator.leases
        if not leases:
            aggregator.note("finished")
        self.answer(200, {"state": "task", "lease": leases.pop(0)} if leases else {"state": "finished"})

    def do_PUT(self):
        aggregator = self.server.owner
        self.body()
        aggregator.note("PUT " + self.path)
        aggregator.before_taking(self.path)
        self.answer(aggregator.taking, {"state": "accepted"})


class Aggregator(Serving):
    def __init__(self, leases, weights, **other):
        self.leases, self.weights, self.gone, self.beat, self.taking = leases, weights, (), 200, 200
        self.asks_taken = 10**6  # before the worker's session has ended
        self.before_taking = self.before_weights = lambda *_: None
        self.__dict__.update(other)
        super().__init__(AggregatorHandler)


class MirrorHandler(Handler):
    def do_GET(self):
        mirror = self.server.owner
        mirror.note(self.path)
        if self.path.startswith("/v1/sample?"):
            mirror.before_sample()
        passed_on = {name: value for name, value in self.headers.items() if name.lower() in ("range", "if-range")}
        try:
            with urllib.request.urlopen(urllib.request.Request(mirror.target + self.path, headers=passed_on)) as answer:
                self.answer(answer.status, answer.read(), [(name, value) for name, value in answer.headers.items()
                                                          if name.lower() in ("content-type", "content-range", "etag")])
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.read())
        except OSError:
            pass  # who asked has gone


class Mirror(Serving):
    """Passes requests on to a fragd."""

    def __init__(self, target, before_sample=lambda: None):
        self.target, self.before_sample = target, before_sample
        super().__init__(MirrorHandler)

    def rounds(self):
        """Of which samples were asked, in order, each once."""
        found = [re.search(r"[?&]round=(\d+)", path) for path in self.asked if path.startswith("/v1/sample?")]
        return sorted({int(one[1]) if one else 0 for one in found})


class Scene:
    def __init__(self, folder, mirror):
        self.folder, self.mirror = folder, mirror
        self.dataset = json.loads(program("frag", "info", "gels.frag", "--json", cwd=folder))["id"]
        self.weights = (folder / "run/weights.safetensors").read_bytes()

    def lease(self, round_number=1, **changes):
        return {"task": f"3-{round_number}-0-1", "job": 3, "round": round_number, "part": 0, "weights": round_number, "lease_s": 30, "model": "small",
                "dataset": self.dataset, "mirrors": [self.mirror],
                "local": {"epochs": 1, "batch": 5, "optimizer": "sgd", "learning_rate": 0.01, "momentum": 0.9, "weight_decay": 0},
                "rule": {"name": "mean"}, "compression": {"wire": "fp32"}, "accepted": "",
                "sample": {"split": "train", "count": 10, "seed": 1, "round": round_number, "part": 0, "parts": 1}} | changes

    def run(self, aggregator, *words, status=0):
        """What it said, on both streams."""
        done = subprocess.run([os.path.join(BIN, "fragtrain"), "worker", "--aggregator", aggregator.url, "--name", "w", "--threads", "1", *words],
                              cwd=self.folder, capture_output=True, text=True, timeout=300, env=os.environ | {"XDG_CACHE_HOME": str(self.folder / "cache")})
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr


def check_typo(scene):
    """A worker without its data does not join."""
    aggregator = Aggregator([scene.lease()], scene.weights)
    assert "nowhere.frag" in scene.run(aggregator, "--data", "nowhere.frag", status=4)
    assert aggregator.asked == [], aggregator.asked


def check_failures(scene):
    """Whoever ends by an error gives its lease up, by joining again; but not where somebody else has joined under its name."""
    for words in ((), ("--evaluate",)):
        aggregator = Aggregator([scene.lease(model="mlp")], scene.weights)
        assert "is of model small" in scene.run(aggregator, *words, status=3)
        assert aggregator.count("POST /v1/workers") == 2, aggregator.asked
    for lease, taking, status in ((scene.lease(), 401, 7), (scene.lease(model="mlp"), 200, 3)):
        aggregator = Aggregator([lease], scene.weights, taking=taking, asks_taken=1)
        scene.run(aggregator, status=status)
        assert aggregator.count("POST /v1/workers") == 1, aggregator.asked


def check_pruned_weights(scene):
    aggregator = Aggregator([scene.lease(1), scene.lease(2)], scene.weights, gone=("/v1/weights/1",))
    said = scene.run(aggregator)
    assert "given up" in said and "no longer kept" in said and "1 results taken" in said, said


def check_lost_lease(scene, target):
    """A lease that is lost and whose round has closed is given up, also while fragments are read and the mirror says nothing."""
    aggregator = Aggregator([scene.lease(lease_s=0.15)], scene.weights, beat=409)
    mirror = Mirror(target, before_sample=lambda: aggregator.wait_for("finished"))
    aggregator.leases[0]["mirrors"] = [mirror.url]
    said = scene.run(aggregator)
    assert "given up: round 1 has closed" in said, said
    assert aggregator.count("PUT") == 0, aggregator.asked


def check_reading_ahead(scene, target):
    """The next round's set is asked for before this one's result is taken."""
    mirror = Mirror(target)
    ahead = []
    aggregator = Aggregator([scene.lease(1, mirrors=[mirror.url]), scene.lease(2, mirrors=[mirror.url])], scene.weights,
                            before_taking=lambda path: ahead.append(mirror.wait_for("^/v1/sample[?].*round=2")) if "/3-1-" in path else None)
    scene.run(aggregator)
    assert ahead == [True], mirror.asked
    assert aggregator.count("PUT") == 2, aggregator.asked


def check_missed_rounds(scene, target):
    """A worker that misses rounds reads no more ahead than once."""
    mirror = Mirror(target)
    aggregator = Aggregator([scene.lease(number, mirrors=[mirror.url]) for number in (1, 3, 5)], scene.weights)
    scene.run(aggregator)
    assert aggregator.count("PUT") == 3, aggregator.asked
    assert {1, 3, 5} <= set(mirror.rounds()) <= {1, 2, 3, 5}, mirror.rounds()


def check_own_data(scene):
    """A folder of another dataset than the job's is said to be one's own."""
    other = "f" * 64
    said = scene.run(Aggregator([scene.lease(dataset=other)], scene.weights), "--data", "gels.frag")
    assert f"holds dataset {scene.dataset[:12]}" in said and other[:12] in said and "this worker's own" in said, said
    assert "this worker's own" not in scene.run(Aggregator([scene.lease()], scene.weights), "--data", "gels.frag")


def check_copy_among_mirrors(scene):
    """A folder with a copy is a mirror that is asked before the job's."""
    aggregator = Aggregator([scene.lease(mirrors=["http://127.0.0.1:1"])], scene.weights)
    assert "1 results taken" in scene.run(aggregator, "--mirror", "gels.frag")


def check_evaluator_beats(scene):
    """Whoever measures says that it is at it."""
    beaten = []
    aggregator = Aggregator([scene.lease(lease_s=0.15)], scene.weights)
    aggregator.before_weights = lambda: beaten.append(aggregator.wait_for("POST /v1/evaluations/1/heartbeat"))
    # Scripts that start workers give --keep to each of them.
    said = scene.run(aggregator, "--evaluate", "--keep", "kept")
    assert beaten == [True] and "1 version measured" in said, (aggregator.asked, said)


def check_keep_needs_name(scene):
    message = program("fragtrain", "worker", "--aggregator", "http://127.0.0.1:1", "--keep", "kept", cwd=scene.folder, status=2)
    assert "--keep requires --name" in message, message


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program("frag", "synth", "images", "--size", "284x213", "--per-class", 3, cwd=folder)
        program("frag", "cut", "images", "gels.frag", "--tile", 64, "--angles", "0:330:90", "--split", "34/33/33", cwd=folder)
        program("fragtrain", "fit", "gels.frag", "--epochs", 1, "--count", 30, "--input", 32, "--threads", 1, "-o", "run", cwd=folder)
        with fragd(str(folder / "gels.frag")) as (_, url):
            scene = Scene(folder, url)
            check_typo(scene)
            check_failures(scene)
            check_pruned_weights(scene)
            check_lost_lease(scene, url)
            check_reading_ahead(scene, url)
            check_missed_rounds(scene, url)
            check_own_data(scene)
            check_copy_among_mirrors(scene)
            check_evaluator_beats(scene)
            check_keep_needs_name(scene)


main()
