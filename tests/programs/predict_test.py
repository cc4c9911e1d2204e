"""`fragtrain predict`: files, folders and datasets are cut as the network's fragments were; tables, JSON and maps agree with each
other, with `fragtrain eval` and with the exported network; what cannot be read is named, and the rest is done."""
import csv
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import numpy as np
import torch
from PIL import Image

PROGRAMS = Path(os.environ["FRAG_BIN_DIR"])
KINDS = ["cells", "fibres", "network"]
COLOURS = [(230, 159, 0), (86, 180, 233), (0, 158, 115)]  # Okabe and Ito's first three


def program(name, *arguments, status=0):
    run = subprocess.run([PROGRAMS / name, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.returncode == status, (arguments, run.returncode, run.stdout, run.stderr)
    return run


def predict(folder, *arguments, run="run", status=0):
    return program("fragtrain", "predict", folder / run, *arguments, "--threads", 1, status=status)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def probabilities(rows):
    return np.array([[float(row[f"p_{name}"]) for name in KINDS] for row in rows])


def prepare(folder):
    """A network that sees a difference, on fragments of 64 px whose contrast the recipe stretches."""
    program("frag", "synth", folder / "images", "--size", "300x200", "--per-class", 4)
    program("frag", "cut", folder / "images", folder / "gels.frag", "--tile", 64, "--overlap", 0.25, "--angles", "0,90",
            "--contrast", "stretch", "--split", "50/50")
    program("fragtrain", "fit", folder / "gels.frag", "-o", folder / "run", "--epochs", 2, "--count", 150, "--threads", 1)


def check_folder(folder):
    """A line an image, from its fragments' lines."""
    said = predict(folder, folder / "images", "-o", folder / "images.csv", "--fragments", folder / "fragments.csv").stdout
    images, fragments = rows_of(folder / "images.csv"), rows_of(folder / "fragments.csv")
    assert [row["image"] for row in images] == sorted(str(path.relative_to(folder / "images"))
                                                      for path in (folder / "images").rglob("*.png"))
    for row in images:
        of_it = [one for one in fragments if one["image"] == row["image"]]
        assert int(row["fragments"]) == len(of_it) == 5 * 3, row  # 300 and 200 px hold 5 and 3 tiles of 64 px, 48 px apart
        mean = probabilities(of_it).mean(0)
        assert np.allclose(probabilities([row])[0], mean, atol=1e-6)
        assert row["class"] == KINDS[mean.argmax()] and np.isclose(float(row["probability"]), mean.max(), atol=1e-6)
        called = [KINDS[one] for one in probabilities(of_it).argmax(1)]
        assert called == [one["class"] for one in of_it] and int(row["votes"]) == called.count(row["class"])
    counts = [sum(row["class"] == name for row in images) for name in KINDS]
    assert said == "12 images: " + ", ".join(f"{name} {count}" for name, count in zip(KINDS, counts)) + "\n", said
    assert fragments[6]["angle"] == "0" and (fragments[6]["row"], fragments[6]["column"]) == ("1", "1")
    assert (fragments[6]["x"], fragments[6]["y"]) == ("80.0000", "80.0000") and fragments[6]["w"] == "64"
    return images, fragments


def check_dataset(folder, images, fragments):
    """A dataset's sources are the same pictures; eval says the same of the same fragments."""
    predict(folder, folder / "gels.frag", "--split", "test", "-o", folder / "set.csv", "--fragments", folder / "set-fragments.csv")
    by_name = {row["image"]: row for row in images}
    rows = rows_of(folder / "set.csv")
    assert len(rows) == 6 and all(row == by_name[row["image"]] for row in rows)

    program("fragtrain", "eval", folder / "run", folder / "gels.frag", "--count", 150, "--threads", 1, "--predictions",
            folder / "eval.csv")
    about = {row["name"]: row for row in map(json.loads, (folder / "gels.frag/sources.jsonl").read_text().splitlines())}
    met = 0
    for row in rows_of(folder / "eval.csv"):
        number = int(row["id"]) - about[row["source"]]["first_fragment"]
        if number < 15:  # of the angle 0
            same = [one for one in fragments if one["image"] == row["source"]][number]
            assert np.allclose(probabilities([same]), probabilities([row]), atol=1e-6), (same, row)
            met += 1
    assert met > 20

    turned = predict(folder, folder / "gels.frag", "--angles", "0,90", "--json", "--split", "test").stdout
    assert {one["fragments"] for one in json.loads(turned)["images"]} == {30}
    assert "30 degrees is not one of" in predict(folder, folder / "gels.frag", "--angles", "30", status=2).stderr
    assert "no split \"val\"" in predict(folder, folder / "gels.frag", "--split", "val", status=2).stderr


def check_exported(folder):
    """The exported network on a tile that Python cuts, of a picture whose contrast Python stretches, says what the table says."""
    program("fragtrain", "export", folder / "run", "--to", "torchscript", "-o", folder / "gels.pt")
    name = "fibres/fibres-002.png"
    pixels = np.array(Image.open(folder / "images" / name))
    levels = np.sort(pixels.ravel())
    low, high = (int(levels[int(np.ceil(share * levels.size)) - 1]) for share in (0.005, 0.995))
    stretched = np.clip((2 * (pixels.astype(int) - low) * 255 + (high - low)) // (2 * (high - low)), 0, 255)
    tile = torch.from_numpy(stretched[48:112, 96:160])[None, None]
    said = torch.jit.load(str(folder / "gels.pt"))(tile).softmax(1).numpy()
    row = [one for one in rows_of(folder / "fragments.csv") if one["image"] == name and one["x"] == "128.0000" and one["y"] == "80.0000"]
    assert len(row) == 1 and np.allclose(said, probabilities(row), atol=1e-4), (said, row)


def check_small_and_bad(folder):
    mixed = folder / "mixed"
    mixed.mkdir()
    source = Image.open(folder / "images/cells/cells-001.png")
    source.crop((0, 0, 50, 40)).save(mixed / "small.png")
    source.save(mixed / "good.png")
    (mixed / "torn.png").write_bytes((mixed / "good.png").read_bytes()[:3000])
    (mixed / "notes.txt").write_text("no image, and not named like one")
    run = predict(folder, mixed, "--json", "--map", folder / "maps", status=8)
    answer = json.loads(run.stdout)
    assert [(one["image"], one["fragments"]) for one in answer["images"]] == [("good.png", 15), ("small.png", 1)]
    assert [one["image"] for one in answer["left_out"]] == ["torn.png"]
    assert "torn.png: " in run.stderr and "1 image could not be classified, 2 could" in run.stderr, run.stderr
    assert os.listdir(folder / "maps") == ["good.png.map.png"]
    assert sum(answer["images"][0]["votes"].values()) == 15 and set(answer["images"][0]["probabilities"]) == set(KINDS)

    assert "torn.png" in predict(folder, mixed / "torn.png", "-o", folder / "none.csv", status=3).stderr
    assert rows_of(folder / "none.csv") == []
    table = predict(folder, mixed / "small.png", mixed / "good.png").stdout.splitlines()
    assert table[0].startswith("image,class,probability,votes,fragments,p_cells,") and len(table) == 3, table
    assert "absent.png" in predict(folder, mixed / "absent.png", status=4).stderr
    (folder / "empty").mkdir()
    assert "no image in it" in predict(folder, folder / "empty", status=4).stderr


def check_map(folder, fragments):
    """The middle of every fragment has its class's colour laid over it, 0.4 of it."""
    name = "network/network-003.png"
    predict(folder, folder / "images" / name, "-o", folder / "one.csv", "--map", folder / "one")
    drawn = [path for path in (folder / "one").iterdir()]
    assert len(drawn) == 1 and drawn[0].name.endswith("network_network-003.png.map.png"), drawn
    picture = np.array(Image.open(drawn[0])).astype(float)
    assert picture.shape[1] == 800 and picture.shape[0] > 533, picture.shape  # enlarged, and a legend below
    grey = np.array(Image.open(folder / "images" / name).resize((800, 533), Image.BILINEAR)).astype(float)
    levels = np.sort(np.array(Image.open(folder / "images" / name)).ravel())
    low, high = levels[int(0.005 * levels.size)], levels[int(0.995 * levels.size)]
    grey = np.clip((grey - low) * 255 / (high - low), 0, 255)
    for row in fragments:
        if row["image"] == name:
            x, y = (int(float(row[key]) * 800 / 300) for key in "xy")
            patch = (slice(y - 10, y + 10), slice(x - 10, x + 10))
            expected = 0.6 * grey[patch].mean() + 0.4 * np.array(COLOURS[KINDS.index(row["class"])])
            assert np.abs(picture[patch].mean((0, 1)) - expected).max() < 3, (row, picture[patch].mean((0, 1)), expected)


def check_older_weights(folder):
    """Weights whose card does not know the recipe are used by the fragment's size, and that is said."""
    (folder / "old").mkdir()
    data = (folder / "run/weights.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    frag = json.loads(header["__metadata__"]["frag"])
    del frag["card"]["recipe"]
    header["__metadata__"]["frag"] = json.dumps(frag)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "old/weights.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])
    run = predict(folder, folder / "images/cells/cells-001.png", "--json", run="old")
    assert "do not say how their fragments were cut" in run.stderr and "64 px" in run.stderr, run.stderr
    assert json.loads(run.stdout)["images"][0]["fragments"] == 8 * 5  # half overlap


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        images, fragments = check_folder(folder)
        check_dataset(folder, images, fragments)
        check_exported(folder)
        check_small_and_bad(folder)
        check_map(folder, fragments)
        check_older_weights(folder)


main()
