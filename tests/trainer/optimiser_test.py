"""Our optimisers beside torch.optim's, step by step, from equal weights and gradients (optimiser_probe.cc says which)."""
import math
import os
import subprocess
import sys

os.environ["OMP_WAIT_POLICY"] = "passive"

import torch

PROBE = sys.argv[1]
STEPS = 5


def ours(kind, rate, momentum, decay, steps):
    run = subprocess.run([PROBE, kind, *map(str, (rate, momentum, decay, steps))], check=True, stdout=subprocess.PIPE, text=True)
    return torch.tensor([float(line) for line in run.stdout.split()])


def theirs(kind, rate, momentum, decay, steps):
    w = torch.nn.Parameter((torch.arange(1, 7).float() * 0.1).view(2, 3))
    b = torch.nn.Parameter(torch.tensor([1.0, -1.0]))
    make = {
        "sgd": lambda: torch.optim.SGD([w, b], lr=rate, momentum=momentum, weight_decay=decay),
        "nesterov": lambda: torch.optim.SGD([w, b], lr=rate, momentum=momentum, weight_decay=decay, nesterov=True),
        "adam": lambda: torch.optim.Adam([w, b], lr=rate, weight_decay=decay),
        "adamw": lambda: torch.optim.AdamW([w, b], lr=rate, weight_decay=decay),
        "adagrad": lambda: torch.optim.Adagrad([w, b], lr=rate, weight_decay=decay),
    }
    optimiser = make[kind]()
    for step in range(1, steps + 1):
        w.grad = torch.tensor([math.sin(step + i) for i in range(6)]).view(2, 3)
        b.grad = None if step == 2 else torch.tensor([math.cos(step + i) for i in range(2)])
        optimiser.step()
    return torch.cat([w.detach().flatten(), b.detach()])


def main():
    cases = [("sgd", 0.1, 0, 0), ("sgd", 0.1, 0.9, 0.01), ("nesterov", 0.1, 0.9, 0.01), ("adam", 0.01, 0, 0), ("adam", 0.01, 0, 0.1),
             ("adamw", 0.01, 0, 0.1), ("adagrad", 0.1, 0, 0), ("adagrad", 0.1, 0, 0.01)]
    for case in cases:
        for steps in range(1, STEPS + 1):
            torch.testing.assert_close(ours(*case, steps), theirs(*case, steps), rtol=1e-6, atol=1e-7, msg=lambda m: f"{case} {steps}: {m}")
    # worked by hand: one step of plain SGD with weight decay 0.01 takes 0.1 (sin 1 + 0.01 * 0.1) from w[0]
    assert abs(ours("sgd", 0.1, 0.9, 0.01, 1)[0].item() - (0.1 - 0.1 * (math.sin(1) + 0.001))) < 1e-7
    # and the first step of Adam is the rate itself, against the gradient's sign
    assert abs(ours("adam", 0.01, 0, 0, 1)[0].item() - (0.1 - 0.01)) < 1e-7


main()
