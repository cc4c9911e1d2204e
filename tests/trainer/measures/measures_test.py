"""Every measure beside numpy's, on predictions drawn from a seed: many with ties, with probabilities of exactly 0 and 1,
classes without fragments or never called, sources of one fragment and of several classes, a single group.

Usage: measures_test.py PROBE, where PROBE is the built measures_probe.
"""
import json
import subprocess
import sys

import numpy as np

import measures_reference as reference

CASES = 60


def draw_case(random, number):
    classes = int(random.integers(1, 8))
    count = int(random.integers(1, 120))
    steps = random.choice([1, 4, 10, 1000])  # 1: only 0 and 1; few steps: many ties
    rows = random.multinomial(steps, random.dirichlet(np.ones(classes)), count) / steps
    if number % 3 == 0 and classes > 1:
        rows[:, -1] = 0  # never called
    truth = random.integers(0, max(1, classes - number % 2), count)
    sources = random.integers(0, random.integers(1, 30), count)
    groups = sources // (1000 if number % 5 == 0 else 3)
    return {"classes": classes, "seed": int(random.integers(0, 1 << 62)), "truth": truth.tolist(), "sources": sources.tolist(),
            "groups": groups.tolist(), "probabilities": np.float32(rows).astype(float).reshape(-1).tolist()}


def main():
    random = np.random.default_rng(20)
    cases = [draw_case(random, number) for number in range(CASES)]
    answers = json.loads(subprocess.run([sys.argv[1]], input=json.dumps(cases), check=True, text=True,
                                        stdout=subprocess.PIPE).stdout)
    without_interval = 0
    for case, answer in zip(cases, answers, strict=True):
        truth, sources, groups = (np.array(case[key]) for key in ("truth", "sources", "groups"))
        rows = np.array(case["probabilities"]).reshape(len(truth), -1)
        reference.check_assessment(answer, truth, sources, groups, rows, case["seed"])
        reference.check_classes(answer["baseline"], truth, sources, groups, rows.argmax(1), case["classes"], case["seed"])
        without_interval += answer["accuracy_interval"] is None
    assert 0 < without_interval < CASES
    print(f"{CASES} cases, {without_interval} of them of one group")


main()
