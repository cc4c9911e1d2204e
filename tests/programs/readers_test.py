"""A sample's PNGs, read by OpenCV, equal its raw pixels; the tar is what WebDataset expects of one."""
import json
import os
import sys
import tarfile
import tempfile

import cv2
import numpy

from programs import program


def members(path):
    """[(key, {extension: bytes})] as WebDataset groups them: neighbours with one key, split at the first dot."""
    samples = []
    with tarfile.open(path) as tar:
        for member in tar:
            assert member.mtime == 0 and member.uid == 0 and member.gid == 0 and member.mode == 0o644, member.name
            key, extension = member.name.split(".", 1)
            if not samples or samples[-1][0] != key:
                samples.append((key, {}))
            assert extension not in samples[-1][1], member.name
            samples[-1][1][extension] = tar.extractfile(member).read()
    return samples


with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    program("frag", "synth", "images", "--size", "320x240", "--per-class", "4")
    for channels in ("gray", "rgb"):
        program("frag", "cut", "images", channels, "--tile", "64", "--angles", "0:330:110", "--split", "50/25/25", "--channels", channels)
        for form in ("raw", "png", "jpg"):
            program("frag", "sample", channels, "--count", "24", "--seed", "3", "--format", form, "-o", f"{form}.tar")
        raw, png, jpg = members("raw.tar"), members("png.tar"), members("jpg.tar")
        assert len(raw) == 24 and [key for key, _ in raw] == [key for key, _ in png] == [key for key, _ in jpg]
        for (key, one), (_, two), (_, three) in zip(raw, png, jpg):
            said = json.loads(one["json"])
            assert said["id"] == int(key) and int(one["cls"]) in (0, 1, 2), key
            shape = (said["height"], said["width"]) + ((3,) if said["channels"] == 3 else ())
            pixels = numpy.frombuffer(one["raw"], numpy.uint8).reshape(shape)
            decoded = cv2.imdecode(numpy.frombuffer(two["png"], numpy.uint8), cv2.IMREAD_UNCHANGED)
            lossy = cv2.imdecode(numpy.frombuffer(three["jpg"], numpy.uint8), cv2.IMREAD_UNCHANGED)
            if said["channels"] == 3:
                decoded, lossy = decoded[:, :, ::-1], lossy[:, :, ::-1]
            assert numpy.array_equal(decoded, pixels), key
            assert numpy.abs(lossy.astype(int) - pixels).mean() < 6, key
            for other in (two, three):
                described = json.loads(other["json"])
                assert len(described.pop("picture")) == 32 and described == said, key
print("read", len(raw), "fragments in three formats")
sys.exit(0)
