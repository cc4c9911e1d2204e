"""`fragtrain eval` on a trained network: what it prints, and every number of --json computed again with numpy from the
predictions that it writes; `fragtrain fit --folds`."""
import csv
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

import numpy as np

sys.path.insert(0, os.path.join(os.environ["FRAG_SOURCE_DIR"], "tests/trainer/measures"))

import measures_reference as reference
from gels import cut_grouped_gels
from programs import program

SEED = 3


def evaluate(folder, *arguments, dataset="gels.frag", status=0):
    return program("fragtrain", "eval", folder / "run", folder / dataset, "--count", 90, "--seed", SEED, "--threads", 1,
                   *arguments, status=status)


def prepare(folder):
    """Six groups of two images a class, whole groups in train or test, and a network after one epoch."""
    cut_grouped_gels(folder, "50/50")
    program("fragtrain", "fit", folder / "gels.frag", "-o", folder / "run", "--epochs", 1, "--count", 90, "--threads", 1)


def read_predictions(path, classes):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "source", "group", "truth", "predicted", *(f"p_{name}" for name in classes)], rows[0]
    return rows


def first_seen(names):
    numbers = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names])


def check_measures(folder):
    path = folder / "predictions.csv"
    answer = json.loads(evaluate(folder, "--json", "--predictions", path))
    classes = [one["name"] for one in answer["classes"]]
    rows = read_predictions(path, classes)
    about = [json.loads(line) for line in (folder / "gels.frag/sources.jsonl").read_text().splitlines()]
    names = {row["name"]: row for row in about}
    for row in rows:
        source = names[row["source"]]
        assert 0 <= int(row["id"]) - source["first_fragment"] < source["fragments"]
        assert row["group"] == source["group"] and source["split"] == "test"
    probabilities = np.array([[np.float32(row[f"p_{name}"]) for name in classes] for row in rows]).astype(float)
    assert np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert [row["predicted"] for row in rows] == [classes[c] for c in probabilities.argmax(1)]
    truth = np.array([classes.index(row["truth"]) for row in rows])
    sources = np.array([names[row["source"]]["id"] for row in rows])
    groups = first_seen(row["group"] for row in rows)
    assert answer["fragments"] == len({row["id"] for row in rows}) == 90
    assert answer["sources"] == len(set(sources)) and answer["groups"] == len(set(groups)) > 3
    reference.check_assessment(answer, truth, sources, groups, probabilities, SEED)
    assert answer["baseline"]["by_source"]["sources"] == answer["sources"]
    low, high = answer["baseline"]["accuracy_interval"]
    assert low <= answer["baseline"]["accuracy"] <= high
    first = path.read_bytes()
    evaluate(folder, "--predictions", path)
    assert path.read_bytes() == first and not list(folder.glob("*.part"))


def check_table(folder):
    answer, table = json.loads(evaluate(folder, "--json")), evaluate(folder)
    low, high = answer["accuracy_interval"]
    line = next(line for line in table.splitlines() if line.startswith("accuracy "))
    assert f"{answer['accuracy']:.3f}  [{low:.3f}, {high:.3f}]" in line, line
    assert f"{answer['baseline']['accuracy']:.3f}" in line, line
    assert f"over {answer['groups']} groups" in table and "source accuracy" in table and "calibration error" in table, table


def keys_of(json_value):
    if isinstance(json_value, dict):
        return set(json_value).union(*map(keys_of, json_value.values()))
    return set().union(*map(keys_of, json_value)) if isinstance(json_value, list) else set()


def check_documented(folder):
    """docs/evaluation.md has every key of the JSON."""
    page = (Path(os.environ["FRAG_SOURCE_DIR"]) / "docs/evaluation.md").read_text(encoding="utf-8")
    keys = keys_of(json.loads(evaluate(folder, "--json")))
    missing = [key for key in keys if f"`{key}`" not in page and f'"{key}"' not in page]
    assert len(keys) > 25 and not missing, missing


def check_without_train(folder):
    program("frag", "cut", folder / "images", folder / "unseen.frag", "--tile", 64, "--split", "test")
    assert json.loads(evaluate(folder, "--json", dataset="unseen.frag"))["baseline"] is None
    assert "not measured" in evaluate(folder, dataset="unseen.frag")


def check_unwritable(folder):
    message = evaluate(folder, "--predictions", folder / "absent/predictions.csv", status=4)
    assert "absent" in message and "test:" not in message, message


def fit_folds(folder, folds, status=0):
    return program("fragtrain", "fit", folder / "gels.frag", "--folds", folds, "-o", folder / "folds", "--epochs", 1, "--count", 60,
                   "--threads", 1, status=status)


def check_folds(folder):
    """A run for each fold, measured on that fold; this divides the dataset anew."""
    program("frag", "split", folder / "gels.frag", "--split", "3 folds")
    assert "divided into fold0, fold1, fold2" in fit_folds(folder, 4, status=2)
    printed = fit_folds(folder, 3)
    answer = json.loads((folder / "folds/folds.json").read_text())
    runs = [json.loads((folder / f"folds/fold{k}/run.json").read_text()) for k in range(3)]
    assert answer["accuracies"] == [run["results"]["val_accuracy"] for run in runs]
    assert [run["settings"]["split"] for run in runs] == [f"all folds but {k}" for k in range(3)]
    assert np.isclose(answer["mean"], np.mean(answer["accuracies"]))
    assert np.isclose(answer["deviation"], np.std(answer["accuracies"], ddof=1))
    assert f"mean {answer['mean']:.3f}, deviation {answer['deviation']:.3f} over 3 folds" in printed, printed
    assert "not empty" in fit_folds(folder, 3, status=2)
    fold = json.loads(program("fragtrain", "eval", folder / "folds/fold1", folder / "gels.frag", "--split", "fold1", "--count", 60,
                              "--threads", 1, "--json"))
    assert fold["split"] == "fold1" and fold["baseline"]["accuracy"] >= 0


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        check_measures(folder)
        check_table(folder)
        check_documented(folder)
        check_without_train(folder)
        check_unwritable(folder)
        check_folds(folder)


main()
