#!/usr/bin/env python3
"""Transfers with curl that break off and go on, tokens while fragagg runs, limits on requests, and a disk below its reserve."""
import json
import pathlib
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from fragagg_process import BINARY, Fragagg, call, job, request, weights_file


def curl(*options):
    """(status, headers, body); the status is 0 where the transfer broke off."""
    done = subprocess.run(["curl", "-sS", "-i", *options], capture_output=True)
    while done.stdout.startswith(b"HTTP/1.1 100"):
        done.stdout = done.stdout.partition(b"\r\n\r\n")[2]
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 (\d+)", head)
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
    return int(found.group(1)) if found else 0, headers, body


def open_job(port, numbers, rounds=1, token=None):
    call(port, "POST", "/v1/jobs", job(1, rounds, 1.0, 30.0), token)
    call(port, "PUT", "/v1/jobs/1/weights", weights_file(numbers), token)


def join(port, name, token=None):
    return call(port, "POST", "/v1/workers", {"name": name}, token)["token"]


def check_upload_goes_on(state):
    numbers = [i / 7 for i in range(2_000_000)]
    file = state.parent / "result"
    file.write_bytes(weights_file(numbers))
    size = file.stat().st_size
    aggregator = Fragagg(state)
    try:
        port = aggregator.port
        open_job(port, numbers)
        worker = join(port, "a")
        bearer = "Authorization: Bearer " + worker
        task = call(port, "POST", "/v1/tasks", {"wait_s": 5}, worker)["lease"]["task"]
        url = f"http://127.0.0.1:{port}/v1/tasks/{task}/result"

        def offset():
            status, headers, _ = curl("--head", "-H", bearer, url)
            assert status == 200, status
            return int(headers["upload-offset"])

        assert offset() == 0
        sending = subprocess.Popen(["curl", "-s", "-T", file, "--limit-rate", "2M", "-H", bearer, url], stdout=subprocess.DEVNULL)
        while sum(part.stat().st_size for part in (state / "incoming").iterdir()) == 0:
            time.sleep(0.02)
        sending.kill()
        sending.wait()
        while offset() == 0:
            time.sleep(0.02)
        kept = offset()
        assert 0 < kept < size, kept
        status, headers, _ = curl("-C", str(kept + 1), "-T", file, "-H", bearer, url)
        assert status == 409 and int(headers["upload-offset"]) == kept, (status, headers)
        assert request(port, "GET", f"/v1/tasks/{task}/result", token=join(port, "b"))[1] == b'{"offset":0}\n', "a stranger sees it"
        status, _, body = curl("-C", str(kept), "-T", file, "-H", bearer, url)
        assert status == 200 and json.loads(body) == {"state": "accepted"}, (status, body)
        assert offset() == 0 and list((state / "incoming").iterdir()) == []
        assert [result.read_bytes() for result in (state / "results").iterdir()] == [file.read_bytes()]
    finally:
        aggregator.stop()


def check_hung_upload_gives_way(state):
    """A sender that went silent within its result holds nobody up: whoever asks how much came goes on behind it."""
    numbers = [i / 7 for i in range(100_000)]
    file = state.parent / "result"
    file.write_bytes(weights_file(numbers))
    body = file.read_bytes()
    aggregator = Fragagg(state)
    try:
        port = aggregator.port
        open_job(port, numbers)
        worker = join(port, "a")
        bearer = "Authorization: Bearer " + worker
        task = call(port, "POST", "/v1/tasks", {"wait_s": 5}, worker)["lease"]["task"]
        url = f"http://127.0.0.1:{port}/v1/tasks/{task}/result"
        with socket.create_connection(("127.0.0.1", port)) as hung:
            head = f"PUT /v1/tasks/{task}/result HTTP/1.1\r\nHost: h\r\n{bearer}\r\nContent-Length: {len(body)}\r\n\r\n"
            hung.sendall(head.encode() + body[:200_000])
            while not list((state / "incoming").iterdir()):
                time.sleep(0.02)
            status, headers, _ = curl("--head", "-H", bearer, url)
            kept = int(headers["upload-offset"])
            assert status == 200 and 0 < kept <= 200_000, (status, headers)
            assert b" 503 " in hung.recv(4096)
            status, _, answer = curl("-C", str(kept), "-T", file, "-H", bearer, url)
            assert status == 200 and json.loads(answer) == {"state": "accepted"}, (status, answer)
    finally:
        aggregator.stop()


def check_download_goes_on(state):
    aggregator = Fragagg(state)
    try:
        open_job(aggregator.port, [0.5] * 1_000_000)
        url = f"http://127.0.0.1:{aggregator.port}/v1/weights/0"
        whole = curl(url)
        part = state.parent / "part"
        part.write_bytes(whole[2][:1_234_567])
        subprocess.run(["curl", "-sS", "-f", "-C", "-", "-o", part, url], check=True)
        assert part.read_bytes() == whole[2]
        tag = whole[1]["etag"]
        status, headers, body = curl("-r", "100-199", "-H", "If-Range: " + tag, url)
        assert status == 206 and body == whole[2][100:200] and headers["content-range"].startswith("bytes 100-199/"), (status, headers)
        assert curl("-r", "100-199", "-H", 'If-Range: "other"', url)[0] == 200
        assert curl("-H", "If-None-Match: " + tag, url)[0] == 304
        status, headers, body = curl("--head", url)
        assert status == 200 and int(headers["content-length"]) == len(whole[2]) and body == b"", (status, headers)
    finally:
        aggregator.stop()


def token(state, *arguments, status=0):
    done = subprocess.run([BINARY, "token", *arguments, "--state", str(state)], capture_output=True, text=True)
    assert done.returncode == status, (arguments, done)
    return done.stdout.strip() if status == 0 else done.stderr


def check_tokens(state):
    assert "role" in token(state, "add", "x", "--role", "king", status=2)
    submit = token(state, "add", "anna", "--role", "submit")
    bench, scorer = token(state, "add", "bench"), token(state, "add", "scorer", "--role", "evaluate,read")
    assert "bench" in token(state, "add", "bench", status=7)
    listed = json.loads(token(state, "list", "--json"))["tokens"]
    assert [(one["name"], one["roles"]) for one in listed] == [("anna", ["submit"]), ("bench", ["worker"]), ("scorer", ["evaluate", "read"])]
    assert submit not in token(state, "list")
    aggregator = Fragagg(state, "--host", "0.0.0.0")
    try:
        port = aggregator.port
        assert request(port, "GET", "/healthz")[0] == 200
        assert request(port, "POST", "/v1/jobs", job(1, 9, 1.0), bench)[0] == 403
        open_job(port, [1.0, 2.0], 9, submit)
        assert request(port, "GET", "/v1/status")[0] == 401
        assert request(port, "GET", "/v1/status", token=bench)[0] == 200
        assert request(port, "GET", "/v1/weights/0", token=scorer)[0] == 200
        assert request(port, "POST", "/v1/workers", {"name": "x"}, submit)[0] == 403
        session = join(port, "a", bench)
        assert request(port, "POST", "/v1/tasks", {"wait_s": 0}, join(port, "e", scorer))[0] == 403
        assert call(port, "POST", "/v1/tasks", {"wait_s": 0}, session)["state"] == "task"
        aggregator.kill()
        aggregator.start()
        assert call(port, "POST", "/v1/tasks", {"wait_s": 0}, session)["state"] == "task"
        token(state, "revoke", "bench")
        assert request(port, "POST", "/v1/tasks", {"wait_s": 0}, session)[0] == 401
        assert request(port, "GET", "/v1/weights/0", token=session)[0] == 401
        late = token(state, "add", "late")
        assert call(port, "POST", "/v1/tasks", {"wait_s": 0}, join(port, "a", late))["state"] == "task"
    finally:
        aggregator.stop()


def check_rate(state):
    """Behind a proxy, requests are counted for whom it names; health is always answered."""
    aggregator = Fragagg(state, "--rate", "1", "--trust-proxy", "127.0.0.1")
    try:
        url = f"http://127.0.0.1:{aggregator.port}"
        answers = [curl("-H", "X-Forwarded-For: 203.0.113.7", url + "/v1/status") for _ in range(40)]
        limited = [headers for status, headers, _ in answers if status == 429]
        assert limited and all(int(headers["retry-after"]) >= 1 for headers in limited), answers
        assert curl("-H", "X-Forwarded-For: 203.0.113.8", url + "/v1/status")[0] == 404
        assert curl("-H", "X-Forwarded-For: 203.0.113.7", url + "/healthz")[0] == 200
    finally:
        aggregator.stop()


def check_reserve(state):
    """No disk has so much room: nothing is begun, and all goes on where less is asked for."""
    aggregator = Fragagg(state)
    open_job(aggregator.port, [1.0, 2.0])
    worker = join(aggregator.port, "a")
    task = call(aggregator.port, "POST", "/v1/tasks", {"wait_s": 5}, worker)["lease"]["task"]
    aggregator.stop()
    aggregator = Fragagg(state, "--min-free", str(1 << 30))
    try:
        status, body = request(aggregator.port, "GET", "/healthz")
        assert status == 503 and "free" in json.loads(body)["detail"], (status, body)
        assert call(aggregator.port, "POST", "/v1/tasks", {"wait_s": 0}, worker) == {"state": "wait"}
        status, headers, _ = curl("-X", "PUT", "-d", "x", "-H", "Authorization: Bearer " + worker,
                                  f"http://127.0.0.1:{aggregator.port}/v1/tasks/{task}/result")
        assert status == 507 and int(headers["retry-after"]) > 0, (status, headers)
    finally:
        aggregator.stop()
    aggregator = Fragagg(state)
    try:
        call(aggregator.port, "PUT", f"/v1/tasks/{task}/result", weights_file([0.5, 0.5]), worker)
    finally:
        aggregator.stop()


def small_files_only():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def check_full_disk(state):
    """Files that cannot grow beyond 1 MiB stand for a full disk: a result that meets it leaves nothing, and its part is not lost."""
    numbers = [1.0] * 400_000
    aggregator = Fragagg(state)
    open_job(aggregator.port, numbers)
    worker = join(aggregator.port, "a")
    task = call(aggregator.port, "POST", "/v1/tasks", {"wait_s": 5}, worker)["lease"]["task"]
    aggregator.stop()
    aggregator = Fragagg(state, preexec_fn=small_files_only)
    try:
        status, _ = request(aggregator.port, "PUT", f"/v1/tasks/{task}/result", weights_file(numbers), worker)
        assert status == 507, status
        assert list((state / "incoming").iterdir()) == [] and list((state / "results").iterdir()) == []
    finally:
        aggregator.stop()
    aggregator = Fragagg(state)
    call(aggregator.port, "PUT", f"/v1/tasks/{task}/result", weights_file(numbers), worker)
    aggregator.stop()


def main():
    checks = [check_upload_goes_on, check_hung_upload_gives_way, check_download_goes_on, check_tokens, check_rate, check_reserve, check_full_disk]
    for check in checks:
        with tempfile.TemporaryDirectory() as directory:
            check(pathlib.Path(directory) / "state")
            print("ok:", check.__name__)


if __name__ == "__main__":
    main()
