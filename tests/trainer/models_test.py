"""Our networks against torchvision's: the same names and shapes, the same way to draw weights, and at equal
weights the same logits, gradients and running statistics. T-CNN and the small networks, which torchvision
does not have, are held against the few lines of PyTorch that their papers' tables come to.

Usage: models_test.py PROBE FAMILY, where PROBE is the built model_probe.
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

# Read when the library is loaded: threads that spin while they wait slow down whatever else runs.
os.environ["OMP_WAIT_POLICY"] = "passive"

import numpy as np
import torch
import torchvision
from torch import nn

CLASSES = 7
TOLERANCE = 1e-4


def read_safetensors(path):
    """Name -> array, by the format's description alone."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    header = json.loads(data[8 : 8 + length].tobytes())
    header.pop("__metadata__", None)
    body = data[8 + length :]
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]
        arrays[name] = np.frombuffer(body[begin:end], dtype=dtype).reshape(entry["shape"])
    return arrays


def with_channels(model, channels):
    """The same network with another first convolution, drawn as the old one was."""
    if channels == 3:
        return model
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            parent = model.get_submodule(name.rpartition(".")[0])
            first = nn.Conv2d(channels, module.out_channels, module.kernel_size, module.stride, module.padding,
                              bias=module.bias is not None)
            with torch.no_grad():
                nn.init.normal_(first.weight, 0, module.weight.std())
            setattr(parent, name.rpartition(".")[2], first)
            return model
    raise AssertionError("no convolution")


class Tcnn(nn.Module):
    """Andrearczyk and Whelan 2016: `depth` convolutions, the mean of each map, three linear layers."""

    def __init__(self, depth, channels, classes):
        super().__init__()
        self.depth = depth
        self.conv1 = nn.Conv2d(channels, 96, 11, stride=4)
        if depth > 1:
            self.conv2 = nn.Conv2d(96, 256, 5, padding=2, groups=2)
        if depth > 2:
            self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.fc1 = nn.Linear((96, 256, 384)[depth - 1], 4096)
        self.fc2 = nn.Linear(4096, 4096)
        self.fc3 = nn.Linear(4096, classes)
        self.drop = nn.Dropout(0.5)
        biases = {"conv1": 0, "conv2": 1, "conv3": 0, "fc1": 1, "fc2": 1, "fc3": 0}
        for name, layer in self.named_children():
            if name in biases:
                nn.init.normal_(layer.weight, 0, 0.01 if name.startswith("conv") else 0.005)
                nn.init.constant_(layer.bias, biases[name])

    def forward(self, x):
        for i in range(1, self.depth + 1):
            if i > 1:
                x = nn.functional.local_response_norm(nn.functional.max_pool2d(x, 3, 2), 5, 1e-4, 0.75)
            x = torch.relu(getattr(self, f"conv{i}")(x))
        x = x.mean((2, 3))
        x = self.drop(torch.relu(self.fc1(x)))
        return self.fc3(self.drop(torch.relu(self.fc2(x))))


def he(layers):
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)


class Small(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.head = nn.Linear(128, classes)
        he([self.conv1, self.conv2, self.conv3])

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.head(torch.relu(self.conv3(x)).mean((2, 3)))


class Mlp(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.fc1 = nn.Linear(inputs, 200)
        self.fc2 = nn.Linear(200, 200)
        self.head = nn.Linear(200, classes)

    def forward(self, x):
        return self.head(torch.relu(self.fc2(torch.relu(self.fc1(x.flatten(1))))))


def small_vgg(depth, classes):
    table = {11: "A", 16: "D"}[depth]
    features = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs[table], batch_norm=True)
    model = torchvision.models.VGG(features, num_classes=classes)
    model.avgpool = nn.AdaptiveAvgPool2d(1)
    model.classifier = nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, classes))
    for layer in (model.classifier[0], model.classifier[3]):
        nn.init.normal_(layer.weight, 0, 0.01)
        nn.init.zeros_(layer.bias)
    return model


def small_resnet(classes):
    model = torchvision.models.resnet18(num_classes=classes)
    model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out")
    model.maxpool = nn.Identity()
    return model


def twin(name, channels, classes, edge):
    if name.startswith("tcnn"):
        return Tcnn(int(name[4:]), channels, classes)
    if name == "small":
        return Small(channels, classes)
    if name == "mlp":
        return Mlp(channels * edge * edge, classes)
    if name in ("vgg11_small", "vgg16_small"):
        return small_vgg(int(name[3:5]), classes)
    if name == "resnet18_small":
        return small_resnet(classes)
    options = {"num_classes": classes}
    if name.startswith("inception"):
        options.update(aux_logits=name.endswith("_aux"), init_weights=False)
        name = "inception_v3"
    model = getattr(torchvision.models, name)(**options)
    if name == "inception_v3":
        draw_inception(model)
    return with_channels(model, channels)


def draw_inception(model):
    """What init_weights=True does, without its minutes of scipy."""
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.normal_(module.weight, 0, getattr(module, "stddev", 0.1))


def check_shapes(probe, name):
    text = subprocess.run([probe, "shapes", name, "3", "1000"], check=True, stdout=subprocess.PIPE).stdout
    theirs = {key: list(value.shape) for key, value in twin(name, 3, 1000, 224).state_dict().items()}
    assert json.loads(text) == theirs, (name, json.loads(text).keys() ^ theirs.keys())
    print(f"{name}: names and shapes are the same", flush=True)


def check_draws(name, ours, model):
    """Equal distributions: each tensor's mean and deviation, within six standard errors, over its first numbers."""
    for key, value in model.state_dict().items():
        theirs = value.numpy().reshape(-1)[:100_000]
        mine = ours["weights/" + key].reshape(-1)[:100_000]
        if np.ptp(theirs) == 0:
            assert np.array_equal(mine, theirs), (name, key)
        elif theirs.size >= 256:
            error = 6 / math.sqrt(theirs.size)
            assert abs(mine.std() / theirs.std() - 1) < error, (name, key, mine.std(), theirs.std())
            assert abs(mine.mean() - theirs.mean()) < error * math.sqrt(2) * theirs.std(), (name, key)


def largest_difference(mine, theirs, floor=0.0):
    """Of two arrays, as a share of the largest number in `theirs`, or of `floor` where that is larger."""
    theirs = theirs.detach().numpy()
    assert mine.shape == theirs.shape and np.isfinite(theirs).all()
    if np.array_equal(mine, theirs):
        return 0.0
    return float(np.abs(mine - theirs).max()) / max(float(np.abs(theirs).max()), floor)


def check_run(probe, name, channels, edge, batch, folder):
    path = Path(folder) / "run.safetensors"
    subprocess.run([probe, "run", name, str(channels), str(CLASSES), str(edge), str(batch), str(path)], check=True)
    ours = read_safetensors(path)
    model = twin(name, channels, CLASSES, edge)
    check_draws(name, ours, model)
    # strict: the same names and shapes, none more and none fewer.
    model.load_state_dict({key.removeprefix("weights/"): torch.from_numpy(value)
                           for key, value in ours.items() if key.startswith("weights/")}, strict=True)
    pixels = torch.from_numpy(ours["input"])

    worst = {}

    def hold(what, key, theirs, floor=0.0):
        difference = largest_difference(ours[key], theirs, floor)
        worst[what] = max(worst.get(what, 0.0), difference)
        assert difference <= TOLERANCE, (name, key, difference)

    model.eval()
    with torch.no_grad():
        hold("eval logits", "eval", model(pixels))
    model.train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
    labels = torch.arange(batch) % CLASSES
    logits = model(pixels)
    loss = 0
    if name.endswith("_aux"):
        logits, auxiliary = logits
        hold("auxiliary logits", "auxiliary", auxiliary)
        loss = 0.4 * nn.functional.cross_entropy(auxiliary, labels)
    hold("train logits", "train", logits)
    (loss + nn.functional.cross_entropy(logits, labels)).backward()
    # A bias before a batch norm has no effect, and its gradient is nothing but rounding.
    floor = 1e-3 * max(float(parameter.grad.abs().max()) for parameter in model.parameters())
    for key, parameter in model.named_parameters():
        hold("gradients", "gradients/" + key, parameter.grad, floor)
    drops = any(isinstance(module, nn.Dropout) for module in model.modules())
    assert np.array_equal(ours["dropout"], ours["train"]) != drops, name
    for key, buffer in model.named_buffers():
        hold("statistics", "after/" + key, buffer)
    print(f"{name} at {channels}x{edge}x{edge}, batch {batch}: " +
          ", ".join(f"{what} {value:.1e}" for what, value in worst.items()), flush=True)


# Family: what to compute as (model, channels, edge, batch), and what to compare by names and shapes only.
FAMILIES = {
    "small": ([("small", 1, 32, 5), ("small", 3, 21, 4), ("mlp", 1, 28, 5), ("mlp", 3, 9, 4)], []),
    "tcnn": ([("tcnn1", 1, 67, 3), ("tcnn2", 3, 67, 3), ("tcnn3", 3, 99, 3)], []),
    "alexnet": ([("alexnet", 3, 95, 3)], []),
    "vgg11": ([("vgg11", 3, 64, 2)], []),
    "vgg": ([("vgg11_small", 3, 32, 4), ("vgg16_small", 3, 32, 4)], ["vgg16"]),
    "resnet": ([("resnet18", 3, 64, 4), ("resnet18", 1, 32, 4), ("resnet34", 3, 64, 4), ("resnet50", 3, 64, 4),
                ("resnet18_small", 3, 32, 4)], []),
    "resnet152": ([("resnet152", 3, 64, 4)], []),
    "inception": ([("inception_v3", 3, 139, 4), ("inception_v3_aux", 3, 299, 2)], []),
    "mobilenet": ([("mobilenet_v3_small", 3, 64, 4), ("mobilenet_v3_large", 3, 64, 4),
                   ("mobilenet_v3_small", 1, 64, 4)], []),
}


def main():
    warnings.simplefilter("ignore")
    probe, family = sys.argv[1:]
    torch.set_num_threads(1)
    torch.manual_seed(5)
    runs, shapes = FAMILIES[family]
    with tempfile.TemporaryDirectory() as folder:
        for name, channels, edge, batch in runs:
            check_run(probe, name, channels, edge, batch, folder)
    for name in shapes:
        check_shapes(probe, name)


main()
