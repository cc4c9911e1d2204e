"""The recipes of manifests/ on folders as their comments describe them: classes, sides and counts are the publishers' own.

    manifests_test.py made    on small folders of the same form, written here
    manifests_test.py real    on the images themselves, as far as they are at hand
"""
import collections
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

import cv2
import numpy

SOURCE = os.environ["FRAG_SOURCE_DIR"]
FRAG = os.path.join(os.environ["FRAG_BIN_DIR"], "frag")
DATA = os.environ.get("FRAG_TEST_DATA", os.path.join(SOURCE, "..", "shared", "data"))
FASHION_MNIST = "/usr/share/datasets/fashion-mnist"
random = numpy.random.default_rng(1)


def manifest(name):
    return os.path.join(SOURCE, "manifests", name + ".toml")


def equal(one, two, what):
    assert one == two, f"{what}: {one} is not {two}"


def frag(*arguments, status=0):
    done = subprocess.run([FRAG, *arguments], capture_output=True, text=True)
    assert done.returncode == status, f"frag {arguments} exited with {done.returncode}: {done.stderr}"
    return done.stdout


class Cut:
    """What `frag cut` with a manifest made of a folder, after the commands that the manifest's comment gives for it."""

    def __init__(self, name, images):
        for command in re.findall(r"^# \$ (.*)$", open(manifest(name)).read(), re.M):
            subprocess.run(["bash", "-euc", command], cwd=images, check=True)
        self.dataset = name + ".frag"
        frag("cut", images, self.dataset, "--recipe", manifest(name), "--strict")
        self.info = json.loads(frag("info", self.dataset, "--json"))
        self.rows = [json.loads(line) for line in open(os.path.join(self.dataset, "sources.jsonl"))]

    @property
    def classes(self):
        return self.info["classes"]

    def sources(self):
        """{side: {class: sources}}"""
        return {side: {name: cell["sources"] for name, cell in row.items()} for side, row in self.info["splits"].items()}

    def sources_of_sides(self):
        return {side: sum(row.values()) for side, row in self.sources().items()}

    def groups(self):
        """{group: sides}; one side each, or the split leaks."""
        sides = collections.defaultdict(set)
        for row in self.rows:
            sides[row["group"]].add(row["split"])
        assert all(len(of) == 1 for of in sides.values()), sides
        return sides


def write(path, pixels):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if path.endswith(".gif"):
        write_gif(path, pixels)
    else:
        assert cv2.imwrite(path, pixels), path


def write_gif(path, pixels):
    """OpenCV writes none. Nine-bit codes all along: a clear code comes before the table would grow to ten bits."""
    height, width = pixels.shape
    codes = []
    for i, value in enumerate(pixels.reshape(-1).tolist()):
        if i % 200 == 0:
            codes.append(256)
        codes.append(value)
    codes.append(257)
    bits = numpy.unpackbits(numpy.array(codes, "<u2").view(numpy.uint8).reshape(-1, 2), axis=1, bitorder="little")[:, :9]
    packed = numpy.packbits(bits.reshape(-1), bitorder="little").tobytes()
    with open(path, "wb") as out:
        out.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0))
        out.write(bytes(level for level in range(256) for _ in range(3)))
        out.write(b"," + struct.pack("<HHHHBB", 0, 0, width, height, 0, 8))
        for at in range(0, len(packed), 255):
            block = packed[at:at + 255]
            out.write(bytes([len(block)]) + block)
        out.write(b"\0;")


def noise(height, width, channels=None):
    """Coarse random blobs: no two pictures are alike, and files are small."""
    shape = (height // 8 + 1, width // 8 + 1) + ((channels,) if channels else ())
    return cv2.resize(random.integers(0, 256, shape, numpy.uint8), (width, height))


def pva_cryogel():
    for name in ("cells", "fibres"):
        for i in range(3):
            write(f"pva/{name}/{i:04}.jpg", noise(1704, 2272))
    cut = Cut("pva-cryogel", "pva")
    equal(cut.sources(), {side: {"cells": 1, "fibres": 1} for side in ("train", "val", "test")}, "sources")
    equal({row["fragments"] for row in cut.rows}, {6972}, "the published count")


def kylberg():
    for name in ("blanket1", "stoneslab1"):
        for piece in "abcd":
            for patch in (1, 2):
                write(f"kylberg/{name}/{name}-{piece}-p{patch:03}.png", noise(576, 576))
    cut = Cut("kylberg", "kylberg")
    equal(cut.sources(), {side: {"blanket1": n, "stoneslab1": n} for side, n in (("train", 4), ("val", 2), ("test", 2))}, "sources")
    equal(sorted(cut.groups()), [f"{name}-{piece}" for name in ("blanket1", "stoneslab1") for piece in "abcd"], "pieces")
    frag("check", cut.dataset)


def brodatz():
    for plate in (1, 2, 112):
        pixels = noise(640, 640)
        write(f"brodatz/D{plate}.gif", pixels)
    equal(cv2.VideoCapture("brodatz/D112.gif").read()[1][:, :, 0].tolist(), pixels.tolist(), "the GIF as OpenCV reads it")
    cut = Cut("brodatz", "brodatz")
    equal(sorted(cut.classes), ["D1", "D112", "D2"], "classes")
    equal(cut.sources_of_sides(), {"train": 15, "val": 6, "test": 6}, "boxes")
    equal(len(cut.groups()), 27, "groups")
    boxes = {tuple(row["box"]) for row in cut.rows}
    equal(boxes, {(x, y, 213, 213) for x in (0, 213, 426) for y in (0, 213, 426)}, "boxes")
    frag("check", cut.dataset)


def cifar_10():
    os.makedirs("cifar10")
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    open("cifar10/batches.meta.txt", "w").write("\n".join(names) + "\n\n")
    labels = {}
    for batch in [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]:
        records = random.integers(0, 256, (20, 3073), numpy.uint8)
        records[:, 0] = random.permutation(20) % 10
        labels[batch + ".bin"] = records[:, 0].tolist()
        records.tofile(f"cifar10/{batch}.bin")
    cut = Cut("cifar-10", "cifar10")
    equal(cut.classes, names, "classes")
    equal(cut.sources(), {"train": {name: 10 for name in names}, "test": {name: 2 for name in names}}, "the publisher's sides")
    for row in cut.rows:
        file, page = row["name"].split("#")
        equal(row["class"], labels[file][int(page)], row["name"])
    frag("verify", cut.dataset, "--pixels")


def cifar_100():
    os.makedirs("cifar100")
    names = sorted(f"thing_{i}" for i in range(100))
    open("cifar100/fine_label_names.txt", "w").write("\n".join(names) + "\n")
    open("cifar100/coarse_label_names.txt", "w").write("\n".join(f"kind_{i}" for i in range(20)) + "\n")
    for side, count in (("train", 500), ("test", 100)):
        records = random.integers(0, 256, (count, 3074), numpy.uint8)
        records[:, 1] = numpy.arange(count) % 100
        records[:, 0] = records[:, 1] // 5
        records.tofile(f"cifar100/{side}.bin")
    cut = Cut("cifar-100", "cifar100")
    equal(cut.classes, names, "classes are the fine ones")
    equal(cut.sources(), {"train": {name: 5 for name in names}, "test": {name: 1 for name in names}}, "the publisher's sides")
    frag("verify", cut.dataset, "--pixels")


def tiny_imagenet():
    classes = ["n01443537", "n01629819"]
    notes = []
    for c, name in enumerate(classes):
        for i in range(4):
            write(f"tiny/train/{name}/images/{name}_{i}.JPEG", noise(64, 64, 3 if i else None))
        open(f"tiny/train/{name}/{name}_boxes.txt", "w").write(f"{name}_0.JPEG\t0\t10\t63\t58\n")
        write(f"tiny/val/images/val_{c}.JPEG", noise(64, 64, 3))
        notes.append(f"val_{c}.JPEG\t{name}\t0\t32\t44\t62\n")
    write("tiny/test/images/test_0.JPEG", noise(64, 64, 3))
    open("tiny/val/val_annotations.txt", "w").writelines(notes)
    open("tiny/wnids.txt", "w").write("\n".join(classes) + "\n")
    cut = Cut("tiny-imagenet", "tiny")
    equal(cut.sources(), {"train": {name: 4 for name in classes}, "val": {name: 1 for name in classes}}, "the publisher's sides")
    equal({(row["width"], row["height"], row["channels"], row["fragments"]) for row in cut.rows}, {(64, 64, 3, 1)}, "pictures")
    report = open("tiny-imagenet.frag.report.csv").read()
    assert "test/images/test_0.JPEG,not a source" in report, report


def deepfashion():
    for article in range(1, 7):
        for view in ("1_front", "3_back"):
            write(f"inshop/img/WOMEN/Blouses_Shirts/id_{article:08}/02_{view}.jpg", noise(256, 256, 3))
            write(f"inshop/img/MEN/Shorts/id_{article + 10:08}/02_{view}.jpg", noise(256, 256, 3))
            write(f"inshop/img/WOMEN-Shorts-id_{article + 20:08}-02_{view}.jpg", noise(300, 200, 3))
    cut = Cut("deepfashion", "inshop")
    equal(cut.classes, ["Blouses_Shirts", "Shorts"], "classes")
    equal(len(cut.groups()), 18, "articles")
    equal(len(cut.rows), 36, "photographs")
    equal(sorted(cut.sources()), ["test", "train", "val"], "sides")


def blood_smears():
    cut = Cut("blood-smears", os.path.join(DATA, "blood-smears"))
    equal(cut.classes, ["elliptocytosis", "iron_deficiency", "megaloblastic", "thalassemia"], "classes")
    equal({side: set(row.values()) for side, row in cut.sources().items()}, {"train": {7}, "val": {3}, "test": {2}}, "sources a class")
    equal({(row["width"], row["height"], row["channels"]) for row in cut.rows}, {(1280, 960, 3)}, "pictures")
    frag("check", cut.dataset)


def kth_tips_gray():
    cut = Cut("kth-tips-gray", os.path.join(DATA, "kth-tips-gray"))
    equal(len(cut.classes), 10, "classes")
    equal(len(cut.rows), 810, "pictures")
    equal(len(cut.groups()), 90, "a group a class and scale")
    # There is one piece of each material: neighbouring distances show it again, and the audit says so.
    found = json.loads(frag("check", cut.dataset, "--json", status=9))
    equal({finding["kind"] for finding in found["findings"]}, {"picture"}, "findings")


def kth_tips_gray_by_pose():
    cut = Cut("kth-tips-gray-by-pose", os.path.join(DATA, "kth-tips-gray"))
    equal(sorted(cut.groups()), [f"im_{pose}" for pose in range(1, 10)], "a group a pose and light, of all classes and scales")
    equal({side: set(row.values()) for side, row in cut.sources().items()}, {"train": {45}, "val": {18}, "test": {18}}, "sources a class")


def kth_tips_gray_random():
    cut = Cut("kth-tips-gray-random", os.path.join(DATA, "kth-tips-gray"))
    equal(len(cut.groups()), 810, "a group a picture")
    # What leaks: every tested picture has others of its piece and distance in train.
    sides = collections.defaultdict(set)
    for row in cut.rows:
        sides[re.match(r"[^/]+/\d+-scale_\d+", row["name"])[0]].add(row["split"])
    assert all("train" in of for of in sides.values()), sides


def fashion_mnist():
    cut = Cut("fashion-mnist", FASHION_MNIST)
    equal(cut.classes, ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"], "classes")
    equal(cut.sources(), {"train": {name: 6000 for name in cut.classes}, "test": {name: 1000 for name in cut.classes}}, "sides")
    equal({(row["width"], row["height"], row["fragments"]) for row in cut.rows}, {(28, 28, 1)}, "pictures")


MADE = (pva_cryogel, kylberg, brodatz, cifar_10, cifar_100, tiny_imagenet, deepfashion)
REAL = ((blood_smears, os.path.join(DATA, "blood-smears")), (fashion_mnist, FASHION_MNIST),
        *((test, os.path.join(DATA, "kth-tips-gray")) for test in (kth_tips_gray, kth_tips_gray_by_pose, kth_tips_gray_random)))


def main():
    which = sys.argv[1]
    wanted = sys.argv[2:]  # some of them by name, for a person at a terminal
    missing = []
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        if which == "made":
            tests = list(MADE)
        else:
            tests = [test for test, folder in REAL if os.path.isdir(folder)]
            missing = [folder for _, folder in REAL if not os.path.isdir(folder)]
        for test in tests:
            if not wanted or test.__name__ in wanted:
                print(test.__name__, flush=True)
                test()
        os.chdir("/")
    for folder in missing:
        print(f"SKIPPED: {folder} is not there")
    return 77 if missing else 0


if __name__ == "__main__":
    covered = {test.__name__.replace("_", "-") for test in MADE} | {test.__name__.replace("_", "-") for test, _ in REAL}
    recipes = {name[:-5] for name in os.listdir(os.path.join(SOURCE, "manifests")) if name.endswith(".toml")} - {"job", "sweep"}
    equal(covered, recipes, "a test for every recipe")
    sys.exit(main())
