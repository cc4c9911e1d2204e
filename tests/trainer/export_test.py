"""Networks as TorchScript files, run by Python's torch: the same logits within 1e-5, and other sizes resized as training does.

Usage: export_test.py PROBE MODEL:CHANNELS:EDGE:STEPS..., where PROBE is the built export_probe.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import numpy as np
import torch

TOLERANCE = 1e-5


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        arrays[name] = np.frombuffer(data[begin:end], {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]).reshape(entry["shape"])
    return arrays


def away(ours, theirs):
    """The largest difference, in units of the largest logit: untrained networks' are far below 1."""
    return np.abs(ours - theirs).max() / np.abs(ours).max()


def check_forms_of_pixels(module, said):
    """Whole numbers, floats, and another order in memory are the same fragment."""
    pixels = torch.from_numpy(said["exact"].copy())
    for form in (pixels.to(torch.uint8), pixels.float(), pixels.float().contiguous(memory_format=torch.channels_last)):
        assert away(said["exact_logits"], module(form).numpy()) < TOLERANCE, (said["exact_logits"], module(form))
    module.train()  # changes nothing: there is no dropout and no statistic left to update
    assert away(said["exact_logits"], module(pixels).numpy()) < TOLERANCE
    try:
        module(pixels[0])
    except Exception as error:  # TorchScript's own
        assert "[n, channels, h, w]" in str(error), error
    else:
        raise AssertionError("an image without a batch was taken")


def check_other_sizes(model, module, said):
    """OpenCV rounds halves in its own way, so a few pixels differ by a grey level, which deep networks make more of."""
    unlike = np.abs(said["exact_logits"][0] - said["exact_logits"][1]).max() / np.abs(said["exact_logits"]).max()
    assert unlike > 1e-3, unlike  # else the network says the same of everything, and nothing was compared
    if model in ("small", "mlp", "tcnn1"):
        for kind, share in (("large", 0.01), ("small", 0.05)):
            logits = module(torch.from_numpy(said[kind].copy())).numpy()
            assert away(said[f"{kind}_logits"], logits) < share * unlike, (kind, said[f"{kind}_logits"], logits)


def check(probe, model, channels, edge, steps):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([probe, model, channels, edge, steps, folder], check=True)
        said = read_safetensors(folder / "said.safetensors")
        module = torch.jit.load(str(folder / "model.pt"))
    assert list(module.classes) == ["cells", 'fibres "long"', "grün"], module.classes
    assert (module.input_size, module.channels) == (int(edge), int(channels))
    assert json.loads(module.card)["model"] == model
    with torch.no_grad():
        check_forms_of_pixels(module, said)
        check_other_sizes(model, module, said)


torch.set_num_threads(1)
for one in sys.argv[2:]:
    check(sys.argv[1], *one.split(":"))
