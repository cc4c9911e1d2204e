"""`fragtrain fit --config`: a file of settings is a command line, the command line wins, and what is wrong in it is named by line."""
import json
import os
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

from programs import program


def settings(folder, output):
    return json.loads((folder / output / "run.json").read_text())["settings"]


def check_file(folder):
    (folder / "a.toml").write_text('dataset = "gels.frag"\noutput = "a"\nmodel = "mlp"\noptimizer = "adam"\nepochs = 2\ncount = 30\n'
                                   'batch = 8\nlabel_smoothing = 0.25\nclass_weights = "1,2,0.5"\nclip = 3\nseed = 7\nthreads = 1\n')
    program("fragtrain", "fit", "--config", "a.toml", cwd=folder)
    program("fragtrain", "fit", "gels.frag", "-o", "b", "--model", "mlp", "--optimizer", "adam", "--epochs", 2, "--count", 30, "--batch", 8,
        "--label-smoothing", 0.25, "--class-weights", "1,2,0.5", "--clip", 3, "--seed", 7, "--threads", 1, cwd=folder)
    weights = (folder / "a/weights.safetensors").read_bytes()
    assert weights == (folder / "b/weights.safetensors").read_bytes()
    assert settings(folder, "a")["class_weights"] == [1, 2, 0.5]

    program("fragtrain", "fit", "--config", "a/fit.toml", "-o", "c", cwd=folder)
    assert weights == (folder / "c/weights.safetensors").read_bytes()
    program("fragtrain", "fit", "--config", "a/fit.toml", "--resume", cwd=folder)
    program("fragtrain", "fit", "-o", "d", "--seed", 8, "--config", "a/fit.toml", "--optimizer", "adagrad", cwd=folder)
    taken = settings(folder, "d")
    assert taken["seed"] == 8 and taken["optimizer"] == "adagrad" and taken["label_smoothing"] == 0.25, taken


def check_refusals(folder):
    def refused(text, reason, status=3):
        (folder / "bad.toml").write_text('dataset = "gels.frag"\noutput = "bad"\n' + text)
        message = program("fragtrain", "fit", "--config", "bad.toml", cwd=folder, status=status)
        assert reason in message, message
        assert not (folder / "bad").exists()

    refused("epoch = 3\n", 'bad.toml:3: unknown key "epoch"; did you mean epochs?')
    refused("resume = 1\n", 'bad.toml:3: unknown key "resume"; the keys are dataset, ')
    refused("epochs = 0\n", "--epochs", 2)
    refused('schedule = "sometimes"\n', "--schedule", 2)
    refused("epochs = \n", "bad.toml:3: ")
    refused('class_weights = "1,2"\n', "2 numbers, and there are 3 classes", 2)
    message = program("fragtrain", "fit", "--config", "absent.toml", cwd=folder, status=4)
    assert "absent.toml" in message, message
    (folder / "empty.toml").write_text("epochs = 1\n")
    message = program("fragtrain", "fit", "--config", "empty.toml", "-o", "bad", cwd=folder, status=2)
    assert "dataset is required" in message, message
    program("frag", "split", "gels.frag", "--split", "100/0/0", cwd=folder)
    message = program("fragtrain", "fit", "gels.frag", "-o", "bad", "--patience", 2, cwd=folder, status=2)
    assert "--patience needs a validation" in message, message


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program("frag", "synth", "images", "--size", "284x213", "--per-class", 4, cwd=folder)
        program("frag", "cut", "images", "gels.frag", "--tile", 64, "--angles", "0:330:90", "--split", "50/25/25", cwd=folder)
        check_file(folder)
        check_refusals(folder)


main()
