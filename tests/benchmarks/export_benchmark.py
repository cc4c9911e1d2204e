#!/usr/bin/python3
"""A whole source out as fragments: ours on two threads beside what a laboratory writes in Python, in one run.

usage: export_benchmark.py BIN_DIR
Needs FRAG_TEST_DATA and FRAG_TEST_PEERS, or ../shared/data and ../shared/peers beside the project. Sides take turns
three times and the best of each counts, so that another program on the machine does not decide. The processor time of
a tile is printed too: it says what one core does where others keep the machine busy.
"""
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile

import cv2

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.path.join(os.path.dirname(PROJECT), "shared")
DATA = os.environ.get("FRAG_TEST_DATA", os.path.join(SHARED, "data"))
PEERS = os.environ.get("FRAG_TEST_PEERS", os.path.join(SHARED, "peers"))
ROUNDS = 3


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Side:
    """The best of some runs of a program that prints 'N tiles S s R tiles/s'."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.tiles = self.rate = 0
        self.microseconds = float("inf")

    def run(self):
        before = processor_seconds()
        said = subprocess.run(self.arguments, check=True, capture_output=True, text=True).stdout
        tiles, rate = re.search(r"(\d+) tiles [\d.]+ s (\d+) tiles/s", said).groups()
        self.tiles, self.rate = int(tiles), max(self.rate, int(rate))
        self.microseconds = min(self.microseconds, (processor_seconds() - before) / self.tiles * 1e6)

    def __str__(self):
        return f"{self.tiles} tiles {self.rate:6} /s {self.microseconds:5.0f} us of processor"


def mean_bytes_of_folder(folder):
    sizes = [entry.stat().st_size for entry in os.scandir(folder)]
    return sum(sizes) / len(sizes)


def mean_bytes_of_tar(path):
    with tarfile.open(path) as tar:
        sizes = [member.size for member in tar]
    return sum(sizes) / len(sizes)


def compare(program, name, source, form):
    ours = Side([program, source, "ours.tar", form, "keep", "2"])
    theirs = Side([sys.executable, os.path.join(PEERS, "cut_opencv.py"), source, "peer", form])
    for _ in range(ROUNDS):
        shutil.rmtree("peer", ignore_errors=True)
        theirs.run()
        ours.run()
    print(f"{name} {form}\n"
          f"  ours    {ours}  {mean_bytes_of_tar('ours.tar'):7.0f} bytes\n"
          f"  OpenCV  {theirs}  {mean_bytes_of_folder('peer'):7.0f} bytes\n"
          f"  ratio   {ours.rate / theirs.rate:.2f} of tiles/s, "
          f"{theirs.microseconds / ours.microseconds:.2f} of processor time", flush=True)


def main():
    ours = os.path.join(os.path.abspath(sys.argv[1]), "export_benchmark")
    smear = os.path.join(DATA, "blood-smears", "elliptocytosis", "sampleA0001.JPG")
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as work:
        os.chdir(work)
        cv2.imwrite("smear-gray.png", cv2.imread(smear, cv2.IMREAD_GRAYSCALE))
        subprocess.run([ours, "--synthesise", "synthetic.png"], check=True)
        for form in ("jpg", "png"):
            compare(ours, "smear 1280x960 grey", "smear-gray.png", form)
            compare(ours, "smear 1280x960 RGB", smear, form)
            compare(ours, "synthetic 2272x1704 grey", "synthetic.png", form)


main()
