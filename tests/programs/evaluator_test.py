"""An evaluator and the controls of a job, on the wire that libfrag/rounds/messages.h describes: this script is the other side of it."""
import http.server
import json
import tempfile
import threading
from pathlib import Path

from programs import program


class Aggregator(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    leases = []  # to be handed out, then the job has ended
    weights = b""
    measured = []
    controls = []
    first_weights = []  # statuses that they are answered with

    def answer(self, body, status=200, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")

    def do_GET(self):
        status = {"job": 3, "name": "gels", "state": "open", "rounds": 2, "needed": 1, "weights": 4, "history": [], "workers": []}
        self.answer(self.weights if self.path.startswith("/v1/weights/") else status)

    def do_POST(self):
        body = self.body()
        if self.path == "/v1/workers":
            self.answer({"worker": 1, "token": "t"}, 201)
        elif self.path == "/v1/jobs":
            self.answer({"job": 4, "state": "awaiting_weights"}, 201)
        elif self.path == "/v1/evaluations":
            assert self.headers["Authorization"] == "Bearer t"
            self.answer({"state": "task", "lease": self.leases.pop(0)} if self.leases else {"state": "finished"})
        else:
            self.controls.append((self.path, body))
            late = self.path.endswith("/resume")
            self.answer({"detail": "job 3 is not paused"} if late else {"job": 3, "state": "paused"}, 409 if late else 200)

    def do_PUT(self):
        if self.path == "/v1/jobs/4/weights":
            self.rfile.read(int(self.headers["Content-Length"]))
            status = self.first_weights.pop(0)
            return self.answer({"job": 4, "state": "open"} if status == 200 else {"detail": "not now"}, status, [("Retry-After", "0")] if status == 503 else [])
        self.measured.append((self.path, self.body()))
        late = len(self.measured) == 2
        self.answer({"detail": "measured already"} if late else {}, 409 if late else 200)

    def log_message(self, *_):
        pass


def check_evaluation(folder, url):
    dataset = json.loads(program("frag", "info", "gels.frag", "--json", cwd=folder))["id"]
    lease = {"job": 3, "round": 1, "weights": 4, "lease_s": 30, "model": "small", "dataset": dataset, "mirrors": ["gels.frag"],
             "sample": {"split": "test", "count": 30, "seed": 5}}
    Aggregator.leases = [lease, lease | {"round": 2, "weights": 5}]
    Aggregator.weights = (folder / "run/weights.safetensors").read_bytes()
    said = program("fragtrain", "worker", "--evaluate", "--aggregator", url, "--name", "judge", "--threads", 1, cwd=folder)
    assert "2 versions measured" in said and "no longer wanted" in said, said
    (first_path, first), (second_path, second) = Aggregator.measured
    assert (first_path, second_path) == ("/v1/evaluations/4", "/v1/evaluations/5"), Aggregator.measured
    assert first | {"round": 2, "weights": 5} == second and first["fragments"] == 30 and first["round"] == 1, first
    answer = json.loads(program("fragtrain", "eval", "run/weights.safetensors", "gels.frag", "--split", "test", "--count", 30, "--seed", 5, "--threads", 1, "--json", cwd=folder))
    assert abs(answer["accuracy"] - first["accuracy"]) < 1e-9, (answer["accuracy"], first)


def check_controls(url):
    assert program("fragtrain", "job", "pause", "--aggregator", url, "--reason", "noon") == "job 3: paused\n"
    program("fragtrain", "job", "stop", "--aggregator", url, "--job", 2)
    assert Aggregator.controls == [("/v1/jobs/3/pause", {"reason": "noon"}), ("/v1/jobs/2/stop", {"reason": ""})], Aggregator.controls
    assert "job 3 is not paused" in program("fragtrain", "job", "resume", "--aggregator", url, status=7)


def check_first_weights(folder, url):
    """They are sent until they are taken; where they are not, submit says how to be rid of the job."""
    (folder / "job.toml").write_text('mirrors = ["gels.frag"]\ninput = 32\n[sample]\ncount = 10\n')
    Aggregator.first_weights[:] = [503, 503, 200, 422]
    assert program("fragtrain", "submit", "job.toml", "--aggregator", url, cwd=folder).startswith("job 4 ")
    message = program("fragtrain", "submit", "job.toml", "--aggregator", url, cwd=folder, status=3)
    assert f"fragtrain job stop --aggregator {url} --job 4" in message, message
    assert Aggregator.first_weights == []


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program("frag", "synth", "images", "--size", "284x213", "--per-class", 3, cwd=folder)
        program("frag", "cut", "images", "gels.frag", "--tile", 64, "--angles", "0:330:90", "--split", "34/33/33", cwd=folder)
        program("fragtrain", "fit", "gels.frag", "--epochs", 1, "--count", 30, "--input", 32, "--threads", 1, "-o", "run", cwd=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Aggregator) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}"
            check_evaluation(folder, url)
            check_controls(url)
            check_first_weights(folder, url)
            server.shutdown()


main()
