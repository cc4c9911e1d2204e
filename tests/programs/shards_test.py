"""`fragtrain fit` and `eval` on WebDataset tars: an export of `frag pack`, and tars that Python's tarfile wrote."""
import io
import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import cv2
import numpy

from gels import cut_grouped_gels
from programs import program


def fit(places, run, *arguments, epochs=1, status=0):
    return program("fragtrain", "fit", *places, "-o", run, "--epochs", epochs, "--count", 60, "--threads", 1, *arguments, status=status)


def evaluate(run, *places):
    return json.loads(program("fragtrain", "eval", run, *places, "--count", 45, "--threads", 1, "--json"))


def prepare(folder):
    """Groups of two images each, packed."""
    cut_grouped_gels(folder, "50/25/25")
    program("frag", "pack", folder / "gels.frag", "-o", folder / "shards", "--count", 120, "--shard-fragments", 50)


def check_export(folder):
    """An export trains; its fragments are measured in the groups of their dataset, by name or by pattern."""
    shards = folder / "shards"
    fit([shards], folder / "run")
    answer = evaluate(folder / "run", shards)
    rows = [json.loads(line) for line in (folder / "gels.frag/sources.jsonl").read_text().splitlines()]
    groups = {row["group"] for row in rows if row["split"] == "test"}
    assert answer["fragments"] == answer["sources"] == 45 and answer["groups"] == len(groups) < 10, answer
    named = evaluate(folder / "run", f"{shards}/{{train,val,test}}-{{000000..000002}}.tar")
    assert named == answer, (named, answer)
    assert json.loads((folder / "run/run.json").read_text())["results"]["val_accuracy"] is not None
    dataset = program("fragtrain", "eval", folder / "run", folder / "gels.frag", "--count", 45, "--threads", 1)
    assert "accuracy" in dataset


def check_resume(folder):
    """A run is gone on with on the tars that it began with, wherever they lie, and on no others."""
    shutil.copytree(folder / "shards", folder / "elsewhere")
    fit([folder / "elsewhere"], folder / "run", "--resume")
    refused = fit([folder / "elsewhere/train-000000.tar"], folder / "run", "--resume", status=2)
    assert "dataset" in refused and "another training" in refused, refused


def write_tar(path, samples, **form):
    with tarfile.open(path, "w", **form) as tar:
        for name, data in samples:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def pictures(count, extension, prefix, seed):
    """`count` small pictures, dark ones of class 0 and bright ones of class 1, with nothing but a .cls beside them."""
    random = numpy.random.default_rng(seed)
    for i in range(count):
        picture = random.integers(0, 100, (40, 48, 3), numpy.uint8) + numpy.uint8(120 * (i % 2))
        yield f"{prefix}{i:04d}.{extension}", cv2.imencode("." + extension, picture)[1].tobytes()
        yield f"{prefix}{i:04d}.cls", str(i % 2).encode()


def check_foreign(folder):
    """Tars of other people, with names too long for a plain header, and letters beyond ASCII in them: learned in no time, as the difference is brightness."""
    long = "a-folder-with-a-long-näme/" * 6
    write_tar(folder / "train-000000.tar", pictures(40, "jpg", long, 1), format=tarfile.PAX_FORMAT)
    write_tar(folder / "train-000001.tar", pictures(40, "png", long, 2), format=tarfile.GNU_FORMAT)
    write_tar(folder / "test-000000.tar", pictures(60, "png", "", 3))
    train = folder / "train-{000000..000001}.tar"
    fit([train], folder / "foreign", "--input", 16, epochs=8)
    answer = evaluate(folder / "foreign", folder / "test-000000.tar")
    assert [one["name"] for one in answer["classes"]] == ["0", "1"] and answer["accuracy"] > 0.9, answer


def check_damage(folder):
    tar = folder / "train-000001.tar"
    whole = tar.read_bytes()
    tar.write_bytes(whole[:len(whole) // 2])
    message = fit([tar], folder / "cut", status=3)
    assert "train-000001.tar" in message and "whole are its first" in message, message
    assert not (folder / "cut").exists()


def check_leak(folder):
    def sample(key):
        return [(key + ".png", cv2.imencode(".png", numpy.zeros((8, 8), numpy.uint8))[1].tobytes()), (key + ".cls", b"0"),
                (key + ".json", b'{"group": "patient-7"}')]
    write_tar(folder / "leak-train.tar", sample("a"))
    write_tar(folder / "leak-test.tar", sample("b"))
    message = fit([folder / "leak-train.tar", folder / "leak-test.tar"], folder / "leak", status=7)
    assert "patient-7" in message and "leak-train.tar/a" in message and "leak-test.tar/b" in message, message


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        check_export(folder)
        check_resume(folder)
        check_foreign(folder)
        check_damage(folder)
        check_leak(folder)


main()
