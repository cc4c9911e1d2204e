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


def bits_of(row, offset, bitmaps):
    words = bitmaps[offset:offset + -(-row["fragments"] // 64) * 8]
    return [i for i in range(row["fragments"]) if words[i // 8] >> i % 8 & 1]


def fragments_of(row, bitmaps):
    """The fragments of a row: (class number, id), class by class."""
    first = row["first_fragment"]
    if "kept" not in row:
        return [(row["class"], first + i) for i in range(row["fragments"])]
    return [(number, first + i) for number, count, offset in row["kept"] if count for i in bits_of(row, offset, bitmaps)]


class Fragments:
    """Of some rows: every fragment with its group, by class and altogether."""

    def __init__(self, rows, classes, bitmaps):
        self.all = []
        self.by_class = [[] for _ in classes]
        for row in rows:
            for number, id_ in fragments_of(row, bitmaps):
                self.all.append((id_, row["group"]))
                self.by_class[number].append((id_, row["group"]))

    def groups(self):
        """The groups of every class."""
        counts = {}
        for number, members in enumerate(self.by_class):
            for _, group in members:
                counts.setdefault(group, [0] * len(self.by_class))[number] += 1
        first = {}
        for id_, group in self.all:
            first[group] = min(first.get(group, id_), id_)
        of_class = [[] for _ in self.by_class]
        for group in sorted(first, key=first.get):
            of_class[counts[group].index(max(counts[group]))].append(group)
        return of_class


def held_out(fragments, split, seed, round_, share):
    held = set()
    for number, groups in enumerate(fragments.groups()):
        if len(groups) > 1:
            text = f"libfrag/sample/1|holdout|split={split}|seed={seed}|round={round_}|class={number}"
            image = permutation(len(groups), word(text))
            held |= {groups[image(i)] for i in range(max(1, min(len(groups) - 1, len(groups) * share // 1000)))}
    return held


def turns(weights):
    """The lane of each position of a period."""
    common = math.gcd(*weights)
    weights = [weight // common for weight in weights]
    total = sum(weights)
    had = [0] * len(weights)
    lanes = []
    for position in range(total):
        open_ = [(-(-(had[i] + 1) * total // w), i) for i, w in enumerate(weights)
                 if had[i] < w and had[i] * total // w <= position]
        lane = min(open_)[1]
        had[lane] += 1
        lanes.append(lane)
    return lanes, weights, total


def draw(rows, classes, spec, bitmaps=b""):
    """The ids of a sample, from a dataset's rows, the names of its classes, and a sample's JSON."""
    policy, side = spec.get("policy", "random"), spec.get("side", "train")
    seed, round_ = spec.get("seed", 0), spec.get("round", 0)
    part, parts = spec.get("part", 0), spec.get("parts", len(spec.get("weights", [0])))
    split = spec.get("split", "train")
    holdout = round(spec.get("holdout", 0) * 1000)
    pool = f"split={split}"
    if "fold" in spec and side == "test":
        split = f"fold{spec['fold']}"
        pool = f"split={split}"
    if "fold" in spec and side == "train":
        pool = f"fold={spec['fold']}|side=train"
        folds = [row for row in rows if row["split"].startswith("fold") and row["split"] != f"fold{spec['fold']}"]
        rows = sorted(folds, key=lambda row: int(row["split"][4:]))
    else:
        rows = [row for row in rows if row["split"] == split]
    fragments = Fragments(rows, classes, bitmaps)
    out = set()
    if holdout:
        out = held_out(fragments, split, seed, spec.get("holdout_round", round_), holdout)
        if side == "test":
            pool += "|side=test"
            fragments = Fragments([row for row in rows if row["group"] in out], classes, bitmaps)
            out = set()

    start = {"random": f"random|{pool}|seed={seed}|round={round_}|part={part}",
             "dynamic": f"dynamic|{pool}|seed={seed}|round={round_}"}.get(policy, f"static|{pool}|seed={seed}")
    key = lambda scope: word(f"libfrag/sample/1|{start}|{scope}")

    def scattered(members, scope):
        image = permutation(len(members), key(scope))
        return [members[image(i)] for i in range(len(members))]

    shares, before = [], 0
    for number, members in enumerate(fragments.by_class):
        dealt = scattered(members, f"class={number}") if members else []
        shares.append(dealt[(part - before) % parts::parts])
        before += len(members)

    balance = spec["weights"][part] if "weights" in spec else spec.get("balance", "class")
    if balance == "none":
        weights = [1]
        if policy == "random":
            sequence = lambda lane, time: scattered(fragments.all, f"all|pass={time}")
        else:
            sequence = lambda lane, time: scattered(sum(shares, []), f"part={part}|all")
    else:
        weight = lambda number: 1 if balance == "class" else balance[classes[number]]
        wanted = [number for number, members in enumerate(fragments.by_class)
                  if any(group not in out for _, group in members) and weight(number) > 0]
        image = permutation(len(wanted), key("classes" if policy == "random" else f"part={part}|classes"))
        wanted = [wanted[image(i)] for i in range(len(wanted))]
        weights = [weight(number) for number in wanted]
        if policy == "random":
            sequence = lambda lane, time: scattered(fragments.by_class[wanted[lane]], f"class={wanted[lane]}|pass={time}")
        else:
            sequence = lambda lane, time: shares[wanted[lane]]

    period, weights, total = turns(weights)
    left = lambda members: [id_ for id_, group in members if group not in out]
    limit = min(len(left(sequence(lane, 0))) * total // weight for lane, weight in enumerate(weights))
    count = spec.get("count", limit)
    needed = [sum(period[p % total] == lane for p in range(count)) for lane in range(len(weights))]
    lanes = []
    for lane, need in enumerate(needed):
        members, time = sequence(lane, 0), 0
        if policy == "hybrid" and "count" in spec:
            step = need - need * round(spec.get("keep", 0.75) * 1000) // 1000
            begin = round_ * step % len(members)
            members = members[begin:] + members[:begin]
        ids = left(members)
        while len(ids) < need:
            time += 1
            ids += left(members) if out or policy != "random" else left(sequence(lane, time))
        lanes.append(iter(ids))
    return [next(lanes[period[p % total]]) for p in range(count)]


def draw_from(dataset, spec):
    """The same from a dataset folder."""
    with open(os.path.join(dataset, "sources.jsonl")) as table:
        rows = list(map(json.loads, table))
    with open(os.path.join(dataset, "dataset.json")) as file:
        classes = json.load(file)["classes"]
    labels = os.path.join(dataset, "labels", "fragments.bin")
    bitmaps = open(labels, "rb").read() if os.path.exists(labels) else b""
    return draw(rows, classes, spec, bitmaps)


def frag(*arguments):
    return subprocess.run([FRAG, *arguments], check=True, capture_output=True, text=True).stdout


vectors = json.loads(re.search(r"```json vectors\n(.*?)```", open(DOCUMENT).read(), re.S).group(1))
for vector in vectors["permutations"]:
    walk = permutation(vector["n"], vector["key"])
    assert [walk(i) for i in vector["index"]] == vector["image"], vector
for vector in vectors["words"]:
    assert word(vector["text"]) == int(vector["word"], 16), vector

for vector in vectors["draws"]["samples"]:
    ids = draw(vectors["draws"]["table"], vectors["draws"]["classes"], vector["spec"])
    assert ids == vector["ids"], (vector, ids)


def options_of(spec):
    """A sample's JSON as options of frag sample."""
    options = []
    for name, value in spec.items():
        if name == "repeats":
            options += ["--repeats"] if value else []
        elif name == "part":
            options += ["--part", f"{value + 1}/{spec['parts']}"]
        elif name == "weights":
            with open("weights.json", "w") as file:
                json.dump(value, file)
            options += ["--weights", "weights.json"]
        elif name == "balance" and isinstance(value, dict):
            options += ["--balance", ",".join(f"{key}:{weight}" for key, weight in value.items())]
        elif name != "parts":
            options += ["--" + name.replace("_", "-"), str(value)]
    return options


def compare(dataset, spec):
    printed = list(map(int, frag("sample", dataset, "--ids", *options_of(spec)).split()))
    assert printed == draw_from(dataset, spec), spec


DIVIDED = [{"policy": policy, "seed": 3, "round": round_, "part": part, "parts": 3, **more}
           for policy in ("static", "dynamic", "hybrid") for round_, part in ((0, 0), (5, 2))
           for more in ({"count": 60}, {"count": 101, "balance": "none"}, {"balance": "none"}, {})]
WEIGHTS = {"cells": 5, "fibres": 2, "network": 0}
SPECS = DIVIDED + [
    {"policy": "hybrid", "count": 30, "round": 7, "keep": 0.9},
    {"policy": "hybrid", "count": 31, "round": 2, "keep": 0.125, "parts": 2, "part": 1, "holdout": 0.5},
    {"count": 50, "seed": 4, "round": 1, "holdout": 0.3},
    {"holdout": 0.3, "balance": "none"}, {"holdout": 0.001}, {"holdout": 0.999, "side": "test"},
    {"count": 50, "seed": 4, "round": 1, "holdout": 0.3, "side": "test"},
    {"count": 50, "seed": 4, "round": 1, "holdout": 0.3, "holdout_round": 6},
    {"count": 50, "seed": 4, "round": 1, "holdout": 0.3, "holdout_round": 6, "side": "test"},
    {"count": 40, "policy": "dynamic", "part": 1, "parts": 2, "holdout": 0.3, "side": "test", "balance": "none"},
    {"count": 45, "policy": "static", "part": 1, "parts": 2, "holdout": 0.3},
    {"count": 77, "balance": WEIGHTS}, {"balance": WEIGHTS}, {"balance": WEIGHTS, "policy": "static", "part": 0, "parts": 4},
    {"count": 40, "part": 1, "parts": 2, "weights": [{"cells": 1, "fibres": 0, "network": 0}, WEIGHTS]},
    {"count": 900, "repeats": True, "split": "val"}, {"count": 900, "repeats": True, "split": "val", "policy": "static"},
    {"count": 900, "repeats": True, "holdout": 0.4}, {"count": 900, "repeats": True, "balance": "none", "split": "test"}]
FOLDED = [{"fold": 1, "count": 50, "seed": 2}, {"fold": 2, "side": "test"}, {"fold": 0, "balance": "none", "policy": "dynamic",
          "round": 3, "part": 1, "parts": 2}]

with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    frag("synth", "images", "--size", "320x240", "--per-class", "8")
    frag("cut", "images", "set", "--tile", "64", "--angles", "0:330:30", "--split", "50/25/25")
    frag("cut", "images", "gaps", "--tile", "64", "--angles", "0:330:30", "--split", "50/25/25", "--min-detail", "20")
    assert any("kept" in json.loads(row) for row in open("gaps/sources.jsonl"))
    for seed, round_, part in ((0, 0, 0), (1, 0, 0), (1, 3, 0), (1, 3, 2), (2**63 - 1, 9, 1)):
        for split in ("train", "val", "test"):
            for balance in ("class", "none"):
                compare("set", {"split": split, "count": 100, "seed": seed, "round": round_, "part": part, "parts": 3,
                                "balance": balance})
    for dataset in ("set", "gaps"):
        for spec in SPECS:
            compare(dataset, spec)
        frag("split", dataset, "--folds", "4")
        for spec in FOLDED:
            compare(dataset, spec)
print("equal draws")
