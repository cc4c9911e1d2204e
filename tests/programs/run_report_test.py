"""`fragtrain report`: one page that loads nothing; its numbers are those of `fragtrain eval`, its curves those of history.csv, and
its pictures the fragments that eval found hardest. In Chromium, where there is one, it fits a wide and a narrow screen, light and dark."""
import csv
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"

from chromium import browser, open_tab
from html_page import check, parse
from programs import program

KINDS = ["cells", "fibres", "network"]


def report(folder, *arguments, status=0):
    said = program("fragtrain", "report", *arguments, "-o", folder / "run.html", "--threads", 1, status=status)
    return said if status else parse(folder / "run.html")


def words_of(page):
    return re.sub(r"\s+", " ", " ".join(page.text))


def prepare(folder):
    program("frag", "synth", folder / "images", "--size", "284x213", "--per-class", 8)
    program("frag", "cut", folder / "images", folder / "gels.frag", "--tile", 64, "--split", "34/33/33")
    program("fragtrain", "fit", folder / "gels.frag", "-o", folder / "run", "--epochs", 3, "--count", 90, "--threads", 1)


def check_measured(folder):
    page = report(folder, folder / "run", folder / "gels.frag", "--count", 120, "--seed", 4, "--title", "<b>Mine")
    check(page)
    words = words_of(page)
    answer = json.loads(program("fragtrain", "eval", folder / "run", folder / "gels.frag", "--count", 120, "--seed", 4, "--json",
                                "--threads", 1, "--predictions", folder / "eval.csv"))
    assert "<b>Mine" in words and "120 fragments of split \"test\"" in words and answer["dataset"] in words
    for name, value, interval in (("accuracy", answer["accuracy"], answer["accuracy_interval"]),
                                  ("macro F1", answer["macro"]["f1"], answer["macro_f1_interval"]),
                                  ("accuracy of sources", answer["by_source"]["accuracy"], answer["by_source"]["accuracy_interval"])):
        low, high = interval
        assert f"{name} {value:.3f} [{low:.3f}, {high:.3f}]" in words, (name, value, interval)
    for one in answer["classes"]:
        assert re.search(rf"{one['name']} {one['precision']:.3f} \[[\d., ]+\] {one['recall']:.3f} \[", words), one
    for name, row in zip(KINDS, answer["confusion"]):
        assert f"{name} {' '.join(map(str, row))} " in words, (name, row)
    check_hardest(folder, page, words)
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 24 and all(one["alt"].startswith("A fragment of class") for one in pictures)
    circles = [tag for tag, _ in page.tags if tag == "circle"]
    bins = sum(one["fragments"] > 0 for one in answer["calibration"]["bins"])
    with open(folder / "run/history.csv", encoding="utf-8", newline="") as file:
        drawn = sum(value != "" for row in csv.DictReader(file) for name, value in row.items() if name.endswith(("loss", "accuracy")))
    assert drawn >= 9 and len(circles) == bins + drawn, (len(circles), bins, drawn)
    return page


def check_hardest(folder, page, words):
    with open(folder / "eval.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    hardest = sorted(rows, key=lambda row: float(row["p_" + row["truth"]]))[:24]
    ids = re.findall(r"id (\d+)", words.split("The hardest fragments")[1].split("Sources")[0])
    assert ids == [row["id"] for row in hardest], (ids, hardest)
    right = {}
    for row in rows:
        right.setdefault(row["source"], []).append(row["truth"] == row["predicted"])
    table = words.split("The worst first")[1]
    order = sorted(right, key=lambda name: table.index(name))
    shares = [sum(right[name]) / len(right[name]) for name in order]
    assert shares == sorted(shares) and len(right) == 6, (order, shares)
    assert f"{shares[0]:.3f}" in table.split(order[1])[0]


def check_on_screens(folder):
    with browser() as address:
        tab = open_tab(address, "about:blank")
        for width in (1200, 360):
            for scheme in ("light", "dark"):
                tab.look(width, scheme)
                tab.call("Page.navigate", url=(folder / "run.html").as_uri())
                tab.wait("document.readyState === 'complete' && document.images.length === 24", "the page")
                assert tab.value("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
                assert tab.value("document.documentElement.scrollWidth") <= width, "the page is wider than the window"
                dark = tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(23, 25, 30)"
                assert dark == (scheme == "dark")
                assert tab.value("performance.getEntriesByType('resource').filter((one) => !one.name.startsWith('data:')).length") == 0
        assert tab.complaints == [], tab.complaints


def check_without_dataset(folder):
    page = report(folder, folder / "run")
    check(page)
    words = words_of(page)
    assert "Nothing was measured" in words and "Learning curves" in words and "learning_rate" in words
    with open(folder / "run/history.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert f"{row['epoch']} {float(row['loss']):.4f} " in words, row
    page = report(folder, folder / "run/weights.safetensors")  # nothing but the card
    assert "Learning curves" not in words_of(page) and "What the network is" in words_of(page)


def check_refusals(folder):
    (folder / "run.html").unlink()
    assert "no such run" in report(folder, folder / "absent", status=4)
    assert "no split" in report(folder, folder / "run", folder / "gels.frag", "--split", "fold9", status=4)
    (folder / "run/run.json").write_text("[")
    assert "run.json" in report(folder, folder / "run", status=3)
    assert not (folder / "run.html").exists() and not list(folder.glob("*.part"))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        check_measured(folder)
        if shutil.which("chromium"):
            check_on_screens(folder)
        check_without_dataset(folder)
        check_refusals(folder)


main()
