"""`fragtrain export`: a run as a TorchScript file that three lines of Python use, and as safetensors that a plain reading
takes apart; a run of a TorchScript module is wrapped; what is no run, or cannot be written, is refused with nothing left."""
import json
import os
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import torch
from torch import nn

from programs import program
from safetensors_file import read_safetensors

KINDS = ["cells", "fibres", "network"]


def fit(folder, output, *arguments):
    program("fragtrain", "fit", folder / "gels.frag", "-o", folder / output, "--epochs", 1, "--count", 60, "--threads", 1, *arguments)


def logits_by_hand(tensors, card, pixels):
    """The model "small" in plain PyTorch."""
    def by_channel(key):
        return torch.tensor(card[key], dtype=torch.float64).view(1, -1, 1, 1)

    x = ((pixels.double() - by_channel("mean")) / by_channel("std")).float()
    for layer in ("conv1", "conv2", "conv3"):
        x = torch.relu(nn.functional.conv2d(x, tensors[layer + ".weight"], tensors[layer + ".bias"], padding=1))
        x = nn.functional.max_pool2d(x, 2) if layer != "conv3" else x.mean((2, 3))
    return nn.functional.linear(x, tensors["head.weight"], tensors["head.bias"])


def check_both_forms(folder):
    fit(folder, "run")
    said = program("fragtrain", "export", folder / "run", "--to", "torchscript", "-o", folder / "gels.pt")
    assert "small, grey, input 64x64 px, cells, fibres, network" in said, said
    program("fragtrain", "export", folder / "run", "--to", "safetensors", "-o", folder / "gels.safetensors")
    assert (folder / "gels.safetensors").read_bytes() == (folder / "run/weights.safetensors").read_bytes()
    tensors, card = read_safetensors(folder / "gels.safetensors")
    assert card["classes"] == KINDS

    pixels = torch.randint(0, 256, (5, 1, 64, 64), generator=torch.Generator().manual_seed(3), dtype=torch.uint8)
    m = torch.jit.load(str(folder / "gels.pt"))
    logits = m(pixels)
    assert m.classes[int(logits[0].argmax())] in KINDS and m.input_size == 64
    assert torch.allclose(logits, logits_by_hand(tensors, card, pixels), atol=1e-5, rtol=0)
    assert json.loads(m.card) == card

    # a weights file is as good as its run
    program("fragtrain", "export", folder / "gels.safetensors", "--to", "torchscript", "-o", folder / "again.pt")
    assert torch.equal(torch.jit.load(str(folder / "again.pt"))(pixels), logits)


class Net(nn.Module):
    """Parameters of its own beside those of children, `view`, batch norm and dropout."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.5))
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(4))
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(128, 3)

    def forward(self, x):
        x = self.body(x) * self.scale
        return self.head(self.drop(x.view(x.size(0), -1)))


def check_module(folder):
    torch.manual_seed(4)
    torch.jit.script(Net()).save(str(folder / "net.pt"))
    fit(folder, "module", "--model", folder / "net.pt", "--input", 40)
    program("fragtrain", "export", folder / "module", "--to", "torchscript", "-o", folder / "wrapped.pt")
    program("fragtrain", "export", folder / "module", "--to", "safetensors", "-o", folder / "wrapped.safetensors")
    tensors, card = read_safetensors(folder / "wrapped.safetensors")
    net = Net()
    net.load_state_dict(tensors, strict=True)
    net.eval()
    pixels = torch.randint(0, 256, (4, 1, 40, 40), generator=torch.Generator().manual_seed(5), dtype=torch.uint8)
    wrapped = torch.jit.load(str(folder / "wrapped.pt"))
    with torch.no_grad():
        by_hand = net(((pixels.double() - card["mean"][0]) / card["std"][0]).float())
        assert torch.allclose(wrapped(pixels), by_hand, atol=1e-5, rtol=0)
    assert list(wrapped.classes) == KINDS


def check_refusals(folder):
    output = folder / "refused.pt"
    message = program("fragtrain", "export", folder / "absent", "--to", "torchscript", "-o", output, status=4)
    assert "absent: no such run" in message, message
    message = program("fragtrain", "export", folder / "run", "--to", "onnx", "-o", output, status=2)
    assert "onnx" in message and "torchscript" in message, message
    (folder / "torn").mkdir()
    (folder / "torn/weights.safetensors").write_bytes((folder / "run/weights.safetensors").read_bytes()[:-100])
    message = program("fragtrain", "export", folder / "torn", "--to", "safetensors", "-o", output, status=3)
    assert "torn/weights.safetensors" in message, message
    message = program("fragtrain", "export", folder / "run", "--to", "torchscript", "-o", folder / "nowhere/m.pt", status=4)
    assert "nowhere" in message, message
    assert not output.exists()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program("frag", "synth", folder / "images", "--size", "284x213", "--per-class", 3)
        program("frag", "cut", folder / "images", folder / "gels.frag", "--tile", 64, "--split", "67/33")
        check_both_forms(folder)
        check_module(folder)
        check_refusals(folder)


main()
