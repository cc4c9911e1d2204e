"""A TorchScript module as a job's model: the job names it by its digest, a worker trains only the file that its operator gave it, and
one that was given none, or another, ends with a reason and holds nobody up."""
import hashlib
import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import torch
from torch import nn

from programs import BIN, fragd, program, server
from safetensors_file import read_safetensors

JOB = '''mirrors = ["{mirror}"]
model = "net.pt"
input = 32
nodes = 2
rounds = 2
quorum = 1.0
lease_s = 300
[local]
batch = 10
[sample]
count = 20
seed = 1
'''


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


def save_module(path, seed):
    torch.manual_seed(seed)
    net = torch.jit.script(Net())
    net.save(str(path))
    return net


def worker(folder, url, name, *modules, status=0):
    words = [word for module in modules for word in ("--module", module)]
    return program("fragtrain", "worker", "--aggregator", url, "--name", name, "--threads", 1, *words, cwd=folder, status=status)


def check_refusals(folder, url):
    """What is wrong with the module is said before there is a job."""
    def refused(model, reason, status, output="new/final.safetensors"):
        (folder / "refused.toml").write_text((folder / "job.toml").read_text().replace("net.pt", model))
        message = program("fragtrain", "submit", "refused.toml", "--aggregator", url, "--wait", "-o", output, cwd=folder, status=status)
        assert reason in message, message

    refused("absent.pt", "absent.pt: no such TorchScript file", 4)
    (folder / "text.pt").write_text("not a module")
    refused("text.pt", "text.pt: not a TorchScript module", 3)
    (folder / "taken").mkdir()
    save_module(folder / "taken/module.pt", 9)
    refused("net.pt", "taken/module.pt is another module than net.pt", 2, "taken/final.safetensors")
    message = program("fragtrain", "status", "--aggregator", url, status=4)
    assert "job" in message, message


def check_job(folder, url, net):
    digest = hashlib.sha256((folder / "net.pt").read_bytes()).hexdigest()
    (folder / "result").mkdir()
    submit = subprocess.Popen([os.path.join(BIN, "fragtrain"), "submit", "job.toml", "--aggregator", url, "--wait", "-o", "result/final.safetensors"],
                              cwd=folder, stdout=subprocess.PIPE, text=True)
    said = submit.stdout.readline() + submit.stdout.readline()
    assert f"--module net.pt, SHA-256 {digest}" in said, said
    with urllib.request.urlopen(url + "/v1/weights/0") as answer:
        (folder / "first.safetensors").write_bytes(answer.read())
    first, card = read_safetensors(folder / "first.safetensors")
    assert card["module_sha256"] == digest and card["input"] == 32, card
    assert all(torch.equal(first[name], tensor) for name, tensor in net.state_dict().items())

    message = worker(folder, url, "without", status=7)
    assert digest in message and "runs only what --module gives it: nothing" in message, message
    message = worker(folder, url, "another", "other.pt", status=7)
    assert digest in message and "gives it: other.pt (" in message, message
    message = worker(folder, url, "mistyped", "absent.pt", status=4)
    assert "absent.pt: no such TorchScript file" in message, message
    # Leases last longer than this test may: the two above gave theirs up.
    said = worker(folder, url, "with", "other.pt", "net.pt")
    assert "4 results taken" in said, said
    rest, _ = submit.communicate()
    assert submit.returncode == 0, rest
    status = json.loads(urllib.request.urlopen(url + "/v1/status").read())
    assert status["state"] == "finished" and [entry["taken"] for entry in status["history"]] == [2, 2], status


def check_result(folder, net):
    tensors, card = read_safetensors(folder / "result/final.safetensors")
    assert card["model"] == "torchscript" and not torch.equal(tensors["head.weight"], net.state_dict()["head.weight"])
    net.load_state_dict(tensors, strict=True)
    assert (folder / "result/module.pt").read_bytes() == (folder / "net.pt").read_bytes()
    (folder / "net.pt").unlink()  # the result has all it needs
    answer = json.loads(program("fragtrain", "eval", "result/final.safetensors", "gels.frag", "--count", 15, "--json", cwd=folder))
    assert 0 <= answer["accuracy"] <= 1
    program("fragtrain", "export", "result/final.safetensors", "--to", "torchscript", "-o", "out.pt", cwd=folder)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program("frag", "synth", "images", "--size", "284x213", "--per-class", 3, cwd=folder)
        program("frag", "cut", "images", "gels.frag", "--tile", 64, "--angles", "0:330:90", "--split", "34/33/33", cwd=folder)
        net = save_module(folder / "net.pt", 3)
        save_module(folder / "other.pt", 4)
        fragagg = (os.path.join(BIN, "fragagg"), "--state", str(folder / "rounds"), "--port", "0")
        with fragd(str(folder / "gels.frag")) as (_, mirror), server(*fragagg, said=r"listening on (\S+)", stream="stdout") as (_, url):
            (folder / "job.toml").write_text(JOB.format(mirror=mirror))
            check_refusals(folder, url)
            check_job(folder, url, net)
            check_result(folder, net)


main()
