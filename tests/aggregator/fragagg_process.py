"""fragagg as a process, and the little of its protocol that the script tests need. Standard library only."""
import http.client
import json
import os
import signal
import struct
import subprocess

BINARY = os.path.join(os.environ["FRAG_BIN_DIR"], "fragagg")


class Fragagg:
    """Runs on a state directory; restarts keep the port, so that workers find it again."""

    def __init__(self, state, *options, preexec_fn=None):
        self.command = [BINARY, "--state", str(state), *([] if "--threads" in options else ["--threads", "32"]), *options]
        self.preexec_fn = preexec_fn
        self.port = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [*self.command, "--port", str(self.port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, preexec_fn=self.preexec_fn)
        line = self.process.stdout.readline()
        assert line.startswith("fragagg: listening on http://"), repr(line)
        self.port = int(line.rsplit(":", 1)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """SIGTERM; the exit status and what else it had printed."""
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(), rest


def request(port, method, path, body=None, token=None):
    """(status, body) of one request on a connection of its own; OSError or HTTPException where it was cut."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Authorization": "Bearer " + token} if token else {}
        data = json.dumps(body) if isinstance(body, dict) else body
        connection.request(method, path, body=data, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def call(port, method, path, body=None, token=None, expect=(200, 201)):
    status, answer = request(port, method, path, body, token)
    assert status in expect, (method, path, status, answer)
    return json.loads(answer)


def weights_file(numbers):
    """One float tensor "w" as safetensors."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [len(numbers)], "data_offsets": [0, 4 * len(numbers)]}})
    header += " " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header.encode() + struct.pack("<%df" % len(numbers), *numbers)


def numbers_of(file):
    length, = struct.unpack_from("<Q", file)
    data = file[8 + length:]
    return list(struct.unpack("<%df" % (len(data) // 4), data))


def job(nodes, rounds, quorum, lease_s=3.0):
    return {"name": "test", "model": "none", "dataset": "0" * 64, "nodes": nodes, "rounds": rounds,
            "quorum": quorum, "deadline_s": 60, "lease_s": lease_s}
