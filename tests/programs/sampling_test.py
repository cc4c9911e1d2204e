"""The sampling algorithm written again from docs/sampling.md, against frag's own draws and the document's vectors."""
import hashlib
import json
import math
import os
import re
import subprocess
import tempfile

FRAG = os.path.join(os.environ["FRAG_BIN_DIR"], "frag")
DOCUMENT = os.path.join(os.environ["FRAG_SOURCE_DIR"], "docs", "sampling.md")
MASK = 2**64 - 1


def mix(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def stream(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        yield mix(seed)


def word(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def permutation(n, key):
    words = stream(key)
    if n <= 128:
        table = list(range(n))
        for i in range(n - 1, 0, -1):
            j = next(words) * (i + 1) >> 64
            table[i], table[j] = table[j], table[i]
        return lambda index: table[index]
    a = math.isqrt(n - 1) + 1
    b = -(-n // a)
    keys = [next(words) for _ in range(8)]

    def walk(value):
        while True:
            left, right = divmod(value, b)
            for i in range(0, 8, 2):
                left = (left + (mix((keys[i] + right) & MASK) * a >> 64)) % a
                right = (right + (mix((keys[i + 1] + left) & MASK) * b >> 64)) % b
            value = left * b + right
            if value < n:
                return value

    return walk


def draw(dataset, split, count, seed, round_=0, part=0, balanced=True):
    """The ids of a sample of the dataset folder, from its two tables alone."""
    with open(os.path.join(dataset, "sources.jsonl")) as table:
        sources = [row for row in map(json.loads, table) if row["split"] == split]
    key = lambda scope: word(f"libfrag/sample/1|random|split={split}|seed={seed}|round={round_}|part={part}|{scope}")
    lanes = []
    if balanced:
        present = sorted({row["class"] for row in sources})
        order = permutation(len(present), key("classes"))
        for i in range(len(present)):
            number = present[order(i)]
            lanes.append((f"class={number}", [row for row in sources if row["class"] == number]))
    else:
        lanes.append(("all", sources))
    walks = []
    for scope, rows in lanes:
        ids = [row["first_fragment"] + i for row in rows for i in range(row["fragments"])]
        walks.append((ids, permutation(len(ids), key(f"{scope}|pass=0"))))
    return [walks[p % len(walks)][0][walks[p % len(walks)][1](p // len(walks))] for p in range(count)]


def frag(*arguments):
    return subprocess.run([FRAG, *arguments], check=True, capture_output=True, text=True).stdout


vectors = json.loads(re.search(r"```json vectors\n(.*?)```", open(DOCUMENT).read(), re.S).group(1))
for vector in vectors["permutations"]:
    walk = permutation(vector["n"], vector["key"])
    assert [walk(i) for i in vector["index"]] == vector["image"], vector
for vector in vectors["words"]:
    assert word(vector["text"]) == int(vector["word"], 16), vector

with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    frag("synth", "images", "--size", "320x240", "--per-class", "4")
    frag("cut", "images", "set", "--tile", "64", "--angles", "0:330:30", "--split", "50/25/25")
    for seed, round_, part in ((0, 0, 0), (1, 0, 0), (1, 3, 0), (1, 3, 2), (2**63 - 1, 9, 1)):
        for split in ("train", "val", "test"):
            options = ["--split", split, "--count", "200", "--seed", str(seed), "--round", str(round_), "--part", str(part),
                       "--parts", "3", "--ids"]
            assert list(map(int, frag("sample", "set", *options).split())) == draw("set", split, 200, seed, round_, part)
            assert (list(map(int, frag("sample", "set", "--unbalanced", *options).split()))
                    == draw("set", split, 200, seed, round_, part, balanced=False))
print("equal draws")
