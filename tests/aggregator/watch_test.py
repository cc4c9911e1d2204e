"""What an aggregator tells those who watch: metrics, tables and TensorBoard's files, after kill -9 too."""
import csv
import io
import os
import sys
import tempfile
import time
from pathlib import Path

from fragagg_process import Fragagg, call, job, request, weights_file

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "programs"))
from event_reader import read_events


def metrics(port):
    """{series: value}, and every line is one that Prometheus takes."""
    values = {}
    for line in request(port, "GET", "/metrics")[1].decode().splitlines():
        if not line.startswith("#"):
            series, value = line.rsplit(" ", 1)
            assert series not in values, series
            values[series] = float(value)
    return values


def play_round(port, worker):
    task = call(port, "POST", "/v1/tasks", {"wait_s": 20}, token=worker)["lease"]["task"]
    call(port, "PUT", f"/v1/tasks/{task}/result", weights_file([1.0, 2.0]), token=worker)


def wait_for(check):
    until = time.monotonic() + 60
    while not check():
        assert time.monotonic() < until, "not within 60 s"
        time.sleep(0.05)


def main():
    with tempfile.TemporaryDirectory() as work:
        state = Path(work) / "state"
        aggregator = Fragagg(state)
        port = aggregator.port
        try:
            assert metrics(port)["fragagg_jobs_total"] == 0
            call(port, "POST", "/v1/jobs", job(nodes=1, rounds=3, quorum=1.0))
            call(port, "PUT", "/v1/jobs/1/weights", weights_file([0.0, 0.0]))
            worker = call(port, "POST", "/v1/workers", {"name": "w"})["token"]
            play_round(port, worker)
            wait_for(lambda: len(call(port, "GET", "/v1/jobs/1")["history"]) == 2)
            table = state / "jobs" / "1" / "rounds.csv"
            wait_for(lambda: table.exists() and table.read_text().count("\n") == 2)
            play_round(port, worker)
            aggregator.kill()  # what it had not written comes back
            aggregator.start()
            play_round(port, worker)
            wait_for(lambda: call(port, "GET", "/v1/jobs")["jobs"][0]["state"] == "finished")
            wait_for(lambda: table.read_text().count("\n") == 4)

            seen = metrics(port)
            assert seen['fragagg_rounds_closed_total{job_id="1"}'] == 3, seen
            assert seen['fragagg_results_total{job_id="1",verdict="taken"}'] == 3, seen
            assert seen['fragagg_job_state{job_id="1",state="finished"}'] == 1, seen
            assert seen['fragagg_requests_total{route="/v1/jobs",status="200"}'] >= 1, seen
            assert seen["fragagg_disk_used_bytes"] > 0 and seen["fragagg_disk_free_bytes"] > 0, seen

            text = request(port, "GET", "/v1/jobs/1/rounds.csv")[1].decode()
            assert text == table.read_text()
            rows = list(csv.DictReader(io.StringIO(text)))
            assert [row["round"] for row in rows] == ["1", "2", "3"] and all(row["taken"] == "1" for row in rows), rows
        finally:
            aggregator.stop()
        version, events = read_events(state / "jobs" / "1" / "workers" / "events.out.tfevents.fragagg", 0)
        assert version == "brain.Event:2" and [step for step, _ in events] == [1, 2, 3], (version, events)
        for (_, values), row in zip(events, rows):
            assert abs(values["seconds"] - float(row["seconds"])) < 0.01 and values["taken"] == 1, (values, row)


main()
