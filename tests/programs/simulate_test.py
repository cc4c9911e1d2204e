"""`fragtrain simulate`: what it says of times is what the fleet's speeds mean, equal seeds give equal jobs, what it trains is what workers
train, and what cannot be is refused before anything is trained."""
import json
import os
import re
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

from programs import program

JOB = """mirrors = ["http://127.0.0.1:1"]
input = 16
nodes = 3
rounds = 2
deadline_s = 1000
[local]
batch = 16
[sample]
count = 30
seed = 1
[evaluation.sample]
split = "test"
count = 30
"""
FLEET = ("--workers", 3, "--speeds", "1*2, 0.1", "--rate", 10, "--latency", 0, "--threads", 1)


def simulate(folder, *more, job="job.toml"):
    return json.loads(program("fragtrain", "simulate", job, "--data", "gels.frag", *FLEET, "--json", *more, cwd=folder))


def refused(folder, *more, job=JOB, fleet=FLEET, status=2):
    (folder / "bad.toml").write_text(job)
    return program("fragtrain", "simulate", "bad.toml", "--data", "gels.frag", *fleet, *more, status=status, cwd=folder)


def check_times(folder):
    quick, full = simulate(folder, "--quorum", "0.6,1", "--times-only")
    assert (quick["needed"], full["needed"]) == (2, 3), (quick, full)
    # A part is 30 fragments: 3 s of a quick worker, 30 s of the slow one.
    assert abs(quick["seconds"] - 2 * 3) < 0.1 and abs(full["seconds"] - 2 * 30) < 0.1, (quick, full)
    assert full["late"] == 0 and "accuracy" not in full, full


def check_training(folder):
    once, again = (simulate(folder, "--quorum", "1", "--seed", "3", "-o", "trade.html") for _ in range(2))
    assert once == again, (once, again)
    job, = once
    assert [entry["round"] for entry in job["measurements"]] == [1, 2] and 0 < job["measurements"][-1]["loss"] < 10, job
    assert job["taken"] == 6 and job["received"] > 6 * 300_000, job
    page = (folder / "trade.html").read_text()
    assert page.count('class="chart"') == 2 and "3 of 3" in page and not re.search(r"(src|href)=.http", page)


def check_asynchronous(folder):
    (folder / "async.toml").write_text(JOB.replace("rounds = 2", "rounds = 7") + '[rule]\nname = "fedbuff"\nbuffer = 3\n[compression]\nwire = "dgc"\n')
    job, = simulate(folder, job="async.toml")
    assert job["taken"] == 21 and job["late"] == 0, job
    # 20 of 21 results come from the two quick workers, each in 3 s.
    assert abs(job["seconds"] - 30) < 4, job


def check_counts(folder):
    """A part without a count takes as long where nothing is trained as where it is."""
    (folder / "all.toml").write_text(JOB.replace("count = 30\nseed", 'policy = "static"\nseed').replace("rounds = 2", "rounds = 1"))
    only_times, = simulate(folder, "--times-only", "--quorum", "1", job="all.toml")
    trained, = simulate(folder, "--quorum", "1", job="all.toml")
    assert trained["seconds"] == only_times["seconds"] > 1, (trained, only_times)


def check_quorums(folder):
    """A chart has a line for each of five quorums; whole numbers are nodes."""
    jobs = simulate(folder, "--quorum", "0.3,2,0.9,3,1", "--times-only", "-o", "five.html")
    assert [job["needed"] for job in jobs] == [1, 2, 3, 3, 3], jobs
    assert (folder / "five.html").read_text().count('class="key"') == 5
    for wrong in ("4", "1.5", "0"):
        assert "from 2 to the job's 3" in refused(folder, "--quorum", wrong, "--times-only"), wrong


def check_norm_limit(folder):
    text = refused(folder, "--seed", "3", job="norm_limit = 1e-6\n" + JOB, status=6)
    assert "results in a row were refused" in text and "the job takes up to" in text, text


def check_divergence(folder):
    text = refused(folder, job=JOB.replace("[local]", "[local]\nlearning_rate = 1e6\nepochs = 2"), status=6)
    assert "results in a row were refused" in text and "no longer a number" in text, text


def check_table(folder):
    text = program("fragtrain", "simulate", "job.toml", "--data", "gels.frag", *FLEET, "--quorum", "0.6,1", "--times-only", cwd=folder)
    assert re.search(r"^2 of 3 +2 +6\.0 s", text, re.M) and re.search(r"^3 of 3 +2 +1 min", text, re.M), text


def check_refusals(folder):
    assert "lognormal" in refused(folder, fleet=("--workers", 3, "--speeds", "fast"))
    assert "downpour" in refused(folder, "--quorum", "1", job=JOB + '[rule]\nname = "downpour"\n')
    stuck = refused(folder, "--times-only", "--failures", "0.99", "--away", "1e9", job=JOB.replace("1000", "1"), status=6)
    assert "enough workers" in stuck, stuck


def main():
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        program("frag", "synth", "images", "--size", "160x128", "--per-class", 3, cwd=folder)
        program("frag", "cut", "images", "gels.frag", "--tile", 32, "--angles", "0", "--split", "34/33/33", cwd=folder)
        (folder / "job.toml").write_text(JOB)
        for check in (check_times, check_training, check_asynchronous, check_counts, check_quorums, check_norm_limit, check_divergence, check_table, check_refusals):
            check(folder)


if __name__ == "__main__":
    main()
