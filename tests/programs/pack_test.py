"""Exports as their readers meet them: tar, sha256sum, Python's tarfile, csv and OpenCV; and a byte flipped in every file."""
import csv
import glob
import json
import os
import subprocess
import sys
import tarfile
import tempfile

import cv2
import numpy

FRAG = os.path.join(os.environ["FRAG_BIN_DIR"], "frag")


def run(*arguments, status=0):
    done = subprocess.run([FRAG, *arguments], capture_output=True, text=True)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def samples(path):
    """(key, {extension: bytes}) by WebDataset's rules: a sample's files are neighbours, split at the first dot."""
    seen, key, found = set(), None, {}
    with tarfile.open(path) as tar:
        for member in tar:
            assert "/" not in member.name and not member.name.startswith("__"), member.name
            prefix, extension = member.name.split(".", 1)
            if prefix != key:
                if key is not None:
                    yield key, found
                assert prefix not in seen, "a key that comes back later: " + prefix
                seen.add(prefix)
                key, found = prefix, {}
            assert extension not in found, member.name
            found[extension] = tar.extractfile(member).read()
    yield key, found


def decode(data):
    picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_UNCHANGED)
    return picture if picture.ndim == 2 else picture[:, :, ::-1]


def raw_pixels(data, said):
    return numpy.frombuffer(data, numpy.uint8).reshape((said["height"], said["width"]) + ((3,) if said["channels"] == 3 else ()))


def check_shards(dataset, channels):
    run("pack", dataset, "-o", "shards", "--shard-fragments", "150", "--seed", "3", "--format", "png")
    run("pack", dataset, "-o", "raws", "--shard-fragments", "150", "--seed", "3", "--format", "raw")
    info = json.loads(run("info", dataset, "--json").stdout)
    total = 0
    for path in sorted(glob.glob("shards/*.tar")):
        names = subprocess.run(["tar", "tf", path], check=True, capture_output=True, text=True).stdout.split()
        twin = list(samples(path.replace("shards", "raws")))
        index = [json.loads(line) for line in open(path.replace(".tar", ".index.jsonl"))]
        whole = open(path, "rb").read()
        assert len(names) == 3 * len(twin) == 3 * len(index), path
        for (key, one), (other, raw), entry in zip(samples(path), twin, index):
            said = json.loads(one["json"])
            assert key == other == entry["key"] and list(one) == ["png", "cls", "json"] == list(entry["members"])
            assert said["channels"] == channels and said["split"] == os.path.basename(path).split("-")[0]
            assert numpy.array_equal(decode(one["png"]), raw_pixels(raw["raw"], said)), key
            assert int(one["cls"]) == entry["class"] and info["classes"][entry["class"]] == said["class"]
            for extension, (offset, length, _) in entry["members"].items():
                assert whole[offset:offset + length] == one[extension], (key, extension)
            total += 1
    assert total == info["fragments"], (total, info)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], check=True, cwd="shards")
    # The same fragments as frag sample renders.
    run("sample", dataset, "--count", "20", "--seed", "5", "-o", "sample.tar")
    run("pack", dataset, "-o", "drawn", "--count", "20", "--seed", "5", "--split", "train", "--format", "raw")
    assert list(samples("sample.tar")) == list(samples("drawn/train-000000.tar"))
    subprocess.run(["rm", "-rf", "raws", "drawn"], check=True)


def check_mixing():
    """Every shard holds all classes of its split; a stretch of fragments comes from all its sources."""
    for path in glob.glob("shards/train-*.tar"):
        said = [json.loads(one["json"]) for _, one in samples(path)]
        assert len({one["class"] for one in said[:40]}) == 3, path
        assert len({one["source"] for one in said[:40]}) >= 4, path


def check_image_folder(dataset):
    run("pack", dataset, "-o", "folders", "--layout", "imagefolder", "--format", "jpg", "--quality", "95")
    for split in ("train", "val", "test"):
        with open(f"folders/{split}/metadata.csv", newline="") as table:
            rows = list(csv.DictReader(table))
        assert {os.path.join("folders", split, row["file_name"]) for row in rows} == set(glob.glob(f"folders/{split}/*/*.jpg"))
        for row in rows[:20]:
            picture = cv2.imread(os.path.join("folders", split, row["file_name"]), cv2.IMREAD_UNCHANGED)
            assert picture.shape[:2] == (int(row["h"]), int(row["w"])) and row["split"] == split
            assert os.path.dirname(row["file_name"]) == row["label"]


def check_coordinates(dataset):
    """Corners cut by another tool (cv2.warpAffine) show what frag rendered."""
    run("pack", dataset, "-o", "places", "--layout", "coordinates", "--split", "train")
    pixels = {}
    for path in glob.glob("shards/train-*.tar"):
        for key, one in samples(path):
            pixels[int(key)] = decode(one["png"])
    with open("places/coordinates.csv", newline="") as table:
        rows = list(csv.DictReader(table))
    assert {int(row["id"]) for row in rows} == set(pixels)
    for row in rows[:: len(rows) // 25]:
        source = cv2.imread(os.path.join("images", row["source"]), cv2.IMREAD_UNCHANGED)
        corner = [numpy.array([float(row[f"x{i}"]), float(row[f"y{i}"])]) for i in range(4)]
        w, h = int(row["w"]), int(row["h"])
        across, down = (corner[1] - corner[0]) / w, (corner[3] - corner[0]) / h
        assert numpy.allclose((corner[0] + corner[2]) / 2, [float(row["x"]), float(row["y"])], atol=2e-4)
        origin = corner[0] + across / 2 + down / 2 - 0.5  # the first pixel's centre, in OpenCV's coordinates
        turn = numpy.array([[across[0], down[0], origin[0]], [across[1], down[1], origin[1]]])
        seen = cv2.warpAffine(source, turn, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
        assert numpy.abs(seen.astype(int) - pixels[int(row["id"])]).mean() < 1.5, row


def flip(path):
    with open(path, "r+b") as file:
        middle = os.path.getsize(path) // 2
        file.seek(middle)
        byte = file.read(1)[0]
        file.seek(middle)
        file.write(bytes([byte ^ 1]))


def check_flips(places):
    """A byte changed in each kind of file: status 3, and the file's name."""
    assert json.loads(run("verify", *places, "--pixels", "--json").stdout)["whole"]
    kinds = ["shards/val-000000.tar", "shards/train-000000.index.jsonl", "shards/pack.json", "shards/SHA256SUMS",
             "folders/test/metadata.csv", glob.glob("folders/train/*/*.jpg")[3], "places/coordinates.csv",
             "gray/dataset.json", "gray/sources.jsonl", "gray/store/00000.tar", "gray/SHA256SUMS"]
    for path in kinds:
        flip(path)
        place, name = path.split("/", 1)
        done = run("verify", place, status=3)
        assert name in done.stderr, (path, done.stderr)
        assert json.loads(run("verify", place, "--json", status=3).stdout)["whole"] is False
        flip(path)
    run("verify", *places)


with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    run("synth", "images", "--size", "320x240", "--per-class", "4")
    for name, channels in (("rgb", 3), ("gray", 1)):
        run("cut", "images", name, "--tile", "64", "--angles", "0:330:110", "--split", "50/25/25", "--channels", name)
        subprocess.run(["rm", "-rf", "shards"], check=True)
        check_shards(name, channels)
    check_mixing()
    check_image_folder("gray")
    check_coordinates("gray")
    check_flips(["gray", "shards", "folders", "places"])
print("exports read and checked")
sys.exit(0)
