"""A TorchScript module as a model: fragtrain trains it, keeps it in the run under its digest, evaluates it and
writes weights that Python loads into the same module; files that cannot be trained are refused with a reason."""
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import torch
from torch import nn

from programs import program
from safetensors_file import read_safetensors


class Net(nn.Module):
    """`view` needs rows one after the other, batch norm has buffers, and the names have dots."""

    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(4))
        self.head = nn.Linear(128, classes)

    def forward(self, x):
        x = self.body(x)
        return self.head(x.view(x.size(0), -1))


class Pair(Net):
    def forward(self, x):
        x = self.head(self.body(x).flatten(1))
        return x, x


def fit(dataset, module, output, status=0):
    return program("fragtrain", "fit", dataset, "--model", module, "-o", output, "--force", "--epochs", 2, "--count", 60,
                   "--input", 48, "--threads", 1, status=status)


def refused(dataset, folder, module, reason):
    message = fit(dataset, module, folder / "refused", status=3)
    assert str(module) in message and reason in message, message
    assert not (folder / "refused").exists()


def check_training(dataset, folder):
    module = folder / "net.pt"
    torch.manual_seed(3)
    net = torch.jit.script(Net(3))
    net.save(str(module))
    fit(dataset, module, folder / "run")
    tensors, card = read_safetensors(folder / "run" / "weights.safetensors")
    assert card["model"] == "torchscript"
    assert card["module_sha256"] == hashlib.sha256(module.read_bytes()).hexdigest()
    assert (folder / "run" / "module.pt").read_bytes() == module.read_bytes()
    assert not torch.equal(tensors["body.0.weight"], net.state_dict()["body.0.weight"])
    assert tensors["body.1.num_batches_tracked"] == 4
    net.load_state_dict(tensors, strict=True)
    fit(dataset, module, folder / "again")
    assert (folder / "again/weights.safetensors").read_bytes() == (folder / "run/weights.safetensors").read_bytes()

    module.unlink()  # the run has all it needs
    answer = json.loads(program("fragtrain", "eval", folder / "run", dataset, "--split", "test", "--count", 30, "--json"))
    assert 0 <= answer["accuracy"] <= 1
    (folder / "alone").mkdir()
    shutil.copy(folder / "run/weights.safetensors", folder / "alone")
    message = program("fragtrain", "eval", folder / "alone", dataset, status=3)
    assert card["module_sha256"][:12] in message and "not here" in message, message
    torch.jit.script(Net(3)).save(str(folder / "alone/module.pt"))
    message = program("fragtrain", "eval", folder / "alone", dataset, status=3)
    assert "is another" in message, message


def check_refusals(dataset, folder):
    def saved(name, module):
        module.save(str(folder / name))
        return folder / name

    (folder / "text.pt").write_text("not a module")
    torch.save(Net(3).state_dict(), folder / "state.pt")
    for name in ("text.pt", "state.pt"):
        refused(dataset, folder, folder / name, "not a TorchScript module")
    refused(dataset, folder, saved("five.pt", torch.jit.script(Net(5))), "for 2 fragments of 3 classes it gives [2, 5] float")
    refused(dataset, folder, saved("pair.pt", torch.jit.script(Pair(3))), "its output is not a tensor")
    refused(dataset, folder, saved("double.pt", torch.jit.script(Net(3).double())), "\"body.0.weight\" holds numbers of a type")
    frozen = torch.jit.freeze(torch.jit.script(Net(3).eval()))
    refused(dataset, folder, saved("frozen.pt", frozen), "no parameters to train")
    colour = Net(3)
    colour.body[0] = nn.Conv2d(3, 8, 3)
    refused(dataset, folder, saved("colour.pt", torch.jit.script(colour)), "it fails on an input of [2, 1, 48, 48]")
    message = fit(dataset, folder / "absent.pt", folder / "refused", status=4)
    assert "absent.pt: no such TorchScript file" in message, message


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program("frag", "synth", folder / "images", "--size", "568x426", "--per-class", 3)
        program("frag", "cut", folder / "images", folder / "gels.frag", "--tile", 64, "--split", "34/33/33")
        check_training(folder / "gels.frag", folder)
        check_refusals(folder / "gels.frag", folder)


main()
