"""frag cut on files that other programs wrote.

    cut_formats_test.py files    pages, tiles and 16 bits from OpenCV, and files that break readers
    cut_formats_test.py sets     Fashion-MNIST, which comes with its own split
"""
import csv
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

import cv2
import numpy

FRAG = os.path.join(os.environ["FRAG_BIN_DIR"], "frag")
DATA = os.environ.get("FRAG_TEST_DATA", os.path.join(os.environ["FRAG_SOURCE_DIR"], "..", "shared", "data"))
FASHION = "/usr/share/datasets/fashion-mnist"


def frag(*arguments, status=0):
    done = subprocess.run([FRAG, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done.stdout + done.stderr


def info(dataset):
    return json.loads(frag("info", dataset, "--json"))


def rows(dataset):
    with open(os.path.join(dataset, "sources.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sample(dataset, split, form):
    """{fragment id: the bytes of its file}."""
    frag("sample", dataset, "--split", split, "--format", form, "-o", "sample.tar")
    with tarfile.open("sample.tar") as tar:
        return {int(member.name.split(".")[0]): tar.extractfile(member).read()
                for member in tar if member.name.endswith("." + form)}


def pages_are_sources(random):
    os.makedirs("pages/a")
    pictures = [random.integers(0, 256, (64, 96), numpy.uint8) for _ in range(3)]
    for name in ("1.tif", "2.tif"):
        assert cv2.imwritemulti("pages/a/" + name, pictures)
    recipe = ["--tile", 32, "--overlap", 0, "--angles", 0, "--split", "50/50"]
    frag("cut", "pages", "all", *recipe)
    table = rows("all")
    assert [row["name"] for row in table] == [f"a/{n}.tif#{page}" for n in (1, 2) for page in range(3)]
    assert {row["group"] for row in table} == {"a/1.tif", "a/2.tif"}
    frag("cut", "pages", "one", *recipe, "--page", 1)
    assert [row["page"] for row in rows("one")] == [1, 1]
    found = sample("one", "train", "png")
    for number, png in found.items():
        picture = cv2.imdecode(numpy.frombuffer(png, numpy.uint8), cv2.IMREAD_UNCHANGED)
        y, x = divmod(number % 6, 3)
        assert (picture == pictures[1][y * 32:y * 32 + 32, x * 32:x * 32 + 32]).all()
    assert "no page 3" in frag("cut", "pages", "none", *recipe, "--page", 3, status=3)


def sixteen_bits_reach_the_sample(random):
    os.makedirs("deep/a")
    pictures = [random.integers(0, 65536, (64, 64), numpy.uint16) for _ in range(2)]
    for i, picture in enumerate(pictures):
        cv2.imwrite(f"deep/a/{i}.png", picture)
    frag("cut", "deep", "deep16", "--tile", 32, "--overlap", 0, "--angles", 0, "--split", "50/50", "--bits", 16)
    source = [row["name"] for row in rows("deep16")]
    for split in ("train", "test"):
        png, raw = sample("deep16", split, "png"), sample("deep16", split, "raw")
        assert len(png) == 4 and png.keys() == raw.keys()
        for number, bytes_ in png.items():
            picture = cv2.imdecode(numpy.frombuffer(bytes_, numpy.uint8), cv2.IMREAD_UNCHANGED)
            assert picture.dtype == numpy.uint16
            y, x = divmod(number % 4, 2)
            whole = pictures[int(source[number // 4][2])]
            assert (picture == whole[y * 32:y * 32 + 32, x * 32:x * 32 + 32]).all()
    assert info("deep16")["pixels"] == ["16-bit grey"]


def fashion_has_its_own_split():
    frag("cut", FASHION, "fashion", "--fit", "whole", "--angles", 0, "--labels", "set")
    told = info("fashion")
    assert told["sources"] == told["fragments"] == 70000
    assert {split: sum(c["sources"] for c in classes.values()) for split, classes in told["splits"].items()} == \
        {"train": 60000, "test": 10000}
    assert told["classes"] == [str(n) for n in range(10)]
    frag("sample", "fashion", "--split", "test", "--count", 100, "-o", "few.tar")
    frag("split", "fashion", "--folds", 5)
    assert len(info("fashion")["splits"]) == 5


# What becomes of every file of the folder of formats with tiles of 8 pixels: sources, or words of the reason.
FORMATS = {
    "brick.png": 1, "broken.svs": "not an image that frag reads", "checker_bilevel.png": 1, "chessboard_GRAY_U16.tif": 1,
    "cmu-1-small-region.svs": 1, "grass.png": 1, "gravel.png": 1, "ihc.png": 1, "multipage.tif": 2,
    "no_time_for_that_tiny.gif": 24, "palette_color.png": 1, "retina.jpg": 1, "smalltif.tif": 2,
    "truncated.jpg": "truncated",
}


def every_format_is_cut_or_named():
    os.makedirs("formats/a")
    for name in FORMATS:
        shutil.copy(os.path.join(DATA, "formats", name), "formats/a")
    known = {name for name in os.listdir(os.path.join(DATA, "formats")) if not name.startswith("LICENSE")}
    assert known == set(FORMATS), known ^ set(FORMATS)
    frag("cut", "formats", "every", "--tile", 8, "--stride", 64, "--angles", "0,20", "--split", "50/50", status=8)
    with open("every.report.csv", encoding="utf-8", newline="") as report:
        fates = {row["file"][2:]: row for row in csv.DictReader(report)}
    for name, expected in FORMATS.items():
        row = fates[name]
        if isinstance(expected, int):
            assert (row["fate"], row["sources"]) == ("used", str(expected)), row
        else:
            assert row["fate"] == "left out" and expected in row["reason"], row
    frag("verify", "every")
    frag("sample", "every", "--split", "train", "--count", 200, "-o", "every.tar")


def files():
    seeded = numpy.random.default_rng(7)
    pages_are_sources(seeded)
    sixteen_bits_reach_the_sample(seeded)
    if os.path.isdir(DATA):
        every_format_is_cut_or_named()
    else:
        print("SKIPPED: the folder of formats (set FRAG_TEST_DATA)")


def sets():
    if not os.path.isdir(FASHION):
        print("SKIPPED: Fashion-MNIST (install dataset-fashion-mnist)")
        sys.exit(77)
    fashion_has_its_own_split()


with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    {"files": files, "sets": sets}[sys.argv[1]]()
    os.chdir("/")
