"""Every rule computed again with numpy, over several steps with what it remembers, from files that travelled in every way. All is plain
double arithmetic in a stated order, so the weights must be equal bit for bit."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

PROBE = sys.argv[1]
STEPS, NODES = 3, 5
# name -> shape, kind; "w" and "k" may travel sparsely.
TENSORS = {"n": ((2,), "counter"), "w": ((60, 37), "parameter"), "b": ((37,), "parameter"), "k": ((5, 3, 2), "parameter"),
           "s": ((), "parameter"), "m": ((4, 4), "buffer")}
PARAMETERS = [name for name, (_, kind) in TENSORS.items() if kind == "parameter"]
LARGEST = float(np.finfo(np.float32).max)


def write(path, tensors, kinds):
    """A safetensors file; the widest numbers first, as every number must lie at a multiple of its size."""
    words = {"float32": "F32", "int64": "I64", "float16": "F16", "int32": "I32"}
    header, data = {"__metadata__": {"frag": json.dumps({"kinds": kinds})}}, b""
    for name, numbers in sorted(tensors.items(), key=lambda item: -item[1].itemsize):
        raw = numbers.tobytes()
        header[name] = {"dtype": words[str(numbers.dtype)], "shape": list(numbers.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def read(path):
    with open(path, "rb") as file:
        whole = file.read()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8:8 + length])
    header.pop("__metadata__")
    types = {"F32": np.float32, "I64": np.int64}
    return {name: np.frombuffer(whole[8 + length:][slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}


def result(random, path, way):
    """Writes a result that travels as `way` says; gives its numbers as they are meant."""
    meant = {}
    for name, (shape, kind) in TENSORS.items():
        if kind == "counter":
            meant[name] = random.integers(0, 1000, shape)
        else:
            meant[name] = np.asarray(random.standard_normal(shape) * 10.0 ** random.integers(-4, 3, shape), np.float32)
    sent, kinds = dict(meant), {name: kind for name, (_, kind) in TENSORS.items()}
    if way == "fp16":
        for name in PARAMETERS:
            sent[name] = meant[name].astype(np.float16)
            meant[name] = sent[name].astype(np.float32)
    if way == "sparse":
        whole = np.concatenate([meant["w"].ravel(), meant["k"].ravel()])
        indices = np.flatnonzero(random.random(whole.size) < 0.1)
        kept = np.zeros_like(whole)
        kept[indices] = whole[indices]
        meant["w"], meant["k"] = kept[:meant["w"].size].reshape(meant["w"].shape), kept[meant["w"].size:].reshape(meant["k"].shape)
        for name in ("w", "k"):
            del sent[name], kinds[name]
        sent["sparse.indices"], kinds["sparse.indices"] = indices.astype(np.int32), "index"
        sent["sparse.values"], kinds["sparse.values"] = whole[indices], "parameter"
    write(path, sent, kinds)
    return meant


def rounded(numbers):
    return np.clip(numbers, -LARGEST, LARGEST).astype(np.float32)


def total(terms, weights):
    """From left to right, as numpy's own sum does not go."""
    value = np.zeros_like(terms[0])
    for term, weight in zip(terms, weights):
        value = value + weight * term
    return value


def norm_of(meant):
    return np.sqrt(sum((meant[name].astype(np.float64) ** 2).sum() for name in PARAMETERS))


class Reference:
    """The formulas of docs/rules.md."""

    def __init__(self, name, settings):
        self.name, self.memory = name, {}
        self.set = settings

    def mean(self, terms, weights, divisor=None):
        return total(terms, weights) / (sum(weights) if divisor is None else divisor)

    def recalled(self, key, like):
        return self.memory.get(key, np.zeros(like.shape, np.float32)).astype(np.float64)

    def kept(self, terms):
        """The middle of sorted columns for the robust rules."""
        ascending = np.sort(np.stack(terms), axis=0)
        count = len(terms)
        if self.name == "median":
            return (ascending[(count - 1) // 2] + ascending[count // 2]) / 2
        left_out = int(np.floor(self.set["trimmed"] * count + 1e-9))
        rest = list(ascending[left_out:count - left_out])
        return self.mean(rest, [1.0] * len(rest))

    def parameter(self, tensor, base, changes, weights, norms, staleness, window):
        get, name = self.set.get, self.name
        if name in ("median", "trimmed_mean"):
            return base - self.kept(changes)
        if name == "norm_clip":
            limit = get("norm") or np.median(norms)
            shortened = [w * (limit / n) if n > limit else w for w, n in zip(weights, norms)]
            return base - self.mean(changes, shortened, sum(weights))
        if name == "adag":
            return base - changes[0] / window
        if name == "dynsgd":
            return base - changes[0] / (staleness[0] + 1)
        if name == "fedbuff":
            return base - get("rate") * self.mean(changes, [1 / np.sqrt(1 + t) for t in staleness])
        if name in ("async", "downpour", "aeasgd", "eamsgd"):
            return base - get("rate", 1) * changes[0]
        mean = self.mean(changes, weights)
        if name in ("mean", "fedprox"):
            return base - mean
        if name == "fedadam":
            first = get("beta1") * self.recalled("first." + tensor, base) + (1 - get("beta1")) * mean
            second = get("beta2") * self.recalled("second." + tensor, base) + (1 - get("beta2")) * (mean * mean)
            self.memory["first." + tensor], self.memory["second." + tensor] = rounded(first), rounded(second)
            return base - get("rate") * first / (np.sqrt(second) + get("tau"))
        velocity = get("momentum") * self.recalled("momentum." + tensor, base) + mean
        self.memory["momentum." + tensor] = rounded(velocity)
        if name == "fedavgm":
            return base - get("rate") * velocity
        assert name == "diloco"
        return base - get("rate") * (mean + get("momentum") * velocity)

    def buffer(self, base, values, weights, staleness):
        if self.name in ("median", "trimmed_mean"):
            return self.kept(values)
        if self.name == "fedbuff":
            weights = [1 / np.sqrt(1 + t) for t in staleness]
        mean = self.mean(values, weights)
        return base + min(1.0, len(values) / NODES) * (mean - base) if ASYNCHRONOUS[self.name] else mean

    def step(self, base, results, fragments, staleness, window):
        weights = [1.0] * len(results)
        if self.set.get("by_fragments"):
            lightest = min(n for n in fragments if n > 0)
            weights = [float(n or lightest) for n in fragments]
        norms = [norm_of(meant) for meant in results]
        following = {}
        for name, (_, kind) in TENSORS.items():
            if kind == "counter":
                following[name] = np.max([meant[name] for meant in results] + [base[name]] * ASYNCHRONOUS[self.name], axis=0)
                continue
            doubles, terms = base[name].astype(np.float64), [meant[name].astype(np.float64) for meant in results]
            if kind == "buffer":
                following[name] = rounded(self.buffer(doubles, terms, weights, staleness))
            else:
                following[name] = rounded(self.parameter(name, doubles, terms, weights, norms, staleness, window))
        return following


CASES = [("mean", {}), ("mean", {"by_fragments": 1}), ("fedavgm", {"rate": 1.5, "momentum": 0.9, "by_fragments": 1}),
         ("fedadam", {"rate": 0.03, "beta1": 0.9, "beta2": 0.99, "tau": 1e-3}), ("fedprox", {"mu": 0.1}),
         ("diloco", {"rate": 0.7, "momentum": 0.9}), ("median", {}), ("trimmed_mean", {"trimmed": 0.2}), ("trimmed_mean", {"trimmed": 0.4}),
         ("norm_clip", {"norm": 30}), ("async", {"rate": 0.7}), ("fedbuff", {"buffer": 4, "rate": 0.9}), ("downpour", {}), ("aeasgd", {}),
         ("eamsgd", {}), ("adag", {}), ("dynsgd", {})]
ONE_RESULT = {"async", "downpour", "aeasgd", "eamsgd", "adag", "dynsgd"}
ASYNCHRONOUS = {name: name in ONE_RESULT | {"fedbuff"} for name, _ in CASES}


def same(ours, theirs, exact, what):
    assert sorted(ours) == sorted(theirs), what
    for name, numbers in theirs.items():
        if exact or numbers.dtype != np.float32:
            assert ours[name].tobytes() == numbers.tobytes(), f"{what}: {name}"
        else:
            np.testing.assert_array_max_ulp(ours[name], numbers, 1)


def check(folder, name, settings, count):
    random = np.random.default_rng(sum(map(ord, name)) + count)
    reference = Reference(name, settings)
    at = lambda file: os.path.join(folder, file)
    weights = result(random, at("w0"), "fp32")
    for step in range(STEPS):
        ways = [["fp32", "fp16", "sparse"][(part + step) % 3] for part in range(count)]
        results = [result(random, at(f"r{part}"), way) for part, way in enumerate(ways)]
        fragments = [int(n) for n in random.integers(0, 900, count)]
        fragments[0] = 77
        staleness = [int(t) for t in random.integers(0, 6, count)]
        spec = {"rule": {"name": name, **settings}, "nodes": NODES, "window": 12, "threads": 1 + step, "base": at(f"w{step}"),
                "next": at(f"w{step + 1}"), "memory": at(f"m{step}") if step > 0 else "", "next_memory": at(f"m{step + 1}"),
                "results": [{"file": at(f"r{p}"), "fragments": fragments[p], "staleness": staleness[p]} for p in range(count)]}
        with open(at("step.json"), "w") as file:
            json.dump(spec, file)
        subprocess.run([PROBE, at("step.json")], check=True)
        weights = reference.step(weights, results, fragments, staleness, 12)
        # numpy sums a norm's squares in an order of its own, which the last bit of a clipped change may show.
        same(read(at(f"w{step + 1}")), weights, name != "norm_clip", f"{name} {settings}, {count} results, step {step}")
        if reference.memory:
            same(read(at(f"m{step + 1}")), reference.memory, True, f"{name}'s memory, step {step}")
        weights = read(at(f"w{step + 1}"))


def main():
    for name, settings in CASES:
        for count in [1] if name in ONE_RESULT else [1, 4, 7]:
            with tempfile.TemporaryDirectory() as folder:
                check(folder, name, settings, count)


main()
