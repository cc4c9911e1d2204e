#!/usr/bin/env python3
"""fragagg from outside: its options, its refusals, its end, and a disk that is full."""
import json
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from fragagg_process import BINARY, Fragagg, call, job, request, weights_file


def run(*options):
    done = subprocess.run([BINARY, *options], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def check_words(state):
    status, out, _ = run("--help")
    assert status == 0 and "Example:" in out and "--token-file" in out, out
    status, out, _ = run("--version")
    assert status == 0 and out.startswith("fragagg "), out
    status, out, err = run()
    assert status == 2 and out == "" and "--state" in err, (status, out, err)
    assert run("--state", str(state), "--port", "70000")[0] == 2


def check_other_machines_need_a_token(state):
    status, out, err = run("--state", str(state), "--host", "0.0.0.0", "--port", "0")
    assert status == 2 and out == "" and "token" in err, (status, err)
    empty = state.parent / "empty"
    empty.write_text("\n")
    assert run("--state", str(state), "--host", "0.0.0.0", "--token-file", str(empty))[0] == 2
    assert not state.exists()


def check_token_file(state):
    file = state.parent / "token"
    file.write_text("sesame\n")
    aggregator = Fragagg(state, "--token-file", str(file))
    try:
        assert request(aggregator.port, "GET", "/v1/status")[0] == 401
        assert request(aggregator.port, "GET", "/v1/status", token="sesame")[0] == 404
    finally:
        aggregator.stop()


def check_one_process_a_directory(state):
    aggregator = Fragagg(state)
    try:
        status, out, err = run("--state", str(state), "--port", "0")
        assert status == 7 and out == "" and "in use by another fragagg" in err, (status, err)
        assert str(aggregator.process.pid) in err, err
    finally:
        aggregator.stop()


def check_taken_port(state):
    aggregator = Fragagg(state)
    try:
        status, out, err = run("--state", str(state) + "2", "--port", str(aggregator.port))
        assert status == 6 and out == "" and str(aggregator.port) in err, (status, err)
    finally:
        aggregator.stop()


def check_clean_stop(state):
    for number in (signal.SIGTERM, signal.SIGINT):
        aggregator = Fragagg(state)
        aggregator.process.send_signal(number)
        assert aggregator.process.stdout.read() == "", "more than one line on standard output"
        assert aggregator.process.wait() == 0


def small_files_only():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def check_full_disk(state):
    """Files that cannot grow beyond 1 MiB stand for a disk that is full."""
    aggregator = Fragagg(state, preexec_fn=small_files_only)
    try:
        port = aggregator.port
        call(port, "POST", "/v1/jobs", job(1, 1, 1.0))
        status, answer = request(port, "PUT", "/v1/jobs/1/weights", weights_file([1.0] * 400_000))
        assert status == 507 and json.loads(answer)["status"] == 507, (status, answer)
        assert call(port, "GET", "/v1/jobs/1")["state"] == "awaiting_weights"
        assert list((state / "incoming").iterdir()) == []
        call(port, "PUT", "/v1/jobs/1/weights", weights_file([1.0]))
        assert call(port, "GET", "/v1/jobs/1")["state"] == "open"
    finally:
        aggregator.stop()


def few_files_at_first():
    resource.setrlimit(resource.RLIMIT_NOFILE, (30, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def check_replay_of_many_parts(state):
    """More results than a process may open before it asks for more."""
    aggregator = Fragagg(state)
    try:
        port = aggregator.port
        call(port, "POST", "/v1/jobs", job(40, 1, 1.0) | {"keep": 0})
        call(port, "PUT", "/v1/jobs/1/weights", weights_file([1.0]))
        token = call(port, "POST", "/v1/workers", {"name": "a"})["token"]
        while answer := call(port, "POST", "/v1/tasks", {"wait_s": 20}, token):
            if answer["state"] != "task":
                break
            call(port, "PUT", "/v1/tasks/%s/result" % answer["lease"]["task"], weights_file([0.5]), token)
    finally:
        aggregator.stop()
    done = subprocess.run([BINARY, "replay", "--state", str(state)], capture_output=True, text=True, preexec_fn=few_files_at_first)
    assert done.returncode == 0 and "40 results" in done.stdout, done


def main():
    checks = [check_words, check_other_machines_need_a_token, check_token_file, check_one_process_a_directory,
              check_taken_port, check_clean_stop, check_full_disk, check_replay_of_many_parts]
    for check in checks:
        with tempfile.TemporaryDirectory() as directory:
            check(pathlib.Path(directory) / "state")
            print("ok:", check.__name__)


if __name__ == "__main__":
    main()
